/* Why a deadline is when it is: span by span, in the order in which they end, and in words. Pure.
 */
#pragma once

#include "common/calendar.h"

enum wg_span_kind {
    WG_SPAN_COUNTED, /* the clock ran and used up `counted` */
    WG_SPAN_BEFORE,  /* not yet begun: closed, or the limit starts later */
    WG_SPAN_FREE,    /* whole days that do not count; why says which */
    WG_SPAN_PAUSED,  /* the clock stood; to 0: it still does */
    WG_SPAN_MOVED, /* from when all was used up to the deadline: into the hours of its day (then it
                    * may be earlier), to its close, out of a pause */
};
enum wg_span_why { WG_WHY_NONE, WG_WHY_DAY_OFF, WG_WHY_HOLIDAY, WG_WHY_HALF_DAY, WG_WHY_MAKEUP };

struct wg_span {
    int64_t from, to; /* microseconds since 1970 */
    int64_t counted;  /* microseconds; a day is 24 hours */
    enum wg_span_kind kind;
    enum wg_span_why why;
};

/* { 0 } is empty. At most WG_SPANS_MOST rows; `cut` where there would be more. */
enum { WG_SPANS_MOST = 2000 };
struct wg_spans {
    struct wg_span *rows;
    size_t n, room;
    bool cut;
};
void wg_spans_destroy(struct wg_spans *spans); /* for WG_AUTO */

/* What a deadline is reckoned from. */
struct wg_term {
    int64_t start;
    struct wg_limit limit;
    const struct wg_pause *pauses;
    size_t n_pauses;
};

/* Appends the spans; returns the deadline, as wg_calendar_deadline does. Where it is not 0 and
 * nothing is cut, `counted` adds up to the limit: n minutes or n days (one day for the n 0 that
 * counts as 1). */
int64_t wg_calendar_explain(const struct wg_calendar *calendar, const struct wg_term *term,
                            struct wg_spans *spans);

/* Appends a moment for people: 2026年11月23日（周一）12:00; midnight is the end of the day before.
 */
void wg_moment_words(const struct wg_calendar *calendar, int64_t moment, bool english,
                     struct wg_text *out);

/* Appends a span as a line for people, without its end: 2026年11月23日（周一）11:00–12:00，计 1
 * 小时. */
void wg_span_words(const struct wg_calendar *calendar, const struct wg_limit *limit,
                   const struct wg_span *span, bool english, struct wg_text *out);
