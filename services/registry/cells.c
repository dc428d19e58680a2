#include "services/registry/cells.h"

#include <ctype.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "common/clock.h"
#include "common/text.h"

enum {
    SURE_DIGITS = 15,        /* what a spreadsheet keeps of a number */
    SERIAL_LOWEST = 10000,   /* 1927: below it is no date that anybody means */
    SERIAL_HIGHEST = 109000, /* 2198 */
    SERIAL_EPOCH = 25569,    /* 1970-01-01 */
    SECONDS_A_DAY = 86400
};

/* ---- spaces and widths */

/* Length of the space at the start: 0 where there is none. Zero-width ones count. */
static size_t space_at(const char *text)
{
    static const char *const spaces[] = { "\xE3\x80\x80", "\xC2\xA0", "\xE2\x80\x8B",
                                          "\xEF\xBB\xBF" };
    if (strchr(" \t\r\n", text[0]) != NULL)
        return text[0] == '\0' ? 0 : 1;
    for (size_t i = 0; i < WG_COUNT(spaces); i++) {
        if (strncmp(text, spaces[i], strlen(spaces[i])) == 0)
            return strlen(spaces[i]);
    }
    return 0;
}

static bool is_zero_width(const char *text)
{
    return strncmp(text, "\xE2\x80\x8B", 3) == 0 || strncmp(text, "\xEF\xBB\xBF", 3) == 0;
}

/* A full-width digit or letter as its plain one; 0 where it is something else. */
static char plain_of(const char *text)
{
    const unsigned char *at = (const unsigned char *)text;
    if (at[0] != 0xEF || (at[1] != 0xBC && at[1] != 0xBD) || at[2] < 0x80)
        return 0;
    int code = at[1] == 0xBC ? at[2] - 0x81 + '!' : at[2] - 0x80 + '`';
    return code <= 0x7E && isalnum(code) ? (char)code : 0;
}

char *cell_clean(const char *text)
{
    char *clean = wg_new(strlen(text) + 1);
    size_t done = 0, kept = 0, space;
    while ((space = space_at(text)) > 0)
        text += space;
    while (*text != '\0') {
        space = space_at(text);
        char plain = plain_of(text);
        if (is_zero_width(text)) {
            text += 3;
            continue;
        }
        clean[done++] = plain != 0 ? plain : space > 1 ? ' ' : *text;
        text += plain != 0 ? 3 : space > 1 ? space : 1;
        kept = space > 0 ? kept : done;
    }
    clean[kept] = '\0';
    return clean;
}

/* ---- numbers */

/* Mantissa digits, without their point, and how many stand before it; false where it is no number.
 */
static bool read_float(const char *text, char digits[CELL_NUMBER_ROOM], size_t *ret_whole,
                       const char **ret_rest)
{
    size_t n = 0, whole = 0;
    bool point = false;
    for (; isdigit((unsigned char)*text) || (*text == '.' && !point); text++) {
        point = point || *text == '.';
        if (*text == '.')
            continue;
        if (n == CELL_NUMBER_ROOM - 1)
            return false;
        digits[n++] = *text;
        whole += !point;
    }
    digits[n] = '\0';
    *ret_whole = whole;
    *ret_rest = text;
    return whole > 0;
}

/* How many tens it is to be moved: of "E+10" 10; -1 where it is no exponent. */
static int read_exponent(const char *text)
{
    if (*text != 'e' && *text != 'E')
        return -1;
    text += 1 + (text[1] == '+');
    size_t n = strspn(text, "0123456789");
    return n == 0 || n > 2 || text[n] != '\0' ? -1 : atoi(text);
}

enum cell_number cell_number(const char *text, bool sure, char ret_digits[CELL_NUMBER_ROOM])
{
    char digits[CELL_NUMBER_ROOM];
    size_t whole;
    const char *rest;
    if (!read_float(text, digits, &whole, &rest))
        return CELL_PLAIN;
    bool point = strchr(text, '.') != NULL;
    int exponent = *rest == '\0' ? 0 : read_exponent(rest);
    bool floating = point || (exponent > 0 && (sure || strchr(rest, '+') != NULL));
    if (exponent < 0 || !floating)
        return CELL_PLAIN;
    size_t length = strlen(digits), wanted = whole + (size_t)exponent;
    if (wanted > SURE_DIGITS || wanted > length || strspn(digits + wanted, "0") != length - wanted)
        return CELL_LOST;
    snprintf(ret_digits, CELL_NUMBER_ROOM, "%.*s", (int)wanted, digits);
    return CELL_RECOVERED;
}

/* ---- times */

static int local_time(const int parts[6], int64_t *ret_microseconds)
{
    struct tm tm = { .tm_year = parts[0] - 1900,
                     .tm_mon = parts[1] - 1,
                     .tm_mday = parts[2],
                     .tm_hour = parts[3],
                     .tm_min = parts[4],
                     .tm_sec = parts[5],
                     .tm_isdst = -1 };
    bool good =
        parts[0] >= 1970 && parts[0] < 2200 && parts[3] < 24 && parts[4] < 60 && parts[5] < 60;
    time_t seconds = good ? mktime(&tm) : -1;
    if (seconds < 0 || tm.tm_mday != parts[2] || tm.tm_mon != parts[1] - 1)
        return CELL_TIME_BAD;
    *ret_microseconds = (int64_t)seconds * WG_SECOND;
    return 0;
}

/* Days since 1899-12-30, as a wall clock shows them. */
static int serial_time(double serial, int64_t *ret_microseconds)
{
    time_t wall = (time_t)llround((serial - SERIAL_EPOCH) * SECONDS_A_DAY);
    struct tm tm;
    gmtime_r(&wall, &tm);
    const int parts[6] = { tm.tm_year + 1900, tm.tm_mon + 1, tm.tm_mday,
                           tm.tm_hour,        tm.tm_min,     tm.tm_sec };
    return local_time(parts, ret_microseconds);
}

/* Year, month, day, and what follows of hour, minute, second, between whatever stands there. */
static int written_time(const char *text, int64_t *ret_microseconds)
{
    static const char *const between[][4] = { { "-", "/", "年", "." },
                                              { "-", "/", "月", "." },
                                              { " ", "日 ", "日", "日　" },
                                              { ":", ":", ":", "时" },
                                              { ":", ":", ":", "分" } };
    int parts[6] = { 0 };
    for (size_t i = 0; i < WG_COUNT(parts); i++) {
        size_t n = strspn(text, "0123456789");
        if (n == 0 || n > 4)
            return CELL_TIME_BAD;
        parts[i] = atoi(text);
        text += n;
        if (*text == '\0' || strcmp(text, "日") == 0 || strcmp(text, "分") == 0)
            return i == 2 || i == 4 || i == 5 ? local_time(parts, ret_microseconds) : CELL_TIME_BAD;
        size_t choice = 0;
        while (i < WG_COUNT(between) && choice < 4 &&
               strncmp(text, between[i][choice], strlen(between[i][choice])) != 0)
            choice++;
        if (i == WG_COUNT(between) || choice == 4)
            return CELL_TIME_BAD;
        text += strlen(between[i][choice]);
    }
    return CELL_TIME_BAD;
}

int cell_time(const char *text, int64_t *ret_microseconds)
{
    if (wg_time_parse(text, ret_microseconds) == 0)
        return 0;
    char *end;
    double serial = strspn(text, "0123456789.") == strlen(text) ? strtod(text, &end) : 0;
    if (serial >= SERIAL_LOWEST && serial <= SERIAL_HIGHEST && *end == '\0')
        return serial_time(serial, ret_microseconds);
    return written_time(text, ret_microseconds);
}

bool cell_is_two(const char *text)
{
    static const char *const marks[] = { "/", "／", "、", "；", ";", "|", "\\", "＼" };
    for (size_t i = 0; i < WG_COUNT(marks); i++) {
        if (strstr(text, marks[i]) != NULL)
            return true;
    }
    return false;
}
