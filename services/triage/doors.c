#include "services/triage/doors.h"

#include <stdio.h>
#include <string.h>

#include "common/query_code.h"
#include "common/service.h"

#include "services/triage/action.h"
#include "services/triage/clocks.h"
#include "triage_sql.h"

struct doors {
    struct wg_db *reads;
    struct actions *actions;
    const struct knowledge *knowledge;
    const struct loader *loader;
    struct wg_attempts *attempts; /* wrong query codes */
    uint8_t code_key[WG_SECRET_BYTES];
};

/* NULL: it was answered. */
static struct action *begin(struct wg_request *request, struct doors *doors)
{
    if (!loader_complete(doors->loader)) {
        wg_reply_refusal(request, 503, "starting", "系统正在启动", "The system is starting");
        return NULL;
    }
    struct action *action = wg_new(sizeof *action);
    action->owner = doors->actions;
    action->knowledge = doors->knowledge;
    action->request = request;
    action->caller = *wg_request_caller(request);
    action->only_list = strcmp(wg_request_method(request), "GET") == 0;
    action->reader = reply_list;
    return action;
}

/* The body, the key and If-Match of a POST. False: it was answered and freed. */
static bool take(struct action *action)
{
    if (action->only_list)
        return true;
    if (!action_key_fine(action->request) || !action_take_body(action)) {
        action_free(&action);
        return false;
    }
    action_take_match(action);
    return true;
}

static void go(struct action *action)
{
    if (!wg_may_touch(&action->caller, action->case_id, action->task)) {
        wg_reply_refusal(action->request, 403, "link-other-object", "此链接只能用于它所指的事项",
                         "This link opens only what it was made for");
        action_free(&action);
    } else if (action->case_id == 0) {
        reply_no_case(action);
        action_free(&action);
    } else if (take(action)) {
        actions_begin(action);
    }
}

void doors_case(struct wg_request *request, struct doors *doors)
{
    struct action *action = begin(request, doors);
    if (action == NULL)
        return;
    action->case_id = action_case_id(wg_request_param(request, "id"), NULL);
    go(action);
}

void doors_clocks(struct wg_request *request, struct doors *doors)
{
    struct action *action = begin(request, doors);
    if (action == NULL)
        return;
    action->reader = clocks_reply;
    action->case_id = action_case_id(wg_request_param(request, "id"), NULL);
    go(action);
}

void doors_task(struct wg_request *request, struct doors *doors)
{
    struct action *action = begin(request, doors);
    if (action == NULL)
        return;
    action->by_task = true;
    action->case_id = action_case_id(wg_request_param(request, "number"), &action->task);
    go(action);
}

/* ---- whoever said it: the code stands for the report, the report for its case */

static void case_found(struct wg_flight *flight, void *arg)
{
    struct action *action = arg;
    const PGresult *rows = wg_flight_result(flight, 0);
    if (rows == NULL) {
        reply_away(action);
        action_free(&action);
    } else if (PQntuples(rows) == 0) { /* accepted, and not yet taken up */
        wg_reply_refusal(action->request, 409, "not-yet", "正在受理，请稍后再试",
                         "It is being taken up; try again in a moment");
        action_free(&action);
    } else {
        action->case_id = wg_get_i64(rows, 0, 0);
        actions_begin(action);
    }
}

void doors_report(struct wg_request *request, struct doors *doors)
{
    char date[7];
    int64_t id;
    if (!wg_code_asked(doors->attempts, doors->code_key, request, false) ||
        wg_number_read(wg_request_param(request, "number"), &id, date) != 0)
        return;
    struct action *action = begin(request, doors);
    if (action == NULL)
        return;
    action->reporter = true;
    action->report_id = id;
    if (!take(action))
        return;
    WG_AUTO(wg_params_destroy) struct wg_params *params = wg_params_new();
    wg_params_i64(params, id);
    WG_AUTO(wg_flight_destroy) struct wg_flight *flight = wg_flight_new(case_found, action);
    wg_flight_add(flight, SQL_FIND_REPORT_CASE, &params);
    if (wg_db_send(doors->reads, &flight) == 0)
        return;
    reply_away(action);
    action_free(&action);
}

/* ---- life */

struct doors *doors_new(struct wg_service *service, struct wg_db *reads, struct actions *actions,
                        const struct knowledge *knowledge, const struct loader *loader,
                        const char *code_key_path)
{
    char path[512];
    struct doors *doors = wg_new(sizeof *doors);
    *doors = (struct doors){ .reads = reads,
                             .actions = actions,
                             .knowledge = knowledge,
                             .loader = loader,
                             .attempts = wg_attempts_new() };
    wg_crypto_start();
    snprintf(path, sizeof path, "%s/secrets/code.key", wg_service_settings(service)->home);
    if (wg_secret_read(code_key_path[0] == '\0' ? path : code_key_path, doors->code_key) != 0)
        wg_service_part(service, "code-key", "cannot be read");
    return doors;
}

void doors_destroy(struct doors **doors)
{
    if (*doors == NULL)
        return;
    wg_attempts_destroy(&(*doors)->attempts);
    free(*doors);
    *doors = NULL;
}
