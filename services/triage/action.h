/* One action on its way, shared by actions.c (its course), action_request.c (what is asked),
 * action_decide.c (what becomes of it), action_names.c (who and what its fields name) and replies.c
 * (what the asker is told). */
#pragma once

#include "common/access.h"
#include "common/crypto.h"
#include "common/http.h"

#include "services/triage/case_row.h"

struct actions;

enum { ACTION_NAMES = 16 };

struct action {
    struct actions *owner;
    const struct knowledge *knowledge;
    struct wg_request *request;
    struct wg_caller caller;
    int64_t case_id;
    int32_t task;  /* k; 0 = the case itself */
    bool by_task;  /* asked for by the number of a task */
    bool reporter; /* acts by the query code of one of the case's reports */
    int64_t report_id;
    char name[40];
    struct json_object *input;             /* the action's own fields */
    bool only_list;                        /* GET */
    void (*reader)(struct action *action); /* what a GET replies with */
    bool has_match, by_key;                /* If-Match, Idempotency-Key was sent */
    int32_t match;                         /* of If-Match */
    uint8_t key[WG_HASH_BYTES], body[WG_HASH_BYTES];
    int rounds; /* how often it was decided */
    /* as read */
    struct case_row row, partner;
    int64_t partner_id;
    const struct workflow *workflow, *partner_workflow;
    /* members of staff that the fields name, looked up */
    size_t n_names;
    struct {
        char code[48];
        int64_t staff; /* 0: nobody, or not within what the caller may read */
        bool barred;   /* the case is kept from them */
    } names[ACTION_NAMES];
    struct workflow_decision decision, partner_decision;
    int32_t n; /* of the event, once written */
};

void action_free(struct action **action);
/* Before it is decided (anew). */
void action_forget(struct action *action);

/* ---- action_decide.c */

struct workflow_actor action_actor(const struct action *action);
/* What a step of the case itself needs to know. */
void action_facts(const struct action *action, struct workflow_facts *ret_facts);
/* True: decision (and partner_decision) is to be written. False: it was answered. */
bool action_decide(struct action *action);

/* ---- action_request.c */

/* "12", its number with date and check digit, or that with "-k" of a task (ret_task; NULL: no task
 * is meant). 0: none of these. */
int64_t action_case_id(const char *text, int32_t *ret_task);
/* False: it was answered. */
bool action_key_fine(struct wg_request *request);
bool action_take_body(struct action *action);
/* "<n>" of If-Match; a list or a weak tag never matches. */
void action_take_match(struct action *action);

/* ---- action_names.c */

/* The codes of the members of staff that the fields name, to be looked up. */
void action_collect_names(struct action *action);
/* rows: columns of find_staff.sql. */
void action_take_names(struct action *action, const PGresult *rows);
/* Where the tasks stand that a step opens: in the action's own input or, where it approves, in that
 * of who asked. */
struct json_object *action_words(const struct action *action);
/* What the fields choose: place, category, holder, party. */
void action_chosen(const struct action *action, struct facts_input *ret_input);
/* Whom the tasks of the input are for. */
void action_name_tasks(const struct action *action, struct workflow_facts *facts);
/* … or who acts for the parties that it invites. */
void action_name_parties(const struct action *action, struct workflow_facts *facts);
/* Codes that the city does not have, before the engine is asked. */
void action_judge_names(const struct action *action, struct wg_problem *problem);

/* ---- replies.c */

/* Each replies; the action stays the caller's. */
void reply_list(struct action *action);
void reply_no_case(struct action *action);
void reply_away(struct action *action);
void reply_not_storable(struct action *action);
void reply_key_reused(struct action *action);
void reply_match_required(struct action *action);
void reply_illegal(struct action *action);
void reply_forbidden(struct action *action);
void reply_guard(struct action *action, const char *why);
/* events: columns of read_events.sql */
void reply_stale(struct action *action, const PGresult *events);
/* The action's own row of apply_steps.sql. */
void reply_done(struct action *action, const PGresult *rows, int row);
/* It was done by an earlier request with the same key. rows: columns of read_answer.sql */
void reply_done_before(struct action *action, const PGresult *rows, bool replayed);
