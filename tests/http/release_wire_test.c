/* Releases, upgrades and their files over the wire (checklist U01 to U09, section 3.13). */
#include "base/clock.h"
#include "licensing/artefact.h"
#include "licensing/entitlement.h"
#include "licensing/licence_user.h"
#include "portal/api/webhook_payload.h"
#include "tests/http/licence_site.h"

#include <dirent.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>

static const char BYTES[] = "\"what a setup program is made of, as a text that is JSON too\"";

static const char SQL_EXPIRE[] = "UPDATE licence SET expires_at = ? WHERE tenant_id = ? AND id = ?";
static const char SQL_AGE[] =
    "UPDATE product_release SET created_at = ? WHERE tenant_id = ? AND version = ?";
static const char SQL_OPEN[] =
    "UPDATE product SET distribution_strategy = ? WHERE tenant_id = ? AND id = ?";
static const char SQL_ANY_TENANT_FORGET[] = "DELETE FROM artefact WHERE content_hash = ?";
static const char SQL_EVENTS[] = "SELECT COUNT(*) FROM event WHERE tenant_id = ? AND name = ?";

struct site {
    struct ctx *cx;
    struct policy *policy;
    struct licence *l;
    const char *key, *admin, *product; /* credentials; the product's id */
};

static struct site open_site(void **state, enum policy_expiration expiration)
{
    struct site s = {.cx = test_ctx(state)};
    struct policy draft;

    licence_site_open(s.cx);
    draft = licensing_policy(s.cx);
    draft.expiration = expiration;
    s.policy = licensing_add_policy(s.cx, &draft);
    test_ok(s.cx, licence_issue(s.cx, &(struct licence_draft){.policy_id = s.policy->id}, &s.l));
    s.key = licence_site_key_auth(s.cx, s.l);
    s.admin = licence_site_token_auth(s.cx, &(struct token_draft){.kind = TOKEN_ADMIN});
    s.product = id_text(s.cx->mem, draft.product_id);
    return s;
}

static struct release *add(const struct site *s, const char *version, enum release_channel channel,
                           bool is_published)
{
    const struct release_draft draft = {.product_id = s->policy->product_id,
                                        .version = version,
                                        .channel = channel,
                                        .is_published = is_published};
    struct release *r;

    test_ok(s->cx, release_add(s->cx, &draft, &r));
    return r;
}

static struct release *stable(const struct site *s, const char *version)
{
    return add(s, version, RELEASE_STABLE, true);
}

static struct licence_answer get(const struct site *s, const char *auth, const char *path)
{
    return licence_site_get(s->cx, arena_printf(s->cx->mem, "/v1/%s", path), auth);
}

static struct licence_answer ask(const struct site *s, const char *method, const char *path,
                                 const char *body)
{
    return licence_site_ask(s->cx,
                            &(struct licence_ask){.method = method,
                                                  .path = arena_printf(s->cx->mem, "/v1/%s", path),
                                                  .auth = s->admin,
                                                  .body = body});
}

static const char *next_of(const struct site *s, const char *path)
{
    struct licence_answer a = get(s, s->key, path);

    return a.status == 200 ? licence_site_text(&a, "meta/next") : a.status == 404 ? "404" : "?";
}

static void constrain(const struct site *s, const struct release *r, struct entitlement **out)
{
    test_ok(s->cx,
            entitlement_add(s->cx, &(struct entitlement){.name = "Pro", .code = "PRO"}, out));
    test_ok(s->cx, release_constrain(s->cx, r->id, &(*out)->id, 1, &(struct id){{0}}));
}

/* --- upgrades --- */

static void U01_an_upgrade_says_what_is_current_and_what_is_next(void **state)
{
    struct site s = open_site(state, POLICY_RESTRICT_ACCESS);
    struct release *newer;
    struct licence_answer a;

    stable(&s, "1.0.0");
    newer = stable(&s, "1.0.1");
    a = get(&s, s.key, "releases/1.0.0/upgrade");
    assert_int_equal(a.status, 200);
    assert_string_equal(licence_site_text(&a, "meta/current"), "1.0.0");
    assert_string_equal(licence_site_text(&a, "meta/next"), "1.0.1");
    assert_string_equal(licence_site_text(&a, "data/id"), id_text(s.cx->mem, newer->id));
    assert_string_equal(licence_site_text(&a, "data/attributes/version"), "1.0.1");
    assert_int_equal(json_integer_value(licence_site_at(&a, "data/attributes/semver/patch")), 1);
    assert_string_equal(licence_site_text(&a, "data/relationships/product/data/id"), s.product);
    a = get(&s, s.key,
            arena_printf(s.cx->mem, "releases/1.0.0/upgrade?channel=stable&product=%s", s.product));
    assert_string_equal(licence_site_text(&a, "meta/next"), "1.0.1");
    assert_int_equal(
        test_i64(s.cx, SQL_EVENTS, DB_ID(s.cx->tenant_id), DB_TEXT("release.upgraded")), 2);
}

static void U02_nothing_newer_and_an_unknown_release_are_not_found(void **state)
{
    struct site s = open_site(state, POLICY_RESTRICT_ACCESS);
    struct release *r = stable(&s, "1.0.0");
    struct licence_answer a = get(&s, s.key, "releases/1.0.0/upgrade");

    licence_site_refused(&a, 404, "NOT_FOUND", NULL);
    a = get(&s, s.key, "releases/9.9.9/upgrade");
    licence_site_refused(&a, 404, "NOT_FOUND", NULL);
    add(&s, "2.0.0", RELEASE_STABLE, false);
    assert_string_equal(next_of(&s, "releases/1.0.0/upgrade"), "404");
    assert_string_equal(next_of(&s, "releases/2.0.0/upgrade"), "404");
    stable(&s, "1.0.0+5"); /* build metadata makes nothing newer */
    assert_string_equal(next_of(&s, "releases/1.0.0/upgrade"), "404");
    stable(&s, "1.0.1");
    test_ok(s.cx, release_yank(s.cx, r->id, &r)); /* who runs it has to get away from it */
    assert_string_equal(next_of(&s, "releases/1.0.0/upgrade"), "1.0.1");
}

static void U03_a_constraint_bounds_the_upgrade(void **state)
{
    struct site s = open_site(state, POLICY_RESTRICT_ACCESS);
    struct licence_answer a;

    stable(&s, "1.0.0");
    stable(&s, "1.2.0");
    stable(&s, "1.10.1");
    stable(&s, "2.0.0");
    stable(&s, "2.1.0");
    assert_string_equal(next_of(&s, "releases/1.0.0/upgrade"), "2.1.0");
    assert_string_equal(next_of(&s, "releases/1.0.0/upgrade?constraint=1"), "1.10.1");
    assert_string_equal(next_of(&s, "releases/1.0.0/upgrade?constraint=1.x"), "1.10.1");
    assert_string_equal(next_of(&s, "releases/1.0.0/upgrade?constraint=2"), "2.1.0");
    assert_string_equal(next_of(&s, "releases/1.0.0/upgrade?constraint=1.11"), "404");
    assert_string_equal(next_of(&s, "releases/1.0.0/upgrade?constraint=1.2.0"), "1.2.0");
    a = get(&s, s.key, "releases/1.0.0/upgrade?constraint=abc");
    licence_site_refused(&a, 400, "CONSTRAINT_INVALID", NULL);
    assert_string_equal(licence_site_text(&a, "errors/0/source/parameter"), "constraint");
}

static void U04_a_channel_takes_in_the_steadier_ones(void **state)
{
    struct site s = open_site(state, POLICY_RESTRICT_ACCESS);

    stable(&s, "1.0.0");
    add(&s, "1.1.0-beta.2", RELEASE_BETA, true);
    add(&s, "1.1.0-beta.10", RELEASE_BETA, true);
    add(&s, "1.2.0-dev.1", RELEASE_DEV, true);
    assert_string_equal(next_of(&s, "releases/1.0.0/upgrade"), "404");
    assert_string_equal(next_of(&s, "releases/1.0.0/upgrade?channel=stable"), "404");
    assert_string_equal(next_of(&s, "releases/1.0.0/upgrade?channel=rc"), "404");
    assert_string_equal(next_of(&s, "releases/1.0.0/upgrade?channel=beta"), "1.1.0-beta.10");
    assert_string_equal(next_of(&s, "releases/1.0.0/upgrade?channel=alpha"), "1.1.0-beta.10");
    assert_string_equal(next_of(&s, "releases/1.0.0/upgrade?channel=dev"), "1.2.0-dev.1");
    assert_string_equal(next_of(&s, "releases/1.0.0/upgrade?channel=odd"), "404");
    stable(&s, "1.1.0"); /* above its own pre-releases */
    assert_string_equal(next_of(&s, "releases/1.1.0-beta.2/upgrade"), "1.1.0");
}

static void U05_an_ended_licence_has_what_came_out_before(void **state)
{
    struct site s = open_site(state, POLICY_RESTRICT_ACCESS);
    struct policy open = *s.policy;
    const char *paths[] = {"releases/1.0.0/upgrade", "releases/1.1.0"};
    struct licence_answer a;
    struct licence *l;

    stable(&s, "1.0.0");
    stable(&s, "1.0.1");
    stable(&s, "1.1.0");
    test_sql(s.cx, SQL_AGE, DB_TIME(s.cx->now - 3 * CLOCK_DAY), DB_ID(s.cx->tenant_id),
             DB_TEXT("1.0.1"));
    test_sql(s.cx, SQL_EXPIRE, DB_TIME(s.cx->now - 2 * CLOCK_DAY), DB_ID(s.cx->tenant_id),
             DB_ID(s.l->id));
    assert_string_equal(next_of(&s, paths[0]), "1.0.1");
    a = get(&s, s.key, paths[1]);
    licence_site_refused(&a, 404, "NOT_FOUND", NULL);
    open.id = (struct id){{0}};
    open.expiration = POLICY_ALLOW_ACCESS;
    test_ok(s.cx, licence_issue(
                      s.cx,
                      &(struct licence_draft){.policy_id = licensing_add_policy(s.cx, &open)->id,
                                              .expires_at = s.cx->now - 2 * CLOCK_DAY},
                      &l));
    s.key = licence_site_key_auth(s.cx, l);
    assert_string_equal(next_of(&s, paths[0]), "1.1.0");
    a = get(&s, s.key, paths[1]);
    assert_int_equal(a.status, 200);
}

static void an_ended_licence_that_revokes_access_has_nothing(void **state)
{
    struct site s = open_site(state, POLICY_REVOKE_ACCESS);
    const char *token = licence_site_token_auth(
        s.cx, &(struct token_draft){.kind = TOKEN_ACTIVATION, .licence_id = s.l->id});
    struct licence_answer a;

    stable(&s, "1.0.0");
    test_sql(s.cx, SQL_EXPIRE, DB_TIME(s.cx->now - CLOCK_DAY), DB_ID(s.cx->tenant_id),
             DB_ID(s.l->id));
    a = get(&s, token, "releases/1.0.0");
    licence_site_refused(&a, 403, "", NULL);
    a = get(&s, token, "releases");
    licence_site_refused(&a, 403, "", NULL);
}

static void U06_a_release_needs_its_entitlements(void **state)
{
    struct site s = open_site(state, POLICY_RESTRICT_ACCESS);
    struct release *r;
    struct entitlement *e;
    struct licence_answer a;

    stable(&s, "1.0.0");
    r = stable(&s, "1.1.0");
    constrain(&s, r, &e);
    assert_string_equal(next_of(&s, "releases/1.0.0/upgrade"), "404");
    a = get(&s, s.key, "releases/1.1.0");
    licence_site_refused(&a, 404, "NOT_FOUND", NULL);
    a = get(&s, s.key, "releases");
    assert_int_equal(json_array_size(licence_site_at(&a, "data")), 1);
    test_ok(s.cx, entitlement_attach_licence(s.cx, s.l->id, e->id));
    assert_string_equal(next_of(&s, "releases/1.0.0/upgrade"), "1.1.0");
    a = get(&s, s.key, "releases/1.1.0/entitlements");
    assert_string_equal(licence_site_text(&a, "data/0/attributes/code"), "PRO");
    a = get(&s, s.admin, "releases?entitlements[]=PRO");
    assert_int_equal(json_array_size(licence_site_at(&a, "data")), 1);
    a = get(&s, s.admin, "releases?constraints=false");
    assert_string_equal(licence_site_text(&a, "data/0/attributes/version"), "1.0.0");
}

/* --- files --- */

static const char *artefact_body(const struct site *s, const struct release *r,
                                 const char *attributes)
{
    return arena_printf(s->cx->mem,
                        "{\"data\":{\"type\":\"artifacts\",\"attributes\":{%s},\"relationships\":{"
                        "\"release\":{\"data\":{\"type\":\"releases\",\"id\":\"%s\"}}}}}",
                        attributes, id_text(s->cx->mem, r->id));
}

/* The path behind the host of an address. */
static const char *path_of(const struct site *s, const struct licence_answer *a)
{
    const char *location = licence_site_header(s->cx, a, "Location");
    const char *host = arena_printf(s->cx->mem, "http://%s", licence_site_host(s->cx));

    assert_memory_equal(location, host, strlen(host));
    return location + strlen(host);
}

static struct licence_answer put(const struct site *s, const char *path, const char *bytes)
{
    return licence_site_ask(
        s->cx, &(struct licence_ask){.method = "PUT",
                                     .path = path,
                                     .headers = "Content-Type: application/octet-stream\r\n",
                                     .body = bytes});
}

static const char *upload(const struct site *s, const struct release *r, const char *bytes)
{
    struct licence_answer a =
        ask(s, "POST", "artifacts",
            artefact_body(s, r, "\"filename\":\"setup.exe\",\"platform\":\"windows\""));
    const char *id;

    assert_int_equal(a.status, 307);
    id = arena_dup(s->cx->mem, licence_site_text(&a, "data/id"));
    a = put(s, path_of(s, &a), bytes);
    assert_int_equal(a.status, 200);
    assert_string_equal(licence_site_text(&a, "data/attributes/status"), "UPLOADED");
    return id;
}

static void U07_a_file_is_fetched_by_a_link_that_needs_no_credential(void **state)
{
    struct site s = open_site(state, POLICY_RESTRICT_ACCESS);
    struct release *r = stable(&s, "1.0.0");
    const char *id = upload(&s, r, BYTES);
    const char *path = arena_printf(s.cx->mem, "/v1/artifacts/%s", id);
    struct licence_ask asked = {.method = "GET", .path = path, .auth = s.key};
    struct licence_answer a = licence_site_ask(s.cx, &asked);

    assert_int_equal(a.status, 303);
    assert_string_equal(licence_site_text(&a, "data/relationships/release/data/id"),
                        id_text(s.cx->mem, r->id));
    assert_string_equal(licence_site_text(&a, "data/attributes/filename"), "setup.exe");
    assert_string_equal(licence_site_text(&a, "data/attributes/filetype"), "exe");
    assert_int_equal(json_integer_value(licence_site_at(&a, "data/attributes/filesize")),
                     strlen(BYTES));
    a = licence_site_get(s.cx, path_of(&s, &a), NULL);
    assert_int_equal(a.status, 200);
    assert_string_equal(a.body, BYTES); /* its digest is checked and signed like any answer's */
    asked.headers = "Accept: text/html\r\nPrefer: no-redirect\r\n";
    a = licence_site_ask(s.cx, &asked);
    assert_int_equal(a.status, 200);
    assert_string_not_equal(licence_site_header(s.cx, &a, "Location"), "");
    asked.headers = "Prefer: no-download\r\n";
    a = licence_site_ask(s.cx, &asked);
    assert_int_equal(a.status, 200);
    assert_string_equal(licence_site_header(s.cx, &a, "Location"), "");
    a = get(&s, s.key, arena_printf(s.cx->mem, "artifacts/%s?prefer=no-download", id));
    assert_string_equal(licence_site_header(s.cx, &a, "Location"), "");
    a = get(&s, s.key, "releases/1.0.0/artifacts/setup.exe");
    assert_int_equal(a.status, 303);
    assert_int_equal(
        test_i64(s.cx, SQL_EVENTS, DB_ID(s.cx->tenant_id), DB_TEXT("artefact.downloaded")), 3);
}

static void U08_a_draft_is_seen_by_staff_alone(void **state)
{
    struct site s = open_site(state, POLICY_RESTRICT_ACCESS);
    struct release *r = add(&s, "1.0.0", RELEASE_STABLE, false);
    const char *id = upload(&s, r, BYTES);
    struct licence_answer a = get(&s, s.key, "releases/1.0.0");

    licence_site_refused(&a, 404, "NOT_FOUND", NULL);
    a = get(&s, s.key, arena_printf(s.cx->mem, "artifacts/%s", id));
    licence_site_refused(&a, 404, "NOT_FOUND", NULL);
    a = get(&s, s.admin, "releases/1.0.0");
    assert_string_equal(licence_site_text(&a, "data/attributes/status"), "DRAFT");
    a = ask(&s, "POST", "releases/1.0.0/actions/publish", NULL);
    assert_string_equal(licence_site_text(&a, "data/attributes/status"), "PUBLISHED");
    a = get(&s, s.key, "releases/1.0.0");
    assert_int_equal(a.status, 200);
    a = ask(&s, "POST", "releases/1.0.0/actions/yank", NULL);
    assert_string_equal(licence_site_text(&a, "data/attributes/status"), "YANKED");
    assert_true(json_is_string(licence_site_at(&a, "data/attributes/yanked")));
    a = get(&s, s.key, "releases");
    assert_int_equal(json_array_size(licence_site_at(&a, "data")), 0);
    a = get(&s, s.admin, arena_printf(s.cx->mem, "artifacts/%s", id));
    assert_int_equal(a.status, 200); /* staff see what is withdrawn, without a link to its bytes */
    assert_string_equal(licence_site_text(&a, "data/attributes/status"), "YANKED");
    assert_string_equal(licence_site_header(s.cx, &a, "Location"), "");
}

static struct licence_answer create(const struct site *s, const char *version, const char *channel,
                                    const char *more)
{
    return ask(s, "POST", "releases",
               arena_printf(s->cx->mem,
                            "{\"data\":{\"type\":\"releases\",\"attributes\":{\"version\":\"%s\","
                            "\"channel\":\"%s\"%s},\"relationships\":{\"product\":{\"data\":{"
                            "\"type\":\"products\",\"id\":\"%s\"}}}}}",
                            version, channel, more, s->product));
}

static void U09_versions_are_unique_and_suit_their_channel(void **state)
{
    struct site s = open_site(state, POLICY_RESTRICT_ACCESS);
    struct licence_answer a = create(&s, "1.0.0", "stable", ",\"tag\":\"spring\"");

    assert_int_equal(a.status, 201);
    assert_string_equal(licence_site_text(&a, "data/attributes/status"), "DRAFT");
    assert_string_equal(licence_site_header(s.cx, &a, "Location"),
                        licence_site_text(&a, "data/links/self"));
    a = create(&s, "1.0.0", "stable", "");
    licence_site_refused(&a, 422, "VERSION_TAKEN", "/data/attributes/version");
    a = create(&s, "1.0.1", "stable", ",\"tag\":\"spring\"");
    licence_site_refused(&a, 422, "TAG_TAKEN", "/data/attributes/tag");
    a = create(&s, "v1.0", "stable", "");
    licence_site_refused(&a, 422, "VERSION_INVALID", "/data/attributes/version");
    a = create(&s, "1.0.1-beta.1", "stable", "");
    licence_site_refused(&a, 422, "VERSION_CHANNEL_INVALID", "/data/attributes/version");
    a = create(&s, "1.0.1-rc.1", "beta", "");
    licence_site_refused(&a, 422, "VERSION_CHANNEL_INVALID", "/data/attributes/version");
    a = create(&s, "1.0.1", "stable", ",\"backdated\":\"2999-01-01\"");
    licence_site_refused(&a, 422, "BACKDATED_INVALID", "/data/attributes/backdated");
    a = create(&s, "1.0.1", "nightly", "");
    licence_site_refused(&a, 400, "", "/data/attributes/channel");
    a = create(&s, "1.0.1", "stable", ",\"colour\":1");
    licence_site_refused(&a, 400, "", "/data/attributes/colour");
}

static void a_release_is_changed_and_removed(void **state)
{
    struct site s = open_site(state, POLICY_RESTRICT_ACCESS);
    struct release *r = stable(&s, "1.0.0");
    struct licence_answer a;

    upload(&s, r, BYTES);
    a = ask(&s, "PATCH", "releases/1.0.0",
            "{\"data\":{\"type\":\"releases\",\"attributes\":{\"name\":\"Spring\",\"tag\":\"s26\","
            "\"metadata\":{\"build_host\":\"a\"}}}}");
    assert_int_equal(a.status, 200);
    assert_string_equal(licence_site_text(&a, "data/attributes/metadata/buildHost"), "a");
    a = get(&s, s.key, "releases/s26");
    assert_string_equal(licence_site_text(&a, "data/attributes/name"), "Spring");
    a = ask(&s, "PATCH", "releases/1.0.0",
            "{\"data\":{\"type\":\"releases\",\"attributes\":{\"status\":\"YANKED\"}}}");
    licence_site_refused(&a, 400, "", "/data/attributes/status");
    a = licence_site_post(s.cx, "/v1/releases/1.0.0/actions/yank", s.key, NULL);
    licence_site_refused(&a, 403, "", NULL);
    a = ask(&s, "DELETE", "releases/1.0.0", NULL);
    assert_int_equal(a.status, 204);
    a = get(&s, s.admin, "releases/1.0.0");
    licence_site_refused(&a, 404, "NOT_FOUND", NULL);
}

static void constraints_are_attached_and_detached_as_a_whole(void **state)
{
    struct site s = open_site(state, POLICY_RESTRICT_ACCESS);
    struct entitlement *pro;
    struct entitlement *plus;
    struct licence_answer a;
    const char *link;

    constrain(&s, stable(&s, "1.0.0"), &pro);
    test_ok(s.cx,
            entitlement_add(s.cx, &(struct entitlement){.name = "Plus", .code = "PLUS"}, &plus));
    a = ask(&s, "POST", "releases/1.0.0/constraints",
            arena_printf(s.cx->mem,
                         "{\"data\":[{\"type\":\"entitlements\",\"id\":\"%s\"},"
                         "{\"type\":\"entitlements\",\"id\":\"%s\"}]}",
                         id_text(s.cx->mem, plus->id), id_text(s.cx->mem, pro->id)));
    licence_site_refused(&a, 422, "CONSTRAINTS_ENTITLEMENT_CONFLICT", "/data/1");
    a = get(&s, s.admin, "releases/1.0.0/constraints");
    assert_int_equal(json_array_size(licence_site_at(&a, "data")), 1);
    a = ask(&s, "POST", "releases/1.0.0/constraints",
            arena_printf(s.cx->mem,
                         "{\"data\":[{\"type\":\"constraints\",\"relationships\":{\"entitlement\":{"
                         "\"data\":{\"type\":\"entitlements\",\"id\":\"%s\"}}}}]}",
                         id_text(s.cx->mem, plus->id)));
    assert_int_equal(a.status, 200);
    link = licence_site_text(&a, "data/0/id");
    a = ask(&s, "POST", "releases/1.0.0/constraints",
            "{\"data\":[{\"type\":\"entitlements\",\"id\":\"019a0000-0000-7000-8000-"
            "000000000000\"}]}");
    licence_site_refused(&a, 422, "CONSTRAINTS_ENTITLEMENT_NOT_FOUND", "/data/0");
    a = ask(&s, "DELETE", "releases/1.0.0/constraints",
            arena_printf(s.cx->mem, "{\"data\":[{\"type\":\"constraints\",\"id\":\"%s\"}]}", link));
    assert_int_equal(a.status, 204);
    a = ask(&s, "DELETE", "releases/1.0.0/constraints",
            arena_printf(s.cx->mem, "{\"data\":[{\"type\":\"constraints\",\"id\":\"%s\"}]}", link));
    licence_site_refused(&a, 422, "", "/data/0");
}

static void webhooks_tell_the_release_and_its_file(void **state)
{
    struct site s = open_site(state, POLICY_RESTRICT_ACCESS);
    struct release *r = stable(&s, "1.0.0");
    struct id artefact_id;
    struct id product_id;
    struct event *events;
    const char *text;
    unsigned count;
    unsigned last;

    assert_true(id_parse(upload(&s, r, BYTES), &artefact_id));
    test_ok(s.cx, event_list(s.cx, r->id, 10, &events, &count));
    assert_int_equal(count, 1);
    assert_int_equal(events[0].kind, EVENT_RELEASE_CREATED);
    test_ok(s.cx, webhook_payload_write(s.cx, &events[0], "1.8", &text, &product_id));
    assert_true(id_equal(product_id, r->product_id));
    assert_non_null(strstr(text, "\"type\":\"releases\""));
    assert_non_null(strstr(text, "\"version\":\"1.0.0\""));
    test_ok(s.cx, event_list(s.cx, artefact_id, 10, &events, &count));
    assert_int_equal(count, 2); /* both within a millisecond perhaps: in either order */
    assert_int_equal(events[0].kind + events[1].kind,
                     EVENT_ARTEFACT_CREATED + EVENT_ARTEFACT_UPLOADED);
    test_ok(s.cx, webhook_payload_write(s.cx, &events[1], "1.8", &text, &product_id));
    assert_non_null(strstr(text, "\"filename\":\"setup.exe\""));
    test_ok(s.cx, release_remove(s.cx, r->id)); /* what is gone is told by what the event says */
    test_ok(s.cx, event_list(s.cx, r->id, 10, &events, &count));
    assert_int_equal(count, 2);
    last = events[0].kind == EVENT_RELEASE_DELETED ? 0 : 1;
    assert_int_equal(events[last].kind, EVENT_RELEASE_DELETED);
    test_ok(s.cx, webhook_payload_write(s.cx, &events[last], "1.8", &text, &product_id));
    assert_true(id_equal(product_id, r->product_id));
    assert_non_null(strstr(text, "\"attributes\":{\"version\":\"1.0.0\""));
}

/* --- who sees what --- */

static void an_open_product_is_everybodys_and_a_closed_one_nobodys(void **state)
{
    struct site s = open_site(state, POLICY_RESTRICT_ACCESS);
    struct release *r = stable(&s, "1.0.0");
    const char *id = upload(&s, r, BYTES);
    const char *path = arena_printf(s.cx->mem, "artifacts/%s", id);
    struct licence_answer a = get(&s, NULL, path);

    licence_site_refused(&a, 404, "NOT_FOUND", NULL);
    a = get(&s, NULL, "releases");
    assert_int_equal(json_array_size(licence_site_at(&a, "data")), 0);
    test_sql(s.cx, SQL_OPEN, DB_TEXT("OPEN"), DB_ID(s.cx->tenant_id), DB_ID(r->product_id));
    a = get(&s, NULL, path);
    assert_int_equal(a.status, 303);
    a = licence_site_get(s.cx, path_of(&s, &a), NULL);
    assert_string_equal(a.body, BYTES);
    a = get(&s, NULL, "releases/1.0.0");
    assert_int_equal(a.status, 200);
    a = get(&s, "Bearer nonsense", "releases/1.0.0");
    assert_int_equal(a.status, 401);
    test_sql(s.cx, SQL_OPEN, DB_TEXT("CLOSED"), DB_ID(s.cx->tenant_id), DB_ID(r->product_id));
    a = get(&s, s.key, path);
    licence_site_refused(&a, 404, "NOT_FOUND", NULL);
    a = get(&s, s.admin, path);
    assert_int_equal(a.status, 303);
}

static void a_product_sees_its_own_and_a_person_what_his_licences_allow(void **state)
{
    struct site s = open_site(state, POLICY_RESTRICT_ACCESS);
    struct id person = make_person(s.cx, "Ada Cole", "ada@example.com");
    struct product *other;
    const char *program;
    const char *stranger;
    const char *user;
    struct licence_link *links;
    struct licence_answer a;
    struct release *r;

    stable(&s, "1.0.0");
    test_ok(s.cx, product_add(s.cx, &(struct product){.name = "Other"}, &other));
    test_ok(s.cx,
            release_add(s.cx, &(struct release_draft){.product_id = other->id, .version = "1.0.0"},
                        &r));
    program = licence_site_token_auth(
        s.cx, &(struct token_draft){.kind = TOKEN_PRODUCT, .product_id = s.policy->product_id});
    stranger = licence_site_token_auth(
        s.cx, &(struct token_draft){.kind = TOKEN_PRODUCT, .product_id = other->id});
    user = licence_site_token_auth(s.cx,
                                   &(struct token_draft){.kind = TOKEN_USER, .person_id = person});
    a = get(&s, program, "releases");
    assert_int_equal(json_array_size(licence_site_at(&a, "data")), 1);
    a = get(&s, stranger, "releases/1.0.0");
    assert_string_equal(licence_site_text(&a, "data/id"), id_text(s.cx->mem, r->id));
    a = licence_site_post(s.cx, "/v1/artifacts", stranger,
                          artefact_body(&s, stable(&s, "1.0.1"), "\"filename\":\"a\""));
    licence_site_refused(&a, 422, "RELEASE_NOT_FOUND", "/data/relationships/release");
    a = get(&s, user, "releases");
    assert_int_equal(json_array_size(licence_site_at(&a, "data")), 0);
    test_ok(s.cx, licence_user_attach(s.cx, s.l->id, &person, 1, &links));
    a = get(&s, user, "releases?order=asc");
    assert_int_equal(json_array_size(licence_site_at(&a, "data")), 2);
    a = get(&s, user, "releases?page[number]=2&page[size]=1");
    assert_string_equal(licence_site_text(&a, "data/0/attributes/version"), "1.0.0");
    assert_int_equal(json_integer_value(licence_site_at(&a, "links/meta/count")), 2);
}

static void what_a_licence_may_not_download_is_forbidden_not_unknown(void **state)
{
    struct site s = open_site(state, POLICY_RESTRICT_ACCESS);
    struct release *r = stable(&s, "1.0.0");
    const char *id = upload(&s, r, BYTES);
    struct entitlement *e;
    struct licence_answer a;

    constrain(&s, r, &e);
    a = get(&s, s.key, arena_printf(s.cx->mem, "artifacts/%s", id));
    licence_site_refused(&a, 403, "", NULL);
    a = get(&s, s.key, "releases/1.0.0/artifacts/setup.exe");
    licence_site_refused(&a, 403, "", NULL);
    a = get(&s, s.key, "releases/1.0.0/artifacts/other.exe");
    licence_site_refused(&a, 404, "NOT_FOUND", NULL);
}

static void a_link_ends_with_the_right_to_the_file(void **state)
{
    struct site s = open_site(state, POLICY_RESTRICT_ACCESS);
    struct release *r = stable(&s, "1.0.0");
    struct licence_answer a =
        get(&s, s.key, arena_printf(s.cx->mem, "artifacts/%s", upload(&s, r, BYTES)));
    const char *path = path_of(&s, &a);
    char *forged = arena_dup(s.cx->mem, path);
    char *token = strstr(forged, "/files/") + strlen("/files/");

    token[10] = token[10] == 'A' ? 'B' : 'A';
    a = licence_site_get(s.cx, forged, NULL);
    licence_site_refused(&a, 404, "NOT_FOUND", NULL);
    a = put(&s, path, "\"x\""); /* for reading, not for writing */
    licence_site_refused(&a, 404, "NOT_FOUND", NULL);
    test_ok(s.cx, licence_suspend(s.cx, s.l->id, "", &s.l));
    a = licence_site_get(s.cx, path, NULL);
    licence_site_refused(&a, 404, "NOT_FOUND", NULL);
}

static void a_link_is_no_use_under_another_account(void **state)
{
    struct site s = open_site(state, POLICY_RESTRICT_ACCESS);
    struct licence_answer a = get(
        &s, s.key, arena_printf(s.cx->mem, "artifacts/%s", upload(&s, stable(&s, "1.0.0"), BYTES)));
    const char *token = strstr(path_of(&s, &a), "/files/");
    struct site other = open_site(state, POLICY_RESTRICT_ACCESS);

    a = licence_site_get(s.cx, arena_printf(s.cx->mem, "/v1%s", token), NULL);
    assert_int_equal(a.status, 200);
    a = get(&other, other.key, token + 1);
    licence_site_refused(&a, 404, "NOT_FOUND", NULL);
    a = get(&other, other.admin, "releases/1.0.0");
    licence_site_refused(&a, 404, "NOT_FOUND", NULL);
    a = get(&other, other.admin, "artifacts");
    assert_int_equal(json_array_size(licence_site_at(&a, "data")), 0);
}

/* --- bytes --- */

static const char *header_of(struct ctx *cx, const char *text, const char *name)
{
    const struct licence_answer a = {.head = text};

    return licence_site_header(cx, &a, name);
}

static void a_broken_download_goes_on_where_it_stopped(void **state)
{
    struct site s = open_site(state, POLICY_RESTRICT_ACCESS);
    struct licence_answer a = get(
        &s, s.key, arena_printf(s.cx->mem, "artifacts/%s", upload(&s, stable(&s, "1.0.0"), BYTES)));
    struct licence_ask asked = {.method = "GET", .path = path_of(&s, &a)};
    const char *text;
    const char *tag;

    assert_int_equal(licence_site_raw(s.cx, &asked, &text), 200);
    tag = header_of(s.cx, text, "ETag");
    assert_int_equal(strlen(tag), 66);
    assert_non_null(strstr(text, "attachment; filename=\"setup.exe\""));
    asked.headers = arena_printf(s.cx->mem, "Range: bytes=5-8\r\nIf-Range: %s\r\n", tag);
    assert_int_equal(licence_site_raw(s.cx, &asked, &text), 206);
    assert_string_equal(header_of(s.cx, text, "Content-Range"),
                        arena_printf(s.cx->mem, "bytes 5-8/%zu", strlen(BYTES)));
    assert_memory_equal(strstr(text, "\r\n\r\n") + 4, BYTES + 5, 4);
    assert_int_equal(strlen(strstr(text, "\r\n\r\n") + 4), 4);
    assert_true(licence_site_is_signed(s.cx, &asked, text));
    asked.headers = "Range: bytes=5-8\r\nIf-Range: \"other\"\r\n";
    assert_int_equal(licence_site_raw(s.cx, &asked, &text), 200);
    asked.headers = "Range: bytes=100000-\r\n";
    assert_int_equal(licence_site_raw(s.cx, &asked, &text), 416);
    asked.headers = arena_printf(s.cx->mem, "If-None-Match: %s\r\n", tag);
    assert_int_equal(licence_site_raw(s.cx, &asked, &text), 304);
}

static void what_arrives_has_to_be_what_was_announced(void **state)
{
    struct site s = open_site(state, POLICY_RESTRICT_ACCESS);
    struct release *r = stable(&s, "1.0.0");
    uint8_t hash[CRYPTO_HASH_SIZE];
    struct licence_answer a;
    const char *path;

    crypto_sha256(BYTES, strlen(BYTES), hash);
    a = ask(&s, "POST", "artifacts",
            artefact_body(&s, r,
                          arena_printf(s.cx->mem,
                                       "\"filename\":\"a.bin\",\"signature\":\"c2ln\","
                                       "\"filesize\":%zu,\"checksum\":\"%s\"",
                                       strlen(BYTES), crypto_hex(s.cx->mem, hash, sizeof hash))));
    path = arena_dup(s.cx->mem, path_of(&s, &a));
    assert_string_equal(licence_site_text(&a, "data/attributes/status"), "WAITING");
    a = put(&s, path, "\"short\"");
    licence_site_refused(&a, 422, "FILESIZE_INVALID", NULL);
    a = put(&s, path, "\"What a setup program is made of, as a text that is JSON too\"");
    licence_site_refused(&a, 422, "CHECKSUM_INVALID", NULL);
    a = get(&s, s.admin, "artifacts");
    assert_string_equal(licence_site_text(&a, "data/0/attributes/status"), "FAILED");
    a = put(&s, path, BYTES);
    assert_int_equal(a.status, 200);
    assert_string_equal(licence_site_text(&a, "data/attributes/signature"), "c2ln");
    assert_string_equal(licence_site_text(&a, "data/attributes/checksum"),
                        crypto_hex(s.cx->mem, hash, sizeof hash));
    a = put(&s, path, BYTES); /* once more: the answer had been lost */
    assert_int_equal(a.status, 200);
    a = put(&s, path, "\"other\"");
    licence_site_refused(&a, 409, "ARTIFACT_UPLOADED", NULL);
    a = ask(&s, "POST", "artifacts", artefact_body(&s, r, "\"filename\":\"a.bin\""));
    licence_site_refused(&a, 422, "FILENAME_TAKEN", "/data/attributes/filename");
    a = ask(&s, "POST", "artifacts", artefact_body(&s, r, "\"filename\":\"../a\""));
    licence_site_refused(&a, 422, "FILENAME_INVALID", "/data/attributes/filename");
}

static void a_checksum_that_was_not_announced_is_made(void **state)
{
    struct site s = open_site(state, POLICY_RESTRICT_ACCESS);
    struct store_content content;
    struct licence_answer a;
    const char *base64;

    upload(&s, stable(&s, "1.0.0"), BYTES);
    store_hash(s.cx->mem, span_of(BYTES), &content);
    base64 = crypto_base64(s.cx->mem, content.sha512, sizeof content.sha512);
    a = get(&s, s.key, "artifacts");
    assert_int_equal(strlen(licence_site_text(&a, "data/0/attributes/checksum")), 86);
    assert_memory_equal(licence_site_text(&a, "data/0/attributes/checksum"), base64, 86);
}

static unsigned files_below(struct ctx *cx, const char *path)
{
    DIR *list = opendir(path);
    struct dirent *entry;
    unsigned count = 0;

    while (list != NULL && (entry = readdir(list)) != NULL) {
        const char *name = arena_printf(cx->mem, "%s/%s", path, entry->d_name);
        struct stat st;

        if (strcmp(entry->d_name, ".") == 0 || strcmp(entry->d_name, "..") == 0 ||
            lstat(name, &st) != 0)
            continue;
        count += S_ISDIR(st.st_mode) ? files_below(cx, name) : 1;
    }
    if (list != NULL)
        closedir(list);
    return count;
}

static const char *storage(struct ctx *cx)
{
    return arena_printf(cx->mem, "%s/storage", test_dir());
}

static void a_full_disk_refuses_the_file_and_keeps_no_part_of_it(void **state)
{
    struct site s = open_site(state, POLICY_RESTRICT_ACCESS);
    struct licence_answer a = ask(&s, "POST", "artifacts",
                                  artefact_body(&s, stable(&s, "1.0.0"), "\"filename\":\"a.bin\""));
    const char *path = path_of(&s, &a);
    char *large = arena_alloc(s.cx->mem, 200001);
    unsigned before = files_below(s.cx, storage(s.cx));
    struct rlimit was;
    struct rlimit low;

    memset(large, 'x', 200000);
    assert_int_equal(getrlimit(RLIMIT_FSIZE, &was), 0);
    low = (struct rlimit){100000, was.rlim_max};
    signal(SIGXFSZ, SIG_IGN);
    assert_int_equal(setrlimit(RLIMIT_FSIZE, &low), 0);
    a = licence_site_ask(
        s.cx,
        &(struct licence_ask){.method = "PUT", .path = path, .body = large, .is_unsigned = true});
    assert_int_equal(setrlimit(RLIMIT_FSIZE, &was), 0);
    licence_site_refused(&a, 503, "STORAGE_FULL", NULL);
    assert_int_equal(files_below(s.cx, storage(s.cx)), before);
    a = get(&s, s.admin, "artifacts");
    assert_string_equal(licence_site_text(&a, "data/0/attributes/status"), "WAITING");
    a = put(&s, path, BYTES);
    assert_int_equal(a.status, 200);
}

static void a_file_over_the_limit_is_refused(void **state)
{
    struct site s = open_site(state, POLICY_RESTRICT_ACCESS);
    struct licence_answer a = ask(&s, "POST", "artifacts",
                                  artefact_body(&s, stable(&s, "1.0.0"), "\"filename\":\"a.bin\""));
    char *large = arena_alloc(s.cx->mem, 1024 * 1024 + 2);
    const char *text;

    memset(large, 'x', 1024 * 1024 + 1);
    assert_int_equal(
        licence_site_raw(
            s.cx, &(struct licence_ask){.method = "PUT", .path = path_of(&s, &a), .body = large},
            &text),
        413);
}

static void files_that_nothing_speaks_of_are_swept_up(void **state)
{
    struct site s = open_site(state, POLICY_RESTRICT_ACCESS);
    struct release *r = stable(&s, "1.0.0");
    const char *id = upload(&s, r, BYTES);
    struct artefact *a;
    struct id artefact_id;
    struct store_content content;
    unsigned folder;
    unsigned removed;
    int64_t bytes;
    int fd;

    assert_true(id_parse(id, &artefact_id));
    test_ok(s.cx,
            artefact_get(s.cx, &(struct release_reader){.kind = RELEASE_FOR_ALL}, artefact_id, &a));
    store_hash(s.cx->mem, span_of(BYTES), &content);
    folder = content.sha256[0];
    s.cx->now = clock_now() + 2 * CLOCK_DAY;
    test_ok(s.cx, artefact_sweep(s.cx, storage(s.cx), folder, &removed));
    assert_int_equal(removed, 0);
    /* Other tests have artefacts of the same bytes: theirs go with it. */
    test_sql(s.cx, SQL_ANY_TENANT_FORGET, DB_BYTES(content.sha256, 32));
    s.cx->now = clock_now();
    test_ok(s.cx, artefact_sweep(s.cx, storage(s.cx), folder, &removed));
    assert_int_equal(removed, 0); /* too fresh to be sure */
    s.cx->now = clock_now() + 2 * CLOCK_DAY;
    test_ok(s.cx, artefact_sweep(s.cx, storage(s.cx), folder, &removed));
    assert_int_equal(removed, 1);
    assert_false(artefact_open(s.cx, storage(s.cx), a, &fd, &bytes));
    assert_ptr_equal(s.cx->err.kind, &ERR_NOT_FOUND);
}

static void the_first_download_starts_a_licence_that_waits_for_it(void **state)
{
    struct site s = open_site(state, POLICY_RESTRICT_ACCESS);
    struct policy draft = *s.policy;
    struct licence_answer a;
    struct licence *l;

    draft.id = (struct id){{0}};
    draft.duration_seconds = 30 * 86400;
    draft.expiration_basis = POLICY_FROM_FIRST_DOWNLOAD;
    test_ok(s.cx,
            licence_issue(
                s.cx, &(struct licence_draft){.policy_id = licensing_add_policy(s.cx, &draft)->id},
                &l));
    assert_int_equal(l->expires_at, 0);
    upload(&s, stable(&s, "1.0.0"), BYTES);
    a = get(&s, licence_site_key_auth(s.cx, l), "releases/1.0.0/artifacts/setup.exe");
    assert_int_equal(a.status, 303);
    test_ok(s.cx, licence_get(s.cx, l->id, &l));
    assert_true(l->expires_at > s.cx->now + 29 * CLOCK_DAY);
}

static void limit_files(struct config *config)
{
    static char path[512];

    (void)snprintf(path, sizeof path, "%s/storage", test_dir());
    assert_int_equal(mkdir(path, 0700), 0);
    config->storage_path = path;
    config->upload_mb = 1;
    config->licensing_public_url = "";
}

static int start(void **state)
{
    return licence_site_start_with(state, limit_files);
}

int main(void)
{
    static const struct CMUnitTest TESTS[] = {
        cmocka_unit_test(U01_an_upgrade_says_what_is_current_and_what_is_next),
        cmocka_unit_test(U02_nothing_newer_and_an_unknown_release_are_not_found),
        cmocka_unit_test(U03_a_constraint_bounds_the_upgrade),
        cmocka_unit_test(U04_a_channel_takes_in_the_steadier_ones),
        cmocka_unit_test(U05_an_ended_licence_has_what_came_out_before),
        cmocka_unit_test(an_ended_licence_that_revokes_access_has_nothing),
        cmocka_unit_test(U06_a_release_needs_its_entitlements),
        cmocka_unit_test(U07_a_file_is_fetched_by_a_link_that_needs_no_credential),
        cmocka_unit_test(U08_a_draft_is_seen_by_staff_alone),
        cmocka_unit_test(U09_versions_are_unique_and_suit_their_channel),
        cmocka_unit_test(a_release_is_changed_and_removed),
        cmocka_unit_test(constraints_are_attached_and_detached_as_a_whole),
        cmocka_unit_test(webhooks_tell_the_release_and_its_file),
        cmocka_unit_test(an_open_product_is_everybodys_and_a_closed_one_nobodys),
        cmocka_unit_test(a_product_sees_its_own_and_a_person_what_his_licences_allow),
        cmocka_unit_test(what_a_licence_may_not_download_is_forbidden_not_unknown),
        cmocka_unit_test(a_link_ends_with_the_right_to_the_file),
        cmocka_unit_test(a_link_is_no_use_under_another_account),
        cmocka_unit_test(a_broken_download_goes_on_where_it_stopped),
        cmocka_unit_test(what_arrives_has_to_be_what_was_announced),
        cmocka_unit_test(a_checksum_that_was_not_announced_is_made),
        cmocka_unit_test(a_full_disk_refuses_the_file_and_keeps_no_part_of_it),
        cmocka_unit_test(a_file_over_the_limit_is_refused),
        cmocka_unit_test(the_first_download_starts_a_licence_that_waits_for_it),
        cmocka_unit_test(files_that_nothing_speaks_of_are_swept_up),
    };

    return test_group_run_around("release_wire", TESTS, COUNT(TESTS), start, licence_site_stop);
}
