/* Each row of the route table, asked by those who must not get it: nobody, the wrong side, somebody
 * without the right, another organisation, another tenant. A new row with a variable that is not
 * named here fails. */
#include "portal/account/role.h"
#include "portal/http/route.h"
#include "tests/http/route_path.h"
#include "tests/http/route_rows.h"
#include "tests/http/site.h"
#include "tests/licensing/licensing_make.h"

#include <string.h>

#define READS_ALL (RIGHT_STAFF & (ALL_REACH | UINT64_C(0x1111111111110000)))
#define ALL_REACH (UINT64_C(0xffff) << 48) /* of every module */
enum {
    ALL_CUSTOMER = RIGHT_TICKET_OWN | RIGHT_TICKET_ALL | RIGHT_ORDER | RIGHT_LICENCE |
                   RIGHT_BILLING | RIGHT_ADMIN
};

struct town { /* a tenant with everything, and people of every kind with browsers */
    struct ctx *cx;
    struct route_rows rows;
    struct site_user boss;     /* customer with every right */
    struct site_user guest;    /* customer of the same organisation without any */
    struct site_user reader;   /* and one with every right, to see only */
    struct site_user stranger; /* customer of another organisation with every right */
    struct site_user admin;    /* staff with every right */
    struct site_user intern;   /* staff without any */
    struct site_user probe;    /* staff with the rights of probe_role */
    struct id probe_role;
};

static const char SQL_ROLE_NEW[] = "INSERT INTO role (tenant_id, id, name) VALUES (?, ?, ?)";
static const char SQL_STAFF[] =
    "INSERT INTO staff_member (tenant_id, person_id, role_id) VALUES (?, ?, ?)";
static const char SQL_ROLE[] = "SELECT id FROM role WHERE tenant_id = ? AND name = 'Administrator'";
static const char SQL_READS[] =
    "UPDATE membership m JOIN person p ON p.tenant_id = m.tenant_id AND p.id = m.person_id "
    "SET m.reads_only = 63 WHERE m.tenant_id = ? AND p.full_name = 'reader'";
static const char SQL_SESSION[] = "SELECT id FROM session WHERE tenant_id = ? AND person_id = ?";

static struct id make_customer(struct ctx *cx, const char *name, struct id organisation,
                               uint64_t rights)
{
    struct id person = make_person(cx, name, arena_printf(cx->mem, "%s@example.com", name));

    make_membership(cx, person, organisation, rights);
    return person;
}

static struct id make_role(struct ctx *cx, const char *name)
{
    struct id id = ctx_new_id(cx);

    test_sql(cx, SQL_ROLE_NEW, DB_ID(cx->tenant_id), DB_ID(id), DB_TEXT(name));
    return id;
}

static struct id make_staff(struct ctx *cx, const char *name, struct id role)
{
    struct id person = make_person(cx, name, arena_printf(cx->mem, "%s@staff.example", name));

    test_sql(cx, SQL_STAFF, DB_ID(cx->tenant_id), DB_ID(person), DB_ID(role));
    return person;
}

static struct town make_town(void **state)
{
    struct town t = {.cx = test_ctx(state)};
    struct ctx *cx = t.cx;
    const struct id none = {{0}};
    struct id rightless;
    struct id other;
    struct id boss;

    licensing_seal(cx);
    test_ok(cx, role_add_presets(cx));
    rightless = make_role(cx, "Intern");
    t.probe_role = make_role(cx, "Probe");
    t.rows.role = make_role(cx, "Spare");
    t.rows.organisation = make_organisation(cx, "C-1", "Marlow");
    other = make_organisation(cx, "C-2", "Bracken");
    boss = make_customer(cx, "boss", t.rows.organisation, ALL_CUSTOMER);
    t.rows.person = make_customer(cx, "guest", t.rows.organisation, 0);
    t.rows.staff = make_staff(cx, "admin", route_rows_id(cx, SQL_ROLE, none));
    site_open(cx);
    t.boss = site_sign_in(cx, boss);
    t.guest = site_sign_in(cx, t.rows.person);
    t.reader = site_sign_in(cx, make_customer(cx, "reader", t.rows.organisation, ALL_CUSTOMER));
    test_sql(cx, SQL_READS, DB_ID(cx->tenant_id));
    t.stranger = site_sign_in(cx, make_customer(cx, "stranger", other, ALL_CUSTOMER));
    t.admin = site_sign_in(cx, t.rows.staff);
    t.intern = site_sign_in(cx, make_staff(cx, "intern", rightless));
    t.probe = site_sign_in(cx, make_staff(cx, "probe", t.probe_role));
    t.rows.session = route_rows_id(cx, SQL_SESSION, boss);
    route_rows_make(cx, &t.rows, &t.boss, boss);
    return t;
}

static struct site_answer ask(struct ctx *cx, const struct site_user *user, const struct route *row,
                              const char *path)
{
    return row->method == METHOD_POST
               ? site_post(cx, user, path, "text=x&status=closed&level=1&to=approved")
               : site_get(cx, user, path);
}

static bool is_page(const struct route *row)
{
    return !route_path_begins(row->pattern, "/v1/") && !route_path_begins(row->pattern, "/api/");
}

static bool needs_somebody(const struct route *row)
{
    return (row->needs & (NEED_LOGIN | NEED_STAFF | NEED_CUSTOMER)) != 0;
}

/* Refused by the route's needs: 403, or sent to sign in. */
static void expect_refused(const struct route *row, const char *who, const struct site_answer *a)
{
    if (a->status != 403 && !(a->status == 303 && route_path_begins(a->location, "/login")))
        fail_msg("%s as %s: %d %s", row->pattern, who, a->status, a->location);
}

static void nobody_gets_what_needs_somebody(void **state)
{
    struct town t = make_town(state);

    for (const struct route *row = ROUTES; row->pattern != NULL; row++) {
        struct site_answer a;

        if (!is_page(row) || !needs_somebody(row))
            continue;
        a = ask(t.cx, NULL, row, route_path(t.cx, &t.rows, row->pattern));
        expect_refused(row, "nobody", &a);
    }
}

static void each_side_keeps_to_its_own(void **state)
{
    struct town t = make_town(state);

    for (const struct route *row = ROUTES; row->pattern != NULL; row++) {
        const char *path = is_page(row) ? route_path(t.cx, &t.rows, row->pattern) : NULL;
        struct site_answer a;

        if (path == NULL)
            continue;
        if ((row->needs & NEED_STAFF) != 0) {
            a = ask(t.cx, &t.boss, row, path);
            expect_refused(row, "a customer", &a);
        }
        if ((row->needs & NEED_CUSTOMER) != 0) {
            a = ask(t.cx, &t.admin, row, path);
            expect_refused(row, "staff", &a);
        }
    }
}

static void nobody_gets_what_he_has_no_right_to(void **state)
{
    struct town t = make_town(state);

    for (const struct route *row = ROUTES; row->pattern != NULL; row++) {
        bool is_staff = (row->needs & NEED_STAFF) != 0;
        struct site_answer a;

        if (!is_page(row) || row->rights == 0)
            continue;
        a = ask(t.cx, is_staff ? &t.intern : &t.guest, row,
                route_path(t.cx, &t.rows, row->pattern));
        expect_refused(row, is_staff ? "an intern" : "a guest", &a);
    }
}

/* Without what makes up this one right: who may do anything else in a module may see it as well. */
static uint64_t without(uint64_t bit)
{
    uint64_t rights = ROLE_PRESETS[0].rights & ~bit;

    for (unsigned i = 0; i < MODULE_COUNT; i++)
        if (bit == RIGHT_OF(i, ACTION_READ))
            rights &= ~RIGHT_WHOLE(i);
    return rights;
}

static void each_row_needs_just_the_rights_that_it_names(void **state)
{
    struct town t = make_town(state);

    for (const struct route *row = ROUTES; row->pattern != NULL; row++) {
        const char *path = is_page(row) ? route_path(t.cx, &t.rows, row->pattern) : NULL;
        struct site_answer a;

        if (path == NULL || row->rights == 0 || (row->needs & NEED_STAFF) == 0)
            continue;
        for (unsigned i = 0; i < MODULE_COUNT * ACTION_COUNT; i++) {
            uint64_t bit = RIGHT_OF(0, i);

            if ((row->rights & bit) == 0)
                continue;
            test_ok(t.cx, role_put_rights(t.cx, t.probe_role, without(bit)));
            a = ask(t.cx, &t.probe, row, path);
            expect_refused(row, "one who lacks just this right", &a);
        }
        test_ok(t.cx, role_put_rights(t.cx, t.probe_role, row->rights | ALL_REACH));
        a = ask(t.cx, &t.probe, row, path);
        if (a.status == 403 || a.status >= 500)
            fail_msg("%s with just its rights: %d", row->pattern, a.status);
    }
}

static void a_member_who_sees_only_writes_nothing_of_the_organisations(void **state)
{
    struct town t = make_town(state);

    for (const struct route *row = ROUTES; row->pattern != NULL; row++) {
        const char *path = is_page(row) ? route_path(t.cx, &t.rows, row->pattern) : NULL;
        struct site_answer a;

        if (path == NULL || (row->needs & NEED_CUSTOMER) == 0 ||
            (row->rights == 0 && (row->needs & NEED_TICKETS) == 0))
            continue;
        a = ask(t.cx, &t.reader, row, path);
        if (row->method == METHOD_POST || (row->needs & NEED_TICKETS) != 0)
            expect_refused(row, "one who sees only", &a);
        else if (a.status == 403)
            fail_msg("%s is not shown to one who sees only", row->pattern);
    }
    assert_int_equal(site_get(t.cx, &t.reader, "/tickets").status, 200);
}

/* --- no button that leads to a refusal --- */

/* How many of the page's ways of that kind need more than these rights. */
static unsigned barred(struct ctx *cx, const struct router *router, const struct viewer *who,
                       const char *page, const char *mark, enum method method, const char *where)
{
    unsigned count = 0;

    for (const char *at = page; (at = strstr(at, mark)) != NULL;) {
        const struct route *row;

        at += strlen(mark);
        row = route_at(router, cx->mem, method, arena_dup_bytes(cx->mem, at, strcspn(at, "\"?#")));
        if (*at != '/' || row == NULL || route_allows(row, who))
            continue;
        print_error("%s shows %s\n", where, row->pattern);
        count++;
    }
    return count;
}

/* Over the pages of a side; how many ways are shown that who may not go. */
static unsigned barred_on_all(struct town *t, const struct site_user *user,
                              const struct viewer *who, unsigned side)
{
    struct router *router;
    unsigned count = 0;

    test_ok(t->cx, route_compile(&t->cx->err, ROUTES, false, &router));
    for (const struct route *row = ROUTES; row->pattern != NULL; row++) {
        struct site_answer a;

        if (row->method != METHOD_GET || (row->needs & side) == 0)
            continue;
        a = site_get(t->cx, user, route_path(t->cx, &t->rows, row->pattern));
        if (a.status != 200)
            continue;
        count += barred(t->cx, router, who, a.body, " action=\"", METHOD_POST, row->pattern);
        count += barred(t->cx, router, who, a.body, "formaction=\"", METHOD_POST, row->pattern);
        count += barred(t->cx, router, who, a.body, " href=\"", METHOD_GET, row->pattern);
    }
    route_free(router);
    return count;
}

static void no_page_shows_a_reader_what_he_may_not_do(void **state)
{
    struct town t = make_town(state);
    const struct viewer staff = {.kind = VIEWER_STAFF, .rights = READS_ALL};
    const struct viewer customer = {
        .kind = VIEWER_CUSTOMER, .rights = ALL_CUSTOMER, .reads_only = ALL_CUSTOMER};

    test_ok(t.cx, role_put_rights(t.cx, t.probe_role, READS_ALL));
    assert_int_equal(barred_on_all(&t, &t.probe, &staff, NEED_STAFF), 0);
    assert_int_equal(barred_on_all(&t, &t.reader, &customer, NEED_CUSTOMER), 0);
}

/* Rows with an id are asked by people who have every right, but elsewhere: what is not theirs is
 * not there. */
static void expect_absent(const struct town *at, const struct route_rows *rows,
                          const struct site_user *customer, const struct site_user *staff,
                          const char *who)
{
    for (const struct route *row = ROUTES; row->pattern != NULL; row++) {
        const struct site_user *user = (row->needs & NEED_STAFF) != 0 ? staff : customer;
        struct site_answer a;

        if (!is_page(row) || strstr(row->pattern, "{id}") == NULL || user == NULL)
            continue;
        a = ask(at->cx, user, row, route_path(at->cx, rows, row->pattern));
        if (a.status != 404)
            fail_msg("%s as %s: %d %s", row->pattern, who, a.status, a.location);
    }
}

static void another_organisations_rows_are_not_there(void **state)
{
    struct town t = make_town(state);

    expect_absent(&t, &t.rows, &t.stranger, NULL, "another organisation");
}

static void another_tenants_rows_are_not_there(void **state)
{
    struct town here = make_town(state);
    struct town there = make_town(state);

    expect_absent(&there, &here.rows, &there.boss, &there.admin, "another tenant");
}

int main(void)
{
    static const struct CMUnitTest TESTS[] = {
        cmocka_unit_test_setup_teardown(nobody_gets_what_needs_somebody, site_start, site_stop),
        cmocka_unit_test_setup_teardown(each_side_keeps_to_its_own, site_start, site_stop),
        cmocka_unit_test_setup_teardown(nobody_gets_what_he_has_no_right_to, site_start, site_stop),
        cmocka_unit_test_setup_teardown(each_row_needs_just_the_rights_that_it_names, site_start,
                                        site_stop),
        cmocka_unit_test_setup_teardown(a_member_who_sees_only_writes_nothing_of_the_organisations,
                                        site_start, site_stop),
        cmocka_unit_test_setup_teardown(no_page_shows_a_reader_what_he_may_not_do, site_start,
                                        site_stop),
        cmocka_unit_test_setup_teardown(another_organisations_rows_are_not_there, site_start,
                                        site_stop),
        cmocka_unit_test_setup_teardown(another_tenants_rows_are_not_there, site_start, site_stop),
    };

    return test_group_run("route_rights", TESTS, COUNT(TESTS));
}
