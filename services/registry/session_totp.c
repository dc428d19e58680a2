/* One-time codes: POST …/current/totp shows a secret once, PUT puts it in force with a code made of
 * it (and gives the session a new token), DELETE /staff/{code}/totp is an administrator's, for a
 * lost telephone. */
#include <sodium.h>
#include <stdio.h>
#include <string.h>

#include "common/access.h"
#include "common/clock.h"
#include "common/json.h"
#include "common/text.h"

#include "services/registry/answer.h"
#include "services/registry/session.h"
#include "services/registry/session_begin.h"
#include "services/registry/session_body.h"
#include "services/registry/session_store.h"
#include "services/registry/totp.h"

struct enrolment {
    struct registry *registry;
    struct wg_request *request;
    uint8_t secret[TOTP_SECRET_BYTES];
    char given[TOTP_DIGITS + 1], device[4 * SESSION_DEVICE_MOST + 1];
    uint8_t *sealed;
    size_t length;
    int64_t step;
    bool bound;
};

static void destroy(struct enrolment **enrolment)
{
    if (*enrolment == NULL)
        return;
    free((*enrolment)->sealed);
    explicit_bzero(*enrolment, sizeof **enrolment);
    free(*enrolment);
    *enrolment = NULL;
}

static struct enrolment *new_enrolment(struct wg_request *request, void *registry)
{
    struct enrolment *enrolment = wg_new(sizeof *enrolment);
    enrolment->registry = registry;
    enrolment->request = request;
    return enrolment;
}

/* ---- enrol */

static void on_enrolled(struct wg_flight *flight, void *arg)
{
    WG_AUTO(destroy) struct enrolment *enrolment = arg;
    struct wg_request *request = enrolment->request;
    char text[TOTP_SECRET_ROOM], uri[160];
    if (wg_flight_outcome(flight) != WG_COMMITTED) {
        answer_away(request); /* asked again it makes another */
        return;
    }
    if (PQntuples(wg_flight_result(flight, 0)) == 0) {
        wg_reply_refusal(request, 409, "totp-in-force",
                         "已绑定动态口令，或没有密码；更换请联系管理员",
                         "There is one already, or no password; an administrator removes it");
        return;
    }
    totp_write(enrolment->secret, text);
    snprintf(uri, sizeof uri,
             "otpauth://totp/Wangge?secret=%s&issuer=Wangge&algorithm=SHA1&digits=%d&period=%d",
             text, TOTP_DIGITS, TOTP_STEP_S);
    struct json_object *body = json_object_new_object();
    json_object_object_add(body, "secret", json_object_new_string(text));
    json_object_object_add(body, "uri", json_object_new_string(uri));
    wg_reply_header(request, "Cache-Control", "no-store");
    wg_reply_json(request, 201, &body);
}

void session_enrol_totp(struct wg_request *request, void *arg)
{
    struct registry *registry = arg;
    if (!answer_session(request))
        return;
    WG_AUTO(destroy) struct enrolment *enrolment = new_enrolment(request, registry);
    randombytes_buf(enrolment->secret, sizeof enrolment->secret);
    enrolment->sealed = wg_seal(registry->seal_key, enrolment->secret, sizeof enrolment->secret,
                                &enrolment->length);
    const struct session_totp totp = { .staff_id = wg_request_caller(request)->staff_id,
                                       .sealed = enrolment->sealed,
                                       .length = enrolment->length };
    if (session_store_enrol(registry, &totp, on_enrolled, enrolment) == 0)
        enrolment = NULL; /* the flight's */
    else
        answer_away(request);
}

/* ---- confirm */

static void reply_wrong(struct wg_request *request)
{
    wg_reply_refusal(request, 403, "totp-unconfirmed", "动态口令不对，或没有待确认的绑定",
                     "The code is wrong, or nothing waits to be confirmed");
}

static void on_seen(struct wg_flight *flight, void *arg)
{
    WG_AUTO(destroy) struct enrolment *enrolment = arg;
    if (wg_flight_outcome(flight) != WG_COMMITTED || PQntuples(wg_flight_result(flight, 0)) == 0) {
        answer_away(enrolment->request);
        return;
    }
    const PGresult *rows = wg_flight_result(flight, 0);
    const struct wg_caller *caller = wg_request_caller(enrolment->request);
    const struct session_begin wish = {
        .registry = enrolment->registry,
        .request = enrolment->request,
        .staff_id = caller->staff_id,
        .how = "totp",
        .device = wg_get_text(rows, 0, SEEN_DEVICE),
        .one_time = strcmp(caller->must, "change-password") == 0,
        .has_totp = true,
        .replaces = caller->session_id,
        .status = 200,
    };
    session_begin(&wish);
}

static void on_confirmed(struct wg_flight *flight, void *arg)
{
    WG_AUTO(destroy) struct enrolment *enrolment = arg;
    struct wg_request *request = enrolment->request;
    if (wg_flight_outcome(flight) != WG_COMMITTED)
        answer_away(request);
    else if (PQntuples(wg_flight_result(flight, 0)) == 0)
        reply_wrong(request);
    else if (session_store_get(enrolment->registry, wg_request_caller(request)->session_id, on_seen,
                               enrolment) == 0)
        enrolment = NULL; /* the flight's */
    else
        answer_away(request);
}

static void on_read(struct wg_flight *flight, void *arg)
{
    WG_AUTO(destroy) struct enrolment *enrolment = arg;
    struct registry *registry = enrolment->registry;
    struct wg_request *request = enrolment->request;
    if (wg_flight_outcome(flight) != WG_COMMITTED) {
        answer_away(request);
        return;
    }
    const PGresult *rows = wg_flight_result(flight, 0);
    WG_AUTO(wg_free) char *secret = NULL;
    size_t length = 0;
    const void *sealed = PQntuples(rows) == 0 ? NULL : wg_get_bytes(rows, 0, 0, &length);
    size_t sealed_length = length;
    if (sealed == NULL ||
        wg_unseal(registry->seal_secret, sealed, sealed_length, &secret, &length) != 0 ||
        length != TOTP_SECRET_BYTES ||
        totp_judge((const uint8_t *)secret, wg_clock_now(), 0, enrolment->given,
                   &enrolment->step) != 0) {
        reply_wrong(request);
        return;
    }
    explicit_bzero(secret, length);
    const struct session_totp totp = { .staff_id = wg_request_caller(request)->staff_id,
                                       .sealed = sealed,
                                       .length = sealed_length,
                                       .step = enrolment->step };
    if (session_store_confirm(registry, &totp, on_confirmed, enrolment) == 0)
        enrolment = NULL; /* the flight's */
    else
        answer_away(request);
}

void session_confirm_totp(struct wg_request *request, void *arg)
{
    static const char *const names[] = { "code", NULL };
    struct registry *registry = arg;
    if (!answer_session(request))
        return;
    WG_AUTO(wg_json_put) struct json_object *body = wg_request_json(request);
    if (body == NULL)
        return;
    WG_AUTO(destroy) struct enrolment *enrolment = new_enrolment(request, registry);
    struct wg_problem *problem =
        wg_problem_new(422, "invalid-totp", "动态口令的内容有误", "What was sent is no code");
    body_only(problem, body, names);
    wg_copy(enrolment->given, sizeof enrolment->given,
            body_required(problem, body, "code", TOTP_DIGITS));
    if (answer_parameters_refused(request, &problem))
        return;
    if (session_store_read_totp(registry, wg_request_caller(request)->staff_id, on_read,
                                enrolment) == 0)
        enrolment = NULL; /* the flight's */
    else
        answer_away(request);
}

/* ---- remove */

static void on_removed(struct wg_flight *flight, void *arg)
{
    struct wg_request *request = arg;
    if (wg_flight_outcome(flight) != WG_COMMITTED)
        answer_away(request);
    else if (wg_get_bool(wg_flight_result(flight, 0), 0, 0))
        wg_reply_bytes(request, 204, "application/json", "", 0);
    else
        wg_reply_refusal(request, 404, "not-found", "没有这个人员",
                         "There is no such member of staff");
}

void session_remove_totp(struct wg_request *request, void *arg)
{
    if (!answer_administrator(request))
        return;
    if (session_store_remove_totp(arg, wg_request_param(request, "code"),
                                  answer_actor(wg_request_caller(request)), on_removed,
                                  request) != 0)
        answer_away(request);
}
