#include "services/triage/workflow_file.h"

#include <stdio.h>
#include <string.h>

#include "common/json.h"
#include "common/text.h"

enum { CLOCKS_MOST = 16, TEXT_MOST = 2000 };

struct workflow {
    int id;
    bool walk_tells_roles;
    struct json_object *definition;
    size_t n_clocks;
    struct {
        const char *name;
        struct wg_limit limit;
        bool due;
    } clocks[CLOCKS_MOST];
};

/* ---- reading and judging a file */

struct reading {
    struct workflow *workflow;
    char *fault;
    size_t fault_size;
};

/* The first fault stands. Returns false, for `return bad(…)`. */
static bool bad(struct reading *reading, const char *where, const char *what)
{
    if (reading->fault[0] == '\0')
        snprintf(reading->fault, reading->fault_size, "%s: %s", where, what);
    return false;
}

static bool both_languages(struct reading *reading, struct json_object *object, const char *where)
{
    return (wg_json_text(object, "zh") != NULL && wg_json_text(object, "en") != NULL) ||
           bad(reading, where, "needs its text in zh and en");
}

static bool only_members(struct reading *reading, struct json_object *object, const char *where,
                         const char *const *known)
{
    json_object_object_foreach(object, key, value)
    {
        size_t i = 0;
        (void)value;
        while (known[i] != NULL && strcmp(known[i], key) != 0)
            i++;
        if (known[i] == NULL)
            return bad(reading, where, "has an unknown member");
    }
    return true;
}

/* Each word of the list stands in `among` (an object's keys), or is a word of the engine. */
static bool words(struct reading *reading, struct json_object *row, const char *list,
                  struct json_object *among, const char *where)
{
    struct json_object *array = wg_json_get(row, list);
    if (array == NULL)
        return true;
    if (!json_object_is_type(array, json_type_array))
        return bad(reading, where, "a list is expected");
    for (size_t i = 0; i < json_object_array_length(array); i++) {
        const char *word = json_object_get_string(json_object_array_get_idx(array, i));
        bool known = among != NULL ? wg_json_get(among, word) != NULL || strcmp(word, "all") == 0
                                   : workflow_word_known(list, word);
        if (!known)
            return bad(reading, where, "names something that is not there");
    }
    return true;
}

static bool read_clocks(struct reading *reading)
{
    struct workflow *workflow = reading->workflow;
    static const char *const members[] = { "zh", "en", "limit", "due", NULL };
    struct json_object *clocks = wg_json_get(workflow->definition, "clocks");
    if (!json_object_is_type(clocks, json_type_object) ||
        json_object_object_length(clocks) > CLOCKS_MOST)
        return bad(reading, "/clocks", "an object of at most 16 clocks is expected");
    json_object_object_foreach(clocks, name, clock)
    {
        char fault[120] = "";
        if (!both_languages(reading, clock, name) || !only_members(reading, clock, name, members))
            return false;
        if (wg_limit_parse(wg_json_get(clock, "limit"), &workflow->clocks[workflow->n_clocks].limit,
                           fault, sizeof fault) != 0)
            return bad(reading, name, fault);
        workflow->clocks[workflow->n_clocks].name = name;
        workflow->clocks[workflow->n_clocks++].due =
            json_object_get_boolean(wg_json_get(clock, "due")) != 0;
    }
    return true;
}

static bool read_states(struct reading *reading)
{
    static const char *const members[] = { "zh", "en", "resident", "next", "final", NULL };
    struct json_object *states = wg_json_get(reading->workflow->definition, "states");
    if (!json_object_is_type(states, json_type_object))
        return bad(reading, "/states", "an object is expected");
    json_object_object_foreach(states, name, state)
    {
        struct json_object *next = wg_json_get(state, "next");
        if (strlen(name) > 31 || !both_languages(reading, state, name) ||
            !both_languages(reading, wg_json_get(state, "resident"), name) ||
            (next != NULL && !both_languages(reading, next, name)) ||
            !only_members(reading, state, name, members))
            return bad(reading, name, "is no sound state");
    }
    const char *initial = workflow_initial(reading->workflow);
    return (initial != NULL && wg_json_get(states, initial) != NULL) ||
           bad(reading, "/initial", "is no state");
}

static bool read_action(struct reading *reading, const char *name, struct json_object *row)
{
    static const char *const members[] = { "zh",      "en",      "from",     "to",
                                           "by",      "needs",   "guards",   "fields",
                                           "effects", "stop",    "start",    "event",
                                           "notices", "outcome", "deciding", NULL };
    struct json_object *definition = reading->workflow->definition;
    struct json_object *states = wg_json_get(definition, "states"),
                       *clocks = wg_json_get(definition, "clocks");
    const char *to = wg_json_text(row, "to"), *event = wg_json_text(row, "event");
    if (!both_languages(reading, row, name) || !only_members(reading, row, name, members))
        return false;
    if (to == NULL || wg_json_get(states, to) == NULL)
        return bad(reading, name, "leads to no state");
    if (event == NULL || strlen(event) > 39)
        return bad(reading, name, "names no event");
    if (!json_object_is_type(wg_json_get(row, "by"), json_type_array) ||
        wg_json_get(row, "from") == NULL)
        return bad(reading, name, "needs by and from");
    return words(reading, row, "from", states, name) && words(reading, row, "needs", NULL, name) &&
           words(reading, row, "guards", NULL, name) &&
           words(reading, row, "effects", NULL, name) &&
           words(reading, row, "stop", clocks, name) && words(reading, row, "start", clocks, name);
}

static bool read_actions(struct reading *reading)
{
    struct json_object *actions = workflow_actions(reading->workflow),
                       *open = workflow_open_row(reading->workflow);
    if (!json_object_is_type(actions, json_type_object) ||
        !json_object_is_type(open, json_type_object))
        return bad(reading, "/actions", "actions and open are expected");
    json_object_object_foreach(actions, name, row)
    {
        if (!read_action(reading, name, row))
            return false;
    }
    if (wg_json_get(open, "walk") == NULL || wg_json_text(open, "level") == NULL ||
        wg_json_text(open, "event") == NULL)
        return bad(reading, "/open", "needs walk, level and event");
    return words(reading, open, "walk", actions, "/open/walk") &&
           words(reading, open, "start", wg_json_get(reading->workflow->definition, "clocks"),
                 "/open/start");
}

static bool tells_roles(const struct workflow *workflow, struct json_object *row)
{
    struct json_object *notices = wg_json_get(row, "notices");
    for (size_t i = 0; notices != NULL && i < json_object_array_length(notices); i++) {
        const char *to = wg_json_text(json_object_array_get_idx(notices, i), "to");
        if (to != NULL && workflow_post(workflow, to) != NULL)
            return true;
    }
    return false;
}

static bool walk_tells(const struct workflow *workflow)
{
    struct json_object *walk = wg_json_get(workflow_open_row(workflow), "walk");
    for (size_t i = 0; i < json_object_array_length(walk); i++)
        if (tells_roles(workflow,
                        workflow_action(
                            workflow, json_object_get_string(json_object_array_get_idx(walk, i)))))
            return true;
    return false;
}

int workflow_new(struct json_object *definition, int id, struct workflow **ret_workflow,
                 char *ret_fault, size_t fault_size)
{
    static const char *const members[] = { "workflow", "title", "initial", "states", "clocks",
                                           "people",   "open",  "actions", NULL };
    struct workflow *workflow = wg_new(sizeof *workflow);
    struct reading reading = { .workflow = workflow, .fault = ret_fault, .fault_size = fault_size };
    ret_fault[0] = '\0';
    workflow->id = id;
    workflow->definition = json_object_get(definition);
    bool fine = (wg_json_text(definition, "workflow") != NULL ||
                 bad(&reading, "/workflow", "is missing")) &&
                only_members(&reading, definition, "/", members) &&
                both_languages(&reading, wg_json_get(definition, "title"), "/title") &&
                read_clocks(&reading) && read_states(&reading) && read_actions(&reading);
    if (!fine) {
        workflow_destroy(&workflow);
        return WORKFLOW_BAD;
    }
    workflow->walk_tells_roles = walk_tells(workflow);
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

bool workflow_walk_tells_roles(const struct workflow *workflow)
{
    return workflow->walk_tells_roles;
}

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

const char *workflow_post(const struct workflow *workflow, const char *role)
{
    return wg_json_text(wg_json_get(workflow->definition, "people"), role);
}

const char *workflow_action_title(const struct workflow *workflow, const char *action, bool english)
{
    return wg_json_text(workflow_action(workflow, action), english ? "en" : "zh");
}

struct json_object *workflow_open_row(const struct workflow *workflow)
{
    return wg_json_get(workflow->definition, "open");
}

struct json_object *workflow_actions(const struct workflow *workflow)
{
    return wg_json_get(workflow->definition, "actions");
}

struct json_object *workflow_action(const struct workflow *workflow, const char *action)
{
    return wg_json_get(workflow_actions(workflow), action);
}

struct wg_limit workflow_default_limit(const struct workflow *workflow, const char *clock)
{
    for (size_t i = 0; i < workflow->n_clocks; i++)
        if (strcmp(workflow->clocks[i].name, clock) == 0)
            return workflow->clocks[i].limit;
    return (struct wg_limit){ 0 };
}

bool workflow_is_due_clock(const struct workflow *workflow, const char *clock)
{
    for (size_t i = 0; i < workflow->n_clocks; i++)
        if (strcmp(workflow->clocks[i].name, clock) == 0)
            return workflow->clocks[i].due;
    return false;
}

bool workflow_is_deciding(struct json_object *row)
{
    struct json_object *deciding = wg_json_get(row, "deciding");
    return deciding == NULL || json_object_get_boolean(deciding);
}

/* ---- fields */

static struct json_object *field_named(struct json_object *fields, const char *name)
{
    for (size_t i = 0; fields != NULL && i < json_object_array_length(fields); i++) {
        struct json_object *field = json_object_array_get_idx(fields, i);
        if (strcmp(wg_json_text(field, "name"), name) == 0)
            return field;
    }
    return NULL;
}

static bool is_choice(struct json_object *field, const char *value)
{
    struct json_object *choices = wg_json_get(field, "choices");
    for (size_t i = 0; choices != NULL && i < json_object_array_length(choices); i++)
        if (strcmp(wg_json_text(json_object_array_get_idx(choices, i), "value"), value) == 0)
            return true;
    return false;
}

static void judge_value(struct json_object *field, struct json_object *value, const char *pointer,
                        struct wg_problem *problem)
{
    int64_t most = wg_json_get(field, "most") == NULL ? TEXT_MOST : wg_json_int(field, "most");
    if (!json_object_is_type(value, json_type_string)) {
        wg_problem_error(problem, pointer, "应是字符串", "must be a string");
        return;
    }
    size_t count =
        wg_utf8_count(json_object_get_string(value), (size_t)json_object_get_string_len(value));
    char zh[96], en[96];
    snprintf(zh, sizeof zh, "应为 1 至 %lld 个字", (long long)most);
    snprintf(en, sizeof en, "must have 1 to %lld characters", (long long)most);
    if (count < 1 || count > (size_t)most)
        wg_problem_error(problem, pointer, zh, en);
    else if (wg_json_get(field, "choices") != NULL &&
             !is_choice(field, json_object_get_string(value)))
        wg_problem_error(problem, pointer, "不在可选之列", "is none of the choices");
}

/* Which field would meet the need that is open: the one whose "missing" names it. */
static void demand(struct json_object *fields, const char *unmet, struct wg_problem *problem)
{
    static const char *const of_place[] = { "place", "outside", "grid" };
    const char *need = unmet;
    char pointer[64];
    for (size_t i = 0; i < WG_COUNT(of_place); i++)
        if (strcmp(unmet, of_place[i]) == 0)
            need = of_place[0];
    for (size_t i = 0; fields != NULL && i < json_object_array_length(fields); i++) {
        struct json_object *field = json_object_array_get_idx(fields, i);
        const char *missing = wg_json_text(field, "missing");
        if (missing == NULL || strcmp(missing, need) != 0)
            continue;
        snprintf(pointer, sizeof pointer, "/%s", wg_json_text(field, "name"));
        wg_problem_error(problem, pointer, "此件尚缺此项,必填", "the case lacks it: is required");
    }
}

void workflow_judge_input(struct json_object *row, const struct workflow_facts *facts,
                          struct json_object *input, const char *unmet, struct wg_problem *problem)
{
    struct json_object *fields = wg_json_get(row, "fields");
    char pointer[128];
    (void)facts;
    json_object_object_foreach(input, name, value)
    {
        struct json_object *field = field_named(fields, name);
        snprintf(pointer, sizeof pointer, "/%.100s", name);
        if (field == NULL)
            wg_problem_error(problem, pointer, "没有这个字段", "there is no such field");
        else
            judge_value(field, value, pointer, problem);
    }
    for (size_t i = 0; fields != NULL && i < json_object_array_length(fields); i++) {
        struct json_object *field = json_object_array_get_idx(fields, i);
        const char *wanted = wg_json_text(field, "name");
        snprintf(pointer, sizeof pointer, "/%s", wanted);
        if (json_object_get_boolean(wg_json_get(field, "required")) &&
            wg_json_get(input, wanted) == NULL)
            wg_problem_error(problem, pointer, "必填", "is required");
    }
    if (unmet != NULL && wg_problem_errors(problem) == 0)
        demand(fields, unmet, problem);
}

static struct json_object *choices_of(struct json_object *field, bool english)
{
    struct json_object *choices = wg_json_get(field, "choices"), *list = json_object_new_array();
    for (size_t i = 0; i < json_object_array_length(choices); i++) {
        struct json_object *choice = json_object_array_get_idx(choices, i),
                           *one = json_object_new_object();
        json_object_object_add(one, "value", json_object_get(wg_json_get(choice, "value")));
        json_object_object_add(one, "title",
                               json_object_get(wg_json_get(choice, english ? "en" : "zh")));
        json_object_array_add(list, one);
    }
    return list;
}

static bool lacks(const struct workflow_case *before, const char *need)
{
    if (need == NULL || before->reason[0] == '\0')
        return false;
    bool place = strcmp(need, "place") == 0, category = strcmp(need, "category") == 0;
    if (category)
        return before->category[0] == '\0';
    if (place)
        return strcmp(before->reason, "category") != 0 && strcmp(before->reason, "holder") != 0;
    return strcmp(before->reason, need) == 0;
}

struct json_object *workflow_form(struct json_object *row, const struct workflow_case *before,
                                  bool english)
{
    struct json_object *fields = wg_json_get(row, "fields"), *form = json_object_new_array();
    for (size_t i = 0; fields != NULL && i < json_object_array_length(fields); i++) {
        struct json_object *field = json_object_array_get_idx(fields, i),
                           *one = json_object_new_object();
        bool required = json_object_get_boolean(wg_json_get(field, "required")) ||
                        lacks(before, wg_json_text(field, "missing"));
        json_object_object_add(one, "name", json_object_get(wg_json_get(field, "name")));
        json_object_object_add(one, "type", json_object_get(wg_json_get(field, "type")));
        json_object_object_add(one, "title",
                               json_object_get(wg_json_get(field, english ? "en" : "zh")));
        json_object_object_add(one, "required", json_object_new_boolean(required));
        if (wg_json_get(field, "most") != NULL)
            json_object_object_add(one, "most", json_object_get(wg_json_get(field, "most")));
        if (wg_json_get(field, "choices") != NULL)
            json_object_object_add(one, "choices", choices_of(field, english));
        json_object_array_add(form, one);
    }
    return form;
}
