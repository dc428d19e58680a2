/* /staff/{code}/identities: who a member of staff is at the city's single sign-on. For
 * administrators. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/access.h"
#include "common/clock.h"
#include "common/json.h"
#include "common/text.h"

#include "services/registry/answer.h"
#include "services/registry/oidc.h"
#include "services/registry/session.h"
#include "services/registry/session_body.h"
#include "services/registry/session_store.h"

enum { ISSUER_MOST = 255, SUBJECT_MOST = 255 };

static void reply_no_staff(struct wg_request *request)
{
    wg_reply_refusal(request, 404, "not-found", "没有这个人员", "There is no such member of staff");
}

static void on_made(struct wg_flight *flight, void *arg)
{
    struct wg_request *request = arg;
    char id[24];
    if (wg_flight_outcome(flight) != WG_COMMITTED) {
        answer_away(request);
        return;
    }
    const PGresult *rows = wg_flight_result(flight, 0);
    if (wg_is_null(rows, 0, 1)) {
        reply_no_staff(request);
        return;
    }
    if (wg_is_null(rows, 0, 0)) {
        wg_reply_refusal(request, 409, "identity-taken", "该账号已对应一名人员，请先删除",
                         "This account is somebody already; remove that first");
        return;
    }
    snprintf(id, sizeof id, "%lld", (long long)wg_get_i64(rows, 0, 0));
    struct json_object *body = json_object_new_object();
    json_object_object_add(body, "id", json_object_new_string(id));
    wg_reply_json(request, 201, &body);
}

void session_identity_make(struct wg_request *request, void *arg)
{
    static const char *const names[] = { "issuer", "subject", NULL };
    struct registry *registry = arg;
    if (!answer_administrator(request))
        return;
    WG_AUTO(wg_json_put) struct json_object *body = wg_request_json(request);
    if (body == NULL)
        return;
    struct wg_problem *problem =
        wg_problem_new(422, "invalid-identity", "账号的内容有误", "What was sent is no account");
    body_only(problem, body, names);
    const char *issuer = body_text(problem, body, "issuer", ISSUER_MOST),
               *subject = body_required(problem, body, "subject", SUBJECT_MOST);
    if (wg_json_get(body, "issuer") == NULL && registry->oidc == NULL)
        wg_problem_error(problem, "/issuer", "未设置统一身份认证，须指明",
                         "must be given, since there is no single sign-on");
    if (answer_parameters_refused(request, &problem))
        return;
    const struct session_identity identity = {
        .code = wg_request_param(request, "code"),
        .issuer = issuer != NULL ? issuer : oidc_settings(registry->oidc)->issuer,
        .subject = subject,
        .actor = answer_actor(wg_request_caller(request)),
    };
    if (session_store_make_identity(registry, &identity, on_made, request) != 0)
        answer_away(request);
}

static void on_listed(struct wg_flight *flight, void *arg)
{
    struct wg_request *request = arg;
    static const char *const names[] = { "issuer", "subject" };
    char id[24];
    if (wg_flight_outcome(flight) != WG_COMMITTED) {
        answer_away(request);
        return;
    }
    const PGresult *rows = wg_flight_result(flight, 0);
    struct json_object *body = json_object_new_object(), *items = json_object_new_array();
    for (int row = 0; row < PQntuples(rows); row++) {
        struct json_object *one = json_object_new_object();
        snprintf(id, sizeof id, "%lld", (long long)wg_get_i64(rows, row, 0));
        json_object_object_add(one, "id", json_object_new_string(id));
        for (int i = 0; i < 2; i++)
            json_object_object_add(one, names[i],
                                   json_object_new_string(wg_get_text(rows, row, i + 1)));
        json_object_object_add(one, "created_at",
                               json_object_new_string(wg_time_string(wg_get_time(rows, row, 3))));
        json_object_array_add(items, one);
    }
    json_object_object_add(body, "items", items);
    json_object_object_add(body, "next", NULL);
    wg_reply_json(request, 200, &body);
}

void session_identity_list(struct wg_request *request, void *arg)
{
    if (!answer_administrator(request))
        return;
    if (session_store_list_identities(arg, wg_request_param(request, "code"), on_listed, request) !=
        0)
        answer_away(request);
}

static void on_removed(struct wg_flight *flight, void *arg)
{
    struct wg_request *request = arg;
    if (wg_flight_outcome(flight) != WG_COMMITTED)
        answer_away(request);
    else if (PQntuples(wg_flight_result(flight, 0)) > 0)
        wg_reply_bytes(request, 204, "application/json", "", 0);
    else
        wg_reply_refusal(request, 404, "not-found", "没有这个账号", "There is no such account");
}

void session_identity_remove(struct wg_request *request, void *arg)
{
    const char *text = wg_request_param(request, "id");
    size_t digits = strspn(text, "0123456789");
    if (!answer_administrator(request))
        return;
    const struct session_identity identity = {
        .code = wg_request_param(request, "code"),
        .id = digits > 18 || text[digits] != '\0' ? 0 : strtoll(text, NULL, 10),
        .actor = answer_actor(wg_request_caller(request)),
    };
    if (session_store_remove_identity(arg, &identity, on_removed, request) != 0)
        answer_away(request);
}
