/* Promise: a masked name or number tells staff enough to know a caller again, and nobody more. */
#include <string.h>

#include "services/registry/mask.h"
#include "tests/unit/test.h"

static const struct {
    const char *name, *in, *want;
    void (*mask)(const char *, struct wg_text *);
} rows[] = {
    { "two characters", "张三", "张**", mask_name },
    { "four characters", "欧阳小明", "欧**", mask_name },
    { "one character", "张", "张**", mask_name },
    { "letters", "Anna Li", "A**", mask_name },
    { "nothing", "", "**", mask_name },
    { "mobile", "13812340000", "138****0000", mask_phone },
    { "mobile with its country", "+8613812340000", "+86****0000", mask_phone },
    { "a telephone", "67170000", "671****00", mask_phone },
    { "a short one", "12345", "****", mask_phone },
    { "mail", "zhang@example.net", "z***@example.net", mask_email },
    { "no mail", "zhang", "z***", mask_email },
};

static void test_masks(void **state)
{
    for (size_t i = 0; i < WG_COUNT(rows); i++) {
        WG_AUTO(wg_text_destroy) struct wg_text out = { 0 };
        rows[i].mask(rows[i].in, &out);
        ROW(rows[i].name, strcmp(out.bytes, rows[i].want) == 0);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = { cmocka_unit_test(test_masks) };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
