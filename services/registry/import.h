/* The run of an import, from the gathered body to the answer: read and judged row by row, staged in
 * slices, checked across rows and tables, planned, swapped in by one short transaction. All or
 * nothing: until the swap commits nothing but the staging table is touched. One runs at a time, in
 * the whole house. No step holds the loop for more than a few milliseconds. receive.c has what
 * comes before. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "services/registry/answer.h"
#include "services/registry/faults.h"
#include "services/registry/reader.h"
#include "services/registry/store.h"
#include "services/registry/upload.h"

struct registry;
struct wg_request;

extern const struct kind *const import_kinds[KIND_COUNT];

struct import {
    struct registry *registry;
    struct wg_request *request; /* NULL once its connection has broken */
    struct store_import store;
    struct answer_counts counts;
    struct upload upload, converted; /* as it came; as it is read, while a helper writes it */
    size_t scanned;
    struct reader reader;
    struct faults faults;
    struct store_slice slice;
    char actor[40];
    bool dry_run, too_large, disk_failed, running,
        committed; /* running: it goes to its end, whether or not anybody waits */
    int32_t last_line;
    int asked;
    int64_t started;
};

/* Goes on from the body in import->upload, which is mapped; answers and releases when it is over.
 */
void import_run(struct import *import);
/* Ends it: something of ours was in the way. */
void import_fail(struct import *import);
/* Frees it and makes room for the next one. */
void import_release(struct import *import);

/* Ends what an earlier life of this instance, or a failed import, left behind; does nothing where
 * all is tidy. */
void import_tidy(void *registry);
/* True while none runs. */
bool import_drained(void *registry);
