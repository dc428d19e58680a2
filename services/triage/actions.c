#include "services/triage/actions.h"

#include <sodium.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "common/area.h"
#include "common/batch.h"
#include "common/bus.h"
#include "common/clock.h"
#include "common/fault.h"
#include "common/json.h"
#include "common/log.h"
#include "common/metrics.h"
#include "common/service.h"

#include "services/triage/action.h"
#include "services/triage/facts.h"
#include "services/triage/notices.h"
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
    json_object_put((*action)->before.clocks);
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
    reply_done(action, rows, action->decision.data == NULL);
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
        wg_problem_error(problem, "/holder", "没有这个人员,或不在此处任职",
                         "no such person, or not with a post here");
}

static void write_down(struct action *action)
{
    if (wg_batch_add(action->owner->batch, action, WEIGHT) == 0)
        return;
    wg_reply_refusal(action->request, 503, "queue-full", "系统繁忙,请稍后重试",
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

static void copy(char *to, size_t size, const char *from)
{
    snprintf(to, size, "%s", from == NULL ? "" : from);
}

/* Columns of read_case.sql. */
static void read_before(struct action *action, const PGresult *rows)
{
    struct workflow_case *before = &action->before;
    struct wg_json_verdict verdict;
    const char *clocks = wg_get_text(rows, 0, 20);
    json_object_put(before->clocks);
    *before = (struct workflow_case){
        .id = action->case_id,
        .version = (int32_t)wg_get_i64(rows, 0, 0),
        .decided = (int32_t)wg_get_i64(rows, 0, 1),
        .area_id = wg_get_i64(rows, 0, 6),
        .born_area_id = wg_get_i64(rows, 0, 8),
        .holder = wg_get_i64(rows, 0, 10),
        .party = (int32_t)wg_get_i64(rows, 0, 11),
        .resolver = wg_get_i64(rows, 0, 13),
        .training = wg_get_bool(rows, 0, 15),
        .restricted = wg_get_bool(rows, 0, 16),
        .opened_at = wg_get_time(rows, 0, 17),
        .due_at = wg_get_time(rows, 0, 18),
        .wake_at = wg_get_time(rows, 0, 19),
        .clocks = wg_json_parse(clocks, strlen(clocks), &verdict),
    };
    if (before->clocks == NULL)
        before->clocks = json_object_new_object();
    copy(before->state, sizeof before->state, wg_get_text(rows, 0, 3));
    copy(before->level, sizeof before->level, wg_get_text(rows, 0, 4));
    copy(before->grade, sizeof before->grade, wg_get_text(rows, 0, 5));
    copy(before->area, sizeof before->area, wg_get_text(rows, 0, 7));
    copy(before->category, sizeof before->category, wg_get_text(rows, 0, 9));
    copy(before->reason, sizeof before->reason, wg_get_text(rows, 0, 12));
    copy(before->outcome, sizeof before->outcome, wg_get_text(rows, 0, 14));
    action->has_point = !wg_is_null(rows, 0, 21);
    action->lat = wg_get_f64(rows, 0, 21);
    action->lon = wg_get_f64(rows, 0, 22);
    action->reporter_has_mail = wg_get_bool(rows, 0, 23);
    action->workflow = knowledge_workflow(action->owner->knowledge, (int)wg_get_i64(rows, 0, 2));
}

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
    read_before(action, rows);
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
    copy(areas, sizeof areas, PQntuples(staff) > 0 ? wg_get_text(staff, 0, 1) : "");
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

static void put_text(struct wg_column *column, const char *value)
{
    wg_column_text(column, value[0] == '\0' ? NULL : value);
}

static void put_id(struct wg_column *column, int64_t value)
{
    if (value == 0)
        wg_column_null(column);
    else
        wg_column_i64(column, value);
}

static void put_json(struct wg_column *column, struct json_object *value)
{
    wg_column_text(column, value == NULL
                               ? NULL
                               : json_object_to_json_string_ext(value, JSON_C_TO_STRING_PLAIN));
}

static void put_row(struct wg_column **c, const struct action *action)
{
    const struct workflow_case *after = &action->decision.after;
    wg_column_i64(c[0], action->case_id);
    wg_column_i64(c[1], action->before.version);
    wg_column_i64(c[2], action->decision.deciding);
    wg_column_text(c[3], after->state);
    wg_column_text(c[4], after->level);
    put_text(c[5], after->grade);
    wg_column_i64(c[6], after->area_id);
    wg_column_text(c[7], after->area);
    put_text(c[8], after->category);
    put_id(c[9], after->holder);
    put_text(c[10], after->reason);
    put_id(c[11], after->resolver);
    put_text(c[12], after->outcome);
    wg_column_i64(c[13], after->restricted);
    put_id(c[14], after->due_at);
    put_id(c[15], after->wake_at);
    put_json(c[16], after->clocks);
    wg_column_text(c[17], action->decision.event);
    put_id(c[18], action->caller.staff_id);
    put_json(c[19], action->decision.was);
    put_json(c[20], action->decision.data);
    wg_column_bytes(c[21], action->key, sizeof action->key);
    wg_column_bytes(c[22], action->body, sizeof action->body);
}

static void build(struct wg_flight *flight, void **items, size_t n, void *arg)
{
    static const enum wg_type types[] = {
        WG_I64,    WG_I32,    WG_BOOL,   WG_STRING, WG_STRING, WG_STRING, WG_I64,   WG_STRING,
        WG_STRING, WG_I64,    WG_STRING, WG_I64,    WG_STRING, WG_BOOL,   WG_TIME,  WG_TIME,
        WG_JSONB,  WG_STRING, WG_I64,    WG_JSONB,  WG_JSONB,  WG_BYTEA,  WG_BYTEA,
    };
    struct wg_column *columns[WG_COUNT(types)], *ids = wg_column_new(WG_I64);
    struct notice_columns notices;
    (void)arg;
    for (size_t i = 0; i < WG_COUNT(types); i++)
        columns[i] = wg_column_new(types[i]);
    notices_begin(&notices);
    for (size_t i = 0; i < n; i++) {
        const struct action *action = items[i];
        wg_column_i64(ids, action->case_id);
        put_row(columns, action);
        notices_put(&notices, &action->decision);
    }
    WG_AUTO(wg_params_destroy) struct wg_params *locks = wg_params_new();
    wg_params_array(locks, &ids);
    wg_flight_add(flight, SQL_LOCK_CASES, &locks);
    WG_AUTO(wg_params_destroy) struct wg_params *params = wg_params_new();
    for (size_t i = 0; i < WG_COUNT(types); i++)
        wg_params_array(params, &columns[i]);
    notices_end(&notices, params, wg_clock_now());
    wg_flight_add(flight, SQL_APPLY_STEPS, &params);
}

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
    reply_away(action);
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

/* "12" or its number with date and check digit. 0: neither. */
static int64_t case_id_of(const char *text)
{
    char date[7], *end;
    int64_t id;
    if (wg_number_read(text, &id, date) == 0)
        return id;
    id = strtoll(text, &end, 10);
    return *end == '\0' && id > 0 ? id : 0;
}

static struct action *begin(struct wg_request *request, struct actions *actions)
{
    struct action *action = wg_new(sizeof *action);
    action->owner = actions;
    action->request = request;
    action->caller = *wg_request_caller(request);
    action->case_id = case_id_of(wg_request_param(request, "id"));
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

/* "<n>" of If-Match; a list or a weak tag never matches. */
static void take_match(struct action *action)
{
    const char *given = wg_request_header(action->request, "If-Match");
    int n = 0, used = 0;
    action->has_match = given != NULL;
    bool right =
        given != NULL && sscanf(given, "\"%d\"%n", &n, &used) == 1 && given[used] == '\0' && n > 0;
    action->match = right ? n : 0;
}

static void take_key(struct action *action, const char *body, size_t length)
{
    const char *given = wg_request_header(action->request, "Idempotency-Key");
    char who[32];
    char random[24];
    if (given == NULL) { /* one of our own, so that an unknown fate can be asked about */
        randombytes_buf(random, sizeof random);
        wg_hash(action->key, NULL, random, sizeof random, NULL);
    } else {
        snprintf(who, sizeof who, "%lld", (long long)action->caller.key_id);
        wg_hash(action->key, NULL, who, strlen(who), given, strlen(given), NULL);
    }
    wg_hash(action->body, NULL, body, length, wg_request_path(action->request),
            strlen(wg_request_path(action->request)), NULL);
}

static bool take_body(struct action *action)
{
    size_t length;
    const char *type = wg_request_header(action->request, "Content-Type");
    if (type == NULL || strncasecmp(type, "application/json", 16) != 0) {
        wg_reply_refusal(action->request, 415, "unsupported-media-type", "请用 application/json",
                         "Send application/json");
        return false;
    }
    const char *body = wg_request_body(action->request, &length);
    action->input = wg_request_json(action->request);
    if (action->input == NULL)
        return false;
    const char *name = wg_json_text(action->input, "action");
    if (name == NULL || strlen(name) >= sizeof action->name) {
        struct wg_problem *problem =
            wg_problem_new(422, "invalid-action", "操作内容有误", "The action has faults");
        wg_problem_error(problem, "/action", "必填", "is required");
        wg_reply_problem(action->request, &problem);
        return false;
    }
    copy(action->name, sizeof action->name, name);
    json_object_object_del(action->input, "action");
    take_key(action, body, length);
    return true;
}

static bool key_fine(struct wg_request *request)
{
    const char *key = wg_request_header(request, "Idempotency-Key");
    if (key == NULL || (key[0] != '\0' && strlen(key) <= 200))
        return true;
    wg_reply_refusal(request, 400, "bad-idempotency-key", "Idempotency-Key 应为 1 至 200 字节",
                     "Idempotency-Key must have 1 to 200 bytes");
    return false;
}

void actions_post(struct wg_request *request, struct actions *actions)
{
    if (!key_fine(request))
        return;
    struct action *action = begin(request, actions);
    if (action == NULL)
        return;
    if (!take_body(action)) {
        action_free(&action);
        return;
    }
    take_match(action);
    read_case(action);
}

/* ---- the workflows themselves */

void actions_workflows(struct wg_request *request, struct actions *actions)
{
    struct json_object *body = json_object_new_object(), *items = json_object_new_array();
    const struct knowledge *knowledge = actions->knowledge;
    for (size_t i = 0; i < knowledge->n_workflows; i++) {
        struct json_object *item = json_object_new_object();
        struct json_object *title =
            wg_json_get(workflow_definition(knowledge->workflows[i]), "title");
        json_object_object_add(item, "name",
                               json_object_new_string(workflow_name(knowledge->workflows[i])));
        json_object_object_add(item, "version",
                               json_object_new_int(workflow_id(knowledge->workflows[i])));
        json_object_object_add(
            item, "title",
            json_object_get(wg_json_get(title, wg_request_english(request) ? "en" : "zh")));
        json_object_array_add(items, item);
    }
    json_object_object_add(body, "items", items);
    wg_reply_json(request, 200, &body);
}

void actions_workflow(struct wg_request *request, struct actions *actions)
{
    const struct workflow *found = NULL;
    const char *name = wg_request_param(request, "name");
    for (size_t i = 0; i < actions->knowledge->n_workflows; i++)
        if (strcmp(workflow_name(actions->knowledge->workflows[i]), name) == 0)
            found = actions->knowledge->workflows[i];
    if (found == NULL) {
        wg_reply_refusal(request, 404, "not-found", "没有这个流程", "There is no such workflow");
        return;
    }
    struct json_object *body = json_object_get(workflow_definition(found));
    wg_reply_json(request, 200, &body);
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
        .build = build,
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
