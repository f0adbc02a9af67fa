/* The thread of the role `jobs`, from the outside. */
#include "base/clock.h"
#include "db/event.h"
#include "portal/jobs/jobs.h"
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

int main(int argc, char **argv)
{
    static const struct CMUnitTest TESTS[] = {
        cmocka_unit_test(events_are_linked_and_taken_and_sessions_end),
        cmocka_unit_test(the_loop_outlives_a_failing_job),
    };

    if (argc > 1 && strcmp(argv[1], "script-worker") == 0)
        return script_worker_main();
    return test_group_run("jobs", TESTS, COUNT(TESTS));
}
