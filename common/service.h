/* The skeleton of every service: start order, loop, signals, drain, watchdog, health.
 * main.c reads as the table of contents:
 *
 *     struct wg_service *service = wg_service_new("intake", settings, WG_COUNT(settings), argc,
 * argv); … make connections, routes, timers … return wg_service_run(&service);
 *
 * Our code runs in this one thread. Every callback goes through the skeleton, which measures it:
 * over 5 ms is logged (event=slow), over 50 ms of the thread's own work or blocking is event=stall.
 */
#pragma once

#include <czmq.h>
#include <stddef.h>
#include <stdint.h>

#include "common/memory.h"
#include "common/settings.h"

struct wg_service;

/* Settings that all services share; read before the service's own. */
struct wg_common_settings {
    const char *home;     /* WANGGE_HOME */
    const char *run;      /* WANGGE_RUN: the folder of the sockets; default $WANGGE_HOME/run */
    const char *listen;   /* WANGGE_LISTEN: address:port instead of a socket in WANGGE_RUN; or "" */
    const char *database; /* WANGGE_DB: libpq's connection string */
    const char *bus;      /* WANGGE_BUS_ADDRESS: tcp://host:port; "" = sockets in WANGGE_RUN */
    const char *curve;    /* WANGGE_CURVE: the folder of this service's CURVE keys, for tcp */
    const char *version;  /* WANGGE_VERSION: a label */
    const char *zone;     /* WANGGE_ZONE: the city's time zone; sets TZ */
    int64_t instance;     /* WANGGE_INSTANCE: 1… among its kind */
};

/* Handles --help, --check, --list-faults (these end the process), reads settings, sets the time
 * zone, the log and the clock. On faulty settings: says each and ends with exit code 2. argv may
 * hold nothing else. */
struct wg_service *wg_service_new(const char *name, const struct wg_setting *settings, size_t n,
                                  int argc, char **argv);

const struct wg_common_settings *wg_service_settings(const struct wg_service *service);
const char *wg_service_name(const struct wg_service *service);

typedef void wg_callback(void *arg);

/* Calls fn every delay_ms (times = 0: for ever; n: n times); a handle for wg_service_untimer. */
int wg_service_timer(struct wg_service *service, int64_t delay_ms, size_t times, wg_callback *fn,
                     void *arg);
void wg_service_untimer(struct wg_service *service, int handle);

/* Calls fn once, as soon as the handler in hand has returned. */
void wg_service_soon(struct wg_service *service, wg_callback *fn, void *arg);

/* Calls fn when a descriptor is readable (or writable too, where asked); again to change
 * `writable`. */
void wg_service_watch(struct wg_service *service, int descriptor, bool writable, wg_callback *fn,
                      void *arg);
void wg_service_unwatch(struct wg_service *service, int descriptor);

/* Calls fn while a ZeroMQ socket has something to read. */
void wg_service_socket(struct wg_service *service, zsock_t *socket, wg_callback *fn, void *arg);
void wg_service_unsocket(struct wg_service *service, zsock_t *socket);

/* A part of the service says whether it can work. Ready is the service when every named part is;
 * the reason (NULL = fine) is copied, shown in /healthz and in the row of `instances`. */
void wg_service_part(struct wg_service *service, const char *part, const char *reason);
bool wg_service_ready(const struct wg_service *service);
/* The first part that is not fine, "part: reason"; NULL when ready. */
const char *wg_service_reason(const struct wg_service *service);
/* What others should know of a service that is ready ("mail=off"): stands in the row of `instances`
 * where no reason does. A literal, borrowed; NULL = nothing. */
void wg_service_note(struct wg_service *service, const char *note);
const char *wg_service_noted(const struct wg_service *service);

/* On SIGTERM or SIGINT each drain callback is asked; when all say true, or after 10 s, the loop
 * ends. */
typedef bool wg_drained(void *arg);
void wg_service_on_drain(struct wg_service *service, wg_drained *fn, void *arg);
bool wg_service_draining(const struct wg_service *service);

/* Writes this instance's row of `instances` each second over db; statement is the index of
 * common/sql/beat_instance.sql in the table that db prepares. */
struct wg_db;
void wg_service_beat(struct wg_service *service, struct wg_db *db, int statement);

/* Reads registry_version each second over db (common/sql/read_versions.sql) and calls changed for
 * each kind whose version is not the one last told; the first reading tells all. Again after each
 * reconnect. */
void wg_service_versions(struct wg_service *service, struct wg_db *db, int statement,
                         void (*changed)(const char *kind, int64_t version, void *arg), void *arg);

/* Runs until drained; returns the exit code. The service itself is freed when the process ends,
 * after what main declared with WG_AUTO. */
int wg_service_run(struct wg_service **service);
