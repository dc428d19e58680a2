#include "services/triage/workflow.h"

#include <string.h>

#include "common/json.h"
#include "common/text.h"
#include "common/writer.h"

#include "services/triage/workflow_file.h"

/* The engine's own words. Everything else in this file comes from the workflow file. */
static const char WORD_HOLDER[] = "holder", WORD_REPORTER[] = "reporter", WORD_AREA[] = "area";
static const char NEED_PLACE[] = "place", NEED_CATEGORY[] = "category", NEED_HOLDER[] = "holder";
static const char GUARD_NOT_RESOLVER[] = "not-resolver";

static const char *text(struct json_object *object, const char *key)
{
    const char *value = wg_json_text(object, key);
    return value == NULL ? "" : value;
}

static bool contains(struct json_object *list, const char *word)
{
    size_t n = list == NULL ? 0 : json_object_array_length(list);
    for (size_t i = 0; i < n; i++)
        if (strcmp(json_object_get_string(json_object_array_get_idx(list, i)), word) == 0)
            return true;
    return false;
}

/* ---- effects */

struct step {
    const struct workflow *workflow;
    struct json_object *row, *input;
    const struct workflow_facts *facts;
    const struct workflow_actor *actor;
    struct workflow_case *after;
};

static void effect_place(const struct step *step)
{
    step->after->area_id = step->facts->area_id;
    wg_copy(step->after->area, sizeof step->after->area, step->facts->area);
}

static void effect_category(const struct step *step)
{
    wg_copy(step->after->category, sizeof step->after->category, step->facts->category);
    wg_copy(step->after->grade, sizeof step->after->grade, step->facts->grade);
    step->after->restricted = step->facts->restricted;
}

static void effect_holder(const struct step *step)
{
    step->after->holder = step->facts->holder;
}

static void effect_no_holder(const struct step *step)
{
    step->after->holder = 0;
}

static void effect_no_reason(const struct step *step)
{
    step->after->reason[0] = '\0';
}

static void effect_resolver(const struct step *step)
{
    step->after->resolver = step->actor->staff_id;
}

/* The row's own outcome, or the reason that was chosen. */
static void effect_outcome(const struct step *step)
{
    const char *own = text(step->row, "outcome");
    wg_copy(step->after->outcome, sizeof step->after->outcome,
            own[0] != '\0' ? own : text(step->input, "reason"));
}

static const struct {
    const char *word;
    void (*apply)(const struct step *step);
} effects[] = {
    { "place", effect_place },         { "category", effect_category },
    { "holder", effect_holder },       { "no-holder", effect_no_holder },
    { "no-reason", effect_no_reason }, { "resolver", effect_resolver },
    { "outcome", effect_outcome },
};

bool workflow_word_known(const char *kind, const char *word)
{
    static const char *const needs[] = { NEED_PLACE, NEED_CATEGORY, NEED_HOLDER };
    if (strcmp(kind, "effects") == 0)
        for (size_t i = 0; i < WG_COUNT(effects); i++)
            if (strcmp(effects[i].word, word) == 0)
                return true;
    if (strcmp(kind, "needs") == 0)
        for (size_t i = 0; i < WG_COUNT(needs); i++)
            if (strcmp(needs[i], word) == 0)
                return true;
    return strcmp(kind, "guards") == 0 && strcmp(word, GUARD_NOT_RESOLVER) == 0;
}

/* What names a category, an area or a person is looked up before the engine is asked, by its name.
 */
bool workflow_field_known(const char *type, const char *name)
{
    static const struct {
        const char *type, *name;
    } fields[] = {
        { "text", NULL },      { "choice", NULL },       { "category", NEED_CATEGORY },
        { "area", WORD_AREA }, { "staff", WORD_HOLDER },
    };
    bool taken = strcmp(name, "action") == 0;
    for (size_t i = 0; i < WG_COUNT(fields); i++) {
        bool own = fields[i].name != NULL && strcmp(fields[i].name, name) == 0;
        if (strcmp(fields[i].type, type) == 0)
            return fields[i].name == NULL ? !taken : own;
    }
    return false;
}

static void apply(const struct step *step, int64_t now)
{
    struct json_object *list = wg_json_get(step->row, "effects");
    for (size_t i = 0; list != NULL && i < json_object_array_length(list); i++)
        for (size_t e = 0; e < WG_COUNT(effects); e++)
            if (strcmp(effects[e].word,
                       json_object_get_string(json_object_array_get_idx(list, i))) == 0)
                effects[e].apply(step);
    wg_copy(step->after->state, sizeof step->after->state, text(step->row, "to"));
    workflow_move_clocks(step->workflow, step->row, step->after, step->facts, now);
}

/* ---- needs: NULL = all are met; otherwise why not */

static const char *unmet(struct json_object *row, const struct workflow_facts *facts)
{
    struct json_object *needs = wg_json_get(row, "needs");
    if (contains(needs, NEED_PLACE) && facts->place_reason != NULL)
        return facts->place_reason;
    if (contains(needs, NEED_CATEGORY) && facts->category[0] == '\0')
        return NEED_CATEGORY;
    if (contains(needs, NEED_HOLDER) && facts->holder == 0)
        return NEED_HOLDER;
    return NULL;
}

/* ---- notices */

static void add_notice(struct workflow_decision *decision, struct json_object *wanted,
                       const struct workflow_facts *facts)
{
    const char *to = text(wanted, "to");
    struct workflow_notice notice = { .to_reporter = strcmp(to, WORD_REPORTER) == 0 };
    wg_copy(notice.rule, sizeof notice.rule, text(wanted, "rule"));
    if (strcmp(to, WORD_HOLDER) == 0 && decision->after.holder != 0)
        notice.staff[notice.n++] = decision->after.holder;
    for (size_t r = 0; r < facts->n_roles; r++)
        for (size_t i = 0; strcmp(facts->roles[r].role, to) == 0 && i < facts->roles[r].n; i++)
            notice.staff[notice.n++] = facts->roles[r].staff[i];
    bool anybody = notice.n > 0 || (notice.to_reporter && facts->reporter_has_mail);
    if (anybody && decision->n_notices < WORKFLOW_NOTICES)
        decision->notices[decision->n_notices++] = notice;
}

static void add_notices(struct workflow_decision *decision, struct json_object *list,
                        const struct workflow_facts *facts)
{
    for (size_t i = 0; list != NULL && i < json_object_array_length(list); i++)
        add_notice(decision, json_object_array_get_idx(list, i), facts);
}

/* ---- what the event stores */

static void put_id(struct wg_text *out, const char *key, int64_t id)
{
    if (id == 0)
        wg_write_null(out, key);
    else
        wg_write_int(out, key, id);
}

static void put_text(struct wg_text *out, const char *key, const char *value)
{
    wg_write_string(out, key, value[0] == '\0' ? NULL : value);
}

static bool same_clocks(const struct workflow_case *left, const struct workflow_case *right)
{
    bool same = left->n_clocks == right->n_clocks;
    for (size_t i = 0; same && i < left->n_clocks; i++) {
        const struct workflow_clock *l = &left->clocks[i], *r = &right->clocks[i];
        same = strcmp(l->name, r->name) == 0 && l->start == r->start && l->due == r->due &&
               l->calendar == r->calendar;
    }
    return same;
}

/* The row after the step, as far as it changed: whoever applies these to the row before has the row
 * after. */
static void write_effects(struct wg_text *out, const struct workflow_case *before,
                          const struct workflow_case *after)
{
    const struct {
        const char *key, *from, *to;
    } texts[] = {
        { "state", before->state, after->state },
        { "level", before->level, after->level },
        { "grade", before->grade, after->grade },
        { "area", before->area, after->area },
        { "category", before->category, after->category },
        { "reason", before->reason, after->reason },
        { "outcome", before->outcome, after->outcome },
    };
    const struct {
        const char *key;
        int64_t from, to;
    } numbers[] = {
        { "area_id", before->area_id, after->area_id },
        { "holder", before->holder, after->holder },
        { "resolver", before->resolver, after->resolver },
        { "due_at", before->due_at, after->due_at },
        { "wake_at", before->wake_at, after->wake_at },
    };
    wg_write_object(out, "effects");
    if (before->restricted != after->restricted)
        wg_write_bool(out, "restricted", after->restricted);
    for (size_t i = 0; i < WG_COUNT(texts); i++)
        if (strcmp(texts[i].from, texts[i].to) != 0)
            put_text(out, texts[i].key, texts[i].to);
    for (size_t i = 0; i < WG_COUNT(numbers); i++)
        if (numbers[i].from != numbers[i].to)
            put_id(out, numbers[i].key, numbers[i].to);
    if (before->version == 0 || !same_clocks(before, after))
        workflow_write_clocks(after, out, "clocks");
    wg_write_end_object(out);
}

static void write_facts(struct wg_text *out, const struct workflow_facts *facts,
                        const char *unmet_reason)
{
    wg_write_object(out, "facts");
    wg_write_int(out, "city", facts->city_version);
    if (facts->place_rule != NULL)
        wg_write_string(out, "place", facts->place_rule);
    if (facts->holder_rule != NULL)
        wg_write_string(out, "holder", facts->holder_rule);
    if (unmet_reason != NULL)
        wg_write_string(out, "unmet", unmet_reason);
    wg_write_end_object(out);
}

static void write_was(struct wg_text *out, const struct workflow_case *before,
                      const struct workflow_case *after)
{
    wg_write_object(out, NULL);
    if (strcmp(before->area, after->area) != 0)
        put_text(out, "area", before->area);
    if (strcmp(before->category, after->category) != 0)
        put_text(out, "category", before->category);
    if (strcmp(before->level, after->level) != 0)
        put_text(out, "level", before->level);
    if (strcmp(before->state, after->state) != 0)
        put_text(out, "state", before->state);
    if (before->holder != after->holder)
        put_id(out, "holder", before->holder);
    if (before->party != after->party)
        put_id(out, "party", before->party);
    wg_write_end_object(out);
}

void workflow_decision_clear(struct workflow_decision *decision)
{
    wg_text_destroy(&decision->data);
    wg_text_destroy(&decision->was);
    *decision = (struct workflow_decision){ 0 };
}

/* ---- opening */

void workflow_open(const struct workflow *workflow, const struct workflow_case *fresh,
                   const struct workflow_facts *facts, struct workflow_decision *ret_decision)
{
    static const struct workflow_actor system = { 0 };
    struct json_object *open = workflow_open_row(workflow), *walk = wg_json_get(open, "walk");
    const struct workflow_case nothing = { 0 };
    const char *why = NULL;
    *ret_decision = (struct workflow_decision){ .after = *fresh, .deciding = true };
    struct workflow_case *after = &ret_decision->after;
    struct wg_text *data = &ret_decision->data;
    wg_write_object(data, NULL);
    wg_write_array(data, "passed");
    wg_copy(after->state, sizeof after->state, workflow_initial(workflow));
    wg_copy(after->level, sizeof after->level, text(open, "level"));
    wg_copy(ret_decision->event, sizeof ret_decision->event, text(open, "event"));
    after->area_id = after->born_area_id = facts->area_id;
    wg_copy(after->area, sizeof after->area, facts->area);
    const struct step begin = { workflow, open, NULL, facts, &system, after };
    effect_category(&begin);
    workflow_move_clocks(workflow, open, after, facts, fresh->opened_at);
    for (size_t i = 0; i < json_object_array_length(walk); i++) {
        struct json_object *row =
            workflow_action(workflow, json_object_get_string(json_object_array_get_idx(walk, i)));
        why = unmet(row, facts);
        if (why != NULL)
            break;
        const struct step step = { workflow, row, NULL, facts, &system, after };
        apply(&step, fresh->opened_at);
        wg_write_string(data, NULL, after->state);
        add_notices(ret_decision, wg_json_get(row, "notices"), facts);
    }
    after->version = after->decided = 1;
    if (why != NULL) {
        wg_copy(after->reason, sizeof after->reason, why);
        add_notices(ret_decision, wg_json_get(open, "waits"), facts);
    }
    wg_write_end_array(data);
    write_facts(data, facts, why);
    write_effects(data, &nothing, after);
    wg_write_end_object(data);
}

/* ---- stepping */

static bool may(struct json_object *row, const struct workflow_case *before,
                const struct workflow_actor *actor)
{
    struct json_object *by = wg_json_get(row, "by");
    for (size_t i = 0; actor->staff_id != 0 && i < json_object_array_length(by); i++) {
        const char *who = json_object_get_string(json_object_array_get_idx(by, i));
        if (strcmp(who, WORD_HOLDER) == 0 ? before->holder == actor->staff_id
                                          : actor->has_post(who, before->area, actor->arg))
            return true;
    }
    return false;
}

static const char *refused_by_guard(struct json_object *row, const struct workflow_case *before,
                                    const struct workflow_actor *actor)
{
    bool own = before->resolver != 0 && before->resolver == actor->staff_id;
    return contains(wg_json_get(row, "guards"), GUARD_NOT_RESOLVER) && own ? GUARD_NOT_RESOLVER
                                                                           : NULL;
}

static void write_event(struct workflow_decision *decision, const struct workflow_ask *ask,
                        const struct workflow_case *before)
{
    struct wg_text *data = &decision->data;
    size_t length;
    const char *input =
        json_object_to_json_string_length(ask->input, JSON_C_TO_STRING_PLAIN, &length);
    wg_write_object(data, NULL);
    wg_write_string(data, "action", ask->action);
    if (json_object_object_length(ask->input) > 0)
        wg_write_raw(data, "input", input, length);
    write_facts(data, ask->facts, NULL);
    write_effects(data, before, &decision->after);
    wg_write_end_object(data);
    write_was(&decision->was, before, &decision->after);
}

int workflow_step(const struct workflow *workflow, const struct workflow_ask *ask,
                  struct workflow_decision *ret_decision, struct wg_problem *problem,
                  const char **ret_why)
{
    const struct workflow_case *before = ask->before;
    struct json_object *row = workflow_action(workflow, ask->action);
    if (row == NULL)
        return STEP_UNKNOWN;
    if (!contains(wg_json_get(row, "from"), before->state))
        return STEP_ILLEGAL;
    if (!may(row, before, ask->actor))
        return STEP_FORBIDDEN;
    *ret_why = refused_by_guard(row, before, ask->actor);
    if (*ret_why != NULL)
        return STEP_GUARD;
    workflow_judge_input(row, ask->input, unmet(row, ask->facts), problem);
    if (wg_problem_errors(problem) > 0)
        return STEP_FAULTS;
    *ret_decision = (struct workflow_decision){ .after = *before };
    struct workflow_case *after = &ret_decision->after;
    const struct step step = { workflow, row, ask->input, ask->facts, ask->actor, after };
    apply(&step, ask->now);
    ret_decision->deciding = workflow_is_deciding(row);
    after->version = before->version + 1;
    if (ret_decision->deciding)
        after->decided = after->version;
    wg_copy(ret_decision->event, sizeof ret_decision->event, text(row, "event"));
    add_notices(ret_decision, wg_json_get(row, "notices"), ask->facts);
    write_event(ret_decision, ask, before);
    return 0;
}

struct json_object *workflow_legal(const struct workflow *workflow,
                                   const struct workflow_case *before,
                                   const struct workflow_actor *actor, bool english)
{
    struct json_object *legal = json_object_new_array();
    json_object_object_foreach(workflow_actions(workflow), action, row)
    {
        if (!contains(wg_json_get(row, "from"), before->state) || !may(row, before, actor) ||
            refused_by_guard(row, before, actor) != NULL)
            continue;
        struct json_object *one = json_object_new_object();
        json_object_object_add(one, "action", json_object_new_string(action));
        json_object_object_add(one, "title",
                               json_object_new_string(text(row, english ? "en" : "zh")));
        json_object_object_add(one, "fields", workflow_form(row, before, english));
        json_object_array_add(legal, one);
    }
    return legal;
}
