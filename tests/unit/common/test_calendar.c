/* Promise: a limit ends when so much has been used up. Cases by hand, most on the sample city's
 * calendar (argument 1: the real holidays of 2018–2026); test_calendar_model.c has the cases that
 * nobody thought of. */
#include <stdio.h>

#include "tests/unit/common/calendars.h"

#define YEAR_9999 (INT64_C(253402300799) * 1000000)

static const char *sample_path;

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

/* A summer with other hours, and a half day. 30 September 2026 is a Wednesday, 16 February a
 * Monday. */
#define SEASONS                                                                                    \
    "{" OFFICE                                                                                     \
    ",\"seasons\":[{\"from\":\"05-01\",\"to\":\"09-30\",\"hours\":[[\"08:00\",\"12:00\"],"         \
    "[\"15:00\",\"19:00\"]]}],\"half_days\":{\"2026-02-17\":[[\"08:30\",\"12:00\"]]},\"years\":["  \
    "2026]}"

static const struct {
    const char *name, *start, *limit, *want;
    struct {
        const char *from, *to;
    } pauses[2];
} ends[] = {
    { "minutes go round the clock",
      "2026-11-27T17:50:00+08:00",
      "{\"n\":15,\"unit\":\"minute\"}",
      "2026-11-27T18:05:00+08:00",
      { { 0 } } },
    { "days too",
      "2026-11-27T17:50:00+08:00",
      "{\"n\":2,\"unit\":\"day\"}",
      "2026-11-29T17:50:00+08:00",
      { { 0 } } },
    { "to the end of the day",
      "2026-11-27T17:50:00+08:00",
      "{\"n\":2,\"unit\":\"day\",\"end\":\"close_of_day\"}",
      "2026-11-30T00:00:00+08:00",
      { { 0 } } },
    { "from the next working day on",
      "2026-11-27T09:00:00+08:00",
      "{\"n\":60,\"unit\":\"work_minute\",\"start\":\"next_work_day\"}",
      "2026-11-30T09:30:00+08:00",
      { { 0 } } },
    { "three working days, the next one being the first",
      "2026-11-26T10:00:00+08:00",
      "{\"n\":3,\"unit\":\"work_day\",\"start\":\"next_work_day\",\"end\":\"close_of_day\"}",
      "2026-12-01T18:00:00+08:00",
      { { 0 } } },
    { "the same in the evening",
      "2026-11-26T21:00:00+08:00",
      "{\"n\":3,\"unit\":\"work_day\",\"end\":\"close_of_day\"}",
      "2026-12-01T18:00:00+08:00",
      { { 0 } } },
    { "received on a Sunday",
      "2026-11-29T10:00:00+08:00",
      "{\"n\":1,\"unit\":\"work_day\",\"end\":\"close_of_day\"}",
      "2026-11-30T18:00:00+08:00",
      { { 0 } } },
    { "the same day",
      "2026-11-26T10:00:00+08:00",
      "{\"n\":0,\"unit\":\"work_day\",\"end\":\"close_of_day\"}",
      "2026-11-26T18:00:00+08:00",
      { { 0 } } },
    { "the same day, in the evening",
      "2026-11-26T18:00:00+08:00",
      "{\"n\":0,\"unit\":\"work_day\",\"end\":\"close_of_day\"}",
      "2026-11-27T18:00:00+08:00",
      { { 0 } } },
    { "working hours to the close",
      "2026-11-26T17:00:00+08:00",
      "{\"n\":120,\"unit\":\"work_minute\",\"end\":\"close_of_day\"}",
      "2026-11-27T18:00:00+08:00",
      { { 0 } } },

    { "out of the summer",
      "2026-09-30T18:00:00+08:00",
      "{\"n\":120,\"unit\":\"work_minute\"}",
      "2026-10-01T09:30:00+08:00",
      { { 0 } } },
    { "the same time, where that is open",
      "2026-09-30T11:00:00+08:00",
      "{\"n\":1,\"unit\":\"work_day\"}",
      "2026-10-01T11:00:00+08:00",
      { { 0 } } },
    { "before that day's hours",
      "2026-09-30T08:10:00+08:00",
      "{\"n\":1,\"unit\":\"work_day\"}",
      "2026-10-01T08:30:00+08:00",
      { { 0 } } },
    { "after them",
      "2026-09-30T18:40:00+08:00",
      "{\"n\":1,\"unit\":\"work_day\"}",
      "2026-10-01T18:00:00+08:00",
      { { 0 } } },
    { "in that day's break",
      "2026-04-30T14:30:00+08:00",
      "{\"n\":1,\"unit\":\"work_day\"}",
      "2026-05-01T15:00:00+08:00",
      { { 0 } } },
    { "a half day is a working day",
      "2026-02-16T16:00:00+08:00",
      "{\"n\":1,\"unit\":\"work_day\"}",
      "2026-02-17T12:00:00+08:00",
      { { 0 } } },
    { "and has half the hours",
      "2026-02-16T17:00:00+08:00",
      "{\"n\":300,\"unit\":\"work_minute\"}",
      "2026-02-18T09:00:00+08:00",
      { { 0 } } },

    { "paused over night, nothing worked",
      "2026-11-26T17:00:00+08:00",
      "{\"n\":120,\"unit\":\"work_minute\"}",
      "2026-11-27T09:30:00+08:00",
      { { "2026-11-26T18:00:00+08:00", "2026-11-27T08:30:00+08:00" } } },
    { "paused twice, one over the other",
      "2026-11-26T09:00:00+08:00",
      "{\"n\":60,\"unit\":\"work_minute\"}",
      "2026-11-26T11:00:00+08:00",
      { { "2026-11-26T09:50:00+08:00", "2026-11-26T10:30:00+08:00" },
        { "2026-11-26T09:30:00+08:00", "2026-11-26T10:00:00+08:00" } } },
    { "paused from ten to ten is a day",
      "2026-11-24T09:00:00+08:00",
      "{\"n\":2,\"unit\":\"work_day\"}",
      "2026-11-27T09:00:00+08:00",
      { { "2026-11-24T10:00:00+08:00", "2026-11-25T10:00:00+08:00" } } },
    { "paused after it ended",
      "2026-11-26T09:00:00+08:00",
      "{\"n\":60,\"unit\":\"work_minute\"}",
      "2026-11-26T10:00:00+08:00",
      { { "2026-11-26T10:00:00+08:00", "" } } },
    { "still paused",
      "2026-11-26T09:00:00+08:00",
      "{\"n\":60,\"unit\":\"work_minute\"}",
      "",
      { { "2026-11-26T09:59:59+08:00", "" } } },
    { "an hour's pause costs no day",
      "2026-11-24T09:00:00+08:00",
      "{\"n\":2,\"unit\":\"work_day\",\"end\":\"close_of_day\"}",
      "2026-11-26T18:00:00+08:00",
      { { "2026-11-25T10:00:00+08:00", "2026-11-25T11:00:00+08:00" } } },
    { "one at the close does",
      "2026-11-24T09:00:00+08:00",
      "{\"n\":2,\"unit\":\"work_day\",\"end\":\"close_of_day\"}",
      "2026-11-27T18:00:00+08:00",
      { { "2026-11-25T17:00:00+08:00", "2026-11-25T18:00:00+08:00" } } },
};

static void test_ends(void **state)
{
    WG_AUTO(wg_calendar_destroy) struct wg_calendar *calendar = calendar_of(SEASONS);
    for (size_t i = 0; i < WG_COUNT(ends); i++) {
        struct wg_limit limit = limit_of(ends[i].limit);
        struct wg_pause pauses[WG_COUNT(ends[i].pauses)];
        size_t n = 0;
        for (; n < WG_COUNT(pauses) && ends[i].pauses[n].from != NULL; n++) {
            const char *to = ends[i].pauses[n].to;
            pauses[n].from = moment(ends[i].pauses[n].from);
            pauses[n].to = to[0] == '\0' ? 0 : moment(to);
        }
        int64_t got = wg_calendar_deadline(calendar, moment(ends[i].start), &limit, pauses, n);
        if (got != (ends[i].want[0] == '\0' ? 0 : moment(ends[i].want)))
            fail_msg("row \"%s\": %s", ends[i].name, wg_time_string(got));
    }
}

static void test_provisional(void **state)
{
    WG_AUTO(wg_calendar_destroy) struct wg_calendar *told = calendar_of(SEASONS);
    WG_AUTO(wg_calendar_destroy)
    struct wg_calendar *found =
        calendar_of("{" OFFICE ",\"holidays\":[\"2026-10-01\"],\"makeup\":[\"2025-01-26\"]}");
    WG_AUTO(wg_calendar_destroy)
    struct wg_calendar *always = calendar_of(
        "{\"timezone\":\"UTC\",\"hours\":[[\"00:00\",\"24:00\"]],\"workdays\":[1,2,3,4,5,6,7]}");
    int64_t summer = moment("2026-07-01T00:00:00+08:00"), eve = moment("2027-01-01T00:00:00+08:00");
    assert_false(wg_calendar_provisional(told, summer, eve));
    assert_true(wg_calendar_provisional(told, summer, eve + 1));
    assert_false(wg_calendar_provisional(told, summer, 0));
    assert_true(wg_calendar_provisional(told, eve, 0));
    assert_true(wg_calendar_provisional(told, summer - 300 * DAY, summer));
    assert_false(wg_calendar_provisional(found, summer - 300 * DAY, summer));
    assert_true(wg_calendar_provisional(found, summer, eve + DAY));
    assert_false(wg_calendar_provisional(always, summer, eve + 1000 * DAY));
}

static void test_left(void **state)
{
    WG_AUTO(wg_calendar_destroy) struct wg_calendar *calendar = calendar_of("{" OFFICE "}");
    int64_t friday = moment("2026-11-27T17:00:00+08:00"), due = friday + 64 * HOUR; /* Monday, 9 */
    const struct wg_limit work = { .unit = WG_WORK_DAY }, all = { .unit = WG_MINUTE };
    assert_true(wg_calendar_left(calendar, &work, friday, due) == 90 * MINUTE);
    assert_true(wg_calendar_left(calendar, &work, due, friday) == -90 * MINUTE);
    assert_true(wg_calendar_left(calendar, &all, friday, due) == 64 * HOUR);
    assert_true(wg_calendar_left(calendar, &all, due, friday) == -64 * HOUR);
}

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_sample_city), cmocka_unit_test(test_between),
        cmocka_unit_test(test_ends),        cmocka_unit_test(test_provisional),
        cmocka_unit_test(test_left),        cmocka_unit_test(test_far)
    };
    sample_path = argc > 1 ? argv[1] : NULL;
    return cmocka_run_group_tests_name("calendar", tests, NULL, NULL);
}
