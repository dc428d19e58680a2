/* Judges the tables of a workflow file: clocks, states, people, attributes, approvals. */
#include <stdio.h>
#include <string.h>

#include "common/calendar.h"
#include "common/json.h"

#include "services/triage/workflow_judge.h"

const struct workflow_tables *workflow_tables_of(const struct reading *reading)
{
    return reading->arg;
}

bool workflow_is_role(const struct reading *reading, const char *word)
{
    return wg_json_get(workflow_tables_of(reading)->people, word) != NULL;
}

bool workflow_named_or_missing(struct reading *reading, struct json_object *object,
                               const char *member, struct json_object *table)
{
    struct json_object *name = wg_json_get(object, member);
    return name == NULL ||
           (reading_is_text(name, NAME_MOST) &&
            wg_json_get(table, json_object_get_string(name)) != NULL) ||
           reading_bad(reading, member, "names something that is not there");
}

bool workflow_number_within(struct reading *reading, struct json_object *object, const char *member,
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

/* Limits of grades and sources: "@grade", "/source", "@grade/source". */
static bool limits_fine(struct reading *reading, struct json_object *clock)
{
    struct json_object *limits = wg_json_get(clock, "limits");
    char fault[120] = "", key[160];
    if (limits == NULL)
        return true;
    if (wg_json_get(clock, "limit") == NULL || !json_object_is_type(limits, json_type_object) ||
        json_object_object_length(limits) > WORKFLOW_FILE_LIMITS)
        return reading_bad(reading, "limits", "up to 12 limits beside `limit` are expected");
    size_t mark = reading_enter(reading, "limits");
    json_object_object_foreach(limits, of, limit)
    {
        struct wg_limit_row row = { 0 };
        struct wg_limit parsed;
        snprintf(key, sizeof key, "x%s", of);
        bool known = wg_limit_key(key, &row) && strcmp(row.clock, "x") == 0 && of[0] != '\0' &&
                     (row.grade[0] == '\0' || workflow_is_grade(reading, row.grade));
        if (!known)
            return reading_bad(reading, of, "@grade, /source or @grade/source is expected");
        if (wg_limit_parse(limit, &parsed, fault, sizeof fault) != 0)
            return reading_bad(reading, of, fault);
    }
    reading_leave(reading, mark);
    return true;
}

/* Words for whoever reported. */
static bool told_fine(struct reading *reading, struct json_object *of, const char *key,
                      bool required)
{
    struct json_object *texts = wg_json_get(of, key);
    size_t mark = reading_enter(reading, key);
    if ((texts != NULL || required) && !reading_titled(reading, texts))
        return false;
    reading_leave(reading, mark);
    return true;
}

bool workflow_read_clock(struct reading *reading, const char *name, struct json_object *clock)
{
    static const char *const members[] = { "zh",    "en",     "limit",   "limits",    "due",
                                           "owner", "warn",   "on_warn", "on_breach", "until",
                                           "cap",   "margin", "over",    "resident",  NULL };
    const struct workflow_tables *own = workflow_tables_of(reading);
    struct json_object *limit = wg_json_get(clock, "limit"), *until = wg_json_get(clock, "until");
    const char *owner = wg_json_text(clock, "owner");
    struct wg_limit parsed;
    char fault[120] = "";
    if (strlen(name) > CLOCK_MOST)
        return reading_bad(reading, "", "its name is too long");
    if (!reading_members(reading, clock, members) || !reading_titled(reading, clock) ||
        !reading_flag(reading, clock, "due") || !warn_fine(reading, clock) ||
        !workflow_number_within(reading, clock, "margin", 90))
        return false;
    if (!told_fine(reading, clock, "resident", false))
        return false;
    if ((limit == NULL) == (until == NULL))
        return reading_bad(reading, "limit", "either a limit or until is expected");
    if (limit != NULL && wg_limit_parse(limit, &parsed, fault, sizeof fault) != 0)
        return reading_bad(reading, "limit", fault);
    if (!limits_fine(reading, clock))
        return false;
    if (owner == NULL || !(strcmp(owner, "holder") == 0 || strcmp(owner, "assignee") == 0 ||
                           workflow_is_role(reading, owner)))
        return reading_bad(reading, "owner", "nobody answers for this clock");
    return workflow_named_or_missing(reading, clock, "until", own->attributes) &&
           workflow_named_or_missing(reading, clock, "cap", own->attributes) &&
           workflow_named_or_missing(reading, clock, "over", own->attributes) &&
           workflow_named_or_missing(reading, clock, "on_warn", own->actions) &&
           workflow_named_or_missing(reading, clock, "on_breach", own->actions);
}

bool workflow_read_state(struct reading *reading, const char *name, struct json_object *state)
{
    static const char *const members[] = { "zh", "en", "resident", "next", "party", "final", NULL };
    if (strlen(name) > STATE_MOST)
        return reading_bad(reading, "", "its name is too long");
    if (!reading_members(reading, state, members) || !reading_titled(reading, state) ||
        !reading_flag(reading, state, "final"))
        return false;
    return told_fine(reading, state, "resident", true) &&
           told_fine(reading, state, "next", false) && told_fine(reading, state, "party", false);
}

bool workflow_read_task_state(struct reading *reading, const char *name, struct json_object *state)
{
    static const char *const members[] = { "zh", "en", "final", NULL };
    return (strlen(name) <= WORD_MOST || reading_bad(reading, "", "its name is too long")) &&
           reading_members(reading, state, members) && reading_titled(reading, state) &&
           reading_flag(reading, state, "final");
}

bool workflow_read_person(struct reading *reading, const char *role, struct json_object *post)
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

bool workflow_read_attribute(struct reading *reading, const char *name, struct json_object *titles)
{
    static const char *const members[] = { "zh", "en", "words", "kept", "hides", NULL };
    static const char *const taken[] = { "asked", "asked_step", "asked_by", "asked_n", "chain" };
    if (strlen(name) > WORD_MOST || workflow_among(taken, WG_COUNT(taken), name))
        return reading_bad(reading, "", "its name is too long, or the engine's own");
    if (!reading_members(reading, titles, members) || !reading_titled(reading, titles) ||
        !reading_flag(reading, titles, "kept") || !reading_flag(reading, titles, "hides"))
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

bool workflow_read_approval(struct reading *reading, const char *name, struct json_object *approval)
{
    static const char *const members[] = { "zh", "en", "steps", "then", "else", NULL };
    if (strlen(name) > WORD_MOST)
        return reading_bad(reading, "", "its name is too long");
    if (!reading_members(reading, approval, members) || !reading_titled(reading, approval))
        return false;
    if (reading_length(wg_json_get(approval, "steps")) == 0)
        return reading_bad(reading, "steps", "at least one post is expected");
    return reading_words(reading, approval, "steps", workflow_is_role) &&
           reading_text(reading, approval, "then", NAME_MOST) &&
           workflow_named_or_missing(reading, approval, "then",
                                     workflow_tables_of(reading)->actions) &&
           workflow_named_or_missing(reading, approval, "else",
                                     workflow_tables_of(reading)->actions);
}
