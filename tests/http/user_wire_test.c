/* Users over the wire (checklist O08, O10; section 3.10). */
#include "base/clock.h"
#include "licensing/licence_user.h"
#include "portal/account/credential.h"
#include "portal/account/login.h"
#include "portal/account/person_link.h"
#include "portal/account/role.h"
#include "portal/account/user.h"
#include "tests/http/licence_site.h"

#include <string.h>

struct site {
    struct ctx *cx;
    struct licence *l;
    const char *admin;
};

static struct site open_site(void **state)
{
    struct site s = {.cx = test_ctx(state)};

    licence_site_open(s.cx);
    test_ok(s.cx, role_add_presets(s.cx));
    s.l = licensing_licence(s.cx, NULL);
    s.admin = licence_site_token_auth(s.cx, &(struct token_draft){.kind = TOKEN_ADMIN});
    return s;
}

static const char *of_user(const struct site *s, struct id person_id)
{
    return licence_site_token_auth(
        s->cx, &(struct token_draft){.kind = TOKEN_USER, .person_id = person_id});
}

static const char *of_product(const struct site *s)
{
    return licence_site_token_auth(
        s->cx, &(struct token_draft){.kind = TOKEN_PRODUCT, .product_id = s->l->product_id});
}

static struct licence_answer ask(const struct site *s, const char *method, const char *path,
                                 const char *auth, const char *body)
{
    return licence_site_ask(
        s->cx, &(struct licence_ask){.method = method, .path = path, .auth = auth, .body = body});
}

static const char *with(const struct site *s, const char *attributes)
{
    return arena_printf(s->cx->mem, "{\"data\":{\"type\":\"users\",\"attributes\":{%s}}}",
                        attributes);
}

static struct licence_answer create(const struct site *s, const char *auth, const char *attributes)
{
    return licence_site_post(s->cx, "/v1/users", auth, with(s, attributes));
}

static struct id id_in(const struct licence_answer *a)
{
    struct id id;

    assert_true(id_parse(licence_site_text(a, "data/id"), &id));
    return id;
}

static size_t rows(const struct licence_answer *a)
{
    return json_array_size(licence_site_at(a, "data"));
}

static const char SQL_OWN[] = "UPDATE licence SET owner_id = ? WHERE tenant_id = ? AND id = ?";

static void own(const struct site *s, struct id person_id)
{
    test_sql(s->cx, SQL_OWN, DB_ID(person_id), DB_ID(s->cx->tenant_id), DB_ID(s->l->id));
}

static void a_user_is_made_read_changed_and_deleted(void **state)
{
    struct site s = open_site(state);
    struct licence_answer a =
        create(&s, s.admin,
               "\"first_name\":\"Ada\",\"lastName\":\"Byron\",\"email\":\" ADA@Example.com \","
               "\"metadata\":{\"cost_centre\":7}");

    assert_int_equal(a.status, 201);
    assert_string_equal(licence_site_text(&a, "data/attributes/fullName"), "Ada Byron");
    assert_string_equal(licence_site_text(&a, "data/attributes/email"), "ada@example.com");
    assert_string_equal(licence_site_text(&a, "data/attributes/status"), "ACTIVE");
    assert_string_equal(licence_site_text(&a, "data/attributes/role"), "user");
    assert_int_equal(json_integer_value(licence_site_at(&a, "data/attributes/metadata/costCentre")),
                     7);
    a = ask(&s, "PATCH", "/v1/users/ada@example.com", s.admin,
            with(&s, "\"firstName\":null,\"email\":\"ada@byron.example\""));
    assert_int_equal(a.status, 200);
    assert_true(json_is_null(licence_site_at(&a, "data/attributes/firstName")));
    assert_string_equal(licence_site_text(&a, "data/attributes/lastName"), "Byron");
    assert_string_equal(licence_site_text(&a, "data/attributes/fullName"), "Byron");
    a = ask(&s, "DELETE", "/v1/users/ada@byron.example", s.admin, NULL);
    assert_int_equal(a.status, 204);
    a = ask(&s, "GET", "/v1/users/ada@byron.example", s.admin, NULL);
    licence_site_refused(&a, 404, "NOT_FOUND", NULL);
    a = create(&s, s.admin, "\"email\":\"ada@byron.example\"");
    assert_int_equal(a.status, 201);
    assert_true(json_is_null(licence_site_at(&a, "data/attributes/fullName")));
}

static void O08_an_address_belongs_to_one_user(void **state)
{
    struct site s = open_site(state);
    struct licence_answer a = create(&s, s.admin, "\"email\":\"ada@example.com\"");

    a = create(&s, s.admin, "\"email\":\"ADA@EXAMPLE.COM\"");
    licence_site_refused(&a, 422, "EMAIL_TAKEN", "/data/attributes/email");
    a = create(&s, s.admin, "\"email\":\"nonsense\"");
    licence_site_refused(&a, 422, "EMAIL_INVALID", "/data/attributes/email");
    a = create(&s, s.admin, "\"firstName\":\"Ada\"");
    licence_site_refused(&a, 400, "", "/data/attributes/email");
    a = licence_site_get(s.cx, "/v1/users/Ada@Example.com", s.admin);
    assert_int_equal(a.status, 200);
    a = create(&s, s.admin, "\"email\":\"b@example.com\"");
    a = ask(&s, "PATCH", "/v1/users/b@example.com", s.admin,
            with(&s, "\"email\":\"ada@example.com\""));
    licence_site_refused(&a, 422, "EMAIL_TAKEN", "/data/attributes/email");
}

static void O10_a_ban_reaches_the_users_licences_and_tokens(void **state)
{
    struct site s = open_site(state);
    struct licence_answer a = create(&s, s.admin, "\"email\":\"ada@example.com\"");
    struct id ada = id_in(&a);
    const char *validate =
        arena_printf(s.cx->mem, "/v1/licenses/%s/actions/validate", id_text(s.cx->mem, s.l->id));
    const char *auth = of_user(&s, ada);

    own(&s, ada);
    a = licence_site_post(s.cx, "/v1/users/ada@example.com/actions/ban", s.admin, NULL);
    assert_string_equal(licence_site_text(&a, "data/attributes/status"), "BANNED");
    a = licence_site_post(s.cx, validate, s.admin, NULL);
    assert_string_equal(licence_site_text(&a, "meta/code"), "BANNED");
    assert_string_equal(licence_site_text(&a, "data/attributes/status"), "BANNED");
    a = licence_site_get(s.cx, "/v1/me", auth);
    licence_site_refused(&a, 403, "USER_BANNED", NULL);
    a = licence_site_post(s.cx, "/v1/users/ada@example.com/actions/unban", s.admin, NULL);
    assert_string_equal(licence_site_text(&a, "data/attributes/status"), "ACTIVE");
    assert_int_equal(licence_site_get(s.cx, "/v1/me", auth).status, 200);
    a = licence_site_post(s.cx, validate, s.admin, NULL);
    assert_string_equal(licence_site_text(&a, "meta/code"), "NO_MACHINES");
    assert_string_not_equal(licence_site_text(&a, "data/attributes/status"), "BANNED");
}

static void lists_hold_customers_unless_roles_are_asked_for(void **state)
{
    struct site s = open_site(state);
    struct id boss = make_person(s.cx, "Boss", "boss@staff.example");
    struct id ada = make_person(s.cx, "Ada Byron", "ada@example.com");
    struct id bob = make_person(s.cx, "Bob", "bob@example.com");
    struct licence_link *links;
    struct licence_answer a;
    struct user *u;

    test_ok(s.cx, role_staff_set(s.cx, boss, "Administrator", (struct id){{0}}, NULL));
    own(&s, ada);
    a = licence_site_get(s.cx, "/v1/users", s.admin);
    assert_int_equal(rows(&a), 2);
    a = licence_site_get(s.cx, "/v1/users?roles[]=admin&roles[]=user", s.admin);
    assert_int_equal(rows(&a), 3);
    a = licence_site_get(s.cx, "/v1/users?roles[]=admin", of_product(&s));
    assert_int_equal(rows(&a), 0);
    a = licence_site_get(s.cx, "/v1/users?assigned=true", s.admin);
    assert_int_equal(rows(&a), 1);
    a = licence_site_get(s.cx, "/v1/users?assigned=false", s.admin);
    assert_int_equal(rows(&a), 1);
    a = licence_site_get(
        s.cx, arena_printf(s.cx->mem, "/v1/users?product=%s", id_text(s.cx->mem, s.l->product_id)),
        s.admin);
    assert_int_equal(rows(&a), 1);
    test_ok(s.cx, user_set_banned(s.cx, bob, true, &u));
    a = licence_site_get(s.cx, "/v1/users?status=banned", s.admin);
    assert_string_equal(licence_site_text(&a, "data/0/attributes/email"), "bob@example.com");
    a = licence_site_get(s.cx, "/v1/users?status=ACTIVE", s.admin);
    assert_int_equal(rows(&a), 0); /* the clock of these rows stood still long ago */
    a = licence_site_get(s.cx, "/v1/users?status=INACTIVE", s.admin);
    assert_int_equal(rows(&a), 1);
    test_sql(s.cx, "UPDATE licence SET last_validated_at = ? WHERE tenant_id = ? AND id = ?",
             DB_TIME(clock_now()), DB_ID(s.cx->tenant_id), DB_ID(s.l->id));
    a = licence_site_get(s.cx, "/v1/users?active=true", s.admin);
    assert_int_equal(rows(&a), 1);
    assert_string_equal(licence_site_text(&a, "data/0/attributes/status"), "ACTIVE");
    test_sql(s.cx,
             "UPDATE person SET metadata = '{\"tier\":\"gold\"}' WHERE tenant_id = ? AND id = ?",
             DB_ID(s.cx->tenant_id), DB_ID(ada));
    a = licence_site_get(s.cx, "/v1/users?metadata[tier]=gold", s.admin);
    assert_int_equal(rows(&a), 1);
    test_ok(s.cx, licence_user_attach(s.cx, s.l->id, &bob, 1, &links));
    a = licence_site_get(
        s.cx, arena_printf(s.cx->mem, "/v1/licenses/%s/users", id_text(s.cx->mem, s.l->id)),
        s.admin);
    assert_int_equal(rows(&a), 2);
}

/* A user sees itself and those who share a licence with it; a licence, by default, nobody. */
static void users_see_those_they_share_a_licence_with(void **state)
{
    struct site s = open_site(state);
    struct id ada = make_person(s.cx, "Ada Byron", "ada@example.com");
    struct id bob = make_person(s.cx, "Bob", "bob@example.com");
    struct licence_link *links;
    struct licence_answer a;

    make_person(s.cx, "Eve", "eve@example.com");
    own(&s, ada);
    a = licence_site_get(s.cx, "/v1/users", of_user(&s, bob));
    assert_int_equal(rows(&a), 1);
    test_ok(s.cx, licence_user_attach(s.cx, s.l->id, &bob, 1, &links));
    a = licence_site_get(s.cx, "/v1/users", of_user(&s, bob));
    assert_int_equal(rows(&a), 2);
    a = licence_site_get(s.cx, "/v1/users", of_user(&s, ada));
    assert_int_equal(rows(&a), 2);
    a = licence_site_get(s.cx, "/v1/users/eve@example.com", of_user(&s, ada));
    licence_site_refused(&a, 404, "NOT_FOUND", NULL);
    a = licence_site_get(s.cx, "/v1/users/ada@example.com", licence_site_key_auth(s.cx, s.l));
    licence_site_refused(&a, 403, "", NULL);
    test_sql(s.cx, "UPDATE tenant SET wire_rights = 'policy.read,user.read' WHERE id = ?",
             DB_ID(s.cx->tenant_id));
    a = licence_site_get(s.cx, "/v1/users/ada@example.com", licence_site_key_auth(s.cx, s.l));
    assert_int_equal(a.status, 200);
    a = licence_site_get(s.cx, "/v1/users/ada@example.com/licenses", of_user(&s, bob));
    assert_int_equal(rows(&a), 1);
    a = licence_site_get(s.cx, "/v1/users/ada@example.com/machines", s.admin);
    assert_int_equal(rows(&a), 0);
    a = licence_site_get(s.cx, "/v1/users/ada@example.com/products", s.admin);
    assert_int_equal(rows(&a), 1);
}

static void nobody_changes_a_role_above_its_own(void **state)
{
    struct site s = open_site(state);
    struct id boss = make_person(s.cx, "Boss", "boss@staff.example");
    const char *developer =
        licence_site_token_auth(s.cx, &(struct token_draft){.kind = TOKEN_DEVELOPER});
    const char *sales = licence_site_token_auth(s.cx, &(struct token_draft){.kind = TOKEN_SALES});
    struct licence_answer a;

    test_ok(s.cx, role_staff_set(s.cx, boss, "Administrator", (struct id){{0}}, NULL));
    a = ask(&s, "PATCH", "/v1/users/boss@staff.example", developer,
            with(&s, "\"password\":\"stolen password\""));
    licence_site_refused(&a, 403, "", NULL);
    a = create(&s, developer, "\"email\":\"x@example.com\",\"role\":\"admin\"");
    licence_site_refused(&a, 400, "", "/data/attributes/role");
    a = create(&s, sales, "\"email\":\"x@example.com\"");
    assert_int_equal(a.status, 201);
    a = create(&s, s.admin, "\"email\":\"dev@staff.example\",\"role\":\"developer\"");
    assert_string_equal(licence_site_text(&a, "data/attributes/role"), "developer");
    a = ask(&s, "PATCH", "/v1/users/dev@staff.example", sales, with(&s, "\"firstName\":\"X\""));
    licence_site_refused(&a, 403, "", NULL);
    a = ask(&s, "PATCH", "/v1/users/x@example.com", sales, with(&s, "\"firstName\":\"X\""));
    assert_int_equal(a.status, 200);
    a = ask(&s, "DELETE", "/v1/users/boss@staff.example", s.admin, NULL);
    licence_site_refused(&a, 422, "ACCOUNT_ADMINS_REQUIRED", NULL);
    a = ask(&s, "PATCH", "/v1/users/boss@staff.example", s.admin, with(&s, "\"role\":\"user\""));
    licence_site_refused(&a, 422, "ACCOUNT_ADMINS_REQUIRED", NULL);
}

static const char *password_of(const struct site *s, const char *pair)
{
    return arena_printf(s->cx->mem, "Basic %s",
                        crypto_base64(s->cx->mem, (const uint8_t *)pair, strlen(pair)));
}

static void a_weak_password_makes_tokens_and_signs_nobody_in(void **state)
{
    struct site s = open_site(state);
    const char *auth = password_of(&s, "ada@example.com:sesame");
    const struct login_try attempt = {
        .email = "ada@example.com", .password = "sesame", .address = "192.0.2.7"};
    struct id person_id;
    struct licence_answer a;

    a = create(&s, s.admin, "\"email\":\"ada@example.com\",\"password\":\"12345\"");
    licence_site_refused(&a, 422, "PASSWORD_TOO_SHORT", "/data/attributes/password");
    a = create(&s, NULL, "\"email\":\"ada@example.com\",\"password\":\"sesame\"");
    assert_int_equal(a.status, 201);
    assert_null(strstr(a.body, "sesame"));
    assert_int_equal(licence_site_post(s.cx, "/v1/tokens", auth, NULL).status, 201);
    test_refused(s.cx, login_check(s.cx, &attempt, &person_id), &ERR_LOGIN_REFUSED);
}

/* Whoever makes itself a user has shown nothing about the address: even a strong password is none
 * for the portal. */
static void a_self_made_user_cannot_sign_in_to_the_portal(void **state)
{
    struct site s = open_site(state);
    const struct login_try attempt = {
        .email = "eve@example.com", .password = "correct horse battery", .address = "192.0.2.7"};
    struct id person_id;
    struct licence_answer a;

    a = create(&s, NULL, "\"email\":\"eve@example.com\",\"password\":\"correct horse battery\"");
    assert_int_equal(a.status, 201);
    test_refused(s.cx, login_check(s.cx, &attempt, &person_id), &ERR_LOGIN_REFUSED);
    a = create(&s, NULL, "\"email\":\"f@example.com\",\"role\":\"admin\"");
    licence_site_refused(&a, 400, "", "/data/attributes/role");
    test_sql(s.cx, "UPDATE tenant SET is_protected = TRUE WHERE id = ?", DB_ID(s.cx->tenant_id));
    a = create(&s, NULL, "\"email\":\"g@example.com\"");
    licence_site_refused(&a, 403, "", NULL);
}

static void a_self_made_user_gets_no_password_for_the_portal_by_changing_it(void **state)
{
    struct site s = open_site(state);
    const struct login_try attempt = {
        .email = "eve@example.com", .password = "mauve trellis kettle", .address = "192.0.2.7"};
    struct id person_id;
    struct licence_answer a;

    a = create(&s, NULL, "\"email\":\"eve@example.com\",\"password\":\"sesame\"");
    a = licence_site_post(
        s.cx, "/v1/users/eve@example.com/actions/update-password", of_user(&s, id_in(&a)),
        "{\"meta\":{\"oldPassword\":\"sesame\",\"newPassword\":\"mauve trellis kettle\"}}");
    assert_int_equal(a.status, 200);
    test_refused(s.cx, login_check(s.cx, &attempt, &person_id), &ERR_LOGIN_REFUSED);
}

static void a_product_does_not_take_over_who_signs_in_to_the_portal(void **state)
{
    struct site s = open_site(state);
    struct id ada = make_person(s.cx, "Ada Byron", "ada@example.com");
    const struct login_try mine = {
        .email = "new@example.com", .password = "mauve trellis kettle", .address = "192.0.2.7"};
    const char *product = of_product(&s);
    struct id person_id;
    struct licence_answer a;

    test_ok(s.cx, credential_set(s.cx, ada, "correct horse battery"));
    a = ask(&s, "PATCH", "/v1/users/ada@example.com", product,
            with(&s, "\"password\":\"mauve trellis kettle\""));
    licence_site_refused(&a, 403, "", NULL);
    a = ask(&s, "PATCH", "/v1/users/ada@example.com", product,
            with(&s, "\"email\":\"mine@example.com\""));
    licence_site_refused(&a, 403, "", NULL);
    a = create(&s, product, "\"email\":\"new@example.com\",\"password\":\"mauve trellis kettle\"");
    assert_int_equal(a.status, 201);
    test_refused(s.cx, login_check(s.cx, &mine, &person_id), &ERR_LOGIN_REFUSED);
}

static void a_password_is_changed_by_who_knows_it(void **state)
{
    struct site s = open_site(state);
    struct id ada = make_person(s.cx, "Ada Byron", "ada@example.com");
    const char *path = "/v1/users/ada@example.com/actions/update-password";
    const char *auth = of_user(&s, ada);
    const char *other = of_user(&s, ada);
    struct licence_answer a;

    test_ok(s.cx, credential_set(s.cx, ada, "correct horse"));
    a = licence_site_post(
        s.cx, path, auth,
        "{\"meta\":{\"oldPassword\":\"wrong\",\"newPassword\":\"battery staple\"}}");
    licence_site_refused(&a, 401, "", "/meta/oldPassword");
    a = licence_site_post(s.cx, path, s.admin,
                          "{\"meta\":{\"oldPassword\":\"correct horse\",\"newPassword\":\"battery "
                          "staple\"}}");
    licence_site_refused(&a, 403, "", NULL);
    a = licence_site_post(s.cx, path, auth,
                          "{\"meta\":{\"oldPassword\":\"correct horse\",\"newPassword\":\"battery "
                          "staple\"}}");
    assert_int_equal(a.status, 200);
    assert_int_equal(licence_site_get(s.cx, "/v1/me", auth).status, 200);
    assert_int_equal(licence_site_get(s.cx, "/v1/me", other).status, 401);
}

#define SQL_AGE "UPDATE person_link SET created_at = ? WHERE tenant_id = ? AND person_id = ?"

static void a_password_is_reset_with_a_token_of_a_day(void **state)
{
    struct site s = open_site(state);
    struct id ada = make_person(s.cx, "Ada Byron", "ada@example.com");
    const char *path = "/v1/users/ada@example.com/actions/reset-password";
    const char *auth = of_user(&s, ada);
    const char *token;
    const char *body;
    struct licence_answer a;

    s.cx->now = clock_now();
    test_ok(s.cx, person_link_make(s.cx, ada, &token));
    body = arena_printf(
        s.cx->mem, "{\"meta\":{\"passwordResetToken\":\"%s\",\"newPassword\":\"battery staple\"}}",
        token);
    a = licence_site_post(
        s.cx, path, NULL,
        "{\"meta\":{\"passwordResetToken\":\"nonsense\",\"newPassword\":\"battery staple\"}}");
    licence_site_refused(&a, 404, "NOT_FOUND", NULL);
    test_sql(s.cx, SQL_AGE, DB_TIME(s.cx->now - 25 * CLOCK_HOUR), DB_ID(s.cx->tenant_id),
             DB_ID(ada));
    a = licence_site_post(s.cx, path, NULL, body);
    licence_site_refused(&a, 401, "", "/meta/passwordResetToken");
    test_sql(s.cx, SQL_AGE, DB_TIME(s.cx->now), DB_ID(s.cx->tenant_id), DB_ID(ada));
    a = licence_site_post(s.cx, path, NULL, body);
    assert_int_equal(a.status, 200);
    assert_int_equal(licence_site_get(s.cx, "/v1/me", auth).status, 401);
    a = licence_site_post(s.cx, path, NULL, body);
    licence_site_refused(&a, 404, "NOT_FOUND", NULL);
}

static void asking_for_a_new_password_tells_nothing(void **state)
{
    static const char SQL_ASKED[] =
        "SELECT COUNT(*) FROM job WHERE tenant_id = ? AND kind = 'account.password'";
    struct site s = open_site(state);
    struct licence_answer known;
    struct licence_answer unknown;

    make_person(s.cx, "Ada Byron", "ada@example.com");
    known = licence_site_post(s.cx, "/v1/passwords", NULL,
                              "{\"meta\":{\"email\":\"ADA@example.com\",\"deliver\":false}}");
    unknown = licence_site_post(s.cx, "/v1/passwords", NULL,
                                "{\"meta\":{\"email\":\"bob@example.com\"}}");
    assert_int_equal(known.status, 204);
    assert_int_equal(unknown.status, 204);
    assert_string_equal(known.body, unknown.body);
    assert_int_equal(test_i64(s.cx, SQL_ASKED, DB_ID(s.cx->tenant_id)), 2);
    unknown = licence_site_post(s.cx, "/v1/passwords", NULL, "{\"meta\":{}}");
    licence_site_refused(&unknown, 400, "", "/meta/email");
}

static void a_deleted_user_takes_its_licences_along(void **state)
{
    struct site s = open_site(state);
    struct id ada = make_person(s.cx, "Ada Byron", "ada@example.com");
    struct licence *shared = licensing_licence(s.cx, NULL);
    const char *auth = of_user(&s, ada);
    struct licence_link *links;
    struct licence_answer a;

    own(&s, ada);
    licensing_machine(s.cx, s.l->id, "one");
    test_ok(s.cx, licence_user_attach(s.cx, shared->id, &ada, 1, &links));
    a = ask(&s, "DELETE", "/v1/users/ada@example.com", of_product(&s), NULL);
    licence_site_refused(&a, 403, "", NULL); /* the other licence is of another product */
    a = ask(&s, "DELETE", "/v1/users/ada@example.com", s.admin, NULL);
    assert_int_equal(a.status, 204);
    a = licence_site_get(s.cx, "/v1/me", auth);
    licence_site_refused(&a, 401, "TOKEN_INVALID", NULL);
    a = licence_site_get(s.cx, "/v1/licenses", s.admin);
    assert_int_equal(rows(&a), 1);
    assert_string_equal(licence_site_text(&a, "data/0/id"), id_text(s.cx->mem, shared->id));
}

static const char SQL_GROUP[] =
    "INSERT INTO licence_group (tenant_id, id, name, max_users, created_at, updated_at) "
    "VALUES (?, ?, 'Few', 1, ?, ?)";

static void a_full_group_takes_no_further_user(void **state)
{
    struct site s = open_site(state);
    struct id group = ctx_new_id(s.cx);
    const char *body = arena_printf(s.cx->mem, "{\"data\":{\"type\":\"groups\",\"id\":\"%s\"}}",
                                    id_text(s.cx->mem, group));
    struct licence_answer a;

    test_sql(s.cx, SQL_GROUP, DB_ID(s.cx->tenant_id), DB_ID(group), DB_TIME(s.cx->now),
             DB_TIME(s.cx->now));
    make_person(s.cx, "Ada Byron", "ada@example.com");
    make_person(s.cx, "Bob", "bob@example.com");
    a = ask(&s, "PUT", "/v1/users/ada@example.com/group", s.admin, body);
    assert_int_equal(a.status, 200);
    a = ask(&s, "PUT", "/v1/users/ada@example.com/group", s.admin, body);
    assert_string_equal(licence_site_text(&a, "data/relationships/group/data/id"),
                        id_text(s.cx->mem, group));
    a = ask(&s, "PUT", "/v1/users/bob@example.com/group", s.admin, body);
    licence_site_refused(&a, 422, "GROUP_USER_LIMIT_EXCEEDED", "/data/relationships/group");
    a = licence_site_get(s.cx, "/v1/users/ada@example.com/group", s.admin);
    assert_string_equal(licence_site_text(&a, "data/attributes/name"), "Few");
    a = ask(&s, "PUT", "/v1/users/ada@example.com/group", s.admin, "{\"data\":null}");
    assert_true(json_is_null(licence_site_at(&a, "data/relationships/group/data")));
}

int main(void)
{
    static const struct CMUnitTest TESTS[] = {
        cmocka_unit_test(a_user_is_made_read_changed_and_deleted),
        cmocka_unit_test(O08_an_address_belongs_to_one_user),
        cmocka_unit_test(O10_a_ban_reaches_the_users_licences_and_tokens),
        cmocka_unit_test(lists_hold_customers_unless_roles_are_asked_for),
        cmocka_unit_test(users_see_those_they_share_a_licence_with),
        cmocka_unit_test(nobody_changes_a_role_above_its_own),
        cmocka_unit_test(a_weak_password_makes_tokens_and_signs_nobody_in),
        cmocka_unit_test(a_self_made_user_cannot_sign_in_to_the_portal),
        cmocka_unit_test(a_self_made_user_gets_no_password_for_the_portal_by_changing_it),
        cmocka_unit_test(a_product_does_not_take_over_who_signs_in_to_the_portal),
        cmocka_unit_test(a_password_is_changed_by_who_knows_it),
        cmocka_unit_test(a_password_is_reset_with_a_token_of_a_day),
        cmocka_unit_test(asking_for_a_new_password_tells_nothing),
        cmocka_unit_test(a_deleted_user_takes_its_licences_along),
        cmocka_unit_test(a_full_group_takes_no_further_user),
    };

    return test_group_run_around("user_wire", TESTS, COUNT(TESTS), licence_site_start,
                                 licence_site_stop);
}
