/* Text that grows, UTF-8, and times as text.
 * Invariant: bytes[length] is NUL whenever bytes is not NULL. What is deliberately not here:
 * escaping (json-c and the logger know their own) and time zones other than the process's. */
#include "common/text.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

enum { FIRST_ROOM = 256, TIME_ROOM = 48, TIMES = 8, SECOND = 1000000 };

/* ------------------------------------------------------------------ growing */

static void make_room(struct wg_text *text, size_t more)
{
    size_t need = text->length + more + 1;
    if (need <= text->room)
        return;
    size_t room = text->room < FIRST_ROOM ? FIRST_ROOM : text->room;
    while (room < need)
        room *= 2;
    text->bytes = wg_resize(text->bytes, room);
    text->room = room;
}

void wg_text_add(struct wg_text *text, const char *bytes, size_t length)
{
    make_room(text, length);
    if (length > 0)
        memcpy(text->bytes + text->length, bytes, length);
    text->length += length;
    text->bytes[text->length] = '\0';
}

void wg_text_put(struct wg_text *text, const char *string)
{
    wg_text_add(text, string, strlen(string));
}

void wg_text_printf(struct wg_text *text, const char *format, ...)
{
    va_list arguments;
    make_room(text, FIRST_ROOM);
    size_t free_bytes = text->room - text->length;
    va_start(arguments, format);
    int n = vsnprintf(text->bytes + text->length, free_bytes, format, arguments);
    va_end(arguments);
    if (n < 0) {
        text->bytes[text->length] = '\0';
        return;
    }
    if ((size_t)n >= free_bytes) {
        /* It was cut: now the length is known, so the second time it fits. */
        make_room(text, (size_t)n);
        va_start(arguments, format);
        vsnprintf(text->bytes + text->length, (size_t)n + 1, format, arguments);
        va_end(arguments);
    }
    text->length += (size_t)n;
}

void wg_text_clear(struct wg_text *text)
{
    text->length = 0;
    if (text->bytes != NULL)
        text->bytes[0] = '\0';
}

void wg_text_destroy(struct wg_text *text)
{
    free(text->bytes);
    *text = (struct wg_text){ 0 };
}

/* ------------------------------------------------------------------ without a format */

size_t wg_int_write(int64_t value, char ret_digits[WG_INT_ROOM])
{
    char digits[WG_INT_ROOM];
    size_t at = sizeof digits;
    uint64_t rest = value < 0 ? 0 - (uint64_t)value : (uint64_t)value;
    digits[--at] = '\0';
    do
        digits[--at] = (char)('0' + rest % 10);
    while ((rest /= 10) > 0);
    if (value < 0)
        digits[--at] = '-';
    memcpy(ret_digits, digits + at, sizeof digits - at);
    return sizeof digits - at - 1;
}

void wg_copy(char *to, size_t size, const char *from)
{
    size_t length = 0;
    if (from != NULL) {
        length = strnlen(from, size - 1);
        memcpy(to, from, length);
    }
    to[length] = '\0';
}

/* ------------------------------------------------------------------ UTF-8 */

static bool follows(unsigned char byte)
{
    return (byte & 0xc0) == 0x80;
}

/* The length of the valid sequence of several bytes at the start; 0 for ASCII and for what is
 * broken. The bounds of the second byte are the table 3-7 of the Unicode standard: they shut out
 * overlong forms, surrogates and more than U+10FFFF. */
static inline size_t sequence(const unsigned char *bytes, size_t length)
{
    unsigned char first = bytes[0];
    if (first < 0xc2 || first > 0xf4 || length < 2)
        return 0;
    if (first < 0xe0)
        return follows(bytes[1]) ? 2 : 0;
    if (length < 3 || !follows(bytes[1]) || !follows(bytes[2]))
        return 0;
    if (first < 0xf0) {
        bool overlong = first == 0xe0 && bytes[1] < 0xa0;
        bool surrogate = first == 0xed && bytes[1] >= 0xa0;
        return overlong || surrogate ? 0 : 3;
    }
    bool overlong = first == 0xf0 && bytes[1] < 0x90;
    bool beyond = first == 0xf4 && bytes[1] >= 0x90;
    return length < 4 || overlong || beyond || !follows(bytes[3]) ? 0 : 4;
}

size_t wg_utf8_run(const char *bytes, size_t length)
{
    const unsigned char *at = (const unsigned char *)bytes;
    size_t done = 0;
    while (done < length) {
        size_t n = sequence(at + done, length - done);
        if (n == 0)
            break;
        done += n;
    }
    return done;
}

/* How many bytes at the start are ASCII, eight at a time. */
static size_t ascii_run(const char *bytes, size_t length)
{
    size_t done = 0;
    uint64_t word;
    while (length - done >= sizeof word) {
        memcpy(&word, bytes + done, sizeof word);
        if ((word & UINT64_C(0x8080808080808080)) != 0)
            break;
        done += sizeof word;
    }
    while (done < length && (unsigned char)bytes[done] < 0x80)
        done++;
    return done;
}

bool wg_utf8_valid(const char *bytes, size_t length)
{
    size_t done = 0;
    while (done < length) {
        size_t n = ascii_run(bytes + done, length - done);
        n += wg_utf8_run(bytes + done + n, length - done - n);
        if (n == 0)
            return false;
        done += n;
    }
    return true;
}

size_t wg_utf8_count(const char *bytes, size_t length)
{
    size_t n = 0;
    for (size_t i = 0; i < length; i++)
        n += !follows((unsigned char)bytes[i]);
    return n;
}

size_t wg_utf8_prefix(const char *bytes, size_t length, size_t n)
{
    size_t characters = 0;
    for (size_t i = 0; i < length; i++) {
        if (follows((unsigned char)bytes[i]))
            continue;
        if (characters == n)
            return i;
        characters++;
    }
    return length;
}

size_t wg_utf8_encode(unsigned code, char ret_bytes[4])
{
    if (code < 0x80) {
        ret_bytes[0] = (char)code;
        return 1;
    }
    size_t n = code < 0x800 ? 2 : code < 0x10000 ? 3 : 4;
    for (size_t i = n - 1; i > 0; i--, code >>= 6)
        ret_bytes[i] = (char)(0x80 | (code & 0x3f));
    ret_bytes[0] = (char)((n == 2 ? 0xc0 : n == 3 ? 0xe0 : 0xf0) | code);
    return n;
}

char *wg_text_halfwidth(const char *text)
{
    size_t length = strlen(text), done = 0;
    char *plain = wg_new(length + 1);
    const unsigned char *at = (const unsigned char *)text;
    while (*at != '\0') {
        unsigned code = 0;
        if (at[0] >= 0xe0 && at[0] < 0xf0 && follows(at[1]) && follows(at[2]))
            code = (at[0] & 0x0fu) << 12 | (at[1] & 0x3fu) << 6 | (at[2] & 0x3fu);
        if (code == 0x3000) {
            plain[done++] = ' ';
            at += 3;
        } else if (code >= 0xff01 && code <= 0xff5e) {
            plain[done++] = (char)(code - 0xff01 + '!');
            at += 3;
        } else {
            plain[done++] = (char)*at++;
        }
    }
    return plain;
}

/* ------------------------------------------------------------------ times */

static char *put_digits(char *at, int value, int n)
{
    for (int i = n - 1; i >= 0; i--) {
        at[i] = (char)('0' + value % 10);
        value /= 10;
    }
    return at + n;
}

static char *put_group(char *at, int value, char before)
{
    *at++ = before;
    return put_digits(at, value, 2);
}

/* By hand: this stands in every answer, and snprintf takes five times as long. Returns the length.
 */
static size_t write_time(int64_t microseconds, char *buffer)
{
    time_t second = (time_t)(microseconds / SECOND - (microseconds % SECOND < 0));
    int fraction = (int)(microseconds % SECOND + (microseconds % SECOND < 0 ? SECOND : 0));
    struct tm parts;
    if (localtime_r(&second, &parts) == NULL || parts.tm_year < -1900 || parts.tm_year > 8099)
        parts = (struct tm){ .tm_year = 70, .tm_mday = 1 };
    char *at = put_digits(buffer, parts.tm_year + 1900, 4);
    at = put_group(at, parts.tm_mon + 1, '-');
    at = put_group(at, parts.tm_mday, '-');
    at = put_group(at, parts.tm_hour, 'T');
    at = put_group(at, parts.tm_min, ':');
    at = put_group(at, parts.tm_sec, ':');
    if (fraction != 0) {
        *at++ = '.';
        at = put_digits(at, fraction, 6);
    }
    int offset = (int)(parts.tm_gmtoff / 60);
    at = put_group(at, abs(offset) / 60, offset < 0 ? '-' : '+');
    at = put_group(at, abs(offset) % 60, ':');
    *at = '\0';
    return (size_t)(at - buffer);
}

void wg_text_time(struct wg_text *text, int64_t microseconds)
{
    char buffer[TIME_ROOM];
    wg_text_add(text, buffer, write_time(microseconds, buffer));
}

const char *wg_time_string(int64_t microseconds)
{
    static char buffers[TIMES][TIME_ROOM];
    static unsigned turn;
    char *buffer = buffers[turn++ % TIMES];
    write_time(microseconds, buffer);
    return buffer;
}

/* Exactly n digits; moves on past them; -1 where there are fewer. */
static int take_digits(const char **at, int n)
{
    int value = 0;
    for (int i = 0; i < n; i++, (*at)++) {
        if (**at < '0' || **at > '9')
            return -1;
        value = value * 10 + (**at - '0');
    }
    return value;
}

static bool take(const char **at, char wanted, char other)
{
    if (**at != wanted && **at != other)
        return false;
    (*at)++;
    return true;
}

/* Two digits after a mark, at most `highest`; -1 where they are not there. */
static int take_group(const char **at, char mark, int highest)
{
    if (!take(at, mark, mark))
        return -1;
    int value = take_digits(at, 2);
    return value > highest ? -1 : value;
}

/* ".123456789": one to nine digits as microseconds, cut; 0 where there is no point; -1 where it is
 * broken. */
static int take_fraction(const char **at)
{
    int value = 0, n = 0;
    if (!take(at, '.', '.'))
        return 0;
    for (; **at >= '0' && **at <= '9'; (*at)++, n++)
        if (n < 6)
            value = value * 10 + (**at - '0');
    if (n == 0 || n > 9)
        return -1;
    for (; n < 6; n++)
        value *= 10;
    return value;
}

/* "Z" or "+08:00", in seconds east. */
static bool take_offset(const char **at, int *ret_seconds)
{
    if (take(at, 'Z', 'z')) {
        *ret_seconds = 0;
        return true;
    }
    if (**at != '+' && **at != '-')
        return false;
    int sign = **at == '-' ? -1 : 1;
    int hours = take_group(at, **at, 23);
    int minutes = hours < 0 ? -1 : take_group(at, ':', 59);
    if (minutes < 0)
        return false;
    *ret_seconds = sign * (hours * 3600 + minutes * 60);
    return true;
}

int wg_time_parse(const char *text, int64_t *ret_microseconds)
{
    const char *at = text;
    int offset, year = take_digits(&at, 4);
    int month = year < 0 ? -1 : take_group(&at, '-', 12);
    int day = month < 1 ? -1 : take_group(&at, '-', 31);
    if (year < 1970 || year > 2199 || day < 1 || !take(&at, 'T', 't'))
        return WG_TIME_BAD;
    int hour = take_digits(&at, 2);
    int minute = hour < 0 || hour > 23 ? -1 : take_group(&at, ':', 59);
    int second = minute < 0 ? -1 : take_group(&at, ':', 60);
    int fraction = second < 0 ? -1 : take_fraction(&at);
    if (fraction < 0 || !take_offset(&at, &offset) || *at != '\0')
        return WG_TIME_BAD;
    struct tm parts = { .tm_year = year - 1900,
                        .tm_mon = month - 1,
                        .tm_mday = day,
                        .tm_hour = hour,
                        .tm_min = minute,
                        .tm_sec = second == 60 ? 59 : second };
    int64_t seconds = timegm(&parts);
    /* timegm turns 31 April into 1 May: a day that moved does not exist. */
    if (parts.tm_mday != day)
        return WG_TIME_BAD;
    *ret_microseconds = (seconds - offset) * SECOND + fraction;
    return 0;
}
