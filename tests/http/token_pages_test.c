/* The settings' page of API tokens: made, shown once, revoked; and customers' switches. */
#include "licensing/token.h"
#include "portal/account/credential.h"
#include "portal/account/role.h"
#include "portal/account/tenant.h"
#include "portal/account/user.h"
#include "tests/http/site.h"
#include "tests/licensing/licensing_make.h"

#include <string.h>

static const char LIST[] = "/desk/settings/tokens";
static const char NEW[] = "/desk/settings/tokens/new";

static struct site_user open_page(struct ctx *cx)
{
    struct id sam = make_person(cx, "Sam", "sam@staff.example");

    licensing_seal(cx);
    test_ok(cx, role_add_presets(cx));
    test_ok(cx, role_staff_set(cx, sam, "Administrator", (struct id){{0}}, NULL));
    site_open(cx);
    return site_sign_in(cx, sam);
}

/* The token's text: what the copy button copies. */
static const char *text_of(struct ctx *cx, const struct site_answer *a)
{
    const char *from = strstr(a->body, "data-copy=\"");

    assert_non_null(from);
    from += strlen("data-copy=\"");
    return arena_dup_bytes(cx->mem, from, strcspn(from, "\""));
}

static struct token *token_of(struct ctx *cx, const char *text)
{
    uint8_t secret[CRYPTO_HASH_SIZE];
    struct token *t;

    test_ok(cx, token_secret_open(cx, secret));
    test_ok(cx, token_find(cx, secret, text, &t));
    return t;
}

static void a_token_is_shown_once_listed_and_revoked(void **state)
{
    struct ctx *cx = test_ctx(state);
    struct site_user sam = open_page(cx);
    struct site_answer a = site_get(cx, &sam, LIST);
    struct token *t;
    const char *text;

    site_shows(&a, "No program of yours has a token.");
    a = site_post(cx, &sam, NEW, "name=Build+server&kind=developer&expires=2035-05-01");
    assert_int_equal(a.status, 200);
    text = text_of(cx, &a);
    assert_true(strncmp(text, "dev-", 4) == 0);
    t = token_of(cx, text);
    assert_non_null(t);
    assert_int_equal(t->kind, TOKEN_DEVELOPER);
    assert_true(t->expires_at > cx->now);
    a = site_get(cx, &sam, LIST);
    site_shows(&a, "Build server");
    site_shows(&a, "Developer");
    site_hides(&a, text);
    a = site_post(cx, &sam, site_path(cx, "/desk/settings/tokens/%s/revoke", t->id), "");
    assert_int_equal(a.status, 303);
    assert_null(token_of(cx, text));
    a = site_get(cx, &sam, LIST);
    site_hides(&a, "Build server");
}

static void faults_are_told_and_what_was_typed_is_kept(void **state)
{
    struct ctx *cx = test_ctx(state);
    struct site_user sam = open_page(cx);
    struct site_answer a = site_post(cx, &sam, NEW, "name=Shop&kind=product&expires=2020-01-01");

    assert_int_equal(a.status, 422);
    site_shows(&a, "Choose the product.");
    site_shows(&a, "This day is over already.");
    site_shows(&a, "value=\"Shop\"");
    a = site_post(cx, &sam, NEW, "name=&kind=emperor");
    assert_int_equal(a.status, 422);
    assert_int_equal(
        test_i64(cx, "SELECT COUNT(*) FROM api_token WHERE tenant_id = ?", DB_ID(cx->tenant_id)),
        0);
}

static void a_products_token_names_its_product(void **state)
{
    struct ctx *cx = test_ctx(state);
    struct site_user sam = open_page(cx);
    struct policy policy = licensing_policy(cx);
    struct site_answer a;

    a = site_post(cx, &sam, NEW,
                  arena_printf(cx->mem, "name=Shop&kind=product&product=%s",
                               id_text(cx->mem, policy.product_id)));
    assert_int_equal(a.status, 200);
    assert_true(id_equal(token_of(cx, text_of(cx, &a))->product_id, policy.product_id));
    a = site_get(cx, &sam, LIST);
    site_shows(&a, "Counter");
    site_shows(&a, "no end");
}

static void customers_rights_are_switched_on(void **state)
{
    struct ctx *cx = test_ctx(state);
    struct site_user sam = open_page(cx);
    struct tenant_account account;
    struct site_answer a =
        site_post(cx, &sam, "/desk/settings/tokens/rights",
                  "rights=policy.read&rights=user.read&rights=everything&protected=1");

    assert_int_equal(a.status, 303);
    test_as_system(cx);
    test_ok(cx, tenant_account_get(cx, &account));
    assert_string_equal(account.wire_rights, "policy.read,user.read");
    assert_true(account.is_protected);
    a = site_get(cx, &sam, LIST);
    site_shows(&a, "value=\"policy.read\" checked");
    a = site_get(cx, &sam, "/desk/settings/tokens?lang=zh");
    site_shows(&a, "客户程序的权限");
}

static const char *token_for(struct ctx *cx, enum token_kind kind, struct id person_id)
{
    struct token *t;

    test_as_system(cx);
    test_ok(cx, token_add(cx, &(struct token_draft){.kind = kind, .person_id = person_id}, &t));
    return t->text;
}

static void a_staff_token_is_worth_its_persons_role(void **state)
{
    static const char BODY[] = "{\"name\":\"Marlow\"}";
    struct ctx *cx = test_ctx(state);
    struct id ada = make_person(cx, "Ada", "ada@staff.example");
    const char *token;

    open_page(cx);
    test_ok(cx, role_staff_set(cx, ada, "Administrator", (struct id){{0}}, NULL));
    token = token_for(cx, TOKEN_ADMIN, ada);
    assert_int_equal(site_call(cx, token, "POST", "/api/v1/organisations", "", BODY).status / 100,
                     2);
    test_ok(cx, role_staff_set(cx, ada, "Manager", (struct id){{0}}, NULL));
    assert_int_equal(site_call(cx, token, "POST", "/api/v1/organisations", "", BODY).status, 403);
    test_sql(cx, "DELETE FROM staff_member WHERE tenant_id = ? AND person_id = ?",
             DB_ID(cx->tenant_id), DB_ID(ada));
    assert_int_equal(site_call(cx, token, "GET", "/api/v1/me", "", NULL).status, 403);
}

/* Anybody can make itself a user of the licence service with somebody else's address. */
static void a_weak_password_leads_to_no_customers_tickets(void **state)
{
    struct ctx *cx = test_ctx(state);
    struct id ada = make_person(cx, "Ada", "ada@example.com");
    const char *hash;
    const char *token;
    bool is_weak;

    open_page(cx);
    make_membership(cx, ada, make_organisation(cx, "C-1", "Marlow"), RIGHT_TICKET_OWN);
    token = token_for(cx, TOKEN_USER, ada);
    assert_int_equal(site_call(cx, token, "GET", "/api/v1/tickets", "", NULL).status, 200);
    test_ok(cx, user_password_hash(cx, "sesame", "/", &hash, &is_weak));
    test_ok(cx, credential_store_as(cx, ada, hash, is_weak));
    assert_int_equal(site_call(cx, token, "GET", "/api/v1/tickets", "", NULL).status, 403);
}

int main(void)
{
    static const struct CMUnitTest TESTS[] = {
        cmocka_unit_test(a_token_is_shown_once_listed_and_revoked),
        cmocka_unit_test(faults_are_told_and_what_was_typed_is_kept),
        cmocka_unit_test(a_products_token_names_its_product),
        cmocka_unit_test(customers_rights_are_switched_on),
        cmocka_unit_test(a_staff_token_is_worth_its_persons_role),
        cmocka_unit_test(a_weak_password_leads_to_no_customers_tickets),
    };

    return test_group_run_around("token_pages", TESTS, COUNT(TESTS), site_start, site_stop);
}
