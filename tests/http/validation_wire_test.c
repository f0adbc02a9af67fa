/* Validation over the wire (checklist V); the verdict's own table is in licensing/verdict_test.c.
 */
#include "base/clock.h"
#include "licensing/entitlement.h"
#include "tests/http/licence_site.h"

#include <poll.h>
#include <string.h>
#include <time.h>

static const char PATH[] = "/v1/licenses/actions/validate-key";

static struct ctx *open_site(void **state)
{
    struct ctx *cx = test_ctx(state);

    licence_site_open(cx);
    return cx;
}

/* rest: members of meta after the key, begun by a comma. */
static struct licence_answer ask_key(struct ctx *cx, const char *key, const char *rest)
{
    return licence_site_post(cx, PATH, NULL,
                             arena_printf(cx->mem, "{\"meta\":{\"key\":\"%s\"%s}}", key, rest));
}

static struct licence_answer ask_scope(struct ctx *cx, const struct licence *l, const char *scope)
{
    return ask_key(cx, l->key, arena_printf(cx->mem, ",\"scope\":{%s}", scope));
}

static void expect(const struct licence_answer *a, const char *code, bool is_valid)
{
    if (a->status != 200 || strcmp(licence_site_text(a, "meta/code"), code) != 0)
        print_error("%s\n", a->body);
    assert_int_equal(a->status, 200);
    assert_string_equal(licence_site_text(a, "meta/code"), code);
    assert_int_equal(json_is_true(licence_site_at(a, "meta/valid")), is_valid);
}

static void V01_V02_an_unknown_key_is_an_answer_and_an_unknown_id_is_not_found(void **state)
{
    struct ctx *cx = open_site(state);
    struct licence *l = licensing_licence(cx, NULL);
    struct licence_answer a = ask_key(cx, "no-such-key", "");

    expect(&a, "NOT_FOUND", false);
    assert_true(json_is_null(licence_site_at(&a, "data")));
    assert_int_equal(strlen(licence_site_text(&a, "meta/ts")), 24);
    a = licence_site_post(cx, "/v1/licenses/33333333-3333-4333-8333-333333333333/actions/validate",
                          licence_site_key_auth(cx, l), NULL);
    licence_site_refused(&a, 404, "NOT_FOUND", NULL);
}

static void V03_the_key_must_be_there(void **state)
{
    struct ctx *cx = open_site(state);
    static const char *const BODIES[] = {NULL,
                                         "{}",
                                         "{\"meta\":{}}",
                                         "{\"meta\":{\"key\":\"  \"}}",
                                         "{\"meta\":{\"key\":null}}",
                                         "{\"meta\":{\"key\":7}}"};

    for (size_t i = 0; i < COUNT(BODIES); i++) {
        struct licence_answer a = licence_site_post(cx, PATH, NULL, BODIES[i]);

        licence_site_refused(&a, 400, "", "/meta/key");
    }
}

static void V04_V05_V06_the_answer_has_the_licence_and_echoes_nonce_and_scope(void **state)
{
    struct ctx *cx = open_site(state);
    struct licence_answer a;
    struct licence *l;

    cx->now = clock_now(); /* the server's clock: an old licence that nobody used is INACTIVE */
    l = licensing_licence(cx, NULL);
    licensing_machine(cx, l->id, "fp:1");
    a = ask_key(cx, l->key, ",\"nonce\":1574265297");
    expect(&a, "VALID", true);
    assert_int_equal(json_integer_value(licence_site_at(&a, "meta/nonce")), 1574265297);
    assert_null(licence_site_at(&a, "meta/scope"));
    assert_null(licence_site_at(&a, "meta/constant"));
    assert_null(licence_site_at(&a, "meta/gatehouse"));
    assert_string_equal(licence_site_text(&a, "data/type"), "licenses");
    assert_string_equal(licence_site_text(&a, "data/attributes/key"), l->key);
    assert_string_equal(licence_site_text(&a, "data/attributes/status"), "ACTIVE");
    assert_int_equal(json_integer_value(licence_site_at(&a, "data/attributes/maxMachines")), 3);
    assert_int_equal(strlen(licence_site_text(&a, "data/attributes/created")), 24);
    assert_true(json_is_null(licence_site_at(&a, "data/attributes/expiry")));
    assert_true(json_is_null(licence_site_at(&a, "data/relationships/owner/data")));
    assert_string_equal(licence_site_text(&a, "data/relationships/policy/data/id"),
                        id_text(cx->mem, l->policy_id));
    assert_int_equal(
        json_integer_value(licence_site_at(&a, "data/relationships/machines/meta/count")), 1);
    a = ask_key(cx, l->key, ",\"scope\":{\"Fingerprint\":\"fp:1\"}");
    expect(&a, "VALID", true);
    assert_null(licence_site_at(&a, "meta/nonce"));
    assert_string_equal(licence_site_text(&a, "meta/scope/fingerprint"), "fp:1");
    /* Known at once where the licence is in memory, else once it was written: within a second. */
    for (int tries = 0; tries < 100; tries++) {
        a = ask_key(cx, l->key, "");
        if (licence_site_text(&a, "data/attributes/lastValidated")[0] != '\0')
            break;
        nanosleep(&(struct timespec){.tv_nsec = 50000000}, NULL);
    }
    assert_string_not_equal(licence_site_text(&a, "data/attributes/lastValidated"), "");
    a = ask_key(cx, l->key, ",\"nonce\":\"x\"");
    licence_site_refused(&a, 400, "", "/meta/nonce");
}

static void grace_and_support_are_told_beside_the_protocols_members(void **state)
{
    struct ctx *cx = open_site(state);
    struct policy draft = licensing_policy(cx);
    struct licence_answer a;
    struct licence *l;

    draft.is_strict = false;
    test_ok(cx, licence_issue(cx,
                              &(struct licence_draft){
                                  .policy_id = licensing_add_policy(cx, &draft)->id,
                                  .expires_at = INT64_C(4102444800000000), /* 2100-01-01 */
                                  .support_until = INT64_C(4102444800000000),
                                  .grace_days = 14},
                              &l));
    a = ask_key(cx, l->key, "");
    expect(&a, "VALID", true);
    assert_string_equal(licence_site_text(&a, "meta/gatehouse/graceEnd"),
                        "2100-01-15T00:00:00.000Z");
    assert_string_equal(licence_site_text(&a, "meta/gatehouse/supportEnd"),
                        "2100-01-01T00:00:00.000Z");
}

static void V13_a_scope_in_bad_shape_is_refused(void **state)
{
    struct ctx *cx = open_site(state);
    struct licence *l = licensing_licence(cx, NULL);
    static const struct {
        const char *scope, *code, *pointer;
    } CASES[] = {
        {"\"product\":\"\"", "", "/meta/scope/product"},
        {"\"product\":7", "", "/meta/scope/product"},
        {"\"colour\":\"red\"", "", "/meta/scope/colour"},
        {"\"fingerprints\":\"a\"", "", "/meta/scope/fingerprints"},
        {"\"fingerprints\":[\"a\",7]", "", "/meta/scope/fingerprints/1"},
        {"\"user\":\"\"", "", "/meta/scope/user"},
        {"\"environment\":\"x\"", "ENVIRONMENT_NOT_SUPPORTED", "/meta/scope/environment"},
    };

    for (size_t i = 0; i < COUNT(CASES); i++) {
        struct licence_answer a = ask_scope(cx, l, CASES[i].scope);

        licence_site_refused(&a, 400, CASES[i].code, CASES[i].pointer);
    }
}

static void scopes_decide_over_the_wire_as_in_the_table(void **state)
{
    struct ctx *cx = open_site(state);
    struct policy draft = licensing_policy(cx);
    struct id owner = make_person(cx, "Owner", "owner@example.com");
    struct id guest = make_person(cx, "Guest", "guest@example.com");
    struct machine_draft machine;
    struct entitlement *e;
    struct machine *m;
    struct licence *l;

    test_ok(cx,
            licence_issue(cx,
                          &(struct licence_draft){.policy_id = licensing_add_policy(cx, &draft)->id,
                                                  .owner_id = owner},
                          &l));
    licensing_user(cx, l->id, guest);
    test_ok(cx, entitlement_add(cx, &(struct entitlement){.name = "Alpha", .code = "ALPHA"}, &e));
    test_ok(cx, entitlement_attach_policy(cx, l->policy_id, e->id));
    test_ok(cx, entitlement_add(cx, &(struct entitlement){.name = "Beta", .code = "BETA"}, &e));
    test_ok(cx, entitlement_attach_licence(cx, l->id, e->id));
    machine = licensing_draft(l->id, "fp-owner");
    machine.owner_id = owner;
    test_ok(cx, machine_add(cx, &machine, &m));
    const struct {
        const char *scope, *code;
    } cases[] = {
        {arena_printf(cx->mem, "\"product\":\"%s\"", id_text(cx->mem, l->product_id)), "VALID"},
        {"\"product\":\"other\"", "PRODUCT_SCOPE_MISMATCH"},
        {arena_printf(cx->mem, "\"policy\":\"%s\"", id_text(cx->mem, l->policy_id)), "VALID"},
        {"\"policy\":\"other\"", "POLICY_SCOPE_MISMATCH"},
        {"\"user\":\"owner@example.com\"", "VALID"},
        {"\"user\":\"guest@example.com\"", "VALID"},
        {"\"user\":\"other@example.com\"", "USER_SCOPE_MISMATCH"},
        {"\"user\":null", "USER_SCOPE_MISMATCH"},
        {"\"entitlements\":[]", "ENTITLEMENTS_SCOPE_EMPTY"},
        {"\"entitlements\":[\"ALPHA\",\"BETA\",\"ALPHA\",null]", "VALID"},
        {"\"entitlements\":[\"ALPHA\",\"GAMMA\"]", "ENTITLEMENTS_MISSING"},
        {arena_printf(cx->mem, "\"machine\":\"%s\"", id_text(cx->mem, m->id)), "VALID"},
        {"\"machine\":\"33333333-3333-4333-8333-333333333333\"", "MACHINE_SCOPE_MISMATCH"},
        {"\"fingerprint\":\"fp-owner\"", "VALID"},
        {"\"fingerprint\":\"fp-owner\",\"user\":\"guest@example.com\"", "USER_SCOPE_MISMATCH"},
        {"\"fingerprint\":\"other\"", "FINGERPRINT_SCOPE_MISMATCH"},
        {"\"fingerprints\":[\"x\",\"fp-owner\"]", "VALID"},
        {"\"fingerprints\":[null]", "FINGERPRINT_SCOPE_EMPTY"},
        {"\"components\":[\"c\"]", "FINGERPRINT_SCOPE_REQUIRED"},
        {"\"fingerprint\":\"fp-owner\",\"components\":[]", "COMPONENTS_SCOPE_EMPTY"},
        {"\"fingerprint\":\"fp-owner\",\"components\":[\"c\"]", "COMPONENTS_SCOPE_MISMATCH"},
        {"\"version\":\"1.0.0\"", "VERSION_SCOPE_MISMATCH"},
        {"\"checksum\":\"abc\"", "CHECKSUM_SCOPE_MISMATCH"},
    };

    for (size_t i = 0; i < COUNT(cases); i++) {
        struct licence_answer a = ask_scope(cx, l, cases[i].scope);

        expect(&a, cases[i].code, strcmp(cases[i].code, "VALID") == 0);
    }
}

static void make_release(struct ctx *cx, struct id product_id, const char *version,
                         const char *status, const char *checksum)
{
    struct id release_id = id_make(cx->now);

    test_sql(cx,
             "INSERT INTO product_release (tenant_id, id, product_id, channel, status, version, "
             "semver_major, semver_minor, semver_patch, created_at, updated_at) "
             "VALUES (?, ?, ?, 'stable', ?, ?, 1, 0, 0, ?, ?)",
             DB_ID(cx->tenant_id), DB_ID(release_id), DB_ID(product_id), DB_TEXT(status),
             DB_TEXT(version), DB_TIME(cx->now), DB_TIME(cx->now));
    test_sql(cx,
             "INSERT INTO artefact (tenant_id, id, release_id, filename, checksum, status, "
             "created_at, updated_at) VALUES (?, ?, ?, 'setup.exe', ?, 'UPLOADED', ?, ?)",
             DB_ID(cx->tenant_id), DB_ID(id_make(cx->now)), DB_ID(release_id), DB_TEXT(checksum),
             DB_TIME(cx->now), DB_TIME(cx->now));
}

static const char *stored_version(struct ctx *cx, const struct licence *l)
{
    for (int i = 0; i < 200; i++) {
        struct licence *now;

        test_ok(cx, licence_get(cx, l->id, &now));
        if (now->last_version != NULL)
            return now->last_version;
        poll(NULL, 0, 50);
    }
    return "";
}

static void V34_V35_versions_and_checksums_are_those_of_published_releases(void **state)
{
    struct ctx *cx = open_site(state);
    struct policy draft = licensing_policy(cx);
    struct entitlement *e;
    struct licence_answer a;
    struct licence *l;

    draft.is_strict = false;
    l = licensing_licence(cx, &draft);
    make_release(cx, l->product_id, "1.0.0", "PUBLISHED", "sum-1");
    make_release(cx, l->product_id, "2.0.0", "DRAFT", "sum-2");
    a = ask_scope(cx, l, "\"version\":\"1.0.0\",\"checksum\":\"sum-1\"");
    expect(&a, "VALID", true);
    assert_string_equal(stored_version(cx, l), "1.0.0");
    a = ask_scope(cx, l, "\"version\":\"2.0.0\"");
    expect(&a, "VERSION_SCOPE_MISMATCH", false);
    a = ask_scope(cx, l, "\"checksum\":\"sum-2\"");
    expect(&a, "CHECKSUM_SCOPE_MISMATCH", false);
    test_ok(cx, entitlement_add(cx, &(struct entitlement){.name = "Pro", .code = "PRO"}, &e));
    test_sql(cx,
             "INSERT INTO release_entitlement (tenant_id, release_id, entitlement_id, id, "
             "created_at) SELECT tenant_id, id, ?, id, created_at FROM product_release "
             "WHERE tenant_id = ? AND version = '1.0.0'",
             DB_ID(e->id), DB_ID(cx->tenant_id));
    a = ask_scope(cx, l, "\"version\":\"1.0.0\"");
    expect(&a, "VERSION_SCOPE_MISMATCH", false);
    test_ok(cx, entitlement_attach_licence(cx, l->id, e->id));
    a = ask_scope(cx, l, "\"version\":\"1.0.0\"");
    expect(&a, "VALID", true);
}

static void V47_the_quick_form_ignores_what_is_required_and_still_counts_as_seen(void **state)
{
    struct ctx *cx = open_site(state);
    struct policy draft = licensing_policy(cx);
    struct licence_answer a;
    struct licence *l;
    const char *path;

    draft.require_fingerprint = true;
    draft.is_strict = false;
    l = licensing_licence(cx, &draft);
    path = arena_printf(cx->mem, "/v1/licenses/%s/actions/validate", id_text(cx->mem, l->id));
    a = licence_site_get(cx, path, NULL);
    licence_site_refused(&a, 401, "TOKEN_MISSING", NULL);
    a = licence_site_get(cx, path, licence_site_key_auth(cx, l));
    expect(&a, "VALID", true);
    a = licence_site_post(cx, path, licence_site_key_auth(cx, l), NULL);
    expect(&a, "FINGERPRINT_SCOPE_REQUIRED", false);
    for (int i = 0; i < 200 && l->last_validated_at == 0; i++) {
        poll(NULL, 0, 50);
        test_ok(cx, licence_get(cx, l->id, &l));
    }
    assert_true(l->last_validated_at != 0);
}

static void V49_the_first_validation_starts_the_clock_once(void **state)
{
    struct ctx *cx = open_site(state);
    struct policy draft = licensing_policy(cx);
    struct licence_answer a;
    struct licence *l;
    int64_t expiry;

    draft.expiration_basis = POLICY_FROM_FIRST_VALIDATION;
    draft.duration_seconds = 1209600;
    l = licensing_licence(cx, &draft);
    a = licence_site_get(
        cx, arena_printf(cx->mem, "/v1/licenses/%s/actions/validate", id_text(cx->mem, l->id)),
        licence_site_key_auth(cx, l));
    assert_int_equal(a.status, 200);
    test_ok(cx, licence_get(cx, l->id, &l));
    assert_int_equal(l->expires_at, 0); /* the quick form starts nothing */
    a = ask_key(cx, l->key, "");
    expect(&a, "NO_MACHINES", false); /* whatever the outcome */
    test_ok(cx, licence_get(cx, l->id, &l));
    expiry = l->expires_at;
    assert_true(expiry > clock_now() + 13 * CLOCK_DAY);
    a = ask_key(cx, l->key, "");
    assert_string_not_equal(licence_site_text(&a, "data/attributes/expiry"), "");
    test_ok(cx, licence_get(cx, l->id, &l));
    assert_int_equal(l->expires_at, expiry);
}

static void V51_a_bearer_may_not_ask_about_another_licence(void **state)
{
    struct ctx *cx = open_site(state);
    struct licence *mine = licensing_licence(cx, NULL);
    struct licence *other = licensing_licence(cx, NULL);
    const char *body = arena_printf(cx->mem, "{\"meta\":{\"key\":\"%s\"}}", other->key);
    struct licence_answer a = licence_site_post(cx, PATH, licence_site_key_auth(cx, mine), body);

    licence_site_refused(&a, 403, "", NULL);
    a = licence_site_post(cx, PATH, licence_site_key_auth(cx, other), body);
    expect(&a, "NO_MACHINES", false);
    a = licence_site_post(cx, PATH, "License unknown-key", body);
    licence_site_refused(&a, 401, "LICENSE_INVALID", NULL);
}

static void a_key_in_the_path_may_be_escaped(void **state)
{
    struct ctx *cx = open_site(state);
    struct policy draft = licensing_policy(cx);
    struct str path = str_new(cx->mem);
    struct licence_answer a;
    struct licence *l;

    draft.scheme = "ED25519_SIGN";
    l = licensing_licence(cx, &draft);
    str_add(&path, "/v1/licenses/");
    str_url(&path, l->key); /* key/..: the slash is escaped */
    str_add(&path, "/actions/validate");
    a = licence_site_post(cx, path.p, licence_site_key_auth(cx, l), "{}");
    expect(&a, "NO_MACHINES", false);
}

static void what_a_page_changes_is_answered_within_a_second(void **state)
{
    struct ctx *cx = open_site(state);
    struct licence *l = licensing_licence(cx, NULL);
    struct licence_answer a;
    bool is_seen = false;

    licensing_machine(cx, l->id, "fp");
    a = ask_key(cx, l->key, "");
    expect(&a, "VALID", true);
    test_ok(cx, licence_suspend(cx, l->id, "", &l)); /* not through this node's service */
    for (int i = 0; i < 100 && !is_seen; i++) {
        poll(NULL, 0, 50);
        a = ask_key(cx, l->key, "");
        is_seen = strcmp(licence_site_text(&a, "meta/code"), "SUSPENDED") == 0;
    }
    assert_true(is_seen);
}

int main(void)
{
    static const struct CMUnitTest TESTS[] = {
        cmocka_unit_test(V01_V02_an_unknown_key_is_an_answer_and_an_unknown_id_is_not_found),
        cmocka_unit_test(V03_the_key_must_be_there),
        cmocka_unit_test(V04_V05_V06_the_answer_has_the_licence_and_echoes_nonce_and_scope),
        cmocka_unit_test(grace_and_support_are_told_beside_the_protocols_members),
        cmocka_unit_test(V13_a_scope_in_bad_shape_is_refused),
        cmocka_unit_test(scopes_decide_over_the_wire_as_in_the_table),
        cmocka_unit_test(V34_V35_versions_and_checksums_are_those_of_published_releases),
        cmocka_unit_test(V47_the_quick_form_ignores_what_is_required_and_still_counts_as_seen),
        cmocka_unit_test(V49_the_first_validation_starts_the_clock_once),
        cmocka_unit_test(V51_a_bearer_may_not_ask_about_another_licence),
        cmocka_unit_test(a_key_in_the_path_may_be_escaped),
        cmocka_unit_test(what_a_page_changes_is_answered_within_a_second),
    };

    return test_group_run_around("validation_wire", TESTS, COUNT(TESTS), licence_site_start,
                                 licence_site_stop);
}
