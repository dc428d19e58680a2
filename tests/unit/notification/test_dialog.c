/* Promise: whatever a mail server says, in whatever pieces, the dialogue ends in exactly one of
 * done, refused and trouble; done only after the text was taken; and nothing a server says reaches
 * us but its codes. */
#include <string.h>

#include "services/notification/dialog.h"
#include "tests/unit/test.h"

static const struct {
    const char *name;
    const char *server; /* all replies, in order */
    enum dialog_stage stage;
    enum letter_end end;
    int code;
    const char *status;
    const char *client; /* the last thing we said */
} rows[] = {
    { "taken", "250 ok\r\n250 ok\r\n354 go\r\n250 2.0.0 queued\r\n", DIALOG_OVER, LETTER_DONE, 250,
      "250 2.0.0", "QUIT\r\n" },
    { "without words", "250\r\n251\r\n354\r\n250\r\n", DIALOG_OVER, LETTER_DONE, 250, "250",
      "QUIT\r\n" },
    { "bare newlines", "250 ok\n250 ok\n354 go\n250 ok\n", DIALOG_OVER, LETTER_DONE, 250, "250",
      "QUIT\r\n" },
    { "several lines", "250-a\r\n250-b\r\n250 c\r\n250 ok\r\n354 go\r\n250 ok\r\n", DIALOG_OVER,
      LETTER_DONE, 250, "250", "QUIT\r\n" },
    { "sender refused", "550 5.7.1 no <x@y>\r\n", DIALOG_OVER, LETTER_REFUSED, 550, "550 5.7.1",
      "QUIT\r\n" },
    { "recipient refused", "250 ok\r\n550 5.1.1 no <x@y>\r\n", DIALOG_OVER, LETTER_REFUSED, 550,
      "550 5.1.1", "QUIT\r\n" },
    { "recipient later", "250 ok\r\n450 x@y is busy\r\n", DIALOG_OVER, LETTER_REFUSED, 450, "450",
      "QUIT\r\n" },
    { "text refused", "250 ok\r\n250 ok\r\n354 go\r\n554 spam\r\n", DIALOG_OVER, LETTER_REFUSED,
      554, "554", "QUIT\r\n" },
    { "going down", "421 4.3.2 bye\r\n", DIALOG_OVER, LETTER_REFUSED, 421, "421 4.3.2",
      "QUIT\r\n" },
    { "yes to DATA is no go-ahead", "250 ok\r\n250 ok\r\n250 ok\r\n", DIALOG_OVER, LETTER_TROUBLE,
      250, "250", "QUIT\r\n" },
    { "go-ahead too early", "354 go\r\n", DIALOG_OVER, LETTER_TROUBLE, 354, "354", "QUIT\r\n" },
    { "no SMTP", "HTTP/1.1 400 Bad Request\r\n", DIALOG_OVER, LETTER_TROUBLE, 0, "", "QUIT\r\n" },
    { "empty line", "\r\n", DIALOG_OVER, LETTER_TROUBLE, 0, "", "QUIT\r\n" },
    { "four digits", "2500 ok\r\n", DIALOG_OVER, LETTER_TROUBLE, 0, "", "QUIT\r\n" },
    { "waiting for the yes", "250 ok\r\n250 ok\r\n354 go\r\n", DIALOG_TEXT, LETTER_TROUBLE, 354,
      "354", "Subject: x\r\n\r\nx\r\n.\r\n" },
    { "half a line", "250 ok\r\n250 ok\r\n354 go\r\n250 o", DIALOG_TEXT, LETTER_TROUBLE, 354, "354",
      "Subject: x\r\n\r\nx\r\n.\r\n" },
    { "endless enhanced code", "550 5.1111111111111111111111111111111111111\r\n", DIALOG_OVER,
      LETTER_REFUSED, 550, "550", "QUIT\r\n" },
};

static void run(size_t row, size_t piece)
{
    char bytes[] = "Subject: x\r\n\r\nx\r\n";
    const struct wg_text letter = { .bytes = bytes, .length = sizeof bytes - 1 };
    WG_AUTO(wg_text_destroy) struct wg_text out = { 0 };
    struct dialog dialog;
    const char *name = rows[row].name;
    dialog_begin(&dialog, "from@x", "to@y", &letter, &out);
    ROW(name, strcmp(out.bytes, "MAIL FROM:<from@x>\r\n") == 0);
    size_t length = strlen(rows[row].server);
    for (size_t at = 0; at < length; at += piece)
        dialog_take(&dialog, rows[row].server + at, length - at < piece ? length - at : piece,
                    &out);
    size_t said = strlen(rows[row].client);
    ROW(name, dialog.stage == rows[row].stage);
    ROW(name, dialog.end == rows[row].end);
    ROW(name, dialog.code == rows[row].code);
    ROW(name, strcmp(dialog.status, rows[row].status) == 0);
    ROW(name, out.length >= said && strcmp(out.bytes + out.length - said, rows[row].client) == 0);
}

static void test_dialog(void **state)
{
    for (size_t row = 0; row < WG_COUNT(rows); row++)
        for (size_t piece = 1; piece < 40; piece += 3)
            run(row, piece);
}

static void test_endless_line(void **state)
{
    const struct wg_text letter = { 0 };
    WG_AUTO(wg_text_destroy) struct wg_text out = { 0 };
    struct dialog dialog;
    dialog_begin(&dialog, "from@x", "to@y", &letter, &out);
    for (int i = 0; i < 100000; i++)
        dialog_take(&dialog, "2", 1, &out);
    assert_int_equal(dialog.stage, DIALOG_OVER);
    assert_int_equal(dialog.end, LETTER_TROUBLE);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_dialog),
        cmocka_unit_test(test_endless_line),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
