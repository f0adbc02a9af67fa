#include "portal/hooks/webhook_post.h"
#include "portal/hooks/webhook_url.h"
#include "tests/http/receiver.h"
#include "tests/support/unit.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <string.h>
#include <sys/socket.h>

static bool may_reach(const char *text, bool allows_local)
{
    struct sockaddr_in in4 = {.sin_family = AF_INET};
    struct sockaddr_in6 in6 = {.sin6_family = AF_INET6};

    if (inet_pton(AF_INET, text, &in4.sin_addr) == 1)
        return webhook_url_may_reach((const struct sockaddr *)&in4, allows_local);
    assert_int_equal(inet_pton(AF_INET6, text, &in6.sin6_addr), 1);
    return webhook_url_may_reach((const struct sockaddr *)&in6, allows_local);
}

static void only_addresses_of_the_public_internet_are_reached(void **state)
{
    static const char *const PUBLIC[] = {"1.1.1.1",         "93.184.216.34", "11.0.0.1",
                                         "172.15.9.9",      "172.32.0.1",    "192.169.0.1",
                                         "100.63.255.255",  "100.128.0.1",   "223.255.255.255",
                                         "2606:4700::1111", "2a00:1450::1",  "2400:cb00::1"};
    static const char *const CLOSED[] = {
        "0.0.0.0",         "10.0.0.1",        "100.64.0.1",   "127.0.0.1",   "127.255.0.9",
        "169.254.169.254", "172.16.0.1",      "172.31.9.9",   "192.0.0.8",   "192.0.2.5",
        "192.168.1.1",     "198.18.0.1",      "198.51.100.1", "203.0.113.9", "224.0.0.1",
        "240.0.0.1",       "255.255.255.255", "::",           "::1",         "::ffff:1.1.1.1",
        "::ffff:10.0.0.1", "64:ff9b::a00:1",  "100::1",       "fc00::1",     "fd12:3456::1",
        "fe80::1",         "ff02::1",         "2001:db8::1",  "2001:0:1::1", "2002:a00:1::1",
        "3fff::1"};

    (void)state;
    for (size_t i = 0; i < COUNT(PUBLIC); i++)
        assert_true(may_reach(PUBLIC[i], false));
    for (size_t i = 0; i < COUNT(CLOSED); i++)
        assert_false(may_reach(CLOSED[i], false));
    assert_true(may_reach("127.0.0.1", true));
    assert_true(may_reach("::1", true));
    assert_false(may_reach("10.0.0.1", true));
    assert_false(may_reach("169.254.169.254", true));
}

static const struct err_kind *fault_of(const char *text, bool allows_local)
{
    struct arena *mem = arena_make(4096);
    struct err err = {0};
    struct webhook_url url;
    bool ok = webhook_url_parse(mem, &err, text, allows_local, &url);

    arena_free(mem);
    assert_int_equal(ok, err.kind == NULL);
    return err.kind;
}

static void every_way_to_write_a_private_address_is_refused(void **state)
{
    static const char *const PRIVATE[] = {
        "https://127.0.0.1/",   "https://2130706433/",
        "https://0x7f.1/",      "https://0177.0.0.1/",
        "https://127.1/",       "https://[::1]/",
        "https://localhost/",   "https://LOCALHOST:8443/",
        "https://a.localhost/", "https://[::ffff:7f00:1]/",
        "https://0/",           "https://metadata.google.internal/",
        "https://router.lan/",  "https://localhost./"};

    (void)state;
    for (size_t i = 0; i < COUNT(PRIVATE); i++)
        assert_ptr_equal(fault_of(PRIVATE[i], false), &ERR_WEBHOOK_HOST);
    assert_null(fault_of("https://127.0.0.1/", true));
    assert_null(fault_of("http://localhost:9000/in", true));
    assert_null(fault_of("http://[::1]:9000/in", true));
    assert_ptr_equal(fault_of("http://example.com/in", true), &ERR_WEBHOOK_PROTOCOL);
    assert_ptr_equal(fault_of("http://127.0.0.1/in", false), &ERR_WEBHOOK_PROTOCOL);
    assert_ptr_equal(fault_of("https://", false), &ERR_WEBHOOK_URL);
    assert_ptr_equal(fault_of("https://u@example.com/", false), &ERR_WEBHOOK_URL);
}

static void a_url_comes_apart_as_it_is_sent(void **state)
{
    struct arena *mem = arena_make(4096);
    struct err err = {0};
    struct webhook_url url;

    (void)state;
    assert_true(
        webhook_url_parse(mem, &err, "HTTPS://Hooks.example.com:443/a/b?c=d#e", false, &url));
    assert_string_equal(url.host, "Hooks.example.com");
    assert_string_equal(url.target, "/a/b?c=d");
    assert_true(webhook_url_parse(mem, &err, "https://hooks.example.com:8443", false, &url));
    assert_string_equal(url.host, "hooks.example.com:8443");
    assert_string_equal(url.target, "/");
    arena_free(mem);
}

static void post_all(const struct webhook_post_limits *limits, struct webhook_post *posts,
                     size_t count)
{
    struct webhook_post_set *set = webhook_post_set_make(limits);
    size_t done = 0;

    for (size_t i = 0; i < count; i++)
        webhook_post_set_add(set, &posts[i]);
    while (webhook_post_set_count(set) > 0)
        webhook_post_set_work(set, 50);
    while (webhook_post_set_next(set) != NULL)
        done++;
    assert_int_equal(done, count);
    webhook_post_set_free(set);
}

/* The check that counts is the one at the socket: the name is fine, what it stands for is not. */
static void a_name_that_stands_for_a_private_address_is_not_connected_to(void **state)
{
    struct arena *mem = arena_make(4096);
    struct receiver *r = receiver_start();
    struct webhook_post_limits limits = {.timeout_ms = 5000, .answer_max = 100};
    struct webhook_post posts[2];

    (void)state;
    for (size_t i = 0; i < COUNT(posts); i++)
        posts[i] =
            (struct webhook_post){.mem = mem,
                                  .url = arena_printf(mem, "%s://localhost:%u/",
                                                      i == 0 ? "https" : "http", receiver_port(r)),
                                  .target = "/",
                                  .headers = {"Expect:"},
                                  .body = span_of("{}")};
    post_all(&limits, posts, COUNT(posts));
    assert_int_equal(posts[0].code, 0);
    assert_string_equal(posts[0].fault, "The name stands for an address that is not public.");
    assert_int_equal(posts[1].code, 0); /* no http without the setting */
    assert_non_null(posts[1].fault);
    assert_int_equal(receiver_count(r), 0);
    limits.allows_local = true;
    post_all(&limits, &posts[1], 1);
    assert_int_equal(posts[1].code, 200);
    assert_string_equal(posts[1].answer, "ok");
    receiver_stop(r);
    arena_free(mem);
}

int main(void)
{
    static const struct CMUnitTest TESTS[] = {
        cmocka_unit_test(only_addresses_of_the_public_internet_are_reached),
        cmocka_unit_test(every_way_to_write_a_private_address_is_refused),
        cmocka_unit_test(a_url_comes_apart_as_it_is_sent),
        cmocka_unit_test(a_name_that_stands_for_a_private_address_is_not_connected_to),
    };

    return cmocka_run_group_tests_name("webhook_url", TESTS, NULL, NULL);
}
