/* Reads a file of one kind, whatever its form, and gives rows that are judged by themselves. Pure.
 */
#pragma once

#include "services/registry/collection.h"
#include "services/registry/header.h"
#include "services/registry/kinds.h"

enum { READER_ROWS_MOST = 200000 };

enum reader_form { READER_CSV, READER_GEOJSON, READER_JSON };

struct reader {
    const struct kind *kind;
    struct faults *faults; /* borrowed */
    enum reader_form form;
    size_t rows; /* read so far, faulty ones too */
    bool ended;
    bool broken; /* it is no JSON as a whole: the last fault says what */
    bool sheet;  /* the CSV was a spreadsheet: lines are its rows, short ones are filled up */
    struct csv csv;
    struct header header;
    struct collection collection;
    const char *bytes;
    size_t length;
};

/* bytes and faults stay the caller's and must outlive the reader. Reads the header. */
void reader_start(struct reader *reader, const struct kind *kind, enum reader_form form,
                  struct faults *faults);
void reader_open(struct reader *reader, const char *bytes, size_t length);
void reader_destroy(struct reader *reader);

/* One row from the members of a JSON object, as a feature's properties are read; `geometry` is
 * taken where the kind is drawn. A partial one need not be complete, and has only what was given; a
 * member that is null is null in it. The caller's. */
struct json_object *reader_members(const struct kind *kind, struct json_object *object,
                                   bool partial, struct faults *faults);

enum { READER_END = 1 };
/* The next row; *ret_row is NULL where the row is too faulty to be compared with others (it has no
 * code), otherwise the caller's. *ret_line is its line: of the file in CSV, the number of the
 * feature or document otherwise. */
int reader_next(struct reader *reader, struct json_object **ret_row, size_t *ret_line) WG_MUST_USE;
