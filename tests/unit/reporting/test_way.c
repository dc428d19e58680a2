/* Steps that are left: along the way that the file names, and back to it from beside it; an end
 * that is not on the way has none left. The real file: every state knows. */
#include <string.h>

#include "common/json.h"

#include "services/reporting/way.h"
#include "tests/unit/test.h"

static const char *path;

static const char small[] =
    "{\"way\":[\"a\",\"b\",\"z\"],\"states\":{\"a\":{},\"b\":{},\"off\":{},\"far\":{},\"lost\":{},"
    "\"no\":{\"final\":true},\"z\":{\"final\":true}},\"actions\":{"
    "\"on\":{\"from\":[\"a\"],\"to\":\"b\",\"by\":[\"holder\"]},"
    "\"refuse\":{\"from\":[\"a\",\"off\"],\"to\":\"no\",\"by\":[\"holder\"]},"
    "\"back\":{\"from\":[\"off\"],\"by\":[\"holder\"],\"rows\":[{\"to\":\"a\"},{\"to\":\"b\"}]},"
    "\"near\":{\"from\":[\"far\"],\"to\":\"off\",\"by\":[\"holder\"]},"
    "\"theirs\":{\"from\":[\"lost\",\"far\"],\"to\":\"z\",\"by\":[\"reporter\"]},"
    "\"itself\":{\"from\":[\"lost\"],\"to\":\"b\",\"by\":[]}}}";

static int left(struct json_object *steps, const char *state)
{
    struct json_object *value = wg_json_get(steps, state);
    return value == NULL ? -1 : json_object_get_int(value);
}

static void test_small(void **state)
{
    static const struct {
        const char *state;
        int left;
    } rows[] = {
        { "a", 2 }, { "b", 1 }, { "z", 0 }, { "off", 2 }, { "far", 3 }, { "lost", -1 }, { "no", 0 },
    };
    (void)state;
    WG_AUTO(wg_json_put) struct json_object *definition = json_tokener_parse(small);
    WG_AUTO(wg_json_put) struct json_object *steps = way_steps(definition);
    for (size_t i = 0; i < WG_COUNT(rows); i++)
        if (left(steps, rows[i].state) != rows[i].left)
            fail_msg("%s: %d", rows[i].state, left(steps, rows[i].state));
}

static void test_none(void **state)
{
    (void)state;
    WG_AUTO(wg_json_put)
    struct json_object *definition = json_tokener_parse("{\"states\":{\"a\":{}}}");
    WG_AUTO(wg_json_put) struct json_object *steps = way_steps(definition);
    assert_int_equal(json_object_object_length(steps), 0);
}

static void test_real(void **state)
{
    (void)state;
    WG_AUTO(wg_json_put) struct json_object *definition = json_object_from_file(path);
    WG_AUTO(wg_json_put) struct json_object *steps = way_steps(definition);
    json_object_object_foreach(wg_json_get(definition, "states"), name, says)
    {
        (void)says;
        if (left(steps, name) < 0)
            fail_msg("%s has no way", name);
    }
}

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_small),
        cmocka_unit_test(test_none),
        cmocka_unit_test(test_real),
    };
    path = argc > 1 ? argv[1] : "";
    return cmocka_run_group_tests(tests, NULL, NULL);
}
