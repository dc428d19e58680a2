/* What the guards and effects of a workflow file may name, and what it is worth; and whether a
 * guard holds. The grammar is that of schema/workflows/README.md; everything that is no word of the
 * engine is an attribute that the file declares. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/clock.h"
#include "common/json.h"
#include "common/text.h"

#include "services/triage/workflow_file.h"

static struct workflow_value number(int64_t n)
{
    return (struct workflow_value){ .known = true, .number = n };
}

static struct workflow_value word(const char *text)
{
    return (struct workflow_value){ .known = true, .word = text };
}

/* ---- attributes */

const struct workflow_attribute *workflow_attribute(const struct workflow_case *from,
                                                    const char *name)
{
    for (size_t i = 0; i < from->n_attributes; i++)
        if (strcmp(from->attributes[i].name, name) == 0)
            return &from->attributes[i];
    return NULL;
}

static struct workflow_attribute *attribute_for(struct workflow_case *after, const char *name)
{
    for (size_t i = 0; i < after->n_attributes; i++)
        if (strcmp(after->attributes[i].name, name) == 0)
            return &after->attributes[i];
    if (after->n_attributes == WORKFLOW_ATTRIBUTES)
        return NULL; /* a file declares no more: workflow_new sees to it */
    struct workflow_attribute *fresh = &after->attributes[after->n_attributes++];
    *fresh = (struct workflow_attribute){ 0 };
    wg_copy(fresh->name, sizeof fresh->name, name);
    return fresh;
}

void workflow_unset(struct workflow_case *after, const char *name)
{
    for (size_t i = 0; i < after->n_attributes; i++) {
        if (strcmp(after->attributes[i].name, name) != 0)
            continue;
        after->n_attributes--;
        memmove(&after->attributes[i], &after->attributes[i + 1],
                (after->n_attributes - i) * sizeof after->attributes[0]);
        return;
    }
}

void workflow_set_word(struct workflow_case *after, const char *name, const char *text)
{
    struct workflow_attribute *attribute = attribute_for(after, name);
    if (attribute == NULL)
        return;
    attribute->number = 0;
    wg_copy(attribute->word, sizeof attribute->word, text);
}

void workflow_set_number(struct workflow_case *after, const char *name, int64_t n)
{
    struct workflow_attribute *attribute = attribute_for(after, name);
    if (attribute == NULL)
        return;
    attribute->number = n;
    attribute->word[0] = '\0';
}

int64_t workflow_number(const struct workflow_case *from, const char *name)
{
    const struct workflow_attribute *attribute = workflow_attribute(from, name);
    return attribute == NULL ? 0 : attribute->number;
}

/* ---- what a case has, by name */

static int64_t open_tasks(const struct workflow_case *from)
{
    int64_t n = 0;
    for (size_t i = 0; i < from->n_tasks; i++)
        n += from->tasks[i].open;
    return n;
}

static int64_t links_of(const struct workflow_case *from, const char *kind)
{
    int64_t n = 0;
    for (size_t i = 0; i < from->n_links; i++)
        n += strcmp(from->links[i].kind, kind) == 0;
    return n;
}

/* Approvals that come after the one that is waited for. */
static int64_t steps_left(const struct workflow_step *step)
{
    const struct workflow_attribute *asked = workflow_attribute(step->before, "asked");
    if (asked == NULL)
        return 0;
    struct json_object *steps =
        wg_json_get(workflow_approval(step->workflow, asked->word), "steps");
    return (int64_t)workflow_length(steps) - workflow_number(step->before, "asked_step") - 1;
}

/* Knuth's multiplicative hash of the id: the same for a case for ever, even over cases. */
static int64_t sample_of(int64_t id)
{
    return (int64_t)((((uint64_t)id * UINT64_C(2654435761)) >> 16) % 100);
}

static const char *const columns[] = { "state",     "level",   "grade",      "holder",
                                       "party",     "outcome", "resolver",   "restricted",
                                       "tasks",     "handed",  "raised",     "reports",
                                       "children",  "steps",   "sample",     "reporter",
                                       "opened_at", "asked",   "asked_step", "asked_by",
                                       "stand_in",  "given" };

static struct workflow_value column(const struct workflow_step *step, const char *name)
{
    const struct workflow_case *from = step->before;
    const struct {
        const char *name, *word;
    } words[] = { { "state", from->state },
                  { "level", from->level },
                  { "grade", from->grade },
                  { "outcome", from->outcome } };
    for (size_t i = 0; i < WG_COUNT(words); i++)
        if (strcmp(words[i].name, name) == 0)
            return word(words[i].word);
    if (strcmp(name, "tasks") == 0)
        return number(open_tasks(from));
    if (strcmp(name, "handed") == 0 || strcmp(name, "raised") == 0)
        return number(links_of(from, name));
    if (strcmp(name, "steps") == 0)
        return number(steps_left(step));
    if (strcmp(name, "given") == 0)
        return number((int64_t)workflow_length(workflow_given_tasks(step->input)));
    const struct {
        const char *name;
        int64_t number;
    } numbers[] = {
        { "holder", from->holder },          { "party", from->party },
        { "resolver", from->resolver },      { "restricted", from->restricted },
        { "reports", step->facts->reports }, { "children", step->facts->children },
        { "sample", sample_of(from->id) },   { "reporter", step->facts->reporter_known },
        { "opened_at", from->opened_at },    { "stand_in", step->facts->stand_in }
    };
    for (size_t i = 0; i < WG_COUNT(numbers); i++)
        if (strcmp(numbers[i].name, name) == 0)
            return number(numbers[i].number);
    const struct workflow_attribute *attribute = workflow_attribute(from, name);
    if (attribute == NULL)
        return (struct workflow_value){ 0 };
    return attribute->word[0] != '\0' ? word(attribute->word) : number(attribute->number);
}

/* NAME, or NAME.days and NAME.hours: how many whole ones since that time. */
static struct workflow_value named(const struct workflow_step *step, const char *name)
{
    const char *dot = strchr(name, '.');
    if (dot == NULL)
        return column(step, name);
    char bare[WORKFLOW_GUARD_NAME];
    snprintf(bare, sizeof bare, "%.*s", (int)(dot - name), name);
    struct workflow_value time = column(step, bare);
    if (!time.known || time.word != NULL || time.number == 0)
        return (struct workflow_value){ 0 };
    return number((step->now - time.number) /
                  ((strcmp(dot, ".days") == 0 ? 86400 : 3600) * WG_SECOND));
}

static const char *const at_values[] = { "actor",        "now",          "holder",    "party",
                                         "state",        "level",        "partner",   "opener",
                                         "source",       "external_due", "return_by", "backfilled",
                                         "holder_level", "stand_in",     "handled" };

/* @value; 0 is nobody and nothing. */
static struct workflow_value at_value(const struct workflow_step *step, const char *name)
{
    const struct workflow_case *now = step->after != NULL ? step->after : step->before;
    const struct {
        const char *name;
        int64_t number;
    } numbers[] = {
        { "actor", step->actor->staff_id },
        { "now", step->now },
        { "holder", now->holder },
        { "party", now->party },
        { "partner", step->facts->partner },
        { "opener", step->facts->opener },
        { "source", step->facts->source },
        { "external_due", step->facts->external_due },
        { "return_by", step->facts->return_by },
        { "backfilled", step->facts->backfilled },
        { "stand_in", step->facts->stand_in },
        { "handled", step->facts->handled },
    };
    if (strcmp(name, "state") == 0)
        return word(step->before->state);
    if (strcmp(name, "level") == 0)
        return word(step->before->level);
    if (strcmp(name, "holder_level") == 0 && step->facts->holder_level != NULL)
        return word(step->facts->holder_level);
    for (size_t i = 0; i < WG_COUNT(numbers); i++)
        if (strcmp(numbers[i].name, name) == 0)
            return (struct workflow_value){ numbers[i].number != 0, numbers[i].number, NULL };
    return (struct workflow_value){ 0 };
}

/* $field of the input: a number, a time (its microseconds) or a word. */
static struct workflow_value field_value(const struct workflow_step *step, const char *name)
{
    struct json_object *given = wg_json_get(step->input, name);
    int64_t time;
    if (given == NULL)
        return (struct workflow_value){ 0 };
    if (!json_object_is_type(given, json_type_string))
        return number(json_object_is_type(given, json_type_double)
                          ? (int64_t)json_object_get_double(given)
                          : json_object_get_int64(given));
    if (wg_time_parse(json_object_get_string(given), &time) == 0)
        return number(time);
    return word(json_object_get_string(given));
}

struct workflow_value workflow_valued(const struct workflow_step *step, const char *text)
{
    char *end;
    long long literal = strtoll(text, &end, 10);
    if (text[0] != '\0' && *end == '\0')
        return number(literal);
    if (text[0] == '@')
        return at_value(step, text + 1);
    if (strncmp(text, "!$", 2) == 0) { /* the field was given and denies */
        struct workflow_value field = field_value(step, text + 2);
        bool denied = field.known && field.word == NULL && field.number == 0;
        return (struct workflow_value){ .known = denied, .number = denied };
    }
    return text[0] == '$' ? field_value(step, text + 1) : word(text);
}

/* ---- guards */

struct workflow_comparison workflow_compared(const char *guard)
{
    static const char *const ops[] = { "!=", ">=", "<", "=" };
    struct workflow_comparison parsed = { 0 };
    for (size_t i = 0; i < WG_COUNT(ops) && parsed.op == NULL; i++) {
        const char *at = strstr(guard, ops[i]);
        if (at == NULL)
            continue;
        parsed.op = ops[i];
        parsed.value = at + strlen(ops[i]);
        snprintf(parsed.name, sizeof parsed.name, "%.*s", (int)(at - guard), guard);
    }
    if (parsed.op == NULL)
        snprintf(parsed.name, sizeof parsed.name, "%s", guard[0] == '!' ? guard + 1 : guard);
    return parsed;
}

static bool same(struct workflow_value left, struct workflow_value right)
{
    if (left.word != NULL && right.word != NULL)
        return strcmp(left.word, right.word) == 0;
    return left.word == NULL && right.word == NULL && left.number == right.number;
}

bool workflow_holds(const struct workflow_step *step, const char *guard)
{
    const struct workflow_comparison parsed = workflow_compared(guard);
    struct workflow_value left = named(step, parsed.name);
    bool days = strchr(parsed.name, '.') != NULL;
    bool there = left.known && (left.word != NULL ? left.word[0] != '\0' : left.number != 0);
    if (parsed.op == NULL)
        return guard[0] == '!' ? !there : there;
    struct workflow_value right = workflow_valued(step, parsed.value);
    if (days && !left.known)
        return false;
    if (!left.known && right.word != NULL)
        left = word("");
    if (strcmp(parsed.op, "=") == 0)
        return right.known && same(left, right);
    if (strcmp(parsed.op, "!=") == 0)
        return !right.known || !same(left, right);
    return (strcmp(parsed.op, "<") == 0) == (left.number < right.number);
}

/* ---- what a file may say */

bool workflow_among(const char *const *list, size_t n, const char *text)
{
    for (size_t i = 0; i < n; i++)
        if (strcmp(list[i], text) == 0)
            return true;
    return false;
}

bool workflow_is_attribute(struct json_object *definition, const char *name)
{
    return wg_json_get(wg_json_get(definition, "attributes"), name) != NULL;
}

bool workflow_value_known(const char *value)
{
    return value[0] != '@' || workflow_among(at_values, WG_COUNT(at_values), value + 1);
}

bool workflow_guard_known(struct json_object *definition, const char *guard)
{
    if (strlen(guard) >= WORKFLOW_GUARD_NAME)
        return false;
    struct workflow_comparison parsed = workflow_compared(guard);
    char *dot = strchr(parsed.name, '.');
    if (dot != NULL && strcmp(dot, ".days") != 0 && strcmp(dot, ".hours") != 0)
        return false;
    if (dot != NULL)
        *dot = '\0';
    bool name = workflow_among(columns, WG_COUNT(columns), parsed.name) ||
                workflow_is_attribute(definition, parsed.name);
    return name && (parsed.op == NULL || (parsed.value[0] != '\0' && parsed.value[0] != '$' &&
                                          workflow_value_known(parsed.value)));
}
