/* Promise: parameters and array columns are PostgreSQL's binary formats byte for byte (that a
 * server reads them back is shown by every system test), and the getters undo them. */
#include <math.h>
#include <string.h>

#include "common/db.h"
#include "common/params.h"

#include "tests/unit/test.h"

#define TIME_2000 (INT64_C(946684800) * 1000000)

static void check(const struct wg_params *params, int i, const char *bytes, int length)
{
    assert_int_equal(params->lengths[i], length);
    if (length > 0)
        assert_memory_equal(params->bytes.bytes + params->offsets[i], bytes, (size_t)length);
}

static void test_scalars(void **state)
{
    WG_AUTO(wg_params_destroy) struct wg_params *params = wg_params_new();
    wg_params_i16(params, 258);
    wg_params_i32(params, -2);
    wg_params_i64(params, 1);
    wg_params_f64(params, 1.0);
    wg_params_bool(params, true);
    wg_params_time(params, TIME_2000 + 1);
    wg_params_text(params, "网");
    wg_params_text(params, "");
    wg_params_text(params, NULL);
    wg_params_bytes(params, "a\0b", 3);
    wg_params_bytes(params, NULL, 0);
    wg_params_null(params);
    assert_int_equal(params->n, 12);
    check(params, 0, "\1\2", 2);
    check(params, 1, "\xff\xff\xff\xfe", 4);
    check(params, 2, "\0\0\0\0\0\0\0\1", 8);
    check(params, 3, "\x3f\xf0\0\0\0\0\0\0", 8);
    check(params, 4, "\1", 1);
    check(params, 5, "\0\0\0\0\0\0\0\1", 8);
    check(params, 6, "\xe7\xbd\x91", 3);
    check(params, 7, "", 0);
    check(params, 8, NULL, -1);
    check(params, 9, "a\0b", 3);
    check(params, 10, NULL, -1);
    check(params, 11, NULL, -1);
}

#define HEAD(n, null, oid) "\0\0\0" n "\0\0\0" null oid

static void test_arrays(void **state)
{
    WG_AUTO(wg_params_destroy) struct wg_params *params = wg_params_new();
    struct wg_column *numbers = wg_column_new(WG_I32), *texts = wg_column_new(WG_STRING);
    struct wg_column *documents = wg_column_new(WG_JSONB), *times = wg_column_new(WG_TIME);
    struct wg_column *none = wg_column_new(WG_I64), *flags = wg_column_new(WG_BOOL);
    wg_column_i64(numbers, 5);
    wg_column_null(numbers);
    wg_column_text(texts, "ab");
    wg_column_text(texts, "");
    wg_column_text(documents, "{}");
    wg_column_i64(times, TIME_2000 - 1);
    wg_column_i64(flags, 1);
    wg_params_array(params, &numbers);
    wg_params_array(params, &texts);
    wg_params_array(params, &documents);
    wg_params_array(params, &times);
    wg_params_array(params, &none);
    wg_params_array(params, &flags);
    assert_null(numbers);
    check(params, 0,
          HEAD("\1", "\1", "\0\0\0\x17") "\0\0\0\2\0\0\0\1"
                                         "\0\0\0\4\0\0\0\5"
                                         "\xff\xff\xff\xff",
          32);
    check(params, 1,
          HEAD("\1", "\0", "\0\0\0\x19") "\0\0\0\2\0\0\0\1"
                                         "\0\0\0\2ab"
                                         "\0\0\0\0",
          30);
    check(params, 2,
          HEAD("\1", "\0", "\0\0\x0e\xda") "\0\0\0\1\0\0\0\1"
                                           "\0\0\0\3\1{}",
          27);
    check(params, 3,
          HEAD("\1", "\0", "\0\0\x04\xa0") "\0\0\0\1\0\0\0\1"
                                           "\0\0\0\x08\xff\xff\xff\xff\xff\xff\xff\xff",
          32);
    check(params, 4, HEAD("\0", "\0", "\0\0\0\x14"), 12);
    check(params, 5,
          HEAD("\1", "\0", "\0\0\0\x10") "\0\0\0\1\0\0\0\1"
                                         "\0\0\0\1\1",
          25);
}

/* A result of one row, made as libpq makes them. */
static PGresult *row_of(const struct wg_params *params)
{
    PGresult *result = PQmakeEmptyPGresult(NULL, PGRES_TUPLES_OK);
    PGresAttDesc columns[WG_PARAMS_MOST] = { 0 };
    static char name[] = "c";
    for (int i = 0; i < params->n; i++)
        columns[i] = (PGresAttDesc){ .name = name, .format = 1 };
    assert_true(PQsetResultAttrs(result, params->n, columns));
    for (int i = 0; i < params->n; i++) {
        char bytes[64] = "";
        int length = params->lengths[i];
        if (length > 0)
            memcpy(bytes, params->bytes.bytes + params->offsets[i], (size_t)length);
        assert_true(PQsetvalue(result, 0, i, length < 0 ? NULL : bytes, length));
    }
    return result;
}

static void test_getters(void **state)
{
    WG_AUTO(wg_params_destroy) struct wg_params *params = wg_params_new();
    size_t length = 77;
    wg_params_i16(params, -3);
    wg_params_i32(params, INT32_MIN);
    wg_params_i64(params, INT64_MIN);
    wg_params_f64(params, -0.1);
    wg_params_bool(params, true);
    wg_params_time(params, 5);
    wg_params_text(params, "网格");
    wg_params_bytes(params, "a\0b", 3);
    wg_params_null(params);
    PGresult *result = row_of(params);
    assert_int_equal(wg_get_i64(result, 0, 0), -3);
    assert_true(wg_get_i64(result, 0, 1) == INT32_MIN);
    assert_true(wg_get_i64(result, 0, 2) == INT64_MIN);
    assert_true(fabs(wg_get_f64(result, 0, 3) + 0.1) < 1e-15);
    assert_true(wg_get_bool(result, 0, 4));
    assert_true(wg_get_time(result, 0, 5) == 5);
    assert_string_equal(wg_get_text(result, 0, 6), "网格");
    assert_memory_equal(wg_get_bytes(result, 0, 7, &length), "a\0b", 3);
    assert_int_equal(length, 3);
    assert_true(wg_is_null(result, 0, 8));
    assert_int_equal(wg_get_i64(result, 0, 8), 0);
    assert_int_equal(wg_get_time(result, 0, 8), 0);
    assert_false(wg_get_bool(result, 0, 8));
    assert_true(fabs(wg_get_f64(result, 0, 8)) < 1e-15);
    assert_null(wg_get_text(result, 0, 8));
    assert_null(wg_get_bytes(result, 0, 8, &length));
    assert_int_equal(length, 0);
    PQclear(result);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_scalars),
        cmocka_unit_test(test_arrays),
        cmocka_unit_test(test_getters),
    };
    return cmocka_run_group_tests_name("params", tests, NULL, NULL);
}
