/* One connection of the limit: the statements of one stage, flights of one statement or two and a
 * sync each, several on the wire. Any error ends the process: a limit with errors is none. */
#pragma once

#include <libpq-fe.h>
#include <stdbool.h>
#include <stddef.h>

#include "common/db.h"

enum { LANE_DEPTH = 2 };

struct lane {
    PGconn *connection;
    const char *name;
    int epoll;
    size_t flying; /* flights on the wire */
    bool writing;  /* epoll tells when the rest of a flight fits */
    void *items[LANE_DEPTH];
    void *arg;
    void (*row_set)(struct lane *lane, void *item, const PGresult *rows); /* each result */
    void (*landed)(struct lane *lane, void *item);                        /* committed */
};

/* Connects as one of our services would: its time-outs, pipeline mode, the statements prepared. */
void lane_open(struct lane *lane, const char *conninfo, int epoll);
void lane_close(struct lane *lane);
/* Prepares the statement in a file below `top` under a name. */
void lane_prepare(struct lane *lane, const char *name, const char *top, const char *path);
/* One statement; takes params. */
void lane_add(struct lane *lane, const char *name, struct wg_params **params);
/* The sync; item comes back with the results. There must be room (flying < LANE_DEPTH). */
void lane_send(struct lane *lane, void *item);
/* After epoll said that something can be read or written. */
void lane_turn(struct lane *lane);
