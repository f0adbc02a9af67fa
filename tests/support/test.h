/* Tests on a real database: each program has a private MariaDB of its own, each test a tenant of
 * its own and a clock that stands still.
 *
 *   static void closing_twice_is_a_conflict(void **state)
 *   {
 *       struct ctx *cx = test_ctx(state);
 *       ...
 *   }
 *   int main(void)
 *   {
 *       static const struct CMUnitTest TESTS[] = {cmocka_unit_test(closing_twice_is_a_conflict)};
 *       return test_group_run("ticket", TESTS, COUNT(TESTS));
 *   }
 */
#pragma once

#include "db/db.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include <cmocka.h>

/* 2026-03-02 09:00:00 UTC, a Monday: cx->now of every test. */
#define TEST_NOW INT64_C(1772442000000000)

enum { TEST_POOL_SIZE = 32 };

/* Starts the database, runs the tests, stops it. What main returns. */
int test_group_run(const char *name, const struct CMUnitTest *tests, size_t count);
/* The same with something started before the first test and stopped after the last. */
int test_group_run_around(const char *name, const struct CMUnitTest *tests, size_t count,
                          int (*before)(void **state), int (*after)(void **state));

/* A run in a new tenant, the system looking. Called again in the same test: another tenant. Gone
 * after the test. */
struct ctx *test_ctx(void **state);
/* A further run in the same tenant, with a connection of its own. */
struct ctx *test_again(const struct ctx *cx);
struct db_pool *test_pool(void);
const struct db_target *test_target(void);
/* An empty folder of this program, removed at its end. */
const char *test_dir(void);
/* The process of this program's database, to do it harm; test_server_start brings it back. */
pid_t test_server_pid(void);
void test_server_start(void);

/* Fails the test with the error's text unless ok. */
#define test_ok(cx, ok) test_check((cx), (ok), #ok, __FILE__, __LINE__)
void test_check(struct ctx *cx, bool ok, const char *what, const char *file, int line);
/* Fails unless the call failed with that kind; then forgets the error and rolls back. */
#define test_refused(cx, ok, kind) test_check_refused((cx), (ok), (kind), #ok, __FILE__, __LINE__)
void test_check_refused(struct ctx *cx, bool ok, const struct err_kind *kind, const char *what,
                        const char *file, int line);

/* The first column of the first row; a test's own SQL. */
#define test_i64(cx, sql, ...)                                       \
    test_i64_args((cx), (sql), (const struct db_arg[]){__VA_ARGS__}, \
                  sizeof((const struct db_arg[]){__VA_ARGS__}) / sizeof(struct db_arg))
int64_t test_i64_args(struct ctx *cx, const char *sql, const struct db_arg *args, size_t count);
#define test_text(cx, sql, ...)                                       \
    test_text_args((cx), (sql), (const struct db_arg[]){__VA_ARGS__}, \
                   sizeof((const struct db_arg[]){__VA_ARGS__}) / sizeof(struct db_arg))
const char *test_text_args(struct ctx *cx, const char *sql, const struct db_arg *args,
                           size_t count);
#define test_sql(cx, sql, ...) test_ok((cx), db_exec((cx), NULL, (sql), __VA_ARGS__))

/* Runs work in count threads, each with a run of its own in cx's tenant. No cmocka checks in there:
 * note what happened and check it afterwards. */
void test_threads(struct ctx *cx, unsigned count,
                  void (*work)(struct ctx *cx, unsigned index, void *arg), void *arg);

/* Calls work with a failure made at its first, second, third ... statement until it succeeds; each
 * failure must be a clean ERR_BUSY. between (or NULL) is called after each failure, to check that
 * nothing was left behind. */
void test_failures(struct ctx *cx, bool (*work)(struct ctx *cx, void *arg), void *arg,
                   void (*between)(struct ctx *cx, void *arg));

/* --- makers: rows in cx's tenant --- */
struct id make_tenant(struct ctx *cx, const char *slug); /* does not change cx->tenant_id */
struct id make_person(struct ctx *cx, const char *name, const char *email);
struct id make_organisation(struct ctx *cx, const char *code, const char *name);
/* rights: RIGHT_TICKET_OWN .. RIGHT_ADMIN. */
void make_membership(struct ctx *cx, struct id person_id, struct id organisation_id,
                     uint64_t rights);

/* --- who looks --- */
void test_as_system(struct ctx *cx);
void test_as_nobody(struct ctx *cx);
void test_as_customer(struct ctx *cx, struct id person_id, struct id organisation_id,
                      uint64_t rights);
void test_as_staff(struct ctx *cx, struct id person_id, uint64_t rights);
