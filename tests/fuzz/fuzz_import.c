/* Any bytes as a file to be imported, the first one choosing kind and form. Every row that goes on
 * has a code and is JSON that the scanner lets pass (so PostgreSQL takes it); lines never go back;
 * a file gives rows or faults. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/json.h"

#include "services/registry/reader.h"
#include "tests/fuzz/fuzz.h"

static const struct kind *const kinds[] = { &area_kind,     &place_kind,     &staff_kind,
                                            &party_kind,    &duty_kind,      &category_kind,
                                            &calendar_kind, &competence_kind };

static enum reader_form form_of(const struct kind *kind, uint8_t choice)
{
    if (kind->document)
        return READER_JSON;
    return kind->drawn && choice >= 128 ? READER_GEOJSON : READER_CSV;
}

static void check_row(struct json_object *row)
{
    size_t length;
    const char *text = json_object_to_json_string_length(row, JSON_C_TO_STRING_PLAIN, &length);
    struct wg_json_verdict verdict = wg_json_scan(text, length);
    MUST(verdict.fault == WG_JSON_FINE);
    MUST(wg_json_text(row, "code") != NULL);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t length)
{
    if (length == 0)
        return 0;
    const struct kind *kind = kinds[bytes[0] % WG_COUNT(kinds)];
    WG_AUTO(faults_destroy) struct faults faults = { 0 };
    WG_AUTO(reader_destroy) struct reader reader;
    struct json_object *row = NULL;
    size_t line, last = 0, rows = 0;
    reader_start(&reader, kind, form_of(kind, bytes[0]), &faults);
    reader_open(&reader, (const char *)bytes + 1, length - 1);
    while (reader_next(&reader, &row, &line) == 0) {
        MUST(line > last);
        last = line;
        rows++;
        if (row != NULL)
            check_row(row);
        wg_json_put(&row);
    }
    MUST(rows == reader.rows);
    MUST(rows > 0 || faults.total > 0);
    faults_sort(&faults);
    for (size_t i = 0; i < faults.n; i++) {
        char pointer[FAULT_POINTER_ROOM], text[FAULT_TEXT_ROOM];
        fault_pointer(&faults.items[i], pointer);
        fault_text(&faults.items[i], 1, text);
        MUST(wg_utf8_valid(pointer, strlen(pointer)) && wg_utf8_valid(text, strlen(text)));
    }
    return 0;
}
