/* Promise: a number has one spelling and a wrong digit is seen; parts of a hash cannot be shifted
 * into each other; what is sealed opens with the right key alone; codes and hashes of a given key
 * stay what they are for ever, since people hold the codes on paper. */
#include <errno.h>
#include <sodium.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "common/crypto.h"

#include "tests/unit/test.h"

#define TIME_2026 (INT64_C(1795392000) * 1000000) /* 2026-11-23T08:00:00+08:00 */

static const uint8_t key[WG_SECRET_BYTES] = "0123456789abcdef0123456789abcdef";

static void test_hash_parts(void **state)
{
    uint8_t one[WG_HASH_BYTES], other[WG_HASH_BYTES];
    size_t two = 2;
    wg_hash(one, NULL, "ab", 2, "c", 1, NULL);
    wg_hash(other, NULL, "ab", two, "c", two - 1, NULL);
    assert_memory_equal(one, other, WG_HASH_BYTES);
    wg_hash(other, NULL, "a", 1, "bc", 2, NULL);
    assert_memory_not_equal(one, other, WG_HASH_BYTES);
    wg_hash(other, NULL, "abc", 3, NULL);
    assert_memory_not_equal(one, other, WG_HASH_BYTES);
    wg_hash(other, NULL, "ab", 2, "c", 1, "", 0, NULL);
    assert_memory_not_equal(one, other, WG_HASH_BYTES);
    wg_hash(other, key, "ab", 2, "c", 1, NULL);
    assert_memory_not_equal(one, other, WG_HASH_BYTES);
    /* Many parts: lengths that are passed on the stack. */
    wg_hash(one, key, "a", 1, "b", 1, "c", 1, "d", 1, "e", 1, NULL);
    wg_hash(other, key, "a", two - 1, "b", two - 1, "c", two - 1, "d", two - 1, "e", two - 1, NULL);
    assert_memory_equal(one, other, WG_HASH_BYTES);
}

static void test_keys(void **state)
{
    uint8_t one[WG_KEY_HASH_BYTES], other[WG_KEY_HASH_BYTES];
    WG_AUTO(wg_free) char *first = wg_key_new();
    WG_AUTO(wg_free) char *second = wg_key_new();
    assert_int_equal(strlen(first), 46);
    assert_memory_equal(first, "wg_", 3);
    assert_int_equal(
        strspn(first, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"), 46);
    assert_string_not_equal(first, second);
    wg_key_hash(one, first, strlen(first));
    wg_key_hash(other, first, strlen(first));
    assert_memory_equal(one, other, WG_KEY_HASH_BYTES);
    wg_key_hash(other, second, strlen(second));
    assert_memory_not_equal(one, other, WG_KEY_HASH_BYTES);
}

static void test_seal(void **state)
{
    uint8_t public_key[WG_SECRET_BYTES], secret_key[WG_SECRET_BYTES],
        stranger[WG_SECRET_BYTES] = { 1 };
    const char *text = "{\"phone\":\"13800000000\"}";
    size_t sealed_length, length = 77;
    char *untouched = NULL;
    crypto_box_keypair(public_key, secret_key);
    WG_AUTO(wg_free) uint8_t *sealed = wg_seal(public_key, text, strlen(text), &sealed_length);
    assert_int_equal(sealed_length, strlen(text) + crypto_box_SEALBYTES);
    WG_AUTO(wg_free) char *opened = NULL;
    assert_int_equal(wg_unseal(secret_key, sealed, sealed_length, &opened, &length), 0);
    assert_int_equal(length, strlen(text));
    assert_string_equal(opened, text);

    assert_int_equal(wg_unseal(stranger, sealed, sealed_length, &untouched, &length),
                     WG_SEAL_BROKEN);
    assert_int_equal(wg_unseal(secret_key, sealed, sealed_length - 1, &untouched, &length),
                     WG_SEAL_BROKEN);
    assert_int_equal(wg_unseal(secret_key, sealed, 3, &untouched, &length), WG_SEAL_BROKEN);
    sealed[sealed_length - 1] ^= 1;
    assert_int_equal(wg_unseal(secret_key, sealed, sealed_length, &untouched, &length),
                     WG_SEAL_BROKEN);
    assert_null(untouched);

    WG_AUTO(wg_free) uint8_t *nothing = wg_seal(public_key, "", 0, &sealed_length);
    WG_AUTO(wg_free) char *empty = NULL;
    assert_int_equal(wg_unseal(secret_key, nothing, sealed_length, &empty, &length), 0);
    assert_int_equal(length, 0);
    assert_string_equal(empty, "");
}

static void write_file(const char *path, size_t length)
{
    FILE *file = fopen(path, "wb");
    assert_non_null(file);
    assert_int_equal(fwrite("0123456789abcdef0123456789abcdef!!", 1, length, file), length);
    assert_int_equal(fclose(file), 0);
}

static void test_secret_file(void **state)
{
    uint8_t secret[WG_SECRET_BYTES] = { 0 };
    char path[] = "/tmp/wangge-secret-XXXXXX";
    int file = mkstemp(path);
    assert_true(file >= 0);
    close(file);
    assert_int_equal(wg_secret_read(path, secret), -EINVAL);
    write_file(path, 31);
    assert_int_equal(wg_secret_read(path, secret), -EINVAL);
    write_file(path, 33);
    assert_int_equal(wg_secret_read(path, secret), -EINVAL);
    assert_int_equal(secret[0], 0);
    write_file(path, 32);
    assert_int_equal(wg_secret_read(path, secret), 0);
    assert_memory_equal(secret, key, WG_SECRET_BYTES);
    unlink(path);
    assert_int_equal(wg_secret_read(path, secret), -ENOENT);
}

/* The digit alone: German VAT numbers end in the same one, and 136695976 is a published example of
 * them. */
static void test_number_is_iso_7064(void **state)
{
    int64_t id;
    char date[7];
    assert_int_equal(wg_number_read("136695-97-5", &id, date), WG_NUMBER_BAD);
    assert_int_equal(wg_number_read("136695-97-6", &id, date), 0);
    assert_int_equal(id, 97);
    assert_string_equal(date, "136695");
}

static void test_number_write(void **state)
{
    char number[WG_NUMBER_ROOM], date[7];
    int64_t id;
    wg_number_write(1234, TIME_2026, number);
    assert_memory_equal(number, "261123-1234-", 12);
    assert_int_equal(strlen(number), 13);
    /* Midnight in the city, not in Greenwich: 2026-11-22T16:00:00Z. */
    wg_number_write(1, TIME_2026 - INT64_C(8) * 3600 * 1000000, number);
    assert_memory_equal(number, "261123-1-", 9);
    wg_number_write(1, TIME_2026 - INT64_C(8) * 3600 * 1000000 - 1, number);
    assert_memory_equal(number, "261122-1-", 9);
    wg_number_write(INT64_MAX, TIME_2026, number);
    assert_int_equal(wg_number_read(number, &id, date), 0);
    assert_true(id == INT64_MAX);
}

/* Each single wrong digit is seen, for many numbers: that is what MOD 11,10 promises. */
static void test_number_wrong_digit(void **state)
{
    for (int64_t id = 1; id < 10000000; id = id * 3 + 1) {
        char number[WG_NUMBER_ROOM], date[7];
        int64_t back = 0;
        wg_number_write(id, TIME_2026 + id * 86400 * 1000000, number);
        assert_int_equal(wg_number_read(number, &back, date), 0);
        assert_true(back == id);
        assert_memory_equal(date, number, 6);
        for (size_t i = 0; number[i] != '\0'; i++) {
            char right = number[i];
            for (char wrong = '0'; right != '-' && wrong <= '9'; wrong++) {
                number[i] = wrong;
                assert_int_equal(wg_number_read(number, &back, date),
                                 wrong == right ? 0 : WG_NUMBER_BAD);
            }
            number[i] = right;
        }
    }
}

static void test_number_read(void **state)
{
    char right[WG_NUMBER_ROOM], typed[100], date[7];
    int64_t id = 0;
    wg_number_write(1234, TIME_2026, right);
    char check = right[strlen(right) - 1];
    static const char *const good[] = {
        "261123-1234-%c",  " 261123 - 1234 - %c ", "２６１１２３－１２３４－%c",
        "261123–1234—%c",  "261123−1234‐%c",       "2 6 1 1 2 3-12 34-%c",
        "　261123-1234-%c"
    };
    static const char *const bad[] = { "",
                                       "261123",
                                       "261123-1234",
                                       "261123-1234-",
                                       "2611231234%c",
                                       "261123-1234-%c0",
                                       "261123-01234-%c",
                                       "261123--1234-%c",
                                       "-261123-1234-%c",
                                       "26112-1234-%c",
                                       "261123-12x4-%c",
                                       "261123-1234-x",
                                       "261123-1234_%c",
                                       "261123-+1234-%c",
                                       "261123-12345678901234567890-%c",
                                       "261123-9223372036854775808-%c",
                                       "261123-1234-%c-1",
                                       "261123-1234-%cx",
                                       "261123-1234                                        x-%c" };
    for (size_t i = 0; i < WG_COUNT(good); i++) {
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wformat-nonliteral"
        snprintf(typed, sizeof typed, good[i], check);
        id = 0;
        ROW(typed,
            wg_number_read(typed, &id, date) == 0 && id == 1234 && strcmp(date, "261123") == 0);
    }
    for (size_t i = 0; i < WG_COUNT(bad); i++) {
        snprintf(typed, sizeof typed, bad[i], check);
#pragma GCC diagnostic pop
        id = 5;
        ROW(typed, wg_number_read(typed, &id, date) == WG_NUMBER_BAD && id == 5);
    }
}

static void test_code(void **state)
{
    char code[WG_CODE_ROOM], other[WG_CODE_ROOM], spaced[40];
    uint8_t other_key[WG_SECRET_BYTES] = { 0 };
    wg_code_write(key, 1234, code);
    assert_int_equal(strspn(code, "0123456789"), 8);
    /* From another program: the first 8 bytes of BLAKE2b-256 of "1234" under this key, mod 10^8. */
    assert_string_equal(code, "44835623");
    wg_code_write(key, 1235, other);
    assert_string_not_equal(code, other);
    wg_code_write(other_key, 1234, other);
    assert_string_not_equal(code, other);
    assert_true(wg_code_right(key, 1234, code));
    assert_false(wg_code_right(key, 1235, code));
    snprintf(spaced, sizeof spaced, " %.4s　%s ", code, code + 4);
    assert_true(wg_code_right(key, 1234, spaced));
    assert_false(wg_code_right(key, 1234, ""));
    assert_false(wg_code_right(key, 1234, "1"));
    snprintf(spaced, sizeof spaced, "%s0", code);
    assert_false(wg_code_right(key, 1234, spaced));
    spaced[7] = '\0';
    assert_false(wg_code_right(key, 1234, spaced));
}

static int start(void **state)
{
    wg_crypto_start();
    tzset();
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_hash_parts),
        cmocka_unit_test(test_keys),
        cmocka_unit_test(test_seal),
        cmocka_unit_test(test_secret_file),
        cmocka_unit_test(test_number_is_iso_7064),
        cmocka_unit_test(test_number_write),
        cmocka_unit_test(test_number_wrong_digit),
        cmocka_unit_test(test_number_read),
        cmocka_unit_test(test_code),
    };
    return cmocka_run_group_tests_name("crypto", tests, start, NULL);
}
