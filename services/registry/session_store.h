/* What of sessions and links talks SQL: a function for each flight, as in store.h; STORE_BUSY where
 * too much waits. */
#pragma once

#include "common/db.h"

#include "services/registry/registry.h"
#include "services/registry/store.h"

/* ---- a try to log in */

enum {
    OPENED_LOCKED_S,
    OPENED_LOCKS,
    OPENED_STAFF,
    OPENED_HASH,
    OPENED_ONE_TIME,
    OPENED_EXPIRED,
    OPENED_TOTP,
    OPENED_STEP,
    OPENED_POSTS,
    OPENED_CODE
};
struct session_try {
    const char *code; /* that was given; NULL: the staff id says who */
    int64_t staff_id; /* 0: unknown */
    const char *address;
    int64_t now;
    const char *why; /* of a refusal */
    bool locks;
};
int session_store_open(struct registry *registry, const struct session_try *try, wg_landed *landed,
                       void *arg) WG_MUST_USE;
int session_store_refuse(struct registry *registry, const struct session_try *try,
                         wg_landed *landed, void *arg) WG_MUST_USE;
/* Nobody waits for it. */
void session_store_spare(struct registry *registry, const struct session_try *try);

/* ---- sessions */

struct session_new {
    int64_t staff_id, now, until;
    const uint8_t *hash, *device_hash;         /* 32 bytes; device_hash NULL: not bound */
    const char *device, *must, *how, *address; /* device, must: NULL = none */
    int32_t idle_s;
    int64_t step;         /* of TOTP; 0: none */
    int64_t replaces;     /* session; 0: none */
    const char *password; /* a new hash to set in the same transaction; NULL: none */
};
/* The last two results: insert_session's (no row: the step was taken before) and, as
 * session_store_get's, what was made. A password's comes before them. */
int session_store_insert(struct registry *registry, const struct session_new *session,
                         wg_landed *landed, void *arg) WG_MUST_USE;

enum {
    SEEN_ID,
    SEEN_STAFF,
    SEEN_CODE,
    SEEN_NAME,
    SEEN_NAME_EN,
    SEEN_PARTY,
    SEEN_HOW,
    SEEN_DEVICE,
    SEEN_MUST,
    SEEN_SINCE,
    SEEN_UNTIL,
    SEEN_IDLE,
    SEEN_TOTP,
    SEEN_PASSWORD,
    SEEN_POSTS
};
int session_store_get(struct registry *registry, int64_t id, wg_landed *landed,
                      void *arg) WG_MUST_USE;
enum { LISTED_ID, LISTED_HOW, LISTED_DEVICE, LISTED_SINCE, LISTED_UNTIL, LISTED_USED };
int session_store_list(struct registry *registry, int64_t staff_id, const char *code,
                       wg_landed *landed, void *arg) WG_MUST_USE;
struct session_end {
    int64_t id, owner; /* owner 0: anybody's */
    const char *actor;
};
int session_store_end(struct registry *registry, const struct session_end *end, wg_landed *landed,
                      void *arg) WG_MUST_USE;
void session_store_tidy(struct registry *registry);

/* ---- passwords and second factors */

struct session_password {
    const char *code, *hash, *actor;
    int64_t until; /* of a one-time password */
};
int session_store_set_password(struct registry *registry, const struct session_password *password,
                               wg_landed *landed, void *arg) WG_MUST_USE;

struct session_totp {
    int64_t staff_id;
    const uint8_t *sealed;
    size_t length;
    int64_t step;
};
int session_store_enrol(struct registry *registry, const struct session_totp *totp,
                        wg_landed *landed, void *arg) WG_MUST_USE;
int session_store_read_totp(struct registry *registry, int64_t staff_id, wg_landed *landed,
                            void *arg) WG_MUST_USE;
int session_store_confirm(struct registry *registry, const struct session_totp *totp,
                          wg_landed *landed, void *arg) WG_MUST_USE;
int session_store_remove_totp(struct registry *registry, const char *code, const char *actor,
                              wg_landed *landed, void *arg) WG_MUST_USE;

/* ---- one-task links */

struct session_link {
    const uint8_t *hash; /* 32 bytes */
    const char *staff, *purpose, *actor;
    int64_t case_id, now, until;
    int32_t task, rate;
};
/* One row: the link's id or null; where it is null, whether the person is there, but may not have
 * the case. */
int session_store_make_link(struct registry *registry, const struct session_link *link,
                            wg_landed *landed, void *arg) WG_MUST_USE;
/* sight: what the caller may see, as may_see wants it; what they may not see is not there. */
int session_store_find_case(struct registry *registry, int64_t id, const char *sight,
                            wg_landed *landed, void *arg) WG_MUST_USE;
enum {
    LINKED_ID,
    LINKED_CODE,
    LINKED_NAME,
    LINKED_NAME_EN,
    LINKED_CASE,
    LINKED_TASK,
    LINKED_PURPOSE,
    LINKED_BY,
    LINKED_CREATED,
    LINKED_UNTIL,
    LINKED_USED,
    LINKED_REVOKED,
    LINKED_AREA
};
/* Results: session_store_find_case's, then the links. */
int session_store_list_links(struct registry *registry, int64_t case_id, const char *sight,
                             wg_landed *landed, void *arg) WG_MUST_USE;
/* sight NULL: it is the caller's own. */
int session_store_find_link(struct registry *registry, int64_t id, const char *sight,
                            wg_landed *landed, void *arg) WG_MUST_USE;
int session_store_revoke_link(struct registry *registry, int64_t id, const char *actor,
                              wg_landed *landed, void *arg) WG_MUST_USE;

/* ---- who somebody is at a single sign-on */

struct session_identity {
    const char *code, *issuer, *subject, *actor;
    int64_t id;
};
/* code: of the claim that names it; NULL: issuer and subject decide. */
int session_store_find_identity(struct registry *registry, const struct session_identity *identity,
                                wg_landed *landed, void *arg) WG_MUST_USE;
int session_store_make_identity(struct registry *registry, const struct session_identity *identity,
                                wg_landed *landed, void *arg) WG_MUST_USE;
int session_store_list_identities(struct registry *registry, const char *code, wg_landed *landed,
                                  void *arg) WG_MUST_USE;
int session_store_remove_identity(struct registry *registry,
                                  const struct session_identity *identity, wg_landed *landed,
                                  void *arg) WG_MUST_USE;
