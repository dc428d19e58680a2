/* PUT /sessions/current/password: one's own, with the old one; the session goes on under a new
 * token and all others end. POST /staff/{code}/password: a one-time one from an administrator,
 * shown once. */
#include <stdio.h>
#include <string.h>

#include "common/access.h"
#include "common/clock.h"
#include "common/helper.h"
#include "common/json.h"

#include "services/registry/answer.h"
#include "services/registry/password.h"
#include "services/registry/session.h"
#include "services/registry/session_begin.h"
#include "services/registry/session_body.h"
#include "services/registry/session_store.h"

enum { ONE_TIME_S = 7 * 86400, CODE_ROOM = 101 };

struct change {
    struct registry *registry;
    struct wg_request *request;
    char former[PASSWORD_BYTES + 1], wanted[PASSWORD_BYTES + 1], code[CODE_ROOM];
    char how[12], device[4 * SESSION_DEVICE_MOST + 1], posts[256];
    int64_t staff_id, session_id, now;
    bool has_totp, bound, locks;
    char actor[48]; /* of an administrator */
};

static void destroy(struct change **change)
{
    if (*change == NULL)
        return;
    explicit_bzero(*change, sizeof **change);
    free(*change);
    *change = NULL;
}

static struct session_try try_of(const struct change *change)
{
    return (struct session_try){ .staff_id = change->staff_id,
                                 .address = wg_request_address(change->request),
                                 .now = change->now,
                                 .locks = change->locks,
                                 .why = "former-password" };
}

static void reply_bad(struct wg_request *request, const struct password_fault *fault)
{
    struct wg_problem *problem =
        wg_problem_new(422, "invalid-password", "密码不符合要求", "This cannot be the password");
    wg_problem_error(problem, "/new", fault->zh, fault->en);
    wg_reply_problem(request, &problem);
}

/* Sends a job to the helpers; takes change, and replies where they cannot take it. */
static void send_job(struct change **taken, struct wg_text *job, wg_help_landed *landed)
{
    struct change *change = *taken;
    int full = wg_helper_ask(change->registry->passwords, job->bytes, job->length, landed, change);
    explicit_bzero(job->bytes, job->length);
    if (full == 0) {
        *taken = NULL;
        return;
    }
    if (change->staff_id != 0) {
        const struct session_try try = try_of(change);
        session_store_spare(change->registry, &try);
    }
    answer_helper_full(change->request);
}

/* ---- one's own */

static void on_hashed(const struct wg_help *help, void *arg)
{
    WG_AUTO(destroy) struct change *change = arg;
    if (help->end != WG_HELPED || help->status != PASSWORD_RIGHT) {
        answer_helper_gone(change->request);
        return;
    }
    WG_AUTO(wg_free) char *hash = wg_strndup(help->bytes, help->length);
    const struct session_begin wish = {
        .registry = change->registry,
        .request = change->request,
        .staff_id = change->staff_id,
        .how = change->how,
        .device = change->bound ? change->device : NULL,
        .password = hash,
        .posts = change->posts,
        .has_totp = change->has_totp,
        .replaces = change->session_id,
        .status = 200,
    };
    session_begin(&wish);
}

static void on_refused(struct wg_flight *flight, void *arg)
{
    WG_AUTO(destroy) struct change *change = arg;
    if (wg_flight_outcome(flight) == WG_COMMITTED)
        wg_reply_refusal(change->request, 403, "former-password-wrong", "原密码不对",
                         "The former password is wrong");
    else
        answer_away(change->request);
}

static void on_verified(const struct wg_help *help, void *arg)
{
    WG_AUTO(destroy) struct change *change = arg;
    const struct session_try try = try_of(change);
    if (help->end != WG_HELPED || help->status == PASSWORD_BROKEN) {
        session_store_spare(change->registry, &try);
        answer_helper_gone(change->request);
    } else if (help->status == PASSWORD_RIGHT) {
        WG_AUTO(wg_text_destroy) struct wg_text job = { 0 };
        password_hash_job(&job, change->wanted);
        send_job(&change, &job, on_hashed);
    } else if (session_store_refuse(change->registry, &try, on_refused, change) == 0) {
        change = NULL; /* the flight's */
    } else {
        answer_away(change->request);
    }
}

/* The wrong tries at the former password are those of a log-in: whoever holds a session guesses no
 * more than who holds none. */
static void judge_former(struct change **taken, const PGresult *rows)
{
    struct change *change = *taken;
    const struct password_fault *fault = password_judge(change->wanted, change->code);
    static const struct password_fault same = { "新密码不能与原密码相同",
                                                "must differ from the former one" };
    const struct session_try try = try_of(change);
    if (fault == NULL && strcmp(change->wanted, change->former) == 0)
        fault = &same;
    if (fault != NULL) {
        session_store_spare(change->registry, &try);
        reply_bad(change->request, fault);
        return;
    }
    WG_AUTO(wg_text_destroy) struct wg_text job = { 0 };
    password_verify_job(&job, wg_get_text(rows, 0, OPENED_HASH), change->former);
    send_job(taken, &job, on_verified);
}

static void on_opened(struct wg_flight *flight, void *arg)
{
    WG_AUTO(destroy) struct change *change = arg;
    if (wg_flight_outcome(flight) != WG_COMMITTED) {
        answer_away(change->request);
        return;
    }
    const PGresult *rows = wg_flight_result(flight, 0);
    if (!wg_is_null(rows, 0, OPENED_LOCKED_S)) {
        answer_locked(change->request, wg_get_i64(rows, 0, OPENED_LOCKED_S));
        return;
    }
    change->locks = wg_get_bool(rows, 0, OPENED_LOCKS);
    change->has_totp = !wg_is_null(rows, 0, OPENED_TOTP);
    wg_copy(change->posts, sizeof change->posts, wg_get_text(rows, 0, OPENED_POSTS));
    wg_copy(change->code, sizeof change->code, wg_get_text(rows, 0, OPENED_CODE));
    judge_former(&change, rows);
}

static void on_seen(struct wg_flight *flight, void *arg)
{
    WG_AUTO(destroy) struct change *change = arg;
    const struct session_try try = try_of(change);
    if (wg_flight_outcome(flight) != WG_COMMITTED || PQntuples(wg_flight_result(flight, 0)) == 0) {
        answer_away(change->request);
        return;
    }
    const PGresult *rows = wg_flight_result(flight, 0);
    change->bound = !wg_is_null(rows, 0, SEEN_DEVICE);
    wg_copy(change->how, sizeof change->how, wg_get_text(rows, 0, SEEN_HOW));
    wg_copy(change->device, sizeof change->device, wg_get_text(rows, 0, SEEN_DEVICE));
    if (!wg_get_bool(rows, 0, SEEN_PASSWORD))
        wg_reply_refusal(change->request, 409, "no-password", "此人员没有密码，请联系管理员",
                         "This person has no password; ask an administrator");
    else if (session_store_open(change->registry, &try, on_opened, change) == 0)
        change = NULL; /* the flight's */
    else
        answer_away(change->request);
}

void session_change_password(struct wg_request *request, void *arg)
{
    static const char *const names[] = { "old", "new", NULL };
    struct registry *registry = arg;
    if (!answer_session(request))
        return;
    WG_AUTO(wg_json_put) struct json_object *body = wg_request_json(request);
    if (body == NULL)
        return;
    WG_AUTO(destroy) struct change *change = wg_new(sizeof *change);
    struct wg_problem *problem =
        wg_problem_new(422, "invalid-password", "密码不符合要求", "This cannot be the password");
    body_only(problem, body, names);
    wg_copy(change->former, sizeof change->former,
            body_required(problem, body, "old", PASSWORD_BYTES));
    wg_copy(change->wanted, sizeof change->wanted,
            body_required(problem, body, "new", PASSWORD_BYTES));
    if (answer_parameters_refused(request, &problem))
        return;
    change->registry = registry;
    change->request = request;
    change->now = wg_clock_now();
    change->staff_id = wg_request_caller(request)->staff_id;
    change->session_id = wg_request_caller(request)->session_id;
    if (session_store_get(registry, change->session_id, on_seen, change) == 0)
        change = NULL; /* the flight's */
    else
        answer_away(request);
}

/* ---- an administrator's */

static void on_set(struct wg_flight *flight, void *arg)
{
    WG_AUTO(destroy) struct change *change = arg;
    if (wg_flight_outcome(flight) != WG_COMMITTED) {
        answer_away(change->request); /* asked again it makes another */
        return;
    }
    if (PQntuples(wg_flight_result(flight, 0)) == 0) {
        wg_reply_refusal(change->request, 404, "not-found", "没有这个人员",
                         "There is no such member of staff");
        return;
    }
    struct json_object *body = json_object_new_object();
    json_object_object_add(body, "staff", json_object_new_string(change->code));
    json_object_object_add(body, "password", json_object_new_string(change->wanted));
    json_object_object_add(
        body, "until",
        json_object_new_string(wg_time_string(change->now + ONE_TIME_S * WG_SECOND)));
    wg_reply_header(change->request, "Cache-Control", "no-store");
    wg_reply_json(change->request, 201, &body);
}

static void on_drawn(const struct wg_help *help, void *arg)
{
    WG_AUTO(destroy) struct change *change = arg;
    if (help->end != WG_HELPED || help->status != PASSWORD_RIGHT) {
        answer_helper_gone(change->request);
        return;
    }
    WG_AUTO(wg_free) char *hash = wg_strndup(help->bytes, help->length);
    const struct session_password password = { .code = change->code,
                                               .hash = hash,
                                               .actor = change->actor,
                                               .until = change->now + ONE_TIME_S * WG_SECOND };
    if (session_store_set_password(change->registry, &password, on_set, change) == 0)
        change = NULL; /* the flight's */
    else
        answer_away(change->request);
}

void session_set_password(struct wg_request *request, void *arg)
{
    if (!answer_administrator(request))
        return;
    WG_AUTO(destroy) struct change *change = wg_new(sizeof *change);
    WG_AUTO(wg_text_destroy) struct wg_text job = { 0 };
    change->registry = arg;
    change->request = request;
    change->now = wg_clock_now();
    wg_copy(change->code, sizeof change->code, wg_request_param(request, "code"));
    wg_copy(change->actor, sizeof change->actor, answer_actor(wg_request_caller(request)));
    password_draw(change->wanted);
    password_hash_job(&job, change->wanted);
    send_job(&change, &job, on_drawn);
}
