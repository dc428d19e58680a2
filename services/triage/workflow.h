/* The engine: one pure function steps a case through a workflow file. It touches no socket, clock
 * or database and knows no state, action or category by name; its own words (guards, effects,
 * needs, fields' types) are those of schema/workflows/README.md. The log can therefore be replayed
 * by another program, and a change rehearsed. */
#pragma once

#include <json-c/json.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/calendar.h"
#include "common/limit.h"
#include "common/problem.h"
#include "common/text.h"

#include "services/triage/calendars.h"

struct workflow;

enum { WORKFLOW_BAD = 1 };
/* Judges and takes a definition; on WORKFLOW_BAD ret_fault says what and where. id is the row in
 * `workflows`. */
int workflow_new(struct json_object *definition, int id, struct workflow **ret_workflow,
                 char *ret_fault, size_t fault_size) WG_MUST_USE;
void workflow_destroy(struct workflow **workflow);
int workflow_id(const struct workflow *workflow);
/* The file itself; borrowed. */
struct json_object *workflow_definition(const struct workflow *workflow);
const char *workflow_name(const struct workflow *workflow);
const char *workflow_initial(const struct workflow *workflow);
/* The level at which its cases open. */
const char *workflow_level(const struct workflow *workflow);
/* The i-th role that its notices may name, and the post that stands for it at this level of a case
 * ("" = nobody there); NULL: there are no more. At most WORKFLOW_ROLES. Borrowed. */
const char *workflow_role(const struct workflow *workflow, size_t i, const char *level,
                          const char **ret_post);
/* The same of those roles alone that a case may tell which walks all the way at its opening. */
const char *workflow_walk_role(const struct workflow *workflow, size_t i, const char *level,
                               const char **ret_post);

enum {
    WORKFLOW_CLOCKS = 60,
    WORKFLOW_PAUSES = 40,
    WORKFLOW_ATTRIBUTES = 56,
    WORKFLOW_LINKS = 8,
    WORKFLOW_TASKS = 20, /* that a case ever has */
};

struct workflow_clock {
    char name[28]; /* of a task's clock: "<name>/<k>" */
    int32_t fired; /* per cent of the limit that was already acted upon; 100 = its end */
    int64_t start, due, calendar; /* due 0: it stands still; calendar: its version */
    char code[CALENDAR_CODE];     /* of the calendar; "" = CALENDARS_CITY */
    bool until;                   /* its end was given: no limit */
    bool provisional;             /* its end lies in a year whose holidays are not known yet */
    struct wg_limit limit;
    int32_t extra; /* working days that were granted on top */
    int64_t cap;   /* it ends no later than this; 0 = none */
};

/* A clock stood still; to 0 = it does. */
struct workflow_pause {
    char clock[28];
    int64_t from, to;
};

/* A word or a number; word "" = a number. */
struct workflow_attribute {
    char name[24], word[24];
    int64_t number;
};

/* Who had the case before: handed downward and waiting for the answer, or raised and helping. */
struct workflow_link {
    char kind[12], level[12];
    int64_t holder;
    int32_t party;
};

/* One party's part of the case. */
struct workflow_task {
    int32_t k; /* 1… within the case */
    int32_t party;
    int64_t staff; /* of the two at least one */
    char state[24];
    bool open, changed;
};

/* A case as the engine sees it. Text is "" where there is none, ids 0. */
struct workflow_case {
    int64_t id;
    int32_t version, decided;
    char state[32], level[24], grade[24];
    int64_t area_id, born_area_id;
    char area[20], category[44];
    int64_t holder;
    int32_t party;
    char reason[24], outcome[32];
    int64_t resolver;
    bool training, restricted;
    int64_t opened_at, due_at, wake_at;
    size_t n_clocks, n_pauses, n_attributes, n_links, n_tasks;
    struct workflow_clock clocks[WORKFLOW_CLOCKS]; /* those that run or stand still */
    struct workflow_pause pauses[WORKFLOW_PAUSES];
    struct workflow_attribute attributes[WORKFLOW_ATTRIBUTES];
    struct workflow_link links[WORKFLOW_LINKS];
    struct workflow_task tasks[WORKFLOW_TASKS];
};

/* The clocks as JSON, {"<clock>": {"start": µs, "due": µs, "calendar": version, "code": of that
 * calendar where it is not the city's, "limit": …}}: what `cases` and the event's effects hold. key
 * as in common/writer.h. */
void workflow_write_clocks(const struct workflow_case *from, struct wg_text *out, const char *key);
/* The pauses of one clock; how many. */
size_t workflow_pauses_of(const struct workflow_case *from, const char *clock,
                          struct wg_pause ret_pauses[WORKFLOW_PAUSES]);
/* Reads them back; what does not fit is left out. */
void workflow_read_clocks(struct workflow_case *to, struct json_object *clocks);
/* Attributes, chain: {"<attribute>": …, "chain": […]}, what `cases.more` holds; nothing is written
 * where there is nothing. */
bool workflow_has_more(const struct workflow_case *from);
void workflow_write_more(const struct workflow_case *from, struct wg_text *out, const char *key);
void workflow_read_more(struct workflow_case *to, struct json_object *more);
/* NULL: it has none of this name. */
const struct workflow_attribute *workflow_attribute(const struct workflow_case *from,
                                                    const char *name);

enum {
    WORKFLOW_PEOPLE = 8,   /* of one role */
    WORKFLOW_NOTICES = 16, /* of a step with all that follows from it */
    WORKFLOW_LIMITS = 24,
    WORKFLOW_ROLES = 16,
    WORKFLOW_PARTIES = 56, /* all that a case, its links, its tasks and one action can name */
    WORKFLOW_HEIRS = 1 + WORKFLOW_LINKS + WORKFLOW_TASKS,
};

/* Whoever has to be told of what a person or a party was given. */
struct workflow_people {
    size_t n;
    int64_t staff[WORKFLOW_PEOPLE];
};

/* A member of staff or a party that an input names, looked up. */
struct workflow_named {
    int64_t staff;
    int32_t party;
    bool ordered; /* the party can be given orders */
    struct workflow_people people;
};

/* What the caller found out; stored in the event. */
struct workflow_facts {
    const struct wg_calendar *calendar; /* the city's, newest */
    int64_t calendar_version, city_version;
    const char *calendar_code;         /* of the city's; NULL = CALENDARS_CITY */
    const struct calendars *calendars; /* all that are known; NULL = only the city's */
    const char *area_calendar;         /* the code that the area names; NULL = the city's */
    size_t n_of_parties;
    struct {
        int32_t party;
        const char *code;
    } of_parties[WORKFLOW_PARTIES]; /* the parties that may hold it and have a calendar of their own
                                     */
    /* the place: where, or why not ("place", "outside", "grid"; NULL = known) */
    const char *place_reason;
    int64_t area_id;
    char area[20];
    const char *place_rule; /* "polygon", "given" or "chosen" */
    /* the category; code "" = none */
    char category[44], grade[24];
    bool restricted;
    size_t n_limits;
    struct wg_limit_row limits[WORKFLOW_LIMITS]; /* the category's */
    /* who would hold it; 0 = nobody */
    int64_t holder;
    int32_t party;
    bool party_ordered;
    const char *holder_rule;
    const char *holder_level; /* where they have their post: a level of a case; NULL = unknown */
    int64_t stand_in;         /* who else covers the post of who has the case now; 0 = nobody */
    struct workflow_people party_people;             /* of the party that would hold it, or does */
    struct workflow_people former_people;            /* of the party that has it before the step */
    struct workflow_people of_tasks[WORKFLOW_TASKS]; /* of the tasks that it has, by k */
    bool walks_through; /* an opening that lacks nothing: roles are only those of its walk */
    /* who must be told, by role */
    size_t n_roles;
    struct {
        const char *role;
        size_t n;
        int64_t staff[WORKFLOW_PEOPLE];
    } roles[WORKFLOW_ROLES];
    bool reporter_has_mail, reporter_known;
    int64_t partner;                         /* the other case */
    int64_t external_due, return_by, opener; /* of the report that opened it */
    bool source;                             /* it came from another system */
    const char *source_kind; /* the system, else the channel, by which it came; NULL = not known */
    bool backfilled;         /* entered later */
    bool handled;            /* dealt with on the spot by who entered it */
    int32_t reports, children; /* said by so many; open cases split from it */
    /* Whom the field of type tasks or parties names, in its order: an action has one of them. */
    struct workflow_named named[WORKFLOW_TASKS];
    size_t n_invited; /* so many of them are of type parties */
    /* of those who have it, a link of its chain or an open task: who left office, and who took over
     */
    size_t n_heirs;
    struct {
        int64_t from, to;
    } heirs[WORKFLOW_HEIRS];
    /* the event before, for an undo */
    int64_t last_actor, last_at;
    struct json_object *asked_input;    /* of the action whose approval is waited for; borrowed */
    struct json_object *last_before;    /* what an undo brings back; NULL = nothing. Borrowed */
    struct workflow_people back_people; /* of the party that an undo gives it back to */
};

struct workflow_actor {
    int64_t staff_id; /* 0 = the system, or the reporter */
    int32_t party;    /* that the person belongs to */
    bool reporter;    /* has the query code of one of the case's reports */
    bool (*has_post)(const char *post, const char *area, const void *arg);
    const void *arg;
};

/* The system: takes what nobody else may. */
extern const struct workflow_actor workflow_itself;

/* Nobody is dropped: it grows with the people whom the facts name, of whom there are some hundred
 * at most. */
struct workflow_notice {
    char rule[32];
    bool to_reporter;
    size_t n, room;
    int64_t *staff;
};

struct workflow_decision {
    struct workflow_case after;
    char event[40];
    bool deciding;
    struct wg_text data; /* JSON: action, passed, input, facts, effects: what the event stores */
    struct wg_text was;  /* JSON: the dimensions that changed, as they were; empty at the opening */
    size_t n_notices;
    struct workflow_notice notices[WORKFLOW_NOTICES];
};
void workflow_decision_clear(struct workflow_decision *decision);

/* Opens a case: walks as far as the facts suffice. `fresh` holds id, born area, opened_at,
 * training. */
void workflow_open(const struct workflow *workflow, const struct workflow_case *fresh,
                   const struct workflow_facts *facts, struct workflow_decision *ret_decision);

enum workflow_refusal {
    STEP_UNKNOWN = 1, /* the workflow has no such action */
    STEP_ILLEGAL,     /* not in this state */
    STEP_FORBIDDEN,   /* not by this person */
    STEP_GUARD,       /* a guard refuses; ret_why says which */
    STEP_FAULTS,      /* fields are wrong: the problem lists them */
};
struct workflow_ask {
    const struct workflow_case *before;
    const char *action;
    int32_t task; /* k: an action of this task; 0 = of the case */
    const struct workflow_actor *actor;
    const struct workflow_facts *facts;
    struct json_object *input; /* the action's own fields */
    int64_t now;
};
/* On a refusal nothing is decided; faults go to problem (RFC 6901 pointers). ret_why is borrowed
 * from the workflow. */
int workflow_step(const struct workflow *workflow, const struct workflow_ask *ask,
                  struct workflow_decision *ret_decision, struct wg_problem *problem,
                  const char **ret_why) WG_MUST_USE;

/* Time passes: counts anew what was provisional, once the calendar has moved on; lets the heirs of
 * the facts take over; or acts upon the clock that wants it first, if one does by now. 0: decided;
 * STEP_ILLEGAL: nothing is due, and after.wake_at says when something will be. ask's action, task,
 * actor and input are not looked at.
 */
int workflow_tick(const struct workflow *workflow, const struct workflow_ask *ask,
                  struct workflow_decision *ret_decision) WG_MUST_USE;

/* How an action names its other case: by the field of the input or the attribute of the case
 * (either may be NULL), and what that case goes through. False: it has none. Borrowed. */
bool workflow_partner(const struct workflow *workflow, const char *action, const char **ret_field,
                      const char **ret_attribute, const char **ret_action);
/* Why a guard refuses, for people; guard as workflow_step says it in ret_why. */
void workflow_guard_words(const struct workflow *workflow, const char *guard, bool english,
                          struct wg_text *out);
/* What a clock counts, one after the other: its limit, and the days that were granted on top, which
 * are of the limit's own kind. They are added to days, and go before minutes, so that what is used
 * up at the end of an interval still is. The number of legs. */
size_t workflow_clock_legs(const struct workflow_clock *clock, struct wg_limit ret_legs[2]);
/* What people call a clock, and who answers for it: "holder", "assignee" or a role; "" where the
 * file has no such clock. Borrowed. */
const char *workflow_clock_title(const struct workflow *workflow, const char *clock, bool english);
const char *workflow_clock_owner(const struct workflow *workflow, const char *clock);
/* True unless the action is a note. An action that is not there is deciding. */
bool workflow_decides(const struct workflow *workflow, const char *action, int32_t task);
/* True of an action with this flag: approve, it grants what was asked for; split, it makes a part a
 * case of its own, whose parent this is. */
bool workflow_flagged(const struct workflow *workflow, const char *action, const char *flag);
/* The name of the field of this type ("staff", "party", "parties", "tasks", "case"); NULL: it has
 * none. */
const char *workflow_field_of_type(const struct workflow *workflow, const char *action,
                                   const char *type);

/* What this person may do now, with forms: [{"action", "title", "deciding", "fields": […]}]; the
 * caller owns it. facts as for a step. */
struct json_object *workflow_legal(const struct workflow *workflow, const struct workflow_ask *ask,
                                   bool english);
