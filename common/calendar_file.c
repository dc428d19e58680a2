/* A calendar's file, judged member by member, and made into the tables of calendar_days.h.
 * Deliberately not here: zones that change their clocks. */
#include <stdio.h>
#include <string.h>

#include "common/calendar.h"
#include "common/calendar_days.h"
#include "common/calendar_fault.h"
#include "common/json.h"
#include "common/text.h"

enum { MOST_DATES = 4000, MOST_SEASONS = 12, MOST_HALF_DAYS = 1000, MONTHS = 12, MONTH = 31 };

/* What is read before the days can be told. */
struct reading {
    struct wg_calendar *calendar;
    const struct fault *fault;
    size_t dates;                     /* holidays and make-up days */
    uint16_t seasons[MONTHS * MONTH]; /* place in hours, 0 = none, by month and day */
};

/* Also what stands in wg_calendar.kinds until the days are told: a make-up day has no place of its
 * own in hours, which depends on the season. */
enum { MARK_HOLIDAY = HOURS_HOLIDAY, MARK_MAKEUP = HOURS_PLAIN };

static int check_members(struct json_object *definition, const struct fault *fault)
{
    static const char *const names[] = { "code",   "timezone", "hours",     "workdays", "holidays",
                                         "makeup", "seasons",  "half_days", "years" };
    if (!json_object_is_type(definition, json_type_object))
        return wg_calendar_fault(fault, ": 应为对象 (must be an object)");
    json_object_object_foreach(definition, key, value)
    {
        bool known = false;
        (void)value;
        for (size_t i = 0; i < WG_COUNT(names) && !known; i++)
            known = strcmp(names[i], key) == 0;
        if (!known)
            return wg_calendar_fault_member(fault, "", key);
    }
    return 0;
}

/* Zones without summer time, whose offset is a number. */
static int read_zone(struct json_object *definition, struct reading *reading)
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
            reading->calendar->offset = zones[i].hours * 60 * MINUTE;
            return 0;
        }
    }
    return wg_calendar_fault(reading->fault, "/timezone: 应为没有夏令时的时区名, 如 Asia/Shanghai "
                                             "(must name a zone without summer time, such as "
                                             "Asia/Shanghai)");
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

/* ------------------------------------------------------------------ hours */

/* "08:30" as minutes since midnight; "24:00" is the day's end; -1 where it is none. */
static int read_time(struct json_object *value)
{
    if (!json_object_is_type(value, json_type_string) || json_object_get_string_len(value) != 5)
        return -1;
    const char *text = json_object_get_string(value);
    if (strspn(text, "0123456789") != 2 || text[2] != ':' || strspn(text + 3, "0123456789") != 2)
        return -1;
    int hour = (text[0] - '0') * 10 + text[1] - '0', minute = (text[3] - '0') * 10 + text[4] - '0';
    if (hour > 24 || minute > 59 || (hour == 24 && minute > 0))
        return -1;
    return hour * 60 + minute;
}

static int read_span(struct json_object *pair, const char *pointer, const struct fault *fault,
                     struct hours *hours)
{
    int i = hours->n;
    if (!json_object_is_type(pair, json_type_array) || json_object_array_length(pair) != 2)
        return wg_calendar_fault(fault, "%s/%d: 应为 [起, 止] (must be [start, end])", pointer, i);
    int start = read_time(json_object_array_get_idx(pair, 0));
    int end = read_time(json_object_array_get_idx(pair, 1));
    if (start < 0 || end < 0)
        return wg_calendar_fault(fault, "%s/%d/%d: 应为 HH:MM (must be HH:MM)", pointer, i,
                                 start >= 0);
    if (start >= end)
        return wg_calendar_fault(fault, "%s/%d: 止须晚于起 (must end after it starts)", pointer, i);
    if (i > 0 && start < hours->spans[i - 1].end)
        return wg_calendar_fault(
            fault, "%s/%d: 与前一时段重叠或次序有误 (overlaps or precedes the one before)", pointer,
            i);
    hours->spans[i].start = (uint16_t)start;
    hours->spans[i].end = (uint16_t)end;
    hours->length = (uint16_t)(hours->length + end - start);
    hours->n++;
    return 0;
}

/* Appends the hours at a pointer to the calendar's. */
static int read_hours(struct json_object *array, const char *pointer, struct reading *reading)
{
    struct wg_calendar *calendar = reading->calendar;
    struct hours hours = { 0 };
    size_t n = json_object_is_type(array, json_type_array) ? json_object_array_length(array) : 0;
    if (n < 1 || n > MOST_HOURS)
        return wg_calendar_fault(
            reading->fault, "%s: 应为 1 至 %d 个时段的数组 (must be an array of 1 to %d intervals)",
            pointer, MOST_HOURS, MOST_HOURS);
    for (size_t i = 0; i < n; i++)
        if (read_span(json_object_array_get_idx(array, i), pointer, reading->fault, &hours) != 0)
            return WG_CALENDAR_BAD;
    calendar->hours =
        wg_resize(calendar->hours, (calendar->n_hours + 1) * sizeof calendar->hours[0]);
    calendar->hours[calendar->n_hours++] = hours;
    return 0;
}

static int read_week(struct json_object *definition, struct reading *reading)
{
    const struct fault *fault = reading->fault;
    struct json_object *array;
    int n = array_length(definition, "workdays", &array);
    if (n < 1 || n > 7)
        return wg_calendar_fault(
            fault, "/workdays: 应为 1 至 7 个数的数组 (must be an array of 1 to 7 numbers)");
    for (int i = 0; i < n; i++) {
        struct json_object *member = json_object_array_get_idx(array, (size_t)i);
        int64_t weekday =
            json_object_is_type(member, json_type_int) ? json_object_get_int64(member) : 0;
        if (weekday < 1 || weekday > 7)
            return wg_calendar_fault(
                fault, "/workdays/%d: 应为 1 (周一) 至 7 (must be 1, Monday, to 7)", i);
        if (reading->calendar->week[weekday - 1])
            return wg_calendar_fault(fault, "/workdays/%d: 重复 (is there twice)", i);
        reading->calendar->week[weekday - 1] = true;
    }
    return 0;
}

/* ------------------------------------------------------------------ seasons */

/* "05-01", a day of some year, as a place in `seasons`; -1 where it is none. */
static int read_month_day(struct json_object *season, const char *key)
{
    static const char days[MONTHS] = { 31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31 };
    const char *text = wg_json_text(season, key);
    if (text == NULL || strlen(text) != 5 || strspn(text, "0123456789") != 2 || text[2] != '-' ||
        strspn(text + 3, "0123456789") != 2)
        return -1;
    int month = (text[0] - '0') * 10 + text[1] - '0', day = (text[3] - '0') * 10 + text[4] - '0';
    if (month < 1 || month > MONTHS || day < 1 || day > days[month - 1])
        return -1;
    return (month - 1) * MONTH + day - 1;
}

static int read_season(struct json_object *season, int i, struct reading *reading)
{
    char pointer[FAULT_POINTER];
    snprintf(pointer, sizeof pointer, "/seasons/%d", i);
    if (!json_object_is_type(season, json_type_object))
        return wg_calendar_fault(reading->fault, "%s: 应为对象 (must be an object)", pointer);
    json_object_object_foreach(season, key, value)
    {
        (void)value;
        if (strcmp(key, "from") != 0 && strcmp(key, "to") != 0 && strcmp(key, "hours") != 0)
            return wg_calendar_fault_member(reading->fault, pointer, key);
    }
    int from = read_month_day(season, "from"), to = read_month_day(season, "to");
    if (from < 0 || to < 0)
        return wg_calendar_fault(reading->fault, "%s/%s: 应为 MM-DD (must be MM-DD)", pointer,
                                 from < 0 ? "from" : "to");
    uint16_t hours = (uint16_t)reading->calendar->n_hours;
    for (int at = from;; at = (at + 1) % (MONTHS * MONTH)) {
        if (reading->seasons[at] != 0)
            return wg_calendar_fault(reading->fault, "%s: 与前面的季节重叠 (overlaps one before)",
                                     pointer);
        reading->seasons[at] = hours;
        if (at == to)
            break;
    }
    wg_calendar_fault_pointer(pointer, "hours");
    return read_hours(wg_json_get(season, "hours"), pointer, reading);
}

static int read_seasons(struct json_object *definition, struct reading *reading)
{
    struct json_object *array;
    int n = array_length(definition, "seasons", &array);
    if (n < 0 || n > MOST_SEASONS)
        return wg_calendar_fault(
            reading->fault,
            "/seasons: 应为至多 %d 季的数组 (must be an array of at most %d seasons)", MOST_SEASONS,
            MOST_SEASONS);
    for (int i = 0; i < n; i++)
        if (read_season(json_object_array_get_idx(array, (size_t)i), i, reading) != 0)
            return WG_CALENDAR_BAD;
    return 0;
}

/* ------------------------------------------------------------------ days */

/* A date as its place in the tables. */
static bool read_date(const char *text, size_t *ret_day)
{
    char whole[32];
    int64_t midnight;
    if (text == NULL || strlen(text) != 10)
        return false;
    snprintf(whole, sizeof whole, "%sT00:00:00Z", text);
    if (wg_time_parse(whole, &midnight) != 0 || midnight / DAY < FIRST_DAY ||
        midnight / DAY >= END_DAY)
        return false;
    *ret_day = (size_t)(midnight / DAY - FIRST_DAY);
    return true;
}

#define NO_DATE                                                                                         \
    "应为 2000 至 2099 年间存在的日期 YYYY-MM-DD (must be a date that exists, 2000 to 2099, " \
    "YYYY-MM-DD)"

static int read_dates(struct json_object *definition, const char *name, uint16_t mark,
                      struct reading *reading)
{
    uint16_t *kinds = reading->calendar->kinds;
    struct json_object *array;
    int n = array_length(definition, name, &array);
    if (n < 0 || n > MOST_DATES)
        return wg_calendar_fault(
            reading->fault, "/%s: 应为至多 %d 个日期的数组 (must be an array of at most %d dates)",
            name, MOST_DATES, MOST_DATES);
    for (int i = 0; i < n; i++) {
        struct json_object *value = json_object_array_get_idx(array, (size_t)i);
        const char *text =
            json_object_is_type(value, json_type_string) ? json_object_get_string(value) : NULL;
        size_t day;
        if (!read_date(text, &day))
            return wg_calendar_fault(reading->fault, "/%s/%d: " NO_DATE, name, i);
        if (kinds[day] != 0 && kinds[day] != mark)
            return wg_calendar_fault(
                reading->fault, "/%s/%d: %s 也在 holidays 中 (is a holiday too)", name, i, text);
        kinds[day] = mark;
        reading->dates++;
    }
    return 0;
}

static int read_half_days(struct json_object *definition, struct reading *reading)
{
    struct wg_calendar *calendar = reading->calendar;
    struct json_object *half_days;
    calendar->first_half = calendar->n_hours;
    if (!json_object_object_get_ex(definition, "half_days", &half_days))
        return 0;
    if (!json_object_is_type(half_days, json_type_object) ||
        json_object_object_length(half_days) > MOST_HALF_DAYS)
        return wg_calendar_fault(reading->fault,
                                 "/half_days: 应为至多 %d 个日期的对象 "
                                 "(must be an object of at most %d dates)",
                                 MOST_HALF_DAYS, MOST_HALF_DAYS);
    json_object_object_foreach(half_days, key, value)
    {
        char pointer[FAULT_POINTER] = "/half_days";
        size_t day;
        wg_calendar_fault_pointer(pointer, key);
        if (!read_date(key, &day))
            return wg_calendar_fault(reading->fault, "%s: " NO_DATE, pointer);
        if (calendar->kinds[day] == MARK_HOLIDAY)
            return wg_calendar_fault(reading->fault, "%s: 也在 holidays 中 (is a holiday too)",
                                     pointer);
        calendar->kinds[day] = (uint16_t)calendar->n_hours;
        if (read_hours(value, pointer, reading) != 0)
            return WG_CALENDAR_BAD;
    }
    return 0;
}

static int read_years(struct json_object *definition, struct reading *reading)
{
    struct json_object *array;
    int n = array_length(definition, "years", &array);
    if (n < 0 || n > YEARS)
        return wg_calendar_fault(
            reading->fault,
            "/years: 应为至多 %d 个年份的数组 (must be an array of at most %d years)", YEARS,
            YEARS);
    for (int i = 0; i < n; i++) {
        struct json_object *member = json_object_array_get_idx(array, (size_t)i);
        int64_t year =
            json_object_is_type(member, json_type_int) ? json_object_get_int64(member) : 0;
        if (year < FIRST_YEAR || year >= FIRST_YEAR + YEARS)
            return wg_calendar_fault(
                reading->fault, "/years/%d: 应为 %d 至 %d (must be a year from %d to %d)", i,
                FIRST_YEAR, FIRST_YEAR + YEARS - 1, FIRST_YEAR, FIRST_YEAR + YEARS - 1);
        reading->calendar->published[year - FIRST_YEAR] = true;
    }
    return 0;
}

/* Which years are published where the file does not say. A calendar that is worked on every day
 * awaits nothing. */
static void find_years(const struct reading *reading)
{
    struct wg_calendar *calendar = reading->calendar;
    bool always = reading->dates == 0;
    for (int i = 0; i < 7; i++)
        always = always && calendar->week[i];
    for (int year = 0; year < YEARS; year++)
        calendar->published[year] = always;
}

/* From marks to places in hours, day by day; `told`: the file itself says which years are
 * published. */
static void tell_days(const struct reading *reading, bool told)
{
    static const char lengths[MONTHS] = { 31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31 };
    struct wg_calendar *calendar = reading->calendar;
    int year = 0, month = 0, date = 0;
    if (!told)
        find_years(reading);
    for (int day = 0; day < DAYS; day++) {
        uint16_t mark = calendar->kinds[day], season = reading->seasons[month * MONTH + date];
        if (!told && (mark == MARK_HOLIDAY || mark == MARK_MAKEUP))
            calendar->published[year] = true;
        if (mark == MARK_MAKEUP || (mark == 0 && calendar->week[wg_days_weekday(FIRST_DAY + day)]))
            calendar->kinds[day] = season != 0 ? season : HOURS_PLAIN;
        /* Every fourth year from 2000 to 2096 is a leap year. */
        if (++date == lengths[month] + (month == 1 && year % 4 == 0)) {
            date = 0;
            month = (month + 1) % MONTHS;
            year += month == 0;
        }
    }
    wg_days_sum_up(calendar);
}

int wg_calendar_new(struct json_object *definition, struct wg_calendar **ret_calendar,
                    char *ret_fault, size_t fault_size)
{
    const struct fault fault = { .text = ret_fault, .size = fault_size };
    WG_AUTO(wg_calendar_destroy) struct wg_calendar *calendar = wg_new(sizeof *calendar);
    struct reading reading = { .calendar = calendar, .fault = &fault };
    calendar->n_hours = HOURS_PLAIN;
    calendar->hours = wg_new_array(calendar->n_hours, sizeof calendar->hours[0]);
    if (check_members(definition, &fault) != 0 || read_zone(definition, &reading) != 0 ||
        read_hours(wg_json_get(definition, "hours"), "/hours", &reading) != 0 ||
        read_week(definition, &reading) != 0 || read_seasons(definition, &reading) != 0 ||
        read_dates(definition, "holidays", MARK_HOLIDAY, &reading) != 0 ||
        read_dates(definition, "makeup", MARK_MAKEUP, &reading) != 0 ||
        read_half_days(definition, &reading) != 0 || read_years(definition, &reading) != 0)
        return WG_CALENDAR_BAD;
    tell_days(&reading, json_object_object_get_ex(definition, "years", NULL));
    *ret_calendar = calendar;
    calendar = NULL;
    return 0;
}

void wg_calendar_destroy(struct wg_calendar **calendar)
{
    if (*calendar == NULL)
        return;
    free((*calendar)->hours);
    wg_free(calendar);
}
