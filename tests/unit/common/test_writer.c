/* The writer's promise: what it writes is what json-c reads back, with every byte escaped that must
 * be. */
#include "common/json.h"
#include "common/writer.h"

#include "tests/unit/test.h"

static void test_shapes(void **state)
{
    WG_AUTO(wg_text_destroy) struct wg_text out = { 0 };
    (void)state;
    wg_write_object(&out, NULL);
    wg_write_string(&out, "a", "x\"\\\n\x01中");
    wg_write_int(&out, "b", INT64_MIN);
    wg_write_array(&out, "c");
    wg_write_int(&out, NULL, 0);
    wg_write_bool(&out, NULL, true);
    wg_write_null(&out, NULL);
    wg_write_object(&out, NULL);
    wg_write_end_object(&out);
    wg_write_end_array(&out);
    wg_write_string(&out, "d", NULL);
    wg_write_raw(&out, "e", "[1]", 3);
    wg_write_string(&out, "f", "");
    wg_write_end_object(&out);
    assert_string_equal(
        out.bytes,
        "{\"a\":\"x\\\"\\\\\\u000a\\u0001中\",\"b\":-9223372036854775808,\"c\":[0,true,null,{}],"
        "\"d\":null,\"e\":[1],\"f\":\"\"}");
}

static void test_every_byte_comes_back(void **state)
{
    (void)state;
    for (int c = 1; c < 128; c++) {
        const char text[] = { 'a', (char)c, 'b', '\0' };
        WG_AUTO(wg_text_destroy) struct wg_text out = { 0 };
        wg_write_object(&out, NULL);
        wg_write_string(&out, "t", text);
        wg_write_end_object(&out);
        struct wg_json_verdict verdict;
        WG_AUTO(wg_json_put)
        struct json_object *read = wg_json_parse(out.bytes, out.length, &verdict);
        assert_non_null(read);
        assert_string_equal(wg_json_text(read, "t"), text);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_shapes),
        cmocka_unit_test(test_every_byte_comes_back),
    };
    return cmocka_run_group_tests_name("common/writer", tests, NULL, NULL);
}
