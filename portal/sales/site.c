#include "portal/sales/site.h"

#include "db/event.h"
#include "portal/sales/sales_scope.h"
#include "portal/sales/sales_text.h"

#include <string.h>

const struct err_kind ERR_SITE_NAME_TAKEN = {ERR_CLASS_CONFLICT, "SITE_NAME_TAKEN",
                                             "This customer has a site of that name already."};

static bool may_change(const struct ctx *cx, struct id organisation_id)
{
    if (cx->viewer.kind == VIEWER_CUSTOMER)
        return viewer_has(&cx->viewer, RIGHT_ADMIN) &&
               id_equal(cx->viewer.organisation_id, organisation_id);
    return viewer_has(&cx->viewer, RIGHT_CUSTOMERS_CREATE);
}

static bool draft_check(struct ctx *cx, const struct site *d)
{
    return sales_text_check(cx, "name", d->name, SITE_NAME_MAX, true) &&
           sales_text_check(cx, "city", d->city, SITE_CITY_MAX, true) &&
           sales_text_check(cx, "address", d->address, SITE_ADDRESS_MAX, false);
}

static const char SQL_SITE_INSERT[] =
    "INSERT INTO site (tenant_id, id, organisation_id, name, city, address, phone) "
    "VALUES (?, ?, ?, ?, ?, ?, ?)";

static bool site_insert(struct ctx *cx, struct id id, const struct site *d)
{
    if (!sales_scope_check(cx, &SALES_SCOPE_ORGANISATION, d->organisation_id))
        return false;
    if (db_exec(cx, NULL, SQL_SITE_INSERT, DB_ID(cx->tenant_id), DB_ID(id),
                DB_ID(d->organisation_id), DB_TEXT(d->name), DB_TEXT(d->city),
                DB_TEXT(sales_text(d->address)), DB_TEXT(sales_text(d->phone))))
        return true;
    if (cx->err.kind == &ERR_CONFLICT && !strcmp(db_duplicate_key(cx), "site_name")) {
        err_clear(&cx->err);
        err_set_at(&cx->err, &ERR_SITE_NAME_TAKEN, "name", "site name in use");
    }
    return false;
}

bool site_add(struct ctx *cx, const struct site *draft, struct id *out)
{
    struct id id = ctx_new_id(cx);

    if (!may_change(cx, draft->organisation_id))
        return err_set(&cx->err, &ERR_DENIED, "site_add");
    if (!draft_check(cx, draft) || !db_begin(cx))
        return false;
    if (!site_insert(cx, id, draft) ||
        !event_emit(cx, EVENT_ORGANISATION_CHANGED, draft->organisation_id,
                    json_own(cx->mem, json_pack("{s:s,s:s}", "change", "site_added", "site",
                                                draft->name)))) {
        db_rollback(cx);
        return false;
    }
    if (!db_commit(cx))
        return false;
    *out = id;
    return true;
}

static const char SQL_SITE_LIST[] =
    "SELECT id, organisation_id, name, city, address, phone FROM site "
    "WHERE tenant_id = ? AND organisation_id = ?";

bool site_list(struct ctx *cx, struct id organisation_id, struct site **out, size_t *count)
{
    const struct db_arg args[] = {DB_ID(cx->tenant_id), DB_ID(organisation_id)};
    enum sales_scope scope = sales_scope_of(&cx->viewer, &SALES_SCOPE_ORGANISATION);
    struct where w;
    struct db_rows rows;
    struct site *list;
    size_t n = 0;

    where_start(&w, cx, SQL_SITE_LIST, args, COUNT(args));
    sales_scope_where(cx, &w, scope, SALES_SCOPE_COLUMN("organisation_id"));
    where_add(&w, " ORDER BY name, id LIMIT ?", DB_INT(SITE_LIST_MAX));
    if (!db_query_args(cx, &rows, w.text.p, w.args, w.count))
        return false;
    list = arena_array(cx->mem, struct site, rows.count ? rows.count : 1);
    while (db_next(&rows)) {
        struct site *s = &list[n++];

        s->id = db_id(&rows.row, 0);
        s->organisation_id = db_id(&rows.row, 1);
        s->name = db_text(&rows.row, 2);
        s->city = db_text(&rows.row, 3);
        s->address = db_text(&rows.row, 4);
        s->phone = db_text(&rows.row, 5);
    }
    *out = list;
    *count = n;
    return true;
}
