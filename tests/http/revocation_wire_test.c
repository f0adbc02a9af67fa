/* The revocation list over the wire (GET /v1/revocations, D-11). */
#include "licensing/revocation.h"
#include "tests/http/licence_site.h"

#include <string.h>
#include <time.h>

static struct licence_answer ask(struct ctx *cx, const char *tag)
{
    return licence_site_ask(
        cx,
        &(struct licence_ask){
            .method = "GET",
            .path = "/v1/revocations",
            .headers = tag == NULL ? NULL : arena_printf(cx->mem, "If-None-Match: %s\r\n", tag)});
}

static void D11_the_list_is_signed_inside_and_outside_and_has_a_tag(void **state)
{
    struct ctx *cx = test_ctx(state);
    struct signing_key *keys;
    struct licence_answer a;
    struct licence *l;
    const uint8_t *bytes;
    const char *tag;
    size_t count;

    licence_site_open(cx);
    l = licensing_licence(cx, NULL);
    test_ok(cx, licence_revoke(cx, l->id, ""));
    a = ask(cx, NULL);
    bytes = (const uint8_t *)a.body;
    assert_int_equal(a.status, 200);
    assert_string_equal(licence_site_header(cx, &a, "Content-Type"), "application/octet-stream");
    test_ok(cx, signing_key_list(cx, &keys, &count));
    assert_true(revocation_verify(bytes, a.body_len, cx->tenant_id, keys[0].public_key));
    assert_true(revocation_has(bytes, l->key));
    tag = licence_site_header(cx, &a, "ETag");
    a = ask(cx, tag);
    assert_int_equal(a.status, 304);
    assert_int_equal(a.body_len, 0);
    a = ask(cx, arena_printf(cx->mem, "\"other\", W/%s", tag));
    assert_int_equal(a.status, 304);
    a = ask(cx, "\"other\"");
    assert_int_equal(a.status, 200);
}

static void D11_a_revocation_is_in_the_list_within_a_second(void **state)
{
    struct ctx *cx = test_ctx(state);
    struct timespec pause = {.tv_nsec = 50000000};
    struct licence_answer a;
    struct licence *l;
    bool found = false;

    licence_site_open(cx);
    l = licensing_licence(cx, NULL);
    a = ask(cx, NULL);
    assert_false(revocation_has((const uint8_t *)a.body, l->key));
    test_ok(cx, licence_suspend(cx, l->id, "", &l));
    for (int i = 0; i < 200 && !found; i++) {
        nanosleep(&pause, NULL);
        a = ask(cx, NULL);
        found = revocation_has((const uint8_t *)a.body, l->key);
    }
    assert_true(found);
}

int main(void)
{
    static const struct CMUnitTest TESTS[] = {
        cmocka_unit_test(D11_the_list_is_signed_inside_and_outside_and_has_a_tag),
        cmocka_unit_test(D11_a_revocation_is_in_the_list_within_a_second),
    };

    return test_group_run_around("revocation_wire", TESTS, COUNT(TESTS), licence_site_start,
                                 licence_site_stop);
}
