/* Promise: everybody whom a notice stands for is told, each once, however many they are: nobody is
 * dropped in silence. The real workflow file is the argument. */
#include "tests/unit/test.h"
#include "tests/unit/triage/walking.h"

enum { FIRST = 1000 };

static const char *file;
static struct walking walking;

static int set_up(void **state)
{
    (void)state;
    walking_begin(&walking, file);
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    walking_end(&walking);
    return 0;
}

static bool everything(const char *post, const char *area, const void *arg)
{
    (void)post;
    (void)area;
    (void)arg;
    return true;
}

/* The holder's case at the street. */
static struct workflow_case held(void)
{
    struct workflow_case before = { .id = 5, .version = 3, .decided = 3, .holder = HOLDER };
    wg_copy(before.state, sizeof before.state, "working");
    wg_copy(before.level, sizeof before.level, "street");
    wg_copy(before.area, sizeof before.area, "410103007012001");
    return before;
}

/* The holder does this; how many of the rule's notice there are. Nobody may stand in it twice. */
static size_t told(const char *action, struct json_object *input,
                   const struct workflow_facts *facts, const char *rule)
{
    static const struct workflow_actor actor = { .staff_id = HOLDER, .has_post = everything };
    const struct workflow_case before = held();
    const struct workflow_ask ask = { .before = &before,
                                      .action = action,
                                      .actor = &actor,
                                      .facts = facts,
                                      .input = input,
                                      .now = fixture_time("2026-11-23T09:00:00+08:00") };
    WG_AUTO(wg_problem_destroy) struct wg_problem *problem = wg_problem_new(422, "t", "t", "t");
    struct workflow_decision decision = { 0 };
    const char *why = NULL;
    size_t n = 0;
    assert_int_equal(workflow_step(walking.workflow, &ask, &decision, problem, &why), 0);
    for (size_t i = 0; i < decision.n_notices; i++) {
        const struct workflow_notice *notice = &decision.notices[i];
        if (strcmp(notice->rule, rule) != 0)
            continue;
        n = notice->n;
        for (size_t a = 0; a < n; a++)
            for (size_t b = 0; b < a; b++)
                assert_int_not_equal(notice->staff[a], notice->staff[b]);
    }
    workflow_decision_clear(&decision);
    return n;
}

/* So many parties; `of_each` people act for each, of whom the first `shared` are the same. */
static void put_parties(struct workflow_named *named, size_t n, size_t of_each, size_t shared)
{
    for (size_t p = 0; p < n; p++) {
        named[p] = (struct workflow_named){ .party = (int32_t)p + 1, .ordered = true };
        for (size_t i = 0; i < of_each; i++)
            named[p].people.staff[named[p].people.n++] =
                FIRST + (int64_t)(i < shared ? i : p * WORKFLOW_PEOPLE + i);
    }
}

static void test_assignees(void **state)
{
    struct workflow_facts facts = walking_facts(&walking, "street", "");
    WG_AUTO(wg_json_put)
    struct json_object *input = fixture_json("{\"text\":\"院门口\",\"tasks\":[]}");
    struct json_object *tasks = wg_json_get(input, "tasks");
    (void)state;
    put_parties(facts.named, WORKFLOW_TASKS, WORKFLOW_PEOPLE, 0);
    for (size_t i = 0; i < WORKFLOW_TASKS; i++)
        json_object_array_add(tasks, fixture_json("{\"party\":\"P1\",\"text\":\"清理\"}"));
    assert_int_equal(told("blow_whistle", input, &facts, "task"), WORKFLOW_TASKS * WORKFLOW_PEOPLE);
}

static void test_invited(void **state)
{
    static const struct {
        const char *name;
        size_t parties, of_each, shared, told;
    } rows[] = {
        { "nobody acts for it", 1, 0, 0, 0 },
        { "one of one", 1, 1, 0, 1 },
        { "all of three", 3, 2, 0, 6 },
        { "who acts for two of them, once", 2, 3, 1, 5 },
        { "as many as there can be", WORKFLOW_TASKS, WORKFLOW_PEOPLE, 0,
          WORKFLOW_TASKS * WORKFLOW_PEOPLE },
    };
    WG_AUTO(wg_json_put)
    struct json_object *input = fixture_json(
        "{\"at\":\"2026-11-24T10:00:00+08:00\",\"parties\":[\"P1\"],\"text\":\"归属\"}");
    (void)state;
    for (size_t i = 0; i < WG_COUNT(rows); i++) {
        struct workflow_facts facts = walking_facts(&walking, "street", "");
        size_t others = told("convene", input, &facts, "meeting");
        put_parties(facts.named, rows[i].parties, rows[i].of_each, rows[i].shared);
        facts.n_invited = rows[i].parties;
        ROW(rows[i].name, others > 0);
        ROW(rows[i].name, told("convene", input, &facts, "meeting") == others + rows[i].told);
    }
}

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = { cmocka_unit_test(test_assignees),
                                        cmocka_unit_test(test_invited) };
    if (argc != 2)
        return 2;
    file = argv[1];
    return cmocka_run_group_tests_name("workflow_notice", tests, set_up, tear_down);
}
