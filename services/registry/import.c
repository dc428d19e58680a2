#include "services/registry/import.h"

#include <stdint.h>
#include <string.h>

#include "common/access.h"
#include "common/clock.h"
#include "common/fault.h"
#include "common/json.h"
#include "common/log.h"
#include "common/service.h"

#include "services/registry/answer.h"
#include "services/registry/reader.h"
#include "services/registry/registry.h"
#include "services/registry/seal.h"
#include "services/registry/store.h"
#include "services/registry/upload.h"

enum { SLICE_ROWS = 250, SLICE_BYTES = 128 << 10, PLAN_LINES = 10000, TURN_MICROSECONDS = 1500 };
enum { ASK_AGAIN_MS = 500, ASK_AGAIN_MOST = 60 };

const struct kind *const import_kinds[KIND_COUNT] = {
    [KIND_AREAS] = &area_kind,         [KIND_PLACES] = &place_kind,
    [KIND_STAFF] = &staff_kind,        [KIND_DUTY] = &duty_kind,
    [KIND_PARTIES] = &party_kind,      [KIND_CATEGORIES] = &category_kind,
    [KIND_CALENDARS] = &calendar_kind, [KIND_COMPETENCE] = &competence_kind,
};

static void read_rows(void *arg);
static void plan_more(struct import *import);

/* ---- the end */

void import_release(struct import *import)
{
    import->registry->import = NULL;
    reader_destroy(&import->reader);
    faults_destroy(&import->faults);
    store_slice_destroy(&import->slice);
    upload_close(&import->upload);
    upload_close(&import->converted);
    free(import);
}

static void log_end(const struct import *import, const char *outcome)
{
    wg_log(WG_INFO, "import", "import=%lld kind=%s outcome=%s rows=%lld faults=%zu delay_ms=%lld",
           (long long)import->store.id, import_kinds[import->store.kind]->name, outcome,
           (long long)import->counts.rows, import->faults.total,
           (long long)((wg_clock_mono() - import->started) / 1000));
}

static void on_closed(struct wg_flight *flight, void *arg)
{
    struct registry *registry = arg;
    if (wg_flight_outcome(flight) != WG_COMMITTED)
        registry->tidy = false; /* a timer does it later */
}

/* Ends it in the database without waiting: the rows staged are nothing that anybody reads. */
static void close_store(struct import *import, const char *outcome)
{
    import->store.now = wg_clock_now();
    struct registry *registry = import->registry;
    if (import->store.id != 0 &&
        store_import_close(registry->store, &import->store, outcome, on_closed, registry) != 0)
        registry->tidy = false;
}

void import_fail(struct import *import)
{
    log_end(import, "failed");
    close_store(import, "failed");
    if (import->request != NULL)
        answer_interrupted(import->request);
    import_release(import);
}

static void end_faulty(struct import *import)
{
    log_end(import, "faults");
    close_store(import, "faults");
    if (import->request != NULL && import->reader.broken && import->faults.total == 1)
        answer_broken(import->request, &import->faults.items[0]);
    else if (import->request != NULL)
        answer_faults(import->request, import_kinds[import->store.kind]->name, import->counts.rows,
                      &import->faults);
    import_release(import);
}

static void end_well(struct import *import, const char *outcome)
{
    log_end(import, outcome);
    if (!import->committed)
        close_store(import, outcome);
    if (import->request != NULL)
        answer_counts(import->request, import_kinds[import->store.kind]->name, import->dry_run,
                      &import->counts);
    import_release(import);
}

/* True where a flight did not do its work, or somebody else ended the import; then it is over. */
static bool failed(struct import *import, const struct wg_flight *flight, size_t renewal)
{
    if (wg_flight_outcome(flight) != WG_COMMITTED) {
        wg_log(WG_WARNING, "import-flight", "import=%lld sqlstate=%s message=%s",
               (long long)import->store.id, wg_flight_sqlstate(flight),
               wg_log_quote(wg_flight_message(flight)));
        import_fail(import);
        return true;
    }
    if (PQntuples(wg_flight_result(flight, renewal)) == 1)
        return false;
    import_fail(import);
    return true;
}

/* ---- swap */

static void find_again(void *arg);

static void on_found(struct wg_flight *flight, void *arg)
{
    struct import *import = arg;
    const PGresult *result = wg_flight_result(flight, 0);
    const char *outcome =
        result != NULL && PQntuples(result) == 1 ? wg_get_text(result, 0, 0) : NULL;
    if (outcome != NULL && strcmp(outcome, "done") == 0) {
        import->committed = true;
        end_well(import, "done");
    } else if (result != NULL || ++import->asked > ASK_AGAIN_MOST) {
        import_fail(import);
    } else {
        wg_service_timer(import->registry->service, ASK_AGAIN_MS, 1, find_again, import);
    }
}

/* The answer to the swap was lost: its row says whether it was committed. */
static void find_again(void *arg)
{
    struct import *import = arg;
    if (store_import_find(import->registry->store, &import->store, on_found, import) != 0)
        import_fail(import);
}

static void on_swapped(struct wg_flight *flight, void *arg)
{
    struct import *import = arg;
    if (wg_flight_outcome(flight) == WG_UNKNOWN) {
        find_again(import);
        return;
    }
    if (wg_flight_outcome(flight) == WG_COMMITTED) {
        import->committed = true;
        if (WG_FAULT(REGISTRY_AFTER_SWAP) == 0) {
            end_well(import, "done");
            return;
        }
    } else {
        wg_log(WG_WARNING, "import-swap", "import=%lld sqlstate=%s message=%s",
               (long long)import->store.id, wg_flight_sqlstate(flight),
               wg_log_quote(wg_flight_message(flight)));
    }
    import_fail(import);
}

static void swap(struct import *import)
{
    struct answer_counts *counts = &import->counts;
    WG_AUTO(wg_json_put) struct json_object *detail = json_object_new_object();
    json_object_object_add(detail, "rows", json_object_new_int64(counts->rows));
    json_object_object_add(detail, "added", json_object_new_int64(counts->added));
    json_object_object_add(detail, "changed", json_object_new_int64(counts->changed));
    json_object_object_add(detail, "unchanged", json_object_new_int64(counts->unchanged));
    import->store.now = wg_clock_now();
    import->store.rows = counts->rows;
    import->store.actor = import->actor;
    import->store.detail = json_object_to_json_string_ext(detail, JSON_C_TO_STRING_PLAIN);
    if (WG_FAULT(REGISTRY_BEFORE_SWAP) != 0 ||
        store_import_swap(import->registry->store, &import->store, on_swapped, import) != 0)
        import_fail(import);
}

/* ---- check and plan */

static void on_counted(struct wg_flight *flight, void *arg)
{
    struct import *import = arg;
    if (failed(import, flight, 0))
        return;
    const PGresult *result = wg_flight_result(flight, 1);
    import->counts.added = wg_get_i64(result, 0, 0);
    import->counts.changed = wg_get_i64(result, 0, 1);
    import->counts.unchanged = wg_get_i64(result, 0, 2);
    if (import->dry_run)
        end_well(import, "dry-run");
    else if (import->counts.added + import->counts.changed == 0)
        end_well(import, "unchanged");
    else
        swap(import);
}

static void on_planned(struct wg_flight *flight, void *arg)
{
    struct import *import = arg;
    if (!failed(import, flight, 0))
        plan_more(import);
}

static void plan_more(struct import *import)
{
    struct store *store = import->registry->store;
    import->store.now = wg_clock_now();
    int result;
    if (import->store.high < import->last_line) {
        import->store.low = import->store.high;
        import->store.high += PLAN_LINES;
        result = store_import_plan(store, &import->store, on_planned, import);
    } else {
        result = store_import_count(store, &import->store, on_counted, import);
    }
    if (result != 0)
        import_fail(import);
}

static void on_checked(struct wg_flight *flight, void *arg)
{
    struct import *import = arg;
    if (failed(import, flight, 0))
        return;
    const PGresult *result = wg_flight_result(flight, 2);
    int n = PQntuples(result);
    for (int row = 0; row < n; row++)
        faults_add(&import->faults, (size_t)wg_get_i64(result, row, 0), wg_get_text(result, row, 1),
                   wg_get_text(result, row, 2), wg_get_text(result, row, 3));
    if (n > 0)
        import->faults.total += (size_t)(wg_get_i64(result, 0, 4) - n);
    if (import->faults.total > 0)
        end_faulty(import);
    else
        plan_more(import);
}

static void check(struct import *import)
{
    import->counts.rows = (int64_t)import->reader.rows;
    if (import->last_line == 0) { /* nothing that could be compared */
        end_faulty(import);
        return;
    }
    import->store.now = wg_clock_now();
    if (store_import_check(import->registry->store, &import->store, on_checked, import) != 0)
        import_fail(import);
}

/* ---- read and stage */

static void on_staged(struct wg_flight *flight, void *arg)
{
    struct import *import = arg;
    if (!failed(import, flight, 0))
        read_rows(import);
}

static void stage(struct import *import)
{
    import->store.now = wg_clock_now();
    if (store_import_stage(import->registry->store, &import->store, &import->slice, on_staged,
                           import) != 0)
        import_fail(import);
}

static void keep_row(struct import *import, size_t line, struct json_object *row)
{
    seal_contact(import->registry->seal_key, row);
    struct json_object *border = json_object_get(wg_json_get(row, "border"));
    json_object_object_del(row, "border"); /* a column of its own */
    store_slice_add(&import->slice, line, wg_json_text(row, "code"),
                    json_object_to_json_string_ext(row, JSON_C_TO_STRING_PLAIN),
                    border == NULL ? NULL : json_object_get_string(border));
    wg_json_put(&border);
    import->last_line = (int32_t)line;
}

/* Reads for a few milliseconds, then lets the loop go on; a full slice is staged before more is
 * read. */
static void read_rows(void *arg)
{
    struct import *import = arg;
    int64_t until = wg_clock_mono() + TURN_MICROSECONDS;
    while (import->slice.n < SLICE_ROWS && import->slice.bytes < SLICE_BYTES) {
        WG_AUTO(wg_json_put) struct json_object *row = NULL;
        size_t line;
        if (reader_next(&import->reader, &row, &line) == READER_END) {
            if (import->slice.n > 0)
                stage(import);
            else
                check(import);
            return;
        }
        if (row != NULL)
            keep_row(import, line, row);
        if (wg_clock_mono() >= until) {
            wg_service_soon(import->registry->service, read_rows, import);
            return;
        }
    }
    stage(import);
}

static void on_open(struct wg_flight *flight, void *arg)
{
    struct import *import = arg;
    const PGresult *result = wg_flight_result(flight, 2);
    if (result == NULL) {
        import_fail(import);
        return;
    }
    if (PQntuples(result) == 0) {
        if (import->request != NULL)
            answer_running(import->request);
        import_release(import);
        return;
    }
    import->store.id = wg_get_i64(result, 0, 0);
    reader_open(&import->reader, import->upload.bytes, import->upload.length);
    read_rows(import);
}

void import_run(struct import *import)
{
    import->running = true;
    import->store.now = wg_clock_now();
    import->store.owner = import->registry->owner;
    if (store_import_open(import->registry->store, &import->store, on_open, import) != 0)
        import_fail(import);
}

/* ---- the service's start and end */

static void on_tidied(struct wg_flight *flight, void *arg)
{
    struct registry *registry = arg;
    registry->tidy = wg_flight_outcome(flight) == WG_COMMITTED;
}

void import_tidy(void *arg)
{
    struct registry *registry = arg;
    if (registry->tidy || registry->import != NULL)
        return;
    const struct store_import all = { .owner = registry->owner, .now = wg_clock_now() };
    registry->tidy = store_import_tidy(registry->store, &all, on_tidied, registry) == 0;
}

bool import_drained(void *arg)
{
    const struct registry *registry = arg;
    return registry->import == NULL;
}
