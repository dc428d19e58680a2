/* The nerve: three hints, one JSON frame each (schema/messages/README.md). A message only saves
 * waiting for the next sweep; it may be lost, doubled, late or out of order without harm. PUSH
 * never blocks: a refused hint is counted in wangge_hints_dropped_total. Linger, time-outs and
 * high-water marks of every socket of the house are set here. The bus itself (services/bus) binds;
 * everybody else connects. */
#pragma once

#include <czmq.h>
#include <stddef.h>
#include <stdint.h>

#include "common/memory.h"

struct wg_service;
struct wg_bus;

/* The doors of the bus: an address each; "reports.in", "reports.out", "notices.in", "notices.out",
 * "events.in", "events.out". ipc://$WANGGE_RUN/bus-<door>.sock, or with WANGGE_BUS_ADDRESS a port
 * each, in this order, of that host; without keys for it the process ends. binds: as the bus itself
 * asks. Writes into a static buffer. */
const char *wg_bus_address(const struct wg_service *service, const char *door, bool binds);

/* A socket with the house's options; not bound, not connected. */
zsock_t *wg_bus_socket(const struct wg_service *service, int type);

struct wg_bus *wg_bus_new(struct wg_service *service);
void wg_bus_destroy(struct wg_bus **bus);

/* kind: "reports" or "notices"; ids of the reports or the cases. */
void wg_bus_push(struct wg_bus *bus, const char *kind, const int64_t *ids, size_t n);
/* The log has grown: xid of the transaction, number of events. */
void wg_bus_publish(struct wg_bus *bus, uint64_t xid, size_t count);

typedef void wg_bus_ids(const int64_t *ids, size_t n, void *arg);
typedef void wg_bus_event(uint64_t xid, size_t count, void *arg);
/* What comes is decoded and checked; what is no message is counted and dropped. */
void wg_bus_pull(struct wg_bus *bus, const char *kind, wg_bus_ids *fn, void *arg);
void wg_bus_subscribe(struct wg_bus *bus, wg_bus_event *fn, void *arg);
/* True while a pulled hint is unread. */
bool wg_bus_unread(const struct wg_bus *bus);
/* False stops reading hints (the sender's queue, then the sweep, keep them); true goes on. */
void wg_bus_listen(struct wg_bus *bus, bool listening);
