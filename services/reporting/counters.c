/* GET /api/v1/counters: stock and flow from the roll-ups, and how far in the log they go. */
#include <stdio.h>
#include <string.h>

#include "common/access.h"
#include "common/area.h"
#include "common/clock.h"
#include "common/json.h"
#include "common/text.h"

#include "services/reporting/answer.h"
#include "services/reporting/ask.h"
#include "services/reporting/cursor.h"
#include "services/reporting/day.h"
#include "services/reporting/query.h"
#include "services/reporting/reporting.h"
#include "services/reporting/store.h"
#include "services/reporting/words.h"

enum { STREET_DIGITS = 9, AREAS_MOST = 200 };
enum { POSITION_RESULT, STATES_RESULT, CATEGORIES_RESULT };

struct count {
    struct ask ask;
    char area[WG_AREA_ROOM], level[16];
    int32_t from, to;
    bool categories; /* the area is a street or more */
};

static void add_int(struct json_object *object, const char *key, const PGresult *rows, int row,
                    int column)
{
    json_object_object_add(object, key, json_object_new_int64(wg_get_i64(rows, row, column)));
}

static struct json_object *state_flow(const PGresult *rows, int row)
{
    struct json_object *item = json_object_new_object();
    answer_text(item, "state", wg_get_text(rows, row, FLOW_STATE));
    add_int(item, "now", rows, row, FLOW_STOCK);
    add_int(item, "entered", rows, row, FLOW_ENTERED);
    add_int(item, "left", rows, row, FLOW_LEFT);
    return item;
}

static struct json_object *states(const PGresult *rows)
{
    struct json_object *items = json_object_new_array();
    for (int row = 0; row < PQntuples(rows); row++)
        if (!wg_is_null(rows, row, FLOW_STATE))
            json_object_array_add(items, state_flow(rows, row));
    return items;
}

/* Rows come sorted by area. */
static struct json_object *areas(const PGresult *rows)
{
    struct json_object *items = json_object_new_array(), *flows = NULL;
    for (int row = 0; row < PQntuples(rows); row++) {
        const char *code = wg_get_text(rows, row, FLOW_AREA);
        if (row == 0 || strcmp(code, wg_get_text(rows, row - 1, FLOW_AREA)) != 0) {
            struct json_object *item = json_object_new_object();
            answer_named(item, "area", rows, row, FLOW_AREA);
            json_object_object_add(item, "states", flows = json_object_new_array());
            json_object_array_add(items, item);
        }
        if (!wg_is_null(rows, row, FLOW_STATE))
            json_object_array_add(flows, state_flow(rows, row));
    }
    return items;
}

static struct json_object *categories(const PGresult *rows)
{
    struct json_object *items = json_object_new_array();
    for (int row = 0; row < PQntuples(rows); row++) {
        struct json_object *item = json_object_new_object();
        answer_text(item, "category", wg_get_text(rows, row, SORT_CATEGORY));
        answer_text(item, "name", wg_get_text(rows, row, SORT_NAME));
        add_int(item, "opened", rows, row, SORT_OPENED);
        add_int(item, "ended", rows, row, SORT_ENDED);
        json_object_array_add(items, item);
    }
    return items;
}

/* A position of the log: whoever follows /events from here sees what these figures do not hold yet.
 */
static struct json_object *as_of(const struct count *count, const PGresult *rows)
{
    char text[CURSOR_ROOM];
    struct json_object *item = json_object_new_object();
    const struct cursor cursor = { .epoch = count->ask.app->epoch,
                                   .xid = wg_get_i64(rows, 0, POSITION_XID),
                                   .case_id = wg_get_i64(rows, 0, POSITION_CASE),
                                   .n = wg_get_i64(rows, 0, POSITION_N) };
    cursor_write(&count->ask.app->cursor_key, &cursor, text);
    answer_text(item, "cursor", text);
    answer_time(item, "at", rows, 0, POSITION_AT);
    return item;
}

static void refuse_wide(struct wg_request *request)
{
    struct wg_problem *problem =
        wg_problem_new(400, "bad-parameter", "查询参数有误", "Faulty query parameters");
    wg_problem_error(problem, "/level", "该区域内此层级超过 200 个，请选择较小的区域",
                     "There are more than 200 of this level in the area; ask for a smaller one");
    wg_reply_problem(request, &problem);
}

static void count_landed(struct wg_flight *flight, void *arg)
{
    WG_AUTO(ask_destroy) struct count *count = arg;
    if (ask_failed(&count->ask, flight))
        return;
    char day[DAY_ROOM];
    const PGresult *flows = wg_flight_result(flight, STATES_RESULT);
    WG_AUTO(wg_json_put) struct json_object *by_area = areas(flows);
    if (json_object_array_length(by_area) > AREAS_MOST) {
        refuse_wide(count->ask.request);
        return;
    }
    struct json_object *body = json_object_new_object();
    answer_text(body, "area", count->area);
    day_write(count->from, day);
    answer_text(body, "from", day);
    day_write(count->to, day);
    answer_text(body, "to", day);
    json_object_object_add(body, "as_of", as_of(count, wg_flight_result(flight, POSITION_RESULT)));
    json_object_object_add(body, "states",
                           count->level[0] == '\0' ? states(flows) : json_object_new_array());
    if (count->level[0] != '\0')
        json_object_object_add(body, "areas", json_object_get(by_area));
    if (count->categories)
        json_object_object_add(body, "categories",
                               categories(wg_flight_result(flight, CATEGORIES_RESULT)));
    wg_reply_json(count->ask.request, 200, &body);
}

/* The caller's own area where none is named; of several posts the first; everything: the root. */
static const char *own_area(const struct reporting *app, const struct wg_caller *caller)
{
    if (caller->area[0] != '\0')
        return caller->area;
    return caller->n_posts > 0 ? caller->posts[0].area : app->root;
}

static void send_count(struct count **count, const char *category)
{
    const struct store_counters counters = {
        .area = (*count)->area,
        .level = (*count)->level[0] == '\0' ? NULL : (*count)->level,
        .from = (*count)->from,
        .to = (*count)->to,
        .category = category,
        .english = (*count)->ask.english,
        .areas = AREAS_MOST + 1,
    };
    (*count)->categories = strlen((*count)->area) <= STREET_DIGITS;
    WG_AUTO(wg_flight_destroy) struct wg_flight *flight = ask_flight(*count, count_landed);
    store_read_position(flight);
    store_read_states(flight, &counters);
    if ((*count)->categories)
        store_read_categories(flight, &counters);
    ask_send(count, &flight);
}

void counters_handle(struct wg_request *request, void *arg)
{
    static const char *const names[] = { "area", "level", "day", "from", "to", "category", NULL };
    WG_AUTO(ask_destroy) struct count *count = ask_new(sizeof *count, arg, request);
    WG_AUTO(query_destroy) struct query query = query_new(request, names);
    int32_t today = day_of(wg_clock_now());
    const char *area = query_area(&query, "area"), *level = query_code(&query, "level");
    const char *category = query_code(&query, "category");
    int32_t day = query_day(&query, "day", today);
    count->from = query_day(&query, "from", day);
    count->to = query_day(&query, "to", count->from > day ? count->from : day);
    if (count->to < count->from)
        query_fault(&query, "to", "不能早于 from", "It must not be before `from`");
    if (area == NULL)
        area = own_area(count->ask.app, wg_request_caller(request));
    if (query_refused(&query) || !ask_narrow(&count->ask, area))
        return;
    if (!scope_holds(&count->ask.scope, area)) { /* parts of it, but not the whole */
        count->ask.scope.n = 0;
        ask_narrow(&count->ask, NULL);
        return;
    }
    snprintf(count->area, sizeof count->area, "%s", area);
    wg_copy(count->level, sizeof count->level, level);
    send_count(&count, category);
}
