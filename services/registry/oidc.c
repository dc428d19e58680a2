#include "services/registry/oidc.h"

#include <stdio.h>
#include <string.h>

#include "common/clock.h"
#include "common/curl.h"
#include "common/json.h"
#include "common/log.h"
#include "common/service.h"
#include "common/text.h"

enum { ANSWER_MOST = 256 << 10, TOTAL_MS = 8000, CONNECT_MS = 4000, FETCHES_MOST = 64 };
enum { FRESH_S = 600, AGAIN_S = 60, SECRET_MOST = 512 };

struct oidc {
    struct wg_service *service;
    const struct oidc_settings *settings;
    struct wg_curl *curl;
    char *authorize, *token, *keys_at; /* addresses; NULL: not discovered */
    struct json_object *keys;
    int64_t discovered_at, loaded_at; /* mono */
    char secret[SECRET_MOST];
    size_t open;
    struct fetch *fetches;
};

/* From the asking to its end. */
struct fetch {
    struct fetch *next;
    struct oidc *oidc;
    CURL *easy;
    struct wg_transfer transfer;
    struct curl_slist *headers;
    struct wg_text answer, form;
    bool (*take)(struct oidc *oidc, struct json_object *answer);
    oidc_known *known;
    void *arg;
};

/* ---- one exchange with it */

static void free_fetch(struct fetch *fetch)
{
    struct fetch **at = &fetch->oidc->fetches;
    while (*at != fetch)
        at = &(*at)->next;
    *at = fetch->next;
    fetch->oidc->open--;
    wg_curl_remove(fetch->oidc->curl, fetch->easy);
    curl_easy_cleanup(fetch->easy);
    curl_slist_free_all(fetch->headers);
    wg_text_destroy(&fetch->answer);
    if (fetch->form.bytes != NULL)
        explicit_bzero(fetch->form.bytes, fetch->form.room);
    wg_text_destroy(&fetch->form);
    free(fetch);
}

static void on_done(CURLcode code, void *arg)
{
    struct fetch *fetch = arg;
    long status = 0;
    struct wg_json_verdict verdict;
    curl_easy_getinfo(fetch->easy, CURLINFO_RESPONSE_CODE, &status);
    WG_AUTO(wg_json_put)
    struct json_object *answer =
        code == CURLE_OK && status == 200 && fetch->answer.bytes != NULL
            ? wg_json_parse(fetch->answer.bytes, fetch->answer.length, &verdict)
            : NULL;
    bool fine = json_object_is_type(answer, json_type_object) &&
                (fetch->take == NULL || fetch->take(fetch->oidc, answer));
    if (!fine)
        wg_log(WG_WARNING, "sso", "status=%ld reason=%s", status,
               wg_log_quote(code == CURLE_OK ? "no sensible answer" : curl_easy_strerror(code)));
    oidc_known *known = fetch->known;
    void *known_arg = fetch->arg;
    free_fetch(fetch);
    known(fine, answer, known_arg);
}

static size_t on_bytes(char *bytes, size_t size, size_t n, void *arg)
{
    struct fetch *fetch = arg;
    if (fetch->answer.length + size * n > ANSWER_MOST)
        return 0;
    wg_text_add(&fetch->answer, bytes, size * n);
    return size * n;
}

static void set_options(struct fetch *fetch, const char *url)
{
    CURL *easy = fetch->easy;
    bool plain = strncmp(fetch->oidc->settings->issuer, "http://", 7) == 0;
    curl_easy_setopt(easy, CURLOPT_URL, url);
    curl_easy_setopt(easy, CURLOPT_PROTOCOLS_STR, plain ? "http,https" : "https");
    curl_easy_setopt(easy, CURLOPT_PROXY, "");
    /* Without a folder of certificates libcurl keeps those of the file, once read. */
    curl_easy_setopt(easy, CURLOPT_CAPATH, NULL);
    curl_easy_setopt(easy, CURLOPT_CONNECTTIMEOUT_MS, (long)CONNECT_MS);
    curl_easy_setopt(easy, CURLOPT_TIMEOUT_MS, (long)TOTAL_MS);
    curl_easy_setopt(easy, CURLOPT_WRITEFUNCTION, on_bytes);
    curl_easy_setopt(easy, CURLOPT_WRITEDATA, fetch);
    fetch->headers = curl_slist_append(NULL, "Accept: application/json");
    curl_easy_setopt(easy, CURLOPT_HTTPHEADER, fetch->headers);
}

/* NULL: too many are open; known was told. */
static struct fetch *new_fetch(struct oidc *oidc, const char *url, oidc_known *known, void *arg)
{
    if (oidc->open >= FETCHES_MOST) {
        known(false, NULL, arg);
        return NULL;
    }
    struct fetch *fetch = wg_new(sizeof *fetch);
    *fetch = (struct fetch){ .oidc = oidc, .known = known, .arg = arg, .next = oidc->fetches };
    oidc->fetches = fetch;
    oidc->open++;
    fetch->easy = curl_easy_init();
    if (fetch->easy == NULL)
        abort(); /* out of memory ends the process */
    set_options(fetch, url);
    fetch->transfer = (struct wg_transfer){ on_done, fetch };
    return fetch;
}

static void go(struct fetch *fetch)
{
    wg_curl_add(fetch->oidc->curl, fetch->easy, &fetch->transfer);
}

/* ---- what it says of itself */

static bool is_fresh(int64_t at, int64_t seconds)
{
    return at != 0 && wg_clock_mono() - at < seconds * WG_SECOND;
}

static void keep(char **kept, struct json_object *answer, const char *name)
{
    const char *text = wg_json_text(answer, name);
    free(*kept);
    *kept = text == NULL ? NULL : wg_strdup(text);
}

static bool take_discovery(struct oidc *oidc, struct json_object *answer)
{
    const char *issuer = wg_json_text(answer, "issuer");
    if (issuer == NULL || strcmp(issuer, oidc->settings->issuer) != 0)
        return false;
    keep(&oidc->authorize, answer, "authorization_endpoint");
    keep(&oidc->token, answer, "token_endpoint");
    keep(&oidc->keys_at, answer, "jwks_uri");
    bool fine = oidc->authorize != NULL && oidc->token != NULL && oidc->keys_at != NULL;
    oidc->discovered_at = fine ? wg_clock_mono() : 0;
    return fine;
}

void oidc_discover(struct oidc *oidc, oidc_known *known, void *arg)
{
    char url[1024];
    const char *issuer = oidc->settings->issuer;
    size_t length = strlen(issuer);
    if (is_fresh(oidc->discovered_at, FRESH_S)) {
        known(true, NULL, arg);
        return;
    }
    snprintf(url, sizeof url, "%.*s/.well-known/openid-configuration",
             (int)(length - (length > 0 && issuer[length - 1] == '/')), issuer);
    struct fetch *fetch = new_fetch(oidc, url, known, arg);
    if (fetch == NULL)
        return;
    fetch->take = take_discovery;
    go(fetch);
}

const char *oidc_authorize(const struct oidc *oidc)
{
    return oidc->authorize;
}

static bool take_keys(struct oidc *oidc, struct json_object *answer)
{
    if (!json_object_is_type(wg_json_get(answer, "keys"), json_type_array))
        return false;
    json_object_put(oidc->keys);
    oidc->keys = json_object_get(answer);
    oidc->loaded_at = wg_clock_mono();
    return true;
}

void oidc_load_keys(struct oidc *oidc, bool again, oidc_known *known, void *arg)
{
    if (oidc->keys != NULL && is_fresh(oidc->loaded_at, again ? AGAIN_S : FRESH_S)) {
        known(true, NULL, arg);
        return;
    }
    struct fetch *fetch = new_fetch(oidc, oidc->keys_at, known, arg);
    if (fetch == NULL)
        return;
    fetch->take = take_keys;
    go(fetch);
}

struct json_object *oidc_keys(const struct oidc *oidc)
{
    return oidc->keys;
}

/* ---- a code for a token */

void oidc_encode(struct wg_text *text, const char *value)
{
    for (const unsigned char *at = (const unsigned char *)value; *at != '\0'; at++) {
        bool plain = (*at >= '0' && *at <= '9') || (*at >= 'A' && *at <= 'Z') ||
                     (*at >= 'a' && *at <= 'z') || strchr("-._~", *at) != NULL;
        wg_text_printf(text, plain ? "%c" : "%%%02X", *at);
    }
}

static void put(struct wg_text *form, const char *name, const char *value)
{
    wg_text_printf(form, "%s%s=", form->length == 0 ? "" : "&", name);
    oidc_encode(form, value);
}

void oidc_exchange(struct oidc *oidc, const struct oidc_code *code, oidc_known *known, void *arg)
{
    struct fetch *fetch = new_fetch(oidc, oidc->token, known, arg);
    if (fetch == NULL)
        return;
    put(&fetch->form, "grant_type", "authorization_code");
    put(&fetch->form, "code", code->code);
    put(&fetch->form, "code_verifier", code->verifier);
    put(&fetch->form, "redirect_uri", code->redirect);
    if (oidc->secret[0] == '\0') {
        put(&fetch->form, "client_id", oidc->settings->client_id);
    } else { /* RFC 6749, 2.3.1: encoded, then as for Basic */
        WG_AUTO(wg_text_destroy) struct wg_text who = { 0 }, secret = { 0 };
        oidc_encode(&who, oidc->settings->client_id);
        oidc_encode(&secret, oidc->secret);
        curl_easy_setopt(fetch->easy, CURLOPT_USERNAME, who.bytes);
        curl_easy_setopt(fetch->easy, CURLOPT_PASSWORD, secret.bytes);
        curl_easy_setopt(fetch->easy, CURLOPT_HTTPAUTH, (long)CURLAUTH_BASIC);
        explicit_bzero(secret.bytes, secret.length);
    }
    curl_easy_setopt(fetch->easy, CURLOPT_POSTFIELDS, fetch->form.bytes);
    curl_easy_setopt(fetch->easy, CURLOPT_POSTFIELDSIZE, (long)fetch->form.length);
    go(fetch);
}

/* ---- life */

static void close_file(FILE **file)
{
    if (*file != NULL)
        fclose(*file);
}

static bool read_secret(struct oidc *oidc)
{
    const char *path = oidc->settings->secret_file;
    if (path[0] == '\0')
        return true;
    WG_AUTO(close_file) FILE *file = fopen(path, "re");
    if (file == NULL || fgets(oidc->secret, sizeof oidc->secret, file) == NULL)
        return false;
    oidc->secret[strcspn(oidc->secret, "\r\n")] = '\0';
    return true;
}

struct oidc *oidc_new(struct wg_service *service, const struct oidc_settings *settings)
{
    if (settings->issuer[0] == '\0')
        return NULL;
    struct oidc *oidc = wg_new(sizeof *oidc);
    oidc->service = service;
    oidc->settings = settings;
    oidc->curl = wg_curl_new(service);
    wg_service_part(service, "sso",
                    read_secret(oidc) ? NULL : "WANGGE_OIDC_CLIENT_SECRET_FILE cannot be read");
    return oidc;
}

void oidc_destroy(struct oidc **oidc)
{
    struct oidc *self = *oidc;
    if (self == NULL)
        return;
    while (self->fetches != NULL)
        free_fetch(self->fetches);
    wg_curl_destroy(&self->curl);
    json_object_put(self->keys);
    free(self->authorize);
    free(self->token);
    free(self->keys_at);
    explicit_bzero(self->secret, sizeof self->secret);
    free(self);
    *oidc = NULL;
}

const struct oidc_settings *oidc_settings(const struct oidc *oidc)
{
    return oidc->settings;
}
