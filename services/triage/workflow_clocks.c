/* The clocks of a case: which run or stand still, since when, until when, which of them is the
 * deadline, and when the case wants to be woken. A clock's end is a function of its start, its
 * limit, the calendar and its pauses alone. */
#include <stdio.h>
#include <string.h>

#include "common/clock.h"
#include "common/json.h"
#include "common/text.h"
#include "common/writer.h"

#include "services/triage/workflow_file.h"

static struct workflow_clock *clock_named(struct workflow_case *after, const char *name)
{
    for (size_t i = 0; i < after->n_clocks; i++)
        if (strcmp(after->clocks[i].name, name) == 0)
            return &after->clocks[i];
    return NULL;
}

/* ---- when it ends */

size_t workflow_pauses_of(const struct workflow_case *from, const char *clock,
                          struct wg_pause ret_pauses[WORKFLOW_PAUSES])
{
    size_t n = 0;
    for (size_t i = 0; i < from->n_pauses; i++)
        if (strcmp(from->pauses[i].clock, clock) == 0)
            ret_pauses[n++] = (struct wg_pause){ from->pauses[i].from, from->pauses[i].to };
    return n;
}

static bool stands(const struct workflow_case *from, const char *clock)
{
    for (size_t i = 0; i < from->n_pauses; i++)
        if (from->pauses[i].to == 0 && strcmp(from->pauses[i].clock, clock) == 0)
            return true;
    return false;
}

size_t workflow_clock_legs(const struct workflow_clock *clock, struct wg_limit ret_legs[2])
{
    enum wg_unit unit = clock->limit.unit;
    ret_legs[0] = ret_legs[1] = clock->limit;
    if (clock->extra == 0)
        return 1;
    if (unit == WG_DAY || unit == WG_WORK_DAY) {
        ret_legs[0].n += clock->extra;
        return 1;
    }
    ret_legs[0] = (struct wg_limit){ .n = clock->extra,
                                     .unit = unit == WG_MINUTE ? WG_DAY : WG_WORK_DAY,
                                     .next_work_day = clock->limit.next_work_day };
    ret_legs[1].next_work_day = false;
    return 2;
}

/* Where its limit and the days that were granted end. */
static int64_t legs_end(const struct workflow_clock *clock, const struct wg_calendar *calendar,
                        const struct wg_pause *pauses, size_t n)
{
    struct wg_limit legs[2];
    size_t n_legs = workflow_clock_legs(clock, legs);
    int64_t at = wg_calendar_deadline(calendar, clock->start, &legs[0], pauses, n);
    return n_legs == 1 || at == 0 ? at : wg_calendar_deadline(calendar, at, &legs[1], pauses, n);
}

static int64_t end_of(const struct workflow_case *from, const struct workflow_clock *clock,
                      const struct wg_calendar *calendar)
{
    struct wg_pause pauses[WORKFLOW_PAUSES];
    size_t n = workflow_pauses_of(from, clock->name, pauses);
    if (stands(from, clock->name))
        return 0;
    int64_t due = legs_end(clock, calendar, pauses, n);
    return clock->cap != 0 && clock->cap < due ? clock->cap : due;
}

static bool is_worked(const struct workflow_clock *clock)
{
    return clock->limit.unit == WG_WORK_MINUTE || clock->limit.unit == WG_WORK_DAY;
}

/* Its end, and whether it will have to be counted again. */
static void count(const struct workflow_case *from, struct workflow_clock *clock,
                  const struct workflow_facts *facts)
{
    bool worked = is_worked(clock) || clock->limit.next_work_day;
    const struct wg_calendar *calendar = workflow_newest_calendar(facts, clock);
    clock->due = end_of(from, clock, calendar);
    clock->provisional = worked && wg_calendar_provisional(calendar, clock->start, clock->due);
}

static int64_t time_between(const struct workflow_clock *clock, const struct wg_calendar *calendar,
                            int64_t from, int64_t to)
{
    if (from >= to)
        return 0;
    return is_worked(clock) ? wg_calendar_between(calendar, from, to) : to - from;
}

/* All the time that it has: of its limit, or as much as is left of that before an outside date
 * while it runs. */
static int64_t length_of(const struct workflow_clock *clock, const struct wg_calendar *calendar,
                         const struct wg_pause *pauses, size_t n)
{
    const int64_t start = clock->start, cap = clock->cap;
    int64_t length = time_between(clock, calendar, start, legs_end(clock, calendar, NULL, 0));
    if (cap == 0)
        return length;
    int64_t room = time_between(clock, calendar, start, cap);
    for (size_t i = 0; i < n; i++)
        room -=
            time_between(clock, calendar, pauses[i].from, pauses[i].to < cap ? pauses[i].to : cap);
    room = room < 0 ? 0 : room;
    return room < length ? room : length;
}

int64_t workflow_clock_mark(const struct workflow_case *from, const struct workflow_clock *clock,
                            const struct wg_calendar *calendar, int32_t per_cent)
{
    struct wg_pause pauses[WORKFLOW_PAUSES];
    if (per_cent >= 100)
        return clock->due;
    if (clock->until && clock->due <= clock->start) /* it was over before it began */
        return clock->due;
    if (clock->until)
        return clock->start + (clock->due - clock->start) / 100 * per_cent;
    size_t n = workflow_pauses_of(from, clock->name, pauses);
    int64_t length = length_of(clock, calendar, pauses, n);
    const struct wg_limit part = { .n = (int32_t)(length / (60 * WG_SECOND) * per_cent / 100),
                                   .unit = is_worked(clock) ? WG_WORK_MINUTE : WG_MINUTE };
    int64_t mark = wg_calendar_deadline(calendar, clock->start, &part, pauses, n);
    return mark < clock->due ? mark : clock->due;
}

/* The next per cent that a clock wants to be woken at; 0: no more. */
static int32_t next_mark(const struct workflow *workflow, const struct workflow_clock *clock)
{
    const struct workflow_clock_rule *rule = workflow_clock_rule(workflow, clock->name);
    for (size_t i = 0; rule != NULL && i < rule->n_warn; i++)
        if (rule->warn[i] > clock->fired)
            return rule->warn[i];
    return clock->fired < 100 ? 100 : 0;
}

void workflow_set_wake(const struct workflow *workflow, struct workflow_case *after,
                       const struct workflow_facts *facts)
{
    after->wake_at = after->due_at = 0;
    for (size_t i = 0; i < after->n_clocks; i++) {
        const struct workflow_clock *clock = &after->clocks[i];
        const struct workflow_clock_rule *rule = workflow_clock_rule(workflow, clock->name);
        int32_t per_cent = next_mark(workflow, clock);
        if (rule != NULL && rule->due)
            after->due_at = clock->due;
        if (clock->due == 0 || per_cent == 0)
            continue;
        int64_t mark =
            workflow_clock_mark(after, clock, workflow_calendar_of(facts, clock), per_cent);
        if (after->wake_at == 0 || mark < after->wake_at)
            after->wake_at = mark;
    }
}

struct workflow_clock *workflow_due_clock(const struct workflow *workflow,
                                          struct workflow_case *after,
                                          const struct workflow_facts *facts, int64_t now,
                                          int32_t *ret_per_cent)
{
    struct workflow_clock *first = NULL;
    int64_t first_at = 0;
    for (size_t i = 0; i < after->n_clocks; i++) {
        struct workflow_clock *clock = &after->clocks[i];
        int32_t per_cent = next_mark(workflow, clock);
        if (clock->due == 0 || per_cent == 0)
            continue;
        int64_t mark =
            workflow_clock_mark(after, clock, workflow_calendar_of(facts, clock), per_cent);
        if (mark > now || (first != NULL && mark >= first_at))
            continue;
        first = clock;
        first_at = mark;
        *ret_per_cent = per_cent;
    }
    return first;
}

/* ---- what a step does to them */

static void forget_pauses(struct workflow_case *after, const char *clock)
{
    size_t kept = 0;
    for (size_t i = 0; i < after->n_pauses; i++)
        if (strcmp(after->pauses[i].clock, clock) != 0)
            after->pauses[kept++] = after->pauses[i];
    after->n_pauses = kept;
}

void workflow_stop_clock(struct workflow_case *after, const char *name)
{
    struct workflow_clock *clock = clock_named(after, name);
    if (clock == NULL)
        return;
    forget_pauses(after, name);
    size_t i = (size_t)(clock - after->clocks);
    after->n_clocks--;
    memmove(clock, clock + 1, (after->n_clocks - i) * sizeof *clock);
}

/* An outside due date comes first; ours runs a margin earlier. */
static int64_t cap_of(const struct workflow_step *step, const struct workflow_clock_rule *rule,
                      int64_t start)
{
    int64_t outside = rule->cap == NULL ? 0 : workflow_number(step->after, rule->cap);
    if (outside <= start)
        return outside;
    return outside - (outside - start) / 100 * rule->margin;
}

/* What its breach set on the case is forgotten where its end lies ahead again. */
static void forget_breach(const struct workflow_step *step, const struct workflow_clock_rule *rule,
                          const struct workflow_clock *clock)
{
    if (rule->over != NULL && clock->due > step->now)
        workflow_unset(step->after, rule->over);
}

/* Which marks count as struck after a new reckoning: what lies ahead by it strikes, even if it has
 * struck before; of what it has passed and did not strike yet, the last mark alone does. */
static void settle_fired(const struct workflow_step *step, const struct workflow_clock_rule *rule,
                         struct workflow_clock *clock)
{
    int32_t passed = 0, former = 0;
    for (size_t i = 0; clock->due != 0 && i <= rule->n_warn; i++) {
        int32_t per_cent = i < rule->n_warn ? rule->warn[i] : 100;
        if (workflow_clock_mark(step->after, clock, workflow_calendar_of(step->facts, clock),
                                per_cent) > step->now)
            break;
        former = passed;
        passed = per_cent;
    }
    if (clock->due != 0)
        clock->fired = clock->fired >= passed ? passed : former;
}

/* Counts it by the calendar in force. */
static void count_anew(const struct workflow_step *step, struct workflow_clock *clock)
{
    const struct workflow_clock_rule *rule = workflow_clock_rule(step->workflow, clock->name);
    count(step->after, clock, step->facts);
    if (rule == NULL)
        return;
    settle_fired(step, rule, clock);
    forget_breach(step, rule, clock);
}

static void name_for(const char *word, int32_t k, char ret_name[28])
{
    if (k > 0)
        snprintf(ret_name, 28, "%s/%d", word, k);
    else
        wg_copy(ret_name, 28, word);
}

static void start_clock(const struct workflow_step *step, const char *word, int32_t k)
{
    char name[28];
    const struct workflow_clock_rule *rule = workflow_clock_rule(step->workflow, word);
    name_for(word, k, name);
    workflow_stop_clock(step->after, name);
    if (rule == NULL || step->after->n_clocks == WORKFLOW_CLOCKS)
        return;
    struct workflow_clock clock = { .start = step->now };
    wg_copy(clock.name, sizeof clock.name, name);
    workflow_choose_calendar(step, rule, &clock);
    if (rule->until != NULL) {
        clock.until = true;
        workflow_newest_calendar(step->facts, &clock);
        clock.due = workflow_number(step->after, rule->until);
        if (clock.due == 0)
            return;
    } else {
        clock.limit = workflow_choose_limit(step, rule);
        clock.cap = cap_of(step, rule, clock.start);
        count(step->after, &clock, step->facts);
    }
    step->after->clocks[step->after->n_clocks++] = clock;
    forget_breach(step, rule, &clock);
}

static void pause_clock(const struct workflow_step *step, const char *name)
{
    struct workflow_case *after = step->after;
    struct workflow_clock *clock = clock_named(after, name);
    if (clock == NULL || clock->until || stands(after, name) || after->n_pauses == WORKFLOW_PAUSES)
        return;
    struct workflow_pause *pause = &after->pauses[after->n_pauses++];
    *pause = (struct workflow_pause){ .from = step->now };
    wg_copy(pause->clock, sizeof pause->clock, name);
    clock->due = 0;
}

static void resume_clock(const struct workflow_step *step, const char *name)
{
    struct workflow_case *after = step->after;
    struct workflow_clock *clock = clock_named(after, name);
    if (clock == NULL || !stands(after, name))
        return;
    for (size_t i = 0; i < after->n_pauses; i++)
        if (after->pauses[i].to == 0 && strcmp(after->pauses[i].clock, name) == 0)
            after->pauses[i].to = step->now;
    count_anew(step, clock);
}

void workflow_recount_clocks(const struct workflow_step *step)
{
    for (size_t i = 0; i < step->after->n_clocks; i++) {
        struct workflow_clock *clock = &step->after->clocks[i];
        const struct workflow_clock_rule *rule = workflow_clock_rule(step->workflow, clock->name);
        if (clock->until || rule == NULL)
            continue;
        clock->limit = workflow_choose_limit(step, rule);
        workflow_choose_calendar(step, rule, clock);
        count_anew(step, clock);
    }
}

bool workflow_recount_provisional(const struct workflow_step *step)
{
    bool any = false;
    for (size_t i = 0; i < step->after->n_clocks; i++) {
        struct workflow_clock *clock = &step->after->clocks[i];
        if (!clock->provisional || !workflow_calendar_moved(step->facts, clock))
            continue;
        struct workflow_clock counted = *clock;
        count(step->after, &counted, step->facts);
        if (counted.provisional) /* its year is still to be published */
            continue;
        any = true;
        count_anew(step, clock);
    }
    if (any)
        workflow_set_wake(step->workflow, step->after, step->facts);
    return any;
}

void workflow_extend_clock(const struct workflow_step *step, const char *name, int64_t days)
{
    struct workflow_clock *clock = clock_named(step->after, name);
    if (clock == NULL || clock->until || days < 1 || days > 1000)
        return;
    clock->extra += (int32_t)days;
    count_anew(step, clock);
}

void workflow_move_clocks(const struct workflow_step *step, const struct workflow_row *row,
                          int32_t k)
{
    struct json_object *stop = workflow_member(row, "stop"), *start = workflow_member(row, "start"),
                       *pause = workflow_member(row, "pause"),
                       *resume = workflow_member(row, "resume");
    char name[28];
    for (size_t i = 0; i < workflow_length(stop); i++) {
        if (strcmp(workflow_item(stop, i), "all") == 0)
            step->after->n_clocks = step->after->n_pauses = 0;
        name_for(workflow_item(stop, i), k, name);
        workflow_stop_clock(step->after, name);
    }
    for (size_t i = 0; i < workflow_length(start); i++)
        start_clock(step, workflow_item(start, i), k);
    for (size_t i = 0; i < workflow_length(pause); i++)
        pause_clock(step, workflow_item(pause, i));
    for (size_t i = 0; i < workflow_length(resume); i++)
        resume_clock(step, workflow_item(resume, i));
    workflow_set_wake(step->workflow, step->after, step->facts);
}

/* ---- as JSON */

static void write_pauses(const struct workflow_case *from, const char *clock, struct wg_text *out)
{
    bool any = false;
    for (size_t i = 0; i < from->n_pauses; i++) {
        const struct workflow_pause *pause = &from->pauses[i];
        if (strcmp(pause->clock, clock) != 0)
            continue;
        if (!any)
            wg_write_array(out, "pauses");
        any = true;
        wg_write_array(out, NULL);
        wg_write_int(out, NULL, pause->from);
        if (pause->to == 0)
            wg_write_null(out, NULL);
        else
            wg_write_int(out, NULL, pause->to);
        wg_write_end_array(out);
    }
    if (any)
        wg_write_end_array(out);
}

void workflow_write_clocks(const struct workflow_case *from, struct wg_text *out, const char *key)
{
    wg_write_object(out, key);
    for (size_t i = 0; i < from->n_clocks; i++) {
        const struct workflow_clock *clock = &from->clocks[i];
        wg_write_object(out, clock->name);
        wg_write_int(out, "start", clock->start);
        if (clock->due == 0)
            wg_write_null(out, "due");
        else
            wg_write_int(out, "due", clock->due);
        wg_write_int(out, "calendar", clock->calendar);
        if (clock->code[0] != '\0')
            wg_write_string(out, "code", clock->code);
        if (!clock->until)
            wg_limit_write(&clock->limit, out, "limit");
        if (clock->extra != 0)
            wg_write_int(out, "extra", clock->extra);
        if (clock->cap != 0)
            wg_write_int(out, "cap", clock->cap);
        if (clock->fired != 0)
            wg_write_int(out, "fired", clock->fired);
        if (clock->provisional)
            wg_write_bool(out, "provisional", true);
        write_pauses(from, clock->name, out);
        wg_write_end_object(out);
    }
    wg_write_end_object(out);
}

static void read_pauses(struct workflow_case *to, const char *clock, struct json_object *list)
{
    for (size_t i = 0; i < workflow_length(list) && to->n_pauses < WORKFLOW_PAUSES; i++) {
        struct json_object *pair = json_object_array_get_idx(list, i);
        struct workflow_pause *pause = &to->pauses[to->n_pauses++];
        *pause = (struct workflow_pause){
            .from = json_object_get_int64(json_object_array_get_idx(pair, 0)),
            .to = json_object_get_int64(json_object_array_get_idx(pair, 1)),
        };
        wg_copy(pause->clock, sizeof pause->clock, clock);
    }
}

void workflow_read_clocks(struct workflow_case *to, struct json_object *clocks)
{
    char fault[120];
    to->n_clocks = to->n_pauses = 0;
    if (!json_object_is_type(clocks, json_type_object))
        return;
    json_object_object_foreach(clocks, name, given)
    {
        if (to->n_clocks == WORKFLOW_CLOCKS)
            return;
        struct workflow_clock *read = &to->clocks[to->n_clocks++];
        struct json_object *limit = wg_json_get(given, "limit");
        *read = (struct workflow_clock){
            .start = wg_json_int(given, "start"),
            .due = wg_json_int(given, "due"),
            .calendar = wg_json_int(given, "calendar"),
            .fired = (int32_t)wg_json_int(given, "fired"),
            .extra = (int32_t)wg_json_int(given, "extra"),
            .cap = wg_json_int(given, "cap"),
            .provisional = json_object_get_boolean(wg_json_get(given, "provisional")) != 0,
        };
        wg_copy(read->name, sizeof read->name, name);
        wg_copy(read->code, sizeof read->code, wg_json_text(given, "code"));
        read->until =
            limit == NULL || wg_limit_parse(limit, &read->limit, fault, sizeof fault) != 0;
        read_pauses(to, name, wg_json_get(given, "pauses"));
    }
}
