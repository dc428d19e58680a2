#include "common/limit.h"

#include <stdio.h>
#include <string.h>

#include "common/text.h"

static bool put(char *into, size_t size, const char *from, size_t length)
{
    if (length >= size)
        return false;
    snprintf(into, size, "%.*s", (int)length, from);
    return true;
}

bool wg_limit_key(const char *key, struct wg_limit_row *ret_row)
{
    size_t clock = strcspn(key, "@/");
    const char *grade = key[clock] == '@' ? key + clock + 1 : "";
    size_t length = strcspn(grade, "/");
    const char *rest = grade[0] == '\0' ? key + clock : grade + length;
    const char *source = rest[0] == '/' ? rest + 1 : "";
    bool whole = (key[clock] != '@' || length > 0) && (rest[0] != '/' || source[0] != '\0');
    return whole && put(ret_row->clock, sizeof ret_row->clock, key, clock) &&
           put(ret_row->grade, sizeof ret_row->grade, grade, length) &&
           put(ret_row->source, sizeof ret_row->source, source, strlen(source));
}

/* How well it fits; -1: not at all. */
static int fit(const struct wg_limit_row *row, const struct wg_limit_row *wanted)
{
    if (strcmp(row->clock, wanted->clock) != 0)
        return -1;
    if (row->grade[0] != '\0' && strcmp(row->grade, wanted->grade) != 0)
        return -1;
    if (row->source[0] != '\0' && strcmp(row->source, wanted->source) != 0)
        return -1;
    return (row->source[0] != '\0') * 2 + (row->grade[0] != '\0');
}

const struct wg_limit_row *wg_limit_find(const struct wg_limit_row *rows, size_t n,
                                         const struct wg_limit_row *wanted)
{
    const struct wg_limit_row *best = NULL;
    int best_fit = -1;
    for (size_t i = 0; i < n; i++) {
        int fits = fit(&rows[i], wanted);
        if (fits <= best_fit)
            continue;
        best = &rows[i];
        best_fit = fits;
    }
    return best;
}
