#include "db/where.h"
#include "portal/desk/ticket_bulk_act.h"

#include <string.h>

/* Tickets of a change with what decides about them; those that the viewer does not see are missing.
 */
static const char SQL_TICKET_BULK_FACTS[] =
    "SELECT t.id, t.status, t.category, t.level, t.topic, t.team_id, t.assignee_id, t.merged_into, "
    "t.organisation_id, COALESCE(r.email, ''), "
    "EXISTS (SELECT 1 FROM ticket_tag g WHERE g.tenant_id = t.tenant_id AND g.ticket_id = t.id "
    "AND g.tag = ?), EXISTS (SELECT 1 FROM ticket_tag g WHERE g.tenant_id = t.tenant_id "
    "AND g.ticket_id = t.id AND g.tag = ?) FROM ticket_bulk_row b "
    "JOIN ticket t ON t.tenant_id = b.tenant_id AND t.id = b.ticket_id "
    "LEFT JOIN reporter r ON r.tenant_id = t.tenant_id AND r.id = t.reporter_id "
    "WHERE b.tenant_id = ? AND b.bulk_id = ? AND t.deleted_at IS NULL";
static bool fact_read(const struct db_row *row, struct ticket_bulk_fact *f)
{
    *f = (struct ticket_bulk_fact){.t = {.id = db_id(row, 0),
                                         .status = db_text(row, 1),
                                         .level = (int)db_i64(row, 3),
                                         .topic = db_text(row, 4),
                                         .team_id = db_id(row, 5),
                                         .assignee_id = db_id(row, 6),
                                         .merged_into = db_id(row, 7),
                                         .organisation_id = db_id(row, 8),
                                         .reporter_email = db_text(row, 9)},
                                   .has_tag = db_bool(row, 10),
                                   .has_untag = db_bool(row, 11)};
    return ticket_category_parse(db_text(row, 2), &f->t.category);
}

static void facts_start(struct ctx *cx, struct where *w, struct id bulk_id,
                        const struct ticket_bulk_act *act)
{
    where_start(w, cx, SQL_TICKET_BULK_FACTS,
                (const struct db_arg[]){DB_TEXT(act->tag != NULL ? act->tag : ""),
                                        DB_TEXT(act->untag != NULL ? act->untag : ""),
                                        DB_ID(cx->tenant_id), DB_ID(bulk_id)},
                4);
    ticket_visible(cx, w);
}

bool ticket_bulk_look_fact(struct ctx *cx, struct id bulk_id, const struct ticket_bulk_act *act,
                           struct id ticket_id, struct ticket_bulk_fact *out)
{
    struct where w;
    struct db_rows rows;

    facts_start(cx, &w, bulk_id, act);
    where_add(&w, " AND b.ticket_id = ?", DB_ID(ticket_id));
    if (!db_query_args(cx, &rows, w.text.p, w.args, w.count))
        return false;
    return (db_next(&rows) && fact_read(&rows.row, out)) ||
           err_set(&cx->err, &ERR_NOT_FOUND, "ticket %s", id_text(cx->mem, ticket_id));
}

/* --- looking beforehand --- */

static void note_reason(struct ticket_bulk_preview *p, const char *reason, int64_t count)
{
    size_t i = 0;

    p->refused += count;
    while (i < p->reason_count && strcmp(p->reasons[i].reason, reason) != 0)
        i++;
    if (i == TICKET_BULK_REASONS_MAX)
        return;
    p->reasons[i].reason = reason;
    p->reasons[i].count += count;
    p->reason_count = i == p->reason_count ? i + 1 : p->reason_count;
}

static bool look_page(struct ctx *cx, const struct ticket_bulk *bulk,
                      const struct ticket_bulk_plan *plan, struct id *after,
                      struct ticket_bulk_preview *out, size_t *count)
{
    const struct err_kind *why;
    struct where w;
    struct db_rows rows;
    struct ticket_bulk_fact f;

    facts_start(cx, &w, bulk->id, &plan->act);
    where_add(&w, " AND b.ticket_id > ?", DB_ID(*after));
    where_add(&w, " ORDER BY b.ticket_id LIMIT ?", DB_INT(TICKET_BULK_PAGE));
    if (!db_query_args(cx, &rows, w.text.p, w.args, w.count))
        return false;
    for (*count = 0; db_next(&rows); (*count)++) {
        if (!fact_read(&rows.row, &f))
            return err_set(&cx->err, &ERR_INTERNAL, "ticket without a category");
        *after = f.t.id;
        switch (ticket_bulk_act_decide(plan, cx->viewer.kind, &f.t, f.has_tag, f.has_untag, &why)) {
        case TICKET_BULK_CHANGES:
            out->changes++;
            break;
        case TICKET_BULK_SAME:
            out->same++;
            break;
        case TICKET_BULK_REFUSED:
            note_reason(out, why->text, 1);
            break;
        }
    }
    return true;
}

bool ticket_bulk_look(struct ctx *cx, const struct ticket_bulk *bulk,
                      struct ticket_bulk_preview *out)
{
    struct ticket_bulk_act act;
    struct ticket_bulk_plan plan;
    struct id after = {{0}};
    size_t count;
    int64_t unseen;

    *out = (struct ticket_bulk_preview){.changes = 0};
    if (!ticket_bulk_act_read(cx, bulk->act, &act) || !ticket_bulk_act_plan(cx, &act, &plan))
        return false;
    do {
        if (!look_page(cx, bulk, &plan, &after, out, &count))
            return false;
    } while (count == TICKET_BULK_PAGE);
    unseen = bulk->total - out->changes - out->same - out->refused;
    if (unseen > 0)
        note_reason(out, ERR_NOT_FOUND.text, unseen);
    return true;
}
