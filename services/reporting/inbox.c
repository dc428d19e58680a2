/* GET /api/v1/inbox: what the caller was told, newest first. The inbox is the person's whose key it
 * is. */
#include <inttypes.h>
#include <stdio.h>

#include "common/access.h"
#include "common/clock.h"
#include "common/json.h"
#include "common/text.h"

#include "services/reporting/answer.h"
#include "services/reporting/ask.h"
#include "services/reporting/matter.h"
#include "services/reporting/query.h"
#include "services/reporting/reporting.h"
#include "services/reporting/store.h"
#include "services/reporting/words.h"

enum { WALK_MOST = 10000 };

struct inbox {
    struct ask ask;
    int limit;
};

static struct json_object *links(int64_t id, int64_t case_id)
{
    char link[64];
    struct json_object *links = json_object_new_object();
    snprintf(link, sizeof link, "/api/v1/inbox/%" PRId64 "/read", id);
    answer_text(links, "actions", link);
    snprintf(link, sizeof link, "/api/v1/cases/%" PRId64, case_id);
    answer_text(links, "case", link);
    return links;
}

/* One line: where the case went, and what it is about. */
static void add_text(struct json_object *item, const struct inbox *inbox, const PGresult *rows,
                     int row)
{
    const char *state = wg_get_text(rows, row, INBOX_STATE),
               *title = wg_get_text(rows, row, INBOX_TITLE);
    WG_AUTO(wg_text_destroy) struct wg_text text = { 0 };
    if (state != NULL) {
        wg_text_put(&text, words_state(inbox->ask.app->words, wg_get_i64(rows, row, INBOX_WORKFLOW),
                                       state, inbox->ask.english));
        wg_text_put(&text, inbox->ask.english ? ": " : "：");
        answer_text(item, "state", state);
    }
    wg_text_put(&text, title == NULL ? "" : title);
    answer_text(item, "text", text.bytes);
}

/* What is to be done now, and by when. */
static void add_what_to_do(struct json_object *item, const struct inbox *inbox,
                           const PGresult *rows, int row)
{
    const struct words *words = inbox->ask.app->words;
    int64_t workflow = wg_get_i64(rows, row, INBOX_WORKFLOW);
    const char *text = wg_get_text(rows, row, INBOX_CLOCKS),
               *state = wg_get_text(rows, row, INBOX_STATE_NOW);
    WG_AUTO(wg_json_put)
    struct json_object *clocks = text == NULL ? NULL : json_tokener_parse(text);
    const struct matter matter = { .definition = words_definition(words, workflow),
                                   .clocks = clocks,
                                   .now = wg_clock_now(),
                                   .english = inbox->ask.english };
    answer_text(item, "now",
                state == NULL ? NULL : words_state(words, workflow, state, inbox->ask.english));
    json_object_object_add(item, "clock", matter_next_clock(&matter, 0));
}

static struct json_object *item(const struct inbox *inbox, const PGresult *rows, int row)
{
    struct json_object *item = json_object_new_object();
    int64_t id = wg_get_i64(rows, row, INBOX_ID), case_id = wg_get_i64(rows, row, INBOX_CASE);
    const char *title = wg_get_text(rows, row, INBOX_TITLE);
    answer_id(item, "id", id);
    answer_id(item, "case", case_id);
    if (!wg_is_null(rows, row, INBOX_RECEIVED))
        answer_number(item, "number", case_id, wg_get_time(rows, row, INBOX_RECEIVED));
    if (title != NULL)
        answer_text(item, "title", title);
    json_object_object_add(item, "n", json_object_new_int64(wg_get_i64(rows, row, INBOX_N)));
    answer_text(item, "rule", wg_get_text(rows, row, INBOX_RULE));
    add_text(item, inbox, rows, row);
    answer_time(item, "at", rows, row, INBOX_AT);
    answer_time(item, "due_at", rows, row, INBOX_DUE);
    if (!wg_is_null(rows, row, INBOX_MEETS)) { /* whoever is called may not see the case */
        answer_time(item, "meets_at", rows, row, INBOX_MEETS);
        answer_text(item, "about", wg_get_text(rows, row, INBOX_ABOUT));
    }
    add_what_to_do(item, inbox, rows, row);
    answer_time(item, "read_at", rows, row, INBOX_READ);
    json_object_object_add(item, "links", links(id, case_id));
    return item;
}

/* One more than a page was asked for; a row that does not match marks where the walk ended. */
static void inbox_landed(struct wg_flight *flight, void *arg)
{
    WG_AUTO(ask_destroy) struct inbox *inbox = arg;
    if (ask_failed(&inbox->ask, flight))
        return;
    const PGresult *rows = wg_flight_result(flight, 0);
    struct json_object *items = json_object_new_array();
    char next[24] = "";
    for (int row = 0; row < PQntuples(rows) && row <= inbox->limit; row++) {
        bool matches = wg_get_bool(rows, row, INBOX_MATCHES);
        if (matches && row == inbox->limit)
            snprintf(next, sizeof next, "%" PRId64, wg_get_i64(rows, row - 1, INBOX_ID));
        else if (wg_get_i64(rows, row, INBOX_NTH) == WALK_MOST)
            snprintf(next, sizeof next, "%" PRId64, wg_get_i64(rows, row, INBOX_ID));
        if (matches && row < inbox->limit)
            json_object_array_add(items, item(inbox, rows, row));
    }
    struct json_object *page = answer_page(&items, next[0] == '\0' ? NULL : next);
    wg_reply_json(inbox->ask.request, 200, &page);
}

void inbox_handle(struct wg_request *request, void *arg)
{
    static const char *const names[] = { "unread", "after", "limit", NULL };
    int64_t staff = wg_request_caller(request)->staff_id;
    bool unread = false;
    WG_AUTO(ask_destroy) struct inbox *inbox = ask_new(sizeof *inbox, arg, request);
    WG_AUTO(query_destroy) struct query query = query_new(request, names);
    query_bool(&query, "unread", &unread);
    int64_t below = query_below(&query);
    inbox->limit = query_limit(&query);
    if (query_refused(&query))
        return;
    if (staff == 0) {
        wg_reply_refusal(request, 403, "no-person", "此密钥不代表任何人员，没有收件箱",
                         "This key is nobody's and has no inbox");
        return;
    }
    WG_AUTO(wg_flight_destroy) struct wg_flight *flight = ask_flight(inbox, inbox_landed);
    const struct store_inbox find = { .staff = staff,
                                      .below = below,
                                      .unread = unread,
                                      .limit = inbox->limit + 1,
                                      .walk = WALK_MOST,
                                      .sight = inbox->ask.sight,
                                      .veil = inbox->ask.veil };
    store_find_inbox(flight, &find);
    ask_send(&inbox, &flight);
}
