/* People, memberships, sites and own fields as programs meet them. */
#include "licensing/token.h"
#include "portal/field/custom_field.h"
#include "tests/http/site.h"
#include "tests/licensing/licensing_make.h"

#include <string.h>

struct shop {
    struct ctx *cx;
    struct id organisation, other, anna, eve, boss;
    const char *admin; /* a token of the tenant's */
};

static const char *token_of(struct ctx *cx, enum token_kind kind, struct id person_id)
{
    struct token_draft draft = {.kind = kind, .name = "test", .person_id = person_id};
    struct token *token;

    test_ok(cx, token_add(cx, &draft, &token));
    return token->text;
}

static struct shop open_shop(void **state)
{
    struct shop s = {.cx = test_ctx(state)};

    site_open(s.cx);
    licensing_seal(s.cx);
    s.organisation = make_organisation(s.cx, "C1", "Marlow Grocers");
    s.other = make_organisation(s.cx, "C2", "Gusu Books");
    s.anna = make_person(s.cx, "Anna Keller", "anna@shop.test");
    s.boss = make_person(s.cx, "Tom Boss", "boss@shop.test");
    s.eve = make_person(s.cx, "Eve Other", "eve@other.test");
    make_membership(s.cx, s.anna, s.organisation, RIGHT_TICKET_OWN);
    make_membership(s.cx, s.boss, s.organisation, RIGHT_TICKET_ALL | RIGHT_ADMIN);
    make_membership(s.cx, s.eve, s.other, RIGHT_TICKET_OWN);
    s.admin = token_of(s.cx, TOKEN_ADMIN, (struct id){{0}});
    return s;
}

static void says(const struct site_answer *a, int status, const char *text)
{
    if (a->status != status || strstr(a->body, text) == NULL)
        fail_msg("expected %d %s\ngot %d %s", status, text, a->status, a->body);
}

static void hides(const struct site_answer *a, const char *text)
{
    if (strstr(a->body, text) != NULL)
        fail_msg("%s is told: %s", text, a->body);
}

static struct site_answer call(const struct shop *s, const char *token, const char *method,
                               const char *path, const char *json)
{
    return site_call(s->cx, token, method, path, "", json);
}

static const char *of(const struct shop *s, const char *before, struct id id, const char *after)
{
    return arena_printf(s->cx->mem, "%s%s%s", before, id_text(s->cx->mem, id), after);
}

static void people_are_listed_for_whom_they_concern(void **state)
{
    const struct shop s = open_shop(state);
    const char *anna = token_of(s.cx, TOKEN_USER, s.anna),
               *boss = token_of(s.cx, TOKEN_USER, s.boss);
    struct site_answer a = call(&s, s.admin, "GET", "/api/v1/people?limit=2", NULL);

    says(&a, 200, "anna@shop.test");
    says(&a, 200, "\"next\":\"");
    a = call(&s, s.admin, "GET", "/api/v1/people?q=other", NULL);
    says(&a, 200, "Eve Other");
    hides(&a, "Anna");
    a = call(&s, boss, "GET", "/api/v1/people", NULL);
    says(&a, 200, "Anna Keller");
    hides(&a, "Eve");
    a = call(&s, anna, "GET", "/api/v1/people", NULL);
    says(&a, 200, "Anna Keller");
    hides(&a, "Tom Boss");
    a = call(&s, boss, "GET", of(&s, "/api/v1/people/", s.eve, ""), NULL);
    says(&a, 404, "NOT_FOUND");
    a = call(&s, boss, "GET", of(&s, "/api/v1/people?organisation_id=", s.other, ""), NULL);
    says(&a, 200, "\"data\":[]");
}

static void staff_add_and_change_people(void **state)
{
    const struct shop s = open_shop(state);
    const char *sales = token_of(s.cx, TOKEN_SALES, (struct id){{0}});
    const char *developer = token_of(s.cx, TOKEN_DEVELOPER, (struct id){{0}});
    const char *eve = of(&s, "/api/v1/people/", s.eve, "");
    struct site_answer a;

    a = call(&s, sales, "POST", "/api/v1/people", "{\"email\":\"New@Shop.test\",\"phone\":\"1\"}");
    says(&a, 201, "\"email\":\"new@shop.test\"");
    a = call(&s, sales, "POST", "/api/v1/people", "{\"email\":\"new@shop.test\"}");
    says(&a, 409, "EMAIL_TAKEN");
    a = call(&s, sales, "POST", "/api/v1/people", "{\"full_name\":\"Nobody\"}");
    says(&a, 422, "/email");
    a = call(&s, developer, "POST", "/api/v1/people", "{\"email\":\"x@shop.test\"}");
    says(&a, 403, "FORBIDDEN");
    a = call(&s, sales, "PATCH", eve, "{\"is_disabled\":true}");
    says(&a, 403, "FORBIDDEN"); /* that is for those who run accounts */
    a = call(&s, s.admin, "PATCH", eve, "{\"phone\":\"22\",\"is_disabled\":true}");
    says(&a, 200, "\"phone\":\"22\"");
    says(&a, 200, "\"is_disabled\":true");
    says(&a, 200, "Eve Other"); /* what is not named stays */
    a = call(&s, s.admin, "PATCH", eve, arena_printf(s.cx->mem, "{\"given_name\":\"%0300d\"}", 1));
    says(&a, 422, "/given_name");
    a = call(&s, s.admin, "PATCH", eve, "{\"language\":\"a language of nobody's\"}");
    says(&a, 422, "/language");
    a = call(&s, s.admin, "PATCH", eve, "{\"time_zone\":\"Mars/Olympus\"}");
    says(&a, 422, "/time_zone");
    a = call(&s, s.admin, "PATCH", eve, "{\"given_name\":\"Eve\",\"time_zone\":\"Europe/London\"}");
    says(&a, 200, "Europe/London");
    a = call(&s, sales, "PATCH", eve, "{\"email\":\"boss@shop.test\"}");
    says(&a, 422, "MEMBER_UNKNOWN");
    a = call(&s, token_of(s.cx, TOKEN_USER, s.anna), "PATCH", eve, "{\"phone\":\"1\"}");
    says(&a, 404, "NOT_FOUND");
}

static void a_persons_own_fields_are_read_and_set(void **state)
{
    const struct shop s = open_shop(state);
    const char *anna = token_of(s.cx, TOKEN_USER, s.anna),
               *boss = token_of(s.cx, TOKEN_USER, s.boss),
               *path = of(&s, "/api/v1/people/", s.anna, "");
    struct custom_field size = {.subject = FIELD_PERSON,
                                .code = "size",
                                .label = "Size",
                                .label_zh = "",
                                .hint = "",
                                .hint_zh = "",
                                .kind = FIELD_NUMBER,
                                .access = FIELD_READ};
    struct site_answer a;

    test_as_system(s.cx);
    test_ok(s.cx, custom_field_save(s.cx, &size));
    a = call(&s, s.admin, "PATCH", path, "{\"phone\":\"0118\",\"fields\":{\"size\":42.5}}");
    says(&a, 200, "\"fields\":{\"size\":42.5}");
    a = call(&s, s.admin, "GET", "/api/v1/people?q=Anna", NULL);
    says(&a, 200, "\"fields\":{\"size\":42.5}");
    a = call(&s, s.admin, "PATCH", path, "{\"phone\":\"0119\",\"fields\":{\"size\":\"big\"}}");
    says(&a, 422, "FIELD_VALUE");
    a = call(&s, anna, "GET", path, NULL);
    says(&a, 200, "\"phone\":\"0118\""); /* all of it or nothing */
    says(&a, 200, "\"fields\":{\"size\":42.5}");
    a = call(&s, anna, "PATCH", path, "{\"fields\":{\"size\":1}}");
    says(&a, 422, "FIELD_UNKNOWN");
    a = call(&s, boss, "GET", path, NULL);
    says(&a, 200, "\"fields\":{}");
    a = call(&s, boss, "GET", "/api/v1/people?q=Anna", NULL);
    says(&a, 200, "\"fields\":{}");
    a = call(&s, s.admin, "POST", "/api/v1/people",
             "{\"email\":\"new@shop.test\",\"full_name\":\"N\",\"fields\":{\"size\":7}}");
    says(&a, 201, "\"fields\":{\"size\":7}");
    a = call(&s, s.admin, "POST", "/api/v1/people",
             "{\"email\":\"newer@shop.test\",\"full_name\":\"N\",\"fields\":{\"none\":7}}");
    says(&a, 422, "FIELD_UNKNOWN");
    a = call(&s, s.admin, "GET", "/api/v1/people?q=newer", NULL);
    hides(&a, "newer@shop.test");
}

static void an_orders_own_fields_are_read_and_set(void **state)
{
    const struct shop s = open_shop(state);
    const struct id order = ctx_new_id(s.cx);
    const char *path = of(&s, "/api/v1/orders/", order, ""), *buyer;
    struct custom_field centre = {.subject = FIELD_ORDER,
                                  .code = "centre",
                                  .label = "Cost centre",
                                  .label_zh = "",
                                  .hint = "",
                                  .hint_zh = "",
                                  .kind = FIELD_TEXT,
                                  .access = FIELD_WRITE};
    struct custom_field margin = centre;
    struct site_answer a;

    margin.code = "margin";
    margin.access = FIELD_NONE;
    test_as_system(s.cx);
    test_ok(s.cx, custom_field_save(s.cx, &centre));
    test_ok(s.cx, custom_field_save(s.cx, &margin));
    test_sql(s.cx,
             "INSERT INTO sales_order (tenant_id, id, organisation_id, number, reference, status, "
             "currency, net_minor, tax_minor, total_minor, placed_at, created_at, updated_at) "
             "VALUES (?, ?, ?, 'SO-1', '', 'placed', 'EUR', 1, 0, 1, NOW(), NOW(), NOW())",
             DB_ID(s.cx->tenant_id), DB_ID(order), DB_ID(s.organisation));
    make_membership(s.cx, s.eve, s.organisation, RIGHT_ORDER);
    buyer = token_of(s.cx, TOKEN_USER, s.eve);
    a = call(&s, s.admin, "PATCH", path, "{\"fields\":{\"centre\":\"410\",\"margin\":\"9 %\"}}");
    says(&a, 200, "\"fields\":{\"centre\":\"410\",\"margin\":\"9 %\"}");
    path = arena_printf(s.cx->mem, "%s?organisation=%s", path, id_text(s.cx->mem, s.organisation));
    a = call(&s, buyer, "GET", path, NULL);
    says(&a, 200, "\"fields\":{\"centre\":\"410\"}");
    a = call(&s, buyer, "PATCH", path, "{\"fields\":{\"margin\":\"0\"}}");
    says(&a, 422, "FIELD_UNKNOWN");
    a = call(&s, buyer, "PATCH", path, "{\"fields\":{\"centre\":\"420\"}}");
    says(&a, 200, "\"fields\":{\"centre\":\"420\"}");
    says(&a, 200, "\"lines\":[]");
    a = call(&s, token_of(s.cx, TOKEN_USER, s.boss), "PATCH", path, "{\"fields\":{}}");
    says(&a, 404, "NOT_FOUND");
    a = call(&s, s.admin, "PATCH", path, "{\"status\":\"done\"}");
    assert_int_equal(a.status, 422);
}

static void an_administrator_manages_colleagues_and_nobody_else(void **state)
{
    const struct shop s = open_shop(state);
    const char *boss = token_of(s.cx, TOKEN_USER, s.boss),
               *anna = token_of(s.cx, TOKEN_USER, s.anna);
    const char *own = of(&s, "/api/v1/organisations/", s.organisation, "/memberships");
    const char *hers =
        of(&s, of(&s, "/api/v1/organisations/", s.organisation, "/memberships/"), s.anna, "");
    const char *his =
        of(&s, of(&s, "/api/v1/organisations/", s.organisation, "/memberships/"), s.boss, "");
    struct site_answer a;

    a = call(&s, boss, "GET", own, NULL);
    says(&a, 200, "\"rights\":[\"ticket_all\",\"admin\"]");
    a = call(&s, anna, "GET", own, NULL);
    says(&a, 200, "\"data\":[]");
    a = call(&s, boss, "PATCH", hers, "{\"rights\":[\"order\",\"licence\"]}");
    says(&a, 200, "\"rights\":[\"order\",\"licence\"]");
    test_sql(s.cx, "UPDATE membership SET reads_only = 4 WHERE tenant_id = ? AND person_id = ?",
             DB_ID(s.cx->tenant_id), DB_ID(s.anna));
    a = call(&s, boss, "PATCH", hers, "{\"position\":\"Clerk\"}");
    says(&a, 200, "\"position\":\"Clerk\"");
    assert_int_equal(test_i64(s.cx,
                              "SELECT reads_only FROM membership WHERE tenant_id = ? AND "
                              "person_id = ?",
                              DB_ID(s.cx->tenant_id), DB_ID(s.anna)),
                     4); /* orders are still for seeing only */
    a = call(&s, boss, "PATCH", hers, "{\"reads_only\":[\"order\"]}");
    says(&a, 200, "\"reads_only\":[\"order\"]");
    a = call(&s, boss, "PATCH", hers, "{\"position\":\"Buyer\"}");
    says(&a, 200, "\"reads_only\":[\"order\"]"); /* what is not named stays */
    a = call(&s, boss, "PATCH", hers, "{\"reads_only\":[\"all\"]}");
    says(&a, 422, "/reads_only");
    a = call(&s, boss, "PATCH", hers, "{\"rights\":[\"everything\"]}");
    says(&a, 422, "/rights");
    a = call(&s, anna, "PATCH", hers, "{\"rights\":[\"admin\"]}");
    says(&a, 404, "NOT_FOUND");
    a = call(&s, boss, "PATCH", his, "{\"rights\":[]}");
    says(&a, 409, "LAST_ADMIN");
    a = call(&s, boss, "POST", own,
             "{\"email\":\"lee@shop.test\",\"full_name\":\"Lee\",\"rights\":[\"ticket_own\"]}");
    says(&a, 201, "lee@shop.test");
    assert_int_equal(test_i64(s.cx,
                              "SELECT COUNT(*) FROM mail_out WHERE tenant_id = ? AND "
                              "to_address = 'lee@shop.test'",
                              DB_ID(s.cx->tenant_id)),
                     1);
    a = call(&s, boss, "POST", own, "{\"email\":\"eve@other.test\",\"rights\":[]}");
    says(&a, 409, "PERSON_KNOWN");
    a = call(
        &s, boss, "POST", own,
        arena_printf(s.cx->mem, "{\"person_id\":\"%s\",\"rights\":[]}", id_text(s.cx->mem, s.eve)));
    says(&a, 404, "NOT_FOUND");
    a = call(&s, boss, "DELETE", hers, NULL);
    assert_int_equal(a.status, 204);
    a = call(&s, boss, "GET", own, NULL);
    hides(&a, "Anna");
    a = call(&s, boss, "GET", of(&s, "/api/v1/organisations/", s.other, "/memberships"), NULL);
    says(&a, 404, "NOT_FOUND");
}

static void staff_bring_a_known_person_into_another_organisation(void **state)
{
    const struct shop s = open_shop(state);
    struct site_answer a =
        call(&s, s.admin, "POST", of(&s, "/api/v1/organisations/", s.other, "/memberships"),
             "{\"email\":\"anna@shop.test\",\"rights\":[\"billing\"],\"position\":\"Clerk\"}");

    says(&a, 201, "\"position\":\"Clerk\"");
    a = call(&s, s.admin, "GET", of(&s, "/api/v1/people?organisation_id=", s.other, ""), NULL);
    says(&a, 200, "Anna Keller");
}

static void sites_are_kept_changed_and_not_lost_while_named(void **state)
{
    const struct shop s = open_shop(state);
    const char *sites = of(&s, "/api/v1/organisations/", s.organisation, "/sites");
    const char *boss = token_of(s.cx, TOKEN_USER, s.boss), *eve = token_of(s.cx, TOKEN_USER, s.eve);
    struct site_answer a;
    const char *one;

    a = call(&s, boss, "POST", sites, "{\"name\":\"North\",\"city\":\"Leeds\"}");
    says(&a, 201, "\"city\":\"Leeds\"");
    one = arena_printf(
        s.cx->mem, "%s/%s", sites,
        test_text(s.cx, "SELECT CAST(id AS CHAR) FROM site WHERE tenant_id = ? AND name = 'North'",
                  DB_ID(s.cx->tenant_id)));
    a = call(&s, boss, "POST", sites, "{\"name\":\"North\",\"city\":\"York\"}");
    says(&a, 409, "SITE_NAME_TAKEN");
    a = call(&s, boss, "PATCH", one, "{\"city\":\"York\"}");
    says(&a, 200, "\"name\":\"North\"");
    says(&a, 200, "\"city\":\"York\"");
    a = call(&s, boss, "PATCH", one, "{\"name\":\"\"}");
    assert_int_equal(a.status, 422);
    a = call(&s, eve, "GET", sites, NULL);
    says(&a, 404, "NOT_FOUND");
    a = call(&s, eve, "DELETE", one, NULL);
    says(&a, 404, "NOT_FOUND");
    test_sql(s.cx,
             "UPDATE membership SET site_id = (SELECT id FROM site WHERE tenant_id = ? AND "
             "name = 'North') WHERE tenant_id = ? AND person_id = ?",
             DB_ID(s.cx->tenant_id), DB_ID(s.cx->tenant_id), DB_ID(s.anna));
    a = call(&s, boss, "DELETE", one, NULL);
    says(&a, 409, "SITE_IN_USE");
    test_sql(s.cx, "UPDATE membership SET site_id = NULL WHERE tenant_id = ?",
             DB_ID(s.cx->tenant_id));
    a = call(&s, boss, "DELETE", one, NULL);
    assert_int_equal(a.status, 204);
    a = call(&s, boss, "GET", one, NULL);
    says(&a, 404, "NOT_FOUND");
}

int main(void)
{
    static const struct CMUnitTest TESTS[] = {
        cmocka_unit_test_setup_teardown(people_are_listed_for_whom_they_concern, site_start,
                                        site_stop),
        cmocka_unit_test_setup_teardown(staff_add_and_change_people, site_start, site_stop),
        cmocka_unit_test_setup_teardown(a_persons_own_fields_are_read_and_set, site_start,
                                        site_stop),
        cmocka_unit_test_setup_teardown(an_orders_own_fields_are_read_and_set, site_start,
                                        site_stop),
        cmocka_unit_test_setup_teardown(an_administrator_manages_colleagues_and_nobody_else,
                                        site_start, site_stop),
        cmocka_unit_test_setup_teardown(staff_bring_a_known_person_into_another_organisation,
                                        site_start, site_stop),
        cmocka_unit_test_setup_teardown(sites_are_kept_changed_and_not_lost_while_named, site_start,
                                        site_stop),
    };

    return test_group_run("people_api", TESTS, COUNT(TESTS));
}
