#include "services/registry/link.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/access.h"
#include "common/clock.h"
#include "common/crypto.h"
#include "common/json.h"
#include "common/text.h"

#include "services/registry/answer.h"
#include "services/registry/session_body.h"
#include "services/registry/session_store.h"

enum { CODE_MOST = 100, PURPOSE_MOST = 200, DAYS_MOST = 30, TASK_MOST = 999, ID_DIGITS = 18 };
enum { RATE = 5, DAY_S = 86400, TOKEN_START = 3 };

struct asked {
    struct registry *registry;
    struct wg_request *request;
    char staff[CODE_MOST + 1], purpose[4 * PURPOSE_MOST + 1], actor[48];
    int64_t case_id, id, now, until;
    int task;
    char *token;          /* seen by nobody but this answer */
    struct wg_text sight; /* of whoever asks, as may_see wants it */
};

static void destroy(struct asked **asked)
{
    if (*asked == NULL)
        return;
    free((*asked)->token);
    wg_text_destroy(&(*asked)->sight);
    free(*asked);
    *asked = NULL;
}

static struct asked *new_asked(struct wg_request *request, void *registry)
{
    struct asked *asked = wg_new(sizeof *asked);
    asked->registry = registry;
    asked->request = request;
    asked->now = wg_clock_now();
    wg_copy(asked->actor, sizeof asked->actor, answer_actor(wg_request_caller(request)));
    wg_sight_write(wg_request_caller(request), &asked->sight);
    return asked;
}

/* ---- who may */

/* Of those who see the case at all, whoever may act on it: those whose post holds or sends cases in
 * its area. */
static bool may_make(const struct wg_caller *caller, const char *area)
{
    static const char *const posts[] = { "leader", "dedicated-leader", "secretary", "dispatcher",
                                         "coordinator" };
    for (size_t i = 0; i < WG_COUNT(posts); i++)
        if (wg_has_post(caller, posts[i], area))
            return true;
    return false;
}

static bool may_look(const struct wg_caller *caller, const char *area)
{
    return caller->administrator || (area != NULL && may_make(caller, area));
}

static void reply_no_case(struct wg_request *request)
{
    wg_reply_refusal(request, 404, "unknown-case", "没有这个事件", "There is no such case");
}

static void reply_no_link(struct wg_request *request)
{
    wg_reply_refusal(request, 404, "not-found", "没有这个链接", "There is no such link");
}

static void reply_forbidden(struct wg_request *request)
{
    wg_reply_refusal(request, 403, "forbidden", "只有可以处理此事件的岗位可以这样做",
                     "Only a post that may act on the case may do this");
}

/* ---- what it is about */

static bool read_case(const char *text, int64_t *ret_id)
{
    char date[7];
    size_t digits = strspn(text, "0123456789");
    if (digits == 0 || digits > ID_DIGITS || text[digits] != '\0')
        return wg_number_read(text, ret_id, date) == 0;
    *ret_id = strtoll(text, NULL, 10);
    return true;
}

/* <number of the case>-<k> */
static bool read_task(const char *text, int64_t *ret_id, int *ret_task)
{
    char number[WG_NUMBER_ROOM], date[7];
    const char *last = strrchr(text, '-');
    size_t length = last == NULL ? 0 : (size_t)(last - text);
    if (last == NULL || length >= sizeof number)
        return false;
    snprintf(number, sizeof number, "%.*s", (int)length, text);
    size_t digits = strspn(last + 1, "0123456789");
    int task = atoi(last + 1);
    if (digits < 1 || digits > 3 || last[digits + 1] != '\0' || task < 1 || task > TASK_MOST)
        return false;
    *ret_task = task;
    return wg_number_read(number, ret_id, date) == 0;
}

static void judge_object(struct wg_problem *problem, struct json_object *body, struct asked *asked)
{
    const char *whole = body_text(problem, body, "case", WG_NUMBER_ROOM),
               *part = body_text(problem, body, "task", WG_NUMBER_ROOM);
    if ((wg_json_get(body, "case") == NULL) == (wg_json_get(body, "task") == NULL))
        wg_problem_error(problem, "/case", "case 和 task 必须且只能有一个",
                         "name a case or a task, one of them");
    else if (whole != NULL && !read_case(whole, &asked->case_id))
        wg_problem_error(problem, "/case", "应为事件的编号", "must be the id or number of a case");
    else if (part != NULL && !read_task(part, &asked->case_id, &asked->task))
        wg_problem_error(problem, "/task", "应为任务的编号", "must be the number of a task");
}

static bool judge(struct asked *asked, struct json_object *body)
{
    static const char *const names[] = { "staff", "case", "task", "days", "purpose", NULL };
    struct wg_problem *problem =
        wg_problem_new(422, "invalid-link", "链接的内容有误", "What was asked for is no link");
    struct json_object *days = wg_json_get(body, "days");
    int64_t n = wg_json_int(body, "days");
    body_only(problem, body, names);
    wg_copy(asked->staff, sizeof asked->staff, body_required(problem, body, "staff", CODE_MOST));
    wg_copy(asked->purpose, sizeof asked->purpose,
            body_required(problem, body, "purpose", PURPOSE_MOST));
    judge_object(problem, body, asked);
    if (!json_object_is_type(days, json_type_int) || n < 1 || n > DAYS_MOST)
        wg_problem_error(problem, "/days", "应为 1–30 天", "must be 1–30 days");
    asked->until = asked->now + n * DAY_S * WG_SECOND;
    return !answer_parameters_refused(asked->request, &problem);
}

/* ---- make */

static void refuse_person(struct wg_request *request, bool known)
{
    struct wg_problem *problem =
        wg_problem_new(422, "invalid-link", "链接的内容有误", "What was asked for is no link");
    if (known)
        wg_problem_error(problem, "/staff", "被反映的人员及其负责人以下的人员不能经手此事件",
                         "whom the case is about, and who is below their chief, may not have it");
    else
        wg_problem_error(problem, "/staff", "没有这个人员", "there is no such member of staff");
    wg_reply_problem(request, &problem);
}

static void on_made(struct wg_flight *flight, void *arg)
{
    WG_AUTO(destroy) struct asked *asked = arg;
    if (wg_flight_outcome(flight) != WG_COMMITTED) {
        answer_away(asked->request); /* a link whose token nobody has opens nothing */
        return;
    }
    if (wg_is_null(wg_flight_result(flight, 0), 0, 0)) {
        refuse_person(asked->request, wg_get_bool(wg_flight_result(flight, 0), 0, 1));
        return;
    }
    char id[24], path[64];
    snprintf(id, sizeof id, "%lld", (long long)wg_get_i64(wg_flight_result(flight, 0), 0, 0));
    snprintf(path, sizeof path, "/link/%s", asked->token);
    struct json_object *body = json_object_new_object();
    json_object_object_add(body, "id", json_object_new_string(id));
    json_object_object_add(body, "token", json_object_new_string(asked->token));
    json_object_object_add(body, "path", json_object_new_string(path));
    json_object_object_add(body, "until", json_object_new_string(wg_time_string(asked->until)));
    wg_reply_header(asked->request, "Cache-Control", "no-store");
    wg_reply_json(asked->request, 201, &body);
}

static void on_case_found(struct wg_flight *flight, void *arg)
{
    WG_AUTO(destroy) struct asked *asked = arg;
    const struct wg_caller *caller = wg_request_caller(asked->request);
    if (wg_flight_outcome(flight) != WG_COMMITTED) {
        answer_away(asked->request);
        return;
    }
    const PGresult *rows = wg_flight_result(flight, 0);
    const char *area = PQntuples(rows) == 0 ? NULL : wg_get_text(rows, 0, 0);
    if (area == NULL) {
        reply_no_case(asked->request);
        return;
    }
    if (!may_make(caller, area)) {
        reply_forbidden(asked->request);
        return;
    }
    uint8_t hash[WG_KEY_HASH_BYTES];
    asked->token = wg_key_new();
    memmove(asked->token, asked->token + TOKEN_START, strlen(asked->token + TOKEN_START) + 1);
    wg_key_hash(hash, asked->token, strlen(asked->token));
    const struct session_link link = { .hash = hash,
                                       .staff = asked->staff,
                                       .purpose = asked->purpose,
                                       .actor = asked->actor,
                                       .case_id = asked->case_id,
                                       .task = asked->task,
                                       .rate = RATE,
                                       .now = asked->now,
                                       .until = asked->until };
    if (session_store_make_link(asked->registry, &link, on_made, asked) == 0)
        asked = NULL; /* the flight's */
    else
        answer_away(asked->request);
}

void link_make(struct wg_request *request, void *arg)
{
    WG_AUTO(wg_json_put) struct json_object *body = wg_request_json(request);
    if (body == NULL)
        return;
    WG_AUTO(destroy) struct asked *asked = new_asked(request, arg);
    if (!judge(asked, body))
        return;
    if (session_store_find_case(asked->registry, asked->case_id, asked->sight.bytes, on_case_found,
                                asked) == 0)
        asked = NULL; /* the flight's */
    else
        answer_away(request);
}

/* ---- the list */

static void put_time(struct json_object *to, const char *name, const PGresult *rows, int cell[2])
{
    bool none = wg_is_null(rows, cell[0], cell[1]);
    json_object_object_add(
        to, name,
        none ? NULL : json_object_new_string(wg_time_string(wg_get_time(rows, cell[0], cell[1]))));
}

static void put_id(struct json_object *to, const char *name, int64_t id)
{
    char text[24];
    snprintf(text, sizeof text, "%lld", (long long)id);
    json_object_object_add(to, name, json_object_new_string(text));
}

static struct json_object *item(const PGresult *rows, int row, bool english)
{
    static const struct {
        const char *name;
        int column;
    } times[] = { { "created_at", LINKED_CREATED },
                  { "until", LINKED_UNTIL },
                  { "used_at", LINKED_USED },
                  { "revoked_at", LINKED_REVOKED } };
    struct json_object *one = json_object_new_object(), *staff = json_object_new_object();
    json_object_object_add(staff, "code",
                           json_object_new_string(wg_get_text(rows, row, LINKED_CODE)));
    json_object_object_add(
        staff, "name",
        json_object_new_string(wg_get_text(rows, row, english ? LINKED_NAME_EN : LINKED_NAME)));
    put_id(one, "id", wg_get_i64(rows, row, LINKED_ID));
    json_object_object_add(one, "staff", staff);
    put_id(one, "case", wg_get_i64(rows, row, LINKED_CASE));
    json_object_object_add(one, "task", json_object_new_int64(wg_get_i64(rows, row, LINKED_TASK)));
    json_object_object_add(one, "purpose",
                           json_object_new_string(wg_get_text(rows, row, LINKED_PURPOSE)));
    json_object_object_add(one, "made_by",
                           json_object_new_string(wg_get_text(rows, row, LINKED_BY)));
    for (size_t i = 0; i < WG_COUNT(times); i++)
        put_time(one, times[i].name, rows, (int[2]){ row, times[i].column });
    return one;
}

static void on_listed(struct wg_flight *flight, void *arg)
{
    WG_AUTO(destroy) struct asked *asked = arg;
    if (wg_flight_outcome(flight) != WG_COMMITTED) {
        answer_away(asked->request);
        return;
    }
    const PGresult *rows = wg_flight_result(flight, 1);
    struct json_object *body = json_object_new_object(), *items = json_object_new_array();
    const PGresult *found = wg_flight_result(flight, 0);
    const char *area = PQntuples(found) == 0 ? NULL : wg_get_text(found, 0, 0);
    const struct wg_caller *caller = wg_request_caller(asked->request);
    for (int row = 0; row < PQntuples(rows); row++)
        json_object_array_add(items, item(rows, row, wg_request_english(asked->request)));
    json_object_object_add(body, "items", items);
    json_object_object_add(body, "next", NULL);
    if (area != NULL && may_look(caller, area)) {
        wg_reply_json(asked->request, 200, &body);
        return;
    }
    json_object_put(body);
    if (area != NULL)
        reply_forbidden(asked->request);
    else
        reply_no_case(asked->request);
}

void link_list(struct wg_request *request, void *arg)
{
    static const char *const names[] = { "case", NULL };
    const char *text = wg_request_query(request, "case");
    struct wg_problem *problem = answer_parameters(request, names);
    WG_AUTO(destroy) struct asked *asked = new_asked(request, arg);
    if (text == NULL || !read_case(text, &asked->case_id))
        answer_parameter(problem, "case", "应为事件的编号", "must be the id or number of a case");
    if (answer_parameters_refused(request, &problem))
        return;
    if (session_store_list_links(asked->registry, asked->case_id, asked->sight.bytes, on_listed,
                                 asked) == 0)
        asked = NULL; /* the flight's */
    else
        answer_away(request);
}

/* ---- what does this link open */

static void on_seen(struct wg_flight *flight, void *arg)
{
    struct wg_request *request = arg;
    if (wg_flight_outcome(flight) != WG_COMMITTED || PQntuples(wg_flight_result(flight, 0)) == 0) {
        answer_away(request);
        return;
    }
    struct json_object *body = item(wg_flight_result(flight, 0), 0, wg_request_english(request));
    wg_reply_header(request, "Cache-Control", "no-store");
    wg_reply_json(request, 200, &body);
}

void link_current(struct wg_request *request, void *arg)
{
    int64_t id = wg_request_caller(request)->link_id;
    if (id == 0)
        wg_reply_refusal(request, 403, "no-link", "请用链接访问", "This is for who has a link");
    else if (session_store_find_link(arg, id, NULL, on_seen, request) != 0)
        answer_away(request);
}

/* ---- revoke */

static void on_revoked(struct wg_flight *flight, void *arg)
{
    WG_AUTO(destroy) struct asked *asked = arg;
    if (wg_flight_outcome(flight) == WG_COMMITTED)
        wg_reply_bytes(asked->request, 204, "application/json", "", 0);
    else
        answer_away(asked->request); /* sent again it does no harm */
}

static void on_link_found(struct wg_flight *flight, void *arg)
{
    WG_AUTO(destroy) struct asked *asked = arg;
    if (wg_flight_outcome(flight) != WG_COMMITTED) {
        answer_away(asked->request);
        return;
    }
    const PGresult *rows = wg_flight_result(flight, 0);
    if (PQntuples(rows) == 0 ||
        !may_look(wg_request_caller(asked->request), wg_get_text(rows, 0, LINKED_AREA)))
        reply_no_link(asked->request);
    else if (session_store_revoke_link(asked->registry, asked->id, asked->actor, on_revoked,
                                       asked) == 0)
        asked = NULL; /* the flight's */
    else
        answer_away(asked->request);
}

void link_revoke(struct wg_request *request, void *arg)
{
    const char *text = wg_request_param(request, "id");
    size_t digits = strspn(text, "0123456789");
    if (digits == 0 || digits > ID_DIGITS || text[digits] != '\0') {
        reply_no_link(request);
        return;
    }
    WG_AUTO(destroy) struct asked *asked = new_asked(request, arg);
    asked->id = strtoll(text, NULL, 10);
    if (session_store_find_link(asked->registry, asked->id, asked->sight.bytes, on_link_found,
                                asked) == 0)
        asked = NULL; /* the flight's */
    else
        answer_away(request);
}
