#include "portal/account/profile_reach.h"

#include "db/where.h"
#include "portal/sales/sales_scope.h"

static const char SQL_PROFILE_IS_STAFF[] =
    "SELECT 1 FROM staff_member WHERE tenant_id = ? AND person_id = ?";
static const char SQL_PROFILE_MEMBER[] =
    "SELECT 1 FROM membership m JOIN organisation o ON "
    "o.tenant_id = m.tenant_id AND o.id = m.organisation_id "
    "WHERE m.tenant_id = ? AND o.deleted_at IS NULL "
    "AND m.person_id = ?";
static const char SQL_PROFILE_ORGANISATION_THERE[] =
    "SELECT 1 FROM organisation o WHERE o.tenant_id = ? AND o.deleted_at IS NULL AND o.id = ?";

static bool in_scope(struct ctx *cx, const struct profile_subject *of, bool *out)
{
    bool is_person = !id_is_zero(of->person_id);
    const struct db_arg args[] = {DB_ID(cx->tenant_id),
                                  DB_ID(is_person ? of->person_id : of->organisation_id)};
    struct db_rows rows;
    struct where w;

    where_start(&w, cx, is_person ? SQL_PROFILE_MEMBER : SQL_PROFILE_ORGANISATION_THERE, args,
                COUNT(args));
    sales_scope_where(cx, &w, sales_scope_of(&cx->viewer, &SALES_SCOPE_ORGANISATION),
                      SALES_SCOPE_COLUMN("o.id"));
    where_add(&w, " LIMIT ?", DB_INT(1));
    if (!db_query_args(cx, &rows, w.text.p, w.args, w.count))
        return false;
    *out = rows.count > 0;
    return true;
}

bool profile_reach(struct ctx *cx, const struct profile_subject *of, enum right_action action,
                   bool *out)
{
    const struct viewer *v = &cx->viewer;
    struct db_rows rows;
    bool is_staff;

    *out = v->kind == VIEWER_SYSTEM;
    if (v->kind != VIEWER_STAFF)
        return true;
    if (!db_query(cx, &rows, SQL_PROFILE_IS_STAFF, DB_ID(cx->tenant_id), DB_ID(of->person_id)))
        return false;
    is_staff = rows.count > 0;
    if (!viewer_has(v, (is_staff ? RIGHT_SETTINGS_READ : RIGHT_CUSTOMERS_READ) << action))
        return true;
    *out = is_staff || viewer_scope(v, MODULE_CUSTOMERS) == SCOPE_ALL;
    return *out || in_scope(cx, of, out);
}

static const char SQL_PROFILE_MEMBERS[] =
    "SELECT COUNT(*) FROM membership m JOIN organisation o ON "
    "o.tenant_id = m.tenant_id AND o.id = m.organisation_id "
    "WHERE m.tenant_id = ? AND o.deleted_at IS NULL "
    "AND m.person_id = ?";

static bool count_members(struct ctx *cx, struct id person_id, enum sales_scope scope, int64_t *out)
{
    const struct db_arg args[] = {DB_ID(cx->tenant_id), DB_ID(person_id)};
    struct db_rows rows;
    struct where w;

    where_start(&w, cx, SQL_PROFILE_MEMBERS, args, COUNT(args));
    sales_scope_where(cx, &w, scope, SALES_SCOPE_COLUMN("o.id"));
    if (!db_query_args(cx, &rows, w.text.p, w.args, w.count))
        return false;
    *out = db_next(&rows) ? db_i64(&rows.row, 0) : 0;
    return true;
}

bool profile_reach_wholly(struct ctx *cx, struct id person_id, bool *out)
{
    const struct viewer *v = &cx->viewer;
    int64_t all, reached;

    *out = v->kind == VIEWER_SYSTEM ||
           (v->kind == VIEWER_STAFF && viewer_scope(v, MODULE_CUSTOMERS) == SCOPE_ALL);
    if (*out || v->kind != VIEWER_STAFF)
        return true;
    if (!count_members(cx, person_id, SALES_SCOPE_ALL, &all) ||
        !count_members(cx, person_id, sales_scope_of(v, &SALES_SCOPE_ORGANISATION), &reached))
        return false;
    *out = all > 0 && all == reached;
    return true;
}
