#include "base/clock.h"
#include "db/event.h"
#include "tests/support/test.h"

#include <string.h>

enum { LEASE_SECONDS = 30 };

static struct id subject_of(struct ctx *cx)
{
    return id_make(cx->now);
}

static void emit(struct ctx *cx, enum event_kind kind, struct id subject)
{
    json_t *data = json_own(cx->mem, json_pack("{s:s}", "subject", "printer on fire"));

    test_ok(cx, db_begin(cx));
    test_ok(cx, event_emit(cx, kind, subject, data));
    test_ok(cx, db_commit(cx));
}

/* Claims of this tenant; those of other tests' tenants are dropped on the way. */
static unsigned claim(struct ctx *cx, struct event_delivery *out, unsigned max)
{
    struct event_delivery *list;
    unsigned count;
    unsigned own = 0;

    test_ok(cx, event_claim(cx, "rules", 100, LEASE_SECONDS * CLOCK_SECOND, &list, &count));
    for (unsigned i = 0; i < count; i++)
        if (id_equal(list[i].event.tenant_id, cx->tenant_id) && own < max)
            out[own++] = list[i];
        else
            test_ok(cx, event_done(cx, &list[i]));
    return own;
}

static void every_event_has_a_name_that_is_read_back(void **state)
{
    enum event_kind kind;

    (void)state;
    for (unsigned i = 0; i < EVENT_KIND_COUNT; i++) {
        assert_true(event_parse(event_name((enum event_kind)i), &kind));
        assert_int_equal(kind, i);
    }
    assert_false(event_parse("ticket.exploded", &kind));
    assert_string_equal(event_wire_name(EVENT_LICENCE_ACTIVATED), "machine.created");
    assert_string_equal(event_wire_name(EVENT_TICKET_NOTED), "");
}

static void an_event_tells_who_what_and_when(void **state)
{
    struct ctx *cx = test_ctx(state);
    struct id person = make_person(cx, "Ann Lee", "ann@example.com");
    struct id subject = subject_of(cx);
    struct event *list;
    struct event one;
    unsigned count;

    test_as_staff(cx, person, RIGHT_DESK);
    emit(cx, EVENT_TICKET_CREATED, subject);
    test_ok(cx, event_list(cx, subject, 10, &list, &count));
    assert_int_equal(count, 1);
    assert_int_equal(list[0].kind, EVENT_TICKET_CREATED);
    assert_true(id_equal(list[0].actor_id, person));
    assert_string_equal(list[0].actor_kind, "staff");
    assert_string_equal(list[0].trace, cx->trace);
    assert_true(list[0].at == cx->now);
    assert_string_equal(list[0].data, "{\"subject\":\"printer on fire\"}");
    test_ok(cx, event_get(cx, list[0].id, &one));
    assert_true(id_equal(one.subject_id, subject));
}

static void the_trail_is_paged_and_filtered(void **state)
{
    struct ctx *cx = test_ctx(state);
    struct ctx *stranger = test_ctx(state);
    struct id person = make_person(cx, "Ann Lee", "ann@example.com");
    struct event_filter filter = {.limit = 2};
    struct event *list;
    unsigned count;

    emit(stranger, EVENT_TICKET_CREATED, subject_of(stranger));
    emit(cx, EVENT_TICKET_CREATED, subject_of(cx));
    cx->now += CLOCK_HOUR;
    emit(cx, EVENT_LICENCE_ISSUED, subject_of(cx));
    cx->now += CLOCK_HOUR;
    test_as_staff(cx, person, RIGHT_DESK);
    emit(cx, EVENT_TICKET_UPDATED, subject_of(cx));
    test_ok(cx, event_trail(cx, &filter, &list, &count));
    assert_int_equal(count, 2);
    assert_int_equal(list[0].kind, EVENT_TICKET_UPDATED);
    assert_int_equal(list[1].kind, EVENT_LICENCE_ISSUED);
    filter.before_id = list[1].id;
    test_ok(cx, event_trail(cx, &filter, &list, &count));
    assert_int_equal(count, 1);
    assert_int_equal(list[0].kind, EVENT_TICKET_CREATED);
    filter = (struct event_filter){.limit = 10, .prefix = "ticket."};
    test_ok(cx, event_trail(cx, &filter, &list, &count));
    assert_int_equal(count, 2);
    filter = (struct event_filter){.limit = 10, .actor_id = person};
    test_ok(cx, event_trail(cx, &filter, &list, &count));
    assert_int_equal(count, 1);
    filter = (struct event_filter){
        .limit = 10, .from = TEST_NOW + CLOCK_HOUR, .until = TEST_NOW + 2 * CLOCK_HOUR};
    test_ok(cx, event_trail(cx, &filter, &list, &count));
    assert_int_equal(count, 1);
    assert_int_equal(list[0].kind, EVENT_LICENCE_ISSUED);
}

static void an_event_is_undone_with_its_transaction(void **state)
{
    struct ctx *cx = test_ctx(state);
    struct id subject = subject_of(cx);
    struct event *list;
    unsigned count;

    test_ok(cx, db_begin(cx));
    test_ok(cx, event_emit(cx, EVENT_TICKET_CREATED, subject, NULL));
    db_rollback(cx);
    test_ok(cx, event_list(cx, subject, 10, &list, &count));
    assert_int_equal(count, 0);
    assert_int_equal(test_i64(cx, "SELECT COUNT(*) FROM event_delivery WHERE tenant_id = ?",
                              DB_ID(cx->tenant_id)),
                     0);
}

static void another_tenants_event_is_not_found(void **state)
{
    struct ctx *one = test_ctx(state);
    struct ctx *two = test_ctx(state);
    struct id subject = subject_of(one);
    struct event *list;
    struct event event;
    unsigned count;

    emit(one, EVENT_TICKET_CREATED, subject);
    test_ok(one, event_list(one, subject, 10, &list, &count));
    test_refused(two, event_get(two, list[0].id, &event), &ERR_NOT_FOUND);
    test_ok(two, event_list(two, subject, 10, &list, &count));
    assert_int_equal(count, 0);
}

static void a_consumer_gets_each_event_once_while_it_holds_it(void **state)
{
    struct ctx *cx = test_ctx(state);
    struct event_delivery got[10];

    emit(cx, EVENT_TICKET_CREATED, subject_of(cx));
    emit(cx, EVENT_LICENCE_ISSUED, subject_of(cx));
    emit(cx, EVENT_PERSON_LOGIN, subject_of(cx)); /* not for rules */
    assert_int_equal(claim(cx, got, 10), 2);
    assert_int_equal(got[0].event.kind, EVENT_TICKET_CREATED);
    assert_int_equal(got[1].event.kind, EVENT_LICENCE_ISSUED);
    assert_int_equal(got[0].attempts, 1);
    assert_int_equal(claim(cx, got, 10), 0);
}

static void what_is_done_does_not_come_again(void **state)
{
    struct ctx *cx = test_ctx(state);
    struct event_delivery got[10];

    emit(cx, EVENT_TICKET_CREATED, subject_of(cx));
    assert_int_equal(claim(cx, got, 10), 1);
    test_ok(cx, event_done(cx, &got[0]));
    cx->now += CLOCK_HOUR;
    assert_int_equal(claim(cx, got, 10), 0);
}

static void an_abandoned_event_comes_again_and_the_late_worker_is_refused(void **state)
{
    struct ctx *cx = test_ctx(state);
    struct event_delivery late[10];
    struct event_delivery got[10];

    emit(cx, EVENT_TICKET_CREATED, subject_of(cx));
    assert_int_equal(claim(cx, late, 10), 1);
    cx->now += (LEASE_SECONDS + 1) * CLOCK_SECOND;
    assert_int_equal(claim(cx, got, 10), 1);
    assert_int_equal(got[0].attempts, 2);
    test_refused(cx, event_done(cx, &late[0]), &ERR_CONFLICT);
    test_ok(cx, event_done(cx, &got[0]));
    test_refused(cx, event_done(cx, &got[0]), &ERR_CONFLICT);
}

static void a_failing_event_is_tried_again_later_and_parked_in_the_end(void **state)
{
    struct ctx *cx = test_ctx(state);
    struct event_delivery got[10];
    bool gave_up = false;
    int tries = 0;

    emit(cx, EVENT_TICKET_CREATED, subject_of(cx));
    while (!gave_up && tries < 100) {
        assert_int_equal(claim(cx, got, 10), 1);
        tries++;
        test_ok(cx, event_failed(cx, &got[0], "the rule broke", &gave_up));
        assert_int_equal(claim(cx, got, 10), 0);
        cx->now += 2 * CLOCK_DAY;
    }
    assert_int_equal(tries, EVENT_ATTEMPTS_MAX);
    assert_int_equal(claim(cx, got, 10), 0);
    assert_string_equal(test_text(cx,
                                  "SELECT reason FROM event_delivery WHERE tenant_id = ? AND "
                                  "consumer = 'rules'",
                                  DB_ID(cx->tenant_id)),
                        "the rule broke");
}

struct claimed {
    unsigned counts[8];
    bool ok[8];
};

static void claim_in_thread(struct ctx *cx, unsigned index, void *arg)
{
    struct claimed *claimed = arg;
    struct event_delivery *list;
    unsigned count = 0;

    claimed->ok[index] = true;
    for (int i = 0; i < 20 && claimed->ok[index]; i++) {
        bool ok = event_claim(cx, "rules", 3, LEASE_SECONDS * CLOCK_SECOND, &list, &count);

        for (int again = 0; again < 20 && !ok && cx->err.kind == &ERR_BUSY; again++) {
            ctx_retry(cx);
            ok = event_claim(cx, "rules", 3, LEASE_SECONDS * CLOCK_SECOND, &list, &count);
        }
        claimed->ok[index] = ok;
        for (unsigned n = 0; ok && n < count; n++)
            claimed->counts[index] += id_equal(list[n].event.tenant_id, cx->tenant_id);
    }
}

static void many_claimants_never_share_an_event(void **state)
{
    struct ctx *cx = test_ctx(state);
    struct claimed claimed = {{0}, {false}};
    unsigned sum = 0;

    for (int i = 0; i < 40; i++)
        emit(cx, EVENT_TICKET_CREATED, subject_of(cx));
    test_threads(cx, 8, claim_in_thread, &claimed);
    for (int i = 0; i < 8; i++) {
        assert_true(claimed.ok[i]);
        sum += claimed.counts[i];
    }
    assert_int_equal(sum, 40);
    assert_int_equal(test_i64(cx, "SELECT MAX(attempts) FROM event_delivery WHERE tenant_id = ?",
                              DB_ID(cx->tenant_id)),
                     1);
}

static bool emit_work(struct ctx *cx, void *arg)
{
    if (!db_begin(cx))
        return false;
    if (!event_emit(cx, EVENT_TICKET_CREATED, *(struct id *)arg, NULL)) {
        db_rollback(cx);
        return false;
    }
    return db_commit(cx);
}

static void nothing_was_left(struct ctx *cx, void *arg)
{
    assert_int_equal(test_i64(cx,
                              "SELECT COUNT(*) FROM event WHERE tenant_id = ? AND "
                              "subject_id = ?",
                              DB_ID(cx->tenant_id), DB_ID(*(struct id *)arg)),
                     0);
}

static void a_failure_at_any_statement_leaves_no_event(void **state)
{
    struct ctx *cx = test_ctx(state);
    struct id subject = subject_of(cx);

    test_failures(cx, emit_work, &subject, nothing_was_left);
}

int main(void)
{
    static const struct CMUnitTest TESTS[] = {
        cmocka_unit_test(every_event_has_a_name_that_is_read_back),
        cmocka_unit_test(an_event_tells_who_what_and_when),
        cmocka_unit_test(the_trail_is_paged_and_filtered),
        cmocka_unit_test(an_event_is_undone_with_its_transaction),
        cmocka_unit_test(another_tenants_event_is_not_found),
        cmocka_unit_test(a_consumer_gets_each_event_once_while_it_holds_it),
        cmocka_unit_test(what_is_done_does_not_come_again),
        cmocka_unit_test(an_abandoned_event_comes_again_and_the_late_worker_is_refused),
        cmocka_unit_test(a_failing_event_is_tried_again_later_and_parked_in_the_end),
        cmocka_unit_test(many_claimants_never_share_an_event),
        cmocka_unit_test(a_failure_at_any_statement_leaves_no_event),
    };

    return test_group_run("event", TESTS, COUNT(TESTS));
}
