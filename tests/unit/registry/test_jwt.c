/* Promise: a token of the single sign-on counts only if one of its own keys signed it with RS256 or
 * ES256 and its claims say what was asked for. Flaws: "none", HS256 with the public key as
 * password, a key of another kind, somebody else's key, each claim wrong. */
#include <openssl/core_names.h>
#include <openssl/ec.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <openssl/rsa.h>
#include <sodium.h>
#include <stdio.h>
#include <string.h>

#include "common/json.h"
#include "common/text.h"

#include "services/registry/jwt.h"
#include "tests/unit/test.h"

enum { NOW = 1800000000 };

static EVP_PKEY *rsa, *other_rsa, *ec;
static struct json_object *keys;

/* ---- the other side */

static void put64(struct wg_text *text, const void *bytes, size_t length)
{
    char out[4096];
    sodium_bin2base64(out, sizeof out, bytes, length, sodium_base64_VARIANT_URLSAFE_NO_PADDING);
    wg_text_put(text, out);
}

static struct json_object *jwk_of(EVP_PKEY *key, const char *kid)
{
    struct json_object *jwk = json_object_new_object();
    bool is_rsa = EVP_PKEY_is_a(key, "RSA") == 1;
    static const char *const names[2][2] = { { "x", "y" }, { "n", "e" } };
    static const char *const parts[2][2] = {
        { OSSL_PKEY_PARAM_EC_PUB_X, OSSL_PKEY_PARAM_EC_PUB_Y },
        { OSSL_PKEY_PARAM_RSA_N, OSSL_PKEY_PARAM_RSA_E },
    };
    for (size_t i = 0; i < 2; i++) {
        BIGNUM *number = NULL;
        uint8_t bytes[512];
        WG_AUTO(wg_text_destroy) struct wg_text text = { 0 };
        assert_int_equal(EVP_PKEY_get_bn_param(key, parts[is_rsa][i], &number), 1);
        int length = is_rsa ? BN_bn2bin(number, bytes) : BN_bn2binpad(number, bytes, 32);
        put64(&text, bytes, (size_t)length);
        json_object_object_add(jwk, names[is_rsa][i], json_object_new_string(text.bytes));
        BN_free(number);
    }
    json_object_object_add(jwk, "kty", json_object_new_string(is_rsa ? "RSA" : "EC"));
    if (!is_rsa)
        json_object_object_add(jwk, "crv", json_object_new_string("P-256"));
    json_object_object_add(jwk, "use", json_object_new_string("sig"));
    json_object_object_add(jwk, "kid", json_object_new_string(kid));
    return jwk;
}

static void sign(EVP_PKEY *key, struct wg_text *token)
{
    uint8_t signature[1024];
    size_t length = sizeof signature;
    EVP_MD_CTX *context = EVP_MD_CTX_new();
    assert_int_equal(EVP_DigestSignInit(context, NULL, EVP_sha256(), NULL, key), 1);
    assert_int_equal(
        EVP_DigestSign(context, signature, &length, (uint8_t *)token->bytes, token->length), 1);
    EVP_MD_CTX_free(context);
    wg_text_put(token, ".");
    if (EVP_PKEY_is_a(key, "RSA") == 1) {
        put64(token, signature, length);
        return;
    }
    const uint8_t *at = signature;
    uint8_t bare[64];
    ECDSA_SIG *pair = d2i_ECDSA_SIG(NULL, &at, (long)length);
    BN_bn2binpad(ECDSA_SIG_get0_r(pair), bare, 32);
    BN_bn2binpad(ECDSA_SIG_get0_s(pair), bare + 32, 32);
    ECDSA_SIG_free(pair);
    put64(token, bare, sizeof bare);
}

static void begin(struct wg_text *token, const char *header, const char *claims)
{
    put64(token, header, strlen(header));
    wg_text_put(token, ".");
    put64(token, claims, strlen(claims));
}

static int make_keys(void **state)
{
    rsa = EVP_RSA_gen(2048);
    other_rsa = EVP_RSA_gen(2048);
    ec = EVP_EC_gen("P-256");
    struct json_object *list = json_object_new_array();
    json_object_array_add(list, jwk_of(rsa, "r"));
    json_object_array_add(list, jwk_of(ec, "e"));
    keys = json_object_new_object();
    json_object_object_add(keys, "keys", list);
    return sodium_init() < 0;
}

static int free_keys(void **state)
{
    json_object_put(keys);
    EVP_PKEY_free(rsa);
    EVP_PKEY_free(other_rsa);
    EVP_PKEY_free(ec);
    return 0;
}

/* ---- signatures */

static enum jwt_fault verify(const char *token, struct json_object **ret_claims)
{
    return jwt_verify(token, keys, ret_claims);
}

static void test_signed(void **state)
{
    static const struct {
        const char *name, *header, *claims;
        char signer; /* r, e, o: another RSA key, -: nothing */
        enum jwt_fault want;
    } rows[] = {
        { "RS256", "{\"alg\":\"RS256\",\"kid\":\"r\"}", "{\"sub\":\"x\"}", 'r', JWT_FINE },
        { "ES256", "{\"alg\":\"ES256\",\"kid\":\"e\"}", "{\"sub\":\"x\"}", 'e', JWT_FINE },
        { "the only key of its kind", "{\"alg\":\"RS256\"}", "{\"sub\":\"x\"}", 'r', JWT_FINE },
        { "somebody else's key", "{\"alg\":\"RS256\",\"kid\":\"r\"}", "{}", 'o', JWT_SIGNATURE },
        { "a key that nobody knows", "{\"alg\":\"RS256\",\"kid\":\"q\"}", "{}", 'o', JWT_NO_KEY },
        { "a key of another kind", "{\"alg\":\"RS256\",\"kid\":\"e\"}", "{}", 'e', JWT_NO_KEY },
        { "signed as the other kind", "{\"alg\":\"ES256\",\"kid\":\"e\"}", "{}", 'r',
          JWT_SIGNATURE },
        { "none", "{\"alg\":\"none\"}", "{}", '-', JWT_ALGORITHM },
        { "None", "{\"alg\":\"None\",\"kid\":\"r\"}", "{}", 'r', JWT_ALGORITHM },
        { "HS256", "{\"alg\":\"HS256\",\"kid\":\"r\"}", "{}", 'r', JWT_ALGORITHM },
        { "RS512", "{\"alg\":\"RS512\",\"kid\":\"r\"}", "{}", 'r', JWT_ALGORITHM },
        { "no algorithm", "{\"kid\":\"r\"}", "{}", 'r', JWT_ALGORITHM },
        { "a number as algorithm", "{\"alg\":256,\"kid\":\"r\"}", "{}", 'r', JWT_ALGORITHM },
        { "a critical header", "{\"alg\":\"RS256\",\"crit\":[\"x\"]}", "{}", 'r', JWT_MALFORMED },
        { "no signature", "{\"alg\":\"RS256\",\"kid\":\"r\"}", "{}", '-', JWT_SIGNATURE },
        { "a header that is no JSON", "alg", "{}", 'r', JWT_MALFORMED },
        { "an algorithm twice", "{\"alg\":\"RS256\",\"alg\":\"none\"}", "{}", 'r', JWT_MALFORMED },
        { "claims that are no object", "{\"alg\":\"RS256\",\"kid\":\"r\"}", "[]", 'r',
          JWT_MALFORMED },
    };
    for (size_t i = 0; i < WG_COUNT(rows); i++) {
        WG_AUTO(wg_text_destroy) struct wg_text token = { 0 };
        WG_AUTO(wg_json_put) struct json_object *claims = NULL;
        begin(&token, rows[i].header, rows[i].claims);
        if (rows[i].signer == '-')
            wg_text_put(&token, ".");
        else
            sign(rows[i].signer == 'r' ? rsa : rows[i].signer == 'e' ? ec : other_rsa, &token);
        ROW(rows[i].name, verify(token.bytes, &claims) == rows[i].want);
        ROW(rows[i].name, (claims != NULL) == (rows[i].want == JWT_FINE));
    }
}

/* The attack that gave HS256 its name: the public key, which everybody has, as the password. */
static void test_public_key_as_password(void **state)
{
    WG_AUTO(wg_text_destroy) struct wg_text token = { 0 };
    WG_AUTO(wg_json_put) struct json_object *claims = NULL;
    const char *n = wg_json_text(json_object_array_get_idx(wg_json_get(keys, "keys"), 0), "n");
    uint8_t mac[EVP_MAX_MD_SIZE];
    unsigned length = 0;
    begin(&token, "{\"alg\":\"HS256\",\"kid\":\"r\"}", "{\"sub\":\"x\"}");
    HMAC(EVP_sha256(), n, (int)strlen(n), (uint8_t *)token.bytes, token.length, mac, &length);
    wg_text_put(&token, ".");
    put64(&token, mac, length);
    assert_int_equal(verify(token.bytes, &claims), JWT_ALGORITHM);
}

/* Any byte that is changed breaks it; nothing that is cut or added gets through. */
static void test_changed(void **state)
{
    WG_AUTO(wg_text_destroy) struct wg_text token = { 0 };
    begin(&token, "{\"alg\":\"ES256\",\"kid\":\"e\"}", "{\"sub\":\"somebody\",\"exp\":1800000100}");
    sign(ec, &token);
    for (size_t i = 0; i < token.length; i++) {
        WG_AUTO(wg_json_put) struct json_object *claims = NULL;
        char kept = token.bytes[i];
        token.bytes[i] = kept == 'A' ? 'Q' : 'A';
        ROW("changed", verify(token.bytes, &claims) != JWT_FINE);
        token.bytes[i] = '\0';
        ROW("cut", verify(token.bytes, &claims) != JWT_FINE);
        token.bytes[i] = kept;
    }
    static const char *const texts[] = { "", ".", "..", "...", "a.b", "a.b.c", "a.b.c.d" };
    for (size_t i = 0; i < WG_COUNT(texts); i++) {
        WG_AUTO(wg_json_put) struct json_object *claims = NULL;
        ROW(texts[i], verify(texts[i], &claims) != JWT_FINE);
    }
    WG_AUTO(wg_json_put) struct json_object *claims = NULL;
    wg_text_put(&token, ".e30");
    assert_int_equal(verify(token.bytes, &claims), JWT_MALFORMED);
}

/* A key set that is no key set, keys too short or for something else. */
static void test_keys(void **state)
{
    static const char *const sets[] = {
        "{}",
        "{\"keys\":{}}",
        "{\"keys\":[1,\"x\",null]}",
        "{\"keys\":[{\"kty\":\"RSA\",\"kid\":\"r\",\"n\":\"AQAB\",\"e\":\"AQAB\"}]}",
        "{\"keys\":[{\"kty\":\"RSA\",\"kid\":\"r\"}]}",
        "{\"keys\":[{\"kty\":\"oct\",\"kid\":\"r\",\"k\":\"AQAB\"}]}",
    };
    WG_AUTO(wg_text_destroy) struct wg_text token = { 0 };
    begin(&token, "{\"alg\":\"RS256\",\"kid\":\"r\"}", "{}");
    sign(rsa, &token);
    for (size_t i = 0; i < WG_COUNT(sets); i++) {
        WG_AUTO(wg_json_put) struct json_object *set = json_tokener_parse(sets[i]);
        WG_AUTO(wg_json_put) struct json_object *claims = NULL;
        ROW(sets[i], jwt_verify(token.bytes, set, &claims) == JWT_NO_KEY);
    }
    struct json_object *jwk = json_object_array_get_idx(wg_json_get(keys, "keys"), 0);
    WG_AUTO(wg_json_put) struct json_object *claims = NULL;
    json_object_object_add(jwk, "use", json_object_new_string("enc"));
    assert_int_equal(verify(token.bytes, &claims), JWT_NO_KEY);
    json_object_object_add(jwk, "use", json_object_new_string("sig"));
    json_object_object_add(jwk, "alg", json_object_new_string("RS512"));
    assert_int_equal(verify(token.bytes, &claims), JWT_NO_KEY);
    json_object_object_del(jwk, "alg");
    assert_int_equal(verify(token.bytes, &claims), JWT_FINE);
}

/* ---- claims */

static void test_claims(void **state)
{
    static const char sound[] = "{\"iss\":\"https://sso.example\",\"aud\":\"wangge\",\"sub\":\"7\","
                                "\"nonce\":\"n\",\"exp\":1800000300,\"iat\":1799999990}";
    static const struct {
        const char *name, *change;
        enum jwt_fault want;
    } rows[] = {
        { "sound", "{}", JWT_FINE },
        { "another issuer", "{\"iss\":\"https://sso.example.net\"}", JWT_ISSUER },
        { "no issuer", "{\"iss\":null}", JWT_ISSUER },
        { "for somebody else", "{\"aud\":\"other\"}", JWT_AUDIENCE },
        { "for nobody", "{\"aud\":[]}", JWT_AUDIENCE },
        { "for us in a list", "{\"aud\":[\"wangge\"]}", JWT_FINE },
        { "for two, made for nobody", "{\"aud\":[\"wangge\",\"other\"]}", JWT_AUDIENCE },
        { "for two, made for us", "{\"aud\":[\"wangge\",\"other\"],\"azp\":\"wangge\"}", JWT_FINE },
        { "made for somebody else", "{\"azp\":\"other\"}", JWT_AUDIENCE },
        { "another nonce", "{\"nonce\":\"m\"}", JWT_NONCE },
        { "no nonce", "{\"nonce\":null}", JWT_NONCE },
        { "a nonce that is no text", "{\"nonce\":1}", JWT_NONCE },
        { "expired", "{\"exp\":1799999940}", JWT_EXPIRED },
        { "expired within the minute", "{\"exp\":1799999941}", JWT_FINE },
        { "no end", "{\"exp\":null}", JWT_EXPIRED },
        { "an end that is no number", "{\"exp\":\"1800000300\"}", JWT_EXPIRED },
        { "made later", "{\"iat\":1800000061}", JWT_EARLY },
        { "not yet", "{\"nbf\":1800000061}", JWT_EARLY },
        { "nobody", "{\"sub\":\"\"}", JWT_SUBJECT },
        { "no subject", "{\"sub\":null}", JWT_SUBJECT },
    };
    const struct jwt_wanted wanted = {
        .issuer = "https://sso.example", .audience = "wangge", .nonce = "n", .now_s = NOW
    };
    for (size_t i = 0; i < WG_COUNT(rows); i++) {
        WG_AUTO(wg_json_put) struct json_object *claims = json_tokener_parse(sound);
        WG_AUTO(wg_json_put) struct json_object *change = json_tokener_parse(rows[i].change);
        json_object_object_foreach(change, name, value)
        {
            json_object_object_del(claims, name);
            if (value != NULL)
                json_object_object_add(claims, name, json_object_get(value));
        }
        ROW(rows[i].name, jwt_judge(claims, &wanted) == rows[i].want);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_signed),  cmocka_unit_test(test_public_key_as_password),
        cmocka_unit_test(test_changed), cmocka_unit_test(test_keys),
        cmocka_unit_test(test_claims),
    };
    return cmocka_run_group_tests_name("jwt", tests, make_keys, free_keys);
}
