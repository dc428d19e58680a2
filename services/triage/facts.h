/* What the engine needs to know for one decision, found out from the city: place, category, holder,
 * people. Pure. */
#pragma once

#include "services/triage/city.h"
#include "services/triage/locate.h"
#include "services/triage/workflow.h"

/* What a report or an action says; "" or 0 = not said. */
struct facts_input {
    const char *category, *area; /* codes */
    bool has_point;
    double lat, lon;  /* WGS 84 */
    int64_t holder;   /* chosen by a dispatcher */
    bool area_chosen; /* the area was chosen by a person and is taken as it is */
    bool opening; /* who holds a role is looked up only where the walk may stop short or tells roles
                   */
    const char *level; /* of the case, whose roles depend on it; NULL = that of the opening */
    int32_t party;     /* chosen, or that which has it; before holder */
    bool reporter_has_mail, reporter_known;
    int64_t about; /* of a complaint: whom it is about; never among the people that are found */
    const char
        *shield; /* … and the area of their chief, below which nobody is; NULL = no complaint */
};

/* Where they are found. */
struct facts_source {
    const struct city *city;
    struct map *map;
    const struct workflow *workflow; /* whose roles are looked for */
};

/* The staff of a party; nobody where party is 0. */
void facts_people(const struct city *city, int32_t party, struct workflow_people *ret_people);

/* A party whose hours may count: its calendar, where it has one of its own. */
void facts_add_party(const struct city *city, int32_t party, struct workflow_facts *facts);

/* Fills facts. What lies in no area belongs to the root. */
void facts_find(const struct facts_source *source, const struct facts_input *input, int64_t now,
                struct workflow_facts *ret_facts);
