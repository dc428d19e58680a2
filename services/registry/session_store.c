#include "services/registry/session_store.h"

#include "common/clock.h"
#include "common/log.h"

#include "registry_sql.h"

static int ask(struct wg_db *db, int statement, struct wg_params **params, wg_landed *landed,
               void *arg)
{
    WG_AUTO(wg_flight_destroy) struct wg_flight *flight = wg_flight_new(landed, arg);
    wg_flight_add(flight, statement, params);
    return wg_db_send(db, &flight) == 0 ? 0 : STORE_BUSY;
}

static void landed_alone(struct wg_flight *flight, void *arg)
{
    (void)arg;
    if (wg_flight_outcome(flight) != WG_COMMITTED)
        wg_log(WG_WARNING, "session-write", "outcome=%d sqlstate=%s", wg_flight_outcome(flight),
               wg_flight_sqlstate(flight));
}

static void put_id(struct wg_params *params, int64_t id)
{
    if (id == 0)
        wg_params_null(params);
    else
        wg_params_i64(params, id);
}

/* ---- a try to log in */

int session_store_open(struct registry *registry, const struct session_try *try, wg_landed *landed,
                       void *arg)
{
    WG_AUTO(wg_params_destroy) struct wg_params *params = wg_params_new();
    wg_params_text(params, try->code);
    put_id(params, try->staff_id);
    wg_params_text(params, try->address);
    wg_params_time(params, try->now);
    return ask(registry->writes, SQL_OPEN_LOGIN, &params, landed, arg);
}

int session_store_refuse(struct registry *registry, const struct session_try *try,
                         wg_landed *landed, void *arg)
{
    WG_AUTO(wg_params_destroy) struct wg_params *params = wg_params_new();
    wg_params_text(params, try->address);
    wg_params_time(params, try->now);
    put_id(params, try->staff_id);
    wg_params_text(params, try->why);
    wg_params_bool(params, try->locks);
    return ask(registry->writes, SQL_REFUSE_LOGIN, &params, landed, arg);
}

void session_store_spare(struct registry *registry, const struct session_try *try)
{
    WG_AUTO(wg_params_destroy) struct wg_params *params = wg_params_new();
    wg_params_text(params, try->code);
    put_id(params, try->staff_id);
    if (ask(registry->writes, SQL_SPARE_LOGIN, &params, landed_alone, NULL) != 0)
        wg_log(WG_WARNING, "session-write", "outcome=busy");
}

/* ---- sessions */

static void add_session(struct wg_flight *flight, const struct session_new *session)
{
    WG_AUTO(wg_params_destroy) struct wg_params *params = wg_params_new();
    wg_params_i64(params, session->staff_id);
    wg_params_bytes(params, session->hash, WG_KEY_HASH_BYTES);
    wg_params_bytes(params, session->device_hash,
                    session->device_hash == NULL ? 0 : WG_KEY_HASH_BYTES);
    wg_params_text(params, session->device);
    wg_params_text(params, session->must);
    wg_params_text(params, session->how);
    wg_params_time(params, session->now);
    wg_params_time(params, session->until);
    wg_params_i32(params, session->idle_s);
    put_id(params, session->step);
    put_id(params, session->replaces);
    wg_params_text(params, session->address);
    wg_flight_add(flight, SQL_INSERT_SESSION, &params);
}

static void add_get(struct wg_flight *flight, int64_t id, const uint8_t *hash)
{
    WG_AUTO(wg_params_destroy) struct wg_params *params = wg_params_new();
    put_id(params, id);
    wg_params_bytes(params, hash, hash == NULL ? 0 : WG_KEY_HASH_BYTES);
    wg_params_time(params, wg_clock_now());
    wg_flight_add(flight, SQL_GET_SESSION, &params);
}

static void add_password(struct wg_flight *flight, const struct session_new *session)
{
    WG_AUTO(wg_params_destroy) struct wg_params *params = wg_params_new();
    char actor[40];
    snprintf(actor, sizeof actor, "staff:%lld", (long long)session->staff_id);
    wg_params_i64(params, session->staff_id);
    wg_params_null(params);
    wg_params_text(params, session->password);
    wg_params_null(params);
    wg_params_time(params, session->now);
    wg_params_text(params, actor);
    put_id(params, session->replaces);
    wg_flight_add(flight, SQL_SET_PASSWORD, &params);
}

/* The new password first: it ends all sessions but the one that this one then replaces. */
int session_store_insert(struct registry *registry, const struct session_new *session,
                         wg_landed *landed, void *arg)
{
    WG_AUTO(wg_flight_destroy) struct wg_flight *flight = wg_flight_new(landed, arg);
    if (session->password != NULL)
        add_password(flight, session);
    add_session(flight, session);
    add_get(flight, 0, session->hash);
    return wg_db_send(registry->writes, &flight) == 0 ? 0 : STORE_BUSY;
}

int session_store_get(struct registry *registry, int64_t id, wg_landed *landed, void *arg)
{
    WG_AUTO(wg_flight_destroy) struct wg_flight *flight = wg_flight_new(landed, arg);
    add_get(flight, id, NULL);
    return wg_db_send(registry->reads, &flight) == 0 ? 0 : STORE_BUSY;
}

int session_store_list(struct registry *registry, int64_t staff_id, const char *code,
                       wg_landed *landed, void *arg)
{
    WG_AUTO(wg_params_destroy) struct wg_params *params = wg_params_new();
    put_id(params, staff_id);
    wg_params_text(params, code);
    wg_params_time(params, wg_clock_now());
    return ask(registry->reads, SQL_LIST_SESSIONS, &params, landed, arg);
}

int session_store_end(struct registry *registry, const struct session_end *end, wg_landed *landed,
                      void *arg)
{
    WG_AUTO(wg_params_destroy) struct wg_params *params = wg_params_new();
    wg_params_i64(params, end->id);
    put_id(params, end->owner);
    wg_params_time(params, wg_clock_now());
    wg_params_text(params, end->actor);
    return ask(registry->writes, SQL_END_SESSION, &params, landed, arg);
}

void session_store_tidy(struct registry *registry)
{
    WG_AUTO(wg_flight_destroy) struct wg_flight *flight = wg_flight_new(landed_alone, NULL);
    for (size_t i = 0; i < 2; i++) {
        WG_AUTO(wg_params_destroy) struct wg_params *params = wg_params_new();
        wg_params_time(params, wg_clock_now());
        wg_flight_add(flight, i == 0 ? SQL_FORGET_SESSIONS : SQL_FORGET_FAILURES, &params);
    }
    if (wg_db_ready(registry->writes) && wg_db_send(registry->writes, &flight) != 0)
        wg_log(WG_WARNING, "session-write", "outcome=busy");
}

/* ---- passwords and second factors */

int session_store_set_password(struct registry *registry, const struct session_password *password,
                               wg_landed *landed, void *arg)
{
    WG_AUTO(wg_params_destroy) struct wg_params *params = wg_params_new();
    wg_params_null(params);
    wg_params_text(params, password->code);
    wg_params_text(params, password->hash);
    wg_params_time(params, password->until);
    wg_params_time(params, wg_clock_now());
    wg_params_text(params, password->actor);
    wg_params_null(params);
    return ask(registry->writes, SQL_SET_PASSWORD, &params, landed, arg);
}

int session_store_enrol(struct registry *registry, const struct session_totp *totp,
                        wg_landed *landed, void *arg)
{
    WG_AUTO(wg_params_destroy) struct wg_params *params = wg_params_new();
    wg_params_i64(params, totp->staff_id);
    wg_params_bytes(params, totp->sealed, totp->length);
    return ask(registry->writes, SQL_ENROL_TOTP, &params, landed, arg);
}

int session_store_read_totp(struct registry *registry, int64_t staff_id, wg_landed *landed,
                            void *arg)
{
    WG_AUTO(wg_params_destroy) struct wg_params *params = wg_params_new();
    wg_params_i64(params, staff_id);
    return ask(registry->reads, SQL_READ_TOTP, &params, landed, arg);
}

int session_store_confirm(struct registry *registry, const struct session_totp *totp,
                          wg_landed *landed, void *arg)
{
    WG_AUTO(wg_params_destroy) struct wg_params *params = wg_params_new();
    wg_params_i64(params, totp->staff_id);
    wg_params_bytes(params, totp->sealed, totp->length);
    wg_params_i64(params, totp->step);
    wg_params_time(params, wg_clock_now());
    return ask(registry->writes, SQL_CONFIRM_TOTP, &params, landed, arg);
}

int session_store_remove_totp(struct registry *registry, const char *code, const char *actor,
                              wg_landed *landed, void *arg)
{
    WG_AUTO(wg_params_destroy) struct wg_params *params = wg_params_new();
    wg_params_text(params, code);
    wg_params_time(params, wg_clock_now());
    wg_params_text(params, actor);
    return ask(registry->writes, SQL_REMOVE_TOTP, &params, landed, arg);
}

/* ---- one-task links */

int session_store_make_link(struct registry *registry, const struct session_link *link,
                            wg_landed *landed, void *arg)
{
    WG_AUTO(wg_params_destroy) struct wg_params *params = wg_params_new();
    wg_params_bytes(params, link->hash, WG_KEY_HASH_BYTES);
    wg_params_text(params, link->staff);
    wg_params_i64(params, link->case_id);
    wg_params_i32(params, link->task);
    wg_params_text(params, link->purpose);
    wg_params_i32(params, link->rate);
    wg_params_text(params, link->actor);
    wg_params_time(params, link->now);
    wg_params_time(params, link->until);
    return ask(registry->writes, SQL_INSERT_LINK, &params, landed, arg);
}

static void add_find_case(struct wg_flight *flight, int64_t id, const char *sight)
{
    WG_AUTO(wg_params_destroy) struct wg_params *params = wg_params_new();
    wg_params_i64(params, id);
    wg_params_text(params, sight);
    wg_flight_add(flight, SQL_FIND_CASE_AREA, &params);
}

static void add_list_links(struct wg_flight *flight, int64_t case_id, int64_t id, const char *sight)
{
    WG_AUTO(wg_params_destroy) struct wg_params *params = wg_params_new();
    put_id(params, case_id);
    put_id(params, id);
    wg_params_text(params, sight);
    wg_flight_add(flight, SQL_LIST_LINKS, &params);
}

int session_store_find_case(struct registry *registry, int64_t id, const char *sight,
                            wg_landed *landed, void *arg)
{
    WG_AUTO(wg_flight_destroy) struct wg_flight *flight = wg_flight_new(landed, arg);
    add_find_case(flight, id, sight);
    return wg_db_send(registry->reads, &flight) == 0 ? 0 : STORE_BUSY;
}

int session_store_list_links(struct registry *registry, int64_t case_id, const char *sight,
                             wg_landed *landed, void *arg)
{
    WG_AUTO(wg_flight_destroy) struct wg_flight *flight = wg_flight_new(landed, arg);
    add_find_case(flight, case_id, sight);
    add_list_links(flight, case_id, 0, sight);
    return wg_db_send(registry->reads, &flight) == 0 ? 0 : STORE_BUSY;
}

int session_store_find_link(struct registry *registry, int64_t id, const char *sight,
                            wg_landed *landed, void *arg)
{
    WG_AUTO(wg_flight_destroy) struct wg_flight *flight = wg_flight_new(landed, arg);
    add_list_links(flight, 0, id, sight);
    return wg_db_send(registry->reads, &flight) == 0 ? 0 : STORE_BUSY;
}

int session_store_revoke_link(struct registry *registry, int64_t id, const char *actor,
                              wg_landed *landed, void *arg)
{
    WG_AUTO(wg_params_destroy) struct wg_params *params = wg_params_new();
    wg_params_i64(params, id);
    wg_params_time(params, wg_clock_now());
    wg_params_text(params, actor);
    return ask(registry->writes, SQL_REVOKE_LINK, &params, landed, arg);
}

/* ---- who somebody is at a single sign-on */

int session_store_find_identity(struct registry *registry, const struct session_identity *identity,
                                wg_landed *landed, void *arg)
{
    WG_AUTO(wg_params_destroy) struct wg_params *params = wg_params_new();
    wg_params_text(params, identity->issuer);
    wg_params_text(params, identity->subject);
    wg_params_text(params, identity->code);
    wg_params_time(params, wg_clock_now());
    return ask(registry->reads, SQL_FIND_IDENTITY, &params, landed, arg);
}

int session_store_make_identity(struct registry *registry, const struct session_identity *identity,
                                wg_landed *landed, void *arg)
{
    WG_AUTO(wg_params_destroy) struct wg_params *params = wg_params_new();
    wg_params_text(params, identity->code);
    wg_params_text(params, identity->issuer);
    wg_params_text(params, identity->subject);
    wg_params_time(params, wg_clock_now());
    wg_params_text(params, identity->actor);
    return ask(registry->writes, SQL_INSERT_IDENTITY, &params, landed, arg);
}

int session_store_list_identities(struct registry *registry, const char *code, wg_landed *landed,
                                  void *arg)
{
    WG_AUTO(wg_params_destroy) struct wg_params *params = wg_params_new();
    wg_params_text(params, code);
    return ask(registry->reads, SQL_LIST_IDENTITIES, &params, landed, arg);
}

int session_store_remove_identity(struct registry *registry,
                                  const struct session_identity *identity, wg_landed *landed,
                                  void *arg)
{
    WG_AUTO(wg_params_destroy) struct wg_params *params = wg_params_new();
    wg_params_text(params, identity->code);
    wg_params_i64(params, identity->id);
    wg_params_time(params, wg_clock_now());
    wg_params_text(params, identity->actor);
    return ask(registry->writes, SQL_DELETE_IDENTITY, &params, landed, arg);
}
