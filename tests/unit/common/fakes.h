/* A database, a loop, a clock, a log and metrics for tests that link one file of common alone. What
 * was sent lies in its connection until the test lands it; time is what the test says. */
#pragma once

#include <stdio.h>
#include <string.h>

#include "common/clock.h"
#include "common/db.h"
#include "common/log.h"
#include "common/memory.h"
#include "common/metrics.h"
#include "common/service.h"

enum { SECOND = 1000000 };

struct wg_flight {
    wg_landed *landed;
    void *arg;
    enum wg_outcome outcome;
    const PGresult *result;
};

struct wg_db {
    struct wg_flight *flying;
};

static int64_t now;
static wg_callback *soon, *timer;
static void *soon_arg, *timer_arg;
static char not_ready[200];

int64_t wg_clock_mono(void)
{
    return now;
}

int64_t wg_clock_now(void)
{
    return now;
}

struct wg_flight *wg_flight_new(wg_landed *landed, void *arg)
{
    struct wg_flight *flight = wg_new(sizeof *flight);
    *flight = (struct wg_flight){ .landed = landed, .arg = arg };
    return flight;
}

void wg_flight_destroy(struct wg_flight **flight)
{
    free(*flight);
    *flight = NULL;
}

enum wg_outcome wg_flight_outcome(const struct wg_flight *flight)
{
    return flight->outcome;
}

const char *wg_flight_sqlstate(const struct wg_flight *flight)
{
    return "42501";
}

const char *wg_flight_message(const struct wg_flight *flight)
{
    return "no right";
}

void wg_flight_add(struct wg_flight *flight, int statement, struct wg_params **params)
{
    wg_params_destroy(params);
}

const PGresult *wg_flight_result(const struct wg_flight *flight, size_t i)
{
    return flight->result;
}

bool wg_db_ready(const struct wg_db *db)
{
    return true;
}

void wg_db_on_ready(struct wg_db *db, void (*fn)(void *arg), void *arg)
{
}

size_t wg_db_room(const struct wg_db *db)
{
    return db->flying == NULL;
}

int wg_db_send(struct wg_db *db, struct wg_flight **flight)
{
    db->flying = *flight;
    *flight = NULL;
    return 0;
}

int wg_service_timer(struct wg_service *service, int64_t delay_ms, size_t times, wg_callback *fn,
                     void *arg)
{
    timer = fn;
    timer_arg = arg;
    return 1;
}

void wg_service_soon(struct wg_service *service, wg_callback *fn, void *arg)
{
    soon = fn;
    soon_arg = arg;
}

void wg_service_part(struct wg_service *service, const char *part, const char *reason)
{
    snprintf(not_ready, sizeof not_ready, "%s", reason == NULL ? "" : reason);
}

void wg_log(enum wg_level level, const char *event, const char *format, ...)
{
}

const char *wg_log_quote(const char *text)
{
    return text;
}

struct wg_metric *wg_gauge(const char *name, const char *help)
{
    return NULL;
}

struct wg_metric *wg_histogram(const char *name, const char *help)
{
    return NULL;
}

struct wg_metric *wg_sizes(const char *name, const char *help)
{
    return NULL;
}

void wg_set(struct wg_metric *gauge, double value)
{
}

void wg_observe(struct wg_metric *histogram, int64_t value)
{
}
