/* Where the database is. A host's name is looked up anew for each connection, since PostgreSQL that
 * was started again elsewhere has another address; libpq itself would make the loop wait for the
 * name server, so glibc asks it in a thread of its own. */
#pragma once

#include "common/service.h"

/* address: for libpq's hostaddr, borrowed; NULL: the connection string says it itself. reason:
 * NULL, or why there is none. */
typedef void wg_db_located(const char *address, const char *reason, void *arg);

/* Calls fn once, at once where nothing is to be looked up. There is no taking back: arg outlives
 * it. */
void wg_db_locate(struct wg_service *service, const char *conninfo, wg_db_located *fn, void *arg);
