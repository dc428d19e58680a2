/* Keys are looked up once and kept for one to two seconds, so that those which came together (a
 * shift begins) are not looked up together ever after. Requests that wait for one look-up wait
 * together. */
#include "common/access.h"

#include <string.h>
#include <strings.h>

#include "common/area.h"
#include "common/clock.h"
#include "common/crypto.h"
#include "common/http.h"
#include "common/log.h"
#include "common/memory.h"
#include "common/service.h"
#include "common/text.h"

enum {
    BUCKETS = 4096,
    ENTRIES_MOST = 20000,
    FRESH_US = 2000000,
    ADDRESSES = 4096,
    WRONG_BURST = 20,
    WRONG_RATE = 5,
    TOKEN_MOST = 200
};

struct waiter {
    struct waiter *next;
    struct wg_request *request;
    void (*known)(struct wg_request *request, const struct wg_caller *caller, void *arg);
    void *arg;
};

/* As in sql/find_caller.sql. */
enum kind { NOTHING, KEY, SESSION, LINK };
enum column {
    KEY_ID,
    SESSION_ID,
    LINK_ID,
    STAFF_ID,
    ADMINISTRATOR,
    SYSTEM,
    SYSTEM_AREA,
    RATE,
    OVER,
    MUST,
    DEVICE_HASH,
    CASE_ID,
    TASK,
    PARTY_ID,
    POST,
    POST_AREA,
    LEVEL,
    POST_AREA_ID,
    ROOT,
    READS
};

struct entry {
    struct entry *next;
    enum kind kind;
    uint8_t hash[WG_KEY_HASH_BYTES];
    int64_t fresh_until; /* mono */
    bool asking, right, bound;
    uint8_t device_hash[WG_KEY_HASH_BYTES]; /* of a bound session */
    struct wg_caller caller;
    double tokens; /* of the key's rate */
    int64_t tokens_at;
    struct waiter *waiters;
    struct wg_access *access;
};

/* Wrong keys by address: a token bucket each; addresses that share a slot share it (harmless: 429
 * for a while). */
struct wrong {
    double tokens;
    int64_t at;
};

struct wg_access {
    struct wg_service *service;
    struct wg_db *db;
    int statement;
    size_t n;
    struct entry *buckets[BUCKETS];
    struct wrong wrong[ADDRESSES];
};

struct wg_access *wg_access_new(struct wg_service *service, struct wg_db *db, int statement)
{
    struct wg_access *access = wg_new(sizeof *access);
    access->service = service;
    access->db = db;
    access->statement = statement;
    for (size_t i = 0; i < ADDRESSES; i++)
        access->wrong[i].tokens = WRONG_BURST;
    return access;
}

static void free_entry(struct entry *entry)
{
    while (entry->waiters != NULL) {
        struct waiter *next = entry->waiters->next;
        free(entry->waiters);
        entry->waiters = next;
    }
    free(entry);
}

void wg_access_destroy(struct wg_access **access)
{
    if (*access == NULL)
        return;
    for (size_t i = 0; i < BUCKETS; i++) {
        while ((*access)->buckets[i] != NULL) {
            struct entry *next = (*access)->buckets[i]->next;
            free_entry((*access)->buckets[i]);
            (*access)->buckets[i] = next;
        }
    }
    free(*access);
    *access = NULL;
}

/* ---- rates */

static bool take_token(double *tokens, int64_t *at, double rate, double burst)
{
    int64_t now = wg_clock_mono();
    *tokens += (double)(now - *at) / 1e6 * rate;
    if (*tokens > burst)
        *tokens = burst;
    *at = now;
    if (*tokens < 1)
        return false;
    *tokens -= 1;
    return true;
}

static struct wrong *wrong_of(struct wg_access *access, const char *address)
{
    uint8_t hash[WG_HASH_BYTES];
    uint32_t slot;
    wg_hash(hash, NULL, address, strlen(address), NULL);
    memcpy(&slot, hash, sizeof slot);
    return &access->wrong[slot % ADDRESSES];
}

static bool wrong_too_often(struct wg_access *access, struct wg_request *request)
{
    struct wrong *wrong = wrong_of(access, wg_request_address(request));
    if (take_token(&wrong->tokens, &wrong->at, WRONG_RATE, WRONG_BURST))
        return false;
    wg_reply_refusal(request, 429, "too-many-wrong-keys", "错误密钥过多，请稍后再试",
                     "Too many wrong keys; try again later");
    return true;
}

static void reply_wrong(struct wg_access *access, struct wg_request *request, enum kind kind)
{
    if (wrong_too_often(access, request))
        return;
    if (kind == SESSION) {
        wg_reply_refusal(request, 401, "session-expired", "登录已失效，请重新登录",
                         "The session is over; log in again");
    } else if (kind == LINK) {
        wg_reply_refusal(request, 401, "link-expired", "链接无效、已到期或已撤销",
                         "The link is wrong, has expired or was revoked");
    } else {
        wg_reply_header(request, "WWW-Authenticate", "Bearer");
        wg_reply_refusal(request, 401, "key-wrong", "密钥无效或已吊销",
                         "The key is wrong or was revoked");
    }
}

/* ---- the cache */

/* A bound session counts only together with the secret of its device. */
static bool device_is_right(const struct entry *entry, const struct wg_request *request)
{
    uint8_t hash[WG_KEY_HASH_BYTES];
    if (!entry->bound)
        return true;
    const char *secret = wg_request_cookie(request, WG_DEVICE_COOKIE);
    if (secret == NULL)
        return false;
    wg_key_hash(hash, secret, strlen(secret));
    return memcmp(hash, entry->device_hash, sizeof hash) == 0;
}

static void answer(struct entry *entry, struct wg_request *request,
                   void (*known)(struct wg_request *request, const struct wg_caller *caller,
                                 void *arg),
                   void *arg)
{
    static const struct wg_caller nobody;
    if (!entry->right || !device_is_right(entry, request)) {
        if (entry->kind != SESSION || !wg_request_open(request))
            reply_wrong(entry->access, request, entry->kind);
        else if (!wrong_too_often(entry->access, request))
            known(request, &nobody, arg); /* a browser sends what is left of it everywhere */
        return;
    }
    int rate = entry->caller.rate;
    if (rate > 0 && !take_token(&entry->tokens, &entry->tokens_at, rate, rate)) {
        wg_reply_refusal(request, 429, "rate-exceeded", "超过该密钥的请求频率",
                         "This key's rate is exceeded");
        return;
    }
    known(request, &entry->caller, arg);
}

static void read_posts(struct wg_caller *caller, const PGresult *rows)
{
    for (int row = 0; row < PQntuples(rows) && caller->n_posts < WG_COUNT(caller->posts); row++) {
        if (wg_is_null(rows, row, POST))
            continue;
        struct wg_post *post = &caller->posts[caller->n_posts++];
        wg_copy(post->post, sizeof post->post, wg_get_text(rows, row, POST));
        wg_copy(post->area, sizeof post->area, wg_get_text(rows, row, POST_AREA));
        wg_copy(post->level, sizeof post->level, wg_get_text(rows, row, LEVEL));
        wg_copy(post->reads, sizeof post->reads, wg_get_text(rows, row, READS));
        post->area_id = wg_get_i64(rows, row, POST_AREA_ID);
        /* Of the whole city, and logged in: a key says by itself whether it is an administrator's.
         */
        if (caller->session_id != 0 && strcmp(post->post, "administrator") == 0 &&
            wg_get_bool(rows, row, ROOT))
            caller->administrator = true;
    }
}

static void read_caller(struct entry *entry, const PGresult *rows)
{
    struct wg_caller *caller = &entry->caller;
    *caller = (struct wg_caller){ 0 };
    entry->right = PQntuples(rows) > 0 && !wg_get_bool(rows, 0, OVER);
    if (!entry->right)
        return;
    caller->key_id = wg_get_i64(rows, 0, KEY_ID);
    caller->session_id = wg_get_i64(rows, 0, SESSION_ID);
    caller->link_id = wg_get_i64(rows, 0, LINK_ID);
    caller->staff_id = wg_get_i64(rows, 0, STAFF_ID);
    caller->party_id = (int32_t)wg_get_i64(rows, 0, PARTY_ID);
    caller->administrator = wg_get_bool(rows, 0, ADMINISTRATOR);
    caller->link.case_id = wg_get_i64(rows, 0, CASE_ID);
    caller->link.task = (int)wg_get_i64(rows, 0, TASK);
    caller->rate = (int)wg_get_i64(rows, 0, RATE);
    wg_copy(caller->system, sizeof caller->system, wg_get_text(rows, 0, SYSTEM));
    wg_copy(caller->area, sizeof caller->area, wg_get_text(rows, 0, SYSTEM_AREA));
    wg_copy(caller->must, sizeof caller->must, wg_get_text(rows, 0, MUST));
    size_t length = 0;
    const void *device = wg_get_bytes(rows, 0, DEVICE_HASH, &length);
    entry->bound = device != NULL && length == sizeof entry->device_hash;
    if (entry->bound)
        memcpy(entry->device_hash, device, length);
    read_posts(caller, rows);
}

static void caller_landed(struct wg_flight *flight, void *arg)
{
    struct entry *entry = arg;
    struct waiter *waiters = entry->waiters;
    const PGresult *rows = wg_flight_result(flight, 0);
    entry->waiters = NULL;
    entry->asking = false;
    if (rows != NULL) {
        read_caller(entry, rows);
        entry->fresh_until = wg_clock_mono() + FRESH_US / 2 + random() % (FRESH_US / 2);
    }
    while (waiters != NULL) {
        struct waiter *waiter = waiters;
        waiters = waiter->next;
        if (rows != NULL)
            answer(entry, waiter->request, waiter->known, waiter->arg);
        else
            wg_reply_refusal(waiter->request, 503, "database-away", "数据库暂不可用",
                             "The database is away");
        free(waiter);
    }
}

static void make_room(struct wg_access *access)
{
    for (size_t i = 0; i < BUCKETS; i++) {
        for (struct entry **at = &access->buckets[i]; *at != NULL;) {
            struct entry *entry = *at;
            if (entry->asking) {
                at = &entry->next;
                continue;
            }
            *at = entry->next;
            free_entry(entry);
            access->n--;
        }
    }
}

static struct entry *entry_of(struct wg_access *access, enum kind kind,
                              const uint8_t hash[WG_KEY_HASH_BYTES])
{
    uint32_t bucket;
    memcpy(&bucket, hash, sizeof bucket);
    struct entry **head = &access->buckets[bucket % BUCKETS];
    for (struct entry *entry = *head; entry != NULL; entry = entry->next)
        if (entry->kind == kind && memcmp(entry->hash, hash, WG_KEY_HASH_BYTES) == 0)
            return entry;
    if (access->n >= ENTRIES_MOST)
        make_room(access);
    struct entry *entry = wg_new(sizeof *entry);
    memcpy(entry->hash, hash, WG_KEY_HASH_BYTES);
    entry->kind = kind;
    entry->access = access;
    entry->tokens = 1;
    entry->next = *head;
    *head = entry;
    access->n++;
    return entry;
}

static void ask(struct entry *entry)
{
    struct wg_access *access = entry->access;
    WG_AUTO(wg_params_destroy) struct wg_params *params = wg_params_new();
    wg_params_bytes(params, entry->hash, sizeof entry->hash);
    wg_params_time(params, wg_clock_now());
    wg_params_i32(params, (int32_t)entry->kind);
    wg_params_text(params, wg_service_name(access->service));
    WG_AUTO(wg_flight_destroy) struct wg_flight *flight = wg_flight_new(caller_landed, entry);
    wg_flight_add(flight, access->statement, &params);
    entry->asking = wg_db_send(access->db, &flight) == 0;
}

static void wait_for(struct entry *entry, struct wg_request *request,
                     void (*known)(struct wg_request *request, const struct wg_caller *caller,
                                   void *arg),
                     void *arg)
{
    if (!entry->asking)
        ask(entry);
    if (!entry->asking) {
        wg_reply_refusal(request, 503, "database-away", "数据库暂不可用", "The database is away");
        return;
    }
    struct waiter *waiter = wg_new(sizeof *waiter);
    *waiter =
        (struct waiter){ .next = entry->waiters, .request = request, .known = known, .arg = arg };
    entry->waiters = waiter;
}

/* What the caller shows, and its text (NULL: in no form that we know). */
static enum kind what_is_shown(const struct wg_request *request, const char **ret_text)
{
    const char *header = wg_request_header(request, "Authorization");
    if (header == NULL) {
        *ret_text = wg_request_cookie(request, WG_SESSION_COOKIE);
        return *ret_text == NULL ? NOTHING : SESSION;
    }
    if (strncasecmp(header, "Code ", 5) == 0)
        return NOTHING;
    bool link = strncasecmp(header, "Link ", 5) == 0;
    if (link || strncasecmp(header, "Bearer ", 7) == 0)
        *ret_text = header + (link ? 5 : 7);
    return link ? LINK : KEY;
}

/* Browsers send Origin with all that is not GET; whoever is none says so by a header that no form
 * can send. */
static bool comes_from_door(const struct wg_request *request)
{
    const char *method = wg_request_method(request);
    if (strcmp(method, "GET") == 0 || strcmp(method, "HEAD") == 0)
        return true;
    enum wg_origin origin = wg_request_origin(request);
    return origin == WG_ORIGIN_DOOR ||
           (origin == WG_ORIGIN_NONE && wg_request_header(request, "X-Wangge") != NULL);
}

void wg_access_find(struct wg_access *access, struct wg_request *request,
                    void (*known)(struct wg_request *request, const struct wg_caller *caller,
                                  void *arg),
                    void *arg)
{
    static const struct wg_caller nobody;
    uint8_t hash[WG_KEY_HASH_BYTES];
    const char *text = NULL;
    enum kind kind = what_is_shown(request, &text);
    if (kind == NOTHING) {
        known(request, &nobody, arg);
        return;
    }
    if (text == NULL || strlen(text) > TOKEN_MOST) {
        reply_wrong(access, request, kind);
        return;
    }
    if (kind == SESSION && !comes_from_door(request)) {
        wg_reply_refusal(request, 403, "cross-site", "请求须来自本站页面",
                         "The request must come from a page of this site");
        return;
    }
    wg_key_hash(hash, text, strlen(text));
    struct entry *entry = entry_of(access, kind, hash);
    if (wg_clock_mono() < entry->fresh_until)
        answer(entry, request, known, arg);
    else
        wait_for(entry, request, known, arg);
}

void wg_access_forget(struct wg_access *access, const struct wg_request *request)
{
    for (size_t i = 0; i < BUCKETS; i++) {
        for (struct entry *entry = access->buckets[i]; entry != NULL; entry = entry->next) {
            struct waiter **at = &entry->waiters;
            while (*at != NULL && (*at)->request != request)
                at = &(*at)->next;
            if (*at == NULL)
                continue;
            struct waiter *gone = *at;
            *at = gone->next;
            free(gone);
            return;
        }
    }
}

/* ---- decisions */

bool wg_known(const struct wg_caller *caller)
{
    return caller->key_id != 0 || caller->session_id != 0 || caller->link_id != 0;
}

void wg_caller_name(const struct wg_caller *caller, char ret_name[WG_CALLER_ROOM])
{
    if (caller->session_id != 0)
        snprintf(ret_name, WG_CALLER_ROOM, "staff:%lld", (long long)caller->staff_id);
    else if (caller->link_id != 0)
        snprintf(ret_name, WG_CALLER_ROOM, "link:%lld", (long long)caller->link_id);
    else if (caller->key_id != 0)
        snprintf(ret_name, WG_CALLER_ROOM, "key:%lld", (long long)caller->key_id);
    else
        wg_copy(ret_name, WG_CALLER_ROOM, "nobody");
}

bool wg_may_touch(const struct wg_caller *caller, int64_t case_id, int task)
{
    return caller->link_id == 0 || (caller->link.case_id == case_id && caller->link.task == task);
}

/* Who acts for a party sees what its tasks show, not all that lies in its area. */
static bool opens_area(const struct wg_post *post)
{
    return strcmp(post->post, "handler") != 0;
}

bool wg_may_read(const struct wg_caller *caller, const char *area)
{
    if (caller->administrator)
        return true;
    if (caller->system[0] != '\0')
        return caller->area[0] == '\0' || wg_area_inside(area, caller->area);
    for (size_t i = 0; i < caller->n_posts; i++)
        if (opens_area(&caller->posts[i]) && wg_area_inside(area, caller->posts[i].area))
            return true;
    return false;
}

bool wg_has_post(const struct wg_caller *caller, const char *post, const char *area)
{
    for (size_t i = 0; i < caller->n_posts; i++)
        if (strcmp(caller->posts[i].post, post) == 0 && wg_area_inside(area, caller->posts[i].area))
            return true;
    return false;
}

size_t wg_readable(const struct wg_caller *caller, struct wg_range ranges[8])
{
    if (caller->administrator || (caller->system[0] != '\0' && caller->area[0] == '\0')) {
        ranges[0] = (struct wg_range){ .low = "", .high = ":" };
        return 1;
    }
    if (caller->system[0] != '\0') {
        snprintf(ranges[0].low, sizeof ranges[0].low, "%s", caller->area);
        wg_area_next(caller->area, ranges[0].high);
        return 1;
    }
    size_t n = 0;
    for (size_t i = 0; i < caller->n_posts; i++) {
        if (!opens_area(&caller->posts[i]))
            continue;
        snprintf(ranges[n].low, sizeof ranges[n].low, "%s", caller->posts[i].area);
        wg_area_next(caller->posts[i].area, ranges[n].high);
        n++;
    }
    return n;
}
