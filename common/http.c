/* The life of a request: created at its headers; its body gathered (or given on, piece by piece);
 * its caller found; handled; suspended until it is replied to; answered; freed when libmicrohttpd
 * says it is over. No descriptor wakes for a resumed connection, so MHD_run is called after every
 * resume (research: its own epoll thread stalls; an external loop does not). */
#include "common/http.h"

#include <ctype.h>
#include <errno.h>
#include <microhttpd.h>
#include <string.h>
#include <strings.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "common/access.h"
#include "common/clock.h"
#include "common/error.h"
#include "common/fault.h"
#include "common/json.h"
#include "common/log.h"
#include "common/metrics.h"
#include "common/service.h"
#include "common/text.h"

enum {
    BODY_MOST = 1 << 20,
    PARAMS_MOST = 4,
    HEADERS_MOST = 6,
    ROUNDS_MOST = 64,
    CONNECTIONS_MOST = 2000
};
enum { MEMORY_BYTES = 48 << 10, IDLE_SECONDS = 75 };

enum stage { READING, ASKING, HANDLING, REPLIED, ANSWERED };

struct param {
    char name[24];
    char value[300];
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
    struct param params[PARAMS_MOST];
    struct header headers[HEADERS_MOST];
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
    char socket_path[108];
    size_t open;
    bool run_asked;
    struct wg_metric *requests, *refusals, *failures, *latency, *open_gauge;
};

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

static void resume(struct wg_request *request)
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
        if (value == 0 || value >= sizeof param->value || request->n_params == PARAMS_MOST)
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

static void caller_known(struct wg_request *request, const struct wg_caller *caller, void *arg)
{
    (void)arg;
    request->caller = *caller;
    request->stage = READING;
    if (caller->key_id == 0 && (request->route->flags & WG_OPEN) == 0) {
        request->stage = HANDLING;
        wg_reply_header(request, "WWW-Authenticate", "Bearer");
        wg_reply_refusal(request, 401, "key-required", "需要密钥或登录",
                         "A key or a session is needed");
        return;
    }
    if ((request->route->flags & WG_STREAM) != 0) {
        request->stream_begun = true;
        request->stage = HANDLING;
        request->http->stream.begin(request, request->http->arg);
        resume(request); /* the body may now be read */
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
    snprintf(request->method, sizeof request->method, "%s", method);
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

static int listen_unix(struct wg_http *http)
{
    const struct wg_common_settings *settings = wg_service_settings(http->service);
    struct sockaddr_un address = { .sun_family = AF_UNIX };
    int n = snprintf(http->socket_path, sizeof http->socket_path, "%s/%s-%lld.sock", settings->run,
                     wg_service_name(http->service), (long long)settings->instance);
    if (n >= (int)sizeof address.sun_path)
        return wg_fail(-ENAMETOOLONG, "socket in %s", settings->run);
    memcpy(address.sun_path, http->socket_path, (size_t)n + 1);
    int listener = socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    if (listener < 0)
        return wg_fail(-errno, "socket");
    unlink(http->socket_path); /* what a killed instance of this number left behind */
    if (bind(listener, (struct sockaddr *)&address, sizeof address) != 0 ||
        listen(listener, 1024) != 0 ||
        chmod(http->socket_path, 0666) !=
            0) { /* who may reach it is decided by the folder's rights */
        int error = -errno;
        close(listener);
        return wg_fail(error, "listen on %s", http->socket_path);
    }
    return listener;
}

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
    add_metrics(http);
    int listener = listen_unix(http);
    if (listener < 0 || WG_FAULT(SERVICE_START_BIND) < 0) {
        wg_log_flush();
        exit(1);
    }
    http->daemon = MHD_start_daemon(
        MHD_USE_EPOLL | MHD_ALLOW_SUSPEND_RESUME | MHD_USE_ERROR_LOG, 0, NULL, NULL, on_request,
        http, MHD_OPTION_LISTEN_SOCKET, listener, MHD_OPTION_CONNECTION_LIMIT,
        (unsigned)CONNECTIONS_MOST, MHD_OPTION_CONNECTION_MEMORY_LIMIT, (size_t)MEMORY_BYTES,
        MHD_OPTION_CONNECTION_TIMEOUT, (unsigned)IDLE_SECONDS, MHD_OPTION_NOTIFY_COMPLETED,
        on_completed, http, MHD_OPTION_EXTERNAL_LOGGER, quiet, NULL, MHD_OPTION_END);
    if (http->daemon == NULL) {
        wg_log(WG_FATAL, "http-daemon", "socket=%s", http->socket_path);
        wg_log_flush();
        exit(1);
    }
    int epoll = MHD_get_daemon_info(http->daemon, MHD_DAEMON_INFO_EPOLL_FD)->epoll_fd;
    wg_service_watch(service, epoll, false, run_daemon, http);
    wg_service_timer(service, 1000, 0, run_daemon, http); /* idle connections end */
    wg_service_on_drain(service, drained, http);
    return http;
}

void wg_http_destroy(struct wg_http **http)
{
    struct wg_http *self = *http;
    if (self == NULL)
        return;
    unlink(self->socket_path);
    MHD_stop_daemon(self->daemon);
    free(self);
    *http = NULL;
}

size_t wg_http_open(const struct wg_http *http)
{
    return http->open;
}

void wg_http_on_stream(struct wg_http *http, const struct wg_stream *stream)
{
    http->stream = *stream;
}

/* ---- what a handler asks of its request */

const char *wg_request_method(const struct wg_request *request)
{
    return request->method;
}

const char *wg_request_path(const struct wg_request *request)
{
    return request->path;
}

const char *wg_request_param(const struct wg_request *request, const char *name)
{
    for (size_t i = 0; i < request->n_params; i++)
        if (strcmp(request->params[i].name, name) == 0)
            return request->params[i].value;
    return NULL;
}

const char *wg_request_query(const struct wg_request *request, const char *name)
{
    return MHD_lookup_connection_value(request->connection, MHD_GET_ARGUMENT_KIND, name);
}

struct query_search {
    const char *const *names;
    const char *unknown;
};

static enum MHD_Result look_at_query(void *arg, enum MHD_ValueKind kind, const char *key,
                                     const char *value)
{
    struct query_search *search = arg;
    (void)kind;
    (void)value;
    for (const char *const *name = search->names; *name != NULL; name++)
        if (strcmp(*name, key) == 0)
            return MHD_YES;
    search->unknown = key;
    return MHD_NO;
}

const char *wg_request_unknown_query(const struct wg_request *request, const char *const *names)
{
    struct query_search search = { .names = names };
    MHD_get_connection_values(request->connection, MHD_GET_ARGUMENT_KIND, look_at_query, &search);
    return search.unknown;
}

const char *wg_request_header(const struct wg_request *request, const char *name)
{
    return MHD_lookup_connection_value(request->connection, MHD_HEADER_KIND, name);
}

const char *wg_request_address(const struct wg_request *request)
{
    const char *address = wg_request_header(request, "X-Real-IP");
    return address == NULL ? "local" : address;
}

const struct wg_caller *wg_request_caller(const struct wg_request *request)
{
    return &request->caller;
}

const char *wg_request_body(const struct wg_request *request, size_t *ret_length)
{
    *ret_length = request->body.length;
    return request->body.bytes == NULL ? "" : request->body.bytes;
}

/* Chinese first: English only where the header names it before any Chinese. */
bool wg_request_english(const struct wg_request *request)
{
    const char *wish = wg_request_header(request, "Accept-Language");
    for (; wish != NULL && *wish != '\0'; wish++) {
        if (strncasecmp(wish, "zh", 2) == 0)
            return false;
        if (strncasecmp(wish, "en", 2) == 0)
            return true;
    }
    return false;
}

int64_t wg_request_started(const struct wg_request *request)
{
    return request->started;
}

struct json_object *wg_request_json(struct wg_request *request)
{
    struct wg_json_verdict verdict;
    size_t length;
    const char *bytes = wg_request_body(request, &length);
    struct json_object *object = wg_json_parse(bytes, length, &verdict);
    if (object != NULL && json_object_is_type(object, json_type_object))
        return object;
    char zh[200], en[200];
    if (object != NULL || verdict.fault == WG_JSON_FINE) {
        snprintf(zh, sizeof zh, "请求体应是一个 JSON 对象");
        snprintf(en, sizeof en, "The body must be a JSON object");
    } else {
        snprintf(zh, sizeof zh, "%s(第 %zu 字节)", wg_json_fault_text(verdict.fault, 0),
                 verdict.offset);
        snprintf(en, sizeof en, "%s (at byte %zu)", wg_json_fault_text(verdict.fault, 1),
                 verdict.offset);
    }
    json_object_put(object);
    struct wg_problem *problem =
        wg_problem_new(400, "bad-json", "请求体不是合格的 JSON", "The body is not sound JSON");
    wg_problem_error(problem, "", zh, en);
    wg_reply_problem(request, &problem);
    return NULL;
}

/* ---- replies */

void wg_reply_header(struct wg_request *request, const char *name, const char *value)
{
    if (request->n_headers == HEADERS_MOST)
        abort();
    for (size_t i = 0; i < request->n_headers; i++)
        if (strcasecmp(request->headers[i].name, name) == 0)
            return;
    request->headers[request->n_headers++] =
        (struct header){ .name = name, .value = wg_strdup(value) };
}

static void count_status(struct wg_http *http, int status)
{
    wg_count(http->requests, 1);
    if (status >= 500)
        wg_count(http->failures, 1);
    else if (status >= 400)
        wg_count(http->refusals, 1);
}

void wg_reply_bytes(struct wg_request *request, int status, const char *type, const char *bytes,
                    size_t length)
{
    if (request->stage == REPLIED || request->stage == ANSWERED)
        abort(); /* every request is answered exactly once */
    char *copy = wg_strndup(bytes == NULL ? "" : bytes, length);
    request->response = MHD_create_response_from_buffer(length, copy, MHD_RESPMEM_MUST_FREE);
    request->status = status;
    MHD_add_response_header(request->response, MHD_HTTP_HEADER_CONTENT_TYPE, type);
    for (size_t i = 0; i < request->n_headers; i++)
        MHD_add_response_header(request->response, request->headers[i].name,
                                request->headers[i].value);
    count_status(request->http, status);
    request->stage = REPLIED;
    resume(request);
}

void wg_reply_json(struct wg_request *request, int status, struct json_object **body)
{
    size_t length;
    const char *bytes = json_object_to_json_string_length(
        *body, JSON_C_TO_STRING_PLAIN | JSON_C_TO_STRING_NOSLASHESCAPE, &length);
    wg_reply_bytes(request, status, "application/json", bytes, length);
    json_object_put(*body);
    *body = NULL;
}

void wg_reply_problem(struct wg_request *request, struct wg_problem **problem)
{
    int status = wg_problem_status(*problem);
    struct json_object *document = wg_problem_json(*problem, wg_request_english(request));
    size_t length;
    const char *bytes = json_object_to_json_string_length(
        document, JSON_C_TO_STRING_PLAIN | JSON_C_TO_STRING_NOSLASHESCAPE, &length);
    if (status == 429 || status == 503)
        wg_reply_header(request, "Retry-After", "1");
    wg_reply_bytes(request, status, "application/problem+json", bytes, length);
    json_object_put(document);
    wg_problem_destroy(problem);
}

void wg_reply_refusal(struct wg_request *request, int status, const char *type, const char *zh,
                      const char *en)
{
    struct wg_problem *problem = wg_problem_new(status, type, zh, en);
    wg_reply_problem(request, &problem);
}

/* ---- streamed bodies */

void wg_request_pause(struct wg_request *request)
{
    request->paused = true;
}

void wg_request_resume(struct wg_request *request)
{
    request->paused = false;
    if (!request->body_over)
        resume(request);
}

void wg_request_keep(struct wg_request *request, void *state)
{
    request->kept = state;
}

void *wg_request_kept(const struct wg_request *request)
{
    return request->kept;
}
