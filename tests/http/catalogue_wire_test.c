/* Products, policies, entitlements and groups over the wire (checklist O01 to O07, O09, O11, and
 * the parts of A24, A25, A28, C09, C10, C25 that are theirs). */
#include "licensing/entitlement.h"
#include "licensing/licence_group.h"
#include "tests/http/licence_site.h"

#include <string.h>

struct site {
    struct ctx *cx;
    struct product *product;
    const char *admin;
};

static const struct token_draft ADMIN = {.kind = TOKEN_ADMIN};

static struct site open_site(void **state)
{
    struct site s = {.cx = test_ctx(state)};

    licence_site_open(s.cx);
    s.admin = licence_site_token_auth(s.cx, &ADMIN);
    test_ok(s.cx, product_add(s.cx, &(struct product){.name = "Till"}, &s.product));
    return s;
}

static struct licence_answer send(struct site *s, const char *method, const char *path,
                                  const char *body)
{
    return licence_site_ask(
        s->cx,
        &(struct licence_ask){.method = method, .path = path, .auth = s->admin, .body = body});
}

static const char *at(struct site *s, const char *type, struct id id)
{
    return arena_printf(s->cx->mem, "/v1/%s/%s", type, id_text(s->cx->mem, id));
}

/* {"data":{"type":TYPE,"attributes":ATTRIBUTES}}. */
static const char *body_of(struct site *s, const char *type, const char *attributes)
{
    return arena_printf(s->cx->mem, "{\"data\":{\"type\":\"%s\",\"attributes\":%s}}", type,
                        attributes);
}

static struct licence_answer new_policy(struct site *s, const char *attributes)
{
    return send(s, "POST", "/v1/policies",
                arena_printf(s->cx->mem,
                             "{\"data\":{\"type\":\"policies\",\"attributes\":%s,\"relationships\":"
                             "{\"product\":{\"data\":{\"type\":\"products\",\"id\":\"%s\"}}}}}",
                             attributes, id_text(s->cx->mem, s->product->id)));
}

static bool is_null(const struct licence_answer *a, const char *path)
{
    return json_is_null(licence_site_at(a, path));
}

static void o01_a_policy_of_name_and_product_has_the_defaults(void **state)
{
    struct site s = open_site(state);
    struct licence_answer a = new_policy(&s, "{\"name\":\"Basic\"}");
    static const char *const NONE[] = {
        "duration",         "maxProcesses", "maxUsers", "maxCores",        "maxMemory",
        "maxDisk",          "maxUses",      "scheme",   "checkInInterval", "checkInIntervalCount",
        "heartbeatDuration"};
    static const char *const OFF[] = {"strict",
                                      "floating",
                                      "usePool",
                                      "encrypted",
                                      "protected",
                                      "requireProductScope",
                                      "requireUserScope",
                                      "requireVersionScope",
                                      "requireChecksumScope",
                                      "requireCheckIn",
                                      "requireHeartbeat",
                                      "requireFingerprintScope"};
    static const char *const WORDS[][2] = {{"machineUniquenessStrategy", "UNIQUE_PER_LICENSE"},
                                           {"machineMatchingStrategy", "MATCH_ANY"},
                                           {"componentUniquenessStrategy", "UNIQUE_PER_MACHINE"},
                                           {"componentMatchingStrategy", "MATCH_ANY"},
                                           {"expirationStrategy", "RESTRICT_ACCESS"},
                                           {"expirationBasis", "FROM_CREATION"},
                                           {"renewalBasis", "FROM_EXPIRY"},
                                           {"transferStrategy", "KEEP_EXPIRY"},
                                           {"authenticationStrategy", "TOKEN"},
                                           {"machineLeasingStrategy", "PER_LICENSE"},
                                           {"processLeasingStrategy", "PER_MACHINE"},
                                           {"overageStrategy", "NO_OVERAGE"},
                                           {"heartbeatCullStrategy", "DEACTIVATE_DEAD"},
                                           {"heartbeatResurrectionStrategy", "NO_REVIVE"},
                                           {"heartbeatBasis", "FROM_FIRST_PING"}};

    assert_int_equal(a.status, 201);
    assert_string_equal(licence_site_text(&a, "data/type"), "policies");
    assert_string_equal(licence_site_header(s.cx, &a, "Location"),
                        licence_site_text(&a, "data/links/self"));
    for (size_t i = 0; i < COUNT(NONE); i++)
        assert_true(is_null(&a, arena_printf(s.cx->mem, "data/attributes/%s", NONE[i])));
    for (size_t i = 0; i < COUNT(OFF); i++)
        assert_true(json_is_false(
            licence_site_at(&a, arena_printf(s.cx->mem, "data/attributes/%s", OFF[i]))));
    for (size_t i = 0; i < COUNT(WORDS); i++)
        assert_string_equal(
            licence_site_text(&a, arena_printf(s.cx->mem, "data/attributes/%s", WORDS[i][0])),
            WORDS[i][1]);
    assert_int_equal(json_integer_value(licence_site_at(&a, "data/attributes/maxMachines")), 1);
    assert_string_equal(licence_site_text(&a, "data/relationships/product/data/id"),
                        id_text(s.cx->mem, s.product->id));
}

struct refusal {
    const char *attributes, *code, *attribute;
};

static void refuse(struct site *s, const struct refusal *cases, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        struct licence_answer a = new_policy(s, cases[i].attributes);

        licence_site_refused(&a, 422, cases[i].code,
                             arena_printf(s->cx->mem, "/data/attributes/%s", cases[i].attribute));
    }
}

static void o02_a_duration_is_a_day_or_none(void **state)
{
    struct site s = open_site(state);
    static const struct refusal CASES[] = {
        {"{\"name\":\"P\",\"duration\":86399}", "DURATION_INVALID", "duration"},
        {"{\"name\":\"P\",\"duration\":0}", "DURATION_INVALID", "duration"},
        {"{\"name\":\"P\",\"duration\":-1}", "DURATION_INVALID", "duration"},
        {"{\"name\":\"P\",\"duration\":2147483648}", "DURATION_INVALID", "duration"},
    };
    struct licence_answer a;

    refuse(&s, CASES, COUNT(CASES));
    a = new_policy(&s, "{\"name\":\"P\",\"duration\":null}");
    assert_int_equal(a.status, 201);
    a = new_policy(&s, "{\"name\":\"P\",\"duration\":86400}");
    assert_int_equal(json_integer_value(licence_site_at(&a, "data/attributes/duration")), 86400);
}

static void o03_machines_fit_the_kind_of_policy(void **state)
{
    struct site s = open_site(state);
    static const struct refusal CASES[] = {
        {"{\"name\":\"P\",\"maxMachines\":2}", "MAX_MACHINES_INVALID", "maxMachines"},
        {"{\"name\":\"P\",\"floating\":true,\"maxMachines\":0}", "MAX_MACHINES_INVALID",
         "maxMachines"},
        {"{\"name\":\"P\",\"floating\":true,\"maxMachines\":-1}", "MAX_MACHINES_INVALID",
         "maxMachines"},
        {"{\"name\":\"P\",\"floating\":true,\"maxMachines\":2147483648}", "MAX_MACHINES_INVALID",
         "maxMachines"},
        {"{\"name\":\"P\",\"maxProcesses\":0}", "MAX_PROCESSES_INVALID", "maxProcesses"},
        {"{\"name\":\"P\",\"maxUsers\":0}", "MAX_USERS_INVALID", "maxUsers"},
        {"{\"name\":\"P\",\"maxCores\":0}", "MAX_CORES_INVALID", "maxCores"},
        {"{\"name\":\"P\",\"maxMemory\":0}", "MAX_MEMORY_INVALID", "maxMemory"},
        {"{\"name\":\"P\",\"maxDisk\":0}", "MAX_DISK_INVALID", "maxDisk"},
        {"{\"name\":\"P\",\"maxUses\":-1}", "MAX_USES_INVALID", "maxUses"},
    };
    struct licence_answer a;

    refuse(&s, CASES, COUNT(CASES));
    a = new_policy(&s, "{\"name\":\"P\",\"floating\":true,\"maxMachines\":null,\"maxUses\":0}");
    assert_int_equal(a.status, 201);
    assert_true(is_null(&a, "data/attributes/maxMachines"));
    assert_int_equal(json_integer_value(licence_site_at(&a, "data/attributes/maxUses")), 0);
}

static void o04_an_overage_fits_the_limits(void **state)
{
    struct site s = open_site(state);
    static const struct refusal CASES[] = {
        {"{\"name\":\"P\",\"floating\":true,\"maxMachines\":3,\"overageStrategy\":"
         "\"ALLOW_1_25X_OVERAGE\"}",
         "OVERAGE_STRATEGY_NOT_ALLOWED", "overageStrategy"},
        {"{\"name\":\"P\",\"overageStrategy\":\"ALLOW_1_5X_OVERAGE\"}",
         "OVERAGE_STRATEGY_NOT_ALLOWED", "overageStrategy"},
        {"{\"name\":\"P\",\"overageStrategy\":\"SOME\"}", "OVERAGE_STRATEGY_NOT_ALLOWED",
         "overageStrategy"},
    };
    struct licence_answer a;

    refuse(&s, CASES, COUNT(CASES));
    a = new_policy(&s, "{\"name\":\"P\",\"overageStrategy\":\"ALLOW_2X_OVERAGE\"}");
    assert_int_equal(a.status, 201);
}

static void o05_who_always_revives_is_kept(void **state)
{
    struct site s = open_site(state);
    static const struct refusal CASES[] = {
        {"{\"name\":\"P\",\"heartbeatResurrectionStrategy\":\"ALWAYS_REVIVE\"}",
         "HEARTBEAT_CULL_STRATEGY_NOT_ALLOWED", "heartbeatCullStrategy"},
        {"{\"name\":\"P\",\"heartbeatDuration\":59}", "HEARTBEAT_DURATION_INVALID",
         "heartbeatDuration"},
    };
    struct licence_answer a;

    refuse(&s, CASES, COUNT(CASES));
    a = new_policy(&s,
                   "{\"name\":\"P\",\"heartbeatResurrectionStrategy\":\"ALWAYS_REVIVE\","
                   "\"heartbeatCullStrategy\":\"KEEP_DEAD\",\"requireHeartbeat\":true}");
    assert_int_equal(a.status, 201);
    assert_string_equal(licence_site_text(&a, "data/attributes/heartbeatBasis"), "FROM_CREATION");
}

static void o06_k04_what_is_fixed_is_not_changed(void **state)
{
    struct site s = open_site(state);
    struct policy draft = policy_default(s.product->id, "P");
    struct policy *p = licensing_add_policy(s.cx, &draft);
    struct licence_answer a = send(&s, "PATCH", at(&s, "policies", p->id),
                                   body_of(&s, "policies", "{\"scheme\":\"ED25519_SIGN\"}"));

    licence_site_refused(&a, 400, "", "/data/attributes/scheme");
    a = send(&s, "PATCH", at(&s, "policies", p->id),
             body_of(&s, "policies", "{\"usePool\":false}"));
    licence_site_refused(&a, 400, "", "/data/attributes/usePool");
    a = new_policy(&s, "{\"name\":\"P\",\"usePool\":true}");
    licence_site_refused(&a, 422, "USE_POOL_NOT_SUPPORTED", "/data/attributes/usePool");
    a = new_policy(&s, "{\"name\":\"P\",\"encrypted\":true}");
    licence_site_refused(&a, 422, "ENCRYPTED_NOT_SUPPORTED", "/data/attributes/encrypted");
    a = new_policy(&s, "{\"name\":\"P\",\"scheme\":\"LEGACY_ENCRYPT\"}");
    licence_site_refused(&a, 422, "SCHEME_NOT_ALLOWED", "/data/attributes/scheme");
}

static void o07_check_in_needs_its_interval(void **state)
{
    struct site s = open_site(state);
    static const struct refusal CASES[] = {
        {"{\"name\":\"P\",\"requireCheckIn\":true}", "CHECK_IN_INTERVAL_NOT_ALLOWED",
         "checkInInterval"},
        {"{\"name\":\"P\",\"requireCheckIn\":true,\"checkInInterval\":\"hour\"}",
         "CHECK_IN_INTERVAL_NOT_ALLOWED", "checkInInterval"},
        {"{\"name\":\"P\",\"requireCheckIn\":true,\"checkInInterval\":\"day\"}",
         "CHECK_IN_INTERVAL_COUNT_NOT_ALLOWED", "checkInIntervalCount"},
        {"{\"name\":\"P\",\"checkInIntervalCount\":366}", "CHECK_IN_INTERVAL_COUNT_NOT_ALLOWED",
         "checkInIntervalCount"},
    };
    struct licence_answer a;

    refuse(&s, CASES, COUNT(CASES));
    a = new_policy(&s,
                   "{\"name\":\"P\",\"requireCheckIn\":true,\"checkInInterval\":\"week\","
                   "\"checkInIntervalCount\":2}");
    assert_string_equal(licence_site_text(&a, "data/attributes/checkInInterval"), "week");
}

static void every_fault_of_a_policy_is_told(void **state)
{
    struct site s = open_site(state);
    struct licence_answer a = new_policy(&s,
                                         "{\"name\":\"P\",\"duration\":1,\"maxCores\":0,"
                                         "\"renewalBasis\":\"NEVER\",\"transferStrategy\":null}");

    licence_site_refused(&a, 422, "RENEWAL_BASIS_NOT_ALLOWED", "/data/attributes/renewalBasis");
    assert_string_equal(licence_site_text(&a, "errors/1/code"), "MAX_CORES_INVALID");
    assert_string_equal(licence_site_text(&a, "errors/2/code"), "DURATION_INVALID");
    assert_null(licence_site_at(&a, "errors/3"));
}

static void the_shape_of_a_policy_is_checked(void **state)
{
    struct site s = open_site(state);
    static const char *const CASES[][2] = {
        {"{}", "/data/attributes/name"},
        {"{\"name\":\" \"}", "/data/attributes/name"},
        {"{\"name\":7}", "/data/attributes/name"},
        {"{\"name\":\"P\",\"strict\":\"yes\"}", "/data/attributes/strict"},
        {"{\"name\":\"P\",\"duration\":\"1 day\"}", "/data/attributes/duration"},
        {"{\"name\":\"P\",\"renewalBasis\":5}", "/data/attributes/renewalBasis"},
        {"{\"name\":\"P\",\"colour\":\"red\"}", "/data/attributes/colour"},
        {"{\"name\":\"P\",\"metadata\":[]}", "/data/attributes/metadata"},
    };
    struct licence_answer a;

    for (size_t i = 0; i < COUNT(CASES); i++) {
        a = new_policy(&s, CASES[i][0]);
        licence_site_refused(&a, 400, "", CASES[i][1]);
    }
    a = send(&s, "POST", "/v1/policies", body_of(&s, "policies", "{\"name\":\"P\"}"));
    licence_site_refused(&a, 400, "", "/data/relationships/product");
    s.product->id = ctx_new_id(s.cx);
    a = new_policy(&s, "{\"name\":\"P\"}");
    licence_site_refused(&a, 422, "PRODUCT_NOT_FOUND", "/data/relationships/product");
}

static void a_policy_is_changed_and_its_licences_follow_at_once(void **state)
{
    struct site s = open_site(state);
    struct licence *l = licensing_licence(s.cx, NULL);
    const char *path = at(&s, "policies", l->policy_id);
    const char *validate =
        arena_printf(s.cx->mem, "%s/actions/validate", at(&s, "licenses", l->id));
    struct licence_answer a = licence_site_post(s.cx, validate, s.admin, "{}");

    assert_string_equal(licence_site_text(&a, "meta/code"), "NO_MACHINES");
    a = send(&s, "PATCH", path,
             body_of(&s, "policy",
                     "{\"require_product_scope\":true,\"max_machines\":7,\"duration\":null,"
                     "\"metadata\":{\"tier_name\":\"gold\"}}"));
    assert_int_equal(a.status, 200);
    assert_int_equal(json_integer_value(licence_site_at(&a, "data/attributes/maxMachines")), 7);
    assert_string_equal(licence_site_text(&a, "data/attributes/metadata/tierName"), "gold");
    assert_true(json_is_true(licence_site_at(&a, "data/attributes/strict")));
    a = licence_site_post(s.cx, validate, s.admin, "{}");
    assert_string_equal(licence_site_text(&a, "meta/code"), "PRODUCT_SCOPE_REQUIRED");
    assert_int_equal(json_integer_value(licence_site_at(&a, "data/attributes/maxMachines")), 7);
    a = send(&s, "PUT", path, body_of(&s, "policies", "{\"requireProductScope\":false}"));
    assert_int_equal(a.status, 200);
    a = send(&s, "PATCH", path, body_of(&s, "policies", "{\"floating\":false}"));
    licence_site_refused(&a, 422, "MAX_MACHINES_INVALID", "/data/attributes/maxMachines");
    a = licence_site_get(s.cx, path, s.admin);
    assert_true(json_is_true(licence_site_at(&a, "data/attributes/floating")));
}

static void C25_older_versions_know_other_names(void **state)
{
    struct site s = open_site(state);
    struct policy draft = policy_default(s.product->id, "P");
    struct policy *p = licensing_add_policy(s.cx, &draft);
    struct licence_ask ask = {.method = "PATCH",
                              .path = at(&s, "policies", p->id),
                              .auth = s.admin,
                              .headers = "Keygen-Version: 1.6\r\n",
                              .body =
                                  body_of(&s, "policies", "{\"leasingStrategy\":\"PER_USER\"}")};
    struct licence_answer a = licence_site_ask(s.cx, &ask);

    assert_string_equal(licence_site_text(&a, "data/attributes/leasingStrategy"), "PER_USER");
    assert_null(licence_site_at(&a, "data/attributes/processLeasingStrategy"));
    ask.headers = "Keygen-Version: 1.3\r\n";
    ask.body = body_of(&s, "policies",
                       "{\"fingerprintUniquenessStrategy\":\"UNIQUE_PER_PRODUCT\","
                       "\"fingerprintMatchingStrategy\":\"MATCH_ALL\"}");
    a = licence_site_ask(s.cx, &ask);
    assert_string_equal(licence_site_text(&a, "data/attributes/fingerprintUniquenessStrategy"),
                        "UNIQUE_PER_PRODUCT");
    a = licence_site_get(s.cx, ask.path, s.admin);
    assert_string_equal(licence_site_text(&a, "data/attributes/machineMatchingStrategy"),
                        "MATCH_ALL");
    assert_string_equal(licence_site_text(&a, "data/attributes/processLeasingStrategy"),
                        "PER_USER");
    a = send(&s, "PATCH", ask.path, ask.body);
    licence_site_refused(&a, 400, "", "/data/attributes/fingerprintUniquenessStrategy");
}

static void a_policy_goes_with_its_licences(void **state)
{
    struct site s = open_site(state);
    struct licence *l = licensing_licence(s.cx, NULL);
    static const char SQL_MACHINES[] = "SELECT COUNT(*) FROM machine WHERE tenant_id = ?";
    struct licence_answer a;

    licensing_machine(s.cx, l->id, "one");
    a = licence_site_get(s.cx, "/v1/me", licence_site_key_auth(s.cx, l));
    assert_int_equal(a.status, 200);
    a = send(&s, "DELETE", at(&s, "policies", l->policy_id), NULL);
    assert_int_equal(a.status, 204);
    a = licence_site_get(s.cx, at(&s, "policies", l->policy_id), s.admin);
    licence_site_refused(&a, 404, "NOT_FOUND", NULL);
    a = licence_site_get(s.cx, at(&s, "licenses", l->id), s.admin);
    licence_site_refused(&a, 404, "NOT_FOUND", NULL);
    a = licence_site_get(s.cx, "/v1/me", licence_site_key_auth(s.cx, l));
    licence_site_refused(&a, 401, "LICENSE_INVALID", NULL);
    assert_int_equal(test_i64(s.cx, SQL_MACHINES, DB_ID(s.cx->tenant_id)), 0);
}

static void a_product_goes_with_all_that_is_its(void **state)
{
    struct site s = open_site(state);
    struct licence *l = licensing_licence(s.cx, NULL);
    const char *own = licence_site_token_auth(
        s.cx, &(struct token_draft){.kind = TOKEN_PRODUCT, .product_id = l->product_id});
    struct licence_answer a = licence_site_get(s.cx, at(&s, "products", l->product_id), own);

    assert_int_equal(a.status, 200);
    a = send(&s, "DELETE", at(&s, "products", l->product_id), NULL);
    assert_int_equal(a.status, 204);
    a = licence_site_get(s.cx, at(&s, "policies", l->policy_id), s.admin);
    licence_site_refused(&a, 404, "NOT_FOUND", NULL);
    a = licence_site_get(s.cx, at(&s, "licenses", l->id), s.admin);
    licence_site_refused(&a, 404, "NOT_FOUND", NULL);
    a = licence_site_get(s.cx, "/v1/products", own);
    licence_site_refused(&a, 401, "TOKEN_INVALID", NULL);
}

static void a_product_is_made_read_and_changed(void **state)
{
    struct site s = open_site(state);
    struct licence_answer a =
        send(&s, "POST", "/v1/products",
             body_of(&s, "product",
                     "{\"name\":\"Counter\",\"code\":\"Counter\",\"url\":"
                     "\"https://counter.example\",\"platforms\":[\"linux\"]}"));
    const char *path;

    assert_int_equal(a.status, 201);
    assert_string_equal(licence_site_text(&a, "data/attributes/code"), "counter");
    assert_string_equal(licence_site_text(&a, "data/attributes/distributionStrategy"), "LICENSED");
    assert_string_equal(licence_site_text(&a, "data/attributes/platforms/0"), "linux");
    path = arena_printf(s.cx->mem, "/v1/products/%s", licence_site_text(&a, "data/id"));
    a = licence_site_get(s.cx, "/v1/products/COUNTER", s.admin);
    assert_string_equal(licence_site_text(&a, "data/attributes/name"), "Counter");
    a = send(&s, "PATCH", path,
             body_of(&s, "products", "{\"distributionStrategy\":\"OPEN\",\"url\":null}"));
    assert_string_equal(licence_site_text(&a, "data/attributes/distributionStrategy"), "OPEN");
    assert_true(is_null(&a, "data/attributes/url"));
    a = send(&s, "POST", "/v1/products",
             body_of(&s, "products", "{\"name\":\"X\",\"code\":\"COUNTER\"}"));
    licence_site_refused(&a, 422, "CODE_TAKEN", "/data/attributes/code");
    a = send(&s, "PATCH", path, body_of(&s, "products", "{\"url\":\"ftp://x\"}"));
    licence_site_refused(&a, 422, "URL_INVALID", "/data/attributes/url");
    a = send(&s, "PATCH", path, body_of(&s, "products", "{\"distributionStrategy\":\"FREE\"}"));
    licence_site_refused(&a, 422, "DISTRIBUTION_STRATEGY_NOT_ALLOWED",
                         "/data/attributes/distributionStrategy");
    a = send(&s, "POST", "/v1/products", body_of(&s, "products", "{\"code\":\"y\"}"));
    licence_site_refused(&a, 400, "", "/data/attributes/name");
    a = send(&s, "POST", "/v1/products", body_of(&s, "policies", "{\"name\":\"y\"}"));
    licence_site_refused(&a, 400, "", "/data/type");
    a = send(&s, "PATCH", path, body_of(&s, "products", "{\"platforms\":[1]}"));
    licence_site_refused(&a, 400, "", "/data/attributes/platforms/0");
}

static void lists_hold_what_the_bearer_may_see(void **state)
{
    struct site s = open_site(state);
    struct licence *l = licensing_licence(s.cx, NULL);
    const char *own = licence_site_token_auth(
        s.cx, &(struct token_draft){.kind = TOKEN_PRODUCT, .product_id = l->product_id});
    struct policy draft = policy_default(s.product->id, "Other");
    struct policy *other = licensing_add_policy(s.cx, &draft);
    struct licence_answer a = licence_site_get(s.cx, "/v1/policies?limit=1", s.admin);

    assert_int_equal(json_array_size(licence_site_at(&a, "data")), 1);
    a = licence_site_get(s.cx, "/v1/policies?page[number]=1&page[size]=1&order=asc", s.admin);
    assert_string_equal(licence_site_text(&a, "data/0/id"), id_text(s.cx->mem, l->policy_id));
    assert_int_equal(json_integer_value(licence_site_at(&a, "links/meta/count")), 2);
    a = licence_site_get(
        s.cx, arena_printf(s.cx->mem, "/v1/policies?product=%s", id_text(s.cx->mem, s.product->id)),
        s.admin);
    assert_int_equal(json_array_size(licence_site_at(&a, "data")), 1);
    assert_string_equal(licence_site_text(&a, "data/0/attributes/name"), "Other");
    a = licence_site_get(s.cx, "/v1/policies", own);
    assert_int_equal(json_array_size(licence_site_at(&a, "data")), 1);
    a = licence_site_get(
        s.cx, arena_printf(s.cx->mem, "/v1/policies?product=%s", id_text(s.cx->mem, s.product->id)),
        own);
    assert_int_equal(json_array_size(licence_site_at(&a, "data")), 0);
    a = licence_site_get(s.cx, at(&s, "policies", other->id), own);
    licence_site_refused(&a, 404, "NOT_FOUND", NULL);
    a = licence_site_get(s.cx, at(&s, "products", s.product->id), own);
    licence_site_refused(&a, 404, "NOT_FOUND", NULL);
    a = licence_site_get(s.cx, "/v1/products", own);
    assert_int_equal(json_array_size(licence_site_at(&a, "data")), 1);
    a = licence_site_get(
        s.cx, arena_printf(s.cx->mem, "%s/policies", at(&s, "products", s.product->id)), s.admin);
    assert_string_equal(licence_site_text(&a, "data/0/id"), id_text(s.cx->mem, other->id));
    a = licence_site_get(
        s.cx, arena_printf(s.cx->mem, "%s/licenses", at(&s, "policies", l->policy_id)), s.admin);
    assert_string_equal(licence_site_text(&a, "data/0/id"), id_text(s.cx->mem, l->id));
    a = licence_site_get(
        s.cx, arena_printf(s.cx->mem, "%s/licenses", at(&s, "products", s.product->id)), s.admin);
    assert_int_equal(json_array_size(licence_site_at(&a, "data")), 0);
    a = licence_site_get(s.cx, arena_printf(s.cx->mem, "%s/product", at(&s, "policies", other->id)),
                         s.admin);
    assert_string_equal(licence_site_text(&a, "data/id"), id_text(s.cx->mem, s.product->id));
}

static void a24_a25_a28_who_may_not_is_told_so(void **state)
{
    struct site s = open_site(state);
    struct licence *l = licensing_licence(s.cx, NULL);
    const char *read =
        licence_site_token_auth(s.cx, &(struct token_draft){.kind = TOKEN_READ_ONLY});
    const char *admin = s.admin;
    struct licence_answer a;

    s.admin = licence_site_key_auth(s.cx, l);
    a = new_policy(&s, "{\"name\":\"P\"}");
    licence_site_refused(&a, 403, "", NULL);
    a = new_policy(&s, "{\"name\":\"P\",\"duration\":1,\"renewalBasis\":\"X\"}");
    licence_site_refused(&a, 403, "", NULL);
    a = licence_site_get(s.cx, at(&s, "policies", l->policy_id), s.admin);
    licence_site_refused(&a, 403, "", NULL);
    s.admin = read;
    a = licence_site_get(s.cx, "/v1/policies", read);
    assert_int_equal(a.status, 200);
    a = new_policy(&s, "{\"name\":\"P\"}");
    licence_site_refused(&a, 403, "", NULL);
    a = send(&s, "DELETE", at(&s, "policies", l->policy_id), NULL);
    licence_site_refused(&a, 403, "", NULL);
    s.admin = licence_site_token_auth(
        s.cx, &(struct token_draft){.kind = TOKEN_PRODUCT, .product_id = l->product_id});
    a = new_policy(&s, "{\"name\":\"P\"}");
    licence_site_refused(&a, 403, "", NULL);
    s.admin = admin;
    a = new_policy(&s, "{\"name\":\"P\"}");
    assert_int_equal(a.status, 201);
}

static const char *link_to(struct site *s, const char *id)
{
    return arena_printf(s->cx->mem, "{\"data\":[{\"type\":\"entitlements\",\"id\":\"%s\"}]}", id);
}

static void o09_an_entitlements_code_is_its_own_in_any_case(void **state)
{
    struct site s = open_site(state);
    struct licence_answer a =
        send(&s, "POST", "/v1/entitlements",
             body_of(&s, "entitlements", "{\"name\":\"Exchange\",\"code\":\"HQ-EXCHANGE\"}"));
    static const char *const REFUSED[][3] = {
        {"{\"name\":\"X\",\"code\":\"hq-exchange\"}", "CODE_TAKEN", "/data/attributes/code"},
        {"{\"name\":\"X\",\"code\":\"actions\"}", "CODE_NOT_ALLOWED", "/data/attributes/code"},
        {"{\"name\":\"X\",\"code\":\"22222222-2222-4222-8222-222222222222\"}", "CODE_INVALID",
         "/data/attributes/code"},
    };
    const char *path;

    assert_int_equal(a.status, 201);
    path = arena_printf(s.cx->mem, "/v1/entitlements/%s", licence_site_text(&a, "data/id"));
    for (size_t i = 0; i < COUNT(REFUSED); i++) {
        a = send(&s, "POST", "/v1/entitlements", body_of(&s, "entitlements", REFUSED[i][0]));
        licence_site_refused(&a, 422, REFUSED[i][1], REFUSED[i][2]);
    }
    a = send(&s, "POST", "/v1/entitlements", body_of(&s, "entitlements", "{\"name\":\"X\"}"));
    licence_site_refused(&a, 400, "", "/data/attributes/code");
    a = licence_site_get(s.cx, "/v1/entitlements/hq-exchange", s.admin);
    assert_string_equal(licence_site_text(&a, "data/attributes/name"), "Exchange");
    a = send(&s, "PATCH", path, body_of(&s, "entitlements", "{\"name\":\"Head office\"}"));
    assert_string_equal(licence_site_text(&a, "data/attributes/name"), "Head office");
    assert_string_equal(licence_site_text(&a, "data/attributes/code"), "HQ-EXCHANGE");
    a = send(&s, "DELETE", path, NULL);
    assert_int_equal(a.status, 204);
    a = licence_site_get(s.cx, path, s.admin);
    licence_site_refused(&a, 404, "NOT_FOUND", NULL);
}

static void a_policys_entitlements_are_attached_all_or_none(void **state)
{
    struct site s = open_site(state);
    struct licence *l = licensing_licence(s.cx, NULL);
    const char *path = arena_printf(s.cx->mem, "%s/entitlements", at(&s, "policies", l->policy_id));
    const char *held = licence_site_key_auth(s.cx, l);
    struct entitlement *e;
    struct entitlement *f;
    struct licence_answer a;
    const char *id;

    test_ok(s.cx, entitlement_add(s.cx, &(struct entitlement){.name = "A", .code = "A"}, &e));
    test_ok(s.cx, entitlement_add(s.cx, &(struct entitlement){.name = "B", .code = "B"}, &f));
    id = id_text(s.cx->mem, e->id);
    a = licence_site_get(s.cx, "/v1/entitlements", held);
    assert_int_equal(json_array_size(licence_site_at(&a, "data")), 0);
    a = send(&s, "POST", path, link_to(&s, id));
    assert_int_equal(a.status, 200);
    assert_string_equal(licence_site_text(&a, "data/0/type"), "policy-entitlements");
    assert_string_equal(licence_site_text(&a, "data/0/relationships/entitlement/data/id"), id);
    a = licence_site_get(s.cx, "/v1/entitlements", held);
    assert_string_equal(licence_site_text(&a, "data/0/id"), id);
    a = licence_site_get(s.cx, at(&s, "entitlements", f->id), held);
    licence_site_refused(&a, 404, "NOT_FOUND", NULL);
    a = send(&s, "POST", path,
             arena_printf(s.cx->mem,
                          "{\"data\":[{\"type\":\"entitlements\",\"id\":\"%s\"},{\"type\":"
                          "\"entitlements\",\"id\":\"%s\"}]}",
                          id_text(s.cx->mem, f->id), id));
    licence_site_refused(&a, 422, "ENTITLEMENT_TAKEN", "/data/1");
    a = licence_site_get(s.cx, path, s.admin);
    assert_int_equal(json_array_size(licence_site_at(&a, "data")), 1);
    a = send(&s, "POST", path, link_to(&s, id_text(s.cx->mem, l->id)));
    licence_site_refused(&a, 422, "ENTITLEMENT_NOT_FOUND", "/data/0");
    a = send(&s, "DELETE", path, link_to(&s, id));
    assert_int_equal(a.status, 204);
    a = send(&s, "DELETE", path, link_to(&s, id));
    licence_site_refused(&a, 422, "", "/data/0");
    a = send(&s, "POST", path, "{\"data\":[]}");
    assert_int_equal(a.status, 400);
}

static void a_group_is_made_changed_and_removed(void **state)
{
    struct site s = open_site(state);
    struct policy draft = licensing_policy(s.cx);
    struct policy *p = licensing_add_policy(s.cx, &draft);
    struct licence_answer a = send(&s, "POST", "/v1/groups",
                                   body_of(&s, "groups", "{\"name\":\"North\",\"maxLicenses\":1}"));
    struct licence *l;
    struct id id;

    assert_int_equal(a.status, 201);
    assert_true(is_null(&a, "data/attributes/maxUsers"));
    assert_true(id_parse(licence_site_text(&a, "data/id"), &id));
    test_ok(s.cx,
            licence_issue(s.cx, &(struct licence_draft){.policy_id = p->id, .group_id = id}, &l));
    a = licence_site_get(s.cx, arena_printf(s.cx->mem, "%s/licenses", at(&s, "groups", id)),
                         s.admin);
    assert_string_equal(licence_site_text(&a, "data/0/id"), id_text(s.cx->mem, l->id));
    a = licence_site_get(s.cx, "/v1/groups", licence_site_key_auth(s.cx, l));
    assert_string_equal(licence_site_text(&a, "data/0/attributes/name"), "North");
    a = send(&s, "PATCH", at(&s, "groups", id),
             body_of(&s, "groups", "{\"maxLicenses\":null,\"maxMachines\":5}"));
    assert_true(is_null(&a, "data/attributes/maxLicenses"));
    assert_int_equal(json_integer_value(licence_site_at(&a, "data/attributes/maxMachines")), 5);
    a = send(&s, "PATCH", at(&s, "groups", id), body_of(&s, "groups", "{\"maxUsers\":0}"));
    licence_site_refused(&a, 422, "MAX_USERS_INVALID", "/data/attributes/maxUsers");
    a = send(&s, "DELETE", at(&s, "groups", id), NULL);
    assert_int_equal(a.status, 204);
    a = licence_site_get(s.cx, at(&s, "licenses", l->id), s.admin);
    assert_int_equal(a.status, 200);
    assert_true(is_null(&a, "data/relationships/group/data"));
    a = licence_site_get(s.cx, "/v1/groups", licence_site_key_auth(s.cx, l));
    assert_int_equal(json_array_size(licence_site_at(&a, "data")), 0);
}

static void o11_a_full_group_takes_no_further_licence(void **state)
{
    struct site s = open_site(state);
    struct policy draft = licensing_policy(s.cx);
    struct policy *p = licensing_add_policy(s.cx, &draft);
    struct licence_answer a = send(&s, "POST", "/v1/groups",
                                   body_of(&s, "groups", "{\"name\":\"North\",\"maxLicenses\":1}"));
    const char *body = arena_printf(
        s.cx->mem,
        "{\"data\":{\"type\":\"licenses\",\"relationships\":{\"policy\":{\"data\":{\"type\":"
        "\"policies\",\"id\":\"%s\"}},\"group\":{\"data\":{\"type\":\"groups\",\"id\":\"%s\"}}}}}",
        id_text(s.cx->mem, p->id), licence_site_text(&a, "data/id"));

    a = send(&s, "POST", "/v1/licenses", body);
    assert_int_equal(a.status, 201);
    a = send(&s, "POST", "/v1/licenses", body);
    licence_site_refused(&a, 422, "GROUP_LICENSE_LIMIT_EXCEEDED", "/data/relationships/group");
}

static void machines_of_products_and_groups_are_listed(void **state)
{
    struct site s = open_site(state);
    struct licence *l = licensing_licence(s.cx, NULL);
    struct machine *m = licensing_machine(s.cx, l->id, "one");
    const char *held = licence_site_key_auth(s.cx, l);
    struct licence_answer a = licence_site_get(
        s.cx, arena_printf(s.cx->mem, "%s/machines", at(&s, "products", l->product_id)), s.admin);

    assert_string_equal(licence_site_text(&a, "data/0/id"), id_text(s.cx->mem, m->id));
    a = licence_site_get(
        s.cx, arena_printf(s.cx->mem, "%s/machines", at(&s, "products", s.product->id)), s.admin);
    assert_int_equal(json_array_size(licence_site_at(&a, "data")), 0);
    a = licence_site_get(
        s.cx, arena_printf(s.cx->mem, "%s/machines", at(&s, "products", l->product_id)), held);
    licence_site_refused(&a, 403, "", NULL);
}

static void another_accounts_catalogue_is_not_there(void **state)
{
    struct site s = open_site(state);
    struct site other = open_site(state);
    struct licence_answer a =
        licence_site_get(s.cx, at(&s, "products", other.product->id), s.admin);

    licence_site_refused(&a, 404, "NOT_FOUND", NULL);
    a = send(&s, "DELETE", at(&s, "products", other.product->id), NULL);
    licence_site_refused(&a, 404, "NOT_FOUND", NULL);
    s.product = other.product;
    a = new_policy(&s, "{\"name\":\"P\"}");
    licence_site_refused(&a, 422, "PRODUCT_NOT_FOUND", "/data/relationships/product");
}

int main(void)
{
    static const struct CMUnitTest TESTS[] = {
        cmocka_unit_test(o01_a_policy_of_name_and_product_has_the_defaults),
        cmocka_unit_test(o02_a_duration_is_a_day_or_none),
        cmocka_unit_test(o03_machines_fit_the_kind_of_policy),
        cmocka_unit_test(o04_an_overage_fits_the_limits),
        cmocka_unit_test(o05_who_always_revives_is_kept),
        cmocka_unit_test(o06_k04_what_is_fixed_is_not_changed),
        cmocka_unit_test(o07_check_in_needs_its_interval),
        cmocka_unit_test(every_fault_of_a_policy_is_told),
        cmocka_unit_test(the_shape_of_a_policy_is_checked),
        cmocka_unit_test(a_policy_is_changed_and_its_licences_follow_at_once),
        cmocka_unit_test(C25_older_versions_know_other_names),
        cmocka_unit_test(a_policy_goes_with_its_licences),
        cmocka_unit_test(a_product_goes_with_all_that_is_its),
        cmocka_unit_test(a_product_is_made_read_and_changed),
        cmocka_unit_test(lists_hold_what_the_bearer_may_see),
        cmocka_unit_test(a24_a25_a28_who_may_not_is_told_so),
        cmocka_unit_test(o09_an_entitlements_code_is_its_own_in_any_case),
        cmocka_unit_test(a_policys_entitlements_are_attached_all_or_none),
        cmocka_unit_test(a_group_is_made_changed_and_removed),
        cmocka_unit_test(o11_a_full_group_takes_no_further_licence),
        cmocka_unit_test(machines_of_products_and_groups_are_listed),
        cmocka_unit_test(another_accounts_catalogue_is_not_there),
    };

    return test_group_run_around("catalogue_wire", TESTS, COUNT(TESTS), licence_site_start,
                                 licence_site_stop);
}
