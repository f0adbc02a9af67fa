/* How far a role's rights reach: own, the team's, all. Every way to rows gives the same ones: page,
 * list, search, count, file, figures, export, notice and API. */
#include "licensing/token.h"
#include "portal/account/membership.h"
#include "portal/account/role.h"
#include "portal/desk/ticket_counts.h"
#include "portal/notice/notice.h"
#include "portal/sales/order.h"
#include "tests/http/site.h"
#include "tests/licensing/licensing_make.h"
#include "tests/portal/desk/desk_frame.h"

#include <string.h>

#define PERIOD "?from=2026-03-01&until=2026-03-31"

enum whom { NOBODY, ME, MATE, OTHER };

/* Which tickets there are, and from which reach on one sees them. */
static const struct {
    const char *word;
    enum whom assignee;
    bool is_in_team, is_in_other, was_added;
    enum right_scope from;
} TICKETS[] = {
    {"Alfalfa", ME, false, false, false, SCOPE_OWN},
    {"Barley", NOBODY, true, false, false, SCOPE_OWN},
    {"Chicory", OTHER, false, true, true, SCOPE_OWN},
    {"Dandelion", MATE, false, false, false, SCOPE_TEAM},
    {"Endive", OTHER, true, false, false, SCOPE_TEAM},
    {"Fennel", OTHER, false, true, false, SCOPE_ALL},
    {"Garlic", NOBODY, false, true, false, SCOPE_ALL},
    {"Hazel", NOBODY, false, false, false, SCOPE_ALL},
};
static const struct {
    const char *name;
    enum whom owner;
    enum right_scope from;
} CUSTOMERS[] = {
    {"Marlow", ME, SCOPE_OWN},
    {"Bracken", MATE, SCOPE_TEAM},
    {"Gusu", OTHER, SCOPE_ALL},
    {"Tilbury", NOBODY, SCOPE_ALL},
};

struct house {
    struct ctx *cx;
    struct id role, team, other_team, people[4]; /* by enum whom */
    struct id tickets[COUNT(TICKETS)], files[COUNT(TICKETS)];
    struct id customers[COUNT(CUSTOMERS)], orders[COUNT(CUSTOMERS)];
    struct site_user me;
    const char *token;
};

static struct id make_team(struct ctx *cx, const char *name)
{
    struct id id = ctx_new_id(cx);

    test_sql(cx, "INSERT INTO team (tenant_id, id, name) VALUES (?, ?, ?)", DB_ID(cx->tenant_id),
             DB_ID(id), DB_TEXT(name));
    return id;
}

static struct id make_staff(struct house *h, const char *name, struct id team)
{
    struct ctx *cx = h->cx;
    struct id id = make_person(cx, name, arena_printf(cx->mem, "%s@tilwick.example", name));

    test_sql(
        cx, "INSERT INTO staff_member (tenant_id, person_id, role_id, team_id) VALUES (?, ?, ?, ?)",
        DB_ID(cx->tenant_id), DB_ID(id), DB_ID(h->role), DB_ID(team));
    return id;
}

static void make_tickets(struct house *h)
{
    struct ctx *cx = h->cx;

    for (size_t i = 0; i < COUNT(TICKETS); i++) {
        const struct ticket_new what = {
            .source = "desk", .subject = TICKETS[i].word, .text = "It stops.", .topic = "fault"};
        struct id team = TICKETS[i].is_in_team    ? h->team
                         : TICKETS[i].is_in_other ? h->other_team
                                                  : (struct id){{0}};
        struct ticket *t;

        test_ok(cx, ticket_create(cx, &what, &t));
        h->tickets[i] = t->id;
        h->files[i] = ctx_new_id(cx);
        test_sql(cx,
                 "UPDATE ticket SET assignee_id = ?, team_id = ? WHERE tenant_id = ? AND id = ?",
                 DB_ID_OR_NULL(h->people[TICKETS[i].assignee]), DB_ID_OR_NULL(team),
                 DB_ID(cx->tenant_id), DB_ID(t->id));
        if (TICKETS[i].was_added)
            test_sql(cx,
                     "INSERT INTO participant (tenant_id, ticket_id, person_id, can_reply, "
                     "added_at) VALUES (?, ?, ?, TRUE, ?)",
                     DB_ID(cx->tenant_id), DB_ID(t->id), DB_ID(h->people[ME]), DB_TIME(cx->now));
        test_ok(cx, notice_add(cx, &(struct notice_new){.kind = NOTICE_DESK_ASSIGNED,
                                                        .person_id = h->people[ME],
                                                        .ticket_id = t->id}));
    }
}

static void make_customers(struct house *h)
{
    struct ctx *cx = h->cx;
    const struct order_line line = {.description = "A seat",
                                    .quantity = 1,
                                    .list = {.minor = 100, .currency = "GBP"},
                                    .unit = {.minor = 100, .currency = "GBP"}};

    for (size_t i = 0; i < COUNT(CUSTOMERS); i++) {
        struct order_draft draft = {.currency = "GBP", .lines = &line, .line_count = 1};

        draft.organisation_id = h->customers[i] =
            make_organisation(cx, arena_printf(cx->mem, "C-%zu", i), CUSTOMERS[i].name);
        draft.number = arena_printf(cx->mem, "SO-%s", CUSTOMERS[i].name);
        test_sql(cx, "UPDATE organisation SET owner_id = ? WHERE tenant_id = ? AND id = ?",
                 DB_ID_OR_NULL(h->people[CUSTOMERS[i].owner]), DB_ID(cx->tenant_id),
                 DB_ID(h->customers[i]));
        test_ok(cx, order_place(cx, &draft, &h->orders[i]));
    }
}

static struct house open_house(void **state)
{
    struct house h = {.cx = test_ctx(state)};
    struct ctx *cx = h.cx;
    struct token *token;

    h.role = ctx_new_id(cx);
    test_sql(cx, "INSERT INTO role (tenant_id, id, name) VALUES (?, ?, 'Limited')",
             DB_ID(cx->tenant_id), DB_ID(h.role));
    h.team = make_team(cx, "Printing");
    h.other_team = make_team(cx, "Tills");
    h.people[ME] = make_staff(&h, "Priya", h.team);
    h.people[MATE] = make_staff(&h, "Dan", h.team);
    h.people[OTHER] = make_staff(&h, "Ruth", h.other_team);
    site_open(cx);
    licensing_seal(cx);
    make_tickets(&h);
    make_customers(&h);
    h.me = site_sign_in(cx, h.people[ME]);
    test_ok(cx, token_add(cx,
                          &(struct token_draft){
                              .kind = TOKEN_USER, .name = "mine", .person_id = h.people[ME]},
                          &token));
    h.token = token->text;
    return h;
}

static uint64_t reach(enum right_module module, enum right_scope scope)
{
    return scope == SCOPE_ALL    ? RIGHT_ALL_OF(module)
           : scope == SCOPE_TEAM ? RIGHT_TEAM_OF(module)
                                 : 0;
}

static void expect(bool is_there, bool is_wanted, const char *where, const char *what,
                   enum right_scope scope)
{
    if (is_there != is_wanted)
        fail_msg("%s: %s is %s for %s", where, what, is_there ? "shown" : "hidden",
                 ROLE_SCOPE_NAMES[scope]);
}

static void expect_tickets(struct house *h, const char *path, bool is_api, enum right_scope scope)
{
    struct site_answer a =
        is_api ? site_call(h->cx, h->token, "GET", path, "", NULL) : site_get(h->cx, &h->me, path);

    assert_int_equal(a.status, 200);
    for (size_t i = 0; i < COUNT(TICKETS); i++)
        expect(strstr(a.body, TICKETS[i].word) != NULL, scope >= TICKETS[i].from, path,
               TICKETS[i].word, scope);
}

static void tickets_are_seen_as_far_as_the_desk_reaches(void **state)
{
    struct house h = open_house(state);
    struct ctx *cx = h.cx;

    for (enum right_scope scope = SCOPE_OWN; scope < SCOPE_COUNT; scope++) {
        int64_t counts[TICKET_VIEW_COUNT], wanted = 0;
        struct ctx look;

        test_ok(cx, role_put_rights(cx, h.role, RIGHT_DESK_READ | reach(MODULE_DESK, scope)));
        expect_tickets(&h, "/desk/search?q=status%3Aopen", false, scope);
        expect_tickets(&h, "/desk?view=open", false, scope);
        expect_tickets(&h, "/desk/tickets.csv?view=open", false, scope);
        expect_tickets(&h, "/notices", false, scope);
        expect_tickets(&h, "/api/v1/tickets", true, scope);
        for (size_t i = 0; i < COUNT(TICKETS); i++) {
            const char *const PATHS[] = {site_path(cx, "/desk/tickets/%s", h.tickets[i]),
                                         site_path(cx, "/api/v1/tickets/%s", h.tickets[i])};
            int status = scope >= TICKETS[i].from ? 200 : 404;

            wanted += scope >= TICKETS[i].from;
            assert_int_equal(site_get(cx, &h.me, PATHS[0]).status, status);
            assert_int_equal(site_call(cx, h.token, "GET", PATHS[1], "", NULL).status, status);
            /* Found by its word, and by no word when it is out of reach. */
            expect(strstr(site_get(cx, &h.me,
                                   arena_printf(cx->mem, "/desk/search?q=%s", TICKETS[i].word))
                              .body,
                          site_path(cx, "%s", h.tickets[i])) != NULL,
                   status == 200, "search by word", TICKETS[i].word, scope);
        }
        look = *cx;
        test_ok(cx, membership_viewer(cx, h.people[ME], (struct id){{0}}, &look.viewer));
        test_ok(&look, ticket_counts_views(&look, counts));
        assert_int_equal(counts[TICKET_VIEW_OPEN], wanted);
    }
}

static void figures_are_seen_as_far_as_the_reports_reach(void **state)
{
    struct house h = open_house(state);

    for (enum right_scope scope = SCOPE_OWN; scope < SCOPE_COUNT; scope++) {
        test_ok(h.cx,
                role_put_rights(h.cx, h.role, RIGHT_REPORTS_READ | reach(MODULE_REPORTS, scope)));
        expect_tickets(&h, "/desk/reports" PERIOD, false, scope);
        expect_tickets(&h, "/desk/reports/service.csv" PERIOD, false, scope);
        /* The right to figures opens no ticket. */
        assert_int_equal(site_get(h.cx, &h.me, "/desk").status, 403);
    }
}

static void expect_customers(struct house *h, const char *path, bool is_api, enum right_scope scope)
{
    struct site_answer a =
        is_api ? site_call(h->cx, h->token, "GET", path, "", NULL) : site_get(h->cx, &h->me, path);

    assert_int_equal(a.status, 200);
    for (size_t i = 0; i < COUNT(CUSTOMERS); i++)
        expect(strstr(a.body, CUSTOMERS[i].name) != NULL, scope >= CUSTOMERS[i].from, path,
               CUSTOMERS[i].name, scope);
}

static void customers_and_orders_are_seen_as_far_as_these_reach(void **state)
{
    struct house h = open_house(state);
    struct ctx *cx = h.cx;

    for (enum right_scope scope = SCOPE_OWN; scope < SCOPE_COUNT; scope++) {
        test_ok(cx, role_put_rights(cx, h.role, RIGHT_CUSTOMERS | RIGHT_SALES | RIGHT_DESK));
        test_ok(cx, role_put_rights(cx, h.role,
                                    ((RIGHT_CUSTOMERS & ~RIGHT_ALL_OF(MODULE_CUSTOMERS)) |
                                     reach(MODULE_CUSTOMERS, scope) |
                                     (RIGHT_SALES & ~RIGHT_ALL_OF(MODULE_SALES)) |
                                     reach(MODULE_SALES, scope))));
        expect_customers(&h, "/desk/customers", false, scope);
        expect_customers(&h, "/desk/customers.csv", false, scope);
        expect_customers(&h, "/desk/orders", false, scope);
        expect_customers(&h, "/api/v1/organisations", true, scope);
        expect_customers(&h, "/api/v1/orders", true, scope);
        for (size_t i = 0; i < COUNT(CUSTOMERS); i++) {
            int status = scope >= CUSTOMERS[i].from ? 200 : 404;

            assert_int_equal(
                site_get(cx, &h.me, site_path(cx, "/desk/customers/%s", h.customers[i])).status,
                status);
            assert_int_equal(
                site_get(cx, &h.me, site_path(cx, "/desk/orders/%s", h.orders[i])).status, status);
            assert_int_equal(
                site_call(cx, h.token, "PATCH",
                          site_path(cx, "/api/v1/organisations/%s", h.customers[i]), "",
                          arena_printf(cx->mem, "{\"name\":\"%s\"}", CUSTOMERS[i].name))
                    .status,
                status);
            /* Not even by a path of its own: a form of it, its people, its sites. */
            assert_int_equal(
                site_post(cx, &h.me, site_path(cx, "/desk/customers/%s/sites/new", h.customers[i]),
                          arena_printf(cx->mem, "name=Shop+%d&city=Leeds", (int)scope))
                    .status,
                status == 200 ? 303 : 404);
            assert_int_equal(
                site_get(cx, &h.me, site_path(cx, "/desk/customers/%s/people/new", h.customers[i]))
                    .status,
                status);
        }
    }
}

static void whoever_gives_a_ticket_away_does_not_keep_it(void **state)
{
    struct house h = open_house(state);
    struct ctx *cx = h.cx;
    const char *path = site_path(cx, "/desk/tickets/%s", h.tickets[0]);
    struct site_answer a;

    test_ok(cx, role_put_rights(cx, h.role, RIGHT_DESK_READ | RIGHT_DESK_UPDATE));
    a = site_post(cx, &h.me, arena_printf(cx->mem, "%s/assign", path),
                  arena_printf(cx->mem, "assignee=%s", id_text(cx->mem, h.people[OTHER])));
    assert_int_equal(a.status, 303);
    assert_string_equal(test_text(cx,
                                  "SELECT assignee_id FROM ticket WHERE tenant_id = ? AND id = ?",
                                  DB_ID(cx->tenant_id), DB_ID(h.tickets[0])),
                        id_text(cx->mem, h.people[OTHER]));
    assert_int_equal(site_get(cx, &h.me, path).status, 404);
}

static void a_new_customer_of_one_who_sees_his_own_is_his_own(void **state)
{
    struct house h = open_house(state);
    struct site_answer a;

    test_ok(h.cx, role_put_rights(h.cx, h.role, RIGHT_CUSTOMERS_READ | RIGHT_CUSTOMERS_CREATE));
    a = site_post(h.cx, &h.me, "/desk/customers/new", "name=Whitby&importance=3&status=active");
    assert_int_equal(a.status, 303);
    a = site_get(h.cx, &h.me, "/desk/customers");
    site_shows(&a, "Whitby");
    site_shows(&a, "Priya");
}

int main(void)
{
    static const struct CMUnitTest TESTS[] = {
        cmocka_unit_test_setup_teardown(tickets_are_seen_as_far_as_the_desk_reaches, site_start,
                                        site_stop),
        cmocka_unit_test_setup_teardown(figures_are_seen_as_far_as_the_reports_reach, site_start,
                                        site_stop),
        cmocka_unit_test_setup_teardown(customers_and_orders_are_seen_as_far_as_these_reach,
                                        site_start, site_stop),
        cmocka_unit_test_setup_teardown(whoever_gives_a_ticket_away_does_not_keep_it, site_start,
                                        site_stop),
        cmocka_unit_test_setup_teardown(a_new_customer_of_one_who_sees_his_own_is_his_own,
                                        site_start, site_stop),
    };

    return test_group_run("scope_pages", TESTS, COUNT(TESTS));
}
