/* Promise: whose it is follows from duty, then stand-ins, then posts, from the spot upwards, at the
 * very moment; whoever is on leave is passed over, and what nobody holds says so. */
#include "services/triage/assign.h"
#include "tests/unit/test.h"
#include "tests/unit/triage/fixture.h"

enum { ANNA = 100, BO, CHEN, DING, ER, FANG, GAO, HE, IDA };

static struct city city;

static void add_duty(int64_t staff, const char *post, int64_t area, const char *kind,
                     const char *hours)
{
    char from[40], to[40];
    struct city_duty row = { .area_id = area, .staff_id = staff };
    snprintf(from, sizeof from, "2026-11-23T%.5s:00+08:00", hours);
    snprintf(to, sizeof to, "2026-11-23T%.5s:00+08:00", hours + 6);
    row.from = fixture_time(from);
    row.to = fixture_time(to);
    snprintf(row.post, sizeof row.post, "%s", post);
    snprintf(row.kind, sizeof row.kind, "%s", kind);
    city_duties_add(&city.duties, &row);
}

static int set_up(void **state)
{
    fixture_begin(&city);
    fixture_post(&city, BO, "leader", EAST);
    fixture_post(&city, ANNA, "leader", EAST);
    fixture_post(&city, CHEN, "leader", WEST);
    fixture_post(&city, DING, "dedicated-leader", SHOP);
    fixture_post(&city, ER, "secretary", COMMUNITY);
    fixture_post(&city, FANG, "dispatcher", COMMUNITY);
    fixture_post(&city, GAO, "dispatcher", COMMUNITY);
    fixture_post(&city, HE, "dispatcher", DISTRICT);
    /* A term: from ten to eleven. */
    struct city_post term = { .area_id = FAIR,
                              .staff_id = IDA,
                              .post = "leader",
                              .from = fixture_time("2026-11-23T10:00:00+08:00"),
                              .to = fixture_time("2026-11-23T11:00:00+08:00") };
    city_posts_add(&city.posts, &term);
    add_duty(ANNA, "leader", EAST, "leave", "12:00 13:00");
    add_duty(CHEN, "leader", WEST, "leave", "12:00 15:00");
    add_duty(GAO, "leader", WEST, "stand-in", "13:00 14:00");
    add_duty(HE, "leader", COMMUNITY, "duty", "18:00 20:00");
    add_duty(FANG, "dispatcher", COMMUNITY, "leave", "12:00 13:00");
    add_duty(GAO, "dispatcher", COMMUNITY, "leave", "12:30 13:00");
    city_posts_finish(&city.posts);
    city_duties_finish(&city.duties);
    return 0;
}

static int tear_down(void **state)
{
    city_clear(&city);
    return 0;
}

static int64_t at(const char *time)
{
    char text[40];
    snprintf(text, sizeof text, "2026-11-23T%s:00+08:00", time);
    return fixture_time(text);
}

static void test_holder(void **state)
{
    static const struct {
        const char *name;
        int64_t area;
        const char *post, *time;
        int64_t want;
        const char *rule;
        int64_t where;
    } rows[] = {
        { "the first of two", EAST, "leader", "09:00", ANNA, "post", EAST },
        { "one on leave", EAST, "leader", "12:30", BO, "post", EAST },
        { "a leave's last moment is over", EAST, "leader", "13:00", ANNA, "post", EAST },
        { "from below", MICRO, "leader", "09:00", ANNA, "post", EAST },
        { "a stand-in", WEST, "leader", "13:30", GAO, "stand-in", WEST },
        { "a duty's first moment", WEST, "leader", "13:00", GAO, "stand-in", WEST },
        { "all on leave: nobody above", WEST, "leader", "12:30", 0, NULL, 0 },
        { "duty above, nobody here", WEST, "secretary", "12:30", ER, "post", COMMUNITY },
        { "a post here before duty above", EAST, "leader", "19:00", ANNA, "post", EAST },
        { "duty above", STREET, "leader", "19:00", 0, NULL, 0 },
        { "duty at the place itself", COMMUNITY, "leader", "19:00", HE, "duty", COMMUNITY },
        { "a dedicated grid's own leader", SHOP, "leader", "09:00", DING, "post", SHOP },
        { "a term has begun", FAIR, "leader", "10:00", IDA, "post", FAIR },
        { "a term is over", FAIR, "leader", "11:00", 0, NULL, 0 },
        { "a term is over: duty above", FAIR, "leader", "18:00", HE, "duty", COMMUNITY },
        { "another post", EAST, "dispatcher", "09:00", FANG, "post", COMMUNITY },
        { "all on leave: one above", EAST, "dispatcher", "12:45", HE, "post", DISTRICT },
        { "no such post", EAST, "coordinator", "09:00", 0, NULL, 0 },
        { "a part of a post's name", EAST, "lead", "09:00", 0, NULL, 0 },
    };
    for (size_t i = 0; i < WG_COUNT(rows); i++) {
        const struct city_area *area = city_area_by_id(&city, rows[i].area);
        struct holder holder = assign_holder(&city, area, rows[i].post, at(rows[i].time));
        ROW(rows[i].name, holder.staff_id == rows[i].want && holder.area_id == rows[i].where);
        ROW(rows[i].name, (holder.rule == NULL) == (rows[i].rule == NULL));
        ROW(rows[i].name, holder.rule == NULL || strcmp(holder.rule, rows[i].rule) == 0);
    }
    assert_int_equal(assign_holder(&city, NULL, "leader", at("09:00")).staff_id, 0);
}

static void test_people(void **state)
{
    static const struct {
        const char *name;
        int64_t area;
        const char *post, *time;
        size_t n;
        int64_t want[2];
    } rows[] = {
        { "two", EAST, "dispatcher", "09:00", 2, { FANG, GAO } },
        { "one on leave", EAST, "dispatcher", "12:15", 1, { GAO } },
        { "all on leave", EAST, "dispatcher", "12:45", 1, { HE } },
        { "at the root", DISTRICT, "dispatcher", "09:00", 1, { HE } },
        { "nobody", DISTRICT, "secretary", "09:00", 0, { 0 } },
    };
    for (size_t i = 0; i < WG_COUNT(rows); i++) {
        int64_t staff[ASSIGN_PEOPLE];
        size_t n = assign_people(&city, city_area_by_id(&city, rows[i].area), rows[i].post,
                                 at(rows[i].time), staff);
        ROW(rows[i].name, n == rows[i].n);
        ROW(rows[i].name, memcmp(staff, rows[i].want, n * sizeof staff[0]) == 0);
    }
}

static void test_many_people(void **state)
{
    struct city many;
    int64_t staff[ASSIGN_PEOPLE];
    fixture_begin(&many);
    for (int64_t i = 0; i < 3 * ASSIGN_PEOPLE; i++)
        fixture_post(&many, 500 - i, "dispatcher", COMMUNITY);
    city_posts_finish(&many.posts);
    assert_int_equal(
        assign_people(&many, city_area_by_id(&many, EAST), "dispatcher", at("09:00"), staff),
        ASSIGN_PEOPLE);
    assert_int_equal(staff[0], 500 - 3 * ASSIGN_PEOPLE + 1);
    city_clear(&many);
}

/* Who else covers the post of whoever has it, and where somebody stands. */
static void test_stand_in(void **state)
{
    static const struct {
        const char *name;
        int64_t area, staff;
        const char *time;
        int64_t stand_in, standing; /* standing: the area; 0 = none */
    } rows[] = {
        { "who shares the post", EAST, ANNA, "09:00", BO, EAST },
        { "not one on leave", EAST, BO, "12:30", 0, EAST },
        { "by the roster", WEST, CHEN, "13:30", GAO, WEST },
        { "the stand-in has none beside the one on leave", WEST, GAO, "13:30", 0, WEST },
        { "from below", MICRO, ANNA, "09:00", BO, EAST },
        { "alone", COMMUNITY, ER, "09:00", 0, COMMUNITY },
        { "above the area", EAST, FANG, "09:00", GAO, COMMUNITY },
        { "from elsewhere", WEST, ANNA, "09:00", 0, 0 },
        { "a term is over", FAIR, IDA, "11:00", 0, 0 },
        { "nobody", EAST, 0, "09:00", 0, 0 },
    };
    for (size_t i = 0; i < WG_COUNT(rows); i++) {
        const struct city_area *area = city_area_by_id(&city, rows[i].area), *where;
        ROW(rows[i].name,
            assign_stand_in(&city, area, rows[i].staff, at(rows[i].time)) == rows[i].stand_in);
        where = assign_standing(&city, area, rows[i].staff, at(rows[i].time));
        ROW(rows[i].name, (where == NULL ? 0 : where->id) == rows[i].standing);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_holder),
        cmocka_unit_test(test_people),
        cmocka_unit_test(test_many_people),
        cmocka_unit_test(test_stand_in),
    };
    return cmocka_run_group_tests_name("assign", tests, set_up, tear_down);
}
