/* What taking a row of a workflow file does to a case, and what follows from it. */
#include <string.h>

#include "common/json.h"
#include "common/text.h"

#include "services/triage/workflow_file.h"

/* The engine's own words: what an approval that is waited for leaves on the case. */
static const char ASKED[] = "asked", ASKED_STEP[] = "asked_step", ASKED_BY[] = "asked_by";

static void open_tasks(const struct workflow_step *step)
{
    struct json_object *tasks = workflow_tasks(step->workflow),
                       *start = wg_json_get(tasks, "start"),
                       *letter = wg_json_get(tasks, "start_asked");
    struct workflow_case *after = step->after;
    struct json_object *given = workflow_given_tasks(step->input);
    for (size_t i = 0; i < workflow_length(given) && after->n_tasks < WORKFLOW_TASKS; i++) {
        const struct workflow_named *named = &step->facts->named[i];
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

void workflow_apply_row(const struct workflow_step *step, const struct workflow_row *row,
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

bool workflow_follow(const struct workflow_step *step, const char *name,
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
    workflow_apply_row(&next, ret_row, course);
    return true;
}

static void follow_and_name(const struct workflow_step *step, const char *name,
                            struct workflow_course *course)
{
    struct workflow_row row;
    if (name != NULL && workflow_follow(step, name, course, &row))
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

void workflow_end_stale_asking(const struct workflow_case *before, struct workflow_case *after)
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

void workflow_take_also(const struct workflow_step *step, struct workflow_course *course)
{
    struct json_object *also = wg_json_get(workflow_open_row(step->workflow), "also");
    for (size_t i = 0; i < workflow_length(also); i++) {
        struct workflow_row row;
        workflow_follow(step, workflow_item(also, i), course, &row);
    }
}

bool workflow_row_decides(const struct workflow_row *row, bool of_task)
{
    struct json_object *deciding = workflow_member(row, "deciding");
    return deciding == NULL ? !of_task : json_object_get_boolean(deciding) != 0;
}

void workflow_take(const struct workflow_step *step, const struct workflow_row *row,
                   struct workflow_course *course)
{
    const struct workflow_case *before = step->before;
    struct workflow_case *after = step->after;
    wg_copy(course->decision->event, sizeof course->decision->event, workflow_word(row, "event"));
    course->undo = workflow_flag(row, "undo");
    if (course->undo)
        workflow_read_effects(after, step->facts->last_before);
    workflow_apply_row(step, row, course);
    if (workflow_flag(row, "approve") || workflow_flag(row, "refuse"))
        judge_asked(step, row, course);
    if (workflow_flag(row, "approve"))
        workflow_add_notices(step, course, workflow_member(row, "notices"));
    if (open_now(before) > 0 && open_now(after) == 0)
        follow_and_name(step, wg_json_text(workflow_tasks(step->workflow), "done"), course);
    if (workflow_row_decides(row, step->task != NULL))
        workflow_take_also(step, course);
    if (!workflow_flag(row, "approve"))
        workflow_end_stale_asking(before, after);
}
