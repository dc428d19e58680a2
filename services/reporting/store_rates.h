/* The SQL of rates: as store.h. */
#pragma once

#include <stddef.h>
#include <stdint.h>

#include "services/reporting/cursor.h"
#include "services/reporting/store.h"

struct wg_db *store_rater(struct store *store);
int store_rate(struct store *store, struct wg_flight **flight) WG_MUST_USE;

struct store_claim {
    const char *name, *me; /* of the cursor; of the instance */
    int64_t now, until;
};
void store_claim_rates(struct wg_flight *flight, const struct store_claim *claim);

enum {
    RATE_LOG_XID,
    RATE_LOG_CASE,
    RATE_LOG_N,
    RATE_LOG_TYPE,
    RATE_LOG_STATE,
    RATE_LOG_RESTRICTION
};
void store_read_rate_log(struct wg_flight *flight, const struct cursor *after, int limit);

enum store_rate {
    RATE_CASE,
    RATE_TYPE,
    RATE_AT,
    RATE_STATE,
    RATE_AREA,
    RATE_CATEGORY,
    RATE_PARTY,
    RATE_CLOCK,
    RATE_MARK,
    RATE_PASSED,
    RATE_INPUT,
    RATE_TRAINING,
    RATE_RESTRICTED,
    RATE_BACKFILLED,
    RATE_REPORTER
};
void store_read_rate_events(struct wg_flight *flight, const int64_t *ids, size_t n);

struct store_fact {
    const char *rate, *why; /* borrowed; why NULL: counted */
    int64_t case_id;
    int32_t day, party, part;
    char area[20], category[44];
};
struct store_facts {
    struct store_claim claim;
    struct cursor from, to;
    int32_t version;
    const int64_t *ids; /* the cases that were judged */
    size_t n_ids;
    const struct store_fact *facts;
    size_t n_facts;
};
void store_write_rates(struct wg_flight *flight, const struct store_facts *batch);

struct store_rates {
    int32_t version, from, to;
    const char *const *rates;
    size_t n_rates;
    const char *area, *by; /* by NULL: all together */
    int digits, limit;
    bool english;
};
enum { SUM_RATE, SUM_KEY, SUM_NAME, SUM_PART, SUM_WHY, SUM_N };
void store_read_rates(struct wg_flight *flight, const struct store_rates *ask);
/* Rows of one column: the versions of the rules by which the log was judged. */
void store_read_rate_versions(struct wg_flight *flight);

struct store_rate_cases {
    int32_t version, from, to, least, most; /* part */
    const char *rate, *area, *why, *category, *party, *sight;
    int64_t below;
    int limit;
};
void store_find_rate_cases(struct wg_flight *flight, const struct store_rate_cases *find);
