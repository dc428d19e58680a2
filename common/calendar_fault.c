#include "common/calendar_fault.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "common/calendar.h"
#include "common/text.h"

enum { KEY_CHARACTERS = 40 };

int wg_calendar_fault(const struct fault *fault, const char *format, ...)
{
    va_list arguments;
    if (fault->size == 0)
        return WG_CALENDAR_BAD;
    va_start(arguments, format);
    vsnprintf(fault->text, fault->size, format, arguments);
    va_end(arguments);
    /* A cut inside a character would make the text unfit to be sent on. */
    size_t length = strlen(fault->text);
    while (length > 0 && !wg_utf8_valid(fault->text, length))
        fault->text[--length] = '\0';
    return WG_CALENDAR_BAD;
}

void wg_calendar_fault_pointer(char pointer[FAULT_POINTER], const char *key)
{
    size_t length = wg_utf8_prefix(key, strlen(key), KEY_CHARACTERS), done = strlen(pointer);
    if (done + 2 * length + 2 > FAULT_POINTER)
        return;
    pointer[done++] = '/';
    for (size_t i = 0; i < length; i++) {
        bool escaped = key[i] == '~' || key[i] == '/';
        pointer[done++] = escaped ? '~' : key[i];
        if (escaped)
            pointer[done++] = key[i] == '~' ? '0' : '1';
    }
    pointer[done] = '\0';
}

int wg_calendar_fault_member(const struct fault *fault, const char *pointer, const char *key)
{
    char whole[FAULT_POINTER];
    wg_copy(whole, sizeof whole, pointer);
    wg_calendar_fault_pointer(whole, key);
    return wg_calendar_fault(fault, "%s: 未知字段 (unknown member)", whole);
}
