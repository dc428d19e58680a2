/* Promise: what is wrong with a workflow file is said at its line, all of it and nothing else. The
 * faulty files are in faulty/; each differs from sound.json by the fault that its name says. The
 * arguments are that folder and the workflows of the project, which have nothing wrong. */
#include "services/triage/workflow_check.h"
#include "tests/unit/test.h"
#include "tests/unit/triage/fixture.h"

static const char *folder, *const *real;
static int n_real;

static const char NOTICES[] = "[\"waiting\",\"dispatched\"]";
/* Two grids of a community; one has no leader, and nobody is bishop. The mayor is the clerk. */
static const char ROSTER[] =
    "{\"items\":[{\"posts\":[{\"post\":\"secretary\",\"area\":\"410103007012\"}]},"
    "{\"posts\":[{\"post\":\"mayor\",\"area\":\"410103\"},{\"post\":\"clerk\",\"area\":\"410103\"}]"
    "},"
    "{\"posts\":[{\"post\":\"leader\",\"area\":\"410103007012001\"}]}],"
    "\"areas\":[\"410103\",\"410103007\",\"410103007012\",\"410103007012001\","
    "\"410103007012002\"]}";

static const struct {
    const char *file;
    bool roster;
    const char *findings; /* "LINE POINTER: what\n" of each */
} rows[] = {
    { "sound", false, "" },
    { "actions", false,
      "119 /actions/finish/rows/1: a variant before it always fits first: this one is never taken\n"
      "140 /actions/orphan: nobody may take it, and nothing calls it\n" },
    { "approval", false, "53 /approvals/less: nothing asks for this approval\n" },
    { "attributes", false,
      "26 /attributes/red: nothing sets this attribute\n"
      "27 /attributes/seen: nothing reads this attribute\n" },
    { "clocks", false,
      "28 /clocks/make: a clock with a given end can not be paused\n"
      "44 /clocks/egg: nothing starts this clock\n"
      "44 /clocks/egg: nothing stops this clock\n"
      "44 /clocks/egg: nothing follows at its end\n" },
    { "deadend", false, "22 /states/lost: from this state there is no way to an end\n" },
    { "fields", false,
      "64 /actions/take: an effect takes the field when, which the action lacks\n"
      "92 /actions/more_granted: the field to is a text, which no attribute holds\n" },
    { "language", false, "14 /states/making/resident/en: a text of 1 to 300 bytes is expected\n" },
    { "languages", false,
      "14 /states/making/resident: en is not English\n"
      "71 /actions/take/fields/0: zh is not Chinese\n" },
    { "notices", false,
      "61 /open/waits/1/rule: there is no notice pigeon\n"
      "80 /actions/take/notices/1/rule: there is no notice telegram\n" },
    { "nowhere", false, "22 /states/lost: nothing leads to this state\n" },
    { "owner", false, "28 /clocks/make/owner: nobody answers for this clock\n" },
    { "unknown", false, "80 /actions/take/colour: there is no such member\n" },
    { "roster", false, "" },
    { "roster", true,
      "64 /actions/take: in 1 areas nobody is leader: 410103007012002\n"
      "140 /actions/bless: nobody on the roster is bishop\n"
      "140 /actions/bless: nobody on the roster may take this action\n" },
    { "alone", false, "" },
    { "alone", true,
      "64 /actions/take: in 1 areas nobody is leader: 410103007012002\n"
      "140 /actions/judge: in 1 areas only one person is leader/secretary, "
      "and nobody else can judge what they did themselves: 410103007012002\n"
      "148 /actions/audit: in 1 areas only one person is mayor/clerk, "
      "and nobody else can judge what they did themselves: 410103\n"
      "156 /actions/seal: in 1 areas only one person is mayor, "
      "and nobody else can judge what they did themselves: 410103\n"
      "156 /actions/seal: in 1 areas only one person is secretary, "
      "and nobody else can judge what they did themselves: 410103007012\n"
      "47 /approvals/more: in 1 areas only one person is secretary, "
      "and nobody else can grant what they ask for: 410103007012\n" },
};

static void put_findings(const char *path, bool roster, struct wg_text *out, bool *ret_translated)
{
    WG_AUTO(wg_free) char *bytes = fixture_file(path);
    WG_AUTO(wg_json_put) struct json_object *definition = fixture_json(bytes);
    WG_AUTO(wg_json_put) struct json_object *notices = fixture_json(NOTICES);
    WG_AUTO(wg_json_put) struct json_object *people = fixture_json(ROSTER);
    WG_AUTO(wg_free) struct workflow_findings *findings = wg_new(sizeof *findings);
    const struct workflow_checked checked = { definition, notices, roster ? people : NULL };
    workflow_check(&checked, findings);
    wg_text_put(out, "");
    for (size_t i = 0; i < findings->n; i++) {
        wg_text_printf(out, "%zu %s: %s\n", workflow_line(bytes, findings->rows[i].at),
                       findings->rows[i].at, findings->rows[i].en);
        *ret_translated = *ret_translated && strcmp(findings->rows[i].zh, "不合规定") != 0;
    }
}

static void test_faulty(void **state)
{
    (void)state;
    for (size_t i = 0; i < WG_COUNT(rows); i++) {
        char path[400];
        bool translated = true;
        WG_AUTO(wg_text_destroy) struct wg_text found = { 0 };
        snprintf(path, sizeof path, "%s/%s.json", folder, rows[i].file);
        put_findings(path, rows[i].roster, &found, &translated);
        if (strcmp(found.bytes, rows[i].findings) != 0)
            fail_msg("%s: found\n%s", rows[i].file, found.bytes);
        ROW(rows[i].file, translated);
    }
}

static void test_real(void **state)
{
    (void)state;
    for (int i = 0; i < n_real; i++) {
        WG_AUTO(wg_free) char *bytes = fixture_file(real[i]);
        WG_AUTO(wg_json_put) struct json_object *definition = fixture_json(bytes);
        WG_AUTO(wg_free) struct workflow_findings *findings = wg_new(sizeof *findings);
        const struct workflow_checked checked = { .definition = definition };
        workflow_check(&checked, findings);
        for (size_t f = 0; f < findings->n; f++)
            fail_msg("%s: %s: %s", real[i], findings->rows[f].at, findings->rows[f].en);
    }
}

static void test_lines(void **state)
{
    static const char bytes[] =
        "\n{ \"a\": {\n  \"b\\\"}\": [1, [2, {}],\n   {\"c\": \"]\"},\n\"d\"],\n"
        "  \"e\": null }, \"f\":\n7}";
    static const struct {
        const char *pointer;
        size_t line;
    } lines[] = { { "", 2 },
                  { "/a", 2 },
                  { "/a/b\\\"}", 3 },
                  { "/a/b\\\"}/1", 3 },
                  { "/a/b\\\"}/1/1", 3 },
                  { "/a/b\\\"}/2", 4 },
                  { "/a/b\\\"}/2/c", 4 },
                  { "/a/b\\\"}/3", 5 },
                  { "/a/e", 6 },
                  { "/f", 6 },
                  { "/a/x", 2 },
                  { "/a/b\\\"}/9", 3 },
                  { "/a/e/y", 6 },
                  { "/x", 2 } };
    (void)state;
    for (size_t i = 0; i < WG_COUNT(lines); i++)
        ROW(lines[i].pointer, workflow_line(bytes, lines[i].pointer) == lines[i].line);
}

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = { cmocka_unit_test(test_faulty), cmocka_unit_test(test_real),
                                        cmocka_unit_test(test_lines) };
    if (argc < 3)
        return 2;
    folder = argv[1];
    real = (const char *const *)argv + 2;
    n_real = argc - 2;
    return cmocka_run_group_tests_name("workflow_check", tests, NULL, NULL);
}
