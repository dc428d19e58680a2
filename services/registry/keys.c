#include "services/registry/keys.h"

#include <string.h>

#include "common/access.h"
#include "common/area.h"
#include "common/clock.h"
#include "common/crypto.h"
#include "common/json.h"
#include "common/text.h"

#include "services/registry/answer.h"
#include "services/registry/registry.h"
#include "services/registry/store.h"

enum { NAME_MOST = 100, SYSTEM_MOST = 63, RATE_MOST = 1000000 };

/* ---- make */

struct key_ask {
    struct wg_request *request;
    char *text; /* the key itself: seen by nobody but this answer */
    char *name;
    bool of_staff, of_area;
};

static void destroy_ask(struct key_ask **asked)
{
    if (*asked == NULL)
        return;
    free((*asked)->text);
    free((*asked)->name);
    free(*asked);
    *asked = NULL;
}

static struct wg_problem *new_problem(void)
{
    return wg_problem_new(422, "invalid-key", "密钥的内容有误", "What was asked for is no key");
}

/* The id is there: made. Otherwise what the key names is missing, or the system has one. */
static void answer_made(const struct key_ask *asked, const PGresult *result)
{
    if (wg_is_null(result, 0, 0)) {
        struct wg_problem *problem = new_problem();
        if (asked->of_staff && wg_is_null(result, 0, 1))
            wg_problem_error(problem, "/staff", "没有这个人员", "there is no such member of staff");
        if (asked->of_area && wg_is_null(result, 0, 2))
            wg_problem_error(problem, "/area", "没有这个区划", "there is no such area");
        if (wg_problem_errors(problem) == 0)
            wg_problem_error(problem, "/system", "该系统已有有效密钥，请先吊销",
                             "the system has a key in force; revoke it first");
        wg_reply_problem(asked->request, &problem);
        return;
    }
    char id[24], location[48];
    snprintf(id, sizeof id, "%lld", (long long)wg_get_i64(result, 0, 0));
    snprintf(location, sizeof location, "/api/v1/keys/%s", id);
    struct json_object *body = json_object_new_object();
    json_object_object_add(body, "id", json_object_new_string(id));
    json_object_object_add(body, "key", json_object_new_string(asked->text));
    json_object_object_add(body, "name", json_object_new_string(asked->name));
    wg_reply_header(asked->request, "Location", location);
    wg_reply_header(asked->request, "Cache-Control", "no-store");
    wg_reply_json(asked->request, 201, &body);
}

static void on_made(struct wg_flight *flight, void *arg)
{
    WG_AUTO(destroy_ask) struct key_ask *asked = arg;
    if (wg_flight_outcome(flight) == WG_COMMITTED)
        answer_made(asked, wg_flight_result(flight, 0));
    else if (wg_flight_outcome(flight) == WG_UNKNOWN)
        wg_reply_refusal(
            asked->request, 503, "fate-unknown", "密钥是否已生成尚不确定；请查看列表，若有则吊销",
            "Whether the key was made is not known; look at the list and revoke it if it is there");
    else
        answer_away(asked->request);
}

static void judge_text(struct wg_problem *problem, struct json_object *body, const char *member,
                       size_t most)
{
    struct json_object *value = wg_json_get(body, member);
    if (value == NULL)
        return;
    char pointer[32];
    const char *text = wg_json_text(body, member);
    size_t length = text == NULL ? 0 : wg_utf8_count(text, strlen(text));
    snprintf(pointer, sizeof pointer, "/%s", member);
    if (length < 1 || length > most)
        wg_problem_error(problem, pointer, "应为文字，且长度在范围内",
                         "must be text within its length");
}

static void judge_members(struct wg_problem *problem, struct json_object *body)
{
    static const char *const members[] = { "name",   "administrator", "staff",
                                           "system", "area",          "rate" };
    json_object_object_foreach(body, key, value)
    {
        (void)value;
        size_t i = 0;
        while (i < WG_COUNT(members) && strcmp(members[i], key) != 0)
            i++;
        if (i < WG_COUNT(members))
            continue;
        struct fault fault = { .line = 1 };
        char pointer[FAULT_POINTER_ROOM];
        snprintf(fault.column, sizeof fault.column, "%.*s",
                 (int)wg_utf8_prefix(key, strlen(key), 15), key);
        fault_pointer(&fault, pointer);
        wg_problem_error(problem, pointer + 2, "没有这个字段", "there is no such field");
    }
}

/* Who the key speaks for: a member of staff or a system; an administrator's may speak for neither.
 */
static void judge_subject(struct wg_problem *problem, struct json_object *body)
{
    bool administrator = json_object_get_boolean(wg_json_get(body, "administrator"));
    bool staff = wg_json_get(body, "staff") != NULL, system = wg_json_get(body, "system") != NULL;
    if (staff && system)
        wg_problem_error(problem, "/system", "staff 和 system 只能有一个",
                         "a key is for staff or for a system");
    else if (!staff && !system && !administrator)
        wg_problem_error(problem, "/staff", "须指明 staff 或 system", "name staff or a system");
    if (administrator && (staff || system))
        wg_problem_error(problem, "/administrator", "管理员密钥不代表任何人或系统",
                         "an administrator's key speaks for nobody");
    if (wg_json_get(body, "area") != NULL && !system)
        wg_problem_error(problem, "/area", "只有系统的密钥有区域",
                         "only a system's key has an area");
}

static bool judge(struct wg_request *request, struct json_object *body)
{
    struct wg_problem *problem = new_problem();
    struct json_object *rate = wg_json_get(body, "rate"),
                       *administrator = wg_json_get(body, "administrator");
    judge_members(problem, body);
    judge_text(problem, body, "name", NAME_MOST);
    judge_text(problem, body, "staff", NAME_MOST);
    judge_text(problem, body, "system", SYSTEM_MOST);
    if (wg_json_get(body, "name") == NULL)
        wg_problem_error(problem, "/name", "不能为空", "must be given");
    if (administrator != NULL && !json_object_is_type(administrator, json_type_boolean))
        wg_problem_error(problem, "/administrator", "应为 true 或 false", "must be true or false");
    const char *area = wg_json_text(body, "area");
    if (wg_json_get(body, "area") != NULL && (area == NULL || !wg_area_valid(area)))
        wg_problem_error(problem, "/area", "区划编码应为 6–17 位数字",
                         "an area's code is 6–17 digits");
    int64_t n = wg_json_int(body, "rate");
    if (rate != NULL && (!json_object_is_type(rate, json_type_int) || n < 1 || n > RATE_MOST))
        wg_problem_error(problem, "/rate", "应为 1–1000000", "must be 1–1,000,000");
    judge_subject(problem, body);
    if (wg_problem_errors(problem) > 0) {
        wg_reply_problem(request, &problem);
        return false;
    }
    wg_problem_destroy(&problem);
    return true;
}

void keys_make(struct wg_request *request, void *arg)
{
    struct registry *registry = arg;
    if (!answer_administrator(request))
        return;
    WG_AUTO(wg_json_put) struct json_object *body = wg_request_json(request);
    if (body == NULL || !judge(request, body))
        return;
    WG_AUTO(destroy_ask) struct key_ask *asked = wg_new(sizeof *asked);
    *asked = (struct key_ask){ .request = request,
                               .text = wg_key_new(),
                               .name = wg_strdup(wg_json_text(body, "name")) };
    uint8_t hash[WG_KEY_HASH_BYTES];
    wg_key_hash(hash, asked->text, strlen(asked->text));
    const struct store_key key = {
        .hash = hash,
        .name = asked->name,
        .staff = wg_json_text(body, "staff"),
        .system = wg_json_text(body, "system"),
        .area = wg_json_text(body, "area"),
        .administrator = json_object_get_boolean(wg_json_get(body, "administrator")),
        .rate = (int32_t)wg_json_int(body, "rate"),
        .actor = answer_actor(wg_request_caller(request)),
        .now = wg_clock_now(),
    };
    asked->of_staff = key.staff != NULL;
    asked->of_area = key.area != NULL;
    if (store_insert_key(registry->store, &key, on_made, asked) == 0)
        asked = NULL; /* the flight's */
    else
        answer_away(request);
}

/* ---- revoke */

static void on_revoked(struct wg_flight *flight, void *arg)
{
    struct wg_request *request = arg;
    if (wg_flight_outcome(flight) != WG_COMMITTED)
        answer_away(request); /* sent again it does no harm */
    else if (wg_get_bool(wg_flight_result(flight, 0), 0, 0))
        wg_reply_bytes(request, 204, "application/json", "", 0);
    else
        wg_reply_refusal(request, 404, "not-found", "没有这个密钥", "There is no such key");
}

void keys_revoke(struct wg_request *request, void *arg)
{
    struct registry *registry = arg;
    const char *text = wg_request_param(request, "id");
    size_t digits = strspn(text, "0123456789");
    if (!answer_administrator(request))
        return;
    if (digits == 0 || digits > 18 || text[digits] != '\0') {
        wg_reply_refusal(request, 404, "not-found", "没有这个密钥", "There is no such key");
        return;
    }
    const struct store_revoke revoke = {
        .id = strtoll(text, NULL, 10),
        .now = wg_clock_now(),
        .actor = answer_actor(wg_request_caller(request)),
    };
    if (store_revoke_key(registry->store, &revoke, on_revoked, request) != 0)
        answer_away(request);
}
