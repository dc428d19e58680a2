/* What a request asks of a case: which case, which action with which fields, seen when, and under
 * which key. Faults are answered here. */
#include <sodium.h>
#include <stdio.h>
#include <string.h>

#include "common/json.h"
#include "common/text.h"

#include "services/triage/action.h"

/* "-k" behind the number; 0 = there is none. Cuts it off. */
static int32_t cut_task(char *number)
{
    char *last = strrchr(number, '-');
    size_t dashes = 0;
    for (const char *at = number; *at != '\0'; at++)
        dashes += *at == '-';
    /* "YYMMDD-<id>-<c>-<k>" */
    if (last == NULL || dashes != 3)
        return 0;
    char *end;
    long k = strtol(last + 1, &end, 10);
    *last = '\0';
    return *end == '\0' && k > 0 && k <= WORKFLOW_TASKS ? (int32_t)k : 0;
}

int64_t action_case_id(const char *text, int32_t *ret_task)
{
    char date[7], number[64], *end;
    int64_t id;
    wg_copy(number, sizeof number, text);
    if (ret_task != NULL && (*ret_task = cut_task(number)) == 0)
        return 0;
    if (wg_number_read(number, &id, date) == 0)
        return id;
    id = strtoll(number, &end, 10);
    return *end == '\0' && id > 0 ? id : 0;
}

/* "<n>" of If-Match; a list or a weak tag never matches. */
void action_take_match(struct action *action)
{
    const char *given = wg_request_header(action->request, "If-Match");
    int n = 0, used = 0;
    action->has_match = given != NULL;
    bool right =
        given != NULL && sscanf(given, "\"%d\"%n", &n, &used) == 1 && given[used] == '\0' && n > 0;
    action->match = right ? n : 0;
}

static void take_key(struct action *action, const char *body, size_t length)
{
    const char *given = wg_request_header(action->request, "Idempotency-Key");
    char who[WG_CALLER_ROOM];
    char random[24];
    if (given == NULL) { /* one of our own, so that an unknown fate can be asked about */
        randombytes_buf(random, sizeof random);
        wg_hash(action->key, NULL, random, sizeof random, NULL);
    } else {
        if (action->reporter)
            snprintf(who, sizeof who, "report:%lld", (long long)action->report_id);
        else
            wg_caller_name(&action->caller, who);
        wg_hash(action->key, NULL, who, strlen(who), given, strlen(given), NULL);
    }
    wg_hash(action->body, NULL, body, length, wg_request_path(action->request),
            strlen(wg_request_path(action->request)), NULL);
}

bool action_take_body(struct action *action)
{
    size_t length;
    const char *body = wg_request_body(action->request, &length);
    action->input = wg_request_json(action->request);
    if (action->input == NULL)
        return false;
    const char *name = wg_json_text(action->input, "action");
    if (name == NULL || strlen(name) >= sizeof action->name) {
        struct wg_problem *problem =
            wg_problem_new(422, "invalid-action", "操作内容有误", "The action has faults");
        wg_problem_error(problem, "/action", "必填", "is required");
        wg_reply_problem(action->request, &problem);
        return false;
    }
    snprintf(action->name, sizeof action->name, "%s", name);
    json_object_object_del(action->input, "action");
    take_key(action, body, length);
    return true;
}

bool action_key_fine(struct wg_request *request)
{
    const char *key = wg_request_header(request, "Idempotency-Key");
    if (key == NULL || (key[0] != '\0' && strlen(key) <= 200))
        return true;
    wg_reply_refusal(request, 400, "bad-idempotency-key", "Idempotency-Key 应为 1 至 200 字节",
                     "Idempotency-Key must have 1 to 200 bytes");
    return false;
}
