/* Promise: each form of a guard means what schema/workflows/README.md says, with the attribute
 * there and missing; and a guard that says anything else is not taken from a file. */
#include "common/clock.h"

#include "tests/unit/test.h"
#include "tests/unit/triage/walking.h"

static const char DEFINITION[] =
    "{\"attributes\":{\"n\":{},\"word\":{},\"since\":{},\"by\":{},\"gone\":{}},"
    "\"approvals\":{\"hold\":{\"steps\":[\"chief\",\"head\"]}}}";

static const struct {
    const char *guard;
    bool holds;
} rows[] = {
    /* there is one */
    { "n", true },
    { "gone", false },
    { "!n", false },
    { "!gone", true },
    { "word", true },
    { "!word", false },
    { "holder", true },
    { "party", false },
    { "!party", true },
    { "reporter", true },
    { "outcome", false },
    { "!outcome", true },
    { "restricted", false },
    { "tasks", true },
    { "children", false },
    { "asked", false },
    /* compared with a number */
    { "n=3", true },
    { "n=4", false },
    { "n!=3", false },
    { "n!=4", true },
    { "n<4", true },
    { "n<3", false },
    { "n>=3", true },
    { "n>=4", false },
    { "gone<1", true },
    { "gone>=1", false },
    { "gone=0", true },
    { "gone!=0", false },
    { "tasks>=1", true },
    { "tasks>=2", false },
    { "handed>=1", true },
    { "handed>=2", false },
    { "raised>=1", false },
    { "reports=2", true },
    { "reports>=2", true },
    { "steps=0", true },
    /* with a word */
    { "word=red", true },
    { "word!=red", false },
    { "word=blue", false },
    { "word!=blue", true },
    { "gone=red", false },
    { "gone!=red", true },
    { "state=working", true },
    { "state!=working", false },
    { "level=grid", true },
    { "level!=grid", false },
    { "grade=small", true },
    { "outcome=done", false },
    { "outcome!=done", true },
    { "n=red", false },
    { "n!=red", true },
    /* with an @value; one that is not known is equal to nothing */
    { "by=@actor", true },
    { "by!=@actor", false },
    { "holder=@actor", false },
    { "holder!=@actor", true },
    { "gone=@actor", false },
    { "gone!=@actor", true },
    { "gone=@partner", false },
    { "gone!=@partner", true },
    { "level=@level", true },
    { "state=@state", true },
    /* since a time: whole days and hours; false where there was none */
    { "since.days<3", true },
    { "since.days<2", false },
    { "since.days>=2", true },
    { "since.days>=3", false },
    { "since.days=2", true },
    { "since.hours>=50", true },
    { "since.hours>=51", false },
    { "since.hours<51", true },
    { "gone.days<3", false },
    { "gone.days>=0", false },
    { "gone.hours>=0", false },
    { "opened_at.days<1", false },
    { "opened_at.days>=4", true },
    { "word.days<3", false },
    /* a sample is below 100 */
    { "sample<100", true },
    { "sample>=100", false },
    { "sample<0", false },
};

static struct workflow_case a_case(int64_t now)
{
    struct workflow_case before = { .id = 5,
                                    .state = "working",
                                    .level = "grid",
                                    .grade = "small",
                                    .holder = HOLDER,
                                    .opened_at = now - 4 * 86400 * WG_SECOND,
                                    .n_tasks = 2,
                                    .tasks = { { .k = 1, .open = true }, { .k = 2 } },
                                    .n_links = 1,
                                    .links = { { .kind = "handed" } } };
    workflow_set_number(&before, "n", 3);
    workflow_set_word(&before, "word", "red");
    workflow_set_number(&before, "since", now - 50 * 3600 * WG_SECOND - 1);
    workflow_set_number(&before, "by", 7);
    return before;
}

static void test_rows(void **state)
{
    int64_t now = fixture_time("2026-11-25T09:00:00+08:00");
    const struct workflow_case before = a_case(now);
    const struct workflow_facts facts = { .reporter_known = true, .reports = 2 };
    const struct workflow_actor actor = { .staff_id = 7 };
    const struct workflow_step step = {
        .before = &before, .facts = &facts, .actor = &actor, .now = now
    };
    WG_AUTO(wg_json_put) struct json_object *definition = fixture_json(DEFINITION);
    (void)state;
    for (size_t i = 0; i < WG_COUNT(rows); i++) {
        ROW(rows[i].guard, workflow_guard_known(definition, rows[i].guard));
        ROW(rows[i].guard, workflow_holds(&step, rows[i].guard) == rows[i].holds);
    }
}

static void test_unknown(void **state)
{
    static const char *const guards[] = {
        "",           "!",        "dog",     "!dog",
        "dog=1",      "n=",       "n<",      "n!=",
        "=3",         "n=$field", "n=@moon", "n.weeks<1",
        "dog.days<1", "!n=3",     "n >= 3",  "n_a_name_that_is_far_too_long_to_be_held=1"
    };
    WG_AUTO(wg_json_put) struct json_object *definition = fixture_json(DEFINITION);
    (void)state;
    for (size_t i = 0; i < WG_COUNT(guards); i++)
        ROW(guards[i], !workflow_guard_known(definition, guards[i]));
}

/* Of a hundred cases about as many are in a sample as it says, and each for ever. */
static void test_sample(void **state)
{
    const struct workflow_facts facts = { 0 };
    struct workflow_case before = { 0 };
    const struct workflow_step step = { .before = &before, .facts = &facts };
    size_t n = 0;
    (void)state;
    for (before.id = 1; before.id <= 10000; before.id++)
        n += workflow_holds(&step, "sample<10");
    assert_in_range(n, 900, 1100);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_rows),
        cmocka_unit_test(test_unknown),
        cmocka_unit_test(test_sample),
    };
    return cmocka_run_group_tests_name("guards", tests, NULL, NULL);
}
