/* wangge-bus carries hints: `reports` and `notices` from PUSH to PULL, `events` from PUB to SUB. It
 * has no state and no opinion; what it loses, the next sweep finds. Only the bus binds. It writes
 * nothing but its own row of `instances`, on which /readyz rests. */
#include "common/bus.h"
#include "common/curve.h"
#include "common/db.h"
#include "common/http.h"
#include "common/log.h"
#include "common/metrics.h"
#include "common/service.h"

#include "bus_sql.h"

enum { FRAMES_A_ROUND = 64 };

/* One direction: what can be read at `from` goes out at `to`. */
struct lane {
    zsock_t *from, *to;
    struct wg_metric *passed, *dropped;
};

struct bus {
    struct wg_service *service;
    zactor_t *admits; /* over tcp: who may connect */
    zsock_t *reports_in, *reports_out, *notices_in, *notices_out, *events_in, *events_out;
    struct lane reports, notices, events, subscriptions;
};

static bool readable(zsock_t *socket)
{
    return (zsock_events(socket) & ZMQ_POLLIN) != 0;
}

static void carry(void *arg)
{
    struct lane *lane = arg;
    for (int i = 0; i < FRAMES_A_ROUND && readable(lane->from); i++) {
        WG_AUTO(zmsg_destroy) zmsg_t *message = zmsg_recv(lane->from);
        if (message == NULL)
            return;
        if (zmsg_send(&message, lane->to) == 0)
            wg_count(lane->passed, 1);
        else /* nobody there, or full: the sweep finds what this hint spoke of */
            wg_count(lane->dropped, 1);
    }
}

static zsock_t *bound(struct bus *bus, int type, const char *door)
{
    const char *address = wg_bus_address(bus->service, door, true);
    zsock_t *socket = wg_bus_socket(bus->service, type);
    if (bus->admits != NULL)
        wg_curve_server(wg_service_settings(bus->service)->curve, socket);
    if (zsock_bind(socket, "%s", address) == -1) {
        wg_log(WG_FATAL, "bind-failed", "door=%s address=%s", door, address);
        wg_log_flush();
        exit(1);
    }
    return socket;
}

static void open_lane(struct bus *bus, struct lane *lane, zsock_t *from, zsock_t *to)
{
    lane->from = from;
    lane->to = to;
    wg_service_socket(bus->service, from, carry, lane);
}

static void open_doors(struct bus *bus)
{
    const struct wg_common_settings *settings = wg_service_settings(bus->service);
    if (settings->bus[0] != '\0' && settings->curve[0] != '\0')
        bus->admits = wg_curve_admit(settings->curve);
    bus->reports_in = bound(bus, ZMQ_PULL, "reports.in");
    bus->reports_out = bound(bus, ZMQ_PUSH, "reports.out");
    bus->notices_in = bound(bus, ZMQ_PULL, "notices.in");
    bus->notices_out = bound(bus, ZMQ_PUSH, "notices.out");
    bus->events_in = bound(bus, ZMQ_XSUB, "events.in");
    bus->events_out = bound(bus, ZMQ_XPUB, "events.out");
    struct wg_metric *passed = wg_counter("wangge_bus_passed_total", "frames carried");
    struct wg_metric *dropped =
        wg_counter("wangge_bus_dropped_total", "frames that nobody could take");
    bus->reports = bus->notices = bus->events = bus->subscriptions =
        (struct lane){ .passed = passed, .dropped = dropped };
    open_lane(bus, &bus->reports, bus->reports_in, bus->reports_out);
    open_lane(bus, &bus->notices, bus->notices_in, bus->notices_out);
    open_lane(bus, &bus->events, bus->events_in, bus->events_out);
    open_lane(bus, &bus->subscriptions, bus->events_out, bus->events_in);
}

int main(int argc, char **argv)
{
    struct bus bus = { .service = wg_service_new("bus", NULL, 0, argc, argv) };
    WG_AUTO(wg_db_destroy)
    struct wg_db *db = wg_db_new(bus.service, "instances", sql_statements, SQL_COUNT, 1);
    wg_service_beat(bus.service, db, SQL_BEAT_INSTANCE);
    WG_AUTO(wg_http_destroy) struct wg_http *http = wg_http_new(bus.service, NULL, 0, NULL, NULL);
    open_doors(&bus);
    int code = wg_service_run(&bus.service);
    zsock_destroy(&bus.reports_in);
    zsock_destroy(&bus.reports_out);
    zsock_destroy(&bus.notices_in);
    zsock_destroy(&bus.notices_out);
    zsock_destroy(&bus.events_in);
    zsock_destroy(&bus.events_out);
    zactor_destroy(&bus.admits);
    return code;
}
