/* GET /api/v1/cases/{id}: one case with what people said and everything that happened. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "services/reporting/answer.h"
#include "services/reporting/ask.h"
#include "services/reporting/query.h"
#include "services/reporting/reporting.h"
#include "services/reporting/store.h"
#include "services/reporting/words.h"

enum { ID_DIGITS_MOST = 18 };
enum { CASE_RESULT, REPORTS_RESULT, EVENTS_RESULT };

struct page {
    struct ask ask;
    char date[7]; /* of the number that was given; "": an id was */
};

static struct json_object *source(const PGresult *rows, int row)
{
    if (wg_is_null(rows, row, SAID_SYSTEM))
        return NULL;
    struct json_object *source = json_object_new_object();
    answer_text(source, "system", wg_get_text(rows, row, SAID_SYSTEM));
    answer_text(source, "id", wg_get_text(rows, row, SAID_SOURCE));
    return source;
}

static struct json_object *reports(const PGresult *rows)
{
    struct json_object *items = json_object_new_array_ext(PQntuples(rows));
    for (int row = 0; row < PQntuples(rows); row++) {
        struct json_object *item = json_object_new_object();
        int64_t id = wg_get_i64(rows, row, SAID_ID);
        answer_id(item, "id", id);
        answer_number(item, "number", id, wg_get_time(rows, row, SAID_RECEIVED));
        answer_time(item, "received_at", rows, row, SAID_RECEIVED);
        answer_time(item, "occurred_at", rows, row, SAID_OCCURRED);
        answer_text(item, "text", wg_get_text(rows, row, SAID_TEXT));
        answer_text(item, "channel", wg_get_text(rows, row, SAID_CHANNEL));
        answer_text(item, "address", wg_get_text(rows, row, SAID_ADDRESS));
        answer_bool(item, "on_behalf", wg_get_bool(rows, row, SAID_BEHALF));
        json_object_object_add(item, "source", source(rows, row));
        json_object_array_add(items, item);
    }
    return items;
}

/* Up to the version that the case's row had: the log may have grown between the two statements. */
static struct json_object *history(const struct page *page, const PGresult *rows, int64_t workflow,
                                   int64_t version)
{
    const struct words *words = page->ask.app->words;
    struct json_object *items = json_object_new_array_ext(PQntuples(rows));
    for (int row = 0; row < PQntuples(rows) && wg_get_i64(rows, row, PAST_N) <= version; row++) {
        struct json_object *item = json_object_new_object();
        const char *type = wg_get_text(rows, row, PAST_TYPE),
                   *state = wg_get_text(rows, row, PAST_STATE);
        json_object_object_add(item, "n", json_object_new_int64(wg_get_i64(rows, row, PAST_N)));
        answer_text(item, "type", type);
        if (words_event(words, workflow, type, page->ask.english) != NULL)
            answer_text(item, "text", words_event(words, workflow, type, page->ask.english));
        answer_time(item, "at", rows, row, PAST_AT);
        answer_bool(item, "deciding", wg_get_bool(rows, row, PAST_DECIDING));
        answer_named(item, "actor", rows, row, PAST_ACTOR);
        answer_text(item, "state", state);
        answer_text(item, "state_text", words_state(words, workflow, state, page->ask.english));
        answer_json(item, "data", rows, row, PAST_DATA);
        json_object_array_add(items, item);
    }
    return items;
}

static bool may_see(const struct page *page, const PGresult *rows)
{
    char number[WG_NUMBER_ROOM];
    if (PQntuples(rows) == 0 || !wg_get_bool(rows, 0, CASE_SEEN))
        return false;
    wg_number_write(wg_get_i64(rows, 0, CASE_ID), wg_get_time(rows, 0, CASE_RECEIVED), number);
    return page->date[0] == '\0' || strncmp(number, page->date, strlen(page->date)) == 0;
}

static void refuse(struct wg_request *request)
{
    wg_reply_refusal(request, 404, "unknown-case", "没有这个事件", "There is no such case");
}

static void page_landed(struct wg_flight *flight, void *arg)
{
    WG_AUTO(ask_destroy) struct page *page = arg;
    if (ask_failed(&page->ask, flight))
        return;
    const PGresult *rows = wg_flight_result(flight, CASE_RESULT);
    if (!may_see(page, rows)) {
        refuse(page->ask.request);
        return;
    }
    int64_t version = wg_get_i64(rows, 0, CASE_VERSION);
    struct json_object *body = answer_case(rows, 0, page->ask.app->words, page->ask.english);
    answer_area(body, "born_area", rows, 0, CASE_BORN_ID);
    json_object_object_add(body, "version", json_object_new_int64(version));
    json_object_object_add(body, "reports", reports(wg_flight_result(flight, REPORTS_RESULT)));
    json_object_object_add(body, "history",
                           history(page, wg_flight_result(flight, EVENTS_RESULT),
                                   wg_get_i64(rows, 0, CASE_WORKFLOW), version));
    char etag[16];
    snprintf(etag, sizeof etag, "\"%" PRId64 "\"", wg_get_i64(rows, 0, CASE_DECIDED));
    wg_reply_header(page->ask.request, "ETag", etag);
    wg_reply_json(page->ask.request, 200, &body);
}

void cases_handle(struct wg_request *request, void *arg)
{
    static const char *const names[] = { NULL };
    WG_AUTO(ask_destroy) struct page *page = ask_new(sizeof *page, arg, request);
    WG_AUTO(query_destroy) struct query query = query_new(request, names);
    const char *text = wg_request_param(request, "id");
    size_t digits = strspn(text, "0123456789");
    int64_t id = 0;
    if (query_refused(&query))
        return;
    if (text[digits] == '\0' && digits <= ID_DIGITS_MOST) {
        id = strtoll(text, NULL, 10);
    } else if (wg_number_read(text, &id, page->date) != 0) {
        refuse(request);
        return;
    }
    const struct wg_caller *caller = wg_request_caller(request);
    if (!wg_may_touch(caller, id, 0)) {
        wg_reply_refusal(request, 403, "link-other-object", "此链接只能用于它所指的事项",
                         "This link opens only what it was made for");
        return;
    }
    WG_AUTO(wg_flight_destroy) struct wg_flight *flight = ask_flight(page, page_landed);
    store_read_cases(flight, &id, 1, &(struct store_asker){ page->ask.sight, page->ask.english });
    store_read_case_reports(flight, id);
    store_read_case_events(flight, id, page->ask.english);
    ask_send(&page, &flight);
}
