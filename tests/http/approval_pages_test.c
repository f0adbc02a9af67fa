/* Approvals as the staff's browsers, and scanners of mails, meet them. */
#include "base/crypto.h"
#include "portal/desk/approval.h"
#include "tests/http/site.h"
#include "tests/portal/desk/desk_frame.h"

#include <string.h>

struct town {
    struct desk d;
    struct id ticket;
    struct site_user anna, priya, dan;
};

static struct town open_town(struct ctx *cx)
{
    struct town t = {.d = desk_make(cx)};

    site_open(cx);
    test_sql(cx,
             "INSERT INTO role_right (tenant_id, role_id, name) SELECT tenant_id, id, 'desk' FROM "
             "role WHERE tenant_id = ?",
             DB_ID(cx->tenant_id));
    t.anna = site_sign_in(cx, t.d.anna);
    t.priya = site_sign_in(cx, t.d.priya);
    t.dan = site_sign_in(cx, t.d.dan);
    t.ticket = desk_file(cx, &t.d, "Receipt printer stops");
    return t;
}

static void ask_dan(struct ctx *cx, const struct town *t)
{
    const char *body =
        arena_printf(cx->mem, "kind=discount&approver=%s&question=Ten+%%3Cper+cent%%3E&days=3",
                     id_text(cx->mem, t->d.dan));

    assert_int_equal(
        site_post(cx, &t->priya, site_path(cx, "/desk/tickets/%s/approval", t->ticket), body)
            .status,
        303);
}

static struct id latest(struct ctx *cx)
{
    struct id id;

    assert_true(id_parse(
        test_text(cx, "SELECT id FROM approval WHERE tenant_id = ?", DB_ID(cx->tenant_id)), &id));
    return id;
}

static int64_t count_decided(struct ctx *cx)
{
    return test_i64(cx, "SELECT COUNT(*) FROM approval WHERE tenant_id = ? AND state <> 'waiting'",
                    DB_ID(cx->tenant_id));
}

static const char *link_of(struct ctx *cx, struct id person)
{
    struct crypto_master *master;
    const char *link;

    test_ok(cx, crypto_master_open(&cx->err, arena_printf(cx->mem, "%s/master.key", test_dir()),
                                   false, &master));
    cx->master = master;
    link = arena_printf(cx->mem, "/approval/%s", approval_token(cx, latest(cx), person));
    cx->master = NULL;
    crypto_master_free(master);
    return link;
}

static void an_approval_is_asked_on_the_ticket_and_decided_in_the_portal(void **state)
{
    struct ctx *cx = test_ctx(state);
    const struct town t = open_town(cx);
    const char *ticket = site_path(cx, "/desk/tickets/%s", t.ticket), *decide;
    struct site_answer a = site_get(cx, &t.dan, "/desk/approvals");

    site_shows(&a, "Nothing waits for your decision.");
    a = site_post(cx, &t.priya, arena_printf(cx->mem, "%s/approval", ticket),
                  arena_printf(cx->mem, "kind=order&question=A+long+one&days=7&approver=%s",
                               id_text(cx->mem, t.d.priya)));
    assert_int_equal(a.status, 422);
    site_shows(&a, "Nobody approves what was asked by themselves.");
    site_shows(&a, "A long one</textarea>");
    site_shows(&a, "value=\"order\" selected");
    site_shows(&a, "max=\"365\" value=\"7\"");
    ask_dan(cx, &t);
    decide = site_path(cx, "/desk/approvals/%s", latest(cx));
    a = site_get(cx, &t.priya, ticket);
    site_shows(&a, "The approval is asked for.");
    site_shows(&a, "Waits for the decision");
    site_shows(&a, "Priya Nair asked Dan Osei for an approval");
    site_shows(&a, "Ten &lt;per cent&gt;");
    site_hides(&a, arena_printf(cx->mem, "action=\"%s\"", decide));
    a = site_get(cx, &t.dan, ticket);
    site_shows(&a, decide);
    a = site_get(cx, &t.dan, "/desk/approvals");
    site_shows(&a, "Ten &lt;per cent&gt;");
    a = site_post(cx, &t.priya, decide, "answer=yes");
    a = site_get(cx, &t.priya, "/desk/approvals");
    site_shows(&a, "This decision is somebody else");
    assert_int_equal(site_post(cx, &t.anna, decide, "answer=yes").status, 403);
    a = site_post(cx, &t.dan, decide, "answer=no&opinion=");
    assert_int_equal(count_decided(cx), 0);
    a = site_post(cx, &t.dan, decide, "answer=no&opinion=Too+much");
    assert_int_equal(a.status, 303);
    assert_int_equal(count_decided(cx), 1);
    a = site_get(cx, &t.dan, ticket);
    site_shows(&a, "It is refused.");
    site_shows(&a, "Dan Osei refused: Too much");
    a = site_get(cx, &t.anna, site_path(cx, "/tickets/%s", t.ticket));
    site_hides(&a, "Too much");
}

static void what_is_asked_about_a_ticket_that_one_does_not_see_is_not_there(void **state)
{
    struct ctx *cx = test_ctx(state);
    const struct town t = open_town(cx);
    const struct id cara = make_person(cx, "Cara Voss", "cara@tilwick.example");
    const struct id role = ctx_new_id(cx);
    struct site_user narrow;
    const char *decide;

    test_sql(cx, "INSERT INTO role (tenant_id, id, name) VALUES (?, ?, 'narrow')",
             DB_ID(cx->tenant_id), DB_ID(role));
    test_sql(cx,
             "INSERT INTO role_right (tenant_id, role_id, name) VALUES (?, ?, 'desk.read'), "
             "(?, ?, 'desk.update'), (?, ?, 'settings.read'), (?, ?, 'settings.update')",
             DB_ID(cx->tenant_id), DB_ID(role), DB_ID(cx->tenant_id), DB_ID(role),
             DB_ID(cx->tenant_id), DB_ID(role), DB_ID(cx->tenant_id), DB_ID(role));
    test_sql(cx, "INSERT INTO staff_member (tenant_id, person_id, role_id) VALUES (?, ?, ?)",
             DB_ID(cx->tenant_id), DB_ID(cara), DB_ID(role));
    narrow = site_sign_in(cx, cara);
    ask_dan(cx, &t);
    decide = site_path(cx, "/desk/approvals/%s", latest(cx));
    assert_int_equal(site_post(cx, &narrow, decide, "answer=yes").status, 404);
    assert_int_equal(
        site_post(cx, &narrow, arena_printf(cx->mem, "%s/withdraw", decide), "opinion=x").status,
        404);
    assert_int_equal(count_decided(cx), 0);
}

static void opening_the_mails_link_decides_nothing_and_sending_decides_once(void **state)
{
    struct ctx *cx = test_ctx(state);
    const struct town t = open_town(cx);
    struct site_answer a;
    const char *link;
    char *changed;

    ask_dan(cx, &t);
    link = link_of(cx, t.d.dan);
    for (int i = 0; i < 3; i++) {
        a = site_get(cx, NULL, link);
        assert_int_equal(a.status, 200);
        assert_non_null(strstr(a.head, "no-store"));
        site_shows(&a, "Ten &lt;per cent&gt;");
        site_shows(&a, "value=\"yes\"");
    }
    a = site_post(cx, NULL, link, "answer=yes"); /* a scanner has no token of the form */
    assert_int_equal(count_decided(cx), 0);
    changed = arena_dup(cx->mem, link);
    changed[strlen(changed) - 1] = changed[strlen(changed) - 1] == '0' ? '1' : '0';
    assert_int_equal(site_get(cx, NULL, changed).status, 404);
    assert_int_equal(site_post(cx, &t.dan, changed, "answer=yes").status, 404);
    assert_int_equal(site_get(cx, NULL, "/approval/abc").status, 404);
    a = site_post(cx, &t.anna, link_of(cx, t.d.priya), "answer=yes"); /* who asked */
    assert_int_equal(count_decided(cx), 0);
    a = site_get(cx, NULL, link_of(cx, t.d.priya));
    site_hides(&a, "value=\"yes\"");
    a = site_post(cx, &t.dan, link, "answer=no&opinion=");
    assert_int_equal(a.status, 422);
    assert_int_equal(count_decided(cx), 0);
    site_shows(&a, "aria-invalid=\"true\"");
    site_shows(&a, "Say why.");
    a = site_post(cx, &t.dan, link, "answer=yes&opinion=Fine");
    assert_int_equal(a.status, 303);
    assert_int_equal(count_decided(cx), 1);
    a = site_get(cx, NULL, link);
    site_shows(&a, "Approved");
    site_shows(&a, "Fine");
    site_hides(&a, "value=\"yes\"");
    a = site_post(cx, &t.dan, link, "answer=no&opinion=Not+so");
    a = site_get(cx, &t.dan, link);
    site_shows(&a, "This was decided already");
    site_hides(&a, "Not so");
}

static void a_withdrawn_question_says_so_to_whoever_opens_its_link(void **state)
{
    struct ctx *cx = test_ctx(state);
    const struct town t = open_town(cx);
    const char *ticket = site_path(cx, "/desk/tickets/%s", t.ticket), *withdraw, *link;
    struct site_answer a;

    ask_dan(cx, &t);
    link = link_of(cx, t.d.dan);
    withdraw = site_path(cx, "/desk/approvals/%s/withdraw", latest(cx));
    a = site_get(cx, &t.dan, ticket);
    site_hides(&a, withdraw);
    a = site_get(cx, &t.priya, ticket);
    site_shows(&a, withdraw);
    a = site_post(cx, &t.priya, withdraw, "opinion=");
    assert_int_equal(count_decided(cx), 0);
    a = site_post(cx, &t.priya, withdraw, "opinion=They+%3Cpaid%3E");
    assert_int_equal(a.status, 303);
    assert_int_equal(count_decided(cx), 1);
    a = site_get(cx, &t.priya, ticket);
    site_shows(&a, "The question is withdrawn.");
    site_shows(&a, "Priya Nair withdrew the question: They &lt;paid&gt;");
    a = site_get(cx, NULL, link);
    assert_int_equal(a.status, 200);
    site_shows(&a, "Priya Nair has withdrawn this question.");
    site_shows(&a, "They &lt;paid&gt;");
    site_hides(&a, "value=\"yes\"");
    a = site_post(cx, &t.dan, link, "answer=yes");
    a = site_get(cx, &t.dan, link);
    site_shows(&a, "This was decided already");
}

static void another_tenants_link_is_not_found(void **state)
{
    struct ctx *cx = test_ctx(state), *other = test_ctx(state);
    const struct town t = open_town(cx);

    site_open(other);
    ask_dan(cx, &t);
    assert_int_equal(site_get(cx, NULL, link_of(cx, t.d.dan)).status, 200);
    assert_int_equal(site_get(other, NULL, link_of(cx, t.d.dan)).status, 404);
}

int main(void)
{
    static const struct CMUnitTest TESTS[] = {
        cmocka_unit_test(an_approval_is_asked_on_the_ticket_and_decided_in_the_portal),
        cmocka_unit_test(what_is_asked_about_a_ticket_that_one_does_not_see_is_not_there),
        cmocka_unit_test(opening_the_mails_link_decides_nothing_and_sending_decides_once),
        cmocka_unit_test(a_withdrawn_question_says_so_to_whoever_opens_its_link),
        cmocka_unit_test(another_tenants_link_is_not_found),
    };

    return test_group_run_around("approval_pages", TESTS, COUNT(TESTS), site_start, site_stop);
}
