/* A mail as bytes (RFC 5322, 2045, 2047, 3834), and what becomes of it by the server's answer.
 * Pure, except that the date is written in the process's zone. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "common/memory.h"
#include "common/text.h"

/* True for one plain address, local@domain: printable ASCII without spaces, quotes, brackets,
 * commas, colons, semicolons or backslashes; dots not at an end and not in a row; at most 64 + 1 +
 * 253 bytes and 254 in all. What passes can begin no header and no second recipient. Addresses
 * beyond ASCII are refused. */
bool letter_address_valid(const char *address);

struct letter {
    int64_t id;   /* of the delivery: Message-ID is <id@domain of from>, the same at each try */
    int64_t date; /* microseconds */
    const char *from, *to; /* valid addresses */
    const char *subject;   /* UTF-8, one line */
    const char *body;      /* UTF-8, lines end with \n */
};

/* Appends the letter, with CRLF at each line's end. */
void letter_write(struct wg_text *out, const struct letter *letter);

/* How far a try came. */
enum letter_end {
    LETTER_DONE,    /* the server took it */
    LETTER_REFUSED, /* an answer to MAIL, RCPT, DATA or the text itself says no */
    LETTER_TROUBLE, /* everything else: connection, greeting, log-in, time */
};
enum letter_verdict { LETTER_SENT, LETTER_LATER, LETTER_NEVER };

enum { LETTER_TRIES = 8 };

/* code: the server's last reply, 0 = none; tries: how many were made, this one included. 5xx is for
 * ever (RFC 5321 4.2.1), except 530, which is about us and not about the recipient. The last try is
 * never "later". */
enum letter_verdict letter_judge(enum letter_end end, long code, int tries);

/* How long to wait after so many tries: 1, 4, 20, 120, 720, 720 … times first_ms (30 s, 2 min, 10
 * min, 1 h, 6 h), give or take a fifth; random is any number. */
int64_t letter_wait_ms(int tries, int64_t first_ms, uint32_t random);
