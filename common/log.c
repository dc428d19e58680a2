#include "common/log.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "common/clock.h"

enum { GATHERED_BYTES = 65536, LINE_BYTES = 4096, QUOTE_BYTES = 600, QUOTES = 8 };

static struct {
    const char *service;
    int instance;
    enum wg_level lowest;
    int64_t id;
    char gathered[GATHERED_BYTES];
    size_t used;
} state = { .service = "-", .lowest = WG_INFO };

static const char *const level_names[] = { "debug", "info", "warning", "error", "fatal" };

void wg_log_start(const char *service, int instance, enum wg_level lowest)
{
    state.service = service;
    state.instance = instance;
    state.lowest = lowest;
}

int64_t wg_log_id(int64_t id)
{
    int64_t former = state.id;
    state.id = id;
    return former;
}

/* localtime of the process's zone, cached for the second in hand: the zone's lookup is the costly
 * part. */
static int put_time(char *buffer, size_t size)
{
    static time_t cached_second;
    static char cached[32], zone[8];
    int64_t now = wg_clock_now();
    time_t second = (time_t)(now / WG_SECOND);
    if (second != cached_second) {
        struct tm parts;
        localtime_r(&second, &parts);
        strftime(cached, sizeof cached, "%Y-%m-%dT%H:%M:%S", &parts);
        strftime(zone, sizeof zone, "%z", &parts);
        cached_second = second;
    }
    return snprintf(buffer, size, "ts=%s.%06d%.3s:%.2s", cached, (int)(now % WG_SECOND), zone,
                    zone + 3);
}

void wg_log_flush(void)
{
    size_t done = 0;
    while (done < state.used) {
        ssize_t n = write(STDERR_FILENO, state.gathered + done, state.used - done);
        if (n < 0 && errno == EINTR)
            continue;
        if (n <= 0)
            break;
        done += (size_t)n;
    }
    state.used = 0;
}

static void put_line(int64_t id, enum wg_level level, const char *event, const char *format,
                     va_list arguments)
{
    char line[LINE_BYTES];
    int n = put_time(line, sizeof line);
    n += snprintf(line + n, sizeof line - (size_t)n, " level=%s service=%s instance=%d",
                  level_names[level], state.service, state.instance);
    if (id != 0)
        n += snprintf(line + n, sizeof line - (size_t)n, " id=%lld", (long long)id);
    n += snprintf(line + n, sizeof line - (size_t)n, " event=%s ", event);
    n += vsnprintf(line + n, sizeof line - (size_t)n, format, arguments);
    size_t length = (size_t)n < sizeof line - 1 ? (size_t)n : sizeof line - 2;
    while (length > 0 && line[length - 1] == ' ')
        length--;
    line[length++] = '\n';
    if (state.used + length > sizeof state.gathered)
        wg_log_flush();
    memcpy(state.gathered + state.used, line, length);
    state.used += length;
    if (level >= WG_WARNING)
        wg_log_flush();
}

void wg_log(enum wg_level level, const char *event, const char *format, ...)
{
    if (level < state.lowest)
        return;
    va_list arguments;
    va_start(arguments, format);
    put_line(state.id, level, event, format, arguments);
    va_end(arguments);
}

void wg_log_about(int64_t id, enum wg_level level, const char *event, const char *format, ...)
{
    if (level < state.lowest)
        return;
    va_list arguments;
    va_start(arguments, format);
    put_line(id, level, event, format, arguments);
    va_end(arguments);
}

const char *wg_log_quote(const char *text)
{
    static char buffers[QUOTES][QUOTE_BYTES];
    static unsigned turn;
    char *buffer = buffers[turn++ % QUOTES];
    size_t used = 0;
    buffer[used++] = '"';
    for (; *text != '\0' && used < QUOTE_BYTES - 8; text++) {
        unsigned char c = (unsigned char)*text;
        if (c == '"' || c == '\\') {
            buffer[used++] = '\\';
            buffer[used++] = (char)c;
        } else if (c < 0x20 || c == 0x7f) {
            buffer[used++] = ' ';
        } else {
            buffer[used++] = (char)c;
        }
    }
    buffer[used++] = '"';
    buffer[used] = '\0';
    return buffer;
}

enum wg_level wg_log_level(const char *name)
{
    for (size_t i = 0; i < sizeof level_names / sizeof level_names[0]; i++)
        if (strcmp(name, level_names[i]) == 0)
            return (enum wg_level)i;
    return WG_INFO;
}
