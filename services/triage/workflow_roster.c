/* Whether the people whom a workflow names are there: posts that nobody has at all, areas in which
 * a post that others have is empty, and areas in which only one person could judge what that very
 * person did. */
#include <stdio.h>
#include <string.h>

#include "common/json.h"
#include "common/memory.h"
#include "common/text.h"

#include "services/triage/workflow_graph.h"

enum { POSTS_MOST = 40, NAMED_MOST = 3 };
enum { NOBODY = -1, SEVERAL = -2 };

/* A post that the file needs, and where it is said. */
struct needed {
    const char *post;
    char at[160];
};

struct need {
    size_t n;
    struct needed posts[POSTS_MOST];
};

/* What "by" says beside posts: what somebody is to the case. */
static const char *const relations[] = { "holder", "reporter", "opener",   "former",
                                         "author", "asker",    "assignee", "approver" };

static void add_post(struct need *need, const char *post, const char *at)
{
    if (workflow_among(relations, WG_COUNT(relations), post) || need->n == POSTS_MOST)
        return;
    for (size_t i = 0; i < need->n; i++)
        if (strcmp(need->posts[i].post, post) == 0)
            return;
    need->posts[need->n].post = post;
    wg_copy(need->posts[need->n++].at, sizeof need->posts[0].at, at);
}

/* Whom a role of the file stands for: a post, or one for each level. */
static void add_role(struct need *need, struct json_object *post, const char *at)
{
    if (json_object_is_type(post, json_type_string)) {
        add_post(need, json_object_get_string(post), at);
        return;
    }
    json_object_object_foreach(post, level, of_level)
    {
        (void)level;
        add_post(need, json_object_get_string(of_level), at);
    }
}

static void add_people(struct need *need, struct json_object *people)
{
    char at[160];
    json_object_object_foreach(people, role, post)
    {
        snprintf(at, sizeof at, "/people/%s", role);
        add_role(need, post, at);
    }
}

/* The posts that may take a row; false: so may who is something to the case, whoever that is. */
static bool add_by(struct need *need, const struct workflow_row *row, const char *at)
{
    struct json_object *by = workflow_member(row, "by");
    bool posts = true;
    for (size_t i = 0; i < workflow_length(by); i++) {
        add_post(need, workflow_item(by, i), at);
        posts = posts && !workflow_among(relations, WG_COUNT(relations), workflow_item(by, i));
    }
    return posts;
}

static void add_actions(struct need *need, const struct workflow_graph *graph)
{
    struct workflow_row row;
    for (size_t i = 0; i < graph->n_actions; i++)
        for (size_t r = 0; workflow_row_at(graph->actions[i].action, r, &row); r++)
            add_by(need, &row, graph->actions[i].at);
}

/* ---- the roster */

/* One post of a person. */
struct seat {
    const char *post, *area;
    int64_t person;
};

struct roster {
    size_t n;
    struct seat *seats;
    struct json_object *areas; /* codes */
};

/* Without areas those count in which somebody has a post. */
static void read_roster(struct json_object *given, struct roster *ret_roster)
{
    struct json_object *items = wg_json_get(given, "items"), *areas = wg_json_get(given, "areas");
    size_t most = 1;
    for (size_t p = 0; p < workflow_length(items); p++)
        most += workflow_length(wg_json_get(json_object_array_get_idx(items, p), "posts"));
    *ret_roster = (struct roster){ .seats = wg_new_array(most, sizeof *ret_roster->seats) };
    ret_roster->areas = areas == NULL ? json_object_new_array() : json_object_get(areas);
    for (size_t p = 0; p < workflow_length(items); p++) {
        struct json_object *posts = wg_json_get(json_object_array_get_idx(items, p), "posts");
        for (size_t i = 0; i < workflow_length(posts); i++) {
            struct json_object *one = json_object_array_get_idx(posts, i);
            const char *post = wg_json_text(one, "post"), *area = wg_json_text(one, "area");
            if (post == NULL || area == NULL)
                continue;
            ret_roster->seats[ret_roster->n++] = (struct seat){ post, area, (int64_t)p };
            if (areas == NULL && !workflow_contains(ret_roster->areas, area))
                json_object_array_add(ret_roster->areas, json_object_new_string(area));
        }
    }
}

static bool among(const struct need *posts, const char *post)
{
    for (size_t i = 0; i < posts->n; i++)
        if (strcmp(posts->posts[i].post, post) == 0)
            return true;
    return false;
}

/* How deep the areas lie in which somebody has one of the posts: the length of their codes; 0:
 * nobody has. Where there are several, the deepest. */
static size_t depth_of(const struct roster *roster, const struct need *posts)
{
    size_t depth = 0;
    for (size_t i = 0; i < roster->n; i++) {
        size_t length = strlen(roster->seats[i].area);
        if (length > depth && among(posts, roster->seats[i].post))
            depth = length;
    }
    return depth;
}

/* Who has one of the posts in this area, or in one that it lies in: NOBODY, SEVERAL, or the one
 * person, however many of the posts are theirs. */
static int64_t who(const struct roster *roster, const struct need *posts, const char *code)
{
    int64_t found = NOBODY;
    for (size_t i = 0; i < roster->n; i++) {
        const struct seat *seat = &roster->seats[i];
        if (seat->person == found || strncmp(code, seat->area, strlen(seat->area)) != 0 ||
            !among(posts, seat->post))
            continue;
        if (found != NOBODY)
            return SEVERAL;
        found = seat->person;
    }
    return found;
}

/* Has one of the posts in this area, in one that it lies in or in one within it. */
static bool has_one(const struct roster *roster, int64_t person, const struct need *posts,
                    const char *code)
{
    for (size_t i = 0; i < roster->n; i++) {
        const struct seat *seat = &roster->seats[i];
        bool near = strncmp(code, seat->area, strlen(seat->area)) == 0 ||
                    strncmp(code, seat->area, strlen(code)) == 0;
        if (seat->person == person && near && among(posts, seat->post))
            return true;
    }
    return false;
}

/* ---- what is said */

/* One more area that a finding is about: the first of them by name. */
static void add_area(struct wg_text *names, size_t n, const char *code)
{
    if (n <= NAMED_MOST)
        wg_text_printf(names, "%s%s", n == 1 ? "" : ", ", code);
    else if (n == NAMED_MOST + 1)
        wg_text_put(names, " …");
}

/* Once, where several variants of an action give the same. */
static void find(struct workflow_findings *findings, const char *at, const char *zh, const char *en)
{
    for (size_t i = 0; i < findings->n; i++)
        if (strcmp(findings->rows[i].at, at) == 0 && strcmp(findings->rows[i].en, en) == 0)
            return;
    if (findings->n == FINDINGS_MOST)
        return;
    struct workflow_finding *finding = &findings->rows[findings->n++];
    wg_copy(finding->at, sizeof finding->at, at);
    wg_copy(finding->zh, sizeof finding->zh, zh);
    wg_copy(finding->en, sizeof finding->en, en);
}

/* ---- nobody */

static void check_post(const struct roster *roster, const struct needed *needed,
                       struct workflow_findings *findings)
{
    char zh[240], en[240];
    WG_AUTO(wg_text_destroy) struct wg_text names = { 0 };
    const struct need one = { 1, { *needed } };
    size_t depth = depth_of(roster, &one), n = 0;
    if (depth == 0) {
        snprintf(zh, sizeof zh, "名册上没有人任 %s", needed->post);
        snprintf(en, sizeof en, "nobody on the roster is %s", needed->post);
        find(findings, needed->at, zh, en);
        return;
    }
    for (size_t i = 0; i < workflow_length(roster->areas); i++) {
        const char *code = workflow_item(roster->areas, i);
        if (strlen(code) == depth && who(roster, &one, code) == NOBODY)
            add_area(&names, ++n, code);
    }
    if (n == 0)
        return;
    snprintf(zh, sizeof zh, "%zu 个区域无人任 %s：%s", n, needed->post, names.bytes);
    snprintf(en, sizeof en, "in %zu areas nobody is %s: %s", n, needed->post, names.bytes);
    find(findings, needed->at, zh, en);
}

/* True where somebody may take it: by a post that is filled, or by what they are to the case. */
static bool row_taken(const struct roster *roster, const struct workflow_row *row)
{
    struct need posts = { 0 };
    return workflow_length(workflow_member(row, "by")) == 0 || !add_by(&posts, row, "") ||
           depth_of(roster, &posts) > 0;
}

static void check_action(const struct roster *roster, const struct graph_action *action,
                         struct workflow_findings *findings)
{
    struct workflow_row row;
    for (size_t r = 0; workflow_row_at(action->action, r, &row); r++)
        if (row_taken(roster, &row))
            return;
    find(findings, action->at, "名册上没有人能做这个动作",
         "nobody on the roster may take this action");
}

/* ---- nobody else */

/* Where only one person could judge, of areas of this depth; what follows is said with it. */
struct judges {
    struct need posts;
    size_t depth;
    const struct need *askers; /* it matters where that person is one of these; NULL: always */
    const char *at, *zh, *en;
};

static void check_judges(const struct roster *roster, const struct judges *judges,
                         struct workflow_findings *findings)
{
    char zh[240], en[240];
    WG_AUTO(wg_text_destroy) struct wg_text posts = { 0 };
    WG_AUTO(wg_text_destroy) struct wg_text names = { 0 };
    size_t n = 0;
    for (size_t i = 0; i < workflow_length(roster->areas); i++) {
        const char *code = workflow_item(roster->areas, i);
        int64_t one = strlen(code) == judges->depth ? who(roster, &judges->posts, code) : NOBODY;
        if (one >= 0 && (judges->askers == NULL || has_one(roster, one, judges->askers, code)))
            add_area(&names, ++n, code);
    }
    if (n == 0)
        return;
    for (size_t i = 0; i < judges->posts.n; i++)
        wg_text_printf(&posts, "%s%s", i == 0 ? "" : "/", judges->posts.posts[i].post);
    snprintf(zh, sizeof zh, "%zu 个区域任 %s 的只有一人，%s：%s", n, posts.bytes, judges->zh,
             names.bytes);
    snprintf(en, sizeof en, "in %zu areas only one person is %s, %s: %s", n, posts.bytes,
             judges->en, names.bytes);
    find(findings, judges->at, zh, en);
}

/* "NAME" and "!NAME", "NAME=V" and "NAME=W": a case fits one of them at most. */
static bool guards_exclude(const char *guard, const char *other)
{
    size_t name = strcspn(guard, "=<>!");
    if ((guard[0] == '!' && strcmp(guard + 1, other) == 0) ||
        (other[0] == '!' && strcmp(other + 1, guard) == 0))
        return true;
    return guard[name] == '=' && strncmp(guard, other, name + 1) == 0 && strcmp(guard, other) != 0;
}

static bool rows_exclude(const struct workflow_row *row, const struct workflow_row *other)
{
    struct json_object *guards = workflow_member(row, "guards"),
                       *others = workflow_member(other, "guards");
    for (size_t i = 0; i < workflow_length(guards); i++)
        for (size_t k = 0; k < workflow_length(others); k++)
            if (guards_exclude(workflow_item(guards, i), workflow_item(others, k)))
                return true;
    return false;
}

static bool wants_another(const struct workflow_row *row)
{
    struct json_object *guards = workflow_member(row, "guards");
    for (size_t i = 0; i < workflow_length(guards); i++)
        if (strstr(workflow_item(guards, i), "!=@actor") != NULL)
            return true;
    return false;
}

/* A row that keeps out whoever did something before. Who may take the action by another of its
 * variants, where a case can fit both, counts as well: what is said is true of every case. */
static void check_another(const struct roster *roster, const struct graph_action *action,
                          const struct workflow_row *row, struct workflow_findings *findings)
{
    struct judges judges = { .at = action->at,
                             .zh = "其本人经手的无人可以复核",
                             .en = "and nobody else can judge what they did themselves" };
    struct workflow_row other;
    bool only_posts = add_by(&judges.posts, row, "");
    judges.depth = depth_of(roster, &judges.posts);
    for (size_t r = 0; workflow_row_at(action->action, r, &other); r++)
        if (!rows_exclude(row, &other))
            only_posts = add_by(&judges.posts, &other, "") && only_posts;
    if (only_posts)
        check_judges(roster, &judges, findings);
}

/* Those who may ask for an approval by a post; whoever has the case may be anybody. */
static void add_askers(struct need *askers, const struct workflow_graph *graph, const char *name)
{
    struct workflow_row row;
    char effect[64];
    snprintf(effect, sizeof effect, "ask=%s", name);
    for (size_t i = 0; i < graph->n_actions; i++)
        for (size_t r = 0; workflow_row_at(graph->actions[i].action, r, &row); r++)
            if (workflow_contains(workflow_member(&row, "effects"), effect))
                add_by(askers, &row, "");
}

/* Whoever decides one step, at each level by themselves. */
static void check_step(const struct roster *roster, const struct need *posts,
                       const struct need *askers, struct workflow_findings *findings)
{
    for (size_t i = 0; i < posts->n; i++) {
        struct judges judges = { .askers = askers,
                                 .at = posts->posts[i].at,
                                 .zh = "其本人提请的无人可批",
                                 .en = "and nobody else can grant what they ask for" };
        add_post(&judges.posts, posts->posts[i].post, "");
        judges.depth = depth_of(roster, &judges.posts);
        check_judges(roster, &judges, findings);
    }
}

static void check_approval(const struct roster *roster, const struct workflow_graph *graph,
                           const char *name, struct workflow_findings *findings)
{
    struct json_object *people = wg_json_get(graph->definition, "people"),
                       *approval = wg_json_get(wg_json_get(graph->definition, "approvals"), name),
                       *steps = wg_json_get(approval, "steps");
    struct need askers = { 0 };
    char at[160];
    snprintf(at, sizeof at, "/approvals/%s", name);
    add_askers(&askers, graph, name);
    for (size_t s = 0; s < workflow_length(steps); s++) {
        struct need posts = { 0 };
        add_role(&posts, wg_json_get(people, workflow_item(steps, s)), at);
        check_step(roster, &posts, &askers, findings);
    }
}

static void check_second(const struct roster *roster, const struct workflow_graph *graph,
                         struct workflow_findings *findings)
{
    struct workflow_row row;
    struct json_object *approvals = wg_json_get(graph->definition, "approvals");
    for (size_t i = 0; i < graph->n_actions; i++)
        for (size_t r = 0; workflow_row_at(graph->actions[i].action, r, &row); r++)
            if (wants_another(&row))
                check_another(roster, &graph->actions[i], &row, findings);
    if (approvals == NULL)
        return;
    json_object_object_foreach(approvals, name, approval)
    {
        (void)approval;
        check_approval(roster, graph, name, findings);
    }
}

void workflow_check_roster(const struct workflow_checked *checked,
                           const struct workflow_graph *graph, struct workflow_findings *findings)
{
    struct need need = { 0 };
    struct roster roster;
    read_roster(checked->roster, &roster);
    add_people(&need, wg_json_get(checked->definition, "people"));
    add_actions(&need, graph);
    for (size_t i = 0; i < need.n; i++)
        check_post(&roster, &need.posts[i], findings);
    for (size_t i = 0; i < graph->n_actions; i++)
        check_action(&roster, &graph->actions[i], findings);
    check_second(&roster, graph, findings);
    json_object_put(roster.areas);
    wg_free(&roster.seats);
}
