#include "services/reporting/answer.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "common/clock.h"
#include "common/crypto.h"
#include "common/db.h"
#include "common/json.h"
#include "common/text.h"

#include "services/reporting/matter.h"
#include "services/reporting/store.h"
#include "services/reporting/words.h"

static struct json_object *text_or_null(const char *text)
{
    return text == NULL ? NULL : json_object_new_string(text);
}

void answer_text(struct json_object *object, const char *key, const char *text)
{
    json_object_object_add(object, key, text_or_null(text));
}

void answer_id(struct json_object *object, const char *key, int64_t id)
{
    char text[24];
    snprintf(text, sizeof text, "%" PRId64, id);
    answer_text(object, key, text);
}

void answer_number(struct json_object *object, const char *key, int64_t id, int64_t received)
{
    char number[WG_NUMBER_ROOM];
    wg_number_write(id, received, number);
    answer_text(object, key, number);
}

void answer_bool(struct json_object *object, const char *key, bool value)
{
    json_object_object_add(object, key, json_object_new_boolean(value));
}

void answer_time(struct json_object *object, const char *key, const PGresult *rows, int row,
                 int column)
{
    bool none = wg_is_null(rows, row, column);
    answer_text(object, key, none ? NULL : wg_time_string(wg_get_time(rows, row, column)));
}

/* Fifteen digits are what a double holds of a decimal: 34.7 stays 34.7. */
void answer_float(struct json_object *object, const char *key, const PGresult *rows, int row,
                  int column)
{
    char text[32];
    double value = wg_get_f64(rows, row, column);
    snprintf(text, sizeof text, "%.15g", value);
    bool none = wg_is_null(rows, row, column);
    json_object_object_add(object, key, none ? NULL : json_object_new_double_s(value, text));
}

void answer_named(struct json_object *object, const char *key, const PGresult *rows, int row,
                  int column)
{
    struct json_object *named = NULL;
    const char *code = wg_get_text(rows, row, column), *name = wg_get_text(rows, row, column + 1);
    if (code != NULL) {
        named = json_object_new_object();
        answer_text(named, "code", code);
        answer_text(named, "name", name == NULL ? code : name);
    }
    json_object_object_add(object, key, named);
}

struct json_object *answer_page(struct json_object **items, const char *next)
{
    struct json_object *page = json_object_new_object();
    json_object_object_add(page, "items", *items);
    *items = NULL;
    answer_text(page, "next", next);
    return page;
}

struct json_object *answer_case_links(int64_t case_id, int64_t received)
{
    char number[WG_NUMBER_ROOM], link[96];
    struct json_object *links = json_object_new_object();
    snprintf(link, sizeof link, "/api/v1/cases/%" PRId64, case_id);
    answer_text(links, "self", link);
    snprintf(link, sizeof link, "/api/v1/cases/%" PRId64 "/actions", case_id);
    answer_text(links, "actions", link);
    wg_number_write(case_id, received, number);
    snprintf(link, sizeof link, "/api/v1/reports/%s", number);
    answer_text(links, "report", link);
    return links;
}

void answer_area(struct json_object *object, const char *key, const PGresult *rows, int row,
                 int column)
{
    struct json_object *area = json_object_new_object();
    const char *code = wg_get_text(rows, row, column + 1),
               *name = wg_get_text(rows, row, column + 2);
    answer_id(area, "id", wg_get_i64(rows, row, column));
    answer_text(area, "code", code == NULL ? "" : code);
    answer_text(area, "name", name != NULL ? name : code == NULL ? "" : code);
    json_object_object_add(object, key, area);
}

static bool is_overdue(const PGresult *rows, int row, const struct words *words)
{
    return !wg_is_null(rows, row, CASE_DUE) && wg_get_time(rows, row, CASE_DUE) < wg_clock_now() &&
           !words_final(words, wg_get_text(rows, row, CASE_STATE));
}

/* What ends first, and what it waits for while it is on hold. */
static void add_clock(struct json_object *item, const PGresult *rows, int row,
                      const struct words *words, bool english)
{
    const char *text = wg_get_text(rows, row, CASE_CLOCKS),
               *more_text = wg_get_text(rows, row, CASE_MORE);
    WG_AUTO(wg_json_put)
    struct json_object *clocks = text == NULL ? NULL : json_tokener_parse(text);
    WG_AUTO(wg_json_put)
    struct json_object *more = more_text == NULL ? NULL : json_tokener_parse(more_text);
    const struct matter matter = {
        .definition = words_definition(words, wg_get_i64(rows, row, CASE_WORKFLOW)),
        .clocks = clocks,
        .more = more,
        .now = wg_clock_now(),
        .english = english,
    };
    json_object_object_add(item, "clock", matter_next_clock(&matter, 0));
    json_object_object_add(item, "face", matter_face(&matter));
}

struct json_object *answer_case(const PGresult *rows, int row, const struct words *words,
                                bool english)
{
    struct json_object *item = json_object_new_object();
    int64_t id = wg_get_i64(rows, row, CASE_ID), received = wg_get_time(rows, row, CASE_RECEIVED);
    const char *state = wg_get_text(rows, row, CASE_STATE);
    answer_id(item, "id", id);
    answer_number(item, "number", id, received);
    answer_text(item, "title", wg_get_text(rows, row, CASE_TITLE));
    answer_bool(item, "redacted", wg_get_bool(rows, row, CASE_REDACTED));
    answer_text(item, "state", state);
    bool of_party = wg_is_null(rows, row, CASE_HOLDER) && !wg_is_null(rows, row, CASE_PARTY);
    answer_text(item, "state_text",
                (of_party ? words_state_of_party : words_state)(
                    words, wg_get_i64(rows, row, CASE_WORKFLOW), state, english));
    answer_text(item, "level", wg_get_text(rows, row, CASE_LEVEL));
    answer_text(item, "grade", wg_get_text(rows, row, CASE_GRADE));
    answer_area(item, "area", rows, row, CASE_AREA_ID);
    answer_named(item, "category", rows, row, CASE_CATEGORY);
    answer_named(item, "holder", rows, row, CASE_HOLDER);
    answer_named(item, "party", rows, row, CASE_PARTY);
    answer_text(item, "reason", wg_get_text(rows, row, CASE_REASON));
    answer_text(item, "outcome", wg_get_text(rows, row, CASE_OUTCOME));
    answer_float(item, "lat", rows, row, CASE_LAT);
    answer_float(item, "lon", rows, row, CASE_LON);
    answer_bool(item, "training", wg_get_bool(rows, row, CASE_TRAINING));
    answer_time(item, "opened_at", rows, row, CASE_OPENED);
    answer_time(item, "due_at", rows, row, CASE_DUE);
    answer_bool(item, "overdue", is_overdue(rows, row, words));
    add_clock(item, rows, row, words, english);
    json_object_object_add(item, "links", answer_case_links(id, received));
    return item;
}

/* ---- what happened */

static struct json_object *past_item(const struct answer_past *past, const PGresult *rows, int row,
                                     struct json_object *data)
{
    struct json_object *item = json_object_new_object();
    const struct matter matter = { .definition = words_definition(past->words, past->workflow),
                                   .english = past->english };
    const char *type = wg_get_text(rows, row, PAST_TYPE),
               *state = wg_get_text(rows, row, PAST_STATE), *action = wg_json_text(data, "action");
    bool task = wg_json_int(data, "task") != 0;
    const char *text = matter_action(&matter, action, task);
    if (text == NULL)
        text = words_event(past->words, past->workflow, type, past->english);
    json_object_object_add(item, "n", json_object_new_int64(wg_get_i64(rows, row, PAST_N)));
    answer_text(item, "type", type);
    if (text != NULL)
        answer_text(item, "text", text);
    json_object_object_add(item, "said",
                           matter_said(&matter, action, task, wg_json_get(data, "input")));
    answer_time(item, "at", rows, row, PAST_AT);
    answer_bool(item, "deciding", wg_get_bool(rows, row, PAST_DECIDING));
    answer_named(item, "actor", rows, row, PAST_ACTOR);
    answer_text(item, "state", state);
    answer_text(item, "state_text", words_state(past->words, past->workflow, state, past->english));
    json_object_object_add(item, "data", json_object_get(data));
    return item;
}

struct json_object *answer_history(const struct answer_past *past, const PGresult *rows)
{
    struct json_object *items = json_object_new_array();
    for (int row = 0; row < PQntuples(rows) && wg_get_i64(rows, row, PAST_N) <= past->version;
         row++) {
        const char *text = wg_get_text(rows, row, PAST_DATA);
        WG_AUTO(wg_json_put) struct json_object *data = json_tokener_parse(text);
        if (past->task == 0 || wg_json_int(data, "task") == past->task)
            json_object_array_add(items, past_item(past, rows, row, data));
    }
    return items;
}
