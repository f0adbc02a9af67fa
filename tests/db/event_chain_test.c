#include "base/clock.h"
#include "db/event.h"
#include "tests/support/test.h"

#include <string.h>

enum { LINKS = 5 };

/* A chain of LINKS events; their ids in order. */
static void make_chain(struct ctx *cx, struct id ids[LINKS])
{
    unsigned linked = 0;
    unsigned count;
    struct event *list;
    struct id subject = id_make(cx->now);

    for (int i = 0; i < LINKS; i++) {
        json_t *data = json_own(cx->mem, json_pack("{s:i}", "n", i));

        test_ok(cx, event_emit(cx, EVENT_TICKET_UPDATED, subject, data));
    }
    test_ok(cx, event_chain_link(cx, 100, &linked));
    assert_int_equal(linked, LINKS);
    test_ok(cx, event_list(cx, subject, LINKS, &list, &count));
    for (unsigned i = 0; i < count; i++)
        ids[i] = list[i].id;
}

static void expect_broken_at(struct ctx *cx, struct id where, int64_t whole)
{
    struct id broken_at;
    int64_t checked;

    test_ok(cx, event_chain_verify(cx, &broken_at, &checked));
    assert_true(id_equal(broken_at, where));
    assert_int_equal(checked, whole);
}

static void expect_whole(struct ctx *cx, int64_t whole)
{
    expect_broken_at(cx, (struct id){{0}}, whole);
}

static void unlinked_events_are_linked_oldest_first(void **state)
{
    struct ctx *cx = test_ctx(state);
    struct id ids[LINKS];
    unsigned linked;

    expect_whole(cx, 0);
    make_chain(cx, ids);
    for (int i = 0; i < LINKS; i++)
        assert_int_equal(test_i64(cx, "SELECT chain_no FROM event WHERE tenant_id = ? AND id = ?",
                                  DB_ID(cx->tenant_id), DB_ID(ids[i])),
                         i + 1);
    expect_whole(cx, LINKS);
    test_ok(cx, event_chain_link(cx, 100, &linked));
    assert_int_equal(linked, 0);
}

static bool is_waiting(struct ctx *cx)
{
    struct id *list;
    unsigned count;

    test_ok(cx, event_chain_waiting(cx, 1000, &list, &count));
    for (unsigned i = 0; i < count; i++)
        if (id_equal(list[i], cx->tenant_id))
            return true;
    return false;
}

static void a_tenant_waits_until_its_events_are_linked(void **state)
{
    struct ctx *cx = test_ctx(state);
    unsigned linked;

    assert_false(is_waiting(cx));
    test_ok(cx, event_emit(cx, EVENT_PERSON_LOGIN, cx->tenant_id, NULL));
    assert_true(is_waiting(cx));
    test_ok(cx, event_chain_link(cx, 10, &linked));
    assert_false(is_waiting(cx));
}

static void a_limit_is_kept_and_the_rest_follows(void **state)
{
    struct ctx *cx = test_ctx(state);
    unsigned linked;

    for (int i = 0; i < LINKS; i++)
        test_ok(cx, event_emit(cx, EVENT_PERSON_LOGIN, cx->tenant_id, NULL));
    test_ok(cx, event_chain_link(cx, 3, &linked));
    assert_int_equal(linked, 3);
    test_ok(cx, event_chain_link(cx, 3, &linked));
    assert_int_equal(linked, 2);
    expect_whole(cx, LINKS);
}

static void a_changed_event_is_found(void **state)
{
    static const char *const CHANGES[] = {
        "UPDATE event SET name = 'person.login' WHERE tenant_id = ? AND id = ?",
        "UPDATE event SET subject_id = tenant_id WHERE tenant_id = ? AND id = ?",
        "UPDATE event SET actor_id = tenant_id WHERE tenant_id = ? AND id = ?",
        "UPDATE event SET actor_kind = 'staff' WHERE tenant_id = ? AND id = ?",
        "UPDATE event SET trace = 'f' WHERE tenant_id = ? AND id = ?",
        "UPDATE event SET at = at + INTERVAL 1 SECOND WHERE tenant_id = ? AND id = ?",
        "UPDATE event SET data = '{\"n\":9}' WHERE tenant_id = ? AND id = ?",
        "UPDATE event SET data = NULL WHERE tenant_id = ? AND id = ?",
        "UPDATE event SET salt = REPEAT('x', 16) WHERE tenant_id = ? AND id = ?",
        "UPDATE event SET digest = REPEAT('x', 32) WHERE tenant_id = ? AND id = ?",
        "UPDATE event SET hash = REPEAT('x', 32) WHERE tenant_id = ? AND id = ?",
        "UPDATE event SET prev_hash = REPEAT('x', 32) WHERE tenant_id = ? AND id = ?",
        "UPDATE event SET chain_no = 100 WHERE tenant_id = ? AND id = ?",
    };

    for (size_t i = 0; i < COUNT(CHANGES); i++) {
        struct ctx *cx = test_ctx(state);
        struct id ids[LINKS];
        struct id broken_at;
        int64_t checked;

        make_chain(cx, ids);
        test_sql(cx, CHANGES[i], DB_ID(cx->tenant_id), DB_ID(ids[2]));
        test_ok(cx, event_chain_verify(cx, &broken_at, &checked));
        assert_false(id_is_zero(broken_at));
        assert_int_equal(checked, 2);
    }
}

static void a_removed_event_is_found(void **state)
{
    for (int gone = 0; gone < LINKS; gone++) {
        struct ctx *cx = test_ctx(state);
        struct id ids[LINKS];

        make_chain(cx, ids);
        test_sql(cx, "DELETE FROM event_delivery WHERE tenant_id = ?", DB_ID(cx->tenant_id));
        test_sql(cx, "DELETE FROM event WHERE tenant_id = ? AND id = ?", DB_ID(cx->tenant_id),
                 DB_ID(ids[gone]));
        /* The one after it, or the last that is left when the end was cut off. */
        expect_broken_at(cx, gone + 1 < LINKS ? ids[gone + 1] : ids[gone - 1], gone);
    }
}

static void a_chain_that_is_gone_as_a_whole_is_found(void **state)
{
    struct ctx *cx = test_ctx(state);
    struct id ids[LINKS];

    make_chain(cx, ids);
    test_sql(cx, "DELETE FROM event_delivery WHERE tenant_id = ?", DB_ID(cx->tenant_id));
    test_sql(cx, "DELETE FROM event WHERE tenant_id = ?", DB_ID(cx->tenant_id));
    expect_broken_at(cx, cx->tenant_id, 0);
}

static void an_inserted_event_is_found(void **state)
{
    struct ctx *cx = test_ctx(state);
    struct id ids[LINKS];
    struct id forged = id_make(cx->now);

    make_chain(cx, ids);
    test_sql(cx,
             "INSERT INTO event SELECT tenant_id, ?, name, subject_id, actor_id, actor_kind, "
             "trace, at, data, salt, digest, 6, hash, hash, NULL, NULL FROM event "
             "WHERE tenant_id = ? AND id = ?",
             DB_ID(forged), DB_ID(cx->tenant_id), DB_ID(ids[LINKS - 1]));
    expect_broken_at(cx, forged, LINKS);
}

static void two_events_that_changed_places_are_found(void **state)
{
    struct ctx *cx = test_ctx(state);
    struct id ids[LINKS];

    make_chain(cx, ids);
    test_sql(cx, "UPDATE event SET chain_no = 99 WHERE tenant_id = ? AND id = ?",
             DB_ID(cx->tenant_id), DB_ID(ids[1]));
    test_sql(cx, "UPDATE event SET chain_no = 2 WHERE tenant_id = ? AND id = ?",
             DB_ID(cx->tenant_id), DB_ID(ids[2]));
    test_sql(cx, "UPDATE event SET chain_no = 3 WHERE tenant_id = ? AND id = ?",
             DB_ID(cx->tenant_id), DB_ID(ids[1]));
    expect_broken_at(cx, ids[2], 1);
}

static void erasing_data_leaves_the_chain_whole(void **state)
{
    struct ctx *cx = test_ctx(state);
    struct id ids[LINKS];
    struct event event;

    make_chain(cx, ids);
    test_ok(cx, event_get(cx, ids[0], &event));
    test_ok(cx, event_erase(cx, event.subject_id));
    expect_whole(cx, LINKS);
    test_ok(cx, event_get(cx, ids[0], &event));
    assert_null(event.data);
    assert_int_equal(test_i64(cx,
                              "SELECT COUNT(*) FROM event WHERE tenant_id = ? AND "
                              "(data IS NOT NULL OR salt IS NOT NULL)",
                              DB_ID(cx->tenant_id)),
                     0);
}

static void events_that_are_not_linked_yet_can_be_erased_too(void **state)
{
    struct ctx *cx = test_ctx(state);
    struct id subject = id_make(cx->now);
    unsigned linked;

    test_ok(cx, event_emit(cx, EVENT_PERSON_REGISTERED, subject, NULL));
    test_ok(cx, event_erase(cx, subject));
    test_ok(cx, event_chain_link(cx, 10, &linked));
    expect_whole(cx, 1);
}

static void link_in_thread(struct ctx *cx, unsigned index, void *arg)
{
    bool *ok = arg;
    unsigned linked;

    ok[index] = true;
    for (int i = 0; i < 30; i++) {
        if (event_chain_link(cx, 4, &linked))
            continue;
        ok[index] = ok[index] && cx->err.kind == &ERR_BUSY;
        ctx_retry(cx);
    }
}

static void two_nodes_that_link_at_once_make_one_chain(void **state)
{
    struct ctx *cx = test_ctx(state);
    bool ok[4];
    unsigned linked;

    for (int i = 0; i < 60; i++)
        test_ok(cx, event_emit(cx, EVENT_PERSON_LOGIN, cx->tenant_id, NULL));
    test_threads(cx, 4, link_in_thread, ok);
    for (int i = 0; i < 4; i++)
        assert_true(ok[i]);
    test_ok(cx, event_chain_link(cx, 100, &linked));
    expect_whole(cx, 60);
}

static bool link_work(struct ctx *cx, void *arg)
{
    unsigned linked;

    (void)arg;
    return event_chain_link(cx, 100, &linked);
}

static void nothing_is_linked(struct ctx *cx, void *arg)
{
    (void)arg;
    expect_whole(cx, 0);
}

static void a_failure_at_any_statement_links_nothing(void **state)
{
    struct ctx *cx = test_ctx(state);

    for (int i = 0; i < 3; i++)
        test_ok(cx, event_emit(cx, EVENT_PERSON_LOGIN, cx->tenant_id, NULL));
    test_failures(cx, link_work, NULL, nothing_is_linked);
    expect_whole(cx, 3);
}

static void a_long_chain_is_checked_in_batches(void **state)
{
    struct ctx *cx = test_ctx(state);
    unsigned linked;

    test_ok(cx, db_begin(cx));
    for (int i = 0; i < 1100; i++)
        test_ok(cx, event_emit(cx, EVENT_PERSON_LOGIN, cx->tenant_id, NULL));
    test_ok(cx, db_commit(cx));
    test_ok(cx, event_chain_link(cx, 2000, &linked));
    assert_int_equal(linked, 1100);
    expect_whole(cx, 1100);
}

int main(void)
{
    static const struct CMUnitTest TESTS[] = {
        cmocka_unit_test(unlinked_events_are_linked_oldest_first),
        cmocka_unit_test(a_tenant_waits_until_its_events_are_linked),
        cmocka_unit_test(a_limit_is_kept_and_the_rest_follows),
        cmocka_unit_test(a_changed_event_is_found),
        cmocka_unit_test(a_removed_event_is_found),
        cmocka_unit_test(a_chain_that_is_gone_as_a_whole_is_found),
        cmocka_unit_test(an_inserted_event_is_found),
        cmocka_unit_test(two_events_that_changed_places_are_found),
        cmocka_unit_test(erasing_data_leaves_the_chain_whole),
        cmocka_unit_test(events_that_are_not_linked_yet_can_be_erased_too),
        cmocka_unit_test(two_nodes_that_link_at_once_make_one_chain),
        cmocka_unit_test(a_failure_at_any_statement_links_nothing),
        cmocka_unit_test(a_long_chain_is_checked_in_batches),
    };

    return test_group_run("event_chain", TESTS, COUNT(TESTS));
}
