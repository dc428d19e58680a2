/* Who am I, which sessions have I, and log out. */
#include "services/registry/session.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/access.h"
#include "common/text.h"

#include "services/registry/answer.h"
#include "services/registry/session_begin.h"
#include "services/registry/session_store.h"

enum { STAFF_CODE_MOST = 100 };

/* ---- who am I */

static void on_seen(struct wg_flight *flight, void *arg)
{
    struct wg_request *request = arg;
    if (wg_flight_outcome(flight) != WG_COMMITTED || PQntuples(wg_flight_result(flight, 0)) == 0) {
        answer_away(request);
        return;
    }
    struct json_object *body =
        session_json(wg_flight_result(flight, 0), wg_request_english(request));
    wg_reply_header(request, "Cache-Control", "no-store");
    wg_reply_json(request, 200, &body);
}

void session_current(struct wg_request *request, void *arg)
{
    struct registry *registry = arg;
    if (!answer_session(request))
        return;
    if (session_store_get(registry, wg_request_caller(request)->session_id, on_seen, request) != 0)
        answer_away(request);
}

/* ---- the list */

struct listing {
    struct wg_request *request;
    int64_t current;
};

static struct json_object *item(const PGresult *rows, int row, int64_t current)
{
    static const struct {
        const char *name;
        int column;
    } times[] = { { "since", LISTED_SINCE },
                  { "until", LISTED_UNTIL },
                  { "used_at", LISTED_USED } };
    struct json_object *one = json_object_new_object();
    char id[24];
    const char *device = wg_get_text(rows, row, LISTED_DEVICE);
    snprintf(id, sizeof id, "%lld", (long long)wg_get_i64(rows, row, LISTED_ID));
    json_object_object_add(one, "id", json_object_new_string(id));
    json_object_object_add(one, "how", json_object_new_string(wg_get_text(rows, row, LISTED_HOW)));
    json_object_object_add(one, "device", device == NULL ? NULL : json_object_new_string(device));
    json_object_object_add(one, "current",
                           json_object_new_boolean(wg_get_i64(rows, row, LISTED_ID) == current));
    for (size_t i = 0; i < WG_COUNT(times); i++)
        json_object_object_add(
            one, times[i].name,
            json_object_new_string(wg_time_string(wg_get_time(rows, row, times[i].column))));
    return one;
}

static void on_listed(struct wg_flight *flight, void *arg)
{
    WG_AUTO(wg_free) struct listing *listing = arg;
    if (wg_flight_outcome(flight) != WG_COMMITTED) {
        answer_away(listing->request);
        return;
    }
    const PGresult *rows = wg_flight_result(flight, 0);
    struct json_object *body = json_object_new_object(), *items = json_object_new_array();
    for (int row = 0; row < PQntuples(rows); row++)
        json_object_array_add(items, item(rows, row, listing->current));
    json_object_object_add(body, "items", items);
    json_object_object_add(body, "next", NULL);
    wg_reply_json(listing->request, 200, &body);
}

/* One's own; an administrator may ask for somebody's. */
void session_list(struct wg_request *request, void *arg)
{
    static const char *const names[] = { "staff", NULL };
    struct registry *registry = arg;
    const struct wg_caller *caller = wg_request_caller(request);
    struct wg_problem *problem = answer_parameters(request, names);
    const char *staff = wg_request_query(request, "staff");
    if (staff != NULL && (staff[0] == '\0' || strlen(staff) > STAFF_CODE_MOST))
        answer_parameter(problem, "staff", "应为人员编码", "must be a staff code");
    if (answer_parameters_refused(request, &problem))
        return;
    if (staff == NULL ? !answer_session(request) : !answer_administrator(request))
        return;
    WG_AUTO(wg_free) struct listing *listing = wg_new(sizeof *listing);
    *listing = (struct listing){ .request = request, .current = caller->session_id };
    if (session_store_list(registry, staff == NULL ? caller->staff_id : 0, staff, on_listed,
                           listing) == 0)
        listing = NULL; /* the flight's */
    else
        answer_away(request);
}

/* ---- the end */

static void on_ended(struct wg_flight *flight, void *arg)
{
    struct wg_request *request = arg;
    if (wg_flight_outcome(flight) != WG_COMMITTED)
        answer_away(request); /* sent again it does no harm */
    else if (wg_get_bool(wg_flight_result(flight, 0), 0, 0))
        wg_reply_bytes(request, 204, "application/json", "", 0);
    else
        wg_reply_refusal(request, 404, "not-found", "没有这个会话", "There is no such session");
}

static void end(struct wg_request *request, struct registry *registry, int64_t id)
{
    const struct wg_caller *caller = wg_request_caller(request);
    const struct session_end ended = { .id = id,
                                       .owner = caller->administrator ? 0 : caller->staff_id,
                                       .actor = answer_actor(caller) };
    if (session_store_end(registry, &ended, on_ended, request) != 0)
        answer_away(request);
}

void session_end_current(struct wg_request *request, void *arg)
{
    if (!answer_session(request))
        return;
    wg_reply_cookie(request, WG_SESSION_COOKIE, "", 0);
    wg_reply_cookie(request, WG_DEVICE_COOKIE, "", 0);
    end(request, arg, wg_request_caller(request)->session_id);
}

void session_end(struct wg_request *request, void *arg)
{
    const char *text = wg_request_param(request, "id");
    size_t digits = strspn(text, "0123456789");
    if (!wg_request_caller(request)->administrator && !answer_session(request))
        return;
    if (digits == 0 || digits > 18 || text[digits] != '\0')
        wg_reply_refusal(request, 404, "not-found", "没有这个会话", "There is no such session");
    else
        end(request, arg, strtoll(text, NULL, 10));
}

void session_tidy(void *registry)
{
    session_store_tidy(registry);
}
