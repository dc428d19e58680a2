/* Promise: a workflow file that is wrong in one place is refused with that place; and whatever is
 * taken, however a city mangled it, the engine can open, step and tick without a fault. The real
 * file is the argument; each row breaks it once. A second argument is the seed of what is mangled.
 */
#include <unistd.h>

#include "tests/unit/test.h"
#include "tests/unit/triage/walking.h"

static const char *file;
static unsigned seed;
static struct json_object *sound;
static struct wg_calendar *calendar;

static int set_up(void **state)
{
    WG_AUTO(wg_free) char *text = fixture_file(file);
    sound = fixture_json(text);
    calendar = fixture_calendar();
    return 0;
}

static int tear_down(void **state)
{
    wg_json_put(&sound);
    wg_calendar_destroy(&calendar);
    return 0;
}

/* A copy of the file in which the pointer's value is another; value NULL takes it out. */
static struct json_object *broken(const char *pointer, const char *value)
{
    struct json_object *copy = NULL, *parent = NULL;
    char above[160];
    json_object_deep_copy(sound, &copy, NULL);
    if (value != NULL) {
        json_pointer_set(&copy, pointer, fixture_json(value));
        return copy;
    }
    snprintf(above, sizeof above, "%s", pointer);
    char *last = strrchr(above, '/');
    *last = '\0';
    json_pointer_get(copy, above, &parent);
    json_object_object_del(parent, last + 1);
    return copy;
}

#define DISPATCH "/actions/dispatch"
#define CONVENE "/actions/convene"
#define PARTIES "{\"name\":\"units\",\"type\":\"parties\",\"zh\":\"单位\",\"en\":\"Units\"}"
#define FOUR_DISPATCHES "\"dispatch\",\"dispatch\",\"dispatch\",\"dispatch\""
#define SEVENTEEN_DISPATCHES                                                                       \
    FOUR_DISPATCHES "," FOUR_DISPATCHES "," FOUR_DISPATCHES "," FOUR_DISPATCHES ",\"dispatch\""
#define NAME_40 "\"nnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnn\""

static const struct {
    const char *pointer, *value; /* NULL: it is missing */
    const char *fault;           /* how it begins */
} rows[] = {
    { "/workflow", NULL, "/workflow: a text" },
    { "/workflow", "7", "/workflow: a text" },
    { "/workflow", "\"\"", "/workflow: a text" },
    { "/title", NULL, "/title/zh: a text" },
    { "/title/en", NULL, "/title/en: a text" },
    { "/extra", "1", "/extra: there is no such member" },
    { "/initial", NULL, "/initial: a text" },
    { "/initial", "\"lost\"", "/initial: names something" },
    { "/states", NULL, "/states: an object" },
    { "/states", "[]", "/states: an object" },
    { "/states/working", "[]", "/states/working: an object" },
    { "/states/working/zh", NULL, "/states/working/zh: a text" },
    { "/states/working/colour", "1", "/states/working/colour: there is no such member" },
    { "/states/working/resident", NULL, "/states/working/resident/zh: a text" },
    { "/states/working/resident/en", "{}", "/states/working/resident/en: a text" },
    { "/states/working/next/en", NULL, "/states/working/next/en: a text" },
    { "/states/closed/final", "\"yes\"", "/states/closed/final: true or false" },
    { "/states/nnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnn", "{}",
      "/states/nnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnn: its name is too long" },
    { "/clocks", NULL, "/clocks: an object" },
    { "/clocks/accept/en", NULL, "/clocks/accept/en: a text" },
    { "/clocks/accept/limit", NULL, "/clocks/accept/limit: " },
    { "/clocks/accept/limit/n", "-1", "/clocks/accept/limit: " },
    { "/clocks/accept/limit/unit", "\"week\"", "/clocks/accept/limit: " },
    { "/clocks/accept/due", "1", "/clocks/accept/due: true or false" },
    { "/clocks/accept/hue", "1", "/clocks/accept/hue: there is no such member" },
    { "/clocks/nnnnnnnnnnnnnnnnnnnnnnnn", "{}",
      "/clocks/nnnnnnnnnnnnnnnnnnnnnnnn: its name is too long" },
    { "/people", NULL, "/people: an object" },
    { "/people/verifier", "7", "/people/verifier: a post" },
    { "/people/verifier", NULL, "/clocks/verify/owner: nobody answers" },
    { "/people/micro", NULL, "/actions/assist/notices/1/to: names something" },
    { "/people/verifier/village", "\"secretary\"", "/people/verifier/village: there is no such" },
    { "/people/verifier/grid", "7", "/people/verifier/grid: a post" },
    { "/open", NULL, "/open: an object" },
    { "/open/event", NULL, "/open/event: a text" },
    { "/open/level", NULL, "/open/level: a text" },
    { "/open/level", "\"a level with a very long name\"", "/open/level: a text" },
    { "/open/walk", NULL, "/open/walk: a list" },
    { "/open/walk", "\"file\"", "/open/walk: a list" },
    { "/open/walk", "[\"all\"]", "/open/walk/0: names something" },
    { "/open/start", "[\"all\"]", "/open/start/0: names something" },
    { "/open/start", "[null]", "/open/start/0: a word" },
    { "/open/waits", "{}", "/open/waits: a list" },
    { "/open/waits/0", "\"waiting\"", "/open/waits/0: an object" },
    { "/open/waits/0/rule", NULL, "/open/waits/0/rule: a text" },
    { "/open/waits/0/to", "\"mayor\"", "/open/waits/0/to: names something" },
    { "/open/wait", "[]", "/open/wait: there is no such member" },
    { "/actions", NULL, "/approvals/hold/then: names something" },
    { "/actions/nnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnn", "{}",
      "/actions/nnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnn: its name" },
    { DISPATCH, "[]", DISPATCH ": an object" },
    { DISPATCH "/zh", NULL, DISPATCH "/zh: a text" },
    { DISPATCH "/to", "\"lost\"", DISPATCH "/to: is no state" },
    { DISPATCH "/event", NULL, DISPATCH "/event: is missing" },
    { DISPATCH "/event", NAME_40, DISPATCH "/event: a text" },
    { DISPATCH "/from", NULL, DISPATCH "/from: at least one" },
    { DISPATCH "/from", "[]", DISPATCH "/from: at least one" },
    { DISPATCH "/from", "[\"reported\",\"lost\"]", DISPATCH "/from/1: names something" },
    { DISPATCH "/from", "\"reported\"", DISPATCH "/from: a list" },
    { DISPATCH "/by", NULL, DISPATCH "/by: a list" },
    { DISPATCH "/by", "[7]", DISPATCH "/by/0: a word" },
    { DISPATCH "/by", "[\"a post with a very long name\"]", DISPATCH "/by/0: names something" },
    { DISPATCH "/needs", "[\"luck\"]", DISPATCH "/needs/0: names something" },
    { DISPATCH "/guards", "[\"dog\"]", DISPATCH "/guards/0: names something" },
    { DISPATCH "/effects", "[\"magic\"]", DISPATCH "/effects/0: names something" },
    { DISPATCH "/rows/1/effects", "[\"outcome\"]", DISPATCH "/effects: an outcome is set" },
    { DISPATCH "/stop", "[\"clock\"]", DISPATCH "/stop/0: names something" },
    { DISPATCH "/start", "[\"all\"]", DISPATCH "/start/0: names something" },
    { DISPATCH "/deciding", "1", DISPATCH "/deciding: true or false" },
    { DISPATCH "/outcome", "7", DISPATCH "/outcome: a text" },
    { DISPATCH "/hook", "1", DISPATCH "/hook: there is no such member" },
    { DISPATCH "/notices", "\"all\"", DISPATCH "/notices: a list" },
    { DISPATCH "/notices/0/rule", "7", DISPATCH "/notices/0/rule: a text" },
    { DISPATCH "/notices/0/by", "7", DISPATCH "/notices/0/by: there is no such member" },
    { DISPATCH "/notices",
      "[{\"rule\":\"a\",\"to\":\"holder\"},{\"rule\":\"b\",\"to\":\"holder\"},"
      "{\"rule\":\"c\",\"to\":\"holder\"},{\"rule\":\"d\",\"to\":\"holder\"},"
      "{\"rule\":\"e\",\"to\":\"holder\"},{\"rule\":\"f\",\"to\":\"holder\"}]",
      DISPATCH "/notices: are too many" },
    { "/open/walk", "[" SEVENTEEN_DISPATCHES "]", "/open/walk: its notices are too many" },
    { DISPATCH "/fields", "{}", DISPATCH "/fields: a list" },
    { DISPATCH "/fields/0", "null", DISPATCH "/fields/0: an object" },
    { DISPATCH "/fields/0/name", NULL, DISPATCH "/fields/0/name: a text" },
    { DISPATCH "/fields/0/name", "\"kind\"", DISPATCH "/fields/0/type: there is no such type" },
    { DISPATCH "/fields/3/name", "\"action\"", DISPATCH "/fields/3/type: there is no such type" },
    { DISPATCH "/fields/0/type", "\"colour\"", DISPATCH "/fields/0/type: there is no such type" },
    { DISPATCH "/fields/0/zh", NULL, DISPATCH "/fields/0/zh: a text" },
    { DISPATCH "/fields/0/required", "1", DISPATCH "/fields/0/required: true or false" },
    { DISPATCH "/fields/0/missing", "\"luck\"", DISPATCH "/fields/0/missing: names something" },
    { DISPATCH "/fields/3/most", "-1", DISPATCH "/fields/3/most: a whole number" },
    { DISPATCH "/fields/3/most", "1.5", DISPATCH "/fields/3/most: a whole number" },
    { DISPATCH "/fields/3/most", "10001", DISPATCH "/fields/3/most: a whole number" },
    { CONVENE "/fields/1/most", "21", CONVENE "/fields/1/most: a whole number" },
    { CONVENE "/fields/1/type", "\"texts\"", CONVENE "/notices: no field of type parties" },
    { CONVENE "/fields/2/type", "\"tasks\"", CONVENE "/fields: parties are the only list" },
    { CONVENE "/fields/2/type", "\"parties\"", CONVENE "/fields/2/most: a whole number" },
    { CONVENE "/approve", "true", CONVENE "/fields: parties are the only list" },
    { CONVENE "/fields", NULL, CONVENE "/notices: no field of type parties" },
    { "/tasks/actions/arrive/fields", "[" PARTIES "]",
      "/tasks/actions/arrive/fields: parties are the only list" },
    { "/actions/blow_whistle/fields/1", PARTIES,
      "/actions/blow_whistle/fields: parties are the only list" },
    { "/actions/blow_whistle/rows/2/notices/0/to", "\"invited\"",
      "/actions/blow_whistle/notices: no field of type parties" },
    { "/open/waits/0/to", "\"invited\"", "/open/waits: no field of type parties" },
    { DISPATCH "/rows", "[]", DISPATCH "/rows: at least one" },
    { DISPATCH "/rows", "{}", DISPATCH "/rows: a list" },
    { DISPATCH "/rows/0", "7", DISPATCH "/rows/0: an object" },
    { DISPATCH "/rows/0/zh", "\"x\"", DISPATCH "/rows/0/zh: there is no such member" },
    { DISPATCH "/rows/0/guards/0", "\"returns<$n\"", DISPATCH "/rows/0/guards/0: names something" },
    { DISPATCH "/rows/0/guards/0", "\"returns.weeks<2\"",
      DISPATCH "/rows/0/guards/0: names something" },
    { DISPATCH "/rows/0/effects/0", "\"push=sideways\"",
      DISPATCH "/rows/0/effects/0: names something" },
    { DISPATCH "/rows/0/effects/0", "\"ask=nothing\"",
      DISPATCH "/rows/0/effects/0: names something" },
    { DISPATCH "/rows/0/effects/0", "\"lead=@moon\"",
      DISPATCH "/rows/0/effects/0: names something" },
    { DISPATCH "/rows/0/effects/0", "\"holder=mayor\"",
      DISPATCH "/rows/0/effects/0: names something" },
    { DISPATCH "/rows/0/start/0", "\"egg\"", DISPATCH "/rows/0/start/0: names something" },
    { DISPATCH "/undoable", "\"yes\"", DISPATCH "/undoable: true or false" },
    { "/actions/unmerge/to", "\"@nothing\"", "/actions/unmerge/to: is no state" },
    { "/actions/merge/partner/action", NULL, "/actions/merge/partner/action: a text" },
    { "/actions/merge/partner/attribute", "\"master\"", "/actions/merge/partner/field: either" },
    { "/actions/unmerge/partner/attribute", "\"m\"", "/actions/unmerge/partner/attribute: names" },
    { "/attributes/returns", "7", "/attributes/returns: an object" },
    { "/attributes/returns/en", NULL, "/attributes/returns/en: a text" },
    { "/attributes/asked", "{\"zh\":\"x\",\"en\":\"x\"}", "/attributes/asked: its name is" },
    { "/attributes/face/words", "[]", "/attributes/face/words: an object" },
    { "/attributes/face/words/unit/en", NULL, "/attributes/face/words" },
    { "/attributes/returns", NULL, "/actions/dispatch/guards/0: names something" },
    { "/approvals/hold/steps", "[]", "/approvals/hold/steps: at least one" },
    { "/approvals/hold/steps/0", "\"mayor\"", "/approvals/hold/steps/0: names something" },
    { "/approvals/hold/then", NULL, "/approvals/hold/then: a text" },
    { "/approvals/hold/else", "\"nothing\"", "/approvals/hold/else: names something" },
    { "/approvals/hold", NULL, "/actions/" },
    { "/clocks/hold/until", "\"dawn\"", "/clocks/hold/until: names something" },
    { "/clocks/hold/limit", "{\"n\":1,\"unit\":\"day\"}", "/clocks/hold/limit: either a limit" },
    { "/clocks/resolve/cap", "\"dawn\"", "/clocks/resolve/cap: names something" },
    { "/clocks/resolve/margin", "91", "/clocks/resolve/margin: a whole number" },
    { "/clocks/resolve/warn", "[80, 50]", "/clocks/resolve/warn: up to four rising" },
    { "/clocks/resolve/warn", "[50, 100]", "/clocks/resolve/warn: up to four rising" },
    { "/clocks/resolve/on_warn", NULL, "/clocks/resolve/on_warn: somebody is to be warned" },
    { "/clocks/resolve/on_breach", "\"boom\"", "/clocks/resolve/on_breach: names something" },
    { "/clocks/resolve/over", "\"dawn\"", "/clocks/resolve/over: names something" },
    { "/clocks/resolve/limits", "[]", "/clocks/resolve/limits: up to 12" },
    { "/clocks/resolve/limits", "{\"@dire\":{\"n\":1,\"unit\":\"day\"}}",
      "/clocks/resolve/limits/@dire: @grade, /source" },
    { "/clocks/resolve/limits", "{\"@urgent\":{\"n\":1}}", "/clocks/resolve/limits/@urgent: " },
    { "/round_the_clock", "\"urgent\"", "/round_the_clock: a list" },
    { "/round_the_clock", "[\"dire\"]", "/round_the_clock/0: names something" },
    { "/tasks/initial", NULL, "/tasks/initial: a text" },
    { "/tasks/asked", "\"lost\"", "/tasks/asked: names something" },
    { "/tasks/done", "\"party\"", "/tasks/done: names something" },
    { "/tasks/start/0", "\"egg\"", "/tasks/start/0: names something" },
    { "/tasks/actions/arrive/to", "\"working\"", "/tasks/actions/arrive/to: is no state" },
    { "/tasks/actions/arrive/from/0", "\"working\"", "/tasks/actions/arrive/from/0: names" },
    { "/tasks/states/arrived/en", NULL, "/tasks/states/arrived/en: a text" },
    { DISPATCH "/fields/3/choices", "[{\"value\":\"x\",\"zh\":\"x\",\"en\":\"x\"}]",
      DISPATCH "/fields/3/choices: a choice has some" },
    { "/actions/reject/fields/0/choices", "[]", "/actions/reject/fields/0/choices: a choice has" },
    { "/actions/reject/fields/0/choices/1/value", NULL,
      "/actions/reject/fields/0/choices/1/value: a text" },
    { "/actions/reject/fields/0/choices/1/en", NULL,
      "/actions/reject/fields/0/choices/1/en: a text" },
    { "/actions/reject/fields/0/required", NULL, "/actions/reject/effects: an outcome is set" },
};

static void test_refused(void **state)
{
    for (size_t i = 0; i < WG_COUNT(rows); i++) {
        char name[400], fault[200] = "";
        struct workflow *workflow = NULL;
        WG_AUTO(wg_json_put)
        struct json_object *definition = broken(rows[i].pointer, rows[i].value);
        int condition = workflow_new(definition, 1, &workflow, fault, sizeof fault);
        snprintf(name, sizeof name, "%s = %s: %s", rows[i].pointer,
                 rows[i].value == NULL ? "(missing)" : rows[i].value, fault);
        workflow_destroy(&workflow);
        ROW(name, condition == WORKFLOW_BAD);
        ROW(name, strncmp(fault, rows[i].fault, strlen(rows[i].fault)) == 0);
    }
}

static void test_no_object(void **state)
{
    static const char *const texts[] = { "null", "[]", "7", "\"request\"", "{}", "true" };
    for (size_t i = 0; i < WG_COUNT(texts); i++) {
        char fault[200];
        struct workflow *workflow = NULL;
        WG_AUTO(wg_json_put)
        struct json_object *definition = i == 0 ? NULL : fixture_json(texts[i]);
        ROW(texts[i], workflow_new(definition, 1, &workflow, fault, sizeof fault) == WORKFLOW_BAD);
        ROW(texts[i], fault[0] != '\0' && workflow == NULL);
    }
}

static void test_short_room(void **state)
{
    char fault[8];
    struct workflow *workflow = NULL;
    WG_AUTO(wg_json_put) struct json_object *definition = broken("/initial", NULL);
    assert_int_equal(workflow_new(definition, 1, &workflow, fault, sizeof fault), WORKFLOW_BAD);
    assert_string_equal(fault, "/initia");
}

static void test_taken(void **state)
{
    char fault[200];
    const char *post;
    struct workflow *workflow = NULL;
    assert_int_equal(workflow_new(sound, 17, &workflow, fault, sizeof fault), 0);
    assert_int_equal(workflow_id(workflow), 17);
    assert_string_equal(workflow_name(workflow), "request");
    assert_string_equal(workflow_initial(workflow), "reported");
    assert_string_equal(workflow_role(workflow, 1, "grid", &post), "verifier");
    assert_string_equal(post, "secretary");
    assert_string_equal(workflow_role(workflow, 1, "street", &post), "verifier");
    assert_string_equal(post, "director");
    assert_null(workflow_role(workflow, WORKFLOW_ROLES, "grid", &post));
    assert_ptr_equal(workflow_definition(workflow), sound);
    workflow_destroy(&workflow);
    workflow_destroy(&workflow);
}

/* ---- whatever is taken can be stepped */

static bool everything(const char *post, const char *area, const void *arg)
{
    return true;
}

static void step_all(const struct workflow *workflow, const struct workflow_case *before,
                     const struct workflow_facts *facts)
{
    static const struct workflow_actor actor = { .staff_id = 9, .has_post = everything };
    struct json_object *actions = wg_json_get(workflow_definition(workflow), "actions");
    struct workflow_ask ask = { .before = before, .actor = &actor, .facts = facts, .now = 1 };
    struct workflow_decision decision = { 0 };
    WG_AUTO(wg_json_put) struct json_object *forms = workflow_legal(workflow, &ask, true);
    json_object_object_foreach(actions, action, row)
    {
        WG_AUTO(wg_json_put)
        struct json_object *input = walking_input(row);
        WG_AUTO(wg_problem_destroy) struct wg_problem *problem = wg_problem_new(422, "t", "t", "t");
        const char *why;
        ask.action = action;
        ask.input = input;
        if (workflow_step(workflow, &ask, &decision, problem, &why) == 0)
            workflow_decision_clear(&decision);
    }
    ask.now = INT64_C(4000000000000000);
    if (workflow_tick(workflow, &ask, &decision) == 0)
        workflow_decision_clear(&decision);
}

static bool runs(struct json_object *definition)
{
    char fault[200];
    struct workflow *workflow = NULL;
    struct workflow_facts facts = { .calendar = calendar, .holder = 9 };
    const struct workflow_case fresh = { .id = 1, .opened_at = 1 };
    struct workflow_decision opened;
    if (workflow_new(definition, 1, &workflow, fault, sizeof fault) != 0)
        return false;
    workflow_open(workflow, &fresh, &facts, &opened);
    step_all(workflow, &opened.after, &facts);
    snprintf(facts.category, sizeof facts.category, "road");
    workflow_decision_clear(&opened);
    workflow_open(workflow, &fresh, &facts, &opened);
    json_object_object_foreach(wg_json_get(definition, "states"), name, value)
    {
        (void)value;
        snprintf(opened.after.state, sizeof opened.after.state, "%s", name);
        step_all(workflow, &opened.after, &facts);
    }
    workflow_decision_clear(&opened);
    workflow_destroy(&workflow);
    return true;
}

enum { PLACES_MOST = 20000, PLACE_ROOM = 128, MANGLED = 500 };

struct places {
    size_t n;
    char pointers[PLACES_MOST][PLACE_ROOM];
};

/* The pointer of every value. */
static void gather(struct places *places, struct json_object *value, const char *at)
{
    char below[PLACE_ROOM];
    if (at[0] != '\0' && places->n < PLACES_MOST)
        snprintf(places->pointers[places->n++], PLACE_ROOM, "%s", at);
    if (json_object_is_type(value, json_type_array)) {
        for (size_t i = 0; i < json_object_array_length(value); i++) {
            snprintf(below, sizeof below, "%.100s/%zu", at, i);
            gather(places, json_object_array_get_idx(value, i), below);
        }
        return;
    }
    if (!json_object_is_type(value, json_type_object))
        return;
    json_object_object_foreach(value, key, member)
    {
        snprintf(below, sizeof below, "%.60s/%.60s", at, key);
        gather(places, member, below);
    }
}

static void test_mangled(void **state)
{
    static const char *const values[] = {
        "null", "true",      "0",   "1.5",  "\"\"",   "\"dispatch\"", "\"reported\"",
        "[]",   "[\"all\"]", "[1]", "[[]]", "[null]", "{}",           "{\"zh\":\"x\",\"en\":\"x\"}",
    };
    WG_AUTO(wg_free) struct places *places = wg_new(sizeof *places);
    size_t taken = 0;
    (void)state;
    assert_true(runs(sound));
    gather(places, sound, "");
    assert_in_range(places->n, 1000, PLACES_MOST - 1);
    print_message("# %zu places, seed %u\n", places->n, seed);
    srandom(seed);
    for (size_t i = 0; i < MANGLED; i++) {
        const char *pointer = places->pointers[(size_t)random() % places->n],
                   *value = values[(size_t)random() % WG_COUNT(values)];
        WG_AUTO(wg_json_put) struct json_object *definition = broken(pointer, value);
        taken += runs(definition);
    }
    print_message("# %zu of %d mangled files taken\n", taken, MANGLED);
    assert_true(taken > 0);
}

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_refused),    cmocka_unit_test(test_no_object),
        cmocka_unit_test(test_short_room), cmocka_unit_test(test_taken),
        cmocka_unit_test(test_mangled),
    };
    if (argc < 2)
        return 2;
    file = argv[1];
    seed = argc > 2 ? (unsigned)strtoul(argv[2], NULL, 10) : (unsigned)getpid();
    return cmocka_run_group_tests_name("workflow_file", tests, set_up, tear_down);
}
