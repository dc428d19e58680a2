/* One connection: connect, check, prepare, fly. What is on the wire when it breaks lands as
 * WG_UNKNOWN; what waits in line goes on waiting until its patience ends. See common/db.h for the
 * promises. */
#include "common/db.h"

#include <string.h>

#include "common/clock.h"
#include "common/db_address.h"
#include "common/db_check.h"
#include "common/error.h"
#include "common/fault.h"
#include "common/flight.h"
#include "common/log.h"
#include "common/metrics.h"
#include "common/service.h"
#include "common/text.h"

enum { LINE_MOST = 1000, READY_CALLS_MOST = 8, TURN_US = 2000 };
enum { PATIENCE_MS = 5000, BACKOFF_LOWEST_MS = 50, BACKOFF_HIGHEST_MS = 2000 };

enum stage { AWAY, CONNECTING, CHECKING, PREPARING, READY, REFUSED };

struct ready_call {
    void (*fn)(void *arg);
    void *arg;
};

struct wg_db {
    struct wg_service *service;
    const char *name;
    const struct wg_statement *statements;
    size_t n_statements, in_flight, prepared;
    PGconn *connection;
    enum stage stage;
    int watched; /* descriptor; -1 none */
    bool watched_writable;
    bool losing;  /* broken, and closed as soon as the handler has returned */
    bool resting; /* its turn was long enough: the loop goes round before more lands */
    int64_t backoff_ms, away_since;
    bool prepared_anew; /* reconnected because of 0A or 26, and no success since */
    char prepare_fault[200];
    struct wg_line waiting, flying;
    struct ready_call on_ready[READY_CALLS_MOST];
    size_t n_on_ready;
};

static void connect_start(void *arg);
static void on_descriptor(void *arg);
static void read_on(void *arg);

/* ---- the connection */

static void unwatch(struct wg_db *db)
{
    if (db->watched >= 0)
        wg_service_unwatch(db->service, db->watched);
    db->watched = -1;
}

static void watch(struct wg_db *db, bool writable)
{
    int descriptor = PQsocket(db->connection);
    if (descriptor == db->watched && writable == db->watched_writable)
        return;
    unwatch(db);
    wg_service_watch(db->service, descriptor, writable, on_descriptor, db);
    db->watched = descriptor;
    db->watched_writable = writable;
}

static void say_away(struct wg_db *db, const char *why)
{
    char reason[300];
    snprintf(reason, sizeof reason, "%.*s", (int)strcspn(why, "\n"), why);
    wg_service_part(db->service, db->name, reason);
    wg_log(WG_WARNING, "database-away", "connection=%s reason=%s", db->name, wg_log_quote(reason));
}

/* Closes, lands what was on the wire as unknown, and tries again after the back-off. */
static void lose(struct wg_db *db, const char *why)
{
    if (db->stage == AWAY)
        return;
    say_away(db, why);
    unwatch(db);
    PQfinish(db->connection);
    db->connection = NULL;
    db->stage = AWAY;
    db->losing = false;
    if (db->away_since == 0)
        db->away_since = wg_clock_mono();
    struct wg_line lost = db->flying;
    if (lost.n == 0)
        wg_line_init(&lost);
    wg_line_init(&db->flying);
    int64_t jitter = random() % (db->backoff_ms / 2 + 1);
    wg_service_timer(db->service, db->backoff_ms + jitter, 1, connect_start, db);
    db->backoff_ms =
        db->backoff_ms * 2 > BACKOFF_HIGHEST_MS ? BACKOFF_HIGHEST_MS : db->backoff_ms * 2;
    while (lost.first != NULL) {
        struct wg_flight *flight = lost.first;
        lost.first = flight->next;
        wg_flight_land_as(flight, WG_UNKNOWN, why);
    }
}

static void lose_connection(struct wg_db *db)
{
    char why[300];
    snprintf(why, sizeof why, "%s", PQerrorMessage(db->connection));
    lose(db, why[0] != '\0' ? why : "the connection was closed");
}

static void lose_now(void *arg)
{
    struct wg_db *db = arg;
    if (db->losing) /* else it was lost meanwhile */
        lose_connection(db);
}

/* Never within wg_db_send: its caller must have returned before its flight lands. */
static void lose_soon(struct wg_db *db)
{
    if (db->losing)
        return;
    db->losing = true;
    wg_service_soon(db->service, lose_now, db);
}

static void flush(struct wg_db *db)
{
    int unsent = PQflush(db->connection);
    if (unsent < 0)
        lose_soon(db);
    else
        watch(db, unsent == 1);
}

/* Sends from the line what fits on the wire. */
static void pump(struct wg_db *db)
{
    bool sent = false;
    while (db->stage == READY && !db->losing && db->waiting.first != NULL &&
           db->flying.n < db->in_flight) {
        struct wg_flight *flight = wg_line_take(&db->waiting);
        wg_line_add(&db->flying, flight);
        sent = true;
        if (wg_flight_send(flight, db->connection, db->statements) < 0) {
            lose_soon(db);
            return;
        }
    }
    if (!sent)
        return;
    flush(db);
    if (WG_FAULT(DB_COMMIT_SENT) < 0)
        lose_soon(db);
}

/* 0A ("cached plan must not change result type") and 26 (statement unknown): connect and prepare
 * anew, once. */
static bool prepare_anew(struct wg_db *db, struct wg_flight *flight)
{
    bool stale = strncmp(flight->sqlstate, "0A", 2) == 0 || strncmp(flight->sqlstate, "26", 2) == 0;
    if (!stale || db->prepared_anew)
        return false;
    db->prepared_anew = true;
    flight->outcome = WG_NOBODY;
    return true;
}

/* A statement that fails for the service's own fault (a missing GRANT) makes it unready until that
 * statement succeeds. */
static void say_statement(struct wg_db *db, int statement, const char *fault)
{
    if (fault != NULL || !wg_service_ready(db->service))
        wg_service_part(db->service, db->statements[statement].name, fault);
}

static void flight_over(struct wg_db *db)
{
    struct wg_flight *flight = wg_line_take(&db->flying);
    bool anew = flight->outcome == WG_SERVICE && prepare_anew(db, flight);
    int failed = flight->sent[flight->answered < flight->n ? flight->answered : 0].statement;
    if (flight->outcome == WG_COMMITTED) {
        db->prepared_anew = false;
        for (size_t i = 0; i < flight->n; i++)
            say_statement(db, flight->sent[i].statement, NULL);
    } else {
        wg_log(flight->outcome == WG_SERVICE ? WG_ERROR : WG_WARNING, "flight-failed",
               "connection=%s statement=%s sqlstate=%s message=%s", db->name,
               db->statements[failed].name, flight->sqlstate, wg_log_quote(flight->message));
    }
    if (flight->outcome == WG_SERVICE)
        say_statement(db, failed, flight->message);
    wg_flight_land(flight);
    if (anew)
        lose(db, "statements are prepared anew");
}

/* A result of a prepared flight: of its next statement, or its sync. */
static void take_result(struct wg_db *db, PGresult *result)
{
    struct wg_flight *flight = db->flying.first;
    switch (PQresultStatus(result)) {
    case PGRES_PIPELINE_SYNC:
        PQclear(result);
        flight_over(db);
        return;
    case PGRES_TUPLES_OK:
    case PGRES_COMMAND_OK:
        if (flight->answered < flight->n) {
            flight->sent[flight->answered++].result = result;
            return;
        }
        break;
    case PGRES_PIPELINE_ABORTED:
        break;
    default:
        wg_flight_note_error(flight, result);
        break;
    }
    PQclear(result);
}

/* ---- after connecting: checks, then statements */

static void prepare_all(struct wg_db *db)
{
    db->stage = PREPARING;
    db->prepared = 0;
    db->prepare_fault[0] = '\0';
    bool sent = PQenterPipelineMode(db->connection) == 1;
    for (size_t i = 0; sent && i < db->n_statements; i++)
        sent = PQsendPrepare(db->connection, db->statements[i].name, db->statements[i].sql, 0,
                             NULL) == 1 &&
               PQpipelineSync(db->connection) == 1;
    if (!sent)
        lose_connection(db);
    else
        flush(db);
}

static void take_check(struct wg_db *db, PGresult *result)
{
    const char *fault = wg_db_judge(result);
    char why[300];
    wg_copy(why, sizeof why, fault);
    PQclear(result);
    if (fault != NULL)
        lose(db, why);
}

static void become_ready(struct wg_db *db)
{
    if (db->prepare_fault[0] != '\0') {
        db->stage = REFUSED;
        wg_service_part(db->service, db->name, db->prepare_fault);
        wg_log(WG_ERROR, "alarm", "connection=%s reason=%s", db->name,
               wg_log_quote(db->prepare_fault));
        return;
    }
    if (WG_FAULT(SERVICE_START_DATABASE) < 0) {
        lose(db, "fault point");
        return;
    }
    db->stage = READY;
    db->backoff_ms = BACKOFF_LOWEST_MS;
    db->away_since = 0;
    wg_service_part(db->service, db->name, NULL);
    wg_log(WG_INFO, "database-ready", "connection=%s", db->name);
    pump(db);
    for (size_t i = 0; i < db->n_on_ready && db->stage == READY; i++)
        db->on_ready[i].fn(db->on_ready[i].arg);
}

static void take_prepared(struct wg_db *db, PGresult *result)
{
    ExecStatusType status = PQresultStatus(result);
    if (status == PGRES_FATAL_ERROR && db->prepare_fault[0] == '\0')
        snprintf(db->prepare_fault, sizeof db->prepare_fault, "statement %s: %s",
                 db->statements[db->prepared < db->n_statements ? db->prepared : 0].name,
                 PQresultErrorField(result, PG_DIAG_MESSAGE_PRIMARY));
    PQclear(result);
    if (status == PGRES_PIPELINE_SYNC && ++db->prepared == db->n_statements)
        become_ready(db);
}

static bool expecting(const struct wg_db *db)
{
    return db->stage == CHECKING || db->stage == PREPARING ||
           (db->stage == READY && db->flying.n > 0);
}

/* Flights that land together are not handled in one breath: the loop goes round, and what libpq has
 * read already, which the descriptor would not tell of, comes next. */
static void rest(struct wg_db *db)
{
    if (!db->resting)
        wg_service_soon(db->service, read_on, db);
    db->resting = true;
}

static void read_results(struct wg_db *db)
{
    int64_t until = wg_clock_mono() + TURN_US;
    if (PQconsumeInput(db->connection) != 1) {
        lose_connection(db);
        return;
    }
    while (expecting(db) && !PQisBusy(db->connection)) {
        if (wg_clock_mono() > until) {
            rest(db);
            return;
        }
        enum stage stage = db->stage;
        PGresult *result = PQgetResult(db->connection);
        if (result == NULL) {
            if (stage == CHECKING)
                prepare_all(db);
        } else if (stage == CHECKING) {
            take_check(db, result);
        } else if (stage == PREPARING) {
            take_prepared(db, result);
        } else {
            take_result(db, result);
        }
    }
    if (db->stage != AWAY && PQstatus(db->connection) == CONNECTION_BAD)
        lose_connection(db);
}

static void go_on_connecting(struct wg_db *db)
{
    PostgresPollingStatusType status = PQconnectPoll(db->connection);
    if (status == PGRES_POLLING_FAILED) {
        lose_connection(db);
        return;
    }
    unwatch(db); /* libpq may have changed its socket */
    watch(db, status == PGRES_POLLING_WRITING);
    if (status != PGRES_POLLING_OK)
        return;
    db->stage = CHECKING;
    PQsetnonblocking(db->connection, 1);
    if (PQsendQueryParams(db->connection, wg_db_check_sql, 0, NULL, NULL, NULL, NULL, 1) != 1)
        lose_connection(db);
    else
        flush(db);
}

static void on_descriptor(void *arg)
{
    struct wg_db *db = arg;
    if (db->stage == CONNECTING) {
        go_on_connecting(db);
        return;
    }
    if (db->watched_writable)
        flush(db);
    if (db->stage != AWAY)
        read_results(db);
    if (db->stage == READY)
        pump(db);
}

static void read_on(void *arg)
{
    struct wg_db *db = arg;
    db->resting = false;
    if (db->connection != NULL && db->stage != AWAY && db->stage != CONNECTING)
        on_descriptor(db);
}

static void no_notice(void *arg, const PGresult *result)
{
    (void)arg;
    (void)result;
}

static void on_located(const char *address, const char *reason, void *arg)
{
    struct wg_db *db = arg;
    const char *const names[] = { "dbname", "hostaddr", NULL };
    const char *const values[] = { wg_service_settings(db->service)->database, address, NULL };
    db->stage = CONNECTING;
    if (reason != NULL) {
        lose(db, reason);
        return;
    }
    db->connection = PQconnectStartParams(names, values, 1);
    if (db->connection == NULL || PQstatus(db->connection) == CONNECTION_BAD) {
        lose_connection(db);
        return;
    }
    PQsetNoticeReceiver(db->connection, no_notice, NULL);
    watch(db, true);
}

static void connect_start(void *arg)
{
    struct wg_db *db = arg;
    wg_db_locate(db->service, wg_service_settings(db->service)->database, on_located, db);
}

/* Whoever has waited in line past his patience is told. */
static void end_patience(void *arg)
{
    struct wg_db *db = arg;
    int64_t limit = wg_clock_mono() - PATIENCE_MS * 1000;
    while (db->waiting.first != NULL && db->waiting.first->queued_at < limit)
        wg_flight_land_as(wg_line_take(&db->waiting), WG_NOBODY, "the database is away");
    if (db->stage == REFUSED) { /* a migration or a grant may have mended it */
        db->backoff_ms = BACKOFF_HIGHEST_MS;
        lose(db, db->prepare_fault);
    }
}

struct wg_db *wg_db_new(struct wg_service *service, const char *name,
                        const struct wg_statement *statements, size_t n, size_t in_flight)
{
    struct wg_db *db = wg_new(sizeof *db);
    *db = (struct wg_db){
        .service = service,
        .name = name,
        .statements = statements,
        .n_statements = n,
        .in_flight = in_flight,
        .watched = -1,
        .backoff_ms = BACKOFF_LOWEST_MS,
        .away_since = wg_clock_mono(),
    };
    wg_line_init(&db->waiting);
    wg_line_init(&db->flying);
    wg_service_part(service, name, "connecting");
    wg_service_timer(service, 0, 1, connect_start, db);
    wg_service_timer(service, 500, 0, end_patience, db);
    return db;
}

void wg_db_destroy(struct wg_db **db)
{
    struct wg_db *self = *db;
    if (self == NULL)
        return;
    unwatch(self);
    if (self->connection != NULL)
        PQfinish(self->connection);
    while (self->flying.first != NULL) {
        struct wg_flight *flight = wg_line_take(&self->flying);
        wg_flight_destroy(&flight);
    }
    while (self->waiting.first != NULL) {
        struct wg_flight *flight = wg_line_take(&self->waiting);
        wg_flight_destroy(&flight);
    }
    free(self);
    *db = NULL;
}

void wg_db_on_ready(struct wg_db *db, void (*fn)(void *arg), void *arg)
{
    if (db->n_on_ready == READY_CALLS_MOST)
        abort();
    db->on_ready[db->n_on_ready++] = (struct ready_call){ .fn = fn, .arg = arg };
}

bool wg_db_ready(const struct wg_db *db)
{
    return db->stage == READY;
}

int64_t wg_db_away_since(const struct wg_db *db)
{
    return db->away_since;
}

size_t wg_db_room(const struct wg_db *db)
{
    size_t taken = db->flying.n + db->waiting.n;
    return db->stage == READY && taken < db->in_flight ? db->in_flight - taken : 0;
}

int wg_db_send(struct wg_db *db, struct wg_flight **flight)
{
    if (db->waiting.n >= LINE_MOST)
        return WG_DB_FULL;
    (*flight)->queued_at = wg_clock_mono();
    wg_line_add(&db->waiting, *flight);
    *flight = NULL;
    pump(db);
    return 0;
}
