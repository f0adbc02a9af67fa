/* Releases: which is newer, where its file is, and whether the bytes that came are that file. */
#include "client.h"

#include <sodium.h>

#include <stdio.h>
#include <string.h>

enum { FILE_STEP = 64 * 1024, DIGEST_TEXT_MAX = 2 * crypto_hash_sha512_BYTES };

/* "" where it is null or absent; false where it does not fit. */
static bool optional_text(const struct ghc_json *j, const char *path, char *out, size_t size)
{
    uint32_t at = ghc_json_at(j, path);

    out[0] = '\0';
    return !ghc_json_is(j, at, GHC_JSON_TEXT) || ghc_json_text(j, at, out, size);
}

static void put_query(struct ghc_buffer *path, const char *name, const char *value)
{
    if (value == NULL)
        return;
    ghc_buffer_texts(path, "&", name, "=", NULL);
    ghc_buffer_percent(path, value);
}

enum gatehouse_error gatehouse_upgrade(struct gatehouse *g, const char *current,
                                       const char *channel, const char *constraint,
                                       struct gatehouse_release *release)
{
    struct gatehouse_release r = {"", "", "", ""};
    struct ghc_buffer path = {0};
    enum gatehouse_error error = GATEHOUSE_E_MEMORY;

    if (g == NULL || current == NULL || release == NULL || g->product == NULL)
        return GATEHOUSE_E_ARGUMENT;
    ghc_path(&path, "/releases/", current, "/upgrade?product=", g->product, NULL);
    put_query(&path, "channel", channel);
    put_query(&path, "constraint", constraint);
    if (!path.is_failed)
        error = ghc_call(g, &(struct ghc_call){.method = "GET",
                                               .path = path.p,
                                               .is_anonymous = g->key == NULL && g->token == NULL});
    ghc_buffer_free(&path);
    if (error != GATEHOUSE_OK)
        return error;
    if (!ghc_json_equals(&g->json, ghc_json_at(&g->json, "data/type"), "releases") ||
        !ghc_json_equals(&g->json, ghc_json_at(&g->json, "data/relationships/product/data/id"),
                         g->product) ||
        !ghc_json_text(&g->json, ghc_json_at(&g->json, "data/id"), r.id, sizeof r.id) ||
        !ghc_json_text(&g->json, ghc_json_at(&g->json, "data/attributes/version"), r.version,
                       sizeof r.version) ||
        !optional_text(&g->json, "data/attributes/channel", r.channel, sizeof r.channel) ||
        !optional_text(&g->json, "data/attributes/name", r.name, sizeof r.name))
        return GATEHOUSE_E_PROTOCOL;
    *release = r;
    return GATEHOUSE_OK;
}

static enum gatehouse_error read_artifact(const struct ghc_json *j, struct gatehouse_artifact *out)
{
    struct gatehouse_artifact a = {"", "", "", "", "", 0};

    if (!ghc_json_equals(j, ghc_json_at(j, "data/type"), "artifacts") ||
        !ghc_json_text(j, ghc_json_at(j, "data/id"), a.id, sizeof a.id) ||
        !ghc_json_text(j, ghc_json_at(j, "data/attributes/filename"), a.filename,
                       sizeof a.filename) ||
        !ghc_json_integer(j, ghc_json_at(j, "data/attributes/filesize"), &a.bytes) ||
        !optional_text(j, "data/attributes/checksum", a.checksum, sizeof a.checksum) ||
        !optional_text(j, "data/attributes/signature", a.signature, sizeof a.signature))
        return GATEHOUSE_E_PROTOCOL;
    *out = a;
    return GATEHOUSE_OK;
}

enum gatehouse_error gatehouse_artifact_read(const struct gatehouse_document *document,
                                             struct gatehouse_artifact *artifact)
{
    if (document == NULL || artifact == NULL)
        return GATEHOUSE_E_ARGUMENT;
    return read_artifact(&document->json, artifact);
}

enum gatehouse_error gatehouse_artifact_find(struct gatehouse *g, const char *release_id,
                                             const char *filename,
                                             struct gatehouse_artifact *artifact)
{
    struct ghc_buffer path = {0};
    enum gatehouse_error error = GATEHOUSE_E_MEMORY;

    if (g == NULL || release_id == NULL || filename == NULL || artifact == NULL)
        return GATEHOUSE_E_ARGUMENT;
    ghc_path(&path, "/releases/", release_id, "/artifacts/", filename, NULL);
    if (!path.is_failed)
        error = ghc_call(g, &(struct ghc_call){.method = "GET",
                                               .path = path.p,
                                               .header = "Prefer: no-redirect",
                                               .is_anonymous = g->key == NULL && g->token == NULL});
    ghc_buffer_free(&path);
    if (error == GATEHOUSE_OK)
        error = read_artifact(&g->json, artifact);
    if (error == GATEHOUSE_OK && strcmp(artifact->filename, filename) != 0)
        error = GATEHOUSE_E_PROTOCOL;
    if (error == GATEHOUSE_OK &&
        !ghc_text_put(artifact->url, sizeof artifact->url, g->response.location))
        error = GATEHOUSE_E_BUFFER;
    return error;
}

/* --- files --- */

struct digests {
    crypto_hash_sha256_state sha256;
    crypto_hash_sha512_state sha512;
    unsigned char short_hash[crypto_hash_sha256_BYTES], long_hash[crypto_hash_sha512_BYTES];
    int64_t bytes;
};

static bool read_digests(const char *path, struct digests *d)
{
    unsigned char step[FILE_STEP];
    FILE *f = fopen(path, "rb");
    bool is_whole;
    size_t n;

    if (f == NULL)
        return false;
    crypto_hash_sha256_init(&d->sha256);
    crypto_hash_sha512_init(&d->sha512);
    d->bytes = 0;
    while ((n = fread(step, 1, sizeof step, f)) > 0) {
        crypto_hash_sha256_update(&d->sha256, step, n);
        crypto_hash_sha512_update(&d->sha512, step, n);
        d->bytes += (int64_t)n;
    }
    is_whole = ferror(f) == 0;
    fclose(f);
    crypto_hash_sha256_final(&d->sha256, d->short_hash);
    crypto_hash_sha512_final(&d->sha512, d->long_hash);
    return is_whole;
}

/* A checksum's bytes, in hexadecimal or base64 with its padding or without. */
static size_t decode(const char *text, unsigned char out[crypto_hash_sha512_BYTES])
{
    const size_t len = strlen(text);
    const char *end;
    size_t n;

    if (len > DIGEST_TEXT_MAX)
        return 0;
    if ((len == 2 * crypto_hash_sha256_BYTES || len == 2 * crypto_hash_sha512_BYTES) &&
        sodium_hex2bin(out, crypto_hash_sha512_BYTES, text, len, NULL, &n, &end) == 0 &&
        end == text + len)
        return n;
    if (sodium_base642bin(out, crypto_hash_sha512_BYTES, text, len, NULL, &n, &end,
                          sodium_base64_VARIANT_ORIGINAL) == 0 &&
        end == text + len)
        return n;
    if (sodium_base642bin(out, crypto_hash_sha512_BYTES, text, len, NULL, &n, &end,
                          sodium_base64_VARIANT_ORIGINAL_NO_PADDING) == 0 &&
        end == text + len)
        return n;
    return 0;
}

static bool is_signed(const struct gatehouse *g, const struct gatehouse_artifact *artifact,
                      const struct digests *d, const char *release_key)
{
    unsigned char public_key[GHC_PUBLIC_SIZE], signature[GHC_SIGNATURE_SIZE];
    size_t n;

    return strlen(release_key) == 2 * GHC_PUBLIC_SIZE &&
           sodium_hex2bin(public_key, sizeof public_key, release_key, 2 * GHC_PUBLIC_SIZE, NULL, &n,
                          NULL) == 0 &&
           n == sizeof public_key && decode(artifact->signature, signature) == sizeof signature &&
           ghc_prehash_is_good(d->long_hash, g->product, public_key, signature);
}

enum gatehouse_error gatehouse_artifact_verify(const struct gatehouse *g,
                                               const struct gatehouse_artifact *artifact,
                                               const char *path, const char *release_key)
{
    unsigned char told[crypto_hash_sha512_BYTES];
    struct digests d;
    size_t n;

    if (g == NULL || artifact == NULL || path == NULL ||
        (release_key != NULL && g->product == NULL))
        return GATEHOUSE_E_ARGUMENT;
    if (!read_digests(path, &d))
        return GATEHOUSE_E_FILE;
    n = decode(artifact->checksum, told);
    if (d.bytes != artifact->bytes ||
        !((n == sizeof d.short_hash && memcmp(told, d.short_hash, n) == 0) ||
          (n == sizeof d.long_hash && memcmp(told, d.long_hash, n) == 0)))
        return GATEHOUSE_E_DIGEST;
    return release_key == NULL || is_signed(g, artifact, &d, release_key) ? GATEHOUSE_OK
                                                                          : GATEHOUSE_E_SIGNATURE;
}
