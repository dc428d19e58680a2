/* A limit as JSON, in and out. */
#include <string.h>

#include "common/calendar.h"
#include "common/calendar_days.h"
#include "common/calendar_fault.h"
#include "common/json.h"
#include "common/writer.h"

static const char *const units[] = { [WG_WORK_MINUTE] = "work_minute",
                                     [WG_WORK_DAY] = "work_day",
                                     [WG_MINUTE] = "minute",
                                     [WG_DAY] = "day" };
static const char *const starts[] = { "at_once", "next_work_day" };
static const char *const ends[] = { "exact", "close_of_day" };

/* Which of n words the member is; -1: none of them. */
static int word_of(struct json_object *object, const char *key, const char *const *words, int n)
{
    const char *text = wg_json_text(object, key);
    for (int i = 0; text != NULL && i < n; i++)
        if (strcmp(words[i], text) == 0)
            return i;
    return -1;
}

static int check_members(struct json_object *limit, const struct fault *fault)
{
    static const char *const names[] = { "n", "unit", "start", "end" };
    if (!json_object_is_type(limit, json_type_object))
        return wg_calendar_fault(fault, ": 应为对象 (must be an object)");
    json_object_object_foreach(limit, key, value)
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

/* A member that may be missing, which is the first of two words. */
static int read_choice(struct json_object *limit, const char *key, const char *const words[2],
                       const struct fault *fault, bool *ret_second)
{
    int word = json_object_object_get_ex(limit, key, NULL) ? word_of(limit, key, words, 2) : 0;
    if (word < 0)
        return wg_calendar_fault(fault, "/%s: 应为 (must be) %s / %s", key, words[0], words[1]);
    *ret_second = word == 1;
    return 0;
}

int wg_limit_parse(struct json_object *limit, struct wg_limit *ret_limit, char *ret_fault,
                   size_t fault_size)
{
    const struct fault fault = { .text = ret_fault, .size = fault_size };
    struct wg_limit read = { 0 };
    if (check_members(limit, &fault) != 0)
        return WG_CALENDAR_BAD;
    struct json_object *n = wg_json_get(limit, "n");
    int64_t value = json_object_is_type(n, json_type_int) ? json_object_get_int64(n) : -1;
    int unit = word_of(limit, "unit", units, (int)WG_COUNT(units));
    if (value < 0 || value > MOST_N)
        return wg_calendar_fault(&fault,
                                 "/n: 应为 0 至 %d 的整数 (must be a whole number from 0 to %d)",
                                 MOST_N, MOST_N);
    if (unit < 0)
        return wg_calendar_fault(&fault,
                                 "/unit: 应为 (must be) minute / work_minute / work_day / day");
    if (read_choice(limit, "start", starts, &fault, &read.next_work_day) != 0 ||
        read_choice(limit, "end", ends, &fault, &read.close_of_day) != 0)
        return WG_CALENDAR_BAD;
    read.n = (int32_t)value;
    read.unit = (enum wg_unit)unit;
    *ret_limit = read;
    return 0;
}

void wg_limit_write(const struct wg_limit *limit, struct wg_text *out, const char *key)
{
    wg_write_object(out, key);
    wg_write_int(out, "n", limit->n);
    wg_write_string(out, "unit", units[limit->unit]);
    if (limit->next_work_day)
        wg_write_string(out, "start", starts[1]);
    if (limit->close_of_day)
        wg_write_string(out, "end", ends[1]);
    wg_write_end_object(out);
}
