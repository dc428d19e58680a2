/* What a function writes to a stream. */
#pragma once

#include <stdio.h>
#include <unistd.h>

#include "common/memory.h"

/* Everything that fn writes to the stream (at most 16 kB); the caller owns it. */
static inline char *caught(FILE *stream, void (*fn)(void))
{
    enum { ROOM = 16384 };
    char *bytes = wg_new(ROOM);
    FILE *file = tmpfile();
    if (file == NULL)
        abort();
    fflush(stream);
    int former = dup(fileno(stream));
    dup2(fileno(file), fileno(stream));
    fn();
    fflush(stream);
    dup2(former, fileno(stream));
    close(former);
    rewind(file);
    bytes[fread(bytes, 1, ROOM - 1, file)] = '\0';
    fclose(file);
    return bytes;
}
