/* Many reports in one body, a line each (NDJSON): read no faster than they are written down. At
 * most 500 lines of an upload are in the queue; meanwhile the rest is not read. The answer is one
 * result a line, each with its own status, in the order of the lines; sent again with the same key,
 * an upload cut in the middle is completed. */
#include <stdio.h>
#include <string.h>

#include "common/access.h"
#include "common/clock.h"
#include "common/json.h"
#include "common/service.h"
#include "common/writer.h"

#include "services/intake/post.h"

enum {
    LINES_MOST = 10000,
    BYTES_MOST = 64 << 20,
    LINE_MOST = 1 << 20,
    OPEN_MOST = 500,
    OPEN_LOW = 250,
    TURN_US = 2000
};

struct upload {
    struct intake *intake;
    struct wg_request *request; /* NULL once the sender has gone */
    struct wg_text unread;      /* bytes that are not yet lines */
    size_t read_at, bytes;
    char **results; /* by line, from 0 */
    size_t lines, room, open;
    bool over, overflow, english;
    bool resting; /* its turn was long enough: the loop goes round before more lines are taken */
};

static void upload_free(struct upload **upload)
{
    if (*upload == NULL)
        return;
    for (size_t i = 0; i < (*upload)->lines; i++)
        free((*upload)->results[i]);
    free((*upload)->results);
    wg_text_destroy(&(*upload)->unread);
    free(*upload);
    *upload = NULL;
}

/* ---- results */

/* Opens a line's result; close_result ends and keeps it. */
static void open_result(struct wg_text *out, int line, int status)
{
    wg_write_object(out, NULL);
    wg_write_int(out, "line", line);
    wg_write_int(out, "status", status);
}

static void close_result(struct upload *upload, int line, struct wg_text *out)
{
    wg_write_end_object(out);
    upload->results[line - 1] = out->bytes;
    *out = (struct wg_text){ 0 };
}

static void set_accepted(struct upload *upload, const struct submission *submission)
{
    char number[WG_NUMBER_ROOM];
    struct wg_text out = { 0 };
    open_result(&out, submission->line, 201);
    post_answer(upload->intake, submission, &out, number);
    if (submission->verdict == REPLAYED)
        wg_write_bool(&out, "replayed", true);
    close_result(upload, submission->line, &out);
}

static void set_problem(struct upload *upload, int line, struct wg_problem **problem)
{
    struct wg_text out = { 0 };
    WG_AUTO(wg_json_put)
    struct json_object *document = wg_problem_json(*problem, upload->english);
    open_result(&out, line, wg_problem_status(*problem));
    json_object_object_foreach(document, key, value)
    {
        size_t length;
        const char *text = json_object_to_json_string_length(
            value, JSON_C_TO_STRING_PLAIN | JSON_C_TO_STRING_NOSLASHESCAPE, &length);
        if (strcmp(key, "status") != 0)
            wg_write_raw(&out, key, text, length);
    }
    close_result(upload, line, &out);
    wg_problem_destroy(problem);
}

static int new_line(struct upload *upload)
{
    if (upload->lines == upload->room) {
        upload->room = upload->room == 0 ? 256 : upload->room * 2;
        upload->results = wg_resize(upload->results, upload->room * sizeof upload->results[0]);
    }
    upload->results[upload->lines++] = NULL;
    return (int)upload->lines;
}

static void finish(struct upload *upload)
{
    WG_AUTO(wg_text_destroy) struct wg_text answer = { 0 };
    for (size_t i = 0; i < upload->lines; i++) {
        wg_text_put(&answer, upload->results[i]);
        wg_text_put(&answer, "\n");
    }
    if (upload->request != NULL)
        wg_reply_bytes(upload->request, 200, "application/x-ndjson", answer.bytes, answer.length);
    upload_free(&upload);
}

/* ---- lines */

static void go_on(struct upload *upload);

static void line_answered(struct submission *submission)
{
    struct upload *upload = submission->owner;
    upload->open--;
    if (submission->verdict == ACCEPTED || submission->verdict == REPLAYED) {
        set_accepted(upload, submission);
    } else {
        struct wg_problem *problem = post_verdict_problem(submission->verdict);
        set_problem(upload, submission->line, &problem);
    }
    post_free(&submission);
    if (upload->open <= OPEN_LOW)
        go_on(upload);
}

static void take_line(struct upload *upload, const char *bytes, size_t length)
{
    char key[256];
    struct wg_problem *problem = NULL;
    int line = new_line(upload);
    const char *given = wg_request_header(upload->request, "Idempotency-Key");
    snprintf(key, sizeof key, "%s#%d", given == NULL ? "" : given, line);
    struct submission *submission = post_decode(upload->intake, upload->request, bytes, length,
                                                given == NULL ? NULL : key, &problem);
    if (submission != NULL) {
        submission->owner = upload;
        submission->answered = line_answered;
        submission->line = line;
        int condition = store_submit(upload->intake->store, submission, length + 200);
        if (condition == 0) {
            upload->open++;
            return;
        }
        post_free(&submission);
        problem = post_condition_problem(condition);
    }
    set_problem(upload, line, &problem);
}

static bool blank(const char *bytes, size_t length)
{
    for (size_t i = 0; i < length; i++)
        if (strchr(" \t\r", bytes[i]) == NULL)
            return false;
    return true;
}

static void overflow(struct upload *upload, const char *zh, const char *en)
{
    struct wg_problem *problem = wg_problem_new(413, "upload-too-large", zh, en);
    set_problem(upload, new_line(upload), &problem);
    upload->overflow = true;
    upload->unread.length = upload->read_at = 0;
}

/* The next line of what is unread; the last one may lack its line feed once the body is over. */
static bool next_line(struct upload *upload, const char **ret_bytes, size_t *ret_length)
{
    const char *from = upload->unread.bytes + upload->read_at;
    size_t left = upload->unread.length - upload->read_at;
    const char *end = left == 0 ? NULL : memchr(from, '\n', left);
    if (end == NULL && !(upload->over && left > 0))
        return false;
    *ret_bytes = from;
    *ret_length = end == NULL ? left : (size_t)(end - from);
    upload->read_at += *ret_length + (end != NULL);
    return true;
}

static void rested(void *arg)
{
    struct upload *upload = arg;
    upload->resting = false;
    go_on(upload);
}

/* Lines that are refused fill no queue, so nothing else would end a turn of thousands of them. */
static void rest(struct upload *upload)
{
    upload->resting = true;
    wg_service_soon(upload->intake->service, rested, upload);
}

static void take_lines(struct upload *upload)
{
    const char *bytes;
    size_t length;
    int64_t end = wg_clock_mono() + TURN_US;
    while (!upload->overflow && !upload->resting && upload->open < OPEN_MOST &&
           next_line(upload, &bytes, &length)) {
        if (wg_clock_mono() > end)
            rest(upload);
        if (blank(bytes, length))
            continue;
        if (upload->lines == LINES_MOST)
            overflow(upload, "超过 10,000 行，其余未读",
                     "More than 10,000 lines; the rest was not read");
        else
            take_line(upload, bytes, length);
    }
    size_t left = upload->unread.length - upload->read_at;
    if (upload->read_at > 0 && left > 0)
        memmove(upload->unread.bytes, upload->unread.bytes + upload->read_at, left);
    upload->unread.length = left;
    upload->read_at = 0;
    if (left > LINE_MOST && !upload->overflow && !upload->resting && upload->open < OPEN_MOST)
        overflow(upload, "有一行超过 1 MiB，其余未读",
                 "A line is larger than 1 MiB; the rest was not read");
}

static void go_on(struct upload *upload)
{
    if (upload->request != NULL)
        take_lines(upload);
    if (upload->resting)
        return;
    bool all_taken = upload->unread.length == 0 || upload->overflow;
    if (upload->open == 0 && (upload->request == NULL || (upload->over && all_taken)))
        finish(upload);
    else if (upload->request != NULL && !upload->over && upload->open <= OPEN_LOW)
        wg_request_resume(upload->request);
}

/* ---- called by post.c */

void upload_begin(struct wg_request *request, struct intake *intake)
{
    const char *key = wg_request_header(request, "Idempotency-Key");
    if (!wg_known(wg_request_caller(request))) {
        wg_reply_header(request, "WWW-Authenticate", "Bearer");
        wg_reply_refusal(request, 401, "key-required", "批量上报需要密钥",
                         "An upload of many reports needs a key");
        return;
    }
    if (key != NULL && (key[0] == '\0' || strlen(key) > 200)) {
        wg_reply_refusal(request, 400, "bad-idempotency-key", "Idempotency-Key 应为 1 至 200 字节",
                         "Idempotency-Key must have 1 to 200 bytes");
        return;
    }
    struct upload *upload = wg_new(sizeof *upload);
    upload->intake = intake;
    upload->request = request;
    upload->english = wg_request_english(request);
    wg_request_keep(request, upload);
}

void upload_data(struct wg_request *request, const char *bytes, size_t length)
{
    struct upload *upload = wg_request_kept(request);
    upload->bytes += length;
    if (upload->overflow)
        return;
    if (upload->bytes > BYTES_MOST) {
        overflow(upload, "超过 64 MiB，其余未读", "More than 64 MiB; the rest was not read");
        return;
    }
    wg_text_add(&upload->unread, bytes, length);
    take_lines(upload);
    if (upload->open >= OPEN_MOST || upload->resting)
        wg_request_pause(request);
}

void upload_end(struct wg_request *request)
{
    struct upload *upload = wg_request_kept(request);
    upload->over = true;
    if (!upload->resting)
        go_on(upload);
}

void upload_gone(struct wg_request *request)
{
    struct upload *upload = wg_request_kept(request);
    if (upload == NULL)
        return;
    upload->request = NULL; /* what is queued is still written; the last line frees the upload */
    if (upload->open == 0 && !upload->resting)
        upload_free(&upload);
}
