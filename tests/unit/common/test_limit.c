/* Promise: a limit's key names a clock, and where it is so given a grade, a source or both;
 * whatever else is written is no key. */
#include <string.h>

#include "common/limit.h"
#include "common/memory.h"

#include "tests/unit/test.h"

static void test_keys(void **state)
{
    static const struct {
        const char *key, *clock, *grade, *source; /* clock NULL: none */
    } rows[] = {
        { "resolve", "resolve", "", "" },
        { "resolve@urgent", "resolve", "urgent", "" },
        { "resolve/12345", "resolve", "", "12345" },
        { "resolve@high/a@b", "resolve", "high", "a@b" },
        { "resolve@", NULL, NULL, NULL },
        { "resolve/", NULL, NULL, NULL },
        { "resolve@/hotline", NULL, NULL, NULL },
        { "resolve-with-a-name-too-long", NULL, NULL, NULL },
    };
    (void)state;
    for (size_t i = 0; i < WG_COUNT(rows); i++) {
        struct wg_limit_row row = { 0 };
        bool known = wg_limit_key(rows[i].key, &row);
        ROW(rows[i].key, known == (rows[i].clock != NULL));
        ROW(rows[i].key, !known || (strcmp(row.clock, rows[i].clock) == 0 &&
                                    strcmp(row.grade, rows[i].grade) == 0 &&
                                    strcmp(row.source, rows[i].source) == 0));
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = { cmocka_unit_test(test_keys) };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
