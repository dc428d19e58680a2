/* Cases that go through a workflow, for the tests of the engine: people by what they are to a case
 * and by post, facts by what is missing, an input that satisfies a form. */
#pragma once

#include "services/triage/workflow_file.h"
#include "tests/unit/triage/fixture.h"

enum {
    HOLDER = 100,
    HANDLER,
    REPORTER,
    OPENER,
    FORMER,
    AUTHOR,
    ASKER,
    ASSIGNEE,
    APPROVER,
    STAND_IN,
    INVITED,
    STRANGER
};
enum { OF_POSTS = 200, POSTS_MOST = 24, RESOLVER = 900 };
enum { PARTY = 7, PARTY_ASKED = 8, TASK_PARTY = 9 };

/* Whoever may be something to a case, then whoever has a post that the file names. */
struct walking_role {
    const char *name, *post; /* post NULL = none */
    int64_t staff;
    int32_t party;
};

struct walking {
    struct workflow *workflow;
    struct wg_calendar *calendar;
    size_t n;
    struct walking_role roles[POSTS_MOST + STRANGER - HOLDER + 1];
};

/* A member of the workflow's file. */
static inline struct json_object *walking_part(const struct walking *walking, const char *name)
{
    return wg_json_get(workflow_definition(walking->workflow), name);
}

static inline struct json_object *walking_file(const char *file)
{
    WG_AUTO(wg_free) char *text = fixture_file(file);
    return fixture_json(text);
}

static inline struct workflow *walking_workflow(const char *file)
{
    char fault[200];
    struct workflow *workflow = NULL;
    WG_AUTO(wg_json_put) struct json_object *definition = walking_file(file);
    if (workflow_new(definition, 1, &workflow, fault, sizeof fault) != 0) {
        fprintf(stderr, "%s: %s\n", file, fault);
        abort();
    }
    return workflow;
}

/* The post that stands for a role at this level; "" = nobody there. */
static inline const char *walking_post(const struct workflow *workflow, const char *role,
                                       const char *level)
{
    const char *post = workflow_post_of(workflow, role, level);
    return post == NULL ? "" : post;
}

/* ---- who there is */

static inline void walking_add_post(struct walking *walking, const char *post)
{
    static const char *const words[] = { "holder", "reporter", "opener",   "former",
                                         "author", "asker",    "assignee", "approver" };
    bool known = workflow_among(words, WG_COUNT(words), post) || post[0] == '\0';
    for (size_t i = 0; i < walking->n && !known; i++)
        known = walking->roles[i].post != NULL && strcmp(walking->roles[i].post, post) == 0;
    if (known)
        return;
    if (walking->n == WG_COUNT(walking->roles))
        abort();
    walking->roles[walking->n] =
        (struct walking_role){ post, post, (int64_t)(OF_POSTS + walking->n), 0 };
    walking->n++;
}

static inline void walking_add_posts(struct walking *walking, struct json_object *actions)
{
    json_object_object_foreach(actions, name, action)
    {
        struct workflow_row row;
        (void)name;
        for (size_t r = 0; workflow_row_at(action, r, &row); r++)
            for (size_t i = 0; i < workflow_length(workflow_member(&row, "by")); i++)
                walking_add_post(walking, workflow_item(workflow_member(&row, "by"), i));
    }
}

static inline void walking_begin(struct walking *walking, const char *file)
{
    static const char *const levels[] = { "grid", "community", "street", "district" };
    static const struct walking_role of_case[] = {
        { "holder", NULL, HOLDER, 0 },     { "handler", NULL, HANDLER, PARTY },
        { "reporter", NULL, 0, 0 },        { "opener", NULL, OPENER, 0 },
        { "former", NULL, FORMER, 0 },     { "author", NULL, AUTHOR, 0 },
        { "asker", NULL, ASKER, 0 },       { "assignee", NULL, ASSIGNEE, TASK_PARTY },
        { "approver", NULL, APPROVER, 0 }, { "stand-in", NULL, STAND_IN, 0 },
        { "invited", NULL, INVITED, 0 },   { "stranger", NULL, STRANGER, 0 },
    };
    const char *post;
    *walking = (struct walking){ .workflow = walking_workflow(file),
                                 .calendar = fixture_calendar(),
                                 .n = WG_COUNT(of_case) };
    memcpy(walking->roles, of_case, sizeof of_case);
    walking_add_posts(walking, workflow_actions(walking->workflow));
    if (workflow_tasks(walking->workflow) != NULL)
        walking_add_posts(walking, wg_json_get(workflow_tasks(walking->workflow), "actions"));
    for (size_t l = 0; l < WG_COUNT(levels); l++)
        for (size_t i = 0; workflow_role(walking->workflow, i, levels[l], &post) != NULL; i++)
            walking_add_post(walking, post);
}

static inline void walking_end(struct walking *walking)
{
    workflow_destroy(&walking->workflow);
    wg_calendar_destroy(&walking->calendar);
}

/* The post that the approval which is waited for wants; "" = none is. */
static inline const char *walking_wanted(const struct walking *walking,
                                         const struct workflow_case *before)
{
    const struct workflow_attribute *asked = workflow_attribute(before, "asked");
    if (asked == NULL)
        return "";
    struct json_object *steps =
        wg_json_get(workflow_approval(walking->workflow, asked->word), "steps");
    const char *role = workflow_item(steps, (size_t)workflow_number(before, "asked_step"));
    return role == NULL ? "" : walking_post(walking->workflow, role, before->level);
}

static inline bool walking_has_post(const char *post, const char *area, const void *arg)
{
    return arg != NULL && strcmp(post, arg) == 0 && area[0] != '\0';
}

/* Role i, as the case stands: its holder, the last who had it before … */
static inline struct workflow_actor walking_actor(const struct walking *walking, size_t i,
                                                  const struct workflow_case *before)
{
    const struct walking_role *role = &walking->roles[i];
    struct workflow_actor actor = { .staff_id = role->staff,
                                    .party = role->party,
                                    .reporter = strcmp(role->name, "reporter") == 0,
                                    .has_post = walking_has_post,
                                    .arg = role->post };
    if (role->staff == HOLDER && before->holder != 0)
        actor.staff_id = before->holder;
    if (role->staff == HANDLER)
        actor.party = before->party == 0 ? PARTY : before->party;
    if (role->staff == APPROVER)
        actor.arg = walking_wanted(walking, before);
    if (role->staff == FORMER && before->n_links > 0)
        actor = (struct workflow_actor){ .staff_id = before->links[before->n_links - 1].holder != 0
                                                         ? before->links[before->n_links - 1].holder
                                                         : FORMER,
                                         .party = before->links[before->n_links - 1].party,
                                         .has_post = walking_has_post };
    return actor;
}

/* ---- what is known */

static inline void walking_place(struct workflow_facts *facts, const char *missing)
{
    bool place = strcmp(missing, "place") == 0 || strcmp(missing, "outside") == 0 ||
                 strcmp(missing, "grid") == 0;
    facts->area_id = place ? DISTRICT : EAST;
    snprintf(facts->area, sizeof facts->area, "%s", place ? "410103" : "410103007012001");
    facts->place_reason = place ? missing : NULL;
    if (strcmp(missing, "category") != 0) {
        snprintf(facts->category, sizeof facts->category, "road");
        snprintf(facts->grade, sizeof facts->grade, "small");
    }
    if (!place && strcmp(missing, "category") != 0 && strcmp(missing, "holder") != 0) {
        facts->holder = HOLDER;
        facts->holder_rule = "post";
    }
}

/* Whoever stands for the roles of the file at this level. */
static inline void walking_people(const struct walking *walking, const char *level,
                                  struct workflow_facts *facts)
{
    const char *post, *role;
    for (facts->n_roles = 0;
         (role = workflow_role(walking->workflow, facts->n_roles, level, &post)) != NULL;
         facts->n_roles++) {
        facts->roles[facts->n_roles].role = role;
        facts->roles[facts->n_roles].n = 0;
        for (size_t i = 0; i < walking->n; i++)
            if (walking->roles[i].post != NULL && strcmp(walking->roles[i].post, post) == 0)
                facts->roles[facts->n_roles].staff[facts->roles[facts->n_roles].n++] =
                    walking->roles[i].staff;
    }
}

/* missing: "" = nothing, or "place", "outside", "grid", "category", "holder". */
static inline struct workflow_facts walking_facts(const struct walking *walking, const char *level,
                                                  const char *missing)
{
    const struct workflow_people assignee = { 1, { ASSIGNEE } };
    struct workflow_facts facts = {
        .calendar = walking->calendar,
        .calendar_version = 7,
        .city_version = 42,
        .place_rule = "polygon",
        .party_ordered = true,
        .reporter_has_mail = true,
        .reporter_known = true,
        .opener = OPENER,
        .partner = 77,
        .reports = 1,
        .last_actor = AUTHOR,
    };
    for (size_t i = 0; i < WORKFLOW_TASKS; i++)
        facts.of_tasks[i] = assignee;
    facts.named[0] = (struct workflow_named){ .party = TASK_PARTY, .ordered = true };
    facts.named[1] = (struct workflow_named){ .staff = ASSIGNEE, .ordered = true };
    facts.named[0].people = facts.named[1].people = assignee;
    facts.party_people.staff[facts.party_people.n++] = HANDLER;
    facts.former_people = facts.back_people = facts.party_people;
    walking_place(&facts, missing);
    walking_people(walking, level, &facts);
    return facts;
}

/* Those of a step of this action: whom its list names, tasks or parties. */
static inline struct workflow_facts walking_named(const struct walking *walking, const char *action,
                                                  const struct workflow_facts *facts)
{
    struct workflow_facts own = *facts;
    if (workflow_field_of_type(walking->workflow, action, "parties") == NULL)
        return own;
    own.n_invited = 1;
    own.named[0] = (struct workflow_named){ .party = TASK_PARTY, .people = { 1, { INVITED } } };
    return own;
}

/* ---- what is said */

static inline bool walking_required(struct json_object *field)
{
    return json_object_get_boolean(wg_json_get(field, "required"));
}

static inline struct json_object *walking_value(struct json_object *field)
{
    static const struct {
        const char *type, *json;
    } values[] = {
        { "text", "\"路灯已修好\"" },
        { "texts", "[\"甲方\", \"乙方\"]" },
        { "time", "\"2026-12-07T10:00:00+08:00\"" },
        { "flag", "true" },
        { "category", "\"road\"" },
        { "area", "\"410103007012001\"" },
        { "staff", "\"Z1\"" },
        { "party", "\"P1\"" },
        { "parties", "[\"P1\"]" },
        { "case", "\"77\"" },
        { "tasks", "[{\"party\": \"P1\", \"text\": \"清理\"}]" },
    };
    const char *type = wg_json_text(field, "type");
    if (wg_json_get(field, "choices") != NULL)
        return json_object_get(
            wg_json_get(json_object_array_get_idx(wg_json_get(field, "choices"), 0), "value"));
    if (strcmp(type, "number") == 0)
        return json_object_new_int64(wg_json_int(field, "least") > 0 ? wg_json_int(field, "least")
                                                                     : 1);
    for (size_t i = 0; i < WG_COUNT(values); i++)
        if (strcmp(values[i].type, type) == 0)
            return fixture_json(values[i].json);
    abort();
}

/* Everything that the action requires. The caller owns it. */
static inline struct json_object *walking_input(struct json_object *action)
{
    struct json_object *input = json_object_new_object(), *fields = wg_json_get(action, "fields");
    for (size_t i = 0; i < workflow_length(fields); i++) {
        struct json_object *field = json_object_array_get_idx(fields, i);
        if (walking_required(field))
            json_object_object_add(input, wg_json_text(field, "name"), walking_value(field));
    }
    return input;
}

/* What the action requires; where the variant opens tasks, some. The caller owns it. */
static inline struct json_object *walking_variant_input(struct json_object *action, size_t variant)
{
    struct workflow_row own;
    struct json_object *input = walking_input(action), *fields = wg_json_get(action, "fields");
    bool opens = workflow_row_at(action, variant, &own) && workflow_flag(&own, "tasks");
    for (size_t i = 0; opens && i < workflow_length(fields); i++) {
        struct json_object *field = json_object_array_get_idx(fields, i);
        if (strcmp(wg_json_text(field, "type"), "tasks") == 0)
            json_object_object_add(input, wg_json_text(field, "name"), walking_value(field));
    }
    return input;
}

/* What the action that asks for this approval is told. The caller owns it; NULL: nothing asks. */
static inline struct json_object *walking_asked_input(const struct walking *walking,
                                                      const char *approval)
{
    char effect[64];
    snprintf(effect, sizeof effect, "ask=%s", approval);
    json_object_object_foreach(workflow_actions(walking->workflow), name, action)
    {
        struct workflow_row row;
        (void)name;
        for (size_t r = 0; workflow_row_at(action, r, &row); r++)
            if (workflow_contains(workflow_member(&row, "effects"), effect))
                return walking_input(action);
    }
    return NULL;
}

/* Whether some variant of the action ends a case, grants what was asked for, or asks for an
 * approval by which it ends. */
static inline bool walking_ends(const struct walking *walking, struct json_object *action)
{
    struct workflow_row row;
    bool ends = wg_json_get(action, "approve") != NULL;
    for (size_t r = 0; workflow_row_at(action, r, &row); r++) {
        struct json_object *effects = workflow_member(&row, "effects");
        ends = ends || workflow_is_final(walking->workflow, workflow_word(&row, "to"));
        for (size_t i = 0; i < workflow_length(effects) && !ends; i++) {
            const char *effect = workflow_item(effects, i);
            if (strncmp(effect, "ask=", 4) != 0)
                continue;
            const char *then =
                wg_json_text(workflow_approval(walking->workflow, effect + 4), "then");
            ends = walking_ends(walking, wg_json_get(workflow_actions(walking->workflow), then));
        }
    }
    return ends;
}
