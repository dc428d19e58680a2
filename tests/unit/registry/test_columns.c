/* Promise: each type of column takes what it says and names what it does not. */
#include "tests/unit/registry/rows.h"
#include "tests/unit/test.h"

static const char *const choices[] = { "one", "two", NULL };

static const struct {
    const char *name;
    struct column column;
    const char *in, *want; /* want: the JSON of the value, or the fault after "!" */
} rows[] = {
    { "text", { .type = COLUMN_TEXT }, "康桥", "\"康桥\"" },
    { "text at its length", { .type = COLUMN_TEXT, .highest = 2 }, "康桥", "\"康桥\"" },
    { "text over it", { .type = COLUMN_TEXT, .highest = 1 }, "康桥", "!text-long" },
    { "text keeps full-width signs", { .type = COLUMN_TEXT }, "１，（Ａ）", "\"1，（A）\"" },
    { "control", { .type = COLUMN_TEXT }, "a\tb", "!control" },
    { "code", { .type = COLUMN_CODE }, "A-b_c.1", "\"A-b_c.1\"" },
    { "code in full width", { .type = COLUMN_CODE }, "Ａ１", "\"A1\"" },
    { "code with a slash", { .type = COLUMN_CODE }, "a/b", "!code" },
    { "choice", { .type = COLUMN_CHOICE, .choices = choices }, "two", "\"two\"" },
    { "no choice", { .type = COLUMN_CHOICE, .choices = choices }, "three", "!choice" },
    { "list", { .type = COLUMN_LIST }, " a ;; b c ;", "[\"a\",\"b c\"]" },
    { "list twice", { .type = COLUMN_LIST }, "a;b; a", "!list-twice" },
    { "list too long", { .type = COLUMN_LIST, .highest = 2 }, "a;b;c", "!list-long" },
    { "number", { .type = COLUMN_NUMBER, .lowest = -5, .highest = 5 }, "-5", "-5" },
    { "number over", { .type = COLUMN_NUMBER, .highest = 5 }, "6", "!number" },
    { "number with a point", { .type = COLUMN_NUMBER, .highest = 5 }, "1.0", "1" },
    { "number with a part", { .type = COLUMN_NUMBER, .highest = 5 }, "1.5", "!number" },
    { "huge number", { .type = COLUMN_NUMBER, .highest = 5 }, "99999999999999999999", "!number" },
    { "a sign alone", { .type = COLUMN_NUMBER, .highest = 5 }, "-", "!number" },
    { "degrees", { .type = COLUMN_DEGREES, .lowest = -90, .highest = 90 }, "34.5", "34.5" },
    { "infinite", { .type = COLUMN_DEGREES, .lowest = -90, .highest = 90 }, "1e999", "!degrees" },
    { "hexadecimal", { .type = COLUMN_DEGREES, .lowest = -90, .highest = 90 }, "0x10", "!degrees" },
    { "true", { .type = COLUMN_FLAG }, "true", "true" },
    { "yes", { .type = COLUMN_FLAG }, "yes", "!flag" },
    { "time",
      { .type = COLUMN_TIME },
      "2026-11-23T08:00:00+08:00",
      "\"2026-11-23T08:00:00+08:00\"" },
    { "time without offset", { .type = COLUMN_TIME }, "2026-11-23T08:00:00", "!time" },
    { "mail that would break a header", { .type = COLUMN_EMAIL }, "a@b.c\r\nBcc:x@y.z", "!email" },
    { "phone", { .type = COLUMN_PHONE }, "0371-12345", "\"0371-12345\"" },
    { "required", { .type = COLUMN_TEXT, .required = true }, NULL, "!required" },
};

static void test_types(void **state)
{
    for (size_t i = 0; i < WG_COUNT(rows); i++) {
        WG_AUTO(faults_destroy) struct faults faults = { 0 };
        struct column column = rows[i].column;
        struct line line = { .number = 1, .values = { rows[i].in } };
        column.name = "it";
        WG_AUTO(wg_json_put) struct json_object *row = columns_row(&column, 1, &line, &faults);
        struct json_object *value = wg_json_get(row, "it");
        if (rows[i].want[0] == '!')
            ROW(rows[i].name, value == NULL && faults.n == 1 &&
                                  strcmp(faults.items[0].name, rows[i].want + 1) == 0);
        else
            ROW(rows[i].name, faults.n == 0 && strcmp(json_object_to_json_string_ext(
                                                          value, JSON_C_TO_STRING_PLAIN),
                                                      rows[i].want) == 0);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = { cmocka_unit_test(test_types) };
    return cmocka_run_group_tests_name("columns", tests, NULL, NULL);
}
