/* Promise: every faulty setting is named, all at once; what is not set takes its default; nothing
 * out of range passes. */
#include <stdlib.h>
#include <string.h>

#include "common/settings.h"

#include "tests/unit/common/caught.h"
#include "tests/unit/test.h"

static const char *home;
static int64_t port;

static const struct wg_setting table[] = {
    { .name = "WANGGE_TEST_HOME", .type = WG_TEXT, .help = "where it lives", .text = &home },
    { .name = "WANGGE_TEST_PORT",
      .type = WG_NUMBER,
      .fallback = "8080",
      .lowest = 1,
      .highest = 65535,
      .help = "first port",
      .number = &port },
};

static const struct {
    const char *name, *home, *port;
    int want;
    const char *want_home;
    int64_t want_port;
} rows[] = {
    { "all given", "/srv", "99", 0, "/srv", 99 },
    { "default", "/srv", NULL, 0, "/srv", 8080 },
    { "empty is not set", "/srv", "", 0, "/srv", 8080 },
    { "lowest", "/srv", "1", 0, "/srv", 1 },
    { "highest", "/srv", "65535", 0, "/srv", 65535 },
    { "too low", "/srv", "0", 1, NULL, 0 },
    { "too high", "/srv", "65536", 1, NULL, 0 },
    { "no number", "/srv", "eighty", 1, NULL, 0 },
    { "half a number", "/srv", "80x", 1, NULL, 0 },
    { "huge", "/srv", "99999999999999999999", 1, NULL, 0 },
    { "required", NULL, "80", 1, NULL, 0 },
    { "required, empty", "", "80", 1, NULL, 0 },
    { "both", NULL, "x", 2, NULL, 0 },
};

static void set(const char *name, const char *value)
{
    if (value == NULL)
        unsetenv(name);
    else
        setenv(name, value, 1);
}

static void test_read(void **state)
{
    for (size_t i = 0; i < WG_COUNT(rows); i++) {
        set("WANGGE_TEST_HOME", rows[i].home);
        set("WANGGE_TEST_PORT", rows[i].port);
        ROW(rows[i].name, wg_settings_read(table, WG_COUNT(table)) == rows[i].want);
        if (rows[i].want == 0)
            ROW(rows[i].name, strcmp(home, rows[i].want_home) == 0 && port == rows[i].want_port);
    }
}

static void read_all(void)
{
    assert_int_equal(wg_settings_read(table, WG_COUNT(table)), 2);
}

static void print_all(void)
{
    wg_settings_print(table, WG_COUNT(table));
}

static void test_faults_are_named(void **state)
{
    set("WANGGE_TEST_HOME", NULL);
    set("WANGGE_TEST_PORT", "no");
    WG_AUTO(wg_free) char *said = caught(stderr, read_all);
    assert_non_null(strstr(said, "WANGGE_TEST_HOME: "));
    assert_non_null(strstr(said, "WANGGE_TEST_PORT: "));
    assert_non_null(strstr(said, "65535"));
}

static void test_help(void **state)
{
    WG_AUTO(wg_free) char *said = caught(stdout, print_all);
    assert_non_null(strstr(said, "WANGGE_TEST_HOME"));
    assert_non_null(strstr(said, "where it lives"));
    assert_non_null(strstr(said, "8080"));
    assert_non_null(strstr(said, "required"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_read),
        cmocka_unit_test(test_faults_are_named),
        cmocka_unit_test(test_help),
    };
    return cmocka_run_group_tests_name("settings", tests, NULL, NULL);
}
