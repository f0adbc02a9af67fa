#include "base/crypto.h"
#include "licensing/signing_key.h"
#include "portal/account/role.h"
#include "portal/demo/demo.h"
#include "tests/support/test.h"

#define WWW "www"

/* A run that can open sealed values. */
static struct ctx *run(void **state)
{
    static struct crypto_master *master;
    struct ctx *cx = test_ctx(state);

    if (master == NULL)
        test_ok(cx, crypto_master_open(&cx->err, arena_printf(cx->mem, "%s/master.key", test_dir()),
                                       true, &master));
    cx->master = master;
    return cx;
}

static int64_t count(struct ctx *cx, const char *sql)
{
    return test_i64(cx, sql, DB_ID(cx->tenant_id));
}

static void the_demo_is_as_large_as_it_says(void **state)
{
    struct ctx *cx = run(state);

    test_ok(cx, demo_make(cx, WWW, test_dir(), "demo", "a long enough word"));
    assert_int_equal(count(cx, "SELECT COUNT(*) FROM product WHERE tenant_id = ?"), 3);
    assert_int_equal(count(cx,
                           "SELECT COUNT(*) FROM artefact WHERE tenant_id = ? "
                           "AND status = 'UPLOADED'"),
                     5);
    assert_int_equal(count(cx, "SELECT COUNT(*) FROM organisation WHERE tenant_id = ?"), 12);
    assert_true(count(cx, "SELECT COUNT(*) FROM article WHERE tenant_id = ?") >= 60);
    assert_true(count(cx, "SELECT COUNT(*) FROM article WHERE tenant_id = ? AND locale = 'zh'") >=
                30);
    assert_int_equal(count(cx, "SELECT COUNT(*) FROM ticket WHERE tenant_id = ?"), 200);
    assert_true(count(cx, "SELECT COUNT(DISTINCT city) FROM site WHERE tenant_id = ?") >= 10);
    assert_true(count(cx, "SELECT COUNT(DISTINCT policy_id) FROM licence WHERE tenant_id = ?") >=
                5);
    assert_true(count(cx, "SELECT COUNT(*) FROM machine WHERE tenant_id = ?") > 50);
    assert_true(count(cx, "SELECT COUNT(*) FROM invoice WHERE tenant_id = ?") >= 12);
    assert_int_equal(count(cx, "SELECT COUNT(DISTINCT state) FROM approval WHERE tenant_id = ?"),
                     3);
    assert_true(count(cx, "SELECT COUNT(*) FROM macro WHERE tenant_id = ?") >= 6);
    assert_int_equal(count(cx, "SELECT COUNT(*) FROM event_delivery WHERE tenant_id = ?"), 0);
}

static void an_empty_tenant_is_filled_once_by_who_may_set_it_up(void **state)
{
    struct ctx *cx = run(state);
    const struct id sam = make_person(cx, "Sam", "sam@vendor.example");
    struct signing_key *key;
    bool may;

    test_ok(cx, role_add_presets(cx));
    test_ok(cx, signing_key_create(cx, &key));
    test_as_staff(cx, sam, RIGHT_DESK);
    test_refused(cx, demo_fill(cx, WWW), &ERR_DENIED);
    test_as_staff(cx, sam, RIGHT_SETTINGS_UPDATE);
    test_ok(cx, demo_may_fill(cx, &may));
    assert_true(may);
    test_ok(cx, demo_fill(cx, WWW));
    assert_true(id_equal(cx->viewer.person_id, sam));
    assert_int_equal(count(cx, "SELECT COUNT(*) FROM ticket WHERE tenant_id = ?"), 40);
    test_ok(cx, demo_may_fill(cx, &may));
    assert_false(may);
    test_refused(cx, demo_fill(cx, WWW), &ERR_DEMO_FILLED);
}

static void nothing_of_it_lies_in_the_future(void **state)
{
    struct ctx *cx = run(state);
    int64_t now = cx->now;

    test_ok(cx, demo_make(cx, WWW, test_dir(), "demo-now", "a long enough word"));
    assert_int_equal(cx->now, now);
    assert_int_equal(test_i64(cx,
                              "SELECT COUNT(*) FROM ticket WHERE tenant_id = ? AND updated_at > ?",
                              DB_ID(cx->tenant_id), DB_TIME(now + 60 * 60 * INT64_C(1000000))),
                     0);
}

static void the_same_demo_comes_out_twice(void **state)
{
    static const char SQL[] =
        "SELECT GROUP_CONCAT(CONCAT(t.number, t.subject, o.code, t.level) ORDER BY t.number) "
        "FROM ticket t JOIN organisation o ON o.tenant_id = t.tenant_id AND o.id = t.organisation_id "
        "WHERE t.tenant_id = ?";
    struct ctx *cx = run(state);
    const char *first;

    test_ok(cx, demo_make(cx, WWW, test_dir(), "demo-1", "a long enough word"));
    first = test_text(cx, SQL, DB_ID(cx->tenant_id));
    test_ok(cx, demo_make(cx, WWW, test_dir(), "demo-2", "a long enough word"));
    assert_string_equal(first, test_text(cx, SQL, DB_ID(cx->tenant_id)));
}

int main(void)
{
    static const struct CMUnitTest TESTS[] = {
        cmocka_unit_test(the_demo_is_as_large_as_it_says),
        cmocka_unit_test(an_empty_tenant_is_filled_once_by_who_may_set_it_up),
        cmocka_unit_test(nothing_of_it_lies_in_the_future),
        cmocka_unit_test(the_same_demo_comes_out_twice),
    };

    return test_group_run("demo", TESTS, COUNT(TESTS));
}
