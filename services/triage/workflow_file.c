/* Reads and judges a workflow file, member by member: whatever is taken here, the engine can step
 * without looking twice. The first fault stands, with the pointer (RFC 6901) of what is wrong. */
#include "services/triage/workflow_file.h"

#include <stdio.h>
#include <string.h>

#include "common/json.h"

#include "services/triage/reading.h"

/* Bytes that the columns and the engine's structures hold. */
enum { STATE_MOST = 31, CLOCK_MOST = 23, EVENT_MOST = 39, RULE_MOST = 31, WORD_MOST = 23 };
enum { STATES_MOST = 64, NAME_MOST = 39, TITLE_MOST = 300, LENGTH_MOST = 10000 };

struct workflow {
    int id;
    bool walk_tells_roles;
    struct json_object *definition;
    size_t n_clocks;
    struct {
        const char *name;
        struct wg_limit limit;
        bool due;
    } clocks[WORKFLOW_CLOCKS];
};

/* The file's tables, while it is read. */
struct tables {
    struct workflow *workflow;
    struct json_object *states, *clocks, *people, *actions, *open;
};

static const struct tables *tables(const struct reading *reading)
{
    return reading->arg;
}

/* ---- words that a list may hold */

static bool is_state(const struct reading *reading, const char *word)
{
    return wg_json_get(tables(reading)->states, word) != NULL;
}

static bool is_clock(const struct reading *reading, const char *word)
{
    return wg_json_get(tables(reading)->clocks, word) != NULL;
}

static bool is_clock_or_all(const struct reading *reading, const char *word)
{
    return strcmp(word, "all") == 0 || is_clock(reading, word);
}

static bool is_action(const struct reading *reading, const char *word)
{
    return wg_json_get(tables(reading)->actions, word) != NULL;
}

static bool is_need(const struct reading *reading, const char *word)
{
    (void)reading;
    return workflow_word_known("needs", word);
}

static bool is_guard(const struct reading *reading, const char *word)
{
    (void)reading;
    return workflow_word_known("guards", word);
}

static bool is_effect(const struct reading *reading, const char *word)
{
    (void)reading;
    return workflow_word_known("effects", word);
}

/* A post; whether the city has it is not the file's affair. */
static bool is_post(const struct reading *reading, const char *word)
{
    (void)reading;
    return strlen(word) <= WORD_MOST;
}

static bool says(struct json_object *object, const char *member, const char *word)
{
    struct json_object *list = wg_json_get(object, member);
    for (size_t i = 0; i < reading_length(list); i++)
        if (strcmp(json_object_get_string(json_object_array_get_idx(list, i)), word) == 0)
            return true;
    return false;
}

/* ---- clocks, states, people */

static bool read_clock(struct reading *reading, const char *name, struct json_object *clock)
{
    static const char *const members[] = { "zh", "en", "limit", "due", NULL };
    struct workflow *workflow = tables(reading)->workflow;
    char fault[120] = "";
    if (strlen(name) > CLOCK_MOST)
        return reading_bad(reading, "", "its name is too long");
    if (!reading_members(reading, clock, members) || !reading_titled(reading, clock) ||
        !reading_flag(reading, clock, "due"))
        return false;
    if (wg_limit_parse(wg_json_get(clock, "limit"), &workflow->clocks[workflow->n_clocks].limit,
                       fault, sizeof fault) != 0)
        return reading_bad(reading, "limit", fault);
    workflow->clocks[workflow->n_clocks].name = name;
    workflow->clocks[workflow->n_clocks++].due =
        json_object_get_boolean(wg_json_get(clock, "due")) != 0;
    return true;
}

static bool read_state(struct reading *reading, const char *name, struct json_object *state)
{
    static const char *const members[] = { "zh", "en", "resident", "next", "final", NULL };
    static const char *const told[] = { "resident", "next" };
    if (strlen(name) > STATE_MOST)
        return reading_bad(reading, "", "its name is too long");
    if (!reading_members(reading, state, members) || !reading_titled(reading, state) ||
        !reading_flag(reading, state, "final"))
        return false;
    for (size_t i = 0; i < WG_COUNT(told); i++) {
        struct json_object *texts = wg_json_get(state, told[i]);
        size_t mark = reading_enter(reading, told[i]);
        if ((texts != NULL || i == 0) && !reading_titled(reading, texts))
            return false;
        reading_leave(reading, mark);
    }
    return true;
}

static bool read_person(struct reading *reading, const char *role, struct json_object *post)
{
    return (reading_is_text(post, WORD_MOST) && strlen(role) <= WORD_MOST) ||
           reading_bad(reading, "", "a post is expected");
}

/* ---- actions */

static bool read_choices(struct reading *reading, struct json_object *field)
{
    static const char *const members[] = { "value", "zh", "en", NULL };
    struct json_object *choices = wg_json_get(field, "choices");
    bool wanted = strcmp(wg_json_text(field, "type"), "choice") == 0;
    if (!reading_list(reading, field, "choices"))
        return false;
    if (wanted != (reading_length(choices) > 0))
        return reading_bad(reading, "choices", "a choice has some, anything else none");
    size_t mark = reading_enter(reading, "choices");
    for (size_t i = 0; i < reading_length(choices); i++) {
        struct json_object *choice = json_object_array_get_idx(choices, i);
        size_t item = reading_enter_item(reading, i);
        if (!reading_members(reading, choice, members) || !reading_titled(reading, choice) ||
            !reading_text(reading, choice, "value", STATE_MOST))
            return false;
        reading_leave(reading, item);
    }
    reading_leave(reading, mark);
    return true;
}

static bool read_field(struct reading *reading, struct json_object *field)
{
    static const char *const members[] = { "name",     "type", "zh",      "en", "missing",
                                           "required", "most", "choices", NULL };
    struct json_object *most = wg_json_get(field, "most"), *missing = wg_json_get(field, "missing");
    if (!reading_members(reading, field, members) || !reading_titled(reading, field) ||
        !reading_text(reading, field, "name", NAME_MOST) ||
        !reading_text(reading, field, "type", NAME_MOST) ||
        !reading_flag(reading, field, "required"))
        return false;
    if (!workflow_field_known(wg_json_text(field, "type"), wg_json_text(field, "name")))
        return reading_bad(reading, "type", "there is no such type, or not by this name");
    if (most != NULL &&
        (!json_object_is_type(most, json_type_int) || wg_json_int(field, "most") < 1 ||
         wg_json_int(field, "most") > LENGTH_MOST))
        return reading_bad(reading, "most", "1 to 10000 is expected");
    if (missing != NULL && (!reading_is_text(missing, WORD_MOST) ||
                            !is_need(reading, json_object_get_string(missing))))
        return reading_bad(reading, "missing", "names something that is not there");
    return read_choices(reading, field);
}

static bool read_notice(struct reading *reading, struct json_object *notice)
{
    static const char *const members[] = { "rule", "to", NULL };
    if (!reading_members(reading, notice, members) ||
        !reading_text(reading, notice, "rule", RULE_MOST) ||
        !reading_text(reading, notice, "to", WORD_MOST))
        return false;
    const char *to = wg_json_text(notice, "to");
    return strcmp(to, "holder") == 0 || strcmp(to, "reporter") == 0 ||
           wg_json_get(tables(reading)->people, to) != NULL ||
           reading_bad(reading, "to", "names something that is not there");
}

/* The effect "outcome" takes the row's own word, or the reason that must be chosen. */
static bool outcome_said(struct json_object *row)
{
    struct json_object *fields = wg_json_get(row, "fields");
    for (size_t i = 0; i < reading_length(fields); i++) {
        struct json_object *field = json_object_array_get_idx(fields, i);
        if (strcmp(wg_json_text(field, "name"), "reason") == 0 &&
            wg_json_get(field, "choices") != NULL &&
            json_object_get_boolean(wg_json_get(field, "required")))
            return true;
    }
    return wg_json_get(row, "outcome") != NULL || !says(row, "effects", "outcome");
}

static bool from_fine(struct reading *reading, struct json_object *row)
{
    struct json_object *from = wg_json_get(row, "from");
    if (reading_length(from) == 0)
        return reading_bad(reading, "from", "at least one state is expected");
    for (size_t i = 0; i < reading_length(from); i++) {
        const char *state = json_object_get_string(json_object_array_get_idx(from, i));
        if (json_object_get_boolean(
                wg_json_get(wg_json_get(tables(reading)->states, state), "final")))
            return reading_bad(reading, "from", "nothing leads on from a final state");
    }
    return true;
}

static bool read_action(struct reading *reading, const char *name, struct json_object *row)
{
    static const char *const members[] = { "zh",      "en",      "from",     "to",
                                           "by",      "needs",   "guards",   "fields",
                                           "effects", "stop",    "start",    "event",
                                           "notices", "outcome", "deciding", NULL };
    if (strlen(name) > NAME_MOST)
        return reading_bad(reading, "", "its name is too long");
    if (!reading_members(reading, row, members) || !reading_titled(reading, row) ||
        !reading_text(reading, row, "to", STATE_MOST) ||
        !reading_text(reading, row, "event", EVENT_MOST) || !reading_flag(reading, row, "deciding"))
        return false;
    if (!is_state(reading, wg_json_text(row, "to")))
        return reading_bad(reading, "to", "is no state");
    if (wg_json_get(row, "by") == NULL)
        return reading_bad(reading, "by", "a list is expected");
    if (wg_json_get(row, "outcome") != NULL && !reading_text(reading, row, "outcome", STATE_MOST))
        return false;
    if (reading_length(wg_json_get(row, "notices")) > WORKFLOW_NOTICES)
        return reading_bad(reading, "notices", "are too many");
    return reading_words(reading, row, "from", is_state) && from_fine(reading, row) &&
           reading_words(reading, row, "by", is_post) &&
           reading_words(reading, row, "needs", is_need) &&
           reading_words(reading, row, "guards", is_guard) &&
           reading_words(reading, row, "effects", is_effect) &&
           reading_words(reading, row, "stop", is_clock_or_all) &&
           reading_words(reading, row, "start", is_clock) &&
           reading_each(reading, row, "fields", read_field) &&
           reading_each(reading, row, "notices", read_notice) &&
           (outcome_said(row) ||
            reading_bad(reading, "effects",
                        "an outcome is set, and none is said: outcome, or a required "
                        "choice named reason"));
}

/* ---- opening: the walk steps from the initial state, and each action takes it on */

static bool walk_fine(struct reading *reading, size_t notices)
{
    struct json_object *walk = wg_json_get(tables(reading)->open, "walk");
    const char *state = workflow_initial(tables(reading)->workflow);
    for (size_t i = 0; i < reading_length(walk); i++) {
        struct json_object *row = workflow_action(
            tables(reading)->workflow, json_object_get_string(json_object_array_get_idx(walk, i)));
        notices += reading_length(wg_json_get(row, "notices"));
        if (!says(row, "from", state))
            return reading_bad(reading, "walk",
                               "an action does not begin where the last one ended");
        state = wg_json_text(row, "to");
    }
    return notices <= WORKFLOW_NOTICES || reading_bad(reading, "walk", "its notices are too many");
}

static bool read_open(struct reading *reading)
{
    static const char *const members[] = { "event", "level", "start", "walk", "waits", NULL };
    struct json_object *open = tables(reading)->open;
    size_t mark = reading_enter(reading, "open");
    if (!reading_members(reading, open, members) ||
        !reading_text(reading, open, "event", EVENT_MOST) ||
        !reading_text(reading, open, "level", WORD_MOST))
        return false;
    if (wg_json_get(open, "walk") == NULL)
        return reading_bad(reading, "walk", "a list is expected");
    if (!reading_words(reading, open, "walk", is_action) ||
        !reading_words(reading, open, "start", is_clock) ||
        !reading_each(reading, open, "waits", read_notice) ||
        !walk_fine(reading, reading_length(wg_json_get(open, "waits"))))
        return false;
    reading_leave(reading, mark);
    return true;
}

/* ---- the file */

/* Each member of one of the file's tables. */
static bool table(struct reading *reading, const char *member, size_t most,
                  bool (*read)(struct reading *reading, const char *name,
                               struct json_object *value))
{
    struct json_object *object = wg_json_get(tables(reading)->workflow->definition, member);
    size_t mark = reading_enter(reading, member);
    if (!json_object_is_type(object, json_type_object))
        return reading_bad(reading, "", "an object is expected");
    if ((size_t)json_object_object_length(object) > most)
        return reading_bad(reading, "", "has too many members");
    json_object_object_foreach(object, name, value)
    {
        size_t item = reading_enter(reading, name);
        if (!read(reading, name, value))
            return false;
        reading_leave(reading, item);
    }
    reading_leave(reading, mark);
    return true;
}

static bool read_file(struct reading *reading, struct json_object *definition)
{
    static const char *const members[] = { "workflow", "title", "initial", "states", "clocks",
                                           "people",   "open",  "actions", NULL };
    if (!reading_members(reading, definition, members) ||
        !reading_text(reading, definition, "workflow", STATE_MOST))
        return false;
    size_t mark = reading_enter(reading, "title");
    if (!reading_titled(reading, wg_json_get(definition, "title")))
        return false;
    reading_leave(reading, mark);
    if (!table(reading, "clocks", WORKFLOW_CLOCKS, read_clock) ||
        !table(reading, "states", STATES_MOST, read_state) ||
        !table(reading, "people", WORKFLOW_ROLES, read_person))
        return false;
    if (!reading_text(reading, definition, "initial", STATE_MOST))
        return false;
    if (!is_state(reading, workflow_initial(tables(reading)->workflow)))
        return reading_bad(reading, "initial", "is no state");
    return table(reading, "actions", STATES_MOST, read_action) && read_open(reading);
}

static bool tells_roles(const struct workflow *workflow, struct json_object *row)
{
    struct json_object *notices = wg_json_get(row, "notices");
    for (size_t i = 0; notices != NULL && i < json_object_array_length(notices); i++) {
        const char *to = wg_json_text(json_object_array_get_idx(notices, i), "to");
        if (wg_json_get(wg_json_get(workflow->definition, "people"), to) != NULL)
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
    struct workflow *workflow = wg_new(sizeof *workflow);
    const struct tables own = {
        .workflow = workflow,
        .states = wg_json_get(definition, "states"),
        .clocks = wg_json_get(definition, "clocks"),
        .people = wg_json_get(definition, "people"),
        .actions = wg_json_get(definition, "actions"),
        .open = wg_json_get(definition, "open"),
    };
    struct reading reading = { .fault = ret_fault, .fault_size = fault_size, .arg = &own };
    ret_fault[0] = '\0';
    workflow->id = id;
    workflow->definition = json_object_get(definition);
    if (!read_file(&reading, definition)) {
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

const char *workflow_role(const struct workflow *workflow, size_t i, const char **ret_post)
{
    struct json_object *people = wg_json_get(workflow->definition, "people");
    json_object_object_foreach(people, role, post)
    {
        if (i-- > 0)
            continue;
        *ret_post = json_object_get_string(post);
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
