#include "services/triage/about.h"

#include "common/text.h"

void about_shield(const struct city *city, const char *code, const char *shield,
                  char ret_shield[CITY_CODE])
{
    const struct city_area *root = city_root(city);
    if (shield == NULL && root != NULL)
        shield = root->code;
    wg_copy(ret_shield, CITY_CODE, code == NULL ? NULL : shield);
}
