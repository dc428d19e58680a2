/* Time: wakes the cases whose clocks want something, and lets the engine act upon them. Several
 * instances share the work by leases. */
#pragma once

#include "services/triage/city_load.h"

struct wg_bus;
struct ticks;

struct ticks *ticks_new(struct wg_service *service, struct wg_db *reads, struct wg_db *writes,
                        struct wg_bus *bus, struct knowledge *knowledge,
                        const struct loader *loader);
void ticks_destroy(struct ticks **ticks);
