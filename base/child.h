/* Child processes: started by exec, limited, watched, ended. Never a bare fork of a process with
 * threads. */
#pragma once

#include "base/err.h"

#include <sys/types.h>

struct child_spec {
    const char *const *argv; /* argv[0] is the program's path */
    int in_fd;               /* becomes standard input; -1: /dev/null */
    int out_fd;              /* becomes standard output; -1: /dev/null */
    int err_fd;              /* becomes standard error; -1: inherited */
    bool new_session;        /* own session, so that Ctrl-C on the terminal reaches only us */
    bool dies_with_parent; /* SIGKILL when the thread that started it ends (PR_SET_PDEATHSIG): start
                              such a child from a thread that lives as long as it is wanted */
    bool bare_env;         /* empty environment */
    uid_t uid;             /* switched to when not 0 and we are root, groups dropped */
    gid_t gid;
    uint64_t address_space_bytes; /* RLIMIT_AS, 0: none */
    unsigned cpu_seconds;         /* RLIMIT_CPU, 0: none */
};

/* Starts it; every descriptor but the three above is closed in the child. */
bool child_start(struct err *err, const struct child_spec *spec, pid_t *out) MUST_CHECK;
/* Waits up to timeout_us (0: looks once). *ended tells whether it ended; *status as waitpid's. */
bool child_wait(struct err *err, pid_t pid, int64_t timeout_us, bool *ended,
                int *status) MUST_CHECK;
/* SIGTERM, up to grace_us, then SIGKILL; reaps. */
void child_end(pid_t pid, int64_t grace_us);
/* "exit code 1", "signal 9": in buf. */
const char *child_status_text(int status, char *buf, size_t size);
