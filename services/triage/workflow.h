/* The engine: one pure function steps a case through a workflow file. It touches no socket, clock
 * or database and knows no state, action or category by name; its own words (guards, effects,
 * needs, fields' types) stand in one table in workflow.c. The log can therefore be replayed by
 * another program, and a change rehearsed. */
#pragma once

#include <json-c/json.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/calendar.h"
#include "common/problem.h"
#include "common/text.h"

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
/* True where a case that walks all the way at its opening tells anybody but the holder and the
 * reporter. */
bool workflow_walk_tells_roles(const struct workflow *workflow);
const char *workflow_initial(const struct workflow *workflow);
/* The i-th role that its notices may name, and the post that stands for it; NULL: there are no
 * more. At most WORKFLOW_ROLES. Borrowed. */
const char *workflow_role(const struct workflow *workflow, size_t i, const char **ret_post);

enum { WORKFLOW_CLOCKS = 8 };

struct workflow_clock {
    char name[24];
    int64_t start, due, calendar; /* calendar: its version */
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
    size_t n_clocks; /* those that run */
    struct workflow_clock clocks[WORKFLOW_CLOCKS];
};

/* The running clocks as JSON, {"<clock>": {"start": µs, "due": µs, "calendar": version}}: what
 * `cases` and the event's effects hold. key as in common/writer.h. */
void workflow_write_clocks(const struct workflow_case *from, struct wg_text *out, const char *key);
/* Reads them back; what does not fit is left out. */
void workflow_read_clocks(struct workflow_case *to, struct json_object *clocks);

enum { WORKFLOW_PEOPLE = 8, WORKFLOW_NOTICES = 4, WORKFLOW_LIMITS = 6, WORKFLOW_ROLES = 4 };

/* What the caller found out; stored in the event. */
struct workflow_facts {
    const struct wg_calendar *calendar;
    int64_t calendar_version, city_version;
    /* the place: where, or why not ("place", "outside", "grid"; NULL = known) */
    const char *place_reason;
    int64_t area_id;
    char area[20];
    const char *place_rule; /* "polygon", "given" or "chosen" */
    /* the category; code "" = none */
    char category[44], grade[24];
    bool restricted;
    size_t n_limits;
    struct {
        char clock[24];
        struct wg_limit limit;
    } limits[WORKFLOW_LIMITS];
    /* who would hold it; 0 = nobody */
    int64_t holder;
    const char *holder_rule;
    /* who must be told, by role */
    size_t n_roles;
    struct {
        const char *role;
        size_t n;
        int64_t staff[WORKFLOW_PEOPLE];
    } roles[WORKFLOW_ROLES];
    bool reporter_has_mail;
};

struct workflow_actor {
    int64_t staff_id; /* 0 = the system */
    bool (*has_post)(const char *post, const char *area, const void *arg);
    const void *arg;
};

struct workflow_notice {
    char rule[32];
    bool to_reporter;
    size_t n;
    int64_t staff[WORKFLOW_PEOPLE];
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
    const struct workflow_actor *actor;
    const struct workflow_facts *facts;
    struct json_object *input; /* the action's own fields */
    int64_t now;
};
/* On a refusal nothing is decided; faults go to problem (RFC 6901 pointers). */
int workflow_step(const struct workflow *workflow, const struct workflow_ask *ask,
                  struct workflow_decision *ret_decision, struct wg_problem *problem,
                  const char **ret_why) WG_MUST_USE;

/* What this person may do now, with forms: [{"action", "title", "fields": […]}]; the caller owns
 * it. */
struct json_object *workflow_legal(const struct workflow *workflow,
                                   const struct workflow_case *before,
                                   const struct workflow_actor *actor, bool english);
