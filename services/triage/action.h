/* One action on its way, shared by actions.c (its course), action_request.c (what is asked),
 * action_rows.c (columns) and replies.c (what the asker is told). */
#pragma once

#include "common/access.h"
#include "common/crypto.h"
#include "common/http.h"

#include "services/triage/city_load.h"

struct actions;

struct action {
    struct actions *owner;
    struct wg_request *request;
    struct wg_caller caller;
    int64_t case_id;
    char name[40];
    struct json_object *input; /* the action's own fields */
    bool only_list;            /* GET */
    bool has_match;
    int32_t match; /* of If-Match */
    uint8_t key[WG_HASH_BYTES], body[WG_HASH_BYTES];
    int rounds; /* how often it was decided */
    /* as read */
    struct workflow_case before;
    double lat, lon;
    bool has_point, reporter_has_mail;
    int64_t holder; /* chosen, by code */
    const struct workflow *workflow;
    struct workflow_decision decision;
    int32_t n; /* of the event, once written */
};

void action_free(struct action **action);
struct workflow_actor action_actor(const struct action *action);

/* ---- action_request.c */

/* "12", or its number with date and check digit. 0: neither. */
int64_t action_case_id(const char *text);
/* False: it was answered. */
bool action_key_fine(struct wg_request *request);
bool action_take_body(struct action *action);
/* "<n>" of If-Match; a list or a weak tag never matches. */
void action_take_match(struct action *action);

/* ---- action_rows.c */

/* Takes what read_case.sql gave, but its workflow and the key's earlier use. */
void action_read(struct action *action, const PGresult *rows);
/* Of a wg_batch: locks the cases, then moves them. */
void action_build(struct wg_flight *flight, void **items, size_t n, void *arg);

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
/* rows: columns of read_answer.sql */
void reply_done(struct action *action, const PGresult *rows, bool replayed);
