/* Promise: the header is found where people put it, under titles, in Chinese or English, over
 * merged cells; no name means two columns. */
#include "tests/unit/registry/rows.h"

static const struct kind *const kinds[] = { &area_kind,      &place_kind, &staff_kind,
                                            &party_kind,     &duty_kind,  &category_kind,
                                            &competence_kind };

static const struct {
    const char *name, *in, *want;
} files[] = {
    { "English", "code,name\na,x\n", "" },
    { "Chinese", "编码,姓名,手机\na,x,138\n", "" },
    { "marks of what must be filled", "编码*,姓名（必填）\na,x\n", "" },
    { "spaces and width", " 编 码 ,姓　名,Ｐｈｏｎｅ\na,x,138\n", "" },
    { "titles above", "二七区网格员花名册,,\n2026年10月,,\n编码,姓名,电话\na,x,138\n", "" },
    { "both languages", "编码,姓名\ncode,name\na,x\n", "" },
    { "merged over two rows", "编码,姓名,联系方式,\n,,电话,邮箱\na,x,138,a@b.example\n", "" },
    { "a number of the row", "序号,编码,姓名\n1,a,x\n", "" },
    { "an empty column", "编码,,姓名\na,,x\n", "" },
    { "empty rows", "编码,姓名\n,\na,x\n,\n", "" },
    { "unknown", "编码,姓名,颜色\na,x,y\n", "颜色:column-unknown" },
    { "twice in two languages", "编码,姓名,name\na,x,y\n", "name:column-twice" },
    { "missing", "姓名,电话\nx,138\n", "code:column-missing" },
    { "none", "a,x\nb,y\n",
      "a:column-unknown,x:column-unknown,code:column-missing,name:column-missing" },
    { "nothing below it", "编码,姓名\ncode,name\n", ":empty" },
};

static void test_files(void **state)
{
    for (size_t i = 0; i < WG_COUNT(files); i++) {
        WG_AUTO(wg_text_destroy) struct wg_text out = { 0 };
        faults_of(&staff_kind, READER_CSV, files[i].in, &out, NULL);
        if (strcmp(out.bytes, files[i].want) != 0)
            fail_msg("row \"%s\": %s", files[i].name, out.bytes);
    }
}

/* Lines are those of the file, title and header counted. */
static void test_lines(void **state)
{
    const char *file = "花名册,\n编码,姓名\na,x\nb b,y\n";
    WG_AUTO(faults_destroy) struct faults faults = { 0 };
    WG_AUTO(reader_destroy) struct reader reader;
    WG_AUTO(wg_json_put) struct json_object *row = NULL;
    size_t line = 0;
    reader_start(&reader, &staff_kind, READER_CSV, &faults);
    reader_open(&reader, file, strlen(file));
    while (reader_next(&reader, &row, &line) == 0)
        wg_json_put(&row);
    assert_int_equal(faults.n, 1);
    assert_int_equal(faults.items[0].line, 4);
}

/* Each Chinese name of a column, in a file of its own, is known; none stands twice in its kind. */
static void check_names(const struct kind *kind, size_t column, struct wg_text *all)
{
    const char *at = kind->columns[column].zh;
    for (size_t length; *at != '\0'; at += length + (at[length] == '\0' ? 0 : strlen("、"))) {
        WG_AUTO(wg_text_destroy) struct wg_text entry = { 0 }, file = { 0 }, out = { 0 };
        const char *end = strstr(at, COLUMN_NAMES_MARK);
        length = end == NULL ? strlen(at) : (size_t)(end - at);
        wg_text_printf(&entry, "|%.*s|", (int)length, at);
        wg_text_printf(&file, "%.*s\n", (int)length, at);
        faults_of(kind, READER_CSV, file.bytes, &out, NULL);
        if (strstr(out.bytes, "column-unknown") != NULL || strstr(all->bytes, entry.bytes) != NULL)
            fail_msg("%s: %s is unknown, or means two columns", kind->name, entry.bytes);
        wg_text_put(all, entry.bytes);
    }
}

static void test_names(void **state)
{
    for (size_t k = 0; k < WG_COUNT(kinds); k++) {
        WG_AUTO(wg_text_destroy) struct wg_text all = { 0 };
        wg_text_put(&all, "");
        for (size_t i = 0; i < kinds[k]->n; i++)
            check_names(kinds[k], i, &all);
        assert_true(all.length > 0);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_files),
        cmocka_unit_test(test_lines),
        cmocka_unit_test(test_names),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
