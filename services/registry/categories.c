/* Categories with their limits, and calendars, which the limits are reckoned by. */
#include <stdio.h>
#include <string.h>

#include "common/calendar.h"
#include "common/json.h"
#include "common/limit.h"

#include "services/registry/kinds.h"

static const char *const grade_names[] = { "urgent", "high", "normal", "low", NULL };
static const char *const service_names[] = { "management", "service", NULL };
static const char *const restricted_names[] = { "dispute",     "whistle", "minor",
                                                "instability", "conduct", NULL };
static const char *const unit_names[] = { "work_minute", "work_day", "minute", "day", NULL };
static const char *const start_names[] = { "at_once", "next_work_day", NULL };
static const char *const end_names[] = { "exact", "close_of_day", NULL };
enum { LIMIT_MOST = 1000000, CALENDAR_FAULT_ROOM = 200, KEYED_MOST = 20, ROW_ROOM = 200 };

#define LIMIT_COLUMNS(clock, word)                                                                   \
    { .name = clock "_n", .type = COLUMN_NUMBER, .highest = LIMIT_MOST, .zh = word "期限" },         \
        { .name = clock "_unit",                                                                     \
          .type = COLUMN_CHOICE,                                                                     \
          .choices = unit_names,                                                                     \
          .zh = word "期限单位" },                                                                   \
        { .name = clock "_start",                                                                    \
          .type = COLUMN_CHOICE,                                                                     \
          .choices = start_names,                                                                    \
          .zh = word "期限起算" },                                                                   \
    {                                                                                                \
        .name = clock "_end", .type = COLUMN_CHOICE, .choices = end_names, .zh = word "期限截止" \
    }

static const struct column category_columns[] = {
    { .name = "code", .type = COLUMN_CATEGORY, .required = true, .zh = "分类编码、编码" },
    { .name = "parent", .type = COLUMN_CATEGORY, .zh = "上级分类、上级" },
    { .name = "name", .type = COLUMN_TEXT, .required = true, .zh = "名称、分类名称" },
    { .name = "name_en", .type = COLUMN_TEXT, .required = true, .zh = "英文名" },
    { .name = "grade",
      .type = COLUMN_CHOICE,
      .required = true,
      .choices = grade_names,
      .zh = "等级" },
    LIMIT_COLUMNS("accept", "接单"),
    LIMIT_COLUMNS("resolve", "办结"),
    LIMIT_COLUMNS("dispatch", "派单"),
    { .name = "limits", .type = COLUMN_LIST, .highest = KEYED_MOST, .zh = "其他期限、期限" },
    { .name = "responsible",
      .type = COLUMN_CHOICE,
      .required = true,
      .choices = post_names,
      .zh = "责任岗位" },
    { .name = "restricted", .type = COLUMN_FLAG, .zh = "限制查看" },
    { .name = "restricted_kind",
      .type = COLUMN_CHOICE,
      .choices = restricted_names,
      .zh = "限制类别" },
    { .name = "workflow", .type = COLUMN_CATEGORY, .zh = "流程" },
    { .name = "kind", .type = COLUMN_CHOICE, .choices = service_names, .zh = "服务类别" },
};

static const char *value_of(const struct line *line, const char *column)
{
    return line->values[columns_find(category_columns, WG_COUNT(category_columns), column)];
}

/* Moves <name>_n, _unit, _start and _end into limits.<name>, judged by the module that will reckon
 * with them. */
static void judge_limit(const struct line *line, const char *name, struct json_object *row,
                        struct faults *faults)
{
    static const char *const members[] = { "n", "unit", "start", "end" };
    char columns[WG_COUNT(members)][24], fault[CALENDAR_FAULT_ROOM];
    WG_AUTO(wg_json_put) struct json_object *limit = json_object_new_object();
    bool given[WG_COUNT(members)];
    for (size_t i = 0; i < WG_COUNT(members); i++) {
        snprintf(columns[i], sizeof columns[i], "%s_%s", name, members[i]);
        given[i] = value_of(line, columns[i]) != NULL;
        struct json_object *value = wg_json_get(row, columns[i]);
        if (value != NULL)
            json_object_object_add(limit, members[i], json_object_get(value));
        json_object_object_del(row, columns[i]);
    }
    bool whole = wg_json_get(limit, "n") != NULL && wg_json_get(limit, "unit") != NULL;
    struct wg_limit parsed;
    bool any = given[0] || given[1] || given[2] || given[3];
    for (size_t i = 0; i < 2; i++)
        if (any && !given[i])
            faults_add(faults, line->number, columns[i], "limit-pair", NULL);
    if (whole && wg_limit_parse(limit, &parsed, fault, sizeof fault) != 0)
        faults_add(faults, line->number, columns[0], "limit", fault);
    if (whole)
        json_object_object_add(wg_json_get(row, "limits"), name, json_object_get(limit));
}

/* ---- limits of any clock, of a grade, of a source: "clock@grade/source=3 work_day close_of_day"
 */

static bool among(const char *const *names, const char *name)
{
    while (*names != NULL && strcmp(*names, name) != 0)
        names++;
    return *names != NULL;
}

/* The clock's name, and where they are given a grade that there is and a source. */
static bool key_fine(const char *key)
{
    static const char letters[] = "0123456789abcdefghijklmnopqrstuvwxyz_-";
    struct wg_limit_row row = { 0 };
    return wg_limit_key(key, &row) && row.clock[0] >= 'a' && row.clock[0] <= 'z' &&
           strspn(row.clock, letters) == strlen(row.clock) &&
           (row.grade[0] == '\0' || among(grade_names, row.grade)) &&
           strchr(row.source, '/') == NULL;
}

/* "n unit [start] [end]" as a limit's members. NULL: it is not of this form. The caller owns it. */
static struct json_object *limit_of_words(char *words)
{
    char *rest = words, *word, *end;
    WG_AUTO(wg_json_put) struct json_object *limit = json_object_new_object();
    while ((word = strsep(&rest, " \t")) != NULL) {
        const char *member = among(unit_names, word)    ? "unit"
                             : among(start_names, word) ? "start"
                             : among(end_names, word)   ? "end"
                                                        : "n";
        if (word[0] == '\0')
            continue;
        if (json_object_object_get_ex(limit, member, NULL))
            return NULL;
        long n = strtol(word, &end, 10);
        bool number = *end == '\0' && n >= 0 && n <= LIMIT_MOST && strlen(word) <= 7;
        if (strcmp(member, "n") == 0 && !number)
            return NULL;
        json_object_object_add(limit, member,
                               strcmp(member, "n") == 0 ? json_object_new_int64(n)
                                                        : json_object_new_string(word));
    }
    return json_object_get(limit);
}

/* One of them into limits; "=none": there is none, null. False: it is not of this form. */
static bool take_keyed(const char *text, struct json_object *limits)
{
    char key[ROW_ROOM], fault[CALENDAR_FAULT_ROOM];
    struct wg_limit parsed;
    const char *equals = strchr(text, '=');
    size_t length = equals == NULL ? 0 : (size_t)(equals - text);
    while (length > 0 && text[length - 1] == ' ')
        length--;
    if (length == 0 || length >= sizeof key)
        return false;
    snprintf(key, sizeof key, "%.*s", (int)length, text);
    if (!key_fine(key) || json_object_object_get_ex(limits, key, NULL))
        return false;
    WG_AUTO(wg_free) char *words = wg_strdup(equals + 1 + strspn(equals + 1, " "));
    bool none = strcmp(words, "none") == 0;
    WG_AUTO(wg_json_put) struct json_object *limit = none ? NULL : limit_of_words(words);
    if (!none && (limit == NULL || wg_limit_parse(limit, &parsed, fault, sizeof fault) != 0))
        return false;
    json_object_object_add(limits, key, json_object_get(limit));
    return true;
}

/* list: what the column `limits` held. */
static void judge_keyed(const struct line *line, struct json_object *list, struct json_object *row,
                        struct faults *faults)
{
    struct json_object *limits = wg_json_get(row, "limits");
    size_t n = list == NULL ? 0 : json_object_array_length(list);
    for (size_t i = 0; i < n; i++) {
        const char *text = json_object_get_string(json_object_array_get_idx(list, i));
        if (!take_keyed(text, limits))
            faults_add(faults, line->number, "limits", "limit-row", text);
    }
}

static void judge_category(const struct line *line, struct json_object *row, struct faults *faults)
{
    WG_AUTO(wg_json_put)
    struct json_object *keyed = json_object_get(wg_json_get(row, "limits"));
    json_object_object_add(row, "limits", json_object_new_object());
    judge_limit(line, "accept", row, faults);
    judge_limit(line, "dispatch", row, faults);
    judge_limit(line, "resolve", row, faults);
    judge_keyed(line, keyed, row, faults);
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
