#include "base/clock.h"
#include "base/crypto.h"
#include "db/db_fault.h"
#include "portal/account/login.h"
#include "portal/account/membership.h"
#include "portal/account/person.h"
#include "portal/account/role.h"
#include "portal/account/tenant.h"
#include "portal/account/tenant_cache.h"
#include "tests/support/test.h"

#include <string.h>
#include <time.h>

static const struct crypto_master *master(struct ctx *cx)
{
    static struct crypto_master *opened;

    if (!opened)
        test_ok(cx, crypto_master_open(&cx->err, arena_printf(cx->mem, "%s/master.key", test_dir()),
                                       true, &opened));
    return opened;
}

/* Slugs and hosts are unique in the whole installation: each test has its own word. */
static struct tenant *make(struct ctx *cx, const char *word)
{
    struct tenant_spec spec = {.slug = word,
                               .name = "Tilwick",
                               .host = arena_printf(cx->mem, "%s.example", word),
                               .language = "en",
                               .time_zone = "Europe/London",
                               .currency = "GBP",
                               .admin_email = "Admin@Tilwick.example",
                               .admin_password = "a long enough one"};
    struct tenant *t;

    cx->master = master(cx);
    test_ok(cx, tenant_create(cx, &spec, &t));
    return t;
}

static void a_new_tenant_has_roles_a_team_and_an_administrator_who_can_sign_in(void **state)
{
    struct ctx *cx = test_ctx(state);
    struct tenant *t = make(cx, "one");
    struct login_try attempt = {
        .email = "admin@tilwick.example", .password = "a long enough one", .address = "192.0.2.1"};
    struct id person_id;
    struct viewer viewer;

    assert_true(id_equal(t->id, cx->tenant_id));
    test_ok(cx, login_check(cx, &attempt, &person_id));
    test_ok(cx, membership_viewer(cx, person_id, (struct id){{0}}, &viewer));
    assert_int_equal(viewer.kind, VIEWER_STAFF);
    assert_int_equal(viewer.rights, ROLE_PRESETS[0].rights);
    assert_int_equal(test_i64(cx, "SELECT COUNT(*) FROM role WHERE tenant_id = ?", DB_ID(t->id)),
                     ROLE_PRESET_COUNT);
    assert_int_equal(
        test_i64(cx, "SELECT COUNT(*) FROM team WHERE tenant_id = ? AND is_default", DB_ID(t->id)),
        1);
}

static void the_token_secret_is_sealed_for_its_own_tenant(void **state)
{
    struct ctx *cx = test_ctx(state);
    struct tenant *t = make(cx, "sealed");
    struct db_rows rows;
    struct span sealed;
    uint8_t *secret;
    size_t len;

    test_ok(cx, db_query(cx, &rows, "SELECT token_secret FROM tenant WHERE id = ?", DB_ID(t->id)));
    assert_true(db_next(&rows));
    sealed = db_bytes(&rows.row, 0);
    assert_true(
        crypto_open(cx->master, cx->mem,
                    arena_printf(cx->mem, "tenant.token_secret:%s", id_text(cx->mem, t->id)),
                    (const uint8_t *)sealed.p, sealed.len, &secret, &len));
    assert_int_equal(len, TENANT_SECRET_SIZE);
    assert_false(crypto_open(cx->master, cx->mem, "tenant.token_secret:other",
                             (const uint8_t *)sealed.p, sealed.len, &secret, &len));
}

static void bad_specs_are_refused_by_name(void **state)
{
    struct ctx *cx = test_ctx(state);
    static const struct {
        struct tenant_spec spec;
        const struct err_kind *kind;
    } CASES[] = {
        {{.slug = "Upper"}, &ERR_TENANT_SLUG},
        {{.slug = ""}, &ERR_TENANT_SLUG},
        {{.slug = "-a"}, &ERR_TENANT_SLUG},
        {{.slug = "a-"}, &ERR_TENANT_SLUG},
        {{.slug = "a.b"}, &ERR_TENANT_SLUG},
        {{.slug = "zone", .time_zone = "Mars/Base"}, &ERR_INVALID},
        {{.slug = "money", .currency = "pounds"}, &ERR_INVALID},
        {{.slug = "mail", .admin_email = "nobody"}, &ERR_PERSON_EMAIL},
    };
    struct tenant *t;

    cx->master = master(cx);
    for (size_t i = 0; i < COUNT(CASES); i++)
        test_refused(cx, tenant_create(cx, &CASES[i].spec, &t), CASES[i].kind);
}

static void a_slug_or_host_in_use_is_refused_and_leaves_nothing(void **state)
{
    struct ctx *cx = test_ctx(state);
    struct id before = cx->tenant_id;
    struct tenant_spec same_slug = {.slug = "twice"};
    struct tenant_spec same_host = {.slug = "twice2", .host = "TWICE.example:99"};
    struct tenant *t;

    make(cx, "twice");
    cx->tenant_id = before;
    test_refused(cx, tenant_create(cx, &same_slug, &t), &ERR_TENANT_TAKEN);
    test_refused(cx, tenant_create(cx, &same_host, &t), &ERR_TENANT_TAKEN);
    assert_true(id_equal(cx->tenant_id, before));
    assert_int_equal(test_i64(cx, "SELECT COUNT(*) FROM tenant WHERE slug = 'twice2'", DB_NONE), 0);
}

static void only_the_console_makes_tenants(void **state)
{
    struct ctx *cx = test_ctx(state);
    struct tenant_spec spec = {.slug = "denied"};
    struct tenant *t;

    cx->master = master(cx);
    test_as_staff(cx, make_person(cx, "Root", "root@example.com"), ROLE_PRESETS[0].rights);
    test_refused(cx, tenant_create(cx, &spec, &t), &ERR_DENIED);
}

static void a_host_is_found_whatever_its_port_case_and_final_dot(void **state)
{
    struct ctx *cx = test_ctx(state);
    struct tenant *t = make(cx, "hosts");
    struct tenant_cache *cache = tenant_cache_make();
    static const char *const HOSTS[] = {"hosts.example", "HOSTS.example:8080", "hosts.example."};
    struct req_tenant *found;

    for (int round = 0; round < 2; round++) {
        for (size_t i = 0; i < COUNT(HOSTS); i++) {
            cx->tenant_id = (struct id){{0}};
            test_ok(cx, tenant_by_host(cx, cache, HOSTS[i], "", &found));
            assert_true(id_equal(found->id, t->id));
            assert_true(id_equal(cx->tenant_id, t->id));
            assert_string_equal(found->currency, "GBP");
            assert_non_null(found->zone);
        }
    }
    tenant_cache_free(cache);
}

static void an_unknown_host_gets_the_default_tenant_or_nothing(void **state)
{
    struct ctx *cx = test_ctx(state);
    struct tenant *t = make(cx, "fallback");
    struct tenant_cache *cache = tenant_cache_make();
    struct req_tenant *found;

    test_ok(cx, tenant_by_host(cx, cache, "nobody.example", "fallback", &found));
    assert_true(id_equal(found->id, t->id));
    test_ok(cx, tenant_by_host(cx, cache, NULL, "fallback", &found));
    assert_true(id_equal(found->id, t->id));
    test_refused(cx, tenant_by_host(cx, cache, "else.example", "", &found), &ERR_NOT_FOUND);
    test_refused(cx, tenant_by_host(cx, cache, "else.example", "missing", &found), &ERR_NOT_FOUND);
    tenant_cache_free(cache);
}

static void a_tenant_is_recalled_while_the_database_is_away(void **state)
{
    struct ctx *cx = test_ctx(state);
    struct tenant_cache *cache = tenant_cache_make();
    struct req_tenant *found;

    make(cx, "recalled");
    test_ok(cx, tenant_by_host(cx, cache, "recalled.example", "", &found));
    db_fault_set(0, 1000);
    test_refused(cx, tenant_by_host(cx, cache, "never.example", "", &found), &ERR_BUSY);
    assert_null(found);                                                     /* and nobody else's */
    nanosleep(&(struct timespec){.tv_sec = 1, .tv_nsec = 100000000}, NULL); /* fresh no more */
    cx->tenant_id = (struct id){{0}};
    test_refused(cx, tenant_by_host(cx, cache, "recalled.example", "", &found), &ERR_BUSY);
    db_fault_set(0, 0);
    assert_string_equal(found->slug, "recalled");
    assert_true(id_is_zero(cx->tenant_id));
    tenant_cache_free(cache);
}

static void a_host_asked_for_in_vain_is_served_as_soon_as_its_tenant_exists(void **state)
{
    struct ctx *cx = test_ctx(state);
    struct tenant_cache *cache = tenant_cache_make();
    struct req_tenant *found;
    struct tenant *t;

    test_refused(cx, tenant_by_host(cx, cache, "late.example", "", &found), &ERR_NOT_FOUND);
    t = make(cx, "late");
    test_ok(cx, tenant_by_host(cx, cache, "late.example", "", &found));
    assert_true(id_equal(found->id, t->id));
    tenant_cache_free(cache);
}

static void a_tenant_changes_its_look_with_the_right_alone(void **state)
{
    struct ctx *cx = test_ctx(state);
    struct tenant_look look = {.accent = "7A1F5C", .support_phone = "+44 1632 960118"};
    struct tenant_look bad = {.accent = "red"};

    test_ok(cx, tenant_change(cx, &look));
    assert_string_equal(
        test_text(cx, "SELECT accent FROM tenant WHERE id = ?", DB_ID(cx->tenant_id)), "7A1F5C");
    test_refused(cx, tenant_change(cx, &bad), &ERR_INVALID);
    test_as_staff(cx, make_person(cx, "Agent", "agent@example.com"), RIGHT_DESK);
    test_refused(cx, tenant_change(cx, &look), &ERR_DENIED);
}

static void tenants_are_listed_by_page(void **state)
{
    struct ctx *cx = test_ctx(state);
    struct tenant *list;
    struct tenant *t;
    size_t count;

    make(cx, "zz-list-a");
    make(cx, "zz-list-b");
    test_ok(cx, tenant_list(cx, "zz-list-a", 10, &list, &count));
    assert_int_equal(count, 1);
    assert_string_equal(list[0].slug, "zz-list-b");
    test_ok(cx, tenant_by_slug(cx, "zz-list-a", &t));
    assert_string_equal(t->name, "Tilwick");
    test_refused(cx, tenant_by_slug(cx, "zz-list-c", &t), &ERR_NOT_FOUND);
}

int main(void)
{
    static const struct CMUnitTest TESTS[] = {
        cmocka_unit_test(a_new_tenant_has_roles_a_team_and_an_administrator_who_can_sign_in),
        cmocka_unit_test(the_token_secret_is_sealed_for_its_own_tenant),
        cmocka_unit_test(bad_specs_are_refused_by_name),
        cmocka_unit_test(a_slug_or_host_in_use_is_refused_and_leaves_nothing),
        cmocka_unit_test(only_the_console_makes_tenants),
        cmocka_unit_test(a_host_is_found_whatever_its_port_case_and_final_dot),
        cmocka_unit_test(an_unknown_host_gets_the_default_tenant_or_nothing),
        cmocka_unit_test(a_tenant_is_recalled_while_the_database_is_away),
        cmocka_unit_test(a_host_asked_for_in_vain_is_served_as_soon_as_its_tenant_exists),
        cmocka_unit_test(a_tenant_changes_its_look_with_the_right_alone),
        cmocka_unit_test(tenants_are_listed_by_page),
    };

    return test_group_run("tenant", TESTS, COUNT(TESTS));
}
