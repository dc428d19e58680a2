/* Promise: a letter is valid mail whatever is in it (no header can be smuggled in, no line is too
 * long, no character is cut), its Message-ID depends on the delivery alone, and an answer is judged
 * as RFC 5321 says. */
#include <ctype.h>
#include <string.h>

#include "services/notification/letter.h"
#include "tests/unit/test.h"

static const struct {
    const char *in;
    bool want;
} addresses[] = {
    { "410103007012003-leader@erqi.example", true },
    { "a@b", true },
    { "o'neil+tag@sub.erqi.example", true },
    { "", false },
    { "@", false },
    { "a@", false },
    { "@b", false },
    { "a", false },
    { "a@b@c", false },
    { "a b@c", false },
    { "a@b c", false },
    { " a@b", false },
    { "a@b\r\nBcc: c@d", false },
    { "a\n@b", false },
    { "a@b>", false },
    { "<a@b>", false },
    { "a@b,c@d", false },
    { "a@b;c", false },
    { "\"a\"@b", false },
    { "a@[127.0.0.1]", false },
    { "a..b@c", false },
    { ".a@c", false },
    { "a.@c", false },
    { "a@c.", false },
    { "a@c..d", false },
    { "-a@c", false },
    { "王@c", false },
    { "a@二七", false },
    { "a@b_c", false },
    { "1234567890123456789012345678901234567890123456789012345678901234@c", true },
    { "12345678901234567890123456789012345678901234567890123456789012345@c", false },
};

static void test_addresses(void **state)
{
    for (size_t i = 0; i < WG_COUNT(addresses); i++)
        ROW(addresses[i].in, letter_address_valid(addresses[i].in) == addresses[i].want);
    char endless[300];
    memset(endless, 'a', sizeof endless);
    endless[sizeof endless - 1] = '\0';
    endless[1] = '@';
    assert_false(letter_address_valid(endless));
}

/* What base64 between two marks says; the caller gives room enough. */
static size_t decode(const char *from, size_t length, char *ret)
{
    static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    uint32_t bits = 0;
    int n = 0;
    size_t out = 0;
    for (size_t i = 0; i < length; i++) {
        const char *at = from[i] == '\0' ? NULL : strchr(digits, from[i]);
        if (at == NULL)
            continue;
        bits = bits << 6 | (uint32_t)(at - digits);
        n += 6;
        if (n >= 8) {
            n -= 8;
            ret[out++] = (char)(bits >> n & 255);
        }
    }
    return out;
}

static void check_lines(const char *bytes)
{
    for (const char *line = bytes; *line != '\0';) {
        const char *end = strstr(line, "\r\n");
        assert_non_null(end);
        assert_true(end - line <= 76);
        for (const char *at = line; at < end; at++)
            assert_true(*at >= ' ' && *at < 127);
        assert_true(*line != '.');
        line = end + 2;
    }
}

static void check_subject(const char *bytes, const char *want)
{
    char got[4096];
    size_t length = 0;
    const char *at = strstr(bytes, "\r\nSubject: ") + strlen("\r\nSubject: ");
    for (; strncmp(at, "=?UTF-8?B?", 10) == 0; at = strncmp(at, "\r\n ", 3) == 0 ? at + 3 : at) {
        const char *end = strstr(at + 10, "?=");
        size_t n = decode(at + 10, (size_t)(end - at - 10), got + length);
        assert_true(wg_utf8_valid(got + length, n)); /* no word cuts a character */
        length += n;
        at = end + 2;
    }
    assert_true(strncmp(at, "\r\nDate: ", 8) == 0);
    assert_int_equal(length, strlen(want));
    assert_memory_equal(got, want, length);
}

static void test_letter(void **state)
{
    static const char *const subjects[] = {
        "a",
        "新事件",
        "x新事件 251123-7-1：消防通道被私家车堵了，请尽快处理，谢谢！ / New case 251123-7-1: "
        "blocked",
        "🚒🚒🚒🚒🚒🚒🚒🚒🚒🚒🚒🚒🚒🚒🚒🚒🚒🚒🚒🚒🚒🚒",
        "a\r\nBcc: c@d",
    };
    for (size_t i = 0; i < WG_COUNT(subjects); i++) {
        WG_AUTO(wg_text_destroy) struct wg_text out = { 0 };
        char body[4096];
        const struct letter letter = { .id = 77,
                                       .date = INT64_C(1763856000000000),
                                       .from = "noreply@erqi.example",
                                       .to = "a@b.example",
                                       .subject = subjects[i],
                                       .body = "一\n.\n二\r\n.三\rx" };
        letter_write(&out, &letter);
        check_lines(out.bytes);
        check_subject(out.bytes, subjects[i]);
        assert_non_null(strstr(out.bytes, "From: <noreply@erqi.example>\r\nTo: <a@b.example>\r\n"));
        assert_non_null(strstr(out.bytes, "\r\nDate: Sun, 23 Nov 2025 08:00:00 +0800\r\n"));
        assert_non_null(strstr(out.bytes, "\r\nMessage-ID: <77@erqi.example>\r\n"));
        assert_non_null(strstr(out.bytes, "\r\nAuto-Submitted: auto-generated\r\n"));
        assert_null(strstr(out.bytes, "Bcc"));
        const char *text = strstr(out.bytes, "\r\n\r\n") + 4;
        size_t length = decode(text, strlen(text), body);
        assert_int_equal(length, strlen("一\r\n.\r\n二\r\n.三\r\nx"));
        assert_memory_equal(body, "一\r\n.\r\n二\r\n.三\r\nx", length);
    }
}

static const struct {
    const char *name;
    enum letter_end end;
    long code;
    int tries;
    enum letter_verdict want;
} answers[] = {
    { "taken", LETTER_DONE, 250, 1, LETTER_SENT },
    { "taken at last", LETTER_DONE, 250, 8, LETTER_SENT },
    { "no such box", LETTER_REFUSED, 550, 1, LETTER_NEVER },
    { "rejected text", LETTER_REFUSED, 554, 1, LETTER_NEVER },
    { "greylisted", LETTER_REFUSED, 451, 1, LETTER_LATER },
    { "log in first", LETTER_REFUSED, 530, 1, LETTER_LATER },
    { "busy to the end", LETTER_REFUSED, 451, 8, LETTER_NEVER },
    { "greeted with 554", LETTER_TROUBLE, 554, 1, LETTER_LATER },
    { "no connection", LETTER_TROUBLE, 0, 7, LETTER_LATER },
    { "no connection to the end", LETTER_TROUBLE, 0, 8, LETTER_NEVER },
};

static void test_answers(void **state)
{
    for (size_t i = 0; i < WG_COUNT(answers); i++)
        ROW(answers[i].name,
            letter_judge(answers[i].end, answers[i].code, answers[i].tries) == answers[i].want);
}

static void test_waits(void **state)
{
    static const int64_t seconds[] = { 30, 30, 120, 600, 3600, 21600, 21600, 21600 };
    for (int tries = 0; tries < (int)WG_COUNT(seconds); tries++) {
        int64_t want = seconds[tries] * 1000;
        for (uint32_t random = 0; random < 5000; random += 7) {
            int64_t got = letter_wait_ms(tries, 30000, random);
            assert_true(got >= want * 4 / 5 && got <= want * 6 / 5);
        }
        assert_int_equal(letter_wait_ms(tries, 30000, 0), want * 4 / 5);
        assert_int_equal(letter_wait_ms(tries, 30000, 1000), want * 6 / 5);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_addresses),
        cmocka_unit_test(test_letter),
        cmocka_unit_test(test_answers),
        cmocka_unit_test(test_waits),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
