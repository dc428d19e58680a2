#include "common/query_code.h"

#include <inttypes.h>
#include <stdio.h>
#include <strings.h>

#include "common/clock.h"

enum { KIND_NUMBER = 'n', KIND_ADDRESS = 'a' };

void wg_reply_no_report(struct wg_request *request)
{
    wg_reply_refusal(request, 404, "unknown-report", "编号或查询码不正确",
                     "The number or its query code is not right");
}

/* NULL: none. */
static const char *given_code(struct wg_request *request, bool in_address)
{
    static const char scheme[] = "Code ";
    const char *header = wg_request_header(request, "Authorization");
    if (header != NULL && strncasecmp(header, scheme, sizeof scheme - 1) == 0)
        return header + sizeof scheme - 1;
    return in_address ? wg_request_query(request, "code") : NULL;
}

bool wg_code_asked(struct wg_attempts *attempts, const uint8_t key[WG_SECRET_BYTES],
                   struct wg_request *request, bool in_address)
{
    const char *code = given_code(request, in_address), *address = wg_request_address(request);
    int64_t now = wg_clock_mono(), id = 0;
    char date[7], number[24];
    bool is_number = wg_number_read(wg_request_param(request, "number"), &id, date) == 0;
    snprintf(number, sizeof number, "%" PRId64, id);
    if (code == NULL) {
        wg_reply_header(request, "WWW-Authenticate", "Code");
        wg_reply_refusal(request, 401, "code-required", "需要查询码", "The query code is needed");
        return false;
    }
    if (wg_attempts_blocked(attempts, KIND_ADDRESS, address, now) ||
        wg_attempts_blocked(attempts, KIND_NUMBER, number, now)) {
        wg_reply_header(request, "Retry-After", "60");
        wg_reply_refusal(request, 429, "too-many-attempts", "查询码错误次数过多，请一分钟后再试",
                         "Too many wrong query codes; try again in a minute");
        return false;
    }
    if (is_number && wg_code_right(key, id, code))
        return true;
    wg_attempts_wrong(attempts, KIND_ADDRESS, address, now);
    if (is_number)
        wg_attempts_wrong(attempts, KIND_NUMBER, number, now);
    wg_reply_no_report(request);
    return false;
}
