#include "common/writer.h"

#include <string.h>

static void put(struct wg_text *out, const char *literal, size_t length)
{
    wg_text_add(out, literal, length);
}

/* Runs of plain bytes go as one piece. */
static void put_quoted(struct wg_text *out, const char *value)
{
    static const char digits[] = "0123456789abcdef";
    const char *run = value;
    put(out, "\"", 1);
    for (; *value != '\0'; value++) {
        unsigned char c = (unsigned char)*value;
        if (c >= 0x20 && c != '"' && c != '\\')
            continue;
        char escape[6] = { '\\', (char)c, '0', '0', digits[c >> 4], digits[c & 15] };
        put(out, run, (size_t)(value - run));
        run = value + 1;
        if (c < 0x20)
            escape[1] = 'u';
        put(out, escape, c < 0x20 ? 6 : 2);
    }
    put(out, run, (size_t)(value - run));
    put(out, "\"", 1);
}

/* The comma, where something stands before in the same container, and the key. */
static void begin(struct wg_text *out, const char *key)
{
    char last = out->length == 0 ? '[' : out->bytes[out->length - 1];
    if (last != '{' && last != '[' && last != ':')
        put(out, ",", 1);
    if (key == NULL)
        return;
    put_quoted(out, key);
    put(out, ":", 1);
}

void wg_write_object(struct wg_text *out, const char *key)
{
    begin(out, key);
    put(out, "{", 1);
}

void wg_write_array(struct wg_text *out, const char *key)
{
    begin(out, key);
    put(out, "[", 1);
}

void wg_write_end_object(struct wg_text *out)
{
    put(out, "}", 1);
}

void wg_write_end_array(struct wg_text *out)
{
    put(out, "]", 1);
}

void wg_write_string(struct wg_text *out, const char *key, const char *value)
{
    begin(out, key);
    if (value == NULL)
        put(out, "null", 4);
    else
        put_quoted(out, value);
}

void wg_write_int(struct wg_text *out, const char *key, int64_t value)
{
    char digits[WG_INT_ROOM];
    size_t length = wg_int_write(value, digits);
    begin(out, key);
    put(out, digits, length);
}

void wg_write_bool(struct wg_text *out, const char *key, bool value)
{
    begin(out, key);
    put(out, value ? "true" : "false", value ? 4 : 5);
}

void wg_write_null(struct wg_text *out, const char *key)
{
    begin(out, key);
    put(out, "null", 4);
}

void wg_write_raw(struct wg_text *out, const char *key, const char *json, size_t length)
{
    begin(out, key);
    put(out, json, length);
}
