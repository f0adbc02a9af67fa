#include "portal/sales/organisation.h"

#include "base/utf8.h"
#include "db/event.h"
#include "db/series.h"
#include "portal/sales/organisation_where.h"
#include "portal/sales/sales_scope.h"
#include "portal/sales/sales_text.h"

#include <string.h>

const char *const ORGANISATION_STATUSES[] = {"prospect", "active", "dormant", "lost", NULL};

const struct err_kind ERR_ORGANISATION_CODE_TAKEN = {ERR_CLASS_CONFLICT, "CUSTOMER_CODE_TAKEN",
                                                     "Another customer has this code."};

const struct err_kind ERR_ORGANISATION_IN_USE = {
    ERR_CLASS_CONFLICT, "CUSTOMER_IN_USE",
    "This customer has licences, open tickets, orders or invoices and cannot be deleted. Set its "
    "state to lost instead."};

enum { ORGANISATION_IMPORTANCE_USUAL = 3 };

/* --- writing --- */

static bool status_is_known(const char *status)
{
    for (size_t i = 0; ORGANISATION_STATUSES[i]; i++) {
        if (!strcmp(ORGANISATION_STATUSES[i], status))
            return true;
    }
    return false;
}

static bool draft_check(struct ctx *cx, const struct organisation_draft *d)
{
    if (!sales_text_check(cx, "name", d->name, ORGANISATION_NAME_MAX, true) ||
        !sales_text_check(cx, "code", d->code, ORGANISATION_CODE_MAX, false) ||
        !sales_text_check(cx, "category", d->category, ORGANISATION_CATEGORY_MAX, false) ||
        !sales_text_check(cx, "phone", d->phone, ORGANISATION_PHONE_MAX, false) ||
        !sales_text_check(cx, "email", d->email, ORGANISATION_EMAIL_MAX, false) ||
        !sales_text_check(cx, "address", d->address, ORGANISATION_ADDRESS_MAX, false) ||
        !sales_text_check(cx, "city", d->city, ORGANISATION_CITY_MAX, false) ||
        !sales_text_check(cx, "country", d->country, 2, false) ||
        !sales_text_check(cx, "note", d->note, ORGANISATION_NOTE_MAX, false))
        return false;
    if (d->status && !status_is_known(d->status))
        return err_set_at(&cx->err, &ERR_INVALID, "status", "status %s", d->status);
    if (d->importance != 0 && (d->importance < ORGANISATION_IMPORTANCE_MIN ||
                               d->importance > ORGANISATION_IMPORTANCE_MAX))
        return err_set_at(&cx->err, &ERR_INVALID, "importance", "importance out of range");
    return true;
}

static bool code_taken(struct ctx *cx)
{
    if (cx->err.kind == &ERR_CONFLICT && !strcmp(db_duplicate_key(cx), "organisation_code")) {
        err_clear(&cx->err);
        err_set_at(&cx->err, &ERR_ORGANISATION_CODE_TAKEN, "code", "code in use");
    }
    return false;
}

static const char SQL_ORGANISATION_INSERT[] =
    "INSERT INTO organisation (tenant_id, id, code, name, category, status, importance, owner_id, "
    "phone, email, address, city, country, note, created_at, updated_at) "
    "VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)";

/* Whoever sees only customers with an owner of his own or his team adds none that he would lose. */
static struct id owner_of_new(const struct ctx *cx, const struct organisation_draft *d)
{
    if (id_is_zero(d->owner_id) && cx->viewer.kind == VIEWER_STAFF &&
        viewer_scope(&cx->viewer, MODULE_CUSTOMERS) != SCOPE_ALL)
        return cx->viewer.person_id;
    return d->owner_id;
}

static bool organisation_insert(struct ctx *cx, struct id id, const char *code,
                                const struct organisation_draft *d)
{
    return db_exec(cx, NULL, SQL_ORGANISATION_INSERT, DB_ID(cx->tenant_id), DB_ID(id),
                   DB_TEXT(code), DB_TEXT(d->name), DB_TEXT(sales_text(d->category)),
                   DB_TEXT(d->status ? d->status : "active"),
                   DB_INT(d->importance ? d->importance : ORGANISATION_IMPORTANCE_USUAL),
                   DB_ID_OR_NULL(owner_of_new(cx, d)), DB_TEXT(sales_text(d->phone)),
                   DB_TEXT(sales_text(d->email)), DB_TEXT(sales_text(d->address)),
                   DB_TEXT(sales_text(d->city)), DB_TEXT(sales_text(d->country)),
                   DB_TEXT(sales_text(d->note)), DB_TIME(cx->now), DB_TIME(cx->now)) ||
           code_taken(cx);
}

bool organisation_add(struct ctx *cx, const struct organisation_draft *draft,
                      struct organisation **out)
{
    struct id id = ctx_new_id(cx);
    const char *code = draft->code;
    struct organisation *added;
    int64_t number;
    json_t *data;

    if (!viewer_has(&cx->viewer, RIGHT_CUSTOMERS_CREATE))
        return err_set(&cx->err, &ERR_DENIED, "organisation_add");
    if (!draft_check(cx, draft) || !db_begin(cx))
        return false;
    if ((!code || !*code) && !series_next(cx, "customer", &code, &number))
        goto rollback;
    data = json_own(cx->mem, json_pack("{s:s,s:s}", "code", code, "name", draft->name));
    if (!organisation_insert(cx, id, code, draft) ||
        !field_record_write(cx, FIELD_ORGANISATION, id, draft->fields, data) ||
        !event_emit(cx, EVENT_ORGANISATION_CREATED, id, data) || !organisation_get(cx, id, &added))
        goto rollback;
    if (!db_commit(cx))
        return false;
    *out = added;
    return true;

rollback:
    db_rollback(cx);
    return false;
}

static const char SQL_ORGANISATION_UPDATE[] =
    "UPDATE organisation SET code = COALESCE(NULLIF(?, ''), code), name = ?, category = ?, "
    "status = ?, importance = ?, owner_id = ?, phone = ?, email = ?, address = ?, city = ?, "
    "country = ?, note = ?, updated_at = ? WHERE tenant_id = ? AND id = ? AND deleted_at IS NULL";

static json_t *organisation_event_data(struct ctx *cx, const struct organisation *before,
                                       const struct organisation_draft *after)
{
    return json_own(cx->mem, json_pack("{s:s,s:{s:s,s:s,s:s,s:I},s:{s:s,s:s,s:s,s:I}}", "change",
                                       "details", "before", "name", before->name, "category",
                                       before->category, "status", before->status, "importance",
                                       (json_int_t)before->importance, "after", "name", after->name,
                                       "category", sales_text(after->category), "status",
                                       after->status ? after->status : "active", "importance",
                                       (json_int_t)after->importance));
}

static bool organisation_update(struct ctx *cx, struct id id, const struct organisation_draft *d)
{
    return db_exec(
               cx, NULL, SQL_ORGANISATION_UPDATE, DB_TEXT(sales_text(d->code)), DB_TEXT(d->name),
               DB_TEXT(sales_text(d->category)), DB_TEXT(d->status ? d->status : "active"),
               DB_INT(d->importance ? d->importance : ORGANISATION_IMPORTANCE_USUAL),
               DB_ID_OR_NULL(d->owner_id), DB_TEXT(sales_text(d->phone)),
               DB_TEXT(sales_text(d->email)), DB_TEXT(sales_text(d->address)),
               DB_TEXT(sales_text(d->city)), DB_TEXT(sales_text(d->country)),
               DB_TEXT(sales_text(d->note)), DB_TIME(cx->now), DB_ID(cx->tenant_id), DB_ID(id)) ||
           code_taken(cx);
}

bool organisation_change(struct ctx *cx, struct id id, const struct organisation_draft *draft)
{
    struct organisation *before;
    json_t *data;

    if (!viewer_has(&cx->viewer, RIGHT_CUSTOMERS_UPDATE))
        return err_set(&cx->err, &ERR_DENIED, "organisation_change");
    if (!draft_check(cx, draft) || !db_begin(cx))
        return false;
    if (!organisation_get(cx, id, &before) || !organisation_update(cx, id, draft))
        goto rollback;
    data = organisation_event_data(cx, before, draft);
    if ((draft->fields != NULL &&
         !field_record_write(cx, FIELD_ORGANISATION, id, draft->fields, data)) ||
        !event_emit(cx, EVENT_ORGANISATION_CHANGED, id, data))
        goto rollback;
    return db_commit(cx);

rollback:
    db_rollback(cx);
    return false;
}

/* --- reading --- */

#define ORGANISATION_SELECT                                                               \
    "SELECT o.id, o.code, o.name, o.category, o.status, o.importance, o.owner_id, "       \
    "COALESCE(p.full_name, ''), o.phone, o.email, o.address, o.city, o.country, o.note, " \
    "o.created_at FROM organisation o "                                                   \
    "LEFT JOIN person p ON p.tenant_id = o.tenant_id AND p.id = o.owner_id "              \
    "WHERE o.tenant_id = ? AND o.deleted_at IS NULL "

static void organisation_from_row(struct ctx *cx, const struct db_row *row, struct organisation *o)
{
    o->id = db_id(row, 0);
    o->code = db_text(row, 1);
    o->name = db_text(row, 2);
    o->category = db_text(row, 3);
    o->status = db_text(row, 4);
    o->importance = db_i64(row, 5);
    o->owner_id = db_id(row, 6);
    o->owner_name = db_text(row, 7);
    o->phone = db_text(row, 8);
    o->email = db_text(row, 9);
    o->address = db_text(row, 10);
    o->city = db_text(row, 11);
    o->country = db_text(row, 12);
    o->note = cx->viewer.kind == VIEWER_CUSTOMER ? "" : db_text(row, 13);
    o->created_at = db_time(row, 14);
}

/* Every customer sees the organisation he is working for, whatever else he may do there. */
static void organisation_start(struct ctx *cx, struct where *w)
{
    const struct db_arg args[] = {DB_ID(cx->tenant_id)};

    where_start(w, cx, ORGANISATION_SELECT, args, COUNT(args));
    sales_scope_where(cx, w, sales_scope_of(&cx->viewer, &SALES_SCOPE_ORGANISATION),
                      SALES_SCOPE_COLUMN("o.id"));
}

bool organisation_get(struct ctx *cx, struct id id, struct organisation **out)
{
    struct where w;
    struct db_rows rows;

    organisation_start(cx, &w);
    where_add(&w, " AND o.id = ?", DB_ID(id));
    if (!db_query_args(cx, &rows, w.text.p, w.args, w.count))
        return false;
    if (!db_next(&rows))
        return err_set(&cx->err, &ERR_NOT_FOUND, "organisation %s", id_text(cx->mem, id));
    *out = arena_new(cx->mem, struct organisation);
    organisation_from_row(cx, &rows.row, *out);
    return true;
}

void organisation_where(struct ctx *cx, const struct organisation_filter *f, struct where *w)
{
    const char *search = f->search && *f->search ? f->search : NULL;

    if (search && utf8_valid(search, strlen(search))) {
        where_add(w, " AND (o.name LIKE ?", DB_TEXT(sales_text_like(cx, search, false)));
        where_add(w, " OR o.city LIKE ?", DB_TEXT(sales_text_like(cx, search, false)));
        where_add(w, " OR o.code LIKE ?)", DB_TEXT(sales_text_like(cx, search, true)));
    } else if (search) {
        where_add(w, " AND FALSE", DB_NONE);
    }
    if (f->status)
        where_add(w, " AND o.status = ?", DB_TEXT(f->status));
    if (f->field != NULL)
        field_filter_where(w, f->field,
                           f->field->field->subject == FIELD_PERSON ? FIELD_FILTER_OF_MEMBERS
                                                                    : FIELD_FILTER_OF_ORGANISATION);
}

/* MariaDB sorts utf8mb4 by sound nowhere; GBK's own order is by sound for the 3,755 characters that
 * names are made of. Not from an index: a tenant's customers are few enough to be sorted. */
#define BY_PINYIN(name) "CONVERT(" name " USING gbk) COLLATE gbk_chinese_ci"

static void organisation_after(struct where *w, const struct organisation *after, bool by_pinyin)
{
    if (by_pinyin) {
        where_add(w, " AND (" BY_PINYIN("o.name") " > " BY_PINYIN("?"), DB_TEXT(after->name));
        where_add(w, " OR (" BY_PINYIN("o.name") " = " BY_PINYIN("?"), DB_TEXT(after->name));
    } else {
        where_add(w, " AND (o.name > ?", DB_TEXT(after->name));
        where_add(w, " OR (o.name = ?", DB_TEXT(after->name));
    }
    where_add(w, " AND o.id > ?))", DB_ID(after->id));
}

bool organisation_list(struct ctx *cx, const struct organisation_filter *filter,
                       struct organisation **out, size_t *count, bool *has_more)
{
    unsigned limit = filter->limit ? filter->limit : ORGANISATION_PAGE;
    struct organisation *after;
    struct organisation *list;
    struct where w;
    struct db_rows rows;
    size_t n = 0;

    organisation_start(cx, &w);
    organisation_where(cx, filter, &w);
    if (!id_is_zero(filter->after)) {
        if (!organisation_get(cx, filter->after, &after))
            return false;
        organisation_after(&w, after, filter->by_pinyin);
    }
    where_add(&w,
              filter->by_pinyin ? " ORDER BY " BY_PINYIN("o.name") ", o.id LIMIT ?"
                                : " ORDER BY o.name, o.id LIMIT ?",
              DB_INT(limit + 1));
    if (!db_query_args(cx, &rows, w.text.p, w.args, w.count))
        return false;
    list = arena_array(cx->mem, struct organisation, rows.count ? rows.count : 1);
    while (n < limit && db_next(&rows))
        organisation_from_row(cx, &rows.row, &list[n++]);
    *has_more = rows.count > n;
    *out = list;
    *count = n;
    return true;
}

/* --- removing --- */

static const char SQL_ORGANISATION_USES[] =
    "SELECT (SELECT COUNT(*) FROM licence l WHERE l.tenant_id = o.tenant_id "
    "AND l.organisation_id = o.id AND l.deleted_at IS NULL), "
    "(SELECT COUNT(*) FROM ticket t WHERE t.tenant_id = o.tenant_id "
    "AND t.organisation_id = o.id AND t.category IN ('open', 'waiting')), "
    "(SELECT COUNT(*) FROM sales_order s WHERE s.tenant_id = o.tenant_id "
    "AND s.organisation_id = o.id AND s.status NOT IN ('done', 'cancelled')), "
    "(SELECT COUNT(*) FROM invoice i WHERE i.tenant_id = o.tenant_id "
    "AND i.organisation_id = o.id AND i.status IN ('open', 'part_paid')) "
    "FROM organisation o WHERE o.tenant_id = ? AND o.id = ? AND o.deleted_at IS NULL";

bool organisation_uses(struct ctx *cx, struct id id, struct organisation_uses *out)
{
    struct db_rows rows;

    if (cx->viewer.kind == VIEWER_CUSTOMER || !viewer_has(&cx->viewer, RIGHT_CUSTOMERS_DELETE))
        return err_set(&cx->err, &ERR_DENIED, "organisation_uses");
    if (!sales_scope_check(cx, &SALES_SCOPE_ORGANISATION, id) ||
        !db_query(cx, &rows, SQL_ORGANISATION_USES, DB_ID(cx->tenant_id), DB_ID(id)))
        return false;
    if (!db_next(&rows))
        return err_set(&cx->err, &ERR_NOT_FOUND, "organisation %s", id_text(cx->mem, id));
    *out = (struct organisation_uses){.licences = db_i64(&rows.row, 0),
                                      .open_tickets = db_i64(&rows.row, 1),
                                      .open_orders = db_i64(&rows.row, 2),
                                      .open_invoices = db_i64(&rows.row, 3)};
    return true;
}

/* The code is freed: a customer that was added by mistake is added again rightly. */
static const char SQL_ORGANISATION_REMOVE[] =
    "UPDATE organisation SET deleted_at = ?, code = LEFT(CONCAT('-', id), 32) "
    "WHERE tenant_id = ? AND id = ? AND deleted_at IS NULL";

static bool remove_rows(struct ctx *cx, struct id id)
{
    struct organisation_uses uses;

    if (!organisation_uses(cx, id, &uses))
        return false;
    if (uses.licences + uses.open_tickets + uses.open_orders + uses.open_invoices > 0)
        return err_set(&cx->err, &ERR_ORGANISATION_IN_USE, "organisation %s", id_text(cx->mem, id));
    return db_exec(cx, NULL, SQL_ORGANISATION_REMOVE, DB_TIME(cx->now), DB_ID(cx->tenant_id),
                   DB_ID(id)) &&
           event_emit(cx, EVENT_ORGANISATION_CHANGED, id,
                      json_own(cx->mem, json_pack("{s:s}", "change", "removed")));
}

bool organisation_remove(struct ctx *cx, struct id id)
{
    if (!db_begin(cx))
        return false;
    if (!remove_rows(cx, id)) {
        db_rollback(cx);
        return false;
    }
    return db_commit(cx);
}
