#include "tests/http/licence_site.h"

#include "base/parse.h"
#include "licensing/signing_key.h"
#include "licensing/token.h"
#include "portal/account/tenant.h"
#include "portal/api/licence_serve.h"
#include "portal/http/server.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <poll.h>
#include <string.h>
#include <strings.h>
#include <sys/socket.h>
#include <unistd.h>

enum { SITE_WAIT_MS = 20000, SITE_READ = 16384 };

static const char SQL_HOST_ADD[] = "INSERT INTO tenant_host (host, tenant_id) VALUES (?, ?)";

static struct app app;
static struct server *server;
static struct arena *mem;

int licence_site_start_with(void **state, void (*change)(struct config *config))
{
    const struct server_spec spec = {.name = "licensing",
                                     .routes = SERVICE_ROUTES,
                                     .listen = "127.0.0.1:0",
                                     .threads = 64,
                                     .is_licensing = true,
                                     .app = &app,
                                     .pool = test_pool(),
                                     .serve = licence_serve};
    struct err err = {0};

    (void)state;
    mem = arena_make(16 * 1024);
    app.licensing_pool = test_pool();
    app.config = (struct config){.trusted_proxies = "",
                                 .tenant_default = "",
                                 .body_deadline_ms = 15000,
                                 .licence_cache_entries = 1000};
    if (change != NULL)
        change(&app.config);
    app.tenants = tenant_cache_make();
    if (crypto_master_open(&err, arena_printf(mem, "%s/master.key", test_dir()), true,
                           &app.master) &&
        licence_serve_start(&app, &err) && server_start(&err, &spec, &server))
        return 0;
    print_error("licence site: %s\n", err.oper);
    return -1;
}

int licence_site_start(void **state)
{
    return licence_site_start_with(state, NULL);
}

int licence_site_stop(void **state)
{
    (void)state;
    server_stop(server);
    licence_serve_stop(&app);
    tenant_cache_free(app.tenants);
    crypto_master_free(app.master);
    arena_free(mem);
    return 0;
}

const char *licence_site_host(struct ctx *cx)
{
    return arena_printf(cx->mem, "%s.test:%u", id_text(cx->mem, cx->tenant_id),
                        server_port(server));
}

void licence_site_open(struct ctx *cx)
{
    struct signing_key *key;

    test_sql(cx, SQL_HOST_ADD,
             DB_TEXT(arena_printf(cx->mem, "%s.test", id_text(cx->mem, cx->tenant_id))),
             DB_ID(cx->tenant_id));
    licensing_seal(cx);
    test_ok(cx, signing_key_create(cx, &key));
}

/* --- the wire --- */

static int dial(unsigned port)
{
    struct sockaddr_in to = {.sin_family = AF_INET};
    const struct sockaddr *generic = (const struct sockaddr *)&to;
    int fd = socket(AF_INET, SOCK_STREAM, 0);

    to.sin_port = htons((uint16_t)port);
    to.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    if (fd >= 0 && connect(fd, generic, sizeof to) == 0)
        return fd;
    if (fd >= 0)
        close(fd);
    return -1;
}

static const char *request_of(struct ctx *cx, const struct licence_ask *ask, size_t *len)
{
    struct str s = str_new(cx->mem);

    str_fmt(&s, "%s %s HTTP/1.1\r\nHost: %s\r\nConnection: close\r\n", ask->method, ask->path,
            licence_site_host(cx));
    if (ask->auth != NULL)
        str_fmt(&s, "Authorization: %s\r\n", ask->auth);
    if (ask->headers != NULL)
        str_add(&s, ask->headers);
    if (ask->body != NULL)
        str_fmt(&s, "Content-Length: %zu\r\n", strlen(ask->body));
    else if (strcmp(ask->method, "POST") == 0)
        str_add(&s, "Content-Length: 0\r\n");
    str_add(&s, "\r\n");
    if (ask->body != NULL)
        str_add(&s, ask->body);
    *len = s.len;
    return s.p;
}

int licence_site_raw(struct ctx *cx, const struct licence_ask *ask, const char **text)
{
    return licence_site_raw_at(cx, server_port(server), ask, text);
}

int licence_site_raw_at(struct ctx *cx, unsigned port, const struct licence_ask *ask,
                        const char **text)
{
    struct str s = str_new(cx->mem);
    int fd = dial(port);
    size_t len;
    const char *request = request_of(cx, ask, &len);
    int64_t status = 0;
    ssize_t n = fd < 0 ? -1 : send(fd, request, len, MSG_NOSIGNAL);

    while (n > 0) {
        struct pollfd p = {.fd = fd, .events = POLLIN};

        if (poll(&p, 1, SITE_WAIT_MS) != 1)
            break;
        n = recv(fd, str_room(&s, SITE_READ), SITE_READ, 0);
        if (n > 0)
            s.len += (size_t)n;
    }
    if (fd >= 0)
        close(fd);
    str_room(&s, 1)[0] = '\0';
    *text = s.p;
    if (s.len < 12 || !parse_i64(arena_dup_bytes(cx->mem, s.p + 9, 3), 100, 599, &status))
        return 0;
    return (int)status;
}

/* --- answers --- */

static const char *next_header(const char *from, const char *name)
{
    size_t len = strlen(name);

    for (const char *line = strstr(from, "\r\n"); line != NULL; line = strstr(line + 2, "\r\n"))
        if (strncasecmp(line + 2, name, len) == 0 && line[2 + len] == ':')
            return line + 2 + len + 1;
    return NULL;
}

const char *licence_site_header(struct ctx *cx, const struct licence_answer *a, const char *name)
{
    const char *value = next_header(a->head, name);

    if (value == NULL)
        return "";
    return span_dup(cx->mem, span_trim((struct span){value, strcspn(value, "\r")}));
}

size_t licence_site_header_count(const struct licence_answer *a, const char *name)
{
    size_t count = 0;

    for (const char *at = next_header(a->head, name); at != NULL; at = next_header(at, name))
        count++;
    return count;
}

static bool is_signed_by(struct ctx *cx, const struct licence_ask *ask,
                         const struct licence_answer *a)
{
    const char *header = licence_site_header(cx, a, "Keygen-Signature");
    const char *sig = strstr(header, "signature=\"");
    struct signing_key *keys;
    uint8_t *bytes;
    size_t len;
    size_t count;
    struct str s = str_new(cx->mem);

    if (sig == NULL)
        return false;
    sig += strlen("signature=\"");
    for (const char *c = ask->method; *c != '\0'; c++)
        str_char(&s, (char)(*c - 'A' + 'a'));
    s.p = arena_printf(cx->mem, "(request-target): %s %s\nhost: %s\ndate: %s\ndigest: %s", s.p,
                       ask->path, licence_site_host(cx), licence_site_header(cx, a, "Date"),
                       licence_site_header(cx, a, "Digest"));
    test_ok(cx, signing_key_list(cx, &keys, &count));
    return count > 0 &&
           crypto_from_base64(cx->mem, arena_dup_bytes(cx->mem, sig, strcspn(sig, "\"")), &bytes,
                              &len) &&
           len == CRYPTO_SIGNATURE_SIZE &&
           crypto_verify(keys[0].public_key, s.p, strlen(s.p), bytes);
}

bool licence_site_is_signed(struct ctx *cx, const struct licence_ask *ask, const char *text)
{
    const char *body = strstr(text, "\r\n\r\n");
    struct licence_answer a = {0};

    if (body == NULL)
        return false;
    a.head = arena_dup_bytes(cx->mem, text, (size_t)(body - text) + 2);
    return is_signed_by(cx, ask, &a);
}

static void check_common(struct ctx *cx, const struct licence_ask *ask,
                         const struct licence_answer *a)
{
    uint8_t hash[CRYPTO_HASH_SIZE];
    const char *id = licence_site_header(cx, a, "X-Request-Id");
    const char *meta_id = licence_site_text(a, "meta/id");

    assert_int_equal(licence_site_header_count(a, "Date"), 1);
    assert_int_equal(licence_site_header_count(a, "X-Request-Id"), 1);
    assert_int_equal(strlen(id), 36);
    if (licence_site_at(a, "errors") != NULL)
        assert_string_equal(meta_id, id);
    assert_string_equal(licence_site_header(cx, a, "Access-Control-Allow-Origin"), "*");
    if (ask->is_unsigned)
        return;
    crypto_sha256(a->body, a->body_len, hash);
    assert_string_equal(
        licence_site_header(cx, a, "Digest"),
        arena_printf(cx->mem, "sha-256=%s", crypto_base64(cx->mem, hash, sizeof hash)));
    assert_true(is_signed_by(cx, ask, a));
}

struct licence_answer licence_site_ask(struct ctx *cx, const struct licence_ask *ask)
{
    struct licence_answer a = {0};
    const char *text;
    const char *body;
    json_t *json;
    int64_t len = 0;

    a.status = licence_site_raw(cx, ask, &text);
    body = strstr(text, "\r\n\r\n");
    assert_non_null(body);
    a.head = arena_dup_bytes(cx->mem, text, (size_t)(body - text) + 2);
    a.body = body + 4;
    if (strcmp(ask->method, "HEAD") != 0 &&
        parse_i64(licence_site_header(cx, &a, "Content-Length"), 0, INT32_MAX, &len))
        a.body_len = (size_t)len;
    if (a.body_len > 0 && strstr(licence_site_header(cx, &a, "Content-Type"), "json") != NULL) {
        test_ok(cx, json_read(cx->mem, &cx->err, a.body, a.body_len, &json));
        a.json = json;
    }
    if (!ask->is_raw)
        check_common(cx, ask, &a);
    return a;
}

struct licence_answer licence_site_get(struct ctx *cx, const char *path, const char *auth)
{
    return licence_site_ask(cx, &(struct licence_ask){.method = "GET", .path = path, .auth = auth});
}

struct licence_answer licence_site_post(struct ctx *cx, const char *path, const char *auth,
                                        const char *body)
{
    return licence_site_ask(
        cx, &(struct licence_ask){.method = "POST", .path = path, .auth = auth, .body = body});
}

const json_t *licence_site_at(const struct licence_answer *a, const char *path)
{
    struct span rest = span_of(path);
    const json_t *json = a->json;
    struct span name;
    char key[64];
    int64_t index;

    while (json != NULL && span_cut(&rest, '/', &name)) {
        assert_true(name.len < sizeof key);
        memcpy(key, name.p, name.len);
        key[name.len] = '\0';
        if (json_is_array(json) && parse_i64(key, 0, 1000, &index))
            json = json_array_get(json, (size_t)index);
        else
            json = json_object_get(json, key);
    }
    return json;
}

const char *licence_site_text(const struct licence_answer *a, const char *path)
{
    const json_t *json = licence_site_at(a, path);

    return json_is_string(json) ? json_string_value(json) : "";
}

void licence_site_refused(const struct licence_answer *a, int status, const char *code,
                          const char *pointer)
{
    if (a->status != status || strcmp(licence_site_text(a, "errors/0/code"), code) != 0)
        print_error("%s\n%s\n", a->head, a->body);
    assert_int_equal(a->status, status);
    assert_string_equal(licence_site_text(a, "errors/0/code"), code);
    if (pointer != NULL)
        assert_string_equal(licence_site_text(a, "errors/0/source/pointer"), pointer);
}

const char *licence_site_key_auth(struct ctx *cx, const struct licence *l)
{
    return arena_printf(cx->mem, "License %s", l->key);
}

const char *licence_site_token_auth(struct ctx *cx, const struct token_draft *draft)
{
    struct token *token;

    test_ok(cx, token_add(cx, draft, &token));
    return arena_printf(cx->mem, "Bearer %s", token->text);
}
