#include "common/calendar_days.h"

int64_t wg_days_floor(int64_t a, int64_t b)
{
    return a / b - (a % b < 0);
}

int wg_days_weekday(int64_t day)
{
    return (int)(day + 3 - wg_days_floor(day + 3, 7) * 7);
}

static bool known(int64_t day)
{
    return day >= FIRST_DAY && day < END_DAY;
}

const struct hours *wg_days_hours(const struct wg_calendar *calendar, int64_t day)
{
    return &calendar->hours[known(day) ? calendar->kinds[day - FIRST_DAY] : HOURS_FREE];
}

bool wg_days_works(const struct wg_calendar *calendar, int64_t day)
{
    return known(day) && calendar->kinds[day - FIRST_DAY] >= HOURS_PLAIN;
}

void wg_days_sum_up(struct wg_calendar *calendar)
{
    for (int day = 0; day < DAYS; day++) {
        uint16_t kind = calendar->kinds[day];
        calendar->minutes[day + 1] = calendar->minutes[day] + calendar->hours[kind].length;
        calendar->work_days[day + 1] = calendar->work_days[day] + (kind >= HOURS_PLAIN);
    }
}

int64_t wg_days_local(const struct wg_calendar *calendar, int64_t moment)
{
    moment = moment > LATEST ? LATEST : moment < -LATEST ? -LATEST : moment;
    return moment + calendar->offset;
}

/* ------------------------------------------------------------------ days */

/* The place of a day in the tables, the last one being the end. */
static int64_t place(int64_t day)
{
    return day < FIRST_DAY ? 0 : day > END_DAY ? DAYS : day - FIRST_DAY;
}

/* The last place up to which the table holds less than so much: the day on which it is reached. */
static int64_t reached_on(const uint32_t *table, int64_t amount)
{
    int64_t low = 0, high = DAYS;
    while (low < high) {
        int64_t middle = (low + high + 1) / 2;
        if (table[middle] < amount)
            low = middle;
        else
            high = middle - 1;
    }
    return low;
}

/* The working day that is the n-th, from 1, in the tables; END_DAY: there is none. */
static int64_t nth_work_day(const struct wg_calendar *calendar, int64_t n)
{
    return n > calendar->work_days[DAYS] ? END_DAY : FIRST_DAY + reached_on(calendar->work_days, n);
}

int64_t wg_days_opening(const struct wg_calendar *calendar, int64_t day)
{
    int64_t found = nth_work_day(calendar, calendar->work_days[place(day)] + 1);
    if (found == END_DAY)
        return day > END_DAY ? day * DAY : END_DAY * DAY;
    return found * DAY + wg_days_hours(calendar, found)->spans[0].start * MINUTE;
}

int64_t wg_days_close(const struct wg_calendar *calendar, int64_t day)
{
    const struct hours *hours = wg_days_hours(calendar, day);
    return day * DAY + (hours->n == 0 ? 0 : hours->spans[hours->n - 1].end * MINUTE);
}

int64_t wg_days_next_open(const struct wg_calendar *calendar, int64_t local)
{
    int64_t day = wg_days_floor(local, DAY), time = local - day * DAY;
    const struct hours *hours = wg_days_hours(calendar, day);
    for (size_t i = 0; i < hours->n; i++) {
        if (time < hours->spans[i].start * MINUTE)
            return day * DAY + hours->spans[i].start * MINUTE;
        if (time < hours->spans[i].end * MINUTE)
            return local;
    }
    int64_t opening = wg_days_opening(calendar, day + 1);
    return opening < local ? local : opening;
}

/* ------------------------------------------------------------------ measures */

static int64_t worked_until(const struct wg_calendar *calendar, int64_t local)
{
    int64_t day = wg_days_floor(local, DAY), time = local - day * DAY;
    int64_t worked = calendar->minutes[place(day)] * MINUTE;
    const struct hours *hours = wg_days_hours(calendar, day);
    for (size_t i = 0; i < hours->n && time > hours->spans[i].start * MINUTE; i++) {
        int64_t end = hours->spans[i].end * MINUTE;
        worked += (time < end ? time : end) - hours->spans[i].start * MINUTE;
    }
    return worked;
}

static int64_t when_worked(const struct wg_calendar *calendar, int64_t amount)
{
    if (amount > calendar->minutes[DAYS] * MINUTE)
        return END_DAY * DAY;
    /* In whole minutes, rounded up: a day is reached with its first second. */
    int64_t day = FIRST_DAY + reached_on(calendar->minutes, wg_days_floor(amount - 1, MINUTE) + 1);
    int64_t rest = amount - calendar->minutes[day - FIRST_DAY] * MINUTE;
    const struct hours *hours = wg_days_hours(calendar, day);
    size_t i = 0;
    for (; i + 1 < hours->n; i++) {
        int64_t length = (hours->spans[i].end - hours->spans[i].start) * MINUTE;
        if (rest <= length)
            break;
        rest -= length;
    }
    return day * DAY + hours->spans[i].start * MINUTE + rest;
}

int64_t wg_days_measure(const struct wg_calendar *calendar, enum measure what, int64_t local)
{
    int64_t day = wg_days_floor(local, DAY), before = calendar->work_days[place(day)];
    bool works = wg_days_works(calendar, day);
    switch (what) {
    case WORKED:
        return worked_until(calendar, local);
    case WORKED_DAYS:
        return before * DAY + (works ? local - day * DAY : 0);
    case CLOSES:
        return before + (works && local >= wg_days_close(calendar, day));
    case MIDNIGHTS:
        return day;
    default:
        return local;
    }
}

int64_t wg_days_moment(const struct wg_calendar *calendar, enum measure what, int64_t amount)
{
    int64_t whole = wg_days_floor(amount - 1, DAY);
    switch (what) {
    case WORKED:
        return when_worked(calendar, amount);
    case WORKED_DAYS:
        if (whole >= calendar->work_days[DAYS])
            return END_DAY * DAY;
        return nth_work_day(calendar, whole + 1) * DAY + amount - whole * DAY;
    case CLOSES:
        return wg_days_close(calendar, nth_work_day(calendar, amount));
    case MIDNIGHTS:
        return amount * DAY;
    default:
        return amount;
    }
}
