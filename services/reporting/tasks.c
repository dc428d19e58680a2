/* GET /api/v1/tasks and /tasks/{number}: what a party or a person has to do in cases that several
 * share, and by when. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/access.h"
#include "common/clock.h"
#include "common/json.h"

#include "services/reporting/answer.h"
#include "services/reporting/ask.h"
#include "services/reporting/matter.h"
#include "services/reporting/query.h"
#include "services/reporting/reporting.h"
#include "services/reporting/store.h"
#include "services/reporting/words.h"

enum { TASK_RESULT, PAST_RESULT };

struct tasks {
    struct ask ask;
    int limit; /* 0: one task */
    int32_t k;
    char date[7];
};

static void put_task_number(struct json_object *item, const PGresult *rows, int row)
{
    char number[WG_NUMBER_ROOM], task[WG_NUMBER_ROOM + 16], link[96];
    int64_t case_id = wg_get_i64(rows, row, TASK_CASE), k = wg_get_i64(rows, row, TASK_K);
    struct json_object *links = json_object_new_object();
    wg_number_write(case_id, wg_get_time(rows, row, TASK_RECEIVED), number);
    snprintf(task, sizeof task, "%s-%" PRId64, number, k);
    answer_text(item, "number", task);
    answer_id(item, "case", case_id);
    snprintf(link, sizeof link, "/api/v1/tasks/%s", task);
    answer_text(links, "self", link);
    snprintf(link, sizeof link, "/api/v1/tasks/%s/actions", task);
    answer_text(links, "actions", link);
    snprintf(link, sizeof link, "/api/v1/cases/%" PRId64, case_id);
    answer_text(links, "case", link);
    json_object_object_add(item, "links", links);
}

static struct json_object *task_item(const struct tasks *tasks, const PGresult *rows, int row)
{
    struct json_object *item = json_object_new_object();
    const struct words *words = tasks->ask.app->words;
    int64_t workflow = wg_get_i64(rows, row, TASK_WORKFLOW);
    const char *state = wg_get_text(rows, row, TASK_STATE),
               *text = wg_get_text(rows, row, TASK_CLOCKS);
    WG_AUTO(wg_json_put)
    struct json_object *clocks = text == NULL ? NULL : json_tokener_parse(text);
    const struct matter matter = { .definition = words_definition(words, workflow),
                                   .clocks = clocks,
                                   .now = wg_clock_now(),
                                   .english = tasks->ask.english };
    put_task_number(item, rows, row);
    answer_text(item, "title", wg_get_text(rows, row, TASK_TITLE));
    answer_named(item, "party", rows, row, TASK_PARTY);
    answer_named(item, "staff", rows, row, TASK_STAFF);
    answer_text(item, "state", state);
    answer_text(item, "state_text", words_task_state(words, workflow, state, tasks->ask.english));
    answer_bool(item, "open", wg_get_bool(rows, row, TASK_OPEN));
    answer_text(item, "text", wg_get_text(rows, row, TASK_TEXT));
    answer_time(item, "opened_at", rows, row, TASK_OPENED);
    json_object_object_add(item, "clock",
                           matter_next_clock(&matter, (int)wg_get_i64(rows, row, TASK_K)));
    return item;
}

/* ---- the list */

static void list_landed(struct wg_flight *flight, void *arg)
{
    WG_AUTO(ask_destroy) struct tasks *tasks = arg;
    if (ask_failed(&tasks->ask, flight))
        return;
    const PGresult *rows = wg_flight_result(flight, 0);
    struct json_object *items = json_object_new_array();
    char next[40] = "";
    for (int row = 0; row < PQntuples(rows) && row < tasks->limit; row++)
        json_object_array_add(items, task_item(tasks, rows, row));
    if (PQntuples(rows) > tasks->limit)
        snprintf(next, sizeof next, "%" PRId64 ".%" PRId64,
                 wg_get_i64(rows, tasks->limit - 1, TASK_CASE),
                 wg_get_i64(rows, tasks->limit - 1, TASK_K));
    struct json_object *page = answer_page(&items, next[0] == '\0' ? NULL : next);
    wg_reply_json(tasks->ask.request, 200, &page);
}

/* "<case>.<k>" of the page before. */
static void read_after(struct query *query, struct store_tasks *find)
{
    const char *text = wg_request_query(query->request, "after");
    char *rest = NULL;
    find->below = INT64_MAX;
    if (text == NULL)
        return;
    find->below = strtoll(text, &rest, 10);
    if (*rest == '.')
        find->below_k = (int32_t)strtol(rest + 1, &rest, 10);
    if (*rest != '\0' || find->below <= 0 || find->below_k <= 0 || strlen(text) > 30)
        query_fault(query, "after", "不是上一页给出的游标", "That is no cursor of a page before");
}

/* One's own where neither a party nor a person is named. */
static void read_whose(struct query *query, struct store_tasks *find)
{
    const struct wg_caller *caller = wg_request_caller(query->request);
    find->party = query_code(query, "party");
    find->staff = query_code(query, "staff");
    bool mine = find->party == NULL && find->staff == NULL;
    if (mine || (find->staff != NULL && strcmp(find->staff, "me") == 0))
        find->staff_id = caller->staff_id;
    if (mine)
        find->party_id = caller->party_id;
    if (find->staff_id != 0)
        find->staff = NULL;
    if (mine && caller->staff_id == 0)
        query_fault(query, "party", "此密钥不代表任何人员，请指明单位或人员",
                    "This key is nobody's: name a party or a person");
}

void tasks_handle(struct wg_request *request, void *arg)
{
    static const char *const names[] = { "party", "staff", "open", "after", "limit", NULL };
    bool open;
    WG_AUTO(ask_destroy) struct tasks *tasks = ask_new(sizeof *tasks, arg, request);
    WG_AUTO(query_destroy) struct query query = query_new(request, names);
    struct store_tasks find = { .asker = ask_asker(&tasks->ask) };
    read_whose(&query, &find);
    read_after(&query, &find);
    find.open = query_bool(&query, "open", &open) ? &open : NULL;
    tasks->limit = query_limit(&query);
    if (query_refused(&query))
        return;
    find.limit = tasks->limit + 1;
    WG_AUTO(wg_flight_destroy) struct wg_flight *flight = ask_flight(tasks, list_landed);
    store_find_tasks(flight, &find);
    ask_send(&tasks, &flight);
}

/* ---- one */

static void refuse(struct wg_request *request)
{
    wg_reply_refusal(request, 404, "unknown-task", "没有这个任务", "There is no such task");
}

static void task_landed(struct wg_flight *flight, void *arg)
{
    WG_AUTO(ask_destroy) struct tasks *tasks = arg;
    if (ask_failed(&tasks->ask, flight))
        return;
    char number[WG_NUMBER_ROOM] = "";
    const PGresult *rows = wg_flight_result(flight, TASK_RESULT);
    if (PQntuples(rows) == 1)
        wg_number_write(wg_get_i64(rows, 0, TASK_CASE), wg_get_time(rows, 0, TASK_RECEIVED),
                        number);
    if (PQntuples(rows) != 1 || strncmp(number, tasks->date, strlen(tasks->date)) != 0) {
        refuse(tasks->ask.request);
        return;
    }
    struct json_object *body = task_item(tasks, rows, 0);
    const struct answer_past past = { .words = tasks->ask.app->words,
                                      .workflow = wg_get_i64(rows, 0, TASK_WORKFLOW),
                                      .version = INT64_MAX,
                                      .task = tasks->k,
                                      .english = tasks->ask.english };
    json_object_object_add(body, "history",
                           answer_history(&past, wg_flight_result(flight, PAST_RESULT)));
    wg_reply_json(tasks->ask.request, 200, &body);
}

/* A case's number and "-<k>". */
static bool read_task_number(const char *text, int64_t *ret_case, char ret_date[7], int32_t *ret_k)
{
    char number[64];
    const char *dash = strrchr(text, '-');
    if (dash == NULL || (size_t)(dash - text) >= sizeof number ||
        strspn(dash + 1, "0123456789") != strlen(dash + 1) || strlen(dash + 1) - 1 > 3)
        return false;
    snprintf(number, sizeof number, "%.*s", (int)(dash - text), text);
    *ret_k = (int32_t)strtol(dash + 1, NULL, 10);
    return wg_number_read(number, ret_case, ret_date) == 0;
}

void task_handle(struct wg_request *request, void *arg)
{
    static const char *const names[] = { NULL };
    int64_t case_id = 0;
    WG_AUTO(ask_destroy) struct tasks *tasks = ask_new(sizeof *tasks, arg, request);
    WG_AUTO(query_destroy) struct query query = query_new(request, names);
    if (query_refused(&query))
        return;
    bool is_number =
        read_task_number(wg_request_param(request, "number"), &case_id, tasks->date, &tasks->k);
    const struct wg_caller *caller = wg_request_caller(request);
    if (!wg_may_touch(caller, case_id, tasks->k) && !wg_may_touch(caller, case_id, 0)) {
        wg_reply_refusal(request, 403, "link-other-object", "此链接只能用于它所指的事项",
                         "This link opens only what it was made for");
        return;
    }
    if (!is_number) {
        refuse(request);
        return;
    }
    const struct store_asker asker = ask_asker(&tasks->ask);
    WG_AUTO(wg_flight_destroy) struct wg_flight *flight = ask_flight(tasks, task_landed);
    store_read_task(flight, case_id, tasks->k, &asker);
    store_read_case_events(flight, case_id, &asker);
    ask_send(&tasks, &flight);
}
