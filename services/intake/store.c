/* Commit, then answer, then hint. */
#include "services/intake/store.h"

#include <string.h>
#include <sys/statvfs.h>

#include "common/batch.h"
#include "common/bus.h"
#include "common/clock.h"
#include "common/fault.h"
#include "common/http.h"
#include "common/json.h"
#include "common/log.h"
#include "common/metrics.h"
#include "common/service.h"

#include "intake_sql.h"

enum {
    BLOCK = 1000,
    BLOCKS_MOST = 16,
    BLOCKS_LOW = 8,
    PATIENCE_MS = 5000,
    PACE_MS = 10,
    DUE_US = 1000000,
    SEALED_ROOM = 600
};

struct store {
    struct store_setup setup;
    struct wg_batch *batch;
    uint8_t code_key[WG_SECRET_BYTES], seal_public[WG_SECRET_BYTES];
    int64_t blocks[BLOCKS_MOST]; /* first ids of blocks not begun */
    size_t n_blocks;
    int64_t next_id, last_id;
    bool taking_ids, disk_full;
    struct wg_metric *accepted, *replayed, *refused, *unavailable;
};

/* ---- ids before writing */

static void ids_landed(struct wg_flight *flight, void *arg)
{
    struct store *store = arg;
    const PGresult *rows = wg_flight_result(flight, 0);
    store->taking_ids = false;
    for (int row = 0; rows != NULL && row < PQntuples(rows) && store->n_blocks < BLOCKS_MOST; row++)
        store->blocks[store->n_blocks++] = wg_get_i64(rows, row, 0);
    wg_service_part(store->setup.service, "numbers",
                    store->n_blocks == 0 ? "no numbers yet" : NULL);
}

static void take_ids(void *arg)
{
    struct store *store = arg;
    if (store->taking_ids || store->n_blocks >= BLOCKS_LOW || !wg_db_ready(store->setup.reads))
        return;
    WG_AUTO(wg_params_destroy) struct wg_params *params = wg_params_new();
    wg_params_i32(params, (int32_t)(BLOCKS_MOST - store->n_blocks));
    WG_AUTO(wg_flight_destroy) struct wg_flight *flight = wg_flight_new(ids_landed, store);
    wg_flight_add(flight, SQL_TAKE_IDS, &params);
    store->taking_ids = wg_db_send(store->setup.reads, &flight) == 0;
}

/* 0: no numbers are there. */
static int64_t next_id(struct store *store)
{
    if (store->next_id == store->last_id) {
        if (store->n_blocks == 0)
            return 0;
        store->next_id = store->blocks[0];
        store->last_id = store->next_id + BLOCK;
        store->n_blocks--;
        memmove(store->blocks, store->blocks + 1, store->n_blocks * sizeof store->blocks[0]);
        take_ids(store);
    }
    return store->next_id++;
}

/* ---- the flight */

/* What the reporter said of himself, sealed to the city's public key: intake cannot open it. */
static void add_sealed(struct store *store, const struct report *report, struct wg_column **columns)
{
    WG_AUTO(wg_json_put) struct json_object *who = json_object_new_object();
    size_t length, sealed_length;
    if (report->name != NULL)
        json_object_object_add(who, "name", json_object_new_string(report->name));
    if (report->phone != NULL)
        json_object_object_add(who, "phone", json_object_new_string(report->phone));
    if (report->email != NULL)
        json_object_object_add(who, "email", json_object_new_string(report->email));
    const char *bytes = json_object_to_json_string_length(who, JSON_C_TO_STRING_PLAIN, &length);
    WG_AUTO(wg_free) uint8_t *sealed = wg_seal(store->seal_public, bytes, length, &sealed_length);
    wg_column_i64(columns[0], report->id);
    wg_column_bytes(columns[1], sealed, sealed_length);
    wg_column_i64(columns[2], report->consent);
    wg_column_i64(columns[3], report->email != NULL);
}

static void put_hash(struct wg_column *column, bool given, const uint8_t hash[WG_HASH_BYTES])
{
    wg_column_bytes(column, given ? hash : NULL, WG_HASH_BYTES);
}

/* "Same sender" without saying who: dropped together with the reporter's row. */
static void put_sender(struct store *store, struct wg_column *column, const struct report *report)
{
    uint8_t hash[WG_HASH_BYTES];
    const char *sender = report->phone != NULL ? report->phone : report->email;
    if (sender != NULL)
        wg_hash(hash, store->code_key, sender, strlen(sender), NULL);
    put_hash(column, sender != NULL, hash);
}

static void put_row(struct store *store, struct wg_column **c, const struct submission *submission)
{
    const struct report *report = &submission->report;
    wg_column_i64(c[0], report->id);
    wg_column_i64(c[1], report->received_at);
    wg_column_i64_or_null(c[2], report->occurred_at);
    wg_column_text(c[3], report->text);
    wg_column_text(c[4], report->category);
    wg_column_text(c[5], report->area);
    if (report->has_point) {
        wg_column_f64(c[6], report->lat);
        wg_column_f64(c[7], report->lon);
    } else {
        wg_column_null(c[6]);
        wg_column_null(c[7]);
    }
    wg_column_text(c[8], report->crs);
    wg_column_text(c[9], report->address);
    wg_column_text(c[10], report->channel);
    wg_column_text(c[11], report->language);
    wg_column_i64_or_null(c[12], report->entered_by);
    wg_column_i64(c[13], report->on_behalf);
    wg_column_i64(c[14], report->training);
    wg_column_text(c[15], report->source_system);
    wg_column_text(c[16], report->source_id);
    wg_column_i64_or_null(c[17], report->source_due_at);
    wg_column_i64_or_null(c[18], report->source_return_by);
    put_hash(c[19], submission->has_key, submission->key_hash);
    put_hash(c[20], submission->has_key, submission->body_hash);
    put_sender(store, c[21], report);
    wg_column_text(c[22], report->about);
    wg_column_text(c[23], report->handled);
    wg_column_i64(c[24], report->backfilled);
}

static void build(struct wg_flight *flight, void **items, size_t n, void *arg)
{
    static const enum wg_type types[] = {
        WG_I64,    WG_TIME,   WG_TIME,   WG_STRING, WG_STRING, WG_STRING, WG_F64,    WG_F64,
        WG_STRING, WG_STRING, WG_STRING, WG_STRING, WG_I64,    WG_BOOL,   WG_BOOL,   WG_STRING,
        WG_STRING, WG_TIME,   WG_TIME,   WG_BYTEA,  WG_BYTEA,  WG_BYTEA,  WG_STRING, WG_STRING,
        WG_BOOL,   WG_I64,    WG_BYTEA,  WG_BOOL,   WG_BOOL,
    };
    struct store *store = arg;
    struct wg_column *columns[WG_COUNT(types)];
    for (size_t i = 0; i < WG_COUNT(types); i++)
        columns[i] = wg_column_new(types[i]);
    for (size_t i = 0; i < n; i++) {
        const struct submission *submission = items[i];
        put_row(store, columns, submission);
        if (submission->report.name != NULL || submission->report.phone != NULL ||
            submission->report.email != NULL)
            add_sealed(store, &submission->report, columns + 25);
    }
    WG_AUTO(wg_params_destroy) struct wg_params *params = wg_params_new();
    for (size_t i = 0; i < WG_COUNT(types); i++)
        wg_params_array(params, &columns[i]);
    wg_params_time(params, wg_clock_now() + DUE_US);
    wg_flight_add(flight, SQL_INSERT_REPORTS, &params);
    if (WG_FAULT(INTAKE_BEFORE_COMMIT) < 0)
        wg_log(WG_WARNING, "fault-point",
               "point=intake.before_commit"); /* an error here changes nothing: nothing was sent */
}

/* ---- verdicts */

static void count_verdict(struct store *store, enum verdict verdict)
{
    struct wg_metric *const counters[] = {
        [ACCEPTED] = store->accepted,       [REPLAYED] = store->replayed,
        [KEY_REUSED] = store->refused,      [REFUSED] = store->refused,
        [UNAVAILABLE] = store->unavailable, [FATE_UNKNOWN] = store->unavailable,
    };
    wg_count(counters[verdict], 1);
}

static void decide(struct store *store, struct submission *submission, enum verdict verdict)
{
    submission->verdict = verdict;
    count_verdict(store, verdict);
    if (verdict == ACCEPTED)
        wg_log_about(submission->report.id, WG_INFO, "accepted", "delay_us=%lld channel=%s",
                     (long long)(wg_clock_now() - submission->report.received_at),
                     submission->report.channel);
    submission->answered(submission);
}

/* Those that the statement did not write, on their way to a verdict. */
struct lookup {
    struct store *store;
    size_t n;
    struct submission *items[];
};

static int find_row(const PGresult *rows, const struct submission *submission)
{
    for (int row = 0; row < PQntuples(rows); row++) {
        size_t length;
        const void *key = wg_get_bytes(rows, row, 2, &length);
        if (wg_get_i64(rows, row, 0) == submission->report.id)
            return row;
        if (submission->has_key && length == WG_HASH_BYTES &&
            memcmp(key, submission->key_hash, length) == 0)
            return row;
    }
    return -1;
}

static void judge_found(struct store *store, struct submission *submission, const PGresult *rows)
{
    int row = rows == NULL ? -1 : find_row(rows, submission);
    size_t length;
    if (row < 0) {
        decide(store, submission, FATE_UNKNOWN);
        return;
    }
    submission->first_id = wg_get_i64(rows, row, 0);
    submission->first_received_at = wg_get_time(rows, row, 1);
    const void *body = wg_get_bytes(rows, row, 3, &length);
    if (submission->first_id == submission->report.id)
        decide(store, submission, ACCEPTED); /* an earlier try of unknown fate had won */
    else if (length == WG_HASH_BYTES && memcmp(body, submission->body_hash, length) == 0)
        decide(store, submission, REPLAYED);
    else
        decide(store, submission, KEY_REUSED);
}

static void lookup_landed(struct wg_flight *flight, void *arg)
{
    WG_AUTO(wg_free) struct lookup *lookup = arg;
    for (size_t i = 0; i < lookup->n; i++)
        judge_found(lookup->store, lookup->items[i], wg_flight_result(flight, 0));
}

static void look_up(struct store *store, struct lookup **lookup)
{
    struct lookup *self = *lookup;
    struct wg_column *ids = wg_column_new(WG_I64), *keys = wg_column_new(WG_BYTEA);
    for (size_t i = 0; i < self->n; i++) {
        wg_column_i64(ids, self->items[i]->report.id);
        if (self->items[i]->has_key)
            wg_column_bytes(keys, self->items[i]->key_hash, WG_HASH_BYTES);
    }
    WG_AUTO(wg_params_destroy) struct wg_params *params = wg_params_new();
    wg_params_array(params, &ids);
    wg_params_array(params, &keys);
    WG_AUTO(wg_flight_destroy) struct wg_flight *flight = wg_flight_new(lookup_landed, self);
    wg_flight_add(flight, SQL_FIND_REPORTS, &params);
    if (wg_db_send(store->setup.reads, &flight) == 0)
        *lookup = NULL;
    for (size_t i = 0; *lookup != NULL && i < self->n; i++)
        decide(store, self->items[i], FATE_UNKNOWN);
}

struct hint {
    struct store *store;
    size_t n;
    int64_t ids[];
};

/* Rows come in the order of the ids that were sent, without those that were not written: those
 * that were go into the hint, the others to the look-up. */
static void answer_written(const PGresult *rows, void **items, size_t n, struct hint *hint,
                           struct lookup *unwritten)
{
    int row = 0;
    for (size_t i = 0; i < n; i++) {
        struct submission *submission = items[i];
        if (row < PQntuples(rows) && wg_get_i64(rows, row, 0) == submission->report.id) {
            row++;
            hint->ids[hint->n++] = submission->report.id;
            submission->first_id = submission->report.id;
            submission->first_received_at = submission->report.received_at;
            decide(hint->store, submission, ACCEPTED);
        } else {
            unwritten->items[unwritten->n++] = submission;
        }
    }
}

/* Runs when the replies have gone out. */
static void push_hint(void *arg)
{
    WG_AUTO(wg_free) struct hint *hint = arg;
    if (WG_FAULT(INTAKE_AFTER_REPLY) == 0)
        wg_bus_push(hint->store->setup.bus, "reports", hint->ids, hint->n);
}

static void done(const struct wg_flight *flight, void **items, size_t n, void *arg)
{
    struct store *store = arg;
    WG_AUTO(wg_free)
    struct lookup *unwritten = wg_new(sizeof *unwritten + n * sizeof unwritten->items[0]);
    struct hint *hint = wg_new(sizeof *hint + n * sizeof hint->ids[0]);
    *unwritten = (struct lookup){ .store = store };
    hint->store = store;
    if (WG_FAULT(INTAKE_AFTER_COMMIT) < 0)
        wg_log(WG_WARNING, "fault-point", "point=intake.after_commit_before_reply");
    answer_written(wg_flight_result(flight, 0), items, n, hint, unwritten);
    if (unwritten->n > 0)
        look_up(store, &unwritten);
    if (hint->n > 0)
        wg_service_soon(store->setup.service, push_hint, hint);
    else
        free(hint);
}

static void reject(void *item, const struct wg_flight *flight, void *arg)
{
    struct submission *submission = item;
    if (strcmp(wg_flight_sqlstate(flight), "23505") == 0) { /* a sibling wrote its key meanwhile */
        WG_AUTO(wg_free)
        struct lookup *lookup = wg_new(sizeof *lookup + sizeof lookup->items[0]);
        *lookup = (struct lookup){ .store = arg, .n = 1 };
        lookup->items[0] = submission;
        look_up(arg, &lookup);
        return;
    }
    wg_log_about(submission->report.id, WG_ERROR, "refused", "sqlstate=%s message=%s",
                 wg_flight_sqlstate(flight), wg_log_quote(wg_flight_message(flight)));
    decide(arg, submission, REFUSED);
}

static void expired(void *item, bool unknown, void *arg)
{
    decide(arg, item, unknown ? FATE_UNKNOWN : UNAVAILABLE);
}

static uint64_t key_of(const void *item)
{
    const struct submission *submission = item;
    uint64_t key = 0;
    if (submission->has_key)
        memcpy(&key, submission->key_hash, sizeof key);
    return key;
}

/* ---- taking in */

int store_submit(struct store *store, struct submission *submission, size_t size_bytes)
{
    int64_t away_since = wg_db_away_since(store->setup.writes[0]);
    if (store->disk_full)
        return STORE_DISK;
    if (away_since != 0 && wg_clock_mono() - away_since > PATIENCE_MS * 1000)
        return STORE_AWAY;
    submission->report.id = next_id(store);
    if (submission->report.id == 0)
        return STORE_AWAY;
    submission->report.received_at = wg_clock_now();
    if (wg_batch_add(store->batch, submission, size_bytes) != 0)
        return STORE_FULL;
    return 0;
}

void store_code_key(const struct store *store, uint8_t ret_key[WG_SECRET_BYTES])
{
    memcpy(ret_key, store->code_key, WG_SECRET_BYTES);
}

static void look_at_disk(void *arg)
{
    struct store *store = arg;
    struct statvfs disk;
    if (statvfs(store->setup.disk, &disk) != 0 || disk.f_blocks == 0)
        return;
    bool full =
        (double)disk.f_bavail * 100 / (double)disk.f_blocks < (double)store->setup.disk_percent;
    if (full != store->disk_full)
        wg_log(full ? WG_ERROR : WG_INFO, full ? "alarm" : "alarm-over", "reason=disk-nearly-full");
    store->disk_full = full;
    wg_service_part(store->setup.service, "disk", full ? "nearly full" : NULL);
}

static bool drained(void *arg)
{
    const struct store *store = arg;
    return wg_batch_open(store->batch) == 0;
}

static bool read_secrets(struct store *store)
{
    const char *home = wg_service_settings(store->setup.service)->home;
    char path[300];
    snprintf(path, sizeof path, "%s/secrets/code.key", home);
    if (wg_secret_read(path, store->code_key) < 0)
        return false;
    snprintf(path, sizeof path, "%s/secrets/seal.public", home);
    return wg_secret_read(path, store->seal_public) == 0;
}

struct store *store_new(const struct store_setup *setup)
{
    struct store *store = wg_new(sizeof *store);
    store->setup = *setup;
    store->accepted = wg_counter("wangge_reports_accepted_total", "reports that stand");
    store->replayed =
        wg_counter("wangge_reports_replayed_total", "repeats answered with the first answer");
    store->refused =
        wg_counter("wangge_reports_refused_total", "reports refused for their key or content");
    store->unavailable =
        wg_counter("wangge_reports_unavailable_total", "reports not written in time");
    if (!read_secrets(store)) {
        wg_log_flush();
        exit(1);
    }
    const struct wg_batch_rules rules = {
        .name = "intake",
        .pace_ms = PACE_MS,
        .queue_items = (size_t)setup->queue_items,
        .queue_bytes = (size_t)setup->queue_bytes,
        .key = key_of,
        .build = build,
        .done = done,
        .reject = reject,
        .patience_ms = PATIENCE_MS,
        .expired = expired,
    };
    store->batch = wg_batch_new(setup->service, &rules, setup->writes, setup->n_writes, store);
    wg_service_part(setup->service, "numbers", "no numbers yet");
    wg_db_on_ready(setup->reads, take_ids, store);
    wg_service_timer(setup->service, 500, 0, take_ids, store);
    wg_service_timer(setup->service, 1000, 0, look_at_disk, store);
    wg_service_on_drain(setup->service, drained, store);
    look_at_disk(store);
    return store;
}

void store_destroy(struct store **store)
{
    if (*store == NULL)
        return;
    wg_batch_destroy(&(*store)->batch);
    free(*store);
    *store = NULL;
}
