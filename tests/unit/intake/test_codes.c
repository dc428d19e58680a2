/* Promise: no code is called unknown before all were read; what changes while it is read is read
 * anew; a reading that fails is begun again by the timer, a second later, and not at once.
 *
 * Linked with codes.c; database, loop and clock are fakes. */
#include "services/intake/codes.h"
#include "tests/unit/common/fakes.h"
#include "tests/unit/test.h"

enum { SLICE = 1000, FLIGHTS = 8 };

static struct wg_db db;
static struct codes *codes;

static int set_up(void **state)
{
    db.flying = NULL;
    codes = codes_new(NULL, &db);
    return 0;
}

static int tear_down(void **state)
{
    wg_flight_destroy(&db.flying);
    codes_destroy(&codes);
    return 0;
}

/* n codes from `first` on; n < 0: nothing came back. */
static void land(int first, int n)
{
    struct wg_flight *flight = db.flying;
    PGresult *rows = PQmakeEmptyPGresult(NULL, PGRES_TUPLES_OK);
    PGresAttDesc column = { .name = (char[]){ "code" }, .format = 1, .typlen = -1 };
    assert_non_null(flight);
    PQsetResultAttrs(rows, 1, &column);
    for (int row = 0; row < n; row++) {
        char code[16];
        snprintf(code, sizeof code, "%06d", first + row);
        PQsetvalue(rows, row, 0, code, (int)strlen(code));
    }
    db.flying = NULL;
    flight->outcome = n < 0 ? WG_SERVICE : WG_COMMITTED;
    flight->result = n < 0 ? NULL : rows;
    flight->landed(flight, flight->arg);
    wg_flight_destroy(&flight);
    PQclear(rows);
}

static void test_start(void **state)
{
    assert_false(codes_complete(codes));
    assert_string_equal(not_ready, "reading codes");
    codes_changed(codes, "areas");
    land(410100, SLICE);
    assert_false(codes_complete(codes));
    land(411100, 5);
    assert_false(codes_complete(codes));
    codes_changed(codes, "categories");
    land(1, 3);
    assert_true(codes_complete(codes));
    assert_string_equal(not_ready, "");
    assert_true(codes_have_area("410100", codes) && codes_have_area("411104", codes));
    assert_false(codes_have_area("411105", codes));
    assert_true(codes_have_category("000002", codes));
    assert_false(codes_have_category("000004", codes) || codes_have_category("", codes));
}

static void test_empty_city(void **state)
{
    codes_changed(codes, "areas");
    land(0, 0);
    codes_changed(codes, "categories");
    land(0, 0);
    assert_true(codes_complete(codes));
    assert_false(codes_have_area("410103", codes));
}

static void test_failed(void **state)
{
    static const char *const kinds[] = { "areas", "categories" };
    for (size_t i = 0; i < WG_COUNT(kinds); i++) {
        codes_changed(codes, kinds[i]);
        for (int again = 0; again < 3; again++) {
            land(0, -1);
            assert_null(db.flying); /* not at once */
            timer(timer_arg);
        }
        land(1, 1);
        timer(timer_arg);
        assert_null(db.flying);
    }
    assert_true(codes_complete(codes));
}

/* What was read before the change, or half of it before and half after, is never taken. */
static void test_changed_meanwhile(void **state)
{
    codes_changed(codes, "categories");
    land(1, 1);
    codes_changed(codes, "areas");
    land(100000, SLICE);
    codes_changed(codes, "areas");
    land(101000, 5);
    assert_false(codes_complete(codes));
    land(200000, 2); /* from the beginning */
    assert_true(codes_complete(codes));
    assert_true(codes_have_area("200001", codes));
    assert_false(codes_have_area("100000", codes));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_start, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_empty_city, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_failed, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_changed_meanwhile, set_up, tear_down),
    };
    return cmocka_run_group_tests_name("codes", tests, NULL, NULL);
}
