/* See smtp.h. Once connected, the handle stays with common/curl, which owns the connection; taking
 * it out closes the connection at once. */
#include "services/notification/smtp.h"

#include <stdio.h>
#include <string.h>

#include "common/curl.h"
#include "common/service.h"

#include "services/notification/dialog.h"

enum { CONNECT_MS = 10000, TOTAL_MS = 40000, READ_BYTES = 4096 };

struct smtp {
    struct wg_service *service;
    const struct smtp_settings *settings;
    struct wg_curl *curl;
};

/* Message lifetime: from smtp_send to its end. */
struct sending {
    struct smtp *smtp;
    CURL *easy;
    struct wg_transfer transfer;
    int timer;                /* of the whole */
    curl_socket_t descriptor; /* CURL_SOCKET_BAD until connected */
    char *to;
    struct wg_text letter, out;
    size_t sent; /* bytes of out that are gone */
    struct dialog dialog;
    smtp_over *over;
    void *arg;
};

static void finish(struct sending *sending, enum letter_end end, const char *trouble)
{
    struct smtp *smtp = sending->smtp;
    const struct dialog *dialog = &sending->dialog;
    char reason[80];
    if (end == LETTER_DONE)
        reason[0] = '\0';
    else if (trouble == NULL)
        snprintf(reason, sizeof reason, "smtp %s", dialog->status);
    else
        snprintf(reason, sizeof reason, "%.79s", trouble);
    if (sending->descriptor != CURL_SOCKET_BAD)
        wg_service_unwatch(smtp->service, sending->descriptor);
    wg_service_untimer(smtp->service, sending->timer);
    wg_curl_remove(smtp->curl, sending->easy);
    curl_easy_cleanup(sending->easy);
    sending->over(end, dialog->code, reason, sending->arg);
    wg_text_destroy(&sending->letter);
    wg_text_destroy(&sending->out);
    free(sending->to);
    free(sending);
}

static void on_total(void *arg)
{
    struct sending *sending = arg;
    finish(sending, LETTER_TROUBLE, "no answer in time");
}

/* ---- the dialogue */

/* Sends what can be sent; false: the connection broke. */
static bool flush(struct sending *sending)
{
    while (sending->sent < sending->out.length) {
        size_t n = 0;
        CURLcode code = curl_easy_send(sending->easy, sending->out.bytes + sending->sent,
                                       sending->out.length - sending->sent, &n);
        if (code == CURLE_AGAIN)
            return true;
        if (code != CURLE_OK)
            return false;
        sending->sent += n;
    }
    wg_text_clear(&sending->out);
    sending->sent = 0;
    return true;
}

/* Takes what has come; false: the connection broke. */
static bool take(struct sending *sending)
{
    char bytes[READ_BYTES];
    while (sending->dialog.stage != DIALOG_OVER) {
        size_t n = 0;
        CURLcode code = curl_easy_recv(sending->easy, bytes, sizeof bytes, &n);
        if (code == CURLE_AGAIN)
            return true;
        if (code != CURLE_OK || n == 0)
            return false;
        dialog_take(&sending->dialog, bytes, n, &sending->out);
    }
    return true;
}

static void on_dialog(void *arg);

static void talk(struct sending *sending)
{
    bool alive = take(sending) && flush(sending);
    const struct dialog *dialog = &sending->dialog;
    if (dialog->stage == DIALOG_OVER && (dialog->end == LETTER_DONE || dialog->code >= 400))
        finish(sending, dialog->end, NULL);
    else if (dialog->stage == DIALOG_OVER)
        finish(sending, LETTER_TROUBLE, "the server speaks no SMTP");
    else if (!alive)
        finish(sending, LETTER_TROUBLE, "the connection broke");
    else
        wg_service_watch(sending->smtp->service, sending->descriptor, sending->out.length > 0,
                         on_dialog, sending);
}

static void on_dialog(void *arg)
{
    talk(arg);
}

static void connected(CURLcode code, void *arg)
{
    struct sending *sending = arg;
    if (code == CURLE_OK)
        curl_easy_getinfo(sending->easy, CURLINFO_ACTIVESOCKET, &sending->descriptor);
    if (code != CURLE_OK || sending->descriptor == CURL_SOCKET_BAD) {
        finish(sending, LETTER_TROUBLE,
               curl_easy_strerror(code == CURLE_OK ? CURLE_COULDNT_CONNECT : code));
        return;
    }
    dialog_begin(&sending->dialog, sending->smtp->settings->from, sending->to, &sending->letter,
                 &sending->out);
    talk(sending);
}

/* ---- one letter */

static void set_security(const struct smtp_settings *settings, CURL *easy)
{
    bool require = strcmp(settings->tls, "require") == 0;
    bool off = strcmp(settings->tls, "off") == 0;
    curl_easy_setopt(easy, CURLOPT_USE_SSL,
                     (long)(require ? CURLUSESSL_ALL
                            : off   ? CURLUSESSL_NONE
                                    : CURLUSESSL_TRY));
    /* Without a folder of certificates libcurl keeps those of the file, once read, for all
     * connections. */
    curl_easy_setopt(easy, CURLOPT_CAPATH, NULL);
    /* Encryption that is only tried cannot be verified (RFC 7435): without it the letter would go
     * in clear. Certificates would be read for nothing. */
    if (!require && strncmp(settings->url, "smtps:", 6) != 0) {
        curl_easy_setopt(easy, CURLOPT_CAINFO, NULL);
        curl_easy_setopt(easy, CURLOPT_CAINFO, NULL);
        curl_easy_setopt(easy, CURLOPT_SSL_VERIFYPEER, 0L);
        curl_easy_setopt(easy, CURLOPT_SSL_VERIFYHOST, 0L);
    }
    if (settings->user[0] != '\0') {
        curl_easy_setopt(easy, CURLOPT_USERNAME, settings->user);
        curl_easy_setopt(easy, CURLOPT_PASSWORD,
                         settings->password == NULL ? "" : settings->password);
    }
}

void smtp_send(struct smtp *smtp, const char *to, struct wg_text *letter, smtp_over *over,
               void *arg)
{
    struct sending *sending = wg_new(sizeof *sending);
    *sending = (struct sending){ .smtp = smtp, .letter = *letter, .over = over, .arg = arg };
    *letter = (struct wg_text){ 0 };
    sending->to = wg_strdup(to);
    sending->descriptor = CURL_SOCKET_BAD;
    sending->timer = wg_service_timer(smtp->service, TOTAL_MS, 1, on_total, sending);
    sending->easy = curl_easy_init();
    if (sending->easy == NULL)
        abort(); /* out of memory ends the process */
    curl_easy_setopt(sending->easy, CURLOPT_URL, smtp->settings->url);
    curl_easy_setopt(sending->easy, CURLOPT_PROTOCOLS_STR, "smtp,smtps");
    curl_easy_setopt(sending->easy, CURLOPT_PROXY, "");
    curl_easy_setopt(sending->easy, CURLOPT_CONNECT_ONLY, 1L);
    curl_easy_setopt(sending->easy, CURLOPT_CONNECTTIMEOUT_MS, (long)CONNECT_MS);
    set_security(smtp->settings, sending->easy);
    sending->transfer = (struct wg_transfer){ connected, sending };
    wg_curl_add(smtp->curl, sending->easy, &sending->transfer);
}

struct smtp *smtp_new(struct wg_service *service, const struct smtp_settings *settings)
{
    struct smtp *smtp = wg_new(sizeof *smtp);
    *smtp = (struct smtp){ .service = service, .settings = settings, .curl = wg_curl_new(service) };
    return smtp;
}
