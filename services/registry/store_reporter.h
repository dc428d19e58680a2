/* Reporters' names and numbers: read, looked at, deleted when their time is over. */
#pragma once

#include "services/registry/store.h"

enum store_reporter_columns {
    REPORTER_RECEIVED,
    REPORTER_CASE,
    REPORTER_AREA,
    REPORTER_HOLDER,
    REPORTER_KIND,
    REPORTER_SEALED,
    REPORTER_CONSENT,
    REPORTER_SHIELDED /* it complains about a worker, whatever its category */
};
/* sight: what the caller may see, as may_see wants it. */
int store_read_reporter(struct store *store, int64_t report, const char *sight, wg_landed *landed,
                        void *arg) WG_MUST_USE;

struct store_look {
    int64_t report, staff, now;
    const char *post, *field, *reason, *actor;
};
int store_look(struct store *store, const struct store_look *look, wg_landed *landed,
               void *arg) WG_MUST_USE;

struct store_forgetting {
    int64_t after, now, before; /* reports after this one, of cases that ended before */
    int32_t limit;
};
/* One row: the last report looked at, or null; how many; how many were deleted. */
int store_forget(struct store *store, const struct store_forgetting *forgetting, wg_landed *landed,
                 void *arg) WG_MUST_USE;
