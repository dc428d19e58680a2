/* POST /triage/preview: what would happen to this message, with every rule that took part. Nothing
 * is written. */
#pragma once

#include "common/http.h"

#include "services/triage/city_load.h"

struct preview_setup {
    struct wg_db *reads;
    struct knowledge *knowledge;
    const struct loader *loader;
};

void preview_post(struct wg_request *request, const struct preview_setup *setup);
