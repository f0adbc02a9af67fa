/* Signatures, keys and files, against the vectors of the protocol's section 7.6. */
#include "licensing/client/client.h"
#include "tests/licensing/client/fake_service.h"

#include <sodium.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

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

static const char V3_INNER[] =
    "{\"enc\":\"cf1SPcjiJqLg0YLFxBhsSVEYcrilR1Z0p6dTuQ+x6KLjdcIIsl7Tkemot0tEIdHfhwWPid2rMDOQjc4Lgf+"
    "z8wYLsnCFh48NLfNu4Xo2Wq874G3uxgrOu0rMM/jHXGppKGEtc594TFDKujHZ6Pbj1B6vmhn4L+"
    "aGVrlzICyPzmL55guhZx0IV1zqKWvo29OsT1zdEMy7zBzfEiccO1NX+fR2OMpS79oBy+/Xz/+HiwS/NTLR+ts/"
    "OGf4u68T3hYAVwX3K2q49N3UYEo=.oKGio6Slpqeoqaqr.ti2wnilSNHuNG4hTkmaVNw==\",\"sig\":"
    "\"xARL3BB2r905z/a0kKjhQoonRmw7G7ZJmkUwdrU6T03uh2bj3/cJH16Do6w8bDKoYlUQifyLSM116GLm/"
    "kmcAw==\",\"alg\":\"aes-256-gcm+ed25519\"}";

static const char V4_INNER[] =
    "{\"enc\":\"j3ClDh1p7wTGvL7Efe6JJ9KyAEwfHVl5vbVGGSTfj2H0t1977/"
    "sKflz8zCGAReM/yIenwaX3E+howlNdUMfXYX9CduMDyAOwPK+A/PGGy85c5rz8r5UKvNnbQ0kTWpa6E63bIUPX+"
    "HCUhGb4TlTOO5ujtAZPD6fLTbApRsRDHPNVEgnf20Dg7coaCN0+L/"
    "ONsxWDSmJloatHk0DiIr0ekhMLJ4wdfA9UzDkTVv/"
    "iVNar4tHpMa5SnaQjsbDCchyakqsfrdlJJ40XJ9pQ7MEt9D3b.oKGio6Slpqeoqaqr.cGPbZT/z5cc6x9AvE/"
    "4f7A==\",\"sig\":\"EUceTOqrjPO7ci+aQ7l9XlJ/"
    "YKWRkUKPnNUHDzGbN9yRfiLuV7xWji974vy21gte9imGyMoEi8aiR38ymEdhCg==\",\"alg\":\"aes-256-gcm+"
    "ed25519\"}";

/* An inner document in its armour; in malloc'ed memory. */
static char *armoured(const char *kind, const char *inner)
{
    size_t size = sodium_base64_encoded_len(strlen(inner), sodium_base64_VARIANT_ORIGINAL);
    char *text = malloc(size), *file = malloc(size + 128);

    assert_true(sodium_init() >= 0);
    assert_non_null(text);
    assert_non_null(file);
    sodium_bin2base64(text, size, (const unsigned char *)inner, strlen(inner),
                      sodium_base64_VARIANT_ORIGINAL);
    snprintf(file, size + 128, "-----BEGIN %s FILE-----\n%s\n-----END %s FILE-----\n", kind, text,
             kind);
    free(text);
    return file;
}

static enum gatehouse_error open_with(const struct gatehouse_options *options,
                                      enum gatehouse_file kind, const char *text,
                                      struct gatehouse_document **out)
{
    struct gatehouse *g = fake_open(options);
    enum gatehouse_error error = gatehouse_file_open(g, kind, text, strlen(text), out);

    gatehouse_close(g);
    return error;
}

/* Without what there is to be found. */
static enum gatehouse_error opens(const struct gatehouse_options *options, enum gatehouse_file kind,
                                  const char *text)
{
    struct gatehouse_document *d = NULL;
    enum gatehouse_error error = open_with(options, kind, text, &d);

    assert_true((d != NULL) == (error == GATEHOUSE_OK || error == GATEHOUSE_E_FILE_EXPIRED ||
                                error == GATEHOUSE_E_FILE_FUTURE));
    gatehouse_document_free(d);
    return error;
}

static void v1_a_signed_key_tells_its_payload(void **state)
{
    static const char key[] =
        "key/dXNlckBleGFtcGxlLmNvbQ==.T4x8lCzhLLki2Mn50kayMAtUWPwuynhNToAcQLD"
        "ObnWtvdhLOfu7bJz5QDOrDa-F4qTazgVxDjQmRzzMACQADA==";
    struct fake_service fake = fake_service();
    struct gatehouse_options options = fake_options(&fake);
    struct gatehouse *g;
    char payload[64], other[256];

    (void)state;
    options.key = key;
    g = fake_open(&options);
    assert_int_equal(gatehouse_key_payload(g, payload, sizeof payload), GATEHOUSE_OK);
    assert_string_equal(payload, "user@example.com");
    assert_int_equal(gatehouse_key_payload(g, payload, 17), GATEHOUSE_OK);
    assert_int_equal(gatehouse_key_payload(g, payload, 8), GATEHOUSE_E_BUFFER);
    memcpy(other, key, sizeof key);
    other[6] = 'Y';
    assert_int_equal(gatehouse_set_key(g, other), GATEHOUSE_OK);
    assert_int_equal(gatehouse_key_payload(g, payload, sizeof payload), GATEHOUSE_E_SIGNATURE);
    assert_int_equal(gatehouse_set_key(g, FAKE_KEY), GATEHOUSE_OK);
    assert_int_equal(gatehouse_key_payload(g, payload, sizeof payload), GATEHOUSE_E_FILE);
    gatehouse_close(g);
}

static void v2_a_plain_licence_file_opens(void **state)
{
    struct fake_service fake = fake_service();
    struct gatehouse_options options = fake_options(&fake);
    struct gatehouse_document *d;
    char text[64];
    int64_t at;

    (void)state;
    options.url = NULL;
    assert_int_equal(open_with(&options, GATEHOUSE_LICENCE_FILE, V2_FILE, &d), GATEHOUSE_OK);
    assert_int_equal(gatehouse_document_text(d, "data/id", text, sizeof text), GATEHOUSE_OK);
    assert_string_equal(text, "22222222-2222-4222-8222-222222222222");
    assert_int_equal(gatehouse_document_text(d, "data/id", text, 36), GATEHOUSE_E_BUFFER);
    assert_int_equal(gatehouse_document_text(d, "meta/expiry", text, sizeof text),
                     GATEHOUSE_E_NOT_FOUND);
    assert_int_equal(gatehouse_document_time(d, "meta/issued", &at), GATEHOUSE_OK);
    assert_int_equal(at, 1767323045678);
    assert_false(gatehouse_document_entitles(d, "PRINTING"));
    gatehouse_document_free(d);
}

static void v3_an_encrypted_licence_file_opens_with_each_implementation(void **state)
{
    struct fake_service fake = fake_service();
    struct gatehouse_options options = fake_options(&fake);
    char *file = armoured("LICENSE", V3_INNER);

    (void)state;
    options.aes = GATEHOUSE_AES_SODIUM;
    assert_int_equal(opens(&options, GATEHOUSE_LICENCE_FILE, file),
                     crypto_aead_aes256gcm_is_available() ? GATEHOUSE_OK : GATEHOUSE_E_NO_AES);
    options.aes = GATEHOUSE_AES_OPENSSL;
#ifdef TEST_WITHOUT_OPENSSL
    assert_int_equal(opens(&options, GATEHOUSE_LICENCE_FILE, file), GATEHOUSE_E_NO_AES);
#else
    assert_int_equal(opens(&options, GATEHOUSE_LICENCE_FILE, file), GATEHOUSE_OK);
    options.aes = GATEHOUSE_AES_ANY;
    assert_int_equal(opens(&options, GATEHOUSE_LICENCE_FILE, file), GATEHOUSE_OK);
    options.aes = GATEHOUSE_AES_OPENSSL;
    options.key = "ANOTHER-KEY";
    assert_int_equal(opens(&options, GATEHOUSE_LICENCE_FILE, file), GATEHOUSE_E_FILE_KEY);
    options.aes = GATEHOUSE_AES_ANY;
    assert_int_equal(opens(&options, GATEHOUSE_LICENCE_FILE, file), GATEHOUSE_E_FILE_KEY);
#endif
    free(file);
}

static void v4_an_encrypted_machine_file_opens_on_its_machine_alone(void **state)
{
    struct fake_service fake = fake_service();
    struct gatehouse_options options = fake_options(&fake);
    char *file = armoured("MACHINE", V4_INNER);
    struct gatehouse_document *d;
    int64_t ttl;

    (void)state;
    if (opens(&options, GATEHOUSE_MACHINE_FILE, file) == GATEHOUSE_E_NO_AES) {
        free(file);
        skip();
    }
    assert_int_equal(open_with(&options, GATEHOUSE_MACHINE_FILE, file, &d), GATEHOUSE_OK);
    assert_int_equal(gatehouse_document_integer(d, "meta/ttl", &ttl), GATEHOUSE_OK);
    assert_int_equal(ttl, 2629746);
    gatehouse_document_free(d);
    assert_int_equal(opens(&options, GATEHOUSE_LICENCE_FILE, file), GATEHOUSE_E_FILE);
    fake.client_now = 1770001445679; /* 2026-02-02T03:04:05.679Z */
    assert_int_equal(opens(&options, GATEHOUSE_MACHINE_FILE, file), GATEHOUSE_E_FILE_EXPIRED);
    fake.client_now = 1767323045678 - 300001;
    assert_int_equal(opens(&options, GATEHOUSE_MACHINE_FILE, file), GATEHOUSE_E_FILE_FUTURE);
    fake.client_now = 1767323045678 - 299999;
    assert_int_equal(opens(&options, GATEHOUSE_MACHINE_FILE, file), GATEHOUSE_OK);
    options.fingerprint = "another";
    assert_int_equal(opens(&options, GATEHOUSE_MACHINE_FILE, file), GATEHOUSE_E_FILE_KEY);
    options.fingerprint = NULL;
    assert_int_equal(opens(&options, GATEHOUSE_MACHINE_FILE, file), GATEHOUSE_E_ARGUMENT);
    free(file);
}

static void v5_and_v6_signatures_of_answers_verify(void **state)
{
    static const char v5[] =
        "keyid=\"11111111-1111-4111-8111-111111111111\", algorithm=\"ed25519\", "
        "signature=\"B6KP5AxBwO4Hj6nejGiLtzYODFPxy8c72HXIrEr/CYPFCqnjgXxKTgBYcGTeMo5ABOUduOSkHWD4+"
        "KPJH9x+Bg==\", headers=\"(request-target) host date digest\"";
    static const char v6[] =
        "keyid=\"x\",algorithm=\"ed25519\",signature=\"9+XqlQDBzo8LDf+vGT3q9F68J2dDFbiV4NrdAHeCBnkx"
        "ouLi34V6K49vc98OQafOK8jqhfkK0TgikNYwJ1u9Cg==\",headers=\"(request-target) host date "
        "digest\"";
    static const char date[] = "Fri, 02 Jan 2026 03:04:05 GMT",
                      body[] = "{\"meta\":{\"id\":\"x\"}}";
    static const char digest[] = "sha-256=fxR4dnD7LJEz8A0ayLy0BtEQF4VWcT0P3QKUkWMCjjY=";
    struct ghc_asked asked = {.method = "GET", .target = "/v1/me", .host = "licensing.example.com"};
    struct fake_service fake = fake_service();
    struct gatehouse_options options = fake_options(&fake);
    struct gatehouse *g = fake_open(&options);

    (void)state;
    assert_int_equal(ghc_sign_check(g, &asked, date, digest, v5, body, strlen(body)), GATEHOUSE_OK);
    assert_int_equal(ghc_sign_check(g, &asked, date, digest, v5, body, strlen(body) - 1),
                     GATEHOUSE_E_DIGEST);
    assert_int_equal(ghc_sign_check(g, &asked, date, digest, v6, body, strlen(body)),
                     GATEHOUSE_E_SIGNATURE);
    asked = (struct ghc_asked){.method = "DELETE",
                               .target = "/v1/machines/33333333-3333-4333-8333-333333333333?x=1",
                               .host = "licensing.example.com:8443"};
    assert_int_equal(ghc_sign_check(g, &asked, date,
                                    "sha-256=47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=", v6,
                                    NULL, 0),
                     GATEHOUSE_OK);
    gatehouse_close(g);
}

static void a_header_that_is_not_whole_is_refused(void **state)
{
#define SIGNATURE                                                                                    \
    "signature=\"9+XqlQDBzo8LDf+vGT3q9F68J2dDFbiV4NrdAHeCBnkxouLi34V6K49vc98OQafOK8jqhfkK0TgikNYwJ1" \
    "u9Cg==\""
    static const char *const bad[] = {
        "",
        ",",
        "x",
        "signature=\"",
        SIGNATURE,
        "algorithm=\"ed25519\"," SIGNATURE,
        "algorithm=\"rsa-sha256\"," SIGNATURE ",headers=\"(request-target) host date digest\"",
        "algorithm=\"ed25519\"," SIGNATURE ",headers=\"date digest\"",
        "algorithm=\"ed25519\"," SIGNATURE "," SIGNATURE
        ",headers=\"(request-target) host date digest\"",
        "algorithm=\"ed25519\",signature=\"AAAA\",headers=\"(request-target) host date digest\"",
        "algorithm=\"ed25519\"," SIGNATURE ",headers=\"(request-target) host date digest\" more",
    };
    unsigned char signature[GHC_SIGNATURE_SIZE];

    (void)state;
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++)
        assert_false(ghc_sign_header(bad[i], signature));
    assert_true(ghc_sign_header("algorithm=\"ed25519\", " SIGNATURE
                                ", headers=\"(request-target) host date digest\", more=\"1\"",
                                signature));
}

static void every_changed_byte_of_a_file_is_seen(void **state)
{
    struct fake_service fake = fake_service();
    struct gatehouse_options options = fake_options(&fake);
    struct gatehouse *g = fake_open(&options);
    char text[sizeof V2_FILE];

    (void)state;
    for (size_t i = 0; i < sizeof V2_FILE - 2; i++) {
        struct gatehouse_document *d = NULL;
        enum gatehouse_error error;

        memcpy(text, V2_FILE, sizeof text);
        text[i] ^= text[i] == '\n' ? 0x40 : 0x01;
        error = gatehouse_file_open(g, GATEHOUSE_LICENCE_FILE, text, strlen(text), &d);
        if (error == GATEHOUSE_OK)
            print_error("byte %zu\n", i);
        assert_true(error == GATEHOUSE_E_FILE || error == GATEHOUSE_E_SIGNATURE);
        assert_null(d);
    }
    for (size_t len = 0; len < sizeof V2_FILE - 2; len++) {
        struct gatehouse_document *d = NULL;

        assert_int_equal(gatehouse_file_open(g, GATEHOUSE_LICENCE_FILE, V2_FILE, len, &d),
                         GATEHOUSE_E_FILE);
    }
    gatehouse_close(g);
}

static void a_genuine_file_of_somebody_else_is_not_ours(void **state)
{
#define META "\"meta\":{\"issued\":\"2026-01-02T03:04:05.678Z\",\"expiry\":null,\"ttl\":null}}"
    static const struct {
        const char *prefix, *document;
        enum gatehouse_file kind;
        enum gatehouse_error error;
    } cases[] = {
        {"license/", "{\"data\":{\"type\":\"licenses\",\"attributes\":{\"key\":\"OTHER\"}}," META,
         GATEHOUSE_LICENCE_FILE, GATEHOUSE_E_FILE_OTHER},
        {"license/",
         "{\"data\":{\"type\":\"products\",\"attributes\":{\"key\":\"" FAKE_KEY "\"}}," META,
         GATEHOUSE_LICENCE_FILE, GATEHOUSE_E_FILE_OTHER},
        {"license/",
         "{\"data\":{\"type\":\"licenses\",\"attributes\":{\"key\":\"" FAKE_KEY "\"}},\"meta\":{}}",
         GATEHOUSE_LICENCE_FILE, GATEHOUSE_E_FILE},
        {"license/", "no json", GATEHOUSE_LICENCE_FILE, GATEHOUSE_E_FILE},
        {"machine/",
         "{\"data\":{\"type\":\"machines\",\"attributes\":{\"fingerprint\":\"other\"}}," META,
         GATEHOUSE_MACHINE_FILE, GATEHOUSE_E_FILE_OTHER},
        {"machine/",
         "{\"data\":{\"type\":\"machines\",\"attributes\":{\"fingerprint\":\"" FAKE_PRINT
         "\"}},\"included\":[{\"type\":\"licenses\",\"attributes\":{\"key\":\"OTHER\"}}]," META,
         GATEHOUSE_MACHINE_FILE, GATEHOUSE_E_FILE_OTHER},
        {"machine/",
         "{\"data\":{\"type\":\"machines\",\"attributes\":{\"fingerprint\":\"" FAKE_PRINT
         "\"}},\"included\":[{\"type\":\"licenses\",\"attributes\":{\"key\":\"" FAKE_KEY
         "\"}}]," META,
         GATEHOUSE_MACHINE_FILE, GATEHOUSE_OK},
    };
    struct fake_service fake = fake_service();
    struct gatehouse_options options = fake_options(&fake);

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        char *file = fake_file(cases[i].prefix, cases[i].document);

        assert_int_equal(opens(&options, cases[i].kind, file), cases[i].error);
        free(file);
    }
}

static void entitlements_are_asked_by_their_code(void **state)
{
    char *file = fake_file(
        "license/", "{\"data\":{\"type\":\"licenses\",\"attributes\":{\"key\":\"" FAKE_KEY
                    "\",\"strict\":true}},\"included\":[{\"type\":\"products\",\"attributes\":{"
                    "\"code\":\"CODE\"}},{\"type\":\"entitlements\",\"attributes\":{\"code\":"
                    "\"PRINTING\"}},{\"type\":\"entitlements\",\"attributes\":{\"code\":"
                    "\"EXPORT\"}}]," META);
    struct fake_service fake = fake_service();
    struct gatehouse_options options = fake_options(&fake);
    struct gatehouse_document *d;

    (void)state;
    assert_int_equal(open_with(&options, GATEHOUSE_LICENCE_FILE, file, &d), GATEHOUSE_OK);
    assert_true(gatehouse_document_entitles(d, "PRINTING"));
    assert_true(gatehouse_document_entitles(d, "EXPORT"));
    assert_false(gatehouse_document_entitles(d, "CODE"));
    assert_false(gatehouse_document_entitles(d, "UNKNOWN"));
    assert_true(gatehouse_document_is_true(d, "data/attributes/strict"));
    assert_false(gatehouse_document_is_true(d, "data/attributes/floating"));
    gatehouse_document_free(d);
    free(file);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(v1_a_signed_key_tells_its_payload),
        cmocka_unit_test(v2_a_plain_licence_file_opens),
        cmocka_unit_test(v3_an_encrypted_licence_file_opens_with_each_implementation),
        cmocka_unit_test(v4_an_encrypted_machine_file_opens_on_its_machine_alone),
        cmocka_unit_test(v5_and_v6_signatures_of_answers_verify),
        cmocka_unit_test(a_header_that_is_not_whole_is_refused),
        cmocka_unit_test(every_changed_byte_of_a_file_is_seen),
        cmocka_unit_test(a_genuine_file_of_somebody_else_is_not_ours),
        cmocka_unit_test(entitlements_are_asked_by_their_code),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
