/* Promise: after five wrong query codes within a minute a number, and an address, gets no answer
 * until the minute is over; nobody else is held up, and the memory does not grow. */
#include <stdio.h>

#include "common/attempts.h"
#include "common/memory.h"

#include "tests/unit/test.h"

static const int64_t SECOND = 1000000;

static void test_five(void **state)
{
    WG_AUTO(wg_attempts_destroy) struct wg_attempts *attempts = wg_attempts_new();
    for (int i = 0; i < WG_ATTEMPTS_A_MINUTE; i++) {
        assert_false(wg_attempts_blocked(attempts, 'a', "192.0.2.1", i * SECOND));
        wg_attempts_wrong(attempts, 'a', "192.0.2.1", i * SECOND);
    }
    assert_true(wg_attempts_blocked(attempts, 'a', "192.0.2.1", 5 * SECOND));
    assert_true(wg_attempts_blocked(attempts, 'a', "192.0.2.1", 59 * SECOND));
    assert_false(wg_attempts_blocked(attempts, 'a', "192.0.2.1", 60 * SECOND));
    assert_false(wg_attempts_blocked(attempts, 'n', "192.0.2.1", 5 * SECOND));
    assert_false(wg_attempts_blocked(attempts, 'a', "192.0.2.2", 5 * SECOND));
}

static void test_anew(void **state)
{
    WG_AUTO(wg_attempts_destroy) struct wg_attempts *attempts = wg_attempts_new();
    for (int i = 0; i < 4 * WG_ATTEMPTS_A_MINUTE;
         i++) /* one each twenty seconds: never five in a minute */
        wg_attempts_wrong(attempts, 'n', "1001", i * 20 * SECOND);
    assert_false(wg_attempts_blocked(attempts, 'n', "1001", 400 * SECOND));
}

static void test_full(void **state)
{
    WG_AUTO(wg_attempts_destroy) struct wg_attempts *attempts = wg_attempts_new();
    char who[32];
    for (int i = 0; i < 100000; i++) {
        snprintf(who, sizeof who, "2001:db8::%x", i);
        wg_attempts_wrong(attempts, 'a', who, i);
    }
    for (int i = 0; i < WG_ATTEMPTS_A_MINUTE; i++)
        wg_attempts_wrong(attempts, 'a', "192.0.2.1", SECOND);
    assert_true(wg_attempts_blocked(attempts, 'a', "192.0.2.1", SECOND));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_five),
        cmocka_unit_test(test_anew),
        cmocka_unit_test(test_full),
    };
    return cmocka_run_group_tests_name("attempts", tests, NULL, NULL);
}
