/* Promise: one-time codes are RFC 6238's, so that every generator on a telephone makes the same;
 * one is right half a minute before and after its own, and never twice. */
#include <string.h>

#include "services/registry/totp.h"
#include "tests/unit/test.h"

static const uint8_t *const secret = (const uint8_t *)"12345678901234567890";

/* RFC 6238, appendix B. */
static void test_vectors(void **state)
{
    static const struct {
        int64_t seconds;
        uint32_t code;
    } rows[] = {
        { 59, 94287082 },         { 1111111109, 7081804 },  { 1111111111, 14050471 },
        { 1234567890, 89005924 }, { 2000000000, 69279037 }, { INT64_C(20000000000), 65353130 },
    };
    for (size_t i = 0; i < WG_COUNT(rows); i++)
        assert_int_equal(totp_code(secret, 20, rows[i].seconds / 30, 8), rows[i].code);
}

static void test_judge(void **state)
{
    static const struct {
        const char *name, *given;
        int64_t second, last;
        int want;
    } rows[] = {
        { "its moment", "287082", 59, 0, 0 },
        { "the step after", "287082", 61, 0, 0 },
        { "at the end of the step after", "287082", 89, 0, 0 },
        { "two steps after", "287082", 90, 0, TOTP_WRONG },
        { "the step before", "287082", 29, 0, 0 },
        { "taken before", "287082", 59, 1, TOTP_REPLAYED },
        { "a later one was taken", "287082", 59, 2, TOTP_REPLAYED },
        { "an earlier one was taken", "287082", 59, 0, 0 },
        { "another", "287083", 59, 0, TOTP_WRONG },
        { "leading zeros count", "081804", 1111111109, 0, 0 },
        { "too short", "81804", 1111111109, 0, TOTP_WRONG },
        { "too long", "0081804", 1111111109, 0, TOTP_WRONG },
        { "a sign", "+81804", 1111111109, 0, TOTP_WRONG },
        { "a space", " 81804", 1111111109, 0, TOTP_WRONG },
        { "nothing", "", 59, 0, TOTP_WRONG },
    };
    for (size_t i = 0; i < WG_COUNT(rows); i++) {
        int64_t step = -1;
        ROW(rows[i].name, totp_judge(secret, rows[i].second * 1000000, rows[i].last, rows[i].given,
                                     &step) == rows[i].want);
        ROW(rows[i].name, (step >= 0) == (rows[i].want == 0));
    }
}

static void test_write(void **state)
{
    char text[TOTP_SECRET_ROOM];
    totp_write(secret, text);
    assert_string_equal(text, "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_vectors),
        cmocka_unit_test(test_judge),
        cmocka_unit_test(test_write),
    };
    return cmocka_run_group_tests_name("totp", tests, NULL, NULL);
}
