/* Promise: no limit, days granted, outside date, pauses or calendar make the end of a clock or its
 * marks differ from walking minute by minute (tests/unit/common/calendar_model.h). Argument 1: the
 * sample's calendar. The seed is printed, WANGGE_SEED repeats it;
 * WANGGE_CASES says how many cases. */
#include "services/triage/workflow_file.h"
#include "tests/unit/common/calendar_model.h"

static const int64_t since = FIRST * DAY - EAST;

static const char FILE_[] =
    "{\"workflow\":\"w\",\"title\":{\"zh\":\"试\",\"en\":\"T\"},\"initial\":\"a\","
    "\"states\":{\"a\":{\"zh\":\"甲\",\"en\":\"A\",\"resident\":{\"zh\":\"甲\",\"en\":\"A\"}}},"
    "\"people\":{},\"clocks\":{\"c\":{\"zh\":\"办\",\"en\":\"R\",\"owner\":\"holder\","
    "\"limit\":{\"n\":3,\"unit\":\"work_day\"}}},"
    "\"open\":{\"event\":\"e\",\"level\":\"grid\",\"walk\":[]},\"actions\":{}}";

/* A clock as the model has it: local microseconds. */
struct term {
    int64_t start, cap; /* cap 0 = none */
    struct wg_limit limit;
    int extra;
};

static bool is_work(const struct term *term)
{
    return term->limit.unit == WG_WORK_MINUTE || term->limit.unit == WG_WORK_DAY;
}

static int64_t walked_end(const struct model *model, const struct term *term)
{
    struct wg_limit limit = term->limit;
    bool minutes = limit.unit == WG_MINUTE || limit.unit == WG_WORK_MINUTE;
    const struct wg_limit more = { .n = term->extra,
                                   .unit = is_work(term) ? WG_WORK_DAY : WG_DAY,
                                   .next_work_day = limit.next_work_day };
    int64_t start = term->start;
    if (minutes && term->extra > 0) {
        start = model_deadline(model, start, &more);
        limit.next_work_day = false;
    } else {
        limit.n += term->extra;
    }
    return start == NEVER ? NEVER : model_deadline(model, start, &limit);
}

/* How long it runs between two moments. */
static int64_t walked_time(const struct model *model, const struct term *term, int64_t from,
                           int64_t to)
{
    const unsigned char kind = is_work(term) ? OPEN : 0;
    int64_t sum = 0;
    while (from < to) {
        int64_t next = next_change(model, from);
        next = next < to ? next : to;
        if (is(model, from, kind) && !paused_at(model, from))
            sum += next - from;
        from = next;
    }
    return sum;
}

static int64_t walked_mark(const struct model *model, const struct term *term, int64_t length,
                           int per_cent)
{
    const struct wg_limit part = { .n = (int32_t)(length / MINUTE * per_cent / 100),
                                   .unit = is_work(term) ? WG_WORK_MINUTE : WG_MINUTE };
    return model_deadline(model, term->start, &part);
}

/* One after another, as a case's are; all over. */
static void make_turns(struct model *model, int64_t start)
{
    int64_t at = start;
    model->n_pauses = any(2) == 0 ? any(PAUSES) : 0;
    model->stop = NEVER;
    for (int i = 0; i < model->n_pauses; i++) {
        at += any(3000) * MINUTE + any(2) * any(1000000);
        model->pauses[i].from = at;
        at += any(any(2) == 0 ? 300 : 6000) * MINUTE + 1;
        model->pauses[i].to = at;
    }
}

static struct term any_term(void)
{
    struct term term = { .start = any_time(31 + any(STARTS)), .limit = any_limit() };
    term.extra = any(2) == 0 ? any(12) : 0;
    if (any(2) == 0)
        term.cap = term.start + (int64_t)any(any(2) == 0 ? 3000 : 60000) * MINUTE;
    return term;
}

static void check(const struct workflow *workflow, const struct wg_calendar *calendar,
                  struct model *model)
{
    const struct term term = any_term();
    struct workflow_case row = { .n_clocks = 1 };
    struct workflow_clock *clock = &row.clocks[0];
    struct workflow_facts facts = { .calendar = calendar, .n_limits = 1 };
    struct wg_pause pauses[PAUSES];
    model->n_pauses = 0;
    model->stop = NEVER;
    int64_t end = walked_end(model, &term), length = walked_time(model, &term, term.start, end);
    make_turns(model, term.start);
    paint_pauses(model, true);
    put_pauses(model, pauses);
    for (int i = 0; i < model->n_pauses; i++)
        row.pauses[row.n_pauses++] = (struct workflow_pause){ "c", pauses[i].from, pauses[i].to };
    *clock = (struct workflow_clock){ .name = "c",
                                      .start = term.start + since,
                                      .cap = term.cap == 0 ? 0 : term.cap + since,
                                      .extra = term.extra };
    wg_copy(facts.limits[0].clock, sizeof facts.limits[0].clock, "c");
    facts.limits[0].limit = term.limit;
    const struct workflow_step step = { .workflow = workflow,
                                        .before = &row,
                                        .after = &row,
                                        .facts = &facts,
                                        .now = term.start + since };
    workflow_recount_clocks(&step);
    end = walked_end(model, &term);
    end = term.cap != 0 && term.cap < end ? term.cap : end;
    if (clock->due - since != end)
        fail_msg("start %s n %d unit %d extra %d cap %s: due %s, model %s", time_of(term.start),
                 term.limit.n, term.limit.unit, term.extra, time_of(term.cap),
                 time_of(clock->due - since), time_of(end));
    if (term.cap != 0) {
        int64_t room = walked_time(model, &term, term.start, term.cap);
        length = room < length ? room : length;
    }
    for (int per_cent = 20; per_cent < 100; per_cent += 30) {
        int64_t mark = walked_mark(model, &term, length, per_cent);
        mark = mark < end ? mark : end;
        int64_t have = workflow_clock_mark(&row, clock, calendar, per_cent) - since;
        if (have != mark)
            fail_msg("start %s n %d unit %d extra %d cap %s due %s: %d %% at %s, model %s",
                     time_of(term.start), term.limit.n, term.limit.unit, term.extra,
                     time_of(term.cap), time_of(end), per_cent, time_of(have), time_of(mark));
    }
    paint_pauses(model, false);
}

static void test_model(void **state)
{
    const char *seed = getenv("WANGGE_SEED"), *cases = getenv("WANGGE_CASES");
    long n = cases != NULL ? strtol(cases, NULL, 10) : 5000;
    char fault[200];
    struct wg_json_verdict verdict;
    struct workflow *workflow = NULL;
    WG_AUTO(wg_json_put)
    struct json_object *file = wg_json_parse(FILE_, sizeof FILE_ - 1, &verdict);
    WG_AUTO(wg_free) unsigned char *cells = wg_new((size_t)SPAN * 1440);
    struct model model = { .cells = cells };
    (void)state;
    random_state = seed != NULL ? strtoull(seed, NULL, 10) : (uint64_t)time(NULL);
    printf("# WANGGE_SEED=%llu WANGGE_CASES=%ld\n", (unsigned long long)random_state, n);
    assert_int_equal(workflow_new(file, 1, &workflow, fault, sizeof fault), 0);
    read_sample();
    for (long done = 0; done < n;) {
        make_model(&model);
        WG_AUTO(wg_calendar_destroy) struct wg_calendar *calendar = make_calendar(&model, -1);
        for (int i = 0; i < PER_CALENDAR && done < n; i++, done++)
            check(workflow, calendar, &model);
        clear_model(&model);
    }
    workflow_destroy(&workflow);
}

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = { cmocka_unit_test(test_model) };
    sample_path = argc > 1 ? argv[1] : NULL;
    return cmocka_run_group_tests_name("workflow-clocks-model", tests, NULL, NULL);
}
