/* From a provider's answer to a session, and each way in which it fails: every refusal has its own
 * line in the audit trail. The provider is a server of the test's own. */
#include "base/clock.h"
#include "portal/account/person.h"
#include "portal/oidc/oidc_domain.h"
#include "portal/oidc/oidc_login.h"
#include "tests/http/receiver.h"
#include "tests/support/jose.h"
#include "tests/support/test.h"

#include <string.h>

static const struct oidc_net NET = {.allows_local = true, .timeout_ms = 2000};
static const char BROWSER[] = "the visitor's secret";
static const char CALLBACK[] = "https://help.example.com/login/sso/back";
static struct jose_key *key, *other_key;
static struct arena *all;

struct stage { /* a tenant with a provider, and Anna, who is one of its people */
    struct ctx *cx;
    struct receiver *server;
    struct oidc_provider *provider;
    const char *issuer;
    const char *state, *nonce; /* of the sign-in on its way */
    struct id anna, signed_in;
};

static const char SQL_KEEP[] =
    "UPDATE oidc_provider SET metadata = ?, metadata_at = ?, key_set = ?, key_set_at = ? "
    "WHERE tenant_id = ? AND id = ?";

static void keep_metadata(struct stage *s)
{
    struct arena *mem = s->cx->mem;
    const char *metadata =
        arena_printf(mem,
                     "{\"issuer\":\"%s\",\"authorization_endpoint\":\"%s/a\",\"token_endpoint\":"
                     "\"%s/t\",\"jwks_uri\":\"%s/k\"}",
                     s->issuer, s->issuer, s->issuer, s->issuer);

    test_sql(s->cx, SQL_KEEP, DB_TEXT(metadata), DB_TIME(s->cx->now),
             DB_TEXT(arena_printf(mem, "{\"keys\":[%s]}", jose_key_jwk(mem, key, "k", ""))),
             DB_TIME(s->cx->now), DB_ID(s->cx->tenant_id), DB_ID(s->provider->id));
}

static struct stage *set_up(void **state)
{
    struct ctx *cx = test_ctx(state);
    struct stage *s = arena_new(cx->mem, struct stage);
    struct oidc_domain *domains;
    struct id id;
    size_t count;

    s->cx = cx;
    s->server = receiver_start();
    s->issuer = arena_printf(cx->mem, "http://127.0.0.1:%u", receiver_port(s->server));
    test_ok(cx, oidc_provider_add(cx,
                                  &(struct oidc_provider_draft){.name = "Marlow",
                                                                .issuer = s->issuer,
                                                                .client_id = "gatehouse",
                                                                .audience = "both",
                                                                .is_enabled = true,
                                                                .allows_local = true},
                                  &id));
    test_ok(cx, oidc_domain_add(cx, id, "marlow.example"));
    test_ok(cx, oidc_domain_list(cx, id, &domains, &count));
    test_ok(cx, oidc_domain_trust(cx, id, domains[0].id));
    test_ok(cx, oidc_provider_enabled(cx, id, &s->provider));
    s->anna = make_person(cx, "Anna", "anna@marlow.example");
    keep_metadata(s);
    return s;
}

/* A parameter of the address that the visitor is sent to. */
static const char *part_of(struct stage *s, const char *url, const char *name)
{
    const char *at = strstr(url, name);

    assert_non_null(at);
    at += strlen(name);
    return arena_dup_bytes(s->cx->mem, at, strcspn(at, "&"));
}

static void begin(struct stage *s)
{
    const struct oidc_browser browser = {.secret = BROWSER, .callback = CALLBACK};
    const char *url;

    test_ok(s->cx, oidc_login_begin(s->cx, &NET, s->provider, &browser, "/tickets", &url));
    assert_non_null(strstr(url, "code_challenge_method=S256"));
    s->state = part_of(s, url, "&state=");
    s->nonce = part_of(s, url, "&nonce=");
}

struct token { /* what differs from a good one; NULL: as it should be */
    const char *issuer, *audience, *nonce, *email, *header;
    bool is_unconfirmed, is_other_key;
    int64_t age_s;
};

static const char *sign(struct stage *s, const struct token *t)
{
    struct arena *mem = s->cx->mem;
    const long long now = s->cx->now / CLOCK_SECOND - t->age_s;
    const char *claims = arena_printf(
        mem,
        "{\"iss\":\"%s\",\"aud\":\"%s\",\"sub\":\"u1\",\"nonce\":\"%s\",\"iat\":%lld,\"exp\":%lld,"
        "\"email\":\"%s\",\"email_verified\":%s}",
        t->issuer ? t->issuer : s->issuer, t->audience ? t->audience : "gatehouse",
        t->nonce ? t->nonce : s->nonce, now, now + 300, t->email ? t->email : "anna@marlow.example",
        t->is_unconfirmed ? "false" : "true");

    return jose_sign(mem, t->is_other_key ? other_key : key,
                     t->header ? t->header : "{\"alg\":\"EdDSA\",\"kid\":\"k\"}", claims);
}

static const char *answer_of(struct arena *mem, const char *status, const char *body)
{
    return arena_printf(mem,
                        "HTTP/1.1 %s\r\nContent-Type: application/json\r\nContent-Length: %zu\r\n"
                        "Connection: close\r\n\r\n%s",
                        status, strlen(body), body);
}

static void plan_token(struct stage *s, const struct token *t)
{
    struct arena *mem = s->cx->mem;
    const char *keys = arena_printf(mem, "{\"keys\":[%s]}", jose_key_jwk(mem, key, "k", ""));
    const char *const plan[] = {
        answer_of(mem, "200 OK", arena_printf(mem, "{\"id_token\":\"%s\"}", sign(s, t))),
        answer_of(mem, "200 OK", keys)}; /* asked for once more where a key is unknown */

    receiver_plan(s->server, plan, COUNT(plan));
}

static bool note(struct ctx *cx, struct id person_id, void *arg)
{
    struct stage *s = arg;

    (void)cx;
    s->signed_in = person_id;
    return true;
}

static bool come_back(struct stage *s, const struct oidc_return *came, const char *secret)
{
    const struct oidc_browser browser = {.secret = secret, .callback = CALLBACK};
    const struct login_try attempt = {.address = "192.0.2.7", .then = note, .arg = s};
    const char *next;
    bool ok;

    test_as_nobody(s->cx);
    ok = oidc_login_finish(s->cx, &NET, came, &browser, &attempt, &next);
    test_as_system(s->cx);
    if (ok)
        assert_string_equal(next, "/tickets");
    return ok;
}

static bool finish(struct stage *s)
{
    const struct oidc_return came = {.state = s->state, .code = "c"};

    return come_back(s, &came, BROWSER);
}

/* The last refusal's line has this reason. */
static void is_on_record(struct stage *s, const char *reason)
{
    const char *data = test_text(s->cx,
                                 "SELECT data FROM event WHERE tenant_id = ? AND name = "
                                 "'sso.refused' ORDER BY at DESC, id DESC LIMIT 1",
                                 DB_ID(s->cx->tenant_id));

    assert_non_null(strstr(data, arena_printf(s->cx->mem, "\"reason\":\"%s\"", reason)));
    assert_true(id_is_zero(s->signed_in));
}

static int64_t refusals(struct stage *s)
{
    return test_i64(s->cx,
                    "SELECT COUNT(*) FROM event WHERE tenant_id = ? AND name = 'sso.refused'",
                    DB_ID(s->cx->tenant_id));
}

static void a_good_answer_signs_in_and_is_linked(void **state)
{
    struct stage *s = set_up(state);
    const struct token good = {.email = NULL};
    const char *request;

    begin(s);
    plan_token(s, &good);
    test_ok(s->cx, finish(s));
    assert_true(id_equal(s->signed_in, s->anna));
    request = receiver_request(s->server, s->cx->mem, 0);
    assert_non_null(strstr(request, "POST /t HTTP/1.1"));
    assert_non_null(strstr(request, "code_verifier="));
    assert_int_equal(refusals(s), 0);
    assert_int_equal(test_i64(s->cx, "SELECT COUNT(*) FROM oidc_link WHERE tenant_id = ?",
                              DB_ID(s->cx->tenant_id)),
                     1);
    receiver_stop(s->server);
}

static void each_fault_of_a_token_is_refused_with_a_line_of_its_own(void **state)
{
    static const struct {
        struct token token;
        const struct err_kind *kind;
        const char *reason;
    } CASES[] = {
        {{.nonce = "another"}, &ERR_OIDC_NONCE, "OIDC_NONCE"},
        {{.audience = "another"}, &ERR_OIDC_AUDIENCE, "OIDC_AUDIENCE"},
        {{.issuer = "https://evil.example"}, &ERR_OIDC_ISSUER, "OIDC_ISSUER"},
        {{.is_other_key = true}, &ERR_OIDC_SIGNATURE, "OIDC_SIGNATURE"},
        {{.age_s = 3600}, &ERR_OIDC_TIME, "OIDC_TIME"},
        {{.age_s = -3600}, &ERR_OIDC_TIME, "OIDC_TIME"},
        {{.header = "{\"alg\":\"none\"}"}, &ERR_OIDC_ALGORITHM, "OIDC_ALGORITHM"},
        {{.header = "{\"alg\":\"HS256\",\"kid\":\"k\"}"}, &ERR_OIDC_ALGORITHM, "OIDC_ALGORITHM"},
        {{.header = "{\"alg\":\"EdDSA\",\"kid\":\"x\"}"}, &ERR_OIDC_KEY, "OIDC_KEY"},
        {{.email = "eve@elsewhere.example"}, &ERR_OIDC_DOMAIN, "OIDC_DOMAIN"},
        {{.is_unconfirmed = true}, &ERR_OIDC_EMAIL, "OIDC_EMAIL"},
        {{.email = "nobody@marlow.example"}, &ERR_OIDC_ACCOUNT, "OIDC_ACCOUNT"},
    };
    struct stage *s = set_up(state);

    for (size_t i = 0; i < COUNT(CASES); i++) {
        begin(s);
        plan_token(s, &CASES[i].token);
        test_refused(s->cx, finish(s), CASES[i].kind);
        is_on_record(s, CASES[i].reason);
        assert_int_equal(refusals(s), (int64_t)i + 1);
    }
    assert_int_equal(test_i64(s->cx, "SELECT COUNT(*) FROM oidc_link WHERE tenant_id = ?",
                              DB_ID(s->cx->tenant_id)),
                     0);
    receiver_stop(s->server);
}

static void a_sign_in_is_taken_once_in_its_time_and_by_its_browser(void **state)
{
    struct stage *s = set_up(state);
    const struct token good = {.email = NULL};
    struct oidc_return came = {.state = "made up", .code = "c"};

    test_refused(s->cx, come_back(s, &came, BROWSER), &ERR_OIDC_STATE);
    is_on_record(s, "OIDC_STATE");
    begin(s);
    came.state = s->state;
    test_refused(s->cx, come_back(s, &came, "another browser"), &ERR_OIDC_STATE);
    begin(s);
    s->cx->now += OIDC_LOGIN_MINUTES * CLOCK_MINUTE;
    test_refused(s->cx, finish(s), &ERR_OIDC_STATE);
    begin(s);
    plan_token(s, &good);
    test_ok(s->cx, finish(s));
    s->signed_in = (struct id){{0}};
    test_refused(s->cx, finish(s), &ERR_OIDC_STATE);
    is_on_record(s, "OIDC_STATE");
    assert_int_equal(refusals(s), 4);
    receiver_stop(s->server);
}

static void a_provider_that_is_down_or_says_no_is_told_apart(void **state)
{
    struct stage *s = set_up(state);
    struct arena *mem = s->cx->mem;
    const struct {
        const char *answer;
        const struct err_kind *kind;
        const char *reason;
    } cases[] = {
        {RECEIVER_SILENCE, &ERR_OIDC_DOWN, "OIDC_DOWN"},
        {answer_of(mem, "503 Busy", "{}"), &ERR_OIDC_DOWN, "OIDC_DOWN"},
        {answer_of(mem, "200 OK", "<html>"), &ERR_OIDC_DOWN, "OIDC_DOWN"},
        {answer_of(mem, "400 No", "{\"error\":\"invalid_grant\"}"), &ERR_OIDC_REFUSED,
         "OIDC_REFUSED"},
        {answer_of(mem, "200 OK", "{\"access_token\":\"x\"}"), &ERR_OIDC_TOKEN, "OIDC_TOKEN"},
        {answer_of(mem, "200 OK", "{\"id_token\":\"a.b.c\"}"), &ERR_OIDC_TOKEN, "OIDC_TOKEN"},
    };

    for (size_t i = 0; i < COUNT(cases); i++) {
        begin(s);
        receiver_plan(s->server, &cases[i].answer, 1);
        test_refused(s->cx, finish(s), cases[i].kind);
        is_on_record(s, cases[i].reason);
    }
    begin(s);
    test_refused(
        s->cx,
        come_back(s, &(struct oidc_return){.state = s->state, .error = "access_denied"}, BROWSER),
        &ERR_OIDC_REFUSED);
    is_on_record(s, "OIDC_REFUSED");
    begin(s);
    test_refused(s->cx,
                 come_back(s,
                           &(struct oidc_return){
                               .state = s->state, .code = "c", .issuer = "https://evil.example"},
                           BROWSER),
                 &ERR_OIDC_ISSUER);
    is_on_record(s, "OIDC_ISSUER");
    receiver_stop(s->server);
}

static void who_is_switched_off_stays_out(void **state)
{
    struct stage *s = set_up(state);
    const struct token good = {.email = NULL};

    test_ok(s->cx, person_set_disabled(s->cx, s->anna, true));
    begin(s);
    plan_token(s, &good);
    test_refused(s->cx, finish(s), &ERR_LOGIN_REFUSED);
    is_on_record(s, "LOGIN_REFUSED");
    receiver_stop(s->server);
}

/* --- what it says of itself --- */

static void metadata_is_asked_for_once_an_hour_and_only_from_its_issuer(void **state)
{
    struct stage *s = set_up(state);
    struct arena *mem = s->cx->mem;
    const char *good =
        answer_of(mem, "200 OK",
                  arena_printf(mem,
                               "{\"issuer\":\"%s\",\"authorization_endpoint\":\"%s/a\","
                               "\"token_endpoint\":\"%s/t\",\"jwks_uri\":\"%s/k\"}",
                               s->issuer, s->issuer, s->issuer, s->issuer));
    const char *evil = answer_of(mem, "200 OK", "{\"issuer\":\"https://evil.example\"}");
    const char *moved =
        "HTTP/1.1 302 Found\r\nLocation: http://127.0.0.1:1/\r\n"
        "Content-Length: 0\r\nConnection: close\r\n\r\n";
    struct oidc_metadata out;

    s->cx->now += OIDC_METADATA_HOURS * CLOCK_HOUR;
    receiver_plan(s->server, &evil, 1);
    test_refused(s->cx, oidc_metadata_get(s->cx, &NET, s->provider, &out), &ERR_OIDC_ISSUER);
    receiver_plan(s->server, &moved, 1);
    test_refused(s->cx, oidc_metadata_get(s->cx, &NET, s->provider, &out), &ERR_OIDC_DOWN);
    receiver_plan(s->server, &good, 1);
    test_ok(s->cx, oidc_metadata_get(s->cx, &NET, s->provider, &out));
    assert_string_equal(out.token_url, arena_printf(mem, "%s/t", s->issuer));
    assert_int_equal(receiver_count(s->server), 3);
    test_ok(s->cx, oidc_metadata_get(s->cx, &NET, s->provider, &out));
    assert_int_equal(receiver_count(s->server), 3);
    receiver_stop(s->server);
}

/* Tokens with made up keys do not drive us to ask the provider again and again. */
static void keys_are_asked_for_anew_at_most_once_a_minute(void **state)
{
    struct stage *s = set_up(state);
    const char *keys = answer_of(s->cx->mem, "200 OK", "{\"keys\":[]}");
    struct oidc_metadata metadata;
    struct oidc_keys out;

    test_ok(s->cx, oidc_metadata_get(s->cx, &NET, s->provider, &metadata));
    receiver_plan(s->server, &keys, 1);
    test_ok(s->cx, oidc_metadata_keys(s->cx, &NET, s->provider, &metadata, true, &out));
    assert_int_equal(receiver_count(s->server), 0); /* they were fetched just now */
    assert_int_equal(out.count, 1);
    s->cx->now += OIDC_METADATA_PAUSE_SECONDS * CLOCK_SECOND + 1;
    test_ok(s->cx, oidc_metadata_keys(s->cx, &NET, s->provider, &metadata, true, &out));
    test_ok(s->cx, oidc_metadata_keys(s->cx, &NET, s->provider, &metadata, true, &out));
    assert_int_equal(receiver_count(s->server), 1);
    receiver_stop(s->server);
}

static int start(void **state)
{
    (void)state;
    all = arena_make(16 * 1024);
    key = jose_key_make(all, JOSE_ED25519);
    other_key = jose_key_make(all, JOSE_ED25519);
    return 0;
}

static int stop(void **state)
{
    (void)state;
    arena_free(all);
    return 0;
}

int main(void)
{
    static const struct CMUnitTest TESTS[] = {
        cmocka_unit_test(a_good_answer_signs_in_and_is_linked),
        cmocka_unit_test(each_fault_of_a_token_is_refused_with_a_line_of_its_own),
        cmocka_unit_test(a_sign_in_is_taken_once_in_its_time_and_by_its_browser),
        cmocka_unit_test(a_provider_that_is_down_or_says_no_is_told_apart),
        cmocka_unit_test(who_is_switched_off_stays_out),
        cmocka_unit_test(metadata_is_asked_for_once_an_hour_and_only_from_its_issuer),
        cmocka_unit_test(keys_are_asked_for_anew_at_most_once_a_minute),
    };

    return test_group_run_around("oidc_login", TESTS, COUNT(TESTS), start, stop);
}
