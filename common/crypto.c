/* libsodium behind the words of this house. What is deliberately not here: own cryptography, and
 * any state but the library's. */
#include "common/crypto.h"

#include <errno.h>
#include <fcntl.h>
#include <sodium.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "common/error.h"
#include "common/text.h"

enum { CODE_DIGITS = WG_CODE_ROOM - 1, CODES = 100000000, DATE_DIGITS = 6, ID_DIGITS = 19 };

void wg_crypto_start(void)
{
    if (sodium_init() < 0) {
        fprintf(stderr, "level=fatal event=sodium-init\n");
        abort();
    }
}

int wg_secret_read(const char *path, uint8_t ret_secret[WG_SECRET_BYTES])
{
    uint8_t bytes[WG_SECRET_BYTES + 1];
    size_t done = 0;
    ssize_t n = 1;
    int file = open(path, O_RDONLY | O_CLOEXEC);
    if (file < 0)
        return wg_fail(-errno, "open secret %s", path);
    while (n > 0 && done < sizeof bytes) {
        n = read(file, bytes + done, sizeof bytes - done);
        done += n > 0 ? (size_t)n : 0;
    }
    int error = n < 0 ? -errno : 0;
    close(file);
    if (error == 0 && done != WG_SECRET_BYTES)
        error = -EINVAL;
    if (error == 0)
        memcpy(ret_secret, bytes, WG_SECRET_BYTES);
    sodium_memzero(bytes, sizeof bytes);
    return error == 0 ? 0
                      : wg_fail(error, "secret %s must be a file of exactly %d bytes", path,
                                WG_SECRET_BYTES);
}

/* ------------------------------------------------------------------ hashes and keys */

void wg_hash(uint8_t ret_hash[WG_HASH_BYTES], const uint8_t *key, ...)
{
    crypto_generichash_state state;
    va_list parts;
    crypto_generichash_init(&state, key, key == NULL ? 0 : WG_SECRET_BYTES, WG_HASH_BYTES);
    va_start(parts, key);
    for (const char *part = va_arg(parts, const char *); part != NULL;
         part = va_arg(parts, const char *)) {
        /* Lengths are read as 32 bits, so that a literal (int) and a size_t both do: each takes a
         * whole slot. */
        uint32_t length = va_arg(parts, uint32_t);
        uint8_t before[4] = { (uint8_t)length, (uint8_t)(length >> 8), (uint8_t)(length >> 16),
                              (uint8_t)(length >> 24) };
        crypto_generichash_update(&state, before, sizeof before);
        crypto_generichash_update(&state, (const uint8_t *)part, length);
    }
    va_end(parts);
    crypto_generichash_final(&state, ret_hash, WG_HASH_BYTES);
}

void wg_key_hash(uint8_t ret_hash[WG_KEY_HASH_BYTES], const char *text, size_t length)
{
    crypto_generichash(ret_hash, WG_KEY_HASH_BYTES, (const uint8_t *)text, length, NULL, 0);
}

char *wg_key_new(void)
{
    uint8_t bytes[WG_SECRET_BYTES];
    char encoded[sodium_base64_ENCODED_LEN(WG_SECRET_BYTES,
                                           sodium_base64_VARIANT_URLSAFE_NO_PADDING)];
    randombytes_buf(bytes, sizeof bytes);
    sodium_bin2base64(encoded, sizeof encoded, bytes, sizeof bytes,
                      sodium_base64_VARIANT_URLSAFE_NO_PADDING);
    char *key = wg_new(sizeof "wg_" + sizeof encoded);
    memcpy(key, "wg_", 3);
    memcpy(key + 3, encoded, sizeof encoded);
    sodium_memzero(bytes, sizeof bytes);
    sodium_memzero(encoded, sizeof encoded);
    return key;
}

/* ------------------------------------------------------------------ seals */

uint8_t *wg_seal(const uint8_t public_key[WG_SECRET_BYTES], const void *bytes, size_t length,
                 size_t *ret_length)
{
    uint8_t *sealed = wg_new(length + crypto_box_SEALBYTES);
    if (crypto_box_seal(sealed, bytes, length, public_key) != 0) {
        /* Only a degenerate public key does this: set-up made it, so nothing may be sealed with it.
         */
        fprintf(stderr, "level=fatal event=seal-key-unusable\n");
        abort();
    }
    *ret_length = length + crypto_box_SEALBYTES;
    return sealed;
}

int wg_unseal(const uint8_t secret_key[WG_SECRET_BYTES], const void *bytes, size_t length,
              char **ret_bytes, size_t *ret_length)
{
    uint8_t public_key[WG_SECRET_BYTES];
    if (length < crypto_box_SEALBYTES || crypto_scalarmult_base(public_key, secret_key) != 0)
        return WG_SEAL_BROKEN;
    WG_AUTO(wg_free) char *opened = wg_new(length - crypto_box_SEALBYTES + 1);
    if (crypto_box_seal_open((uint8_t *)opened, bytes, length, public_key, secret_key) != 0)
        return WG_SEAL_BROKEN;
    *ret_bytes = opened;
    *ret_length = length - crypto_box_SEALBYTES;
    opened = NULL;
    return 0;
}

/* ------------------------------------------------------------------ numbers */

/* ISO 7064 MOD 11,10 over the digits of both strings. */
static char check_digit(const char *date, const char *id)
{
    int product = 10;
    const char *const strings[] = { date, id };
    for (size_t i = 0; i < WG_COUNT(strings); i++) {
        for (const char *at = strings[i]; *at != '\0'; at++) {
            int sum = (product + (*at - '0')) % 10;
            product = (sum == 0 ? 10 : sum) * 2 % 11;
        }
    }
    return (char)('0' + (11 - product) % 10);
}

void wg_number_write(int64_t id, int64_t received, char ret_number[WG_NUMBER_ROOM])
{
    char date[WG_INT_ROOM];
    struct tm parts;
    time_t second = (time_t)(received >= 0 ? received / 1000000 : (received - 999999) / 1000000);
    localtime_r(&second, &parts);
    /* A leading 1, which is not shown, keeps the zeros. */
    wg_int_write(1000000 + parts.tm_year % 100 * 10000 + (parts.tm_mon + 1) * 100 + parts.tm_mday,
                 date);
    wg_copy(ret_number, WG_NUMBER_ROOM, date + 1);
    char *digits = ret_number + DATE_DIGITS + 1, *end = digits + wg_int_write(id, digits);
    end[1] = check_digit(date + 1, digits);
    end[2] = '\0';
    digits[-1] = end[0] = '-';
}

/* Spaces of all kinds go, full-width forms become plain, the dashes that keyboards and phones put
 * in for "-" (U+2010–U+2015, U+2212) become it. False where the result would not fit. */
static bool plain_of(const char *given, char *ret_plain, size_t size)
{
    WG_AUTO(wg_free) char *half = wg_text_halfwidth(given);
    size_t length = 0;
    for (const unsigned char *at = (const unsigned char *)half; *at != '\0'; at++) {
        bool dash = at[0] == 0xe2 && ((at[1] == 0x80 && at[2] >= 0x90 && at[2] <= 0x95) ||
                                      (at[1] == 0x88 && at[2] == 0x92));
        if (*at == ' ' || *at == '\t')
            continue;
        if (length + 1 >= size)
            return false;
        ret_plain[length++] = dash ? '-' : (char)*at;
        at += dash ? 2 : 0;
    }
    ret_plain[length] = '\0';
    return true;
}

int wg_number_read(const char *text, int64_t *ret_id, char ret_date[7])
{
    char plain[WG_NUMBER_ROOM], *end;
    if (!plain_of(text, plain, sizeof plain))
        return WG_NUMBER_BAD;
    if (strspn(plain, "0123456789") != DATE_DIGITS || plain[DATE_DIGITS] != '-')
        return WG_NUMBER_BAD;
    char *id = plain + DATE_DIGITS + 1;
    size_t digits = strspn(id, "0123456789");
    /* One number has one spelling, so no leading zeros. */
    if (digits == 0 || digits > ID_DIGITS || id[0] == '0' || id[digits] != '-')
        return WG_NUMBER_BAD;
    char check = id[digits + 1];
    if (check == '\0' || id[digits + 2] != '\0')
        return WG_NUMBER_BAD;
    plain[DATE_DIGITS] = '\0';
    id[digits] = '\0';
    errno = 0;
    int64_t value = strtoll(id, &end, 10);
    if (errno != 0 || check != check_digit(plain, id))
        return WG_NUMBER_BAD;
    *ret_id = value;
    memcpy(ret_date, plain, DATE_DIGITS + 1);
    return 0;
}

/* ------------------------------------------------------------------ query codes */

/* The hashed text is the id in base 10; of the 32 bytes the first eight count, the highest first.
 */
void wg_code_write(const uint8_t key[WG_SECRET_BYTES], int64_t id, char ret_code[WG_CODE_ROOM])
{
    char digits[WG_INT_ROOM];
    uint8_t hash[crypto_generichash_BYTES];
    uint64_t value = 0;
    size_t length = wg_int_write(id, digits);
    crypto_generichash(hash, sizeof hash, (const uint8_t *)digits, length, key, WG_SECRET_BYTES);
    for (size_t i = 0; i < 8; i++)
        value = value << 8 | hash[i];
    value %= CODES;
    for (int i = CODE_DIGITS - 1; i >= 0; i--, value /= 10)
        ret_code[i] = (char)('0' + value % 10);
    ret_code[CODE_DIGITS] = '\0';
}

bool wg_code_right(const uint8_t key[WG_SECRET_BYTES], int64_t id, const char *given)
{
    char right[WG_CODE_ROOM], plain[WG_CODE_ROOM + 1];
    wg_code_write(key, id, right);
    if (!plain_of(given, plain, sizeof plain) || strlen(plain) != CODE_DIGITS)
        return false;
    return sodium_memcmp(plain, right, CODE_DIGITS) == 0;
}
