#include "services/registry/session_begin.h"

#include <stdio.h>
#include <string.h>

#include "common/access.h"
#include "common/clock.h"
#include "common/http.h"
#include "common/text.h"

#include "services/registry/answer.h"
#include "services/registry/session_store.h"

/* A desk: half a day, two hours without a touch. A bound phone: thirty days. */
enum { DESK_S = 12 * 3600, DESK_IDLE_S = 2 * 3600, PHONE_S = 30 * 86400, TOKEN_START = 3 };

struct begun {
    struct session_begin wish;
    char device[4 * SESSION_DEVICE_MOST + 1], location[512];
    char *token, *secret; /* of the session, of its device; seen by nobody but this answer */
    int64_t until;
    bool bound;
};

static void destroy(struct begun **begun)
{
    if (*begun == NULL)
        return;
    free((*begun)->token);
    free((*begun)->secret);
    free(*begun);
    *begun = NULL;
}

/* Both are names with commas between, and hold no others. */
bool session_needs_totp(const struct registry *registry, const char *posts)
{
    char wanted[512], one[64];
    snprintf(wanted, sizeof wanted, ",%s,", registry->totp_posts);
    while (posts != NULL && *posts != '\0') {
        int length = (int)strcspn(posts, ",");
        snprintf(one, sizeof one, ",%.*s,", length, posts);
        if (strstr(wanted, one) != NULL)
            return true;
        posts += length + (posts[length] == ',');
    }
    return false;
}

/* ---- who it is */

static void put_text(struct json_object *to, const char *name, const char *text)
{
    json_object_object_add(to, name, text == NULL ? NULL : json_object_new_string(text));
}

static void put_id(struct json_object *to, const char *name, int64_t id)
{
    char text[24];
    snprintf(text, sizeof text, "%lld", (long long)id);
    put_text(to, name, text);
}

struct json_object *session_json(const PGresult *rows, bool english)
{
    struct json_object *body = json_object_new_object(), *staff = json_object_new_object();
    int64_t until = wg_get_time(rows, 0, SEEN_UNTIL), idle = wg_get_time(rows, 0, SEEN_IDLE);
    put_id(body, "id", wg_get_i64(rows, 0, SEEN_ID));
    put_id(staff, "id", wg_get_i64(rows, 0, SEEN_STAFF));
    put_text(staff, "code", wg_get_text(rows, 0, SEEN_CODE));
    put_text(staff, "name", wg_get_text(rows, 0, english ? SEEN_NAME_EN : SEEN_NAME));
    put_text(staff, "party", wg_get_text(rows, 0, SEEN_PARTY));
    json_object_object_add(body, "staff", staff);
    json_object_object_add(body, "posts", json_tokener_parse(wg_get_text(rows, 0, SEEN_POSTS)));
    put_text(body, "how", wg_get_text(rows, 0, SEEN_HOW));
    put_text(body, "device", wg_get_text(rows, 0, SEEN_DEVICE));
    put_text(body, "must", wg_get_text(rows, 0, SEEN_MUST));
    put_text(body, "since", wg_time_string(wg_get_time(rows, 0, SEEN_SINCE)));
    put_text(body, "until", wg_time_string(until));
    put_text(body, "idle_until", wg_time_string(idle < until ? idle : until));
    json_object_object_add(body, "totp", json_object_new_boolean(wg_get_bool(rows, 0, SEEN_TOTP)));
    json_object_object_add(body, "password",
                           json_object_new_boolean(wg_get_bool(rows, 0, SEEN_PASSWORD)));
    return body;
}

/* ---- the way in */

static void answer(struct begun *begun, const PGresult *seen)
{
    struct wg_request *request = begun->wish.request;
    int64_t seconds = begun->bound ? PHONE_S : DESK_S;
    wg_reply_cookie(request, WG_SESSION_COOKIE, begun->token, seconds);
    if (begun->bound)
        wg_reply_cookie(request, WG_DEVICE_COOKIE, begun->secret, seconds);
    wg_reply_header(request, "Cache-Control", "no-store");
    if (begun->wish.status == 303) {
        wg_reply_header(request, "Location", begun->location);
        wg_reply_bytes(request, 303, "text/plain; charset=utf-8", "", 0);
        return;
    }
    struct json_object *body = session_json(seen, wg_request_english(request));
    wg_reply_json(request, begun->wish.status, &body);
}

static void on_begun(struct wg_flight *flight, void *arg)
{
    WG_AUTO(destroy) struct begun *begun = arg;
    size_t first = begun->wish.password != NULL;
    bool committed = wg_flight_outcome(flight) == WG_COMMITTED;
    bool replayed = committed && PQntuples(wg_flight_result(flight, first)) == 0;
    if (!committed)
        answer_away(begun->wish.request); /* a session whose token nobody has opens nothing */
    else if (!replayed)
        answer(begun, wg_flight_result(flight, first + 1));
    if (begun->wish.over != NULL)
        begun->wish.over(replayed, begun->wish.arg);
}

void session_begin(const struct session_begin *wish)
{
    WG_AUTO(destroy) struct begun *begun = wg_new(sizeof *begun);
    uint8_t hash[WG_KEY_HASH_BYTES], device_hash[WG_KEY_HASH_BYTES];
    int64_t now = wg_clock_now();
    begun->wish = *wish;
    begun->bound = wish->device != NULL;
    begun->token = wg_key_new();
    begun->secret = wg_key_new();
    memmove(begun->token, begun->token + TOKEN_START, strlen(begun->token + TOKEN_START) + 1);
    memmove(begun->secret, begun->secret + TOKEN_START, strlen(begun->secret + TOKEN_START) + 1);
    wg_copy(begun->location, sizeof begun->location, wish->location);
    wg_key_hash(hash, begun->token, strlen(begun->token));
    wg_key_hash(device_hash, begun->secret, strlen(begun->secret));
    bool enrol = !wish->has_totp && session_needs_totp(wish->registry, wish->posts);
    const struct session_new session = {
        .staff_id = wish->staff_id,
        .now = now,
        .until = now + (begun->bound ? PHONE_S : DESK_S) * WG_SECOND,
        .hash = hash,
        .device_hash = begun->bound ? device_hash : NULL,
        .device = wish->device,
        .must = wish->one_time ? "change-password"
                : enrol        ? "enrol-totp"
                               : NULL,
        .how = wish->how,
        .address = wg_request_address(wish->request),
        .idle_s = begun->bound ? PHONE_S : DESK_IDLE_S,
        .step = wish->step,
        .replaces = wish->replaces,
        .password = wish->password,
    };
    if (session_store_insert(wish->registry, &session, on_begun, begun) == 0) {
        begun = NULL; /* the flight's */
        return;
    }
    answer_away(wish->request);
    if (wish->over != NULL)
        wish->over(false, wish->arg);
}
