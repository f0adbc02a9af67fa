#include "base/child.h"
#include "base/clock.h"
#include "base/crypto.h"
#include "base/parse.h"
#include "db/private_server.h"
#include "tests/support/test.h"
#include "tests/support/test_server.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

enum { PATH_SIZE = 1024, WAIT_SECONDS = 60, LONG_NAME = 100 };

static const char *program; /* ourselves, to be started again */
static struct arena *mem;

/* A new var folder, open on the way so that mariadbd can be another user where we are root. */
static const char *new_var(void)
{
    static unsigned count;
    char *path = arena_printf(mem, "%s/var%u", test_dir(), ++count);

    chmod(test_dir(), 0755);
    assert_int_equal(mkdir(path, 0755), 0);
    return path;
}

static int start_group(void **state)
{
    (void)state;
    mem = arena_make(4096);
    /* The folder above is 0700: open it for passing. */
    chmod(arena_printf(mem, "%s/..", test_dir()), 0711);
    return 0;
}

static int end_group(void **state)
{
    (void)state;
    arena_free(mem);
    test_server_end();
    return 0;
}

static struct private_server *start(const char *var)
{
    struct err err = {0};
    struct private_server *server = NULL;

    if (!private_server_start(&err, var, &server))
        print_error("%s: %s\n", err.kind->code, err.oper);
    assert_non_null(server);
    return server;
}

/* Runs a statement as the application would. */
static bool ask(const struct private_server *server, const char *sql, int64_t *out)
{
    struct db_pool *pool = db_pool_make(private_server_target(server), 1);
    struct ctx cx;
    struct db_rows rows;
    bool ok;

    ctx_start(&cx, mem, pool);
    ok = db_query(&cx, &rows, sql, DB_NONE);
    if (ok && db_next(&rows))
        *out = db_i64(&rows.row, 0);
    if (!ok)
        print_message("%s: %s\n", sql, cx.err.oper);
    db_release(&cx);
    db_pool_free(pool);
    return ok;
}

static pid_t pid_of(const char *var)
{
    char path[PATH_SIZE];
    char text[32] = "";
    int64_t pid;
    FILE *file;

    snprintf(path, sizeof(path), "%s/db/data/mariadbd.pid", var);
    file = fopen(path, "r");
    assert_non_null(file);
    assert_non_null(fgets(text, sizeof(text), file));
    fclose(file);
    text[strcspn(text, "\n")] = '\0';
    assert_true(parse_i64(text, 1, INT32_MAX, &pid));
    return (pid_t)pid;
}

static bool is_gone(pid_t pid)
{
    int64_t until = clock_mono_us() + WAIT_SECONDS * CLOCK_SECOND;
    const struct timespec pause = {.tv_nsec = 10000000};
    char path[64];
    char link[PATH_SIZE];

    snprintf(path, sizeof(path), "/proc/%d/exe", (int)pid);
    while (readlink(path, link, sizeof(link)) > 0) { /* a zombie has none */
        if (clock_mono_us() > until)
            return false;
        nanosleep(&pause, NULL);
    }
    return true;
}

static void a_new_folder_gets_a_database_that_keeps_its_rows(void **state)
{
    const char *var = new_var();
    struct private_server *server = start(var);
    int64_t n = 0;

    (void)state;
    assert_true(ask(server, "CREATE TABLE t (n INT PRIMARY KEY)", &n));
    assert_true(ask(server, "INSERT INTO t VALUES (7)", &n));
    private_server_stop(server);
    server = start(var);
    assert_true(ask(server, "SELECT n FROM t", &n));
    assert_int_equal(n, 7);
    private_server_stop(server);
}

static void the_application_has_its_own_database_only(void **state)
{
    struct private_server *server = start(new_var());
    int64_t n = 0;

    (void)state;
    assert_false(ask(server, "SELECT COUNT(*) FROM mysql.global_priv", &n));
    assert_true(ask(server,
                    "SELECT COUNT(*) FROM information_schema.user_privileges "
                    "WHERE privilege_type <> 'USAGE'",
                    &n));
    assert_int_equal(n, 0);
    private_server_stop(server);
}

static void its_temporary_tables_are_out_of_reach_of_other_servers(void **state)
{
    struct private_server *server = start(new_var());
    int64_t n = 0;

    (void)state;
    assert_true(ask(server, "SELECT @@tmpdir LIKE '%/db/data.tmp'", &n));
    assert_int_equal(n, 1);
    private_server_stop(server);
}

static void as_root_mariadbd_runs_as_an_ordinary_user(void **state)
{
    const char *var = new_var();
    struct private_server *server = start(var);
    char path[64];
    struct stat st;

    (void)state;
    snprintf(path, sizeof(path), "/proc/%d", (int)pid_of(var));
    assert_int_equal(stat(path, &st), 0);
    if (geteuid() == 0)
        assert_int_not_equal(st.st_uid, 0);
    else
        assert_int_equal(st.st_uid, geteuid());
    private_server_stop(server);
}

static void a_closed_parent_folder_does_not_stop_root(void **state)
{
    const char *outer = new_var();
    const char *var = arena_printf(mem, "%s/inner", outer);
    struct private_server *server;
    int64_t n = 0;

    (void)state;
    assert_int_equal(mkdir(var, 0755), 0);
    assert_int_equal(chmod(outer, 0700), 0);
    server = start(var);
    assert_true(ask(server, "SELECT 1", &n));
    private_server_stop(server);
}

static void a_second_program_in_the_folder_is_refused(void **state)
{
    const char *var = new_var();
    struct private_server *server = start(var);
    struct private_server *second = NULL;
    struct err err = {0};
    int64_t n = 0;

    (void)state;
    assert_false(private_server_start(&err, var, &second));
    assert_string_equal(err.kind->code, "DATABASE_FOLDER_IN_USE");
    assert_null(second);
    assert_true(ask(server, "SELECT 1", &n));
    private_server_stop(server);
}

static void a_command_joins_a_running_server_and_leaves_it_running(void **state)
{
    const char *var = new_var();
    struct private_server *joined = NULL;
    struct private_server *server;
    struct err err = {0};
    int64_t n = 0;

    (void)state;
    assert_false(private_server_attach(&err, var, &joined));
    assert_null(err.kind);
    server = start(var);
    assert_true(private_server_attach(&err, var, &joined));
    assert_true(ask(joined, "SELECT 5", &n));
    assert_int_equal(n, 5);
    private_server_watch(joined);
    private_server_stop(joined);
    assert_true(ask(server, "SELECT 1", &n));
    private_server_stop(server);
    assert_false(private_server_attach(&err, var, &joined));
}

static void a_path_too_long_for_a_socket_works(void **state)
{
    const char *outer = new_var();
    char name[LONG_NAME + 1];
    const char *var;
    struct private_server *server;
    struct private_server *joined = NULL;
    struct err err = {0};
    int64_t n = 0;

    (void)state;
    memset(name, 'x', LONG_NAME);
    name[LONG_NAME] = '\0';
    var = arena_printf(mem, "%s/%s", outer, name);
    assert_int_equal(mkdir(var, 0755), 0);
    server = start(var);
    assert_true(strlen(private_server_target(server)->socket) <= 107);
    assert_true(ask(server, "SELECT 1", &n));
    assert_true(private_server_attach(&err, var, &joined));
    private_server_stop(joined);
    private_server_stop(server);
}

static bool watch_and_insert(struct ctx *cx, void *server)
{
    private_server_watch(server);
    return db_exec(cx, NULL, "INSERT INTO t VALUES (2)", DB_NONE);
}

static void a_dead_mariadbd_is_started_again_and_the_pool_recovers(void **state)
{
    const char *var = new_var();
    struct private_server *server = start(var);
    struct db_pool *pool = db_pool_make(private_server_target(server), 1);
    pid_t pid = pid_of(var);
    struct ctx cx;

    (void)state;
    ctx_start(&cx, mem, pool);
    test_ok(&cx, db_exec(&cx, NULL, "CREATE TABLE t (n INT PRIMARY KEY)", DB_NONE));
    test_ok(&cx, db_exec(&cx, NULL, "INSERT INTO t VALUES (1)", DB_NONE));
    db_release(&cx);
    kill(pid, SIGKILL);
    assert_true(is_gone(pid));
    test_ok(&cx, db_retry(&cx, watch_and_insert, server));
    assert_int_equal(test_i64(&cx, "SELECT COUNT(*) FROM t", DB_NONE), 2);
    assert_int_not_equal(pid_of(var), pid);
    db_release(&cx);
    db_pool_free(pool);
    private_server_stop(server);
}

static void a_mariadbd_left_by_a_killed_program_is_ended_and_nothing_is_lost(void **state)
{
    const char *var = new_var();
    const char *const argv[] = {program, "start-and-die", var, NULL};
    const struct child_spec child = {.argv = argv, .in_fd = -1, .out_fd = -1, .err_fd = -1};
    struct private_server *server;
    struct err err = {0};
    int64_t n = 0;
    bool ended;
    int status;
    pid_t pid, left;

    (void)state;
    assert_true(child_start(&err, &child, &pid));
    assert_true(child_wait(&err, pid, WAIT_SECONDS * CLOCK_SECOND, &ended, &status));
    assert_true(ended);
    left = pid_of(var);
    assert_int_equal(kill(left, 0), 0); /* it does outlive the program */
    server = start(var);
    assert_true(is_gone(left));
    assert_true(ask(server, "SELECT n FROM t", &n));
    assert_int_equal(n, 42);
    private_server_stop(server);
}

/* What the test above kills: starts a server, keeps a row, dies without a word. */
static int start_and_die(const char *var)
{
    struct private_server *server;
    struct err err = {0};
    int64_t n;

    mem = arena_make(4096);
    if (!private_server_start(&err, var, &server) ||
        !ask(server, "CREATE TABLE t (n INT PRIMARY KEY)", &n) ||
        !ask(server, "INSERT INTO t VALUES (42)", &n))
        return 1;
    kill(getpid(), SIGKILL);
    return 1;
}

static void a_cut_off_first_start_is_begun_again(void **state)
{
    const char *var = new_var();
    struct private_server *server;
    int64_t n = 0;

    (void)state;
    assert_int_equal(mkdir(arena_printf(mem, "%s/db", var), 0711), 0);
    assert_int_equal(mkdir(arena_printf(mem, "%s/db/data.new", var), 0700), 0);
    assert_int_equal(mkdir(arena_printf(mem, "%s/db/data.new/mysql", var), 0700), 0);
    server = start(var);
    assert_true(ask(server, "SELECT 1", &n));
    private_server_stop(server);
}

static void a_lost_password_file_mends_itself(void **state)
{
    const char *var = new_var();
    struct private_server *server = start(var);
    int64_t n = 0;

    (void)state;
    private_server_stop(server);
    assert_int_equal(unlink(arena_printf(mem, "%s/db/password", var)), 0);
    server = start(var);
    assert_true(ask(server, "SELECT 1", &n));
    private_server_stop(server);
}

static void a_folder_that_cannot_be_written_says_so(void **state)
{
    struct private_server *server = NULL;
    struct err err = {0};

    (void)state;
    assert_false(private_server_start(&err, "/proc/self", &server));
    assert_string_equal(err.kind->code, "DATABASE_FOLDER");
    err_clear(&err);
    assert_false(private_server_start(&err, arena_printf(mem, "%s/absent", test_dir()), &server));
    assert_string_equal(err.kind->code, "DATABASE_FOLDER");
}

static void a_broken_data_folder_fails_with_the_lines_of_the_log(void **state)
{
    const char *var = new_var();
    struct private_server *server = start(var);
    struct err err = {0};

    (void)state;
    private_server_stop(server);
    assert_int_equal(truncate(arena_printf(mem, "%s/db/data/ibdata1", var), 1000), 0);
    assert_false(private_server_start(&err, var, &server));
    assert_string_equal(err.kind->code, "DATABASE_START");
    assert_non_null(strstr(err.oper, "[ERROR]"));
}

static void mariadbd_is_out_of_reach_of_the_terminals_signals(void **state)
{
    const char *var = new_var();
    struct private_server *server = start(var);
    pid_t pid = pid_of(var);

    (void)state;
    assert_int_equal(getsid(pid), pid); /* Ctrl-C goes to our session only */
    private_server_stop(server);
    assert_true(is_gone(pid));
}

int main(int argc, char **argv)
{
    static const struct CMUnitTest TESTS[] = {
        cmocka_unit_test(a_new_folder_gets_a_database_that_keeps_its_rows),
        cmocka_unit_test(the_application_has_its_own_database_only),
        cmocka_unit_test(its_temporary_tables_are_out_of_reach_of_other_servers),
        cmocka_unit_test(as_root_mariadbd_runs_as_an_ordinary_user),
        cmocka_unit_test(a_closed_parent_folder_does_not_stop_root),
        cmocka_unit_test(a_second_program_in_the_folder_is_refused),
        cmocka_unit_test(a_command_joins_a_running_server_and_leaves_it_running),
        cmocka_unit_test(a_path_too_long_for_a_socket_works),
        cmocka_unit_test(a_dead_mariadbd_is_started_again_and_the_pool_recovers),
        cmocka_unit_test(a_mariadbd_left_by_a_killed_program_is_ended_and_nothing_is_lost),
        cmocka_unit_test(a_cut_off_first_start_is_begun_again),
        cmocka_unit_test(a_lost_password_file_mends_itself),
        cmocka_unit_test(a_folder_that_cannot_be_written_says_so),
        cmocka_unit_test(a_broken_data_folder_fails_with_the_lines_of_the_log),
        cmocka_unit_test(mariadbd_is_out_of_reach_of_the_terminals_signals),
    };

    crypto_init();
    db_library_init();
    program = argv[0];
    if (argc == 3 && strcmp(argv[1], "start-and-die") == 0)
        return start_and_die(argv[2]);
    return cmocka_run_group_tests_name("private_server", TESTS, start_group, end_group);
}
