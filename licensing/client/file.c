/* Licence and machine files: verified, opened, bound to this licence and machine. */
#include "client.h"

#include <sodium.h>

#include <stdlib.h>
#include <string.h>

static const struct file_form {
    const char *head, *foot, *prefix;
} FORMS[] = {
    [GATEHOUSE_LICENCE_FILE] = {"-----BEGIN LICENSE FILE-----", "-----END LICENSE FILE-----",
                                "license/"},
    [GATEHOUSE_MACHINE_FILE] = {"-----BEGIN MACHINE FILE-----", "-----END MACHINE FILE-----",
                                "machine/"},
};

/* --- documents --- */

enum gatehouse_error ghc_document_make(char *text, size_t len, struct gatehouse_document **out)
{
    struct gatehouse_document *d = calloc(1, sizeof *d);

    if (d != NULL && ghc_json_parse(&d->json, text, len)) {
        d->text = text;
        d->len = len;
        *out = d;
        return GATEHOUSE_OK;
    }
    sodium_memzero(text, len);
    free(text);
    free(d);
    return d == NULL ? GATEHOUSE_E_MEMORY : GATEHOUSE_E_FILE;
}

void gatehouse_document_free(struct gatehouse_document *document)
{
    if (document == NULL)
        return;
    ghc_json_free(&document->json);
    sodium_memzero(document->text, document->len);
    free(document->text);
    free(document);
}

enum gatehouse_error gatehouse_document_text(const struct gatehouse_document *document,
                                             const char *path, char *out, size_t size)
{
    uint32_t at;

    if (document == NULL || path == NULL || out == NULL || size == 0)
        return GATEHOUSE_E_ARGUMENT;
    at = ghc_json_at(&document->json, path);
    if (!ghc_json_is(&document->json, at, GHC_JSON_TEXT))
        return GATEHOUSE_E_NOT_FOUND;
    return ghc_json_text(&document->json, at, out, size) ? GATEHOUSE_OK : GATEHOUSE_E_BUFFER;
}

enum gatehouse_error gatehouse_document_integer(const struct gatehouse_document *document,
                                                const char *path, int64_t *out)
{
    if (document == NULL || path == NULL || out == NULL)
        return GATEHOUSE_E_ARGUMENT;
    return ghc_json_integer(&document->json, ghc_json_at(&document->json, path), out)
               ? GATEHOUSE_OK
               : GATEHOUSE_E_NOT_FOUND;
}

enum gatehouse_error gatehouse_document_time(const struct gatehouse_document *document,
                                             const char *path, int64_t *out)
{
    char text[40];
    enum gatehouse_error error = gatehouse_document_text(document, path, text, sizeof text);

    if (error != GATEHOUSE_OK || out == NULL)
        return error != GATEHOUSE_OK ? error : GATEHOUSE_E_ARGUMENT;
    return ghc_time_iso(text, out) ? GATEHOUSE_OK : GATEHOUSE_E_NOT_FOUND;
}

bool gatehouse_document_is_true(const struct gatehouse_document *document, const char *path)
{
    return document != NULL && path != NULL &&
           ghc_json_is(&document->json, ghc_json_at(&document->json, path), GHC_JSON_TRUE);
}

/* The n-th included resource of a type from "from" on; GHC_JSON_NONE. */
static uint32_t next_included(const struct ghc_json *j, const char *type, uint32_t from)
{
    uint32_t list = ghc_json_at(j, "included");

    if (!ghc_json_is(j, list, GHC_JSON_ARRAY))
        return GHC_JSON_NONE;
    for (uint32_t i = from == GHC_JSON_NONE ? list + 1 : j->nodes[from].after;
         i < j->nodes[list].after; i = j->nodes[i].after) {
        if (ghc_json_equals(j, ghc_json_get(j, i, "type"), type))
            return i;
    }
    return GHC_JSON_NONE;
}

bool gatehouse_document_entitles(const struct gatehouse_document *document, const char *code)
{
    const struct ghc_json *j;
    uint32_t at = GHC_JSON_NONE;

    if (document == NULL || code == NULL)
        return false;
    j = &document->json;
    while ((at = next_included(j, "entitlements", at)) != GHC_JSON_NONE) {
        if (ghc_json_equals(j, ghc_json_below(j, at, "attributes/code"), code))
            return true;
    }
    return false;
}

/* --- opening --- */

/* What lies between the armour's lines. */
static bool body_of(const struct file_form *form, const char *text, size_t len, const char **body,
                    size_t *body_len)
{
    size_t head = strlen(form->head), foot = strlen(form->foot);

    while (len > 0 && strchr(" \t\r\n", text[len - 1]) != NULL)
        len--;
    if (len > GHC_FILE_MAX || len < head + foot || memcmp(text, form->head, head) != 0 ||
        memcmp(text + len - foot, form->foot, foot) != 0)
        return false;
    *body = text + head;
    *body_len = len - head - foot;
    return true;
}

/* Cipher text, IV and tag, each base64, joined by dots; *out is malloc'ed. */
static enum gatehouse_error decrypt(const struct gatehouse *g, enum gatehouse_file kind,
                                    const char *enc, unsigned char **out, size_t *len)
{
    const char *iv_at = strchr(enc, '.'), *tag_at = iv_at != NULL ? strchr(iv_at + 1, '.') : NULL;
    unsigned char key[crypto_hash_sha256_BYTES], iv[12], tag[16], *cipher;
    crypto_hash_sha256_state hash;
    enum gatehouse_error error;

    if (tag_at == NULL || !ghc_base64_exactly(iv_at + 1, (size_t)(tag_at - iv_at - 1), iv, 12) ||
        !ghc_base64_exactly(tag_at + 1, strlen(tag_at + 1), tag, 16) ||
        !ghc_base64_read(enc, (size_t)(iv_at - enc), false, &cipher, len))
        return GATEHOUSE_E_FILE;
    crypto_hash_sha256_init(&hash);
    crypto_hash_sha256_update(&hash, (const unsigned char *)g->key, strlen(g->key));
    if (kind == GATEHOUSE_MACHINE_FILE)
        crypto_hash_sha256_update(&hash, (const unsigned char *)g->fingerprint,
                                  strlen(g->fingerprint));
    crypto_hash_sha256_final(&hash, key);
    *out = malloc(*len + 1);
    error =
        *out == NULL ? GATEHOUSE_E_MEMORY : ghc_aes_open(g->aes, key, iv, tag, cipher, *len, *out);
    sodium_memzero(key, sizeof key);
    free(cipher);
    if (error != GATEHOUSE_OK) {
        free(*out);
        *out = NULL;
    }
    return error;
}

/* enc of a verified file, opened. */
static enum gatehouse_error open_content(const struct gatehouse *g, enum gatehouse_file kind,
                                         const char *alg, const char *enc,
                                         struct gatehouse_document **out)
{
    enum gatehouse_error error = GATEHOUSE_OK;
    unsigned char *text;
    size_t len;

    if (strcmp(alg, "base64+ed25519") == 0) {
        if (!ghc_base64_read(enc, strlen(enc), false, &text, &len))
            return GATEHOUSE_E_FILE;
    } else if (strcmp(alg, "aes-256-gcm+ed25519") == 0) {
        error = decrypt(g, kind, enc, &text, &len);
    } else {
        return GATEHOUSE_E_FILE;
    }
    return error == GATEHOUSE_OK ? ghc_document_make((char *)text, len, out) : error;
}

/* {"enc","sig","alg"}: the signature first, then whatever it covers. */
static enum gatehouse_error open_signed(const struct gatehouse *g, enum gatehouse_file kind,
                                        const char *text, size_t len,
                                        struct gatehouse_document **out)
{
    unsigned char signature[GHC_SIGNATURE_SIZE];
    struct ghc_buffer message = {0};
    struct ghc_json j = {0};
    char alg[32], sig[96], *enc = NULL;
    enum gatehouse_error error = GATEHOUSE_E_FILE;

    if (ghc_json_parse(&j, text, len) &&
        ghc_json_text(&j, ghc_json_at(&j, "alg"), alg, sizeof alg) &&
        ghc_json_text(&j, ghc_json_at(&j, "sig"), sig, sizeof sig) &&
        ghc_base64_exactly(sig, strlen(sig), signature, sizeof signature) &&
        ghc_json_copy(&j, ghc_json_at(&j, "enc"), &enc)) {
        ghc_buffer_texts(&message, FORMS[kind].prefix, enc, NULL);
        if (message.is_failed)
            error = GATEHOUSE_E_MEMORY;
        else if (!ghc_sign_is_good(g, message.p, message.len, signature))
            error = GATEHOUSE_E_SIGNATURE;
        else
            error = open_content(g, kind, alg, enc, out);
    }
    ghc_json_free(&j);
    ghc_buffer_free(&message);
    free(enc);
    return error;
}

/* A plain file opens for everybody: so its content must name this licence and machine. */
static bool is_ours(const struct gatehouse *g, enum gatehouse_file kind, const struct ghc_json *j)
{
    uint32_t licence = ghc_json_at(j, "data");

    if (kind == GATEHOUSE_LICENCE_FILE)
        return ghc_json_equals(j, ghc_json_get(j, licence, "type"), "licenses") &&
               ghc_json_equals(j, ghc_json_below(j, licence, "attributes/key"), g->key);
    if (!ghc_json_equals(j, ghc_json_get(j, licence, "type"), "machines") ||
        !ghc_json_equals(j, ghc_json_below(j, licence, "attributes/fingerprint"), g->fingerprint))
        return false;
    licence = next_included(j, "licenses", GHC_JSON_NONE);
    return licence == GHC_JSON_NONE ||
           ghc_json_equals(j, ghc_json_below(j, licence, "attributes/key"), g->key);
}

static enum gatehouse_error check_time(const struct gatehouse *g,
                                       const struct gatehouse_document *d)
{
    uint32_t expiry = ghc_json_at(&d->json, "meta/expiry");
    int64_t now = ghc_now(g), issued, ends;

    if (gatehouse_document_time(d, "meta/issued", &issued) != GATEHOUSE_OK)
        return GATEHOUSE_E_FILE;
    if (issued > now + g->skew_ms)
        return GATEHOUSE_E_FILE_FUTURE;
    if (ghc_json_is(&d->json, expiry, GHC_JSON_NULL))
        return GATEHOUSE_OK;
    if (gatehouse_document_time(d, "meta/expiry", &ends) != GATEHOUSE_OK)
        return GATEHOUSE_E_FILE;
    return now > ends ? GATEHOUSE_E_FILE_EXPIRED : GATEHOUSE_OK;
}

enum gatehouse_error gatehouse_file_open(struct gatehouse *g, enum gatehouse_file kind,
                                         const char *text, size_t len,
                                         struct gatehouse_document **out)
{
    enum gatehouse_error error = GATEHOUSE_E_FILE;
    struct gatehouse_document *d = NULL;
    const char *body;
    unsigned char *inner = NULL;
    size_t body_len, inner_len;

    if (g == NULL || text == NULL || out == NULL || g->key == NULL ||
        (kind != GATEHOUSE_LICENCE_FILE && kind != GATEHOUSE_MACHINE_FILE) ||
        (kind == GATEHOUSE_MACHINE_FILE && g->fingerprint == NULL))
        return GATEHOUSE_E_ARGUMENT;
    *out = NULL;
    if (body_of(&FORMS[kind], text, len, &body, &body_len) &&
        ghc_base64_read(body, body_len, true, &inner, &inner_len))
        error = open_signed(g, kind, (const char *)inner, inner_len, &d);
    free(inner);
    if (error == GATEHOUSE_OK)
        error = is_ours(g, kind, &d->json) ? check_time(g, d) : GATEHOUSE_E_FILE_OTHER;
    if (error == GATEHOUSE_OK || error == GATEHOUSE_E_FILE_EXPIRED ||
        error == GATEHOUSE_E_FILE_FUTURE)
        *out = d;
    else
        gatehouse_document_free(d);
    return error;
}
