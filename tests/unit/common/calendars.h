/* Calendars and moments from text, for the tests of common/calendar*. */
#pragma once

#include <string.h>

#include "common/calendar.h"
#include "common/json.h"
#include "common/text.h"

#include "tests/unit/test.h"

#define MINUTE INT64_C(60000000)
#define DAY (1440 * MINUTE)
#define HOUR (60 * MINUTE)
#define OFFICE                                                                                     \
    "\"timezone\":\"Asia/"                                                                         \
    "Shanghai\",\"hours\":[[\"08:30\",\"12:00\"],[\"14:00\",\"18:00\"]],\"workdays\":[1,2,3,4,5]"

static inline struct wg_calendar *calendar_of(const char *text)
{
    struct wg_json_verdict verdict;
    struct wg_calendar *calendar = NULL;
    char fault[300] = "";
    WG_AUTO(wg_json_put) struct json_object *object = wg_json_parse(text, strlen(text), &verdict);
    if (verdict.fault != WG_JSON_FINE ||
        wg_calendar_new(object, &calendar, fault, sizeof fault) != 0)
        fail_msg("calendar refused: %s: %s", text, fault);
    return calendar;
}

static inline int64_t moment(const char *text)
{
    int64_t time = 0;
    if (wg_time_parse(text, &time) != 0)
        fail_msg("no time: %s", text);
    return time;
}

static inline struct wg_limit limit_of(const char *text)
{
    struct wg_json_verdict verdict;
    struct wg_limit limit = { 0 };
    char fault[300] = "";
    WG_AUTO(wg_json_put) struct json_object *object = wg_json_parse(text, strlen(text), &verdict);
    if (verdict.fault != WG_JSON_FINE || wg_limit_parse(object, &limit, fault, sizeof fault) != 0)
        fail_msg("limit refused: %s: %s", text, fault);
    return limit;
}
