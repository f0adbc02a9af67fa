#include "portal/jobs/audit_chain.h"

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
