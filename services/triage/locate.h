/* Where a point lies: GEOS in process, about a microsecond. Pure over the loaded map.
 * Rules: among the areas that hold the point a dedicated grid comes first for its own
 * matters, then a temporary grid, then the deepest; on a border the lower id. Not inside any but
 * within 30 m of one: the nearest. */
#pragma once

#include "services/triage/city.h"

struct map;

/* metres a degree are the city's (city.metres_lon, city.metres_lat). */
struct map *map_new(void);
void map_destroy(struct map **map);
/* Adds an area's border, WKB in scaled metres; false where the bytes are no geometry. All are added
 * before the first look-up, which builds the tree for good. */
bool map_add(struct map *map, const struct city_area *area, const void *wkb, size_t length);

enum { LOCATE_NEAR_METRES = 30 };
/* The area for a WGS 84 point; NULL: more than 30 m from every area. */
const struct city_area *map_locate(struct map *map, const struct city *city, double lat, double lon,
                                   const char *category);
