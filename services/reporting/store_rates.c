#include "services/reporting/store_rates.h"

#include "common/area.h"

#include "reporting_sql.h"

static void put_position(struct wg_params *params, const struct cursor *cursor)
{
    wg_params_i64(params, cursor->xid);
    wg_params_i64(params, cursor->case_id);
    wg_params_i32(params, (int32_t)cursor->n);
}

void store_claim_rates(struct wg_flight *flight, const struct store_claim *claim)
{
    WG_AUTO(wg_params_destroy) struct wg_params *params = wg_params_new();
    wg_params_text(params, claim->name);
    wg_params_text(params, claim->me);
    wg_params_time(params, claim->now);
    wg_params_time(params, claim->until);
    wg_flight_add(flight, SQL_CLAIM_RATES, &params);
}

void store_read_rate_log(struct wg_flight *flight, const struct cursor *after, int limit)
{
    WG_AUTO(wg_params_destroy) struct wg_params *params = wg_params_new();
    put_position(params, after);
    wg_params_i32(params, limit);
    wg_flight_add(flight, SQL_READ_RATE_LOG, &params);
}

static void put_ids(struct wg_params *params, const int64_t *ids, size_t n)
{
    WG_AUTO(wg_column_destroy) struct wg_column *column = wg_column_new(WG_I64);
    for (size_t i = 0; i < n; i++)
        wg_column_i64(column, ids[i]);
    wg_params_array(params, &column);
}

void store_read_rate_events(struct wg_flight *flight, const int64_t *ids, size_t n)
{
    WG_AUTO(wg_params_destroy) struct wg_params *params = wg_params_new();
    put_ids(params, ids, n);
    wg_flight_add(flight, SQL_READ_RATE_EVENTS, &params);
}

static void put_facts(struct wg_params *params, const struct store_facts *batch)
{
    struct wg_column *c[] = { wg_column_new(WG_STRING), wg_column_new(WG_I64),
                              wg_column_new(WG_I32),    wg_column_new(WG_STRING),
                              wg_column_new(WG_STRING), wg_column_new(WG_I32),
                              wg_column_new(WG_I32),    wg_column_new(WG_STRING) };
    for (size_t i = 0; i < batch->n_facts; i++) {
        const struct store_fact *fact = &batch->facts[i];
        wg_column_text(c[0], fact->rate);
        wg_column_i64(c[1], fact->case_id);
        wg_column_i64(c[2], fact->day);
        wg_column_text(c[3], fact->area);
        wg_column_text(c[4], fact->category);
        wg_column_i64_or_null(c[5], fact->party);
        wg_column_i64(c[6], fact->part);
        wg_column_text(c[7], fact->why);
    }
    for (size_t i = 0; i < WG_COUNT(c); i++)
        wg_params_array(params, &c[i]);
}

void store_write_rates(struct wg_flight *flight, const struct store_facts *batch)
{
    WG_AUTO(wg_params_destroy) struct wg_params *params = wg_params_new();
    wg_params_text(params, batch->claim.name);
    wg_params_text(params, batch->claim.me);
    put_position(params, &batch->from);
    put_position(params, &batch->to);
    wg_params_time(params, batch->claim.until);
    wg_params_i32(params, batch->version);
    put_ids(params, batch->ids, batch->n_ids);
    put_facts(params, batch);
    wg_flight_add(flight, SQL_WRITE_RATES, &params);
}

static void put_area(struct wg_params *params, const char *area)
{
    char next[WG_AREA_ROOM];
    wg_area_next(area, next);
    wg_params_text(params, area);
    wg_params_text(params, next);
}

void store_read_rates(struct wg_flight *flight, const struct store_rates *ask)
{
    WG_AUTO(wg_params_destroy) struct wg_params *params = wg_params_new();
    WG_AUTO(wg_column_destroy) struct wg_column *rates = wg_column_new(WG_STRING);
    for (size_t i = 0; i < ask->n_rates; i++)
        wg_column_text(rates, ask->rates[i]);
    wg_params_i32(params, ask->version);
    wg_params_array(params, &rates);
    wg_params_i32(params, ask->from);
    wg_params_i32(params, ask->to);
    put_area(params, ask->area);
    wg_params_text(params, ask->by);
    wg_params_i32(params, ask->digits);
    wg_params_bool(params, ask->english);
    wg_params_i32(params, ask->limit);
    wg_flight_add(flight, SQL_READ_RATES, &params);
}

void store_read_rate_versions(struct wg_flight *flight)
{
    WG_AUTO(wg_params_destroy) struct wg_params *none = wg_params_new();
    wg_flight_add(flight, SQL_READ_RATE_VERSIONS, &none);
}

void store_find_rate_cases(struct wg_flight *flight, const struct store_rate_cases *find)
{
    WG_AUTO(wg_params_destroy) struct wg_params *params = wg_params_new();
    wg_params_i32(params, find->version);
    wg_params_text(params, find->rate);
    wg_params_i32(params, find->from);
    wg_params_i32(params, find->to);
    put_area(params, find->area);
    wg_params_i32(params, find->least);
    wg_params_i32(params, find->most);
    wg_params_text(params, find->why);
    wg_params_text(params, find->category);
    wg_params_text(params, find->party);
    wg_params_text(params, find->sight);
    wg_params_i64(params, find->below);
    wg_params_i32(params, find->limit);
    wg_flight_add(flight, SQL_FIND_RATE_CASES, &params);
}
