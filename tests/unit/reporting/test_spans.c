/* A quantile is known to within five per cent, and nothing is said below twenty samples. */
#include <stdlib.h>

#include "services/reporting/spans.h"
#include "tests/unit/test.h"

static const int64_t MINUTE = INT64_C(60000000);

static void test_few(void **state)
{
    int64_t counts[SPANS] = { 0 };
    (void)state;
    counts[spans_bucket(90 * MINUTE)] = SPANS_LEAST - 1;
    assert_int_equal(spans_quantile_us(counts, 50), 0);
    counts[spans_bucket(90 * MINUTE)]++;
    assert_true(spans_quantile_us(counts, 50) > 0);
}

static void test_near(void **state)
{
    (void)state;
    for (int64_t minutes = 1; minutes < 366 * 24 * 60; minutes += 1 + minutes / 7) {
        int64_t counts[SPANS] = { 0 };
        int bucket = spans_bucket(minutes * MINUTE);
        assert_true(bucket > 0 && bucket < SPANS - 1);
        counts[bucket] = SPANS_LEAST;
        int64_t off = llabs(spans_quantile_us(counts, 90) - minutes * MINUTE);
        assert_true(off <= minutes * MINUTE / 18 + MINUTE / 2);
    }
    assert_int_equal(spans_bucket(-MINUTE), 0);
    assert_int_equal(spans_bucket(INT64_MAX), SPANS - 1);
}

static void test_order(void **state)
{
    int64_t counts[SPANS] = { 0 };
    (void)state;
    for (int i = 1; i <= 100; i++)
        counts[spans_bucket(i * 60 * MINUTE)]++;
    int64_t half = spans_quantile_us(counts, 50), most = spans_quantile_us(counts, 90);
    assert_true(half > 46 * 60 * MINUTE && half < 54 * 60 * MINUTE);
    assert_true(most > 84 * 60 * MINUTE && most < 96 * 60 * MINUTE);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_few),
        cmocka_unit_test(test_near),
        cmocka_unit_test(test_order),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
