#include "services/triage/workflow_graph.h"

#include <stdio.h>
#include <string.h>

#include "common/json.h"
#include "common/text.h"

/* ---- the file as a graph */

static void add_states(struct workflow_graph *graph, struct json_object *states, bool of_task)
{
    if (states == NULL)
        return;
    json_object_object_foreach(states, name, state)
    {
        graph->states[graph->n_states++] = (struct graph_state){
            .name = name,
            .of_task = of_task,
            .final = json_object_get_boolean(wg_json_get(state, "final")) != 0,
        };
    }
}

static void add_actions(struct workflow_graph *graph, struct json_object *actions, bool of_task)
{
    if (actions == NULL)
        return;
    json_object_object_foreach(actions, name, action)
    {
        struct graph_action *added = &graph->actions[graph->n_actions++];
        *added = (struct graph_action){ .name = name, .action = action, .of_task = of_task };
        snprintf(added->at, sizeof added->at, "%s/actions/%s", of_task ? "/tasks" : "", name);
    }
}

static struct graph_state *state_named(struct workflow_graph *graph, const char *name, bool of_task)
{
    for (size_t i = 0; i < graph->n_states; i++)
        if (graph->states[i].of_task == of_task && strcmp(graph->states[i].name, name) == 0)
            return &graph->states[i];
    return NULL;
}

static bool begins_in(const struct workflow_row *row, const struct graph_state *state)
{
    struct json_object *from = workflow_member(row, "from");
    return workflow_contains(from, state->name) ||
           (workflow_contains(from, "any") && !state->final && !state->of_task);
}

bool workflow_graph_begins(const struct workflow_graph *graph, const struct graph_action *action,
                           const struct workflow_row *row)
{
    for (size_t i = 0; i < graph->n_states; i++)
        if (graph->states[i].reached && graph->states[i].of_task == action->of_task &&
            begins_in(row, &graph->states[i]))
            return true;
    return false;
}

/* ---- what calls an action that nobody takes by hand */

static bool has_word(struct json_object *object, const char *member, const char *word)
{
    const char *text = wg_json_text(object, member);
    return text != NULL && strcmp(text, word) == 0;
}

static bool clock_calls(const struct workflow_graph *graph, const char *name)
{
    json_object_object_foreach(wg_json_get(graph->definition, "clocks"), clock, rule)
    {
        if ((has_word(rule, "on_warn", name) || has_word(rule, "on_breach", name)) &&
            workflow_graph_moves(graph, "start", clock))
            return true;
    }
    return false;
}

static bool approval_calls(const struct workflow_graph *graph, const char *name)
{
    char effect[64];
    struct json_object *approvals = wg_json_get(graph->definition, "approvals");
    if (approvals == NULL)
        return false;
    json_object_object_foreach(approvals, approval, said)
    {
        snprintf(effect, sizeof effect, "ask=%s", approval);
        if ((has_word(said, "then", name) || has_word(said, "else", name)) &&
            workflow_graph_says(graph, effect))
            return true;
    }
    return false;
}

static bool called(const struct workflow_graph *graph, const struct graph_action *action)
{
    struct json_object *open = wg_json_get(graph->definition, "open");
    if (action->of_task)
        return false;
    for (size_t i = 0; i < graph->n_actions; i++)
        if (graph->actions[i].taken &&
            has_word(wg_json_get(graph->actions[i].action, "partner"), "action", action->name))
            return true;
    return workflow_contains(wg_json_get(open, "walk"), action->name) ||
           workflow_contains(wg_json_get(open, "also"), action->name) ||
           has_word(wg_json_get(graph->definition, "tasks"), "done", action->name) ||
           has_word(graph->definition, "left", action->name) || clock_calls(graph, action->name) ||
           approval_calls(graph, action->name);
}

/* ---- what is reached */

/* The states that "@attribute" may name: those in which it is set to @state. */
static bool reach_kept(struct workflow_graph *graph, const char *attribute)
{
    char effect[64];
    struct workflow_row row;
    bool news = false;
    snprintf(effect, sizeof effect, "%s=@state", attribute);
    for (size_t i = 0; i < graph->n_actions; i++)
        for (size_t r = 0; workflow_row_at(graph->actions[i].action, r, &row); r++)
            for (size_t s = 0; s < graph->n_states; s++) {
                struct graph_state *state = &graph->states[s];
                bool kept = graph->actions[i].taken && !state->of_task && begins_in(&row, state) &&
                            workflow_contains(workflow_member(&row, "effects"), effect);
                news = news || (kept && !state->reached);
                state->reached = state->reached || kept;
            }
    return news;
}

static bool reach(struct workflow_graph *graph, const struct graph_action *action,
                  const struct workflow_row *row)
{
    const char *to = workflow_word(row, "to");
    if (to[0] == '@')
        return reach_kept(graph, to + 1);
    struct graph_state *state = to[0] == '\0' ? NULL : state_named(graph, to, action->of_task);
    if (state == NULL || state->reached)
        return false;
    state->reached = true;
    return true;
}

/* A variant that somebody may take, or that is called. */
static bool open_row(const struct workflow_graph *graph, const struct graph_action *action,
                     const struct workflow_row *row)
{
    return workflow_graph_begins(graph, action, row) &&
           (workflow_length(workflow_member(row, "by")) > 0 || called(graph, action));
}

static void reach_all(struct workflow_graph *graph)
{
    struct workflow_row row;
    for (bool news = true; news;) {
        news = false;
        for (size_t i = 0; i < graph->n_actions; i++) {
            struct graph_action *action = &graph->actions[i];
            for (size_t r = 0; workflow_row_at(action->action, r, &row); r++) {
                if (!open_row(graph, action, &row))
                    continue;
                news = news || !action->taken;
                action->taken = true;
                news = reach(graph, action, &row) || news;
            }
        }
    }
}

/* ---- from where there is a way to an end */

static bool leads_to_end(const struct workflow_graph *graph, const struct graph_action *action,
                         const struct workflow_row *row)
{
    const char *to = workflow_word(row, "to");
    for (size_t i = 0; i < graph->n_states; i++)
        if (graph->states[i].of_task == action->of_task && graph->states[i].ends &&
            (strcmp(graph->states[i].name, to) == 0 || to[0] == '@'))
            return true;
    return false;
}

static bool lead_back(struct workflow_graph *graph, const struct graph_action *action,
                      const struct workflow_row *row)
{
    bool news = false;
    for (size_t i = 0; i < graph->n_states; i++) {
        struct graph_state *state = &graph->states[i];
        if (state->ends || state->of_task != action->of_task || !begins_in(row, state))
            continue;
        state->ends = news = true;
    }
    return news;
}

static void find_ends(struct workflow_graph *graph)
{
    struct workflow_row row;
    for (size_t i = 0; i < graph->n_states; i++)
        graph->states[i].ends = graph->states[i].final;
    for (bool news = true; news;) {
        news = false;
        for (size_t i = 0; i < graph->n_actions; i++)
            for (size_t r = 0; workflow_row_at(graph->actions[i].action, r, &row); r++)
                if (open_row(graph, &graph->actions[i], &row) &&
                    leads_to_end(graph, &graph->actions[i], &row))
                    news = lead_back(graph, &graph->actions[i], &row) || news;
    }
}

/* A name that is no state's marks nothing: whoever judges the file says so elsewhere. */
static void begin_at(struct workflow_graph *graph, const char *name, bool of_task)
{
    struct graph_state *state = state_named(graph, name, of_task);
    if (state != NULL)
        state->reached = true;
}

void workflow_graph_draw(struct workflow_graph *ret_graph, struct json_object *definition)
{
    struct json_object *tasks = wg_json_get(definition, "tasks");
    static const char *const begins[] = { "initial", "asked" };
    *ret_graph = (struct workflow_graph){ .definition = definition };
    add_states(ret_graph, wg_json_get(definition, "states"), false);
    add_states(ret_graph, wg_json_get(tasks, "states"), true);
    add_actions(ret_graph, wg_json_get(definition, "actions"), false);
    add_actions(ret_graph, wg_json_get(tasks, "actions"), true);
    begin_at(ret_graph, wg_json_text(definition, "initial"), false);
    for (size_t i = 0; i < WG_COUNT(begins) && tasks != NULL; i++)
        begin_at(ret_graph, wg_json_text(tasks, begins[i]), true);
    reach_all(ret_graph);
    find_ends(ret_graph);
}

/* ---- what is said of clocks and attributes */

static bool within(struct json_object *all, struct json_object *some)
{
    for (size_t i = 0; i < workflow_length(some); i++)
        if (!workflow_contains(all, workflow_item(some, i)))
            return false;
    return true;
}

bool workflow_graph_covers(const struct workflow_row *first, const struct workflow_row *second)
{
    return within(workflow_member(first, "from"), workflow_member(second, "from")) &&
           within(workflow_member(first, "by"), workflow_member(second, "by")) &&
           within(workflow_member(second, "guards"), workflow_member(first, "guards"));
}

bool workflow_graph_moves(const struct workflow_graph *graph, const char *verb, const char *clock)
{
    struct workflow_row row;
    struct json_object *tasks = wg_json_get(graph->definition, "tasks"),
                       *open = wg_json_get(graph->definition, "open");
    bool starts = strcmp(verb, "start") == 0;
    if (starts && (workflow_contains(wg_json_get(open, "start"), clock) ||
                   workflow_contains(wg_json_get(tasks, "start"), clock) ||
                   workflow_contains(wg_json_get(tasks, "start_asked"), clock)))
        return true;
    for (size_t i = 0; i < graph->n_actions; i++)
        for (size_t r = 0; workflow_row_at(graph->actions[i].action, r, &row); r++) {
            struct json_object *list = workflow_member(&row, verb);
            if (graph->actions[i].taken &&
                (workflow_contains(list, clock) || (!starts && workflow_contains(list, "all"))))
                return true;
        }
    return false;
}

/* Whether an effect of what is taken, or of the opening, fits. */
static bool any_effect(const struct workflow_graph *graph, const char *wanted,
                       bool (*fits)(const char *effect, const char *wanted))
{
    struct workflow_row row;
    struct json_object *open = wg_json_get(wg_json_get(graph->definition, "open"), "effects");
    for (size_t e = 0; e < workflow_length(open); e++)
        if (fits(workflow_item(open, e), wanted))
            return true;
    for (size_t i = 0; i < graph->n_actions; i++)
        for (size_t r = 0; workflow_row_at(graph->actions[i].action, r, &row); r++) {
            struct json_object *list = workflow_member(&row, "effects");
            for (size_t e = 0; e < workflow_length(list); e++)
                if (graph->actions[i].taken && fits(workflow_item(list, e), wanted))
                    return true;
        }
    return false;
}

static bool is_effect(const char *effect, const char *wanted)
{
    return strcmp(effect, wanted) == 0;
}

bool workflow_graph_says(const struct workflow_graph *graph, const char *effect)
{
    return any_effect(graph, effect, is_effect);
}

static bool sets(const char *effect, const char *attribute)
{
    size_t length = strlen(attribute);
    return strncmp(effect, attribute, length) == 0 &&
           (effect[length] == '=' || strcmp(effect + length, "+1") == 0);
}

bool workflow_graph_sets(const struct workflow_graph *graph, const char *attribute)
{
    return any_effect(graph, attribute, sets);
}

static bool guard_reads(const struct workflow_row *row, const char *attribute)
{
    struct json_object *guards = workflow_member(row, "guards");
    size_t length = strlen(attribute);
    for (size_t i = 0; i < workflow_length(guards); i++) {
        const char *guard = workflow_item(guards, i);
        guard += guard[0] == '!';
        if (strncmp(guard, attribute, length) == 0 && strchr(".!=<>", guard[length]) != NULL)
            return true;
    }
    return workflow_word(row, "to")[0] == '@' &&
           strcmp(workflow_word(row, "to") + 1, attribute) == 0;
}

bool workflow_graph_reads(const struct workflow_graph *graph, const char *attribute)
{
    struct workflow_row row;
    json_object_object_foreach(wg_json_get(graph->definition, "clocks"), clock, rule)
    {
        (void)clock;
        if (has_word(rule, "until", attribute) || has_word(rule, "cap", attribute))
            return true;
    }
    for (size_t i = 0; i < graph->n_actions; i++) {
        struct json_object *action = graph->actions[i].action;
        if (has_word(wg_json_get(action, "partner"), "attribute", attribute))
            return true;
        for (size_t r = 0; workflow_row_at(action, r, &row); r++)
            if (guard_reads(&row, attribute))
                return true;
    }
    return false;
}

const struct graph_action *workflow_graph_asker(const struct workflow_graph *graph,
                                                const struct graph_action *action)
{
    struct json_object *approvals = wg_json_get(graph->definition, "approvals");
    char effect[64];
    if (approvals == NULL || wg_json_get(action->action, "fields") != NULL)
        return NULL;
    json_object_object_foreach(approvals, name, approval)
    {
        struct workflow_row row;
        snprintf(effect, sizeof effect, "ask=%s", name);
        for (size_t i = 0; i < graph->n_actions && has_word(approval, "then", action->name); i++)
            for (size_t r = 0; workflow_row_at(graph->actions[i].action, r, &row); r++)
                if (workflow_contains(workflow_member(&row, "effects"), effect))
                    return &graph->actions[i];
    }
    return NULL;
}
