/* A case as the database has it: the row before, as read_case.sql gives it, and the row after, the
 * event and the notices, as apply_steps.sql takes them. */
#include <string.h>

#include "common/clock.h"
#include "common/json.h"
#include "common/text.h"

#include "services/triage/action.h"
#include "services/triage/notices.h"
#include "triage_sql.h"

/* Columns of read_case.sql. */
void action_read(struct action *action, const PGresult *rows)
{
    struct workflow_case *before = &action->before;
    struct wg_json_verdict verdict;
    const char *clocks = wg_get_text(rows, 0, 20);
    *before = (struct workflow_case){
        .id = action->case_id,
        .version = (int32_t)wg_get_i64(rows, 0, 0),
        .decided = (int32_t)wg_get_i64(rows, 0, 1),
        .area_id = wg_get_i64(rows, 0, 6),
        .born_area_id = wg_get_i64(rows, 0, 8),
        .holder = wg_get_i64(rows, 0, 10),
        .party = (int32_t)wg_get_i64(rows, 0, 11),
        .resolver = wg_get_i64(rows, 0, 13),
        .training = wg_get_bool(rows, 0, 15),
        .restricted = wg_get_bool(rows, 0, 16),
        .opened_at = wg_get_time(rows, 0, 17),
        .due_at = wg_get_time(rows, 0, 18),
        .wake_at = wg_get_time(rows, 0, 19),
    };
    WG_AUTO(wg_json_put)
    struct json_object *running = wg_json_parse(clocks, strlen(clocks), &verdict);
    workflow_read_clocks(before, running);
    wg_copy(before->state, sizeof before->state, wg_get_text(rows, 0, 3));
    wg_copy(before->level, sizeof before->level, wg_get_text(rows, 0, 4));
    wg_copy(before->grade, sizeof before->grade, wg_get_text(rows, 0, 5));
    wg_copy(before->area, sizeof before->area, wg_get_text(rows, 0, 7));
    wg_copy(before->category, sizeof before->category, wg_get_text(rows, 0, 9));
    wg_copy(before->reason, sizeof before->reason, wg_get_text(rows, 0, 12));
    wg_copy(before->outcome, sizeof before->outcome, wg_get_text(rows, 0, 14));
    action->has_point = !wg_is_null(rows, 0, 21);
    action->lat = wg_get_f64(rows, 0, 21);
    action->lon = wg_get_f64(rows, 0, 22);
    action->reporter_has_mail = wg_get_bool(rows, 0, 23);
}

static void put_json(struct wg_column *column, const struct wg_text *json)
{
    wg_column_bytes(column, json->length == 0 ? NULL : json->bytes, json->length);
}

static void put_row(struct wg_column **c, const struct action *action)
{
    const struct workflow_case *after = &action->decision.after;
    WG_AUTO(wg_text_destroy) struct wg_text clocks = { 0 };
    workflow_write_clocks(after, &clocks, NULL);
    wg_column_i64(c[0], action->case_id);
    wg_column_i64(c[1], action->before.version);
    wg_column_i64(c[2], action->decision.deciding);
    wg_column_text(c[3], after->state);
    wg_column_text(c[4], after->level);
    wg_column_text_or_null(c[5], after->grade);
    wg_column_i64(c[6], after->area_id);
    wg_column_text(c[7], after->area);
    wg_column_text_or_null(c[8], after->category);
    wg_column_i64_or_null(c[9], after->holder);
    wg_column_text_or_null(c[10], after->reason);
    wg_column_i64_or_null(c[11], after->resolver);
    wg_column_text_or_null(c[12], after->outcome);
    wg_column_i64(c[13], after->restricted);
    wg_column_i64_or_null(c[14], after->due_at);
    wg_column_i64_or_null(c[15], after->wake_at);
    put_json(c[16], &clocks);
    wg_column_text(c[17], action->decision.event);
    wg_column_i64_or_null(c[18], action->caller.staff_id);
    put_json(c[19], &action->decision.was);
    put_json(c[20], &action->decision.data);
    wg_column_bytes(c[21], action->key, sizeof action->key);
    wg_column_bytes(c[22], action->body, sizeof action->body);
}

void action_build(struct wg_flight *flight, void **items, size_t n, void *arg)
{
    static const enum wg_type types[] = {
        WG_I64,    WG_I32,    WG_BOOL,   WG_STRING, WG_STRING, WG_STRING, WG_I64,   WG_STRING,
        WG_STRING, WG_I64,    WG_STRING, WG_I64,    WG_STRING, WG_BOOL,   WG_TIME,  WG_TIME,
        WG_JSON,   WG_STRING, WG_I64,    WG_JSONB,  WG_JSON,   WG_BYTEA,  WG_BYTEA,
    };
    struct wg_column *columns[WG_COUNT(types)], *ids = wg_column_new(WG_I64);
    struct notice_columns notices;
    (void)arg;
    for (size_t i = 0; i < WG_COUNT(types); i++)
        columns[i] = wg_column_new(types[i]);
    notices_begin(&notices);
    for (size_t i = 0; i < n; i++) {
        const struct action *action = items[i];
        wg_column_i64(ids, action->case_id);
        put_row(columns, action);
        notices_put(&notices, &action->decision);
    }
    WG_AUTO(wg_params_destroy) struct wg_params *locks = wg_params_new();
    wg_params_array(locks, &ids);
    wg_flight_add(flight, SQL_LOCK_CASES, &locks);
    WG_AUTO(wg_params_destroy) struct wg_params *params = wg_params_new();
    for (size_t i = 0; i < WG_COUNT(types); i++)
        wg_params_array(params, &columns[i]);
    notices_end(&notices, params, wg_clock_now());
    wg_flight_add(flight, SQL_APPLY_STEPS, &params);
}
