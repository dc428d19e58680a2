/* A calendar in the plainest form, minute by minute, and deadlines by walking over it: what
 * test_calendar_model.c holds common/calendar against. Written apart from it; what each unit counts
 * stands in common/calendar.h. */
#pragma once

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "common/calendar.h"
#include "common/json.h"
#include "common/text.h"

#include "tests/unit/test.h"

#define SECOND INT64_C(1000000)
#define MINUTE (60 * SECOND)
#define DAY (1440 * MINUTE)
#define EAST (8 * 60 * MINUTE)

enum {
    FIRST = 17501,
    STARTS = 3300,
    SPAN = 5500
}; /* days: from 1 December 2017; of starts; of cells */
enum { PER_CALENDAR = 500, PAUSES = 5, SEASONS = 3, HALF_DAYS = 40 };
enum { OPEN = 1, WORK_DAY = 2, PAUSED = 4, EDGE = 8 }; /* of a cell, a minute */

struct hours {
    bool open[1440];
    struct wg_text text;
};

struct season {
    int from, to; /* month * 100 + day */
    struct hours hours;
};

/* A calendar in the plainest form: what is this minute? */
struct model {
    struct hours plain, half;
    struct season seasons[SEASONS];
    int n_seasons;
    bool week[8];         /* by tm_wday */
    char special[SPAN];   /* 'h'oliday, 'm'ake-up, '2': a half day */
    unsigned char *cells; /* SPAN * 1440 */
    struct wg_pause pauses[PAUSES];
    int n_pauses;
    int64_t stop; /* when a pause begins that stays open, or the cells end */
    struct wg_text text;
};

static const char *sample_path;
static char real[SPAN]; /* as in special */
static uint64_t random_state;

static inline int any(int below)
{
    random_state = random_state * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
    return (int)((random_state >> 33) % (uint64_t)below);
}

/* ------------------------------------------------------------------ making a calendar */

static inline struct tm parts_of(int day)
{
    time_t second = (time_t)(FIRST + day) * 86400;
    return *gmtime(&second);
}

static inline void read_days(struct json_object *definition, const char *name, char mark)
{
    struct json_object *dates = wg_json_get(definition, name);
    for (size_t i = 0; i < json_object_array_length(dates); i++) {
        struct tm parts = { 0 };
        const char *text = json_object_get_string(json_object_array_get_idx(dates, i));
        if (strptime(text, "%Y-%m-%d", &parts) == NULL)
            fail_msg("no date: %s", text);
        real[timegm(&parts) / 86400 - FIRST] = mark;
    }
}

static inline void read_sample(void)
{
    char bytes[65536];
    FILE *file = sample_path == NULL ? NULL : fopen(sample_path, "rb");
    if (file == NULL)
        fail_msg("no sample calendar (argument 1)");
    size_t length = fread(bytes, 1, sizeof bytes, file);
    fclose(file);
    struct wg_json_verdict verdict;
    WG_AUTO(wg_json_put) struct json_object *definition = wg_json_parse(bytes, length, &verdict);
    read_days(definition, "holidays", 'h');
    read_days(definition, "makeup", 'm');
}

/* The office's, or at random: up to four intervals, some of which touch, some of a minute. */
static inline void make_hours(struct hours *hours)
{
    int at = any(600), n = 1 + any(4);
    bool office = any(3) == 0;
    wg_text_put(&hours->text, "[");
    for (int i = 0; i < (office ? 2 : n); i++) {
        int start = at + (i > 0 && any(5) == 0 ? 0 : any(200)),
            end = start + (i == 0 ? 60 : 1) + any(any(3) == 0 ? 3 : 200);
        start = start > 1430 + i ? 1430 + i : start;
        end = end > 1431 + i ? 1431 + i : end;
        end = i == n - 1 && any(5) == 0 ? 1440 : end;
        if (office) {
            start = i == 0 ? 510 : 840;
            end = i == 0 ? 720 : 1080;
        }
        wg_text_printf(&hours->text, "%s[\"%02d:%02d\",\"%02d:%02d\"]", i > 0 ? "," : "",
                       start / 60, start % 60, end / 60, end % 60);
        for (int minute = start; minute < end; minute++)
            hours->open[minute] = true;
        at = end;
    }
    wg_text_put(&hours->text, "]");
}

static inline void put_week(struct model *model)
{
    int one = any(7), given = 0;
    bool usual = any(3) > 0;
    wg_text_put(&model->text, ",\"workdays\":[");
    for (int i = 0; i < 7; i++) {
        if (usual ? i > 4 : i != one && any(3) == 0)
            continue;
        model->week[(i + 1) % 7] = true;
        wg_text_printf(&model->text, "%s%d", given++ > 0 ? "," : "", i + 1);
    }
    wg_text_put(&model->text, "]");
}

/* Up to three, one after another, the last one perhaps over the new year. */
static inline void put_seasons(struct model *model)
{
    int at = 101 + any(300);
    wg_text_put(&model->text, ",\"seasons\":[");
    for (int i = 0; i < model->n_seasons; i++) {
        struct season *season = &model->seasons[i];
        season->from = (at / 100 % 12 + 1) * 100 + 1 + any(28);
        season->to = (at / 100 % 12 + 2) * 100 + 1 + any(28);
        if (season->to > 1231)
            season->to -= 1200;
        at = season->to < season->from ? 1300 : season->to;
        make_hours(&season->hours);
        wg_text_printf(&model->text, "%s{\"from\":\"%02d-%02d\",\"to\":\"%02d-%02d\",\"hours\":%s}",
                       i > 0 ? "," : "", season->from / 100, season->from % 100, season->to / 100,
                       season->to % 100, season->hours.text.bytes);
        if (at >= 1100)
            model->n_seasons = i + 1;
    }
    wg_text_put(&model->text, "]");
}

static inline void put_specials(struct model *model, char mark, const char *name)
{
    int given = 0;
    wg_text_printf(&model->text, ",\"%s\":%s", name, mark == '2' ? "{" : "[");
    for (int i = SPAN - 1; i >= 0; i--) {
        if (model->special[i] != mark)
            continue;
        char date[16];
        struct tm parts = parts_of(i);
        strftime(date, sizeof date, "%Y-%m-%d", &parts);
        wg_text_printf(&model->text, "%s\"%s\"", given++ > 0 ? "," : "", date);
        if (mark == '2')
            wg_text_printf(&model->text, ":%s", model->half.text.bytes);
    }
    wg_text_put(&model->text, mark == '2' ? "}" : "]");
}

static inline const bool *open_on(const struct model *model, int day, const struct tm *parts)
{
    static const bool closed[1440];
    char special = model->special[day];
    int date = (parts->tm_mon + 1) * 100 + parts->tm_mday;
    if (special == '2')
        return model->half.open;
    if (special == 'h' || (special != 'm' && !model->week[parts->tm_wday]))
        return closed;
    for (int i = 0; i < model->n_seasons; i++) {
        const struct season *season = &model->seasons[i];
        bool after = date >= season->from, before = date <= season->to;
        if (season->from <= season->to ? after && before : after || before)
            return season->hours.open;
    }
    return model->plain.open;
}

static inline void paint_cells(struct model *model)
{
    struct tm parts = parts_of(0);
    for (int day = 0; day < SPAN; day++) {
        const bool *open = open_on(model, day, &parts);
        bool works = memchr(open, true, 1440) != NULL;
        for (int minute = 0; minute < 1440; minute++)
            model->cells[day * 1440 + minute] =
                (unsigned char)((open[minute] ? OPEN : 0) | (works ? WORK_DAY : 0));
        parts = parts_of(day + 1);
    }
}

static inline struct wg_calendar *calendar_of(const char *text)
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

/* The file; where further is a day, with that day a holiday too. */
static inline struct wg_calendar *make_calendar(struct model *model, int further)
{
    size_t head = model->text.length;
    char was = model->special[further < 0 ? 0 : further];
    if (further >= 0)
        model->special[further] = 'h';
    put_specials(model, 'h', "holidays");
    put_specials(model, 'm', "makeup");
    put_specials(model, '2', "half_days");
    wg_text_put(&model->text, "}");
    struct wg_calendar *calendar = calendar_of(model->text.bytes);
    if (further >= 0) {
        model->special[further] = was;
        model->text.length = head;
    }
    return calendar;
}

static inline void make_model(struct model *model)
{
    unsigned char *cells = model->cells;
    *model = (struct model){ .cells = cells, .n_seasons = any(2) == 0 ? 0 : any(SEASONS + 1) };
    memcpy(model->special, real, sizeof real);
    for (int i = any(3) == 0 ? any(HALF_DAYS) : 0; i > 0; i--)
        model->special[any(SPAN)] = "h2m"[any(3)];
    make_hours(&model->plain);
    make_hours(&model->half);
    wg_text_printf(&model->text, "{\"timezone\":\"Asia/Shanghai\",\"hours\":%s",
                   model->plain.text.bytes);
    put_week(model);
    put_seasons(model);
    paint_cells(model);
}

static inline void clear_model(struct model *model)
{
    wg_text_destroy(&model->text);
    wg_text_destroy(&model->plain.text);
    wg_text_destroy(&model->half.text);
    for (int i = 0; i < SEASONS; i++)
        wg_text_destroy(&model->seasons[i].hours.text);
}

/* ------------------------------------------------------------------ walking. Local microseconds
 * since FIRST; NEVER where the cells end. */

#define NEVER (SPAN * DAY)

static inline bool paused_at(const struct model *model, int64_t at)
{
    for (int i = 0; i < model->n_pauses; i++)
        if (model->pauses[i].from <= at && at < model->pauses[i].to)
            return true;
    return false;
}

/* A deadline here lies in a pause. */
static inline bool inside(const struct model *model, int64_t at)
{
    for (int i = 0; i < model->n_pauses; i++)
        if (model->pauses[i].from < at && at <= model->pauses[i].to)
            return true;
    return false;
}

/* The next moment at which anything can change. */
static inline int64_t next_change(const struct model *model, int64_t at)
{
    int64_t next = at - at % MINUTE + MINUTE;
    for (int i = 0; i < model->n_pauses; i++) {
        const struct wg_pause *pause = &model->pauses[i];
        next = pause->from > at && pause->from < next ? pause->from : next;
        next = pause->to > at && pause->to < next ? pause->to : next;
    }
    return next;
}

/* When so much time in cells of a kind has gone by unpaused. */
static inline int64_t walk(const struct model *model, int64_t at, int64_t left, unsigned char kind)
{
    const int64_t stop = model->stop / MINUTE; /* the cell, if any, in which a pause stays open */
    while (left > 0 && at < model->stop) {
        int64_t cell = at / MINUTE;
        if (at % MINUTE == 0 && left >= MINUTE && !(model->cells[cell] & EDGE)) {
            for (; left >= MINUTE && cell < stop && !(model->cells[cell] & EDGE); cell++)
                left -= (model->cells[cell] & (kind | PAUSED)) == kind ? MINUTE : 0;
            at = cell * MINUTE;
            continue;
        }
        int64_t next = next_change(model, at);
        if ((model->cells[cell] & kind) == kind && !paused_at(model, at)) {
            next = next - at > left ? at + left : next;
            left -= next - at;
        }
        at = next;
    }
    return left > 0 ? NEVER : at;
}

static inline bool is(const struct model *model, int64_t at, unsigned char kind)
{
    return (model->cells[at / MINUTE] & kind) == kind;
}

static inline int64_t first_open(const struct model *model, int64_t at)
{
    while (at < NEVER && !is(model, at, OPEN))
        at += MINUTE - at % MINUTE;
    return at;
}

/* The next moment with no pause around it; the first and the last of a pause have none. */
static inline int64_t again(const struct model *model, int64_t at, bool work)
{
    while (at < NEVER && at <= model->stop &&
           ((inside(model, at) && paused_at(model, at)) || (work && !is(model, at, OPEN))))
        at = next_change(model, at);
    return at <= model->stop ? at : NEVER;
}

static inline int64_t close_of(const struct model *model, int64_t day, bool work)
{
    int64_t minute = 1440;
    while (work && minute > 0 && !is(model, day * DAY + (minute - 1) * MINUTE, OPEN))
        minute--;
    return day * DAY + minute * MINUTE;
}

static inline int64_t into_hours(const struct model *model, int64_t at)
{
    int64_t open = first_open(model, at), day = at / DAY;
    if (at >= NEVER || open / DAY == day || !is(model, day * DAY, WORK_DAY))
        return open;
    return close_of(model, day, true);
}

static inline int64_t close_when_running(const struct model *model, int64_t day, bool work)
{
    int64_t close = close_of(model, day, work);
    while (close < NEVER && inside(model, close)) {
        int64_t runs = again(model, close, work);
        close = runs == NEVER ? NEVER : close_of(model, runs / DAY, work);
    }
    return close;
}

static inline int64_t count_days(const struct model *model, int64_t day, int n, bool work)
{
    for (; day < SPAN; day++) {
        if (work && !is(model, day * DAY, WORK_DAY))
            continue;
        int64_t close = close_of(model, day, work);
        if (!inside(model, close) && --n <= 0)
            return close;
    }
    return NEVER;
}

static inline int64_t model_deadline(const struct model *model, int64_t start,
                                     const struct wg_limit *limit)
{
    bool work = limit->unit == WG_WORK_MINUTE || limit->unit == WG_WORK_DAY;
    bool days = limit->unit == WG_DAY || limit->unit == WG_WORK_DAY;
    int64_t from = start, end;
    if (limit->next_work_day)
        from = first_open(model, (start / DAY + 1) * DAY);
    if (limit->close_of_day && days && (limit->n > 0 || limit->next_work_day))
        return count_days(model, limit->next_work_day ? from / DAY : start / DAY + 1,
                          limit->n > 0 ? limit->n : 1, work);
    if (limit->n == 0) {
        end = work ? first_open(model, from) : from;
        end = inside(model, end) ? again(model, end, work) : end;
    } else if (limit->unit == WG_WORK_DAY) {
        end = into_hours(model, walk(model, first_open(model, from), limit->n * DAY, WORK_DAY));
        end = inside(model, end) ? again(model, end, work) : end;
    } else {
        end = walk(model, from, limit->n * (days ? DAY : MINUTE), work ? OPEN : 0);
    }
    if (!limit->close_of_day || end >= NEVER)
        return end;
    return close_when_running(model, (end - (limit->n > 0)) / DAY, work);
}

/* ------------------------------------------------------------------ cases */

static inline void paint_pauses(struct model *model, bool on)
{
    for (int i = 0; i < model->n_pauses; i++) {
        const struct wg_pause *pause = &model->pauses[i];
        for (int64_t cell = pause->from / MINUTE;
             cell * MINUTE < pause->to && cell * MINUTE < model->stop; cell++) {
            bool whole = cell * MINUTE >= pause->from && (cell + 1) * MINUTE <= pause->to;
            if (on)
                model->cells[cell] |= whole ? PAUSED : EDGE;
            else
                model->cells[cell] &= OPEN | WORK_DAY;
        }
    }
}

static inline int64_t any_time(int64_t day)
{
    int64_t at = day * DAY + any(1440) * MINUTE;
    if (any(4) == 0)
        at -= at % (30 * MINUTE); /* where hours begin and end */
    return any(6) == 0 ? at + any(60) * SECOND + any(1000000) : at;
}

static inline struct wg_limit any_limit(void)
{
    static const int most[4][3] = {
        { 30, 1500, 4000 }, { 3, 15, 40 }, { 90, 4000, 20000 }, { 3, 15, 60 }
    };
    struct wg_limit limit = { .unit = (enum wg_unit)any(4),
                              .next_work_day = any(3) == 0,
                              .close_of_day = any(3) == 0 };
    limit.n = any(most[limit.unit][any(3)]);
    return limit;
}

static inline void put_pauses(const struct model *model, struct wg_pause pauses[PAUSES])
{
    for (int i = 0; i < model->n_pauses; i++) {
        pauses[i].from = model->pauses[i].from + FIRST * DAY - EAST;
        pauses[i].to = model->pauses[i].to == NEVER ? 0 : model->pauses[i].to + FIRST * DAY - EAST;
    }
}

static inline const char *time_of(int64_t at)
{
    return at == NEVER ? "never" : wg_time_string(at + FIRST * DAY - EAST);
}
