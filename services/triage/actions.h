/* The course of an action: read, decide, write in a batch under the version's guard, answer. How
 * one comes in is in doors.c. */
#pragma once

#include "common/http.h"

#include "services/triage/city_load.h"

struct wg_bus;
struct actions;

struct actions *actions_new(struct wg_service *service, struct wg_db *reads, struct wg_db *writes,
                            struct wg_bus *bus, struct knowledge *knowledge,
                            const struct loader *loader);
void actions_destroy(struct actions **actions);

/* Takes an action whose case, body and key are known, to its answer. */
struct action;
void actions_begin(struct action *action);
