#include "portal/account/credential.h"
#include "portal/account/login.h"
#include "portal/account/person_link.h"
#include "portal/account/role.h"
#include "portal/account/user.h"
#include "tests/licensing/licensing_make.h"

#include <string.h>

static struct user_draft named(const char *first, const char *last, const char *email)
{
    return (struct user_draft){
        .first_name = {true, first}, .last_name = {true, last}, .email = email};
}

static struct user *add(struct ctx *cx, const char *first, const char *last, const char *email)
{
    struct user_draft draft = named(first, last, email);
    struct user *u;

    test_ok(cx, user_add(cx, &draft, &u));
    return u;
}

static void names_in_two_parts_stay_in_two_parts(void **state)
{
    struct ctx *cx = test_ctx(state);
    struct user *u = add(cx, "Mary Ann", "Evans", "me@example.com");
    struct person *p;

    assert_string_equal(u->full_name, "Mary Ann Evans");
    assert_string_equal(u->first_name, "Mary Ann");
    assert_string_equal(u->last_name, "Evans");
    u = add(cx, NULL, "Byron", "b@example.com");
    assert_null(u->first_name);
    assert_string_equal(u->full_name, "Byron");
    u = add(cx, NULL, NULL, "nobody@example.com");
    assert_null(u->full_name);
    test_ok(cx, person_get(cx, u->id, &p));
    assert_string_equal(p->full_name, "nobody"); /* the portal's pages show something */
    test_refused(cx,
                 user_add(cx,
                          &(struct user_draft){.email = "two@example.com",
                                               .last_name = {true, "Ada\nhttps://evil.example"}},
                          &u),
                 &ERR_USER_NAME_LINES);
}

static void a_name_that_the_portal_changes_is_read_anew(void **state)
{
    struct ctx *cx = test_ctx(state);
    struct user *u = add(cx, "Ada", "Byron", "ada@example.com");

    test_ok(cx, person_change(cx, u->id, &(struct person_change){.full_name = "Ada Lovelace"}));
    test_ok(cx, user_get(cx, u->id, &u));
    assert_string_equal(u->first_name, "Ada");
    assert_string_equal(u->last_name, "Lovelace");
}

static void a_role_on_the_wire_follows_from_rights_in_the_portal(void **state)
{
    static const struct {
        const char *portal;
        enum token_kind role;
    } CASES[] = {{"Administrator", TOKEN_ADMIN}, {"Team lead", TOKEN_DEVELOPER},
                 {"Sales", TOKEN_SALES},         {"Agent", TOKEN_SUPPORT},
                 {"Manager", TOKEN_READ_ONLY},   {"Knowledge editor", TOKEN_READ_ONLY}};
    struct ctx *cx = test_ctx(state);
    struct user *u = add(cx, "Ada", "Byron", "ada@example.com");
    enum token_kind role;

    test_ok(cx, role_add_presets(cx));
    test_ok(cx, user_role(cx, u->id, &role));
    assert_int_equal(role, TOKEN_USER);
    for (size_t i = 0; i < COUNT(CASES); i++) {
        test_ok(cx, role_staff_set(cx, u->id, CASES[i].portal, (struct id){{0}}, NULL));
        test_ok(cx, user_role(cx, u->id, &role));
        assert_int_equal(role, CASES[i].role);
    }
}

static void a_role_of_the_wire_can_be_given_and_taken(void **state)
{
    static const enum token_kind ROLES[] = {TOKEN_DEVELOPER, TOKEN_SALES, TOKEN_SUPPORT,
                                            TOKEN_READ_ONLY, TOKEN_ADMIN, TOKEN_USER};
    struct ctx *cx = test_ctx(state);
    struct user *boss = add(cx, "Boss", NULL, "boss@example.com");
    struct user *u = add(cx, "Ada", "Byron", "ada@example.com");

    test_ok(cx, role_add_presets(cx));
    test_ok(cx, role_staff_set(cx, boss->id, "Administrator", (struct id){{0}}, NULL));
    for (size_t i = 0; i < COUNT(ROLES); i++) {
        const struct user_draft draft = {.has_role = true, .role = ROLES[i]};

        test_ok(cx, user_change(cx, u->id, &draft, &u));
        assert_int_equal(u->role, ROLES[i]);
    }
}

static void only_who_may_change_accounts_changes_users(void **state)
{
    struct ctx *cx = test_ctx(state);
    struct user *u = add(cx, "Ada", "Byron", "ada@example.com");
    struct user_draft draft = named("Eve", NULL, NULL);

    test_as_staff(cx, u->id, RIGHT_CUSTOMERS | RIGHT_LICENCES);
    test_refused(cx, user_change(cx, u->id, &draft, &u), &ERR_DENIED);
    test_refused(cx, user_set_banned(cx, u->id, true, &u), &ERR_DENIED);
    test_refused(cx, user_remove(cx, u->id), &ERR_DENIED);
    test_as_customer(cx, u->id, (struct id){{0}}, RIGHT_ADMIN);
    test_refused(cx, user_change(cx, u->id, &draft, &u), &ERR_DENIED);
}

static void another_tenants_user_is_not_found(void **state)
{
    struct ctx *cx = test_ctx(state);
    struct user *u = add(cx, "Ada", "Byron", "ada@example.com");
    struct ctx *other = test_ctx(state);
    struct user_draft draft = named("Eve", NULL, NULL);
    struct user *found;

    test_refused(other, user_get(other, u->id, &found), &ERR_NOT_FOUND);
    test_refused(other, user_change(other, u->id, &draft, &found), &ERR_NOT_FOUND);
    test_refused(other, user_set_banned(other, u->id, true, &found), &ERR_NOT_FOUND);
    test_refused(other, user_remove(other, u->id), &ERR_NOT_FOUND);
}

/* Who opens the link gets the mail; who had chosen the weak password may be somebody else. */
static void a_link_ends_what_a_weak_password_was_good_for(void **state)
{
    struct ctx *cx = test_ctx(state);
    struct user *u = add(cx, "Ada", "Byron", "ada@example.com");
    const struct login_try attempt = {
        .email = "ada@example.com", .password = "correct horse battery", .address = "192.0.2.1"};
    char hash[CRYPTO_PASSWORD_TEXT_SIZE];
    const char *weak;
    const char *link;
    struct token *t;
    struct token_scope all = {.is_all = true};
    struct id person_id;
    bool is_weak;

    licensing_seal(cx);
    test_ok(cx, user_password_hash(cx, "sesame", "/", &weak, &is_weak));
    assert_true(is_weak);
    test_ok(cx, credential_store_as(cx, u->id, weak, is_weak));
    test_ok(cx, token_add(cx, &(struct token_draft){.kind = TOKEN_USER, .person_id = u->id}, &t));
    test_ok(cx, person_link_make(cx, u->id, &link));
    test_ok(cx, credential_hash(cx, "correct horse battery", hash));
    test_ok(cx, person_link_use(cx, link, hash, NULL, NULL));
    test_refused(cx, token_get(cx, t->id, &all, &t), &ERR_NOT_FOUND);
    test_ok(cx, login_check(cx, &attempt, &person_id));
}

static bool remove_user(struct ctx *cx, void *arg)
{
    return user_remove(cx, *(struct id *)arg);
}

static const char SQL_LEFT[] =
    "SELECT COUNT(*) FROM person p JOIN licence l ON l.tenant_id = p.tenant_id "
    "AND l.owner_id = p.id WHERE p.tenant_id = ? AND p.deleted_at IS NULL AND l.deleted_at IS NULL";

static void is_whole(struct ctx *cx, void *arg)
{
    (void)arg;
    assert_int_equal(test_i64(cx, SQL_LEFT, DB_ID(cx->tenant_id)), 1);
}

static void a_removal_that_fails_leaves_everything(void **state)
{
    struct ctx *cx = test_ctx(state);
    struct user *u = add(cx, "Ada", "Byron", "ada@example.com");
    struct licence *l = licensing_licence(cx, NULL);
    struct id id = u->id;

    test_sql(cx, "UPDATE licence SET owner_id = ? WHERE tenant_id = ? AND id = ?", DB_ID(id),
             DB_ID(cx->tenant_id), DB_ID(l->id));
    licensing_machine(cx, l->id, "one");
    test_failures(test_again(cx), remove_user, &id, is_whole);
    assert_int_equal(test_i64(cx, SQL_LEFT, DB_ID(cx->tenant_id)), 0);
}

int main(void)
{
    static const struct CMUnitTest TESTS[] = {
        cmocka_unit_test(names_in_two_parts_stay_in_two_parts),
        cmocka_unit_test(a_name_that_the_portal_changes_is_read_anew),
        cmocka_unit_test(a_role_on_the_wire_follows_from_rights_in_the_portal),
        cmocka_unit_test(a_role_of_the_wire_can_be_given_and_taken),
        cmocka_unit_test(only_who_may_change_accounts_changes_users),
        cmocka_unit_test(another_tenants_user_is_not_found),
        cmocka_unit_test(a_link_ends_what_a_weak_password_was_good_for),
        cmocka_unit_test(a_removal_that_fails_leaves_everything),
    };

    return test_group_run("user", TESTS, COUNT(TESTS));
}
