/* The matrix of rights (section 2.6), walked: every kind of bearer asks for every row over HTTP,
 * each time of a product, a licence and people of its own. */
#include "licensing/licence_user.h"
#include "portal/api/api_permission.h"
#include "tests/http/licence_site.h"

#include <string.h>

/* A admin, D developer, S sales, T support, R read-only, P the product, U the licence's owner, V a
 * further user of it, X its owner where the policy is protected, L the licence. */
static const char WHO[] = "ADSTRPUVXL";
#define EVERYBODY "ADSTRPUVXL"
#define STAFF     "ADSTRP"

struct row {
    enum permit what;
    const char *method, *path, *body, *allowed;
};

#define LINK(type, id)  "{\"data\":{\"type\":\"" type "\",\"id\":\"" id "\"}}"
#define LINKS(type, id) "{\"data\":[{\"type\":\"" type "\",\"id\":\"" id "\"}]}"
#define NEW(type, attributes, relationships)                       \
    "{\"data\":{\"type\":\"" type "\",\"attributes\":{" attributes \
    "},\"relationships\":{" relationships "}}}"
#define SET(type, attributes) "{\"data\":{\"type\":\"" type "\",\"attributes\":{" attributes "}}}"
#define REL(name, type, id)   "\"" name "\":" LINK(type, id)
#define ONE                   "/v1/licenses/{licence}"
#define MACHINE               "/v1/machines/{machine}"

static const struct row ROWS[] = {
    /* clang-format off */
    {PERMIT_ACCOUNT_READ, "GET", "/v1/accounts/{account}", NULL, STAFF},
    {PERMIT_LICENCE_READ, "GET", "/v1/licenses", NULL, EVERYBODY},
    {PERMIT_LICENCE_READ, "GET", ONE, NULL, EVERYBODY},
    {PERMIT_LICENCE_CREATE, "POST", "/v1/licenses", NEW("licenses", "", REL("policy", "policies", "{policy}") "," REL("owner", "users", "{owner}")), "ADSPU"},
    {PERMIT_LICENCE_UPDATE, "PATCH", ONE, SET("licenses", "\"name\":\"n\""), "ADSTP"},
    {PERMIT_LICENCE_DELETE, "DELETE", ONE, NULL, "ADSPU"},
    {PERMIT_LICENCE_REVOKE, "DELETE", ONE "/actions/revoke", NULL, "ADSPU"},
    {PERMIT_LICENCE_RENEW, "POST", ONE "/actions/renew", NULL, "ADSPU"},
    {PERMIT_LICENCE_VALIDATE, "POST", ONE "/actions/validate", NULL, EVERYBODY},
    {PERMIT_LICENCE_VALIDATE, "POST", "/v1/licenses/actions/validate-key", "{\"meta\":{\"key\":\"{key}\"}}", EVERYBODY},
    {PERMIT_LICENCE_CHECK_IN, "POST", ONE "/actions/check-in", NULL, "ADSTPUL"},
    {PERMIT_LICENCE_CHECK_OUT, "POST", ONE "/actions/check-out", NULL, "ADSTPUVL"},
    {PERMIT_LICENCE_SUSPEND, "POST", ONE "/actions/suspend", NULL, "ADSTP"},
    {PERMIT_LICENCE_REINSTATE, "POST", ONE "/actions/reinstate", NULL, "ADSTP"},
    {PERMIT_LICENCE_USAGE_INCREMENT, "POST", ONE "/actions/increment-usage", NULL, "ADSTPUL"},
    {PERMIT_LICENCE_USAGE_DECREMENT, "POST", ONE "/actions/decrement-usage", NULL, "ADSTP"},
    {PERMIT_LICENCE_USAGE_RESET, "POST", ONE "/actions/reset-usage", NULL, "ADSTP"},
    {PERMIT_LICENCE_TOKENS_READ, "GET", ONE "/tokens", NULL, "ADSTRPL"},
    {PERMIT_LICENCE_TOKENS_CREATE, "POST", ONE "/tokens", NULL, "ADSP"},
    {PERMIT_LICENCE_ENTITLEMENTS_READ, "GET", ONE "/entitlements", NULL, EVERYBODY},
    {PERMIT_LICENCE_ENTITLEMENTS_ATTACH, "POST", ONE "/entitlements", LINKS("entitlements", "{other_entitlement}"), "ADSP"},
    {PERMIT_LICENCE_ENTITLEMENTS_DETACH, "DELETE", ONE "/entitlements", LINKS("entitlements", "{entitlement}"), "ADSP"},
    {PERMIT_LICENCE_USERS_READ, "GET", ONE "/users", NULL, EVERYBODY},
    {PERMIT_LICENCE_USERS_ATTACH, "POST", ONE "/users", LINKS("users", "{stranger}"), "ADSTP"},
    {PERMIT_LICENCE_USERS_DETACH, "DELETE", ONE "/users", LINKS("users", "{guest}"), "ADSTP"},
    {PERMIT_LICENCE_OWNER_CHANGE, "PUT", ONE "/owner", LINK("users", "{stranger}"), "ADSP"},
    {PERMIT_LICENCE_GROUP_CHANGE, "PUT", ONE "/group", LINK("groups", "{group}"), "ADSP"},
    {PERMIT_LICENCE_POLICY_CHANGE, "PUT", ONE "/policy", LINK("policies", "{other_policy}"), "ADSPU"},

    {PERMIT_MACHINE_READ, "GET", "/v1/machines", NULL, EVERYBODY},
    {PERMIT_MACHINE_READ, "GET", MACHINE, NULL, EVERYBODY},
    {PERMIT_MACHINE_CREATE, "POST", "/v1/machines", NEW("machines", "\"fingerprint\":\"new\"", REL("license", "licenses", "{licence}")), "ADSPUL"},
    {PERMIT_MACHINE_CREATE, "POST", "/v1/machines", NEW("machines", "\"fingerprint\":\"new\"", REL("license", "licenses", "{licence}") "," REL("owner", "users", "{guest}")), "ADSPUVL"},
    {PERMIT_MACHINE_UPDATE, "PATCH", MACHINE, SET("machines", "\"name\":\"n\""), "ADSTPUL"},
    {PERMIT_MACHINE_DELETE, "DELETE", MACHINE, NULL, "ADSPUL"},
    {PERMIT_MACHINE_CHECK_OUT, "POST", MACHINE "/actions/check-out", NULL, "ADSTPUL"},
    {PERMIT_MACHINE_PING, "POST", MACHINE "/actions/ping", NULL, "ADPUL"},
    {PERMIT_MACHINE_RESET, "POST", MACHINE "/actions/reset", NULL, "ADSP"},
    {PERMIT_MACHINE_OWNER_CHANGE, "PUT", MACHINE "/owner", LINK("users", "{guest}"), "ADSP"},
    {PERMIT_MACHINE_GROUP_CHANGE, "PUT", MACHINE "/group", LINK("groups", "{group}"), "ADSP"},

    {PERMIT_PROCESS_READ, "GET", "/v1/processes", NULL, EVERYBODY},
    {PERMIT_PROCESS_READ, "GET", "/v1/processes/{process}", NULL, EVERYBODY},
    {PERMIT_PROCESS_CREATE, "POST", "/v1/processes", NEW("processes", "\"pid\":\"2\"", REL("machine", "machines", "{machine}")), "ADSPUL"},
    {PERMIT_PROCESS_UPDATE, "PATCH", "/v1/processes/{process}", SET("processes", "\"metadata\":{}"), "ADSTPUL"},
    {PERMIT_PROCESS_DELETE, "DELETE", "/v1/processes/{process}", NULL, "ADSPUL"},
    {PERMIT_PROCESS_PING, "POST", "/v1/processes/{process}/actions/ping", NULL, "ADPUL"},
    {PERMIT_COMPONENT_READ, "GET", "/v1/components", NULL, EVERYBODY},
    {PERMIT_COMPONENT_READ, "GET", "/v1/components/{component}", NULL, EVERYBODY},
    {PERMIT_COMPONENT_CREATE, "POST", "/v1/components", NEW("components", "\"fingerprint\":\"b\",\"name\":\"b\"", REL("machine", "machines", "{machine}")), "ADSPUL"},
    {PERMIT_COMPONENT_UPDATE, "PATCH", "/v1/components/{component}", SET("components", "\"name\":\"n\""), "ADSTPUL"},
    {PERMIT_COMPONENT_DELETE, "DELETE", "/v1/components/{component}", NULL, "ADSPUL"},

    {PERMIT_POLICY_READ, "GET", "/v1/policies", NULL, STAFF},
    {PERMIT_POLICY_READ, "GET", "/v1/policies/{policy}", NULL, STAFF},
    {PERMIT_POLICY_CREATE, "POST", "/v1/policies", NEW("policies", "\"name\":\"n\"", REL("product", "products", "{product}")), "ADSP"},
    {PERMIT_POLICY_UPDATE, "PATCH", "/v1/policies/{policy}", SET("policies", "\"name\":\"n\""), "ADSP"},
    {PERMIT_POLICY_DELETE, "DELETE", "/v1/policies/{other_policy}", NULL, "ADP"},
    {PERMIT_POLICY_ENTITLEMENTS_READ, "GET", "/v1/policies/{policy}/entitlements", NULL, STAFF},
    {PERMIT_POLICY_ENTITLEMENTS_ATTACH, "POST", "/v1/policies/{policy}/entitlements", LINKS("entitlements", "{other_entitlement}"), "ADSP"},
    {PERMIT_POLICY_ENTITLEMENTS_DETACH, "DELETE", "/v1/policies/{policy}/entitlements", LINKS("entitlements", "{entitlement}"), "ADSP"},
    {PERMIT_PRODUCT_READ, "GET", "/v1/products", NULL, STAFF},
    {PERMIT_PRODUCT_READ, "GET", "/v1/products/{product}", NULL, STAFF},
    {PERMIT_PRODUCT_CREATE, "POST", "/v1/products", SET("products", "\"name\":\"n\""), "AD"},
    {PERMIT_PRODUCT_UPDATE, "PATCH", "/v1/products/{product}", SET("products", "\"name\":\"n\""), "ADP"},
    {PERMIT_PRODUCT_DELETE, "DELETE", "/v1/products/{product}", NULL, "AD"},
    {PERMIT_PRODUCT_TOKENS_READ, "GET", "/v1/products/{product}/tokens", NULL, "ADP"},
    {PERMIT_PRODUCT_TOKENS_CREATE, "POST", "/v1/products/{product}/tokens", NULL, "AD"},
    {PERMIT_ENTITLEMENT_READ, "GET", "/v1/entitlements", NULL, EVERYBODY},
    {PERMIT_ENTITLEMENT_READ, "GET", "/v1/entitlements/{entitlement}", NULL, EVERYBODY},
    {PERMIT_ENTITLEMENT_CREATE, "POST", "/v1/entitlements", SET("entitlements", "\"name\":\"n\",\"code\":\"NEW-{licence}\""), "AD"},
    {PERMIT_ENTITLEMENT_UPDATE, "PATCH", "/v1/entitlements/{entitlement}", SET("entitlements", "\"name\":\"n\""), "AD"},
    {PERMIT_ENTITLEMENT_DELETE, "DELETE", "/v1/entitlements/{other_entitlement}", NULL, "AD"},
    {PERMIT_GROUP_READ, "GET", "/v1/groups", NULL, EVERYBODY},
    {PERMIT_GROUP_READ, "GET", "/v1/groups/{group}", NULL, "ADSTRPUXL"},
    {PERMIT_GROUP_CREATE, "POST", "/v1/groups", SET("groups", "\"name\":\"n\""), "ADP"},
    {PERMIT_GROUP_UPDATE, "PATCH", "/v1/groups/{group}", SET("groups", "\"name\":\"n\""), "ADP"},
    {PERMIT_GROUP_DELETE, "DELETE", "/v1/groups/{group}", NULL, "ADP"},

    {PERMIT_USER_READ, "GET", "/v1/users", NULL, "ADSTRPUVX"},
    {PERMIT_USER_READ, "GET", "/v1/users/{owner}", NULL, "ADSTRPUVX"},
    {PERMIT_USER_CREATE, "POST", "/v1/users", SET("users", "\"email\":\"new-{licence}@example.com\""), "ADSP"},
    {PERMIT_USER_UPDATE, "PATCH", "/v1/users/{owner}", SET("users", "\"firstName\":\"n\""), "ADSPUX"},
    {PERMIT_USER_DELETE, "DELETE", "/v1/users/{owner}", NULL, "ADP"},
    {PERMIT_USER_BAN, "POST", "/v1/users/{owner}/actions/ban", NULL, "ADSTP"},
    {PERMIT_USER_UNBAN, "POST", "/v1/users/{owner}/actions/unban", NULL, "ADSTP"},
    {PERMIT_USER_ROLE_CHANGE, "PATCH", "/v1/users/{owner}", SET("users", "\"role\":\"user\""), "A"},
    {PERMIT_USER_GROUP_CHANGE, "PUT", "/v1/users/{owner}/group", LINK("groups", "{group}"), "ADSP"},
    {PERMIT_USER_PASSWORD_UPDATE, "POST", "/v1/users/{owner}/actions/update-password", "{\"meta\":{\"oldPassword\":\"none yet\",\"newPassword\":\"123\"}}", "UX"},
    {PERMIT_USER_TOKENS_READ, "GET", "/v1/users/{owner}/tokens", NULL, "APUX"},
    {PERMIT_USER_TOKENS_CREATE, "POST", "/v1/users/{owner}/tokens", NULL, "ADPUX"},
    {PERMIT_TOKEN_READ, "GET", "/v1/tokens", NULL, EVERYBODY},
    {PERMIT_TOKEN_READ, "GET", "/v1/tokens/{token}", NULL, "APL"},
    {PERMIT_TOKEN_CREATE, "POST", "/v1/tokens", NULL, EVERYBODY},
    {PERMIT_TOKEN_REGENERATE, "PUT", "/v1/tokens/{token}", NULL, "APL"},
    {PERMIT_TOKEN_REGENERATE, "PUT", "/v1/tokens", NULL, EVERYBODY},
    {PERMIT_TOKEN_REVOKE, "DELETE", "/v1/tokens/{token}", NULL, "APL"},

    {PERMIT_RELEASE_READ, "GET", "/v1/releases", NULL, EVERYBODY},
    {PERMIT_RELEASE_CREATE, "POST", "/v1/releases", NEW("releases", "\"version\":\"1.0.0\",\"channel\":\"stable\"", REL("product", "products", "{product}")), "ADP"},
    {PERMIT_RELEASE_UPDATE, "PATCH", "/v1/releases/{release}", SET("releases", "\"name\":\"n\""), "ADP"},
    {PERMIT_RELEASE_DELETE, "DELETE", "/v1/releases/{release}", NULL, "ADP"},
    {PERMIT_RELEASE_PUBLISH, "POST", "/v1/releases/{release}/actions/publish", NULL, "ADP"},
    {PERMIT_RELEASE_YANK, "POST", "/v1/releases/{release}/actions/yank", NULL, "ADP"},
    {PERMIT_ARTIFACT_READ, "GET", "/v1/artifacts", NULL, EVERYBODY},

    {PERMIT_WEBHOOK_READ, "GET", "/v1/webhook-endpoints", NULL, "ADRP"},
    {PERMIT_WEBHOOK_CREATE, "POST", "/v1/webhook-endpoints", SET("webhook-endpoints", "\"url\":\"https://hooks.example.com/in\",\"subscriptions\":[\"*\"]"), "ADP"},
    {PERMIT_EVENT_READ, "GET", "/v1/webhook-events", NULL, "ADRP"},
    /* clang-format on */
};

/* --- what each cell of the matrix is asked of --- */

struct scene {
    struct ctx *cx;
    struct id product, policy, other_policy, licence, machine, process, component, entitlement,
        other_entitlement, group, owner, guest, stranger, token, release;
    const char *key;
};

static const char SQL_GROUP[] =
    "INSERT INTO licence_group (tenant_id, id, name, created_at, updated_at) "
    "VALUES (?, ?, 'Group', ?, ?)";
static const char SQL_JOIN[] =
    "INSERT INTO licence_group_person (tenant_id, person_id, group_id) VALUES (?, ?, ?)";
static const char SQL_OWN[] =
    "UPDATE licence SET owner_id = ?, group_id = ? WHERE tenant_id = ? AND id = ?";
static const char SQL_ENTITLEMENT[] =
    "INSERT INTO entitlement (tenant_id, id, name, code, code_folded, created_at, updated_at) "
    "VALUES (?, ?, 'E', ?, ?, ?, ?)";
static const char SQL_ENTITLE[] =
    "INSERT INTO licence_entitlement (tenant_id, licence_id, entitlement_id, id, created_at) "
    "VALUES (?, ?, ?, ?, ?)";
static const char SQL_ENTITLE_POLICY[] =
    "INSERT INTO policy_entitlement (tenant_id, policy_id, entitlement_id, id, created_at) "
    "VALUES (?, ?, ?, ?, ?)";
static const char SQL_PROCESS[] =
    "INSERT INTO process (tenant_id, id, licence_id, machine_id, pid, pid_hash, "
    "last_heartbeat_at, created_at, updated_at) VALUES (?, ?, ?, ?, '1', ?, ?, ?, ?)";
static const char SQL_COMPONENT[] =
    "INSERT INTO component (tenant_id, id, licence_id, machine_id, fingerprint, fingerprint_hash, "
    "name, created_at, updated_at) VALUES (?, ?, ?, ?, 'a', ?, 'A', ?, ?)";
static const char SQL_RELEASE[] =
    "INSERT INTO product_release (tenant_id, id, product_id, channel, version, semver_major, "
    "semver_minor, semver_patch, created_at, updated_at) "
    "VALUES (?, ?, ?, 'stable', '0.9.0', 0, 9, 0, ?, ?)";

static struct id add_entitlement(struct ctx *cx)
{
    struct id id = ctx_new_id(cx);
    const char *code = id_text(cx->mem, id);

    test_sql(cx, SQL_ENTITLEMENT, DB_ID(cx->tenant_id), DB_ID(id),
             DB_TEXT(arena_printf(cx->mem, "E-%s", code)),
             DB_TEXT(arena_printf(cx->mem, "e-%s", code)), DB_TIME(cx->now), DB_TIME(cx->now));
    return id;
}

static void add_parts(struct ctx *cx, struct scene *s)
{
    uint8_t hash[CRYPTO_HASH_SIZE];
    const struct db_arg tenant = DB_ID(cx->tenant_id);
    const struct db_arg now = DB_TIME(cx->now);

    s->machine = licensing_machine(cx, s->licence, "one")->id;
    s->process = ctx_new_id(cx);
    s->component = ctx_new_id(cx);
    s->release = ctx_new_id(cx);
    crypto_sha256("1", 1, hash);
    test_sql(cx, SQL_PROCESS, tenant, DB_ID(s->process), DB_ID(s->licence), DB_ID(s->machine),
             DB_BYTES(hash, sizeof hash), now, now, now);
    crypto_sha256("a", 1, hash);
    test_sql(cx, SQL_COMPONENT, tenant, DB_ID(s->component), DB_ID(s->licence), DB_ID(s->machine),
             DB_BYTES(hash, sizeof hash), now, now);
    test_sql(cx, SQL_RELEASE, tenant, DB_ID(s->release), DB_ID(s->product), now, now);
    s->entitlement = add_entitlement(cx);
    s->other_entitlement = add_entitlement(cx);
    test_sql(cx, SQL_ENTITLE, tenant, DB_ID(s->licence), DB_ID(s->entitlement),
             DB_ID(ctx_new_id(cx)), now);
    test_sql(cx, SQL_ENTITLE_POLICY, tenant, DB_ID(s->policy), DB_ID(s->other_entitlement),
             DB_ID(ctx_new_id(cx)), now);
}

static struct id add_person(struct ctx *cx, const char *name)
{
    return make_person(
        cx, name,
        arena_printf(cx->mem, "%s-%s@example.com", name, id_text(cx->mem, ctx_new_id(cx))));
}

static struct scene make_scene(struct ctx *cx, bool is_protected)
{
    struct scene s = {.cx = cx};
    struct policy draft = licensing_policy(cx);
    struct licence_link *links;
    struct licence *l;

    draft.is_protected = is_protected;
    draft.duration_seconds = 86400 * 365;
    draft.max_machines = 10;
    s.product = draft.product_id;
    l = licensing_licence(cx, &draft);
    s.licence = l->id;
    s.key = l->key;
    s.policy = l->policy_id;
    draft.is_protected = false;
    s.other_policy = licensing_add_policy(cx, &draft)->id;
    s.owner = add_person(cx, "owner");
    s.guest = add_person(cx, "guest");
    s.stranger = add_person(cx, "stranger");
    s.group = ctx_new_id(cx);
    test_sql(cx, SQL_GROUP, DB_ID(cx->tenant_id), DB_ID(s.group), DB_TIME(cx->now),
             DB_TIME(cx->now));
    test_sql(cx, SQL_JOIN, DB_ID(cx->tenant_id), DB_ID(s.owner), DB_ID(s.group));
    test_sql(cx, SQL_OWN, DB_ID(s.owner), DB_ID(s.group), DB_ID(cx->tenant_id), DB_ID(s.licence));
    test_ok(cx, licence_user_attach(cx, s.licence, &s.guest, 1, &links));
    add_parts(cx, &s);
    return s;
}

static const char *auth_of(struct scene *s, char who)
{
    static const char KINDS[] = "ADSTR"; /* in the order of enum token_kind */
    const char *staff = strchr(KINDS, who);
    struct token_draft draft = {0};
    struct token *t;

    if (staff != NULL) {
        draft.kind = (enum token_kind)(staff - KINDS);
    } else if (who == 'P') {
        draft = (struct token_draft){.kind = TOKEN_PRODUCT, .product_id = s->product};
    } else if (who == 'L') {
        draft = (struct token_draft){.kind = TOKEN_ACTIVATION, .licence_id = s->licence};
    } else {
        draft =
            (struct token_draft){.kind = TOKEN_USER, .person_id = who == 'V' ? s->guest : s->owner};
    }
    test_ok(s->cx, token_add(s->cx, &draft, &t));
    if (who == 'L')
        s->token = t->id;
    return arena_printf(s->cx->mem, "Bearer %s", t->text);
}

static const char *value_of(const struct scene *s, struct span name)
{
    const struct {
        const char *name;
        struct id id;
    } known[] = {
        {"account", s->cx->tenant_id},
        {"product", s->product},
        {"policy", s->policy},
        {"other_policy", s->other_policy},
        {"licence", s->licence},
        {"machine", s->machine},
        {"process", s->process},
        {"component", s->component},
        {"entitlement", s->entitlement},
        {"other_entitlement", s->other_entitlement},
        {"group", s->group},
        {"owner", s->owner},
        {"guest", s->guest},
        {"stranger", s->stranger},
        {"token", s->token},
        {"release", s->release},
    };

    if (span_equal(name, "key"))
        return s->key;
    for (size_t i = 0; i < COUNT(known); i++)
        if (span_equal(name, known[i].name))
            return id_text(s->cx->mem, known[i].id);
    return NULL;
}

/* {name} is what the scene has under that name; other braces are JSON's. */
static const char *fill(const struct scene *s, const char *text)
{
    struct str out = str_new(s->cx->mem);

    for (const char *p = text; *p != '\0'; p++) {
        size_t len = strspn(p + 1, "abcdefghijklmnopqrstuvwxyz_");

        if (*p != '{' || len == 0 || p[1 + len] != '}') {
            str_char(&out, *p);
            continue;
        }
        str_add(&out, value_of(s, (struct span){p + 1, len}));
        p += len + 1;
    }
    return out.p;
}

/* In one transaction: there are a thousand scenes. */
static struct scene set_up(struct ctx *cx, char who, const char **auth)
{
    struct scene s;

    test_ok(cx, db_begin(cx));
    s = make_scene(cx, who == 'X');
    *auth = auth_of(&s, 'L');
    if (who != 'L')
        *auth = auth_of(&s, who);
    test_ok(cx, db_commit(cx));
    return s;
}

/* Tells what is wrong, so that one run shows all of it. */
static bool check_cell(struct ctx *cx, const struct row *row, char who)
{
    const char *auth;
    struct scene s = set_up(cx, who, &auth);
    const struct licence_ask ask = {.method = row->method,
                                    .path = fill(&s, row->path),
                                    .auth = auth,
                                    .body = row->body != NULL ? fill(&s, row->body) : NULL};
    const char *text;
    int status = licence_site_raw(cx, &ask, &text);
    bool may = strchr(row->allowed, who) != NULL;
    bool is_refused = status == 403 || status == 404;

    /* A member that a role may not send is unknown to it. */
    if (row->what == PERMIT_USER_ROLE_CHANGE)
        is_refused |= status == 400;
    if (may != is_refused && status != 401 && status < 429)
        return true;
    print_error("%s: %c asking %s %s should %s, got %d:\n%s\n", api_permission_name(row->what), who,
                row->method, row->path, may ? "be let in" : "be refused", status,
                strstr(text, "{\"meta\"") != NULL ? strstr(text, "{\"meta\"") : "");
    return false;
}

static void every_bearer_gets_what_the_matrix_says(void **state)
{
    struct ctx *cx = test_ctx(state);

    unsigned wrong = 0;

    licence_site_open(cx);
    for (size_t i = 0; i < COUNT(ROWS); i++)
        for (const char *who = WHO; *who != '\0'; who++)
            wrong += !check_cell(cx, &ROWS[i], *who);
    assert_int_equal(wrong, 0);
}

static void nobody_gets_nothing(void **state)
{
    struct ctx *cx = test_ctx(state);
    struct scene s;
    const char *text;

    licence_site_open(cx);
    s = make_scene(cx, false);
    auth_of(&s, 'L');
    for (size_t i = 0; i < COUNT(ROWS); i++) {
        const struct licence_ask ask = {.method = ROWS[i].method,
                                        .path = fill(&s, ROWS[i].path),
                                        .body =
                                            ROWS[i].body != NULL ? fill(&s, ROWS[i].body) : NULL};
        int status = licence_site_raw(cx, &ask, &text);
        bool is_open = strstr(ROWS[i].path, "validate-key") != NULL ||
                       ROWS[i].what == PERMIT_USER_CREATE || ROWS[i].what == PERMIT_RELEASE_READ ||
                       ROWS[i].what == PERMIT_ARTIFACT_READ;

        if (!is_open && status != 401)
            fail_msg("%s %s without a credential: %d", ROWS[i].method, ROWS[i].path, status);
    }
}

/* The program's own table says the same as this one; and each of its rows is asked above, but for
 * those whose routes need more than a scene: they are in the tests of their resources. */
static void the_table_and_the_matrix_agree(void **state)
{
    static const enum permit ELSEWHERE[] = {
        PERMIT_ACCOUNT_UPDATE, /* no route */
        PERMIT_RELEASE_UPGRADE, PERMIT_ARTIFACT_CREATE,   PERMIT_ARTIFACT_UPDATE,
        PERMIT_ARTIFACT_DELETE, PERMIT_ARTIFACT_DOWNLOAD, PERMIT_WEBHOOK_UPDATE,
        PERMIT_WEBHOOK_DELETE,  PERMIT_EVENT_RETRY,       PERMIT_EVENT_DELETE};
    bool is_asked[PERMIT_COUNT] = {false};

    (void)state;
    for (size_t i = 0; i < COUNT(ELSEWHERE); i++)
        is_asked[ELSEWHERE[i]] = true;
    for (size_t i = 0; i < COUNT(ROWS); i++) {
        is_asked[ROWS[i].what] = true;
        for (const char *who = ROWS[i].allowed; *who != '\0'; who++) {
            static const char KINDS[] = "ADSTRUPL"; /* in the order of enum token_kind */
            char kind = strchr("VX", *who) != NULL ? 'U' : *who;

            if ((api_permission_kinds(ROWS[i].what) & (1U << (strchr(KINDS, kind) - KINDS))) == 0)
                fail_msg("%s: %c is not in the table", api_permission_name(ROWS[i].what), *who);
        }
    }
    for (unsigned i = 0; i < PERMIT_COUNT; i++)
        if (!is_asked[i])
            fail_msg("%s is asked by no row", api_permission_name((enum permit)i));
}

int main(void)
{
    static const struct CMUnitTest TESTS[] = {
        cmocka_unit_test(the_table_and_the_matrix_agree),
        cmocka_unit_test(nobody_gets_nothing),
        cmocka_unit_test(every_bearer_gets_what_the_matrix_says),
    };

    return test_group_run_around("permission_wire", TESTS, COUNT(TESTS), licence_site_start,
                                 licence_site_stop);
}
