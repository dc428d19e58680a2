/* A complaint about a member of staff goes to those above them. Pure. */
#pragma once

#include "services/triage/facts.h"

/* code: whom it is about, NULL: nobody; shield: the area above their highest post, NULL: not known.
 * Writes the area in which the case opens, whatever its place is: the shield, or the root for whom
 * nobody knows; "" where it is about nobody. */
void about_shield(const struct city *city, const char *code, const char *shield,
                  char ret_shield[CITY_CODE]);
