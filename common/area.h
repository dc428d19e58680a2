/* Codes of areas (GB/T 2260 and on), pure: the parent's code and more digits: 6 district, 9 street,
 * 12 community, 15 grid, 17 micro-grid. "Inside X" is a range of codes, low <= code < high, never
 * LIKE. Level is a column and never read off the length. */
#pragma once

#include <stdbool.h>
#include <stddef.h>

enum { WG_AREA_ROOM = 20 }; /* bytes for any code and its NUL */

/* Digits only, 6–17 of them. */
bool wg_area_valid(const char *code);

/* The first code after everything inside `code`: "410103" → "410104", "41010399" → "410104".
 * All nines ("999999") → ":" (the character after '9'). Writes at most WG_AREA_ROOM bytes. */
void wg_area_next(const char *code, char *ret_next);

/* True where code is `outer` or lies inside it. */
bool wg_area_inside(const char *code, const char *outer);

/* The part of the code that names the area of a level around it ("district" 6 … "micro" 17); false
 * where the code is shorter or the part is filled with zeros (a grid that hangs higher:
 * 410103007000901 has no community). */
bool wg_area_prefix(const char *code, const char *level, char *ret_prefix);

/* The kind that a grid's last three digits say: 001–799 "ordinary", 801–899 "temporary", 901–999
 * "dedicated"; NULL where it is none of them or code has not 15 digits. */
const char *wg_area_kind(const char *code);
