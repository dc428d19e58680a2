/* What the parts of this service share. One of it, made in main.c. */
#pragma once

#include <stdint.h>

#include "common/area.h"
#include "common/crypto.h"
#include "common/http.h"
#include "common/service.h"

#include "services/reporting/cursor.h"

struct wg_attempts;
struct fold;
struct store;
struct tally;
struct words;

struct reporting {
    struct wg_service *service;
    struct store *store;
    struct words *words;          /* replaced as a whole when the workflows change */
    struct words *coming;         /* while they are being read, else NULL */
    bool workflows_moved;         /* meanwhile: they are read once more */
    struct wg_attempts *attempts; /* wrong query codes */
    struct fold *fold;
    struct tally *tally; /* judges cases by the rules of rates */
    uint8_t code_key[WG_SECRET_BYTES];
    struct cursor_key cursor_key;
    int64_t epoch;           /* 0: not read yet */
    char root[WG_AREA_ROOM]; /* code of the area that holds all others; "": not read yet */
    const char *zone;
};

extern const struct wg_route routes[];
extern const size_t n_routes;

/* The handlers, each in its own file; arg is the struct reporting. */
wg_handler lists_handle;      /* GET /api/v1/cases */
wg_handler cases_handle;      /* GET /api/v1/cases/{id} */
wg_handler reports_handle;    /* GET /api/v1/reports/{number} */
wg_handler tasks_handle;      /* GET /api/v1/tasks */
wg_handler task_handle;       /* GET /api/v1/tasks/{number} */
wg_handler inbox_handle;      /* GET /api/v1/inbox */
wg_handler counters_handle;   /* GET /api/v1/counters */
wg_handler feed_handle;       /* GET /api/v1/events */
wg_handler rates_handle;      /* GET /api/v1/rates */
wg_handler rate_cases_handle; /* GET /api/v1/rates/cases */
wg_handler ready_handle;      /* GET /readyz */
