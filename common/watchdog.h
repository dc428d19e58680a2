/* Nothing on the loop takes long (law 3 in docs/architecture.md): over 5 ms is logged as
 * event=slow, over 50 ms of the thread's own work or blocking as event=stall, which no test lets
 * pass. */
#pragma once

/* Registers the counter of stalls. */
void wg_watchdog_start(void);

/* Calls fn(arg) and measures it. */
void wg_watchdog_run(void (*fn)(void *arg), void *arg);
