/* Promise: nobody reads the bare code of a post that there is, in either language; registry's list
 * of posts is the argument of the import, copied here. */
#include <string.h>

#include "common/memory.h"

#include "services/reporting/posts.h"
#include "tests/unit/test.h"

static void test_every_post(void **state)
{
    static const char *const codes[] = {
        "leader",       "dedicated-leader", "worker",  "secretary",    "micro-member",
        "dispatcher",   "coordinator",      "clerk",   "supervisor",   "director",
        "duty-officer", "duty-leader",      "handler", "administrator"
    };
    (void)state;
    for (size_t i = 0; i < WG_COUNT(codes); i++) {
        const char *zh = posts_text(codes[i], false), *en = posts_text(codes[i], true);
        ROW(codes[i], (unsigned char)zh[0] >= 0x80 && (unsigned char)en[0] < 0x80);
    }
    assert_string_equal(posts_text("dispatcher", false), "派单员");
    assert_string_equal(posts_text("dispatcher", true), "dispatcher");
}

static void test_none(void **state)
{
    (void)state;
    assert_null(posts_text(NULL, true));
    assert_string_equal(posts_text("elder", false), "elder");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_every_post),
        cmocka_unit_test(test_none),
    };
    return cmocka_run_group_tests_name("posts", tests, NULL, NULL);
}
