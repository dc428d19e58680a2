/* A position in the log as others hold it: opaque text `epoch.xid.case.n`. Pure. */
#pragma once

#include <stddef.h>
#include <stdint.h>

#include "common/memory.h"

struct cursor {
    int64_t epoch, xid, case_id, n;
};

enum { CURSOR_ROOM = 84 };

void cursor_write(const struct cursor *cursor, char ret_text[CURSOR_ROOM]);
enum { CURSOR_BAD = 1 };
int cursor_read(const char *text, struct cursor *ret_cursor) WG_MUST_USE;
