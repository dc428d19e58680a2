#include "services/triage/calendars.h"

#include <string.h>

#include "common/text.h"

bool calendars_add(struct calendars *calendars, const char *code, int64_t version,
                   struct wg_calendar **table)
{
    if (calendars->n == CALENDARS_MOST) {
        wg_calendar_destroy(table);
        return false;
    }
    struct calendars_row *row = &calendars->rows[calendars->n++];
    *row = (struct calendars_row){ .version = version, .table = *table };
    wg_copy(row->code, sizeof row->code, code);
    *table = NULL;
    return true;
}

void calendars_clear(struct calendars *calendars)
{
    for (size_t i = 0; i < calendars->n; i++)
        wg_calendar_destroy(&calendars->rows[i].table);
    *calendars = (struct calendars){ 0 };
}

const struct calendars_row *calendars_newest(const struct calendars *calendars, const char *code)
{
    const struct calendars_row *newest = NULL;
    for (size_t i = 0; i < calendars->n; i++) {
        const struct calendars_row *row = &calendars->rows[i];
        if ((newest == NULL || row->version > newest->version) && strcmp(row->code, code) == 0)
            newest = row;
    }
    return newest;
}

const struct calendars_row *calendars_find(const struct calendars *calendars, const char *code,
                                           int64_t version)
{
    for (size_t i = 0; i < calendars->n; i++)
        if (calendars->rows[i].version == version && strcmp(calendars->rows[i].code, code) == 0)
            return &calendars->rows[i];
    return NULL;
}

const struct calendars_row *calendars_kept(const struct calendars *calendars, const char *code,
                                           int64_t version)
{
    code = code[0] == '\0' ? CALENDARS_CITY : code;
    const struct calendars_row *row = calendars_find(calendars, code, version);
    return row == NULL ? calendars_newest(calendars, code) : row;
}

const struct calendars_row *calendars_city(const struct calendars *calendars, const char *root)
{
    const struct calendars_row *row = calendars_newest(calendars, CALENDARS_CITY);
    if (row == NULL && root != NULL)
        row = calendars_newest(calendars, root);
    if (row != NULL || calendars->n == 0)
        return row;
    const char *first = calendars->rows[0].code;
    for (size_t i = 1; i < calendars->n; i++)
        if (strcmp(calendars->rows[i].code, first) < 0)
            first = calendars->rows[i].code;
    return calendars_newest(calendars, first);
}
