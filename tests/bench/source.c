/* wangge-bench-source: a load of reports, or of staff's actions (--people), over kept-alive
 * connections, one thread, one epoll.
 *
 * Open loop (--rate): the k-th request is due at k/rate, whether or not earlier ones were answered;
 * latency counts from the moment it was due, so a house that stalls cannot hide it. A request that
 * is due waits for a free connection; at the end, what was due and is not answered is the source's
 * part of the backlog. Of people, who has rested longest acts next. Closed loop (no --rate): every
 * connection sends as soon as it is answered, to fill a database or to see how much goes through at
 * most.
 *
 * Prints one JSON object. Not here: judging answers beyond their status; ops/bench asks the
 * database. */
#include <arpa/inet.h>
#include <err.h>
#include <errno.h>
#include <getopt.h>
#include <netinet/tcp.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

#include "common/clock.h"
#include "common/memory.h"

#include "tests/bench/people.h"
#include "tests/bench/requests.h"

enum { EVENTS = 256, ANSWER_FIRST = 16384, GRACE_US = 5000000, TICK_US = 250 };

struct connection {
    int fd;
    bool busy;
    const struct request *request;
    size_t sent;
    int64_t due;
    char *answer;
    size_t length, room;
};

struct source {
    struct requests_wish wish;
    struct requests requests;
    const char *staff; /* a file; NULL: reports are sent */
    struct people *people;
    double rate;             /* reports a second; 0: closed loop */
    int64_t most;            /* reports in all; 0: no limit */
    double seconds, warm_up; /* of sending, and how many of them are not counted */
    size_t n_connections, n_idle, idle_first;
    struct connection *connections;
    struct connection **idle; /* a ring */
    int epoll;
    int64_t begin, end; /* wg_clock_mono */
    int64_t begun;      /* requests sent or being sent */
    uint64_t accepted, unavailable, other, counted, lost, out_of_work;
    uint32_t *latencies; /* of requests, microseconds */
    size_t n_latencies, room_latencies;
};

/* ---- connections */

static void open_connection(struct source *source, struct connection *connection)
{
    const struct sockaddr_in address = { .sin_family = AF_INET,
                                         .sin_port = htons((uint16_t)source->wish.port),
                                         .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
    struct epoll_event event = { .events = EPOLLIN, .data.ptr = connection };
    int on = 1;
    connection->fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (connection->fd < 0 ||
        connect(connection->fd, (const struct sockaddr *)&address, sizeof address) != 0)
        err(1, "connect to port %d", source->wish.port);
    setsockopt(connection->fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    if (epoll_ctl(source->epoll, EPOLL_CTL_ADD, connection->fd, &event) != 0)
        err(1, "epoll_ctl");
}

static void rest(struct source *source, struct connection *connection)
{
    connection->busy = false;
    connection->length = 0;
    size_t end = (source->idle_first + source->n_idle++) % source->n_connections;
    source->idle[end] = connection;
}

/* People take turns; reports take the connection that was used last. */
static struct connection *take_idle(struct source *source)
{
    size_t at = source->idle_first;
    source->n_idle--;
    if (source->people == NULL)
        return source->idle[(at + source->n_idle) % source->n_connections];
    source->idle_first = (at + 1) % source->n_connections;
    return source->idle[at];
}

/* The answer, if there was to be one, is lost. */
static void reopen(struct source *source, struct connection *connection)
{
    close(connection->fd);
    source->lost += connection->busy ? connection->request->reports : 0;
    open_connection(source, connection);
    if (connection->busy)
        rest(source, connection);
}

static void watch(struct source *source, struct connection *connection, uint32_t events)
{
    struct epoll_event event = { .events = events, .data.ptr = connection };
    if (epoll_ctl(source->epoll, EPOLL_CTL_MOD, connection->fd, &event) != 0)
        err(1, "epoll_ctl");
}

static void push(struct source *source, struct connection *connection)
{
    const struct request *request = connection->request;
    size_t before = connection->sent;
    ssize_t n = send(connection->fd, request->bytes + before, request->length - before,
                     MSG_NOSIGNAL | MSG_DONTWAIT);
    if (n < 0 && errno != EAGAIN) {
        reopen(source, connection);
        return;
    }
    connection->sent += n > 0 ? (size_t)n : 0;
    if (connection->sent < request->length)
        watch(source, connection, EPOLLIN | EPOLLOUT);
    else if (before > 0)
        watch(source, connection, EPOLLIN);
}

/* ---- when requests are due */

static int64_t each(const struct source *source)
{
    return source->people == NULL ? source->requests.of[0].reports : 1;
}

static const struct request *next_request(struct source *source,
                                          const struct connection *connection)
{
    if (source->people != NULL)
        return people_next(source->people, (size_t)(connection - source->connections));
    return &source->requests.of[(size_t)source->begun % source->requests.n];
}

static int64_t due_at(const struct source *source, int64_t k)
{
    if (source->rate <= 0)
        return source->begin;
    double reports = (double)k * (double)each(source);
    return source->begin + (int64_t)(reports * 1e6 / source->rate);
}

static bool over(const struct source *source, int64_t now)
{
    return now >= source->end || source->out_of_work == source->n_connections ||
           (source->most > 0 && source->begun * each(source) >= source->most);
}

static void send_due(struct source *source, int64_t now)
{
    while (source->n_idle > 0 && !over(source, now) && due_at(source, source->begun) <= now) {
        struct connection *connection = take_idle(source);
        connection->request = next_request(source, connection);
        if (connection->request == NULL) {
            source->out_of_work++;
            continue;
        }
        connection->due = source->rate > 0 ? due_at(source, source->begun) : now;
        connection->sent = 0;
        connection->busy = true;
        source->begun++;
        push(source, connection);
    }
}

/* ---- answers */

static void note(struct source *source, const struct connection *connection, int64_t now)
{
    if (connection->due < source->begin + (int64_t)(source->warm_up * 1e6))
        return;
    if (source->n_latencies == source->room_latencies) {
        source->room_latencies = source->room_latencies == 0 ? 65536 : 2 * source->room_latencies;
        source->latencies =
            wg_resize(source->latencies, source->room_latencies * sizeof *source->latencies);
    }
    source->latencies[source->n_latencies++] = (uint32_t)(now - connection->due);
}

static unsigned count_lines(const char *answer, const char *status)
{
    unsigned n = 0;
    for (const char *at = answer; (at = strstr(at, status)) != NULL; at++)
        n++;
    return n;
}

static void judge(struct source *source, const struct connection *connection, int64_t now)
{
    int status = atoi(connection->answer + strlen("HTTP/1.1 "));
    unsigned reports = connection->request->reports, accepted = 0, unavailable = 0;
    if (source->people != NULL) {
        size_t person = (size_t)(connection - source->connections);
        accepted = people_answered(source->people, person, connection->answer);
        unavailable = status == 503;
    } else if (status == 200) {
        accepted = count_lines(connection->answer, "\"status\":201");
        unavailable = count_lines(connection->answer, "\"status\":503");
    } else {
        accepted = status == 201 ? reports : 0;
        unavailable = status == 503 ? reports : 0;
    }
    if (accepted + unavailable < reports && source->other == 0)
        warnx("neither accepted nor 503: %.600s", connection->answer);
    source->accepted += accepted;
    source->unavailable += unavailable;
    source->other += reports - accepted - unavailable;
    if (now < source->end && now >= source->begin + (int64_t)(source->warm_up * 1e6))
        source->counted += accepted;
    if (accepted > 0)
        note(source, connection, now);
}

static bool complete(const struct connection *connection)
{
    const char *head_end = memmem(connection->answer, connection->length, "\r\n\r\n", 4);
    if (head_end == NULL)
        return false;
    size_t body = (size_t)(connection->answer + connection->length - (head_end + 4));
    const char *length =
        memmem(connection->answer, (size_t)(head_end - connection->answer), "Content-Length: ", 16);
    if (length != NULL)
        return body >= (size_t)strtoul(length + 16, NULL, 10);
    return body >= 5 &&
           memcmp(connection->answer + connection->length - 5, "0\r\n\r\n", 5) == 0; /* chunked */
}

static void take_answer(struct source *source, struct connection *connection)
{
    if (connection->room - connection->length < ANSWER_FIRST / 2) {
        connection->room = connection->room == 0 ? ANSWER_FIRST : 2 * connection->room;
        connection->answer = wg_resize(connection->answer, connection->room);
    }
    ssize_t n = recv(connection->fd, connection->answer + connection->length,
                     connection->room - connection->length - 1, MSG_DONTWAIT);
    if (n < 0 && errno == EAGAIN)
        return;
    if (n <= 0) {
        reopen(source, connection);
        return;
    }
    connection->length += (size_t)n;
    connection->answer[connection->length] = '\0';
    if (!connection->busy || !complete(connection))
        return;
    judge(source, connection, wg_clock_mono());
    rest(source, connection);
}

/* ---- the loop */

static void wait_and_take(struct source *source)
{
    struct epoll_event events[EVENTS];
    const struct timespec tick = { .tv_nsec = TICK_US * 1000 };
    int n = epoll_pwait2(source->epoll, events, EVENTS, &tick, NULL);
    for (int i = 0; i < n; i++) {
        struct connection *connection = events[i].data.ptr;
        if ((events[i].events & EPOLLOUT) != 0)
            push(source, connection);
        if ((events[i].events & (EPOLLIN | EPOLLHUP | EPOLLERR)) != 0)
            take_answer(source, connection);
    }
}

static int compare(const void *a, const void *b)
{
    uint32_t one = *(const uint32_t *)a, other = *(const uint32_t *)b;
    return (one > other) - (one < other);
}

static double quantile_ms(const struct source *source, double q)
{
    if (source->n_latencies == 0)
        return 0;
    size_t at = (size_t)(q * (double)(source->n_latencies - 1));
    return (double)source->latencies[at] / 1000;
}

static void run(struct source *source)
{
    int64_t now = wg_clock_mono();
    source->begin = now;
    source->end = now + (int64_t)(source->seconds * 1e6);
    while (!over(source, now)) {
        send_due(source, now);
        wait_and_take(source);
        now = wg_clock_mono();
    }
    source->end = now;
    /* What was due and has no answer at the end. */
    int64_t due = source->rate > 0 ? (int64_t)(source->rate * (double)(now - source->begin) / 1e6)
                                   : source->begun * each(source);
    int64_t unanswered = due - (int64_t)(source->accepted + source->unavailable + source->other);
    size_t working = source->n_connections - source->out_of_work;
    while (source->n_idle < working && wg_clock_mono() < now + GRACE_US)
        wait_and_take(source);
    source->lost += (working - source->n_idle) * (size_t)each(source);
    qsort(source->latencies, source->n_latencies, sizeof *source->latencies, compare);
    double seconds = (double)(now - source->begin) / 1e6 - source->warm_up;
    struct rusage used;
    getrusage(RUSAGE_SELF, &used);
    double cpu_us = (double)(used.ru_utime.tv_sec + used.ru_stime.tv_sec) * 1e6 +
                    (double)(used.ru_utime.tv_usec + used.ru_stime.tv_usec);
    printf("{\"seconds\":%.3f,\"accepted\":%llu,\"unavailable\":%llu,\"other\":%llu,\"lost\":%llu,"
           "\"unanswered\":%lld,\"per_second\":%.1f,\"p50_ms\":%.2f,\"p99_ms\":%.2f,"
           "\"max_ms\":%.2f,\"cpu_us\":%.0f,\"out_of_work\":%llu}\n",
           seconds, (unsigned long long)source->accepted, (unsigned long long)source->unavailable,
           (unsigned long long)source->other, (unsigned long long)source->lost,
           (long long)(unanswered < 0 ? 0 : unanswered), (double)source->counted / seconds,
           quantile_ms(source, 0.5), quantile_ms(source, 0.99), quantile_ms(source, 1), cpu_us,
           (unsigned long long)source->out_of_work);
}

static void usage(void)
{
    fputs("wangge-bench-source --port N --bodies FILE --key FILE [--connections 256] [--lines N]\n"
          "wangge-bench-source --port N --people FILE\n"
          "    [--rate REPORTS_A_SECOND] [--seconds S] [--warm-up S] [--most REPORTS]\n"
          "  --lines: uploads of so many lines instead of single reports\n"
          "  without --rate: closed loop\n",
          stderr);
    exit(2);
}

static void read_options(int argc, char **argv, struct source *source)
{
    static const struct option options[] = {
        { "port", required_argument, NULL, 'p' },
        { "bodies", required_argument, NULL, 'b' },
        { "people", required_argument, NULL, 'e' },
        { "key", required_argument, NULL, 'k' },
        { "connections", required_argument, NULL, 'c' },
        { "lines", required_argument, NULL, 'l' },
        { "rate", required_argument, NULL, 'r' },
        { "seconds", required_argument, NULL, 's' },
        { "warm-up", required_argument, NULL, 'w' },
        { "most", required_argument, NULL, 'm' },
        { NULL, 0, NULL, 0 },
    };
    for (int option; (option = getopt_long(argc, argv, "", options, NULL)) != -1;) {
        switch (option) {
        case 'p':
            source->wish.port = atoi(optarg);
            break;
        case 'b':
            source->wish.bodies = optarg;
            break;
        case 'e':
            source->staff = optarg;
            break;
        case 'k':
            source->wish.key = optarg;
            break;
        case 'c':
            source->n_connections = strtoul(optarg, NULL, 10);
            break;
        case 'l':
            source->wish.lines = (unsigned)strtoul(optarg, NULL, 10);
            break;
        case 'r':
            source->rate = strtod(optarg, NULL);
            break;
        case 's':
            source->seconds = strtod(optarg, NULL);
            break;
        case 'w':
            source->warm_up = strtod(optarg, NULL);
            break;
        case 'm':
            source->most = strtoll(optarg, NULL, 10);
            break;
        default:
            usage();
        }
    }
    bool reports = source->wish.bodies != NULL && source->wish.key != NULL;
    if (source->wish.port == 0 || (source->staff == NULL && !reports) || source->n_connections == 0)
        usage();
}

int main(int argc, char **argv)
{
    struct source source = { .n_connections = 256, .seconds = 3600 };
    read_options(argc, argv, &source);
    if (source.staff == NULL) {
        source.requests = requests_make(&source.wish);
    } else {
        source.people = people_new(source.staff, source.wish.port, (long)getpid());
        source.n_connections = people_count(source.people);
    }
    source.connections = wg_new_array(source.n_connections, sizeof *source.connections);
    source.idle = wg_new_array(source.n_connections, sizeof(struct connection *));
    source.epoll = epoll_create1(EPOLL_CLOEXEC);
    for (size_t i = 0; i < source.n_connections; i++) {
        open_connection(&source, &source.connections[i]);
        rest(&source, &source.connections[i]);
    }
    run(&source);
    for (size_t i = 0; i < source.n_connections; i++)
        free(source.connections[i].answer);
    free(source.connections);
    free(source.idle);
    free(source.latencies);
    requests_destroy(&source.requests);
    people_destroy(&source.people);
    return 0;
}
