/* Days of the city as PostgreSQL counts them: whole days since 2000-01-01. Pure, except that local
 * time is the process's zone (the city's). */
#pragma once

#include <stdint.h>

#include "common/memory.h"

enum { DAY_ROOM = 12 };

/* The local day in which a moment lies. */
int32_t day_of(int64_t microseconds);
void day_write(int32_t day, char ret_text[DAY_ROOM]); /* YYYY-MM-DD */
enum { DAY_BAD = 1 };
/* YYYY-MM-DD, a day that exists, 1970–2199. */
int day_read(const char *text, int32_t *ret_day) WG_MUST_USE;
