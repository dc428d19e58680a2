/* What this service says to its callers: refusals that several routes share, and the answers to
 * imports. */
#pragma once

#include <stdint.h>

#include "common/db.h"
#include "common/http.h"

#include "services/registry/faults.h"
#include "services/registry/kinds.h"

struct wg_caller;

/* True where the caller is an administrator; otherwise replied to. */
bool answer_administrator(struct wg_request *request);
/* wg_caller_name, in a static buffer: a key is told from the person it acts as. */
const char *answer_actor(const struct wg_caller *caller);

void answer_away(struct wg_request *request); /* 503: the database, or too much waits for it */
void answer_helper_full(struct wg_request *request); /* 503: too many jobs wait for the helpers */
void answer_helper_gone(
    struct wg_request *request); /* 503: a helper died with it, or was too slow */
/* True where the caller logged in; otherwise replied to. */
bool answer_session(struct wg_request *request);
/* 429 with Retry-After: too many wrong log-ins. */
void answer_locked(struct wg_request *request, int64_t seconds);
void answer_cross_site(struct wg_request *request); /* 403: from another site's page */

/* ---- query parameters: all faults of a request at once */

/* A problem with a fault for a parameter that is not in names (NULL-ended); the caller's. */
struct wg_problem *answer_parameters(struct wg_request *request, const char *const *names);
void answer_parameter(struct wg_problem *problem, const char *name, const char *zh, const char *en);
/* Takes the problem: replies where it has faults, frees it where it has none. */
bool answer_parameters_refused(struct wg_request *request, struct wg_problem **problem);

/* ---- changes */

/* 422: every fault of one thing that was to be made or changed. */
void answer_change_faults(struct wg_request *request, struct faults *faults);

/* ---- imports */

struct answer_counts {
    int64_t rows, added, changed, unchanged;
};
void answer_counts(struct wg_request *request, const char *kind, bool dry_run,
                   const struct answer_counts *counts);
/* Sorts the faults; names at most FAULTS_MOST and counts all. */
void answer_faults(struct wg_request *request, const char *kind, int64_t rows,
                   struct faults *faults);
void answer_broken(struct wg_request *request, const struct fault *fault); /* it is no JSON */
void answer_running(struct wg_request *request);
void answer_large(struct wg_request *request);
void answer_interrupted(struct wg_request *request);
void answer_template(struct wg_request *request, const struct kind *kind);
