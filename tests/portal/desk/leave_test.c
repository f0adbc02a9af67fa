#include "base/clock.h"
#include "portal/desk/leave.h"
#include "portal/desk/team.h"
#include "tests/portal/desk/desk_frame.h"

/* TEST_NOW is 2026-03-02. */
static struct leave leave_of(struct id person, const char *from, const char *to, struct id instead)
{
    return (struct leave){
        .person_id = person, .from_on = from, .to_on = to, .substitute_id = instead};
}

static const struct id NOBODY = {{0}};

static void one_enters_ones_own_leave_and_nobody_elses(void **state)
{
    struct ctx *cx = test_ctx(state);
    const struct desk d = desk_make(cx);
    const struct leave mine = leave_of(d.priya, "2026-03-01", "2026-03-05", d.dan);
    const struct leave his = leave_of(d.dan, "2026-03-10", "2026-03-11", NOBODY);
    struct leave *list;
    struct id id, other;
    size_t count;

    desk_as_priya(cx, &d);
    test_ok(cx, leave_add(cx, &mine, &id));
    test_refused(cx, leave_add(cx, &his, &other), &ERR_DENIED);
    test_sql(cx, "UPDATE staff_member SET team_id = ? WHERE tenant_id = ? AND person_id = ?",
             DB_ID(d.team), DB_ID(cx->tenant_id), DB_ID(d.dan));
    test_sql(cx, "UPDATE team SET lead_id = ? WHERE tenant_id = ? AND id = ?", DB_ID(d.priya),
             DB_ID(cx->tenant_id), DB_ID(d.team));
    test_ok(cx, leave_add(cx, &his, &other)); /* she leads his team */
    test_ok(cx, leave_list(cx, NOBODY, &list, &count));
    assert_int_equal(count, 2);
    assert_true(list[0].is_now);
    assert_string_equal(list[0].substitute_name, "Dan Osei");
    assert_false(list[1].is_now);
    test_ok(cx, leave_remove(cx, other));
    test_as_staff(cx, d.dan, RIGHT_DESK);
    test_refused(cx, leave_remove(cx, id), &ERR_DENIED);
    desk_as_anna(cx, &d);
    test_refused(cx, leave_list(cx, NOBODY, &list, &count), &ERR_DENIED);
    test_as_system(cx);
    cx->now += 10 * CLOCK_DAY;
    test_ok(cx, leave_list(cx, d.priya, &list, &count));
    assert_int_equal(count, 0); /* it is over */
}

static void days_that_make_no_leave_are_refused(void **state)
{
    struct ctx *cx = test_ctx(state);
    const struct desk d = desk_make(cx);
    const struct leave good = leave_of(d.priya, "2026-03-03", "2026-03-05", NOBODY);
    const struct {
        struct leave l;
        const struct err_kind *kind;
    } bad[] = {
        {leave_of(d.priya, "soon", "2026-03-05", NOBODY), &ERR_INVALID},
        {leave_of(d.priya, "2026-03-05", "2026-03-04", NOBODY), &ERR_INVALID},
        {leave_of(d.priya, "2026-02-01", "2026-03-01", NOBODY), &ERR_INVALID}, /* over */
        {leave_of(d.priya, "2026-03-03", "2028-03-03", NOBODY), &ERR_INVALID},
        {leave_of(d.priya, "2026-04-03", "2026-04-05", d.priya), &ERR_INVALID},
        {leave_of(d.priya, "2026-04-03", "2026-04-05", d.anna), &ERR_INVALID},
        {leave_of(d.anna, "2026-04-03", "2026-04-05", NOBODY), &ERR_INVALID},
        {leave_of(d.priya, "2026-03-05", "2026-03-06", NOBODY), &ERR_LEAVE_OVERLAP},
    };
    struct id id;

    test_ok(cx, leave_add(cx, &good, &id));
    for (size_t i = 0; i < COUNT(bad); i++)
        test_refused(cx, leave_add(cx, &bad[i].l, &id), bad[i].kind);
    test_refused(cx, leave_remove(cx, d.priya), &ERR_NOT_FOUND);
}

static void who_stands_in_is_somebody_who_is_here(void **state)
{
    struct ctx *cx = test_ctx(state);
    const struct desk d = desk_make(cx);
    struct leave l = leave_of(d.priya, "2026-03-01", "2026-03-05", d.dan);
    struct id id, who;

    test_ok(cx, leave_stand_in(cx, d.priya, &who));
    assert_true(id_equal(who, d.priya));
    test_ok(cx, leave_add(cx, &l, &id));
    test_ok(cx, leave_stand_in(cx, d.priya, &who));
    assert_true(id_equal(who, d.dan));
    l = leave_of(d.dan, "2026-03-02", "2026-03-02", d.priya); /* each for the other */
    test_ok(cx, leave_add(cx, &l, &id));
    test_ok(cx, leave_stand_in(cx, d.priya, &who));
    assert_true(id_is_zero(who));
    cx->now += CLOCK_DAY; /* dan is back */
    test_ok(cx, leave_stand_in(cx, d.priya, &who));
    assert_true(id_equal(who, d.dan));
}

static void a_month_shows_what_touches_it_also_what_is_over(void **state)
{
    struct ctx *cx = test_ctx(state);
    const struct desk d = desk_make(cx);
    const struct leave now = leave_of(d.priya, "2026-03-02", "2026-03-05", d.dan),
                       across = leave_of(d.dan, "2026-03-30", "2026-04-02", NOBODY);
    struct leave *list;
    struct id id;
    size_t count;

    test_ok(cx, leave_add(cx, &now, &id));
    test_ok(cx, leave_add(cx, &across, &id));
    cx->now += 10 * CLOCK_DAY; /* the first is over */
    test_ok(cx, leave_list(cx, NOBODY, &list, &count));
    assert_int_equal(count, 1);
    test_ok(cx, leave_between(cx, "2026-03-01", "2026-03-31", &list, &count));
    assert_int_equal(count, 2);
    assert_string_equal(list[0].substitute_name, "Dan Osei");
    assert_false(list[0].is_now);
    test_ok(cx, leave_between(cx, "2026-04-01", "2026-04-30", &list, &count));
    assert_int_equal(count, 1);
    desk_as_anna(cx, &d);
    test_refused(cx, leave_between(cx, "2026-04-01", "2026-04-30", &list, &count), &ERR_DENIED);
}

static void the_day_is_that_of_the_tenants_zone(void **state)
{
    struct ctx *cx = test_ctx(state);
    const struct desk d = desk_make(cx);
    const struct leave l = leave_of(d.priya, "2026-03-03", "2026-03-03", NOBODY);
    struct id id, who;

    test_sql(cx, "UPDATE tenant SET time_zone = 'Asia/Shanghai' WHERE id = ?",
             DB_ID(cx->tenant_id));
    test_ok(cx, leave_add(cx, &l, &id));
    cx->now += 8 * CLOCK_HOUR; /* 17:00 UTC of the 2nd is 01:00 of the 3rd there */
    test_ok(cx, leave_stand_in(cx, d.priya, &who));
    assert_true(id_is_zero(who));
}

int main(void)
{
    static const struct CMUnitTest TESTS[] = {
        cmocka_unit_test(one_enters_ones_own_leave_and_nobody_elses),
        cmocka_unit_test(days_that_make_no_leave_are_refused),
        cmocka_unit_test(who_stands_in_is_somebody_who_is_here),
        cmocka_unit_test(a_month_shows_what_touches_it_also_what_is_over),
        cmocka_unit_test(the_day_is_that_of_the_tenants_zone),
    };

    return test_group_run("leave", TESTS, COUNT(TESTS));
}
