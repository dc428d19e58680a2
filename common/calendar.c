/* Working time as arithmetic. Two counts carry everything: how many working days lie before a day
 * (`before_day`), and which day is the k-th working day (`nth_day`). Both are the plain week, a
 * division by seven, corrected by the days that differ from it (holidays on workdays, make-up days
 * on free ones), which are sorted and carry running sums. So every question is two or three binary
 * searches over some hundred days, for any year, and nothing here loops over days.
 *
 * Inside: days since 1970-01-01 and microseconds, both in the calendar's own time. Deliberately not
 * here: zones that change their clocks, seasons, half days (refused until they work). */
#include "common/calendar.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "common/json.h"
#include "common/text.h"

#define MINUTE INT64_C(60000000)
#define DAY (1440 * MINUTE)
/* 31 December 9999: a moment beyond counts as this one, so that no sum can overflow. */
#define LATEST (INT64_C(253402300799) * 1000000)

enum { WEEK = 7, MOST_HOURS = 12, MOST_DATES = 4000, MOST_N = 1000000, KEY_CHARACTERS = 40 };

struct interval {
    int64_t start, end; /* since midnight; start <= t < end is open */
};

/* A day that differs from the plain week. */
struct exception {
    int64_t day;
    int64_t before; /* working days before it */
    int64_t
        balance; /* working days that the exceptions up to and with it add to the plain week's */
    bool work;
};

struct wg_calendar {
    int64_t offset, length; /* east of UTC; working time of a day */
    struct interval hours[MOST_HOURS];
    size_t n_hours;
    bool week[WEEK];          /* Monday first */
    int64_t passed[WEEK + 1]; /* workdays of a week before its n-th day */
    struct exception *exceptions;
    size_t n_exceptions;
};

/* ------------------------------------------------------------------ counting */

static int64_t floor_divide(int64_t a, int64_t b)
{
    return a / b - (a % b < 0);
}

/* Working days of the plain week from Monday, 29 December 1969, to before `day`. */
static int64_t weekly_before(const struct wg_calendar *calendar, int64_t day)
{
    int64_t week = floor_divide(day + 3, WEEK);
    return week * calendar->passed[WEEK] + calendar->passed[day + 3 - week * WEEK];
}

/* The day before which weekly_before counts k and which is a workday itself. */
static int64_t weekly_nth(const struct wg_calendar *calendar, int64_t k)
{
    int64_t week = floor_divide(k, calendar->passed[WEEK]);
    int64_t rest = k - week * calendar->passed[WEEK], weekday = 0;
    while (calendar->passed[weekday + 1] <= rest)
        weekday++;
    return week * WEEK + weekday - 3;
}

/* How many exceptions lie before a day. */
static size_t exceptions_before(const struct wg_calendar *calendar, int64_t day)
{
    size_t low = 0, high = calendar->n_exceptions;
    while (low < high) {
        size_t middle = (low + high) / 2;
        if (calendar->exceptions[middle].day < day)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

static int64_t balance_of(const struct wg_calendar *calendar, size_t n)
{
    return n == 0 ? 0 : calendar->exceptions[n - 1].balance;
}

static int64_t before_day(const struct wg_calendar *calendar, int64_t day)
{
    return weekly_before(calendar, day) + balance_of(calendar, exceptions_before(calendar, day));
}

static bool works_on(const struct wg_calendar *calendar, int64_t day)
{
    size_t n = exceptions_before(calendar, day);
    if (n < calendar->n_exceptions && calendar->exceptions[n].day == day)
        return calendar->exceptions[n].work;
    return calendar->week[day + 3 - floor_divide(day + 3, WEEK) * WEEK];
}

/* The working day before which `before_day` counts k. */
static int64_t nth_day(const struct wg_calendar *calendar, int64_t k)
{
    /* The exceptions that are over when k days have been worked: those are certain to lie before
     * the day. */
    size_t low = 0, high = calendar->n_exceptions;
    while (low < high) {
        size_t middle = (low + high) / 2;
        const struct exception *exception = &calendar->exceptions[middle];
        if (exception->before + exception->work <= k)
            low = middle + 1;
        else
            high = middle;
    }
    /* The next one is the day itself where as many are worked before it; only a make-up day can be
     * that. */
    if (low < calendar->n_exceptions && calendar->exceptions[low].before <= k)
        return calendar->exceptions[low].day;
    return weekly_nth(calendar, k - balance_of(calendar, low));
}

/* ------------------------------------------------------------------ moments, in the calendar's own
 * time */

static int64_t local_time(const struct wg_calendar *calendar, int64_t moment)
{
    moment = moment > LATEST ? LATEST : moment < -LATEST ? -LATEST : moment;
    return moment + calendar->offset;
}

/* The moment itself where it is open, else the next opening. */
static int64_t next_open(const struct wg_calendar *calendar, int64_t local)
{
    int64_t day = floor_divide(local, DAY), time = local - day * DAY;
    if (works_on(calendar, day)) {
        for (size_t i = 0; i < calendar->n_hours; i++) {
            if (time < calendar->hours[i].start)
                return day * DAY + calendar->hours[i].start;
            if (time < calendar->hours[i].end)
                return local;
        }
    }
    return nth_day(calendar, before_day(calendar, day + 1)) * DAY + calendar->hours[0].start;
}

/* Working time from a fixed far day to this moment. */
static int64_t worked_until(const struct wg_calendar *calendar, int64_t local)
{
    int64_t day = floor_divide(local, DAY), time = local - day * DAY;
    int64_t worked = before_day(calendar, day) * calendar->length;
    if (!works_on(calendar, day))
        return worked;
    for (size_t i = 0; i < calendar->n_hours && time > calendar->hours[i].start; i++) {
        int64_t end = time < calendar->hours[i].end ? time : calendar->hours[i].end;
        worked += end - calendar->hours[i].start;
    }
    return worked;
}

/* The earliest moment at which so much has been worked: an interval's end before the next one's
 * start. */
static int64_t when_worked(const struct wg_calendar *calendar, int64_t worked)
{
    int64_t k = floor_divide(worked - 1, calendar->length);
    int64_t rest = worked - k * calendar->length, start = nth_day(calendar, k) * DAY;
    size_t i = 0;
    for (; i + 1 < calendar->n_hours; i++) {
        int64_t length = calendar->hours[i].end - calendar->hours[i].start;
        if (rest <= length)
            break;
        rest -= length;
    }
    return start + calendar->hours[i].start + rest;
}

int64_t wg_calendar_deadline(const struct wg_calendar *calendar, int64_t start,
                             struct wg_limit limit)
{
    int64_t n = limit.n < 0 ? 0 : limit.n > MOST_N ? MOST_N : limit.n;
    int64_t open = next_open(calendar, local_time(calendar, start));
    if (n == 0)
        return open - calendar->offset;
    if (limit.unit == WG_WORK_MINUTE)
        return when_worked(calendar, worked_until(calendar, open) + n * MINUTE) - calendar->offset;
    int64_t day = floor_divide(open, DAY);
    return nth_day(calendar, before_day(calendar, day) + n) * DAY + (open - day * DAY) -
           calendar->offset;
}

int64_t wg_calendar_between(const struct wg_calendar *calendar, int64_t from, int64_t to)
{
    if (from >= to)
        return 0;
    return worked_until(calendar, local_time(calendar, to)) -
           worked_until(calendar, local_time(calendar, from));
}

/* timegm turns 31 April into 1 May: a day that moved does not exist. */
static bool day_of(int year, int month, int day, int64_t *ret_day)
{
    struct tm parts = { .tm_year = year - 1900, .tm_mon = month - 1, .tm_mday = day };
    int64_t seconds = timegm(&parts);
    *ret_day = floor_divide(seconds, 86400);
    return parts.tm_year == year - 1900 && parts.tm_mon == month - 1 && parts.tm_mday == day;
}

bool wg_calendar_workday(const struct wg_calendar *calendar, int year, int month, int day)
{
    int64_t number;
    return day_of(year, month, day, &number) && works_on(calendar, number);
}

/* ------------------------------------------------------------------ the file */

struct fault {
    char *text;
    size_t size;
};

/* Chinese first, English in brackets, behind a JSON pointer and a colon. */
static int __attribute__((format(printf, 2, 3)))
refuse(const struct fault *fault, const char *format, ...)
{
    va_list arguments;
    if (fault->size == 0)
        return WG_CALENDAR_BAD;
    va_start(arguments, format);
    vsnprintf(fault->text, fault->size, format, arguments);
    va_end(arguments);
    /* A cut inside a character would make the text unfit to be sent on. */
    size_t length = strlen(fault->text);
    while (length > 0 && !wg_utf8_valid(fault->text, length))
        fault->text[--length] = '\0';
    return WG_CALENDAR_BAD;
}

/* A member of the file that is not known, as a JSON pointer (RFC 6901), cut where it is long. */
static int refuse_member(const struct fault *fault, const char *key, const char *reason)
{
    char pointer[KEY_CHARACTERS * 4 * 2 + 1];
    size_t length = wg_utf8_prefix(key, strlen(key), KEY_CHARACTERS), done = 0;
    for (size_t i = 0; i < length; i++) {
        bool escaped = key[i] == '~' || key[i] == '/';
        pointer[done++] = escaped ? '~' : key[i];
        if (escaped)
            pointer[done++] = key[i] == '~' ? '0' : '1';
    }
    pointer[done] = '\0';
    return refuse(fault, "/%s: %s", pointer, reason);
}

static int check_members(struct json_object *definition, const struct fault *fault)
{
    static const char *const names[] = { "code",     "timezone", "hours",
                                         "workdays", "holidays", "makeup" };
    if (!json_object_is_type(definition, json_type_object))
        return refuse(fault, ": 应为对象 (must be an object)");
    json_object_object_foreach(definition, key, value)
    {
        bool known = false;
        (void)value;
        for (size_t i = 0; i < WG_COUNT(names) && !known; i++)
            known = strcmp(names[i], key) == 0;
        if (strcmp(key, "seasons") == 0)
            return refuse_member(fault, key, "尚不支持 (does not work yet)");
        if (!known)
            return refuse_member(fault, key, "未知字段 (unknown member)");
    }
    return 0;
}

/* Zones without summer time, whose offset is a number. */
static int read_zone(struct json_object *definition, struct wg_calendar *calendar,
                     const struct fault *fault)
{
    static const struct {
        const char *name;
        int hours;
    } zones[] = {
        { "Asia/Shanghai", 8 }, { "Asia/Urumqi", 6 }, { "Asia/Taipei", 8 }, { "UTC", 0 }
    };
    const char *name = wg_json_text(definition, "timezone");
    for (size_t i = 0; name != NULL && i < WG_COUNT(zones); i++) {
        if (strcmp(zones[i].name, name) == 0) {
            calendar->offset = zones[i].hours * 60 * MINUTE;
            return 0;
        }
    }
    return refuse(fault, "/timezone: 应为没有夏令时的时区名, 如 Asia/Shanghai "
                         "(must name a zone without summer time, such as Asia/Shanghai)");
}

/* How many members an array has: 0 where it is missing, -1 where it is no array. */
static int array_length(struct json_object *definition, const char *name,
                        struct json_object **ret_array)
{
    *ret_array = NULL;
    if (!json_object_object_get_ex(definition, name, ret_array))
        return 0;
    if (!json_object_is_type(*ret_array, json_type_array))
        return -1;
    size_t length = json_object_array_length(*ret_array);
    return length > MOST_DATES ? MOST_DATES + 1 : (int)length;
}

/* "08:30" as a time since midnight; "24:00" is the day's end; -1 where it is none. */
static int64_t read_time(struct json_object *value)
{
    if (!json_object_is_type(value, json_type_string) || json_object_get_string_len(value) != 5)
        return -1;
    const char *text = json_object_get_string(value);
    if (strspn(text, "0123456789") != 2 || text[2] != ':' || strspn(text + 3, "0123456789") != 2)
        return -1;
    int hour = (text[0] - '0') * 10 + text[1] - '0', minute = (text[3] - '0') * 10 + text[4] - '0';
    if (hour > 24 || minute > 59 || (hour == 24 && minute > 0))
        return -1;
    return (hour * 60 + minute) * MINUTE;
}

static int read_hours(struct json_object *definition, struct wg_calendar *calendar,
                      const struct fault *fault)
{
    struct json_object *array;
    int n = array_length(definition, "hours", &array);
    if (n < 1 || n > MOST_HOURS)
        return refuse(fault,
                      "/hours: 应为 1 至 %d 个时段的数组 (must be an array of 1 to %d intervals)",
                      MOST_HOURS, MOST_HOURS);
    for (int i = 0; i < n; i++) {
        struct json_object *pair = json_object_array_get_idx(array, (size_t)i);
        if (!json_object_is_type(pair, json_type_array) || json_object_array_length(pair) != 2)
            return refuse(fault, "/hours/%d: 应为 [起, 止] (must be [start, end])", i);
        int64_t start = read_time(json_object_array_get_idx(pair, 0));
        int64_t end = read_time(json_object_array_get_idx(pair, 1));
        if (start < 0 || end < 0)
            return refuse(fault, "/hours/%d/%d: 应为 HH:MM (must be HH:MM)", i, start >= 0);
        if (start >= end)
            return refuse(fault, "/hours/%d: 止须晚于起 (must end after it starts)", i);
        if (i > 0 && start < calendar->hours[i - 1].end)
            return refuse(
                fault, "/hours/%d: 与前一时段重叠或次序有误 (overlaps or precedes the one before)",
                i);
        calendar->hours[calendar->n_hours++] = (struct interval){ .start = start, .end = end };
        calendar->length += end - start;
    }
    return 0;
}

static int read_week(struct json_object *definition, struct wg_calendar *calendar,
                     const struct fault *fault)
{
    struct json_object *array;
    int n = array_length(definition, "workdays", &array);
    if (n < 1 || n > WEEK)
        return refuse(fault,
                      "/workdays: 应为 1 至 7 个数的数组 (must be an array of 1 to 7 numbers)");
    for (int i = 0; i < n; i++) {
        struct json_object *member = json_object_array_get_idx(array, (size_t)i);
        int64_t weekday =
            json_object_is_type(member, json_type_int) ? json_object_get_int64(member) : 0;
        if (weekday < 1 || weekday > WEEK)
            return refuse(fault, "/workdays/%d: 应为 1 (周一) 至 7 (must be 1, Monday, to 7)", i);
        if (calendar->week[weekday - 1])
            return refuse(fault, "/workdays/%d: 重复 (is there twice)", i);
        calendar->week[weekday - 1] = true;
    }
    for (size_t i = 0; i < WEEK; i++)
        calendar->passed[i + 1] = calendar->passed[i] + calendar->week[i];
    return 0;
}

static bool read_date(struct json_object *value, int64_t *ret_day)
{
    char text[32];
    int64_t midnight;
    if (!json_object_is_type(value, json_type_string) || json_object_get_string_len(value) != 10)
        return false;
    snprintf(text, sizeof text, "%sT00:00:00Z", json_object_get_string(value));
    if (wg_time_parse(text, &midnight) != 0)
        return false;
    *ret_day = midnight / DAY;
    return true;
}

static int compare_days(const void *one, const void *other)
{
    const struct exception *a = one, *b = other;
    return (a->day > b->day) - (a->day < b->day);
}

/* Appends the days of a list to the exceptions, judged but unsorted. */
static int read_dates(struct json_object *definition, struct wg_calendar *calendar, bool work,
                      const struct fault *fault)
{
    const char *name = work ? "makeup" : "holidays";
    struct json_object *array;
    int n = array_length(definition, name, &array);
    if (n < 0 || n > MOST_DATES)
        return refuse(fault, "/%s: 应为至多 %d 个日期的数组 (must be an array of at most %d dates)",
                      name, MOST_DATES, MOST_DATES);
    size_t others = calendar->n_exceptions;
    calendar->exceptions =
        wg_resize(calendar->exceptions, (others + (size_t)n + 1) * sizeof(struct exception));
    for (int i = 0; i < n; i++) {
        struct exception exception = { .work = work };
        struct json_object *value = json_object_array_get_idx(array, (size_t)i);
        if (!read_date(value, &exception.day))
            return refuse(
                fault, "/%s/%d: 应为存在的日期 YYYY-MM-DD (must be a date that exists, YYYY-MM-DD)",
                name, i);
        if (bsearch(&exception, calendar->exceptions, others, sizeof exception, compare_days) !=
            NULL)
            return refuse(fault, "/%s/%d: %s 也在 holidays 中 (is a holiday too)", name, i,
                          json_object_get_string(value));
        calendar->exceptions[calendar->n_exceptions++] = exception;
    }
    qsort(calendar->exceptions, calendar->n_exceptions, sizeof(struct exception), compare_days);
    return 0;
}

/* Keeps what differs from the plain week, once, and sums up. */
static void settle(struct wg_calendar *calendar)
{
    size_t kept = 0;
    int64_t balance = 0;
    for (size_t i = 0; i < calendar->n_exceptions; i++) {
        struct exception exception = calendar->exceptions[i];
        int64_t week = floor_divide(exception.day + 3, WEEK);
        bool twice = kept > 0 && calendar->exceptions[kept - 1].day == exception.day;
        if (twice || calendar->week[exception.day + 3 - week * WEEK] == exception.work)
            continue;
        exception.before = weekly_before(calendar, exception.day) + balance;
        balance += exception.work ? 1 : -1;
        exception.balance = balance;
        calendar->exceptions[kept++] = exception;
    }
    calendar->n_exceptions = kept;
}

int wg_calendar_new(struct json_object *definition, struct wg_calendar **ret_calendar,
                    char *ret_fault, size_t fault_size)
{
    const struct fault fault = { .text = ret_fault, .size = fault_size };
    WG_AUTO(wg_calendar_destroy) struct wg_calendar *calendar = wg_new(sizeof *calendar);
    if (check_members(definition, &fault) != 0 || read_zone(definition, calendar, &fault) != 0 ||
        read_hours(definition, calendar, &fault) != 0 ||
        read_week(definition, calendar, &fault) != 0 ||
        read_dates(definition, calendar, false, &fault) != 0 ||
        read_dates(definition, calendar, true, &fault) != 0)
        return WG_CALENDAR_BAD;
    settle(calendar);
    *ret_calendar = calendar;
    calendar = NULL;
    return 0;
}

void wg_calendar_destroy(struct wg_calendar **calendar)
{
    if (*calendar == NULL)
        return;
    free((*calendar)->exceptions);
    wg_free(calendar);
}

int wg_limit_parse(struct json_object *limit, struct wg_limit *ret_limit, char *ret_fault,
                   size_t fault_size)
{
    const struct fault fault = { .text = ret_fault, .size = fault_size };
    if (!json_object_is_type(limit, json_type_object))
        return refuse(&fault, ": 应为对象 (must be an object)");
    json_object_object_foreach(limit, key, value)
    {
        const char *text =
            json_object_is_type(value, json_type_string) ? json_object_get_string(value) : "";
        bool start = strcmp(key, "start") == 0, end = strcmp(key, "end") == 0;
        const char *only = start ? "at_once" : "exact";
        if ((start || end) && strcmp(text, only) != 0)
            return refuse(&fault, "/%s: 目前只支持 %s (only %s works yet)", key, only, only);
        if (!start && !end && strcmp(key, "n") != 0 && strcmp(key, "unit") != 0)
            return refuse_member(&fault, key, "未知字段 (unknown member)");
    }
    struct json_object *n = wg_json_get(limit, "n");
    int64_t value_n = json_object_is_type(n, json_type_int) ? json_object_get_int64(n) : -1;
    const char *unit = wg_json_text(limit, "unit");
    bool minutes = unit != NULL && strcmp(unit, "work_minute") == 0;
    if (value_n < 0 || value_n > MOST_N)
        return refuse(&fault, "/n: 应为 0 至 %d 的整数 (must be a whole number from 0 to %d)",
                      MOST_N, MOST_N);
    if (!minutes && (unit == NULL || strcmp(unit, "work_day") != 0))
        return refuse(&fault, "/unit: 应为 (must be) work_minute / work_day");
    ret_limit->n = (int32_t)value_n;
    ret_limit->unit = minutes ? WG_WORK_MINUTE : WG_WORK_DAY;
    return 0;
}
