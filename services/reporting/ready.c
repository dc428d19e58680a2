/* GET /readyz: whether each kind of service has an instance that lives and can work. */
#include <stdio.h>
#include <string.h>

#include "common/clock.h"

#include "services/reporting/answer.h"
#include "services/reporting/ask.h"
#include "services/reporting/reporting.h"
#include "services/reporting/store.h"

static const int64_t SEEN_WITHIN = 5 * WG_SECOND;
static const char MAIL_NOTE[] = "mail=";
static const char *const kinds[] = { "bus",    "registry",     "intake",
                                     "triage", "notification", "reporting" };

static struct json_object *instance(const PGresult *rows, int row)
{
    struct json_object *item = json_object_new_object();
    answer_text(item, "kind", wg_get_text(rows, row, INSTANCE_KIND));
    json_object_object_add(item, "id", json_object_new_int64(wg_get_i64(rows, row, INSTANCE_ID)));
    answer_text(item, "version", wg_get_text(rows, row, INSTANCE_VERSION));
    answer_bool(item, "ready", wg_get_bool(rows, row, INSTANCE_READY));
    answer_text(item, "reason", wg_get_text(rows, row, INSTANCE_REASON));
    return item;
}

static bool has_ready(const PGresult *rows, const char *kind)
{
    for (int row = 0; row < PQntuples(rows); row++)
        if (strcmp(wg_get_text(rows, row, INSTANCE_KIND), kind) == 0 &&
            wg_get_bool(rows, row, INSTANCE_READY))
            return true;
    return false;
}

/* Why the instances of a kind that were seen cannot work; nothing where none was seen. */
static void add_fault(struct wg_problem *problem, const PGresult *rows, const char *kind)
{
    char pointer[40], text[300];
    snprintf(pointer, sizeof pointer, "/%s", kind);
    for (int row = 0; row < PQntuples(rows); row++) {
        const char *reason = wg_get_text(rows, row, INSTANCE_REASON);
        if (strcmp(wg_get_text(rows, row, INSTANCE_KIND), kind) != 0)
            continue;
        snprintf(text, sizeof text, "%s-%d: %s", kind, (int)wg_get_i64(rows, row, INSTANCE_ID),
                 reason == NULL ? "not ready" : reason);
        wg_problem_error(problem, pointer, text, text);
        return;
    }
    wg_problem_error(problem, pointer, "没有正在运行的实例", "No instance was seen within 5 s");
}

static void reply_missing(struct wg_request *request, const PGresult *rows)
{
    struct wg_problem *problem =
        wg_problem_new(503, "not-ready", "有服务未就绪", "Some services are not ready");
    struct json_object *missing = json_object_new_array();
    for (size_t i = 0; i < WG_COUNT(kinds); i++) {
        if (has_ready(rows, kinds[i]))
            continue;
        json_object_array_add(missing, json_object_new_string(kinds[i]));
        add_fault(problem, rows, kinds[i]);
    }
    wg_problem_member(problem, "missing", &missing);
    wg_reply_problem(request, &problem);
}

/* Notification notes whether it has a mail server; the inbox needs nothing but itself. */
static struct json_object *channels(const PGresult *rows)
{
    struct json_object *item = json_object_new_object();
    answer_text(item, "inbox", "on");
    for (int row = 0; row < PQntuples(rows); row++) {
        const char *note = wg_get_text(rows, row, INSTANCE_REASON);
        if (note != NULL && strncmp(note, MAIL_NOTE, sizeof MAIL_NOTE - 1) == 0)
            answer_text(item, "mail", note + sizeof MAIL_NOTE - 1);
    }
    return item;
}

static void ready_landed(struct wg_flight *flight, void *arg)
{
    WG_AUTO(ask_destroy) struct ask *ask = arg;
    if (ask_failed(ask, flight))
        return;
    const PGresult *rows = wg_flight_result(flight, 0);
    for (size_t i = 0; i < WG_COUNT(kinds); i++) {
        if (!has_ready(rows, kinds[i])) {
            reply_missing(ask->request, rows);
            return;
        }
    }
    struct json_object *body = json_object_new_object(), *services = json_object_new_array();
    answer_bool(body, "ready", true);
    for (int row = 0; row < PQntuples(rows); row++)
        json_object_array_add(services, instance(rows, row));
    json_object_object_add(body, "services", services);
    json_object_object_add(body, "channels", channels(rows));
    wg_reply_json(ask->request, 200, &body);
}

void ready_handle(struct wg_request *request, void *arg)
{
    WG_AUTO(ask_destroy) struct ask *ask = ask_new(sizeof *ask, arg, request);
    if (!wg_db_ready(store_reader(
            ask->app->store))) { /* nobody waits for a database to learn that it is away */
        wg_reply_refusal(request, 503, "not-ready", "数据库不可用", "The database is away");
        return;
    }
    WG_AUTO(wg_flight_destroy) struct wg_flight *flight = ask_flight(ask, ready_landed);
    store_read_instances(flight, wg_clock_now() - SEEN_WITHIN);
    ask_send(&ask, &flight);
}
