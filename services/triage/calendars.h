/* The calendars that are known: of each code the newest version, which limits are counted by from
 * now on, and former ones, which running clocks were counted by. Pure. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/calendar.h"

enum { CALENDARS_MOST = 128, CALENDAR_CODE = 65 };
/* The code of the city's own calendar. */
#define CALENDARS_CITY "city"

struct calendars_row {
    char code[CALENDAR_CODE];
    int64_t version;
    struct wg_calendar *table;
};

struct calendars {
    size_t n;
    int64_t version; /* of the register, for whoever wants to know whether it moved */
    struct calendars_row rows[CALENDARS_MOST];
};

/* Takes the table; false: there is no room, and it is gone. */
bool calendars_add(struct calendars *calendars, const char *code, int64_t version,
                   struct wg_calendar **table);
void calendars_clear(struct calendars *calendars);

/* NULL: there is none. Borrowed. */
const struct calendars_row *calendars_newest(const struct calendars *calendars, const char *code);
const struct calendars_row *calendars_find(const struct calendars *calendars, const char *code,
                                           int64_t version);
/* What a clock was counted by, code "" = the city's; where that version is kept no more, the
 * newest. */
const struct calendars_row *calendars_kept(const struct calendars *calendars, const char *code,
                                           int64_t version);
/* The city's, newest: that with the code `city`; where there is none the one that the root area
 * names (root may be NULL), else the first by code. NULL: there is none at all. */
const struct calendars_row *calendars_city(const struct calendars *calendars, const char *root);
