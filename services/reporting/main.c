/* wangge-reporting answers whoever asks: lists, cases, what became of a report, inboxes, figures,
 * the log. It owns the roll-ups, folded from the log; everything else it only reads. */
#include <stdio.h>
#include <string.h>

#include "common/access.h"
#include "common/attempts.h"
#include "common/bus.h"
#include "common/clock.h"
#include "common/log.h"
#include "common/metrics.h"
#include "common/service.h"
#include "common/text.h"

#include "services/reporting/fold.h"
#include "services/reporting/reporting.h"
#include "services/reporting/store.h"
#include "services/reporting/tally.h"
#include "services/reporting/words.h"

enum { PULSE_MS = 1000, AGAIN_MS = 1000 };

static const char *code_key_path, *rates_folder;

static const struct wg_setting settings[] = {
    { .name = "WANGGE_CODE_KEY",
      .type = WG_TEXT,
      .fallback = "",
      .help = "file of the key from which query codes come; default $WANGGE_HOME/secrets/code.key",
      .text = &code_key_path },
    { .name = "WANGGE_RATES",
      .type = WG_TEXT,
      .fallback = "",
      .help = "folder of the rules of rates; empty: $WANGGE_HOME/share/rates",
      .text = &rates_folder },
};

/* ---- what people call the states */

static void read_workflows(void *arg);

/* Until they are read, nothing is folded: nobody else asks for them again. */
static void read_workflows_again(struct reporting *app)
{
    words_destroy(&app->coming);
    wg_service_part(app->service, "workflows", "cannot be read");
    wg_service_timer(app->service, AGAIN_MS, 1, read_workflows, app);
}

static void read_workflow(struct reporting *app, int64_t after);

static void workflows_over(struct reporting *app)
{
    bool none = words_newest(app->coming) == 0;
    words_destroy(&app->words);
    app->words = app->coming;
    app->coming = NULL;
    wg_service_part(app->service, "workflows", none ? "none is loaded yet" : NULL);
    if (app->workflows_moved)
        read_workflows(app);
}

static void workflow_landed(struct wg_flight *flight, void *arg)
{
    struct reporting *app = arg;
    const PGresult *rows = wg_flight_result(flight, 0);
    if (wg_flight_outcome(flight) != WG_COMMITTED) {
        read_workflows_again(app);
    } else if (PQntuples(rows) == 0) {
        workflows_over(app);
    } else {
        int64_t id = wg_get_i64(rows, 0, WORKFLOW_ID);
        const char *name = wg_get_text(rows, 0, WORKFLOW_NAME);
        if (words_add(app->coming, id, name, wg_get_text(rows, 0, WORKFLOW_DEFINITION)) != 0)
            wg_log(WG_ERROR, "workflow-bad", "name=%s", wg_log_quote(name));
        read_workflow(app, id);
    }
}

/* One version in a turn of the loop: there may be many, and each takes a while. */
static void read_workflow(struct reporting *app, int64_t after)
{
    WG_AUTO(wg_flight_destroy) struct wg_flight *flight = wg_flight_new(workflow_landed, app);
    store_read_workflow(flight, after);
    if (store_read(app->store, &flight) != 0)
        read_workflows_again(app);
}

static void read_workflows(void *arg)
{
    struct reporting *app = arg;
    app->workflows_moved = app->coming != NULL; /* then they are read again when these are here */
    if (app->workflows_moved)
        return;
    app->coming = words_new();
    read_workflow(app, 0);
}

static void changed(const char *kind, int64_t version, void *arg)
{
    (void)version;
    if (strcmp(kind, "workflows") == 0)
        read_workflows(arg);
}

/* ---- the pulse: epoch and horizon */

struct pulse {
    struct reporting *app;
    bool flying;
    struct wg_metric *lag;
};

static void pulse_landed(struct wg_flight *flight, void *arg)
{
    struct pulse *pulse = arg;
    pulse->flying = false;
    if (wg_flight_outcome(flight) != WG_COMMITTED)
        return;
    const PGresult *rows = wg_flight_result(flight, 0);
    const char *root = wg_get_text(rows, 0, PULSE_ROOT);
    int64_t held =
        wg_is_null(rows, 0, PULSE_OLDEST) ? 0 : wg_clock_now() - wg_get_time(rows, 0, PULSE_OLDEST);
    pulse->app->epoch = wg_get_i64(rows, 0, PULSE_EPOCH);
    wg_copy(pulse->app->root, sizeof pulse->app->root, root);
    wg_set(pulse->lag, held > 0 ? (double)held / (double)WG_SECOND : 0);
}

static void feel_pulse(void *arg)
{
    struct pulse *pulse = arg;
    if (pulse->flying || !wg_db_ready(store_reader(pulse->app->store)))
        return;
    WG_AUTO(wg_flight_destroy) struct wg_flight *flight = wg_flight_new(pulse_landed, pulse);
    store_read_pulse(flight);
    pulse->flying = store_read(pulse->app->store, &flight) == 0;
}

/* ---- start */

static void on_hint(uint64_t xid, size_t count, void *arg)
{
    struct reporting *app = arg;
    (void)count;
    fold_hint(app->fold, xid);
}

static void read_code_key(struct reporting *app)
{
    char path[512];
    snprintf(path, sizeof path, "%s/secrets/code.key", wg_service_settings(app->service)->home);
    if (wg_secret_read(code_key_path[0] == '\0' ? path : code_key_path, app->code_key) != 0)
        wg_service_part(app->service, "code-key", "cannot be read");
    cursor_key_make(app->code_key, &app->cursor_key);
}

static struct tally *start_tally(struct reporting *app)
{
    char folder[512];
    snprintf(folder, sizeof folder, "%s/share/rates", wg_service_settings(app->service)->home);
    return tally_new(app, rates_folder[0] == '\0' ? folder : rates_folder);
}

int main(int argc, char **argv)
{
    struct reporting app = { .service = wg_service_new("reporting", settings, WG_COUNT(settings),
                                                       argc, argv) };
    struct pulse pulse = { .app = &app };
    wg_crypto_start();
    read_code_key(&app);
    app.zone = wg_service_settings(app.service)->zone;
    app.words = words_new();
    app.attempts = wg_attempts_new();
    app.store = store_new(app.service);
    app.fold = fold_new(&app);
    app.tally = start_tally(&app);
    pulse.lag = wg_gauge("wangge_log_lag_seconds",
                         "age of the oldest transaction that holds the log's horizon");
    wg_db_on_ready(store_reader(app.store), feel_pulse, &pulse);
    wg_service_timer(app.service, PULSE_MS, 0, feel_pulse, &pulse);
    wg_service_beat(app.service, store_reader(app.store), store_beat_statement());
    wg_service_versions(app.service, store_reader(app.store), store_versions_statement(), changed,
                        &app);
    struct wg_access *access =
        wg_access_new(app.service, store_reader(app.store), store_key_statement());
    struct wg_http *http = wg_http_new(app.service, routes, n_routes, access, &app);
    struct wg_bus *bus = wg_bus_new(app.service);
    wg_bus_subscribe(bus, on_hint, &app);
    int code = wg_service_run(&app.service);
    wg_bus_destroy(&bus);
    wg_http_destroy(&http);
    wg_access_destroy(&access);
    store_destroy(&app.store);
    fold_destroy(&app.fold);
    tally_destroy(&app.tally);
    wg_attempts_destroy(&app.attempts);
    words_destroy(&app.words);
    words_destroy(&app.coming);
    return code;
}
