/* The inside of struct wg_params, shared by params.c (which fills it) and db.c (which sends it). */
#pragma once

#include "common/text.h"

enum { WG_PARAMS_MOST = 48 };

struct wg_params {
    int n;
    size_t offsets[WG_PARAMS_MOST];
    int lengths[WG_PARAMS_MOST]; /* -1 = null */
    struct wg_text bytes;
};
