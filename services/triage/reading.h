/* A JSON file that people wrote, judged member by member: the first fault stands, with the pointer
 * (RFC 6901) of what is wrong. Pure. */
#pragma once

#include <json-c/json.h>
#include <stdbool.h>
#include <stddef.h>

struct reading {
    char at[120]; /* the pointer of the object that is being read */
    char *fault;  /* "<pointer>: <what>" */
    size_t fault_size;
    const void *arg; /* the reader's own */
};

/* Every function that returns bool says with false that something is wrong, and has said what. */

/* Returns false, for `return reading_bad(…)`; member "" = the object itself. */
bool reading_bad(struct reading *reading, const char *member, const char *what);
/* Goes down to a member or an item; reading_leave with what this returned goes back up. */
size_t reading_enter(struct reading *reading, const char *member);
size_t reading_enter_item(struct reading *reading, size_t i);
void reading_leave(struct reading *reading, size_t mark);

bool reading_is_text(struct json_object *value, size_t most);
/* A text of 1 to `most` bytes. */
bool reading_text(struct reading *reading, struct json_object *object, const char *member,
                  size_t most);
/* Its texts in zh and en. */
bool reading_titled(struct reading *reading, struct json_object *object);
/* true, false or missing. */
bool reading_flag(struct reading *reading, struct json_object *object, const char *member);
/* An object, with no other members than these (the last is NULL). */
bool reading_members(struct reading *reading, struct json_object *object, const char *const *known);

/* Lists; one that is missing, and what is no list, is empty. */
size_t reading_length(struct json_object *list);
bool reading_list(struct reading *reading, struct json_object *object, const char *member);
typedef bool reading_fits(const struct reading *reading, const char *word);
bool reading_words(struct reading *reading, struct json_object *object, const char *member,
                   reading_fits *fits);
typedef bool reading_item(struct reading *reading, struct json_object *item);
bool reading_each(struct reading *reading, struct json_object *object, const char *member,
                  reading_item *read);
