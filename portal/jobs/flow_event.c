#include "portal/jobs/flow_event.h"

#include "base/clock.h"
#include "base/json.h"
#include "portal/desk/auto_assign.h"
#include "portal/jobs/event_batch.h"

#include <string.h>

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

bool flow_event_work(struct ctx *cx, unsigned *worked)
{
    static const struct event_batch BATCH = {
        .consumer = "flow", .limit = FLOW_EVENT_BATCH, .work = work};

    return event_batch_work(cx, &BATCH, worked);
}
