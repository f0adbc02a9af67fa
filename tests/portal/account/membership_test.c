#include "portal/account/membership.h"
#include "portal/account/person.h"
#include "portal/account/role.h"
#include "tests/support/test.h"

#include <string.h>

static const struct id NONE = {{0}};

static void each_right_of_a_membership_becomes_that_right_of_the_viewer(void **state)
{
    static const uint32_t RIGHTS[] = {RIGHT_TICKET_OWN, RIGHT_TICKET_ALL, RIGHT_ORDER,
                                      RIGHT_LICENCE,    RIGHT_BILLING,    RIGHT_ADMIN};
    struct ctx *cx = test_ctx(state);
    struct id anna = make_person(cx, "Anna", "anna@marlow.example");
    struct id marlow = make_organisation(cx, "C-1", "Marlow");
    struct viewer v;

    for (size_t i = 0; i < COUNT(RIGHTS); i++) {
        struct membership_spec spec = {
            .person_id = anna, .organisation_id = marlow, .rights = RIGHTS[i]};

        test_ok(cx, membership_add(cx, &spec));
        test_ok(cx, membership_viewer(cx, anna, NONE, &v));
        assert_int_equal(v.kind, VIEWER_CUSTOMER);
        assert_true(id_equal(v.organisation_id, marlow));
        assert_int_equal(v.rights, RIGHTS[i]);
    }
}

static void each_preset_role_gives_its_rights(void **state)
{
    struct ctx *cx = test_ctx(state);
    struct id person = make_person(cx, "Priya", "priya@tilwick.example");
    struct viewer v;

    test_ok(cx, role_add_presets(cx));
    for (size_t i = 0; i < ROLE_PRESET_COUNT; i++) {
        test_ok(cx, role_staff_set(cx, person, ROLE_PRESETS[i].name, NONE, NULL));
        test_ok(cx, membership_viewer(cx, person, NONE, &v));
        assert_int_equal(v.kind, VIEWER_STAFF);
        assert_int_equal(v.rights, ROLE_PRESETS[i].rights);
        assert_true(id_is_zero(v.organisation_id));
    }
    test_ok(cx, role_staff_set(cx, person, "team-lead", NONE, NULL));
    test_refused(cx, role_staff_set(cx, person, "king", NONE, NULL), &ERR_ROLE_UNKNOWN);
}

static void roles_are_given_with_the_right_alone(void **state)
{
    struct ctx *cx = test_ctx(state);
    struct id person = make_person(cx, "Priya", "priya@tilwick.example");

    test_ok(cx, role_add_presets(cx));
    test_as_staff(cx, person, RIGHT_DESK | RIGHT_CUSTOMERS);
    test_refused(cx, role_staff_set(cx, person, "administrator", NONE, NULL), &ERR_DENIED);
}

static void a_person_without_role_and_membership_has_no_rights(void **state)
{
    struct ctx *cx = test_ctx(state);
    struct id anna = make_person(cx, "Anna", "anna@marlow.example");
    struct viewer v;

    test_ok(cx, membership_viewer(cx, anna, make_organisation(cx, "C-1", "Marlow"), &v));
    assert_int_equal(v.rights, 0);
    assert_true(id_is_zero(v.organisation_id));
}

static void an_organisation_administrator_changes_his_own_organisation_alone(void **state)
{
    struct ctx *cx = test_ctx(state);
    struct id anna = make_person(cx, "Anna", "anna@marlow.example");
    struct id tom = make_person(cx, "Tom", "tom@marlow.example");
    struct id marlow = make_organisation(cx, "C-1", "Marlow");
    struct id other = make_organisation(cx, "C-2", "Other");
    struct membership_spec here = {.person_id = tom, .organisation_id = marlow};
    struct membership_spec there = {.person_id = tom, .organisation_id = other};
    struct membership *list;
    size_t count;

    make_membership(cx, anna, marlow, RIGHT_ADMIN);
    test_as_customer(cx, anna, marlow, RIGHT_ADMIN);
    test_ok(cx, membership_add(cx, &here));
    test_refused(cx, membership_add(cx, &there), &ERR_DENIED);
    test_ok(cx, membership_list_of_organisation(cx, marlow, &list, &count));
    assert_int_equal(count, 2);
    test_ok(cx, membership_list_of_organisation(cx, other, &list, &count));
    assert_int_equal(count, 0);
    test_as_customer(cx, anna, marlow, RIGHT_ORDER | RIGHT_TICKET_ALL);
    test_refused(cx, membership_add(cx, &here), &ERR_DENIED);
    test_ok(cx, membership_list_of_organisation(cx, marlow, &list, &count));
    assert_int_equal(count, 0);
}

static void the_last_administrator_stays_unless_staff_take_him_away(void **state)
{
    struct ctx *cx = test_ctx(state);
    struct id anna = make_person(cx, "Anna", "anna@marlow.example");
    struct id tom = make_person(cx, "Tom", "tom@marlow.example");
    struct id marlow = make_organisation(cx, "C-1", "Marlow");
    const struct membership_spec plain = {.person_id = anna, .organisation_id = marlow};
    bool has_admin;

    make_membership(cx, anna, marlow, RIGHT_ADMIN);
    make_membership(cx, tom, marlow, RIGHT_ADMIN);
    test_as_customer(cx, anna, marlow, RIGHT_ADMIN);
    test_ok(cx, membership_remove(cx, tom, marlow));
    /* Tom, at the same moment, with the rights that he had when he asked. */
    test_as_customer(cx, tom, marlow, RIGHT_ADMIN);
    test_refused(cx, membership_remove(cx, anna, marlow), &ERR_MEMBERSHIP_LAST_ADMIN);
    test_refused(cx, membership_add(cx, &plain), &ERR_MEMBERSHIP_LAST_ADMIN);
    test_ok(cx, membership_has_admin(cx, marlow, &has_admin));
    assert_true(has_admin);
    test_as_system(cx);
    test_ok(cx, membership_remove(cx, anna, marlow));
    test_ok(cx, membership_has_admin(cx, marlow, &has_admin));
    assert_false(has_admin);
}

static void of_two_who_change_the_same_rights_the_second_is_told(void **state)
{
    struct ctx *cx = test_ctx(state);
    struct id tom = make_person(cx, "Tom", "tom@marlow.example");
    struct id marlow = make_organisation(cx, "C-1", "Marlow");
    struct membership_spec first = {.person_id = tom,
                                    .organisation_id = marlow,
                                    .rights = RIGHT_ORDER,
                                    .has_seen = true,
                                    .seen = RIGHT_TICKET_OWN};
    struct membership_spec second = first;

    second.rights = RIGHT_LICENCE;
    make_membership(cx, tom, marlow, RIGHT_TICKET_OWN);
    test_ok(cx, membership_add(cx, &first));
    test_refused(cx, membership_add(cx, &second), &ERR_MEMBERSHIP_CHANGED);
    second.seen = RIGHT_ORDER; /* looked again */
    test_ok(cx, membership_add(cx, &second));
}

static void people_and_organisations_of_another_tenant_are_not_found(void **state)
{
    struct ctx *cx = test_ctx(state);
    struct id foreign = make_organisation(cx, "C-1", "Marlow");
    struct id foreigner = make_person(cx, "Anna", "anna@marlow.example");
    struct membership_spec spec;

    cx = test_ctx(state);
    spec = (struct membership_spec){.person_id = make_person(cx, "Tom", "tom@x.example"),
                                    .organisation_id = foreign};
    test_refused(cx, membership_add(cx, &spec), &ERR_NOT_FOUND);
    spec = (struct membership_spec){.person_id = foreigner,
                                    .organisation_id = make_organisation(cx, "C-2", "Own")};
    test_refused(cx, membership_add(cx, &spec), &ERR_NOT_FOUND);
    test_refused(cx, membership_remove(cx, foreigner, foreign), &ERR_NOT_FOUND);
}

static void right_names_are_read_from_a_list(void **state)
{
    (void)state;
    assert_int_equal(role_rights_of("desk,rules"), RIGHT_DESK | RIGHT_RULES);
    assert_int_equal(role_rights_of("desk,unknown"), RIGHT_DESK);
    assert_int_equal(role_rights_of(NULL), 0);
    assert_int_equal(role_rights_of(""), 0);
}

static void seeing_only_is_kept_and_makes_no_administrator(void **state)
{
    struct ctx *cx = test_ctx(state);
    struct id shop = make_organisation(cx, "C-9", "Whitby");
    struct id boss = make_person(cx, "Boss", "boss@whitby.example");
    struct id aide = make_person(cx, "Aide", "aide@whitby.example");
    struct membership_spec spec = {.person_id = aide,
                                   .organisation_id = shop,
                                   .rights = RIGHT_ORDER | RIGHT_ADMIN,
                                   .reads_only = RIGHT_ADMIN | RIGHT_LICENCE};
    struct viewer v;

    make_membership(cx, boss, shop, RIGHT_ADMIN);
    test_ok(cx, membership_add(cx, &spec));
    test_ok(cx, membership_viewer(cx, aide, shop, &v));
    assert_true(v.rights == (RIGHT_ORDER | RIGHT_ADMIN));
    assert_true(v.reads_only == RIGHT_ADMIN); /* of what he has */
    assert_true(viewer_acts(&v, RIGHT_ORDER));
    assert_false(viewer_acts(&v, RIGHT_ADMIN));
    cx->viewer = v; /* the aide changes nobody */
    test_refused(cx, membership_add(cx, &spec), &ERR_DENIED);
    test_refused(cx, membership_remove(cx, boss, shop), &ERR_DENIED);
    test_as_customer(cx, boss, shop, RIGHT_ADMIN);
    spec.person_id = boss;
    test_refused(cx, membership_add(cx, &spec), &ERR_MEMBERSHIP_LAST_ADMIN);
    spec.person_id = aide;
    spec.reads_only = 0;
    test_ok(cx, membership_add(cx, &spec));
    test_ok(cx, membership_remove(cx, boss, shop));
}

int main(void)
{
    static const struct CMUnitTest TESTS[] = {
        cmocka_unit_test(each_right_of_a_membership_becomes_that_right_of_the_viewer),
        cmocka_unit_test(each_preset_role_gives_its_rights),
        cmocka_unit_test(roles_are_given_with_the_right_alone),
        cmocka_unit_test(a_person_without_role_and_membership_has_no_rights),
        cmocka_unit_test(an_organisation_administrator_changes_his_own_organisation_alone),
        cmocka_unit_test(the_last_administrator_stays_unless_staff_take_him_away),
        cmocka_unit_test(of_two_who_change_the_same_rights_the_second_is_told),
        cmocka_unit_test(people_and_organisations_of_another_tenant_are_not_found),
        cmocka_unit_test(seeing_only_is_kept_and_makes_no_administrator),
        cmocka_unit_test(right_names_are_read_from_a_list),
    };

    return test_group_run("membership", TESTS, COUNT(TESTS));
}
