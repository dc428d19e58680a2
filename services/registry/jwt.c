#include "services/registry/jwt.h"

#include <openssl/core_names.h>
#include <openssl/ecdsa.h>
#include <openssl/evp.h>
#include <openssl/param_build.h>
#include <sodium.h>
#include <string.h>

#include "common/json.h"

enum { TOKEN_MOST = 16384, NUMBER_MOST = 1024, P256_BYTES = 32, RSA_LEAST_BYTES = 256 };
enum { LEEWAY_S = 60 };

const char *jwt_fault_name(enum jwt_fault fault)
{
    static const char *const names[] = { "fine",      "malformed", "algorithm", "no-key",
                                         "signature", "issuer",    "audience",  "nonce",
                                         "expired",   "early",     "subject" };
    return names[fault];
}

/* ---- text to bytes */

/* The caller's, NUL-ended besides; NULL where it is no base64url without padding. */
static uint8_t *decode(const char *text, size_t length, size_t *ret_length)
{
    WG_AUTO(wg_free) uint8_t *bytes = wg_new(length + 1);
    const char *end;
    if (sodium_base642bin(bytes, length, text, length, NULL, ret_length, &end,
                          sodium_base64_VARIANT_URLSAFE_NO_PADDING) != 0 ||
        end != text + length)
        return NULL;
    uint8_t *result = bytes;
    bytes = NULL;
    return result;
}

static struct json_object *decode_json(const char *text, size_t length)
{
    size_t n = 0;
    struct wg_json_verdict verdict;
    WG_AUTO(wg_free) uint8_t *bytes = decode(text, length, &n);
    struct json_object *object = bytes == NULL ? NULL : wg_json_parse((char *)bytes, n, &verdict);
    if (object != NULL && json_object_is_type(object, json_type_object))
        return object;
    json_object_put(object);
    return NULL;
}

/* ---- keys */

static void free_builder(OSSL_PARAM_BLD **builder)
{
    OSSL_PARAM_BLD_free(*builder);
}

static void free_parameters(OSSL_PARAM **parameters)
{
    OSSL_PARAM_free(*parameters);
}

static void free_number(BIGNUM **number)
{
    BN_free(*number);
}

static void free_key_context(EVP_PKEY_CTX **context)
{
    EVP_PKEY_CTX_free(*context);
}

static void free_key(EVP_PKEY **key)
{
    EVP_PKEY_free(*key);
}

static EVP_PKEY *make_key(const char *kind, OSSL_PARAM_BLD *builder)
{
    EVP_PKEY *key = NULL;
    WG_AUTO(free_parameters) OSSL_PARAM *parameters = OSSL_PARAM_BLD_to_param(builder);
    WG_AUTO(free_key_context)
    EVP_PKEY_CTX *context = EVP_PKEY_CTX_new_from_name(NULL, kind, NULL);
    if (parameters == NULL || context == NULL || EVP_PKEY_fromdata_init(context) != 1 ||
        EVP_PKEY_fromdata(context, &key, EVP_PKEY_PUBLIC_KEY, parameters) != 1)
        return NULL;
    return key;
}

/* A member of a JWK as bytes; NULL where it is missing or too long. */
static uint8_t *member(struct json_object *jwk, const char *name, size_t *ret_length)
{
    const char *text = wg_json_text(jwk, name);
    size_t length = text == NULL ? 0 : strlen(text);
    return length == 0 || length > NUMBER_MOST ? NULL : decode(text, length, ret_length);
}

static EVP_PKEY *rsa_key(struct json_object *jwk)
{
    size_t n_length = 0, e_length = 0;
    WG_AUTO(wg_free) uint8_t *n_bytes = member(jwk, "n", &n_length);
    WG_AUTO(wg_free) uint8_t *e_bytes = member(jwk, "e", &e_length);
    if (n_bytes == NULL || e_bytes == NULL || n_length < RSA_LEAST_BYTES)
        return NULL;
    WG_AUTO(free_builder) OSSL_PARAM_BLD *builder = OSSL_PARAM_BLD_new();
    WG_AUTO(free_number) BIGNUM *n = BN_bin2bn(n_bytes, (int)n_length, NULL);
    WG_AUTO(free_number) BIGNUM *e = BN_bin2bn(e_bytes, (int)e_length, NULL);
    if (OSSL_PARAM_BLD_push_BN(builder, OSSL_PKEY_PARAM_RSA_N, n) != 1 ||
        OSSL_PARAM_BLD_push_BN(builder, OSSL_PKEY_PARAM_RSA_E, e) != 1)
        return NULL;
    return make_key("RSA", builder);
}

static EVP_PKEY *p256_key(struct json_object *jwk)
{
    const char *curve = wg_json_text(jwk, "crv");
    uint8_t point[1 + 2 * P256_BYTES] = { 4 }; /* not compressed */
    static const char *const names[] = { "x", "y" };
    for (size_t i = 0; i < 2; i++) {
        size_t length = 0;
        WG_AUTO(wg_free) uint8_t *bytes = member(jwk, names[i], &length);
        if (bytes == NULL || length != P256_BYTES)
            return NULL;
        memcpy(point + 1 + i * P256_BYTES, bytes, P256_BYTES);
    }
    WG_AUTO(free_builder) OSSL_PARAM_BLD *builder = OSSL_PARAM_BLD_new();
    if (curve == NULL || strcmp(curve, "P-256") != 0 ||
        OSSL_PARAM_BLD_push_utf8_string(builder, OSSL_PKEY_PARAM_GROUP_NAME, "P-256", 0) != 1 ||
        OSSL_PARAM_BLD_push_octet_string(builder, OSSL_PKEY_PARAM_PUB_KEY, point, sizeof point) !=
            1)
        return NULL;
    return make_key("EC", builder);
}

static bool is(struct json_object *object, const char *name, const char *want, bool required)
{
    const char *text = wg_json_text(object, name);
    if (wg_json_get(object, name) == NULL)
        return !required;
    return text != NULL && strcmp(text, want) == 0;
}

/* The key that the header names; where it names none, the only one of its kind. */
static struct json_object *find_key(struct json_object *keys, struct json_object *header, bool rsa)
{
    struct json_object *list = wg_json_get(keys, "keys"), *found = NULL;
    const char *kid = wg_json_text(header, "kid");
    size_t n = json_object_is_type(list, json_type_array) ? json_object_array_length(list) : 0;
    for (size_t i = 0; i < n; i++) {
        struct json_object *jwk = json_object_array_get_idx(list, i);
        if (!json_object_is_type(jwk, json_type_object) ||
            !is(jwk, "kty", rsa ? "RSA" : "EC", true) || !is(jwk, "use", "sig", false) ||
            !is(jwk, "alg", rsa ? "RS256" : "ES256", false))
            continue;
        if (kid != NULL && !is(jwk, "kid", kid, true))
            continue;
        if (found != NULL)
            return NULL;
        found = jwk;
    }
    return found;
}

/* ---- the signature */

static void free_digest(EVP_MD_CTX **context)
{
    EVP_MD_CTX_free(*context);
}

static void free_pair(ECDSA_SIG **pair)
{
    ECDSA_SIG_free(*pair);
}

/* ES256 signs with two bare numbers, OpenSSL wants them in DER. */
static uint8_t *to_der(const uint8_t *bare, size_t length, size_t *ret_length)
{
    if (length != 2 * P256_BYTES)
        return NULL;
    WG_AUTO(free_pair) ECDSA_SIG *pair = ECDSA_SIG_new();
    ECDSA_SIG_set0(pair, BN_bin2bn(bare, P256_BYTES, NULL),
                   BN_bin2bn(bare + P256_BYTES, P256_BYTES, NULL));
    int needed = i2d_ECDSA_SIG(pair, NULL);
    if (needed <= 0)
        return NULL;
    uint8_t *der = wg_new((size_t)needed), *at = der;
    *ret_length = (size_t)i2d_ECDSA_SIG(pair, &at);
    return der;
}

static bool signed_by(EVP_PKEY *key, const char *text, size_t length, const uint8_t *signature,
                      size_t signature_length)
{
    WG_AUTO(free_digest) EVP_MD_CTX *context = EVP_MD_CTX_new();
    return EVP_DigestVerifyInit(context, NULL, EVP_sha256(), NULL, key) == 1 &&
           EVP_DigestVerify(context, signature, signature_length, (const uint8_t *)text, length) ==
               1;
}

static enum jwt_fault check(const char *token, size_t signed_length, struct json_object *header,
                            struct json_object *keys)
{
    const char *algorithm = wg_json_text(header, "alg"), *text = token + signed_length + 1;
    bool rsa = algorithm != NULL && strcmp(algorithm, "RS256") == 0;
    if (algorithm == NULL || !(rsa || strcmp(algorithm, "ES256") == 0))
        return JWT_ALGORITHM;
    size_t length = 0;
    WG_AUTO(wg_free) uint8_t *signature = decode(text, strlen(text), &length);
    if (signature == NULL)
        return JWT_MALFORMED;
    struct json_object *jwk = find_key(keys, header, rsa);
    WG_AUTO(free_key) EVP_PKEY *key = jwk == NULL ? NULL : rsa ? rsa_key(jwk) : p256_key(jwk);
    if (key == NULL)
        return JWT_NO_KEY;
    WG_AUTO(wg_free) uint8_t *der = rsa ? NULL : to_der(signature, length, &length);
    if (!rsa && der == NULL)
        return JWT_SIGNATURE;
    return signed_by(key, token, signed_length, rsa ? signature : der, length) ? JWT_FINE
                                                                               : JWT_SIGNATURE;
}

enum jwt_fault jwt_verify(const char *token, struct json_object *keys,
                          struct json_object **ret_claims)
{
    const char *first = strchr(token, '.');
    const char *second = first == NULL ? NULL : strchr(first + 1, '.');
    if (second == NULL || strchr(second + 1, '.') != NULL || strlen(token) > TOKEN_MOST)
        return JWT_MALFORMED;
    WG_AUTO(wg_json_put)
    struct json_object *header = decode_json(token, (size_t)(first - token));
    if (header == NULL || wg_json_get(header, "crit") != NULL)
        return JWT_MALFORMED;
    enum jwt_fault fault = check(token, (size_t)(second - token), header, keys);
    if (fault != JWT_FINE)
        return fault;
    struct json_object *claims = decode_json(first + 1, (size_t)(second - first - 1));
    if (claims == NULL)
        return JWT_MALFORMED;
    *ret_claims = claims;
    return JWT_FINE;
}

/* ---- the claims */

/* We are among those that it is for; where there are several, it was made for us (azp). */
static bool for_us(struct json_object *claims, const char *audience)
{
    struct json_object *list = wg_json_get(claims, "aud");
    if (!json_object_is_type(list, json_type_array))
        return is(claims, "aud", audience, true) && is(claims, "azp", audience, false);
    size_t n = json_object_array_length(list);
    bool named = false;
    for (size_t i = 0; i < n; i++) {
        struct json_object *one = json_object_array_get_idx(list, i);
        named = named || (json_object_is_type(one, json_type_string) &&
                          strcmp(json_object_get_string(one), audience) == 0);
    }
    return named && is(claims, "azp", audience, n > 1);
}

static bool is_time(struct json_object *value)
{
    return json_object_is_type(value, json_type_int) ||
           json_object_is_type(value, json_type_double);
}

enum jwt_fault jwt_judge(struct json_object *claims, const struct jwt_wanted *wanted)
{
    struct json_object *until = wg_json_get(claims, "exp"), *from = wg_json_get(claims, "nbf"),
                       *made = wg_json_get(claims, "iat");
    const char *subject = wg_json_text(claims, "sub");
    if (!is(claims, "iss", wanted->issuer, true))
        return JWT_ISSUER;
    if (!for_us(claims, wanted->audience))
        return JWT_AUDIENCE;
    if (!is(claims, "nonce", wanted->nonce, true))
        return JWT_NONCE;
    if (!is_time(until) || json_object_get_int64(until) + LEEWAY_S <= wanted->now_s)
        return JWT_EXPIRED;
    if (!is_time(made) || json_object_get_int64(made) > wanted->now_s + LEEWAY_S ||
        (from != NULL &&
         (!is_time(from) || json_object_get_int64(from) > wanted->now_s + LEEWAY_S)))
        return JWT_EARLY;
    return subject == NULL || subject[0] == '\0' || strlen(subject) > 255 ? JWT_SUBJECT : JWT_FINE;
}
