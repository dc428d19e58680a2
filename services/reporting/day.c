/* The calendar's arithmetic is the C library's. */
#include "services/reporting/day.h"

#include <stdio.h>
#include <string.h>
#include <time.h>

static const int64_t SECOND = 1000000, DAY_SECONDS = 86400;
static const int64_t DAY_2000 = 10957; /* days from 1970-01-01 */

static int32_t days(const struct tm *local)
{
    struct tm as_utc = { .tm_year = local->tm_year,
                         .tm_mon = local->tm_mon,
                         .tm_mday = local->tm_mday };
    return (int32_t)(timegm(&as_utc) / DAY_SECONDS - DAY_2000);
}

int32_t day_of(int64_t microseconds)
{
    time_t seconds = (time_t)((microseconds - (microseconds < 0 ? SECOND - 1 : 0)) / SECOND);
    struct tm local;
    localtime_r(&seconds, &local);
    return days(&local);
}

void day_write(int32_t day, char ret_text[DAY_ROOM])
{
    time_t seconds = (time_t)((day + DAY_2000) * DAY_SECONDS);
    struct tm utc;
    gmtime_r(&seconds, &utc);
    strftime(ret_text, DAY_ROOM, "%Y-%m-%d", &utc);
}

int day_read(const char *text, int32_t *ret_day)
{
    int year, month, day, end = 0;
    if (strlen(text) != 10 || strspn(text, "0123456789-") != 10 ||
        sscanf(text, "%4d-%2d-%2d%n", &year, &month, &day, &end) != 3 || end != 10)
        return DAY_BAD;
    struct tm given = { .tm_year = year - 1900, .tm_mon = month - 1, .tm_mday = day };
    struct tm real = given;
    if (year < 1970 || year > 2199 || timegm(&real) == -1 || real.tm_mon != given.tm_mon ||
        real.tm_mday != day)
        return DAY_BAD;
    *ret_day = days(&given);
    return 0;
}
