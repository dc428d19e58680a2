#include "common/clock.h"

#include <time.h>

#ifdef WG_FAULT_POINTS
#include <fcntl.h>
#include <stdio.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

static const volatile int64_t *offset;
#endif

static int64_t read_clock(clockid_t which)
{
    struct timespec time;
    clock_gettime(which, &time);
    return (int64_t)time.tv_sec * WG_SECOND + time.tv_nsec / 1000;
}

void wg_clock_start(const char *home)
{
#ifdef WG_FAULT_POINTS
    char path[512];
    struct stat status;
    if (home == NULL)
        return;
    snprintf(path, sizeof path, "%s/clock", home);
    int file = open(path, O_RDONLY | O_CLOEXEC);
    if (file < 0)
        return;
    if (fstat(file, &status) == 0 && status.st_size >= (off_t)sizeof *offset) {
        void *mapped = mmap(NULL, sizeof *offset, PROT_READ, MAP_SHARED, file, 0);
        if (mapped != MAP_FAILED)
            offset = mapped;
    }
    close(file);
#else
    (void)home;
#endif
}

int64_t wg_clock_now(void)
{
#ifdef WG_FAULT_POINTS
    if (offset != NULL)
        return read_clock(CLOCK_REALTIME) + *offset;
#endif
    return read_clock(CLOCK_REALTIME);
}

int64_t wg_clock_mono(void)
{
    return read_clock(CLOCK_MONOTONIC);
}
