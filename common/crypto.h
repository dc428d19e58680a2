/* Hashes, seals, numbers and codes, on libsodium. Call wg_crypto_start once.
 * Files under $WANGGE_HOME/secrets: code.key (32 bytes: query codes and sender hashes), seal.public
 * and seal.secret (32 bytes each: crypto_box_seal). */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/memory.h"

enum {
    WG_HASH_BYTES = 16,
    WG_KEY_HASH_BYTES = 32,
    WG_SECRET_BYTES = 32,
    WG_NUMBER_ROOM = 40,
    WG_CODE_ROOM = 9
};

void wg_crypto_start(void);

/* Reads a file of exactly 32 bytes; 0, or -errno (-EINVAL for another size), logged. */
int wg_secret_read(const char *path, uint8_t ret_secret[WG_SECRET_BYTES]) WG_MUST_USE;

/* BLAKE2b-128 over parts, each preceded by its length, so that ("ab","c") differs from ("a","bc").
 * key (32 bytes) may be NULL. Ends with a NULL part: wg_hash(out, key, "a", 1, "b", 1, NULL).
 * Lengths are below 2^32; int and size_t both do. */
void wg_hash(uint8_t ret_hash[WG_HASH_BYTES], const uint8_t *key, ...);

/* BLAKE2b-256 of an API key's text: what api_keys.hash holds. */
void wg_key_hash(uint8_t ret_hash[WG_KEY_HASH_BYTES], const char *text, size_t length);
/* A new API key: "wg_" and 43 characters (256 bits, URL-safe base64). The caller owns it. */
char *wg_key_new(void);

/* Sealed to the public key (length + crypto_box_SEALBYTES); the caller owns it. */
uint8_t *wg_seal(const uint8_t public_key[WG_SECRET_BYTES], const void *bytes, size_t length,
                 size_t *ret_length);
enum { WG_SEAL_BROKEN = 1 };
/* Opens; NUL-ended besides its length; the caller owns it. The public key is derived from the
 * secret one. */
int wg_unseal(const uint8_t secret_key[WG_SECRET_BYTES], const void *bytes, size_t length,
              char **ret_bytes, size_t *ret_length) WG_MUST_USE;

/* The number YYMMDD-<id>-<c>: date of `received` in the process's zone, id in base 10, c by ISO
 * 7064 MOD 11,10 over date and id digits. */
void wg_number_write(int64_t id, int64_t received, char ret_number[WG_NUMBER_ROOM]);
enum { WG_NUMBER_BAD = 1 };
/* Spaces and full-width digits and dashes are accepted. ret_date gets YYMMDD and NUL: the caller
 * compares it with the row's. WG_NUMBER_BAD on anything malformed or a wrong check digit. */
int wg_number_read(const char *text, int64_t *ret_id, char ret_date[7]) WG_MUST_USE;

/* The query code: 8 digits, BLAKE2b(key, id) mod 10^8. */
void wg_code_write(const uint8_t key[WG_SECRET_BYTES], int64_t id, char ret_code[WG_CODE_ROOM]);
/* Constant time; spaces and full-width digits in `given` are accepted. */
bool wg_code_right(const uint8_t key[WG_SECRET_BYTES], int64_t id, const char *given);
