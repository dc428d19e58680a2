/* What a handler asks of its request, and how it replies. */
#include "common/request.h"

#include <string.h>
#include <strings.h>

#include "common/json.h"
#include "common/metrics.h"

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

const char *wg_request_cookie(const struct wg_request *request, const char *name)
{
    return MHD_lookup_connection_value(request->connection, MHD_COOKIE_KIND, name);
}

bool wg_request_open(const struct wg_request *request)
{
    return (request->route->flags & WG_OPEN) != 0;
}

bool wg_request_tls(const struct wg_request *request)
{
    const char *scheme = wg_request_header(request, "X-Forwarded-Proto");
    return scheme != NULL && strcmp(scheme, "https") == 0;
}

/* Only the host is compared where the door speaks http: before it may stand one that speaks https.
 */
enum wg_origin wg_request_origin(const struct wg_request *request)
{
    const char *origin = wg_request_header(request, "Origin"),
               *host = wg_request_header(request, "Host");
    if (origin == NULL)
        return WG_ORIGIN_NONE;
    bool https = strncasecmp(origin, "https://", 8) == 0,
         http = strncasecmp(origin, "http://", 7) == 0;
    if (host == NULL || !(https || (http && !wg_request_tls(request))))
        return WG_ORIGIN_OTHER;
    return strcasecmp(origin + (https ? 8 : 7), host) == 0 ? WG_ORIGIN_DOOR : WG_ORIGIN_OTHER;
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

static bool is_json(const struct wg_request *request)
{
    static const char wanted[] = "application/json";
    const char *type = wg_request_header(request, "Content-Type");
    size_t length = sizeof wanted - 1;
    return type != NULL && strncasecmp(type, wanted, length) == 0 &&
           (type[length] == '\0' || type[length] == ';' || type[length] == ' ');
}

struct json_object *wg_request_json(struct wg_request *request)
{
    if (!is_json(request)) {
        wg_reply_refusal(request, 415, "unsupported-media-type", "请用 application/json",
                         "Send application/json");
        return NULL;
    }
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
    if (request->n_headers == WG_REPLY_HEADERS)
        abort();
    for (size_t i = 0; i < request->n_headers; i++)
        if (strcasecmp(request->headers[i].name, name) == 0)
            return;
    request->headers[request->n_headers++] =
        (struct header){ .name = name, .value = wg_strdup(value) };
}

static void add_cookie(struct wg_request *request, const char *name, const char *value,
                       const char *rest)
{
    WG_AUTO(wg_text_destroy) struct wg_text text = { 0 };
    if (request->n_headers == WG_REPLY_HEADERS)
        abort();
    wg_text_printf(&text, "%s=%s; %s%s", name, value, rest,
                   wg_request_tls(request) ? "; Secure" : "");
    request->headers[request->n_headers++] =
        (struct header){ .name = "Set-Cookie", .value = wg_strdup(text.bytes) };
}

void wg_reply_cookie(struct wg_request *request, const char *name, const char *value,
                     int64_t seconds)
{
    char rest[80];
    snprintf(rest, sizeof rest, "Path=/; Max-Age=%lld; HttpOnly; SameSite=Strict",
             (long long)seconds);
    add_cookie(request, name, value, rest);
}

void wg_reply_lax_cookie(struct wg_request *request, const char *name, const char *value,
                         int64_t seconds, const char *path)
{
    char rest[160];
    snprintf(rest, sizeof rest, "Path=%s; Max-Age=%lld; HttpOnly; SameSite=Lax", path,
             (long long)seconds);
    add_cookie(request, name, value, rest);
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
    wg_request_release(request);
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
        wg_request_release(request);
}

void wg_request_keep(struct wg_request *request, void *state)
{
    request->kept = state;
}

void *wg_request_kept(const struct wg_request *request)
{
    return request->kept;
}
