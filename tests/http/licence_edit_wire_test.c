/* Making and changing licences over the wire (checklist L14 to L20, K01, K02, A24, A28, C09, C22).
 */
#include "base/clock.h"
#include "base/crypto.h"
#include "tests/http/licence_site.h"

#include <string.h>

static const char PATH[] = "/v1/licenses";

struct site {
    struct ctx *cx;
    const char *admin;
    struct policy *policy;
};

static struct site open_site(void **state)
{
    struct site s = {.cx = test_ctx(state)};
    struct policy draft;

    licence_site_open(s.cx);
    s.admin = licence_site_token_auth(s.cx, &(struct token_draft){.kind = TOKEN_ADMIN});
    draft = licensing_policy(s.cx);
    s.policy = licensing_add_policy(s.cx, &draft);
    return s;
}

static const char *link_to(const struct site *s, const char *name, const char *type, struct id id)
{
    return arena_printf(s->cx->mem, "\"%s\":{\"data\":{\"type\":\"%s\",\"id\":\"%s\"}}", name, type,
                        id_text(s->cx->mem, id));
}

/* more: further relationships, each with a comma before it. */
static const char *body_of(const struct site *s, const char *attributes, const char *more)
{
    return arena_printf(s->cx->mem,
                        "{\"data\":{\"type\":\"licenses\",\"attributes\":{%s},"
                        "\"relationships\":{%s%s}}}",
                        attributes, link_to(s, "policy", "policies", s->policy->id), more);
}

static struct licence_answer create(const struct site *s, const char *auth, const char *attributes,
                                    const char *more)
{
    return licence_site_post(s->cx, PATH, auth, body_of(s, attributes, more));
}

static struct licence_answer patch(const struct site *s, const char *method, const char *path,
                                   const char *auth, const char *attributes)
{
    return licence_site_ask(
        s->cx,
        &(struct licence_ask){
            .method = method,
            .path = path,
            .auth = auth,
            .body = arena_printf(
                s->cx->mem, "{\"data\":{\"type\":\"licenses\",\"attributes\":{%s}}}", attributes)});
}

static const char *path_of(const struct site *s, const struct licence_answer *a)
{
    return arena_printf(s->cx->mem, "%s/%s", PATH, licence_site_text(a, "data/id"));
}

static int64_t number(const struct licence_answer *a, const char *attribute)
{
    return json_integer_value(json_object_get(licence_site_at(a, "data/attributes"), attribute));
}

static void a_licence_is_made_with_all_that_it_may_have(void **state)
{
    struct site s = open_site(state);
    struct id owner = make_person(s.cx, "Owner", "owner@example.com");
    struct licence_answer a = create(
        &s, s.admin,
        "\"name\":\"Desk 4\",\"key\":\"MY-OWN-KEY\",\"expiry\":\"2031-02-03T04:05:06+01:00\","
        "\"suspended\":true,\"protected\":true,\"max_machines\":7,\"maxProcesses\":0,"
        "\"maxUsers\":2,\"maxCores\":8,\"maxMemory\":1099511627776,\"maxDisk\":5,\"maxUses\":0,"
        "\"metadata\":{\"order_id\":\"A-1\",\"Deep Part\":{\"a_b\":[1,null]}}",
        arena_printf(s.cx->mem, ",%s", link_to(&s, "owner", "user", owner)));
    struct licence_answer again;

    assert_int_equal(a.status, 201);
    assert_string_equal(licence_site_header(s.cx, &a, "Location"),
                        licence_site_text(&a, "data/links/self"));
    assert_string_equal(licence_site_text(&a, "data/attributes/name"), "Desk 4");
    assert_string_equal(licence_site_text(&a, "data/attributes/key"), "MY-OWN-KEY");
    assert_string_equal(licence_site_text(&a, "data/attributes/expiry"),
                        "2031-02-03T03:05:06.000Z");
    assert_string_equal(licence_site_text(&a, "data/attributes/status"), "SUSPENDED");
    assert_true(json_is_true(licence_site_at(&a, "data/attributes/protected")));
    assert_int_equal(number(&a, "maxMachines"), 7);
    assert_int_equal(number(&a, "maxProcesses"), 0);
    assert_int_equal(number(&a, "maxUsers"), 2);
    assert_int_equal(number(&a, "maxCores"), 8);
    assert_int_equal(number(&a, "maxMemory"), INT64_C(1099511627776));
    assert_int_equal(number(&a, "maxDisk"), 5);
    assert_int_equal(number(&a, "maxUses"), 0);
    assert_string_equal(licence_site_text(&a, "data/attributes/metadata/orderId"), "A-1");
    assert_true(json_is_null(licence_site_at(&a, "data/attributes/metadata/deepPart/aB/1")));
    assert_string_equal(licence_site_text(&a, "data/relationships/owner/data/id"),
                        id_text(s.cx->mem, owner));
    again = licence_site_get(s.cx, path_of(&s, &a), s.admin);
    assert_true(json_equal(licence_site_at(&a, "data"), licence_site_at(&again, "data")));
    assert_string_equal(
        test_text(s.cx, "SELECT name FROM event WHERE tenant_id = ? AND subject_id = ?",
                  DB_ID(s.cx->tenant_id), DB_TEXT(licence_site_text(&a, "data/id"))),
        "licence.issued");
}

static bool is_generated(const char *key)
{
    static const char PATTERN[] = "XXXXXX-XXXXXX-XXXXXX-XXXXXX-XXXXXX-V3";

    if (strlen(key) != sizeof PATTERN - 1)
        return false;
    for (size_t i = 0; key[i] != '\0'; i++)
        if (PATTERN[i] == 'X' ? strchr("0123456789ABCDEF", key[i]) == NULL : PATTERN[i] != key[i])
            return false;
    return true;
}

static void L18_a_key_is_generated_where_none_is_given(void **state)
{
    struct site s = open_site(state);
    struct licence_answer a = create(&s, s.admin, "", "");

    assert_int_equal(a.status, 201);
    assert_true(is_generated(licence_site_text(&a, "data/attributes/key")));
    assert_true(json_is_null(licence_site_at(&a, "data/attributes/expiry")));
    assert_int_equal(number(&a, "maxMachines"), 3);
    a = create(&s, s.admin, "\"key\":\" \"", "");
    licence_site_refused(&a, 400, "", "/data/attributes/key");
    a = create(&s, s.admin, "\"key\":null", "");
    assert_int_equal(a.status, 201);
}

static void K01_K02_a_scheme_signs_the_given_payload_or_its_own(void **state)
{
    struct site s = open_site(state);
    struct policy draft = licensing_policy(s.cx);
    struct licence_answer a;

    draft.scheme = "ED25519_SIGN";
    s.policy = licensing_add_policy(s.cx, &draft);
    a = create(&s, s.admin, "\"key\":\"user@example.com\"", "");
    assert_int_equal(a.status, 201);
    assert_memory_equal(licence_site_text(&a, "data/attributes/key"),
                        "key/dXNlckBleGFtcGxlLmNvbQ==.", 29);
    a = create(&s, s.admin, "\"key\":\"x\"", ""); /* a payload may be short */
    assert_int_equal(a.status, 201);
    a = create(&s, s.admin, "", "");
    assert_memory_equal(licence_site_text(&a, "data/attributes/key"), "key/", 4);
    assert_true(strlen(licence_site_text(&a, "data/attributes/key")) > 200);
}

/* What a signed key says. */
static const char *payload_of(const struct site *s, const struct licence_answer *a)
{
    const char *key = licence_site_text(a, "data/attributes/key");
    const char *begin = key + strlen("key/");
    size_t len = 0;
    uint8_t *bytes;

    assert_true(crypto_from_base64url(
        s->cx->mem, span_dup(s->cx->mem, (struct span){begin, strcspn(begin, ".")}), &bytes, &len));
    return span_dup(s->cx->mem, (struct span){(const char *)bytes, len});
}

static void K02_a_key_says_what_it_is_for_in_the_protocols_order(void **state)
{
    struct site s = open_site(state);
    struct policy draft = licensing_policy(s.cx);
    struct licence_answer a;
    const char *id;

    draft.scheme = "ED25519_SIGN";
    s.policy = licensing_add_policy(s.cx, &draft);
    a = create(&s, s.admin, "", "");
    id = licence_site_text(&a, "data/id");
    assert_string_equal(
        payload_of(&s, &a),
        arena_printf(s.cx->mem,
                     "{\"account\":{\"id\":\"%s\"},\"product\":{\"id\":\"%s\"},"
                     "\"policy\":{\"id\":\"%s\",\"duration\":null},\"user\":null,"
                     "\"license\":{\"id\":\"%s\",\"created\":\"%s\",\"expiry\":null}}",
                     id_text(s.cx->mem, s.cx->tenant_id), id_text(s.cx->mem, draft.product_id),
                     id_text(s.cx->mem, s.policy->id), id,
                     licence_site_text(&a, "data/attributes/created")));
}

static void K03_a_given_key_is_filled_in(void **state)
{
    struct site s = open_site(state);
    struct policy draft = licensing_policy(s.cx);
    struct licence_answer a;

    draft.scheme = "ED25519_SIGN";
    draft.duration_seconds = 86400;
    s.policy = licensing_add_policy(s.cx, &draft);
    a = create(&s, s.admin, "\"key\":\"{{id}}|{{policy}}|{{duration}}|{{nonsense}}|{{email}}|end\"",
               "");
    assert_int_equal(a.status, 201);
    assert_string_equal(payload_of(&s, &a), arena_printf(s.cx->mem, "%s|%s|86400|||end",
                                                         licence_site_text(&a, "data/id"),
                                                         id_text(s.cx->mem, s.policy->id)));
}

static void L16_what_a_licence_refers_to_has_to_be_there(void **state)
{
    struct site s = open_site(state);
    struct id unknown = ctx_new_id(s.cx);
    const char *nobody = arena_printf(s.cx->mem, ",%s", link_to(&s, "owner", "users", unknown));
    const char *no_group = arena_printf(s.cx->mem, ",%s", link_to(&s, "group", "groups", unknown));
    struct licence_answer a = create(&s, s.admin, "", nobody);

    licence_site_refused(&a, 422, "OWNER_NOT_FOUND", "/data/relationships/owner");
    a = create(&s, s.admin, "", no_group);
    licence_site_refused(&a, 422, "GROUP_NOT_FOUND", "/data/relationships/group");
    a = licence_site_ask(s.cx, &(struct licence_ask){.method = "POST",
                                                     .path = PATH,
                                                     .auth = s.admin,
                                                     .headers = "Keygen-Version: 1.5\r\n",
                                                     .body = body_of(&s, "", nobody)});
    licence_site_refused(&a, 422, "USER_NOT_FOUND", "/data/relationships/user");
    s.policy->id = unknown;
    a = create(&s, s.admin, "", "");
    licence_site_refused(&a, 422, "POLICY_NOT_FOUND", "/data/relationships/policy");
    a = licence_site_post(s.cx, PATH, s.admin,
                          "{\"data\":{\"type\":\"licenses\",\"relationships\":{}}}");
    licence_site_refused(&a, 400, "", "/data/relationships/policy");
}

static void another_tenants_rows_are_not_referred_to(void **state)
{
    struct site here = open_site(state);
    struct site there = open_site(state);
    struct id stranger = make_person(there.cx, "There", "there@example.com");
    struct licence_answer a =
        create(&here, here.admin, "",
               arena_printf(here.cx->mem, ",%s", link_to(&here, "owner", "users", stranger)));

    licence_site_refused(&a, 422, "OWNER_NOT_FOUND", "/data/relationships/owner");
    here.policy = there.policy;
    a = create(&here, here.admin, "", "");
    licence_site_refused(&a, 422, "POLICY_NOT_FOUND", "/data/relationships/policy");
}

static void L17_a_given_key_is_new_and_fit(void **state)
{
    struct site s = open_site(state);
    struct licence *other = licensing_licence(s.cx, NULL);
    struct str large = str_new(s.cx->mem);
    struct licence_answer a = create(&s, s.admin, "\"key\":\"SIX-66\"", "");

    assert_int_equal(a.status, 201);
    a = create(&s, s.admin, "\"key\":\"SIX-66\"", "");
    licence_site_refused(&a, 422, "KEY_TAKEN", "/data/attributes/key");
    a = create(&s, s.admin, "\"key\":\"six-66\"", ""); /* keys have a case */
    assert_int_equal(a.status, 201);
    a = create(&s, s.admin, "\"key\":\"FIVE5\"", "");
    licence_site_refused(&a, 422, "KEY_TOO_SHORT", "/data/attributes/key");
    a = create(&s, s.admin, "\"key\":\"五个汉字长\"", ""); /* five characters, fifteen bytes */
    licence_site_refused(&a, 422, "KEY_TOO_SHORT", "/data/attributes/key");
    a = create(&s, s.admin,
               arena_printf(s.cx->mem, "\"key\":\"%s\"", id_text(s.cx->mem, other->id)), "");
    licence_site_refused(&a, 422, "KEY_CONFLICT", "/data/attributes/key");
    a = create(&s, s.admin, "\"key\":\"actions\"", "");
    licence_site_refused(&a, 422, "KEY_NOT_ALLOWED", "/data/attributes/key");
    for (int i = 0; i <= LICENCE_KEY_MAX; i++)
        str_char(&large, 'k');
    a = create(&s, s.admin, arena_printf(s.cx->mem, "\"key\":\"%s\"", large.p), "");
    licence_site_refused(&a, 422, "KEY_TOO_LONG", "/data/attributes/key");
}

static void a_revoked_licences_key_is_not_given_again(void **state)
{
    struct site s = open_site(state);
    struct licence_answer a = create(&s, s.admin, "\"key\":\"GONE-BUT-KNOWN\"", "");
    struct licence_ask ask = {.method = "DELETE", .path = path_of(&s, &a), .auth = s.admin};

    assert_int_equal(licence_site_ask(s.cx, &ask).status, 204);
    a = create(&s, s.admin, "\"key\":\"GONE-BUT-KNOWN\"", "");
    licence_site_refused(&a, 422, "KEY_TAKEN", "/data/attributes/key");
}

static void L19_a_licence_is_found_by_its_encoded_key(void **state)
{
    struct site s = open_site(state);
    struct policy draft = licensing_policy(s.cx);
    struct str path = str_new(s.cx->mem);
    struct licence_answer a;
    struct licence_answer b;

    draft.scheme = "ED25519_SIGN";
    s.policy = licensing_add_policy(s.cx, &draft);
    a = create(&s, s.admin, "", "");
    str_add(&path, "/v1/licenses/");
    for (const char *c = licence_site_text(&a, "data/attributes/key"); *c != '\0'; c++)
        str_fmt(&path, "%%%02X", (unsigned char)*c);
    b = licence_site_get(s.cx, path.p, s.admin);
    assert_int_equal(b.status, 200);
    assert_string_equal(licence_site_text(&a, "data/id"), licence_site_text(&b, "data/id"));
    a = create(&s, s.admin, "", "");
    assert_int_equal(a.status, 201);
}

static void L20_an_id_that_the_client_gives_is_used_once(void **state)
{
    struct site s = open_site(state);
    const char *id = "2b7b0e4c-5a0a-4f0c-9a1f-0d6f4c1b2a3d";
    const char *body = arena_printf(
        s.cx->mem, "{\"data\":{\"type\":\"license\",\"id\":\"%s\",\"relationships\":{%s}}}", id,
        link_to(&s, "policy", "policies", s.policy->id));
    struct licence_answer a = licence_site_post(s.cx, PATH, s.admin, body);

    assert_int_equal(a.status, 201);
    assert_string_equal(licence_site_text(&a, "data/id"), id);
    a = licence_site_post(s.cx, PATH, s.admin, body);
    licence_site_refused(&a, 422, "ID_CONFLICT", "/data/id");
}

static void limits_stay_in_their_ranges_and_all_faults_are_told_at_once(void **state)
{
    struct site s = open_site(state);
    struct id unknown = ctx_new_id(s.cx);
    struct licence_answer a =
        create(&s, s.admin,
               "\"key\":\"5CHAR\",\"maxMachines\":0,\"maxCores\":-1,\"maxMemory\":0,"
               "\"maxUsers\":2147483648,\"maxUses\":-7",
               arena_printf(s.cx->mem, ",%s", link_to(&s, "owner", "users", unknown)));
    static const struct {
        const char *code, *pointer;
    } EXPECTED[] = {
        {"MAX_MACHINES_INVALID", "/data/attributes/maxMachines"},
        {"MAX_USERS_INVALID", "/data/attributes/maxUsers"},
        {"MAX_CORES_INVALID", "/data/attributes/maxCores"},
        {"MAX_MEMORY_INVALID", "/data/attributes/maxMemory"},
        {"MAX_USES_INVALID", "/data/attributes/maxUses"},
        {"KEY_TOO_SHORT", "/data/attributes/key"},
        {"OWNER_NOT_FOUND", "/data/relationships/owner"},
    };

    assert_int_equal(a.status, 422);
    assert_int_equal(json_array_size(licence_site_at(&a, "errors")), COUNT(EXPECTED));
    for (size_t i = 0; i < COUNT(EXPECTED); i++) {
        assert_string_equal(licence_site_text(&a, arena_printf(s.cx->mem, "errors/%zu/code", i)),
                            EXPECTED[i].code);
        assert_string_equal(
            licence_site_text(&a, arena_printf(s.cx->mem, "errors/%zu/source/pointer", i)),
            EXPECTED[i].pointer);
        assert_string_equal(licence_site_text(&a, arena_printf(s.cx->mem, "errors/%zu/title", i)),
                            "Unprocessable resource");
    }
    assert_int_equal(
        test_i64(s.cx, "SELECT COUNT(*) FROM licence WHERE tenant_id = ?", DB_ID(s.cx->tenant_id)),
        0);
    s.policy =
        licensing_add_policy(s.cx, &(struct policy){.product_id = s.policy->product_id,
                                                    .name = "Locked",
                                                    .max_machines = 1,
                                                    .max_processes = POLICY_NO_LIMIT,
                                                    .max_users = POLICY_NO_LIMIT,
                                                    .max_cores = POLICY_NO_LIMIT,
                                                    .max_memory = POLICY_NO_LIMIT,
                                                    .max_disk = POLICY_NO_LIMIT,
                                                    .max_uses = POLICY_NO_LIMIT,
                                                    .machine_uniqueness = POLICY_UNIQUE_PER_LICENCE,
                                                    .machine_leasing = POLICY_PER_LICENCE});
    a = create(&s, s.admin, "\"maxMachines\":2", "");
    licence_site_refused(&a, 422, "MAX_MACHINES_INVALID", "/data/attributes/maxMachines");
    a = create(&s, s.admin, "\"maxMachines\":1", "");
    assert_int_equal(a.status, 201);
}

static void C09_members_of_a_wrong_shape_are_named(void **state)
{
    struct site s = open_site(state);
    static const struct {
        const char *attributes, *pointer;
    } CASES[] = {
        {"\"colour\":1", "/data/attributes/colour"},
        {"\"status\":\"ACTIVE\"", "/data/attributes/status"},
        {"\"uses\":3", "/data/attributes/uses"},
        {"\"name\":7", "/data/attributes/name"},
        {"\"expiry\":\"tomorrow\"", "/data/attributes/expiry"},
        {"\"expiry\":1767225600", "/data/attributes/expiry"},
        {"\"suspended\":\"true\"", "/data/attributes/suspended"},
        {"\"maxCores\":\"4\"", "/data/attributes/maxCores"},
        {"\"maxCores\":1.5", "/data/attributes/maxCores"},
        {"\"metadata\":[]", "/data/attributes/metadata"},
        {"\"metadata\":{\"a\":{\"b\":{\"c\":{}}}}", "/data/attributes/metadata/a/b/c"},
    };

    for (size_t i = 0; i < COUNT(CASES); i++) {
        struct licence_answer a = create(&s, s.admin, CASES[i].attributes, "");

        licence_site_refused(&a, 400, "", CASES[i].pointer);
    }
}

static void C22_metadata_has_a_size(void **state)
{
    struct site s = open_site(state);
    struct str large = str_new(s.cx->mem);
    struct str many = str_new(s.cx->mem);
    struct licence_answer a;

    for (int i = 0; i < 17 * 1024; i++)
        str_char(&large, 'm');
    a = create(&s, s.admin, arena_printf(s.cx->mem, "\"metadata\":{\"a\":\"%s\"}", large.p), "");
    licence_site_refused(&a, 422, "METADATA_TOO_LONG", "/data/attributes/metadata");
    for (int i = 0; i < 65; i++)
        str_fmt(&many, "%s\"k%d\":1", i > 0 ? "," : "", i);
    a = create(&s, s.admin, arena_printf(s.cx->mem, "\"metadata\":{%s}", many.p), "");
    licence_site_refused(&a, 422, "METADATA_TOO_LONG", "/data/attributes/metadata");
}

static void L15_people_make_licences_for_themselves_and_say_little(void **state)
{
    struct site s = open_site(state);
    struct id me = make_person(s.cx, "Me", "me@example.com");
    struct id you = make_person(s.cx, "You", "you@example.com");
    const char *auth =
        licence_site_token_auth(s.cx, &(struct token_draft){.kind = TOKEN_USER, .person_id = me});
    const char *mine = arena_printf(s.cx->mem, ",%s", link_to(&s, "owner", "users", me));
    struct policy draft = licensing_policy(s.cx);
    struct licence_answer a = create(&s, auth, "\"name\":\"Mine\"", mine);
    static const char *const STAFFS[] = {"expiry", "suspended", "protected", "maxMachines"};

    assert_int_equal(a.status, 201);
    for (size_t i = 0; i < COUNT(STAFFS); i++) {
        struct licence_answer b =
            create(&s, auth, arena_printf(s.cx->mem, "\"%s\":null", STAFFS[i]), mine);

        licence_site_refused(&b, 400, "",
                             arena_printf(s.cx->mem, "/data/attributes/%s", STAFFS[i]));
    }
    a = patch(&s, "PATCH", path_of(&s, &a), auth, "\"name\":\"Other\"");
    licence_site_refused(&a, 403, "", NULL);
    a = create(&s, auth, "", "");
    licence_site_refused(&a, 403, "", NULL);
    a = create(&s, auth, "", arena_printf(s.cx->mem, ",%s", link_to(&s, "owner", "users", you)));
    licence_site_refused(&a, 403, "", NULL);
    draft.is_protected = true;
    s.policy = licensing_add_policy(s.cx, &draft);
    a = create(&s, auth, "", mine);
    licence_site_refused(&a, 403, "", NULL);
}

static void A24_A28_who_may_not_make_licences_is_refused(void **state)
{
    struct site s = open_site(state);
    const char *reader =
        licence_site_token_auth(s.cx, &(struct token_draft){.kind = TOKEN_READ_ONLY});
    const char *support =
        licence_site_token_auth(s.cx, &(struct token_draft){.kind = TOKEN_SUPPORT});
    struct policy draft = licensing_policy(s.cx);
    struct policy *other = licensing_add_policy(s.cx, &draft);
    const char *product = licence_site_token_auth(
        s.cx, &(struct token_draft){.kind = TOKEN_PRODUCT, .product_id = other->product_id});
    struct licence *l = licensing_licence(s.cx, NULL);
    struct licence_answer a = create(&s, reader, "", "");

    licence_site_refused(&a, 403, "", NULL);
    a = create(&s, support, "", "");
    licence_site_refused(&a, 403, "", NULL);
    a = create(&s, licence_site_key_auth(s.cx, l), "", "");
    licence_site_refused(&a, 403, "", NULL);
    a = create(&s, product, "", ""); /* another product's policy does not exist for it */
    licence_site_refused(&a, 422, "POLICY_NOT_FOUND", "/data/relationships/policy");
    s.policy = other;
    a = create(&s, product, "\"expiry\":\"2031-01-01\"", "");
    assert_int_equal(a.status, 201);
    a = patch(&s, "PATCH", path_of(&s, &a), reader, "\"name\":\"x\"");
    licence_site_refused(&a, 403, "", NULL);
}

static void L14_keys_and_policies_are_not_patched(void **state)
{
    struct site s = open_site(state);
    struct licence_answer made = create(&s, s.admin, "", "");
    struct licence_answer a =
        patch(&s, "PATCH", path_of(&s, &made), s.admin, "\"key\":\"ANOTHER\"");

    licence_site_refused(&a, 400, "", "/data/attributes/key");
    a = licence_site_ask(s.cx, &(struct licence_ask){.method = "PATCH",
                                                     .path = path_of(&s, &made),
                                                     .auth = s.admin,
                                                     .body = body_of(&s, "", "")});
    licence_site_refused(&a, 400, "", "/data/relationships");
}

static void a_change_leaves_the_rest_as_it_is(void **state)
{
    struct site s = open_site(state);
    struct licence_answer made =
        create(&s, s.admin,
               "\"name\":\"Before\",\"expiry\":\"2031-01-01\",\"maxCores\":4,\"maxUses\":9,"
               "\"metadata\":{\"a\":1,\"b\":2}",
               "");
    const char *path = path_of(&s, &made);
    struct licence_answer a = patch(&s, "PATCH", path, s.admin, "\"name\":\"After\"");

    assert_int_equal(a.status, 200);
    assert_string_equal(licence_site_text(&a, "data/attributes/name"), "After");
    assert_string_equal(licence_site_text(&a, "data/attributes/expiry"),
                        "2031-01-01T00:00:00.000Z");
    assert_int_equal(number(&a, "maxCores"), 4);
    a = patch(&s, "PUT", path, s.admin,
              "\"expiry\":\"2032-05-06T07:08:09.123Z\",\"suspended\":true,\"protected\":true,"
              "\"max_cores\":null,\"maxMachines\":12,\"metadata\":{\"c\":3}");
    assert_string_equal(licence_site_text(&a, "data/attributes/name"), "After");
    assert_string_equal(licence_site_text(&a, "data/attributes/expiry"),
                        "2032-05-06T07:08:09.123Z");
    assert_true(json_is_true(licence_site_at(&a, "data/attributes/suspended")));
    assert_true(json_is_true(licence_site_at(&a, "data/attributes/protected")));
    assert_true(json_is_null(licence_site_at(&a, "data/attributes/maxCores")));
    assert_int_equal(number(&a, "maxMachines"), 12);
    assert_int_equal(number(&a, "maxUses"), 9);
    assert_int_equal(json_object_size(licence_site_at(&a, "data/attributes/metadata")), 1);
    a = patch(&s, "PATCH", path, s.admin,
              "\"name\":null,\"expiry\":null,\"suspended\":null,\"metadata\":null");
    assert_true(json_is_null(licence_site_at(&a, "data/attributes/name")));
    assert_true(json_is_null(licence_site_at(&a, "data/attributes/expiry")));
    assert_true(json_is_true(licence_site_at(&a, "data/attributes/suspended")));
    assert_int_equal(json_object_size(licence_site_at(&a, "data/attributes/metadata")), 0);
    a = patch(&s, "PATCH", path, s.admin, "\"maxDisk\":0,\"maxUses\":-1");
    licence_site_refused(&a, 422, "MAX_DISK_INVALID", "/data/attributes/maxDisk");
    assert_string_equal(licence_site_text(&a, "errors/1/code"), "MAX_USES_INVALID");
}

static void a_change_is_seen_by_the_next_validation(void **state)
{
    struct site s = open_site(state);
    struct licence_answer made = create(&s, s.admin, "\"key\":\"SEEN-AT-ONCE\"", "");
    const char *ask = "{\"meta\":{\"key\":\"SEEN-AT-ONCE\"}}";
    struct licence_answer a =
        licence_site_post(s.cx, "/v1/licenses/actions/validate-key", NULL, ask);

    assert_string_equal(licence_site_text(&a, "meta/code"), "NO_MACHINES");
    a = patch(&s, "PATCH", path_of(&s, &made), s.admin, "\"suspended\":true");
    assert_int_equal(a.status, 200);
    a = licence_site_post(s.cx, "/v1/licenses/actions/validate-key", NULL, ask);
    assert_string_equal(licence_site_text(&a, "meta/code"), "SUSPENDED");
}

static void a_key_that_was_asked_for_too_early_is_found_once_it_is_there(void **state)
{
    struct site s = open_site(state);
    const char *ask = "{\"meta\":{\"key\":\"TOO-EARLY\"}}";
    struct licence_answer a =
        licence_site_post(s.cx, "/v1/licenses/actions/validate-key", NULL, ask);

    assert_string_equal(licence_site_text(&a, "meta/code"), "NOT_FOUND");
    a = create(&s, s.admin, "\"key\":\"TOO-EARLY\"", "");
    assert_int_equal(a.status, 201);
    a = licence_site_post(s.cx, "/v1/licenses/actions/validate-key", NULL, ask);
    assert_string_equal(licence_site_text(&a, "meta/code"), "NO_MACHINES");
    a = licence_site_ask(s.cx, &(struct licence_ask){.method = "DELETE",
                                                     .path = "/v1/licenses/TOO-EARLY",
                                                     .auth = s.admin});
    assert_int_equal(a.status, 204);
    a = licence_site_post(s.cx, "/v1/licenses/actions/validate-key", NULL, ask);
    assert_string_equal(licence_site_text(&a, "meta/code"), "NOT_FOUND");
}

static void C21_metadata_has_the_names_of_its_version(void **state)
{
    struct site s = open_site(state);
    struct licence_answer a = create(&s, s.admin, "\"metadata\":{\"a_b\":{\"c_d\":1}}", "");
    struct licence_ask ask = {.method = "GET",
                              .path = path_of(&s, &a),
                              .auth = s.admin,
                              .headers = "Keygen-Version: 1.4\r\n"};

    assert_int_equal(json_integer_value(licence_site_at(&a, "data/attributes/metadata/aB/cD")), 1);
    a = licence_site_ask(s.cx, &ask);
    assert_int_equal(json_integer_value(licence_site_at(&a, "data/attributes/metadata/aB/c_d")), 1);
    ask.path = PATH; /* lists too */
    a = licence_site_ask(s.cx, &ask);
    assert_int_equal(json_integer_value(licence_site_at(&a, "data/0/attributes/metadata/aB/c_d")),
                     1);
}

static void O11_a_full_group_takes_no_further_licence(void **state)
{
    struct site s = open_site(state);
    struct id group = ctx_new_id(s.cx);
    struct id owner = make_person(s.cx, "Owner", "owner@example.com");
    const char *in_group = arena_printf(s.cx->mem, ",%s", link_to(&s, "group", "groups", group));
    struct licence_answer a;

    test_sql(
        s.cx,
        "INSERT INTO licence_group (tenant_id, id, name, max_licences, created_at, updated_at) "
        "VALUES (?, ?, 'Small', 2, ?, ?)",
        DB_ID(s.cx->tenant_id), DB_ID(group), DB_TIME(s.cx->now), DB_TIME(s.cx->now));
    test_sql(s.cx,
             "INSERT INTO licence_group_person (tenant_id, person_id, group_id) VALUES (?, ?, ?)",
             DB_ID(s.cx->tenant_id), DB_ID(owner), DB_ID(group));
    a = create(&s, s.admin, "", in_group);
    assert_int_equal(a.status, 201);
    a = create(&s, s.admin, "", /* the owner's group is the licence's */
               arena_printf(s.cx->mem, ",%s", link_to(&s, "user", "users", owner)));
    assert_string_equal(licence_site_text(&a, "data/relationships/group/data/id"),
                        id_text(s.cx->mem, group));
    a = create(&s, s.admin, "", in_group);
    licence_site_refused(&a, 422, "GROUP_LICENSE_LIMIT_EXCEEDED", "/data/relationships/group");
}

int main(void)
{
    static const struct CMUnitTest TESTS[] = {
        cmocka_unit_test(a_licence_is_made_with_all_that_it_may_have),
        cmocka_unit_test(L18_a_key_is_generated_where_none_is_given),
        cmocka_unit_test(K02_a_key_says_what_it_is_for_in_the_protocols_order),
        cmocka_unit_test(K03_a_given_key_is_filled_in),
        cmocka_unit_test(K01_K02_a_scheme_signs_the_given_payload_or_its_own),
        cmocka_unit_test(L16_what_a_licence_refers_to_has_to_be_there),
        cmocka_unit_test(another_tenants_rows_are_not_referred_to),
        cmocka_unit_test(L17_a_given_key_is_new_and_fit),
        cmocka_unit_test(a_revoked_licences_key_is_not_given_again),
        cmocka_unit_test(L19_a_licence_is_found_by_its_encoded_key),
        cmocka_unit_test(L20_an_id_that_the_client_gives_is_used_once),
        cmocka_unit_test(limits_stay_in_their_ranges_and_all_faults_are_told_at_once),
        cmocka_unit_test(C09_members_of_a_wrong_shape_are_named),
        cmocka_unit_test(C22_metadata_has_a_size),
        cmocka_unit_test(L15_people_make_licences_for_themselves_and_say_little),
        cmocka_unit_test(A24_A28_who_may_not_make_licences_is_refused),
        cmocka_unit_test(L14_keys_and_policies_are_not_patched),
        cmocka_unit_test(a_change_leaves_the_rest_as_it_is),
        cmocka_unit_test(a_change_is_seen_by_the_next_validation),
        cmocka_unit_test(a_key_that_was_asked_for_too_early_is_found_once_it_is_there),
        cmocka_unit_test(C21_metadata_has_the_names_of_its_version),
        cmocka_unit_test(O11_a_full_group_takes_no_further_licence),
    };

    return test_group_run_around("licence_edit_wire", TESTS, COUNT(TESTS), licence_site_start,
                                 licence_site_stop);
}
