/* Parameters in the order that the head of each statement names. */
#include "services/reporting/store.h"

#include "common/area.h"
#include "common/service.h"

#include "reporting_sql.h"
#include "services/reporting/store_rates.h"

enum { READERS = 2, IN_FLIGHT = 32 };

struct store {
    struct wg_db *readers[READERS];
    struct wg_db *folder, *rater;
};

struct store *store_new(struct wg_service *service)
{
    static const char *const names[READERS] = { "read-1", "read-2" };
    struct store *store = wg_new(sizeof *store);
    for (size_t i = 0; i < READERS; i++)
        store->readers[i] = wg_db_new(service, names[i], sql_statements, SQL_COUNT, IN_FLIGHT);
    store->folder = wg_db_new(service, "fold", sql_statements, SQL_COUNT, 1);
    store->rater = wg_db_new(service, "rates", sql_statements, SQL_COUNT, 1);
    return store;
}

void store_destroy(struct store **store)
{
    if (*store == NULL)
        return;
    for (size_t i = 0; i < READERS; i++)
        wg_db_destroy(&(*store)->readers[i]);
    wg_db_destroy(&(*store)->folder);
    wg_db_destroy(&(*store)->rater);
    free(*store);
    *store = NULL;
}

struct wg_db *store_reader(struct store *store)
{
    return store->readers[0];
}

struct wg_db *store_folder(struct store *store)
{
    return store->folder;
}

struct wg_db *store_rater(struct store *store)
{
    return store->rater;
}

int store_rate(struct store *store, struct wg_flight **flight)
{
    return wg_db_send(store->rater, flight) == 0 ? 0 : STORE_FULL;
}

int store_beat_statement(void)
{
    return SQL_BEAT_INSTANCE;
}

int store_versions_statement(void)
{
    return SQL_READ_VERSIONS;
}

int store_key_statement(void)
{
    return SQL_FIND_CALLER;
}

int store_read(struct store *store, struct wg_flight **flight)
{
    struct wg_db *best = store->readers[0];
    for (size_t i = 1; i < READERS; i++)
        if (wg_db_ready(store->readers[i]) &&
            (!wg_db_ready(best) || wg_db_room(store->readers[i]) > wg_db_room(best)))
            best = store->readers[i];
    return wg_db_send(best, flight) == 0 ? 0 : STORE_FULL;
}

int store_fold(struct store *store, struct wg_flight **flight)
{
    return wg_db_send(store->folder, flight) == 0 ? 0 : STORE_FULL;
}

/* ---- shorthands */

static void put_texts(struct wg_params *params, const char *const *texts, size_t n)
{
    WG_AUTO(wg_column_destroy) struct wg_column *column = wg_column_new(WG_STRING);
    for (size_t i = 0; i < n; i++)
        wg_column_text(column, texts[i]);
    wg_params_array(params, &column);
}

static void put_texts_or_null(struct wg_params *params, const char *const *texts, size_t n)
{
    if (n == 0)
        wg_params_null(params);
    else
        put_texts(params, texts, n);
}

static void put_scope(struct wg_params *params, const struct scope *scope)
{
    const char *lows[WG_COUNT(scope->ranges)], *highs[WG_COUNT(scope->ranges)];
    for (size_t i = 0; i < scope->n; i++) {
        lows[i] = scope->ranges[i].low;
        highs[i] = scope->ranges[i].high;
    }
    put_texts(params, lows, scope->n);
    put_texts(params, highs, scope->n);
}

static void put_cursor(struct wg_params *params, const struct cursor *cursor)
{
    wg_params_i64(params, cursor->xid);
    wg_params_i64(params, cursor->case_id);
    wg_params_i32(params, (int32_t)cursor->n);
}

static void put_i64_or_null(struct wg_params *params, int64_t value)
{
    if (value == 0)
        wg_params_null(params);
    else
        wg_params_i64(params, value);
}

static void put_i32_or_null(struct wg_params *params, int64_t value)
{
    if (value == 0)
        wg_params_null(params);
    else
        wg_params_i32(params, (int32_t)value);
}

/* ---- cases */

static void put_filters(struct wg_params *params, const struct store_find *find)
{
    put_scope(params, find->scope);
    put_texts_or_null(params, find->states, find->n_states);
    wg_params_text(params, find->level);
    wg_params_text(params, find->category);
    wg_params_text(params, find->reason);
    if (find->overdue == NULL)
        wg_params_null(params);
    else
        wg_params_bool(params, *find->overdue);
    wg_params_time(params, find->now);
    put_texts(params, find->finals, find->n_finals);
    wg_params_text(params, find->sight);
    wg_params_i64(params, find->below);
    wg_params_i32(params, find->limit);
    wg_params_text(params, find->face);
}

void store_find_cases(struct wg_flight *flight, const struct store_find *find)
{
    WG_AUTO(wg_params_destroy) struct wg_params *params = wg_params_new();
    put_filters(params, find);
    int statement = SQL_FIND_CASES_AREA;
    if (find->report != 0) {
        statement = SQL_FIND_CASES_REPORT;
        wg_params_i64(params, find->report);
        wg_params_text(params, find->report_date);
        wg_params_text(params, find->zone);
    } else if (find->tasks) {
        statement = SQL_FIND_CASES_TASKS;
        put_i64_or_null(params, find->holder_id);
        put_i32_or_null(params, find->party_id);
    } else if (find->party != NULL || find->party_id != 0) {
        statement = SQL_FIND_CASES_PARTY;
        put_i32_or_null(params, find->party_id);
        wg_params_text(params, find->party);
    } else if (find->holder != NULL || find->holder_id != 0) {
        statement = SQL_FIND_CASES_HOLDER;
        put_i64_or_null(params, find->holder_id);
        wg_params_text(params, find->holder);
    } else if (!scope_narrow(find->scope)) {
        statement = SQL_FIND_CASES_NEWEST;
        wg_params_i32(params, find->walk);
    }
    wg_flight_add(flight, statement, &params);
}

void store_read_cases(struct wg_flight *flight, const int64_t *ids, size_t n,
                      const struct store_asker *asker)
{
    WG_AUTO(wg_params_destroy) struct wg_params *params = wg_params_new();
    WG_AUTO(wg_column_destroy) struct wg_column *column = wg_column_new(WG_I64);
    for (size_t i = 0; i < n; i++)
        wg_column_i64(column, ids[i]);
    wg_params_array(params, &column);
    wg_params_bool(params, asker->english);
    wg_params_text(params, asker->sight);
    wg_params_text(params, asker->veil);
    wg_flight_add(flight, SQL_READ_CASES, &params);
}

void store_read_case_reports(struct wg_flight *flight, int64_t case_id, const char *veil)
{
    WG_AUTO(wg_params_destroy) struct wg_params *params = wg_params_new();
    wg_params_i64(params, case_id);
    wg_params_text(params, veil);
    wg_flight_add(flight, SQL_READ_CASE_REPORTS, &params);
}

void store_read_case_events(struct wg_flight *flight, int64_t case_id,
                            const struct store_asker *asker)
{
    WG_AUTO(wg_params_destroy) struct wg_params *params = wg_params_new();
    wg_params_i64(params, case_id);
    wg_params_bool(params, asker->english);
    wg_params_text(params, asker->veil);
    wg_flight_add(flight, SQL_READ_CASE_EVENTS, &params);
}

void store_read_case_people(struct wg_flight *flight, int64_t case_id, bool english)
{
    WG_AUTO(wg_params_destroy) struct wg_params *params = wg_params_new();
    wg_params_i64(params, case_id);
    wg_params_bool(params, english);
    wg_flight_add(flight, SQL_READ_CASE_PEOPLE, &params);
}

void store_read_case_tasks(struct wg_flight *flight, int64_t case_id, const char *veil)
{
    WG_AUTO(wg_params_destroy) struct wg_params *params = wg_params_new();
    wg_params_i64(params, case_id);
    wg_params_text(params, veil);
    wg_flight_add(flight, SQL_READ_CASE_TASKS, &params);
}

void store_read_case_relations(struct wg_flight *flight, int64_t case_id,
                               const struct store_asker *asker, int limit)
{
    WG_AUTO(wg_params_destroy) struct wg_params *params = wg_params_new();
    wg_params_i64(params, case_id);
    wg_params_text(params, asker->sight);
    wg_params_i32(params, limit);
    wg_params_text(params, asker->veil);
    wg_flight_add(flight, SQL_READ_CASE_RELATIONS, &params);
}

void store_read_usual(struct wg_flight *flight, int64_t report, int32_t since, const char *sight)
{
    WG_AUTO(wg_params_destroy) struct wg_params *params = wg_params_new();
    wg_params_i64(params, report);
    wg_params_i32(params, since);
    wg_params_text(params, sight);
    wg_flight_add(flight, SQL_READ_USUAL, &params);
}

/* ---- tasks */

void store_find_tasks(struct wg_flight *flight, const struct store_tasks *find)
{
    WG_AUTO(wg_params_destroy) struct wg_params *params = wg_params_new();
    put_i32_or_null(params, find->party_id);
    wg_params_text(params, find->party);
    put_i64_or_null(params, find->staff_id);
    wg_params_text(params, find->staff);
    if (find->open == NULL)
        wg_params_null(params);
    else
        wg_params_bool(params, *find->open);
    wg_params_text(params, find->asker.sight);
    wg_params_i64(params, find->below);
    wg_params_i32(params, find->below_k);
    wg_params_i32(params, find->limit);
    wg_params_bool(params, find->asker.english);
    wg_params_text(params, find->asker.veil);
    wg_flight_add(flight, SQL_FIND_TASKS, &params);
}

void store_read_task(struct wg_flight *flight, int64_t case_id, int32_t k,
                     const struct store_asker *asker)
{
    WG_AUTO(wg_params_destroy) struct wg_params *params = wg_params_new();
    wg_params_i64(params, case_id);
    wg_params_i32(params, k);
    wg_params_text(params, asker->sight);
    wg_params_bool(params, asker->english);
    wg_params_text(params, asker->veil);
    wg_flight_add(flight, SQL_READ_TASK, &params);
}

/* ---- reports, inbox */

void store_read_report(struct wg_flight *flight, int64_t report, const struct store_asker *asker)
{
    WG_AUTO(wg_params_destroy) struct wg_params *params = wg_params_new();
    wg_params_i64(params, report);
    wg_params_bool(params, asker->english);
    wg_params_text(params, asker->sight);
    wg_params_text(params, asker->veil);
    wg_flight_add(flight, SQL_READ_REPORT, &params);
}

void store_read_report_events(struct wg_flight *flight, int64_t report,
                              const struct store_asker *asker)
{
    WG_AUTO(wg_params_destroy) struct wg_params *params = wg_params_new();
    wg_params_i64(params, report);
    wg_params_text(params, asker->sight);
    wg_params_text(params, asker->veil);
    wg_flight_add(flight, SQL_READ_REPORT_EVENTS, &params);
}

void store_find_inbox(struct wg_flight *flight, const struct store_inbox *find)
{
    WG_AUTO(wg_params_destroy) struct wg_params *params = wg_params_new();
    wg_params_i64(params, find->staff);
    wg_params_i64(params, find->below);
    wg_params_bool(params, find->unread);
    wg_params_i32(params, find->limit);
    wg_params_i32(params, find->walk);
    wg_params_text(params, find->sight);
    wg_params_text(params, find->veil);
    wg_flight_add(flight, SQL_FIND_INBOX, &params);
}

/* ---- counters */

void store_read_states(struct wg_flight *flight, const struct store_counters *counters)
{
    char next[WG_AREA_ROOM];
    wg_area_next(counters->area, next);
    WG_AUTO(wg_params_destroy) struct wg_params *params = wg_params_new();
    wg_params_text(params, counters->area);
    wg_params_text(params, counters->level);
    wg_params_text(params, next);
    wg_params_i32(params, counters->from);
    wg_params_i32(params, counters->to);
    wg_params_bool(params, counters->english);
    wg_params_i32(params, counters->areas);
    wg_flight_add(flight, SQL_READ_COUNTERS_STATES, &params);
}

void store_read_categories(struct wg_flight *flight, const struct store_counters *counters)
{
    char next[WG_AREA_ROOM];
    wg_area_next(counters->area, next);
    WG_AUTO(wg_params_destroy) struct wg_params *params = wg_params_new();
    wg_params_text(params, counters->area);
    wg_params_text(params, next);
    wg_params_i32(params, counters->from);
    wg_params_i32(params, counters->to);
    wg_params_text(params, counters->category);
    wg_params_bool(params, counters->english);
    wg_flight_add(flight, SQL_READ_COUNTERS_CATEGORIES, &params);
}

void store_read_position(struct wg_flight *flight)
{
    WG_AUTO(wg_params_destroy) struct wg_params *params = wg_params_new();
    wg_flight_add(flight, SQL_READ_ROLLUP_POSITION, &params);
}

/* ---- the log and the fold */

void store_read_feed(struct wg_flight *flight, const struct store_feed *feed)
{
    WG_AUTO(wg_params_destroy) struct wg_params *params = wg_params_new();
    put_cursor(params, &feed->after);
    wg_params_i32(params, feed->walk);
    wg_params_i32(params, feed->limit);
    put_scope(params, feed->scope);
    put_texts_or_null(params, feed->types, feed->n_types);
    wg_params_text(params, feed->sight);
    wg_params_text(params, feed->veil);
    wg_flight_add(flight, SQL_READ_FEED, &params);
}

void store_claim_rollups(struct wg_flight *flight, const char *me, int64_t now, int64_t until)
{
    WG_AUTO(wg_params_destroy) struct wg_params *params = wg_params_new();
    wg_params_text(params, me);
    wg_params_time(params, now);
    wg_params_time(params, until);
    wg_flight_add(flight, SQL_CLAIM_ROLLUPS, &params);
}

void store_release_rollups(struct wg_flight *flight, const char *me, int64_t now)
{
    WG_AUTO(wg_params_destroy) struct wg_params *params = wg_params_new();
    wg_params_text(params, me);
    wg_params_time(params, now);
    wg_flight_add(flight, SQL_RELEASE_ROLLUPS, &params);
}

void store_read_log(struct wg_flight *flight, const struct cursor *after, int limit)
{
    WG_AUTO(wg_params_destroy) struct wg_params *none = wg_params_new();
    wg_flight_add(flight, SQL_READ_HORIZON, &none);
    WG_AUTO(wg_params_destroy) struct wg_params *params = wg_params_new();
    put_cursor(params, after);
    wg_params_i32(params, limit);
    wg_flight_add(flight, SQL_READ_LOG, &params);
}

/* Five columns of one table's rows. */
static void put_rows(struct wg_params *params, const struct rollups_row *rows, size_t n)
{
    struct wg_column *columns[] = { wg_column_new(WG_STRING), wg_column_new(WG_I32),
                                    wg_column_new(WG_STRING), wg_column_new(WG_I32),
                                    wg_column_new(WG_I32) };
    for (size_t i = 0; i < n; i++) {
        wg_column_text(columns[0], rows[i].area);
        wg_column_i64(columns[1], rows[i].day);
        wg_column_text(columns[2], rows[i].name);
        wg_column_i64(columns[3], rows[i].more);
        wg_column_i64(columns[4], rows[i].less);
    }
    for (size_t i = 0; i < WG_COUNT(columns); i++)
        wg_params_array(params, &columns[i]);
}

void store_write_rollups(struct wg_flight *flight, const struct store_batch *batch)
{
    size_t n;
    WG_AUTO(wg_params_destroy) struct wg_params *params = wg_params_new();
    wg_params_text(params, batch->me);
    put_cursor(params, &batch->from);
    put_cursor(params, &batch->to);
    wg_params_time(params, batch->until);
    const struct rollups_row *states = rollups_states(batch->rollups, &n);
    put_rows(params, states, n);
    const struct rollups_row *categories = rollups_categories(batch->rollups, &n);
    put_rows(params, categories, n);
    const struct rollups_row *durations = rollups_durations(batch->rollups, &n);
    put_rows(params, durations, n);
    wg_flight_add(flight, SQL_WRITE_ROLLUPS, &params);
}

/* ---- the rest */

void store_read_pulse(struct wg_flight *flight)
{
    WG_AUTO(wg_params_destroy) struct wg_params *params = wg_params_new();
    wg_flight_add(flight, SQL_READ_PULSE, &params);
}

void store_read_workflow(struct wg_flight *flight, int64_t after)
{
    WG_AUTO(wg_params_destroy) struct wg_params *params = wg_params_new();
    wg_params_i64(params, after);
    wg_flight_add(flight, SQL_READ_WORKFLOW, &params);
}

void store_read_instances(struct wg_flight *flight, int64_t since)
{
    WG_AUTO(wg_params_destroy) struct wg_params *params = wg_params_new();
    wg_params_time(params, since);
    wg_flight_add(flight, SQL_READ_INSTANCES, &params);
}
