#include "services/triage/arrivals.h"

#include <string.h>

#include "common/batch.h"
#include "common/bus.h"
#include "common/clock.h"
#include "common/fault.h"
#include "common/lease.h"
#include "common/log.h"
#include "common/metrics.h"
#include "common/service.h"

#include "services/triage/opening.h"
#include "triage_sql.h"

/* PAGE: what a hint or a claim names; SLICE: what is read, and so decided, in one breath of the
 * loop */
enum { PAGE = 500, SLICE = 100, OPEN_MOST = 2000, OPEN_LOW = 1000, AGE_MS = 1000, WEIGHT = 1500 };

struct arrivals {
    struct wg_service *service;
    struct wg_db *reads;
    struct wg_bus *bus;
    struct knowledge *knowledge;
    const struct loader *loader;
    struct wg_batch *batch;
    struct wg_lease *lease, *lease_alone;
    size_t reading; /* ids asked for, not yet landed */
    bool alone_open;
    struct wg_metric *opened, *waiting, *lost, *set_aside, *oldest, *delay;
};

static void say_listening(struct arrivals *arrivals)
{
    size_t open = arrivals->reading + wg_batch_open(arrivals->batch);
    if (open >= OPEN_MOST)
        wg_bus_listen(arrivals->bus, false);
    else if (open <= OPEN_LOW)
        wg_bus_listen(arrivals->bus, loader_complete(arrivals->loader));
}

/* ---- deciding */

struct reading {
    struct arrivals *arrivals;
    size_t n;
    bool alone;
};

/* Intake heard of a new category before we did: within a second we know it, too, and the sweep
 * brings the report again. One that runs alone waits no longer: a dispatcher finds its category. */
static bool too_early(const struct reading *reading, const PGresult *rows, int row)
{
    const char *category = wg_get_text(rows, row, 3);
    if (reading->alone || category == NULL ||
        city_category(&reading->arrivals->knowledge->city, category) != NULL)
        return false;
    wg_log(WG_INFO, "category-unheard-of", "category=%s", category);
    return true;
}

static void take_up(const struct reading *reading, const PGresult *rows, int row)
{
    struct arrivals *arrivals = reading->arrivals;
    struct opening *opening = opening_decide(arrivals->knowledge, rows, row);
    opening->alone = reading->alone;
    if (wg_batch_add(arrivals->batch, opening, WEIGHT) == 0)
        return;
    opening_destroy(&opening); /* the sweep brings it again */
    arrivals->alone_open = arrivals->alone_open && !reading->alone;
}

static void reports_landed(struct wg_flight *flight, void *arg)
{
    WG_AUTO(wg_free) struct reading *reading = arg;
    struct arrivals *arrivals = reading->arrivals;
    const PGresult *rows = wg_flight_result(flight, 0);
    int n = rows == NULL ? 0 : PQntuples(rows);
    arrivals->reading -= reading->n;
    for (int row = 0; row < n; row++) {
        int64_t former = wg_log_id(wg_get_i64(rows, row, 0));
        if (!too_early(reading, rows, row))
            take_up(reading, rows, row);
        wg_log_id(former);
    }
    if (reading->alone && n == 0)
        arrivals->alone_open = false;
    say_listening(arrivals);
}

static void read_reports(struct arrivals *arrivals, const int64_t *ids, size_t n, bool alone)
{
    struct reading *reading = wg_new(sizeof *reading);
    struct wg_column *column = wg_column_new(WG_I64);
    *reading = (struct reading){ .arrivals = arrivals, .n = n, .alone = alone };
    for (size_t i = 0; i < n; i++)
        wg_column_i64(column, ids[i]);
    WG_AUTO(wg_params_destroy) struct wg_params *params = wg_params_new();
    wg_params_array(params, &column);
    WG_AUTO(wg_flight_destroy) struct wg_flight *flight = wg_flight_new(reports_landed, reading);
    wg_flight_add(flight, SQL_READ_REPORTS, &params);
    arrivals->reading += n;
    if (wg_db_send(arrivals->reads, &flight) == 0)
        return;
    arrivals->reading -= n;
    arrivals->alone_open = arrivals->alone_open && !alone;
    free(reading);
}

static void read_slices(struct arrivals *arrivals, const int64_t *ids, size_t n)
{
    for (size_t i = 0; i < n; i += SLICE)
        read_reports(arrivals, ids + i, n - i < SLICE ? n - i : SLICE, false);
}

/* ---- writing */

static void build(struct wg_flight *flight, void **items, size_t n, void *arg)
{
    (void)arg;
    openings_add(flight, (const struct opening *const *)items, n);
    if (WG_FAULT(TRIAGE_BEFORE_COMMIT) < 0)
        wg_log(WG_WARNING, "fault-point", "point=triage.before_commit");
}

/* ---- what became of it */

static void log_opened(struct arrivals *arrivals, const struct opening *opening, int64_t now)
{
    const struct workflow_case *after = &opening->decision.after;
    bool waits = after->reason[0] != '\0';
    wg_count(arrivals->opened, 1);
    wg_observe(arrivals->delay, now - opening->received_at);
    if (waits)
        wg_count(arrivals->waiting, 1);
    wg_log_about(after->id, WG_INFO, "opened", "state=%s area=%s delay_us=%lld%s%s", after->state,
                 after->area, (long long)(now - opening->received_at), waits ? " waits=" : "",
                 after->reason);
}

static int compare_ids(const void *a, const void *b)
{
    int64_t one = *(const int64_t *)a, other = *(const int64_t *)b;
    return (one > other) - (one < other);
}

/* The rows come in the order in which PostgreSQL met the arrivals, which is not that of the items.
 */
static void done(const struct wg_flight *flight, void **items, size_t n, void *arg)
{
    struct arrivals *arrivals = arg;
    const PGresult *rows = wg_flight_result(flight, 0);
    int written = PQntuples(rows);
    int64_t now = wg_clock_now(), ids[PAGE], written_ids[PAGE];
    size_t told = 0;
    if (WG_FAULT(TRIAGE_AFTER_COMMIT) < 0)
        wg_log(WG_WARNING, "fault-point", "point=triage.after_commit_before_publish");
    for (int row = 0; row < written; row++)
        written_ids[row] = wg_get_i64(rows, row, 0);
    qsort(written_ids, (size_t)written, sizeof written_ids[0], compare_ids);
    for (size_t i = 0; i < n; i++) {
        struct opening *opening = items[i];
        arrivals->alone_open = arrivals->alone_open && !opening->alone;
        if (bsearch(&opening->decision.after.id, written_ids, (size_t)written,
                    sizeof written_ids[0], compare_ids) != NULL) {
            log_opened(arrivals, opening, now);
            if (opening->decision.n_notices > 0)
                ids[told++] = opening->decision.after.id;
        } else {
            wg_count(arrivals->lost, 1); /* a sibling, or an earlier try, had taken it up */
        }
        opening_destroy(&opening);
    }
    if (told > 0)
        wg_bus_push(arrivals->bus, "notices", ids, told);
    if (written > 0)
        wg_bus_publish(arrivals->bus, (uint64_t)wg_get_i64(rows, 0, 1), (size_t)written);
    wg_lease_again(arrivals->lease);
    wg_lease_again(arrivals->lease_alone);
    say_listening(arrivals);
}

static void set_aside_landed(struct wg_flight *flight, void *arg)
{
    struct arrivals *arrivals = arg;
    if (wg_flight_outcome(flight) == WG_COMMITTED)
        wg_count(arrivals->set_aside, 1);
}

static void reject(void *item, const struct wg_flight *flight, void *arg)
{
    struct arrivals *arrivals = arg;
    struct opening *opening = item;
    int64_t id = opening->decision.after.id;
    char reason[300];
    arrivals->alone_open = arrivals->alone_open && !opening->alone;
    opening_destroy(&opening);
    snprintf(reason, sizeof reason, "%s %s", wg_flight_sqlstate(flight), wg_flight_message(flight));
    wg_log_about(id, WG_ERROR, "refused", "reason=%s", wg_log_quote(reason));
    if (wg_flight_outcome(flight) == WG_TIMEOUT)
        return; /* one counted try, no verdict: its lease runs out */
    WG_AUTO(wg_params_destroy) struct wg_params *params = wg_params_new();
    wg_params_i64(params, id);
    wg_params_time(params, wg_clock_now());
    wg_params_text(params, reason);
    WG_AUTO(wg_flight_destroy) struct wg_flight *aside = wg_flight_new(set_aside_landed, arrivals);
    wg_flight_add(aside, SQL_SET_ASIDE_ARRIVAL, &params);
    if (wg_db_send(arrivals->reads, &aside) != 0)
        wg_log_about(id, WG_WARNING, "not-set-aside",
                     "reason=line-full"); /* the sweep meets it again */
}

static bool alone(const void *item)
{
    return ((const struct opening *)item)->alone;
}

/* ---- where work comes from: hints and leases */

static void on_ids(const int64_t *ids, size_t n, void *arg)
{
    struct arrivals *arrivals = arg;
    if (WG_FAULT(TRIAGE_AFTER_RECEIVE) < 0)
        return;
    read_slices(arrivals, ids, n);
    say_listening(arrivals);
}

static int room(void *arg)
{
    struct arrivals *arrivals = arg;
    bool idle = arrivals->reading + wg_batch_waiting(arrivals->batch) < PAGE;
    if (WG_FAULT(BUG_FORGET_SWEEP) < 0)
        return 0;
    return idle && loader_complete(arrivals->loader) && !wg_batch_troubled(arrivals->batch) ? PAGE
                                                                                            : 0;
}

static int room_alone(void *arg)
{
    struct arrivals *arrivals = arg;
    return !arrivals->alone_open && room(arg) > 0 ? 1 : 0;
}

static bool busy(void *arg)
{
    const struct arrivals *arrivals = arg;
    return wg_bus_unread(arrivals->bus);
}

static void claimed(const PGresult *rows, void *arg)
{
    struct arrivals *arrivals = arg;
    int64_t ids[PAGE];
    if (WG_FAULT(TRIAGE_AFTER_LEASE) < 0)
        return;
    int n = PQntuples(rows);
    for (int row = 0; row < n && row < PAGE; row++)
        ids[row] = wg_get_i64(rows, row, 0);
    read_slices(arrivals, ids, (size_t)n);
}

static void claimed_alone(const PGresult *rows, void *arg)
{
    struct arrivals *arrivals = arg;
    int64_t id = wg_get_i64(rows, 0, 0);
    if (wg_get_bool(rows, 0, 1)) {
        wg_log_about(id, WG_ERROR, "set-aside", "reason=five-tries");
        wg_count(arrivals->set_aside, 1);
        return;
    }
    arrivals->alone_open = true;
    read_reports(arrivals, &id, 1, true);
}

/* ---- the alarm */

static void age_landed(struct wg_flight *flight, void *arg)
{
    struct arrivals *arrivals = arg;
    const PGresult *rows = wg_flight_result(flight, 0);
    if (rows != NULL)
        wg_set(arrivals->oldest, wg_get_f64(rows, 0, 0) > 0 ? wg_get_f64(rows, 0, 0) : 0);
}

static void look_at_age(void *arg)
{
    struct arrivals *arrivals = arg;
    if (!wg_db_ready(arrivals->reads))
        return;
    WG_AUTO(wg_params_destroy) struct wg_params *params = wg_params_new();
    wg_params_time(params, wg_clock_now());
    WG_AUTO(wg_flight_destroy) struct wg_flight *flight = wg_flight_new(age_landed, arrivals);
    wg_flight_add(flight, SQL_ARRIVALS_AGE, &params);
    if (wg_db_send(arrivals->reads, &flight) != 0)
        wg_log(WG_DEBUG, "age-unread", "reason=line-full");
}

/* ---- life */

static bool drained(void *arg)
{
    const struct arrivals *arrivals = arg;
    return arrivals->reading == 0 && wg_batch_open(arrivals->batch) == 0;
}

void arrivals_begin(void *arg)
{
    struct arrivals *arrivals = arg;
    wg_bus_pull(arrivals->bus, "reports", on_ids, arrivals);
}

static void add_metrics(struct arrivals *arrivals)
{
    arrivals->opened = wg_counter("wangge_cases_opened_total", "cases opened here");
    arrivals->waiting =
        wg_counter("wangge_cases_waiting_total", "cases opened that wait for a dispatcher");
    arrivals->lost =
        wg_counter("wangge_cases_lost_total", "openings that a sibling or an earlier try had done");
    arrivals->set_aside = wg_counter("wangge_arrivals_set_aside_total", "arrivals set aside");
    arrivals->oldest =
        wg_gauge("wangge_arrivals_oldest_seconds", "how long the oldest arrival is past its time");
    arrivals->delay = wg_histogram("wangge_report_to_case_seconds", "from received to opened");
}

struct arrivals *arrivals_new(struct wg_service *service, struct wg_db *reads,
                              struct wg_db *writes[ARRIVALS_WRITES], struct wg_bus *bus,
                              struct knowledge *knowledge, const struct loader *loader)
{
    struct arrivals *arrivals = wg_new(sizeof *arrivals);
    *arrivals = (struct arrivals){
        .service = service, .reads = reads, .bus = bus, .knowledge = knowledge, .loader = loader
    };
    const struct wg_batch_rules batch = {
        .name = "arrivals",
        .queue_items = 2 * OPEN_MOST,
        .queue_bytes = 2 * OPEN_MOST * WEIGHT,
        .alone = alone,
        .build = build,
        .done = done,
        .reject = reject,
    };
    const struct wg_lease_rules lease = { .name = "arrivals",
                                          .statement = SQL_CLAIM_ARRIVALS,
                                          .room = room,
                                          .busy = busy,
                                          .claimed = claimed };
    const struct wg_lease_rules lease_alone = { .name = "arrivals_alone",
                                                .statement = SQL_CLAIM_ARRIVAL_ALONE,
                                                .room = room_alone,
                                                .claimed = claimed_alone };
    add_metrics(arrivals);
    arrivals->batch = wg_batch_new(service, &batch, writes, ARRIVALS_WRITES, arrivals);
    arrivals->lease = wg_lease_new(service, reads, &lease, arrivals);
    arrivals->lease_alone = wg_lease_new(service, reads, &lease_alone, arrivals);
    wg_service_timer(service, AGE_MS, 0, look_at_age, arrivals);
    wg_service_on_drain(service, drained, arrivals);
    return arrivals;
}

void arrivals_destroy(struct arrivals **arrivals)
{
    if (*arrivals == NULL)
        return;
    wg_lease_destroy(&(*arrivals)->lease);
    wg_lease_destroy(&(*arrivals)->lease_alone);
    wg_batch_destroy(&(*arrivals)->batch);
    free(*arrivals);
    *arrivals = NULL;
}
