#include "common/error.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "common/log.h"

int wg_fail_at(const char *file, int line, int error, const char *format, ...)
{
    char message[512];
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(message, sizeof message, format, arguments);
    va_end(arguments);
    wg_log(WG_ERROR, "fail", "at=%s:%d error=%s message=%s", file, line, strerrordesc_np(-error),
           wg_log_quote(message));
    return error;
}
