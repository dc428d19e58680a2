#include "common/lease.h"

#include "common/clock.h"
#include "common/log.h"
#include "common/metrics.h"
#include "common/service.h"

enum { EVERY_MS = 1000, LATEST_US = 10000000 };

struct wg_lease {
    struct wg_service *service;
    struct wg_db *db;
    struct wg_lease_rules rules;
    void *arg;
    bool flying, full_page;
    int asked;    /* rows of the claim on the wire */
    int64_t last; /* mono of the last claim */
    struct wg_metric *claimed;
};

static void claim(struct wg_lease *lease);

static void landed(struct wg_flight *flight, void *arg)
{
    struct wg_lease *lease = arg;
    const PGresult *rows = wg_flight_result(flight, 0);
    lease->flying = false;
    wg_service_part(lease->service, lease->rules.name,
                    wg_flight_outcome(flight) == WG_SERVICE ? wg_flight_message(flight) : NULL);
    if (rows == NULL || PQntuples(rows) == 0) {
        lease->full_page = false;
        return;
    }
    lease->full_page = PQntuples(rows) == lease->asked;
    wg_count(lease->claimed, (uint64_t)PQntuples(rows));
    lease->rules.claimed(rows, lease->arg);
}

static void claim(struct wg_lease *lease)
{
    int room = lease->flying || !wg_db_ready(lease->db) || wg_service_draining(lease->service)
                   ? 0
                   : lease->rules.room(lease->arg);
    if (room <= 0)
        return;
    int64_t now = wg_clock_now();
    WG_AUTO(wg_params_destroy) struct wg_params *params = wg_params_new();
    wg_params_time(params, now);
    wg_params_time(params, now + WG_LEASE_SECONDS * WG_SECOND);
    wg_params_i32(params, room);
    WG_AUTO(wg_flight_destroy) struct wg_flight *flight = wg_flight_new(landed, lease);
    wg_flight_add(flight, lease->rules.statement, &params);
    lease->asked = room;
    lease->last = wg_clock_mono();
    lease->flying = wg_db_send(lease->db, &flight) == 0;
}

static void sweep(void *arg)
{
    struct wg_lease *lease = arg;
    bool busy = lease->rules.busy != NULL && lease->rules.busy(lease->arg);
    if (!busy || wg_clock_mono() - lease->last >= LATEST_US)
        claim(lease);
}

void wg_lease_again(struct wg_lease *lease)
{
    if (!lease->full_page)
        return;
    lease->full_page = false;
    sweep(lease);
}

struct wg_lease *wg_lease_new(struct wg_service *service, struct wg_db *db,
                              const struct wg_lease_rules *rules, void *arg)
{
    struct wg_lease *lease = wg_new(sizeof *lease);
    char name[96];
    *lease = (struct wg_lease){ .service = service, .db = db, .rules = *rules, .arg = arg };
    snprintf(name, sizeof name, "wangge_%s_claimed_total", rules->name);
    lease->claimed = wg_counter(name, "rows claimed by the sweep");
    wg_service_timer(service, EVERY_MS, 0, sweep, lease);
    return lease;
}

void wg_lease_destroy(struct wg_lease **lease)
{
    free(*lease);
    *lease = NULL;
}
