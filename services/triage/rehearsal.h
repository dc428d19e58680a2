/* What would have been: a case's own events, gone through once more by the rules that held and by
 * others, side by side. Both sides see the same people, words and moments, so that rules that do
 * not differ give no difference. Pure. */
#pragma once

#include "services/triage/workflow.h"

struct rehearsal_rules {
    struct workflow *workflow;
    struct calendars calendars; /* the newest of each */
};

struct rehearsal {
    struct rehearsal_rules then, now;
    char root_calendar[CALENDAR_CODE]; /* that the root area names; "" = none */
    bool (*has_post)(const char *post, const char *area, const void *staff); /* staff: an int64_t */
    int64_t until; /* time passes to this moment */
};

struct rehearsal_event {
    int32_t n;
    int64_t at, actor; /* 0 = the system, or the reporter */
    int32_t party;     /* of the actor */
    struct json_object *data;
};

struct rehearsal_case {
    struct workflow_case fresh; /* id, born area, opened_at */
    bool reporter_known, source, backfilled, handled;
    const char *source_kind;
    int64_t opener, external_due, return_by;
    int32_t reports;
    size_t n_events;
    const struct rehearsal_event *events; /* by n, from 1 */
};

enum { REHEARSAL_CLOCKS = 32 };

struct rehearsal_broken {
    char clock[24];
    size_t then, now;
};

struct rehearsal_result {
    size_t judged,
        not_judged; /* events; the latter did not go as the log says, or name no action */
    size_t n_broken;
    struct rehearsal_broken broken[REHEARSAL_CLOCKS]; /* limits that ran out */
    struct wg_text differences; /* a line for each event after which the sides differ */
};

void rehearsal_run(const struct rehearsal *rehearsal, const struct rehearsal_case *of,
                   struct rehearsal_result *ret_result);
void rehearsal_result_clear(struct rehearsal_result *result);
