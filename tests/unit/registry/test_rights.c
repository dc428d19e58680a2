/* Promise: who may change what follows from posts and their areas: administrators what is there,
 * secretaries, dispatchers, clerks and directors who is on duty, nobody anything else. */
#include <string.h>

#include "services/registry/rights.h"
#include "tests/unit/test.h"

#define POST(name, where, of)                                                                      \
    {                                                                                              \
        .key_id = 1, .staff_id = 1, .n_posts = 1, .posts = {                                       \
            { .post = name, .area = where, .level = of }                                           \
        }                                                                                          \
    }

static const struct {
    const char *name;
    struct wg_caller caller;
    const char *city, *area, *arrange; /* the low end of the reach; "-" for none */
} rows[] = {
    { "an administrator's key", { .key_id = 1, .administrator = true }, "", "", "" },
    { "a system", { .key_id = 1, .system = "hotline", .area = "410103" }, "-", "-", "-" },
    { "nobody", { 0 }, "-", "-", "-" },
    { "the district's administrator", POST("administrator", "410103", "district"), "410103",
      "410103", "410103" },
    { "a street's", POST("administrator", "410103007", "street"), "-", "410103007", "410103007" },
    { "a secretary", POST("secretary", "410103007012", "community"), "-", "-", "410103007012" },
    { "a clerk", POST("clerk", "410103007", "street"), "-", "-", "410103007" },
    { "a director", POST("director", "410103007", "street"), "-", "-", "410103007" },
    { "a dispatcher", POST("dispatcher", "410103007012", "community"), "-", "-", "410103007012" },
    { "a grid leader", POST("leader", "410103007012003", "grid"), "-", "-", "-" },
    { "a supervisor", POST("supervisor", "410103", "district"), "-", "-", "-" },
    { "a handler", POST("handler", "410103", "district"), "-", "-", "-" },
};

static bool reaches(const struct wg_caller *caller, enum right right, const char *want)
{
    struct wg_range reach[RIGHTS_MOST];
    size_t n = rights_reach(caller, right, reach);
    return n == 0 ? strcmp(want, "-") == 0 : n == 1 && strcmp(reach[0].low, want) == 0;
}

static void test_reach(void **state)
{
    for (size_t i = 0; i < WG_COUNT(rows); i++) {
        ROW(rows[i].name, reaches(&rows[i].caller, RIGHT_CITY, rows[i].city));
        ROW(rows[i].name, reaches(&rows[i].caller, RIGHT_AREA, rows[i].area));
        ROW(rows[i].name, reaches(&rows[i].caller, RIGHT_ARRANGE, rows[i].arrange));
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = { cmocka_unit_test(test_reach) };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
