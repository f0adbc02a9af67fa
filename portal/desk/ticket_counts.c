#include "portal/desk/ticket_counts.h"

#include "db/where.h"
#include "portal/desk/ticket_row.h"

static const char SQL_TICKET_COUNTS[] =
    "SELECT t.category, COUNT(*) FROM ticket t WHERE t.tenant_id = ? AND t.deleted_at IS NULL";
static const char SQL_TICKET_NEEDS_YOU[] = TICKET_LINE;
/* One statement for all queues. Counting ends at the cap: a queue of thousands is "1000+" and costs
 * no more than that. is_active says that a ticket is not deleted, so indexes alone answer. */
static const char SQL_TICKET_VIEW_FIRST[] = "SELECT ?, COUNT(*) FROM (SELECT 1 FROM ticket t";
static const char SQL_TICKET_VIEW_NEXT[] =
    " UNION ALL SELECT ?, COUNT(*) FROM (SELECT 1 FROM ticket t";

bool ticket_counts(struct ctx *cx, struct ticket_counts *out)
{
    struct where w;
    struct db_rows rows;
    int64_t by_category[TICKET_CATEGORIES] = {0};
    enum ticket_category category;

    where_start(&w, cx, SQL_TICKET_COUNTS, (const struct db_arg[]){DB_ID(cx->tenant_id)}, 1);
    ticket_visible(cx, &w);
    where_add(&w, " GROUP BY t.category", DB_NONE);
    if (!db_query_args(cx, &rows, w.text.p, w.args, w.count))
        return false;
    while (db_next(&rows))
        if (ticket_category_parse(db_text(&rows.row, 0), &category))
            by_category[category] = db_i64(&rows.row, 1);
    *out = (struct ticket_counts){
        .open = by_category[TICKET_OPEN],
        .waiting = by_category[TICKET_WAITING],
        .solved = by_category[TICKET_SOLVED],
        .closed = by_category[TICKET_CLOSED],
    };
    return true;
}

/* One category at a time: so an index has them in order and reading ends at the limit. Both in one
 * statement had to be read whole and sorted. */
static bool add_category(struct ctx *cx, enum ticket_category category, unsigned limit,
                         struct ticket **out, size_t *count)
{
    struct where w;
    struct db_rows rows;
    int64_t due_key;

    if (*count == limit)
        return true;
    where_start(&w, cx, SQL_TICKET_NEEDS_YOU, (const struct db_arg[]){DB_ID(cx->tenant_id)}, 1);
    ticket_visible(cx, &w);
    where_add(&w, " AND t.category = ?", DB_TEXT(ticket_category_name(category)));
    where_add(&w, " ORDER BY t.updated_at DESC, t.id DESC LIMIT ?", DB_INT(limit - *count));
    if (!db_query_args(cx, &rows, w.text.p, w.args, w.count))
        return false;
    while (db_next(&rows))
        out[(*count)++] = ticket_row_read_line(cx, &rows.row, &due_key);
    return true;
}

bool ticket_counts_needs_you(struct ctx *cx, unsigned limit, struct ticket ***rows_out,
                             size_t *count)
{
    struct ticket **all = arena_array(cx->mem, struct ticket *, (size_t)limit + 1);
    size_t n = 0;

    if (!add_category(cx, TICKET_WAITING, limit, all, &n) ||
        !add_category(cx, TICKET_SOLVED, limit, all, &n))
        return false;
    *rows_out = all;
    *count = n;
    return true;
}

bool ticket_counts_views(struct ctx *cx, int64_t out[TICKET_VIEW_COUNT])
{
    struct where w;
    struct db_rows rows;

    if (!ticket_sees_notes(cx))
        return err_set(&cx->err, &ERR_DENIED, "queues are for staff");
    for (int view = 0; view < TICKET_VIEW_COUNT; view++) {
        out[view] = 0;
        if (view == 0)
            where_start(&w, cx, SQL_TICKET_VIEW_FIRST, (const struct db_arg[]){DB_INT(view)}, 1);
        else
            where_add(&w, SQL_TICKET_VIEW_NEXT, DB_INT(view));
        where_add(&w, ticket_view_index((enum ticket_view)view), DB_NONE);
        where_add(&w, "WHERE t.tenant_id = ?", DB_ID(cx->tenant_id));
        ticket_visible(cx, &w);
        ticket_view_where(cx, &w, (enum ticket_view)view);
        where_add(&w, " LIMIT ?) AS found", DB_INT(TICKET_COUNTS_CAP));
    }
    if (!db_query_args(cx, &rows, w.text.p, w.args, w.count))
        return false;
    while (db_next(&rows))
        out[db_i64(&rows.row, 0)] = db_i64(&rows.row, 1);
    return true;
}
