/* When people work, and so when a limit ends. Pure: no clock, no zone of the process; a calendar
 * carries its own fixed offset (Asia/Shanghai has none but +08:00 since 1991). The file:
 *
 *     {"timezone": "Asia/Shanghai", "hours": [["08:30","12:00"],["14:00","18:00"]],
 *      "workdays": [1,2,3,4,5], "holidays": ["2026-10-01", …], "makeup": ["2026-10-10", …]}
 *
 * and "code", which is not looked at. "24:00" is the end of a day. A day that changes nothing (a
 * holiday on a Sunday) is harmless. Years without data go by weekdays. */
#pragma once

#include <json-c/json.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/memory.h"

struct wg_calendar;

enum { WG_CALENDAR_BAD = 1 };

/* Parses and judges: hours sorted, not overlapping, inside a day; workdays 1–7 (ISO), not empty;
 * dates that exist; no day in both lists; unknown members refused; `seasons` refused until it
 * works. On WG_CALENDAR_BAD ret_fault[fault_size] says where and what: a JSON pointer, a colon, the
 * reason in Chinese and behind it in English, in brackets. */
int wg_calendar_new(struct json_object *definition, struct wg_calendar **ret_calendar,
                    char *ret_fault, size_t fault_size) WG_MUST_USE;
void wg_calendar_destroy(struct wg_calendar **calendar);

enum wg_unit { WG_WORK_MINUTE, WG_WORK_DAY };
struct wg_limit {
    int32_t n;
    enum wg_unit unit;
};

/* {"n": 120, "unit": "work_minute"}: n 0–1,000,000; start "at_once", end "exact" may be said;
 * anything else is WG_CALENDAR_BAD with the reason in ret_fault. */
int wg_limit_parse(struct json_object *limit, struct wg_limit *ret_limit, char *ret_fault,
                   size_t fault_size) WG_MUST_USE;

/* The moment at which the limit, started at `start` (microseconds since 1970), ends.
 * work_minute: that many working minutes later; used up at the end of an interval is that end
 * (12:00), not the next start (14:00); seconds are kept; 0 = start if open, else the next opening.
 * work_day: the same time of day on the n-th working day after; a start outside hours counts from
 * the next opening. */
int64_t wg_calendar_deadline(const struct wg_calendar *calendar, int64_t start,
                             struct wg_limit limit);

/* Working time between two moments, microseconds; from > to gives 0. */
int64_t wg_calendar_between(const struct wg_calendar *calendar, int64_t from, int64_t to);

bool wg_calendar_workday(const struct wg_calendar *calendar, int year, int month, int day);
