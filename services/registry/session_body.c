#include "services/registry/session_body.h"

#include <stdio.h>
#include <string.h>

#include "common/json.h"
#include "common/text.h"

#include "services/registry/faults.h"

static void say(struct wg_problem *problem, const char *name, const char *zh, const char *en)
{
    struct fault fault = { .line = 1 };
    char pointer[FAULT_POINTER_ROOM];
    snprintf(fault.column, sizeof fault.column, "%.*s", (int)wg_utf8_prefix(name, strlen(name), 15),
             name);
    fault_pointer(&fault, pointer);
    wg_problem_error(problem, pointer + 2, zh, en); /* without the line */
}

void body_only(struct wg_problem *problem, struct json_object *body, const char *const *names)
{
    json_object_object_foreach(body, key, value)
    {
        const char *const *name = names;
        (void)value;
        while (*name != NULL && strcmp(*name, key) != 0)
            name++;
        if (*name == NULL)
            say(problem, key, "没有这个字段", "there is no such field");
    }
}

const char *body_text(struct wg_problem *problem, struct json_object *body, const char *name,
                      size_t most)
{
    const char *text = wg_json_text(body, name);
    size_t length = text == NULL ? 0 : strlen(text);
    if (wg_json_get(body, name) == NULL)
        return NULL;
    if (length >= 1 && length <= most)
        return text;
    say(problem, name, "应为文字，且长度在范围内", "must be text within its length");
    return NULL;
}

const char *body_required(struct wg_problem *problem, struct json_object *body, const char *name,
                          size_t most)
{
    if (wg_json_get(body, name) == NULL)
        say(problem, name, "不能为空", "must be given");
    return body_text(problem, body, name, most);
}
