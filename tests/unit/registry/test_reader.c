/* Promise: whatever the form of a file, each fault has its line and column, and rows that can be
 * known by a code go on to the cross-checks though they have faults. */
#include "tests/unit/registry/rows.h"
#include "tests/unit/test.h"

static const struct {
    const char *name;
    enum reader_form form;
    const char *in, *want;
} rows[] = {
    { "empty", READER_CSV, "", ":empty" },
    { "a header alone", READER_CSV, "code,name,kind,area\n", ":empty" },
    { "columns in any order", READER_CSV, "area,kind,name,code\n410103,shop,x,a\n", "" },
    { "an unknown column", READER_CSV, "code,name,kind,area,colour\na,x,shop,410103,red\n",
      "colour:column-unknown" },
    { "a column twice", READER_CSV, "code,name,kind,area,code\na,x,shop,410103,b\n",
      "code:column-twice" },
    { "a column missing", READER_CSV, "code,name,area\na,x,410103\n", "kind:column-missing" },
    { "too few fields", READER_CSV, "code,name,kind,area\na,x\nb,x,shop,410103\n", ":field-count" },
    { "too many fields", READER_CSV, "code,name,kind,area\na,x,shop,410103,y\n", ":field-count" },
    { "empty fields at the end", READER_CSV, "code,name,kind,area\na,x,shop,410103,,\n", "" },
    { "not UTF-8 in a field", READER_CSV, "code,name,kind,area\na,\xff,shop,410103\n",
      "name:utf8" },
    { "a quote out of place", READER_CSV,
      "code,name,kind,area\na,x\"y,shop,410103\nb,,shop,410103\n", "name:quote,name:required" },
    { "not UTF-8 in the header", READER_CSV, "code,\xff\na,b\n", ":utf8" },
    { "a feature", READER_GEOJSON,
      "{\"type\":\"FeatureCollection\",\"features\":[{\"type\":\"Feature\",\"geometry\":{\"type\":"
      "\"Point\",\"coordinates\":[1,2]},"
      "\"properties\":{\"code\":\"a\",\"name\":\"x\",\"kind\":\"shop\",\"area\":410103,\"aliases\":"
      "[\"b\",\"c\"],\"road\":null}}]}",
      "" },
    { "properties that cannot be", READER_GEOJSON,
      "{\"type\":\"FeatureCollection\",\"features\":[{\"type\":\"Feature\",\"geometry\":null,"
      "\"properties\":{\"code\":\"a\",\"name\":{},\"kind\":\"shop\",\"area\":\"410103\","
      "\"aliases\":[\"b;c\"],\"colour\":1}}]}",
      "name:value,aliases:value,colour:column-unknown,name:required" },
    { "no feature", READER_GEOJSON,
      "{\"type\":\"FeatureCollection\",\"features\":[{\"type\":\"Point\"},7]}",
      ":feature,:feature" },
    { "no JSON", READER_GEOJSON, "{\"type\":", ":json" },
    { "no features", READER_GEOJSON, "{\"type\":\"FeatureCollection\",\"features\":[]}", ":empty" },
    { "a point twice", READER_GEOJSON,
      "{\"type\":\"FeatureCollection\",\"features\":[{\"type\":\"Feature\",\"geometry\":{\"type\":"
      "\"Point\",\"coordinates\":[1,2]},"
      "\"properties\":{\"code\":\"a\",\"name\":\"x\",\"kind\":\"shop\",\"area\":\"410103\",\"lat\":"
      "1,\"lon\":2}}]}",
      "geometry:point-twice" },
};

static void test_forms(void **state)
{
    for (size_t i = 0; i < WG_COUNT(rows); i++) {
        WG_AUTO(wg_text_destroy) struct wg_text out = { 0 };
        faults_of(&place_kind, rows[i].form, rows[i].in, &out, NULL);
        if (strcmp(out.bytes, rows[i].want) != 0)
            fail_msg("row \"%s\": %s", rows[i].name, out.bytes);
    }
}

/* The line is the file's, also after a field that spans lines. */
static void test_lines(void **state)
{
    const char *file =
        "code,name,kind,area,road\na,x,shop,410103,\n\nb,\"x\ny\",shop,410103,\nc,x,shop,,\n";
    WG_AUTO(faults_destroy) struct faults faults = { 0 };
    WG_AUTO(reader_destroy) struct reader reader;
    struct json_object *row = NULL;
    size_t line, lines = 0, staged = 0;
    reader_start(&reader, &place_kind, READER_CSV, &faults);
    reader_open(&reader, file, strlen(file));
    while (reader_next(&reader, &row, &line) == 0) {
        lines = lines * 10 + line;
        staged += row != NULL;
        wg_json_put(&row);
    }
    assert_int_equal(lines, 246);
    assert_int_equal(staged, 3); /* faulty ones too: they have a code */
    assert_int_equal(faults.n, 2);
    assert_int_equal(faults.items[0].line, 4);
    assert_int_equal(faults.items[1].line, 6);
}

static void test_too_many(void **state)
{
    WG_AUTO(wg_text_destroy) struct wg_text file = { 0 }, out = { 0 };
    wg_text_put(&file, "code,name,kind,area\n");
    for (int i = 0; i < READER_ROWS_MOST; i++)
        wg_text_put(&file, "a,x,shop,410103\n");
    faults_of(&place_kind, READER_CSV, file.bytes, &out, NULL);
    assert_string_equal(out.bytes, "");
    wg_text_put(&file, "a,x,shop,410103\n");
    wg_text_clear(&out);
    faults_of(&place_kind, READER_CSV, file.bytes, &out, NULL);
    assert_string_equal(out.bytes, ":too-many-rows");
}

int main(void)
{
    const struct CMUnitTest tests[] = { cmocka_unit_test(test_forms), cmocka_unit_test(test_lines),
                                        cmocka_unit_test(test_too_many) };
    return cmocka_run_group_tests_name("reader", tests, NULL, NULL);
}
