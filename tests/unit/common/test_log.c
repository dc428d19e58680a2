/* Promise: one event is one line, whatever is in it, with the id of what is in hand; lines wait for
 * the flush, warnings do not; what is too long is cut, not lost. */
#include <stdio.h>
#include <string.h>

#include "common/log.h"
#include "common/text.h"

#include "tests/unit/common/caught.h"
#include "tests/unit/test.h"

static size_t lines_of(const char *text)
{
    size_t n = 0;
    for (; *text != '\0'; text++)
        n += *text == '\n';
    return n;
}

static void say_lines(void)
{
    wg_log_start("intake", 2, WG_INFO);
    wg_log(WG_DEBUG, "unseen", "x=1");
    int64_t former = wg_log_id(1234);
    wg_log(WG_INFO, "taken", "ms=%d reason=%s", 7,
           wg_log_quote("two \"words\" \\ and\na line end"));
    wg_log_about(5678, WG_INFO, "other", "%s", "");
    wg_log_id(former);
    wg_log(WG_INFO, "none", "a=b");
    wg_log_flush();
}

static void test_lines(void **state)
{
    WG_AUTO(wg_free) char *said = caught(stderr, say_lines);
    assert_int_equal(lines_of(said), 3);
    assert_memory_equal(said, "ts=20", 5);
    assert_null(strstr(said, "unseen"));
    assert_non_null(strstr(said, " level=info service=intake instance=2 id=1234 event=taken ms=7 "
                                 "reason=\"two \\\"words\\\" \\\\ and a line end\"\n"));
    assert_non_null(strstr(said, " id=5678 event=other\n"));
    assert_non_null(strstr(said, " instance=2 event=none a=b\n"));
    assert_non_null(strstr(said, "+08:00 level="));
}

static void say_without_flush(void)
{
    wg_log(WG_INFO, "waits", "a=b");
}

static void say_warning(void)
{
    wg_log(WG_WARNING, "now", "a=b");
}

static void test_gathered(void **state)
{
    WG_AUTO(wg_free) char *first = caught(stderr, say_without_flush);
    WG_AUTO(wg_free) char *then = caught(stderr, say_warning);
    assert_string_equal(first, "");
    assert_int_equal(lines_of(then), 2);
    assert_non_null(strstr(then, "event=waits"));
    assert_non_null(strstr(then, "event=now"));
}

static void say_long(void)
{
    char text[10000];
    memset(text, 'x', sizeof text - 1);
    text[sizeof text - 1] = '\0';
    wg_log(WG_ERROR, "long", "a=%s", text);
    wg_log(WG_ERROR, "quoted", "a=%s", wg_log_quote(text));
}

static void test_long(void **state)
{
    WG_AUTO(wg_free) char *said = caught(stderr, say_long);
    assert_int_equal(lines_of(said), 2);
    assert_true(strlen(said) < 2 * 4096);
    assert_int_equal(said[strlen(said) - 2], '"');
}

static void test_levels(void **state)
{
    assert_int_equal(wg_log_level("debug"), WG_DEBUG);
    assert_int_equal(wg_log_level("error"), WG_ERROR);
    assert_int_equal(wg_log_level("loud"), WG_INFO);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_lines),
        cmocka_unit_test(test_gathered),
        cmocka_unit_test(test_long),
        cmocka_unit_test(test_levels),
    };
    return cmocka_run_group_tests_name("log", tests, NULL, NULL);
}
