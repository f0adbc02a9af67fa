/* The thread of the role `jobs`, from the outside. */
#include "base/clock.h"
#include "db/event.h"
#include "portal/jobs/jobs.h"
#include "portal/jobs/work.h"
#include "portal/script_api.h"
#include "scripts/script_worker.h"
#include "tests/support/test.h"

#include <string.h>
#include <time.h>

/* Until the count is as wanted; gives up after a minute, which no working thread needs. */
static void wait_for(struct ctx *cx, const char *sql, int64_t wanted)
{
    const struct timespec pause = {.tv_nsec = 20000000};
    int64_t until = clock_mono_us() + CLOCK_MINUTE;

    while (test_i64(cx, sql, DB_ID(cx->tenant_id)) != wanted) {
        if (clock_mono_us() > until)
            fail_msg("still not %lld: %s", (long long)wanted, sql);
        nanosleep(&pause, NULL);
    }
}

static void emit(struct ctx *cx)
{
    test_ok(cx, db_begin(cx));
    test_ok(cx, event_emit(cx, EVENT_TICKET_UPDATED, cx->tenant_id, NULL));
    test_ok(cx, db_commit(cx));
}

static void events_are_linked_and_taken_and_sessions_end(void **state)
{
    struct ctx *cx = test_ctx(state);
    struct err err = {0};
    struct app app = {.jobs_pool = test_pool(),
                      .config = {.script_workers = 1,
                                 .script_check_ms = 1000,
                                 .script_after_ms = 1000,
                                 .session_idle_minutes = 60}};
    struct jobs *jobs;

    emit(cx);
    test_sql(cx,
             "INSERT INTO session (tenant_id, id, token_hash, created_at, used_at, expires_at) "
             "VALUES (?, ?, REPEAT('x', 32), ?, ?, ?)",
             DB_ID(cx->tenant_id), DB_ID(ctx_new_id(cx)), DB_TIME(cx->now), DB_TIME(cx->now),
             DB_TIME(cx->now));
    app.scripts = script_api_make(&app.config);
    assert_true(jobs_start(&err, &app, &jobs));
    wait_for(cx, "SELECT COUNT(*) FROM event WHERE tenant_id = ? AND chain_no IS NULL", 0);
    wait_for(cx, "SELECT COUNT(*) FROM event_delivery WHERE tenant_id = ?", 0);
    wait_for(cx, "SELECT COUNT(*) FROM session WHERE tenant_id = ?", 0);
    emit(cx);
    wait_for(cx, "SELECT COUNT(*) FROM event WHERE tenant_id = ? AND chain_no IS NULL", 0);
    jobs_stop(jobs);
    script_api_free(app.scripts);
}

static void the_loop_outlives_a_failing_job(void **state)
{
    struct ctx *cx = test_ctx(state);
    struct err err = {0};
    struct app app = {.jobs_pool = test_pool()};
    struct jobs *jobs;

    app.scripts = script_api_make(&(struct config){.script_workers = 1});
    test_sql(cx, "ALTER TABLE session RENAME TO session_away", DB_NONE);
    assert_true(jobs_start(&err, &app, &jobs));
    emit(cx);
    wait_for(cx, "SELECT COUNT(*) FROM event WHERE tenant_id = ? AND chain_no IS NULL", 0);
    emit(cx);
    wait_for(cx, "SELECT COUNT(*) FROM event_delivery WHERE tenant_id = ?", 0);
    jobs_stop(jobs);
    test_sql(cx, "ALTER TABLE session_away RENAME TO session", DB_NONE);
    script_api_free(app.scripts);
}

static void announce(struct ctx *cx)
{
    const struct id id = ctx_new_id(cx), person = ctx_new_id(cx), role = ctx_new_id(cx);

    test_sql(cx,
             "INSERT INTO announcement (tenant_id, id, audience, is_published, show_from, "
             "created_at, updated_at) VALUES (?, ?, 'staff', TRUE, ?, ?, ?)",
             DB_ID(cx->tenant_id), DB_ID(id), DB_TIME(cx->now), DB_TIME(cx->now), DB_TIME(cx->now));
    test_sql(cx,
             "INSERT INTO person (tenant_id, id, full_name, email, created_at, updated_at) "
             "VALUES (?, ?, 'Dan', 'dan@jobs.test', ?, ?)",
             DB_ID(cx->tenant_id), DB_ID(person), DB_TIME(cx->now), DB_TIME(cx->now));
    test_sql(cx, "INSERT INTO role (tenant_id, id, name) VALUES (?, ?, 'r')", DB_ID(cx->tenant_id),
             DB_ID(role));
    test_sql(cx, "INSERT INTO staff_member (tenant_id, person_id, role_id) VALUES (?, ?, ?)",
             DB_ID(cx->tenant_id), DB_ID(person), DB_ID(role));
}

static bool work(struct ctx *cx, const char *name)
{
    static struct app app;
    bool has_more = false;

    for (size_t i = 0; i < WORK_COUNT; i++)
        if (strcmp(WORK[i].name, name) == 0)
            return WORK[i].work(cx, &app, &has_more);
    fail_msg("no work %s", name);
    return false;
}

static void what_fails_for_one_tenant_does_not_stop_the_others(void **state)
{
    struct ctx *cx = test_ctx(state);
    const struct id own = cx->tenant_id;
    const struct id broken = make_tenant(cx, "a-broken-one"); /* before the other, by its slug */

    cx->tenant_id = broken;
    announce(cx);
    cx->tenant_id = own;
    announce(cx);
    test_sql(cx,
             arena_printf(cx->mem,
                          "CREATE TRIGGER notice_refused BEFORE INSERT ON notice FOR EACH ROW "
                          "IF NEW.tenant_id = '%s' THEN SIGNAL SQLSTATE '45000'; END IF",
                          id_text(cx->mem, broken)),
             DB_NONE);
    assert_false(work(cx, "announcements"));
    assert_non_null(cx->err.kind); /* it is told, */
    cx->err = (struct err){.kind = NULL};
    cx->tenant_id = own; /* and the other tenant's people know. */
    assert_int_equal(test_i64(cx, "SELECT COUNT(*) FROM notice WHERE tenant_id = ?", DB_ID(own)),
                     1);
    test_sql(cx, "DROP TRIGGER notice_refused", DB_NONE);
    assert_true(work(cx, "announcements"));
    assert_int_equal(test_i64(cx, "SELECT COUNT(*) FROM notice WHERE tenant_id = ?", DB_ID(broken)),
                     1);
}

int main(int argc, char **argv)
{
    static const struct CMUnitTest TESTS[] = {
        cmocka_unit_test(events_are_linked_and_taken_and_sessions_end),
        cmocka_unit_test(the_loop_outlives_a_failing_job),
        cmocka_unit_test(what_fails_for_one_tenant_does_not_stop_the_others),
    };

    if (argc > 1 && strcmp(argv[1], "script-worker") == 0)
        return script_worker_main();
    return test_group_run("jobs", TESTS, COUNT(TESTS));
}
