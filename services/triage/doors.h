/* The ways in to an action: at a case, at one of its tasks, or at a report by whoever said it. */
#pragma once

#include "services/triage/actions.h"

struct doors;

struct doors *doors_new(struct wg_service *service, struct wg_db *reads, struct actions *actions,
                        const struct knowledge *knowledge, const struct loader *loader,
                        const char *code_key_path);
void doors_destroy(struct doors **doors);

void doors_case(struct wg_request *request, struct doors *doors);
void doors_clocks(struct wg_request *request, struct doors *doors);
void doors_task(struct wg_request *request, struct doors *doors);
void doors_report(struct wg_request *request, struct doors *doors);
