/* Limits that hold for a clock, or for it at one grade, of one source, or both. Pure. */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "common/calendar.h"

enum { WG_LIMITS_CLOCK = 24, WG_LIMITS_WORD = 24, WG_LIMITS_SOURCE = 65 };

struct wg_limit_row {
    char clock[WG_LIMITS_CLOCK];
    struct wg_limit limit;
    char grade[WG_LIMITS_WORD], source[WG_LIMITS_SOURCE]; /* "" = any */
};

/* "clock", "clock@grade", "clock/source", "clock@grade/source"; the limit is left alone. False: it
 * is none of these, or too long. */
bool wg_limit_key(const char *key, struct wg_limit_row *ret_row);
/* The most specific that fits: of source and grade, of the source, of the grade, of the clock.
 * NULL: none. */
const struct wg_limit_row *wg_limit_find(const struct wg_limit_row *rows, size_t n,
                                         const struct wg_limit_row *wanted);
