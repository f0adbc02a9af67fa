#include "portal/sales/order.h"

#include "db/event.h"
#include "db/series.h"
#include "portal/sales/sales_scope.h"
#include "portal/sales/sales_text.h"

#include <string.h>

enum { ORDER_QUANTITY_MAX = 1000000 };

const char *const ORDER_STATUS_NAMES[ORDER_STATUS_COUNT] = {
    [ORDER_DRAFT] = "draft",         [ORDER_PLACED] = "placed",
    [ORDER_APPROVED] = "approved",   [ORDER_PRODUCTION] = "production",
    [ORDER_DELIVERED] = "delivered", [ORDER_DONE] = "done",
    [ORDER_CANCELLED] = "cancelled",
};

const struct err_kind ERR_ORDER_STEP = {ERR_CLASS_CONFLICT, "ORDER_STEP",
                                        "The order is past that step. Look at it again."};

bool order_may_follow(enum order_status from, enum order_status to)
{
    if (from == ORDER_CANCELLED || from == ORDER_DONE)
        return false;
    if (to == ORDER_CANCELLED)
        return from < ORDER_DELIVERED;
    return to > from;
}

static enum order_status status_of(const char *name)
{
    for (int i = 0; i < ORDER_STATUS_COUNT; i++) {
        if (!strcmp(ORDER_STATUS_NAMES[i], name))
            return (enum order_status)i;
    }
    return ORDER_DRAFT; /* the column's CHECK allows none but these */
}

static struct money money_of(int64_t minor, const char *currency)
{
    struct money m = {.minor = minor};

    memcpy(m.currency, currency, sizeof(m.currency));
    return m;
}

/* --- placing --- */

struct totals {
    struct money net, tax, total;
};

static bool line_check(struct ctx *cx, const struct order_line *line, const char *currency)
{
    if (!sales_text_check(cx, "description", line->description, ORDER_LINE_TEXT_MAX, true))
        return false;
    if (line->quantity < 1 || line->quantity > ORDER_QUANTITY_MAX)
        return err_set_at(&cx->err, &ERR_INVALID, "quantity", "quantity out of range");
    if (line->unit.minor < 0 || line->list.minor < 0 ||
        strcmp(line->unit.currency, currency) != 0 || strcmp(line->list.currency, currency) != 0)
        return err_set_at(&cx->err, &ERR_INVALID, "unit", "price or currency of a line");
    return true;
}

static bool totals_of(struct ctx *cx, const struct order_draft *d, struct totals *t)
{
    struct money net;

    t->net = money_of(0, d->currency);
    for (size_t i = 0; i < d->line_count; i++) {
        if (!line_check(cx, &d->lines[i], d->currency))
            return false;
        if (!money_multiply(d->lines[i].unit, d->lines[i].quantity, &net) ||
            !money_add(t->net, net, &t->net))
            return err_set_at(&cx->err, &ERR_INVALID, "quantity", "the total does not fit");
    }
    if (!money_share(t->net, d->tax_basis_points, &t->tax) || !money_add(t->net, t->tax, &t->total))
        return err_set_at(&cx->err, &ERR_INVALID, "quantity", "the tax does not fit");
    return true;
}

static bool draft_check(struct ctx *cx, const struct order_draft *d, struct totals *t)
{
    if (!sales_text_check(cx, "reference", d->reference, ORDER_REFERENCE_MAX, false) ||
        !sales_text_check_date(cx, "due_on", d->due_on) ||
        !sales_text_check_currency(cx, "currency", d->currency))
        return false;
    if (d->line_count == 0 || d->line_count > ORDER_LINES_MAX)
        return err_set_at(&cx->err, &ERR_INVALID, "lines", "%zu lines", d->line_count);
    if (d->tax_basis_points < 0 || d->tax_basis_points > 10000)
        return err_set_at(&cx->err, &ERR_INVALID, "tax", "tax out of range");
    return totals_of(cx, d, t);
}

static const char SQL_ORDER_INSERT[] =
    "INSERT INTO sales_order (tenant_id, id, organisation_id, contract_id, number, placed_by, "
    "reference, status, currency, net_minor, tax_minor, total_minor, placed_at, due_on, "
    "created_at, updated_at) VALUES (?, ?, ?, ?, ?, ?, ?, 'placed', ?, ?, ?, ?, ?, ?, ?, ?)";
static const char SQL_ORDER_LINE_INSERT[] =
    "INSERT INTO sales_order_line (tenant_id, id, order_id, position, product_id, licence_id, "
    "description, quantity, list_minor, unit_minor, net_minor) "
    "VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)";

static bool order_insert(struct ctx *cx, struct id id, const char *number,
                         const struct order_draft *d, const struct totals *t)
{
    if (!sales_scope_check(cx, &SALES_SCOPE_ORDER, d->organisation_id))
        return false;
    return db_exec(cx, NULL, SQL_ORDER_INSERT, DB_ID(cx->tenant_id), DB_ID(id),
                   DB_ID(d->organisation_id), DB_ID_OR_NULL(d->contract_id), DB_TEXT(number),
                   DB_ID_OR_NULL(d->placed_by), DB_TEXT(sales_text(d->reference)),
                   DB_TEXT(d->currency), DB_INT(t->net.minor), DB_INT(t->tax.minor),
                   DB_INT(t->total.minor), DB_TIME(cx->now), DB_TEXT(d->due_on), DB_TIME(cx->now),
                   DB_TIME(cx->now));
}

static bool order_insert_lines(struct ctx *cx, struct id order_id, const struct order_draft *d)
{
    for (size_t i = 0; i < d->line_count; i++) {
        const struct order_line *line = &d->lines[i];
        struct money net;

        if (!money_multiply(line->unit, line->quantity, &net))
            return err_set(&cx->err, &ERR_INVALID, "the line does not fit");
        if (!db_exec(cx, NULL, SQL_ORDER_LINE_INSERT, DB_ID(cx->tenant_id), DB_ID(ctx_new_id(cx)),
                     DB_ID(order_id), DB_INT(i + 1), DB_ID_OR_NULL(line->product_id),
                     DB_ID_OR_NULL(line->licence_id), DB_TEXT(line->description),
                     DB_INT(line->quantity), DB_INT(line->list.minor), DB_INT(line->unit.minor),
                     DB_INT(net.minor)))
            return false;
    }
    return true;
}

bool order_place(struct ctx *cx, const struct order_draft *draft, struct id *out)
{
    struct id id = ctx_new_id(cx);
    const char *number = draft->number;
    struct totals totals;
    int64_t n;

    if (!viewer_acts(&cx->viewer,
                     cx->viewer.kind == VIEWER_CUSTOMER ? RIGHT_ORDER : RIGHT_SALES_CREATE))
        return err_set(&cx->err, &ERR_DENIED, "order_place");
    if (!draft_check(cx, draft, &totals) || !db_begin(cx))
        return false;
    if ((!number && !series_next(cx, "order", &number, &n)) ||
        !order_insert(cx, id, number, draft, &totals) || !order_insert_lines(cx, id, draft) ||
        !event_emit(
            cx, EVENT_ORDER_PLACED, id,
            json_own(cx->mem,
                     json_pack("{s:s,s:s,s:I,s:s}", "number", number, "organisation",
                               id_text(cx->mem, draft->organisation_id), "total_minor",
                               (json_int_t)totals.total.minor, "currency", draft->currency)))) {
        db_rollback(cx);
        return false;
    }
    if (!db_commit(cx))
        return false;
    *out = id;
    return true;
}

/* --- moving on --- */

/* One statement for each step, since a column's name cannot be bound; the present state is in the
 * condition, so of two people who move an order on only one does. */
#define ORDER_STEP_SQL(column)                   \
    "UPDATE sales_order SET status = ?, " column \
    " = ?, reason = ?, updated_at = ? "          \
    "WHERE tenant_id = ? AND id = ? AND status = ?"
static const char *const SQL_ORDER_STEPS[ORDER_STATUS_COUNT] = {
    [ORDER_PLACED] = ORDER_STEP_SQL("placed_at"),
    [ORDER_APPROVED] = ORDER_STEP_SQL("approved_at"),
    [ORDER_PRODUCTION] = ORDER_STEP_SQL("production_at"),
    [ORDER_DELIVERED] = ORDER_STEP_SQL("delivered_at"),
    [ORDER_DONE] = ORDER_STEP_SQL("done_at"),
    [ORDER_CANCELLED] = ORDER_STEP_SQL("cancelled_at"),
};

bool order_advance(struct ctx *cx, struct id id, enum order_status to, const char *reason)
{
    struct order *o;
    int64_t changed;

    if (!viewer_has(&cx->viewer, RIGHT_SALES_UPDATE) || cx->viewer.kind == VIEWER_CUSTOMER)
        return err_set(&cx->err, &ERR_DENIED, "order_advance");
    if (!sales_text_check(cx, "reason", reason, ORDER_REASON_MAX, false) || !db_begin(cx))
        return false;
    if (!order_get(cx, id, &o))
        goto rollback;
    if (!order_may_follow(o->status, to)) {
        err_set(&cx->err, &ERR_ORDER_STEP, "%s to %s", ORDER_STATUS_NAMES[o->status],
                ORDER_STATUS_NAMES[to]);
        goto rollback;
    }
    if (!db_exec(cx, &changed, SQL_ORDER_STEPS[to], DB_TEXT(ORDER_STATUS_NAMES[to]),
                 DB_TIME(cx->now), DB_TEXT(sales_text(reason)), DB_TIME(cx->now),
                 DB_ID(cx->tenant_id), DB_ID(id), DB_TEXT(ORDER_STATUS_NAMES[o->status])))
        goto rollback;
    if (changed == 0) {
        err_set(&cx->err, &ERR_ORDER_STEP, "somebody else moved it");
        goto rollback;
    }
    if (!event_emit(cx, EVENT_ORDER_UPDATED, id,
                    json_own(cx->mem, json_pack("{s:{s:s},s:{s:s}}", "before", "status",
                                                ORDER_STATUS_NAMES[o->status], "after", "status",
                                                ORDER_STATUS_NAMES[to]))))
        goto rollback;
    return db_commit(cx);

rollback:
    db_rollback(cx);
    return false;
}

static const char SQL_ORDER_LINE_LICENCE[] =
    "UPDATE sales_order_line SET licence_id = ? "
    "WHERE tenant_id = ? AND order_id = ? AND position = ?";

bool order_set_line_licence(struct ctx *cx, struct id order_id, int64_t position,
                            struct id licence_id)
{
    int64_t changed;

    struct order *o;

    if (!viewer_has(&cx->viewer, RIGHT_SALES_UPDATE))
        return err_set(&cx->err, &ERR_DENIED, "order_set_line_licence");
    if (!order_get(cx, order_id, &o) ||
        !db_exec(cx, &changed, SQL_ORDER_LINE_LICENCE, DB_ID_OR_NULL(licence_id),
                 DB_ID(cx->tenant_id), DB_ID(order_id), DB_INT(position)))
        return false;
    return changed > 0 || err_set(&cx->err, &ERR_NOT_FOUND, "line of an order");
}

/* --- reading --- */

#define ORDER_COLUMNS                                                                          \
    "SELECT s.id, s.organisation_id, s.contract_id, s.number, s.reference, s.status, "         \
    "s.reason, s.currency, s.net_minor, s.tax_minor, s.total_minor, s.created_at, "            \
    "s.placed_at, s.approved_at, s.production_at, s.delivered_at, s.done_at, s.cancelled_at, " \
    "s.due_on, o.name, o.code, COALESCE(p.full_name, ''), COALESCE(c.number, ''), "            \
    "COALESCE(c.title, '') FROM sales_order s "                                                \
    "JOIN organisation o ON o.tenant_id = s.tenant_id AND o.id = s.organisation_id "           \
    "LEFT JOIN person p ON p.tenant_id = s.tenant_id AND p.id = s.placed_by "                  \
    "LEFT JOIN contract c ON c.tenant_id = s.tenant_id AND c.id = s.contract_id "              \
    "WHERE s.tenant_id = ?"

static void order_from_row(const struct db_row *row, struct order *o)
{
    const char *currency = db_text(row, 7);

    o->id = db_id(row, 0);
    o->organisation_id = db_id(row, 1);
    o->contract_id = db_id(row, 2);
    o->number = db_text(row, 3);
    o->reference = db_text(row, 4);
    o->status = status_of(db_text(row, 5));
    o->reason = db_text(row, 6);
    o->net = money_of(db_i64(row, 8), currency);
    o->tax = money_of(db_i64(row, 9), currency);
    o->total = money_of(db_i64(row, 10), currency);
    o->created_at = db_time(row, 11);
    for (unsigned i = ORDER_PLACED; i < ORDER_STATUS_COUNT; i++)
        o->step_at[i] = db_time(row, 12 + i - ORDER_PLACED);
    o->due_on = db_text(row, 18);
    o->organisation_name = db_text(row, 19);
    o->organisation_code = db_text(row, 20);
    o->placed_by = db_text(row, 21);
    o->contract_number = db_text(row, 22);
    o->contract_title = db_text(row, 23);
}

static void order_start(struct ctx *cx, struct where *w, const char *head)
{
    const struct db_arg args[] = {DB_ID(cx->tenant_id)};

    where_start(w, cx, head, args, COUNT(args));
    sales_scope_where(cx, w, sales_scope_of(&cx->viewer, &SALES_SCOPE_ORDER),
                      SALES_SCOPE_COLUMN("s.organisation_id"));
}

bool order_get(struct ctx *cx, struct id id, struct order **out)
{
    struct where w;
    struct db_rows rows;

    order_start(cx, &w, ORDER_COLUMNS);
    where_add(&w, " AND s.id = ?", DB_ID(id));
    if (!db_query_args(cx, &rows, w.text.p, w.args, w.count))
        return false;
    if (!db_next(&rows))
        return err_set(&cx->err, &ERR_NOT_FOUND, "order %s", id_text(cx->mem, id));
    *out = arena_new(cx->mem, struct order);
    order_from_row(&rows.row, *out);
    return true;
}

static const char SQL_ORDER_LINES[] =
    "SELECT l.description, l.product_id, l.licence_id, l.quantity, l.list_minor, l.unit_minor, "
    "l.net_minor, s.currency FROM sales_order_line l "
    "JOIN sales_order s ON s.tenant_id = l.tenant_id AND s.id = l.order_id WHERE s.tenant_id = ?";

static void order_line_from_row(const struct db_row *row, struct order_line *line)
{
    const char *currency = db_text(row, 7);

    line->description = db_text(row, 0);
    line->product_id = db_id(row, 1);
    line->licence_id = db_id(row, 2);
    line->quantity = db_i64(row, 3);
    line->list = money_of(db_i64(row, 4), currency);
    line->unit = money_of(db_i64(row, 5), currency);
    line->net = money_of(db_i64(row, 6), currency);
}

bool order_lines(struct ctx *cx, struct id id, struct order_line **out, size_t *count)
{
    struct where w;
    struct db_rows rows;
    struct order_line *list;
    size_t n = 0;

    order_start(cx, &w, SQL_ORDER_LINES);
    where_add(&w, " AND l.order_id = ?", DB_ID(id));
    where_add(&w, " ORDER BY l.position LIMIT ?", DB_INT(ORDER_LINES_MAX));
    if (!db_query_args(cx, &rows, w.text.p, w.args, w.count))
        return false;
    list = arena_array(cx->mem, struct order_line, rows.count ? rows.count : 1);
    while (db_next(&rows))
        order_line_from_row(&rows.row, &list[n++]);
    *out = list;
    *count = n;
    return true;
}

static const char ORDER_IS_OPEN[] = " AND s.status NOT IN ('done', 'cancelled')";

/* Ids are in time order, so "newest first" pages by id alone. */
bool order_list(struct ctx *cx, const struct order_filter *filter, struct order **out,
                size_t *count)
{
    struct where w;
    struct db_rows rows;
    struct order *list;
    size_t n = 0;

    order_start(cx, &w, ORDER_COLUMNS);
    if (!id_is_zero(filter->organisation_id))
        where_add(&w, " AND s.organisation_id = ?", DB_ID(filter->organisation_id));
    if (filter->is_open)
        where_add(&w, ORDER_IS_OPEN, DB_NONE);
    if (filter->search) {
        where_add(&w, " AND (s.number LIKE ?", DB_TEXT(sales_text_like(cx, filter->search, true)));
        where_add(&w, " OR s.reference COLLATE utf8mb4_unicode_520_ci LIKE ?)",
                  DB_TEXT(sales_text_like(cx, filter->search, false)));
    }
    if (!id_is_zero(filter->after))
        where_add(&w, " AND s.id < ?", DB_ID(filter->after));
    where_add(&w, " ORDER BY s.id DESC LIMIT ?",
              DB_INT(filter->limit ? filter->limit : ORDER_PAGE));
    if (!db_query_args(cx, &rows, w.text.p, w.args, w.count))
        return false;
    list = arena_array(cx->mem, struct order, rows.count ? rows.count : 1);
    while (db_next(&rows))
        order_from_row(&rows.row, &list[n++]);
    *out = list;
    *count = n;
    return true;
}

static const char SQL_ORDER_COUNT[] =
    "SELECT COUNT(*), MIN(s.due_on) FROM sales_order s WHERE s.tenant_id = ?";

bool order_count_open(struct ctx *cx, int64_t *count, const char **next_due_on)
{
    struct where w;
    struct db_rows rows;

    order_start(cx, &w, SQL_ORDER_COUNT);
    where_add(&w, ORDER_IS_OPEN, DB_NONE);
    if (!db_query_args(cx, &rows, w.text.p, w.args, w.count))
        return false;
    *count = db_next(&rows) ? db_i64(&rows.row, 0) : 0;
    *next_due_on = rows.count > 0 ? db_text(&rows.row, 1) : NULL;
    return true;
}
