/* A session begins: its tokens, its row, its cookies, the answer. Shared by every way in. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "common/db.h"

struct registry;
struct wg_request;

enum { SESSION_DEVICE_MOST = 60, SESSION_MUST_ROOM = 24 };

struct session_begin {
    struct registry *registry;
    struct wg_request *request;
    int64_t staff_id;
    const char *how;      /* password, totp, sso */
    const char *device;   /* binds the session to a phone of this name; NULL: a desk's */
    const char *password; /* a new hash, set together with it; NULL: none */
    const char *posts;    /* the person's, a comma between */
    bool one_time, has_totp;
    int64_t step;     /* of TOTP; 0: none */
    int64_t replaces; /* session; 0: none */
    int status;       /* 201; 200 where one replaces another; 303 with location */
    const char *location;
    /* Called once, unless NULL. replayed: the TOTP step was taken before, and nothing was replied.
     */
    void (*over)(bool replayed, void *arg);
    void *arg;
};
/* Everything is copied. Replies, but for a replay. */
void session_begin(const struct session_begin *wish);

/* The answer to "who am I": a row of get_session. The caller owns it. */
struct json_object *session_json(const PGresult *rows, bool english);
/* True where one of these posts must have a second factor. */
bool session_needs_totp(const struct registry *registry, const char *posts);
