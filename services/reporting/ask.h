/* A question on its way through the database: the request, what of it must outlive the handler, and
 * the ways in which it ends. Each route's own struct begins with a struct ask and is freed by
 * ask_destroy. */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "common/db.h"
#include "common/http.h"

#include "services/reporting/scope.h"
#include "services/reporting/store.h"

struct reporting;

struct ask {
    struct reporting *app;
    struct wg_request *request;
    bool english;
    struct scope scope; /* the areas that the caller may see of what it asked for */
    char *sight;        /* and what of single cases, as may_see wants it; NULL: nobody */
    char *veil;         /* which texts are hidden from it, as is_veiled wants it */
};

/* size_bytes of the route's own struct; the scope is all that the caller may read. The caller owns
 * it. */
void *ask_new(size_t size_bytes, struct reporting *app, struct wg_request *request);
/* Cleanup for WG_AUTO, given the address of a pointer to any of the routes' structs. */
void ask_destroy(void *pointer_to_pointer);

/* Who asks, to the statements; valid as long as ask. */
struct store_asker ask_asker(const struct ask *ask);

/* A flight that lands with this ask, which the flight then owns: every landed takes it with
 * WG_AUTO(ask_destroy). */
struct wg_flight *ask_flight(void *ask, wg_landed *landed);
/* Sends; where that is not possible, replies 503 and frees ask. Takes both. */
void ask_send(void *pointer_to_ask, struct wg_flight **flight);
/* True where the flight has no results: 503 was replied. */
bool ask_failed(const struct ask *ask, const struct wg_flight *flight);

/* Cuts the scope down to an area (NULL: as it is); false: 403 was replied. */
bool ask_narrow(struct ask *ask, const char *area);
