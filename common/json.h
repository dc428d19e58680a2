/* Judges the bytes of a JSON text before json-c builds it, since json-c 0.16 lets broken UTF-8,
 * lone surrogates, NUL, duplicate keys and huge numbers through (RFC 8259;
 * docs/decisions/0003-json-scanner.md). */
#pragma once

#include <json-c/json.h>
#include <stddef.h>
#include <stdint.h>

#include "common/memory.h"

enum { WG_JSON_LEVELS = 16 };

enum wg_json_fault {
    WG_JSON_FINE = 0,
    WG_JSON_SYNTAX,    /* not RFC 8259: trailing text, comments, NaN, leading zeros … */
    WG_JSON_UTF8,      /* invalid UTF-8 */
    WG_JSON_SURROGATE, /* \ud800 without its partner */
    WG_JSON_NUL,       /* \u0000 (PostgreSQL takes none) */
    WG_JSON_DEPTH,     /* more than WG_JSON_LEVELS */
    WG_JSON_DUPLICATE, /* an object has a key twice */
    WG_JSON_NUMBER, /* integer outside ±2^53, or a magnitude over 1e300, or more than 40 digits */
    WG_JSON_EMPTY,  /* nothing but white space */
    WG_JSON_LARGE,  /* more than 20,000 values: json-c takes up to 0.6 µs for each, on the loop */
};

struct wg_json_verdict {
    enum wg_json_fault fault;
    size_t offset; /* byte at which it was found */
};

/* Scans once, without allocating; objects with more than 256 members are a WG_JSON_SYNTAX fault. */
struct wg_json_verdict wg_json_scan(const char *bytes, size_t length);

/* What the fault is, for people: zh or en. */
const char *wg_json_fault_text(enum wg_json_fault fault, int english);

/* Scans, then parses; NULL with *ret_verdict set on a fault. The caller owns the result. */
struct json_object *wg_json_parse(const char *bytes, size_t length,
                                  struct wg_json_verdict *ret_verdict);

/* Cleanup for WG_AUTO. */
void wg_json_put(struct json_object **object);

/* Shorthands for reading what is known to be there; NULL or 0 where it is missing or of another
 * type. */
const char *wg_json_text(struct json_object *object, const char *key);
int64_t wg_json_int(struct json_object *object, const char *key);
struct json_object *wg_json_get(struct json_object *object, const char *key);
