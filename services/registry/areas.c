/* Areas and places: what a row of the file must be before PostgreSQL sees it. The tree itself (does
 * the parent exist, is it of the right level) is judged over the whole file in sql/check_areas.sql.
 */
#include <stdio.h>
#include <string.h>

#include "common/area.h"
#include "common/json.h"
#include "common/text.h"

#include "services/registry/kinds.h"

static const char *const level_names[] = {
    "district", "street", "community", "grid", "micro", NULL
};
static const size_t level_digits[] = { 6, 9, 12, 15, 17 };
static const char *const kind_names[] = { "ordinary", "temporary", "dedicated", NULL };
static const char *const management_names[] = { "property_company", "own_unit", "community_custody",
                                                "none", NULL };

enum { GRID_PARENT_DIGITS = 12, NUMBER_MOST = 99999 };

static const struct column area_columns[] = {
    { .name = "code", .type = COLUMN_AREA, .required = true, .zh = "区划编码、网格编码、编码" },
    { .name = "layer", .type = COLUMN_CATEGORY, .zh = "图层" },
    { .name = "level",
      .type = COLUMN_CHOICE,
      .required = true,
      .choices = level_names,
      .zh = "层级、级别" },
    { .name = "kind", .type = COLUMN_CHOICE, .choices = kind_names, .zh = "类别、网格类别" },
    { .name = "parent", .type = COLUMN_AREA, .zh = "上级编码、上级" },
    { .name = "name", .type = COLUMN_TEXT, .required = true, .zh = "名称、网格名称、区划名称" },
    { .name = "name_en", .type = COLUMN_TEXT, .zh = "英文名" },
    { .name = "matters", .type = COLUMN_LIST, .zh = "专属事项" },
    { .name = "addresses", .type = COLUMN_LIST, .zh = "地址、范围、四至" },
    { .name = "valid_from", .type = COLUMN_TIME, .zh = "启用时间" },
    { .name = "valid_to", .type = COLUMN_TIME, .zh = "停用时间" },
    { .name = "calendar", .type = COLUMN_CODE, .zh = "日历" },
};

static const struct column place_columns[] = {
    { .name = "code", .type = COLUMN_CODE, .required = true, .zh = "地点编码、编码、编号" },
    { .name = "name", .type = COLUMN_TEXT, .required = true, .zh = "名称、地点名称" },
    { .name = "name_en", .type = COLUMN_TEXT, .zh = "英文名" },
    { .name = "kind", .type = COLUMN_CODE, .required = true, .zh = "类别" },
    { .name = "aliases", .type = COLUMN_LIST, .zh = "别名" },
    { .name = "road", .type = COLUMN_TEXT, .zh = "道路、路名" },
    { .name = "number", .type = COLUMN_TEXT, .highest = 20, .zh = "门牌号、门牌" },
    { .name = "management",
      .type = COLUMN_CHOICE,
      .choices = management_names,
      .zh = "管理方式、管理" },
    { .name = "area", .type = COLUMN_AREA, .required = true, .zh = "区划编码、网格编码" },
    { .name = "lat", .type = COLUMN_DEGREES, .lowest = -90, .highest = 90, .zh = "纬度" },
    { .name = "lon", .type = COLUMN_DEGREES, .lowest = -180, .highest = 180, .zh = "经度" },
};

static void set_default(struct json_object *row, const char *member, const char *value)
{
    if (wg_json_text(row, member) == NULL && value != NULL)
        json_object_object_add(row, member, json_object_new_string(value));
}

/* ---- addresses: what a grid without a polygon consists of */

struct address_list {
    const struct line *line;
    struct faults *faults;
    struct json_object *list;
};

/* "5" or "1-99" at the end of a road's entry; false where it is something else. */
static bool read_numbers(const char *text, struct json_object *address)
{
    int from, to, end = 0;
    if (sscanf(text, "%6d-%6d%n", &from, &to, &end) != 2 || text[end] != '\0') {
        end = 0;
        if (sscanf(text, "%6d%n", &from, &end) != 1 || text[end] != '\0')
            return false;
        to = from;
    }
    if (from < 1 || to < from || to > NUMBER_MOST)
        return false;
    json_object_object_add(address, "from", json_object_new_int(from));
    json_object_object_add(address, "to", json_object_new_int(to));
    return true;
}

/* "Main Road" is a road, "Main Road 5" a number in it. */
static bool read_road(const char *text, struct json_object *address)
{
    const char *space = strrchr(text, ' ');
    bool numbered = space != NULL && strspn(space + 1, "0123456789") > 0;
    WG_AUTO(wg_free)
    char *road = numbered ? wg_strndup(text, (size_t)(space - text)) : wg_strdup(text);
    if (road[0] == '\0' || (numbered && !read_numbers(space + 1, address)))
        return false;
    json_object_object_add(address, "road", json_object_new_string(road));
    return true;
}

static bool read_building(const char *text, struct json_object *address)
{
    const char *sign = strchr(text, '@');
    if (sign == NULL || sign == text || sign[1] == '\0')
        return false;
    json_object_object_add(address, "building",
                           json_object_new_string_len(text, (int)(sign - text)));
    json_object_object_add(address, "compound", json_object_new_string(sign + 1));
    return true;
}

static bool read_address(const char *entry, struct json_object *address)
{
    if (strncmp(entry, "road=", 5) == 0)
        return read_road(entry + 5, address);
    if (strncmp(entry, "building=", 9) == 0)
        return read_building(entry + 9, address);
    if (strncmp(entry, "compound=", 9) != 0 || entry[9] == '\0')
        return false;
    json_object_object_add(address, "compound", json_object_new_string(entry + 9));
    return true;
}

static void judge_addresses(const struct line *line, struct json_object *row, struct faults *faults)
{
    struct json_object *entries = wg_json_get(row, "addresses");
    struct json_object *list = json_object_new_array();
    for (size_t i = 0; entries != NULL && i < json_object_array_length(entries); i++) {
        const char *entry = json_object_get_string(json_object_array_get_idx(entries, i));
        struct json_object *address = json_object_new_object();
        if (!read_address(entry, address))
            faults_add(faults, line->number, "addresses", "address-entry", entry);
        json_object_array_add(list, address);
    }
    json_object_object_add(row, "addresses", list);
}

/* ---- codes, levels and kinds of the tree (layer grid); other layers number their areas as they
 * like */

static size_t rank(const char *level)
{
    size_t i = 0;
    while (strcmp(level_names[i], level) != 0)
        i++;
    return i;
}

/* The parent's code and more digits; a grid's parent is filled with zeros to 12 first. */
static bool begins_with(const char *code, const char *parent, const char *level)
{
    size_t length = strlen(parent);
    if (strlen(code) <= length || strncmp(code, parent, length) != 0)
        return false;
    if (strcmp(level, "grid") != 0 || length >= GRID_PARENT_DIGITS)
        return true;
    return strspn(code + length, "0") >= GRID_PARENT_DIGITS - length;
}

static void judge_number(const struct line *line, struct json_object *row, struct faults *faults)
{
    const char *code = wg_json_text(row, "code"), *kind = wg_json_text(row, "kind");
    const char *said = wg_area_kind(code);
    if (said == NULL)
        faults_add(faults, line->number, "code", "code-number", code);
    else if (kind != NULL && strcmp(kind, said) != 0)
        faults_add(faults, line->number, "kind", "code-number", kind);
    else if (kind == NULL &&
             line->values[columns_find(area_columns, WG_COUNT(area_columns), "kind")] == NULL)
        set_default(row, "kind", said);
}

static void judge_tree(const struct line *line, struct json_object *row, struct faults *faults)
{
    const char *code = wg_json_text(row, "code"), *level = wg_json_text(row, "level");
    const char *parent = wg_json_text(row, "parent");
    if (code == NULL || level == NULL)
        return;
    if (strlen(code) != level_digits[rank(level)]) {
        faults_add(faults, line->number, "code", "code-length", code);
        return;
    }
    if (parent != NULL && !begins_with(code, parent, level))
        faults_add(faults, line->number, "code", "code-parent", parent);
    if (strcmp(level, "grid") == 0)
        judge_number(line, row, faults);
}

static void judge_period(const struct line *line, struct json_object *row, struct faults *faults)
{
    const char *from = wg_json_text(row, "valid_from"), *to = wg_json_text(row, "valid_to");
    const char *kind = wg_json_text(row, "kind");
    int64_t start, end;
    if (from != NULL && to != NULL && wg_time_parse(from, &start) == 0 &&
        wg_time_parse(to, &end) == 0 && end <= start)
        faults_add(faults, line->number, "valid_to", "period", to);
    if (kind != NULL && strcmp(kind, "temporary") == 0 && to == NULL)
        faults_add(faults, line->number, "valid_to", "temporary-end", NULL);
}

static void judge_area(const struct line *line, struct json_object *row, struct faults *faults)
{
    set_default(row, "layer",
                line->values[columns_find(area_columns, WG_COUNT(area_columns), "layer")] == NULL
                    ? "grid"
                    : NULL);
    set_default(row, "name_en", wg_json_text(row, "name"));
    const char *layer = wg_json_text(row, "layer"), *level = wg_json_text(row, "level");
    if (layer != NULL && strcmp(layer, "grid") == 0)
        judge_tree(line, row, faults);
    const char *kind = wg_json_text(row, "kind");
    if (kind == NULL)
        set_default(row, "kind", "ordinary");
    else if (level != NULL && strcmp(level, "grid") != 0 && strcmp(kind, "ordinary") != 0)
        faults_add(faults, line->number, "kind", "kind-level", kind);
    bool parentless =
        line->values[columns_find(area_columns, WG_COUNT(area_columns), "parent")] == NULL;
    if (parentless && level != NULL && strcmp(level, "district") != 0)
        faults_add(faults, line->number, "parent", "parent-none", NULL);
    judge_period(line, row, faults);
    judge_addresses(line, row, faults);
    if (wg_json_get(row, "matters") == NULL)
        json_object_object_add(row, "matters", json_object_new_array());
    json_object_object_add(row, "drawn", json_object_new_boolean(line->drawn));
    const char *fault = line->geometry == NULL ? NULL : shape_border(line->geometry, row);
    if (fault != NULL)
        faults_add(faults, line->number, "geometry", fault, NULL);
}

const struct kind area_kind = {
    .name = "areas",
    .columns = area_columns,
    .n = WG_COUNT(area_columns),
    .drawn = true,
    .judge = judge_area,
};

/* ---- places */

static void judge_place(const struct line *line, struct json_object *row, struct faults *faults)
{
    set_default(row, "name_en", wg_json_text(row, "name"));
    if (wg_json_get(row, "aliases") == NULL)
        json_object_object_add(row, "aliases", json_object_new_array());
    bool lat = line->values[columns_find(place_columns, WG_COUNT(place_columns), "lat")] != NULL;
    bool lon = line->values[columns_find(place_columns, WG_COUNT(place_columns), "lon")] != NULL;
    if (lat != lon)
        faults_add(faults, line->number, lat ? "lon" : "lat", "point-pair", NULL);
    if (line->geometry == NULL)
        return;
    const char *fault = lat || lon ? "point-twice" : shape_point(line->geometry, row);
    if (fault != NULL)
        faults_add(faults, line->number, "geometry", fault, NULL);
}

const struct kind place_kind = {
    .name = "places",
    .columns = place_columns,
    .n = WG_COUNT(place_columns),
    .drawn = true,
    .judge = judge_place,
};
