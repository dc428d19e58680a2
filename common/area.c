/* Codes of areas. Everything here is plain digits: no table of real codes, no city. */
#include "common/area.h"

#include <string.h>

enum { SHORTEST = 6, LONGEST = 17, GRID = 15 };

static const struct {
    const char *level;
    size_t digits;
} levels[] = {
    { "district", 6 }, { "street", 9 }, { "community", 12 }, { "grid", 15 }, { "micro", 17 }
};

bool wg_area_valid(const char *code)
{
    size_t digits = strspn(code, "0123456789");
    return code[digits] == '\0' && digits >= SHORTEST && digits <= LONGEST;
}

void wg_area_next(const char *code, char *ret_next)
{
    size_t length = strnlen(code, WG_AREA_ROOM - 1);
    while (length > 0 && code[length - 1] == '9')
        length--;
    if (length == 0) {
        memcpy(ret_next, ":", 2);
        return;
    }
    memmove(ret_next, code, length);
    ret_next[length - 1]++;
    ret_next[length] = '\0';
}

bool wg_area_inside(const char *code, const char *outer)
{
    return strncmp(code, outer, strlen(outer)) == 0;
}

bool wg_area_prefix(const char *code, const char *level, char *ret_prefix)
{
    size_t before = 0, digits = 0;
    for (size_t i = 0; i < sizeof levels / sizeof levels[0] && digits == 0; i++) {
        if (strcmp(levels[i].level, level) == 0)
            digits = levels[i].digits;
        else
            before = levels[i].digits;
    }
    if (digits == 0 || strlen(code) < digits)
        return false;
    /* Filled with zeros: the area of this level does not exist, its children hang higher. */
    if (strspn(code + before, "0") >= digits - before)
        return false;
    memcpy(ret_prefix, code, digits);
    ret_prefix[digits] = '\0';
    return true;
}

const char *wg_area_kind(const char *code)
{
    if (!wg_area_valid(code) || strlen(code) != GRID)
        return NULL;
    long last = (code[12] - '0') * 100 + (code[13] - '0') * 10 + (code[14] - '0');
    if (last >= 1 && last <= 799)
        return "ordinary";
    if (last >= 801 && last <= 899)
        return "temporary";
    return last >= 901 ? "dedicated" : NULL;
}
