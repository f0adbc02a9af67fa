#include "base/clock.h"
#include "db/db.h"
#include "tests/support/test.h"

#include <netinet/in.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

static const int64_t SHORT_WAIT = 100000;

enum { THREADS = 16, ROUNDS = 40, SMALL_POOL = 3 };

static void a_full_pool_is_busy_and_a_returned_connection_is_lent_again(void **state)
{
    struct ctx *cx = test_ctx(state);
    struct db_pool *pool = db_pool_make(test_target(), 1);
    struct ctx one, two;

    db_pool_set_wait(pool, SHORT_WAIT);
    ctx_start(&one, cx->mem, pool);
    ctx_start(&two, cx->mem, pool);
    assert_int_equal(test_i64(&one, "SELECT 1", DB_NONE), 1);
    test_refused(&two, db_exec(&two, NULL, "SELECT 1", DB_NONE), &ERR_BUSY);
    db_release(&one);
    assert_int_equal(test_i64(&two, "SELECT 2", DB_NONE), 2);
    db_release(&two);
    db_release(&two);
    db_pool_free(pool);
}

static void a_connection_is_used_again(void **state)
{
    struct ctx *cx = test_ctx(state);
    int64_t first = test_i64(cx, "SELECT CONNECTION_ID()", DB_NONE);

    db_release(cx);
    assert_int_equal(test_i64(cx, "SELECT CONNECTION_ID()", DB_NONE), first);
}

static void a_killed_connection_is_replaced_before_anybody_notices(void **state)
{
    struct ctx *cx = test_ctx(state);
    struct ctx *other = test_again(cx);
    int64_t id = test_i64(cx, "SELECT CONNECTION_ID()", DB_NONE);

    (void)test_i64(other, "SELECT 1", DB_NONE);
    db_release(cx);
    test_sql(other, arena_printf(other->mem, "KILL CONNECTION %lld", (long long)id), DB_NONE);
    assert_int_not_equal(test_i64(cx, "SELECT CONNECTION_ID()", DB_NONE), id);
}

static void a_connection_lost_within_a_transaction_fails_all_of_it(void **state)
{
    struct ctx *cx = test_ctx(state);
    struct ctx *other = test_again(cx);
    int64_t id;

    test_sql(cx, "CREATE TABLE IF NOT EXISTS lost (n INT PRIMARY KEY)", DB_NONE);
    test_ok(cx, db_begin(cx));
    id = test_i64(cx, "SELECT CONNECTION_ID()", DB_NONE);
    test_sql(cx, "INSERT INTO lost VALUES (1)", DB_NONE);
    test_sql(other, arena_printf(other->mem, "KILL CONNECTION %lld", (long long)id), DB_NONE);
    test_refused(cx, db_exec(cx, NULL, "INSERT INTO lost VALUES (2)", DB_NONE), &ERR_BUSY);
    /* It must not run alone on a new connection. */
    assert_false(db_exec(cx, NULL, "INSERT INTO lost VALUES (3)", DB_NONE));
    err_clear(&cx->err);
    assert_false(db_commit(cx));
    ctx_retry(cx);
    assert_int_equal(test_i64(cx, "SELECT COUNT(*) FROM lost", DB_NONE), 0);
    test_sql(cx, "INSERT INTO lost VALUES (4)", DB_NONE);
}

static void a_connection_lost_at_commit_is_busy(void **state)
{
    struct ctx *cx = test_ctx(state);
    struct ctx *other = test_again(cx);
    int64_t id;

    test_ok(cx, db_begin(cx));
    id = test_i64(cx, "SELECT CONNECTION_ID()", DB_NONE);
    test_sql(other, arena_printf(other->mem, "KILL CONNECTION %lld", (long long)id), DB_NONE);
    test_refused(cx, db_commit(cx), &ERR_BUSY);
    assert_int_equal(test_i64(cx, "SELECT 1", DB_NONE), 1);
}

static void a_database_that_died_is_busy_and_the_pool_recovers_when_it_is_back(void **state)
{
    struct ctx *cx = test_ctx(state);
    struct db_pool *pool = db_pool_make(test_target(), SMALL_POOL);
    struct ctx runs[SMALL_POOL];
    siginfo_t ended;

    db_pool_set_wait(pool, SHORT_WAIT);
    for (int i = 0; i < SMALL_POOL; i++) {
        ctx_start(&runs[i], cx->mem, pool);
        assert_int_equal(test_i64(&runs[i], "SELECT 1", DB_NONE), 1);
    }
    for (int i = 0; i < SMALL_POOL; i++)
        db_release(&runs[i]);
    kill(test_server_pid(), SIGKILL);
    /* Its connections are closed once it is gone; nobody reaps it here. */
    assert_int_equal(waitid(P_PID, (id_t)test_server_pid(), &ended, WEXITED | WNOWAIT), 0);
    test_refused(&runs[0], db_exec(&runs[0], NULL, "SELECT 1", DB_NONE), &ERR_BUSY);
    /* Having waited in vain once, the next one is told at once (and then waits no more). */
    test_refused(&runs[0], db_exec(&runs[0], NULL, "SELECT 1", DB_NONE), &ERR_BUSY);
    db_release(&runs[0]);
    test_server_start();
    for (int i = 0; i < SMALL_POOL; i++)
        assert_int_equal(test_i64(&runs[i], "SELECT 1", DB_NONE), 1);
    for (int i = 0; i < SMALL_POOL; i++)
        db_release(&runs[i]);
    db_pool_free(pool);
}

/* Frozen, not gone: its connections stay open, and nothing comes. */
static void a_silent_database_is_waited_for_only_so_long(void **state)
{
    struct ctx *cx = test_ctx(state);
    struct db_pool *pool = db_pool_make(test_target(), 1);
    struct ctx run;
    siginfo_t stopped;

    db_pool_set_wait(pool, SHORT_WAIT);
    db_pool_set_patience(pool, 1);
    ctx_start(&run, cx->mem, pool);
    assert_int_equal(test_i64(&run, "SELECT 1", DB_NONE), 1);
    kill(test_server_pid(), SIGSTOP);
    /* Only once all its threads stand. */
    assert_int_equal(waitid(P_PID, (id_t)test_server_pid(), &stopped, WSTOPPED | WNOWAIT), 0);
    test_refused(&run, db_exec(&run, NULL, "SELECT 1", DB_NONE), &ERR_BUSY);
    kill(test_server_pid(), SIGCONT);
    db_release(&run);
    assert_int_equal(test_i64(&run, "SELECT 1", DB_NONE), 1);
    db_release(&run);
    db_pool_free(pool);
}

static void a_wrong_password_says_so_at_once(void **state)
{
    struct ctx *cx = test_ctx(state);
    struct db_target target = *test_target();
    struct db_pool *pool;
    struct ctx run;

    target.user = "mallory";
    target.password = "wrong";
    pool = db_pool_make(&target, 1);
    db_pool_set_wait(pool, SHORT_WAIT);
    ctx_start(&run, cx->mem, pool);
    assert_false(db_exec(&run, NULL, "SELECT 1", DB_NONE));
    assert_ptr_equal(run.err.kind, &ERR_INTERNAL);
    assert_null(strstr(run.err.oper, "wrong"));
    db_release(&run);
    db_pool_free(pool);
}

static void hosts_that_do_not_answer_are_passed_over(void **state)
{
    struct ctx *cx = test_ctx(state);
    /* Nothing listens on these ports of the machine itself. */
    const struct db_target target = {.host = "127.0.0.1:1,127.0.0.1:2,[::1]:3", .user = "x"};
    struct db_pool *pool = db_pool_make(&target, 1);
    struct ctx run;

    db_pool_set_wait(pool, SHORT_WAIT);
    ctx_start(&run, cx->mem, pool);
    test_refused(&run, db_exec(&run, NULL, "SELECT 1", DB_NONE), &ERR_BUSY);
    db_release(&run);
    db_pool_free(pool);
}

/* A door to the database over TCP: each is what a node of a cluster looks like from here. */
struct door {
    int listener;
    unsigned port;
    pthread_t thread;
    int stop[2]; /* a pipe: its end closes the door and all that went through it */
};

static int to_database(void)
{
    struct sockaddr_un at = {.sun_family = AF_UNIX};
    int fd = socket(AF_UNIX, SOCK_STREAM, 0);

    snprintf(at.sun_path, sizeof(at.sun_path), "%s", test_target()->socket);
    if (fd < 0 || connect(fd, (const struct sockaddr *)&at, sizeof(at)) != 0)
        abort();
    return fd;
}

/* Carries bytes from one to the other; false at the end. */
static bool carry(int from, int to)
{
    char bytes[4096];
    ssize_t n = read(from, bytes, sizeof(bytes));

    return n > 0 && write(to, bytes, (size_t)n) == n;
}

static void *door_main(void *arg)
{
    struct door *door = arg;
    int in = -1;
    int out = -1;

    for (;;) {
        struct pollfd look[] = {{.fd = door->stop[0], .events = POLLIN},
                                {.fd = in < 0 ? door->listener : -1, .events = POLLIN},
                                {.fd = in, .events = POLLIN},
                                {.fd = out, .events = POLLIN}};

        if (poll(look, COUNT(look), -1) < 0 || look[0].revents != 0)
            break;
        if (look[1].revents != 0) {
            in = accept(door->listener, NULL, NULL);
            out = to_database();
        }
        if ((look[2].revents != 0 && !carry(in, out)) || (look[3].revents != 0 && !carry(out, in)))
            break;
    }
    if (in >= 0)
        close(in);
    if (out >= 0)
        close(out);
    return NULL;
}

/* A port of our own on the loopback; nobody is served until door_serve. */
static void door_open(struct door *door)
{
    struct sockaddr_in at = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t size = sizeof(at);

    door->listener = socket(AF_INET, SOCK_STREAM, 0);
    assert_int_equal(bind(door->listener, (const struct sockaddr *)&at, sizeof(at)), 0);
    assert_int_equal(listen(door->listener, 8), 0);
    assert_int_equal(getsockname(door->listener, (struct sockaddr *)&at, &size), 0);
    door->port = ntohs(at.sin_port);
}

static void door_serve(struct door *door)
{
    assert_int_equal(pipe(door->stop), 0);
    assert_int_equal(pthread_create(&door->thread, NULL, door_main, door), 0);
}

static void door_close(struct door *door)
{
    close(door->stop[1]);
    pthread_join(door->thread, NULL);
    close(door->stop[0]);
    close(door->listener);
}

static void when_a_host_dies_the_next_one_is_used(void **state)
{
    struct ctx *cx = test_ctx(state);
    struct db_target target = *test_target();
    struct door one, two;
    struct db_pool *pool;
    struct ctx run;

    door_open(&one);
    door_open(&two);
    door_serve(&one);
    door_serve(&two);
    target.socket = NULL;
    target.host =
        arena_printf(cx->mem, "127.0.0.1:1,127.0.0.1:%u,127.0.0.1:%u", one.port, two.port);
    pool = db_pool_make(&target, 1);
    db_pool_set_wait(pool, SHORT_WAIT);
    ctx_start(&run, cx->mem, pool);
    assert_int_equal(test_i64(&run, "SELECT 1", DB_NONE), 1);
    db_release(&run);
    door_close(&one);
    assert_int_equal(test_i64(&run, "SELECT 2", DB_NONE), 2);
    db_release(&run);
    door_close(&two);
    test_refused(&run, db_exec(&run, NULL, "SELECT 3", DB_NONE), &ERR_BUSY);
    db_release(&run);
    db_pool_free(pool);
}

static void a_host_that_says_nothing_is_passed_over(void **state)
{
    struct ctx *cx = test_ctx(state);
    struct db_target target = *test_target();
    struct door mute, open;
    struct db_pool *pool;
    struct ctx run;

    door_open(&mute);
    door_open(&open);
    door_serve(&open);
    target.socket = NULL;
    target.host = arena_printf(cx->mem, "127.0.0.1:%u,127.0.0.1:%u", mute.port, open.port);
    pool = db_pool_make(&target, 1);
    db_pool_set_wait(pool, SHORT_WAIT);
    ctx_start(&run, cx->mem, pool);
    assert_int_equal(test_i64(&run, "SELECT 1", DB_NONE), 1);
    db_release(&run);
    db_pool_free(pool);
    door_close(&open);
    close(mute.listener);
}

static void work_hard(struct ctx *cx, unsigned index, void *arg)
{
    unsigned *done = arg;
    struct db_rows rows;

    for (int i = 0; i < ROUNDS; i++) {
        bool ok = db_query(cx, &rows, "SELECT ? + ?", DB_INT(index), DB_INT(i)) && db_next(&rows) &&
                  db_i64(&rows.row, 0) == (int64_t)index + i;

        done[index] += ok;
        db_release(cx);
        ctx_retry(cx);
    }
}

static void many_threads_share_few_connections(void **state)
{
    struct ctx *cx = test_ctx(state);
    unsigned done[2 * THREADS] = {0};

    test_threads(cx, 2 * THREADS, work_hard, done);
    for (int i = 0; i < 2 * THREADS; i++)
        assert_int_equal(done[i], ROUNDS);
}

int main(void)
{
    static const struct CMUnitTest TESTS[] = {
        cmocka_unit_test(a_full_pool_is_busy_and_a_returned_connection_is_lent_again),
        cmocka_unit_test(a_connection_is_used_again),
        cmocka_unit_test(a_killed_connection_is_replaced_before_anybody_notices),
        cmocka_unit_test(a_connection_lost_within_a_transaction_fails_all_of_it),
        cmocka_unit_test(a_connection_lost_at_commit_is_busy),
        cmocka_unit_test(a_silent_database_is_waited_for_only_so_long),
        cmocka_unit_test(a_wrong_password_says_so_at_once),
        cmocka_unit_test(hosts_that_do_not_answer_are_passed_over),
        cmocka_unit_test(when_a_host_dies_the_next_one_is_used),
        cmocka_unit_test(a_host_that_says_nothing_is_passed_over),
        cmocka_unit_test(many_threads_share_few_connections),
        cmocka_unit_test(a_database_that_died_is_busy_and_the_pool_recovers_when_it_is_back),
    };

    return test_group_run("db_pool", TESTS, COUNT(TESTS));
}
