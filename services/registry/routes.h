/* The routes of the registry, as a table for common/http. */
#pragma once

#include "common/http.h"

extern const struct wg_route registry_routes[];
extern const size_t registry_routes_n;
