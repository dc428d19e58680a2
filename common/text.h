/* A growing byte string, UTF-8, and times as text. Pure, except that local time is the process's
 * zone. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/memory.h"

/* { 0 } is empty and ready; bytes is always NUL-ended once something was added, NULL before. */
struct wg_text {
    char *bytes;
    size_t length, room;
};

void wg_text_add(struct wg_text *text, const char *bytes, size_t length);
void wg_text_put(struct wg_text *text, const char *string);
void wg_text_printf(struct wg_text *text, const char *format, ...)
    __attribute__((format(printf, 2, 3)));
void wg_text_clear(struct wg_text *text);   /* keeps the room */
void wg_text_destroy(struct wg_text *text); /* for WG_AUTO */

enum { WG_INT_ROOM = 21 };
/* Decimal digits, NUL-ended; returns their number. */
size_t wg_int_write(int64_t value, char ret_digits[WG_INT_ROOM]);
/* Copies what has room, NUL-ended (NULL as ""): snprintf("%s") at a tenth of the cost. */
void wg_copy(char *to, size_t size, const char *from);

/* True where bytes are valid UTF-8 (RFC 3629: no overlong forms, no surrogates, nothing over
 * U+10FFFF). */
bool wg_utf8_valid(const char *bytes, size_t length);
/* How many bytes at the start are valid sequences of two to four bytes; it stops at ASCII, at what
 * is broken and at the end. For scanners that go through plain ASCII themselves. */
size_t wg_utf8_run(const char *bytes, size_t length);
/* Characters (code points) of valid UTF-8. */
size_t wg_utf8_count(const char *bytes, size_t length);
/* How many bytes the first n characters take (at most length). */
size_t wg_utf8_prefix(const char *bytes, size_t length, size_t n);
/* Writes a code point as UTF-8; returns the number of bytes, 1–4. */
size_t wg_utf8_encode(unsigned code, char ret_bytes[4]);
/* Full-width ASCII (U+FF01–U+FF5E, U+3000) to plain, all else unchanged; the caller owns the
 * result. */
char *wg_text_halfwidth(const char *text);

/* RFC 3339 with the city's offset, seconds (microseconds when not zero): 2026-11-23T08:00:00+08:00.
 * Appends. */
void wg_text_time(struct wg_text *text, int64_t microseconds);
/* The same into a static buffer (rotating, eight of them). */
const char *wg_time_string(int64_t microseconds);

enum { WG_TIME_BAD = 1 };
/* RFC 3339 date-time; offset or Z required; fractions up to nine digits (cut to microseconds); leap
 * second 60 taken as 59; years 1970–2199. WG_TIME_BAD otherwise. */
int wg_time_parse(const char *text, int64_t *ret_microseconds) WG_MUST_USE;
