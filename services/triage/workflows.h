/* GET /workflows: what cases go through, for whoever shows or edits it. */
#pragma once

#include "common/http.h"

#include "services/triage/city_load.h"

void workflows_list(struct wg_request *request, const struct knowledge *knowledge);
void workflows_get(struct wg_request *request, const struct knowledge *knowledge);
