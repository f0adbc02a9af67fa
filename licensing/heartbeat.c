#include "licensing/heartbeat.h"

#include "base/clock.h"

const struct err_kind ERR_HEARTBEAT_DEAD = {
    ERR_CLASS_INVALID, "MACHINE_HEARTBEAT_DEAD",
    "This machine was silent for too long. Activate it again."};

static const char SQL_HEARTBEAT_PING[] =
    "UPDATE machine SET last_heartbeat_at = ?, last_seen_at = ?, dead_told_at = NULL "
    "WHERE tenant_id = ? AND id = ?";
static const char SQL_HEARTBEAT_RESET[] =
    "UPDATE machine SET last_heartbeat_at = NULL, dead_told_at = NULL "
    "WHERE tenant_id = ? AND id = ?";
static const char SQL_HEARTBEAT_TOLD[] =
    "UPDATE machine SET dead_told_at = ? WHERE tenant_id = ? AND id = ?";
static const char SQL_HEARTBEAT_WAS_TOLD[] =
    "SELECT dead_told_at IS NOT NULL FROM machine WHERE tenant_id = ? AND id = ?";
static const char SQL_LICENCE_LOCK[] =
    "UPDATE licence SET version = version + 1 WHERE tenant_id = ? AND id = ?";

/* Dead, and something is left to do: to tell it, or to remove the machine (KEEP_DEAD ones stay). */
#define HEARTBEAT_LEFT "(m.dead_told_at IS NULL OR p.heartbeat_cull_strategy = 'DEACTIVATE_DEAD')"
#define HEARTBEAT_JOINS                                                    \
    "JOIN licence l ON l.tenant_id = m.tenant_id AND l.id = m.licence_id " \
    "JOIN policy p ON p.tenant_id = l.tenant_id AND p.id = l.policy_id "
#define HEARTBEAT_SECONDS "INTERVAL COALESCE(p.heartbeat_duration_seconds, 600) SECOND"

/* No heartbeat is shorter than a minute: the first bound is what the index serves. */
static const char SQL_ANY_TENANT_SILENT[] =
    "SELECT m.tenant_id, m.id FROM machine m " HEARTBEAT_JOINS
    "WHERE m.last_heartbeat_at < ? AND m.last_heartbeat_at + " HEARTBEAT_SECONDS
    " < ? AND " HEARTBEAT_LEFT " ORDER BY m.last_heartbeat_at LIMIT ?";
static const char SQL_ANY_TENANT_NEVER_HEARD[] =
    "SELECT m.tenant_id, m.id FROM policy p "
    "JOIN licence l ON l.tenant_id = p.tenant_id AND l.policy_id = p.id "
    "JOIN machine m ON m.tenant_id = l.tenant_id AND m.licence_id = l.id "
    "WHERE p.require_heartbeat AND m.last_heartbeat_at IS NULL AND m.created_at "
    "+ " HEARTBEAT_SECONDS " < ? AND " HEARTBEAT_LEFT " LIMIT ?";

static bool change(struct ctx *cx, const struct machine *m, struct machine **out)
{
    if (!licence_changed(cx, "licence", m->licence_id) || !machine_get(cx, m->id, out)) {
        db_rollback(cx);
        return false;
    }
    return db_commit(cx);
}

static int64_t revive_minutes(enum policy_revive revive)
{
    switch (revive) {
    case POLICY_NO_REVIVE:
    case POLICY_ALWAYS_REVIVE:
        break;
    case POLICY_REVIVE_1_MINUTE:
        return 1;
    case POLICY_REVIVE_2_MINUTES:
        return 2;
    case POLICY_REVIVE_5_MINUTES:
        return 5;
    case POLICY_REVIVE_10_MINUTES:
        return 10;
    case POLICY_REVIVE_15_MINUTES:
        return 15;
    }
    return 0;
}

/* The last instant at which a dead machine can still come back; 0 where there is none. One that was
 * never heard has no such window. */
static int64_t revivable_until(const struct policy *policy, const struct machine *m)
{
    int64_t minutes = revive_minutes(policy->revive);

    if (policy->revive == POLICY_ALWAYS_REVIVE)
        return INT64_MAX;
    if (minutes == 0 || m->last_heartbeat_at == 0)
        return 0;
    return m->last_heartbeat_at + m->heartbeat_seconds * CLOCK_SECOND + minutes * CLOCK_MINUTE;
}

bool heartbeat_ping(struct ctx *cx, struct id machine_id, struct machine **out)
{
    struct policy *policy;
    struct machine *m;
    int64_t found;

    if (!db_begin(cx))
        return false;
    if (!machine_get(cx, machine_id, &m) || !policy_get(cx, m->policy_id, &policy))
        goto rollback;
    if (m->heartbeat == MACHINE_DEAD && cx->now > revivable_until(policy, m)) {
        err_set(&cx->err, &ERR_HEARTBEAT_DEAD, "machine %s", id_text(cx->mem, machine_id));
        goto rollback;
    }
    if (!db_exec(cx, &found, SQL_HEARTBEAT_PING, DB_TIME(cx->now), DB_TIME(cx->now),
                 DB_ID(cx->tenant_id), DB_ID(machine_id)))
        goto rollback;
    if (found == 0) { /* removed in between */
        err_set(&cx->err, &ERR_NOT_FOUND, "machine %s", id_text(cx->mem, machine_id));
        goto rollback;
    }
    if (!change(cx, m, out))
        return false;
    if (m->heartbeat == MACHINE_DEAD)
        (*out)->heartbeat = MACHINE_RESURRECTED;
    return true;

rollback:
    db_rollback(cx);
    return false;
}

bool heartbeat_reset(struct ctx *cx, struct id machine_id, struct machine **out)
{
    struct machine *m;

    if (!db_begin(cx))
        return false;
    if (!machine_get(cx, machine_id, &m) ||
        !db_exec(cx, NULL, SQL_HEARTBEAT_RESET, DB_ID(cx->tenant_id), DB_ID(machine_id))) {
        db_rollback(cx);
        return false;
    }
    return change(cx, m, out);
}

/* --- the sweep --- */

static bool tell(struct ctx *cx, const struct machine *m)
{
    json_t *data =
        json_own(cx->mem, json_pack("{s:s, s:s, s:o}", "action", "machine fell silent", "machine",
                                    id_text(cx->mem, m->id), "name", json_text(m->name)));

    return db_exec(cx, NULL, SQL_HEARTBEAT_TOLD, DB_TIME(cx->now), DB_ID(cx->tenant_id),
                   DB_ID(m->id)) &&
           event_emit(cx, EVENT_LICENCE_UPDATED, m->licence_id, data) &&
           licence_changed(cx, "licence", m->licence_id);
}

static bool must_remove(const struct ctx *cx, const struct policy *policy, const struct machine *m)
{
    return policy->cull == POLICY_DEACTIVATE_DEAD && cx->now > revivable_until(policy, m);
}

/* Under the locks of licence and machine, so that a beat that committed first is seen. */
static bool bury(struct ctx *cx, struct id machine_id, bool *is_done)
{
    struct policy *policy;
    struct machine *m;
    struct db_rows rows;

    *is_done = false;
    if (!machine_get(cx, machine_id, &m) ||
        !db_exec(cx, NULL, SQL_LICENCE_LOCK, DB_ID(cx->tenant_id), DB_ID(m->licence_id)) ||
        !db_query(cx, &rows, SQL_HEARTBEAT_WAS_TOLD, DB_ID(cx->tenant_id), DB_ID(machine_id)) ||
        !machine_get(cx, machine_id, &m) || !policy_get(cx, m->policy_id, &policy))
        return false;
    if (m->heartbeat != MACHINE_DEAD || !db_next(&rows))
        return true;
    if (!db_bool(&rows.row, 0)) {
        *is_done = true;
        if (!tell(cx, m))
            return false;
    }
    if (!must_remove(cx, policy, m))
        return true;
    *is_done = true;
    return machine_remove(cx, machine_id, (struct id){0});
}

static bool bury_in_transaction(struct ctx *cx, struct id machine_id, bool *is_done)
{
    if (!db_begin(cx))
        return false;
    if (bury(cx, machine_id, is_done))
        return db_commit(cx);
    db_rollback(cx);
    if (cx->err.kind != &ERR_NOT_FOUND)
        return false;
    err_clear(&cx->err); /* somebody else has removed it */
    *is_done = false;
    return true;
}

static bool sweep(struct ctx *cx, struct db_rows *rows, unsigned *done)
{
    while (db_next(rows)) {
        bool is_done;

        cx->tenant_id = db_id(&rows->row, 0);
        if (!bury_in_transaction(cx, db_id(&rows->row, 1), &is_done))
            return false;
        *done += is_done;
    }
    return true;
}

bool heartbeat_sweep(struct ctx *cx, unsigned limit, unsigned *done)
{
    struct db_rows rows;

    *done = 0;
    return db_query(cx, &rows, SQL_ANY_TENANT_SILENT, DB_TIME(cx->now - CLOCK_MINUTE),
                    DB_TIME(cx->now), DB_INT(limit)) &&
           sweep(cx, &rows, done) &&
           db_query(cx, &rows, SQL_ANY_TENANT_NEVER_HEARD, DB_TIME(cx->now), DB_INT(limit)) &&
           sweep(cx, &rows, done);
}
