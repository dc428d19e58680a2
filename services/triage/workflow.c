#include "services/triage/workflow.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/json.h"
#include "common/text.h"
#include "common/writer.h"

#include "services/triage/workflow_file.h"

/* The engine's own words. Everything else in this file comes from the workflow file. */
static const char WORD_HOLDER[] = "holder", ASKED[] = "asked", ASKED_STEP[] = "asked_step",
                  ASKED_BY[] = "asked_by";
static const char WHY_NOBODY[] = "nobody";

const struct workflow_actor workflow_itself = { 0 };

void workflow_decision_clear(struct workflow_decision *decision)
{
    wg_text_destroy(&decision->data);
    wg_text_destroy(&decision->was);
    decision->event[0] = '\0';
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

/* ---- taking a row */

static void open_tasks(const struct workflow_step *step)
{
    struct json_object *tasks = workflow_tasks(step->workflow),
                       *start = wg_json_get(tasks, "start"),
                       *letter = wg_json_get(tasks, "start_asked");
    struct workflow_case *after = step->after;
    struct json_object *given = workflow_given_tasks(step->input);
    for (size_t i = 0; i < workflow_length(given) && after->n_tasks < WORKFLOW_TASKS; i++) {
        const struct workflow_named *named = &step->facts->tasks[i];
        bool asked = named->party != 0 && !named->ordered;
        struct workflow_task *task = &after->tasks[after->n_tasks];
        *task = (struct workflow_task){ .k = (int32_t)after->n_tasks + 1,
                                        .party = named->party,
                                        .staff = named->staff,
                                        .open = true,
                                        .changed = true };
        wg_copy(task->state, sizeof task->state, wg_json_text(tasks, asked ? "asked" : "initial"));
        after->n_tasks++;
        struct json_object *clocks = json_object_new_object();
        json_object_object_add(clocks, "start", json_object_get(asked ? letter : start));
        const struct workflow_row row = { clocks, clocks };
        workflow_move_clocks(step, &row, task->k);
        json_object_put(clocks);
    }
}

static void move_task(const struct workflow_step *step, const struct workflow_row *row)
{
    const char *to = workflow_word(row, "to");
    for (size_t i = 0; i < step->after->n_tasks; i++) {
        struct workflow_task *task = &step->after->tasks[i];
        if (task->k != step->task->k)
            continue;
        if (to[0] != '\0')
            wg_copy(task->state, sizeof task->state, to);
        task->open = !workflow_is_task_final(step->workflow, task->state);
        task->changed = true;
    }
}

static void move_state(const struct workflow_step *step, const struct workflow_row *row)
{
    const char *to = workflow_word(row, "to");
    if (to[0] == '@') {
        const struct workflow_attribute *kept = workflow_attribute(step->before, to + 1);
        to = kept == NULL ? "" : kept->word;
    }
    if (to[0] != '\0')
        wg_copy(step->after->state, sizeof step->after->state, to);
}

static void apply_row(const struct workflow_step *step, const struct workflow_row *row,
                      struct workflow_course *course)
{
    struct json_object *list = workflow_member(row, "effects");
    for (size_t i = 0; i < workflow_length(list); i++)
        workflow_apply(step, row, workflow_item(list, i));
    if (step->task != NULL)
        move_task(step, row);
    else
        move_state(step, row);
    if (workflow_flag(row, "tasks"))
        open_tasks(step);
    workflow_move_clocks(step, row, step->task == NULL ? 0 : step->task->k);
    /* Whom an approval now waits for is known when it has been judged. */
    if (!workflow_flag(row, "approve"))
        workflow_add_notices(step, course, workflow_member(row, "notices"));
}

/* An action of the system upon what the step has come to; false: none of its variants fits. */
static bool follow(const struct workflow_step *step, const char *name,
                   struct workflow_course *course, struct workflow_row *ret_row)
{
    const struct workflow_case so_far = *step->after;
    struct workflow_step next = *step;
    const char *why = NULL;
    next.before = &so_far;
    next.actor = &workflow_itself;
    next.task = NULL;
    if (workflow_choose(&next, wg_json_get(workflow_actions(step->workflow), name), ret_row,
                        &why) != 0)
        return false;
    /* What the step's own actor did stays his: the effects may name him. */
    next.actor = step->actor;
    apply_row(&next, ret_row, course);
    return true;
}

static void follow_and_name(const struct workflow_step *step, const char *name,
                            struct workflow_course *course)
{
    struct workflow_row row;
    if (name != NULL && follow(step, name, course, &row))
        wg_copy(course->decision->event, sizeof course->decision->event,
                workflow_word(&row, "event"));
}

static void end_asking(struct workflow_case *after)
{
    workflow_unset(after, ASKED);
    workflow_unset(after, ASKED_STEP);
    workflow_unset(after, ASKED_BY);
    workflow_unset(after, "asked_n");
}

/* What was asked for was asked in another state. */
static void end_stale_asking(const struct workflow_case *before, struct workflow_case *after)
{
    if (workflow_attribute(before, ASKED) != NULL && strcmp(before->state, after->state) != 0)
        end_asking(after);
}

static void judge_asked(const struct workflow_step *step, const struct workflow_row *row,
                        struct workflow_course *course)
{
    const struct workflow_attribute *asked = workflow_attribute(step->before, ASKED);
    if (asked == NULL)
        return;
    struct json_object *approval = workflow_approval(step->workflow, asked->word);
    int64_t next = workflow_number(step->before, ASKED_STEP) + 1;
    bool granted = workflow_flag(row, "approve");
    if (granted && next < (int64_t)workflow_length(wg_json_get(approval, "steps"))) {
        workflow_set_number(step->after, ASKED_STEP, next);
        return;
    }
    end_asking(step->after);
    /* What was asked for is what follows, with the words of who asked. */
    struct workflow_step asker = *step;
    asker.input = step->facts->asked_input;
    follow_and_name(&asker, wg_json_text(approval, granted ? "then" : "else"), course);
}

static int64_t open_now(const struct workflow_case *from)
{
    int64_t n = 0;
    for (size_t i = 0; i < from->n_tasks; i++)
        n += from->tasks[i].open;
    return n;
}

/* What the file does by itself wherever its guards hold. */
static void take_also(const struct workflow_step *step, struct workflow_course *course)
{
    struct json_object *also = wg_json_get(workflow_open_row(step->workflow), "also");
    for (size_t i = 0; i < workflow_length(also); i++) {
        struct workflow_row row;
        follow(step, workflow_item(also, i), course, &row);
    }
}

static bool row_decides(const struct workflow_row *row, bool of_task)
{
    struct json_object *deciding = workflow_member(row, "deciding");
    return deciding == NULL ? !of_task : json_object_get_boolean(deciding) != 0;
}

/* Takes the row that was chosen, and what follows from it. */
static void take(const struct workflow_step *step, const struct workflow_row *row,
                 struct workflow_course *course)
{
    const struct workflow_case *before = step->before;
    struct workflow_case *after = step->after;
    wg_copy(course->decision->event, sizeof course->decision->event, workflow_word(row, "event"));
    course->undo = workflow_flag(row, "undo");
    if (course->undo)
        workflow_read_effects(after, step->facts->last_before);
    apply_row(step, row, course);
    if (workflow_flag(row, "approve") || workflow_flag(row, "refuse"))
        judge_asked(step, row, course);
    if (workflow_flag(row, "approve"))
        workflow_add_notices(step, course, workflow_member(row, "notices"));
    if (open_now(before) > 0 && open_now(after) == 0)
        follow_and_name(step, wg_json_text(workflow_tasks(step->workflow), "done"), course);
    if (row_decides(row, step->task != NULL))
        take_also(step, course);
    if (!workflow_flag(row, "approve"))
        end_stale_asking(before, after);
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
        apply_row(&next, &row, course);
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
    take_also(&step, &course);
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
        decides = decides || row_decides(&row, task > 0);
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
    take(&step, &row, &course);
    finish(ret_decision, ask->before, row_decides(&row, ask->task > 0));
    workflow_write_event(&step, ask, NULL, workflow_flag(&row, "undoable"), ret_decision);
    return 0;
}

/* ---- time */

/* What was provisional is counted with the calendar as it now stands: an event of its own. */
static bool recount(const struct workflow *workflow, const struct workflow_ask *ask,
                    struct workflow_decision *decision)
{
    const struct workflow_step step = { .workflow = workflow,
                                        .before = ask->before,
                                        .after = &decision->after,
                                        .facts = ask->facts,
                                        .actor = &workflow_itself,
                                        .now = ask->now };
    const struct workflow_ask told = { .before = ask->before };
    if (!workflow_recount_provisional(&step))
        return false;
    wg_copy(decision->event, sizeof decision->event, "clock.recounted");
    finish(decision, ask->before, false);
    workflow_write_event(&step, &told, NULL, false, decision);
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
    if (recount(workflow, ask, ret_decision))
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
    const struct workflow_step step = {
        .workflow = workflow,
        .before = ask->before,
        .after = after,
        .facts = ask->facts,
        .actor = &workflow_itself,
        .now = ask->now,
        .task = slash == NULL ? NULL : task_of(ask->before, atoi(slash + 1)),
    };
    struct workflow_course course = { .decision = ret_decision,
                                      .owner = rule == NULL ? NULL : rule->owner,
                                      .task = step.task == NULL ? 0 : step.task->k,
                                      .had_tasks = ask->before->n_tasks,
                                      .asker = workflow_number(ask->before, ASKED_BY) };
    const char *action = rule == NULL ? NULL : mark < 100 ? rule->on_warn : rule->on_breach;
    bool taken = action != NULL && follow(&step, action, &course, &row);
    end_stale_asking(ask->before, after);
    workflow_set_wake(workflow, after, ask->facts);
    wg_copy(ret_decision->event, sizeof ret_decision->event,
            taken ? workflow_word(&row, "event") : PASSED);
    finish(ret_decision, ask->before, taken && row_decides(&row, false));
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
