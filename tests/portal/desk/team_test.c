#include "portal/desk/team.h"
#include "tests/portal/desk/desk_frame.h"

static void a_team_is_added_renamed_led_and_removed(void **state)
{
    struct ctx *cx = test_ctx(state);
    const struct desk d = desk_make(cx);
    struct team t = {.name = "Network", .lead_id = d.priya, .assign_by = TEAM_ASSIGN_LOAD}, *is;
    struct team same = {.name = "Network"}, led = {.name = "Field", .lead_id = d.anna};
    struct team *list;
    size_t count;

    test_as_staff(cx, d.priya, RIGHT_SETTINGS);
    test_ok(cx, team_save(cx, &t));
    test_refused(cx, team_save(cx, &same), &ERR_CONFLICT);
    test_refused(cx, team_save(cx, &led), &ERR_INVALID);
    test_refused(cx, team_save(cx, &(struct team){.name = ""}), &ERR_INVALID);
    t.name = "Networks";
    test_ok(cx, team_save(cx, &t));
    test_ok(cx, team_get(cx, t.id, &is));
    assert_string_equal(is->name, "Networks");
    assert_string_equal(is->lead_name, "Priya Nair");
    assert_int_equal(is->assign_by, TEAM_ASSIGN_LOAD);
    test_ok(cx, team_list(cx, &list, &count));
    assert_int_equal(count, 2);
    test_ok(cx, team_remove(cx, t.id));
    test_refused(cx, team_get(cx, t.id, &is), &ERR_NOT_FOUND);
    test_refused(cx, team_save(cx, &t), &ERR_NOT_FOUND);
    desk_as_priya(cx, &d);
    test_refused(cx, team_save(cx, &(struct team){.name = "x"}), &ERR_DENIED);
    test_refused(cx, team_remove(cx, d.team), &ERR_DENIED);
    desk_as_anna(cx, &d);
    test_refused(cx, team_list(cx, &list, &count), &ERR_DENIED);
}

static void a_member_knows_skills_and_products_and_a_team_in_use_stays(void **state)
{
    struct ctx *cx = test_ctx(state);
    const struct desk d = desk_make(cx);
    const struct team_knows k = {
        .team_id = d.team, .takes = true, .skills = "Printer, FAULT、打印机 printer"};
    const struct team_knows lost = {.team_id = d.team, .products = &d.dan, .product_count = 1};
    const struct team_knows nowhere = {.team_id = d.dan};
    struct team_member *m;
    size_t count;

    test_ok(cx, team_member_set(cx, d.dan, &k));
    test_refused(cx, team_member_set(cx, d.dan, &lost), &ERR_INVALID);
    test_refused(cx, team_member_set(cx, d.dan, &nowhere), &ERR_INVALID);
    test_refused(cx, team_member_set(cx, d.anna, &k), &ERR_NOT_FOUND);
    test_ok(cx, team_members(cx, d.team, &m, &count));
    assert_int_equal(count, 1);
    assert_string_equal(m[0].skills, "fault, printer, 打印机");
    assert_true(m[0].takes);
    test_refused(cx, team_remove(cx, d.team), &ERR_CONFLICT);
}

static void the_switch_is_ones_own_and_the_leads(void **state)
{
    struct ctx *cx = test_ctx(state);
    const struct desk d = desk_make(cx);
    struct team_member *m;

    test_as_staff(cx, d.dan, RIGHT_DESK);
    test_ok(cx, team_member_takes(cx, d.dan, false));
    test_ok(cx, team_member_find(cx, d.dan, &m));
    assert_false(m->takes);
    desk_as_priya(cx, &d);
    test_refused(cx, team_member_takes(cx, d.dan, true), &ERR_DENIED);
    test_as_system(cx);
    test_ok(cx, team_member_set(cx, d.dan, &(struct team_knows){.team_id = d.team}));
    test_ok(cx,
            team_save(cx, &(struct team){.id = d.team, .name = "Printing", .lead_id = d.priya}));
    desk_as_priya(cx, &d);
    test_ok(cx, team_member_takes(cx, d.dan, true));
}

static void another_tenants_team_is_not_there(void **state)
{
    struct ctx *cx = test_ctx(state);
    const struct desk d = desk_make(cx);
    struct ctx *other = test_ctx(state);
    struct team *t;

    test_refused(other, team_get(other, d.team, &t), &ERR_NOT_FOUND);
    test_refused(other, team_remove(other, d.team), &ERR_NOT_FOUND);
    test_refused(other, team_member_takes(other, d.dan, false), &ERR_NOT_FOUND);
}

int main(void)
{
    static const struct CMUnitTest TESTS[] = {
        cmocka_unit_test(a_team_is_added_renamed_led_and_removed),
        cmocka_unit_test(a_member_knows_skills_and_products_and_a_team_in_use_stays),
        cmocka_unit_test(the_switch_is_ones_own_and_the_leads),
        cmocka_unit_test(another_tenants_team_is_not_there),
    };

    return test_group_run("team", TESTS, COUNT(TESTS));
}
