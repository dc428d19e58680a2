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
#include "services/triage/case_reads.h"
#include "services/triage/moves.h"
#include "triage_sql.h"

/* PACE_MS: a flight costs PostgreSQL as much as two actions; a lone one waits for nothing. */
enum { ROUNDS_MOST = 20, WEIGHT = 4000, SINCE_MOST = 50, PACE_MS = 8 };

struct actions {
    struct wg_service *service;
    struct wg_db *reads;
    struct case_reads *cases;
    struct wg_bus *bus;
    struct knowledge *knowledge;
    const struct loader *loader;
    struct wg_batch *batch;
    struct wg_metric *done, *again, *delay;
};

void action_forget(struct action *action)
{
    case_row_clear(&action->row);
    case_row_clear(&action->partner);
    workflow_decision_clear(&action->partner_decision);
    action->partner_id = 0;
    action->partner_workflow = NULL;
}

void action_free(struct action **action)
{
    if (*action == NULL)
        return;
    json_object_put((*action)->input);
    action_forget(*action);
    workflow_decision_clear(&(*action)->decision);
    free(*action);
    *action = NULL;
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
    reply_done_before(action, rows, action->decision.data.length == 0);
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

static void read_named(struct action *action);

static void write_down(struct action *action)
{
    if (wg_batch_add(action->owner->batch, action, WEIGHT) == 0)
        return;
    wg_reply_refusal(action->request, 503, "queue-full", "系统繁忙，请稍后重试",
                     "The queue is full; try again later");
    action_free(&action);
}

static void decide(struct action *action)
{
    if (action_decide(action))
        write_down(action);
    else
        action_free(&action);
}

/* ---- the case as it stands */

/* True where the key has done something before: then it was answered, or is being answered. */
static bool answered_before(struct action *action, const PGresult *rows, int row)
{
    enum { KEY_BODY = 25, KEY_N = 26 };
    size_t length;
    const void *body = wg_get_bytes(rows, row, KEY_BODY, &length);
    if (body == NULL)
        return false;
    if (length != WG_HASH_BYTES || memcmp(body, action->body, length) != 0) {
        reply_key_reused(action);
        action_free(&action);
        return true;
    }
    action->n = (int32_t)wg_get_i64(rows, row, KEY_N);
    if (action->rounds <= 1) /* else its own earlier try had won */
        workflow_decision_clear(&action->decision);
    answer(action);
    return true;
}

/* Notes need no If-Match: they decide nothing that somebody else could have decided meanwhile. */
static void judge_match(struct action *action)
{
    bool decides = workflow_decides(action->workflow, action->name, action->task);
    if (!action->has_match && decides && !action->reporter) {
        reply_match_required(action);
        action_free(&action);
    } else if (action->has_match && decides && action->match != action->row.before.decided) {
        answer_stale(action);
    } else {
        decide(action);
    }
}

static void names_landed(struct wg_flight *flight, void *arg)
{
    struct action *action = arg;
    const PGresult *staff = rows_of(flight, &action);
    if (staff == NULL)
        return;
    const PGresult *rows = wg_flight_result(flight, 1);
    action_take_names(action, staff);
    int row = case_row_find(rows, action->partner_id);
    if (row >= 0) {
        case_row_read(&action->partner, rows, row);
        if (action->partner.seen)
            action->partner_workflow =
                knowledge_workflow(action->knowledge, action->partner.workflow);
    }
    judge_match(action);
}

/* The other case that the action names; 0 = none. */
static int64_t partner_of(const struct action *action)
{
    const char *field = NULL, *attribute = NULL, *name = NULL;
    if (action->task != 0 ||
        !workflow_partner(action->workflow, action->name, &field, &attribute, &name))
        return 0;
    if (field == NULL) {
        const struct workflow_attribute *kept = workflow_attribute(&action->row.before, attribute);
        return kept == NULL ? 0 : kept->number;
    }
    const char *number = wg_json_text(action->input, field);
    return number == NULL ? 0 : action_case_id(number, NULL);
}

/* The case is there for the asker, and so is the task that is meant. */
static bool is_there(const struct action *action)
{
    bool task = action->task == 0;
    for (size_t i = 0; i < action->row.before.n_tasks; i++)
        task = task || action->row.before.tasks[i].k == action->task;
    return task && (action->reporter || action->row.seen);
}

static void take_case(struct action *action, const PGresult *rows, int row)
{
    action_forget(action);
    if (row >= 0)
        case_row_read(&action->row, rows, row);
    if (row < 0 || !is_there(action)) {
        reply_no_case(action);
        action_free(&action);
        return;
    }
    if (!action->only_list && answered_before(action, rows, row))
        return;
    workflow_decision_clear(&action->decision);
    action->workflow = knowledge_workflow(action->knowledge, action->row.workflow);
    if (action->workflow == NULL) {
        reply_away(action); /* the version is being loaded */
        action_free(&action);
        return;
    }
    if (action->only_list) {
        action->reader(action);
        action_free(&action);
        return;
    }
    action_collect_names(action);
    action->partner_id = partner_of(action);
    if (action->n_names == 0 && action->partner_id == 0)
        judge_match(action);
    else
        read_named(action);
}

static void case_landed(const PGresult *rows, int row, void *item)
{
    struct action *action = item;
    if (rows != NULL) {
        take_case(action, rows, row);
        return;
    }
    reply_away(action);
    action_free(&action);
}

static void send_off(struct action *action, struct wg_flight **flight)
{
    if (wg_db_send(action->owner->reads, flight) == 0)
        return;
    reply_away(action);
    action_free(&action);
}

static void read_named(struct action *action)
{
    WG_AUTO(wg_flight_destroy) struct wg_flight *flight = wg_flight_new(names_landed, action);
    WG_AUTO(wg_params_destroy) struct wg_params *params = wg_params_new();
    WG_AUTO(wg_params_destroy) struct wg_params *partner = wg_params_new();
    WG_AUTO(wg_text_destroy) struct wg_text sight = { 0 };
    struct wg_column *codes = wg_column_new(WG_STRING), *ids = wg_column_new(WG_I64),
                     *sights = wg_column_new(WG_STRING);
    for (size_t i = 0; i < action->n_names; i++)
        wg_column_text(codes, action->names[i].code);
    wg_params_array(params, &codes);
    wg_params_time(params, wg_clock_now());
    wg_params_i64(params, action->case_id);
    wg_flight_add(flight, SQL_FIND_STAFF, &params);
    wg_sight_write(&action->caller, &sight);
    wg_column_i64(ids, action->partner_id);
    wg_column_text(sights, sight.bytes);
    wg_params_array(partner, &ids);
    wg_params_null(partner);
    wg_params_array(partner, &sights);
    wg_flight_add(flight, SQL_READ_CASE, &partner);
    send_off(action, &flight);
}

static void read_case(struct action *action)
{
    WG_AUTO(wg_text_destroy) struct wg_text sight = { 0 };
    const uint8_t *key = action->only_list ? NULL : action->key;
    wg_sight_write(&action->caller, &sight);
    if (++action->rounds <= ROUNDS_MOST &&
        case_reads_ask(action->owner->cases, action->case_id, key, &sight, action) == 0)
        return;
    reply_away(action);
    action_free(&action);
}

/* ---- writing */

static void put_moves(struct moves *moves, const struct action *action)
{
    const struct move own = { .before = &action->row.before,
                              .decision = &action->decision,
                              .group = action->case_id,
                              .actor = action->caller.staff_id,
                              .key = action->key,
                              .body = action->body,
                              .input = action_words(action),
                              .splits = action->task == 0 &&
                                        workflow_flagged(action->workflow, action->name, "split") };
    const struct move other = { .before = &action->partner.before,
                                .decision = &action->partner_decision,
                                .group = action->case_id,
                                .actor = action->caller.staff_id };
    moves_put(moves, &own);
    if (action->partner_decision.data.length > 0)
        moves_put(moves, &other);
}

static void build(struct wg_flight *flight, void **items, size_t n, void *arg)
{
    WG_AUTO(wg_free) struct moves *moves = moves_new();
    (void)arg;
    for (size_t i = 0; i < n; i++)
        put_moves(moves, items[i]);
    moves_add(&moves, flight);
}

static void done(const struct wg_flight *flight, void **items, size_t n, void *arg)
{
    struct actions *actions = arg;
    const PGresult *rows = wg_flight_result(flight, MOVES_RESULT);
    int64_t ids[1000];
    size_t told = 0;
    if (WG_FAULT(TRIAGE_AFTER_ACTION) < 0)
        wg_log(WG_WARNING, "fault-point", "point=triage.after_action_commit_before_reply");
    for (size_t i = 0; i < n; i++) {
        struct action *action = items[i];
        int row = moves_row(rows, action->case_id);
        if (row < 0) { /* the guard: somebody else was first; decide anew on what stands now */
            wg_count(actions->again, 1);
            read_case(action);
            continue;
        }
        wg_count(actions->done, 1);
        wg_observe(actions->delay, wg_clock_mono() - wg_request_started(action->request));
        wg_log_about(action->case_id, WG_INFO, "acted", "action=%s state=%s n=%d delay_us=%lld",
                     action->name, action->decision.after.state, action->decision.after.version,
                     (long long)(wg_clock_mono() - wg_request_started(action->request)));
        if (action->decision.n_notices > 0)
            ids[told++] = action->case_id;
        if (action->partner_decision.n_notices > 0)
            ids[told++] = action->partner_id;
        reply_done(action, rows, row);
        action_free(&action);
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

void actions_begin(struct action *action)
{
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
        .pace_ms = PACE_MS,
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
    actions->cases = case_reads_new(service, reads, case_landed);
    wg_service_on_drain(service, drained, actions);
    return actions;
}

void actions_destroy(struct actions **actions)
{
    if (*actions == NULL)
        return;
    case_reads_destroy(&(*actions)->cases);
    wg_batch_destroy(&(*actions)->batch);
    free(*actions);
    *actions = NULL;
}
