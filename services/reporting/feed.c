/* GET /api/v1/events: the log within the caller's areas, by cursor. It reads only below the
 * horizon, so a cursor never jumps over what a transaction that still runs may write. */
#include <stdio.h>
#include <string.h>

#include "common/json.h"

#include "services/reporting/answer.h"
#include "services/reporting/ask.h"
#include "services/reporting/cursor.h"
#include "services/reporting/query.h"
#include "services/reporting/reporting.h"
#include "services/reporting/store.h"

enum { WALK_MOST = 10000 };

struct page {
    struct ask ask;
    struct cursor at;
};

/* What changed, as it was; ids of people and parties become their codes. */
static struct json_object *was(const PGresult *rows, int row)
{
    const char *text = wg_get_text(rows, row, EVENT_WAS);
    struct json_object *was = text == NULL ? NULL : json_tokener_parse(text);
    if (was != NULL && wg_json_get(was, "holder") != NULL)
        answer_text(was, "holder", wg_get_text(rows, row, EVENT_WAS_HOLDER));
    if (was != NULL && wg_json_get(was, "party") != NULL)
        answer_text(was, "party", wg_get_text(rows, row, EVENT_WAS_PARTY));
    return was;
}

static struct json_object *event(const struct cursor *at, const PGresult *rows, int row)
{
    char text[CURSOR_ROOM];
    struct json_object *item = json_object_new_object();
    cursor_write(at, text);
    answer_text(item, "cursor", text);
    answer_id(item, "case", at->case_id);
    json_object_object_add(item, "n", json_object_new_int64(at->n));
    answer_text(item, "type", wg_get_text(rows, row, EVENT_TYPE));
    answer_time(item, "at", rows, row, EVENT_AT);
    answer_bool(item, "deciding", wg_get_bool(rows, row, EVENT_DECIDING));
    answer_text(item, "actor", wg_get_text(rows, row, EVENT_ACTOR));
    answer_text(item, "area", wg_get_text(rows, row, EVENT_AREA));
    answer_text(item, "category", wg_get_text(rows, row, EVENT_CATEGORY));
    answer_text(item, "level", wg_get_text(rows, row, EVENT_LEVEL));
    answer_text(item, "state", wg_get_text(rows, row, EVENT_STATE));
    answer_text(item, "holder", wg_get_text(rows, row, EVENT_HOLDER));
    answer_text(item, "party", wg_get_text(rows, row, EVENT_PARTY));
    json_object_object_add(item, "was", was(rows, row));
    answer_json(item, "data", rows, row, EVENT_DATA);
    return item;
}

/* The last row is where the walk ended, whether it matches or not: the next page goes on from
 * there. */
static void page_landed(struct wg_flight *flight, void *arg)
{
    WG_AUTO(ask_destroy) struct page *page = arg;
    if (ask_failed(&page->ask, flight))
        return;
    char next[CURSOR_ROOM];
    const PGresult *rows = wg_flight_result(flight, 0);
    struct json_object *items = json_object_new_array_ext(PQntuples(rows));
    for (int row = 0; row < PQntuples(rows); row++) {
        page->at.xid = wg_get_i64(rows, row, EVENT_XID);
        page->at.case_id = wg_get_i64(rows, row, EVENT_CASE);
        page->at.n = wg_get_i64(rows, row, EVENT_N);
        if (wg_get_bool(rows, row, EVENT_MATCHES))
            json_object_array_add(items, event(&page->at, rows, row));
    }
    cursor_write(&page->at, next);
    struct json_object *body = answer_page(&items, next);
    wg_reply_json(page->ask.request, 200, &body);
}

/* Another epoch: the database was restored, and positions in it mean something else. */
static bool refuse_expired(const struct page *page)
{
    if (page->at.epoch == page->ask.app->epoch)
        return false;
    struct wg_problem *problem =
        wg_problem_new(410, "cursor-expired", "游标已失效", "The cursor has expired");
    wg_problem_error(problem, "/after",
                     "数据库已恢复过：请先用 GET /api/v1/cases 重新取得现状，再不带 after 从头读取 "
                     "GET /api/v1/events",
                     "The database was restored: list GET /api/v1/cases anew, then follow GET "
                     "/api/v1/events from its "
                     "beginning, without `after`");
    wg_reply_problem(page->ask.request, &problem);
    return true;
}

void feed_handle(struct wg_request *request, void *arg)
{
    static const char *const names[] = { "after", "area", "types", "limit", NULL };
    struct query_list types;
    WG_AUTO(ask_destroy) struct page *page = ask_new(sizeof *page, arg, request);
    WG_AUTO(query_destroy) struct query query = query_new(request, names);
    const char *area = query_area(&query, "area"), *after = wg_request_query(request, "after");
    query_list(&query, "types", &types);
    page->at.epoch = page->ask.app->epoch;
    if (after != NULL && cursor_read(after, &page->at) != 0)
        query_fault(&query, "after", "不是有效的游标", "That is no cursor");
    struct store_feed feed = { .types = types.items, .n_types = types.n, .walk = WALK_MOST };
    feed.limit = query_limit(&query);
    if (query_refused(&query) || !ask_narrow(&page->ask, area) || refuse_expired(page))
        return;
    feed.after = page->at;
    feed.scope = &page->ask.scope;
    feed.sight = page->ask.sight;
    WG_AUTO(wg_flight_destroy) struct wg_flight *flight = ask_flight(page, page_landed);
    store_read_feed(flight, &feed);
    ask_send(&page, &flight);
}
