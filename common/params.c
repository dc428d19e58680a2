/* Parameters and array columns in PostgreSQL's binary formats: no quoting, no escaping, nothing to
 * parse. */
#include "common/params.h"

#include <endian.h>
#include <string.h>

#include "common/clock.h"
#include "common/db.h"
#include "common/text.h"

/* PostgreSQL counts from 2000-01-01. */
static const int64_t EPOCH_2000 = INT64_C(946684800) * WG_SECOND;

enum { OF_NULL = -1 };

struct wg_column {
    enum wg_type type;
    uint32_t n;
    bool has_null;
    struct wg_text bytes;
};

static const struct {
    uint32_t oid;
    uint32_t bytes; /* 0: varies */
} types[] = {
    [WG_I16] = { 21, 2 },    [WG_I32] = { 23, 4 },   [WG_I64] = { 20, 8 },
    [WG_F64] = { 701, 8 },   [WG_BOOL] = { 16, 1 },  [WG_TIME] = { 1184, 8 },
    [WG_STRING] = { 25, 0 }, [WG_JSON] = { 114, 0 }, [WG_JSONB] = { 3802, 0 },
    [WG_BYTEA] = { 17, 0 },
};

/* ---- parameters */

struct wg_params *wg_params_new(void)
{
    return wg_new(sizeof(struct wg_params));
}

void wg_params_destroy(struct wg_params **params)
{
    if (*params == NULL)
        return;
    wg_text_destroy(&(*params)->bytes);
    free(*params);
    *params = NULL;
}

static void add(struct wg_params *params, const void *bytes, int length)
{
    if (params->n == WG_PARAMS_MOST)
        abort(); /* this code is wrong: no statement has so many */
    params->offsets[params->n] = params->bytes.length;
    params->lengths[params->n] = length;
    params->n++;
    if (length > 0)
        wg_text_add(&params->bytes, bytes, (size_t)length);
}

void wg_params_null(struct wg_params *params)
{
    add(params, NULL, OF_NULL);
}

void wg_params_i16(struct wg_params *params, int16_t value)
{
    uint16_t big = htobe16((uint16_t)value);
    add(params, &big, sizeof big);
}

void wg_params_i32(struct wg_params *params, int32_t value)
{
    uint32_t big = htobe32((uint32_t)value);
    add(params, &big, sizeof big);
}

void wg_params_i64(struct wg_params *params, int64_t value)
{
    uint64_t big = htobe64((uint64_t)value);
    add(params, &big, sizeof big);
}

void wg_params_f64(struct wg_params *params, double value)
{
    uint64_t bits;
    memcpy(&bits, &value, sizeof bits);
    wg_params_i64(params, (int64_t)bits);
}

void wg_params_bool(struct wg_params *params, bool value)
{
    uint8_t byte = value;
    add(params, &byte, 1);
}

void wg_params_time(struct wg_params *params, int64_t microseconds)
{
    wg_params_i64(params, microseconds - EPOCH_2000);
}

void wg_params_text(struct wg_params *params, const char *text)
{
    add(params, text, text == NULL ? OF_NULL : (int)strlen(text));
}

void wg_params_bytes(struct wg_params *params, const void *bytes, size_t length)
{
    add(params, bytes, bytes == NULL ? OF_NULL : (int)length);
}

/* ---- columns */

struct wg_column *wg_column_new(enum wg_type type)
{
    struct wg_column *column = wg_new(sizeof *column);
    column->type = type;
    return column;
}

void wg_column_destroy(struct wg_column **column)
{
    if (*column == NULL)
        return;
    wg_text_destroy(&(*column)->bytes);
    free(*column);
    *column = NULL;
}

static void put_length(struct wg_text *bytes, uint32_t length)
{
    uint32_t big = htobe32(length);
    wg_text_add(bytes, (const char *)&big, sizeof big);
}

void wg_column_null(struct wg_column *column)
{
    column->n++;
    column->has_null = true;
    put_length(&column->bytes, UINT32_MAX);
}

void wg_column_i64(struct wg_column *column, int64_t value)
{
    uint32_t length = types[column->type].bytes;
    if (column->type == WG_TIME)
        value -= EPOCH_2000;
    uint64_t big = htobe64((uint64_t)value);
    column->n++;
    put_length(&column->bytes, length);
    wg_text_add(&column->bytes, (const char *)&big + sizeof big - length, length);
}

void wg_column_f64(struct wg_column *column, double value)
{
    uint64_t bits;
    memcpy(&bits, &value, sizeof bits);
    wg_column_i64(column, (int64_t)bits);
}

void wg_column_text(struct wg_column *column, const char *text)
{
    wg_column_bytes(column, text, text == NULL ? 0 : strlen(text));
}

void wg_column_bytes(struct wg_column *column, const void *bytes, size_t length)
{
    if (bytes == NULL) {
        wg_column_null(column);
        return;
    }
    column->n++;
    if (column->type == WG_JSONB) { /* jsonb's binary form: a version byte before the text */
        put_length(&column->bytes, (uint32_t)length + 1);
        wg_text_add(&column->bytes, "\1", 1);
    } else {
        put_length(&column->bytes, (uint32_t)length);
    }
    if (length > 0)
        wg_text_add(&column->bytes, bytes, length);
}

void wg_column_i64_or_null(struct wg_column *column, int64_t value)
{
    if (value == 0)
        wg_column_null(column);
    else
        wg_column_i64(column, value);
}

void wg_column_text_or_null(struct wg_column *column, const char *text)
{
    wg_column_text(column, text[0] == '\0' ? NULL : text);
}

void wg_params_array(struct wg_params *params, struct wg_column **column)
{
    struct wg_column *from = *column;
    const uint32_t head[] = {
        htobe32(from->n > 0),
        htobe32(from->has_null),
        htobe32(types[from->type].oid),
        htobe32(from->n),
        htobe32(1),
    };
    size_t head_bytes = from->n > 0 ? sizeof head : 3 * sizeof head[0];
    add(params, head, (int)head_bytes);
    if (from->bytes.length > 0)
        wg_text_add(&params->bytes, from->bytes.bytes, from->bytes.length);
    params->lengths[params->n - 1] += (int)from->bytes.length;
    wg_column_destroy(column);
}

/* ---- results */

bool wg_is_null(const PGresult *result, int row, int column)
{
    return PQgetisnull(result, row, column) != 0;
}

int64_t wg_get_i64(const PGresult *result, int row, int column)
{
    const char *value = PQgetvalue(result, row, column);
    uint64_t big = 0;
    uint32_t half;
    uint16_t quarter;
    switch (wg_is_null(result, row, column) ? 0 : PQgetlength(result, row, column)) {
    case 8:
        memcpy(&big, value, 8);
        return (int64_t)be64toh(big);
    case 4:
        memcpy(&half, value, 4);
        return (int32_t)be32toh(half);
    case 2:
        memcpy(&quarter, value, 2);
        return (int16_t)be16toh(quarter);
    case 1:
        return value[0];
    default:
        return 0;
    }
}

double wg_get_f64(const PGresult *result, int row, int column)
{
    int64_t bits = wg_get_i64(result, row, column);
    double value;
    memcpy(&value, &bits, sizeof value);
    return value;
}

bool wg_get_bool(const PGresult *result, int row, int column)
{
    return wg_get_i64(result, row, column) != 0;
}

int64_t wg_get_time(const PGresult *result, int row, int column)
{
    return wg_is_null(result, row, column) ? 0 : wg_get_i64(result, row, column) + EPOCH_2000;
}

const char *wg_get_text(const PGresult *result, int row, int column)
{
    return wg_is_null(result, row, column) ? NULL : PQgetvalue(result, row, column);
}

const void *wg_get_bytes(const PGresult *result, int row, int column, size_t *ret_length)
{
    if (wg_is_null(result, row, column)) {
        *ret_length = 0;
        return NULL;
    }
    *ret_length = (size_t)PQgetlength(result, row, column);
    return PQgetvalue(result, row, column);
}
