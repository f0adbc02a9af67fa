#include "portal/account/person_list.h"

#include "db/where.h"
#include "portal/sales/sales_scope.h"
#include "portal/sales/sales_text.h"

static const char SQL_PERSON_LIST[] =
    "SELECT p.id, p.full_name, p.given_name, p.email, p.phone, p.language, p.time_zone, "
    "p.is_disabled, p.created_at, COALESCE(p.verified_email = p.email, FALSE), p.home_address "
    "FROM person p WHERE p.tenant_id = ? AND p.deleted_at IS NULL AND NOT EXISTS (SELECT 1 FROM "
    "staff_member s WHERE s.tenant_id = p.tenant_id AND s.person_id = p.id)";

/* Opens the question of which organisations; sales_scope_where and " )" end it. */
#define IN_ORGANISATION                                                                         \
    " AND EXISTS (SELECT 1 FROM membership m JOIN organisation o ON o.tenant_id = m.tenant_id " \
    "AND o.id = m.organisation_id AND o.deleted_at IS NULL WHERE m.tenant_id = p.tenant_id "    \
    "AND m.person_id = p.id"

static void visible(struct ctx *cx, struct where *w)
{
    const struct viewer *v = &cx->viewer;

    if (v->kind == VIEWER_SYSTEM)
        return;
    if (v->kind == VIEWER_CUSTOMER && !viewer_has(v, RIGHT_ADMIN)) {
        where_add(w, " AND p.id = ?", DB_ID(v->person_id));
        return;
    }
    if (v->kind == VIEWER_STAFF && !viewer_has(v, RIGHT_CUSTOMERS_READ)) {
        where_add(w, " AND FALSE", DB_NONE);
        return;
    }
    if (v->kind == VIEWER_STAFF && viewer_scope(v, MODULE_CUSTOMERS) == SCOPE_ALL)
        return;
    where_add(w, IN_ORGANISATION, DB_NONE);
    sales_scope_where(cx, w, sales_scope_of(v, &SALES_SCOPE_ORGANISATION),
                      SALES_SCOPE_COLUMN("o.id"));
    where_add(w, ")", DB_NONE);
}

static struct person from_row(const struct db_row *row)
{
    return (struct person){.id = db_id(row, 0),
                           .full_name = db_text(row, 1),
                           .given_name = db_text(row, 2),
                           .email = db_text(row, 3),
                           .phone = db_text(row, 4),
                           .language = db_text(row, 5),
                           .time_zone = db_text(row, 6),
                           .is_disabled = db_bool(row, 7),
                           .created_at = db_time(row, 8),
                           .is_verified = db_bool(row, 9),
                           .home_address = db_text(row, 10)};
}

bool person_list(struct ctx *cx, const struct person_filter *filter, struct person **out,
                 size_t *count, bool *has_more)
{
    const unsigned limit = filter->limit == 0                ? PERSON_LIST_PAGE
                           : filter->limit > PERSON_LIST_MAX ? PERSON_LIST_MAX
                                                             : filter->limit;
    struct db_rows rows;
    struct person *all;
    struct where w;

    where_start(&w, cx, SQL_PERSON_LIST, (const struct db_arg[]){DB_ID(cx->tenant_id)}, 1);
    visible(cx, &w);
    if (!id_is_zero(filter->only))
        where_add(&w, " AND p.id = ?", DB_ID(filter->only));
    if (!id_is_zero(filter->organisation_id))
        where_add(&w, IN_ORGANISATION " AND m.organisation_id = ?)",
                  DB_ID(filter->organisation_id));
    if (filter->search != NULL && *filter->search != '\0') {
        where_add(&w, " AND (p.full_name LIKE ?",
                  DB_TEXT(sales_text_like(cx, filter->search, false)));
        where_add(&w, " OR p.email LIKE ?)", DB_TEXT(sales_text_like(cx, filter->search, true)));
    }
    if (!id_is_zero(filter->after))
        where_add(&w, " AND p.id > ?", DB_ID(filter->after));
    where_add(&w, " ORDER BY p.id LIMIT ?", DB_INT(limit + 1));
    if (!db_query_args(cx, &rows, w.text.p, w.args, w.count))
        return false;
    *has_more = rows.count > limit;
    all = arena_array(cx->mem, struct person, rows.count + 1);
    for (*count = 0; *count < limit && db_next(&rows); (*count)++)
        all[*count] = from_row(&rows.row);
    *out = all;
    return true;
}

bool person_list_get(struct ctx *cx, struct id id, struct person **out)
{
    bool has_more;
    size_t count;

    if (!person_list(cx, &(struct person_filter){.only = id, .limit = 1}, out, &count, &has_more))
        return false;
    return (count == 1 && !id_is_zero(id)) ||
           err_set(&cx->err, &ERR_NOT_FOUND, "person %s", id_text(cx->mem, id));
}
