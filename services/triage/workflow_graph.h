/* Where a workflow file leads: which states are reached, from which there is a way to an end, and
 * which actions are ever taken, by people or by what calls them. Guards are not weighed. Pure. */
#pragma once

#include "services/triage/workflow_check.h"
#include "services/triage/workflow_file.h"

struct graph_state {
    const char *name;
    bool of_task, final, reached, ends;
};

struct graph_action {
    const char *name;
    struct json_object *action; /* borrowed */
    bool of_task, taken;
    char at[120];
};

struct workflow_graph {
    struct json_object *definition;
    size_t n_states, n_actions;
    struct graph_state states[2 * WORKFLOW_STATES];
    struct graph_action actions[2 * WORKFLOW_ACTIONS];
};

/* The definition is one that workflow_judge has taken; borrowed. */
void workflow_graph_draw(struct workflow_graph *ret_graph, struct json_object *definition);
/* True where a case comes to a state that the variant begins in. */
bool workflow_graph_begins(const struct workflow_graph *graph, const struct graph_action *action,
                           const struct workflow_row *row);
/* True where the first fits whenever the second does. */
bool workflow_graph_covers(const struct workflow_row *first, const struct workflow_row *second);
/* True where something that is taken starts, stops, pauses or resumes the clock. */
bool workflow_graph_moves(const struct workflow_graph *graph, const char *verb, const char *clock);
/* True where something that is taken has this very effect. */
bool workflow_graph_says(const struct workflow_graph *graph, const char *effect);
bool workflow_graph_sets(const struct workflow_graph *graph, const char *attribute);
bool workflow_graph_reads(const struct workflow_graph *graph, const char *attribute);
/* Whose input an action of the system is told by: the action that asks for the approval behind
 * which it stands; NULL: none does. */
const struct graph_action *workflow_graph_asker(const struct workflow_graph *graph,
                                                const struct graph_action *action);
/* In workflow_roster.c: posts that nobody has, and who has nobody beside them. */
void workflow_check_roster(const struct workflow_checked *checked,
                           const struct workflow_graph *graph, struct workflow_findings *findings);
