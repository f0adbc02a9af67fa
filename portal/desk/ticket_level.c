#include "portal/desk/ticket_level.h"

#include "db/db.h"
#include "db/event.h"
#include "portal/desk/ticket_change.h"

static const char SQL_LEVEL_MATRIX[] =
    "SELECT impact, urgency, level FROM level_matrix WHERE tenant_id = ?";
static const char SQL_LEVEL_SEVERITY[] =
    "SELECT severity, impact FROM level_severity WHERE tenant_id = ?";
static const char SQL_LEVEL_MATRIX_SET[] =
    "INSERT INTO level_matrix (tenant_id, impact, urgency, level) VALUES (?, ?, ?, ?) "
    "ON DUPLICATE KEY UPDATE level = VALUES(level)";
static const char SQL_LEVEL_SEVERITY_SET[] =
    "INSERT INTO level_severity (tenant_id, severity, impact) VALUES (?, ?, ?) "
    "ON DUPLICATE KEY UPDATE impact = VALUES(impact)";
static const char SQL_TICKET_WEIGH[] =
    "UPDATE ticket SET impact = ?, urgency = ? WHERE tenant_id = ? AND id = ?";

static bool is_level(int64_t value)
{
    return value >= TICKET_LEVEL_MIN && value <= TICKET_LEVEL_MAX;
}

bool ticket_level_get(struct ctx *cx, struct ticket_levels *out)
{
    struct db_rows rows;

    for (int i = 0; i < TICKET_LEVEL_MAX; i++) {
        out->impact[i] = i + 1;
        for (int u = 0; u < TICKET_LEVEL_MAX; u++)
            out->level[i][u] = (i + u + 2) / 2;
    }
    if (!db_query(cx, &rows, SQL_LEVEL_MATRIX, DB_ID(cx->tenant_id)))
        return false;
    while (db_next(&rows)) /* the table's CHECKs keep all three from 1 to 4 */
        out->level[db_i64(&rows.row, 0) - 1][db_i64(&rows.row, 1) - 1] = (int)db_i64(&rows.row, 2);
    if (!db_query(cx, &rows, SQL_LEVEL_SEVERITY, DB_ID(cx->tenant_id)))
        return false;
    while (db_next(&rows))
        out->impact[db_i64(&rows.row, 0) - 1] = (int)db_i64(&rows.row, 1);
    return true;
}

static bool check(struct ctx *cx, const struct ticket_levels *levels)
{
    if (!viewer_has(&cx->viewer, RIGHT_SETTINGS_UPDATE))
        return err_set(&cx->err, &ERR_DENIED, "levels");
    for (int i = 0; i < TICKET_LEVEL_MAX; i++) {
        if (!is_level(levels->impact[i]))
            return err_set_at(&cx->err, &ERR_INVALID, "severity", "impact %d", levels->impact[i]);
        for (int u = 0; u < TICKET_LEVEL_MAX; u++)
            if (!is_level(levels->level[i][u]))
                return err_set_at(&cx->err, &ERR_INVALID, "level", "level %d", levels->level[i][u]);
    }
    return true;
}

static bool write_all(struct ctx *cx, const struct ticket_levels *levels)
{
    json_t *rows = json_array();
    json_t *data = json_own(cx->mem, json_pack("{s:o}", "levels", rows));

    for (int i = 0; i < TICKET_LEVEL_MAX; i++) {
        json_t *row = json_array();

        json_array_append_new(rows, row);
        if (!db_exec(cx, NULL, SQL_LEVEL_SEVERITY_SET, DB_ID(cx->tenant_id), DB_INT(i + 1),
                     DB_INT(levels->impact[i])))
            return false;
        for (int u = 0; u < TICKET_LEVEL_MAX; u++) {
            json_array_append_new(row, json_integer(levels->level[i][u]));
            if (!db_exec(cx, NULL, SQL_LEVEL_MATRIX_SET, DB_ID(cx->tenant_id), DB_INT(i + 1),
                         DB_INT(u + 1), DB_INT(levels->level[i][u])))
                return false;
        }
    }
    return event_emit(cx, EVENT_LEVELS_CHANGED, cx->tenant_id, data);
}

bool ticket_level_set(struct ctx *cx, const struct ticket_levels *levels)
{
    if (!check(cx, levels) || !db_begin(cx))
        return false;
    if (!write_all(cx, levels)) {
        db_rollback(cx);
        return false;
    }
    return db_commit(cx);
}

bool ticket_level_decide(struct ctx *cx, int64_t said, int64_t urgency, int64_t asked,
                         struct ticket_weight *out)
{
    const bool is_customer = cx->viewer.kind == VIEWER_CUSTOMER;
    struct ticket_levels levels;

    if (said != 0 && !is_level(said))
        return err_set_at(&cx->err, &ERR_INVALID, "impact", "impact %lld", (long long)said);
    if (asked != 0 && !is_level(asked))
        return err_set_at(&cx->err, &ERR_INVALID, "level", "level %lld", (long long)asked);
    if (!ticket_level_get(cx, &levels))
        return false;
    *out = (struct ticket_weight){.severity = is_customer ? said : 0, .urgency = urgency};
    out->impact = said == 0 ? urgency : is_customer ? levels.impact[said - 1] : said;
    out->level = !is_customer && asked != 0 ? asked : levels.level[out->impact - 1][urgency - 1];
    return true;
}

bool ticket_level_weigh(struct ctx *cx, struct id id, int64_t impact, int64_t urgency)
{
    struct ticket_levels levels;
    struct ticket *t;

    if (!is_level(impact) || !is_level(urgency))
        return err_set_at(&cx->err, &ERR_INVALID, is_level(impact) ? "urgency" : "impact",
                          "impact %lld, urgency %lld", (long long)impact, (long long)urgency);
    if (!ticket_level_get(cx, &levels) || !ticket_change_start_staff(cx, id, &t))
        return false;
    if (t->impact == impact && t->urgency == urgency)
        return ticket_change_nothing(cx);
    if (!db_exec(cx, NULL, SQL_TICKET_WEIGH, DB_INT(impact), DB_INT(urgency), DB_ID(cx->tenant_id),
                 DB_ID(id)) ||
        !ticket_change_line(cx, id, false, "weight",
                            arena_printf(cx->mem, "%d × %d", t->impact, t->urgency),
                            arena_printf(cx->mem, "%d × %d", (int)impact, (int)urgency)) ||
        !ticket_set_level(cx, id, levels.level[impact - 1][urgency - 1]))
        return ticket_change_undo(cx);
    return ticket_change_finish(cx, EVENT_TICKET_UPDATED, t, NULL);
}
