#include "base/clock.h"
#include "licensing/heartbeat.h"
#include "licensing/snapshot.h"
#include "licensing/verdict.h"
#include "tests/licensing/licensing_make.h"

static struct machine *make(struct ctx *cx, const struct policy *draft)
{
    return licensing_machine(cx, licensing_licence(cx, draft)->id, "fp");
}

static int64_t deaths_told(struct ctx *cx)
{
    return test_i64(cx, "SELECT COUNT(*) FROM event WHERE tenant_id = ? AND name = 'machine.dead'",
                    DB_ID(cx->tenant_id));
}

/* Other tests' machines are swept as well: what counts is the deaths told in this tenant so far. */
static void sweep(struct ctx *cx, int64_t deaths)
{
    struct id tenant_id = cx->tenant_id;
    unsigned done;

    test_ok(cx, heartbeat_sweep(cx, 1000, &done));
    cx->tenant_id = tenant_id;
    assert_int_equal(deaths_told(cx), deaths);
}

static void the_first_beat_begins_the_watch(void **state)
{
    struct ctx *cx = test_ctx(state);
    struct policy draft = licensing_policy(cx);
    struct machine *m = make(cx, &draft);

    assert_int_equal(m->heartbeat, MACHINE_NOT_STARTED);
    cx->now += CLOCK_DAY; /* not watched: never dead */
    test_ok(cx, heartbeat_ping(cx, m->id, &m));
    assert_int_equal(m->heartbeat, MACHINE_ALIVE);
    assert_int_equal(m->last_heartbeat_at, cx->now);
    assert_int_equal(m->last_seen_at, cx->now);
    test_ok(cx, heartbeat_reset(cx, m->id, &m));
    assert_int_equal(m->heartbeat, MACHINE_NOT_STARTED);
    assert_int_equal(m->last_heartbeat_at, 0);
    test_refused(cx, heartbeat_ping(cx, cx->tenant_id, &m), &ERR_NOT_FOUND);
    test_refused(cx, heartbeat_reset(cx, cx->tenant_id, &m), &ERR_NOT_FOUND);
}

static void a_dead_machine_revives_as_its_policy_says(void **state)
{
    struct ctx *cx = test_ctx(state);
    static const struct {
        enum policy_revive revive;
        int64_t late_us; /* after the heartbeat's end */
        bool revives;
    } CASES[] = {
        {POLICY_NO_REVIVE, 1, false},
        {POLICY_REVIVE_1_MINUTE, CLOCK_MINUTE, true},
        {POLICY_REVIVE_2_MINUTES, 2 * CLOCK_MINUTE + 1, false},
        {POLICY_REVIVE_5_MINUTES, 5 * CLOCK_MINUTE, true},
        {POLICY_REVIVE_10_MINUTES, 10 * CLOCK_MINUTE + 1, false},
        {POLICY_REVIVE_15_MINUTES, 15 * CLOCK_MINUTE, true},
        {POLICY_ALWAYS_REVIVE, 30 * CLOCK_DAY, true},
    };

    for (size_t i = 0; i < COUNT(CASES); i++) {
        struct policy draft = licensing_policy(cx);
        struct machine *m;

        draft.cull = POLICY_KEEP_DEAD;
        draft.revive = CASES[i].revive;
        draft.heartbeat_seconds = 60;
        cx->now = TEST_NOW;
        m = make(cx, &draft);
        test_ok(cx, heartbeat_ping(cx, m->id, &m));
        cx->now += CLOCK_MINUTE;
        test_ok(cx, machine_get(cx, m->id, &m));
        assert_int_equal(m->heartbeat, MACHINE_ALIVE); /* to the last instant */
        cx->now += CASES[i].late_us;
        test_ok(cx, machine_get(cx, m->id, &m));
        assert_int_equal(m->heartbeat, MACHINE_DEAD);
        if (!CASES[i].revives) {
            test_refused(cx, heartbeat_ping(cx, m->id, &m), &ERR_HEARTBEAT_DEAD);
            continue;
        }
        test_ok(cx, heartbeat_ping(cx, m->id, &m));
        assert_int_equal(m->heartbeat, MACHINE_RESURRECTED);
        test_ok(cx, machine_get(cx, m->id, &m));
        assert_int_equal(m->heartbeat, MACHINE_ALIVE); /* told as revived just once */
    }
}

static void a_machine_never_heard_has_no_window_to_revive(void **state)
{
    struct ctx *cx = test_ctx(state);
    struct policy draft = licensing_policy(cx);
    struct machine *m;

    draft.require_heartbeat = true;
    draft.revive = POLICY_REVIVE_15_MINUTES;
    m = make(cx, &draft);
    cx->now += 600 * CLOCK_SECOND + 1;
    test_refused(cx, heartbeat_ping(cx, m->id, &m), &ERR_HEARTBEAT_DEAD);
}

static void the_sweep_removes_the_dead_and_frees_their_seats(void **state)
{
    struct ctx *cx = test_ctx(state);
    struct policy draft = licensing_policy(cx);
    struct machine *m = make(cx, &draft);
    struct machine *unwatched = licensing_machine(cx, m->licence_id, "unwatched");

    test_ok(cx, heartbeat_ping(cx, m->id, &m));
    cx->now += 600 * CLOCK_SECOND;
    sweep(cx, 0); /* alive to the last instant */
    cx->now += 1;
    sweep(cx, 1);
    test_refused(cx, machine_get(cx, m->id, &m), &ERR_NOT_FOUND);
    test_ok(cx, machine_get(cx, unwatched->id, &m));
    sweep(cx, 1);
}

static void kept_machines_are_told_dead_once_a_life(void **state)
{
    struct ctx *cx = test_ctx(state);
    struct policy draft = licensing_policy(cx);
    struct machine *m;

    draft.cull = POLICY_KEEP_DEAD;
    draft.revive = POLICY_ALWAYS_REVIVE;
    m = make(cx, &draft);
    test_ok(cx, heartbeat_ping(cx, m->id, &m));
    cx->now += CLOCK_HOUR;
    sweep(cx, 1);
    sweep(cx, 1);
    test_ok(cx, heartbeat_ping(cx, m->id, &m));
    cx->now += CLOCK_HOUR;
    sweep(cx, 2);
}

static void the_sweep_waits_out_the_window_to_revive(void **state)
{
    struct ctx *cx = test_ctx(state);
    struct policy draft = licensing_policy(cx);
    struct machine *m;

    draft.revive = POLICY_REVIVE_5_MINUTES;
    m = make(cx, &draft);
    test_ok(cx, heartbeat_ping(cx, m->id, &m));
    cx->now += 600 * CLOCK_SECOND + 5 * CLOCK_MINUTE;
    sweep(cx, 1); /* told */
    test_ok(cx, machine_get(cx, m->id, &m));
    cx->now += 1;
    sweep(cx, 1); /* removed */
    test_refused(cx, machine_get(cx, m->id, &m), &ERR_NOT_FOUND);
}

static void a_required_beat_that_never_came_ends_the_machine(void **state)
{
    struct ctx *cx = test_ctx(state);
    struct policy draft = licensing_policy(cx);
    struct machine *m;

    draft.require_heartbeat = true;
    draft.heartbeat_seconds = 120;
    m = make(cx, &draft);
    cx->now += 120 * CLOCK_SECOND;
    sweep(cx, 0);
    cx->now += 1;
    sweep(cx, 1);
    test_refused(cx, machine_get(cx, m->id, &m), &ERR_NOT_FOUND);
}

static void beats_are_seen_by_validations(void **state)
{
    struct ctx *cx = test_ctx(state);
    struct policy draft = licensing_policy(cx);
    const struct verdict_scope scope = {.fingerprint = "fp"};
    struct snapshot *s;
    struct machine *m;

    draft.require_heartbeat = true;
    m = make(cx, &draft);
    test_ok(cx, snapshot_load_id(cx, m->licence_id, &s));
    assert_int_equal(verdict_decide(s, &scope, cx->now).code, VERDICT_HEARTBEAT_NOT_STARTED);
    test_ok(cx, heartbeat_ping(cx, m->id, &m));
    test_ok(cx, snapshot_load_id(cx, m->licence_id, &s));
    assert_int_equal(verdict_decide(s, &scope, cx->now).code, VERDICT_VALID);
    cx->now += CLOCK_HOUR;
    assert_int_equal(verdict_decide(s, &scope, cx->now).code, VERDICT_HEARTBEAT_DEAD);
}

static bool ping(struct ctx *cx, void *arg)
{
    struct machine *m;

    return heartbeat_ping(cx, *(struct id *)arg, &m);
}

static void a_beat_leaves_nothing_behind_when_any_statement_fails(void **state)
{
    struct ctx *cx = test_ctx(state);
    struct policy draft = licensing_policy(cx);
    struct machine *m = make(cx, &draft);

    test_failures(cx, ping, &m->id, NULL);
}

int main(void)
{
    static const struct CMUnitTest TESTS[] = {
        cmocka_unit_test(the_first_beat_begins_the_watch),
        cmocka_unit_test(a_dead_machine_revives_as_its_policy_says),
        cmocka_unit_test(a_machine_never_heard_has_no_window_to_revive),
        cmocka_unit_test(the_sweep_removes_the_dead_and_frees_their_seats),
        cmocka_unit_test(kept_machines_are_told_dead_once_a_life),
        cmocka_unit_test(the_sweep_waits_out_the_window_to_revive),
        cmocka_unit_test(a_required_beat_that_never_came_ends_the_machine),
        cmocka_unit_test(beats_are_seen_by_validations),
        cmocka_unit_test(a_beat_leaves_nothing_behind_when_any_statement_fails),
    };

    return test_group_run("heartbeat", TESTS, COUNT(TESTS));
}
