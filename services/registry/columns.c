#include "services/registry/columns.h"

#include <errno.h>
#include <math.h>
#include <string.h>

#include "common/area.h"
#include "common/json.h"
#include "common/text.h"

#include "services/registry/cells.h"

const char *const post_names[] = { "leader",      "dedicated-leader", "worker",      "micro-member",
                                   "secretary",   "dispatcher",       "coordinator", "clerk",
                                   "supervisor",  "administrator",    "director",    "duty-officer",
                                   "duty-leader", "handler",          NULL };

static bool among(const char *const *names, const char *name)
{
    while (*names != NULL && strcmp(*names, name) != 0)
        names++;
    return *names != NULL;
}

bool post_known(const char *post)
{
    return among(post_names, post);
}

size_t columns_find(const struct column *columns, size_t n, const char *name)
{
    size_t i = 0;
    while (i < n && strcmp(columns[i].name, name) != 0)
        i++;
    return i;
}

void list_each(const char *text, void (*fn)(const char *entry, void *arg), void *arg)
{
    WG_AUTO(wg_free) char *copy = wg_strdup(text);
    char *rest = copy, *entry;
    while ((entry = strsep(&rest, ";")) != NULL) {
        entry += strspn(entry, " \t");
        size_t length = strlen(entry);
        while (length > 0 && strchr(" \t", entry[length - 1]) != NULL)
            entry[--length] = '\0';
        if (length > 0)
            fn(entry, arg);
    }
}

/* ---- one judge for each type: the value for the row, or NULL with the fault's name */

typedef struct json_object *judge_value(const struct column *column, const char *text,
                                        const char **ret_fault);

static bool has_control(const char *text)
{
    for (; *text != '\0'; text++) {
        if ((unsigned char)*text < 0x20 || *text == 0x7F)
            return true;
    }
    return false;
}

static struct json_object *judge_text(const struct column *column, const char *text,
                                      const char **ret_fault)
{
    size_t most = column->highest == 0 ? 100 : (size_t)column->highest;
    *ret_fault = "control";
    if (has_control(text))
        return NULL;
    *ret_fault = "text-long";
    return wg_utf8_count(text, strlen(text)) > most ? NULL : json_object_new_string(text);
}

/* 张三/李四 in one cell is two rows of a file. */
static struct json_object *judge_person(const struct column *column, const char *text,
                                        const char **ret_fault)
{
    *ret_fault = "two-people";
    return cell_is_two(text) ? NULL : judge_text(column, text, ret_fault);
}

static struct json_object *judge_code(const struct column *column, const char *text,
                                      const char **ret_fault)
{
    *ret_fault = "code";
    size_t length = strlen(text);
    size_t good = strspn(text, "0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ-_.");
    return length > 64 || good != length ? NULL : json_object_new_string(text);
}

static struct json_object *judge_category(const struct column *column, const char *text,
                                          const char **ret_fault)
{
    *ret_fault = "category-code";
    size_t length = strlen(text);
    bool good = length >= 2 && length <= 40 && text[0] >= 'a' && text[0] <= 'z' &&
                strspn(text, "0123456789abcdefghijklmnopqrstuvwxyz-") == length;
    return good ? json_object_new_string(text) : NULL;
}

static struct json_object *judge_area(const struct column *column, const char *text,
                                      const char **ret_fault)
{
    *ret_fault = "area-code";
    return wg_area_valid(text) ? json_object_new_string(text) : NULL;
}

static struct json_object *judge_choice(const struct column *column, const char *text,
                                        const char **ret_fault)
{
    *ret_fault = "choice";
    return among(column->choices, text) ? json_object_new_string(text) : NULL;
}

struct gathered {
    struct json_object *list;
    bool twice;
};

static void gather(const char *entry, void *arg)
{
    struct gathered *gathered = arg;
    size_t n = json_object_array_length(gathered->list);
    for (size_t i = 0; i < n; i++) {
        if (strcmp(json_object_get_string(json_object_array_get_idx(gathered->list, i)), entry) ==
            0)
            gathered->twice = true;
    }
    if (n <= LIST_ENTRIES_MOST)
        json_object_array_add(gathered->list, json_object_new_string(entry));
}

static struct json_object *judge_list(const struct column *column, const char *text,
                                      const char **ret_fault)
{
    size_t most = column->highest == 0 ? LIST_ENTRIES_MOST : (size_t)column->highest;
    struct gathered gathered = { .list = json_object_new_array() };
    list_each(text, gather, &gathered);
    if (has_control(text))
        *ret_fault = "control";
    else if (gathered.twice)
        *ret_fault = "list-twice";
    else if (json_object_array_length(gathered.list) > most)
        *ret_fault = "list-long";
    else
        return gathered.list;
    wg_json_put(&gathered.list);
    return NULL;
}

static struct json_object *judge_time(const struct column *column, const char *text,
                                      const char **ret_fault)
{
    int64_t at;
    *ret_fault = "time";
    if (wg_time_parse(text, &at) == 0)
        return json_object_new_string(text);
    return cell_time(text, &at) == 0 ? json_object_new_string(wg_time_string(at)) : NULL;
}

static struct json_object *judge_number(const struct column *column, const char *text,
                                        const char **ret_fault)
{
    *ret_fault = "number";
    size_t length = strlen(text);
    size_t digits = strspn(text + (text[0] == '-'), "0123456789") + (text[0] == '-');
    if (length > 18 || digits != length || strcmp(text, "-") == 0)
        return NULL;
    int64_t value = strtoll(text, NULL, 10);
    return value < column->lowest || value > column->highest ? NULL : json_object_new_int64(value);
}

static struct json_object *judge_degrees(const struct column *column, const char *text,
                                         const char **ret_fault)
{
    *ret_fault = "degrees";
    size_t length = strlen(text);
    if (length > 40 || strspn(text, "0123456789.-+eE") != length)
        return NULL;
    char *end;
    double value = strtod(text, &end);
    bool good = *end == '\0' && isfinite(value) && value >= (double)column->lowest &&
                value <= (double)column->highest;
    return good ? json_object_new_double(value) : NULL;
}

static struct json_object *judge_flag(const struct column *column, const char *text,
                                      const char **ret_fault)
{
    *ret_fault = "flag";
    static const char *const yes[] = { "true", "TRUE", "是", "1", NULL }, *const no[] = {
        "false", "FALSE", "否", "0", NULL
    };
    bool is_yes = among(yes, text);
    return is_yes || among(no, text) ? json_object_new_boolean(is_yes) : NULL;
}

/* One @ with something before it and a dot somewhere in the host after it; no spaces, quotes or
 * brackets, so that it can stand in a mail's header as it is. */
static struct json_object *judge_email(const struct column *column, const char *text,
                                       const char **ret_fault)
{
    *ret_fault = "email";
    const char *sign = strchr(text, '@');
    if (sign == NULL || sign == text || strchr(sign + 1, '@') != NULL || strlen(text) > 254)
        return NULL;
    const char *dot = strchr(sign + 1, '.');
    bool host = dot != NULL && dot != sign + 1 && dot[1] != '\0';
    return host && !has_control(text) && strpbrk(text, " ,;:<>()[]\"\\") == NULL
               ? json_object_new_string(text)
               : NULL;
}

/* Digits, spaces, hyphens, one leading plus. */
static struct json_object *judge_phone(const struct column *column, const char *text,
                                       const char **ret_fault)
{
    *ret_fault = cell_is_two(text) ? "two-numbers" : "phone";
    size_t length = strlen(text);
    const char *rest = text + (text[0] == '+');
    bool good = length >= 3 && length <= 32 && rest[0] != '\0' &&
                strspn(rest, "0123456789 -") == strlen(rest);
    return good ? json_object_new_string(text) : NULL;
}

static judge_value *const judges[] = {
    [COLUMN_PERSON] = judge_person,     [COLUMN_TEXT] = judge_text, [COLUMN_CODE] = judge_code,
    [COLUMN_CATEGORY] = judge_category, [COLUMN_AREA] = judge_area, [COLUMN_CHOICE] = judge_choice,
    [COLUMN_LIST] = judge_list,         [COLUMN_TIME] = judge_time, [COLUMN_NUMBER] = judge_number,
    [COLUMN_DEGREES] = judge_degrees,   [COLUMN_FLAG] = judge_flag, [COLUMN_EMAIL] = judge_email,
    [COLUMN_PHONE] = judge_phone,
};

/* Full-width signs are plain ones everywhere but in texts, whose digits and letters alone are. */
static bool is_text(enum column_type type)
{
    return type == COLUMN_TEXT || type == COLUMN_LIST || type == COLUMN_PERSON;
}

/* Whether a spreadsheet may have made a float of it, and whether it can be nothing but a number. */
static bool is_digits(enum column_type type, bool *ret_sure)
{
    *ret_sure = type == COLUMN_AREA || type == COLUMN_PHONE || type == COLUMN_NUMBER;
    return *ret_sure || type == COLUMN_CODE;
}

/* "；" splits lists as ";" does. */
static void split_plainly(char *text)
{
    for (char *at; (at = strstr(text, "；")) != NULL;) {
        *at = ';';
        memmove(at + 1, at + strlen("；"), strlen(at + strlen("；")) + 1);
    }
}

/* The text that is judged; NULL with the fault's name where a spreadsheet lost it. The caller owns
 * it. */
static char *make_plain(const struct column *column, const char *value, const char **ret_fault)
{
    WG_AUTO(wg_free) char *clean = cell_clean(value);
    char digits[CELL_NUMBER_ROOM];
    bool sure;
    if (column->type == COLUMN_LIST)
        split_plainly(clean);
    if (is_text(column->type))
        return wg_strdup(clean);
    WG_AUTO(wg_free) char *plain = wg_text_halfwidth(clean);
    enum cell_number kind =
        is_digits(column->type, &sure) ? cell_number(plain, sure, digits) : CELL_PLAIN;
    bool part = column->type == COLUMN_NUMBER && strpbrk(plain, "eE") == NULL;
    *ret_fault = part ? "number" : "number-float";
    return kind == CELL_LOST ? NULL : wg_strdup(kind == CELL_RECOVERED ? digits : plain);
}

struct json_object *columns_row(const struct column *columns, size_t n, const struct line *line,
                                struct faults *faults)
{
    struct json_object *row = json_object_new_object();
    for (size_t i = 0; i < n; i++) {
        const struct column *column = &columns[i];
        if (line->values[i] == NULL) {
            if (column->required)
                faults_add(faults, line->number, column->name, "required", NULL);
            continue;
        }
        const char *fault = NULL;
        WG_AUTO(wg_free) char *text = make_plain(column, line->values[i], &fault);
        bool empty = text != NULL && text[0] == '\0'; /* nothing but spaces */
        struct json_object *value =
            text == NULL || empty ? NULL : judges[column->type](column, text, &fault);
        if (empty && !column->required)
            continue;
        if (empty)
            faults_add(faults, line->number, column->name, "required", NULL);
        else if (value == NULL)
            faults_add(faults, line->number, column->name, fault, line->values[i]);
        else
            json_object_object_add(row, column->name, value);
    }
    return row;
}
