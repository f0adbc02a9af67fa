#include "portal/jobs/flow_event.h"

#include "base/clock.h"
#include "base/json.h"
#include "base/log.h"
#include "db/event.h"
#include "portal/desk/auto_assign.h"

#include <string.h>

static const char CONSUMER[] = "flow";
enum { LEASE_SECONDS = 60, MEM_BLOCK = 64 * 1024 };

#define RULES_FIRST_US (60 * CLOCK_SECOND)
#define LATER_US       (CLOCK_SECOND / 2)

static const char SQL_FLOW_EVENT_RULES_WAIT[] =
    "SELECT 1 FROM event_delivery WHERE tenant_id = ? AND consumer = 'rules' AND event_id = ? "
    "AND is_parked = FALSE";

static bool rules_come_first(struct ctx *cx, const struct event *event, bool *out)
{
    struct db_rows rows;

    *out = false;
    if (cx->now - event->at > RULES_FIRST_US)
        return true;
    if (!db_query(cx, &rows, SQL_FLOW_EVENT_RULES_WAIT, DB_ID(cx->tenant_id), DB_ID(event->id)))
        return false;
    *out = rows.count > 0;
    return true;
}

static const char *team_of(const json_t *data, const char *when)
{
    return json_get_text(json_object_get(json_object_get(data, when), "team"), "id", "");
}

/* A new ticket, or one that came to another team. What somebody put back into his own team's queue
 * stays there. */
static bool is_new_here(struct ctx *cx, const struct event *event, bool *out)
{
    json_t *data;

    *out = event->kind == EVENT_TICKET_CREATED;
    if (event->kind != EVENT_TICKET_ASSIGNED || event->data == NULL)
        return true;
    if (!json_read(cx->mem, &cx->err, event->data, strlen(event->data), &data))
        return false;
    *out = strcmp(team_of(data, "before"), team_of(data, "after")) != 0;
    return true;
}

/* A ticket that is gone by now needs nobody. */
static bool follow(struct ctx *cx, const struct event *event)
{
    struct id who;
    bool is_new;

    if (!is_new_here(cx, event, &is_new))
        return false;
    if (!is_new || auto_assign_ticket(cx, event->subject_id, &who))
        return true;
    if (cx->err.kind != &ERR_NOT_FOUND)
        return false;
    err_clear(&cx->err);
    return true;
}

static bool work(struct ctx *cx, void *arg)
{
    const struct event_delivery *delivery = arg;
    bool is_early;

    if (!rules_come_first(cx, &delivery->event, &is_early))
        return false;
    if (is_early)
        return event_later(cx, delivery, cx->now + LATER_US);
    if (!db_begin(cx))
        return false;
    if (follow(cx, &delivery->event) && event_done(cx, delivery))
        return db_commit(cx);
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
    if (!db_retry(&cx, work, delivery)) {
        const char *reason = arena_dup(mem, cx.err.oper);

        log_warn(cx.trace, "flow: event %s, try %d: %s (%s)", id_text(mem, delivery->event.id),
                 delivery->attempts, reason, cx.err.where != NULL ? cx.err.where : "?");
        err_clear(&cx.err);
        if (!event_failed(&cx, delivery, reason, &gave_up))
            err_clear(&cx.err); /* then its lease runs out, and it comes again */
        if (gave_up)
            log_error(cx.trace, "flow: event %s is parked", id_text(mem, delivery->event.id));
    }
    db_release(&cx);
    arena_free(mem);
}

bool flow_event_work(struct ctx *cx, unsigned *worked)
{
    struct event_delivery *list;
    unsigned count;

    *worked = 0;
    if (!event_claim(cx, CONSUMER, FLOW_EVENT_BATCH, LEASE_SECONDS * CLOCK_SECOND, &list, &count))
        return false;
    db_release(cx);
    for (unsigned i = 0; i < count; i++)
        work_one(cx, &list[i]);
    *worked = count;
    return true;
}
