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

/* The calendar that its end was counted by; where that version is kept no more, the newest. */
static const struct calendars_row *calendar_of(const struct action *action,
                                               const struct workflow_clock *clock)
{
    const struct city *city = &action->knowledge->city;
    const struct calendars_row *row =
        calendars_kept(&city->calendars, clock->code, clock->calendar);
    return row == NULL ? city_calendar(city) : row;
}

/* What is said of one clock, line by line. */
struct telling {
    const struct wg_calendar *calendar;
    struct wg_pause pauses[WORKFLOW_PAUSES];
    size_t n_pauses;
    bool english;
    struct json_object *lines;
};

static void put_line(struct telling *telling, const struct wg_text *line)
{
    json_object_array_add(telling->lines, json_object_new_string(line->bytes));
}

/* A line that ends with a moment. */
static void tell_moment(struct telling *telling, const char *zh, const char *en, int64_t moment)
{
    WG_AUTO(wg_text_destroy) struct wg_text line = { 0 };
    wg_text_put(&line, telling->english ? en : zh);
    wg_moment_words(telling->calendar, moment, telling->english, &line);
    put_line(telling, &line);
}

/* The intervals that add up to a limit, a line each; gives the moment at which it ends, 0 where it
 * stands. */
static int64_t tell_limit(struct telling *telling, int64_t start, const struct wg_limit *limit)
{
    WG_AUTO(wg_spans_destroy) struct wg_spans spans = { 0 };
    const struct wg_term term = {
        .start = start, .limit = *limit, .pauses = telling->pauses, .n_pauses = telling->n_pauses
    };
    int64_t due = wg_calendar_explain(telling->calendar, &term, &spans);
    for (size_t i = 0; i < spans.n; i++) {
        WG_AUTO(wg_text_destroy) struct wg_text line = { 0 };
        wg_span_words(telling->calendar, limit, &spans.rows[i], telling->english, &line);
        put_line(telling, &line);
    }
    return due;
}

static void tell_granted(struct telling *telling, const struct workflow_clock *clock)
{
    bool worked = clock->limit.unit == WG_WORK_MINUTE || clock->limit.unit == WG_WORK_DAY;
    WG_AUTO(wg_text_destroy) struct wg_text line = { 0 };
    if (telling->english)
        wg_text_printf(&line, "Extended by %d %s, counted together with the limit:", clock->extra,
                       worked ? "working day(s)" : "day(s)");
    else
        wg_text_printf(&line, "已延期 %d %s，连同时限一起计：", clock->extra,
                       worked ? "个工作日" : "天");
    put_line(telling, &line);
}

/* Why it ends when it does: the limit, what was granted on top, what it may not outlast. */
static struct json_object *why_of(const struct action *action, const struct workflow_clock *clock,
                                  bool english)
{
    struct telling telling = { .calendar = calendar_of(action, clock)->table,
                               .english = english,
                               .lines = json_object_new_array() };
    telling.n_pauses = workflow_pauses_of(&action->row.before, clock->name, telling.pauses);
    if (clock->until) {
        tell_moment(&telling, "到期时间是给定的，不按时限推算：",
                    "The end was given, not counted: ", clock->due);
        return telling.lines;
    }
    struct wg_limit legs[2];
    size_t n = workflow_clock_legs(clock, legs);
    int64_t due = clock->start;
    if (clock->extra > 0)
        tell_granted(&telling, clock);
    for (size_t i = 0; i < n && due != 0; i++)
        due = tell_limit(&telling, due, &legs[i]);
    if (due != 0 && clock->cap != 0 && clock->cap < due)
        tell_moment(&telling, "外部期限在先，内部提前办结，截止于 ",
                    "An outside date comes first; ours runs a margin earlier and ends ",
                    clock->cap);
    return telling.lines;
}

/* By which its end was counted; null where it was given. */
static struct json_object *calendar_json(const struct action *action,
                                         const struct workflow_clock *clock)
{
    if (clock->until)
        return NULL;
    struct json_object *one = json_object_new_object();
    json_object_object_add(one, "code", json_object_new_string(calendar_of(action, clock)->code));
    json_object_object_add(one, "version", json_object_new_int64(clock->calendar));
    return one;
}

static struct json_object *pauses_json(const struct workflow_case *from, const char *clock)
{
    struct json_object *list = json_object_new_array();
    struct wg_pause pauses[WORKFLOW_PAUSES];
    size_t n = workflow_pauses_of(from, clock, pauses);
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
    json_object_object_add(one, "calendar", calendar_json(action, clock));
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
