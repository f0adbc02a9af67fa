#include "portal/sales/sales_paper.h"

#include "db/event.h"
#include "db/series.h"

static const char SQL_PAPER_ORGANISATION[] =
    "SELECT id FROM organisation WHERE tenant_id = ? AND id = ? AND deleted_at IS NULL";

static bool check_organisation(struct ctx *cx, const struct sales_paper *paper)
{
    struct db_rows rows;

    if (!db_query(cx, &rows, SQL_PAPER_ORGANISATION, DB_ID(cx->tenant_id),
                  DB_ID(paper->organisation_id)))
        return false;
    return rows.count > 0 || err_set(&cx->err, &ERR_NOT_FOUND, "organisation of %s", paper->change);
}

bool sales_paper_add(struct ctx *cx, const struct sales_paper *paper, struct id *out)
{
    const char *number = paper->number;
    struct id id = ctx_new_id(cx);
    int64_t n;

    if (!db_begin(cx))
        return false;
    if ((number == NULL && !series_next(cx, paper->kind, &number, &n)) ||
        !check_organisation(cx, paper) || !paper->insert(cx, id, number, paper->draft) ||
        !event_emit(cx, EVENT_ORGANISATION_CHANGED, paper->organisation_id,
                    json_own(cx->mem, json_pack("{s:s,s:s}", "change", paper->change, paper->kind,
                                                number)))) {
        db_rollback(cx);
        return false;
    }
    if (!db_commit(cx))
        return false;
    *out = id;
    return true;
}
