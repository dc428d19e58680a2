#include "services/triage/rehearsal.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/json.h"
#include "common/text.h"

#include "services/triage/workflow_file.h"

enum { TICKS_MOST = 500 };

struct side {
    const struct rehearsal_rules *rules;
    bool of_now, refused;
    struct workflow_case row;
};

struct run {
    const struct rehearsal *rehearsal;
    const struct rehearsal_case *of;
    struct rehearsal_result *result;
    struct side sides[2];
    struct workflow_case logged; /* as the log has it */
    const struct rehearsal_event *last;
    /* whose hours the clocks went by, as the log said last */
    const char *area_calendar;
    size_t n_of_parties;
    struct {
        int32_t party;
        const char *code;
    } of_parties[WORKFLOW_PARTIES];
};

/* ---- the row that the log tells of */

static void take_effects(const struct workflow *workflow, struct workflow_case *row,
                         const struct rehearsal_event *event)
{
    struct json_object *effects = wg_json_get(event->data, "effects"),
                       *tasks = wg_json_get(effects, "tasks");
    workflow_read_effects(row, effects);
    row->version = event->n;
    for (size_t i = 0; i < workflow_length(tasks); i++) {
        struct json_object *given = json_object_array_get_idx(tasks, i);
        int64_t k = wg_json_int(given, "k");
        if (k < 1 || k > WORKFLOW_TASKS)
            continue;
        struct workflow_task *task = &row->tasks[k - 1];
        row->n_tasks = (size_t)k > row->n_tasks ? (size_t)k : row->n_tasks;
        *task = (struct workflow_task){ .k = (int32_t)k,
                                        .party = (int32_t)wg_json_int(given, "party"),
                                        .staff = wg_json_int(given, "staff") };
        wg_copy(task->state, sizeof task->state, wg_json_text(given, "state"));
        task->open = !workflow_is_task_final(workflow, task->state);
    }
}

/* ---- facts, as far as the log knows them */

/* A limit that is not the file's own came from the category, and holds by the other rules too. */
static void put_limits(const struct run *run, struct json_object *clocks,
                       struct workflow_facts *facts)
{
    const struct workflow *then = run->rehearsal->then.workflow;
    char fault[120];
    if (!json_object_is_type(clocks, json_type_object))
        return;
    json_object_object_foreach(clocks, name, clock)
    {
        struct wg_limit limit;
        struct json_object *said = wg_json_get(clock, "limit");
        const struct workflow_clock_rule *rule = workflow_clock_rule(then, name);
        if (said == NULL || rule == NULL || facts->n_limits == WORKFLOW_LIMITS ||
            wg_limit_parse(said, &limit, fault, sizeof fault) != 0)
            continue;
        struct wg_limit_row wanted = { 0 };
        wg_copy(wanted.clock, sizeof wanted.clock, rule->name);
        wg_copy(wanted.grade, sizeof wanted.grade, run->logged.grade);
        wg_copy(wanted.source, sizeof wanted.source, run->of->source_kind);
        const struct wg_limit own = workflow_file_limit(then, rule, &wanted);
        if (memcmp(&limit, &own, sizeof limit) == 0)
            continue;
        wg_copy(facts->limits[facts->n_limits].clock, sizeof facts->limits[0].clock, rule->name);
        facts->limits[facts->n_limits++].limit = limit;
    }
}

/* Whose calendars the step knew. */
static void take_calendars(struct run *run, const struct rehearsal_event *event)
{
    struct json_object *found = wg_json_get(event->data, "facts"),
                       *parties = wg_json_get(found, "calendars");
    run->area_calendar = wg_json_text(found, "calendar");
    run->n_of_parties = 0;
    if (!json_object_is_type(parties, json_type_object))
        return;
    json_object_object_foreach(parties, party, code)
    {
        if (run->n_of_parties == WORKFLOW_PARTIES)
            return;
        run->of_parties[run->n_of_parties].party = atoi(party);
        run->of_parties[run->n_of_parties++].code = json_object_get_string(code);
    }
}

static void put_calendars(const struct run *run, const struct rehearsal_rules *rules,
                          struct workflow_facts *facts)
{
    const struct calendars_row *city =
        calendars_city(&rules->calendars, run->rehearsal->root_calendar);
    facts->calendars = &rules->calendars;
    facts->calendar = city->table;
    facts->calendar_version = city->version;
    facts->calendar_code = city->code;
    facts->area_calendar = run->area_calendar;
    facts->n_of_parties = run->n_of_parties;
    memcpy(facts->of_parties, run->of_parties, sizeof run->of_parties);
}

static const struct rehearsal_event *event_n(const struct run *run, int64_t n)
{
    return n < 1 || (size_t)n > run->of->n_events ? NULL : &run->of->events[n - 1];
}

/* Whom new tasks were given to. */
static void put_tasks(const struct workflow_case *before, const struct workflow_case *logged,
                      struct workflow_facts *facts)
{
    for (size_t i = before->n_tasks; i < logged->n_tasks; i++)
        facts->named[i - before->n_tasks] = (struct workflow_named){
            .staff = logged->tasks[i].staff, .party = logged->tasks[i].party, .ordered = true
        };
}

/* before and logged: the row as the log has it before and after the event. */
static struct workflow_facts facts_of(const struct run *run, const struct side *side,
                                      const struct workflow_case *before,
                                      const struct rehearsal_event *event)
{
    const struct workflow_case *logged = &run->logged;
    const struct rehearsal_event *asked = event_n(run, workflow_number(&side->row, "asked_n"));
    const char *post, *role;
    struct json_object *found = wg_json_get(event->data, "facts");
    struct workflow_facts facts = {
        .city_version = wg_json_int(found, "city"),
        .place_rule = wg_json_text(found, "place"),
        .holder_rule = wg_json_text(found, "holder"),
        .partner = wg_json_int(found, "partner"),
        .area_id = logged->area_id,
        .restricted = logged->restricted,
        .holder = logged->holder,
        .holder_level = logged->level,
        .stand_in = logged->holder != before->holder ? logged->holder : 0,
        .party = logged->party,
        .party_ordered = true,
        .reporter_known = run->of->reporter_known,
        .source = run->of->source,
        .source_kind = run->of->source_kind,
        .backfilled = run->of->backfilled,
        .handled = run->of->handled,
        .opener = run->of->opener,
        .external_due = run->of->external_due,
        .return_by = run->of->return_by,
        .reports = run->of->reports,
        .last_actor = run->last == NULL ? 0 : run->last->actor,
        .last_at = run->last == NULL ? 0 : run->last->at,
        .last_before = run->last == NULL ? NULL : wg_json_get(run->last->data, "before"),
        .asked_input = asked == NULL ? NULL : wg_json_get(asked->data, "input"),
    };
    const char *unmet = wg_json_text(found, "unmet");
    bool place = unmet != NULL && strcmp(unmet, "category") != 0 && strcmp(unmet, "holder") != 0;
    facts.place_reason = place ? unmet : NULL;
    wg_copy(facts.area, sizeof facts.area, logged->area);
    wg_copy(facts.category, sizeof facts.category, logged->category);
    wg_copy(facts.grade, sizeof facts.grade, logged->grade);
    put_calendars(run, side->rules, &facts);
    put_limits(run, wg_json_get(wg_json_get(event->data, "effects"), "clocks"), &facts);
    put_tasks(before, logged, &facts);
    /* Who stood for a role then is known where the case went to them. */
    while (facts.n_roles < WORKFLOW_ROLES &&
           (role = workflow_role(side->rules->workflow, facts.n_roles, before->level, &post)) !=
               NULL) {
        facts.roles[facts.n_roles].role = role;
        facts.roles[facts.n_roles].n = logged->holder != 0;
        facts.roles[facts.n_roles++].staff[0] = logged->holder;
    }
    return facts;
}

/* ---- limits that run out */

static void count_broken(struct run *run, const char *clock, bool of_now)
{
    struct rehearsal_result *result = run->result;
    char name[24];
    size_t i = 0;
    snprintf(name, sizeof name, "%.*s", (int)strcspn(clock, "/"), clock);
    while (i < result->n_broken && strcmp(result->broken[i].clock, name) != 0)
        i++;
    if (i == REHEARSAL_CLOCKS)
        return;
    if (i == result->n_broken)
        wg_copy(result->broken[result->n_broken++].clock, sizeof name, name);
    *(of_now ? &result->broken[i].now : &result->broken[i].then) += 1;
}

/* Time passes to a moment: what is due strikes. */
static void pass(struct run *run, struct side *side, int64_t to)
{
    const struct rehearsal_event none = { 0 };
    for (int i = 0; i < TICKS_MOST && side->row.wake_at != 0 && side->row.wake_at < to; i++) {
        struct workflow_decision decision = { 0 };
        struct workflow_facts facts = facts_of(run, side, &side->row, &none);
        facts.holder = side->row.holder;
        facts.party = side->row.party;
        const struct workflow_ask ask = { .before = &side->row,
                                          .facts = &facts,
                                          .now = side->row.wake_at };
        if (workflow_tick(side->rules->workflow, &ask, &decision) != 0)
            return;
        WG_AUTO(wg_json_put) struct json_object *data = json_tokener_parse(decision.data.bytes);
        if (wg_json_int(data, "mark") == 100)
            count_broken(run, wg_json_text(data, "clock"), side->of_now);
        side->row = decision.after;
        workflow_decision_clear(&decision);
    }
}

/* ---- one event, by both rules */

static void open_side(struct run *run, struct side *side, const struct rehearsal_event *event)
{
    const struct workflow_case nothing = { 0 };
    const struct workflow_facts facts = facts_of(run, side, &nothing, event);
    struct workflow_decision decision;
    workflow_open(side->rules->workflow, &run->of->fresh, &facts, &decision);
    side->row = decision.after;
    workflow_decision_clear(&decision);
}

static void step_side(struct run *run, struct side *side, const struct workflow_case *before,
                      const struct rehearsal_event *event)
{
    WG_AUTO(wg_problem_destroy)
    struct wg_problem *problem =
        wg_problem_new(422, "invalid-action", "操作内容有误", "The action has faults");
    WG_AUTO(wg_json_put) struct json_object *nothing = json_object_new_object();
    const struct workflow_facts facts = facts_of(run, side, before, event);
    struct json_object *input = wg_json_get(event->data, "input");
    const char *by = wg_json_text(event->data, "by"), *why = NULL;
    const struct workflow_actor person = { .staff_id = event->actor,
                                           .party = event->party,
                                           .reporter = by != NULL && strcmp(by, "reporter") == 0,
                                           .has_post = run->rehearsal->has_post,
                                           .arg = &event->actor };
    const struct workflow_ask ask = {
        .before = &side->row,
        .action = wg_json_text(event->data, "action"),
        .task = (int32_t)wg_json_int(event->data, "task"),
        .actor = event->actor == 0 && !person.reporter ? &workflow_itself : &person,
        .facts = &facts,
        .input = input == NULL ? nothing : input,
        .now = event->at,
    };
    struct workflow_decision decision = { 0 };
    side->refused = workflow_step(side->rules->workflow, &ask, &decision, problem, &why) != 0;
    if (side->refused)
        return;
    side->row = decision.after;
    side->row.version = event->n;
    for (size_t i = 0; i < side->row.n_tasks; i++)
        side->row.tasks[i].changed = false;
    workflow_decision_clear(&decision);
}

static bool same_hands(const struct workflow_case *left, const struct workflow_case *right)
{
    return strcmp(left->state, right->state) == 0 && left->holder == right->holder &&
           left->party == right->party && strcmp(left->level, right->level) == 0;
}

static void put_row(struct wg_text *out, const struct side *side)
{
    const struct workflow_case *row = &side->row;
    wg_text_printf(out, "%s %s", row->state, row->level);
    if (row->holder != 0)
        wg_text_printf(out, " #%lld", (long long)row->holder);
    if (row->party != 0)
        wg_text_printf(out, " @%d", row->party);
    wg_text_printf(out, " %s", row->due_at == 0 ? "-" : wg_time_string(row->due_at));
    if (side->refused)
        wg_text_put(out, " !");
}

static void compare(struct run *run, const struct rehearsal_event *event)
{
    const struct side *then = &run->sides[0], *now = &run->sides[1];
    struct wg_text *out = &run->result->differences;
    const char *action = event == NULL ? NULL : wg_json_text(event->data, "action");
    if (same_hands(&then->row, &now->row) && then->row.due_at == now->row.due_at &&
        then->refused == now->refused)
        return;
    wg_text_printf(out, "  %d %s: ", event == NULL ? 0 : event->n,
                   event == NULL    ? "="
                   : action != NULL ? action
                   : event->n == 1  ? "+"
                                    : "?");
    put_row(out, then);
    wg_text_put(out, " -> ");
    put_row(out, now);
    wg_text_put(out, "\n");
}

/* What the rules that held do not make of it as the log says can not be judged by others. */
static void follow_log(struct run *run, const struct workflow_case *before,
                       const struct rehearsal_event *event)
{
    bool known = event->n == 1 || wg_json_text(event->data, "action") != NULL;
    for (size_t s = 0; s < 2 && known; s++)
        event->n == 1 ? open_side(run, &run->sides[s], event)
                      : step_side(run, &run->sides[s], before, event);
    if (known && !run->sides[0].refused && same_hands(&run->sides[0].row, &run->logged)) {
        run->result->judged++;
        return;
    }
    run->result->not_judged++;
    for (size_t s = 0; s < 2; s++) {
        struct side *side = &run->sides[s];
        side->row = run->logged;
        side->refused = false;
        struct workflow_facts facts = { 0 };
        put_calendars(run, side->rules, &facts);
        workflow_set_wake(side->rules->workflow, &side->row, &facts);
    }
}

void rehearsal_run(const struct rehearsal *rehearsal, const struct rehearsal_case *of,
                   struct rehearsal_result *ret_result)
{
    struct run run = { .rehearsal = rehearsal,
                       .of = of,
                       .result = ret_result,
                       .logged = of->fresh,
                       .sides = { { .rules = &rehearsal->then },
                                  { .rules = &rehearsal->now, .of_now = true } } };
    *ret_result = (struct rehearsal_result){ 0 };
    for (size_t i = 0; i < of->n_events; i++) {
        const struct rehearsal_event *event = &of->events[i];
        const struct workflow_case before = run.logged;
        bool struck = wg_json_text(event->data, "clock") != NULL;
        take_effects(rehearsal->then.workflow, &run.logged, event);
        take_calendars(&run, event);
        for (size_t s = 0; s < 2 && i > 0; s++)
            pass(&run, &run.sides[s], event->at + (struck ? 1 : 0));
        if (!struck) {
            follow_log(&run, &before, event);
            compare(&run, event);
        }
        run.last = event;
    }
    for (size_t s = 0; s < 2; s++)
        pass(&run, &run.sides[s], rehearsal->until);
    if (of->n_events > 0)
        compare(&run, NULL);
}

void rehearsal_result_clear(struct rehearsal_result *result)
{
    wg_text_destroy(&result->differences);
}
