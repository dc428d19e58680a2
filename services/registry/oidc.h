/* The city's single sign-on as its client: what it says of itself (OpenID Connect Discovery), its
 * keys, and a code for a token (RFC 6749, 7636). Everything goes through libcurl on the loop;
 * nothing that it says is believed before jwt.c has judged it. */
#pragma once

#include <json-c/json.h>
#include <stdbool.h>
#include <stdint.h>

#include "common/memory.h"

struct wg_service;
struct oidc;

struct oidc_settings {
    const char *issuer; /* "": none */
    const char *client_id, *secret_file;
    const char *claim; /* "": the subject, by staff_identities; else this claim is the staff code */
    const char *door;  /* what addresses begin with */
};
/* NULL where there is no issuer. Settings are borrowed. */
struct oidc *oidc_new(struct wg_service *service, const struct oidc_settings *settings);
void oidc_destroy(struct oidc **oidc);
const struct oidc_settings *oidc_settings(const struct oidc *oidc);

/* ---- what it says of itself: known after oidc_discover, for ten minutes */

/* token: of oidc_exchange alone. false: it did not answer, or not sensibly. Called once, perhaps
 * before the function returns. */
typedef void oidc_known(bool fine, struct json_object *token, void *arg);
void oidc_discover(struct oidc *oidc, oidc_known *known, void *arg);
const char *oidc_authorize(const struct oidc *oidc); /* where a browser is sent */

/* Its keys; again: not those that are kept (asked for once a minute at most). */
void oidc_load_keys(struct oidc *oidc, bool again, oidc_known *known, void *arg);
struct json_object *oidc_keys(const struct oidc *oidc); /* borrowed; NULL: none yet */

struct oidc_code {
    const char *code, *verifier, *redirect;
};
void oidc_exchange(struct oidc *oidc, const struct oidc_code *code, oidc_known *known, void *arg);

/* Appends text, percent-encoded. */
struct wg_text;
void oidc_encode(struct wg_text *text, const char *value);
