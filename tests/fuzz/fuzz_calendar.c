/* Any JSON as a calendar file. One that is taken answers every question without end or overflow,
 * and its answers fit together: a limit of n minutes ends where n minutes have been worked, and a
 * later start never ends earlier. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/calendar.h"
#include "common/json.h"
#include "common/text.h"

#include "tests/fuzz/fuzz.h"

#define MINUTE INT64_C(60000000)
#define YEAR_9999                                                                                  \
    (INT64_C(253370764800) * 1000000) /* moments after it count as the last one of it */

static void ask(const struct wg_calendar *calendar, int64_t start, int32_t n)
{
    struct wg_limit minutes = { .n = n, .unit = WG_WORK_MINUTE },
                    days = { .n = n, .unit = WG_WORK_DAY };
    int64_t end = wg_calendar_deadline(calendar, start, minutes);
    MUST(end >= start);
    MUST(end > YEAR_9999 || wg_calendar_between(calendar, start, end) == n * MINUTE);
    MUST(wg_calendar_deadline(calendar, start + 7 * MINUTE, minutes) >= end);
    MUST(wg_calendar_deadline(calendar, start, days) >= start);
    MUST(wg_calendar_deadline(calendar, start + 7 * MINUTE, days) >=
         wg_calendar_deadline(calendar, start, days));
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t length)
{
    struct wg_json_verdict verdict;
    WG_AUTO(wg_calendar_destroy) struct wg_calendar *calendar = NULL;
    char fault[120] = "";
    WG_AUTO(wg_json_put)
    struct json_object *object = wg_json_parse((const char *)bytes, length, &verdict);
    if (verdict.fault != WG_JSON_FINE)
        return 0;
    struct wg_limit limit;
    if (wg_limit_parse(object, &limit, fault, sizeof fault) != 0)
        MUST(strchr(fault, ':') != NULL && wg_utf8_valid(fault, strlen(fault)));
    if (wg_calendar_new(object, &calendar, fault, sizeof fault) != 0) {
        MUST(strchr(fault, ':') != NULL && wg_utf8_valid(fault, strlen(fault)));
        return 0;
    }
    uint64_t number = length;
    for (size_t i = 0; i < length; i++)
        number = number * 31 + bytes[i];
    for (int i = 0; i < 8; i++) {
        number = number * UINT64_C(6364136223846793005) + 1;
        ask(calendar, (int64_t)(number >> 33) * 1000003, (int32_t)(number >> 20 & 0x3fff));
    }
    ask(calendar, 0, 1000000);
    wg_calendar_deadline(calendar, INT64_MAX, (struct wg_limit){ .n = INT32_MAX });
    wg_calendar_deadline(calendar, INT64_MIN,
                         (struct wg_limit){ .n = INT32_MAX, .unit = WG_WORK_DAY });
    return 0;
}
