#include "services/triage/about.h"

#include <string.h>

#include "common/area.h"
#include "common/text.h"

void about_shield(const struct city *city, const char *code, const char *shield,
                  char ret_shield[CITY_CODE])
{
    const struct city_area *root = city_root(city);
    if (shield == NULL && root != NULL)
        shield = root->code;
    wg_copy(ret_shield, CITY_CODE, code == NULL ? NULL : shield);
}

const struct city_area *about_from(const struct city *city, const struct city_area *area,
                                   const char *shield)
{
    if (shield == NULL || shield[0] == '\0' || area == NULL)
        return area;
    const struct city_area *top = city_area_by_code(city, shield);
    if (top == NULL)
        return city_root(city); /* nobody knows any more who is below it */
    return wg_area_inside(area->code, top->code) ? top : area;
}
