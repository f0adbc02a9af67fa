/* The server: CivetWeb behind one door. Everything goes through begin_request, which always
 * answers; CivetWeb's own files, forms, TLS and handlers are never reached. */
#include "portal/http/server.h"

#include "base/clock.h"
#include "base/crypto.h"
#include "portal/http/answer.h"
#include "portal/http/door.h"
#include "portal/http/health.h"
#include "portal/http/intake.h"
#include "portal/http/limit.h"
#include "portal/http/listen.h"
#include "portal/http/metrics.h"
#include "portal/http/rate.h"
#include "portal/http/reply.h"
#include "portal/http/rerun.h"
#include "portal/http/space.h"

#include <civetweb.h>

#include <assert.h>
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

enum {
    SERVER_SLOW_ANSWER_US = 1000 * 1000, /* what took longer is logged in any case */
    SERVER_MEGABYTE = 1024 * 1024,
    SERVER_FILE_CHUNK = 64 * 1024,
    SERVER_UNREAD_SIZE = 384,
    SERVER_DRAIN_SLICE = 4096,
    SERVER_DRAIN_MAX = 64 * 1024 * 1024,
    SERVER_DRAIN_US = 3 * 1000 * 1000,
    SERVER_DRAFT_US = 10 * 1000 * 1000, /* one kept form of a stranger in that time */
    SERVER_DRAFT_BURST = 10
};

static const struct err_kind ERR_SERVER_METHOD = {ERR_CLASS_MALFORMED, "HTTP_METHOD_INVALID",
                                                  "This method is not known here."};

struct server { /* Threads: any. */
    struct server_spec spec;
    struct answer_style style;
    struct router *router;
    struct mg_context *context;
    char listen[LISTEN_TEXT_SIZE];
    unsigned port;
    bool has_access_log;
    struct rate *rate;
    struct limit *drafts;
    struct metrics metrics;
    atomic_bool is_draining;
    atomic_bool is_stopped;
    struct spaces spaces;
};

/* --- reading --- */

/* What CivetWeb read of the request line and headers; nothing is decoded yet. */
static bool begin(struct server *s, struct mg_connection *conn, struct space *space)
{
    const struct mg_request_info *info = mg_get_request_info(conn);
    struct req *rq = &space->rq;
    size_t count = info->num_headers < 0 ? 0 : (size_t)info->num_headers;
    const char *trusted = s->spec.app == NULL ? NULL : s->spec.app->config.trusted_proxies;

    memset(rq, 0, sizeof(*rq));
    ctx_start(&rq->cx, space->mem, s->spec.pool);
    rq->app = s->spec.app;
    rq->router = s->router;
    rq->drafts = s->drafts;
    rq->rate = s->rate;
    rq->method_text = info->request_method == NULL ? "" : info->request_method;
    rq->cx.master = s->spec.app == NULL ? NULL : s->spec.app->master;
    rq->cx.signer = s->spec.app == NULL ? NULL : s->spec.app->signer;
    rq->file_fd = -1;
    rerun_clear(rq);
    for (size_t i = 0; i < count && i < DOOR_HEADERS_MAX; i++)
        space->fields[i] =
            (struct req_field){info->http_headers[i].name, info->http_headers[i].value};
    rq->fields = space->fields;
    rq->field_count = count;
    rq->path = info->request_uri == NULL ? "" : info->request_uri;
    rq->query = info->query_string == NULL ? "" : info->query_string;
    rq->target = info->query_string == NULL
                     ? rq->path
                     : arena_printf(space->mem, "%s?%s", rq->path, rq->query);
    rq->address = door_address(space->mem, info->remote_addr, rq->fields, rq->field_count,
                               trusted == NULL ? "" : trusted);
    rq->cx.address = rq->address;
    rq->host = req_header(rq, "Host");
    rq->body_type = req_header(rq, "Content-Type");
    if (rq->body_type == NULL)
        rq->body_type = "";
    rq->is_htmx = req_header(rq, "HX-Request") != NULL;
    return info->request_method != NULL && route_method_parse(info->request_method, &rq->method);
}

static int read_conn(void *conn, void *into, size_t len)
{
    return mg_read(conn, into, len);
}

static void ask_conn(void *conn)
{
    mg_write(conn, "HTTP/1.1 100 Continue\r\n\r\n", 25);
}

static size_t body_limit(const struct req *rq)
{
    if ((rq->route->needs & NEED_LATE_BODY) != 0)
        return (size_t)rq->app->config.upload_mb * SERVER_MEGABYTE;
    return rq->route->body_max == 0 ? ROUTE_BODY_MAX : rq->route->body_max;
}

/* --- answering --- */

static void serve_refused(struct server *s, struct req *rq, int status)
{
    rq->is_closing = true;
    rq->status = status;
    if (status == 413)
        err_set(&rq->cx.err, &ERR_TOO_LARGE, "a body over %zu bytes", body_limit(rq));
    else
        err_set(&rq->cx.err, &ERR_BODY_SLOW, "the body did not arrive in time");
    s->spec.serve(rq);
}

/* The licence service makes its own document of a refusal, and signs it. */
static bool is_within_rate(struct server *s, struct req *rq)
{
    if (rate_of_address(rq))
        return true;
    rq->is_closing = true;
    rq->status = 429;
    if (s->spec.is_licensing) {
        s->spec.serve(rq);
        return false;
    }
    rate_headers(rq);
    answer_refusal(rq, 429, "this address sends more requests than one may");
    return false;
}

static void refuse_at_door(struct server *s, struct req *rq, const struct door *door)
{
    if (!s->spec.is_licensing) {
        answer_refusal(rq, door->status, door->text);
        return;
    }
    if (!is_within_rate(s, rq))
        return;
    rq->is_closing = true;
    rq->status = door->kind == &ERR_SERVER_METHOD ? 400 : door->status;
    err_set(&rq->cx.err, door->kind, "%s", door->text);
    s->spec.serve(rq);
}

static void answer(struct server *s, struct mg_connection *conn, struct req *rq,
                   const struct door *door)
{
    const struct intake in = {.read = read_conn,
                              .conn = conn,
                              .len = door->body_bytes,
                              .expects_continue = door->expects_continue,
                              .ask = ask_conn};
    bool path_known;
    int status = 0;

    if (health_answer(rq, atomic_load(&s->is_draining)) ||
        metrics_answer(rq, &s->metrics, s->spec.name) || !is_within_rate(s, rq))
        return;
    rq->route = route_find(s->router, rq, &path_known);
    if (rq->route != NULL && door->body_bytes > body_limit(rq))
        status = 413;
    if (rq->route != NULL && status == 0) {
        if ((rq->route->needs & NEED_LATE_BODY) != 0)
            intake_wait(rq, &in);
        else if (!intake_body(rq, &in))
            status = 408;
    }
    if (rq->route == NULL && door->body_bytes > 0)
        rq->is_closing = true; /* nobody is going to read it */
    if (status == 0)
        rerun_serve(rq, s->spec.serve, &s->metrics);
    else
        serve_refused(s, rq, status);
    rq->take_body = NULL;
    if (rq->body_left > 0)
        rq->is_closing = true; /* nobody asked for it, or it did not fit */
}

static void send_file(struct mg_connection *conn, struct req *rq)
{
    char *chunk = arena_alloc_raw(rq->cx.mem, SERVER_FILE_CHUNK);
    int64_t left = rq->file_bytes;

    while (left > 0) {
        size_t want = left < SERVER_FILE_CHUNK ? (size_t)left : SERVER_FILE_CHUNK;
        ssize_t n = read(rq->file_fd, chunk, want);

        if (n <= 0 || mg_write(conn, chunk, (size_t)n) <= 0) {
            log_warn(rq->cx.trace, "a file ended early, %lld bytes are missing", (long long)left);
            mg_disable_connection_keep_alive(conn);
            return;
        }
        left -= n;
    }
}

static void send_answer(struct server *s, struct mg_connection *conn, struct req *rq)
{
    struct str out = str_new(rq->cx.mem);

    if (atomic_load(&s->is_draining))
        rq->is_closing = true;
    if (rq->is_closing)
        mg_disable_connection_keep_alive(conn);
    str_room(&out, rq->out.len + 2048);
    answer_write(rq, &s->style, &out);
    mg_write(conn, out.p, out.len);
    if (rq->file_fd >= 0) {
        if (rq->method != METHOD_HEAD)
            send_file(conn, rq);
        close(rq->file_fd);
        rq->file_fd = -1;
    }
}

/* Browsers read nothing before they have sent all; closing on them would break the connection
 * before they see why. So some of a body that is too large is taken and thrown away. */
static void drain_body(struct mg_connection *conn, struct req *rq, size_t left)
{
    int64_t deadline = clock_mono_us() + SERVER_DRAIN_US;
    char *bytes = arena_alloc_raw(rq->cx.mem, SERVER_DRAIN_SLICE);
    size_t taken = 0;
    int n = 1;

    while (n > 0 && taken < left && taken < SERVER_DRAIN_MAX && clock_mono_us() < deadline) {
        n = mg_read(conn, bytes,
                    left - taken < SERVER_DRAIN_SLICE ? left - taken : SERVER_DRAIN_SLICE);
        taken += n > 0 ? (size_t)n : 0;
    }
}

/* The pattern, not the path: a path may hold a one-time token. */
static void log_access(struct server *s, const struct req *rq, int64_t started)
{
    int64_t us = clock_mono_us() - started;
    bool is_slow = us > SERVER_SLOW_ANSWER_US;

    metrics_count(&s->metrics, rq->status, us);
    if (!s->has_access_log && !is_slow)
        return;
    log_write(is_slow ? LOG_WARN : LOG_INFO, rq->cx.trace, ERR_WHERE,
              "%s %s %s %d %lld bytes %lld us %s", s->spec.name, route_method_name(rq->method),
              rq->route == NULL ? "-" : rq->route->pattern, rq->status,
              (long long)(rq->file_bytes > 0 ? rq->file_bytes : (int64_t)rq->out.len),
              (long long)us, rq->address);
}

static void handle(struct server *s, struct mg_connection *conn, struct space *space)
{
    struct req *rq = &space->rq;
    int64_t started = clock_mono_us();
    struct door door;
    bool known_method = begin(s, conn, space);

    door_check(rq, &door);
    if (door.status == 0 && !door_header_whole(rq)) {
        door.status = 400;
        door.text = "a header line is folded or is no field";
        door.kind = &ERR_MALFORMED;
    }
    if (door.status == 0 && !known_method) {
        door.status = 501;
        door.text = "this method is not known here";
        door.kind = &ERR_SERVER_METHOD;
    }
    if (door.status != 0)
        refuse_at_door(s, rq, &door);
    else
        answer(s, conn, rq, &door);
    db_release(&rq->cx);
    send_answer(s, conn, rq);
    if (rq->status == 413 || rq->body_left > 0)
        drain_body(conn, rq, rq->body_left > 0 ? rq->body_left : door.body_bytes);
    log_access(s, rq, started);
}

/* --- CivetWeb's callbacks --- */

static int on_request(struct mg_connection *conn)
{
    struct server *s = mg_get_user_data(mg_get_context(conn));
    struct space *space;
    int status;

    atomic_fetch_add(&s->metrics.in_flight, 1);
    space = space_take(&s->spaces);
    handle(s, conn, space);
    status = space->rq.status;
    space_give(&s->spaces, space);
    atomic_fetch_sub(&s->metrics.in_flight, 1);
    return status;
}

/* The answer to a request that could not be read: whose it is nobody knows, so nobody signs. */
static const char *unread_body(const struct server *s, int status, uint64_t reference,
                               char out[SERVER_UNREAD_SIZE])
{
    if (s->spec.is_licensing)
        snprintf(out, SERVER_UNREAD_SIZE,
                 "{\"meta\":{\"id\":\"%016llx\"},\"errors\":[{\"title\":\"%s\",\"detail\":\"The "
                 "request cannot be read.\"}]}",
                 (unsigned long long)reference,
                 status == 400 ? "Bad request" : answer_phrase(status));
    else
        snprintf(out, SERVER_UNREAD_SIZE, "%s\n", answer_phrase(status));
    return s->spec.is_licensing ? "application/vnd.api+json; charset=utf-8"
                                : "text/plain; charset=utf-8";
}

/* What CivetWeb refuses itself: a request that cannot be read, or came too slowly. */
static int on_error(struct mg_connection *conn, int status, const char *why)
{
    const struct server *s = mg_get_user_data(mg_get_context(conn));
    const char *type;
    uint64_t reference;
    char body[SERVER_UNREAD_SIZE];
    char text[2 * SERVER_UNREAD_SIZE];
    int len;

    crypto_random(&reference, sizeof(reference));
    if (status == 411) /* CivetWeb's word for a Content-Length below zero */
        status = 400;
    type = unread_body(s, status, reference, body);
    len = snprintf(text, sizeof(text),
                   "HTTP/1.1 %d %s\r\nContent-Type: %s\r\n"
                   "Content-Length: %zu\r\nX-Request-Id: %016llx\r\n"
                   "X-Content-Type-Options: nosniff\r\nCache-Control: no-store\r\n"
                   "Connection: close\r\n\r\n%s",
                   status, answer_phrase(status), type, strlen(body), (unsigned long long)reference,
                   body);
    log_info("-", "refused by the server: %d %s, reference %016llx", status, why,
             (unsigned long long)reference);
    mg_disable_connection_keep_alive(conn);
    mg_write(conn, text, (size_t)len);
    return 0;
}

static int on_log(const struct mg_connection *conn, const char *message)
{
    (void)conn;
    log_warn("-", "civetweb: %s", message);
    return 1;
}

enum { THREAD_WORKER = 1 };

static void *on_thread(const struct mg_context *context, int type)
{
    (void)context;
    if (type == THREAD_WORKER)
        db_thread_start();
    return NULL;
}

static void on_thread_end(const struct mg_context *context, int type, void *pointer)
{
    (void)context;
    (void)pointer;
    if (type == THREAD_WORKER)
        db_thread_end();
}

/* --- start and stop --- */

static bool start_context(struct server *s, struct err *err)
{
    struct mg_callbacks callbacks = {.begin_request = on_request,
                                     .http_error = on_error,
                                     .log_message = on_log,
                                     .init_thread = on_thread,
                                     .exit_thread = on_thread_end};
    char threads[16];
    const char *options[] = {"listening_ports", s->listen, "num_threads", threads,
                             /* sockets that wait for a worker, then those that wait for us */
                             "connection_queue", "256", "listen_backlog", "1024",
                             "enable_keep_alive", "yes", "keep_alive_timeout_ms", "5000",
                             "request_timeout_ms", "10000", "tcp_nodelay", "1", "max_request_size",
                             "16384", "decode_url", "no", "decode_query_string", "no",
                             "enable_auth_domain_check", "no", "enable_directory_listing", "no",
                             "access_control_allow_methods", "", "additional_header", "", NULL};
    struct mg_server_port port;

    snprintf(threads, sizeof(threads), "%u", s->spec.threads);
    s->context = mg_start(&callbacks, s, options);
    if (s->context == NULL)
        return err_set(err, &ERR_INTERNAL, "the server could not start on %s", s->listen);
    if (mg_get_server_ports(s->context, 1, &port) != 1)
        return err_set(err, &ERR_INTERNAL, "no port on %s", s->listen);
    s->port = (unsigned)port.port;
    return true;
}

bool server_start(struct err *err, const struct server_spec *spec, struct server **out)
{
    struct server *s;
    char listen[LISTEN_TEXT_SIZE];

    assert(err->kind == NULL);
    if (!listen_check(err, spec->listen, listen))
        return false;
    s = calloc(1, sizeof(*s));
    assert(s != NULL);
    memcpy(s->listen, listen, sizeof(listen));
    s->spec = *spec;
    s->style.is_licensing = spec->is_licensing;
    s->style.behind_tls = spec->app != NULL && spec->app->config.behind_tls;
    s->has_access_log = spec->app == NULL || spec->app->config.access_log;
    if (spec->app != NULL)
        s->rate = rate_make(&spec->app->config, spec->is_licensing);
    s->drafts = limit_make(SERVER_DRAFT_US, SERVER_DRAFT_BURST);
    space_open(&s->spaces);
    signal(SIGPIPE, SIG_IGN); /* a browser that goes away is no reason to end */
    mg_init_library(MG_FEATURES_DEFAULT);
    if (!route_compile(err, spec->routes, spec->is_licensing, &s->router) ||
        !start_context(s, err)) {
        server_stop(s);
        return false;
    }
    log_info("-", "%s listens on port %u", spec->name, s->port);
    *out = s;
    return true;
}

void server_drain(struct server *server, int64_t drain_ms)
{
    int64_t deadline = clock_mono_us() + drain_ms * 1000;
    struct timespec pause = {.tv_nsec = 5000000};

    atomic_store(&server->is_draining, true);
    while (atomic_load(&server->metrics.in_flight) > 0 && clock_mono_us() < deadline)
        nanosleep(&pause, NULL);
}

static void *knock(void *arg)
{
    struct server *s = arg;
    const struct timespec pause = {.tv_nsec = 5000000};

    while (!atomic_load(&s->is_stopped)) {
        listen_knock(s->listen, s->port);
        nanosleep(&pause, NULL);
    }
    return NULL;
}

/* CivetWeb's listening thread looks whether it is to end only between two waits of 2 s, unless
 * somebody comes: so somebody does. */
static void stop_context(struct server *s)
{
    pthread_t visitor;
    bool knocks = pthread_create(&visitor, NULL, knock, s) == 0;

    mg_stop(s->context);
    atomic_store(&s->is_stopped, true);
    if (knocks)
        pthread_join(visitor, NULL);
}

void server_stop(struct server *server)
{
    if (server == NULL)
        return;
    if (server->context != NULL)
        stop_context(server);
    mg_exit_library();
    route_free(server->router);
    rate_free(server->rate);
    limit_free(server->drafts);
    space_close(&server->spaces);
    free(server);
}

unsigned server_port(const struct server *server)
{
    return server->port;
}
