/* Promise: an event counts on the day that the city's clocks showed; a date is a day that exists.
 */
#include <string.h>

#include "services/reporting/day.h"
#include "tests/unit/test.h"

/* The test runs with TZ=Asia/Shanghai. */
static void test_local_day(void **state)
{
    static const struct {
        const char *name, *day;
        int64_t moment;
    } rows[] = {
        { "the last second before midnight", "2026-11-22", INT64_C(1795363199) * 1000000 },
        { "midnight", "2026-11-23", INT64_C(1795363200) * 1000000 },
        { "the last microsecond", "2026-11-22", INT64_C(1795363200) * 1000000 - 1 },
        { "2000", "2000-01-01", INT64_C(946656000) * 1000000 },
        { "before 2000", "1999-12-31", INT64_C(946656000) * 1000000 - 1 },
        { "before 1970", "1969-12-31", INT64_C(-57600) * 1000000 - 1000000 * 1000 },
    };
    for (size_t i = 0; i < WG_COUNT(rows); i++) {
        char text[DAY_ROOM];
        day_write(day_of(rows[i].moment), text);
        ROW(rows[i].name, strcmp(text, rows[i].day) == 0);
    }
    assert_int_equal(day_of(INT64_C(946656000) * 1000000), 0);
}

static void test_read(void **state)
{
    static const char *const good[] = { "2026-11-23", "1970-01-01", "2199-12-31", "2028-02-29",
                                        "2000-02-29" };
    static const char *const bad[] = { "",           "2026-11-31", "2026-02-29",  "2026-13-01",
                                       "2026-00-10", "2026-1-01",  "2026-11-2",   "2026/11/23",
                                       "1969-12-31", "2200-01-01", "2026-11-23 ", "-026-11-23",
                                       "2026--1-23", "2100-02-29" };
    int32_t day = 0;
    char text[DAY_ROOM];
    for (size_t i = 0; i < WG_COUNT(good); i++) {
        ROW(good[i], day_read(good[i], &day) == 0);
        day_write(day, text);
        ROW(good[i], strcmp(text, good[i]) == 0);
    }
    for (size_t i = 0; i < WG_COUNT(bad); i++)
        ROW(bad[i], day_read(bad[i], &day) == DAY_BAD);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_local_day),
        cmocka_unit_test(test_read),
    };
    return cmocka_run_group_tests_name("day", tests, NULL, NULL);
}
