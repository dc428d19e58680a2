/* See smtp.h. libcurl drives itself through two calls: it names descriptors to watch, and a time to
 * be called at. Once connected, the handle stays in the multi handle, since that owns the
 * connection; taking it out closes the connection at once. */
#include "services/notification/smtp.h"

#include <curl/curl.h>
#include <stdio.h>
#include <string.h>

#include "common/service.h"

#include "services/notification/dialog.h"

enum { CONNECT_MS = 10000, TOTAL_MS = 40000, READ_BYTES = 4096 };

struct smtp {
    struct wg_service *service;
    const struct smtp_settings *settings;
    CURLM *multi;
    int timer; /* libcurl's; -1: none */
};

/* Message lifetime: from smtp_send to its end. */
struct sending {
    struct smtp *smtp;
    CURL *easy;
    int timer;                /* of the whole */
    curl_socket_t descriptor; /* CURL_SOCKET_BAD until connected */
    char *to;
    struct wg_text letter, out;
    size_t sent; /* bytes of out that are gone */
    struct dialog dialog;
    smtp_over *over;
    void *arg;
};

/* A descriptor that libcurl watches. */
struct watched {
    struct smtp *smtp;
    curl_socket_t descriptor;
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
    curl_multi_remove_handle(smtp->multi, sending->easy);
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

static void connected(struct sending *sending, CURLcode code)
{
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

/* ---- libcurl on the loop */

static void drive(struct smtp *smtp, curl_socket_t descriptor)
{
    int running, left;
    curl_multi_socket_action(smtp->multi, descriptor, 0, &running);
    for (CURLMsg *message; (message = curl_multi_info_read(smtp->multi, &left)) != NULL;) {
        char *sending;
        CURLcode code = message->data.result;
        curl_easy_getinfo(message->easy_handle, CURLINFO_PRIVATE, &sending);
        if (message->msg == CURLMSG_DONE)
            connected((struct sending *)(void *)sending, code);
    }
}

static void on_descriptor(void *arg)
{
    const struct watched *watched = arg; /* may be gone when drive returns */
    drive(watched->smtp, watched->descriptor);
}

static void on_time(void *arg)
{
    struct smtp *smtp = arg;
    smtp->timer = -1;
    drive(smtp, CURL_SOCKET_TIMEOUT);
}

static int on_watch(CURL *easy, curl_socket_t descriptor, int what, void *arg, void *known)
{
    struct smtp *smtp = arg;
    struct watched *watched = known;
    (void)easy;
    if (what == CURL_POLL_REMOVE) {
        if (watched != NULL)
            wg_service_unwatch(smtp->service, descriptor);
        curl_multi_assign(smtp->multi, descriptor, NULL);
        free(watched);
        return 0;
    }
    if (watched == NULL) {
        watched = wg_new(sizeof *watched);
        *watched = (struct watched){ .smtp = smtp, .descriptor = descriptor };
        curl_multi_assign(smtp->multi, descriptor, watched);
    }
    wg_service_watch(smtp->service, descriptor, (what & CURL_POLL_OUT) != 0, on_descriptor,
                     watched);
    return 0;
}

static int on_timer(CURLM *multi, long timeout_ms, void *arg)
{
    struct smtp *smtp = arg;
    (void)multi;
    if (smtp->timer >= 0)
        wg_service_untimer(smtp->service, smtp->timer);
    smtp->timer =
        timeout_ms < 0 ? -1 : wg_service_timer(smtp->service, timeout_ms, 1, on_time, smtp);
    return 0;
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
    curl_easy_setopt(sending->easy, CURLOPT_NOSIGNAL, 1L);
    curl_easy_setopt(sending->easy, CURLOPT_CONNECTTIMEOUT_MS, (long)CONNECT_MS);
    curl_easy_setopt(sending->easy, CURLOPT_PRIVATE, (char *)sending);
    set_security(smtp->settings, sending->easy);
    curl_multi_add_handle(smtp->multi, sending->easy);
}

struct smtp *smtp_new(struct wg_service *service, const struct smtp_settings *settings)
{
    struct smtp *smtp = wg_new(sizeof *smtp);
    *smtp = (struct smtp){ .service = service, .settings = settings, .timer = -1 };
    curl_global_init(CURL_GLOBAL_DEFAULT);
    smtp->multi = curl_multi_init();
    curl_multi_setopt(smtp->multi, CURLMOPT_SOCKETFUNCTION, on_watch);
    curl_multi_setopt(smtp->multi, CURLMOPT_SOCKETDATA, smtp);
    curl_multi_setopt(smtp->multi, CURLMOPT_TIMERFUNCTION, on_timer);
    curl_multi_setopt(smtp->multi, CURLMOPT_TIMERDATA, smtp);
    return smtp;
}
