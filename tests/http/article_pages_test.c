/* Articles as the people who write them meet them in their browsers. */
#include "kb/category.h"
#include "portal/desk/ticket.h"
#include "tests/http/site.h"
#include "tests/portal/desk/desk_frame.h"

#include <string.h>

struct pages {
    struct desk d;
    struct site_user anna, priya;
    struct id ticket, category;
};

static struct pages open_pages(struct ctx *cx)
{
    static const struct category_title TITLE[] = {{"en", "Printing", ""}};
    struct pages p = {.d = desk_make(cx)};

    site_open(cx);
    test_sql(cx,
             "INSERT INTO role_right (tenant_id, role_id, name) SELECT tenant_id, id, 'knowledge' "
             "FROM role WHERE tenant_id = ?",
             DB_ID(cx->tenant_id));
    test_sql(cx,
             "INSERT INTO role_right (tenant_id, role_id, name) SELECT tenant_id, id, 'desk' "
             "FROM role WHERE tenant_id = ?",
             DB_ID(cx->tenant_id));
    test_ok(cx, category_add(cx, "printing", "printer", TITLE, 1, &p.category));
    p.anna = site_sign_in(cx, p.d.anna);
    p.priya = site_sign_in(cx, p.d.priya);
    p.ticket = desk_file(cx, &p.d, "Receipt printer stops");
    return p;
}

static const char *body_of(struct ctx *cx, const struct pages *p, const char *more)
{
    return arena_printf(cx->mem, "category=%s&locale=en&audience=public&%s",
                        id_text(cx->mem, p->category), more);
}

static void a_ticket_becomes_an_article_that_is_read_and_changed(void **state)
{
    struct ctx *cx = test_ctx(state);
    const struct pages p = open_pages(cx);
    struct site_answer a =
        site_get(cx, &p.priya,
                 arena_printf(cx->mem, "/desk/articles/new?ticket=%s", id_text(cx->mem, p.ticket)));
    const char *edit, *revision;

    assert_int_equal(a.status, 200);
    site_shows(&a, "This came from a ticket.");
    site_hides(&a, "Anna Keller");
    a = site_post(
        cx, &p.priya, "/desk/articles/new",
        body_of(cx, &p,
                arena_printf(cx->mem, "title=Paper+width&markdown=Set+**80+mm**&ticket=%s",
                             id_text(cx->mem, p.ticket))));
    assert_int_equal(a.status, 303);
    edit = arena_printf(cx->mem, "/desk/articles%s", strrchr(a.location, '/'));
    a = site_get(cx, &p.anna, a.location);
    site_shows(&a, "<strong>80 mm</strong>");
    site_hides(&a, "/desk/articles/");
    a = site_get(cx, &p.priya, edit);
    site_shows(&a, "Set **80 mm**");
    revision = test_text(cx, "SELECT CAST(revision_id AS CHAR) FROM article WHERE tenant_id = ?",
                         DB_ID(cx->tenant_id));
    a = site_post(
        cx, &p.priya, edit,
        body_of(cx, &p,
                arena_printf(cx->mem, "title=Width&markdown=Set+58+mm&revision=%s", revision)));
    assert_int_equal(a.status, 303);
    /* the second editor of the same revision keeps what was typed */
    a = site_post(
        cx, &p.priya, edit,
        body_of(cx, &p,
                arena_printf(cx->mem, "title=Width&markdown=Mine+instead&revision=%s", revision)));
    assert_int_equal(a.status, 422);
    site_shows(&a, "Somebody else published this article meanwhile");
    site_shows(&a, "Mine instead");
}

static void who_may_not_write_is_not_let_in_and_what_is_wrong_is_said(void **state)
{
    struct ctx *cx = test_ctx(state);
    const struct pages p = open_pages(cx);
    struct site_answer a = site_get(cx, &p.anna, "/desk/articles/new");

    assert_int_equal(a.status, 403);
    a = site_post(cx, &p.anna, "/desk/articles/new", body_of(cx, &p, "title=x&markdown=y"));
    assert_int_equal(a.status, 403);
    a = site_post(cx, &p.priya, "/desk/articles/new", body_of(cx, &p, "markdown=Kept"));
    assert_int_equal(a.status, 422);
    site_shows(&a, "Kept");
    a = site_post(cx, &p.priya, "/desk/articles/new",
                  "category=01995c44-0000-7000-8000-000000000001&locale=en&audience=public&title=x&"
                  "markdown=y");
    assert_int_equal(a.status, 404);
    a = site_post(cx, &p.priya, "/desk/articles/new",
                  arena_printf(cx->mem, "category=%s&locale=xx&audience=public&title=x&markdown=y",
                               id_text(cx->mem, p.category)));
    assert_int_equal(a.status, 422);
    assert_int_equal(site_get(cx, &p.priya, "/desk/articles/99").status, 404);
}

static void an_article_is_found_for_an_answer(void **state)
{
    struct ctx *cx = test_ctx(state);
    const struct pages p = open_pages(cx);
    struct site_answer a = site_post(cx, &p.priya, "/desk/articles/new",
                                     body_of(cx, &p, "title=Paper+width&markdown=Set+it"));

    assert_int_equal(a.status, 303);
    a = site_get(cx, &p.priya, "/desk/articles/find?find=paper");
    site_shows(&a, "data-insert=\"Paper width");
    site_shows(&a, "/kb/article/1");
    a = site_get(cx, &p.priya, "/desk/articles/find?find=zeppelin");
    site_shows(&a, "Nothing was found.");
}

int main(void)
{
    static const struct CMUnitTest TESTS[] = {
        cmocka_unit_test_setup_teardown(a_ticket_becomes_an_article_that_is_read_and_changed,
                                        site_start, site_stop),
        cmocka_unit_test_setup_teardown(who_may_not_write_is_not_let_in_and_what_is_wrong_is_said,
                                        site_start, site_stop),
        cmocka_unit_test_setup_teardown(an_article_is_found_for_an_answer, site_start, site_stop),
    };

    return test_group_run("article_pages", TESTS, COUNT(TESTS));
}
