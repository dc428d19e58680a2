/* Problems (RFC 9457) in Chinese and English, pure. type is the last part of
 * urn:wangge:problem:<type>; docs/api.md lists them. At most 100 faults are listed;
 * wg_problem_errors counts all. */
#pragma once

#include <json-c/json.h>
#include <stdbool.h>
#include <stddef.h>

#include "common/memory.h"

struct wg_problem;
/* title in Chinese and English; the reply takes the one that Accept-Language asks for. */
struct wg_problem *wg_problem_new(int status, const char *type, const char *title_zh,
                                  const char *title_en);
void wg_problem_destroy(struct wg_problem **problem);
/* A fault of one field: an RFC 6901 pointer ("" = the whole) and what is wrong, in both languages.
 */
void wg_problem_error(struct wg_problem *problem, const char *pointer, const char *zh,
                      const char *en);
size_t wg_problem_errors(const struct wg_problem *problem);
/* A further member (extension), e.g. "legal"; takes value. */
void wg_problem_member(struct wg_problem *problem, const char *name, struct json_object **value);
/* The document itself; the caller owns it. */
struct json_object *wg_problem_json(const struct wg_problem *problem, bool english);
int wg_problem_status(const struct wg_problem *problem);
