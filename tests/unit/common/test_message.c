/* Promise: what a hint says is read or refused, never half of it. tests/messages holds the contract
 * itself; here are the limits that no file shows. */
#include <stdio.h>
#include <string.h>

#include "common/message.h"
#include "common/text.h"

#include "tests/unit/test.h"

static void test_ids(void **state)
{
    static const struct {
        const char *in;
        int want;
        size_t n;
    } rows[] = {
        { "{\"version\":1,\"ids\":[1,2,3]}", 0, 3 },
        { "{\"version\":1,\"ids\":[],\"more\":{}}", 0, 0 },
        { "{\"version\":1,\"ids\":[1,2,3,4]}", WG_MESSAGE_BAD, 9 },
        { "{\"version\":1,\"ids\":[0]}", WG_MESSAGE_BAD, 9 },
        { "{\"version\":1,\"ids\":[1.5]}", WG_MESSAGE_BAD, 9 },
        { "{\"version\":1}", WG_MESSAGE_BAD, 9 },
        { "{\"version\":2,\"ids\":[1]}", WG_MESSAGE_VERSION, 9 },
        { "{\"version\":\"1\",\"ids\":[1]}", WG_MESSAGE_BAD, 9 },
        { "{\"ids\":[1]}", WG_MESSAGE_BAD, 9 },
        { "[1]", WG_MESSAGE_BAD, 9 },
        { "null", WG_MESSAGE_BAD, 9 },
        { "", WG_MESSAGE_BAD, 9 },
    };
    for (size_t i = 0; i < WG_COUNT(rows); i++) {
        int64_t ids[3];
        size_t n = 9;
        ROW(rows[i].in,
            wg_message_ids(rows[i].in, strlen(rows[i].in), ids, 3, &n) == rows[i].want &&
                n == rows[i].n);
    }
}

static void test_event(void **state)
{
    uint64_t xid = 9;
    size_t count = 9;
    const char *good = "{\"version\":1,\"xid\":7,\"count\":2}",
               *bad = "{\"version\":1,\"xid\":-7,\"count\":2}";
    assert_int_equal(wg_message_event(bad, strlen(bad), &xid, &count), WG_MESSAGE_BAD);
    assert_int_equal(xid, 9);
    assert_int_equal(wg_message_event(good, strlen(good), &xid, &count), 0);
    assert_int_equal(xid, 7);
    assert_int_equal(count, 2);
}

int main(void)
{
    const struct CMUnitTest tests[] = { cmocka_unit_test(test_ids), cmocka_unit_test(test_event) };
    return cmocka_run_group_tests_name("message", tests, NULL, NULL);
}
