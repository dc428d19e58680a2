/* Coordinates, pure: what people send in GCJ-02 or BD-09 to WGS 84 degrees, and distance. CGCS2000
 * is WGS 84 at our precision. Source of the GCJ-02 transform: the published public approximation;
 * inverse by iteration, good to a tenth of a metre. */
#pragma once

#include <stdbool.h>

enum wg_crs { WG_WGS84, WG_GCJ02, WG_BD09, WG_CGCS2000, WG_CRS_UNKNOWN };

/* "wgs84", "gcj02", "bd09", "cgcs2000". */
enum wg_crs wg_crs_named(const char *name);

void wg_position_to_wgs84(enum wg_crs crs, double lat, double lon, double *ret_lat,
                          double *ret_lon);

/* Metres between two points (haversine, mean earth radius). */
double wg_position_metres(double lat1, double lon1, double lat2, double lon2);
