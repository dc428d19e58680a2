#include "services/triage/locate.h"

#include <geos_c.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

struct shape {
    int64_t area_id;
    size_t at; /* the area's place among the rows when it was last looked up */
    GEOSGeometry *border;
    const GEOSPreparedGeometry *prepared; /* on first use */
};

/* Areas in the order in which they are asked: the first layer that holds the point decides, so most
 * points meet two or three borders of micro-grids and no others. */
enum { DEDICATED, TEMPORARY, DEEPEST, LAYERS = DEEPEST + CITY_DEPTHS };

struct layer {
    GEOSSTRtree *tree;
    size_t n;
};

struct map {
    GEOSContextHandle_t geos;
    GEOSWKBReader *reader;
    struct layer layers[LAYERS];
    struct shape **shapes;
    size_t n, room;
};

struct map *map_new(void)
{
    struct map *map = wg_new(sizeof *map);
    map->geos = GEOS_init_r();
    for (size_t i = 0; i < LAYERS; i++)
        map->layers[i].tree = GEOSSTRtree_create_r(map->geos, 10);
    map->reader = GEOSWKBReader_create_r(map->geos);
    return map;
}

void map_destroy(struct map **map)
{
    struct map *self = *map;
    if (self == NULL)
        return;
    for (size_t i = 0; i < LAYERS; i++)
        GEOSSTRtree_destroy_r(self->geos, self->layers[i].tree);
    GEOSWKBReader_destroy_r(self->geos, self->reader);
    for (size_t i = 0; i < self->n; i++) {
        if (self->shapes[i]->prepared != NULL)
            GEOSPreparedGeom_destroy_r(self->geos, self->shapes[i]->prepared);
        GEOSGeom_destroy_r(self->geos, self->shapes[i]->border);
        free(self->shapes[i]);
    }
    free(self->shapes);
    GEOS_finish_r(self->geos);
    free(self);
    *map = NULL;
}

static struct layer *layer_of(struct map *map, const struct city_area *area)
{
    if (strcmp(area->kind, "dedicated") == 0)
        return &map->layers[DEDICATED];
    if (strcmp(area->kind, "temporary") == 0)
        return &map->layers[TEMPORARY];
    int depth = city_depth(area->level);
    return &map->layers[depth < 0 ? LAYERS - 1 : DEEPEST + CITY_DEPTHS - 1 - depth];
}

bool map_add(struct map *map, const struct city_area *area, const void *wkb, size_t length)
{
    GEOSGeometry *border = GEOSWKBReader_read_r(map->geos, map->reader, wkb, length);
    if (border == NULL)
        return false;
    struct shape *shape = wg_new(sizeof *shape);
    *shape = (struct shape){ .area_id = area->id, .border = border };
    if (map->n == map->room) {
        map->room = map->room == 0 ? 256 : map->room * 2;
        map->shapes = wg_resize(map->shapes, map->room * sizeof(struct shape *));
    }
    map->shapes[map->n++] = shape;
    struct layer *layer = layer_of(map, area);
    GEOSSTRtree_insert_r(map->geos, layer->tree, border, shape);
    layer->n++;
    return true;
}

/* The best candidate so far. */
struct search {
    struct map *map;
    const struct city *city;
    const GEOSGeometry *point;
    const char *category;
    const struct city_area *best;
    double best_distance;
    bool near; /* distances count, not containment */
};

/* 3 dedicated in its own matters, 2 temporary, 1 ordinary, 0 not to be chosen. */
static int precedence(const struct search *search, const struct city_area *area)
{
    if (strcmp(area->kind, "dedicated") == 0)
        return city_is_matter(search->city, area, search->category) ? 3 : 0;
    return strcmp(area->kind, "temporary") == 0 ? 2 : 1;
}

static bool better(const struct search *search, const struct city_area *area)
{
    const struct city_area *best = search->best;
    if (best == NULL)
        return true;
    int order = precedence(search, area) - precedence(search, best);
    order = order != 0 ? order : city_depth(area->level) - city_depth(best->level);
    return order != 0 ? order > 0 : area->id < best->id;
}

static const struct city_area *area_of(const struct city *city, struct shape *shape)
{
    if (shape->at < city->areas.n && city->areas.rows[shape->at].id == shape->area_id)
        return &city->areas.rows[shape->at];
    const struct city_area *area = city_area_by_id(city, shape->area_id);
    shape->at = area == NULL ? SIZE_MAX : (size_t)(area - city->areas.rows);
    return area;
}

static void consider(void *item, void *arg)
{
    struct shape *shape = item;
    struct search *search = arg;
    struct map *map = search->map;
    const struct city_area *area = area_of(search->city, shape);
    if (area == NULL || precedence(search, area) == 0)
        return;
    if (!search->near) { /* the judgement of ranks is cheaper than that of shapes */
        if (!better(search, area))
            return;
        if (shape->prepared == NULL)
            shape->prepared = GEOSPrepare_r(map->geos, shape->border);
        if (GEOSPreparedIntersects_r(map->geos, shape->prepared, search->point) == 1)
            search->best = area;
        return;
    }
    double distance;
    if (GEOSDistance_r(map->geos, shape->border, search->point, &distance) != 1 ||
        distance > LOCATE_NEAR_METRES)
        return;
    bool nearer = search->best == NULL || distance < search->best_distance - 0.001;
    if (!nearer && (distance > search->best_distance + 0.001 || !better(search, area)))
        return;
    search->best = area;
    search->best_distance = distance;
}

static const struct city_area *nearest(struct search *search, double x, double y)
{
    struct map *map = search->map;
    const double d = LOCATE_NEAR_METRES;
    GEOSGeometry *box = GEOSGeom_createRectangle_r(map->geos, x - d, y - d, x + d, y + d);
    search->near = true;
    for (size_t i = 0; i < LAYERS && box != NULL; i++)
        if (map->layers[i].n > 0)
            GEOSSTRtree_query_r(map->geos, map->layers[i].tree, box, consider, search);
    GEOSGeom_destroy_r(map->geos, box);
    return search->best;
}

const struct city_area *map_locate(struct map *map, const struct city *city, double lat, double lon,
                                   const char *category)
{
    double x = lon * city->metres_lon, y = lat * city->metres_lat;
    GEOSGeometry *point = GEOSGeom_createPointFromXY_r(map->geos, x, y);
    struct search search = { .map = map, .city = city, .point = point, .category = category };
    for (size_t i = 0; i < LAYERS && search.best == NULL; i++)
        if (map->layers[i].n > 0)
            GEOSSTRtree_query_r(map->geos, map->layers[i].tree, point, consider, &search);
    const struct city_area *found = search.best != NULL ? search.best : nearest(&search, x, y);
    GEOSGeom_destroy_r(map->geos, point);
    return found;
}
