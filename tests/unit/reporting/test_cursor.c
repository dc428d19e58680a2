/* Promise: each position of the log has exactly one text, which tells nobody without the key where
 * it is, and no other text is taken for a position. */
#include <stdio.h>
#include <string.h>

#include "services/reporting/cursor.h"
#include "tests/unit/test.h"

static struct cursor_key key_of(uint8_t byte)
{
    uint8_t secret[32];
    struct cursor_key key;
    memset(secret, byte, sizeof secret);
    cursor_key_make(secret, &key);
    return key;
}

static void test_there_and_back(void **state)
{
    static const struct cursor rows[] = { { 1, 0, 0, 0 },
                                          { 1, 735, 1001, 1 },
                                          { 2147483647, 999999999999999999, 999999999999999999,
                                            2147483647 } };
    const struct cursor_key key = key_of(7), same = key_of(7), other = key_of(8);
    for (size_t i = 0; i < WG_COUNT(rows); i++) {
        char text[CURSOR_ROOM], again[CURSOR_ROOM];
        struct cursor back;
        cursor_write(&key, &rows[i], text);
        cursor_write(&same, &rows[i], again);
        ROW(text, strlen(text) == CURSOR_ROOM - 1);
        ROW(text, strcmp(text, again) == 0); /* one text, whoever wrote it */
        ROW(text,
            cursor_read(&same, text, &back) == 0 && memcmp(&back, &rows[i], sizeof back) == 0);
        ROW(text, cursor_read(&other, text, &back) == CURSOR_BAD);
        cursor_write(&other, &rows[i], again);
        ROW(text, strcmp(text, again) != 0);
    }
}

/* Neighbours in the log have nothing in common: neither case nor number shows. */
static void test_opaque(void **state)
{
    const struct cursor_key key = key_of(7);
    char texts[64][CURSOR_ROOM];
    for (size_t i = 0; i < WG_COUNT(texts); i++) {
        const struct cursor cursor = { 1, 735, 1001, (int64_t)i };
        cursor_write(&key, &cursor, texts[i]);
        for (size_t k = 0; k < i; k++) {
            size_t alike = 0;
            for (size_t at = 0; at < CURSOR_ROOM - 1; at++)
                alike += texts[i][at] == texts[k][at];
            ROW(texts[i], alike < 12);
        }
    }
}

/* Any other character anywhere, and the text is none. */
static void test_altered(void **state)
{
    const struct cursor_key key = key_of(7);
    const struct cursor cursor = { 1, 735, 1001, 1 };
    char text[CURSOR_ROOM];
    cursor_write(&key, &cursor, text);
    for (size_t i = 0; i < CURSOR_ROOM - 1; i++) {
        char was = text[i];
        struct cursor untouched = { 9, 9, 9, 9 };
        text[i] = was == 'A' ? 'B' : 'A';
        ROW(text, cursor_read(&key, text, &untouched) == CURSOR_BAD && untouched.epoch == 9);
        text[i] = was;
    }
}

static void test_refused(void **state)
{
    static const char *const rows[] = {
        "",
        "1",
        "1.2.3.4", /* a position that is not sealed */
        "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA",
        "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA",
        "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA",
        "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA==",
        "AAAAAAAAAAAAAAAAAAAAAAAAAA AAAAAAAAAAAAAAAAAAAAAAAAAAA",
        "AAAAAAAAAAAAAAAAAAAAAAAAAA+AAAAAAAAAAAAAAAAAAAAAAAAAAA",
    };
    const struct cursor_key key = key_of(7);
    for (size_t i = 0; i < WG_COUNT(rows); i++) {
        struct cursor untouched = { 9, 9, 9, 9 };
        ROW(rows[i], cursor_read(&key, rows[i], &untouched) == CURSOR_BAD && untouched.epoch == 9);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_there_and_back),
        cmocka_unit_test(test_opaque),
        cmocka_unit_test(test_altered),
        cmocka_unit_test(test_refused),
    };
    return cmocka_run_group_tests_name("cursor", tests, NULL, NULL);
}
