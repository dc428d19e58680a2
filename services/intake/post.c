#include "services/intake/post.h"

#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "common/access.h"
#include "common/clock.h"
#include "common/fault.h"
#include "common/json.h"
#include "common/log.h"
#include "common/writer.h"

enum { BODY_MOST = 1 << 20, KEY_MOST = 200 };

/* One JSON body on its way in. */
struct single {
    struct intake *intake;
    struct wg_request *request;
    struct wg_text body;
    bool too_large;
};

/* ---- decoding */

static void hash_key(struct submission *submission, const struct wg_caller *caller, const char *key)
{
    const struct report *report = &submission->report;
    char who[96];
    if (report->source_system != NULL) { /* a system's own id is the key, whatever else is given */
        wg_hash(submission->key_hash, NULL, "source", (size_t)6, report->source_system,
                strlen(report->source_system), report->source_id, strlen(report->source_id), NULL);
    } else {
        wg_caller_name(caller, who);
        wg_hash(submission->key_hash, NULL, "key", (size_t)3, who, strlen(who), key, strlen(key),
                NULL);
    }
    submission->has_key = true;
}

static struct wg_problem *json_problem(const struct wg_json_verdict *verdict)
{
    struct wg_problem *problem =
        wg_problem_new(400, "bad-json", "请求体不是合格的 JSON", "The body is not sound JSON");
    char zh[200], en[200];
    if (verdict->fault == WG_JSON_FINE) {
        snprintf(zh, sizeof zh, "应是一个 JSON 对象");
        snprintf(en, sizeof en, "must be a JSON object");
    } else {
        snprintf(zh, sizeof zh, "%s(第 %zu 字节)", wg_json_fault_text(verdict->fault, 0),
                 verdict->offset);
        snprintf(en, sizeof en, "%s (at byte %zu)", wg_json_fault_text(verdict->fault, 1),
                 verdict->offset);
    }
    wg_problem_error(problem, "", zh, en);
    return problem;
}

struct submission *post_decode(struct intake *intake, const struct wg_request *request,
                               const char *bytes, size_t length, const char *key,
                               struct wg_problem **ret_problem)
{
    const struct wg_caller *caller = wg_request_caller(request);
    const struct report_known known = {
        .category = codes_have_category,
        .area = codes_have_area,
        .arg = intake->codes,
        .system = caller->system,
        .sources = intake->sources,
        .staff = caller->staff_id != 0,
        .now = wg_clock_now(),
    };
    struct wg_json_verdict verdict;
    if (!codes_complete(intake->codes)) { /* just started: no code can be judged yet */
        *ret_problem = post_condition_problem(STORE_AWAY);
        return NULL;
    }
    struct json_object *json = wg_json_parse(bytes, length, &verdict);
    if (json == NULL || !json_object_is_type(json, json_type_object)) {
        json_object_put(json);
        *ret_problem = json_problem(&verdict);
        return NULL;
    }
    struct submission *submission = wg_new(sizeof *submission);
    *ret_problem = report_decode(&submission->report, &json, &known);
    if (*ret_problem != NULL) {
        post_free(&submission);
        return NULL;
    }
    submission->report.entered_by = caller->staff_id;
    if (key != NULL || submission->report.source_system != NULL) {
        hash_key(submission, caller, key);
        wg_hash(submission->body_hash, NULL, bytes, length, NULL);
    }
    return submission;
}

void post_free(struct submission **submission)
{
    if (*submission == NULL)
        return;
    report_clear(&(*submission)->report);
    free(*submission);
    *submission = NULL;
}

/* ---- answers */

void post_answer(const struct intake *intake, const struct submission *submission,
                 struct wg_text *out, char ret_number[WG_NUMBER_ROOM])
{
    char code[WG_CODE_ROOM], digits[WG_INT_ROOM], self[96];
    wg_number_write(submission->first_id, submission->first_received_at, ret_number);
    wg_code_write(intake->code_key, submission->first_id, code);
    wg_int_write(submission->first_id, digits);
    wg_write_string(out, "id", digits);
    wg_write_string(out, "number", ret_number);
    wg_write_string(out, "query_code", code);
    snprintf(self, sizeof self, "/api/v1/reports/%s", ret_number);
    wg_write_object(out, "links");
    wg_write_string(out, "self", self);
    wg_write_end_object(out);
}

struct wg_problem *post_verdict_problem(enum verdict verdict)
{
    switch (verdict) {
    case KEY_REUSED:
        return wg_problem_new(422, "idempotency-key-reused", "同一幂等键已用于另一内容",
                              "The same idempotency key was used with another body");
    case REFUSED:
        return wg_problem_new(422, "not-storable", "内容无法保存", "The content cannot be stored");
    case FATE_UNKNOWN:
        return wg_problem_new(
            503, "fate-unknown", "是否已保存尚不确定，请用同一幂等键重试",
            "Whether it was stored is not known; try again with the same idempotency key");
    case ACCEPTED:
    case REPLAYED:
    case UNAVAILABLE:
        break;
    }
    return wg_problem_new(503, "database-away", "数据库暂不可用，未保存，请稍后重试",
                          "The database is away; nothing was stored; try again later");
}

struct wg_problem *post_condition_problem(int condition)
{
    if (condition == STORE_FULL)
        return wg_problem_new(503, "queue-full", "系统繁忙，未保存，请稍后重试",
                              "The queue is full; nothing was stored; try again later");
    if (condition == STORE_DISK)
        return wg_problem_new(503, "disk-nearly-full", "存储空间不足，未保存",
                              "The disk is nearly full; nothing was stored");
    return post_verdict_problem(UNAVAILABLE);
}

/* ---- one report */

static void single_free(struct single **single)
{
    if (*single == NULL)
        return;
    wg_text_destroy(&(*single)->body);
    free(*single);
    *single = NULL;
}

static void reply_accepted(struct intake *intake, struct wg_request *request,
                           const struct submission *submission)
{
    char number[WG_NUMBER_ROOM], location[96];
    WG_AUTO(wg_text_destroy) struct wg_text body = { 0 };
    wg_write_object(&body, NULL);
    post_answer(intake, submission, &body, number);
    wg_write_end_object(&body);
    snprintf(location, sizeof location, "/api/v1/reports/%s", number);
    wg_reply_header(request, "Location", location);
    if (submission->verdict == REPLAYED)
        wg_reply_header(request, "Idempotency-Replayed", "true");
    wg_reply_bytes(request, 201, "application/json", body.bytes, body.length);
}

static void single_answered(struct submission *submission)
{
    struct single *single = submission->owner;
    struct wg_problem *problem = NULL;
    if (submission->answered_early) {
        /* bug.reply_early: the 201 has gone out long ago */
    } else if (submission->verdict == ACCEPTED || submission->verdict == REPLAYED) {
        reply_accepted(single->intake, single->request, submission);
    } else {
        problem = post_verdict_problem(submission->verdict);
        wg_reply_problem(single->request, &problem);
    }
    single_free(&single);
    post_free(&submission);
}

/* A deliberate bug for the checker: says 201 before the commit. */
static void reply_early(struct single *single, struct submission *submission)
{
    if (WG_FAULT(BUG_REPLY_EARLY) == 0)
        return;
    submission->answered_early = true;
    submission->first_id = submission->report.id;
    submission->first_received_at = submission->report.received_at;
    reply_accepted(single->intake, single->request, submission);
}

static bool key_fine(struct wg_request *request, const char *key)
{
    size_t length = key == NULL ? 1 : strlen(key);
    if (length >= 1 && length <= KEY_MOST)
        return true;
    wg_reply_refusal(request, 400, "bad-idempotency-key", "Idempotency-Key 应为 1 至 200 字节",
                     "Idempotency-Key must have 1 to 200 bytes");
    return false;
}

static void single_end(struct single *single)
{
    struct wg_request *request = single->request;
    struct wg_problem *problem = NULL;
    const char *key = wg_request_header(request, "Idempotency-Key");
    const char *bytes = single->body.bytes == NULL ? "" : single->body.bytes;
    struct submission *submission = NULL;
    if (single->too_large)
        wg_reply_refusal(request, 413, "body-too-large", "请求体超过 1 MiB",
                         "The body is larger than 1 MiB");
    else if (key_fine(request, key))
        submission =
            post_decode(single->intake, request, bytes, single->body.length, key, &problem);
    if (problem != NULL)
        wg_reply_problem(request, &problem);
    if (submission == NULL) {
        single_free(&single);
        return;
    }
    submission->owner = single;
    submission->answered = single_answered;
    int condition = store_submit(single->intake->store, submission, single->body.length + 200);
    if (condition == 0) {
        reply_early(single, submission);
        return;
    }
    problem = post_condition_problem(condition);
    wg_reply_problem(request, &problem);
    post_free(&submission);
    single_free(&single);
}

/* ---- the stream's three calls and the handler: by content type */

static bool is_type(const struct wg_request *request, const char *type)
{
    const char *given = wg_request_header(request, "Content-Type");
    size_t length = strlen(type);
    return given != NULL && strncasecmp(given, type, length) == 0 &&
           (given[length] == '\0' || given[length] == ';' || given[length] == ' ');
}

static bool is_upload(const struct wg_request *request)
{
    return is_type(request, "application/x-ndjson");
}

static void begin(struct wg_request *request, void *arg)
{
    struct intake *intake = arg;
    if (is_upload(request)) {
        upload_begin(request, intake);
        return;
    }
    if (!is_type(request, "application/json")) {
        wg_reply_refusal(request, 415, "unsupported-media-type",
                         "请用 application/json 或 application/x-ndjson",
                         "Send application/json or application/x-ndjson");
        return;
    }
    struct single *single = wg_new(sizeof *single);
    single->intake = intake;
    single->request = request;
    wg_request_keep(request, single);
}

static void data(struct wg_request *request, const char *bytes, size_t length, void *arg)
{
    (void)arg;
    if (is_upload(request)) {
        upload_data(request, bytes, length);
        return;
    }
    struct single *single = wg_request_kept(request);
    if (single->body.length + length > BODY_MOST)
        single->too_large = true;
    else
        wg_text_add(&single->body, bytes, length);
}

static void gone(struct wg_request *request, void *arg)
{
    (void)arg;
    if (is_upload(request)) {
        upload_gone(request);
        return;
    }
    struct single *single = wg_request_kept(request);
    single_free(&single);
}

const struct wg_stream post_stream = { .begin = begin, .data = data, .gone = gone };

void post_reports(struct wg_request *request, void *intake)
{
    (void)intake;
    if (is_upload(request))
        upload_end(request);
    else
        single_end(wg_request_kept(request));
}
