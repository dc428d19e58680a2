/* What becomes of an action on the case as it stands: who asks, what is known, and what the engine
 * says, of the case and of the other one that it names. */
#include <string.h>

#include "common/clock.h"
#include "common/json.h"

#include "services/triage/action.h"
#include "services/triage/assign.h"

/* By the post itself, or as whoever covers it now (值班, 代班, AB岗). Who came by a link has
 * neither, whoever they are. */
static bool has_post(const char *post, const char *area, const void *arg)
{
    const struct action *action = arg;
    const struct city *city = &action->knowledge->city;
    return action->caller.link_id == 0 && (wg_has_post(&action->caller, post, area) ||
                                           assign_covers(city, city_area_by_code(city, area), post,
                                                         action->caller.staff_id, wg_clock_now()));
}

struct workflow_actor action_actor(const struct action *action)
{
    return (struct workflow_actor){ .staff_id = action->reporter ? 0 : action->caller.staff_id,
                                    .party = action->caller.party_id,
                                    .reporter = action->reporter,
                                    .has_post = has_post,
                                    .arg = action };
}

void action_facts(const struct action *action, struct workflow_facts *ret_facts)
{
    struct facts_input chosen;
    action_chosen(action, &chosen);
    case_row_facts(&action->row, action->knowledge, &chosen, ret_facts);
    action_name_tasks(action, ret_facts);
    action_name_parties(action, ret_facts);
    ret_facts->partner = action->partner_id;
}

static void refuse(struct action *action, int refusal, const char *why, struct wg_problem **problem)
{
    switch (refusal) {
    case STEP_ILLEGAL:
        reply_illegal(action);
        break;
    case STEP_FORBIDDEN:
        reply_forbidden(action);
        break;
    case STEP_GUARD:
        reply_guard(action, why);
        break;
    case STEP_UNKNOWN:
        wg_problem_error(*problem, "/action", "没有这个操作", "there is no such action");
        wg_reply_problem(action->request, problem);
        break;
    default:
        wg_reply_problem(action->request, problem);
        break;
    }
}

/* The other case goes through its own action at the same moment, as the system's. 0, or a refusal.
 */
static int decide_partner(struct action *action, struct wg_problem *problem, const char **ret_why)
{
    const char *field, *attribute, *name = NULL;
    const struct facts_input nothing = { .category = "", .area = "" };
    struct workflow_facts facts;
    if (action->task != 0 || action->partner_workflow == NULL ||
        !workflow_partner(action->workflow, action->name, &field, &attribute, &name))
        return 0;
    WG_AUTO(wg_json_put) struct json_object *input = json_object_new_object();
    case_row_facts(&action->partner, action->knowledge, &nothing, &facts);
    facts.partner = action->case_id;
    const struct workflow_ask ask = { .before = &action->partner.before,
                                      .action = name,
                                      .actor = &workflow_itself,
                                      .facts = &facts,
                                      .input = input,
                                      .now = wg_clock_now() };
    bool apart = action->partner_id != action->case_id &&
                 action->partner.before.training == action->row.before.training;
    *ret_why = "partner";
    return !apart ? STEP_GUARD
                  : workflow_step(action->partner_workflow, &ask, &action->partner_decision,
                                  problem, ret_why);
}

bool action_decide(struct action *action)
{
    struct workflow_facts facts;
    const char *why = NULL;
    const struct workflow_actor actor = action_actor(action);
    WG_AUTO(wg_problem_destroy)
    struct wg_problem *problem =
        wg_problem_new(422, "invalid-action", "操作内容有误", "The action has faults");
    action_judge_names(action, problem);
    action_facts(action, &facts);
    const struct workflow_ask ask = { .before = &action->row.before,
                                      .action = action->name,
                                      .task = action->task,
                                      .actor = &actor,
                                      .facts = &facts,
                                      .input = action->input,
                                      .now = wg_clock_now() };
    int refusal = workflow_step(action->workflow, &ask, &action->decision, problem, &why);
    if (refusal == 0)
        refusal = decide_partner(action, problem, &why) == 0 ? 0 : STEP_GUARD;
    if (refusal != 0)
        refuse(action, refusal, why, &problem);
    return refusal == 0;
}
