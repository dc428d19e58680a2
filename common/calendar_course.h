/* How one clock runs: from where, what it counts, how much of it, in which pauses it stands, and
 * what is done with the moment at which all is used up. For calendar.c, which reckons it, and
 * calendar_explain.c, which tells it. Moments are local. */
#pragma once

#include "common/calendar_days.h"

#define FOREVER (4 * LATEST)

struct course {
    const struct wg_calendar *calendar;
    const struct wg_pause *pauses; /* not local */
    size_t n_pauses;
    int64_t start, from; /* when the limit was given, when its clock begins */
    enum measure measure;
    int64_t need; /* so much of it */
    bool work;    /* in work units: what is closed does not count */
    bool hours;   /* moved into the hours of the day that is reached */
    bool close;   /* moved to its close */
};

void wg_course_plan(const struct wg_calendar *calendar, int64_t start, const struct wg_limit *limit,
                    struct course *ret_course);
/* The first stretch in which the clock stands and which ends after `at`; pauses that overlap or
 * touch are one. False: there is none. FOREVER as its end: open. */
bool wg_course_pause(const struct course *course, int64_t at, struct wg_pause *ret_pause);
/* When all is used up; FOREVER: not while a pause is open. */
int64_t wg_course_used_up(const struct course *course);
/* What becomes of that moment. */
int64_t wg_course_settle(const struct course *course, int64_t used_up);
