/* See letter.h. Deliberately not here: texts (render.c), sending (channel_mail.c). */
#include "services/notification/letter.h"

#include <string.h>
#include <time.h>

enum { LINE_BYTES = 57, WORD_BYTES = 39, LOCAL_MOST = 64, ADDRESS_MOST = 254 };

/* ---- addresses */

static bool plain(const char *bytes, size_t length, const char *besides)
{
    static const char alphanumeric[] =
        "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789";
    if (length == 0 || bytes[0] == '.' || bytes[length - 1] == '.')
        return false;
    for (size_t i = 0; i < length; i++) {
        if (bytes[i] == '.' && bytes[i + 1] == '.')
            return false;
        if (bytes[i] != '.' && strchr(alphanumeric, bytes[i]) == NULL &&
            strchr(besides, bytes[i]) == NULL)
            return false;
    }
    return true;
}

bool letter_address_valid(const char *address)
{
    size_t length = strnlen(address, ADDRESS_MOST + 1);
    if (length > ADDRESS_MOST)
        return false;
    size_t local = strcspn(address, "@");
    if (local > LOCAL_MOST || local == length)
        return false;
    /* RFC 5322 atext; a leading hyphen could be read as an option by whoever comes after us. */
    return address[0] != '-' && plain(address, local, "!#$%&'*+-/=?^_`{|}~") &&
           plain(address + local + 1, length - local - 1, "-");
}

/* ---- encodings */

static void add_base64(struct wg_text *out, const char *bytes, size_t length)
{
    static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    for (size_t i = 0; i < length; i += 3) {
        uint32_t three = 0;
        for (size_t k = 0; k < 3; k++)
            three = three << 8 | (i + k < length ? (uint8_t)bytes[i + k] : 0);
        char four[4] = { digits[three >> 18], digits[three >> 12 & 63], digits[three >> 6 & 63],
                         digits[three & 63] };
        if (i + 2 >= length)
            four[3] = '=';
        if (i + 1 >= length)
            four[2] = '=';
        wg_text_add(out, four, 4);
    }
}

/* RFC 2047: encoded words of at most 75 characters, none of which splits a character, one a line.
 */
static void add_words(struct wg_text *out, const char *text)
{
    size_t length = strlen(text);
    for (size_t at = 0; at < length;) {
        size_t take = length - at > WORD_BYTES ? WORD_BYTES : length - at;
        while (at + take < length && ((uint8_t)text[at + take] & 0xC0) == 0x80)
            take--;
        wg_text_put(out, at == 0 ? "=?UTF-8?B?" : "\r\n =?UTF-8?B?");
        add_base64(out, text + at, take);
        wg_text_put(out, "?=");
        at += take;
    }
}

/* The text with CRLF at the ends of its lines, as base64 in lines of 76. */
static void add_text(struct wg_text *out, const char *body)
{
    WG_AUTO(wg_text_destroy) struct wg_text lines = { 0 };
    while (*body != '\0') {
        size_t line = strcspn(body, "\r\n");
        wg_text_add(&lines, body, line);
        body += line;
        if (*body != '\0')
            wg_text_put(&lines, "\r\n");
        body += body[0] == '\r' && body[1] == '\n' ? 2 : *body != '\0';
    }
    for (size_t at = 0; at < lines.length; at += LINE_BYTES) {
        add_base64(out, lines.bytes + at,
                   lines.length - at < LINE_BYTES ? lines.length - at : LINE_BYTES);
        wg_text_put(out, "\r\n");
    }
}

static void add_date(struct wg_text *out, int64_t date)
{
    char line[64];
    time_t seconds = (time_t)(date / 1000000);
    struct tm tm;
    localtime_r(&seconds, &tm);
    strftime(line, sizeof line, "Date: %a, %d %b %Y %H:%M:%S %z\r\n", &tm);
    wg_text_put(out, line);
}

void letter_write(struct wg_text *out, const struct letter *letter)
{
    wg_text_printf(out, "From: <%s>\r\nTo: <%s>\r\nSubject: ", letter->from, letter->to);
    add_words(out, letter->subject);
    wg_text_put(out, "\r\n");
    add_date(out, letter->date);
    wg_text_printf(out, "Message-ID: <%lld@%s>\r\n", (long long)letter->id,
                   strchr(letter->from, '@') + 1);
    wg_text_put(out, "MIME-Version: 1.0\r\n"
                     "Content-Type: text/plain; charset=utf-8\r\n"
                     "Content-Transfer-Encoding: base64\r\n"
                     "Content-Language: zh, en\r\n"
                     "Auto-Submitted: auto-generated\r\n\r\n");
    add_text(out, letter->body);
}

/* ---- what becomes of it */

enum letter_verdict letter_judge(enum letter_end end, long code, int tries)
{
    if (end == LETTER_DONE)
        return LETTER_SENT;
    bool final = end == LETTER_REFUSED && code >= 500 && code <= 599 && code != 530;
    return final || tries >= LETTER_TRIES ? LETTER_NEVER : LETTER_LATER;
}

int64_t letter_wait_ms(int tries, int64_t first_ms, uint32_t random)
{
    static const int64_t times[] = { 1, 4, 20, 120, 720 };
    size_t step = tries < 1 ? 0 : (size_t)tries - 1;
    int64_t wait = first_ms * times[step < WG_COUNT(times) ? step : WG_COUNT(times) - 1];
    return wait * 4 / 5 + wait * 2 / 5 * (int64_t)(random % 1001) / 1000;
}
