/* Promise: what is not UTF-8 is known as such, text never loses its end, and a time reads back as
 * it was written. */
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "common/text.h"

#include "tests/unit/test.h"

#define BYTES(literal) (literal), sizeof(literal) - 1

static void test_grows(void **state)
{
    WG_AUTO(wg_text_destroy) struct wg_text text = { 0 };
    char line[300];
    memset(line, 'x', sizeof line - 1);
    line[sizeof line - 1] = '\0';
    assert_null(text.bytes);
    wg_text_add(&text, "", 0);
    assert_string_equal(text.bytes, "");
    wg_text_put(&text, "网");
    wg_text_printf(&text, "-%d-%s", 7, line);
    assert_int_equal(text.length, 3 + 3 + 299);
    assert_memory_equal(text.bytes, "网-7-x", 7);
    assert_int_equal(text.bytes[text.length], 0);
    for (int i = 0; i < 1000; i++)
        wg_text_printf(&text, "%s", line);
    assert_int_equal(text.length, 3 + 3 + 1001 * 299);
    assert_int_equal(strlen(text.bytes), text.length);
    wg_text_clear(&text);
    assert_string_equal(text.bytes, "");
    assert_true(text.room > 0);
    wg_text_add(&text, "a\0b", 3);
    assert_memory_equal(text.bytes, "a\0b", 4);
}

/* A cut exactly at the room's end is the place where an off-by-one would sit. */
static void test_printf_at_the_edge(void **state)
{
    for (int length = 50; length < 140; length++) {
        WG_AUTO(wg_text_destroy) struct wg_text text = { 0 };
        wg_text_put(&text, "ab");
        wg_text_printf(&text, "%*d", length, 5);
        assert_int_equal(text.length, 2 + length);
        assert_int_equal(strlen(text.bytes), text.length);
        assert_int_equal(text.bytes[text.length - 1], '5');
    }
}

static const struct {
    const char *name, *in;
    size_t length;
    bool want;
} utf8_rows[] = {
    { "empty", BYTES(""), true },
    { "ASCII", BYTES("plain text that is longer than a word of the machine"), true },
    { "Chinese", BYTES("康桥华城社区"), true },
    { "two bytes", BYTES("\xc2\x80\xdf\xbf"), true },
    { "three bytes", BYTES("\xe0\xa0\x80\xed\x9f\xbf\xee\x80\x80\xef\xbf\xbf"), true },
    { "four bytes", BYTES("\xf0\x90\x80\x80\xf4\x8f\xbf\xbf"), true },
    { "mixed", BYTES("a网b格c🏠d"), true },
    { "NUL is a character", BYTES("a\0b"), true },
    { "lone continuation", BYTES("a\x80"), false },
    { "overlong NUL", BYTES("\xc0\x80"), false },
    { "overlong slash", BYTES("\xc1\xaf"), false },
    { "overlong three", BYTES("\xe0\x9f\xbf"), false },
    { "overlong four", BYTES("\xf0\x8f\xbf\xbf"), false },
    { "surrogate", BYTES("\xed\xa0\x80"), false },
    { "last surrogate", BYTES("\xed\xbf\xbf"), false },
    { "over U+10FFFF", BYTES("\xf4\x90\x80\x80"), false },
    { "five bytes", BYTES("\xf8\x88\x80\x80\x80"), false },
    { "FF", BYTES("\xff"), false },
    { "cut in two", BYTES("\xc2"), false },
    { "cut in three", BYTES("\xe7\xbd"), false },
    { "cut in four", BYTES("\xf0\x9f\x8f"), false },
    { "second byte wrong", BYTES("\xe7\x41\x91"), false },
    { "third byte wrong", BYTES("\xe7\xbd\x41"), false },
    { "fourth byte wrong", BYTES("\xf0\x9f\x8f\x41"), false },
    { "GBK", BYTES("\xcd\xf8\xb8\xf1"), false },
    { "broken behind a word", BYTES("12345678\xff"), false },
};

static void test_utf8_valid(void **state)
{
    for (size_t i = 0; i < WG_COUNT(utf8_rows); i++)
        ROW(utf8_rows[i].name,
            wg_utf8_valid(utf8_rows[i].in, utf8_rows[i].length) == utf8_rows[i].want);
}

/* All code points, against their definition. */
static void test_utf8_every_code_point(void **state)
{
    for (unsigned code = 0; code <= 0x110000; code++) {
        char bytes[4];
        size_t n = code <= 0x10ffff ? wg_utf8_encode(code, bytes) : 4;
        if (code > 0x10ffff)
            memcpy(bytes, "\xf4\x90\x80\x80", 4);
        bool want = code <= 0x10ffff && (code < 0xd800 || code > 0xdfff);
        if (wg_utf8_valid(bytes, n) != want)
            fail_msg("U+%04X", code);
        if (want && wg_utf8_run(bytes, n) != (code < 0x80 ? 0 : n))
            fail_msg("run of U+%04X", code);
    }
}

static void test_utf8_measures(void **state)
{
    const char *text = "a网🏠z";
    size_t length = strlen(text);
    const size_t want[] = { 0, 1, 4, 8, 9, 9 };
    assert_int_equal(wg_utf8_count(text, length), 4);
    assert_int_equal(wg_utf8_count("", 0), 0);
    for (size_t n = 0; n < WG_COUNT(want); n++)
        assert_int_equal(wg_utf8_prefix(text, length, n), want[n]);
    assert_int_equal(wg_utf8_run("网格x", 7), 6);
    assert_int_equal(wg_utf8_run("x", 1), 0);
    assert_int_equal(wg_utf8_run("网\xff", 4), 3);
}

static const struct {
    const char *name, *in, *want;
} halfwidth_rows[] = {
    { "digits", "２６１１２３－５", "261123-5" },
    { "letters", "ＡＢｚ～！", "ABz~!" },
    { "space", "a　b", "a b" },
    { "Chinese stays", "网格，。", "网格,。" },
    { "neighbours stay", "\xef\xbc\x80\xef\xbd\x9f", "\xef\xbc\x80\xef\xbd\x9f" },
    { "plain", "abc", "abc" },
    { "empty", "", "" },
    { "broken end", "\xef\xbc", "\xef\xbc" },
};

static void test_halfwidth(void **state)
{
    for (size_t i = 0; i < WG_COUNT(halfwidth_rows); i++) {
        WG_AUTO(wg_free) char *plain = wg_text_halfwidth(halfwidth_rows[i].in);
        ROW(halfwidth_rows[i].name, strcmp(plain, halfwidth_rows[i].want) == 0);
    }
}

#define UNIX_2026 INT64_C(1795392000) /* 2026-11-23T00:00:00Z */

static const struct {
    const char *name, *in;
    int want;
    int64_t seconds, microseconds;
} time_rows[] = {
    { "city", "2026-11-23T08:00:00+08:00", 0, UNIX_2026, 0 },
    { "Z", "2026-11-23T00:00:00Z", 0, UNIX_2026, 0 },
    { "lower case", "2026-11-23t00:00:00z", 0, UNIX_2026, 0 },
    { "west", "2026-11-22T18:30:00-05:30", 0, UNIX_2026, 0 },
    { "unknown offset", "2026-11-23T00:00:00-00:00", 0, UNIX_2026, 0 },
    { "tenths", "2026-11-23T00:00:00.5Z", 0, UNIX_2026, 500000 },
    { "nine digits", "2026-11-23T00:00:00.123456789Z", 0, UNIX_2026, 123456 },
    { "leap second", "2016-12-31T23:59:60Z", 0, 1483228799, 0 },
    { "leap day", "2024-02-29T00:00:00Z", 0, 1709164800, 0 },
    { "first", "1970-01-01T00:00:00Z", 0, 0, 0 },
    { "before the first by offset", "1970-01-01T00:00:00+08:00", 0, -28800, 0 },
    { "last", "2199-12-31T23:59:59Z", 0, 7258118399, 0 },
    { "no offset", "2026-11-23T08:00:00", WG_TIME_BAD, 0, 0 },
    { "date only", "2026-11-23", WG_TIME_BAD, 0, 0 },
    { "space for T", "2026-11-23 08:00:00Z", WG_TIME_BAD, 0, 0 },
    { "1969", "1969-12-31T23:59:59Z", WG_TIME_BAD, 0, 0 },
    { "2200", "2200-01-01T00:00:00Z", WG_TIME_BAD, 0, 0 },
    { "month 0", "2026-00-10T00:00:00Z", WG_TIME_BAD, 0, 0 },
    { "month 13", "2026-13-10T00:00:00Z", WG_TIME_BAD, 0, 0 },
    { "day 0", "2026-01-00T00:00:00Z", WG_TIME_BAD, 0, 0 },
    { "31 April", "2026-04-31T00:00:00Z", WG_TIME_BAD, 0, 0 },
    { "29 February", "2026-02-29T00:00:00Z", WG_TIME_BAD, 0, 0 },
    { "29 February 2100", "2100-02-29T00:00:00Z", WG_TIME_BAD, 0, 0 },
    { "hour 24", "2026-01-01T24:00:00Z", WG_TIME_BAD, 0, 0 },
    { "minute 60", "2026-01-01T00:60:00Z", WG_TIME_BAD, 0, 0 },
    { "second 61", "2026-01-01T00:00:61Z", WG_TIME_BAD, 0, 0 },
    { "no digits after the point", "2026-01-01T00:00:00.Z", WG_TIME_BAD, 0, 0 },
    { "ten digits", "2026-01-01T00:00:00.1234567890Z", WG_TIME_BAD, 0, 0 },
    { "offset 24:00", "2026-01-01T00:00:00+24:00", WG_TIME_BAD, 0, 0 },
    { "offset without colon", "2026-01-01T00:00:00+0800", WG_TIME_BAD, 0, 0 },
    { "offset of hours", "2026-01-01T00:00:00+08", WG_TIME_BAD, 0, 0 },
    { "more behind", "2026-01-01T00:00:00Z ", WG_TIME_BAD, 0, 0 },
    { "one digit", "2026-1-01T00:00:00Z", WG_TIME_BAD, 0, 0 },
    { "sign in the year", "+026-01-01T00:00:00Z", WG_TIME_BAD, 0, 0 },
    { "empty", "", WG_TIME_BAD, 0, 0 },
};

static void test_time_parse(void **state)
{
    for (size_t i = 0; i < WG_COUNT(time_rows); i++) {
        int64_t time = 77, want = time_rows[i].seconds * 1000000 + time_rows[i].microseconds;
        ROW(time_rows[i].name, wg_time_parse(time_rows[i].in, &time) == time_rows[i].want);
        ROW(time_rows[i].name, time == (time_rows[i].want == 0 ? want : 77));
    }
}

/* Every beginning of a good time is refused, and none is read behind its end (the sanitizer looks).
 */
static void test_time_parse_cut(void **state)
{
    const char *whole = "2026-11-23T08:00:00.123+08:00";
    for (size_t n = 0; n < strlen(whole); n++) {
        int64_t time;
        WG_AUTO(wg_free) char *cut = wg_strndup(whole, n);
        ROW(cut, wg_time_parse(cut, &time) == WG_TIME_BAD);
    }
}

static void test_time_write(void **state)
{
    WG_AUTO(wg_text_destroy) struct wg_text text = { 0 };
    int64_t back;
    wg_text_put(&text, "at ");
    wg_text_time(&text, UNIX_2026 * 1000000);
    assert_string_equal(text.bytes, "at 2026-11-23T08:00:00+08:00");
    assert_string_equal(wg_time_string(UNIX_2026 * 1000000 + 42),
                        "2026-11-23T08:00:00.000042+08:00");
    assert_string_equal(wg_time_string(-1), "1970-01-01T07:59:59.999999+08:00");
    for (int64_t time = 0; time < INT64_C(7258000000000000);
         time += INT64_C(86400000000) * 37 + 1234567891) {
        assert_int_equal(wg_time_parse(wg_time_string(time), &back), 0);
        assert_int_equal(back, time);
    }
    /* Far outside every calendar: some text, no crash. */
    assert_non_null(wg_time_string(INT64_MAX));
    assert_non_null(wg_time_string(INT64_MIN));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_grows),         cmocka_unit_test(test_printf_at_the_edge),
        cmocka_unit_test(test_utf8_valid),    cmocka_unit_test(test_utf8_every_code_point),
        cmocka_unit_test(test_utf8_measures), cmocka_unit_test(test_halfwidth),
        cmocka_unit_test(test_time_parse),    cmocka_unit_test(test_time_parse_cut),
        cmocka_unit_test(test_time_write),
    };
    tzset();
    return cmocka_run_group_tests_name("text", tests, NULL, NULL);
}
