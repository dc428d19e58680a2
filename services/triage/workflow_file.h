/* What the engine reads of a workflow file, and the forms of its actions. Pure. Private to
 * workflow.c. */
#pragma once

#include "services/triage/workflow.h"

/* A word of the engine: kind is "effects", "needs" or "guards". In workflow.c. */
bool workflow_word_known(const char *kind, const char *word);
/* True where a form may have a field of this type and name. In workflow.c. */
bool workflow_field_known(const char *type, const char *name);

struct json_object *workflow_open_row(const struct workflow *workflow);
struct json_object *workflow_action(const struct workflow *workflow, const char *action);
struct json_object *workflow_actions(const struct workflow *workflow);
struct wg_limit workflow_default_limit(const struct workflow *workflow, const char *clock);
/* True for the clock whose end is the case's deadline. */
bool workflow_is_due_clock(const struct workflow *workflow, const char *clock);
/* True unless the action's row says "deciding": false (a note). */
bool workflow_is_deciding(struct json_object *row);

/* ---- workflow_clocks.c */

/* Stops and starts what the action's row says, at this moment; due_at and wake_at follow. */
void workflow_move_clocks(const struct workflow *workflow, struct json_object *row,
                          struct workflow_case *after, const struct workflow_facts *facts,
                          int64_t now);

/* ---- workflow_form.c */

/* Judges an action's input by its row's fields; unmet is the need that the facts leave open (NULL =
 * none). */
void workflow_judge_input(struct json_object *row, struct json_object *input, const char *unmet,
                          struct wg_problem *problem);
/* The row's fields as a form; what the case lacks is required. The caller owns it. */
struct json_object *workflow_form(struct json_object *row, const struct workflow_case *before,
                                  bool english);
