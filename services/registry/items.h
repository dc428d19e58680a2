/* A row of each statement sql/list_*.sql as JSON; the heads there name the columns. The caller owns
 * what is returned; the cursor of the page that ends with this row is appended to ret_cursor. */
#pragma once

#include <json-c/json.h>
#include <libpq-fe.h>
#include <stdbool.h>

#include "common/text.h"

typedef struct json_object *item_of(const PGresult *result, int row, bool english,
                                    struct wg_text *ret_cursor);
item_of item_area, item_category, item_place, item_staff, item_duty, item_cover, item_party,
    item_calendar, item_competence, item_key, item_audit;
