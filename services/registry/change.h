/* One thing made, changed or ended over HTTP: staff and their posts, duty, parties, places,
 * categories, areas, calendars, competence. A row of one table says for each route which columns
 * its body has (those of the import), which statement writes it and who may. Every change stands
 * in the audit with what was before and after, without addresses. */
#pragma once

#include "common/http.h"

wg_handler change_handle;
