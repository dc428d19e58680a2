/* Promise (law 3): what takes long is done by processes of their own, within limits, and the loop
 * always hears how it ended: done, died (killed, crashed, over a limit) or late; when too many
 * wait, the asker is told so at once. The processes are real; the loop is the test's own, on
 * poll(2). */
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "common/clock.h"
#include "common/helper.h"
#include "common/metrics.h"
#include "common/service.h"

#include "tests/unit/test.h"

/* ---- the children */

static int upper(const char *bytes, size_t length, struct wg_text *ret_answer)
{
    for (size_t i = 0; i < length; i++) {
        char c = bytes[i] >= 'a' && bytes[i] <= 'z' ? (char)(bytes[i] - 'a' + 'A') : bytes[i];
        wg_text_add(ret_answer, &c, 1);
    }
    return (int)length;
}

static int who(const char *bytes, size_t length, struct wg_text *ret_answer)
{
    size_t open = 0;
    for (int i = 0; i < 256; i++)
        open += fcntl(i, F_GETFD) >= 0;
    wg_text_printf(ret_answer, "%d %zu %d %s", getpid(), open, getpgid(0) == getpid(),
                   getenv("SECRET") == NULL ? "clean" : "leaking");
    return 0;
}

static int hang(const char *bytes, size_t length, struct wg_text *ret_answer)
{
    while (length > 0)
        pause();
    return 0;
}

static int spin(const char *bytes, size_t length, struct wg_text *ret_answer)
{
    for (volatile size_t turn = 0; length > 0; turn++)
        ;
    return 0;
}

static int die(const char *bytes, size_t length, struct wg_text *ret_answer)
{
    raise(SIGKILL);
    return 0;
}

/* Dies at the word, otherwise like upper. */
static int moody(const char *bytes, size_t length, struct wg_text *ret_answer)
{
    return strcmp(bytes, "die") == 0 ? die(bytes, length, ret_answer)
                                     : upper(bytes, length, ret_answer);
}

static int boast(const char *bytes, size_t length, struct wg_text *ret_answer)
{
    for (size_t i = 0; i < 5000; i++)
        wg_text_put(ret_answer, "more than was agreed");
    return 0;
}

static const struct wg_helper_work works[] = {
    { "upper", upper }, { "who", who },     { "hang", hang },   { "spin", spin },
    { "die", die },     { "moody", moody }, { "boast", boast },
};

/* ---- the loop */

struct hook {
    wg_callback *fn;
    void *arg;
    int descriptor; /* -1: free */
    short events;
    int64_t due; /* of a timer; 0: free */
};

static struct hook watches[64], timers[64], soon[64];
static size_t n_soon;
static wg_drained *drained;
static void *drained_arg;

static struct hook *watch_of(int descriptor)
{
    for (size_t i = 0; i < WG_COUNT(watches); i++)
        if (watches[i].fn != NULL && watches[i].descriptor == descriptor)
            return &watches[i];
    return NULL;
}

void wg_service_unwatch(struct wg_service *service, int descriptor)
{
    struct hook *hook = watch_of(descriptor);
    if (hook != NULL)
        *hook = (struct hook){ .descriptor = -1 };
}

void wg_service_watch(struct wg_service *service, int descriptor, bool writable, wg_callback *fn,
                      void *arg)
{
    wg_service_unwatch(service, descriptor);
    size_t i = 0;
    while (watches[i].fn != NULL)
        i++;
    watches[i] =
        (struct hook){ fn, arg, descriptor, (short)(POLLIN | (writable ? POLLOUT : 0)), 0 };
}

int wg_service_timer(struct wg_service *service, int64_t delay_ms, size_t times, wg_callback *fn,
                     void *arg)
{
    int i = 1;
    while (timers[i].due != 0)
        i++;
    assert_int_equal(times, 1);
    timers[i] = (struct hook){ fn, arg, -1, 0, wg_clock_mono() + delay_ms * 1000 };
    return i;
}

void wg_service_untimer(struct wg_service *service, int handle)
{
    timers[handle].due = 0;
}

void wg_service_soon(struct wg_service *service, wg_callback *fn, void *arg)
{
    soon[n_soon++] = (struct hook){ .fn = fn, .arg = arg };
}

void wg_service_on_drain(struct wg_service *service, wg_drained *fn, void *arg)
{
    drained = fn;
    drained_arg = arg;
}

static void run_due(void)
{
    for (size_t i = 1; i < WG_COUNT(timers); i++) {
        if (timers[i].due == 0 || timers[i].due > wg_clock_mono())
            continue;
        timers[i].due = 0;
        timers[i].fn(timers[i].arg);
    }
    while (n_soon > 0) {
        struct hook one = soon[--n_soon];
        one.fn(one.arg);
    }
}

static void run_round(void)
{
    struct pollfd polled[WG_COUNT(watches)];
    struct hook seen[WG_COUNT(watches)];
    nfds_t n = 0;
    for (size_t i = 0; i < WG_COUNT(watches); i++) {
        if (watches[i].fn == NULL)
            continue;
        seen[n] = watches[i];
        polled[n++] = (struct pollfd){ watches[i].descriptor, watches[i].events, 0 };
    }
    poll(polled, n, 20);
    for (nfds_t i = 0; i < n; i++)
        if (polled[i].revents != 0 && watch_of(polled[i].fd) != NULL)
            seen[i].fn(seen[i].arg);
    run_due();
}

/* ---- what came of a job */

struct result {
    bool there;
    enum wg_helped end;
    int status;
    char bytes[200];
};

static void landed(const struct wg_help *help, void *arg)
{
    struct result *result = arg;
    assert_false(result->there); /* once */
    *result = (struct result){ .there = true, .end = help->end, .status = help->status };
    if (help->bytes != NULL)
        wg_copy(result->bytes, sizeof result->bytes, help->bytes);
    if (help->length < sizeof result->bytes)
        result->bytes[help->length] = '\0';
}

static void wait_for(const struct result *results, size_t n)
{
    int64_t until = wg_clock_mono() + 60 * WG_SECOND;
    for (size_t i = 0; i < n; i++)
        while (!results[i].there) {
            assert_true(wg_clock_mono() < until);
            run_round();
        }
}

static struct wg_helper *new_helper(const char *work, size_t processes, size_t queue)
{
    return wg_helper_new(NULL, &(struct wg_helper_rules){ .name = "test",
                                                          .work = work,
                                                          .processes = processes,
                                                          .queue = queue,
                                                          .deadline_ms = 20000,
                                                          .most_bytes = 64 << 10,
                                                          .cpu_seconds = 1,
                                                          .memory_bytes = 64 << 20,
                                                          .descriptors = 16 });
}

static struct result ask_one(struct wg_helper *helper, const char *text)
{
    struct result result = { 0 };
    assert_int_equal(wg_helper_ask(helper, text, strlen(text), landed, &result), 0);
    wait_for(&result, 1);
    return result;
}

/* ---- workers */

static void test_works(void **state)
{
    WG_AUTO(wg_helper_destroy) struct wg_helper *helper = new_helper("upper", 2, 40);
    struct result results[40] = { 0 };
    char text[40];
    for (size_t i = 0; i < 40; i++) {
        snprintf(text, sizeof text, "job %zu", i);
        assert_int_equal(wg_helper_ask(helper, text, strlen(text), landed, &results[i]), 0);
    }
    assert_false(drained(drained_arg));
    wait_for(results, 40);
    assert_true(drained(drained_arg));
    for (size_t i = 0; i < 40; i++) {
        snprintf(text, sizeof text, "JOB %zu", i);
        ROW(text, results[i].end == WG_HELPED && strcmp(results[i].bytes, text) == 0 &&
                      results[i].status == (int)strlen(text));
    }
    assert_int_equal(ask_one(helper, "").status, 0); /* nothing is a job, too */
}

/* More than a socket holds at once. */
static void test_large(void **state)
{
    WG_AUTO(wg_helper_destroy)
    struct wg_helper *helper =
        wg_helper_new(NULL, &(struct wg_helper_rules){ .name = "large",
                                                       .work = "upper",
                                                       .processes = 1,
                                                       .queue = 1,
                                                       .deadline_ms = 20000,
                                                       .most_bytes = 4 << 20,
                                                       .cpu_seconds = 10,
                                                       .memory_bytes = 256 << 20,
                                                       .descriptors = 16 });
    WG_AUTO(wg_free) char *bytes = wg_new(4 << 20);
    struct result result = { 0 };
    memset(bytes, 'x', 4 << 20);
    assert_int_equal(wg_helper_ask(helper, bytes, (4 << 20) + 1, landed, &result), WG_HELPER_FULL);
    assert_int_equal(wg_helper_ask(helper, bytes, 4 << 20, landed, &result), 0);
    wait_for(&result, 1);
    assert_int_equal(result.end, WG_HELPED);
    assert_int_equal(result.status, 4 << 20);
    assert_memory_equal(result.bytes, "XXXX", 4);
}

static void test_alone(void **state)
{
    WG_AUTO(wg_helper_destroy) struct wg_helper *helper = new_helper("who", 1, 4);
    int kept = open("/dev/null", O_RDONLY); /* without O_CLOEXEC */
    setenv("SECRET", "of the service", 1);
    struct result first = ask_one(helper, ""), second = ask_one(helper, "");
    int pid = atoi(first.bytes);
    char want[60];
    close(kept);
    assert_true(pid > 0 && pid != getpid());
    assert_string_equal(second.bytes, first.bytes); /* one worker takes many jobs */
    snprintf(want, sizeof want, "%d 3 1 clean", pid);
    assert_string_equal(first.bytes, want); /* three descriptors, its own group, no settings */
}

static void test_dies(void **state)
{
    WG_AUTO(wg_helper_destroy) struct wg_helper *helper = new_helper("moody", 1, 8);
    static const char *const texts[] = { "one", "die", "two", "die", "three" };
    struct result results[5] = { 0 };
    for (size_t i = 0; i < 5; i++)
        assert_int_equal(wg_helper_ask(helper, texts[i], strlen(texts[i]), landed, &results[i]), 0);
    wait_for(results, 5);
    for (size_t i = 0; i < 5; i++)
        ROW(texts[i], results[i].end == (i % 2 == 0 ? WG_HELPED : WG_HELPER_DIED));
    assert_int_equal(results[1].status, SIGKILL);
}

static void test_killed(void **state)
{
    WG_AUTO(wg_helper_destroy) struct wg_helper *helper = new_helper("who", 1, 4);
    int pid = atoi(ask_one(helper, "").bytes);
    struct result result = { 0 };
    kill(pid, SIGSTOP);
    assert_int_equal(wg_helper_ask(helper, "", 0, landed, &result), 0);
    for (int i = 0; i < 5; i++)
        run_round();
    assert_false(result.there); /* it has the job */
    kill(pid, SIGKILL);
    wait_for(&result, 1);
    assert_int_equal(result.end, WG_HELPER_DIED);
    struct result after = ask_one(helper, "");
    assert_int_equal(after.end, WG_HELPED);
    assert_int_not_equal(atoi(after.bytes), pid);
}

static void test_late(void **state)
{
    struct wg_helper_rules rules = { .name = "late",
                                     .work = "hang",
                                     .processes = 1,
                                     .queue = 4,
                                     .deadline_ms = 300,
                                     .most_bytes = 100,
                                     .cpu_seconds = 1,
                                     .memory_bytes = 64 << 20,
                                     .descriptors = 16 };
    WG_AUTO(wg_helper_destroy) struct wg_helper *helper = wg_helper_new(NULL, &rules);
    int64_t from = wg_clock_mono();
    assert_int_equal(ask_one(helper, "x").end, WG_HELPER_LATE);
    assert_true(wg_clock_mono() - from >= 300000);
    assert_int_equal(ask_one(helper, "x").end, WG_HELPER_LATE); /* and once more */
}

static void test_limits(void **state)
{
    WG_AUTO(wg_helper_destroy) struct wg_helper *spinning = new_helper("spin", 1, 1);
    struct result result = ask_one(spinning, "x");
    assert_int_equal(result.end, WG_HELPER_DIED);
    assert_int_equal(result.status, SIGXCPU);
    WG_AUTO(wg_helper_destroy) struct wg_helper *boasting = new_helper("boast", 1, 1);
    assert_int_equal(ask_one(boasting, "x").end, WG_HELPER_DIED);
    WG_AUTO(wg_helper_destroy) struct wg_helper *unknown = new_helper("no such work", 1, 1);
    assert_int_equal(ask_one(unknown, "x").end, WG_HELPER_DIED);
}

static void test_full(void **state)
{
    WG_AUTO(wg_helper_destroy) struct wg_helper *helper = new_helper("upper", 1, 2);
    struct wg_metric *refused = wg_counter("wangge_test_helper_refused_total", "");
    uint64_t before = wg_counted(refused);
    struct result results[3] = { 0 };
    assert_int_equal(wg_helper_ask(helper, "a", 1, landed, &results[0]), 0);
    assert_int_equal(wg_helper_ask(helper, "b", 1, landed, &results[1]), 0);
    assert_int_equal(wg_helper_ask(helper, "c", 1, landed, &results[2]), WG_HELPER_FULL);
    assert_int_equal(wg_counted(refused), before + 1);
    wait_for(results, 2);
    assert_false(results[2].there);
    assert_int_equal(wg_helper_ask(helper, "d", 1, landed, &results[2]), 0);
    wait_for(results, 3);
}

/* What is in hand when the service ends is killed, and told to nobody. */
static void test_end(void **state)
{
    struct wg_helper *helper = new_helper("who", 1, 4);
    int pid = atoi(ask_one(helper, "").bytes);
    struct result result = { 0 };
    kill(pid, SIGSTOP);
    assert_int_equal(wg_helper_ask(helper, "", 0, landed, &result), 0);
    run_round();
    wg_helper_destroy(&helper);
    assert_int_equal(kill(pid, 0), -1);
    assert_false(result.there);
}

/* ---- commands */

static int file_with(const char *text)
{
    int descriptor = memfd_create("test", 0);
    assert_int_equal(write(descriptor, text, strlen(text)), (ssize_t)strlen(text));
    lseek(descriptor, 0, SEEK_SET);
    return descriptor;
}

static struct result run_one(struct wg_helper *helper, const char *script, const char *in,
                             char ret_out[100])
{
    const char *const arguments[] = { "/bin/sh", "-c", script, NULL };
    int from = file_with(in), to = file_with("");
    struct result result = { 0 };
    const struct wg_command command = { .arguments = arguments, .in = from, .out = to };
    assert_int_equal(wg_helper_run(helper, &command, landed, &result), 0);
    wait_for(&result, 1);
    ssize_t n = pread(to, ret_out, 99, 0);
    ret_out[n < 0 ? 0 : n] = '\0';
    close(from);
    close(to);
    return result;
}

static void test_command(void **state)
{
    static const struct {
        const char *name, *script;
        enum wg_helped end;
        int status;
        const char *out;
    } rows[] = {
        { "from a file to a file", "/usr/bin/tr a-z A-Z", WG_HELPED, 0, "HELLO" },
        { "its exit status", "echo no; exit 7", WG_HELPED, 7, "no\n" },
        { "killed", "kill -9 $$", WG_HELPER_DIED, SIGKILL, "" },
        { "too long on the CPU", "while :; do :; done", WG_HELPER_DIED, SIGXCPU, NULL },
        { "too much memory", "exec tail /dev/zero", WG_HELPED, 1, "" },
        { "too large a file", "exec head -c 70000 /dev/zero", WG_HELPER_DIED, SIGXFSZ, NULL },
        { "nothing else is open", "ls /proc/$$/fd | wc -w", WG_HELPED, 0, NULL },
        { "no core", "ulimit -c", WG_HELPED, 0, "0\n" },
        { "so many descriptors", "ulimit -n", WG_HELPED, 0, "16\n" },
        { "no settings", "echo $SECRET", WG_HELPED, 0, "\n" },
    };
    WG_AUTO(wg_helper_destroy) struct wg_helper *helper = new_helper(NULL, 2, 4);
    for (size_t i = 0; i < WG_COUNT(rows); i++) {
        char out[100];
        struct result result = run_one(helper, rows[i].script, "hello", out);
        ROW(rows[i].name, result.end == rows[i].end && result.status == rows[i].status);
        ROW(rows[i].name, rows[i].out == NULL || strcmp(out, rows[i].out) == 0);
    }
    const char *const arguments[] = { "/no/such/program", NULL };
    int nothing = file_with("");
    const struct wg_command command = { .arguments = arguments, .in = nothing, .out = nothing };
    struct result result = { 0 };
    assert_int_equal(wg_helper_run(helper, &command, landed, &result), 0);
    wait_for(&result, 1);
    assert_int_equal(result.status, 127);
    close(nothing);
}

/* The deadline ends those whom a command started, too. */
static void test_command_late(void **state)
{
    struct wg_helper_rules rules = { .name = "late",
                                     .processes = 1,
                                     .queue = 1,
                                     .deadline_ms = 1000,
                                     .most_bytes = 1000,
                                     .cpu_seconds = 10,
                                     .memory_bytes = 256 << 20,
                                     .descriptors = 16 };
    WG_AUTO(wg_helper_destroy) struct wg_helper *helper = wg_helper_new(NULL, &rules);
    char out[100];
    struct result result = run_one(helper, "sleep 100 & echo $!; wait", "", out);
    int grandchild = atoi(out);
    assert_int_equal(result.end, WG_HELPER_LATE);
    assert_true(grandchild > 0);
    int64_t until = wg_clock_mono() + 10 * WG_SECOND;
    char path[40];
    snprintf(path, sizeof path, "/proc/%d/cmdline", grandchild);
    for (char first = 'x'; first != '\0';) { /* a zombie that nobody has fetched has none */
        int descriptor = open(path, O_RDONLY);
        if (descriptor < 0 || read(descriptor, &first, 1) != 1)
            first = '\0';
        if (descriptor >= 0)
            close(descriptor);
        assert_true(wg_clock_mono() < until);
    }
}

int main(int argc, char **argv)
{
    int code = wg_helper_main(argc, argv, works, WG_COUNT(works));
    if (code >= 0)
        return code;
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_works),        cmocka_unit_test(test_large),
        cmocka_unit_test(test_alone),        cmocka_unit_test(test_dies),
        cmocka_unit_test(test_killed),       cmocka_unit_test(test_late),
        cmocka_unit_test(test_limits),       cmocka_unit_test(test_full),
        cmocka_unit_test(test_end),          cmocka_unit_test(test_command),
        cmocka_unit_test(test_command_late),
    };
    return cmocka_run_group_tests_name("helper", tests, NULL, NULL);
}
