/* Queue → flights → verdicts. Pieces (what failed and goes again, whole or halved) leave before the
 * queue; while one is held back by trouble, it alone is tried: it is the probe. */
#include "common/batch.h"

#include <string.h>

#include "common/clock.h"
#include "common/log.h"
#include "common/metrics.h"
#include "common/pace.h"
#include "common/service.h"

enum { SLOTS_MOST = 8, KEY_SLOTS = 2048, CHECK_MS = 100, UNKNOWN_PATIENCE_US = 30000000 };
enum { BACKOFF_LOWEST_MS = 50, BACKOFF_HIGHEST_MS = 2000 };

struct entry {
    struct entry *next;
    void *item;
    size_t bytes;
    int64_t added_at;
    bool unknown; /* was once on the wire and its fate is not known */
};

/* A set of entries that goes as one flight. */
struct piece {
    struct piece *next;
    struct entry *first;
    size_t n;
    int64_t not_before; /* mono; 0 = now */
    int64_t backoff_ms;
};

struct slot {
    struct wg_batch *batch;
    struct wg_db *db;
    struct piece *piece; /* on the wire; NULL = free */
    void **items;
};

struct wg_batch {
    struct wg_service *service;
    struct wg_batch_rules rules;
    void *arg;
    size_t n_slots;
    struct slot slots[SLOTS_MOST];
    struct entry *first, **last;
    size_t waiting, waiting_bytes, open;
    struct piece *pieces;
    struct wg_pace pace; /* of the flights from the queue */
    bool pump_asked, said_not_ready;
    uint64_t keys[KEY_SLOTS];
    struct wg_metric *sizes, *queue, *delay;
};

static void pump(void *arg);

/* ---- keys of the flight in the making: open addressing; cleared for each */

static bool key_taken(struct wg_batch *batch, const void *item)
{
    uint64_t key = batch->rules.key == NULL ? 0 : batch->rules.key(item);
    if (key == 0)
        return false;
    size_t at = (key * UINT64_C(0x9E3779B97F4A7C15)) >> 53;
    while (batch->keys[at] != 0 && batch->keys[at] != key)
        at = (at + 1) % KEY_SLOTS;
    bool taken = batch->keys[at] == key;
    batch->keys[at] = key;
    return taken;
}

/* ---- pieces */

static struct piece *piece_from_queue(struct wg_batch *batch)
{
    struct piece *piece = wg_new(sizeof *piece);
    struct entry **to = &piece->first, **at = &batch->first;
    size_t bytes = 0;
    if (batch->rules.key != NULL)
        memset(batch->keys, 0, sizeof batch->keys);
    while (*at != NULL && piece->n < batch->rules.most_items) {
        struct entry *entry = *at;
        bool alone = batch->rules.alone != NULL && batch->rules.alone(entry->item);
        if (piece->n > 0 && (alone || bytes + entry->bytes > batch->rules.most_bytes))
            break;
        if (key_taken(batch, entry->item)) {
            at = &entry->next;
            continue;
        }
        *at = entry->next;
        if (entry->next == NULL)
            batch->last = at;
        entry->next = NULL;
        *to = entry;
        to = &entry->next;
        piece->n++;
        bytes += entry->bytes;
        if (alone)
            break;
    }
    batch->waiting -= piece->n;
    batch->waiting_bytes -= bytes;
    wg_set(batch->queue, (double)batch->waiting);
    return piece;
}

static void hold(struct wg_batch *batch, struct piece *piece, int64_t delay_ms)
{
    piece->not_before =
        delay_ms == 0 ? 0 : wg_clock_mono() + (delay_ms + random() % (delay_ms / 2 + 1)) * 1000;
    struct piece **at = &batch->pieces;
    while (delay_ms > 0 && *at != NULL)
        at = &(*at)->next;
    piece->next = *at;
    *at = piece;
}

static void halve(struct wg_batch *batch, struct piece *piece)
{
    struct piece *second = wg_new(sizeof *second);
    struct entry **at = &piece->first;
    size_t half = piece->n / 2;
    for (size_t i = 0; i < half; i++)
        at = &(*at)->next;
    second->first = *at;
    second->n = piece->n - half;
    *at = NULL;
    piece->n = half;
    hold(batch, second, 0);
    hold(batch, piece, 0);
}

static void piece_over(struct wg_batch *batch, struct piece *piece)
{
    batch->open -= piece->n;
    while (piece->first != NULL) {
        struct entry *entry = piece->first;
        piece->first = entry->next;
        free(entry);
    }
    free(piece);
}

/* ---- verdicts */

static void say_ready(struct wg_batch *batch, const struct wg_flight *fault)
{
    char reason[200] = "";
    if (fault == NULL && !batch->said_not_ready)
        return;
    if (fault != NULL)
        snprintf(reason, sizeof reason, "%s %.150s", wg_flight_sqlstate(fault),
                 wg_flight_message(fault));
    batch->said_not_ready = fault != NULL;
    wg_service_part(batch->service, batch->rules.name, fault == NULL ? NULL : reason);
    wg_log(fault == NULL ? WG_INFO : WG_ERROR, fault == NULL ? "alarm-over" : "alarm",
           "batch=%s reason=%s", batch->rules.name, wg_log_quote(reason));
}

static void observe(struct wg_batch *batch, const struct piece *piece)
{
    int64_t now = wg_clock_mono();
    wg_observe(batch->sizes, (int64_t)piece->n);
    for (const struct entry *entry = piece->first; entry != NULL; entry = entry->next)
        wg_observe(batch->delay, now - entry->added_at);
}

/* Nobody is to blame: the same piece again, later, unless the owner wants its items back. */
static void again(struct slot *slot, struct piece *piece, const struct wg_flight *flight)
{
    struct wg_batch *batch = slot->batch;
    enum wg_outcome outcome = wg_flight_outcome(flight);
    if (batch->rules.again != NULL &&
        batch->rules.again(flight, slot->items, piece->n, batch->arg)) {
        piece_over(batch, piece);
        return;
    }
    for (struct entry *entry = piece->first; outcome == WG_UNKNOWN && entry != NULL;
         entry = entry->next)
        entry->unknown = true;
    if (outcome == WG_SERVICE)
        piece->backoff_ms = BACKOFF_HIGHEST_MS;
    else if (piece->backoff_ms == 0)
        piece->backoff_ms = BACKOFF_LOWEST_MS;
    else
        piece->backoff_ms =
            piece->backoff_ms * 2 > BACKOFF_HIGHEST_MS ? BACKOFF_HIGHEST_MS : piece->backoff_ms * 2;
    hold(batch, piece, piece->backoff_ms);
}

static void landed(struct wg_flight *flight, void *arg)
{
    struct slot *slot = arg;
    struct wg_batch *batch = slot->batch;
    struct piece *piece = slot->piece;
    slot->piece = NULL;
    switch (wg_flight_outcome(flight)) {
    case WG_COMMITTED:
        say_ready(batch, NULL);
        observe(batch, piece);
        batch->rules.done(flight, slot->items, piece->n, batch->arg);
        piece_over(batch, piece);
        break;
    case WG_ITEM:
    case WG_TIMEOUT:
        if (piece->n > 1) {
            halve(batch, piece);
            break;
        }
        batch->rules.reject(slot->items[0], flight, batch->arg);
        piece_over(batch, piece);
        break;
    case WG_SERVICE:
        say_ready(batch, flight);
        again(slot, piece, flight);
        break;
    case WG_NOBODY:
    case WG_UNKNOWN:
        again(slot, piece, flight);
        break;
    }
    pump(batch);
}

/* ---- sending */

/* What is full leaves. What is not leaves on the first connection, at the pace: two half-empty
 * flights cost PostgreSQL more than one. What comes after a pause does not wait. */
static bool may_leave(struct wg_batch *batch, bool first)
{
    if (batch->waiting >= batch->rules.most_items)
        return true;
    if (batch->waiting == 0 || !first)
        return false;
    return wg_pace_may(&batch->pace);
}

static struct piece *next_piece(struct wg_batch *batch, bool first)
{
    if (batch->pieces == NULL) {
        if (!may_leave(batch, first))
            return NULL;
        wg_pace_went(&batch->pace);
        return piece_from_queue(batch);
    }
    if (batch->pieces->not_before > wg_clock_mono())
        return NULL;
    struct piece *piece = batch->pieces;
    batch->pieces = piece->next;
    return piece;
}

static void fly(struct slot *slot, struct piece *piece)
{
    struct wg_batch *batch = slot->batch;
    size_t i = 0;
    for (struct entry *entry = piece->first; entry != NULL; entry = entry->next)
        slot->items[i++] = entry->item;
    WG_AUTO(wg_flight_destroy) struct wg_flight *flight = wg_flight_new(landed, slot);
    batch->rules.build(flight, slot->items, piece->n, batch->arg);
    slot->piece = piece;
    if (wg_db_send(slot->db, &flight) == 0)
        return;
    slot->piece = NULL;
    hold(batch, piece, BACKOFF_LOWEST_MS);
}

static void pump(void *arg)
{
    struct wg_batch *batch = arg;
    size_t flying = 0;
    batch->pump_asked = false;
    for (size_t i = 0; i < batch->n_slots; i++)
        flying += batch->slots[i].piece != NULL;
    for (size_t i = 0; i < batch->n_slots; i++) {
        struct slot *slot = &batch->slots[i];
        if (slot->piece != NULL || wg_db_room(slot->db) == 0)
            continue;
        struct piece *piece = next_piece(batch, flying++ == 0);
        if (piece == NULL)
            return;
        fly(slot, piece);
    }
}

/* ---- patience */

static bool impatient(const struct wg_batch *batch, const struct entry *entry, int64_t now)
{
    int64_t patience = entry->unknown ? UNKNOWN_PATIENCE_US : batch->rules.patience_ms * 1000;
    return now - entry->added_at > patience;
}

/* Takes the impatient out of a list; returns how many. */
static size_t expire(struct wg_batch *batch, struct entry **at, int64_t now)
{
    size_t n = 0;
    while (*at != NULL) {
        struct entry *entry = *at;
        if (!impatient(batch, entry, now)) {
            at = &entry->next;
            continue;
        }
        *at = entry->next;
        batch->open--;
        n++;
        batch->rules.expired(entry->item, entry->unknown, batch->arg);
        free(entry);
    }
    return n;
}

static void expire_queue(struct wg_batch *batch, int64_t now)
{
    while (batch->first != NULL && impatient(batch, batch->first, now)) {
        struct entry *entry = batch->first;
        batch->first = entry->next;
        if (batch->first == NULL)
            batch->last = &batch->first;
        batch->waiting--;
        batch->waiting_bytes -= entry->bytes;
        batch->open--;
        batch->rules.expired(entry->item, entry->unknown, batch->arg);
        free(entry);
    }
    wg_set(batch->queue, (double)batch->waiting);
}

static void check(void *arg)
{
    struct wg_batch *batch = arg;
    int64_t now = wg_clock_mono();
    if (batch->rules.expired != NULL) {
        expire_queue(batch, now);
        for (struct piece **at = &batch->pieces; *at != NULL;) {
            struct piece *piece = *at;
            piece->n -= expire(batch, &piece->first, now);
            if (piece->n > 0) {
                at = &piece->next;
                continue;
            }
            *at = piece->next;
            free(piece);
        }
    }
    pump(batch);
}

/* ---- life */

struct wg_batch *wg_batch_new(struct wg_service *service, const struct wg_batch_rules *rules,
                              struct wg_db **dbs, size_t n_dbs, void *arg)
{
    struct wg_batch *batch = wg_new(sizeof *batch);
    char name[96];
    batch->service = service;
    batch->rules = *rules;
    batch->pace = (struct wg_pace){
        .service = service, .every_ms = rules->pace_ms, .over = pump, .arg = batch
    };
    batch->arg = arg;
    batch->last = &batch->first;
    batch->n_slots = n_dbs;
    if (batch->rules.most_items == 0)
        batch->rules.most_items = 500;
    if (batch->rules.most_bytes == 0)
        batch->rules.most_bytes = 1 << 20;
    if (batch->rules.queue_items == 0)
        batch->rules.queue_items = 2000;
    if (batch->rules.queue_bytes == 0)
        batch->rules.queue_bytes = 8 << 20;
    if (batch->rules.most_items > KEY_SLOTS / 2 || n_dbs > SLOTS_MOST)
        abort();
    for (size_t i = 0; i < n_dbs; i++) {
        batch->slots[i] = (struct slot){ .batch = batch, .db = dbs[i] };
        batch->slots[i].items = wg_new_array(batch->rules.most_items, sizeof(void *));
        wg_db_on_ready(dbs[i], pump, batch);
    }
    snprintf(name, sizeof name, "wangge_%s_batch_items", rules->name);
    batch->sizes = wg_sizes(name, "items of a committed batch");
    snprintf(name, sizeof name, "wangge_%s_queue_items", rules->name);
    batch->queue = wg_gauge(name, "items that wait for the writing connection");
    snprintf(name, sizeof name, "wangge_%s_commit_seconds", rules->name);
    batch->delay = wg_histogram(name, "from queued to committed");
    wg_service_timer(service, CHECK_MS, 0, check, batch);
    return batch;
}

static void free_entries(struct entry *entry)
{
    while (entry != NULL) {
        struct entry *next = entry->next;
        free(entry);
        entry = next;
    }
}

void wg_batch_destroy(struct wg_batch **batch)
{
    struct wg_batch *self = *batch;
    if (self == NULL)
        return;
    for (size_t i = 0; i < self->n_slots; i++) {
        free(self->slots[i].items);
        if (self->slots[i].piece != NULL) {
            self->slots[i].piece->next = self->pieces;
            self->pieces = self->slots[i].piece;
        }
    }
    while (self->pieces != NULL) {
        struct piece *piece = self->pieces;
        self->pieces = piece->next;
        free_entries(piece->first);
        free(piece);
    }
    free_entries(self->first);
    free(self);
    *batch = NULL;
}

int wg_batch_add(struct wg_batch *batch, void *item, size_t size_bytes)
{
    if (batch->open >= batch->rules.queue_items ||
        (batch->open > 0 && batch->waiting_bytes + size_bytes > batch->rules.queue_bytes))
        return WG_BATCH_FULL;
    struct entry *entry = wg_new(sizeof *entry);
    *entry = (struct entry){ .item = item, .bytes = size_bytes, .added_at = wg_clock_mono() };
    *batch->last = entry;
    batch->last = &entry->next;
    batch->waiting++;
    batch->waiting_bytes += size_bytes;
    batch->open++;
    wg_set(batch->queue, (double)batch->waiting);
    if (!batch->pump_asked) {
        batch->pump_asked = true;
        wg_service_soon(batch->service, pump, batch);
    }
    return 0;
}

size_t wg_batch_waiting(const struct wg_batch *batch)
{
    return batch->waiting;
}

size_t wg_batch_open(const struct wg_batch *batch)
{
    return batch->open;
}

bool wg_batch_troubled(const struct wg_batch *batch)
{
    return batch->pieces != NULL;
}
