#include "services/registry/collection.h"

#include <string.h>

enum { BEFORE, MEMBERS, LIST, DONE };

void collection_start(struct collection *collection, const char *bytes, size_t length)
{
    *collection = (struct collection){ .bytes = bytes, .length = length, .state = BEFORE };
    if (length >= 3 && memcmp(bytes, "\xEF\xBB\xBF", 3) == 0)
        collection->offset = 3;
}

static enum collection_result broken(struct collection *collection, const char *why)
{
    collection->state = DONE;
    collection->why = why;
    return COLLECTION_BROKEN;
}

/* The next byte that is no white space; NUL at the end. */
static char peek(struct collection *collection)
{
    while (collection->offset < collection->length) {
        char c = collection->bytes[collection->offset];
        if (c != ' ' && c != '\t' && c != '\n' && c != '\r')
            return c;
        collection->offset++;
    }
    return '\0';
}

static bool take(struct collection *collection, char c)
{
    if (peek(collection) != c || collection->offset >= collection->length)
        return false;
    collection->offset++;
    return true;
}

/* Takes the comma before a further one, or stands before `last`; a comma before `last` is none. */
static bool next_or(struct collection *collection, char last)
{
    return take(collection, ',') ? peek(collection) != last : peek(collection) == last;
}

/* The offset after the string that begins at `from`; 0 where it never ends. */
static size_t string_end(const struct collection *collection, size_t from)
{
    for (size_t i = from + 1; i < collection->length; i++) {
        if (collection->bytes[i] == '\\')
            i++;
        else if (collection->bytes[i] == '"')
            return i + 1;
    }
    return 0;
}

/* The offset after the value that begins here, by brackets and strings alone: what lies between is
 * judged by the scanner afterwards. 0 where it never ends. */
static size_t value_end(const struct collection *collection)
{
    size_t depth = 0;
    for (size_t i = collection->offset; i < collection->length;) {
        char c = collection->bytes[i];
        if (c == '"') {
            i = string_end(collection, i);
            if (i == 0)
                return 0;
        } else {
            if (depth == 0 && (c == ',' || c == ']' || c == '}'))
                return i; /* the end of a number or a word */
            if (c == '{' || c == '[')
                depth++;
            if (c == '}' || c == ']')
                depth--;
            i++;
        }
        if (depth == 0 && (c == '"' || c == '}' || c == ']'))
            return i;
    }
    return 0;
}

/* Takes the value that begins here and parses it; NULL with the verdict where it is none. */
static struct json_object *take_value(struct collection *collection,
                                      struct wg_json_verdict *ret_verdict)
{
    peek(collection);
    size_t from = collection->offset, end = value_end(collection);
    if (end == 0) {
        *ret_verdict = (struct wg_json_verdict){ .fault = WG_JSON_SYNTAX, .offset = from };
        collection->offset = collection->length;
        return NULL;
    }
    collection->offset = end;
    struct json_object *value = wg_json_parse(collection->bytes + from, end - from, ret_verdict);
    ret_verdict->offset += from;
    return value;
}

static bool is_wgs84(struct json_object *crs)
{
    const char *name = wg_json_text(wg_json_get(crs, "properties"), "name");
    return name != NULL && (strstr(name, "CRS84") != NULL || strcmp(name, "EPSG:4326") == 0 ||
                            strstr(name, "EPSG::4326") != NULL);
}

/* A member of the collection other than `features`. */
static const char *judge_member(struct collection *collection, const char *name,
                                struct json_object *value)
{
    if (strcmp(name, "type") == 0) {
        bool right = !collection->typed && json_object_is_type(value, json_type_string) &&
                     strcmp(json_object_get_string(value), "FeatureCollection") == 0;
        collection->typed = true;
        return right ? NULL : "collection";
    }
    if (strcmp(name, "crs") == 0 && !is_wgs84(value))
        return "crs";
    return NULL;
}

/* Reads members until the list of features begins or the collection ends. */
static enum collection_result read_members(struct collection *collection)
{
    for (;;) {
        struct wg_json_verdict verdict = { 0 };
        if (take(collection, '}')) {
            collection->state = DONE;
            if (peek(collection) != '\0' || collection->offset < collection->length)
                return broken(collection, "json");
            return collection->typed && collection->listed ? COLLECTION_END
                                                           : broken(collection, "collection");
        }
        if (peek(collection) != '"')
            return broken(collection, "json");
        WG_AUTO(wg_json_put) struct json_object *key = take_value(collection, &verdict);
        if (key == NULL || !take(collection, ':'))
            return broken(collection, "json");
        const char *name = json_object_get_string(key);
        if (strcmp(name, "features") == 0) {
            if (collection->listed || !take(collection, '['))
                return broken(collection, peek(collection) == '\0' ? "json" : "collection");
            collection->listed = true;
            collection->state = LIST;
            return COLLECTION_ONE;
        }
        WG_AUTO(wg_json_put) struct json_object *value = take_value(collection, &verdict);
        if (verdict.fault != WG_JSON_FINE)
            return broken(collection, "json");
        const char *why = judge_member(collection, name, value);
        if (why != NULL)
            return broken(collection, why);
        if (!next_or(collection, '}'))
            return broken(collection, "json");
    }
}

static enum collection_result read_feature(struct collection *collection,
                                           struct json_object **ret_feature,
                                           struct wg_json_verdict *ret_verdict)
{
    collection->n++;
    size_t from = collection->offset;
    *ret_verdict = (struct wg_json_verdict){ 0 };
    peek(collection);
    size_t end = value_end(collection);
    bool large = end > 0 && end - collection->offset > COLLECTION_BYTES_MOST;
    WG_AUTO(wg_json_put) struct json_object *feature = NULL;
    if (large)
        collection->offset = end;
    else
        feature = take_value(collection, ret_verdict);
    if (!next_or(collection, ']')) {
        collection->offset = from;
        return broken(collection, "json");
    }
    if (large)
        return COLLECTION_LARGE;
    if (ret_verdict->fault != WG_JSON_FINE || !json_object_is_type(feature, json_type_object))
        return COLLECTION_BAD;
    *ret_feature = json_object_get(feature);
    return COLLECTION_ONE;
}

enum collection_result collection_next(struct collection *collection,
                                       struct json_object **ret_feature,
                                       struct wg_json_verdict *ret_verdict)
{
    if (collection->state == BEFORE) {
        if (!take(collection, '{'))
            return broken(collection, "json");
        collection->state = MEMBERS;
    }
    for (;;) {
        if (collection->state == DONE)
            return COLLECTION_END;
        if (collection->state == LIST) {
            if (!take(collection, ']'))
                return read_feature(collection, ret_feature, ret_verdict);
            collection->state = MEMBERS;
            if (!next_or(collection, '}'))
                return broken(collection, "json");
        }
        enum collection_result result = read_members(collection);
        if (result != COLLECTION_ONE)
            return result;
    }
}
