/* Promise: why a guard refuses is said in both languages, with the titles of the file's own
 * attributes and words; nothing of the guard's grammar reaches people. */
#include "common/json.h"
#include "common/text.h"

#include "tests/unit/test.h"
#include "tests/unit/triage/walking.h"

static const struct {
    const char *guard, *zh, *en;
} rows[] = {
    { "resolver!=@actor", "规则不允许：办结人不能是：本人",
      "A rule forbids it: whoever resolved it must not be yourself" },
    { "!tasks", "规则不允许：已有：未完成的任务",
      "A rule forbids it: there is already: open tasks" },
    { "holder", "规则不允许：还没有：承办人",
      "A rule forbids it: there is not yet: the person responsible" },
    { "level=street", "规则不允许：层级须为：街道",
      "A rule forbids it: the level would have to be the street" },
    { "opened_at.days<1", "规则不允许：立案以来的天数须少于 1",
      "A rule forbids it: the opening (days since) would have to be less than 1" },
    { "face=reporter", "规则不允许：挂起原因须为：待诉求人补充",
      "A rule forbids it: Why on hold would have to be Waiting for whoever reported" },
    { "nobody", "没有可以接收的人", "There is nobody who could take it" },
    { "room", "计时暂停、任务或时限的数量已到上限",
      "The case has had all the pauses, tasks or clocks that it can hold" },
    { "undo", "只能在五分钟内撤销自己的上一步",
      "Only one's own last act can be taken back, for five minutes" },
};

static const char *file;

static void test_rows(void **state)
{
    (void)state;
    struct workflow *workflow = walking_workflow(file);
    for (size_t i = 0; i < WG_COUNT(rows); i++) {
        WG_AUTO(wg_text_destroy) struct wg_text zh = { 0 };
        WG_AUTO(wg_text_destroy) struct wg_text en = { 0 };
        workflow_guard_words(workflow, rows[i].guard, false, &zh);
        workflow_guard_words(workflow, rows[i].guard, true, &en);
        assert_string_equal(zh.bytes, rows[i].zh);
        assert_string_equal(en.bytes, rows[i].en);
    }
    workflow_destroy(&workflow);
}

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = { cmocka_unit_test(test_rows) };
    if (argc != 2)
        return 2;
    file = argv[1];
    return cmocka_run_group_tests_name("words", tests, NULL, NULL);
}
