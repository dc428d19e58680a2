/* Ranges of codes come from a tree: two of them are apart, or one lies in the other. */
#include "services/reporting/scope.h"

#include <string.h>

#include "common/area.h"

enum { COMMUNITY_DIGITS = 12 };

static bool lies_in(const struct wg_range *inner, const struct wg_range *outer)
{
    return strcmp(inner->low, outer->low) >= 0 && strcmp(inner->high, outer->high) <= 0;
}

static void add(struct scope *scope, const struct wg_range *range)
{
    size_t kept = 0;
    for (size_t i = 0; i < scope->n; i++)
        if (lies_in(range, &scope->ranges[i]))
            return;
    for (size_t i = 0; i < scope->n; i++)
        if (!lies_in(&scope->ranges[i], range))
            scope->ranges[kept++] = scope->ranges[i];
    scope->ranges[kept] = *range;
    scope->n = kept + 1;
}

struct scope scope_make(const struct wg_range *ranges, size_t n, const char *area)
{
    struct scope scope = { 0 };
    struct wg_range asked = { .low = "", .high = ":" };
    if (area != NULL) {
        memcpy(asked.low, area, strnlen(area, sizeof asked.low - 1));
        wg_area_next(area, asked.high);
    }
    for (size_t i = 0; i < n && i < WG_COUNT(scope.ranges); i++) {
        if (lies_in(&ranges[i], &asked))
            add(&scope, &ranges[i]);
        else if (lies_in(&asked, &ranges[i]))
            add(&scope, &asked);
    }
    return scope;
}

bool scope_holds(const struct scope *scope, const char *area)
{
    for (size_t i = 0; i < scope->n; i++)
        if (strcmp(area, scope->ranges[i].low) >= 0 && strcmp(area, scope->ranges[i].high) < 0)
            return true;
    return false;
}

bool scope_narrow(const struct scope *scope)
{
    for (size_t i = 0; i < scope->n; i++)
        if (strlen(scope->ranges[i].low) < COMMUNITY_DIGITS)
            return false;
    return true;
}
