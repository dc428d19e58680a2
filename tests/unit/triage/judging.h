/* What must hold of a case, however it came to be as it is. */
#pragma once

#include <stdlib.h>

#include "tests/unit/triage/walking.h"

/* The whole row as JSON, but for its versions. */
static inline void judging_whole(const struct workflow_case *row, struct wg_text *out)
{
    const struct workflow_case nothing = { 0 };
    wg_text_clear(out);
    workflow_write_effects(out, NULL, &nothing, row);
    for (size_t i = 0; i < row->n_tasks; i++)
        wg_text_printf(out, " %d:%d/%lld %s %d", row->tasks[i].k, row->tasks[i].party,
                       (long long)row->tasks[i].staff, row->tasks[i].state, row->tasks[i].open);
    wg_text_printf(out, " wake %lld", (long long)row->wake_at);
}

static inline void judging_same(const char *name, const char *what,
                                const struct workflow_case *left, const struct workflow_case *right)
{
    WG_AUTO(wg_text_destroy) struct wg_text l = { 0 };
    WG_AUTO(wg_text_destroy) struct wg_text r = { 0 };
    struct workflow_case plain[2] = { *left, *right };
    for (size_t c = 0; c < 2; c++)
        for (size_t i = 0; i < plain[c].n_tasks; i++)
            plain[c].tasks[i].changed = false;
    judging_whole(&plain[0], &l);
    judging_whole(&plain[1], &r);
    if (strcmp(l.bytes, r.bytes) != 0)
        fail_msg("%s: %s\n  %s\n  %s", name, what, l.bytes, r.bytes);
}

/* ---- what must hold of a case */

static inline void judging_take_tasks(const struct walking *walking, struct workflow_case *row,
                                      struct json_object *tasks)
{
    for (size_t i = 0; i < workflow_length(tasks); i++) {
        struct json_object *given = json_object_array_get_idx(tasks, i);
        size_t k = (size_t)wg_json_int(given, "k");
        struct workflow_task *task = &row->tasks[k - 1];
        assert_in_range(k, 1, row->n_tasks + 1);
        row->n_tasks = k > row->n_tasks ? k : row->n_tasks;
        *task = (struct workflow_task){ .k = (int32_t)k,
                                        .party = (int32_t)wg_json_int(given, "party"),
                                        .staff = wg_json_int(given, "staff") };
        wg_copy(task->state, sizeof task->state, wg_json_text(given, "state"));
        task->open = !workflow_is_task_final(walking->workflow, task->state);
    }
}

static inline bool judging_stands(const struct workflow_case *row, const char *clock)
{
    for (size_t i = 0; i < row->n_pauses; i++)
        if (row->pauses[i].to == 0 && strcmp(row->pauses[i].clock, clock) == 0)
            return true;
    return false;
}

static inline const struct workflow_task *judging_task_of(const struct workflow_case *row,
                                                          const char *clock)
{
    const char *slash = strchr(clock, '/');
    int k = slash == NULL ? 0 : atoi(slash + 1);
    return k < 1 || k > (int)row->n_tasks ? NULL : &row->tasks[k - 1];
}

/* While nobody holds the case, somebody else is made to act. */
static inline bool judging_role_answers(const struct walking *walking,
                                        const struct workflow_case *row)
{
    for (size_t i = 0; i < row->n_clocks; i++) {
        const char *owner = workflow_clock_rule(walking->workflow, row->clocks[i].name)->owner;
        if (row->clocks[i].due != 0 &&
            walking_post(walking->workflow, owner, row->level)[0] != '\0')
            return true;
    }
    return false;
}

static inline void judging_judge_owner(const struct walking *walking,
                                       const struct workflow_case *row,
                                       const struct workflow_clock *clock)
{
    const struct workflow_clock_rule *rule = workflow_clock_rule(walking->workflow, clock->name);
    const struct workflow_task *task = judging_task_of(row, clock->name);
    bool owned = strcmp(rule->owner, "holder") == 0
                     ? row->holder != 0 || row->party != 0 || judging_role_answers(walking, row)
                     : task != NULL && task->open;
    if (strcmp(rule->owner, "holder") != 0 && strcmp(rule->owner, "assignee") != 0)
        owned = walking_post(walking->workflow, rule->owner, row->level)[0] != '\0';
    if (!owned)
        fail_msg("state \"%s\": nobody answers for the clock \"%s\"", row->state, clock->name);
    if (strchr(clock->name, '/') != NULL && (task == NULL || !task->open))
        fail_msg("state \"%s\": the clock \"%s\" runs for a task that is over", row->state,
                 clock->name);
}

/* What the calendar makes of it. */
static inline int64_t judging_due_of(const struct walking *walking, const struct workflow_case *row,
                                     const struct workflow_clock *clock)
{
    struct wg_pause pauses[WORKFLOW_PAUSES];
    size_t n = 0;
    bool days = clock->limit.unit == WG_DAY || clock->limit.unit == WG_WORK_DAY;
    struct wg_limit limit = clock->limit, more = { .n = clock->extra, .unit = WG_WORK_DAY };
    int64_t start = clock->start;
    for (size_t i = 0; i < row->n_pauses; i++)
        if (strcmp(row->pauses[i].clock, clock->name) == 0)
            pauses[n++] = (struct wg_pause){ row->pauses[i].from, row->pauses[i].to };
    if (days) {
        limit.n += clock->extra;
    } else if (clock->extra > 0) {
        more.unit = limit.unit == WG_MINUTE ? WG_DAY : WG_WORK_DAY;
        more.next_work_day = limit.next_work_day;
        limit.next_work_day = false;
        start = wg_calendar_deadline(walking->calendar, start, &more, pauses, n);
    }
    int64_t due = wg_calendar_deadline(walking->calendar, start, &limit, pauses, n);
    return clock->cap != 0 && clock->cap < due ? clock->cap : due;
}

/* True where an action of the file acts upon a clock in this state: it stops it, or is what follows
 * at its end. */
static inline bool judging_acted_upon(const struct walking *walking, const char *state,
                                      const char *clock)
{
    const struct workflow_clock_rule *rule = workflow_clock_rule(walking->workflow, clock);
    json_object_object_foreach(workflow_actions(walking->workflow), name, action)
    {
        struct workflow_row row;
        for (size_t r = 0; workflow_row_at(action, r, &row); r++) {
            struct json_object *from = workflow_member(&row, "from");
            bool follows = rule->on_breach != NULL && strcmp(rule->on_breach, name) == 0;
            bool stops = workflow_contains(workflow_member(&row, "stop"), rule->name) ||
                         workflow_contains(workflow_member(&row, "stop"), "all") ||
                         workflow_contains(workflow_member(&row, "resume"), rule->name);
            if (workflow_contains(from, state) && (follows || stops))
                return true;
        }
    }
    return false;
}

/* True where the deadline is that of a clock. */
static inline bool judging_runs_due(const struct walking *walking, const struct workflow_case *row)
{
    for (size_t i = 0; i < row->n_clocks; i++)
        if (workflow_clock_rule(walking->workflow, row->clocks[i].name)->due)
            return row->due_at == row->clocks[i].due;
    return false;
}

static inline void judging_judge_clocks(const struct walking *walking,
                                        const struct workflow_case *row)
{
    int64_t wake = row->wake_at;
    for (size_t i = 0; i < row->n_clocks; i++) {
        const struct workflow_clock *clock = &row->clocks[i];
        bool still = judging_stands(row, clock->name);
        ROW(clock->name, workflow_clock_rule(walking->workflow, clock->name) != NULL);
        ROW(clock->name, still == (clock->due == 0));
        ROW(clock->name,
            still || clock->until || clock->due == judging_due_of(walking, row, clock));
        ROW(clock->name,
            !workflow_clock_rule(walking->workflow, clock->name)->due || row->due_at == clock->due);
        ROW(clock->name, still || clock->fired == 100 || (wake != 0 && wake <= clock->due));
        if (workflow_is_final(walking->workflow, row->state) &&
            !judging_acted_upon(walking, row->state, clock->name))
            fail_msg("the clock \"%s\" runs in \"%s\"", clock->name, row->state);
        if (!workflow_is_final(walking->workflow, row->state))
            judging_judge_owner(walking, row, clock);
    }
    for (size_t i = 0; i < row->n_pauses; i++)
        ROW(row->pauses[i].clock,
            row->pauses[i].to == 0 || row->pauses[i].to >= row->pauses[i].from);
    ROW(row->state, row->due_at == 0 || judging_runs_due(walking, row));
    ROW(row->state, row->n_clocks < WORKFLOW_CLOCKS && row->n_links < WORKFLOW_LINKS);
}
