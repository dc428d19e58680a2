/* The fold of the limit: reporting's own statements and its own sums, 5,000 events a batch. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "services/reporting/rollups.h"
#include "services/reporting/words.h"
#include "tests/bench/lane.h"

struct folder_position {
    int64_t xid, case_id;
    int32_t n;
};

struct folder {
    struct lane lane;
    struct rollups *rollups;
    struct words *words;
    struct folder_position at, to;
    uint64_t folded, in_hand, rows, batches;
    bool reading, more;
};

void folder_open(struct folder *folder, const char *conninfo, const char *top, int epoll);
/* Begins a batch unless one is under way. */
void folder_begin(struct folder *folder);
/* Gives the lease back; nothing may be under way. */
void folder_close(struct folder *folder);
