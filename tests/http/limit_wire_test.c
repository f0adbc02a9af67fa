/* Limits of the licence service, and what it says before a handler is reached: every answer but 429
 * and 5xx is signed (D-5, section 1.10). */
#include "base/crypto.h"
#include "base/parse.h"
#include "tests/http/licence_site.h"

#include <stdlib.h>
#include <string.h>

enum { RATE = 3, ADDRESS_RATE = 5 };

static void with_limits(struct config *config)
{
    config->trusted_proxies = "127.0.0.1";
    config->licensing_rate = RATE;
    config->licensing_address_rate = ADDRESS_RATE;
    config->licensing_password_tries = 5;
    config->licensing_password_resets = 5;
    config->licensing_password_changes = 5;
    config->licensing_trials = 5;
}

static int start(void **state)
{
    return licence_site_start_with(state, with_limits);
}

static struct ctx *open_site(void **state)
{
    struct ctx *cx = test_ctx(state);

    licence_site_open(cx);
    return cx;
}

static struct licence_answer ping_from(struct ctx *cx, const char *address, const char *auth)
{
    return licence_site_ask(
        cx, &(struct licence_ask){
                .method = "GET",
                .path = "/v1/me",
                .auth = auth,
                .is_unsigned = true,
                .headers = arena_printf(cx->mem, "X-Forwarded-For: %s\r\n", address),
            });
}

static int64_t number(struct ctx *cx, const struct licence_answer *a, const char *header)
{
    int64_t n = -1;

    assert_true(parse_i64(licence_site_header(cx, a, header), 0, INT64_MAX, &n));
    return n;
}

static void an_address_with_its_credential_has_a_rate(void **state)
{
    struct ctx *cx = open_site(state);
    const char *auth = licence_site_key_auth(cx, licensing_licence(cx, NULL));
    struct licence_answer a = ping_from(cx, "203.0.113.1", auth);
    int asked = 1;

    assert_int_equal(a.status, 200);
    assert_string_equal(licence_site_header(cx, &a, "X-RateLimit-Window"), "10s");
    assert_int_equal(number(cx, &a, "X-RateLimit-Limit"), RATE * 10);
    assert_int_equal(number(cx, &a, "X-RateLimit-Count"), 1);
    assert_int_equal(number(cx, &a, "X-RateLimit-Remaining"), RATE * 10 - 1);
    assert_true(number(cx, &a, "X-RateLimit-Reset") > 1000000000);
    while (a.status == 200 && asked++ < 20 * RATE)
        a = ping_from(cx, "203.0.113.1", auth);
    licence_site_refused(&a, 429, "TOO_MANY_REQUESTS", NULL);
    assert_true(asked > 10 * RATE);
    assert_true(number(cx, &a, "Retry-After") >= 1);
    assert_int_equal(number(cx, &a, "X-RateLimit-Remaining"), 0);
    assert_string_equal(licence_site_header(cx, &a, "Keygen-Signature"), "");
    a = ping_from(cx, "203.0.113.1", licence_site_key_auth(cx, licensing_licence(cx, NULL)));
    assert_int_equal(a.status, 200); /* another credential */
    a = ping_from(cx, "203.0.113.2", auth);
    assert_int_equal(a.status, 200); /* another address */
    a = licence_site_get(cx, "/v1/me", auth);
    assert_int_equal(a.status, 200); /* loopback is not counted */
    assert_string_equal(licence_site_header(cx, &a, "X-RateLimit-Limit"), "");
}

static void changing_the_credential_does_not_lead_past_the_addresss_rate(void **state)
{
    struct ctx *cx = open_site(state);
    struct licence_answer a = {.status = 401};
    int asked = 0;

    while (a.status == 401 && asked++ < 20 * ADDRESS_RATE)
        a = ping_from(cx, "203.0.113.3", arena_printf(cx->mem, "License guess-%d", asked));
    licence_site_refused(&a, 429, "TOO_MANY_REQUESTS", NULL);
    assert_true(asked > 10 * ADDRESS_RATE);
}

static void an_ipv6_network_is_one_address(void **state)
{
    struct ctx *cx = open_site(state);
    const char *auth = licence_site_key_auth(cx, licensing_licence(cx, NULL));
    struct licence_answer a = {.status = 200};
    int asked = 0;

    while (a.status == 200 && asked++ < 20 * RATE)
        a = ping_from(cx, arena_printf(cx->mem, "2001:db8:1:2::%x", asked), auth);
    licence_site_refused(&a, 429, "TOO_MANY_REQUESTS", NULL);
    a = ping_from(cx, "2001:db8:1:3::1", auth);
    assert_int_equal(a.status, 200);
}

static void a_tenant_may_have_a_rate_of_its_own(void **state)
{
    struct ctx *cx = open_site(state);
    struct licence_answer a = {.status = 200};
    int asked = 0;

    test_sql(cx, "UPDATE tenant SET licensing_rate = 1 WHERE id = ?", DB_ID(cx->tenant_id));
    while (a.status == 200 && asked++ < 30)
        a = licence_site_ask(
            cx, &(struct licence_ask){.method = "GET", .path = "/v1/ping", .is_unsigned = true});
    licence_site_refused(&a, 429, "TOO_MANY_REQUESTS", NULL);
    assert_true(asked > 10);
    assert_string_equal(licence_site_header(cx, &a, "Keygen-Signature"), "");
}

/* licence_site_ask fails where the answer is not signed. */
static void S02_what_never_reaches_a_handler_is_signed(void **state)
{
    static const struct {
        const char *method, *path, *headers;
        int status;
        const char *code;
    } CASES[] = {
        {"GET", "/v1/licenses/%zz", NULL, 400, "URI_INVALID"},
        {"GET", "/v1/licenses/%ff", NULL, 400, "ENCODING_INVALID"},
        {"GET", "/v1/licenses/%00", NULL, 400, "ENCODING_INVALID"},
        {"GET", "/v1/licenses?limit=%00", NULL, 400, "ENCODING_INVALID"},
        {"PROPFIND", "/v1/ping", NULL, 400, "HTTP_METHOD_INVALID"},
        {"GET", "/v1/nothing-here", NULL, 404, "NOT_FOUND"},
        {"GET", "/elsewhere", NULL, 404, "NOT_FOUND"},
        {"DELETE", "/v1/ping", NULL, 404, "NOT_FOUND"},
        {"GET", "/v1/ping", "Content-Length: 3\r\nTransfer-Encoding: chunked\r\n", 400, ""},
        {"GET", "/v1/ping", "Transfer-Encoding: chunked\r\n", 411, ""},
        {"GET", "/v1/ping", "Expect: more\r\n", 417, ""},
        {"GET", "/v1/ping", "X: a\r\n folded\r\n", 400, ""},
        {"GET", "/v1/me", NULL, 401, "TOKEN_MISSING"},
    };
    struct ctx *cx = open_site(state);

    for (size_t i = 0; i < COUNT(CASES); i++) {
        struct licence_answer a = licence_site_ask(
            cx, &(struct licence_ask){
                    .method = CASES[i].method, .path = CASES[i].path, .headers = CASES[i].headers});

        licence_site_refused(&a, CASES[i].status, CASES[i].code, NULL);
        assert_string_equal(licence_site_header(cx, &a, "Content-Type"),
                            "application/vnd.api+json; charset=utf-8");
    }
}

static void a_body_too_large_is_refused_and_signed(void **state)
{
    enum { TOO_MUCH = 2 * 1024 * 1024 };
    struct ctx *cx = open_site(state);
    char *body = arena_alloc(cx->mem, TOO_MUCH + 1);
    struct licence_answer a;

    memset(body, ' ', TOO_MUCH);
    body[TOO_MUCH] = '\0';
    a = licence_site_post(cx, "/v1/licenses/actions/validate-key", NULL, body);
    licence_site_refused(&a, 413, "TOO_LARGE", NULL);
    assert_string_equal(licence_site_text(&a, "errors/0/title"), "Payload too large");
}

static void what_cannot_be_read_at_all_is_still_a_document(void **state)
{
    struct ctx *cx = open_site(state);
    struct licence_answer a = licence_site_ask(
        cx, &(struct licence_ask){.method = "GARBAGE", .path = "/v1/ping", .is_raw = true});

    licence_site_refused(&a, 400, "", NULL);
    assert_string_equal(licence_site_text(&a, "errors/0/title"), "Bad request");
}

static struct licence_answer try_often(struct ctx *cx, const struct licence_ask *ask, int times)
{
    struct licence_answer a = {.status = 0};

    for (int i = 0; i < times; i++) {
        a = licence_site_ask(cx, ask);
        assert_int_not_equal(a.status, 429);
    }
    a = licence_site_ask(cx, &(struct licence_ask){.method = ask->method,
                                                   .path = ask->path,
                                                   .auth = ask->auth,
                                                   .body = ask->body,
                                                   .headers = ask->headers,
                                                   .is_unsigned = true});
    licence_site_refused(&a, 429, "TOO_MANY_REQUESTS", NULL);
    assert_string_equal(licence_site_header(cx, &a, "X-RateLimit-Limit"), "5");
    return a;
}

static const char *basic(struct ctx *cx, const char *pair)
{
    return arena_printf(cx->mem, "Basic %s", crypto_base64(cx->mem, pair, strlen(pair)));
}

static void five_passwords_a_minute_for_an_address_and_a_name(void **state)
{
    struct ctx *cx = open_site(state);
    struct licence_ask ask = {
        .method = "POST", .path = "/v1/tokens", .auth = basic(cx, "ada@example.com:wrong")};
    struct licence_answer a = try_often(cx, &ask, 5);

    assert_string_equal(licence_site_header(cx, &a, "X-RateLimit-Window"), "1m");
    assert_string_equal(licence_site_header(cx, &a, "Retry-After"), "12");
    ask.auth = basic(cx, "ADA@example.com:wrong"); /* the same name */
    ask.is_unsigned = true;
    a = licence_site_ask(cx, &ask);
    assert_int_equal(a.status, 429);
    ask.is_unsigned = false;
    ask.auth = basic(cx, "bob@example.com:wrong");
    a = licence_site_ask(cx, &ask);
    assert_int_equal(a.status, 401);
    ask.auth = basic(cx, "ada@example.com:wrong");
    ask.headers = "X-Forwarded-For: 203.0.113.77\r\n";
    a = licence_site_ask(cx, &ask);
    assert_int_equal(a.status, 401); /* another address */
    ask.path = arena_printf(cx->mem, "/v1/accounts/%s/%%74okens", id_text(cx->mem, cx->tenant_id));
    for (int i = 0; i < 4; i++)
        a = licence_site_ask(cx, &ask); /* the long form, and an escaped letter, count the same */
    ask.is_unsigned = true;
    a = licence_site_ask(cx, &ask);
    assert_int_equal(a.status, 429);
}

static void a_password_in_the_query_or_with_spaces_counts_the_same(void **state)
{
    struct ctx *cx = open_site(state);
    struct licence_ask ask = {.method = "POST",
                              .path = "/v1/tokens?auth=eve%40example.com%3Awrong"};

    try_often(cx, &ask, 5);
    ask = (struct licence_ask){.method = "POST",
                               .path = "/v1/tokens",
                               .auth = basic(cx, " eve@example.com :wrong"),
                               .is_unsigned = true};
    assert_int_equal(licence_site_ask(cx, &ask).status, 429);
}

static void an_address_makes_so_many_users_of_itself(void **state)
{
    static const char BODY[] = "{\"data\":{\"type\":\"users\",\"attributes\":{\"email\":\"x\"}}}";
    struct ctx *cx = open_site(state);
    const char *admin = licence_site_token_auth(cx, &(struct token_draft){.kind = TOKEN_ADMIN});
    struct licence_ask ask = {.method = "POST", .path = "/v1/users", .body = BODY};

    try_often(cx, &ask, 5);
    assert_int_equal(licence_site_post(cx, "/v1/users", admin, BODY).status, 422);
}

static void five_resets_an_hour_and_five_changes_in_ten_minutes(void **state)
{
    struct ctx *cx = open_site(state);
    const char *someone = id_text(cx->mem, ctx_new_id(cx));
    struct licence_answer a =
        try_often(cx,
                  &(struct licence_ask){.method = "POST",
                                        .path = "/v1/passwords",
                                        .body = "{\"meta\":{\"email\":\"ada@example.com\"}}"},
                  5);

    assert_string_equal(licence_site_header(cx, &a, "X-RateLimit-Window"), "1h");
    assert_string_equal(licence_site_header(cx, &a, "Retry-After"), "720");
    a = try_often(cx,
                  &(struct licence_ask){
                      .method = "POST",
                      .path = arena_printf(cx->mem, "/v1/users/%s/actions/reset-password", someone),
                      .body = "{\"meta\":{\"passwordResetToken\":\"x\",\"newPassword\":\"long "
                              "enough now\"}}"},
                  5);
    assert_string_equal(licence_site_header(cx, &a, "X-RateLimit-Window"), "10m");
}

static void S02_a_preflight_is_signed_too(void **state)
{
    struct ctx *cx = open_site(state);

    assert_int_equal(
        licence_site_ask(cx, &(struct licence_ask){.method = "OPTIONS", .path = "/v1/me"}).status,
        204);
}

int main(void)
{
    static const struct CMUnitTest TESTS[] = {
        cmocka_unit_test(an_address_with_its_credential_has_a_rate),
        cmocka_unit_test(changing_the_credential_does_not_lead_past_the_addresss_rate),
        cmocka_unit_test(an_ipv6_network_is_one_address),
        cmocka_unit_test(a_tenant_may_have_a_rate_of_its_own),
        cmocka_unit_test(S02_what_never_reaches_a_handler_is_signed),
        cmocka_unit_test(a_body_too_large_is_refused_and_signed),
        cmocka_unit_test(what_cannot_be_read_at_all_is_still_a_document),
        cmocka_unit_test(five_passwords_a_minute_for_an_address_and_a_name),
        cmocka_unit_test(a_password_in_the_query_or_with_spaces_counts_the_same),
        cmocka_unit_test(an_address_makes_so_many_users_of_itself),
        cmocka_unit_test(five_resets_an_hour_and_five_changes_in_ten_minutes),
        cmocka_unit_test(S02_a_preflight_is_signed_too),
    };

    return test_group_run_around("limit_wire", TESTS, COUNT(TESTS), start, licence_site_stop);
}
