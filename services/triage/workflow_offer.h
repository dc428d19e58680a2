/* The folder's workflow files become versions in `workflows`, where their bytes are new. */
#pragma once

#include "common/db.h"

/* Offers each sound file; a faulty one is logged with its place and left out. landed is called for
 * each that was sent; false where the line was full and some were not. */
bool workflow_offer(struct wg_db *db, const char *folder, wg_landed *landed, void *arg);
