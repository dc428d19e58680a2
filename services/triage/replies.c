#include <stdio.h>
#include <string.h>

#include "common/clock.h"
#include "common/json.h"
#include "common/text.h"

#include "services/triage/action.h"
#include "services/triage/moves.h"

static void put_etag(struct action *action, int32_t decided)
{
    char etag[24];
    snprintf(etag, sizeof etag, "\"%d\"", decided);
    wg_reply_header(action->request, "ETag", etag);
}

static struct json_object *text_or_null(const char *text)
{
    return text == NULL || text[0] == '\0' ? NULL : json_object_new_string(text);
}

static struct json_object *legal(const struct action *action)
{
    struct workflow_facts facts;
    const struct workflow_actor actor = action_actor(action);
    action_facts(action, &facts);
    const struct workflow_ask ask = { .before = &action->row.before,
                                      .task = action->task,
                                      .actor = &actor,
                                      .facts = &facts,
                                      .now = wg_clock_now() };
    return workflow_legal(action->workflow, &ask, wg_request_english(action->request));
}

void reply_list(struct action *action)
{
    struct json_object *body = json_object_new_object();
    json_object_object_add(body, "actions", legal(action));
    put_etag(action, action->row.before.decided);
    wg_reply_json(action->request, 200, &body);
}

void reply_no_case(struct action *action)
{
    if (action->by_task)
        wg_reply_refusal(action->request, 404, "unknown-task", "没有这个任务",
                         "There is no such task");
    else
        wg_reply_refusal(action->request, 404, "unknown-case", "没有这个事件",
                         "There is no such case");
}

void reply_away(struct action *action)
{
    wg_reply_refusal(action->request, 503, "database-away", "数据库暂不可用，请用同一幂等键重试",
                     "The database is away; try again with the same idempotency key");
}

void reply_not_storable(struct action *action)
{
    wg_reply_refusal(action->request, 422, "not-storable", "内容无法保存",
                     "The content cannot be stored");
}

void reply_key_reused(struct action *action)
{
    wg_reply_refusal(action->request, 422, "idempotency-key-reused", "同一幂等键已用于另一操作",
                     "The same idempotency key was used with another body");
}

void reply_match_required(struct action *action)
{
    put_etag(action, action->row.before.decided);
    wg_reply_refusal(action->request, 428, "if-match-required", "需要 If-Match(事件的 ETag)",
                     "If-Match (the case's ETag) is required");
}

/* The names of what is legal, as a member of the problem. */
static void put_legal(struct wg_problem *problem, const struct action *action)
{
    WG_AUTO(wg_json_put) struct json_object *list = legal(action);
    struct json_object *names = json_object_new_array();
    for (size_t i = 0; i < json_object_array_length(list); i++)
        json_object_array_add(
            names, json_object_get(wg_json_get(json_object_array_get_idx(list, i), "action")));
    wg_problem_member(problem, "legal", &names);
}

void reply_illegal(struct action *action)
{
    struct wg_problem *problem = wg_problem_new(409, "illegal-action", "当前状态下不能这样做",
                                                "This cannot be done in the case's state");
    put_legal(problem, action);
    wg_reply_problem(action->request, &problem);
}

void reply_forbidden(struct action *action)
{
    wg_reply_refusal(action->request, 403, "not-yours", "您无权办理此操作",
                     "This action is not yours to take");
}

void reply_guard(struct action *action, const char *why)
{
    WG_AUTO(wg_text_destroy) struct wg_text zh = { 0 };
    WG_AUTO(wg_text_destroy) struct wg_text en = { 0 };
    workflow_guard_words(action->workflow, why, false, &zh);
    workflow_guard_words(action->workflow, why, true, &en);
    struct wg_problem *problem = wg_problem_new(409, "guard", zh.bytes, en.bytes);
    put_legal(problem, action);
    wg_reply_problem(action->request, &problem);
}

void reply_stale(struct action *action, const PGresult *events)
{
    struct wg_problem *problem = wg_problem_new(412, "stale", "事件已有变化，请看之后发生了什么",
                                                "The case has moved on; see what happened since");
    struct json_object *list = json_object_new_array();
    for (int row = 0; row < PQntuples(events); row++) {
        struct json_object *event = json_object_new_object();
        json_object_object_add(event, "n", json_object_new_int64(wg_get_i64(events, row, 0)));
        json_object_object_add(event, "type", json_object_new_string(wg_get_text(events, row, 1)));
        json_object_object_add(event, "at",
                               json_object_new_string(wg_time_string(wg_get_time(events, row, 2))));
        json_object_object_add(event, "actor", text_or_null(wg_get_text(events, row, 3)));
        json_object_object_add(event, "state", json_object_new_string(wg_get_text(events, row, 4)));
        json_object_array_add(list, event);
    }
    wg_problem_member(problem, "since", &list);
    put_etag(action, action->row.before.decided);
    wg_reply_problem(action->request, &problem);
}

/* What an action did, wherever it is known from. */
struct outcome {
    int32_t n, decided;
    const char *type, *state, *level, *area, *category, *holder, *party;
    int64_t at, due_at; /* due_at 0 = none */
};

static struct json_object *case_of(const struct action *action, const struct outcome *outcome)
{
    char id[24];
    struct json_object *state = json_object_new_object();
    snprintf(id, sizeof id, "%lld", (long long)action->case_id);
    json_object_object_add(state, "id", json_object_new_string(id));
    json_object_object_add(state, "state", json_object_new_string(outcome->state));
    json_object_object_add(state, "level", json_object_new_string(outcome->level));
    json_object_object_add(state, "area", json_object_new_string(outcome->area));
    json_object_object_add(state, "category", text_or_null(outcome->category));
    json_object_object_add(state, "holder", text_or_null(outcome->holder));
    json_object_object_add(state, "party", text_or_null(outcome->party));
    json_object_object_add(
        state, "due_at",
        outcome->due_at == 0 ? NULL : json_object_new_string(wg_time_string(outcome->due_at)));
    return state;
}

static void reply_outcome(struct action *action, const struct outcome *outcome)
{
    struct json_object *body = json_object_new_object(), *event = json_object_new_object();
    json_object_object_add(event, "n", json_object_new_int64(outcome->n));
    json_object_object_add(event, "type", json_object_new_string(outcome->type));
    json_object_object_add(event, "at", json_object_new_string(wg_time_string(outcome->at)));
    json_object_object_add(body, "event", event);
    if (action->reporter) /* whose hands it is in is not theirs to know */
        json_object_object_add(body, "state", json_object_new_string(outcome->state));
    else
        json_object_object_add(body, "case", case_of(action, outcome));
    put_etag(action, outcome->decided);
    wg_reply_json(action->request, 200, &body);
}

void reply_done(struct action *action, const PGresult *rows, int row)
{
    const struct workflow_case *after = &action->decision.after;
    const struct outcome outcome = {
        .n = (int32_t)wg_get_i64(rows, row, MOVED_N),
        .decided = after->decided,
        .type = action->decision.event,
        .state = after->state,
        .level = after->level,
        .area = after->area,
        .category = after->category,
        .holder = wg_get_text(rows, row, MOVED_HOLDER),
        .party = wg_get_text(rows, row, MOVED_PARTY),
        .at = wg_get_time(rows, row, MOVED_AT),
        .due_at = after->due_at,
    };
    reply_outcome(action, &outcome);
}

void reply_done_before(struct action *action, const PGresult *rows, bool replayed)
{
    const struct outcome outcome = {
        .n = (int32_t)wg_get_i64(rows, 0, 0),
        .decided = (int32_t)wg_get_i64(rows, 0, wg_get_bool(rows, 0, 3) ? 0 : 10),
        .type = wg_get_text(rows, 0, 1),
        .state = wg_get_text(rows, 0, 4),
        .level = wg_get_text(rows, 0, 5),
        .area = wg_get_text(rows, 0, 6),
        .category = wg_get_text(rows, 0, 7),
        .holder = wg_get_text(rows, 0, 8),
        .party = wg_get_text(rows, 0, 11),
        .at = wg_get_time(rows, 0, 2),
        .due_at = wg_get_time(rows, 0, 9),
    };
    if (replayed)
        wg_reply_header(action->request, "Idempotency-Replayed", "true");
    reply_outcome(action, &outcome);
}
