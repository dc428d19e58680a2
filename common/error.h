/* The error model of this house (CONTRIBUTING.md):
 * 0 done; negative a fatal -errno, forwarded unchanged; positive a condition named in the header of
 * the function that returns it, which the direct caller must handle and may not forward. */
#pragma once

#include "common/memory.h"

/* Logs file, line and message once, where the error arises, and returns error (negative) unchanged.
 */
#define wg_fail(error, ...) wg_fail_at(__FILE__, __LINE__, (error), __VA_ARGS__)

int wg_fail_at(const char *file, int line, int error, const char *format, ...)
    __attribute__((format(printf, 4, 5)));
