/* When people work, and so when a limit ends. Pure: no clock, no zone of the process; a calendar
 * carries its own fixed offset (Asia/Shanghai has none but +08:00 since 1991). The file:
 *
 *     {"timezone": "Asia/Shanghai", "hours": [["08:30","12:00"],["14:00","18:00"]],
 *      "workdays": [1,2,3,4,5], "holidays": ["2026-10-01", …], "makeup": ["2026-10-10", …],
 *      "seasons": [{"from": "05-01", "to": "09-30", "hours": [["08:30","12:00"],…]}],
 *      "half_days": {"2026-02-16": [["08:30","12:00"]]}, "years": [2025, 2026]}
 *
 * and "code", which is not looked at. The last five may be missing. "24:00" is the end of a day. A
 * season holds from its first to its last day, each year, and may go over the new year. A half day
 * is worked, by the hours it names, whatever its weekday. A day that changes nothing (a holiday on
 * a Sunday) is harmless. `years` are those whose holidays are published; where it is missing, those
 * in which a holiday or make-up day lies, and all where every day is worked. A year without data
 * goes by weekdays.
 *
 * Working time is known for the years 2000 to 2099: before, nothing is worked, and what is not used
 * up by then ends with them. */
#pragma once

#include <json-c/json.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/memory.h"
#include "common/text.h"

struct wg_calendar;

enum { WG_CALENDAR_BAD = 1 };

/* Parses and judges: hours sorted, not overlapping, inside a day; workdays 1–7 (ISO), not empty;
 * dates that exist, 2000 to 2099; no holiday that is a make-up or half day too; seasons that do not
 * overlap; unknown members refused. On WG_CALENDAR_BAD ret_fault[fault_size] says where and what: a
 * JSON pointer, a colon, the reason in Chinese and behind it in English, in brackets. */
int wg_calendar_new(struct json_object *definition, struct wg_calendar **ret_calendar,
                    char *ret_fault, size_t fault_size) WG_MUST_USE;
void wg_calendar_destroy(struct wg_calendar **calendar);

enum wg_unit { WG_WORK_MINUTE, WG_WORK_DAY, WG_MINUTE, WG_DAY };
struct wg_limit {
    int32_t n;
    enum wg_unit unit;
    bool next_work_day; /* starts with the next working day; else at once */
    bool close_of_day;  /* ends with the close of a day; else to the second */
};

/* {"n": 120, "unit": "minute" | "work_minute" | "work_day" | "day",
 *  "start": "at_once" | "next_work_day", "end": "exact" | "close_of_day"}: n 0–1,000,000; start and
 * end may be missing (at_once, exact). Anything else is WG_CALENDAR_BAD with the reason in
 * ret_fault. */
int wg_limit_parse(struct json_object *limit, struct wg_limit *ret_limit, char *ret_fault,
                   size_t fault_size) WG_MUST_USE;
/* The same JSON, without start and end where they are missing. key as in common/writer.h. */
void wg_limit_write(const struct wg_limit *limit, struct wg_text *out, const char *key);

/* What lies after `from`, up to and with `to`; 0: still open. */
struct wg_pause {
    int64_t from, to;
};

/* The moment at which the limit, started at `start`, ends; moments are microseconds since 1970. 0:
 * none, while an open pause has begun before it. Pauses may overlap and stand in any order; those
 * that end before they begin do not count.
 *
 * The clock begins at `start`, or, with next_work_day, at the opening of the next working day after
 * the day of `start`. It stands in pauses. What it counts is the limit's own kind:
 * work_minute  working time. Used up at the end of an interval is that end (12:00), not the next
 *              start (14:00).
 * minute, day  elapsed time, a day being 24 hours.
 * work_day     24 hours each of working days, nights too, from an open moment on (a start outside
 *              hours waits for the next opening): so the same time of day on the n-th working day
 *              after, and a pause from ten to ten is one day, however short the day's hours. Where
 *              that time is not in the hours of the day that is reached (a half day, a season), it
 *              is that day's close if past it, else its next opening on that day.
 * n 0          the start itself; in work units, if closed, the next opening.
 * With close_of_day:
 * work_minute, minute  the close of the day that is reached so.
 * work_day, day        days are counted whole, from the day after the one of `start` (次日起): the
 *              close of the n-th working day, or day, at whose close the clock does not stand.
 *              With next_work_day the next working day is the first; n 0 counts as 1 then, and else
 *              means the day of the start itself, or of the next opening.
 * The close is the end of the day's last interval in work units, and 24:00 in minutes and days.
 *
 * No deadline lies in a pause: one that would, comes at the next moment, in work units an open one,
 * around which there is none (its close: on the day of that). A later start, a longer pause, a
 * further holiday never make a deadline earlier. */
int64_t wg_calendar_deadline(const struct wg_calendar *calendar, int64_t start,
                             const struct wg_limit *limit, const struct wg_pause *pauses, size_t n);

/* True where the time from start to due touches a year that is not published: the deadline is
 * reckoned anew when it is. due 0: only the year of start. */
bool wg_calendar_provisional(const struct wg_calendar *calendar, int64_t start, int64_t due);

/* How much is left from a moment to the deadline, microseconds, less than 0 when overdue: working
 * time for the work units, elapsed for the others. */
int64_t wg_calendar_left(const struct wg_calendar *calendar, const struct wg_limit *limit,
                         int64_t from, int64_t due);

/* Working time between two moments, microseconds; from > to gives 0. */
int64_t wg_calendar_between(const struct wg_calendar *calendar, int64_t from, int64_t to);

/* Appends a moment as RFC 3339 with the calendar's own offset. */
void wg_calendar_time(const struct wg_calendar *calendar, int64_t moment, struct wg_text *out);

bool wg_calendar_workday(const struct wg_calendar *calendar, int year, int month, int day);
