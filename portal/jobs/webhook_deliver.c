#include "portal/jobs/webhook_deliver.h"

#include "base/clock.h"
#include "base/log.h"
#include "licensing/signing_key.h"
#include "portal/api/webhook_payload.h"
#include "portal/hooks/webhook_event.h"
#include "portal/hooks/webhook_post.h"
#include "portal/hooks/webhook_url.h"

#include <string.h>

enum { LEASE_SECONDS = 180, MEM_BLOCK = 16 * 1024, POLL_MS = 100 };

struct delivery { /* one on its way; in its own arena */
    struct arena *mem;
    const struct webhook_event *event;
    struct webhook_post post;
    struct delivery *next;
};

struct round { /* one call's work */
    const struct ctx *base;
    const struct config *config;
    struct webhook_post_set *set;
    struct delivery *deliveries; /* on their way */
    int64_t started_us;          /* on the monotonic clock */
    size_t claimed;
};

/* The clock goes on while posts are on their way. */
static int64_t now_of(const struct round *r)
{
    return r->base->now + (clock_mono_us() - r->started_us);
}

static void start_run(struct ctx *cx, const struct round *r, struct arena *mem, struct id tenant_id)
{
    ctx_start(cx, mem, r->base->pool);
    cx->now = now_of(r);
    cx->master = r->base->master;
    cx->signer = r->base->signer;
    cx->tenant_id = tenant_id;
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

static bool prepare(struct ctx *cx, const struct config *config, struct delivery *d)
{
    struct webhook_post *post = &d->post;
    const char *body = webhook_payload_document(cx, d->event);
    char *date = arena_alloc(cx->mem, CLOCK_HTTP_SIZE);
    uint8_t hash[CRYPTO_HASH_SIZE];
    const char *signature;
    struct webhook_url url;
    const char *digest;
    size_t n = 0;

    if (!webhook_url_parse(cx->mem, &cx->err, d->event->url, config->webhook_allow_local, &url))
        return false;
    clock_http(cx->now, date);
    crypto_sha256(body, strlen(body), hash);
    digest = arena_printf(cx->mem, "sha-256=%s", crypto_base64(cx->mem, hash, CRYPTO_HASH_SIZE));
    if (!sign(cx, &url, date, digest, &signature))
        return false;
    *post = (struct webhook_post){
        .mem = d->mem, .url = url.text, .target = url.target, .body = {body, strlen(body)}};
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

/* Its end: what became of it is written, and its memory given back. */
static void settle(const struct round *r, struct delivery *d)
{
    struct settling s = {
        .event = d->event,
        .outcome = {.code = d->post.code, .body = d->post.answer, .fault = d->post.fault}};
    struct ctx cx;

    start_run(&cx, r, d->mem, d->event->tenant_id);
    if (!db_retry(&cx, write_outcome, &s)) /* then its lease runs out, and it comes again */
        log_warn(cx.trace, "webhooks: %s: %s (%s)", id_text(cx.mem, d->event->id), cx.err.oper,
                 cx.err.where != NULL ? cx.err.where : "?");
    db_release(&cx);
    arena_free(d->mem);
}

/* False when it could not be made ready: the fault is its outcome. */
static bool make_ready(const struct round *r, struct delivery *d)
{
    struct ctx cx;
    bool ok;

    start_run(&cx, r, d->mem, d->event->tenant_id);
    ok = prepare(&cx, r->config, d);
    if (!ok) {
        d->post.fault = arena_dup(d->mem, cx.err.kind->text);
        log_warn(cx.trace, "webhooks: %s: %s (%s)", id_text(cx.mem, d->event->id), cx.err.oper,
                 cx.err.where);
    }
    db_release(&cx);
    return ok;
}

static void send_off(struct round *r, const struct webhook_event *event)
{
    struct arena *mem = arena_make(MEM_BLOCK);
    struct delivery *d = arena_new(mem, struct delivery);

    *d = (struct delivery){.mem = mem, .event = event};
    if (!make_ready(r, d)) {
        settle(r, d);
        return;
    }
    d->next = r->deliveries;
    r->deliveries = d;
    webhook_post_set_add(r->set, &d->post);
}

/* Takes as many as there is room for. */
static bool claim(struct ctx *cx, struct round *r)
{
    size_t room = WEBHOOK_AT_ONCE - webhook_post_set_count(r->set);
    struct webhook_event *list;
    size_t count;

    if (room == 0 || r->claimed >= WEBHOOK_DELIVER_BATCH)
        return true;
    if (room > WEBHOOK_DELIVER_BATCH - r->claimed)
        room = WEBHOOK_DELIVER_BATCH - r->claimed;
    cx->now = now_of(r);
    if (!webhook_event_claim(cx, (unsigned)room, LEASE_SECONDS * CLOCK_SECOND, &list, &count))
        return false;
    db_release(cx);
    r->claimed += count;
    for (size_t i = 0; i < count; i++)
        send_off(r, &list[i]);
    return true;
}

static void settle_done(struct round *r)
{
    struct webhook_post *post;

    while ((post = webhook_post_set_next(r->set)) != NULL) {
        struct delivery **at = &r->deliveries;
        struct delivery *d;

        while (&(*at)->post != post)
            at = &(*at)->next;
        d = *at;
        *at = d->next;
        settle(r, d);
    }
}

bool webhook_deliver_work(struct ctx *cx, const struct config *config, const atomic_bool *must_stop,
                          unsigned *worked)
{
    const struct webhook_post_limits limits = {.timeout_ms = config->webhook_timeout_ms,
                                               .answer_max = WEBHOOK_ANSWER_MAX,
                                               .allows_local = config->webhook_allow_local};
    struct ctx base = *cx;
    struct round r = {.base = &base,
                      .config = config,
                      .set = webhook_post_set_make(&limits),
                      .started_us = clock_mono_us()};
    bool ok;

    do {
        ok = claim(cx, &r);
        webhook_post_set_work(r.set, POLL_MS);
        settle_done(&r);
    } while (ok && webhook_post_set_count(r.set) > 0 && !atomic_load(must_stop));
    webhook_post_set_free(r.set);
    while (r.deliveries != NULL) { /* broken off: their leases run out, and they come again */
        struct delivery *d = r.deliveries;

        r.deliveries = d->next;
        arena_free(d->mem);
    }
    *worked = (unsigned)r.claimed;
    return ok;
}
