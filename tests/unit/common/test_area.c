/* Promise: "inside X" is the range of codes from X to before wg_area_next(X), and nothing else is.
 */
#include <string.h>

#include "common/area.h"
#include "common/memory.h"

#include "tests/unit/test.h"

static void test_valid(void **state)
{
    static const struct {
        const char *in;
        bool want;
    } rows[] = {
        { "410103", true },
        { "410103007012003", true },
        { "41010300701200301", true },
        { "41010", false },
        { "410103007012003012", false },
        { "", false },
        { "41010a", false },
        { "410103 ", false },
        { "４１０１０３", false },
        { "-10103", false },
    };
    for (size_t i = 0; i < WG_COUNT(rows); i++)
        ROW(rows[i].in, wg_area_valid(rows[i].in) == rows[i].want);
}

static void test_next(void **state)
{
    static const struct {
        const char *in, *want;
    } rows[] = {
        { "410103", "410104" },
        { "41010399", "410104" },
        { "410109", "41011" },
        { "410199", "4102" },
        { "999999", ":" },
        { "99999999999999999", ":" },
        { "410103007012999", "410103007013" },
        { "41010300701200301", "41010300701200302" },
    };
    for (size_t i = 0; i < WG_COUNT(rows); i++) {
        char next[WG_AREA_ROOM];
        wg_area_next(rows[i].in, next);
        ROW(rows[i].in, strcmp(next, rows[i].want) == 0);
        strcpy(next, rows[i].in);
        wg_area_next(next, next);
        ROW(rows[i].in, strcmp(next, rows[i].want) == 0);
    }
}

/* The two ways of asking agree: in C by the prefix, in SQL by the range. */
static void test_range_is_inside(void **state)
{
    static const char *const codes[] = { "410102999999999",
                                         "410103",
                                         "410103007",
                                         "410103007012",
                                         "410103007012003",
                                         "410104",
                                         "41010300701200301",
                                         "410103999",
                                         "410103999999999",
                                         "999999",
                                         "999999999999999",
                                         "410109",
                                         "41011" };
    for (size_t i = 0; i < WG_COUNT(codes); i++) {
        for (size_t j = 0; j < WG_COUNT(codes); j++) {
            char next[WG_AREA_ROOM];
            wg_area_next(codes[j], next);
            bool in_range = strcmp(codes[i], codes[j]) >= 0 && strcmp(codes[i], next) < 0;
            ROW(codes[i], in_range == wg_area_inside(codes[i], codes[j]));
        }
    }
}

static void test_prefix(void **state)
{
    static const struct {
        const char *in, *level, *want;
    } rows[] = {
        { "41010300701200301", "district", "410103" },
        { "41010300701200301", "street", "410103007" },
        { "41010300701200301", "community", "410103007012" },
        { "41010300701200301", "grid", "410103007012003" },
        { "41010300701200301", "micro", "41010300701200301" },
        { "410103007012003", "micro", NULL },
        { "410103007", "street", "410103007" },
        { "410103007", "community", NULL },
        { "410103007000901", "community", NULL },
        { "410103007000901", "street", "410103007" },
        { "410103007000901", "grid", "410103007000901" },
        { "410103000000901", "street", NULL },
        { "410103000000901", "district", "410103" },
        { "410103007012003", "planet", NULL },
        { "410103007012003", "", NULL },
    };
    for (size_t i = 0; i < WG_COUNT(rows); i++) {
        char prefix[WG_AREA_ROOM] = "untouched";
        bool found = wg_area_prefix(rows[i].in, rows[i].level, prefix);
        ROW(rows[i].in, found == (rows[i].want != NULL));
        ROW(rows[i].in, strcmp(prefix, found ? rows[i].want : "untouched") == 0);
    }
}

static void test_kind(void **state)
{
    static const struct {
        const char *in, *want;
    } rows[] = {
        { "410103007012001", "ordinary" },  { "410103007012799", "ordinary" },
        { "410103007012801", "temporary" }, { "410103007012899", "temporary" },
        { "410103007012901", "dedicated" }, { "410103007012999", "dedicated" },
        { "410103007012000", NULL },        { "410103007012800", NULL },
        { "410103007012900", NULL },        { "410103007012", NULL },
        { "41010300701200301", NULL },
    };
    for (size_t i = 0; i < WG_COUNT(rows); i++) {
        const char *kind = wg_area_kind(rows[i].in);
        ROW(rows[i].in,
            rows[i].want == NULL ? kind == NULL : kind != NULL && strcmp(kind, rows[i].want) == 0);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_valid),
        cmocka_unit_test(test_next),
        cmocka_unit_test(test_range_is_inside),
        cmocka_unit_test(test_prefix),
        cmocka_unit_test(test_kind),
    };
    return cmocka_run_group_tests_name("area", tests, NULL, NULL);
}
