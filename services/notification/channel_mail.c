/* See channel_mail.h. At most 16 letters are on their way or not yet written down; the lease (45 s)
 * outlasts the longest sending (40 s, smtp.h). */
#include "services/notification/channel_mail.h"

#include <stdio.h>
#include <string.h>

#include "common/batch.h"
#include "common/clock.h"
#include "common/crypto.h"
#include "common/fault.h"
#include "common/lease.h"
#include "common/log.h"
#include "common/metrics.h"
#include "common/service.h"

#include "services/notification/compose.h"
#include "services/notification/letter.h"
#include "services/notification/smtp.h"

enum { SENDINGS_MOST = 16, RESULT_BYTES = 128 };

/* Message lifetime: from claim to the written result, which is its first member. */
struct sending {
    struct store_result result;
    struct mail *mail;
    int64_t created_at, started; /* clock, mono */
};

struct mail {
    struct mail_parts parts;
    uint8_t seal_secret[WG_SECRET_BYTES];
    char *password;
    struct smtp_settings smtp_settings;
    struct smtp *smtp;
    size_t open; /* claimed and not yet written down */
    struct wg_batch *batch;
    struct wg_lease *lease;
    struct wg_metric *sent, *failed, *later, *sending, *delay;
};

static void forget(struct sending **sending)
{
    struct sending *self = *sending;
    self->mail->open--;
    free(self);
    *sending = NULL;
}

/* ---- the result */

static void finish(struct sending *sending, enum letter_verdict verdict, const char *reason)
{
    struct mail *mail = sending->mail;
    struct store_result *result = &sending->result;
    int64_t now = wg_clock_now(), took_us = wg_clock_mono() - sending->started;
    static const char *const events[] = { "mail-sent", "mail-later", "mail-failed" };
    int64_t wait_ms =
        letter_wait_ms(result->tries, mail->parts.settings.backoff_ms, (uint32_t)random());
    result->state = verdict == LETTER_SENT    ? STORE_SENT
                    : verdict == LETTER_LATER ? STORE_WAITING
                                              : STORE_FAILED;
    result->at = verdict == LETTER_LATER ? now + wait_ms * 1000 : now;
    snprintf(result->reason, sizeof result->reason, "%s", reason);
    wg_count(verdict == LETTER_SENT    ? mail->sent
             : verdict == LETTER_LATER ? mail->later
                                       : mail->failed,
             1);
    wg_observe(mail->sending, took_us);
    if (verdict == LETTER_SENT)
        wg_observe(mail->delay, now - sending->created_at);
    wg_log_about(result->case_id, verdict == LETTER_NEVER ? WG_WARNING : WG_INFO, events[verdict],
                 "delivery=%lld try=%d age_us=%lld send_us=%lld reason=%s", (long long)result->id,
                 result->tries, (long long)(now - sending->created_at), (long long)took_us,
                 wg_log_quote(reason));
    if (wg_batch_add(mail->batch, sending, RESULT_BYTES) != 0)
        forget(&sending); /* cannot be: fewer are open than the queue holds. The lease would bring
                             it again. */
}

/* The letter went, or did not. */
static void over(enum letter_end end, int code, const char *reason, void *arg)
{
    struct sending *sending = arg;
    if (WG_FAULT(NOTIFICATION_AFTER_SEND) < 0) {
        forget(&sending); /* nothing is written down: the lease brings it again */
        return;
    }
    finish(sending, letter_judge(end, code, sending->result.tries), reason);
}

static void start(struct mail *mail, const struct store_letter *letter)
{
    const struct compose with = { .rules = mail->parts.rules,
                                  .seal_secret = mail->seal_secret,
                                  .from = mail->parts.settings.from,
                                  .link = mail->parts.settings.link };
    WG_AUTO(wg_text_destroy) struct wg_text bytes = { 0 };
    char address[COMPOSE_ADDRESS_ROOM];
    struct sending *sending = wg_new(sizeof *sending);
    sending->result = (struct store_result){ .id = letter->id,
                                             .case_id = letter->case_id,
                                             .tries = letter->tries };
    sending->mail = mail;
    sending->created_at = letter->created_at;
    sending->started = wg_clock_mono();
    mail->open++;
    const char *why = compose_letter(&with, letter, &bytes, address);
    if (why != NULL)
        finish(sending, LETTER_NEVER, why);
    else if (WG_FAULT(NOTIFICATION_BEFORE_SEND) < 0)
        finish(sending, letter_judge(LETTER_TROUBLE, 0, letter->tries), "fault point");
    else
        smtp_send(mail->smtp, address, &bytes, over, sending);
}

/* ---- claims and results */

static int room(void *arg)
{
    const struct mail *mail = arg;
    return wg_batch_troubled(mail->batch) ? 0 : SENDINGS_MOST - (int)mail->open;
}

static void claimed(const PGresult *rows, void *arg)
{
    struct mail *mail = arg;
    for (int row = 0; row < PQntuples(rows); row++) {
        struct store_letter letter;
        store_read_letter(rows, row, &letter);
        if (letter.gave_up == NULL) {
            start(mail, &letter);
            continue;
        }
        wg_count(mail->failed, 1);
        wg_log_about(letter.case_id, WG_WARNING, "mail-failed", "delivery=%lld reason=%s",
                     (long long)letter.id, letter.gave_up);
    }
}

static void build(struct wg_flight *flight, void **items, size_t n, void *arg)
{
    (void)arg;
    store_record_results(flight, items, n);
}

static void done(const struct wg_flight *flight, void **items, size_t n, void *arg)
{
    struct mail *mail = arg;
    (void)flight;
    for (size_t i = 0; i < n; i++) {
        struct sending *sending = items[i];
        forget(&sending);
    }
    if (mail->open <= SENDINGS_MOST / 2)
        wg_lease_again(mail->lease);
}

static void reject(void *item, const struct wg_flight *flight, void *arg)
{
    struct sending *sending = item;
    (void)arg;
    wg_log_about(sending->result.case_id, WG_ERROR, "mail-unrecorded", "delivery=%lld sqlstate=%s",
                 (long long)sending->result.id, wg_flight_sqlstate(flight));
    forget(&sending); /* the lease brings it again, eight times at most */
}

/* ---- life */

static int fault(struct wg_text *ret_fault, const char *what, const char *why)
{
    wg_text_printf(ret_fault, "%s: %s", what, why);
    return MAIL_BAD;
}

static void close_file(FILE **file)
{
    if (*file != NULL)
        fclose(*file);
}

static int read_password(struct mail *mail, struct wg_text *ret_fault)
{
    const char *path = mail->parts.settings.password_file;
    char line[256];
    if (path[0] == '\0')
        return 0;
    WG_AUTO(close_file) FILE *file = fopen(path, "re");
    if (file == NULL || fgets(line, sizeof line, file) == NULL)
        return fault(ret_fault, "WANGGE_SMTP_PASSWORD_FILE", "cannot be read");
    line[strcspn(line, "\r\n")] = '\0';
    mail->password = wg_strdup(line);
    return 0;
}

const char *mail_fault(const struct mail_settings *settings)
{
    bool tls = strcmp(settings->tls, "try") == 0 || strcmp(settings->tls, "require") == 0 ||
               strcmp(settings->tls, "off") == 0;
    if (strncmp(settings->url, "smtp://", 7) != 0 && strncmp(settings->url, "smtps://", 8) != 0)
        return "WANGGE_SMTP_URL: must begin with smtp:// or smtps://";
    if (!letter_address_valid(settings->from))
        return "WANGGE_MAIL_FROM: must be one plain address";
    return tls ? NULL : "WANGGE_SMTP_TLS: must be try, require or off";
}

static int read_secrets(struct mail *mail, struct wg_text *ret_fault)
{
    const char *why = mail_fault(&mail->parts.settings);
    if (why != NULL) {
        wg_text_put(ret_fault, why);
        return MAIL_BAD;
    }
    char path[512];
    snprintf(path, sizeof path, "%s/secrets/seal.secret",
             wg_service_settings(mail->parts.service)->home);
    if (wg_secret_read(path, mail->seal_secret) != 0)
        return fault(ret_fault, path, "cannot be read");
    return read_password(mail, ret_fault);
}

int mail_new(const struct mail_parts *parts, struct mail **ret_mail, struct wg_text *ret_fault)
{
    static const struct wg_batch_rules batch_rules = {
        .name = "results", .build = build, .done = done, .reject = reject
    };
    const struct wg_lease_rules lease_rules = { .name = "mails",
                                                .statement =
                                                    store_statement(STORE_CLAIM_DELIVERIES),
                                                .room = room,
                                                .claimed = claimed };
    struct mail *mail = wg_new(sizeof *mail);
    mail->parts = *parts;
    if (read_secrets(mail, ret_fault) != 0) {
        free(mail);
        return MAIL_BAD;
    }
    mail->smtp_settings = (struct smtp_settings){ .url = parts->settings.url,
                                                  .from = parts->settings.from,
                                                  .user = parts->settings.user,
                                                  .password = mail->password,
                                                  .tls = parts->settings.tls };
    mail->smtp = smtp_new(parts->service, &mail->smtp_settings);
    mail->sent = wg_counter("wangge_deliveries_total{channel=\"mail\",outcome=\"sent\"}", "");
    mail->failed = wg_counter("wangge_deliveries_total{channel=\"mail\",outcome=\"failed\"}", "");
    mail->later = wg_counter("wangge_deliveries_total{channel=\"mail\",outcome=\"later\"}", "");
    mail->sending =
        wg_histogram("wangge_mail_send_seconds", "one try, from opening the address to the answer");
    mail->delay =
        wg_histogram("wangge_mail_seconds", "from the delivery's birth to the server's yes");
    mail->batch = wg_batch_new(parts->service, &batch_rules, &mail->parts.writer, 1, mail);
    mail->lease = wg_lease_new(parts->service, parts->sweeper, &lease_rules, mail);
    *ret_mail = mail;
    return 0;
}

bool mail_drained(void *arg)
{
    const struct mail *mail = arg;
    return mail->open == 0;
}
