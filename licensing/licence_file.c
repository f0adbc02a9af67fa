#include "licensing/licence_file.h"

#include "base/json.h"

#include <string.h>

enum { ARMOUR_COLUMNS = 60 };

static const struct file_form {
    const char *head, *foot, *prefix;
} FORMS[] = {
    [LICENCE_FILE_LICENCE] = {"-----BEGIN LICENSE FILE-----\n", "\n-----END LICENSE FILE-----\n",
                              "license/"},
    [LICENCE_FILE_MACHINE] = {"-----BEGIN MACHINE FILE-----\n", "\n-----END MACHINE FILE-----\n",
                              "machine/"},
};

static const char ALG_PLAIN[] = "base64+ed25519";
static const char ALG_ENCRYPTED[] = "aes-256-gcm+ed25519";

/* SHA-256 of the licence key, followed by the fingerprint in a machine file. */
static void file_key(struct arena *mem, const char *key, const char *fingerprint,
                     uint8_t out[CRYPTO_HASH_SIZE])
{
    char *secret = arena_printf(mem, "%s%s", key, fingerprint != NULL ? fingerprint : "");

    crypto_sha256(secret, strlen(secret), out);
    crypto_wipe(secret, strlen(secret));
}

static const char *encrypt(struct arena *mem, const struct licence_file_spec *spec)
{
    uint8_t key[CRYPTO_HASH_SIZE];
    uint8_t tag[CRYPTO_GCM_TAG_SIZE];
    uint8_t *cipher = arena_alloc(mem, spec->document.len);

    file_key(mem, spec->key, spec->fingerprint, key);
    crypto_gcm_encrypt(key, spec->iv, spec->document.p, spec->document.len, cipher, tag);
    crypto_wipe(key, sizeof key);
    return arena_printf(mem, "%s.%s.%s", crypto_base64(mem, cipher, spec->document.len),
                        crypto_base64(mem, spec->iv, sizeof spec->iv),
                        crypto_base64(mem, tag, sizeof tag));
}

static const char *armour(struct arena *mem, const struct file_form *form, const char *document)
{
    const char *text = crypto_base64(mem, document, strlen(document));
    size_t left = strlen(text);
    struct str out = str_new(mem);

    str_add(&out, form->head);
    while (left > ARMOUR_COLUMNS) {
        str_add_n(&out, text, ARMOUR_COLUMNS);
        str_char(&out, '\n');
        text += ARMOUR_COLUMNS;
        left -= ARMOUR_COLUMNS;
    }
    str_add_n(&out, text, left);
    str_add(&out, form->foot);
    return out.p;
}

bool licence_file_make(struct arena *mem, const struct licence_file_spec *spec,
                       licence_key_signer sign, void *with, struct licence_file *out)
{
    const struct file_form *form = &FORMS[spec->kind];
    struct licence_file file;
    uint8_t signature[CRYPTO_SIGNATURE_SIZE];
    const char *message;

    file.alg = spec->is_encrypted ? ALG_ENCRYPTED : ALG_PLAIN;
    file.enc = spec->is_encrypted ? encrypt(mem, spec)
                                  : crypto_base64(mem, spec->document.p, spec->document.len);
    message = arena_printf(mem, "%s%s", form->prefix, file.enc);
    if (!sign(with, message, strlen(message), signature))
        return false;
    file.sig = crypto_base64(mem, signature, sizeof signature);
    /* Member order and the absence of blanks are part of the format. */
    file.certificate = armour(mem, form,
                              arena_printf(mem, "{\"enc\":\"%s\",\"sig\":\"%s\",\"alg\":\"%s\"}",
                                           file.enc, file.sig, file.alg));
    *out = file;
    return true;
}

/* --- reading --- */

static bool unarmour(struct arena *mem, const struct file_form *form, const char *certificate,
                     struct span *document)
{
    size_t head = strlen(form->head);
    const char *foot = strstr(certificate, form->foot);
    struct str text = str_new(mem);
    uint8_t *bytes;
    size_t len;

    if (strncmp(certificate, form->head, head) != 0 || foot == NULL || foot < certificate + head ||
        foot[strlen(form->foot)] != '\0')
        return false;
    for (const char *p = certificate + head; p < foot; p++)
        if (*p != '\n' && *p != '\r')
            str_char(&text, *p);
    if (!crypto_from_base64(mem, text.p, &bytes, &len))
        return false;
    *document = (struct span){(const char *)bytes, len};
    return true;
}

static bool decrypt(struct arena *mem, const char *enc, const char *key, const char *fingerprint,
                    struct span *document)
{
    struct span rest = span_of(enc);
    struct span part[3];
    uint8_t *bytes[3];
    size_t len[3];
    uint8_t secret[CRYPTO_HASH_SIZE];
    uint8_t *plain;
    bool ok;

    if (!span_cut(&rest, '.', &part[0]) || !span_cut(&rest, '.', &part[1]))
        return false;
    part[2] = rest;
    for (size_t i = 0; i < COUNT(part); i++)
        if (!crypto_from_base64(mem, span_dup(mem, part[i]), &bytes[i], &len[i]))
            return false;
    if (len[1] != CRYPTO_GCM_IV_SIZE || len[2] != CRYPTO_GCM_TAG_SIZE)
        return false;
    plain = arena_alloc(mem, len[0] + 1);
    file_key(mem, key, fingerprint, secret);
    ok = crypto_gcm_decrypt(secret, bytes[1], bytes[0], len[0], bytes[2], plain);
    crypto_wipe(secret, sizeof secret);
    *document = (struct span){(const char *)plain, len[0]};
    return ok;
}

bool licence_file_open(struct arena *mem, const char *certificate, enum licence_file_kind kind,
                       const uint8_t public_key[CRYPTO_PUBLIC_SIZE], const char *key,
                       const char *fingerprint, struct span *document)
{
    struct err ignored = {0};
    struct span text;
    const char *enc, *sig, *alg, *message;
    uint8_t *bytes;
    size_t len;
    json_t *json;

    if (!unarmour(mem, &FORMS[kind], certificate, &text) ||
        !json_read(mem, &ignored, text.p, text.len, &json))
        return false;
    enc = json_get_text(json, "enc", NULL);
    sig = json_get_text(json, "sig", NULL);
    alg = json_get_text(json, "alg", NULL);
    if (enc == NULL || sig == NULL || alg == NULL)
        return false;
    message = arena_printf(mem, "%s%s", FORMS[kind].prefix, enc);
    if (!crypto_from_base64(mem, sig, &bytes, &len) || len != CRYPTO_SIGNATURE_SIZE ||
        !crypto_verify(public_key, message, strlen(message), bytes))
        return false;
    if (strcmp(alg, ALG_ENCRYPTED) == 0)
        return key != NULL && decrypt(mem, enc, key, fingerprint, document);
    if (strcmp(alg, ALG_PLAIN) != 0 || !crypto_from_base64(mem, enc, &bytes, &len))
        return false;
    *document = (struct span){(const char *)bytes, len};
    return true;
}
