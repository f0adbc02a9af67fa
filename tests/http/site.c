#include "tests/http/site.h"

#include "base/clock.h"
#include "base/crypto.h"
#include "portal/account/session.h"
#include "portal/account/tenant.h"
#include "portal/http/lang.h"
#include "portal/http/server.h"
#include "portal/http/statics.h"
#include "portal/http/template.h"
#include "portal/serve.h"
#include "portal/shell.h"
#include "tests/http/wire.h"

#include <errno.h>
#include <string.h>
#include <sys/stat.h>

static const char SQL_HOST_ADD[] = "INSERT INTO tenant_host (host, tenant_id) VALUES (?, ?)";
static const char BOUNDARY[] = "----gatehouse-test";

static struct app app;
static struct server *server;
static struct arena *mem;

static bool start(struct err *err)
{
    const struct server_spec spec = {.name = "portal",
                                     .routes = ROUTES,
                                     .listen = "127.0.0.1:0",
                                     .threads = 4,
                                     .app = &app,
                                     .pool = test_pool(),
                                     .serve = serve_request};

    mem = arena_make(64 * 1024);
    app.portal_pool = test_pool();
    app.jobs_pool = test_pool();
    app.config = (struct config){.var_dir = test_dir(),
                                 .desk_merge_days = 14,
                                 .storage_path = arena_printf(mem, "%s/storage", test_dir()),
                                 .trusted_proxies = "",
                                 .tenant_default = "",
                                 .public_url = "",
                                 .portal_listen = "127.0.0.1:8080",
                                 .mail_relay = "",
                                 .mail_tls = "required",
                                 .mail_ca_file = "",
                                 .mail_user = "",
                                 .mail_password_file = "",
                                 .mail_sender = "no-reply@localhost",
                                 .mail_inbound = "",
                                 .mail_timeout_ms = 5000,
                                 .mail_spool = arena_printf(mem, "%s/mail", test_dir()),
                                 .body_deadline_ms = 15000,
                                 .upload_mb = 8,
                                 .session_hours = 12,
                                 .session_idle_minutes = 60};
    app.tenants = tenant_cache_make();
    app.shell = shell_fill;
    if (mkdir(app.config.storage_path, 0700) != 0 && errno != EEXIST)
        return err_set(err, &ERR_INTERNAL, "mkdir %s", app.config.storage_path);
    return crypto_master_open(err, arena_printf(mem, "%s/master.key", test_dir()), true,
                              &app.master) &&
           lang_load(err, SITE_WWW, &app.langs) &&
           template_load(err, SITE_WWW "/templates", app.langs, &app.templates) &&
           statics_load(err, SITE_STATIC, &app.statics) && server_start(err, &spec, &server);
}

int site_start(void **state)
{
    struct err err = {0};

    (void)state;
    if (start(&err))
        return 0;
    print_error("site: %s\n", err.oper);
    return -1;
}

struct app *site_app(void)
{
    return &app;
}

int site_stop(void **state)
{
    (void)state;
    server_stop(server);
    statics_free(app.statics);
    template_free(app.templates);
    lang_free(app.langs);
    tenant_cache_free(app.tenants);
    crypto_master_free(app.master);
    arena_free(mem);
    return 0;
}

void site_rules(struct script_engine *engine)
{
    app.scripts = engine;
}

static const char *host_of(struct ctx *cx)
{
    return arena_printf(cx->mem, "%s.test", id_text(cx->mem, cx->tenant_id));
}

void site_open(struct ctx *cx)
{
    test_sql(cx, SQL_HOST_ADD, DB_TEXT(host_of(cx)), DB_ID(cx->tenant_id));
}

struct site_user site_sign_in(struct ctx *cx, struct id person_id)
{
    const struct session_visit visit = {
        .config = &app.config, .address = "127.0.0.1", .agent = "test"};
    const int64_t frozen = cx->now;
    struct session *session;

    cx->now = clock_now(); /* the server's clock decides when a session ends */
    test_ok(cx, session_load(cx, &visit, &session));
    test_ok(cx, session_sign_in(cx, &visit, session, person_id));
    cx->now = frozen;
    test_as_system(cx);
    return (struct site_user){
        .cookie = arena_printf(cx->mem, "gh_session=%s", session->cookie),
        .csrf = session->csrf,
    };
}

static struct site_answer ask(struct ctx *cx, const struct str *request)
{
    struct wire w = wire_open(server_port(server));
    struct site_answer a;
    const char *body;

    wire_send_n(&w, request->p, request->len);
    assert_true(wire_read(&w, false));
    body = wire_body(&w);
    a = (struct site_answer){
        .status = wire_status(&w),
        .location = arena_dup(cx->mem, wire_header(&w, "Location")),
        .head = arena_dup_bytes(cx->mem, w.text, (size_t)(body - w.text)),
        .body = arena_dup(cx->mem, body),
    };
    wire_close(&w);
    return a;
}

static struct str begin(struct ctx *cx, const struct site_user *user, const char *method,
                        const char *path)
{
    struct str s = str_new(cx->mem);

    str_fmt(&s, "%s %s HTTP/1.1\r\nHost: %s\r\nConnection: close\r\n", method, path, host_of(cx));
    if (user != NULL)
        str_fmt(&s, "Cookie: %s\r\n", user->cookie);
    return s;
}

struct site_answer site_get(struct ctx *cx, const struct site_user *user, const char *path)
{
    struct str s = begin(cx, user, "GET", path);

    str_add(&s, "\r\n");
    return ask(cx, &s);
}

struct site_answer site_post(struct ctx *cx, const struct site_user *user, const char *path,
                             const char *body)
{
    struct str s = begin(cx, user, "POST", path);
    const char *whole = user != NULL ? arena_printf(cx->mem, "csrf=%s&%s", user->csrf, body) : body;

    str_fmt(&s, "Content-Type: application/x-www-form-urlencoded\r\nContent-Length: %zu\r\n\r\n%s",
            strlen(whole), whole);
    return ask(cx, &s);
}

static void add_part(struct str *s, const char *name, const char *more, const char *bytes,
                     size_t len)
{
    str_fmt(s, "--%s\r\nContent-Disposition: form-data; name=\"%s\"%s\r\n\r\n", BOUNDARY, name,
            more);
    str_add_n(s, bytes, len);
    str_add(s, "\r\n");
}

struct site_answer site_upload(struct ctx *cx, const struct site_user *user, const char *path,
                               const char *const *fields, const char *file_name, const char *bytes,
                               size_t len)
{
    struct str s = begin(cx, user, "POST", path), body = str_new(cx->mem);

    add_part(&body, "csrf", "", user->csrf, strlen(user->csrf));
    for (; *fields != NULL; fields++) {
        const char *value = strchr(*fields, '=');

        add_part(&body, arena_dup_bytes(cx->mem, *fields, (size_t)(value - *fields)), "", value + 1,
                 strlen(value + 1));
    }
    if (file_name != NULL) {
        const char *name = strchr(file_name, '=');
        const char *field = name == NULL
                                ? "files"
                                : arena_dup_bytes(cx->mem, file_name, (size_t)(name - file_name));

        add_part(&body, field,
                 arena_printf(cx->mem, "; filename=\"%s\"\r\nContent-Type: text/html",
                              name == NULL ? file_name : name + 1),
                 bytes, len);
    }
    str_fmt(&body, "--%s--\r\n", BOUNDARY);
    str_fmt(&s, "Content-Type: multipart/form-data; boundary=%s\r\nContent-Length: %zu\r\n\r\n",
            BOUNDARY, body.len);
    str_add_n(&s, body.p, body.len);
    return ask(cx, &s);
}

struct site_answer site_call(struct ctx *cx, const char *token, const char *method,
                             const char *path, const char *headers, const char *json)
{
    struct str s = begin(cx, NULL, method, path);

    if (token != NULL)
        str_fmt(&s, "Authorization: Bearer %s\r\n", token);
    str_add(&s, headers);
    if (json != NULL)
        str_fmt(&s, "Content-Type: application/json\r\nContent-Length: %zu\r\n", strlen(json));
    str_fmt(&s, "\r\n%s", json == NULL ? "" : json);
    return ask(cx, &s);
}

const char *site_path(struct ctx *cx, const char *format, struct id id)
{
    const char *slot = strstr(format, "%s");

    assert_non_null(slot);
    return arena_printf(cx->mem, "%.*s%s%s", (int)(slot - format), format, id_text(cx->mem, id),
                        slot + 2);
}

void site_shows(const struct site_answer *a, const char *text)
{
    if (strstr(a->body, text) == NULL)
        fail_msg("“%s” is not on the page (status %d):\n%.6000s", text, a->status, a->body);
}

void site_hides(const struct site_answer *a, const char *text)
{
    if (strstr(a->body, text) != NULL)
        fail_msg("“%s” is on the page (status %d):\n%.6000s", text, a->status, a->body);
}
