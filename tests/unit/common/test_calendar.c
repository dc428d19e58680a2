/* Promise: a limit ends when so much has been worked, and a file that cannot be meant is refused
 * with its place. Cases by hand on the sample city's calendar (argument 1: the real holidays of
 * 2018–2026); test_calendar_model.c has the cases that nobody thought of. */
#include <stdio.h>
#include <string.h>

#include "common/calendar.h"
#include "common/json.h"
#include "common/text.h"

#include "tests/unit/test.h"

#define MINUTE INT64_C(60000000)
#define DAY (1440 * MINUTE)
#define YEAR_9999 (INT64_C(253402300799) * 1000000)
#define OFFICE                                                                                     \
    "\"timezone\":\"Asia/"                                                                         \
    "Shanghai\",\"hours\":[[\"08:30\",\"12:00\"],[\"14:00\",\"18:00\"]],\"workdays\":[1,2,3,4,5]"

static const char *sample_path;

static struct wg_calendar *calendar_of(const char *text)
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

static int64_t moment(const char *text)
{
    int64_t time = 0;
    if (wg_time_parse(text, &time) != 0)
        fail_msg("no time: %s", text);
    return time;
}

/* ------------------------------------------------------------------ by hand */

/* 2026: 1–7 October is free, 10 October (Saturday) is worked. 23 November is a Monday. */
static const struct {
    const char *name, *start;
    int32_t n;
    enum wg_unit unit;
    const char *want;
} rows[] = {
    { "in the morning", "2026-11-23T09:00:00+08:00", 60, WG_WORK_MINUTE,
      "2026-11-23T10:00:00+08:00" },
    { "used up at noon", "2026-11-23T11:00:00+08:00", 60, WG_WORK_MINUTE,
      "2026-11-23T12:00:00+08:00" },
    { "over noon", "2026-11-23T11:00:00+08:00", 61, WG_WORK_MINUTE, "2026-11-23T14:01:00+08:00" },
    { "seconds stay", "2026-11-23T11:59:30+08:00", 1, WG_WORK_MINUTE, "2026-11-23T14:00:30+08:00" },
    { "from the break", "2026-11-23T12:30:00+08:00", 1, WG_WORK_MINUTE,
      "2026-11-23T14:01:00+08:00" },
    { "from noon", "2026-11-23T12:00:00+08:00", 1, WG_WORK_MINUTE, "2026-11-23T14:01:00+08:00" },
    { "up to closing", "2026-11-23T14:00:00+08:00", 240, WG_WORK_MINUTE,
      "2026-11-23T18:00:00+08:00" },
    { "over night", "2026-11-23T17:00:00+08:00", 120, WG_WORK_MINUTE, "2026-11-24T09:30:00+08:00" },
    { "before opening", "2026-11-23T03:00:00+08:00", 30, WG_WORK_MINUTE,
      "2026-11-23T09:00:00+08:00" },
    { "a whole day", "2026-11-23T08:30:00+08:00", 450, WG_WORK_MINUTE,
      "2026-11-23T18:00:00+08:00" },
    { "over the weekend", "2026-11-27T17:59:00+08:00", 2, WG_WORK_MINUTE,
      "2026-11-30T08:31:00+08:00" },
    { "over the holidays", "2026-09-30T17:00:00+08:00", 120, WG_WORK_MINUTE,
      "2026-10-08T09:30:00+08:00" },
    { "on the make-up day", "2026-10-09T17:30:00+08:00", 60, WG_WORK_MINUTE,
      "2026-10-10T09:00:00+08:00" },
    { "another offset", "2026-11-23T01:00:00Z", 60, WG_WORK_MINUTE, "2026-11-23T10:00:00+08:00" },
    { "none, open", "2026-11-23T09:00:07+08:00", 0, WG_WORK_MINUTE, "2026-11-23T09:00:07+08:00" },
    { "none, closed", "2026-11-21T09:00:00+08:00", 0, WG_WORK_MINUTE, "2026-11-23T08:30:00+08:00" },
    { "none, at noon", "2026-11-23T12:00:00+08:00", 0, WG_WORK_MINUTE,
      "2026-11-23T14:00:00+08:00" },

    { "next day", "2026-11-23T09:12:13+08:00", 1, WG_WORK_DAY, "2026-11-24T09:12:13+08:00" },
    { "over the weekend, days", "2026-11-26T16:00:00+08:00", 3, WG_WORK_DAY,
      "2026-12-01T16:00:00+08:00" },
    { "from the evening", "2026-11-23T20:00:00+08:00", 1, WG_WORK_DAY,
      "2026-11-25T08:30:00+08:00" },
    { "from the break, days", "2026-11-23T13:00:00+08:00", 1, WG_WORK_DAY,
      "2026-11-24T14:00:00+08:00" },
    { "from Sunday", "2026-11-22T10:00:00+08:00", 2, WG_WORK_DAY, "2026-11-25T08:30:00+08:00" },
    { "from within the holidays", "2026-10-03T10:00:00+08:00", 1, WG_WORK_DAY,
      "2026-10-09T08:30:00+08:00" },
    { "to the make-up day", "2026-10-08T10:00:00+08:00", 2, WG_WORK_DAY,
      "2026-10-10T10:00:00+08:00" },
    { "past the make-up day", "2026-10-08T10:00:00+08:00", 3, WG_WORK_DAY,
      "2026-10-12T10:00:00+08:00" },
    { "no day, open", "2026-11-23T09:00:00+08:00", 0, WG_WORK_DAY, "2026-11-23T09:00:00+08:00" },
    { "no day, closed", "2026-11-23T19:00:00+08:00", 0, WG_WORK_DAY, "2026-11-24T08:30:00+08:00" },
    { "a year without data goes by weekdays", "2031-10-01T10:00:00+08:00", 2, WG_WORK_DAY,
      "2031-10-03T10:00:00+08:00" },
};

static char *sample_text(void)
{
    char *bytes = wg_new(65536);
    FILE *file = sample_path == NULL ? NULL : fopen(sample_path, "rb");
    if (file == NULL)
        fail_msg("no sample calendar (argument 1)");
    assert_true(fread(bytes, 1, 65535, file) > 0);
    fclose(file);
    return bytes;
}

static void test_sample_city(void **state)
{
    WG_AUTO(wg_free) char *text = sample_text();
    WG_AUTO(wg_calendar_destroy) struct wg_calendar *calendar = calendar_of(text);
    for (size_t i = 0; i < WG_COUNT(rows); i++) {
        struct wg_limit limit = { .n = rows[i].n, .unit = rows[i].unit };
        int64_t got = wg_calendar_deadline(calendar, moment(rows[i].start), &limit, NULL, 0);
        if (got != moment(rows[i].want))
            fail_msg("row \"%s\": %s", rows[i].name, wg_time_string(got));
    }
    assert_true(wg_calendar_workday(calendar, 2026, 10, 10));
    assert_false(wg_calendar_workday(calendar, 2026, 10, 1));
    assert_true(wg_calendar_workday(calendar, 2026, 11, 23));
    assert_false(wg_calendar_workday(calendar, 2026, 11, 22));
    assert_false(wg_calendar_workday(calendar, 2026, 2, 29));
    assert_false(wg_calendar_workday(calendar, 2026, 13, 1));
    /* Counted from a second source, chinese-days (MIT), by another program. */
    static const int years[][2] = { { 2020, 249 }, { 2021, 250 }, { 2022, 249 }, { 2023, 249 },
                                    { 2024, 251 }, { 2025, 248 }, { 2026, 248 } };
    for (size_t i = 0; i < WG_COUNT(years); i++) {
        int days = 0;
        for (int month = 1; month <= 12; month++)
            for (int day = 1; day <= 31; day++)
                days += wg_calendar_workday(calendar, years[i][0], month, day);
        assert_int_equal(days, years[i][1]);
    }
}

static void test_between(void **state)
{
    WG_AUTO(wg_calendar_destroy) struct wg_calendar *calendar = calendar_of("{" OFFICE "}");
    static const struct {
        const char *from, *to;
        int64_t minutes;
    } spans[] = {
        { "2026-11-23T09:00:00+08:00", "2026-11-23T10:00:00+08:00", 60 },
        { "2026-11-23T11:00:00+08:00", "2026-11-23T15:00:00+08:00", 120 },
        { "2026-11-23T12:00:00+08:00", "2026-11-23T14:00:00+08:00", 0 },
        { "2026-11-20T17:00:00+08:00", "2026-11-23T09:30:00+08:00", 120 },
        { "2026-11-21T00:00:00+08:00", "2026-11-23T00:00:00+08:00", 0 },
        { "2026-01-01T00:00:00+08:00", "2027-01-01T00:00:00+08:00", 261 * 450 },
        { "2026-11-23T10:00:00+08:00", "2026-11-23T09:00:00+08:00", 0 },
        { "2026-11-23T10:00:00+08:00", "2026-11-23T10:00:00+08:00", 0 },
    };
    for (size_t i = 0; i < WG_COUNT(spans); i++)
        ROW(spans[i].from, wg_calendar_between(calendar, moment(spans[i].from),
                                               moment(spans[i].to)) == spans[i].minutes * MINUTE);
}

static void ask_far(const struct wg_calendar *calendar, int64_t start, int32_t n, int64_t to)
{
    const struct wg_pause pause = { start, to };
    for (unsigned form = 0; form < 16; form++) {
        const struct wg_limit limit = { n, (enum wg_unit)(form % 4), form & 4, form & 8 };
        int64_t end = wg_calendar_deadline(calendar, start, &limit, NULL, 0);
        int64_t paused = wg_calendar_deadline(calendar, start, &limit, &pause, 1);
        assert_true(end >= -YEAR_9999 && end <= 2 * YEAR_9999);
        assert_true(paused == 0 || paused >= end);
        assert_true(wg_calendar_left(calendar, &limit, end, end) == 0);
    }
}

/* Far moments and large limits end at once and do not overflow (the sanitizer looks). */
static void test_far(void **state)
{
    WG_AUTO(wg_calendar_destroy)
    struct wg_calendar *calendar =
        calendar_of("{\"timezone\":\"UTC\",\"hours\":[[\"23:59\",\"24:00\"]],\"workdays\":[7]}");
    static const int64_t starts[] = { INT64_MIN, INT64_MIN + 1, -1, 0, INT64_MAX - 1, INT64_MAX };
    static const int32_t ns[] = { INT32_MIN, -1, 0, 1, 1000000, INT32_MAX };
    for (size_t i = 0; i < WG_COUNT(starts); i++) {
        for (size_t j = 0; j < WG_COUNT(ns); j++)
            ask_far(calendar, starts[i], ns[j], starts[(i + j) % WG_COUNT(starts)]);
        assert_true(wg_calendar_between(calendar, INT64_MIN, starts[i]) >= 0);
        assert_true(wg_calendar_provisional(calendar, starts[i], starts[i]));
    }
    /* A minute each Sunday of the years 2000 to 2099: they end with the last of these days. */
    int64_t last = wg_calendar_deadline(calendar, 0, &(struct wg_limit){ .n = 1000000 }, NULL, 0);
    assert_true(last == moment("2100-01-01T00:00:00Z"));
    assert_true(wg_calendar_between(calendar, INT64_MIN, INT64_MAX) == 5218 * MINUTE);
}

/* ------------------------------------------------------------------ files that are refused */

static const struct {
    const char *text, *want; /* the beginning of the fault */
} bad_rows[] = {
    { "[]", ": " },
    { "null", ": " },
    { "{}", "/timezone: " },
    { "{" OFFICE ",\"a/b~c\":1}", "/a~1b~0c: " },
    { "{\"timezone\":\"Europe/Berlin\",\"hours\":[[\"08:30\",\"12:00\"]],\"workdays\":[1]}",
      "/timezone: " },
    { "{\"timezone\":8,\"hours\":[[\"08:30\",\"12:00\"]],\"workdays\":[1]}", "/timezone: " },
    { "{\"timezone\":\"UTC\",\"workdays\":[1]}", "/hours: " },
    { "{\"timezone\":\"UTC\",\"hours\":[],\"workdays\":[1]}", "/hours: " },
    { "{\"timezone\":\"UTC\",\"hours\":{},\"workdays\":[1]}", "/hours: " },
    { "{\"timezone\":\"UTC\",\"hours\":[[\"08:30\"]],\"workdays\":[1]}", "/hours/0: " },
    { "{\"timezone\":\"UTC\",\"hours\":[[\"8:30\",\"12:00\"]],\"workdays\":[1]}", "/hours/0/0: " },
    { "{\"timezone\":\"UTC\",\"hours\":[[\"08:30\",\"12:60\"]],\"workdays\":[1]}", "/hours/0/1: " },
    { "{\"timezone\":\"UTC\",\"hours\":[[\"08:30\",\"24:01\"]],\"workdays\":[1]}", "/hours/0/1: " },
    { "{\"timezone\":\"UTC\",\"hours\":[[\"08:30\",720]],\"workdays\":[1]}", "/hours/0/1: " },
    { "{\"timezone\":\"UTC\",\"hours\":[[\"12:00\",\"12:00\"]],\"workdays\":[1]}", "/hours/0: " },
    { "{\"timezone\":\"UTC\",\"hours\":[[\"08:30\",\"12:00\"],[\"11:00\",\"13:00\"]],\"workdays\":["
      "1]}",
      "/hours/1: " },
    { "{\"timezone\":\"UTC\",\"hours\":[[\"14:00\",\"18:00\"],[\"08:30\",\"12:00\"]],\"workdays\":["
      "1]}",
      "/hours/1: " },
    { "{\"timezone\":\"UTC\",\"hours\":[[\"08:30\",\"12:00\"]]}", "/workdays: " },
    { "{\"timezone\":\"UTC\",\"hours\":[[\"08:30\",\"12:00\"]],\"workdays\":[]}", "/workdays: " },
    { "{\"timezone\":\"UTC\",\"hours\":[[\"08:30\",\"12:00\"]],\"workdays\":[0]}",
      "/workdays/0: " },
    { "{\"timezone\":\"UTC\",\"hours\":[[\"08:30\",\"12:00\"]],\"workdays\":[1,8]}",
      "/workdays/1: " },
    { "{\"timezone\":\"UTC\",\"hours\":[[\"08:30\",\"12:00\"]],\"workdays\":[1,1]}",
      "/workdays/1: " },
    { "{\"timezone\":\"UTC\",\"hours\":[[\"08:30\",\"12:00\"]],\"workdays\":[\"1\"]}",
      "/workdays/0: " },
    { "{" OFFICE ",\"holidays\":1}", "/holidays: " },
    { "{" OFFICE ",\"holidays\":null}", "/holidays: " },
    { "{" OFFICE ",\"holidays\":[\"2026-02-29\"]}", "/holidays/0: " },
    { "{" OFFICE ",\"holidays\":[\"2026-02-28\",\"2026-2-28\"]}", "/holidays/1: " },
    { "{" OFFICE ",\"holidays\":[\"1969-12-31\"]}", "/holidays/0: " },
    { "{" OFFICE ",\"makeup\":[20261010]}", "/makeup/0: " },
    { "{" OFFICE
      ",\"holidays\":[\"2026-10-10\",\"2026-10-01\"],\"makeup\":[\"2026-10-17\",\"2026-10-10\"]}",
      "/makeup/1: " },
};

static void test_refused(void **state)
{
    for (size_t i = 0; i < WG_COUNT(bad_rows); i++) {
        struct wg_json_verdict verdict;
        struct wg_calendar *calendar = NULL;
        char fault[200];
        WG_AUTO(wg_json_put)
        struct json_object *object =
            wg_json_parse(bad_rows[i].text, strlen(bad_rows[i].text), &verdict);
        ROW(bad_rows[i].text, verdict.fault == WG_JSON_FINE);
        ROW(bad_rows[i].text,
            wg_calendar_new(object, &calendar, fault, sizeof fault) == WG_CALENDAR_BAD);
        ROW(bad_rows[i].text, calendar == NULL);
        if (strncmp(fault, bad_rows[i].want, strlen(bad_rows[i].want)) != 0)
            fail_msg("%s: %s", bad_rows[i].text, fault);
        /* However little room there is, the fault is whole characters. */
        for (size_t size = 0; size < sizeof fault; size++) {
            memset(fault, 'x', sizeof fault);
            assert_int_equal(wg_calendar_new(object, &calendar, fault, size), WG_CALENDAR_BAD);
            assert_int_equal(fault[size], 'x');
            if (size > 0)
                assert_true(wg_utf8_valid(fault, strlen(fault)));
        }
    }
}

static void test_harmless(void **state)
{
    /* A holiday on a Sunday, a make-up day on a Monday, a day twice, intervals that touch, a whole
     * day. */
    WG_AUTO(wg_calendar_destroy)
    struct wg_calendar *calendar = calendar_of(
        "{\"code\":\"city\",\"timezone\":\"UTC\",\"hours\":[[\"00:00\",\"12:00\"],[\"12:00\",\"24:"
        "00\"]],"
        "\"workdays\":[5,4,3,2,1],\"holidays\":[\"2026-11-22\",\"2026-11-24\",\"2026-11-24\"],"
        "\"makeup\":[\"2026-11-23\",\"2026-11-28\",\"2026-11-28\"]}");
    int64_t start = moment("2026-11-22T00:00:00Z");
    int64_t end =
        wg_calendar_deadline(calendar, start, &(struct wg_limit){ .n = 3 * 1440 }, NULL, 0);
    assert_true(end == moment("2026-11-27T00:00:00Z"));
    assert_true(wg_calendar_between(calendar, start, start + 7 * DAY) == 5 * DAY);
}

static const struct {
    const char *text;
    int want;
    int32_t n;
    enum wg_unit unit;
    const char *fault;
} limit_rows[] = {
    { "{\"n\":120,\"unit\":\"work_minute\"}", 0, 120, WG_WORK_MINUTE, "" },
    { "{\"n\":0,\"unit\":\"work_day\"}", 0, 0, WG_WORK_DAY, "" },
    { "{\"n\":1000000,\"unit\":\"work_day\",\"start\":\"at_once\",\"end\":\"exact\"}", 0, 1000000,
      WG_WORK_DAY, "" },
    { "[]", WG_CALENDAR_BAD, 0, 0, ": " },
    { "{\"unit\":\"work_day\"}", WG_CALENDAR_BAD, 0, 0, "/n: " },
    { "{\"n\":1}", WG_CALENDAR_BAD, 0, 0, "/unit: " },
    { "{\"n\":-1,\"unit\":\"work_day\"}", WG_CALENDAR_BAD, 0, 0, "/n: " },
    { "{\"n\":1000001,\"unit\":\"work_day\"}", WG_CALENDAR_BAD, 0, 0, "/n: " },
    { "{\"n\":1.5,\"unit\":\"work_day\"}", WG_CALENDAR_BAD, 0, 0, "/n: " },
    { "{\"n\":1,\"unit\":\"hour\"}", WG_CALENDAR_BAD, 0, 0, "/unit: " },
    { "{\"n\":1,\"unit\":\"work_day\",\"start\":\"next_day\"}", WG_CALENDAR_BAD, 0, 0, "/start: " },
    { "{\"n\":1,\"unit\":\"work_day\",\"end\":\"close\"}", WG_CALENDAR_BAD, 0, 0, "/end: " },
    { "{\"n\":1,\"unit\":\"work_day\",\"end\":1}", WG_CALENDAR_BAD, 0, 0, "/end: " },
    { "{\"n\":1,\"unit\":\"work_day\",\"pause\":true}", WG_CALENDAR_BAD, 0, 0, "/pause: " },
};

static void test_limits(void **state)
{
    for (size_t i = 0; i < WG_COUNT(limit_rows); i++) {
        struct wg_json_verdict verdict;
        struct wg_limit limit = { .n = 77 };
        char fault[200] = "";
        WG_AUTO(wg_json_put)
        struct json_object *object =
            wg_json_parse(limit_rows[i].text, strlen(limit_rows[i].text), &verdict);
        ROW(limit_rows[i].text,
            wg_limit_parse(object, &limit, fault, sizeof fault) == limit_rows[i].want);
        ROW(limit_rows[i].text,
            strncmp(fault, limit_rows[i].fault, strlen(limit_rows[i].fault)) == 0);
        if (limit_rows[i].want == 0)
            ROW(limit_rows[i].text, limit.n == limit_rows[i].n && limit.unit == limit_rows[i].unit);
        else
            ROW(limit_rows[i].text, limit.n == 77);
    }
}

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_sample_city), cmocka_unit_test(test_between),
        cmocka_unit_test(test_far),         cmocka_unit_test(test_refused),
        cmocka_unit_test(test_harmless),    cmocka_unit_test(test_limits),
    };
    sample_path = argc > 1 ? argv[1] : NULL;
    return cmocka_run_group_tests_name("calendar", tests, NULL, NULL);
}
