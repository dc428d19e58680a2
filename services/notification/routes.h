/* POST /api/v1/inbox/{id}/read: the only thing that people tell this service. */
#pragma once

#include <stddef.h>

#include "common/db.h"
#include "common/http.h"

extern const struct wg_route notification_routes[];
extern const size_t notification_route_count;

/* What the handlers get as their arg. */
struct routes {
    struct wg_db *db;
};
