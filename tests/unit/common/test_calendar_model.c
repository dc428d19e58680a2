/* Promise: no calendar, start, limit or pause makes a deadline differ from walking minute by
 * minute; a further holiday, a later start, one more pause never make it earlier; what explains it
 * adds up to the limit. The calendar is the sample's (argument 1: the real holidays of 2018–2026)
 * with random hours, seasons, half days and some further holidays. The seed is printed, WANGGE_SEED
 * repeats it; WANGGE_CASES says how many cases. */
#include "common/calendar_explain.h"

#include "tests/unit/common/calendar_model.h"

/* ------------------------------------------------------------------ cases */

/* Before or after the start, short or long, some over another's end, some still open. */
static void make_pauses(struct model *model, int64_t start)
{
    int64_t at = start + (any(3) - 1) * any(2000) * MINUTE;
    model->n_pauses = any(3) == 0 ? 1 + any(PAUSES) : 0;
    model->stop = NEVER;
    for (int i = 0; i < model->n_pauses; i++) {
        struct wg_pause *pause = &model->pauses[i];
        pause->from = any_time(at / DAY);
        pause->to = any(3) == 0 ? any_time(at / DAY + any(20)) : pause->from + any(600) * MINUTE;
        if (any(30) == 0)
            pause->to = NEVER;
        if (pause->to == NEVER && pause->from < model->stop)
            model->stop = pause->from;
        if (pause->to < pause->from)
            pause->to = pause->from;
        at = (any(2) == 0 ? pause->from : at) + any(4000) * MINUTE;
    }
}

static int64_t deadline_of(const struct wg_calendar *calendar, const struct model *model,
                           int64_t start, const struct wg_limit *limit)
{
    struct wg_pause pauses[PAUSES];
    put_pauses(model, pauses);
    int64_t due = wg_calendar_deadline(calendar, start + FIRST * DAY - EAST, limit, pauses,
                                       (size_t)model->n_pauses);
    return due == 0 ? NEVER : due - FIRST * DAY + EAST;
}

/* Everything that repeats the case. */
static void complain(const struct model *model, int64_t start, const struct wg_limit *limit,
                     const char *what)
{
    WG_AUTO(wg_text_destroy) struct wg_text text = { 0 };
    wg_limit_write(limit, &text, NULL);
    for (int i = 0; i < model->n_pauses; i++)
        wg_text_printf(&text, " pause %s to %s", time_of(model->pauses[i].from),
                       time_of(model->pauses[i].to));
    printf("# %s\n", model->text.bytes); /* too long for cmocka */
    fail_msg("start %s %s: %s", time_of(start), text.bytes, what);
}

static void check_order(const struct wg_calendar *calendar, const struct wg_calendar *twin,
                        struct model *model, int64_t start, const struct wg_limit *limit)
{
    int64_t due = deadline_of(calendar, model, start, limit);
    if (deadline_of(twin, model, start, limit) < due)
        complain(model, start, limit, "a further holiday made it earlier");
    int64_t later = start + (any(2) == 0 ? any(120) : any(3000)) * MINUTE + any(2) * any(1000000);
    if (deadline_of(calendar, model, later, limit) < due)
        complain(model, start, limit, "a later start made it earlier");
    if (model->n_pauses > 0) {
        model->n_pauses--;
        int64_t sooner = deadline_of(calendar, model, start, limit);
        model->n_pauses++;
        if (sooner > due)
            complain(model, start, limit, "a pause made it earlier");
    }
}

/* The counted spans add up to the limit, lie one after another and outside of pauses; a span of
 * work minutes is worked throughout. */
static void check_spans(const struct model *model, const struct wg_calendar *calendar,
                        int64_t start, const struct wg_limit *limit)
{
    WG_AUTO(wg_spans_destroy) struct wg_spans spans = { 0 };
    struct wg_pause pauses[PAUSES];
    put_pauses(model, pauses);
    const struct wg_term term = { start + FIRST * DAY - EAST, *limit, pauses,
                                  (size_t)model->n_pauses };
    int64_t due = wg_calendar_explain(calendar, &term, &spans), counted = 0, last = term.start;
    bool days = limit->unit == WG_DAY || limit->unit == WG_WORK_DAY;
    bool closes = days && limit->close_of_day;
    for (size_t i = 0; i < spans.n; i++) {
        const struct wg_span *span = &spans.rows[i];
        if (span->kind == WG_SPAN_PAUSED && span->to == 0 && i + 1 < spans.n)
            complain(model, start, limit, "the clock goes on after an open pause");
        if (span->kind != WG_SPAN_COUNTED)
            continue;
        if (span->from < last || span->to <= span->from || span->counted <= 0)
            complain(model, start, limit, "spans out of order");
        if (limit->unit == WG_WORK_MINUTE &&
            wg_calendar_between(calendar, span->from, span->to) != span->counted)
            complain(model, start, limit, "a span is not what it counts");
        if (!closes && paused_at(model, span->from - FIRST * DAY + EAST))
            complain(model, start, limit, "a span begins in a pause");
        counted += span->counted;
        last = span->to;
    }
    int64_t n = limit->n == 0 && closes && limit->next_work_day ? 1 : limit->n;
    if (due != 0 && counted != n * (days ? DAY : MINUTE))
        complain(model, start, limit, "the spans do not add up to the limit");
    if ((due == 0 ? NEVER : due - FIRST * DAY + EAST) != deadline_of(calendar, model, start, limit))
        complain(model, start, limit, "explained and reckoned differ");
    if (spans.cut)
        complain(model, start, limit, "cut");
}

static void check_case(struct model *model, const struct wg_calendar *calendar,
                       const struct wg_calendar *twin, int further)
{
    int64_t start = any_time(any(2) == 0 ? 31 + any(STARTS) : further - any(45));
    struct wg_limit limit = any_limit();
    make_pauses(model, start);
    paint_pauses(model, true);
    int64_t want = model_deadline(model, start, &limit);
    int64_t got = deadline_of(calendar, model, start, &limit);
    if (got != want) {
        char what[100];
        snprintf(what, sizeof what, "%s, model %s", time_of(got), time_of(want));
        complain(model, start, &limit, what);
    }
    check_spans(model, calendar, start, &limit);
    int64_t worked = wg_calendar_between(calendar, start + FIRST * DAY - EAST,
                                         start + FIRST * DAY - EAST + 3 * DAY + 12345);
    paint_pauses(model, false);
    model->n_pauses = 0;
    model->stop = NEVER;
    /* What the one says must be what the other counts. */
    if (worked > 0 && walk(model, start, worked, OPEN) > start + 3 * DAY + 12345)
        complain(model, start, &limit, "between");
    make_pauses(model, start);
    check_order(calendar, twin, model, start, &limit);
}

static void test_model(void **state)
{
    const char *seed = getenv("WANGGE_SEED"), *cases = getenv("WANGGE_CASES");
    long n = cases != NULL ? strtol(cases, NULL, 10) : 20000;
    random_state = seed != NULL ? strtoull(seed, NULL, 10) : (uint64_t)time(NULL);
    printf("# WANGGE_SEED=%llu WANGGE_CASES=%ld\n", (unsigned long long)random_state, n);
    WG_AUTO(wg_free) unsigned char *cells = wg_new((size_t)SPAN * 1440);
    struct model model = { .cells = cells };
    read_sample();
    for (long done = 0; done < n;) {
        int further = 80 + any(STARTS);
        make_model(&model);
        WG_AUTO(wg_calendar_destroy) struct wg_calendar *twin = make_calendar(&model, further);
        WG_AUTO(wg_calendar_destroy) struct wg_calendar *calendar = make_calendar(&model, -1);
        for (int i = 0; i < PER_CALENDAR && done < n; i++, done++)
            check_case(&model, calendar, twin, further);
        clear_model(&model);
    }
}

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = { cmocka_unit_test(test_model) };
    sample_path = argc > 1 ? argv[1] : NULL;
    return cmocka_run_group_tests_name("calendar-model", tests, NULL, NULL);
}
