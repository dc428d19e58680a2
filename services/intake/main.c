/* wangge-intake writes down what people said: facts, never judged, never changed. */
#include "common/access.h"
#include "common/bus.h"
#include "common/db.h"
#include "common/fault.h"
#include "common/http.h"
#include "common/log.h"
#include "common/service.h"

#include "intake_sql.h"
#include "services/intake/codes.h"
#include "services/intake/post.h"
#include "services/intake/store.h"

static int64_t in_flight, disk_percent, queue_items, queue_bytes;
static const char *disk, *sources;

static const struct wg_setting settings[] = {
    { "WANGGE_INTAKE_INFLIGHT", WG_NUMBER, "1", 1, 4, "connections that write", NULL, &in_flight },
    { "WANGGE_INTAKE_QUEUE", WG_NUMBER, "2000", 1, 100000, "reports that may wait for their commit",
      NULL, &queue_items },
    { "WANGGE_INTAKE_QUEUE_BYTES", WG_NUMBER, "8388608", 1024, 1 << 30, "… and their bytes", NULL,
      &queue_bytes },
    { "WANGGE_DISK", WG_TEXT, "", 0, 0, "folder whose free space is watched; empty: $WANGGE_HOME",
      &disk, NULL },
    { "WANGGE_DISK_PERCENT", WG_NUMBER, "5", 0, 100, "free space below which reports are refused",
      NULL, &disk_percent },
    { "WANGGE_SOURCES", WG_TEXT, "12345 hotline instruction petition media proposal patrol", 0, 0,
      "sources whose numbers staff enter, with a blank between", &sources, NULL },
};

static const struct wg_route routes[] = {
    { "POST", "/api/v1/reports", WG_OPEN | WG_STREAM, post_reports },
};

static void registry_changed(const char *kind, int64_t version, void *arg)
{
    (void)version;
    codes_changed(arg, kind);
}

int main(int argc, char **argv)
{
    struct intake intake = { .service = wg_service_new("intake", settings, WG_COUNT(settings), argc,
                                                       argv) };
    static const char *const names[] = { "write-1", "write-2", "write-3", "write-4" };
    struct wg_db *writes[WG_COUNT(names)];
    for (size_t i = 0; i < (size_t)in_flight; i++)
        writes[i] = wg_db_new(intake.service, names[i], sql_statements, SQL_COUNT, 1);
    WG_AUTO(wg_db_destroy)
    struct wg_db *reads = wg_db_new(intake.service, "read", sql_statements, SQL_COUNT, 32);
    WG_AUTO(wg_bus_destroy) struct wg_bus *bus = wg_bus_new(intake.service);
    WG_AUTO(wg_access_destroy)
    struct wg_access *access = wg_access_new(intake.service, reads, SQL_FIND_CALLER);
    const struct store_setup setup = {
        .service = intake.service,
        .reads = reads,
        .writes = writes,
        .n_writes = (size_t)in_flight,
        .bus = bus,
        .disk = disk[0] != '\0' ? disk : wg_service_settings(intake.service)->home,
        .disk_percent = disk_percent,
        .queue_items = queue_items,
        .queue_bytes = queue_bytes,
    };
    WG_AUTO(codes_destroy) struct codes *codes = intake.codes = codes_new(intake.service, reads);
    WG_AUTO(store_destroy) struct store *store = intake.store = store_new(&setup);
    store_code_key(store, intake.code_key);
    intake.sources = sources;
    wg_service_beat(intake.service, reads, SQL_BEAT_INSTANCE);
    wg_service_versions(intake.service, reads, SQL_READ_VERSIONS, registry_changed, codes);
    WG_AUTO(wg_http_destroy)
    struct wg_http *http = wg_http_new(intake.service, routes, WG_COUNT(routes), access, &intake);
    wg_http_on_stream(http, &post_stream);
    int code = wg_service_run(&intake.service);
    for (size_t i = 0; i < (size_t)in_flight; i++)
        wg_db_destroy(&writes[i]);
    return code;
}
