/* Query parameters, checked one by one: each fault goes into one problem, so that all are named at
 * once. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "common/http.h"

struct query {
    struct wg_request *request;
    struct wg_problem *problem;
};

/* names: all that the route knows, NULL-ended; the first other one is a fault. */
struct query query_new(struct wg_request *request, const char *const *names);
void query_destroy(struct query *query); /* for WG_AUTO */
/* Names a parameter faulty. */
void query_fault(struct query *query, const char *name, const char *zh, const char *en);
/* True where something was faulty: 400 was replied. */
bool query_refused(struct query *query);

/* Each gives NULL, fallback or false where the parameter is not given or is faulty. Texts live as
 * long as the request. */
const char *query_code(struct query *query, const char *name); /* a-z 0-9 . _ -, at most 64 */
const char *query_area(struct query *query, const char *name);
int query_limit(struct query *query); /* 1–500, 50 without; a page holds 200 at most */
bool query_bool(struct query *query, const char *name, bool *ret_value); /* false: not given */
int64_t query_below(struct query *query); /* `after` of the lists that go by id; INT64_MAX */
int32_t query_day(struct query *query, const char *name, int32_t fallback);

/* Parts of a list separated by commas, at most room, each a code; they point into the query's own
 * copy. */
enum { QUERY_LIST_MOST = 16 };
struct query_list {
    size_t n;
    const char *items[QUERY_LIST_MOST];
    char text[512];
};
void query_list(struct query *query, const char *name, struct query_list *ret_list);
