/* GCJ-02 shifts WGS 84 by a smooth function of the place, some 300–700 m in China and nothing
 * outside it; BD-09 turns GCJ-02 a little further. There is no official inverse: it is found by
 * moving the guess by its error until that is below a tenth of a metre, which takes three or four
 * rounds (bounded at ten). */
#include "common/position.h"

#include <math.h>
#include <stddef.h>
#include <string.h>

#include "common/memory.h"

#define PI 3.14159265358979323846
/* The ellipsoid of Krasovsky 1940, which the published approximation works on. */
#define AXIS 6378245.0
#define ECCENTRICITY2 0.00669342162296594323
#define BAIDU_PI (PI * 3000.0 / 180.0)
#define EARTH_METRES 6371008.8
#define CLOSE_DEGREES 1e-7 /* about a centimetre */

enum { ROUNDS = 10 };

enum wg_crs wg_crs_named(const char *name)
{
    static const char *const names[] = {
        [WG_WGS84] = "wgs84", [WG_GCJ02] = "gcj02", [WG_BD09] = "bd09", [WG_CGCS2000] = "cgcs2000"
    };
    for (size_t i = 0; i < WG_COUNT(names); i++)
        if (strcmp(names[i], name) == 0)
            return (enum wg_crs)i;
    return WG_CRS_UNKNOWN;
}

static bool in_china(double lat, double lon)
{
    return lon >= 72.004 && lon <= 137.8347 && lat >= 0.8293 && lat <= 55.8271;
}

/* The terms that both shifts share: one wave of the x axis. */
static double waves(double x, double y, double third)
{
    double sum = (20.0 * sin(6.0 * x * PI) + 20.0 * sin(2.0 * x * PI)) * 2.0 / 3.0;
    sum += (20.0 * sin(y * PI) + 40.0 * sin(y / 3.0 * PI)) * 2.0 / 3.0;
    return sum + third;
}

static double shift_lat(double x, double y)
{
    double long_waves = (160.0 * sin(y / 12.0 * PI) + 320.0 * sin(y * PI / 30.0)) * 2.0 / 3.0;
    return -100.0 + 2.0 * x + 3.0 * y + 0.2 * y * y + 0.1 * x * y + 0.2 * sqrt(fabs(x)) +
           waves(x, y, long_waves);
}

static double shift_lon(double x, double y)
{
    double long_waves = (150.0 * sin(x / 12.0 * PI) + 300.0 * sin(x / 30.0 * PI)) * 2.0 / 3.0;
    return 300.0 + x + 2.0 * y + 0.1 * x * x + 0.1 * x * y + 0.1 * sqrt(fabs(x)) +
           waves(x, x, long_waves);
}

static void to_gcj02(double lat, double lon, double *ret_lat, double *ret_lon)
{
    *ret_lat = lat;
    *ret_lon = lon;
    if (!in_china(lat, lon))
        return;
    double radians = lat / 180.0 * PI;
    double magic = 1.0 - ECCENTRICITY2 * sin(radians) * sin(radians);
    double x = lon - 105.0, y = lat - 35.0;
    double meridian = AXIS * (1.0 - ECCENTRICITY2) / (magic * sqrt(magic));
    *ret_lat += shift_lat(x, y) * 180.0 / (meridian * PI);
    *ret_lon += shift_lon(x, y) * 180.0 / (AXIS / sqrt(magic) * cos(radians) * PI);
}

static void from_gcj02(double lat, double lon, double *ret_lat, double *ret_lon)
{
    double guess_lat = lat, guess_lon = lon;
    for (int i = 0; i < ROUNDS; i++) {
        double there_lat, there_lon;
        to_gcj02(guess_lat, guess_lon, &there_lat, &there_lon);
        double off_lat = lat - there_lat, off_lon = lon - there_lon;
        guess_lat += off_lat;
        guess_lon += off_lon;
        if (fabs(off_lat) < CLOSE_DEGREES && fabs(off_lon) < CLOSE_DEGREES)
            break;
    }
    *ret_lat = guess_lat;
    *ret_lon = guess_lon;
}

static void from_bd09(double lat, double lon, double *ret_lat, double *ret_lon)
{
    double x = lon - 0.0065, y = lat - 0.006;
    double z = sqrt(x * x + y * y) - 0.00002 * sin(y * BAIDU_PI);
    double theta = atan2(y, x) - 0.000003 * cos(x * BAIDU_PI);
    *ret_lat = z * sin(theta);
    *ret_lon = z * cos(theta);
}

void wg_position_to_wgs84(enum wg_crs crs, double lat, double lon, double *ret_lat, double *ret_lon)
{
    *ret_lat = lat;
    *ret_lon = lon;
    if (crs == WG_BD09)
        from_bd09(lat, lon, &lat, &lon);
    if (crs == WG_BD09 || crs == WG_GCJ02)
        from_gcj02(lat, lon, ret_lat, ret_lon);
}

double wg_position_metres(double lat1, double lon1, double lat2, double lon2)
{
    double radians = PI / 180.0;
    double a = sin((lat2 - lat1) * radians / 2.0), b = sin((lon2 - lon1) * radians / 2.0);
    double h = a * a + cos(lat1 * radians) * cos(lat2 * radians) * b * b;
    return 2.0 * EARTH_METRES * asin(sqrt(fmin(1.0, h)));
}
