#include "licensing/licence_key.h"

#include <ctype.h>
#include <string.h>

enum { PLAIN_BYTES = 16, PLAIN_GROUP = 6, SERIAL_HALF = 4 };

static const char SIGNED_PREFIX[] = "key/";

const char *licence_key_plain(struct arena *mem)
{
    const char *hex = crypto_token(mem, PLAIN_BYTES);
    struct str out = str_new(mem);

    for (size_t i = 0; hex[i] != '\0'; i++) {
        bool is_tail = hex[i + 1] == '\0' || hex[i + 2] == '\0';

        if (i > 0 && i % PLAIN_GROUP == 0)
            str_char(&out, '-');
        if (!is_tail)
            str_char(&out, (char)toupper((unsigned char)hex[i]));
        else
            str_char(&out, hex[i + 1] == '\0' ? '3' : 'V');
    }
    return out.p;
}

const char *licence_key_serial(struct arena *mem, const char *prefix)
{
    /* Without 0 O 1 I L U: what people mistake, or would rather not read. 30 letters do not divide
     * 256, so bytes beyond the last whole multiple are thrown away. */
    static const char LETTERS[] = "23456789ABCDEFGHJKMNPQRSTVWXYZ";
    const unsigned letters = sizeof LETTERS - 1;
    const unsigned usable = 256 - 256 % letters;
    struct str out = str_new(mem);
    unsigned made = 0;

    str_add(&out, prefix);
    while (made < 2 * SERIAL_HALF) {
        uint8_t byte;

        crypto_random(&byte, 1);
        if (byte >= usable)
            continue;
        if (made % SERIAL_HALF == 0)
            str_char(&out, '-');
        str_char(&out, LETTERS[byte % letters]);
        made++;
    }
    return out.p;
}

bool licence_key_sign(struct arena *mem, struct span payload, licence_key_signer sign, void *with,
                      const char **out)
{
    const char *message =
        arena_printf(mem, "%s%s", SIGNED_PREFIX, crypto_base64url(mem, payload.p, payload.len));
    uint8_t signature[CRYPTO_SIGNATURE_SIZE];

    if (!sign(with, message, strlen(message), signature))
        return false;
    *out = arena_printf(mem, "%s.%s", message, crypto_base64url(mem, signature, sizeof signature));
    return true;
}

bool licence_key_verify(struct arena *mem, const char *key,
                        const uint8_t public_key[CRYPTO_PUBLIC_SIZE], struct span *payload)
{
    const size_t prefix = sizeof SIGNED_PREFIX - 1;
    const char *dot = strrchr(key, '.');
    uint8_t *signature;
    uint8_t *bytes;
    size_t len;

    if (dot == NULL || strncmp(key, SIGNED_PREFIX, prefix) != 0)
        return false;
    if (!crypto_from_base64url(mem, dot + 1, &signature, &len) || len != CRYPTO_SIGNATURE_SIZE ||
        !crypto_verify(public_key, key, (size_t)(dot - key), signature))
        return false;
    if (!crypto_from_base64url(
            mem, arena_dup_bytes(mem, key + prefix, (size_t)(dot - key) - prefix), &bytes, &len))
        return false;
    *payload = (struct span){(const char *)bytes, len};
    return true;
}

static const char *value_of(struct span name, const struct licence_key_names *names)
{
    const struct {
        const char *name;
        const char *value;
    } known[] = {
        {"id", names->id},           {"account", names->account}, {"product", names->product},
        {"policy", names->policy},   {"user", names->user},       {"email", names->email},
        {"created", names->created}, {"expiry", names->expiry},   {"duration", names->duration},
    };

    for (size_t i = 0; i < COUNT(known); i++)
        if (span_equal(name, known[i].name))
            return known[i].value != NULL ? known[i].value : "";
    return "";
}

const char *licence_key_fill(struct arena *mem, const char *text,
                             const struct licence_key_names *names)
{
    struct str out = str_new(mem);

    for (;;) {
        const char *open = strstr(text, "{{");
        const char *close = open != NULL ? strstr(open, "}}") : NULL;
        struct span name;

        if (close == NULL) {
            str_add(&out, text);
            return out.p;
        }
        str_add_n(&out, text, (size_t)(open - text));
        name = span_trim((struct span){open + 2, (size_t)(close - open) - 2});
        str_add(&out, value_of(name, names));
        text = close + 2;
    }
}
