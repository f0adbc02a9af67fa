/* prctl, setgroups, close_range and the raw system calls are Linux's own. */
#define _GNU_SOURCE

#include "base/child.h"

#include "base/clock.h"

#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

enum {
    CHILD_REPORT_FD = 3, /* in the child: where a failure before exec is reported */
    CHILD_SPARE_FD = 64, /* descriptors are first moved beyond this one, out of each other's way */
    CHILD_FAILED = 127,
    WAIT_FIRST_US = 200,
    WAIT_LONGEST_US = 10000
};

extern char **environ; /* POSIX has it in no header */

/* From here to exec the child has one thread and perhaps locks held by threads that are gone, so
 * only plain system calls are made: no malloc, no stdio, and no setuid of glibc, which signals the
 * other threads. A failure is written to the report pipe as an errno. */

static NORETURN void child_fail(int report)
{
    int error = errno;
    ssize_t written = write(report, &error, sizeof error);

    _exit(written < 0 ? CHILD_FAILED + 1 : CHILD_FAILED);
}

static void child_signals(int report)
{
    struct sigaction plain;
    sigset_t none;

    memset(&plain, 0, sizeof plain);
    plain.sa_handler = SIG_DFL;
    for (int n = 1; n < NSIG; n++)
        sigaction(n, &plain, NULL); /* KILL, STOP and the C library's own refuse; so they may */
    sigemptyset(&none);
    if (sigprocmask(SIG_SETMASK, &none, NULL) != 0)
        child_fail(report);
}

static int child_descriptor(int report, int fd, int flags)
{
    int moved;

    if (fd < 0)
        fd = open("/dev/null", flags | O_CLOEXEC);
    moved = fd < 0 ? -1 : fcntl(fd, F_DUPFD_CLOEXEC, CHILD_SPARE_FD);
    if (moved < 0)
        child_fail(report);
    return moved;
}

static void child_close_from(int report, unsigned first)
{
    struct rlimit limit;

    if (syscall(SYS_close_range, first, ~0U, 0) == 0)
        return;
    if (getrlimit(RLIMIT_NOFILE, &limit) != 0)
        child_fail(report);
    for (rlim_t fd = first; fd < limit.rlim_cur; fd++)
        close((int)fd);
}

/* Ends with the three standard descriptors, the report pipe as the fourth, and nothing else. */
static void child_descriptors(int report, const struct child_spec *spec)
{
    int far = child_descriptor(report, report, 0);
    int in = child_descriptor(far, spec->in_fd, O_RDONLY);
    int out = child_descriptor(far, spec->out_fd, O_WRONLY);
    int err = child_descriptor(far, spec->err_fd < 0 ? STDERR_FILENO : spec->err_fd, O_WRONLY);

    if (dup2(in, STDIN_FILENO) < 0 || dup2(out, STDOUT_FILENO) < 0 ||
        dup2(err, STDERR_FILENO) < 0 || dup3(far, CHILD_REPORT_FD, O_CLOEXEC) < 0)
        child_fail(far);
    child_close_from(CHILD_REPORT_FD, CHILD_REPORT_FD + 1);
}

static void child_limit(int report, int which, rlim_t soft, rlim_t hard)
{
    struct rlimit limit = {soft, hard};

    if (setrlimit((__rlimit_resource_t)which, &limit) != 0)
        child_fail(report);
}

static void child_rights(const struct child_spec *spec, pid_t parent)
{
    if (spec->new_session && setsid() < 0)
        child_fail(CHILD_REPORT_FD);
    if (spec->address_space_bytes > 0)
        child_limit(CHILD_REPORT_FD, RLIMIT_AS, spec->address_space_bytes,
                    spec->address_space_bytes);
    /* At the soft limit comes SIGXCPU, at the hard one SIGKILL. */
    if (spec->cpu_seconds > 0)
        child_limit(CHILD_REPORT_FD, RLIMIT_CPU, spec->cpu_seconds, spec->cpu_seconds + 1);
    if (spec->uid != 0 && syscall(SYS_geteuid) == 0) {
        if (syscall(SYS_setgroups, 0, NULL) != 0 ||
            syscall(SYS_setresgid, spec->gid, spec->gid, spec->gid) != 0 ||
            syscall(SYS_setresuid, spec->uid, spec->uid, spec->uid) != 0)
            child_fail(CHILD_REPORT_FD);
    }
    /* After the switch of user, which clears it; and the parent may have ended before it was set.
     */
    if (spec->dies_with_parent &&
        (prctl(PR_SET_PDEATHSIG, SIGKILL, 0, 0, 0) != 0 || getppid() != parent))
        child_fail(CHILD_REPORT_FD);
}

static NORETURN void child_run(const struct child_spec *spec, int report, pid_t parent)
{
    static char *const NO_ENVIRONMENT[] = {NULL};
    union { /* execve changes neither the array nor the texts; its type is older than const */
        const char *const *ours;
        char *const *its;
    } argv = {.ours = spec->argv};

    child_signals(report);
    child_descriptors(report, spec);
    child_rights(spec, parent);
    execve(spec->argv[0], argv.its, spec->bare_env ? NO_ENVIRONMENT : environ);
    child_fail(CHILD_REPORT_FD);
}

/* True when the child reached exec, which closed its end of the pipe. */
static bool report_read(int fd, int *error)
{
    ssize_t n;

    do {
        n = read(fd, error, sizeof *error);
    } while (n < 0 && errno == EINTR);
    return n == 0;
}

bool child_start(struct err *err, const struct child_spec *spec, pid_t *out)
{
    int report[2];
    int error = 0;
    sigset_t all;
    sigset_t before;
    pid_t parent = getpid();
    pid_t pid;
    bool ok;

    if (pipe2(report, O_CLOEXEC) != 0)
        return err_set(err, &ERR_INTERNAL, "child %s: pipe: %s", spec->argv[0], strerror(errno));
    /* No handler of ours may run in the child before it has reset them. */
    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &before);
    pid = fork();
    if (pid == 0)
        child_run(spec, report[1], parent);
    error = errno;
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    close(report[1]);
    ok = pid > 0 && report_read(report[0], &error);
    close(report[0]);
    if (pid > 0 && !ok)
        waitpid(pid, NULL, 0);
    if (!ok)
        return err_set(err, &ERR_INTERNAL, "child %s: %s", spec->argv[0], strerror(error));
    *out = pid;
    return true;
}

/* -1 on failure, 0 while it runs, 1 once it ended. */
static int child_look(pid_t pid, int flags, int *status)
{
    pid_t n;

    do {
        n = waitpid(pid, status, flags);
    } while (n < 0 && errno == EINTR);
    return n < 0 ? -1 : n == pid;
}

static void sleep_us(int64_t us)
{
    struct timespec t = {us / CLOCK_SECOND, (long)(us % CLOCK_SECOND) * 1000};

    nanosleep(&t, NULL);
}

/* Looks again after pauses that double: waitpid has no time-out, and SIGCHLD would be one handler
 * for the whole program. */
bool child_wait(struct err *err, pid_t pid, int64_t timeout_us, bool *ended, int *status)
{
    int64_t until = clock_mono_us() + timeout_us;
    int64_t pause = WAIT_FIRST_US;

    for (;;) {
        int64_t left;
        int seen = child_look(pid, WNOHANG, status);

        if (seen < 0)
            return err_set(err, &ERR_INTERNAL, "child %ld: %s", (long)pid, strerror(errno));
        left = until - clock_mono_us();
        if (seen > 0 || left <= 0) {
            *ended = seen > 0;
            return true;
        }
        sleep_us(pause < left ? pause : left);
        pause = pause * 2 < WAIT_LONGEST_US ? pause * 2 : WAIT_LONGEST_US;
    }
}

void child_end(pid_t pid, int64_t grace_us)
{
    struct err ignored = {0}; /* whatever it is, what is left to do is the same */
    bool ended = false;
    int status;

    kill(pid, SIGTERM);
    if (!child_wait(&ignored, pid, grace_us, &ended, &status) || ended)
        return;
    kill(pid, SIGKILL);
    child_look(pid, 0, &status);
}

const char *child_status_text(int status, char *buf, size_t size)
{
    if (WIFEXITED(status))
        snprintf(buf, size, "exit code %d", WEXITSTATUS(status));
    else if (WIFSIGNALED(status))
        snprintf(buf, size, "signal %d", WTERMSIG(status));
    else
        snprintf(buf, size, "status %d", status);
    return buf;
}
