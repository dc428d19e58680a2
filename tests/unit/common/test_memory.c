/* Promise: new memory is zero, a copy is ended, and the cleanup takes NULL and nulls what it freed.
 */
#include <string.h>

#include "common/memory.h"

#include "tests/unit/test.h"

static void test_new_is_zero(void **state)
{
    WG_AUTO(wg_free) unsigned char *bytes = wg_new(1000);
    WG_AUTO(wg_free) int *numbers = wg_new_array(100, sizeof *numbers);
    for (size_t i = 0; i < 1000; i++)
        assert_int_equal(bytes[i], 0);
    for (size_t i = 0; i < 100; i++)
        assert_int_equal(numbers[i], 0);
}

static void test_copies(void **state)
{
    WG_AUTO(wg_free) char *whole = wg_strdup("网格");
    WG_AUTO(wg_free) char *part = wg_strndup("abcdef", 3);
    WG_AUTO(wg_free) char *none = wg_strndup("", 0);
    assert_string_equal(whole, "网格");
    assert_string_equal(part, "abc");
    assert_string_equal(none, "");
    part = wg_resize(part, 100);
    assert_string_equal(part, "abc");
}

static void test_frees_once(void **state)
{
    char *text = wg_strdup("x");
    wg_free(&text);
    assert_null(text);
    wg_free(&text);
    assert_null(text);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_new_is_zero),
        cmocka_unit_test(test_copies),
        cmocka_unit_test(test_frees_once),
    };
    return cmocka_run_group_tests_name("memory", tests, NULL, NULL);
}
