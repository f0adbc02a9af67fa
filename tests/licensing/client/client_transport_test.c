/* The library's own transport, libcurl, against servers that misbehave below HTTP or at its edge.
 */
#include "licensing/client/gatehouse.h"
#include "tests/licensing/client/fake_service.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <pthread.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

struct liar { /* answers one connection with its text, and again and again with its more */
    int fd;
    unsigned port;
    const char *text, *more;
    bool is_silent; /* answers nothing until the client goes */
    int connections;
    pthread_t thread;
};

static void answer(const struct liar *l, int fd)
{
    char request[4096];

    if (recv(fd, request, sizeof request, 0) <= 0)
        return;
    if (l->is_silent) {
        (void)recv(fd, request, sizeof request, 0);
        return;
    }
    if (send(fd, l->text, strlen(l->text), MSG_NOSIGNAL) < 0)
        return;
    while (l->more != NULL && send(fd, l->more, strlen(l->more), MSG_NOSIGNAL) > 0)
        ;
}

static void *serve(void *context)
{
    struct liar *l = context;
    int fd;

    while ((fd = accept(l->fd, NULL, NULL)) >= 0) {
        l->connections++;
        answer(l, fd);
        close(fd);
    }
    return NULL;
}

static void start(struct liar *l)
{
    struct sockaddr_in at = {.sin_family = AF_INET};
    socklen_t len = sizeof at;

    at.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    l->fd = socket(AF_INET, SOCK_STREAM, 0);
    assert_true(l->fd >= 0);
    assert_int_equal(bind(l->fd, (const struct sockaddr *)&at, sizeof at), 0);
    assert_int_equal(listen(l->fd, 4), 0);
    assert_int_equal(getsockname(l->fd, (struct sockaddr *)&at, &len), 0);
    l->port = ntohs(at.sin_port);
    assert_int_equal(pthread_create(&l->thread, NULL, serve, l), 0);
}

static void stop(struct liar *l)
{
    (void)shutdown(l->fd, SHUT_RDWR);
    assert_int_equal(pthread_join(l->thread, NULL), 0);
    close(l->fd);
}

/* What validation says to such a server, with libcurl. */
static enum gatehouse_error ask(struct liar *l, int64_t timeout_ms)
{
    struct fake_service fake = fake_service();
    struct gatehouse_options options = fake_options(&fake);
    struct gatehouse_verdict v;
    enum gatehouse_error error;
    struct gatehouse *g;
    char url[64];

    start(l);
    snprintf(url, sizeof url, "http://127.0.0.1:%u/", l->port);
    options.url = url;
    options.transport = NULL;
    options.timeout_ms = timeout_ms;
    options.body_max = 64 * 1024;
    g = fake_open(&options);
    error = gatehouse_check(g, &v);
    assert_int_equal(v.state, GATEHOUSE_UNKNOWN);
    gatehouse_close(g);
    stop(l);
    return error;
}

static void a_redirect_is_not_followed(void **state)
{
    struct liar l = {.text =
                         "HTTP/1.1 302 Found\r\nLocation: /elsewhere\r\nContent-Length: 0\r\n\r\n"};

    (void)state;
    assert_int_equal(ask(&l, 5000), GATEHOUSE_E_REDIRECT);
    assert_int_equal(l.connections, 1);
}

static void a_body_without_end_is_cut_off(void **state)
{
    struct liar l = {.text = "HTTP/1.1 200 OK\r\nContent-Length: 99999999\r\n\r\n",
                     .more = "0123456789abcdef0123456789abcdef"};

    (void)state;
    assert_int_equal(ask(&l, 20000), GATEHOUSE_E_TOO_LARGE);
}

static void a_chunked_body_without_end_is_cut_off(void **state)
{
    struct liar l = {.text = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n",
                     .more = "10\r\n0123456789abcdef\r\n"};

    (void)state;
    assert_int_equal(ask(&l, 20000), GATEHOUSE_E_TOO_LARGE);
}

static void headers_without_end_are_cut_off(void **state)
{
    struct liar l = {.text = "HTTP/1.1 200 OK\r\n", .more = "X-More: 0123456789abcdef\r\n"};

    (void)state;
    assert_int_equal(ask(&l, 20000), GATEHOUSE_E_TOO_LARGE);
}

static void an_answer_that_breaks_off_is_none(void **state)
{
    struct liar l = {.text = "HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n{\"meta\":"};

    (void)state;
    assert_int_equal(ask(&l, 5000), GATEHOUSE_E_NETWORK);
}

static void what_is_not_http_is_no_answer(void **state)
{
    struct liar l = {.text = "220 mail.example.com ESMTP\r\n"};

    (void)state;
    assert_int_equal(ask(&l, 5000), GATEHOUSE_E_NETWORK);
}

static void silence_ends_by_the_time_limit(void **state)
{
    struct liar l = {.is_silent = true};

    (void)state;
    assert_int_equal(ask(&l, 200), GATEHOUSE_E_NETWORK);
}

static void an_unsigned_answer_counts_for_nothing(void **state)
{
    struct liar l = {.text =
                         "HTTP/1.1 200 OK\r\nDate: Fri, 02 Jan 2026 03:04:05 GMT\r\n"
                         "Content-Length: 2\r\n\r\n{}"};

    (void)state;
    assert_int_equal(ask(&l, 5000), GATEHOUSE_E_UNSIGNED);
}

static void nobody_there_is_said(void **state)
{
    struct fake_service fake = fake_service();
    struct gatehouse_options options = fake_options(&fake);
    struct gatehouse_verdict v;
    struct gatehouse *g;

    (void)state;
    options.url = "http://127.0.0.1:1";
    options.transport = NULL;
    g = fake_open(&options);
    assert_int_equal(gatehouse_validate(g, &v), GATEHOUSE_E_NETWORK);
    assert_int_equal(gatehouse_status(g), 0);
    gatehouse_close(g);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_redirect_is_not_followed),
        cmocka_unit_test(a_body_without_end_is_cut_off),
        cmocka_unit_test(a_chunked_body_without_end_is_cut_off),
        cmocka_unit_test(headers_without_end_are_cut_off),
        cmocka_unit_test(an_answer_that_breaks_off_is_none),
        cmocka_unit_test(what_is_not_http_is_no_answer),
        cmocka_unit_test(silence_ends_by_the_time_limit),
        cmocka_unit_test(an_unsigned_answer_counts_for_nothing),
        cmocka_unit_test(nobody_there_is_said),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
