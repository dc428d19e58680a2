#include "services/reporting/tally.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "common/clock.h"
#include "common/json.h"
#include "common/log.h"
#include "common/service.h"
#include "common/text.h"

#include "services/reporting/day.h"
#include "services/reporting/reporting.h"
#include "services/reporting/rules.h"
#include "services/reporting/store_rates.h"
#include "services/reporting/words.h"

enum { SWEEP_MS = 1000, READ_MOST = 1000, EVENTS_MOST = 400, FILE_MOST = 256 * 1024 };
static const int64_t LEASE = 10 * WG_SECOND;

struct tally {
    struct reporting *app;
    struct json_object *rules;
    int32_t version;
    char me[24], name[32];
    bool flying, mine, more;
    struct cursor at, to;
    int64_t until;
    size_t n_ids;
    int64_t ids[READ_MOST]; /* the cases of the batch in hand */
};

struct json_object *tally_rules(const struct tally *tally)
{
    return tally->rules;
}

static void send_flight(struct tally *tally, struct wg_flight **flight)
{
    tally->flying = store_rate(tally->app->store, flight) == 0;
}

static struct store_claim claim_of(const struct tally *tally)
{
    return (struct store_claim){
        .name = tally->name, .me = tally->me, .now = wg_clock_now(), .until = tally->until
    };
}

static void look(struct tally *tally);

/* ---- write */

static void written(struct wg_flight *flight, void *arg)
{
    struct tally *tally = arg;
    tally->flying = false;
    tally->mine = wg_flight_outcome(flight) == WG_COMMITTED &&
                  wg_get_i64(wg_flight_result(flight, 0), 0, 0) == 1;
    if (!tally->mine) /* the next claim reads where the cursor stands */
        return;
    tally->at = tally->to;
    if (tally->more)
        look(tally);
}

static void write_batch(struct tally *tally, const struct store_fact *facts, size_t n_facts)
{
    tally->until = wg_clock_now() + LEASE;
    const struct store_facts batch = { .claim = claim_of(tally),
                                       .from = tally->at,
                                       .to = tally->to,
                                       .version = tally->version,
                                       .ids = tally->ids,
                                       .n_ids = tally->n_ids,
                                       .facts = facts,
                                       .n_facts = n_facts };
    WG_AUTO(wg_flight_destroy) struct wg_flight *flight = wg_flight_new(written, tally);
    store_write_rates(flight, &batch);
    send_flight(tally, &flight);
}

/* ---- judge */

static struct json_object *parsed(const PGresult *rows, int row, int column)
{
    const char *text = wg_get_text(rows, row, column);
    return text == NULL ? NULL : json_tokener_parse(text);
}

/* The rows [first, end) are one case's. */
struct one {
    const PGresult *rows;
    int first, end;
    struct rules_event events[EVENTS_MOST];
};

static struct rules_history history_of(struct one *one)
{
    struct rules_history history = {
        .training = wg_get_bool(one->rows, one->first, RATE_TRAINING),
        .backfilled = wg_get_bool(one->rows, one->first, RATE_BACKFILLED),
        .reporter = wg_get_bool(one->rows, one->first, RATE_REPORTER),
        .events = one->events,
    };
    for (int row = one->first; row < one->end && history.n < EVENTS_MOST; row++)
        one->events[history.n++] = (struct rules_event){
            .type = wg_get_text(one->rows, row, RATE_TYPE),
            .state = wg_get_text(one->rows, row, RATE_STATE),
            .clock = wg_get_text(one->rows, row, RATE_CLOCK),
            .mark = wg_get_i64(one->rows, row, RATE_MARK),
            .passed = parsed(one->rows, row, RATE_PASSED),
            .input = parsed(one->rows, row, RATE_INPUT),
        };
    return history;
}

/* Its day is that of its last coming to an end; without one, of its last event. */
static struct store_fact fact_of(const struct tally *tally, const struct one *one)
{
    struct store_fact fact = { .case_id = wg_get_i64(one->rows, one->first, RATE_CASE) };
    const char *before = "";
    for (int row = one->first; row < one->end; row++) {
        const char *state = wg_get_text(one->rows, row, RATE_STATE);
        bool ended = words_final(tally->app->words, state) && strcmp(state, before) != 0;
        if (ended || !words_final(tally->app->words, state))
            fact.day = day_of(wg_get_time(one->rows, row, RATE_AT));
        if (!wg_is_null(one->rows, row, RATE_PARTY))
            fact.party = (int32_t)wg_get_i64(one->rows, row, RATE_PARTY);
        before = state;
    }
    wg_copy(fact.area, sizeof fact.area, wg_get_text(one->rows, one->end - 1, RATE_AREA));
    wg_copy(fact.category, sizeof fact.category,
            wg_get_text(one->rows, one->end - 1, RATE_CATEGORY));
    return fact;
}

static size_t judge(const struct tally *tally, struct one *one, struct store_fact *facts)
{
    size_t n = 0;
    if (wg_get_bool(one->rows, one->first, RATE_RESTRICTED))
        return 0;
    struct rules_history history = history_of(one);
    const struct store_fact fact = fact_of(tally, one);
    struct json_object *rates = wg_json_get(tally->rules, "rates");
    for (size_t i = 0; i < json_object_array_length(rates); i++) {
        struct json_object *rate = json_object_array_get_idx(rates, i);
        const char *why = NULL;
        enum rules_part part = rules_judge(tally->rules, rate, &history, &why);
        if (part == RULES_NOTHING)
            continue;
        facts[n] = fact;
        facts[n].rate = wg_json_text(rate, "rate");
        facts[n].part = part;
        facts[n++].why = why;
    }
    for (size_t i = 0; i < history.n; i++) {
        json_object_put(one->events[i].passed);
        json_object_put(one->events[i].input);
    }
    return n;
}

static void histories_read(struct wg_flight *flight, void *arg)
{
    struct tally *tally = arg;
    tally->flying = false;
    if (wg_flight_outcome(flight) != WG_COMMITTED)
        return; /* the sweep begins anew */
    const PGresult *rows = wg_flight_result(flight, 0);
    size_t n_rates = json_object_array_length(wg_json_get(tally->rules, "rates")), n = 0;
    WG_AUTO(wg_free)
    struct store_fact *facts = wg_new_array(tally->n_ids * n_rates + 1, sizeof *facts);
    WG_AUTO(wg_free) struct one *one = wg_new(sizeof *one);
    one->rows = rows;
    for (int first = 0; first < PQntuples(rows); first = one->end) {
        int64_t id = wg_get_i64(rows, first, RATE_CASE);
        one->first = first;
        for (one->end = first;
             one->end < PQntuples(rows) && wg_get_i64(rows, one->end, RATE_CASE) == id;)
            one->end++;
        n += judge(tally, one, facts + n);
    }
    write_batch(tally, facts, n);
}

/* ---- read */

/* What may change what a case is to a rate: that it ended, or anything after that; that its
 * restriction changed; that a clock ran out. */
static bool wakes(const struct tally *tally, const PGresult *rows, int row)
{
    const char *type = wg_get_text(rows, row, RATE_LOG_TYPE);
    return words_final(tally->app->words, wg_get_text(rows, row, RATE_LOG_STATE)) ||
           wg_get_bool(rows, row, RATE_LOG_RESTRICTION) || rules_judges_on(tally->rules, type);
}

static void add_id(struct tally *tally, int64_t id)
{
    for (size_t i = 0; i < tally->n_ids; i++)
        if (tally->ids[i] == id)
            return;
    tally->ids[tally->n_ids++] = id;
}

static void log_read(struct wg_flight *flight, void *arg)
{
    struct tally *tally = arg;
    tally->flying = false;
    if (wg_flight_outcome(flight) != WG_COMMITTED)
        return;
    const PGresult *rows = wg_flight_result(flight, 0);
    int n = PQntuples(rows);
    tally->n_ids = 0;
    tally->more = n == READ_MOST;
    if (n == 0)
        return;
    for (int row = 0; row < n; row++)
        if (wakes(tally, rows, row))
            add_id(tally, wg_get_i64(rows, row, RATE_LOG_CASE));
    tally->to = (struct cursor){ .xid = wg_get_i64(rows, n - 1, RATE_LOG_XID),
                                 .case_id = wg_get_i64(rows, n - 1, RATE_LOG_CASE),
                                 .n = wg_get_i64(rows, n - 1, RATE_LOG_N) };
    if (tally->n_ids == 0) {
        write_batch(tally, NULL, 0);
        return;
    }
    WG_AUTO(wg_flight_destroy) struct wg_flight *next = wg_flight_new(histories_read, tally);
    store_read_rate_events(next, tally->ids, tally->n_ids);
    send_flight(tally, &next);
}

static void look(struct tally *tally)
{
    WG_AUTO(wg_flight_destroy) struct wg_flight *flight = wg_flight_new(log_read, tally);
    store_read_rate_log(flight, &tally->at, READ_MOST);
    send_flight(tally, &flight);
}

/* ---- the lease */

static void claimed(struct wg_flight *flight, void *arg)
{
    struct tally *tally = arg;
    tally->flying = false;
    const PGresult *rows = wg_flight_result(flight, 0);
    tally->mine = wg_flight_outcome(flight) == WG_COMMITTED && PQntuples(rows) == 1;
    if (!tally->mine)
        return;
    tally->at = (struct cursor){ .xid = wg_get_i64(rows, 0, CLAIMED_XID),
                                 .case_id = wg_get_i64(rows, 0, CLAIMED_CASE),
                                 .n = wg_get_i64(rows, 0, CLAIMED_N) };
    look(tally);
}

static void sweep(void *arg)
{
    struct tally *tally = arg;
    if (tally->flying || tally->rules == NULL || wg_service_draining(tally->app->service) ||
        !wg_db_ready(store_rater(tally->app->store)) || words_newest(tally->app->words) == 0)
        return;
    if (tally->mine && tally->until - wg_clock_now() > LEASE / 2) {
        look(tally);
        return;
    }
    tally->until = wg_clock_now() + LEASE;
    const struct store_claim claim = claim_of(tally);
    WG_AUTO(wg_flight_destroy) struct wg_flight *flight = wg_flight_new(claimed, tally);
    store_claim_rates(flight, &claim);
    send_flight(tally, &flight);
}

static bool drained(void *arg)
{
    const struct tally *tally = arg;
    return !tally->flying;
}

/* ---- life */

static struct json_object *read_rules(const char *folder)
{
    char path[600];
    struct wg_json_verdict verdict;
    WG_AUTO(wg_free) char *bytes = wg_new(FILE_MOST + 1);
    snprintf(path, sizeof path, "%s/rates.json", folder);
    FILE *file = fopen(path, "r");
    size_t length = file == NULL ? 0 : fread(bytes, 1, FILE_MOST + 1, file);
    if (file != NULL)
        fclose(file);
    struct json_object *rules =
        length == 0 || length > FILE_MOST ? NULL : wg_json_parse(bytes, length, &verdict);
    if (rules != NULL && rules_check(rules) == 0)
        return rules;
    wg_json_put(&rules);
    wg_log(WG_ERROR, "rates-refused", "path=%s", path);
    return NULL;
}

struct tally *tally_new(struct reporting *app, const char *folder)
{
    struct tally *tally = wg_new(sizeof *tally);
    tally->app = app;
    tally->rules = read_rules(folder);
    tally->version = tally->rules == NULL ? 0 : (int32_t)wg_json_int(tally->rules, "version");
    snprintf(tally->me, sizeof tally->me, "reporting-%" PRId64,
             wg_service_settings(app->service)->instance);
    snprintf(tally->name, sizeof tally->name, "rates.%d", tally->version);
    wg_service_timer(app->service, SWEEP_MS, 0, sweep, tally);
    wg_service_on_drain(app->service, drained, tally);
    return tally;
}

void tally_destroy(struct tally **tally)
{
    if (*tally == NULL)
        return;
    wg_json_put(&(*tally)->rules);
    free(*tally);
    *tally = NULL;
}
