#include "portal/account/role.h"
#include "tests/portal/pages/test_portal.h"

#include <string.h>

static const char *href_of(struct browser *b, const char *name)
{
    return arena_printf(b->cx->mem, "/desk/settings/roles/%s",
                        test_text(b->cx, "SELECT id FROM role WHERE tenant_id = ? AND name = ?",
                                  DB_ID(b->cx->tenant_id), DB_TEXT(name)));
}

static struct browser *open_as_admin(void **state)
{
    struct browser *b = browser_open(test_ctx(state));

    browser_staff(b, "administrator", "sam@tilwick.example");
    return b;
}

/* As from the form of a page that is opened first. */
static int post(struct browser *b, const char *page, const char *path, const char *fields)
{
    assert_int_equal(browser_get(b, page), 200);
    return browser_post(b, path, fields);
}

static void a_role_begins_with_a_preset_and_is_listed(void **state)
{
    struct browser *b = open_as_admin(state);

    assert_int_equal(browser_get(b, "/desk/settings/roles/new?from=preset-3"), 200);
    assert_true(browser_shows(b,
                              "name=\"desk.update\" value=\"1\" aria-label=\"Tickets: Change\" "
                              "checked"));
    assert_false(browser_shows(b, "aria-label=\"Tickets: Delete\" checked"));
    assert_int_equal(browser_post(b, "/desk/settings/roles/new",
                                  "name=Night+shift&desk.read=1&desk.update=1&desk.scope=team"),
                     303);
    assert_int_equal(browser_get(b, "/desk/settings/roles"), 200);
    assert_true(browser_shows(b, "Night shift"));
    assert_int_equal(browser_get(b, href_of(b, "Night shift")), 200);
    assert_true(browser_shows(b, "<option value=\"team\" selected>"));
    assert_true(browser_shows(b, "Delete the role"));
    assert_int_equal(
        browser_post(b, arena_printf(b->cx->mem, "%s/remove", href_of(b, "Night shift")), ""), 303);
    browser_get(b, "/desk/settings/roles");
    assert_false(browser_shows(b, "Night shift"));
}

static void a_role_without_a_name_comes_back_with_its_ticks(void **state)
{
    struct browser *b = open_as_admin(state);

    browser_get(b, "/desk/settings/roles/new");
    assert_int_equal(
        browser_post(b, "/desk/settings/roles/new", "name=&sales.read=1&sales.scope=own"), 422);
    assert_true(browser_shows(b, "href=\"#name\""));
    assert_true(browser_shows(b, "aria-label=\"Orders and invoices: See\" checked"));
    assert_int_equal(browser_post(b, "/desk/settings/roles/new", "name=Sales"), 422);
    assert_true(browser_shows(b, "There is a role of this name already."));
}

static void two_who_change_a_role_both_see_what_the_other_saved(void **state)
{
    struct browser *b = open_as_admin(state);
    const char *href = href_of(b, "Agent");

    browser_get(b, href);
    assert_int_equal(browser_post(b, href, "name=Agent&version=1&desk.read=1&desk.scope=own"), 303);
    assert_int_equal(
        post(b, href, href, "name=Agent&version=1&desk.read=1&desk.delete=1&desk.scope=all"), 422);
    assert_true(browser_shows(b, "Somebody else has changed this role meanwhile."));
    assert_true(browser_shows(b, "saved: not ticked")); /* delete, as the first one left it */
    assert_true(browser_shows(b, "saved: Own"));
    assert_true(browser_shows(b, "aria-label=\"Tickets: Delete\" checked"));
    assert_true(browser_shows(b, "name=\"version\" value=\"2\""));
    assert_int_equal(
        browser_post(b, href, "name=Agent&version=2&desk.read=1&desk.delete=1&desk.scope=all"),
        303);
}

static void a_change_is_felt_at_once(void **state)
{
    struct browser *b = open_as_admin(state);
    struct browser *priya = browser_open(b->cx);

    browser_staff(priya, "agent", "priya@tilwick.example");
    assert_int_equal(browser_get(priya, "/desk"), 200);
    browser_get(b, href_of(b, "Agent"));
    assert_int_equal(browser_post(b, href_of(b, "Agent"), "name=Agent&version=1&knowledge.read=1"),
                     303);
    assert_int_equal(browser_get(priya, "/desk"), 403);
}

static void a_role_in_use_names_its_people_and_moves_them(void **state)
{
    struct browser *b = open_as_admin(state);
    struct browser *priya = browser_open(b->cx);
    const char *href = href_of(b, "Agent");
    const char *lead = href_of(b, "Team lead") + strlen("/desk/settings/roles/");

    browser_staff(priya, "agent", "priya@tilwick.example");
    assert_int_equal(browser_get(b, href), 200);
    assert_true(browser_shows(b, "A role that people have cannot be deleted."));
    assert_true(browser_shows(b, "Move them to"));
    assert_int_equal(post(b, href, arena_printf(b->cx->mem, "%s/remove", href), ""), 303);
    assert_int_equal(browser_get(b, href), 200);
    assert_true(browser_shows(b, "People have this role."));
    assert_int_equal(post(b, href, arena_printf(b->cx->mem, "%s/move", href),
                          arena_printf(b->cx->mem, "to=%s", lead)),
                     303);
    assert_int_equal(post(b, href, arena_printf(b->cx->mem, "%s/remove", href), ""), 303);
    assert_int_equal(browser_get(b, href), 404);
    assert_int_equal(browser_get(priya, "/desk/reports"), 200);
}

static void ones_own_role_warns_and_the_last_right_stays(void **state)
{
    struct browser *b = open_as_admin(state);
    const char *href = href_of(b, "Administrator");
    const char *body = "name=Administrator&version=1&desk.read=1";

    assert_int_equal(browser_get(b, href), 200);
    assert_true(browser_shows(b, "This is your own role"));
    assert_false(browser_shows(b, ">Move</button>"));
    assert_int_equal(browser_post(b, href, body), 422);
    assert_true(browser_shows(b, "You take the right to change roles away from yourself."));
    assert_int_equal(browser_post(b, href, arena_printf(b->cx->mem, "%s&sure=1", body)), 422);
    assert_true(browser_shows(b, "Nobody else may change accounts."));
    assert_int_equal(browser_get(b, "/desk/settings/roles"), 200);
}

int main(void)
{
    static const struct CMUnitTest TESTS[] = {
        cmocka_unit_test(a_role_begins_with_a_preset_and_is_listed),
        cmocka_unit_test(a_role_without_a_name_comes_back_with_its_ticks),
        cmocka_unit_test(two_who_change_a_role_both_see_what_the_other_saved),
        cmocka_unit_test(a_change_is_felt_at_once),
        cmocka_unit_test(a_role_in_use_names_its_people_and_moves_them),
        cmocka_unit_test(ones_own_role_warns_and_the_last_right_stays),
    };

    return browser_group_run("role_page", TESTS, COUNT(TESTS));
}
