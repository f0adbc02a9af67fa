#include "portal/api/sign_api.h"

#include "base/clock.h"
#include "base/parse.h"
#include "portal/api/api.h"

#include <string.h>

const char *sign_api_proof(struct arena *mem, const struct crypto_master *master,
                           struct id tenant_id, int64_t seconds, const void *body, size_t len)
{
    uint8_t key[CRYPTO_HASH_SIZE], hash[CRYPTO_HASH_SIZE];
    const char *text;

    crypto_sha256(body, len, hash);
    text = arena_printf(mem, "%s\n%lld\n%s", id_text(mem, tenant_id), (long long)seconds,
                        crypto_hex(mem, hash, sizeof hash));
    crypto_master_derive(master, "signing service", key);
    crypto_mac(key, sizeof key, text, strlen(text), hash);
    crypto_wipe(key, sizeof key);
    return arena_printf(mem, "%lld.%s", (long long)seconds, crypto_hex(mem, hash, sizeof hash));
}

/* An old request that somebody has seen is worth nothing after a minute, and before that gives only
 * the signature that it gave already. */
static bool is_ours(const struct req *rq)
{
    const char *given = req_header(rq, SIGN_API_HEADER);
    const char *wanted;
    int64_t seconds, age;

    if (given == NULL || rq->cx.master == NULL || strchr(given, '.') == NULL ||
        !parse_i64(arena_dup_bytes(rq->cx.mem, given, strcspn(given, ".")), 0, INT32_MAX * 4LL,
                   &seconds))
        return false;
    age = rq->cx.now / CLOCK_SECOND - seconds;
    wanted = sign_api_proof(rq->cx.mem, rq->cx.master, rq->cx.tenant_id, seconds, rq->body.p,
                            rq->body.len);
    return age <= SIGN_API_CLOCK_S && age >= -SIGN_API_CLOCK_S && strlen(given) == strlen(wanted) &&
           crypto_equal(given, wanted, strlen(wanted));
}

bool sign_api_create(struct req *rq)
{
    const struct api *api = api_of(rq);
    uint8_t signature[CRYPTO_SIGNATURE_SIZE];
    const char *text;
    uint8_t *bytes;
    size_t len;

    if (!is_ours(rq))
        return err_set(&rq->cx.err, &ERR_NOT_FOUND, "no proof of the master key");
    text = json_get_text(json_object_get(api->body, "meta"), "bytes", "");
    if (!crypto_from_base64(rq->cx.mem, text, &bytes, &len))
        return err_set(&rq->cx.err, &ERR_MALFORMED, "bytes to sign");
    crypto_signer_sign(api->keys->signer, bytes, len, signature);
    str_add(&rq->out, "{\"meta\":{\"signature\":\"");
    str_add(&rq->out, crypto_base64(rq->cx.mem, signature, sizeof signature));
    str_add(&rq->out, "\"}}");
    return true;
}
