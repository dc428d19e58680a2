/* Promise: a fault point does what the environment says at the pass that it names, writes down that
 * it did, and is nothing at all in a release build. */
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "common/fault.h"
#include "common/memory.h"

#include "tests/unit/test.h"

#ifdef WG_FAULT_POINTS

/* Which pass of intake.before_commit ended how: the passes' results as letters (0 fine, e error),
 * or the signal. */
static void pass_thrice(const char *wish, char ret_passes[4], int *ret_signal)
{
    int pipe_ends[2], status;
    assert_int_equal(pipe(pipe_ends), 0);
    pid_t child = fork();
    if (child == 0) {
        setenv("WANGGE_FAULT", wish, 1);
        for (int i = 0; i < 3; i++) {
            char letter = WG_FAULT(INTAKE_BEFORE_COMMIT) == -EIO ? 'e' : '0';
            if (write(pipe_ends[1], &letter, 1) != 1)
                _exit(1);
        }
        _exit(0);
    }
    close(pipe_ends[1]);
    memset(ret_passes, 0, 4);
    for (ssize_t n = 1, done = 0; n > 0 && done < 3; done += n)
        n = read(pipe_ends[0], ret_passes + done, (size_t)(3 - done));
    close(pipe_ends[0]);
    waitpid(child, &status, 0);
    *ret_signal = WIFSIGNALED(status) ? WTERMSIG(status) : 0;
}

static void test_actions(void **state)
{
    static const struct {
        const char *wish, *passes;
        int signal;
    } rows[] = {
        { "", "000", 0 },
        { "intake.before_commit:error", "eee", 0 },
        { "intake.before_commit:error@2", "0e0", 0 },
        { "intake.before_commit:kill@3", "00", SIGKILL },
        { "intake.before_commit:kill", "", SIGKILL },
        { "bus.drop:error,intake.before_commit:error@1", "e00", 0 },
        { "intake.before_commit_and_more:error", "000", 0 },
        { "bus.drop:kill", "000", 0 },
    };
    for (size_t i = 0; i < WG_COUNT(rows); i++) {
        char passes[4];
        int signal_number;
        pass_thrice(rows[i].wish, passes, &signal_number);
        ROW(rows[i].wish, strcmp(passes, rows[i].passes) == 0 && signal_number == rows[i].signal);
    }
}

static void test_written_down(void **state)
{
    char path[] = "/tmp/wangge-fault-XXXXXX", passes[4], line[200] = "";
    int signal_number, file = mkstemp(path);
    assert_true(file >= 0);
    setenv("WANGGE_FAULT_LOG", path, 1);
    pass_thrice("intake.before_commit:kill@2", passes, &signal_number);
    unsetenv("WANGGE_FAULT_LOG");
    assert_true(read(file, line, sizeof line - 1) > 0);
    assert_string_equal(line, "intake.before_commit:kill\n");
    close(file);
    unlink(path);
}

#else

static void test_actions(void **state)
{
    setenv("WANGGE_FAULT", "intake.before_commit:kill", 1);
    assert_int_equal(WG_FAULT(INTAKE_BEFORE_COMMIT), 0);
}

static void test_written_down(void **state)
{
    assert_int_equal(WG_FAULT(BUS_DROP), 0);
}

#endif

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_actions),
        cmocka_unit_test(test_written_down),
    };
    return cmocka_run_group_tests_name("fault", tests, NULL, NULL);
}
