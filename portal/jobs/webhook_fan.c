#include "portal/jobs/webhook_fan.h"

#include "portal/api/webhook_payload.h"
#include "portal/hooks/webhook_endpoint.h"
#include "portal/hooks/webhook_event.h"
#include "portal/jobs/event_batch.h"

#include <string.h>

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

bool webhook_fan_work(struct ctx *cx, unsigned *worked)
{
    static const struct event_batch BATCH = {
        .consumer = "webhooks", .limit = WEBHOOK_FAN_BATCH, .work = fan_out};

    return event_batch_work(cx, &BATCH, worked);
}
