/* What the tests of the kinds share: one row of a file, the faults it has, written down. */
#pragma once

#include <string.h>

#include "common/json.h"
#include "common/text.h"

#include "services/registry/reader.h"
#include "tests/unit/test.h"

struct row_case {
    const char *name, *in, *want; /* want: "column:fault" by commas, "" for none */
};

/* Reads a file of one kind and writes its faults down. The first row, if any, goes to ret_row (may
 * be NULL). */
static inline void faults_of(const struct kind *kind, enum reader_form form, const char *file,
                             struct wg_text *out, struct json_object **ret_row)
{
    WG_AUTO(faults_destroy) struct faults faults = { 0 };
    WG_AUTO(reader_destroy) struct reader reader;
    struct json_object *row = NULL;
    size_t line;
    reader_start(&reader, kind, form, &faults);
    reader_open(&reader, file, strlen(file));
    while (reader_next(&reader, &row, &line) == 0) {
        if (ret_row != NULL && *ret_row == NULL && row != NULL)
            *ret_row = json_object_get(row);
        wg_json_put(&row);
    }
    wg_text_put(out, "");
    faults_sort(&faults);
    for (size_t i = 0; i < faults.n; i++)
        wg_text_printf(out, "%s%s:%s", i == 0 ? "" : ",", faults.items[i].column,
                       faults.items[i].name);
}

/* Each case is a line under the header, as CSV. */
static inline void check_rows(const struct kind *kind, const char *header,
                              const struct row_case *cases, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        WG_AUTO(wg_text_destroy) struct wg_text file = { 0 }, out = { 0 };
        wg_text_printf(&file, "%s\n%s\n", header, cases[i].in);
        faults_of(kind, READER_CSV, file.bytes, &out, NULL);
        if (strcmp(out.bytes, cases[i].want) != 0)
            fail_msg("row \"%s\": %s", cases[i].name, out.bytes);
    }
}

/* The row that a line becomes. */
static inline struct json_object *row_of(const struct kind *kind, const char *header,
                                         const char *text)
{
    WG_AUTO(wg_text_destroy) struct wg_text file = { 0 }, out = { 0 };
    struct json_object *row = NULL;
    wg_text_printf(&file, "%s\n%s\n", header, text);
    faults_of(kind, READER_CSV, file.bytes, &out, &row);
    assert_string_equal(out.bytes, "");
    assert_non_null(row);
    return row;
}
