#include "services/triage/workflows.h"

#include <string.h>

#include "common/json.h"

void workflows_list(struct wg_request *request, const struct knowledge *knowledge)
{
    struct json_object *body = json_object_new_object(), *items = json_object_new_array();
    for (size_t i = 0; i < knowledge->n_workflows; i++) {
        struct json_object *item = json_object_new_object();
        struct json_object *title =
            wg_json_get(workflow_definition(knowledge->workflows[i]), "title");
        json_object_object_add(item, "name",
                               json_object_new_string(workflow_name(knowledge->workflows[i])));
        json_object_object_add(item, "version",
                               json_object_new_int(workflow_id(knowledge->workflows[i])));
        json_object_object_add(
            item, "title",
            json_object_get(wg_json_get(title, wg_request_english(request) ? "en" : "zh")));
        json_object_array_add(items, item);
    }
    json_object_object_add(body, "items", items);
    wg_reply_json(request, 200, &body);
}

void workflows_get(struct wg_request *request, const struct knowledge *knowledge)
{
    const struct workflow *found = NULL;
    const char *name = wg_request_param(request, "name");
    for (size_t i = 0; i < knowledge->n_workflows; i++)
        if (strcmp(workflow_name(knowledge->workflows[i]), name) == 0)
            found = knowledge->workflows[i];
    if (found == NULL) {
        wg_reply_refusal(request, 404, "not-found", "没有这个流程", "There is no such workflow");
        return;
    }
    struct json_object *body = json_object_get(workflow_definition(found));
    wg_reply_json(request, 200, &body);
}
