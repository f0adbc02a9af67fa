/* Each row of the licence service's routes, asked by those who must not get it: nobody, another
 * tenant's vendor, somebody who may only read, a customer without any licence. A new row with a
 * variable that is not named here fails. */
#include "licensing/entitlement.h"
#include "portal/http/route.h"
#include "tests/http/licence_site.h"

#include <string.h>

struct rows { /* what the paths of a tenant lead to */
    struct id account, licence, machine, component, policy, product, group, entitlement, person,
        token;
};

struct town {
    struct ctx *cx;
    struct rows rows;
    const char *admin, *reader, *customer;
};

static struct id staff_token(struct ctx *cx, const struct token_draft *draft, const char **auth)
{
    struct token *token;

    test_ok(cx, token_add(cx, draft, &token));
    *auth = arena_printf(cx->mem, "Bearer %s", token->text);
    return token->id;
}

static void make_catalogue(struct town *t)
{
    struct ctx *cx = t->cx;
    struct entitlement *e;

    test_ok(cx, entitlement_add(cx, &(struct entitlement){.name = "E", .code = "E"}, &e));
    t->rows.entitlement = e->id;
    test_ok(cx, entitlement_attach_policy(cx, t->rows.policy, e->id));
    t->rows.group = ctx_new_id(cx);
    test_sql(cx,
             "INSERT INTO licence_group (tenant_id, id, name, created_at, updated_at) "
             "VALUES (?, ?, 'Group', ?, ?)",
             DB_ID(cx->tenant_id), DB_ID(t->rows.group), DB_TIME(cx->now), DB_TIME(cx->now));
}

static struct town make_town(void **state)
{
    struct town t = {.cx = test_ctx(state)};
    struct machine_component part = {.fingerprint = "part", .name = "Part"};
    struct machine_draft draft;
    struct licence *l;
    struct machine *m;
    struct id guest;

    licence_site_open(t.cx);
    l = licensing_licence(t.cx, NULL);
    draft = licensing_draft(l->id, "fingerprint");
    draft.components = &part;
    draft.component_count = 1;
    test_ok(t.cx, machine_add(t.cx, &draft, &m));
    t.rows = (struct rows){.account = t.cx->tenant_id,
                           .licence = l->id,
                           .machine = m->id,
                           .policy = l->policy_id,
                           .product = l->product_id};
    assert_true(id_parse(
        test_text(t.cx, "SELECT id FROM component WHERE tenant_id = ?", DB_ID(t.cx->tenant_id)),
        &t.rows.component));
    t.rows.person = make_person(t.cx, "Person", "person@example.com");
    guest = make_person(t.cx, "Guest", "guest@example.com");
    make_catalogue(&t);
    t.rows.token = staff_token(t.cx, &(struct token_draft){.kind = TOKEN_ADMIN}, &t.admin);
    staff_token(t.cx, &(struct token_draft){.kind = TOKEN_READ_ONLY}, &t.reader);
    staff_token(t.cx, &(struct token_draft){.kind = TOKEN_USER, .person_id = guest}, &t.customer);
    return t;
}

/* --- paths --- */

static bool begins(const char *text, const char *with)
{
    return strncmp(text, with, strlen(with)) == 0;
}

/* Releases, webhooks and their events stand for rows that are nowhere: their own tests make some.
 */
static const char *value_of(struct ctx *cx, const struct rows *rows, const char *pattern,
                            const char *variable)
{
    const struct {
        const char *variable;
        struct id id;
    } known[] = {
        {"{account}", rows->account},  {"{licence}", rows->licence},
        {"{machine}", rows->machine},  {"{id}", rows->component},
        {"{policy}", rows->policy},    {"{product}", rows->product},
        {"{group}", rows->group},      {"{entitlement}", rows->entitlement},
        {"{user}", rows->person},      {"{token}", rows->token},
        {"{release}", rows->licence},  {"{artifact}", rows->licence},
        {"{webhook}", rows->licence},  {"{event}", rows->licence},
        {"{filename}", rows->licence},
    };

    for (size_t i = 0; i < COUNT(known); i++)
        if (begins(variable, known[i].variable))
            return id_text(cx->mem, known[i].id);
    fail_msg("%s: say here what its variables are", pattern);
    return "";
}

static const char *path_of(struct ctx *cx, const struct rows *rows, const char *pattern)
{
    struct str path = str_new(cx->mem);

    for (const char *p = pattern; *p != '\0'; p++) {
        if (*p != '{') {
            str_char(&path, *p);
            continue;
        }
        str_add(&path, value_of(cx, rows, pattern, p));
        p = strchr(p, '}');
    }
    return path.p;
}

static struct licence_answer ask(struct ctx *cx, const struct route *row, const struct rows *rows,
                                 const char *auth)
{
    return licence_site_ask(cx,
                            &(struct licence_ask){.method = route_method_name(row->method),
                                                  .path = path_of(cx, rows, row->pattern),
                                                  .auth = auth,
                                                  .body = row->method == METHOD_GET ? NULL : "{}"});
}

static void expect(const struct route *row, const char *who, const struct licence_answer *a,
                   int status)
{
    if (a->status != status)
        fail_msg("%s %s as %s: %d %s", route_method_name(row->method), row->pattern, who, a->status,
                 a->body);
}

/* --- who --- */

static void nobody_gets_what_needs_a_credential(void **state)
{
    struct town t = make_town(state);

    for (const struct route *row = SERVICE_ROUTES; row->pattern != NULL; row++) {
        struct licence_answer a;

        if ((row->needs & NEED_BEARER) == 0)
            continue;
        a = ask(t.cx, row, &t.rows, NULL);
        expect(row, "nobody", &a, 401);
        assert_string_equal(licence_site_text(&a, "errors/0/code"), "TOKEN_MISSING");
    }
}

static void another_tenants_credential_is_none(void **state)
{
    struct town here = make_town(state);
    struct town there = make_town(state);

    for (const struct route *row = SERVICE_ROUTES; row->pattern != NULL; row++) {
        struct licence_answer a;

        if ((row->needs & NEED_BEARER) == 0)
            continue;
        a = ask(here.cx, row, &here.rows, there.admin);
        expect(row, "another tenant's vendor", &a, 401);
        assert_string_equal(licence_site_text(&a, "errors/0/code"), "TOKEN_INVALID");
    }
}

static void another_tenants_rows_do_not_exist(void **state)
{
    struct town here = make_town(state);
    struct town there = make_town(state);

    there.rows.account = here.rows.account; /* another account is asked in the long form */
    for (const struct route *row = SERVICE_ROUTES; row->pattern != NULL; row++) {
        struct licence_answer a;

        if ((row->needs & NEED_BEARER) == 0 || strchr(row->pattern, '{') == NULL ||
            strstr(row->pattern, "{account}") != NULL)
            continue;
        a = ask(here.cx, row, &there.rows, here.admin);
        expect(row, "a vendor elsewhere", &a, 404);
    }
}

/* What anybody may do: prove a licence, and make or end a token of its own. */
static bool is_harmless(const struct route *row)
{
    return strstr(row->pattern, "actions/validate") != NULL || begins(row->pattern, "/v1/tokens") ||
           (row->needs & NEED_BEARER) == 0;
}

static void who_may_only_read_changes_nothing(void **state)
{
    struct town t = make_town(state);

    for (const struct route *row = SERVICE_ROUTES; row->pattern != NULL; row++) {
        struct licence_answer a;

        if (row->method == METHOD_GET || is_harmless(row))
            continue;
        a = ask(t.cx, row, &t.rows, t.reader);
        if (a.status != 400 && a.status != 404) /* 400: a creation's shape is looked at first */
            expect(row, "a reader", &a, 403);
    }
}

static void a_customer_without_licences_finds_none(void **state)
{
    struct town t = make_town(state);

    for (const struct route *row = SERVICE_ROUTES; row->pattern != NULL; row++) {
        struct licence_answer a;

        if (strstr(row->pattern, "/licenses/{licence}") == NULL &&
            strstr(row->pattern, "/machines/{machine}") == NULL &&
            strstr(row->pattern, "/components/{id}") == NULL)
            continue;
        a = ask(t.cx, row, &t.rows, t.customer);
        expect(row, "a customer", &a, 404);
    }
}

int main(void)
{
    static const struct CMUnitTest TESTS[] = {
        cmocka_unit_test(nobody_gets_what_needs_a_credential),
        cmocka_unit_test(another_tenants_credential_is_none),
        cmocka_unit_test(another_tenants_rows_do_not_exist),
        cmocka_unit_test(who_may_only_read_changes_nothing),
        cmocka_unit_test(a_customer_without_licences_finds_none),
    };

    return test_group_run_around("service_rights", TESTS, COUNT(TESTS), licence_site_start,
                                 licence_site_stop);
}
