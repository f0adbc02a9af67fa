/* Signatures over the chain: what a chain that was made anew does not have. */
#include "base/clock.h"
#include "base/crypto.h"
#include "db/event.h"
#include "db/event_checkpoint.h"
#include "tests/support/test.h"

#include <string.h>

static struct ctx *start(void **state)
{
    static struct crypto_master *master;
    struct ctx *cx = test_ctx(state);

    if (!master)
        test_ok(cx,
                crypto_master_open(&cx->err, arena_printf(cx->mem, "%s/checkpoint.key", test_dir()),
                                   true, &master));
    cx->master = master;
    return cx;
}

static struct id emit_linked(struct ctx *cx, int n)
{
    struct id subject = id_make(cx->now + n);
    unsigned linked;

    test_ok(cx, event_emit(cx, EVENT_PERSON_UPDATED, subject,
                           json_own(cx->mem, json_pack("{s:i}", "n", n))));
    test_ok(cx, event_chain_link(cx, 100, &linked));
    return subject;
}

static void expect(struct ctx *cx, enum event_checkpoint_fault fault, int64_t count)
{
    struct event_checkpoint_report report;

    test_ok(cx, event_checkpoint_verify(cx, &report));
    assert_int_equal(report.fault, fault);
    assert_int_equal(report.count, count);
}

static bool sign(struct ctx *cx)
{
    bool is_made;

    test_ok(cx, event_checkpoint_sign(cx, &is_made));
    return is_made;
}

/* Three signatures, an hour apart. */
static struct ctx *signed_thrice(void **state)
{
    struct ctx *cx = start(state);

    for (int i = 0; i < 3; i++) {
        emit_linked(cx, i);
        assert_true(sign(cx));
        cx->now += CLOCK_HOUR;
    }
    return cx;
}

static void a_chain_is_signed_once_an_hour_when_it_has_grown(void **state)
{
    struct ctx *cx = start(state);

    assert_false(sign(cx)); /* nothing happened yet */
    emit_linked(cx, 1);
    assert_true(sign(cx));
    emit_linked(cx, 2);
    cx->now += CLOCK_HOUR - 1;
    assert_false(sign(cx));
    cx->now += 1;
    assert_true(sign(cx));
    cx->now += CLOCK_HOUR;
    assert_false(sign(cx));
    expect(cx, EVENT_CHECKPOINT_WHOLE, 2);
}

static void an_erasure_leaves_chain_and_signatures_whole(void **state)
{
    struct ctx *cx = start(state);
    struct id subject;
    struct id broken;
    int64_t checked;

    cx->address = "192.0.2.7";
    subject = emit_linked(cx, 1);
    emit_linked(cx, 2);
    assert_true(sign(cx));
    test_ok(cx, event_erase(cx, subject));
    assert_int_equal(test_i64(cx,
                              "SELECT COUNT(*) FROM event WHERE tenant_id = ? AND address IS NULL",
                              DB_ID(cx->tenant_id)),
                     1);
    test_ok(cx, event_chain_verify(cx, &broken, &checked));
    assert_true(id_is_zero(broken));
    expect(cx, EVENT_CHECKPOINT_WHOLE, 1);
}

static void where_the_asker_was_cannot_be_changed_unnoticed(void **state)
{
    struct ctx *cx = start(state);
    struct id broken;
    int64_t checked;

    cx->address = "192.0.2.7";
    emit_linked(cx, 1);
    test_ok(cx, event_chain_verify(cx, &broken, &checked));
    assert_true(id_is_zero(broken));
    test_sql(cx, "UPDATE event SET address = '192.0.2.8' WHERE tenant_id = ?",
             DB_ID(cx->tenant_id));
    test_ok(cx, event_chain_verify(cx, &broken, &checked));
    assert_false(id_is_zero(broken));
    test_sql(cx, "UPDATE event SET address = NULL WHERE tenant_id = ?", DB_ID(cx->tenant_id));
    test_ok(cx, event_chain_verify(cx, &broken, &checked));
    assert_false(id_is_zero(broken));
}

/* Whoever can write the database can link the whole chain anew: but not sign it. */
static void a_chain_made_anew_is_found_by_its_signatures(void **state)
{
    struct ctx *cx = signed_thrice(state);
    struct id broken;
    int64_t checked;
    unsigned linked;

    test_sql(cx, "DELETE FROM event_delivery WHERE tenant_id = ?", DB_ID(cx->tenant_id));
    test_sql(cx, "DELETE FROM event WHERE tenant_id = ? AND chain_no = 2", DB_ID(cx->tenant_id));
    test_sql(cx,
             "UPDATE event SET chain_no = NULL, prev_hash = NULL, hash = NULL WHERE tenant_id = ?",
             DB_ID(cx->tenant_id));
    test_sql(
        cx, "UPDATE event_chain SET last_no = 0, last_hash = REPEAT(X'00', 32) WHERE tenant_id = ?",
        DB_ID(cx->tenant_id));
    test_ok(cx, event_chain_link(cx, 100, &linked));
    test_ok(cx, event_chain_verify(cx, &broken, &checked));
    assert_true(id_is_zero(broken)); /* the chain alone does not tell */
    expect(cx, EVENT_CHECKPOINT_OTHER, 1);
}

static void a_signature_that_was_changed_or_taken_away_is_found(void **state)
{
    struct ctx *cx = signed_thrice(state);

    test_sql(cx, "UPDATE event_checkpoint SET chain_no = 1 WHERE tenant_id = ? AND no = 3",
             DB_ID(cx->tenant_id));
    expect(cx, EVENT_CHECKPOINT_UNSIGNED, 2);
    test_sql(cx, "DELETE FROM event_checkpoint WHERE tenant_id = ? AND no = 2",
             DB_ID(cx->tenant_id));
    expect(cx, EVENT_CHECKPOINT_GONE, 1);
    test_sql(cx, "DELETE FROM event_checkpoint WHERE tenant_id = ? AND no > 1",
             DB_ID(cx->tenant_id));
    expect(cx, EVENT_CHECKPOINT_WHOLE, 1);
    cx->now += EVENT_CHECKPOINT_LATE_MINUTES * CLOCK_MINUTE;
    expect(cx, EVENT_CHECKPOINT_LATE, 1);
}

static void another_tenants_signature_is_none_here(void **state)
{
    struct ctx *cx = signed_thrice(state);
    struct ctx *other = start(state);

    emit_linked(other, 1);
    assert_true(sign(other));
    test_sql(cx,
             "UPDATE event_checkpoint a JOIN event_checkpoint b ON b.tenant_id = ? AND b.no = 1 "
             "SET a.signature = b.signature WHERE a.tenant_id = ? AND a.no = 1",
             DB_ID(other->tenant_id), DB_ID(cx->tenant_id));
    expect(cx, EVENT_CHECKPOINT_UNSIGNED, 0);
}

int main(void)
{
    static const struct CMUnitTest TESTS[] = {
        cmocka_unit_test(a_chain_is_signed_once_an_hour_when_it_has_grown),
        cmocka_unit_test(an_erasure_leaves_chain_and_signatures_whole),
        cmocka_unit_test(where_the_asker_was_cannot_be_changed_unnoticed),
        cmocka_unit_test(a_chain_made_anew_is_found_by_its_signatures),
        cmocka_unit_test(a_signature_that_was_changed_or_taken_away_is_found),
        cmocka_unit_test(another_tenants_signature_is_none_here),
    };

    return test_group_run("event_checkpoint", TESTS, COUNT(TESTS));
}
