/* Members of answers, as the contract writes them: ids are decimal strings, times RFC 3339, what is
 * missing is null. */
#pragma once

#include <json-c/json.h>
#include <libpq-fe.h>
#include <stdbool.h>
#include <stdint.h>

struct words;

void answer_text(struct json_object *object, const char *key, const char *text); /* NULL: null */
void answer_id(struct json_object *object, const char *key, int64_t id);
void answer_number(struct json_object *object, const char *key, int64_t id, int64_t received);
void answer_bool(struct json_object *object, const char *key, bool value);
/* Of a row: null stays null. */
void answer_time(struct json_object *object, const char *key, const PGresult *rows, int row,
                 int column);
void answer_float(struct json_object *object, const char *key, const PGresult *rows, int row,
                  int column);
/* {code, name} from two columns side by side; null without a code. */
void answer_named(struct json_object *object, const char *key, const PGresult *rows, int row,
                  int column);
/* {id, code, name} from three columns side by side. */
void answer_area(struct json_object *object, const char *key, const PGresult *rows, int row,
                 int column);
/* {items, next}; takes items. next NULL: the last page. */
struct json_object *answer_page(struct json_object **items, const char *next);

/* A case as a list shows it: a row of read_cases. */
struct json_object *answer_case(const PGresult *rows, int row, const struct words *words,
                                bool english);
/* Events of a case, rows of read_case_events, with their titles and what was given with them. */
struct answer_past {
    const struct words *words;
    int64_t workflow, version; /* up to this event */
    int task;                  /* only those of this task; 0: all */
    bool english;
};
struct json_object *answer_history(const struct answer_past *past, const PGresult *rows);
/* The links of a case. */
struct json_object *answer_case_links(int64_t case_id, int64_t received);
