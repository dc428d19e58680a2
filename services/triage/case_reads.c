#include "services/triage/case_reads.h"

#include <string.h>

#include "common/pace.h"
#include "common/service.h"

#include "services/triage/case_row.h"
#include "triage_sql.h"

/* PACE_MS: a page costs PostgreSQL as much as three cases; what comes after a pause does not wait.
 */
enum { PAGE = 64, WAITING_MOST = 1000, PACE_MS = 5 };

struct wish {
    int64_t case_id;
    bool has_key;
    uint8_t key[WG_HASH_BYTES];
    struct wg_text sight;
    void *item;
};

struct case_reads {
    struct wg_service *service;
    struct wg_db *db;
    case_read_landed *landed;
    size_t n;
    bool flying, soon;
    struct wg_pace pace;
    struct wish waiting[WAITING_MOST];
};

/* On the wire. */
struct page {
    struct case_reads *reads;
    size_t n;
    void *items[PAGE];
};

static void send_pages(void *arg);

struct case_reads *case_reads_new(struct wg_service *service, struct wg_db *db,
                                  case_read_landed *landed)
{
    struct case_reads *reads = wg_new(sizeof *reads);
    reads->service = service;
    reads->db = db;
    reads->landed = landed;
    reads->pace = (struct wg_pace){
        .service = service, .every_ms = PACE_MS, .over = send_pages, .arg = reads
    };
    return reads;
}

void case_reads_destroy(struct case_reads **reads)
{
    for (size_t i = 0; i < (*reads)->n; i++)
        wg_text_destroy(&(*reads)->waiting[i].sight);
    free(*reads);
    *reads = NULL;
}

/* Their patience is over as that of those before them is. */
static void all_away(struct case_reads *reads)
{
    size_t n = reads->n;
    WG_AUTO(wg_free) struct wish *waiting = wg_new_array(n + 1, sizeof *waiting);
    memcpy(waiting, reads->waiting, n * sizeof *waiting);
    reads->n = 0;
    for (size_t i = 0; i < n; i++) {
        wg_text_destroy(&waiting[i].sight);
        reads->landed(NULL, -1, waiting[i].item);
    }
}

static void page_landed(struct wg_flight *flight, void *arg)
{
    WG_AUTO(wg_free) struct page *page = arg;
    struct case_reads *reads = page->reads;
    const PGresult *rows = wg_flight_result(flight, 0);
    int at[PAGE];
    memset(at, -1, sizeof at);
    reads->flying = false;
    for (int row = 0; rows != NULL && row < PQntuples(rows); row++)
        at[case_row_place(rows, row)] = row;
    for (size_t i = 0; i < page->n; i++)
        reads->landed(rows, at[i], page->items[i]);
    if (rows == NULL)
        all_away(reads);
    send_pages(reads);
}

static struct wg_params *take_page(struct case_reads *reads, struct page *page)
{
    struct wg_params *params = wg_params_new();
    struct wg_column *ids = wg_column_new(WG_I64), *keys = wg_column_new(WG_BYTEA),
                     *sights = wg_column_new(WG_STRING);
    page->n = reads->n < PAGE ? reads->n : PAGE;
    for (size_t i = 0; i < page->n; i++) {
        struct wish *wish = &reads->waiting[i];
        page->items[i] = wish->item;
        wg_column_i64(ids, wish->case_id);
        wg_column_bytes(keys, wish->has_key ? wish->key : NULL, WG_HASH_BYTES);
        wg_column_bytes(sights, wish->sight.bytes, wish->sight.length);
        wg_text_destroy(&wish->sight);
    }
    reads->n -= page->n;
    memmove(reads->waiting, reads->waiting + page->n, reads->n * sizeof reads->waiting[0]);
    wg_params_array(params, &ids);
    wg_params_array(params, &keys);
    wg_params_array(params, &sights);
    return params;
}

static void send_page(struct case_reads *reads)
{
    struct page *page = wg_new(sizeof *page);
    page->reads = reads;
    WG_AUTO(wg_params_destroy) struct wg_params *params = take_page(reads, page);
    WG_AUTO(wg_flight_destroy) struct wg_flight *flight = wg_flight_new(page_landed, page);
    wg_flight_add(flight, SQL_READ_CASE, &params);
    reads->flying = true;
    if (wg_db_send(reads->db, &flight) == 0)
        return;
    reads->flying = false;
    for (size_t i = 0; i < page->n; i++)
        reads->landed(NULL, -1, page->items[i]);
    free(page);
}

static void send_pages(void *arg)
{
    struct case_reads *reads = arg;
    reads->soon = false;
    while (reads->n > 0 && !reads->flying && (reads->n >= PAGE || wg_pace_may(&reads->pace))) {
        wg_pace_went(&reads->pace);
        send_page(reads);
    }
}

int case_reads_ask(struct case_reads *reads, int64_t case_id, const uint8_t *key,
                   struct wg_text *sight, void *item)
{
    if (reads->n == WAITING_MOST)
        return CASE_READS_FULL;
    struct wish *wish = &reads->waiting[reads->n++];
    *wish =
        (struct wish){ .case_id = case_id, .has_key = key != NULL, .sight = *sight, .item = item };
    *sight = (struct wg_text){ 0 };
    if (key != NULL)
        memcpy(wish->key, key, WG_HASH_BYTES);
    if (!reads->soon && !reads->flying) {
        reads->soon = true;
        wg_service_soon(reads->service, send_pages, reads);
    }
    return 0;
}
