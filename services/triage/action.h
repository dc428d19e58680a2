/* One action on its way, shared by actions.c (the course) and replies.c (what the asker is told).
 */
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

/* Each replies; the action stays the caller's. */
void reply_list(struct action *action);
void reply_no_case(struct action *action);
void reply_away(struct action *action);
void reply_key_reused(struct action *action);
void reply_match_required(struct action *action);
void reply_illegal(struct action *action);
void reply_forbidden(struct action *action);
void reply_guard(struct action *action, const char *why);
/* events: columns of read_events.sql */
void reply_stale(struct action *action, const PGresult *events);
/* rows: columns of read_answer.sql */
void reply_done(struct action *action, const PGresult *rows, bool replayed);
