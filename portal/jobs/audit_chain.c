#include "portal/jobs/audit_chain.h"

#include "base/clock.h"
#include "db/event_checkpoint.h"

enum { CHAIN_BATCH = 500, TENANTS_AT_ONCE = 200 };

/* The job's own: it works for all tenants. */
static const char SQL_CHAIN_TENANTS_ANY_TENANT[] =
    "SELECT t.id FROM tenant t WHERE EXISTS "
    "(SELECT 1 FROM event e WHERE e.tenant_id = t.id AND e.chain_no IS NULL) "
    "ORDER BY t.id LIMIT ?";

bool audit_chain_work(struct ctx *cx, unsigned *linked)
{
    struct id house = cx->tenant_id;
    struct err first = {0};
    struct db_rows rows;

    *linked = 0;
    if (!db_query(cx, &rows, SQL_CHAIN_TENANTS_ANY_TENANT, DB_INT(TENANTS_AT_ONCE)))
        return false;
    while (db_next(&rows)) {
        unsigned count = 0;

        cx->tenant_id = db_id(&rows.row, 0);
        if (event_chain_link(cx, CHAIN_BATCH, &count)) {
            *linked += count;
            continue;
        }
        if (first.kind == NULL)
            first = cx->err;
        err_clear(&cx->err);
    }
    cx->tenant_id = house;
    cx->err = first;
    return first.kind == NULL;
}

/* Those whose chain has grown since it was signed an hour ago or more. */
static const char SQL_SIGN_TENANTS_ANY_TENANT[] =
    "SELECT ec.tenant_id FROM event_chain ec LEFT JOIN (SELECT tenant_id, MAX(chain_no) AS no, "
    "MAX(signed_at) AS at FROM event_checkpoint GROUP BY tenant_id) c "
    "ON c.tenant_id = ec.tenant_id WHERE ec.last_no > COALESCE(c.no, 0) "
    "AND (c.at IS NULL OR c.at <= ?) ORDER BY ec.tenant_id LIMIT ?";

bool audit_chain_sign(struct ctx *cx, unsigned *made)
{
    struct id house = cx->tenant_id;
    struct db_rows rows;
    bool is_made = false;
    bool ok = true;

    *made = 0;
    if (cx->master == NULL) /* a node without keys leaves it to the others */
        return true;
    if (!db_query(cx, &rows, SQL_SIGN_TENANTS_ANY_TENANT,
                  DB_TIME(cx->now - EVENT_CHECKPOINT_MINUTES * CLOCK_MINUTE),
                  DB_INT(TENANTS_AT_ONCE)))
        return false;
    while (ok && db_next(&rows)) {
        cx->tenant_id = db_id(&rows.row, 0);
        ok = event_checkpoint_sign(cx, &is_made);
        *made += is_made;
    }
    cx->tenant_id = house;
    return ok;
}
