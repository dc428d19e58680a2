/* The dialogue of one mail with a server that has greeted us (RFC 5321 3.3): MAIL, RCPT, DATA, the
 * text, QUIT. Pure: replies in, bytes to send out. Connecting, STARTTLS and log-in are libcurl's
 * (smtp.c). */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "common/text.h"

#include "services/notification/letter.h"

enum dialog_stage { DIALOG_MAIL, DIALOG_RCPT, DIALOG_DATA, DIALOG_TEXT, DIALOG_OVER };

struct dialog {
    enum dialog_stage stage; /* whose reply is awaited */
    enum letter_end end;     /* once over */
    int code;                /* of the last reply; 0 = none */
    char status[32]; /* "550 5.1.1" of the last reply: code and enhanced code, no words, which may
                        name people */
    const char *to;
    const struct wg_text *letter;
    char line[1024]; /* of a reply, as far as it has come */
    size_t line_length;
};

/* Addresses are valid and the letter is as letter_write makes it; borrowed until the end. Appends
 * what is to be sent first. */
void dialog_begin(struct dialog *dialog, const char *from, const char *to,
                  const struct wg_text *letter, struct wg_text *out);

/* Takes bytes of the server and appends what is to be sent next. When the stage is DIALOG_OVER the
 * end is known; what was appended last (QUIT) need not be answered. What is no SMTP ends as
 * LETTER_TROUBLE. */
void dialog_take(struct dialog *dialog, const char *bytes, size_t length, struct wg_text *out);
