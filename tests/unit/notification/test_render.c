/* Promise: a rule's file is refused where anything in it is unknown, missing or broken, with the
 * place named; what was taken fills in without judgement, in both languages, and no value can begin
 * a line. Each argument is a rule file of the project: all of them are taken. */
#include <stdio.h>
#include <string.h>

#include "services/notification/render.h"
#include "tests/unit/test.h"

#define REST                                                                                       \
    "\"to_reporter_channels\":[],\"subject\":{\"zh\":\"甲\",\"en\":\"a\"},\"body\":{\"zh\":"      \
    "\"乙\",\"en\":\"b\"}"
#define TEXTS(subject, body)                                                                       \
    "{\"rule\":\"r\",\"channels\":[\"inbox\"],\"to_reporter_channels\":[],\"subject\":" subject    \
    ",\"body\":" body "}"

static int n_files;
static char **files;

static const struct {
    const char *name, *in, *want; /* want: NULL = taken, else a part of the fault */
} rows[] = {
    { "plain", "{\"rule\":\"r\",\"channels\":[\"inbox\",\"mail\"]," REST "}", NULL },
    { "no channel", "{\"rule\":\"r\",\"channels\":[]," REST "}", NULL },
    { "no json", "{", "byte 1" },
    { "not an object", "[]", "must be an object" },
    { "another rule", "{\"rule\":\"s\",\"channels\":[]," REST "}", "/rule" },
    { "unknown member", "{\"rule\":\"r\",\"sound\":1,\"channels\":[]," REST "}",
      "/sound: unknown member" },
    { "unknown channel", "{\"rule\":\"r\",\"channels\":[\"sms\"]," REST "}", "/channels/0" },
    { "channel twice", "{\"rule\":\"r\",\"channels\":[\"mail\",\"mail\"]," REST "}",
      "/channels/1" },
    { "channel no text", "{\"rule\":\"r\",\"channels\":[1]," REST "}", "/channels/0" },
    { "channels missing", "{\"rule\":\"r\"," REST "}", "/channels" },
    { "a reporter has no inbox",
      "{\"rule\":\"r\",\"channels\":[],\"to_reporter_channels\":[\"inbox\"],\"subject\":{\"zh\":"
      "\"甲\",\"en\":\"a\"},"
      "\"body\":{\"zh\":\"乙\",\"en\":\"b\"}}",
      "/to_reporter_channels/0" },
    { "language missing", TEXTS("{\"zh\":\"甲\"}", "{\"zh\":\"乙\",\"en\":\"b\"}"), "/subject/en" },
    { "language empty", TEXTS("{\"zh\":\"甲\",\"en\":\"a\"}", "{\"zh\":\"\",\"en\":\"b\"}"),
      "/body/zh" },
    { "third language",
      TEXTS("{\"zh\":\"甲\",\"en\":\"a\",\"fr\":\"a\"}", "{\"zh\":\"乙\",\"en\":\"b\"}"),
      "/subject/fr" },
    { "subject of two lines",
      TEXTS("{\"zh\":\"甲\\n乙\",\"en\":\"a\"}", "{\"zh\":\"乙\",\"en\":\"b\"}"), "one line" },
    { "unknown variable",
      TEXTS("{\"zh\":\"甲\",\"en\":\"a\"}", "{\"zh\":\"{phone}\",\"en\":\"b\"}"),
      "/body/zh: {phone} is no variable" },
    { "brace left open", TEXTS("{\"zh\":\"甲\",\"en\":\"{num\"}", "{\"zh\":\"乙\",\"en\":\"b\"}"),
      "{ without }" },
    { "brace in a brace",
      TEXTS("{\"zh\":\"甲\",\"en\":\"{{number}}\"}", "{\"zh\":\"乙\",\"en\":\"b\"}"),
      "{ without }" },
    { "brace closed twice",
      TEXTS("{\"zh\":\"甲\",\"en\":\"{number}}\"}", "{\"zh\":\"乙\",\"en\":\"b\"}"),
      "} without {" },
    { "empty variable", TEXTS("{\"zh\":\"甲\",\"en\":\"{}\"}", "{\"zh\":\"乙\",\"en\":\"b\"}"),
      "is no variable" },
};

static void test_judges(void **state)
{
    for (size_t i = 0; i < WG_COUNT(rows); i++) {
        WG_AUTO(wg_text_destroy) struct wg_text fault = { 0 };
        WG_AUTO(render_rule_destroy) struct render_rule *rule = NULL;
        int got = render_rule_parse("r", rows[i].in, strlen(rows[i].in), &rule, &fault);
        if (rows[i].want == NULL) {
            ROW(rows[i].name, got == 0 && rule != NULL);
        } else {
            ROW(rows[i].name, got == RENDER_BAD && rule == NULL);
            ROW(rows[i].name, strstr(fault.bytes, rows[i].want) != NULL);
        }
    }
}

static const char filled[] =
    "{\"rule\":\"r\",\"channels\":[\"inbox\"],\"to_reporter_channels\":[\"mail\"],"
    "\"subject\":{\"zh\":\"{number}：{title}\",\"en\":\"{number}: {title}\"},"
    "\"body\":{\"zh\":\"{area} {state} {reason} {due} {holder} "
    "{link}。\",\"en\":\"{area}{area}.\"}}";

static void test_fills(void **state)
{
    WG_AUTO(wg_text_destroy) struct wg_text fault = { 0 }, subject = { 0 }, body = { 0 };
    WG_AUTO(render_rule_destroy) struct render_rule *rule = NULL;
    assert_int_equal(render_rule_parse("r", filled, strlen(filled), &rule, &fault), 0);
    assert_true(rule->inbox && !rule->mail && rule->reporter_mail);
    const struct render_values values = {
        .of = { [RENDER_NUMBER] = { "251123-7-1", "251123-7-1" },
                [RENDER_TITLE] = { "堵\r\nBcc: x@y\x7f{area}", "blocked" },
                [RENDER_AREA] = { "三网格", "grid 3" },
                [RENDER_STATE] = { "待接单", "dispatched" },
                [RENDER_DUE] = { "", "" },
                [RENDER_HOLDER] = { NULL, NULL },
                [RENDER_LINK] = { "http://x/1", "http://x/1" } },
    };
    render_subject(&subject, rule, &values);
    render_body(&body, rule, &values);
    assert_string_equal(subject.bytes, "251123-7-1：堵  Bcc: x@y {area} / 251123-7-1: blocked");
    assert_string_equal(
        body.bytes, "三网格 待接单 未定 未定 未定 http://x/1。\n\n----------\n\ngrid 3grid 3.\n");
}

static void test_files(void **state)
{
    assert_true(n_files >= 6);
    for (int i = 0; i < n_files; i++) {
        static char bytes[65536];
        WG_AUTO(wg_text_destroy) struct wg_text fault = { 0 };
        WG_AUTO(render_rule_destroy) struct render_rule *rule = NULL;
        const char *name = strrchr(files[i], '/') + 1;
        WG_AUTO(wg_free) char *stem = wg_strndup(name, strlen(name) - strlen(".json"));
        FILE *file = fopen(files[i], "re");
        ROW(files[i], file != NULL);
        size_t length = fread(bytes, 1, sizeof bytes, file);
        fclose(file);
        ROW(files[i], render_rule_parse(stem, bytes, length, &rule, &fault) == 0);
    }
}

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_judges),
        cmocka_unit_test(test_fills),
        cmocka_unit_test(test_files),
    };
    n_files = argc - 1;
    files = argv + 1;
    return cmocka_run_group_tests(tests, NULL, NULL);
}
