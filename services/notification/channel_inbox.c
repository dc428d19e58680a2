/* See channel_inbox.h. Two ways lead to a notice: a hint names its case and the delete is the
 * claim; or the sweep leases it, because the hint was lost or taking it failed. From the second try
 * a notice goes alone and is named exactly, so that a sound one of the same case does not suffer
 * with it. A notice that PostgreSQL refuses when it stands alone is set aside with the reason; one
 * that ends five tries without a verdict is set aside by the claim. */
#include "services/notification/channel_inbox.h"

#include <assert.h>
#include <string.h>

#include "common/batch.h"
#include "common/clock.h"
#include "common/fault.h"
#include "common/lease.h"
#include "common/log.h"
#include "common/metrics.h"
#include "common/service.h"

#include "services/notification/store.h"

enum { FLIGHT_MOST = 500, QUEUE_MOST = 2000, LISTEN_BELOW = 1000, DEAF_ABOVE = 1500 };
enum { ALONE_BYTES = 1 << 20, ITEM_BYTES = 64 };

/* Message lifetime: from hint or claim to verdict. */
struct item {
    struct store_notice notice; /* n = 0: all notices of the case */
    bool swept, exact;
};

struct inbox {
    struct inbox_parts parts;
    struct wg_batch *batch;
    struct wg_lease *lease;
    size_t swept; /* items of the sweep that are on their way */
    int64_t flown_at;
    struct wg_metric *by_hint, *by_sweep, *aside, *inbox, *mail, *delay;
};

static bool enqueue(struct inbox *inbox, struct item *item)
{
    return wg_batch_add(inbox->batch, item, item->exact ? ALONE_BYTES : ITEM_BYTES) == 0;
}

/* The end of an item, whatever became of it; what it stood for is in the database. */
static void forget(struct inbox *inbox, struct item *item)
{
    if (item->swept && --inbox->swept == 0)
        wg_lease_again(inbox->lease);
    free(item);
}

/* ---- by hint */

static void on_hint(const int64_t *cases, size_t n, void *arg)
{
    struct inbox *inbox = arg;
    for (size_t i = 0; i < n; i++) {
        struct item *item = wg_new(sizeof *item);
        item->notice.case_id = cases[i];
        if (!enqueue(inbox, item))
            free(item); /* no room: the sweep finds it */
    }
    if (wg_batch_open(inbox->batch) > DEAF_ABOVE)
        wg_bus_listen(inbox->parts.bus, false);
}

/* ---- by sweep */

static int room(void *arg)
{
    const struct inbox *inbox = arg;
    return wg_batch_troubled(inbox->batch) || inbox->swept > 0 ? 0 : FLIGHT_MOST;
}

static bool busy(void *arg)
{
    const struct inbox *inbox = arg;
    return wg_bus_unread(inbox->parts.bus);
}

static void aside_landed(struct wg_flight *flight, void *arg)
{
    struct inbox *inbox = arg;
    if (wg_flight_outcome(flight) == WG_COMMITTED)
        wg_count(inbox->aside, 1); /* else the lease brings it again */
}

static void put_aside(struct inbox *inbox, const struct store_notice *notice, const char *reason)
{
    WG_AUTO(wg_flight_destroy) struct wg_flight *flight = wg_flight_new(aside_landed, inbox);
    store_put_aside(flight, notice, reason);
    wg_log_about(notice->case_id, WG_ERROR, "set-aside", "n=%d rule=%s tries=%d reason=%s",
                 notice->n, notice->rule, notice->tries, wg_log_quote(reason));
    if (wg_db_send(inbox->parts.sweeper, &flight) != 0)
        wg_log_about(notice->case_id, WG_WARNING, "set-aside-later", "n=%d reason=full", notice->n);
}

static void take_claimed(struct inbox *inbox, const struct store_notice *notice)
{
    if (notice->aside) {
        wg_count(inbox->aside, 1);
        wg_log_about(notice->case_id, WG_ERROR, "set-aside", "n=%d rule=%s reason=five-tries",
                     notice->n, notice->rule);
        return;
    }
    /* An instance with newer files may know this rule: it has until the fifth try. */
    if (rules_find(inbox->parts.rules, notice->rule) == NULL) {
        if (notice->tries >= WG_LEASE_TRIES && notice->rule[0] != '\0')
            put_aside(inbox, notice, "unknown rule");
        return;
    }
    struct item *item = wg_new(sizeof *item);
    *item = (struct item){ .notice = *notice, .swept = true, .exact = notice->tries > 1 };
    inbox->swept++;
    if (!enqueue(inbox, item))
        forget(inbox, item);
}

static void claimed(const PGresult *rows, void *arg)
{
    struct inbox *inbox = arg;
    for (int row = 0; row < PQntuples(rows); row++) {
        struct store_notice notice;
        store_read_notice(rows, row, &notice);
        take_claimed(inbox, &notice);
    }
}

/* ---- the batch */

static void build(struct wg_flight *flight, void **items, size_t n, void *arg)
{
    struct inbox *inbox = arg;
    int64_t cases[FLIGHT_MOST];
    assert(n <= FLIGHT_MOST);
    inbox->flown_at = wg_clock_mono();
    if (WG_FAULT(NOTIFICATION_AFTER_CLAIM) < 0)
        return; /* nothing is taken: the sweep repairs it */
    for (size_t i = 0; i < n; i++)
        cases[i] = ((const struct item *)items[i])->notice.case_id;
    const struct item *first = items[0];
    const struct store_take take = { .rules = inbox->parts.rules,
                                     .mail = inbox->parts.mail,
                                     .cases = cases,
                                     .n = n,
                                     .only = n == 1 && first->exact ? &first->notice : NULL };
    store_take_notices(flight, &take);
}

/* One line for each notice: its age, and how long the statement took until it was committed. A
 * notice becomes due a second after it was written; only the first try still shows when that was.
 */
static void say_taken(struct inbox *inbox, const PGresult *rows, int64_t took_us)
{
    int64_t now = wg_clock_now();
    for (int row = 0; row < PQntuples(rows); row++) {
        struct store_taken taken;
        store_read_taken(rows, row, &taken);
        int64_t age_us = taken.tries == 0 ? now - (taken.due_at - WG_SECOND) : 0;
        if (taken.tries == 0)
            wg_observe(inbox->delay, age_us);
        wg_count(taken.tries == 0 ? inbox->by_hint : inbox->by_sweep, 1);
        wg_log_about(taken.case_id, WG_INFO, "noticed",
                     "n=%d rule=%s staff=%d tries=%d age_us=%lld commit_us=%lld", taken.n,
                     taken.rule, (int)taken.staff, taken.tries, (long long)age_us,
                     (long long)took_us);
    }
}

static void done(const struct wg_flight *flight, void **items, size_t n, void *arg)
{
    struct inbox *inbox = arg;
    const PGresult *rows = wg_flight_result(flight, 0);
    if (rows != NULL) {
        int64_t entries, mails;
        store_read_written(rows, &entries, &mails);
        wg_count(inbox->inbox, (uint64_t)entries);
        wg_count(inbox->mail, (uint64_t)mails);
        say_taken(inbox, rows, wg_clock_mono() - inbox->flown_at);
    }
    for (size_t i = 0; i < n; i++)
        forget(inbox, items[i]);
    if (wg_batch_open(inbox->batch) < LISTEN_BELOW && !wg_service_draining(inbox->parts.service))
        wg_bus_listen(inbox->parts.bus, true);
}

static void reject(void *arg_item, const struct wg_flight *flight, void *arg)
{
    struct inbox *inbox = arg;
    struct item *item = arg_item;
    bool verdict =
        wg_flight_outcome(flight) == WG_ITEM; /* a time-out is a counted try, no verdict */
    if (verdict && item->exact) {
        char reason[200];
        snprintf(reason, sizeof reason, "%s %.150s", wg_flight_sqlstate(flight),
                 wg_flight_message(flight));
        put_aside(inbox, &item->notice, reason);
    } else if (verdict && item->swept) {
        item->exact = true; /* again, named exactly: the fault may be its neighbour's */
        if (enqueue(inbox, item))
            return;
    }
    forget(inbox, item); /* of a hint: the sweep names what it finds */
}

/* ---- life */

struct inbox *inbox_new(const struct inbox_parts *parts)
{
    static const struct wg_batch_rules batch_rules = { .name = "deliveries",
                                                       .most_items = FLIGHT_MOST,
                                                       .most_bytes = ALONE_BYTES,
                                                       .queue_items = QUEUE_MOST,
                                                       .queue_bytes =
                                                           (size_t)QUEUE_MOST * ALONE_BYTES,
                                                       .build = build,
                                                       .done = done,
                                                       .reject = reject };
    const struct wg_lease_rules lease_rules = { .name = "notices",
                                                .statement = store_statement(STORE_CLAIM_NOTICES),
                                                .room = room,
                                                .busy = busy,
                                                .claimed = claimed };
    struct inbox *inbox = wg_new(sizeof *inbox);
    inbox->parts = *parts;
    inbox->by_hint =
        wg_counter("wangge_notices_taken_total{by=\"hint\"}", "notices taken, by what led to them");
    inbox->by_sweep = wg_counter("wangge_notices_taken_total{by=\"sweep\"}", "");
    inbox->aside = wg_counter("wangge_notices_set_aside_total", "notices set aside with a reason");
    inbox->inbox = wg_counter("wangge_deliveries_total{channel=\"inbox\",outcome=\"sent\"}",
                              "deliveries by channel and outcome");
    inbox->mail = wg_counter("wangge_deliveries_total{channel=\"mail\",outcome=\"written\"}", "");
    inbox->delay = wg_histogram("wangge_notice_seconds",
                                "from the event's commit to its entries in the inbox");
    inbox->batch = wg_batch_new(parts->service, &batch_rules, &inbox->parts.writer, 1, inbox);
    inbox->lease = wg_lease_new(parts->service, parts->sweeper, &lease_rules, inbox);
    wg_bus_pull(parts->bus, "notices", on_hint, inbox);
    return inbox;
}

bool inbox_drained(void *arg)
{
    struct inbox *inbox = arg;
    wg_bus_listen(inbox->parts.bus, false);
    return wg_batch_open(inbox->batch) == 0;
}
