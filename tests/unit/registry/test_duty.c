/* Promise: a row of duty names area, post, person and a period that ends after it begins. */
#include "tests/unit/registry/rows.h"
#include "tests/unit/test.h"

static const struct row_case rows[] = {
    { "whole", "d,410103,dispatcher,s,duty,2026-10-01T00:00:00+08:00,2026-10-02T00:00:00+08:00",
      "" },
    { "the other way round",
      "d,410103,dispatcher,s,leave,2026-10-02T00:00:00+08:00,2026-10-01T00:00:00+08:00",
      "ends_at:period" },
    { "no time at all", "d,410103,dispatcher,s,duty,2026-10-02T00:00:00Z,2026-10-02T00:00:00Z",
      "ends_at:period" },
    { "a day that is none", "d,410103,dispatcher,s,duty,2026-02-30T00:00:00Z,2026-03-02T00:00:00Z",
      "starts_at:time" },
    { "no such post, no such kind",
      "d,410103,boss,s,sleep,2026-10-01T00:00:00Z,2026-10-02T00:00:00Z",
      "post:choice,kind:choice" },
    { "empty", "d,,,,,,",
      "area:required,post:required,staff:required,kind:required,starts_at:required,ends_at:"
      "required" },
};

static void test_rows(void **state)
{
    check_rows(&duty_kind, "code,area,post,staff,kind,starts_at,ends_at", rows, WG_COUNT(rows));
}

int main(void)
{
    const struct CMUnitTest tests[] = { cmocka_unit_test(test_rows) };
    return cmocka_run_group_tests_name("duty", tests, NULL, NULL);
}
