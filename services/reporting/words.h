/* What people call the states of a case: read from the workflows' own definitions, so that no
 * service knows a state by name. Pure. A case keeps the version of the workflow that it began
 * under, so all versions are here. */
#pragma once

#include <json-c/json.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/memory.h"

struct words;

/* What was chosen in which field of an action. */
struct words_chosen {
    const char *field, *value;
};

struct words *words_new(void);
void words_destroy(struct words **words);

enum { WORDS_BAD = 1 };
/* Adds a version of a workflow in the order of ids. WORDS_BAD: json is no definition with states.
 */
int words_add(struct words *words, int64_t workflow, const char *name,
              const char *json) WG_MUST_USE;

/* The file of this version; NULL: unknown. Borrowed. */
struct json_object *words_definition(const struct words *words, int64_t workflow);
/* How many steps are left from a state to the end of the ordinary way; -1: the workflow does not
 * say. */
int words_steps_left(const struct words *words, int64_t workflow, const char *state);
/* True where the state is the end of its ordinary way (any end, where it names none). */
bool words_way_end(const struct words *words, int64_t workflow, const char *state);
/* What people call a task's state; the state itself without words. */
const char *words_task_state(const struct words *words, int64_t workflow, const char *state,
                             bool english);

/* For staff; the state itself where the workflow has no words for it. Valid as long as words. */
const char *words_state(const struct words *words, int64_t workflow, const char *state,
                        bool english);
/* The same where a party has the case: its own words, if the state has any. */
const char *words_state_of_party(const struct words *words, int64_t workflow, const char *state,
                                 bool english);
/* For the person who said it. */
const char *words_resident(const struct words *words, int64_t workflow, const char *state,
                           bool english);
/* What happens next, for the person who said it; "" where the workflow does not say. */
const char *words_next(const struct words *words, int64_t workflow, const char *state,
                       bool english);

/* True where some workflow says that this state is an end. */
bool words_final(const struct words *words, const char *state);
/* All final states, at most room of them. */
size_t words_finals(const struct words *words, const char **states, size_t room);

/* The attributes that hide what a case says, in any workflow: how many, and their names. Borrowed.
 */
size_t words_hiding(const struct words *words, const char *const **ret_names);

/* What people call the action that an event of this type came from; NULL where the workflow does
 * not say. */
const char *words_event(const struct words *words, int64_t workflow, const char *type,
                        bool english);

/* True where events of this type are told to the person who said it: an action's notices say so,
 * and then what was written with it is for them. */
bool words_told(const struct words *words, int64_t workflow, const char *type);
/* True where this field of the action is free text. */
bool words_free_text(const struct words *words, int64_t workflow, const char *type,
                     const char *field);
/* What people call a value that was chosen in a field of that action; NULL where it has no such
 * choice. */
const char *words_choice(const struct words *words, int64_t workflow, const char *type,
                         const struct words_chosen *chosen, bool english);

/* The state in which a case of this workflow begins; NULL: unknown. */
const char *words_initial(const struct words *words, int64_t workflow);
/* The newest version of the first workflow: where a report stands that triage has not taken up. 0:
 * none. */
int64_t words_newest(const struct words *words);
