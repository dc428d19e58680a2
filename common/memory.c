#include "common/memory.h"

#include <stdio.h>
#include <string.h>

static void *or_end(void *pointer, size_t size_bytes)
{
    if (pointer == NULL && size_bytes > 0) {
        fprintf(stderr, "level=fatal event=out-of-memory bytes=%zu\n", size_bytes);
        abort();
    }
    return pointer;
}

void *wg_new(size_t size_bytes)
{
    return or_end(calloc(1, size_bytes), size_bytes);
}

void *wg_new_array(size_t n, size_t member_bytes)
{
    return or_end(calloc(n, member_bytes), n * member_bytes);
}

void *wg_resize(void *old, size_t size_bytes)
{
    return or_end(realloc(old, size_bytes), size_bytes);
}

char *wg_strdup(const char *text)
{
    return wg_strndup(text, strlen(text));
}

char *wg_strndup(const char *bytes, size_t length)
{
    char *copy = wg_resize(NULL, length + 1);
    if (length > 0)
        memcpy(copy, bytes, length);
    copy[length] = '\0';
    return copy;
}

void wg_free(void *pointer_to_pointer)
{
    void **pointer = pointer_to_pointer;
    free(*pointer);
    *pointer = NULL;
}
