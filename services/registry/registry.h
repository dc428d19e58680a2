/* What the parts of this service share. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "common/crypto.h"

struct wg_service;
struct store;
struct import;
struct wg_db;
struct wg_helper;
struct oidc;

/* How far the deletion of reporters' names and numbers has come. */
struct forgetting {
    int64_t days; /* after the end of the case */
    int64_t after, rest_until;
    bool asking;
};

struct registry {
    struct wg_service *service;
    struct store *store;
    struct wg_db *reads, *writes; /* as the store's; the caller's */
    struct wg_helper *passwords;  /* hashes them */
    const char *totp_posts;       /* a comma between: who must have a second factor */
    uint8_t seal_secret[WG_SECRET_BYTES];
    struct wg_helper *convert; /* makes CSV in UTF-8 of what people save */
    struct oidc *oidc;         /* the city's single sign-on; NULL: none */
    const char *folder;        /* where bodies of imports are gathered */
    char owner[32];            /* this instance's name on its imports */
    uint8_t seal_key[WG_SECRET_BYTES];
    struct import *import; /* the one that this instance runs; NULL: none */
    struct forgetting forgetting;
    bool tidy; /* nothing of an earlier import is left behind */
};
