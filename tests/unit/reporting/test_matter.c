/* Promise: whoever reported is told of the clocks that run and that the workflow has words for, in
 * those words, the first to end first; what stands still, what is a party's and what is the desk's
 * own is not told. */
#include <string.h>

#include "common/json.h"

#include "services/reporting/matter.h"
#include "tests/unit/test.h"

static const char file[] =
    "{\"clocks\":{\"do\":{\"zh\":\"办\",\"en\":\"to "
    "do\",\"resident\":{\"zh\":\"承办人办\",\"en\":\"Somebody "
    "does it\"}},\"answer\":{\"zh\":\"答\",\"resident\":{\"zh\":\"答复您\",\"en\":\"You are "
    "told\"}},"
    "\"inner\":{\"zh\":\"内部\",\"en\":\"inner\",\"owner\":\"verifier\"}},"
    "\"people\":{\"verifier\":{\"grid\":\"secretary\"}}}";

static void told(const char *clocks, struct json_object *others, bool english, const char *want)
{
    WG_AUTO(wg_json_put) struct json_object *definition = json_tokener_parse(file);
    WG_AUTO(wg_json_put) struct json_object *parsed = json_tokener_parse(clocks);
    const struct matter matter = {
        .definition = definition, .clocks = parsed, .now = 5000000, .english = english
    };
    WG_AUTO(wg_json_put) struct json_object *items = matter_told(&matter, others);
    char got[400] = "";
    for (size_t i = 0; i < json_object_array_length(items); i++) {
        struct json_object *item = json_object_array_get_idx(items, i);
        strcat(got, wg_json_text(item, "text"));
        strcat(got, json_object_get_boolean(wg_json_get(item, "overdue")) ? "!" : ".");
    }
    assert_string_equal(got, want);
}

static void test_told(void **state)
{
    (void)state;
    told("null", NULL, false, "");
    told("{\"answer\":{\"due\":9000000},\"do\":{\"due\":7000000}}", NULL, false,
         "承办人办.答复您.");
    told("{\"answer\":{\"due\":9000000},\"do\":{\"due\":4000000}}", NULL, true,
         "Somebody does it!You are told.");
    told("{\"inner\":{\"due\":7000000}}", NULL, false, "");
    told("{\"do/1\":{\"due\":7000000}}", NULL, false, "");
    told("{\"do\":{\"due\":0},\"answer\":{\"due\":9000000}}", NULL, false, "答复您.");
}

/* Merged: its own answer, and the rest of its master. */
static void test_merged(void **state)
{
    (void)state;
    WG_AUTO(wg_json_put)
    struct json_object *others =
        json_tokener_parse("[{\"name\":\"do\",\"text\":\"A\",\"due_at\":\"1970-01-01T08:00:06+08:"
                           "00\",\"overdue\":false},"
                           "{\"name\":\"answer\",\"text\":\"B\",\"due_at\":\"1970-01-01T08:00:08+"
                           "08:00\",\"overdue\":false}]");
    told("{\"answer\":{\"due\":9000000},\"do\":{\"due\":0}}", others, false, "A.答复您.");
    told("{}", others, false, "A.B.");
}

/* Whose turn it is reads as people say it. */
static void test_duties(void **state)
{
    (void)state;
    WG_AUTO(wg_json_put) struct json_object *definition = json_tokener_parse(file);
    WG_AUTO(wg_json_put)
    struct json_object *clocks = json_tokener_parse("{\"inner\":{\"due\":7000000}}");
    const struct matter matter = { .definition = definition, .clocks = clocks };
    const struct matter_hands hands = { .level = "grid" };
    WG_AUTO(wg_json_put) struct json_object *duties = matter_duties(&matter, &hands);
    struct json_object *one = json_object_array_get_idx(duties, 0);
    assert_string_equal(wg_json_text(one, "post"), "secretary");
    assert_string_equal(wg_json_text(one, "post_text"), "二级网格长");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_told),
        cmocka_unit_test(test_merged),
        cmocka_unit_test(test_duties),
    };
    return cmocka_run_group_tests_name("matter", tests, NULL, NULL);
}
