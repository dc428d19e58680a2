/* A case as JSON: what its row holds beside the columns, and what an event says that a step
 * changed.
 */
#include <stdio.h>
#include <string.h>

#include "common/json.h"
#include "common/text.h"
#include "common/writer.h"

#include "services/triage/workflow_file.h"

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

/* ---- attributes and chain */

bool workflow_has_more(const struct workflow_case *from)
{
    return from->n_attributes > 0 || from->n_links > 0;
}

void workflow_write_more(const struct workflow_case *from, struct wg_text *out, const char *key)
{
    wg_write_object(out, key);
    for (size_t i = 0; i < from->n_attributes; i++) {
        const struct workflow_attribute *attribute = &from->attributes[i];
        if (attribute->word[0] != '\0')
            wg_write_string(out, attribute->name, attribute->word);
        else
            wg_write_int(out, attribute->name, attribute->number);
    }
    if (from->n_links > 0)
        wg_write_array(out, "chain");
    for (size_t i = 0; i < from->n_links; i++) {
        const struct workflow_link *link = &from->links[i];
        wg_write_object(out, NULL);
        wg_write_string(out, "kind", link->kind);
        wg_write_string(out, "level", link->level);
        put_id(out, "holder", link->holder);
        put_id(out, "party", link->party);
        wg_write_end_object(out);
    }
    if (from->n_links > 0)
        wg_write_end_array(out);
    wg_write_end_object(out);
}

static void read_chain(struct workflow_case *to, struct json_object *chain)
{
    for (size_t i = 0; i < workflow_length(chain) && to->n_links < WORKFLOW_LINKS; i++) {
        struct json_object *given = json_object_array_get_idx(chain, i);
        struct workflow_link *link = &to->links[to->n_links++];
        *link = (struct workflow_link){ .holder = wg_json_int(given, "holder"),
                                        .party = (int32_t)wg_json_int(given, "party") };
        wg_copy(link->kind, sizeof link->kind, wg_json_text(given, "kind"));
        wg_copy(link->level, sizeof link->level, wg_json_text(given, "level"));
    }
}

void workflow_read_more(struct workflow_case *to, struct json_object *more)
{
    to->n_attributes = to->n_links = 0;
    if (!json_object_is_type(more, json_type_object))
        return;
    json_object_object_foreach(more, name, value)
    {
        if (strcmp(name, "chain") == 0)
            read_chain(to, value);
        else if (json_object_is_type(value, json_type_string))
            workflow_set_word(to, name, json_object_get_string(value));
        else
            workflow_set_number(to, name, json_object_get_int64(value));
    }
}

/* ---- what changed: compared as JSON, so that nothing that is stored can differ unseen */

typedef void write_part(const struct workflow_case *from, struct wg_text *out, const char *key);

static void put_changed(struct wg_text *out, const char *key, write_part *write,
                        const struct workflow_case *cases[2])
{
    WG_AUTO(wg_text_destroy) struct wg_text former = { 0 };
    WG_AUTO(wg_text_destroy) struct wg_text now = { 0 };
    write(cases[0], &former, NULL);
    write(cases[1], &now, NULL);
    bool same = former.length == now.length && memcmp(former.bytes, now.bytes, now.length) == 0;
    if (!same)
        wg_write_raw(out, key, now.bytes, now.length);
}

static void put_tasks(struct wg_text *out, const struct workflow_case *after)
{
    size_t changed = 0;
    for (size_t i = 0; i < after->n_tasks; i++)
        changed += after->tasks[i].changed;
    if (changed == 0)
        return;
    wg_write_array(out, "tasks");
    for (size_t i = 0; i < after->n_tasks; i++) {
        const struct workflow_task *task = &after->tasks[i];
        if (!task->changed)
            continue;
        wg_write_object(out, NULL);
        wg_write_int(out, "k", task->k);
        put_id(out, "party", task->party);
        put_id(out, "staff", task->staff);
        wg_write_string(out, "state", task->state);
        wg_write_end_object(out);
    }
    wg_write_end_array(out);
}

void workflow_write_effects(struct wg_text *out, const char *key,
                            const struct workflow_case *before, const struct workflow_case *after)
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
        { "party", before->party, after->party },
        { "resolver", before->resolver, after->resolver },
        { "due_at", before->due_at, after->due_at },
        { "wake_at", before->wake_at, after->wake_at },
    };
    const struct workflow_case *cases[2] = { before, after };
    wg_write_object(out, key);
    if (before->restricted != after->restricted)
        wg_write_bool(out, "restricted", after->restricted);
    for (size_t i = 0; i < WG_COUNT(texts); i++)
        if (strcmp(texts[i].from, texts[i].to) != 0)
            put_text(out, texts[i].key, texts[i].to);
    for (size_t i = 0; i < WG_COUNT(numbers); i++)
        if (numbers[i].from != numbers[i].to)
            put_id(out, numbers[i].key, numbers[i].to);
    if (before->version == 0)
        workflow_write_clocks(after, out, "clocks");
    else
        put_changed(out, "clocks", workflow_write_clocks, cases);
    if (workflow_has_more(before) || workflow_has_more(after))
        put_changed(out, "more", workflow_write_more, cases);
    put_tasks(out, after);
    wg_write_end_object(out);
}

/* A text of the effects into its column; a null empties it. */
static void take_text(struct json_object *effects, const char *key, char *into, size_t size)
{
    struct json_object *value;
    if (json_object_object_get_ex(effects, key, &value))
        wg_copy(into, size, value == NULL ? "" : json_object_get_string(value));
}

static void take_number(struct json_object *effects, const char *key, int64_t *into)
{
    struct json_object *value;
    if (json_object_object_get_ex(effects, key, &value))
        *into = value == NULL ? 0 : json_object_get_int64(value);
}

void workflow_read_effects(struct workflow_case *after, struct json_object *effects)
{
    struct json_object *value;
    int64_t party = after->party;
    take_text(effects, "state", after->state, sizeof after->state);
    take_text(effects, "level", after->level, sizeof after->level);
    take_text(effects, "grade", after->grade, sizeof after->grade);
    take_text(effects, "area", after->area, sizeof after->area);
    take_text(effects, "category", after->category, sizeof after->category);
    take_text(effects, "reason", after->reason, sizeof after->reason);
    take_text(effects, "outcome", after->outcome, sizeof after->outcome);
    take_number(effects, "area_id", &after->area_id);
    take_number(effects, "holder", &after->holder);
    take_number(effects, "party", &party);
    take_number(effects, "resolver", &after->resolver);
    take_number(effects, "due_at", &after->due_at);
    take_number(effects, "wake_at", &after->wake_at);
    after->party = (int32_t)party;
    if (json_object_object_get_ex(effects, "restricted", &value))
        after->restricted = json_object_get_boolean(value) != 0;
    if (json_object_object_get_ex(effects, "clocks", &value))
        workflow_read_clocks(after, value);
    if (json_object_object_get_ex(effects, "more", &value))
        workflow_read_more(after, value);
}

void workflow_write_was(struct wg_text *out, const struct workflow_case *before,
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
    if (before->restricted != after->restricted)
        wg_write_bool(out, "restricted", before->restricted);
    wg_write_end_object(out);
}
