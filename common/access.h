/* Who may see and do what. One module decides from posts and areas. A caller is nobody
 * (anonymous), a key of a system, a key bound to a member of staff (who it then acts as), an
 * administrator's key, a member of staff who logged in (the session's cookie), or a person with a
 * one-task link, who is confined to one case or task. What they show is a row in api_keys, sessions
 * or links, found by BLAKE2b-256 of its text, cached two seconds at most, so that what was revoked
 * is silent within two seconds. A cookie comes along unasked, so a request with one that is not GET
 * must come from the door's own pages (wg_request_origin). */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/db.h"

struct wg_service;
struct wg_access;
struct wg_request;
struct wg_text;

struct wg_post {
    char post[24];  /* leader, dispatcher … */
    char area[20];  /* code */
    char level[12]; /* of the area: district, street, community, grid, micro */
    char
        reads[12]; /* restricted cases: "always", "waiting" (while nobody has them in hand) or "" */
    int64_t area_id;
};

struct wg_caller {
    int64_t key_id, session_id, link_id; /* one of them at most; all 0: nobody */
    int64_t staff_id;                    /* 0: no person */
    int32_t party_id; /* for whom the person acts; 0: for nobody but their posts */
    bool administrator;
    char must[24]; /* of a session: what it has to do before anything else; "" = nothing */
    struct {
        int64_t case_id;
        int task;    /* 0: the case itself */
    } link;          /* … that the link is confined to */
    char system[64]; /* "" unless the key speaks for a system */
    char area[20];   /* the area of a system's key, "" = all */
    int rate;        /* requests a second; 0: no limit */
    size_t n_posts;
    struct wg_post posts[8];
};

/* common/sql/find_caller.sql is prepared on db by its owner; statement: its index in the service's
 * own table. */
struct wg_access *wg_access_new(struct wg_service *service, struct wg_db *db, int statement);
void wg_access_destroy(struct wg_access **access);

/* Calls known with the caller (valid until it returns; copy what is kept) or replies itself: 401
 * for a wrong, revoked or malformed key, an ended session or link, 403 for a cookie that comes from
 * another site's page, 429 for too many wrong ones from an address or for a caller over their rate,
 * 503 where the database is away. A request with neither Authorization nor the session's cookie, or
 * with "Code …", is nobody; so is an ended session on a route that is open. */
void wg_access_find(struct wg_access *access, struct wg_request *request,
                    void (*known)(struct wg_request *request, const struct wg_caller *caller,
                                  void *arg),
                    void *arg);

/* The request is over before its caller was known: known will not be called. */
void wg_access_forget(struct wg_access *access, const struct wg_request *request);

/* The names of the cookies. */
#define WG_SESSION_COOKIE "wangge_session"
#define WG_DEVICE_COOKIE "wangge_device"

/* ---- decisions, pure */

bool wg_known(const struct wg_caller *caller); /* not nobody */
enum { WG_CALLER_ROOM = 32 };
/* "staff:7" for whoever logged in, "link:3", "key:5" even where it acts as somebody, "nobody". */
void wg_caller_name(const struct wg_caller *caller, char ret_name[WG_CALLER_ROOM]);
/* False where a link confines the caller to another case, or to another task of it (task 0: the
 * case itself, which a link to one of its tasks may not touch). Everybody else is judged by their
 * posts. */
bool wg_may_touch(const struct wg_caller *caller, int64_t case_id, int task);

/* May read what lies in the area with this code: administrators everywhere, staff inside the areas
 * of their posts (but for handlers, who act for a party), a system inside its area. */
bool wg_may_read(const struct wg_caller *caller, const char *area);
/* Holds the post in this area or in one above it. */
bool wg_has_post(const struct wg_caller *caller, const char *post, const char *area);
/* The ranges of codes that the caller may read: at most 8; low inclusive, high exclusive. */
struct wg_range {
    char low[20], high[20];
};
size_t wg_readable(const struct wg_caller *caller, struct wg_range ranges[8]);
/* What the caller may see, as JSON: the `sight` of the SQL function may_see
 * (schema/migrations/0008_shield.sql), which is the one rule on who sees a case. */
void wg_sight_write(const struct wg_caller *caller, struct wg_text *out);
