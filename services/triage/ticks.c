#include "services/triage/ticks.h"

#include <string.h>

#include "common/batch.h"
#include "common/bus.h"
#include "common/clock.h"
#include "common/fault.h"
#include "common/lease.h"
#include "common/log.h"
#include "common/metrics.h"
#include "common/service.h"

#include "services/triage/case_row.h"
#include "services/triage/moves.h"
#include "triage_sql.h"

/* PAGE: what a claim brings; BREATH: what is read, and so decided, in one breath of the loop */
enum { PAGE = 200, BREATH = 50, WEIGHT = 4000, SLICE = 5000, MOVED_MS = 1000 };

/* A case that was claimed, and what time does to it. */
struct tick {
    struct case_row row;
    struct workflow_decision decision;
    bool alone;
};

struct ticks {
    struct wg_service *service;
    struct wg_db *reads;
    struct wg_bus *bus;
    struct knowledge *knowledge;
    const struct loader *loader;
    struct wg_batch *batch;
    struct wg_lease *lease, *lease_alone;
    size_t reading; /* ids asked for, not yet landed */
    bool alone_open;
    /* the calendars and the heirs for whom all cases were looked through, and how far that is */
    struct moved {
        int64_t calendars, heirs;
    } seen, asked;
    int64_t woken_to, wake_to;
    bool asking, waking;
    struct wg_metric *done, *again, *idle, *left_alone;
};

static void tick_free(struct tick **tick)
{
    if (*tick == NULL)
        return;
    case_row_clear(&(*tick)->row);
    workflow_decision_clear(&(*tick)->decision);
    free(*tick);
    *tick = NULL;
}

/* The next of those that run alone comes at once, not with the sweep: after a crash they are many.
 */
static void over(struct ticks *ticks, struct tick **tick)
{
    bool was_alone = (*tick)->alone;
    tick_free(tick);
    if (!was_alone)
        return;
    ticks->alone_open = false;
    wg_lease_again(ticks->lease_alone);
}

/* ---- deciding */

static void settled(struct wg_flight *flight, void *arg)
{
    if (wg_flight_outcome(flight) != WG_COMMITTED)
        wg_log(WG_WARNING, "not-settled", "reason=%s", wg_flight_sqlstate(flight));
    (void)arg; /* the lease runs out, and it is claimed again */
}

/* It was claimed and wants nothing yet: somebody acted meanwhile, or its lease was not taken back.
 */
static void settle(struct ticks *ticks, const struct workflow_case *before, int64_t wake_at)
{
    struct wg_column *ids = wg_column_new(WG_I64), *versions = wg_column_new(WG_I32),
                     *wakes = wg_column_new(WG_TIME);
    wg_column_i64(ids, before->id);
    wg_column_i64(versions, before->version);
    wg_column_i64_or_null(wakes, wake_at);
    WG_AUTO(wg_params_destroy) struct wg_params *params = wg_params_new();
    wg_params_array(params, &ids);
    wg_params_array(params, &versions);
    wg_params_array(params, &wakes);
    WG_AUTO(wg_flight_destroy) struct wg_flight *flight = wg_flight_new(settled, ticks);
    wg_flight_add(flight, SQL_SETTLE_WAKE, &params);
    wg_count(ticks->idle, 1);
    if (wg_db_send(ticks->reads, &flight) != 0)
        wg_log_about(before->id, WG_DEBUG, "not-settled", "reason=line-full");
}

static void decide(struct ticks *ticks, struct tick *tick)
{
    const struct facts_input nothing = { .category = "", .area = "" };
    const struct workflow *workflow = knowledge_workflow(ticks->knowledge, tick->row.workflow);
    struct workflow_facts facts;
    if (workflow == NULL) { /* the version is being loaded: its lease brings it back */
        over(ticks, &tick);
        return;
    }
    case_row_facts(&tick->row, ticks->knowledge, &nothing, &facts);
    case_row_heirs(&tick->row, &ticks->knowledge->city, &facts);
    const struct workflow_ask ask = { .before = &tick->row.before,
                                      .facts = &facts,
                                      .now = wg_clock_now() };
    if (workflow_tick(workflow, &ask, &tick->decision) != 0) {
        settle(ticks, &tick->row.before, tick->decision.after.wake_at);
        over(ticks, &tick);
    } else if (wg_batch_add(ticks->batch, tick, WEIGHT) != 0) {
        over(ticks, &tick);
    }
}

struct reading {
    struct ticks *ticks;
    size_t n;
    bool alone;
};

static void cases_landed(struct wg_flight *flight, void *arg)
{
    WG_AUTO(wg_free) struct reading *reading = arg;
    struct ticks *ticks = reading->ticks;
    const PGresult *rows = wg_flight_result(flight, 0);
    int n = rows == NULL ? 0 : PQntuples(rows);
    ticks->reading -= reading->n;
    ticks->alone_open = ticks->alone_open && !(reading->alone && n == 0);
    for (int row = 0; row < n; row++) {
        struct tick *tick = wg_new(sizeof *tick);
        case_row_read(&tick->row, rows, row);
        tick->alone = reading->alone;
        int64_t former = wg_log_id(tick->row.before.id);
        decide(ticks, tick);
        wg_log_id(former);
    }
}

static void read_cases(struct ticks *ticks, const PGresult *claimed, int from, bool alone)
{
    int left = PQntuples(claimed) - from, n = left < BREATH ? left : BREATH;
    struct reading *reading = wg_new(sizeof *reading);
    struct wg_column *ids = wg_column_new(WG_I64);
    *reading = (struct reading){ .ticks = ticks, .n = (size_t)n, .alone = alone };
    for (int row = from; row < from + n; row++)
        wg_column_i64(ids, wg_get_i64(claimed, row, 0));
    WG_AUTO(wg_params_destroy) struct wg_params *params = wg_params_new();
    wg_params_array(params, &ids);
    wg_params_bytes(params, NULL, 0);
    wg_params_null(params);
    WG_AUTO(wg_flight_destroy) struct wg_flight *flight = wg_flight_new(cases_landed, reading);
    wg_flight_add(flight, SQL_READ_CASE, &params);
    ticks->reading += reading->n;
    if (wg_db_send(ticks->reads, &flight) == 0)
        return;
    ticks->reading -= reading->n;
    ticks->alone_open = ticks->alone_open && !alone;
    free(reading);
}

/* ---- writing */

static void build(struct wg_flight *flight, void **items, size_t n, void *arg)
{
    WG_AUTO(wg_free) struct moves *moves = moves_new();
    (void)arg;
    for (size_t i = 0; i < n; i++) {
        const struct tick *tick = items[i];
        const struct move move = { .before = &tick->row.before,
                                   .decision = &tick->decision,
                                   .group = tick->row.before.id };
        moves_put(moves, &move);
    }
    moves_add(&moves, flight);
    if (WG_FAULT(TRIAGE_BEFORE_TICK) < 0)
        wg_log(WG_WARNING, "fault-point", "point=triage.before_tick_commit");
}

static void done(const struct wg_flight *flight, void **items, size_t n, void *arg)
{
    struct ticks *ticks = arg;
    const PGresult *rows = wg_flight_result(flight, MOVES_RESULT);
    int64_t ids[500];
    size_t told = 0;
    if (WG_FAULT(TRIAGE_AFTER_TICK) < 0)
        wg_log(WG_WARNING, "fault-point", "point=triage.after_tick_commit");
    for (size_t i = 0; i < n; i++) {
        struct tick *tick = items[i];
        int64_t id = tick->row.before.id;
        int32_t written = moves_written(rows, id);
        wg_count(written == 0 ? ticks->again : ticks->done, 1);
        if (written != 0)
            wg_log_about(id, WG_INFO, "ticked", "type=%s state=%s n=%d", tick->decision.event,
                         tick->decision.after.state, written);
        if (written != 0 && tick->decision.n_notices > 0)
            ids[told++] = id;
        over(ticks, &tick); /* who was beaten is claimed again when its time comes */
    }
    if (told > 0)
        wg_bus_push(ticks->bus, "notices", ids, told);
    if (PQntuples(rows) > 0)
        wg_bus_publish(ticks->bus, (uint64_t)wg_get_i64(rows, 0, 2), (size_t)PQntuples(rows));
    wg_lease_again(ticks->lease);
}

static void reject(void *item, const struct wg_flight *flight, void *arg)
{
    struct ticks *ticks = arg;
    struct tick *tick = item;
    wg_log_about(tick->row.before.id, WG_ERROR, "refused", "tick=%s sqlstate=%s message=%s",
                 tick->decision.event, wg_flight_sqlstate(flight),
                 wg_log_quote(wg_flight_message(flight)));
    over(ticks, &tick);
}

static bool alone(const void *item)
{
    return ((const struct tick *)item)->alone;
}

/* ---- where work comes from */

static int room(void *arg)
{
    const struct ticks *ticks = arg;
    bool idle = ticks->reading + wg_batch_waiting(ticks->batch) < PAGE;
    return idle && loader_complete(ticks->loader) && !wg_batch_troubled(ticks->batch) ? PAGE : 0;
}

static int room_alone(void *arg)
{
    const struct ticks *ticks = arg;
    return !ticks->alone_open && room(arg) > 0 ? 1 : 0;
}

static void claimed(const PGresult *rows, void *arg)
{
    if (WG_FAULT(TRIAGE_AFTER_WAKE) < 0)
        return;
    for (int from = 0; from < PQntuples(rows); from += BREATH)
        read_cases(arg, rows, from, false);
}

static void claimed_alone(const PGresult *rows, void *arg)
{
    struct ticks *ticks = arg;
    if (wg_get_bool(rows, 0, 1)) {
        wg_log_about(wg_get_i64(rows, 0, 0), WG_ERROR, "left-alone", "reason=five-tries");
        wg_count(ticks->left_alone, 1);
        return;
    }
    ticks->alone_open = true;
    read_cases(ticks, rows, 0, true);
}

/* ---- a calendar is published or somebody leaves office: whom that moves is woken, a slice of ids
 * after the other */

static void wake_slice(struct ticks *ticks);

static void slice_landed(struct wg_flight *flight, void *arg)
{
    struct ticks *ticks = arg;
    if (wg_flight_outcome(flight) == WG_COMMITTED)
        ticks->woken_to += SLICE;
    wake_slice(ticks);
}

static void wake_slice(struct ticks *ticks)
{
    ticks->waking = ticks->woken_to < ticks->wake_to;
    if (!ticks->waking)
        return;
    const struct city *city = &ticks->knowledge->city;
    const struct calendars_row *calendar = city_calendar(city);
    struct wg_column *left = wg_column_new(WG_I64);
    for (size_t i = 0; i < city->heirs.n; i++)
        wg_column_i64(left, city->heirs.rows[i].from);
    WG_AUTO(wg_params_destroy) struct wg_params *params = wg_params_new();
    wg_params_i64(params, ticks->woken_to);
    wg_params_i64(params, ticks->woken_to + SLICE);
    wg_params_time(params, wg_clock_now());
    wg_params_text(params, calendar == NULL ? CALENDARS_CITY : calendar->code);
    wg_params_array(params, &left);
    WG_AUTO(wg_flight_destroy) struct wg_flight *flight = wg_flight_new(slice_landed, ticks);
    wg_flight_add(flight, SQL_WAKE_MOVED, &params);
    ticks->waking = wg_db_send(ticks->reads, &flight) == 0;
}

static void last_landed(struct wg_flight *flight, void *arg)
{
    struct ticks *ticks = arg;
    const PGresult *rows = wg_flight_result(flight, 0);
    ticks->asking = false;
    if (rows == NULL)
        return; /* the timer asks again */
    ticks->seen = ticks->asked;
    ticks->woken_to = 0;
    ticks->wake_to = wg_is_null(rows, 0, 0) ? 0 : wg_get_i64(rows, 0, 0);
    if (!ticks->waking)
        wake_slice(ticks);
}

/* Each instance does it: a case that is woken twice wants nothing the second time. */
static void look_for_moved(void *arg)
{
    struct ticks *ticks = arg;
    const struct city *city = &ticks->knowledge->city;
    const struct moved now = { city->calendars.version, city->heirs.version };
    bool same = now.calendars == ticks->seen.calendars && now.heirs == ticks->seen.heirs;
    if (same || ticks->asking || !loader_complete(ticks->loader) || !wg_db_ready(ticks->reads))
        return;
    WG_AUTO(wg_params_destroy) struct wg_params *params = wg_params_new();
    WG_AUTO(wg_flight_destroy) struct wg_flight *flight = wg_flight_new(last_landed, ticks);
    wg_flight_add(flight, SQL_LAST_CASE, &params);
    ticks->asked = now;
    ticks->asking = wg_db_send(ticks->reads, &flight) == 0;
}

/* ---- life */

static bool drained(void *arg)
{
    const struct ticks *ticks = arg;
    return ticks->reading == 0 && wg_batch_open(ticks->batch) == 0;
}

struct ticks *ticks_new(struct wg_service *service, struct wg_db *reads, struct wg_db *writes,
                        struct wg_bus *bus, struct knowledge *knowledge,
                        const struct loader *loader)
{
    struct ticks *ticks = wg_new(sizeof *ticks);
    *ticks = (struct ticks){
        .service = service, .reads = reads, .bus = bus, .knowledge = knowledge, .loader = loader
    };
    const struct wg_batch_rules batch = {
        .name = "ticks", .alone = alone, .build = build, .done = done, .reject = reject
    };
    const struct wg_lease_rules lease = {
        .name = "due", .statement = SQL_CLAIM_DUE, .room = room, .claimed = claimed
    };
    const struct wg_lease_rules lease_alone = { .name = "due_alone",
                                                .statement = SQL_CLAIM_DUE_ALONE,
                                                .room = room_alone,
                                                .claimed = claimed_alone };
    ticks->done = wg_counter("wangge_ticks_done_total", "clocks that were acted upon");
    ticks->again =
        wg_counter("wangge_ticks_again_total", "ticks dropped because somebody was first");
    ticks->idle = wg_counter("wangge_ticks_idle_total", "cases woken that wanted nothing yet");
    ticks->left_alone =
        wg_counter("wangge_ticks_left_alone_total", "cases that could not be woken in five tries");
    ticks->batch = wg_batch_new(service, &batch, &writes, 1, ticks);
    ticks->lease = wg_lease_new(service, reads, &lease, ticks);
    ticks->lease_alone = wg_lease_new(service, reads, &lease_alone, ticks);
    wg_service_timer(service, MOVED_MS, 0, look_for_moved, ticks);
    wg_service_on_drain(service, drained, ticks);
    return ticks;
}

void ticks_destroy(struct ticks **ticks)
{
    if (*ticks == NULL)
        return;
    wg_lease_destroy(&(*ticks)->lease);
    wg_lease_destroy(&(*ticks)->lease_alone);
    wg_batch_destroy(&(*ticks)->batch);
    free(*ticks);
    *ticks = NULL;
}
