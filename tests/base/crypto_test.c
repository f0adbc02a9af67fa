#include "base/crypto.h"
#include "base/parse.h"
#include "tests/support/unit.h"

#include <fcntl.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static char folder[256]; /* of the key files */

static int start(void **state)
{
    (void)state;
    crypto_init();
    unit_temp(folder, sizeof folder);
    return mkdtemp(folder) == NULL;
}

static int stop(void **state)
{
    (void)state;
    return rmdir(folder); /* fails when a test, or the code, left a file behind */
}

static const uint8_t *unhex(struct arena *mem, const char *text)
{
    uint8_t *bytes = arena_alloc(mem, strlen(text) / 2 + 1);

    assert_true(parse_hex(text, bytes, strlen(text) / 2));
    return bytes;
}

static void sha256_matches_the_published_vectors(void **state)
{
    static const struct {
        const char *text, *hash;
    } CASES[] = {
        {"", "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"},
        {"abc", "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"},
        {"abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq",
         "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1"},
    };
    uint8_t hash[CRYPTO_HASH_SIZE];

    for (size_t i = 0; i < COUNT(CASES); i++) {
        crypto_sha256(CASES[i].text, strlen(CASES[i].text), hash);
        assert_string_equal(crypto_hex(*state, hash, sizeof hash), CASES[i].hash);
    }
    crypto_sha256("{\"meta\":{\"id\":\"x\"}}", 19, hash); /* the Digest of protocol vector V5 */
    assert_string_equal(crypto_base64(*state, hash, sizeof hash),
                        "fxR4dnD7LJEz8A0ayLy0BtEQF4VWcT0P3QKUkWMCjjY=");
}

static void *hash_often(void *wrong)
{
    uint8_t hash[CRYPTO_HASH_SIZE];

    for (int i = 0; i < 1000; i++) {
        crypto_sha256("abc", 3, hash);
        if (memcmp(hash, "\xba\x78\x16\xbf", 4) != 0)
            *(bool *)wrong = true;
    }
    return NULL;
}

static void threads_hash_side_by_side(void **state)
{
    pthread_t threads[4];
    bool wrong[4] = {false};

    (void)state;
    for (size_t i = 0; i < COUNT(threads); i++)
        assert_int_equal(pthread_create(&threads[i], NULL, hash_often, &wrong[i]), 0);
    for (size_t i = 0; i < COUNT(threads); i++) {
        pthread_join(threads[i], NULL);
        assert_false(wrong[i]);
    }
}

static void mac_matches_rfc_4231(void **state)
{
    uint8_t mac[CRYPTO_HASH_SIZE];

    crypto_mac((const uint8_t *)"Jefe", 4, "what do ya want for nothing?", 28, mac);
    assert_string_equal(crypto_hex(*state, mac, sizeof mac),
                        "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843");
}

static void ed25519_matches_rfc_8032(void **state)
{
    static const struct {
        const char *seed, *public_key, *message, *signature;
    } CASES[] = {
        {"9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60",
         "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a", "",
         "e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e065224901555fb8821590a33bacc61e39701"
         "cf9b46bd25bf5f0595bbe24655141438e7a100b"},
        {"4ccd089b28ff96da9db6c346ec114e0f5b8a319f35aba624da8cf6ed4fb8a6fb",
         "3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c", "72",
         "92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da085ac1e43e15996e458f3613d"
         "0f11d8c387b2eaeb4302aeeb00d291612bb0c00"},
        {"c5aa8df43f9f837bedb7442f31dcb7b166d38535076f094b85ce3a2e0b4458f7",
         "fc51cd8e6218a1a38da47ed00230f0580816ed13ba3303ac5deb911548908025", "af82",
         "6291d657deec24024827e69c3abe01a30ce548a284743a445e3680d7db5ac3ac18ff9b538d16f290ae67f7609"
         "84dc6594a7c15e9716ed28dc027beceea1ec40a"},
    };

    for (size_t i = 0; i < COUNT(CASES); i++) {
        size_t len = strlen(CASES[i].message) / 2;
        const uint8_t *message = unhex(*state, CASES[i].message);
        struct crypto_signer *signer = crypto_signer_make(unhex(*state, CASES[i].seed));
        const uint8_t *public_key = crypto_signer_public(signer);
        uint8_t signature[CRYPTO_SIGNATURE_SIZE];

        assert_string_equal(crypto_hex(*state, public_key, 32), CASES[i].public_key);
        crypto_signer_sign(signer, message, len, signature);
        assert_string_equal(crypto_hex(*state, signature, 64), CASES[i].signature);
        assert_true(crypto_verify(public_key, message, len, signature));
        signature[i] ^= 1;
        assert_false(crypto_verify(public_key, message, len, signature));
        crypto_signer_free(signer);
    }
}

/* What each of the licensing protocol's vectors (section 7.6) signs, and the signature, with the
 * seed 00 01 02 ... 1f. */
static const struct {
    const char *signed_text, *signature;
    bool is_url; /* V1 is in the URL alphabet */
} PROTOCOL[] = {
    {"key/dXNlckBleGFtcGxlLmNvbQ==",
     "T4x8lCzhLLki2Mn50kayMAtUWPwuynhNToAcQLDObnWtvdhLOfu7bJz5QDOrDa-F4qTazgVxDjQmRzzMACQADA==",
     true},
    {"(request-target): get /v1/me\nhost: licensing.example.com\ndate: Fri, 02 Jan 2026 03:04:05 "
     "GMT\ndigest: sha-256=fxR4dnD7LJEz8A0ayLy0BtEQF4VWcT0P3QKUkWMCjjY=",
     "B6KP5AxBwO4Hj6nejGiLtzYODFPxy8c72HXIrEr/CYPFCqnjgXxKTgBYcGTeMo5ABOUduOSkHWD4+KPJH9x+Bg==",
     false},
    {"(request-target): delete /v1/machines/33333333-3333-4333-8333-333333333333?x=1\nhost: "
     "licensing.example.com:8443\ndate: Fri, 02 Jan 2026 03:04:05 GMT\ndigest: "
     "sha-256=47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=",
     "9+XqlQDBzo8LDf+vGT3q9F68J2dDFbiV4NrdAHeCBnkxouLi34V6K49vc98OQafOK8jqhfkK0TgikNYwJ1u9Cg==",
     false},
};

static struct crypto_signer *protocol_signer(void)
{
    uint8_t seed[CRYPTO_SEED_SIZE];

    for (size_t i = 0; i < sizeof seed; i++)
        seed[i] = (uint8_t)i;
    return crypto_signer_make(seed);
}

static void signatures_match_the_protocol_vectors(void **state)
{
    struct crypto_signer *signer = protocol_signer();

    assert_string_equal(crypto_hex(*state, crypto_signer_public(signer), 32),
                        "03a107bff3ce10be1d70dd18e74bc09967e4d6309ba50d5f1ddc8664125531b8");
    for (size_t i = 0; i < COUNT(PROTOCOL); i++) {
        uint8_t signature[CRYPTO_SIGNATURE_SIZE];

        crypto_signer_sign(signer, PROTOCOL[i].signed_text, strlen(PROTOCOL[i].signed_text),
                           signature);
        assert_string_equal(PROTOCOL[i].is_url ? crypto_base64url(*state, signature, 64)
                                               : crypto_base64(*state, signature, 64),
                            PROTOCOL[i].signature);
    }
    crypto_signer_free(signer);
}

/* V2 (plain), V3 and V4 (encrypted): the document, the secret whose hash is the key, what comes
 * out, and the signature over "license/" or "machine/" and the encoded part. */
static const struct {
    const char *prefix, *document, *secret, *cipher, *tag, *signature;
} FILES[] = {
    {"license/",
     "{\"data\":{\"id\":\"22222222-2222-4222-8222-222222222222\",\"type\":\"licenses\",\"attributes\":"
     "{\"key\":\"C1B6DE-39A6E3-DE1529-8559A0-4AF593-V3\"}},\"meta\":{\"issued\":\"2026-01-02T03:04:"
     "05.678Z\",\"expiry\":null,\"ttl\":null}}",
     NULL, NULL, NULL,
     "yyahEHbWCQMcJPafR8vkuHeB5nCCc1sBnqZWLMPvma/SId+S0SAzXMgxHs/AaW2trgvgJ1u0GBt1LQaKhytuAg=="},
    {"license/",
     "{\"data\":{\"id\":\"22222222-2222-4222-8222-222222222222\",\"type\":\"licenses\",\"attributes\":"
     "{\"key\":\"C1B6DE-39A6E3-DE1529-8559A0-4AF593-V3\"}},\"meta\":{\"issued\":\"2026-01-02T03:04:"
     "05.678Z\",\"expiry\":null,\"ttl\":null}}",
     "C1B6DE-39A6E3-DE1529-8559A0-4AF593-V3",
     "cf1SPcjiJqLg0YLFxBhsSVEYcrilR1Z0p6dTuQ+x6KLjdcIIsl7Tkemot0tEIdHfhwWPid2rMDOQjc4Lgf+z8wYLsnCFh"
     "48NLfNu4Xo2Wq874G3uxgrOu0rMM/jHXGppKGEtc594TFDKujHZ6Pbj1B6vmhn4L+aGVrlzICyPzmL55guhZx0IV1zqKW"
     "vo29OsT1zdEMy7zBzfEiccO1NX+fR2OMpS79oBy+/Xz/+HiwS/NTLR+ts/OGf4u68T3hYAVwX3K2q49N3UYEo=",
     "ti2wnilSNHuNG4hTkmaVNw==",
     "xARL3BB2r905z/a0kKjhQoonRmw7G7ZJmkUwdrU6T03uh2bj3/cJH16Do6w8bDKoYlUQifyLSM116GLm/kmcAw=="},
    {"machine/",
     "{\"data\":{\"id\":\"33333333-3333-4333-8333-333333333333\",\"type\":\"machines\",\"attributes\":"
     "{\"fingerprint\":\"4d:Eq:UV:D3\"}},\"meta\":{\"issued\":\"2026-01-02T03:04:05.678Z\",\"expiry\":"
     "\"2026-02-02T03:04:05.678Z\",\"ttl\":2629746}}",
     "C1B6DE-39A6E3-DE1529-8559A0-4AF593-V34d:Eq:UV:D3",
     "j3ClDh1p7wTGvL7Efe6JJ9KyAEwfHVl5vbVGGSTfj2H0t1977/sKflz8zCGAReM/yIenwaX3E+howlNdUMfXYX9CduMDy"
     "AOwPK+A/PGGy85c5rz8r5UKvNnbQ0kTWpa6E63bIUPX+HCUhGb4TlTOO5ujtAZPD6fLTbApRsRDHPNVEgnf20Dg7coaCN"
     "0+L/ONsxWDSmJloatHk0DiIr0ekhMLJ4wdfA9UzDkTVv/iVNar4tHpMa5SnaQjsbDCchyakqsfrdlJJ40XJ9pQ7MEt9D3"
     "b",
     "cGPbZT/z5cc6x9AvE/4f7A==",
     "EUceTOqrjPO7ci+aQ7l9XlJ/YKWRkUKPnNUHDzGbN9yRfiLuV7xWji974vy21gte9imGyMoEi8aiR38ymEdhCg=="},
};

static const uint8_t GCM_IV[CRYPTO_GCM_IV_SIZE] = {0xa0, 0xa1, 0xa2, 0xa3, 0xa4, 0xa5,
                                                   0xa6, 0xa7, 0xa8, 0xa9, 0xaa, 0xab};

/* The encoded part of file i, made anew. */
static const char *encoded_part(struct arena *mem, size_t i)
{
    size_t len = strlen(FILES[i].document);
    uint8_t *cipher = arena_alloc(mem, len);
    uint8_t *plain = arena_alloc(mem, len);
    uint8_t key[CRYPTO_HASH_SIZE];
    uint8_t tag[CRYPTO_GCM_TAG_SIZE];

    if (FILES[i].secret == NULL)
        return crypto_base64(mem, FILES[i].document, len);
    crypto_sha256(FILES[i].secret, strlen(FILES[i].secret), key);
    crypto_gcm_encrypt(key, GCM_IV, FILES[i].document, len, cipher, tag);
    assert_string_equal(crypto_base64(mem, cipher, len), FILES[i].cipher);
    assert_string_equal(crypto_base64(mem, tag, sizeof tag), FILES[i].tag);
    assert_true(crypto_gcm_decrypt(key, GCM_IV, cipher, len, tag, plain));
    assert_memory_equal(plain, FILES[i].document, len);
    tag[15] ^= 1;
    assert_false(crypto_gcm_decrypt(key, GCM_IV, cipher, len, tag, plain));
    tag[15] ^= 1;
    cipher[len - 1] ^= 1;
    assert_false(crypto_gcm_decrypt(key, GCM_IV, cipher, len, tag, plain));
    return arena_printf(mem, "%s.%s.%s", FILES[i].cipher, crypto_base64(mem, GCM_IV, sizeof GCM_IV),
                        FILES[i].tag);
}

static void check_files(struct arena *mem)
{
    struct crypto_signer *signer = protocol_signer();

    for (size_t i = 0; i < COUNT(FILES); i++) {
        const char *text = arena_printf(mem, "%s%s", FILES[i].prefix, encoded_part(mem, i));
        uint8_t signature[CRYPTO_SIGNATURE_SIZE];

        crypto_signer_sign(signer, text, strlen(text), signature);
        assert_string_equal(crypto_base64(mem, signature, 64), FILES[i].signature);
    }
    crypto_signer_free(signer);
}

static void files_match_the_protocol_vectors_by_both_implementations(void **state)
{
    bool before = crypto_gcm_choose(false);

    check_files(*state);
    crypto_gcm_choose(true);
    check_files(*state);
    crypto_gcm_choose(before);
}

static void gcm_takes_nothing_as_well(void **state)
{
    /* The first vector of the GCM specification for 256 bits: all zero, no text. */
    static const uint8_t ZERO[32];
    uint8_t tag[CRYPTO_GCM_TAG_SIZE];
    uint8_t none[1];

    for (int by_sodium = 0; by_sodium < 2; by_sodium++) {
        bool before = crypto_gcm_choose(by_sodium == 1);

        crypto_gcm_encrypt(ZERO, ZERO, "", 0, none, tag);
        assert_string_equal(crypto_hex(*state, tag, sizeof tag),
                            "530f8afbc74536b9a963b4f1c4cb738b");
        assert_true(crypto_gcm_decrypt(ZERO, ZERO, none, 0, tag, none));
        crypto_gcm_choose(before);
    }
}

static void base64_is_padded_and_strict(void **state)
{
    uint8_t *bytes;
    size_t len;

    assert_string_equal(crypto_base64(*state, "", 0), "");
    assert_string_equal(crypto_base64(*state, "\xfb\xff\xfe\xff", 4), "+//+/w==");
    assert_string_equal(crypto_base64url(*state, "\xfb\xff\xfe\xff", 4), "-__-_w==");
    assert_true(crypto_from_base64(*state, "+//+/w==", &bytes, &len));
    assert_int_equal(len, 4);
    assert_memory_equal(bytes, "\xfb\xff\xfe\xff", 4);
    assert_true(crypto_from_base64url(*state, "-__-_w==", &bytes, &len));
    assert_memory_equal(bytes, "\xfb\xff\xfe\xff", 4);
    assert_true(crypto_from_base64(*state, "", &bytes, &len));
    assert_int_equal(len, 0);
    assert_false(crypto_from_base64(*state, "-__-_w==", &bytes, &len));
    assert_false(crypto_from_base64url(*state, "+//+/w==", &bytes, &len));
    assert_false(crypto_from_base64(*state, "+//+/w", &bytes, &len));
    assert_false(crypto_from_base64(*state, "+//+/w=", &bytes, &len));
    assert_false(crypto_from_base64(*state, "+//+/x==", &bytes, &len)); /* bits after the end */
    assert_false(crypto_from_base64(*state, "+//+ /w==", &bytes, &len));
    assert_false(crypto_from_base64(*state, "+//+/w==x", &bytes, &len));
    assert_false(crypto_from_base64(*state, "+/\xff\xff", &bytes, &len));
    assert_false(crypto_from_base64url(*state, "-_\x80\xff", &bytes, &len));
}

static void tokens_are_long_and_never_the_same(void **state)
{
    const char *a = crypto_token(*state, CRYPTO_TOKEN_BYTES);

    assert_int_equal(strlen(a), 64);
    assert_int_equal(strspn(a, "0123456789abcdef"), 64);
    assert_string_not_equal(a, crypto_token(*state, CRYPTO_TOKEN_BYTES));
}

static void equality_and_wiping(void **state)
{
    char secret[] = "secret";

    (void)state;
    assert_true(crypto_equal("abc", "abc", 3));
    assert_false(crypto_equal("abc", "abd", 3));
    crypto_wipe(secret, sizeof secret);
    assert_memory_equal(secret, "\0\0\0\0\0\0", 7);
}

static void a_password_matches_its_hash_alone(void **state)
{
    struct err err = {0};
    char hash[CRYPTO_PASSWORD_TEXT_SIZE];
    char again[CRYPTO_PASSWORD_TEXT_SIZE];
    bool matches;

    (void)state;
    assert_true(crypto_password_hash(&err, "correct horse", hash));
    assert_memory_equal(hash, "$argon2id$v=19$m=19456,t=2,p=1$", 31);
    assert_true(crypto_password_hash(&err, "correct horse", again));
    assert_string_not_equal(hash, again);
    assert_true(crypto_password_verify(&err, hash, "correct horse", &matches));
    assert_true(matches);
    assert_true(crypto_password_verify(&err, hash, "Correct horse", &matches));
    assert_false(matches);
    assert_true(crypto_password_verify(&err, hash, "", &matches));
    assert_false(matches);
    assert_true(crypto_password_verify(&err, "not a hash", "x", &matches));
    assert_false(matches);
}

static void without_a_hash_no_password_matches(void **state)
{
    struct err err = {0};
    bool matches = true;

    (void)state;
    assert_true(crypto_password_verify(&err, NULL, "anything", &matches));
    assert_false(matches);
    assert_null(err.kind);
}

static void *verify_once(void *out)
{
    struct err err = {0};
    bool matches = false;

    *(bool *)out = crypto_password_verify(&err, NULL, "x", &matches) && !matches;
    return NULL;
}

static void more_callers_than_the_gate_admits_wait_their_turn(void **state)
{
    pthread_t threads[12];
    bool done[12] = {false};

    (void)state;
    for (size_t i = 0; i < COUNT(threads); i++)
        assert_int_equal(pthread_create(&threads[i], NULL, verify_once, &done[i]), 0);
    for (size_t i = 0; i < COUNT(threads); i++) {
        pthread_join(threads[i], NULL);
        assert_true(done[i]);
    }
}

static _Atomic bool somebody_was_refused;

static void *verify_until_busy(void *out)
{
    enum { TRIES = 200 }; /* far more than it takes to meet four others inside */

    for (int i = 0; i < TRIES && !somebody_was_refused; i++) {
        struct err err = {0};
        bool matches = false;

        if (!crypto_password_verify(&err, NULL, "x", &matches)) {
            *(bool *)out = err.kind == &ERR_BUSY;
            somebody_was_refused = true;
        }
    }
    return NULL;
}

static void a_caller_whose_patience_ends_is_told_to_come_back(void **state)
{
    pthread_t threads[8];
    bool busy[8] = {false};
    int count = 0;
    int64_t before = crypto_password_patience(0);

    (void)state;
    for (size_t i = 0; i < COUNT(threads); i++)
        assert_int_equal(pthread_create(&threads[i], NULL, verify_until_busy, &busy[i]), 0);
    for (size_t i = 0; i < COUNT(threads); i++) {
        pthread_join(threads[i], NULL);
        count += busy[i];
    }
    crypto_password_patience(before);
    assert_in_range(count, 1, 4); /* nobody is refused unless four are inside */
}

static const char *key_path(struct arena *mem, const char *name)
{
    return arena_printf(mem, "%s/%s", folder, name);
}

static void a_master_key_is_made_once_and_private(void **state)
{
    struct err err = {0};
    const char *path = key_path(*state, "master.key");
    struct crypto_master *master = NULL;
    struct stat about;
    uint8_t first[CRYPTO_HASH_SIZE];
    uint8_t second[CRYPTO_HASH_SIZE];

    assert_true(crypto_master_open(&err, path, true, &master));
    crypto_master_derive(master, "session", first);
    crypto_master_free(master);
    assert_int_equal(stat(path, &about), 0);
    assert_int_equal(about.st_mode & 07777, 0600);
    assert_int_equal(about.st_size, CRYPTO_MASTER_SIZE);
    assert_true(crypto_master_open(&err, path, false, &master));
    crypto_master_derive(master, "session", second);
    assert_memory_equal(first, second, sizeof first);
    crypto_master_derive(master, "csrf", second);
    assert_memory_not_equal(first, second, sizeof first);
    crypto_master_free(master);
    assert_int_equal(unlink(path), 0);
}

static void key_file(const char *path, size_t size, mode_t mode)
{
    int fd = open(path, O_WRONLY | O_CREAT | O_EXCL, 0600);
    char bytes[64] = {1};

    assert_true(fd >= 0);
    assert_int_equal(write(fd, bytes, size), size);
    assert_int_equal(fchmod(fd, mode), 0);
    close(fd);
}

static void a_missing_or_doubtful_key_file_is_refused(void **state)
{
    static const struct {
        size_t size;
        mode_t mode;
        const char *reason;
    } CASES[] = {
        {32, 0640, "open to other users"}, {32, 0604, "open to other users"},
        {31, 0600, "must be 32 bytes"},    {33, 0600, "must be 32 bytes"},
        {0, 0600, "must be 32 bytes"},
    };
    const char *path = key_path(*state, "doubtful.key");
    struct crypto_master *master = NULL;
    struct err err = {0};

    assert_false(crypto_master_open(&err, path, false, &master));
    assert_ptr_equal(err.kind, &ERR_INTERNAL);
    for (size_t i = 0; i < COUNT(CASES); i++) {
        err_clear(&err);
        key_file(path, CASES[i].size, CASES[i].mode);
        assert_false(crypto_master_open(&err, path, true, &master));
        assert_ptr_equal(err.kind, &ERR_INTERNAL);
        assert_non_null(strstr(err.oper, CASES[i].reason));
        assert_int_equal(unlink(path), 0);
    }
    err_clear(&err);
    assert_false(crypto_master_open(&err, folder, false, &master));
    assert_non_null(strstr(err.oper, "open to other users") != NULL
                        ? err.oper
                        : strstr(err.oper, "not a file"));
    err_clear(&err);
    assert_false(crypto_master_open(&err, key_path(*state, "no/such/folder.key"), true, &master));
    assert_ptr_equal(err.kind, &ERR_INTERNAL);
    assert_null(master);
}

static void a_sealed_value_opens_only_in_its_place(void **state)
{
    struct err err = {0};
    const char *path = key_path(*state, "seal.key");
    struct crypto_master *master = NULL;
    uint8_t *sealed;
    uint8_t *opened;
    size_t sealed_len;
    size_t len;

    assert_true(crypto_master_open(&err, path, true, &master));
    crypto_seal(master, *state, "signing_key:1", "the secret", 10, &sealed, &sealed_len);
    assert_true(crypto_open(master, *state, "signing_key:1", sealed, sealed_len, &opened, &len));
    assert_int_equal(len, 10);
    assert_string_equal((char *)opened, "the secret");
    assert_false(crypto_open(master, *state, "signing_key:2", sealed, sealed_len, &opened, &len));
    for (size_t i = 0; i < sealed_len; i++) {
        sealed[i] ^= 1;
        assert_false(
            crypto_open(master, *state, "signing_key:1", sealed, sealed_len, &opened, &len));
        sealed[i] ^= 1;
        assert_false(crypto_open(master, *state, "signing_key:1", sealed, i, &opened, &len));
    }
    crypto_master_free(master);
    assert_int_equal(unlink(path), 0);
    assert_true(crypto_master_open(&err, path, true, &master)); /* another key */
    assert_false(crypto_open(master, *state, "signing_key:1", sealed, sealed_len, &opened, &len));
    crypto_master_free(master);
    assert_int_equal(unlink(path), 0);
}

/* RFC 6238, appendix B, SHA-1; the last six of its eight digits. */
static void one_time_codes_match_rfc_6238(void **state)
{
    static const char SECRET[] = "12345678901234567890";
    static const struct {
        uint64_t seconds;
        unsigned code;
    } VECTORS[] = {{59, 287082},       {1111111109, 81804},  {1111111111, 50471},
                   {1234567890, 5924}, {2000000000, 279037}, {20000000000, 353130}};

    (void)state;
    for (size_t i = 0; i < COUNT(VECTORS); i++)
        assert_int_equal(
            crypto_totp((const uint8_t *)SECRET, sizeof(SECRET) - 1, VECTORS[i].seconds / 30),
            VECTORS[i].code);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        with_arena(one_time_codes_match_rfc_6238),
        with_arena(sha256_matches_the_published_vectors),
        with_arena(threads_hash_side_by_side),
        with_arena(mac_matches_rfc_4231),
        with_arena(ed25519_matches_rfc_8032),
        with_arena(signatures_match_the_protocol_vectors),
        with_arena(files_match_the_protocol_vectors_by_both_implementations),
        with_arena(gcm_takes_nothing_as_well),
        with_arena(base64_is_padded_and_strict),
        with_arena(tokens_are_long_and_never_the_same),
        with_arena(equality_and_wiping),
        with_arena(a_password_matches_its_hash_alone),
        with_arena(without_a_hash_no_password_matches),
        with_arena(more_callers_than_the_gate_admits_wait_their_turn),
        with_arena(a_caller_whose_patience_ends_is_told_to_come_back),
        with_arena(a_master_key_is_made_once_and_private),
        with_arena(a_missing_or_doubtful_key_file_is_refused),
        with_arena(a_sealed_value_opens_only_in_its_place),
    };

    return cmocka_run_group_tests(tests, start, stop);
}
