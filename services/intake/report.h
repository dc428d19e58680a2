/* One report as it was said: decoded and judged for form alone, all faults at once. Pure: no clock,
 * no socket, no database; what exists in the city (areas, categories) is asked through `known`. */
#pragma once

#include <json-c/json.h>
#include <stdbool.h>
#include <stdint.h>

#include "common/problem.h"

/* Every const char * borrows from `json`, which the report owns; NULL = not given. Times 0 = not
 * given. */
struct report {
    struct json_object *json;
    int64_t id, received_at, occurred_at;
    const char *text, *category, *area, *crs, *address, *channel, *language;
    const char *handled; /* what staff did on the spot: seen, done, closed in one act */
    const char *about;   /* code of the member of staff whom it complains about */
    bool has_point;
    double lat, lon;
    bool on_behalf, training, backfilled;
    int64_t entered_by; /* staff id; 0 = nobody entered it for another */
    const char *name, *phone, *email;
    bool has_reporter, consent;
    const char *source_system, *source_id;
    int64_t source_due_at, source_return_by;
};

/* What the judge asks about the city and the caller. */
struct report_known {
    bool (*category)(const char *code, void *arg);
    bool (*area)(const char *code, void *arg);
    void *arg;
    const char *system;  /* of the caller's key; "" = none */
    const char *sources; /* of which staff enter what came from there: words with a blank between */
    bool staff;          /* the caller is a member of staff */
    int64_t now;
};

/* Takes json (an object). NULL, or all faults with their pointers (422): the caller's. */
struct wg_problem *report_decode(struct report *report, struct json_object **json,
                                 const struct report_known *known) WG_MUST_USE;
void report_clear(struct report *report);
