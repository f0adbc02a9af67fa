#include "portal/jobs/webhook_fan.h"

#include "base/clock.h"
#include "base/log.h"
#include "portal/api/webhook_payload.h"
#include "portal/hooks/webhook_endpoint.h"
#include "portal/hooks/webhook_event.h"

#include <string.h>

static const char CONSUMER[] = "webhooks";
enum { LEASE_SECONDS = 60, MEM_BLOCK = 64 * 1024 };

static bool queue_for(struct ctx *cx, const struct event *event,
                      const struct webhook_endpoint *endpoint)
{
    const char *name = event_wire_name(event->kind);
    const char *payload;
    struct id product_id;
    struct id id;

    if (!endpoint->is_enabled || !webhook_endpoint_wants(endpoint, name))
        return true;
    if (!webhook_payload_write(cx, event, endpoint->api_version, &payload, &product_id))
        return false;
    if (!id_is_zero(endpoint->product_id) && !id_equal(endpoint->product_id, product_id))
        return true;
    if (webhook_event_add(cx, endpoint, event->id, name, payload, &id))
        return true;
    if (cx->err.kind != &ERR_CONFLICT || strcmp(db_duplicate_key(cx), "webhook_event_once") != 0)
        return false;
    err_clear(&cx->err); /* it was queued before we lost the database */
    return true;
}

/* Queueing and the mark that it is done are one transaction. */
static bool fan_out(struct ctx *cx, void *arg)
{
    const struct event_delivery *delivery = arg;
    const struct event *event = &delivery->event;
    struct webhook_endpoint *list;
    size_t count = 0;

    if (!db_begin(cx))
        return false;
    if (event->kind != EVENT_KIND_COUNT &&
        !webhook_endpoint_list(cx, (struct id){{0}}, &list, &count))
        goto rollback;
    for (size_t i = 0; i < count; i++)
        if (!queue_for(cx, event, &list[i]))
            goto rollback;
    if (event_done(cx, delivery))
        return db_commit(cx);

rollback:
    db_rollback(cx);
    return false;
}

static void work_one(const struct ctx *base, struct event_delivery *delivery)
{
    struct arena *mem = arena_make(MEM_BLOCK);
    bool gave_up = false;
    struct ctx cx;

    ctx_start(&cx, mem, base->pool);
    cx.now = base->now;
    cx.master = base->master;
    cx.signer = base->signer;
    cx.tenant_id = delivery->event.tenant_id;
    memcpy(cx.trace, delivery->event.trace, CTX_TRACE_SIZE - 1);
    if (!db_retry(&cx, fan_out, delivery)) {
        const char *reason = arena_dup(mem, cx.err.oper);

        log_warn(cx.trace, "webhooks: event %s, try %d: %s (%s)", id_text(mem, delivery->event.id),
                 delivery->attempts, reason, cx.err.where != NULL ? cx.err.where : "?");
        err_clear(&cx.err);
        if (!event_failed(&cx, delivery, reason, &gave_up))
            err_clear(&cx.err); /* then its lease runs out, and it comes again */
        if (gave_up)
            log_error(cx.trace, "webhooks: event %s is parked", id_text(mem, delivery->event.id));
    }
    db_release(&cx);
    arena_free(mem);
}

bool webhook_fan_work(struct ctx *cx, unsigned *worked)
{
    struct event_delivery *list;
    unsigned count;

    if (!event_claim(cx, CONSUMER, WEBHOOK_FAN_BATCH, LEASE_SECONDS * CLOCK_SECOND, &list, &count))
        return false;
    db_release(cx);
    for (unsigned i = 0; i < count; i++)
        work_one(cx, &list[i]);
    *worked = count;
    return true;
}
