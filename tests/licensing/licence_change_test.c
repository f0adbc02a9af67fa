/* Changes of licences: what fails leaves nothing behind, and limits hold among many takers. */
#include "licensing/entitlement.h"
#include "licensing/licence_edit.h"
#include "licensing/licence_entitlement.h"
#include "licensing/licence_move.h"
#include "tests/licensing/licensing_make.h"

#include <stdatomic.h>

struct change { /* a licence and what is to be done with it */
    struct licence *licence;
    struct id person, guest, policy, group, entitlement;
};

static const char SQL_GROUP_ADD[] =
    "INSERT INTO licence_group (tenant_id, id, name, max_licences, created_at, updated_at) "
    "VALUES (?, ?, 'Group', ?, ?, ?)";

static struct id make_group(struct ctx *cx, int64_t max)
{
    struct id id = ctx_new_id(cx);

    test_sql(cx, SQL_GROUP_ADD, DB_ID(cx->tenant_id), DB_ID(id), DB_INT(max), DB_TIME(cx->now),
             DB_TIME(cx->now));
    return id;
}

static struct change make(struct ctx *cx)
{
    struct change c = {.licence = licensing_licence(cx, NULL)};
    struct entitlement *e;
    struct policy *p;

    test_ok(cx, policy_get(cx, c.licence->policy_id, &p));
    p->id = (struct id){0};
    c.policy = licensing_add_policy(cx, p)->id;
    c.person = make_person(cx, "Person", "person@example.com");
    c.guest = make_person(cx, "Guest", "guest@example.com");
    c.group = make_group(cx, 9);
    test_ok(cx, entitlement_add(cx, &(struct entitlement){.name = "E", .code = "E"}, &e));
    c.entitlement = e->id;
    return c;
}

/* --- each change, by name --- */

static bool edit(struct ctx *cx, const struct change *c)
{
    const struct licence_edit e = {
        .has_name = true,
        .name = "New",
        .own = {.told = 1U << LICENCE_CORES, .limits[LICENCE_CORES] = 8}};
    struct licence *l;

    return licence_edit(cx, c->licence->id, &e, &l);
}

static bool move_policy(struct ctx *cx, const struct change *c)
{
    struct licence *l;

    return licence_move_policy(cx, c->licence->id, c->policy, &l);
}

static bool move_owner(struct ctx *cx, const struct change *c)
{
    struct licence *l;

    return licence_move_owner(cx, c->licence->id, c->person, &l);
}

static bool move_group(struct ctx *cx, const struct change *c)
{
    struct licence *l;

    return licence_move_group(cx, c->licence->id, c->group, &l);
}

static bool attach_user(struct ctx *cx, const struct change *c)
{
    struct licence_link *links;

    return licence_user_attach(cx, c->licence->id, &c->guest, 1, &links);
}

static bool detach_user(struct ctx *cx, const struct change *c)
{
    return licence_user_detach(cx, c->licence->id, &c->guest, 1);
}

static bool attach_entitlement(struct ctx *cx, const struct change *c)
{
    struct licence_link *links;

    return licence_entitlement_attach(cx, c->licence->id, &c->entitlement, 1, &links);
}

static bool detach_entitlement(struct ctx *cx, const struct change *c)
{
    return licence_entitlement_detach(cx, c->licence->id, &c->entitlement, 1);
}

static bool take_away(struct ctx *cx, const struct change *c)
{
    return licence_delete(cx, c->licence->id);
}

static const struct {
    bool (*change)(struct ctx *cx, const struct change *c);
    enum event_kind event;
} CHANGES[] = {
    {edit, EVENT_LICENCE_UPDATED},
    {move_policy, EVENT_LICENCE_POLICY_CHANGED},
    {move_owner, EVENT_LICENCE_OWNER_CHANGED},
    {move_group, EVENT_LICENCE_GROUP_CHANGED},
    {attach_user, EVENT_LICENCE_USERS_ATTACHED},
    {detach_user, EVENT_LICENCE_USERS_DETACHED},
    {attach_entitlement, EVENT_LICENCE_ENTITLEMENTS_ATTACHED},
    {detach_entitlement, EVENT_LICENCE_ENTITLEMENTS_DETACHED},
    {take_away, EVENT_LICENCE_DELETED},
};

/* Of the licence's row, of what hangs on it, and of what was told: whatever a change leaves. */
static int64_t traces(struct ctx *cx, const struct change *c)
{
    return test_i64(cx,
                    "SELECT (SELECT version FROM licence WHERE tenant_id = ? AND id = ?) + "
                    "100 * (SELECT COUNT(*) FROM licence_user WHERE tenant_id = ?) + "
                    "1000 * (SELECT COUNT(*) FROM licence_entitlement WHERE tenant_id = ?) + "
                    "10000 * (SELECT COUNT(*) FROM event WHERE tenant_id = ?) + "
                    "1000000 * (SELECT COUNT(*) FROM licence_change WHERE tenant_id = ?)",
                    DB_ID(cx->tenant_id), DB_ID(c->licence->id), DB_ID(cx->tenant_id),
                    DB_ID(cx->tenant_id), DB_ID(cx->tenant_id), DB_ID(cx->tenant_id));
}

static int64_t told(struct ctx *cx, const struct change *c, enum event_kind kind)
{
    return test_i64(
        cx, "SELECT COUNT(*) FROM event WHERE tenant_id = ? AND subject_id = ? AND name = ?",
        DB_ID(cx->tenant_id), DB_ID(c->licence->id), DB_TEXT(event_name(kind)));
}

static void a_change_that_fails_leaves_nothing_behind(void **state)
{
    struct ctx *cx = test_ctx(state);
    struct change c = make(cx);

    for (size_t i = 0; i < COUNT(CHANGES); i++) {
        int64_t before = traces(cx, &c);
        int n = 0;

        for (db_fail_after(cx, n); !CHANGES[i].change(cx, &c); db_fail_after(cx, ++n)) {
            assert_ptr_equal(cx->err.kind, &ERR_BUSY);
            assert_true(n < 30);
            db_fail_after(cx, -1);
            err_clear(&cx->err);
            assert_int_equal(traces(cx, &c), before);
        }
        db_fail_after(cx, -1);
        assert_true(n > 3);
        assert_int_equal(told(cx, &c, CHANGES[i].event), 1);
    }
}

static void who_may_not_manage_licences_changes_none(void **state)
{
    struct ctx *cx = test_ctx(state);
    struct change c = make(cx);
    int64_t before;

    attach_user(cx, &c);
    attach_entitlement(cx, &c);
    before = traces(cx, &c);
    cx->viewer = (struct viewer){.kind = VIEWER_STAFF};
    for (size_t i = 0; i < COUNT(CHANGES); i++) {
        assert_false(CHANGES[i].change(cx, &c));
        assert_ptr_equal(cx->err.kind, &ERR_DENIED);
        err_clear(&cx->err);
    }
    cx->viewer = (struct viewer){.kind = VIEWER_SYSTEM};
    assert_int_equal(traces(cx, &c), before);
}

static void another_tenants_licence_is_not_found(void **state)
{
    struct ctx *cx = test_ctx(state);
    struct ctx *other = test_ctx(state);
    struct change c = make(cx);

    c.licence = licensing_licence(other, NULL);
    for (size_t i = 0; i < COUNT(CHANGES); i++) {
        assert_false(CHANGES[i].change(cx, &c));
        assert_ptr_equal(cx->err.kind, &ERR_NOT_FOUND);
        err_clear(&cx->err);
    }
}

/* --- many at once --- */

struct crowd {
    struct id licence_id, policy_id, group_id;
    struct id people[20];
    atomic_uint taken, refused;
};

/* As the server does: a run that met another is run again. */
static bool again(struct ctx *cx, bool (*work)(struct ctx *cx, void *arg), void *arg)
{
    bool ok = false;

    for (int i = 0; i < 50 && !ok; i++) {
        err_clear(&cx->err);
        ok = db_retry(cx, work, arg);
        if (!ok && cx->err.kind != &ERR_BUSY)
            break;
    }
    return ok;
}

struct taker {
    struct crowd *crowd;
    unsigned index;
};

static bool take_place(struct ctx *cx, void *arg)
{
    const struct taker *t = arg;
    struct licence_link *links;

    return licence_user_attach(cx, t->crowd->licence_id, &t->crowd->people[t->index], 1, &links);
}

static bool make_in_group(struct ctx *cx, void *arg)
{
    const struct taker *t = arg;
    struct licence *l;

    return licence_issue(
        cx,
        &(struct licence_draft){.policy_id = t->crowd->policy_id, .group_id = t->crowd->group_id},
        &l);
}

static void attach_in_crowd(struct ctx *cx, unsigned index, void *arg)
{
    struct taker t = {arg, index};

    atomic_fetch_add(again(cx, take_place, &t) ? &t.crowd->taken : &t.crowd->refused, 1);
}

static void make_in_crowd(struct ctx *cx, unsigned index, void *arg)
{
    struct taker t = {arg, index};

    atomic_fetch_add(again(cx, make_in_group, &t) ? &t.crowd->taken : &t.crowd->refused, 1);
}

static void twenty_people_at_once_take_the_four_places(void **state)
{
    struct ctx *cx = test_ctx(state);
    struct policy draft = licensing_policy(cx);
    struct crowd crowd = {0};

    draft.max_users = 4;
    crowd.licence_id = licensing_licence(cx, &draft)->id;
    for (unsigned i = 0; i < COUNT(crowd.people); i++)
        crowd.people[i] = make_person(cx, "P", arena_printf(cx->mem, "p%u@example.com", i));
    test_threads(cx, COUNT(crowd.people), attach_in_crowd, &crowd);
    assert_int_equal(atomic_load(&crowd.taken), 4);
    assert_int_equal(atomic_load(&crowd.refused), 16);
    assert_int_equal(
        test_i64(cx, "SELECT COUNT(*) FROM licence_user WHERE tenant_id = ?", DB_ID(cx->tenant_id)),
        4);
}

static void twenty_licences_at_once_fill_a_group_of_three(void **state)
{
    struct ctx *cx = test_ctx(state);
    struct policy draft = licensing_policy(cx);
    struct crowd crowd = {.policy_id = licensing_add_policy(cx, &draft)->id,
                          .group_id = make_group(cx, 3)};

    test_threads(cx, 20, make_in_crowd, &crowd);
    assert_int_equal(atomic_load(&crowd.taken), 3);
    assert_int_equal(
        test_i64(cx, "SELECT COUNT(*) FROM licence WHERE tenant_id = ?", DB_ID(cx->tenant_id)), 3);
}

/* A run whose commit got through though its answer did not: the same ids come again. */
static void a_licence_that_was_made_before_the_answer_was_lost_is_answered(void **state)
{
    struct ctx *cx = test_ctx(state);
    struct policy draft = licensing_policy(cx);
    const struct licence_draft ask = {.policy_id = licensing_add_policy(cx, &draft)->id};
    struct licence *first;
    struct licence *second;

    cx->id_count = cx->id_next = 0; /* a run of its own */
    test_ok(cx, licence_issue(cx, &ask, &first));
    ctx_retry(cx);
    test_ok(cx, licence_issue(cx, &ask, &second));
    assert_true(id_equal(first->id, second->id));
    assert_string_equal(first->key, second->key);
    assert_int_equal(
        test_i64(cx, "SELECT COUNT(*) FROM licence WHERE tenant_id = ?", DB_ID(cx->tenant_id)), 1);
}

int main(void)
{
    static const struct CMUnitTest TESTS[] = {
        cmocka_unit_test(a_change_that_fails_leaves_nothing_behind),
        cmocka_unit_test(who_may_not_manage_licences_changes_none),
        cmocka_unit_test(another_tenants_licence_is_not_found),
        cmocka_unit_test(twenty_people_at_once_take_the_four_places),
        cmocka_unit_test(twenty_licences_at_once_fill_a_group_of_three),
        cmocka_unit_test(a_licence_that_was_made_before_the_answer_was_lost_is_answered),
    };

    return test_group_run("licence_change", TESTS, COUNT(TESTS));
}
