/* The checklist's rows V on standing and scopes, each by its number. V01 to V06, V13, V34, V35,
 * V47, V49 and V51 are in validation_wire_test.c, limits in validation_limit_test.c. */
#include "base/clock.h"
#include "licensing/entitlement.h"
#include "tests/http/validation_site.h"

#include <string.h>

enum { LONG_AGO_S = 3600 };

static struct policy loose(const struct machine_site *s)
{
    struct policy p = s->policy;

    p.is_strict = false;
    return p;
}

static void V07_suspended_goes_before_a_wrong_fingerprint(void **state)
{
    struct machine_site s = machine_site_open(state, NULL);

    licensing_machine(s.cx, s.licence->id, "fp");
    test_ok(s.cx, licence_suspend(s.cx, s.licence->id, "", &s.licence));
    validation_site_is(&s, s.licence, "\"fingerprint\":\"other\"", "SUSPENDED", false);
}

static void V08_a_banned_owner_goes_before_suspended(void **state)
{
    struct machine_site s = machine_site_open(state, NULL);
    struct id owner = make_person(s.cx, "Owner", "owner@example.com");

    machine_site_own(&s, owner);
    test_ok(s.cx, licence_suspend(s.cx, s.licence->id, "", &s.licence));
    test_sql(s.cx, "UPDATE person SET is_banned = TRUE WHERE tenant_id = ? AND id = ?",
             DB_ID(s.cx->tenant_id), DB_ID(owner));
    validation_site_is(&s, s.licence, NULL, "BANNED", false);
}

static void V09_revoked_access_goes_before_a_wrong_product(void **state)
{
    struct machine_site s = machine_site_open(state, NULL);
    struct policy p = s.policy;

    p.expiration = POLICY_REVOKE_ACCESS;
    validation_site_is(&s, validation_site_ended(&s, &p), "\"product\":\"other\"", "EXPIRED",
                       false);
}

static void V10_restricted_access_comes_after_a_wrong_product(void **state)
{
    struct machine_site s = machine_site_open(state, NULL);

    validation_site_is(&s, validation_site_ended(&s, &s.policy), "\"product\":\"other\"",
                       "PRODUCT_SCOPE_MISMATCH", false);
}

static void V11_an_overdue_check_in_goes_before_scopes(void **state)
{
    struct machine_site s = machine_site_open(state, NULL);
    struct policy p = s.policy;

    p.require_check_in = true;
    p.check_in_interval = POLICY_DAY;
    p.check_in_count = 1;
    s.cx->now = clock_now() - 2 * CLOCK_DAY;
    validation_site_is(&s, validation_site_licence(&s, &p), "\"product\":\"other\"", "OVERDUE",
                       false);
}

static void V12_a_product_is_right_and_there_where_it_is_needed(void **state)
{
    struct machine_site s = machine_site_open(state, NULL);
    struct policy p = loose(&s);
    struct licence *l;

    p.require_product = true;
    l = validation_site_licence(&s, &p);
    validation_site_is(&s, l, NULL, "PRODUCT_SCOPE_REQUIRED", false);
    validation_site_is(&s, l, "\"product\":\"no id at all\"", "PRODUCT_SCOPE_MISMATCH", false);
    validation_site_is(
        &s, l, arena_printf(s.cx->mem, "\"product\":\"%s\"", id_text(s.cx->mem, l->product_id)),
        "VALID", true);
}

static void V14_a_policy_is_right_and_there_where_it_is_needed(void **state)
{
    struct machine_site s = machine_site_open(state, NULL);
    struct policy p = loose(&s);
    struct licence *l;

    p.require_policy = true;
    l = validation_site_licence(&s, &p);
    validation_site_is(&s, l, NULL, "POLICY_SCOPE_REQUIRED", false);
    validation_site_is(
        &s, l, arena_printf(s.cx->mem, "\"policy\":\"%s\"", id_text(s.cx->mem, s.policy.id)),
        "POLICY_SCOPE_MISMATCH", false);
    validation_site_is(
        &s, l, arena_printf(s.cx->mem, "\"policy\":\"%s\"", id_text(s.cx->mem, l->policy_id)),
        "VALID", true);
}

static void make_loose(struct policy *p)
{
    p->is_strict = false;
}

static void V15_a_user_is_the_owner_or_a_licensee_by_id_or_address(void **state)
{
    struct machine_site s = machine_site_open(state, make_loose);
    struct id owner = make_person(s.cx, "Owner", "owner@example.com");

    machine_site_own(&s, owner);
    licensing_user(s.cx, s.licence->id, make_person(s.cx, "Guest", "guest@example.com"));
    make_person(s.cx, "Other", "other@example.com");
    validation_site_is(&s, s.licence,
                       arena_printf(s.cx->mem, "\"user\":\"%s\"", id_text(s.cx->mem, owner)),
                       "VALID", true);
    validation_site_is(&s, s.licence, "\"user\":\"owner@example.com\"", "VALID", true);
    validation_site_is(&s, s.licence, "\"user\":\"guest@example.com\"", "VALID", true);
    validation_site_is(&s, s.licence, "\"user\":\"other@example.com\"", "USER_SCOPE_MISMATCH",
                       false);
}

static void V16_no_user_is_right_for_a_licence_of_nobody(void **state)
{
    struct machine_site s = machine_site_open(state, make_loose);

    validation_site_is(&s, s.licence, "\"user\":null", "VALID", true);
    machine_site_own(&s, make_person(s.cx, "Owner", "owner@example.com"));
    validation_site_is(&s, s.licence, "\"user\":null", "USER_SCOPE_MISMATCH", false);
}

static void V17_a_user_may_be_needed(void **state)
{
    struct machine_site s = machine_site_open(state, NULL);
    struct policy p = loose(&s);

    p.require_user = true;
    validation_site_is(&s, validation_site_licence(&s, &p), NULL, "USER_SCOPE_REQUIRED", false);
}

static struct entitlement *add_entitlement(const struct machine_site *s, const char *code)
{
    struct entitlement *e;

    test_ok(s->cx, entitlement_add(s->cx, &(struct entitlement){.name = code, .code = code}, &e));
    return e;
}

static void V18_every_entitlement_is_needed_and_counts_once(void **state)
{
    struct machine_site s = machine_site_open(state, make_loose);

    test_ok(s.cx,
            entitlement_attach_licence(s.cx, s.licence->id, add_entitlement(&s, "ALPHA")->id));
    test_ok(s.cx, entitlement_attach_licence(s.cx, s.licence->id, add_entitlement(&s, "BETA")->id));
    validation_site_is(&s, s.licence, "\"entitlements\":[]", "ENTITLEMENTS_SCOPE_EMPTY", false);
    validation_site_is(&s, s.licence, "\"entitlements\":[\"ALPHA\",\"GAMMA\"]",
                       "ENTITLEMENTS_MISSING", false);
    validation_site_is(&s, s.licence, "\"entitlements\":[\"ALPHA\",\"ALPHA\",\"BETA\",null]",
                       "VALID", true);
}

static void V19_an_entitlement_may_come_from_the_policy(void **state)
{
    struct machine_site s = machine_site_open(state, make_loose);

    test_ok(s.cx, entitlement_attach_policy(s.cx, s.policy.id, add_entitlement(&s, "ALPHA")->id));
    validation_site_is(&s, s.licence, "\"entitlements\":[\"ALPHA\"]", "VALID", true);
}

static void V20_a_machine_is_asked_for_where_there_is_none(void **state)
{
    static const char ANY[] = "\"machine\":\"33333333-3333-4333-8333-333333333333\"";
    struct machine_site s = machine_site_open(state, NULL);
    struct policy p = s.policy;

    validation_site_is(&s, s.licence, ANY, "NO_MACHINES", false);
    p.is_floating = false;
    p.max_machines = 1;
    validation_site_is(&s, validation_site_licence(&s, &p), ANY, "NO_MACHINE", false);
}

static const char *machine_scope(const struct machine_site *s, const struct machine *m)
{
    return arena_printf(s->cx->mem, "\"machine\":\"%s\"", id_text(s->cx->mem, m->id));
}

static void V21_a_machine_of_another_licence_is_none_of_this(void **state)
{
    struct machine_site s = machine_site_open(state, NULL);
    struct licence *other = machine_site_licence(&s, NULL);

    licensing_machine(s.cx, s.licence->id, "fp");
    validation_site_is(&s, s.licence, machine_scope(&s, licensing_machine(s.cx, other->id, "fp2")),
                       "MACHINE_SCOPE_MISMATCH", false);
}

static void make_watched(struct policy *p)
{
    p->require_heartbeat = true;
    p->heartbeat_basis = POLICY_HEARTBEAT_FROM_FIRST_PING;
}

static void V22_a_dead_machine_is_told(void **state)
{
    struct machine_site s = machine_site_open(state, NULL);
    struct machine *m = licensing_machine(s.cx, s.licence->id, "fp");

    validation_site_heard(&s, m, LONG_AGO_S);
    validation_site_is(&s, s.licence, machine_scope(&s, m), "HEARTBEAT_DEAD", false);
}

static void V23_a_heartbeat_that_is_needed_and_has_not_begun_is_told(void **state)
{
    struct machine_site s = machine_site_open(state, make_watched);
    struct machine *m;

    s.cx->now = clock_now(); /* within its first ten minutes */
    m = licensing_machine(s.cx, s.licence->id, "fp");
    validation_site_is(&s, s.licence, machine_scope(&s, m), "HEARTBEAT_NOT_STARTED", false);
    validation_site_is(&s, s.licence, "\"fingerprint\":\"fp\"", "HEARTBEAT_NOT_STARTED", false);
}

static void V24_a_fingerprint_that_none_has_is_told(void **state)
{
    struct machine_site s = machine_site_open(state, NULL);

    licensing_machine(s.cx, s.licence->id, "fp");
    validation_site_is(&s, s.licence, "\"fingerprint\":\"FP\"", "FINGERPRINT_SCOPE_MISMATCH",
                       false);
    validation_site_is(&s, s.licence, "\"fingerprint\":\"fp\"", "VALID", true);
}

static struct licence *matching(struct machine_site *s, enum policy_matching how)
{
    struct policy p = s->policy;
    struct licence *l;

    p.machine_matching = how;
    l = validation_site_licence(s, &p);
    validation_site_machines(s, l, 3);
    return l;
}

static void V25_two_of_the_fingerprints_have_to_match(void **state)
{
    struct machine_site s = machine_site_open(state, NULL);
    struct licence *l = matching(&s, POLICY_MATCH_TWO);

    validation_site_is(&s, l, "\"fingerprints\":[\"m0\",\"x\",\"y\"]", "FINGERPRINT_SCOPE_MISMATCH",
                       false);
    validation_site_is(&s, l, "\"fingerprints\":[\"m0\",\"m1\",\"y\"]", "VALID", true);
}

static void V26_half_of_the_fingerprints_have_to_match(void **state)
{
    struct machine_site s = machine_site_open(state, NULL);
    struct licence *l = matching(&s, POLICY_MATCH_MOST);

    validation_site_is(&s, l, "\"fingerprints\":[\"m0\",\"x\",\"y\"]", "FINGERPRINT_SCOPE_MISMATCH",
                       false);
    validation_site_is(&s, l, "\"fingerprints\":[\"m0\",\"m1\",\"y\"]", "VALID", true);
    validation_site_is(&s, l, "\"fingerprints\":[\"m0\",\"m1\",\"x\",\"y\"]", "VALID", true);
}

static void V27_all_or_any_of_the_fingerprints_have_to_match(void **state)
{
    struct machine_site s = machine_site_open(state, NULL);
    struct licence *all = matching(&s, POLICY_MATCH_ALL);
    struct licence *any = matching(&s, POLICY_MATCH_ANY);

    validation_site_is(&s, all, "\"fingerprints\":[\"m0\",\"m1\",\"x\"]",
                       "FINGERPRINT_SCOPE_MISMATCH", false);
    validation_site_is(&s, all, "\"fingerprints\":[\"m0\",\"m1\",\"m2\"]", "VALID", true);
    validation_site_is(&s, any, "\"fingerprints\":[\"m0\",\"x\",\"y\"]", "VALID", true);
}

static void V28_the_dead_match_nothing_unless_all_are_dead(void **state)
{
    struct machine_site s = machine_site_open(state, NULL);
    struct policy p = s.policy;
    struct machine *machines[3];
    struct licence *l;

    p.machine_matching = POLICY_MATCH_TWO;
    for (unsigned dead = 1; dead <= COUNT(machines); dead++) {
        l = validation_site_licence(&s, &p);
        for (unsigned i = 0; i < COUNT(machines); i++) {
            machines[i] = licensing_machine(s.cx, l->id, arena_printf(s.cx->mem, "m%u", i));
            if (i < dead)
                validation_site_heard(&s, machines[i], LONG_AGO_S);
        }
        validation_site_is(&s, l, "\"fingerprints\":[\"m0\",\"m1\",\"m2\"]",
                           dead == 3   ? "HEARTBEAT_DEAD"
                           : dead == 2 ? "FINGERPRINT_SCOPE_MISMATCH"
                                       : "VALID",
                           dead == 1);
    }
}

static void V29_no_fingerprints_are_told(void **state)
{
    struct machine_site s = machine_site_open(state, NULL);

    licensing_machine(s.cx, s.licence->id, "fp");
    validation_site_is(&s, s.licence, "\"fingerprints\":[]", "FINGERPRINT_SCOPE_EMPTY", false);
    validation_site_is(&s, s.licence, "\"fingerprints\":[null]", "FINGERPRINT_SCOPE_EMPTY", false);
}

static void V30_a_fingerprint_may_be_needed(void **state)
{
    struct machine_site s = machine_site_open(state, NULL);
    struct policy p = s.policy;

    p.require_fingerprint = true;
    validation_site_is(&s, validation_site_licence(&s, &p), NULL, "FINGERPRINT_SCOPE_REQUIRED",
                       false);
}

static void V31_components_need_a_fingerprint_and_one_of_them(void **state)
{
    struct machine_site s = machine_site_open(state, NULL);

    licensing_machine(s.cx, s.licence->id, "fp");
    validation_site_is(&s, s.licence, "\"components\":[\"c\"]", "FINGERPRINT_SCOPE_REQUIRED",
                       false);
    validation_site_is(&s, s.licence, "\"fingerprint\":\"fp\",\"components\":[]",
                       "COMPONENTS_SCOPE_EMPTY", false);
}

static void V32_components_match_by_their_own_strategy(void **state)
{
    static const struct machine_component PART = {.fingerprint = "board", .name = "Board"};
    static const char SCOPE[] = "\"fingerprint\":\"fp\",\"components\":[\"board\",\"disk\"]";
    struct machine_site s = machine_site_open(state, NULL);

    for (int is_all = 0; is_all <= 1; is_all++) {
        struct policy p = s.policy;
        struct machine_draft draft;
        struct machine *m;
        struct licence *l;

        p.component_matching = is_all ? POLICY_MATCH_ALL : POLICY_MATCH_ANY;
        l = validation_site_licence(&s, &p);
        draft = licensing_draft(l->id, "fp");
        draft.components = &PART;
        draft.component_count = 1;
        test_ok(s.cx, machine_add(s.cx, &draft, &m));
        validation_site_is(&s, l, SCOPE, is_all ? "COMPONENTS_SCOPE_MISMATCH" : "VALID", !is_all);
    }
}

static void V33_a_machine_of_somebody_else_is_told(void **state)
{
    struct machine_site s = machine_site_open(state, NULL);
    struct id owner = make_person(s.cx, "Owner", "owner@example.com");
    struct machine *m;

    machine_site_own(&s, owner);
    licensing_user(s.cx, s.licence->id, make_person(s.cx, "Guest", "guest@example.com"));
    m = validation_site_owned(&s, s.licence, "fp", owner);
    validation_site_is(&s, s.licence, "\"fingerprint\":\"fp\",\"user\":\"guest@example.com\"",
                       "USER_SCOPE_MISMATCH", false);
    validation_site_is(
        &s, s.licence,
        arena_printf(s.cx->mem, "%s,\"user\":\"guest@example.com\"", machine_scope(&s, m)),
        "USER_SCOPE_MISMATCH", false);
    validation_site_is(&s, s.licence, "\"fingerprint\":\"fp\",\"user\":\"owner@example.com\"",
                       "VALID", true);
}

int main(void)
{
    static const struct CMUnitTest TESTS[] = {
        cmocka_unit_test(V07_suspended_goes_before_a_wrong_fingerprint),
        cmocka_unit_test(V08_a_banned_owner_goes_before_suspended),
        cmocka_unit_test(V09_revoked_access_goes_before_a_wrong_product),
        cmocka_unit_test(V10_restricted_access_comes_after_a_wrong_product),
        cmocka_unit_test(V11_an_overdue_check_in_goes_before_scopes),
        cmocka_unit_test(V12_a_product_is_right_and_there_where_it_is_needed),
        cmocka_unit_test(V14_a_policy_is_right_and_there_where_it_is_needed),
        cmocka_unit_test(V15_a_user_is_the_owner_or_a_licensee_by_id_or_address),
        cmocka_unit_test(V16_no_user_is_right_for_a_licence_of_nobody),
        cmocka_unit_test(V17_a_user_may_be_needed),
        cmocka_unit_test(V18_every_entitlement_is_needed_and_counts_once),
        cmocka_unit_test(V19_an_entitlement_may_come_from_the_policy),
        cmocka_unit_test(V20_a_machine_is_asked_for_where_there_is_none),
        cmocka_unit_test(V21_a_machine_of_another_licence_is_none_of_this),
        cmocka_unit_test(V22_a_dead_machine_is_told),
        cmocka_unit_test(V23_a_heartbeat_that_is_needed_and_has_not_begun_is_told),
        cmocka_unit_test(V24_a_fingerprint_that_none_has_is_told),
        cmocka_unit_test(V25_two_of_the_fingerprints_have_to_match),
        cmocka_unit_test(V26_half_of_the_fingerprints_have_to_match),
        cmocka_unit_test(V27_all_or_any_of_the_fingerprints_have_to_match),
        cmocka_unit_test(V28_the_dead_match_nothing_unless_all_are_dead),
        cmocka_unit_test(V29_no_fingerprints_are_told),
        cmocka_unit_test(V30_a_fingerprint_may_be_needed),
        cmocka_unit_test(V31_components_need_a_fingerprint_and_one_of_them),
        cmocka_unit_test(V32_components_match_by_their_own_strategy),
        cmocka_unit_test(V33_a_machine_of_somebody_else_is_told),
    };

    return test_group_run_around("validation_rows", TESTS, COUNT(TESTS), licence_site_start,
                                 licence_site_stop);
}
