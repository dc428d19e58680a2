/* Whether the people whom a workflow names are there: posts that nobody has at all, and areas in
 * which a post that others have is empty. */
#include <stdio.h>
#include <string.h>

#include "common/json.h"
#include "common/text.h"

#include "services/triage/workflow_graph.h"

enum { POSTS_MOST = 40, NAMED_MOST = 3 };

/* A post that the file needs, and where it is said. */
struct needed {
    const char *post;
    char at[160];
};

struct need {
    size_t n;
    struct needed posts[POSTS_MOST];
};

static void add_post(struct need *need, const char *post, const char *at)
{
    static const char *const words[] = { "holder", "reporter", "opener",   "former",
                                         "author", "asker",    "assignee", "approver" };
    if (workflow_among(words, WG_COUNT(words), post) || need->n == POSTS_MOST)
        return;
    for (size_t i = 0; i < need->n; i++)
        if (strcmp(need->posts[i].post, post) == 0)
            return;
    need->posts[need->n].post = post;
    wg_copy(need->posts[need->n++].at, sizeof need->posts[0].at, at);
}

static void add_people(struct need *need, struct json_object *people)
{
    char at[160];
    json_object_object_foreach(people, role, post)
    {
        snprintf(at, sizeof at, "/people/%s", role);
        if (json_object_is_type(post, json_type_string)) {
            add_post(need, json_object_get_string(post), at);
            continue;
        }
        json_object_object_foreach(post, level, of_level)
        {
            (void)level;
            add_post(need, json_object_get_string(of_level), at);
        }
    }
}

static void add_actions(struct need *need, const struct workflow_graph *graph)
{
    struct workflow_row row;
    for (size_t i = 0; i < graph->n_actions; i++)
        for (size_t r = 0; workflow_row_at(graph->actions[i].action, r, &row); r++)
            for (size_t b = 0; b < workflow_length(workflow_member(&row, "by")); b++)
                add_post(need, workflow_item(workflow_member(&row, "by"), b), graph->actions[i].at);
}

/* ---- the roster */

static const char *area_of(struct json_object *roster, size_t person, const char *post, size_t i)
{
    struct json_object *items = wg_json_get(roster, "items"),
                       *posts = wg_json_get(json_object_array_get_idx(items, person), "posts"),
                       *one = json_object_array_get_idx(posts, i);
    const char *has = wg_json_text(one, "post");
    return post == NULL || (has != NULL && strcmp(has, post) == 0) ? wg_json_text(one, "area")
                                                                   : NULL;
}

static size_t posts_of(struct json_object *roster, size_t person)
{
    return workflow_length(
        wg_json_get(json_object_array_get_idx(wg_json_get(roster, "items"), person), "posts"));
}

/* How deep the areas lie in which somebody has the post: the length of their codes; 0: nobody has
 * it. Where there are several, the deepest. */
static size_t depth_of(struct json_object *roster, const char *post)
{
    size_t depth = 0;
    for (size_t p = 0; p < workflow_length(wg_json_get(roster, "items")); p++)
        for (size_t i = 0; i < posts_of(roster, p); i++) {
            const char *area = area_of(roster, p, post, i);
            depth = area != NULL && strlen(area) > depth ? strlen(area) : depth;
        }
    return depth;
}

/* In this area, or in one that it lies in. */
static bool somebody(struct json_object *roster, const char *post, const char *code)
{
    for (size_t p = 0; p < workflow_length(wg_json_get(roster, "items")); p++)
        for (size_t i = 0; i < posts_of(roster, p); i++) {
            const char *area = area_of(roster, p, post, i);
            if (area != NULL && strncmp(code, area, strlen(area)) == 0)
                return true;
        }
    return false;
}

/* The areas of this depth in which nobody has it: how many, and the first of them by name. */
static size_t empty_areas(struct json_object *roster, const char *post, size_t depth,
                          struct wg_text *ret_names)
{
    struct json_object *areas = wg_json_get(roster, "areas");
    size_t n = 0;
    for (size_t i = 0; i < workflow_length(areas); i++) {
        const char *code = workflow_item(areas, i);
        if (strlen(code) != depth || somebody(roster, post, code))
            continue;
        if (n++ < NAMED_MOST)
            wg_text_printf(ret_names, "%s%s", n == 1 ? "" : ", ", code);
    }
    if (n > NAMED_MOST)
        wg_text_put(ret_names, " …");
    return n;
}

static void find_empty(struct workflow_findings *findings, const struct needed *needed,
                       const char *zh, const char *en)
{
    if (findings->n == FINDINGS_MOST)
        return;
    struct workflow_finding *finding = &findings->rows[findings->n++];
    wg_copy(finding->at, sizeof finding->at, needed->at);
    wg_copy(finding->zh, sizeof finding->zh, zh);
    wg_copy(finding->en, sizeof finding->en, en);
}

static void check_post(struct json_object *roster, const struct needed *needed,
                       struct workflow_findings *findings)
{
    char zh[240], en[240];
    WG_AUTO(wg_text_destroy) struct wg_text names = { 0 };
    size_t depth = depth_of(roster, needed->post);
    if (depth == 0) {
        snprintf(zh, sizeof zh, "名册上没有人任 %s", needed->post);
        snprintf(en, sizeof en, "nobody on the roster is %s", needed->post);
        find_empty(findings, needed, zh, en);
        return;
    }
    size_t n = empty_areas(roster, needed->post, depth, &names);
    if (n == 0)
        return;
    snprintf(zh, sizeof zh, "%zu 个区域无人任 %s：%s", n, needed->post, names.bytes);
    snprintf(en, sizeof en, "in %zu areas nobody is %s: %s", n, needed->post, names.bytes);
    find_empty(findings, needed, zh, en);
}

/* True where somebody may take it: by a post that is filled, or by what they are to the case. */
static bool row_taken(struct json_object *roster, const struct workflow_row *row)
{
    struct json_object *by = workflow_member(row, "by");
    bool taken = workflow_length(by) == 0;
    for (size_t i = 0; i < workflow_length(by); i++) {
        struct need one = { 0 };
        add_post(&one, workflow_item(by, i), "");
        taken = taken || one.n == 0 || depth_of(roster, one.posts[0].post) > 0;
    }
    return taken;
}

static void check_action(struct json_object *roster, const struct graph_action *action,
                         struct workflow_findings *findings)
{
    struct workflow_row row;
    struct needed here = { .post = "" };
    for (size_t r = 0; workflow_row_at(action->action, r, &row); r++)
        if (row_taken(roster, &row))
            return;
    wg_copy(here.at, sizeof here.at, action->at);
    find_empty(findings, &here, "名册上没有人能做这个动作",
               "nobody on the roster may take this action");
}

void workflow_check_roster(const struct workflow_checked *checked,
                           const struct workflow_graph *graph, struct workflow_findings *findings)
{
    struct need need = { 0 };
    add_people(&need, wg_json_get(checked->definition, "people"));
    add_actions(&need, graph);
    for (size_t i = 0; i < need.n; i++)
        check_post(checked->roster, &need.posts[i], findings);
    for (size_t i = 0; i < graph->n_actions; i++)
        check_action(checked->roster, &graph->actions[i], findings);
}
