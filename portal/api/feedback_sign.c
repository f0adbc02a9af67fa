#include "portal/api/feedback_sign.h"

#include "base/clock.h"
#include "base/parse.h"
#include "licensing/licence_cache.h"

#include <string.h>

static const char AT_HEADER[] = ":Gatehouse-Signature";

/* One answer to every fault: which licences there are is not to be found out here. */
static const struct err_kind ERR_SIGNATURE = {
    ERR_CLASS_LOGIN, "SIGNATURE_INVALID",
    "The request's signature is not this licence's, or is older than five minutes."};

struct parts {
    const char *licence, *created, *signature;
};

static const char *unquoted(struct arena *mem, struct span value)
{
    value = span_trim(value);
    if (value.len < 2 || value.p[0] != '"' || value.p[value.len - 1] != '"')
        return "";
    return arena_dup_bytes(mem, value.p + 1, value.len - 2);
}

static struct parts read_parts(struct arena *mem, const char *header)
{
    struct parts p = {"", "", ""};
    struct span rest = span_of(header), item, name;

    while (span_cut(&rest, ',', &item)) {
        item = span_trim(item);
        if (!span_cut(&item, '=', &name))
            continue;
        if (span_equal(name, "licence"))
            p.licence = unquoted(mem, item);
        else if (span_equal(name, "created"))
            p.created = unquoted(mem, item);
        else if (span_equal(name, "signature"))
            p.signature = unquoted(mem, item);
    }
    return p;
}

const char *feedback_sign_text(struct arena *mem, const char *method, const char *target,
                               const char *host, const char *created, struct span body)
{
    uint8_t hash[CRYPTO_HASH_SIZE];

    crypto_sha256(body.p, body.len, hash);
    return arena_printf(mem, "(request-target): %s %s\nhost: %s\ncreated: %s\ndigest: sha-256=%s",
                        method, target, host, created, crypto_base64(mem, hash, sizeof hash));
}

static bool is_recent(const struct ctx *cx, const char *created)
{
    const int64_t now = cx->now / CLOCK_SECOND;
    int64_t at;

    return parse_i64(created, 0, INT64_MAX, &at) && at >= now - FEEDBACK_SIGN_AGE_S &&
           at <= now + FEEDBACK_SIGN_AGE_S;
}

static bool is_signed(struct req *rq, const struct snapshot *licence, const struct parts *p)
{
    const char *text =
        feedback_sign_text(rq->cx.mem, "post", rq->target, rq->host, p->created, rq->body);
    const char *key = licence->licence.key;
    uint8_t mac[CRYPTO_HASH_SIZE], *given;
    size_t len;

    crypto_mac((const uint8_t *)key, strlen(key), text, strlen(text), mac);
    return crypto_from_base64(rq->cx.mem, p->signature, &given, &len) && len == sizeof mac &&
           crypto_equal(given, mac, sizeof mac);
}

bool feedback_sign_check(struct req *rq, const struct snapshot **out)
{
    const char *header = req_header(rq, "Gatehouse-Signature");
    const struct snapshot *s = NULL;
    struct parts p;
    struct id id;

    *out = NULL;
    if (header == NULL)
        return true;
    p = read_parts(rq->cx.mem, header);
    if (!id_parse(p.licence, &id) || !is_recent(&rq->cx, p.created))
        return err_set_at(&rq->cx.err, &ERR_SIGNATURE, AT_HEADER, "%s", header);
    if (!licence_cache_find_id(rq->app->licence_cache, &rq->cx, id, &s))
        return false;
    if (s == NULL || !is_signed(rq, s, &p))
        return err_set_at(&rq->cx.err, &ERR_SIGNATURE, AT_HEADER, "licence %s", p.licence);
    *out = s;
    return true;
}
