/* Who has to be told of a step: one notice for each rule, nobody twice in it. */
#include <string.h>

#include "common/json.h"
#include "common/text.h"

#include "services/triage/workflow_file.h"

static void tell(struct workflow_notice *notice, int64_t staff)
{
    for (size_t i = 0; i < notice->n; i++)
        if (notice->staff[i] == staff)
            return;
    if (staff == 0)
        return;
    if (notice->n == notice->room) {
        notice->room = notice->room == 0 ? WORKFLOW_PEOPLE : 2 * notice->room;
        notice->staff = wg_resize(notice->staff, notice->room * sizeof notice->staff[0]);
    }
    notice->staff[notice->n++] = staff;
}

static void tell_people(struct workflow_notice *notice, const struct workflow_people *people)
{
    for (size_t i = 0; i < people->n; i++)
        tell(notice, people->staff[i]);
}

/* Whoever has the tasks that the step is about: those it changed, or whose clock struck. */
static void tell_assignees(const struct workflow_step *step, const struct workflow_course *course,
                           struct workflow_notice *notice)
{
    const struct workflow_case *after = step->after;
    size_t had = course->had_tasks;
    for (size_t i = 0; i < after->n_tasks; i++) {
        const struct workflow_task *task = &after->tasks[i];
        if (!task->changed && task->k != course->task)
            continue;
        tell_people(notice,
                    i < had ? &step->facts->of_tasks[i] : &step->facts->named[i - had].people);
    }
}

static void tell_invited(const struct workflow_facts *facts, struct workflow_notice *notice)
{
    for (size_t i = 0; i < facts->n_invited; i++)
        tell_people(notice, &facts->named[i].people);
}

/* Whoever the approval now waits for: the role of that post's name. */
static const char *approver(const struct workflow_step *step)
{
    const struct workflow_attribute *asked = workflow_attribute(step->after, "asked");
    struct json_object *steps =
        asked == NULL ? NULL : wg_json_get(workflow_approval(step->workflow, asked->word), "steps");
    const char *post = workflow_item(steps, (size_t)workflow_number(step->after, "asked_step"));
    return post == NULL ? "" : post;
}

/* Whoever had it, where somebody else has it now, or nobody. */
static void tell_former(const struct workflow_step *step, struct workflow_notice *notice)
{
    const struct workflow_case *before = step->before, *after = step->after;
    if (before->holder == after->holder && before->party == after->party)
        return;
    tell(notice, before->holder);
    if (before->holder == 0 && before->party != 0)
        tell_people(notice, &step->facts->former_people);
}

static void tell_whom(const struct workflow_step *step, const struct workflow_course *course,
                      const char *to, struct workflow_notice *notice)
{
    const struct workflow_facts *facts = step->facts;
    if (strcmp(to, "holder") == 0) {
        tell(notice, step->after->holder);
        if (step->after->holder == 0 && step->after->party != 0)
            tell_people(notice, course->undo ? &facts->back_people : &facts->party_people);
    } else if (strcmp(to, "former") == 0) {
        tell_former(step, notice);
    } else if (strcmp(to, "asker") == 0) {
        tell(notice, course->asker);
    } else if (strcmp(to, "assignee") == 0) {
        tell_assignees(step, course, notice);
    } else if (strcmp(to, "heirs") == 0) {
        for (size_t i = 0; i < facts->n_heirs; i++)
            tell(notice, facts->heirs[i].to);
    } else if (strcmp(to, "invited") == 0) {
        tell_invited(facts, notice);
    }
    if (strcmp(to, "approver") == 0)
        to = approver(step);
    for (size_t r = 0; r < facts->n_roles; r++)
        for (size_t i = 0; strcmp(facts->roles[r].role, to) == 0 && i < facts->roles[r].n; i++)
            tell(notice, facts->roles[r].staff[i]);
}

static void add_notice(const struct workflow_step *step, const struct workflow_course *course,
                       struct json_object *wanted)
{
    struct workflow_decision *decision = course->decision;
    const char *to = wg_json_text(wanted, "to"), *rule = wg_json_text(wanted, "rule");
    bool to_reporter = strcmp(to, "reporter") == 0;
    struct workflow_notice fresh = { .to_reporter = to_reporter }, *notice = &fresh;
    for (size_t i = 0; i < decision->n_notices; i++)
        if (strcmp(decision->notices[i].rule, rule) == 0)
            notice = &decision->notices[i];
    wg_copy(notice->rule, sizeof notice->rule, rule);
    notice->to_reporter = notice->to_reporter || to_reporter;
    tell_whom(step, course, strcmp(to, "owner") == 0 && course->owner != NULL ? course->owner : to,
              notice);
    bool anybody = notice->n > 0 || (to_reporter && step->facts->reporter_has_mail);
    if (notice == &fresh && anybody && decision->n_notices < WORKFLOW_NOTICES)
        decision->notices[decision->n_notices++] = fresh;
    else
        wg_free(&fresh.staff);
}

void workflow_add_notices(const struct workflow_step *step, const struct workflow_course *course,
                          struct json_object *list)
{
    for (size_t i = 0; i < workflow_length(list); i++)
        add_notice(step, course, json_object_array_get_idx(list, i));
}
