/* What the effects of a workflow file do to a case. */
#include <stdio.h>
#include <string.h>

#include "common/json.h"
#include "common/text.h"

#include "services/triage/workflow_file.h"

enum { NAME_ROOM = 40 };

static void effect_place(const struct workflow_step *step)
{
    step->after->area_id = step->facts->area_id;
    wg_copy(step->after->area, sizeof step->after->area, step->facts->area);
}

static void effect_category(const struct workflow_step *step)
{
    /* A grade that was raised by hand stays where the category does. */
    bool same = strcmp(step->after->category, step->facts->category) == 0;
    if (!same || step->after->grade[0] == '\0')
        wg_copy(step->after->grade, sizeof step->after->grade, step->facts->grade);
    wg_copy(step->after->category, sizeof step->after->category, step->facts->category);
    step->after->restricted = step->after->restricted || step->facts->restricted;
}

static void effect_holder(const struct workflow_step *step)
{
    step->after->holder = step->facts->holder;
    step->after->party = step->facts->party;
}

/* Nobody's case does not exist: it waits for a dispatcher, for want of a holder if of nothing else.
 */
static void effect_no_holder(const struct workflow_step *step)
{
    step->after->holder = 0;
    step->after->party = 0;
    if (step->after->reason[0] == '\0')
        wg_copy(step->after->reason, sizeof step->after->reason, "holder");
}

static void effect_no_chain(const struct workflow_step *step)
{
    step->after->n_links = 0;
}

static void effect_no_reason(const struct workflow_step *step)
{
    step->after->reason[0] = '\0';
}

static void effect_resolver(const struct workflow_step *step)
{
    step->after->resolver = step->actor->staff_id;
}

static const char *const levels[] = { "grid", "community", "street", "district" };

static void move_level(struct workflow_case *after, int by)
{
    for (int i = 0; i < (int)WG_COUNT(levels); i++) {
        if (strcmp(after->level, levels[i]) != 0)
            continue;
        if (i + by >= 0 && i + by < (int)WG_COUNT(levels))
            wg_copy(after->level, sizeof after->level, levels[i + by]);
        return;
    }
}

static void effect_raise(const struct workflow_step *step)
{
    move_level(step->after, 1);
}

static void effect_lower(const struct workflow_step *step)
{
    move_level(step->after, -1);
}

static int64_t heir_of(const struct workflow_facts *facts, int64_t staff)
{
    for (size_t i = 0; i < facts->n_heirs; i++)
        if (facts->heirs[i].from == staff)
            return facts->heirs[i].to;
    return staff;
}

/* The case, its links and its open tasks go to those who took over from whoever left office. */
static void effect_heirs(const struct workflow_step *step)
{
    struct workflow_case *after = step->after;
    after->holder = heir_of(step->facts, after->holder);
    for (size_t i = 0; i < after->n_links; i++)
        after->links[i].holder = heir_of(step->facts, after->links[i].holder);
    for (size_t i = 0; i < after->n_tasks; i++) {
        struct workflow_task *task = &after->tasks[i];
        int64_t heir = task->open ? heir_of(step->facts, task->staff) : task->staff;
        task->changed = task->changed || heir != task->staff;
        task->staff = heir;
    }
}

static const struct {
    const char *word;
    void (*apply)(const struct workflow_step *step);
} effects[] = {
    { "place", effect_place },         { "category", effect_category },
    { "holder", effect_holder },       { "no-holder", effect_no_holder },
    { "no-reason", effect_no_reason }, { "resolver", effect_resolver },
    { "raise", effect_raise },         { "lower", effect_lower },
    { "no-chain", effect_no_chain },   { "recount", workflow_recount_clocks },
    { "heirs", effect_heirs },
};

/* The row's own outcome, or the reason that was chosen. */
static void effect_outcome(const struct workflow_step *step, const struct workflow_row *row)
{
    const char *own = workflow_word(row, "outcome"), *chosen = wg_json_text(step->input, "reason");
    wg_copy(step->after->outcome, sizeof step->after->outcome,
            own[0] != '\0' ? own : (chosen == NULL ? "" : chosen));
}

static void push_link(struct workflow_case *after, const char *kind)
{
    if (after->n_links == WORKFLOW_LINKS) {
        memmove(&after->links[0], &after->links[1], (WORKFLOW_LINKS - 1) * sizeof after->links[0]);
        after->n_links--;
    }
    struct workflow_link *link = &after->links[after->n_links++];
    *link = (struct workflow_link){ .holder = after->holder, .party = after->party };
    wg_copy(link->kind, sizeof link->kind, kind);
    wg_copy(link->level, sizeof link->level, after->level);
}

static void pop_link(struct workflow_case *after, const char *kind)
{
    for (size_t i = after->n_links; i-- > 0;) {
        if (strcmp(after->links[i].kind, kind) != 0)
            continue;
        after->holder = after->links[i].holder;
        after->party = after->links[i].party;
        wg_copy(after->level, sizeof after->level, after->links[i].level);
        after->n_links--;
        memmove(&after->links[i], &after->links[i + 1],
                (after->n_links - i) * sizeof after->links[0]);
        return;
    }
}

static void ask_approval(const struct workflow_step *step, const char *name)
{
    workflow_set_word(step->after, "asked", name);
    workflow_set_number(step->after, "asked_step", 0);
    workflow_set_number(step->after, "asked_by", step->actor->staff_id);
    workflow_set_number(step->after, "asked_n", step->before->version + 1);
}

static int64_t first_of_role(const struct workflow_facts *facts, const char *role)
{
    for (size_t i = 0; i < facts->n_roles; i++)
        if (strcmp(facts->roles[i].role, role) == 0 && facts->roles[i].n > 0)
            return facts->roles[i].staff[0];
    return 0;
}

static void assign(const struct workflow_step *step, const char *name, const char *text)
{
    struct workflow_case *after = step->after;
    if (strcmp(name, "holder") == 0) {
        after->holder =
            text[0] == '@' ? workflow_valued(step, text).number : first_of_role(step->facts, text);
        after->party = 0;
        return;
    }
    struct workflow_value value = workflow_valued(step, text);
    const char *said = value.word == NULL ? "" : value.word;
    if (strcmp(name, "level") == 0 && !value.known)
        return; /* nothing was given: it stays */
    if (strcmp(name, "level") == 0)
        wg_copy(after->level, sizeof after->level, said);
    else if (strcmp(name, "grade") == 0)
        wg_copy(after->grade, sizeof after->grade, said);
    else if (strcmp(name, "outcome") == 0)
        wg_copy(after->outcome, sizeof after->outcome, said);
    else if (strcmp(name, "restricted") == 0)
        after->restricted = value.number != 0;
    else if (strcmp(name, "resolver") == 0)
        after->resolver = value.number;
    else if (!value.known)
        workflow_unset(after, name);
    else if (value.word != NULL)
        workflow_set_word(after, name, value.word);
    else
        workflow_set_number(after, name, value.number);
}

/* The words before "=" that do more than set a value. */
static bool apply_verb(const struct workflow_step *step, const char *verb, const char *object)
{
    if (strcmp(verb, "push") == 0)
        push_link(step->after, object);
    else if (strcmp(verb, "pop") == 0)
        pop_link(step->after, object);
    else if (strcmp(verb, "ask") == 0)
        ask_approval(step, object);
    else if (strcmp(verb, "extend") == 0)
        workflow_extend_clock(step, object,
                              json_object_get_int64(wg_json_get(step->input, "days")));
    else
        return false;
    return true;
}

void workflow_apply(const struct workflow_step *step, const struct workflow_row *row,
                    const char *effect)
{
    char name[NAME_ROOM];
    const char *equals = strchr(effect, '=');
    size_t length = strlen(effect);
    if (equals != NULL) {
        snprintf(name, sizeof name, "%.*s", (int)(equals - effect), effect);
        if (!apply_verb(step, name, equals + 1))
            assign(step, name, equals + 1);
    } else if (strcmp(effect, "-outcome") == 0) {
        step->after->outcome[0] = '\0';
    } else if (effect[0] == '-') {
        workflow_unset(step->after, effect + 1);
    } else if (length > 2 && strcmp(effect + length - 2, "+1") == 0) {
        snprintf(name, sizeof name, "%.*s", (int)(length - 2), effect);
        workflow_set_number(step->after, name, workflow_number(step->after, name) + 1);
    } else if (strcmp(effect, "outcome") == 0) {
        effect_outcome(step, row);
    } else {
        for (size_t i = 0; i < WG_COUNT(effects); i++)
            if (strcmp(effects[i].word, effect) == 0)
                effects[i].apply(step);
    }
}

/* ---- what a file may say */

static bool assignment_known(struct json_object *definition, const char *name, const char *value)
{
    static const char *const settable[] = { "level", "grade", "outcome", "restricted", "resolver" };
    static const char *const kinds[] = { "handed", "raised" };
    if (strcmp(name, "push") == 0 || strcmp(name, "pop") == 0)
        return workflow_among(kinds, WG_COUNT(kinds), value);
    if (strcmp(name, "ask") == 0)
        return wg_json_get(wg_json_get(definition, "approvals"), value) != NULL;
    if (strcmp(name, "extend") == 0)
        return wg_json_get(wg_json_get(definition, "clocks"), value) != NULL;
    if (strcmp(name, "holder") == 0)
        return value[0] == '@' ? workflow_value_known(value)
                               : wg_json_get(wg_json_get(definition, "people"), value) != NULL;
    return (workflow_among(settable, WG_COUNT(settable), name) ||
            workflow_is_attribute(definition, name)) &&
           value[0] != '\0' && workflow_value_known(value);
}

bool workflow_effect_known(struct json_object *definition, const char *effect)
{
    char name[NAME_ROOM];
    const char *equals = strchr(effect, '=');
    size_t length = strlen(effect);
    if (length >= NAME_ROOM)
        return false;
    if (equals != NULL) {
        snprintf(name, sizeof name, "%.*s", (int)(equals - effect), effect);
        return assignment_known(definition, name, equals + 1);
    }
    if (effect[0] == '-')
        return strcmp(effect, "-outcome") == 0 || workflow_is_attribute(definition, effect + 1);
    if (length > 2 && strcmp(effect + length - 2, "+1") == 0) {
        snprintf(name, sizeof name, "%.*s", (int)(length - 2), effect);
        return workflow_is_attribute(definition, name);
    }
    for (size_t i = 0; i < WG_COUNT(effects); i++)
        if (strcmp(effects[i].word, effect) == 0)
            return true;
    return strcmp(effect, "outcome") == 0;
}

bool workflow_need_known(const char *need)
{
    static const char *const needs[] = { "place", "category", "holder" };
    return workflow_among(needs, WG_COUNT(needs), need);
}

/* What names a category, an area or the holder is looked up before the engine is asked, by its
 * name. */
bool workflow_field_known(const char *type, const char *name)
{
    static const char *const free_types[] = { "text",  "texts", "choice",  "number", "time", "flag",
                                              "staff", "party", "parties", "case",   "tasks" };
    static const char *const own_types[] = { "category", "area" };
    if (strcmp(name, "action") == 0)
        return false;
    return workflow_among(free_types, WG_COUNT(free_types), type) ||
           (workflow_among(own_types, WG_COUNT(own_types), type) && strcmp(type, name) == 0);
}
