/* A claim is a lease, not a lock: due_at moved on and tries + 1, committed before the work begins.
 * A sweep runs each second while no hint is unread, at the latest every 10 s; it claims only what
 * goes into the next flush, and claims again as soon as that is done and there was a full page.
 * From the second try a row runs alone; at the fifth it is set aside. The claiming statement (each
 * service's own sql/claim_*.sql) has the parameters $1 now, $2 leased until, $3 how many. */
#pragma once

#include "common/db.h"

struct wg_lease;

enum { WG_LEASE_SECONDS = 10, WG_LEASE_TRIES = 5 };

struct wg_lease_rules {
    const char *name;
    int statement;           /* claims: $1 timestamptz now, $2 timestamptz until, $3 int4 limit */
    int (*room)(void *arg);  /* how many may be claimed now; 0: none */
    bool (*busy)(void *arg); /* true while hints are unread; NULL: never */
    void (*claimed)(const PGresult *rows,
                    void *arg); /* the rows that the statement returned, at least one */
};

struct wg_lease *wg_lease_new(struct wg_service *service, struct wg_db *db,
                              const struct wg_lease_rules *rules, void *arg);
void wg_lease_destroy(struct wg_lease **lease);
/* The work that was claimed is done: claim again at once where the last claim was a full page. */
void wg_lease_again(struct wg_lease *lease);
