/* A process without the licensing role never opens a signing key: it asks the role (LS03). */
#include "base/clock.h"
#include "licensing/signing_key.h"
#include "portal/api/sign_api.h"
#include "portal/api/sign_link.h"
#include "tests/http/licence_site.h"

#include <string.h>

static struct ctx *open_site(void **state)
{
    struct ctx *cx = test_ctx(state);

    licence_site_open(cx);
    return cx;
}

static struct ctx_signer *link_to(struct ctx *cx, const char *address)
{
    const struct config config = {.signing_address = address, .licensing_listen = "0.0.0.0:1"};
    struct ctx_signer *signer;

    test_ok(cx, sign_link_make(&cx->err, &config, &signer));
    return signer;
}

static struct ctx_signer *link_to_site(struct ctx *cx)
{
    const char *host = licence_site_host(cx);

    return link_to(cx, arena_printf(cx->mem, "127.0.0.1%s", strrchr(host, ':')));
}

static void a_signature_comes_from_the_role_without_opening_the_key(void **state)
{
    struct ctx *cx = open_site(state);
    struct ctx *run = test_again(cx);
    struct ctx_signer *signer = link_to_site(cx);
    uint8_t signature[CRYPTO_SIGNATURE_SIZE];
    struct signing_key *keys;
    size_t count;

    assert_int_equal(licence_site_get(cx, "/v1/ping", NULL).status, 200); /* the role has it open */
    test_sql(cx, "UPDATE signing_key SET sealed_seed = 'opens nowhere' WHERE tenant_id = ?",
             DB_ID(cx->tenant_id));
    run->master = cx->master;
    run->signer = signer;
    test_ok(run, signing_key_sign(run, "a text", 6, signature));
    test_ok(cx, signing_key_list(cx, &keys, &count));
    assert_true(crypto_verify(keys[0].public_key, "a text", 6, signature));
    run->signer = NULL;
    test_refused(run, signing_key_sign(run, "a text", 6, signature), &ERR_SIGNING_KEY_SEALED);
    sign_link_free(signer);
}

static void a_licence_with_a_signed_key_is_issued_through_the_link(void **state)
{
    struct ctx *cx = open_site(state);
    struct ctx *run = test_again(cx);
    struct ctx_signer *signer = link_to_site(cx);
    struct policy draft = licensing_policy(cx);
    struct licence *l;

    draft.scheme = "ED25519_SIGN";
    run->master = cx->master;
    run->signer = signer;
    test_ok(
        run,
        licence_issue(
            run, &(struct licence_draft){.policy_id = licensing_add_policy(cx, &draft)->id}, &l));
    assert_memory_equal(l->key, "key/", 4);
    sign_link_free(signer);
}

static void without_the_role_there_is_no_signature_but_another_try(void **state)
{
    struct ctx *cx = open_site(state);
    struct ctx_signer *signer = link_to(cx, "127.0.0.1:1");
    uint8_t signature[CRYPTO_SIGNATURE_SIZE];

    cx->signer = signer;
    test_refused(cx, signing_key_sign(cx, "a text", 6, signature), &ERR_BUSY);
    cx->signer = NULL;
    sign_link_free(signer);
}

static struct licence_answer ask(struct ctx *cx, const char *proof, const char *body)
{
    return licence_site_ask(
        cx,
        &(struct licence_ask){
            .method = "POST",
            .path = "/v1/internal/signatures",
            .body = body,
            .headers =
                proof == NULL ? NULL : arena_printf(cx->mem, SIGN_API_HEADER ": %s\r\n", proof)});
}

static void whoever_has_not_the_master_key_finds_nothing(void **state)
{
    static const char BODY[] = "{\"meta\":{\"bytes\":\"YQ==\"}}";
    struct ctx *cx = open_site(state);
    int64_t now = clock_now() / CLOCK_SECOND;
    const char *good = sign_api_proof(cx->mem, cx->master, cx->tenant_id, now, BODY, strlen(BODY));
    char *bent = arena_dup(cx->mem, good);
    struct licence_answer a = ask(cx, good, BODY);

    assert_int_equal(a.status, 200);
    a = ask(cx, NULL, BODY);
    licence_site_refused(&a, 404, "NOT_FOUND", NULL);
    a = ask(cx, "now", BODY);
    licence_site_refused(&a, 404, "NOT_FOUND", NULL);
    bent[strlen(bent) - 1] = bent[strlen(bent) - 1] == '0' ? '1' : '0';
    a = ask(cx, bent, BODY);
    licence_site_refused(&a, 404, "NOT_FOUND", NULL);
    a = ask(cx, good, "{\"meta\":{\"bytes\":\"Yg==\"}}"); /* another text */
    licence_site_refused(&a, 404, "NOT_FOUND", NULL);
    a = ask(cx,
            sign_api_proof(cx->mem, cx->master, cx->tenant_id, now - SIGN_API_CLOCK_S - 5, BODY,
                           strlen(BODY)),
            BODY);
    licence_site_refused(&a, 404, "NOT_FOUND", NULL);
    a = ask(cx, sign_api_proof(cx->mem, cx->master, ctx_new_id(cx), now, BODY, strlen(BODY)),
            BODY); /* another tenant's */
    licence_site_refused(&a, 404, "NOT_FOUND", NULL);
}

int main(void)
{
    static const struct CMUnitTest TESTS[] = {
        cmocka_unit_test(a_signature_comes_from_the_role_without_opening_the_key),
        cmocka_unit_test(a_licence_with_a_signed_key_is_issued_through_the_link),
        cmocka_unit_test(without_the_role_there_is_no_signature_but_another_try),
        cmocka_unit_test(whoever_has_not_the_master_key_finds_nothing),
    };

    return test_group_run_around("sign_wire", TESTS, COUNT(TESTS), licence_site_start,
                                 licence_site_stop);
}
