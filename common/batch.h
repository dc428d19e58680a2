/* Commits come in groups (law 4 in docs/architecture.md): what is ready when the writing connection
 * is free goes as one flight, up to 500 items or 1 MB; a lone item does not wait. SQLSTATE decides
 * who is to blame (docs/architecture.md): nobody → the same items again with back-off; an item →
 * halved until it stands alone, then rejected; unknown → the same items again, so build must be
 * harmless when done twice; the service itself → the same items again every 2 s while the service
 * says that it is not ready. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/db.h"

struct wg_service;
struct wg_batch;

struct wg_batch_rules {
    const char *name;   /* for metrics: wangge_<name>_batch_items, _queue_items … */
    size_t most_items;  /* of one flight; 0 = 500 */
    size_t most_bytes;  /* 0 = 1 MiB */
    size_t queue_items; /* how many may wait; 0 = 2,000 */
    size_t queue_bytes; /* 0 = 8 MiB */
    /* Flights that are not full leave so far apart at least; what comes after a pause does not
     * wait. 0 = no matter. */
    int64_t pace_ms;
    /* Items with the same key ≠ 0 never share a batch, and with one connection keep their order;
     * NULL: none has a key. */
    uint64_t (*key)(const void *item);
    /* Optional: true for an item that must have a flight of its own (it was tried before). */
    bool (*alone)(const void *item);
    /* Adds the statements for these items. */
    void (*build)(struct wg_flight *flight, void **items, size_t n, void *arg);
    /* Committed. The items are the callee's again. */
    void (*done)(const struct wg_flight *flight, void **items, size_t n, void *arg);
    /* This one item is refused by PostgreSQL (or timed out alone). It is the callee's again. */
    void (*reject)(void *item, const struct wg_flight *flight, void *arg);
    /* Optional, with patience_ms: an item that has waited that long and of which nothing was
     * written is given back; one of unknown fate is given back after 30 s. */
    int64_t patience_ms;
    void (*expired)(void *item, bool unknown, void *arg);
    /* Optional. Nobody is to blame and the fate is known to be "nothing written" or unknown: true
     * takes the items back instead of sending them again. */
    bool (*again)(const struct wg_flight *flight, void **items, size_t n, void *arg);
};

/* dbs: connections to write on, one batch in flight on each; a second one carries full batches
 * only. They stay the caller's. */
struct wg_batch *wg_batch_new(struct wg_service *service, const struct wg_batch_rules *rules,
                              struct wg_db **dbs, size_t n_dbs, void *arg);
void wg_batch_destroy(struct wg_batch **batch);

enum { WG_BATCH_FULL = 1 };
/* Queues an item (borrowed until done, reject or again) and sends what can be sent. Items added
 * within one handler go together: the flight leaves when the handler has returned. WG_BATCH_FULL:
 * not queued. */
int wg_batch_add(struct wg_batch *batch, void *item, size_t size_bytes) WG_MUST_USE;

size_t wg_batch_waiting(const struct wg_batch *batch); /* queued, not yet on the wire */
size_t wg_batch_open(const struct wg_batch *batch);    /* queued or on the wire */
/* True while something is held back by trouble: no new work should be claimed then. */
bool wg_batch_troubled(const struct wg_batch *batch);
