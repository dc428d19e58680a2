/* The inside of a flight, shared by flight.c (what it is, and who is to blame when it fails) and
 * db.c (which sends it). */
#pragma once

#include "common/db.h"

enum { WG_STATEMENTS_MOST = 16 };

struct wg_sent {
    int statement;
    struct wg_params *params;
    PGresult *result;
};

struct wg_flight {
    struct wg_flight *next;
    wg_landed *landed;
    void *arg;
    size_t n, answered;
    struct wg_sent sent[WG_STATEMENTS_MOST];
    enum wg_outcome outcome;
    char sqlstate[6];
    char message[256];
    int64_t queued_at;
};

struct wg_line {
    struct wg_flight *first, **last;
    size_t n;
};

void wg_line_init(struct wg_line *line);
void wg_line_add(struct wg_line *line, struct wg_flight *flight);
/* The first; the line must not be empty. */
struct wg_flight *wg_line_take(struct wg_line *line);

/* Its statements and one sync go to libpq; they leave with the next flush. -EIO: the connection is
 * broken. */
int wg_flight_send(const struct wg_flight *flight, PGconn *connection,
                   const struct wg_statement *statements) WG_MUST_USE;

/* Tells the owner and destroys. */
void wg_flight_land(struct wg_flight *flight);
void wg_flight_land_as(struct wg_flight *flight, enum wg_outcome outcome, const char *message);
/* The first error of a flight decides its outcome by SQLSTATE. */
void wg_flight_note_error(struct wg_flight *flight, const PGresult *result);
