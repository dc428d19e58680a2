/* PostgreSQL through libpq in pipeline mode, on the loop.
 *
 * A flight is some statements and one sync, without BEGIN/COMMIT: one transaction. It is committed
 * when the sync's result has come and no result before it was an error; nothing else means yes
 * (docs/architecture.md). After each connect: not in recovery, fsync, synchronous_commit and
 * full_page_writes on, schema version inside the range, clock within a second of PostgreSQL's; then
 * every statement is prepared; then work. A statement that cannot be prepared leaves the connection
 * up, the service not ready and an alarm in the log. Results come in binary; the getters below
 * decode them. */
#pragma once

#include <libpq-fe.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/memory.h"

struct wg_service;
struct wg_db;
struct wg_flight;

/* Generated from services/<name>/sql and common/sql by ops/embed-sql: the enum's order is the
 * array's. */
struct wg_statement {
    const char *name;
    const char *sql;
};

/* ---- parameters: built in order $1, $2 …; freed by wg_flight_add */

struct wg_params;
struct wg_params *wg_params_new(void);
void wg_params_destroy(struct wg_params **params);
void wg_params_null(struct wg_params *params);
void wg_params_i16(struct wg_params *params, int16_t value);
void wg_params_i32(struct wg_params *params, int32_t value);
void wg_params_i64(struct wg_params *params, int64_t value);
void wg_params_f64(struct wg_params *params, double value);
void wg_params_bool(struct wg_params *params, bool value);
void wg_params_time(struct wg_params *params, int64_t microseconds); /* timestamptz */
void wg_params_text(struct wg_params *params, const char *text);     /* NULL = null */
void wg_params_bytes(struct wg_params *params, const void *bytes,
                     size_t length); /* bytea; NULL = null */

/* ---- array parameters: a column of an unnest() */

enum wg_type {
    WG_I16,
    WG_I32,
    WG_I64,
    WG_F64,
    WG_BOOL,
    WG_TIME,
    WG_STRING,
    WG_JSON,
    WG_JSONB,
    WG_BYTEA
};

struct wg_column;
struct wg_column *wg_column_new(enum wg_type type);
void wg_column_destroy(struct wg_column **column);
void wg_column_null(struct wg_column *column);
void wg_column_i64(struct wg_column *column,
                   int64_t value); /* of I16, I32, I64, BOOL, TIME alike */
void wg_column_f64(struct wg_column *column, double value);
void wg_column_text(struct wg_column *column, const char *text); /* STRING, JSONB; NULL = null */
void wg_column_bytes(struct wg_column *column, const void *bytes,
                     size_t length); /* STRING, BYTEA; NULL = null */
/* The same where 0, or "", stands for nothing. */
void wg_column_i64_or_null(struct wg_column *column, int64_t value);
void wg_column_text_or_null(struct wg_column *column, const char *text);
/* Takes the column. */
void wg_params_array(struct wg_params *params, struct wg_column **column);

/* ---- flights */

enum wg_outcome {
    WG_COMMITTED,
    WG_UNKNOWN, /* the connection was lost after sending: it may have been committed */
    WG_NOBODY, /* 08, 40, 53, 55P03, 57P*, 25006, never sent: nobody to blame, nothing written; send
                  again */
    WG_ITEM,   /* 22, 23, 54: an item of the batch */
    WG_TIMEOUT, /* 57014: halve; alone it is a counted try, no verdict */
    WG_SERVICE, /* 42, 28, 3D, XX and all else: the service itself; it is now not ready and judges
                   no row */
};

typedef void wg_landed(struct wg_flight *flight, void *arg);

/* landed is called exactly once, after which the flight is destroyed. */
struct wg_flight *wg_flight_new(wg_landed *landed, void *arg);
void wg_flight_destroy(struct wg_flight **flight);
/* Appends one statement; takes params. */
void wg_flight_add(struct wg_flight *flight, int statement, struct wg_params **params);

enum wg_outcome wg_flight_outcome(const struct wg_flight *flight);
const char *wg_flight_sqlstate(const struct wg_flight *flight); /* "" where there is none */
const char *wg_flight_message(const struct wg_flight *flight);
/* The result of the i-th statement; NULL unless committed. Valid until landed returns. */
const PGresult *wg_flight_result(const struct wg_flight *flight, size_t i);

/* ---- connections */

/* Opens a connection that knows the statements; reconnects by itself with back-off and jitter (50
 * ms … 2 s). name is for the log and for /healthz. in_flight: how many flights may be on the wire
 * (a writer: 1). */
struct wg_db *wg_db_new(struct wg_service *service, const char *name,
                        const struct wg_statement *statements, size_t n, size_t in_flight);
void wg_db_destroy(struct wg_db **db);
/* Called each time when the connection has become ready for work. Several may be added. */
void wg_db_on_ready(struct wg_db *db, void (*fn)(void *arg), void *arg);
bool wg_db_ready(const struct wg_db *db);
/* Microseconds (wg_clock_mono) since when the database is away; 0 while it is there. */
int64_t wg_db_away_since(const struct wg_db *db);
/* How many more flights fit on the wire now. */
size_t wg_db_room(const struct wg_db *db);

enum { WG_DB_FULL = 1 };
/* Takes the flight and sends it, or keeps it in line (up to 1,000) until there is room and a
 * connection. Flights waiting in line when their patience (5 s) ends land as WG_NOBODY. WG_DB_FULL:
 * the line is full; the flight stays the caller's. */
int wg_db_send(struct wg_db *db, struct wg_flight **flight) WG_MUST_USE;

/* ---- getters for binary results; a null gives 0, false, 0.0 or NULL */

bool wg_is_null(const PGresult *result, int row, int column);
int64_t wg_get_i64(const PGresult *result, int row, int column); /* int2, int4, int8, xid8 */
double wg_get_f64(const PGresult *result, int row, int column);
bool wg_get_bool(const PGresult *result, int row, int column);
int64_t wg_get_time(const PGresult *result, int row,
                    int column); /* timestamptz → microseconds since 1970 */
const char *wg_get_text(const PGresult *result, int row,
                        int column); /* text, varchar, and jsonb cast to text */
const void *wg_get_bytes(const PGresult *result, int row, int column, size_t *ret_length);
