/* Promise: each position of the log has exactly one text, and no other text is taken for a
 * position. */
#include <string.h>

#include "services/reporting/cursor.h"
#include "tests/unit/test.h"

static void test_there_and_back(void **state)
{
    static const struct cursor rows[] = { { 1, 0, 0, 0 },
                                          { 1, 735, 1001, 1 },
                                          { 2147483647, 999999999999999999, 999999999999999999,
                                            2147483647 } };
    for (size_t i = 0; i < WG_COUNT(rows); i++) {
        char text[CURSOR_ROOM];
        struct cursor back;
        cursor_write(&rows[i], text);
        ROW(text, cursor_read(text, &back) == 0 && memcmp(&back, &rows[i], sizeof back) == 0);
    }
}

static void test_refused(void **state)
{
    static const char *const rows[] = {
        "",
        "1",
        "1.2.3",
        "1.2.3.4.5",
        "1.2.3.4.",
        ".2.3.4",
        "01.2.3.4",
        "1.2.3.-4",
        "+1.2.3.4",
        "1.2. 3.4",
        "1.2.3.4 ",
        "a.b.c.d",
        "1..3.4",
        "1.2.3.0x4",
        "1.2.3.１",
        "2147483648.1.1.1",
        "1.1.1.2147483648",
        "1.1000000000000000000.1.1",
        "1.2.3.4\n",
    };
    for (size_t i = 0; i < WG_COUNT(rows); i++) {
        struct cursor untouched = { 9, 9, 9, 9 };
        ROW(rows[i], cursor_read(rows[i], &untouched) == CURSOR_BAD && untouched.epoch == 9);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_there_and_back),
        cmocka_unit_test(test_refused),
    };
    return cmocka_run_group_tests_name("cursor", tests, NULL, NULL);
}
