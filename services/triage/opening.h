/* What becomes of a report: the case that it opens, decided from what the city says at this moment,
 * and the rows in which the case is written. */
#pragma once

#include "common/db.h"

#include "services/triage/city_load.h"
#include "services/triage/workflow.h"

/* A case about to be opened. */
struct opening {
    struct workflow_decision decision;
    int workflow;
    int64_t received_at;
    char title[256];
    bool has_point, alone;
    double lat, lon;
    int64_t about;   /* the member of staff whom it complains about; 0: unknown */
    char shield[20]; /* the area of their chief; "" where it is about nobody */
};

/* row: of read_reports.sql. The caller owns what it gets. */
struct opening *opening_decide(const struct knowledge *knowledge, const PGresult *rows, int row);
void opening_destroy(struct opening **opening);
/* Adds open_cases.sql with all of them to the flight. */
void openings_add(struct wg_flight *flight, const struct opening *const *openings, size_t n);
