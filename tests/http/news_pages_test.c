/* Announcements as readers and editors meet them in their browsers. */
#include "tests/http/site.h"
#include "tests/portal/desk/desk_frame.h"

#include <string.h>

struct pages {
    struct desk d;
    struct site_user anna, eve, priya;
};

static struct pages open_pages(struct ctx *cx)
{
    struct pages p = {.d = desk_make(cx)};

    site_open(cx);
    test_sql(cx,
             "INSERT INTO role_right (tenant_id, role_id, name) SELECT tenant_id, id, 'knowledge' "
             "FROM role WHERE tenant_id = ?",
             DB_ID(cx->tenant_id));
    p.anna = site_sign_in(cx, p.d.anna);
    p.eve = site_sign_in(cx, p.d.eve);
    p.priya = site_sign_in(cx, p.d.priya);
    return p;
}

static const char *news_path(struct ctx *cx)
{
    return arena_printf(cx->mem, "/news/%s",
                        test_text(cx,
                                  "SELECT CAST(id AS CHAR) FROM announcement WHERE tenant_id = ?",
                                  DB_ID(cx->tenant_id)));
}

static void one_customers_news_is_nowhere_for_others(void **state)
{
    struct ctx *cx = test_ctx(state);
    const struct pages p = open_pages(cx);
    const char *code = test_text(cx, "SELECT code FROM organisation WHERE tenant_id = ? AND id = ?",
                                 DB_ID(cx->tenant_id), DB_ID(p.d.organisation));
    struct site_answer a;

    a = site_post(cx, &p.priya, "/desk/news/new",
                  arena_printf(cx->mem,
                               "title_en=Your+visit&body_en=**Monday**<script>&audience="
                               "organisations&codes=%s&outage=1&published=1",
                               code));
    assert_int_equal(a.status, 303);
    a = site_get(cx, &p.anna, "/");
    site_shows(&a, "Your visit");
    a = site_get(cx, &p.anna, "/tickets/new");
    site_shows(&a, "Your visit");
    a = site_get(cx, &p.anna, news_path(cx));
    site_shows(&a, "<strong>Monday</strong>");
    site_hides(&a, "**Monday**<script>");
    a = site_get(cx, &p.anna, "/");
    site_hides(&a, "Your visit"); /* it is read */
    for (size_t i = 0; i < 3; i++) {
        a = site_get(cx, &p.eve, (const char *const[]){"/", "/news", "/tickets/new"}[i]);
        assert_int_equal(a.status, 200);
        site_hides(&a, "Your visit");
    }
    assert_int_equal(site_get(cx, &p.eve, news_path(cx)).status, 404);
    assert_int_equal(site_get(cx, NULL, news_path(cx)).status, 404);
    a = site_get(cx, &p.priya, arena_printf(cx->mem, "/desk%s", news_path(cx)));
    site_hides(&a, "Anna Keller"); /* she looks after other customers */
    site_shows(&a, "are counted, not named");
}

static void what_is_wrong_is_said_and_what_was_typed_stays(void **state)
{
    struct ctx *cx = test_ctx(state);
    const struct pages p = open_pages(cx);
    struct site_answer a;

    a = site_post(cx, &p.priya, "/desk/news/new",
                  "title_zh=%E5%85%AC%E5%91%8A&audience=organisations&codes=NOPE-7&published=1");
    assert_int_equal(a.status, 422);
    site_shows(&a, "There is no customer with the code NOPE-7.");
    site_shows(&a, "value=\"公告\"");
    site_shows(&a, ">NOPE-7</textarea>");
    a = site_post(cx, &p.priya, "/desk/news/new", "body_en=Text&audience=customers");
    assert_int_equal(a.status, 422);
    site_shows(&a, ">Text</textarea>");
    a = site_post(cx, &p.anna, "/desk/news/new", "title_en=Text&audience=customers");
    assert_int_equal(a.status, 403);
}

int main(void)
{
    static const struct CMUnitTest TESTS[] = {
        cmocka_unit_test_setup_teardown(one_customers_news_is_nowhere_for_others, site_start,
                                        site_stop),
        cmocka_unit_test_setup_teardown(what_is_wrong_is_said_and_what_was_typed_stays, site_start,
                                        site_stop),
    };

    return test_group_run("news_pages", TESTS, COUNT(TESTS));
}
