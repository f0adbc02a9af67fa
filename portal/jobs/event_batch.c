#include "portal/jobs/event_batch.h"

#include "base/clock.h"
#include "base/log.h"
#include "db/db.h"

#include <string.h>

enum { LEASE_SECONDS = 60, MEM_BLOCK = 64 * 1024 };

static void work_one(const struct ctx *base, const struct event_batch *batch,
                     struct event_delivery *delivery)
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
    if (!db_retry(&cx, batch->work, delivery)) {
        const char *reason = arena_dup(mem, cx.err.oper);

        log_warn(cx.trace, "%s: event %s, try %d: %s (%s)", batch->consumer,
                 id_text(mem, delivery->event.id), delivery->attempts, reason,
                 cx.err.where != NULL ? cx.err.where : "?");
        err_clear(&cx.err);
        if (!event_failed(&cx, delivery, reason, &gave_up))
            err_clear(&cx.err); /* then its lease runs out, and it comes again */
        if (gave_up)
            log_error(cx.trace, "%s: event %s is parked", batch->consumer,
                      id_text(mem, delivery->event.id));
    }
    db_release(&cx);
    arena_free(mem);
}

bool event_batch_work(struct ctx *cx, const struct event_batch *batch, unsigned *worked)
{
    struct event_delivery *list;
    unsigned count;

    *worked = 0;
    if (!event_claim(cx, batch->consumer, batch->limit, LEASE_SECONDS * CLOCK_SECOND, &list,
                     &count))
        return false;
    db_release(cx);
    for (unsigned i = 0; i < count; i++)
        work_one(cx, batch, &list[i]);
    *worked = count;
    return true;
}
