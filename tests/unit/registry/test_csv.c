/* Promise: CSV is read as RFC 4180 has it, each record knows its line, and one faulty record costs
 * one fault. */
#include <stdio.h>
#include <string.h>

#include "services/registry/csv.h"
#include "tests/unit/test.h"

/* Everything that the reader gives, written down: fields in brackets, "#<line>" before each record,
 * "!<fault>" for a faulty one. */
static void read_all(const char *bytes, size_t length, struct wg_text *out)
{
    WG_AUTO(csv_destroy) struct csv csv;
    enum csv_result result;
    csv_start(&csv, bytes, length);
    while ((result = csv_next(&csv)) != CSV_END) {
        wg_text_printf(out, "#%zu", csv.line);
        for (size_t i = 0; i < csv.n && result == CSV_RECORD; i++)
            wg_text_printf(out, "[%s]", csv_field(&csv, i));
        if (result != CSV_RECORD)
            wg_text_printf(out, "!%d@%zu", (int)result, csv.n);
    }
}

#define ROW_OF(name, in, want)                                                                     \
    {                                                                                              \
        (name), (in), sizeof(in) - 1, (want)                                                       \
    }

static const struct {
    const char *name, *in;
    size_t length;
    const char *want;
} rows[] = {
    ROW_OF("plain", "a,b\nc,d\n", "#1[a][b]#2[c][d]"),
    ROW_OF("CR LF and no last line end", "a,b\r\nc,d", "#1[a][b]#2[c][d]"),
    ROW_OF("a lone CR is no line end", "a\rb\n", "#1[a\rb]"),
    ROW_OF("byte order mark",
           "\xEF\xBB\xBF"
           "a\n",
           "#1[a]"),
    ROW_OF("empty fields", ",\n,,\n", "#1[][]#2[][][]"),
    ROW_OF("empty lines are passed over", "a\n\n\r\nb\n\n", "#1[a]#4[b]"),
    ROW_OF("nothing", "", ""),
    ROW_OF("spaces around", " a , \t\"b c\" ,d e\n", "#1[a][b c][d e]"),
    ROW_OF("quotes doubled", "\"say \"\"no\"\"\",\"\"\n", "#1[say \"no\"][]"),
    ROW_OF("comma and line end within quotes", "\"a,b\nc\",d\ne\n", "#1[a,b\nc][d]#3[e]"),
    ROW_OF("a quote within a plain field", "a\"b,c\nd\n", "#1!2@0#2[d]"),
    ROW_OF("text after the closing quote", "x,\"a\"b\nd\n", "#1!2@1#2[d]"),
    ROW_OF("a quote that never ends", "a\n\"b,c\nd\n", "#1[a]#2!3@0"),
    ROW_OF("NUL", "a,b\0c\nd\n", "#1!6@1#2[d]"),
    ROW_OF("not UTF-8", "a,\xff\nd\n", "#1!7@1#2[d]"),
    ROW_OF("Chinese", "康桥华城社区,\"二道街,230号院\"\n", "#1[康桥华城社区][二道街,230号院]"),
};

static void test_rows(void **state)
{
    for (size_t i = 0; i < WG_COUNT(rows); i++) {
        WG_AUTO(wg_text_destroy) struct wg_text out = { 0 };
        wg_text_put(&out, "");
        read_all(rows[i].in, rows[i].length, &out);
        if (strcmp(out.bytes, rows[i].want) != 0)
            fail_msg("row \"%s\": %s", rows[i].name, out.bytes);
    }
}

static enum csv_result first_of(const struct wg_text *text)
{
    WG_AUTO(csv_destroy) struct csv csv;
    csv_start(&csv, text->bytes, text->length);
    return csv_next(&csv);
}

static void test_limits(void **state)
{
    WG_AUTO(wg_text_destroy) struct wg_text wide = { 0 }, wider = { 0 }, full = { 0 }, over = { 0 };
    for (int i = 1; i < CSV_FIELDS_MOST; i++)
        wg_text_put(&wide, "x,");
    wg_text_put(&wide, "x");
    assert_int_equal(first_of(&wide), CSV_RECORD);
    wg_text_printf(&wider, "%s,x", wide.bytes);
    assert_int_equal(first_of(&wider), CSV_MANY);
    for (int i = 0; i < CSV_FIELD_BYTES_MOST; i++)
        wg_text_put(&full, "x");
    assert_int_equal(first_of(&full), CSV_RECORD);
    wg_text_printf(&over, "%sx", full.bytes);
    assert_int_equal(first_of(&over), CSV_LONG);
}

int main(void)
{
    const struct CMUnitTest tests[] = { cmocka_unit_test(test_rows),
                                        cmocka_unit_test(test_limits) };
    return cmocka_run_group_tests_name("csv", tests, NULL, NULL);
}
