/* The forms of the actions: what may and must be said with each, and whether what was said fits. */
#include <stdio.h>
#include <string.h>

#include "common/json.h"
#include "common/text.h"

#include "services/triage/workflow_file.h"

enum { TEXT_MOST = 2000, NUMBER_MOST = 1000000, LIST_MOST = 20, POINTER = 128 };

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

static void judge_text(struct json_object *field, struct json_object *value, const char *pointer,
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

static void judge_number(struct json_object *field, struct json_object *value, const char *pointer,
                         struct wg_problem *problem)
{
    int64_t least = wg_json_int(field, "least"), number = json_object_get_int64(value);
    int64_t most = wg_json_get(field, "most") == NULL ? NUMBER_MOST : wg_json_int(field, "most");
    char zh[96], en[96];
    snprintf(zh, sizeof zh, "应为 %lld 至 %lld 的整数", (long long)least, (long long)most);
    snprintf(en, sizeof en, "must be a whole number from %lld to %lld", (long long)least,
             (long long)most);
    if (!json_object_is_type(value, json_type_int) || number < least || number > most)
        wg_problem_error(problem, pointer, zh, en);
}

static void judge_time(struct json_object *field, struct json_object *value, const char *pointer,
                       struct wg_problem *problem)
{
    int64_t time;
    (void)field;
    if (!json_object_is_type(value, json_type_string) ||
        wg_time_parse(json_object_get_string(value), &time) != 0)
        wg_problem_error(problem, pointer, "应为 RFC 3339 时间", "must be a time by RFC 3339");
}

static void judge_flag(struct json_object *field, struct json_object *value, const char *pointer,
                       struct wg_problem *problem)
{
    (void)field;
    if (!json_object_is_type(value, json_type_boolean))
        wg_problem_error(problem, pointer, "应为 true 或 false", "must be true or false");
}

/* True where it is a list of 1 to `most` items. */
static bool judge_list(struct json_object *value, size_t most, const char *pointer,
                       struct wg_problem *problem)
{
    char zh[96], en[96];
    snprintf(zh, sizeof zh, "应为 1 至 %zu 项的数组", most);
    snprintf(en, sizeof en, "must be a list of 1 to %zu items", most);
    bool fine = json_object_is_type(value, json_type_array) &&
                json_object_array_length(value) >= 1 && json_object_array_length(value) <= most;
    if (!fine)
        wg_problem_error(problem, pointer, zh, en);
    return fine;
}

static void judge_texts(struct json_object *field, struct json_object *value, const char *pointer,
                        struct wg_problem *problem)
{
    char item[POINTER];
    if (!judge_list(value, LIST_MOST, pointer, problem))
        return;
    for (size_t i = 0; i < json_object_array_length(value); i++) {
        snprintf(item, sizeof item, "%.100s/%zu", pointer, i);
        judge_text(field, json_object_array_get_idx(value, i), item, problem);
    }
}

static bool said_before(struct json_object *list, size_t i)
{
    struct json_object *item = json_object_array_get_idx(list, i);
    for (size_t b = 0; b < i; b++)
        if (json_object_equal(json_object_array_get_idx(list, b), item))
            return true;
    return false;
}

/* Codes, none twice; whether they exist was judged before. `most` is how many, not how long. */
static void judge_parties(struct json_object *field, struct json_object *value, const char *pointer,
                          struct wg_problem *problem)
{
    char item[POINTER];
    size_t most =
        wg_json_get(field, "most") == NULL ? WORKFLOW_TASKS : (size_t)wg_json_int(field, "most");
    if (!judge_list(value, most, pointer, problem))
        return;
    for (size_t i = 0; i < json_object_array_length(value); i++) {
        snprintf(item, sizeof item, "%.100s/%zu", pointer, i);
        judge_text(NULL, json_object_array_get_idx(value, i), item, problem);
        if (said_before(value, i))
            wg_problem_error(problem, item, "与前面的单位重复", "the same party stands before");
    }
}

/* [{"party" or "staff": code, "text": what}]; whether the codes exist was judged before. */
static void judge_tasks(struct json_object *field, struct json_object *value, const char *pointer,
                        struct wg_problem *problem)
{
    char item[POINTER];
    if (!judge_list(value, WORKFLOW_TASKS, pointer, problem))
        return;
    for (size_t i = 0; i < json_object_array_length(value); i++) {
        struct json_object *task = json_object_array_get_idx(value, i);
        bool party = wg_json_get(task, "party") != NULL, staff = wg_json_get(task, "staff") != NULL;
        snprintf(item, sizeof item, "%.100s/%zu", pointer, i);
        if (!json_object_is_type(task, json_type_object) || (!party && !staff) ||
            json_object_object_length(task) != 1 + party + staff) {
            wg_problem_error(problem, item, "应为 {party 或 staff, text}",
                             "must be {party or staff, text}");
            continue;
        }
        snprintf(item, sizeof item, "%.100s/%zu/text", pointer, i);
        judge_text(field, wg_json_get(task, "text"), item, problem);
    }
}

static void judge_value(struct json_object *field, struct json_object *value, const char *pointer,
                        struct wg_problem *problem)
{
    static const struct {
        const char *type;
        void (*judge)(struct json_object *field, struct json_object *value, const char *pointer,
                      struct wg_problem *problem);
    } judges[] = { { "number", judge_number },   { "time", judge_time },
                   { "flag", judge_flag },       { "texts", judge_texts },
                   { "parties", judge_parties }, { "tasks", judge_tasks } };
    for (size_t i = 0; i < WG_COUNT(judges); i++) {
        if (strcmp(judges[i].type, wg_json_text(field, "type")) != 0)
            continue;
        judges[i].judge(field, value, pointer, problem);
        return;
    }
    judge_text(field, value, pointer, problem);
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

static void judge_required(struct json_object *field, struct json_object *input, int64_t now,
                           struct wg_problem *problem)
{
    char pointer[POINTER];
    struct json_object *value = wg_json_get(input, wg_json_text(field, "name"));
    int64_t time;
    snprintf(pointer, sizeof pointer, "/%s", wg_json_text(field, "name"));
    if (value == NULL && json_object_get_boolean(wg_json_get(field, "required")))
        wg_problem_error(problem, pointer, "必填", "is required");
    if (value != NULL && json_object_get_boolean(wg_json_get(field, "ahead")) &&
        json_object_is_type(value, json_type_string) &&
        wg_time_parse(json_object_get_string(value), &time) == 0 && time <= now)
        wg_problem_error(problem, pointer, "应晚于现在", "must lie ahead");
}

void workflow_judge_input(struct json_object *action, const struct workflow_ask *ask,
                          const char *unmet, struct wg_problem *problem)
{
    struct json_object *input = ask->input;
    struct json_object *fields = wg_json_get(action, "fields");
    char pointer[POINTER];
    json_object_object_foreach(input, name, value)
    {
        struct json_object *field = field_named(fields, name);
        snprintf(pointer, sizeof pointer, "/%.100s", name);
        if (field == NULL)
            wg_problem_error(problem, pointer, "没有这个字段", "there is no such field");
        else
            judge_value(field, value, pointer, problem);
    }
    for (size_t i = 0; fields != NULL && i < json_object_array_length(fields); i++)
        judge_required(json_object_array_get_idx(fields, i), input, ask->now, problem);
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

struct json_object *workflow_form(struct json_object *action, const struct workflow_case *before,
                                  bool english)
{
    static const char *const bounds[] = { "least", "most", "ahead" };
    struct json_object *fields = wg_json_get(action, "fields"), *form = json_object_new_array();
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
        for (size_t m = 0; m < WG_COUNT(bounds); m++)
            if (wg_json_get(field, bounds[m]) != NULL)
                json_object_object_add(one, bounds[m],
                                       json_object_get(wg_json_get(field, bounds[m])));
        if (wg_json_get(field, "choices") != NULL)
            json_object_object_add(one, "choices", choices_of(field, english));
        json_object_array_add(form, one);
    }
    return form;
}

const char *workflow_field_of_type(const struct workflow *workflow, const char *action,
                                   const char *type)
{
    struct json_object *fields =
        wg_json_get(wg_json_get(workflow_actions(workflow), action), "fields");
    for (size_t i = 0; i < workflow_length(fields); i++) {
        struct json_object *field = json_object_array_get_idx(fields, i);
        if (strcmp(wg_json_text(field, "type"), type) == 0)
            return wg_json_text(field, "name");
    }
    return NULL;
}
