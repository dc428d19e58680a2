/* What is wrong with a calendar or limit: a JSON pointer (RFC 6901), a colon, the reason in Chinese
 * and behind it in English, in brackets. For calendar_file.c and calendar_limit.c. */
#pragma once

#include <stddef.h>

struct fault {
    char *text;
    size_t size;
};

enum { FAULT_POINTER = 400 };

/* Always WG_CALENDAR_BAD. */
int wg_calendar_fault(const struct fault *fault, const char *format, ...)
    __attribute__((format(printf, 2, 3)));
/* Appends a member's name to a pointer, escaped and cut where it is long. */
void wg_calendar_fault_pointer(char pointer[FAULT_POINTER], const char *key);
/* An unknown member of the object at pointer. */
int wg_calendar_fault_member(const struct fault *fault, const char *pointer, const char *key);
