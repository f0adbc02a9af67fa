#include "base/clock.h"
#include "db/job.h"
#include "portal/account/membership.h"
#include "portal/desk/ticket_bulk.h"
#include "portal/desk/ticket_bulk_act.h"

#include <string.h>

enum { LEASE_SECONDS = 60, MEM_BLOCK = 64 * 1024 };

static const char SQL_TICKET_BULK_RUNNING[] =
    "SELECT starter_id, act, undo_of, started_at FROM ticket_bulk "
    "WHERE tenant_id = ? AND id = ? AND state = 'running'";
static const char SQL_TICKET_BULK_WAITING[] =
    "SELECT ticket_id, was, version FROM ticket_bulk_row "
    "WHERE tenant_id = ? AND bulk_id = ? AND state = 'waiting' ORDER BY ticket_id LIMIT ?";
static const char SQL_TICKET_BULK_SETTLE[] =
    "UPDATE ticket_bulk_row SET state = ?, reason = ?, was = ?, version = ? "
    "WHERE tenant_id = ? AND bulk_id = ? AND ticket_id = ? AND state = 'waiting'";
static const char SQL_TICKET_BULK_END[] =
    "UPDATE ticket_bulk SET state = ?, ended_at = ? "
    "WHERE tenant_id = ? AND id = ? AND state = 'running'";
/* --- doing it --- */

struct step { /* one ticket's turn */
    struct id tenant_id, bulk_id, ticket_id;
    const char *was;
    int64_t version;
    bool is_over; /* the change as a whole was cancelled or stopped */
};

static bool settle(struct ctx *cx, const struct step *s, const char *state, const char *reason,
                   const char *was, int64_t version)
{
    return db_exec(cx, NULL, SQL_TICKET_BULK_SETTLE, DB_TEXT(state), DB_TEXT(reason), DB_TEXT(was),
                   DB_INT(version), DB_ID(cx->tenant_id), DB_ID(s->bulk_id), DB_ID(s->ticket_id));
}

/* Whoever started it is who does it, with the rights that he has now. */
static bool become_starter(struct ctx *cx, struct step *s, struct id starter_id)
{
    struct viewer viewer;

    cx->viewer = (struct viewer){.kind = VIEWER_SYSTEM};
    if (!membership_viewer(cx, starter_id, (struct id){{0}}, &viewer))
        return false;
    if (viewer.kind == VIEWER_STAFF && viewer_has(&viewer, RIGHT_DESK_UPDATE)) {
        cx->viewer = viewer;
        cx->actor_id = starter_id;
        return true;
    }
    s->is_over = true;
    return db_exec(cx, NULL, SQL_TICKET_BULK_END, DB_TEXT("stopped"), DB_TIME(cx->now),
                   DB_ID(cx->tenant_id), DB_ID(s->bulk_id));
}

static bool change(struct ctx *cx, const struct step *s, const struct ticket_bulk_act *act,
                   const struct ticket *t)
{
    const struct err_kind *why;
    struct ticket_bulk_plan plan;
    struct ticket *after;
    const char *was;
    struct ticket_bulk_fact f;

    if (!ticket_bulk_act_plan(cx, act, &plan) ||
        !ticket_bulk_look_fact(cx, s->bulk_id, &plan.act, t->id, &f))
        return false;
    switch (ticket_bulk_act_decide(&plan, cx->viewer.kind, &f.t, f.has_tag, f.has_untag, &why)) {
    case TICKET_BULK_SAME:
        return settle(cx, s, "same", "", "{}", 0);
    case TICKET_BULK_REFUSED:
        return err_set(&cx->err, why, "ticket %s", id_text(cx->mem, t->id));
    case TICKET_BULK_CHANGES:
        break;
    }
    return ticket_bulk_act_apply(cx, &plan, t, f.has_tag, f.has_untag, &was) &&
           ticket_get(cx, t->id, &after) && settle(cx, s, "changed", "", was, after->version);
}

static bool revert(struct ctx *cx, const struct step *s, const struct ticket *t)
{
    if (t->version != s->version)
        return err_set(&cx->err, &ERR_TICKET_BULK_LEFT, "ticket %s", id_text(cx->mem, t->id));
    return ticket_bulk_act_revert(cx, t, s->was) && settle(cx, s, "changed", "", s->was, 0);
}

/* Inside the transaction of one ticket. */
static bool work_inside(struct ctx *cx, struct step *s)
{
    struct db_rows rows;
    struct ticket_bulk_act act;
    struct ticket *t;
    bool is_undo;

    if (!db_query(cx, &rows, SQL_TICKET_BULK_RUNNING, DB_ID(cx->tenant_id), DB_ID(s->bulk_id)))
        return false;
    s->is_over = !db_next(&rows);
    if (s->is_over)
        return true;
    is_undo = !db_is_null(&rows.row, 2);
    cx->gathered_at = db_time(&rows.row, 3);
    if (!ticket_bulk_act_read(cx, db_text(&rows.row, 1), &act) ||
        !become_starter(cx, s, db_id(&rows.row, 0)))
        return false;
    if (s->is_over)
        return true;
    if (!ticket_get(cx, s->ticket_id, &t))
        return false;
    return is_undo ? revert(cx, s, t) : change(cx, s, &act, t);
}

static bool work_one(struct ctx *cx, void *arg)
{
    struct step *s = arg;

    if (!db_begin(cx))
        return false;
    if (work_inside(cx, s))
        return db_commit(cx);
    db_rollback(cx);
    return false;
}

static bool refuse_one(struct ctx *cx, void *arg)
{
    const struct err_kind *why = cx->err.kind;
    const struct step *s = arg;

    err_clear(&cx->err);
    return settle(cx, s, why == &ERR_TICKET_BULK_LEFT ? "left" : "refused", why->text, s->was, 0);
}

/* In a run of its own: its ids, its events, its memory. False: the machine is at fault, and the
 * whole comes again. */
static bool take_turn(const struct ctx *base, struct arena *mem, struct step *s, struct err *err)
{
    struct ctx cx;
    bool ok;

    ctx_start(&cx, mem, base->pool);
    cx.now = base->now;
    cx.master = base->master;
    cx.tenant_id = s->tenant_id;
    ok = db_retry(&cx, work_one, s);
    if (!ok && cx.err.kind != &ERR_BUSY && cx.err.kind != &ERR_INTERNAL)
        ok = refuse_one(&cx, s);
    if (!ok)
        *err = cx.err;
    db_release(&cx);
    arena_reset(mem);
    return ok;
}

static bool take_turns(struct ctx *cx, struct id bulk_id, bool *has_more)
{
    struct arena *mem;
    struct db_rows rows;
    struct step s = {.tenant_id = cx->tenant_id, .bulk_id = bulk_id};
    struct err err = {.kind = NULL};
    size_t count;
    bool ok = true;

    if (!db_query(cx, &rows, SQL_TICKET_BULK_WAITING, DB_ID(cx->tenant_id), DB_ID(bulk_id),
                  DB_INT(TICKET_BULK_BATCH)))
        return false;
    count = rows.count;
    mem = arena_make(MEM_BLOCK);
    while (ok && !s.is_over && db_next(&rows)) {
        s.ticket_id = db_id(&rows.row, 0);
        s.was = db_text(&rows.row, 1);
        s.version = db_i64(&rows.row, 2);
        ok = take_turn(cx, mem, &s, &err);
    }
    arena_free(mem);
    *has_more = !s.is_over && count == TICKET_BULK_BATCH;
    return ok || err_set(&cx->err, err.kind, "%s", err.oper);
}

/* The job goes on with the next step in the transaction in which this one ends. */
static bool finish(struct ctx *cx, const struct job *job, struct id bulk_id, bool has_more)
{
    if (!db_begin(cx))
        return false;
    if (job_done(cx, job) &&
        (has_more ? job_add(cx, TICKET_BULK_JOB, id_text(cx->mem, bulk_id), cx->now, job->data)
                  : db_exec(cx, NULL, SQL_TICKET_BULK_END, DB_TEXT("done"), DB_TIME(cx->now),
                            DB_ID(cx->tenant_id), DB_ID(bulk_id))))
        return db_commit(cx);
    db_rollback(cx);
    return false;
}

bool ticket_bulk_work(struct ctx *cx, bool *worked)
{
    struct job *job;
    struct id bulk_id;
    json_t *data;
    unsigned count;
    bool has_more, gave_up;

    if (!job_claim(cx, TICKET_BULK_JOB, 1, LEASE_SECONDS * CLOCK_SECOND, &job, &count))
        return false;
    *worked = count > 0;
    if (count == 0)
        return true;
    cx->tenant_id = job->tenant_id;
    if (!json_read(cx->mem, &cx->err, job->data, strlen(job->data), &data))
        return false;
    if (!id_parse(json_get_text(data, "bulk", ""), &bulk_id))
        return err_set(&cx->err, &ERR_INTERNAL, "bulk change: job without its id");
    if (take_turns(cx, bulk_id, &has_more) && finish(cx, job, bulk_id, has_more))
        return true;
    err_clear(&cx->err);
    return job_failed(cx, job, "a ticket could not be changed", &gave_up);
}
