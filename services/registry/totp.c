#include "services/registry/totp.h"

#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <stdio.h>
#include <string.h>

uint32_t totp_code(const uint8_t *secret, size_t length, int64_t step, int digits)
{
    uint8_t counter[8], mac[EVP_MAX_MD_SIZE];
    unsigned n = 0;
    uint32_t modulus = 1;
    for (int i = 7; i >= 0; i--, step >>= 8)
        counter[i] = (uint8_t)step;
    if (HMAC(EVP_sha1(), secret, (int)length, counter, sizeof counter, mac, &n) == NULL || n < 20)
        abort();
    const uint8_t *at = mac + (mac[n - 1] & 15); /* RFC 4226, 5.3 */
    uint32_t code =
        (uint32_t)(at[0] & 127) << 24 | (uint32_t)at[1] << 16 | (uint32_t)at[2] << 8 | at[3];
    for (int i = 0; i < digits; i++)
        modulus *= 10;
    return code % modulus;
}

int totp_judge(const uint8_t secret[TOTP_SECRET_BYTES], int64_t now_us, int64_t last_step,
               const char *given, int64_t *ret_step)
{
    int64_t now = now_us / 1000000 / TOTP_STEP_S;
    int outcome = TOTP_WRONG;
    if (strlen(given) != TOTP_DIGITS || strspn(given, "0123456789") != TOTP_DIGITS)
        return TOTP_WRONG;
    uint32_t code = (uint32_t)strtoul(given, NULL, 10);
    for (int64_t step = now - 1; step <= now + 1; step++) {
        if (totp_code(secret, TOTP_SECRET_BYTES, step, TOTP_DIGITS) != code)
            continue;
        outcome = TOTP_REPLAYED;
        if (step <= last_step)
            continue;
        *ret_step = step;
        return 0;
    }
    return outcome;
}

void totp_write(const uint8_t secret[TOTP_SECRET_BYTES], char ret_text[TOTP_SECRET_ROOM])
{
    static const char letters[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
    size_t bits = 0, length = 0;
    uint32_t held = 0;
    for (size_t i = 0; i < TOTP_SECRET_BYTES; i++) {
        held = held << 8 | secret[i];
        for (bits += 8; bits >= 5; bits -= 5)
            ret_text[length++] = letters[held >> (bits - 5) & 31];
    }
    ret_text[length] = '\0';
}
