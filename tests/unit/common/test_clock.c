/* Promise: in fault builds one file moves the time of a process while it runs; release builds never
 * look at it. */
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "common/clock.h"

#include "tests/unit/test.h"

static void write_offset(const char *folder, int64_t offset)
{
    char path[200];
    snprintf(path, sizeof path, "%s/clock", folder);
    FILE *file = fopen(path, access(path, F_OK) == 0 ? "r+b" : "wb");
    assert_non_null(file);
    assert_int_equal(fwrite(&offset, sizeof offset, 1, file), 1);
    fclose(file);
}

static void test_moves(void **state)
{
    char folder[] = "/tmp/wangge-clock-XXXXXX", path[200];
    assert_non_null(mkdtemp(folder));
    wg_clock_start(NULL);
    wg_clock_start(folder);
    int64_t before = wg_clock_now(), mono = wg_clock_mono();
    assert_true(before > INT64_C(1700000000) * WG_SECOND);
    write_offset(folder, 0);
    wg_clock_start(folder);
    write_offset(folder, 86400 * WG_SECOND);
    int64_t moved = wg_clock_now() - before;
#ifdef WG_FAULT_POINTS
    assert_true(moved >= 86400 * WG_SECOND && moved < 86460 * WG_SECOND);
#else
    assert_true(moved >= 0 && moved < 60 * WG_SECOND);
#endif
    assert_true(wg_clock_mono() - mono < 60 * WG_SECOND);
    snprintf(path, sizeof path, "%s/clock", folder);
    unlink(path);
    rmdir(folder);
}

int main(void)
{
    const struct CMUnitTest tests[] = { cmocka_unit_test(test_moves) };
    return cmocka_run_group_tests_name("clock", tests, NULL, NULL);
}
