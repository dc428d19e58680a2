/* See rules.h. A city edits these files; one that is faulty ends the start, so that nobody is told
 * nonsense. */
#include "services/notification/rules.h"

#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>

enum { FILE_MOST = 65536 };

static int is_rule(const struct dirent *entry)
{
    size_t length = strlen(entry->d_name);
    return length > 5 && entry->d_name[0] != '.' &&
           strcmp(entry->d_name + length - 5, ".json") == 0;
}

static void close_file(FILE **file)
{
    if (*file != NULL)
        fclose(*file);
}

/* The file's bytes, at most FILE_MOST; false with errno set. */
static bool read_file(const char *path, char bytes[FILE_MOST], size_t *ret_length)
{
    WG_AUTO(close_file) FILE *file = fopen(path, "re");
    if (file == NULL)
        return false;
    *ret_length = fread(bytes, 1, FILE_MOST, file);
    if (ferror(file) != 0)
        return false;
    if (*ret_length == FILE_MOST) {
        errno = EFBIG;
        return false;
    }
    return true;
}

static int read_rule(struct rules *rules, const char *folder, const char *file,
                     struct wg_text *ret_fault)
{
    WG_AUTO(wg_text_destroy) struct wg_text path = { 0 };
    WG_AUTO(wg_text_destroy) struct wg_text fault = { 0 };
    WG_AUTO(wg_free) char *bytes = wg_new(FILE_MOST);
    WG_AUTO(wg_free) char *name = wg_strndup(file, strlen(file) - 5);
    size_t length;
    wg_text_printf(&path, "%s/%s", folder, file);
    if (rules->n == RULES_MOST) {
        wg_text_printf(ret_fault, "%s: more than %d rules", path.bytes, RULES_MOST);
        return RULES_BAD;
    }
    if (!read_file(path.bytes, bytes, &length)) {
        wg_text_printf(ret_fault, "%s: %s", path.bytes, strerror(errno));
        return RULES_BAD;
    }
    if (render_rule_parse(name, bytes, length, &rules->of[rules->n], &fault) != 0) {
        wg_text_printf(ret_fault, "%s: %s", path.bytes, fault.bytes);
        return RULES_BAD;
    }
    rules->n++;
    return 0;
}

int rules_read(struct rules *rules, const char *folder, struct wg_text *ret_fault)
{
    struct dirent **entries;
    int n = scandir(folder, &entries, is_rule, alphasort);
    int bad = n > 0 ? 0 : RULES_BAD;
    if (n <= 0)
        wg_text_printf(ret_fault, "%s: %s", folder,
                       n < 0 ? strerror(errno) : "no rule (*.json) in this folder");
    for (int i = 0; i < n; i++) {
        if (bad == 0)
            bad = read_rule(rules, folder, entries[i]->d_name, ret_fault);
        free(entries[i]);
    }
    if (n >= 0)
        free(entries);
    if (bad != 0)
        rules_clear(rules);
    return bad;
}

void rules_clear(struct rules *rules)
{
    while (rules->n > 0)
        render_rule_destroy(&rules->of[--rules->n]);
}

const struct render_rule *rules_find(const struct rules *rules, const char *name)
{
    for (size_t i = 0; i < rules->n; i++)
        if (strcmp(rules->of[i]->name, name) == 0)
            return rules->of[i];
    return NULL;
}
