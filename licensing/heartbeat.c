#include "licensing/heartbeat.h"

#include "base/clock.h"
#include "licensing/machine_event.h"

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
/* The lock that a beat and a removal meet in, so that whichever committed first is seen. */
static const char SQL_MACHINE_LOCK[] =
    "SELECT dead_told_at IS NOT NULL FROM machine WHERE tenant_id = ? AND id = ? FOR UPDATE";
static const char SQL_LICENCE_LOCK[] =
    "UPDATE licence SET version = version + 1 WHERE tenant_id = ? AND id = ?";

#define HEARTBEAT_JOINS                                                    \
    "JOIN licence l ON l.tenant_id = m.tenant_id AND l.id = m.licence_id " \
    "JOIN policy p ON p.tenant_id = l.tenant_id AND p.id = l.policy_id "
#define HEARTBEAT_SECONDS "INTERVAL COALESCE(p.heartbeat_duration_seconds, 600) SECOND"

static const char SQL_ANY_TENANT_SHORTEST[] =
    "SELECT COALESCE(MIN(COALESCE(heartbeat_duration_seconds, 600)), 600) FROM policy";
/* The first bound is what the index serves: no beat is younger and its machine dead. */
static const char SQL_ANY_TENANT_SILENT[] =
    "SELECT m.tenant_id, m.id FROM machine m " HEARTBEAT_JOINS
    "WHERE m.last_heartbeat_at < ? AND m.last_heartbeat_at + " HEARTBEAT_SECONDS
    " < ? AND (m.dead_told_at IS NULL OR " HEARTBEAT_CULLS(
        "m.last_heartbeat_at") ") ORDER BY m.last_heartbeat_at LIMIT ?";
static const char SQL_ANY_TENANT_NEVER_HEARD[] =
    "SELECT m.tenant_id, m.id FROM policy p "
    "JOIN licence l ON l.tenant_id = p.tenant_id AND l.policy_id = p.id "
    "JOIN machine m ON m.tenant_id = l.tenant_id AND m.licence_id = l.id "
    "WHERE p.require_heartbeat AND m.last_heartbeat_at IS NULL AND m.created_at "
    "+ " HEARTBEAT_SECONDS
    " < ? AND (m.dead_told_at IS NULL OR p.heartbeat_cull_strategy = 'DEACTIVATE_DEAD' "
    "AND p.heartbeat_resurrection_strategy <> 'ALWAYS_REVIVE') LIMIT ?";

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

int64_t heartbeat_revivable_until(const struct policy *policy, int64_t last_heartbeat_at,
                                  int64_t seconds)
{
    int64_t minutes = revive_minutes(policy->revive);

    if (policy->revive == POLICY_ALWAYS_REVIVE)
        return INT64_MAX;
    if (minutes == 0 || last_heartbeat_at == 0)
        return 0;
    return last_heartbeat_at + seconds * CLOCK_SECOND + minutes * CLOCK_MINUTE;
}

static int64_t revivable_until(const struct policy *policy, const struct machine *m)
{
    return heartbeat_revivable_until(policy, m->last_heartbeat_at, m->heartbeat_seconds);
}

static bool end(struct ctx *cx, bool is_done)
{
    if (is_done)
        return db_commit(cx);
    db_rollback(cx);
    return false;
}

static bool ping(struct ctx *cx, struct id machine_id, struct machine **out)
{
    struct policy *policy;
    struct db_rows rows;
    struct machine *m;
    bool was_dead;

    if (!db_query(cx, &rows, SQL_MACHINE_LOCK, DB_ID(cx->tenant_id), DB_ID(machine_id)) ||
        !machine_get(cx, machine_id, &m) || !policy_get(cx, m->policy_id, &policy))
        return false;
    was_dead = m->heartbeat == MACHINE_DEAD;
    if (was_dead && cx->now > revivable_until(policy, m))
        return err_set(&cx->err, &ERR_HEARTBEAT_DEAD, "machine %s", id_text(cx->mem, machine_id));
    if (!db_exec(cx, NULL, SQL_HEARTBEAT_PING, DB_TIME(cx->now), DB_TIME(cx->now),
                 DB_ID(cx->tenant_id), DB_ID(machine_id)) ||
        !machine_get(cx, machine_id, out))
        return false;
    if (was_dead)
        (*out)->heartbeat = MACHINE_RESURRECTED;
    return machine_event(cx, was_dead ? EVENT_MACHINE_RESURRECTED : EVENT_MACHINE_PINGED, *out);
}

bool heartbeat_ping(struct ctx *cx, struct id machine_id, struct machine **out)
{
    return db_begin(cx) && end(cx, ping(cx, machine_id, out));
}

static bool reset(struct ctx *cx, struct id machine_id, struct machine **out)
{
    return machine_get(cx, machine_id, out) &&
           db_exec(cx, NULL, SQL_HEARTBEAT_RESET, DB_ID(cx->tenant_id), DB_ID(machine_id)) &&
           machine_get(cx, machine_id, out) && machine_event(cx, EVENT_MACHINE_RESET, *out);
}

bool heartbeat_reset(struct ctx *cx, struct id machine_id, struct machine **out)
{
    return db_begin(cx) && end(cx, reset(cx, machine_id, out));
}

/* --- the sweep --- */

static bool tell(struct ctx *cx, const struct machine *m)
{
    return db_exec(cx, NULL, SQL_HEARTBEAT_TOLD, DB_TIME(cx->now), DB_ID(cx->tenant_id),
                   DB_ID(m->id)) &&
           machine_event(cx, EVENT_MACHINE_DEAD, m);
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
        !db_query(cx, &rows, SQL_MACHINE_LOCK, DB_ID(cx->tenant_id), DB_ID(machine_id)) ||
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

bool heartbeat_dead_since(struct ctx *cx, int64_t *out)
{
    struct db_rows rows;

    if (!db_query(cx, &rows, SQL_ANY_TENANT_SHORTEST, DB_NONE) || !db_next(&rows))
        return false;
    *out = cx->now - db_i64(&rows.row, 0) * CLOCK_SECOND;
    return true;
}

bool heartbeat_sweep(struct ctx *cx, unsigned limit, unsigned *done)
{
    struct db_rows rows;
    int64_t dead_since;

    *done = 0;
    return heartbeat_dead_since(cx, &dead_since) &&
           db_query(cx, &rows, SQL_ANY_TENANT_SILENT, DB_TIME(dead_since), DB_TIME(cx->now),
                    DB_TIME(cx->now), DB_INT(limit)) &&
           sweep(cx, &rows, done) &&
           db_query(cx, &rows, SQL_ANY_TENANT_NEVER_HEARD, DB_TIME(cx->now), DB_INT(limit)) &&
           sweep(cx, &rows, done);
}
