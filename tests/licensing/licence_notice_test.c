#include "base/clock.h"
#include "licensing/licence_notice.h"
#include "licensing/licence_use.h"
#include "tests/licensing/licensing_make.h"

static int64_t count(struct ctx *cx, struct id id, enum event_kind kind)
{
    return test_i64(
        cx, "SELECT COUNT(*) FROM event WHERE tenant_id = ? AND subject_id = ? AND name = ?",
        DB_ID(cx->tenant_id), DB_ID(id), DB_TEXT(event_name(kind)));
}

static void expect(struct ctx *cx, struct id id, int64_t expiring, int64_t expired, int64_t due,
                   int64_t overdue)
{
    assert_int_equal(count(cx, id, EVENT_LICENCE_EXPIRING), expiring);
    assert_int_equal(count(cx, id, EVENT_LICENCE_EXPIRED), expired);
    assert_int_equal(count(cx, id, EVENT_LICENCE_CHECK_IN_DUE), due);
    assert_int_equal(count(cx, id, EVENT_LICENCE_CHECK_IN_OVERDUE), overdue);
}

static unsigned tell(struct ctx *cx)
{
    unsigned told;

    test_ok(cx, licence_notice_tell(cx, 100, &told));
    return told;
}

static struct id ending(struct ctx *cx, int64_t at)
{
    struct policy draft = licensing_policy(cx);
    struct licence *l;

    test_ok(cx,
            licence_issue(cx,
                          &(struct licence_draft){.policy_id = licensing_add_policy(cx, &draft)->id,
                                                  .expires_at = at},
                          &l));
    return l->id;
}

static void an_end_is_told_once_a_day_while_it_is_near(void **state)
{
    struct ctx *cx = test_ctx(state);
    struct id far = ending(cx, cx->now + 10 * CLOCK_DAY);
    struct id near = ending(cx, cx->now + 2 * CLOCK_DAY + CLOCK_HOUR);
    struct id past = ending(cx, cx->now - CLOCK_DAY);
    struct id old = ending(cx, cx->now - 4 * CLOCK_DAY);

    assert_int_equal(tell(cx), 2);
    assert_int_equal(tell(cx), 0);
    cx->now += CLOCK_DAY - CLOCK_MINUTE;
    assert_int_equal(tell(cx), 0);
    cx->now += CLOCK_MINUTE;
    assert_int_equal(tell(cx), 2);
    expect(cx, far, 0, 0, 0, 0);
    expect(cx, near, 2, 0, 0, 0);
    expect(cx, past, 0, 2, 0, 0);
    expect(cx, old, 0, 0, 0, 0);
    cx->now += 2 * CLOCK_DAY; /* the near one has ended, the past one is forgotten */
    assert_int_equal(tell(cx), 1);
    expect(cx, near, 2, 1, 0, 0);
    expect(cx, past, 0, 2, 0, 0);
}

static void a_renewed_licence_is_told_of_no_more(void **state)
{
    struct ctx *cx = test_ctx(state);
    struct policy draft = licensing_policy(cx);
    struct licence *l;

    draft.duration_seconds = 2 * 86400;
    l = licensing_licence(cx, &draft);
    assert_int_equal(tell(cx), 1);
    draft.duration_seconds = 30 * 86400;
    test_sql(cx, "UPDATE policy SET duration_seconds = 2592000 WHERE tenant_id = ? AND id = ?",
             DB_ID(cx->tenant_id), DB_ID(l->policy_id));
    test_ok(cx, licence_renew(cx, l->id, "", &l));
    cx->now += CLOCK_DAY;
    assert_int_equal(tell(cx), 0);
}

static void a_check_in_is_told_before_and_after_its_day(void **state)
{
    struct ctx *cx = test_ctx(state);
    struct policy draft = licensing_policy(cx);
    struct licence *l;

    draft.require_check_in = true;
    draft.check_in_interval = POLICY_MONTH;
    draft.check_in_count = 1;
    l = licensing_licence(cx, &draft);
    assert_int_equal(tell(cx), 0);
    cx->now = licence_next_check_in(&draft, l->last_check_in_at) - 3 * CLOCK_DAY;
    assert_int_equal(tell(cx), 1);
    expect(cx, l->id, 0, 0, 1, 0);
    cx->now += 3 * CLOCK_DAY;
    assert_int_equal(tell(cx), 1);
    expect(cx, l->id, 0, 0, 1, 1);
    test_ok(cx, licence_use_check_in(cx, l->id, &l));
    cx->now += CLOCK_DAY;
    assert_int_equal(tell(cx), 0);
    expect(cx, l->id, 0, 0, 1, 1);
}

static void what_is_gone_or_anothers_is_not_told_of(void **state)
{
    struct ctx *here = test_ctx(state);
    struct ctx *there = test_ctx(state);
    struct id gone = ending(here, here->now + CLOCK_DAY);
    struct id theirs = ending(there, there->now + CLOCK_DAY);

    test_ok(here, licence_delete(here, gone));
    assert_int_equal(tell(here), 0);
    expect(there, theirs, 0, 0, 0, 0);
    assert_int_equal(tell(there), 1);
}

static void tell_in_thread(struct ctx *cx, unsigned index, void *arg)
{
    unsigned told;

    (void)index, (void)arg;
    if (!licence_notice_tell(cx, 100, &told))
        assert_ptr_equal(cx->err.kind, &ERR_BUSY); /* two met: the next round tells the rest */
}

static void nodes_that_tell_at_once_tell_once(void **state)
{
    struct ctx *cx = test_ctx(state);
    struct id ids[5];

    for (size_t i = 0; i < COUNT(ids); i++)
        ids[i] = ending(cx, cx->now + CLOCK_DAY);
    test_threads(cx, 8, tell_in_thread, NULL);
    tell(cx);
    for (size_t i = 0; i < COUNT(ids); i++)
        expect(cx, ids[i], 1, 0, 0, 0);
}

static void a_failure_leaves_nothing_told_half(void **state)
{
    struct ctx *cx = test_ctx(state);
    struct id id = ending(cx, cx->now + CLOCK_DAY);
    unsigned told;

    for (int n = 0; n < 20; n++) {
        db_fail_after(cx, n);
        if (licence_notice_tell(cx, 100, &told))
            break;
        err_clear(&cx->err);
    }
    db_fail_after(cx, -1);
    tell(cx);
    expect(cx, id, 1, 0, 0, 0);
}

int main(void)
{
    static const struct CMUnitTest TESTS[] = {
        cmocka_unit_test(an_end_is_told_once_a_day_while_it_is_near),
        cmocka_unit_test(a_renewed_licence_is_told_of_no_more),
        cmocka_unit_test(a_check_in_is_told_before_and_after_its_day),
        cmocka_unit_test(what_is_gone_or_anothers_is_not_told_of),
        cmocka_unit_test(nodes_that_tell_at_once_tell_once),
        cmocka_unit_test(a_failure_leaves_nothing_told_half),
    };

    return test_group_run("licence_notice", TESTS, COUNT(TESTS));
}
