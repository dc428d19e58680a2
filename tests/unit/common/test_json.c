/* Promise: what json-c 0.16 lets through is caught before it, with its name and place; the same key
 * is the same however it is spelled; what passes is read by json-c without a fault. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/json.h"
#include "common/text.h"

#include "tests/unit/test.h"

#define BYTES(literal) (literal), sizeof(literal) - 1
#define NEST4 "[[[["
#define NEST16 NEST4 NEST4 NEST4 NEST4
#define DENEST4 "]]]]"
#define DENEST16 DENEST4 DENEST4 DENEST4 DENEST4
#define DIGITS10 "1234567890"

static const struct {
    const char *name, *in;
    size_t length;
    enum wg_json_fault want;
    size_t offset;
} rows[] = {
    { "object", BYTES("{\"a\":1}"), WG_JSON_FINE, 0 },
    { "white space", BYTES(" \t\r\n{ \"a\" : [ 1 , 2 ] , \"b\" : { } } \n"), WG_JSON_FINE, 0 },
    { "text alone", BYTES("\"x\""), WG_JSON_FINE, 0 },
    { "number alone", BYTES("-12.5e-3"), WG_JSON_FINE, 0 },
    { "words", BYTES("[true,false,null]"), WG_JSON_FINE, 0 },
    { "empty containers", BYTES("[{},[],[[]],{\"\":{}}]"), WG_JSON_FINE, 0 },
    { "escapes", BYTES("\"\\\"\\\\\\/\\b\\f\\n\\r\\t\\u7f51\\uD83C\\uDFE0\""), WG_JSON_FINE, 0 },
    { "Chinese", BYTES("{\"文字\":\"康桥华城社区\"}"), WG_JSON_FINE, 0 },
    { "DEL may stand", BYTES("\"\x7f\""), WG_JSON_FINE, 0 },

    { "nothing", BYTES(""), WG_JSON_EMPTY, 0 },
    { "only white space", BYTES(" \n "), WG_JSON_EMPTY, 3 },

    { "trailing text", BYTES("{\"a\":1} x"), WG_JSON_SYNTAX, 8 },
    { "two values", BYTES("1 2"), WG_JSON_SYNTAX, 2 },
    { "comment", BYTES("{/*x*/\"a\":1}"), WG_JSON_SYNTAX, 1 },
    { "byte order mark", BYTES("\xef\xbb\xbf{}"), WG_JSON_SYNTAX, 0 },
    { "single quotes", BYTES("{'a':1}"), WG_JSON_SYNTAX, 1 },
    { "NaN", BYTES("[NaN]"), WG_JSON_SYNTAX, 1 },
    { "Infinity", BYTES("[-Infinity]"), WG_JSON_SYNTAX, 2 },
    { "TRUE", BYTES("[TRUE]"), WG_JSON_SYNTAX, 1 },
    { "nul", BYTES("[nul]"), WG_JSON_SYNTAX, 4 },
    { "trues", BYTES("trues"), WG_JSON_SYNTAX, 4 },
    { "comma at the end of an array", BYTES("[1,]"), WG_JSON_SYNTAX, 3 },
    { "comma at the end of an object", BYTES("{\"a\":1,}"), WG_JSON_SYNTAX, 7 },
    { "only a comma", BYTES("[,]"), WG_JSON_SYNTAX, 1 },
    { "no comma", BYTES("[1 2]"), WG_JSON_SYNTAX, 3 },
    { "no colon", BYTES("{\"a\" 1}"), WG_JSON_SYNTAX, 5 },
    { "no value", BYTES("{\"a\":}"), WG_JSON_SYNTAX, 5 },
    { "key is a number", BYTES("{1:2}"), WG_JSON_SYNTAX, 1 },
    { "wrong bracket", BYTES("[1}"), WG_JSON_SYNTAX, 2 },
    { "not closed", BYTES("{\"a\":[1"), WG_JSON_SYNTAX, 7 },
    { "string not closed", BYTES("\"abc"), WG_JSON_SYNTAX, 4 },
    { "escape not finished", BYTES("\"\\"), WG_JSON_SYNTAX, 2 },
    { "unknown escape", BYTES("\"\\x41\""), WG_JSON_SYNTAX, 2 },
    { "hex too short", BYTES("\"\\u12\""), WG_JSON_SYNTAX, 5 },
    { "line end in a string", BYTES("\"a\nb\""), WG_JSON_SYNTAX, 2 },
    { "tab in a string", BYTES("\"12345678\t\""), WG_JSON_SYNTAX, 9 },
    { "one bracket", BYTES("]"), WG_JSON_SYNTAX, 0 },
    { "Chinese outside a string", BYTES("[网]"), WG_JSON_SYNTAX, 1 },

    { "leading zero", BYTES("[012]"), WG_JSON_SYNTAX, 1 },
    { "plus", BYTES("[+1]"), WG_JSON_SYNTAX, 1 },
    { "minus alone", BYTES("[-]"), WG_JSON_SYNTAX, 2 },
    { "point at the start", BYTES("[.5]"), WG_JSON_SYNTAX, 1 },
    { "point at the end", BYTES("[5.]"), WG_JSON_SYNTAX, 3 },
    { "power without digits", BYTES("[5e+]"), WG_JSON_SYNTAX, 4 },
    { "hexadecimal", BYTES("[0x10]"), WG_JSON_SYNTAX, 2 },

    { "FF", BYTES("\"\xff\""), WG_JSON_UTF8, 1 },
    { "overlong", BYTES("\"ab\xc0\x80\""), WG_JSON_UTF8, 3 },
    { "surrogate in UTF-8", BYTES("\"\xed\xa0\x80\""), WG_JSON_UTF8, 1 },
    { "cut character", BYTES("{\"a\":\"\xe7\xbd\"}"), WG_JSON_UTF8, 6 },
    { "cut at the end", BYTES("\"\xe7\xbd"), WG_JSON_UTF8, 1 },
    { "GBK in a key", BYTES("{\"\xcd\xf8\":1}"), WG_JSON_UTF8, 2 },
    { "broken outside a string", BYTES("[\xff]"), WG_JSON_UTF8, 1 },
    { "broken behind good ones", BYTES("\"网格\xff\""), WG_JSON_UTF8, 7 },

    { "high alone", BYTES("\"\\ud800\""), WG_JSON_SURROGATE, 1 },
    { "high and a letter", BYTES("\"\\ud800x\""), WG_JSON_SURROGATE, 1 },
    { "high and another escape", BYTES("\"\\ud800\\n\""), WG_JSON_SURROGATE, 1 },
    { "high twice", BYTES("\"\\ud800\\ud800\""), WG_JSON_SURROGATE, 1 },
    { "high and no surrogate", BYTES("\"\\ud800\\u0041\""), WG_JSON_SURROGATE, 1 },
    { "low alone", BYTES("\"a\\udc00\""), WG_JSON_SURROGATE, 2 },
    { "high at the end", BYTES("\"\\ud800"), WG_JSON_SURROGATE, 1 },

    { "NUL escaped", BYTES("\"a\\u0000b\""), WG_JSON_NUL, 2 },
    { "NUL in a key", BYTES("{\"\\u0000\":1}"), WG_JSON_NUL, 2 },
    { "NUL in a string", BYTES("\"a\0b\""), WG_JSON_NUL, 2 },
    { "NUL outside", BYTES("{}\0"), WG_JSON_NUL, 2 },

    { "16 levels", BYTES(NEST16 "1" DENEST16), WG_JSON_FINE, 0 },
    { "16 levels, empty", BYTES(NEST16 DENEST16), WG_JSON_FINE, 0 },
    { "17 levels", BYTES(NEST16 "[1]" DENEST16), WG_JSON_DEPTH, 16 },
    { "17 levels, an object", BYTES(NEST16 "{}" DENEST16), WG_JSON_DEPTH, 16 },
    { "one after another is not deep",
      BYTES("[[],[],[],[],[],[],[],[],[],[],[],[],[],[],[],[],[],[]]"), WG_JSON_FINE, 0 },

    { "duplicate", BYTES("{\"a\":1,\"a\":2}"), WG_JSON_DUPLICATE, 7 },
    { "duplicate, spelled otherwise", BYTES("{\"a\":1,\"\\u0061\":2}"), WG_JSON_DUPLICATE, 7 },
    { "duplicate, both escaped", BYTES("{\"\\u002f\":1,\"\\/\":2}"), WG_JSON_DUPLICATE, 12 },
    { "duplicate Chinese", BYTES("{\"网\":1,\"\\u7F51\":2}"), WG_JSON_DUPLICATE, 9 },
    { "duplicate pair", BYTES("{\"🏠\":1,\"\\ud83c\\udfe0\":2}"), WG_JSON_DUPLICATE, 10 },
    { "duplicate in the middle", BYTES("{\"abcdefgh\\u0069jk\":1,\"abcdefghij\\u006b\":2}"),
      WG_JSON_DUPLICATE, 22 },
    { "duplicate empty", BYTES("{\"\":1,\"\":2}"), WG_JSON_DUPLICATE, 6 },
    { "duplicate after an inner object", BYTES("{\"a\":{\"b\":1},\"a\":2}"), WG_JSON_DUPLICATE,
      13 },
    { "same key inside", BYTES("{\"a\":{\"a\":{\"a\":1}}}"), WG_JSON_FINE, 0 },
    { "same key beside", BYTES("[{\"a\":1},{\"a\":1}]"), WG_JSON_FINE, 0 },
    { "case counts", BYTES("{\"a\":1,\"A\":2}"), WG_JSON_FINE, 0 },
    { "zero and its escape are two", BYTES("{\"0\":1,\"00\":2}"), WG_JSON_FINE, 0 },

    { "2^53", BYTES("[9007199254740992,-9007199254740992]"), WG_JSON_FINE, 0 },
    { "2^53+1", BYTES("[9007199254740993]"), WG_JSON_NUMBER, 1 },
    { "-2^53-1", BYTES("[-9007199254740993]"), WG_JSON_NUMBER, 1 },
    { "2^64+1", BYTES("[18446744073709551617]"), WG_JSON_NUMBER, 1 },
    { "2^64 in 20 digits", BYTES("[1,18446744073709551616]"), WG_JSON_NUMBER, 3 },
    { "1e300", BYTES("[1e300,-1.000E+300,0.001e303]"), WG_JSON_FINE, 0 },
    { "over 1e300", BYTES("[1.0001e300]"), WG_JSON_NUMBER, 1 },
    { "2e300", BYTES("[2e300]"), WG_JSON_NUMBER, 1 },
    { "1e301", BYTES("[-1e301]"), WG_JSON_NUMBER, 1 },
    { "1e400", BYTES("[1e400]"), WG_JSON_NUMBER, 1 },
    { "power of 30 digits", BYTES("[1e" DIGITS10 DIGITS10 DIGITS10 "]"), WG_JSON_NUMBER, 1 },
    { "power with zeros in front", BYTES("[1e000000000010]"), WG_JSON_FINE, 0 },
    { "tiny", BYTES("[1e-400,-1e-99999]"), WG_JSON_FINE, 0 },
    { "zero to a large power", BYTES("[0e9999,0.000e9999]"), WG_JSON_FINE, 0 },
    { "minus zero", BYTES("[-0,-0.0]"), WG_JSON_FINE, 0 },
    { "40 digits", BYTES("[0." DIGITS10 DIGITS10 DIGITS10 "123456789]"), WG_JSON_FINE, 0 },
    { "41 digits", BYTES("[0." DIGITS10 DIGITS10 DIGITS10 DIGITS10 "]"), WG_JSON_NUMBER, 1 },
    { "41 zeros", BYTES("[0.0000000000000000000000000000000000000000]"), WG_JSON_NUMBER, 1 },
    { "a real position", BYTES("[34.7123456789012,113.64]"), WG_JSON_FINE, 0 },
};

static void test_scan(void **state)
{
    for (size_t i = 0; i < WG_COUNT(rows); i++) {
        /* In memory of its own size, so that the sanitizer sees a read behind the end. */
        char *bytes = malloc(rows[i].length + (rows[i].length == 0));
        memcpy(bytes, rows[i].in, rows[i].length);
        struct wg_json_verdict verdict = wg_json_scan(bytes, rows[i].length);
        free(bytes);
        if (verdict.fault != rows[i].want)
            fail_msg("row \"%s\": %s", rows[i].name, wg_json_fault_text(verdict.fault, 1));
        if (verdict.fault != WG_JSON_FINE && verdict.offset != rows[i].offset)
            fail_msg("row \"%s\": found at %zu", rows[i].name, verdict.offset);
    }
}

static void test_parse_agrees(void **state)
{
    for (size_t i = 0; i < WG_COUNT(rows); i++) {
        struct wg_json_verdict verdict;
        WG_AUTO(wg_json_put)
        struct json_object *object = wg_json_parse(rows[i].in, rows[i].length, &verdict);
        ROW(rows[i].name, verdict.fault == rows[i].want);
        ROW(rows[i].name, (object != NULL) == (rows[i].want == WG_JSON_FINE));
    }
}

/* Whatever a good text is cut to, it is refused and nothing behind it is read. */
static void test_every_cut(void **state)
{
    const char *whole = "{\"a\\n\":[1.5e3,true,{\"网\":\"\\ud83c\\udfe0x\"}],\"b\":null}";
    size_t length = strlen(whole);
    assert_int_equal(wg_json_scan(whole, length).fault, WG_JSON_FINE);
    for (size_t n = 0; n < length; n++) {
        WG_AUTO(wg_free) char *cut = malloc(n + (n == 0));
        memcpy(cut, whole, n);
        assert_int_not_equal(wg_json_scan(cut, n).fault, WG_JSON_FINE);
    }
}

/* An object of n members k0 … with member `second` spelled like member `first`. */
static void put_object(struct wg_text *text, int n, int first, int second)
{
    wg_text_put(text, "{");
    for (int i = 0; i < n; i++)
        wg_text_printf(text, "%s\"\\u006b%d\":{\"k0\":%d}", i > 0 ? "," : "",
                       i == second ? first : i, i);
    wg_text_put(text, "}");
}

/* The search changes its ways at the ninth member: both must find each pair, and nothing else. */
static void test_duplicates_of_every_size(void **state)
{
    for (int n = 1; n <= 256;
         n = n < 20 ? n + 1 : n * 5 / 4 + (n < 200 && n * 5 / 4 > 200 ? 56 : 0)) {
        WG_AUTO(wg_text_destroy) struct wg_text good = { 0 };
        put_object(&good, n, -1, -1);
        assert_int_equal(wg_json_scan(good.bytes, good.length).fault, WG_JSON_FINE);
        for (int i = 0; i + 1 < n; i += 1 + n / 16) {
            WG_AUTO(wg_text_destroy) struct wg_text bad = { 0 };
            put_object(&bad, n, i, n - 1);
            assert_int_equal(wg_json_scan(bad.bytes, bad.length).fault, WG_JSON_DUPLICATE);
        }
    }
}

static void test_members_are_bounded(void **state)
{
    WG_AUTO(wg_text_destroy) struct wg_text text = { 0 };
    put_object(&text, 256, -1, -1);
    assert_int_equal(wg_json_scan(text.bytes, text.length).fault, WG_JSON_FINE);
    wg_text_clear(&text);
    put_object(&text, 257, -1, -1);
    assert_int_equal(wg_json_scan(text.bytes, text.length).fault, WG_JSON_SYNTAX);
    /* All levels full at once is what the room was made for. */
    wg_text_clear(&text);
    for (int level = 0; level < 16; level++) {
        wg_text_put(&text, "{");
        for (int i = 0; i < 255; i++)
            wg_text_printf(&text, "\"%d\":0,", i);
        wg_text_put(&text, "\"last\":");
    }
    wg_text_put(&text, "0}}}}}}}}}}}}}}}}");
    assert_int_equal(wg_json_scan(text.bytes, text.length).fault, WG_JSON_FINE);
}

/* json-c takes 0.2 s for a megabyte of "{},": no loop could bear it. */
static void test_values_are_bounded(void **state)
{
    static const char *const kinds[] = { "1", "{}", "[]", "\"x\"", "{\"a\":1}" };
    for (size_t i = 0; i < WG_COUNT(kinds); i++) {
        WG_AUTO(wg_text_destroy) struct wg_text text = { 0 };
        size_t each = i == 4 ? 2 : 1;
        wg_text_printf(&text, "[%s%s", i == 4 ? "" : "0,", kinds[i]);
        for (size_t n = (i == 4 ? 1 : 2) + each; n + each <= 20000; n += each)
            wg_text_printf(&text, ",%s", kinds[i]);
        wg_text_put(&text, i == 4 ? ",0]" : "]");
        ROW(kinds[i], wg_json_scan(text.bytes, text.length).fault == WG_JSON_FINE);
        text.bytes[text.length - 1] = ',';
        wg_text_put(&text, "0]");
        struct wg_json_verdict verdict = wg_json_scan(text.bytes, text.length);
        ROW(kinds[i], verdict.fault == WG_JSON_LARGE && verdict.offset == text.length - 2);
    }
}

static void test_texts(void **state)
{
    for (int fault = WG_JSON_FINE; fault <= WG_JSON_LARGE; fault++) {
        assert_non_null(wg_json_fault_text((enum wg_json_fault)fault, 0));
        assert_non_null(wg_json_fault_text((enum wg_json_fault)fault, 1));
        assert_string_not_equal(wg_json_fault_text((enum wg_json_fault)fault, 0),
                                wg_json_fault_text((enum wg_json_fault)fault, 1));
    }
}

static void test_reading(void **state)
{
    struct wg_json_verdict verdict;
    const char *text = "{\"t\":\"网格\",\"n\":-7,\"d\":1.5,\"o\":{\"x\":1},\"z\":null}";
    WG_AUTO(wg_json_put) struct json_object *object = wg_json_parse(text, strlen(text), &verdict);
    assert_int_equal(verdict.fault, WG_JSON_FINE);
    assert_string_equal(wg_json_text(object, "t"), "网格");
    assert_null(wg_json_text(object, "n"));
    assert_null(wg_json_text(object, "missing"));
    assert_int_equal(wg_json_int(object, "n"), -7);
    assert_int_equal(wg_json_int(object, "d"), 0);
    assert_int_equal(wg_json_int(object, "missing"), 0);
    assert_int_equal(wg_json_int(wg_json_get(object, "o"), "x"), 1);
    assert_null(wg_json_get(object, "z"));
    assert_null(wg_json_get(wg_json_get(object, "t"), "x"));
    assert_null(wg_json_get(NULL, "x"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_scan),
        cmocka_unit_test(test_parse_agrees),
        cmocka_unit_test(test_every_cut),
        cmocka_unit_test(test_duplicates_of_every_size),
        cmocka_unit_test(test_members_are_bounded),
        cmocka_unit_test(test_values_are_bounded),
        cmocka_unit_test(test_texts),
        cmocka_unit_test(test_reading),
    };
    return cmocka_run_group_tests_name("json", tests, NULL, NULL);
}
