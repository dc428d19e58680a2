/* Takes reports up: reads them, decides, opens cases. Hinted ones at once, the rest by lease. */
#pragma once

#include "services/triage/city_load.h"

struct wg_service;
struct wg_bus;
struct arrivals;

enum {
    ARRIVALS_WRITES = 2
}; /* while PostgreSQL writes one batch the next one is decided and sent */
struct arrivals *arrivals_new(struct wg_service *service, struct wg_db *reads,
                              struct wg_db *writes[ARRIVALS_WRITES], struct wg_bus *bus,
                              struct knowledge *knowledge, const struct loader *loader);
void arrivals_destroy(struct arrivals **arrivals);
/* The city is complete: begin. */
void arrivals_begin(void *arrivals);
