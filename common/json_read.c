/* From a text that was judged (json.c) to json-c's objects, and what stands in them. */
#include "common/json.h"

/* One for all texts of this process, whose code runs in one thread. */
static struct json_tokener *ready_tokener(void)
{
    static struct json_tokener *tokener;
    if (tokener == NULL) {
        tokener =
            json_tokener_new_ex(WG_JSON_LEVELS + 2); /* json-c counts a level more than we do */
        json_tokener_set_flags(tokener, JSON_TOKENER_STRICT);
    }
    json_tokener_reset(tokener);
    return tokener;
}

struct json_object *wg_json_parse(const char *bytes, size_t length,
                                  struct wg_json_verdict *ret_verdict)
{
    struct wg_json_verdict verdict = wg_json_scan(bytes, length);
    struct json_object *object = NULL;
    if (verdict.fault == WG_JSON_FINE && length > INT32_MAX)
        verdict.fault = WG_JSON_LARGE;
    if (verdict.fault == WG_JSON_FINE) {
        struct json_tokener *tokener = ready_tokener();
        object = json_tokener_parse_ex(tokener, bytes, (int)length);
        /* A number alone is only at its end when the text is. */
        if (json_tokener_get_error(tokener) == json_tokener_continue)
            object = json_tokener_parse_ex(tokener, "", 1);
        if (json_tokener_get_error(tokener) != json_tokener_success)
            verdict.fault = WG_JSON_SYNTAX;
    }
    *ret_verdict = verdict;
    return object;
}

void wg_json_put(struct json_object **object)
{
    json_object_put(*object);
    *object = NULL;
}

struct json_object *wg_json_get(struct json_object *object, const char *key)
{
    struct json_object *value = NULL;
    if (json_object_is_type(object, json_type_object))
        json_object_object_get_ex(object, key, &value);
    return value;
}

const char *wg_json_text(struct json_object *object, const char *key)
{
    struct json_object *value = wg_json_get(object, key);
    return json_object_is_type(value, json_type_string) ? json_object_get_string(value) : NULL;
}

int64_t wg_json_int(struct json_object *object, const char *key)
{
    struct json_object *value = wg_json_get(object, key);
    return json_object_is_type(value, json_type_int) ? json_object_get_int64(value) : 0;
}
