/* Webhooks over the wire, to a real receiver (checklist W01 to W04, A18 for their lists). */
#include "base/clock.h"
#include "licensing/signing_key.h"
#include "licensing/validation.h"
#include "portal/desk/ticket.h"
#include "portal/hooks/webhook_endpoint.h"
#include "portal/hooks/webhook_event.h"
#include "portal/jobs/webhook_deliver.h"
#include "portal/jobs/webhook_fan.h"
#include "tests/http/licence_site.h"
#include "tests/http/receiver.h"
#include "tests/portal/desk/desk_frame.h"

#include <stdio.h>
#include <string.h>

static const char ANSWER_500[] =
    "HTTP/1.1 500 Oops\r\nContent-Length: 4\r\nConnection: close\r\n\r\nfire";
static const char ANSWER_200[] =
    "HTTP/1.1 200 OK\r\nContent-Length: 2\r\nConnection: close\r\n\r\nok";
static const char ANSWER_410[] =
    "HTTP/1.1 410 Gone\r\nContent-Length: 0\r\nConnection: close\r\n\r\n";

static atomic_bool must_stop;
static const struct config CONFIG = {.webhook_allow_local = true, .webhook_timeout_ms = 400};

struct site {
    struct ctx *cx;
    struct ctx *jobs; /* the jobs role's run: its clock is moved */
    const char *admin;
    struct receiver *receiver;
    const char *url;
};

static void allow_local(struct config *config)
{
    config->webhook_allow_local = true;
}

static int start(void **state)
{
    return licence_site_start_with(state, allow_local);
}

static struct site open_site(void **state)
{
    struct site s = {.cx = test_ctx(state)};

    licence_site_open(s.cx);
    s.admin = licence_site_token_auth(s.cx, &(struct token_draft){.kind = TOKEN_ADMIN});
    s.receiver = receiver_start();
    s.url =
        arena_printf(s.cx->mem, "http://127.0.0.1:%u/hooks/in?of=us", receiver_port(s.receiver));
    s.jobs = test_again(s.cx);
    s.jobs->master = s.cx->master;
    s.jobs->now = clock_now() + CLOCK_SECOND;
    return s;
}

static struct licence_answer ask(const struct site *s, const char *method, const char *path,
                                 const char *auth, const char *body)
{
    return licence_site_ask(
        s->cx, &(struct licence_ask){.method = method, .path = path, .auth = auth, .body = body});
}

static const char *endpoint_body(const struct site *s, const char *url, const char *more)
{
    return arena_printf(s->cx->mem,
                        "{\"data\":{\"type\":\"webhook-endpoints\",\"attributes\":{\"url\":\"%s\","
                        "\"subscriptions\":[%s}}}",
                        url, more);
}

/* subscriptions: "\"license.created\"" */
static const char *add_endpoint(const struct site *s, const char *subscriptions)
{
    struct licence_answer a =
        ask(s, "POST", "/v1/webhook-endpoints", s->admin,
            endpoint_body(s, s->url, arena_printf(s->cx->mem, "%s]", subscriptions)));

    assert_int_equal(a.status, 201);
    return licence_site_text(&a, "data/id");
}

/* One turn of the jobs role: what is due is queued, then delivered. */
static void work(const struct site *s)
{
    unsigned worked;

    test_ok(s->jobs, webhook_fan_work(s->jobs, &worked));
    test_ok(s->jobs, webhook_deliver_work(s->jobs, &CONFIG, &must_stop, &worked));
}

static void issue(const struct site *s)
{
    s->cx->now = clock_now(); /* as the server does, so that the jobs' clock is not before it */
    licensing_licence(s->cx, NULL);
    s->cx->now = TEST_NOW;
}

static struct licence_answer events(const struct site *s, const char *query)
{
    return ask(s, "GET", arena_printf(s->cx->mem, "/v1/webhook-events%s", query), s->admin, NULL);
}

static const char *event_status(const struct site *s)
{
    struct licence_answer a = events(s, "?limit=1");

    return licence_site_text(&a, "data/0/attributes/status");
}

static const char *header_of(const struct site *s, const char *request, const char *name)
{
    const char *at = strstr(request, arena_printf(s->cx->mem, "\r\n%s: ", name));
    const char *from;

    assert_non_null(at);
    from = at + strlen(name) + 4;
    return arena_dup_bytes(s->cx->mem, from, strcspn(from, "\r"));
}

static const char *between(const struct site *s, const char *text, const char *start,
                           const char *end)
{
    const char *from = strstr(text, start);

    assert_non_null(from);
    from += strlen(start);
    assert_non_null(strstr(from, end));
    return arena_dup_bytes(s->cx->mem, from, (size_t)(strstr(from, end) - from));
}

/* What a receiver does: rebuild the signed text from what came, and ask the tenant's key. */
static const json_t *verified(const struct site *s, const char *request)
{
    struct arena *mem = s->cx->mem;
    const char *body = strstr(request, "\r\n\r\n") + 4;
    const char *target = between(s, request, "POST ", " HTTP/1.1\r\n");
    const char *parameters = header_of(s, request, "Keygen-Signature");
    struct signing_key *keys;
    uint8_t hash[CRYPTO_HASH_SIZE];
    uint8_t *signature;
    size_t count, len;
    const char *text;
    json_t *json;

    crypto_sha256(body, strlen(body), hash);
    assert_string_equal(header_of(s, request, "Digest"),
                        arena_printf(mem, "sha-256=%s", crypto_base64(mem, hash, sizeof hash)));
    text = arena_printf(mem, "(request-target): post %s\nhost: %s\ndate: %s\ndigest: %s", target,
                        header_of(s, request, "Host"), header_of(s, request, "Date"),
                        header_of(s, request, "Digest"));
    assert_string_equal(between(s, parameters, "keyid=\"", "\""), id_text(mem, s->cx->tenant_id));
    assert_true(
        crypto_from_base64(mem, between(s, parameters, "signature=\"", "\""), &signature, &len));
    assert_int_equal(len, CRYPTO_SIGNATURE_SIZE);
    test_ok(s->cx, signing_key_list(s->cx, &keys, &count));
    assert_true(crypto_verify(keys[0].public_key, text, strlen(text), signature));
    test_ok(s->cx, json_read(mem, &s->cx->err, body, strlen(body), &json));
    return json_object_get(json, "data");
}

static const json_t *payload_of(const struct site *s, const json_t *event)
{
    const char *text = json_get_text(json_object_get(event, "attributes"), "payload", "");
    json_t *json;

    test_ok(s->cx, json_read(s->cx->mem, &s->cx->err, text, strlen(text), &json));
    return json;
}

/* --- W01 --- */

static void w01_a_subscription_gets_a_delivery_with_a_signature_that_verifies(void **state)
{
    struct site s = open_site(state);
    const json_t *event, *attributes, *payload;
    const char *request;

    add_endpoint(&s, "\"license.created\"");
    issue(&s);
    work(&s);
    assert_int_equal(receiver_count(s.receiver), 1);
    request = receiver_request(s.receiver, s.cx->mem, 0);
    event = verified(&s, request);
    attributes = json_object_get(event, "attributes");
    assert_non_null(strstr(request, "POST /hooks/in?of=us HTTP/1.1\r\n"));
    assert_string_equal(header_of(&s, request, "Content-Type"), "application/json");
    assert_string_equal(header_of(&s, request, "Keygen-Version"), "1.8");
    assert_string_equal(header_of(&s, request, "Keygen-Date"), header_of(&s, request, "Date"));
    assert_string_equal(header_of(&s, request, "Keygen-Digest"), header_of(&s, request, "Digest"));
    assert_string_equal(json_get_text(event, "type", ""), "webhook-events");
    assert_string_equal(json_get_text(attributes, "event", ""), "license.created");
    assert_string_equal(json_get_text(attributes, "status", ""), "DELIVERING");
    assert_string_equal(json_get_text(attributes, "endpoint", ""), s.url);
    assert_int_equal(strlen(json_get_text(json_object_get(event, "meta"), "idempotencyToken", "")),
                     64);
    payload = payload_of(&s, event);
    assert_string_equal(json_get_text(json_object_get(payload, "data"), "type", ""), "licenses");
    assert_string_equal(event_status(&s), "DELIVERED");
    work(&s); /* once is enough */
    assert_int_equal(receiver_count(s.receiver), 1);
    receiver_stop(s.receiver);
}

static void an_endpoint_hears_only_what_it_subscribed_to_in_its_version(void **state)
{
    struct site s = open_site(state);
    const json_t *event, *relationships;
    struct licence_answer a =
        ask(&s, "POST", "/v1/webhook-endpoints", s.admin,
            endpoint_body(&s, s.url, "\"license.created\"],\"apiVersion\":\"1.5\""));
    const char *path =
        arena_printf(s.cx->mem, "/v1/webhook-endpoints/%s", licence_site_text(&a, "data/id"));

    assert_int_equal(a.status, 201);
    issue(&s);
    work(&s);
    event = verified(&s, receiver_request(s.receiver, s.cx->mem, 0));
    relationships =
        json_object_get(json_object_get(payload_of(&s, event), "data"), "relationships");
    assert_non_null(json_object_get(relationships, "user")); /* "owner" since 1.6 */
    assert_null(json_object_get(relationships, "owner"));
    a = ask(&s, "PATCH", path, s.admin,
            "{\"data\":{\"type\":\"webhook-endpoints\",\"attributes\":"
            "{\"subscriptions\":[\"machine.deleted\"]}}}");
    assert_int_equal(a.status, 200);
    issue(&s);
    work(&s);
    assert_int_equal(receiver_count(s.receiver), 1);
    receiver_stop(s.receiver);
}

/* --- W02 --- */

static void w02_a_failed_delivery_comes_again_with_growing_pauses(void **state)
{
    struct site s = open_site(state);
    const char *const plan[] = {ANSWER_500, ANSWER_500, ANSWER_200};
    const json_t *first, *last;
    struct licence_answer a;
    int64_t due;

    receiver_plan(s.receiver, plan, COUNT(plan));
    add_endpoint(&s, "\"license.created\"");
    issue(&s);
    work(&s);
    a = events(&s, "?events[]=license.created");
    assert_string_equal(licence_site_text(&a, "data/0/attributes/status"), "FAILING");
    assert_int_equal(json_integer_value(licence_site_at(&a, "data/0/attributes/lastResponseCode")),
                     500);
    assert_string_equal(licence_site_text(&a, "data/0/attributes/lastResponseBody"), "fire");
    assert_int_equal(json_array_size(licence_site_at(&a, "data")), 1);
    work(&s);
    assert_int_equal(receiver_count(s.receiver), 1); /* the clock stands still */
    s.jobs->now += 10 * CLOCK_MINUTE - CLOCK_SECOND;
    work(&s);
    assert_int_equal(receiver_count(s.receiver), 1);
    s.jobs->now += 91 * CLOCK_MINUTE;
    work(&s);
    assert_int_equal(receiver_count(s.receiver), 2);
    due = s.jobs->now + 101 * CLOCK_MINUTE;
    s.jobs->now = due;
    work(&s);
    assert_int_equal(receiver_count(s.receiver), 3);
    assert_string_equal(event_status(&s), "DELIVERED");
    first = verified(&s, receiver_request(s.receiver, s.cx->mem, 0));
    last = verified(&s, receiver_request(s.receiver, s.cx->mem, 2));
    assert_true(json_equal(json_object_get(first, "meta"), json_object_get(last, "meta")));
    assert_string_equal(json_get_text(first, "id", ""), json_get_text(last, "id", ""));
    receiver_stop(s.receiver);
}

static void w02_an_endpoint_that_is_gone_is_switched_off_until_it_is_changed(void **state)
{
    struct site s = open_site(state);
    const char *const plan[] = {ANSWER_410, ANSWER_200};
    const char *path;
    struct licence_answer a;

    receiver_plan(s.receiver, plan, COUNT(plan));
    path = arena_printf(s.cx->mem, "/v1/webhook-endpoints/%s",
                        add_endpoint(&s, "\"license.created\""));
    issue(&s);
    work(&s);
    assert_string_equal(event_status(&s), "FAILED");
    a = ask(&s, "GET", path, s.admin, NULL);
    assert_true(json_is_false(licence_site_at(&a, "data/attributes/enabled")));
    assert_string_equal(licence_site_text(&a, "data/attributes/disabledReason"), "gone");
    issue(&s);
    work(&s);
    assert_int_equal(receiver_count(s.receiver), 1);
    a = ask(
        &s, "PUT", path, s.admin,
        arena_printf(s.cx->mem,
                     "{\"data\":{\"type\":\"webhook-endpoint\",\"attributes\":{\"url\":\"%s\"}}}",
                     s.url));
    assert_int_equal(a.status, 200);
    assert_true(json_is_true(licence_site_at(&a, "data/attributes/enabled")));
    issue(&s);
    work(&s);
    assert_int_equal(receiver_count(s.receiver), 2);
    receiver_stop(s.receiver);
}

static void after_its_last_try_an_event_is_given_up_and_the_endpoint_with_it(void **state)
{
    struct site s = open_site(state);
    const char *const plan[] = {ANSWER_500};
    struct licence_answer a;
    const char *id;

    receiver_plan(s.receiver, plan, COUNT(plan));
    id = add_endpoint(&s, "\"license.created\"");
    issue(&s);
    for (int i = 0; i < WEBHOOK_TRIES_MAX + 3; i++) {
        work(&s);
        s.jobs->now += CLOCK_DAY;
    }
    assert_int_equal(receiver_count(s.receiver), WEBHOOK_TRIES_MAX);
    assert_string_equal(event_status(&s), "FAILED");
    a = ask(&s, "GET", arena_printf(s.cx->mem, "/v1/webhook-endpoints/%s", id), s.admin, NULL);
    assert_string_equal(licence_site_text(&a, "data/attributes/disabledReason"), "failing");
    a = events(&s, "");
    a = ask(&s, "POST",
            arena_printf(s.cx->mem, "/v1/webhook-events/%s/actions/retry",
                         licence_site_text(&a, "data/0/id")),
            s.admin, NULL);
    licence_site_refused(&a, 422, "", "/data");
    receiver_stop(s.receiver);
}

static void the_pause_grows_with_the_fourth_power(void **state)
{
    (void)state;
    assert_true(webhook_event_pause(1, 0) == 601 * CLOCK_SECOND);
    assert_true(webhook_event_pause(1, 5399) == (601 + 5399) * CLOCK_SECOND);
    assert_true(webhook_event_pause(15, 5400) == (50625 + 600) * CLOCK_SECOND);
}

static void who_does_not_answer_is_given_up_in_time_and_redirects_are_not_followed(void **state)
{
    struct site s = open_site(state);
    struct receiver *other = receiver_start();
    const char *const plan[] = {
        RECEIVER_SILENCE, arena_printf(s.cx->mem,
                                       "HTTP/1.1 302 Found\r\nLocation: http://127.0.0.1:%u/\r\n"
                                       "Content-Length: 0\r\nConnection: close\r\n\r\n",
                                       receiver_port(other))};
    struct licence_answer a;

    receiver_plan(s.receiver, plan, COUNT(plan));
    add_endpoint(&s, "\"license.created\"");
    issue(&s);
    work(&s);
    assert_string_equal(event_status(&s), "FAILING");
    a = events(&s, "");
    assert_true(json_is_null(licence_site_at(&a, "data/0/attributes/lastResponseCode")));
    s.jobs->now += 101 * CLOCK_MINUTE;
    work(&s);
    a = events(&s, "");
    assert_int_equal(json_integer_value(licence_site_at(&a, "data/0/attributes/lastResponseCode")),
                     302);
    assert_string_equal(event_status(&s), "FAILING");
    assert_int_equal(receiver_count(other), 0);
    receiver_stop(other);
    receiver_stop(s.receiver);
}

static void what_the_end_of_the_program_breaks_off_comes_again(void **state)
{
    static const struct config PATIENT = {.webhook_allow_local = true, .webhook_timeout_ms = 60000};
    struct site s = open_site(state);
    const char *const silent[] = {RECEIVER_SILENCE};
    const char *const good[] = {ANSWER_200};
    atomic_bool stop = true;
    unsigned worked;

    receiver_plan(s.receiver, silent, COUNT(silent));
    add_endpoint(&s, "\"license.created\"");
    issue(&s);
    test_ok(s.jobs, webhook_fan_work(s.jobs, &worked));
    test_ok(s.jobs, webhook_deliver_work(s.jobs, &PATIENT, &stop, &worked));
    assert_int_equal(worked, 1);
    assert_string_equal(event_status(&s), "DELIVERING");
    receiver_plan(s.receiver, good, COUNT(good));
    s.jobs->now += 4 * CLOCK_MINUTE; /* its lease is over */
    work(&s);
    assert_string_equal(event_status(&s), "DELIVERED");
    receiver_stop(s.receiver);
}

static void of_a_long_answer_the_beginning_is_kept(void **state)
{
    struct site s = open_site(state);
    char *body = arena_alloc(s.cx->mem, 200001);
    struct licence_answer a;

    memset(body, 'x', 200000);
    body[200000] = '\0';
    receiver_plan(s.receiver,
                  (const char *const[]){arena_printf(
                      s.cx->mem, "HTTP/1.1 200 OK\r\nContent-Length: 200000\r\n\r\n%s", body)},
                  1);
    add_endpoint(&s, "\"license.created\"");
    issue(&s);
    work(&s);
    assert_string_equal(event_status(&s), "DELIVERED");
    a = events(&s, "");
    assert_int_equal(strlen(licence_site_text(&a, "data/0/attributes/lastResponseBody")),
                     WEBHOOK_ANSWER_MAX);
    receiver_stop(s.receiver);
}

/* --- W03 --- */

static void w03_addresses_are_checked(void **state)
{
    static const struct {
        const char *url, *code;
    } CASES[] = {
        {"http://hooks.example.com/in", "URL_PROTOCOL_INVALID"},
        {"ftp://hooks.example.com/in", "URL_PROTOCOL_INVALID"},
        {"https://10.1.2.3/in", "URL_HOST_INVALID"},
        {"https://192.168.0.1/in", "URL_HOST_INVALID"},
        {"https://169.254.169.254/latest/meta-data", "URL_HOST_INVALID"},
        {"https://[fe80::1]/in", "URL_HOST_INVALID"},
        {"https://[::ffff:10.0.0.1]/in", "URL_HOST_INVALID"},
        {"https://intranet/in", "URL_HOST_INVALID"},
        {"https://printer.local/in", "URL_HOST_INVALID"},
        {"https://anna:secret@example.com/in", "URL_INVALID"},
        {"nonsense with blanks", "URL_INVALID"},
    };
    struct site s = open_site(state);
    struct licence_answer a;

    for (size_t i = 0; i < COUNT(CASES); i++) {
        a = ask(&s, "POST", "/v1/webhook-endpoints", s.admin,
                endpoint_body(&s, CASES[i].url, "\"*\"]"));
        licence_site_refused(&a, 422, CASES[i].code, "/data/attributes/url");
    }
    a = ask(&s, "POST", "/v1/webhook-endpoints", s.admin,
            endpoint_body(&s, "https://hooks.example.com/in", "]"));
    licence_site_refused(&a, 422, "SUBSCRIPTIONS_TOO_SHORT", "/data/attributes/subscriptions");
    a = ask(&s, "POST", "/v1/webhook-endpoints", s.admin,
            endpoint_body(&s, "https://hooks.example.com/in", "\"license.eaten\"]"));
    licence_site_refused(&a, 422, "SUBSCRIPTIONS_NOT_ALLOWED", "/data/attributes/subscriptions");
    a = ask(&s, "POST", "/v1/webhook-endpoints", s.admin,
            endpoint_body(&s, "https://hooks.example.com/in",
                          "\"*\"],\"signatureAlgorithm\":\"rsa-sha256\""));
    licence_site_refused(&a, 422, "SIGNATURE_ALGORITHM_NOT_ALLOWED",
                         "/data/attributes/signatureAlgorithm");
    a = ask(&s, "POST", "/v1/webhook-endpoints", s.admin,
            endpoint_body(&s, "https://hooks.example.com/in", "\"*\"],\"apiVersion\":\"2.0\""));
    licence_site_refused(&a, 422, "API_VERSION_NOT_ALLOWED", "/data/attributes/apiVersion");
    a = ask(
        &s, "POST", "/v1/webhook-endpoints", s.admin,
        "{\"data\":{\"type\":\"webhook-endpoints\",\"attributes\":{\"subscriptions\":[\"*\"]}}}");
    licence_site_refused(&a, 400, "", "/data/attributes/url");
    a = ask(&s, "POST", "/v1/webhook-endpoints", s.admin,
            endpoint_body(&s, "https://hooks.example.com/in", "\"*\"],\"colour\":\"red\""));
    licence_site_refused(&a, 400, "", "/data/attributes/colour");
    receiver_stop(s.receiver);
}

static void every_name_of_the_protocol_can_be_subscribed_to(void **state)
{
    static const char NAMES[] =
        "account.updated artifact.created artifact.updated artifact.deleted component.created "
        "component.updated component.deleted entitlement.created entitlement.updated "
        "entitlement.deleted group.created group.updated group.deleted key.created key.updated "
        "key.deleted license.created license.updated license.deleted machine.created "
        "machine.updated machine.deleted package.created package.updated package.deleted "
        "policy.created policy.updated policy.deleted process.created process.updated "
        "process.deleted product.created product.updated product.deleted release.created "
        "release.updated release.deleted user.created user.updated user.deleted "
        "license.checked-in license.checked-out license.renewed license.suspended "
        "license.reinstated license.revoked license.expired license.expiring-soon "
        "license.check-in-required-soon license.check-in-overdue license.usage.incremented "
        "license.usage.decremented license.usage.reset license.validation.succeeded "
        "license.validation.failed license.policy.updated license.owner.updated "
        "license.group.updated license.entitlements.attached license.entitlements.detached "
        "license.users.attached license.users.detached machine.checked-out "
        "machine.owner.updated machine.group.updated machine.heartbeat.ping "
        "machine.heartbeat.pong machine.heartbeat.dead machine.heartbeat.reset "
        "machine.heartbeat.resurrected process.heartbeat.ping process.heartbeat.pong "
        "process.heartbeat.dead process.heartbeat.resurrected policy.entitlements.attached "
        "policy.entitlements.detached release.published release.yanked release.downloaded "
        "release.upgraded release.constraints.attached release.constraints.detached "
        "artifact.uploaded artifact.downloaded token.generated token.regenerated token.revoked "
        "user.banned user.unbanned user.password-reset user.group.updated";
    struct site s = open_site(state);
    struct str list = str_new(s.cx->mem);
    struct span rest = span_of(NAMES);
    struct licence_answer a;
    struct span name;
    size_t count = 0;

    while (span_cut(&rest, ' ', &name)) {
        str_fmt(&list, "%s\"%.*s\"", count == 0 ? "" : ",", (int)name.len, name.p);
        count++;
    }
    a = ask(&s, "POST", "/v1/webhook-endpoints", s.admin,
            endpoint_body(&s, s.url, arena_printf(s.cx->mem, "%s]", list.p)));
    assert_int_equal(a.status, 201);
    assert_int_equal(json_array_size(licence_site_at(&a, "data/attributes/subscriptions")), count);
    receiver_stop(s.receiver);
}

/* --- W04 --- */

static void w04_a_token_is_told_of_without_its_text(void **state)
{
    struct site s = open_site(state);
    struct token *token;
    const char *request;
    const json_t *data;

    add_endpoint(&s, "\"token.generated\"");
    s.cx->now = clock_now();
    test_ok(s.cx, token_add(s.cx, &(struct token_draft){.kind = TOKEN_ADMIN}, &token));
    work(&s);
    assert_int_equal(receiver_count(s.receiver), 1);
    request = receiver_request(s.receiver, s.cx->mem, 0);
    data = json_object_get(payload_of(&s, verified(&s, request)), "data");
    assert_string_equal(json_get_text(data, "type", ""), "tokens");
    assert_string_equal(json_get_text(data, "id", ""), id_text(s.cx->mem, token->id));
    assert_null(strstr(request, token->text));
    assert_null(json_object_get(json_object_get(data, "attributes"), "token"));
    receiver_stop(s.receiver);
}

/* --- the resources --- */

static void what_was_told_is_listed_retried_and_deleted(void **state)
{
    struct site s = open_site(state);
    struct licence_answer a;
    const char *path;
    const char *endpoint = add_endpoint(&s, "\"license.created\", \"machine.created\"");

    issue(&s);
    issue(&s);
    work(&s);
    a = events(&s, "?events[]=machine.created");
    assert_int_equal(json_array_size(licence_site_at(&a, "data")), 0);
    a = events(&s,
               "?events[]=machine.created&events[]=license.created&page[number]=1&page[size]=1");
    assert_int_equal(json_array_size(licence_site_at(&a, "data")), 1);
    assert_int_equal(json_integer_value(licence_site_at(&a, "links/meta/count")), 2);
    path = arena_printf(s.cx->mem, "/v1/webhook-events/%s", licence_site_text(&a, "data/0/id"));
    a = ask(&s, "POST", arena_printf(s.cx->mem, "%s/actions/retry", path), s.admin, NULL);
    assert_int_equal(a.status, 200);
    assert_string_equal(licence_site_text(&a, "data/attributes/status"), "DELIVERING");
    s.jobs->now = clock_now() + CLOCK_SECOND;
    work(&s);
    assert_int_equal(receiver_count(s.receiver), 3);
    a = ask(&s, "DELETE", arena_printf(s.cx->mem, "/v1/webhook-endpoints/%s", endpoint), s.admin,
            NULL);
    assert_int_equal(a.status, 204);
    a = ask(&s, "POST", arena_printf(s.cx->mem, "%s/actions/retry", path), s.admin, NULL);
    licence_site_refused(&a, 422, "", "/data");
    a = ask(&s, "DELETE", path, s.admin, NULL);
    assert_int_equal(a.status, 204);
    a = ask(&s, "GET", path, s.admin, NULL);
    licence_site_refused(&a, 404, "NOT_FOUND", NULL);
    receiver_stop(s.receiver);
}

static void rights_and_products_are_kept_apart(void **state)
{
    struct site s = open_site(state);
    struct site stranger = open_site(state);
    struct licence *l = licensing_licence(s.cx, NULL);
    const char *reader =
        licence_site_token_auth(s.cx, &(struct token_draft){.kind = TOKEN_READ_ONLY});
    const char *seller = licence_site_token_auth(s.cx, &(struct token_draft){.kind = TOKEN_SALES});
    const char *product = licence_site_token_auth(
        s.cx, &(struct token_draft){.kind = TOKEN_PRODUCT, .product_id = l->product_id});
    const char *path =
        arena_printf(s.cx->mem, "/v1/webhook-endpoints/%s", add_endpoint(&s, "\"*\""));
    struct licence_answer a = ask(&s, "GET", path, reader, NULL);

    assert_int_equal(a.status, 200);
    a = ask(&s, "DELETE", path, reader, NULL);
    licence_site_refused(&a, 403, "", NULL);
    a = ask(&s, "GET", "/v1/webhook-endpoints", seller, NULL);
    licence_site_refused(&a, 403, "", NULL);
    a = ask(&s, "GET", path, product, NULL);
    licence_site_refused(&a, 404, "NOT_FOUND", NULL);
    a = ask(&s, "GET", path, licence_site_key_auth(s.cx, l), NULL);
    licence_site_refused(&a, 403, "", NULL);
    a = ask(&stranger, "GET", path, stranger.admin, NULL);
    licence_site_refused(&a, 404, "NOT_FOUND", NULL);
    a = ask(&s, "POST", "/v1/webhook-endpoints", product, endpoint_body(&s, s.url, "\"*\"]"));
    assert_int_equal(a.status, 201);
    assert_string_equal(licence_site_text(&a, "data/relationships/product/data/id"),
                        id_text(s.cx->mem, l->product_id));
    a = ask(&s, "GET", "/v1/webhook-endpoints", product, NULL);
    assert_int_equal(json_array_size(licence_site_at(&a, "data")), 1);
    a = ask(&s, "GET", "/v1/webhook-endpoints?page[number]=1&page[size]=1&order=asc", s.admin,
            NULL);
    assert_int_equal(json_array_size(licence_site_at(&a, "data")), 1);
    assert_int_equal(json_integer_value(licence_site_at(&a, "links/meta/count")), 2);
    issue(&s); /* of another product */
    work(&s);
    a = ask(&s, "GET", "/v1/webhook-events?events[]=license.created", product, NULL);
    assert_int_equal(json_array_size(licence_site_at(&a, "data")), 0);
    receiver_stop(s.receiver);
    receiver_stop(stranger.receiver);
}

static void an_event_that_comes_twice_is_told_once(void **state)
{
    struct site s = open_site(state);
    unsigned worked;

    add_endpoint(&s, "\"license.created\"");
    issue(&s);
    test_ok(s.jobs, webhook_fan_work(s.jobs, &worked));
    test_sql(s.cx,
             "INSERT INTO event_delivery (tenant_id, consumer, event_id, due_at) "
             "SELECT tenant_id, 'webhooks', event_id, created_at FROM webhook_event "
             "WHERE tenant_id = ?",
             DB_ID(s.cx->tenant_id));
    test_ok(s.jobs, webhook_fan_work(s.jobs, &worked));
    assert_int_equal(test_i64(s.cx, "SELECT COUNT(*) FROM webhook_event WHERE tenant_id = ?",
                              DB_ID(s.cx->tenant_id)),
                     1);
    receiver_stop(s.receiver);
}

static void events_are_kept_for_thirty_days(void **state)
{
    struct site s = open_site(state);
    struct licence_answer a;
    int64_t removed;

    add_endpoint(&s, "\"license.created\"");
    issue(&s);
    work(&s);
    s.jobs->now += (WEBHOOK_KEPT_DAYS - 1) * CLOCK_DAY;
    test_ok(s.jobs, webhook_event_purge(s.jobs, 100, &removed));
    a = events(&s, "");
    assert_int_equal(json_array_size(licence_site_at(&a, "data")), 1);
    s.jobs->now += 2 * CLOCK_DAY;
    test_ok(s.jobs, webhook_event_purge(s.jobs, 100, &removed));
    a = events(&s, "");
    assert_int_equal(json_array_size(licence_site_at(&a, "data")), 0);
    receiver_stop(s.receiver);
}

/* --- what is told of --- */

static void a_validation_is_told_with_its_verdict(void **state)
{
    struct site s = open_site(state);
    struct licence *l = licensing_licence(s.cx, NULL);
    struct validation_log *log = validation_log_make();
    const json_t *payload, *meta;

    validation_log_note(log, s.cx->tenant_id, l->id, VERDICT_EXPIRED, false, s.cx->now);
    add_endpoint(&s, "\"license.validation.failed\"");
    test_ok(s.jobs, validation_log_flush(log, s.jobs)); /* now it is known who listens */
    validation_log_note(log, s.cx->tenant_id, l->id, VERDICT_EXPIRED, false, s.cx->now);
    validation_log_note(log, s.cx->tenant_id, l->id, VERDICT_VALID, true, s.cx->now);
    test_ok(s.jobs, validation_log_flush(log, s.jobs));
    validation_log_free(log);
    work(&s);
    assert_int_equal(receiver_count(s.receiver), 1);
    payload = payload_of(&s, verified(&s, receiver_request(s.receiver, s.cx->mem, 0)));
    meta = json_object_get(payload, "meta");
    assert_string_equal(json_get_text(meta, "code", ""), "EXPIRED");
    assert_true(json_is_false(json_object_get(meta, "valid")));
    assert_string_equal(json_get_text(json_object_get(payload, "data"), "id", ""),
                        id_text(s.cx->mem, l->id));
    receiver_stop(s.receiver);
}

static void every_resource_is_told_as_it_is_and_as_it_was_when_it_is_gone(void **state)
{
    static const struct {
        const char *name, *type, *attribute;
    } EXPECTED[] = {
        {"product.created", "products", "distributionStrategy"},
        {"policy.created", "policies", "maxMachines"},
        {"license.created", "licenses", "expiry"},
        {"machine.created", "machines", "fingerprint"},
        {"machine.deleted", "machines", "fingerprint"},
        {"license.deleted", "licenses", "name"},
    };
    struct site s = open_site(state);
    struct licence *l;
    struct machine *m;
    size_t seen = 0;

    add_endpoint(&s, "\"*\"");
    s.cx->now = clock_now() - CLOCK_SECOND;
    l = licensing_licence(s.cx, NULL);
    work(&s);
    m = licensing_machine(s.cx, l->id, "aa:bb");
    work(&s);
    test_ok(s.cx, machine_remove(s.cx, m->id, (struct id){{0}}));
    work(&s);
    test_ok(s.cx, licence_delete(s.cx, l->id));
    work(&s);
    for (size_t i = 0; i < receiver_count(s.receiver); i++) {
        const json_t *event = verified(&s, receiver_request(s.receiver, s.cx->mem, i));
        const char *name = json_get_text(json_object_get(event, "attributes"), "event", "");
        const json_t *data = json_object_get(payload_of(&s, event), "data");

        for (size_t k = 0; k < COUNT(EXPECTED); k++) {
            if (strcmp(EXPECTED[k].name, name) != 0)
                continue;
            seen++;
            assert_string_equal(json_get_text(data, "type", ""), EXPECTED[k].type);
            assert_non_null(
                json_object_get(json_object_get(data, "attributes"), EXPECTED[k].attribute));
        }
    }
    assert_int_equal(seen, COUNT(EXPECTED));
    receiver_stop(s.receiver);
}

static void tickets_are_told_of_in_public_words_alone(void **state)
{
    struct site s = open_site(state);
    struct desk d = desk_make(s.cx);
    const json_t *payload;
    struct id ticket, id;

    add_endpoint(&s, "\"ticket.created\", \"ticket.replied\", \"ticket.status-changed\"");
    s.cx->now = clock_now() - CLOCK_SECOND;
    ticket = desk_file(s.cx, &d, "printer on fire");
    work(&s);
    desk_as_priya(s.cx, &d);
    test_ok(s.cx, ticket_note(s.cx, ticket, "he is a nuisance", &id));
    test_ok(s.cx, ticket_reply(s.cx, ticket, "We are on our way.", NULL, &id));
    test_as_system(s.cx);
    work(&s);
    assert_int_equal(receiver_count(s.receiver), 2);
    payload = payload_of(&s, verified(&s, receiver_request(s.receiver, s.cx->mem, 0)));
    assert_string_equal(json_get_text(json_object_get(payload, "data"), "type", ""), "tickets");
    assert_string_equal(
        json_get_text(json_object_get(json_object_get(payload, "data"), "attributes"), "subject",
                      ""),
        "printer on fire");
    payload = payload_of(&s, verified(&s, receiver_request(s.receiver, s.cx->mem, 1)));
    assert_string_equal(
        json_get_text(json_object_get(json_object_get(payload, "meta"), "message"), "text", ""),
        "We are on our way.");
    receiver_stop(s.receiver);
}

static bool fan_one(struct ctx *cx, void *arg)
{
    unsigned worked;

    (void)arg;
    return webhook_fan_work(cx, &worked);
}

static void a_claim_that_fails_loses_and_doubles_nothing(void **state)
{
    struct site s = open_site(state);

    add_endpoint(&s, "\"license.created\"");
    for (int n = 0; n < 3; n++) {
        issue(&s);
        db_fail_after(s.jobs, n);
        if (!fan_one(s.jobs, NULL))
            err_clear(&s.jobs->err);
        db_fail_after(s.jobs, -1);
        s.jobs->now += CLOCK_HOUR; /* leases and pauses end */
        work(&s);
        assert_int_equal(receiver_count(s.receiver), n + 1);
    }
    receiver_stop(s.receiver);
}

int main(void)
{
    static const struct CMUnitTest TESTS[] = {
        cmocka_unit_test(w01_a_subscription_gets_a_delivery_with_a_signature_that_verifies),
        cmocka_unit_test(an_endpoint_hears_only_what_it_subscribed_to_in_its_version),
        cmocka_unit_test(w02_a_failed_delivery_comes_again_with_growing_pauses),
        cmocka_unit_test(w02_an_endpoint_that_is_gone_is_switched_off_until_it_is_changed),
        cmocka_unit_test(after_its_last_try_an_event_is_given_up_and_the_endpoint_with_it),
        cmocka_unit_test(the_pause_grows_with_the_fourth_power),
        cmocka_unit_test(who_does_not_answer_is_given_up_in_time_and_redirects_are_not_followed),
        cmocka_unit_test(what_the_end_of_the_program_breaks_off_comes_again),
        cmocka_unit_test(of_a_long_answer_the_beginning_is_kept),
        cmocka_unit_test(w03_addresses_are_checked),
        cmocka_unit_test(every_name_of_the_protocol_can_be_subscribed_to),
        cmocka_unit_test(w04_a_token_is_told_of_without_its_text),
        cmocka_unit_test(what_was_told_is_listed_retried_and_deleted),
        cmocka_unit_test(rights_and_products_are_kept_apart),
        cmocka_unit_test(an_event_that_comes_twice_is_told_once),
        cmocka_unit_test(events_are_kept_for_thirty_days),
        cmocka_unit_test(a_validation_is_told_with_its_verdict),
        cmocka_unit_test(every_resource_is_told_as_it_is_and_as_it_was_when_it_is_gone),
        cmocka_unit_test(tickets_are_told_of_in_public_words_alone),
        cmocka_unit_test(a_claim_that_fails_loses_and_doubles_nothing),
    };

    return test_group_run_around("webhook_wire", TESTS, COUNT(TESTS), start, licence_site_stop);
}
