/* The five columns in which both writing statements of triage take their notices. */
#pragma once

#include "common/db.h"

#include "services/triage/workflow.h"

struct notice_columns {
    struct wg_column *cases, *rules, *staff, *to_reporter, *training;
};

void notices_begin(struct notice_columns *columns);
void notices_put(struct notice_columns *columns, const struct workflow_decision *decision);
/* Appends the five arrays, now, and when the sweep may take what no hint has brought. */
void notices_end(struct notice_columns *columns, struct wg_params *params, int64_t now);
