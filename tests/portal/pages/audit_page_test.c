/* The trail of what was done and of who signed in, as pages and as files. */
#include "db/event.h"
#include "portal/account/audit.h"
#include "portal/account/login_log.h"
#include "tests/portal/pages/test_portal.h"

#include <string.h>

static void the_trail_says_who_when_from_where_and_what_changed(void **state)
{
    struct ctx *cx = test_ctx(state);
    struct browser *b = browser_open(cx);
    struct id about = id_make(cx->now);

    browser_staff(b, "Administrator", "priya@tilwick.example");
    test_ok(cx, event_emit(cx, EVENT_ORGANISATION_CHANGED, about,
                           json_own(cx->mem, json_pack("{s:{s:s,s:s,s:{s:b}},s:{s:s,s:s,s:{s:b}}}",
                                                       "before", "city", "Leeds", "name", "Marlow",
                                                       "may", "see_all", 0, "after", "city", "York",
                                                       "name", "Marlow", "may", "see_all", 1))));
    assert_int_equal(browser_get(b, "/desk/settings/audit"), 200);
    assert_true(
        browser_shows(b, "city</b><del role=\"cell\">Leeds</del><span role=\"cell\">York</span>"));
    assert_true(browser_shows(
        b, "may / see all</b><del role=\"cell\">no</del><span role=\"cell\">yes</span>"));
    assert_false(browser_shows(b, "{&quot;"));
    assert_false(browser_shows(b, ">Marlow<"));
    assert_true(browser_shows(b, "person.login"));
    assert_true(browser_shows(b, "127.0.0.1"));
    assert_int_equal(browser_get(b, "/desk/settings/audit?what=organisation."), 200);
    assert_true(browser_shows(b, "organisation.changed"));
    assert_false(browser_shows(b, "person.registered"));
    assert_int_equal(browser_get(b, "/desk/settings/audit?who=nobody-such"), 200);
    assert_true(browser_shows(b, "Nothing is found."));
    assert_int_equal(browser_get(b, "/desk/settings/audit?address=10."), 200);
    assert_true(browser_shows(b, "Nothing is found."));
    assert_int_equal(browser_get(b, "/desk/settings/audit?until=2020-01-01"), 200);
    assert_true(browser_shows(b, "Nothing is found."));
    assert_int_equal(browser_get(b, "/desk/settings/audit?lang=zh"), 200);
    assert_true(browser_shows(b, "审计记录"));
}

static void the_trail_is_a_file_too_without_formulas(void **state)
{
    static const char *const NAMES[] = {"\n=1+1",
                                        "\t=2+1",
                                        " @3",
                                        "\r4",
                                        "\xEF\xBC\x9D"
                                        "5",
                                        "\xEF\xBC\x8B"
                                        "6",
                                        "\xEF\xBC\x8D"
                                        "7",
                                        "\xEF\xBC\xA0"
                                        "8"};
    struct ctx *cx = test_ctx(state);
    struct browser *b = browser_open(cx);
    struct browser *other = browser_open(cx);

    browser_staff(b, "Administrator", "priya@tilwick.example");
    browser_person(b, "=1+1", "formula@marlow.example");
    browser_sign_in(other, "formula@marlow.example");
    assert_int_equal(browser_get(b, "/desk/settings/audit.csv?what=person.login"), 200);
    assert_string_equal(wire_header(&b->wire, "Content-Type"), "text/csv; charset=utf-8");
    assert_true(browser_shows(b, "\"'=1+1\""));
    assert_true(browser_shows(b, "\"person.login\""));
    assert_false(browser_shows(b, "person.registered"));
    for (size_t i = 0; i < COUNT(NAMES); i++) {
        test_sql(cx,
                 "UPDATE person SET full_name = ? WHERE tenant_id = ? AND email LIKE 'formula%'",
                 DB_TEXT(NAMES[i]), DB_ID(cx->tenant_id));
        assert_int_equal(browser_get(b, "/desk/settings/audit.csv?what=person.login"), 200);
        assert_true(browser_shows(b, arena_printf(cx->mem, "\"'%s\"", NAMES[i])));
    }
    test_sql(
        cx,
        "UPDATE person SET full_name = 'Anna-Lena = 1' WHERE tenant_id = ? AND email LIKE 'formula%'",
        DB_ID(cx->tenant_id));
    assert_int_equal(browser_get(b, "/desk/settings/audit.csv?what=person.login"), 200);
    assert_true(browser_shows(b, "\"Anna-Lena = 1\""));
}

static void pages_of_the_trail_follow_each_other(void **state)
{
    struct ctx *cx = test_ctx(state);
    struct browser *b = browser_open(cx);
    const char *next;

    browser_staff(b, "Administrator", "priya@tilwick.example");
    for (int i = 0; i <= AUDIT_PAGE; i++)
        test_ok(cx, event_emit(cx, EVENT_CALENDAR_CHANGED, id_make(cx->now), NULL));
    assert_int_equal(browser_get(b, "/desk/settings/audit?what=calendar."), 200);
    next = strstr(browser_page(b), "/desk/settings/audit?what=calendar.&amp;before=");
    assert_non_null(next);
    next = arena_printf(cx->mem, "/desk/settings/audit?what=calendar.&before=%.36s",
                        strstr(next, "before=") + strlen("before="));
    assert_int_equal(browser_get(b, next), 200);
    assert_true(browser_shows(b, "calendar.changed"));
    assert_false(browser_shows(b, "rel=\"next\""));
}

static void sign_ins_are_found_by_account_address_and_result(void **state)
{
    struct ctx *cx = test_ctx(state);
    struct browser *b = browser_open(cx);

    browser_staff(b, "Administrator", "priya@tilwick.example");
    assert_int_equal(browser_get(b, "/desk/settings/logins?who=priya"), 200);
    assert_true(browser_shows(b, "Priya Shah"));
    assert_int_equal(browser_get(b, "/desk/settings/logins?what=wrong"), 200);
    assert_true(browser_shows(b, "Nothing is found."));
    assert_int_equal(browser_get(b, "/desk/settings/logins?address=127."), 200);
    assert_true(browser_shows(b, "priya@tilwick.example</td>") ||
                browser_shows(b, "priya@tilwick.example<span"));
    assert_int_equal(browser_get(b, "/desk/settings/logins.csv"), 200);
    assert_true(browser_shows(b, "\"priya@tilwick.example\",\"Priya Shah\",\"127.0.0.1\""));
    assert_int_equal(browser_get(b, "/desk/settings/online"), 200);
    assert_true(browser_shows(b, "Priya Shah"));
}

static void nobody_else_reads_them_and_no_other_tenants_are_there(void **state)
{
    struct ctx *cx = test_ctx(state);
    struct ctx *other = test_ctx(state);
    const struct audit_filter all = {.limit = AUDIT_PAGE};
    const struct login_log_filter logins = {.limit = LOGIN_LOG_PAGE};
    const struct config config = {.session_idle_minutes = 60};
    struct login_log_online *online;
    struct login_log_row *tries;
    struct audit_row *list;
    size_t count;

    test_ok(other, event_emit(other, EVENT_CALENDAR_CHANGED, id_make(other->now), NULL));
    test_ok(cx, audit_list(cx, &all, &list, &count));
    for (size_t i = 0; i < count; i++)
        assert_string_not_equal(list[i].name, "calendar.changed");
    test_as_staff(cx, id_make(cx->now), RIGHT_DESK | RIGHT_CUSTOMERS);
    test_refused(cx, audit_list(cx, &all, &list, &count), &ERR_DENIED);
    test_refused(cx, login_log_list(cx, &logins, &tries, &count), &ERR_DENIED);
    test_refused(cx, login_log_online(cx, &config, &online, &count), &ERR_DENIED);
    test_as_customer(cx, id_make(cx->now), id_make(cx->now), RIGHT_ADMIN);
    test_refused(cx, audit_list(cx, &all, &list, &count), &ERR_DENIED);
    test_refused(cx, login_log_list(cx, &logins, &tries, &count), &ERR_DENIED);
}

int main(void)
{
    static const struct CMUnitTest TESTS[] = {
        cmocka_unit_test(the_trail_says_who_when_from_where_and_what_changed),
        cmocka_unit_test(the_trail_is_a_file_too_without_formulas),
        cmocka_unit_test(pages_of_the_trail_follow_each_other),
        cmocka_unit_test(sign_ins_are_found_by_account_address_and_result),
        cmocka_unit_test(nobody_else_reads_them_and_no_other_tenants_are_there),
    };

    return browser_group_run("audit_page", TESTS, COUNT(TESTS));
}
