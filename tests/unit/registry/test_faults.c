/* Promise: faults come by line, are counted beyond what is kept, and say the same in both
 * languages. */
#include <stdio.h>
#include <string.h>

#include "services/registry/faults.h"
#include "tests/unit/test.h"

static void test_order_and_pointer(void **state)
{
    WG_AUTO(faults_destroy) struct faults faults = { 0 };
    char pointer[FAULT_POINTER_ROOM];
    faults_add(&faults, 7, "name", "required", NULL);
    faults_add(&faults, 3, "a/b~c", "column-unknown", "a/b~c");
    faults_add(&faults, 7, "code", "duplicate", "x");
    faults_add(&faults, 0, "", "empty", NULL);
    faults_add(&faults, 3, "", "feature", NULL);
    faults_sort(&faults);
    static const char *const want[] = { "", "/3/a~1b~0c", "/3", "/7/name", "/7/code" };
    assert_int_equal(faults.n, WG_COUNT(want));
    for (size_t i = 0; i < WG_COUNT(want); i++) {
        fault_pointer(&faults.items[i], pointer);
        assert_string_equal(pointer, want[i]);
    }
}

static void test_texts(void **state)
{
    WG_AUTO(faults_destroy) struct faults faults = { 0 };
    char text[FAULT_TEXT_ROOM];
    faults_add(&faults, 1, "parent", "parent-unknown", "410103");
    faults_add(&faults, 1, "parent", "of-another-house", NULL);
    fault_text(&faults.items[0], 0, text);
    assert_string_equal(text, "没有这个上级:410103");
    fault_text(&faults.items[0], 1, text);
    assert_string_equal(text, "no such parent: 410103");
    assert_string_equal(faults.items[1].name, "unknown");
}

/* Details are cut between characters, never inside one. */
static void test_long_detail(void **state)
{
    WG_AUTO(faults_destroy) struct faults faults = { 0 };
    char detail[1000] = "";
    for (int i = 0; i < 100; i++)
        strcat(detail, "网");
    faults_add(&faults, 1, detail, "text-long", detail);
    assert_int_equal(strlen(faults.items[0].detail) % 3, 0);
    assert_true(strlen(faults.items[0].detail) > FAULT_DETAIL_ROOM - 5);
    assert_int_equal(strlen(faults.items[0].column) % 3, 0);
}

static void test_cap(void **state)
{
    WG_AUTO(faults_destroy) struct faults faults = { 0 };
    for (size_t i = 5 * FAULTS_MOST; i > 0; i--)
        faults_add(&faults, i, "code", "code", NULL);
    faults_sort(&faults);
    assert_int_equal(faults.n, FAULTS_MOST);
    assert_int_equal(faults.total, 5 * FAULTS_MOST);
}

int main(void)
{
    const struct CMUnitTest tests[] = { cmocka_unit_test(test_order_and_pointer),
                                        cmocka_unit_test(test_texts),
                                        cmocka_unit_test(test_long_detail),
                                        cmocka_unit_test(test_cap) };
    return cmocka_run_group_tests_name("faults", tests, NULL, NULL);
}
