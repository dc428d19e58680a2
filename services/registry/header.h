/* The header of a spreadsheet: it may stand below title rows, in English or Chinese, and in two or
 * three rows where cells were merged (联系方式 over 电话 and 邮箱). Pure. */
#pragma once

#include "services/registry/csv.h"
#include "services/registry/kinds.h"

enum { HEADER_LOOK_ROWS = 10, HEADER_ROWS_MOST = 3 };

struct header {
    size_t columns[CSV_FIELDS_MOST]; /* of each field its column; kind->n: none, it must be empty */
    size_t n;
};

/* Reads up to the last row of the header. Faults say what is wrong with it. */
void header_read(struct csv *csv, const struct kind *kind, struct header *ret_header,
                 struct faults *faults);
