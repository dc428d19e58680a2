/* Promise: the spans of a deadline are those that a person would count, each in words in both
 * languages. That they add up is held by test_calendar_model.c. */
#include "common/calendar_explain.h"

#include "tests/unit/common/calendars.h"

/* 27 November 2026 is a Friday. */
#define CALENDAR                                                                                   \
    "{" OFFICE ",\"holidays\":[\"2026-12-01\"],\"makeup\":[\"2026-12-05\"],\"half_days\":"         \
    "{\"2026-12-02\":[[\"08:30\",\"12:00\"]]}}"

static const struct {
    const char *name, *start, *limit;
    const char *pauses[2]; /* from, to */
    const char *zh, *en;
} rows[] = {
    { "working hours",
      "2026-11-30T17:00:00+08:00",
      "{\"n\":420,\"unit\":\"work_minute\"}",
      { NULL },
      "2026年11月30日（周一）17:00–18:00，计 1 小时\n"
      "2026年12月1日（周二）：节假日，不计\n"
      "2026年12月2日（周三）08:30–12:00（半天），计 3 小时 30 分钟\n"
      "2026年12月3日（周四）08:30–11:00，计 2 小时 30 分钟\n",
      "Mon 30 Nov 2026 17:00–18:00: 1 h\n"
      "Tue 01 Dec 2026: holiday, not counted\n"
      "Wed 02 Dec 2026 08:30–12:00 (half day): 3 h 30 min\n"
      "Thu 03 Dec 2026 08:30–11:00: 2 h 30 min\n" },
    { "paused",
      "2026-11-30T09:00:00+08:00",
      "{\"n\":60,\"unit\":\"work_minute\"}",
      { "2026-11-30T09:20:30+08:00", "2026-11-30T09:50:00+08:00" },
      "2026年11月30日（周一）09:00–09:20:30，计 20 分钟 30 秒\n"
      "2026年11月30日（周一）09:20:30–09:50：暂停，不计\n"
      "2026年11月30日（周一）09:50–10:29:30，计 39 分钟 30 秒\n",
      "Mon 30 Nov 2026 09:00–09:20:30: 20 min 30 s\n"
      "Mon 30 Nov 2026 09:20:30–09:50: paused, not counted\n"
      "Mon 30 Nov 2026 09:50–10:29:30: 39 min 30 s\n" },
    { "still paused",
      "2026-11-30T09:00:00+08:00",
      "{\"n\":60,\"unit\":\"minute\"}",
      { "2026-11-30T09:20:00+08:00", NULL },
      "2026年11月30日（周一）09:00–09:20，计 20 分钟\n"
      "2026年11月30日（周一）09:20起：暂停至今\n",
      "Mon 30 Nov 2026 09:00–09:20: 20 min\n"
      "Mon 30 Nov 2026 09:20: paused since then\n" },
    { "working days to the close",
      "2026-11-27T10:00:00+08:00",
      "{\"n\":4,\"unit\":\"work_day\",\"start\":\"next_work_day\",\"end\":\"close_of_day\"}",
      { NULL },
      "2026年11月28日（周六）至2026年11月29日（周日）：休息日，不计\n"
      "2026年11月27日（周五）10:00 至 2026年11月29日（周日）24:00：尚未起算\n"
      "2026年11月30日（周一）08:30–18:00，计 1 个工作日\n"
      "2026年12月1日（周二）：节假日，不计\n"
      "2026年12月2日（周三）08:30–12:00（半天），计 1 个工作日\n"
      "2026年12月3日（周四）08:30–18:00，计 1 个工作日\n"
      "2026年12月4日（周五）08:30–18:00，计 1 个工作日\n",
      "Sat 28 Nov 2026 to Sun 29 Nov 2026: day off, not counted\n"
      "Fri 27 Nov 2026 10:00 to Sun 29 Nov 2026 24:00: not yet begun\n"
      "Mon 30 Nov 2026 08:30–18:00: 1 working day\n"
      "Tue 01 Dec 2026: holiday, not counted\n"
      "Wed 02 Dec 2026 08:30–12:00 (half day): 1 working day\n"
      "Thu 03 Dec 2026 08:30–18:00: 1 working day\n"
      "Fri 04 Dec 2026 08:30–18:00: 1 working day\n" },
    { "working days",
      "2026-11-27T10:00:00+08:00",
      "{\"n\":3,\"unit\":\"work_day\"}",
      { "2026-11-27T11:00:00+08:00", "2026-11-27T17:00:00+08:00" },
      "2026年11月27日（周五）10:00–11:00，计 1 小时（24 小时为 1 个工作日）\n"
      "2026年11月27日（周五）11:00–17:00：暂停，不计\n"
      "2026年11月28日（周六）至2026年11月29日（周日）：休息日，不计\n"
      "2026年11月27日（周五）17:00 至 2026年11月30日（周一）16:00，计 23 小时（24 小时为 1 "
      "个工作日）\n"
      "2026年12月1日（周二）：节假日，不计\n"
      "2026年11月30日（周一）16:00 至 2026年12月2日（周三）16:00，计 1 个工作日\n"
      "2026年12月2日（周三）16:00 至 2026年12月3日（周四）16:00，计 1 个工作日\n",
      "Fri 27 Nov 2026 10:00–11:00: 1 h (24 h are 1 working day)\n"
      "Fri 27 Nov 2026 11:00–17:00: paused, not counted\n"
      "Sat 28 Nov 2026 to Sun 29 Nov 2026: day off, not counted\n"
      "Fri 27 Nov 2026 17:00 to Mon 30 Nov 2026 16:00: 23 h (24 h are 1 working day)\n"
      "Tue 01 Dec 2026: holiday, not counted\n"
      "Mon 30 Nov 2026 16:00 to Wed 02 Dec 2026 16:00: 1 working day\n"
      "Wed 02 Dec 2026 16:00 to Thu 03 Dec 2026 16:00: 1 working day\n" },
    { "days",
      "2026-11-27T10:00:00+08:00",
      "{\"n\":1,\"unit\":\"day\",\"end\":\"close_of_day\"}",
      { NULL },
      "2026年11月27日（周五）10:00–24:00：尚未起算\n"
      "2026年11月28日（周六）00:00–24:00，计 1 天\n",
      "Fri 27 Nov 2026 10:00–24:00: not yet begun\n"
      "Sat 28 Nov 2026 00:00–24:00: 1 day\n" },
    { "to the close",
      "2026-11-27T10:00:00+08:00",
      "{\"n\":30,\"unit\":\"minute\",\"end\":\"close_of_day\"}",
      { NULL },
      "2026年11月27日（周五）10:00–10:30，计 30 分钟\n"
      "2026年11月27日（周五）10:30 用完，截止于 2026年11月27日（周五）24:00\n",
      "Fri 27 Nov 2026 10:00–10:30: 30 min\n"
      "Fri 27 Nov 2026 10:30: all used up; the deadline is Fri 27 Nov 2026 24:00\n" },
    { "from the evening, a make-up day",
      "2026-12-04T20:00:00+08:00",
      "{\"n\":30,\"unit\":\"work_minute\"}",
      { NULL },
      "2026年12月4日（周五）20:00 至 2026年12月5日（周六）08:30：尚未起算\n"
      "2026年12月5日（周六）08:30–09:00（调休上班），计 30 分钟\n",
      "Fri 04 Dec 2026 20:00 to Sat 05 Dec 2026 08:30: not yet begun\n"
      "Sat 05 Dec 2026 08:30–09:00 (make-up day): 30 min\n" },
};

static void explain(const struct wg_calendar *calendar, size_t row, bool english,
                    struct wg_text *out)
{
    WG_AUTO(wg_spans_destroy) struct wg_spans spans = { 0 };
    struct wg_pause pause = { 0 };
    struct wg_term term = { .start = moment(rows[row].start),
                            .limit = limit_of(rows[row].limit),
                            .pauses = &pause,
                            .n_pauses = rows[row].pauses[0] != NULL };
    if (term.n_pauses > 0)
        pause.from = moment(rows[row].pauses[0]);
    if (rows[row].pauses[1] != NULL)
        pause.to = moment(rows[row].pauses[1]);
    int64_t due = wg_calendar_explain(calendar, &term, &spans);
    ROW(rows[row].name,
        due == wg_calendar_deadline(calendar, term.start, &term.limit, term.pauses, term.n_pauses));
    ROW(rows[row].name, !spans.cut);
    for (size_t i = 0; i < spans.n; i++) {
        wg_span_words(calendar, &term.limit, &spans.rows[i], english, out);
        wg_text_put(out, "\n");
    }
}

static void test_words(void **state)
{
    WG_AUTO(wg_calendar_destroy) struct wg_calendar *calendar = calendar_of(CALENDAR);
    for (size_t i = 0; i < WG_COUNT(rows); i++) {
        WG_AUTO(wg_text_destroy) struct wg_text zh = { 0 }, en = { 0 };
        explain(calendar, i, false, &zh);
        explain(calendar, i, true, &en);
        if (strcmp(zh.bytes, rows[i].zh) != 0 || strcmp(en.bytes, rows[i].en) != 0)
            fail_msg("row \"%s\":\n%s%s", rows[i].name, zh.bytes, en.bytes);
    }
}

/* A limit that takes too many spans is cut, and says so. */
static void test_cut(void **state)
{
    WG_AUTO(wg_calendar_destroy) struct wg_calendar *calendar = calendar_of("{" OFFICE "}");
    WG_AUTO(wg_spans_destroy) struct wg_spans spans = { 0 };
    const struct wg_term term = { .start = moment("2026-11-23T09:00:00+08:00"),
                                  .limit = { .n = 1000000, .unit = WG_WORK_MINUTE } };
    int64_t due = wg_calendar_explain(calendar, &term, &spans);
    assert_true(due == wg_calendar_deadline(calendar, term.start, &term.limit, NULL, 0));
    assert_true(spans.cut);
    assert_int_equal(spans.n, WG_SPANS_MOST);
}

static void test_time(void **state)
{
    WG_AUTO(wg_calendar_destroy)
    struct wg_calendar *calendar = calendar_of(
        "{\"timezone\":\"Asia/Urumqi\",\"hours\":[[\"10:00\",\"18:00\"]],\"workdays\":[1]}");
    WG_AUTO(wg_text_destroy) struct wg_text out = { 0 };
    wg_calendar_time(calendar, moment("2026-11-23T20:00:00Z"), &out);
    wg_text_put(&out, " ");
    wg_calendar_time(calendar, moment("2026-11-23T09:00:00.25Z"), &out);
    assert_string_equal(out.bytes, "2026-11-24T02:00:00+06:00 2026-11-23T15:00:00.250000+06:00");
}

int main(void)
{
    const struct CMUnitTest tests[] = { cmocka_unit_test(test_words), cmocka_unit_test(test_cut),
                                        cmocka_unit_test(test_time) };
    return cmocka_run_group_tests_name("calendar-explain", tests, NULL, NULL);
}
