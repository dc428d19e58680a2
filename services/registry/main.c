/* wangge-registry knows who and where: areas, places, staff, duty, parties, categories, calendars,
 * keys. */
#include <stdio.h>

#include "common/access.h"
#include "common/crypto.h"
#include "common/db.h"
#include "common/helper.h"
#include "common/http.h"
#include "common/service.h"

#include "registry_sql.h"
#include "services/registry/convert.h"
#include "services/registry/forget.h"
#include "services/registry/import.h"
#include "services/registry/oidc.h"
#include "services/registry/password.h"
#include "services/registry/receive.h"
#include "services/registry/registry.h"
#include "services/registry/routes.h"
#include "services/registry/session.h"
#include "services/registry/store.h"

enum { READS_IN_FLIGHT = 16, TIDY_MS = 1000, FORGET_MS = 3600 * 1000 };

static const char *folder, *totp_posts;
static int64_t reporter_days;
static struct oidc_settings sso;

static const struct wg_setting settings[] = {
    { "WANGGE_REPORTER_DAYS", WG_NUMBER, "365", 1, 36500,
      "days after the end of a case until its reporters' names and numbers are deleted", NULL,
      &reporter_days },
    { "WANGGE_UPLOADS", WG_TEXT, "/tmp", 0, 0, "folder for the bodies of imports while they run",
      &folder, NULL },
    { "WANGGE_TOTP_POSTS", WG_TEXT,
      "dispatcher,clerk,coordinator,director,supervisor,administrator", 0, 0,
      "posts that must log in with a one-time code too, a comma between (none: no post)",
      &totp_posts, NULL },
    { "WANGGE_OIDC_ISSUER", WG_TEXT, "", 0, 0,
      "the city's single sign-on (OpenID Connect), https://…; empty: none", &sso.issuer, NULL },
    { "WANGGE_OIDC_CLIENT_ID", WG_TEXT, "wangge", 0, 0, "who we are there", &sso.client_id, NULL },
    { "WANGGE_OIDC_CLIENT_SECRET_FILE", WG_TEXT, "", 0, 0, "our secret there; empty: none",
      &sso.secret_file, NULL },
    { "WANGGE_OIDC_CLAIM", WG_TEXT, "", 0, 0,
      "the claim that is the staff code (preferred_username); empty: an administrator says who is "
      "who",
      &sso.claim, NULL },
    { "WANGGE_URL", WG_TEXT, "http://127.0.0.1:8080", 0, 0, "the door's address, to come back to",
      &sso.door, NULL },
};

/* What contacts are sealed to; without it no import of staff or parties may run. */
static void read_seal_key(struct registry *registry)
{
    char path[512];
    snprintf(path, sizeof path, "%s/secrets/seal.public",
             wg_service_settings(registry->service)->home);
    bool there = wg_secret_read(path, registry->seal_key) == 0;
    wg_service_part(registry->service, "seal", there ? NULL : "secrets/seal.public cannot be read");
    snprintf(path, sizeof path, "%s/secrets/seal.secret",
             wg_service_settings(registry->service)->home);
    there = wg_secret_read(path, registry->seal_secret) == 0;
    wg_service_part(registry->service, "unseal",
                    there ? NULL : "secrets/seal.secret cannot be read");
}

/* A hash takes 64 MiB and a twentieth of a second: two at once leave the machine to the others. */
static const struct wg_helper_rules password_rules = {
    .name = "password",
    .work = "password",
    .processes = 2,
    .queue = 64,
    .deadline_ms = 10000,
    .most_bytes = 4096,
    .cpu_seconds = 5,
    .memory_bytes = INT64_C(512) << 20,
    .descriptors = 16,
};
static const struct wg_helper_work works[] = { { "password", password_work } };

static void add_sessions(struct registry *registry, struct wg_db *reads, struct wg_db *writes)
{
    registry->reads = reads;
    registry->writes = writes;
    registry->totp_posts = totp_posts;
    wg_service_timer(registry->service, FORGET_MS, 0, session_tidy, registry);
}

int main(int argc, char **argv)
{
    int helped = wg_helper_main(argc, argv, works, WG_COUNT(works));
    if (helped >= 0)
        return helped;
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
    add_sessions(&registry, reads, writes);
    WG_AUTO(oidc_destroy) struct oidc *oidc = registry.oidc = oidc_new(registry.service, &sso);
    WG_AUTO(wg_helper_destroy)
    struct wg_helper *passwords = registry.passwords =
        wg_helper_new(registry.service, &password_rules);
    WG_AUTO(wg_helper_destroy)
    struct wg_helper *converter = registry.convert = convert_new(registry.service);
    WG_AUTO(wg_access_destroy)
    struct wg_access *access = wg_access_new(registry.service, reads, SQL_FIND_CALLER);
    wg_service_beat(registry.service, reads, SQL_BEAT_INSTANCE);
    wg_db_on_ready(writes, import_tidy, &registry);
    wg_service_timer(registry.service, TIDY_MS, 0, import_tidy, &registry);
    registry.forgetting.days = reporter_days;
    wg_service_timer(registry.service, TIDY_MS, 0, forget_sweep, &registry);
    wg_service_on_drain(registry.service, import_drained, &registry);
    WG_AUTO(wg_http_destroy)
    struct wg_http *http =
        wg_http_new(registry.service, registry_routes, registry_routes_n, access, &registry);
    wg_http_on_stream(http, &receive_stream);
    return wg_service_run(&registry.service);
}
