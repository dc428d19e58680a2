/* Mails by SMTP (libcurl multi on the loop). A mail is leased, its try counted and committed before
 * it is sent; the address is opened at sending; the result is written later, in batches. A mail is
 * sent twice only where the server's answer was lost or the process ended between sending and
 * writing that down, and then with the same Message-ID. */
#pragma once

#include <stdint.h>

#include "common/db.h"

#include "services/notification/rules.h"

struct wg_service;
struct mail;

struct mail_settings {
    const char *url;           /* smtp://host:port or smtps://… */
    const char *from;          /* a valid address */
    const char *user;          /* "": no log-in */
    const char *password_file; /* "" : none */
    const char *tls;           /* "try", "require", "off" */
    const char *link;          /* what links begin with: http://host:port */
    int64_t backoff_ms;        /* the first wait after a failure */
};

struct mail_parts {
    struct wg_service *service;
    struct wg_db *writer;  /* its only user is this module */
    struct wg_db *sweeper; /* for leases */
    const struct rules *rules;
    struct mail_settings settings;
};

/* What is wrong with the settings, secrets apart; NULL: nothing. */
const char *mail_fault(const struct mail_settings *settings);

enum { MAIL_BAD = 1 };

/* Judges the settings, reads the secrets, and sweeps from now on. Borrows the parts; process
 * lifetime. MAIL_BAD: ret_fault says what is wrong. */
int mail_new(const struct mail_parts *parts, struct mail **ret_mail,
             struct wg_text *ret_fault) WG_MUST_USE;

/* No mail is on its way and every result is written. */
bool mail_drained(void *mail);
