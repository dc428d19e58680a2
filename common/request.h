/* The inside of a request, shared by http.c (its life) and request.c (what handlers ask and reply).
 */
#pragma once

#include <microhttpd.h>

#include "common/access.h"
#include "common/http.h"
#include "common/listen.h"
#include "common/pace.h"
#include "common/text.h"

enum { WG_PARAMS_IN_PATH = 4, WG_REPLY_HEADERS = 8 };

enum stage { READING, ASKING, HANDLING, REPLIED, ANSWERED };

struct param {
    char name[24];
    char value[96];
};

struct header {
    const char *name; /* a literal */
    char *value;
};

struct wg_request {
    struct wg_http *http;
    struct MHD_Connection *connection;
    const struct wg_route *route; /* NULL: no such path or method */
    char *path;
    char method[16];
    enum stage stage;
    bool suspended, paused, too_large, stream_begun, body_over, gone_told;
    struct wg_text body;
    struct wg_caller caller;
    size_t n_params, n_headers;
    struct param params[WG_PARAMS_IN_PATH];
    struct header headers[WG_REPLY_HEADERS];
    struct MHD_Response *response;
    int status;
    int64_t started;
    void *kept;
};

struct wg_http {
    struct wg_service *service;
    const struct wg_route *routes;
    size_t n_routes;
    struct wg_access *access;
    void *arg;
    struct wg_stream stream;
    struct MHD_Daemon *daemon;
    char socket_path[WG_LISTEN_ROOM];
    int epoll;
    struct wg_pace pace; /* of reading */
    size_t open;
    bool run_asked;
    struct wg_metric *requests, *refusals, *failures, *latency, *open_gauge;
};

/* Lets libmicrohttpd go on with a suspended request. In http.c. */
void wg_request_release(struct wg_request *request);
