#include "base/clock.h"
#include "portal/account/credential.h"
#include "portal/account/login.h"
#include "portal/account/person.h"
#include "portal/account/person_link.h"
#include "portal/account/remember.h"
#include "portal/account/role.h"
#include "portal/account/sign_in_rule.h"
#include "tests/support/test.h"

#include <string.h>

#define GOOD "correct horse battery"

static const struct config CONFIG = {.session_hours = 12, .session_idle_minutes = 60};

static struct session_visit visit_of(const char *agent)
{
    return (struct session_visit){.config = &CONFIG, .address = "192.0.2.7", .agent = agent};
}

static struct session *stranger(struct ctx *cx)
{
    const struct session_visit visit = visit_of("Firefox");
    struct session *session;

    test_ok(cx, session_load(cx, &visit, &session));
    return session;
}

struct kept { /* somebody with a device */
    struct id id;
    const char *cookie;
    const char *session; /* the cookie of its first session */
};

static struct kept keep(struct ctx *cx, struct id person)
{
    const struct session_visit visit = visit_of("Firefox");
    struct session *session = stranger(cx);
    struct kept k = {.id = person};
    int64_t days;

    test_ok(cx, session_sign_in(cx, &visit, session, person));
    test_ok(cx, remember_start(cx, &visit, session, &k.cookie, &days));
    k.session = session->cookie;
    test_as_system(cx);
    return k;
}

static struct kept keep_anna(struct ctx *cx)
{
    return keep(cx, make_person(cx, "Anna", "anna@marlow.example"));
}

/* The cookie is shown; who comes of it. */
static struct remember_use come(struct ctx *cx, const char *cookie, const char *agent,
                                struct session **out)
{
    const struct session_visit visit = visit_of(agent);
    struct session *session = stranger(cx);
    struct remember_use use;

    test_ok(cx, remember_use(cx, &visit, cookie, true, session, &use));
    if (out != NULL)
        *out = session;
    test_as_system(cx);
    return use;
}

static enum remember_outcome outcome(struct ctx *cx, const char *cookie)
{
    return come(cx, cookie, "Firefox", NULL).outcome;
}

static int64_t devices(struct ctx *cx)
{
    return test_i64(cx, "SELECT COUNT(*) FROM remembered WHERE tenant_id = ?",
                    DB_ID(cx->tenant_id));
}

static int64_t sessions(struct ctx *cx, struct id person)
{
    return test_i64(cx, "SELECT COUNT(*) FROM session WHERE tenant_id = ? AND person_id = ?",
                    DB_ID(cx->tenant_id), DB_ID(person));
}

static int64_t events(struct ctx *cx, const char *name)
{
    return test_i64(cx, "SELECT COUNT(*) FROM event WHERE tenant_id = ? AND name = ?",
                    DB_ID(cx->tenant_id), DB_TEXT(name));
}

static void a_device_signs_in_and_its_token_changes_at_each_use(void **state)
{
    struct ctx *cx = test_ctx(state);
    struct kept k = keep_anna(cx);
    struct session *session;
    struct remember_use first, second;

    first = come(cx, k.cookie, "Firefox", &session);
    assert_int_equal(first.outcome, REMEMBER_SIGNED_IN);
    assert_true(id_equal(session->person_id, k.id));
    assert_string_not_equal(first.cookie, k.cookie);
    assert_int_equal(first.seconds, SIGN_IN_RULE_DAYS * 24 * 3600);
    cx->now += CLOCK_DAY;
    second = come(cx, first.cookie, "Firefox", NULL);
    assert_int_equal(second.outcome, REMEMBER_SIGNED_IN);
    assert_string_not_equal(second.cookie, first.cookie);
    assert_int_equal(devices(cx), 1);
    assert_int_equal(test_i64(cx,
                              "SELECT COUNT(*) FROM login_event WHERE tenant_id = ? "
                              "AND outcome = 'remembered'",
                              DB_ID(cx->tenant_id)),
                     2);
}

/* Being here by a device shows nothing anew: what is dangerous asks. */
static void such_a_session_is_not_fresh(void **state)
{
    struct ctx *cx = test_ctx(state);
    struct kept k = keep_anna(cx);
    struct session *session;

    come(cx, k.cookie, "Firefox", &session);
    assert_int_equal(session->fresh_at, 0);
    assert_false(id_is_zero(session->remembered_id));
}

static void the_row_has_only_hashes(void **state)
{
    struct ctx *cx = test_ctx(state);
    struct kept k = keep_anna(cx);
    char selector[65];

    memcpy(selector, k.cookie, 64);
    selector[64] = '\0';
    assert_int_equal(strlen(k.cookie), 129);
    assert_int_equal(test_i64(cx,
                              "SELECT COUNT(*) FROM remembered WHERE tenant_id = ? "
                              "AND selector_hash = UNHEX(SHA2(?, 256)) "
                              "AND secret_hash = UNHEX(SHA2(?, 256))",
                              DB_ID(cx->tenant_id), DB_TEXT(selector), DB_TEXT(k.cookie + 65)),
                     1);
}

/* A second page of the same browser was asked for with the token that the first one changed. */
static void a_request_on_its_way_is_no_thief(void **state)
{
    struct ctx *cx = test_ctx(state);
    struct kept k = keep_anna(cx);
    struct remember_use use;

    come(cx, k.cookie, "Firefox", NULL);
    cx->now += REMEMBER_GRACE_SECONDS * CLOCK_SECOND - 1;
    use = come(cx, k.cookie, "Firefox", NULL);
    assert_int_equal(use.outcome, REMEMBER_SIGNED_IN);
    assert_null(use.cookie); /* the first answer brought it */
    assert_int_equal(events(cx, "person.device_reused"), 0);
}

static void expect_end(struct ctx *cx, const struct kept *k, const char *newest)
{
    assert_int_equal(devices(cx), 0);
    assert_int_equal(sessions(cx, k->id), 0);
    assert_int_equal(outcome(cx, newest), REMEMBER_NOT);
    assert_int_equal(events(cx, "person.device_reused"), 1);
}

static void a_token_that_was_changed_ends_the_device_and_its_sessions(void **state)
{
    struct ctx *cx = test_ctx(state);
    struct kept k = keep_anna(cx);
    struct remember_use use = come(cx, k.cookie, "Firefox", NULL);

    assert_int_equal(sessions(cx, k.id), 2);
    cx->now += REMEMBER_GRACE_SECONDS * CLOCK_SECOND;
    assert_int_equal(outcome(cx, k.cookie), REMEMBER_NOT);
    expect_end(cx, &k, use.cookie);
}

static void another_browser_with_the_old_token_is_a_thief_at_once(void **state)
{
    struct ctx *cx = test_ctx(state);
    struct kept k = keep_anna(cx);
    struct remember_use use = come(cx, k.cookie, "Firefox", NULL);

    assert_int_equal(come(cx, k.cookie, "curl", NULL).outcome, REMEMBER_NOT);
    expect_end(cx, &k, use.cookie);
}

static void a_made_up_token_ends_no_device_of_others(void **state)
{
    static const char *const BAD[] = {"", ".", "x.y", "00.00"};
    struct ctx *cx = test_ctx(state);
    struct kept k = keep_anna(cx);

    for (size_t i = 0; i < COUNT(BAD); i++)
        assert_int_equal(outcome(cx, BAD[i]), REMEMBER_NOT);
    assert_int_equal(outcome(cx, arena_printf(cx->mem, "%s.%s", k.cookie + 65, k.cookie + 65)),
                     REMEMBER_NOT);
    assert_int_equal(devices(cx), 1);
    assert_int_equal(outcome(cx, k.cookie), REMEMBER_SIGNED_IN);
}

static void another_tenants_device_is_nothing_here(void **state)
{
    struct ctx *here = test_ctx(state);
    struct kept k = keep_anna(here);
    struct ctx *there = test_ctx(state);

    assert_int_equal(outcome(there, k.cookie), REMEMBER_NOT);
    assert_int_equal(outcome(here, k.cookie), REMEMBER_SIGNED_IN);
}

static void its_days_are_counted_from_the_first_and_then_it_is_over(void **state)
{
    struct ctx *cx = test_ctx(state);
    struct sign_in_rule rule = {.remember_days = 2};
    struct kept k;
    struct remember_use use;
    int64_t removed;

    test_ok(cx, sign_in_rule_set(cx, &rule));
    k = keep_anna(cx);
    cx->now += CLOCK_DAY;
    use = come(cx, k.cookie, "Firefox", NULL);
    assert_int_equal(use.seconds, 24 * 3600);
    cx->now += CLOCK_DAY;
    assert_int_equal(outcome(cx, use.cookie), REMEMBER_NOT);
    test_ok(cx, remember_purge(cx, 100, &removed));
    assert_int_equal(removed, 1);
}

static bool by_link(struct ctx *cx, struct id person)
{
    const struct login_try attempt = {.address = "192.0.2.9"};
    const char *token;

    return person_link_make_for(cx, person, PERSON_LINK_LOGIN, &token) &&
           login_by_link(cx, token, &attempt);
}

static bool by_password(struct ctx *cx, struct id person)
{
    return credential_set(cx, person, GOOD);
}

static bool by_disabling(struct ctx *cx, struct id person)
{
    return person_set_disabled(cx, person, true) && person_set_disabled(cx, person, false);
}

static bool by_signing_all_out(struct ctx *cx, struct id person)
{
    return session_end_all(cx, person, (struct id){{0}});
}

static void what_ends_sessions_forgets_the_devices(void **state)
{
    static bool (*const WAYS[])(struct ctx *, struct id) = {by_link, by_password, by_disabling,
                                                            by_signing_all_out};
    struct ctx *cx = test_ctx(state);
    struct id anna = make_person(cx, "Anna", "anna@marlow.example");

    for (size_t i = 0; i < COUNT(WAYS); i++) {
        struct kept k = keep(cx, anna);

        assert_int_equal(devices(cx), 1);
        test_ok(cx, WAYS[i](cx, anna));
        assert_int_equal(devices(cx), 0);
        assert_int_equal(sessions(cx, anna), 0);
        assert_int_equal(outcome(cx, k.cookie), REMEMBER_NOT);
    }
}

static void signing_out_the_others_keeps_this_device(void **state)
{
    struct ctx *cx = test_ctx(state);
    struct id anna = make_person(cx, "Anna", "anna@marlow.example");
    struct kept here = keep(cx, anna);
    struct kept there = keep(cx, anna);
    struct session *session;

    come(cx, here.cookie, "Firefox", &session);
    test_ok(cx, session_end_all(cx, anna, session->id));
    assert_int_equal(sessions(cx, anna), 1);
    assert_int_equal(outcome(cx, there.cookie), REMEMBER_NOT);
    assert_int_equal(devices(cx), 1);
}

/* Else it would be back with its next page. */
static void a_session_that_is_signed_out_takes_its_device_along(void **state)
{
    struct ctx *cx = test_ctx(state);
    struct kept k = keep_anna(cx);
    struct session *session;
    struct remember_use use = come(cx, k.cookie, "Firefox", &session);

    test_ok(cx, session_end_one(cx, k.id, session->id));
    assert_int_equal(outcome(cx, use.cookie), REMEMBER_NOT);
}

static void a_person_forgets_only_his_own_devices(void **state)
{
    struct ctx *cx = test_ctx(state);
    struct kept k = keep_anna(cx);
    struct id ben = make_person(cx, "Ben", "ben@marlow.example");
    struct remember_device *list;
    size_t count;

    test_ok(cx, remember_list(cx, ben, &list, &count));
    assert_int_equal(count, 0);
    test_ok(cx, remember_list(cx, k.id, &list, &count));
    assert_int_equal(count, 1);
    assert_string_equal(list[0].agent, "Firefox");
    test_refused(cx, remember_end(cx, ben, list[0].id), &ERR_NOT_FOUND);
    test_ok(cx, remember_end(cx, k.id, list[0].id));
    assert_int_equal(devices(cx), 0);
    assert_int_equal(sessions(cx, k.id), 0);
}

static void staff_are_remembered_only_where_the_tenant_says_so(void **state)
{
    struct ctx *cx = test_ctx(state);
    struct id priya = make_person(cx, "Priya", "priya@vendor.example");
    struct sign_in_rule rule;
    struct kept k;

    test_ok(cx, role_add_presets(cx));
    test_ok(cx, role_staff_set(cx, priya, "administrator", (struct id){{0}}, NULL));
    assert_null(keep(cx, priya).cookie);
    test_ok(cx, sign_in_rule_get(cx, &rule));
    rule.remembers_staff = true;
    test_ok(cx, sign_in_rule_set(cx, &rule));
    k = keep(cx, priya);
    assert_non_null(k.cookie);
    rule.remembers_staff = false;
    test_ok(cx, sign_in_rule_set(cx, &rule));
    assert_int_equal(outcome(cx, k.cookie), REMEMBER_NOT); /* those from before end too */
    assert_int_equal(devices(cx), 0);
}

static void nobody_is_remembered_where_the_days_are_none(void **state)
{
    struct ctx *cx = test_ctx(state);
    struct kept k = keep_anna(cx);
    const struct sign_in_rule off = {.remember_days = 0};

    test_ok(cx, sign_in_rule_set(cx, &off));
    assert_int_equal(outcome(cx, k.cookie), REMEMBER_NOT);
    assert_null(keep(cx, k.id).cookie);
}

/* Remembering is no second factor. */
static void a_second_step_is_asked_all_the_same(void **state)
{
    struct ctx *cx = test_ctx(state);
    struct kept k = keep_anna(cx);
    struct session *session;
    struct id waiting;
    bool is_kept;

    test_sql(cx,
             "INSERT INTO credential (tenant_id, person_id, totp_sealed) VALUES (?, ?, 'x') "
             "ON DUPLICATE KEY UPDATE totp_sealed = 'x'",
             DB_ID(cx->tenant_id), DB_ID(k.id));
    assert_int_equal(come(cx, k.cookie, "Firefox", &session).outcome, REMEMBER_HALF);
    assert_true(id_is_zero(session->person_id));
    test_ok(cx, session_waiting(cx, session, &waiting));
    assert_true(id_equal(waiting, k.id));
    test_ok(cx, remember_join(cx, k.cookie, session, &is_kept));
    assert_false(is_kept);
}

static void a_page_that_needs_nobody_asks_no_step_and_changes_nothing(void **state)
{
    const struct session_visit visit = visit_of("Firefox");
    struct ctx *cx = test_ctx(state);
    struct kept k = keep_anna(cx);
    struct session *session = stranger(cx);
    struct remember_use use;

    test_sql(cx, "INSERT INTO credential (tenant_id, person_id, totp_sealed) VALUES (?, ?, 'x')",
             DB_ID(cx->tenant_id), DB_ID(k.id));
    test_ok(cx, remember_use(cx, &visit, k.cookie, false, session, &use));
    assert_int_equal(use.outcome, REMEMBER_HALF);
    assert_null(use.cookie);
    assert_false(session->has_row);
}

/* The next person at this browser is not signed in as the one before. */
static void who_signs_in_after_somebody_else_ends_his_device(void **state)
{
    const struct session_visit visit = visit_of("Firefox");
    struct ctx *cx = test_ctx(state);
    struct kept k = keep_anna(cx);
    struct id ben = make_person(cx, "Ben", "ben@marlow.example");
    struct session *session = stranger(cx);
    bool is_kept;

    test_ok(cx, session_sign_in(cx, &visit, session, ben));
    test_ok(cx, remember_join(cx, k.cookie, session, &is_kept));
    assert_false(is_kept);
    test_as_system(cx);
    assert_int_equal(outcome(cx, k.cookie), REMEMBER_NOT);
}

static void the_rule_is_staffs_to_set_and_on_record(void **state)
{
    struct ctx *cx = test_ctx(state);
    const struct sign_in_rule rule = {.remember_days = 90};
    const struct sign_in_rule bad = {.remember_days = SIGN_IN_RULE_DAYS_MAX + 1};
    struct sign_in_rule read;

    test_as_staff(cx, ctx_new_id(cx), RIGHT_DESK);
    test_refused(cx, sign_in_rule_set(cx, &rule), &ERR_DENIED);
    test_as_staff(cx, ctx_new_id(cx), RIGHT_SETTINGS);
    test_refused(cx, sign_in_rule_set(cx, &bad), &ERR_INVALID);
    test_ok(cx, sign_in_rule_set(cx, &rule));
    test_ok(cx, sign_in_rule_set(cx, &rule)); /* tells nobody anything new */
    test_ok(cx, sign_in_rule_get(cx, &read));
    assert_int_equal(read.remember_days, 90);
    assert_int_equal(events(cx, "tenant.updated"), 1);
}

static bool use_once(struct ctx *cx, void *arg)
{
    const struct session_visit visit = visit_of("Firefox");
    struct session *session;
    struct remember_use use;

    return session_load(cx, &visit, &session) && remember_use(cx, &visit, arg, true, session, &use);
}

static void a_fault_while_it_is_used_changes_nothing(void **state)
{
    struct ctx *cx = test_ctx(state);
    struct kept k = keep_anna(cx);

    test_failures(cx, use_once, (void *)(uintptr_t)k.cookie, NULL);
    test_as_system(cx);
    assert_int_equal(sessions(cx, k.id), 2);
    assert_int_equal(devices(cx), 1);
}

int main(void)
{
    static const struct CMUnitTest TESTS[] = {
        cmocka_unit_test(a_device_signs_in_and_its_token_changes_at_each_use),
        cmocka_unit_test(such_a_session_is_not_fresh),
        cmocka_unit_test(the_row_has_only_hashes),
        cmocka_unit_test(a_request_on_its_way_is_no_thief),
        cmocka_unit_test(a_token_that_was_changed_ends_the_device_and_its_sessions),
        cmocka_unit_test(another_browser_with_the_old_token_is_a_thief_at_once),
        cmocka_unit_test(a_made_up_token_ends_no_device_of_others),
        cmocka_unit_test(another_tenants_device_is_nothing_here),
        cmocka_unit_test(its_days_are_counted_from_the_first_and_then_it_is_over),
        cmocka_unit_test(what_ends_sessions_forgets_the_devices),
        cmocka_unit_test(signing_out_the_others_keeps_this_device),
        cmocka_unit_test(a_session_that_is_signed_out_takes_its_device_along),
        cmocka_unit_test(a_person_forgets_only_his_own_devices),
        cmocka_unit_test(staff_are_remembered_only_where_the_tenant_says_so),
        cmocka_unit_test(nobody_is_remembered_where_the_days_are_none),
        cmocka_unit_test(a_second_step_is_asked_all_the_same),
        cmocka_unit_test(a_page_that_needs_nobody_asks_no_step_and_changes_nothing),
        cmocka_unit_test(who_signs_in_after_somebody_else_ends_his_device),
        cmocka_unit_test(the_rule_is_staffs_to_set_and_on_record),
        cmocka_unit_test(a_fault_while_it_is_used_changes_nothing),
    };

    return test_group_run("remember", TESTS, COUNT(TESTS));
}
