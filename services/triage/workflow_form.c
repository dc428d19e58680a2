/* The forms of the actions: what may and must be said with each, and whether what was said fits. */
#include <stdio.h>
#include <string.h>

#include "common/json.h"
#include "common/text.h"

#include "services/triage/workflow_file.h"

enum { TEXT_MOST = 2000 };

static struct json_object *field_named(struct json_object *fields, const char *name)
{
    for (size_t i = 0; fields != NULL && i < json_object_array_length(fields); i++) {
        struct json_object *field = json_object_array_get_idx(fields, i);
        if (strcmp(wg_json_text(field, "name"), name) == 0)
            return field;
    }
    return NULL;
}

static bool is_choice(struct json_object *field, const char *value)
{
    struct json_object *choices = wg_json_get(field, "choices");
    for (size_t i = 0; choices != NULL && i < json_object_array_length(choices); i++)
        if (strcmp(wg_json_text(json_object_array_get_idx(choices, i), "value"), value) == 0)
            return true;
    return false;
}

static void judge_value(struct json_object *field, struct json_object *value, const char *pointer,
                        struct wg_problem *problem)
{
    int64_t most = wg_json_get(field, "most") == NULL ? TEXT_MOST : wg_json_int(field, "most");
    if (!json_object_is_type(value, json_type_string)) {
        wg_problem_error(problem, pointer, "应是字符串", "must be a string");
        return;
    }
    size_t count =
        wg_utf8_count(json_object_get_string(value), (size_t)json_object_get_string_len(value));
    char zh[96], en[96];
    snprintf(zh, sizeof zh, "应为 1 至 %lld 个字", (long long)most);
    snprintf(en, sizeof en, "must have 1 to %lld characters", (long long)most);
    if (count < 1 || count > (size_t)most)
        wg_problem_error(problem, pointer, zh, en);
    else if (wg_json_get(field, "choices") != NULL &&
             !is_choice(field, json_object_get_string(value)))
        wg_problem_error(problem, pointer, "不在可选之列", "is none of the choices");
}

/* Which field would meet the need that is open: the one whose "missing" names it. */
static void demand(struct json_object *fields, const char *unmet, struct wg_problem *problem)
{
    static const char *const of_place[] = { "place", "outside", "grid" };
    const char *need = unmet;
    char pointer[64];
    for (size_t i = 0; i < WG_COUNT(of_place); i++)
        if (strcmp(unmet, of_place[i]) == 0)
            need = of_place[0];
    for (size_t i = 0; fields != NULL && i < json_object_array_length(fields); i++) {
        struct json_object *field = json_object_array_get_idx(fields, i);
        const char *missing = wg_json_text(field, "missing");
        if (missing == NULL || strcmp(missing, need) != 0)
            continue;
        snprintf(pointer, sizeof pointer, "/%s", wg_json_text(field, "name"));
        wg_problem_error(problem, pointer, "此件尚缺此项，必填", "the case lacks it: is required");
    }
}

void workflow_judge_input(struct json_object *row, struct json_object *input, const char *unmet,
                          struct wg_problem *problem)
{
    struct json_object *fields = wg_json_get(row, "fields");
    char pointer[128];
    json_object_object_foreach(input, name, value)
    {
        struct json_object *field = field_named(fields, name);
        snprintf(pointer, sizeof pointer, "/%.100s", name);
        if (field == NULL)
            wg_problem_error(problem, pointer, "没有这个字段", "there is no such field");
        else
            judge_value(field, value, pointer, problem);
    }
    for (size_t i = 0; fields != NULL && i < json_object_array_length(fields); i++) {
        struct json_object *field = json_object_array_get_idx(fields, i);
        const char *wanted = wg_json_text(field, "name");
        snprintf(pointer, sizeof pointer, "/%s", wanted);
        if (json_object_get_boolean(wg_json_get(field, "required")) &&
            wg_json_get(input, wanted) == NULL)
            wg_problem_error(problem, pointer, "必填", "is required");
    }
    if (unmet != NULL && wg_problem_errors(problem) == 0)
        demand(fields, unmet, problem);
}

static struct json_object *choices_of(struct json_object *field, bool english)
{
    struct json_object *choices = wg_json_get(field, "choices"), *list = json_object_new_array();
    for (size_t i = 0; i < json_object_array_length(choices); i++) {
        struct json_object *choice = json_object_array_get_idx(choices, i),
                           *one = json_object_new_object();
        json_object_object_add(one, "value", json_object_get(wg_json_get(choice, "value")));
        json_object_object_add(one, "title",
                               json_object_get(wg_json_get(choice, english ? "en" : "zh")));
        json_object_array_add(list, one);
    }
    return list;
}

static bool lacks(const struct workflow_case *before, const char *need)
{
    if (need == NULL || before->reason[0] == '\0')
        return false;
    bool place = strcmp(need, "place") == 0, category = strcmp(need, "category") == 0;
    if (category)
        return before->category[0] == '\0';
    if (place)
        return strcmp(before->reason, "category") != 0 && strcmp(before->reason, "holder") != 0;
    return strcmp(before->reason, need) == 0;
}

struct json_object *workflow_form(struct json_object *row, const struct workflow_case *before,
                                  bool english)
{
    struct json_object *fields = wg_json_get(row, "fields"), *form = json_object_new_array();
    for (size_t i = 0; fields != NULL && i < json_object_array_length(fields); i++) {
        struct json_object *field = json_object_array_get_idx(fields, i),
                           *one = json_object_new_object();
        bool required = json_object_get_boolean(wg_json_get(field, "required")) ||
                        lacks(before, wg_json_text(field, "missing"));
        json_object_object_add(one, "name", json_object_get(wg_json_get(field, "name")));
        json_object_object_add(one, "type", json_object_get(wg_json_get(field, "type")));
        json_object_object_add(one, "title",
                               json_object_get(wg_json_get(field, english ? "en" : "zh")));
        json_object_object_add(one, "required", json_object_new_boolean(required));
        if (wg_json_get(field, "most") != NULL)
            json_object_object_add(one, "most", json_object_get(wg_json_get(field, "most")));
        if (wg_json_get(field, "choices") != NULL)
            json_object_object_add(one, "choices", choices_of(field, english));
        json_object_array_add(form, one);
    }
    return form;
}
