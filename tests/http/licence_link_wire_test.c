/* What licences are linked to, over the wire (checklist L22 to L27). */
#include "base/clock.h"
#include "licensing/entitlement.h"
#include "tests/http/licence_site.h"

#include <string.h>

struct site {
    struct ctx *cx;
    const char *admin;
    struct licence *l;
    struct id ann, ben;
};

static struct site open_site(void **state)
{
    struct site s = {.cx = test_ctx(state)};

    licence_site_open(s.cx);
    s.admin = licence_site_token_auth(s.cx, &(struct token_draft){.kind = TOKEN_ADMIN});
    s.l = licensing_licence(s.cx, NULL);
    s.ann = make_person(s.cx, "Ann", "ann@example.com");
    s.ben = make_person(s.cx, "Ben", "ben@example.com");
    return s;
}

static struct licence_answer ask(const struct site *s, const char *method, const char *what,
                                 const char *auth, const char *body)
{
    return licence_site_ask(
        s->cx, &(struct licence_ask){.method = method,
                                     .path = arena_printf(s->cx->mem, "/v1/licenses/%s/%s",
                                                          id_text(s->cx->mem, s->l->id), what),
                                     .auth = auth,
                                     .body = body});
}

static const char *one(const struct site *s, const char *type, struct id id)
{
    return arena_printf(s->cx->mem, "{\"data\":{\"type\":\"%s\",\"id\":\"%s\"}}", type,
                        id_text(s->cx->mem, id));
}

static const char *many(const struct site *s, const char *type, const struct id *ids, size_t count)
{
    struct str out = str_new(s->cx->mem);

    str_add(&out, "{\"data\":[");
    for (size_t i = 0; i < count; i++)
        str_fmt(&out, "%s{\"type\":\"%s\",\"id\":\"%s\"}", i > 0 ? "," : "", type,
                id_text(s->cx->mem, ids[i]));
    str_add(&out, "]}");
    return out.p;
}

static int64_t told(const struct site *s, const char *event)
{
    return test_i64(
        s->cx, "SELECT COUNT(*) FROM event WHERE tenant_id = ? AND subject_id = ? AND name = ?",
        DB_ID(s->cx->tenant_id), DB_ID(s->l->id), DB_TEXT(event));
}

/* --- L22: policies --- */

static struct policy like_its_own(const struct site *s)
{
    struct policy *p;

    test_ok(s->cx, policy_get(s->cx, s->l->policy_id, &p));
    p->id = (struct id){0};
    p->name = "Another";
    return *p;
}

static struct licence_answer put_policy(const struct site *s, const char *auth,
                                        const struct policy *draft)
{
    return ask(s, "PUT", "policy", auth,
               one(s, "policies", licensing_add_policy(s->cx, draft)->id));
}

static void L22_another_policy_has_to_be_compatible(void **state)
{
    struct site s = open_site(state);
    struct policy draft = like_its_own(&s);
    struct licence_answer a;

    draft.scheme = "ED25519_SIGN";
    a = put_policy(&s, s.admin, &draft);
    licence_site_refused(&a, 422, "POLICY_NOT_COMPATIBLE", "/data/relationships/policy");
    draft = like_its_own(&s);
    draft.machine_uniqueness = POLICY_UNIQUE_PER_POLICY;
    a = put_policy(&s, s.admin, &draft);
    licence_site_refused(&a, 422, "POLICY_NOT_COMPATIBLE", "/data/relationships/policy");
    draft = like_its_own(&s);
    draft.component_uniqueness = POLICY_UNIQUE_PER_LICENCE;
    a = put_policy(&s, s.admin, &draft);
    licence_site_refused(&a, 422, "POLICY_NOT_COMPATIBLE", "/data/relationships/policy");
    a = ask(&s, "PUT", "policy", s.admin, one(&s, "policies", ctx_new_id(s.cx)));
    licence_site_refused(&a, 422, "POLICY_NOT_FOUND", "/data/relationships/policy");
    a = ask(&s, "PUT", "policy", s.admin, "{\"data\":null}");
    licence_site_refused(&a, 400, "", "/data");
    a = ask(&s, "PUT", "policy", s.admin, one(&s, "users", s.ann));
    licence_site_refused(&a, 400, "", "/data/type");
    assert_int_equal(told(&s, "licence.policy_changed"), 0);
}

static void L22_the_transfer_strategy_says_what_becomes_of_the_end(void **state)
{
    struct site s = open_site(state);
    struct policy draft = like_its_own(&s);
    int64_t expiry;
    struct licence_answer a;

    draft.duration_seconds = 14 * 86400;
    draft.max_machines = 9;
    a = put_policy(&s, s.admin, &draft);
    assert_int_equal(a.status, 200);
    assert_true(json_is_null(licence_site_at(&a, "data/attributes/expiry")));
    assert_int_equal(json_integer_value(licence_site_at(&a, "data/attributes/maxMachines")), 9);
    draft.transfer = POLICY_RESET_EXPIRY;
    draft.require_check_in = true;
    draft.check_in_interval = POLICY_DAY;
    draft.check_in_count = 1;
    a = put_policy(&s, s.admin, &draft);
    assert_true(clock_parse_iso(licence_site_text(&a, "data/attributes/expiry"), &expiry));
    assert_true(expiry > clock_now() + 13 * CLOCK_DAY && expiry <= clock_now() + 14 * CLOCK_DAY);
    assert_int_equal(strlen(licence_site_text(&a, "data/attributes/lastCheckIn")), 24);
    draft.duration_seconds = 0;
    a = put_policy(&s, s.admin, &draft);
    assert_true(json_is_null(licence_site_at(&a, "data/attributes/expiry")));
    assert_int_equal(told(&s, "licence.policy_changed"), 3);
}

static void people_and_products_choose_among_their_own_policies(void **state)
{
    struct site s = open_site(state);
    struct policy other = licensing_policy(s.cx);
    struct policy draft = like_its_own(&s);
    const char *product = licence_site_token_auth(
        s.cx, &(struct token_draft){.kind = TOKEN_PRODUCT, .product_id = s.l->product_id});
    const char *ann = licence_site_token_auth(
        s.cx, &(struct token_draft){.kind = TOKEN_USER, .person_id = s.ann});
    struct licence_answer a = put_policy(&s, product, &other);

    licence_site_refused(&a, 422, "POLICY_NOT_FOUND", "/data/relationships/policy");
    a = put_policy(&s, product, &draft);
    assert_int_equal(a.status, 200);
    a = ask(&s, "PUT", "owner", s.admin, one(&s, "users", s.ann));
    assert_int_equal(a.status, 200);
    a = put_policy(&s, ann, &draft);
    assert_int_equal(a.status, 200);
    draft.is_protected = true;
    a = put_policy(&s, ann, &draft);
    licence_site_refused(&a, 403, "", NULL);
    a = put_policy(&s, licence_site_key_auth(s.cx, s.l), &draft);
    licence_site_refused(&a, 403, "", NULL);
}

/* --- L23: owners, groups --- */

static void L23_a_licensee_is_detached_before_it_owns(void **state)
{
    struct site s = open_site(state);
    struct licence_answer a;

    licensing_user(s.cx, s.l->id, s.ben);
    a = ask(&s, "PUT", "owner", s.admin, one(&s, "users", s.ben));
    licence_site_refused(&a, 422, "OWNER_INVALID", "/data/relationships/owner");
    a = ask(&s, "PUT", "owner", s.admin, one(&s, "users", ctx_new_id(s.cx)));
    licence_site_refused(&a, 422, "OWNER_NOT_FOUND", "/data/relationships/owner");
    a = ask(&s, "PUT", "owner", s.admin, one(&s, "user", s.ann));
    assert_int_equal(a.status, 200);
    assert_string_equal(licence_site_text(&a, "data/relationships/owner/data/id"),
                        id_text(s.cx->mem, s.ann));
    assert_int_equal(json_integer_value(licence_site_at(&a, "data/relationships/users/meta/count")),
                     2);
    a = ask(&s, "PUT", "owner", s.admin, "{\"data\":null}");
    assert_true(json_is_null(licence_site_at(&a, "data/relationships/owner/data")));
    a = ask(&s, "PUT", "owner", licence_site_key_auth(s.cx, s.l), "{\"data\":null}");
    licence_site_refused(&a, 403, "", NULL);
    assert_int_equal(told(&s, "licence.owner_changed"), 2);
}

static void an_owner_counts_against_the_limit(void **state)
{
    struct site s = open_site(state);
    struct licence_answer a;

    licensing_user(s.cx, s.l->id, s.ben);
    test_sql(s.cx, "UPDATE licence SET max_users = 1 WHERE tenant_id = ? AND id = ?",
             DB_ID(s.cx->tenant_id), DB_ID(s.l->id));
    a = ask(&s, "PUT", "owner", s.admin, one(&s, "users", s.ann));
    licence_site_refused(&a, 422, "USER_LIMIT_EXCEEDED", "/data/relationships/users");
}

static struct id make_group(const struct site *s, int64_t max)
{
    struct id id = ctx_new_id(s->cx);

    test_sql(
        s->cx,
        "INSERT INTO licence_group (tenant_id, id, name, max_licences, created_at, updated_at) "
        "VALUES (?, ?, 'Group', ?, ?, ?)",
        DB_ID(s->cx->tenant_id), DB_ID(id), DB_INT(max), DB_TIME(s->cx->now), DB_TIME(s->cx->now));
    return id;
}

static void a_group_takes_as_many_licences_as_it_may(void **state)
{
    struct site s = open_site(state);
    struct id group = make_group(&s, 1);
    struct licence_answer a = ask(&s, "PUT", "group", s.admin, one(&s, "groups", group));

    assert_string_equal(licence_site_text(&a, "data/relationships/group/data/id"),
                        id_text(s.cx->mem, group));
    a = ask(&s, "PUT", "group", s.admin, one(&s, "groups", group)); /* it is there already */
    assert_int_equal(a.status, 200);
    s.l = licensing_licence(s.cx, NULL);
    a = ask(&s, "PUT", "group", s.admin, one(&s, "groups", group));
    licence_site_refused(&a, 422, "GROUP_LICENSE_LIMIT_EXCEEDED", "/data/relationships/group");
    a = ask(&s, "PUT", "group", s.admin, one(&s, "groups", ctx_new_id(s.cx)));
    licence_site_refused(&a, 422, "GROUP_NOT_FOUND", "/data/relationships/group");
    a = ask(&s, "PUT", "group", s.admin, "{\"data\":null}");
    assert_true(json_is_null(licence_site_at(&a, "data/relationships/group/data")));
}

/* --- L24, L25: users --- */

static void L24_users_are_attached_all_or_none(void **state)
{
    struct site s = open_site(state);
    struct id unknown = ctx_new_id(s.cx);
    struct id cid = make_person(s.cx, "Cid", "cid@example.com");
    struct licence_answer a =
        ask(&s, "POST", "users", s.admin, many(&s, "users", (struct id[]){s.ann, cid}, 2));

    assert_int_equal(a.status, 200);
    assert_string_equal(licence_site_text(&a, "data/1/type"), "license-users");
    assert_string_equal(licence_site_text(&a, "data/1/relationships/user/data/id"),
                        id_text(s.cx->mem, cid));
    assert_string_equal(licence_site_text(&a, "data/1/relationships/license/data/id"),
                        id_text(s.cx->mem, s.l->id));
    assert_int_equal(strlen(licence_site_text(&a, "data/1/attributes/created")), 24);
    a = ask(&s, "PUT", "owner", s.admin, one(&s, "users", s.ben));
    a = ask(&s, "POST", "users", s.admin,
            many(&s, "users", (struct id[]){s.ann, s.ben, unknown}, 3));
    licence_site_refused(&a, 422, "USER_TAKEN", "/data/0");
    assert_string_equal(licence_site_text(&a, "errors/1/code"), "USER_CONFLICT");
    assert_string_equal(licence_site_text(&a, "errors/1/source/pointer"), "/data/1");
    assert_string_equal(licence_site_text(&a, "errors/2/code"), "USER_NOT_FOUND");
    test_sql(s.cx, "UPDATE licence SET max_users = 3 WHERE tenant_id = ? AND id = ?",
             DB_ID(s.cx->tenant_id), DB_ID(s.l->id));
    a = ask(&s, "POST", "users", s.admin,
            many(&s, "users", (struct id[]){make_person(s.cx, "Dan", "dan@example.com")}, 1));
    licence_site_refused(&a, 422, "USER_LIMIT_EXCEEDED", "/data/relationships/users");
    assert_int_equal(test_i64(s.cx,
                              "SELECT COUNT(*) FROM licence_user WHERE tenant_id = ? AND "
                              "licence_id = ?",
                              DB_ID(s.cx->tenant_id), DB_ID(s.l->id)),
                     2);
    assert_int_equal(told(&s, "licence.users_attached"), 1);
}

static void links_come_in_a_list_of_one_to_a_hundred(void **state)
{
    struct site s = open_site(state);
    struct id *ids = arena_array(s.cx->mem, struct id, 101);
    struct licence_answer a = ask(&s, "POST", "users", s.admin, "{\"data\":[]}");

    licence_site_refused(&a, 400, "", "/data");
    for (size_t i = 0; i < 101; i++)
        ids[i] = s.ann;
    a = ask(&s, "POST", "users", s.admin, many(&s, "users", ids, 101));
    licence_site_refused(&a, 400, "", "/data");
    a = ask(&s, "POST", "users", s.admin, one(&s, "users", s.ann));
    licence_site_refused(&a, 400, "", "/data");
    a = ask(&s, "POST", "users", s.admin, many(&s, "machines", ids, 1));
    licence_site_refused(&a, 400, "", "/data/0/type");
    a = ask(&s, "POST", "users", s.admin, "{\"data\":[7]}");
    licence_site_refused(&a, 400, "", "/data/0");
    a = ask(&s, "POST", "users", s.admin, "{\"data\":[{\"type\":\"users\",\"id\":\"ann\"}]}");
    licence_site_refused(&a, 400, "", "/data/0/id");
    a = ask(&s, "POST", "users", s.admin, NULL);
    licence_site_refused(&a, 400, "", "/data");
}

static void L25_users_are_detached_and_their_machines_stay(void **state)
{
    struct site s = open_site(state);
    struct machine_draft draft = licensing_draft(s.l->id, "hers");
    struct machine *m;
    struct licence_answer a;

    licensing_user(s.cx, s.l->id, s.ann);
    draft.owner_id = s.ann;
    test_ok(s.cx, machine_add(s.cx, &draft, &m));
    a = ask(&s, "PUT", "owner", s.admin, one(&s, "users", s.ben));
    a = ask(&s, "DELETE", "users", s.admin,
            many(&s, "users", (struct id[]){s.ann, ctx_new_id(s.cx)}, 2));
    licence_site_refused(&a, 422, "", "/data/1");
    a = ask(&s, "DELETE", "users", s.admin, many(&s, "users", (struct id[]){s.ben}, 1));
    licence_site_refused(&a, 403, "", NULL);
    a = ask(&s, "DELETE", "users", s.admin, many(&s, "users", (struct id[]){s.ann}, 1));
    assert_int_equal(a.status, 204);
    a = ask(&s, "DELETE", "users", s.admin, many(&s, "users", (struct id[]){s.ann}, 1));
    licence_site_refused(&a, 422, "", "/data/0");
    a = ask(&s, "GET", arena_printf(s.cx->mem, "machines/%s", id_text(s.cx->mem, m->id)), s.admin,
            NULL);
    assert_int_equal(a.status, 200);
    assert_true(json_is_null(licence_site_at(&a, "data/relationships/owner/data")));
    a = ask(&s, "DELETE", "users", licence_site_key_auth(s.cx, s.l),
            many(&s, "users", (struct id[]){s.ann}, 1));
    licence_site_refused(&a, 403, "", NULL);
    assert_int_equal(told(&s, "licence.users_detached"), 1);
}

/* --- L26, L27: entitlements --- */

static struct id make_entitlement(const struct site *s, const char *code)
{
    struct entitlement *e;

    test_ok(s->cx, entitlement_add(s->cx, &(struct entitlement){.name = code, .code = code}, &e));
    return e->id;
}

static void L26_entitlements_are_attached_once(void **state)
{
    struct site s = open_site(state);
    struct id own = make_entitlement(&s, "OWN");
    struct id inherited = make_entitlement(&s, "INHERITED");
    struct id both[] = {own, inherited};
    struct licence_answer a;

    test_ok(s.cx, entitlement_attach_policy(s.cx, s.l->policy_id, inherited));
    a = ask(&s, "POST", "entitlements", s.admin, many(&s, "entitlements", both, 2));
    licence_site_refused(&a, 422, "ENTITLEMENT_CONFLICT", "/data/1");
    a = ask(&s, "POST", "entitlements", s.admin, many(&s, "entitlements", both, 1));
    assert_int_equal(a.status, 200);
    assert_string_equal(licence_site_text(&a, "data/0/type"), "license-entitlements");
    assert_string_equal(licence_site_text(&a, "data/0/relationships/entitlement/data/id"),
                        id_text(s.cx->mem, own));
    a = ask(&s, "POST", "entitlements", s.admin,
            many(&s, "entitlements", (struct id[]){own, s.ann}, 2));
    licence_site_refused(&a, 422, "ENTITLEMENT_TAKEN", "/data/0");
    assert_string_equal(licence_site_text(&a, "errors/1/code"), "ENTITLEMENT_NOT_FOUND");
    a = ask(&s, "DELETE", "entitlements", s.admin, many(&s, "entitlements", both, 2));
    licence_site_refused(&a, 403, "", NULL);
    a = ask(&s, "GET", "entitlements", s.admin, NULL); /* nothing was taken away */
    assert_int_equal(json_array_size(licence_site_at(&a, "data")), 2);
    a = ask(&s, "DELETE", "entitlements", s.admin, many(&s, "entitlements", both, 1));
    assert_int_equal(a.status, 204);
    a = ask(&s, "DELETE", "entitlements", s.admin, many(&s, "entitlements", both, 1));
    licence_site_refused(&a, 422, "", "/data/0");
    a = ask(&s, "POST", "entitlements", licence_site_key_auth(s.cx, s.l),
            many(&s, "entitlements", both, 1));
    licence_site_refused(&a, 403, "", NULL);
    assert_int_equal(told(&s, "licence.entitlements_attached"), 1);
    assert_int_equal(told(&s, "licence.entitlements_detached"), 1);
}

static void L27_an_entitlement_that_is_held_is_found(void **state)
{
    struct site s = open_site(state);
    struct id own = make_entitlement(&s, "OWN");
    struct id inherited = make_entitlement(&s, "INHERITED");
    const char *key = licence_site_key_auth(s.cx, s.l);
    struct licence_answer a;

    make_entitlement(&s, "ELSE");
    test_ok(s.cx, entitlement_attach_policy(s.cx, s.l->policy_id, inherited));
    a = ask(&s, "POST", "entitlements", s.admin, many(&s, "entitlements", &own, 1));
    a = ask(&s, "GET", arena_printf(s.cx->mem, "entitlements/%s", id_text(s.cx->mem, inherited)),
            key, NULL);
    assert_string_equal(licence_site_text(&a, "data/attributes/code"), "INHERITED");
    a = ask(&s, "GET", "entitlements/own", key, NULL);
    assert_string_equal(licence_site_text(&a, "data/attributes/code"), "OWN");
    a = ask(&s, "GET", "entitlements/ELSE", key, NULL);
    licence_site_refused(&a, 404, "NOT_FOUND", NULL);
    a = licence_site_post(s.cx, "/v1/licenses/actions/validate-key", NULL,
                          arena_printf(s.cx->mem,
                                       "{\"meta\":{\"key\":\"%s\",\"scope\":{\"entitlements\":"
                                       "[\"OWN\",\"INHERITED\"]}}}",
                                       s.l->key));
    assert_string_equal(licence_site_text(&a, "meta/code"), "NO_MACHINES");
}

/* --- reading --- */

static void what_a_licence_belongs_to_is_read_by_those_who_may(void **state)
{
    struct site s = open_site(state);
    const char *key = licence_site_key_auth(s.cx, s.l);
    struct id group = make_group(&s, 9);
    struct licence_answer a = ask(&s, "GET", "product", s.admin, NULL);

    assert_string_equal(licence_site_text(&a, "data/id"), id_text(s.cx->mem, s.l->product_id));
    a = ask(&s, "GET", "product", key, NULL);
    licence_site_refused(&a, 403, "", NULL);
    a = ask(&s, "GET", "policy", s.admin, NULL);
    assert_string_equal(licence_site_text(&a, "data/id"), id_text(s.cx->mem, s.l->policy_id));
    assert_string_equal(licence_site_text(&a, "data/type"), "policies");
    a = ask(&s, "GET", "policy", key, NULL);
    licence_site_refused(&a, 403, "", NULL);
    a = ask(&s, "GET", "group", key, NULL);
    assert_true(json_is_null(licence_site_at(&a, "data")));
    a = ask(&s, "PUT", "group", s.admin, one(&s, "groups", group));
    a = ask(&s, "GET", "group", key, NULL);
    assert_string_equal(licence_site_text(&a, "data/id"), id_text(s.cx->mem, group));
}

static void a_licences_people_are_listed_and_read(void **state)
{
    struct site s = open_site(state);
    struct id cid = make_person(s.cx, "Cid", "cid@example.com");
    const char *key = licence_site_key_auth(s.cx, s.l);
    struct licence_answer a = ask(&s, "GET", "owner", s.admin, NULL);

    assert_true(json_is_null(licence_site_at(&a, "data")));
    a = ask(&s, "PUT", "owner", s.admin, one(&s, "users", s.ann));
    licensing_user(s.cx, s.l->id, s.ben);
    a = ask(&s, "GET", "users", key, NULL);
    assert_int_equal(json_array_size(licence_site_at(&a, "data")), 2);
    assert_string_equal(licence_site_text(&a, "data/0/type"), "users");
    a = ask(&s, "GET", "users?page[number]=2&page[size]=1", s.admin, NULL);
    assert_int_equal(json_integer_value(licence_site_at(&a, "links/meta/count")), 2);
    a = ask(&s, "GET", "users/ben@example.com", key, NULL);
    assert_string_equal(licence_site_text(&a, "data/id"), id_text(s.cx->mem, s.ben));
    a = ask(&s, "GET", arena_printf(s.cx->mem, "users/%s", id_text(s.cx->mem, cid)), s.admin, NULL);
    licence_site_refused(&a, 404, "NOT_FOUND", NULL);
    a = ask(&s, "GET", "owner", s.admin, NULL);
    assert_string_equal(licence_site_text(&a, "data/attributes/email"), "ann@example.com");
    a = ask(&s, "GET", "user", s.admin, NULL);
    assert_string_equal(licence_site_text(&a, "data/id"), id_text(s.cx->mem, s.ann));
    a = ask(&s, "GET", "owner", key, NULL);
    licence_site_refused(&a, 403, "", NULL);
}

static void a_licences_token_is_read_without_its_text(void **state)
{
    struct site s = open_site(state);
    struct licence *other = licensing_licence(s.cx, NULL);
    struct token *token;
    struct licence_answer a;
    const char *path;

    test_ok(s.cx,
            token_add(s.cx, &(struct token_draft){.kind = TOKEN_ACTIVATION, .licence_id = s.l->id},
                      &token));
    path = arena_printf(s.cx->mem, "tokens/%s", id_text(s.cx->mem, token->id));
    a = ask(&s, "GET", path, s.admin, NULL);
    assert_string_equal(licence_site_text(&a, "data/attributes/kind"), "activation-token");
    assert_null(licence_site_at(&a, "data/attributes/token"));
    a = ask(&s, "GET", "tokens/nothing", s.admin, NULL);
    licence_site_refused(&a, 404, "NOT_FOUND", NULL);
    s.l = other;
    a = ask(&s, "GET", path, s.admin, NULL);
    licence_site_refused(&a, 404, "NOT_FOUND", NULL);
}

static void another_tenants_people_and_entitlements_are_not_attached(void **state)
{
    struct site here = open_site(state);
    struct site there = open_site(state);
    struct id theirs = make_entitlement(&there, "THEIRS");
    struct licence_answer a =
        ask(&here, "POST", "users", here.admin, many(&here, "users", &there.ann, 1));

    licence_site_refused(&a, 422, "USER_NOT_FOUND", "/data/0");
    a = ask(&here, "POST", "entitlements", here.admin, many(&here, "entitlements", &theirs, 1));
    licence_site_refused(&a, 422, "ENTITLEMENT_NOT_FOUND", "/data/0");
    a = ask(&here, "PUT", "owner", here.admin, one(&here, "users", there.ann));
    licence_site_refused(&a, 422, "OWNER_NOT_FOUND", "/data/relationships/owner");
    a = ask(&here, "PUT", "policy", here.admin, one(&here, "policies", there.l->policy_id));
    licence_site_refused(&a, 422, "POLICY_NOT_FOUND", "/data/relationships/policy");
    here.l = there.l;
    a = ask(&here, "POST", "users", here.admin, many(&here, "users", &here.ann, 1));
    licence_site_refused(&a, 404, "NOT_FOUND", NULL);
}

int main(void)
{
    static const struct CMUnitTest TESTS[] = {
        cmocka_unit_test(L22_another_policy_has_to_be_compatible),
        cmocka_unit_test(L22_the_transfer_strategy_says_what_becomes_of_the_end),
        cmocka_unit_test(people_and_products_choose_among_their_own_policies),
        cmocka_unit_test(L23_a_licensee_is_detached_before_it_owns),
        cmocka_unit_test(an_owner_counts_against_the_limit),
        cmocka_unit_test(a_group_takes_as_many_licences_as_it_may),
        cmocka_unit_test(L24_users_are_attached_all_or_none),
        cmocka_unit_test(links_come_in_a_list_of_one_to_a_hundred),
        cmocka_unit_test(L25_users_are_detached_and_their_machines_stay),
        cmocka_unit_test(L26_entitlements_are_attached_once),
        cmocka_unit_test(L27_an_entitlement_that_is_held_is_found),
        cmocka_unit_test(what_a_licence_belongs_to_is_read_by_those_who_may),
        cmocka_unit_test(a_licences_people_are_listed_and_read),
        cmocka_unit_test(a_licences_token_is_read_without_its_text),
        cmocka_unit_test(another_tenants_people_and_entitlements_are_not_attached),
    };

    return test_group_run_around("licence_link_wire", TESTS, COUNT(TESTS), licence_site_start,
                                 licence_site_stop);
}
