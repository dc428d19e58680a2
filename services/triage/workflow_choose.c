/* Which variant of an action fits a case, and whether this person may take it now. */
#include <string.h>

#include "common/clock.h"
#include "common/json.h"

#include "services/triage/workflow_file.h"

static const int64_t UNDO_WITHIN = 300 * WG_SECOND;

static bool from_fits(const struct workflow_step *step, const struct workflow_row *row)
{
    struct json_object *from = workflow_member(row, "from");
    if (step->task != NULL)
        return workflow_contains(from, step->task->state);
    return workflow_contains(from, step->before->state) ||
           (workflow_contains(from, "any") &&
            !workflow_is_final(step->workflow, step->before->state));
}

/* Whoever the approval waits for, by the role of its step; never who asked for it. */
static bool is_approver(const struct workflow_step *step)
{
    const struct workflow_attribute *asked = workflow_attribute(step->before, "asked");
    if (asked == NULL || workflow_number(step->before, "asked_by") == step->actor->staff_id)
        return false;
    struct json_object *steps =
        wg_json_get(workflow_approval(step->workflow, asked->word), "steps");
    const char *role = workflow_item(steps, (size_t)workflow_number(step->before, "asked_step"));
    const char *post =
        role == NULL ? NULL : workflow_post_of(step->workflow, role, step->before->level);
    return post != NULL && step->actor->has_post(post, step->before->area, step->actor->arg);
}

static bool holds_it(const struct workflow_actor *actor, int64_t staff, int32_t party)
{
    return actor->staff_id == staff || (party != 0 && actor->party == party);
}

/* Had the case before it was handed on or raised. */
static bool holds_last_link(const struct workflow_step *step)
{
    if (step->before->n_links == 0)
        return false;
    const struct workflow_link *last = &step->before->links[step->before->n_links - 1];
    return holds_it(step->actor, last->holder, last->party);
}

/* Whether the actor is what a word of "by" says. */
static bool is(const struct workflow_step *step, const char *who)
{
    const struct workflow_actor *actor = step->actor;
    if (strcmp(who, "reporter") == 0)
        return actor->reporter;
    if (actor->staff_id == 0)
        return false;
    if (strcmp(who, "holder") == 0)
        return holds_it(actor, step->before->holder, step->before->party);
    if (strcmp(who, "assignee") == 0)
        return step->task != NULL && holds_it(actor, step->task->staff, step->task->party);
    if (strcmp(who, "opener") == 0)
        return step->facts->opener == actor->staff_id;
    if (strcmp(who, "former") == 0)
        return holds_last_link(step);
    if (strcmp(who, "author") == 0)
        return step->facts->last_actor == actor->staff_id;
    if (strcmp(who, "asker") == 0)
        return workflow_number(step->before, "asked_by") == actor->staff_id;
    if (strcmp(who, "approver") == 0)
        return is_approver(step);
    return actor->has_post(who, step->before->area, actor->arg);
}

static bool may(const struct workflow_step *step, const struct workflow_row *row)
{
    struct json_object *by = workflow_member(row, "by");
    if (step->actor == &workflow_itself)
        return true;
    for (size_t i = 0; i < workflow_length(by); i++)
        if (is(step, workflow_item(by, i)))
            return true;
    return false;
}

static bool can_undo(const struct workflow_step *step)
{
    const struct workflow_facts *facts = step->facts;
    return facts->last_before != NULL && facts->last_actor == step->actor->staff_id &&
           facts->last_actor != 0 && step->now - facts->last_at <= UNDO_WITHIN;
}

struct json_object *workflow_given_tasks(struct json_object *input)
{
    if (!json_object_is_type(input, json_type_object))
        return NULL;
    json_object_object_foreach(input, name, value)
    {
        (void)name;
        if (json_object_is_type(value, json_type_array) &&
            json_object_is_type(json_object_array_get_idx(value, 0), json_type_object))
            return value;
    }
    return NULL;
}

/* Those that run: the others are not stopped. */
static size_t paused_by(const struct workflow_case *before, const struct workflow_row *row)
{
    size_t n = 0;
    for (size_t i = 0; i < before->n_clocks; i++)
        n += before->clocks[i].due != 0 && !before->clocks[i].until &&
             workflow_contains(workflow_member(row, "pause"), before->clocks[i].name);
    return n;
}

/* A case that has all it can hold refuses, before a task, a pause or a clock is lost. */
static bool has_room(const struct workflow_step *step, const struct workflow_row *row)
{
    const struct workflow_case *before = step->before;
    return before->n_pauses + paused_by(before, row) <= WORKFLOW_PAUSES &&
           before->n_clocks + workflow_length(workflow_member(row, "start")) <= WORKFLOW_CLOCKS &&
           (!workflow_flag(row, "tasks") ||
            before->n_tasks + workflow_length(workflow_given_tasks(step->input)) <= WORKFLOW_TASKS);
}

/* The first guard that does not hold; NULL: all do. */
static const char *broken_guard(const struct workflow_step *step, const struct workflow_row *row)
{
    struct json_object *guards = workflow_member(row, "guards");
    for (size_t i = 0; i < workflow_length(guards); i++)
        if (!workflow_holds(step, workflow_item(guards, i)))
            return workflow_item(guards, i);
    if (workflow_flag(row, "undo") && !can_undo(step))
        return "undo";
    return has_room(step, row) ? NULL : "room";
}

int workflow_choose(const struct workflow_step *step, struct json_object *action,
                    struct workflow_row *ret_row, const char **ret_why)
{
    int refusal = STEP_ILLEGAL;
    struct workflow_row row;
    for (size_t i = 0; workflow_row_at(action, i, &row); i++) {
        if (!from_fits(step, &row))
            continue;
        if (!may(step, &row)) {
            refusal = refusal < STEP_FORBIDDEN ? STEP_FORBIDDEN : refusal;
            continue;
        }
        const char *why = broken_guard(step, &row);
        if (step->actor == &workflow_itself && workflow_nobody_there(step, &row))
            continue; /* nobody can be asked: the variant for that case counts */
        if (why == NULL) {
            *ret_row = row;
            return 0;
        }
        refusal = STEP_GUARD;
        *ret_why = why;
    }
    return refusal;
}

bool workflow_nobody_there(const struct workflow_step *step, const struct workflow_row *row)
{
    static const char gives[] = "holder=";
    struct json_object *effects = workflow_member(row, "effects");
    for (size_t i = 0; i < workflow_length(effects); i++) {
        const char *effect = workflow_item(effects, i);
        if (strncmp(effect, gives, strlen(gives)) != 0 || effect[strlen(gives)] == '@')
            continue;
        bool there = false;
        for (size_t r = 0; r < step->facts->n_roles; r++)
            there = there || (strcmp(step->facts->roles[r].role, effect + strlen(gives)) == 0 &&
                              step->facts->roles[r].n > 0);
        if (!there)
            return true;
    }
    return false;
}
