/* What happens next, and how long such cases took here. */
#pragma once

#include <json-c/json.h>
#include <libpq-fe.h>
#include <stdbool.h>
#include <stdint.h>

/* Rows of read_usual: {area, p50_hours, p90_hours, samples, text}, of the street, or of the
 * district where the street has too few; NULL: neither has enough. The caller owns it. */
struct json_object *usual_answer(const PGresult *rows, bool english);
/* The first day of those that count. */
int32_t usual_since(int64_t now);
