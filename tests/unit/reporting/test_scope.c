/* Promise: nobody sees more than the areas of their posts, whatever area they ask for, and nothing
 * is found twice. */
#include <string.h>

#include "services/reporting/scope.h"
#include "tests/unit/test.h"

static const struct wg_range everything = { "", ":" };
static const struct wg_range street = { "410103007", "410103008" };
static const struct wg_range community = { "410103007012", "410103007013" };
static const struct wg_range other = { "410103009001", "410103009002" };

static void test_cut(void **state)
{
    const struct wg_range nested[] = { community, street, other, street };
    const struct {
        const char *name;
        const struct wg_range *ranges;
        size_t n;
        const char *area;
        size_t want_n;
        const char *want_low;
        bool narrow;
    } rows[] = {
        { "everything, nothing asked", &everything, 1, NULL, 1, "", false },
        { "everything, a grid asked", &everything, 1, "410103007012003", 1, "410103007012003",
          true },
        { "own street", &street, 1, NULL, 1, "410103007", false },
        { "a part of the own street", &street, 1, "410103007012", 1, "410103007012", true },
        { "the district around the own street", &street, 1, "410103", 1, "410103007", false },
        { "another street", &street, 1, "410103008", 0, NULL, true },
        { "a longer code that begins alike", &community, 1, "41010300701", 1, "410103007012",
          true },
        { "ranges in ranges", nested, 4, NULL, 2, "410103007", false },
        { "ranges in ranges, one asked", nested, 4, "410103009", 1, "410103009001", true },
        { "no posts", NULL, 0, NULL, 0, NULL, true },
    };
    for (size_t i = 0; i < WG_COUNT(rows); i++) {
        struct scope scope = scope_make(rows[i].ranges, rows[i].n, rows[i].area);
        ROW(rows[i].name, scope.n == rows[i].want_n);
        ROW(rows[i].name, scope.n == 0 || strcmp(scope.ranges[0].low, rows[i].want_low) == 0);
        ROW(rows[i].name, scope_narrow(&scope) == rows[i].narrow);
    }
}

static void test_holds(void **state)
{
    const struct wg_range two[] = { community, other };
    struct scope scope = scope_make(two, 2, NULL);
    assert_true(scope_holds(&scope, "410103007012"));
    assert_true(scope_holds(&scope, "41010300701299999"));
    assert_true(scope_holds(&scope, "410103009001001"));
    assert_false(scope_holds(&scope, "410103007013"));
    assert_false(scope_holds(&scope, "410103007"));
    assert_false(scope_holds(&scope, ""));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_cut),
        cmocka_unit_test(test_holds),
    };
    return cmocka_run_group_tests_name("scope", tests, NULL, NULL);
}
