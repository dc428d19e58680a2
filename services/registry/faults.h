/* What is wrong with a file, by line and column: gathered until the whole file is judged, so that
 * the sender sees everything at once. Pure. At most FAULTS_MOST are kept, all are counted. Each
 * fault has a name (also what the statements sql/check_*.sql return), and one table holds what the
 * names say in Chinese and English. */
#pragma once

#include <stddef.h>

#include "common/memory.h"

enum { FAULTS_MOST = 1000, FAULT_COLUMN_ROOM = 48, FAULT_DETAIL_ROOM = 160 };

struct fault {
    size_t line; /* of the file; in GeoJSON and JSON the number of the feature or document. 0: the
                    whole file */
    size_t order;
    char column[FAULT_COLUMN_ROOM]; /* "" = the line as a whole */
    char detail[FAULT_DETAIL_ROOM]; /* the value to blame, cut */
    const char *name;
};

struct faults {
    struct fault *items;
    size_t n, room, total;
};

void faults_destroy(struct faults *faults); /* for WG_AUTO */

/* name must be one of the table; detail may be NULL. */
void faults_add(struct faults *faults, size_t line, const char *column, const char *name,
                const char *detail);

/* By line, those of one line in the order in which they were found. */
void faults_sort(struct faults *faults);

/* Writes "/<line>/<column>" as an RFC 6901 pointer ("" for the whole file). */
enum { FAULT_POINTER_ROOM = 2 * FAULT_COLUMN_ROOM + 24 };
void fault_pointer(const struct fault *fault, char ret_pointer[FAULT_POINTER_ROOM]);

/* What the fault says, with its detail. */
enum { FAULT_TEXT_ROOM = 640 };
void fault_text(const struct fault *fault, int english, char ret_text[FAULT_TEXT_ROOM]);

/* The table's own name for this one (its lifetime is the process's); "unknown" where it is not in
 * the table. */
const char *fault_named(const char *name);
