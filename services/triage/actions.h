/* POST and GET /cases/{id}/actions: read, decide, write in a batch under the version's guard,
 * answer. */
#pragma once

#include "common/http.h"

#include "services/triage/city_load.h"

struct wg_bus;
struct actions;

struct actions *actions_new(struct wg_service *service, struct wg_db *reads, struct wg_db *writes,
                            struct wg_bus *bus, struct knowledge *knowledge,
                            const struct loader *loader);
void actions_destroy(struct actions **actions);

void actions_post(struct wg_request *request, struct actions *actions);
void actions_get(struct wg_request *request, struct actions *actions);
