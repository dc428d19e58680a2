/* Promise: no calendar, start or limit makes the arithmetic differ from walking minute by minute.
 * Random calendars with their holidays and make-up days, random starts and limits; the seed is
 * printed, WANGGE_SEED repeats it. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "common/calendar.h"
#include "common/json.h"
#include "common/text.h"

#include "tests/unit/test.h"

#define MINUTE INT64_C(60000000)
#define DAY (1440 * MINUTE)
#define EAST (8 * 60 * MINUTE)

enum { MODEL_DAYS = 60, FIRST_YEAR = 2020 };

/* A random calendar, kept in the plainest form: is this minute of this day worked? */
struct model {
    bool open[1440];
    bool week[8];             /* by tm_wday */
    signed char special[400]; /* days from 1 January of FIRST_YEAR: 1 make-up, -1 holiday */
    int64_t first;            /* that day, since 1970 */
    int64_t asked;            /* the day last asked for, or -1, and what it was */
    bool worked;
    struct wg_text text;
};

static uint64_t random_state;

static int any(int below)
{
    random_state = random_state * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
    return (int)((random_state >> 33) % (uint64_t)below);
}

static void put_hours(struct model *model)
{
    int at = any(600), n = 1 + any(4);
    wg_text_put(&model->text, "\"hours\":[");
    for (int i = 0; i < n; i++) {
        int start = at + (i > 0 && any(5) == 0 ? 0 : any(200)),
            end = start + 1 + any(any(3) == 0 ? 3 : 200);
        start = start > 1430 + i ? 1430 + i : start;
        end = end > 1431 + i ? 1431 + i : end;
        end = i == n - 1 && any(5) == 0 ? 1440 : end;
        wg_text_printf(&model->text, "%s[\"%02d:%02d\",\"%02d:%02d\"]", i > 0 ? "," : "",
                       start / 60, start % 60, end / 60, end % 60);
        for (int minute = start; minute < end; minute++)
            model->open[minute] = true;
        at = end;
    }
    wg_text_put(&model->text, "],\"workdays\":[");
    int one = any(7);
    for (int i = 0, given = 0; i < 7; i++) {
        if (i != one && any(3) == 0)
            continue;
        model->week[(i + 1) % 7] = true;
        wg_text_printf(&model->text, "%s%d", given++ > 0 ? "," : "", i + 1);
    }
    wg_text_put(&model->text, "]");
}

static void put_specials(struct model *model, int kind, const char *name)
{
    int given = 0;
    wg_text_printf(&model->text, ",\"%s\":[", name);
    for (int i = (int)WG_COUNT(model->special) - 1; i >= 0; i--) {
        if (model->special[i] != kind)
            continue;
        time_t second = (time_t)((model->first + i) * 86400);
        char date[16];
        strftime(date, sizeof date, "%Y-%m-%d", gmtime(&second));
        wg_text_printf(&model->text, "%s\"%s\"", given++ > 0 ? "," : "", date);
    }
    wg_text_put(&model->text, "]");
}

static struct wg_calendar *calendar_of(const char *text)
{
    struct wg_json_verdict verdict;
    struct wg_calendar *calendar = NULL;
    char fault[300] = "";
    WG_AUTO(wg_json_put) struct json_object *object = wg_json_parse(text, strlen(text), &verdict);
    if (verdict.fault != WG_JSON_FINE ||
        wg_calendar_new(object, &calendar, fault, sizeof fault) != 0)
        fail_msg("calendar refused: %s: %s", text, fault);
    return calendar;
}

static struct wg_calendar *make_model(struct model *model)
{
    struct tm new_year = { .tm_year = FIRST_YEAR - 1900 + any(8), .tm_mday = 1 };
    int holidays = any(4), makeups = any(4);
    *model = (struct model){ .first = timegm(&new_year) / 86400, .asked = -1 };
    for (size_t i = 0; i < WG_COUNT(model->special); i++) {
        int die = any(20);
        model->special[i] = (signed char)(die < holidays ? -1 : die >= 20 - makeups ? 1 : 0);
        /* Sometimes two weeks off at a stretch. */
        for (int run = any(120) == 0 ? 14 : 0; run > 0 && i + 1 < WG_COUNT(model->special); run--)
            model->special[++i] = -1;
    }
    wg_text_put(&model->text, "{\"timezone\":\"Asia/Shanghai\",");
    put_hours(model);
    put_specials(model, -1, "holidays");
    put_specials(model, 1, "makeup");
    wg_text_put(&model->text, "}");
    return calendar_of(model->text.bytes);
}

static bool model_workday(const struct model *model, int64_t day)
{
    int64_t from_first = day - model->first;
    time_t second = (time_t)(day * 86400);
    if (from_first >= 0 && from_first < (int64_t)WG_COUNT(model->special) &&
        model->special[from_first] != 0)
        return model->special[from_first] > 0;
    return model->week[gmtime(&second)->tm_wday];
}

/* Local microseconds from here on. */
static bool model_open(struct model *model, int64_t time)
{
    if (model->asked != time / DAY) {
        model->asked = time / DAY;
        model->worked = model_workday(model, model->asked);
    }
    return model->worked && model->open[time % DAY / MINUTE];
}

static int64_t model_next_open(struct model *model, int64_t time)
{
    while (!model_open(model, time))
        time += MINUTE - time % MINUTE;
    return time;
}

static int64_t model_deadline(struct model *model, int64_t start, struct wg_limit limit)
{
    int64_t time = model_next_open(model, start), left = limit.n * MINUTE;
    if (limit.unit == WG_WORK_DAY) {
        int64_t day = time / DAY;
        for (int n = 0; n < limit.n;)
            n += model_workday(model, ++day);
        return day * DAY + time % DAY;
    }
    while (left > 0) {
        int64_t step = MINUTE - time % MINUTE;
        if (model_open(model, time)) {
            step = step < left ? step : left;
            left -= step;
        }
        time += step;
    }
    return time;
}

static int64_t model_between(struct model *model, int64_t from, int64_t to)
{
    int64_t worked = 0;
    while (from < to) {
        int64_t step = MINUTE - from % MINUTE;
        step = step < to - from ? step : to - from;
        worked += model_open(model, from) ? step : 0;
        from += step;
    }
    return worked;
}

static void check_against_model(struct model *model, const struct wg_calendar *calendar)
{
    int64_t start =
        (model->first + any((int)WG_COUNT(model->special) + MODEL_DAYS) - MODEL_DAYS / 2) * DAY;
    start += any(1440) * MINUTE;
    start += any(3) == 0 ? any(60) * INT64_C(1000000) + any(1000000) : 0;
    struct wg_limit limit = { .unit = any(2) == 0 ? WG_WORK_MINUTE : WG_WORK_DAY };
    limit.n = any(limit.unit == WG_WORK_DAY ? 30 : any(2) == 0 ? 30 : 1500);
    int64_t got = wg_calendar_deadline(calendar, start - EAST, &limit, NULL, 0) + EAST;
    int64_t want = model_deadline(model, start, limit);
    if (got != want)
        fail_msg("%s start %s, %d of unit %d: %s, model %s", model->text.bytes,
                 wg_time_string(start - EAST), limit.n, limit.unit, wg_time_string(got - EAST),
                 wg_time_string(want - EAST));
    int64_t end = start + any(20 * 1440) * MINUTE + any(60000000);
    int64_t worked = wg_calendar_between(calendar, start - EAST, end - EAST);
    if (worked != model_between(model, start, end))
        fail_msg("%s between %s and %s", model->text.bytes, wg_time_string(start - EAST),
                 wg_time_string(end - EAST));
    /* What the one says must be what the other counts. */
    if (limit.unit == WG_WORK_MINUTE)
        assert_true(wg_calendar_between(calendar, start - EAST, got - EAST) == limit.n * MINUTE);
}

static void test_model(void **state)
{
    const char *seed = getenv("WANGGE_SEED");
    random_state = seed != NULL ? strtoull(seed, NULL, 10) : (uint64_t)time(NULL);
    printf("# WANGGE_SEED=%llu\n", (unsigned long long)random_state);
    for (int i = 0; i < 300; i++) {
        struct model model;
        WG_AUTO(wg_calendar_destroy) struct wg_calendar *calendar = make_model(&model);
        for (int j = 0; j < 15; j++)
            check_against_model(&model, calendar);
        wg_text_destroy(&model.text);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = { cmocka_unit_test(test_model) };
    return cmocka_run_group_tests_name("calendar-model", tests, NULL, NULL);
}
