/* See dialog.h. libcurl's own end of a mail waits for the last reply and for the answer to QUIT
 * with the whole loop (smtp_block_statemach, 7.88), and so would
 * stop it for minutes beside a slow server; therefore these few lines are ours. */
#include "services/notification/dialog.h"

#include <string.h>

static void finish(struct dialog *dialog, enum letter_end end, struct wg_text *out)
{
    dialog->stage = DIALOG_OVER;
    dialog->end = end;
    wg_text_put(out, "QUIT\r\n");
}

/* The text itself. A dot that begins a line would be doubled (RFC 5321 4.5.2); a letter has none:
 * no header of ours begins with one, and base64 knows none. */
static void add_text(struct wg_text *out, const struct wg_text *letter)
{
    wg_text_add(out, letter->bytes, letter->length);
    wg_text_put(out, ".\r\n");
}

void dialog_begin(struct dialog *dialog, const char *from, const char *to,
                  const struct wg_text *letter, struct wg_text *out)
{
    *dialog =
        (struct dialog){ .stage = DIALOG_MAIL, .end = LETTER_TROUBLE, .to = to, .letter = letter };
    wg_text_printf(out, "MAIL FROM:<%s>\r\n", from);
}

static bool digits(const char *at, size_t n)
{
    return strspn(at, "0123456789") >= n;
}

/* Keeps the code, and the enhanced code where one follows (RFC 3463). */
static void keep_status(struct dialog *dialog)
{
    const char *enhanced = dialog->line + 4;
    size_t length = 3;
    if (dialog->line[3] != '\0' && digits(enhanced, 1) && enhanced[1] == '.')
        length = 4 + strspn(enhanced, "0123456789.");
    if (length >= sizeof dialog->status)
        length = 3;
    memcpy(dialog->status, dialog->line, length);
    dialog->status[length] = '\0';
}

static void take_reply(struct dialog *dialog, struct wg_text *out)
{
    static const int wanted[] = {
        [DIALOG_MAIL] = 2, [DIALOG_RCPT] = 2, [DIALOG_DATA] = 3, [DIALOG_TEXT] = 2
    };
    if (dialog->code / 100 != wanted[dialog->stage]) {
        finish(dialog, dialog->code >= 400 ? LETTER_REFUSED : LETTER_TROUBLE, out);
        return;
    }
    switch (dialog->stage) {
    case DIALOG_MAIL:
        wg_text_printf(out, "RCPT TO:<%s>\r\n", dialog->to);
        break;
    case DIALOG_RCPT:
        wg_text_put(out, "DATA\r\n");
        break;
    case DIALOG_DATA:
        add_text(out, dialog->letter);
        break;
    default:
        finish(dialog, LETTER_DONE, out);
        return;
    }
    dialog->stage++;
}

/* A line is complete: `250-…` goes on, `250 …` or `250` is the reply. */
static void take_line(struct dialog *dialog, struct wg_text *out)
{
    dialog->line[dialog->line_length] = '\0';
    dialog->line_length = 0;
    char after = dialog->line[0] == '\0' || !digits(dialog->line, 3) ? 'x' : dialog->line[3];
    if (after != ' ' && after != '-' && after != '\0' && after != '\r') {
        finish(dialog, LETTER_TROUBLE, out);
        return;
    }
    dialog->code =
        (dialog->line[0] - '0') * 100 + (dialog->line[1] - '0') * 10 + (dialog->line[2] - '0');
    keep_status(dialog);
    if (after != '-')
        take_reply(dialog, out);
}

void dialog_take(struct dialog *dialog, const char *bytes, size_t length, struct wg_text *out)
{
    for (size_t i = 0; i < length && dialog->stage != DIALOG_OVER; i++) {
        if (bytes[i] == '\n')
            take_line(dialog, out);
        else if (dialog->line_length == sizeof dialog->line - 1)
            finish(dialog, LETTER_TROUBLE, out);
        else
            dialog->line[dialog->line_length++] = bytes[i];
    }
}
