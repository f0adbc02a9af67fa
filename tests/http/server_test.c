#include "portal/http/reply.h"
#include "portal/http/server.h"
#include "tests/http/wire.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include <cmocka.h>

/* --- a small program behind the server --- */

static atomic_int busy_left; /* how many tries fail with ERR_BUSY */
static atomic_int tries;
static atomic_bool may_go_on; /* releases /wait */
static atomic_bool is_waiting;

static bool say(struct req *rq)
{
    rq->type = "text/plain";
    str_fmt(&rq->out, "%s|%s|%s|%.*s", rq->path, rq->args[0] == NULL ? "-" : rq->args[0],
            rq->address, (int)rq->body.len, rq->body.p == NULL ? "" : rq->body.p);
    return true;
}

static bool say_query(struct req *rq)
{
    const char *q = req_query(rq, "q"), *cookie = req_cookie(rq, "a");

    rq->type = "text/plain";
    str_fmt(&rq->out, "%s|%s", q == NULL ? "NULL" : q, cookie == NULL ? "NULL" : cookie);
    return true;
}

static bool wait_here(struct req *rq)
{
    struct timespec pause = {.tv_nsec = 1000000};

    atomic_store(&is_waiting, true);
    for (int i = 0; i < 20000 && !atomic_load(&may_go_on); i++)
        nanosleep(&pause, NULL);
    return say(rq);
}

static bool be_busy(struct req *rq)
{
    atomic_fetch_add(&tries, 1);
    str_add(&rq->out, "half a page");
    if (atomic_fetch_sub(&busy_left, 1) > 0)
        return err_set(&rq->cx.err, &ERR_BUSY, "as the test wants it");
    rq->out = str_new(rq->cx.mem);
    return say(rq);
}

static bool send_file(struct req *rq)
{
    char path[] = "/tmp/gh_server_XXXXXX";
    int fd = mkstemp(path);

    if (fd < 0 || unlink(path) != 0 || write(fd, "0123456789", 10) != 10 ||
        lseek(fd, 0, SEEK_SET) != 0)
        return err_set(&rq->cx.err, &ERR_INTERNAL, "no file");
    return reply_file(rq, fd, 10, "till \"1\" 打印.jpg", "image/jpeg");
}

const struct route ROUTES[] = {
    {METHOD_GET, "/say/{word}", say, NEED_PUBLIC, 0, 0},
    {METHOD_GET, "/query", say_query, NEED_PUBLIC, 0, 0},
    {METHOD_POST, "/say", say, NEED_PUBLIC | NEED_CSRF, 0, 0},
    {METHOD_POST, "/small", say, NEED_PUBLIC | NEED_CSRF, 0, 100},
    {METHOD_GET, "/wait", wait_here, NEED_PUBLIC, 0, 0},
    {METHOD_GET, "/busy", be_busy, NEED_PUBLIC, 0, 0},
    {METHOD_GET, "/file", send_file, NEED_PUBLIC, 0, 0},
    {.pattern = NULL},
};

static void serve(struct req *rq)
{
    if (rq->cx.err.kind == NULL && rq->route == NULL)
        err_set(&rq->cx.err, &ERR_NOT_FOUND, "no route");
    if (rq->cx.err.kind == NULL && rq->route->handler(rq))
        return;
    rq->status = reply_status_of(rq->cx.err.kind->class);
    rq->type = "text/plain";
    rq->out = str_new(rq->cx.mem);
    str_add(&rq->out, rq->cx.err.kind->code);
}

static struct app app;
enum { TEST_RATE = 1 };
static struct server *server;

static bool start(void)
{
    struct server_spec spec = {.name = "test",
                               .routes = ROUTES,
                               .listen = "127.0.0.1:0",
                               .threads = 8,
                               .app = &app,
                               .serve = serve};
    struct err err = {.kind = NULL};

    app.config.http_rate = TEST_RATE; /* read at the start */
    return server_start(&err, &spec, &server);
}

/* One server for all tests, since stopping one takes two seconds. */
static int start_group(void **state)
{
    (void)state;
    return start() ? 0 : -1;
}

static int stop_group(void **state)
{
    (void)state;
    server_stop(server);
    return 0;
}

static int set_up(void **state)
{
    (void)state;
    app.config =
        (struct config){.trusted_proxies = "10.0.0.9, 127.0.0.1", .body_deadline_ms = 15000};
    return 0;
}

/* One request on a connection of its own. */
static struct wire ask(const char *request)
{
    struct wire w = wire_open(server_port(server));

    wire_send(&w, request);
    assert_true(wire_read(&w, strncmp(request, "HEAD", 4) == 0));
    return w;
}

static void expect(const char *request, int status, const char *body)
{
    struct wire w = ask(request);

    if (wire_status(&w) != status || strstr(wire_body(&w), body) == NULL)
        fail_msg("%s\nanswered: %s", request, w.text);
    wire_close(&w);
}

/* --- answers --- */

static void an_answer_has_its_headers_and_its_reference(void **state)
{
    struct wire w = ask("GET /say/hello HTTP/1.1\r\nHost: portal.test\r\n\r\n");

    (void)state;
    assert_int_equal(wire_status(&w), 200);
    assert_string_equal(wire_body(&w), "/say/hello|hello|127.0.0.1|");
    assert_int_equal(strlen(wire_header(&w, "X-Request-Id")), CTX_TRACE_SIZE - 1);
    assert_string_equal(wire_header(&w, "X-Content-Type-Options"), "nosniff");
    assert_string_equal(wire_header(&w, "Cache-Control"), "no-store");
    assert_non_null(strstr(wire_header(&w, "Content-Security-Policy"), "default-src 'none'"));
    assert_non_null(strstr(wire_header(&w, "Content-Security-Policy"), "frame-ancestors 'none'"));
    assert_null(strstr(wire_header(&w, "Content-Security-Policy"), "unsafe"));
    assert_string_equal(wire_header(&w, "Cross-Origin-Opener-Policy"), "same-origin");
    assert_string_equal(wire_header(&w, "X-Frame-Options"), "DENY");
    assert_string_equal(wire_header(&w, "Strict-Transport-Security"), "");
    assert_int_equal(strlen(wire_header(&w, "Date")), 29);
    wire_close(&w);
}

static void segments_and_queries_are_decoded_once(void **state)
{
    (void)state;
    expect("GET /say/a%2Fb%20%E4%BD%A0 HTTP/1.1\r\nHost: x\r\n\r\n", 200, "|a/b 你|");
    expect("GET /say/%2541 HTTP/1.1\r\nHost: x\r\n\r\n", 200, "|%41|");
    expect("GET /query?p=1&q=a+b%2B&q=2 HTTP/1.1\r\nHost: x\r\nCookie: b=1; a=xyz\r\n\r\n", 200,
           "a b+|xyz");
    expect("GET /query?q=100%25+5% HTTP/1.1\r\nHost: x\r\n\r\n", 200, "100% 5%|NULL");
    expect("GET /query?qq=1 HTTP/1.1\r\nHost: x\r\n\r\n", 200, "NULL|NULL");
}

static void head_has_the_length_but_no_body(void **state)
{
    struct wire w = wire_open(server_port(server));

    (void)state;
    wire_send(&w,
              "HEAD /say/hello HTTP/1.1\r\nHost: x\r\n\r\n"
              "GET /say/next HTTP/1.1\r\nHost: x\r\n\r\n");
    assert_true(wire_read(&w, true));
    assert_int_equal(wire_status(&w), 200);
    assert_string_equal(wire_header(&w, "Content-Length"), "27");
    assert_true(wire_read(&w, false)); /* the next answer begins where the head ended */
    assert_string_equal(wire_body(&w), "/say/next|next|127.0.0.1|");
    wire_close(&w);
}

static void a_connection_serves_many_requests(void **state)
{
    struct wire w = wire_open(server_port(server));

    (void)state;
    for (int i = 0; i < 20; i++) {
        wire_send(&w, "POST /say HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\n\r\nhello");
        assert_true(wire_read(&w, false));
        assert_string_equal(wire_body(&w), "/say|-|127.0.0.1|hello");
        assert_string_equal(wire_header(&w, "Connection"), "keep-alive");
    }
    wire_close(&w);
}

static void requests_in_one_packet_are_answered_in_order(void **state)
{
    struct wire w = wire_open(server_port(server));

    (void)state;
    wire_send(&w,
              "GET /say/one HTTP/1.1\r\nHost: x\r\n\r\n"
              "POST /say HTTP/1.1\r\nHost: x\r\nContent-Length: 3\r\n\r\ntwo"
              "GET /say/three HTTP/1.1\r\nHost: x\r\n\r\n");
    assert_true(wire_read(&w, false));
    assert_non_null(strstr(wire_body(&w), "|one|"));
    assert_true(wire_read(&w, false));
    assert_non_null(strstr(wire_body(&w), "|two"));
    assert_true(wire_read(&w, false));
    assert_non_null(strstr(wire_body(&w), "|three|"));
    wire_close(&w);
}

static void a_file_is_sent_as_an_attachment(void **state)
{
    struct wire w = ask("GET /file HTTP/1.1\r\nHost: x\r\n\r\n");

    (void)state;
    assert_string_equal(wire_body(&w), "0123456789");
    assert_string_equal(wire_header(&w, "Content-Type"), "image/jpeg");
    assert_string_equal(wire_header(&w, "Content-Disposition"),
                        "attachment; filename=\"till _1_ ______.jpg\"; "
                        "filename*=UTF-8''till%20%221%22%20%E6%89%93%E5%8D%B0.jpg");
    assert_non_null(strstr(wire_header(&w, "Content-Security-Policy"), "sandbox"));
    wire_close(&w);
}

/* --- the door --- */

struct refusal {
    const char *request;
    int status;
    const char *says;
};

static void the_door_refuses_and_ends_the_connection(void **state)
{
    static const struct refusal CASES[] = {
        {"POST /say HTTP/1.1\r\nHost: x\r\nContent-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\n"
         "0\r\n\r\n",
         400, "both Content-Length and Transfer-Encoding"},
        {"POST /say HTTP/1.1\r\nHost: x\r\nContent-Length: 3\r\nContent-Length: 3\r\n\r\nabc", 400,
         "one length only"},
        {"POST /say HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n"
         "Transfer-Encoding: identity\r\n\r\n0\r\n\r\n",
         400, "one length only"},
        {"POST /say HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n", 411,
         "needs a Content-Length"},
        {"POST /say HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n"
         "7fffffffffffffff\r\nx",
         411, "needs a Content-Length"},
        {"POST /say HTTP/1.1\r\nHost: x\r\nContent-Length: 3abc\r\n\r\nabc", 400, ""},
        {"POST /say HTTP/1.1\r\nHost: x\r\nContent-Length: -3\r\n\r\nabc", 400, ""},
        {"POST /say HTTP/1.1\r\nHost: x\r\nContent-Length: +3\r\n\r\nabc", 400, ""},
        {"GET /say/x HTTP/1.1\r\n\r\n", 400, "Host header"},
        {"GET /say/x HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n", 400, "Host header"},
        {"GET /say/x HTTP/1.1\r\nHost: a/b\r\n\r\n", 400, "Host header"},
        {"GET /say/x HTTP/1.1\r\nHost: a:99999\r\n\r\n", 400, "Host header"},
        {"GET /say/x HTTP/1.1\r\nHost: a@b\r\n\r\n", 400, "Host header"},
        {"GET /say/x HTTP/1.1\r\nHost: \r\n\r\n", 400, "Host header"},
        {"GET /say/%00 HTTP/1.1\r\nHost: x\r\n\r\n", 400, "control character"},
        {"GET /say/a%0d%0aSet-Cookie:x HTTP/1.1\r\nHost: x\r\n\r\n", 400, "control character"},
        {"GET /say/%7f HTTP/1.1\r\nHost: x\r\n\r\n", 400, "control character"},
        {"GET /say/%zz HTTP/1.1\r\nHost: x\r\n\r\n", 400, "bad escape"},
        {"GET /say/100% HTTP/1.1\r\nHost: x\r\n\r\n", 400, "bad escape"},
        {"GET /say/%ff%fe HTTP/1.1\r\nHost: x\r\n\r\n", 400, "bad escape"},
        {"GET /query?q=%00 HTTP/1.1\r\nHost: x\r\n\r\n", 400, "NUL"},
        {"POST /say HTTP/1.1\r\nHost: x\r\nExpect: more\r\nContent-Length: 1\r\n\r\nx", 417, ""},
        {"GET /say/x HTTP/1.1\r\nHost: x\r\nX: a\r\n b\r\nContent-Length: 3\r\n\r\nabc", 400,
         "folded"},
        {"GET /say/x HTTP/1.1\r\nHost: x\r\n X: a\r\nContent-Length: 3\r\n\r\nabc", 400, "folded"},
        {"GET /say/x HTTP/1.1\nHost: x\n X: a\nContent-Length: 3\n\nabc", 400, ""},
        {"GET /say/x HTTP/1.1\r\nHost: x\r\n: a\r\nContent-Length: 3\r\n\r\nabc", 400, "no field"},
        {"GARBAGE\r\n\r\n", 400, ""},
        {"GET /say/\x01 HTTP/1.1\r\nHost: x\r\n\r\n", 400, ""},
        {"FOO /say/x HTTP/1.1\r\nHost: x\r\n\r\n", 400, ""},
    };

    (void)state;
    for (size_t i = 0; i < COUNT(CASES); i++) {
        struct wire w = ask(CASES[i].request);

        if (wire_status(&w) != CASES[i].status || strstr(wire_body(&w), CASES[i].says) == NULL)
            fail_msg("%s\nanswered: %s", CASES[i].request, w.text);
        assert_int_equal(strlen(wire_header(&w, "X-Request-Id")), CTX_TRACE_SIZE - 1);
        assert_true(wire_ends(&w));
        wire_close(&w);
    }
}

static void a_whole_header_block_is_not_mistaken_for_a_broken_one(void **state)
{
    (void)state;
    expect("GET /say/x HTTP/1.1\r\nHost: x\r\nX:\r\n\r\n", 200, "|x|");
    expect("GET /say/x HTTP/1.1\r\nHost: x\r\nX: a  \r\n\r\n", 200, "|x|");
    expect("GET /say/x HTTP/1.1\r\nX: a\r\nHost: x\r\n\r\n", 200, "|x|");
}

static void sixty_four_header_lines_are_too_many(void **state)
{
    char request[4096] = "GET /say/x HTTP/1.1\r\nHost: x\r\n";
    size_t len = strlen(request);
    struct wire w;

    (void)state;
    for (int i = 1; i < 63; i++)
        len += (size_t)snprintf(request + len, sizeof(request) - len, "X-%d: 1\r\n", i);
    snprintf(request + len, sizeof(request) - len, "\r\n");
    expect(request, 200, "|x|");
    snprintf(request + len, sizeof(request) - len, "X-Last: 1\r\n\r\n");
    w = ask(request);
    assert_int_equal(wire_status(&w), 400);
    assert_true(wire_ends(&w));
    wire_close(&w);
}

static void a_header_block_too_large_is_refused(void **state)
{
    struct wire w = wire_open(server_port(server));
    static char line[20000];

    (void)state;
    memset(line, 'a', sizeof(line) - 1);
    wire_send(&w, "GET /say/x HTTP/1.1\r\nHost: x\r\nX: ");
    wire_send(&w, line);
    wire_send(&w, "\r\n\r\n");
    assert_true(wire_read(&w, false));
    assert_true(wire_status(&w) >= 400 && wire_status(&w) < 500);
    wire_close(&w);
}

static void unknown_paths_and_methods_are_told_apart(void **state)
{
    (void)state;
    expect("GET /none HTTP/1.1\r\nHost: x\r\n\r\n", 404, "NOT_FOUND");
    expect("GET /say/x/ HTTP/1.1\r\nHost: x\r\n\r\n", 404, "NOT_FOUND");
    expect("GET //say/x HTTP/1.1\r\nHost: x\r\n\r\n", 404, "NOT_FOUND");
    expect("GET /say/x/../y HTTP/1.1\r\nHost: x\r\n\r\n", 404, "NOT_FOUND");
    expect("OPTIONS /say/x HTTP/1.1\r\nHost: x\r\n\r\n", 404, "NOT_FOUND");
}

/* --- bodies --- */

static void a_body_over_the_routes_limit_is_refused(void **state)
{
    char request[256];
    struct wire w;

    (void)state;
    snprintf(request, sizeof(request),
             "POST /small HTTP/1.1\r\nHost: x\r\nContent-Length: 101\r\n\r\n%0101d", 0);
    w = ask(request);
    assert_int_equal(wire_status(&w), 413);
    assert_string_equal(wire_body(&w), "TOO_LARGE");
    assert_true(wire_ends(&w));
    wire_close(&w);
}

/* Browsers read nothing before they have sent all: without somebody who takes it they would show a
 * broken connection instead of the answer. */
static void who_sends_too_much_can_still_read_the_answer(void **state)
{
    enum { BYTES = 3 * 1024 * 1024 };
    struct wire w = wire_open(server_port(server));
    char *body = calloc(1, BYTES);

    (void)state;
    assert_non_null(body);
    wire_send(&w, "POST /small HTTP/1.1\r\nHost: x\r\nContent-Length: 3145728\r\n\r\n");
    wire_send_n(&w, body, BYTES);
    free(body);
    assert_true(wire_read(&w, false));
    assert_int_equal(wire_status(&w), 413);
    wire_close(&w);
}

static void a_large_body_arrives_whole(void **state)
{
    enum { BYTES = 200000 };
    struct wire w = wire_open(server_port(server));
    static char body[BYTES + 1];

    (void)state;
    memset(body, 'b', BYTES);
    body[BYTES - 1] = 'e';
    wire_send(&w, "POST /say HTTP/1.1\r\nHost: x\r\nContent-Length: 200000\r\n\r\n");
    wire_send(&w, body);
    assert_true(wire_read(&w, false));
    assert_string_equal(wire_body(&w) + strlen("/say|-|127.0.0.1|"), body);
    wire_close(&w);
}

static void a_post_without_a_length_has_no_body(void **state)
{
    struct wire w = wire_open(server_port(server));

    (void)state;
    wire_send(&w, "POST /say HTTP/1.1\r\nHost: x\r\n\r\n");
    assert_true(wire_read(&w, false));
    assert_int_equal(wire_status(&w), 200);
    assert_string_equal(wire_body(&w), "/say|-|127.0.0.1|");
    wire_close(&w);
    w = wire_open(server_port(server));
    wire_send(&w,
              "POST /say HTTP/1.1\r\nHost: x\r\n\r\n"
              "GET /say/next HTTP/1.1\r\nHost: x\r\n\r\n");
    assert_true(wire_read(&w, false));
    assert_int_equal(wire_status(&w), 200);
    if (wire_read(&w, false)) /* else the connection was closed, which is as good */
        assert_string_equal(wire_body(&w), "/say/next|next|127.0.0.1|");
    wire_close(&w);
}

static void a_client_that_waits_for_continue_gets_it(void **state)
{
    struct wire w = wire_open(server_port(server));

    (void)state;
    wire_send(&w,
              "POST /say HTTP/1.1\r\nHost: x\r\nExpect: 100-continue\r\nContent-Length: 2\r\n\r\n");
    assert_true(wire_read(&w, false));
    assert_int_equal(wire_status(&w), 100);
    wire_send(&w, "hi");
    assert_true(wire_read(&w, false));
    assert_string_equal(wire_body(&w), "/say|-|127.0.0.1|hi");
    wire_close(&w);
}

static void a_body_that_trickles_is_cut_off(void **state)
{
    struct wire w;
    struct timespec pause = {.tv_nsec = 20000000};

    (void)state;
    app.config.body_deadline_ms = 200;
    w = wire_open(server_port(server));
    wire_send(&w, "POST /say HTTP/1.1\r\nHost: x\r\nContent-Length: 5000\r\n\r\n");
    for (int i = 0; i < 60; i++) {
        wire_send_n(&w, "x", 1);
        nanosleep(&pause, NULL);
    }
    assert_true(wire_read(&w, false));
    assert_int_equal(wire_status(&w), 408);
    assert_true(wire_ends(&w));
    wire_close(&w);
}

static void a_body_cut_short_is_no_request(void **state)
{
    struct wire w = wire_open(server_port(server));

    (void)state;
    wire_send(&w, "POST /say HTTP/1.1\r\nHost: x\r\nContent-Length: 50\r\n\r\nhalf");
    shutdown(w.fd, SHUT_WR);
    assert_true(wire_read(&w, false));
    assert_int_equal(wire_status(&w), 408);
    wire_close(&w);
}

/* --- addresses --- */

static void the_clients_address_comes_from_trusted_proxies_only(void **state)
{
    (void)state;
    expect("GET /say/x HTTP/1.1\r\nHost: x\r\nX-Forwarded-For: 203.0.113.7\r\n\r\n", 200,
           "|203.0.113.7|");
    expect("GET /say/x HTTP/1.1\r\nHost: x\r\nX-Forwarded-For: 198.51.100.1, 203.0.113.7\r\n\r\n",
           200, "|203.0.113.7|");
    expect("GET /say/x HTTP/1.1\r\nHost: x\r\nX-Forwarded-For: 203.0.113.7, 10.0.0.9\r\n\r\n", 200,
           "|203.0.113.7|");
    expect(
        "GET /say/x HTTP/1.1\r\nHost: x\r\nX-Forwarded-For: 203.0.113.7\r\n"
        "X-Forwarded-For: 10.0.0.9\r\n\r\n",
        200, "|203.0.113.7|");
    expect("GET /say/x HTTP/1.1\r\nHost: x\r\nX-Forwarded-For: ::ffff:203.0.113.7\r\n\r\n", 200,
           "|203.0.113.7|");
    expect("GET /say/x HTTP/1.1\r\nHost: x\r\nX-Forwarded-For: 2001:db8::7\r\n\r\n", 200,
           "|2001:db8::7|");
    expect("GET /say/x HTTP/1.1\r\nHost: x\r\nX-Forwarded-For: <script>\r\n\r\n", 200,
           "|127.0.0.1|");
    app.config.trusted_proxies = "";
    expect("GET /say/x HTTP/1.1\r\nHost: x\r\nX-Forwarded-For: 203.0.113.7\r\n\r\n", 200,
           "|127.0.0.1|");
}

static void an_address_that_asks_too_often_is_told_when_to_come_again(void **state)
{
    static const char FAST[] =
        "GET /say/x HTTP/1.1\r\nHost: x\r\nX-Forwarded-For: 203.0.113.99\r\n\r\n";
    struct wire w;
    int refused = 0;

    (void)state;
    for (int i = 0; i < TEST_RATE * 10 + 20 && refused == 0; i++) {
        w = ask(FAST);
        refused = wire_status(&w) == 429;
        if (refused)
            assert_string_equal(wire_header(&w, "Retry-After"), "1");
        wire_close(&w);
    }
    assert_true(refused);
    expect("GET /say/x HTTP/1.1\r\nHost: x\r\nX-Forwarded-For: 203.0.113.98\r\n\r\n", 200, "|x|");
    expect("GET /say/x HTTP/1.1\r\nHost: x\r\n\r\n", 200, "|x|"); /* loopback */
}

/* --- tries, health, drain --- */

static void what_was_busy_is_run_again_whole(void **state)
{
    (void)state;
    atomic_store(&busy_left, 3);
    atomic_store(&tries, 0);
    expect("GET /busy HTTP/1.1\r\nHost: x\r\n\r\n", 200, "/busy|");
    assert_int_equal(atomic_load(&tries), 4);
}

static void what_stays_busy_is_answered_503_with_when_to_come_again(void **state)
{
    struct wire w;

    (void)state;
    atomic_store(&busy_left, 100);
    atomic_store(&tries, 0);
    w = ask("GET /busy HTTP/1.1\r\nHost: x\r\n\r\n");
    assert_int_equal(wire_status(&w), 503);
    assert_string_equal(wire_header(&w, "Retry-After"), "1");
    assert_string_equal(wire_body(&w), "BUSY");
    assert_int_equal(atomic_load(&tries), 5);
    wire_close(&w);
}

static void health_is_answered_without_a_route(void **state)
{
    (void)state;
    expect("GET /healthz HTTP/1.1\r\nHost: 10.1.2.3:8080\r\n\r\n", 200, "\"ok\"");
    expect("GET /readyz HTTP/1.1\r\nHost: x\r\n\r\n", 200, "\"status\":\"ready\"");
    expect("POST /healthz HTTP/1.1\r\nHost: x\r\nContent-Length: 0\r\n\r\n", 405, "GET");
}

static void figures_are_for_this_machine_alone(void **state)
{
    (void)state;
    expect("GET /none HTTP/1.1\r\nHost: x\r\n\r\n", 404, "NOT_FOUND");
    expect("GET /metrics HTTP/1.1\r\nHost: x\r\n\r\n", 200,
           "gatehouse_in_flight{context=\"test\"} ");
    expect("GET /metrics HTTP/1.1\r\nHost: x\r\n\r\n", 200, "class=\"4xx\"");
    expect("GET /metrics HTTP/1.1\r\nHost: x\r\nX-Forwarded-For: 203.0.113.9\r\n\r\n", 404, "");
    expect("GET /metrics HTTP/1.1\r\nHost: x\r\nX-Forwarded-For: 127.0.0.1\r\n\r\n", 404, "");
}

static void *drain(void *arg)
{
    (void)arg;
    server_drain(server, 20000);
    return NULL;
}

static void draining_lets_a_request_in_flight_finish(void **state)
{
    struct timespec pause = {.tv_nsec = 1000000};
    struct server *common = server;
    struct wire w, other;
    pthread_t thread;

    (void)state;
    assert_true(start());
    w = wire_open(server_port(server));
    atomic_store(&may_go_on, false);
    atomic_store(&is_waiting, false);
    wire_send(&w, "GET /wait HTTP/1.1\r\nHost: x\r\n\r\n");
    for (int i = 0; i < 20000 && !atomic_load(&is_waiting); i++)
        nanosleep(&pause, NULL);
    assert_true(atomic_load(&is_waiting));
    assert_int_equal(pthread_create(&thread, NULL, drain, NULL), 0);
    for (int i = 0; i < 20000; i++) { /* until the other thread has begun to drain */
        other = ask("GET /readyz HTTP/1.1\r\nHost: x\r\n\r\n");
        if (wire_status(&other) == 503)
            break;
        wire_close(&other);
        nanosleep(&pause, NULL);
    }
    assert_int_equal(wire_status(&other), 503);
    assert_non_null(strstr(wire_body(&other), "draining"));
    assert_string_equal(wire_header(&other, "Connection"), "close");
    wire_close(&other);
    expect("GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n", 200, "ok");
    atomic_store(&may_go_on, true);
    assert_true(wire_read(&w, false));
    assert_int_equal(wire_status(&w), 200);
    assert_true(wire_ends(&w));
    assert_int_equal(pthread_join(thread, NULL), 0);
    wire_close(&w);
    server_stop(server);
    server = common;
}

/* --- starting --- */

static void bad_listening_addresses_are_refused_with_a_sentence(void **state)
{
    static const struct {
        const char *listen, *code;
    } CASES[] = {
        {"127.0.0.1:8443s", "LISTEN_TLS"},       {"8443s", "LISTEN_TLS"},
        {"8.8.8.8:8080", "LISTEN_PUBLIC"},       {"[::1]:8080", "LISTEN_ADDRESS"},
        {"localhost:80", "LISTEN_ADDRESS"},      {"127.0.0.1:99999", "LISTEN_ADDRESS"},
        {"127.0.0.1", "LISTEN_ADDRESS"},         {"", "LISTEN_ADDRESS"},
        {"10.255.1.2:8080", "LISTEN_ELSEWHERE"},
    };
    struct server_spec spec = {.name = "test", .routes = ROUTES, .threads = 4, .serve = serve};

    (void)state;
    for (size_t i = 0; i < COUNT(CASES); i++) {
        struct err err = {.kind = NULL};
        struct server *none = NULL;

        spec.listen = CASES[i].listen;
        assert_false(server_start(&err, &spec, &none));
        assert_string_equal(err.kind->code, CASES[i].code);
    }
}

static void a_port_in_use_is_said_so(void **state)
{
    char listen[32];
    struct server_spec spec = {
        .name = "test", .routes = ROUTES, .listen = listen, .threads = 4, .serve = serve};
    struct err err = {.kind = NULL};
    struct server *none = NULL;

    (void)state;
    snprintf(listen, sizeof(listen), "127.0.0.1:%u", server_port(server));
    assert_false(server_start(&err, &spec, &none));
    assert_string_equal(err.kind->code, "LISTEN_IN_USE");
    assert_string_equal(err.arg, listen);
}

/* --- many at once --- */

enum { CLIENTS = 6, ROUNDS = 30 };

static void *client(void *arg)
{
    int *good = arg;

    for (int i = 0; i < ROUNDS; i++) {
        struct sockaddr_in to = {.sin_family = AF_INET};
        const struct sockaddr *generic = (const struct sockaddr *)&to;
        static const char ASK[] = "GET /say/x HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n";
        int fd = socket(AF_INET, SOCK_STREAM, 0);
        char text[4096] = "";
        size_t len = 0;
        ssize_t n = 1;

        to.sin_port = htons((uint16_t)server_port(server));
        to.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
        if (connect(fd, generic, sizeof(to)) == 0 && send(fd, ASK, strlen(ASK), MSG_NOSIGNAL) > 0)
            while (n > 0 && len + 1 < sizeof(text)) {
                n = recv(fd, text + len, sizeof(text) - 1 - len, 0);
                len += n > 0 ? (size_t)n : 0;
            }
        *good += strstr(text, "/say/x|x|127.0.0.1|") != NULL;
        close(fd);
    }
    return NULL;
}

static void many_clients_are_served_at_once(void **state)
{
    pthread_t threads[CLIENTS];
    int good[CLIENTS] = {0};

    (void)state;
    for (int i = 0; i < CLIENTS; i++)
        assert_int_equal(pthread_create(&threads[i], NULL, client, &good[i]), 0);
    for (int i = 0; i < CLIENTS; i++) {
        assert_int_equal(pthread_join(threads[i], NULL), 0);
        assert_int_equal(good[i], ROUNDS);
    }
}

#define ON_A_SERVER(test) cmocka_unit_test_setup(test, set_up)

int main(void)
{
    const struct CMUnitTest tests[] = {
        ON_A_SERVER(an_answer_has_its_headers_and_its_reference),
        ON_A_SERVER(segments_and_queries_are_decoded_once),
        ON_A_SERVER(head_has_the_length_but_no_body),
        ON_A_SERVER(a_connection_serves_many_requests),
        ON_A_SERVER(requests_in_one_packet_are_answered_in_order),
        ON_A_SERVER(a_file_is_sent_as_an_attachment),
        ON_A_SERVER(the_door_refuses_and_ends_the_connection),
        ON_A_SERVER(a_whole_header_block_is_not_mistaken_for_a_broken_one),
        ON_A_SERVER(sixty_four_header_lines_are_too_many),
        ON_A_SERVER(a_header_block_too_large_is_refused),
        ON_A_SERVER(unknown_paths_and_methods_are_told_apart),
        ON_A_SERVER(a_body_over_the_routes_limit_is_refused),
        ON_A_SERVER(who_sends_too_much_can_still_read_the_answer),
        ON_A_SERVER(a_large_body_arrives_whole),
        ON_A_SERVER(a_post_without_a_length_has_no_body),
        ON_A_SERVER(a_client_that_waits_for_continue_gets_it),
        ON_A_SERVER(a_body_that_trickles_is_cut_off),
        ON_A_SERVER(a_body_cut_short_is_no_request),
        ON_A_SERVER(the_clients_address_comes_from_trusted_proxies_only),
        ON_A_SERVER(an_address_that_asks_too_often_is_told_when_to_come_again),
        ON_A_SERVER(what_was_busy_is_run_again_whole),
        ON_A_SERVER(what_stays_busy_is_answered_503_with_when_to_come_again),
        ON_A_SERVER(health_is_answered_without_a_route),
        ON_A_SERVER(figures_are_for_this_machine_alone),
        ON_A_SERVER(draining_lets_a_request_in_flight_finish),
        ON_A_SERVER(bad_listening_addresses_are_refused_with_a_sentence),
        ON_A_SERVER(a_port_in_use_is_said_so),
        ON_A_SERVER(many_clients_are_served_at_once),
    };

    crypto_init();
    db_library_init();
    return cmocka_run_group_tests(tests, start_group, stop_group);
}
