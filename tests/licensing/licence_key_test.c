#include "base/parse.h"
#include "licensing/licence_file.h"
#include "licensing/licence_key.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

/* The worked vectors of the licensing protocol, section 7.6. */
static const char SEED[] = "000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f";
static const char PUBLIC[] = "03a107bff3ce10be1d70dd18e74bc09967e4d6309ba50d5f1ddc8664125531b8";
static const char KEY[] = "C1B6DE-39A6E3-DE1529-8559A0-4AF593-V3";
static const char V1_KEY[] =
    "key/dXNlckBleGFtcGxlLmNvbQ==.T4x8lCzhLLki2Mn50kayMAtUWPwuynhNToAcQLDO"
    "bnWtvdhLOfu7bJz5QDOrDa-F4qTazgVxDjQmRzzMACQADA==";
static const char V2_DOCUMENT[] =
    "{\"data\":{\"id\":\"22222222-2222-4222-8222-222222222222\",\"type\":\"licenses\","
    "\"attributes\":{\"key\":\"C1B6DE-39A6E3-DE1529-8559A0-4AF593-V3\"}},\"meta\":{\"issued\":"
    "\"2026-01-02T03:04:05.678Z\",\"expiry\":null,\"ttl\":null}}";
static const char V2_FILE[] =
    "-----BEGIN LICENSE FILE-----\n"
    "eyJlbmMiOiJleUprWVhSaElqcDdJbWxrSWpvaU1qSXlNakl5TWpJdE1qSXlN\n"
    "aTAwTWpJeUxUZ3lNakl0TWpJeU1qSXlNakl5TWpJeUlpd2lkSGx3WlNJNklt\n"
    "eHBZMlZ1YzJWeklpd2lZWFIwY21saWRYUmxjeUk2ZXlKclpYa2lPaUpETVVJ\n"
    "MlJFVXRNemxCTmtVekxVUkZNVFV5T1MwNE5UVTVRVEF0TkVGR05Ua3pMVll6\n"
    "SW4xOUxDSnRaWFJoSWpwN0ltbHpjM1ZsWkNJNklqSXdNall0TURFdE1ESlVN\n"
    "RE02TURRNk1EVXVOamM0V2lJc0ltVjRjR2x5ZVNJNmJuVnNiQ3dpZEhSc0lq\n"
    "cHVkV3hzZlgwPSIsInNpZyI6Inl5YWhFSGJXQ1FNY0pQYWZSOHZrdUhlQjVu\n"
    "Q0NjMXNCbnFaV0xNUHZtYS9TSWQrUzBTQXpYTWd4SHMvQWFXMnRyZ3ZnSjF1\n"
    "MEdCdDFMUWFLaHl0dUFnPT0iLCJhbGciOiJiYXNlNjQrZWQyNTUxOSJ9\n"
    "-----END LICENSE FILE-----\n";
static const char V4_DOCUMENT[] =
    "{\"data\":{\"id\":\"33333333-3333-4333-8333-333333333333\",\"type\":\"machines\","
    "\"attributes\":{\"fingerprint\":\"4d:Eq:UV:D3\"}},\"meta\":{\"issued\":"
    "\"2026-01-02T03:04:05.678Z\",\"expiry\":\"2026-02-02T03:04:05.678Z\",\"ttl\":2629746}}";

struct bench {
    struct arena *mem;
    struct crypto_signer *signer;
};

static bool sign(void *with, const void *bytes, size_t len, uint8_t out[CRYPTO_SIGNATURE_SIZE])
{
    crypto_signer_sign(with, bytes, len, out);
    return true;
}

static bool cannot_sign(void *with, const void *bytes, size_t len,
                        uint8_t out[CRYPTO_SIGNATURE_SIZE])
{
    (void)with, (void)bytes, (void)len, (void)out;
    return false;
}

static int set_up(void **state)
{
    struct bench *b = test_calloc(1, sizeof *b);
    uint8_t seed[CRYPTO_SEED_SIZE];

    b->mem = arena_make(4096);
    assert_true(parse_hex(SEED, seed, sizeof seed));
    b->signer = crypto_signer_make(seed);
    *state = b;
    return 0;
}

static int tear_down(void **state)
{
    struct bench *b = *state;

    crypto_signer_free(b->signer);
    arena_free(b->mem);
    test_free(b);
    return 0;
}

static void the_public_key_is_that_of_the_vectors(void **state)
{
    struct bench *b = *state;
    const char *hex = crypto_hex(b->mem, crypto_signer_public(b->signer), CRYPTO_PUBLIC_SIZE);

    assert_string_equal(hex, PUBLIC);
    assert_string_equal(crypto_base64(b->mem, hex, strlen(hex)),
                        "MDNhMTA3YmZmM2NlMTBiZTFkNzBkZDE4ZTc0YmMwOTk2N2U0ZDYzMDliYTUwZDVmMWRkYzg2"
                        "NjQxMjU1MzFiOA==");
}

static void a_signed_key_is_vector_1(void **state)
{
    struct bench *b = *state;
    struct span payload;
    const char *key;

    assert_true(licence_key_sign(b->mem, span_of("user@example.com"), sign, b->signer, &key));
    assert_string_equal(key, V1_KEY);
    assert_true(licence_key_verify(b->mem, key, crypto_signer_public(b->signer), &payload));
    assert_true(span_equal(payload, "user@example.com"));
    assert_false(licence_key_sign(b->mem, span_of("x"), cannot_sign, NULL, &key));
}

static void a_signed_key_with_any_character_changed_is_refused(void **state)
{
    struct bench *b = *state;
    struct span payload;

    for (size_t i = 0; V1_KEY[i] != '\0'; i++) {
        char *key = arena_dup(b->mem, V1_KEY);

        key[i] = key[i] == 'A' ? 'B' : 'A';
        assert_false(licence_key_verify(b->mem, key, crypto_signer_public(b->signer), &payload));
    }
    assert_false(licence_key_verify(b->mem, "", crypto_signer_public(b->signer), &payload));
    assert_false(licence_key_verify(b->mem, "key/.", crypto_signer_public(b->signer), &payload));
}

static void a_plain_file_is_vector_2(void **state)
{
    struct bench *b = *state;
    struct licence_file_spec spec = {.kind = LICENCE_FILE_LICENCE,
                                     .document = span_of(V2_DOCUMENT)};
    struct licence_file file;
    struct span document;

    assert_true(licence_file_make(b->mem, &spec, sign, b->signer, &file));
    assert_string_equal(file.alg, "base64+ed25519");
    assert_string_equal(file.sig,
                        "yyahEHbWCQMcJPafR8vkuHeB5nCCc1sBnqZWLMPvma/SId+S0SAzXMgxHs/"
                        "AaW2trgvgJ1u0GBt1LQaKhytuAg==");
    assert_string_equal(file.certificate, V2_FILE);
    assert_true(licence_file_open(b->mem, V2_FILE, LICENCE_FILE_LICENCE,
                                  crypto_signer_public(b->signer), NULL, NULL, &document));
    assert_true(span_equal(document, V2_DOCUMENT));
    assert_false(licence_file_open(b->mem, V2_FILE, LICENCE_FILE_MACHINE,
                                   crypto_signer_public(b->signer), NULL, NULL, &document));
    assert_false(licence_file_make(b->mem, &spec, cannot_sign, NULL, &file));
}

static void fill_iv(struct licence_file_spec *spec)
{
    for (size_t i = 0; i < sizeof spec->iv; i++)
        spec->iv[i] = (uint8_t)(0xa0 + i);
}

static void an_encrypted_file_is_vector_3(void **state)
{
    struct bench *b = *state;
    struct licence_file_spec spec = {.kind = LICENCE_FILE_LICENCE,
                                     .document = span_of(V2_DOCUMENT),
                                     .is_encrypted = true,
                                     .key = KEY};
    struct licence_file file;
    struct span document;

    fill_iv(&spec);
    assert_true(licence_file_make(b->mem, &spec, sign, b->signer, &file));
    assert_string_equal(file.alg, "aes-256-gcm+ed25519");
    assert_string_equal(
        file.enc,
        "cf1SPcjiJqLg0YLFxBhsSVEYcrilR1Z0p6dTuQ+x6KLjdcIIsl7Tkemot0tEIdHfhwWPid2rMDOQjc4Lgf+"
        "z8wYLsnCFh48NLfNu4Xo2Wq874G3uxgrOu0rMM/jHXGppKGEtc594TFDKujHZ6Pbj1B6vmhn4L+"
        "aGVrlzICyPzmL55guhZx0IV1zqKWvo29OsT1zdEMy7zBzfEiccO1NX+fR2OMpS79oBy+/Xz/+HiwS/"
        "NTLR+ts/OGf4u68T3hYAVwX3K2q49N3UYEo=.oKGio6Slpqeoqaqr.ti2wnilSNHuNG4hTkmaVNw==");
    assert_string_equal(file.sig,
                        "xARL3BB2r905z/a0kKjhQoonRmw7G7ZJmkUwdrU6T03uh2bj3/cJH16Do6w8bDKo"
                        "YlUQifyLSM116GLm/kmcAw==");
    assert_true(licence_file_open(b->mem, file.certificate, LICENCE_FILE_LICENCE,
                                  crypto_signer_public(b->signer), KEY, NULL, &document));
    assert_true(span_equal(document, V2_DOCUMENT));
    assert_false(licence_file_open(b->mem, file.certificate, LICENCE_FILE_LICENCE,
                                   crypto_signer_public(b->signer), "another", NULL, &document));
}

static void an_encrypted_machine_file_is_vector_4(void **state)
{
    struct bench *b = *state;
    struct licence_file_spec spec = {.kind = LICENCE_FILE_MACHINE,
                                     .document = span_of(V4_DOCUMENT),
                                     .is_encrypted = true,
                                     .key = KEY,
                                     .fingerprint = "4d:Eq:UV:D3"};
    struct licence_file file;
    struct span document;

    fill_iv(&spec);
    assert_true(licence_file_make(b->mem, &spec, sign, b->signer, &file));
    assert_string_equal(
        file.enc,
        "j3ClDh1p7wTGvL7Efe6JJ9KyAEwfHVl5vbVGGSTfj2H0t1977/"
        "sKflz8zCGAReM/yIenwaX3E+howlNdUMfXYX9CduMDyAOwPK+A/"
        "PGGy85c5rz8r5UKvNnbQ0kTWpa6E63bIUPX+HCUhGb4TlTOO5ujtAZPD6fLTbApRsRDHPNVEgnf20Dg7coaCN0+L/"
        "ONsxWDSmJloatHk0DiIr0ekhMLJ4wdfA9UzDkTVv/"
        "iVNar4tHpMa5SnaQjsbDCchyakqsfrdlJJ40XJ9pQ7MEt9D3b.oKGio6Slpqeoqaqr.cGPbZT/"
        "z5cc6x9AvE/4f7A==");
    assert_string_equal(file.sig,
                        "EUceTOqrjPO7ci+aQ7l9XlJ/YKWRkUKPnNUHDzGbN9yRfiLuV7xWji974vy21gte9i"
                        "mGyMoEi8aiR38ymEdhCg==");
    assert_true(licence_file_open(b->mem, file.certificate, LICENCE_FILE_MACHINE,
                                  crypto_signer_public(b->signer), KEY, "4d:Eq:UV:D3", &document));
    assert_true(span_equal(document, V4_DOCUMENT));
    assert_false(licence_file_open(b->mem, file.certificate, LICENCE_FILE_MACHINE,
                                   crypto_signer_public(b->signer), KEY, "other", &document));
}

static void a_file_with_any_character_changed_is_refused(void **state)
{
    struct bench *b = *state;
    struct span document;

    for (size_t i = 0; V2_FILE[i] != '\0'; i++) {
        char *file = arena_dup(b->mem, V2_FILE);

        if (file[i] == '\n')
            continue; /* line ends carry nothing */
        file[i] = file[i] == 'A' ? 'B' : 'A';
        assert_false(licence_file_open(b->mem, file, LICENCE_FILE_LICENCE,
                                       crypto_signer_public(b->signer), NULL, NULL, &document));
    }
}

static void a_plain_key_has_the_protocols_shape(void **state)
{
    struct bench *b = *state;
    const char *key = licence_key_plain(b->mem);

    assert_int_equal(strlen(key), 37);
    assert_string_equal(key + 35, "V3");
    for (size_t i = 0; i < 35; i++)
        if (i % 7 == 6)
            assert_int_equal(key[i], '-');
        else
            assert_non_null(strchr("0123456789ABCDEF", key[i]));
    assert_string_not_equal(key, licence_key_plain(b->mem));
}

static void a_serial_has_its_prefix_and_two_groups_of_clear_letters(void **state)
{
    struct bench *b = *state;

    for (int i = 0; i < 200; i++) {
        const char *serial = licence_key_serial(b->mem, "CTR");

        assert_int_equal(strlen(serial), 13);
        assert_memory_equal(serial, "CTR-", 4);
        assert_int_equal(serial[8], '-');
        assert_null(strpbrk(serial + 4, "01ILOU"));
    }
}

static void templates_are_filled_and_unknown_names_become_empty(void **state)
{
    struct bench *b = *state;
    const struct licence_key_names names = {.id = "7", .email = "a@b.c"};

    assert_string_equal(licence_key_fill(b->mem, "{{id}}/{{ email }}/{{user}}/{{what}}.", &names),
                        "7/a@b.c//.");
    assert_string_equal(licence_key_fill(b->mem, "{{id", &names), "{{id");
    assert_string_equal(licence_key_fill(b->mem, "none", &names), "none");
}

#define CASE(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
    static const struct CMUnitTest TESTS[] = {
        CASE(the_public_key_is_that_of_the_vectors),
        CASE(a_signed_key_is_vector_1),
        CASE(a_signed_key_with_any_character_changed_is_refused),
        CASE(a_plain_file_is_vector_2),
        CASE(an_encrypted_file_is_vector_3),
        CASE(an_encrypted_machine_file_is_vector_4),
        CASE(a_file_with_any_character_changed_is_refused),
        CASE(a_plain_key_has_the_protocols_shape),
        CASE(a_serial_has_its_prefix_and_two_groups_of_clear_letters),
        CASE(templates_are_filled_and_unknown_names_become_empty),
    };

    crypto_init();
    return cmocka_run_group_tests_name("licence_key", TESTS, NULL, NULL);
}
