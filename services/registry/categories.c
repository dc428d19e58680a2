/* Categories with their limits, and calendars, which the limits are reckoned by. */
#include <stdio.h>
#include <string.h>

#include "common/calendar.h"
#include "common/json.h"

#include "services/registry/kinds.h"

static const char *const grade_names[] = { "urgent", "high", "normal", "low", NULL };
static const char *const service_names[] = { "management", "service", NULL };
static const char *const restricted_names[] = { "dispute",     "whistle", "minor",
                                                "instability", "conduct", NULL };
enum { LIMIT_MOST = 1000000, CALENDAR_FAULT_ROOM = 200 };

static const struct column category_columns[] = {
    { .name = "code", .type = COLUMN_CATEGORY, .required = true },
    { .name = "parent", .type = COLUMN_CATEGORY },
    { .name = "name", .type = COLUMN_TEXT, .required = true },
    { .name = "name_en", .type = COLUMN_TEXT, .required = true },
    { .name = "grade", .type = COLUMN_CHOICE, .required = true, .choices = grade_names },
    { .name = "accept_n", .type = COLUMN_NUMBER, .highest = LIMIT_MOST },
    { .name = "accept_unit", .type = COLUMN_CODE },
    { .name = "resolve_n", .type = COLUMN_NUMBER, .highest = LIMIT_MOST },
    { .name = "resolve_unit", .type = COLUMN_CODE },
    { .name = "dispatch_n", .type = COLUMN_NUMBER, .highest = LIMIT_MOST },
    { .name = "dispatch_unit", .type = COLUMN_CODE },
    { .name = "responsible", .type = COLUMN_CHOICE, .required = true, .choices = post_names },
    { .name = "restricted", .type = COLUMN_FLAG },
    { .name = "restricted_kind", .type = COLUMN_CHOICE, .choices = restricted_names },
    { .name = "workflow", .type = COLUMN_CATEGORY },
    { .name = "kind", .type = COLUMN_CHOICE, .choices = service_names },
};

static const char *value_of(const struct line *line, const char *column)
{
    return line->values[columns_find(category_columns, WG_COUNT(category_columns), column)];
}

/* Moves <name>_n and <name>_unit into limits.<name>, judged by the module that will reckon with
 * them. */
static void judge_limit(const struct line *line, const char *name, struct json_object *row,
                        struct faults *faults)
{
    char n_column[24], unit_column[24], fault[CALENDAR_FAULT_ROOM];
    snprintf(n_column, sizeof n_column, "%s_n", name);
    snprintf(unit_column, sizeof unit_column, "%s_unit", name);
    if ((value_of(line, n_column) == NULL) != (value_of(line, unit_column) == NULL))
        faults_add(faults, line->number, value_of(line, n_column) == NULL ? n_column : unit_column,
                   "limit-pair", NULL);
    const char *unit = wg_json_text(row, unit_column);
    struct json_object *n = wg_json_get(row, n_column);
    bool known =
        unit != NULL && (strcmp(unit, "work_minute") == 0 || strcmp(unit, "work_day") == 0);
    if (unit != NULL && !known)
        faults_add(faults, line->number, unit_column, "unit", unit);
    if (n != NULL && known) {
        struct json_object *limit = json_object_new_object();
        struct wg_limit parsed;
        json_object_object_add(limit, "n", json_object_get(n));
        json_object_object_add(limit, "unit", json_object_new_string(unit));
        if (wg_limit_parse(limit, &parsed, fault, sizeof fault) != 0)
            faults_add(faults, line->number, n_column, "limit", fault);
        json_object_object_add(wg_json_get(row, "limits"), name, limit);
    }
    json_object_object_del(row, n_column);
    json_object_object_del(row, unit_column);
}

static void judge_category(const struct line *line, struct json_object *row, struct faults *faults)
{
    json_object_object_add(row, "limits", json_object_new_object());
    judge_limit(line, "accept", row, faults);
    judge_limit(line, "dispatch", row, faults);
    judge_limit(line, "resolve", row, faults);
    if (wg_json_get(row, "restricted") == NULL)
        json_object_object_add(row, "restricted", json_object_new_boolean(false));
    if (wg_json_text(row, "restricted_kind") != NULL &&
        !json_object_get_boolean(wg_json_get(row, "restricted")))
        faults_add(faults, line->number, "restricted", "restricted-kind", NULL);
    if (value_of(line, "workflow") == NULL)
        json_object_object_add(row, "workflow", json_object_new_string("request"));
    if (value_of(line, "kind") == NULL)
        json_object_object_add(row, "kind", json_object_new_string("management"));
}

const struct kind category_kind = {
    .name = "categories",
    .columns = category_columns,
    .n = WG_COUNT(category_columns),
    .judge = judge_category,
};

/* ---- calendars */

static const struct column calendar_columns[] = {
    { .name = "code", .type = COLUMN_CODE, .required = true },
};

const struct kind calendar_kind = {
    .name = "calendars",
    .columns = calendar_columns,
    .n = WG_COUNT(calendar_columns),
    .document = true,
};

/* The module says "/hours/0: …": the member is the column. */
static void add_calendar_fault(size_t number, const char *fault, struct faults *faults)
{
    char column[FAULT_COLUMN_ROOM] = "";
    if (fault[0] == '/')
        snprintf(column, sizeof column, "%.*s", (int)strcspn(fault + 1, "/:"), fault + 1);
    faults_add(faults, number, column, "calendar", fault);
}

struct json_object *calendar_row(struct json_object *document, size_t number, struct faults *faults)
{
    if (!json_object_is_type(document, json_type_object)) {
        faults_add(faults, number, "", "calendar", NULL);
        return NULL;
    }
    struct line line = { .number = number, .values = { wg_json_text(document, "code") } };
    struct json_object *row =
        columns_row(calendar_columns, WG_COUNT(calendar_columns), &line, faults);
    struct json_object *definition = json_object_new_object();
    json_object_object_foreach(document, key, value)
    {
        if (strcmp(key, "code") != 0)
            json_object_object_add(definition, key, json_object_get(value));
    }
    WG_AUTO(wg_calendar_destroy) struct wg_calendar *calendar = NULL;
    char fault[CALENDAR_FAULT_ROOM] = "";
    if (wg_calendar_new(definition, &calendar, fault, sizeof fault) != 0)
        add_calendar_fault(number, fault, faults);
    json_object_object_add(row, "definition", definition);
    if (wg_json_get(row, "code") == NULL)
        wg_json_put(&row);
    return row;
}
