/* Promise: a clock ends where its start, its limit, the days granted, the calendar and its pauses
 * say; each mark strikes at its part of that, and no mark is lost or struck for nothing when the
 * clock is counted anew; nothing is due while it stands. */
#include "common/clock.h"

#include "tests/unit/test.h"
#include "tests/unit/triage/walking.h"

#define HOURS                                                                                      \
    "\"timezone\":\"Asia/Shanghai\",\"hours\":[[\"08:30\",\"12:00\"],[\"14:00\",\"18:00\"]],"
#define WEEK "\"workdays\":[1,2,3,4,5],\"makeup\":[]"
static const char PLAIN[] = "{" HOURS WEEK ",\"holidays\":[],\"years\":[2026]}",
                  HOLIDAY[] = "{" HOURS WEEK ",\"holidays\":[\"2026-12-31\"],\"years\":[2026]}",
                  BOTH[] = "{" HOURS WEEK
                           ",\"holidays\":[\"2026-12-31\",\"2027-01-01\"],\"years\":[2026,2027]}";

static const char FILE_[] =
    "{\"workflow\":\"w\",\"title\":{\"zh\":\"试\",\"en\":\"T\"},\"initial\":\"a\","
    "\"states\":{\"a\":{\"zh\":\"甲\",\"en\":\"A\",\"resident\":{\"zh\":\"甲\",\"en\":\"A\"}}},"
    "\"people\":{},\"attributes\":{\"overdue\":{\"zh\":\"超\",\"en\":\"O\"},"
    "\"outside\":{\"zh\":\"外\",\"en\":\"X\"}},\"round_the_clock\":[\"urgent\"],"
    "\"clocks\":{\"resolve\":{\"zh\":\"办\",\"en\":\"R\",\"owner\":\"holder\",\"due\":true,"
    "\"over\":\"overdue\",\"cap\":\"outside\",\"warn\":[50,80],\"on_warn\":\"warn\","
    "\"on_breach\":\"late\",\"limit\":{\"n\":1,\"unit\":\"work_day\"}},"
    "\"sign\":{\"zh\":\"签\",\"en\":\"S\",\"owner\":\"holder\","
    "\"limit\":{\"n\":60,\"unit\":\"work_minute\"}}},"
    "\"open\":{\"event\":\"e\",\"level\":\"grid\",\"walk\":[]},"
    "\"actions\":{\"warn\":{\"zh\":\"警\",\"en\":\"W\",\"from\":[\"a\"],\"by\":[],\"event\":"
    "\"warned\"},"
    "\"late\":{\"zh\":\"超\",\"en\":\"L\",\"from\":[\"a\"],\"by\":[],\"effects\":[\"overdue=1\"],"
    "\"event\":\"breached\"},"
    "\"rest\":{\"zh\":\"停\",\"en\":\"P\",\"from\":[\"a\"],\"by\":[],\"pause\":[\"resolve\"],"
    "\"event\":\"rested\"}}}";

static struct workflow *workflow;
static struct wg_calendar *plain;
static struct workflow_case row;
static struct workflow_facts facts;
static int64_t now;

static struct wg_calendar *calendar_of(const char *text)
{
    char fault[200];
    struct wg_calendar *calendar = NULL;
    WG_AUTO(wg_json_put) struct json_object *definition = fixture_json(text);
    if (wg_calendar_new(definition, &calendar, fault, sizeof fault) != 0)
        fail_msg("%s", fault);
    return calendar;
}

static int set_up(void **state)
{
    char fault[200];
    WG_AUTO(wg_json_put) struct json_object *file = fixture_json(FILE_);
    (void)state;
    row = (struct workflow_case){ .state = "a", .grade = "normal", .level = "grid", .version = 1 };
    plain = calendar_of(PLAIN);
    facts = (struct workflow_facts){ .calendar = plain, .calendar_version = 1 };
    assert_int_equal(workflow_new(file, 1, &workflow, fault, sizeof fault), 0);
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    wg_calendar_destroy(&plain);
    workflow_destroy(&workflow);
    return 0;
}

/* 23 November 2026 is a Monday: "23T09:00". */
static int64_t moment(const char *text)
{
    char whole[40];
    snprintf(whole, sizeof whole, "%s%s:00+08:00", strlen(text) > 10 ? "" : "2026-11-", text);
    return fixture_time(whole);
}

/* A row with these members is taken now; input: days. */
static void takes(const char *members, int64_t days)
{
    WG_AUTO(wg_json_put) struct json_object *all = fixture_json(members);
    WG_AUTO(wg_json_put) struct json_object *input = json_object_new_object();
    const struct workflow_case before = row;
    const struct workflow_row taken = { all, all };
    const struct workflow_step step = { .workflow = workflow,
                                        .before = &before,
                                        .after = &row,
                                        .facts = &facts,
                                        .actor = &workflow_itself,
                                        .input = input,
                                        .now = now };
    json_object_object_add(input, "days", json_object_new_int64(days));
    for (size_t i = 0; i < workflow_length(wg_json_get(all, "effects")); i++)
        workflow_apply(&step, &taken, workflow_item(wg_json_get(all, "effects"), i));
    workflow_move_clocks(&step, &taken, 0);
}

static void limits(const char *text)
{
    char fault[120];
    WG_AUTO(wg_json_put) struct json_object *limit = fixture_json(text);
    facts.n_limits = 1;
    wg_copy(facts.limits[0].clock, sizeof facts.limits[0].clock, "resolve");
    assert_int_equal(wg_limit_parse(limit, &facts.limits[0].limit, fault, sizeof fault), 0);
}

/* All that is due up to a moment: "50@23T12:00 80@…" */
static void strikes(const char *until, const char *want)
{
    WG_AUTO(wg_text_destroy) struct wg_text have = { 0 };
    wg_text_put(&have, "");
    while (row.wake_at != 0 && row.wake_at <= moment(until)) {
        struct workflow_decision decision = { 0 };
        now = row.wake_at > now ? row.wake_at : now;
        const struct workflow_ask ask = { .before = &row, .facts = &facts, .now = now };
        assert_int_equal(workflow_tick(workflow, &ask, &decision), 0);
        WG_AUTO(wg_json_put) struct json_object *data = fixture_json(decision.data.bytes);
        wg_text_printf(&have, "%s%lld@%.8s", have.length == 0 ? "" : " ",
                       (long long)wg_json_int(data, "mark"), wg_time_string(now) + 8);
        row = decision.after;
        workflow_decision_clear(&decision);
    }
    now = moment(until);
    assert_string_equal(have.bytes == NULL ? "" : have.bytes, want);
}

static void is_due(const char *want)
{
    if (want == NULL) {
        assert_int_equal(row.due_at, 0);
        return;
    }
    if (row.due_at != moment(want))
        fail_msg("due %s, wanted %s", row.due_at == 0 ? "never" : wg_time_string(row.due_at), want);
}

#define START "{\"start\":[\"resolve\"]}"
#define PAUSE "{\"pause\":[\"resolve\"]}"
#define RESUME "{\"resume\":[\"resolve\"]}"
#define RECOUNT "{\"effects\":[\"recount\"]}"
#define EXTEND "{\"effects\":[\"extend=resolve\"]}"

static const struct {
    const char *name, *start, *limit;
    int64_t days;
    const char *before, *after;
} extensions[] = {
    { "working days to the close", "23T18:30",
      "{\"n\":3,\"unit\":\"work_day\",\"end\":\"close_of_day\"}", 2, "26T18:00", "30T18:00" },
    { "working days", "23T09:00", "{\"n\":3,\"unit\":\"work_day\"}", 2, "26T09:00", "30T09:00" },
    { "used up at the end of a morning", "23T09:00", "{\"n\":180,\"unit\":\"work_minute\"}", 1,
      "23T12:00", "24T12:00" },
    { "used up at the end of a day", "27T16:00", "{\"n\":120,\"unit\":\"work_minute\"}", 1,
      "27T18:00", "30T18:00" },
    { "from a closed moment", "28T10:00", "{\"n\":120,\"unit\":\"work_minute\"}", 1, "30T10:30",
      "2026-12-01T10:30" },
    { "from the next working day", "23T09:00",
      "{\"n\":60,\"unit\":\"work_minute\",\"start\":\"next_work_day\"}", 2, "24T09:30",
      "26T09:30" },
    { "minutes", "27T23:50", "{\"n\":15,\"unit\":\"minute\"}", 1, "28T00:05", "29T00:05" },
    { "days", "27T12:00", "{\"n\":1,\"unit\":\"day\"}", 2, "28T12:00", "30T12:00" },
    { "days to the close", "27T12:00", "{\"n\":1,\"unit\":\"day\",\"end\":\"close_of_day\"}", 1,
      "29T00:00", "30T00:00" },
};

static void test_extensions(void **state)
{
    (void)state;
    for (size_t i = 0; i < WG_COUNT(extensions); i++) {
        print_message("# %s\n", extensions[i].name);
        limits(extensions[i].limit);
        now = moment(extensions[i].start);
        takes(START, 0);
        is_due(extensions[i].before);
        takes(EXTEND, extensions[i].days);
        is_due(extensions[i].after);
    }
}

/* An outside date cuts the whole, and so each part of it; a pause takes from what is left. */
static void test_cap(void **state)
{
    (void)state;
    limits("{\"n\":10,\"unit\":\"work_day\"}");
    workflow_set_number(&row, "outside", moment("23T18:00"));
    now = moment("23T08:30");
    takes(START, 0);
    is_due("23T18:00");
    strikes("23T18:00", "50@23T14:15 80@23T16:30 100@23T18:00");
    now = moment("23T08:30");
    takes(START, 0);
    strikes("23T09:30", "");
    takes(PAUSE, 0);
    now = moment("23T10:30");
    takes(RESUME, 0);
    strikes("23T18:00", "50@23T14:45 80@23T16:42 100@23T18:00");
}

/* It was over, and has time again: it strikes again, and is not called overdue meanwhile. */
static void test_recount(void **state)
{
    (void)state;
    now = moment("23T09:00");
    takes(START, 0);
    strikes("24T10:00", "50@23T14:45 80@23T17:00 100@24T09:00");
    assert_int_equal(workflow_number(&row, "overdue"), 1);
    limits("{\"n\":4,\"unit\":\"work_day\"}");
    takes(RECOUNT, 0);
    is_due("27T09:00");
    assert_null(workflow_attribute(&row, "overdue"));
    strikes("24T18:00", "");
    /* back to what is over: of all that has passed the end alone strikes */
    limits("{\"n\":1,\"unit\":\"work_day\"}");
    takes(RECOUNT, 0);
    strikes("24T18:00", "100@24T18:00");
    assert_int_equal(workflow_number(&row, "overdue"), 1);
    takes(RECOUNT, 0);
    assert_int_equal(workflow_number(&row, "overdue"), 1);
    strikes("25T18:00", "");
    /* half of it is used up already, and was warned of */
    limits("{\"n\":4,\"unit\":\"work_day\"}");
    takes(RECOUNT, 0);
    strikes("27T18:00", "80@26T10:30 100@27T09:00");
}

/* Counted anew while it stands: what it strikes is settled when it goes on. */
static void test_recount_standing(void **state)
{
    (void)state;
    now = moment("23T09:00");
    takes(START, 0);
    strikes("24T10:00", "50@23T14:45 80@23T17:00 100@24T09:00");
    takes(PAUSE, 0);
    limits("{\"n\":10,\"unit\":\"work_day\"}");
    takes(RECOUNT, 0);
    assert_int_equal(workflow_number(&row, "overdue"), 1);
    now = moment("25T10:00");
    takes(RESUME, 0);
    assert_null(workflow_attribute(&row, "overdue"));
    strikes("2026-12-10T18:00", "50@01T09:00 80@04T09:00 100@08T09:00");
}

static void test_start_forgets(void **state)
{
    (void)state;
    workflow_set_number(&row, "overdue", 1);
    now = moment("23T09:00");
    takes(START, 0);
    assert_null(workflow_attribute(&row, "overdue"));
}

/* Time that was granted takes marks back that now lie ahead, and strikes none that has passed. */
static void test_extended_marks(void **state)
{
    (void)state;
    now = moment("23T08:30");
    takes(START, 0);
    strikes("23T17:00", "50@23T14:15 80@23T16:30");
    takes(EXTEND, 1);
    strikes("24T14:00", "50@23T18:00");
    takes(EXTEND, 1);
    strikes("26T18:00", "50@24T14:15 80@25T11:30 100@26T08:30");
}

static void test_due(void **state)
{
    (void)state;
    now = moment("23T09:00");
    takes(START, 0);
    is_due("24T09:00");
    now = moment("23T10:00");
    takes(PAUSE, 0);
    is_due(NULL);
    now = moment("24T10:00");
    takes(RESUME, 0);
    is_due("25T09:00");
    takes("{\"stop\":[\"all\"]}", 0);
    is_due(NULL);
}

/* A year that is not published: counted anew once, when it is. */
static void test_provisional(void **state)
{
    static const char *const later[] = { HOLIDAY, BOTH, BOTH };
    WG_AUTO(wg_text_destroy) struct wg_text told = { 0 };
    (void)state;
    limits("{\"n\":3,\"unit\":\"work_day\"}");
    now = moment("2026-12-30T09:00");
    takes(START, 0);
    is_due("2027-01-04T09:00");
    for (size_t i = 0; i < WG_COUNT(later); i++) {
        WG_AUTO(wg_calendar_destroy) struct wg_calendar *calendar = calendar_of(later[i]);
        struct workflow_facts newer = facts;
        struct workflow_decision decision = { 0 };
        newer.calendar = calendar;
        newer.calendar_version = 2 + (int64_t)i;
        const struct workflow_ask ask = { .before = &row, .facts = &newer, .now = now };
        int condition = workflow_tick(workflow, &ask, &decision);
        wg_text_printf(&told, "%s;", condition == 0 ? decision.event : "-");
        if (condition == 0)
            row = decision.after;
        workflow_decision_clear(&decision);
    }
    assert_string_equal(told.bytes, "-;clock.recounted;-;");
    is_due("2027-01-06T09:00");
}

/* A case that has been paused as often as it can hold refuses to be, and loses none. */
static void test_room(void **state)
{
    WG_AUTO(wg_problem_destroy) struct wg_problem *problem = wg_problem_new(422, "t", "t", "t");
    WG_AUTO(wg_json_put) struct json_object *input = json_object_new_object();
    const struct workflow_ask ask = { .before = &row,
                                      .action = "rest",
                                      .input = input,
                                      .actor = &workflow_itself,
                                      .facts = &facts,
                                      .now = moment("23T10:00") };
    struct workflow_decision decision;
    const char *why = NULL;
    (void)state;
    now = moment("23T09:00");
    takes(START, 0);
    for (row.n_pauses = 0; row.n_pauses < WORKFLOW_PAUSES; row.n_pauses++)
        row.pauses[row.n_pauses] =
            (struct workflow_pause){ .clock = "resolve", .from = now, .to = now + WG_SECOND };
    assert_int_equal(workflow_step(workflow, &ask, &decision, problem, &why), STEP_GUARD);
    assert_string_equal(why, "room");
    row.n_pauses--;
    assert_int_equal(workflow_step(workflow, &ask, &decision, problem, &why), 0);
    assert_int_equal(decision.after.n_pauses, WORKFLOW_PAUSES);
    workflow_decision_clear(&decision);
    /* What is not there is not paused. */
    row.n_pauses++;
    row.n_clocks = 0;
    assert_int_equal(workflow_step(workflow, &ask, &decision, problem, &why), 0);
    workflow_decision_clear(&decision);
}

static const struct {
    const char *name, *limit, *want;
} urgent[] = {
    { "working minutes", "{\"n\":60,\"unit\":\"work_minute\"}", "24T03:10" },
    { "working days", "{\"n\":2,\"unit\":\"work_day\"}", "26T02:10" },
    { "from the next working day",
      "{\"n\":2,\"unit\":\"work_day\",\"start\":\"next_work_day\",\"end\":\"close_of_day\"}",
      "27T00:00" },
    { "minutes", "{\"n\":60,\"unit\":\"minute\"}", "24T03:10" },
};

/* Of a grade that runs round the clock: at the start, and when the grade changes. */
static void test_round_the_clock(void **state)
{
    (void)state;
    for (size_t i = 0; i < WG_COUNT(urgent); i++) {
        print_message("# %s\n", urgent[i].name);
        limits(urgent[i].limit);
        now = moment("24T02:10");
        wg_copy(row.grade, sizeof row.grade, "high");
        takes(START, 0);
        int64_t usual = row.due_at;
        takes("{\"effects\":[\"grade=urgent\",\"recount\"]}", 0);
        is_due(urgent[i].want);
        takes(START, 0);
        is_due(urgent[i].want);
        takes("{\"effects\":[\"grade=high\",\"recount\"]}", 0);
        assert_int_equal(row.due_at, usual);
    }
    /* and of every clock, by the file's own limit too */
    wg_copy(row.grade, sizeof row.grade, "urgent");
    takes("{\"start\":[\"sign\"]}", 0);
    assert_int_equal(row.clocks[1].due, moment("24T03:10"));
}

int main(void)
{
#define ROW_OF(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
    const struct CMUnitTest tests[] = {
        ROW_OF(test_extensions),    ROW_OF(test_cap),
        ROW_OF(test_recount),       ROW_OF(test_recount_standing),
        ROW_OF(test_start_forgets), ROW_OF(test_extended_marks),
        ROW_OF(test_due),           ROW_OF(test_provisional),
        ROW_OF(test_room),          ROW_OF(test_round_the_clock),
    };
    return cmocka_run_group_tests_name("workflow-clocks", tests, NULL, NULL);
}
