/* Judges a workflow file, member by member: whatever is taken here, the engine can step without
 * looking twice. The first fault stands, with the pointer (RFC 6901) of what is wrong. */
#include <stdio.h>
#include <string.h>

#include "common/calendar.h"
#include "common/json.h"

#include "services/triage/workflow_file.h"

/* Bytes that the columns and the engine's structures hold. */
enum { STATE_MOST = 31, CLOCK_MOST = 23, EVENT_MOST = 39, RULE_MOST = 31, WORD_MOST = 23 };
enum { NAME_MOST = 39, LENGTH_MOST = 10000, NOTICES_MOST = 5, ASKED_ATTRIBUTES = 4 };

/* The file's tables, while it is read. */
struct tables {
    struct json_object *definition, *states, *clocks, *people, *actions, *approvals, *attributes,
        *tasks;
    struct json_object *from; /* the states that actions lead from: the case's or a task's */
};

static const struct tables *tables(const struct reading *reading)
{
    return reading->arg;
}

/* ---- words that a list may hold */

static bool is_from(const struct reading *reading, const char *word)
{
    return strcmp(word, "any") == 0 || wg_json_get(tables(reading)->from, word) != NULL;
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
    return workflow_need_known(word);
}

static bool is_guard(const struct reading *reading, const char *word)
{
    return workflow_guard_known(tables(reading)->definition, word);
}

static bool is_effect(const struct reading *reading, const char *word)
{
    return workflow_effect_known(tables(reading)->definition, word);
}

/* A post; whether the city has it is not the file's affair. */
static bool is_post(const struct reading *reading, const char *word)
{
    (void)reading;
    return strlen(word) <= WORD_MOST;
}

/* A post whose holders can be told: there is a role of that name. */
static bool is_role(const struct reading *reading, const char *word)
{
    return wg_json_get(tables(reading)->people, word) != NULL;
}

static bool named_or_missing(struct reading *reading, struct json_object *object,
                             const char *member, struct json_object *table)
{
    struct json_object *name = wg_json_get(object, member);
    return name == NULL ||
           (reading_is_text(name, NAME_MOST) &&
            wg_json_get(table, json_object_get_string(name)) != NULL) ||
           reading_bad(reading, member, "names something that is not there");
}

/* ---- clocks, states, people, attributes, approvals */

static bool number_within(struct reading *reading, struct json_object *object, const char *member,
                          int64_t most)
{
    struct json_object *value = wg_json_get(object, member);
    char what[64];
    snprintf(what, sizeof what, "a whole number up to %lld is expected", (long long)most);
    return value == NULL ||
           (json_object_is_type(value, json_type_int) && json_object_get_int64(value) >= 0 &&
            json_object_get_int64(value) <= most) ||
           reading_bad(reading, member, what);
}

static bool warn_fine(struct reading *reading, struct json_object *clock)
{
    struct json_object *warn = wg_json_get(clock, "warn");
    int64_t former = 0;
    if (!reading_list(reading, clock, "warn"))
        return false;
    for (size_t i = 0; i < reading_length(warn); i++) {
        int64_t per_cent = json_object_get_int64(json_object_array_get_idx(warn, i));
        if (per_cent <= former || per_cent >= 100 || i == 4)
            return reading_bad(reading, "warn", "up to four rising numbers below 100 are expected");
        former = per_cent;
    }
    return reading_length(warn) == 0 || wg_json_get(clock, "on_warn") != NULL ||
           reading_bad(reading, "on_warn", "somebody is to be warned, and no action says how");
}

static bool read_clock(struct reading *reading, const char *name, struct json_object *clock)
{
    static const char *const members[] = { "zh",      "en",        "limit", "due", "owner",  "warn",
                                           "on_warn", "on_breach", "until", "cap", "margin", NULL };
    const struct tables *own = tables(reading);
    struct json_object *limit = wg_json_get(clock, "limit"), *until = wg_json_get(clock, "until");
    const char *owner = wg_json_text(clock, "owner");
    struct wg_limit parsed;
    char fault[120] = "";
    if (strlen(name) > CLOCK_MOST)
        return reading_bad(reading, "", "its name is too long");
    if (!reading_members(reading, clock, members) || !reading_titled(reading, clock) ||
        !reading_flag(reading, clock, "due") || !warn_fine(reading, clock) ||
        !number_within(reading, clock, "margin", 90))
        return false;
    if ((limit == NULL) == (until == NULL))
        return reading_bad(reading, "limit", "either a limit or until is expected");
    if (limit != NULL && wg_limit_parse(limit, &parsed, fault, sizeof fault) != 0)
        return reading_bad(reading, "limit", fault);
    if (owner == NULL || !(strcmp(owner, "holder") == 0 || strcmp(owner, "assignee") == 0 ||
                           is_role(reading, owner)))
        return reading_bad(reading, "owner", "nobody answers for this clock");
    return named_or_missing(reading, clock, "until", own->attributes) &&
           named_or_missing(reading, clock, "cap", own->attributes) &&
           named_or_missing(reading, clock, "on_warn", own->actions) &&
           named_or_missing(reading, clock, "on_breach", own->actions);
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

static bool read_task_state(struct reading *reading, const char *name, struct json_object *state)
{
    static const char *const members[] = { "zh", "en", "final", NULL };
    return (strlen(name) <= WORD_MOST || reading_bad(reading, "", "its name is too long")) &&
           reading_members(reading, state, members) && reading_titled(reading, state) &&
           reading_flag(reading, state, "final");
}

static bool read_person(struct reading *reading, const char *role, struct json_object *post)
{
    static const char *const levels[] = { "grid", "community", "street", "district", NULL };
    if (strlen(role) > WORD_MOST)
        return reading_bad(reading, "", "its name is too long");
    if (!json_object_is_type(post, json_type_object))
        return reading_is_text(post, WORD_MOST) || reading_bad(reading, "", "a post is expected");
    if (!reading_members(reading, post, levels))
        return false;
    json_object_object_foreach(
        post, level,
        at) if (!reading_is_text(at, WORD_MOST)) return reading_bad(reading, level,
                                                                    "a post is expected");
    return true;
}

static bool read_attribute(struct reading *reading, const char *name, struct json_object *titles)
{
    static const char *const members[] = { "zh", "en", "words", "kept", NULL };
    static const char *const taken[] = { "asked", "asked_step", "asked_by", "asked_n", "chain" };
    if (strlen(name) > WORD_MOST || workflow_among(taken, WG_COUNT(taken), name))
        return reading_bad(reading, "", "its name is too long, or the engine's own");
    if (!reading_members(reading, titles, members) || !reading_titled(reading, titles) ||
        !reading_flag(reading, titles, "kept"))
        return false;
    struct json_object *words = wg_json_get(titles, "words");
    if (words != NULL && !json_object_is_type(words, json_type_object))
        return reading_bad(reading, "words", "an object is expected");
    if (words == NULL)
        return true;
    size_t mark = reading_enter(reading, "words");
    json_object_object_foreach(words, word, texts)
    {
        if (strlen(word) > WORD_MOST || !reading_titled(reading, texts))
            return reading_bad(reading, word, "a word and its texts are expected");
    }
    reading_leave(reading, mark);
    return true;
}

static bool read_approval(struct reading *reading, const char *name, struct json_object *approval)
{
    static const char *const members[] = { "zh", "en", "steps", "then", "else", NULL };
    if (strlen(name) > WORD_MOST)
        return reading_bad(reading, "", "its name is too long");
    if (!reading_members(reading, approval, members) || !reading_titled(reading, approval))
        return false;
    if (reading_length(wg_json_get(approval, "steps")) == 0)
        return reading_bad(reading, "steps", "at least one post is expected");
    return reading_words(reading, approval, "steps", is_role) &&
           reading_text(reading, approval, "then", NAME_MOST) &&
           named_or_missing(reading, approval, "then", tables(reading)->actions) &&
           named_or_missing(reading, approval, "else", tables(reading)->actions);
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
            !reading_text(reading, choice, "value", WORD_MOST))
            return false;
        reading_leave(reading, item);
    }
    reading_leave(reading, mark);
    return true;
}

static bool read_field(struct reading *reading, struct json_object *field)
{
    static const char *const members[] = { "name",     "type",  "zh",   "en",      "missing",
                                           "required", "least", "most", "choices", NULL };
    struct json_object *missing = wg_json_get(field, "missing");
    if (!reading_members(reading, field, members) || !reading_titled(reading, field) ||
        !reading_text(reading, field, "name", NAME_MOST) ||
        !reading_text(reading, field, "type", NAME_MOST) ||
        !reading_flag(reading, field, "required"))
        return false;
    if (!workflow_field_known(wg_json_text(field, "type"), wg_json_text(field, "name")))
        return reading_bad(reading, "type", "there is no such type, or not by this name");
    if (missing != NULL && (!reading_is_text(missing, WORD_MOST) ||
                            !is_need(reading, json_object_get_string(missing))))
        return reading_bad(reading, "missing", "names something that is not there");
    return number_within(reading, field, "least", LENGTH_MOST) &&
           number_within(reading, field, "most", LENGTH_MOST) && read_choices(reading, field);
}

static bool read_notice(struct reading *reading, struct json_object *notice)
{
    static const char *const members[] = { "rule", "to", NULL };
    static const char *const words[] = { "holder", "reporter", "former",  "owner",
                                         "asker",  "assignee", "approver" };
    if (!reading_members(reading, notice, members) ||
        !reading_text(reading, notice, "rule", RULE_MOST) ||
        !reading_text(reading, notice, "to", WORD_MOST))
        return false;
    const char *to = wg_json_text(notice, "to");
    return workflow_among(words, WG_COUNT(words), to) || is_role(reading, to) ||
           reading_bad(reading, "to", "names something that is not there");
}

static bool says(const struct workflow_row *row, const char *member, const char *word)
{
    return workflow_contains(workflow_member(row, member), word);
}

/* The effect "outcome" takes the row's own word, or the reason that must be chosen. */
static bool outcome_said(const struct workflow_row *row)
{
    struct json_object *fields = wg_json_get(row->action, "fields");
    for (size_t i = 0; i < reading_length(fields); i++) {
        struct json_object *field = json_object_array_get_idx(fields, i);
        if (strcmp(wg_json_text(field, "name"), "reason") == 0 &&
            wg_json_get(field, "choices") != NULL &&
            json_object_get_boolean(wg_json_get(field, "required")))
            return true;
    }
    return workflow_member(row, "outcome") != NULL || !says(row, "effects", "outcome");
}

static bool to_fine(struct reading *reading, struct json_object *row)
{
    const char *to = wg_json_text(row, "to");
    if (wg_json_get(row, "to") == NULL)
        return true;
    struct json_object *table =
        to != NULL && to[0] == '@' ? tables(reading)->attributes : tables(reading)->from;
    return (to != NULL && wg_json_get(table, to[0] == '@' ? to + 1 : to) != NULL) ||
           reading_bad(reading, "to", "is no state");
}

/* What a variant may say, and what an action may say for all of them. */
static bool row_words(struct reading *reading, struct json_object *row)
{
    if (reading_length(wg_json_get(row, "notices")) > NOTICES_MOST)
        return reading_bad(reading, "notices", "are too many");
    if (wg_json_get(row, "outcome") != NULL && !reading_text(reading, row, "outcome", STATE_MOST))
        return false;
    if (wg_json_get(row, "event") != NULL && !reading_text(reading, row, "event", EVENT_MOST))
        return false;
    return reading_flag(reading, row, "deciding") && reading_flag(reading, row, "undoable") &&
           reading_flag(reading, row, "ordered") && reading_flag(reading, row, "tasks") &&
           to_fine(reading, row) && reading_words(reading, row, "from", is_from) &&
           reading_words(reading, row, "by", is_post) &&
           reading_words(reading, row, "needs", is_need) &&
           reading_words(reading, row, "guards", is_guard) &&
           reading_words(reading, row, "effects", is_effect) &&
           reading_words(reading, row, "stop", is_clock_or_all) &&
           reading_words(reading, row, "start", is_clock) &&
           reading_words(reading, row, "pause", is_clock) &&
           reading_words(reading, row, "resume", is_clock) &&
           reading_each(reading, row, "notices", read_notice);
}

static bool row_whole(struct reading *reading, const struct workflow_row *row)
{
    if (workflow_length(workflow_member(row, "from")) == 0)
        return reading_bad(reading, "from", "at least one state is expected");
    if (workflow_member(row, "by") == NULL)
        return reading_bad(reading, "by", "a list is expected");
    if (workflow_word(row, "event")[0] == '\0')
        return reading_bad(reading, "event", "is missing");
    return outcome_said(row) ||
           reading_bad(reading, "effects",
                       "an outcome is set, and none is said: outcome, or a required "
                       "choice named reason");
}

static bool read_row(struct reading *reading, struct json_object *row)
{
    static const char *const members[] = { "from",    "to",      "by",      "needs",    "guards",
                                           "effects", "stop",    "start",   "pause",    "resume",
                                           "event",   "notices", "outcome", "deciding", "undoable",
                                           "ordered", "tasks",   NULL };
    return reading_members(reading, row, members) && row_words(reading, row);
}

static bool partner_fine(struct reading *reading, struct json_object *action)
{
    static const char *const members[] = { "field", "attribute", "action", NULL };
    struct json_object *partner = wg_json_get(action, "partner");
    if (partner == NULL)
        return true;
    size_t mark = reading_enter(reading, "partner");
    if (!reading_members(reading, partner, members) ||
        !reading_text(reading, partner, "action", NAME_MOST) ||
        !named_or_missing(reading, partner, "attribute", tables(reading)->attributes))
        return false;
    if ((wg_json_get(partner, "field") == NULL) == (wg_json_get(partner, "attribute") == NULL))
        return reading_bad(reading, "field", "either a field or an attribute is expected");
    reading_leave(reading, mark);
    return true;
}

static bool read_action(struct reading *reading, const char *name, struct json_object *action)
{
    static const char *const members[] = { "zh",      "en",       "from",     "to",      "by",
                                           "needs",   "guards",   "fields",   "effects", "stop",
                                           "start",   "pause",    "resume",   "event",   "notices",
                                           "outcome", "deciding", "undoable", "ordered", "tasks",
                                           "approve", "refuse",   "undo",     "partner", "rows",
                                           NULL };
    struct workflow_row row;
    if (strlen(name) > NAME_MOST)
        return reading_bad(reading, "", "its name is too long");
    if (!reading_members(reading, action, members) || !reading_titled(reading, action) ||
        !row_words(reading, action) || !partner_fine(reading, action) ||
        !reading_flag(reading, action, "approve") || !reading_flag(reading, action, "refuse") ||
        !reading_flag(reading, action, "undo") ||
        !reading_each(reading, action, "fields", read_field) ||
        !reading_each(reading, action, "rows", read_row))
        return false;
    if (wg_json_get(action, "rows") != NULL && reading_length(wg_json_get(action, "rows")) == 0)
        return reading_bad(reading, "rows", "at least one is expected");
    for (size_t i = 0; workflow_row_at(action, i, &row); i++)
        if (!row_whole(reading, &row))
            return false;
    return true;
}

/* ---- opening: the walk takes actions by their names */

/* Of the variant that tells most. */
static size_t most_notices(struct json_object *action)
{
    struct workflow_row row;
    size_t most = 0;
    for (size_t i = 0; workflow_row_at(action, i, &row); i++) {
        size_t n = workflow_length(workflow_member(&row, "notices"));
        most = n > most ? n : most;
    }
    return most;
}

/* The walk is one event: its notices go out together. */
static bool walk_fits(struct reading *reading, struct json_object *open)
{
    static const char *const lists[] = { "walk", "also" };
    size_t n = workflow_length(wg_json_get(open, "waits"));
    for (size_t l = 0; l < WG_COUNT(lists); l++) {
        struct json_object *names = wg_json_get(open, lists[l]);
        for (size_t i = 0; i < workflow_length(names); i++)
            n += most_notices(wg_json_get(tables(reading)->actions, workflow_item(names, i)));
    }
    return n <= WORKFLOW_NOTICES || reading_bad(reading, "walk", "its notices are too many");
}

static bool read_open(struct reading *reading)
{
    static const char *const members[] = { "event", "level", "effects", "start",
                                           "walk",  "also",  "waits",   NULL };
    struct json_object *open = wg_json_get(tables(reading)->definition, "open");
    size_t mark = reading_enter(reading, "open");
    if (!reading_members(reading, open, members) ||
        !reading_text(reading, open, "event", EVENT_MOST) ||
        !reading_text(reading, open, "level", WORD_MOST))
        return false;
    if (wg_json_get(open, "walk") == NULL)
        return reading_bad(reading, "walk", "a list is expected");
    if (!reading_words(reading, open, "walk", is_action) ||
        !reading_words(reading, open, "also", is_action) ||
        !reading_words(reading, open, "start", is_clock) ||
        !reading_words(reading, open, "effects", is_effect) ||
        !reading_each(reading, open, "waits", read_notice) || !walk_fits(reading, open))
        return false;
    reading_leave(reading, mark);
    return true;
}

/* ---- the file */

/* Each member of one of the tables of an object. */
static bool table(struct reading *reading, struct json_object *whole, const char *member,
                  bool (*read)(struct reading *reading, const char *name,
                               struct json_object *value))
{
    static const struct {
        const char *member;
        int most;
    } sizes[] = {
        { "clocks", WORKFLOW_RULES },     { "states", WORKFLOW_STATES },
        { "people", WORKFLOW_ROLES },     { "actions", WORKFLOW_ACTIONS },
        { "approvals", WORKFLOW_STATES }, { "attributes", WORKFLOW_ATTRIBUTES - ASKED_ATTRIBUTES }
    };
    struct json_object *object = wg_json_get(whole, member);
    size_t mark = reading_enter(reading, member);
    if (!json_object_is_type(object, json_type_object))
        return reading_bad(reading, "", "an object is expected");
    for (size_t i = 0; i < WG_COUNT(sizes); i++)
        if (strcmp(sizes[i].member, member) == 0 &&
            json_object_object_length(object) > sizes[i].most)
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

static bool read_tasks(struct reading *reading, struct json_object *tasks)
{
    static const char *const members[] = { "states",      "initial", "asked",   "start",
                                           "start_asked", "done",    "actions", NULL };
    struct json_object *states = wg_json_get(tasks, "states");
    struct tables own = *tables(reading);
    if (tasks == NULL)
        return true;
    size_t mark = reading_enter(reading, "tasks");
    if (!reading_members(reading, tasks, members) ||
        !table(reading, tasks, "states", read_task_state) ||
        !reading_text(reading, tasks, "initial", WORD_MOST) ||
        !reading_text(reading, tasks, "asked", WORD_MOST) ||
        !named_or_missing(reading, tasks, "initial", states) ||
        !named_or_missing(reading, tasks, "asked", states) ||
        !named_or_missing(reading, tasks, "done", own.actions) ||
        !reading_words(reading, tasks, "start", is_clock) ||
        !reading_words(reading, tasks, "start_asked", is_clock))
        return false;
    const void *whole = reading->arg;
    own.from = states;
    reading->arg = &own;
    bool fine = table(reading, tasks, "actions", read_action);
    reading->arg = whole;
    reading_leave(reading, fine ? mark : strlen(reading->at));
    return fine;
}

static bool tables_fine(struct reading *reading, struct json_object *definition)
{
    static const char *const optional[] = { "attributes", "approvals" };
    static bool (*const readers[])(struct reading *, const char *,
                                   struct json_object *) = { read_attribute, read_approval };
    if (!table(reading, definition, "states", read_state) ||
        !table(reading, definition, "people", read_person))
        return false;
    for (size_t i = 0; i < WG_COUNT(optional); i++)
        if (wg_json_get(definition, optional[i]) != NULL &&
            !table(reading, definition, optional[i], readers[i]))
            return false;
    return table(reading, definition, "clocks", read_clock);
}

bool workflow_judge(struct reading *reading, struct json_object *definition)
{
    static const char *const members[] = { "workflow",   "title",     "initial", "states",
                                           "clocks",     "people",    "open",    "actions",
                                           "attributes", "approvals", "tasks",   NULL };
    const struct tables own = {
        .definition = definition,
        .states = wg_json_get(definition, "states"),
        .clocks = wg_json_get(definition, "clocks"),
        .people = wg_json_get(definition, "people"),
        .actions = wg_json_get(definition, "actions"),
        .approvals = wg_json_get(definition, "approvals"),
        .attributes = wg_json_get(definition, "attributes"),
        .tasks = wg_json_get(definition, "tasks"),
        .from = wg_json_get(definition, "states"),
    };
    reading->arg = &own;
    if (!reading_members(reading, definition, members) ||
        !reading_text(reading, definition, "workflow", STATE_MOST))
        return false;
    size_t mark = reading_enter(reading, "title");
    if (!reading_titled(reading, wg_json_get(definition, "title")))
        return false;
    reading_leave(reading, mark);
    if (!tables_fine(reading, definition) ||
        !reading_text(reading, definition, "initial", STATE_MOST) ||
        !named_or_missing(reading, definition, "initial", own.states))
        return false;
    return table(reading, definition, "actions", read_action) && read_tasks(reading, own.tasks) &&
           read_open(reading);
}
