/* Promise: this is SipHash-1-3, and how the bytes are cut into pieces does not matter. The wanted
 * values are Python 3.11's hash() of the same bytes with PYTHONHASHSEED=0, which is SipHash-1-3
 * with a secret of zeros. */
#include <string.h>

#include "common/memory.h"
#include "common/sip.h"

#include "tests/unit/test.h"

static const struct {
    const char *in;
    uint64_t want;
} rows[] = {
    { "a", UINT64_C(0x407448d2b89b1813) },
    { "abcdefg", UINT64_C(0x6db12aae9070f506) },
    { "abcdefgh", UINT64_C(0x3f7b849c0b8e35ea) },
    { "abcdefghi", UINT64_C(0xf89b34a3d11eb6e5) },
    { "网格事件", UINT64_C(0x13128b635cead216) },
    { "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx",
      UINT64_C(0x4befba7c9610aea3) },
};

static void test_known(void **state)
{
    const uint64_t secret[2] = { 0, 0 };
    for (size_t i = 0; i < WG_COUNT(rows); i++) {
        struct wg_sip sip;
        wg_sip_start(&sip, secret);
        wg_sip_add(&sip, rows[i].in, strlen(rows[i].in));
        ROW(rows[i].in, wg_sip_end(&sip) == rows[i].want);
    }
}

static void test_pieces(void **state)
{
    const uint64_t secret[2] = { 1, 2 };
    const char *text = "0123456789abcdefghijklmnopqrst";
    size_t length = strlen(text);
    struct wg_sip whole;
    wg_sip_start(&whole, secret);
    wg_sip_add(&whole, text, length);
    uint64_t want = wg_sip_end(&whole);
    for (size_t a = 0; a <= length; a++) {
        for (size_t b = a; b <= length; b++) {
            struct wg_sip sip;
            wg_sip_start(&sip, secret);
            wg_sip_add(&sip, text, a);
            wg_sip_add(&sip, text + a, b - a);
            wg_sip_add(&sip, text + b, length - b);
            assert_true(wg_sip_end(&sip) == want);
        }
    }
}

static void test_secret_counts(void **state)
{
    const uint64_t one[2] = { 1, 2 }, other[2] = { 1, 3 };
    struct wg_sip a, b;
    wg_sip_start(&a, one);
    wg_sip_start(&b, other);
    assert_true(wg_sip_end(&a) != wg_sip_end(&b));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_known),
        cmocka_unit_test(test_pieces),
        cmocka_unit_test(test_secret_counts),
    };
    return cmocka_run_group_tests_name("sip", tests, NULL, NULL);
}
