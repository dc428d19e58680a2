#include "tests/bench/rows.h"

#include <err.h>
#include <stdlib.h>
#include <string.h>

#include "common/clock.h"
#include "common/memory.h"

static const char *const read_rows =
    "WITH last AS (SELECT * FROM reports ORDER BY id DESC LIMIT 4096),"
    " told AS (SELECT case_id, rule, string_agg(staff::text, ',') AS staff FROM deliveries"
    "  WHERE n = 1 AND case_id >= (SELECT min(id) FROM last) GROUP BY case_id, rule) "
    "SELECT r.text, r.category, r.area, r.crs, r.address, r.channel, r.language, r.lat, r.lon,"
    " c.lat, c.lon, c.workflow, c.area_id, c.holder, (extract(epoch FROM c.due_at) * 1e6)::bigint,"
    " (extract(epoch FROM c.wake_at) * 1e6)::bigint, c.state, c.level, c.grade, c.area, c.category,"
    " c.reason, c.title, c.clocks::text, c.training, c.restricted, e.type, e.data::text,"
    " t.rule, t.staff, c.more::text "
    "FROM last r JOIN cases c USING (id) JOIN events e ON e.case_id = c.id AND e.n = 1 "
    "LEFT JOIN told t ON t.case_id = c.id ORDER BY c.id";

enum column {
    TEXT,
    CATEGORY,
    AREA,
    CRS,
    ADDRESS,
    CHANNEL,
    LANGUAGE,
    LAT,
    LON,
    CASE_LAT,
    CASE_LON,
    WORKFLOW,
    AREA_ID,
    HOLDER,
    DUE_AT,
    WAKE_AT,
    STATE,
    LEVEL,
    GRADE,
    CASE_AREA,
    CASE_CATEGORY,
    REASON,
    TITLE,
    CLOCKS,
    TRAINING,
    RESTRICTED,
    TYPE,
    DATA,
    RULE,
    STAFF,
    MORE
};

/* ---- reading, in PostgreSQL's text format */

static const char *text(const PGresult *result, int row, enum column column)
{
    return PQgetisnull(result, row, (int)column) ? NULL : PQgetvalue(result, row, (int)column);
}

static int64_t number(const PGresult *result, int row, enum column column)
{
    return strtoll(PQgetvalue(result, row, (int)column), NULL, 10);
}

static void read_row(const PGresult *from, int i, struct row *row)
{
    *row = (struct row){
        .text = text(from, i, TEXT),
        .category = text(from, i, CATEGORY),
        .area = text(from, i, AREA),
        .crs = text(from, i, CRS),
        .address = text(from, i, ADDRESS),
        .channel = text(from, i, CHANNEL),
        .language = text(from, i, LANGUAGE),
        .has_point = text(from, i, LAT) != NULL,
        .lat = strtod(PQgetvalue(from, i, LAT), NULL),
        .lon = strtod(PQgetvalue(from, i, LON), NULL),
        .case_lat = strtod(PQgetvalue(from, i, CASE_LAT), NULL),
        .case_lon = strtod(PQgetvalue(from, i, CASE_LON), NULL),
        .workflow = number(from, i, WORKFLOW),
        .area_id = number(from, i, AREA_ID),
        .holder = number(from, i, HOLDER),
        .due_at = number(from, i, DUE_AT),
        .wake_at = number(from, i, WAKE_AT),
        .state = text(from, i, STATE),
        .level = text(from, i, LEVEL),
        .grade = text(from, i, GRADE),
        .case_area = text(from, i, CASE_AREA),
        .case_category = text(from, i, CASE_CATEGORY),
        .reason = text(from, i, REASON),
        .title = text(from, i, TITLE),
        .clocks = text(from, i, CLOCKS),
        .training = PQgetvalue(from, i, TRAINING)[0] == 't',
        .restricted = PQgetvalue(from, i, RESTRICTED)[0] == 't',
        .type = text(from, i, TYPE),
        .data = text(from, i, DATA),
        .rule = text(from, i, RULE),
        .staff = text(from, i, STAFF),
        .more = text(from, i, MORE),
    };
}

struct rows rows_read(PGconn *connection)
{
    struct rows rows = { .result = PQexec(connection, read_rows) };
    if (PQresultStatus(rows.result) != PGRES_TUPLES_OK)
        errx(1, "reading cases: %s", PQerrorMessage(connection));
    rows.n = (size_t)PQntuples(rows.result);
    if (rows.n == 0)
        errx(1, "no cases are there to take the parameters from: send some reports first");
    rows.of = wg_new_array(rows.n, sizeof *rows.of);
    for (size_t i = 0; i < rows.n; i++)
        read_row(rows.result, (int)i, &rows.of[i]);
    return rows;
}

void rows_destroy(struct rows *rows)
{
    PQclear(rows->result);
    free(rows->of);
    *rows = (struct rows){ 0 };
}

/* ---- parameters */

static const struct row *row_of(const struct rows_slice *slice, size_t i)
{
    return &slice->rows->of[(slice->at + i) % slice->rows->n];
}

static void put_id(struct wg_column *column, int64_t value)
{
    if (value == 0)
        wg_column_null(column);
    else
        wg_column_i64(column, value);
}

static void put_point(struct wg_column **columns, bool given, double lat, double lon)
{
    if (!given) {
        wg_column_null(columns[0]);
        wg_column_null(columns[1]);
        return;
    }
    wg_column_f64(columns[0], lat);
    wg_column_f64(columns[1], lon);
}

static void open_columns(struct wg_column **columns, const enum wg_type *types, size_t n)
{
    for (size_t i = 0; i < n; i++)
        columns[i] = wg_column_new(types[i]);
}

static struct wg_params *close_columns(struct wg_column **columns, size_t n)
{
    struct wg_params *params = wg_params_new();
    for (size_t i = 0; i < n; i++)
        wg_params_array(params, &columns[i]);
    return params;
}

static void put_report(struct wg_column **c, const struct row *row, int64_t id, int64_t now)
{
    wg_column_i64(c[0], id);
    wg_column_i64(c[1], now);
    wg_column_null(c[2]);
    wg_column_text(c[3], row->text);
    wg_column_text(c[4], row->category);
    wg_column_text(c[5], row->area);
    put_point(c + 6, row->has_point, row->lat, row->lon);
    wg_column_text(c[8], row->crs);
    wg_column_text(c[9], row->address);
    wg_column_text(c[10], row->channel);
    wg_column_text(c[11], row->language);
    wg_column_null(c[12]);
    wg_column_i64(c[13], false);
    wg_column_i64(c[14], row->training);
    for (size_t i = 15; i < 24; i++)
        wg_column_null(c[i]);
    wg_column_i64(c[24], false);
}

struct wg_params *rows_reports(const struct rows_slice *slice, int64_t now)
{
    static const enum wg_type types[] = {
        WG_I64,    WG_TIME,   WG_TIME,   WG_STRING, WG_STRING, WG_STRING, WG_F64,    WG_F64,
        WG_STRING, WG_STRING, WG_STRING, WG_STRING, WG_I64,    WG_BOOL,   WG_BOOL,   WG_STRING,
        WG_STRING, WG_TIME,   WG_TIME,   WG_BYTEA,  WG_BYTEA,  WG_BYTEA,  WG_STRING, WG_STRING,
        WG_BOOL,   WG_I64,    WG_BYTEA,  WG_BOOL,   WG_BOOL,
    };
    struct wg_column *columns[WG_COUNT(types)];
    open_columns(columns, types, WG_COUNT(types));
    for (size_t i = 0; i < slice->n; i++)
        put_report(columns, row_of(slice, i), slice->first + (int64_t)i, now);
    struct wg_params *params = close_columns(columns, WG_COUNT(types));
    wg_params_time(params, now + WG_SECOND);
    return params;
}

static void put_case(struct wg_column **c, const struct row *row, int64_t id, int64_t now)
{
    wg_column_i64(c[0], id);
    wg_column_i64(c[1], row->workflow);
    wg_column_text(c[2], row->state);
    wg_column_text(c[3], row->level);
    wg_column_text(c[4], row->grade);
    wg_column_i64(c[5], row->area_id);
    wg_column_text(c[6], row->case_area);
    wg_column_text(c[7], row->case_category);
    put_id(c[8], row->holder);
    wg_column_text(c[9], row->reason);
    wg_column_text(c[10], row->title);
    put_point(c + 11, row->has_point, row->case_lat, row->case_lon);
    wg_column_i64(c[13], row->training);
    wg_column_i64(c[14], row->restricted);
    wg_column_i64(c[15], now);
    put_id(c[16], row->due_at);
    put_id(c[17], row->wake_at);
    wg_column_text(c[18], row->clocks);
    wg_column_text(c[19], row->type);
    wg_column_text(c[20], row->data);
    wg_column_text(c[21], row->more);
    wg_column_null(c[22]); /* nobody complains about anybody */
    wg_column_null(c[23]);
    wg_column_null(c[24]); /* nor has anybody dealt with it */
    wg_column_null(c[25]);
}

struct wg_params *rows_cases(const struct rows_slice *slice, int64_t now)
{
    static const enum wg_type types[] = {
        WG_I64,  WG_I32,    WG_STRING, WG_STRING, WG_STRING, WG_I64,  WG_STRING, WG_STRING,
        WG_I64,  WG_STRING, WG_STRING, WG_F64,    WG_F64,    WG_BOOL, WG_BOOL,   WG_TIME,
        WG_TIME, WG_TIME,   WG_JSON,   WG_STRING, WG_JSON,   WG_JSON, WG_I64,    WG_STRING,
        WG_I64,  WG_STRING, WG_I64,    WG_STRING, WG_STRING, WG_BOOL, WG_BOOL,
    };
    enum { NOTICE = 26 };
    struct wg_column *columns[WG_COUNT(types)];
    open_columns(columns, types, WG_COUNT(types));
    for (size_t i = 0; i < slice->n; i++) {
        const struct row *row = row_of(slice, i);
        int64_t id = slice->first + (int64_t)i;
        put_case(columns, row, id, now);
        if (row->rule == NULL)
            continue;
        wg_column_i64(columns[NOTICE], id);
        wg_column_text(columns[NOTICE + 1], row->rule);
        wg_column_text(columns[NOTICE + 2], row->staff);
        wg_column_i64(columns[NOTICE + 3], false);
        wg_column_i64(columns[NOTICE + 4], row->training);
    }
    struct wg_params *params = close_columns(columns, WG_COUNT(types));
    wg_params_time(params, now);
    wg_params_time(params, now + WG_SECOND);
    return params;
}

struct wg_params *rows_ids(const struct rows_slice *slice)
{
    struct wg_column *ids = wg_column_new(WG_I64);
    for (size_t i = 0; i < slice->n; i++)
        wg_column_i64(ids, slice->first + (int64_t)i);
    return close_columns(&ids, 1);
}
