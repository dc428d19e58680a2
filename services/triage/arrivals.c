#include "services/triage/arrivals.h"

#include <string.h>

#include "common/batch.h"
#include "common/bus.h"
#include "common/clock.h"
#include "common/fault.h"
#include "common/lease.h"
#include "common/log.h"
#include "common/metrics.h"
#include "common/position.h"
#include "common/service.h"
#include "common/text.h"

#include "services/triage/about.h"
#include "services/triage/facts.h"
#include "services/triage/notices.h"
#include "triage_sql.h"

enum { PAGE = 500, OPEN_MOST = 2000, OPEN_LOW = 1000, AGE_MS = 1000, WEIGHT = 1500 };

/* A case about to be opened. */
struct opening {
    struct workflow_decision decision;
    int workflow;
    int64_t received_at;
    char title[256];
    bool has_point, alone;
    double lat, lon;
    int64_t about;   /* the member of staff whom it complains about; 0: unknown */
    char shield[20]; /* the area of their chief; "" where it is about nobody */
};

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

static void opening_free(struct opening **opening)
{
    if (*opening == NULL)
        return;
    workflow_decision_clear(&(*opening)->decision);
    free(*opening);
    *opening = NULL;
}

static const char *or_empty(const char *text)
{
    return text == NULL ? "" : text;
}

static void read_point(struct opening *opening, const PGresult *rows, int row)
{
    const char *crs = wg_get_text(rows, row, 7);
    opening->has_point = !wg_is_null(rows, row, 5) && !wg_is_null(rows, row, 6);
    if (opening->has_point)
        wg_position_to_wgs84(crs == NULL ? WG_WGS84 : wg_crs_named(crs), wg_get_f64(rows, row, 5),
                             wg_get_f64(rows, row, 6), &opening->lat, &opening->lon);
}

/* Columns of read_reports.sql. */
static struct opening *decide(struct arrivals *arrivals, const PGresult *rows, int row)
{
    struct knowledge *knowledge = arrivals->knowledge;
    struct opening *opening = wg_new(sizeof *opening);
    struct workflow_facts facts;
    int64_t now = wg_clock_now();
    read_point(opening, rows, row);
    opening->received_at = wg_get_time(rows, row, 1);
    wg_copy(opening->title, sizeof opening->title, wg_get_text(rows, row, 2));
    opening->title[strcspn(opening->title, "\r\n")] = '\0';
    struct facts_input input = {
        .category = or_empty(wg_get_text(rows, row, 3)),
        .area = or_empty(wg_get_text(rows, row, 4)),
        .has_point = opening->has_point,
        .lat = opening->lat,
        .lon = opening->lon,
        .opening = true,
        .reporter_has_mail = wg_get_bool(rows, row, 9),
        .reporter_known = wg_get_bool(rows, row, 10),
    };
    about_shield(&knowledge->city, wg_get_text(rows, row, 16), wg_get_text(rows, row, 18),
                 opening->shield);
    opening->about = wg_get_i64(rows, row, 17); /* 0 where it is about nobody */
    if (opening->shield[0] != '\0')
        input.area = opening->shield;
    input.has_point = opening->has_point && opening->shield[0] == '\0';
    const struct workflow_case fresh = {
        .id = wg_get_i64(rows, row, 0),
        .training = wg_get_bool(rows, row, 8),
        .opened_at = now,
    };
    const struct city_category *category = city_category(&knowledge->city, input.category);
    const struct workflow *workflow =
        category == NULL ? knowledge->newest : knowledge_newest(knowledge, category->workflow);
    const struct facts_source source = { &knowledge->city, knowledge->map, workflow };
    facts_find(&source, &input, now, &facts);
    facts.opener = wg_get_i64(rows, row, 11);
    facts.source = wg_get_bool(rows, row, 12);
    facts.external_due = wg_get_time(rows, row, 13);
    facts.return_by = wg_get_time(rows, row, 14);
    facts.backfilled = wg_get_bool(rows, row, 15);
    facts.reports = 1;
    facts.restricted = facts.restricted || opening->shield[0] != '\0';
    opening->workflow = workflow_id(workflow);
    workflow_open(workflow, &fresh, &facts, &opening->decision);
    return opening;
}

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
    struct opening *opening = decide(arrivals, rows, row);
    opening->alone = reading->alone;
    if (wg_batch_add(arrivals->batch, opening, WEIGHT) == 0)
        return;
    opening_free(&opening); /* the sweep brings it again */
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

/* ---- writing */

static void put_json(struct wg_column *column, const struct workflow_case *after,
                     void (*write)(const struct workflow_case *from, struct wg_text *out,
                                   const char *key),
                     struct wg_text *room)
{
    wg_text_clear(room);
    write(after, room, NULL);
    wg_column_bytes(column, room->bytes, room->length);
}

static void put_row(struct wg_column **c, const struct opening *opening, struct wg_text *room)
{
    const struct workflow_case *after = &opening->decision.after;
    wg_column_i64(c[0], after->id);
    wg_column_i64(c[1], opening->workflow);
    wg_column_text(c[2], after->state);
    wg_column_text(c[3], after->level);
    wg_column_text_or_null(c[4], after->grade);
    wg_column_i64(c[5], after->area_id);
    wg_column_text(c[6], after->area);
    wg_column_text_or_null(c[7], after->category);
    wg_column_i64_or_null(c[8], after->holder);
    wg_column_text_or_null(c[9], after->reason);
    wg_column_text(c[10], opening->title);
    if (opening->has_point) {
        wg_column_f64(c[11], opening->lat);
        wg_column_f64(c[12], opening->lon);
    } else {
        wg_column_null(c[11]);
        wg_column_null(c[12]);
    }
    wg_column_i64(c[13], after->training);
    wg_column_i64(c[14], after->restricted);
    wg_column_i64(c[15], after->opened_at);
    wg_column_i64_or_null(c[16], after->due_at);
    wg_column_i64_or_null(c[17], after->wake_at);
    put_json(c[18], after, workflow_write_clocks, room);
    wg_column_text(c[19], opening->decision.event);
    wg_column_bytes(c[20], opening->decision.data.bytes, opening->decision.data.length);
    if (workflow_has_more(after))
        put_json(c[21], after, workflow_write_more, room);
    else
        wg_column_null(c[21]);
    wg_column_i64_or_null(c[22], opening->about);
    wg_column_text_or_null(c[23], opening->shield);
}

static void build(struct wg_flight *flight, void **items, size_t n, void *arg)
{
    static const enum wg_type types[] = {
        WG_I64,  WG_I32,    WG_STRING, WG_STRING, WG_STRING, WG_I64,  WG_STRING, WG_STRING,
        WG_I64,  WG_STRING, WG_STRING, WG_F64,    WG_F64,    WG_BOOL, WG_BOOL,   WG_TIME,
        WG_TIME, WG_TIME,   WG_JSON,   WG_STRING, WG_JSON,   WG_JSON, WG_I64,    WG_STRING,
    };
    struct wg_column *columns[WG_COUNT(types)];
    struct notice_columns notices;
    WG_AUTO(wg_text_destroy) struct wg_text room = { 0 };
    (void)arg;
    for (size_t i = 0; i < WG_COUNT(types); i++)
        columns[i] = wg_column_new(types[i]);
    notices_begin(&notices);
    for (size_t i = 0; i < n; i++) {
        const struct opening *opening = items[i];
        put_row(columns, opening, &room);
        notices_put(&notices, &opening->decision);
    }
    WG_AUTO(wg_params_destroy) struct wg_params *params = wg_params_new();
    for (size_t i = 0; i < WG_COUNT(types); i++)
        wg_params_array(params, &columns[i]);
    notices_end(&notices, params, wg_clock_now());
    wg_flight_add(flight, SQL_OPEN_CASES, &params);
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
        opening_free(&opening);
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
    opening_free(&opening);
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
    for (size_t i = 0; i < n; i += PAGE)
        read_reports(arrivals, ids + i, n - i < PAGE ? n - i : PAGE, false);
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
    read_reports(arrivals, ids, (size_t)n, false);
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
