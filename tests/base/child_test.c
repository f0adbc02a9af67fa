#include "base/arena.h"
#include "base/child.h"
#include "base/clock.h"
#include "base/parse.h"
#include "tests/support/unit.h"

#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

static const int64_t LONG_US = 20 * CLOCK_SECOND; /* only reached when something is wrong */

/* Starts "sh -c script" with its output in a pipe. */
static pid_t shell(struct child_spec *spec, const char *script, int *out)
{
    const char *argv[] = {"/bin/sh", "-c", script, NULL};
    struct err err = {0};
    int ends[2];
    pid_t pid = -1;

    assert_int_equal(pipe(ends), 0);
    spec->argv = argv;
    spec->in_fd = -1;
    spec->out_fd = ends[1];
    spec->err_fd = -1;
    assert_true(child_start(&err, spec, &pid));
    close(ends[1]);
    *out = ends[0];
    return pid;
}

static void read_all(int fd, char *text, size_t size)
{
    size_t len = 0;
    ssize_t n;

    while ((n = read(fd, text + len, size - 1 - len)) > 0)
        len += (size_t)n;
    text[len] = '\0';
    close(fd);
}

static int status_of(pid_t pid)
{
    struct err err = {0};
    bool ended = false;
    int status = -1;

    assert_true(child_wait(&err, pid, LONG_US, &ended, &status));
    assert_true(ended);
    return status;
}

static void a_child_runs_and_its_status_is_told(void **state)
{
    struct child_spec spec = {0};
    char text[256];
    int out;
    pid_t pid = shell(&spec, "echo hello; exit 7", &out);
    int status;

    (void)state;
    read_all(out, text, sizeof text);
    assert_string_equal(text, "hello\n");
    status = status_of(pid);
    assert_string_equal(child_status_text(status, text, sizeof text), "exit code 7");
}

static void input_comes_from_the_descriptor(void **state)
{
    const char *argv[] = {"/bin/cat", NULL};
    struct child_spec spec = {.argv = argv, .err_fd = -1};
    struct err err = {0};
    int in[2];
    int out[2];
    char text[64];
    pid_t pid;

    (void)state;
    assert_int_equal(pipe(in), 0);
    assert_int_equal(pipe(out), 0);
    spec.in_fd = in[0];
    spec.out_fd = out[1];
    assert_true(child_start(&err, &spec, &pid));
    close(in[0]);
    close(out[1]);
    assert_int_equal(write(in[1], "through", 7), 7);
    close(in[1]); /* the child must not hold this end, or cat would never see the end */
    read_all(out[0], text, sizeof text);
    assert_string_equal(text, "through");
    assert_int_equal(status_of(pid), 0);
}

static void only_the_three_descriptors_are_open(void **state)
{
    struct child_spec spec = {0};
    char text[256];
    int out;
    int leaky = open("/dev/null", O_RDONLY); /* without O_CLOEXEC */
    pid_t pid;

    (void)state;
    assert_true(leaky >= 0);
    assert_int_equal(dup2(leaky, 200), 200);
    /* The listing itself opens one more, the fourth. */
    pid = shell(&spec, "exec ls /proc/self/fd", &out);
    read_all(out, text, sizeof text);
    assert_string_equal(text, "0\n1\n2\n3\n");
    assert_int_equal(status_of(pid), 0);
    close(leaky);
    close(200);
}

static void the_environment_is_bare_when_asked(void **state)
{
    const char *argv[] = {"/usr/bin/env", NULL};
    struct child_spec spec = {.argv = argv, .in_fd = -1, .err_fd = -1, .bare_env = true};
    struct err err = {0};
    char text[4096];
    int out[2];
    pid_t pid;

    (void)state;
    setenv("GATEHOUSE_TEST_MARK", "seen", 1);
    assert_int_equal(pipe(out), 0);
    spec.out_fd = out[1];
    assert_true(child_start(&err, &spec, &pid));
    close(out[1]);
    read_all(out[0], text, sizeof text);
    assert_string_equal(text, "");
    status_of(pid);
    assert_int_equal(pipe(out), 0);
    spec.out_fd = out[1];
    spec.bare_env = false;
    assert_true(child_start(&err, &spec, &pid));
    close(out[1]);
    read_all(out[0], text, sizeof text);
    assert_non_null(strstr(text, "GATEHOUSE_TEST_MARK=seen"));
    status_of(pid);
}

static void signals_are_as_new(void **state)
{
    struct child_spec spec = {0};
    struct sigaction ignore;
    struct sigaction before;
    sigset_t blocked;
    sigset_t kept;
    char text[512];
    struct arena *mem = arena_make(256);
    const char *ignored;
    uint8_t set[8]; /* signals 64 .. 1, a bit each */
    int out;
    pid_t pid;

    (void)state;
    memset(&ignore, 0, sizeof ignore);
    ignore.sa_handler = SIG_IGN;
    sigaction(SIGPIPE, &ignore, &before);
    sigemptyset(&blocked);
    sigaddset(&blocked, SIGUSR1);
    sigprocmask(SIG_BLOCK, &blocked, &kept);
    pid = shell(&spec, "exec grep -E 'Sig(Blk|Ign)' /proc/self/status", &out);
    read_all(out, text, sizeof text);
    /* 32 and 33 are the C library's own, which nobody may set: they stay as whoever started us left
     * them. */
    assert_non_null(strstr(text, "SigBlk:\t0000000000000000\n"));
    ignored = strstr(text, "SigIgn:\t");
    assert_non_null(ignored);
    assert_true(
        parse_hex(arena_dup_bytes(mem, ignored + strlen("SigIgn:\t"), 16), set, sizeof set));
    assert_int_equal(set[4] & 0x7f, 0);
    assert_int_equal(set[5] | set[6] | set[7], 0);
    arena_free(mem);
    assert_int_equal(status_of(pid), 0);
    sigprocmask(SIG_SETMASK, &kept, NULL);
    sigaction(SIGPIPE, &before, NULL);
}

static void a_program_that_cannot_start_is_a_failure(void **state)
{
    const char *argv[] = {"/nonexistent/program", NULL};
    struct child_spec spec = {.argv = argv, .in_fd = -1, .out_fd = -1, .err_fd = -1};
    struct err err = {0};
    pid_t pid = 42;

    (void)state;
    assert_false(child_start(&err, &spec, &pid));
    assert_ptr_equal(err.kind, &ERR_INTERNAL);
    assert_non_null(strstr(err.oper, "No such file"));
    assert_int_equal(pid, 42);
    assert_int_equal(waitpid(-1, NULL, WNOHANG), -1); /* nothing is left behind */
}

static void waiting_ends_at_its_deadline(void **state)
{
    struct child_spec spec = {0};
    struct err err = {0};
    bool ended = true;
    int status;
    char text[64];
    int out;
    pid_t pid = shell(&spec, "exec sleep 600", &out);

    (void)state;
    assert_true(child_wait(&err, pid, 0, &ended, &status));
    assert_false(ended);
    assert_true(child_wait(&err, pid, 20000, &ended, &status));
    assert_false(ended);
    assert_int_equal(kill(pid, SIGKILL), 0);
    status = status_of(pid);
    assert_string_equal(child_status_text(status, text, sizeof text), "signal 9");
    assert_false(child_wait(&err, pid, 0, &ended, &status)); /* it is no child any more */
    assert_ptr_equal(err.kind, &ERR_INTERNAL);
    close(out);
}

static void ending_kills_what_does_not_go(void **state)
{
    struct child_spec spec = {0};
    char text[8];
    int out;
    pid_t pid = shell(&spec, "trap '' TERM; echo r; exec sleep 600", &out);

    (void)state;
    assert_int_equal(read(out, text, 2), 2); /* the trap is set */
    child_end(pid, 10000);
    assert_int_equal(kill(pid, 0), -1);
    close(out);
    pid = shell(&spec, "exec sleep 600", &out);
    child_end(pid, LONG_US); /* goes at SIGTERM */
    assert_int_equal(kill(pid, 0), -1);
    close(out);
}

static void limits_hold(void **state)
{
    struct child_spec spec = {.address_space_bytes = 512 * 1024 * 1024, .cpu_seconds = 3};
    char text[128];
    int out;
    pid_t pid = shell(&spec, "ulimit -v; ulimit -t", &out);

    (void)state;
    read_all(out, text, sizeof text);
    assert_string_equal(text, "524288\n3\n");
    assert_int_equal(status_of(pid), 0);
}

static void a_child_that_burns_its_time_is_killed(void **state)
{
    struct child_spec spec = {.cpu_seconds = 1};
    int out;
    pid_t pid = shell(&spec, "while :; do :; done", &out);
    int status = status_of(pid);

    (void)state;
    assert_true(WIFSIGNALED(status));
    close(out);
}

/* The leader of a session bears its number; ours may be unknown where we are (0: outside a PID
 * namespace), so the child without the wish is what it is compared with. */
static void a_session_of_its_own_when_asked(void **state)
{
    for (int wish = 0; wish < 2; wish++) {
        struct child_spec spec = {.new_session = wish == 1};
        char text[128];
        int out;
        pid_t pid = shell(&spec, "exec cut -d' ' -f6 /proc/self/stat", &out);
        const char *own = arena_printf(*state, "%ld\n", (long)pid);

        read_all(out, text, sizeof text);
        assert_int_equal(strcmp(text, own) == 0, wish == 1);
        assert_int_equal(status_of(pid), 0);
    }
}

static void root_becomes_the_user_it_is_told(void **state)
{
    struct child_spec spec = {.uid = 65534, .gid = 65534};
    char text[256];
    int out;
    pid_t pid;

    (void)state;
    if (geteuid() != 0)
        skip();
    pid = shell(&spec, "id -u; id -g; id -G", &out);
    read_all(out, text, sizeof text);
    assert_string_equal(text, "65534\n65534\n65534\n");
    assert_int_equal(status_of(pid), 0);
}

/* The grandchild holds the pipe; when it dies with the child, the pipe ends. */
static void a_child_dies_with_its_parent(void **state)
{
    int out[2];
    char text[16];
    pid_t middle;

    (void)state;
    assert_int_equal(pipe(out), 0);
    middle = fork();
    assert_true(middle >= 0);
    if (middle == 0) {
        const char *argv[] = {"/bin/sh", "-c", "echo r; exec sleep 600", NULL};
        struct child_spec spec = {.argv = argv,
                                  .in_fd = -1,
                                  .out_fd = out[1],
                                  .err_fd = -1,
                                  .dies_with_parent = true,
                                  .uid = 65534,
                                  .gid = 65534};
        struct err err = {0};
        pid_t pid;

        if (!child_start(&err, &spec, &pid))
            _exit(1);
        close(out[1]);
        _exit(read(out[0], text, 2) == 2 ? 0 : 1);
    }
    close(out[1]);
    assert_int_equal(status_of(middle), 0);
    assert_int_equal(read(out[0], text, sizeof text), 0);
    close(out[0]);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        with_arena(a_child_runs_and_its_status_is_told),
        with_arena(input_comes_from_the_descriptor),
        with_arena(only_the_three_descriptors_are_open),
        with_arena(the_environment_is_bare_when_asked),
        with_arena(signals_are_as_new),
        with_arena(a_program_that_cannot_start_is_a_failure),
        with_arena(waiting_ends_at_its_deadline),
        with_arena(ending_kills_what_does_not_go),
        with_arena(limits_hold),
        with_arena(a_child_that_burns_its_time_is_killed),
        with_arena(a_session_of_its_own_when_asked),
        with_arena(root_becomes_the_user_it_is_told),
        with_arena(a_child_dies_with_its_parent),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
