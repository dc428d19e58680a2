#include "services/triage/workflow.h"

#include <stdio.h>
#include <string.h>

#include "common/json.h"
#include "common/text.h"

#include "services/triage/workflow_file.h"

/* The engine's own words. Everything else in this file comes from the workflow file. */
static const char WORD_HOLDER[] = "holder", WORD_REPORTER[] = "reporter", WORD_ALL[] = "all",
                  WORD_AREA[] = "area";
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

static void copy(char *to, size_t size, const char *from)
{
    snprintf(to, size, "%s", from);
}

/* ---- clocks */

static struct wg_limit limit_of(const struct workflow *workflow, const struct workflow_facts *facts,
                                const char *clock)
{
    for (size_t i = 0; i < facts->n_limits; i++)
        if (strcmp(facts->limits[i].clock, clock) == 0)
            return facts->limits[i].limit;
    return workflow_default_limit(workflow, clock);
}

static void start_clock(const struct workflow *workflow, struct workflow_case *after,
                        const struct workflow_facts *facts, const char *clock, int64_t now)
{
    int64_t due = wg_calendar_deadline(facts->calendar, now, limit_of(workflow, facts, clock));
    struct json_object *running = json_object_new_object();
    json_object_object_add(running, "start", json_object_new_int64(now));
    json_object_object_add(running, "due", json_object_new_int64(due));
    json_object_object_add(running, "calendar", json_object_new_int64(facts->calendar_version));
    json_object_object_add(after->clocks, clock, running);
    if (workflow_is_due_clock(workflow, clock))
        after->due_at = due;
}

static void set_wake(struct workflow_case *after)
{
    after->wake_at = 0;
    json_object_object_foreach(after->clocks, clock, running)
    {
        int64_t due = wg_json_int(running, "due");
        (void)clock;
        if (after->wake_at == 0 || due < after->wake_at)
            after->wake_at = due;
    }
}

static void move_clocks(const struct workflow *workflow, struct json_object *row,
                        struct workflow_case *after, const struct workflow_facts *facts,
                        int64_t now)
{
    struct json_object *stop = wg_json_get(row, "stop"), *start = wg_json_get(row, "start");
    if (contains(stop, WORD_ALL)) {
        json_object_put(after->clocks);
        after->clocks = json_object_new_object();
    }
    for (size_t i = 0; stop != NULL && i < json_object_array_length(stop); i++)
        json_object_object_del(after->clocks,
                               json_object_get_string(json_object_array_get_idx(stop, i)));
    for (size_t i = 0; start != NULL && i < json_object_array_length(start); i++)
        start_clock(workflow, after, facts,
                    json_object_get_string(json_object_array_get_idx(start, i)), now);
    set_wake(after);
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
    copy(step->after->area, sizeof step->after->area, step->facts->area);
}

static void effect_category(const struct step *step)
{
    copy(step->after->category, sizeof step->after->category, step->facts->category);
    copy(step->after->grade, sizeof step->after->grade, step->facts->grade);
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
    copy(step->after->outcome, sizeof step->after->outcome,
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
    copy(step->after->state, sizeof step->after->state, text(step->row, "to"));
    move_clocks(step->workflow, step->row, step->after, step->facts, now);
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
    copy(notice.rule, sizeof notice.rule, text(wanted, "rule"));
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

static void put_id(struct json_object *object, const char *key, int64_t id)
{
    json_object_object_add(object, key, id == 0 ? NULL : json_object_new_int64(id));
}

static void put_text(struct json_object *object, const char *key, const char *value)
{
    json_object_object_add(object, key, value[0] == '\0' ? NULL : json_object_new_string(value));
}

/* The row after the step, as far as it changed: whoever applies these to the row before has the row
 * after. */
static struct json_object *effects_of(const struct workflow_case *before,
                                      const struct workflow_case *after)
{
    struct json_object *set = json_object_new_object();
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
    if (before->restricted != after->restricted)
        json_object_object_add(set, "restricted", json_object_new_boolean(after->restricted));
    for (size_t i = 0; i < WG_COUNT(texts); i++)
        if (strcmp(texts[i].from, texts[i].to) != 0)
            put_text(set, texts[i].key, texts[i].to);
    for (size_t i = 0; i < WG_COUNT(numbers); i++)
        if (numbers[i].from != numbers[i].to)
            put_id(set, numbers[i].key, numbers[i].to);
    if (before->clocks == NULL || json_object_equal(before->clocks, after->clocks) == 0)
        json_object_object_add(set, "clocks", json_object_get(after->clocks));
    return set;
}

static struct json_object *facts_of(const struct workflow_facts *facts, const char *unmet_reason)
{
    struct json_object *object = json_object_new_object();
    json_object_object_add(object, "city", json_object_new_int64(facts->city_version));
    if (facts->place_rule != NULL)
        put_text(object, "place", facts->place_rule);
    if (facts->holder_rule != NULL)
        put_text(object, "holder", facts->holder_rule);
    if (unmet_reason != NULL)
        put_text(object, "unmet", unmet_reason);
    return object;
}

static struct json_object *was_of(const struct workflow_case *before,
                                  const struct workflow_case *after)
{
    struct json_object *was = json_object_new_object();
    if (strcmp(before->area, after->area) != 0)
        put_text(was, "area", before->area);
    if (strcmp(before->category, after->category) != 0)
        put_text(was, "category", before->category);
    if (strcmp(before->level, after->level) != 0)
        put_text(was, "level", before->level);
    if (strcmp(before->state, after->state) != 0)
        put_text(was, "state", before->state);
    if (before->holder != after->holder)
        put_id(was, "holder", before->holder);
    if (before->party != after->party)
        put_id(was, "party", before->party);
    return was;
}

void workflow_decision_clear(struct workflow_decision *decision)
{
    json_object_put(decision->data);
    json_object_put(decision->was);
    json_object_put(decision->after.clocks);
    *decision = (struct workflow_decision){ 0 };
}

/* ---- opening */

void workflow_open(const struct workflow *workflow, const struct workflow_case *fresh,
                   const struct workflow_facts *facts, struct workflow_decision *ret_decision)
{
    static const struct workflow_actor system = { 0 };
    struct json_object *open = workflow_open_row(workflow), *walk = wg_json_get(open, "walk");
    struct json_object *passed = json_object_new_array();
    const struct workflow_case nothing = { 0 };
    const char *why = NULL;
    *ret_decision = (struct workflow_decision){ .after = *fresh, .deciding = true };
    struct workflow_case *after = &ret_decision->after;
    copy(after->state, sizeof after->state, workflow_initial(workflow));
    copy(after->level, sizeof after->level, text(open, "level"));
    copy(ret_decision->event, sizeof ret_decision->event, text(open, "event"));
    after->area_id = after->born_area_id = facts->area_id;
    copy(after->area, sizeof after->area, facts->area);
    after->clocks = json_object_new_object();
    const struct step begin = { workflow, open, NULL, facts, &system, after };
    effect_category(&begin);
    move_clocks(workflow, open, after, facts, fresh->opened_at);
    for (size_t i = 0; i < json_object_array_length(walk); i++) {
        struct json_object *row =
            workflow_action(workflow, json_object_get_string(json_object_array_get_idx(walk, i)));
        why = unmet(row, facts);
        if (why != NULL)
            break;
        const struct step step = { workflow, row, NULL, facts, &system, after };
        apply(&step, fresh->opened_at);
        json_object_array_add(passed, json_object_new_string(after->state));
        add_notices(ret_decision, wg_json_get(row, "notices"), facts);
    }
    after->version = after->decided = 1;
    if (why != NULL) {
        copy(after->reason, sizeof after->reason, why);
        add_notices(ret_decision, wg_json_get(open, "waits"), facts);
    }
    ret_decision->data = json_object_new_object();
    json_object_object_add(ret_decision->data, "passed", passed);
    json_object_object_add(ret_decision->data, "facts", facts_of(facts, why));
    json_object_object_add(ret_decision->data, "effects", effects_of(&nothing, after));
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
    after->clocks = NULL;
    json_object_deep_copy(before->clocks, &after->clocks, NULL);
    const struct step step = { workflow, row, ask->input, ask->facts, ask->actor, after };
    apply(&step, ask->now);
    ret_decision->deciding = workflow_is_deciding(row);
    after->version = before->version + 1;
    if (ret_decision->deciding)
        after->decided = after->version;
    copy(ret_decision->event, sizeof ret_decision->event, text(row, "event"));
    add_notices(ret_decision, wg_json_get(row, "notices"), ask->facts);
    ret_decision->data = json_object_new_object();
    json_object_object_add(ret_decision->data, "action", json_object_new_string(ask->action));
    if (json_object_object_length(ask->input) > 0)
        json_object_object_add(ret_decision->data, "input", json_object_get(ask->input));
    json_object_object_add(ret_decision->data, "facts", facts_of(ask->facts, NULL));
    json_object_object_add(ret_decision->data, "effects", effects_of(before, after));
    ret_decision->was = was_of(before, after);
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
