/* Promise: each effect does to a case what schema/workflows/README.md says, and nothing else; and
 * an effect that says anything else is not taken from a file. What it does is read as the event
 * would store it: what changed, as JSON. */
#include "common/clock.h"

#include "tests/unit/test.h"
#include "tests/unit/triage/walking.h"

static const char DEFINITION[] =
    "{\"attributes\":{\"n\":{},\"word\":{},\"gone\":{}},\"clocks\":{\"resolve\":{}},"
    "\"people\":{\"chief\":\"secretary\",\"head\":\"director\"},"
    "\"approvals\":{\"hold\":{\"steps\":[\"chief\"]}}}";

/* What the case of these rows has in `more`, and its chain. */
#define CHAIN                                                                                      \
    "\"chain\":[{\"kind\":\"raised\",\"level\":\"street\",\"holder\":31,\"party\":null},"          \
    "{\"kind\":\"handed\",\"level\":\"grid\",\"holder\":32,\"party\":3}"

static const struct {
    const char *effect, *changed; /* as JSON */
} rows[] = {
    { "place", "{\"area\":\"410103007012001\",\"area_id\":10}" },
    { "category", "{\"grade\":\"urgent\",\"category\":\"fire\"}" },
    { "holder", "{\"holder\":100,\"party\":7}" },
    { "holder=chief", "{\"holder\":41,\"party\":null}" },
    { "holder=head",
      "{\"holder\":null,\"party\":null}" }, /* nobody there: the step refuses before */
    { "holder=@actor", "{\"holder\":77,\"party\":null}" },
    { "no-holder", "{\"holder\":null,\"party\":null}" },
    { "no-reason", "{\"reason\":null}" },
    { "resolver", "{\"resolver\":77}" },
    { "outcome", "{\"outcome\":\"tired\"}" },
    { "outcome=done", "{\"outcome\":\"done\"}" },
    { "-outcome", "{\"outcome\":null}" },
    { "raise", "{\"level\":\"street\"}" },
    { "lower", "{\"level\":\"grid\"}" },
    { "level=district", "{\"level\":\"district\"}" },
    { "level=$level", "{\"level\":\"street\"}" },
    { "level=$nothing", "{}" },
    { "grade=urgent", "{\"grade\":\"urgent\"}" },
    { "restricted=1", "{\"restricted\":true}" },
    { "n+1", "{\"more\":{\"n\":4,\"word\":\"red\"," CHAIN "]}}" },
    { "gone+1", "{\"more\":{\"n\":3,\"word\":\"red\",\"gone\":1," CHAIN "]}}" },
    { "n=9", "{\"more\":{\"n\":9,\"word\":\"red\"," CHAIN "]}}" },
    { "n=@actor", "{\"more\":{\"n\":77,\"word\":\"red\"," CHAIN "]}}" },
    { "n=@partner", "{\"more\":{\"word\":\"red\"," CHAIN "]}}" }, /* none is known: it goes */
    { "n=@state", "{\"more\":{\"n\":\"working\",\"word\":\"red\"," CHAIN "]}}" },
    { "n=$days", "{\"more\":{\"n\":5,\"word\":\"red\"," CHAIN "]}}" },
    { "n=$flag", "{\"more\":{\"n\":1,\"word\":\"red\"," CHAIN "]}}" },
    { "n=!$flag", "{\"more\":{\"word\":\"red\"," CHAIN "]}}" },
    { "n=!$denied", "{\"more\":{\"n\":1,\"word\":\"red\"," CHAIN "]}}" },
    { "n=!$nothing", "{\"more\":{\"word\":\"red\"," CHAIN "]}}" },
    { "n=$at", "{\"more\":{\"n\":1764032400000000,\"word\":\"red\"," CHAIN "]}}" },
    { "n=$nothing", "{\"more\":{\"word\":\"red\"," CHAIN "]}}" },
    { "word=blue", "{\"more\":{\"n\":3,\"word\":\"blue\"," CHAIN "]}}" },
    { "word=7", "{\"more\":{\"n\":3,\"word\":7," CHAIN "]}}" },
    { "-word", "{\"more\":{\"n\":3," CHAIN "]}}" },
    { "-gone", "{}" },
    { "heirs", "{\"holder\":60,\"more\":{\"n\":3,\"word\":\"red\",\"chain\":[{\"kind\":\"raised\","
               "\"level\":\"street\",\"holder\":61,\"party\":null},{\"kind\":\"handed\","
               "\"level\":\"grid\",\"holder\":32,\"party\":3}]},\"tasks\":[{\"k\":1,\"party\":null,"
               "\"staff\":63,\"state\":\"doing\"}]}" }, /* what was done stays theirs who did it */
    { "no-chain", "{\"more\":{\"n\":3,\"word\":\"red\"}}" },
    { "push=handed",
      "{\"more\":{\"n\":3,\"word\":\"red\"," CHAIN
      ",{\"kind\":\"handed\",\"level\":\"community\",\"holder\":50,\"party\":5}]}}" },
    { "pop=handed",
      "{\"level\":\"grid\",\"holder\":32,\"party\":3,\"more\":{\"n\":3,\"word\":\"red\","
      "\"chain\":[{\"kind\":\"raised\",\"level\":\"street\",\"holder\":31,"
      "\"party\":null}]}}" },
    { "pop=raised", "{\"level\":\"street\",\"holder\":31,\"party\":null,\"more\":{\"n\":3,"
                    "\"word\":\"red\",\"chain\":[{\"kind\":\"handed\",\"level\":\"grid\","
                    "\"holder\":32,\"party\":3}]}}" },
    { "ask=hold", "{\"more\":{\"n\":3,\"word\":\"red\",\"asked\":\"hold\",\"asked_step\":0,"
                  "\"asked_by\":77,\"asked_n\":5," CHAIN "]}}" },
    { "extend=resolve",
      "{\"clocks\":{\"resolve\":{\"start\":1763946000000000,"
      "\"due\":1764810000000000,\"calendar\":7,\"limit\":{\"n\":3,\"unit\":\"work_day\"},"
      "\"extra\":5,\"provisional\":true}}}" },
};

static const struct workflow_link links[] = {
    { .kind = "raised", .level = "street", .holder = 31 },
    { .kind = "handed", .level = "grid", .holder = 32, .party = 3 },
};

static struct workflow_case a_case(void)
{
    struct workflow_case before = {
        .id = 5,
        .version = 4,
        .state = "working",
        .level = "community",
        .grade = "small",
        .area = "410103007",
        .area_id = STREET,
        .category = "road",
        .holder = 50,
        .party = 5,
        .reason = "holder",
        .outcome = "agreed",
        .n_links = WG_COUNT(links),
        .n_tasks = 2,
        .tasks = { { .k = 1, .staff = 33, .state = "doing", .open = true },
                   { .k = 2, .staff = 33, .state = "done" } },
        .n_clocks = 1,
    };
    memcpy(before.links, links, sizeof links);
    before.clocks[0] = (struct workflow_clock){ .name = "resolve",
                                                .start = fixture_time("2025-11-24T09:00:00+08:00"),
                                                .due = fixture_time("2025-11-27T09:00:00+08:00"),
                                                .calendar = 7,
                                                .fired = 80 };
    before.clocks[0].limit.n = 3;
    before.clocks[0].limit.unit = WG_WORK_DAY;
    workflow_set_number(&before, "n", 3);
    workflow_set_word(&before, "word", "red");
    return before;
}

static const char FILE_[] =
    "{\"workflow\":\"w\",\"title\":{\"zh\":\"试\",\"en\":\"T\"},\"initial\":\"a\","
    "\"states\":{\"a\":{\"zh\":\"甲\",\"en\":\"A\",\"resident\":{\"zh\":\"甲\",\"en\":\"A\"}}},"
    "\"people\":{},\"clocks\":{\"resolve\":{\"zh\":\"办\",\"en\":\"R\",\"owner\":\"holder\","
    "\"due\":true,\"limit\":{\"n\":3,\"unit\":\"work_day\"}}},"
    "\"open\":{\"event\":\"e\",\"level\":\"grid\",\"walk\":[]},\"actions\":{}}";

static void test_rows(void **state)
{
    char fault[200];
    struct workflow *workflow = NULL;
    WG_AUTO(wg_calendar_destroy) struct wg_calendar *calendar = fixture_calendar();
    WG_AUTO(wg_json_put) struct json_object *definition = fixture_json(DEFINITION);
    WG_AUTO(wg_json_put) struct json_object *file = fixture_json(FILE_);
    WG_AUTO(wg_json_put) struct json_object *nothing = fixture_json("{}");
    WG_AUTO(wg_json_put)
    struct json_object *input = fixture_json(
        "{\"reason\":\"tired\",\"days\":5,\"flag\":true,\"denied\":false,\"level\":\"street\","
        "\"at\":\"2025-11-25T09:00:00+08:00\"}");
    struct workflow_facts facts = { .calendar = calendar,
                                    .calendar_version = 7,
                                    .area_id = EAST,
                                    .area = "410103007012001",
                                    .category = "fire",
                                    .grade = "urgent",
                                    .holder = HOLDER,
                                    .party = PARTY };
    facts.roles[0].role = "chief";
    facts.roles[0].staff[facts.roles[0].n++] = 41;
    facts.roles[1].role = "head";
    facts.n_roles = 2;
    static const int64_t heirs[][2] = { { 50, 60 }, { 31, 61 }, { 33, 63 }, { 77, 67 } };
    for (; facts.n_heirs < WG_COUNT(heirs); facts.n_heirs++) {
        facts.heirs[facts.n_heirs].from = heirs[facts.n_heirs][0];
        facts.heirs[facts.n_heirs].to = heirs[facts.n_heirs][1];
    }
    const struct workflow_actor actor = { .staff_id = 77 };
    const struct workflow_row row = { nothing, nothing };
    (void)state;
    assert_int_equal(workflow_new(file, 1, &workflow, fault, sizeof fault), 0);
    for (size_t i = 0; i < WG_COUNT(rows); i++) {
        const struct workflow_case before = a_case();
        struct workflow_case after = before;
        WG_AUTO(wg_text_destroy) struct wg_text changed = { 0 };
        const struct workflow_step step = { .workflow = workflow,
                                            .before = &before,
                                            .after = &after,
                                            .facts = &facts,
                                            .actor = &actor,
                                            .input = input,
                                            .now = fixture_time("2025-11-25T09:00:00+08:00") };
        workflow_apply(&step, &row, rows[i].effect);
        workflow_write_effects(&changed, NULL, &before, &after);
        if (strcmp(changed.bytes, rows[i].changed) != 0)
            fail_msg("row \"%s\":\n  want %s\n  have %s", rows[i].effect, rows[i].changed,
                     changed.bytes);
        ROW(rows[i].effect, workflow_effect_known(definition, rows[i].effect));
    }
    workflow_destroy(&workflow);
}

/* The category that it has: what was raised by hand stays. */
static void test_same_category(void **state)
{
    const struct workflow_case before = a_case();
    struct workflow_case after = before;
    const struct workflow_facts facts = { .category = "road", .grade = "urgent" };
    const struct workflow_step step = { .before = &before, .after = &after, .facts = &facts };
    (void)state;
    workflow_apply(&step, NULL, "category");
    assert_string_equal(after.grade, "small");
    after.grade[0] = '\0';
    workflow_apply(&step, NULL, "category");
    assert_string_equal(after.grade, "urgent");
}

/* The levels end somewhere. */
static void test_ends(void **state)
{
    struct workflow_case after = { .level = "district" };
    const struct workflow_step step = { .before = &after, .after = &after };
    (void)state;
    workflow_apply(&step, NULL, "raise");
    assert_string_equal(after.level, "district");
    snprintf(after.level, sizeof after.level, "grid");
    workflow_apply(&step, NULL, "lower");
    assert_string_equal(after.level, "grid");
    workflow_apply(&step, NULL, "pop=handed"); /* nothing to bring back */
    assert_int_equal(after.n_links, 0);
}

static void test_unknown(void **state)
{
    static const char *const effects[] = { "",
                                           "magic",
                                           "+1",
                                           "dog+1",
                                           "n+2",
                                           "-dog",
                                           "-",
                                           "n=",
                                           "n=@moon",
                                           "dog=1",
                                           "push=",
                                           "push=aside",
                                           "pop=dog",
                                           "ask=dog",
                                           "extend=dog",
                                           "holder=dog",
                                           "holder=@moon",
                                           "state=closed",
                                           "resolver=@moon",
                                           "asked=hold",
                                           "n=a_value_that_is_far_too_long_to_be_held" };
    WG_AUTO(wg_json_put) struct json_object *definition = fixture_json(DEFINITION);
    (void)state;
    for (size_t i = 0; i < WG_COUNT(effects); i++)
        ROW(effects[i], !workflow_effect_known(definition, effects[i]));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_rows),
        cmocka_unit_test(test_same_category),
        cmocka_unit_test(test_ends),
        cmocka_unit_test(test_unknown),
    };
    return cmocka_run_group_tests_name("effects", tests, NULL, NULL);
}
