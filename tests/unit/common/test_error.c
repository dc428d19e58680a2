/* Promise: a failure comes back unchanged, so that it can be returned where it arises. */
#include <errno.h>

#include "common/error.h"

#include "tests/unit/test.h"

static void test_returns_unchanged(void **state)
{
    assert_int_equal(wg_fail(-EIO, "read %s", "\"quoted\" and long: 网格"), -EIO);
    assert_int_equal(wg_fail(-ENOENT, "x"), -ENOENT);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_returns_unchanged),
    };
    return cmocka_run_group_tests_name("error", tests, NULL, NULL);
}
