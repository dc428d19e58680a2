/* Promise: a report is judged for form alone, all its faults at once and each with its pointer;
 * unknown fields, and fields that do not work yet, are refused by name; what is right is taken word
 * for word. */
#include <stdio.h>
#include <string.h>

#include "common/json.h"
#include "common/text.h"

#include "services/intake/report.h"
#include "tests/unit/test.h"

static bool is_road(const char *code, void *arg)
{
    return strcmp(code, "road") == 0;
}

static bool is_grid(const char *code, void *arg)
{
    return strcmp(code, "410103007012001") == 0;
}

enum caller { NOBODY, STAFF, SYSTEM };

static struct report_known known_to(enum caller caller)
{
    struct report_known known = { .category = is_road,
                                  .area = is_grid,
                                  .system = caller == SYSTEM ? "hotline" : "",
                                  .sources = "12345 petition",
                                  .staff = caller == STAFF };
    if (wg_time_parse("2026-11-23T09:00:00+08:00", &known.now) != 0)
        abort();
    return known;
}

/* Decodes; the pointers of the faults, each with a blank behind it. The report stays when wanted.
 */
static void decode(const char *text, enum caller caller, struct wg_text *pointers,
                   struct report *ret_report)
{
    const struct report_known known = known_to(caller);
    struct wg_json_verdict verdict;
    struct json_object *json = wg_json_parse(text, strlen(text), &verdict);
    assert_true(json_object_is_type(json, json_type_object));
    WG_AUTO(wg_problem_destroy)
    struct wg_problem *problem = report_decode(ret_report, &json, &known);
    assert_null(json);
    WG_AUTO(wg_json_put)
    struct json_object *document = problem == NULL ? NULL : wg_problem_json(problem, true);
    struct json_object *errors = wg_json_get(document, "errors");
    wg_text_put(pointers, "");
    for (size_t i = 0; errors != NULL && i < json_object_array_length(errors); i++)
        wg_text_printf(pointers, "%s ",
                       wg_json_text(json_object_array_get_idx(errors, i), "pointer"));
}

#define WITH(members) "{\"text\":\"路灯不亮\"," members "}"

static const struct {
    const char *json;
    enum caller caller;
    const char *want; /* pointers; "" = taken */
} rows[] = {
    { "{\"text\":\"路灯不亮\"}", NOBODY, "" },
    { "{}", NOBODY, "/text " },
    { "{\"text\":7}", NOBODY, "/text " },
    { "{\"text\":null}", NOBODY, "/text " },
    { WITH("\"lat\":null,\"lon\":1"), NOBODY, "/lat " },
    { WITH("\"source\":{\"system\":null,\"id\":null}"), SYSTEM, "/source/system /source/id " },
    { "{\"text\":\"\"}", NOBODY, "/text " },
    { "{\"text\":\" \\t\\r\\n \"}", NOBODY, "/text " },
    { "{\"text\":\".\"}", NOBODY, "" },
    { WITH("\"category\":\"road\""), NOBODY, "" },
    { WITH("\"category\":\"moon\""), NOBODY, "/category " },
    { WITH("\"category\":\"\""), NOBODY, "/category " },
    { WITH("\"category\":null"), NOBODY, "/category " },
    { WITH("\"area\":\"410103007012001\""), NOBODY, "" },
    { WITH("\"area\":\"410103007012002\""), NOBODY, "/area " },
    { WITH("\"area\":\"410103007012001001\""), NOBODY, "/area " },
    { WITH("\"area\":410103007012001"), NOBODY, "/area " },
    { WITH("\"lat\":34.7,\"lon\":113.6"), NOBODY, "" },
    { WITH("\"lat\":-90,\"lon\":180"), NOBODY, "" },
    { WITH("\"lat\":34.7"), NOBODY, "/lon " },
    { WITH("\"lon\":113.6"), NOBODY, "/lat " },
    { WITH("\"lat\":90.0001,\"lon\":-180.1"), NOBODY, "/lat /lon " },
    { WITH("\"lat\":\"34.7\",\"lon\":true"), NOBODY, "/lat /lon " },
    { WITH("\"lat\":1e300,\"lon\":0"), NOBODY, "/lat " },
    { WITH("\"crs\":\"bd09\",\"lat\":34.7,\"lon\":113.6"), NOBODY, "" },
    { WITH("\"crs\":\"cgcs2000\",\"lat\":34.7,\"lon\":113.6"), NOBODY, "" },
    { WITH("\"crs\":\"BD09\",\"lat\":34.7,\"lon\":113.6"), NOBODY, "/crs " },
    { WITH("\"crs\":\"wgs84\""), NOBODY, "/crs " },
    { WITH("\"address\":\"大学北路 12 号\""), NOBODY, "" },
    { WITH("\"channel\":\"phone\",\"language\":\"en\",\"training\":true"), NOBODY, "" },
    { WITH("\"channel\":\"pigeon\""), NOBODY, "/channel " },
    { WITH("\"language\":\"fr\""), NOBODY, "/language " },
    { WITH("\"training\":1"), NOBODY, "/training " },
    { WITH("\"on_behalf\":true"), STAFF, "" },
    { WITH("\"on_behalf\":true"), NOBODY, "/on_behalf " },
    { WITH("\"on_behalf\":true"), SYSTEM, "/on_behalf " },
    { WITH("\"on_behalf\":false"), NOBODY, "" },
    { WITH("\"on_behalf\":\"yes\""), NOBODY, "/on_behalf " },
    { WITH("\"joins\":\"5\""), NOBODY, "/joins " },
    { WITH("\"attributes\":{}"), NOBODY, "/attributes " },
    { WITH("\"occurred_at\":\"2026-11-23T08:00:00+08:00\""), NOBODY, "" },
    { WITH("\"occurred_at\":\"2026-11-23T09:59:59+08:00\""), NOBODY, "" }, /* clocks differ */
    { WITH("\"occurred_at\":\"2026-11-23T10:00:01+08:00\""), NOBODY, "/occurred_at " },
    { WITH("\"occurred_at\":\"2016-11-24T09:00:00+08:00\""), NOBODY, "" },
    { WITH("\"occurred_at\":\"2016-11-01T09:00:00+08:00\""), NOBODY, "/occurred_at " },
    { WITH("\"occurred_at\":\"1970-01-01T00:00:00Z\""), NOBODY, "/occurred_at " },
    { WITH("\"occurred_at\":\"yesterday\""), NOBODY, "/occurred_at " },
    { WITH("\"occurred_at\":\"2026-11-23T08:00:00\""), NOBODY, "/occurred_at " },
    { WITH("\"reporter\":{}"), NOBODY, "" },
    { WITH("\"reporter\":\"王\""), NOBODY, "/reporter " },
    { WITH("\"reporter\":{\"name\":\"王\",\"phone\":\"+86 (371) 6666-0000\","
           "\"email\":\"a@b\",\"consent\":true}"),
      NOBODY, "" },
    { WITH("\"reporter\":{\"name\":\"\",\"phone\":\"12x\",\"email\":\"a\",\"consent\":1}"), NOBODY,
      "/reporter/name /reporter/consent /reporter/phone /reporter/email " },
    { WITH("\"reporter\":{\"email\":\"@b\"}"), NOBODY, "/reporter/email " },
    { WITH("\"reporter\":{\"email\":\"a@\"}"), NOBODY, "/reporter/email " },
    { WITH("\"reporter\":{\"email\":\"a@b@c\"}"), NOBODY, "/reporter/email " },
    { WITH("\"reporter\":{\"email\":\"a@b\\r\\nBcc: c@d\"}"), NOBODY, "/reporter/email " },
    { WITH("\"reporter\":{\"email\":\"a@b,c\"}"), NOBODY, "/reporter/email " },
    { WITH("\"reporter\":{\"age\":7}"), NOBODY, "/reporter/age " },
    { WITH("\"source\":{\"system\":\"hotline\",\"id\":\"5\"}"), SYSTEM, "" },
    { WITH("\"source\":{\"system\":\"hotline\",\"id\":\"5\"}"), NOBODY, "/source/system " },
    { WITH("\"source\":{\"system\":\"other\",\"id\":\"5\"}"), SYSTEM, "/source/system " },
    { WITH("\"source\":{\"system\":\"petition\",\"id\":\"5\"}"), STAFF, "" },
    { WITH("\"source\":{\"system\":\"12345\",\"id\":\"5\"}"), STAFF, "" },
    { WITH("\"source\":{\"system\":\"pet\",\"id\":\"5\"}"), STAFF, "/source/system " },
    { WITH("\"source\":{\"system\":\"petition\",\"id\":\"5\"}"), NOBODY, "/source/system " },
    { WITH("\"source\":{\"system\":\"petition\",\"id\":\"5\"}"), SYSTEM, "/source/system " },
    { WITH("\"handled\":\"已清理\""), STAFF, "" },
    { WITH("\"handled\":\"已清理\""), NOBODY, "/handled " },
    { WITH("\"handled\":\"已清理\",\"reporter\":{}"), STAFF, "/handled " },
    { WITH("\"handled\":\"已清理\",\"source\":{\"system\":\"petition\",\"id\":\"5\"}"), STAFF,
      "/handled " },
    { WITH("\"backfilled\":true,\"occurred_at\":\"2026-11-20T08:00:00+08:00\""), STAFF, "" },
    { WITH("\"backfilled\":true"), STAFF, "/occurred_at " },
    { WITH("\"backfilled\":true,\"occurred_at\":\"2026-11-20T08:00:00+08:00\""), NOBODY,
      "/backfilled " },
    { WITH("\"source\":{}"), SYSTEM, "/source/system /source/id " },
    { WITH("\"source\":7"), SYSTEM, "/source " },
    { WITH("\"source\":{\"system\":\"hotline\",\"id\":\"5\",\"due_at\":7,\"return_by\":\"x\"}"),
      SYSTEM, "/source/due_at /source/return_by " },
    { WITH("\"source\":{\"system\":\"hotline\",\"id\":\"5\",\"port\":7}"), SYSTEM,
      "/source/port " },
    { WITH("\"colour\":1,\"a/b~c\":2,\"\":3"), NOBODY, "/colour /a~1b~0c / " },
    { "{\"lat\":1,\"category\":\"moon\",\"colour\":1,\"joins\":1}", NOBODY,
      "/category /colour /joins /text /lon " },
};

static void test_rows(void **state)
{
    for (size_t i = 0; i < WG_COUNT(rows); i++) {
        struct report report;
        char name[600];
        WG_AUTO(wg_text_destroy) struct wg_text found = { 0 };
        decode(rows[i].json, rows[i].caller, &found, &report);
        snprintf(name, sizeof name, "%s: %s", rows[i].json, found.bytes);
        ROW(name, strcmp(found.bytes, rows[i].want) == 0);
        report_clear(&report);
        report_clear(&report);
    }
}

/* Lengths count characters, not bytes. */
static void test_lengths(void **state)
{
    static const struct {
        const char *member;
        int most;
        const char *fault;
    } texts[] = {
        { "\"address\":", 300, "/address " },
        { "\"reporter\":{\"name\":", 100, "/reporter/name " },
        { "\"source\":{\"system\":\"hotline\",\"id\":", 128, "/source/id " },
        { "\"x\":0,\"text\":", 10000, "/x /text " },
    };
    for (size_t i = 0; i < WG_COUNT(texts); i++)
        for (int over = 0; over <= 1; over++) {
            struct report report;
            WG_AUTO(wg_text_destroy) struct wg_text json = { 0 };
            WG_AUTO(wg_text_destroy) struct wg_text found = { 0 };
            bool whole = strstr(texts[i].member, "text") != NULL;
            wg_text_printf(&json, "{%s%s\"", whole ? "" : "\"text\":\"x\",", texts[i].member);
            for (int c = 0; c < texts[i].most + over; c++)
                wg_text_put(&json, "灯");
            wg_text_put(&json, strchr(texts[i].member, '{') != NULL ? "\"}}" : "\"}");
            decode(json.bytes, SYSTEM, &found, &report);
            ROW(texts[i].member, strcmp(found.bytes, over    ? texts[i].fault
                                                     : whole ? "/x "
                                                             : "") == 0);
            report_clear(&report);
        }
}

static void test_taken(void **state)
{
    struct report report;
    WG_AUTO(wg_text_destroy) struct wg_text found = { 0 };
    decode("{\"text\":\"  路灯\\n不亮 \",\"category\":\"road\",\"area\":\"410103007012001\","
           "\"lat\":34,\"lon\":113.625,\"crs\":\"gcj02\",\"address\":\"大学北路\","
           "\"channel\":\"patrol\",\"language\":\"zh\",\"training\":true,"
           "\"occurred_at\":\"2026-11-23T08:00:00+08:00\","
           "\"reporter\":{\"name\":\"王\",\"phone\":\"1\",\"email\":\"a@b\",\"consent\":true},"
           "\"source\":{\"system\":\"hotline\",\"id\":\"12-7\","
           "\"due_at\":\"2026-11-30T00:00:00Z\",\"return_by\":\"2026-11-24T00:00:00Z\"}}",
           SYSTEM, &found, &report);
    assert_string_equal(found.bytes, "");
    assert_string_equal(report.text, "  路灯\n不亮 "); /* word for word */
    assert_string_equal(report.category, "road");
    assert_string_equal(report.area, "410103007012001");
    assert_true(report.has_point && report.lat == 34 && report.lon == 113.625);
    assert_string_equal(report.crs, "gcj02");
    assert_string_equal(report.address, "大学北路");
    assert_string_equal(report.channel, "patrol");
    assert_string_equal(report.language, "zh");
    assert_true(report.training && !report.on_behalf);
    assert_true(report.has_reporter && report.consent);
    assert_string_equal(report.name, "王");
    assert_string_equal(report.source_id, "12-7");
    assert_true(report.source_due_at > report.source_return_by);
    assert_true(report.occurred_at == INT64_C(1795392000000000));
    report_clear(&report);
}

static void test_defaults(void **state)
{
    struct report report;
    WG_AUTO(wg_text_destroy) struct wg_text found = { 0 };
    decode("{\"text\":\"x\"}", NOBODY, &found, &report);
    assert_string_equal(report.channel, "web");
    assert_true(report.category == NULL && report.area == NULL && report.crs == NULL);
    assert_true(!report.has_point && !report.has_reporter && !report.training);
    assert_true(report.occurred_at == 0 && report.entered_by == 0);
    report_clear(&report);
    decode("{\"text\":\"x\",\"source\":{\"system\":\"hotline\",\"id\":\"1\"}}", SYSTEM, &found,
           &report);
    assert_string_equal(report.channel, "system");
    report_clear(&report);
}

/* A name that is endless, or cut inside a character, still makes a sound pointer. */
static void test_endless_name(void **state)
{
    for (int shift = 0; shift < 4; shift++) {
        struct report report;
        WG_AUTO(wg_text_destroy) struct wg_text json = { 0 };
        WG_AUTO(wg_text_destroy) struct wg_text found = { 0 };
        wg_text_put(&json, "{\"text\":\"x\",\"");
        for (int i = 0; i < shift; i++)
            wg_text_put(&json, "a");
        for (int i = 0; i < 400; i++)
            wg_text_put(&json, i % 50 == 0 ? "~/" : "灯");
        wg_text_put(&json, "\":1}");
        decode(json.bytes, NOBODY, &found, &report);
        assert_true(wg_utf8_valid(found.bytes, found.length));
        assert_in_range(found.length, 50, 210);
        report_clear(&report);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_rows),         cmocka_unit_test(test_lengths),
        cmocka_unit_test(test_taken),        cmocka_unit_test(test_defaults),
        cmocka_unit_test(test_endless_name),
    };
    return cmocka_run_group_tests_name("report", tests, NULL, NULL);
}
