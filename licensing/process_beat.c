/* The beats of processes: pings, deaths, and what becomes of the dead (section 6.6). */
#include "licensing/heartbeat.h"
#include "licensing/machine_event.h"
#include "licensing/process.h"

const struct err_kind ERR_PROCESS_DEAD = {ERR_CLASS_INVALID, "PROCESS_HEARTBEAT_DEAD",
                                          "This process was silent for too long. Start it again."};

static const char SQL_PROCESS_PING[] =
    "UPDATE process SET last_heartbeat_at = ?, dead_told_at = NULL WHERE tenant_id = ? AND id = ?";
static const char SQL_PROCESS_TOLD[] =
    "UPDATE process SET dead_told_at = ? WHERE tenant_id = ? AND id = ?";
/* The lock that a ping waits for, so that one which committed first is seen. */
static const char SQL_PROCESS_LOCK[] =
    "SELECT dead_told_at IS NOT NULL FROM process WHERE tenant_id = ? AND id = ? FOR UPDATE";
static const char SQL_ANY_TENANT_PROCESS_SILENT[] =
    "SELECT x.tenant_id, x.id FROM process x "
    "JOIN licence l ON l.tenant_id = x.tenant_id AND l.id = x.licence_id "
    "JOIN policy p ON p.tenant_id = l.tenant_id AND p.id = l.policy_id "
    "WHERE x.last_heartbeat_at < ? AND x.last_heartbeat_at "
    "+ INTERVAL COALESCE(p.heartbeat_duration_seconds, 600) SECOND < ? "
    "AND (x.dead_told_at IS NULL OR " HEARTBEAT_CULLS(
        "x.last_heartbeat_at") ") ORDER BY x.last_heartbeat_at LIMIT ?";

static bool end(struct ctx *cx, bool is_done)
{
    if (is_done)
        return db_commit(cx);
    db_rollback(cx);
    return false;
}

static int64_t revivable_until(const struct policy *policy, const struct process *p)
{
    return heartbeat_revivable_until(policy, p->last_heartbeat_at, p->heartbeat_seconds);
}

static bool ping(struct ctx *cx, struct id id, struct process **out)
{
    struct policy *policy;
    struct db_rows rows;
    struct process *p;
    bool was_dead;

    if (!db_query(cx, &rows, SQL_PROCESS_LOCK, DB_ID(cx->tenant_id), DB_ID(id)) ||
        !process_get(cx, id, &p) || !policy_get(cx, p->policy_id, &policy))
        return false;
    was_dead = p->heartbeat == MACHINE_DEAD;
    if (was_dead && cx->now > revivable_until(policy, p))
        return err_set(&cx->err, &ERR_PROCESS_DEAD, "process %s", id_text(cx->mem, id));
    if (!db_exec(cx, NULL, SQL_PROCESS_PING, DB_TIME(cx->now), DB_ID(cx->tenant_id), DB_ID(id)) ||
        !process_get(cx, id, out))
        return false;
    if (was_dead)
        (*out)->heartbeat = MACHINE_RESURRECTED;
    return machine_event_process(cx, was_dead ? EVENT_PROCESS_RESURRECTED : EVENT_PROCESS_PINGED,
                                 *out);
}

bool process_ping(struct ctx *cx, struct id id, struct process **out)
{
    return db_begin(cx) && end(cx, ping(cx, id, out));
}

/* --- the sweep --- */

static bool bury(struct ctx *cx, struct id id, bool *is_done)
{
    struct policy *policy;
    struct db_rows rows;
    struct process *p;

    if (!db_query(cx, &rows, SQL_PROCESS_LOCK, DB_ID(cx->tenant_id), DB_ID(id)) ||
        !process_get(cx, id, &p) || !policy_get(cx, p->policy_id, &policy))
        return false;
    if (p->heartbeat != MACHINE_DEAD || !db_next(&rows))
        return true;
    if (!db_bool(&rows.row, 0)) {
        *is_done = true;
        if (!db_exec(cx, NULL, SQL_PROCESS_TOLD, DB_TIME(cx->now), DB_ID(cx->tenant_id),
                     DB_ID(id)) ||
            !machine_event_process(cx, EVENT_PROCESS_DEAD, p))
            return false;
    }
    if (policy->cull != POLICY_DEACTIVATE_DEAD || cx->now <= revivable_until(policy, p))
        return true;
    *is_done = true;
    return process_remove(cx, id);
}

static bool bury_in_transaction(struct ctx *cx, struct id id, bool *is_done)
{
    *is_done = false;
    if (!db_begin(cx))
        return false;
    if (bury(cx, id, is_done))
        return db_commit(cx);
    db_rollback(cx);
    *is_done = false;
    if (cx->err.kind != &ERR_NOT_FOUND)
        return false;
    err_clear(&cx->err); /* somebody else has removed it */
    return true;
}

bool process_sweep(struct ctx *cx, unsigned limit, unsigned *done)
{
    struct db_rows rows;
    int64_t dead_since;

    *done = 0;
    if (!heartbeat_dead_since(cx, &dead_since) ||
        !db_query(cx, &rows, SQL_ANY_TENANT_PROCESS_SILENT, DB_TIME(dead_since), DB_TIME(cx->now),
                  DB_TIME(cx->now), DB_INT(limit)))
        return false;
    while (db_next(&rows)) {
        bool is_done;

        cx->tenant_id = db_id(&rows.row, 0);
        if (!bury_in_transaction(cx, db_id(&rows.row, 1), &is_done))
            return false;
        *done += is_done;
    }
    return true;
}
