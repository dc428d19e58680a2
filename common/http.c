/* The life of a request: created at its headers; its body gathered (or given on, piece by piece);
 * its caller found; handled; suspended until it is replied to; answered; freed when libmicrohttpd
 * says it is over. No descriptor wakes for a resumed connection, so MHD_run is called after every
 * resume (its own epoll thread stalls, an external loop does not:
 * docs/decisions/0001-one-loop-per-process.md). */
#include "common/http.h"

#include <errno.h>
#include <string.h>
#include <strings.h>
#include <unistd.h>

#include "common/clock.h"
#include "common/error.h"
#include "common/fault.h"
#include "common/listen.h"
#include "common/log.h"
#include "common/metrics.h"
#include "common/request.h"
#include "common/service.h"
#include "common/text.h"

enum { BODY_MOST = 1 << 20, ROUNDS_MOST = 64, CONNECTIONS_MOST = 2000 };
/* libmicrohttpd clears its pool after every request, and what is cleared leaves the CPU's cache: it
 * is as small as the headers that nginx lets pass (10 KiB) allow. */
enum { MEMORY_BYTES = 14 << 10, IDLE_SECONDS = 75, READ_EVERY_MS = 2 };

/* ---- running the daemon */

static void run_daemon(void *arg)
{
    struct wg_http *http = arg;
    MHD_UNSIGNED_LONG_LONG timeout;
    int rounds = 0;
    http->run_asked = false;
    do
        MHD_run(http->daemon);
    while (++rounds < ROUNDS_MOST && MHD_get_timeout(http->daemon, &timeout) == MHD_YES &&
           timeout == 0);
}

/* What comes after a pause is read at once. In a flood the descriptor would wake us for every other
 * request: then they are read together, every 2 ms. */
static void on_readable(void *arg)
{
    struct wg_http *http = arg;
    if (!wg_pace_may(&http->pace)) {
        wg_service_unwatch(http->service, http->epoll);
        return;
    }
    wg_pace_went(&http->pace);
    run_daemon(http);
}

static void on_pause_over(void *arg)
{
    struct wg_http *http = arg;
    wg_service_watch(http->service, http->epoll, false, on_readable, http);
    on_readable(http);
}

static void ask_run(struct wg_http *http)
{
    if (http->run_asked)
        return;
    http->run_asked = true;
    wg_service_soon(http->service, run_daemon, http);
}

static void suspend(struct wg_request *request)
{
    if (request->suspended)
        return;
    request->suspended = true;
    MHD_suspend_connection(request->connection);
}

void wg_request_release(struct wg_request *request)
{
    if (!request->suspended)
        return;
    request->suspended = false;
    MHD_resume_connection(request->connection);
    ask_run(request->http);
}

/* ---- routes */

/* Matches one path against one pattern, filling params; segments are compared whole. */
static bool match(const char *pattern, const char *path, struct wg_request *request)
{
    request->n_params = 0;
    while (*pattern != '\0') {
        if (*pattern != '{') {
            if (*pattern++ != *path++)
                return false;
            continue;
        }
        size_t name = strcspn(pattern, "}") - 1, value = strcspn(path, "/");
        struct param *param = &request->params[request->n_params];
        if (value == 0 || value >= sizeof param->value || request->n_params == WG_PARAMS_IN_PATH)
            return false;
        snprintf(param->name, sizeof param->name, "%.*s", (int)name, pattern + 1);
        snprintf(param->value, sizeof param->value, "%.*s", (int)value, path);
        request->n_params++;
        pattern += name + 2;
        path += value;
    }
    return *path == '\0';
}

static const struct wg_route *find_route(struct wg_http *http, struct wg_request *request,
                                         bool *ret_path_known)
{
    const char *method = strcmp(request->method, "HEAD") == 0 ? "GET" : request->method;
    *ret_path_known = false;
    for (size_t i = 0; i < http->n_routes; i++) {
        const struct wg_route *route = &http->routes[i];
        if (!match(route->path, request->path, request))
            continue;
        *ret_path_known = true;
        if (strcmp(route->method, method) == 0)
            return route;
    }
    return NULL;
}

/* ---- /healthz and /metrics, for every service */

static void reply_health(struct wg_request *request)
{
    struct wg_service *service = request->http->service;
    const char *reason = wg_service_reason(service);
    struct json_object *body = json_object_new_object();
    json_object_object_add(body, "service", json_object_new_string(wg_service_name(service)));
    json_object_object_add(body, "instance",
                           json_object_new_int64(wg_service_settings(service)->instance));
    json_object_object_add(body, "version",
                           json_object_new_string(wg_service_settings(service)->version));
    json_object_object_add(body, "ready", json_object_new_boolean(reason == NULL));
    json_object_object_add(body, "reason", reason == NULL ? NULL : json_object_new_string(reason));
    wg_reply_json(request, 200, &body);
}

static void reply_metrics(struct wg_request *request)
{
    WG_AUTO(wg_text_destroy) struct wg_text out = { 0 };
    wg_metrics_print(&out);
    wg_reply_bytes(request, 200, "text/plain; version=0.0.4", out.bytes, out.length);
}

static bool reply_common(struct wg_request *request)
{
    bool health = strcmp(request->path, "/healthz") == 0,
         metrics = strcmp(request->path, "/metrics") == 0;
    if ((!health && !metrics) || strcmp(request->method, "GET") != 0)
        return false;
    request->stage = HANDLING;
    if (health)
        reply_health(request);
    else
        reply_metrics(request);
    return true;
}

/* ---- handling */

static void reply_no_route(struct wg_request *request, bool path_known)
{
    request->stage = HANDLING;
    if (path_known)
        wg_reply_refusal(request, 405, "method-not-allowed", "此地址不支持该方法",
                         "This path does not take this method");
    else
        wg_reply_refusal(request, 404, "not-found", "没有这个地址", "There is no such path");
}

static void handle(struct wg_request *request)
{
    if (request->stage == REPLIED)
        return;
    request->stage = HANDLING;
    if (request->too_large)
        wg_reply_refusal(request, 413, "body-too-large", "请求体超过 1 MiB",
                         "The body is larger than 1 MiB");
    else
        request->route->handle(request, request->http->arg);
}

/* What nobody, a link and a session that is not finished may not; replied to. */
static bool refused(struct wg_request *request)
{
    const struct wg_caller *caller = &request->caller;
    unsigned flags = request->route->flags;
    bool link = caller->link_id != 0 && (flags & WG_LINK) == 0,
         early = caller->must[0] != '\0' && (flags & WG_EARLY) == 0;
    if (!link && !early && (wg_known(caller) || (flags & WG_OPEN) != 0))
        return false;
    request->stage = HANDLING;
    if (link) {
        wg_reply_refusal(request, 403, "link-other-object", "此链接只能用于它所指的事项",
                         "This link opens only what it was made for");
    } else if (early && strcmp(caller->must, "change-password") == 0) {
        wg_reply_refusal(request, 403, "password-change-required", "请先修改一次性密码",
                         "Change the one-time password first");
    } else if (early) {
        wg_reply_refusal(request, 403, "totp-enrolment-required", "请先绑定动态口令",
                         "Enrol a one-time code generator first");
    } else {
        wg_reply_header(request, "WWW-Authenticate", "Bearer");
        wg_reply_refusal(request, 401, "key-required", "需要密钥或登录",
                         "A key or a session is needed");
    }
    return true;
}

static void caller_known(struct wg_request *request, const struct wg_caller *caller, void *arg)
{
    (void)arg;
    request->caller = *caller;
    /* A session that is not finished is nobody yet. */
    if (caller->must[0] != '\0' && (request->route->flags & WG_OPEN) != 0)
        request->caller = (struct wg_caller){ 0 };
    request->stage = READING;
    if (refused(request))
        return;
    if ((request->route->flags & WG_STREAM) != 0) {
        request->stream_begun = true;
        request->stage = HANDLING;
        request->http->stream.begin(request, request->http->arg);
        wg_request_release(request); /* the body may now be read */
        return;
    }
    handle(request);
}

static void find_caller(struct wg_request *request)
{
    request->stage = ASKING;
    if (request->http->access == NULL) {
        const struct wg_caller nobody = { 0 };
        caller_known(request, &nobody, NULL);
    } else {
        wg_access_find(request->http->access, request, caller_known, NULL);
    }
}

/* ---- libmicrohttpd's side */

static struct wg_request *create(struct wg_http *http, struct MHD_Connection *connection,
                                 const char *url, const char *method)
{
    struct wg_request *request = wg_new(sizeof *request);
    request->http = http;
    request->connection = connection;
    request->path = wg_strdup(url);
    request->started = wg_clock_mono();
    wg_copy(request->method, sizeof request->method, method);
    http->open++;
    wg_set(http->open_gauge, (double)http->open);
    if (reply_common(request))
        return request;
    bool path_known;
    request->route = find_route(http, request, &path_known);
    if (request->route == NULL)
        reply_no_route(request, path_known);
    else if ((request->route->flags & WG_STREAM) != 0)
        find_caller(request);
    return request;
}

static void take_piece(struct wg_request *request, const char *bytes, size_t *length)
{
    bool stream = request->route != NULL && (request->route->flags & WG_STREAM) != 0;
    if (request->stage == REPLIED) { /* answered early: the rest is read and dropped */
        *length = 0;
        return;
    }
    if (stream &&
        !request->stream_begun) { /* the caller is not known yet: this piece comes again */
        suspend(request);
        return;
    }
    if (stream) {
        request->http->stream.data(request, bytes, *length, request->http->arg);
    } else if (request->body.length + *length > BODY_MOST) {
        request->too_large = true;
    } else {
        wg_text_add(&request->body, bytes, *length);
    }
    *length = 0;
    if (request->paused && request->stage != REPLIED)
        suspend(request);
}

static enum MHD_Result send_response(struct wg_request *request)
{
    request->stage = ANSWERED;
    enum MHD_Result result =
        MHD_queue_response(request->connection, (unsigned)request->status, request->response);
    return result;
}

static enum MHD_Result on_body_over(struct wg_request *request)
{
    bool stream = request->route != NULL && (request->route->flags & WG_STREAM) != 0;
    if (request->stage == REPLIED)
        return send_response(request);
    if (!request->body_over) {
        if (stream && !request->stream_begun) { /* called again once the caller is known */
            suspend(request);
            return MHD_YES;
        }
        request->body_over = true;
        if (stream)
            handle(request);
        else
            find_caller(request);
    }
    if (request->stage == REPLIED)
        return send_response(request);
    suspend(request);
    return MHD_YES;
}

static enum MHD_Result on_request(void *arg, struct MHD_Connection *connection, const char *url,
                                  const char *method, const char *version, const char *data,
                                  size_t *length, void **state)
{
    struct wg_http *http = arg;
    (void)version;
    if (*state == NULL) {
        *state = create(http, connection, url, method);
        return MHD_YES;
    }
    struct wg_request *request = *state;
    if (*length > 0) {
        take_piece(request, data, length);
        return MHD_YES;
    }
    return on_body_over(request);
}

static void on_completed(void *arg, struct MHD_Connection *connection, void **state,
                         enum MHD_RequestTerminationCode code)
{
    struct wg_http *http = arg;
    struct wg_request *request = *state;
    (void)connection;
    (void)code;
    if (request == NULL)
        return;
    if (request->stage == HANDLING && request->stream_begun && http->stream.gone != NULL)
        http->stream.gone(request, http->arg);
    if (request->stage == ASKING && http->access != NULL)
        wg_access_forget(http->access, request);
    http->open--;
    wg_set(http->open_gauge, (double)http->open);
    wg_observe(http->latency, wg_clock_mono() - request->started);
    if (request->response != NULL)
        MHD_destroy_response(request->response);
    for (size_t i = 0; i < request->n_headers; i++)
        free(request->headers[i].value);
    wg_text_destroy(&request->body);
    free(request->path);
    free(request);
    *state = NULL;
}

/* ---- start and end */

static void quiet(void *arg, const char *format, va_list arguments)
    __attribute__((format(printf, 2, 0)));
static void quiet(void *arg, const char *format, va_list arguments)
{
    (void)arg; /* broken connections are the clients' affair */
    (void)format;
    (void)arguments;
}

static bool drained(void *arg)
{
    const struct wg_http *http = arg;
    return http->open == 0;
}

static void add_metrics(struct wg_http *http)
{
    http->requests = wg_counter("wangge_http_requests_total", "requests answered");
    http->refusals = wg_counter("wangge_http_refusals_total", "answers with a 4xx status");
    http->failures = wg_counter("wangge_http_failures_total", "answers with a 5xx status");
    http->latency =
        wg_histogram("wangge_http_request_seconds", "from the headers to the end of the answer");
    http->open_gauge = wg_gauge("wangge_http_open_requests", "requests in hand");
}

struct wg_http *wg_http_new(struct wg_service *service, const struct wg_route *routes, size_t n,
                            struct wg_access *access, void *arg)
{
    struct wg_http *http = wg_new(sizeof *http);
    *http = (struct wg_http){
        .service = service, .routes = routes, .n_routes = n, .access = access, .arg = arg
    };
    http->pace = (struct wg_pace){
        .service = service, .every_ms = READ_EVERY_MS, .over = on_pause_over, .arg = http
    };
    add_metrics(http);
    int listener = wg_listen(service, http->socket_path);
    if (listener < 0 || WG_FAULT(SERVICE_START_BIND) < 0) {
        wg_log_flush();
        exit(1);
    }
    http->daemon = MHD_start_daemon(
        MHD_USE_EPOLL | MHD_ALLOW_SUSPEND_RESUME | MHD_USE_ERROR_LOG |
            MHD_USE_SUPPRESS_DATE_NO_CLOCK, /* nginx says the date */
        0, NULL, NULL, on_request, http, MHD_OPTION_LISTEN_SOCKET, listener,
        MHD_OPTION_CONNECTION_LIMIT, (unsigned)CONNECTIONS_MOST, MHD_OPTION_CONNECTION_MEMORY_LIMIT,
        (size_t)MEMORY_BYTES, MHD_OPTION_CONNECTION_TIMEOUT, (unsigned)IDLE_SECONDS,
        MHD_OPTION_NOTIFY_COMPLETED, on_completed, http, MHD_OPTION_EXTERNAL_LOGGER, quiet, NULL,
        MHD_OPTION_END);
    if (http->daemon == NULL) {
        wg_log(WG_FATAL, "http-daemon", "reason=%s", strerror(errno));
        wg_log_flush();
        exit(1);
    }
    http->epoll = MHD_get_daemon_info(http->daemon, MHD_DAEMON_INFO_EPOLL_FD)->epoll_fd;
    wg_service_watch(service, http->epoll, false, on_readable, http);
    wg_service_timer(service, 1000, 0, run_daemon, http); /* idle connections end */
    wg_service_on_drain(service, drained, http);
    return http;
}

void wg_http_destroy(struct wg_http **http)
{
    struct wg_http *self = *http;
    if (self == NULL)
        return;
    if (self->socket_path[0] != '\0')
        unlink(self->socket_path);
    MHD_stop_daemon(self->daemon);
    free(self);
    *http = NULL;
}

void wg_http_on_stream(struct wg_http *http, const struct wg_stream *stream)
{
    http->stream = *stream;
}
