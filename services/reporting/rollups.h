/* The figures: a batch of the log summed in memory, so that PostgreSQL gets one row for each figure
 * that changed. Pure. Two tables: states      area × day × state, the area at each of its five
 * levels: cases that entered and that left it categories  street × day × category: cases that began
 * to be open there and that ended A case is in one place (area and state) from its first event on,
 * and in one category while it is open; what an event moves leaves the old place and enters the new
 * one, so that entered − left is the stock at any time. The day is the event's, in the city.
 * Training and restricted cases are left out. schema/checks/counters_differ.sql says the same in
 * SQL. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/area.h"
#include "common/memory.h"

struct words;
struct rollups;

/* Texts are borrowed until rollups_add returns. */
struct rollups_event {
    int32_t day;                         /* since 2000-01-01 */
    bool first;                          /* the case's first event: there is no before */
    bool restricted, was_restricted;     /* after, and before: then it is in no figure */
    const char *area, *state, *category; /* after; category NULL: none yet */
    const char *was_area, *was_state,
        *was_category; /* before; the same as after where nothing changed */
};

/* One figure that changed. */
struct rollups_row {
    char area[WG_AREA_ROOM];
    int32_t day;
    const char *name;   /* state or category ("": none yet); valid until rollups_clear */
    int32_t more, less; /* entered and left, or opened and ended */
};

struct rollups *rollups_new(void);
void rollups_destroy(struct rollups **rollups);

/* words say which states are an end. */
void rollups_add(struct rollups *rollups, const struct rollups_event *event,
                 const struct words *words);
/* What has come together, sorted by area, day, name. Sorting loses the way to the rows: after it
 * comes clear. */
const struct rollups_row *rollups_states(struct rollups *rollups, size_t *ret_n);
const struct rollups_row *rollups_categories(struct rollups *rollups, size_t *ret_n);
void rollups_clear(struct rollups *rollups);
