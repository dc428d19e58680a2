#include "services/registry/answer.h"

#include <stdio.h>
#include <string.h>

#include "common/access.h"
#include "common/text.h"

bool answer_administrator(struct wg_request *request)
{
    if (wg_request_caller(request)->administrator)
        return true;
    wg_reply_refusal(request, 403, "forbidden", "只有管理员可以这样做",
                     "Only an administrator may do this");
    return false;
}

const char *answer_actor(const struct wg_caller *caller)
{
    static char actor[WG_CALLER_ROOM];
    wg_caller_name(caller, actor);
    return actor;
}

void answer_away(struct wg_request *request)
{
    wg_reply_refusal(request, 503, "database-away", "数据库暂时不可用，请稍后再试",
                     "The database is away for the moment; try again");
}

void answer_helper_full(struct wg_request *request)
{
    wg_reply_refusal(request, 503, "queue-full", "排队的请求过多，请稍后再试",
                     "Too many requests wait; try again");
}

void answer_helper_gone(struct wg_request *request)
{
    wg_reply_refusal(request, 503, "helper-gone", "处理中断，请重试",
                     "The work broke off; try again");
}

bool answer_session(struct wg_request *request)
{
    if (wg_request_caller(request)->session_id != 0)
        return true;
    wg_reply_refusal(request, 403, "no-session", "只有登录的人员可以这样做",
                     "Only who has logged in may do this");
    return false;
}

void answer_locked(struct wg_request *request, int64_t seconds)
{
    char text[24];
    snprintf(text, sizeof text, "%lld", (long long)seconds);
    wg_reply_header(request, "Retry-After", text);
    wg_reply_refusal(request, 429, "locked-out", "登录失败次数过多，请稍后再试",
                     "Too many wrong log-ins; try again later");
}

void answer_cross_site(struct wg_request *request)
{
    wg_reply_refusal(request, 403, "cross-site", "请求须来自本站页面",
                     "The request must come from a page of this site");
}

/* ---- query parameters */

struct wg_problem *answer_parameters(struct wg_request *request, const char *const *names)
{
    struct wg_problem *problem =
        wg_problem_new(400, "bad-parameter", "查询参数有误", "Faulty query parameters");
    const char *unknown = wg_request_unknown_query(request, names);
    if (unknown != NULL)
        answer_parameter(problem, unknown, "没有这个参数", "There is no such parameter");
    return problem;
}

void answer_parameter(struct wg_problem *problem, const char *name, const char *zh, const char *en)
{
    struct fault fault = { .line = 1 };
    char pointer[FAULT_POINTER_ROOM];
    bool sayable = strlen(name) < sizeof fault.column && wg_utf8_valid(name, strlen(name));
    snprintf(fault.column, sizeof fault.column, "%s", sayable ? name : "");
    fault_pointer(&fault, pointer);
    wg_problem_error(problem, pointer + 2, zh, en); /* without the line */
}

bool answer_parameters_refused(struct wg_request *request, struct wg_problem **problem)
{
    if (wg_problem_errors(*problem) > 0) {
        wg_reply_problem(request, problem);
        return true;
    }
    wg_problem_destroy(problem);
    return false;
}

/* ---- changes */

void answer_change_faults(struct wg_request *request, struct faults *faults)
{
    struct wg_problem *problem = wg_problem_new(422, "invalid-change", "内容有误，什么都没有改",
                                                "Faulty; nothing was changed");
    for (size_t i = 0; i < faults->n; i++) {
        char zh[FAULT_TEXT_ROOM], en[FAULT_TEXT_ROOM], pointer[FAULT_POINTER_ROOM];
        faults->items[i].line = 1;
        fault_text(&faults->items[i], 0, zh);
        fault_text(&faults->items[i], 1, en);
        fault_pointer(&faults->items[i], pointer);
        wg_problem_error(problem, pointer + 2, zh, en); /* without the line */
    }
    wg_reply_problem(request, &problem);
}

/* ---- imports */

void answer_counts(struct wg_request *request, const char *kind, bool dry_run,
                   const struct answer_counts *counts)
{
    struct json_object *body = json_object_new_object();
    json_object_object_add(body, "kind", json_object_new_string(kind));
    json_object_object_add(body, "dry_run", json_object_new_boolean(dry_run));
    json_object_object_add(body, "rows", json_object_new_int64(counts->rows));
    json_object_object_add(body, "added", json_object_new_int64(counts->added));
    json_object_object_add(body, "changed", json_object_new_int64(counts->changed));
    json_object_object_add(body, "unchanged", json_object_new_int64(counts->unchanged));
    json_object_object_add(body, "faults", json_object_new_int(0));
    wg_reply_json(request, 200, &body);
}

static struct json_object *error_of(const struct fault *fault, bool english)
{
    char pointer[FAULT_POINTER_ROOM], text[FAULT_TEXT_ROOM];
    struct json_object *error = json_object_new_object();
    fault_pointer(fault, pointer);
    fault_text(fault, english, text);
    json_object_object_add(error, "pointer", json_object_new_string(pointer));
    json_object_object_add(error, "detail", json_object_new_string(text));
    if (fault->line > 0)
        json_object_object_add(error, "line", json_object_new_int64((int64_t)fault->line));
    if (fault->column[0] != '\0')
        json_object_object_add(error, "column", json_object_new_string(fault->column));
    return error;
}

/* A list of its own, since a problem keeps fewer than an import may have. */
void answer_faults(struct wg_request *request, const char *kind, int64_t rows,
                   struct faults *faults)
{
    bool english = wg_request_english(request);
    WG_AUTO(wg_problem_destroy)
    struct wg_problem *problem = wg_problem_new(422, "import-faults", "文件有误，什么都没有导入",
                                                "The file has faults; nothing was taken over");
    struct json_object *body = wg_problem_json(problem, english), *errors = json_object_new_array();
    faults_sort(faults);
    for (size_t i = 0; i < faults->n; i++)
        json_object_array_add(errors, error_of(&faults->items[i], english));
    json_object_object_add(body, "kind", json_object_new_string(kind));
    json_object_object_add(body, "rows", json_object_new_int64(rows));
    json_object_object_add(body, "faults", json_object_new_int64((int64_t)faults->total));
    json_object_object_add(body, "errors", errors);
    size_t length;
    const char *bytes = json_object_to_json_string_length(
        body, JSON_C_TO_STRING_PLAIN | JSON_C_TO_STRING_NOSLASHESCAPE, &length);
    wg_reply_bytes(request, 422, "application/problem+json", bytes, length);
    json_object_put(body);
}

void answer_broken(struct wg_request *request, const struct fault *fault)
{
    char zh[FAULT_TEXT_ROOM], en[FAULT_TEXT_ROOM], pointer[FAULT_POINTER_ROOM];
    struct wg_problem *problem =
        wg_problem_new(400, "bad-json", "请求体不是合格的 JSON", "The body is not sound JSON");
    fault_text(fault, 0, zh);
    fault_text(fault, 1, en);
    fault_pointer(fault, pointer);
    wg_problem_error(problem, pointer, zh, en);
    wg_reply_problem(request, &problem);
}

void answer_running(struct wg_request *request)
{
    wg_reply_refusal(request, 409, "import-running", "另一个导入正在进行，请稍后再试",
                     "Another import is running; try again when it is over");
}

void answer_large(struct wg_request *request)
{
    wg_reply_refusal(request, 413, "body-too-large", "文件超过 64 MiB",
                     "The file is larger than 64 MiB");
}

void answer_interrupted(struct wg_request *request)
{
    wg_reply_refusal(request, 503, "import-interrupted",
                     "导入中断；若未生效，请重新导入（重复导入无害）",
                     "The import was interrupted; send it again (twice is harmless)");
}

static const char calendar_example[] =
    "{\"code\":\"city\",\"timezone\":\"Asia/"
    "Shanghai\",\"hours\":[[\"08:30\",\"12:00\"],[\"14:00\",\"18:00\"]],"
    "\"workdays\":[1,2,3,4,5],\"holidays\":[\"2026-10-01\"],\"makeup\":[\"2026-10-10\"]}\n";

/* An example with every property empty: one feature of the right type. */
static void answer_geojson(struct wg_request *request, const struct kind *kind)
{
    bool point = strcmp(kind->name, "places") == 0;
    WG_AUTO(wg_text_destroy) struct wg_text text = { 0 };
    wg_text_printf(&text,
                   "{\"type\":\"FeatureCollection\",\"features\":[{\"type\":\"Feature\","
                   "\"geometry\":{\"type\":\"%s\",\"coordinates\":%s},\"properties\":{",
                   point ? "Point" : "Polygon",
                   point ? "[113.65,34.72]"
                         : "[[[113.65,34.72],[113.66,34.72],[113.66,34.73],[113.65,34.72]]]");
    bool first = true;
    for (size_t i = 0; i < kind->n; i++) {
        if (kind->columns[i].type == COLUMN_DEGREES)
            continue; /* the geometry says it */
        wg_text_printf(&text, "%s\"%s\":null", first ? "" : ",", kind->columns[i].name);
        first = false;
    }
    wg_text_put(&text, "}}]}\n");
    wg_reply_bytes(request, 200, "application/geo+json", text.bytes, text.length);
}

void answer_template(struct wg_request *request, const struct kind *kind)
{
    const char *accept = wg_request_header(request, "Accept");
    if (kind->document) {
        wg_reply_bytes(request, 200, "application/json", calendar_example,
                       strlen(calendar_example));
        return;
    }
    if (kind->drawn && accept != NULL && strstr(accept, "application/geo+json") != NULL) {
        answer_geojson(request, kind);
        return;
    }
    WG_AUTO(wg_text_destroy) struct wg_text text = { 0 };
    wg_text_put(&text, "\xEF\xBB\xBF"); /* so that spreadsheets take it for UTF-8 */
    for (size_t i = 0; i < kind->n; i++) {
        const char *names = kind->columns[i].zh, *end = strstr(names, COLUMN_NAMES_MARK);
        wg_text_printf(&text, "%s%.*s", i == 0 ? "" : ",",
                       (int)(end == NULL ? strlen(names) : (size_t)(end - names)), names);
    }
    for (size_t i = 0; i < kind->n; i++)
        wg_text_printf(&text, "%s%s", i == 0 ? "\r\n" : ",", kind->columns[i].name);
    wg_text_put(&text, "\r\n");
    char disposition[80];
    snprintf(disposition, sizeof disposition, "attachment; filename=\"%s.csv\"", kind->name);
    wg_reply_header(request, "Content-Disposition", disposition);
    wg_reply_bytes(request, 200, "text/csv; charset=utf-8", text.bytes, text.length);
}
