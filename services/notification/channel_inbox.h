/* From notices to deliveries. Taking a notice and writing its deliveries is one statement, so the
 * inbox needs no sending: its entries are born sent, and mails are born waiting for channel_mail.
 */
#pragma once

#include "common/bus.h"
#include "common/db.h"

#include "services/notification/rules.h"

struct wg_service;
struct inbox;

struct inbox_parts {
    struct wg_service *service;
    struct wg_bus *bus;
    struct wg_db *writer;  /* its only user is this module */
    struct wg_db *sweeper; /* for leases */
    const struct rules *rules;
    bool mail; /* mails are written too */
};

/* Listens for hints and sweeps from now on. Borrows the parts; process lifetime. */
struct inbox *inbox_new(const struct inbox_parts *parts);

/* Stops listening; true when nothing is on its way to the database. */
bool inbox_drained(void *inbox);
