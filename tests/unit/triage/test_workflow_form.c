/* Promise: what does not fit a field is said at its place, all of it; and the form says beforehand
 * what fits. The real workflow file is the argument: the form of convene. */
#include "tests/unit/test.h"
#include "tests/unit/triage/walking.h"

static const char *file;
static struct walking walking;
static struct json_object *convene;

static int set_up(void **state)
{
    (void)state;
    walking_begin(&walking, file);
    convene = wg_json_get(workflow_actions(walking.workflow), "convene");
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    walking_end(&walking);
    return 0;
}

#define CODES_10 "\"0\",\"1\",\"2\",\"3\",\"4\",\"5\",\"6\",\"7\",\"8\",\"9\""
#define CODES_20 CODES_10 ",\"a\",\"b\",\"c\",\"d\",\"e\",\"f\",\"g\",\"h\",\"i\",\"j\""

static const struct {
    const char *name, *value; /* value NULL: it is not given */
    const char *faults;       /* "POINTER what; " of each */
} rows[] = {
    { "parties", "[\"water\"]", "" },
    { "parties", "[\"water\",\"housing\"]", "" },
    { "parties", "[" CODES_20 "]", "" },
    { "parties", NULL, "/parties is required; " },
    { "parties", "[]", "/parties must be a list of 1 to 20 items; " },
    { "parties", "[" CODES_20 ",\"k\"]", "/parties must be a list of 1 to 20 items; " },
    { "parties", "\"water\"", "/parties must be a list of 1 to 20 items; " },
    { "parties", "{\"water\":1}", "/parties must be a list of 1 to 20 items; " },
    { "parties", "[7]", "/parties/0 must be a string; " },
    { "parties", "[null,\"water\"]", "/parties/0 must be a string; " },
    { "parties", "[[\"water\"]]", "/parties/0 must be a string; " },
    { "parties", "[{\"party\":\"water\",\"text\":\"x\"}]", "/parties/0 must be a string; " },
    { "parties", "[\"\"]", "/parties/0 must have 1 to 2000 characters; " },
    { "parties", "[\"water\",\"heat\",\"water\",\"water\"]",
      "/parties/2 the same party stands before; /parties/3 the same party stands before; " },
    { "parties", "[7,7]",
      "/parties/0 must be a string; /parties/1 must be a string; /parties/1 the same party stands "
      "before; " },
    { "guests", NULL, "" },
    { "guests", "[\"产权单位老厂长\"]", "" },
    { "guests", "[]", "/guests must be a list of 1 to 20 items; " },
    { "guests", "[\"甲\",7]", "/guests/1 must be a string; " },
};

static void put_faults(struct json_object *input, struct wg_text *out)
{
    const struct workflow_case before = { .id = 5 };
    const struct workflow_ask ask = { .before = &before, .input = input };
    WG_AUTO(wg_problem_destroy) struct wg_problem *problem = wg_problem_new(422, "t", "t", "t");
    workflow_judge_input(convene, &ask, NULL, problem);
    WG_AUTO(wg_json_put) struct json_object *said = wg_problem_json(problem, true);
    struct json_object *errors = wg_json_get(said, "errors");
    wg_text_put(out, "");
    for (size_t i = 0; i < workflow_length(errors); i++) {
        struct json_object *error = json_object_array_get_idx(errors, i);
        wg_text_printf(out, "%s %s; ", wg_json_text(error, "pointer"),
                       wg_json_text(error, "detail"));
    }
}

static void test_faults(void **state)
{
    (void)state;
    for (size_t i = 0; i < WG_COUNT(rows); i++) {
        WG_AUTO(wg_text_destroy) struct wg_text faults = { 0 };
        WG_AUTO(wg_json_put) struct json_object *input = walking_input(convene);
        json_object_object_del(input, rows[i].name);
        if (rows[i].value != NULL)
            json_object_object_add(input, rows[i].name, fixture_json(rows[i].value));
        put_faults(input, &faults);
        if (strcmp(faults.bytes, rows[i].faults) != 0)
            fail_msg("%s %s: %s", rows[i].name, rows[i].value, faults.bytes);
    }
}

static void test_form(void **state)
{
    static const char want[] =
        "[{\"name\":\"at\",\"type\":\"time\",\"title\":\"When\",\"required\":true},"
        "{\"name\":\"parties\",\"type\":\"parties\",\"title\":\"Units asked to come\","
        "\"required\":true,\"most\":20},"
        "{\"name\":\"guests\",\"type\":\"texts\",\"title\":\"Others asked to come\","
        "\"required\":false,\"most\":100},"
        "{\"name\":\"text\",\"type\":\"text\",\"title\":\"About what\",\"required\":true,"
        "\"most\":1000}]";
    const struct workflow_case before = { .id = 5 };
    WG_AUTO(wg_json_put) struct json_object *form = workflow_form(convene, &before, true);
    (void)state;
    assert_string_equal(json_object_to_json_string_ext(form, JSON_C_TO_STRING_PLAIN), want);
}

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = { cmocka_unit_test(test_faults),
                                        cmocka_unit_test(test_form) };
    if (argc != 2)
        return 2;
    file = argv[1];
    return cmocka_run_group_tests_name("workflow_form", tests, set_up, tear_down);
}
