#include "portal/jobs/webhook_deliver.h"

#include "base/clock.h"
#include "base/log.h"
#include "licensing/signing_key.h"
#include "portal/api/webhook_payload.h"
#include "portal/hooks/webhook_event.h"
#include "portal/hooks/webhook_post.h"
#include "portal/hooks/webhook_url.h"

#include <string.h>

enum { LEASE_SECONDS = 180, MEM_BLOCK = 64 * 1024 };

struct delivery {
    const struct ctx *base;
    const struct config *config;
    const struct webhook_event *event;
    struct webhook_post *post;
    struct arena *mem; /* of the whole batch */
};

static void start_run(struct ctx *cx, const struct delivery *d)
{
    ctx_start(cx, d->mem, d->base->pool);
    cx->now = d->base->now;
    cx->master = d->base->master;
    cx->signer = d->base->signer;
    cx->tenant_id = d->event->tenant_id;
}

/* The string that is signed: as answers are (section 7.4), with what is asked of the receiver. */
static bool sign(struct ctx *cx, const struct webhook_url *url, const char *date,
                 const char *digest, const char **out)
{
    uint8_t signature[CRYPTO_SIGNATURE_SIZE];
    const char *text =
        arena_printf(cx->mem, "(request-target): post %s\nhost: %s\ndate: %s\ndigest: %s",
                     url->target, url->host, date, digest);

    if (!signing_key_sign(cx, text, strlen(text), signature))
        return false;
    *out = arena_printf(cx->mem,
                        "keyid=\"%s\", algorithm=\"ed25519\", signature=\"%s\", "
                        "headers=\"(request-target) host date digest\"",
                        id_text(cx->mem, cx->tenant_id),
                        crypto_base64(cx->mem, signature, sizeof signature));
    return true;
}

static bool prepare(struct ctx *cx, const struct delivery *d)
{
    struct webhook_post *post = d->post;
    const char *body = webhook_payload_document(cx, d->event);
    char *date = arena_alloc(cx->mem, CLOCK_HTTP_SIZE);
    uint8_t hash[CRYPTO_HASH_SIZE];
    const char *signature;
    struct webhook_url url;
    const char *digest;
    size_t n = 0;

    if (!webhook_url_parse(cx->mem, &cx->err, d->event->url, d->config->webhook_allow_local, &url))
        return false;
    clock_http(cx->now, date);
    crypto_sha256(body, strlen(body), hash);
    digest = arena_printf(cx->mem, "sha-256=%s", crypto_base64(cx->mem, hash, CRYPTO_HASH_SIZE));
    if (!sign(cx, &url, date, digest, &signature))
        return false;
    post->url = url.text;
    post->target = url.target;
    post->body = (struct span){body, strlen(body)};
    post->headers[n++] = arena_printf(cx->mem, "Host: %s", url.host);
    post->headers[n++] = "Content-Type: application/json";
    post->headers[n++] = arena_printf(cx->mem, "Date: %s", date);
    post->headers[n++] = arena_printf(cx->mem, "Digest: %s", digest);
    post->headers[n++] = arena_printf(cx->mem, "Keygen-Date: %s", date);
    post->headers[n++] = arena_printf(cx->mem, "Keygen-Digest: %s", digest);
    post->headers[n++] = arena_printf(cx->mem, "Keygen-Version: %s", d->event->api_version);
    post->headers[n++] = arena_printf(cx->mem, "Keygen-Signature: %s", signature);
    post->headers[n++] = "User-Agent: Gatehouse/1.0 (webhooks)";
    post->headers[n++] = "Expect:"; /* curl would ask first and wait */
    post->headers[n] = NULL;
    return true;
}

struct settling {
    const struct webhook_event *event;
    struct webhook_outcome outcome;
};

static bool write_outcome(struct ctx *cx, void *arg)
{
    const struct settling *s = arg;

    return webhook_event_settle(cx, s->event, &s->outcome);
}

static void settle(const struct delivery *d)
{
    struct settling s = {
        .event = d->event,
        .outcome = {.code = d->post->code, .body = d->post->answer, .fault = d->post->fault}};
    struct ctx cx;

    start_run(&cx, d);
    if (!db_retry(&cx, write_outcome, &s)) /* then its lease runs out, and it comes again */
        log_warn(cx.trace, "webhooks: %s: %s (%s)", id_text(cx.mem, d->event->id), cx.err.oper,
                 cx.err.where != NULL ? cx.err.where : "?");
    db_release(&cx);
}

/* False when it could not be made ready: the fault is its outcome. */
static bool make_ready(const struct delivery *d)
{
    struct ctx cx;
    bool ok;

    start_run(&cx, d);
    ok = prepare(&cx, d);
    if (!ok) {
        d->post->fault = arena_dup(d->mem, cx.err.kind->text);
        log_warn(cx.trace, "webhooks: %s: %s (%s)", id_text(cx.mem, d->event->id), cx.err.oper,
                 cx.err.where);
    }
    db_release(&cx);
    return ok;
}

static void deliver(const struct ctx *cx, const struct config *config, struct arena *mem,
                    const struct webhook_event *list, size_t count)
{
    const struct webhook_post_limits limits = {.timeout_ms = config->webhook_timeout_ms,
                                               .answer_max = WEBHOOK_ANSWER_MAX,
                                               .allows_local = config->webhook_allow_local};
    struct webhook_post *posts = arena_array(mem, struct webhook_post, count);
    struct delivery *ready = arena_array(mem, struct delivery, count);
    size_t n = 0;

    for (size_t i = 0; i < count; i++) {
        struct delivery d = {cx, config, &list[i], &posts[n], mem};

        posts[n] = (struct webhook_post){.code = 0};
        if (make_ready(&d))
            ready[n++] = d;
        else
            settle(&d);
    }
    webhook_post_all(mem, &limits, posts, n);
    for (size_t i = 0; i < n; i++)
        settle(&ready[i]);
}

bool webhook_deliver_work(struct ctx *cx, const struct config *config, unsigned *worked)
{
    struct webhook_event *list;
    struct arena *mem;
    size_t count;

    if (!webhook_event_claim(cx, WEBHOOK_DELIVER_BATCH, LEASE_SECONDS * CLOCK_SECOND, &list,
                             &count))
        return false;
    db_release(cx);
    mem = arena_make(MEM_BLOCK);
    deliver(cx, config, mem, list, count);
    arena_free(mem);
    *worked = (unsigned)count;
    return true;
}
