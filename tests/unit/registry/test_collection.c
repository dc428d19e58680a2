/* Promise: a FeatureCollection is taken apart feature by feature; what is no JSON, no collection or
 * not WGS 84 is known as such, and one faulty feature does not hide the others. */
#include <string.h>

#include "common/text.h"

#include "services/registry/collection.h"
#include "tests/unit/test.h"

/* What the reader gives: "n" for each feature's member n, "?" for a bad one, "L" for a large one,
 * "!why" when broken. */
static void read_all(const char *text, struct wg_text *out)
{
    struct collection collection;
    struct wg_json_verdict verdict;
    wg_text_put(out, "");
    collection_start(&collection, text, strlen(text));
    for (;;) {
        WG_AUTO(wg_json_put) struct json_object *feature = NULL;
        enum collection_result result = collection_next(&collection, &feature, &verdict);
        if (result == COLLECTION_END)
            return;
        if (result == COLLECTION_ONE)
            wg_text_printf(out, "%d", (int)wg_json_int(feature, "n"));
        if (result == COLLECTION_BAD)
            wg_text_put(out, "?");
        if (result == COLLECTION_LARGE)
            wg_text_put(out, "L");
        if (result != COLLECTION_BROKEN)
            continue;
        wg_text_printf(out, "!%s", collection.why);
        return;
    }
}

#define HEAD "{\"type\":\"FeatureCollection\","

static const struct {
    const char *name, *in, *want;
} rows[] = {
    { "two", HEAD "\"features\":[{\"n\":1},{\"n\":2}]}", "12" },
    { "white space, byte order mark",
      "\xEF\xBB\xBF {\n\"type\" : \"FeatureCollection\",\n\"features\": [ {\"n\":1}\n, {\"n\":2} ] "
      "}\n",
      "12" },
    { "none", HEAD "\"features\":[]}", "" },
    { "members after", "{\"features\":[{\"n\":1}],\"type\":\"FeatureCollection\",\"name\":\"]}\"}",
      "1" },
    { "brackets in strings", HEAD "\"features\":[{\"a\":\"]}\\\"{[\",\"n\":3}]}", "3" },
    { "the house's own crs",
      HEAD "\"crs\":{\"type\":\"name\",\"properties\":{\"name\":\"urn:ogc:def:crs:OGC:1.3:CRS84\"}}"
           ",\"features\":[{\"n\":1}]}",
      "1" },
    { "another crs",
      HEAD "\"crs\":{\"type\":\"name\",\"properties\":{\"name\":\"EPSG:4548\"}},\"features\":[]}",
      "!crs" },
    { "another type", "{\"type\":\"Feature\",\"features\":[]}", "!collection" },
    { "no type", "{\"features\":[{\"n\":1}]}", "1!collection" },
    { "no features", "{\"type\":\"FeatureCollection\"}", "!collection" },
    { "features twice", HEAD "\"features\":[],\"features\":[]}", "!collection" },
    { "features no list", HEAD "\"features\":{}}", "!collection" },
    { "a faulty one between", HEAD "\"features\":[{\"n\":1},{\"n\":01},{\"n\":3}]}", "1?3" },
    { "a key twice", HEAD "\"features\":[{\"n\":1,\"n\":2},{\"n\":3}]}", "?3" },
    { "no object", HEAD "\"features\":[5,null,{\"n\":3}]}", "??3" },
    { "a comma too many", HEAD "\"features\":[{\"n\":1},]}", "!json" },
    { "a comma too few", HEAD "\"features\":[{\"n\":1} {\"n\":2}]}", "!json" },
    { "cut off", HEAD "\"features\":[{\"n\":1},{\"n\":", "1!json" },
    { "cut off in a string", HEAD "\"features\":[{\"n\":1},{\"n", "1!json" },
    { "text after", HEAD "\"features\":[{\"n\":1}]} x", "1!json" },
    { "empty", "", "!json" },
    { "a list", "[]", "!json" },
    { "only brackets", "{{{{", "!json" },
    { "closing ones", "}", "!json" },
};

static void test_rows(void **state)
{
    for (size_t i = 0; i < WG_COUNT(rows); i++) {
        WG_AUTO(wg_text_destroy) struct wg_text out = { 0 };
        read_all(rows[i].in, &out);
        if (strcmp(out.bytes, rows[i].want) != 0)
            fail_msg("row \"%s\": %s", rows[i].name, out.bytes);
    }
}

/* Cut anywhere, it is never read beyond its end and never taken as whole. */
static void test_every_cut(void **state)
{
    const char *whole =
        HEAD "\"name\":\"x\",\"features\":[{\"n\":1,\"a\":[\"\\\"\",{}]},{\"n\":2}]}";
    for (size_t length = 0; length < strlen(whole); length++) {
        WG_AUTO(wg_free) char *copy = wg_strndup(whole, length);
        WG_AUTO(wg_text_destroy) struct wg_text out = { 0 };
        read_all(copy, &out);
        ROW(copy, strstr(out.bytes, "!json") != NULL);
    }
}

static void test_large(void **state)
{
    WG_AUTO(wg_text_destroy) struct wg_text text = { 0 }, out = { 0 };
    wg_text_put(&text, HEAD "\"features\":[{\"n\":1},{\"n\":2,\"a\":\"");
    for (int i = 0; i < COLLECTION_BYTES_MOST; i++)
        wg_text_put(&text, "x");
    wg_text_put(&text, "\"},{\"n\":3}]}");
    read_all(text.bytes, &out);
    assert_string_equal(out.bytes, "1L3");
}

int main(void)
{
    const struct CMUnitTest tests[] = { cmocka_unit_test(test_rows),
                                        cmocka_unit_test(test_every_cut),
                                        cmocka_unit_test(test_large) };
    return cmocka_run_group_tests_name("collection", tests, NULL, NULL);
}
