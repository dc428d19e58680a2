/* Promise: what every action does in every state, for everybody, stands in request.expected, one
 * line each: a change of the workflow or of the engine shows there as its difference. Also clocks,
 * deadlines, what an input may hold, and that the effects applied to the row before give the row
 * after. Arguments: the workflow and the table; with "print" instead of the table it is written
 * anew, to be reviewed. */
#include "tests/unit/test.h"
#include "tests/unit/triage/walking.h"

static const char *workflow_path, *expected_path;
static struct workflow *workflow;
static struct wg_calendar *calendar;
static int64_t monday;

static int set_up(void **state)
{
    workflow = walking_workflow(workflow_path);
    calendar = fixture_calendar();
    monday = fixture_time("2026-11-23T09:00:00+08:00");
    return 0;
}

static int tear_down(void **state)
{
    workflow_destroy(&workflow);
    wg_calendar_destroy(&calendar);
    return 0;
}

/* ---- one step */

struct outcome {
    int refusal;
    const char *why;
    struct wg_problem *problem;
    struct workflow_decision decision;
};

static void outcome_clear(struct outcome *outcome)
{
    wg_problem_destroy(&outcome->problem);
    workflow_decision_clear(&outcome->decision);
}

static struct outcome step(const struct workflow_case *before, const char *action, size_t role,
                           struct json_object *input, const struct workflow_facts *facts)
{
    struct outcome outcome = { .problem = wg_problem_new(422, "t", "t", "t") };
    const struct workflow_actor actor = walking_actor(role, before);
    const struct workflow_ask ask = { before, action, &actor, facts, input, monday };
    outcome.refusal =
        workflow_step(workflow, &ask, &outcome.decision, outcome.problem, &outcome.why);
    return outcome;
}

static struct workflow_decision opened(const char *missing)
{
    const struct workflow_case fresh = { .id = 5, .opened_at = monday };
    const struct workflow_facts facts = walking_facts(calendar, missing);
    struct workflow_decision decision;
    workflow_open(workflow, &fresh, &facts, &decision);
    return decision;
}

/* ---- the table */

static void put_clocks(struct wg_text *table, const struct workflow_case *after)
{
    wg_text_put(table, " clocks=");
    for (size_t i = 0; i < after->n_clocks; i++)
        wg_text_printf(table, "%s%s,", after->clocks[i].name,
                       after->clocks[i].due == after->due_at ? "!" : "");
}

static void put_notices(struct wg_text *table, const struct workflow_decision *decision)
{
    wg_text_put(table, " notices=");
    for (size_t i = 0; i < decision->n_notices; i++) {
        const struct workflow_notice *notice = &decision->notices[i];
        wg_text_printf(table, "%s%s", notice->rule, notice->to_reporter ? "@reporter" : "");
        for (size_t s = 0; s < notice->n; s++)
            wg_text_printf(table, "@%lld", (long long)notice->staff[s]);
        wg_text_put(table, ",");
    }
}

static void put_decision(struct wg_text *table, const struct workflow_decision *decision)
{
    const struct workflow_case *after = &decision->after;
    wg_text_printf(table, "%s %s", after->state, decision->event);
    if (after->reason[0] != '\0')
        wg_text_printf(table, " waits=%s", after->reason);
    if (after->outcome[0] != '\0')
        wg_text_printf(table, " outcome=%s", after->outcome);
    put_clocks(table, after);
    put_notices(table, decision);
}

static const char *const lacking[] = { "", "place", "outside", "grid", "category", "holder" };

static void put_openings(struct wg_text *table)
{
    for (size_t i = 0; i < WG_COUNT(lacking); i++) {
        struct workflow_decision decision = opened(lacking[i]);
        WG_AUTO(wg_json_put) struct json_object *data = fixture_json(decision.data.bytes);
        wg_text_printf(table, "open   %-10s -> ", lacking[i][0] == '\0' ? "complete" : lacking[i]);
        put_decision(table, &decision);
        wg_text_printf(
            table, " passed=%s\n",
            json_object_to_json_string_ext(wg_json_get(data, "passed"), JSON_C_TO_STRING_PLAIN));
        workflow_decision_clear(&decision);
    }
}

static void put_forms(struct wg_text *table)
{
    struct json_object *actions = wg_json_get(workflow_definition(workflow), "actions");
    json_object_object_foreach(actions, action, row)
    {
        struct json_object *fields = wg_json_get(row, "fields");
        wg_text_printf(table, "form   %-10s -> ", action);
        for (size_t i = 0; fields != NULL && i < json_object_array_length(fields); i++) {
            struct json_object *field = json_object_array_get_idx(fields, i);
            const char *missing = wg_json_text(field, "missing");
            wg_text_printf(table, "%s:%s%s%s%s, ", wg_json_text(field, "name"),
                           wg_json_text(field, "type"), walking_required(field) ? "!" : "",
                           missing == NULL ? "" : "?", missing == NULL ? "" : missing);
        }
        wg_text_put(table, "\n");
    }
}

static void put_outcome(struct wg_text *table, const struct outcome *outcome)
{
    static const char *const words[] = { [STEP_UNKNOWN] = "unknown",
                                         [STEP_ILLEGAL] = "illegal",
                                         [STEP_FORBIDDEN] = "forbidden",
                                         [STEP_GUARD] = "guard",
                                         [STEP_FAULTS] = "faults" };
    if (outcome->refusal == 0)
        put_decision(table, &outcome->decision);
    else
        wg_text_put(table, words[outcome->refusal]);
    if (outcome->refusal == STEP_GUARD)
        wg_text_printf(table, " %s", outcome->why);
}

static bool is_legal(const struct workflow_case *before, const char *action, size_t role)
{
    const struct workflow_actor actor = walking_actor(role, before);
    WG_AUTO(wg_json_put)
    struct json_object *legal = workflow_legal(workflow, before, &actor, false);
    for (size_t i = 0; i < json_object_array_length(legal); i++)
        if (strcmp(wg_json_text(json_object_array_get_idx(legal, i), "action"), action) == 0)
            return true;
    return false;
}

/* The first case that came into each state. */
struct found {
    size_t n;
    struct workflow_case cases[64];
};

static void keep(struct found *found, struct workflow_decision *decision)
{
    for (size_t i = 0; i < found->n; i++)
        if (strcmp(found->cases[i].state, decision->after.state) == 0)
            return;
    found->cases[found->n++] = decision->after;
}

/* A line for each role; what is done may lead into a state that is new. */
static void put_action(struct wg_text *table, struct found *found, size_t at, const char *action,
                       struct json_object *row)
{
    const struct workflow_facts facts = walking_facts(calendar, "");
    const struct workflow_case *before = &found->cases[at];
    WG_AUTO(wg_json_put) struct json_object *input = walking_input(row);
    for (size_t role = 0; role < WG_COUNT(walking_roles); role++) {
        struct outcome outcome = step(before, action, role, input, &facts);
        wg_text_printf(table, "%-10s %-8s %-10s -> ", before->state, action,
                       walking_roles[role].name);
        put_outcome(table, &outcome);
        wg_text_put(table, "\n");
        ROW(action, is_legal(before, action, role) == (outcome.refusal == 0));
        if (outcome.refusal == 0)
            keep(found, &outcome.decision);
        outcome_clear(&outcome);
    }
}

static void put_steps(struct wg_text *table)
{
    struct found found = { 0 };
    for (size_t i = WG_COUNT(lacking); i-- > 0;) {
        struct workflow_decision decision = opened(lacking[i]);
        keep(&found, &decision);
        workflow_decision_clear(&decision);
    }
    struct json_object *actions = wg_json_get(workflow_definition(workflow), "actions");
    for (size_t at = 0; at < found.n; at++) {
        json_object_object_foreach(actions, action, row)
        {
            put_action(table, &found, at, action, row);
        }
    }
    json_object_object_foreach(wg_json_get(workflow_definition(workflow), "states"), state, value)
    {
        bool reached = false;
        (void)value;
        for (size_t i = 0; i < found.n; i++)
            reached = reached || strcmp(found.cases[i].state, state) == 0;
        if (!reached)
            wg_text_printf(table, "%-10s nothing leads here\n", state);
    }
}

static void put_table(struct wg_text *table)
{
    wg_text_put(
        table, "# What the workflow does, in every state, for everybody. Written by\n"
               "# test-triage-workflow schema/workflows/request.json print\n"
               "# and reviewed. A clock with ! is the case's deadline; @n is whom a notice tells;\n"
               "# a field with ! is required, with ?x where the case lacks x.\n");
    put_openings(table);
    put_forms(table);
    put_steps(table);
}

static void test_table(void **state)
{
    WG_AUTO(wg_text_destroy) struct wg_text table = { 0 };
    WG_AUTO(wg_free) char *want = fixture_file(expected_path);
    int line = 1;
    put_table(&table);
    for (char *left = want, *right = table.bytes; *left != '\0' || *right != '\0'; line++) {
        size_t l = strcspn(left, "\n"), r = strcspn(right, "\n");
        if (l != r || memcmp(left, right, l) != 0)
            fail_msg("line %d\n  expected: %.*s\n  found:    %.*s", line, (int)l, left, (int)r,
                     right);
        left += l + (left[l] != '\0');
        right += r + (right[r] != '\0');
    }
}

/* ---- clocks and deadlines */

static void test_clocks(void **state)
{
    static const struct {
        const char *action;
        size_t role;
        const char *at, *due, *wake, *clocks;
    } rows[] = {
        /* A Monday at nine; the category's own 30 minutes to accept, three days to resolve. */
        { "accept", 0, "2026-11-23T09:10:00+08:00", "2026-11-26T09:00:00+08:00",
          "2026-11-26T09:00:00+08:00", "resolve," },
        { "resolve", 0, "2026-11-24T17:30:00+08:00", "2026-11-26T09:00:00+08:00",
          "2026-11-25T17:30:00+08:00", "verify," },
        { "verify", 2, "2026-11-25T10:00:00+08:00", "2026-11-26T09:00:00+08:00",
          "2026-11-27T10:00:00+08:00", "close," },
        { "close", 1, "2026-11-27T10:00:00+08:00", "2026-11-26T09:00:00+08:00", NULL, "" },
    };
    struct workflow_facts facts = walking_facts(calendar, "");
    const struct workflow_case fresh = { .id = 5, .opened_at = monday };
    struct workflow_decision decision;
    facts.n_limits = 1;
    facts.limits[0].limit = (struct wg_limit){ .n = 30, .unit = WG_WORK_MINUTE };
    snprintf(facts.limits[0].clock, sizeof facts.limits[0].clock, "accept");
    workflow_open(workflow, &fresh, &facts, &decision);
    assert_int_equal(decision.after.due_at, fixture_time("2026-11-26T09:00:00+08:00"));
    assert_int_equal(decision.after.wake_at, fixture_time("2026-11-23T09:30:00+08:00"));
    for (size_t i = 0; i < WG_COUNT(rows); i++) {
        struct workflow_decision next;
        const struct workflow_actor actor = walking_actor(rows[i].role, &decision.after);
        WG_AUTO(wg_json_put)
        struct json_object *input = walking_input(walking_row(workflow, rows[i].action));
        WG_AUTO(wg_problem_destroy) struct wg_problem *problem = wg_problem_new(422, "t", "t", "t");
        WG_AUTO(wg_text_destroy) struct wg_text clocks = { 0 };
        const char *why;
        const struct workflow_ask ask = {
            &decision.after, rows[i].action, &actor, &facts, input, fixture_time(rows[i].at)
        };
        ROW(rows[i].action, workflow_step(workflow, &ask, &next, problem, &why) == 0);
        for (size_t c = 0; c < next.after.n_clocks; c++)
            wg_text_printf(&clocks, "%s,", next.after.clocks[c].name);
        wg_text_put(&clocks, "");
        ROW(rows[i].action, strcmp(clocks.bytes, rows[i].clocks) == 0);
        ROW(rows[i].action, next.after.due_at == fixture_time(rows[i].due));
        ROW(rows[i].action,
            next.after.wake_at == (rows[i].wake == NULL ? 0 : fixture_time(rows[i].wake)));
        workflow_decision_clear(&decision);
        decision = next;
    }
    workflow_decision_clear(&decision);
}

static void test_waiting_clock(void **state)
{
    struct workflow_decision decision = opened("category");
    const struct workflow_clock *clock = &decision.after.clocks[0];
    assert_int_equal(decision.after.n_clocks, 1);
    assert_string_equal(clock->name, "dispatch");
    assert_int_equal(decision.after.due_at, 0); /* no deadline before somebody has it */
    assert_int_equal(decision.after.wake_at, fixture_time("2026-11-23T10:00:00+08:00"));
    assert_int_equal(clock->start, monday);
    assert_int_equal(clock->calendar, 7);
    workflow_decision_clear(&decision);
}

/* ---- inputs */

static void test_inputs(void **state)
{
    static const struct {
        const char *name, *missing, *action;
        size_t role;
        const char *input, *pointers; /* of the faults; "" = taken */
    } rows[] = {
        { "nothing needed", "holder", "dispatch", 1, "{}", "" },
        { "all that may be", "holder", "dispatch", 1, "{\"text\":\"请尽快\"}", "" },
        { "empty", "holder", "dispatch", 1, "{\"text\":\"\"}", "/text " },
        { "no text", "holder", "dispatch", 1, "{\"text\":7}", "/text " },
        { "null", "holder", "dispatch", 1, "{\"text\":null}", "/text " },
        { "unknown", "holder", "dispatch", 1, "{\"colour\":\"red\"}", "/colour " },
        { "several", "holder", "dispatch", 1, "{\"colour\":1,\"text\":1}", "/colour /text " },
        { "required", "category", "reject", 1, "{}", "/reason /text " },
        { "no choice", "category", "reject", 1, "{\"reason\":\"tired\",\"text\":\"x\"}",
          "/reason " },
        { "a choice", "category", "reject", 1, "{\"reason\":\"no-matter\",\"text\":\"x\"}", "" },
    };
    const struct workflow_facts facts = walking_facts(calendar, "");
    for (size_t i = 0; i < WG_COUNT(rows); i++) {
        struct workflow_decision before = opened(rows[i].missing);
        WG_AUTO(wg_json_put) struct json_object *input = fixture_json(rows[i].input);
        WG_AUTO(wg_text_destroy) struct wg_text pointers = { 0 };
        struct outcome outcome = step(&before.after, rows[i].action, rows[i].role, input, &facts);
        WG_AUTO(wg_json_put) struct json_object *document = wg_problem_json(outcome.problem, true);
        struct json_object *errors = wg_json_get(document, "errors");
        wg_text_put(&pointers, "");
        for (size_t e = 0; errors != NULL && e < json_object_array_length(errors); e++)
            wg_text_printf(&pointers, "%s ",
                           wg_json_text(json_object_array_get_idx(errors, e), "pointer"));
        ROW(rows[i].name, strcmp(pointers.bytes, rows[i].pointers) == 0);
        ROW(rows[i].name, outcome.refusal == (rows[i].pointers[0] == '\0' ? 0 : STEP_FAULTS));
        outcome_clear(&outcome);
        workflow_decision_clear(&before);
    }
}

static void test_longest(void **state)
{
    static const struct {
        int characters, want;
    } rows[] = { { 999, 0 }, { 1000, 0 }, { 1001, STEP_FAULTS } };
    const struct workflow_facts facts = walking_facts(calendar, "");
    for (size_t i = 0; i < WG_COUNT(rows); i++) {
        struct workflow_decision before = opened("holder");
        WG_AUTO(wg_text_destroy) struct wg_text text = { 0 };
        WG_AUTO(wg_json_put) struct json_object *input = json_object_new_object();
        for (int c = 0; c < rows[i].characters; c++)
            wg_text_put(&text, "灯");
        json_object_object_add(input, "text", json_object_new_string(text.bytes));
        struct outcome outcome = step(&before.after, "dispatch", 1, input, &facts);
        assert_int_equal(outcome.refusal, rows[i].want);
        outcome_clear(&outcome);
        workflow_decision_clear(&before);
    }
}

/* What a dispatcher must add is asked for by name, and the form says so beforehand. */
static void test_missing(void **state)
{
    static const struct {
        const char *missing, *field;
    } rows[] = { { "place", "area" },
                 { "outside", "area" },
                 { "grid", "area" },
                 { "category", "category" },
                 { "holder", "holder" } };
    for (size_t i = 0; i < WG_COUNT(rows); i++) {
        struct workflow_decision before = opened(rows[i].missing);
        const struct workflow_facts facts = walking_facts(calendar, rows[i].missing);
        const struct workflow_actor actor = walking_actor(1, &before.after);
        WG_AUTO(wg_json_put) struct json_object *nothing = json_object_new_object();
        WG_AUTO(wg_json_put)
        struct json_object *legal = workflow_legal(workflow, &before.after, &actor, true);
        struct json_object *form = wg_json_get(json_object_array_get_idx(legal, 0), "fields");
        struct outcome outcome = step(&before.after, "dispatch", 1, nothing, &facts);
        WG_AUTO(wg_json_put) struct json_object *document = wg_problem_json(outcome.problem, true);
        const char *pointer =
            wg_json_text(json_object_array_get_idx(wg_json_get(document, "errors"), 0), "pointer");
        ROW(rows[i].missing, outcome.refusal == STEP_FAULTS);
        ROW(rows[i].missing, strcmp(pointer + 1, rows[i].field) == 0);
        for (size_t f = 0; f < json_object_array_length(form); f++) {
            struct json_object *field = json_object_array_get_idx(form, f);
            bool named = strcmp(wg_json_text(field, "name"), rows[i].field) == 0;
            ROW(rows[i].missing, walking_required(field) == named);
        }
        outcome_clear(&outcome);
        workflow_decision_clear(&before);
    }
}

/* ---- refusals that no row of the table shows */

static void test_refusals(void **state)
{
    struct workflow_decision before = opened("");
    const struct workflow_facts facts = walking_facts(calendar, "");
    WG_AUTO(wg_json_put) struct json_object *nothing = json_object_new_object();
    struct outcome outcome = step(&before.after, "reopen", 1, nothing, &facts);
    assert_int_equal(outcome.refusal, STEP_UNKNOWN);
    outcome_clear(&outcome);
    /* The system takes no action that a person takes, even one that has no holder. */
    const struct workflow_actor system = { .has_post = walking_has_post, .arg = "dispatcher" };
    WG_AUTO(wg_json_put)
    struct json_object *legal = workflow_legal(workflow, &before.after, &system, true);
    assert_int_equal(json_object_array_length(legal), 0);
    workflow_decision_clear(&before);
}

static void test_event(void **state)
{
    struct workflow_decision before = opened("");
    const struct workflow_facts facts = walking_facts(calendar, "");
    WG_AUTO(wg_json_put) struct json_object *nothing = json_object_new_object();
    struct outcome outcome = step(&before.after, "accept", 0, nothing, &facts);
    const char *want =
        "{\"action\":\"accept\",\"facts\":{\"city\":42,\"place\":\"polygon\",\"holder\":\"post\"},"
        "\"effects\":{\"state\":\"working\",";
    const char *data = outcome.decision.data.bytes;
    assert_int_equal(strncmp(data, want, strlen(want)), 0);
    assert_string_equal(outcome.decision.was.bytes, "{\"state\":\"dispatched\"}");
    assert_int_equal(outcome.decision.after.version, 2);
    assert_int_equal(outcome.decision.after.decided, 2);
    outcome_clear(&outcome);
    workflow_decision_clear(&before);
}

static int print(void)
{
    WG_AUTO(wg_text_destroy) struct wg_text table = { 0 };
    set_up(NULL);
    put_table(&table);
    fputs(table.bytes, stdout);
    tear_down(NULL);
    return 0;
}

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_table),         cmocka_unit_test(test_clocks),
        cmocka_unit_test(test_waiting_clock), cmocka_unit_test(test_inputs),
        cmocka_unit_test(test_longest),       cmocka_unit_test(test_missing),
        cmocka_unit_test(test_refusals),      cmocka_unit_test(test_event),
    };
    if (argc != 3)
        return 2;
    workflow_path = argv[1];
    expected_path = argv[2];
    if (strcmp(expected_path, "print") == 0)
        return print();
    return cmocka_run_group_tests_name("workflow", tests, set_up, tear_down);
}
