/* Four decimal numbers without sign or leading zeros: one text for each position. */
#include "services/reporting/cursor.h"

#include <inttypes.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { DIGITS_MOST = 18 };

void cursor_write(const struct cursor *cursor, char ret_text[CURSOR_ROOM])
{
    snprintf(ret_text, CURSOR_ROOM, "%" PRId64 ".%" PRId64 ".%" PRId64 ".%" PRId64, cursor->epoch,
             cursor->xid, cursor->case_id, cursor->n);
}

/* Moves *text behind the number and its end mark. */
static int read_number(const char **text, char end, int64_t most, int64_t *ret_number)
{
    size_t digits = strspn(*text, "0123456789");
    if (digits == 0 || digits > DIGITS_MOST || (*text)[digits] != end ||
        ((*text)[0] == '0' && digits > 1))
        return CURSOR_BAD;
    int64_t number = strtoll(*text, NULL, 10);
    if (number > most)
        return CURSOR_BAD;
    *ret_number = number;
    *text += digits + (end != '\0');
    return 0;
}

int cursor_read(const char *text, struct cursor *ret_cursor)
{
    struct cursor cursor = { 0 };
    if (read_number(&text, '.', INT_MAX, &cursor.epoch) != 0 ||
        read_number(&text, '.', INT64_MAX, &cursor.xid) != 0 ||
        read_number(&text, '.', INT64_MAX, &cursor.case_id) != 0 ||
        read_number(&text, '\0', INT_MAX, &cursor.n) != 0)
        return CURSOR_BAD;
    *ret_cursor = cursor;
    return 0;
}
