/* wangge-registry knows who and where: areas, places, staff, duty, parties, categories, calendars,
 * keys. */
#include <stdio.h>

#include "common/access.h"
#include "common/crypto.h"
#include "common/db.h"
#include "common/http.h"
#include "common/service.h"

#include "registry_sql.h"
#include "services/registry/import.h"
#include "services/registry/receive.h"
#include "services/registry/registry.h"
#include "services/registry/routes.h"
#include "services/registry/store.h"

enum { READS_IN_FLIGHT = 16, TIDY_MS = 1000 };

static const char *folder;

static const struct wg_setting settings[] = {
    { "WANGGE_UPLOADS", WG_TEXT, "/tmp", 0, 0, "folder for the bodies of imports while they run",
      &folder, NULL },
};

/* What contacts are sealed to; without it no import of staff or parties may run. */
static void read_seal_key(struct registry *registry)
{
    char path[512];
    snprintf(path, sizeof path, "%s/secrets/seal.public",
             wg_service_settings(registry->service)->home);
    bool there = wg_secret_read(path, registry->seal_key) == 0;
    wg_service_part(registry->service, "seal", there ? NULL : "secrets/seal.public cannot be read");
}

int main(int argc, char **argv)
{
    struct registry registry = { .service = wg_service_new("registry", settings, WG_COUNT(settings),
                                                           argc, argv) };
    wg_crypto_start();
    registry.folder = folder;
    snprintf(registry.owner, sizeof registry.owner, "registry-%lld",
             (long long)wg_service_settings(registry.service)->instance);
    read_seal_key(&registry);
    WG_AUTO(wg_db_destroy)
    struct wg_db *reads =
        wg_db_new(registry.service, "read", sql_statements, SQL_COUNT, READS_IN_FLIGHT);
    WG_AUTO(wg_db_destroy)
    struct wg_db *writes = wg_db_new(registry.service, "write", sql_statements, SQL_COUNT, 1);
    WG_AUTO(store_destroy) struct store *store = registry.store = store_new(reads, writes);
    WG_AUTO(wg_access_destroy)
    struct wg_access *access = wg_access_new(registry.service, reads, SQL_FIND_KEY);
    wg_service_beat(registry.service, reads, SQL_BEAT_INSTANCE);
    wg_db_on_ready(writes, import_tidy, &registry);
    wg_service_timer(registry.service, TIDY_MS, 0, import_tidy, &registry);
    wg_service_on_drain(registry.service, import_drained, &registry);
    WG_AUTO(wg_http_destroy)
    struct wg_http *http =
        wg_http_new(registry.service, registry_routes, registry_routes_n, access, &registry);
    wg_http_on_stream(http, &receive_stream);
    return wg_service_run(&registry.service);
}
