#include "portal/desk/ticket_rule.h"

#include "db/where.h"

static const char SQL_TICKET_RULE_COUNT[] =
    "SELECT t.id FROM ticket t WHERE t.tenant_id = ? AND t.deleted_at IS NULL";
static const char SQL_TICKET_RULE_TEAM[] =
    "SELECT m.id FROM team m JOIN ticket t ON t.tenant_id = m.tenant_id "
    "WHERE m.tenant_id = ? AND m.is_default = TRUE AND t.id = ? AND t.team_id IS NULL LIMIT 1";

bool ticket_rule_count(struct ctx *cx, const struct ticket_rule_filter *filter, int64_t *out)
{
    const struct db_arg tenant = DB_ID(cx->tenant_id);
    struct where w;
    struct db_rows rows;

    where_start(&w, cx, SQL_TICKET_RULE_COUNT, &tenant, 1);
    if (!id_is_zero(filter->organisation_id))
        where_add(&w, " AND t.organisation_id = ?", DB_ID(filter->organisation_id));
    if (filter->city != NULL)
        where_add(&w, " AND t.city = ?", DB_TEXT(filter->city));
    if (filter->topic != NULL)
        where_add(&w, " AND t.topic = ?", DB_TEXT(filter->topic));
    if (filter->only_open)
        where_add(&w, " AND t.category IN ('open', 'waiting')", DB_NONE);
    if (filter->since != 0)
        where_add(&w, " AND t.created_at >= ?", DB_TIME(filter->since));
    where_add(&w, " LIMIT ?", DB_INT(TICKET_RULE_COUNT_CAP));
    if (!db_query_args(cx, &rows, w.text.p, w.args, w.count))
        return false;
    *out = (int64_t)rows.count;
    return true;
}

bool ticket_rule_fall_back(struct ctx *cx, struct id id)
{
    struct db_rows rows;

    if (!ticket_set_review(cx, id, true) ||
        !db_query(cx, &rows, SQL_TICKET_RULE_TEAM, DB_ID(cx->tenant_id), DB_ID(id)))
        return false;
    return !db_next(&rows) || ticket_set_team(cx, id, db_id(&rows.row, 0));
}
