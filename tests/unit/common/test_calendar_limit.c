/* Promise: a limit is what it says, there and back, or refused with the member to blame. */
#include "tests/unit/common/calendars.h"

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
    { "{\"n\":15,\"unit\":\"minute\"}", 0, 15, WG_MINUTE, "" },
    { "{\"n\":13,\"unit\":\"day\",\"start\":\"next_work_day\",\"end\":\"close_of_day\"}", 0, 13,
      WG_DAY, "" },
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

static void test_written(void **state)
{
    static const char *const limits[] = {
        "{\"n\":15,\"unit\":\"minute\"}",
        "{\"n\":0,\"unit\":\"work_minute\",\"end\":\"close_of_day\"}",
        "{\"n\":1000000,\"unit\":\"day\",\"start\":\"next_work_day\"}",
        "{\"n\":13,\"unit\":\"work_day\",\"start\":\"next_work_day\",\"end\":\"close_of_day\"}",
    };
    for (size_t i = 0; i < WG_COUNT(limits); i++) {
        WG_AUTO(wg_text_destroy) struct wg_text out = { 0 };
        struct wg_limit limit = limit_of(limits[i]);
        wg_limit_write(&limit, &out, NULL);
        assert_string_equal(out.bytes, limits[i]);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = { cmocka_unit_test(test_limits),
                                        cmocka_unit_test(test_written) };
    return cmocka_run_group_tests_name("calendar-limit", tests, NULL, NULL);
}
