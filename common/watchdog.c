#include "common/watchdog.h"

#include <fcntl.h>
#include <stdbool.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <unistd.h>

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

extern const char __executable_start[]; /* the linker's: where the image lies */

static struct wg_metric *stalls;

/* µs that the thread was ready and another one had its core. Asked for in the build with
 * sanitizers alone, where machines are crowded and a stall ends a test: it costs 2 µs a handler. */
static int64_t waited(void)
{
#ifdef __SANITIZE_ADDRESS__
    static int stat = -2;
    if (stat == -2)
        stat = open("/proc/thread-self/schedstat", O_RDONLY | O_CLOEXEC);
    char text[80] = "";
    if (stat < 0 || pread(stat, text, sizeof text - 1, 0) <= 0)
        return 0;
    char *next;
    strtoll(text, &next, 10); /* what it worked */
    return strtoll(next, NULL, 10) / 1000;
#else
    return 0;
#endif
}

void wg_watchdog_start(void)
{
    stalls = wg_counter("wangge_stalls_total", "handlers that worked or blocked for over 50 ms");
}

static int64_t cpu_us(const struct rusage *used)
{
    return (used->ru_utime.tv_sec + used->ru_stime.tv_sec) * WG_SECOND + used->ru_utime.tv_usec +
           used->ru_stime.tv_usec;
}

void wg_watchdog_run(void (*fn)(void *arg), void *arg)
{
    struct rusage before, after;
    getrusage(RUSAGE_THREAD, &before);
    int64_t waited_before = waited();
    int64_t start = wg_clock_mono();
    fn(arg);
    int64_t took = wg_clock_mono() - start;
    if (took < SLOW_US)
        return;
    int64_t queued = waited() - waited_before;
    getrusage(RUSAGE_THREAD, &after);
    int64_t cpu = cpu_us(&after) - cpu_us(&before);
    long gave_up = after.ru_nvcsw - before.ru_nvcsw;
    long pages = after.ru_majflt - before.ru_majflt;
    /* Being preempted, or waiting for a page of the program itself, is no fault: only the thread's
     * own work, or blocking (voluntary switches), counts. */
    bool blocked = gave_up > pages && took - cpu - queued >= STALL_US;
    bool stall = cpu >= STALL_CPU_US || blocked;
    if (stall)
        wg_count(stalls, 1);
    wg_log(stall ? WG_WARNING : WG_INFO, stall ? "stall" : "slow",
           "took_us=%lld cpu_us=%lld queued_us=%lld switches=%ld pages=%ld handler=+0x%lx",
           (long long)took, (long long)cpu, (long long)queued, gave_up, pages,
           (unsigned long)((uintptr_t)fn - (uintptr_t)__executable_start));
}
