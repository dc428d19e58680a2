/* Promise: what people and spreadsheets leave in a cell is made plain where nothing is lost, and
 * refused where something is: a number is never guessed. */
#include <string.h>

#include "common/text.h"

#include "services/registry/cells.h"
#include "tests/unit/test.h"

static const struct {
    const char *name, *in, *want;
} cleaned[] = {
    { "nothing", "", "" },
    { "plain", "康桥", "康桥" },
    { "spaces around", " \t康桥 \r\n", "康桥" },
    { "full-width spaces around", "　康桥　", "康桥" },
    { "a space inside stays", "a  b", "a  b" },
    { "full-width inside", "康　桥", "康 桥" },
    { "no-break and zero-width",
      "\xC2\xA0"
      "a\xE2\x80\x8B"
      "b\xC2\xA0",
      "ab" },
    { "byte order mark", "\xEF\xBB\xBF姓名", "姓名" },
    { "digits and letters", "１３８Ａｚ", "138Az" },
    { "signs stay", "（一）、：", "（一）、：" },
    { "the last of each", "９Ｚｚ", "9Zz" },
    { "cut off in a character", "a\xEF\xBC", "a\xEF\xBC" },
    { "only spaces", " 　 ", "" },
};

static void test_clean(void **state)
{
    for (size_t i = 0; i < WG_COUNT(cleaned); i++) {
        WG_AUTO(wg_free) char *clean = cell_clean(cleaned[i].in);
        ROW(cleaned[i].name, strcmp(clean, cleaned[i].want) == 0);
    }
}

static const struct {
    const char *name, *in;
    bool sure;
    enum cell_number kind;
    const char *want;
} numbers[] = {
    { "a phone", "13812345678", true, CELL_PLAIN, NULL },
    { "with hyphens", "0371-6717", true, CELL_PLAIN, NULL },
    { "not a number", "x1.5", true, CELL_PLAIN, NULL },
    { "lost", "1.38E+10", true, CELL_LOST, NULL },
    { "all digits", "1.3812345678E+10", true, CELL_RECOVERED, "13812345678" },
    { "lower case, no sign", "1.3812345678e10", true, CELL_RECOVERED, "13812345678" },
    { "one digit short", "1.381234567E+10", true, CELL_LOST, NULL },
    { "a part", "13812345678.5", true, CELL_LOST, NULL },
    { "no part", "13812345678.0", true, CELL_RECOVERED, "13812345678" },
    { "fifteen digits", "4.10103007012003E+14", true, CELL_RECOVERED, "410103007012003" },
    { "seventeen, two of them gone", "4.10103007012003e+16", true, CELL_LOST, NULL },
    { "more than a spreadsheet keeps", "41010300701200304.000000", true, CELL_LOST, NULL },
    { "no point", "1E+10", true, CELL_LOST, NULL },
    { "a code that looks like one", "12E3", false, CELL_PLAIN, NULL },
    { "sure of a number", "12E3", true, CELL_LOST, NULL },
    { "a huge exponent", "1.5E+300", true, CELL_PLAIN, NULL },
    { "a negative one", "1.5E-3", true, CELL_PLAIN, NULL },
    { "two points", "1.2.3", false, CELL_PLAIN, NULL },
    { "very long", "123456789012345678901234567890.0", true, CELL_PLAIN, NULL },
};

static void test_numbers(void **state)
{
    for (size_t i = 0; i < WG_COUNT(numbers); i++) {
        char digits[CELL_NUMBER_ROOM] = "";
        enum cell_number kind = cell_number(numbers[i].in, numbers[i].sure, digits);
        ROW(numbers[i].name, kind == numbers[i].kind);
        ROW(numbers[i].name, kind != CELL_RECOVERED || strcmp(digits, numbers[i].want) == 0);
    }
}

static const struct {
    const char *name, *in, *want; /* NULL: none */
} times[] = {
    { "RFC 3339", "2026-10-01T08:30:00+08:00", "2026-10-01T08:30:00+08:00" },
    { "as Excel shows it", "2026/10/1 8:30", "2026-10-01T08:30:00+08:00" },
    { "with seconds", "2026-10-01 08:30:15", "2026-10-01T08:30:15+08:00" },
    { "a day", "2026-10-01", "2026-10-01T00:00:00+08:00" },
    { "in Chinese", "2026年10月1日", "2026-10-01T00:00:00+08:00" },
    { "in Chinese with the hour", "2026年10月1日 8:30", "2026-10-01T08:30:00+08:00" },
    { "with points", "2026.10.1", "2026-10-01T00:00:00+08:00" },
    { "days since 1899", "46296", "2026-10-01T00:00:00+08:00" },
    { "and their part", "46296.35416666666", "2026-10-01T08:30:00+08:00" },
    { "no such day", "2026-02-30", NULL },
    { "no such hour", "2026-10-01 25:00", NULL },
    { "an hour alone", "2026-10-01 8", NULL },
    { "no offset", "2026-10-01T08:30:00", NULL },
    { "a number that is no day", "7", NULL },
    { "a phone", "13812345678", NULL },
    { "two points", "46296.1.2", NULL },
    { "words", "明天", NULL },
    { "what follows", "2026-10-01 08:30:15 x", NULL },
    { "nothing", "", NULL },
};

static void test_times(void **state)
{
    for (size_t i = 0; i < WG_COUNT(times); i++) {
        int64_t at = 0;
        bool good = cell_time(times[i].in, &at) == 0;
        ROW(times[i].name, good == (times[i].want != NULL));
        ROW(times[i].name, !good || strcmp(wg_time_string(at), times[i].want) == 0);
    }
}

static void test_two(void **state)
{
    ROW("slash", cell_is_two("张三/李四"));
    ROW("full-width slash", cell_is_two("张三／李四"));
    ROW("pause", cell_is_two("张三、李四"));
    ROW("one", !cell_is_two("张三"));
    ROW("one in English", !cell_is_two("Li, Anna O'Neill"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_clean),
        cmocka_unit_test(test_numbers),
        cmocka_unit_test(test_times),
        cmocka_unit_test(test_two),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
