/* wangge-notification: tells people who must know (README.md). */
#include <stdio.h>
#include <string.h>

#include "common/access.h"
#include "common/bus.h"
#include "common/clock.h"
#include "common/db.h"
#include "common/http.h"
#include "common/metrics.h"
#include "common/service.h"

#include "services/notification/channel_inbox.h"
#include "services/notification/channel_mail.h"
#include "services/notification/routes.h"
#include "services/notification/rules.h"
#include "services/notification/store.h"

enum { COUNT_MS = 5000, REQUESTS_IN_FLIGHT = 8 };

static const char *folder;
static struct mail_settings mail_settings;

static const struct wg_setting settings[] = {
    { "WANGGE_NOTICES", WG_TEXT, "", 0, 0, "folder of the rules; empty: $WANGGE_HOME/share/notices",
      &folder, NULL },
    { "WANGGE_SMTP_URL", WG_TEXT, "", 0, 0,
      "mail server, smtp://host:port or smtps://…; empty: no mail", &mail_settings.url, NULL },
    { "WANGGE_MAIL_FROM", WG_TEXT, "wangge@localhost", 0, 0, "sender of all mails",
      &mail_settings.from, NULL },
    { "WANGGE_SMTP_USER", WG_TEXT, "", 0, 0, "log-in at the mail server; empty: none",
      &mail_settings.user, NULL },
    { "WANGGE_SMTP_PASSWORD_FILE", WG_TEXT, "", 0, 0, "file with the password in its first line",
      &mail_settings.password_file, NULL },
    { "WANGGE_SMTP_TLS", WG_TEXT, "try", 0, 0,
      "STARTTLS: try (if offered), require (and verify), off", &mail_settings.tls, NULL },
    { "WANGGE_MAIL_BACKOFF_MS", WG_NUMBER, "30000", 1, 3600000,
      "first wait after a failed mail; tests shorten it", NULL, &mail_settings.backoff_ms },
    { "WANGGE_URL", WG_TEXT, "http://127.0.0.1:8080", 0, 0,
      "where people reach this house: links begin with it", &mail_settings.link, NULL },
};

/* Process lifetime. */
static struct notification {
    struct wg_service *service;
    struct wg_db *requests, *deliveries, *results;
    struct wg_bus *bus;
    struct rules rules;
    struct inbox *inbox;
    struct mail *mail;
    struct wg_access *access;
    struct wg_http *http;
    struct routes routes;
    bool counting;
    struct wg_metric *notices, *aside, *mails, *oldest;
} self;

static void refuse_start(const char *why)
{
    fprintf(stderr, "wangge-notification: %s\n", why);
    exit(2);
}

/* ---- gauges */

static void counted(struct wg_flight *flight, void *arg)
{
    struct store_waiting waiting;
    (void)arg;
    self.counting = false;
    if (wg_flight_result(flight, 0) == NULL)
        return;
    store_read_waiting(wg_flight_result(flight, 0), &waiting);
    wg_set(self.notices, (double)waiting.notices);
    wg_set(self.aside, (double)waiting.notices_aside);
    wg_set(self.mails, (double)waiting.mails);
    wg_set(self.oldest, waiting.mails_oldest == 0
                            ? 0
                            : (double)(wg_clock_now() - waiting.mails_oldest) / (double)WG_SECOND);
}

static void count(void *arg)
{
    (void)arg;
    if (self.counting || !wg_db_ready(self.requests))
        return;
    WG_AUTO(wg_flight_destroy) struct wg_flight *flight = wg_flight_new(counted, NULL);
    store_count_waiting(flight);
    self.counting = wg_db_send(self.requests, &flight) == 0;
}

static void open_gauges(void)
{
    self.notices = wg_gauge("wangge_notices_waiting", "notices not yet taken");
    self.aside = wg_gauge("wangge_notices_aside", "notices that stand aside");
    self.mails = wg_gauge("wangge_mails_waiting", "mails not yet sent");
    self.oldest = wg_gauge("wangge_mails_oldest_seconds", "age of the mail that is due first");
    wg_service_timer(self.service, COUNT_MS, 0, count, NULL);
}

/* ---- start */

static bool mail_on(void)
{
    return mail_settings.url[0] != '\0';
}

static void read_rules(const char *home)
{
    WG_AUTO(wg_text_destroy) struct wg_text fault = { 0 };
    WG_AUTO(wg_text_destroy) struct wg_text path = { 0 };
    if (folder[0] == '\0')
        wg_text_printf(&path, "%s/share/notices", home);
    else
        wg_text_put(&path, folder);
    if (rules_read(&self.rules, path.bytes, &fault) != 0)
        refuse_start(fault.bytes);
}

/* --check judges what the settings name, too; the skeleton then judges the table and ends. */
static void check(void)
{
    const char *home = getenv("WANGGE_HOME");
    if (wg_settings_read(settings, WG_COUNT(settings)) != 0)
        exit(2);
    const char *fault = mail_on() ? mail_fault(&mail_settings) : NULL;
    if (fault != NULL)
        refuse_start(fault);
    if (home != NULL)
        read_rules(home);
}

static void open_channels(void)
{
    const struct inbox_parts inbox = { .service = self.service,
                                       .bus = self.bus,
                                       .writer = self.deliveries,
                                       .sweeper = self.requests,
                                       .rules = &self.rules,
                                       .mail = mail_on() };
    self.inbox = inbox_new(&inbox);
    wg_service_on_drain(self.service, inbox_drained, self.inbox);
    wg_service_note(self.service, mail_on() ? "mail=on" : "mail=off");
    if (!mail_on())
        return;
    WG_AUTO(wg_text_destroy) struct wg_text fault = { 0 };
    self.results =
        wg_db_new(self.service, "results-writer", store_statements, store_statement_count, 1);
    const struct mail_parts mail = { .service = self.service,
                                     .writer = self.results,
                                     .sweeper = self.requests,
                                     .rules = &self.rules,
                                     .settings = mail_settings };
    if (mail_new(&mail, &self.mail, &fault) != 0)
        refuse_start(fault.bytes);
    wg_service_on_drain(self.service, mail_drained, self.mail);
}

int main(int argc, char **argv)
{
    if (argc > 1 && strcmp(argv[1], "--check") == 0)
        check();
    self.service = wg_service_new("notification", settings, WG_COUNT(settings), argc, argv);
    read_rules(wg_service_settings(self.service)->home);
    self.requests = wg_db_new(self.service, "requests", store_statements, store_statement_count,
                              REQUESTS_IN_FLIGHT);
    self.deliveries =
        wg_db_new(self.service, "deliveries-writer", store_statements, store_statement_count, 1);
    self.bus = wg_bus_new(self.service);
    open_channels();
    open_gauges();
    self.routes.db = self.requests;
    self.access = wg_access_new(self.service, self.requests, store_statement(STORE_FIND_CALLER));
    self.http = wg_http_new(self.service, notification_routes, notification_route_count,
                            self.access, &self.routes);
    wg_service_beat(self.service, self.requests, store_statement(STORE_BEAT));
    int code = wg_service_run(&self.service);
    wg_http_destroy(&self.http);
    wg_access_destroy(&self.access);
    wg_bus_destroy(&self.bus);
    wg_db_destroy(&self.requests);
    wg_db_destroy(&self.deliveries);
    wg_db_destroy(&self.results);
    rules_clear(&self.rules);
    return code;
}
