#include "tests/support/test.h"

#include "base/clock.h"
#include "base/crypto.h"
#include "base/json.h"
#include "tests/support/test_server.h"

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { RUNS_MAX = 64, TESTS_MAX = 200, ARENA_BLOCK = 16 * 1024, STATEMENTS_MAX = 1000 };

static struct db_pool *pool;
static struct ctx *runs[RUNS_MAX]; /* of the test that is running */
static unsigned run_count;
static unsigned tenant_count;

struct db_pool *test_pool(void)
{
    return pool;
}

static struct ctx *open_run(void)
{
    struct ctx *cx = calloc(1, sizeof(*cx));

    if (cx == NULL || run_count == RUNS_MAX)
        abort();
    ctx_start(cx, arena_make(ARENA_BLOCK), pool);
    cx->now = TEST_NOW;
    runs[run_count++] = cx;
    return cx;
}

static int close_runs(void **state)
{
    (void)state;
    while (run_count > 0) {
        struct ctx *cx = runs[--run_count];

        db_release(cx);
        arena_free(cx->mem);
        free(cx);
    }
    return 0;
}

struct ctx *test_ctx(void **state)
{
    struct ctx *cx = open_run();
    char slug[32];

    (void)state;
    snprintf(slug, sizeof(slug), "t%u", ++tenant_count);
    cx->tenant_id = make_tenant(cx, slug);
    return cx;
}

struct ctx *test_again(const struct ctx *cx)
{
    struct ctx *other = open_run();

    other->tenant_id = cx->tenant_id;
    other->actor_id = cx->actor_id;
    other->viewer = cx->viewer;
    other->master = cx->master;
    other->now = cx->now;
    return other;
}

int test_group_run(const char *name, const struct CMUnitTest *tests, size_t count)
{
    return test_group_run_around(name, tests, count, NULL, NULL);
}

int test_group_run_around(const char *name, const struct CMUnitTest *tests, size_t count,
                          int (*before)(void **state), int (*after)(void **state))
{
    static struct CMUnitTest with_end[TESTS_MAX];
    int failed;

    if (count > TESTS_MAX)
        abort();
    for (size_t i = 0; i < count; i++) {
        with_end[i] = tests[i];
        if (with_end[i].teardown_func == NULL)
            with_end[i].teardown_func = close_runs;
    }
    crypto_init();
    db_library_init();
    json_object_seed(0);
    test_server_make();
    pool = db_pool_make(test_target(), TEST_POOL_SIZE);
    failed = _cmocka_run_group_tests(name, with_end, count, before, after);
    close_runs(NULL);
    db_pool_free(pool);
    test_server_end();
    db_library_end();
    return failed;
}

/* --- checks --- */

void test_check(struct ctx *cx, bool ok, const char *what, const char *file, int line)
{
    if (ok)
        return;
    print_error("%s failed: %s %s (%s)\n", what, cx->err.kind == NULL ? "" : cx->err.kind->code,
                cx->err.oper, cx->err.where == NULL ? "" : cx->err.where);
    _fail(file, line);
}

void test_check_refused(struct ctx *cx, bool ok, const struct err_kind *kind, const char *what,
                        const char *file, int line)
{
    if (ok || cx->err.kind != kind) {
        print_error("%s: %s instead of %s: %s\n", what,
                    ok || cx->err.kind == NULL ? "success" : cx->err.kind->code, kind->code,
                    cx->err.oper);
        _fail(file, line);
    }
    err_clear(&cx->err);
}

static struct db_row first_row(struct ctx *cx, struct db_rows *rows, const char *sql,
                               const struct db_arg *args, size_t count)
{
    test_ok(cx, db_query_args(cx, rows, sql, args, count));
    assert_true(db_next(rows));
    return rows->row;
}

int64_t test_i64_args(struct ctx *cx, const char *sql, const struct db_arg *args, size_t count)
{
    struct db_rows rows;
    struct db_row row = first_row(cx, &rows, sql, args, count);

    return db_i64(&row, 0);
}

const char *test_text_args(struct ctx *cx, const char *sql, const struct db_arg *args, size_t count)
{
    struct db_rows rows;
    struct db_row row = first_row(cx, &rows, sql, args, count);

    return db_text(&row, 0);
}

/* --- threads --- */

struct thread {
    pthread_t handle;
    struct ctx cx;
    unsigned index;
    void (*work)(struct ctx *cx, unsigned index, void *arg);
    void *arg;
};

static void *thread_main(void *arg)
{
    struct thread *thread = arg;

    db_thread_start();
    thread->work(&thread->cx, thread->index, thread->arg);
    db_release(&thread->cx);
    db_thread_end();
    return NULL;
}

void test_threads(struct ctx *cx, unsigned count,
                  void (*work)(struct ctx *cx, unsigned index, void *arg), void *arg)
{
    struct thread *threads = calloc(count, sizeof(*threads));

    if (threads == NULL)
        abort();
    for (unsigned i = 0; i < count; i++) {
        struct thread *thread = &threads[i];

        ctx_start(&thread->cx, arena_make(ARENA_BLOCK), cx->pool);
        thread->cx.tenant_id = cx->tenant_id;
        thread->cx.actor_id = cx->actor_id;
        thread->cx.viewer = cx->viewer;
        thread->cx.master = cx->master;
        thread->cx.now = cx->now;
        thread->index = i;
        thread->work = work;
        thread->arg = arg;
        if (pthread_create(&thread->handle, NULL, thread_main, thread) != 0)
            abort();
    }
    for (unsigned i = 0; i < count; i++) {
        pthread_join(threads[i].handle, NULL);
        arena_free(threads[i].cx.mem);
    }
    free(threads);
}

/* --- failures --- */

void test_failures(struct ctx *cx, bool (*work)(struct ctx *cx, void *arg), void *arg,
                   void (*between)(struct ctx *cx, void *arg))
{
    for (int n = 0; n < STATEMENTS_MAX; n++) {
        bool ok;

        db_fail_after(cx, n);
        ok = work(cx, arg);
        db_fail_after(cx, -1);
        if (ok)
            return;
        if (cx->err.kind != &ERR_BUSY) {
            print_error("failure at statement %d became %s %s\n", n + 1,
                        cx->err.kind == NULL ? "no error" : cx->err.kind->code, cx->err.oper);
            fail();
        }
        ctx_retry(cx);
        if (between != NULL)
            between(cx, arg);
    }
    fail_msg("still failing after %d statements", STATEMENTS_MAX);
}

/* --- who looks --- */

void test_as_system(struct ctx *cx)
{
    cx->viewer = (struct viewer){.kind = VIEWER_SYSTEM};
    cx->actor_id = (struct id){{0}};
}

void test_as_nobody(struct ctx *cx)
{
    cx->viewer = (struct viewer){.kind = VIEWER_NOBODY};
    cx->actor_id = (struct id){{0}};
}

void test_as_customer(struct ctx *cx, struct id person_id, struct id organisation_id,
                      uint64_t rights)
{
    cx->viewer = (struct viewer){.kind = VIEWER_CUSTOMER,
                                 .person_id = person_id,
                                 .organisation_id = organisation_id,
                                 .rights = rights};
    cx->actor_id = person_id;
}

void test_as_staff(struct ctx *cx, struct id person_id, uint64_t rights)
{
    cx->viewer = (struct viewer){.kind = VIEWER_STAFF, .person_id = person_id, .rights = rights};
    cx->actor_id = person_id;
}
