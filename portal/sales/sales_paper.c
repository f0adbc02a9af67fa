#include "portal/sales/sales_paper.h"

#include "db/event.h"
#include "db/series.h"
#include "portal/sales/sales_scope.h"

bool sales_paper_add(struct ctx *cx, const struct sales_paper *paper, struct id *out)
{
    const char *number = paper->number;
    struct id id = ctx_new_id(cx);
    int64_t n;

    if (!db_begin(cx))
        return false;
    if ((number == NULL && !series_next(cx, paper->kind, &number, &n)) ||
        !sales_scope_check(cx, &SALES_SCOPE_ORDER, paper->organisation_id) ||
        !paper->insert(cx, id, number, paper->draft) ||
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
