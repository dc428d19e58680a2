/* Judges a workflow file, member by member: whatever is taken here, the engine can step without
 * looking twice. The first fault stands, with the pointer (RFC 6901) of what is wrong. */
#include "services/triage/workflow_judge.h"

#include <stdio.h>
#include <string.h>

#include "common/calendar.h"
#include "common/json.h"

/* ---- words that a list may hold */

static bool is_from(const struct reading *reading, const char *word)
{
    return strcmp(word, "any") == 0 || wg_json_get(workflow_tables_of(reading)->from, word) != NULL;
}

static bool is_clock(const struct reading *reading, const char *word)
{
    return wg_json_get(workflow_tables_of(reading)->clocks, word) != NULL;
}

static bool is_clock_or_all(const struct reading *reading, const char *word)
{
    return strcmp(word, "all") == 0 || is_clock(reading, word);
}

static bool is_action(const struct reading *reading, const char *word)
{
    return wg_json_get(workflow_tables_of(reading)->actions, word) != NULL;
}

static bool is_need(const struct reading *reading, const char *word)
{
    (void)reading;
    return workflow_need_known(word);
}

static bool is_guard(const struct reading *reading, const char *word)
{
    return workflow_guard_known(workflow_tables_of(reading)->definition, word);
}

static bool is_effect(const struct reading *reading, const char *word)
{
    return workflow_effect_known(workflow_tables_of(reading)->definition, word);
}

static bool is_state(const struct reading *reading, const char *word)
{
    return wg_json_get(workflow_tables_of(reading)->states, word) != NULL;
}

/* A post; whether the city has it is not the file's affair. */
static bool is_post(const struct reading *reading, const char *word)
{
    (void)reading;
    return strlen(word) <= WORD_MOST;
}

bool workflow_is_grade(const struct reading *reading, const char *word)
{
    static const char *const grades[] = { "urgent", "high", "normal", "low" };
    (void)reading;
    return workflow_among(grades, WG_COUNT(grades), word);
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

static bool is_of(struct json_object *field, const char *type)
{
    return strcmp(wg_json_text(field, "type"), type) == 0;
}

static bool read_field(struct reading *reading, struct json_object *field)
{
    static const char *const members[] = { "name",    "type",     "zh",    "en",
                                           "missing", "required", "least", "most",
                                           "choices", "ahead",    NULL };
    struct json_object *missing = wg_json_get(field, "missing");
    if (!reading_members(reading, field, members) || !reading_titled(reading, field) ||
        !reading_text(reading, field, "name", NAME_MOST) ||
        !reading_text(reading, field, "type", NAME_MOST) ||
        !reading_flag(reading, field, "required") || !reading_flag(reading, field, "ahead"))
        return false;
    if (!workflow_field_known(wg_json_text(field, "type"), wg_json_text(field, "name")))
        return reading_bad(reading, "type", "there is no such type, or not by this name");
    if (missing != NULL && (!reading_is_text(missing, WORD_MOST) ||
                            !is_need(reading, json_object_get_string(missing))))
        return reading_bad(reading, "missing", "names something that is not there");
    int64_t most = is_of(field, "parties") ? WORKFLOW_TASKS : LENGTH_MOST;
    return workflow_number_within(reading, field, "least", LENGTH_MOST) &&
           workflow_number_within(reading, field, "most", most) && read_choices(reading, field);
}

static bool read_notice(struct reading *reading, struct json_object *notice)
{
    static const char *const members[] = { "rule", "to", NULL };
    static const char *const words[] = { "holder",   "reporter", "former", "owner",  "asker",
                                         "assignee", "approver", "heirs",  "invited" };
    if (!reading_members(reading, notice, members) ||
        !reading_text(reading, notice, "rule", RULE_MOST) ||
        !reading_text(reading, notice, "to", WORD_MOST))
        return false;
    const char *to = wg_json_text(notice, "to");
    return workflow_among(words, WG_COUNT(words), to) || workflow_is_role(reading, to) ||
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
    struct json_object *table = to != NULL && to[0] == '@' ? workflow_tables_of(reading)->attributes
                                                           : workflow_tables_of(reading)->from;
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
        !workflow_named_or_missing(reading, partner, "attribute",
                                   workflow_tables_of(reading)->attributes))
        return false;
    if ((wg_json_get(partner, "field") == NULL) == (wg_json_get(partner, "attribute") == NULL))
        return reading_bad(reading, "field", "either a field or an attribute is expected");
    reading_leave(reading, mark);
    return true;
}

/* What is split off says what it is about. */
static bool split_fine(struct reading *reading, struct json_object *action)
{
    struct json_object *fields = wg_json_get(action, "fields");
    bool said = !json_object_get_boolean(wg_json_get(action, "split"));
    for (size_t i = 0; i < reading_length(fields) && !said; i++) {
        struct json_object *field = json_object_array_get_idx(fields, i);
        said = strcmp(wg_json_text(field, "name"), "text") == 0 &&
               json_object_get_boolean(wg_json_get(field, "required"));
    }
    return said || reading_bad(reading, "split", "a required field named text is expected");
}

static const char NOBODY_INVITED[] = "no field of type parties invites anybody";

static bool tells_invited(struct json_object *notices)
{
    for (size_t i = 0; i < reading_length(notices); i++)
        if (strcmp(wg_json_text(json_object_array_get_idx(notices, i), "to"), "invited") == 0)
            return true;
    return false;
}

/* Whom an input names is looked up as one list, of the case's own action and of no other: not of
 * what asked for the approval. Those who are invited are whom that list names. */
static bool lists_fine(struct reading *reading, struct json_object *action)
{
    const struct workflow_tables *own = workflow_tables_of(reading);
    struct json_object *fields = wg_json_get(action, "fields");
    size_t parties = 0, tasks = 0;
    struct workflow_row row;
    for (size_t i = 0; i < reading_length(fields); i++) {
        parties += is_of(json_object_array_get_idx(fields, i), "parties");
        tasks += is_of(json_object_array_get_idx(fields, i), "tasks");
    }
    bool alone = parties + tasks == 1 && own->from == own->states &&
                 !json_object_get_boolean(wg_json_get(action, "approve"));
    if (parties > 0 && !alone)
        return reading_bad(reading, "fields",
                           "parties are the only list of an action of the case, which approves "
                           "nothing");
    for (size_t i = 0; workflow_row_at(action, i, &row); i++)
        if (parties == 0 && tells_invited(workflow_member(&row, "notices")))
            return reading_bad(reading, "notices", NOBODY_INVITED);
    return true;
}

static bool read_action(struct reading *reading, const char *name, struct json_object *action)
{
    static const char *const members[] = { "zh",      "en",       "from",     "to",      "by",
                                           "needs",   "guards",   "fields",   "effects", "stop",
                                           "start",   "pause",    "resume",   "event",   "notices",
                                           "outcome", "deciding", "undoable", "ordered", "tasks",
                                           "approve", "refuse",   "undo",     "partner", "rows",
                                           "split",   NULL };
    struct workflow_row row;
    if (strlen(name) > NAME_MOST)
        return reading_bad(reading, "", "its name is too long");
    if (!reading_members(reading, action, members) || !reading_titled(reading, action) ||
        !row_words(reading, action) || !partner_fine(reading, action) ||
        !reading_flag(reading, action, "approve") || !reading_flag(reading, action, "refuse") ||
        !reading_flag(reading, action, "undo") || !reading_flag(reading, action, "split") ||
        !reading_each(reading, action, "fields", read_field) ||
        !reading_each(reading, action, "rows", read_row) || !split_fine(reading, action) ||
        !lists_fine(reading, action))
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
            n += most_notices(
                wg_json_get(workflow_tables_of(reading)->actions, workflow_item(names, i)));
    }
    return n <= WORKFLOW_NOTICES || reading_bad(reading, "walk", "its notices are too many");
}

static bool read_open(struct reading *reading)
{
    static const char *const members[] = { "event", "level", "effects", "start",
                                           "walk",  "also",  "waits",   NULL };
    struct json_object *open = wg_json_get(workflow_tables_of(reading)->definition, "open");
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
    if (tells_invited(wg_json_get(open, "waits")))
        return reading_bad(reading, "waits", NOBODY_INVITED);
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
    struct workflow_tables own = *workflow_tables_of(reading);
    if (tasks == NULL)
        return true;
    size_t mark = reading_enter(reading, "tasks");
    if (!reading_members(reading, tasks, members) ||
        !table(reading, tasks, "states", workflow_read_task_state) ||
        !reading_text(reading, tasks, "initial", WORD_MOST) ||
        !reading_text(reading, tasks, "asked", WORD_MOST) ||
        !workflow_named_or_missing(reading, tasks, "initial", states) ||
        !workflow_named_or_missing(reading, tasks, "asked", states) ||
        !workflow_named_or_missing(reading, tasks, "done", own.actions) ||
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
                                   struct json_object *) = { workflow_read_attribute,
                                                             workflow_read_approval };
    if (!table(reading, definition, "states", workflow_read_state) ||
        !table(reading, definition, "people", workflow_read_person))
        return false;
    for (size_t i = 0; i < WG_COUNT(optional); i++)
        if (wg_json_get(definition, optional[i]) != NULL &&
            !table(reading, definition, optional[i], readers[i]))
            return false;
    return table(reading, definition, "clocks", workflow_read_clock);
}

bool workflow_judge(struct reading *reading, struct json_object *definition)
{
    static const char *const members[] = { "workflow",        "title",     "initial", "states",
                                           "clocks",          "people",    "open",    "actions",
                                           "attributes",      "approvals", "tasks",   "way",
                                           "round_the_clock", "left",      NULL };
    const struct workflow_tables own = {
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
        !workflow_named_or_missing(reading, definition, "initial", own.states) ||
        !reading_words(reading, definition, "way", is_state) ||
        !reading_words(reading, definition, "round_the_clock", workflow_is_grade) ||
        !workflow_named_or_missing(reading, definition, "left", own.actions))
        return false;
    return table(reading, definition, "actions", read_action) && read_tasks(reading, own.tasks) &&
           read_open(reading);
}
