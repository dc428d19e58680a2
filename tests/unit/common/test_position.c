/* Promise: a point that was picked on a Chinese map comes out where it is on the ground, within a
 * tenth of a metre. The wanted values were computed by a separate program from the published
 * transform, forwards. */
#include <math.h>

#include "common/memory.h"
#include "common/position.h"

#include "tests/unit/test.h"

static const struct {
    const char *name;
    double lat, lon, gcj_lat, gcj_lon, bd_lat, bd_lon;
} rows[] = {
    { "Erqi", 34.7124, 113.6405, 34.711204092, 113.646559841, 34.717530948, 113.652980879 },
    { "Beijing", 39.9087, 116.3975, 39.910103499, 116.403743573, 39.916442750, 116.410116586 },
    { "Urumqi", 43.8256, 87.6168, 43.826805393, 87.619649949, 43.832949795, 87.626099771 },
    { "Sanya", 18.2528, 109.5119, 18.251094792, 109.515984295, 18.256876554, 109.522531792 },
    { "Harbin", 45.8038, 126.5350, 45.805781525, 126.541040350, 45.811395823, 126.547659214 },
};

static void test_gcj02(void **state)
{
    for (size_t i = 0; i < WG_COUNT(rows); i++) {
        double lat, lon;
        wg_position_to_wgs84(WG_GCJ02, rows[i].gcj_lat, rows[i].gcj_lon, &lat, &lon);
        ROW(rows[i].name, wg_position_metres(lat, lon, rows[i].lat, rows[i].lon) < 0.1);
    }
}

/* BD-09 is itself only good to about half a metre on the way back. */
static void test_bd09(void **state)
{
    for (size_t i = 0; i < WG_COUNT(rows); i++) {
        double lat, lon;
        wg_position_to_wgs84(WG_BD09, rows[i].bd_lat, rows[i].bd_lon, &lat, &lon);
        ROW(rows[i].name, wg_position_metres(lat, lon, rows[i].lat, rows[i].lon) < 1.0);
    }
}

static void test_unchanged(void **state)
{
    static const struct {
        const char *name;
        enum wg_crs crs;
        double lat, lon;
    } same[] = {
        { "wgs84", WG_WGS84, 34.7124, 113.6405 },
        { "cgcs2000", WG_CGCS2000, 34.7124, 113.6405 },
        { "gcj02 outside China", WG_GCJ02, 48.8584, 2.2945 },
        { "gcj02 south", WG_GCJ02, -33.8568, 151.2153 },
    };
    for (size_t i = 0; i < WG_COUNT(same); i++) {
        double lat, lon;
        wg_position_to_wgs84(same[i].crs, same[i].lat, same[i].lon, &lat, &lon);
        ROW(same[i].name, fabs(lat - same[i].lat) < 1e-12 && fabs(lon - same[i].lon) < 1e-12);
    }
}

/* Every input ends, the edges of the shifted country and no-numbers included. */
static void test_any_input_ends(void **state)
{
    double lat, lon;
    for (double at = -90.0; at <= 90.0; at += 0.831)
        for (double by = -180.0; by <= 180.0; by += 1.271)
            for (int crs = WG_WGS84; crs <= WG_CGCS2000; crs++)
                wg_position_to_wgs84((enum wg_crs)crs, at, by, &lat, &lon);
    wg_position_to_wgs84(WG_GCJ02, (double)NAN, (double)INFINITY, &lat, &lon);
    wg_position_to_wgs84(WG_BD09, 0.0, 0.0, &lat, &lon);
}

static void test_metres(void **state)
{
    assert_true(fabs(wg_position_metres(34.0, 113.0, 35.0, 113.0) - 111195.0) < 1.0);
    assert_true(fabs(wg_position_metres(0.0, 179.5, 0.0, -179.5) - 111195.0) < 1.0);
    assert_true(wg_position_metres(34.7, 113.6, 34.7, 113.6) < 1e-9);
    assert_true(fabs(wg_position_metres(90.0, 0.0, -90.0, 0.0) - 20015115.0) < 10.0);
}

static void test_named(void **state)
{
    assert_int_equal(wg_crs_named("wgs84"), WG_WGS84);
    assert_int_equal(wg_crs_named("gcj02"), WG_GCJ02);
    assert_int_equal(wg_crs_named("bd09"), WG_BD09);
    assert_int_equal(wg_crs_named("cgcs2000"), WG_CGCS2000);
    assert_int_equal(wg_crs_named("WGS84"), WG_CRS_UNKNOWN);
    assert_int_equal(wg_crs_named(""), WG_CRS_UNKNOWN);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_gcj02),     cmocka_unit_test(test_bd09),
        cmocka_unit_test(test_unchanged), cmocka_unit_test(test_any_input_ends),
        cmocka_unit_test(test_metres),    cmocka_unit_test(test_named),
    };
    return cmocka_run_group_tests_name("position", tests, NULL, NULL);
}
