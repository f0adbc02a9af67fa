/* Signatures of answers: what was asked, Host, Date and the body's digest, signed together. */
#include "client.h"

#include <sodium.h>

#include <string.h>

bool ghc_sign_is_good(const struct gatehouse *g, const void *message, size_t len,
                      const unsigned char signature[GHC_SIGNATURE_SIZE])
{
    for (size_t i = 0; i < g->public_key_count; i++) {
        if (crypto_sign_verify_detached(signature, message, len, g->public_keys[i]) == 0)
            return true;
    }
    return false;
}

struct param {
    const char *value;
    size_t len;
};

static bool is_text(struct param p, const char *text)
{
    return p.value != NULL && p.len == strlen(text) && memcmp(p.value, text, p.len) == 0;
}

/* One name="value"; *header moves behind it. False at what is none. */
static bool read_param(const char **header, const char *const names[4], struct param params[4])
{
    const char *p = *header + strspn(*header, " ");
    size_t name_len = strcspn(p, "=");
    size_t value_len;

    if (p[name_len] != '=' || p[name_len + 1] != '"')
        return false;
    value_len = strcspn(p + name_len + 2, "\"");
    if (p[name_len + 2 + value_len] != '"')
        return false;
    for (int i = 0; i < 4; i++) {
        if (strlen(names[i]) != name_len || memcmp(names[i], p, name_len) != 0)
            continue;
        if (params[i].value != NULL)
            return false;
        params[i] = (struct param){.value = p + name_len + 2, .len = value_len};
    }
    *header = p + name_len + 3 + value_len;
    return true;
}

bool ghc_sign_header(const char *header, unsigned char signature[GHC_SIGNATURE_SIZE])
{
    static const char *const names[4] = {"keyid", "algorithm", "signature", "headers"};
    struct param params[4] = {{NULL, 0}, {NULL, 0}, {NULL, 0}, {NULL, 0}};

    do {
        if (!read_param(&header, names, params))
            return false;
        header += strspn(header, " ");
    } while (*header++ == ',');
    if (header[-1] != '\0')
        return false;
    return is_text(params[1], "ed25519") &&
           is_text(params[3], "(request-target) host date digest") && params[2].value != NULL &&
           ghc_base64_exactly(params[2].value, params[2].len, signature, GHC_SIGNATURE_SIZE);
}

enum gatehouse_error ghc_sign_check(const struct gatehouse *g, const struct ghc_asked *asked,
                                    const char *date, const char *digest, const char *header,
                                    const char *body, size_t len)
{
    unsigned char hash[crypto_hash_sha256_BYTES], signature[GHC_SIGNATURE_SIZE];
    struct ghc_buffer own = {0}, text = {0};
    enum gatehouse_error error = GATEHOUSE_OK;
    char method[8];

    if (!ghc_sign_header(header, signature))
        return GATEHOUSE_E_SIGNATURE;
    if (!ghc_text_put(method, sizeof method, asked->method))
        return GATEHOUSE_E_ARGUMENT;
    for (char *p = method; *p != '\0'; p++)
        *p = *p >= 'A' && *p <= 'Z' ? (char)(*p + 32) : *p;
    crypto_hash_sha256(hash, (const unsigned char *)(len > 0 ? body : ""), len);
    ghc_buffer_text(&own, "sha-256=");
    ghc_buffer_base64(&own, hash, sizeof hash);
    ghc_buffer_texts(&text, "(request-target): ", method, " ", asked->target,
                     "\nhost: ", asked->host, "\ndate: ", date, "\ndigest: ", digest, NULL);
    if (own.is_failed || text.is_failed)
        error = GATEHOUSE_E_MEMORY;
    else if (!ghc_sign_is_good(g, text.p, text.len, signature))
        error = GATEHOUSE_E_SIGNATURE;
    else if (strcmp(own.p, digest) != 0)
        error = GATEHOUSE_E_DIGEST;
    ghc_buffer_free(&own);
    ghc_buffer_free(&text);
    return error;
}

/* --- requests --- */

static void put_lower(struct ghc_buffer *out, const char *text)
{
    for (; *text != '\0'; text++) {
        char c = *text >= 'A' && *text <= 'Z' ? (char)(*text + 32) : *text;

        ghc_buffer_add(out, &c, 1);
    }
}

void ghc_sign_request(const struct gatehouse *g, const char *method, const char *target,
                      const char *body, struct ghc_buffer *out)
{
    unsigned char hash[crypto_hash_sha256_BYTES], mac[crypto_auth_hmacsha256_BYTES];
    crypto_auth_hmacsha256_state state;
    struct ghc_buffer created = {0}, text = {0};

    crypto_hash_sha256(hash, (const unsigned char *)body, strlen(body));
    ghc_buffer_integer(&created, ghc_now(g) / 1000);
    ghc_buffer_text(&text, "(request-target): ");
    put_lower(&text, method);
    ghc_buffer_texts(&text, " ", target, "\nhost: ", g->host,
                     "\ncreated: ", created.is_failed ? "" : created.p, "\ndigest: sha-256=", NULL);
    ghc_buffer_base64(&text, hash, sizeof hash);
    if (created.is_failed || text.is_failed) {
        out->is_failed = true;
    } else {
        crypto_auth_hmacsha256_init(&state, (const unsigned char *)g->key, strlen(g->key));
        crypto_auth_hmacsha256_update(&state, (const unsigned char *)text.p, text.len);
        crypto_auth_hmacsha256_final(&state, mac);
        sodium_memzero(&state, sizeof state);
        ghc_buffer_texts(out, "Gatehouse-Signature: licence=\"", g->licence_id, "\", created=\"",
                         created.p, "\", signature=\"", NULL);
        ghc_buffer_base64(out, mac, sizeof mac);
        ghc_buffer_text(out, "\"");
    }
    ghc_buffer_free(&created);
    ghc_buffer_free(&text);
}

/* --- signed licence keys --- */

enum gatehouse_error gatehouse_key_payload(struct gatehouse *g, char *out, size_t size)
{
    static const char prefix[] = "key/";
    unsigned char signature[GHC_SIGNATURE_SIZE];
    const char *dot, *end;
    size_t n, len;

    if (g == NULL || g->key == NULL || out == NULL || size == 0)
        return GATEHOUSE_E_ARGUMENT;
    dot = strrchr(g->key, '.');
    if (strncmp(g->key, prefix, strlen(prefix)) != 0 || dot == NULL ||
        sodium_base642bin(signature, sizeof signature, dot + 1, strlen(dot + 1), NULL, &n, &end,
                          sodium_base64_VARIANT_URLSAFE) != 0 ||
        n != sizeof signature || *end != '\0')
        return GATEHOUSE_E_FILE;
    if (!ghc_sign_is_good(g, g->key, (size_t)(dot - g->key), signature))
        return GATEHOUSE_E_SIGNATURE;
    len = (size_t)(dot - g->key) - strlen(prefix);
    if (sodium_base642bin((unsigned char *)out, size - 1, g->key + strlen(prefix), len, NULL, &n,
                          &end, sodium_base64_VARIANT_URLSAFE) != 0 ||
        end != dot) {
        out[0] = '\0';
        return len / 4 * 3 > size - 1 ? GATEHOUSE_E_BUFFER : GATEHOUSE_E_FILE;
    }
    out[n] = '\0';
    return GATEHOUSE_OK;
}
