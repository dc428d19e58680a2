/* Spans in words, Chinese and English. */
#include <time.h>

#include "common/calendar_days.h"
#include "common/calendar_explain.h"

#define SECOND (MINUTE / 60)
#define HOUR (60 * MINUTE)

static struct tm parts_of(int64_t local)
{
    time_t second = (time_t)wg_days_floor(local, SECOND);
    struct tm parts = { 0 };
    gmtime_r(&second, &parts);
    return parts;
}

static void put_date(int64_t local, bool english, struct wg_text *out)
{
    static const char *const weekdays[] = {
        "周日", "周一", "周二", "周三", "周四", "周五", "周六"
    };
    struct tm parts = parts_of(local);
    char text[64];
    if (!english) {
        wg_text_printf(out, "%d年%d月%d日（%s）", parts.tm_year + 1900, parts.tm_mon + 1,
                       parts.tm_mday, weekdays[parts.tm_wday]);
        return;
    }
    strftime(text, sizeof text, "%a %d %b %Y", &parts);
    wg_text_put(out, text);
}

/* The time of day, midnight as the end of a day being 24:00. */
static void put_time(int64_t local, bool end, struct wg_text *out)
{
    struct tm parts = parts_of(local);
    bool midnight = end && parts.tm_hour == 0 && parts.tm_min == 0 && parts.tm_sec == 0;
    wg_text_printf(out, "%02d:%02d", midnight ? 24 : parts.tm_hour, parts.tm_min);
    if (parts.tm_sec != 0)
        wg_text_printf(out, ":%02d", parts.tm_sec);
}

static void put_moment(int64_t local, bool end, bool english, struct wg_text *out)
{
    put_date(end ? local - 1 : local, english, out);
    if (english)
        wg_text_put(out, " ");
    put_time(local, end, out);
}

/* From one moment to another, the date said once where it is the same. */
static void put_stretch(int64_t from, int64_t to, bool english, struct wg_text *out)
{
    put_moment(from, false, english, out);
    if (wg_days_floor(from, DAY) == wg_days_floor(to - 1, DAY)) {
        wg_text_put(out, "–");
        put_time(to, true, out);
        return;
    }
    wg_text_put(out, english ? " to " : " 至 ");
    put_moment(to, true, english, out);
}

static void put_amount(int64_t amount, const char *day, bool english, struct wg_text *out)
{
    if (day != NULL && amount == DAY) {
        wg_text_put(out, day);
        return;
    }
    const struct {
        int64_t size;
        const char *zh, *en;
    } parts[] = { { HOUR, "小时", "h" }, { MINUTE, "分钟", "min" }, { SECOND, "秒", "s" } };
    const char *space = "";
    for (size_t i = 0; i < WG_COUNT(parts); i++) {
        int64_t n = amount / parts[i].size;
        amount -= n * parts[i].size;
        if (n == 0 && !(i == 2 && *space == '\0'))
            continue;
        wg_text_printf(out, "%s%lld %s", space, (long long)n, english ? parts[i].en : parts[i].zh);
        space = " ";
    }
    if (day != NULL)
        wg_text_printf(out, english ? " (24 h are %s)" : "（24 小时为 %s）", day);
}

static void put_counted(const struct wg_limit *limit, const struct wg_span *local, bool english,
                        struct wg_text *out)
{
    const char *day = NULL;
    if (limit->unit == WG_DAY)
        day = english ? "1 day" : "1 天";
    if (limit->unit == WG_WORK_DAY)
        day = english ? "1 working day" : "1 个工作日";
    put_stretch(local->from, local->to, english, out);
    if (local->why == WG_WHY_HALF_DAY)
        wg_text_put(out, english ? " (half day)" : "（半天）");
    if (local->why == WG_WHY_MAKEUP)
        wg_text_put(out, english ? " (make-up day)" : "（调休上班）");
    wg_text_put(out, english ? ": " : "，计 ");
    put_amount(local->counted, day, english, out);
}

static void put_free(const struct wg_span *local, bool english, struct wg_text *out)
{
    put_date(local->from, english, out);
    if (local->to - local->from > DAY) {
        wg_text_put(out, english ? " to " : "至");
        put_date(local->to - 1, english, out);
    }
    if (local->why == WG_WHY_HOLIDAY)
        wg_text_put(out, english ? ": holiday, not counted" : "：节假日，不计");
    else
        wg_text_put(out, english ? ": day off, not counted" : "：休息日，不计");
}

void wg_calendar_time(const struct wg_calendar *calendar, int64_t moment, struct wg_text *out)
{
    int64_t local = wg_days_local(calendar, moment);
    struct tm parts = parts_of(local);
    int fraction = (int)(local - wg_days_floor(local, SECOND) * SECOND);
    int offset = (int)(calendar->offset / MINUTE); /* no zone of ours is west of UTC */
    char text[48];
    strftime(text, sizeof text, "%Y-%m-%dT%H:%M:%S", &parts);
    wg_text_put(out, text);
    if (fraction != 0)
        wg_text_printf(out, ".%06d", fraction);
    wg_text_printf(out, "+%02d:%02d", offset / 60, offset % 60);
}

void wg_moment_words(const struct wg_calendar *calendar, int64_t moment, bool english,
                     struct wg_text *out)
{
    put_moment(moment + calendar->offset, true, english, out);
}

void wg_span_words(const struct wg_calendar *calendar, const struct wg_limit *limit,
                   const struct wg_span *span, bool english, struct wg_text *out)
{
    struct wg_span local = *span;
    local.from += calendar->offset;
    local.to += calendar->offset;
    switch (span->kind) {
    case WG_SPAN_COUNTED:
        put_counted(limit, &local, english, out);
        return;
    case WG_SPAN_FREE:
        put_free(&local, english, out);
        return;
    case WG_SPAN_MOVED:
        put_moment(local.from, true, english, out);
        wg_text_put(out, english ? ": all used up; the deadline is " : " 用完，截止于 ");
        put_moment(local.to, true, english, out);
        return;
    case WG_SPAN_BEFORE:
        put_stretch(local.from, local.to, english, out);
        wg_text_put(out, english ? ": not yet begun" : "：尚未起算");
        return;
    case WG_SPAN_PAUSED:
        if (span->to == 0)
            put_moment(local.from, false, english, out);
        else
            put_stretch(local.from, local.to, english, out);
        if (english)
            wg_text_put(out, span->to == 0 ? ": paused since then" : ": paused, not counted");
        else
            wg_text_put(out, span->to == 0 ? "起：暂停至今" : "：暂停，不计");
        return;
    }
}
