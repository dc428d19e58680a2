/* HTTP on libmicrohttpd, driven by our own loop, on a unix socket: $WANGGE_RUN/<service>-<n>.sock.
 * A request is suspended until its handler replies, which may be much later (after the commit).
 * Every request is answered exactly once. Every error is a problem (RFC 9457) in our format. GET
 * /healthz and /metrics are served here for every service. Limits: header 10 KiB (nginx), body 1
 * MiB unless the route streams. */
#pragma once

#include <json-c/json.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/memory.h"
#include "common/problem.h"

struct wg_service;
struct wg_http;
struct wg_request;
struct wg_caller; /* common/access.h */
struct wg_access;

typedef void wg_handler(struct wg_request *request, void *arg);

enum wg_route_flag {
    WG_OPEN = 1,   /* answers without key; a key that is given must still be right, a session that
                  is not finished counts as nobody */
    WG_STREAM = 2, /* the body is given piece by piece to on_data instead of being gathered */
    WG_LINK = 4,   /* serves one-task links too: the handler asks wg_may_touch; others get 403 */
    WG_EARLY = 8,  /* serves a session that still has to change its password or enrol */
};

struct wg_route {
    const char *method;
    const char *path; /* "/api/v1/cases/{id}/actions"; {name} matches one segment */
    unsigned flags;
    wg_handler *handle; /* called when the body is complete and the caller is known */
};

/* arg is given to every handler. routes stay the caller's. access may be NULL (only WG_OPEN routes
 * then). */
struct wg_http *wg_http_new(struct wg_service *service, const struct wg_route *routes, size_t n,
                            struct wg_access *access, void *arg);
void wg_http_destroy(struct wg_http **http);

/* ---- a request: valid from handle until it is replied to */

const char *wg_request_method(const struct wg_request *request);
const char *wg_request_path(const struct wg_request *request);
const char *wg_request_param(const struct wg_request *request,
                             const char *name); /* {name}, decoded */
const char *wg_request_query(const struct wg_request *request,
                             const char *name); /* NULL: not given */
/* The name of the first query parameter that is not in names (NULL-ended); NULL if all are known.
 */
const char *wg_request_unknown_query(const struct wg_request *request, const char *const *names);
const char *wg_request_header(const struct wg_request *request,
                              const char *name); /* NULL: not given */
const char *wg_request_cookie(const struct wg_request *request,
                              const char *name);        /* NULL: not given */
bool wg_request_open(const struct wg_request *request); /* its route is WG_OPEN */
bool wg_request_tls(const struct wg_request *request);  /* the door speaks https */
enum wg_origin {
    WG_ORIGIN_NONE,  /* no Origin: no browser's page, or a plain GET */
    WG_ORIGIN_DOOR,  /* a page of this door */
    WG_ORIGIN_OTHER, /* somebody else's */
};
enum wg_origin wg_request_origin(const struct wg_request *request);
/* The client's address as nginx saw it (X-Real-IP); "local" where there is none. */
const char *wg_request_address(const struct wg_request *request);
const struct wg_caller *wg_request_caller(const struct wg_request *request);
const char *wg_request_body(const struct wg_request *request, size_t *ret_length);
bool wg_request_english(const struct wg_request *request);    /* Accept-Language prefers English */
int64_t wg_request_started(const struct wg_request *request); /* wg_clock_mono */

/* The body, declared as application/json, checked by common/json and parsed; the caller owns it.
 * NULL: it was answered with a problem. */
struct json_object *wg_request_json(struct wg_request *request);

/* A header of the coming reply. */
void wg_reply_header(struct wg_request *request, const char *name, const char *value);
/* Set-Cookie, HttpOnly and SameSite=Strict, Secure where the door speaks https. "" as value removes
 * it. */
void wg_reply_cookie(struct wg_request *request, const char *name, const char *value,
                     int64_t seconds);
/* The same for one that must come along when another site sends the browser here (SameSite=Lax), to
 * addresses below path alone. */
void wg_reply_lax_cookie(struct wg_request *request, const char *name, const char *value,
                         int64_t seconds, const char *path);
/* Replies; takes the body. */
void wg_reply_json(struct wg_request *request, int status, struct json_object **body);
/* Replies with these bytes, copied. */
void wg_reply_bytes(struct wg_request *request, int status, const char *type, const char *bytes,
                    size_t length);

/* ---- problems (common/problem.h) as replies */

/* Replies; takes the problem. 429 and 503 carry Retry-After: 1 unless a header was set. */
void wg_reply_problem(struct wg_request *request, struct wg_problem **problem);
/* In one line, for problems without fields. */
void wg_reply_refusal(struct wg_request *request, int status, const char *type, const char *zh,
                      const char *en);

/* ---- streamed bodies (WG_STREAM) */

/* Called for each piece while the body arrives, then handle once. Set by the handler's service with
 * wg_http_on_data before requests come. begin is called first, when caller and headers are known;
 * it may reply at once (the rest of the body is then read and dropped). */
struct wg_stream {
    wg_handler *begin;
    void (*data)(struct wg_request *request, const char *bytes, size_t length, void *arg);
    wg_handler *gone; /* the connection broke before the body was complete; do not reply */
};
void wg_http_on_stream(struct wg_http *http, const struct wg_stream *stream);
/* Stops and resumes reading a streamed body (back-pressure). */
void wg_request_pause(struct wg_request *request);
void wg_request_resume(struct wg_request *request);
/* A place for the handler's own state; freed by the handler. */
void wg_request_keep(struct wg_request *request, void *state);
void *wg_request_kept(const struct wg_request *request);
