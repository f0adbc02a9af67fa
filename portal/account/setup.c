#include "portal/account/setup.h"

#include "db/event.h"

#include <string.h>

static const char *const NAMES[] = {
    [SETUP_BRAND] = "brand",     [SETUP_REGION] = "region",     [SETUP_MAIL] = "mail",
    [SETUP_PRODUCT] = "product", [SETUP_CUSTOMER] = "customer", [SETUP_TICKET] = "ticket"};
_Static_assert(COUNT(NAMES) == SETUP_STEP_COUNT, "name every step");

static const char SQL_SETUP_FACTS[] =
    "SELECT t.is_set_up, "
    "(SELECT id FROM product WHERE tenant_id = ? ORDER BY id LIMIT 1), "
    "EXISTS (SELECT 1 FROM policy WHERE tenant_id = ?), "
    "(SELECT id FROM organisation WHERE tenant_id = ? AND deleted_at IS NULL ORDER BY id LIMIT 1), "
    "EXISTS (SELECT 1 FROM membership WHERE tenant_id = ?), "
    "EXISTS (SELECT 1 FROM ticket WHERE tenant_id = ?) FROM tenant t WHERE t.id = ?";
static const char SQL_SETUP_MARKS[] = "SELECT step, state FROM tenant_setup WHERE tenant_id = ?";
static const char SQL_SETUP_MARK[] =
    "INSERT INTO tenant_setup (tenant_id, step, state, at) "
    "SELECT ?, ?, ?, ? FROM tenant WHERE id = ? AND is_set_up = FALSE "
    "ON DUPLICATE KEY UPDATE state = VALUES(state), at = VALUES(at)";
static const char SQL_SETUP_FINISH[] =
    "UPDATE tenant SET is_set_up = TRUE, updated_at = ? WHERE id = ? AND is_set_up = FALSE";

const char *setup_name(enum setup_step step)
{
    return NAMES[step];
}

bool setup_parse(const char *name, enum setup_step *out)
{
    for (size_t i = 0; i < COUNT(NAMES); i++)
        if (strcmp(NAMES[i], name) == 0) {
            *out = (enum setup_step)i;
            return true;
        }
    return false;
}

bool setup_get(struct ctx *cx, struct setup *out)
{
    const struct db_arg me = DB_ID(cx->tenant_id);
    struct db_rows rows;
    enum setup_step step;

    *out = (struct setup){.is_over = true};
    if (!db_query(cx, &rows, SQL_SETUP_FACTS, me, me, me, me, me, me))
        return false;
    if (!db_next(&rows))
        return err_set(&cx->err, &ERR_NOT_FOUND, "tenant");
    out->is_over = db_bool(&rows.row, 0);
    out->product_id = db_id(&rows.row, 1);
    out->organisation_id = db_id(&rows.row, 3);
    if (!db_is_null(&rows.row, 1) && db_bool(&rows.row, 2))
        out->steps[SETUP_PRODUCT] = SETUP_DONE;
    if (!db_is_null(&rows.row, 3) && db_bool(&rows.row, 4))
        out->steps[SETUP_CUSTOMER] = SETUP_DONE;
    if (db_bool(&rows.row, 5))
        out->steps[SETUP_TICKET] = SETUP_DONE;
    if (!db_query(cx, &rows, SQL_SETUP_MARKS, me))
        return false;
    while (db_next(&rows))
        if (setup_parse(db_text(&rows.row, 0), &step) && out->steps[step] == SETUP_OPEN)
            out->steps[step] =
                strcmp(db_text(&rows.row, 1), "done") == 0 ? SETUP_DONE : SETUP_SKIPPED;
    return true;
}

static bool may_change(struct ctx *cx)
{
    return (cx->viewer.kind != VIEWER_CUSTOMER && viewer_has(&cx->viewer, RIGHT_SETTINGS_UPDATE)) ||
           err_set(&cx->err, &ERR_DENIED, "setup");
}

bool setup_mark(struct ctx *cx, enum setup_step step, enum setup_state state)
{
    return may_change(cx) &&
           db_exec(cx, NULL, SQL_SETUP_MARK, DB_ID(cx->tenant_id), DB_TEXT(NAMES[step]),
                   DB_TEXT(state == SETUP_DONE ? "done" : "skipped"), DB_TIME(cx->now),
                   DB_ID(cx->tenant_id));
}

bool setup_finish(struct ctx *cx)
{
    if (!may_change(cx) || !db_begin(cx))
        return false;
    if (db_exec(cx, NULL, SQL_SETUP_FINISH, DB_TIME(cx->now), DB_ID(cx->tenant_id)) &&
        event_emit(cx, EVENT_TENANT_UPDATED, cx->tenant_id,
                   json_own(cx->mem, json_pack("{s:s}", "action", "setup finished"))))
        return db_commit(cx);
    db_rollback(cx);
    return false;
}
