/* What the parts of this service share. One of it, made in main.c. */
#pragma once

#include <stdint.h>

#include "common/area.h"
#include "common/crypto.h"
#include "common/http.h"
#include "common/service.h"

struct wg_attempts;
struct fold;
struct store;
struct words;

struct reporting {
    struct wg_service *service;
    struct store *store;
    struct words *words;          /* replaced as a whole when the workflows change */
    struct wg_attempts *attempts; /* wrong query codes */
    struct fold *fold;
    uint8_t code_key[WG_SECRET_BYTES];
    int64_t epoch;           /* 0: not read yet */
    char root[WG_AREA_ROOM]; /* code of the area that holds all others; "": not read yet */
    const char *zone;
};

extern const struct wg_route routes[];
extern const size_t n_routes;

/* The handlers, each in its own file; arg is the struct reporting. */
wg_handler lists_handle;    /* GET /api/v1/cases */
wg_handler cases_handle;    /* GET /api/v1/cases/{id} */
wg_handler reports_handle;  /* GET /api/v1/reports/{number} */
wg_handler tasks_handle;    /* GET /api/v1/tasks */
wg_handler task_handle;     /* GET /api/v1/tasks/{number} */
wg_handler inbox_handle;    /* GET /api/v1/inbox */
wg_handler counters_handle; /* GET /api/v1/counters */
wg_handler feed_handle;     /* GET /api/v1/events */
wg_handler ready_handle;    /* GET /readyz */
