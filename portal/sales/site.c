#include "portal/sales/site.h"

#include "db/event.h"
#include "portal/sales/sales_scope.h"
#include "portal/sales/sales_text.h"

#include <string.h>

const struct err_kind ERR_SITE_NAME_TAKEN = {ERR_CLASS_CONFLICT, "SITE_NAME_TAKEN",
                                             "This customer has a site of that name already."};

const struct err_kind ERR_SITE_IN_USE = {
    ERR_CLASS_CONFLICT, "SITE_IN_USE",
    "Tickets, machines or people name this site. Rename it instead of removing it."};

static bool may_change(const struct ctx *cx, struct id organisation_id, enum right_action action)
{
    if (cx->viewer.kind == VIEWER_CUSTOMER)
        return viewer_acts(&cx->viewer, RIGHT_ADMIN) &&
               id_equal(cx->viewer.organisation_id, organisation_id);
    return viewer_has(&cx->viewer, RIGHT_OF(MODULE_CUSTOMERS, action));
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

static bool name_taken(struct ctx *cx)
{
    if (cx->err.kind == &ERR_CONFLICT && !strcmp(db_duplicate_key(cx), "site_name")) {
        err_clear(&cx->err);
        err_set_at(&cx->err, &ERR_SITE_NAME_TAKEN, "name", "site name in use");
    }
    return false;
}

static bool tell(struct ctx *cx, struct id organisation_id, const char *change, const char *name)
{
    return event_emit(cx, EVENT_ORGANISATION_CHANGED, organisation_id,
                      json_own(cx->mem, json_pack("{s:s,s:s}", "change", change, "site", name)));
}

static bool site_insert(struct ctx *cx, struct id id, const struct site *d)
{
    if (!sales_scope_check(cx, &SALES_SCOPE_ORGANISATION, d->organisation_id))
        return false;
    if (db_exec(cx, NULL, SQL_SITE_INSERT, DB_ID(cx->tenant_id), DB_ID(id),
                DB_ID(d->organisation_id), DB_TEXT(d->name), DB_TEXT(d->city),
                DB_TEXT(sales_text(d->address)), DB_TEXT(sales_text(d->phone))))
        return true;
    return name_taken(cx);
}

bool site_add(struct ctx *cx, const struct site *draft, struct id *out)
{
    struct id id = ctx_new_id(cx);

    if (!may_change(cx, draft->organisation_id, ACTION_CREATE))
        return err_set(&cx->err, &ERR_DENIED, "site_add");
    if (!draft_check(cx, draft) || !db_begin(cx))
        return false;
    if (!site_insert(cx, id, draft) ||
        !tell(cx, draft->organisation_id, "site_added", draft->name)) {
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

bool site_find(struct ctx *cx, struct id organisation_id, struct id id, struct site **out)
{
    struct site *list;
    size_t count;

    if (!site_list(cx, organisation_id, &list, &count))
        return false;
    for (size_t i = 0; i < count; i++) {
        if (!id_equal(list[i].id, id))
            continue;
        *out = &list[i];
        return true;
    }
    return err_set(&cx->err, &ERR_NOT_FOUND, "site %s", id_text(cx->mem, id));
}

static const char SQL_SITE_UPDATE[] =
    "UPDATE site SET name = ?, city = ?, address = ?, phone = ? "
    "WHERE tenant_id = ? AND organisation_id = ? AND id = ?";

bool site_change(struct ctx *cx, const struct site *d)
{
    struct site *is;

    if (!site_find(cx, d->organisation_id, d->id, &is))
        return false;
    if (!may_change(cx, d->organisation_id, ACTION_UPDATE))
        return err_set(&cx->err, &ERR_DENIED, "site_change");
    if (!draft_check(cx, d) || !db_begin(cx))
        return false;
    if (!db_exec(cx, NULL, SQL_SITE_UPDATE, DB_TEXT(d->name), DB_TEXT(d->city),
                 DB_TEXT(sales_text(d->address)), DB_TEXT(sales_text(d->phone)),
                 DB_ID(cx->tenant_id), DB_ID(d->organisation_id), DB_ID(d->id))) {
        name_taken(cx);
        db_rollback(cx);
        return false;
    }
    if (!tell(cx, d->organisation_id, "site_changed", d->name)) {
        db_rollback(cx);
        return false;
    }
    return db_commit(cx);
}

/* What names a site is refused by its foreign key. */
static const char SQL_SITE_DELETE[] =
    "DELETE FROM site WHERE tenant_id = ? AND organisation_id = ? AND id = ?";

bool site_remove(struct ctx *cx, struct id organisation_id, struct id id)
{
    struct site *is;

    if (!site_find(cx, organisation_id, id, &is))
        return false;
    if (!may_change(cx, organisation_id, ACTION_DELETE))
        return err_set(&cx->err, &ERR_DENIED, "site_remove");
    if (!db_begin(cx))
        return false;
    if (!db_exec(cx, NULL, SQL_SITE_DELETE, DB_ID(cx->tenant_id), DB_ID(organisation_id),
                 DB_ID(id))) {
        if (cx->err.kind == &ERR_CONFLICT) {
            err_clear(&cx->err);
            err_set(&cx->err, &ERR_SITE_IN_USE, "site %s", id_text(cx->mem, id));
        }
        db_rollback(cx);
        return false;
    }
    if (!tell(cx, organisation_id, "site_removed", is->name)) {
        db_rollback(cx);
        return false;
    }
    return db_commit(cx);
}
