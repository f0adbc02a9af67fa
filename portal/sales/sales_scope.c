#include "portal/sales/sales_scope.h"

const struct sales_scope_rule SALES_SCOPE_ORGANISATION = {
    .modules = {MODULE_CUSTOMERS, MODULE_SALES, MODULE_DESK, MODULE_LICENCES}, .count = 4};

const struct sales_scope_rule SALES_SCOPE_ORDER = {
    RIGHT_ORDER, {MODULE_SALES, MODULE_CUSTOMERS}, 2};
const struct sales_scope_rule SALES_SCOPE_CONTRACT = {
    RIGHT_ORDER, {MODULE_SALES, MODULE_CUSTOMERS}, 2};
const struct sales_scope_rule SALES_SCOPE_INVOICE = {RIGHT_BILLING, {MODULE_SALES}, 1};

/* The desk and the licences know every customer's name: a ticket is filed, a licence issued for any
 * of them. */
static enum sales_scope of_module(const struct viewer *viewer, enum right_module module)
{
    if (module == MODULE_DESK || module == MODULE_LICENCES)
        return SALES_SCOPE_ALL;
    switch (viewer_scope(viewer, module)) {
    case SCOPE_OWN:
        return SALES_SCOPE_MINE;
    case SCOPE_TEAM:
        return SALES_SCOPE_TEAM;
    case SCOPE_ALL:
    case SCOPE_COUNT:
        break;
    }
    return SALES_SCOPE_ALL;
}

static enum sales_scope of_staff(const struct viewer *viewer, const struct sales_scope_rule *rule)
{
    for (size_t i = 0; i < rule->count; i++)
        if (viewer_has(viewer, RIGHT_OF(rule->modules[i], ACTION_READ)))
            return of_module(viewer, rule->modules[i]);
    return SALES_SCOPE_NONE;
}

enum sales_scope sales_scope_of(const struct viewer *viewer, const struct sales_scope_rule *rule)
{
    switch (viewer->kind) {
    case VIEWER_SYSTEM:
        return SALES_SCOPE_ALL;
    case VIEWER_STAFF:
        return of_staff(viewer, rule);
    case VIEWER_CUSTOMER:
        return viewer_has(viewer, rule->customer_right) && !id_is_zero(viewer->organisation_id)
                   ? SALES_SCOPE_OWN
                   : SALES_SCOPE_NONE;
    case VIEWER_NOBODY:
        break;
    }
    return SALES_SCOPE_NONE;
}

void sales_scope_where(struct ctx *cx, struct where *w, enum sales_scope scope,
                       const struct sales_scope_column *column)
{
    switch (scope) {
    case SALES_SCOPE_ALL:
        break;
    case SALES_SCOPE_OWN:
        where_add(w, column->own, DB_ID(cx->viewer.organisation_id));
        break;
    case SALES_SCOPE_MINE:
        where_add(w, column->of_staff, DB_ID(cx->tenant_id));
        where_add(w, " AND ow.owner_id = ?)", DB_ID(cx->viewer.person_id));
        break;
    case SALES_SCOPE_TEAM:
        where_add(w, column->of_staff, DB_ID(cx->tenant_id));
        where_add(w, " AND (ow.owner_id = ?", DB_ID(cx->viewer.person_id));
        where_add(w,
                  " OR ow.owner_id IN (SELECT oy.person_id FROM staff_member oy WHERE "
                  "oy.tenant_id = ow.tenant_id AND oy.team_id = ?)))",
                  DB_ID(cx->viewer.team_id));
        break;
    case SALES_SCOPE_NONE:
        where_add(w, " AND FALSE", DB_NONE);
        break;
    }
}

static const char SQL_SALES_SCOPE_CHECK[] =
    "SELECT o.id FROM organisation o WHERE o.tenant_id = ? AND o.id = ? AND o.deleted_at IS NULL";

bool sales_scope_check(struct ctx *cx, const struct sales_scope_rule *rule,
                       struct id organisation_id)
{
    const struct db_arg args[] = {DB_ID(cx->tenant_id), DB_ID(organisation_id)};
    struct db_rows rows;
    struct where w;

    where_start(&w, cx, SQL_SALES_SCOPE_CHECK, args, COUNT(args));
    sales_scope_where(cx, &w, sales_scope_of(&cx->viewer, rule), SALES_SCOPE_COLUMN("o.id"));
    if (!db_query_args(cx, &rows, w.text.p, w.args, w.count))
        return false;
    return rows.count > 0 ||
           err_set(&cx->err, &ERR_NOT_FOUND, "organisation %s", id_text(cx->mem, organisation_id));
}
