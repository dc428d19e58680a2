/* Promise: whatever people do, in any order, with any facts, and however time passes, a case stays
 * one that the file means: the effects that an event stores give the row after when applied to the
 * row before; every step has its event, a refusal changes nothing; every clock that runs has an end
 * and an owner, or stands still in a pause, and the end is what the calendar makes of its start,
 * limit and pauses; none runs in a state that is final, unless the file acts upon it there; a mark
 * is acted upon once; what is taken back is as it was; and from wherever it got to, the case can be
 * brought to an end without whoever reported it.
 * Arguments: the workflow; a seed (0: any) and a number of steps. */
#include <unistd.h>

#include "common/clock.h"

#include "tests/unit/test.h"
#include "tests/unit/triage/judging.h"

#ifdef __SANITIZE_ADDRESS__
enum { STEPS = 20000 };
#else
enum { STEPS = 100000 };
#endif
enum { STEPS_OF_WALK = 120, WAY_OUT_MOST = 60, TICKS_MOST = 200, STOOD_MOST = 16 };

static const char *file;
static struct walking walking;
static uint64_t seed, steps = STEPS;

/* xorshift64*: the same walks for the same seed, everywhere. */
static uint32_t draw(uint64_t *from, uint32_t below)
{
    *from ^= *from >> 12;
    *from ^= *from << 25;
    *from ^= *from >> 27;
    return (uint32_t)((*from * UINT64_C(0x2545F4914F6CDD1D)) >> 33) % below;
}

static int set_up(void **state)
{
    (void)state;
    walking_begin(&walking, file);
    while (seed == 0)
        if (getentropy(&seed, sizeof seed) != 0)
            abort();
    print_message("# seed %llu, %llu steps\n", (unsigned long long)seed, (unsigned long long)steps);
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    walking_end(&walking);
    return 0;
}

/* ---- a walk */

/* A clock that stands: what was left of it. */
struct stood {
    char name[28];
    int64_t start, left;
    int32_t extra;
    struct wg_limit limit;
};

struct walk {
    struct workflow_case now;
    int64_t at;
    uint64_t from;                         /* of its draws */
    struct workflow_facts known;           /* of the report */
    int64_t last_actor, last_at;           /* of the last event */
    struct json_object *last_data, *asked; /* what it stored; what was asked for */
    struct workflow_case before_last;      /* the row before it */
    size_t n_stood;
    struct stood stood[STOOD_MOST];
    size_t taken, refused, ticked, undone, answered;
};

static bool toss(struct walk *walk, uint32_t of)
{
    return draw(&walk->from, of) == 0;
}

/* ---- time that was left when a clock was stopped is left when it goes on */

static bool exact(const struct workflow_clock *clock)
{
    return !clock->until && clock->cap == 0 && clock->extra == 0 && !clock->limit.close_of_day &&
           !clock->limit.next_work_day && clock->limit.unit != WG_WORK_DAY &&
           clock->code[0] == '\0'; /* by the calendar of the city */
}

static const struct workflow_clock *clock_in(const struct workflow_case *row, const char *name)
{
    for (size_t i = 0; i < row->n_clocks; i++)
        if (strcmp(row->clocks[i].name, name) == 0)
            return &row->clocks[i];
    return NULL;
}

static void remember_stood(struct walk *walk, const struct workflow_clock *was)
{
    for (size_t i = 0; i < walk->n_stood; i++) /* it was started anew since it last stood */
        if (strcmp(walk->stood[i].name, was->name) == 0)
            walk->stood[i--] = walk->stood[--walk->n_stood];
    if (!exact(was) || walk->n_stood == STOOD_MOST || was->due <= walk->at)
        return;
    struct stood *stood = &walk->stood[walk->n_stood++];
    *stood = (struct stood){ .start = was->start, .limit = was->limit };
    wg_copy(stood->name, sizeof stood->name, was->name);
    stood->left = wg_calendar_left(walking.calendar, &was->limit, walk->at, was->due);
}

static void judge_stood(struct walk *walk, const struct workflow_clock *is)
{
    for (size_t i = 0; i < walk->n_stood; i++) {
        struct stood *stood = &walk->stood[i];
        if (strcmp(stood->name, is->name) != 0)
            continue;
        bool comparable = stood->start == is->start && exact(is) &&
                          memcmp(&stood->limit, &is->limit, sizeof is->limit) == 0;
        int64_t left = wg_calendar_left(walking.calendar, &is->limit, walk->at, is->due);
        if (comparable && left != stood->left)
            fail_msg("the clock \"%s\" had %lld left, and has %lld", is->name,
                     (long long)stood->left, (long long)left);
        *stood = walk->stood[--walk->n_stood];
        return;
    }
}

static void watch_pauses(struct walk *walk, const struct workflow_case *before,
                         const struct workflow_case *after)
{
    for (size_t i = 0; i < after->n_clocks; i++) {
        const struct workflow_clock *is = &after->clocks[i], *was = clock_in(before, is->name);
        if (was == NULL || was->start != is->start)
            continue;
        if (was->due != 0 && is->due == 0)
            remember_stood(walk, was);
        else if (was->due == 0 && is->due != 0)
            judge_stood(walk, is);
    }
}

/* ---- what must hold of a step */

static void judge_decision(const char *name, const struct workflow_case *before,
                           const struct workflow_decision *decision, struct json_object *data)
{
    const struct workflow_case *after = &decision->after;
    struct workflow_case replayed = *before;
    workflow_read_effects(&replayed, wg_json_get(data, "effects"));
    judging_take_tasks(&walking, &replayed, wg_json_get(wg_json_get(data, "effects"), "tasks"));
    judging_same(name, "the row before with the effects is not the row after", &replayed, after);
    ROW(name, decision->event[0] != '\0');
    ROW(name, after->version == before->version + 1);
    ROW(name, after->decided == (decision->deciding ? after->version : before->decided));
    ROW(name, after->id == before->id && after->born_area_id == before->born_area_id);
    ROW(name, after->opened_at == before->opened_at && after->training == before->training);
    ROW(name, wg_json_get(walking_part(&walking, "states"), after->state) != NULL);
    ROW(name, after->level[0] != '\0');
    for (size_t i = 0; i < decision->n_notices; i++)
        for (size_t s = 0; s < decision->notices[i].n; s++)
            ROW(decision->notices[i].rule, decision->notices[i].staff[s] != 0);
    judging_judge_clocks(&walking, after);
}

static void land(struct walk *walk, const char *name, const struct workflow_decision *decision,
                 int64_t actor, struct json_object *input)
{
    struct json_object *data = fixture_json(decision->data.bytes);
    const struct workflow_case *after = &decision->after;
    judge_decision(name, &walk->now, decision, data);
    watch_pauses(walk, &walk->now, after);
    if (workflow_number(after, "asked_n") == after->version) {
        json_object_put(walk->asked);
        walk->asked = json_object_get(input);
    }
    json_object_put(walk->last_data);
    walk->last_data = data;
    walk->last_actor = actor;
    walk->last_at = walk->at;
    walk->before_last = walk->now;
    walk->now = *after;
    for (size_t i = 0; i < walk->now.n_tasks; i++)
        walk->now.tasks[i].changed = false;
}

/* ---- facts */

static const char *const lacking[] = { "", "place", "outside", "grid", "category", "holder" };

static struct workflow_facts facts_of(struct walk *walk, const char *missing)
{
    struct workflow_facts facts =
        walking_facts(&walking, walk->now.level[0] == '\0' ? "grid" : walk->now.level, missing);
    const struct workflow_facts *known = &walk->known;
    if (facts.holder != 0)
        facts.holder = 1000 + draw(&walk->from, 3);
    if (facts.holder != 0 && toss(walk, 4)) {
        facts.holder = 0;
        facts.party = PARTY;
        facts.party_ordered = !toss(walk, 3);
    }
    facts.restricted = toss(walk, 8);
    if (facts.category[0] != '\0' && toss(walk, 8))
        snprintf(facts.grade, sizeof facts.grade, "urgent");
    facts.reporter_known = facts.reporter_has_mail = known->reporter_known;
    facts.source = known->source;
    facts.external_due = known->external_due;
    facts.return_by = known->return_by;
    facts.backfilled = known->backfilled;
    facts.handled = known->handled;
    facts.reports = known->reports;
    facts.children = toss(walk, 8) ? 1 : 0;
    facts.named[0].ordered = !toss(walk, 3);
    facts.last_actor = walk->last_actor;
    facts.last_at = walk->last_at;
    facts.last_before = wg_json_get(walk->last_data, "before");
    facts.asked_input = walk->asked;
    return facts;
}

static void begin(struct walk *walk)
{
    const struct workflow_case fresh = { .id = 1 + draw(&walk->from, 1000),
                                         .opened_at = walk->at,
                                         .training = toss(walk, 2) };
    struct workflow_decision decision;
    walk->known = (struct workflow_facts){ .reporter_known = !toss(walk, 4),
                                           .source = toss(walk, 3),
                                           .backfilled = toss(walk, 8),
                                           .handled = toss(walk, 8),
                                           .reports = 1 + (int32_t)draw(&walk->from, 2) };
    if (walk->known.source && toss(walk, 2))
        walk->known.external_due = walk->at + (int64_t)draw(&walk->from, 20) * 86400 * WG_SECOND;
    if (walk->known.source && toss(walk, 2))
        walk->known.return_by = walk->at + (int64_t)draw(&walk->from, 48) * 3600 * WG_SECOND;
    walk->now = fresh;
    const struct workflow_facts facts =
        facts_of(walk, lacking[draw(&walk->from, WG_COUNT(lacking))]);
    workflow_open(walking.workflow, &fresh, &facts, &decision);
    walk->now.version = 0;
    WG_AUTO(wg_json_put) struct json_object *data = fixture_json(decision.data.bytes);
    bool ended = wg_json_get(data, "ended") != NULL; /* on the spot: nobody holds it */
    ROW("open", (decision.after.reason[0] != '\0') ==
                    (decision.after.holder == 0 && decision.after.party == 0 && !ended));
    ROW("open", decision.after.decided == 1);
    walk->now.decided = 0;
    walk->now.born_area_id = decision.after.born_area_id;
    judge_decision("open", &walk->now, &decision, data);
    walk->now = decision.after;
    walk->last_actor = 0;
    workflow_decision_clear(&decision);
}

/* ---- steps */

struct attempt {
    const char *action;
    int32_t task;
    size_t role;
    struct json_object *input;
};

static bool try(struct walk *walk, const struct attempt *attempt,
                const struct workflow_facts *facts)
{
    const char *action = attempt->action, *why = NULL;
    WG_AUTO(wg_problem_destroy) struct wg_problem *problem = wg_problem_new(422, "t", "t", "t");
    const struct workflow_actor actor = walking_actor(&walking, attempt->role, &walk->now);
    const struct workflow_facts named = walking_named(&walking, action, facts);
    const struct workflow_ask ask = { &walk->now, action,         attempt->task, &actor,
                                      &named,     attempt->input, walk->at };
    struct workflow_decision decision = { 0 }, again = { 0 };
    int refusal = workflow_step(walking.workflow, &ask, &decision, problem, &why);
    if (refusal != 0) {
        ROW(action, decision.data.length == 0 && decision.after.state[0] == '\0');
        ROW(action, (refusal == STEP_FAULTS) == (wg_problem_errors(problem) > 0));
        walk->refused++;
        return false;
    }
    if (toss(walk, 16)) { /* the same cause has the same effect */
        ROW(action, workflow_step(walking.workflow, &ask, &again, problem, &why) == 0);
        ROW(action, strcmp(again.data.bytes, decision.data.bytes) == 0);
        workflow_decision_clear(&again);
    }
    land(walk, action, &decision, actor.staff_id, attempt->input);
    workflow_decision_clear(&decision);
    walk->taken++;
    return true;
}

/* All that is due by now, each mark once. */
static void pass(struct walk *walk, int64_t to)
{
    size_t ticks = 0;
    while (walk->now.wake_at != 0 && walk->now.wake_at <= to) {
        struct workflow_facts facts = facts_of(walk, "");
        struct workflow_decision decision;
        facts.n_heirs = walk->now.holder != 0 && toss(walk, 50); /* who has it left office */
        facts.heirs[0].from = walk->now.holder;
        facts.heirs[0].to = walk->now.holder + 1;
        walk->at = walk->now.wake_at > walk->at ? walk->now.wake_at : walk->at;
        const struct workflow_ask ask = { .before = &walk->now, .facts = &facts, .now = walk->at };
        if (workflow_tick(walking.workflow, &ask, &decision) != 0)
            fail_msg("state \"%s\": woken for nothing", walk->now.state);
        land(walk, "tick", &decision, 0, NULL);
        workflow_decision_clear(&decision);
        walk->ticked++;
        if (++ticks == TICKS_MOST)
            fail_msg("state \"%s\": it is woken again and again", walk->now.state);
    }
    walk->at = to;
}

/* The i-th action of the case, or of the task k. */
static const char *action_at(int32_t task, uint32_t i, struct json_object **ret_action)
{
    struct json_object *all = task > 0 ? wg_json_get(workflow_tasks(walking.workflow), "actions")
                                       : workflow_actions(walking.workflow);
    json_object_object_foreach(all, name, action)
    {
        *ret_action = action;
        if (i-- == 0)
            return name;
    }
    return NULL;
}

static uint32_t actions_of(int32_t task)
{
    return (uint32_t)json_object_object_length(
        task > 0 ? wg_json_get(workflow_tasks(walking.workflow), "actions")
                 : workflow_actions(walking.workflow));
}

static bool can(const struct walk *walk, struct json_object *action, int32_t task, size_t role,
                const struct workflow_facts *facts)
{
    struct workflow_row row;
    const char *why = NULL;
    const struct workflow_actor actor = walking_actor(&walking, role, &walk->now);
    const struct workflow_step step = { .workflow = walking.workflow,
                                        .before = &walk->now,
                                        .facts = facts,
                                        .actor = &actor,
                                        .task = task > 0 ? &walk->now.tasks[task - 1] : NULL,
                                        .now = walk->at };
    return workflow_choose(&step, action, &row, &why) == 0;
}

/* Anybody tries anything, with nonsense or with what is asked for. */
static void stumble(struct walk *walk)
{
    static const char *const inputs[] = { "{}", "{\"colour\":\"red\"}" };
    int32_t task = walk->now.n_tasks > 0 && toss(walk, 3)
                       ? 1 + (int32_t)draw(&walk->from, (uint32_t)walk->now.n_tasks)
                       : 0;
    struct json_object *action = NULL;
    const char *name = action_at(task, draw(&walk->from, actions_of(task)), &action);
    const struct workflow_facts facts =
        facts_of(walk, lacking[draw(&walk->from, WG_COUNT(lacking))]);
    WG_AUTO(wg_json_put)
    struct json_object *input =
        toss(walk, 3) ? fixture_json(inputs[draw(&walk->from, 2)]) : walking_input(action);
    try(walk, &(struct attempt){ name, task, draw(&walk->from, (uint32_t)walking.n), input },
        &facts);
}

/* Somebody takes one of the actions that are theirs. */
static void go_on(struct walk *walk)
{
    const struct workflow_facts facts = facts_of(walk, "");
    int32_t task = walk->now.n_tasks > 0 && toss(walk, 2)
                       ? 1 + (int32_t)draw(&walk->from, (uint32_t)walk->now.n_tasks)
                       : 0;
    uint32_t n = actions_of(task), first = draw(&walk->from, n);
    bool asked = workflow_attribute(&walk->now, "asked") != NULL && toss(walk, 2);
    size_t role = asked           ? (size_t)(APPROVER - HOLDER)
                  : toss(walk, 2) ? draw(&walk->from, STRANGER - HOLDER)
                                  : draw(&walk->from, (uint32_t)walking.n);
    for (uint32_t i = 0; i < n; i++) {
        struct json_object *action = NULL;
        const char *name = action_at(task, (first + i) % n, &action);
        bool answers = wg_json_get(action, "approve") != NULL;
        bool note = !workflow_decides(walking.workflow, name, task) && !toss(walk, 4);
        if ((asked && !answers && toss(walk, 2)) || (note && task == 0) ||
            !can(walk, action, task, role, &facts))
            continue;
        WG_AUTO(wg_json_put) struct json_object *input = walking_input(action);
        if (try(walk, &(struct attempt){ name, task, role, input }, &facts))
            walk->answered += answers;
        return;
    }
}

/* The author of the last step takes it back, where it may be: then all is as it was. */
static void take_back(struct walk *walk)
{
    struct workflow_case was = walk->before_last;
    size_t author = 0;
    while (strcmp(walking.roles[author].name, "author") != 0)
        author++;
    if (wg_json_get(walk->last_data, "before") == NULL || walk->last_actor == 0)
        return;
    json_object_object_foreach(workflow_actions(walking.workflow), name, action)
    {
        if (wg_json_get(action, "undo") == NULL)
            continue;
        int64_t kept = walking.roles[author].staff;
        const struct workflow_facts facts = facts_of(walk, "");
        WG_AUTO(wg_json_put) struct json_object *input = walking_input(action);
        walking.roles[author].staff = walk->last_actor;
        bool taken = try(walk, &(struct attempt){ name, 0, author, input }, &facts);
        walking.roles[author].staff = kept;
        if (!taken)
            continue;
        walk->undone++;
        judging_same(name, "what was taken back is not as it was", &was, &walk->now);
        return;
    }
}

/* ---- the way out */

/* Whoever may end it, ask for that or grant what was asked for does at once; else somebody moves
 * it.
 */
static void lead_out(struct walk *walk)
{
    const struct workflow_facts facts = facts_of(walk, "");
    size_t role = draw(&walk->from, (uint32_t)walking.n);
    for (uint32_t i = 0; i < actions_of(0); i++)
        for (size_t r = 0; r < walking.n; r++) {
            struct json_object *action = NULL;
            const char *name = action_at(0, i, &action);
            if (!walking_ends(&walking, action) || strcmp(walking.roles[r].name, "reporter") == 0 ||
                !can(walk, action, 0, r, &facts))
                continue;
            WG_AUTO(wg_json_put) struct json_object *input = walking_input(action);
            if (try(walk, &(struct attempt){ name, 0, r, input }, &facts))
                return;
        }
    if (strcmp(walking.roles[role].name, "reporter") != 0)
        go_on(walk);
}

static void test_walks(void **state)
{
    uint64_t from = seed;
    size_t taken = 0, refused = 0, ticked = 0, undone = 0, answered = 0, ended = 0;
    (void)state;
    for (uint64_t n = 0; taken + ticked < steps; n++) {
        struct walk walk = { .at = fixture_time("2026-11-23T09:00:00+08:00") };
        draw(&from, 2);
        walk.from = from;
        begin(&walk);
        for (int t = 0; t < STEPS_OF_WALK; t++) {
            uint32_t hours = toss(&walk, 6) ? 120 : 2;
            pass(&walk, walk.at + (int64_t)draw(&walk.from, hours * 3600) * WG_SECOND);
            toss(&walk, 4) ? stumble(&walk) : go_on(&walk);
            if (toss(&walk, 2))
                take_back(&walk);
        }
        for (int t = 0;
             t < WAY_OUT_MOST * 10 && !workflow_is_final(walking.workflow, walk.now.state); t++) {
            pass(&walk, walk.at + (int64_t)draw(&walk.from, 7200) * WG_SECOND);
            lead_out(&walk);
        }
        if (!workflow_is_final(walking.workflow, walk.now.state)) {
            WG_AUTO(wg_text_destroy) struct wg_text row = { 0 };
            judging_whole(&walk.now, &row);
            fprintf(stderr, "%s\n", row.bytes);
            fail_msg("walk %llu: the case never ends", (unsigned long long)n);
        }
        ended++;
        taken += walk.taken, refused += walk.refused, ticked += walk.ticked;
        undone += walk.undone, answered += walk.answered;
        json_object_put(walk.last_data);
        json_object_put(walk.asked);
    }
    print_message("# %zu cases, %zu steps, %zu ticks, %zu refused, %zu taken back, %zu answered\n",
                  ended, taken, ticked, refused, undone, answered);
    assert_true(undone > 0 && ticked > 0 && refused > 0);
}

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = { cmocka_unit_test(test_walks) };
    if (argc < 2)
        return 2;
    file = argv[1];
    seed = argc > 2 ? strtoull(argv[2], NULL, 10) : 0;
    steps = argc > 3                         ? strtoull(argv[3], NULL, 10)
            : getenv("WANGGE_STEPS") != NULL ? strtoull(getenv("WANGGE_STEPS"), NULL, 10)
                                             : STEPS;
    return cmocka_run_group_tests_name("workflow_walks", tests, set_up, tear_down);
}
