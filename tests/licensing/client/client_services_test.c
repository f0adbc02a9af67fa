/* Trials, feedback, the revocation list, releases and answers that are kept, against a service with
 * a script. */
#include "licensing/client/client.h"
#include "tests/licensing/client/fake_service.h"

#include <sodium.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define PRODUCT "44444444-4444-4444-8444-444444444444"
#define TRIAL(print, product)                                                                    \
    "{\"data\":{\"id\":\"22222222-2222-4222-8222-222222222222\",\"type\":\"licenses\","          \
    "\"attributes\":{\"key\":\"TRIAL-KEY\"},\"relationships\":{\"product\":{\"data\":{\"type\":" \
    "\"products\",\"id\":\"" product                                                             \
    "\"}}}},\"included\":[{\"type\":\"machines\",\"attributes\":"                                \
    "{\"fingerprint\":\"" print                                                                  \
    "\"}}],\"meta\":{\"gatehouse\":{\"trial\":{\"started\":"                                     \
    "\"2026-01-01T00:00:00.000Z\",\"ends\":\"2026-01-31T00:00:00.000Z\",\"isNew\":true,"         \
    "\"isConverted\":false}}}}"

static struct gatehouse *open_fake(struct fake_service *fake)
{
    struct gatehouse_options options = fake_options(fake);

    options.product = PRODUCT;
    return fake_open(&options);
}

/* --- trials --- */

static void a_trial_gives_its_key_to_the_handle(void **state)
{
    struct fake_service fake = fake_service();
    struct gatehouse *g = open_fake(&fake);
    struct gatehouse_trial trial;
    char key[64];

    (void)state;
    fake.script[0] = (struct fake_step){"POST", "/trials", 201, TRIAL(FAKE_PRINT, PRODUCT)};
    assert_int_equal(gatehouse_trial_start(g, "Till 7", &trial, key, sizeof key), GATEHOUSE_OK);
    assert_string_equal(key, "TRIAL-KEY");
    assert_true(trial.is_new);
    assert_false(trial.is_bought);
    assert_int_equal(trial.ends_at - trial.started_at, INT64_C(30) * 86400000);
    assert_null(strstr(fake.headers, "Authorization"));
    fake.script[1] = (struct fake_step){"DELETE", "/machines/4d%3AEq%3AUV%3AD3", 204, NULL};
    assert_int_equal(gatehouse_deactivate(g), GATEHOUSE_OK);
    assert_non_null(strstr(fake.headers, "Authorization: License TRIAL-KEY\n"));
    gatehouse_close(g);
}

static void a_trial_of_another_machine_or_product_is_no_answer(void **state)
{
    static const char *const bodies[] = {
        TRIAL("another", PRODUCT), TRIAL(FAKE_PRINT, "55555555-5555-4555-8555-555555555555"), "{}"};

    (void)state;
    for (size_t i = 0; i < sizeof bodies / sizeof bodies[0]; i++) {
        struct fake_service fake = fake_service();
        struct gatehouse *g = open_fake(&fake);
        struct gatehouse_trial trial;
        char key[64];

        fake.script[0] = (struct fake_step){"POST", "/trials", 200, bodies[i]};
        assert_int_equal(gatehouse_trial_start(g, NULL, &trial, key, sizeof key),
                         GATEHOUSE_E_PROTOCOL);
        gatehouse_close(g);
    }
}

static void a_refused_trial_tells_its_code(void **state)
{
    struct fake_service fake = fake_service();
    struct gatehouse *g = open_fake(&fake);
    struct gatehouse_trial trial;
    char key[64];

    (void)state;
    fake.script[0] =
        (struct fake_step){"POST", "/trials", 422, "{\"errors\":[{\"code\":\"TRIAL_TAKEN\"}]}"};
    assert_int_equal(gatehouse_trial_start(g, NULL, &trial, key, sizeof key), GATEHOUSE_E_REFUSED);
    assert_string_equal(gatehouse_code(g), "TRIAL_TAKEN");
    fake.script[1] = (struct fake_step){"POST", "/trials", 201, TRIAL(FAKE_PRINT, PRODUCT)};
    assert_int_equal(gatehouse_trial_start(g, NULL, &trial, key, 4), GATEHOUSE_E_BUFFER);
    gatehouse_close(g);
}

/* --- feedback --- */

static void feedback_gives_a_number_and_a_link(void **state)
{
    struct fake_service fake = fake_service();
    struct gatehouse *g = open_fake(&fake);
    const struct gatehouse_feedback what = {
        .text = "It \"prints\"\ntwice", .diagnostics = "a=1", .request_key = "k"};
    struct gatehouse_receipt receipt;

    (void)state;
    fake.script[0] = (struct fake_step){"POST", "/feedback", 201,
                                        "{\"data\":{\"attributes\":{\"number\":\"T-1\",\"link\":"
                                        "\"https://a/follow/x\"}}}"};
    assert_int_equal(gatehouse_feedback_send(g, &what, &receipt), GATEHOUSE_OK);
    assert_string_equal(receipt.number, "T-1");
    assert_string_equal(receipt.link, "https://a/follow/x");
    /* Signed with the key, which does not travel. */
    assert_non_null(strstr(fake.headers,
                           "Gatehouse-Signature: licence=\"22222222-2222-4222-8222-"
                           "222222222222\", created=\"1767323045\", signature=\""));
    assert_null(strstr(fake.headers, "Authorization"));
    assert_null(strstr(fake.headers, FAKE_KEY));
    assert_string_equal(fake.body,
                        "{\"data\":{\"type\":\"feedback\",\"attributes\":{\"text\":\"It "
                        "\\\"prints\\\"\\u000atwice\",\"fingerprint\":\"" FAKE_PRINT
                        "\",\"diagnostics\":\"a=1\",\"requestKey\":\"k\"}}}");
    gatehouse_close(g);
}

static void feedback_that_is_too_long_is_not_sent(void **state)
{
    static char text[300 * 1024];
    struct fake_service fake = fake_service();
    struct gatehouse *g = open_fake(&fake);
    const struct gatehouse_feedback what = {.text = text};
    struct gatehouse_receipt receipt;

    (void)state;
    memset(text, 'a', sizeof text - 1);
    assert_int_equal(gatehouse_feedback_send(g, &what, &receipt), GATEHOUSE_E_TOO_LARGE);
    assert_int_equal(fake.asked, 0);
    gatehouse_close(g);
}

/* --- the revocation list --- */

enum { LIST_MAX = 512 };

/* A list of up to 8 keys, signed. */
static size_t make_list(const char *const *keys, size_t count, int64_t issued_s,
                        unsigned char out[LIST_MAX])
{
    unsigned char seed[32], public_key[32], secret[64], hash[32];
    size_t n, len = 64 + 16 * count;

    assert_true(sodium_init() >= 0);
    memset(out, 0, LIST_MAX);
    memcpy(out, "GHRL\1\20", 6);
    for (int i = 0; i < 8; i++) {
        out[40 + i] = (unsigned char)(issued_s >> (56 - 8 * i));
        out[48 + i] = (unsigned char)((issued_s + 86400) >> (56 - 8 * i));
    }
    out[59] = (unsigned char)count;
    for (size_t i = 0; i < count; i++) {
        size_t at = i;

        crypto_hash_sha256(hash, (const unsigned char *)keys[i], strlen(keys[i]));
        while (at > 0 && memcmp(out + 64 + 16 * (at - 1), hash, 16) > 0) {
            memmove(out + 64 + 16 * at, out + 64 + 16 * (at - 1), 16);
            at--;
        }
        memcpy(out + 64 + 16 * at, hash, 16);
    }
    sodium_hex2bin(seed, sizeof seed, FAKE_SEED, 64, NULL, &n, NULL);
    crypto_sign_seed_keypair(public_key, secret, seed);
    crypto_sign_detached(out + len, NULL, out, len, secret);
    return len + 64;
}

static void a_revocation_list_has_its_keys_and_no_others(void **state)
{
    static const char *const keys[] = {"A", "B", "C", "D", "E"};
    struct fake_service fake = fake_service();
    struct gatehouse *g = open_fake(&fake);
    struct gatehouse_revocations *list;
    unsigned char bytes[LIST_MAX];

    (void)state;
    for (size_t count = 0; count <= 5; count++) {
        size_t len = make_list(keys, count, 1767322800, bytes);

        assert_int_equal(gatehouse_revocations_open(g, bytes, len, &list), GATEHOUSE_OK);
        assert_int_equal(gatehouse_revocations_count(list), count);
        assert_int_equal(gatehouse_revocations_issued_at(list), 1767322800000);
        assert_int_equal(gatehouse_revocations_next_at(list), 1767409200000);
        for (size_t i = 0; i < 5; i++)
            assert_int_equal(gatehouse_revocations_has(list, keys[i]), i < count);
        assert_false(gatehouse_revocations_has(list, "F"));
        gatehouse_revocations_free(list);
    }
    gatehouse_close(g);
}

static void every_changed_byte_of_a_list_is_seen(void **state)
{
    static const char *const keys[] = {"A", "B"};
    struct fake_service fake = fake_service();
    struct gatehouse *g = open_fake(&fake);
    struct gatehouse_revocations *list;
    unsigned char bytes[LIST_MAX];
    size_t len = make_list(keys, 2, 1767322800, bytes);

    (void)state;
    for (size_t i = 0; i < len; i++) {
        bytes[i] ^= 1;
        assert_int_not_equal(gatehouse_revocations_open(g, bytes, len, &list), GATEHOUSE_OK);
        assert_null(list);
        bytes[i] ^= 1;
        assert_int_equal(gatehouse_revocations_open(g, bytes, i, &list), GATEHOUSE_E_FILE);
    }
    len = make_list(keys, 2, 1767323045 + 400, bytes);
    assert_int_equal(gatehouse_revocations_open(g, bytes, len, &list), GATEHOUSE_E_FILE_FUTURE);
    gatehouse_close(g);
}

/* --- releases --- */

#define RELEASE                                                                         \
    "{\"data\":{\"id\":\"66666666-6666-4666-8666-666666666666\",\"type\":\"releases\"," \
    "\"attributes\":{\"version\":\"1.1.0\",\"channel\":\"stable\",\"name\":null},"      \
    "\"relationships\":{\"product\":{\"data\":{\"type\":\"products\",\"id\":\"" PRODUCT "\"}}}}}"

static void an_upgrade_is_found_or_there_is_none(void **state)
{
    struct fake_service fake = fake_service();
    struct gatehouse *g = open_fake(&fake);
    struct gatehouse_release release;

    (void)state;
    fake.script[0] = (struct fake_step){
        "GET", "/releases/1%2E0%2E0/upgrade?product=" PRODUCT "&channel=stable&constraint=1%2E0",
        200, RELEASE};
    fake.script[1] = (struct fake_step){"GET", "/releases/1%2E1%2E0/upgrade?product=" PRODUCT, 404,
                                        "{\"errors\":[{\"code\":\"NOT_FOUND\"}]}"};
    assert_int_equal(gatehouse_upgrade(g, "1.0.0", "stable", "1.0", &release), GATEHOUSE_OK);
    assert_string_equal(release.version, "1.1.0");
    assert_string_equal(release.channel, "stable");
    assert_string_equal(release.name, "");
    assert_int_equal(gatehouse_upgrade(g, "1.1.0", NULL, NULL, &release), GATEHOUSE_E_NOT_FOUND);
    gatehouse_close(g);
}

/* A file of three bytes, in a new folder that is gone afterwards. */
struct file {
    char folder[64], path[96];
};

static struct file make_file(const char *text)
{
    const char *tmp = getenv("TMPDIR");
    struct file f;
    FILE *out;

    snprintf(f.folder, sizeof f.folder, "%s/gh-client-XXXXXX", tmp != NULL ? tmp : "/tmp");
    assert_non_null(mkdtemp(f.folder));
    snprintf(f.path, sizeof f.path, "%s/file", f.folder);
    out = fopen(f.path, "wb");
    assert_non_null(out);
    assert_true(fputs(text, out) >= 0);
    fclose(out);
    return f;
}

static void remove_file(const struct file *f)
{
    assert_int_equal(unlink(f->path), 0);
    assert_int_equal(rmdir(f->folder), 0);
}

static void a_file_is_known_by_each_form_of_its_checksum(void **state)
{
    static const char *const sums[] = {
        "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad",
        "BA7816BF8F01CFEA414140DE5DAE2223B00361A396177A9CB410FF61F20015AD",
        "ungWv48Bz+pBQUDeXa4iI7ADYaOWF3qctBD/YfIAFa0=",
        "ungWv48Bz+pBQUDeXa4iI7ADYaOWF3qctBD/YfIAFa0",
        "ddaf35a193617abacc417349ae20413112e6fa4e89a97ea20a9eeee64b55d39a2192992a274fc1a836ba3c23a3"
        "feebbd454d4423643ce80e2a9ac94fa54ca49f",
        "3a81oZNherrMQXNJriBBMRLm+k6JqX6iCp7u5ktV05ohkpkqJ0/BqDa6PCOj/uu9RU1EI2Q86A4qmslPpUyknw==",
        "3a81oZNherrMQXNJriBBMRLm+k6JqX6iCp7u5ktV05ohkpkqJ0/BqDa6PCOj/uu9RU1EI2Q86A4qmslPpUyknw"};
    static const char *const wrong[] = {
        "", "abc", "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ac",
        "ungWv48Bz+pBQUDeXa4iI7ADYaOWF3qctBD/YfIAFa1="};
    struct fake_service fake = fake_service();
    struct gatehouse *g = open_fake(&fake);
    struct gatehouse_artifact a = {.bytes = 3};
    struct file f = make_file("abc");

    (void)state;
    for (size_t i = 0; i < sizeof sums / sizeof sums[0]; i++) {
        snprintf(a.checksum, sizeof a.checksum, "%s", sums[i]);
        assert_int_equal(gatehouse_artifact_verify(g, &a, f.path, NULL), GATEHOUSE_OK);
    }
    a.bytes = 4;
    assert_int_equal(gatehouse_artifact_verify(g, &a, f.path, NULL), GATEHOUSE_E_DIGEST);
    a.bytes = 3;
    for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++) {
        snprintf(a.checksum, sizeof a.checksum, "%s", wrong[i]);
        assert_int_equal(gatehouse_artifact_verify(g, &a, f.path, NULL), GATEHOUSE_E_DIGEST);
    }
    remove_file(&f);
    assert_int_equal(gatehouse_artifact_verify(g, &a, f.path, NULL), GATEHOUSE_E_FILE);
    gatehouse_close(g);
}

/* Signs with a context as RFC 8032 says, from a seed; what prehash.c must take. */
static void sign_with_context(const unsigned char seed[32], const unsigned char hash[64],
                              const char *context, unsigned char signature[64])
{
    const unsigned char dom[2] = {1, (unsigned char)strlen(context)};
    unsigned char public_key[32], secret[64], az[64], wide[64], r[32], k[32], scalar[64] = {0};
    crypto_hash_sha512_state state;

    crypto_sign_seed_keypair(public_key, secret, seed);
    crypto_hash_sha512(az, seed, 32);
    az[0] &= 248;
    az[31] = (unsigned char)((az[31] & 127) | 64);
    for (int round = 0; round < 2; round++) {
        crypto_hash_sha512_init(&state);
        crypto_hash_sha512_update(&state, (const unsigned char *)"SigEd25519 no Ed25519 collisions",
                                  32);
        crypto_hash_sha512_update(&state, dom, 2);
        crypto_hash_sha512_update(&state, (const unsigned char *)context, strlen(context));
        if (round == 0) {
            crypto_hash_sha512_update(&state, az + 32, 32);
        } else {
            crypto_hash_sha512_update(&state, signature, 32);
            crypto_hash_sha512_update(&state, public_key, 32);
        }
        crypto_hash_sha512_update(&state, hash, 64);
        crypto_hash_sha512_final(&state, wide);
        crypto_core_ed25519_scalar_reduce(round == 0 ? r : k, wide);
        if (round == 0)
            assert_int_equal(crypto_scalarmult_ed25519_base_noclamp(signature, r), 0);
    }
    memcpy(scalar, az, 32);
    crypto_core_ed25519_scalar_reduce(az, scalar);
    crypto_core_ed25519_scalar_mul(k, k, az);
    crypto_core_ed25519_scalar_add(signature + 32, k, r);
}

static void a_signature_of_a_file_counts_for_its_product_and_key_alone(void **state)
{
    static const char rfc_public[] =
        "ec172b93ad5e563bf4932c70e1245034c35467ef2efd4d64ebf819683467e2bf";
    static const char rfc_signature[] =
        "98a70222f0b8121aa9d30f813d683f809e462b469c7ff87639499bb94e6dae4131f85042463c2a355a2003d062"
        "adf5aaa10b8c61e636062aaad11c2a26083406";
    unsigned char hash[64], public_key[32], signature[64], seed[32], secret[64];
    size_t n;

    (void)state;
    assert_true(sodium_init() >= 0);
    crypto_hash_sha512(hash, (const unsigned char *)"abc", 3);
    /* RFC 8032, section 7.3: no context. */
    sodium_hex2bin(public_key, 32, rfc_public, 64, NULL, &n, NULL);
    sodium_hex2bin(signature, 64, rfc_signature, 128, NULL, &n, NULL);
    assert_true(ghc_prehash_is_good(hash, "", public_key, signature));
    assert_false(ghc_prehash_is_good(hash, PRODUCT, public_key, signature));
    signature[40] ^= 1;
    assert_false(ghc_prehash_is_good(hash, "", public_key, signature));

    sodium_hex2bin(seed, 32, FAKE_SEED, 64, NULL, &n, NULL);
    crypto_sign_seed_keypair(public_key, secret, seed);
    sign_with_context(seed, hash, PRODUCT, signature);
    assert_true(ghc_prehash_is_good(hash, PRODUCT, public_key, signature));
    assert_false(ghc_prehash_is_good(hash, "", public_key, signature));
    hash[0] ^= 1;
    assert_false(ghc_prehash_is_good(hash, PRODUCT, public_key, signature));
    hash[0] ^= 1;
    memset(public_key, 0, 32); /* a point of small order */
    assert_false(ghc_prehash_is_good(hash, PRODUCT, public_key, signature));
}

static void a_feed_and_its_file_verify_offline_and_a_changed_byte_fails(void **state)
{
    static const char artifact[] =
        "{\"data\":{\"id\":\"77777777-7777-4777-8777-777777777777\",\"type\":\"artifacts\","
        "\"attributes\":{\"filename\":\"setup 1.bin\",\"filesize\":3,\"signature\":null,\"checksum\":"
        "\"3a81oZNherrMQXNJriBBMRLm+k6JqX6iCp7u5ktV05ohkpkqJ0/BqDa6PCOj/uu9RU1EI2Q86A4qmslPpUyknw"
        "\"}}}";
    struct fake_service fake = fake_service();
    struct gatehouse *g = open_fake(&fake);
    struct gatehouse_artifact online, offline;
    struct gatehouse_document *d;
    struct file f = make_file("abc");
    size_t first, last;
    int64_t at;
    char *feed;

    (void)state;
    fake.script[0] =
        (struct fake_step){"GET", "/releases/r/artifacts/setup%201%2Ebin", 200, artifact};
    assert_int_equal(gatehouse_artifact_find(g, "r", "setup 1.bin", &online), GATEHOUSE_OK);
    assert_non_null(strstr(fake.headers, "Prefer: no-redirect\n"));
    assert_int_equal(gatehouse_answer_keep(g, &feed), GATEHOUSE_OK);
    gatehouse_close(g);

    g = open_fake(&fake);
    fake.fault = FAKE_OFFLINE;
    fake.client_now += INT64_C(1000) * 86400000;
    assert_int_equal(gatehouse_answer_open(g, feed, strlen(feed), &at, &d), GATEHOUSE_OK);
    assert_int_equal(at, 1767323045000);
    assert_int_equal(gatehouse_artifact_read(d, &offline), GATEHOUSE_OK);
    gatehouse_document_free(d);
    assert_string_equal(offline.checksum, online.checksum);
    assert_int_equal(gatehouse_artifact_verify(g, &offline, f.path, NULL), GATEHOUSE_OK);
    /* The vendor's own signature is asked for, and there is none. */
    assert_int_equal(gatehouse_artifact_verify(g, &offline, f.path, FAKE_PUBLIC),
                     GATEHOUSE_E_SIGNATURE);
    remove_file(&f);
    f = make_file("abd");
    assert_int_equal(gatehouse_artifact_verify(g, &offline, f.path, NULL), GATEHOUSE_E_DIGEST);
    remove_file(&f);
    first = (size_t)(strstr(feed, "keyid=") - feed);
    last = (size_t)(strstr(feed, "algorithm=") - feed) - 1;
    for (size_t i = 0; i < strlen(feed); i++) {
        feed[i] ^= 1;
        /* But for the name of the key, which nothing hangs on. */
        if (gatehouse_answer_open(g, feed, strlen(feed), &at, &d) == GATEHOUSE_OK) {
            assert_in_range(i, first, last);
            gatehouse_document_free(d);
        }
        feed[i] ^= 1;
    }
    gatehouse_free(feed);
    gatehouse_close(g);
}

static void an_answer_that_was_not_verified_is_not_kept(void **state)
{
    struct fake_service fake = fake_service();
    struct gatehouse *g = open_fake(&fake);
    struct gatehouse_verdict v;
    char *text;

    (void)state;
    assert_int_equal(gatehouse_answer_keep(g, &text), GATEHOUSE_E_ARGUMENT);
    fake.fault = FAKE_BAD_SIGNATURE;
    assert_int_equal(gatehouse_validate(g, &v), GATEHOUSE_E_SIGNATURE);
    assert_int_equal(gatehouse_answer_keep(g, &text), GATEHOUSE_E_ARGUMENT);
    gatehouse_close(g);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_trial_gives_its_key_to_the_handle),
        cmocka_unit_test(a_trial_of_another_machine_or_product_is_no_answer),
        cmocka_unit_test(a_refused_trial_tells_its_code),
        cmocka_unit_test(feedback_gives_a_number_and_a_link),
        cmocka_unit_test(feedback_that_is_too_long_is_not_sent),
        cmocka_unit_test(a_revocation_list_has_its_keys_and_no_others),
        cmocka_unit_test(every_changed_byte_of_a_list_is_seen),
        cmocka_unit_test(an_upgrade_is_found_or_there_is_none),
        cmocka_unit_test(a_file_is_known_by_each_form_of_its_checksum),
        cmocka_unit_test(a_signature_of_a_file_counts_for_its_product_and_key_alone),
        cmocka_unit_test(a_feed_and_its_file_verify_offline_and_a_changed_byte_fails),
        cmocka_unit_test(an_answer_that_was_not_verified_is_not_kept),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
