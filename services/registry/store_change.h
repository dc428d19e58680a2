/* The changes of single things; beside store.c the only file of this service that talks SQL. All of
 * the statements take the same parameters (their heads say which they use) and return either one
 * row whose first column is null (done: code and version follow) or a row for each fault: its name,
 * the field, what is to blame. */
#pragma once

#include "services/registry/store.h"

enum store_changes {
    STORE_SAVE_STAFF,
    STORE_GIVE_POST,
    STORE_END_POST,
    STORE_END_STAFF,
    STORE_SAVE_DUTY,
    STORE_END_DUTY,
    STORE_SAVE_PARTY,
    STORE_END_PARTY,
    STORE_SAVE_PLACE,
    STORE_END_PLACE,
    STORE_SAVE_CATEGORY,
    STORE_END_CATEGORY,
    STORE_SAVE_AREA,
    STORE_END_AREA,
    STORE_SAVE_COMPETENCE,
    STORE_END_COMPETENCE,
    STORE_SAVE_CALENDAR,
};

struct store_change {
    enum store_changes change;
    char code[STORE_TEXT_ROOM];
    int64_t now;
    const char *actor;
    int64_t staff;                            /* who asks; 0: no person */
    struct wg_range reach[STORE_RANGES_MOST]; /* within which it may be done */
    size_t n_reach;
    const char *row; /* JSON: what was given */
    bool creates;
    char version[STORE_TEXT_ROOM]; /* that the caller has seen */
};

int store_change(struct store *store, const struct store_change *change, wg_landed *landed,
                 void *arg) WG_MUST_USE;

struct store_leave {
    int64_t staff, now, from, until;
    const char *actor, *stand_in; /* NULL: whoever is there */
};
/* A row for each fault, or for each post: see sql/take_leave.sql. */
int store_take_leave(struct store *store, const struct store_leave *leave, wg_landed *landed,
                     void *arg) WG_MUST_USE;
int store_end_leave(struct store *store, const struct store_leave *leave, wg_landed *landed,
                    void *arg) WG_MUST_USE;
