/* The mark is a keyed hash of the position, and the nonce under which the position is hidden
 * (synthetic IV): the same position gives the same text, and whoever opens it checks the mark. */
#include "services/reporting/cursor.h"

#include <limits.h>
#include <sodium.h>
#include <string.h>

enum { MARK_BYTES = 16, PLAIN_BYTES = 24, SEALED_BYTES = MARK_BYTES + PLAIN_BYTES };
static const int64_t MOST = INT64_C(999999999999999999);

void cursor_key_make(const uint8_t secret[32], struct cursor_key *ret_key)
{
    static const char marks[] = "wangge cursor mark", hides[] = "wangge cursor hide";
    crypto_generichash(ret_key->mark, sizeof ret_key->mark, (const uint8_t *)marks,
                       sizeof marks - 1, secret, 32);
    crypto_generichash(ret_key->hide, sizeof ret_key->hide, (const uint8_t *)hides,
                       sizeof hides - 1, secret, 32);
}

static void put_number(uint8_t *bytes, size_t n, int64_t number)
{
    for (size_t i = 0; i < n; i++)
        bytes[i] = (uint8_t)((uint64_t)number >> (8 * (n - 1 - i)));
}

static int64_t take_number(const uint8_t *bytes, size_t n)
{
    uint64_t number = 0;
    for (size_t i = 0; i < n; i++)
        number = number << 8 | bytes[i];
    return (int64_t)number;
}

static void mark(const struct cursor_key *key, const uint8_t plain[PLAIN_BYTES],
                 uint8_t ret_mark[MARK_BYTES])
{
    crypto_generichash(ret_mark, MARK_BYTES, plain, PLAIN_BYTES, key->mark, sizeof key->mark);
}

/* Hides what is plain, and the other way round. */
static void turn(const struct cursor_key *key, const uint8_t mark[MARK_BYTES],
                 const uint8_t from[PLAIN_BYTES], uint8_t ret_to[PLAIN_BYTES])
{
    uint8_t nonce[crypto_stream_xchacha20_NONCEBYTES] = { 0 };
    memcpy(nonce, mark, MARK_BYTES);
    crypto_stream_xchacha20_xor(ret_to, from, PLAIN_BYTES, nonce, key->hide);
}

void cursor_write(const struct cursor_key *key, const struct cursor *cursor,
                  char ret_text[CURSOR_ROOM])
{
    uint8_t plain[PLAIN_BYTES], sealed[SEALED_BYTES];
    put_number(plain, 4, cursor->epoch);
    put_number(plain + 4, 8, cursor->xid);
    put_number(plain + 12, 8, cursor->case_id);
    put_number(plain + 20, 4, cursor->n);
    mark(key, plain, sealed);
    turn(key, sealed, plain, sealed + MARK_BYTES);
    sodium_bin2base64(ret_text, CURSOR_ROOM, sealed, sizeof sealed,
                      sodium_base64_VARIANT_URLSAFE_NO_PADDING);
}

int cursor_read(const struct cursor_key *key, const char *text, struct cursor *ret_cursor)
{
    uint8_t plain[PLAIN_BYTES], sealed[SEALED_BYTES], ours[MARK_BYTES];
    size_t length = 0;
    if (strlen(text) != CURSOR_ROOM - 1 ||
        sodium_base642bin(sealed, sizeof sealed, text, CURSOR_ROOM - 1, NULL, &length, NULL,
                          sodium_base64_VARIANT_URLSAFE_NO_PADDING) != 0 ||
        length != SEALED_BYTES)
        return CURSOR_BAD;
    turn(key, sealed, sealed + MARK_BYTES, plain);
    mark(key, plain, ours);
    if (sodium_memcmp(ours, sealed, MARK_BYTES) != 0)
        return CURSOR_BAD;
    struct cursor cursor = { .epoch = take_number(plain, 4),
                             .xid = take_number(plain + 4, 8),
                             .case_id = take_number(plain + 12, 8),
                             .n = take_number(plain + 20, 4) };
    if (cursor.epoch > INT_MAX || cursor.n > INT_MAX || cursor.xid < 0 || cursor.case_id < 0 ||
        cursor.xid > MOST || cursor.case_id > MOST)
        return CURSOR_BAD;
    *ret_cursor = cursor;
    return 0;
}
