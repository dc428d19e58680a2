/* Cases that go through a workflow, for the tests of the engine: people by what they are to the
 * case, facts by what is missing, an input that satisfies a form. */
#pragma once

#include "services/triage/workflow.h"
#include "tests/unit/triage/fixture.h"

enum {
    HOLDER = 100,
    DISPATCHER = 200,
    SECRETARY = 300,
    STRANGER = 400,
    COORDINATOR = 500,
    NOBODY = 900
};

/* The roles from which an action is tried. */
static const struct {
    const char *name, *post;
} walking_roles[] = {
    { "holder", "leader" },      { "dispatcher", "dispatcher" }, { "secretary", "secretary" },
    { "resolver", "secretary" }, { "stranger", "worker" },       { "coordinator", "coordinator" },
};

static inline bool walking_has_post(const char *post, const char *area, const void *arg)
{
    return strcmp(post, arg) == 0 && area[0] != '\0';
}

static inline struct workflow_actor walking_actor(size_t role, const struct workflow_case *before)
{
    const int64_t staff[] = {
        before->holder != 0 ? before->holder : NOBODY,         DISPATCHER, SECRETARY,
        before->resolver != 0 ? before->resolver : NOBODY + 1, STRANGER,   COORDINATOR
    };
    return (struct workflow_actor){ .staff_id = staff[role],
                                    .has_post = walking_has_post,
                                    .arg = walking_roles[role].post };
}

/* Whom notices may tell. */
static const struct {
    const char *role;
    size_t n;
    int64_t staff[2];
} walking_people[] = { { "dispatcher", 1, { DISPATCHER } },
                       { "verifier", 1, { SECRETARY } },
                       { "closer", 2, { DISPATCHER, DISPATCHER + 1 } } };

/* missing: "" = nothing, or "place", "outside", "grid", "category", "holder". */
static inline struct workflow_facts walking_facts(const struct wg_calendar *calendar,
                                                  const char *missing)
{
    struct workflow_facts facts = {
        .calendar = calendar,
        .calendar_version = 7,
        .city_version = 42,
        .area_id = EAST,
        .area = "410103007012001",
        .place_rule = "polygon",
        .reporter_has_mail = true,
    };
    for (size_t i = 0; i < WG_COUNT(walking_people); i++) {
        facts.roles[i].role = walking_people[i].role;
        facts.roles[i].n = walking_people[i].n;
        memcpy(facts.roles[i].staff, walking_people[i].staff, sizeof walking_people[i].staff);
    }
    facts.n_roles = WG_COUNT(walking_people);
    bool place = strcmp(missing, "place") == 0 || strcmp(missing, "outside") == 0 ||
                 strcmp(missing, "grid") == 0;
    if (place) {
        facts.place_reason = missing;
        facts.area_id = DISTRICT;
        snprintf(facts.area, sizeof facts.area, "410103");
    }
    if (strcmp(missing, "category") != 0) {
        snprintf(facts.category, sizeof facts.category, "road");
        snprintf(facts.grade, sizeof facts.grade, "small");
    }
    if (!place && strcmp(missing, "category") != 0 && strcmp(missing, "holder") != 0) {
        facts.holder = HOLDER;
        facts.holder_rule = "post";
    }
    return facts;
}

static inline bool walking_required(struct json_object *field)
{
    return json_object_get_boolean(wg_json_get(field, "required"));
}

/* Everything that the action's row requires. The caller owns it. */
static inline struct json_object *walking_input(struct json_object *row)
{
    struct json_object *input = json_object_new_object(), *fields = wg_json_get(row, "fields");
    for (size_t i = 0; fields != NULL && i < json_object_array_length(fields); i++) {
        struct json_object *field = json_object_array_get_idx(fields, i);
        struct json_object *choices = wg_json_get(field, "choices");
        if (!walking_required(field))
            continue;
        json_object_object_add(
            input, wg_json_text(field, "name"),
            choices == NULL
                ? json_object_new_string("路灯已修好")
                : json_object_get(wg_json_get(json_object_array_get_idx(choices, 0), "value")));
    }
    return input;
}

static inline struct workflow *walking_workflow(const char *file)
{
    char fault[200];
    struct workflow *workflow = NULL;
    WG_AUTO(wg_free) char *text = fixture_file(file);
    WG_AUTO(wg_json_put) struct json_object *definition = fixture_json(text);
    if (workflow_new(definition, 1, &workflow, fault, sizeof fault) != 0)
        abort();
    return workflow;
}

static inline struct json_object *walking_row(const struct workflow *workflow, const char *action)
{
    return wg_json_get(wg_json_get(workflow_definition(workflow), "actions"), action);
}

static inline bool walking_final(const struct workflow *workflow, const char *state)
{
    struct json_object *states = wg_json_get(workflow_definition(workflow), "states");
    return json_object_get_boolean(wg_json_get(wg_json_get(states, state), "final"));
}
