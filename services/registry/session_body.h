/* The bodies of sessions and links: which members there may be, and texts of some length. */
#pragma once

#include <json-c/json.h>
#include <stdbool.h>
#include <stddef.h>

#include "common/problem.h"

/* A fault for each member that is not in names (NULL-ended). */
void body_only(struct wg_problem *problem, struct json_object *body, const char *const *names);
/* The text of a member of at most `most` bytes, borrowed; NULL where it is missing (a fault if it
 * is required) or faulty. */
const char *body_text(struct wg_problem *problem, struct json_object *body, const char *name,
                      size_t most);
const char *body_required(struct wg_problem *problem, struct json_object *body, const char *name,
                          size_t most);
