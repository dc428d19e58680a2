/* The lists that the registry serves: what each may be asked, and what a row becomes. */
#pragma once

#include "common/http.h"

wg_handler list_areas, list_categories, list_places, list_staff, list_duty, list_parties,
    list_calendars, list_competence, list_keys, list_audit, get_area, get_staff;
