/* Signed tokens of a single sign-on (RFC 7515, 7517, 7519; OpenID Connect Core 3.1.3.7). Only RS256
 * and ES256, each only with a key of its own kind: "none" and HS256, with which a public key would
 * be a password, are refused. Pure. */
#pragma once

#include <json-c/json.h>
#include <stdbool.h>
#include <stdint.h>

#include "common/memory.h"

enum jwt_fault {
    JWT_FINE = 0,
    JWT_MALFORMED, /* no three parts, no base64url, no JSON object, a critical header */
    JWT_ALGORITHM,
    JWT_NO_KEY, /* perhaps a new one: look the keys up again */
    JWT_SIGNATURE,
    JWT_ISSUER,
    JWT_AUDIENCE,
    JWT_NONCE,
    JWT_EXPIRED,
    JWT_EARLY,
    JWT_SUBJECT,
};
const char *jwt_fault_name(enum jwt_fault fault);

/* Is it signed by one of these keys (a JWK set)? JWT_FINE, and the claims, the caller's. */
enum jwt_fault jwt_verify(const char *token, struct json_object *keys,
                          struct json_object **ret_claims) WG_MUST_USE;

struct jwt_wanted {
    const char *issuer, *audience, *nonce;
    int64_t now_s;
};
/* Do the claims say what was asked for? A minute of difference between clocks is allowed. */
enum jwt_fault jwt_judge(struct json_object *claims, const struct jwt_wanted *wanted) WG_MUST_USE;
