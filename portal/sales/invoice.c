#include "portal/sales/invoice.h"

#include "db/event.h"
#include "portal/sales/sales_paper.h"
#include "portal/sales/sales_scope.h"
#include "portal/sales/sales_text.h"

#include <string.h>

const struct err_kind ERR_INVOICE_OVERPAID = {ERR_CLASS_INVALID, "INVOICE_OVERPAID",
                                              "The payment is more than what is left to pay."};

static bool draft_check(struct ctx *cx, const struct invoice_draft *d)
{
    if (!d->issued_on || !d->due_on)
        return err_set_at(&cx->err, &ERR_INVALID, "due_on", "an invoice needs its dates");
    if (d->total.minor <= 0)
        return err_set_at(&cx->err, &ERR_INVALID, "total", "nothing to pay");
    return sales_text_check_date(cx, "issued_on", d->issued_on) &&
           sales_text_check_date(cx, "due_on", d->due_on) &&
           sales_text_check_currency(cx, "currency", d->total.currency);
}

static const char SQL_INVOICE_INSERT[] =
    "INSERT INTO invoice (tenant_id, id, organisation_id, order_id, number, status, currency, "
    "total_minor, issued_on, due_on) VALUES (?, ?, ?, ?, ?, 'open', ?, ?, ?, ?)";

static bool invoice_insert(struct ctx *cx, struct id id, const char *number, const void *draft)
{
    const struct invoice_draft *d = draft;

    return db_exec(cx, NULL, SQL_INVOICE_INSERT, DB_ID(cx->tenant_id), DB_ID(id),
                   DB_ID(d->organisation_id), DB_ID_OR_NULL(d->order_id), DB_TEXT(number),
                   DB_TEXT(d->total.currency), DB_INT(d->total.minor), DB_TEXT(d->issued_on),
                   DB_TEXT(d->due_on));
}

bool invoice_add(struct ctx *cx, const struct invoice_draft *draft, struct id *out)
{
    const struct sales_paper paper = {.kind = "invoice",
                                      .change = "invoice_added",
                                      .number = draft->number,
                                      .organisation_id = draft->organisation_id,
                                      .draft = draft,
                                      .insert = invoice_insert};

    if (!viewer_has(&cx->viewer, RIGHT_SALES_CREATE))
        return err_set(&cx->err, &ERR_DENIED, "invoice_add");
    return draft_check(cx, draft) && sales_paper_add(cx, &paper, out);
}

/* The state is written first: two payments of one invoice meet on its row. */
static const char SQL_INVOICE_TOUCH[] =
    "UPDATE invoice SET status = 'part_paid' WHERE tenant_id = ? AND id = ? "
    "AND status IN ('open', 'part_paid')";
static const char SQL_INVOICE_REST[] =
    "SELECT i.total_minor - COALESCE((SELECT SUM(p.amount_minor) FROM payment p "
    "WHERE p.tenant_id = i.tenant_id AND p.invoice_id = i.id), 0), i.currency, i.organisation_id, "
    "i.number FROM invoice i WHERE i.tenant_id = ? AND i.id = ?";
static const char SQL_INVOICE_PAID[] =
    "UPDATE invoice SET status = 'paid' WHERE tenant_id = ? AND id = ?";
static const char SQL_PAYMENT_INSERT[] =
    "INSERT INTO payment (tenant_id, id, invoice_id, amount_minor, currency, received_on, "
    "reference) VALUES (?, ?, ?, ?, ?, ?, ?)";

static bool payment_insert(struct ctx *cx, struct id invoice_id, struct money amount,
                           const char *received_on, const char *reference)
{
    return db_exec(cx, NULL, SQL_PAYMENT_INSERT, DB_ID(cx->tenant_id), DB_ID(ctx_new_id(cx)),
                   DB_ID(invoice_id), DB_INT(amount.minor), DB_TEXT(amount.currency),
                   DB_TEXT(received_on), DB_TEXT(sales_text(reference)));
}

static bool pay(struct ctx *cx, struct id id, struct money amount, const char *received_on,
                const char *reference)
{
    struct db_rows rows;
    int64_t touched;
    int64_t rest;

    if (!db_exec(cx, &touched, SQL_INVOICE_TOUCH, DB_ID(cx->tenant_id), DB_ID(id)) ||
        !db_query(cx, &rows, SQL_INVOICE_REST, DB_ID(cx->tenant_id), DB_ID(id)))
        return false;
    if (!db_next(&rows))
        return err_set(&cx->err, &ERR_NOT_FOUND, "invoice %s", id_text(cx->mem, id));
    if (!sales_scope_check(cx, &SALES_SCOPE_INVOICE, db_id(&rows.row, 2)))
        return false;
    rest = db_i64(&rows.row, 0);
    if (strcmp(db_text(&rows.row, 1), amount.currency) != 0)
        return err_set_at(&cx->err, &ERR_INVALID, "amount", "another currency");
    if (touched == 0 || amount.minor > rest)
        return err_set_at(&cx->err, &ERR_INVOICE_OVERPAID, "amount", "more than the rest");
    if (!payment_insert(cx, id, amount, received_on, reference))
        return false;
    if (amount.minor == rest &&
        !db_exec(cx, NULL, SQL_INVOICE_PAID, DB_ID(cx->tenant_id), DB_ID(id)))
        return false;
    return event_emit(cx, EVENT_ORGANISATION_CHANGED, db_id(&rows.row, 2),
                      json_own(cx->mem, json_pack("{s:s,s:s,s:I}", "change", "payment_added",
                                                  "invoice", db_text(&rows.row, 3), "amount_minor",
                                                  (json_int_t)amount.minor)));
}

bool invoice_pay(struct ctx *cx, struct id id, struct money amount, const char *received_on,
                 const char *reference)
{
    if (!viewer_has(&cx->viewer, RIGHT_SALES_UPDATE))
        return err_set(&cx->err, &ERR_DENIED, "invoice_pay");
    if (amount.minor <= 0)
        return err_set_at(&cx->err, &ERR_INVALID, "amount", "not a payment");
    if (!sales_text_check_date(cx, "received_on", received_on) || !db_begin(cx))
        return false;
    if (!pay(cx, id, amount, received_on, reference)) {
        db_rollback(cx);
        return false;
    }
    return db_commit(cx);
}

static const char SQL_INVOICE_LIST[] =
    "SELECT i.id, i.organisation_id, i.order_id, i.number, COALESCE(s.number, ''), i.status, "
    "i.currency, i.total_minor, COALESCE((SELECT SUM(p.amount_minor) FROM payment p "
    "WHERE p.tenant_id = i.tenant_id AND p.invoice_id = i.id), 0), i.issued_on, i.due_on "
    "FROM invoice i LEFT JOIN sales_order s ON s.tenant_id = i.tenant_id AND s.id = i.order_id "
    "WHERE i.tenant_id = ?";

static void invoice_from_row(struct ctx *cx, const struct db_row *row, struct invoice *i)
{
    i->id = db_id(row, 0);
    i->organisation_id = db_id(row, 1);
    i->order_id = db_id(row, 2);
    i->number = db_text(row, 3);
    i->order_number = db_text(row, 4);
    i->status = db_text(row, 5);
    memcpy(i->total.currency, db_text(row, 6), sizeof(i->total.currency));
    i->paid = i->rest = i->total;
    i->total.minor = db_i64(row, 7);
    i->paid.minor = db_i64(row, 8);
    i->rest.minor = i->total.minor - i->paid.minor;
    i->issued_on = db_text(row, 9);
    i->due_on = db_text(row, 10);
    i->is_overdue = strcmp(i->status, "paid") != 0 && strcmp(i->status, "void") != 0 &&
                    strcmp(i->due_on, sales_text_today(cx)) < 0;
}

static void invoice_filter_where(const struct invoice_filter *f, struct where *w)
{
    if (!id_is_zero(f->organisation_id))
        where_add(w, " AND i.organisation_id = ?", DB_ID(f->organisation_id));
    if (!id_is_zero(f->order_id))
        where_add(w, " AND i.order_id = ?", DB_ID(f->order_id));
    if (f->is_open)
        where_add(w, " AND i.status IN ('open', 'part_paid')", DB_NONE);
    else if (!id_is_zero(f->after))
        where_add(w, " AND i.id < ?", DB_ID(f->after));
    where_add(w, f->is_open ? " ORDER BY i.due_on, i.id LIMIT ?" : " ORDER BY i.id DESC LIMIT ?",
              DB_INT(f->limit ? f->limit : INVOICE_PAGE));
}

bool invoice_list(struct ctx *cx, const struct invoice_filter *filter, struct invoice **out,
                  size_t *count)
{
    const struct db_arg args[] = {DB_ID(cx->tenant_id)};
    struct where w;
    struct db_rows rows;
    struct invoice *list;
    size_t n = 0;

    where_start(&w, cx, SQL_INVOICE_LIST, args, COUNT(args));
    sales_scope_where(cx, &w, sales_scope_of(&cx->viewer, &SALES_SCOPE_INVOICE),
                      SALES_SCOPE_COLUMN("i.organisation_id"));
    invoice_filter_where(filter, &w);
    if (!db_query_args(cx, &rows, w.text.p, w.args, w.count))
        return false;
    list = arena_array(cx->mem, struct invoice, rows.count ? rows.count : 1);
    while (db_next(&rows))
        invoice_from_row(cx, &rows.row, &list[n++]);
    *out = list;
    *count = n;
    return true;
}
