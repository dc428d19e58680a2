/* The steps of cases on their way into the database: what apply_steps.sql takes. */
#pragma once

#include "common/crypto.h"
#include "common/db.h"

#include "services/triage/workflow.h"

struct move {
    const struct workflow_case *before;
    const struct workflow_decision *decision;
    int64_t group;             /* moves of one group are made together or not at all */
    int64_t actor;             /* 0 = the system, or a reporter */
    const uint8_t *key, *body; /* WG_HASH_BYTES each; NULL: no key */
    struct json_object *input; /* where the texts of new tasks stand; NULL = nowhere */
    bool splits; /* a part is split off: its text, category and area are the input's */
};

struct moves;

struct moves *moves_new(void);
void moves_put(struct moves *moves, const struct move *move);
/* Two statements: the cases are locked in the order of their ids, then moved. Takes moves. */
void moves_add(struct moves **moves, struct wg_flight *flight);

enum { MOVES_RESULT = 1 }; /* of the flight: a row for each case that was moved */
enum { MOVED_ID, MOVED_N, MOVED_XID, MOVED_AT, MOVED_HOLDER, MOVED_PARTY };
/* The case's row; -1: it was not moved. */
int moves_row(const PGresult *rows, int64_t case_id);
/* n of the case's event; 0: it was not moved. */
int32_t moves_written(const PGresult *rows, int64_t case_id);
