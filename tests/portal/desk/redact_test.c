#include "portal/desk/redact.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

static const struct {
    const char *text, *masked;
} MASKED[] = {
    {"password=hunter2", "password=[removed]"},
    {"SMTP_PASSWORD = hunter2\nnext=1", "SMTP_PASSWORD = [removed]\nnext=1"},
    {"{\"db_password\": \"hun\\\"ter2\", \"port\": 3306}",
     "{\"db_password\": \"[removed]\", \"port\": 3306}"},
    {"body=\"{\\\"password\\\": \\\"hun ter\\\\2\\\", \\\"n\\\": 1}\"",
     "body=\"{\\\"password\\\": \\\"[removed]\\\", \\\"n\\\": 1}\""},
    {"password := hunter2", "password := [removed]"},
    {"'password' => 'hunter2'", "'password' => '[removed]'"},
    {"api-key: 'abc def'", "api-key: '[removed]'"},
    {"<Password>hunter2</Password>", "<Password>[removed]</Password>"},
    {"client.secret=a&b=c", "client.secret=[removed]&b=c"},
    {"Authorization: License C1 B2 C3\r\nHost: a", "Authorization: [removed]\r\nHost: a"},
    {"Cookie: a=b; c=d\nx", "Cookie: [removed]\nx"},
    {"sent Bearer abcdefgh12345678 today", "sent Bearer [removed] today"},
    {"mysql://root:hunter2@db/x", "mysql://root:[removed]@db/x"},
    {"-----BEGIN RSA PRIVATE KEY-----\nAAAA\nBBBB\n-----END RSA PRIVATE KEY-----\nrest",
     "[removed]\nrest"},
    {"a -----BEGIN PRIVATE KEY-----\nAAAA", "a [removed]"},
    {"-----BEGIN LICENSE FILE-----\nAAAA\n-----END LICENSE FILE-----", "[removed]"},
    {"jwt eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.c2lnbmF0dXJl.", "jwt [removed]"},
    {"used activ-0123456789abcdef0123456789abcdefv3, then", "used [removed], then"},
    {"AKIAIOSFODNN7EXAMPLE", "[removed]"},
    {"key C1B6DE-39A6E3-DE1529-8559A0-4AF593-V3 here", "key [removed] here"},
    {"card 4111 1111 1111 1111.", "card [removed]."},
    {"card 4111-1111-1111-1111", "card [removed]"},
    {"my MINE-42 key", "my [removed] key"},
    {"password=MINE-42", "password=[removed]"},
};

static void secrets_are_masked(void **state)
{
    struct arena *mem = arena_make(4096);

    (void)state;
    for (size_t i = 0; i < COUNT(MASKED); i++) {
        size_t count;

        assert_string_equal(redact_text(mem, span_of(MASKED[i].text), "MINE-42", &count),
                            MASKED[i].masked);
        assert_int_equal(count, 1);
    }
    arena_free(mem);
}

static void what_is_no_secret_stays(void **state)
{
    static const char *const plain[] = {
        "",
        "the password was wrong",
        "password=\nuser=anna",
        "https://example.com:8080/path",
        "https://anna@example.com/",
        "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----",
        "order 4111 1111 1111 1112",
        "2026-11-22 02:33:01.123 error 0x80070005 at app.c:120",
        "sha256 9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0bb822cd15d6c15b0f00a08",
        "user-agent and read-only, dev-tools",
        "打印机无法连接",
        "0000000000000000",
    };
    struct arena *mem = arena_make(4096);

    (void)state;
    for (size_t i = 0; i < COUNT(plain); i++) {
        size_t count;

        assert_string_equal(redact_text(mem, span_of(plain[i]), NULL, &count), plain[i]);
        assert_int_equal(count, 0);
    }
    arena_free(mem);
}

static void many_secrets_are_each_masked(void **state)
{
    struct arena *mem = arena_make(4096);
    size_t count;

    (void)state;
    assert_string_equal(redact_text(mem, span_of("pwd=a pwd=b\ntoken: c"), NULL, &count),
                        "pwd=[removed] pwd=[removed]\ntoken: [removed]");
    assert_int_equal(count, 3);
    /* Also where another rule would leave it: in the name of an address. */
    assert_string_equal(redact_text(mem, span_of("db://aMINE-42b:pw@host"), "MINE-42", &count),
                        "db://a[removed]b:[removed]@host");
    assert_int_equal(count, 2);
    arena_free(mem);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(secrets_are_masked),
        cmocka_unit_test(what_is_no_secret_stays),
        cmocka_unit_test(many_secrets_are_each_masked),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
