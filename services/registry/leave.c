#include "services/registry/leave.h"

#include <string.h>

#include "common/access.h"
#include "common/clock.h"
#include "common/json.h"
#include "common/text.h"

#include "services/registry/answer.h"
#include "services/registry/reader.h"
#include "services/registry/registry.h"
#include "services/registry/store_change.h"

enum { DAYS_MOST = 400 };

static const struct column leave_columns[] = {
    { .name = "from", .type = COLUMN_TIME },
    { .name = "until", .type = COLUMN_TIME, .required = true },
    { .name = "stand_in", .type = COLUMN_CODE },
};
static const struct kind leave_kind = { .name = "leave",
                                        .columns = leave_columns,
                                        .n = WG_COUNT(leave_columns) };

static bool is_person(struct wg_request *request)
{
    if (wg_request_caller(request)->staff_id != 0)
        return true;
    wg_reply_refusal(request, 403, "no-person", "该密钥不代表任何人，不能请假",
                     "This key is bound to no member of staff, who alone takes leave");
    return false;
}

static struct json_object *text_or_null(const PGresult *result, int row, int column)
{
    const char *text = wg_get_text(result, row, column);
    return text == NULL ? NULL : json_object_new_string(text);
}

static void answer_taken(struct wg_request *request, const PGresult *result)
{
    static const char *const members[] = { "code", "area", "post", "stand_in" };
    struct json_object *body = json_object_new_object(), *items = json_object_new_array();
    for (int row = 0; row < PQntuples(result); row++) {
        struct json_object *item = json_object_new_object();
        for (int i = 0; i < (int)WG_COUNT(members); i++)
            json_object_object_add(item, members[i], text_or_null(result, row, 3 + i));
        json_object_array_add(items, item);
    }
    json_object_object_add(body, "items", items);
    wg_reply_json(request, 201, &body);
}

static void on_taken(struct wg_flight *flight, void *arg)
{
    struct wg_request *request = arg;
    const PGresult *result = wg_flight_result(flight, 0);
    WG_AUTO(faults_destroy) struct faults faults = { 0 };
    if (result == NULL) {
        answer_away(request);
        return;
    }
    for (int row = 0; row < PQntuples(result); row++) {
        if (!wg_is_null(result, row, 0))
            faults_add(&faults, 1, wg_get_text(result, row, 1), wg_get_text(result, row, 0),
                       wg_get_text(result, row, 2));
    }
    if (faults.total == 0)
        answer_taken(request, result);
    else
        answer_change_faults(request, &faults);
}

static void judge_period(const struct store_leave *leave, struct faults *faults)
{
    if (leave->until <= leave->from || leave->until <= leave->now)
        faults_add(faults, 1, "until", "period", NULL);
    else if (leave->until - leave->from > DAYS_MOST * 24 * 3600 * WG_SECOND)
        faults_add(faults, 1, "until", "leave-long", NULL);
}

void leave_take(struct wg_request *request, void *arg)
{
    struct registry *registry = arg;
    WG_AUTO(faults_destroy) struct faults faults = { 0 };
    if (!is_person(request))
        return;
    WG_AUTO(wg_json_put) struct json_object *body = wg_request_json(request);
    if (body == NULL)
        return;
    WG_AUTO(wg_json_put)
    struct json_object *row = reader_members(&leave_kind, body, false, &faults);
    struct store_leave leave = { .staff = wg_request_caller(request)->staff_id,
                                 .now = wg_clock_now(),
                                 .actor = answer_actor(wg_request_caller(request)),
                                 .stand_in = wg_json_text(row, "stand_in") };
    leave.from = leave.now;
    const char *from = wg_json_text(row, "from"), *until = wg_json_text(row, "until");
    if (faults.total == 0 && (from == NULL || wg_time_parse(from, &leave.from) == 0) &&
        wg_time_parse(until, &leave.until) == 0)
        judge_period(&leave, &faults);
    if (faults.total > 0)
        answer_change_faults(request, &faults);
    else if (store_take_leave(registry->store, &leave, on_taken, request) != 0)
        answer_away(request);
}

static void on_ended(struct wg_flight *flight, void *arg)
{
    struct wg_request *request = arg;
    if (wg_flight_outcome(flight) == WG_COMMITTED)
        wg_reply_bytes(request, 204, "application/json", "", 0);
    else
        answer_away(request); /* again is harmless */
}

void leave_end(struct wg_request *request, void *arg)
{
    struct registry *registry = arg;
    static const char *const none[] = { NULL };
    if (!is_person(request))
        return;
    struct wg_problem *problem = answer_parameters(request, none);
    if (answer_parameters_refused(request, &problem))
        return;
    const struct store_leave leave = { .staff = wg_request_caller(request)->staff_id,
                                       .now = wg_clock_now(),
                                       .actor = answer_actor(wg_request_caller(request)) };
    if (store_end_leave(registry->store, &leave, on_ended, request) != 0)
        answer_away(request);
}
