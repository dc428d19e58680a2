/* Promise: a limit that common/calendar cannot reckon is not taken; a calendar that it cannot
 * reckon by is refused with the member to blame. */
#include "tests/unit/registry/rows.h"
#include "tests/unit/test.h"

#define HEADER                                                                                     \
    "code,parent,name,name_en,grade,accept_n,accept_unit,resolve_n,resolve_unit,dispatch_n,"       \
    "dispatch_unit,responsible,"                                                                   \
    "restricted"

static const struct row_case rows[] = {
    { "whole", "one,,名,Name,normal,120,work_minute,3,work_day,60,work_minute,leader,true", "" },
    { "no limits", "one,two,名,Name,urgent,,,,,,,secretary,", "" },
    { "zero minutes", "one,,名,Name,low,0,work_minute,,,,,leader,false", "" },
    { "hours", "one,,名,Name,low,1,hours,,,,,leader,false", "accept_unit:choice" },
    { "a number alone", "one,,名,Name,low,1,,,,,,leader,false", "accept_unit:limit-pair" },
    { "a unit alone", "one,,名,Name,low,,,,work_day,,,leader,false", "resolve_n:limit-pair" },
    { "no number", "one,,名,Name,low,many,work_day,,,,,leader,false", "accept_n:number" },
    { "below nothing", "one,,名,Name,low,-1,work_day,,,,,leader,false", "accept_n:number" },
    { "too many", "one,,名,Name,low,1000001,work_day,,,,,leader,false", "accept_n:number" },
    { "a part of a day", "one,,名,Name,low,1.5,work_day,,,,,leader,false", "accept_n:number" },
    { "in capitals", "One,,名,Name,low,,,,,,,leader,false", "code:category-code" },
    { "who is nobody", "one,,名,Name,low,,,,,,,boss,false", "responsible:choice" },
    { "perhaps", "one,,名,Name,low,,,,,,,leader,perhaps", "restricted:flag" },
    { "in one language", "one,,名,,low,,,,,,,leader,", "name_en:required" },
};

#define WITH_ENDS HEADER ",resolve_start,resolve_end"
static const struct row_case ends[] = {
    { "all of a limit",
      "one,,名,Name,low,15,minute,3,work_day,,,leader,,next_work_day,close_of_day", "" },
    { "some day", "one,,名,Name,low,,,3,day,,,leader,,tomorrow,noon",
      "resolve_start:choice,resolve_end:choice" },
    { "an end alone", "one,,名,Name,low,,,,,,,leader,,,close_of_day",
      "resolve_n:limit-pair,resolve_unit:limit-pair" },
};

#define WITH_LIMITS HEADER ",limits"
#define KEYED(text) "one,,名,Name,low,,,,,,,leader,," text
static const struct row_case keyed[] = {
    { "of any clock", KEYED("contact=240 work_minute"), "" },
    { "of a grade, of a source, of both",
      KEYED("resolve@urgent=24 minute; resolve/hotline=5 work_day next_work_day close_of_day；"
            "resolve@high/12345 = 3 day"),
      "" },
    { "none", KEYED("contact=none"), "" },
    { "no number", KEYED("contact=work_minute"), "limits:limit-row" },
    { "no unit", KEYED("contact=3"), "limits:limit-row" },
    { "another unit", KEYED("contact=3 hours"), "limits:limit-row" },
    { "below nothing", KEYED("contact=-3 day"), "limits:limit-row" },
    { "two units", KEYED("contact=3 day work_day"), "limits:limit-row" },
    { "no clock", KEYED("=3 day"), "limits:limit-row" },
    { "no grade", KEYED("contact@=3 day"), "limits:limit-row" },
    { "another grade", KEYED("contact@dire=3 day"), "limits:limit-row" },
    { "no source", KEYED("contact/=3 day"), "limits:limit-row" },
    { "the wrong way round", KEYED("contact/hotline@low=3 day"), "" }, /* the source is so called */
    { "twice", KEYED("contact=3 day; contact=4 day"), "limits:limit-row" },
    { "a sentence", KEYED("within a day"), "limits:limit-row" },
    { "one fine, one not", KEYED("contact=3 day; x"), "limits:limit-row" },
};

static void test_rows(void **state)
{
    check_rows(&category_kind, WITH_LIMITS, keyed, WG_COUNT(keyed));
    check_rows(&category_kind, HEADER, rows, WG_COUNT(rows));
    check_rows(&category_kind, WITH_ENDS, ends, WG_COUNT(ends));
}

static void test_limits(void **state)
{
    WG_AUTO(wg_json_put)
    struct json_object *row = row_of(&category_kind, HEADER, rows[0].in);
    struct json_object *limits = wg_json_get(row, "limits");
    assert_int_equal(json_object_object_length(limits), 3);
    assert_int_equal(wg_json_int(wg_json_get(limits, "accept"), "n"), 120);
    assert_string_equal(wg_json_text(wg_json_get(limits, "resolve"), "unit"), "work_day");
    assert_null(wg_json_get(row, "accept_n"));
    WG_AUTO(wg_json_put)
    struct json_object *all = row_of(&category_kind, WITH_LIMITS, keyed[1].in);
    assert_string_equal(
        json_object_to_json_string_ext(wg_json_get(all, "limits"), JSON_C_TO_STRING_PLAIN),
        "{\"resolve@urgent\":{\"n\":24,\"unit\":\"minute\"},\"resolve\\/hotline\":{\"n\":5,"
        "\"unit\":\"work_day\",\"start\":\"next_work_day\",\"end\":\"close_of_day\"},"
        "\"resolve@high\\/12345\":{\"n\":3,\"unit\":\"day\"}}");
    WG_AUTO(wg_json_put)
    struct json_object *whole = row_of(&category_kind, WITH_ENDS, ends[0].in);
    assert_string_equal(
        json_object_to_json_string_ext(wg_json_get(whole, "limits"), JSON_C_TO_STRING_PLAIN),
        "{\"accept\":{\"n\":15,\"unit\":\"minute\"},\"resolve\":{\"n\":3,\"unit\":"
        "\"work_day\",\"start\":\"next_work_day\",\"end\":\"close_of_day\"}}");
}

#define CALENDAR                                                                                   \
    "\"timezone\":\"Asia/Shanghai\",\"workdays\":[1,2,3,4,5],\"holidays\":[],\"makeup\":[]"

static const struct {
    const char *name, *in, *want;
} calendars[] = {
    { "whole", "{\"code\":\"city\",\"hours\":[[\"09:00\",\"17:00\"]]," CALENDAR "}", "" },
    { "no code", "{\"hours\":[[\"09:00\",\"17:00\"]]," CALENDAR "}", "code:required" },
    { "no hours", "{\"code\":\"city\"," CALENDAR "}", "hours:calendar" },
    { "the wrong way", "{\"code\":\"city\",\"hours\":[[\"17:00\",\"09:00\"]]," CALENDAR "}",
      "hours:calendar" },
    { "with seasons and half days",
      "{\"code\":\"city\",\"seasons\":[{\"from\":\"05-01\",\"to\":\"09-30\",\"hours\":[[\"08:00\","
      "\"12:"
      "00\"]]}],\"half_days\":{\"2026-02-16\":[[\"09:00\",\"12:00\"]]},\"years\":[2026],\"hours\":["
      "["
      "\"09:00\",\"17:00\"]]," CALENDAR "}",
      "" },
    { "a season that has no hours",
      "{\"code\":\"city\",\"seasons\":[{\"from\":\"05-01\",\"to\":\"09-30\"}],\"hours\":[[\"09:"
      "00\","
      "\"17:00\"]]," CALENDAR "}",
      "seasons:calendar" },
    { "no object", "[]", ":calendar" },
    { "no JSON", "{", ":json" },
    { "nothing", "", ":json" },
};

static void test_calendars(void **state)
{
    for (size_t i = 0; i < WG_COUNT(calendars); i++) {
        WG_AUTO(wg_text_destroy) struct wg_text out = { 0 };
        faults_of(&calendar_kind, READER_JSON, calendars[i].in, &out, NULL);
        if (strcmp(out.bytes, calendars[i].want) != 0)
            fail_msg("row \"%s\": %s", calendars[i].name, out.bytes);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = { cmocka_unit_test(test_rows), cmocka_unit_test(test_limits),
                                        cmocka_unit_test(test_calendars) };
    return cmocka_run_group_tests_name("categories", tests, NULL, NULL);
}
