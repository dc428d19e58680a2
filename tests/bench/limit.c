/* wangge-bench-limit: how many reports a second PostgreSQL can take through all our stages when
 * nothing else costs anything.
 *
 * Runs the services' own statements from their own files, with ready parameters (those of cases
 * that our services opened): insert, read, open, take notices, fold. Batches go from stage to stage
 * as in the house, but nothing is decided, parsed or answered. A few connections a stage, two
 * flights on the wire each, so that PostgreSQL never waits for us.
 *
 * Our services must be down while it runs: they would take its work away. Everything it began is
 * handled and folded when it ends, and counts. Prints one JSON object. */
#include <err.h>
#include <getopt.h>
#include <stdio.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/resource.h>

#include "common/clock.h"
#include "common/memory.h"

#include "tests/bench/folder.h"
#include "tests/bench/rows.h"

enum { BLOCK = 1000, EVENTS = 32, GATHER = 5000, RULES_MOST = 32, LANES_MOST = 8, WAIT_MS = 5 };
enum stage { INSERT, READ, OPEN, TAKE, STAGES };

static const struct {
    const char *name, *path;
} statements[STAGES] = {
    [INSERT] = { "insert", "services/intake/sql/insert_reports.sql" },
    [READ] = { "read", "services/triage/sql/read_reports.sql" },
    [OPEN] = { "open", "services/triage/sql/open_cases.sql" },
    [TAKE] = { "take", "services/notification/sql/take_notices.sql" },
};

struct batch {
    struct rows_slice slice;
    struct batch *next;
};

struct limit {
    const char *conninfo, *top;
    size_t batch_size;
    double seconds;
    const char *rules[RULES_MOST]; /* of notices; all have the channel inbox */
    size_t n_rules;

    int epoll;
    struct rows rows;
    struct lane lanes[STAGES][LANES_MOST];
    size_t n_lanes[STAGES];
    struct folder folder;
    struct batch *waiting[STAGES], **last[STAGES];
    size_t open, open_most, at; /* batches; where in the rows the next begins */
    int64_t end, next_id, last_id;
    uint64_t done[STAGES], deliveries;
};

/* ---- batches */

static void line_up(struct limit *limit, enum stage stage, struct batch *batch)
{
    batch->next = NULL;
    *limit->last[stage] = batch;
    limit->last[stage] = &batch->next;
}

static struct batch *next_waiting(struct limit *limit, enum stage stage)
{
    struct batch *batch = limit->waiting[stage];
    if (batch == NULL)
        return NULL;
    limit->waiting[stage] = batch->next;
    if (batch->next == NULL)
        limit->last[stage] = &limit->waiting[stage];
    return batch;
}

static void take_block(struct limit *limit, PGconn *connection)
{
    PGresult *result =
        PQexec(connection, "SELECT nextval('report_ids') FROM generate_series(1, 1000)");
    if (PQresultStatus(result) != PGRES_TUPLES_OK)
        errx(1, "ids: %s", PQerrorMessage(connection));
    /* Blocks follow each other while nobody else takes any. */
    limit->next_id = strtoll(PQgetvalue(result, 0, 0), NULL, 10);
    limit->last_id = strtoll(PQgetvalue(result, PQntuples(result) - 1, 0), NULL, 10) + BLOCK;
    if (limit->last_id - limit->next_id != (int64_t)PQntuples(result) * BLOCK)
        errx(1, "somebody else takes ids: our services must be down");
    PQclear(result);
}

static struct batch *new_batch(struct limit *limit)
{
    struct batch *batch = wg_new(sizeof *batch);
    batch->slice = (struct rows_slice){
        .rows = &limit->rows, .at = limit->at, .first = limit->next_id, .n = limit->batch_size
    };
    limit->at = (limit->at + limit->batch_size) % limit->rows.n;
    limit->next_id += (int64_t)limit->batch_size;
    if (limit->next_id > limit->last_id)
        errx(1, "out of ids");
    limit->open++;
    return batch;
}

/* ---- stages */

static void put_rules(const struct limit *limit, struct wg_params *params, size_t n)
{
    struct wg_column *names = wg_column_new(WG_STRING);
    for (size_t i = 0; i < n; i++)
        wg_column_text(names, limit->rules[i]);
    wg_params_array(params, &names);
}

static struct wg_params *parameters(const struct limit *limit, enum stage stage,
                                    const struct rows_slice *slice)
{
    int64_t now = wg_clock_now();
    if (stage == INSERT)
        return rows_reports(slice, now);
    if (stage == OPEN)
        return rows_cases(slice, now);
    struct wg_params *params = rows_ids(slice);
    if (stage == READ)
        return params;
    wg_params_time(params, now);
    put_rules(limit, params, limit->n_rules);
    put_rules(limit, params, limit->n_rules);
    put_rules(limit, params, 0); /* mail is off in the bench */
    put_rules(limit, params, 0);
    wg_params_null(params);
    wg_params_null(params);
    return params;
}

static struct limit *limit_of(const struct lane *lane)
{
    return lane->arg;
}

static enum stage stage_of(const struct lane *lane)
{
    return (enum stage)((size_t)(lane - &limit_of(lane)->lanes[0][0]) / LANES_MOST);
}

static void row_set(struct lane *lane, void *item, const PGresult *rows)
{
    const struct batch *batch = item;
    enum stage stage = stage_of(lane);
    if (stage != TAKE && (size_t)PQntuples(rows) != batch->slice.n)
        errx(1, "%s: %d rows of %zu", lane->name, PQntuples(rows), batch->slice.n);
    if (stage == TAKE && PQntuples(rows) > 0)
        limit_of(lane)->deliveries += (uint64_t)wg_get_i64(rows, 0, 6);
}

static void landed(struct lane *lane, void *item)
{
    struct limit *limit = limit_of(lane);
    struct batch *batch = item;
    enum stage stage = stage_of(lane);
    limit->done[stage] += batch->slice.n;
    if (stage != TAKE) {
        line_up(limit, stage + 1, batch);
        return;
    }
    limit->open--;
    free(batch);
}

static void feed(struct limit *limit, enum stage stage, bool more)
{
    for (size_t i = 0; i < limit->n_lanes[stage]; i++) {
        struct lane *lane = &limit->lanes[stage][i];
        if (lane->flying == LANE_DEPTH)
            continue;
        struct batch *batch = stage != INSERT                          ? next_waiting(limit, stage)
                              : more && limit->open < limit->open_most ? new_batch(limit)
                                                                       : NULL;
        if (batch == NULL)
            continue;
        struct wg_params *params = parameters(limit, stage, &batch->slice);
        lane_add(lane, statements[stage].name, &params);
        lane_send(lane, batch);
    }
}

/* ---- the run */

static bool turn(struct limit *limit)
{
    struct epoll_event events[EVENTS];
    bool more = wg_clock_mono() < limit->end;
    uint64_t unfolded = limit->done[OPEN] - limit->folder.folded;
    if (!more && limit->open == 0 && unfolded == 0)
        return false;
    for (enum stage stage = INSERT; stage < STAGES; stage++)
        feed(limit, stage, more);
    if (unfolded >= GATHER || (!more && limit->open == 0))
        folder_begin(&limit->folder);
    int n = epoll_wait(limit->epoll, events, EVENTS, WAIT_MS);
    for (int i = 0; i < n; i++)
        lane_turn(events[i].data.ptr);
    return true;
}

static void open_lanes(struct limit *limit)
{
    limit->epoll = epoll_create1(EPOLL_CLOEXEC);
    for (enum stage stage = INSERT; stage < STAGES; stage++) {
        limit->last[stage] = &limit->waiting[stage];
        for (size_t i = 0; i < limit->n_lanes[stage]; i++) {
            struct lane *lane = &limit->lanes[stage][i];
            *lane = (struct lane){
                .name = statements[stage].name, .arg = limit, .row_set = row_set, .landed = landed
            };
            lane_open(lane, limit->conninfo, limit->epoll);
            lane_prepare(lane, statements[stage].name, limit->top, statements[stage].path);
            limit->open_most += LANE_DEPTH + 1;
        }
    }
    take_block(limit, limit->lanes[INSERT][0].connection);
    limit->rows = rows_read(limit->lanes[INSERT][0].connection);
    folder_open(&limit->folder, limit->conninfo, limit->top, limit->epoll);
}

static void say(const struct limit *limit, double seconds)
{
    struct rusage used;
    getrusage(RUSAGE_SELF, &used);
    double cpu_us = (double)(used.ru_utime.tv_sec + used.ru_stime.tv_sec) * 1e6 +
                    (double)(used.ru_utime.tv_usec + used.ru_stime.tv_usec);
    double cases = (double)limit->done[TAKE];
    printf("{\"batch\":%zu,\"seconds\":%.3f,\"cases\":%.0f,\"per_second\":%.1f,\"cpu_us\":%.0f,"
           "\"rows\":{\"reports\":%.3f,\"cases\":%.3f,\"deliveries\":%.3f,\"rollups\":%.3f},"
           "\"folds\":%llu}\n",
           limit->batch_size, seconds, cases, cases / seconds, cpu_us,
           (double)limit->done[INSERT] / cases, (double)limit->done[OPEN] / cases,
           (double)limit->deliveries / cases, (double)limit->folder.rows / cases,
           (unsigned long long)limit->folder.batches);
}

static void read_rules(struct limit *limit, char *list)
{
    char *rest = list;
    for (char *name = strtok_r(list, ",", &rest); name != NULL && limit->n_rules < RULES_MOST;
         name = strtok_r(NULL, ",", &rest))
        limit->rules[limit->n_rules++] = name;
}

static void usage(void)
{
    fputs("wangge-bench-limit --db CONNINFO --top CHECKOUT --rules NAME,NAME… [--batch 100]\n"
          "    [--seconds 5] [--lanes INSERT,READ,OPEN,TAKE]\n",
          stderr);
    exit(2);
}

static void read_options(int argc, char **argv, struct limit *limit)
{
    static const struct option options[] = {
        { "db", required_argument, NULL, 'd' },
        { "top", required_argument, NULL, 't' },
        { "rules", required_argument, NULL, 'r' },
        { "batch", required_argument, NULL, 'b' },
        { "lanes", required_argument, NULL, 'l' },
        { "seconds", required_argument, NULL, 's' },
        { NULL, 0, NULL, 0 },
    };
    size_t *n = limit->n_lanes;
    for (int option; (option = getopt_long(argc, argv, "", options, NULL)) != -1;) {
        if (option == 'd')
            limit->conninfo = optarg;
        else if (option == 't')
            limit->top = optarg;
        else if (option == 'r')
            read_rules(limit, optarg);
        else if (option == 'b')
            limit->batch_size = strtoul(optarg, NULL, 10);
        else if (option == 's')
            limit->seconds = strtod(optarg, NULL);
        else if (option != 'l' || sscanf(optarg, "%zu,%zu,%zu,%zu", n, n + 1, n + 2, n + 3) != 4)
            usage();
    }
    for (enum stage stage = INSERT; stage < STAGES; stage++)
        if (n[stage] < 1 || n[stage] > LANES_MOST)
            usage();
    if (limit->conninfo == NULL || limit->top == NULL || limit->n_rules == 0)
        usage();
}

int main(int argc, char **argv)
{
    static struct limit limit = { .batch_size = 100, .seconds = 5, .n_lanes = { 2, 1, 2, 1 } };
    read_options(argc, argv, &limit);
    open_lanes(&limit);
    int64_t begin = wg_clock_mono();
    limit.end = begin + (int64_t)(limit.seconds * 1e6);
    while (turn(&limit))
        ;
    say(&limit, (double)(wg_clock_mono() - begin) / 1e6);
    folder_close(&limit.folder);
    for (enum stage stage = INSERT; stage < STAGES; stage++)
        for (size_t i = 0; i < limit.n_lanes[stage]; i++)
            lane_close(&limit.lanes[stage][i]);
    rows_destroy(&limit.rows);
    return 0;
}
