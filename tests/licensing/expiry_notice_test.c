/* Notices at 60, 30, 7 and 1 days before the end (LS13). */
#include "base/clock.h"
#include "licensing/expiry_notice.h"
#include "tests/licensing/licensing_make.h"

static struct licence *yearly(struct ctx *cx)
{
    struct policy draft = licensing_policy(cx);

    draft.duration_seconds = 365 * 24 * 3600;
    return licensing_licence(cx, &draft);
}

static void set_end(struct ctx *cx, struct id id, int64_t expires_at)
{
    test_sql(cx, "UPDATE licence SET expires_at = ? WHERE tenant_id = ? AND id = ?",
             DB_TIME(expires_at), DB_ID(cx->tenant_id), DB_ID(id));
}

static unsigned tell_at(struct ctx *cx, int64_t now)
{
    unsigned told;

    cx->now = now;
    test_ok(cx, expiry_notice_tell(cx, 100, &told));
    return told;
}

static int64_t events(struct ctx *cx, int64_t days)
{
    return test_i64(cx,
                    "SELECT COUNT(*) FROM event WHERE tenant_id = ? AND name = 'licence.ending' "
                    "AND JSON_VALUE(data, '$.days') = ?",
                    DB_ID(cx->tenant_id), DB_INT(days));
}

static void each_notice_is_told_once_on_its_day(void **state)
{
    struct ctx *cx = test_ctx(state);
    struct licence *l = yearly(cx);

    assert_int_equal(tell_at(cx, l->expires_at - 60 * CLOCK_DAY - 1), 0);
    for (int i = 0; i < EXPIRY_NOTICE_COUNT; i++) {
        int64_t days = EXPIRY_NOTICE_DAYS[i];

        assert_int_equal(tell_at(cx, l->expires_at - days * CLOCK_DAY), 1);
        assert_int_equal(tell_at(cx, l->expires_at - days * CLOCK_DAY + 1), 0);
        assert_int_equal(events(cx, days), 1);
    }
    assert_int_equal(tell_at(cx, l->expires_at), 0);
}

static void a_renewal_cancels_what_was_left_and_begins_anew(void **state)
{
    struct ctx *cx = test_ctx(state);
    struct licence *l = yearly(cx);
    int64_t end = l->expires_at;

    assert_int_equal(tell_at(cx, end - 60 * CLOCK_DAY), 1);
    test_ok(cx, licence_renew(cx, l->id, "", &l));
    assert_int_equal(tell_at(cx, end - 30 * CLOCK_DAY), 0);
    assert_int_equal(tell_at(cx, end - CLOCK_DAY), 0);
    assert_int_equal(tell_at(cx, l->expires_at - 60 * CLOCK_DAY), 1);
    assert_int_equal(events(cx, 60), 2);
}

static void what_was_missed_is_told_by_its_nearest_notice_only(void **state)
{
    struct ctx *cx = test_ctx(state);
    struct licence *l = yearly(cx);

    assert_int_equal(tell_at(cx, l->expires_at - 5 * CLOCK_DAY), 1);
    assert_int_equal(events(cx, 7), 1);
    assert_int_equal(events(cx, 30) + events(cx, 60), 0);
}

static void a_licence_shorter_than_a_notice_does_not_get_it(void **state)
{
    struct ctx *cx = test_ctx(state);
    struct licence *l = yearly(cx);

    set_end(cx, l->id, cx->now + 30 * CLOCK_DAY); /* a trial of a month */
    assert_int_equal(tell_at(cx, cx->now + 1), 0);
    assert_int_equal(tell_at(cx, l->created_at + 23 * CLOCK_DAY), 1);
    assert_int_equal(events(cx, 7), 1);
}

static void suspended_revoked_and_endless_ones_are_left_alone(void **state)
{
    struct ctx *cx = test_ctx(state);
    struct licence *suspended = yearly(cx), *revoked = yearly(cx);

    licensing_licence(cx, NULL);
    test_ok(cx, licence_suspend(cx, suspended->id, "", &suspended));
    test_ok(cx, licence_revoke(cx, revoked->id, ""));
    assert_int_equal(tell_at(cx, suspended->expires_at - 60 * CLOCK_DAY), 0);
}

static void the_notice_in_force_is_told_to_programs(void **state)
{
    static const struct {
        int64_t left_days, notice;
    } CASES[] = {{61, 0}, {60, 60}, {31, 60}, {30, 30}, {7, 7}, {2, 7}, {1, 1}, {0, 0}, {-1, 0}};

    (void)state;
    for (size_t i = 0; i < COUNT(CASES); i++)
        assert_int_equal(expiry_notice_at(TEST_NOW + CASES[i].left_days * CLOCK_DAY, TEST_NOW),
                         CASES[i].notice);
    assert_int_equal(expiry_notice_at(0, TEST_NOW), 0);
}

int main(void)
{
    static const struct CMUnitTest TESTS[] = {
        cmocka_unit_test(each_notice_is_told_once_on_its_day),
        cmocka_unit_test(a_renewal_cancels_what_was_left_and_begins_anew),
        cmocka_unit_test(what_was_missed_is_told_by_its_nearest_notice_only),
        cmocka_unit_test(a_licence_shorter_than_a_notice_does_not_get_it),
        cmocka_unit_test(suspended_revoked_and_endless_ones_are_left_alone),
        cmocka_unit_test(the_notice_in_force_is_told_to_programs),
    };

    return test_group_run("expiry_notice", TESTS, COUNT(TESTS));
}
