/* A case's own things in words: attributes, clocks, the approval that is waited for, what was given
 * with an action. What they are called is in the workflow's definition. Pure. */
#pragma once

#include <json-c/json.h>
#include <stdbool.h>
#include <stdint.h>

/* All are borrowed; clocks and more may be NULL. */
struct matter {
    struct json_object *definition, *clocks, *more;
    struct json_object *people; /* {"staff:7": {code, name}, "party:3": …} */
    int64_t now;
    bool english;
};

/* [{name, title, value, text, person}]: what it remembers, with its words. The caller owns it. */
struct json_object *matter_attributes(const struct matter *matter);
/* [{name, title, task, due_at, stands_since, overdue}], the first to end first, those that stand
 * still last. The caller owns it. */
struct json_object *matter_clocks(const struct matter *matter);
/* The clock that ends first: {name, title, due_at, overdue}; NULL: none runs. task 0: of the case
 * and its tasks; else of that task. The caller owns it. */
struct json_object *matter_next_clock(const struct matter *matter, int task);
/* [{name, title, task, due_at, overdue, post, post_text, holder, party}]: who must do what by when:
 * the clocks that run and whose they are. holder, party: of the case, {code, name} or NULL. level:
 * of the case. The caller owns it. */
struct matter_hands {
    struct json_object *holder, *party, *tasks; /* tasks: items with number, party, staff */
    const char *level;
};
struct json_object *matter_duties(const struct matter *matter, const struct matter_hands *hands);
/* [{name, text, due_at, overdue}] of the case's clocks that run and of which whoever reported is
 * told, in their words, the first to end first; others (may be NULL): as made from another case,
 * taken in where this one has no clock of that name. The caller owns it. */
struct json_object *matter_told(const struct matter *matter, struct json_object *others);
/* When a clock began to stand still; 0: it runs, or there is none. */
int64_t matter_stands_since(const struct matter *matter, const char *clock);
/* Since when the clock stands that is the case's deadline; 0: it runs, or there is none. */
int64_t matter_deadline_stands_since(const struct matter *matter);
/* {approval, title, step, steps, post, post_text, asked_by}; NULL: none is waited for. The caller
 * owns it. */
struct json_object *matter_approval(const struct matter *matter);
/* {code, name} of what it waits for while it is on hold; NULL: nothing. The caller owns it. */
struct json_object *matter_face(const struct matter *matter);
/* [{kind, level, holder, party}]: through whose hands it came, and who waits for the answer. The
 * caller owns it. */
struct json_object *matter_chain(const struct matter *matter);
/* What an action is called and [{field, title, text}] of what was given with it. task: the action
 * is a task's. */
const char *matter_action(const struct matter *matter, const char *action, bool task);
struct json_object *matter_said(const struct matter *matter, const char *action, bool task,
                                struct json_object *input);
/* {code, name} of a member of staff or a party; NULL for 0 and for nobody known. Borrowed. */
struct json_object *matter_person(const struct matter *matter, const char *kind, int64_t id);
