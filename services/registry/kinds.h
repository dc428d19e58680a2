/* What can be imported: for each kind its columns and what a row must fulfil beyond them. Pure. The
 * kinds stand in areas.c (areas, places), staff.c (staff, parties), duty.c, categories.c
 * (categories, calendars) and competence.c. */
#pragma once

#include "services/registry/columns.h"

enum kind_name {
    KIND_AREAS,
    KIND_PLACES,
    KIND_STAFF,
    KIND_DUTY,
    KIND_PARTIES,
    KIND_CATEGORIES,
    KIND_CALENDARS,
    KIND_COMPETENCE,
    KIND_COUNT
};

struct kind {
    const char *name;
    const struct column *columns;
    size_t n;
    bool drawn;    /* also as GeoJSON, with this geometry */
    bool document; /* a JSON document instead of rows */
    /* Judges the row as a whole and completes it. The members of `row` are fine by themselves;
     * those that were not are absent. */
    void (*judge)(const struct line *line, struct json_object *row, struct faults *faults);
};

extern const struct kind area_kind, place_kind, staff_kind, party_kind, duty_kind, category_kind,
    calendar_kind, competence_kind;

/* Of a document (calendars): the row, with "code"; NULL where it has none. The caller owns it. */
struct json_object *calendar_row(struct json_object *document, size_t number,
                                 struct faults *faults);

/* Geometry of a feature, written anew from numbers that were judged, so that PostGIS cannot stumble
 * over it. Both return NULL, or the name of the fault. */
const char *shape_border(struct json_object *geometry,
                         struct json_object *row); /* adds "border", GeoJSON text */
const char *shape_point(struct json_object *geometry,
                        struct json_object *row); /* adds "lat" and "lon" */
