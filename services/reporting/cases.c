/* GET /api/v1/cases/{id}: one case with what people said and everything that happened. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/clock.h"
#include "common/json.h"
#include "common/text.h"

#include "services/reporting/answer.h"
#include "services/reporting/ask.h"
#include "services/reporting/matter.h"
#include "services/reporting/query.h"
#include "services/reporting/reporting.h"
#include "services/reporting/store.h"
#include "services/reporting/usual.h"
#include "services/reporting/words.h"

enum { ID_DIGITS_MOST = 18 };
enum { RELATIONS_MOST = 100 };
enum {
    CASE_RESULT,
    REPORTS_RESULT,
    EVENTS_RESULT,
    PEOPLE_RESULT,
    TASKS_RESULT,
    RELATIONS_RESULT,
    USUAL_RESULT
};

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
        answer_text(item, "handled", wg_get_text(rows, row, SAID_HANDLED));
        answer_bool(item, "backfilled", wg_get_bool(rows, row, SAID_BACKFILLED));
        json_object_array_add(items, item);
    }
    return items;
}

/* ---- hands, clocks, tasks: from the row, with the workflow's words */

static struct json_object *named_people(const PGresult *rows)
{
    struct json_object *people = json_object_new_object();
    for (int row = 0; row < PQntuples(rows); row++) {
        char key[40];
        snprintf(key, sizeof key, "%s:%" PRId64, wg_get_text(rows, row, NAMED_KIND),
                 wg_get_i64(rows, row, NAMED_ID));
        answer_named(people, key, rows, row, NAMED_CODE);
    }
    return people;
}

static struct json_object *tasks(const struct page *page, const struct matter *matter,
                                 const PGresult *rows, const PGresult *of)
{
    struct json_object *items = json_object_new_array();
    char number[WG_NUMBER_ROOM], task[WG_NUMBER_ROOM + 16];
    wg_number_write(wg_get_i64(of, 0, CASE_ID), wg_get_time(of, 0, CASE_RECEIVED), number);
    for (int row = 0; row < PQntuples(rows); row++) {
        struct json_object *item = json_object_new_object();
        int64_t k = wg_get_i64(rows, row, PART_K);
        const char *state = wg_get_text(rows, row, PART_STATE);
        snprintf(task, sizeof task, "%s-%" PRId64, number, k);
        answer_text(item, "number", task);
        json_object_object_add(
            item, "party",
            json_object_get(matter_person(matter, "party", wg_get_i64(rows, row, PART_PARTY))));
        json_object_object_add(
            item, "staff",
            json_object_get(matter_person(matter, "staff", wg_get_i64(rows, row, PART_STAFF))));
        answer_text(item, "state", state);
        answer_text(item, "state_text",
                    words_task_state(page->ask.app->words, wg_get_i64(of, 0, CASE_WORKFLOW), state,
                                     page->ask.english));
        answer_bool(item, "open", wg_get_bool(rows, row, PART_OPEN));
        answer_text(item, "text", wg_get_text(rows, row, PART_TEXT));
        answer_time(item, "opened_at", rows, row, PART_OPENED);
        json_object_object_add(item, "clock", matter_next_clock(matter, (int)k));
        json_object_array_add(items, item);
    }
    return items;
}

static struct json_object *relations(const struct page *page, const PGresult *rows)
{
    struct json_object *items = json_object_new_array();
    for (int row = 0; row < PQntuples(rows); row++) {
        struct json_object *item = json_object_new_object();
        int64_t id = wg_get_i64(rows, row, RELATION_ID);
        const char *state = wg_get_text(rows, row, RELATION_STATE);
        answer_text(item, "relation", wg_get_text(rows, row, RELATION_KIND));
        answer_id(item, "id", id);
        answer_number(item, "number", id, wg_get_time(rows, row, RELATION_RECEIVED));
        answer_text(item, "title", wg_get_text(rows, row, RELATION_TITLE));
        answer_text(item, "state", state);
        answer_text(item, "state_text",
                    words_state(page->ask.app->words, wg_get_i64(rows, row, RELATION_WORKFLOW),
                                state, page->ask.english));
        json_object_array_add(items, item);
    }
    return items;
}

/* A clock that stands still: which action made it so. */
static void say_why(const struct matter *matter, struct json_object *clocks,
                    struct json_object *history)
{
    for (size_t i = 0; i < json_object_array_length(clocks); i++) {
        struct json_object *clock = json_object_array_get_idx(clocks, i);
        int64_t since = matter_stands_since(matter, wg_json_text(clock, "name")), at = 0;
        const char *why = NULL;
        for (size_t e = 0; since != 0 && why == NULL && e < json_object_array_length(history);
             e++) {
            struct json_object *event = json_object_array_get_idx(history, e);
            if (wg_time_parse(wg_json_text(event, "at"), &at) == 0 && at >= since &&
                json_object_get_boolean(wg_json_get(event, "deciding")))
                why = wg_json_text(event, "text");
        }
        answer_text(clock, "stands_why", why);
    }
}

static struct json_object *parsed(const PGresult *rows, int column)
{
    const char *text = wg_get_text(rows, 0, column);
    return text == NULL ? NULL : json_tokener_parse(text);
}

/* What happens next: who must do what by when, how many steps are left, how long such cases took.
 */
static void add_next(struct json_object *body, const struct page *page, const struct matter *matter,
                     struct wg_flight *flight)
{
    const PGresult *rows = wg_flight_result(flight, CASE_RESULT);
    struct json_object *next = json_object_new_object();
    const struct matter_hands hands = { .holder = wg_json_get(body, "holder"),
                                        .party = wg_json_get(body, "party"),
                                        .tasks = wg_json_get(body, "tasks"),
                                        .level = wg_json_text(body, "level") };
    int left = words_steps_left(page->ask.app->words, wg_get_i64(rows, 0, CASE_WORKFLOW),
                                wg_get_text(rows, 0, CASE_STATE));
    json_object_object_add(next, "duties", matter_duties(matter, &hands));
    json_object_object_add(next, "steps_left", left < 0 ? NULL : json_object_new_int(left));
    json_object_object_add(next, "usual",
                           usual_answer(wg_flight_result(flight, USUAL_RESULT), page->ask.english));
    json_object_object_add(body, "next", next);
}

static void add_parts(struct json_object *body, const struct page *page, struct wg_flight *flight)
{
    const PGresult *rows = wg_flight_result(flight, CASE_RESULT);
    int64_t workflow = wg_get_i64(rows, 0, CASE_WORKFLOW);
    WG_AUTO(wg_json_put) struct json_object *clocks = parsed(rows, CASE_CLOCKS);
    WG_AUTO(wg_json_put) struct json_object *more = parsed(rows, CASE_MORE);
    WG_AUTO(wg_json_put)
    struct json_object *people = named_people(wg_flight_result(flight, PEOPLE_RESULT));
    const struct matter matter = { .definition = words_definition(page->ask.app->words, workflow),
                                   .clocks = clocks,
                                   .more = more,
                                   .people = people,
                                   .now = wg_clock_now(),
                                   .english = page->ask.english };
    const struct answer_past past = { .words = page->ask.app->words,
                                      .workflow = workflow,
                                      .version = wg_get_i64(rows, 0, CASE_VERSION),
                                      .english = page->ask.english };
    struct json_object *history = answer_history(&past, wg_flight_result(flight, EVENTS_RESULT)),
                       *running = matter_clocks(&matter);
    say_why(&matter, running, history);
    answer_bool(body, "restricted", wg_get_bool(rows, 0, CASE_RESTRICTED));
    json_object_object_add(body, "chain", matter_chain(&matter));
    json_object_object_add(body, "attributes", matter_attributes(&matter));
    json_object_object_add(body, "clocks", running);
    json_object_object_add(body, "approval", matter_approval(&matter));
    json_object_object_add(body, "tasks",
                           tasks(page, &matter, wg_flight_result(flight, TASKS_RESULT), rows));
    add_next(body, page, &matter, flight);
    json_object_object_add(body, "relations",
                           relations(page, wg_flight_result(flight, RELATIONS_RESULT)));
    json_object_object_add(body, "history", history);
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
    add_parts(body, page, flight);
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
    const struct store_asker asker = ask_asker(&page->ask);
    store_read_cases(flight, &id, 1, &asker);
    store_read_case_reports(flight, id, asker.veil);
    store_read_case_events(flight, id, &asker);
    store_read_case_people(flight, id, page->ask.english);
    store_read_case_tasks(flight, id, asker.veil);
    store_read_case_relations(flight, id, &asker, RELATIONS_MOST);
    store_read_usual(flight, id, usual_since(wg_clock_now()), page->ask.sight);
    ask_send(&page, &flight);
}
