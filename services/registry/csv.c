#include "services/registry/csv.h"

#include <string.h>

static const char mark[] = "\xEF\xBB\xBF";

void csv_start(struct csv *csv, const char *bytes, size_t length)
{
    *csv = (struct csv){ .bytes = bytes, .length = length, .next_line = 1 };
    if (length >= 3 && memcmp(bytes, mark, 3) == 0)
        csv->offset = 3;
}

void csv_destroy(struct csv *csv)
{
    wg_text_destroy(&csv->text);
}

const char *csv_field(const struct csv *csv, size_t i)
{
    return csv->text.bytes + csv->starts[i];
}

static char at(const struct csv *csv)
{
    return csv->bytes[csv->offset];
}

static bool over(const struct csv *csv)
{
    return csv->offset >= csv->length;
}

/* Length of the line end here: 0 where there is none. */
static size_t line_end(const struct csv *csv)
{
    if (over(csv))
        return 0;
    if (at(csv) == '\n')
        return 1;
    if (at(csv) == '\r' && csv->offset + 1 < csv->length && csv->bytes[csv->offset + 1] == '\n')
        return 2;
    return 0;
}

/* To the start of the next line, so that one faulty record costs one fault. */
static enum csv_result give_up(struct csv *csv, enum csv_result why)
{
    const char *end = memchr(csv->bytes + csv->offset, '\n', csv->length - csv->offset);
    csv->offset = end == NULL ? csv->length : (size_t)(end - csv->bytes) + 1;
    csv->next_line++;
    return why;
}

static void keep(struct csv *csv, const char *bytes, size_t length)
{
    wg_text_add(&csv->text, bytes, length);
}

static enum csv_result read_quoted(struct csv *csv)
{
    csv->offset++;
    for (;;) {
        const char *from = csv->bytes + csv->offset;
        const char *quote = memchr(from, '"', csv->length - csv->offset);
        if (quote == NULL) {
            csv->offset = csv->length;
            return CSV_UNENDED;
        }
        size_t length = (size_t)(quote - from);
        for (const char *p = from;
             !csv->by_record && (p = memchr(p, '\n', (size_t)(quote - p))) != NULL; p++)
            csv->next_line++;
        keep(csv, from, length);
        csv->offset += length + 1;
        if (over(csv) || at(csv) != '"')
            return CSV_RECORD;
        keep(csv, "\"", 1);
        csv->offset++;
    }
}

static enum csv_result read_plain(struct csv *csv)
{
    size_t from = csv->offset;
    while (!over(csv) && at(csv) != ',' && line_end(csv) == 0) {
        if (at(csv) == '"')
            return CSV_QUOTE;
        csv->offset++;
    }
    size_t to = csv->offset;
    while (to > from && (csv->bytes[to - 1] == ' ' || csv->bytes[to - 1] == '\t'))
        to--;
    keep(csv, csv->bytes + from, to - from);
    return CSV_RECORD;
}

static void skip_spaces(struct csv *csv)
{
    while (!over(csv) && (at(csv) == ' ' || at(csv) == '\t'))
        csv->offset++;
}

static enum csv_result read_field(struct csv *csv)
{
    size_t start = csv->text.length;
    skip_spaces(csv);
    bool quoted = !over(csv) && at(csv) == '"';
    enum csv_result result = quoted ? read_quoted(csv) : read_plain(csv);
    if (result != CSV_RECORD)
        return result;
    if (quoted) {
        skip_spaces(csv);
        if (!over(csv) && at(csv) != ',' && line_end(csv) == 0)
            return CSV_QUOTE;
    }
    size_t length = csv->text.length - start;
    if (length > CSV_FIELD_BYTES_MOST)
        return CSV_LONG;
    if (length > 0 && memchr(csv->text.bytes + start, '\0', length) != NULL)
        return CSV_NUL;
    if (length > 0 && !wg_utf8_valid(csv->text.bytes + start, length))
        return CSV_UTF8;
    keep(csv, "", 1);
    csv->starts[csv->n++] = start;
    return CSV_RECORD;
}

static void skip_empty_lines(struct csv *csv)
{
    size_t end;
    while ((end = line_end(csv)) > 0) {
        csv->offset += end;
        csv->next_line++;
    }
}

enum csv_result csv_next(struct csv *csv)
{
    skip_empty_lines(csv);
    wg_text_clear(&csv->text);
    csv->n = 0;
    csv->line = csv->next_line;
    if (over(csv))
        return CSV_END;
    for (;;) {
        if (csv->n == CSV_FIELDS_MOST)
            return give_up(csv, CSV_MANY);
        enum csv_result result = read_field(csv);
        if (result != CSV_RECORD)
            return give_up(csv, result);
        size_t end = line_end(csv);
        csv->offset += end;
        if (end > 0)
            csv->next_line++;
        if (end > 0 || over(csv))
            return CSV_RECORD;
        csv->offset++; /* the comma */
    }
}
