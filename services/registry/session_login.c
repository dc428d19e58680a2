/* POST /api/v1/sessions. A try is written down before it is judged (open_login.sql), judged in a
 * helper process, and then refused, spared or forgiven. Whoever is not there costs what a wrong
 * password costs, and gets the same answer. */
#include <stdio.h>
#include <string.h>

#include "common/clock.h"
#include "common/helper.h"
#include "common/json.h"
#include "common/log.h"

#include "services/registry/answer.h"
#include "services/registry/password.h"
#include "services/registry/session.h"
#include "services/registry/session_begin.h"
#include "services/registry/session_body.h"
#include "services/registry/session_store.h"
#include "services/registry/totp.h"

enum { CODE_MOST = 100, POSTS_ROOM = 256 };

struct login {
    struct registry *registry;
    struct wg_request *request;
    char code[CODE_MOST + 1], password[PASSWORD_BYTES + 1], totp[TOTP_DIGITS + 1];
    char address[64], device[4 * SESSION_DEVICE_MOST + 1], posts[POSTS_ROOM];
    int64_t staff_id, now, last_step;
    bool bind, locks, there, one_time, expired, has_totp;
    uint8_t secret[TOTP_SECRET_BYTES];
};

static void destroy(struct login **login)
{
    if (*login == NULL)
        return;
    explicit_bzero(*login, sizeof **login);
    free(*login);
    *login = NULL;
}

static struct session_try try_of(const struct login *login)
{
    return (struct session_try){ .code = login->code,
                                 .staff_id = login->staff_id,
                                 .address = login->address,
                                 .now = login->now,
                                 .locks = login->locks };
}

/* ---- refused */

static void reply_login_wrong(struct wg_request *request)
{
    wg_reply_refusal(request, 401, "login-wrong", "人员编码或密码不对",
                     "The staff code or the password is wrong");
}

static void reply_totp_wrong(struct wg_request *request)
{
    wg_reply_refusal(request, 401, "totp-wrong", "动态口令不对或已用过",
                     "The one-time code is wrong, or was used before");
}

static void on_login_refused(struct wg_flight *flight, void *arg)
{
    WG_AUTO(destroy) struct login *login = arg;
    if (wg_flight_outcome(flight) == WG_COMMITTED)
        reply_login_wrong(login->request);
    else
        answer_away(login->request);
}

static void on_totp_refused(struct wg_flight *flight, void *arg)
{
    WG_AUTO(destroy) struct login *login = arg;
    if (wg_flight_outcome(flight) == WG_COMMITTED)
        reply_totp_wrong(login->request);
    else
        answer_away(login->request);
}

/* Takes login. */
static void refuse(struct login **taken, const char *why, wg_landed *landed)
{
    WG_AUTO(destroy) struct login *login = *taken;
    struct session_try try = try_of(login);
    *taken = NULL;
    try.why = why;
    if (session_store_refuse(login->registry, &try, landed, login) == 0)
        login = NULL; /* the flight's */
    else
        answer_away(login->request);
}

static void on_begun(bool replayed, void *arg)
{
    WG_AUTO(destroy) struct login *login = arg;
    if (replayed)
        refuse(&login, "totp-replayed", on_totp_refused);
}

/* ---- judged */

static void begin(struct login **taken, int64_t step)
{
    struct login *login = *taken;
    const struct session_begin wish = {
        .registry = login->registry,
        .request = login->request,
        .staff_id = login->staff_id,
        .how = step != 0 ? "totp" : "password",
        .device = login->bind ? login->device : NULL,
        .posts = login->posts,
        .one_time = login->one_time,
        .has_totp = login->has_totp,
        .step = step,
        .status = 201,
        .over = on_begun,
        .arg = login,
    };
    *taken = NULL;
    session_begin(&wish);
}

static void judge_totp(struct login **taken)
{
    struct login *login = *taken;
    int64_t step = 0;
    const struct session_try try = try_of(login);
    if (!login->has_totp) {
        begin(taken, 0);
    } else if (login->totp[0] == '\0') {
        session_store_spare(login->registry, &try);
        wg_reply_refusal(login->request, 401, "totp-required", "还需要动态口令",
                         "The one-time code is needed too");
    } else if (totp_judge(login->secret, login->now, login->last_step, login->totp, &step) == 0) {
        begin(taken, step);
    } else {
        refuse(taken, "totp", on_totp_refused);
    }
}

static void on_verified(const struct wg_help *help, void *arg)
{
    WG_AUTO(destroy) struct login *login = arg;
    const struct session_try try = try_of(login);
    if (help->end != WG_HELPED || help->status == PASSWORD_BROKEN) {
        session_store_spare(login->registry, &try); /* it was not judged */
        answer_helper_gone(login->request);
    } else if (help->status != PASSWORD_RIGHT || !login->there) {
        refuse(&login, login->there ? "password" : "unknown", on_login_refused);
    } else if (login->expired) {
        session_store_spare(login->registry, &try);
        wg_reply_refusal(login->request, 401, "password-expired", "一次性密码已过期，请联系管理员",
                         "The one-time password has expired; ask an administrator");
    } else {
        judge_totp(&login);
    }
}

/* ---- opened */

static bool read_totp(struct login *login, const PGresult *rows)
{
    size_t length = 0;
    const void *sealed = wg_get_bytes(rows, 0, OPENED_TOTP, &length);
    WG_AUTO(wg_free) char *secret = NULL;
    login->has_totp = sealed != NULL;
    if (sealed == NULL)
        return true;
    if (wg_unseal(login->registry->seal_secret, sealed, length, &secret, &length) != 0 ||
        length != TOTP_SECRET_BYTES)
        return false;
    memcpy(login->secret, secret, sizeof login->secret);
    explicit_bzero(secret, length);
    login->last_step = wg_get_i64(rows, 0, OPENED_STEP);
    return true;
}

static void verify(struct login **taken, const char *hash)
{
    struct login *login = *taken;
    const struct session_try try = try_of(login);
    WG_AUTO(wg_text_destroy) struct wg_text job = { 0 };
    password_verify_job(&job, hash, login->password);
    int full = wg_helper_ask(login->registry->passwords, job.bytes, job.length, on_verified, login);
    explicit_bzero(job.bytes, job.length);
    if (full == 0) {
        *taken = NULL; /* the helper's */
        return;
    }
    session_store_spare(login->registry, &try);
    answer_helper_full(login->request);
}

static void on_opened(struct wg_flight *flight, void *arg)
{
    WG_AUTO(destroy) struct login *login = arg;
    if (wg_flight_outcome(flight) != WG_COMMITTED) {
        answer_away(login->request);
        return;
    }
    const PGresult *rows = wg_flight_result(flight, 0);
    if (!wg_is_null(rows, 0, OPENED_LOCKED_S)) {
        answer_locked(login->request, wg_get_i64(rows, 0, OPENED_LOCKED_S));
        return;
    }
    login->locks = wg_get_bool(rows, 0, OPENED_LOCKS);
    login->staff_id = wg_get_i64(rows, 0, OPENED_STAFF);
    login->there = !wg_is_null(rows, 0, OPENED_HASH);
    login->one_time = wg_get_bool(rows, 0, OPENED_ONE_TIME);
    login->expired = wg_get_bool(rows, 0, OPENED_EXPIRED);
    wg_copy(login->posts, sizeof login->posts, wg_get_text(rows, 0, OPENED_POSTS));
    if (read_totp(login, rows)) {
        verify(&login, wg_get_text(rows, 0, OPENED_HASH));
        return;
    }
    wg_log(WG_ERROR, "totp-sealed", "staff=%lld", (long long)login->staff_id);
    answer_helper_gone(login->request);
}

/* ---- asked */

static bool take_body(struct login *login, struct json_object *body)
{
    static const char *const names[] = {
        "staff", "password", "totp", "device", "device_name", NULL
    };
    struct wg_problem *problem =
        wg_problem_new(422, "invalid-login", "登录的内容有误", "What was sent is no log-in");
    body_only(problem, body, names);
    const char *device = body_text(problem, body, "device", 16),
               *name = body_text(problem, body, "device_name", sizeof login->device - 1);
    wg_copy(login->code, sizeof login->code, body_required(problem, body, "staff", CODE_MOST));
    wg_copy(login->password, sizeof login->password,
            body_required(problem, body, "password", PASSWORD_BYTES));
    wg_copy(login->totp, sizeof login->totp, body_text(problem, body, "totp", TOTP_DIGITS));
    if (device != NULL && strcmp(device, "bind") != 0)
        wg_problem_error(problem, "/device", "只能是 bind", "must be bind");
    if (name != NULL && (device == NULL || wg_utf8_count(name, strlen(name)) > SESSION_DEVICE_MOST))
        wg_problem_error(problem, "/device_name", "绑定设备时才有名称，至多 60 字",
                         "only a device that is bound has a name, of at most 60 characters");
    login->bind = device != NULL;
    wg_copy(login->device, sizeof login->device, name == NULL ? "手机" : name);
    return !answer_parameters_refused(login->request, &problem);
}

void session_login(struct wg_request *request, void *arg)
{
    struct registry *registry = arg;
    if (wg_request_origin(request) == WG_ORIGIN_OTHER) {
        answer_cross_site(request);
        return;
    }
    WG_AUTO(wg_json_put) struct json_object *body = wg_request_json(request);
    if (body == NULL)
        return;
    WG_AUTO(destroy) struct login *login = wg_new(sizeof *login);
    login->registry = registry;
    login->request = request;
    login->now = wg_clock_now();
    wg_copy(login->address, sizeof login->address, wg_request_address(request));
    if (!take_body(login, body))
        return;
    const struct session_try try = try_of(login);
    if (session_store_open(registry, &try, on_opened, login) == 0)
        login = NULL; /* the flight's */
    else
        answer_away(request);
}
