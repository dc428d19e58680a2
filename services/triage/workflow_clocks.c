/* The clocks of a case: which run, since when, until when, and which of them is the deadline. */
#include <string.h>

#include "common/json.h"
#include "common/text.h"
#include "common/writer.h"

#include "services/triage/workflow_file.h"

static struct wg_limit limit_of(const struct workflow *workflow, const struct workflow_facts *facts,
                                const char *clock)
{
    for (size_t i = 0; i < facts->n_limits; i++)
        if (strcmp(facts->limits[i].clock, clock) == 0)
            return facts->limits[i].limit;
    return workflow_default_limit(workflow, clock);
}

static void stop_clock(struct workflow_case *after, const char *name)
{
    for (size_t i = 0; i < after->n_clocks; i++) {
        if (strcmp(after->clocks[i].name, name) != 0)
            continue;
        after->n_clocks--;
        memmove(&after->clocks[i], &after->clocks[i + 1],
                (after->n_clocks - i) * sizeof after->clocks[0]);
        return;
    }
}

static void start_clock(const struct workflow *workflow, struct workflow_case *after,
                        const struct workflow_facts *facts, const char *name, int64_t now)
{
    stop_clock(after, name);
    if (after->n_clocks == WORKFLOW_CLOCKS)
        return; /* a file has no more: workflow_new sees to it */
    struct workflow_clock *clock = &after->clocks[after->n_clocks++];
    wg_copy(clock->name, sizeof clock->name, name);
    clock->start = now;
    struct wg_limit limit = limit_of(workflow, facts, name);
    clock->due = wg_calendar_deadline(facts->calendar, now, &limit, NULL, 0);
    clock->calendar = facts->calendar_version;
    if (workflow_is_due_clock(workflow, name))
        after->due_at = clock->due;
}

static void set_wake(struct workflow_case *after)
{
    after->wake_at = 0;
    for (size_t i = 0; i < after->n_clocks; i++)
        if (after->wake_at == 0 || after->clocks[i].due < after->wake_at)
            after->wake_at = after->clocks[i].due;
}

static const char *word_at(struct json_object *list, size_t i)
{
    return json_object_get_string(json_object_array_get_idx(list, i));
}

void workflow_move_clocks(const struct workflow *workflow, struct json_object *row,
                          struct workflow_case *after, const struct workflow_facts *facts,
                          int64_t now)
{
    struct json_object *stop = wg_json_get(row, "stop"), *start = wg_json_get(row, "start");
    for (size_t i = 0; stop != NULL && i < json_object_array_length(stop); i++) {
        if (strcmp(word_at(stop, i), "all") == 0)
            after->n_clocks = 0;
        stop_clock(after, word_at(stop, i));
    }
    for (size_t i = 0; start != NULL && i < json_object_array_length(start); i++)
        start_clock(workflow, after, facts, word_at(start, i), now);
    set_wake(after);
}

void workflow_write_clocks(const struct workflow_case *from, struct wg_text *out, const char *key)
{
    wg_write_object(out, key);
    for (size_t i = 0; i < from->n_clocks; i++) {
        wg_write_object(out, from->clocks[i].name);
        wg_write_int(out, "start", from->clocks[i].start);
        wg_write_int(out, "due", from->clocks[i].due);
        wg_write_int(out, "calendar", from->clocks[i].calendar);
        wg_write_end_object(out);
    }
    wg_write_end_object(out);
}

void workflow_read_clocks(struct workflow_case *to, struct json_object *clocks)
{
    to->n_clocks = 0;
    if (!json_object_is_type(clocks, json_type_object))
        return;
    json_object_object_foreach(clocks, name, clock)
    {
        if (to->n_clocks == WORKFLOW_CLOCKS)
            return;
        struct workflow_clock *read = &to->clocks[to->n_clocks++];
        wg_copy(read->name, sizeof read->name, name);
        read->start = wg_json_int(clock, "start");
        read->due = wg_json_int(clock, "due");
        read->calendar = wg_json_int(clock, "calendar");
    }
}
