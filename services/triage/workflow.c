#include "services/triage/workflow.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/json.h"
#include "common/text.h"
#include "common/writer.h"

#include "services/triage/workflow_file.h"

/* The engine's own words. Everything else in this file comes from the workflow file. */
static const char WORD_HOLDER[] = "holder", ASKED_BY[] = "asked_by";
static const char WHY_NOBODY[] = "nobody";

const struct workflow_actor workflow_itself = { 0 };

void workflow_decision_clear(struct workflow_decision *decision)
{
    wg_text_destroy(&decision->data);
    wg_text_destroy(&decision->was);
    decision->event[0] = '\0';
    for (size_t i = 0; i < decision->n_notices; i++)
        wg_free(&decision->notices[i].staff);
    decision->n_notices = 0;
    decision->after.version = 0;
}

/* ---- needs: NULL = all are met; otherwise why not */

static const char *unmet(const struct workflow_row *row, const struct workflow_facts *facts)
{
    struct json_object *needs = workflow_member(row, "needs");
    if (workflow_contains(needs, "place") && facts->place_reason != NULL)
        return facts->place_reason;
    if (workflow_contains(needs, "category") && facts->category[0] == '\0')
        return "category";
    if (workflow_contains(needs, WORD_HOLDER) && facts->holder == 0 && facts->party == 0)
        return WORD_HOLDER;
    return NULL;
}

/* ---- opening */

/* Why it waits, or NULL; and the event of the action by which the walk ended the case, or NULL. */
static const char *walk(const struct workflow_step *step, struct json_object *names,
                        struct workflow_course *course, const char **ret_ended)
{
    const char *why = NULL, *held = NULL;
    *ret_ended = NULL;
    for (size_t i = 0; i < workflow_length(names) && why == NULL; i++) {
        struct workflow_row row;
        const struct workflow_case so_far = *step->after;
        struct workflow_step next = *step;
        next.before = &so_far;
        struct json_object *action =
            wg_json_get(workflow_actions(step->workflow), workflow_item(names, i));
        if (workflow_choose(&next, action, &row, &held) != 0)
            continue;
        why = unmet(&row, step->facts);
        if (why != NULL)
            break;
        workflow_apply_row(&next, &row, course);
        wg_write_string(&course->decision->data, NULL, step->after->state);
        if (workflow_is_final(step->workflow, step->after->state))
            *ret_ended = workflow_word(&row, "event");
    }
    return why;
}

void workflow_open(const struct workflow *workflow, const struct workflow_case *fresh,
                   const struct workflow_facts *facts, struct workflow_decision *ret_decision)
{
    struct json_object *open = workflow_open_row(workflow);
    const struct workflow_case nothing = { 0 };
    const struct workflow_row begin = { open, open };
    *ret_decision = (struct workflow_decision){ .after = *fresh, .deciding = true };
    struct workflow_case *after = &ret_decision->after;
    struct workflow_course course = { .decision = ret_decision };
    struct wg_text *data = &ret_decision->data;
    const struct workflow_step step = { .workflow = workflow,
                                        .before = &nothing,
                                        .after = after,
                                        .facts = facts,
                                        .actor = &workflow_itself,
                                        .now = fresh->opened_at };
    wg_write_object(data, NULL);
    wg_write_array(data, "passed");
    wg_copy(after->state, sizeof after->state, workflow_initial(workflow));
    wg_copy(after->level, sizeof after->level, wg_json_text(open, "level"));
    wg_copy(ret_decision->event, sizeof ret_decision->event, wg_json_text(open, "event"));
    after->area_id = after->born_area_id = facts->area_id;
    wg_copy(after->area, sizeof after->area, facts->area);
    workflow_apply(&step, &begin, "category");
    for (size_t i = 0; i < workflow_length(wg_json_get(open, "effects")); i++)
        workflow_apply(&step, &begin, workflow_item(wg_json_get(open, "effects"), i));
    workflow_move_clocks(&step, &begin, 0);
    const char *ended, *why = walk(&step, wg_json_get(open, "walk"), &course, &ended);
    wg_write_end_array(data);
    if (ended != NULL)
        wg_write_string(data, "ended", ended);
    workflow_take_also(&step, &course);
    after->version = after->decided = 1;
    if (why != NULL) {
        wg_copy(after->reason, sizeof after->reason, why);
        workflow_add_notices(&step, &course, wg_json_get(open, "waits"));
    }
    workflow_write_facts(data, facts, why);
    workflow_write_effects(data, "effects", &nothing, after);
    wg_write_end_object(data);
}

/* ---- stepping */

static struct json_object *action_of(const struct workflow *workflow, const char *action,
                                     int32_t task)
{
    struct json_object *actions =
        task > 0 ? wg_json_get(workflow_tasks(workflow), "actions") : workflow_actions(workflow);
    return wg_json_get(actions, action);
}

static const struct workflow_task *task_of(const struct workflow_case *before, int32_t k)
{
    for (size_t i = 0; i < before->n_tasks; i++)
        if (before->tasks[i].k == k)
            return &before->tasks[i];
    return NULL;
}

bool workflow_decides(const struct workflow *workflow, const char *action, int32_t task)
{
    struct workflow_row row;
    struct json_object *found = action_of(workflow, action, task);
    bool decides = found == NULL;
    for (size_t i = 0; workflow_row_at(found, i, &row); i++)
        decides = decides || workflow_row_decides(&row, task > 0);
    return decides;
}

bool workflow_flagged(const struct workflow *workflow, const char *action, const char *flag)
{
    struct workflow_row row;
    return workflow_row_at(action_of(workflow, action, 0), 0, &row) && workflow_flag(&row, flag);
}

static void judge_party(const struct workflow_step *step, const struct workflow_row *row,
                        struct wg_problem *problem)
{
    bool wrong =
        workflow_flag(row, "ordered") && step->facts->party != 0 && !step->facts->party_ordered;
    if (wrong)
        wg_problem_error(problem, "/party", "该单位不受本级指挥，只能商请",
                         "this party cannot be given orders, only asked");
}

static void finish(struct workflow_decision *decision, const struct workflow_case *before,
                   bool deciding)
{
    decision->deciding = deciding;
    decision->after.version = before->version + 1;
    if (deciding)
        decision->after.decided = decision->after.version;
}

int workflow_step(const struct workflow *workflow, const struct workflow_ask *ask,
                  struct workflow_decision *ret_decision, struct wg_problem *problem,
                  const char **ret_why)
{
    struct json_object *action = action_of(workflow, ask->action, ask->task);
    struct workflow_row row;
    struct workflow_step step = { .workflow = workflow,
                                  .before = ask->before,
                                  .facts = ask->facts,
                                  .actor = ask->actor,
                                  .input = ask->input,
                                  .now = ask->now,
                                  .task = task_of(ask->before, ask->task) };
    if (action == NULL || (ask->task > 0 && step.task == NULL))
        return STEP_UNKNOWN;
    int refusal = workflow_choose(&step, action, &row, ret_why);
    if (refusal != 0)
        return refusal;
    *ret_why = workflow_nobody_there(&step, &row) ? WHY_NOBODY : NULL;
    if (*ret_why != NULL)
        return STEP_GUARD;
    workflow_judge_input(action, ask, unmet(&row, ask->facts), problem);
    judge_party(&step, &row, problem);
    if (wg_problem_errors(problem) > 0)
        return STEP_FAULTS;
    *ret_decision = (struct workflow_decision){ .after = *ask->before };
    step.after = &ret_decision->after;
    struct workflow_course course = { .decision = ret_decision,
                                      .task = ask->task,
                                      .had_tasks = ask->before->n_tasks,
                                      .asker = workflow_number(ask->before, ASKED_BY) };
    workflow_take(&step, &row, &course);
    finish(ret_decision, ask->before, workflow_row_decides(&row, ask->task > 0));
    workflow_write_event(&step, ask, NULL, workflow_flag(&row, "undoable"), ret_decision);
    return 0;
}

/* ---- time */

/* What was provisional is counted with the calendar as it now stands: an event of its own. */
static bool recount(const struct workflow_step *step, struct workflow_decision *decision)
{
    const struct workflow_ask told = { .before = step->before };
    if (!workflow_recount_provisional(step))
        return false;
    wg_copy(decision->event, sizeof decision->event, "clock.recounted");
    finish(decision, step->before, false);
    workflow_write_event(step, &told, NULL, false, decision);
    return true;
}

/* What somebody had who left office is taken over. */
static bool inherit(const struct workflow_step *step, struct workflow_decision *decision)
{
    const char *action = wg_json_text(workflow_definition(step->workflow), "left");
    const struct workflow_ask told = { .before = step->before, .action = action };
    struct workflow_row row;
    struct workflow_course course = { .decision = decision, .had_tasks = step->before->n_tasks };
    if (step->facts->n_heirs == 0 || action == NULL ||
        !workflow_follow(step, action, &course, &row))
        return false;
    workflow_set_wake(step->workflow, step->after, step->facts);
    wg_copy(decision->event, sizeof decision->event, workflow_word(&row, "event"));
    finish(decision, step->before, workflow_row_decides(&row, false));
    workflow_write_event(step, &told, NULL, false, decision);
    return true;
}

int workflow_tick(const struct workflow *workflow, const struct workflow_ask *ask,
                  struct workflow_decision *ret_decision)
{
    static const char PASSED[] = "clock.passed";
    int32_t mark = 0;
    struct workflow_row row = { 0 };
    *ret_decision = (struct workflow_decision){ .after = *ask->before };
    struct workflow_case *after = &ret_decision->after;
    struct workflow_step step = { .workflow = workflow,
                                  .before = ask->before,
                                  .after = after,
                                  .facts = ask->facts,
                                  .actor = &workflow_itself,
                                  .now = ask->now };
    if (recount(&step, ret_decision) || inherit(&step, ret_decision))
        return 0;
    struct workflow_clock *clock = workflow_due_clock(workflow, after, ask->facts, ask->now, &mark);
    if (clock == NULL) {
        workflow_set_wake(workflow, after, ask->facts);
        return STEP_ILLEGAL;
    }
    const struct workflow_clock_rule *rule = workflow_clock_rule(workflow, clock->name);
    const char *slash = strchr(clock->name, '/');
    char name[28];
    wg_copy(name, sizeof name, clock->name);
    clock->fired = mark;
    step.task = slash == NULL ? NULL : task_of(ask->before, atoi(slash + 1));
    struct workflow_course course = { .decision = ret_decision,
                                      .owner = rule == NULL ? NULL : rule->owner,
                                      .task = step.task == NULL ? 0 : step.task->k,
                                      .had_tasks = ask->before->n_tasks,
                                      .asker = workflow_number(ask->before, ASKED_BY) };
    const char *action = rule == NULL ? NULL : mark < 100 ? rule->on_warn : rule->on_breach;
    bool taken = action != NULL && workflow_follow(&step, action, &course, &row);
    workflow_end_stale_asking(ask->before, after);
    workflow_set_wake(workflow, after, ask->facts);
    wg_copy(ret_decision->event, sizeof ret_decision->event,
            taken ? workflow_word(&row, "event") : PASSED);
    finish(ret_decision, ask->before, taken && workflow_row_decides(&row, false));
    struct workflow_ask told = *ask;
    told.action = taken ? action : NULL;
    const struct workflow_strike strike = { name, mark };
    workflow_write_event(&step, &told, &strike, false, ret_decision);
    return 0;
}

/* ---- what is legal */

bool workflow_partner(const struct workflow *workflow, const char *action, const char **ret_field,
                      const char **ret_attribute, const char **ret_action)
{
    struct json_object *partner = wg_json_get(action_of(workflow, action, 0), "partner");
    if (partner == NULL)
        return false;
    *ret_field = wg_json_text(partner, "field");
    *ret_attribute = wg_json_text(partner, "attribute");
    *ret_action = wg_json_text(partner, "action");
    return true;
}

struct json_object *workflow_legal(const struct workflow *workflow, const struct workflow_ask *ask,
                                   bool english)
{
    struct json_object *legal = json_object_new_array();
    struct json_object *actions = ask->task > 0 ? wg_json_get(workflow_tasks(workflow), "actions")
                                                : workflow_actions(workflow);
    struct workflow_case now = *ask->before;
    const struct workflow_step step = { .workflow = workflow,
                                        .before = ask->before,
                                        .after = &now,
                                        .facts = ask->facts,
                                        .actor = ask->actor,
                                        .now = ask->now,
                                        .task = task_of(ask->before, ask->task) };
    if (actions == NULL || (ask->task > 0 && step.task == NULL))
        return legal;
    json_object_object_foreach(actions, name, action)
    {
        struct workflow_row row;
        const char *why = NULL;
        if (workflow_choose(&step, action, &row, &why) != 0 || workflow_nobody_there(&step, &row))
            continue;
        struct json_object *one = json_object_new_object();
        json_object_object_add(one, "action", json_object_new_string(name));
        json_object_object_add(one, "title",
                               json_object_new_string(wg_json_text(action, english ? "en" : "zh")));
        json_object_object_add(
            one, "deciding", json_object_new_boolean(workflow_decides(workflow, name, ask->task)));
        json_object_object_add(one, "fields", workflow_form(action, ask->before, english));
        json_object_array_add(legal, one);
    }
    return legal;
}
