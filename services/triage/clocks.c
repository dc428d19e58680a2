#include "services/triage/clocks.h"

#include <stdio.h>
#include <string.h>

#include "common/calendar_explain.h"
#include "common/clock.h"
#include "common/json.h"
#include "common/text.h"

static struct json_object *time_or_null(int64_t at)
{
    return at == 0 ? NULL : json_object_new_string(wg_time_string(at));
}

static struct json_object *limit_json(const struct workflow_clock *clock)
{
    struct wg_json_verdict verdict;
    WG_AUTO(wg_text_destroy) struct wg_text text = { 0 };
    if (clock->until)
        return NULL;
    wg_limit_write(&clock->limit, &text, NULL);
    return wg_json_parse(text.bytes, text.length, &verdict);
}

static size_t pauses_of(const struct workflow_case *from, const char *clock,
                        struct wg_pause ret_pauses[WORKFLOW_PAUSES])
{
    size_t n = 0;
    for (size_t i = 0; i < from->n_pauses; i++)
        if (strcmp(from->pauses[i].clock, clock) == 0)
            ret_pauses[n++] = (struct wg_pause){ from->pauses[i].from, from->pauses[i].to };
    return n;
}

/* The intervals that add up to the limit and the days granted on top, a line each. */
static struct json_object *why_of(const struct action *action, const struct workflow_clock *clock,
                                  bool english)
{
    const struct wg_calendar *calendar = action->knowledge->city.calendar;
    struct json_object *lines = json_object_new_array();
    struct wg_pause pauses[WORKFLOW_PAUSES];
    struct wg_limit legs[2];
    size_t n = workflow_clock_legs(clock, legs);
    struct wg_term term = { .start = clock->start,
                            .pauses = pauses,
                            .n_pauses = pauses_of(&action->row.before, clock->name, pauses) };
    if (clock->until)
        return lines;
    for (size_t leg = 0; leg < n && (leg == 0 || term.start != 0); leg++) {
        WG_AUTO(wg_spans_destroy) struct wg_spans spans = { 0 };
        term.limit = legs[leg];
        term.start = wg_calendar_explain(calendar, &term, &spans);
        for (size_t i = 0; i < spans.n; i++) {
            WG_AUTO(wg_text_destroy) struct wg_text line = { 0 };
            wg_span_words(calendar, &term.limit, &spans.rows[i], english, &line);
            json_object_array_add(lines, json_object_new_string(line.bytes));
        }
    }
    return lines;
}

static struct json_object *pauses_json(const struct workflow_case *from, const char *clock)
{
    struct json_object *list = json_object_new_array();
    struct wg_pause pauses[WORKFLOW_PAUSES];
    size_t n = pauses_of(from, clock, pauses);
    for (size_t i = 0; i < n; i++) {
        struct json_object *one = json_object_new_object();
        json_object_object_add(one, "from", time_or_null(pauses[i].from));
        json_object_object_add(one, "to", time_or_null(pauses[i].to));
        json_object_array_add(list, one);
    }
    return list;
}

static struct json_object *clock_json(const struct action *action,
                                      const struct workflow_clock *clock)
{
    bool english = wg_request_english(action->request);
    struct json_object *one = json_object_new_object();
    const char *title = workflow_clock_title(action->workflow, clock->name, english),
               *owner = workflow_clock_owner(action->workflow, clock->name);
    json_object_object_add(one, "clock", json_object_new_string(clock->name));
    json_object_object_add(one, "title", json_object_new_string(title));
    json_object_object_add(one, "owner", json_object_new_string(owner));
    json_object_object_add(one, "started_at", time_or_null(clock->start));
    json_object_object_add(one, "due_at", time_or_null(clock->due));
    json_object_object_add(one, "overdue",
                           json_object_new_boolean(clock->due != 0 && clock->due < wg_clock_now()));
    json_object_object_add(one, "provisional", json_object_new_boolean(clock->provisional));
    json_object_object_add(one, "limit", limit_json(clock));
    json_object_object_add(one, "extra_work_days", json_object_new_int(clock->extra));
    json_object_object_add(one, "no_later_than", time_or_null(clock->cap));
    json_object_object_add(one, "acted_at_per_cent", json_object_new_int(clock->fired));
    json_object_object_add(one, "pauses", pauses_json(&action->row.before, clock->name));
    json_object_object_add(one, "why", why_of(action, clock, english));
    return one;
}

void clocks_reply(struct action *action)
{
    const struct workflow_case *before = &action->row.before;
    struct json_object *body = json_object_new_object(), *list = json_object_new_array();
    for (size_t i = 0; i < before->n_clocks; i++)
        json_object_array_add(list, clock_json(action, &before->clocks[i]));
    json_object_object_add(body, "clocks", list);
    wg_reply_json(action->request, 200, &body);
}
