/* Promise: what is loaded is found again whatever the order of the rows, by id, by code and by the
 * whole code alone; a dedicated grid's matters are categories and those below them, never parts of
 * a word. */
#include "tests/unit/test.h"
#include "tests/unit/triage/fixture.h"

static struct city city;

static int set_up(void **state)
{
    fixture_begin(&city);
    return 0;
}

static int tear_down(void **state)
{
    city_clear(&city);
    return 0;
}

static void test_areas(void **state)
{
    for (size_t i = 0; i < WG_COUNT(fixture_areas); i++) {
        const struct city_area *by_id = city_area_by_id(&city, fixture_areas[i].id);
        ROW(fixture_areas[i].code, by_id != NULL && by_id->id == fixture_areas[i].id);
        ROW(fixture_areas[i].code, city_area_by_code(&city, fixture_areas[i].code) == by_id);
    }
    static const char *const none[] = { "", "4", "41010", "410104", "4101030070120010", "x" };
    for (size_t i = 0; i < WG_COUNT(none); i++)
        ROW(none[i], city_area_by_code(&city, none[i]) == NULL);
    assert_null(city_area_by_id(&city, 0));
    assert_null(city_area_by_id(&city, 99));
    assert_int_equal(city_root(&city)->id, DISTRICT);
}

static void test_empty(void **state)
{
    struct city empty = { 0 };
    city_areas_finish(&empty.areas);
    city_posts_finish(&empty.posts);
    city_duties_finish(&empty.duties);
    city_categories_finish(&empty.categories);
    assert_null(city_area_by_id(&empty, 1));
    assert_null(city_area_by_code(&empty, "410103"));
    assert_null(city_category(&empty, "road"));
    assert_null(city_root(&empty));
    city_clear(&empty);
}

/* More rows than any first allocation, put in backwards and by leaps. */
static void test_many(void **state)
{
    enum { MANY = 2003, LEAP = 997 };
    struct city many = { 0 };
    for (int i = 0; i < MANY; i++) {
        struct city_area area = { .id = 1 + (i * LEAP) % MANY };
        snprintf(area.code, sizeof area.code, "%06lld", (long long)(900000 - area.id));
        city_areas_add(&many.areas, &area);
    }
    city_areas_finish(&many.areas);
    for (int64_t id = 1; id <= MANY; id++) {
        char code[16];
        snprintf(code, sizeof code, "%06lld", (long long)(900000 - id));
        assert_int_equal(city_area_by_id(&many, id)->id, id);
        assert_int_equal(city_area_by_code(&many, code)->id, id);
    }
    assert_null(city_area_by_code(&many, "900000"));
    city_clear(&many);
}

static void test_categories(void **state)
{
    char endless[CITY_CATEGORY + 10];
    memset(endless, 'x', sizeof endless - 1);
    endless[sizeof endless - 1] = '\0';
    assert_string_equal(city_category(&city, "road.lamp")->parent, "road");
    assert_null(city_category(&city, "road.lam"));
    assert_null(city_category(&city, ""));
    assert_null(city_category(&city, endless));
}

static void test_depth(void **state)
{
    static const struct {
        const char *level;
        int want;
    } rows[] = {
        { "district", 0 }, { "street", 1 }, { "community", 2 }, { "grid", 3 },
        { "micro", 4 },    { "", -1 },      { "Grid", -1 },     { "town", -1 },
    };
    for (size_t i = 0; i < WG_COUNT(rows); i++)
        ROW(rows[i].level, city_depth(rows[i].level) == rows[i].want);
}

static void test_matters(void **state)
{
    static const struct {
        const char *name, *category;
        bool want;
    } rows[] = {
        { "its own", "shop", true },
        { "the last of them", "noise", true },
        { "below its own", "noise.night", true },
        { "another", "road", false },
        { "below another", "road.lamp", false },
        { "a part of a word", "sho", false },
        { "two of them", "shop,noise", true },
        { "unknown", "nowhere", false },
        { "none", "", false },
        { "not said", NULL, false },
    };
    const struct city_area *shop = city_area_by_id(&city, SHOP);
    for (size_t i = 0; i < WG_COUNT(rows); i++)
        ROW(rows[i].name, city_is_matter(&city, shop, rows[i].category) == rows[i].want);
    assert_false(city_is_matter(&city, city_area_by_id(&city, EAST), "shop"));
}

/* Two categories that name each other as parents must not hold the loop. */
static void test_circle(void **state)
{
    struct city circle = { 0 };
    struct city_area area = { .matters = wg_strdup(",z,") };
    const struct city_category rows[] = { fixture_category("a", "b", "leader"),
                                          fixture_category("b", "a", "leader") };
    city_categories_add(&circle.categories, &rows[0]);
    city_categories_add(&circle.categories, &rows[1]);
    city_categories_finish(&circle.categories);
    assert_false(city_is_matter(&circle, &area, "a"));
    free(area.matters);
    city_clear(&circle);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_areas),  cmocka_unit_test(test_empty),
        cmocka_unit_test(test_many),   cmocka_unit_test(test_categories),
        cmocka_unit_test(test_depth),  cmocka_unit_test(test_matters),
        cmocka_unit_test(test_circle),
    };
    return cmocka_run_group_tests_name("city", tests, set_up, tear_down);
}
