/* A position in the log as others hold it: sealed, so that whose case moved where shows to nobody.
 * One text for each position, the same from every instance that has the key. Pure. */
#pragma once

#include <stddef.h>
#include <stdint.h>

#include "common/memory.h"

struct cursor {
    int64_t epoch, xid, case_id, n;
};

/* Both from one secret of 32 bytes: what marks a text as ours, and what hides the position. */
struct cursor_key {
    uint8_t mark[32], hide[32];
};
void cursor_key_make(const uint8_t secret[32], struct cursor_key *ret_key);

enum { CURSOR_ROOM = 55 };

void cursor_write(const struct cursor_key *key, const struct cursor *cursor,
                  char ret_text[CURSOR_ROOM]);
enum { CURSOR_BAD = 1 };
int cursor_read(const struct cursor_key *key, const char *text,
                struct cursor *ret_cursor) WG_MUST_USE;
