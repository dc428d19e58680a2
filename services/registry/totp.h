/* One-time codes by the clock (RFC 6238: HMAC-SHA-1, 30 seconds, 6 digits), as every code generator
 * on a telephone makes them. Pure. */
#pragma once

#include <stddef.h>
#include <stdint.h>

#include "common/memory.h"

enum { TOTP_SECRET_BYTES = 20, TOTP_SECRET_ROOM = 33, TOTP_DIGITS = 6, TOTP_STEP_S = 30 };

/* The code of a step, `digits` long (6–8). */
uint32_t totp_code(const uint8_t *secret, size_t length, int64_t step, int digits);

enum { TOTP_WRONG = 1, TOTP_REPLAYED = 2 };
/* Is `given` the code of this moment, or of the step before or after it, and later than the last
 * step that was taken? 0 and that step, or a condition. */
int totp_judge(const uint8_t secret[TOTP_SECRET_BYTES], int64_t now_us, int64_t last_step,
               const char *given, int64_t *ret_step) WG_MUST_USE;

/* RFC 4648 base 32, 32 characters and NUL: how a secret is typed in. */
void totp_write(const uint8_t secret[TOTP_SECRET_BYTES], char ret_text[TOTP_SECRET_ROOM]);
