/* cmocka wants these before it, in this order, which the formatter would change. */
#pragma once

/* clang-format off */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>
/* clang-format on */

/* Which row of a table failed: cmocka itself only knows the line. */
#define ROW(name, condition)                                                                       \
    do {                                                                                           \
        if (!(condition))                                                                          \
            fail_msg("row \"%s\": %s", (name), #condition);                                        \
    } while (0)
