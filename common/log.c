#include "common/log.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "common/clock.h"
#include "common/text.h"

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

int64_t wg_log_id(int64_t id)
{
    int64_t former = state.id;
    state.id = id;
    return former;
}

/* A report has three lines: what a line costs counts. So the zone's lookup and whatever else stays
 * the same for a second is made once, and the rest is put together without a format. */
static struct {
    time_t second; /* 0: none yet */
    enum wg_level level;
    char before[32], after[96]; /* the microseconds */
} head;

void wg_log_start(const char *service, int instance, enum wg_level lowest)
{
    state.service = service;
    state.instance = instance;
    state.lowest = lowest;
    head.second = 0;
}

static void make_head(time_t second, enum wg_level level)
{
    if (head.second == second && head.level == level)
        return;
    struct tm parts;
    char zone[8];
    localtime_r(&second, &parts);
    strftime(head.before, sizeof head.before, "ts=%Y-%m-%dT%H:%M:%S.", &parts);
    strftime(zone, sizeof zone, "%z", &parts);
    snprintf(head.after, sizeof head.after, "%.3s:%.2s level=%s service=%.24s instance=%d", zone,
             zone + 3, level_names[level], state.service, state.instance);
    head.second = second;
    head.level = level;
}

static char *put(char *at, const char *text)
{
    size_t length = strlen(text);
    memcpy(at, text, length);
    return at + length;
}

/* What stands before the fields: 400 bytes at most. */
static char *put_head(char *at, int64_t id, enum wg_level level, const char *event)
{
    int64_t now = wg_clock_now();
    make_head((time_t)(now / WG_SECOND), level);
    char digits[WG_INT_ROOM];
    wg_int_write(now % WG_SECOND + WG_SECOND, digits); /* seven digits, of which six are shown */
    at = put(put(put(at, head.before), digits + 1), head.after);
    if (id != 0) {
        wg_int_write(id, digits);
        at = put(put(at, " id="), digits);
    }
    return put(put(put(at, " event="), event), " ");
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
    if (state.used + LINE_BYTES > sizeof state.gathered)
        wg_log_flush();
    char *line = state.gathered + state.used;
    size_t length = (size_t)(put_head(line, id, level, event) - line), room = LINE_BYTES - length;
    int n = vsnprintf(line + length, room, format, arguments);
    length += n < 0 ? 0 : (size_t)n < room - 1 ? (size_t)n : room - 2;
    while (length > 0 && line[length - 1] == ' ')
        length--;
    line[length++] = '\n';
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
