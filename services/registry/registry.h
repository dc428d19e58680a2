/* What the parts of this service share. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "common/crypto.h"

struct wg_service;
struct store;
struct import;

struct registry {
    struct wg_service *service;
    struct store *store;
    const char *folder; /* where bodies of imports are gathered */
    char owner[32];     /* this instance's name on its imports */
    uint8_t seal_key[WG_SECRET_BYTES];
    struct import *import; /* the one that this instance runs; NULL: none */
    bool tidy;             /* nothing of an earlier import is left behind */
};
