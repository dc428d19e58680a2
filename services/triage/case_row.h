/* A case as the database has it for a decision: the row before, and what one needs to know about
 * its reports and its last event. */
#pragma once

#include "common/db.h"

#include "services/triage/city_load.h"
#include "services/triage/facts.h"

struct case_row {
    struct workflow_case before;
    int workflow; /* version */
    double lat, lon;
    bool has_point, reporter_has_mail, reporter_known, source, backfilled;
    bool seen; /* by whoever asks */
    int32_t reports, children;
    char source_kind[WG_LIMITS_SOURCE];
    int64_t opener, external_due, return_by, last_actor, last_at;
    int64_t about;          /* of a complaint: whom it is about; 0 = not known, or no complaint */
    char shield[CITY_CODE]; /* … the area of their chief; "" = no complaint */
    struct json_object *last_before, *asked_input; /* owned */
};

/* Columns of read_case.sql. The place of the case among the rows; -1 = it is not there. */
int case_row_find(const PGresult *rows, int64_t id);
/* Which of the cases that were asked for it is, from 0. */
size_t case_row_place(const PGresult *rows, int row);
void case_row_read(struct case_row *to, const PGresult *rows, int row);
void case_row_clear(struct case_row *row);

/* Facts for an action on it, or for a tick. input's category, area, holder and party are what was
 * chosen; what was not is that of the case. */
void case_row_facts(const struct case_row *row, const struct knowledge *knowledge,
                    const struct facts_input *chosen, struct workflow_facts *ret_facts);
/* Finds who took over from those who have the case, a link or an open task and left office. Of a
 * complaint about somebody nobody: whom it must not reach is for people to judge. */
void case_row_heirs(const struct case_row *row, const struct city *city,
                    struct workflow_facts *facts);
