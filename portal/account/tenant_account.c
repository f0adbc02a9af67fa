/* What the licensing protocol calls the account. */
#include "db/event.h"
#include "portal/account/tenant.h"

#include <string.h>

static const char SQL_TENANT_ACCOUNT[] =
    "SELECT name, slug, api_version, is_protected, created_at, updated_at, wire_rights "
    "FROM tenant WHERE id = ?";

bool tenant_account_get(struct ctx *cx, struct tenant_account *out)
{
    struct db_rows rows;

    if (!db_query(cx, &rows, SQL_TENANT_ACCOUNT, DB_ID(cx->tenant_id)))
        return false;
    if (!db_next(&rows))
        return err_set(&cx->err, &ERR_NOT_FOUND, "tenant");
    *out = (struct tenant_account){.name = db_text(&rows.row, 0),
                                   .slug = db_text(&rows.row, 1),
                                   .api_version = db_text(&rows.row, 2),
                                   .is_protected = db_bool(&rows.row, 3),
                                   .created_at = db_time(&rows.row, 4),
                                   .updated_at = db_time(&rows.row, 5),
                                   .wire_rights = db_text(&rows.row, 6)};
    return true;
}

static const char SQL_TENANT_WIRE_RIGHTS[] =
    "UPDATE tenant SET wire_rights = ?, is_protected = ?, updated_at = ? WHERE id = ?";

bool tenant_set_wire_rights(struct ctx *cx, const char *names, bool is_protected)
{
    if (cx->viewer.kind == VIEWER_CUSTOMER || !viewer_has(&cx->viewer, RIGHT_SETTINGS_UPDATE))
        return err_set(&cx->err, &ERR_DENIED, "wire rights");
    if (!db_begin(cx))
        return false;
    if (db_exec(cx, NULL, SQL_TENANT_WIRE_RIGHTS, DB_TEXT(names), DB_BOOL(is_protected),
                DB_TIME(cx->now), DB_ID(cx->tenant_id)) &&
        event_emit(cx, EVENT_TENANT_UPDATED, cx->tenant_id,
                   json_own(cx->mem, json_pack("{s:{s:s,s:b}}", "after", "wire_rights", names,
                                               "is_protected", is_protected))))
        return db_commit(cx);
    db_rollback(cx);
    return false;
}

const struct err_kind ERR_TENANT_API_VERSION = {ERR_CLASS_INVALID, "API_VERSION_INVALID",
                                                "The API's versions are 1.2 to 1.8."};
static const char SQL_TENANT_SET_ACCOUNT[] =
    "UPDATE tenant SET api_version = COALESCE(?, api_version), is_protected = ?, updated_at = ? "
    "WHERE id = ?";

static bool is_api_version(const char *text)
{
    return strlen(text) == 3 && strncmp(text, "1.", 2) == 0 && text[2] >= '2' && text[2] <= '8';
}

bool tenant_set_account(struct ctx *cx, const char *api_version, bool is_protected)
{
    if (cx->viewer.kind == VIEWER_CUSTOMER || !viewer_has(&cx->viewer, RIGHT_SETTINGS_UPDATE))
        return err_set(&cx->err, &ERR_DENIED, "account");
    if (api_version != NULL && !is_api_version(api_version))
        return err_set_at(&cx->err, &ERR_TENANT_API_VERSION, "api_version", "%s", api_version);
    if (!db_begin(cx))
        return false;
    if (db_exec(cx, NULL, SQL_TENANT_SET_ACCOUNT, DB_TEXT(api_version), DB_BOOL(is_protected),
                DB_TIME(cx->now), DB_ID(cx->tenant_id)) &&
        event_emit(cx, EVENT_TENANT_UPDATED, cx->tenant_id,
                   json_own(cx->mem, json_pack("{s:{s:s?,s:b}}", "after", "api_version",
                                               api_version, "protected", is_protected))))
        return db_commit(cx);
    db_rollback(cx);
    return false;
}
