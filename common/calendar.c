/* Deadlines. A clock counts one thing (calendar_days.h: working time, elapsed time, closes …) from
 * one moment on, and stands in pauses; the moment at which it has counted enough is then moved into
 * the hours, or to the close, of its day. All of this grows with the start and with each pause, and
 * what is counted shrinks with each holiday: that is why neither can make a deadline earlier. */
#include "common/calendar.h"

#include <time.h>

#include "common/calendar_course.h"

/* ------------------------------------------------------------------ the course */

void wg_course_plan(const struct wg_calendar *calendar, int64_t start, const struct wg_limit *limit,
                    struct course *ret_course)
{
    int64_t local = wg_days_local(calendar, start), day = wg_days_floor(local, DAY);
    int64_t n = limit->n < 0 ? 0 : limit->n > MOST_N ? MOST_N : limit->n;
    bool work = limit->unit == WG_WORK_MINUTE || limit->unit == WG_WORK_DAY;
    bool days = limit->unit == WG_DAY || limit->unit == WG_WORK_DAY;
    struct course course = { .calendar = calendar,
                             .start = local,
                             .from = local,
                             .measure = work ? WORKED : ELAPSED,
                             .need = n * (days ? DAY : MINUTE),
                             .work = work,
                             .close = limit->close_of_day };
    if (limit->next_work_day)
        course.from = wg_days_opening(calendar, day + 1);
    if (days && limit->close_of_day && (n > 0 || limit->next_work_day)) {
        course.measure = work ? CLOSES : MIDNIGHTS;
        course.need = n > 0 ? n : 1;
        course.from =
            limit->next_work_day ? wg_days_floor(course.from, DAY) * DAY : (day + 1) * DAY;
    } else if (limit->unit == WG_WORK_DAY) {
        course.measure = WORKED_DAYS;
        course.from = wg_days_next_open(calendar, course.from);
        course.hours = !limit->close_of_day;
    }
    *ret_course = course;
}

static struct wg_pause pause_at(const struct course *course, size_t i)
{
    struct wg_pause pause = course->pauses[i];
    pause.from = wg_days_local(course->calendar, pause.from);
    pause.to = pause.to == 0 ? FOREVER : wg_days_local(course->calendar, pause.to);
    return pause;
}

bool wg_course_pause(const struct course *course, int64_t at, struct wg_pause *ret_pause)
{
    struct wg_pause first = { .from = FOREVER };
    for (size_t i = 0; i < course->n_pauses; i++) {
        struct wg_pause pause = pause_at(course, i);
        if (pause.to > at && pause.to > pause.from && pause.from < first.from)
            first = pause;
    }
    if (first.from == FOREVER)
        return false;
    for (bool grew = true; grew;) {
        grew = false;
        for (size_t i = 0; i < course->n_pauses; i++) {
            struct wg_pause pause = pause_at(course, i);
            if (pause.from <= first.to && pause.to > first.to) {
                first.to = pause.to;
                grew = true;
            }
        }
    }
    *ret_pause = first;
    return true;
}

int64_t wg_course_used_up(const struct course *course)
{
    const struct wg_calendar *calendar = course->calendar;
    int64_t at = course->from, need = course->need;
    struct wg_pause pause;
    if (need == 0)
        return course->work ? wg_days_next_open(calendar, at) : at;
    while (wg_course_pause(course, at, &pause)) {
        int64_t begins = pause.from > at ? pause.from : at;
        int64_t counted = wg_days_measure(calendar, course->measure, begins) -
                          wg_days_measure(calendar, course->measure, at);
        if (counted >= need)
            break;
        if (pause.to == FOREVER)
            return FOREVER;
        need -= counted;
        at = pause.to;
    }
    int64_t end = wg_days_moment(calendar, course->measure,
                                 wg_days_measure(calendar, course->measure, at) + need);
    return end > at ? end : at;
}

/* True where a moment lies in a pause. */
static bool stands_at(const struct course *course, int64_t at, struct wg_pause *ret_pause)
{
    return wg_course_pause(course, at - 1, ret_pause) && ret_pause->from < at;
}

/* A moment that lies in no pause, itself; else when the clock runs again. */
static int64_t out_of_pause(const struct course *course, int64_t at)
{
    struct wg_pause pause;
    while (stands_at(course, at, &pause)) {
        if (pause.to == FOREVER)
            return FOREVER;
        int64_t again = course->work ? wg_days_next_open(course->calendar, pause.to) : pause.to;
        if (again == at)
            break;
        at = again;
    }
    return at;
}

/* The moment itself in the hours of its day or at their end; past them that end; else the next
 * opening. */
static int64_t into_hours(const struct wg_calendar *calendar, int64_t at)
{
    int64_t day = wg_days_floor(at, DAY);
    if (wg_days_works(calendar, day) && at > wg_days_close(calendar, day))
        return wg_days_close(calendar, day);
    return wg_days_works(calendar, day) && at == wg_days_close(calendar, day)
               ? at
               : wg_days_next_open(calendar, at);
}

static int64_t close_after(const struct course *course, int64_t day)
{
    return course->work ? wg_days_close(course->calendar, day) : (day + 1) * DAY;
}

/* The close of the day of a moment, or of the first one after it at which the clock runs. What is
 * used up with the end of a day belongs to that day. */
static int64_t last_close(const struct course *course, int64_t used_up)
{
    struct wg_pause pause;
    int64_t close = close_after(course, wg_days_floor(used_up - (course->need > 0), DAY));
    while (stands_at(course, close, &pause)) {
        int64_t again = out_of_pause(course, close);
        if (again == FOREVER || again >= END_DAY * DAY)
            return again;
        close = close_after(course, wg_days_floor(again, DAY));
    }
    return close;
}

int64_t wg_course_settle(const struct course *course, int64_t used_up)
{
    if (used_up == FOREVER || course->measure == CLOSES || course->measure == MIDNIGHTS)
        return used_up;
    if (course->hours && course->need > 0)
        used_up = into_hours(course->calendar, used_up);
    if (!course->close)
        return out_of_pause(course, used_up);
    if (course->need == 0)
        used_up = out_of_pause(course, used_up);
    return used_up == FOREVER ? FOREVER : last_close(course, used_up);
}

int64_t wg_calendar_deadline(const struct wg_calendar *calendar, int64_t start,
                             const struct wg_limit *limit, const struct wg_pause *pauses, size_t n)
{
    struct course course;
    wg_course_plan(calendar, start, limit, &course);
    course.pauses = pauses;
    course.n_pauses = n;
    int64_t due = wg_course_settle(&course, wg_course_used_up(&course));
    return due == FOREVER ? 0 : due - calendar->offset;
}

/* ------------------------------------------------------------------ questions */

/* timegm turns 31 April into 1 May: a day that moved does not exist. */
static bool day_of(int year, int month, int day, int64_t *ret_day)
{
    struct tm parts = { .tm_year = year - 1900, .tm_mon = month - 1, .tm_mday = day };
    int64_t seconds = timegm(&parts);
    *ret_day = wg_days_floor(seconds, 86400);
    return parts.tm_year == year - 1900 && parts.tm_mon == month - 1 && parts.tm_mday == day;
}

bool wg_calendar_workday(const struct wg_calendar *calendar, int year, int month, int day)
{
    int64_t number;
    return day_of(year, month, day, &number) && wg_days_works(calendar, number);
}

static int year_of(int64_t local)
{
    time_t second = (time_t)wg_days_floor(local, 1000000);
    struct tm parts;
    return gmtime_r(&second, &parts) == NULL ? 0 : parts.tm_year + 1900;
}

bool wg_calendar_provisional(const struct wg_calendar *calendar, int64_t start, int64_t due)
{
    int first = year_of(wg_days_local(calendar, start));
    /* 24:00 on 31 December is still that year. */
    int last = due > start ? year_of(wg_days_local(calendar, due) - 1) : first;
    if (first < FIRST_YEAR || last >= FIRST_YEAR + YEARS)
        return true;
    for (int year = first; year <= last; year++)
        if (!calendar->published[year - FIRST_YEAR])
            return true;
    return false;
}

int64_t wg_calendar_between(const struct wg_calendar *calendar, int64_t from, int64_t to)
{
    if (from >= to)
        return 0;
    return wg_days_measure(calendar, WORKED, wg_days_local(calendar, to)) -
           wg_days_measure(calendar, WORKED, wg_days_local(calendar, from));
}

int64_t wg_calendar_left(const struct wg_calendar *calendar, const struct wg_limit *limit,
                         int64_t from, int64_t due)
{
    if (limit->unit != WG_WORK_MINUTE && limit->unit != WG_WORK_DAY)
        return due - from;
    return due >= from ? wg_calendar_between(calendar, from, due)
                       : -wg_calendar_between(calendar, due, from);
}
