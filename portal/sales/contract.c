#include "portal/sales/contract.h"

#include "portal/sales/sales_paper.h"
#include "portal/sales/sales_scope.h"
#include "portal/sales/sales_text.h"

#include <string.h>

const struct err_kind ERR_CONTRACT_NUMBER_TAKEN = {ERR_CLASS_CONFLICT, "CONTRACT_NUMBER_TAKEN",
                                                   "Another contract has this number."};

static bool draft_check(struct ctx *cx, const struct contract *d)
{
    if (!sales_text_check(cx, "title", d->title, CONTRACT_TITLE_MAX, true) ||
        !sales_text_check(cx, "party_a", d->party_a, CONTRACT_PARTY_MAX, true) ||
        !sales_text_check(cx, "party_b", d->party_b, CONTRACT_PARTY_MAX, true) ||
        !sales_text_check_date(cx, "signed_on", d->signed_on) ||
        !sales_text_check_date(cx, "starts_on", d->starts_on) ||
        !sales_text_check_date(cx, "ends_on", d->ends_on) ||
        !sales_text_check_date(cx, "payment_due_on", d->payment_due_on) ||
        !sales_text_check_currency(cx, "currency", d->amount.currency))
        return false;
    if (d->starts_on && d->ends_on && strcmp(d->starts_on, d->ends_on) > 0)
        return err_set_at(&cx->err, &ERR_INVALID, "ends_on", "a contract ends before it starts");
    return true;
}

static const char SQL_CONTRACT_INSERT[] =
    "INSERT INTO contract (tenant_id, id, organisation_id, number, title, party_a, party_b, "
    "signed_on, starts_on, ends_on, payment_due_on, amount_minor, currency, support_level, "
    "created_at) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)";

static bool contract_insert(struct ctx *cx, struct id id, const char *number, const void *draft)
{
    const struct contract *d = draft;

    if (db_exec(cx, NULL, SQL_CONTRACT_INSERT, DB_ID(cx->tenant_id), DB_ID(id),
                DB_ID(d->organisation_id), DB_TEXT(number), DB_TEXT(d->title), DB_TEXT(d->party_a),
                DB_TEXT(d->party_b), DB_TEXT(d->signed_on), DB_TEXT(d->starts_on),
                DB_TEXT(d->ends_on), DB_TEXT(d->payment_due_on), DB_INT(d->amount.minor),
                DB_TEXT(d->amount.currency), DB_TEXT(sales_text(d->support_level)),
                DB_TIME(cx->now)))
        return true;
    if (cx->err.kind == &ERR_CONFLICT && !strcmp(db_duplicate_key(cx), "contract_number")) {
        err_clear(&cx->err);
        err_set_at(&cx->err, &ERR_CONTRACT_NUMBER_TAKEN, "number", "number in use");
    }
    return false;
}

bool contract_add(struct ctx *cx, const struct contract *draft, struct id *out)
{
    const struct sales_paper paper = {.kind = "contract",
                                      .change = "contract_added",
                                      .number = draft->number,
                                      .organisation_id = draft->organisation_id,
                                      .draft = draft,
                                      .insert = contract_insert};

    if (!viewer_has(&cx->viewer, RIGHT_SALES_CREATE))
        return err_set(&cx->err, &ERR_DENIED, "contract_add");
    return draft_check(cx, draft) && sales_paper_add(cx, &paper, out);
}

static const char SQL_CONTRACT_SELECT[] =
    "SELECT c.id, c.organisation_id, c.number, c.title, c.party_a, c.party_b, c.signed_on, "
    "c.starts_on, c.ends_on, c.payment_due_on, c.amount_minor, c.currency, c.support_level "
    "FROM contract c WHERE c.tenant_id = ?";

static void contract_from_row(const struct db_row *row, struct contract *c)
{
    c->id = db_id(row, 0);
    c->organisation_id = db_id(row, 1);
    c->number = db_text(row, 2);
    c->title = db_text(row, 3);
    c->party_a = db_text(row, 4);
    c->party_b = db_text(row, 5);
    c->signed_on = db_text(row, 6);
    c->starts_on = db_text(row, 7);
    c->ends_on = db_text(row, 8);
    c->payment_due_on = db_text(row, 9);
    c->amount.minor = db_i64(row, 10);
    memcpy(c->amount.currency, db_text(row, 11), sizeof(c->amount.currency));
    c->support_level = db_text(row, 12);
}

static void contract_start(struct ctx *cx, struct where *w)
{
    const struct db_arg args[] = {DB_ID(cx->tenant_id)};

    where_start(w, cx, SQL_CONTRACT_SELECT, args, COUNT(args));
    sales_scope_where(cx, w, sales_scope_of(&cx->viewer, &SALES_SCOPE_CONTRACT),
                      SALES_SCOPE_COLUMN("c.organisation_id"));
}

bool contract_get(struct ctx *cx, struct id id, struct contract **out)
{
    struct where w;
    struct db_rows rows;

    contract_start(cx, &w);
    where_add(&w, " AND c.id = ?", DB_ID(id));
    if (!db_query_args(cx, &rows, w.text.p, w.args, w.count))
        return false;
    if (!db_next(&rows))
        return err_set(&cx->err, &ERR_NOT_FOUND, "contract %s", id_text(cx->mem, id));
    *out = arena_new(cx->mem, struct contract);
    contract_from_row(&rows.row, *out);
    return true;
}

bool contract_list(struct ctx *cx, struct id organisation_id, struct contract **out, size_t *count)
{
    struct where w;
    struct db_rows rows;
    struct contract *list;
    size_t n = 0;

    contract_start(cx, &w);
    if (!id_is_zero(organisation_id))
        where_add(&w, " AND c.organisation_id = ?", DB_ID(organisation_id));
    where_add(&w, " ORDER BY c.ends_on DESC, c.id DESC LIMIT ?", DB_INT(CONTRACT_LIST_MAX));
    if (!db_query_args(cx, &rows, w.text.p, w.args, w.count))
        return false;
    list = arena_array(cx->mem, struct contract, rows.count ? rows.count : 1);
    while (db_next(&rows))
        contract_from_row(&rows.row, &list[n++]);
    *out = list;
    *count = n;
    return true;
}
