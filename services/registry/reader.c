#include "services/registry/reader.h"

#include <stdio.h>
#include <string.h>

static const char *const csv_faults[] = {
    [CSV_QUOTE] = "quote",
    [CSV_UNENDED] = "quote-open",
    [CSV_MANY] = "too-many-columns",
    [CSV_LONG] = "field-long",
    [CSV_NUL] = "nul",
    [CSV_UTF8] = "utf8",
};

void reader_start(struct reader *reader, const struct kind *kind, enum reader_form form,
                  struct faults *faults)
{
    *reader = (struct reader){ .kind = kind, .form = form, .faults = faults };
}

void reader_destroy(struct reader *reader)
{
    csv_destroy(&reader->csv);
}

static void add_offset(struct reader *reader, size_t line, size_t offset)
{
    char text[24];
    snprintf(text, sizeof text, "%zu", offset);
    faults_add(reader->faults, line, "", "json", text);
}

/* ---- CSV */

static void open_csv(struct reader *reader, const char *bytes, size_t length)
{
    csv_start(&reader->csv, bytes, length);
    reader->csv.by_record = reader->sheet;
    header_read(&reader->csv, reader->kind, &reader->header, reader->faults);
    reader->ended = reader->faults->total > 0;
}

void reader_open(struct reader *reader, const char *bytes, size_t length)
{
    reader->bytes = bytes;
    reader->length = length;
    if (reader->form == READER_CSV)
        open_csv(reader, bytes, length);
    if (reader->form == READER_GEOJSON)
        collection_start(&reader->collection, bytes, length);
}

/* The row, or NULL where it has no code to be known by. */
static struct json_object *judge(struct reader *reader, const struct line *line)
{
    const struct kind *kind = reader->kind;
    WG_AUTO(wg_json_put)
    struct json_object *row = columns_row(kind->columns, kind->n, line, reader->faults);
    kind->judge(line, row, reader->faults);
    return wg_json_text(row, "code") == NULL ? NULL : json_object_get(row);
}

/* The name of the column of field i, "" where it has none. */
static const char *column_name(const struct reader *reader, size_t i)
{
    bool named = i < reader->header.n && reader->header.columns[i] < reader->kind->n;
    return named ? reader->kind->columns[reader->header.columns[i]].name : "";
}

static bool is_empty(const struct csv *csv, size_t from)
{
    for (size_t i = from; i < csv->n; i++) {
        if (csv_field(csv, i)[0] != '\0')
            return false;
    }
    return true;
}

/* Passes over rows without anything in them, as spreadsheets leave them at their end. */
static enum csv_result next_filled(struct csv *csv)
{
    enum csv_result result;
    do
        result = csv_next(csv);
    while (result == CSV_RECORD && is_empty(csv, 0));
    return result;
}

static int next_record(struct reader *reader, struct json_object **ret_row, size_t *ret_line)
{
    struct csv *csv = &reader->csv;
    enum csv_result result = next_filled(csv);
    if (result == CSV_END)
        return READER_END;
    *ret_row = NULL;
    *ret_line = csv->line;
    if (result != CSV_RECORD) {
        faults_add(reader->faults, csv->line, column_name(reader, csv->n), csv_faults[result],
                   NULL);
        return 0;
    }
    if ((csv->n < reader->header.n && !reader->sheet) || !is_empty(csv, reader->header.n)) {
        faults_add(reader->faults, csv->line, "", "field-count", NULL);
        return 0;
    }
    struct line line = { .number = csv->line };
    for (size_t i = 0; i < csv->n && i < reader->header.n; i++) {
        const char *field = csv_field(csv, i);
        size_t column = reader->header.columns[i];
        if (column < reader->kind->n)
            line.values[column] = field[0] == '\0' ? NULL : field;
    }
    *ret_row = judge(reader, &line);
    return 0;
}

/* ---- GeoJSON */

/* The texts of a feature's properties: made of whatever JSON they are, valid as long as this is. */
struct texts {
    struct wg_text bytes[COLUMNS_MOST];
};

static void destroy_texts(struct texts *texts)
{
    for (size_t i = 0; i < COLUMNS_MOST; i++)
        wg_text_destroy(&texts->bytes[i]);
}

/* False where the value is nothing that a field can hold. A list of texts is one with semicolons.
 */
static bool write_value(struct json_object *value, struct wg_text *out)
{
    if (json_object_is_type(value, json_type_object))
        return false;
    if (!json_object_is_type(value, json_type_array)) {
        wg_text_put(out, json_object_get_string(value));
        return true;
    }
    for (size_t i = 0; i < json_object_array_length(value); i++) {
        struct json_object *entry = json_object_array_get_idx(value, i);
        if (!json_object_is_type(entry, json_type_string) ||
            strchr(json_object_get_string(entry), ';') != NULL)
            return false;
        wg_text_printf(out, "%s%s", i == 0 ? "" : ";", json_object_get_string(entry));
    }
    return true;
}

static void read_properties(const struct kind *kind, struct faults *faults,
                            struct json_object *properties, struct texts *texts, struct line *line)
{
    json_object_object_foreach(properties, key, value)
    {
        size_t column = columns_find(kind->columns, kind->n, key);
        if (column == kind->n)
            faults_add(faults, line->number, key, "column-unknown", key);
        else if (value != NULL && !write_value(value, &texts->bytes[column]))
            faults_add(faults, line->number, key, "value", NULL);
        else if (texts->bytes[column].length > 0)
            line->values[column] = texts->bytes[column].bytes;
    }
}

static struct json_object *read_feature(struct reader *reader, struct json_object *feature)
{
    WG_AUTO(destroy_texts) struct texts texts = { 0 };
    struct line line = { .number = reader->collection.n,
                         .drawn = true,
                         .geometry = wg_json_get(feature, "geometry") };
    const char *type = wg_json_text(feature, "type");
    struct json_object *properties = wg_json_get(feature, "properties");
    if (type == NULL || strcmp(type, "Feature") != 0 ||
        !json_object_is_type(properties, json_type_object)) {
        faults_add(reader->faults, line.number, "", "feature", NULL);
        return NULL;
    }
    read_properties(reader->kind, reader->faults, properties, &texts, &line);
    return judge(reader, &line);
}

/* ---- one object of a request */

/* Members of a row that are made of others. */
static const char *const made[][2] = {
    { "contact", "email" },    { "contact", "phone" },   { "has_email", "email" },
    { "has_email", "phone" },  { "limits", "accept_n" }, { "limits", "dispatch_n" },
    { "limits", "resolve_n" }, { "border", "geometry" }, { "drawn", "geometry" },
    { "lat", "geometry" },     { "lon", "geometry" },
};

/* Whether a member of the row comes from what was given. */
static bool is_given(const char *member, struct json_object *object)
{
    bool given = json_object_object_get_ex(object, member, NULL);
    for (size_t i = 0; i < WG_COUNT(made); i++)
        given |=
            strcmp(made[i][0], member) == 0 && json_object_object_get_ex(object, made[i][1], NULL);
    return given;
}

static bool is_made_into(const char *key)
{
    size_t i = 0;
    while (i < WG_COUNT(made) && strcmp(made[i][1], key) != 0)
        i++;
    return i < WG_COUNT(made);
}

/* What was given and nothing else; null where null was given and has no meaning of its own. */
static void keep_given(struct json_object *row, struct json_object *object)
{
    json_object_object_foreach(object, key, value)
    {
        if (value == NULL && !is_made_into(key) && !json_object_object_get_ex(row, key, NULL))
            json_object_object_add(row, key, NULL);
    }
    struct lh_entry *next;
    for (struct lh_entry *entry = json_object_get_object(row)->head; entry != NULL; entry = next) {
        next = entry->next;
        if (!is_given(entry->k, object))
            json_object_object_del(row, entry->k);
    }
}

static bool cleared(const struct column *column, struct json_object *object)
{
    struct json_object *value;
    return json_object_object_get_ex(object, column->name, &value) && value == NULL;
}

struct json_object *reader_members(const struct kind *kind, struct json_object *object,
                                   bool partial, struct faults *faults)
{
    WG_AUTO(destroy_texts) struct texts texts = { 0 };
    WG_AUTO(wg_json_put) struct json_object *members = json_object_new_object();
    struct column columns[COLUMNS_MOST];
    struct line line = { .number = 1,
                         .drawn =
                             kind->drawn && json_object_object_get_ex(object, "geometry", NULL),
                         .geometry = kind->drawn ? wg_json_get(object, "geometry") : NULL };
    json_object_object_foreach(object, key, value)
    {
        if (!kind->drawn || strcmp(key, "geometry") != 0)
            json_object_object_add(members, key, json_object_get(value));
    }
    read_properties(kind, faults, members, &texts, &line);
    for (size_t i = 0; i < kind->n; i++) {
        columns[i] = kind->columns[i];
        columns[i].required &= !partial || cleared(&columns[i], object);
    }
    struct json_object *row = columns_row(columns, kind->n, &line, faults);
    if (kind->judge != NULL)
        kind->judge(&line, row, faults);
    if (partial)
        keep_given(row, object);
    return row;
}

static int next_feature(struct reader *reader, struct json_object **ret_row, size_t *ret_line)
{
    struct wg_json_verdict verdict;
    WG_AUTO(wg_json_put) struct json_object *feature = NULL;
    enum collection_result result = collection_next(&reader->collection, &feature, &verdict);
    *ret_row = NULL;
    *ret_line = reader->collection.n;
    switch (result) {
    case COLLECTION_ONE:
        *ret_row = read_feature(reader, feature);
        return 0;
    case COLLECTION_BAD:
        if (verdict.fault == WG_JSON_FINE)
            faults_add(reader->faults, reader->collection.n, "", "feature", NULL);
        else
            add_offset(reader, reader->collection.n, verdict.offset);
        return 0;
    case COLLECTION_LARGE:
        faults_add(reader->faults, reader->collection.n, "", "feature-long", NULL);
        return 0;
    case COLLECTION_BROKEN:
        reader->broken = strcmp(reader->collection.why, "json") == 0;
        if (reader->broken)
            add_offset(reader, reader->collection.n, reader->collection.offset);
        else
            faults_add(reader->faults, reader->collection.n, "", reader->collection.why, NULL);
        return READER_END;
    case COLLECTION_END:
        break;
    }
    return READER_END;
}

/* ---- a JSON document */

static int read_document(struct reader *reader, struct json_object **ret_row, size_t *ret_line)
{
    struct wg_json_verdict verdict = { 0 };
    if (reader->rows > 0)
        return READER_END;
    WG_AUTO(wg_json_put)
    struct json_object *document = wg_json_parse(reader->bytes, reader->length, &verdict);
    *ret_row = NULL;
    *ret_line = 1;
    reader->broken = verdict.fault != WG_JSON_FINE;
    if (reader->broken)
        add_offset(reader, 0, verdict.offset);
    else
        *ret_row = calendar_row(document, 1, reader->faults);
    return 0;
}

int reader_next(struct reader *reader, struct json_object **ret_row, size_t *ret_line)
{
    if (reader->ended)
        return READER_END;
    int result = reader->form == READER_CSV       ? next_record(reader, ret_row, ret_line)
                 : reader->form == READER_GEOJSON ? next_feature(reader, ret_row, ret_line)
                                                  : read_document(reader, ret_row, ret_line);
    if (result == READER_END) {
        reader->ended = true;
        if (reader->rows == 0 && reader->faults->total == 0)
            faults_add(reader->faults, 0, "", "empty", NULL);
        return READER_END;
    }
    if (++reader->rows > READER_ROWS_MOST) {
        wg_json_put(ret_row);
        faults_add(reader->faults, *ret_line, "", "too-many-rows", NULL);
        reader->ended = true;
        return READER_END;
    }
    return 0;
}
