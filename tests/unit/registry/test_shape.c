/* Promise: only geometry that PostGIS can read goes on, as two-dimensional MultiPolygon; the rest
 * is named. */
#include "tests/unit/registry/rows.h"
#include "tests/unit/test.h"

static const struct {
    const char *name, *in, *want;
} rows[] = {
    { "a polygon", "{\"type\":\"Polygon\",\"coordinates\":[[[1,2],[3,2],[3,4],[1,2]]]}", NULL },
    { "with height", "{\"type\":\"Polygon\",\"coordinates\":[[[1,2,9],[3,2,9],[3,4,9],[1,2,9]]]}",
      NULL },
    { "several",
      "{\"type\":\"MultiPolygon\",\"coordinates\":[[[[1,2],[3,2],[3,4],[1,2]]],[[[5,6],[7,6],[7,8],"
      "[5,6]]]]}",
      NULL },
    { "with a hole",
      "{\"type\":\"Polygon\",\"coordinates\":[[[0,0],[9,0],[9,9],[0,0]],[[5,2],[6,2],[6,3],[5,2]]]"
      "}",
      NULL },
    { "a point", "{\"type\":\"Point\",\"coordinates\":[1,2]}", "geometry-type" },
    { "no type", "{\"coordinates\":[]}", "geometry-type" },
    { "no object", "5", "geometry-type" },
    { "no coordinates", "{\"type\":\"Polygon\"}", "geometry-shape" },
    { "empty", "{\"type\":\"Polygon\",\"coordinates\":[]}", "geometry-empty" },
    { "empty ones", "{\"type\":\"MultiPolygon\",\"coordinates\":[]}", "geometry-empty" },
    { "an empty ring", "{\"type\":\"Polygon\",\"coordinates\":[[]]}", "geometry-ring" },
    { "three points", "{\"type\":\"Polygon\",\"coordinates\":[[[1,2],[3,4],[1,2]]]}",
      "geometry-ring" },
    { "not closed", "{\"type\":\"Polygon\",\"coordinates\":[[[1,2],[3,2],[3,4],[1,3]]]}",
      "geometry-ring" },
    { "texts", "{\"type\":\"Polygon\",\"coordinates\":[[[\"1\",2],[3,2],[3,4],[1,2]]]}",
      "geometry-shape" },
    { "one number", "{\"type\":\"Polygon\",\"coordinates\":[[[1],[3,2],[3,4],[1]]]}",
      "geometry-shape" },
    { "nested too little", "{\"type\":\"Polygon\",\"coordinates\":[[1,2],[3,2]]}",
      "geometry-ring" },
    { "off the earth", "{\"type\":\"Polygon\",\"coordinates\":[[[181,2],[3,2],[3,4],[181,2]]]}",
      "geometry-range" },
};

static void test_border(void **state)
{
    for (size_t i = 0; i < WG_COUNT(rows); i++) {
        WG_AUTO(wg_json_put) struct json_object *geometry = json_tokener_parse(rows[i].in);
        WG_AUTO(wg_json_put) struct json_object *row = json_object_new_object();
        const char *fault = shape_border(geometry, row);
        ROW(rows[i].name, (fault == NULL) == (rows[i].want == NULL));
        ROW(rows[i].name, fault == NULL || strcmp(fault, rows[i].want) == 0);
        ROW(rows[i].name, (wg_json_text(row, "border") != NULL) == (fault == NULL));
    }
}

static void test_border_text(void **state)
{
    WG_AUTO(wg_json_put) struct json_object *geometry = json_tokener_parse(rows[1].in);
    WG_AUTO(wg_json_put) struct json_object *row = json_object_new_object();
    assert_null(shape_border(geometry, row));
    assert_string_equal(
        wg_json_text(row, "border"),
        "{\"type\":\"MultiPolygon\",\"coordinates\":[[[[1,2],[3,2],[3,4],[1,2]]]]}");
}

static void test_point(void **state)
{
    WG_AUTO(wg_json_put)
    struct json_object *point =
        json_tokener_parse("{\"type\":\"Point\",\"coordinates\":[113.5,34.5]}");
    WG_AUTO(wg_json_put) struct json_object *polygon = json_tokener_parse(rows[0].in);
    WG_AUTO(wg_json_put) struct json_object *row = json_object_new_object();
    assert_string_equal(shape_point(polygon, row), "geometry-type");
    assert_null(shape_point(point, row));
    assert_float_equal(json_object_get_double(wg_json_get(row, "lat")), 34.5, 1e-9);
    assert_float_equal(json_object_get_double(wg_json_get(row, "lon")), 113.5, 1e-9);
}

int main(void)
{
    const struct CMUnitTest tests[] = { cmocka_unit_test(test_border),
                                        cmocka_unit_test(test_border_text),
                                        cmocka_unit_test(test_point) };
    return cmocka_run_group_tests_name("shape", tests, NULL, NULL);
}
