/* Cases as they stand, read for actions. A lone one does not wait; what is asked for within one
 * turn of the loop, or while the wire is busy, goes together: starting a statement costs as much as
 * some cases. */
#pragma once

#include "common/crypto.h"
#include "common/db.h"
#include "common/text.h"

struct wg_service;
struct case_reads;

/* rows: columns of read_case.sql; row -1: there is no such case. rows NULL: the database is away.
 */
typedef void case_read_landed(const PGresult *rows, int row, void *item);

struct case_reads *case_reads_new(struct wg_service *service, struct wg_db *db,
                                  case_read_landed *landed);
/* What waits is forgotten. */
void case_reads_destroy(struct case_reads **reads);

enum { CASE_READS_FULL = 1 };
/* landed is called once, later, with item. key: WG_HASH_BYTES or NULL; sight: what the asker may
 * see, taken. CASE_READS_FULL: it is not. */
int case_reads_ask(struct case_reads *reads, int64_t case_id, const uint8_t *key,
                   struct wg_text *sight, void *item) WG_MUST_USE;
