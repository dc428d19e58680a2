/* A calendar as tables, one entry a day from 2000 to 2099, for the files calendar*.c alone: what is
 * worked on each day, and how much before it, so that any span is two look-ups and any deadline a
 * binary search. Moments here are local: microseconds in the calendar's own time. */
#pragma once

#include "common/calendar.h"

#define MINUTE INT64_C(60000000)
#define DAY (1440 * MINUTE)
/* 31 December 9999: a moment beyond counts as this one, so that no sum can overflow. */
#define LATEST (INT64_C(253402300799) * 1000000)

enum {
    FIRST_YEAR = 2000,
    YEARS = 100,
    FIRST_DAY = 10957, /* 1 January 2000, since 1970 */
    DAYS = 36525,
    END_DAY = FIRST_DAY + DAYS,
    MOST_HOURS = 12,
    MOST_N = 1000000,
};

/* What is worked on a day: start <= t < end is open; minutes since midnight. */
struct hours {
    uint16_t n, length;
    struct {
        uint16_t start, end;
    } spans[MOST_HOURS];
};

/* Places in wg_calendar.hours: the first two are empty, seasons follow, and then half days. */
enum { HOURS_FREE, HOURS_HOLIDAY, HOURS_PLAIN };

struct wg_calendar {
    int64_t offset; /* east of UTC */
    bool week[7];   /* Monday first */
    bool published[YEARS];
    struct hours *hours;
    size_t n_hours, first_half;
    uint16_t kinds[DAYS];         /* each day's place in hours */
    uint32_t minutes[DAYS + 1];   /* worked before it */
    uint32_t work_days[DAYS + 1]; /* working days before it */
};

/* Rounds down, b > 0. */
int64_t wg_days_floor(int64_t a, int64_t b);
/* Monday 0. */
int wg_days_weekday(int64_t day);
bool wg_days_works(const struct wg_calendar *calendar, int64_t day);
/* The hours of a day: empty ones where it is free. */
const struct hours *wg_days_hours(const struct wg_calendar *calendar, int64_t day);
/* Reckons minutes and work_days from kinds. */
void wg_days_sum_up(struct wg_calendar *calendar);

int64_t wg_days_local(const struct wg_calendar *calendar, int64_t moment);
/* The moment itself where it is open, else the next opening. */
int64_t wg_days_next_open(const struct wg_calendar *calendar, int64_t local);
/* The opening of the first working day from this one on. */
int64_t wg_days_opening(const struct wg_calendar *calendar, int64_t day);
/* The end of a working day's last interval. */
int64_t wg_days_close(const struct wg_calendar *calendar, int64_t day);

/* What a clock can count. Each grows with time and never falls. */
enum measure {
    WORKED,      /* working time */
    WORKED_DAYS, /* time on working days, round the clock */
    ELAPSED,     /* time */
    CLOSES,      /* how many working days have closed */
    MIDNIGHTS,   /* how many days have ended */
};
/* So much of it up to and with a moment. */
int64_t wg_days_measure(const struct wg_calendar *calendar, enum measure what, int64_t local);
/* The earliest moment at which it is so much. */
int64_t wg_days_moment(const struct wg_calendar *calendar, enum measure what, int64_t amount);
