/* Staff see the portal as a customer does: to read only, with a banner and a record. */
#include "portal/account/membership.h"
#include "portal/account/view_as.h"
#include "tests/portal/pages/test_portal.h"

#include <string.h>

struct look {
    struct ctx *cx;
    struct browser *b;
    struct id anna, marlow;
    const char *path; /* of the form to start it */
};

static struct look open_look(void **state)
{
    struct look k = {.cx = test_ctx(state)};

    k.b = browser_open(k.cx);
    k.marlow = make_organisation(k.cx, "C-1", "Marlow");
    k.anna = browser_person(k.b, "Anna Keller", "anna@marlow.example");
    make_membership(k.cx, k.anna, k.marlow, RIGHT_TICKET_OWN | RIGHT_ADMIN);
    browser_staff(k.b, "Administrator", "priya@tilwick.example");
    k.path = arena_printf(k.cx->mem, "/desk/customers/%s/people/%s", id_text(k.cx->mem, k.marlow),
                          id_text(k.cx->mem, k.anna));
    return k;
}

static void look(struct look *k)
{
    assert_int_equal(browser_get(k->b, k->path), 200);
    assert_int_equal(
        browser_post(k->b, arena_printf(k->cx->mem, "%s/view", k->path), "reason=Ticket+1042"),
        303);
    assert_string_equal(browser_location(k->b), "/");
}

static void pages_are_the_customers_with_a_banner_until_it_ends(void **state)
{
    static const char *const PAGES[] = {"/", "/tickets", "/organisation", "/kb", "/search?q=x"};
    struct look k = open_look(state);

    look(&k);
    for (size_t i = 0; i < COUNT(PAGES); i++) {
        if (browser_get(k.b, PAGES[i]) != 200)
            fail_msg("%s is not shown", PAGES[i]);
        assert_true(browser_shows(k.b, "You see the portal as Anna Keller"));
    }
    assert_int_equal(browser_get(k.b, "/desk"), 403);
    assert_int_equal(browser_get(k.b, "/account"), 403); /* her account is nobody's to look at */
    assert_int_equal(browser_get(k.b, "/tickets"), 200);
    assert_int_equal(browser_post(k.b, "/view/end", ""), 303);
    assert_int_equal(browser_get(k.b, "/desk"), 200);
    assert_false(browser_shows(k.b, "You see the portal as"));
}

static void nothing_can_be_done_as_the_customer(void **state)
{
    static const char *const FORMS[] = {"/tickets/new",
                                        "/organisation/sites/new",
                                        "/organisation/people/new",
                                        "/organisation/second",
                                        "/account",
                                        "/resume?form=/tickets/new"};
    struct look k = open_look(state);

    look(&k);
    for (size_t i = 0; i < COUNT(FORMS); i++) {
        assert_int_equal(browser_get(k.b, "/tickets"), 200);
        if (browser_post(k.b, FORMS[i], "name=x&subject=x&text=x&full_name=x&needed=1") != 403)
            fail_msg("%s does something", FORMS[i]);
    }
    assert_true(browser_shows(k.b, "nothing can be changed"));
}

static void it_needs_a_reason_and_is_on_record(void **state)
{
    static const char SQL_RECORD[] =
        "SELECT COUNT(*) FROM event WHERE tenant_id = ? AND name = 'person.viewed_as' "
        "AND subject_id = ? AND actor_kind = 'staff' AND data LIKE '%Ticket 1042%'";
    struct look k = open_look(state);

    assert_int_equal(browser_get(k.b, k.path), 200);
    assert_true(browser_shows(k.b, "See the portal as this person"));
    assert_int_equal(browser_post(k.b, arena_printf(k.cx->mem, "%s/view", k.path), "reason="), 303);
    assert_int_equal(browser_get(k.b, "/desk"), 200); /* still himself */
    look(&k);
    assert_int_equal(test_i64(k.cx, SQL_RECORD, DB_ID(k.cx->tenant_id), DB_ID(k.anna)), 1);
    assert_int_equal(browser_get(k.b, "/tickets"), 200);
    assert_int_equal(browser_post(k.b, "/language", "lang=zh&next=/tickets"), 303);
    assert_int_equal(browser_get(k.b, "/tickets"), 200);
    assert_true(browser_shows(k.b, "您正以 Anna Keller 的身份查看门户"));
}

static void a_run_that_only_reads_writes_nothing(void **state)
{
    struct ctx *cx = test_ctx(state);

    cx->is_read_only = true;
    assert_false(
        db_exec(cx, NULL, "UPDATE tenant SET name = 'x' WHERE id = ?", DB_ID(cx->tenant_id)));
    assert_ptr_equal(cx->err.kind, &ERR_DENIED);
    err_clear(&cx->err);
    cx->is_read_only = false;
    test_sql(cx, "UPDATE tenant SET name = name WHERE id = ?", DB_ID(cx->tenant_id));
}

static void only_staff_who_look_after_customers_may_and_only_as_members(void **state)
{
    struct ctx *cx = test_ctx(state);
    struct id marlow = make_organisation(cx, "C-1", "Marlow");
    struct id other = make_organisation(cx, "C-2", "Other");
    struct id anna = make_person(cx, "Anna", "anna@marlow.example");
    const struct session session = {.id = id_make(cx->now)};

    make_membership(cx, anna, marlow, RIGHT_TICKET_OWN);
    test_as_staff(cx, id_make(cx->now), RIGHT_DESK);
    test_refused(cx, view_as_start(cx, &session, anna, marlow, "x"), &ERR_DENIED);
    test_as_customer(cx, anna, marlow, RIGHT_ADMIN);
    test_refused(cx, view_as_start(cx, &session, anna, marlow, "x"), &ERR_DENIED);
    test_as_staff(cx, id_make(cx->now), RIGHT_CUSTOMERS);
    test_refused(cx, view_as_start(cx, &session, anna, other, "x"), &ERR_NOT_FOUND);
    test_refused(cx, view_as_start(cx, &session, anna, marlow, ""), &ERR_VIEW_AS_REASON);
    test_ok(cx, view_as_start(cx, &session, anna, marlow, "x"));
}

int main(void)
{
    static const struct CMUnitTest TESTS[] = {
        cmocka_unit_test(pages_are_the_customers_with_a_banner_until_it_ends),
        cmocka_unit_test(nothing_can_be_done_as_the_customer),
        cmocka_unit_test(it_needs_a_reason_and_is_on_record),
        cmocka_unit_test(a_run_that_only_reads_writes_nothing),
        cmocka_unit_test(only_staff_who_look_after_customers_may_and_only_as_members),
    };

    return browser_group_run("view_as_page", TESTS, COUNT(TESTS));
}
