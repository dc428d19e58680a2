/* GET /api/v1/events: the log within the caller's areas, by cursor. It reads only below the
 * horizon, so a cursor never jumps over what a transaction that still runs may write. */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "common/clock.h"
#include "common/json.h"
#include "common/writer.h"

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
static void write_was(struct wg_text *out, const PGresult *rows, int row)
{
    const char *text = wg_get_text(rows, row, EVENT_WAS);
    WG_AUTO(wg_json_put)
    struct json_object *was = text == NULL ? NULL : json_tokener_parse(text);
    if (was == NULL) {
        wg_write_null(out, "was");
        return;
    }
    if (wg_json_get(was, "holder") != NULL)
        answer_text(was, "holder", wg_get_text(rows, row, EVENT_WAS_HOLDER));
    if (wg_json_get(was, "party") != NULL)
        answer_text(was, "party", wg_get_text(rows, row, EVENT_WAS_PARTY));
    size_t length;
    const char *written = json_object_to_json_string_length(was, JSON_C_TO_STRING_PLAIN, &length);
    wg_write_raw(out, "was", written, length);
}

/* What the log holds goes out as it stands: 200 events as trees of objects would take the loop
 * longer than anybody else should wait. */
static void write_event(struct wg_text *out, const struct page *page, const PGresult *rows, int row)
{
    static const struct {
        const char *key;
        int column;
    } texts[] = {
        { "actor", EVENT_ACTOR }, { "area", EVENT_AREA },   { "category", EVENT_CATEGORY },
        { "level", EVENT_LEVEL }, { "state", EVENT_STATE }, { "holder", EVENT_HOLDER },
        { "party", EVENT_PARTY },
    };
    char cursor[CURSOR_ROOM], id[24];
    const char *data = wg_get_text(rows, row, EVENT_DATA);
    cursor_write(&page->ask.app->cursor_key, &page->at, cursor);
    snprintf(id, sizeof id, "%" PRId64, page->at.case_id);
    wg_write_object(out, NULL);
    wg_write_string(out, "cursor", cursor);
    wg_write_string(out, "case", id);
    wg_write_int(out, "n", page->at.n);
    wg_write_string(out, "type", wg_get_text(rows, row, EVENT_TYPE));
    wg_write_string(out, "at", wg_time_string(wg_get_time(rows, row, EVENT_AT)));
    wg_write_bool(out, "deciding", wg_get_bool(rows, row, EVENT_DECIDING));
    for (size_t i = 0; i < WG_COUNT(texts); i++)
        wg_write_string(out, texts[i].key, wg_get_text(rows, row, texts[i].column));
    write_was(out, rows, row);
    if (data == NULL)
        wg_write_null(out, "data");
    else
        wg_write_raw(out, "data", data, strlen(data));
    wg_write_end_object(out);
}

/* The last row is where the walk ended, whether it matches or not: the next page goes on from
 * there. */
static void page_landed(struct wg_flight *flight, void *arg)
{
    WG_AUTO(ask_destroy) struct page *page = arg;
    WG_AUTO(wg_text_destroy) struct wg_text out = { 0 };
    if (ask_failed(&page->ask, flight))
        return;
    char next[CURSOR_ROOM];
    const PGresult *rows = wg_flight_result(flight, 0);
    wg_write_object(&out, NULL);
    wg_write_array(&out, "items");
    for (int row = 0; row < PQntuples(rows); row++) {
        page->at.xid = wg_get_i64(rows, row, EVENT_XID);
        page->at.case_id = wg_get_i64(rows, row, EVENT_CASE);
        page->at.n = wg_get_i64(rows, row, EVENT_N);
        if (wg_get_bool(rows, row, EVENT_MATCHES))
            write_event(&out, page, rows, row);
    }
    wg_write_end_array(&out);
    cursor_write(&page->ask.app->cursor_key, &page->at, next);
    wg_write_string(&out, "next", next);
    wg_write_end_object(&out);
    wg_reply_bytes(page->ask.request, 200, "application/json", out.bytes, out.length);
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
    if (after != NULL && cursor_read(&page->ask.app->cursor_key, after, &page->at) != 0)
        query_fault(&query, "after", "不是有效的游标", "That is no cursor");
    struct store_feed feed = { .types = types.items, .n_types = types.n, .walk = WALK_MOST };
    feed.limit = query_limit(&query);
    if (query_refused(&query) || !ask_narrow(&page->ask, area) || refuse_expired(page))
        return;
    feed.after = page->at;
    feed.scope = &page->ask.scope;
    feed.sight = page->ask.sight;
    feed.veil = page->ask.veil;
    WG_AUTO(wg_flight_destroy) struct wg_flight *flight = ask_flight(page, page_landed);
    store_read_feed(flight, &feed);
    ask_send(&page, &flight);
}
