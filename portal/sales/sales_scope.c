#include "portal/sales/sales_scope.h"

enum sales_scope sales_scope_of(const struct viewer *viewer, uint32_t customer_right,
                                uint32_t staff_rights)
{
    switch (viewer->kind) {
    case VIEWER_SYSTEM:
        return SALES_SCOPE_ALL;
    case VIEWER_STAFF:
        return (viewer->rights & staff_rights) != 0 ? SALES_SCOPE_ALL : SALES_SCOPE_NONE;
    case VIEWER_CUSTOMER:
        return viewer_has(viewer, customer_right) && !id_is_zero(viewer->organisation_id)
                   ? SALES_SCOPE_OWN
                   : SALES_SCOPE_NONE;
    case VIEWER_NOBODY:
        break;
    }
    return SALES_SCOPE_NONE;
}

void sales_scope_where(struct ctx *cx, struct where *w, enum sales_scope scope, const char *own)
{
    switch (scope) {
    case SALES_SCOPE_ALL:
        break;
    case SALES_SCOPE_OWN:
        where_add(w, own, DB_ID(cx->viewer.organisation_id));
        break;
    case SALES_SCOPE_NONE:
        where_add(w, " AND FALSE", DB_NONE);
        break;
    }
}
