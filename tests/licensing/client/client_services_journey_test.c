/* Trials, revocations, feedback and releases with the client library against the real service. */
#include "base/str.h"
#include "licensing/client/gatehouse.h"
#include "licensing/release.h"
#include "licensing/signing_key.h"
#include "licensing/trial.h"
#include "portal/desk/ticket.h"
#include "tests/http/licence_site.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

static char storage[256];

static void with_storage(struct config *config)
{
    config->storage_path = storage;
    config->public_url = "https://support.example.com";
    config->licensing_public_url = "";
    config->licensing_trials = 100;
    config->upload_mb = 1;
}

static int start(void **state)
{
    snprintf(storage, sizeof storage, "%s/storage", test_dir());
    return licence_site_start_with(state, with_storage);
}

struct vendor {
    struct ctx *cx;
    struct policy policy;
    struct gatehouse_options options;
};

static struct vendor open_vendor(void **state)
{
    struct vendor v = {.cx = test_ctx(state)};
    struct signing_key *keys;
    size_t count;

    licence_site_open(v.cx);
    v.policy = licensing_policy(v.cx);
    test_ok(v.cx, signing_key_list(v.cx, &keys, &count));
    v.options = (struct gatehouse_options){
        .url = arena_printf(v.cx->mem, "http://127.0.0.1%s", strrchr(licence_site_host(v.cx), ':')),
        .account = id_text(v.cx->mem, v.cx->tenant_id),
        .public_keys = crypto_hex(v.cx->mem, keys[0].public_key, CRYPTO_PUBLIC_SIZE),
        .product = id_text(v.cx->mem, v.policy.product_id),
        .fingerprint = "till-7",
    };
    return v;
}

static struct gatehouse *open_client(const struct vendor *v)
{
    struct gatehouse *g;

    assert_int_equal(gatehouse_open(&v->options, &g), GATEHOUSE_OK);
    return g;
}

static void a_program_begins_its_trial_and_finds_it_after_a_new_installation(void **state)
{
    struct vendor v = open_vendor(state);
    struct gatehouse *g = open_client(&v);
    struct gatehouse_trial first, again;
    struct gatehouse_verdict verdict;
    char key[128], same[128];

    assert_int_equal(gatehouse_trial_start(g, NULL, &first, key, sizeof key), GATEHOUSE_E_REFUSED);
    assert_string_equal(gatehouse_code(g), "TRIAL_NOT_ALLOWED");
    test_ok(v.cx, trial_terms_set(v.cx, &(struct trial_terms){
                                            .product_id = v.policy.product_id,
                                            .policy_id = licensing_add_policy(v.cx, &v.policy)->id,
                                            .days = TRIAL_DAYS,
                                            .is_open = true}));
    assert_int_equal(gatehouse_trial_start(g, "Till 7", &first, key, sizeof key), GATEHOUSE_OK);
    assert_true(first.is_new);
    assert_int_equal(gatehouse_validate(g, &verdict), GATEHOUSE_OK);
    assert_int_equal(verdict.state, GATEHOUSE_VALID);
    gatehouse_close(g);

    g = open_client(&v);
    assert_int_equal(gatehouse_trial_start(g, "Till 7", &again, same, sizeof same), GATEHOUSE_OK);
    assert_false(again.is_new);
    assert_string_equal(same, key);
    assert_int_equal(again.ends_at, first.ends_at);
    gatehouse_close(g);
}

static void a_suspended_licence_comes_onto_the_list(void **state)
{
    struct vendor v = open_vendor(state);
    struct licence *l = licensing_licence(v.cx, &v.policy);
    const struct timespec pause = {.tv_nsec = 50000000};
    struct gatehouse *g = open_client(&v);
    bool is_found = false;

    test_ok(v.cx, licence_suspend(v.cx, l->id, "", &l));
    /* The service makes its list anew at most once a second. */
    for (int i = 0; i < 200 && !is_found; i++) {
        struct gatehouse_revocations *list;
        unsigned char *bytes;
        size_t len;

        assert_int_equal(gatehouse_revocations_fetch(g, &bytes, &len), GATEHOUSE_OK);
        assert_int_equal(gatehouse_revocations_open(g, bytes, len, &list), GATEHOUSE_OK);
        is_found = gatehouse_revocations_has(list, l->key);
        assert_false(gatehouse_revocations_has(list, "ANOTHER-KEY"));
        gatehouse_revocations_free(list);
        gatehouse_revocations_bytes_free(bytes);
        nanosleep(&pause, NULL);
    }
    assert_true(is_found);
    gatehouse_close(g);
}

static void feedback_becomes_a_ticket(void **state)
{
    struct vendor v = open_vendor(state);
    struct licence *l = licensing_licence(v.cx, &v.policy);
    const struct gatehouse_feedback what = {.text = "The till prints twice\nsince today",
                                            .version = "4.2.1",
                                            .diagnostics = "password=hunter2",
                                            .request_key = "once"};
    struct gatehouse_receipt receipt, again;
    struct gatehouse *g;
    struct ticket *t;

    v.options.key = l->key;
    g = open_client(&v);
    assert_int_equal(gatehouse_feedback_send(g, &what, &receipt), GATEHOUSE_OK);
    assert_int_equal(gatehouse_feedback_send(g, &what, &again), GATEHOUSE_OK);
    assert_string_equal(again.number, receipt.number);
    assert_non_null(strstr(receipt.link, "https://support.example.com/follow/"));
    test_ok(v.cx, ticket_find_number(v.cx, receipt.number, &t));
    assert_non_null(t);
    assert_string_equal(t->subject, "The till prints twice");
    assert_true(id_equal(t->licence_id, l->id));
    gatehouse_close(g);
}

/* Uploads a file of a release as the vendor's staff do. */
static void upload(const struct vendor *v, const struct release *r, const char *bytes)
{
    const char *admin = licence_site_token_auth(v->cx, &(struct token_draft){.kind = TOKEN_ADMIN});
    struct licence_answer a = licence_site_post(
        v->cx, "/v1/artifacts", admin,
        arena_printf(
            v->cx->mem,
            "{\"data\":{\"type\":\"artifacts\",\"attributes\":{\"filename\":\"setup.bin\"},"
            "\"relationships\":{\"release\":{\"data\":{\"type\":\"releases\",\"id\":\"%s\"}"
            "}}}}",
            id_text(v->cx->mem, r->id)));
    const char *location = licence_site_header(v->cx, &a, "Location");

    assert_int_equal(a.status, 307);
    a = licence_site_ask(
        v->cx, &(struct licence_ask){.method = "PUT",
                                     .path = strstr(location, "/v1/"),
                                     .headers = "Content-Type: application/octet-stream\r\n",
                                     .body = bytes});
    assert_int_equal(a.status, 200);
}

static struct release *add_release(const struct vendor *v, const char *version)
{
    struct release *r;

    test_ok(v->cx, release_add(v->cx,
                               &(struct release_draft){.product_id = v->policy.product_id,
                                                       .version = version,
                                                       .channel = RELEASE_STABLE,
                                                       .is_published = true},
                               &r));
    return r;
}

static void an_upgrade_and_its_file_are_found_and_verified(void **state)
{
    struct vendor v = open_vendor(state);
    struct licence *l = licensing_licence(v.cx, &v.policy);
    const char *path = arena_printf(v.cx->mem, "%s/%s.bin", test_dir(), v.options.account);
    struct gatehouse_release release;
    struct gatehouse_artifact artifact;
    struct licence_answer file;
    struct gatehouse *g;
    FILE *f;

    v.options.key = l->key;
    g = open_client(&v);
    add_release(&v, "1.0.0");
    upload(&v, add_release(&v, "1.0.1"), "what the program is");
    assert_int_equal(gatehouse_upgrade(g, "1.0.1", NULL, NULL, &release), GATEHOUSE_E_NOT_FOUND);
    assert_int_equal(gatehouse_upgrade(g, "1.0.0", NULL, "1.0", &release), GATEHOUSE_OK);
    assert_string_equal(release.version, "1.0.1");
    assert_int_equal(gatehouse_artifact_find(g, release.id, "setup.bin", &artifact), GATEHOUSE_OK);
    file = licence_site_get(v.cx, strstr(artifact.url, "/v1/"), NULL);
    assert_int_equal(file.status, 200);
    f = fopen(path, "wb");
    assert_non_null(f);
    assert_true(fputs(file.body, f) >= 0);
    fclose(f);
    assert_int_equal(gatehouse_artifact_verify(g, &artifact, path, NULL), GATEHOUSE_OK);
    f = fopen(path, "ab");
    assert_non_null(f);
    assert_true(fputs("!", f) >= 0);
    fclose(f);
    assert_int_equal(gatehouse_artifact_verify(g, &artifact, path, NULL), GATEHOUSE_E_DIGEST);
    assert_int_equal(unlink(path), 0);
    gatehouse_close(g);
}

int main(void)
{
    static const struct CMUnitTest TESTS[] = {
        cmocka_unit_test(a_program_begins_its_trial_and_finds_it_after_a_new_installation),
        cmocka_unit_test(a_suspended_licence_comes_onto_the_list),
        cmocka_unit_test(feedback_becomes_a_ticket),
        cmocka_unit_test(an_upgrade_and_its_file_are_found_and_verified),
    };

    return test_group_run_around("client_services_journey", TESTS, COUNT(TESTS), start,
                                 licence_site_stop);
}
