#include "common/flight.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "common/params.h"

void wg_line_init(struct wg_line *line)
{
    *line = (struct wg_line){ .last = &line->first };
}

void wg_line_add(struct wg_line *line, struct wg_flight *flight)
{
    flight->next = NULL;
    *line->last = flight;
    line->last = &flight->next;
    line->n++;
}

struct wg_flight *wg_line_take(struct wg_line *line)
{
    struct wg_flight *flight = line->first;
    line->first = flight->next;
    if (line->first == NULL)
        line->last = &line->first;
    line->n--;
    return flight;
}

struct wg_flight *wg_flight_new(wg_landed *landed, void *arg)
{
    struct wg_flight *flight = wg_new(sizeof *flight);
    flight->landed = landed;
    flight->arg = arg;
    flight->outcome = WG_COMMITTED;
    return flight;
}

void wg_flight_destroy(struct wg_flight **flight)
{
    if (*flight == NULL)
        return;
    for (size_t i = 0; i < (*flight)->n; i++) {
        wg_params_destroy(&(*flight)->sent[i].params);
        PQclear((*flight)->sent[i].result);
    }
    free(*flight);
    *flight = NULL;
}

void wg_flight_add(struct wg_flight *flight, int statement, struct wg_params **params)
{
    if (flight->n == WG_STATEMENTS_MOST)
        abort();
    flight->sent[flight->n++] = (struct wg_sent){ .statement = statement, .params = *params };
    *params = NULL;
}

enum wg_outcome wg_flight_outcome(const struct wg_flight *flight)
{
    return flight->outcome;
}

const char *wg_flight_sqlstate(const struct wg_flight *flight)
{
    return flight->sqlstate;
}

const char *wg_flight_message(const struct wg_flight *flight)
{
    return flight->message;
}

const PGresult *wg_flight_result(const struct wg_flight *flight, size_t i)
{
    return flight->outcome == WG_COMMITTED && i < flight->n ? flight->sent[i].result : NULL;
}

void wg_flight_land(struct wg_flight *flight)
{
    flight->landed(flight, flight->arg);
    wg_flight_destroy(&flight);
}

void wg_flight_land_as(struct wg_flight *flight, enum wg_outcome outcome, const char *message)
{
    flight->outcome = outcome;
    if (flight->message[0] == '\0')
        snprintf(flight->message, sizeof flight->message, "%s", message);
    wg_flight_land(flight);
}

/* Who is to blame: "How we write" in docs/architecture.md. */
static enum wg_outcome blame(const char *sqlstate)
{
    static const struct {
        const char *prefix;
        enum wg_outcome outcome;
    } table[] = {
        { "22", WG_ITEM },       { "23", WG_ITEM },      { "54", WG_ITEM },
        { "57014", WG_TIMEOUT }, { "08", WG_NOBODY },    { "40", WG_NOBODY },
        { "53", WG_NOBODY },     { "55P03", WG_NOBODY }, { "57P", WG_NOBODY },
        { "25006", WG_NOBODY },  { "25P03", WG_NOBODY },
    };
    for (size_t i = 0; i < WG_COUNT(table); i++)
        if (strncmp(sqlstate, table[i].prefix, strlen(table[i].prefix)) == 0)
            return table[i].outcome;
    return WG_SERVICE;
}

void wg_flight_note_error(struct wg_flight *flight, const PGresult *result)
{
    if (flight->outcome != WG_COMMITTED)
        return;
    const char *sqlstate = PQresultErrorField(result, PG_DIAG_SQLSTATE);
    const char *message = PQresultErrorField(result, PG_DIAG_MESSAGE_PRIMARY);
    snprintf(flight->sqlstate, sizeof flight->sqlstate, "%s",
             sqlstate == NULL ? "08006" : sqlstate);
    snprintf(flight->message, sizeof flight->message, "%s",
             message == NULL ? "connection failed" : message);
    flight->outcome = blame(flight->sqlstate);
}

int wg_flight_send(const struct wg_flight *flight, PGconn *connection,
                   const struct wg_statement *statements)
{
    const char *values[WG_PARAMS_MOST];
    int formats[WG_PARAMS_MOST];
    for (size_t i = 0; i < flight->n; i++) {
        const struct wg_params *params = flight->sent[i].params;
        for (int p = 0; p < params->n; p++) {
            const char *at =
                params->bytes.bytes == NULL ? "" : params->bytes.bytes + params->offsets[p];
            values[p] = params->lengths[p] < 0 ? NULL : at;
            formats[p] = 1;
        }
        if (PQsendQueryPrepared(connection, statements[flight->sent[i].statement].name, params->n,
                                values, params->lengths, formats, 1) != 1)
            return -EIO;
    }
    return PQpipelineSync(connection) == 1 ? 0 : -EIO;
}
