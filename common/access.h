/* Who may see and do what. One module decides from posts and areas. A caller is nobody
 * (anonymous), a key of a system, a key bound to a member of staff (who it then acts as), or an
 * administrator's key. Keys are rows in api_keys, found by BLAKE2b-256 of their text, cached two
 * seconds at most, so that a revoked one is silent within two seconds. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/db.h"

struct wg_service;
struct wg_access;
struct wg_request;

struct wg_post {
    char post[24];  /* leader, dispatcher … */
    char area[20];  /* code */
    char level[12]; /* of the area: district, street, community, grid, micro */
    int64_t area_id;
};

struct wg_caller {
    int64_t key_id;   /* 0: nobody */
    int64_t staff_id; /* 0: no person */
    bool administrator;
    char system[64]; /* "" unless the key speaks for a system */
    char area[20];   /* the area of a system's key, "" = all */
    int rate;        /* requests a second; 0: no limit */
    size_t n_posts;
    struct wg_post posts[8];
};

/* The statements that access needs: common/sql/find_key.sql … is prepared on db by its owner.
 * statement: the index of find_key in the service's own table. */
struct wg_access *wg_access_new(struct wg_service *service, struct wg_db *db, int statement);
void wg_access_destroy(struct wg_access **access);

/* Calls known with the caller (valid until it returns; copy what is kept) or replies itself: 401
 * for a wrong, revoked or malformed key, 429 for too many wrong ones from an address or for a key
 * over its rate, 503 where the database is away. A request without Authorization, or with "Code …",
 * is nobody. */
void wg_access_find(struct wg_access *access, struct wg_request *request,
                    void (*known)(struct wg_request *request, const struct wg_caller *caller,
                                  void *arg),
                    void *arg);

/* The request is over before its caller was known: known will not be called. */
void wg_access_forget(struct wg_access *access, const struct wg_request *request);

/* ---- decisions, pure */

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
