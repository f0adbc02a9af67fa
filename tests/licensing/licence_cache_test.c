#include "base/clock.h"
#include "licensing/entitlement.h"
#include "licensing/licence_cache.h"
#include "licensing/licence_feed.h"
#include "tests/licensing/licensing_make.h"

#include <poll.h>
#include <stdatomic.h>
#include <string.h>

/* A node: a cache whose thread is the test itself. */
static struct licence_cache *make_node(struct ctx *cx, unsigned entries)
{
    struct licence_cache *cache = licence_cache_make(entries);

    test_ok(cx, licence_cache_read_feed(cache, cx));
    return cache;
}

static const struct snapshot *find(struct licence_cache *cache, struct ctx *cx,
                                   const struct licence *l)
{
    const struct snapshot *s;

    test_ok(cx, licence_cache_find(cache, cx, l->key, &s));
    return s;
}

static struct licence_cache_figures figures(struct licence_cache *cache)
{
    struct licence_cache_figures f;

    licence_cache_figures(cache, &f);
    return f;
}

static void the_second_question_is_answered_from_memory(void **state)
{
    struct ctx *cx = test_ctx(state);
    struct licence *l = licensing_licence(cx, NULL);
    struct licence_cache *cache = make_node(cx, 100);
    const struct snapshot *s;

    licensing_machine(cx, l->id, "one");
    assert_string_equal(find(cache, cx, l)->machines[0].fingerprint, "one");
    s = find(cache, cx, l);
    assert_string_equal(s->machines[0].fingerprint, "one");
    assert_string_equal(s->licence.key, l->key);
    test_ok(cx, licence_cache_find_id(cache, cx, l->id, &s));
    assert_string_equal(s->licence.key, l->key);
    assert_int_equal(figures(cache).hits, 2);
    assert_int_equal(figures(cache).misses, 1);
    assert_int_equal(figures(cache).entries, 1);
    test_ok(cx, licence_cache_find(cache, cx, "no such key", &s));
    assert_null(s);
    arena_reset(cx->mem); /* what was found goes with the run, before the cache */
    licence_cache_free(cache);
}

static void another_nodes_write_is_seen_with_the_next_read_of_the_feed(void **state)
{
    struct ctx *cx = test_ctx(state);
    struct licence *l = licensing_licence(cx, NULL);
    struct licence_cache *here = make_node(cx, 100);
    struct licence_cache *there = make_node(cx, 100);
    struct licence *suspended;

    find(here, cx, l);
    find(there, cx, l);
    test_ok(cx, licence_suspend(cx, l->id, "", &suspended));
    licence_cache_drop(here, cx->tenant_id, l->id);
    assert_true(find(here, cx, l)->licence.is_suspended);
    assert_false(find(there, cx, l)->licence.is_suspended); /* not told yet */
    test_ok(cx, licence_cache_read_feed(there, cx));
    assert_true(find(there, cx, l)->licence.is_suspended);
    assert_int_equal(figures(there).drops, 1);
    test_ok(cx, licence_cache_read_feed(there, cx)); /* told once, though it looks back */
    find(there, cx, l);
    assert_int_equal(figures(there).drops, 1);
    arena_reset(cx->mem);
    licence_cache_free(here);
    licence_cache_free(there);
}

static void a_change_of_policy_person_or_entitlement_drops_what_it_concerns(void **state)
{
    struct ctx *cx = test_ctx(state);
    struct policy draft = licensing_policy(cx);
    struct id owner = make_person(cx, "Owner", "owner@example.com");
    struct licence_cache *cache = make_node(cx, 100);
    struct entitlement *e;
    struct licence *other = licensing_licence(cx, NULL);
    struct licence *l;

    test_ok(cx,
            licence_issue(cx,
                          &(struct licence_draft){.policy_id = licensing_add_policy(cx, &draft)->id,
                                                  .owner_id = owner},
                          &l));
    test_ok(cx, licence_cache_read_feed(cache, cx));
    find(cache, cx, l);
    find(cache, cx, other);
    test_ok(cx, entitlement_add(cx, &(struct entitlement){.name = "A", .code = "A"}, &e));
    test_ok(cx, entitlement_attach_policy(cx, l->policy_id, e->id));
    test_ok(cx, licence_cache_read_feed(cache, cx));
    assert_int_equal(figures(cache).entries, 1); /* the other licence's policy did not change */
    assert_int_equal(find(cache, cx, l)->entitlement_count, 1);
    test_sql(cx, "UPDATE person SET is_banned = TRUE WHERE tenant_id = ? AND id = ?",
             DB_ID(cx->tenant_id), DB_ID(owner));
    test_ok(cx, licence_changed(cx, "person", owner));
    test_ok(cx, licence_cache_read_feed(cache, cx));
    assert_true(find(cache, cx, l)->licence.is_owner_banned);
    test_ok(cx, licence_changed(cx, "entitlement", e->id));
    test_ok(cx, licence_cache_read_feed(cache, cx));
    assert_int_equal(figures(cache).entries, 0);
    arena_reset(cx->mem);
    licence_cache_free(cache);
}

static void old_changes_are_removed_and_recent_ones_kept(void **state)
{
    struct ctx *cx = test_ctx(state);

    test_ok(cx, licence_changed(cx, "licence", cx->tenant_id));
    test_sql(cx,
             "UPDATE licence_change SET changed_at = UTC_TIMESTAMP(6) - INTERVAL 61 SECOND "
             "WHERE tenant_id = ?",
             DB_ID(cx->tenant_id));
    test_ok(cx, licence_changed(cx, "policy", cx->tenant_id));
    test_ok(cx, licence_feed_purge(cx));
    assert_string_equal(test_text(cx,
                                  "SELECT GROUP_CONCAT(subject) FROM licence_change "
                                  "WHERE tenant_id = ?",
                                  DB_ID(cx->tenant_id)),
                        "policy");
}

static void without_the_feed_the_cache_is_bypassed(void **state)
{
    struct ctx *cx = test_ctx(state);
    struct licence *l = licensing_licence(cx, NULL);
    struct licence_cache *cache = licence_cache_make(100);
    struct licence *suspended;

    assert_false(find(cache, cx, l)->licence.is_suspended); /* the feed was never read */
    assert_int_equal(figures(cache).bypasses, 1);
    assert_int_equal(figures(cache).entries, 0);
    test_ok(cx, licence_cache_read_feed(cache, cx));
    find(cache, cx, l);
    assert_int_equal(figures(cache).entries, 1);
    test_ok(cx, licence_suspend(cx, l->id, "", &suspended));
    poll(NULL, 0, LICENCE_CACHE_STALE_MS + 100); /* nobody reads the feed */
    assert_true(find(cache, cx, l)->licence.is_suspended);
    assert_int_equal(figures(cache).bypasses, 2);
    arena_reset(cx->mem);
    licence_cache_free(cache);
}

static void no_more_licences_are_held_than_allowed(void **state)
{
    struct ctx *cx = test_ctx(state);
    struct policy draft = licensing_policy(cx);
    struct id policy_id = licensing_add_policy(cx, &draft)->id;
    struct licence_cache *cache = make_node(cx, 32);

    for (int i = 0; i < 200; i++) {
        struct licence *l;

        test_ok(cx, licence_issue(cx, &(struct licence_draft){.policy_id = policy_id}, &l));
        assert_string_equal(find(cache, cx, l)->licence.key, l->key);
        test_ok(cx, licence_cache_read_feed(cache, cx));
    }
    assert_true(figures(cache).entries <= 48);
    assert_true(figures(cache).entries >= 16);
    arena_reset(cx->mem);
    licence_cache_free(cache);
}

static void a_cache_for_nothing_always_asks_the_database(void **state)
{
    struct ctx *cx = test_ctx(state);
    struct licence *l = licensing_licence(cx, NULL);
    struct licence_cache *cache = make_node(cx, 0);

    find(cache, cx, l);
    find(cache, cx, l);
    assert_int_equal(figures(cache).hits, 0);
    assert_int_equal(figures(cache).bypasses, 2);
    licence_cache_free(cache);
}

static void another_tenant_does_not_find_the_licence(void **state)
{
    struct ctx *cx = test_ctx(state);
    struct licence *l = licensing_licence(cx, NULL);
    struct licence_cache *cache = make_node(cx, 100);
    struct ctx *other = test_ctx(state);
    const struct snapshot *s;

    find(cache, cx, l);
    assert_null(find(cache, other, l));
    test_ok(other, licence_cache_find_id(cache, other, l->id, &s));
    assert_null(s);
    arena_reset(cx->mem);
    licence_cache_free(cache);
}

static void touches_are_written_in_one_batch_the_latest_of_each(void **state)
{
    struct ctx *cx = test_ctx(state);
    struct policy draft = licensing_policy(cx);
    struct id policy_id = licensing_add_policy(cx, &draft)->id;
    struct licence_cache *cache = make_node(cx, 1000);
    struct licence *last = NULL;
    struct machine *m;

    for (int i = 0; i < 130; i++) { /* two whole batches and a part */
        test_ok(cx, licence_issue(cx, &(struct licence_draft){.policy_id = policy_id}, &last));
        for (int n = 0; n < 3; n++)
            licence_cache_touch(cache, cx->tenant_id, last->id, (struct id){0}, NULL,
                                cx->now + n * CLOCK_MINUTE);
    }
    m = licensing_machine(cx, last->id, "one");
    licence_cache_touch(cache, cx->tenant_id, last->id, m->id, "4.2.0", cx->now + CLOCK_HOUR);
    test_ok(cx, licence_cache_flush(cache, cx));
    assert_int_equal(test_i64(cx,
                              "SELECT COUNT(*) FROM licence WHERE tenant_id = ? "
                              "AND last_validated_at >= ?",
                              DB_ID(cx->tenant_id), DB_TIME(cx->now + 2 * CLOCK_MINUTE)),
                     130);
    test_ok(cx, licence_get(cx, last->id, &last));
    assert_int_equal(last->last_validated_at, cx->now + CLOCK_HOUR);
    assert_string_equal(last->last_version, "4.2.0");
    test_ok(cx, machine_get(cx, m->id, &m));
    assert_int_equal(m->last_seen_at, cx->now + CLOCK_HOUR);
    assert_string_equal(m->version, "4.2.0");
    test_ok(cx, licence_cache_flush(cache, cx)); /* nothing is left */
    arena_reset(cx->mem);
    licence_cache_free(cache);
}

static void what_could_not_be_written_is_written_later(void **state)
{
    struct ctx *cx = test_ctx(state);
    struct licence *l = licensing_licence(cx, NULL);
    struct licence_cache *cache = make_node(cx, 100);

    licence_cache_touch(cache, cx->tenant_id, l->id, (struct id){0}, "1.0", cx->now);
    db_fail_after(cx, 0);
    test_refused(cx, licence_cache_flush(cache, cx), &ERR_BUSY);
    db_fail_after(cx, -1);
    test_ok(cx, licence_cache_flush(cache, cx));
    test_ok(cx, licence_get(cx, l->id, &l));
    assert_int_equal(l->last_validated_at, cx->now);
    assert_string_equal(l->last_version, "1.0");
    licence_cache_free(cache);
}

/* --- many threads at one cache --- */

struct crowd {
    struct licence_cache *cache;
    struct licence *licence;
    atomic_uint wrong;
};

static void ask_and_drop(struct ctx *cx, unsigned index, void *arg)
{
    struct crowd *crowd = arg;

    for (int i = 0; i < 200; i++) {
        const struct snapshot *s;

        if (index == 0)
            licence_cache_drop(crowd->cache, cx->tenant_id, crowd->licence->id);
        else if (!licence_cache_find(crowd->cache, cx, crowd->licence->key, &s) || s == NULL ||
                 strcmp(s->licence.key, crowd->licence->key) != 0)
            atomic_fetch_add(&crowd->wrong, 1);
        if (i % 50 == 0)
            arena_reset(cx->mem);
    }
    arena_reset(cx->mem);
}

static void snapshots_in_use_outlive_their_drop(void **state)
{
    struct ctx *cx = test_ctx(state);
    struct crowd crowd = {.licence = licensing_licence(cx, NULL), .cache = make_node(cx, 100)};

    test_threads(cx, 8, ask_and_drop, &crowd);
    assert_int_equal(atomic_load(&crowd.wrong), 0);
    licence_cache_free(crowd.cache);
}

static void the_thread_reads_the_feed_and_writes_what_was_touched(void **state)
{
    struct ctx *cx = test_ctx(state);
    struct licence *l = licensing_licence(cx, NULL);
    struct licence_cache *cache = licence_cache_make(100);
    bool is_seen = false;
    struct licence *suspended;

    test_ok(cx, licence_cache_start(cache, test_pool(), &cx->err));
    for (int i = 0; i < 200 && figures(cache).entries == 0; i++) {
        find(cache, cx, l);
        poll(NULL, 0, 50);
    }
    assert_int_equal(figures(cache).entries, 1);
    test_ok(cx, licence_suspend(cx, l->id, "", &suspended));
    for (int i = 0; i < 200 && !is_seen; i++) {
        poll(NULL, 0, 50);
        is_seen = find(cache, cx, l)->licence.is_suspended;
    }
    assert_true(is_seen);
    licence_cache_touch(cache, cx->tenant_id, l->id, (struct id){0}, NULL, cx->now + 1);
    licence_cache_stop(cache); /* writes what waits */
    test_ok(cx, licence_get(cx, l->id, &l));
    assert_int_equal(l->last_validated_at, cx->now + 1);
    arena_reset(cx->mem);
    licence_cache_free(cache);
}

int main(void)
{
    static const struct CMUnitTest TESTS[] = {
        cmocka_unit_test(the_second_question_is_answered_from_memory),
        cmocka_unit_test(another_nodes_write_is_seen_with_the_next_read_of_the_feed),
        cmocka_unit_test(a_change_of_policy_person_or_entitlement_drops_what_it_concerns),
        cmocka_unit_test(old_changes_are_removed_and_recent_ones_kept),
        cmocka_unit_test(without_the_feed_the_cache_is_bypassed),
        cmocka_unit_test(no_more_licences_are_held_than_allowed),
        cmocka_unit_test(a_cache_for_nothing_always_asks_the_database),
        cmocka_unit_test(another_tenant_does_not_find_the_licence),
        cmocka_unit_test(touches_are_written_in_one_batch_the_latest_of_each),
        cmocka_unit_test(what_could_not_be_written_is_written_later),
        cmocka_unit_test(snapshots_in_use_outlive_their_drop),
        cmocka_unit_test(the_thread_reads_the_feed_and_writes_what_was_touched),
    };

    return test_group_run("licence_cache", TESTS, COUNT(TESTS));
}
