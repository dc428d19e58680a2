/* A workflow file as the engine reads it: its tables, and an action with its variants. What a file
 * may say is judged in workflow_judge.c. */
#include "services/triage/workflow_file.h"

#include <stdio.h>
#include <string.h>

#include "common/json.h"
#include "common/text.h"

struct workflow {
    int id;
    size_t n_told;
    const char *told[WORKFLOW_ROLES]; /* roles, by an opening that walks all the way */
    struct json_object *definition, *actions, *states;
    size_t n_clocks;
    struct workflow_clock_rule clocks[WORKFLOW_RULES];
};

/* ---- lists and rows */

size_t workflow_length(struct json_object *list)
{
    return json_object_is_type(list, json_type_array) ? json_object_array_length(list) : 0;
}

const char *workflow_item(struct json_object *list, size_t i)
{
    return i < workflow_length(list) ? json_object_get_string(json_object_array_get_idx(list, i))
                                     : NULL;
}

bool workflow_contains(struct json_object *list, const char *word)
{
    for (size_t i = 0; i < workflow_length(list); i++)
        if (strcmp(workflow_item(list, i), word) == 0)
            return true;
    return false;
}

bool workflow_row_at(struct json_object *action, size_t i, struct workflow_row *ret_row)
{
    struct json_object *rows = wg_json_get(action, "rows");
    if (action == NULL || i >= (rows == NULL ? 1 : workflow_length(rows)))
        return false;
    *ret_row =
        (struct workflow_row){ action, rows == NULL ? action : json_object_array_get_idx(rows, i) };
    return true;
}

struct json_object *workflow_member(const struct workflow_row *row, const char *member)
{
    struct json_object *own = wg_json_get(row->row, member);
    return own != NULL ? own : wg_json_get(row->action, member);
}

const char *workflow_word(const struct workflow_row *row, const char *member)
{
    struct json_object *value = workflow_member(row, member);
    return value == NULL ? "" : json_object_get_string(value);
}

bool workflow_flag(const struct workflow_row *row, const char *member)
{
    return json_object_get_boolean(workflow_member(row, member)) != 0;
}

/* ---- reading */

static void read_limits(struct workflow_clock_rule *rule, struct json_object *limits)
{
    char key[WG_LIMITS_CLOCK + WG_LIMITS_WORD + WG_LIMITS_SOURCE], fault[120];
    if (!json_object_is_type(limits, json_type_object))
        return;
    json_object_object_foreach(limits, of, limit)
    {
        struct wg_limit_row *row = &rule->limits[rule->n_limits];
        snprintf(key, sizeof key, "%s%s", rule->name, of);
        rule->n_limits += rule->n_limits < WORKFLOW_FILE_LIMITS && wg_limit_key(key, row) &&
                          wg_limit_parse(limit, &row->limit, fault, sizeof fault) == 0;
    }
}

static void read_clock(struct workflow *workflow, const char *name, struct json_object *clock)
{
    char fault[120];
    struct json_object *limit = wg_json_get(clock, "limit"), *warn = wg_json_get(clock, "warn");
    struct workflow_clock_rule *rule = &workflow->clocks[workflow->n_clocks++];
    *rule = (struct workflow_clock_rule){
        .name = name,
        .owner = wg_json_text(clock, "owner"),
        .until = wg_json_text(clock, "until"),
        .cap = wg_json_text(clock, "cap"),
        .over = wg_json_text(clock, "over"),
        .on_warn = wg_json_text(clock, "on_warn"),
        .on_breach = wg_json_text(clock, "on_breach"),
        .due = json_object_get_boolean(wg_json_get(clock, "due")) != 0,
        .margin = (int32_t)json_object_get_int64(wg_json_get(clock, "margin")),
    };
    if (limit != NULL && wg_limit_parse(limit, &rule->limit, fault, sizeof fault) != 0)
        rule->limit = (struct wg_limit){ 0 }; /* judged before: cannot be */
    read_limits(rule, wg_json_get(clock, "limits"));
    for (size_t i = 0; i < workflow_length(warn) && i < WG_COUNT(rule->warn); i++)
        rule->warn[rule->n_warn++] =
            (int32_t)json_object_get_int64(json_object_array_get_idx(warn, i));
}

static void read_told(struct workflow *workflow, struct json_object *row)
{
    struct json_object *notices = wg_json_get(row, "notices"),
                       *people = wg_json_get(workflow->definition, "people");
    for (size_t i = 0; i < workflow_length(notices); i++) {
        const char *to = wg_json_text(json_object_array_get_idx(notices, i), "to");
        bool known = wg_json_get(people, to) == NULL;
        for (size_t k = 0; k < workflow->n_told; k++)
            known = known || strcmp(workflow->told[k], to) == 0;
        if (!known && workflow->n_told < WORKFLOW_ROLES)
            workflow->told[workflow->n_told++] = to;
    }
}

/* By any of these actions. */
static void read_all_told(struct workflow *workflow, struct json_object *names)
{
    struct workflow_row row;
    for (size_t i = 0; i < workflow_length(names); i++) {
        struct json_object *action = wg_json_get(workflow->actions, workflow_item(names, i));
        for (size_t r = 0; workflow_row_at(action, r, &row); r++) {
            read_told(workflow, row.row);
            read_told(workflow, row.action);
        }
    }
}

int workflow_new(struct json_object *definition, int id, struct workflow **ret_workflow,
                 char *ret_fault, size_t fault_size)
{
    struct reading reading = { .fault = ret_fault, .fault_size = fault_size };
    ret_fault[0] = '\0';
    if (!workflow_judge(&reading, definition))
        return WORKFLOW_BAD;
    struct workflow *workflow = wg_new(sizeof *workflow);
    workflow->id = id;
    workflow->definition = json_object_get(definition);
    workflow->actions = wg_json_get(definition, "actions");
    workflow->states = wg_json_get(definition, "states");
    json_object_object_foreach(wg_json_get(definition, "clocks"), name, clock)
        read_clock(workflow, name, clock);
    struct json_object *open = workflow_open_row(workflow);
    read_all_told(workflow, wg_json_get(open, "walk"));
    read_all_told(workflow, wg_json_get(open, "also"));
    *ret_workflow = workflow;
    return 0;
}

void workflow_destroy(struct workflow **workflow)
{
    if (*workflow == NULL)
        return;
    json_object_put((*workflow)->definition);
    free(*workflow);
    *workflow = NULL;
}

/* ---- looking up */

int workflow_id(const struct workflow *workflow)
{
    return workflow->id;
}

struct json_object *workflow_definition(const struct workflow *workflow)
{
    return workflow->definition;
}

const char *workflow_name(const struct workflow *workflow)
{
    return wg_json_text(workflow->definition, "workflow");
}

const char *workflow_initial(const struct workflow *workflow)
{
    return wg_json_text(workflow->definition, "initial");
}

const char *workflow_level(const struct workflow *workflow)
{
    return wg_json_text(workflow_open_row(workflow), "level");
}

const char *workflow_post_of(const struct workflow *workflow, const char *role, const char *level)
{
    struct json_object *post = wg_json_get(wg_json_get(workflow->definition, "people"), role);
    return json_object_is_type(post, json_type_object) ? wg_json_text(post, level)
                                                       : json_object_get_string(post);
}

const char *workflow_role(const struct workflow *workflow, size_t i, const char *level,
                          const char **ret_post)
{
    struct json_object *people = wg_json_get(workflow->definition, "people");
    json_object_object_foreach(people, role, post)
    {
        if (i-- > 0)
            continue;
        const char *by_level = json_object_is_type(post, json_type_object)
                                   ? wg_json_text(post, level)
                                   : json_object_get_string(post);
        *ret_post = by_level == NULL ? "" : by_level;
        return role;
    }
    return NULL;
}

struct json_object *workflow_open_row(const struct workflow *workflow)
{
    return wg_json_get(workflow->definition, "open");
}

struct json_object *workflow_actions(const struct workflow *workflow)
{
    return workflow->actions;
}

struct json_object *workflow_tasks(const struct workflow *workflow)
{
    return wg_json_get(workflow->definition, "tasks");
}

struct json_object *workflow_approval(const struct workflow *workflow, const char *name)
{
    return wg_json_get(wg_json_get(workflow->definition, "approvals"), name);
}

static bool final_among(struct json_object *states, const char *state)
{
    return json_object_get_boolean(wg_json_get(wg_json_get(states, state), "final")) != 0;
}

bool workflow_is_final(const struct workflow *workflow, const char *state)
{
    return final_among(workflow->states, state);
}

bool workflow_is_task_final(const struct workflow *workflow, const char *state)
{
    return final_among(wg_json_get(workflow_tasks(workflow), "states"), state);
}

const struct workflow_clock_rule *workflow_clock_rule(const struct workflow *workflow,
                                                      const char *name)
{
    size_t length = strcspn(name, "/");
    for (size_t i = 0; i < workflow->n_clocks; i++)
        if (strncmp(workflow->clocks[i].name, name, length) == 0 &&
            workflow->clocks[i].name[length] == '\0')
            return &workflow->clocks[i];
    return NULL;
}

const char *workflow_clock_title(const struct workflow *workflow, const char *clock, bool english)
{
    const struct workflow_clock_rule *rule = workflow_clock_rule(workflow, clock);
    struct json_object *clocks = wg_json_get(workflow->definition, "clocks");
    return rule == NULL ? "" : wg_json_text(wg_json_get(clocks, rule->name), english ? "en" : "zh");
}

const char *workflow_clock_owner(const struct workflow *workflow, const char *clock)
{
    const struct workflow_clock_rule *rule = workflow_clock_rule(workflow, clock);
    return rule == NULL ? "" : rule->owner;
}

const char *workflow_walk_role(const struct workflow *workflow, size_t i, const char *level,
                               const char **ret_post)
{
    if (i >= workflow->n_told)
        return NULL;
    const char *post = workflow_post_of(workflow, workflow->told[i], level);
    *ret_post = post == NULL ? "" : post;
    return workflow->told[i];
}
