/* Helper processes (law 3 in docs/architecture.md): what takes longer than the loop may wait is
 * done by a few child processes behind a bounded queue. A child is this same binary, started anew
 * through /proc/self/exe, so that no page table is copied: it takes its limits upon itself, and
 * then either works off jobs that come over a socket (a worker: passwords) or becomes another
 * program for one job (a command: xlsx2csv). It inherits nothing but standard input, output and
 * error (a command's error goes to /dev/null), has a process group of its own, and dies with its
 * service. Workers are started when they are first needed, and anew after they died. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/memory.h"
#include "common/text.h"

struct wg_service;
struct wg_helper;

struct wg_helper_rules {
    const char *name;     /* for metrics and the log: wangge_<name>_helper_… */
    const char *work;     /* which work of wg_helper_main its workers do; NULL: it runs commands */
    size_t processes;     /* at once, at most WG_HELPERS_MOST */
    size_t queue;         /* jobs that may wait for one of them */
    int64_t deadline_ms;  /* of a job, from the moment a process has it */
    size_t most_bytes;    /* of a worker's job and of its answer; of a file that a command writes */
    int64_t cpu_seconds;  /* of a job */
    int64_t memory_bytes; /* address space; not held against this binary under a sanitizer */
    int64_t descriptors;
};

enum { WG_HELPERS_MOST = 16 };

struct wg_helper *wg_helper_new(struct wg_service *service, const struct wg_helper_rules *rules);
/* Kills what runs; nobody is told. */
void wg_helper_destroy(struct wg_helper **helper);

enum wg_helped {
    WG_HELPED,      /* the answer, or the command's exit status, is there */
    WG_HELPER_DIED, /* crashed, was killed, met a limit, or could not be started */
    WG_HELPER_LATE, /* killed at its deadline */
};

struct wg_help {
    enum wg_helped end;
    int status;        /* what the work returned; the command's exit status */
    const char *bytes; /* a worker's answer, until the call returns */
    size_t length;
};
typedef void wg_help_landed(const struct wg_help *help, void *arg);

enum { WG_HELPER_FULL = 1 };
/* A job for a worker: bytes are copied, and wiped when the job is over. landed is called once,
 * never before this returns. WG_HELPER_FULL: too many wait (answer 503 with Retry-After); landed is
 * not called. */
int wg_helper_ask(struct wg_helper *helper, const void *bytes, size_t length,
                  wg_help_landed *landed, void *arg) WG_MUST_USE;

struct wg_command {
    const char *const *arguments; /* NULL-ended; the first is the program's full path; copied */
    int in, out;                  /* its standard input and output; doubled, so yours stay yours */
};
/* The same for a command. */
int wg_helper_run(struct wg_helper *helper, const struct wg_command *command,
                  wg_help_landed *landed, void *arg) WG_MUST_USE;

/* ---- the child's side, in helper_child.c */

/* What precedes a job and its answer on a worker's socket. */
struct wg_helper_frame {
    uint32_t length;
    int32_t status; /* of an answer */
};

/* Does one job, appends the answer, returns the status. It may block and take its time. */
typedef int wg_work(const char *bytes, size_t length, struct wg_text *ret_answer);

struct wg_helper_work {
    const char *name;
    wg_work *work;
};

/* First thing in main: -1 where this process is the service; else it was a helper, and this is the
 * exit code. A service that runs commands alone has no works (NULL, 0). */
int wg_helper_main(int argc, char **argv, const struct wg_helper_work *works, size_t n);
