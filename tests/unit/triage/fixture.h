/* A small city for the tests of triage: a metre is a degree here, so that points can be read. */
#pragma once

#include <stdio.h>
#include <string.h>

#include "common/json.h"
#include "common/text.h"

#include "services/triage/city.h"
#include "services/triage/locate.h"

enum {
    DISTRICT = 1,
    STREET,
    COMMUNITY,
    EAST = 10, /* ordinary grids */
    WEST,
    SHOP,  /* a dedicated grid: matters shop and noise */
    FAIR,  /* a temporary grid */
    MICRO, /* inside EAST */
};

static const struct {
    int64_t id, parent;
    const char *code, *level, *kind, *matters;
    int west, south, east, north; /* all 0: without a border */
} fixture_areas[] = {
    { DISTRICT, 0, "410103", "district", "ordinary", NULL, 0, -50, 2000, 1000 },
    { STREET, DISTRICT, "410103007", "street", "ordinary", NULL, 0, 0, 1000, 1000 },
    { COMMUNITY, STREET, "410103007012", "community", "ordinary", NULL, 0, 0, 1000, 500 },
    { EAST, COMMUNITY, "410103007012001", "grid", "ordinary", NULL, 500, 0, 800, 400 },
    { WEST, COMMUNITY, "410103007012002", "grid", "ordinary", NULL, 200, 0, 500, 400 },
    { SHOP, COMMUNITY, "410103007012901", "grid", "dedicated", ",shop,noise,", 600, 100, 700, 200 },
    { FAIR, COMMUNITY, "410103007012801", "grid", "temporary", NULL, 650, 0, 750, 150 },
    { MICRO, EAST, "41010300701200101", "micro", "ordinary", NULL, 500, 0, 600, 100 },
};

static inline int64_t fixture_time(const char *text)
{
    int64_t time = 0;
    if (wg_time_parse(text, &time) != 0)
        abort();
    return time;
}

static inline struct json_object *fixture_json(const char *text)
{
    struct wg_json_verdict verdict;
    struct json_object *object = wg_json_parse(text, strlen(text), &verdict);
    if (verdict.fault != WG_JSON_FINE)
        abort();
    return object; /* NULL is null */
}

/* A file's bytes (at most 1 MB); the caller owns them. */
static inline char *fixture_file(const char *path)
{
    enum { ROOM = 1 << 20 };
    char *bytes = wg_new(ROOM);
    FILE *file = fopen(path, "r");
    if (file == NULL)
        abort();
    bytes[fread(bytes, 1, ROOM - 1, file)] = '\0';
    fclose(file);
    return bytes;
}

/* Monday to Friday, 08:30–12:00 and 14:00–18:00. */
static inline struct wg_calendar *fixture_calendar(void)
{
    char fault[120];
    struct wg_calendar *calendar = NULL;
    WG_AUTO(wg_json_put)
    struct json_object *definition =
        fixture_json("{\"timezone\":\"Asia/Shanghai\",\"hours\":[[\"08:30\",\"12:00\"],"
                     "[\"14:00\",\"18:00\"]],\"workdays\":[1,2,3,4,5],\"holidays\":[],"
                     "\"makeup\":[]}");
    if (wg_calendar_new(definition, &calendar, fault, sizeof fault) != 0)
        abort();
    return calendar;
}

static inline void fixture_post(struct city *city, int64_t staff, const char *post, int64_t area)
{
    struct city_post row = { .area_id = area, .staff_id = staff };
    snprintf(row.post, sizeof row.post, "%s", post);
    city_posts_add(&city->posts, &row);
}

static inline struct city_category fixture_category(const char *code, const char *parent,
                                                    const char *responsible)
{
    struct city_category row = { 0 };
    snprintf(row.code, sizeof row.code, "%s", code);
    snprintf(row.parent, sizeof row.parent, "%s", parent);
    snprintf(row.grade, sizeof row.grade, "small");
    snprintf(row.responsible, sizeof row.responsible, "%s", responsible);
    return row;
}

static inline struct city_area fixture_area(size_t i)
{
    struct city_area row = { .id = fixture_areas[i].id, .parent_id = fixture_areas[i].parent };
    snprintf(row.code, sizeof row.code, "%s", fixture_areas[i].code);
    snprintf(row.level, sizeof row.level, "%s", fixture_areas[i].level);
    snprintf(row.kind, sizeof row.kind, "%s", fixture_areas[i].kind);
    return row;
}

static inline void fixture_add_areas(struct city *city)
{
    for (size_t i = WG_COUNT(fixture_areas); i-- > 0;) {
        struct city_area row = fixture_area(i);
        row.matters = fixture_areas[i].matters == NULL ? NULL : wg_strdup(fixture_areas[i].matters);
        city_areas_add(&city->areas, &row);
    }
    city_areas_finish(&city->areas);
}

static inline void fixture_add_calendar(struct city *city, const char *code, int64_t version)
{
    struct wg_calendar *calendar = fixture_calendar();
    if (!calendars_add(&city->calendars, code, version, &calendar))
        abort();
}

/* Nobody has a post yet; city_clear ends it. */
static inline void fixture_begin(struct city *city)
{
    *city = (struct city){ .metres_lon = 1, .metres_lat = 1 };
    fixture_add_calendar(city, "city", 7);
    fixture_add_areas(city);
    const struct city_category rows[] = {
        fixture_category("noise", "", "leader"),
        fixture_category("noise.night", "noise", "leader"),
        fixture_category("road", "", "leader"),
        fixture_category("road.lamp", "road", "leader"),
        fixture_category("dispute", "", "secretary"),
        fixture_category("shop", "", "leader"),
        fixture_category("nobody", "", "diver"),
    };
    for (size_t i = 0; i < WG_COUNT(rows); i++)
        city_categories_add(&city->categories, &rows[i]);
    city_categories_finish(&city->categories);
}

static inline void fixture_rectangle(const int corners[4], uint8_t ret_wkb[93])
{
    const uint32_t head[] = { 3, 1, 5 }; /* polygon, one ring, five points */
    const double ring[] = { corners[0], corners[1], corners[2], corners[1], corners[2],
                            corners[3], corners[0], corners[3], corners[0], corners[1] };
    ret_wkb[0] = 1; /* little-endian */
    memcpy(ret_wkb + 1, head, sizeof head);
    memcpy(ret_wkb + 13, ring, sizeof ring);
}

/* The borders of the same areas. */
static inline struct map *fixture_map(void)
{
    struct map *map = map_new();
    uint8_t wkb[93];
    for (size_t i = 0; i < WG_COUNT(fixture_areas); i++) {
        const int corners[] = { fixture_areas[i].west, fixture_areas[i].south,
                                fixture_areas[i].east, fixture_areas[i].north };
        const struct city_area area = fixture_area(i);
        fixture_rectangle(corners, wkb);
        if (!map_add(map, &area, wkb, sizeof wkb))
            abort();
    }
    return map;
}
