/* Sends letters, each over a connection of its own, without ever waiting: libcurl's multi interface
 * connects, encrypts and logs in (CURLOPT_CONNECT_ONLY), then the dialogue is ours (dialog.c). At
 * most 10 s to connect and 40 s in all. */
#pragma once

#include "common/text.h"

#include "services/notification/letter.h"

struct wg_service;
struct smtp;

struct smtp_settings {
    const char *url;      /* smtp://host:port or smtps://… */
    const char *from;     /* a valid address */
    const char *user;     /* "": no log-in */
    const char *password; /* may be NULL */
    const char *tls;      /* "try", "require", "off" */
};

/* code: the server's last reply, 0 = none. reason: for the delivery's row; "" when done; no
 * personal data. */
typedef void smtp_over(enum letter_end end, int code, const char *reason, void *arg);

/* Borrows the settings; process lifetime. */
struct smtp *smtp_new(struct wg_service *service, const struct smtp_settings *settings);

/* Takes the letter's bytes and empties the caller's structure. over is called once, never before
 * this returns. */
void smtp_send(struct smtp *smtp, const char *to, struct wg_text *letter, smtp_over *over,
               void *arg);
