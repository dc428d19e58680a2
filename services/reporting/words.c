/* Keeps the definitions as json-c built them: what is asked for is a member or two of one state. */
#include "services/reporting/words.h"

#include <stdio.h>
#include <string.h>

#include "common/json.h"

#include "services/reporting/way.h"

enum { FINALS_MOST = 64, HIDING_MOST = 8 };

struct version {
    int64_t id;
    char *name;
    struct json_object *definition, *steps;
};

struct words {
    size_t n, n_finals, n_hiding;
    struct version *versions;
    const char *finals[FINALS_MOST], *hiding[HIDING_MOST]; /* keys of the definitions */
};

struct words *words_new(void)
{
    return wg_new(sizeof(struct words));
}

void words_destroy(struct words **words)
{
    if (*words == NULL)
        return;
    for (size_t i = 0; i < (*words)->n; i++) {
        free((*words)->versions[i].name);
        wg_json_put(&(*words)->versions[i].steps);
        wg_json_put(&(*words)->versions[i].definition);
    }
    free((*words)->versions);
    free(*words);
    *words = NULL;
}

static void add_finals(struct words *words, struct json_object *states)
{
    json_object_object_foreach(states, state, says)
    {
        if (words->n_finals < FINALS_MOST && json_object_get_boolean(wg_json_get(says, "final")) &&
            !words_final(words, state))
            words->finals[words->n_finals++] = state;
    }
}

static bool hides(const struct words *words, const char *name)
{
    for (size_t i = 0; i < words->n_hiding; i++)
        if (strcmp(words->hiding[i], name) == 0)
            return true;
    return false;
}

static void add_hiding(struct words *words, struct json_object *attributes)
{
    if (!json_object_is_type(attributes, json_type_object))
        return;
    json_object_object_foreach(attributes, name, says)
    {
        if (json_object_get_boolean(wg_json_get(says, "hides")) && !hides(words, name) &&
            words->n_hiding < HIDING_MOST)
            words->hiding[words->n_hiding++] = name;
    }
}

size_t words_hiding(const struct words *words, const char *const **ret_names)
{
    *ret_names = words->hiding;
    return words->n_hiding;
}

int words_add(struct words *words, int64_t workflow, const char *name, const char *json)
{
    struct wg_json_verdict verdict;
    WG_AUTO(wg_json_put)
    struct json_object *definition = wg_json_parse(json, strlen(json), &verdict);
    struct json_object *states = definition == NULL ? NULL : wg_json_get(definition, "states");
    if (!json_object_is_type(states, json_type_object))
        return WORDS_BAD;
    add_finals(words, states);
    add_hiding(words, wg_json_get(definition, "attributes"));
    words->versions = wg_resize(words->versions, (words->n + 1) * sizeof *words->versions);
    words->versions[words->n++] = (struct version){ .id = workflow,
                                                    .name = wg_strdup(name),
                                                    .definition = definition,
                                                    .steps = way_steps(definition) };
    definition = NULL;
    return 0;
}

struct json_object *words_definition(const struct words *words, int64_t workflow)
{
    for (size_t i = 0; i < words->n; i++)
        if (words->versions[i].id == workflow)
            return words->versions[i].definition;
    return NULL;
}

int words_steps_left(const struct words *words, int64_t workflow, const char *state)
{
    for (size_t i = 0; i < words->n; i++) {
        struct json_object *left =
            words->versions[i].id == workflow ? wg_json_get(words->versions[i].steps, state) : NULL;
        if (left != NULL)
            return json_object_get_int(left);
    }
    return -1;
}

bool words_way_end(const struct words *words, int64_t workflow, const char *state)
{
    struct json_object *definition = words_definition(words, workflow);
    struct json_object *way = definition == NULL ? NULL : wg_json_get(definition, "way");
    size_t n = json_object_is_type(way, json_type_array) ? json_object_array_length(way) : 0;
    if (n == 0)
        return words_final(words, state);
    return strcmp(json_object_get_string(json_object_array_get_idx(way, n - 1)), state) == 0;
}

static struct json_object *state_of(const struct words *words, int64_t workflow, const char *state)
{
    struct json_object *definition = words_definition(words, workflow);
    return definition == NULL ? NULL : wg_json_get(wg_json_get(definition, "states"), state);
}

static const char *in_language(struct json_object *texts, bool english)
{
    const char *text = texts == NULL ? NULL : wg_json_text(texts, english ? "en" : "zh");
    return text != NULL && text[0] != '\0' ? text : NULL;
}

const char *words_state(const struct words *words, int64_t workflow, const char *state,
                        bool english)
{
    const char *text = in_language(state_of(words, workflow, state), english);
    return text != NULL ? text : state;
}

const char *words_state_of_party(const struct words *words, int64_t workflow, const char *state,
                                 bool english)
{
    struct json_object *says = state_of(words, workflow, state);
    const char *text = says == NULL ? NULL : in_language(wg_json_get(says, "party"), english);
    return text != NULL ? text : words_state(words, workflow, state, english);
}

const char *words_resident(const struct words *words, int64_t workflow, const char *state,
                           bool english)
{
    struct json_object *says = state_of(words, workflow, state);
    const char *text = says == NULL ? NULL : in_language(wg_json_get(says, "resident"), english);
    return text != NULL ? text : words_state(words, workflow, state, english);
}

const char *words_next(const struct words *words, int64_t workflow, const char *state, bool english)
{
    struct json_object *says = state_of(words, workflow, state);
    const char *text = says == NULL ? NULL : in_language(wg_json_get(says, "next"), english);
    return text != NULL ? text : "";
}

bool words_final(const struct words *words, const char *state)
{
    for (size_t i = 0; i < words->n_finals; i++)
        if (strcmp(words->finals[i], state) == 0)
            return true;
    return false;
}

size_t words_finals(const struct words *words, const char **states, size_t room)
{
    size_t n = words->n_finals < room ? words->n_finals : room;
    for (size_t i = 0; i < n; i++)
        states[i] = words->finals[i];
    return n;
}

const char *words_task_state(const struct words *words, int64_t workflow, const char *state,
                             bool english)
{
    struct json_object *definition = words_definition(words, workflow);
    struct json_object *tasks = definition == NULL ? NULL : wg_json_get(definition, "tasks");
    struct json_object *states = tasks == NULL ? NULL : wg_json_get(tasks, "states");
    const char *text = states == NULL ? NULL : in_language(wg_json_get(states, state), english);
    return text != NULL ? text : state;
}

static struct json_object *action_of(const struct words *words, int64_t workflow, const char *type)
{
    struct json_object *definition = words_definition(words, workflow);
    struct json_object *actions = definition == NULL ? NULL : wg_json_get(definition, "actions");
    if (!json_object_is_type(actions, json_type_object))
        return NULL;
    json_object_object_foreach(actions, name, action)
    {
        const char *event = wg_json_text(action, "event");
        (void)name;
        if (event != NULL && strcmp(event, type) == 0)
            return action;
    }
    return NULL;
}

const char *words_event(const struct words *words, int64_t workflow, const char *type, bool english)
{
    return in_language(action_of(words, workflow, type), english);
}

/* The first member of a list of objects in which `key` is `value`; NULL where there is none, or no
 * list. */
static struct json_object *member_with(struct json_object *list, const char *key, const char *value)
{
    size_t n = json_object_is_type(list, json_type_array) ? json_object_array_length(list) : 0;
    for (size_t i = 0; i < n; i++) {
        struct json_object *member = json_object_array_get_idx(list, i);
        const char *text = wg_json_text(member, key);
        if (text != NULL && strcmp(text, value) == 0)
            return member;
    }
    return NULL;
}

bool words_told(const struct words *words, int64_t workflow, const char *type)
{
    struct json_object *action = action_of(words, workflow, type);
    return action != NULL && member_with(wg_json_get(action, "notices"), "to", "reporter") != NULL;
}

static bool holds_text(struct json_object *list, const char *text)
{
    size_t n = json_object_is_type(list, json_type_array) ? json_object_array_length(list) : 0;
    for (size_t i = 0; i < n; i++)
        if (strcmp(json_object_get_string(json_object_array_get_idx(list, i)), text) == 0)
            return true;
    return false;
}

/* The field of whichever action asks for this approval. */
static struct json_object *asked_field(struct json_object *actions, const char *approval,
                                       const char *field)
{
    char ask[80];
    snprintf(ask, sizeof ask, "ask=%s", approval);
    json_object_object_foreach(actions, name, action)
    {
        (void)name;
        struct json_object *found = holds_text(wg_json_get(action, "effects"), ask)
                                        ? member_with(wg_json_get(action, "fields"), "name", field)
                                        : NULL;
        if (found != NULL)
            return found;
    }
    return NULL;
}

/* The field of an action, or where it was asked for: of what was asked. */
static struct json_object *field_of_action(struct json_object *definition, const char *name,
                                           const char *field)
{
    struct json_object *actions = wg_json_get(definition, "actions"),
                       *approvals = wg_json_get(definition, "approvals");
    struct json_object *found =
        member_with(wg_json_get(wg_json_get(actions, name), "fields"), "name", field);
    if (found != NULL || !json_object_is_type(approvals, json_type_object))
        return found;
    json_object_object_foreach(approvals, approval, rule)
    {
        const char *then = wg_json_text(rule, "then");
        if (found == NULL && then != NULL && strcmp(then, name) == 0)
            found = asked_field(actions, approval, field);
    }
    return found;
}

static struct json_object *field_of(const struct words *words, int64_t workflow, const char *type,
                                    const char *field)
{
    struct json_object *definition = words_definition(words, workflow), *found = NULL;
    struct json_object *actions = definition == NULL ? NULL : wg_json_get(definition, "actions");
    if (!json_object_is_type(actions, json_type_object))
        return NULL;
    json_object_object_foreach(actions, name, action)
    {
        const char *event = wg_json_text(action, "event");
        if (found == NULL && event != NULL && strcmp(event, type) == 0)
            found = field_of_action(definition, name, field);
    }
    return found;
}

bool words_free_text(const struct words *words, int64_t workflow, const char *type,
                     const char *field)
{
    struct json_object *found = field_of(words, workflow, type, field);
    const char *kind = found == NULL ? NULL : wg_json_text(found, "type");
    return kind != NULL && strcmp(kind, "text") == 0;
}

const char *words_choice(const struct words *words, int64_t workflow, const char *type,
                         const struct words_chosen *chosen, bool english)
{
    struct json_object *field = field_of(words, workflow, type, chosen->field);
    return in_language(
        field == NULL ? NULL : member_with(wg_json_get(field, "choices"), "value", chosen->value),
        english);
}

const char *words_initial(const struct words *words, int64_t workflow)
{
    struct json_object *definition = words_definition(words, workflow);
    return definition == NULL ? NULL : wg_json_text(definition, "initial");
}

int64_t words_newest(const struct words *words)
{
    for (size_t i = words->n; i > 0; i--)
        if (strcmp(words->versions[i - 1].name, words->versions[0].name) == 0)
            return words->versions[i - 1].id;
    return 0;
}
