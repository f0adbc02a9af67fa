/* Settings of the ticket flow as browsers meet them. */
#include "tests/http/site.h"
#include "tests/portal/desk/desk_frame.h"

static struct site_user sign_in_with(struct ctx *cx, const struct desk *d, const char *right)
{
    test_sql(cx,
             "INSERT INTO role_right (tenant_id, role_id, name) SELECT tenant_id, id, ? FROM "
             "role WHERE tenant_id = ?",
             DB_TEXT(right), DB_ID(cx->tenant_id));
    return site_sign_in(cx, d->priya);
}

static void the_flow_is_set_and_shown_and_faults_keep_what_was_typed(void **state)
{
    struct ctx *cx = test_ctx(state);
    const struct desk d = desk_make(cx);
    struct site_user priya;
    struct site_answer a;

    site_open(cx);
    priya = sign_in_with(cx, &d, "settings");
    a = site_get(cx, &priya, "/desk/settings/flow");
    assert_int_equal(a.status, 200);
    site_shows(&a, "much appreciated");
    site_shows(&a, "辛苦了");
    /* What is in force before anybody saved it. */
    site_shows(&a, "Nobody has changed this page yet");
    site_shows(&a,
               "id=\"close_days\" name=\"close_days\" type=\"number\" min=\"0\" "
               "max=\"365\" value=\"14\"");
    site_shows(&a, "max=\"3650\" value=\"30\"");
    a = site_post(
        cx, &priya, "/desk/settings/flow",
        "trash_days=10&close_days=7&remind_days=9&thanks=merci+%3Cb%3E&beside=&close_fault=x");
    assert_int_equal(a.status, 422);
    site_shows(&a, "Type a number of days, up to 365.");
    site_shows(&a, "merci &lt;b&gt;");
    a = site_post(cx, &priya, "/desk/settings/flow",
                  "trash_days=10&close_days=7&remind_days=7&thanks=merci&beside=&close_fault=");
    assert_int_equal(a.status, 422);
    site_shows(&a, "The mail has to come before the close.");
    a = site_post(cx, &priya, "/desk/settings/flow",
                  "trash_days=10&close_days=14&remind_days=3&thanks=merci&beside=&close_fault=0&"
                  "dispatch_minutes=1h+30m");
    assert_int_equal(a.status, 303);
    a = site_get(cx, &priya, "/desk/settings/flow");
    site_shows(&a, "value=\"14\"");
    site_shows(&a, "max=\"3650\" value=\"10\"");
    site_hides(&a, "Nobody has changed this page yet");
    site_shows(&a, "merci");
    site_hides(&a, "much appreciated");
    site_shows(&a, "1h 30m");
    assert_int_equal(test_i64(cx,
                              "SELECT COUNT(*) FROM desk_flow_topic WHERE tenant_id = ? AND "
                              "topic = 'fault' AND close_days = 0",
                              DB_ID(cx->tenant_id)),
                     1);
}

int main(void)
{
    static const struct CMUnitTest TESTS[] = {
        cmocka_unit_test(the_flow_is_set_and_shown_and_faults_keep_what_was_typed),
    };

    return test_group_run_around("desk_flow_pages", TESTS, COUNT(TESTS), site_start, site_stop);
}
