/* Why a guard refuses, in words: made of the titles that the file gives to its attributes, so that
 * no file has to say it twice. */
#include <string.h>

#include "common/json.h"
#include "common/text.h"

#include "services/triage/workflow_file.h"

struct named {
    const char *name, *zh, *en;
};

static const struct named columns[] = {
    { "state", "环节", "the state" },
    { "level", "层级", "the level" },
    { "grade", "等级", "the grade" },
    { "holder", "承办人", "the person responsible" },
    { "party", "责任单位", "the unit responsible" },
    { "outcome", "办理结果", "the outcome" },
    { "resolver", "办结人", "whoever resolved it" },
    { "restricted", "限制知悉", "restricted access" },
    { "tasks", "未完成的任务", "open tasks" },
    { "handed", "已交办的上一环节", "somebody who handed it down" },
    { "raised", "已上报的下一层级", "a level that raised it" },
    { "reports", "反映件数", "the number of reports" },
    { "children", "未办结的拆分件", "parts that have not ended" },
    { "steps", "待审批环节", "steps of the approval" },
    { "sample", "抽查", "the sample" },
    { "reporter", "可联系的诉求人", "a reporter who can be reached" },
    { "opened_at", "立案", "the opening" },
    { "asked", "待批的申请", "something that waits for approval" },
    { "asked_step", "审批环节", "the step of the approval" },
    { "asked_by", "申请人", "whoever asked" },
    { "stand_in", "代岗人", "a stand-in" },
    { "given", "所派任务", "the tasks given" },
};
static const struct named values[] = {
    { "@actor", "本人", "yourself" },          { "@holder", "承办人", "the person responsible" },
    { "@stand_in", "代岗人", "the stand-in" }, { "grid", "网格", "the grid" },
    { "community", "社区", "the community" },  { "street", "街道", "the street" },
    { "district", "区", "the district" },
};
/* What workflow_step and the reading of partners say besides guards. */
static const struct named others[] = {
    { "nobody", "没有可以接收的人", "There is nobody who could take it" },
    { "room", "计时暂停、任务或时限的数量已到上限",
      "The case has had all the pauses, tasks or clocks that it can hold" },
    { "undo", "只能在五分钟内撤销自己的上一步",
      "Only one's own last act can be taken back, for five minutes" },
    { "partner", "另一事件现在不能这样办理", "The other case cannot be dealt with so now" },
};

static const char *in_language(const struct named *rows, size_t n, const char *name, bool english)
{
    for (size_t i = 0; i < n; i++)
        if (strcmp(rows[i].name, name) == 0)
            return english ? rows[i].en : rows[i].zh;
    return NULL;
}

static const char *title_of(const struct workflow *workflow, const char *name, bool english)
{
    struct json_object *attributes = wg_json_get(workflow_definition(workflow), "attributes");
    const char *column = in_language(columns, WG_COUNT(columns), name, english),
               *title = wg_json_text(wg_json_get(attributes, name), english ? "en" : "zh");
    return column != NULL ? column : title != NULL ? title : name;
}

/* A word of the attribute, a state, or what the engine calls by that name. */
static const char *value_of(const struct workflow *workflow, const char *name, const char *value,
                            bool english)
{
    const char *language = english ? "en" : "zh";
    struct json_object *attribute =
        wg_json_get(wg_json_get(workflow_definition(workflow), "attributes"), name);
    struct json_object *states = wg_json_get(workflow_definition(workflow), "states");
    const char *said = wg_json_text(wg_json_get(wg_json_get(attribute, "words"), value), language);
    if (said == NULL && strcmp(name, "state") == 0)
        said = wg_json_text(wg_json_get(states, value), language);
    if (said == NULL)
        said = in_language(values, WG_COUNT(values), value, english);
    return said != NULL ? said : value;
}

struct pattern {
    const char *op, *before, *between;
};

/* What stands before the title, and between it and the value. */
static struct pattern pattern_of(const char *op, bool refuses, bool english)
{
    static const struct pattern zh[] = { { "=", "", "须为：" },
                                         { "!=", "", "不能是：" },
                                         { "<", "", "须少于 " },
                                         { ">=", "", "须至少 " } },
                                en[] = { { "=", "", " would have to be " },
                                         { "!=", "", " must not be " },
                                         { "<", "", " would have to be less than " },
                                         { ">=", "", " would have to be at least " } };
    for (size_t i = 0; op != NULL && i < WG_COUNT(zh); i++)
        if (strcmp(zh[i].op, op) == 0)
            return english ? en[i] : zh[i];
    if (refuses)
        return (struct pattern){ NULL, english ? "there is already: " : "已有：", "" };
    return (struct pattern){ NULL, english ? "there is not yet: " : "还没有：", "" };
}

/* "opened_at.days": the time's title and what is counted since. */
static void split_unit(struct workflow_comparison *compared, bool english, const char **ret_unit)
{
    char *dot = strchr(compared->name, '.');
    *ret_unit = "";
    if (dot == NULL)
        return;
    bool days = strcmp(dot, ".days") == 0;
    *dot = '\0';
    if (english)
        *ret_unit = days ? " (days since)" : " (hours since)";
    else
        *ret_unit = days ? "以来的天数" : "以来的小时数";
}

void workflow_guard_words(const struct workflow *workflow, const char *guard, bool english,
                          struct wg_text *out)
{
    struct workflow_comparison compared = workflow_compared(guard);
    const char *unit, *other = in_language(others, WG_COUNT(others), guard, english);
    if (other != NULL) {
        wg_text_put(out, other);
        return;
    }
    split_unit(&compared, english, &unit);
    const struct pattern pattern = pattern_of(compared.op, guard[0] == '!', english);
    const char *parts[] = {
        english ? "A rule forbids it: " : "规则不允许：",
        pattern.before,
        title_of(workflow, compared.name, english),
        unit,
        pattern.between,
        compared.op == NULL ? "" : value_of(workflow, compared.name, compared.value, english),
    };
    for (size_t i = 0; i < WG_COUNT(parts); i++)
        wg_text_put(out, parts[i]);
}
