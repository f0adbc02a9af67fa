#include "tests/portal/pages/test_portal.h"

#include "base/config.h"
#include "portal/account/credential.h"
#include "portal/account/person.h"
#include "portal/account/role.h"
#include "portal/account/tenant.h"
#include "portal/http/server.h"
#include "portal/http/statics.h"
#include "portal/http/template.h"
#include "portal/serve.h"
#include "portal/shell.h"

#include <stdio.h>
#include <string.h>

static struct app app;
static struct server *server;
static struct arena *server_mem;

static void start(struct ctx *cx)
{
    struct server_spec spec = {.name = "portal",
                               .routes = ROUTES,
                               .listen = "127.0.0.1:0",
                               .threads = 8,
                               .serve = serve_request};
    const char *faults;

    server_mem = arena_make(4096);
    test_ok(cx, config_load(server_mem, &cx->err, NULL, &app.config, &faults));
    app.config.tenant_default = "";
    app.config.www_dir = GH_WWW_DIR;
    app.config.storage_path = test_dir();
    app.portal_pool = test_pool();
    test_ok(cx, crypto_master_open(&cx->err, arena_printf(server_mem, "%s/pages.key", test_dir()),
                                   true, &app.master));
    test_ok(cx, lang_load(&cx->err, GH_WWW_DIR, &app.langs));
    test_ok(cx, template_load(&cx->err, GH_WWW_DIR "/templates", app.langs, &app.templates));
    test_ok(cx, statics_load(&cx->err, GH_STATIC_DIR, &app.statics));
    app.tenants = tenant_cache_make();
    app.shell_cache = shell_cache_make();
    app.shell = shell_fill;
    spec.app = &app;
    spec.pool = app.portal_pool;
    test_ok(cx, server_start(&cx->err, &spec, &server));
}

static int stop(void **state)
{
    (void)state;
    if (!server)
        return 0;
    server_stop(server);
    statics_free(app.statics);
    template_free(app.templates);
    lang_free(app.langs);
    shell_cache_free(app.shell_cache);
    tenant_cache_free(app.tenants);
    crypto_master_free(app.master);
    arena_free(server_mem);
    return 0;
}

int browser_group_run(const char *name, const struct CMUnitTest *tests, size_t count)
{
    return test_group_run_around(name, tests, count, NULL, stop);
}

static const char SLUG[] = "SELECT slug FROM tenant WHERE id = ?";

struct browser *browser_open(struct ctx *cx)
{
    struct browser *b = arena_new(cx->mem, struct browser);

    if (!server)
        start(cx);
    b->cx = cx;
    b->host = arena_printf(cx->mem, "%s.test", test_text(cx, SLUG, DB_ID(cx->tenant_id)));
    b->cookie = b->device = "";
    if (test_i64(cx, "SELECT COUNT(*) FROM tenant_host WHERE host = ?", DB_TEXT(b->host)) == 0)
        test_ok(cx, tenant_add_host(cx, b->host));
    return b;
}

static void close_wire(void *what)
{
    wire_close(what);
}

/* The cookies of the answer that lead to somebody; an empty one is taken away. */
static void keep_cookies(struct browser *b)
{
    static const char LINE[] = "\r\nSet-Cookie: ";
    const char *end = strstr(b->wire.text, "\r\n\r\n");

    for (const char *at = strstr(b->wire.text, LINE); at && at < end; at = strstr(at + 1, LINE)) {
        const char *pair = at + sizeof LINE - 1;
        const char *value = arena_dup_bytes(b->cx->mem, pair, strcspn(pair, ";"));

        if (!strncmp(pair, "gh_session=", 11))
            b->cookie = value;
        if (!strncmp(pair, "gh_device=", 10))
            b->device = pair[10] == ';' ? "" : value;
    }
}

static int ask(struct browser *b, const char *request)
{
    if (!b->wire.text)
        arena_defer(b->cx->mem, close_wire, &b->wire);
    else
        wire_close(&b->wire);
    b->wire = wire_open(server_port(server));
    wire_send(&b->wire, request);
    assert_true(wire_read(&b->wire, false));
    keep_cookies(b);
    return wire_status(&b->wire);
}

int browser_get(struct browser *b, const char *path)
{
    return ask(b, arena_printf(b->cx->mem,
                               "GET %s HTTP/1.1\r\nHost: %s\r\nCookie: %s; %s\r\nAccept-Language: "
                               "en\r\n\r\n",
                               path, b->host, b->cookie, b->device));
}

int browser_post_raw(struct browser *b, const char *path, const char *headers, const char *fields)
{
    return ask(b,
               arena_printf(b->cx->mem,
                            "POST %s HTTP/1.1\r\nHost: %s\r\nCookie: %s; %s\r\n%sContent-Type: "
                            "application/x-www-form-urlencoded\r\nContent-Length: %zu\r\n\r\n%s",
                            path, b->host, b->cookie, b->device, headers, strlen(fields), fields));
}

static const char *token_of(struct browser *b)
{
    static const char MARK[] = "name=\"csrf\" value=\"";
    const char *at = b->wire.text ? strstr(b->wire.text, MARK) : NULL;

    if (!at)
        return "";
    at += sizeof(MARK) - 1;
    return arena_dup_bytes(b->cx->mem, at, strcspn(at, "\""));
}

int browser_post(struct browser *b, const char *path, const char *fields)
{
    const char *origin = arena_printf(b->cx->mem, "Origin: http://%s\r\n", b->host);

    return browser_post_raw(b, path, origin,
                            arena_printf(b->cx->mem, "csrf=%s&%s", token_of(b), fields));
}

const char *browser_page(const struct browser *b)
{
    return wire_body(&b->wire);
}

const char *browser_location(struct browser *b)
{
    return arena_dup(b->cx->mem, wire_header(&b->wire, "Location"));
}

bool browser_shows(const struct browser *b, const char *text)
{
    return strstr(wire_body(&b->wire), text) != NULL;
}

struct id browser_person(struct browser *b, const char *name, const char *email)
{
    struct person_spec spec = {.full_name = name, .email = email};
    struct person *p;

    test_ok(b->cx, person_create(b->cx, &spec, &p));
    test_ok(b->cx, credential_set(b->cx, p->id, BROWSER_PASSWORD));
    return p->id;
}

void browser_sign_in(struct browser *b, const char *email)
{
    struct str fields = str_new(b->cx->mem);

    assert_int_equal(browser_get(b, "/login"), 200);
    str_add(&fields, "email=");
    str_url(&fields, email);
    str_add(&fields, "&password=");
    str_url(&fields, BROWSER_PASSWORD);
    assert_int_equal(browser_post(b, "/login", fields.p), 303);
}

struct id browser_staff(struct browser *b, const char *role, const char *email)
{
    static const char ROLES[] = "SELECT COUNT(*) FROM role WHERE tenant_id = ?";
    struct id id = browser_person(b, "Priya Shah", email);

    if (test_i64(b->cx, ROLES, DB_ID(b->cx->tenant_id)) == 0)
        test_ok(b->cx, role_add_presets(b->cx));
    test_ok(b->cx, role_staff_set(b->cx, id, role, (struct id){{0}}, NULL));
    browser_sign_in(b, email);
    return id;
}

struct id browser_customer(struct browser *b, struct id organisation_id, uint64_t rights,
                           const char *email)
{
    struct id id = browser_person(b, "Anna Keller", email);

    make_membership(b->cx, id, organisation_id, rights);
    browser_sign_in(b, email);
    return id;
}
