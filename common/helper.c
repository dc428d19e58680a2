/* A process is a slot: a worker keeps its slot between jobs, a command has it for one. The end of a
 * process is seen by its pidfd alone; whatever goes wrong before (a broken frame, the deadline)
 * only kills, so that there is one place where a slot becomes free. */
#include "common/helper.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <stdio.h>
#include <string.h>
#include <sys/pidfd.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "common/clock.h"
#include "common/error.h"
#include "common/log.h"
#include "common/metrics.h"
#include "common/service.h"

enum { ARGUMENTS_MOST = 32, NUMBER_ROOM = 24, METRIC_ROOM = 80, PIECE = 64 << 10 };

struct job {
    struct job *next;
    wg_help_landed *landed;
    void *arg;
    char *bytes; /* the frame and what it carries */
    size_t length;
    char *arguments[ARGUMENTS_MOST]; /* of a command */
    int in, out;
    int64_t asked_at;
};

struct slot {
    struct wg_helper *helper;
    pid_t pid; /* 0: no process */
    int pidfd, socket;
    struct job *job;
    size_t sent;
    struct wg_text answer;
    int timer; /* of the deadline; 0: none */
    bool late;
};

struct wg_helper {
    struct wg_service *service;
    struct wg_helper_rules rules;
    struct job *first, **last;
    size_t waiting;
    struct slot slots[WG_HELPERS_MOST];
    struct wg_metric *queue, *refused, *died, *seconds;
};

/* ---- jobs */

static void free_job(struct job **job)
{
    if (*job == NULL)
        return;
    if ((*job)->bytes != NULL)
        explicit_bzero((*job)->bytes, (*job)->length);
    free((*job)->bytes);
    for (size_t i = 0; i < ARGUMENTS_MOST; i++)
        free((*job)->arguments[i]);
    if ((*job)->in >= 0)
        close((*job)->in);
    if ((*job)->out >= 0)
        close((*job)->out);
    free(*job);
    *job = NULL;
}

static void wipe(struct wg_text *text)
{
    if (text->bytes != NULL)
        explicit_bzero(text->bytes, text->room);
    wg_text_clear(text);
}

/* ---- starting a process */

struct launch {
    char numbers[5][NUMBER_ROOM];
    char *arguments[ARGUMENTS_MOST + 10];
    size_t n;
};

static void put(struct launch *launch, const char *argument)
{
    launch->arguments[launch->n++] = (char *)(uintptr_t)argument;
}

/* This binary's own command line: who the parent is, four limits, then the work or the command. */
static void fill_launch(struct launch *launch, const struct wg_helper *helper,
                        const struct job *job)
{
    const struct wg_helper_rules *rules = &helper->rules;
    const long long numbers[] = { getpid(), rules->cpu_seconds, rules->memory_bytes,
                                  (long long)rules->most_bytes, rules->descriptors };
    put(launch, rules->name);
    put(launch, "--helper");
    for (size_t i = 0; i < WG_COUNT(numbers); i++) {
        snprintf(launch->numbers[i], NUMBER_ROOM, "%lld", numbers[i]);
        put(launch, launch->numbers[i]);
    }
    put(launch, rules->work == NULL ? "" : rules->work);
    for (size_t i = 0; i < ARGUMENTS_MOST && job->arguments[i] != NULL; i++)
        put(launch, job->arguments[i]);
}

/* No setting reaches a helper, only what every program wants and how a sanitizer is to speak. */
static void fill_environment(char *environment[8], char sanitizers[2][512])
{
    static const char *const names[] = { "ASAN_OPTIONS", "UBSAN_OPTIONS" };
    size_t n = 0;
    environment[n++] = (char *)(uintptr_t) "PATH=/usr/local/bin:/usr/bin:/bin";
    environment[n++] = (char *)(uintptr_t) "LANG=C.UTF-8";
    for (size_t i = 0; i < WG_COUNT(names); i++) {
        const char *value = getenv(names[i]);
        if (value == NULL)
            continue;
        snprintf(sanitizers[i], 512, "%s=%s", names[i], value);
        environment[n++] = sanitizers[i];
    }
    environment[n] = NULL;
}

static int spawn(const struct wg_helper *helper, const struct job *job, int in, int out,
                 pid_t *ret_pid)
{
    posix_spawn_file_actions_t actions;
    posix_spawnattr_t attributes;
    sigset_t none, defaults;
    struct launch launch = { 0 };
    char sanitizers[2][512], *environment[8];
    fill_launch(&launch, helper, job);
    fill_environment(environment, sanitizers);
    sigemptyset(&none);
    sigemptyset(&defaults);
    sigaddset(&defaults, SIGPIPE);
    posix_spawn_file_actions_init(&actions);
    posix_spawn_file_actions_adddup2(&actions, in, STDIN_FILENO);
    if (out < 0)
        posix_spawn_file_actions_addopen(&actions, STDOUT_FILENO, "/dev/null", O_WRONLY, 0);
    else
        posix_spawn_file_actions_adddup2(&actions, out, STDOUT_FILENO);
    posix_spawn_file_actions_addclosefrom_np(&actions, STDERR_FILENO + 1);
    posix_spawnattr_init(&attributes);
    posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETPGROUP | POSIX_SPAWN_SETSIGMASK |
                                              POSIX_SPAWN_SETSIGDEF);
    posix_spawnattr_setsigmask(&attributes, &none);
    posix_spawnattr_setsigdefault(&attributes, &defaults);
    int error = posix_spawn(ret_pid, "/proc/self/exe", &actions, &attributes, launch.arguments,
                            environment);
    posix_spawnattr_destroy(&attributes);
    posix_spawn_file_actions_destroy(&actions);
    return error == 0 ? 0 : wg_fail(-error, "start a helper of %s", helper->rules.name);
}

static void on_exit_seen(void *arg);
static void on_socket(void *arg);

static int start(struct slot *slot, const struct job *job)
{
    struct wg_helper *helper = slot->helper;
    bool worker = helper->rules.work != NULL;
    int ends[2] = { -1, job->in };
    if (worker && socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends) != 0)
        return wg_fail(-errno, "make a socket to a helper of %s", helper->rules.name);
    pid_t pid = 0;
    int error = spawn(helper, job, ends[1], worker ? -1 : job->out, &pid);
    if (worker)
        close(ends[1]);
    int pidfd = error == 0 ? pidfd_open(pid, 0) : -1;
    if (pidfd < 0) {
        if (worker)
            close(ends[0]);
        if (error != 0)
            return error;
        error = wg_fail(-errno, "watch a helper of %s", helper->rules.name);
        kill(-pid, SIGKILL);
        waitpid(pid, NULL, 0);
        return error;
    }
    slot->pid = pid;
    slot->pidfd = pidfd;
    slot->socket = ends[0];
    wg_service_watch(helper->service, pidfd, false, on_exit_seen, slot);
    if (worker)
        fcntl(slot->socket, F_SETFL, O_NONBLOCK);
    return 0;
}

/* ---- the life of a job */

static void end_job(struct slot *slot, const struct wg_help *help)
{
    struct wg_helper *helper = slot->helper;
    WG_AUTO(free_job) struct job *job = slot->job;
    slot->job = NULL;
    slot->late = false;
    if (slot->timer != 0)
        wg_service_untimer(helper->service, slot->timer);
    slot->timer = 0;
    if (help->end != WG_HELPED) {
        wg_count(helper->died, 1);
        wg_log(WG_WARNING, "helper-ended", "helper=%s why=%s status=%d", helper->rules.name,
               help->end == WG_HELPER_LATE ? "late" : "died", help->status);
    }
    wg_observe(helper->seconds, wg_clock_mono() - job->asked_at);
    job->landed(help, job->arg);
}

static void kill_group(const struct slot *slot)
{
    kill(-slot->pid, SIGKILL);
}

static void on_deadline(void *arg)
{
    struct slot *slot = arg;
    slot->timer = 0;
    slot->late = true;
    kill_group(slot);
}

/* Gives what waits to whoever is free. */
static void serve(void *arg)
{
    struct wg_helper *helper = arg;
    for (size_t i = 0; i < helper->rules.processes && helper->first != NULL; i++) {
        struct slot *slot = &helper->slots[i];
        if (slot->job != NULL || (slot->pid != 0 && slot->socket < 0))
            continue;
        slot->job = helper->first;
        helper->first = slot->job->next;
        if (helper->first == NULL)
            helper->last = &helper->first;
        wg_set(helper->queue, (double)--helper->waiting);
        slot->sent = 0;
        if (slot->pid == 0 && start(slot, slot->job) < 0) {
            end_job(slot, &(struct wg_help){ .end = WG_HELPER_DIED });
            continue;
        }
        slot->timer =
            wg_service_timer(helper->service, helper->rules.deadline_ms, 1, on_deadline, slot);
        if (slot->socket >= 0)
            wg_service_watch(helper->service, slot->socket, true, on_socket, slot);
    }
}

static void drop_socket(struct slot *slot)
{
    if (slot->socket < 0)
        return;
    wg_service_unwatch(slot->helper->service, slot->socket);
    close(slot->socket);
    slot->socket = -1;
}

static void on_exit_seen(void *arg)
{
    struct slot *slot = arg;
    struct wg_helper *helper = slot->helper;
    int state = 0;
    kill_group(slot); /* and whom it may have started */
    if (waitpid(slot->pid, &state, WNOHANG) != slot->pid)
        return;
    wg_service_unwatch(helper->service, slot->pidfd);
    close(slot->pidfd);
    drop_socket(slot);
    wipe(&slot->answer);
    slot->pid = 0;
    bool command = helper->rules.work == NULL;
    struct wg_help help = { .end = slot->late                    ? WG_HELPER_LATE
                                   : command && WIFEXITED(state) ? WG_HELPED
                                                                 : WG_HELPER_DIED,
                            .status = WIFEXITED(state) ? WEXITSTATUS(state) : WTERMSIG(state) };
    if (slot->job != NULL)
        end_job(slot, &help);
    serve(helper);
}

/* ---- a worker's socket */

/* False: the socket is broken. */
static bool send_rest(struct slot *slot)
{
    const struct job *job = slot->job;
    while (job != NULL && slot->sent < job->length) {
        ssize_t n =
            send(slot->socket, job->bytes + slot->sent, job->length - slot->sent, MSG_NOSIGNAL);
        if (n < 0)
            return errno == EAGAIN || errno == EINTR;
        slot->sent += (size_t)n;
    }
    wg_service_watch(slot->helper->service, slot->socket, false, on_socket, slot);
    return true;
}

/* False: the socket is broken, or what came is no answer. */
static bool receive(struct slot *slot)
{
    static char piece[PIECE];
    ssize_t n = recv(slot->socket, piece, sizeof piece, 0);
    if (n < 0)
        return errno == EAGAIN || errno == EINTR;
    if (n == 0 || slot->job == NULL)
        return false;
    wg_text_add(&slot->answer, piece, (size_t)n);
    explicit_bzero(piece, (size_t)n);
    struct wg_helper_frame frame;
    if (slot->answer.length < sizeof frame)
        return true;
    memcpy(&frame, slot->answer.bytes, sizeof frame);
    size_t whole = sizeof frame + frame.length;
    if (frame.length > slot->helper->rules.most_bytes || slot->answer.length > whole)
        return false;
    if (slot->answer.length < whole)
        return true;
    end_job(slot, &(struct wg_help){ .end = WG_HELPED,
                                     .status = frame.status,
                                     .bytes = slot->answer.bytes + sizeof frame,
                                     .length = frame.length });
    wipe(&slot->answer);
    serve(slot->helper);
    return true;
}

static void on_socket(void *arg)
{
    struct slot *slot = arg;
    if ((slot->job == NULL || slot->sent == slot->job->length || send_rest(slot)) && receive(slot))
        return;
    drop_socket(slot); /* the pidfd says the rest */
    kill_group(slot);
}

/* ---- from outside */

static bool drained(void *arg)
{
    const struct wg_helper *helper = arg;
    bool busy = helper->waiting > 0;
    for (size_t i = 0; i < helper->rules.processes; i++)
        busy = busy || helper->slots[i].job != NULL;
    return !busy;
}

static struct wg_metric *metric(const struct wg_helper *helper, const char *what, const char *help,
                                struct wg_metric *(*make)(const char *name, const char *help))
{
    char name[METRIC_ROOM];
    snprintf(name, sizeof name, "wangge_%s_helper_%s", helper->rules.name, what);
    return make(name, help);
}

struct wg_helper *wg_helper_new(struct wg_service *service, const struct wg_helper_rules *rules)
{
    struct wg_helper *helper = wg_new(sizeof *helper);
    helper->service = service;
    helper->rules = *rules;
    if (rules->processes < 1 || rules->processes > WG_HELPERS_MOST)
        abort();
    helper->last = &helper->first;
    for (size_t i = 0; i < WG_HELPERS_MOST; i++)
        helper->slots[i] = (struct slot){ .helper = helper, .pidfd = -1, .socket = -1 };
    helper->queue = metric(helper, "queue_jobs", "jobs that wait for a helper process", wg_gauge);
    helper->refused = metric(helper, "refused_total", "jobs refused for a full queue", wg_counter);
    helper->died =
        metric(helper, "died_total", "jobs whose process died or was killed", wg_counter);
    helper->seconds = metric(helper, "seconds", "from the asking to the answer", wg_histogram);
    wg_service_on_drain(service, drained, helper);
    return helper;
}

void wg_helper_destroy(struct wg_helper **helper)
{
    struct wg_helper *self = *helper;
    if (self == NULL)
        return;
    for (size_t i = 0; i < self->rules.processes; i++) {
        struct slot *slot = &self->slots[i];
        if (slot->pid != 0) {
            kill_group(slot);
            waitpid(slot->pid, NULL, 0);
            wg_service_unwatch(self->service, slot->pidfd);
            close(slot->pidfd);
            drop_socket(slot);
        }
        wipe(&slot->answer);
        wg_text_destroy(&slot->answer);
        free_job(&slot->job);
    }
    while (self->first != NULL) {
        struct job *job = self->first;
        self->first = job->next;
        free_job(&job);
    }
    free(self);
    *helper = NULL;
}

static struct job *new_job(struct wg_helper *helper, wg_help_landed *landed, void *arg)
{
    if (helper->waiting >= helper->rules.queue) {
        wg_count(helper->refused, 1);
        return NULL;
    }
    struct job *job = wg_new(sizeof *job);
    *job = (struct job){
        .landed = landed, .arg = arg, .in = -1, .out = -1, .asked_at = wg_clock_mono()
    };
    *helper->last = job;
    helper->last = &job->next;
    wg_set(helper->queue, (double)++helper->waiting);
    wg_service_soon(helper->service, serve, helper);
    return job;
}

int wg_helper_ask(struct wg_helper *helper, const void *bytes, size_t length,
                  wg_help_landed *landed, void *arg)
{
    struct job *job = length > helper->rules.most_bytes ? NULL : new_job(helper, landed, arg);
    if (job == NULL)
        return WG_HELPER_FULL;
    const struct wg_helper_frame frame = { .length = (uint32_t)length };
    job->length = sizeof frame + length;
    job->bytes = wg_new(job->length);
    memcpy(job->bytes, &frame, sizeof frame);
    memcpy(job->bytes + sizeof frame, bytes, length);
    return 0;
}

int wg_helper_run(struct wg_helper *helper, const struct wg_command *command,
                  wg_help_landed *landed, void *arg)
{
    struct job *job = new_job(helper, landed, arg);
    if (job == NULL)
        return WG_HELPER_FULL;
    for (size_t i = 0; command->arguments[i] != NULL; i++) {
        if (i + 1 == ARGUMENTS_MOST)
            abort();
        job->arguments[i] = wg_strdup(command->arguments[i]);
    }
    job->in = fcntl(command->in, F_DUPFD_CLOEXEC, STDERR_FILENO + 1);
    job->out = fcntl(command->out, F_DUPFD_CLOEXEC, STDERR_FILENO + 1);
    return 0;
}
