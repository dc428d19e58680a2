#include "services/triage/workflow_check.h"

#include <stdio.h>
#include <string.h>

#include "common/json.h"
#include "common/memory.h"
#include "common/text.h"

#include "services/triage/workflow_graph.h"

/* ---- what is said */

static void find(struct workflow_findings *findings, const char *at, const char *zh, const char *en)
{
    if (findings->n == FINDINGS_MOST)
        return;
    struct workflow_finding *finding = &findings->rows[findings->n++];
    wg_copy(finding->at, sizeof finding->at, at);
    wg_copy(finding->zh, sizeof finding->zh, zh);
    wg_copy(finding->en, sizeof finding->en, en);
}

/* About a word: %s of both texts. */
static void find_word(struct workflow_findings *findings, const char *at,
                      const char *const texts[2], const char *word)
{
    struct workflow_finding finding;
    for (int i = 0; i < 2; i++) {
        char *to = i == 0 ? finding.zh : finding.en;
        const char *hole = strstr(texts[i], "{}");
        snprintf(to, sizeof finding.zh, "%.*s%s%s", (int)(hole - texts[i]), texts[i], word,
                 hole + 2);
    }
    find(findings, at, finding.zh, finding.en);
}

/* ---- a file that would be refused */

static const char *in_chinese(const char *reason)
{
    static const struct {
        const char *en, *zh;
    } reasons[] = {
        { "a choice has some", "只有选项类字段带选项，且至少一项" },
        { "a list is expected", "应为数组" },
        { "a post is expected", "应为岗位名" },
        { "a text of", "应为文字（可能缺了一种语言），长度有限" },
        { "a whole number", "应为不超上限的整数" },
        { "a word and its texts", "应为词语及其中英文" },
        { "a word is expected", "应为词语" },
        { "an object is expected", "应为对象" },
        { "an outcome is set", "要写结果却没有说是什么：应有 outcome，或必填的选项 reason" },
        { "are too many", "通知过多" },
        { "at least one", "至少要有一项" },
        { "either", "二者只能取一" },
        { "has too many members", "成员过多" },
        { "is missing", "缺少" },
        { "is no state", "没有这个状态" },
        { "its name is too long", "名称过长，或为系统专用" },
        { "its notices are too many", "一次发出的通知过多" },
        { "names something that is not there", "所指的不存在" },
        { "no field of type parties", "没有 parties 类字段，无人受邀" },
        { "nobody answers for this clock", "这个时限没有责任人" },
        { "parties are the only list", "parties 应是动作唯一的清单；任务的动作和批准动作不能有" },
        { "somebody is to be warned", "要提醒却没有说由哪个动作提醒" },
        { "there is no such member", "没有这个成员" },
        { "there is no such type", "没有这种字段，或名称不对" },
        { "true or false", "应为 true 或 false" },
        { "up to four rising", "应为至多四个递增且小于100的数" },
    };
    for (size_t i = 0; i < WG_COUNT(reasons); i++)
        if (strncmp(reason, reasons[i].en, strlen(reasons[i].en)) == 0)
            return reasons[i].zh;
    return "不合规定";
}

static void find_refused(struct workflow_findings *findings, char *fault)
{
    char *colon = strstr(fault, ": ");
    if (colon == NULL) {
        find(findings, "", in_chinese(fault), fault);
        return;
    }
    *colon = '\0';
    find(findings, fault, in_chinese(colon + 2), colon + 2);
}

/* ---- states */

static void check_states(const struct workflow_graph *graph, struct workflow_findings *findings)
{
    char at[160];
    for (size_t i = 0; i < graph->n_states; i++) {
        snprintf(at, sizeof at, "/states/%s", graph->states[i].name);
        if (!graph->states[i].reached)
            find(findings, at, "没有动作通向这个状态", "nothing leads to this state");
        else if (!graph->states[i].ends)
            find(findings, at, "从这个状态无法走到办结",
                 "from this state there is no way to an end");
    }
}

/* ---- actions */

static void check_variants(const struct workflow_graph *graph, const struct graph_action *action,
                           struct workflow_findings *findings)
{
    struct workflow_row row, earlier;
    char at[160];
    for (size_t i = 0; workflow_row_at(action->action, i, &row); i++) {
        snprintf(at, sizeof at, "%s/rows/%zu", action->at, i);
        if (!workflow_graph_begins(graph, action, &row))
            find(findings, i == 0 && row.row == row.action ? action->at : at,
                 "没有案件会走到它起始的状态", "no case comes to a state that it begins in");
        for (size_t e = 0; e < i && workflow_row_at(action->action, e, &earlier); e++)
            if (workflow_graph_covers(&earlier, &row)) {
                find(findings, at, "前面的变体总是先被选中，这一个永远用不上",
                     "a variant before it always fits first: this one is never taken");
                break;
            }
    }
}

static void check_actions(const struct workflow_graph *graph, struct workflow_findings *findings)
{
    for (size_t i = 0; i < graph->n_actions; i++) {
        const struct graph_action *action = &graph->actions[i];
        if (!action->taken)
            find(findings, action->at, "没有人能做，也没有别处会触发",
                 "nobody may take it, and nothing calls it");
        else
            check_variants(graph, action, findings);
    }
}

/* ---- what effects take from the fields */

static const char *field_type(struct json_object *action, const char *name)
{
    struct json_object *fields = wg_json_get(action, "fields");
    for (size_t i = 0; i < workflow_length(fields); i++)
        if (strcmp(wg_json_text(json_object_array_get_idx(fields, i), "name"), name) == 0)
            return wg_json_text(json_object_array_get_idx(fields, i), "type");
    return NULL;
}

static void check_field(const struct workflow_graph *graph, const struct graph_action *action,
                        const char *name, struct workflow_findings *findings)
{
    static const char *const lacks[2] = { "效果要取字段 {}，动作却没有它",
                                          "an effect takes the field {}, which the action lacks" };
    static const char *const cut[2] = { "字段 {} 是文字，不能存为属性",
                                        "the field {} is a text, which no attribute holds" };
    static const char *const kept[] = { "choice", "number", "time", "flag" };
    const struct graph_action *told = workflow_graph_asker(graph, action);
    const char *type = field_type((told == NULL ? action : told)->action, name);
    if (type == NULL)
        find_word(findings, action->at, lacks, name);
    else if (!workflow_among(kept, WG_COUNT(kept), type))
        find_word(findings, action->at, cut, name);
}

static void check_effects(const struct workflow_graph *graph, struct workflow_findings *findings)
{
    struct workflow_row row;
    for (size_t i = 0; i < graph->n_actions; i++) {
        const struct graph_action *action = &graph->actions[i];
        for (size_t r = 0; workflow_row_at(action->action, r, &row); r++) {
            struct json_object *list = workflow_member(&row, "effects");
            for (size_t e = 0; e < workflow_length(list); e++) {
                const char *effect = workflow_item(list, e), *dollar = strchr(effect, '$');
                if (dollar != NULL)
                    check_field(graph, action, dollar + 1, findings);
                else if (strncmp(effect, "extend=", 7) == 0)
                    check_field(graph, action, "days", findings);
            }
        }
    }
}

/* ---- clocks, approvals, attributes, notices */

static void check_clocks(const struct workflow_graph *graph, struct workflow_findings *findings)
{
    static const struct {
        const char *verb, *zh, *en;
    } wanted[] = { { "start", "没有动作启动这个时限", "nothing starts this clock" },
                   { "stop", "没有动作停止这个时限", "nothing stops this clock" } };
    char at[160];
    json_object_object_foreach(wg_json_get(graph->definition, "clocks"), name, clock)
    {
        snprintf(at, sizeof at, "/clocks/%s", name);
        for (size_t i = 0; i < WG_COUNT(wanted); i++)
            if (!workflow_graph_moves(graph, wanted[i].verb, name))
                find(findings, at, wanted[i].zh, wanted[i].en);
        bool paused = workflow_graph_moves(graph, "pause", name);
        if (paused && wg_json_get(clock, "until") != NULL)
            find(findings, at, "有固定期限的时限不能中止",
                 "a clock with a given end can not be paused");
        else if (paused && !workflow_graph_moves(graph, "resume", name))
            find(findings, at, "中止后没有动作恢复它", "nothing resumes this clock once it stands");
        if (wg_json_get(clock, "on_breach") == NULL)
            find(findings, at, "到期后什么也不发生", "nothing follows at its end");
    }
}

static void check_approvals(const struct workflow_graph *graph, struct workflow_findings *findings)
{
    char at[160], effect[64];
    json_object_object_foreach(wg_json_get(graph->definition, "approvals"), name, approval)
    {
        (void)approval;
        snprintf(at, sizeof at, "/approvals/%s", name);
        snprintf(effect, sizeof effect, "ask=%s", name);
        if (!workflow_graph_says(graph, effect))
            find(findings, at, "没有动作提请这项审批", "nothing asks for this approval");
    }
}

static void check_attributes(const struct workflow_graph *graph, struct workflow_findings *findings)
{
    char at[160];
    json_object_object_foreach(wg_json_get(graph->definition, "attributes"), name, titles)
    {
        snprintf(at, sizeof at, "/attributes/%s", name);
        bool set = workflow_graph_sets(graph, name), read = workflow_graph_reads(graph, name);
        if (!set)
            find(findings, at, "没有动作设置这个属性", "nothing sets this attribute");
        else if (!read && json_object_get_boolean(wg_json_get(titles, "kept")) == 0)
            find(findings, at, "没有条件读取这个属性", "nothing reads this attribute");
    }
}

static void check_notice_list(const struct workflow_checked *checked, const char *where,
                              struct json_object *list, struct workflow_findings *findings)
{
    static const char *const missing[2] = { "没有通知 {}", "there is no notice {}" };
    for (size_t i = 0; i < workflow_length(list); i++) {
        char at[160];
        const char *rule = wg_json_text(json_object_array_get_idx(list, i), "rule");
        snprintf(at, sizeof at, "%.120s/%zu/rule", where, i);
        if (!workflow_contains(checked->notices, rule))
            find_word(findings, at, missing, rule);
    }
}

static void check_notices(const struct workflow_checked *checked,
                          const struct workflow_graph *graph, struct workflow_findings *findings)
{
    char at[160];
    if (checked->notices == NULL)
        return;
    check_notice_list(checked, "/open/waits",
                      wg_json_get(wg_json_get(checked->definition, "open"), "waits"), findings);
    for (size_t i = 0; i < graph->n_actions; i++) {
        const struct graph_action *action = &graph->actions[i];
        struct json_object *rows = wg_json_get(action->action, "rows");
        snprintf(at, sizeof at, "%s/notices", action->at);
        check_notice_list(checked, at, wg_json_get(action->action, "notices"), findings);
        for (size_t r = 0; r < workflow_length(rows); r++) {
            snprintf(at, sizeof at, "%s/rows/%zu/notices", action->at, r);
            check_notice_list(checked, at,
                              wg_json_get(json_object_array_get_idx(rows, r), "notices"), findings);
        }
    }
}

/* ---- texts: Chinese in zh, none in en. The words of a file are looked at wherever they stand. */

static bool has_chinese(const char *text)
{
    for (; *text != '\0'; text++)
        if ((unsigned char)*text >= 0xe4 && (unsigned char)*text <= 0xe9)
            return true;
    return false;
}

enum { DEEP = 16 };

/* One value on the way down; next is the member or item that comes. */
struct level {
    struct json_object *value;
    struct json_object_iterator next, end;
    size_t item, mark;
};

static void check_pair(struct json_object *object, const char *at,
                       struct workflow_findings *findings)
{
    const char *zh = wg_json_text(object, "zh"), *en = wg_json_text(object, "en");
    if (zh != NULL && !has_chinese(zh))
        find(findings, at, "zh 不是中文", "zh is not Chinese");
    if (en != NULL && has_chinese(en))
        find(findings, at, "en 不是英文", "en is not English");
}

static bool go_down(struct level *level, struct json_object *value, char *at)
{
    *level = (struct level){ .value = value, .mark = strlen(at) };
    if (json_object_is_type(value, json_type_object)) {
        level->next = json_object_iter_begin(value);
        level->end = json_object_iter_end(value);
        return true;
    }
    return json_object_is_type(value, json_type_array);
}

/* The next value below, its pointer added; NULL with *ret_more false: none is left. */
static struct json_object *step_on(struct level *level, char at[160], bool *ret_more)
{
    at[level->mark] = '\0';
    if (json_object_is_type(level->value, json_type_array)) {
        *ret_more = level->item < json_object_array_length(level->value);
        snprintf(at + level->mark, 160 - level->mark, "/%zu", level->item);
        return *ret_more ? json_object_array_get_idx(level->value, level->item++) : NULL;
    }
    *ret_more = !json_object_iter_equal(&level->next, &level->end);
    if (!*ret_more)
        return NULL;
    snprintf(at + level->mark, 160 - level->mark, "/%s", json_object_iter_peek_name(&level->next));
    struct json_object *value = json_object_iter_peek_value(&level->next);
    json_object_iter_next(&level->next);
    return value;
}

static void check_texts(struct json_object *definition, struct workflow_findings *findings)
{
    struct level levels[DEEP];
    char at[160] = "";
    int depth = go_down(&levels[0], definition, at) ? 0 : -1;
    while (depth >= 0) {
        bool more = false;
        struct json_object *value = step_on(&levels[depth], at, &more);
        if (!more) {
            depth--;
            continue;
        }
        if (json_object_is_type(value, json_type_object))
            check_pair(value, at, findings);
        if (depth + 1 < DEEP && go_down(&levels[depth + 1], value, at))
            depth++;
    }
}

void workflow_check(const struct workflow_checked *checked, struct workflow_findings *ret_findings)
{
    char fault[200];
    struct workflow *workflow = NULL;
    ret_findings->n = 0;
    if (workflow_new(checked->definition, 0, &workflow, fault, sizeof fault) != 0) {
        find_refused(ret_findings, fault);
        return;
    }
    workflow_destroy(&workflow);
    WG_AUTO(wg_free) struct workflow_graph *graph = wg_new(sizeof *graph);
    workflow_graph_draw(graph, checked->definition);
    check_states(graph, ret_findings);
    check_actions(graph, ret_findings);
    check_effects(graph, ret_findings);
    check_clocks(graph, ret_findings);
    check_approvals(graph, ret_findings);
    check_attributes(graph, ret_findings);
    check_notices(checked, graph, ret_findings);
    check_texts(checked->definition, ret_findings);
    if (checked->roster != NULL)
        workflow_check_roster(checked, graph, ret_findings);
}
