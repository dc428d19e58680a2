#include "common/problem.h"

#include <stdio.h>

enum { ERRORS_MOST = 100 };

struct wg_problem {
    int status;
    char type[64];
    char title_zh[300], title_en[300];
    struct json_object *errors_zh, *errors_en, *members;
    size_t errors;
};

struct wg_problem *wg_problem_new(int status, const char *type, const char *title_zh,
                                  const char *title_en)
{
    struct wg_problem *problem = wg_new(sizeof *problem);
    problem->status = status;
    snprintf(problem->type, sizeof problem->type, "%s", type);
    snprintf(problem->title_zh, sizeof problem->title_zh, "%s", title_zh);
    snprintf(problem->title_en, sizeof problem->title_en, "%s", title_en);
    return problem;
}

void wg_problem_destroy(struct wg_problem **problem)
{
    if (*problem == NULL)
        return;
    json_object_put((*problem)->errors_zh);
    json_object_put((*problem)->errors_en);
    json_object_put((*problem)->members);
    free(*problem);
    *problem = NULL;
}

static void add_error(struct json_object **list, const char *pointer, const char *detail)
{
    if (*list == NULL)
        *list = json_object_new_array();
    struct json_object *error = json_object_new_object();
    json_object_object_add(error, "pointer", json_object_new_string(pointer));
    json_object_object_add(error, "detail", json_object_new_string(detail));
    json_object_array_add(*list, error);
}

void wg_problem_error(struct wg_problem *problem, const char *pointer, const char *zh,
                      const char *en)
{
    problem->errors++;
    if (problem->errors > ERRORS_MOST)
        return;
    add_error(&problem->errors_zh, pointer, zh);
    add_error(&problem->errors_en, pointer, en);
}

size_t wg_problem_errors(const struct wg_problem *problem)
{
    return problem->errors;
}

void wg_problem_member(struct wg_problem *problem, const char *name, struct json_object **value)
{
    if (problem->members == NULL)
        problem->members = json_object_new_object();
    json_object_object_add(problem->members, name, *value);
    *value = NULL;
}

struct json_object *wg_problem_json(const struct wg_problem *problem, bool english)
{
    struct json_object *document = json_object_new_object();
    char type[96];
    snprintf(type, sizeof type, "urn:wangge:problem:%s", problem->type);
    json_object_object_add(document, "type", json_object_new_string(type));
    json_object_object_add(document, "title",
                           json_object_new_string(english ? problem->title_en : problem->title_zh));
    json_object_object_add(document, "status", json_object_new_int(problem->status));
    struct json_object *errors = english ? problem->errors_en : problem->errors_zh;
    if (errors != NULL)
        json_object_object_add(document, "errors", json_object_get(errors));
    if (problem->members != NULL) {
        json_object_object_foreach(problem->members, key, value)
        {
            json_object_object_add(document, key, json_object_get(value));
        }
    }
    return document;
}

int wg_problem_status(const struct wg_problem *problem)
{
    return problem->status;
}
