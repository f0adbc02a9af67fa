/* Merging, splitting and the recycle bin as browsers and programs meet them. */
#include "portal/desk/ticket_link.h"
#include "portal/desk/ticket_merge.h"
#include "tests/http/site.h"
#include "tests/portal/desk/desk_frame.h"

#include <string.h>

struct pages { /* the desk's people with browsers */
    struct desk d;
    struct site_user anna, priya;
};

static struct pages open_pages(struct ctx *cx)
{
    struct pages p = {.d = desk_make(cx)};

    site_open(cx);
    test_sql(cx,
             "INSERT INTO role_right (tenant_id, role_id, name) SELECT tenant_id, id, 'desk' FROM "
             "role WHERE tenant_id = ?",
             DB_ID(cx->tenant_id));
    p.anna = site_sign_in(cx, p.d.anna);
    p.priya = site_sign_in(cx, p.d.priya);
    return p;
}

static const char *number(struct ctx *cx, struct id id)
{
    return test_text(cx, "SELECT number FROM ticket WHERE tenant_id = ? AND id = ?",
                     DB_ID(cx->tenant_id), DB_ID(id));
}

static struct site_answer merge(struct ctx *cx, const struct pages *p, struct id source,
                                struct id target, const char *more)
{
    struct str body = str_new(cx->mem);

    str_add(&body, "number=");
    str_url(&body, number(cx, target));
    str_add(&body, more);
    return site_post(cx, &p->priya, site_path(cx, "/desk/tickets/%s/merge", source), body.p);
}

static void a_merge_asks_is_done_leads_everybody_on_and_is_undone(void **state)
{
    struct ctx *cx = test_ctx(state);
    const struct pages p = open_pages(cx);
    const struct id one = desk_file(cx, &p.d, "Receipt twice");
    const struct id two = desk_file(cx, &p.d, "Printer prints twice");
    const char *first = arena_printf(cx->mem, "/desk/tickets/%s", id_text(cx->mem, two));
    struct site_answer a = merge(cx, &p, one, two, "");

    assert_int_equal(a.status, 200);
    site_shows(&a, "Receipt twice");
    site_shows(&a, "Printer prints twice");
    site_shows(&a, "undo this for 14 days");
    site_hides(&a, "different customers");
    a = site_post(cx, &p.priya, site_path(cx, "/desk/tickets/%s/merge", one), "number=999999");
    assert_int_equal(a.status, 422);
    site_shows(&a, "value=\"999999\" aria-invalid=\"true\"");
    assert_null(strstr(strstr(a.body, "id=\"number\"") + 1, "id=\"number\""));
    a = site_post(cx, &p.priya, site_path(cx, "/desk/tickets/%s/merge", one),
                  arena_printf(cx->mem, "number=%s", number(cx, two) + strlen("T-")));
    assert_int_equal(a.status, 200);
    site_shows(&a, "Printer prints twice");
    a = merge(cx, &p, one, two, "&sure=1");
    assert_int_equal(a.status, 303);
    assert_string_equal(a.location, first);
    a = site_get(cx, &p.priya, first);
    site_shows(&a, "The tickets are merged.");
    site_shows(&a, "Merged into this one");
    a = site_get(cx, &p.priya, site_path(cx, "/desk/tickets/%s", one));
    assert_int_equal(a.status, 303);
    assert_string_equal(a.location, first);
    a = site_get(cx, &p.anna, site_path(cx, "/tickets/%s", one));
    assert_string_equal(a.location, site_path(cx, "/tickets/%s", two));
    a = site_post(cx, &p.anna, site_path(cx, "/tickets/%s/reply", one), "text=Still+so.");
    assert_int_equal(a.status, 303);
    a = site_get(cx, &p.priya, first);
    site_shows(&a, "Still so.");
    a = site_post(cx, &p.priya, site_path(cx, "/desk/tickets/%s/unmerge", two),
                  arena_printf(cx->mem, "source=%s", id_text(cx->mem, one)));
    assert_string_equal(a.location, site_path(cx, "/desk/tickets/%s", one));
    a = site_get(cx, &p.priya, a.location);
    site_shows(&a, "Still so.");
    a = site_get(cx, &p.priya, first);
    site_hides(&a, "Still so.");
}

static void a_merge_that_cannot_be_comes_back_with_the_reason(void **state)
{
    struct ctx *cx = test_ctx(state);
    const struct pages p = open_pages(cx);
    const struct id one = desk_file(cx, &p.d, "Receipt twice");
    struct ticket *theirs;
    struct site_answer a = merge(cx, &p, one, one, "");

    assert_int_equal(a.status, 422);
    site_shows(&a, "cannot be merged into itself");
    desk_as_eve(cx, &p.d);
    test_ok(cx, ticket_create(cx,
                              &(struct ticket_new){.source = "portal",
                                                   .subject = "Theirs",
                                                   .text = "Nobody else's business.",
                                                   .topic = "fault"},
                              &theirs));
    a = merge(cx, &p, one, theirs->id, "");
    assert_int_equal(a.status, 200);
    site_shows(&a, "The two are of different customers");
    a = merge(cx, &p, one, theirs->id, "&sure=1");
    assert_int_equal(a.status, 422);
    site_shows(&a, "Confirm that the one may read");
    a = merge(cx, &p, one, theirs->id, "&sure=1&even_apart=1");
    assert_int_equal(a.status, 303);
    a = site_get(cx, &p.anna, site_path(cx, "/tickets/%s", one));
    assert_int_equal(a.status, 200);
    site_shows(&a, "It prints two receipts");
    site_hides(&a, "business");
}

static void messages_are_split_off(void **state)
{
    struct ctx *cx = test_ctx(state);
    const struct pages p = open_pages(cx);
    const struct id id = desk_file(cx, &p.d, "Receipt twice");
    const char *path = arena_printf(cx->mem, "/desk/tickets/%s/split", id_text(cx->mem, id));
    struct site_answer a;
    struct id message;

    a = site_get(cx, &p.priya, site_path(cx, "/desk/tickets/%s", id));
    site_hides(&a, path); /* of one message there is nothing to take out */
    desk_as_anna(cx, &p.d);
    test_ok(cx, ticket_reply(cx, id, "And the till is slow.", NULL, &message));
    a = site_get(cx, &p.priya, site_path(cx, "/desk/tickets/%s", id));
    site_shows(&a, path);
    a = site_get(cx, &p.priya, path);
    site_shows(&a, "And the till is slow.");
    test_sql(
        cx,
        "UPDATE message SET author = 'script', author_id = NULL, author_name = '' WHERE tenant_id = ?",
        DB_ID(cx->tenant_id));
    a = site_get(cx, &p.priya, path);
    site_shows(&a, "<b>A rule</b>");
    a = site_post(cx, &p.priya, path, "subject=Slow+till");
    assert_int_equal(a.status, 422);
    site_shows(&a, "Choose the messages");
    site_shows(&a, "value=\"Slow till\"");
    a = site_post(
        cx, &p.priya, path,
        arena_printf(cx->mem, "subject=Slow+till&messages=%s", id_text(cx->mem, message)));
    assert_int_equal(a.status, 303);
    a = site_get(cx, &p.priya, a.location);
    site_shows(&a, "Slow till");
    site_shows(&a, "made this ticket out of a part of");
    assert_int_equal(site_get(cx, &p.anna, path).status, 403);
}

static void a_ticket_is_thrown_away_found_and_restored(void **state)
{
    struct ctx *cx = test_ctx(state);
    const struct pages p = open_pages(cx);
    const struct id id = desk_file(cx, &p.d, "Receipt twice");
    const char *path = site_path(cx, "/desk/tickets/%s", id);
    struct site_answer a =
        site_post(cx, &p.priya, site_path(cx, "/desk/tickets/%s/remove", id), "");

    assert_string_equal(a.location, "/desk");
    assert_int_equal(site_get(cx, &p.priya, path).status, 404);
    a = site_get(cx, &p.priya, "/desk/trash?q=receipt");
    site_shows(&a, "Receipt twice");
    a = site_get(cx, &p.priya, "/desk/trash?q=banana");
    site_hides(&a, "Receipt twice");
    a = site_post(cx, &p.priya, site_path(cx, "/desk/trash/%s/restore", id), "");
    assert_string_equal(a.location, path);
    a = site_get(cx, &p.priya, path);
    site_shows(&a, "The ticket is back.");
    assert_int_equal(site_get(cx, &p.anna, "/desk/trash").status, 403);
    assert_int_equal(merge(cx, &p, id, desk_file(cx, &p.d, "The other"), "&sure=1").status, 303);
    a = site_post(cx, &p.priya, site_path(cx, "/desk/tickets/%s/remove", id), "");
    assert_int_equal(a.status, 409);
    site_shows(&a, "Put that one into the recycle bin, or undo the merge");
}

static void closing_a_whole_asks_about_its_open_parts_and_a_blocked_one_shows_by_what(void **state)
{
    struct ctx *cx = test_ctx(state);
    const struct pages p = open_pages(cx);
    const struct id whole = desk_file(cx, &p.d, "The whole"), part = desk_file(cx, &p.d, "A part");
    struct site_answer a;

    desk_as_priya(cx, &p.d);
    test_ok(cx, ticket_link_add(cx, part, TICKET_LINK_PARENT, number(cx, whole)));
    test_ok(cx, ticket_link_add(cx, part, TICKET_LINK_BLOCKS, number(cx, whole)));
    a = site_get(cx, &p.priya, site_path(cx, "/desk/tickets/%s", whole));
    site_shows(&a, "Something else has to be done first");
    a = site_post(cx, &p.priya, site_path(cx, "/desk/tickets/%s/status", whole), "status=closed");
    assert_string_equal(a.location, site_path(cx, "/desk/tickets/%s/parts", whole));
    a = site_get(cx, &p.priya, a.location);
    site_shows(&a, "A part");
    a = site_post(cx, &p.priya, site_path(cx, "/desk/tickets/%s/parts", whole), "");
    assert_string_equal(a.location, site_path(cx, "/desk/tickets/%s", whole));
    a = site_get(cx, &p.priya, site_path(cx, "/desk/tickets/%s", whole));
    site_hides(&a, "Something else has to be done first");
    assert_int_equal(
        test_i64(cx, "SELECT COUNT(*) FROM ticket WHERE tenant_id = ? AND category = 'closed'",
                 DB_ID(cx->tenant_id)),
        2);
}

int main(void)
{
    static const struct CMUnitTest TESTS[] = {
        cmocka_unit_test(a_merge_asks_is_done_leads_everybody_on_and_is_undone),
        cmocka_unit_test(messages_are_split_off),
        cmocka_unit_test(a_ticket_is_thrown_away_found_and_restored),
        cmocka_unit_test(closing_a_whole_asks_about_its_open_parts_and_a_blocked_one_shows_by_what),
        cmocka_unit_test(a_merge_that_cannot_be_comes_back_with_the_reason),
    };

    return test_group_run_around("merge_pages", TESTS, COUNT(TESTS), site_start, site_stop);
}
