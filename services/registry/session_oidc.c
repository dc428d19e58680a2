/* Log-in by the city's single sign-on: authorization code with PKCE (RFC 9700). GET /sessions/oidc
 * sends the browser away with a cookie that only we can open; it holds state, nonce and verifier,
 * so that the answer may come to any instance, from the same browser alone. GET …/callback judges
 * what came back. */
#include <sodium.h>
#include <stdio.h>
#include <string.h>

#include "common/clock.h"
#include "common/json.h"
#include "common/log.h"
#include "common/text.h"

#include "services/registry/answer.h"
#include "services/registry/jwt.h"
#include "services/registry/oidc.h"
#include "services/registry/session.h"
#include "services/registry/session_begin.h"
#include "services/registry/session_store.h"

#define COOKIE "wangge_sso"
#define COOKIE_PATH "/api/v1/sessions/oidc"

enum { RANDOM_BYTES = 32, TEXT_ROOM = 44, BACK_ROOM = 256, TICKET_S = 600, COOKIE_ROOM = 1024 };

/* What the cookie holds. */
struct ticket {
    int64_t until;
    char state[TEXT_ROOM], nonce[TEXT_ROOM], verifier[TEXT_ROOM], back[BACK_ROOM];
    bool bind;
};
enum {
    SEALED_BYTES = crypto_secretbox_NONCEBYTES + crypto_secretbox_MACBYTES + sizeof(struct ticket)
};

struct visit {
    struct registry *registry;
    struct wg_request *request;
    struct ticket ticket;
    struct json_object *token, *claims;
    bool looked_again;
    const char *why; /* for which it was refused: a literal */
    char *code;
};

static void destroy(struct visit **visit)
{
    if (*visit == NULL)
        return;
    json_object_put((*visit)->token);
    json_object_put((*visit)->claims);
    free((*visit)->code);
    explicit_bzero(*visit, sizeof **visit);
    free(*visit);
    *visit = NULL;
}

static struct visit *new_visit(struct wg_request *request, struct registry *registry)
{
    struct visit *visit = wg_new(sizeof *visit);
    visit->registry = registry;
    visit->request = request;
    return visit;
}

/* ---- answers */

static void reply_off(struct wg_request *request)
{
    wg_reply_refusal(request, 404, "not-found", "未设置统一身份认证", "There is no single sign-on");
}

static void reply_away(struct wg_request *request)
{
    wg_reply_refusal(request, 503, "sso-away", "统一身份认证暂时没有回应，请稍后再试",
                     "The single sign-on does not answer; try again");
}

static void reply_state(struct wg_request *request)
{
    wg_reply_refusal(request, 403, "sso-state", "登录已过期或不是从本浏览器开始，请重新登录",
                     "This log-in has expired, or did not begin in this browser; begin anew");
}

static void on_refused(struct wg_flight *flight, void *arg)
{
    WG_AUTO(destroy) struct visit *visit = arg;
    if (wg_flight_outcome(flight) != WG_COMMITTED)
        answer_away(visit->request);
    else if (strcmp(visit->why, "unknown") == 0)
        wg_reply_refusal(visit->request, 403, "sso-unknown", "此账号没有对应的人员，请联系管理员",
                         "This account is nobody here; ask an administrator");
    else if (strcmp(visit->why, "desk") == 0)
        wg_reply_refusal(visit->request, 403, "sso-desk", "您的岗位须用密码和动态口令登录",
                         "Your post logs in with a password and a one-time code");
    else
        wg_reply_refusal(visit->request, 403, "sso-refused", "统一身份认证没有确认此登录",
                         "The single sign-on did not confirm this log-in");
}

/* Takes visit; why: for audit and log. */
static void refuse(struct visit **taken, const char *why)
{
    WG_AUTO(destroy) struct visit *visit = *taken;
    char reason[40];
    *taken = NULL;
    visit->why = why;
    snprintf(reason, sizeof reason, "sso-%s", why);
    wg_log(WG_WARNING, "sso", "reason=%s", reason);
    const struct session_try try = { .address = wg_request_address(visit->request),
                                     .now = wg_clock_now(),
                                     .why = reason };
    if (session_store_refuse(visit->registry, &try, on_refused, visit) == 0)
        visit = NULL; /* the flight's */
    else
        answer_away(visit->request);
}

/* ---- the cookie */

static void draw(char ret_text[TEXT_ROOM])
{
    uint8_t bytes[RANDOM_BYTES];
    randombytes_buf(bytes, sizeof bytes);
    sodium_bin2base64(ret_text, TEXT_ROOM, bytes, sizeof bytes,
                      sodium_base64_VARIANT_URLSAFE_NO_PADDING);
}

/* Every instance has the same key. */
static void cookie_key(const struct registry *registry, uint8_t ret_key[crypto_secretbox_KEYBYTES])
{
    static const uint8_t purpose[] = "the cookie of a single sign-on";
    crypto_generichash(ret_key, crypto_secretbox_KEYBYTES, purpose, sizeof purpose,
                       registry->seal_secret, WG_SECRET_BYTES);
}

static void write_cookie(const struct visit *visit, char ret_text[COOKIE_ROOM])
{
    uint8_t key[crypto_secretbox_KEYBYTES], sealed[SEALED_BYTES];
    cookie_key(visit->registry, key);
    randombytes_buf(sealed, crypto_secretbox_NONCEBYTES);
    crypto_secretbox_easy(sealed + crypto_secretbox_NONCEBYTES, (const uint8_t *)&visit->ticket,
                          sizeof visit->ticket, sealed, key);
    sodium_bin2base64(ret_text, COOKIE_ROOM, sealed, sizeof sealed,
                      sodium_base64_VARIANT_URLSAFE_NO_PADDING);
}

static bool read_cookie(struct visit *visit)
{
    uint8_t key[crypto_secretbox_KEYBYTES], sealed[SEALED_BYTES];
    size_t length = 0;
    const char *end, *text = wg_request_cookie(visit->request, COOKIE);
    cookie_key(visit->registry, key);
    return text != NULL &&
           sodium_base642bin(sealed, sizeof sealed, text, strlen(text), NULL, &length, &end,
                             sodium_base64_VARIANT_URLSAFE_NO_PADDING) == 0 &&
           *end == '\0' && length == sizeof sealed &&
           crypto_secretbox_open_easy(
               (uint8_t *)&visit->ticket, sealed + crypto_secretbox_NONCEBYTES,
               sizeof sealed - crypto_secretbox_NONCEBYTES, sealed, key) == 0 &&
           visit->ticket.until > wg_clock_now();
}

/* ---- away */

static void redirect(struct visit *visit)
{
    const struct oidc *oidc = visit->registry->oidc;
    const struct ticket *ticket = &visit->ticket;
    WG_AUTO(wg_text_destroy) struct wg_text url = { 0 };
    uint8_t hash[crypto_hash_sha256_BYTES];
    char challenge[TEXT_ROOM], cookie[COOKIE_ROOM];
    crypto_hash_sha256(hash, (const uint8_t *)ticket->verifier, strlen(ticket->verifier));
    sodium_bin2base64(challenge, sizeof challenge, hash, sizeof hash,
                      sodium_base64_VARIANT_URLSAFE_NO_PADDING);
    const char *base = oidc_authorize(oidc);
    wg_text_printf(&url, "%s%sresponse_type=code&scope=openid%%20profile&client_id=", base,
                   strchr(base, '?') == NULL ? "?" : "&");
    oidc_encode(&url, oidc_settings(oidc)->client_id);
    wg_text_put(&url, "&redirect_uri=");
    oidc_encode(&url, oidc_settings(oidc)->door);
    oidc_encode(&url, COOKIE_PATH "/callback");
    wg_text_printf(&url, "&state=%s&nonce=%s&code_challenge=%s&code_challenge_method=S256",
                   ticket->state, ticket->nonce, challenge);
    write_cookie(visit, cookie);
    wg_reply_lax_cookie(visit->request, COOKIE, cookie, TICKET_S, COOKIE_PATH);
    wg_reply_header(visit->request, "Location", url.bytes);
    wg_reply_header(visit->request, "Cache-Control", "no-store");
    wg_reply_bytes(visit->request, 303, "text/plain; charset=utf-8", "", 0);
}

static void on_discovered(bool fine, struct json_object *token, void *arg)
{
    WG_AUTO(destroy) struct visit *visit = arg;
    (void)token;
    if (fine)
        redirect(visit);
    else
        reply_away(visit->request);
}

/* A path of this door: nothing that a browser would take for another host. */
static bool is_path(const char *text)
{
    if (text[0] != '/' || text[1] == '/' || strlen(text) >= BACK_ROOM)
        return false;
    for (const char *at = text; *at != '\0'; at++)
        if (*at <= ' ' || *at == '\\' || *at == 0x7f || (unsigned char)*at >= 0x80)
            return false;
    return true;
}

void session_oidc(struct wg_request *request, void *arg)
{
    static const char *const names[] = { "return", "device", NULL };
    struct registry *registry = arg;
    const char *back = wg_request_query(request, "return"),
               *device = wg_request_query(request, "device");
    struct wg_problem *problem = answer_parameters(request, names);
    if (back != NULL && !is_path(back))
        answer_parameter(problem, "return", "应为本站的路径", "must be a path of this door");
    if (device != NULL && strcmp(device, "bind") != 0)
        answer_parameter(problem, "device", "只能是 bind", "must be bind");
    if (answer_parameters_refused(request, &problem))
        return;
    if (registry->oidc == NULL) {
        reply_off(request);
        return;
    }
    struct visit *visit = new_visit(request, registry);
    draw(visit->ticket.state);
    draw(visit->ticket.nonce);
    draw(visit->ticket.verifier);
    wg_copy(visit->ticket.back, sizeof visit->ticket.back, back == NULL ? "/" : back);
    visit->ticket.bind = device != NULL;
    visit->ticket.until = wg_clock_now() + TICKET_S * WG_SECOND;
    oidc_discover(registry->oidc, on_discovered, visit);
}

/* ---- and back */

static void on_found(struct wg_flight *flight, void *arg)
{
    WG_AUTO(destroy) struct visit *visit = arg;
    if (wg_flight_outcome(flight) != WG_COMMITTED) {
        answer_away(visit->request);
        return;
    }
    const PGresult *rows = wg_flight_result(flight, 0);
    if (PQntuples(rows) == 0) {
        refuse(&visit, "unknown");
        return;
    }
    bool has_totp = wg_get_bool(rows, 0, 1);
    if (has_totp || session_needs_totp(visit->registry, wg_get_text(rows, 0, 2))) {
        refuse(&visit, "desk");
        return;
    }
    const struct session_begin wish = {
        .registry = visit->registry,
        .request = visit->request,
        .staff_id = wg_get_i64(rows, 0, 0),
        .how = "sso",
        .device = visit->ticket.bind ? "手机" : NULL,
        .status = 303,
        .location = visit->ticket.back,
    };
    wg_reply_lax_cookie(visit->request, COOKIE, "", 0, COOKIE_PATH);
    session_begin(&wish);
}

static void find_person(struct visit **taken)
{
    struct visit *visit = *taken;
    const struct oidc_settings *settings = oidc_settings(visit->registry->oidc);
    const struct jwt_wanted wanted = { .issuer = settings->issuer,
                                       .audience = settings->client_id,
                                       .nonce = visit->ticket.nonce,
                                       .now_s = wg_clock_now() / WG_SECOND };
    enum jwt_fault fault = jwt_judge(visit->claims, &wanted);
    const char *claim =
        settings->claim[0] == '\0' ? NULL : wg_json_text(visit->claims, settings->claim);
    if (fault == JWT_FINE && settings->claim[0] != '\0' && claim == NULL)
        fault = JWT_SUBJECT;
    if (fault != JWT_FINE) {
        refuse(taken, jwt_fault_name(fault));
        return;
    }
    const struct session_identity identity = { .issuer = settings->issuer,
                                               .subject = wg_json_text(visit->claims, "sub"),
                                               .code = claim };
    if (session_store_find_identity(visit->registry, &identity, on_found, visit) == 0)
        *taken = NULL; /* the flight's */
    else
        answer_away(visit->request);
}

/* A key that nobody knows may be a new one: the keys are looked up once more. */
static void on_keys(bool fine, struct json_object *token, void *arg)
{
    WG_AUTO(destroy) struct visit *visit = arg;
    (void)token;
    if (!fine) {
        reply_away(visit->request);
        return;
    }
    struct oidc *oidc = visit->registry->oidc;
    const char *text = wg_json_text(visit->token, "id_token");
    enum jwt_fault fault =
        text == NULL ? JWT_MALFORMED : jwt_verify(text, oidc_keys(oidc), &visit->claims);
    if (fault == JWT_NO_KEY && !visit->looked_again) {
        visit->looked_again = true;
        struct visit *passed = visit;
        visit = NULL;
        oidc_load_keys(oidc, true, on_keys, passed);
    } else if (fault != JWT_FINE) {
        refuse(&visit, jwt_fault_name(fault));
    } else {
        find_person(&visit);
    }
}

static void on_token(bool fine, struct json_object *token, void *arg)
{
    struct visit *visit = arg;
    if (!fine) {
        refuse(&visit, "code");
        return;
    }
    visit->token = json_object_get(token);
    oidc_load_keys(visit->registry->oidc, false, on_keys, visit);
}

static void on_ready(bool fine, struct json_object *token, void *arg)
{
    WG_AUTO(destroy) struct visit *visit = arg;
    char redirect_uri[512];
    (void)token;
    if (!fine) {
        reply_away(visit->request);
        return;
    }
    struct oidc *oidc = visit->registry->oidc;
    snprintf(redirect_uri, sizeof redirect_uri, "%s%s/callback", oidc_settings(oidc)->door,
             COOKIE_PATH);
    const struct oidc_code code = { .code = visit->code,
                                    .verifier = visit->ticket.verifier,
                                    .redirect = redirect_uri };
    struct visit *passed = visit;
    visit = NULL;
    oidc_exchange(oidc, &code, on_token, passed);
}

void session_oidc_callback(struct wg_request *request, void *arg)
{
    struct registry *registry = arg;
    if (registry->oidc == NULL) {
        reply_off(request);
        return;
    }
    WG_AUTO(destroy) struct visit *visit = new_visit(request, registry);
    const char *state = wg_request_query(request, "state"),
               *code = wg_request_query(request, "code"),
               *issuer = wg_request_query(request, "iss");
    if (!read_cookie(visit) || state == NULL || strlen(state) != TEXT_ROOM - 1 ||
        sodium_memcmp(state, visit->ticket.state, TEXT_ROOM - 1) != 0) {
        reply_state(request);
        return;
    }
    /* RFC 9207: an answer of somebody else's is none. */
    if (issuer != NULL && strcmp(issuer, oidc_settings(registry->oidc)->issuer) != 0) {
        refuse(&visit, "issuer");
        return;
    }
    if (code == NULL || code[0] == '\0') {
        refuse(&visit, "denied");
        return;
    }
    visit->code = wg_strdup(code);
    struct visit *passed = visit;
    visit = NULL;
    oidc_discover(registry->oidc, on_ready, passed);
}
