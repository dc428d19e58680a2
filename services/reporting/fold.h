/* Folds the log into the roll-ups. One instance folds at a time: it holds a lease on the cursor's
 * row, and the statement that writes compares where it stands, so that one that lost its lease
 * writes nothing. A hint starts a look; the reader looks again after 5, 10, 20 … ms until the
 * horizon has passed the hint; a sweep each second finds what no hint spoke of. */
#pragma once

#include <stddef.h>
#include <stdint.h>

struct reporting;
struct fold;

struct fold *fold_new(struct reporting *app);
void fold_destroy(struct fold **fold);

/* The log has grown: a transaction with this id wrote events. */
void fold_hint(struct fold *fold, uint64_t xid);
