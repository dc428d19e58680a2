/* Promise: what people read of a state comes from the workflow that the case began under, in both
 * languages; what a workflow does not say never breaks an answer. The real workflow file is the
 * argument. */
#include <stdio.h>
#include <string.h>

#include "services/reporting/words.h"
#include "tests/unit/test.h"

static const char *file;

static const char first[] =
    "{\"initial\":\"one\",\"states\":{\"one\":{\"zh\":\"甲\",\"en\":\"One\","
    "\"party\":{\"zh\":\"单位甲\",\"en\":\"One of a unit\"}},"
    "\"end\":{\"zh\":\"终\",\"en\":\"End\",\"final\":true}}}";
static const char second[] =
    "{\"initial\":\"two\",\"states\":{\"two\":{\"zh\":\"乙\",\"en\":\"Two\",\"resident\":"
    "{\"zh\":\"您的乙\",\"en\":\"Your two\"},\"next\":{\"zh\":\"丙\"}}},"
    "\"actions\":{\"go\":{\"zh\":\"走\",\"en\":\"Go\",\"event\":\"case.gone\","
    "\"fields\":[{\"name\":\"why\",\"choices\":[{\"value\":\"late\",\"zh\":\"晚了\"}]}],"
    "\"notices\":[{\"to\":\"holder\"},{\"to\":\"reporter\"}]},"
    "\"stay\":{\"event\":\"case.stayed\",\"notices\":[{\"to\":\"holder\"}]}}}";

static void test_versions(void **state)
{
    WG_AUTO(words_destroy) struct words *words = words_new();
    assert_int_equal(words_newest(words), 0);
    assert_null(words_initial(words, 1));
    assert_int_equal(words_add(words, 1, "request", first), 0);
    assert_int_equal(words_add(words, 5, "request", second), 0);
    assert_int_equal(words_add(words, 7, "another", first), 0);
    assert_int_equal(words_newest(words), 5);
    assert_string_equal(words_initial(words, 5), "two");
    assert_string_equal(words_state(words, 1, "one", false), "甲");
    assert_string_equal(words_state(words, 5, "one", false), "one"); /* not this version's */
    assert_string_equal(words_state(words, 9, "one", true), "one");
    assert_string_equal(words_state_of_party(words, 1, "one", false), "单位甲");
    assert_string_equal(words_state_of_party(words, 1, "end", false), "终");
    assert_string_equal(words_resident(words, 5, "two", true), "Your two");
    assert_string_equal(words_resident(words, 1, "one", true), "One");
    assert_string_equal(words_next(words, 5, "two", false), "丙");
    assert_string_equal(words_next(words, 5, "two", true), "");
    assert_string_equal(words_event(words, 5, "case.gone", false), "走");
    assert_null(words_event(words, 1, "case.gone", false));
    assert_true(words_told(words, 5, "case.gone"));
    assert_false(words_told(words, 5, "case.stayed") || words_told(words, 1, "case.gone"));
    assert_string_equal(
        words_choice(words, 5, "case.gone", &(struct words_chosen){ "why", "late" }, false),
        "晚了");
    assert_null(words_choice(words, 5, "case.gone", &(struct words_chosen){ "why", "late" }, true));
    assert_null(words_choice(words, 5, "case.gone", &(struct words_chosen){ "why", "x" }, false));
    assert_null(
        words_choice(words, 5, "case.gone", &(struct words_chosen){ "who", "late" }, false));
    assert_true(words_final(words, "end") && !words_final(words, "one"));
    const char *finals[4];
    assert_int_equal(words_finals(words, finals, 4), 1);
}

/* Which attributes hide what a case says is the files' to say, each once. */
static void test_hiding(void **state)
{
    static const char hides[] =
        "{\"states\":{\"one\":{}},\"attributes\":{\"plain\":{\"zh\":\"甲\"},"
        "\"secret\":{\"zh\":\"乙\",\"hides\":true},"
        "\"not\":{\"zh\":\"丙\",\"hides\":false}}}";
    WG_AUTO(words_destroy) struct words *words = words_new();
    const char *const *names;
    assert_int_equal(words_add(words, 1, "request", first), 0);
    assert_int_equal(words_hiding(words, &names), 0);
    assert_int_equal(words_add(words, 2, "request", hides), 0);
    assert_int_equal(words_add(words, 3, "request", hides), 0);
    assert_int_equal(words_hiding(words, &names), 1);
    assert_string_equal(names[0], "secret");
}

static void test_bad(void **state)
{
    static const char *const rows[] = {
        "", "[]", "{}", "{\"states\":[]}", "{\"states\":{", "null"
    };
    WG_AUTO(words_destroy) struct words *words = words_new();
    for (size_t i = 0; i < WG_COUNT(rows); i++)
        ROW(rows[i], words_add(words, (int64_t)i, "request", rows[i]) == WORDS_BAD);
    assert_int_equal(words_newest(words), 0);
}

static void test_real_file(void **state)
{
    static char text[256 << 10];
    FILE *in = fopen(file, "r");
    assert_non_null(in);
    text[fread(text, 1, sizeof text - 1, in)] = '\0';
    fclose(in);
    WG_AUTO(words_destroy) struct words *words = words_new();
    assert_int_equal(words_add(words, 1, "request", text), 0);
    const char *begin = words_initial(words, 1), *finals[16];
    assert_non_null(begin);
    assert_string_not_equal(words_resident(words, 1, begin, false), begin);
    assert_string_not_equal(words_resident(words, 1, begin, true), begin);
    assert_string_not_equal(words_next(words, 1, begin, false), "");
    assert_true(words_finals(words, finals, WG_COUNT(finals)) > 0);
    assert_false(words_final(words, begin));
}

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_versions),
        cmocka_unit_test(test_hiding),
        cmocka_unit_test(test_bad),
        cmocka_unit_test(test_real_file),
    };
    if (argc != 2)
        return 2;
    file = argv[1];
    return cmocka_run_group_tests_name("words", tests, NULL, NULL);
}
