/* The codec of the house's three messages; schema/messages/README.md describes them. Pure. */
#include "common/message.h"

#include "common/json.h"

enum { VERSION = 1 };

static int open_frame(const char *frame, size_t length, struct json_object **ret_object)
{
    struct wg_json_verdict verdict;
    WG_AUTO(wg_json_put) struct json_object *object = wg_json_parse(frame, length, &verdict);
    if (object == NULL || !json_object_is_type(object, json_type_object))
        return WG_MESSAGE_BAD;
    if (!json_object_is_type(wg_json_get(object, "version"), json_type_int))
        return WG_MESSAGE_BAD;
    if (wg_json_int(object, "version") != VERSION)
        return WG_MESSAGE_VERSION;
    *ret_object = object;
    object = NULL;
    return 0;
}

int wg_message_ids(const char *frame, size_t length, int64_t *ids, size_t room, size_t *ret_n)
{
    WG_AUTO(wg_json_put) struct json_object *object = NULL;
    int condition = open_frame(frame, length, &object);
    if (condition != 0)
        return condition;
    struct json_object *list = wg_json_get(object, "ids");
    if (!json_object_is_type(list, json_type_array) || json_object_array_length(list) > room)
        return WG_MESSAGE_BAD;
    size_t n = json_object_array_length(list);
    for (size_t i = 0; i < n; i++) {
        struct json_object *id = json_object_array_get_idx(list, i);
        if (!json_object_is_type(id, json_type_int) || json_object_get_int64(id) <= 0)
            return WG_MESSAGE_BAD;
        ids[i] = json_object_get_int64(id);
    }
    *ret_n = n;
    return 0;
}

int wg_message_event(const char *frame, size_t length, uint64_t *ret_xid, size_t *ret_count)
{
    WG_AUTO(wg_json_put) struct json_object *object = NULL;
    int condition = open_frame(frame, length, &object);
    if (condition != 0)
        return condition;
    struct json_object *xid = wg_json_get(object, "xid"), *count = wg_json_get(object, "count");
    if (!json_object_is_type(xid, json_type_int) || !json_object_is_type(count, json_type_int) ||
        json_object_get_int64(xid) <= 0 || json_object_get_int64(count) <= 0)
        return WG_MESSAGE_BAD;
    *ret_xid = (uint64_t)json_object_get_int64(xid);
    *ret_count = (size_t)json_object_get_int64(count);
    return 0;
}
