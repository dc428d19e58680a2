/* Promise: a problem says the same in both languages, all faults at once, and never grows without
 * end. */
#include <string.h>

#include "common/json.h"
#include "common/problem.h"

#include "tests/unit/test.h"

static void test_both_languages(void **state)
{
    WG_AUTO(wg_problem_destroy)
    struct wg_problem *problem = wg_problem_new(400, "report", "内容有误", "The report is faulty");
    wg_problem_error(problem, "/text", "不能为空", "must not be empty");
    wg_problem_error(problem, "/lat", "超出范围", "out of range");
    struct json_object *legal = json_object_new_array();
    wg_problem_member(problem, "legal", &legal);
    assert_null(legal);
    assert_int_equal(wg_problem_errors(problem), 2);
    assert_int_equal(wg_problem_status(problem), 400);
    static const struct {
        bool english;
        const char *title, *detail;
    } rows[] = { { false, "内容有误", "超出范围" },
                 { true, "The report is faulty", "out of range" } };
    for (size_t i = 0; i < WG_COUNT(rows); i++) {
        WG_AUTO(wg_json_put)
        struct json_object *document = wg_problem_json(problem, rows[i].english);
        assert_string_equal(wg_json_text(document, "type"), "urn:wangge:problem:report");
        assert_string_equal(wg_json_text(document, "title"), rows[i].title);
        assert_int_equal(wg_json_int(document, "status"), 400);
        assert_non_null(wg_json_get(document, "legal"));
        struct json_object *errors = wg_json_get(document, "errors");
        assert_int_equal(json_object_array_length(errors), 2);
        struct json_object *second = json_object_array_get_idx(errors, 1);
        assert_string_equal(wg_json_text(second, "pointer"), "/lat");
        assert_string_equal(wg_json_text(second, "detail"), rows[i].detail);
    }
}

static void test_without_faults(void **state)
{
    WG_AUTO(wg_problem_destroy)
    struct wg_problem *problem = wg_problem_new(404, "none", "没有", "None");
    WG_AUTO(wg_json_put) struct json_object *document = wg_problem_json(problem, true);
    assert_null(wg_json_get(document, "errors"));
}

static void test_bounded(void **state)
{
    WG_AUTO(wg_problem_destroy)
    struct wg_problem *problem = wg_problem_new(400, "report", "有误", "Faulty");
    for (int i = 0; i < 10000; i++)
        wg_problem_error(problem, "/x", "错", "wrong");
    assert_int_equal(wg_problem_errors(problem), 10000);
    WG_AUTO(wg_json_put) struct json_object *document = wg_problem_json(problem, false);
    assert_int_equal(json_object_array_length(wg_json_get(document, "errors")), 100);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_both_languages),
        cmocka_unit_test(test_without_faults),
        cmocka_unit_test(test_bounded),
    };
    return cmocka_run_group_tests_name("problem", tests, NULL, NULL);
}
