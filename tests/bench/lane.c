#include "tests/bench/lane.h"

#include <err.h>
#include <stdio.h>
#include <string.h>
#include <sys/epoll.h>

#include "common/memory.h"
#include "common/params.h"
#include "common/text.h"

static void command(PGconn *connection, const char *sql)
{
    PGresult *result = PQexec(connection, sql);
    if (PQresultStatus(result) != PGRES_COMMAND_OK)
        errx(1, "%s: %s", sql, PQerrorMessage(connection));
    PQclear(result);
}

static void no_notice(void *arg, const PGresult *result)
{
    (void)arg;
    (void)result;
}

void lane_open(struct lane *lane, const char *conninfo, int epoll)
{
    struct epoll_event event = { .events = EPOLLIN, .data.ptr = lane };
    lane->connection = PQconnectdb(conninfo);
    lane->epoll = epoll;
    if (PQstatus(lane->connection) != CONNECTION_OK)
        errx(1, "%s: %s", lane->name, PQerrorMessage(lane->connection));
    PQsetNoticeReceiver(lane->connection, no_notice, NULL);
    command(lane->connection, "SET statement_timeout = '10s'");
    command(lane->connection, "SET lock_timeout = '2s'");
    command(lane->connection, "SET idle_in_transaction_session_timeout = '2s'");
    if (epoll_ctl(epoll, EPOLL_CTL_ADD, PQsocket(lane->connection), &event) != 0)
        err(1, "epoll_ctl");
}

void lane_close(struct lane *lane)
{
    PQfinish(lane->connection);
    lane->connection = NULL;
}

void lane_prepare(struct lane *lane, const char *name, const char *top, const char *path)
{
    char whole[1024], piece[4096];
    WG_AUTO(wg_text_destroy) struct wg_text sql = { 0 };
    snprintf(whole, sizeof whole, "%s/%s", top, path);
    FILE *file = fopen(whole, "re");
    if (file == NULL)
        err(1, "%s", whole);
    for (size_t n; (n = fread(piece, 1, sizeof piece, file)) > 0;)
        wg_text_add(&sql, piece, n);
    fclose(file);
    PGresult *result = PQprepare(lane->connection, name, sql.bytes, 0, NULL);
    if (PQresultStatus(result) != PGRES_COMMAND_OK)
        errx(1, "%s: %s", whole, PQerrorMessage(lane->connection));
    PQclear(result);
}

static void begin(struct lane *lane)
{
    if (PQpipelineStatus(lane->connection) != PQ_PIPELINE_OFF)
        return;
    if (PQenterPipelineMode(lane->connection) != 1 || PQsetnonblocking(lane->connection, 1) != 0)
        errx(1, "%s: no pipeline: %s", lane->name, PQerrorMessage(lane->connection));
}

void lane_add(struct lane *lane, const char *name, struct wg_params **params)
{
    const struct wg_params *sent = *params;
    const char *values[WG_PARAMS_MOST];
    int formats[WG_PARAMS_MOST];
    begin(lane);
    for (int i = 0; i < sent->n; i++) {
        const char *at = sent->bytes.bytes == NULL ? "" : sent->bytes.bytes + sent->offsets[i];
        values[i] = sent->lengths[i] < 0 ? NULL : at;
        formats[i] = 1;
    }
    if (PQsendQueryPrepared(lane->connection, name, sent->n, values, sent->lengths, formats, 1) !=
        1)
        errx(1, "%s: %s", lane->name, PQerrorMessage(lane->connection));
    wg_params_destroy(params);
}

static void flush(struct lane *lane)
{
    int unsent = PQflush(lane->connection);
    if (unsent < 0)
        errx(1, "%s: %s", lane->name, PQerrorMessage(lane->connection));
    if ((unsent == 1) == lane->writing)
        return;
    lane->writing = unsent == 1;
    struct epoll_event event = { .events = EPOLLIN | (lane->writing ? EPOLLOUT : 0),
                                 .data.ptr = lane };
    if (epoll_ctl(lane->epoll, EPOLL_CTL_MOD, PQsocket(lane->connection), &event) != 0)
        err(1, "epoll_ctl");
}

void lane_send(struct lane *lane, void *item)
{
    if (PQpipelineSync(lane->connection) != 1)
        errx(1, "%s: %s", lane->name, PQerrorMessage(lane->connection));
    lane->items[lane->flying++] = item;
    flush(lane);
}

static void take(struct lane *lane, PGresult *result)
{
    void *item = lane->items[0];
    switch (PQresultStatus(result)) {
    case PGRES_PIPELINE_SYNC:
        lane->flying--;
        memmove(lane->items, lane->items + 1, lane->flying * sizeof lane->items[0]);
        lane->landed(lane, item);
        break;
    case PGRES_TUPLES_OK:
    case PGRES_COMMAND_OK:
        lane->row_set(lane, item, result);
        break;
    default:
        errx(1, "%s: %s", lane->name, PQresultErrorMessage(result));
    }
    PQclear(result);
}

void lane_turn(struct lane *lane)
{
    if (PQconsumeInput(lane->connection) != 1)
        errx(1, "%s: %s", lane->name, PQerrorMessage(lane->connection));
    flush(lane);
    while (lane->flying > 0 && PQisBusy(lane->connection) == 0) {
        PGresult *result = PQgetResult(lane->connection);
        if (result != NULL) /* NULL stands between statements */
            take(lane, result);
    }
}
