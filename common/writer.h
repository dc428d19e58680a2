/* Writes JSON into a text, member by member: for paths on which building a tree of json-c objects
 * costs more than all the rest (docs/decisions/0011-json-writer.md). Escapes by RFC 8259; commas
 * come by themselves. Text must be valid UTF-8. key is NULL inside an array and for the outermost
 * value. Pure. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "common/text.h"

void wg_write_object(struct wg_text *out, const char *key);
void wg_write_array(struct wg_text *out, const char *key);
void wg_write_end_object(struct wg_text *out);
void wg_write_end_array(struct wg_text *out);
/* NULL writes null. */
void wg_write_string(struct wg_text *out, const char *key, const char *value);
void wg_write_int(struct wg_text *out, const char *key, int64_t value);
void wg_write_bool(struct wg_text *out, const char *key, bool value);
void wg_write_null(struct wg_text *out, const char *key);
/* json is a JSON text already, written as it stands. */
void wg_write_raw(struct wg_text *out, const char *key, const char *json, size_t length);
