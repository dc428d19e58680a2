/* What the limit writes: a few thousand reports with the cases that our services made of them, read
 * back from the database, so that the harness sends the same bytes as they did. */
#pragma once

#include <libpq-fe.h>
#include <stdbool.h>
#include <stdint.h>

#include "common/db.h"

/* Texts belong to the result that they were read from; NULL = null. */
struct row {
    const char *text, *category, *area, *crs, *address, *channel, *language;
    bool has_point;
    double lat, lon, case_lat, case_lon;
    int64_t workflow, area_id, holder, due_at, wake_at; /* 0 = null */
    const char *state, *level, *grade, *case_area, *case_category, *reason, *title, *clocks, *more;
    bool training, restricted;
    const char *type, *data;
    const char *rule, *staff; /* of its notice; NULL: it has none */
};

struct rows {
    PGresult *result;
    struct row *of;
    size_t n;
};

/* Ends the process with a message where the database has none. */
struct rows rows_read(PGconn *connection);
void rows_destroy(struct rows *rows);

/* The parameters of insert_reports.sql, open_cases.sql and of lists of ids; ids first … first + n -
 * 1, rows from `at` on, round. */
struct rows_slice {
    const struct rows *rows;
    size_t at;
    int64_t first;
    size_t n;
};
struct wg_params *rows_reports(const struct rows_slice *slice, int64_t now);
struct wg_params *rows_cases(const struct rows_slice *slice, int64_t now);
struct wg_params *rows_ids(const struct rows_slice *slice);
