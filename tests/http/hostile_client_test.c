/* What clients with bad intentions send, and what a network with such ones plays back to the client
 * library. Every answer is checked by licence_site_ask: signed, one Date, its digest; and none may
 * be a 5xx. */
#include "base/clock.h"
#include "base/parse.h"
#include "licensing/client/gatehouse.h"
#include "licensing/signing_key.h"
#include "tests/http/machine_site.h"

#include <string.h>

enum { MANY = 10000, DEEP = 100000, BIG = 200000 };

static const char VALIDATE[] = "/v1/licenses/actions/validate-key";

/* --- a network between the service and the client library --- */

enum trick { HONEST, REPLAYED, REPLAYED_ELSEWHERE, CHANGED_BODY, CHANGED_SIGNATURE, CUT_BODY };

struct network {
    struct ctx *cx;
    enum trick trick;
    const char *kept; /* the last honest answer to a validation */
    int64_t clock_ahead_ms;
};

static const char *host_of(const struct network *n)
{
    return licence_site_host(n->cx);
}

static const char *send_on(struct network *n, const struct gatehouse_request *request)
{
    struct str headers = str_new(n->cx->mem);
    const char *text;
    const char *path = strstr(request->url, host_of(n)) + strlen(host_of(n));

    str_add(&headers, "");
    for (size_t i = 0; request->headers[i] != NULL; i++)
        if (strncmp(request->headers[i], "Host:", 5) != 0)
            str_fmt(&headers, "%s\r\n", request->headers[i]);
    licence_site_raw(
        n->cx,
        &(struct licence_ask){
            .method = request->method, .path = path, .headers = headers.p, .body = request->body},
        &text);
    return text;
}

/* Changes a character behind a mark in the answer. */
static const char *change(struct ctx *cx, const char *text, const char *mark)
{
    char *copy = arena_dup(cx->mem, text);
    char *at = strstr(copy, mark);

    assert_non_null(at);
    at += strlen(mark);
    *at = *at == 'A' ? 'B' : 'A';
    return copy;
}

static const char *play(struct network *n, const struct gatehouse_request *request)
{
    bool is_validation = strstr(request->url, VALIDATE) != NULL;
    const char *text;

    if (n->kept != NULL &&
        (n->trick == REPLAYED || (n->trick == REPLAYED_ELSEWHERE && !is_validation)))
        return n->kept;
    text = send_on(n, request);
    if (is_validation && n->trick == HONEST)
        n->kept = text;
    if (n->trick == CHANGED_BODY)
        return change(n->cx, text, "\"detail\":\"");
    if (n->trick == CHANGED_SIGNATURE)
        return change(n->cx, text, "signature=\"");
    return text;
}

static int status_of(const char *text)
{
    int64_t status = 0;

    char digits[4] = "";

    memcpy(digits, text + strlen("HTTP/1.1 "), 3);
    assert_true(parse_i64(digits, 100, 599, &status));
    return (int)status;
}

static enum gatehouse_error transport(void *context, const struct gatehouse_request *request,
                                      struct gatehouse_response *response)
{
    struct network *n = context;
    const char *text = play(n, request);
    const char *body = strstr(text, "\r\n\r\n") + 4;
    size_t len = strlen(body);

    gatehouse_response_status(response, status_of(text));
    for (const char *line = strstr(text, "\r\n") + 2; line < body - 2;
         line = strstr(line, "\r\n") + 2) {
        const char *colon = strchr(line, ':');

        gatehouse_response_header(
            response, span_dup(n->cx->mem, (struct span){line, (size_t)(colon - line)}),
            span_dup(n->cx->mem, (struct span){colon + 2, strcspn(colon + 2, "\r")}));
    }
    gatehouse_response_body(response, body, n->trick == CUT_BODY ? len - 1 : len);
    return GATEHOUSE_OK;
}

static int64_t network_clock(void *context)
{
    const struct network *n = context;

    return clock_now() / 1000 + n->clock_ahead_ms;
}

static struct gatehouse *open_client(struct network *n, const struct machine_site *s)
{
    struct gatehouse *g;
    struct signing_key *keys;
    size_t count;
    struct str hex = str_new(s->cx->mem);

    n->cx = s->cx;
    test_ok(s->cx, signing_key_list(s->cx, &keys, &count));
    for (size_t i = 0; i < CRYPTO_PUBLIC_SIZE; i++)
        str_fmt(&hex, "%02x", keys[0].public_key[i]);
    const struct gatehouse_options options = {
        .url = arena_printf(s->cx->mem, "http://%s", licence_site_host(s->cx)),
        .allow_http = true,
        .public_keys = hex.p,
        .key = s->licence->key,
        .fingerprint = "fp",
        .transport = transport,
        .transport_context = n,
        .now_ms = network_clock,
        .clock_context = n};
    assert_int_equal(gatehouse_open(&options, &g), GATEHOUSE_OK);
    return g;
}

static void S01_an_answer_verifies_at_its_host_and_port(void **state)
{
    struct machine_site s = machine_site_open(state, NULL);
    struct network n = {.trick = HONEST};
    struct gatehouse *g = open_client(&n, &s);
    struct gatehouse_machine m;
    struct gatehouse_verdict v;

    assert_non_null(strchr(licence_site_host(s.cx), ':'));
    assert_int_equal(gatehouse_activate(g, "Till", &m), GATEHOUSE_OK);
    assert_int_equal(gatehouse_validate(g, &v), GATEHOUSE_OK);
    assert_int_equal(v.state, GATEHOUSE_VALID);
    gatehouse_close(g);
}

static void what_is_played_back_or_changed_is_not_believed(void **state)
{
    static const struct {
        enum trick trick;
        enum gatehouse_error error;
    } CASES[] = {
        {REPLAYED, GATEHOUSE_E_NONCE},
        {CHANGED_BODY, GATEHOUSE_E_DIGEST},
        {CUT_BODY, GATEHOUSE_E_DIGEST},
        {CHANGED_SIGNATURE, GATEHOUSE_E_SIGNATURE},
    };
    struct machine_site s = machine_site_open(state, NULL);
    struct network n = {.trick = HONEST};
    struct gatehouse *g = open_client(&n, &s);
    struct gatehouse_machine m;
    struct gatehouse_verdict v;

    assert_int_equal(gatehouse_activate(g, "Till", &m), GATEHOUSE_OK);
    assert_int_equal(gatehouse_validate(g, &v), GATEHOUSE_OK);
    test_ok(s.cx, licence_suspend(s.cx, s.licence->id, "", &s.licence));
    for (size_t i = 0; i < COUNT(CASES); i++) {
        n.trick = CASES[i].trick;
        assert_int_equal(gatehouse_validate(g, &v), CASES[i].error);
    }
    n.trick = REPLAYED_ELSEWHERE; /* "valid" is no answer to an activation */
    assert_int_equal(gatehouse_activate(g, "Till", &m), GATEHOUSE_E_SIGNATURE);
    n.trick = HONEST;
    n.clock_ahead_ms = 3600000; /* as if the answer had been kept for an hour */
    assert_int_equal(gatehouse_validate(g, &v), GATEHOUSE_E_DATE);
    gatehouse_close(g);
}

/* --- requests --- */

/* size characters of one kind, in mem. */
static const char *repeated(struct ctx *cx, char c, size_t size)
{
    char *text = arena_alloc(cx->mem, size + 1);

    memset(text, c, size);
    text[size] = '\0';
    return text;
}

static void bad_wishes_about_signatures_are_refused(void **state)
{
    struct machine_site s = machine_site_open(state, NULL);
    const char *wishes[] = {"algorithm=\"md5\"", "keyid=\"11111111-1111-4111-8111-111111111111\"",
                            "algorithm=\"rsa-pss-sha256\"",
                            "algorithm=\"ed25519\", algorithm=\"md5\"", repeated(s.cx, 'x', 4000)};

    for (size_t i = 0; i < COUNT(wishes); i++) {
        struct licence_answer a = licence_site_ask(
            s.cx,
            &(struct licence_ask){
                .method = "GET",
                .path = "/v1/ping",
                .headers = arena_printf(s.cx->mem, "Keygen-Accept-Signature: %s\r\n", wishes[i])});

        assert_int_equal(a.status, 400);
    }
}

static void bad_signatures_of_feedback_are_refused(void **state)
{
    struct machine_site s = machine_site_open(state, NULL);
    const char *id = id_text(s.cx->mem, s.licence->id);
    long long now = (long long)(clock_now() / CLOCK_SECOND);
    const char *values[] = {
        "",
        "nonsense",
        arena_printf(s.cx->mem, "licence=\"%s\", created=\"%lld\", signature=\"\"", id, now),
        arena_printf(s.cx->mem, "licence=\"%s\", created=\"%lld\", signature=\"AAAA\"", id, now),
        arena_printf(s.cx->mem, "licence=\"%s\", created=\"%lld\", signature=\"%s=\"", id, now,
                     repeated(s.cx, 'A', 43)),
        arena_printf(s.cx->mem, "licence=\"%s\", created=\"-1\", signature=\"%s=\"", id,
                     repeated(s.cx, 'A', 43)),
        arena_printf(s.cx->mem, "licence=\"'; DROP\", created=\"x\", signature=\"%s\"",
                     repeated(s.cx, '=', 3000))};

    for (size_t i = 0; i < COUNT(values); i++) {
        struct licence_answer a = licence_site_ask(
            s.cx, &(struct licence_ask){
                      .method = "POST",
                      .path = "/v1/feedback",
                      .headers = arena_printf(s.cx->mem, "Gatehouse-Signature: %s\r\n", values[i]),
                      .body = "{\"data\":{\"type\":\"feedback\",\"attributes\":{\"text\":\"x\","
                              "\"requestKey\":\"k\"}}}"});

        if (a.status != 401)
            print_error("%s: %s\n", values[i], a.body);
        assert_int_equal(a.status, 401);
    }
    assert_int_equal(
        test_i64(s.cx, "SELECT COUNT(*) FROM ticket WHERE tenant_id = ?", DB_ID(s.cx->tenant_id)),
        0);
}

static struct licence_answer with_metadata(const struct machine_site *s, const char *metadata)
{
    return machine_site_make(s, s->admin, "fp",
                             arena_printf(s->cx->mem, ",\"metadata\":%s", metadata), "");
}

static void huge_metadata_is_refused_and_nothing_is_kept(void **state)
{
    struct machine_site s = machine_site_open(state, NULL);
    struct str many = str_new(s.cx->mem);
    struct licence_answer a =
        with_metadata(&s, arena_printf(s.cx->mem, "{\"a\":\"%s\"}", repeated(s.cx, 'x', BIG)));

    licence_site_refused(&a, 422, "METADATA_TOO_LONG", NULL);
    str_add(&many, "{");
    for (int i = 0; i < MANY; i++)
        str_fmt(&many, "%s\"k%d\":%d", i == 0 ? "" : ",", i, i);
    str_add(&many, "}");
    a = with_metadata(&s, many.p);
    licence_site_refused(&a, 422, "METADATA_TOO_LONG", NULL);
    a = with_metadata(&s, "{\"a\":{\"b\":{\"c\":{\"d\":{}}}}}");
    licence_site_refused(&a, 400, "", NULL);
    a = with_metadata(&s, arena_printf(s.cx->mem, "{\"a\":\"%s\"}", repeated(s.cx, 'x', 2 * BIG)));
    assert_int_equal(a.status, 413);
    assert_int_equal(
        test_i64(s.cx, "SELECT COUNT(*) FROM machine WHERE tenant_id = ?", DB_ID(s.cx->tenant_id)),
        0);
}

static void deep_json_is_refused_before_it_is_read(void **state)
{
    struct machine_site s = machine_site_open(state, NULL);
    const char *bodies[] = {
        repeated(s.cx, '[', DEEP),
        arena_printf(s.cx->mem, "%s1%s", repeated(s.cx, '[', 65), repeated(s.cx, ']', 65)),
        arena_printf(s.cx->mem, "{\"meta\":{\"key\":%s\"x\"%s}}", repeated(s.cx, '[', MANY),
                     repeated(s.cx, ']', MANY)),
        arena_printf(s.cx->mem, "{\"meta\":%s", repeated(s.cx, '{', DEEP))};

    for (size_t i = 0; i < COUNT(bodies); i++) {
        struct licence_answer a = licence_site_post(s.cx, VALIDATE, NULL, bodies[i]);

        licence_site_refused(&a, 400, "JSON_INVALID", NULL);
    }
}

static void a_member_that_comes_twice_is_refused(void **state)
{
    struct machine_site s = machine_site_open(state, NULL);
    const char *key = s.licence->key;
    const char *bodies[] = {
        arena_printf(s.cx->mem, "{\"meta\":{\"key\":\"x\"},\"meta\":{\"key\":\"%s\"}}", key),
        arena_printf(s.cx->mem, "{\"meta\":{\"key\":\"x\",\"key\":\"%s\"}}", key),
        arena_printf(s.cx->mem, "{\"meta\":{\"key\":\"x\",\"k\\u0065y\":\"%s\"}}", key),
        arena_printf(s.cx->mem, "{\"meta\":{\"key\":\"x\",\"Key\":\"%s\"}}", key)};

    for (size_t i = 0; i < COUNT(bodies); i++) {
        struct licence_answer a = licence_site_post(s.cx, VALIDATE, NULL, bodies[i]);

        if (a.status != 400)
            print_error("%s: %s\n", bodies[i], a.body);
        assert_int_equal(a.status, 400);
    }
}

static void absurd_pages_are_refused_by_name(void **state)
{
    static const char *const QUERIES[] = {
        "page[number]=0",
        "page[number]=-1",
        "page[number]=101",
        "page[number]=99999999999999999999999",
        "page[number]=1e3",
        "page[number]=0x10",
        "page[number]=1&page[size]=0",
        "page[number]=1&page[size]=2147483648",
        "page[number]=1&page[size]=%00",
        "page[cursor]=x&page[size]=5",
        "page[cursor]=%27%20OR%201%3D1--",
        "page[size]=5",
        "page=1",
        "limit=18446744073709551617",
        "limit=-0",
        "limit=%2B5",
        "limit=",
        "order=;DROP",
    };
    struct machine_site s = machine_site_open(state, NULL);

    for (size_t i = 0; i < COUNT(QUERIES); i++) {
        struct licence_answer a = machine_site_ask(
            &s, "GET", arena_printf(s.cx->mem, "/v1/machines?%s", QUERIES[i]), s.admin, NULL);

        if (a.status != 400)
            print_error("%s: %d %s\n", QUERIES[i], a.status, a.body);
        assert_int_equal(a.status, 400);
    }
}

static void long_keys_and_paths_find_nothing(void **state)
{
    struct machine_site s = machine_site_open(state, NULL);
    const char *key = repeated(s.cx, 'K', BIG);
    struct licence_answer a = licence_site_post(
        s.cx, VALIDATE, NULL, arena_printf(s.cx->mem, "{\"meta\":{\"key\":\"%s\"}}", key));

    assert_int_equal(a.status, 200);
    assert_string_equal(licence_site_text(&a, "meta/code"), "NOT_FOUND");
    a = machine_site_ask(
        &s, "POST", "/v1/licenses", s.admin,
        arena_printf(
            s.cx->mem,
            "{\"data\":{\"type\":\"licenses\",\"attributes\":{\"key\":\"%s\"},"
            "\"relationships\":{\"policy\":{\"data\":{\"type\":\"policies\",\"id\":\"%s\"}}}}}",
            key, id_text(s.cx->mem, s.policy.id)));
    licence_site_refused(&a, 422, "KEY_TOO_LONG", "/data/attributes/key");
    a = machine_site_make(&s, s.key, repeated(s.cx, 'f', 4097), "", "");
    assert_int_equal(a.status, 422);
    key = repeated(s.cx, 'K', 4000);
    a = machine_site_ask(&s, "GET", arena_printf(s.cx->mem, "/v1/licenses/%s", key), s.admin, NULL);
    licence_site_refused(&a, 404, "NOT_FOUND", NULL);
    a = machine_site_ask(&s, "GET", "/v1/me", arena_printf(s.cx->mem, "License %s", key), NULL);
    licence_site_refused(&a, 401, "LICENSE_INVALID", NULL);
    a = machine_site_ask(&s, "GET", "/v1/me", arena_printf(s.cx->mem, "Bearer %s", key), NULL);
    licence_site_refused(&a, 401, "TOKEN_INVALID", NULL);
}

/* --- ten thousand machines --- */

static void make_endless(struct policy *p)
{
    p->max_machines = POLICY_NO_LIMIT;
}

static void fill(const struct machine_site *s)
{
    test_sql(
        s->cx,
        "INSERT INTO machine (tenant_id, id, licence_id, fingerprint, fingerprint_hash, cores, "
        "first_seen_at, last_seen_at, created_at, updated_at) "
        "SELECT ?, UUID(), ?, CONCAT('m', seq), UNHEX(SHA2(CONCAT('m', seq), 256)), 1, ?, ?, ?, ? "
        "FROM seq_1_to_10000",
        DB_ID(s->cx->tenant_id), DB_ID(s->licence->id), DB_TIME(s->cx->now), DB_TIME(s->cx->now),
        DB_TIME(s->cx->now), DB_TIME(s->cx->now));
}

/* Each answer comes within the site's own patience; none needs the list of all of them. */
static void a_licence_with_ten_thousand_machines_still_answers(void **state)
{
    struct machine_site s = machine_site_open(state, make_endless);
    struct licence_answer a;
    const char *cursor;

    fill(&s);
    assert_string_equal(machine_site_verdict(&s, "m9999"), "VALID");
    assert_string_equal(machine_site_verdict(&s, "m10001"), "FINGERPRINT_SCOPE_MISMATCH");
    a = machine_site_ask(&s, "GET", "/v1/machines?page[number]=100&page[size]=100", s.admin, NULL);
    assert_int_equal(json_array_size(licence_site_at(&a, "data")), 100);
    assert_int_equal(json_integer_value(licence_site_at(&a, "links/meta/count")), MANY);
    assert_true(json_is_null(licence_site_at(&a, "links/next")));
    a = machine_site_ask(&s, "GET", "/v1/machines?page[cursor]=&page[size]=100", s.key, NULL);
    cursor = licence_site_text(&a, "links/next");
    a = machine_site_ask(&s, "GET", cursor, s.key, NULL);
    assert_int_equal(json_array_size(licence_site_at(&a, "data")), 100);
    assert_int_equal(machine_site_add(&s, "m9999").status, 422);
    assert_int_equal(machine_site_add(&s, "one more").status, 201);
    assert_string_equal(machine_site_verdict(&s, "one more"), "VALID");
    a = machine_site_ask(&s, "POST", "/v1/machines/m5000/actions/ping", s.key, NULL);
    assert_int_equal(a.status, 200);
    a = machine_site_ask(
        &s, "GET", arena_printf(s.cx->mem, "/v1/licenses/%s", id_text(s.cx->mem, s.licence->id)),
        s.admin, NULL);
    assert_int_equal(
        json_integer_value(licence_site_at(&a, "data/relationships/machines/meta/count")),
        MANY + 1);
    a = machine_site_ask(&s, "DELETE",
                         arena_printf(s.cx->mem, "/v1/licenses/%s/actions/revoke",
                                      id_text(s.cx->mem, s.licence->id)),
                         s.admin, NULL);
    assert_int_equal(a.status, 204);
    assert_int_equal(
        test_i64(s.cx, "SELECT COUNT(*) FROM machine WHERE tenant_id = ?", DB_ID(s.cx->tenant_id)),
        0);
}

int main(void)
{
    static const struct CMUnitTest TESTS[] = {
        cmocka_unit_test(S01_an_answer_verifies_at_its_host_and_port),
        cmocka_unit_test(what_is_played_back_or_changed_is_not_believed),
        cmocka_unit_test(bad_wishes_about_signatures_are_refused),
        cmocka_unit_test(bad_signatures_of_feedback_are_refused),
        cmocka_unit_test(huge_metadata_is_refused_and_nothing_is_kept),
        cmocka_unit_test(deep_json_is_refused_before_it_is_read),
        cmocka_unit_test(a_member_that_comes_twice_is_refused),
        cmocka_unit_test(absurd_pages_are_refused_by_name),
        cmocka_unit_test(long_keys_and_paths_find_nothing),
        cmocka_unit_test(a_licence_with_ten_thousand_machines_still_answers),
    };

    return test_group_run_around("hostile_client", TESTS, COUNT(TESTS), licence_site_start,
                                 licence_site_stop);
}
