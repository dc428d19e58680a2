/* Which calendar a clock gets: that of who answers for it, never the first of the alphabet; which
 * version of it a running clock goes by; and which limit, by grade and source. */
#include "services/triage/calendars.h"
#include "services/triage/workflow_file.h"
#include "tests/unit/test.h"
#include "tests/unit/triage/fixture.h"

enum { POLICE = 5, BUREAU = 6 };

static void put(struct calendars *calendars, const char *code, int64_t version)
{
    struct wg_calendar *table = fixture_calendar();
    assert_true(calendars_add(calendars, code, version, &table));
}

static void test_city(void **state)
{
    static const struct {
        const char *name, *codes[3], *root, *want;
    } rows[] = {
        { "its own, though another comes first", { "bureau", "city" }, NULL, "city" },
        { "its own, though the root area names another", { "bureau", "city" }, "bureau", "city" },
        { "none of its own: the root area's", { "bureau", "street" }, "street", "street" },
        { "the root area names one that is not there", { "street", "bureau" }, "none", "bureau" },
        { "none of these: the first", { "street", "bureau" }, NULL, "bureau" },
        { "none at all", { NULL }, "city", NULL },
    };
    (void)state;
    for (size_t i = 0; i < WG_COUNT(rows); i++) {
        struct calendars calendars = { 0 };
        for (size_t k = 0; rows[i].codes[k] != NULL; k++)
            put(&calendars, rows[i].codes[k], 1);
        const struct calendars_row *row = calendars_city(&calendars, rows[i].root);
        ROW(rows[i].name, rows[i].want == NULL
                              ? row == NULL
                              : row != NULL && strcmp(row->code, rows[i].want) == 0);
        calendars_clear(&calendars);
    }
}

static void test_versions(void **state)
{
    struct calendars calendars = { 0 };
    (void)state;
    put(&calendars, "city", 3);
    put(&calendars, "night", 9);
    put(&calendars, "city", 2);
    assert_int_equal(calendars_newest(&calendars, "city")->version, 3);
    assert_ptr_equal(calendars_find(&calendars, "city", 2), &calendars.rows[2]);
    assert_null(calendars_find(&calendars, "city", 9));
    assert_null(calendars_newest(&calendars, "day"));
    while (calendars.n < CALENDARS_MOST)
        put(&calendars, "more", (int64_t)calendars.n);
    struct wg_calendar *table = fixture_calendar();
    assert_false(calendars_add(&calendars, "more", 1000, &table));
    assert_null(table);
    calendars_clear(&calendars);
}

static void test_choice(void **state)
{
    static const struct {
        const char *name, *owner, *clock;
        int32_t party, task;
        const char *area, *want; /* "" = the city's */
    } rows[] = {
        { "nobody's own", "holder", "resolve", 0, 0, NULL, "" },
        { "of the party that holds it", "holder", "resolve", POLICE, 0, "grid", "night" },
        { "a party without its own: the area's", "holder", "resolve", BUREAU, 0, "grid", "grid" },
        { "of the task's party", "assignee", "sign/1", 0, POLICE, "grid", "night" },
        { "not of the party that holds it", "assignee", "sign/1", POLICE, BUREAU, NULL, "" },
        { "of the task's party, whoever watches", "holder", "letter/1", 0, POLICE, NULL, "night" },
        { "whoever watches, of the party that holds it", "holder", "letter/1", POLICE, 0, NULL,
          "night" },
        { "a citizen's clock: the area's", "closer", "answer", POLICE, 0, "grid", "grid" },
        { "a citizen's clock: the city's", "closer", "answer", POLICE, 0, NULL, "" },
        { "the area names the city's own", "closer", "answer", 0, 0, "city", "" },
    };
    (void)state;
    for (size_t i = 0; i < WG_COUNT(rows); i++) {
        struct workflow_facts facts = { .area_calendar = rows[i].area, .n_of_parties = 1 };
        facts.of_parties[0].party = POLICE;
        facts.of_parties[0].code = "night";
        struct workflow_case after = { .party = rows[i].party, .n_tasks = 1 };
        after.tasks[0].k = 1;
        after.tasks[0].party = rows[i].task;
        const struct workflow_step step = { .after = &after, .facts = &facts };
        const struct workflow_clock_rule rule = { .name = "x", .owner = rows[i].owner };
        struct workflow_clock clock = { 0 };
        snprintf(clock.name, sizeof clock.name, "%s", rows[i].clock);
        workflow_choose_calendar(&step, &rule, &clock);
        ROW(rows[i].name, strcmp(clock.code, rows[i].want) == 0);
    }
}

/* Counted by the newest version, explained and marked by the one that it was counted by. */
static void test_reckoned(void **state)
{
    struct calendars calendars = { 0 };
    (void)state;
    put(&calendars, "city", 3);
    put(&calendars, "night", 2);
    put(&calendars, "night", 1);
    const struct workflow_facts facts = { .calendars = &calendars,
                                          .calendar = calendars.rows[0].table,
                                          .calendar_version = 3 };
    struct workflow_clock clock = { .code = "night", .calendar = 1 };
    assert_ptr_equal(workflow_calendar_of(&facts, &clock), calendars.rows[2].table);
    assert_true(workflow_calendar_moved(&facts, &clock));
    assert_ptr_equal(workflow_newest_calendar(&facts, &clock), calendars.rows[1].table);
    assert_int_equal(clock.calendar, 2);
    assert_false(workflow_calendar_moved(&facts, &clock));
    struct workflow_clock old = { .calendar = 2 }; /* of the city, whose version 2 is not kept */
    assert_ptr_equal(workflow_calendar_of(&facts, &old), calendars.rows[0].table);
    struct workflow_clock lost = { .code = "gone", .calendar = 4 };
    assert_ptr_equal(workflow_newest_calendar(&facts, &lost), calendars.rows[0].table);
    assert_string_equal(lost.code, "");
    assert_int_equal(lost.calendar, 3);
    calendars_clear(&calendars);
}

static struct wg_limit_row row_of(const char *key, int32_t n)
{
    struct wg_limit_row row = { .limit = { .n = n, .unit = WG_WORK_DAY } };
    assert_true(wg_limit_key(key, &row));
    return row;
}

/* The category before the file, and of each the most specific. */
static void test_limits(void **state)
{
    static const char FLOW[] =
        "{\"workflow\":\"w\",\"title\":{\"zh\":\"试\",\"en\":\"T\"},\"initial\":\"a\","
        "\"states\":{\"a\":{\"zh\":\"甲\",\"en\":\"A\",\"resident\":{\"zh\":\"甲\","
        "\"en\":\"A\"}}},\"people\":{},\"clocks\":{\"resolve\":{\"zh\":\"办\",\"en\":\"R\","
        "\"owner\":\"holder\",\"limit\":{\"n\":1,\"unit\":\"work_day\"},\"limits\":{"
        "\"@urgent\":{\"n\":2,\"unit\":\"work_day\"},\"/12345\":{\"n\":3,\"unit\":\"work_day\"},"
        "\"@urgent/12345\":{\"n\":4,\"unit\":\"work_day\"}}}},"
        "\"open\":{\"event\":\"e\",\"level\":\"grid\",\"walk\":[]},\"actions\":{}}";
    const struct wg_limit_row own[] = { row_of("accept", 9), row_of("resolve@high", 10),
                                        row_of("resolve/web", 11), row_of("resolve@high/web", 12),
                                        row_of("resolve/phone", 13) };
    static const struct {
        const char *name, *grade, *source;
        int32_t want;
    } rows[] = {
        { "plain", "low", "paper", 1 },
        { "of the grade", "urgent", "paper", 2 },
        { "of the source", "low", "12345", 3 },
        { "of both", "urgent", "12345", 4 },
        { "nothing is known of it", "", NULL, 1 },
        { "the category's, of the grade", "high", "paper", 10 },
        { "the category's, of the source", "low", "web", 11 },
        { "the category's, of both", "high", "web", 12 },
        { "the source before the grade", "high", "phone", 13 },
        { "the category's before the file's that fits better", "high", "12345", 10 },
    };
    char fault[200];
    struct workflow *workflow = NULL;
    WG_AUTO(wg_json_put) struct json_object *flow = fixture_json(FLOW);
    (void)state;
    if (workflow_new(flow, 1, &workflow, fault, sizeof fault) != 0)
        fail_msg("%s", fault);
    for (size_t i = 0; i < WG_COUNT(rows); i++) {
        struct workflow_facts facts = { .source_kind = rows[i].source, .n_limits = WG_COUNT(own) };
        struct workflow_case after = { 0 };
        snprintf(after.grade, sizeof after.grade, "%s", rows[i].grade);
        memcpy(facts.limits, own, sizeof own);
        const struct workflow_step step = { .workflow = workflow,
                                            .after = &after,
                                            .facts = &facts };
        const struct wg_limit limit =
            workflow_choose_limit(&step, workflow_clock_rule(workflow, "resolve"));
        ROW(rows[i].name, limit.n == rows[i].want);
    }
    workflow_destroy(&workflow);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_city), cmocka_unit_test(test_versions), cmocka_unit_test(test_choice),
        cmocka_unit_test(test_reckoned), cmocka_unit_test(test_limits)
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
