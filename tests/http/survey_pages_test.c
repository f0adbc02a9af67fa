/* Surveys as browsers, and scanners of mails, meet them. */
#include "base/crypto.h"
#include "portal/desk/survey.h"
#include "tests/http/site.h"
#include "tests/portal/desk/desk_frame.h"

struct town {
    struct desk d;
    struct id ticket;
    struct site_user anna, eve, priya;
    const char *link;
};

static struct town open_town(struct ctx *cx)
{
    struct town t = {.d = desk_make(cx)};
    struct crypto_master *master;
    struct ticket *ticket;

    site_open(cx);
    test_sql(cx,
             "INSERT INTO role_right (tenant_id, role_id, name) SELECT tenant_id, id, 'desk' FROM "
             "role WHERE tenant_id = ?",
             DB_ID(cx->tenant_id));
    t.anna = site_sign_in(cx, t.d.anna);
    t.eve = site_sign_in(cx, t.d.eve);
    t.priya = site_sign_in(cx, t.d.priya);
    t.ticket = desk_file(cx, &t.d, "Receipt printer stops");
    test_ok(cx, ticket_set_status(cx, t.ticket, "solved"));
    test_ok(cx, ticket_get(cx, t.ticket, &ticket));
    test_ok(cx, crypto_master_open(&cx->err, arena_printf(cx->mem, "%s/master.key", test_dir()),
                                   false, &master));
    cx->master = master;
    t.link = arena_printf(cx->mem, "/survey/%s", survey_token(cx, ticket));
    cx->master = NULL;
    crypto_master_free(master);
    return t;
}

static int64_t count(struct ctx *cx)
{
    return test_i64(cx, "SELECT COUNT(*) FROM survey WHERE tenant_id = ?", DB_ID(cx->tenant_id));
}

static void opening_the_link_answers_nothing_and_sending_answers_once(void **state)
{
    struct ctx *cx = test_ctx(state);
    const struct town t = open_town(cx);
    struct site_answer a;

    for (int i = 0; i < 3; i++) {
        a = site_get(cx, NULL, t.link);
        assert_int_equal(a.status, 200);
        site_shows(&a, "Receipt printer stops");
        site_shows(&a, "How content are you?");
    }
    assert_int_equal(count(cx), 0);
    a = site_post(cx, NULL, t.link, "score=5"); /* a scanner has no token of the form */
    assert_int_equal(count(cx), 0);
    a = site_post(cx, &t.eve, t.link, "comment=x");
    assert_int_equal(a.status, 422);
    a = site_post(cx, &t.eve, t.link, "score=4&comment=Quick");
    assert_int_equal(a.status, 303);
    assert_int_equal(count(cx), 1);
    a = site_get(cx, NULL, t.link);
    site_shows(&a, "Rated 4 of 5");
    site_hides(&a, "How content are you?");
    a = site_post(cx, &t.eve, t.link, "score=1");
    assert_int_equal(a.status, 409);
    assert_int_equal(count(cx), 1);
    assert_int_equal(site_get(cx, NULL, "/survey/abc").status, 404);
}

static void a_customer_answers_on_the_ticket_and_staff_read_it(void **state)
{
    struct ctx *cx = test_ctx(state);
    const struct town t = open_town(cx);
    const char *path = site_path(cx, "/tickets/%s", t.ticket);
    const char *send = site_path(cx, "/tickets/%s/survey", t.ticket);
    struct site_answer a = site_get(cx, &t.anna, path);

    site_shows(&a, "How content are you?");
    a = site_post(cx, &t.anna, send, "");
    assert_int_equal(a.status, 303);
    assert_int_equal(count(cx), 0);
    a = site_post(cx, &t.anna, send, "score=2&comment=Took+a+%3Cweek%3E");
    assert_int_equal(a.status, 303);
    a = site_get(cx, &t.anna, path);
    site_shows(&a, "Rated 2 of 5");
    site_hides(&a, "How content are you?");
    a = site_get(cx, &t.priya, site_path(cx, "/desk/tickets/%s", t.ticket));
    site_shows(&a, "Rated 2 of 5");
    site_shows(&a, "Took a &lt;week&gt;");
    site_shows(&a, "Needs review");
}

static void staff_cannot_answer(void **state)
{
    struct ctx *cx = test_ctx(state);
    const struct town t = open_town(cx);
    struct site_answer a = site_get(cx, &t.priya, t.link);

    site_shows(&a, "Staff cannot answer it.");
    site_hides(&a, "How content are you?");
    assert_int_equal(site_post(cx, &t.priya, t.link, "score=5").status, 403);
    assert_int_equal(count(cx), 0);
}

int main(void)
{
    static const struct CMUnitTest TESTS[] = {
        cmocka_unit_test(opening_the_link_answers_nothing_and_sending_answers_once),
        cmocka_unit_test(a_customer_answers_on_the_ticket_and_staff_read_it),
        cmocka_unit_test(staff_cannot_answer),
    };

    return test_group_run_around("survey_pages", TESTS, COUNT(TESTS), site_start, site_stop);
}
