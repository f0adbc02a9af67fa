#include "base/clock.h"
#include "db/job.h"
#include "tests/support/test.h"

#include <stdio.h>
#include <string.h>

static const int64_t LEASE = 60 * CLOCK_SECOND;

/* Each test has a kind of its own: claims see all tenants. */
static const char *kind_of(struct ctx *cx)
{
    return arena_printf(cx->mem, "test.%s", id_text(cx->mem, cx->tenant_id));
}

static unsigned claim(struct ctx *cx, struct job **out)
{
    unsigned count = 0;

    test_ok(cx, job_claim(cx, kind_of(cx), 10, LEASE, out, &count));
    return count;
}

static void a_job_is_claimed_when_it_is_due(void **state)
{
    struct ctx *cx = test_ctx(state);
    struct job *jobs;

    test_ok(cx, job_add(cx, kind_of(cx), NULL, cx->now + CLOCK_HOUR, "{\"n\":1}"));
    assert_int_equal(claim(cx, &jobs), 0);
    cx->now += CLOCK_HOUR;
    assert_int_equal(claim(cx, &jobs), 1);
    assert_string_equal(jobs[0].data, "{\"n\":1}");
    assert_true(id_equal(jobs[0].tenant_id, cx->tenant_id));
    assert_true(jobs[0].due_at == cx->now);
    assert_int_equal(jobs[0].attempts, 1);
    assert_int_equal(claim(cx, &jobs), 0);
}

static void a_finished_job_is_gone(void **state)
{
    struct ctx *cx = test_ctx(state);
    struct job *jobs;

    test_ok(cx, job_add(cx, kind_of(cx), NULL, cx->now, NULL));
    assert_int_equal(claim(cx, &jobs), 1);
    assert_null(jobs[0].data);
    test_ok(cx, job_done(cx, &jobs[0]));
    cx->now += CLOCK_DAY;
    assert_int_equal(claim(cx, &jobs), 0);
}

static void an_abandoned_job_comes_again_and_the_late_worker_is_refused(void **state)
{
    struct ctx *cx = test_ctx(state);
    struct job *late;
    struct job *jobs;
    bool gave_up;

    test_ok(cx, job_add(cx, kind_of(cx), NULL, cx->now, NULL));
    assert_int_equal(claim(cx, &late), 1);
    cx->now += LEASE;
    assert_int_equal(claim(cx, &jobs), 1);
    assert_int_equal(jobs[0].attempts, 2);
    test_refused(cx, job_done(cx, &late[0]), &ERR_CONFLICT);
    test_refused(cx, job_failed(cx, &late[0], "late", &gave_up), &ERR_CONFLICT);
    test_refused(cx, job_extend(cx, &late[0], LEASE), &ERR_CONFLICT);
    test_ok(cx, job_done(cx, &jobs[0]));
}

static void a_longer_lease_keeps_others_away(void **state)
{
    struct ctx *cx = test_ctx(state);
    struct job *held;
    struct job *jobs;

    test_ok(cx, job_add(cx, kind_of(cx), NULL, cx->now, NULL));
    assert_int_equal(claim(cx, &held), 1);
    test_ok(cx, job_extend(cx, &held[0], 10 * LEASE));
    cx->now += 2 * LEASE;
    assert_int_equal(claim(cx, &jobs), 0);
    test_ok(cx, job_done(cx, &held[0]));
}

static void a_failing_job_waits_longer_each_time_and_is_parked_in_the_end(void **state)
{
    struct ctx *cx = test_ctx(state);
    struct job *jobs;
    bool gave_up = false;
    int64_t pause = 0;
    int tries = 0;

    test_ok(cx, job_add(cx, kind_of(cx), NULL, cx->now, NULL));
    while (!gave_up && tries < 100) {
        int64_t next;

        assert_int_equal(claim(cx, &jobs), 1);
        tries++;
        test_ok(cx, job_failed(cx, &jobs[0], "no route to host", &gave_up));
        next = test_i64(cx,
                        "SELECT TIMESTAMPDIFF(SECOND, ?, next_at) FROM job "
                        "WHERE tenant_id = ?",
                        DB_TIME(cx->now), DB_ID(cx->tenant_id));
        assert_true(next >= pause && next > 0);
        pause = next;
        assert_int_equal(claim(cx, &jobs), 0);
        cx->now += CLOCK_DAY;
    }
    assert_int_equal(tries, JOB_ATTEMPTS_MAX);
    assert_int_equal(claim(cx, &jobs), 0);
    assert_string_equal(
        test_text(cx, "SELECT reason FROM job WHERE tenant_id = ?", DB_ID(cx->tenant_id)),
        "no route to host");
}

static void a_long_reason_is_cut_at_a_character(void **state)
{
    struct ctx *cx = test_ctx(state);
    struct str reason = str_new(cx->mem);
    struct job *jobs;
    bool gave_up;

    for (int i = 0; i < 199; i++)
        str_char(&reason, 'x');
    str_add(&reason, "\xe6\x8e\x88\xe6\x9d\x83");
    test_ok(cx, job_add(cx, kind_of(cx), NULL, cx->now, NULL));
    assert_int_equal(claim(cx, &jobs), 1);
    test_ok(cx, job_failed(cx, &jobs[0], reason.p, &gave_up));
    assert_int_equal(test_i64(cx, "SELECT CHAR_LENGTH(reason) FROM job WHERE tenant_id = ?",
                              DB_ID(cx->tenant_id)),
                     199);
}

static void a_job_with_a_key_waits_once_and_moves(void **state)
{
    struct ctx *cx = test_ctx(state);
    struct job *jobs;

    test_ok(cx, job_add(cx, kind_of(cx), "ticket-7", cx->now, "1"));
    test_ok(cx, job_add(cx, kind_of(cx), "ticket-7", cx->now + CLOCK_HOUR, "2"));
    test_ok(cx, job_add(cx, kind_of(cx), "ticket-8", cx->now + CLOCK_HOUR, "3"));
    assert_int_equal(claim(cx, &jobs), 0);
    cx->now += CLOCK_HOUR;
    assert_int_equal(claim(cx, &jobs), 2);
    assert_string_equal(jobs[0].data, "2");
}

static void a_job_added_again_while_it_runs_runs_again(void **state)
{
    struct ctx *cx = test_ctx(state);
    struct job *held;
    struct job *jobs;

    test_ok(cx, job_add(cx, kind_of(cx), "k", cx->now, "old"));
    assert_int_equal(claim(cx, &held), 1);
    test_ok(cx, job_add(cx, kind_of(cx), "k", cx->now, "new"));
    test_refused(cx, job_done(cx, &held[0]), &ERR_CONFLICT);
    assert_int_equal(claim(cx, &jobs), 1);
    assert_string_equal(jobs[0].data, "new");
}

static void a_cancelled_job_does_not_run(void **state)
{
    struct ctx *cx = test_ctx(state);
    struct job *jobs;

    test_ok(cx, job_add(cx, kind_of(cx), "k", cx->now, NULL));
    test_ok(cx, job_cancel(cx, kind_of(cx), "k"));
    test_ok(cx, job_cancel(cx, kind_of(cx), "k"));
    assert_int_equal(claim(cx, &jobs), 0);
}

static void cancelling_does_not_reach_another_tenant(void **state)
{
    struct ctx *one = test_ctx(state);
    struct ctx *two = test_ctx(state);
    struct job *jobs;

    test_ok(one, job_add(one, kind_of(one), "k", one->now, NULL));
    test_ok(two, job_cancel(two, kind_of(one), "k"));
    assert_int_equal(claim(one, &jobs), 1);
}

static void a_job_is_undone_with_its_transaction(void **state)
{
    struct ctx *cx = test_ctx(state);
    struct job *jobs;

    test_ok(cx, db_begin(cx));
    test_ok(cx, job_add(cx, kind_of(cx), NULL, cx->now, NULL));
    db_rollback(cx);
    assert_int_equal(claim(cx, &jobs), 0);
}

struct claimed {
    const char *kind;
    unsigned counts[8];
};

static void claim_in_thread(struct ctx *cx, unsigned index, void *arg)
{
    struct claimed *claimed = arg;
    struct job *jobs;
    unsigned count;

    for (int i = 0; i < 60; i++) {
        if (job_claim(cx, claimed->kind, 2, LEASE, &jobs, &count))
            claimed->counts[index] += count;
        ctx_retry(cx);
    }
}

static void many_claimants_never_share_a_job(void **state)
{
    struct ctx *cx = test_ctx(state);
    struct claimed claimed = {.kind = kind_of(cx)};
    unsigned sum = 0;
    struct job *jobs;

    for (int i = 0; i < 50; i++)
        test_ok(cx, job_add(cx, claimed.kind, NULL, cx->now, NULL));
    test_threads(cx, 8, claim_in_thread, &claimed);
    for (int i = 0; i < 8; i++)
        sum += claimed.counts[i];
    while (claim(cx, &jobs) > 0)
        sum += 1;
    assert_int_equal(sum, 50);
    assert_int_equal(
        test_i64(cx, "SELECT MAX(attempts) FROM job WHERE tenant_id = ?", DB_ID(cx->tenant_id)), 1);
}

int main(void)
{
    static const struct CMUnitTest TESTS[] = {
        cmocka_unit_test(a_job_is_claimed_when_it_is_due),
        cmocka_unit_test(a_finished_job_is_gone),
        cmocka_unit_test(an_abandoned_job_comes_again_and_the_late_worker_is_refused),
        cmocka_unit_test(a_longer_lease_keeps_others_away),
        cmocka_unit_test(a_failing_job_waits_longer_each_time_and_is_parked_in_the_end),
        cmocka_unit_test(a_long_reason_is_cut_at_a_character),
        cmocka_unit_test(a_job_with_a_key_waits_once_and_moves),
        cmocka_unit_test(a_job_added_again_while_it_runs_runs_again),
        cmocka_unit_test(a_cancelled_job_does_not_run),
        cmocka_unit_test(cancelling_does_not_reach_another_tenant),
        cmocka_unit_test(a_job_is_undone_with_its_transaction),
        cmocka_unit_test(many_claimants_never_share_a_job),
    };

    return test_group_run("job", TESTS, COUNT(TESTS));
}
