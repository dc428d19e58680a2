#include "common/watchdog.h"

#include <stdbool.h>
#include <sys/resource.h>

#include "common/clock.h"
#include "common/log.h"
#include "common/metrics.h"

enum { SLOW_US = 5000, STALL_US = 50000 };

/* The same work takes the sanitizers five to ten times as long; what blocks does not. */
#ifdef __SANITIZE_ADDRESS__
enum { STALL_CPU_US = 2 * STALL_US };
#else
enum { STALL_CPU_US = STALL_US };
#endif

static struct wg_metric *stalls;

void wg_watchdog_start(void)
{
    stalls = wg_counter("wangge_stalls_total", "handlers that worked or blocked for over 50 ms");
}

void wg_watchdog_run(void (*fn)(void *arg), void *arg)
{
    struct rusage before, after;
    getrusage(RUSAGE_THREAD, &before);
    int64_t start = wg_clock_mono();
    fn(arg);
    int64_t took = wg_clock_mono() - start;
    if (took < SLOW_US)
        return;
    getrusage(RUSAGE_THREAD, &after);
    int64_t cpu = (after.ru_utime.tv_sec - before.ru_utime.tv_sec + after.ru_stime.tv_sec -
                   before.ru_stime.tv_sec) *
                      WG_SECOND +
                  after.ru_utime.tv_usec - before.ru_utime.tv_usec + after.ru_stime.tv_usec -
                  before.ru_stime.tv_usec;
    long gave_up = after.ru_nvcsw - before.ru_nvcsw;
    /* Being preempted is no fault: only the thread's own work, or blocking (voluntary switches),
     * counts. */
    bool stall = took >= STALL_US && (cpu >= STALL_CPU_US || gave_up > 0);
    if (stall)
        wg_count(stalls, 1);
    wg_log(stall ? WG_WARNING : WG_INFO, stall ? "stall" : "slow",
           "took_us=%lld cpu_us=%lld switches=%ld handler=%p", (long long)took, (long long)cpu,
           gave_up, (void *)(uintptr_t)fn);
}
