/* The folder's workflow files become versions in `workflows`, where their bytes are new. */
#pragma once

#include <stdbool.h>

#include "common/db.h"

struct wg_service;

/* Offers each sound file, one in a turn of the loop, since reading and judging one takes a while; a
 * faulty one is logged with its place and left out. over is called in the end: all false where some
 * were lost on their way. */
void workflow_offer(struct wg_service *service, struct wg_db *db, const char *folder,
                    void (*over)(bool all, void *arg), void *arg);
