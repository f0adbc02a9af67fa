#include "portal/account/second_rule.h"

#include "db/event.h"
#include "portal/sales/sales_scope.h"

static const char SQL_SECOND_ROLES[] =
    "SELECT r.id, r.name, r.needs_second, (SELECT COUNT(*) FROM staff_member sm "
    "JOIN person p ON p.tenant_id = sm.tenant_id AND p.id = sm.person_id "
    "LEFT JOIN credential c ON c.tenant_id = sm.tenant_id AND c.person_id = sm.person_id "
    "WHERE sm.tenant_id = r.tenant_id AND sm.role_id = r.id AND c.totp_sealed IS NULL "
    "AND NOT p.is_disabled AND p.deleted_at IS NULL) FROM role r WHERE r.tenant_id = ? "
    "ORDER BY r.name, r.id LIMIT ?";
static const char SQL_SECOND_ROLE_SET[] =
    "UPDATE role SET needs_second = ? WHERE tenant_id = ? AND id = ? AND needs_second <> ?";
static const char SQL_SECOND_ROLE_NAME[] = "SELECT name FROM role WHERE tenant_id = ? AND id = ?";
static const char SQL_SECOND_ORGANISATION[] =
    "SELECT needs_second FROM organisation WHERE tenant_id = ? AND id = ? AND deleted_at IS NULL";
static const char SQL_SECOND_ORGANISATION_SET[] =
    "UPDATE organisation SET needs_second = ? WHERE tenant_id = ? AND id = ? AND needs_second <> ?";

static bool check_staff(struct ctx *cx, enum right_action action)
{
    return (cx->viewer.kind != VIEWER_CUSTOMER &&
            viewer_has(&cx->viewer, RIGHT_OF(MODULE_SETTINGS, action))) ||
           err_set(&cx->err, &ERR_DENIED, "who needs a second step");
}

bool second_rule_roles(struct ctx *cx, struct second_rule_role **out, size_t *count)
{
    struct second_rule_role *list;
    struct db_rows rows;
    size_t n = 0;

    if (!check_staff(cx, ACTION_READ) ||
        !db_query(cx, &rows, SQL_SECOND_ROLES, DB_ID(cx->tenant_id), DB_INT(SECOND_RULE_ROLES_MAX)))
        return false;
    list = arena_array(cx->mem, struct second_rule_role, rows.count ? rows.count : 1);
    while (db_next(&rows))
        list[n++] = (struct second_rule_role){.id = db_id(&rows.row, 0),
                                              .name = db_text(&rows.row, 1),
                                              .is_needed = db_bool(&rows.row, 2),
                                              .missing = db_i64(&rows.row, 3)};
    *out = list;
    *count = n;
    return true;
}

/* Setting what is set already tells nobody anything. */
static bool set(struct ctx *cx, const char *sql, struct id id, bool is_needed, enum event_kind kind)
{
    json_t *data = json_own(cx->mem, json_pack("{s:{s:b},s:{s:b}}", "before", "second_step",
                                               !is_needed, "after", "second_step", is_needed));
    int64_t changed;

    if (!db_begin(cx))
        return false;
    if (!db_exec(cx, &changed, sql, DB_BOOL(is_needed), DB_ID(cx->tenant_id), DB_ID(id),
                 DB_BOOL(is_needed)) ||
        (changed > 0 && !event_emit(cx, kind, id, data))) {
        db_rollback(cx);
        return false;
    }
    return db_commit(cx);
}

bool second_rule_set_role(struct ctx *cx, struct id role_id, bool is_needed)
{
    struct db_rows rows;

    if (!check_staff(cx, ACTION_UPDATE) ||
        !db_query(cx, &rows, SQL_SECOND_ROLE_NAME, DB_ID(cx->tenant_id), DB_ID(role_id)))
        return false;
    if (!db_next(&rows))
        return err_set(&cx->err, &ERR_NOT_FOUND, "role %s", id_text(cx->mem, role_id));
    return set(cx, SQL_SECOND_ROLE_SET, role_id, is_needed, EVENT_ROLE_CHANGED);
}

static bool check_organisation(struct ctx *cx, struct id id, uint64_t right_of_staff)
{
    const struct viewer *v = &cx->viewer;

    if (!sales_scope_check(cx, &SALES_SCOPE_ORGANISATION, id))
        return false;
    return viewer_has(v, v->kind == VIEWER_CUSTOMER ? RIGHT_ADMIN : right_of_staff) ||
           err_set(&cx->err, &ERR_DENIED, "second step of %s", id_text(cx->mem, id));
}

bool second_rule_organisation(struct ctx *cx, struct id organisation_id, bool *is_needed)
{
    struct db_rows rows;

    if (!check_organisation(cx, organisation_id, RIGHT_CUSTOMERS_READ) ||
        !db_query(cx, &rows, SQL_SECOND_ORGANISATION, DB_ID(cx->tenant_id), DB_ID(organisation_id)))
        return false;
    if (!db_next(&rows))
        return err_set(&cx->err, &ERR_NOT_FOUND, "organisation %s",
                       id_text(cx->mem, organisation_id));
    *is_needed = db_bool(&rows.row, 0);
    return true;
}

bool second_rule_set_organisation(struct ctx *cx, struct id organisation_id, bool is_needed)
{
    bool before;

    return check_organisation(cx, organisation_id, RIGHT_CUSTOMERS_UPDATE) &&
           (cx->viewer.kind != VIEWER_CUSTOMER || viewer_acts(&cx->viewer, RIGHT_ADMIN) ||
            err_set(&cx->err, &ERR_DENIED, "sees only")) &&
           second_rule_organisation(cx, organisation_id, &before) &&
           set(cx, SQL_SECOND_ORGANISATION_SET, organisation_id, is_needed,
               EVENT_ORGANISATION_CHANGED);
}

static const char SQL_SECOND_OWED[] =
    "SELECT 1 FROM person p LEFT JOIN staff_member sm ON sm.tenant_id = p.tenant_id "
    "AND sm.person_id = p.id LEFT JOIN role r ON r.tenant_id = sm.tenant_id AND r.id = sm.role_id "
    "LEFT JOIN credential c ON c.tenant_id = p.tenant_id AND c.person_id = p.id "
    "WHERE p.tenant_id = ? AND p.id = ? AND c.totp_sealed IS NULL "
    "AND (COALESCE(r.needs_second, FALSE) OR EXISTS (SELECT 1 FROM membership m "
    "JOIN organisation o ON o.tenant_id = m.tenant_id AND o.id = m.organisation_id "
    "AND o.needs_second WHERE m.tenant_id = p.tenant_id AND m.person_id = p.id))";

bool second_rule_is_owed(struct ctx *cx, struct id person_id, bool *is_owed)
{
    struct db_rows rows;

    if (!db_query(cx, &rows, SQL_SECOND_OWED, DB_ID(cx->tenant_id), DB_ID(person_id)))
        return false;
    *is_owed = rows.count > 0;
    return true;
}
