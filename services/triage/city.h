/* What triage knows of the city: areas, people, duty, categories, calendars. Values and pure
 * look-ups; city_load.c fills them from the database. Distances and shapes are in metres on a
 * plane: longitudes and latitudes scaled once at the city's own latitude, which is exact to a few
 * centimetres over a city. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/calendar.h"
#include "common/limit.h"

#include "services/triage/calendars.h"

enum { CITY_CODE = 20, CITY_WORD = 24, CITY_CATEGORY = 44 };

struct city_area {
    int64_t id, parent_id;
    int32_t parent; /* place among the rows, set by city_areas_finish; -1 = none */
    char code[CITY_CODE], level[CITY_WORD], kind[CITY_WORD];
    char *matters;  /* ",a,b,": category codes of a dedicated grid; NULL = none */
    char *calendar; /* code; NULL = that of the area around it */
};

struct city_post {
    int64_t area_id, staff_id, from, to; /* to 0 = open */
    char post[CITY_WORD];
};

struct city_duty {
    int64_t area_id, staff_id, from, to;
    char post[CITY_WORD], kind[CITY_WORD]; /* duty, stand-in, leave */
};

struct city_category {
    char code[CITY_CATEGORY], parent[CITY_CATEGORY], grade[CITY_WORD], responsible[CITY_WORD];
    char workflow[32]; /* what a report of it opens */
    bool restricted;
    size_t n_limits;
    struct wg_limit_row limits[24];
};

/* An organisation that can hold work, or that can only be asked. */
struct city_party {
    int32_t id;
    char code[48];
    bool ordered;                 /* it can be given orders */
    char calendar[CALENDAR_CODE]; /* code; "" = that of the case's area */
    size_t n_staff;
    int64_t staff[8]; /* the first of those who act for it */
};

/* Who left office, and who has taken over by now. */
struct city_heir {
    int64_t from, to;
};

/* A part that is loaded and replaced as a whole. */
struct city_areas {
    struct city_area *rows; /* by id */
    size_t n, room;
    uint32_t *by_code;
    int64_t version;
};
struct city_posts {
    struct city_post *rows; /* by (area_id, post, staff_id) */
    size_t n, room;
    int64_t version;
};
struct city_duties {
    struct city_duty *rows; /* by (area_id, post, from) */
    size_t n, room;
    int64_t version;
};
struct city_categories {
    struct city_category *rows; /* by code */
    size_t n, room;
    int64_t version;
};

struct city_heirs {
    struct city_heir *rows; /* by from */
    size_t n, room;
    int64_t version; /* moves where the rows differ from those before */
};

struct city_parties {
    struct city_party *rows; /* by id */
    size_t n, room;
    int64_t version;
};

struct city {
    struct city_areas areas;
    struct city_posts posts;
    struct city_duties duties;
    struct city_categories categories;
    struct city_parties parties;
    struct city_heirs heirs;
    struct calendars calendars;
    double metres_lon, metres_lat; /* metres a degree */
};

void city_areas_add(struct city_areas *areas, const struct city_area *area);
void city_posts_add(struct city_posts *posts, const struct city_post *post);
void city_duties_add(struct city_duties *duties, const struct city_duty *duty);
void city_categories_add(struct city_categories *categories, const struct city_category *category);
/* Sort; call once when all rows are there, before any look-up. */
void city_areas_finish(struct city_areas *areas);
void city_posts_finish(struct city_posts *posts);
void city_duties_finish(struct city_duties *duties);
void city_categories_finish(struct city_categories *categories);
void city_areas_clear(struct city_areas *areas);
void city_posts_clear(struct city_posts *posts);
void city_duties_clear(struct city_duties *duties);
void city_parties_add(struct city_parties *parties, const struct city_party *party);
void city_parties_clear(struct city_parties *parties);
void city_categories_clear(struct city_categories *categories);
/* Rows come in order. */
void city_heirs_add(struct city_heirs *heirs, const struct city_heir *heir);
void city_heirs_clear(struct city_heirs *heirs);
void city_clear(struct city *city);

/* NULL: there is none. */
const struct city_area *city_area_by_id(const struct city *city, int64_t id);
const struct city_area *city_area_by_code(const struct city *city, const char *code);
const struct city_category *city_category(const struct city *city, const char *code);
const struct city_party *city_party_by_id(const struct city *city, int32_t id);
const struct city_party *city_party_by_code(const struct city *city, const char *code);
/* Who took over from somebody who left office; 0: nobody, or they are still there. */
int64_t city_heir(const struct city *city, int64_t staff);
/* The area around it; NULL: it is the root. */
const struct city_area *city_parent(const struct city *city, const struct city_area *area);
/* The code of the calendar that the nearest area upwards names; NULL: none does. */
const char *city_area_calendar(const struct city *city, const struct city_area *area);
/* The city's own calendar, see calendars_city. NULL: none is known. */
const struct calendars_row *city_calendar(const struct city *city);
/* The area without a parent: the district's root. NULL: no areas. */
const struct city_area *city_root(const struct city *city);
enum { CITY_DEPTHS = 5 };
/* 0 district … 4 micro; -1 for another word. */
int city_depth(const char *level);
/* True where the category, or the one above it, is among the area's own matters. */
bool city_is_matter(const struct city *city, const struct city_area *area, const char *category);
