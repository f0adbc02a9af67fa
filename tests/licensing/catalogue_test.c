/* Products, policies, entitlements and groups under failing statements: all of a change or nothing.
 */
#include "licensing/entitlement_policy.h"
#include "licensing/licence_group.h"
#include "licensing/licence_import.h"
#include "tests/licensing/licensing_make.h"

#include <string.h>

struct town {
    struct policy *policy;
    struct licence *licence;
    struct entitlement *entitlement;
    struct licence_group *group;
};

static struct town make_town(struct ctx *cx)
{
    struct town t = {0};
    struct policy draft = licensing_policy(cx);

    t.policy = licensing_add_policy(cx, &draft);
    test_ok(cx, licence_group_add(cx,
                                  &(struct licence_group){.name = "North",
                                                          .max_users = POLICY_NO_LIMIT,
                                                          .max_licences = POLICY_NO_LIMIT,
                                                          .max_machines = POLICY_NO_LIMIT},
                                  &t.group));
    test_ok(cx,
            entitlement_add(cx, &(struct entitlement){.name = "A", .code = "A"}, &t.entitlement));
    test_ok(cx, licence_issue(
                    cx, &(struct licence_draft){.policy_id = t.policy->id, .group_id = t.group->id},
                    &t.licence));
    licensing_machine(cx, t.licence->id, "one");
    return t;
}

static bool rename_policy(struct ctx *cx, struct policy *p, void *with)
{
    (void)cx;
    (void)with;
    p->name = "Renamed";
    p->max_machines = 9;
    return true;
}

static bool change_policy(struct ctx *cx, void *arg)
{
    const struct town *t = arg;
    struct policy *p;

    return policy_change(cx, t->policy->id, rename_policy, NULL, &p);
}

static void policy_is_as_before(struct ctx *cx, void *arg)
{
    const struct town *t = arg;
    struct policy *p;

    test_ok(cx, policy_get(cx, t->policy->id, &p));
    assert_string_equal(p->name, t->policy->name);
    assert_int_equal(p->max_machines, t->policy->max_machines);
}

static void a_policy_is_changed_whole_or_not(void **state)
{
    struct ctx *cx = test_ctx(state);
    struct town t = make_town(cx);
    struct policy *p;

    test_failures(test_again(cx), change_policy, &t, policy_is_as_before);
    test_ok(cx, policy_get(cx, t.policy->id, &p));
    assert_string_equal(p->name, "Renamed");
}

static bool attach(struct ctx *cx, void *arg)
{
    const struct town *t = arg;
    struct entitlement_join *joins;

    return entitlement_policy_attach(cx, t->policy->id, &t->entitlement->id, 1, &joins);
}

static void nothing_is_held(struct ctx *cx, void *arg)
{
    const struct town *t = arg;
    struct entitlement *list;
    size_t count;

    test_ok(cx, entitlement_list(cx, t->licence->id, &list, &count));
    assert_int_equal(count, 0);
}

static void an_entitlement_is_attached_whole_or_not(void **state)
{
    struct ctx *cx = test_ctx(state);
    struct town t = make_town(cx);

    test_failures(test_again(cx), attach, &t, nothing_is_held);
}

static bool remove_group(struct ctx *cx, void *arg)
{
    const struct town *t = arg;
    struct id *licences;
    size_t count;

    return licence_group_remove(cx, t->group->id, &licences, &count);
}

static void group_is_as_before(struct ctx *cx, void *arg)
{
    const struct town *t = arg;
    struct licence *l;

    test_ok(cx, licence_get(cx, t->licence->id, &l));
    assert_true(id_equal(l->group_id, t->group->id));
}

static void a_group_goes_whole_or_not(void **state)
{
    struct ctx *cx = test_ctx(state);
    struct town t = make_town(cx);
    struct licence *l;

    test_failures(test_again(cx), remove_group, &t, group_is_as_before);
    test_ok(cx, licence_get(cx, t.licence->id, &l));
    assert_true(id_is_zero(l->group_id));
}

static bool remove_product(struct ctx *cx, void *arg)
{
    const struct town *t = arg;

    return product_remove(cx, t->policy->product_id);
}

static void product_is_as_before(struct ctx *cx, void *arg)
{
    const struct town *t = arg;
    struct policy *p;
    struct licence *l;

    test_ok(cx, policy_get(cx, t->policy->id, &p));
    test_ok(cx, licence_get(cx, t->licence->id, &l));
    assert_int_equal(l->machine_count, 1);
}

static void a_product_goes_whole_or_not(void **state)
{
    struct ctx *cx = test_ctx(state);
    struct town t = make_town(cx);
    struct policy *p;
    struct licence *l;

    test_failures(test_again(cx), remove_product, &t, product_is_as_before);
    test_refused(cx, policy_get(cx, t.policy->id, &p), &ERR_NOT_FOUND);
    test_refused(cx, licence_get(cx, t.licence->id, &l), &ERR_NOT_FOUND);
    assert_int_equal(
        test_i64(cx, "SELECT COUNT(*) FROM machine WHERE tenant_id = ?", DB_ID(cx->tenant_id)), 0);
    assert_int_equal(test_i64(cx,
                              "SELECT COUNT(*) FROM event WHERE tenant_id = ? AND subject_id = ? "
                              "AND name = 'licence.deleted'",
                              DB_ID(cx->tenant_id), DB_ID(t.licence->id)),
                     1);
}

static bool take_over(struct ctx *cx, void *arg)
{
    const struct town *t = arg;
    const struct licence_record record = {.policy_id = t->policy->id, .key = "AAAAAA-BBBBBB"};
    struct licence *l;

    return licence_import(cx, &record, &l);
}

static void no_key_is_there(struct ctx *cx, void *arg)
{
    struct licence *l;

    (void)arg;
    test_refused(cx, licence_find_key(cx, "AAAAAA-BBBBBB", &l), &ERR_NOT_FOUND);
}

static void a_licence_is_taken_over_whole_or_not(void **state)
{
    struct ctx *cx = test_ctx(state);
    struct town t = make_town(cx);
    struct licence_record record = {.policy_id = t.policy->id, .key = "AAAAA"};
    struct licence *l;

    test_failures(test_again(cx), take_over, &t, no_key_is_there);
    test_refused(cx, licence_import(cx, &record, &l), &ERR_LICENCE_KEY_TOO_SHORT);
    record.key = "AAAAAA-BBBBBB";
    test_refused(cx, licence_import(cx, &record, &l), &ERR_LICENCE_KEY_TAKEN);
    record.key = "CCCCCC-DDDDDD";
    record.policy_id = t.group->id;
    test_refused(cx, licence_import(cx, &record, &l), &ERR_LICENCE_POLICY_NOT_FOUND);
}

static void only_those_who_manage_licences_change_what_they_follow(void **state)
{
    struct ctx *cx = test_ctx(state);
    struct town t = make_town(cx);
    struct id organisation = make_organisation(cx, "C-1", "Marlow");
    struct id person = make_person(cx, "Kim", "kim@example.com");
    struct entitlement_join *joins;
    struct policy *p;

    test_as_customer(cx, person, organisation, RIGHT_LICENCE | RIGHT_ADMIN);
    test_refused(cx, policy_change(cx, t.policy->id, rename_policy, NULL, &p), &ERR_DENIED);
    test_refused(cx, policy_remove(cx, t.policy->id), &ERR_DENIED);
    test_refused(cx, product_remove(cx, t.policy->product_id), &ERR_DENIED);
    test_refused(cx, entitlement_remove(cx, t.entitlement->id), &ERR_DENIED);
    test_refused(cx, entitlement_policy_attach(cx, t.policy->id, &t.entitlement->id, 1, &joins),
                 &ERR_DENIED);
}

int main(void)
{
    static const struct CMUnitTest TESTS[] = {
        cmocka_unit_test(a_policy_is_changed_whole_or_not),
        cmocka_unit_test(an_entitlement_is_attached_whole_or_not),
        cmocka_unit_test(a_group_goes_whole_or_not),
        cmocka_unit_test(a_product_goes_whole_or_not),
        cmocka_unit_test(a_licence_is_taken_over_whole_or_not),
        cmocka_unit_test(only_those_who_manage_licences_change_what_they_follow),
    };

    return test_group_run("catalogue", TESTS, COUNT(TESTS));
}
