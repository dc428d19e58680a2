#include "services/triage/reading.h"

#include <stdio.h>
#include <string.h>

#include "common/json.h"

enum { WORD_MOST = 39, TITLE_MOST = 300 };

/* ---- where the reading stands, and what is wrong there */

/* Returns false, for `return reading_bad(…)`. */
bool reading_bad(struct reading *reading, const char *member, const char *what)
{
    if (reading->fault[0] == '\0')
        snprintf(reading->fault, reading->fault_size, "%s%s%s: %s", reading->at,
                 member[0] == '\0' ? "" : "/", member, what);
    return false;
}

/* Goes down to a member; reading_leave() with what this returned goes back up. */
size_t reading_enter(struct reading *reading, const char *member)
{
    size_t mark = strlen(reading->at);
    snprintf(reading->at + mark, sizeof reading->at - mark, "/%s", member);
    return mark;
}

size_t reading_enter_item(struct reading *reading, size_t i)
{
    char number[24];
    snprintf(number, sizeof number, "%zu", i);
    return reading_enter(reading, number);
}

void reading_leave(struct reading *reading, size_t mark)
{
    reading->at[mark] = '\0';
}

/* ---- members of any object */

bool reading_is_text(struct json_object *value, size_t most)
{
    return json_object_is_type(value, json_type_string) && json_object_get_string_len(value) > 0 &&
           (size_t)json_object_get_string_len(value) <= most;
}

bool reading_text(struct reading *reading, struct json_object *object, const char *member,
                  size_t most)
{
    char what[64];
    if (reading_is_text(wg_json_get(object, member), most))
        return true;
    snprintf(what, sizeof what, "a text of 1 to %zu bytes is expected", most);
    return reading_bad(reading, member, what);
}

bool reading_titled(struct reading *reading, struct json_object *object)
{
    return reading_text(reading, object, "zh", TITLE_MOST) &&
           reading_text(reading, object, "en", TITLE_MOST);
}

bool reading_flag(struct reading *reading, struct json_object *object, const char *member)
{
    struct json_object *value = wg_json_get(object, member);
    return value == NULL || json_object_is_type(value, json_type_boolean) ||
           reading_bad(reading, member, "true or false is expected");
}

bool reading_members(struct reading *reading, struct json_object *object, const char *const *known)
{
    if (!json_object_is_type(object, json_type_object))
        return reading_bad(reading, "", "an object is expected");
    json_object_object_foreach(object, key, value)
    {
        size_t i = 0;
        (void)value;
        while (known[i] != NULL && strcmp(known[i], key) != 0)
            i++;
        if (known[i] == NULL)
            return reading_bad(reading, key, "there is no such member");
    }
    return true;
}

bool reading_list(struct reading *reading, struct json_object *object, const char *member)
{
    struct json_object *list = wg_json_get(object, member);
    return list == NULL || json_object_is_type(list, json_type_array) ||
           reading_bad(reading, member, "a list is expected");
}

size_t reading_length(struct json_object *list)
{
    return json_object_is_type(list, json_type_array) ? json_object_array_length(list) : 0;
}

/* ---- lists of words */

bool reading_words(struct reading *reading, struct json_object *object, const char *member,
                   reading_fits *fits)
{
    struct json_object *list = wg_json_get(object, member);
    if (!reading_list(reading, object, member))
        return false;
    size_t mark = reading_enter(reading, member);
    for (size_t i = 0; i < reading_length(list); i++) {
        struct json_object *word = json_object_array_get_idx(list, i);
        size_t item = reading_enter_item(reading, i);
        if (!reading_is_text(word, WORD_MOST))
            return reading_bad(reading, "", "a word is expected");
        if (!fits(reading, json_object_get_string(word)))
            return reading_bad(reading, "", "names something that is not there");
        reading_leave(reading, item);
    }
    reading_leave(reading, mark);
    return true;
}

bool reading_each(struct reading *reading, struct json_object *object, const char *member,
                  reading_item *read)
{
    struct json_object *list = wg_json_get(object, member);
    if (!reading_list(reading, object, member))
        return false;
    size_t mark = reading_enter(reading, member);
    for (size_t i = 0; i < reading_length(list); i++) {
        size_t item = reading_enter_item(reading, i);
        if (!read(reading, json_object_array_get_idx(list, i)))
            return false;
        reading_leave(reading, item);
    }
    reading_leave(reading, mark);
    return true;
}
