/* Promise: whatever people do, in any order and with any facts, a case never leaves the workflow's
 * table: each step that is taken leads from the row's `from` to its `to`, the effects that the
 * event stores give the row after when applied to the row before, the next waking is the earliest
 * clock, a refusal changes nothing; and from wherever it got to, somebody can bring it to an end.
 * Arguments: the workflow; a seed and a number of walks, to run one again. */
#include <unistd.h>

#include "tests/unit/test.h"
#include "tests/unit/triage/walking.h"

#ifdef __SANITIZE_ADDRESS__
enum { WALKS = 5000 };
#else
enum { WALKS = 100000 };
#endif
enum { TRIES = 12, WAY_OUT_MOST = 100 };

static const char *file;
static struct workflow *workflow;
static struct wg_calendar *calendar;
static uint64_t seed, walks = WALKS;
static struct json_object *inputs[3]; /* by action: satisfied; nothing; nonsense */

/* xorshift64*: the same walks for the same seed, everywhere. */
static uint32_t draw(uint64_t *from, uint32_t below)
{
    *from ^= *from >> 12;
    *from ^= *from << 25;
    *from ^= *from >> 27;
    return (uint32_t)((*from * UINT64_C(0x2545F4914F6CDD1D)) >> 33) % below;
}

static struct json_object *actions(void)
{
    return wg_json_get(workflow_definition(workflow), "actions");
}

static int set_up(void **state)
{
    workflow = walking_workflow(file);
    calendar = fixture_calendar();
    inputs[0] = json_object_new_object();
    json_object_object_foreach(actions(), action, row)
    {
        json_object_object_add(inputs[0], action, walking_input(row));
    }
    inputs[1] = fixture_json("{}");
    inputs[2] = fixture_json("{\"colour\":\"red\"}");
    if (seed == 0 && getentropy(&seed, sizeof seed) != 0)
        abort();
    print_message("# seed %llu, %llu walks\n", (unsigned long long)seed, (unsigned long long)walks);
    return 0;
}

static int tear_down(void **state)
{
    for (size_t i = 0; i < WG_COUNT(inputs); i++)
        wg_json_put(&inputs[i]);
    workflow_destroy(&workflow);
    wg_calendar_destroy(&calendar);
    return 0;
}

/* ---- what must hold of a step */

static void set_text(struct json_object *effects, const char *key, char *to, size_t size)
{
    const char *value = wg_json_text(effects, key);
    if (json_object_object_get_ex(effects, key, NULL))
        snprintf(to, size, "%s", value == NULL ? "" : value);
}

static void set_number(struct json_object *effects, const char *key, int64_t *to)
{
    if (json_object_object_get_ex(effects, key, NULL))
        *to = wg_json_int(effects, key);
}

/* The row that somebody has who knows the row before and the event's effects, and no engine. */
static struct workflow_case applied(const struct workflow_case *before, struct json_object *effects)
{
    struct workflow_case row = *before;
    set_text(effects, "state", row.state, sizeof row.state);
    set_text(effects, "level", row.level, sizeof row.level);
    set_text(effects, "grade", row.grade, sizeof row.grade);
    set_text(effects, "area", row.area, sizeof row.area);
    set_text(effects, "category", row.category, sizeof row.category);
    set_text(effects, "reason", row.reason, sizeof row.reason);
    set_text(effects, "outcome", row.outcome, sizeof row.outcome);
    set_number(effects, "area_id", &row.area_id);
    set_number(effects, "holder", &row.holder);
    set_number(effects, "resolver", &row.resolver);
    set_number(effects, "due_at", &row.due_at);
    set_number(effects, "wake_at", &row.wake_at);
    if (wg_json_get(effects, "restricted") != NULL)
        row.restricted = json_object_get_boolean(wg_json_get(effects, "restricted"));
    if (wg_json_get(effects, "clocks") != NULL)
        workflow_read_clocks(&row, wg_json_get(effects, "clocks"));
    return row;
}

static bool same_clocks(const struct workflow_case *left, const struct workflow_case *right)
{
    bool same = left->n_clocks == right->n_clocks;
    for (size_t i = 0; same && i < left->n_clocks; i++) {
        const struct workflow_clock *l = &left->clocks[i], *r = &right->clocks[i];
        same = strcmp(l->name, r->name) == 0 && l->start == r->start && l->due == r->due &&
               l->calendar == r->calendar;
    }
    return same;
}

static bool same_row(const struct workflow_case *left, const struct workflow_case *right)
{
    return strcmp(left->state, right->state) == 0 && strcmp(left->level, right->level) == 0 &&
           strcmp(left->grade, right->grade) == 0 && strcmp(left->area, right->area) == 0 &&
           strcmp(left->category, right->category) == 0 &&
           strcmp(left->reason, right->reason) == 0 && strcmp(left->outcome, right->outcome) == 0 &&
           left->area_id == right->area_id && left->holder == right->holder &&
           left->resolver == right->resolver && left->due_at == right->due_at &&
           left->wake_at == right->wake_at && left->restricted == right->restricted &&
           same_clocks(left, right);
}

static int64_t earliest(const struct workflow_case *of)
{
    int64_t found = 0;
    for (size_t i = 0; i < of->n_clocks; i++)
        found = found == 0 || of->clocks[i].due < found ? of->clocks[i].due : found;
    return found;
}

static bool stands_in(struct json_object *list, const char *word)
{
    for (size_t i = 0; i < json_object_array_length(list); i++)
        if (strcmp(json_object_get_string(json_object_array_get_idx(list, i)), word) == 0)
            return true;
    return false;
}

static void judge_step(const struct workflow_case *before, const char *action,
                       const struct workflow_decision *decision)
{
    struct json_object *row = walking_row(workflow, action);
    const struct workflow_case *after = &decision->after;
    WG_AUTO(wg_json_put) struct json_object *data = fixture_json(decision->data.bytes);
    WG_AUTO(wg_json_put) struct json_object *was = fixture_json(decision->was.bytes);
    struct workflow_case replayed = applied(before, wg_json_get(data, "effects"));
    ROW(action, stands_in(wg_json_get(row, "from"), before->state));
    ROW(action, strcmp(wg_json_text(row, "to"), after->state) == 0);
    ROW(action, strcmp(wg_json_text(row, "event"), decision->event) == 0);
    ROW(action, after->version == before->version + 1 && after->decided == after->version);
    ROW(action, after->id == before->id && after->born_area_id == before->born_area_id);
    ROW(action, after->opened_at == before->opened_at && after->training == before->training);
    ROW(action, same_row(&replayed, after));
    ROW(action, after->wake_at == earliest(after));
    ROW(action, strcmp(wg_json_text(was, "state"), before->state) == 0);
    ROW(action, !walking_final(workflow, after->state) || after->n_clocks == 0);
}

/* ---- walks */

struct walk {
    struct workflow_case now;
    int64_t at;
    uint64_t from; /* of its draws */
    size_t taken, refused;
};

static const char *const lacking[] = { "", "place", "outside", "grid", "category", "holder" };

static struct workflow_facts any_facts(struct walk *walk)
{
    struct workflow_facts facts =
        walking_facts(calendar, lacking[draw(&walk->from, WG_COUNT(lacking))]);
    facts.restricted = draw(&walk->from, 2) == 0;
    if (facts.holder != 0)
        facts.holder += draw(&walk->from, 3);
    return facts;
}

static void begin(struct walk *walk)
{
    const struct workflow_case nothing = { 0 };
    const struct workflow_case fresh = { .id = 5,
                                         .opened_at = walk->at,
                                         .training = draw(&walk->from, 2) == 0 };
    const struct workflow_facts facts = any_facts(walk);
    struct workflow_decision decision;
    workflow_open(workflow, &fresh, &facts, &decision);
    WG_AUTO(wg_json_put) struct json_object *data = fixture_json(decision.data.bytes);
    struct workflow_case replayed = applied(&nothing, wg_json_get(data, "effects"));
    ROW("open", same_row(&replayed, &decision.after));
    ROW("open", decision.after.version == 1 && decision.after.decided == 1);
    ROW("open", decision.after.wake_at == earliest(&decision.after));
    ROW("open", (decision.after.reason[0] != '\0') == (decision.after.holder == 0));
    walk->now = decision.after;
    workflow_decision_clear(&decision);
}

static void try(struct walk *walk, const char *action, size_t role, struct json_object *input,
                const struct workflow_facts *facts)
{
    WG_AUTO(wg_problem_destroy) struct wg_problem *problem = wg_problem_new(422, "t", "t", "t");
    const struct workflow_actor actor = walking_actor(role, &walk->now);
    const struct workflow_ask ask = { &walk->now, action, &actor, facts, input, walk->at };
    struct workflow_decision decision = { 0 };
    const char *why = NULL;
    int refusal = workflow_step(workflow, &ask, &decision, problem, &why);
    if (refusal != 0) {
        ROW(action, decision.data.length == 0 && decision.after.state[0] == '\0');
        ROW(action, (refusal == STEP_FAULTS) == (wg_problem_errors(problem) > 0));
        walk->refused++;
        return;
    }
    judge_step(&walk->now, action, &decision);
    walk->now = decision.after;
    workflow_decision_clear(&decision);
    walk->taken++;
}

/* Anybody tries anything, a while after what was done last. */
static void stumble(struct walk *walk)
{
    struct json_object *all = actions(), *input = inputs[draw(&walk->from, 4) % 3];
    uint32_t pick = draw(&walk->from, (uint32_t)json_object_object_length(all));
    const struct workflow_facts facts = any_facts(walk);
    const char *action = NULL;
    json_object_object_foreach(all, name, row)
    {
        (void)row;
        if (pick-- == 0)
            action = name;
    }
    walk->at += (int64_t)draw(&walk->from, 1u << 30) * 500; /* up to six days */
    try(walk, action, draw(&walk->from, WG_COUNT(walking_roles)),
        input == inputs[0] ? wg_json_get(input, action) : input, &facts);
}

/* Somebody takes one of the actions that are theirs. */
static void go_on(struct walk *walk)
{
    const struct workflow_facts facts = walking_facts(calendar, "");
    uint32_t first = draw(&walk->from, WG_COUNT(walking_roles));
    for (size_t i = 0; i < WG_COUNT(walking_roles); i++) {
        size_t role = (first + i) % WG_COUNT(walking_roles), before = walk->taken;
        const struct workflow_actor actor = walking_actor(role, &walk->now);
        WG_AUTO(wg_json_put)
        struct json_object *legal = workflow_legal(workflow, &walk->now, &actor, true);
        size_t n = json_object_array_length(legal);
        if (n == 0)
            continue;
        const char *action = wg_json_text(
            json_object_array_get_idx(legal, draw(&walk->from, (uint32_t)n)), "action");
        try(walk, action, role, wg_json_get(inputs[0], action), &facts);
        ROW(action, walk->taken == before + 1);
        return;
    }
    fail_msg("state \"%s\": nobody can go on", walk->now.state);
}

static void nothing_more(struct walk *walk)
{
    const struct workflow_facts facts = walking_facts(calendar, "");
    size_t before = walk->taken;
    json_object_object_foreach(actions(), action, row)
    {
        (void)row;
        for (size_t role = 0; role < WG_COUNT(walking_roles); role++)
            try(walk, action, role, wg_json_get(inputs[0], action), &facts);
    }
    assert_int_equal(walk->taken, before);
}

static void test_walks(void **state)
{
    uint64_t from = seed;
    size_t taken = 0, refused = 0;
    for (uint64_t i = 0; i < walks; i++) {
        struct walk walk = { .at = fixture_time("2026-11-23T09:00:00+08:00") };
        draw(&from, 2);
        walk.from = from;
        begin(&walk);
        for (int t = 0; t < TRIES; t++)
            stumble(&walk);
        for (int t = 0; t < WAY_OUT_MOST && !walking_final(workflow, walk.now.state); t++)
            go_on(&walk);
        if (!walking_final(workflow, walk.now.state))
            fail_msg("walk %llu never ends", (unsigned long long)i);
        if (i % 100 == 0)
            nothing_more(&walk);
        taken += walk.taken;
        refused += walk.refused;
    }
    print_message("# %zu steps taken, %zu refused\n", taken, refused);
}

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = { cmocka_unit_test(test_walks) };
    if (argc < 2)
        return 2;
    file = argv[1];
    seed = argc > 2 ? strtoull(argv[2], NULL, 10) : 0;
    walks = argc > 3 ? strtoull(argv[3], NULL, 10) : WALKS;
    return cmocka_run_group_tests_name("workflow_walks", tests, set_up, tear_down);
}
