/* Who may change what in the registers. */
#pragma once

#include <stdbool.h>

#include "common/access.h"

enum right {
    RIGHT_CITY,    /* what holds for the whole city: categories, calendars, competence */
    RIGHT_AREA,    /* people, posts, parties, places, areas: within an administrator's area */
    RIGHT_ARRANGE, /* duty, leave, stand-ins: also by those who run a community or a street */
};

enum { RIGHTS_MOST = 8 };

/* The ranges of codes within which the caller may; 0: nowhere. "" to ":" is everything. */
size_t rights_reach(const struct wg_caller *caller, enum right right,
                    struct wg_range ret_reach[RIGHTS_MOST]);
