#include "services/registry/store.h"

#include <string.h>

#include "common/clock.h"

#include "registry_sql.h"

enum { LEASE_SECONDS = 60, PATIENCE_MS = 120000, SWAP_MOST = 8, VERSIONS_MOST = 3 };

struct store {
    struct wg_db *reads, *writes;
};

struct store *store_new(struct wg_db *reads, struct wg_db *writes)
{
    struct store *store = wg_new(sizeof *store);
    *store = (struct store){ .reads = reads, .writes = writes };
    return store;
}

void store_destroy(struct store **store)
{
    free(*store);
    *store = NULL;
}

struct wg_db *store_writes(struct store *store)
{
    return store->writes;
}

struct wg_db *store_reads(struct store *store)
{
    return store->reads;
}

static int send_or_drop(struct wg_db *db, struct wg_flight **flight)
{
    return wg_db_send(db, flight) == 0 ? 0 : STORE_BUSY;
}

int store_ask(struct wg_db *db, int statement, struct wg_params **params, wg_landed *landed,
              void *arg)
{
    WG_AUTO(wg_flight_destroy) struct wg_flight *flight = wg_flight_new(landed, arg);
    wg_flight_add(flight, statement, params);
    return send_or_drop(db, &flight);
}

void store_put_reach(struct wg_params *params, const struct wg_range *reach, size_t n)
{
    WG_AUTO(wg_column_destroy) struct wg_column *low = wg_column_new(WG_STRING);
    WG_AUTO(wg_column_destroy) struct wg_column *high = wg_column_new(WG_STRING);
    for (size_t i = 0; i < n; i++) {
        wg_column_text(low, reach[i].low);
        wg_column_text(high, reach[i].high);
    }
    wg_params_array(params, &low);
    wg_params_array(params, &high);
}

/* ---- keys */

int store_insert_key(struct store *store, const struct store_key *key, wg_landed *landed, void *arg)
{
    WG_AUTO(wg_params_destroy) struct wg_params *params = wg_params_new();
    wg_params_bytes(params, key->hash, 32);
    wg_params_text(params, key->name);
    wg_params_bool(params, key->administrator);
    wg_params_text(params, key->staff);
    wg_params_text(params, key->system);
    wg_params_text(params, key->area);
    if (key->rate == 0)
        wg_params_null(params);
    else
        wg_params_i32(params, key->rate);
    wg_params_time(params, key->now);
    wg_params_text(params, key->actor);
    return store_ask(store->writes, SQL_INSERT_KEY, &params, landed, arg);
}

int store_revoke_key(struct store *store, const struct store_revoke *revoke, wg_landed *landed,
                     void *arg)
{
    WG_AUTO(wg_params_destroy) struct wg_params *params = wg_params_new();
    wg_params_i64(params, revoke->id);
    wg_params_time(params, revoke->now);
    wg_params_text(params, revoke->actor);
    return store_ask(store->writes, SQL_REVOKE_KEY, &params, landed, arg);
}

/* ---- imports */

/* The statements of each kind. Those of the swap run in this order in one transaction; `timed` ones
 * take the moment too. */
static const struct {
    int check, plan;
    struct {
        int statement;
        bool timed;
    } swap[SWAP_MOST];
    size_t n_swap;
    const char *versions[VERSIONS_MOST]; /* kinds whose version is raised */
} statements[KIND_COUNT] = {
    [KIND_AREAS] = { SQL_CHECK_AREAS,
                     SQL_PLAN_AREAS,
                     { { SQL_INSERT_AREAS, true },
                       { SQL_UPDATE_AREAS, true },
                       { SQL_INSERT_AREA_CODES, false },
                       { SQL_UPDATE_AREA_CODES, false },
                       { SQL_DELETE_AREA_ADDRESSES, false },
                       { SQL_INSERT_AREA_ADDRESSES, false } },
                     6,
                     { "areas" } },
    [KIND_PLACES] = { SQL_CHECK_PLACES,
                      SQL_PLAN_PLACES,
                      { { SQL_UPSERT_PLACES, true } },
                      1,
                      { "places" } },
    [KIND_STAFF] = { SQL_CHECK_STAFF,
                     SQL_PLAN_STAFF,
                     { { SQL_UPSERT_STAFF, false },
                       { SQL_DELETE_POSTS, false },
                       { SQL_UPSERT_POSTS, true } },
                     3,
                     { "staff", "keys" } },
    [KIND_DUTY] = { SQL_CHECK_DUTY, SQL_PLAN_DUTY, { { SQL_UPSERT_DUTY, true } }, 1, { "duty" } },
    [KIND_PARTIES] = { SQL_CHECK_PARTIES,
                       SQL_PLAN_PARTIES,
                       { { SQL_UPSERT_PARTIES, true } },
                       1,
                       { "parties" } },
    [KIND_CATEGORIES] = { SQL_CHECK_CATEGORIES,
                          SQL_PLAN_CATEGORIES,
                          { { SQL_UPSERT_CATEGORIES, false } },
                          1,
                          { "categories" } },
    [KIND_CALENDARS] = { SQL_CHECK_CALENDARS,
                         SQL_PLAN_CALENDARS,
                         { { SQL_INSERT_CALENDARS, true } },
                         1,
                         { "calendars" } },
    [KIND_COMPETENCE] = { SQL_CHECK_COMPETENCE,
                          SQL_PLAN_COMPETENCE,
                          { { SQL_UPSERT_COMPETENCE, true } },
                          1,
                          { "competence" } },
};

static const char *const kind_names[KIND_COUNT] = {
    [KIND_AREAS] = "areas",         [KIND_PLACES] = "places",
    [KIND_STAFF] = "staff",         [KIND_DUTY] = "duty",
    [KIND_PARTIES] = "parties",     [KIND_CATEGORIES] = "categories",
    [KIND_CALENDARS] = "calendars", [KIND_COMPETENCE] = "competence",
};

static int64_t lease_end(int64_t now)
{
    return now + LEASE_SECONDS * WG_SECOND;
}

static void add_tidying(struct wg_flight *flight, const struct store_import *import)
{
    WG_AUTO(wg_params_destroy) struct wg_params *ended = wg_params_new();
    WG_AUTO(wg_params_destroy) struct wg_params *cleared = wg_params_new();
    wg_params_time(ended, import->now);
    wg_params_text(ended, import->owner);
    wg_flight_add(flight, SQL_END_IMPORTS, &ended);
    wg_flight_add(flight, SQL_CLEAR_STAGING, &cleared);
}

int store_import_tidy(struct store *store, const struct store_import *import, wg_landed *landed,
                      void *arg)
{
    WG_AUTO(wg_flight_destroy) struct wg_flight *flight = wg_flight_new(landed, arg);
    add_tidying(flight, import);
    return send_or_drop(store->writes, &flight);
}

int store_import_open(struct store *store, const struct store_import *import, wg_landed *landed,
                      void *arg)
{
    WG_AUTO(wg_flight_destroy) struct wg_flight *flight = wg_flight_new(landed, arg);
    WG_AUTO(wg_params_destroy) struct wg_params *params = wg_params_new();
    add_tidying(flight, import);
    wg_params_text(params, kind_names[import->kind]);
    wg_params_text(params, import->owner);
    wg_params_time(params, import->now);
    wg_params_time(params, lease_end(import->now));
    wg_flight_add(flight, SQL_OPEN_IMPORT, &params);
    return send_or_drop(store->writes, &flight);
}

void store_slice_add(struct store_slice *slice, size_t line, const char *code, const char *row,
                     const char *outline)
{
    if (slice->lines == NULL) {
        slice->lines = wg_column_new(WG_I32);
        slice->codes = wg_column_new(WG_STRING);
        slice->rows = wg_column_new(WG_JSONB);
        slice->outlines = wg_column_new(WG_STRING);
    }
    wg_column_i64(slice->lines, (int64_t)line);
    wg_column_text(slice->codes, code);
    wg_column_text(slice->rows, row);
    wg_column_text(slice->outlines, outline);
    slice->n++;
    slice->bytes += strlen(row) + (outline == NULL ? 0 : strlen(outline));
}

void store_slice_destroy(struct store_slice *slice)
{
    wg_column_destroy(&slice->lines);
    wg_column_destroy(&slice->codes);
    wg_column_destroy(&slice->rows);
    wg_column_destroy(&slice->outlines);
    *slice = (struct store_slice){ 0 };
}

static void add_renewal(struct wg_flight *flight, const struct store_import *import)
{
    WG_AUTO(wg_params_destroy) struct wg_params *params = wg_params_new();
    wg_params_i64(params, import->id);
    wg_params_time(params, lease_end(import->now));
    wg_flight_add(flight, SQL_RENEW_IMPORT, &params);
}

static void add_preparation(struct wg_flight *flight)
{
    WG_AUTO(wg_params_destroy) struct wg_params *params = wg_params_new();
    char text[16];
    snprintf(text, sizeof text, "%d", PATIENCE_MS);
    wg_params_text(params, text);
    wg_flight_add(flight, SQL_PREPARE_IMPORT, &params);
}

int store_wipe_training(struct store *store, const struct store_wiping *wiping, wg_landed *landed,
                        void *arg)
{
    WG_AUTO(wg_flight_destroy) struct wg_flight *flight = wg_flight_new(landed, arg);
    WG_AUTO(wg_params_destroy) struct wg_params *params = wg_params_new();
    add_preparation(flight);
    wg_params_time(params, wiping->now);
    wg_params_text(params, wiping->actor);
    wg_params_text(params, wiping->reason);
    wg_params_i32(params, wiping->most);
    wg_flight_add(flight, SQL_WIPE_TRAINING, &params);
    return send_or_drop(store->writes, &flight);
}

int store_import_stage(struct store *store, const struct store_import *import,
                       struct store_slice *slice, wg_landed *landed, void *arg)
{
    WG_AUTO(wg_flight_destroy) struct wg_flight *flight = wg_flight_new(landed, arg);
    WG_AUTO(wg_params_destroy) struct wg_params *params = wg_params_new();
    add_renewal(flight, import);
    wg_params_i64(params, import->id);
    wg_params_array(params, &slice->lines);
    wg_params_array(params, &slice->codes);
    wg_params_array(params, &slice->rows);
    wg_params_array(params, &slice->outlines);
    store_slice_destroy(slice);
    wg_flight_add(flight, SQL_STAGE_ROWS, &params);
    return send_or_drop(store->writes, &flight);
}

int store_import_check(struct store *store, const struct store_import *import, wg_landed *landed,
                       void *arg)
{
    WG_AUTO(wg_flight_destroy) struct wg_flight *flight = wg_flight_new(landed, arg);
    WG_AUTO(wg_params_destroy) struct wg_params *params = wg_params_new();
    add_renewal(flight, import);
    add_preparation(flight);
    wg_params_i64(params, import->id);
    wg_params_time(params, import->now);
    wg_params_i32(params, FAULTS_MOST);
    wg_flight_add(flight, statements[import->kind].check, &params);
    return send_or_drop(store->writes, &flight);
}

int store_import_plan(struct store *store, const struct store_import *import, wg_landed *landed,
                      void *arg)
{
    WG_AUTO(wg_flight_destroy) struct wg_flight *flight = wg_flight_new(landed, arg);
    WG_AUTO(wg_params_destroy) struct wg_params *params = wg_params_new();
    add_renewal(flight, import);
    add_preparation(flight);
    wg_params_i64(params, import->id);
    wg_params_time(params, import->now);
    wg_params_i32(params, import->low);
    wg_params_i32(params, import->high);
    wg_flight_add(flight, statements[import->kind].plan, &params);
    return send_or_drop(store->writes, &flight);
}

/* A statement whose only parameter is the import. */
static void add_about(struct wg_flight *flight, int statement, const struct store_import *import)
{
    WG_AUTO(wg_params_destroy) struct wg_params *params = wg_params_new();
    wg_params_i64(params, import->id);
    wg_flight_add(flight, statement, &params);
}

static void add_close(struct wg_flight *flight, const struct store_import *import,
                      const char *outcome)
{
    WG_AUTO(wg_params_destroy) struct wg_params *params = wg_params_new();
    add_about(flight, SQL_DELETE_STAGING, import);
    wg_params_i64(params, import->id);
    wg_params_time(params, import->now);
    wg_params_text(params, outcome);
    wg_flight_add(flight, SQL_CLOSE_IMPORT, &params);
}

int store_import_count(struct store *store, const struct store_import *import, wg_landed *landed,
                       void *arg)
{
    WG_AUTO(wg_flight_destroy) struct wg_flight *flight = wg_flight_new(landed, arg);
    add_renewal(flight, import);
    add_about(flight, SQL_COUNT_ACTIONS, import);
    return send_or_drop(store->writes, &flight);
}

static void add_versions(struct wg_flight *flight, enum kind_name kind)
{
    WG_AUTO(wg_params_destroy) struct wg_params *params = wg_params_new();
    WG_AUTO(wg_column_destroy) struct wg_column *kinds = wg_column_new(WG_STRING);
    for (size_t i = 0; i < VERSIONS_MOST && statements[kind].versions[i] != NULL; i++)
        wg_column_text(kinds, statements[kind].versions[i]);
    wg_params_array(params, &kinds);
    wg_flight_add(flight, SQL_RAISE_VERSIONS, &params);
}

static void add_audit(struct wg_flight *flight, const struct store_import *import)
{
    WG_AUTO(wg_params_destroy) struct wg_params *params = wg_params_new();
    char object[40], action[40];
    snprintf(object, sizeof object, "import:%lld", (long long)import->id);
    wg_params_time(params, import->now);
    snprintf(action, sizeof action, "import.%s", kind_names[import->kind]);
    wg_params_text(params, import->actor);
    wg_params_text(params, action);
    wg_params_text(params, object);
    wg_params_text(params, import->detail);
    wg_flight_add(flight, SQL_INSERT_AUDIT, &params);
}

int store_import_swap(struct store *store, const struct store_import *import, wg_landed *landed,
                      void *arg)
{
    WG_AUTO(wg_flight_destroy) struct wg_flight *flight = wg_flight_new(landed, arg);
    WG_AUTO(wg_params_destroy) struct wg_params *guard = wg_params_new();
    add_preparation(flight);
    add_renewal(flight, import);
    wg_params_i64(guard, import->id);
    wg_params_i64(guard, import->rows);
    wg_flight_add(flight, SQL_GUARD_IMPORT, &guard);
    for (size_t i = 0; i < statements[import->kind].n_swap; i++) {
        WG_AUTO(wg_params_destroy) struct wg_params *params = wg_params_new();
        wg_params_i64(params, import->id);
        if (statements[import->kind].swap[i].timed)
            wg_params_time(params, import->now);
        wg_flight_add(flight, statements[import->kind].swap[i].statement, &params);
    }
    add_audit(flight, import);
    add_close(flight, import, "done");
    add_versions(flight, import->kind); /* last: its rows are wanted by others too */
    return send_or_drop(store->writes, &flight);
}

int store_import_close(struct store *store, const struct store_import *import, const char *outcome,
                       wg_landed *landed, void *arg)
{
    WG_AUTO(wg_flight_destroy) struct wg_flight *flight = wg_flight_new(landed, arg);
    add_close(flight, import, outcome);
    return send_or_drop(store->writes, &flight);
}

int store_import_find(struct store *store, const struct store_import *import, wg_landed *landed,
                      void *arg)
{
    WG_AUTO(wg_flight_destroy) struct wg_flight *flight = wg_flight_new(landed, arg);
    add_about(flight, SQL_FIND_IMPORT, import);
    return send_or_drop(store->writes, &flight);
}
