/* One loop (zloop) around everything. Each callback passes through run(), which measures it, then
 * calls what was asked for "soon", then writes the gathered log lines in one write. */
#include "common/service.h"

#include <signal.h>
#include <string.h>
#include <sys/signalfd.h>
#include <unistd.h>

#include "common/clock.h"
#include "common/crypto.h"
#include "common/error.h"
#include "common/fault.h"
#include "common/log.h"
#include "common/metrics.h"
#include "common/text.h"
#include "common/watchdog.h"

enum { DRAIN_MS = 10000, DRAIN_POLL_MS = 20 };

struct hook {
    struct hook *next;
    struct wg_service *service;
    wg_callback *fn;
    void *arg;
    int handle; /* of a timer */
    size_t times;
    int descriptor; /* of a watch; -1 = dead */
    zmq_pollitem_t item;
    zsock_t *socket;
};

struct soon {
    struct soon *next;
    wg_callback *fn;
    void *arg;
};

struct part {
    struct part *next;
    char name[32];
    char reason[200]; /* "" = fine */
};

struct drain {
    struct drain *next;
    wg_drained *fn;
    void *arg;
};

struct wg_service {
    const char *name;
    struct wg_common_settings settings;
    char run[256];
    zloop_t *loop;
    struct hook *timers, *watches;
    struct soon *soon, **last_soon;
    struct part *parts;
    struct drain *drains;
    bool draining;
    int64_t drain_until;
    int signals;
    bool soon_timer;
    char reason[256];
    const char *note;
};

static struct wg_service *the_service; /* one a process; freed at exit */

/* ---- start */

static const char *log_level;

static struct wg_setting common_table(struct wg_service *service, size_t i)
{
    struct wg_common_settings *to = &service->settings;
    const struct wg_setting table[] = {
        { "WANGGE_HOME", WG_TEXT, NULL, 0, 0, "the instance's folder", &to->home, NULL },
        { "WANGGE_RUN", WG_TEXT, "", 0, 0, "folder of the sockets; empty: $WANGGE_HOME/run",
          &to->run, NULL },
        { "WANGGE_LISTEN", WG_TEXT, "", 0, 0,
          "address:port where HTTP is served; empty: a socket in $WANGGE_RUN", &to->listen, NULL },
        { "WANGGE_DB", WG_TEXT, "", 0, 0, "libpq's connection string", &to->database, NULL },
        { "WANGGE_BUS_ADDRESS", WG_TEXT, "", 0, 0,
          "tcp://host:port of the bus, which takes six ports from there; empty: sockets in "
          "$WANGGE_RUN",
          &to->bus, NULL },
        { "WANGGE_CURVE", WG_TEXT, "", 0, 0, "folder of this service's CURVE keys, for tcp://",
          &to->curve, NULL },
        { "WANGGE_VERSION", WG_TEXT, "dev", 0, 0, "a label shown by /healthz and /readyz",
          &to->version, NULL },
        { "WANGGE_ZONE", WG_TEXT, "Asia/Shanghai", 0, 0, "the city's time zone", &to->zone, NULL },
        { "WANGGE_INSTANCE", WG_NUMBER, "1", 1, 65535, "which of its kind this is", NULL,
          &to->instance },
        { "WANGGE_LOG", WG_TEXT, "info", 0, 0, "lowest level logged: debug, info, warning, error",
          &log_level, NULL },
    };
    return i < WG_COUNT(table) ? table[i] : (struct wg_setting){ .name = NULL };
}

static void read_settings(struct wg_service *service, const struct wg_setting *own, size_t n,
                          const char *wish)
{
    struct wg_setting all[64];
    size_t count = 0;
    for (struct wg_setting one; (one = common_table(service, count)).name != NULL;)
        all[count++] = one;
    for (size_t i = 0; i < n && count < WG_COUNT(all); i++)
        all[count++] = own[i];
    if (wish != NULL && strcmp(wish, "--help") == 0) {
        printf("wangge-%s [--help | --check | --list-faults]\n\nSettings, from the environment:\n",
               service->name);
        wg_settings_print(all, count);
        exit(0);
    }
#ifdef WG_FAULT_POINTS
    if (wish != NULL && strcmp(wish, "--list-faults") == 0) {
        wg_fault_print();
        exit(0);
    }
#endif
    int faults = wg_settings_read(all, count);
    if (faults != 0)
        exit(2);
    if (wish != NULL) {
        bool check = strcmp(wish, "--check") == 0;
        fprintf(check ? stdout : stderr, check ? "settings are fine\n" : "unknown argument %s\n",
                wish);
        exit(check ? 0 : 2);
    }
}

static void take_signals(struct wg_service *service)
{
    sigset_t mask;
    sigemptyset(&mask);
    sigaddset(&mask, SIGTERM);
    sigaddset(&mask, SIGINT);
    sigprocmask(SIG_BLOCK, &mask, NULL); /* before libzmq starts its threads, which inherit it */
    signal(SIGPIPE, SIG_IGN);
    service->signals = signalfd(-1, &mask, SFD_CLOEXEC | SFD_NONBLOCK);
}

static void end_service(void);

struct wg_service *wg_service_new(const char *name, const struct wg_setting *settings, size_t n,
                                  int argc, char **argv)
{
    struct wg_service *service = wg_new(sizeof *service);
    service->name = name;
    service->last_soon = &service->soon;
    read_settings(service, settings, n, argc > 1 ? argv[1] : NULL);
    if (service->settings.run[0] == '\0') {
        snprintf(service->run, sizeof service->run, "%s/run", service->settings.home);
        service->settings.run = service->run;
    }
    setenv("TZ", service->settings.zone, 1);
    tzset();
    wg_log_start(name, (int)service->settings.instance, wg_log_level(log_level));
    wg_clock_start(service->settings.home);
    wg_crypto_start();
    srandom((unsigned)(getpid() ^ wg_clock_now()));
    if (WG_FAULT(SERVICE_START_SETTINGS) < 0) {
        wg_log(WG_ERROR, "start-failed", "reason=fault-point");
        exit(1);
    }
    take_signals(service);
    setenv("ZSYS_SIGHANDLER", "false", 1); /* czmq would otherwise take SIGTERM for itself */
    zsys_init();
    zsys_set_linger(200);
    service->loop = zloop_new();
    zloop_set_nonstop(service->loop, true);
    wg_watchdog_start();
    wg_service_part(service, "start", "starting");
    the_service = service;
    atexit(end_service);
    return service;
}

const struct wg_common_settings *wg_service_settings(const struct wg_service *service)
{
    return &service->settings;
}

const char *wg_service_name(const struct wg_service *service)
{
    return service->name;
}

/* ---- the round: one callback, measured; then what was asked for soon; then the log */

static int run_soon_timer(zloop_t *loop, int handle, void *arg);

static void run(struct wg_service *service, wg_callback *fn, void *arg)
{
    wg_watchdog_run(fn, arg);
    struct soon *list = service->soon; /* what is added while these run waits for the next round */
    service->soon = NULL;
    service->last_soon = &service->soon;
    while (list != NULL) {
        struct soon *one = list;
        list = one->next;
        wg_watchdog_run(one->fn, one->arg);
        free(one);
    }
    if (service->soon != NULL && !service->soon_timer) {
        service->soon_timer = true;
        zloop_timer(service->loop, 0, 1, run_soon_timer, service);
    }
    wg_log_flush();
}

static void nothing(void *arg)
{
    (void)arg;
}

static int run_soon_timer(zloop_t *loop, int handle, void *arg)
{
    struct wg_service *service = arg;
    (void)loop;
    (void)handle;
    service->soon_timer = false;
    run(service, nothing, NULL);
    return 0;
}

void wg_service_soon(struct wg_service *service, wg_callback *fn, void *arg)
{
    struct soon *one = wg_new(sizeof *one);
    *one = (struct soon){ .fn = fn, .arg = arg };
    *service->last_soon = one;
    service->last_soon = &one->next;
}

/* ---- timers */

static void drop_timer(struct wg_service *service, int handle)
{
    for (struct hook **at = &service->timers; *at != NULL; at = &(*at)->next) {
        if ((*at)->handle != handle)
            continue;
        struct hook *dead = *at;
        *at = dead->next;
        free(dead);
        return;
    }
}

static int on_timer(zloop_t *loop, int handle, void *arg)
{
    struct hook *hook = arg;
    struct wg_service *service = hook->service;
    wg_callback *fn = hook->fn;
    void *fn_arg = hook->arg;
    (void)loop;
    if (hook->times > 0 && --hook->times == 0)
        drop_timer(service, handle);
    run(service, fn, fn_arg);
    return 0;
}

int wg_service_timer(struct wg_service *service, int64_t delay_ms, size_t times, wg_callback *fn,
                     void *arg)
{
    struct hook *hook = wg_new(sizeof *hook);
    *hook = (struct hook){
        .service = service, .fn = fn, .arg = arg, .times = times, .next = service->timers
    };
    service->timers = hook;
    hook->handle = zloop_timer(service->loop, (size_t)delay_ms, times, on_timer, hook);
    return hook->handle;
}

void wg_service_untimer(struct wg_service *service, int handle)
{
    zloop_timer_end(service->loop, handle);
    drop_timer(service, handle);
}

/* ---- descriptors and sockets */

static int on_poll(zloop_t *loop, zmq_pollitem_t *item, void *arg)
{
    struct hook *hook = arg;
    (void)loop;
    (void)item;
    if (hook->descriptor >= 0)
        run(hook->service, hook->fn, hook->arg);
    return 0;
}

void wg_service_watch(struct wg_service *service, int descriptor, bool writable, wg_callback *fn,
                      void *arg)
{
    wg_service_unwatch(service, descriptor);
    struct hook *hook = wg_new(sizeof *hook);
    *hook = (struct hook){ .service = service, .fn = fn, .arg = arg, .descriptor = descriptor };
    hook->item =
        (zmq_pollitem_t){ NULL, descriptor, (short)(ZMQ_POLLIN | (writable ? ZMQ_POLLOUT : 0)), 0 };
    hook->next = service->watches;
    service->watches = hook;
    zloop_poller(service->loop, &hook->item, on_poll, hook);
    zloop_poller_set_tolerant(service->loop, &hook->item);
}

void wg_service_unwatch(struct wg_service *service, int descriptor)
{
    for (struct hook **at = &service->watches; *at != NULL; at = &(*at)->next) {
        struct hook *hook = *at;
        if (hook->descriptor != descriptor)
            continue;
        zloop_poller_end(service->loop, &hook->item);
        *at = hook->next;
        hook->descriptor = -1; /* the round in hand may still hold it: freed when it is over */
        wg_service_soon(service, free, hook);
        return;
    }
}

static int on_socket(zloop_t *loop, zsock_t *socket, void *arg)
{
    struct hook *hook = arg;
    (void)loop;
    (void)socket;
    run(hook->service, hook->fn, hook->arg);
    return 0;
}

void wg_service_socket(struct wg_service *service, zsock_t *socket, wg_callback *fn, void *arg)
{
    struct hook *hook = wg_new(sizeof *hook);
    *hook = (struct hook){
        .service = service, .fn = fn, .arg = arg, .descriptor = -2, .socket = socket
    };
    hook->next = service->watches;
    service->watches = hook;
    zloop_reader(service->loop, socket, on_socket, hook);
}

void wg_service_unsocket(struct wg_service *service, zsock_t *socket)
{
    zloop_reader_end(service->loop, socket);
    for (struct hook **at = &service->watches; *at != NULL; at = &(*at)->next) {
        struct hook *hook = *at;
        if (hook->socket != socket)
            continue;
        *at = hook->next;
        wg_service_soon(service, free, hook);
        return;
    }
}

/* ---- parts, health */

void wg_service_part(struct wg_service *service, const char *part, const char *reason)
{
    struct part **at = &service->parts;
    while (*at != NULL && strcmp((*at)->name, part) != 0)
        at = &(*at)->next;
    if (*at == NULL && reason == NULL)
        return;
    if (*at == NULL) {
        *at = wg_new(sizeof **at);
        snprintf((*at)->name, sizeof(*at)->name, "%s", part);
    }
    wg_copy((*at)->reason, sizeof(*at)->reason, reason);
}

const char *wg_service_reason(const struct wg_service *service)
{
    struct wg_service *self = (struct wg_service *)(uintptr_t)service;
    for (const struct part *part = service->parts; part != NULL; part = part->next) {
        if (part->reason[0] == '\0')
            continue;
        snprintf(self->reason, sizeof self->reason, "%s: %s", part->name, part->reason);
        return service->reason;
    }
    return NULL;
}

void wg_service_note(struct wg_service *service, const char *note)
{
    service->note = note;
}

const char *wg_service_noted(const struct wg_service *service)
{
    return service->note;
}

bool wg_service_ready(const struct wg_service *service)
{
    return wg_service_reason(service) == NULL;
}

/* ---- drain and end */

void wg_service_on_drain(struct wg_service *service, wg_drained *fn, void *arg)
{
    struct drain *drain = wg_new(sizeof *drain);
    *drain = (struct drain){ .fn = fn, .arg = arg, .next = service->drains };
    service->drains = drain;
}

bool wg_service_draining(const struct wg_service *service)
{
    return service->draining;
}

static int on_drain_poll(zloop_t *loop, int handle, void *arg)
{
    struct wg_service *service = arg;
    (void)loop;
    (void)handle;
    bool drained = true;
    for (struct drain *drain = service->drains; drain != NULL; drain = drain->next)
        drained = drain->fn(drain->arg) && drained;
    run(service, nothing, NULL);
    if (!drained && wg_clock_mono() < service->drain_until)
        return 0;
    wg_log(WG_INFO, "stopped", "drained=%s", drained ? "yes" : "no");
    return -1;
}

static void on_signal(void *arg)
{
    struct wg_service *service = arg;
    struct signalfd_siginfo info;
    if (read(service->signals, &info, sizeof info) != (ssize_t)sizeof info || service->draining)
        return;
    wg_log(WG_INFO, "stopping", "signal=%u", info.ssi_signo);
    service->draining = true;
    service->drain_until = wg_clock_mono() + DRAIN_MS * 1000;
    zloop_timer(service->loop, DRAIN_POLL_MS, 0, on_drain_poll, service);
}

static void free_lists(struct wg_service *service)
{
    while (service->soon != NULL) {
        struct soon *one = service->soon;
        service->soon = one->next;
        if (one->fn == free)
            free(one->arg);
        free(one);
    }
    struct hook *lists[] = { service->timers, service->watches };
    for (size_t i = 0; i < WG_COUNT(lists); i++) {
        while (lists[i] != NULL) {
            struct hook *next = lists[i]->next;
            free(lists[i]);
            lists[i] = next;
        }
    }
    while (service->parts != NULL) {
        struct part *next = service->parts->next;
        free(service->parts);
        service->parts = next;
    }
    while (service->drains != NULL) {
        struct drain *next = service->drains->next;
        free(service->drains);
        service->drains = next;
    }
}

/* At exit: connections and servers, destroyed when main returns, still speak to the service. */
static void end_service(void)
{
    close(the_service->signals);
    zloop_destroy(&the_service->loop);
    free_lists(the_service);
    free(the_service);
    the_service = NULL;
}

int wg_service_run(struct wg_service **service)
{
    struct wg_service *self = *service;
    wg_service_watch(self, self->signals, false, on_signal, self);
    wg_service_part(self, "start", NULL);
    wg_log(WG_INFO, "started", "version=%s pid=%d", self->settings.version, getpid());
    wg_log_flush();
    zloop_start(self->loop);
    wg_log_flush();
    return 0;
}
