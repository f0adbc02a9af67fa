/* Licence and machine files over the wire (checklist F). */
#include "base/clock.h"
#include "licensing/entitlement.h"
#include "licensing/licence_file.h"
#include "licensing/licence_group.h"
#include "licensing/licence_user.h"
#include "licensing/signing_key.h"
#include "tests/http/licence_site.h"

#include <string.h>

struct site {
    struct ctx *cx;
    struct licence *l;
    struct machine *m;
    const char *auth, *admin;
    const char *licence_path, *machine_path;
};

static struct site open_site(void **state)
{
    struct site s = {.cx = test_ctx(state)};

    licence_site_open(s.cx);
    s.l = licensing_licence(s.cx, NULL);
    s.m = licensing_machine(s.cx, s.l->id, "4d:Eq:UV:D3");
    s.auth = licence_site_key_auth(s.cx, s.l);
    s.admin = licence_site_token_auth(s.cx, &(struct token_draft){.kind = TOKEN_ADMIN});
    s.licence_path =
        arena_printf(s.cx->mem, "/v1/licenses/%s/actions/check-out", id_text(s.cx->mem, s.l->id));
    s.machine_path =
        arena_printf(s.cx->mem, "/v1/machines/%s/actions/check-out", id_text(s.cx->mem, s.m->id));
    return s;
}

static const uint8_t *public_key(const struct site *s)
{
    struct signing_key *keys;
    size_t count;

    test_ok(s->cx, signing_key_list(s->cx, &keys, &count));
    return keys[0].public_key;
}

/* The document in a file, verified (and decrypted); fails the test otherwise. */
static struct licence_answer open_file(const struct site *s, const char *certificate,
                                       enum licence_file_kind kind, const char *fingerprint)
{
    struct licence_answer in = {.status = 200};
    struct span document;
    json_t *json;

    assert_true(licence_file_open(s->cx->mem, certificate, kind, public_key(s), s->l->key,
                                  fingerprint, &document));
    test_ok(s->cx, json_read(s->cx->mem, &s->cx->err, document.p, document.len, &json));
    in.json = json;
    in.head = "";
    in.body = span_dup(s->cx->mem, document);
    return in;
}

static const char *with(const struct site *s, const char *path, const char *query)
{
    return arena_printf(s->cx->mem, "%s?%s", path, query);
}

static void F01_F10_a_licence_file_verifies_and_holds_the_licence(void **state)
{
    struct site s = open_site(state);
    struct licence_answer a = licence_site_post(s.cx, s.licence_path, s.auth, NULL);
    struct licence_answer in;
    struct licence *l;

    assert_int_equal(a.status, 200);
    assert_string_equal(licence_site_text(&a, "data/type"), "license-files");
    assert_string_equal(licence_site_text(&a, "data/attributes/algorithm"), "base64+ed25519");
    assert_int_equal(json_integer_value(licence_site_at(&a, "data/attributes/ttl")), 2629746);
    assert_string_equal(licence_site_text(&a, "data/relationships/license/data/id"),
                        id_text(s.cx->mem, s.l->id));
    in = open_file(&s, licence_site_text(&a, "data/attributes/certificate"), LICENCE_FILE_LICENCE,
                   NULL);
    assert_string_equal(licence_site_text(&in, "data/attributes/key"), s.l->key);
    assert_string_equal(licence_site_text(&in, "meta/issued"),
                        licence_site_text(&a, "data/attributes/issued"));
    assert_string_equal(licence_site_text(&in, "meta/expiry"),
                        licence_site_text(&a, "data/attributes/expiry"));
    assert_null(licence_site_at(&in, "included"));
    test_ok(s.cx, licence_get(s.cx, s.l->id, &l));
    assert_true(l->last_check_out_at != 0);
    assert_int_equal(test_i64(s.cx,
                              "SELECT COUNT(*) FROM event WHERE tenant_id = ? AND name = "
                              "'licence.checked_out'",
                              DB_ID(s.cx->tenant_id)),
                     1);
}

/* Each character of the document in turn, where it still is a file of that form. */
static void F12_a_file_with_anything_changed_does_not_verify(void **state)
{
    struct site s = open_site(state);
    struct licence_answer a = licence_site_post(s.cx, s.licence_path, s.auth, NULL);
    char *file = arena_dup(s.cx->mem, licence_site_text(&a, "data/attributes/certificate"));
    struct span document;

    assert_true(licence_file_open(s.cx->mem, file, LICENCE_FILE_LICENCE, public_key(&s), s.l->key,
                                  NULL, &document));
    for (char *p = strchr(file, '\n') + 1; *p != '-'; p++) {
        char was = *p;

        if (was == '\n' || was == '=')
            continue;
        *p = was == 'A' ? 'B' : 'A';
        assert_false(licence_file_open(s.cx->mem, file, LICENCE_FILE_LICENCE, public_key(&s),
                                       s.l->key, NULL, &document));
        *p = was;
    }
}

static void F02_F05_an_encrypted_file_opens_with_the_key_and_has_what_is_included(void **state)
{
    struct site s = open_site(state);
    struct entitlement *e;
    struct licence_answer a;
    struct licence_answer in;

    test_ok(s.cx,
            entitlement_add(s.cx, &(struct entitlement){.name = "Alpha", .code = "ALPHA"}, &e));
    test_ok(s.cx, entitlement_attach_policy(s.cx, s.l->policy_id, e->id));
    a = licence_site_post(
        s.cx, with(&s, s.licence_path, "encrypt=true&include=entitlements&ttl=3600"), s.auth, "{}");
    assert_string_equal(licence_site_text(&a, "data/attributes/algorithm"), "aes-256-gcm+ed25519");
    assert_string_equal(licence_site_text(&a, "data/attributes/includes/0"), "entitlements");
    assert_int_equal(json_integer_value(licence_site_at(&a, "data/attributes/ttl")), 3600);
    in = open_file(&s, licence_site_text(&a, "data/attributes/certificate"), LICENCE_FILE_LICENCE,
                   NULL);
    assert_string_equal(licence_site_text(&in, "included/0/type"), "entitlements");
    assert_string_equal(licence_site_text(&in, "included/0/attributes/code"), "ALPHA");
    assert_string_equal(licence_site_text(&in, "data/relationships/entitlements/data/0/id"),
                        id_text(s.cx->mem, e->id));
}

static const char *included_of(const struct licence_answer *in, const char *type)
{
    const json_t *item;
    size_t i;

    json_array_foreach (licence_site_at(in, "included"), i, item)
        if (strcmp(json_string_value(json_object_get(item, "type")), type) == 0)
            return json_string_value(json_object_get(item, "id"));
    return "";
}

static void F05_F06_a_file_has_its_policy_group_and_users(void **state)
{
    struct site s = open_site(state);
    const char *admin = licence_site_token_auth(s.cx, &(struct token_draft){.kind = TOKEN_ADMIN});
    struct id ben = make_person(s.cx, "Ben", "ben@example.com");
    struct licence_group *group;
    struct licence_link *link;
    struct licence *l;
    struct licence_answer a;
    struct licence_answer in;

    test_ok(s.cx, licence_group_add(s.cx,
                                    &(struct licence_group){.name = "North",
                                                            .max_users = POLICY_NO_LIMIT,
                                                            .max_licences = POLICY_NO_LIMIT,
                                                            .max_machines = POLICY_NO_LIMIT},
                                    &group));
    test_ok(s.cx, licence_issue(s.cx,
                                &(struct licence_draft){
                                    .policy_id = s.l->policy_id,
                                    .group_id = group->id,
                                    .owner_id = make_person(s.cx, "Anna", "anna@example.com")},
                                &l));
    test_ok(s.cx, licence_user_attach(s.cx, l->id, &ben, 1, &link));
    a = licence_site_post(s.cx,
                          arena_printf(s.cx->mem,
                                       "/v1/licenses/%s/actions/check-out?include=policy,group,"
                                       "users",
                                       id_text(s.cx->mem, l->id)),
                          admin, NULL);
    assert_int_equal(a.status, 200);
    s.l = l;
    in = open_file(&s, licence_site_text(&a, "data/attributes/certificate"), LICENCE_FILE_LICENCE,
                   NULL);
    assert_string_equal(included_of(&in, "policies"), id_text(s.cx->mem, l->policy_id));
    assert_string_equal(included_of(&in, "groups"), id_text(s.cx->mem, group->id));
    assert_int_equal(json_array_size(licence_site_at(&in, "included")), 4);
    assert_int_equal(json_array_size(licence_site_at(&in, "data/relationships/users/data")), 2);
    a = licence_site_post(s.cx, with(&s, s.licence_path, "include=policy"), s.auth, NULL);
    licence_site_refused(&a, 403, "", NULL);
    a = licence_site_post(s.cx, with(&s, s.licence_path, "include=users"), s.auth, NULL);
    licence_site_refused(&a, 403, "", NULL);
}

static void F03_a_machine_file_needs_key_and_fingerprint(void **state)
{
    struct site s = open_site(state);
    struct licence_answer a = licence_site_post(
        s.cx, with(&s, s.machine_path, "encrypt=1&include=license%2Clicense.entitlements"), s.auth,
        NULL);
    const char *certificate = licence_site_text(&a, "data/attributes/certificate");
    struct licence_answer in;
    struct span document;
    struct machine *m;

    assert_string_equal(licence_site_text(&a, "data/type"), "machine-files");
    assert_string_equal(licence_site_text(&a, "data/relationships/machine/data/id"),
                        id_text(s.cx->mem, s.m->id));
    in = open_file(&s, certificate, LICENCE_FILE_MACHINE, "4d:Eq:UV:D3");
    assert_string_equal(licence_site_text(&in, "data/attributes/fingerprint"), "4d:Eq:UV:D3");
    assert_string_equal(licence_site_text(&in, "included/0/type"), "licenses");
    assert_string_equal(licence_site_text(&in, "included/0/attributes/key"), s.l->key);
    assert_int_equal(
        json_array_size(licence_site_at(&in, "included/0/relationships/entitlements/data")), 0);
    assert_false(licence_file_open(s.cx->mem, certificate, LICENCE_FILE_MACHINE, public_key(&s),
                                   s.l->key, "another", &document));
    test_ok(s.cx, machine_get(s.cx, s.m->id, &m));
    assert_true(m->last_check_out_at != 0);
}

static void a_machines_components_are_included(void **state)
{
    struct site s = open_site(state);
    const struct machine_component part = {.fingerprint = "cpu-1", .name = "CPU"};
    struct machine_draft draft = licensing_draft(s.l->id, "second");
    struct licence_answer a;
    struct licence_answer in;

    draft.components = &part;
    draft.component_count = 1;
    test_ok(s.cx, machine_add(s.cx, &draft, &s.m));
    a = licence_site_post(s.cx, arena_printf(s.cx->mem, "/v1/machines/second/actions/check-out"),
                          s.auth, "{\"meta\":{\"include\":[\"components\"]}}");
    in = open_file(&s, licence_site_text(&a, "data/attributes/certificate"), LICENCE_FILE_MACHINE,
                   NULL);
    assert_string_equal(licence_site_text(&in, "included/0/attributes/fingerprint"), "cpu-1");
    assert_string_equal(licence_site_text(&in, "data/relationships/components/data/0/type"),
                        "components");
}

static void F04_F09_the_life_of_a_file_is_bounded_below_or_has_no_end(void **state)
{
    struct site s = open_site(state);
    static const struct {
        const char *query, *body;
        bool is_endless, is_refused;
    } CASES[] = {
        {"ttl=3599", NULL, false, true},
        {"ttl=x", NULL, false, true},
        {"ttl=", NULL, true, false},
        {"ttl=3600", "{\"meta\":{\"ttl\":null}}", true, false}, /* the body wins */
        {"x=1", "{\"meta\":{\"ttl\":\"3600\"}}", false, true},
        {"ttl=", "{\"meta\":{\"ttl\":86400}}", false, false},
    };

    for (size_t i = 0; i < COUNT(CASES); i++) {
        struct licence_answer a = licence_site_post(s.cx, with(&s, s.licence_path, CASES[i].query),
                                                    s.auth, CASES[i].body);

        if (CASES[i].is_refused) {
            licence_site_refused(&a, 400, "CHECKOUT_TTL_INVALID", NULL);
            assert_string_equal(licence_site_text(&a, "errors/0/source/parameter"), "ttl");
            continue;
        }
        assert_int_equal(a.status, 200);
        assert_int_equal(json_is_null(licence_site_at(&a, "data/attributes/ttl")),
                         CASES[i].is_endless);
        assert_int_equal(json_is_null(licence_site_at(&a, "data/attributes/expiry")),
                         CASES[i].is_endless);
    }
}

static void F05_F07_what_cannot_be_included_or_made_is_refused(void **state)
{
    struct site s = open_site(state);
    struct licence_answer a =
        licence_site_post(s.cx, with(&s, s.licence_path, "include=foo"), s.auth, NULL);

    licence_site_refused(&a, 400, "CHECKOUT_INCLUDE_INVALID", NULL);
    a = licence_site_post(s.cx, with(&s, s.licence_path, "include=product"), s.auth, NULL);
    licence_site_refused(&a, 403, "", NULL);
    a = licence_site_post(s.cx, with(&s, s.licence_path, "include=product"), s.admin, NULL);
    assert_int_equal(a.status, 200);
    a = licence_site_post(s.cx, with(&s, s.licence_path, "algorithm=aes-128%2Bed25519"), s.auth,
                          NULL);
    licence_site_refused(&a, 400, "CHECKOUT_ALGORITHM_INVALID", NULL);
    a = licence_site_post(s.cx, s.licence_path, s.auth,
                          "{\"meta\":{\"encrypt\":false,\"algorithm\":\"aes-256-gcm+ed25519\"}}");
    assert_string_equal(licence_site_text(&a, "data/attributes/algorithm"), "aes-256-gcm+ed25519");
    a = licence_site_post(s.cx, s.licence_path, NULL, NULL);
    licence_site_refused(&a, 401, "TOKEN_MISSING", NULL);
}

static void F08_F11_the_file_itself_is_a_download(void **state)
{
    struct site s = open_site(state);
    const struct licence_ask ask = {.method = "GET", .path = s.licence_path, .auth = s.auth};
    const char *text;
    const char *body;
    struct span document;

    assert_int_equal(licence_site_raw(s.cx, &ask, &text), 200);
    assert_true(licence_site_is_signed(s.cx, &ask, text));
    assert_non_null(strstr(text, "Content-Type: application/octet-stream\r\n"));
    assert_non_null(strstr(text, "Content-Disposition: attachment; filename=\""));
    assert_non_null(strstr(text, ".lic\"\r\n"));
    body = strstr(text, "\r\n\r\n") + 4;
    assert_true(licence_file_open(s.cx->mem, body, LICENCE_FILE_LICENCE, public_key(&s), NULL, NULL,
                                  &document));
    for (const char *line = body; *line != '\0';) {
        size_t len = strcspn(line, "\n");

        assert_true(len <= 60);
        assert_int_equal(line[len], '\n');
        line += len + 1;
    }
}

static void grace_and_support_are_in_the_file_as_well(void **state)
{
    struct site s = open_site(state);
    struct licence_answer a;
    struct licence_answer in;

    test_ok(s.cx, licence_issue(s.cx,
                                &(struct licence_draft){.policy_id = s.l->policy_id,
                                                        .expires_at = INT64_C(4102444800000000),
                                                        .grace_days = 14},
                                &s.l));
    a = licence_site_post(s.cx,
                          arena_printf(s.cx->mem, "/v1/licenses/%s/actions/check-out", s.l->key),
                          licence_site_key_auth(s.cx, s.l), NULL);
    in = open_file(&s, licence_site_text(&a, "data/attributes/certificate"), LICENCE_FILE_LICENCE,
                   NULL);
    assert_string_equal(licence_site_text(&in, "meta/gatehouse/graceEnd"),
                        "2100-01-15T00:00:00.000Z");
}

int main(void)
{
    static const struct CMUnitTest TESTS[] = {
        cmocka_unit_test(F01_F10_a_licence_file_verifies_and_holds_the_licence),
        cmocka_unit_test(F12_a_file_with_anything_changed_does_not_verify),
        cmocka_unit_test(F02_F05_an_encrypted_file_opens_with_the_key_and_has_what_is_included),
        cmocka_unit_test(F05_F06_a_file_has_its_policy_group_and_users),
        cmocka_unit_test(F03_a_machine_file_needs_key_and_fingerprint),
        cmocka_unit_test(a_machines_components_are_included),
        cmocka_unit_test(F04_F09_the_life_of_a_file_is_bounded_below_or_has_no_end),
        cmocka_unit_test(F05_F07_what_cannot_be_included_or_made_is_refused),
        cmocka_unit_test(F08_F11_the_file_itself_is_a_download),
        cmocka_unit_test(grace_and_support_are_in_the_file_as_well),
    };

    return test_group_run_around("checkout_wire", TESTS, COUNT(TESTS), licence_site_start,
                                 licence_site_stop);
}
