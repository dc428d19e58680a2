/* Tells the course of a clock in the steps in which calendar.c reckons it. */
#include "common/calendar_explain.h"

#include "common/calendar_course.h"

struct telling {
    const struct course *course;
    struct wg_spans *spans;
    int64_t counted;  /* so far */
    int64_t piece;    /* a row holds no more: a day of day units */
    int64_t free_day; /* the last one told */
};

void wg_spans_destroy(struct wg_spans *spans)
{
    free(spans->rows);
    *spans = (struct wg_spans){ 0 };
}

/* from and to are local. Free days on end with the same reason are one span. */
static void put(struct telling *telling, struct wg_span span)
{
    struct wg_spans *spans = telling->spans;
    struct wg_span *last = spans->n == 0 ? NULL : &spans->rows[spans->n - 1];
    span.from -= telling->course->calendar->offset;
    span.to = span.to == FOREVER ? 0 : span.to - telling->course->calendar->offset;
    if (last != NULL && span.kind == WG_SPAN_FREE && last->kind == WG_SPAN_FREE &&
        last->why == span.why && last->to == span.from) {
        last->to = span.to;
        return;
    }
    if (spans->n == WG_SPANS_MOST) {
        spans->cut = true;
        return;
    }
    if (spans->n == spans->room) {
        spans->room = spans->room == 0 ? 16 : spans->room * 2;
        spans->rows = wg_resize(spans->rows, spans->room * sizeof spans->rows[0]);
    }
    spans->rows[spans->n++] = span;
    telling->counted += span.counted;
}

static enum wg_span_why why_counted(const struct wg_calendar *calendar, int64_t day)
{
    if (calendar->kinds[day - FIRST_DAY] >= calendar->first_half)
        return WG_WHY_HALF_DAY;
    return calendar->week[wg_days_weekday(day)] ? WG_WHY_NONE : WG_WHY_MAKEUP;
}

/* Free days in work units, each told once. */
static void tell_free(struct telling *telling, int64_t from, int64_t to)
{
    const struct wg_calendar *calendar = telling->course->calendar;
    int64_t day = wg_days_floor(from, DAY);
    day = day < FIRST_DAY ? FIRST_DAY : day;
    day = day <= telling->free_day ? telling->free_day + 1 : day;
    for (; telling->course->work && day * DAY < to && day < END_DAY; day++) {
        bool holiday = calendar->kinds[day - FIRST_DAY] == HOURS_HOLIDAY;
        if (wg_days_works(calendar, day))
            continue;
        put(telling, (struct wg_span){ .from = day * DAY,
                                       .to = (day + 1) * DAY,
                                       .kind = WG_SPAN_FREE,
                                       .why = holiday ? WG_WHY_HOLIDAY : WG_WHY_DAY_OFF });
        telling->free_day = day;
    }
}

/* ------------------------------------------------------------------ a stretch without a pause */

static void tell_intervals(struct telling *telling, int64_t from, int64_t to)
{
    const struct wg_calendar *calendar = telling->course->calendar;
    for (int64_t day = wg_days_floor(from, DAY); day * DAY < to && day < END_DAY; day++) {
        const struct hours *hours = wg_days_hours(calendar, day);
        if (hours->n == 0)
            tell_free(telling, day * DAY, (day + 1) * DAY < to ? (day + 1) * DAY : to);
        for (size_t i = 0; i < hours->n; i++) {
            int64_t start = day * DAY + hours->spans[i].start * MINUTE;
            int64_t end = day * DAY + hours->spans[i].end * MINUTE;
            start = start > from ? start : from;
            end = end < to ? end : to;
            if (start < end)
                put(telling, (struct wg_span){ .from = start,
                                               .to = end,
                                               .counted = end - start,
                                               .why = why_counted(calendar, day) });
        }
    }
}

static void tell_pieces(struct telling *telling, int64_t from, int64_t to)
{
    const struct course *course = telling->course;
    int64_t at = wg_days_measure(course->calendar, course->measure, from);
    int64_t end = wg_days_measure(course->calendar, course->measure, to);
    while (at < end && !telling->spans->cut) {
        int64_t piece = telling->piece - telling->counted % telling->piece;
        piece = piece < end - at ? piece : end - at;
        at += piece;
        int64_t ends = wg_days_moment(course->calendar, course->measure, at);
        tell_free(telling, from, ends);
        put(telling, (struct wg_span){ .from = from, .to = ends, .counted = piece });
        from = ends;
    }
}

static void tell_closes(struct telling *telling, int64_t from, int64_t to)
{
    const struct course *course = telling->course;
    int64_t at = wg_days_measure(course->calendar, course->measure, from);
    int64_t end = wg_days_measure(course->calendar, course->measure, to);
    while (at < end && !telling->spans->cut) {
        int64_t close = wg_days_moment(course->calendar, course->measure, ++at);
        int64_t day = wg_days_floor(close - 1, DAY), opening = day * DAY;
        struct wg_span span = { .to = close, .counted = DAY };
        if (course->work) {
            opening += wg_days_hours(course->calendar, day)->spans[0].start * MINUTE;
            span.why = why_counted(course->calendar, day);
        }
        span.from = opening;
        tell_free(telling, from, close);
        put(telling, span);
        from = close;
    }
}

static void tell_stretch(struct telling *telling, int64_t from, int64_t to)
{
    switch (telling->course->measure) {
    case WORKED:
        tell_intervals(telling, from, to);
        break;
    case CLOSES:
    case MIDNIGHTS:
        tell_closes(telling, from, to);
        break;
    default:
        tell_pieces(telling, from, to);
    }
}

/* ------------------------------------------------------------------ the whole */

static void tell_pause(struct telling *telling, int64_t from, int64_t to)
{
    put(telling, (struct wg_span){ .from = from, .to = to, .kind = WG_SPAN_PAUSED });
}

static void tell_course(struct telling *telling, int64_t at, int64_t used_up)
{
    const struct course *course = telling->course;
    struct wg_pause pause;
    while (wg_course_pause(course, at, &pause) && pause.from < used_up) {
        int64_t begins = pause.from > at ? pause.from : at;
        tell_stretch(telling, at, begins);
        tell_pause(telling, begins, pause.to);
        if (pause.to == FOREVER)
            return;
        at = pause.to;
    }
    tell_stretch(telling, at, used_up);
}

/* The pause in which a deadline would lie, and which is open. */
static void tell_open(struct telling *telling)
{
    struct wg_pause pause = { .to = telling->course->from };
    while (wg_course_pause(telling->course, pause.to, &pause))
        if (pause.to == FOREVER)
            break;
    tell_pause(telling, pause.from, pause.to);
}

int64_t wg_calendar_explain(const struct wg_calendar *calendar, const struct wg_term *term,
                            struct wg_spans *spans)
{
    struct course course;
    wg_course_plan(calendar, term->start, &term->limit, &course);
    course.pauses = term->pauses;
    course.n_pauses = term->n_pauses;
    struct telling telling = { .course = &course, .spans = spans, .piece = FOREVER };
    if (term->limit.unit == WG_DAY || term->limit.unit == WG_WORK_DAY)
        telling.piece = DAY;
    telling.free_day = wg_days_floor(course.start, DAY) - 1;
    int64_t used_up = wg_course_used_up(&course), due = wg_course_settle(&course, used_up);
    int64_t begins =
        course.measure == WORKED ? wg_days_next_open(calendar, course.from) : course.from;
    tell_free(&telling, course.start, begins);
    if (begins > course.start)
        put(&telling,
            (struct wg_span){ .from = course.start, .to = begins, .kind = WG_SPAN_BEFORE });
    if (course.need > 0)
        tell_course(&telling, begins, used_up);
    if (due == FOREVER && used_up != FOREVER)
        tell_open(&telling);
    else if (due != used_up)
        put(&telling, (struct wg_span){ .from = used_up, .to = due, .kind = WG_SPAN_MOVED });
    return due == FOREVER ? 0 : due - calendar->offset;
}
