/* The areas that a question is about: what the caller may read, cut down to the area that was asked
 * for. Pure. */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "common/access.h"

struct scope {
    size_t n; /* 0: nothing of it may be read */
    struct wg_range ranges[8];
};

/* ranges: what the caller may read (wg_readable); area: code, or NULL for all of it. Ranges that
 * lie in others are left out, so that nothing is found twice. */
struct scope scope_make(const struct wg_range *ranges, size_t n, const char *area);

bool scope_holds(const struct scope *scope, const char *area);
/* True where every range is a community or less: few enough cases to be found by the index on
 * areas. */
bool scope_narrow(const struct scope *scope);
