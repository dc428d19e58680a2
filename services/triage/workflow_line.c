/* From a pointer to the line of the file: a walk over text that the scanner has judged. */
#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "services/triage/workflow_check.h"

static const char *skip_blank(const char *at)
{
    while (*at == ' ' || *at == '\t' || *at == '\r' || *at == '\n')
        at++;
    return at;
}

/* Behind the string that begins here. */
static const char *skip_string(const char *at)
{
    for (at++; *at != '"' && *at != '\0'; at++)
        if (*at == '\\' && at[1] != '\0')
            at++;
    return *at == '\0' ? at : at + 1;
}

/* Behind the value that begins here. */
static const char *skip_value(const char *at)
{
    int depth = 0;
    do {
        if (*at == '"') {
            at = skip_string(at);
            continue;
        }
        depth += *at == '{' || *at == '[';
        depth -= *at == '}' || *at == ']';
        if (depth < 0)
            return at;
        at++;
    } while (*at != '\0' && (depth > 0 || strchr(",]}", *at) == NULL));
    return at;
}

/* The value of a member of the object that begins here, and where its key stands; NULL: none. */
static const char *member(const char *at, const char *name, size_t length, const char **ret_key)
{
    for (at = skip_blank(at + 1); *at == '"'; at = skip_blank(at)) {
        const char *key = at, *end = skip_string(at);
        const char *value = skip_blank(skip_blank(end) + 1);
        if ((size_t)(end - key) == length + 2 && memcmp(key + 1, name, length) == 0) {
            *ret_key = key;
            return value;
        }
        at = skip_blank(skip_value(value));
        if (*at == ',')
            at++;
    }
    return NULL;
}

/* The i-th item of the list that begins here; NULL: none. */
static const char *item(const char *at, unsigned long i)
{
    for (at = skip_blank(at + 1); *at != ']' && *at != '\0'; at = skip_blank(at)) {
        if (i-- == 0)
            return at;
        at = skip_blank(skip_value(at));
        if (*at == ',')
            at++;
    }
    return NULL;
}

size_t workflow_line(const char *bytes, const char *pointer)
{
    const char *value = skip_blank(bytes), *shown = value;
    size_t line = 1;
    while (*pointer == '/' && value != NULL) {
        const char *part = pointer + 1, *key = NULL;
        size_t length = strcspn(part, "/");
        value = *value == '{'   ? member(value, part, length, &key)
                : *value == '[' ? key = item(value, strtoul(part, NULL, 10))
                                : NULL;
        shown = key != NULL ? key : shown;
        pointer = part + length;
    }
    for (const char *at = bytes; at < shown; at++)
        line += *at == '\n';
    return line;
}
