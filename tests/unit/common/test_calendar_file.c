/* Promise: a file that cannot be meant is refused with its place; what it says holds on each day.
 */
#include "tests/unit/common/calendars.h"

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
    { "{" OFFICE ",\"seasons\":{}}", "/seasons: " },
    { "{" OFFICE ",\"seasons\":[1]}", "/seasons/0: " },
    { "{" OFFICE ",\"seasons\":[{\"to\":\"09-30\",\"hours\":[[\"08:30\",\"12:00\"]]}]}",
      "/seasons/0/from: " },
    { "{" OFFICE
      ",\"seasons\":[{\"from\":\"05-01\",\"to\":\"9-30\",\"hours\":[[\"08:30\",\"12:00\"]]}]}",
      "/seasons/0/to: " },
    { "{" OFFICE
      ",\"seasons\":[{\"from\":\"02-30\",\"to\":\"09-30\",\"hours\":[[\"08:30\",\"12:00\"]]}]}",
      "/seasons/0/from: " },
    { "{" OFFICE ",\"seasons\":[{\"from\":\"05-01\",\"to\":\"09-30\"}]}", "/seasons/0/hours: " },
    { "{" OFFICE
      ",\"seasons\":[{\"from\":\"05-01\",\"to\":\"09-30\",\"hours\":[[\"12:00\",\"08:30\"]]}]}",
      "/seasons/0/hours/0: " },
    { "{" OFFICE ",\"seasons\":[{\"from\":\"05-01\",\"to\":\"09-30\",\"name\":\"夏\"}]}",
      "/seasons/0/name: " },
    { "{" OFFICE
      ",\"seasons\":[{\"from\":\"11-01\",\"to\":\"03-31\",\"hours\":[[\"09:00\",\"12:00\"]]},"
      "{\"from\":\"03-31\",\"to\":\"04-30\",\"hours\":[[\"09:00\",\"12:00\"]]}]}",
      "/seasons/1: " },
    { "{" OFFICE ",\"half_days\":[]}", "/half_days: " },
    { "{" OFFICE ",\"half_days\":{\"2026-2-16\":[[\"08:30\",\"12:00\"]]}}",
      "/half_days/2026-2-16: " },
    { "{" OFFICE ",\"half_days\":{\"2026-02-16\":[]}}", "/half_days/2026-02-16: " },
    { "{" OFFICE ",\"half_days\":{\"2026-02-16\":[[\"08:30\"]]}}", "/half_days/2026-02-16/0: " },
    { "{" OFFICE
      ",\"holidays\":[\"2026-02-16\"],\"half_days\":{\"2026-02-16\":[[\"08:30\",\"12:00\"]]}}",
      "/half_days/2026-02-16: " },
    { "{" OFFICE ",\"years\":2026}", "/years: " },
    { "{" OFFICE ",\"years\":[\"2026\"]}", "/years/0: " },
    { "{" OFFICE ",\"years\":[2026,2100]}", "/years/1: " },
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

/* Over the new year, on a make-up day, and up to 29 February where there is none. */
static void test_seasons(void **state)
{
    WG_AUTO(wg_calendar_destroy)
    struct wg_calendar *calendar = calendar_of(
        "{" OFFICE ",\"makeup\":[\"2026-01-04\"],\"seasons\":[{\"from\":\"12-01\",\"to\":\"02-29\","
        "\"hours\":[["
        "\"10:00\",\"11:00\"]]}],\"half_days\":{\"2026-03-07\":[[\"08:00\",\"08:30\"]]}}");
    static const struct {
        const char *day;
        int64_t minutes;
    } rows[] = {
        { "2025-11-28T00:00:00+08:00", 450 }, { "2025-12-01T00:00:00+08:00", 60 },
        { "2026-01-01T00:00:00+08:00", 60 },  { "2026-01-03T00:00:00+08:00", 0 },
        { "2026-01-04T00:00:00+08:00", 60 },  { "2026-02-27T00:00:00+08:00", 60 },
        { "2026-03-02T00:00:00+08:00", 450 }, { "2026-03-07T00:00:00+08:00", 30 },
        { "2028-02-29T00:00:00+08:00", 60 },  { "2028-03-01T00:00:00+08:00", 450 },
        { "2099-12-31T00:00:00+08:00", 60 },  { "2100-01-01T00:00:00+08:00", 0 },
    };
    for (size_t i = 0; i < WG_COUNT(rows); i++) {
        int64_t day = moment(rows[i].day);
        ROW(rows[i].day, wg_calendar_between(calendar, day, day + DAY) == rows[i].minutes * MINUTE);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = { cmocka_unit_test(test_refused),
                                        cmocka_unit_test(test_harmless),
                                        cmocka_unit_test(test_seasons) };
    return cmocka_run_group_tests_name("calendar-file", tests, NULL, NULL);
}
