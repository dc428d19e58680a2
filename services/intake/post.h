/* POST /reports: one JSON report, or many as NDJSON (upload.c). */
#pragma once

#include "common/http.h"
#include "common/text.h"

#include "services/intake/codes.h"
#include "services/intake/store.h"

struct intake {
    struct wg_service *service;
    struct codes *codes;
    struct store *store;
    uint8_t code_key[WG_SECRET_BYTES];
    const char *sources; /* that staff enter */
};

extern const struct wg_stream post_stream;

/* The route's handler: the body is complete. */
void post_reports(struct wg_request *request, void *intake);

/* ---- shared with upload.c */

/* Decodes one body into a new submission. NULL: ret_problem says why. key: the Idempotency-Key (or
 * key#line), may be NULL. owner and answered are set by the caller. */
struct submission *post_decode(struct intake *intake, const struct wg_request *request,
                               const char *bytes, size_t length, const char *key,
                               struct wg_problem **ret_problem);
void post_free(struct submission **submission);

/* The members of the 201 body, into an object that is open: id, number, query_code, links.
 * ret_number gets the number. */
void post_answer(const struct intake *intake, const struct submission *submission,
                 struct wg_text *out, char ret_number[WG_NUMBER_ROOM]);
/* What a verdict other than ACCEPTED and REPLAYED, or a store_condition, is to the sender. */
struct wg_problem *post_verdict_problem(enum verdict verdict);
struct wg_problem *post_condition_problem(int condition);

/* ---- upload.c */

void upload_begin(struct wg_request *request, struct intake *intake);
void upload_data(struct wg_request *request, const char *bytes, size_t length);
void upload_end(struct wg_request *request);
void upload_gone(struct wg_request *request);
