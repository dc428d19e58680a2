/* Any JSON as a calendar file. One that is taken answers every question without end or overflow,
 * and its answers fit together: a limit of n minutes ends where n minutes have been worked; no
 * pause and no later start ends it earlier. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/calendar.h"
#include "common/json.h"
#include "common/text.h"

#include "tests/fuzz/fuzz.h"

#define MINUTE INT64_C(60000000)
#define YEAR_2100                                                                                  \
    (INT64_C(4102444800) * 1000000) /* working time ends there, give or take a zone                \
                                     */

static int64_t any(uint64_t *number, int64_t below)
{
    *number = *number * UINT64_C(6364136223846793005) + 1442695040888963407;
    return (int64_t)(*number >> 33) % below;
}

static void ask(const struct wg_calendar *calendar, uint64_t *number, int32_t n)
{
    int64_t form = any(number, 16), start = any(number, YEAR_2100 / 1000003) * 1000003;
    struct wg_limit limit = { n, (enum wg_unit)(form % 4), form & 4, form & 8 };
    struct wg_pause pauses[3];
    size_t n_pauses = (size_t)any(number, 4);
    for (size_t i = 0; i < n_pauses; i++) {
        pauses[i].from = start + (any(number, 3 * 1440) - 1440) * 5 * MINUTE;
        pauses[i].to = any(number, 9) == 0 ? 0 : pauses[i].from + any(number, 1440) * 5 * MINUTE;
    }
    int64_t end = wg_calendar_deadline(calendar, start, &limit, NULL, 0);
    int64_t paused = wg_calendar_deadline(calendar, start, &limit, pauses, n_pauses);
    int64_t later = wg_calendar_deadline(calendar, start + 7 * MINUTE, &limit, pauses, n_pauses);
    MUST(end >= start && (paused == 0 || paused >= end));
    MUST(later == 0 || (paused != 0 && later >= paused));
    if (limit.unit == WG_WORK_MINUTE && !limit.close_of_day && end < YEAR_2100 - 1440 * MINUTE)
        MUST(wg_calendar_between(calendar, start, end) >= n * MINUTE);
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
    for (int i = 0; i < 16; i++)
        ask(calendar, &number, (int32_t)any(&number, 0x4000));
    ask(calendar, &number, 1000000);
    for (unsigned form = 0; form < 16; form++) {
        limit = (struct wg_limit){ INT32_MAX, (enum wg_unit)(form % 4), form & 4, form & 8 };
        wg_calendar_deadline(calendar, INT64_MAX, &limit, NULL, 0);
        wg_calendar_deadline(calendar, INT64_MIN, &limit, NULL, 0);
    }
    return 0;
}
