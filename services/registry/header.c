#include "services/registry/header.h"

#include <ctype.h>
#include <string.h>

#include "common/memory.h"

#include "services/registry/cells.h"

enum { NAME_ROOM = 64 };

/* As names are compared: no spaces, lower case, without the mark of a column that must be filled.
 */
static void fold(const char *text, char ret_name[NAME_ROOM])
{
    static const char *const marks[] = { "(必填)", "（必填）", "*", "＊" };
    WG_AUTO(wg_free) char *clean = cell_clean(text);
    size_t n = 0;
    for (const char *at = clean; *at != '\0' && n < NAME_ROOM - 1; at++) {
        if (!isspace((unsigned char)*at))
            ret_name[n++] = (char)tolower((unsigned char)*at);
    }
    ret_name[n] = '\0';
    for (size_t i = 0; i < WG_COUNT(marks); i++) {
        char *mark = strstr(ret_name, marks[i]);
        if (mark != NULL)
            memmove(mark, mark + strlen(marks[i]), strlen(mark + strlen(marks[i])) + 1);
    }
}

/* Whether the name is one of the column's Chinese ones. */
static bool is_alias(const struct column *column, const char *name)
{
    size_t length = strlen(name), mark = strlen(COLUMN_NAMES_MARK);
    for (const char *at = column->zh; at != NULL; at = strstr(at, COLUMN_NAMES_MARK)) {
        at += strncmp(at, COLUMN_NAMES_MARK, mark) == 0 ? mark : 0;
        if (strncmp(at, name, length) == 0 &&
            (at[length] == '\0' || strncmp(at + length, COLUMN_NAMES_MARK, mark) == 0))
            return true;
    }
    return false;
}

enum { NAME_NONE = -1, NAME_EMPTY = -2 };

/* The column of a field of the header. */
static int find(const struct kind *kind, const char *text)
{
    char name[NAME_ROOM];
    fold(text, name);
    if (name[0] == '\0' || strcmp(name, "序号") == 0)
        return NAME_EMPTY;
    for (size_t i = 0; i < kind->n; i++) {
        if (strcmp(kind->columns[i].name, name) == 0 || is_alias(&kind->columns[i], name))
            return (int)i;
    }
    return NAME_NONE;
}

struct row {
    int found[CSV_FIELDS_MOST];
    size_t n, known, filled;
};

static struct row read_row(const struct csv *csv, const struct kind *kind)
{
    struct row row = { .n = csv->n };
    for (size_t i = 0; i < csv->n; i++) {
        row.found[i] = find(kind, csv_field(csv, i));
        row.known += row.found[i] >= 0;
        row.filled += row.found[i] != NAME_EMPTY;
    }
    return row;
}

/* The rows right below that hold nothing but names belong to it. */
static void merge_below(struct csv *csv, const struct kind *kind, struct row *top)
{
    for (int i = 1; i < HEADER_ROWS_MOST; i++) {
        size_t offset = csv->offset, next_line = csv->next_line;
        bool names = csv_next(csv) == CSV_RECORD;
        struct row below = { 0 };
        if (names)
            below = read_row(csv, kind);
        if (!names || below.known == 0 || below.known < below.filled) {
            csv->offset = offset;
            csv->next_line = next_line;
            return;
        }
        for (size_t j = 0; j < below.n; j++) {
            if (j >= top->n || below.found[j] >= 0)
                top->found[j] = below.found[j];
        }
        top->n = below.n > top->n ? below.n : top->n;
    }
}

static void judge(const struct kind *kind, const struct row *row, size_t line,
                  struct faults *faults)
{
    bool seen[COLUMNS_MOST] = { false };
    for (size_t i = 0; i < row->n; i++) {
        if (row->found[i] < 0)
            continue;
        const char *name = kind->columns[row->found[i]].name;
        if (seen[row->found[i]])
            faults_add(faults, line, name, "column-twice", NULL);
        seen[row->found[i]] = true;
    }
    for (size_t i = 0; i < kind->n; i++) {
        if (kind->columns[i].required && !seen[i])
            faults_add(faults, line, kind->columns[i].name, "column-missing", NULL);
    }
}

/* Goes to the row that looks like a header: at least half of what it holds are names. Where none
 * does, to the first. */
static enum csv_result go_to(struct csv *csv, const struct kind *kind, struct row *ret_row)
{
    const struct csv start = *csv;
    for (int i = 0; i < HEADER_LOOK_ROWS && csv_next(csv) == CSV_RECORD; i++) {
        *ret_row = read_row(csv, kind);
        if (ret_row->known > 0 && 2 * ret_row->known >= ret_row->filled)
            return CSV_RECORD;
    }
    csv->offset = start.offset;
    csv->next_line = start.next_line;
    enum csv_result result = csv_next(csv);
    if (result == CSV_RECORD)
        *ret_row = read_row(csv, kind);
    return result;
}

void header_read(struct csv *csv, const struct kind *kind, struct header *ret_header,
                 struct faults *faults)
{
    static const char *const csv_faults[] = {
        [CSV_END] = "empty",          [CSV_QUOTE] = "quote",
        [CSV_UNENDED] = "quote-open", [CSV_MANY] = "too-many-columns",
        [CSV_LONG] = "field-long",    [CSV_NUL] = "nul",
        [CSV_UTF8] = "utf8",
    };
    struct row row = { 0 };
    enum csv_result result = go_to(csv, kind, &row);
    if (result != CSV_RECORD) {
        faults_add(faults, 1, "", csv_faults[result], NULL);
        return;
    }
    size_t line = csv->line;
    size_t unknown[CSV_FIELDS_MOST], n_unknown = 0;
    for (size_t i = 0; i < row.n; i++) {
        if (row.found[i] == NAME_NONE)
            unknown[n_unknown++] = i;
    }
    WG_AUTO(wg_text_destroy) struct wg_text names = { 0 };
    size_t starts[CSV_FIELDS_MOST];
    for (size_t i = 0; i < n_unknown; i++) { /* kept: the rows below take the reader's place */
        starts[i] = names.length;
        const char *name = csv_field(csv, unknown[i]);
        wg_text_add(&names, name, strlen(name) + 1);
    }
    merge_below(csv, kind, &row);
    for (size_t i = 0; i < n_unknown; i++) {
        const char *name = names.bytes + starts[i];
        if (row.found[unknown[i]] == NAME_NONE)
            faults_add(faults, line, name, "column-unknown", name);
    }
    judge(kind, &row, line, faults);
    ret_header->n = row.n;
    for (size_t i = 0; i < row.n; i++)
        ret_header->columns[i] = row.found[i] < 0 ? kind->n : (size_t)row.found[i];
}
