#include "services/registry/items.h"

#include <stdio.h>

#include "common/db.h"

static struct json_object *text_or_null(const PGresult *result, int row, int column)
{
    const char *text = wg_get_text(result, row, column);
    return text == NULL ? NULL : json_object_new_string(text);
}

static struct json_object *id_or_null(const PGresult *result, int row, int column)
{
    char text[24];
    if (wg_is_null(result, row, column))
        return NULL;
    snprintf(text, sizeof text, "%lld", (long long)wg_get_i64(result, row, column));
    return json_object_new_string(text);
}

static struct json_object *time_or_null(const PGresult *result, int row, int column)
{
    if (wg_is_null(result, row, column))
        return NULL;
    return json_object_new_string(wg_time_string(wg_get_time(result, row, column)));
}

/* JSON that PostgreSQL wrote goes out as it is: no need to build it only to print it again. */
static struct json_object *as_written(const PGresult *result, int row, int column)
{
    const char *text = wg_get_text(result, row, column);
    if (text == NULL)
        return NULL;
    struct json_object *object = json_object_new_object();
    json_object_set_serializer(object, json_object_userdata_to_json_string, wg_strdup(text),
                               json_object_free_userdata);
    return object;
}

static struct json_object *point_or_null(const PGresult *result, int row, int longitude)
{
    char text[64];
    if (wg_is_null(result, row, longitude))
        return NULL;
    snprintf(text, sizeof text, "[%.7f,%.7f]", wg_get_f64(result, row, longitude),
             wg_get_f64(result, row, longitude + 1));
    struct json_object *point = json_object_new_object();
    json_object_set_serializer(point, json_object_userdata_to_json_string, wg_strdup(text),
                               json_object_free_userdata);
    return point;
}

/* The Chinese name stands in `column`, the English one after it. */
static struct json_object *name_of(const PGresult *result, int row, int column, bool english)
{
    return text_or_null(result, row, english ? column + 1 : column);
}

struct json_object *item_area(const PGresult *result, int row, bool english,
                              struct wg_text *ret_cursor)
{
    struct json_object *feature = json_object_new_object(), *properties = json_object_new_object();
    json_object_object_add(properties, "id", id_or_null(result, row, 0));
    json_object_object_add(properties, "code", text_or_null(result, row, 1));
    json_object_object_add(properties, "name", name_of(result, row, 2, english));
    json_object_object_add(properties, "level", text_or_null(result, row, 4));
    json_object_object_add(properties, "kind", text_or_null(result, row, 5));
    json_object_object_add(properties, "layer", text_or_null(result, row, 6));
    json_object_object_add(properties, "parent", text_or_null(result, row, 7));
    json_object_object_add(properties, "matters", as_written(result, row, 8));
    json_object_object_add(properties, "point", point_or_null(result, row, 9));
    json_object_object_add(properties, "calendar", text_or_null(result, row, 12));
    json_object_object_add(properties, "version", text_or_null(result, row, 13));
    json_object_object_add(feature, "type", json_object_new_string("Feature"));
    json_object_object_add(feature, "geometry", as_written(result, row, 11));
    json_object_object_add(feature, "properties", properties);
    wg_text_printf(ret_cursor, "%s.%lld", wg_get_text(result, row, 1),
                   (long long)wg_get_i64(result, row, 0));
    return feature;
}

struct json_object *item_category(const PGresult *result, int row, bool english,
                                  struct wg_text *ret_cursor)
{
    struct json_object *item = json_object_new_object();
    json_object_object_add(item, "code", text_or_null(result, row, 0));
    json_object_object_add(item, "parent", text_or_null(result, row, 1));
    json_object_object_add(item, "name", name_of(result, row, 2, english));
    json_object_object_add(item, "grade", text_or_null(result, row, 4));
    json_object_object_add(item, "limits", as_written(result, row, 5));
    json_object_object_add(item, "responsible", text_or_null(result, row, 6));
    json_object_object_add(item, "restricted",
                           json_object_new_boolean(wg_get_bool(result, row, 7)));
    json_object_object_add(item, "workflow", text_or_null(result, row, 8));
    json_object_object_add(item, "kind", text_or_null(result, row, 9));
    json_object_object_add(item, "restricted_kind", text_or_null(result, row, 10));
    json_object_object_add(item, "version", text_or_null(result, row, 11));
    (void)ret_cursor; /* all of them are one page */
    return item;
}

struct json_object *item_place(const PGresult *result, int row, bool english,
                               struct wg_text *ret_cursor)
{
    struct json_object *item = json_object_new_object();
    json_object_object_add(item, "code", text_or_null(result, row, 0));
    json_object_object_add(item, "name", name_of(result, row, 1, english));
    json_object_object_add(item, "kind", text_or_null(result, row, 3));
    json_object_object_add(item, "aliases", as_written(result, row, 4));
    json_object_object_add(item, "road", text_or_null(result, row, 5));
    json_object_object_add(item, "number", text_or_null(result, row, 6));
    json_object_object_add(item, "management", text_or_null(result, row, 7));
    json_object_object_add(item, "area", text_or_null(result, row, 8));
    json_object_object_add(item, "point", point_or_null(result, row, 9));
    json_object_object_add(item, "version", text_or_null(result, row, 11));
    wg_text_put(ret_cursor, wg_get_text(result, row, 0));
    return item;
}

/* No address is among the columns. */
struct json_object *item_staff(const PGresult *result, int row, bool english,
                               struct wg_text *ret_cursor)
{
    struct json_object *item = json_object_new_object();
    json_object_object_add(item, "id", id_or_null(result, row, 0));
    json_object_object_add(item, "code", text_or_null(result, row, 1));
    json_object_object_add(item, "name", name_of(result, row, 2, english));
    json_object_object_add(item, "tags", as_written(result, row, 4));
    json_object_object_add(item, "has_email", json_object_new_boolean(wg_get_bool(result, row, 5)));
    json_object_object_add(item, "posts", as_written(result, row, 6));
    json_object_object_add(item, "party", text_or_null(result, row, 7));
    json_object_object_add(item, "version", text_or_null(result, row, 8));
    wg_text_put(ret_cursor, wg_get_text(result, row, 1));
    return item;
}

struct json_object *item_duty(const PGresult *result, int row, bool english,
                              struct wg_text *ret_cursor)
{
    static const char *const members[] = { "code", "area", "post", "staff", "kind" };
    struct json_object *item = json_object_new_object();
    for (int i = 0; i < (int)WG_COUNT(members); i++)
        json_object_object_add(item, members[i], text_or_null(result, row, i));
    json_object_object_add(item, "starts_at", time_or_null(result, row, 5));
    json_object_object_add(item, "ends_at", time_or_null(result, row, 6));
    json_object_object_add(item, "version", text_or_null(result, row, 7));
    wg_text_put(ret_cursor, wg_get_text(result, row, 0));
    return item;
}

/* Who covers a post now, and by which rule. */
struct json_object *item_cover(const PGresult *result, int row, bool english,
                               struct wg_text *ret_cursor)
{
    static const char *const members[] = { "area", "post", "staff", "rule" };
    struct json_object *item = json_object_new_object();
    for (int i = 0; i < (int)WG_COUNT(members); i++)
        json_object_object_add(item, members[i], text_or_null(result, row, i));
    json_object_object_add(item, "until", time_or_null(result, row, 4));
    wg_text_printf(ret_cursor, "%s.%s", wg_get_text(result, row, 0), wg_get_text(result, row, 1));
    return item;
}

struct json_object *item_party(const PGresult *result, int row, bool english,
                               struct wg_text *ret_cursor)
{
    struct json_object *item = json_object_new_object();
    json_object_object_add(item, "code", text_or_null(result, row, 0));
    json_object_object_add(item, "name", name_of(result, row, 1, english));
    json_object_object_add(item, "kind", text_or_null(result, row, 3));
    json_object_object_add(item, "area", text_or_null(result, row, 4));
    json_object_object_add(item, "calendar", text_or_null(result, row, 5));
    json_object_object_add(item, "version", text_or_null(result, row, 6));
    wg_text_put(ret_cursor, wg_get_text(result, row, 0));
    return item;
}

struct json_object *item_competence(const PGresult *result, int row, bool english,
                                    struct wg_text *ret_cursor)
{
    static const char *const members[] = { "code", "category", "area", "post", "party", "list" };
    struct json_object *item = json_object_new_object();
    for (int i = 0; i < (int)WG_COUNT(members); i++)
        json_object_object_add(item, members[i], text_or_null(result, row, i));
    json_object_object_add(item, "note", name_of(result, row, 6, english));
    wg_text_put(ret_cursor, wg_get_text(result, row, 0));
    return item;
}

struct json_object *item_calendar(const PGresult *result, int row, bool english,
                                  struct wg_text *ret_cursor)
{
    struct json_object *item = json_object_new_object();
    json_object_object_add(item, "code", text_or_null(result, row, 0));
    json_object_object_add(item, "version", json_object_new_int64(wg_get_i64(result, row, 1)));
    json_object_object_add(item, "valid_from", time_or_null(result, row, 2));
    json_object_object_add(item, "definition", as_written(result, row, 3));
    (void)ret_cursor; /* all of them are one page */
    return item;
}

struct json_object *item_key(const PGresult *result, int row, bool english,
                             struct wg_text *ret_cursor)
{
    struct json_object *item = json_object_new_object();
    json_object_object_add(item, "id", id_or_null(result, row, 0));
    json_object_object_add(item, "name", text_or_null(result, row, 1));
    json_object_object_add(item, "administrator",
                           json_object_new_boolean(wg_get_bool(result, row, 2)));
    json_object_object_add(item, "staff", text_or_null(result, row, 3));
    json_object_object_add(item, "system", text_or_null(result, row, 4));
    json_object_object_add(item, "area", text_or_null(result, row, 5));
    bool unlimited = wg_is_null(result, row, 6);
    json_object_object_add(item, "rate",
                           unlimited ? NULL : json_object_new_int64(wg_get_i64(result, row, 6)));
    json_object_object_add(item, "created_at", time_or_null(result, row, 7));
    json_object_object_add(item, "revoked_at", time_or_null(result, row, 8));
    wg_text_printf(ret_cursor, "%lld", (long long)wg_get_i64(result, row, 0));
    return item;
}

struct json_object *item_audit(const PGresult *result, int row, bool english,
                               struct wg_text *ret_cursor)
{
    static const char *const members[] = { "service", "actor", "action", "object" };
    struct json_object *item = json_object_new_object();
    json_object_object_add(item, "id", id_or_null(result, row, 0));
    json_object_object_add(item, "at", time_or_null(result, row, 1));
    for (int i = 0; i < (int)WG_COUNT(members); i++)
        json_object_object_add(item, members[i], text_or_null(result, row, i + 2));
    json_object_object_add(item, "detail", as_written(result, row, 6));
    json_object_object_add(item, "staff", id_or_null(result, row, 7));
    wg_text_printf(ret_cursor, "%lld", (long long)wg_get_i64(result, row, 0));
    return item;
}
