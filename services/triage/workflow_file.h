/* What the engine reads of a workflow file. Pure. Private to workflow*.c. */
#pragma once

#include "services/triage/reading.h"
#include "services/triage/workflow.h"

/* Judges a definition, member by member: whatever is taken, the engine can step without looking
 * twice. False: the reading says what is wrong and where. In workflow_judge.c. */
bool workflow_judge(struct reading *reading, struct json_object *definition);

struct json_object *workflow_open_row(const struct workflow *workflow);
struct json_object *workflow_actions(const struct workflow *workflow);
/* The rows "tasks" of the file; NULL: it has none. */
struct json_object *workflow_tasks(const struct workflow *workflow);
struct json_object *workflow_approval(const struct workflow *workflow, const char *name);
/* The post that stands for a role at a level; NULL: nobody. */
const char *workflow_post_of(const struct workflow *workflow, const char *role, const char *level);
bool workflow_is_final(const struct workflow *workflow, const char *state);
bool workflow_is_task_final(const struct workflow *workflow, const char *state);

enum { WORKFLOW_FILE_LIMITS = 12 };
/* What a file says of a clock. */
struct workflow_clock_rule {
    const char *name, *owner, *until, *cap, *on_warn, *on_breach; /* NULL = not said */
    const char *over; /* the attribute that its breach sets */
    struct wg_limit limit;
    size_t n_limits;
    struct wg_limit_row limits[WORKFLOW_FILE_LIMITS]; /* of grades and sources */
    bool due;
    int32_t margin; /* per cent of the time to the cap */
    size_t n_warn;
    int32_t warn[4]; /* per cent, rising */
};
enum { WORKFLOW_RULES = 24, WORKFLOW_ACTIONS = 160, WORKFLOW_STATES = 64 };
/* NULL: there is no such clock. The name may be that of a task's clock, "<name>/<k>". */
const struct workflow_clock_rule *workflow_clock_rule(const struct workflow *workflow,
                                                      const char *name);

/* An action and the variant of it that is taken. */
struct workflow_row {
    struct json_object *action, *row; /* the same where the action has no rows */
};
/* A member of the row, or of its action; NULL: neither has it. */
struct json_object *workflow_member(const struct workflow_row *row, const char *member);
/* Its text; "" = neither has it. */
const char *workflow_word(const struct workflow_row *row, const char *member);
bool workflow_flag(const struct workflow_row *row, const char *member);
/* The i-th variant; false: there are no more. */
bool workflow_row_at(struct json_object *action, size_t i, struct workflow_row *ret_row);
const char *workflow_item(struct json_object *list, size_t i);
size_t workflow_length(struct json_object *list);
bool workflow_contains(struct json_object *list, const char *word);

/* ---- workflow_value.c: what guards and effects may name, and what it is worth */

/* All that a step may look at. */
struct workflow_step {
    const struct workflow *workflow;
    const struct workflow_case *before;
    struct workflow_case *after;
    const struct workflow_facts *facts;
    const struct workflow_actor *actor;
    struct json_object *input;
    const struct workflow_task *task; /* NULL = of the case */
    int64_t now;
};
/* A number or a word; neither = it is not known. */
struct workflow_value {
    bool known;
    int64_t number;
    const char *word; /* NULL = a number; borrowed from the file, the case or the input */
};
/* What an assignment or a comparison says on its right. */
struct workflow_value workflow_valued(const struct workflow_step *step, const char *text);
enum { WORKFLOW_GUARD_NAME = 40 };
struct workflow_comparison {
    char name[WORKFLOW_GUARD_NAME]; /* with its unit: "opened_at.days" */
    const char *op, *value;         /* of the guard; op NULL = whether there is one */
};
struct workflow_comparison workflow_compared(const char *guard);
/* True where the guard holds for the case as it stands in step->before. */
bool workflow_holds(const struct workflow_step *step, const char *guard);
/* Whether a file may say this; attributes, roles and approvals are those of the file. */
bool workflow_guard_known(struct json_object *definition, const char *guard);
bool workflow_value_known(const char *value);
bool workflow_is_attribute(struct json_object *definition, const char *name);
bool workflow_among(const char *const *list, size_t n, const char *text);
void workflow_set_word(struct workflow_case *after, const char *name, const char *word);
void workflow_set_number(struct workflow_case *after, const char *name, int64_t number);
void workflow_unset(struct workflow_case *after, const char *name);
int64_t workflow_number(const struct workflow_case *from, const char *name);

/* ---- workflow_effect.c */

/* Applies one effect to step->after. */
void workflow_apply(const struct workflow_step *step, const struct workflow_row *row,
                    const char *effect);
bool workflow_effect_known(struct json_object *definition, const char *effect);
bool workflow_need_known(const char *need);
bool workflow_field_known(const char *type, const char *name);

/* ---- workflow_choose.c */

/* 0, or the refusal (enum workflow_refusal) of the variant that came furthest; ret_why is the guard
 * that broke. */
int workflow_choose(const struct workflow_step *step, struct json_object *action,
                    struct workflow_row *ret_row, const char **ret_why);
/* The tasks that an input lists; NULL: none. */
struct json_object *workflow_given_tasks(struct json_object *input);
/* True for a row that gives the case to a role in which nobody is. */
bool workflow_nobody_there(const struct workflow_step *step, const struct workflow_row *row);

/* ---- workflow_notice.c */

/* One step on its way: what was decided so far, and what it is about. */
struct workflow_course {
    struct workflow_decision *decision;
    const char *owner; /* of the clock that struck; NULL = none */
    int32_t task;      /* that is acted upon, or whose clock struck; 0 = none */
    size_t had_tasks;  /* before the step */
    int64_t asker;     /* of the approval that was waited for before it; 0 = none */
    bool undo;         /* it brings back what was */
};
void workflow_add_notices(const struct workflow_step *step, const struct workflow_course *course,
                          struct json_object *list);

/* ---- workflow_take.c */

/* The row's own effects, target, tasks, clocks and notices. */
void workflow_apply_row(const struct workflow_step *step, const struct workflow_row *row,
                        struct workflow_course *course);
/* Takes the row that was chosen, and what follows from it. */
void workflow_take(const struct workflow_step *step, const struct workflow_row *row,
                   struct workflow_course *course);
/* An action of the system upon what the step has come to; false: none of its variants fits. */
bool workflow_follow(const struct workflow_step *step, const char *name,
                     struct workflow_course *course, struct workflow_row *ret_row);
/* What the file does by itself wherever its guards hold. */
void workflow_take_also(const struct workflow_step *step, struct workflow_course *course);
/* What was asked for was asked in another state. */
void workflow_end_stale_asking(const struct workflow_case *before, struct workflow_case *after);
bool workflow_row_decides(const struct workflow_row *row, bool of_task);

/* ---- workflow_clocks.c */

/* When so many per cent of a clock that runs are used. */
int64_t workflow_clock_mark(const struct workflow_case *from, const struct workflow_clock *clock,
                            const struct wg_calendar *calendar, int32_t per_cent);
/* Stops, starts, pauses and resumes what the row says, at this moment; k > 0: of this task. */
void workflow_move_clocks(const struct workflow_step *step, const struct workflow_row *row,
                          int32_t k);
/* Counts what runs anew, with the limits of the facts. */
void workflow_recount_clocks(const struct workflow_step *step);
/* Counts anew, once, what reached into a year that was not published and now is. False: there was
 * nothing of the kind. */
bool workflow_recount_provisional(const struct workflow_step *step);
/* Grants working days on top. */
void workflow_extend_clock(const struct workflow_step *step, const char *name, int64_t days);
void workflow_stop_clock(struct workflow_case *after, const char *name);
/* due_at and wake_at as the clocks have them: nothing is due while the clock stands, or without. */
void workflow_set_wake(const struct workflow *workflow, struct workflow_case *after,
                       const struct workflow_facts *facts);
/* The clock that wants something by now, the earliest first; NULL: none. ret_per_cent: which mark.
 */
struct workflow_clock *workflow_due_clock(const struct workflow *workflow,
                                          struct workflow_case *after,
                                          const struct workflow_facts *facts, int64_t now,
                                          int32_t *ret_per_cent);

/* ---- workflow_calendar.c */

/* Gives a clock the calendar of whoever answers for it: of the task's party, of the party that
 * holds the case, of the area, of the city. */
void workflow_choose_calendar(const struct workflow_step *step,
                              const struct workflow_clock_rule *rule, struct workflow_clock *clock);
/* The newest version of the clock's calendar, by which it is counted from now on; the clock keeps
 * which. */
const struct wg_calendar *workflow_newest_calendar(const struct workflow_facts *facts,
                                                   struct workflow_clock *clock);
/* That by which it was counted. */
const struct wg_calendar *workflow_calendar_of(const struct workflow_facts *facts,
                                               const struct workflow_clock *clock);
/* There is a newer version of it than the clock was counted by. */
bool workflow_calendar_moved(const struct workflow_facts *facts,
                             const struct workflow_clock *clock);

/* The limit of a clock for the grade and the source of this case: the category's before the file's,
 * of each the most specific. */
struct wg_limit workflow_choose_limit(const struct workflow_step *step,
                                      const struct workflow_clock_rule *rule);
/* What the file alone says; wanted: the clock, grade and source. */
struct wg_limit workflow_file_limit(const struct workflow *workflow,
                                    const struct workflow_clock_rule *rule,
                                    const struct wg_limit_row *wanted);

/* ---- workflow_record.c: what the event stores */

/* The row after the step, as far as it changed: whoever applies these to the row before has the row
 * after. Tasks that changed are among them. */
void workflow_write_effects(struct wg_text *out, const char *key,
                            const struct workflow_case *before, const struct workflow_case *after);
/* Takes back what such effects say. */
void workflow_read_effects(struct workflow_case *after, struct json_object *effects);
void workflow_write_was(struct wg_text *out, const struct workflow_case *before,
                        const struct workflow_case *after);

/* ---- workflow_event.c */

/* The clock that struck. */
struct workflow_strike {
    const char *clock;
    int32_t mark;
};
void workflow_write_facts(struct wg_text *out, const struct workflow_facts *facts,
                          const char *unmet_reason);
/* strike NULL: none has. */
void workflow_write_event(const struct workflow_step *step, const struct workflow_ask *ask,
                          const struct workflow_strike *strike, bool undoable,
                          struct workflow_decision *decision);

/* ---- workflow_form.c */

/* Judges an action's input by its fields; unmet is the need that the facts leave open (NULL =
 * none). */
void workflow_judge_input(struct json_object *action, const struct workflow_ask *ask,
                          const char *unmet, struct wg_problem *problem);
/* The action's fields as a form; what the case lacks is required. The caller owns it. */
struct json_object *workflow_form(struct json_object *action, const struct workflow_case *before,
                                  bool english);
