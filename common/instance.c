/* What every service does each second over its database connection: says in `instances` that it
 * lives and whether it can work, and asks which kinds of registry data have changed. */
#include <string.h>

#include "common/clock.h"
#include "common/db.h"
#include "common/service.h"

enum { KINDS_MOST = 32, EVERY_MS = 1000 };

struct beat {
    struct wg_service *service;
    struct wg_db *db;
    int statement;
    bool flying;
};

static void beat_landed(struct wg_flight *flight, void *arg)
{
    struct beat *beat = arg;
    (void)flight; /* the next second tries again; the connection has logged the fault */
    beat->flying = false;
}

static void beat_now(void *arg)
{
    struct beat *beat = arg;
    const struct wg_common_settings *settings = wg_service_settings(beat->service);
    if (beat->flying || !wg_db_ready(beat->db))
        return;
    WG_AUTO(wg_params_destroy) struct wg_params *params = wg_params_new();
    wg_params_text(params, wg_service_name(beat->service));
    wg_params_i32(params, (int32_t)settings->instance);
    wg_params_text(params, settings->version);
    wg_params_bool(params, wg_service_ready(beat->service) && !wg_service_draining(beat->service));
    const char *reason = wg_service_reason(beat->service);
    wg_params_text(params, reason != NULL ? reason : wg_service_noted(beat->service));
    wg_params_time(params, wg_clock_now());
    WG_AUTO(wg_flight_destroy) struct wg_flight *flight = wg_flight_new(beat_landed, beat);
    wg_flight_add(flight, beat->statement, &params);
    beat->flying = wg_db_send(beat->db, &flight) == 0;
}

void wg_service_beat(struct wg_service *service, struct wg_db *db, int statement)
{
    static struct beat beat; /* one a process */
    beat = (struct beat){ .service = service, .db = db, .statement = statement };
    wg_service_timer(service, EVERY_MS, 0, beat_now, &beat);
    wg_db_on_ready(db, beat_now, &beat);
}

struct versions {
    struct wg_db *db;
    int statement;
    bool flying;
    void (*changed)(const char *kind, int64_t version, void *arg);
    void *arg;
    size_t n;
    struct {
        char kind[24];
        int64_t version;
    } known[KINDS_MOST];
};

static void tell_if_new(struct versions *versions, const char *kind, int64_t version)
{
    size_t i = 0;
    while (i < versions->n && strcmp(versions->known[i].kind, kind) != 0)
        i++;
    if (i == KINDS_MOST || (i < versions->n && versions->known[i].version == version))
        return;
    if (i == versions->n)
        versions->n++;
    snprintf(versions->known[i].kind, sizeof versions->known[i].kind, "%s", kind);
    versions->known[i].version = version;
    versions->changed(kind, version, versions->arg);
}

static void versions_landed(struct wg_flight *flight, void *arg)
{
    struct versions *versions = arg;
    const PGresult *result = wg_flight_result(flight, 0);
    versions->flying = false;
    for (int row = 0; result != NULL && row < PQntuples(result); row++)
        tell_if_new(versions, wg_get_text(result, row, 0), wg_get_i64(result, row, 1));
}

static void versions_read(void *arg)
{
    struct versions *versions = arg;
    if (versions->flying || !wg_db_ready(versions->db))
        return;
    WG_AUTO(wg_params_destroy) struct wg_params *params = wg_params_new();
    WG_AUTO(wg_flight_destroy) struct wg_flight *flight = wg_flight_new(versions_landed, versions);
    wg_flight_add(flight, versions->statement, &params);
    versions->flying = wg_db_send(versions->db, &flight) == 0;
}

void wg_service_versions(struct wg_service *service, struct wg_db *db, int statement,
                         void (*changed)(const char *kind, int64_t version, void *arg), void *arg)
{
    static struct versions versions; /* one a process */
    versions =
        (struct versions){ .db = db, .statement = statement, .changed = changed, .arg = arg };
    wg_service_timer(service, EVERY_MS, 0, versions_read, &versions);
    wg_db_on_ready(db, versions_read, &versions);
}
