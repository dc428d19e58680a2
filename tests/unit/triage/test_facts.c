/* Promise: what cannot be placed, understood or assigned says which it is, and belongs somewhere
 * all the same; what a person chose is taken as it is; whom a notice may name is looked up for each
 * role of the workflow. The real workflow file is the argument. */
#include "services/triage/facts.h"
#include "tests/unit/test.h"
#include "tests/unit/triage/fixture.h"

enum { LEADER = 100, SHOPKEEPER, SECRETARY, DISPATCHER, ROOT_DISPATCHER, COORDINATOR };

static const char *file;
static struct city city;
static struct map *map;
static struct workflow *workflow;

static int set_up(void **state)
{
    char fault[200];
    WG_AUTO(wg_free) char *text = fixture_file(file);
    WG_AUTO(wg_json_put) struct json_object *definition = fixture_json(text);
    fixture_begin(&city);
    city.areas.version = 42;
    fixture_post(&city, LEADER, "leader", EAST);
    fixture_post(&city, SHOPKEEPER, "dedicated-leader", SHOP);
    fixture_post(&city, SECRETARY, "secretary", COMMUNITY);
    fixture_post(&city, DISPATCHER, "dispatcher", COMMUNITY);
    fixture_post(&city, COORDINATOR, "coordinator", STREET);
    fixture_post(&city, ROOT_DISPATCHER, "dispatcher", DISTRICT);
    city_posts_finish(&city.posts);
    struct city_category *road = &city.categories.rows[0];
    while (strcmp(road->code, "road") != 0)
        road++;
    road->restricted = true;
    road->n_limits = 1;
    road->limits[0] = (struct wg_limit_row){ .clock = "accept", .limit = { .n = 30 } };
    map = fixture_map();
    return workflow_new(definition, 1, &workflow, fault, sizeof fault);
}

static int tear_down(void **state)
{
    workflow_destroy(&workflow);
    map_destroy(&map);
    city_clear(&city);
    return 0;
}

#define GRID_EAST "410103007012001"
#define COMMUNITY_CODE "410103007012"

static const struct {
    const char *name;
    struct facts_input input;
    int64_t area;
    const char *reason, *rule; /* of the place; NULL = none */
    int64_t holder;
    const char *holder_rule;
} rows[] = {
    { "a point in a grid",
      { .category = "road", .area = "", .has_point = true, .lat = 300, .lon = 550 },
      EAST,
      NULL,
      "polygon",
      LEADER,
      "post" },
    { "a shop's own matter",
      { .category = "shop", .area = "", .has_point = true, .lat = 160, .lon = 620 },
      SHOP,
      NULL,
      "polygon",
      SHOPKEEPER,
      "post" },
    { "a grid given",
      { .category = "road", .area = GRID_EAST },
      EAST,
      NULL,
      "given",
      LEADER,
      "post" },
    { "a grid given, a point elsewhere",
      { .category = "road", .area = GRID_EAST, .has_point = true, .lat = 200, .lon = 300 },
      EAST,
      NULL,
      "given",
      LEADER,
      "post" },
    { "a micro-grid given",
      { .category = "road", .area = "41010300701200101" },
      MICRO,
      NULL,
      "given",
      LEADER,
      "post" },
    { "a community given, a point in a grid",
      { .category = "road", .area = COMMUNITY_CODE, .has_point = true, .lat = 300, .lon = 550 },
      EAST,
      NULL,
      "polygon",
      LEADER,
      "post" },
    { "a community given alone",
      { .category = "road", .area = COMMUNITY_CODE },
      COMMUNITY,
      "grid",
      "given",
      0,
      NULL },
    { "a community chosen",
      { .category = "road", .area = COMMUNITY_CODE, .area_chosen = true },
      COMMUNITY,
      "grid",
      "chosen",
      0,
      NULL },
    { "a grid chosen",
      { .category = "road", .area = GRID_EAST, .area_chosen = true },
      EAST,
      NULL,
      "chosen",
      LEADER,
      "post" },
    { "a point between the grids",
      { .category = "road", .area = "", .has_point = true, .lat = 450, .lon = 900 },
      COMMUNITY,
      "grid",
      "polygon",
      0,
      NULL },
    { "a point outside",
      { .category = "road", .area = "", .has_point = true, .lat = 5000, .lon = 900 },
      DISTRICT,
      "outside",
      NULL,
      0,
      NULL },
    { "a point outside, a community given",
      { .category = "road", .area = COMMUNITY_CODE, .has_point = true, .lat = 5000, .lon = 900 },
      COMMUNITY,
      "grid",
      "given",
      0,
      NULL },
    { "nowhere", { .category = "road", .area = "" }, DISTRICT, "place", NULL, 0, NULL },
    { "an area that is no more",
      { .category = "road", .area = "410199" },
      DISTRICT,
      "place",
      NULL,
      0,
      NULL },
    { "no category", { .category = "", .area = GRID_EAST }, EAST, NULL, "given", 0, NULL },
    { "a category that is no more",
      { .category = "gone", .area = GRID_EAST },
      EAST,
      NULL,
      "given",
      0,
      NULL },
    { "a secretary's matter",
      { .category = "dispute", .area = GRID_EAST },
      EAST,
      NULL,
      "given",
      SECRETARY,
      "post" },
    { "nobody's matter",
      { .category = "nobody", .area = GRID_EAST },
      EAST,
      NULL,
      "given",
      0,
      NULL },
    { "a holder chosen",
      { .category = "road", .area = GRID_EAST, .holder = 777 },
      EAST,
      NULL,
      "given",
      777,
      "chosen" },
    { "a holder chosen, no place",
      { .category = "", .area = "", .holder = 777 },
      DISTRICT,
      "place",
      NULL,
      777,
      "chosen" },
};

static bool same(const char *left, const char *right)
{
    return left == NULL || right == NULL ? left == right : strcmp(left, right) == 0;
}

static void test_rows(void **state)
{
    const struct facts_source source = { &city, map, workflow };
    int64_t now = fixture_time("2026-11-23T09:00:00+08:00");
    for (size_t i = 0; i < WG_COUNT(rows); i++) {
        struct workflow_facts facts;
        facts_find(&source, &rows[i].input, now, &facts);
        ROW(rows[i].name, facts.area_id == rows[i].area);
        ROW(rows[i].name, strcmp(facts.area, city_area_by_id(&city, rows[i].area)->code) == 0);
        ROW(rows[i].name, same(facts.place_reason, rows[i].reason));
        ROW(rows[i].name, same(facts.place_rule, rows[i].rule));
        ROW(rows[i].name, facts.holder == rows[i].holder);
        ROW(rows[i].name, same(facts.holder_rule, rows[i].holder_rule));
        ROW(rows[i].name, facts.calendar == city.calendars.rows[0].table);
        ROW(rows[i].name, facts.calendar_version == 7 && facts.area_calendar == NULL);
        ROW(rows[i].name, facts.city_version == 42 && !facts.reporter_has_mail);
    }
}

static void test_category(void **state)
{
    const struct facts_source source = { &city, map, workflow };
    const struct facts_input input = { .category = "road",
                                       .area = GRID_EAST,
                                       .reporter_has_mail = true };
    struct workflow_facts facts;
    facts_find(&source, &input, 0, &facts);
    assert_string_equal(facts.category, "road");
    assert_string_equal(facts.grade, "small");
    assert_true(facts.restricted && facts.reporter_has_mail);
    assert_int_equal(facts.n_limits, 1);
    assert_string_equal(facts.limits[0].clock, "accept");
    assert_int_equal(facts.limits[0].limit.n, 30);
}

static void test_roles(void **state)
{
    static const struct {
        const char *role;
        int64_t in_grid, nowhere;
    } want[] = { { "dispatcher", DISPATCHER, ROOT_DISPATCHER },
                 { "closer", DISPATCHER, ROOT_DISPATCHER },
                 { "upper", SECRETARY, 0 },
                 { "chief", SECRETARY, 0 },
                 { "above", COORDINATOR, 0 },
                 { "coordinator", COORDINATOR, 0 },
                 { "director", 0, 0 },
                 { "supervisor", 0, 0 } };
    const struct facts_source source = { &city, map, workflow };
    const struct facts_input in_grid = { .category = "road", .area = GRID_EAST },
                             nowhere = { .category = "road", .area = "" };
    struct workflow_facts here, there;
    facts_find(&source, &in_grid, 0, &here);
    facts_find(&source, &nowhere, 0, &there);
    assert_int_equal(here.n_roles, WG_COUNT(want));
    for (size_t i = 0; i < WG_COUNT(want); i++) {
        ROW(want[i].role, strcmp(here.roles[i].role, want[i].role) == 0);
        ROW(want[i].role, here.roles[i].n == (want[i].in_grid != 0));
        ROW(want[i].role, here.roles[i].n == 0 || here.roles[i].staff[0] == want[i].in_grid);
        ROW(want[i].role, there.roles[i].n == (want[i].nowhere != 0));
        ROW(want[i].role, there.roles[i].n == 0 || there.roles[i].staff[0] == want[i].nowhere);
    }
}

/* Whom a role means depends on the level that has the case. */
static void test_levels(void **state)
{
    static const struct {
        const char *level;
        int64_t upper;
    } levels[] = { { "grid", SECRETARY }, { "community", COORDINATOR }, { "street", 0 } };
    const struct facts_source source = { &city, map, workflow };
    for (size_t i = 0; i < WG_COUNT(levels); i++) {
        const struct facts_input input = { .category = "road",
                                           .area = GRID_EAST,
                                           .level = levels[i].level };
        struct workflow_facts facts;
        facts_find(&source, &input, 0, &facts);
        ROW(levels[i].level, strcmp(facts.roles[2].role, "upper") == 0);
        ROW(levels[i].level, facts.roles[2].n == (levels[i].upper != 0));
        ROW(levels[i].level, facts.roles[2].n == 0 || facts.roles[2].staff[0] == levels[i].upper);
    }
}

/* The level of a case in somebody's hands is that of the area where they have their post. */
static void test_holder_level(void **state)
{
    static const struct {
        const char *name, *category, *area;
        int64_t holder;
        const char *want;
    } levels[] = {
        { "found in the grid", "road", GRID_EAST, 0, "grid" },
        { "found for a micro-grid", "road", "41010300701200101", 0, "grid" },
        { "found in the community", "dispute", GRID_EAST, 0, "community" },
        { "chosen in the grid", "dispute", GRID_EAST, LEADER, "grid" },
        { "chosen above", "road", GRID_EAST, COORDINATOR, "street" },
        { "chosen at the root", "road", GRID_EAST, ROOT_DISPATCHER, "district" },
        { "chosen elsewhere", "road", GRID_EAST, 777, NULL },
        { "nobody", "nobody", GRID_EAST, 0, NULL },
    };
    const struct facts_source source = { &city, map, workflow };
    for (size_t i = 0; i < WG_COUNT(levels); i++) {
        const struct facts_input input = { .category = levels[i].category,
                                           .area = levels[i].area,
                                           .holder = levels[i].holder };
        struct workflow_facts facts;
        facts_find(&source, &input, 0, &facts);
        ROW(levels[i].name, same(facts.holder_level, levels[i].want));
    }
}

/* A party that has or is given a case is told by those who act for it. */
static void test_party(void **state)
{
    const struct facts_source source = { &city, map, workflow };
    const struct facts_input input = { .category = "road", .area = GRID_EAST, .party = 9 };
    struct workflow_facts facts;
    facts_find(&source, &input, 0, &facts);
    assert_int_equal(facts.holder, 0);
    assert_int_equal(facts.party, 9);
    assert_false(facts.party_ordered); /* one that is not there takes no orders */
    assert_int_equal(facts.party_people.n, 0);
}

/* A report that goes the whole walk needs nobody's role, since the real workflow tells only the
 * holder on it; whatever stops short does. */
static void test_roles_of_an_opening(void **state)
{
    static const struct {
        const char *name, *category, *area;
        size_t want;
    } openings[] = { { "complete", "road", GRID_EAST, 0 },
                     { "no category", "", GRID_EAST, 8 },
                     { "no place", "road", "", 8 },
                     { "no holder", "nobody", GRID_EAST, 8 } };
    const struct facts_source source = { &city, map, workflow };
    for (size_t i = 0; i < WG_COUNT(openings); i++) {
        const struct facts_input input = { .category = openings[i].category,
                                           .area = openings[i].area,
                                           .opening = true };
        struct workflow_facts facts;
        facts_find(&source, &input, 0, &facts);
        ROW(openings[i].name, facts.n_roles == openings[i].want);
    }
}

/* A complaint is put into nobody's hands who is below the chief, nor those of whom it is about,
 * even where they cover the chief's post; and none of them is told. */
static void test_complaint(void **state)
{
    static const struct {
        const char *name, *area, *shield;
        int64_t about, holder, dispatcher;
    } complaints[] = {
        { "about nobody", GRID_EAST, NULL, 0, LEADER, DISPATCHER },
        { "about the leader", GRID_EAST, COMMUNITY_CODE, LEADER, 0, DISPATCHER },
        { "about a neighbour of the leader", GRID_EAST, COMMUNITY_CODE, 99, 0, DISPATCHER },
        { "about somebody of the same grid", GRID_EAST, GRID_EAST, 99, LEADER, DISPATCHER },
        { "about whoever has the chief's post", GRID_EAST, GRID_EAST, LEADER, 0, DISPATCHER },
        { "about the dispatcher", GRID_EAST, "410103007", DISPATCHER, 0, ROOT_DISPATCHER },
        { "about nobody known", GRID_EAST, "410103", 0, 0, ROOT_DISPATCHER },
        { "the shield's code is gone", GRID_EAST, "410199", 99, 0, ROOT_DISPATCHER },
        { "it lies elsewhere", GRID_EAST, "410103007012002", 99, LEADER, DISPATCHER },
    };
    const struct facts_source source = { &city, map, workflow };
    for (size_t i = 0; i < WG_COUNT(complaints); i++) {
        const struct facts_input input = { .category = "road",
                                           .area = complaints[i].area,
                                           .about = complaints[i].about,
                                           .shield = complaints[i].shield };
        struct workflow_facts facts;
        int64_t told = 0;
        facts_find(&source, &input, 0, &facts);
        for (size_t r = 0; r < facts.n_roles; r++)
            if (strcmp(facts.roles[r].role, "dispatcher") == 0 && facts.roles[r].n == 1)
                told = facts.roles[r].staff[0];
        ROW(complaints[i].name,
            facts.holder == complaints[i].holder && told == complaints[i].dispatcher);
    }
}

/* Without areas a report must not be lost either: it lies nowhere, and says so. */
static void test_empty_city(void **state)
{
    struct city empty = { .metres_lon = 1, .metres_lat = 1 };
    WG_AUTO(map_destroy) struct map *blank = map_new();
    const struct facts_source source = { &empty, blank, workflow };
    const struct facts_input input = { .category = "road", .area = "1", .has_point = true };
    struct workflow_facts facts;
    facts_find(&source, &input, 0, &facts);
    assert_int_equal(facts.area_id, 0);
    assert_string_equal(facts.place_reason, "outside");
    assert_string_equal(facts.category, "");
}

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_rows),       cmocka_unit_test(test_category),
        cmocka_unit_test(test_roles),      cmocka_unit_test(test_roles_of_an_opening),
        cmocka_unit_test(test_empty_city), cmocka_unit_test(test_levels),
        cmocka_unit_test(test_party),      cmocka_unit_test(test_holder_level),
        cmocka_unit_test(test_complaint),
    };
    if (argc != 2)
        return 2;
    file = argv[1];
    return cmocka_run_group_tests_name("facts", tests, set_up, tear_down);
}
