/* A complaint about a member of staff goes to those above them. Pure. */
#pragma once

#include "services/triage/city.h"

/* code: whom it is about, NULL: nobody; shield: the area above their highest post, NULL: not known.
 * Writes the area in which the case opens, whatever its place is: the shield, or the root for whom
 * nobody knows; "" where it is about nobody. */
void about_shield(const struct city *city, const char *code, const char *shield,
                  char ret_shield[CITY_CODE]);
/* From where the people for a case are looked for, upwards: its area or, where that lies below the
 * shield, the shield's. shield NULL or "": there is none. */
const struct city_area *about_from(const struct city *city, const struct city_area *area,
                                   const char *shield);
