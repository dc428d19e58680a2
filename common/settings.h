/* Settings come from the environment alone, through one table in each main.c: the table is parser,
 * default, check and --help at once. Secrets are not settings: a setting names their file. */
#pragma once

#include <stddef.h>
#include <stdint.h>

#include "common/memory.h"

enum wg_setting_type { WG_TEXT, WG_NUMBER };

struct wg_setting {
    const char *name; /* the variable of the environment */
    enum wg_setting_type type;
    const char *fallback;    /* NULL: required */
    int64_t lowest, highest; /* of a number */
    const char *help;
    const char **text; /* where a WG_TEXT goes; points into the environment */
    int64_t *number;   /* where a WG_NUMBER goes */
};

/* Reads all of the table; each fault is written to standard error with the name of its variable.
 * Returns 0, or the number of faults (positive condition). */
int wg_settings_read(const struct wg_setting *settings, size_t n) WG_MUST_USE;

/* The table as help, on standard output. */
void wg_settings_print(const struct wg_setting *settings, size_t n);
