/* The geometry of a GeoJSON feature: positions of two numbers (a third, the height, is dropped),
 * rings that close. Whether a polygon crosses itself only PostGIS can say (sql/check_areas.sql). */
#include <math.h>
#include <string.h>

#include "common/json.h"
#include "common/text.h"

#include "services/registry/kinds.h"

enum { RING_POSITIONS_LEAST = 4 };

static const char *judge_position(struct json_object *position, double *ret_lon, double *ret_lat)
{
    if (!json_object_is_type(position, json_type_array))
        return "geometry-shape";
    size_t n = json_object_array_length(position);
    if (n < 2 || n > 3)
        return "geometry-shape";
    for (size_t i = 0; i < n; i++) {
        struct json_object *number = json_object_array_get_idx(position, i);
        if (!json_object_is_type(number, json_type_double) &&
            !json_object_is_type(number, json_type_int))
            return "geometry-shape";
    }
    double lon = json_object_get_double(json_object_array_get_idx(position, 0));
    double lat = json_object_get_double(json_object_array_get_idx(position, 1));
    if (!(fabs(lon) <= 180) || !(fabs(lat) <= 90))
        return "geometry-range";
    *ret_lon = lon;
    *ret_lat = lat;
    return NULL;
}

static const char *write_ring(struct json_object *ring, struct wg_text *out)
{
    if (!json_object_is_type(ring, json_type_array))
        return "geometry-shape";
    size_t n = json_object_array_length(ring);
    if (n < RING_POSITIONS_LEAST)
        return "geometry-ring";
    double first_lon = 0, first_lat = 0, lon = 0, lat = 0;
    for (size_t i = 0; i < n; i++) {
        const char *fault = judge_position(json_object_array_get_idx(ring, i), &lon, &lat);
        if (fault != NULL)
            return fault;
        if (i == 0) {
            first_lon = lon;
            first_lat = lat;
        }
        wg_text_printf(out, "%s[%.15g,%.15g]", i == 0 ? "[" : ",", lon, lat);
    }
    wg_text_put(out, "]");
    bool closed = !(fabs(lon - first_lon) > 0) && !(fabs(lat - first_lat) > 0);
    return closed ? NULL : "geometry-ring";
}

static const char *write_polygon(struct json_object *polygon, struct wg_text *out)
{
    if (!json_object_is_type(polygon, json_type_array))
        return "geometry-shape";
    size_t n = json_object_array_length(polygon);
    if (n == 0)
        return "geometry-empty";
    for (size_t i = 0; i < n; i++) {
        wg_text_put(out, i == 0 ? "[" : ",");
        const char *fault = write_ring(json_object_array_get_idx(polygon, i), out);
        if (fault != NULL)
            return fault;
    }
    wg_text_put(out, "]");
    return NULL;
}

static const char *write_polygons(struct json_object *polygons, struct wg_text *out)
{
    if (!json_object_is_type(polygons, json_type_array))
        return "geometry-shape";
    size_t n = json_object_array_length(polygons);
    if (n == 0)
        return "geometry-empty";
    for (size_t i = 0; i < n; i++) {
        wg_text_put(out, i == 0 ? "" : ",");
        const char *fault = write_polygon(json_object_array_get_idx(polygons, i), out);
        if (fault != NULL)
            return fault;
    }
    return NULL;
}

const char *shape_border(struct json_object *geometry, struct json_object *row)
{
    const char *type = wg_json_text(geometry, "type");
    struct json_object *coordinates = wg_json_get(geometry, "coordinates");
    WG_AUTO(wg_text_destroy) struct wg_text out = { 0 };
    const char *fault = "geometry-type";
    wg_text_put(&out, "{\"type\":\"MultiPolygon\",\"coordinates\":[");
    if (type != NULL && strcmp(type, "Polygon") == 0)
        fault = write_polygon(coordinates, &out);
    else if (type != NULL && strcmp(type, "MultiPolygon") == 0)
        fault = write_polygons(coordinates, &out);
    if (fault != NULL)
        return fault;
    wg_text_put(&out, "]}");
    json_object_object_add(row, "border", json_object_new_string_len(out.bytes, (int)out.length));
    return NULL;
}

const char *shape_point(struct json_object *geometry, struct json_object *row)
{
    const char *type = wg_json_text(geometry, "type");
    if (type == NULL || strcmp(type, "Point") != 0)
        return "geometry-type";
    double lon, lat;
    const char *fault = judge_position(wg_json_get(geometry, "coordinates"), &lon, &lat);
    if (fault != NULL)
        return fault;
    json_object_object_add(row, "lat", json_object_new_double(lat));
    json_object_object_add(row, "lon", json_object_new_double(lon));
    return NULL;
}
