/* The only source of time. In fault builds wg_clock_now adds the 8 bytes (int64 microseconds, host
 * order) of the file $WANGGE_HOME/clock, mapped, so that one write moves every process of an
 * instance. */
#pragma once

#include <stdint.h>

#define WG_SECOND INT64_C(1000000)

/* Maps the test clock of fault builds; home may be NULL. In release builds it does nothing. */
void wg_clock_start(const char *home);

/* Microseconds since 1970-01-01 UTC. */
int64_t wg_clock_now(void);

/* Microseconds of a clock that never jumps, for measuring. */
int64_t wg_clock_mono(void);
