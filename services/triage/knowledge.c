/* Look-ups in what is loaded. */
#include <string.h>

#include "services/triage/city_load.h"

const struct workflow *knowledge_workflow(const struct knowledge *knowledge, int id)
{
    for (size_t i = 0; i < knowledge->n_workflows; i++)
        if (workflow_id(knowledge->workflows[i]) == id)
            return knowledge->workflows[i];
    return NULL;
}

const struct workflow *knowledge_newest(const struct knowledge *knowledge, const char *name)
{
    for (size_t i = knowledge->n_workflows; name[0] != '\0' && i-- > 0;)
        if (strcmp(workflow_name(knowledge->workflows[i]), name) == 0)
            return knowledge->workflows[i];
    return knowledge->newest;
}
