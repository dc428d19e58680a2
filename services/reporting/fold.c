/* One flight at a time: claim, or read, or write. What the answer to a write was is unknown where
 * the connection broke; then the claim reads the cursor again, which alone says how far the figures
 * go. */
#include "services/reporting/fold.h"

#include <inttypes.h>
#include <stdio.h>

#include "common/clock.h"
#include "common/fault.h"
#include "common/log.h"
#include "common/metrics.h"
#include "common/service.h"

#include "services/reporting/day.h"
#include "services/reporting/reporting.h"
#include "services/reporting/rollups.h"
#include "services/reporting/rules.h"
#include "services/reporting/store.h"
#include "services/reporting/tally.h"
#include "services/reporting/words.h"

enum {
    READ_MOST = 1000,
    BATCH_MOST = 5000,
    SWEEP_MS = 1000,
    AGAIN_LEAST_MS = 5,
    AGAIN_MOST_MS = 640
};
/* The first events after a quiet second are folded at once. While more pour in, a batch is gathered
 * this long, so that figures which many of them change are written once: what a row costs
 * PostgreSQL is what the fold costs. */
enum { GATHER_MS = 1000 };
static const int64_t LEASE = 10 * WG_SECOND;

struct fold {
    struct reporting *app;
    char me[24];
    bool mine, flying,
        wanted; /* the lease is held; a flight is under way; look again when it has landed */
    bool gone;  /* the lease was given back */
    struct cursor at, to; /* folded up to here; the batch in hand goes to there */
    int64_t until;        /* of the lease */
    uint64_t hinted, horizon;
    int64_t again_ms, written; /* wg_clock_mono of the last batch */
    bool timed;                /* a look is due by timer */
    size_t batch;              /* events in the batch in hand; they end at `to` */
    int64_t batch_at;          /* when the last of them happened */
    bool more;                 /* the last read was full: there are more below the horizon */
    struct rollups *rollups;
    struct wg_metric *events, *lost, *batch_events, *batch_rows, *lag;
};

static void look(struct fold *fold);

static void look_by_timer(void *arg)
{
    struct fold *fold = arg;
    fold->timed = false;
    look(fold);
}

static void look_in(struct fold *fold, int64_t delay_ms)
{
    if (fold->timed)
        return;
    fold->timed = true;
    wg_service_timer(fold->app->service, delay_ms, 1, look_by_timer, fold);
}

/* Sends, or leaves it to the next sweep. */
static void send_flight(struct fold *fold, struct wg_flight **flight)
{
    fold->flying = store_fold(fold->app->store, flight) == 0;
}

/* ---- after a batch, or where there was none */

/* The hint's transaction may be committed, and the horizon still held by another that began before.
 */
static void go_on(struct fold *fold)
{
    bool passed = fold->horizon > fold->hinted, wanted = fold->wanted;
    fold->wanted = false;
    if (fold->more) {
        look(fold);
    } else if (!passed) {
        fold->again_ms = fold->again_ms == 0 ? AGAIN_LEAST_MS : 2 * fold->again_ms;
        if (fold->again_ms <= AGAIN_MOST_MS) /* after that, the sweep */
            look_in(fold, fold->again_ms);
    } else if (wanted) {
        look(fold);
    }
    if (passed)
        fold->again_ms = 0;
}

/* ---- write */

static void written(struct wg_flight *flight, void *arg)
{
    struct fold *fold = arg;
    bool committed = wg_flight_outcome(flight) == WG_COMMITTED;
    fold->flying = false;
    rollups_clear(fold->rollups);
    if (!committed || wg_get_i64(wg_flight_result(flight, 0), 0, 0) != 1) {
        wg_log(WG_WARNING, "fold-lost", "committed=%d sqlstate=%s xid=%" PRId64, committed,
               wg_flight_sqlstate(flight), fold->to.xid);
        wg_count(fold->lost, 1);
        fold->mine = false; /* the next claim reads where the cursor stands */
        return;
    }
    fold->at = fold->to;
    fold->written = wg_clock_mono();
    wg_count(fold->events, fold->batch);
    wg_observe(fold->batch_events, (int64_t)fold->batch);
    wg_set(fold->lag,
           fold->more ? (double)(wg_clock_now() - fold->batch_at) / (double)WG_SECOND : 0);
    if (WG_FAULT(REPORTING_AFTER_FOLD) != 0) {
        fold->mine = false;
        return;
    }
    go_on(fold);
}

static void write_batch(struct fold *fold)
{
    size_t n_states, n_categories;
    if (WG_FAULT(REPORTING_FOLD) != 0) {
        rollups_clear(fold->rollups);
        fold->mine = false;
        return;
    }
    rollups_states(fold->rollups, &n_states);
    rollups_categories(fold->rollups, &n_categories);
    wg_observe(fold->batch_rows, (int64_t)(n_states + n_categories));
    fold->until = wg_clock_now() + LEASE;
    const struct store_batch batch = { .me = fold->me,
                                       .from = fold->at,
                                       .to = fold->to,
                                       .until = fold->until,
                                       .rollups = fold->rollups };
    WG_AUTO(wg_flight_destroy) struct wg_flight *flight = wg_flight_new(written, fold);
    store_write_rollups(flight, &batch);
    send_flight(fold, &flight);
    if (!fold->flying)
        rollups_clear(fold->rollups);
}

/* ---- read */

static const char *or_else(const char *text, const char *otherwise)
{
    return text != NULL ? text : otherwise;
}

static void take(struct fold *fold, const PGresult *rows, int row)
{
    struct rollups_event event = { .day = day_of(wg_get_time(rows, row, LOG_AT)),
                                   .first = wg_get_i64(rows, row, LOG_N) == 1 };
    if (wg_get_bool(rows, row, LOG_TRAINING))
        return;
    event.restricted = wg_get_bool(rows, row, LOG_RESTRICTED);
    event.was_restricted = wg_get_bool(rows, row, LOG_WAS_RESTRICTED);
    event.area = wg_get_text(rows, row, LOG_AREA);
    event.state = wg_get_text(rows, row, LOG_STATE);
    event.category = wg_get_text(rows, row, LOG_CATEGORY);
    event.was_area = or_else(wg_get_text(rows, row, LOG_WAS_AREA), event.area);
    event.was_state = or_else(wg_get_text(rows, row, LOG_WAS_STATE), event.state);
    event.was_category = event.category;
    if (wg_get_bool(rows, row, LOG_CATEGORY_CHANGED))
        event.was_category = wg_get_text(rows, row, LOG_WAS_CATEGORY);
    rollups_add(fold->rollups, &event, fold->app->words);
    if (!wg_is_null(rows, row, LOG_OPENED) && !event.restricted &&
        !wg_get_bool(rows, row, LOG_BACKFILLED) &&
        !rules_untimed(tally_rules(fold->app->tally), wg_get_text(rows, row, LOG_TYPE)) &&
        words_way_end(fold->app->words, wg_get_i64(rows, row, LOG_WORKFLOW), event.state))
        rollups_took(fold->rollups, &event,
                     wg_get_time(rows, row, LOG_AT) - wg_get_time(rows, row, LOG_OPENED));
}

static void events_read(struct wg_flight *flight, void *arg);

/* From where the batch in hand ends. */
static void read_on(struct fold *fold)
{
    WG_AUTO(wg_flight_destroy) struct wg_flight *flight = wg_flight_new(events_read, fold);
    store_read_log(flight, &fold->to, READ_MOST);
    send_flight(fold, &flight);
}

static void take_rows(struct fold *fold, const PGresult *rows)
{
    int n = PQntuples(rows);
    for (int row = 0; row < n; row++)
        take(fold, rows, row);
    fold->batch += (size_t)n;
    fold->more = n == READ_MOST;
    if (n == 0)
        return;
    fold->batch_at = wg_get_time(rows, n - 1, LOG_AT);
    fold->to = (struct cursor){ .xid = wg_get_i64(rows, n - 1, LOG_XID),
                                .case_id = wg_get_i64(rows, n - 1, LOG_CASE),
                                .n = wg_get_i64(rows, n - 1, LOG_N) };
}

static void events_read(struct wg_flight *flight, void *arg)
{
    struct fold *fold = arg;
    fold->flying = false;
    if (wg_flight_outcome(flight) != WG_COMMITTED) {
        rollups_clear(fold->rollups); /* the sweep begins anew */
        return;
    }
    fold->horizon = (uint64_t)wg_get_i64(wg_flight_result(flight, LOG_HORIZON_RESULT), 0, 0);
    take_rows(fold, wg_flight_result(flight, LOG_EVENTS_RESULT));
    if (fold->more && fold->batch < BATCH_MOST) {
        read_on(fold);
    } else if (fold->batch > 0) {
        write_batch(fold);
    } else {
        wg_set(fold->lag, 0);
        go_on(fold);
    }
}

static void look(struct fold *fold)
{
    if (!fold->mine || wg_service_draining(fold->app->service))
        return;
    if (fold->flying) {
        fold->wanted = true;
        return;
    }
    int64_t since_ms = (wg_clock_mono() - fold->written) / 1000;
    if (!fold->more && since_ms < GATHER_MS) {
        look_in(fold, GATHER_MS - since_ms);
        return;
    }
    fold->to = fold->at;
    fold->batch = 0;
    read_on(fold);
}

void fold_hint(struct fold *fold, uint64_t xid)
{
    if (xid > fold->hinted)
        fold->hinted = xid;
    fold->again_ms = 0;
    look(fold);
}

/* ---- the lease */

static void claimed(struct wg_flight *flight, void *arg)
{
    struct fold *fold = arg;
    fold->flying = false;
    if (wg_flight_outcome(flight) != WG_COMMITTED)
        return;
    const PGresult *rows = wg_flight_result(flight, 0);
    bool mine = PQntuples(rows) == 1;
    if (mine != fold->mine)
        wg_log(WG_INFO, mine ? "fold-begins" : "fold-rests", "owner=%s", fold->me);
    fold->mine = mine;
    fold->more = false;
    if (!mine)
        return;
    fold->at = (struct cursor){ .xid = wg_get_i64(rows, 0, CLAIMED_XID),
                                .case_id = wg_get_i64(rows, 0, CLAIMED_CASE),
                                .n = wg_get_i64(rows, 0, CLAIMED_N) };
    look(fold);
}

static void claim(struct fold *fold)
{
    int64_t now = wg_clock_now();
    WG_AUTO(wg_flight_destroy) struct wg_flight *flight = wg_flight_new(claimed, fold);
    fold->until = now + LEASE;
    store_claim_rollups(flight, fold->me, now, fold->until);
    send_flight(fold, &flight);
}

/* Each second, and when the connection has come (back). */
static void sweep(void *arg)
{
    struct fold *fold = arg;
    if (fold->flying || wg_service_draining(fold->app->service) ||
        !wg_db_ready(store_folder(fold->app->store)))
        return;
    if (words_newest(fold->app->words) == 0) /* which states are an end is not known yet */
        return;
    fold->again_ms = 0;
    if (!fold->mine || fold->until - wg_clock_now() < LEASE / 2)
        claim(fold);
    else
        look(fold);
}

static void released(struct wg_flight *flight, void *arg)
{
    struct fold *fold = arg;
    (void)flight; /* where it failed, the lease ends by itself */
    fold->flying = false;
}

static bool drained(void *arg)
{
    struct fold *fold = arg;
    if (fold->flying)
        return false;
    if (!fold->mine || fold->gone || !wg_db_ready(store_folder(fold->app->store)))
        return true;
    WG_AUTO(wg_flight_destroy) struct wg_flight *flight = wg_flight_new(released, fold);
    store_release_rollups(flight, fold->me, wg_clock_now());
    fold->gone = true;
    send_flight(fold, &flight);
    return !fold->flying;
}

/* ---- life */

struct fold *fold_new(struct reporting *app)
{
    struct fold *fold = wg_new(sizeof *fold);
    fold->app = app;
    snprintf(fold->me, sizeof fold->me, "reporting-%" PRId64,
             wg_service_settings(app->service)->instance);
    fold->rollups = rollups_new();
    fold->events = wg_counter("wangge_fold_events_total", "events folded into the roll-ups");
    fold->lost = wg_counter("wangge_fold_lost_total", "batches of the fold that were not written");
    fold->batch_events = wg_sizes("wangge_fold_batch_events", "events of a batch of the fold");
    fold->batch_rows =
        wg_sizes("wangge_fold_batch_rows", "rows of the roll-ups that a batch changes");
    fold->lag =
        wg_gauge("wangge_fold_lag_seconds", "age of the last event folded while there are more");
    wg_db_on_ready(store_folder(app->store), sweep, fold);
    wg_service_timer(app->service, SWEEP_MS, 0, sweep, fold);
    wg_service_on_drain(app->service, drained, fold);
    return fold;
}

void fold_destroy(struct fold **fold)
{
    if (*fold == NULL)
        return;
    rollups_destroy(&(*fold)->rollups);
    free(*fold);
    *fold = NULL;
}
