/* The only file of this service that talks SQL: a function for each question, which sends one
 * flight. The heads in sql/ say what each statement returns. `landed` is called once, with arg;
 * where a function returns STORE_BUSY it is not called. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/access.h"
#include "common/db.h"

#include "services/registry/kinds.h"

struct store;

/* reads and writes stay the caller's. */
struct store *store_new(struct wg_db *reads, struct wg_db *writes);
void store_destroy(struct store **store); /* for WG_AUTO */

enum { STORE_BUSY = 1 };

/* For the other files that talk SQL (store_*.c). */
struct wg_db *store_reads(struct store *store);
struct wg_db *store_writes(struct store *store);
/* A flight of one statement. */
int store_ask(struct wg_db *db, int statement, struct wg_params **params, wg_landed *landed,
              void *arg) WG_MUST_USE;
/* Two arrays: low and high codes. */
void store_put_reach(struct wg_params *params, const struct wg_range *reach, size_t n);

/* ---- lists */

enum { STORE_TEXT_ROOM = 128, STORE_RANGES_MOST = 8 };

struct store_page {
    struct wg_range reach[STORE_RANGES_MOST]; /* what the caller may read */
    size_t n_reach;
    bool everything;              /* the caller may read all of it */
    struct wg_range area;         /* what is asked for */
    char choice[STORE_TEXT_ROOM]; /* level or post; "" = any */
    char part[STORE_TEXT_ROOM];   /* of a name; "" = any */
    char after[STORE_TEXT_ROOM];  /* the cursor: a code */
    int64_t after_id;             /* … and an id */
    int64_t at, now;              /* at 0: any moment */
    int32_t limit; /* rows wanted; one more is asked for, to know whether there is a next page */
    bool outlines;
};

typedef int store_list(struct store *store, const struct store_page *page, wg_landed *landed,
                       void *arg);
store_list store_list_areas, store_list_categories, store_list_places, store_list_staff,
    store_get_staff, store_list_duty, store_list_cover, store_list_parties, store_list_calendars,
    store_list_competence, store_list_keys, store_list_audit;

/* ---- keys */

struct store_key {
    const uint8_t *hash;                              /* 32 bytes */
    const char *name, *staff, *system, *area, *actor; /* staff, system, area: NULL = none */
    bool administrator;
    int32_t rate; /* 0: none */
    int64_t now;
};
int store_insert_key(struct store *store, const struct store_key *key, wg_landed *landed,
                     void *arg) WG_MUST_USE;
struct store_revoke {
    int64_t id, now;
    const char *actor;
};
int store_revoke_key(struct store *store, const struct store_revoke *revoke, wg_landed *landed,
                     void *arg) WG_MUST_USE;

/* ---- imports: each flight moves the lease on; its first result is empty where the import was
 * ended meanwhile */

struct store_import {
    int64_t id, now;
    const char *owner; /* the instance that runs it */
    enum kind_name kind;
    int32_t low, high;  /* of store_import_plan: lines after low up to high */
    int64_t rows;       /* of store_import_swap: how many must be there */
    const char *actor;  /* … who imports */
    const char *detail; /* … and what the audit keeps of it, JSON */
};

/* Ends what nobody runs any more and removes its rows. Of the import only owner and now are read.
 */
int store_import_tidy(struct store *store, const struct store_import *import, wg_landed *landed,
                      void *arg) WG_MUST_USE;
/* The third result holds the id; it is empty where another import runs. */
int store_import_open(struct store *store, const struct store_import *import, wg_landed *landed,
                      void *arg) WG_MUST_USE;

/* Rows on their way into the staging table. { 0 } is empty. */
struct store_slice {
    struct wg_column *lines, *codes, *rows, *outlines;
    size_t n, bytes;
};
void store_slice_add(struct store_slice *slice, size_t line, const char *code, const char *row,
                     const char *outline);
void store_slice_destroy(struct store_slice *slice);

struct store_wiping {
    int64_t now;
    const char *actor, *reason; /* of the audit */
    int most;                   /* cases */
};
/* Result 1: how many were wiped, there are more. */
int store_wipe_training(struct store *store, const struct store_wiping *wiping, wg_landed *landed,
                        void *arg) WG_MUST_USE;

/* Takes the slice's columns and leaves it empty. */
int store_import_stage(struct store *store, const struct store_import *import,
                       struct store_slice *slice, wg_landed *landed, void *arg) WG_MUST_USE;
/* The third result holds the faults. */
int store_import_check(struct store *store, const struct store_import *import, wg_landed *landed,
                       void *arg) WG_MUST_USE;
int store_import_plan(struct store *store, const struct store_import *import, wg_landed *landed,
                      void *arg) WG_MUST_USE;
/* The second result holds added, changed, unchanged. */
int store_import_count(struct store *store, const struct store_import *import, wg_landed *landed,
                       void *arg) WG_MUST_USE;
/* All of it in one transaction; WG_ITEM with 22012: the import was ended meanwhile, nothing was
 * written. */
int store_import_swap(struct store *store, const struct store_import *import, wg_landed *landed,
                      void *arg) WG_MUST_USE;
int store_import_close(struct store *store, const struct store_import *import, const char *outcome,
                       wg_landed *landed, void *arg) WG_MUST_USE;
int store_import_find(struct store *store, const struct store_import *import, wg_landed *landed,
                      void *arg) WG_MUST_USE;
