#include "portal/api/file_link.h"

#include "base/crypto.h"

#include <string.h>

enum { LINK_SIZE = 43 }; /* purpose, reader's kind, a spare byte, two ids, the instant */

const struct err_kind ERR_FILE_LINK_EXPIRED = {ERR_CLASS_DENIED, "LINK_EXPIRED",
                                               "This link has expired. Ask for the file again."};

/* The tenant is signed with it: a link is no use under another account's path. */
static void sign(const struct req *rq, const uint8_t link[LINK_SIZE], uint8_t mac[CRYPTO_HASH_SIZE])
{
    uint8_t key[CRYPTO_HASH_SIZE];
    uint8_t bytes[sizeof(struct id) + LINK_SIZE];

    crypto_master_derive(rq->cx.master, "artefact link", key);
    memcpy(bytes, rq->cx.tenant_id.b, sizeof(struct id));
    memcpy(bytes + sizeof(struct id), link, LINK_SIZE);
    crypto_mac(key, sizeof key, bytes, sizeof bytes, mac);
    crypto_wipe(key, sizeof key);
}

static const char *base_of(struct req *rq)
{
    const struct config *config = &rq->app->config;
    const char *own = config->licensing_public_url;

    if (own != NULL && *own != '\0')
        return arena_printf(rq->cx.mem, "%.*s", (int)(strlen(own) - (own[strlen(own) - 1] == '/')),
                            own);
    return arena_printf(rq->cx.mem, "%s://%s", config->behind_tls ? "https" : "http", rq->host);
}

const char *file_link_make(struct req *rq, const struct file_link *link, const char *filename)
{
    uint8_t bytes[LINK_SIZE + CRYPTO_HASH_SIZE] = {(uint8_t)link->purpose, (uint8_t)link->by.kind};
    struct str s = str_new(rq->cx.mem);

    memcpy(bytes + 3, link->artefact_id.b, 16);
    memcpy(bytes + 19, link->by.id.b, 16);
    for (int i = 0; i < 8; i++)
        bytes[35 + i] = (uint8_t)((uint64_t)link->expires_at >> (56 - 8 * i));
    sign(rq, bytes, bytes + LINK_SIZE);
    str_add(&s, base_of(rq));
    str_add(&s, API_ACCOUNTS);
    str_add(&s, api_of(rq)->account);
    str_add(&s, "/files/");
    str_add(&s, crypto_base64url(rq->cx.mem, bytes, sizeof bytes)); /* 75 bytes: no padding */
    str_char(&s, '/');
    str_url(&s, filename);
    return s.p;
}

bool file_link_read(struct req *rq, const char *token, enum file_link_purpose purpose,
                    struct file_link *out)
{
    uint8_t mac[CRYPTO_HASH_SIZE];
    uint64_t expires_at = 0;
    uint8_t *bytes;
    size_t len;

    if (!crypto_from_base64url(rq->cx.mem, token, &bytes, &len) || len != LINK_SIZE + sizeof mac)
        return err_set(&rq->cx.err, &ERR_NOT_FOUND, "no link of ours");
    sign(rq, bytes, mac);
    if (!crypto_equal(mac, bytes + LINK_SIZE, sizeof mac) || bytes[0] != (uint8_t)purpose)
        return err_set(&rq->cx.err, &ERR_NOT_FOUND, "no link of ours for this");
    out->purpose = purpose;
    out->by.kind = (enum release_reader_kind)bytes[1];
    memcpy(out->artefact_id.b, bytes + 3, 16);
    memcpy(out->by.id.b, bytes + 19, 16);
    for (int i = 0; i < 8; i++)
        expires_at = expires_at << 8 | bytes[35 + i];
    out->expires_at = (int64_t)expires_at;
    return out->expires_at > rq->cx.now ||
           err_set(&rq->cx.err, &ERR_FILE_LINK_EXPIRED, "a link that ended");
}
