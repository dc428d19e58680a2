/* Promise (DESIGN 3): a dedicated grid comes first for its own matters and never for others, then a
 * temporary grid, then the deepest area; on a border the lower id; outside all of them the nearest
 * within 30 m; beyond that none. Whatever bytes a border has, none is taken that is no geometry. */
#include <math.h>

#include "tests/unit/test.h"
#include "tests/unit/triage/fixture.h"

static struct city city;
static struct map *map;

static int set_up(void **state)
{
    fixture_begin(&city);
    map = fixture_map();
    return 0;
}

static int tear_down(void **state)
{
    map_destroy(&map);
    city_clear(&city);
    return 0;
}

static int64_t area_at(double x, double y, const char *category)
{
    const struct city_area *area = map_locate(map, &city, y, x, category);
    return area == NULL ? 0 : area->id;
}

static void test_points(void **state)
{
    static const struct {
        const char *name;
        double x, y;
        const char *category;
        int64_t want;
    } rows[] = {
        { "a grid", 300, 200, "road", WEST },
        { "a micro-grid is deeper", 550, 50, "road", MICRO },
        { "a micro-grid's border", 600, 100, "road", MICRO },
        { "a border of two grids", 500, 300, "road", EAST },
        { "dedicated, its own matter", 620, 160, "shop", SHOP },
        { "dedicated, below its own", 620, 160, "noise.night", SHOP },
        { "dedicated, another matter", 620, 160, "road", EAST },
        { "dedicated, no category", 620, 160, "", EAST },
        { "dedicated, not said", 620, 160, NULL, EAST },
        { "dedicated before temporary", 680, 120, "shop", SHOP },
        { "temporary before ordinary", 680, 120, "road", FAIR },
        { "dedicated before a micro-grid", 600, 100, "shop", SHOP },
        { "no grid: the community", 900, 450, "road", COMMUNITY },
        { "no community: the street", 100, 900, "road", STREET },
        { "no street: the district", 1500, 500, "road", DISTRICT },
        { "20 m outside", 1500, 1020, "road", DISTRICT },
        { "30 m outside", 1500, 1030, "road", DISTRICT },
        { "31 m outside", 1500, 1031, "road", 0 },
        { "30 m from a corner", 2018, 1024, "road", DISTRICT },
        { "in the box, not in the circle", 2025, 1025, "road", 0 },
        { "two equally near: the deeper", -10, 300, "road", COMMUNITY },
        { "far away", 1e7, 1e7, "road", 0 },
        { "the poles", 0, 90e9, "road", 0 },
    };
    for (size_t i = 0; i < WG_COUNT(rows); i++)
        ROW(rows[i].name, area_at(rows[i].x, rows[i].y, rows[i].category) == rows[i].want);
}

/* The second asking takes the prepared border; the answer may not depend on that. */
static void test_again(void **state)
{
    for (int i = 0; i < 3; i++) {
        assert_int_equal(area_at(300, 200, "road"), WEST);
        assert_int_equal(area_at(620, 160, "shop"), SHOP);
    }
}

static void test_no_number(void **state)
{
    assert_int_equal(area_at(NAN, 200, "road"), 0);
    assert_int_equal(area_at(INFINITY, -INFINITY, "road"), 0);
}

static void test_bytes(void **state)
{
    uint8_t wkb[93];
    const int corners[] = { 0, 0, 10, 10 };
    fixture_rectangle(corners, wkb);
    const struct city_area *east = city_area_by_id(&city, EAST);
    const struct city_area former = { .id = 999, .level = "grid", .kind = "ordinary" };
    WG_AUTO(map_destroy) struct map *fresh = map_new();
    assert_null(map_locate(fresh, &city, 5, 5, "road"));
    for (size_t length = 0; length < sizeof wkb; length++)
        assert_false(map_add(fresh, east, wkb, length));
    assert_false(map_add(fresh, east, "no geometry", 11));
    assert_true(map_add(fresh, &former, wkb, sizeof wkb)); /* an area that the city no longer has */
    assert_true(map_add(fresh, east, wkb, sizeof wkb));
    assert_int_equal(map_locate(fresh, &city, 5, 5, "road")->id, EAST);
}

/* A grid beside others is as well found among hundreds of shapes as alone. */
static void test_many(void **state)
{
    WG_AUTO(map_destroy) struct map *many = map_new();
    struct city wide = { .metres_lon = 2, .metres_lat = 4 };
    uint8_t wkb[93];
    for (int i = 0; i < 900; i++) {
        const int corners[] = { i % 30 * 10, i / 30 * 10, i % 30 * 10 + 10, i / 30 * 10 + 10 };
        struct city_area area = { .id = i + 1, .level = "grid", .kind = "ordinary" };
        snprintf(area.code, sizeof area.code, "%d", i);
        city_areas_add(&wide.areas, &area);
        fixture_rectangle(corners, wkb);
        assert_true(map_add(many, &area, wkb, sizeof wkb));
    }
    city_areas_finish(&wide.areas);
    for (int i = 0; i < 900; i++) {
        double x = i % 30 * 10 + 5, y = i / 30 * 10 + 5;
        assert_int_equal(map_locate(many, &wide, y / 4, x / 2, "road")->id, i + 1);
    }
    city_clear(&wide);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_points),    cmocka_unit_test(test_again),
        cmocka_unit_test(test_no_number), cmocka_unit_test(test_bytes),
        cmocka_unit_test(test_many),
    };
    return cmocka_run_group_tests_name("locate", tests, set_up, tear_down);
}
