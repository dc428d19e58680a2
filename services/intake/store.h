/* Where reports are written down: numbered here, written in batches, answered only when they stand.
 * The only file of intake that talks SQL (codes.c reads what the city has). */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "common/crypto.h"

#include "services/intake/report.h"

struct wg_service;
struct wg_db;
struct wg_bus;
struct store;

enum verdict {
    ACCEPTED, /* it stands */
    REPLAYED, /* it stood already: same key, same body; first_id and first_received_at are the first
                 one's */
    KEY_REUSED,   /* same key, other body */
    REFUSED,      /* PostgreSQL takes this item in no way */
    UNAVAILABLE,  /* nothing was written in the time of our patience */
    FATE_UNKNOWN, /* it may stand; send it again with the same key */
};

/* One report on its way into the store; its maker keeps it until answered is called. */
struct submission {
    struct report report;
    bool has_key;
    uint8_t key_hash[WG_HASH_BYTES], body_hash[WG_HASH_BYTES];
    enum verdict verdict;
    int64_t first_id, first_received_at;
    bool answered_early; /* bug.reply_early */
    void (*answered)(struct submission *submission);
    void *owner;
    int line; /* of an upload, from 1 */
};

struct store_setup {
    struct wg_service *service;
    struct wg_db *reads, **writes;
    size_t n_writes;
    struct wg_bus *bus;
    const char *disk; /* the folder whose free space is watched */
    int64_t disk_percent;
    int64_t queue_items, queue_bytes;
};

struct store *store_new(const struct store_setup *setup);
void store_destroy(struct store **store);

/* The key of the query codes, which the answers need. */
void store_code_key(const struct store *store, uint8_t ret_key[WG_SECRET_BYTES]);

enum store_condition { STORE_FULL = 1, STORE_AWAY, STORE_DISK };
/* Numbers the report and queues it; size_bytes is what it weighs in the queue. */
int store_submit(struct store *store, struct submission *submission, size_t size_bytes) WG_MUST_USE;
