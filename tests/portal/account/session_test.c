#include "base/clock.h"
#include "base/crypto.h"
#include "portal/account/membership.h"
#include "portal/account/person.h"
#include "portal/account/role.h"
#include "portal/account/session.h"
#include "tests/support/test.h"

#include <string.h>

static const struct config CONFIG = {.session_hours = 12, .session_idle_minutes = 60};

static struct session_visit visit_with(const char *cookie)
{
    return (struct session_visit){
        .config = &CONFIG, .cookie = cookie, .address = "192.0.2.7", .agent = "Test/1.0"};
}

static struct session *load(struct ctx *cx, const char *cookie)
{
    struct session_visit visit = visit_with(cookie);
    struct session *s;

    test_ok(cx, session_load(cx, &visit, &s));
    return s;
}

static struct session *signed_in(struct ctx *cx, struct id person_id)
{
    struct session_visit visit = visit_with(NULL);
    struct session *s = load(cx, NULL);

    test_ok(cx, session_sign_in(cx, &visit, s, person_id));
    return s;
}

static int64_t rows(struct ctx *cx)
{
    return test_i64(cx, "SELECT COUNT(*) FROM session WHERE tenant_id = ?", DB_ID(cx->tenant_id));
}

static void a_visitor_without_a_cookie_gets_one_but_no_row(void **state)
{
    struct ctx *cx = test_ctx(state);
    struct session *s = load(cx, NULL);
    struct session *again;

    assert_true(s->is_new);
    assert_int_equal(strlen(s->cookie), 64);
    assert_int_equal(cx->viewer.kind, VIEWER_NOBODY);
    assert_int_equal(rows(cx), 0);
    again = load(cx, s->cookie);
    assert_false(again->is_new);
    assert_string_equal(again->csrf, s->csrf);
}

static void a_cookie_that_is_none_is_replaced(void **state)
{
    struct ctx *cx = test_ctx(state);
    static const char *const BAD[] = {
        "", "x", "zz00000000000000000000000000000000000000000000000000000000000000",
        "00000000000000000000000000000000000000000000000000000000000000000"};

    for (size_t i = 0; i < COUNT(BAD); i++) {
        struct session *s = load(cx, BAD[i]);

        assert_true(s->is_new);
        assert_string_not_equal(s->cookie, BAD[i]);
    }
}

static void signing_in_rotates_the_token_and_the_old_one_is_worth_nothing(void **state)
{
    struct ctx *cx = test_ctx(state);
    struct id anna = make_person(cx, "Anna", "anna@marlow.example");
    struct session_visit visit = visit_with(NULL);
    struct session *s = load(cx, NULL);
    const char *planted = s->cookie;

    test_ok(cx, session_set_language(cx, &visit, s, "zh")); /* has a row before */
    test_ok(cx, session_sign_in(cx, &visit, s, anna));
    assert_true(s->is_new);
    assert_string_not_equal(s->cookie, planted);
    assert_true(id_is_zero(load(cx, planted)->person_id));
    assert_true(id_equal(load(cx, s->cookie)->person_id, anna));
    assert_string_equal(load(cx, s->cookie)->language, "zh");
    assert_int_equal(rows(cx), 1);
}

static void the_row_has_the_hash_of_the_token_alone(void **state)
{
    struct ctx *cx = test_ctx(state);
    struct session *s = signed_in(cx, make_person(cx, "Anna", "anna@marlow.example"));
    uint8_t hash[CRYPTO_HASH_SIZE];

    crypto_sha256(s->cookie, strlen(s->cookie), hash);
    assert_int_equal(test_i64(cx,
                              "SELECT COUNT(*) FROM session WHERE tenant_id = ? AND token_hash = ?",
                              DB_ID(cx->tenant_id), DB_BYTES(hash, sizeof(hash))),
                     1);
}

static void a_session_ends_by_idling_and_by_age(void **state)
{
    struct ctx *cx = test_ctx(state);
    struct id anna = make_person(cx, "Anna", "anna@marlow.example");
    const char *idle = signed_in(cx, anna)->cookie;
    const char *old = arena_dup(cx->mem, idle);
    int64_t start = cx->now;

    cx->now = start + CONFIG.session_idle_minutes * CLOCK_MINUTE - 1;
    assert_true(id_equal(load(cx, idle)->person_id, anna)); /* and was used now */
    cx->now += CONFIG.session_idle_minutes * CLOCK_MINUTE;
    assert_true(id_is_zero(load(cx, idle)->person_id));
    assert_int_equal(cx->viewer.kind, VIEWER_NOBODY);

    cx->now = start;
    old = signed_in(cx, anna)->cookie;
    while (cx->now < start + CONFIG.session_hours * CLOCK_HOUR - 30 * CLOCK_MINUTE) {
        cx->now += 30 * CLOCK_MINUTE;
        load(cx, old);
    }
    cx->now = start + CONFIG.session_hours * CLOCK_HOUR - 1;
    assert_true(id_equal(load(cx, old)->person_id, anna));
    cx->now += 1;
    assert_true(id_is_zero(load(cx, old)->person_id));
}

static void use_is_written_at_most_once_a_minute(void **state)
{
    static const char USED[] = "SELECT COUNT(*) FROM session WHERE tenant_id = ? AND used_at = ?";
    struct ctx *cx = test_ctx(state);
    const char *cookie = signed_in(cx, make_person(cx, "Anna", "anna@marlow.example"))->cookie;
    int64_t start = cx->now;

    cx->now = start + 59 * CLOCK_SECOND;
    load(cx, cookie);
    assert_int_equal(test_i64(cx, USED, DB_ID(cx->tenant_id), DB_TIME(start)), 1);
    cx->now = start + 60 * CLOCK_SECOND;
    load(cx, cookie);
    assert_int_equal(test_i64(cx, USED, DB_ID(cx->tenant_id), DB_TIME(cx->now)), 1);
}

static void form_tokens_differ_by_session_and_are_compared_whole(void **state)
{
    struct ctx *cx = test_ctx(state);
    struct session *a = load(cx, NULL);
    struct session *b = load(cx, NULL);

    assert_true(session_csrf_matches(a, a->csrf));
    assert_false(session_csrf_matches(a, b->csrf));
    assert_false(session_csrf_matches(a, NULL));
    assert_false(session_csrf_matches(a, ""));
    assert_false(session_csrf_matches(a, arena_printf(cx->mem, "%s0", a->csrf)));
    assert_string_not_equal(a->csrf, a->cookie);
}

static void signing_out_ends_the_row_and_changes_the_token(void **state)
{
    struct ctx *cx = test_ctx(state);
    struct session *s = signed_in(cx, make_person(cx, "Anna", "anna@marlow.example"));
    struct session_visit visit = visit_with(s->cookie);
    const char *before = s->cookie;

    test_ok(cx, session_end(cx, &visit, s));
    assert_int_equal(test_i64(cx,
                              "SELECT COUNT(*) FROM login_event WHERE tenant_id = ? "
                              "AND outcome = 'logout'",
                              DB_ID(cx->tenant_id)),
                     1);
    assert_true(s->is_new);
    assert_string_not_equal(s->cookie, before);
    assert_int_equal(cx->viewer.kind, VIEWER_NOBODY);
    assert_true(id_is_zero(load(cx, before)->person_id));
    assert_int_equal(rows(cx), 0);
}

static void a_draft_survives_signing_in_and_is_handed_out_once(void **state)
{
    struct ctx *cx = test_ctx(state);
    struct session_visit visit = visit_with(NULL);
    struct session *s = load(cx, NULL);
    json_t *values = json_own(cx->mem, json_pack("{s:s}", "subject", "打印机不出纸"));
    json_t *draft;

    test_ok(cx, session_keep_draft(cx, &visit, s, "/tickets/new", values));
    test_ok(cx, session_sign_in(cx, &visit, s, make_person(cx, "Anna", "anna@marlow.example")));
    s = load(cx, s->cookie);
    test_ok(cx, session_take_draft(cx, s, "/elsewhere", &draft));
    assert_null(draft);
    test_ok(cx, session_take_draft(cx, s, "/tickets/new", &draft));
    assert_string_equal(json_get_text(draft, "subject", ""), "打印机不出纸");
    test_ok(cx, session_take_draft(cx, s, "/tickets/new", &draft));
    assert_null(draft);
}

static void a_draft_is_kept_under_the_cookie_of_a_session_that_expired(void **state)
{
    struct ctx *cx = test_ctx(state);
    struct id anna = make_person(cx, "Anna", "anna@marlow.example");
    const char *cookie = signed_in(cx, anna)->cookie;
    struct session_visit visit = visit_with(cookie);
    json_t *values = json_own(cx->mem, json_pack("{s:s}", "text", "half a letter"));
    struct session *s;
    json_t *draft;

    cx->now += CONFIG.session_idle_minutes * CLOCK_MINUTE;
    s = load(cx, cookie);
    assert_true(id_is_zero(s->person_id));
    test_ok(cx, session_keep_draft(cx, &visit, s, "/tickets/1", values));
    test_ok(cx, session_sign_in(cx, &visit, s, anna));
    test_ok(cx, session_take_draft(cx, s, "/tickets/1", &draft));
    assert_string_equal(json_get_text(draft, "text", ""), "half a letter");
}

static void a_draft_beyond_the_limit_is_refused(void **state)
{
    struct ctx *cx = test_ctx(state);
    struct session_visit visit = visit_with(NULL);
    struct session *s = load(cx, NULL);
    char *big = arena_alloc(cx->mem, SESSION_DRAFT_MAX + 1);

    memset(big, 'x', SESSION_DRAFT_MAX);
    test_refused(
        cx,
        session_keep_draft(cx, &visit, s, "/x", json_own(cx->mem, json_pack("{s:s}", "text", big))),
        &ERR_TOO_LARGE);
}

static void a_flash_is_kept_for_the_next_page(void **state)
{
    struct ctx *cx = test_ctx(state);
    struct session_visit visit = visit_with(NULL);
    struct session *s = load(cx, NULL);
    json_t *flash = json_own(cx->mem, json_pack("{s:s,s:s}", "kind", "ok", "text", "Saved."));

    test_ok(cx, session_keep_flash(cx, &visit, s, flash));
    s = load(cx, s->cookie);
    assert_string_equal(json_get_text(s->flash, "text", ""), "Saved.");
    test_ok(cx, session_keep_flash(cx, &visit, s, NULL));
    assert_null(load(cx, s->cookie)->flash);
}

static void staff_get_the_rights_of_their_role(void **state)
{
    struct ctx *cx = test_ctx(state);
    struct id priya = make_person(cx, "Priya", "priya@tilwick.example");
    struct session *s;

    test_ok(cx, role_add_presets(cx));
    test_ok(cx, role_staff_set(cx, priya, "agent", (struct id){{0}}, NULL));
    s = signed_in(cx, priya);
    assert_true(s->is_staff);
    assert_int_equal(cx->viewer.kind, VIEWER_STAFF);
    assert_int_equal(cx->viewer.rights, ROLE_PRESETS[2].rights);
    assert_true(id_equal(cx->actor_id, priya));
}

static void a_customer_switches_only_to_his_own_organisations(void **state)
{
    struct ctx *cx = test_ctx(state);
    struct id anna = make_person(cx, "Anna", "anna@marlow.example");
    struct id marlow = make_organisation(cx, "C-1", "Marlow");
    struct id nantang = make_organisation(cx, "C-2", "Nantang");
    struct id other = make_organisation(cx, "C-3", "Other");
    struct session *s;

    make_membership(cx, anna, marlow, RIGHT_TICKET_OWN | RIGHT_ORDER);
    make_membership(cx, anna, nantang, RIGHT_TICKET_ALL);
    s = signed_in(cx, anna);
    assert_true(id_equal(s->organisation_id, marlow));
    assert_int_equal(cx->viewer.rights, RIGHT_TICKET_OWN | RIGHT_ORDER);
    assert_int_equal(json_array_size(s->organisations), 2);
    test_ok(cx, session_switch_organisation(cx, s, nantang));
    assert_int_equal(cx->viewer.rights, RIGHT_TICKET_ALL);
    test_refused(cx, session_switch_organisation(cx, s, other), &ERR_NOT_FOUND);
    assert_true(id_equal(cx->viewer.organisation_id, nantang));
    s = load(cx, s->cookie);
    assert_true(id_equal(s->organisation_id, nantang));
    assert_string_equal(s->organisation_name, "Nantang");
    test_as_system(cx);
    test_ok(cx, membership_remove(cx, anna, nantang));
    s = load(cx, s->cookie); /* falls back to what is left */
    assert_true(id_equal(s->organisation_id, marlow));
}

static void a_disabled_person_has_no_session(void **state)
{
    struct ctx *cx = test_ctx(state);
    struct id anna = make_person(cx, "Anna", "anna@marlow.example");
    const char *cookie = signed_in(cx, anna)->cookie;

    test_sql(cx, "UPDATE person SET is_disabled = TRUE WHERE tenant_id = ? AND id = ?",
             DB_ID(cx->tenant_id), DB_ID(anna));
    assert_true(id_is_zero(load(cx, cookie)->person_id));
    assert_int_equal(cx->viewer.kind, VIEWER_NOBODY);
}

static void a_session_is_worth_nothing_in_another_tenant(void **state)
{
    struct ctx *cx = test_ctx(state);
    const char *cookie = signed_in(cx, make_person(cx, "Anna", "anna@marlow.example"))->cookie;

    cx->tenant_id = make_tenant(cx, "elsewhere");
    assert_true(id_is_zero(load(cx, cookie)->person_id));
}

static void rows_that_ran_out_are_purged(void **state)
{
    struct ctx *cx = test_ctx(state);
    struct id anna = make_person(cx, "Anna", "anna@marlow.example");
    int64_t removed;

    signed_in(cx, anna);
    cx->now += CONFIG.session_idle_minutes * CLOCK_MINUTE;
    signed_in(cx, anna);
    test_ok(cx, session_purge(cx, &CONFIG, 100, &removed));
    assert_int_equal(removed, 1);
    assert_int_equal(rows(cx), 1);
    test_ok(cx, session_end_all(cx, anna, (struct id){{0}}));
    assert_int_equal(rows(cx), 0);
}

int main(void)
{
    static const struct CMUnitTest TESTS[] = {
        cmocka_unit_test(a_visitor_without_a_cookie_gets_one_but_no_row),
        cmocka_unit_test(a_cookie_that_is_none_is_replaced),
        cmocka_unit_test(signing_in_rotates_the_token_and_the_old_one_is_worth_nothing),
        cmocka_unit_test(the_row_has_the_hash_of_the_token_alone),
        cmocka_unit_test(a_session_ends_by_idling_and_by_age),
        cmocka_unit_test(use_is_written_at_most_once_a_minute),
        cmocka_unit_test(form_tokens_differ_by_session_and_are_compared_whole),
        cmocka_unit_test(signing_out_ends_the_row_and_changes_the_token),
        cmocka_unit_test(a_draft_survives_signing_in_and_is_handed_out_once),
        cmocka_unit_test(a_draft_is_kept_under_the_cookie_of_a_session_that_expired),
        cmocka_unit_test(a_draft_beyond_the_limit_is_refused),
        cmocka_unit_test(a_flash_is_kept_for_the_next_page),
        cmocka_unit_test(staff_get_the_rights_of_their_role),
        cmocka_unit_test(a_customer_switches_only_to_his_own_organisations),
        cmocka_unit_test(a_disabled_person_has_no_session),
        cmocka_unit_test(a_session_is_worth_nothing_in_another_tenant),
        cmocka_unit_test(rows_that_ran_out_are_purged),
    };

    return test_group_run("session", TESTS, COUNT(TESTS));
}
