/* What a helper does with itself before and while it works: it dies with its service, keeps to its
 * limits, and then works off jobs or becomes the command. No loop, no settings, no database. */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <unistd.h>

#include "common/helper.h"

static bool limit(int what, long long most)
{
    /* Of the CPU the hard limit lies a second higher: SIGXCPU says what it was, SIGKILL would not.
     */
    const struct rlimit limits = { .rlim_cur = (rlim_t)most,
                                   .rlim_max = (rlim_t)(most + (what == RLIMIT_CPU)) };
    return setrlimit((__rlimit_resource_t)what, &limits) == 0;
}

static bool limit_memory(long long most, bool worker)
{
#ifdef __SANITIZE_ADDRESS__
    if (worker)
        return true; /* its shadow alone takes terabytes of addresses */
#endif
    (void)worker;
    return limit(RLIMIT_AS, most);
}

/* A worker's time is counted anew for each job: the soft limit moves on with what was used. */
static bool renew_cpu(long long seconds)
{
    struct rusage used;
    getrusage(RUSAGE_SELF, &used);
    const struct rlimit limits = { .rlim_cur = (rlim_t)(used.ru_utime.tv_sec +
                                                        used.ru_stime.tv_sec + seconds + 1),
                                   .rlim_max = RLIM_INFINITY };
    return setrlimit(RLIMIT_CPU, &limits) == 0;
}

static bool transfer(void *bytes, size_t length, bool reading)
{
    for (size_t done = 0; done < length;) {
        ssize_t n = reading ? read(STDIN_FILENO, (char *)bytes + done, length - done)
                            : write(STDIN_FILENO, (char *)bytes + done, length - done);
        if (n == 0 || (n < 0 && errno != EINTR))
            return false;
        done += n > 0 ? (size_t)n : 0;
    }
    return true;
}

/* Until the service closes its end. */
static int work_off(wg_work *work, long long cpu_seconds)
{
    struct wg_helper_frame frame;
    while (transfer(&frame, sizeof frame, true)) {
        WG_AUTO(wg_text_destroy) struct wg_text answer = { 0 };
        WG_AUTO(wg_free) char *bytes = wg_new(frame.length + 1);
        if (!renew_cpu(cpu_seconds) || !transfer(bytes, frame.length, true))
            return 1;
        int status = work(bytes, frame.length, &answer);
        explicit_bzero(bytes, frame.length);
        frame = (struct wg_helper_frame){ .length = (uint32_t)answer.length, .status = status };
        if (!transfer(&frame, sizeof frame, false) || !transfer(answer.bytes, answer.length, false))
            return 1;
        if (answer.length > 0)
            explicit_bzero(answer.bytes, answer.length);
    }
    return 0;
}

static _Noreturn void become_command(char **arguments)
{
    int nothing = open("/dev/null", O_WRONLY);
    if (nothing < 0 || dup2(nothing, STDERR_FILENO) < 0)
        _exit(126);
    close(nothing);
    execv(arguments[0], arguments);
    _exit(127); /* without the end of main: a sanitizer's has no room under these limits */
}

/* argv: name, --helper, the parent, CPU seconds, bytes of memory, of a file, descriptors, the work
 * ("" = a command), the command. */
int wg_helper_main(int argc, char **argv, const struct wg_helper_work *works, size_t n)
{
    enum { PARENT = 2, CPU, MEMORY, FILE_BYTES, DESCRIPTORS, WORK, COMMAND };
    if (argc < 2 || strcmp(argv[1], "--helper") != 0)
        return -1;
    if (argc <= WORK || (argv[WORK][0] == '\0' && argc == COMMAND))
        return 2;
    bool worker = argv[WORK][0] != '\0';
    long long cpu_seconds = atoll(argv[CPU]);
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    if (getppid() != atoi(argv[PARENT]))
        return 1; /* it died before */
    if (!limit(RLIMIT_CORE, 0) || !limit(RLIMIT_NOFILE, atoll(argv[DESCRIPTORS])) ||
        !limit_memory(atoll(argv[MEMORY]), worker) ||
        !(worker ? renew_cpu(cpu_seconds)
                 : limit(RLIMIT_CPU, cpu_seconds) && limit(RLIMIT_FSIZE, atoll(argv[FILE_BYTES]))))
        return 125;
    if (!worker)
        become_command(argv + COMMAND);
    for (size_t i = 0; i < n; i++)
        if (strcmp(works[i].name, argv[WORK]) == 0)
            return work_off(works[i].work, cpu_seconds);
    return 2;
}
