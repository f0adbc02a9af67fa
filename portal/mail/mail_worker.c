/* MAP_ANONYMOUS is not POSIX. */
#define _DEFAULT_SOURCE

#include "portal/mail/mail_worker.h"

#include "base/child.h"
#include "base/clock.h"
#include "portal/mail/mail_parse.h"
#include "scripts/script_worker.h"

#include <seccomp.h>

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <unistd.h>

enum { BLOCK = 256 * 1024, PIECE = 64 * 1024, ANSWER_MAX = 40 * 1024 * 1024 };
#define ADDRESS_SPACE (UINT64_C(1024) * 1024 * 1024)

/* --- in the worker --- */

static void limit_to(int which, rlim_t value)
{
    struct rlimit limit = {value, value};

    /* Each is one more wall; the others stand when the system refuses it. */
    (void)!setrlimit((__rlimit_resource_t)which, &limit);
}

/* What else is asked for fails, it does not kill: an encoding whose module was not opened
 * beforehand is then one that is not known. */
static void lock_calls(void)
{
    static const int CALLS[] = {
        SCMP_SYS(brk),         SCMP_SYS(munmap),        SCMP_SYS(mremap),
        SCMP_SYS(madvise),     SCMP_SYS(futex),         SCMP_SYS(exit),
        SCMP_SYS(exit_group),  SCMP_SYS(read),          SCMP_SYS(write),
        SCMP_SYS(getrandom),   SCMP_SYS(clock_gettime), SCMP_SYS(rt_sigreturn),
        SCMP_SYS(sched_yield), SCMP_SYS(gettid),        SCMP_SYS(getpid),
        SCMP_SYS(close),       SCMP_SYS(lseek),         SCMP_SYS(newfstatat),
        SCMP_SYS(fstat)};
    static const struct scmp_arg_cmp data_only = {
        .arg = 2, .op = SCMP_CMP_MASKED_EQ, .datum_a = PROT_EXEC, .datum_b = 0};
    scmp_filter_ctx filter = seccomp_init(SCMP_ACT_ERRNO(EPERM));
    bool ok = filter != NULL;

    for (size_t i = 0; i < COUNT(CALLS) && ok; i++)
        ok = seccomp_rule_add_array(filter, SCMP_ACT_ALLOW, CALLS[i], 0, NULL) == 0;
    ok = ok && seccomp_rule_add_array(filter, SCMP_ACT_ALLOW, SCMP_SYS(mmap), 1, &data_only) == 0;
    /* Without the filter the process still has no descriptors to speak of and no environment. */
    if (ok)
        (void)!seccomp_load(filter);
    if (filter != NULL)
        seccomp_release(filter);
}

static bool read_all(struct str *out)
{
    for (;;) {
        ssize_t n = read(STDIN_FILENO, str_room(out, PIECE), PIECE);

        if (n == 0)
            return true;
        if (n < 0 && errno != EINTR)
            return false;
        if (n > 0)
            out->len += (size_t)n;
    }
}

static bool write_all(const char *bytes, size_t len)
{
    while (len > 0) {
        ssize_t n = write(STDOUT_FILENO, bytes, len);

        if (n < 0 && errno != EINTR)
            return false;
        if (n > 0) {
            bytes += n;
            len -= (size_t)n;
        }
    }
    return true;
}

int mail_worker_main(void)
{
    struct arena *mem = arena_make(BLOCK);
    struct str raw = str_new(mem);
    const char *answer;

    json_object_seed(0);
    mail_parse_start();
    limit_to(RLIMIT_NPROC, 0);
    limit_to(RLIMIT_FSIZE, 0);
    limit_to(RLIMIT_CORE, 0);
    if (!SCRIPT_WORKER_SANITIZED)
        lock_calls();
    if (!read_all(&raw))
        _exit(EXIT_FAILURE);
    answer = json_write(mem, mail_parse(mem, (struct span){raw.p, raw.len}));
    _exit(write_all(answer, strlen(answer)) ? EXIT_SUCCESS : EXIT_FAILURE);
}

/* --- in the program --- */

/* False: too late, or too much. */
static bool read_answer(int fd, int64_t until, struct str *out)
{
    for (;;) {
        struct pollfd one = {.fd = fd, .events = POLLIN};
        int64_t left = (until - clock_mono_us()) / 1000;
        ssize_t n;

        if (left <= 0 || out->len > ANSWER_MAX)
            return false;
        if (poll(&one, 1, (int)left) <= 0)
            continue;
        n = read(fd, str_room(out, PIECE), PIECE);
        if (n == 0)
            return true;
        if (n < 0 && errno != EINTR)
            return false;
        if (n > 0)
            out->len += (size_t)n;
    }
}

static bool start(struct err *err, const char *program, int fd, pid_t *pid, int *answers)
{
    const char *const argv[] = {program != NULL ? program : "/proc/self/exe", "mail-worker", NULL};
    int pair[2];
    bool started;

    if (pipe(pair) != 0)
        return err_set(err, &ERR_BUSY, "mail worker: no pipe: %s", strerror(errno));
    (void)!fcntl(pair[0], F_SETFD, FD_CLOEXEC);
    (void)!fcntl(pair[1], F_SETFD, FD_CLOEXEC);
    started = child_start(
        err,
        &(struct child_spec){.argv = argv,
                             .in_fd = fd,
                             .out_fd = pair[1],
                             .err_fd = -1,
                             .new_session = true,
                             .dies_with_parent = true,
                             .bare_env = true,
                             .address_space_bytes = SCRIPT_WORKER_SANITIZED ? 0 : ADDRESS_SPACE,
                             .cpu_seconds = MAIL_WORKER_SECONDS},
        pid);
    close(pair[1]);
    *answers = pair[0];
    if (started)
        return true;
    close(pair[0]);
    err_clear(err);
    return err_set(err, &ERR_BUSY, "mail worker: it does not start");
}

bool mail_worker_parse(struct err *err, struct arena *mem, const char *program, int fd,
                       json_t **out)
{
    int64_t until = clock_mono_us() + MAIL_WORKER_SECONDS * CLOCK_SECOND;
    struct str answer = str_new(mem);
    bool has_ended = false;
    bool is_whole;
    int status = 0;
    int answers;
    pid_t pid;

    if (!start(err, program, fd, &pid, &answers))
        return false;
    is_whole = read_answer(answers, until, &answer);
    close(answers);
    if (is_whole && !child_wait(err, pid, CLOCK_SECOND, &has_ended, &status))
        return false;
    if (!has_ended) {
        child_end(pid, 0);
        return err_set(err, &ERR_INTERNAL, "mail worker: ran into a limit");
    }
    if (status != 0)
        return err_set(err, &ERR_INTERNAL, "mail worker: ended with status %d", status);
    answer.p[answer.len] = '\0';
    return json_read(mem, err, answer.p, answer.len, out) ||
           (err_clear(err), err_set(err, &ERR_INTERNAL, "mail worker: no answer"));
}
