#include "services/reporting/posts.h"

#include <string.h>

#include "common/memory.h"

const char *posts_text(const char *code, bool english)
{
    static const struct {
        const char *code, *zh, *en;
    } posts[] = {
        { "leader", "三级网格长", "grid leader" },
        { "dedicated-leader", "专属网格长", "leader of the dedicated grid" },
        { "worker", "网格员", "grid worker" },
        { "micro-member", "微网格员", "micro-grid member" },
        { "secretary", "二级网格长", "community secretary" },
        { "dispatcher", "派单员", "dispatcher" },
        { "coordinator", "街道联调员", "street coordinator" },
        { "director", "街道负责人", "head of the street" },
        { "clerk", "文员", "clerk" },
        { "supervisor", "督导员", "supervisor" },
        { "duty-officer", "值班员", "officer on duty" },
        { "duty-leader", "带班领导", "leader on duty" },
        { "handler", "单位经办人", "whoever acts for the unit" },
        { "administrator", "管理员", "administrator" },
    };
    for (size_t i = 0; code != NULL && i < WG_COUNT(posts); i++)
        if (strcmp(posts[i].code, code) == 0)
            return english ? posts[i].en : posts[i].zh;
    return code;
}
