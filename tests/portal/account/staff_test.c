#include "portal/account/credential.h"
#include "portal/account/login.h"
#include "portal/account/membership.h"
#include "portal/account/person.h"
#include "portal/account/role.h"
#include "portal/account/staff.h"
#include "tests/support/test.h"

#include <string.h>

static struct id role_named(struct ctx *cx, const char *name)
{
    struct staff_choice *roles;
    size_t count;

    test_ok(cx, staff_roles(cx, &roles, &count));
    for (size_t i = 0; i < count; i++) {
        if (!strcmp(roles[i].name, name))
            return roles[i].id;
    }
    fail_msg("no role %s", name);
    return (struct id){{0}};
}

static struct id add(struct ctx *cx, const char *name, const char *email, const char *role)
{
    struct staff_draft draft = {.full_name = name, .email = email, .role_id = role_named(cx, role)};
    struct id id;

    test_ok(cx, staff_add(cx, &draft, &id));
    return id;
}

/* A tenant with its preset roles and one administrator, who looks. */
static struct ctx *as_admin(void **state, struct id *admin)
{
    struct ctx *cx = test_ctx(state);

    test_ok(cx, role_add_presets(cx));
    *admin = add(cx, "Sam", "sam@tilwick.example", "Administrator");
    test_as_staff(cx, *admin, ROLE_PRESETS[0].rights);
    return cx;
}

static void an_account_is_added_found_changed_and_signs_in(void **state)
{
    struct id admin;
    struct ctx *cx = as_admin(state, &admin);
    char hash[CRYPTO_PASSWORD_TEXT_SIZE];
    struct staff_draft draft = {.full_name = "Priya Shah",
                                .email = "priya@tilwick.example",
                                .title = "Support engineer",
                                .role_id = role_named(cx, "Agent")};
    struct login_try attempt = {
        .email = "priya@tilwick.example", .password = "a long enough one", .address = "192.0.2.1"};
    struct staff_account *list;
    struct viewer v;
    struct id id;
    size_t count;

    test_ok(cx, credential_hash(cx, attempt.password, hash));
    draft.password_hash = hash;
    test_ok(cx, staff_add(cx, &draft, &id));
    test_ok(cx, staff_list(cx, "ENGINEER", &list, &count));
    assert_int_equal(count, 1);
    assert_string_equal(list[0].role_name, "Agent");
    test_ok(cx, login_check(cx, &attempt, &id));
    draft.role_id = role_named(cx, "Team lead");
    draft.started_on = "2021-09-01";
    draft.password_hash = NULL;
    test_ok(cx, staff_change(cx, id, &draft));
    test_ok(cx, staff_list(cx, "ENGINEER", &list, &count));
    assert_string_equal(list[0].started_on, "2021-09-01");
    test_ok(cx, membership_viewer(cx, id, (struct id){{0}}, &v));
    assert_true(viewer_has(&v, RIGHT_RULES));
    draft.is_disabled = true;
    test_ok(cx, staff_change(cx, id, &draft));
    test_refused(cx, login_check(cx, &attempt, &id), &ERR_LOGIN_REFUSED);
}

static void faults_are_named_by_field(void **state)
{
    struct id admin;
    struct ctx *cx = as_admin(state, &admin);
    struct id agent = role_named(cx, "Agent");
    const struct {
        struct staff_draft draft;
        const struct err_kind *kind;
        const char *field;
    } CASES[] = {
        {{.full_name = "A", .email = "nobody", .role_id = agent}, &ERR_PERSON_EMAIL, "email"},
        {{.full_name = "A", .email = "sam@tilwick.example", .role_id = agent},
         &ERR_PERSON_TAKEN,
         "email"},
        {{.full_name = "A", .email = "a@tilwick.example"}, &ERR_ROLE_UNKNOWN, "role"},
    };
    struct id id;

    for (size_t i = 0; i < COUNT(CASES); i++) {
        assert_false(staff_add(cx, &CASES[i].draft, &id));
        assert_ptr_equal(cx->err.kind, CASES[i].kind);
        assert_string_equal(cx->err.source, CASES[i].field);
        err_clear(&cx->err);
    }
    assert_int_equal(
        test_i64(cx, "SELECT COUNT(*) FROM person WHERE tenant_id = ?", DB_ID(cx->tenant_id)), 1);
}

static void only_the_right_to_settings_opens_accounts(void **state)
{
    struct id admin;
    struct ctx *cx = as_admin(state, &admin);
    struct staff_draft draft = {.full_name = "A", .email = "a@tilwick.example"};
    struct staff_account *list;
    struct id id;
    size_t count;

    cx->viewer.rights = ROLE_PRESETS[1].rights;
    test_refused(cx, staff_list(cx, NULL, &list, &count), &ERR_DENIED);
    test_refused(cx, staff_get(cx, admin, &list), &ERR_DENIED);
    test_refused(cx, staff_add(cx, &draft, &id), &ERR_DENIED);
    test_refused(cx, staff_change(cx, admin, &draft), &ERR_DENIED);
    test_refused(cx, staff_remove(cx, admin), &ERR_DENIED);
}

static void a_mistaken_account_is_deleted_and_its_address_is_free(void **state)
{
    struct id admin;
    struct ctx *cx = as_admin(state, &admin);
    struct id id = add(cx, "Typo", "typo@tilwick.example", "Agent");

    test_ok(cx, staff_remove(cx, id));
    test_refused(cx, staff_remove(cx, id), &ERR_NOT_FOUND);
    add(cx, "Typo", "typo@tilwick.example", "Agent");
}

static void an_account_in_use_is_not_deleted_and_says_why(void **state)
{
    struct id admin;
    struct ctx *cx = as_admin(state, &admin);
    struct id id = add(cx, "Priya", "priya@tilwick.example", "Agent");
    struct staff_uses uses;

    test_sql(cx,
             "INSERT INTO session (tenant_id, id, token_hash, person_id, created_at, used_at, "
             "expires_at) VALUES (?, ?, REPEAT('a', 32), ?, ?, ?, ?)",
             DB_ID(cx->tenant_id), DB_ID(ctx_new_id(cx)), DB_ID(id), DB_TIME(cx->now),
             DB_TIME(cx->now), DB_TIME(cx->now + 1));
    test_ok(cx, staff_uses(cx, id, &uses));
    assert_int_equal(uses.sessions, 1);
    test_refused(cx, staff_remove(cx, id), &ERR_STAFF_IN_USE);
    test_sql(cx, "DELETE FROM session WHERE tenant_id = ?", DB_ID(cx->tenant_id));
    test_sql(cx, "UPDATE organisation SET owner_id = ? WHERE tenant_id = ? AND id = ?", DB_ID(id),
             DB_ID(cx->tenant_id), DB_ID(make_organisation(cx, "C-1", "Marlow")));
    test_ok(cx, staff_uses(cx, id, &uses));
    assert_int_equal(uses.customers, 1);
    test_refused(cx, staff_remove(cx, id), &ERR_STAFF_IN_USE);
}

static void nobody_takes_his_own_or_the_last_right_away(void **state)
{
    struct id admin;
    struct ctx *cx = as_admin(state, &admin);
    struct staff_draft draft = {
        .full_name = "Sam", .email = "sam@tilwick.example", .role_id = role_named(cx, "Agent")};

    test_refused(cx, staff_change(cx, admin, &draft), &ERR_STAFF_SELF);
    test_refused(cx, staff_remove(cx, admin), &ERR_STAFF_SELF);
    test_as_system(cx);
    test_refused(cx, staff_change(cx, admin, &draft), &ERR_STAFF_LAST);
    test_refused(cx, staff_remove(cx, admin), &ERR_STAFF_LAST);
    add(cx, "Other", "other@tilwick.example", "Administrator");
    test_ok(cx, staff_change(cx, admin, &draft));
}

struct pair {
    struct id first, second, agent;
    bool ok[2];
};

static bool demote(struct ctx *cx, void *arg)
{
    const struct pair *p = arg;
    bool is_first = id_equal(cx->actor_id, p->first);
    struct staff_draft draft = {.full_name = "X",
                                .email = is_first ? "b@tilwick.example" : "sam@tilwick.example",
                                .role_id = p->agent};

    return staff_change(cx, is_first ? p->second : p->first, &draft);
}

static void demote_other(struct ctx *cx, unsigned index, void *arg)
{
    struct pair *p = arg;

    cx->actor_id = index == 0 ? p->first : p->second;
    cx->viewer.person_id = cx->actor_id;
    p->ok[index] = db_retry(cx, demote, p);
}

static void two_administrators_cannot_end_each_other(void **state)
{
    struct pair p = {.ok = {false, false}};
    struct ctx *cx = as_admin(state, &p.first);

    p.second = add(cx, "B", "b@tilwick.example", "Administrator");
    p.agent = role_named(cx, "Agent");
    test_threads(cx, 2, demote_other, &p);
    assert_int_equal(p.ok[0] + p.ok[1], 1);
}

int main(void)
{
    static const struct CMUnitTest TESTS[] = {
        cmocka_unit_test(an_account_is_added_found_changed_and_signs_in),
        cmocka_unit_test(faults_are_named_by_field),
        cmocka_unit_test(only_the_right_to_settings_opens_accounts),
        cmocka_unit_test(a_mistaken_account_is_deleted_and_its_address_is_free),
        cmocka_unit_test(an_account_in_use_is_not_deleted_and_says_why),
        cmocka_unit_test(nobody_takes_his_own_or_the_last_right_away),
        cmocka_unit_test(two_administrators_cannot_end_each_other),
    };

    return test_group_run("staff", TESTS, COUNT(TESTS));
}
