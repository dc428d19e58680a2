/* CSV as RFC 4180 has it, UTF-8, read record by record from bytes that are all there. Pure.
 * A byte order mark is skipped, LF ends a line as CRLF does, wholly empty lines are passed over,
 * the last line end may be missing. Spaces around a field that is not quoted are no part of it. */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "common/memory.h"
#include "common/text.h"

enum { CSV_FIELDS_MOST = 64, CSV_FIELD_BYTES_MOST = 65536 };

struct csv {
    const char *bytes; /* borrowed */
    size_t length, offset;
    size_t next_line; /* line of the file on which the next record begins */
    bool by_record;   /* of a spreadsheet: a record is a line, whatever its cells hold */
    /* Of the record in hand: */
    size_t line;
    size_t n;
    struct wg_text text; /* the fields, each ended by NUL */
    size_t starts[CSV_FIELDS_MOST];
};

/* bytes stay the caller's and must outlive the reader. */
void csv_start(struct csv *csv, const char *bytes, size_t length);
void csv_destroy(struct csv *csv); /* for WG_AUTO */

enum csv_result {
    CSV_RECORD,
    CSV_END,
    CSV_QUOTE,   /* a quote inside an unquoted field, or text after the closing one */
    CSV_UNENDED, /* a quoted field that never ends: nothing after it can be read */
    CSV_MANY,    /* more than CSV_FIELDS_MOST fields */
    CSV_LONG,    /* a field over CSV_FIELD_BYTES_MOST */
    CSV_NUL,     /* a NUL byte */
    CSV_UTF8,    /* not UTF-8 */
};

/* The next record. On a fault csv->line is its line and csv->n the number of fields before the
 * faulty one; reading goes on with the line after it. */
enum csv_result csv_next(struct csv *csv) WG_MUST_USE;

/* Field i of the record in hand, NUL-ended; valid until the next csv_next. */
const char *csv_field(const struct csv *csv, size_t i);
