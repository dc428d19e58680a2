/* Limits that hold for a clock, or for it at one grade, of one source, or both. Pure. */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "common/calendar.h"

enum { LIMITS_CLOCK = 24, LIMITS_WORD = 24, LIMITS_SOURCE = 65 };

struct limit_row {
    char clock[LIMITS_CLOCK];
    struct wg_limit limit;
    char grade[LIMITS_WORD], source[LIMITS_SOURCE]; /* "" = any */
};

/* "clock", "clock@grade", "clock/source", "clock@grade/source"; the limit is left alone. False: it
 * is none of these, or too long. */
bool limit_key(const char *key, struct limit_row *ret_row);
/* The most specific that fits: of source and grade, of the source, of the grade, of the clock.
 * NULL: none. */
const struct limit_row *limit_find(const struct limit_row *rows, size_t n,
                                   const struct limit_row *wanted);
