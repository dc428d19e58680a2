#include "services/triage/actions.h"

#include <stdio.h>
#include <string.h>

#include "common/batch.h"
#include "common/bus.h"
#include "common/clock.h"
#include "common/fault.h"
#include "common/json.h"
#include "common/log.h"
#include "common/metrics.h"
#include "common/service.h"
#include "common/text.h"

#include "services/triage/action.h"
#include "services/triage/facts.h"
#include "triage_sql.h"

enum { ROUNDS_MOST = 20, WEIGHT = 4000, SINCE_MOST = 50 };

struct actions {
    struct wg_service *service;
    struct wg_db *reads;
    struct wg_bus *bus;
    struct knowledge *knowledge;
    const struct loader *loader;
    struct wg_batch *batch;
    struct wg_metric *done, *again, *delay;
};

void action_free(struct action **action)
{
    if (*action == NULL)
        return;
    json_object_put((*action)->input);
    workflow_decision_clear(&(*action)->decision);
    free(*action);
    *action = NULL;
}

static bool has_post(const char *post, const char *area, const void *caller)
{
    return wg_has_post(caller, post, area);
}

struct workflow_actor action_actor(const struct action *action)
{
    return (struct workflow_actor){ action->caller.staff_id, has_post, &action->caller };
}

/* ---- one more reading on the way */

static void ask(struct action *action, int statement, struct wg_params **params, wg_landed *landed)
{
    WG_AUTO(wg_flight_destroy) struct wg_flight *flight = wg_flight_new(landed, action);
    wg_flight_add(flight, statement, params);
    if (wg_db_send(action->owner->reads, &flight) == 0)
        return;
    reply_away(action);
    action_free(&action);
}

/* NULL: it was answered with 503 and freed. */
static const PGresult *rows_of(struct wg_flight *flight, struct action **action)
{
    const PGresult *rows = wg_flight_result(flight, 0);
    if (rows != NULL)
        return rows;
    reply_away(*action);
    action_free(action);
    return NULL;
}

static void answer_landed(struct wg_flight *flight, void *arg)
{
    struct action *action = arg;
    const PGresult *rows = rows_of(flight, &action);
    if (rows == NULL)
        return;
    reply_done(action, rows, action->decision.data.length == 0);
    action_free(&action);
}

static void answer(struct action *action)
{
    WG_AUTO(wg_params_destroy) struct wg_params *params = wg_params_new();
    wg_params_i64(params, action->case_id);
    wg_params_i32(params, action->n);
    ask(action, SQL_READ_ANSWER, &params, answer_landed);
}

static void events_landed(struct wg_flight *flight, void *arg)
{
    struct action *action = arg;
    const PGresult *rows = rows_of(flight, &action);
    if (rows == NULL)
        return;
    reply_stale(action, rows);
    action_free(&action);
}

static void answer_stale(struct action *action)
{
    WG_AUTO(wg_params_destroy) struct wg_params *params = wg_params_new();
    wg_params_i64(params, action->case_id);
    wg_params_i32(params, action->match + 1);
    wg_params_i32(params, SINCE_MOST);
    ask(action, SQL_READ_EVENTS, &params, events_landed);
}

/* ---- deciding */

static void find_facts(struct action *action, struct workflow_facts *facts)
{
    struct knowledge *knowledge = action->owner->knowledge;
    const char *category = wg_json_text(action->input, "category"),
               *area = wg_json_text(action->input, "area");
    /* A place that the case has stands, unless another is chosen: borders never move a case. */
    bool keeps = area == NULL && strcmp(action->before.reason, "place") != 0 &&
                 strcmp(action->before.reason, "outside") != 0 &&
                 strcmp(action->before.reason, "grid") != 0;
    const struct facts_input input = {
        .category = category != NULL ? category : action->before.category,
        .area = area != NULL ? area : (keeps ? action->before.area : ""),
        .area_chosen = area != NULL,
        .has_point = action->has_point,
        .lat = action->lat,
        .lon = action->lon,
        .holder = action->holder,
        .reporter_has_mail = action->reporter_has_mail,
    };
    const struct facts_source source = { &knowledge->city, knowledge->map, action->workflow };
    facts_find(&source, &input, wg_clock_now(), facts);
}

/* Codes that the city does not have, before the engine is asked. */
static void judge_codes(struct action *action, struct wg_problem *problem)
{
    const struct city *city = &action->owner->knowledge->city;
    const char *category = wg_json_text(action->input, "category"),
               *area = wg_json_text(action->input, "area");
    if (category != NULL && city_category(city, category) == NULL)
        wg_problem_error(problem, "/category", "没有这个类别", "no such category");
    if (area != NULL && city_area_by_code(city, area) == NULL)
        wg_problem_error(problem, "/area", "没有这个区域", "no such area");
    else if (area != NULL && city_depth(city_area_by_code(city, area)->level) < city_depth("grid"))
        wg_problem_error(problem, "/area", "应是网格或微网格", "must be a grid or a micro-grid");
    if (wg_json_text(action->input, "holder") != NULL && action->holder == 0)
        wg_problem_error(problem, "/holder", "没有这个人员，或不在此处任职",
                         "no such person, or not with a post here");
}

static void write_down(struct action *action)
{
    if (wg_batch_add(action->owner->batch, action, WEIGHT) == 0)
        return;
    wg_reply_refusal(action->request, 503, "queue-full", "系统繁忙，请稍后重试",
                     "The queue is full; try again later");
    action_free(&action);
}

static void refuse(struct action *action, int refusal, const char *why, struct wg_problem **problem)
{
    switch (refusal) {
    case STEP_ILLEGAL:
        reply_illegal(action);
        break;
    case STEP_FORBIDDEN:
        reply_forbidden(action);
        break;
    case STEP_GUARD:
        reply_guard(action, why);
        break;
    case STEP_UNKNOWN:
        wg_problem_error(*problem, "/action", "没有这个操作", "there is no such action");
        wg_reply_problem(action->request, problem);
        break;
    default:
        wg_reply_problem(action->request, problem);
        break;
    }
    action_free(&action);
}

static void decide(struct action *action)
{
    struct workflow_facts facts;
    const char *why = NULL;
    const struct workflow_actor actor = action_actor(action);
    WG_AUTO(wg_problem_destroy)
    struct wg_problem *problem =
        wg_problem_new(422, "invalid-action", "操作内容有误", "The action has faults");
    judge_codes(action, problem);
    find_facts(action, &facts);
    const struct workflow_ask ask = { .before = &action->before,
                                      .action = action->name,
                                      .actor = &actor,
                                      .facts = &facts,
                                      .input = action->input,
                                      .now = wg_clock_now() };
    int refusal = workflow_step(action->workflow, &ask, &action->decision, problem, &why);
    if (refusal == 0)
        write_down(action);
    else
        refuse(action, refusal, why, &problem);
}

/* ---- the case as it stands */

/* True where the key has done something before: then it was answered, or is being answered. */
static bool answered_before(struct action *action, const PGresult *rows)
{
    size_t length;
    const void *body = wg_get_bytes(rows, 0, 24, &length);
    if (body == NULL)
        return false;
    if (length != WG_HASH_BYTES || memcmp(body, action->body, length) != 0) {
        reply_key_reused(action);
        action_free(&action);
        return true;
    }
    action->n = (int32_t)wg_get_i64(rows, 0, 25);
    if (action->rounds <= 1) /* else its own earlier try had won */
        workflow_decision_clear(&action->decision);
    answer(action);
    return true;
}

static void take_case(struct action *action, const PGresult *rows)
{
    bool there = PQntuples(rows) > 0 && wg_may_read(&action->caller, wg_get_text(rows, 0, 7));
    if (!there) {
        reply_no_case(action);
        action_free(&action);
        return;
    }
    if (!action->only_list && answered_before(action, rows))
        return;
    workflow_decision_clear(&action->decision);
    action_read(action, rows);
    action->workflow = knowledge_workflow(action->owner->knowledge, (int)wg_get_i64(rows, 0, 2));
    if (action->workflow == NULL) {
        reply_away(action); /* the version is being loaded */
        action_free(&action);
    } else if (action->only_list) {
        reply_list(action);
        action_free(&action);
    } else if (!action->has_match) {
        reply_match_required(action);
        action_free(&action);
    } else if (action->match != action->before.decided) {
        answer_stale(action);
    } else {
        decide(action);
    }
}

static void staff_landed(struct wg_flight *flight, void *arg)
{
    struct action *action = arg;
    const PGresult *staff = rows_of(flight, &action), *rows;
    if (staff == NULL)
        return;
    /* Whoever is chosen must have a post somewhere inside what the chooser may read. */
    char areas[400];
    wg_copy(areas, sizeof areas, PQntuples(staff) > 0 ? wg_get_text(staff, 0, 1) : "");
    for (char *code = strtok(areas, ","); code != NULL; code = strtok(NULL, ","))
        if (wg_may_read(&action->caller, code))
            action->holder = wg_get_i64(staff, 0, 0);
    rows = wg_flight_result(flight, 1);
    take_case(action, rows);
}

static void case_landed(struct wg_flight *flight, void *arg)
{
    struct action *action = arg;
    const PGresult *rows = rows_of(flight, &action);
    if (rows != NULL)
        take_case(action, rows);
}

static void read_case(struct action *action)
{
    const char *holder = wg_json_text(action->input, "holder");
    WG_AUTO(wg_flight_destroy)
    struct wg_flight *flight = wg_flight_new(holder == NULL ? case_landed : staff_landed, action);
    if (holder != NULL) {
        WG_AUTO(wg_params_destroy) struct wg_params *staff = wg_params_new();
        wg_params_text(staff, holder);
        wg_flight_add(flight, SQL_FIND_STAFF, &staff);
    }
    WG_AUTO(wg_params_destroy) struct wg_params *params = wg_params_new();
    wg_params_i64(params, action->case_id);
    wg_params_bytes(params, action->only_list ? NULL : action->key, sizeof action->key);
    wg_flight_add(flight, SQL_READ_CASE, &params);
    action->rounds++;
    if (action->rounds <= ROUNDS_MOST && wg_db_send(action->owner->reads, &flight) == 0)
        return;
    reply_away(action);
    action_free(&action);
}

/* ---- writing */

static int32_t written(const PGresult *rows, int64_t case_id)
{
    for (int row = 0; row < PQntuples(rows); row++)
        if (wg_get_i64(rows, row, 0) == case_id)
            return (int32_t)wg_get_i64(rows, row, 1);
    return 0;
}

static void done(const struct wg_flight *flight, void **items, size_t n, void *arg)
{
    struct actions *actions = arg;
    const PGresult *rows = wg_flight_result(flight, 1);
    int64_t ids[500];
    size_t told = 0;
    if (WG_FAULT(TRIAGE_AFTER_ACTION) < 0)
        wg_log(WG_WARNING, "fault-point", "point=triage.after_action_commit_before_reply");
    for (size_t i = 0; i < n; i++) {
        struct action *action = items[i];
        action->n = written(rows, action->case_id);
        if (action->n ==
            0) { /* the guard: somebody else was first; decide anew on what stands now */
            wg_count(actions->again, 1);
            read_case(action);
            continue;
        }
        wg_count(actions->done, 1);
        wg_observe(actions->delay, wg_clock_mono() - wg_request_started(action->request));
        wg_log_about(action->case_id, WG_INFO, "acted", "action=%s state=%s n=%d delay_us=%lld",
                     action->name, action->decision.after.state, action->n,
                     (long long)(wg_clock_mono() - wg_request_started(action->request)));
        if (action->decision.n_notices > 0)
            ids[told++] = action->case_id;
        answer(action);
    }
    if (told > 0)
        wg_bus_push(actions->bus, "notices", ids, told);
    if (PQntuples(rows) > 0)
        wg_bus_publish(actions->bus, (uint64_t)wg_get_i64(rows, 0, 2), (size_t)PQntuples(rows));
}

static void reject(void *item, const struct wg_flight *flight, void *arg)
{
    struct action *action = item;
    (void)arg;
    wg_log_about(action->case_id, WG_ERROR, "refused", "action=%s sqlstate=%s message=%s",
                 action->name, wg_flight_sqlstate(flight), wg_log_quote(wg_flight_message(flight)));
    if (wg_flight_outcome(flight) == WG_TIMEOUT)
        reply_away(action);
    else
        reply_not_storable(action);
    action_free(&action);
}

/* Of unknown fate: the key tells, when the case is read again. */
static bool again(const struct wg_flight *flight, void **items, size_t n, void *arg)
{
    (void)arg;
    if (wg_flight_outcome(flight) != WG_UNKNOWN)
        return false;
    for (size_t i = 0; i < n; i++)
        read_case(items[i]);
    return true;
}

static void expired(void *item, bool unknown, void *arg)
{
    struct action *action = item;
    (void)unknown;
    (void)arg;
    reply_away(action);
    action_free(&action);
}

static uint64_t key_of(const void *item)
{
    return (uint64_t)((const struct action *)item)->case_id;
}

/* ---- requests */

static struct action *begin(struct wg_request *request, struct actions *actions)
{
    struct action *action = wg_new(sizeof *action);
    action->owner = actions;
    action->request = request;
    action->caller = *wg_request_caller(request);
    action->case_id = action_case_id(wg_request_param(request, "id"));
    if (action->case_id != 0 && loader_complete(actions->loader))
        return action;
    if (action->case_id == 0)
        reply_no_case(action);
    else
        wg_reply_refusal(request, 503, "starting", "系统正在启动", "The system is starting");
    action_free(&action);
    return NULL;
}

void actions_get(struct wg_request *request, struct actions *actions)
{
    struct action *action = begin(request, actions);
    if (action == NULL)
        return;
    action->only_list = true;
    read_case(action);
}

void actions_post(struct wg_request *request, struct actions *actions)
{
    if (!action_key_fine(request))
        return;
    struct action *action = begin(request, actions);
    if (action == NULL)
        return;
    if (!action_take_body(action)) {
        action_free(&action);
        return;
    }
    action_take_match(action);
    read_case(action);
}

/* ---- life */

static bool drained(void *arg)
{
    const struct actions *actions = arg;
    return wg_batch_open(actions->batch) == 0;
}

struct actions *actions_new(struct wg_service *service, struct wg_db *reads, struct wg_db *writes,
                            struct wg_bus *bus, struct knowledge *knowledge,
                            const struct loader *loader)
{
    struct actions *actions = wg_new(sizeof *actions);
    *actions = (struct actions){
        .service = service, .reads = reads, .bus = bus, .knowledge = knowledge, .loader = loader
    };
    const struct wg_batch_rules rules = {
        .name = "actions",
        .key = key_of,
        .build = action_build,
        .done = done,
        .reject = reject,
        .again = again,
        .patience_ms = 5000,
        .expired = expired,
    };
    actions->done = wg_counter("wangge_actions_done_total", "actions that moved a case");
    actions->again =
        wg_counter("wangge_actions_again_total", "actions decided anew because somebody was first");
    actions->delay = wg_histogram("wangge_action_seconds", "from asked to committed");
    actions->batch = wg_batch_new(service, &rules, &writes, 1, actions);
    wg_service_on_drain(service, drained, actions);
    return actions;
}

void actions_destroy(struct actions **actions)
{
    if (*actions == NULL)
        return;
    wg_batch_destroy(&(*actions)->batch);
    free(*actions);
    *actions = NULL;
}
