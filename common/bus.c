#include "common/bus.h"

#include <string.h>

#include "common/clock.h"
#include "common/curve.h"
#include "common/fault.h"
#include "common/log.h"
#include "common/message.h"
#include "common/metrics.h"
#include "common/pace.h"
#include "common/service.h"
#include "common/writer.h"

enum { HIGH_WATER = 1000, LINGER_MS = 200, IDS_MOST = 1000, FRAMES_A_ROUND = 8 };
enum { GATHER_MS = 8, GATHER_MOST = 500, HEARTBEAT_MS = 2000 };

/* What goes out on one socket. A lone hint goes at once; in a flood they go together, every 8 ms at
 * most (docs/decisions/0013-hints-go-together.md). */
struct outlet {
    struct wg_bus *bus;
    zsock_t *socket;
    size_t n;
    int64_t ids[IDS_MOST]; /* of reports or cases */
    uint64_t xid;          /* of events: the latest … */
    size_t count;          /* … and how many */
    struct wg_pace pace;
};

struct wg_bus {
    struct wg_service *service;
    struct outlet reports, notices, events;
    zsock_t *pull, *subscribe;
    wg_bus_ids *on_ids;
    wg_bus_event *on_event;
    void *ids_arg, *event_arg;
    bool listening;
    char *held; /* bus.reorder: a frame that lets the next one of its socket pass */
    zsock_t *held_for;
    struct wg_metric *dropped, *bad, *sent, *received;
};

/* The order of the ports from the one that WANGGE_BUS_ADDRESS names. */
static const char *const doors[] = { "reports.in",  "reports.out", "notices.in",
                                     "notices.out", "events.in",   "events.out" };

static int port_of(const char *door, int first)
{
    int i = 0;
    while (strcmp(doors[i], door) != 0)
        i++;
    return first + i;
}

const char *wg_bus_address(const struct wg_service *service, const char *door, bool binds)
{
    static char address[300];
    const struct wg_common_settings *settings = wg_service_settings(service);
    char host[256];
    int first, end;
    if (settings->bus[0] == '\0') {
        snprintf(address, sizeof address, "ipc://%s/bus-%s.sock", settings->run, door);
        return address;
    }
    if (sscanf(settings->bus, "tcp://%255[^:]:%d%n", host, &first, &end) != 2 ||
        settings->bus[end] != '\0' || settings->curve[0] == '\0') {
        wg_log(WG_FATAL, "bus-address", "WANGGE_BUS_ADDRESS=%s WANGGE_CURVE=%s reason=%s",
               settings->bus, settings->curve,
               wg_log_quote("tcp://host:port, and the folder of the keys"));
        wg_log_flush();
        exit(1);
    }
    snprintf(address, sizeof address, "tcp://%s:%d", binds ? "*" : host, port_of(door, first));
    return address;
}

zsock_t *wg_bus_socket(const struct wg_service *service, int type)
{
    zsock_t *socket = zsock_new(type);
    if (socket == NULL)
        abort();
    zsock_set_linger(socket, LINGER_MS);
    zsock_set_sndhwm(socket, HIGH_WATER);
    zsock_set_rcvhwm(socket, HIGH_WATER);
    zsock_set_sndtimeo(socket, 0);
    zsock_set_rcvtimeo(socket, 0);
    zsock_set_reconnect_ivl(socket, 50);
    zsock_set_reconnect_ivl_max(socket, 1000);
    if (type == ZMQ_PUSH)
        zsock_set_immediate(socket, 1);
    if (wg_service_settings(service)->bus[0] != '\0') { /* a host that is gone says nothing */
        zsock_set_heartbeat_ivl(socket, HEARTBEAT_MS);
        zsock_set_heartbeat_timeout(socket, 3 * HEARTBEAT_MS);
    }
    return socket;
}

static zsock_t *connected(struct wg_bus *bus, int type, const char *door)
{
    const struct wg_common_settings *settings = wg_service_settings(bus->service);
    const char *address = wg_bus_address(bus->service, door, false);
    zsock_t *socket = wg_bus_socket(bus->service, type);
    if (settings->bus[0] != '\0')
        wg_curve_client(settings->curve, socket);
    if (zsock_connect(socket, "%s", address) != 0) {
        wg_log(WG_FATAL, "bus-address", "door=%s address=%s", door, address);
        wg_log_flush();
        exit(2);
    }
    return socket;
}

static void send_soon(void *arg);

static void open_outlet(struct wg_bus *bus, struct outlet *outlet, int type, const char *door)
{
    outlet->bus = bus;
    outlet->socket = connected(bus, type, door);
    outlet->pace = (struct wg_pace){
        .service = bus->service, .every_ms = GATHER_MS, .over = send_soon, .arg = outlet
    };
}

struct wg_bus *wg_bus_new(struct wg_service *service)
{
    struct wg_bus *bus = wg_new(sizeof *bus);
    bus->service = service;
    bus->listening = true;
    bus->dropped = wg_counter("wangge_hints_dropped_total", "hints that the bus did not take");
    bus->bad = wg_counter("wangge_hints_bad_total", "frames that are no message of ours");
    bus->sent = wg_counter("wangge_hints_sent_total", "hints handed to the bus");
    bus->received = wg_counter("wangge_hints_received_total", "hints read from the bus");
    /* Connected early: a hint that is sent in the moment of connecting is refused. */
    open_outlet(bus, &bus->reports, ZMQ_PUSH, "reports.in");
    open_outlet(bus, &bus->notices, ZMQ_PUSH, "notices.in");
    open_outlet(bus, &bus->events, ZMQ_PUB, "events.in");
    return bus;
}

void wg_bus_destroy(struct wg_bus **bus)
{
    struct wg_bus *self = *bus;
    if (self == NULL)
        return;
    zsock_destroy(&self->reports.socket);
    zsock_destroy(&self->notices.socket);
    zsock_destroy(&self->events.socket);
    zsock_destroy(&self->pull);
    zsock_destroy(&self->subscribe);
    free(self->held);
    free(self);
    *bus = NULL;
}

/* ---- sending */

static void send_frame(struct wg_bus *bus, zsock_t *socket, const char *frame)
{
    if (zstr_send(socket, frame) == 0)
        wg_count(bus->sent, 1);
    else
        wg_count(bus->dropped, 1);
}

/* A test wants it lost on the way. */
static bool lost(void)
{
    return WG_FAULT(BUS_DROP) < 0;
}

static void send_or_fault(struct wg_bus *bus, zsock_t *socket, const char *frame)
{
    if (lost())
        return;
    if (WG_FAULT(BUS_DUP) < 0)
        send_frame(bus, socket, frame);
    if (WG_FAULT(BUS_REORDER) < 0 && bus->held == NULL) {
        bus->held = wg_strdup(frame);
        bus->held_for = socket;
        return;
    }
    send_frame(bus, socket, frame);
    if (bus->held != NULL && socket == bus->held_for) {
        send_frame(bus, socket, bus->held);
        wg_free(&bus->held);
    }
}

static void send_ids(struct outlet *outlet)
{
    WG_AUTO(wg_text_destroy) struct wg_text frame = { 0 };
    wg_write_object(&frame, NULL);
    wg_write_int(&frame, "version", 1);
    wg_write_array(&frame, "ids");
    for (size_t i = 0; i < outlet->n; i++)
        wg_write_int(&frame, NULL, outlet->ids[i]);
    wg_write_end_array(&frame);
    wg_write_end_object(&frame);
    send_or_fault(outlet->bus, outlet->socket, frame.bytes);
    outlet->n = 0;
}

static void send_event(struct outlet *outlet)
{
    char frame[96];
    snprintf(frame, sizeof frame, "{\"version\":1,\"xid\":%llu,\"count\":%zu}",
             (unsigned long long)outlet->xid, outlet->count);
    if (!lost())
        send_frame(outlet->bus, outlet->socket, frame);
    outlet->count = 0;
    outlet->xid = 0;
}

static void send_gathered(struct outlet *outlet)
{
    if (outlet->n > 0)
        send_ids(outlet);
    if (outlet->count > 0)
        send_event(outlet);
    wg_pace_went(&outlet->pace);
}

static void send_soon(void *arg)
{
    struct outlet *outlet = arg;
    if (wg_pace_may(&outlet->pace))
        send_gathered(outlet);
}

void wg_bus_push(struct wg_bus *bus, const char *kind, const int64_t *ids, size_t n)
{
    struct outlet *outlet = strcmp(kind, "reports") == 0 ? &bus->reports : &bus->notices;
    for (size_t i = 0; i < n; i++) {
        if (outlet->n == GATHER_MOST)
            send_gathered(outlet);
        outlet->ids[outlet->n++] = ids[i];
    }
    send_soon(outlet);
}

void wg_bus_publish(struct wg_bus *bus, uint64_t xid, size_t count)
{
    bus->events.xid = xid > bus->events.xid ? xid : bus->events.xid;
    bus->events.count += count;
    send_soon(&bus->events);
}

/* ---- receiving */

static void read_ids(struct wg_bus *bus)
{
    int64_t ids[IDS_MOST];
    size_t n;
    WG_AUTO(zframe_destroy) zframe_t *frame = zframe_recv(bus->pull);
    if (frame == NULL)
        return;
    if (wg_message_ids((const char *)zframe_data(frame), zframe_size(frame), ids, IDS_MOST, &n) !=
        0) {
        wg_count(bus->bad, 1);
        return;
    }
    wg_count(bus->received, 1);
    if (n > 0)
        bus->on_ids(ids, n, bus->ids_arg);
}

static void on_pull(void *arg)
{
    struct wg_bus *bus = arg;
    for (int i = 0; i < FRAMES_A_ROUND && bus->listening && wg_bus_unread(bus); i++)
        read_ids(bus);
}

static void on_subscribe(void *arg)
{
    struct wg_bus *bus = arg;
    for (int i = 0; i < FRAMES_A_ROUND && (zsock_events(bus->subscribe) & ZMQ_POLLIN) != 0; i++) {
        uint64_t xid;
        size_t count;
        WG_AUTO(zframe_destroy) zframe_t *frame = zframe_recv(bus->subscribe);
        if (frame == NULL)
            return;
        if (wg_message_event((const char *)zframe_data(frame), zframe_size(frame), &xid, &count) !=
            0) {
            wg_count(bus->bad, 1);
            continue;
        }
        wg_count(bus->received, 1);
        bus->on_event(xid, count, bus->event_arg);
    }
}

void wg_bus_pull(struct wg_bus *bus, const char *kind, wg_bus_ids *fn, void *arg)
{
    char door[32];
    snprintf(door, sizeof door, "%s.out", kind);
    bus->on_ids = fn;
    bus->ids_arg = arg;
    bus->pull = connected(bus, ZMQ_PULL, door);
    wg_service_socket(bus->service, bus->pull, on_pull, bus);
}

void wg_bus_subscribe(struct wg_bus *bus, wg_bus_event *fn, void *arg)
{
    bus->on_event = fn;
    bus->event_arg = arg;
    bus->subscribe = connected(bus, ZMQ_SUB, "events.out");
    zsock_set_subscribe(bus->subscribe, "");
    wg_service_socket(bus->service, bus->subscribe, on_subscribe, bus);
}

bool wg_bus_unread(const struct wg_bus *bus)
{
    return bus->pull != NULL && (zsock_events(bus->pull) & ZMQ_POLLIN) != 0;
}

void wg_bus_listen(struct wg_bus *bus, bool listening)
{
    if (bus->pull == NULL || bus->listening == listening)
        return;
    bus->listening = listening;
    if (listening)
        wg_service_socket(bus->service, bus->pull, on_pull, bus);
    else
        wg_service_unsocket(bus->service, bus->pull);
}
