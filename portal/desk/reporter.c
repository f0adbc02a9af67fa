#include "portal/desk/reporter.h"

#include "db/db.h"

static const char SQL_REPORTER_BY_PERSON[] =
    "SELECT id FROM reporter WHERE tenant_id = ? AND person_id = ? AND organisation_id <=> ? "
    "AND name = ? AND phone = ? AND store = ? LIMIT 1";
static const char SQL_REPORTER_BY_EMAIL[] =
    "SELECT id FROM reporter WHERE tenant_id = ? AND email = ? AND organisation_id <=> ? "
    "AND name = ? AND phone = ? AND store = ? LIMIT 1";
static const char SQL_REPORTER_BY_PHONE[] =
    "SELECT id FROM reporter WHERE tenant_id = ? AND phone = ? AND organisation_id <=> ? "
    "AND name = ? AND store = ? LIMIT 1";
static const char SQL_REPORTER_INSERT[] =
    "INSERT INTO reporter (tenant_id, id, organisation_id, person_id, name, phone, email, store, "
    "address, created_at) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)";
static const char SQL_REPORTER_GET[] =
    "SELECT id, organisation_id, person_id, name, phone, email, store, address FROM reporter "
    "WHERE tenant_id = ? AND id = ?";

static const char *given(const char *text)
{
    return text != NULL ? text : "";
}

/* *out stays zero when there is none. */
static bool find(struct ctx *cx, const struct reporter *w, struct id *out)
{
    struct db_rows rows;
    const struct db_arg tenant = DB_ID(cx->tenant_id), org = DB_ID_OR_NULL(w->organisation_id);
    const struct db_arg name = DB_TEXT(w->name), phone = DB_TEXT(given(w->phone));
    const struct db_arg store = DB_TEXT(given(w->store));
    bool ok = true;

    rows.count = 0;
    if (!id_is_zero(w->person_id))
        ok = db_query(cx, &rows, SQL_REPORTER_BY_PERSON, tenant, DB_ID(w->person_id), org, name,
                      phone, store);
    else if (given(w->email)[0] != '\0')
        ok = db_query(cx, &rows, SQL_REPORTER_BY_EMAIL, tenant, DB_TEXT(w->email), org, name, phone,
                      store);
    else if (given(w->phone)[0] != '\0')
        ok = db_query(cx, &rows, SQL_REPORTER_BY_PHONE, tenant, phone, org, name, store);
    if (!ok)
        return false;
    *out = rows.count > 0 && db_next(&rows) ? db_id(&rows.row, 0) : (struct id){{0}};
    return true;
}

bool reporter_add(struct ctx *cx, const struct reporter *what, struct id *out)
{
    struct id id;

    if (!find(cx, what, &id))
        return false;
    if (id_is_zero(id)) {
        id = ctx_new_id(cx);
        if (!db_exec(cx, NULL, SQL_REPORTER_INSERT, DB_ID(cx->tenant_id), DB_ID(id),
                     DB_ID_OR_NULL(what->organisation_id), DB_ID_OR_NULL(what->person_id),
                     DB_TEXT(what->name), DB_TEXT(given(what->phone)), DB_TEXT(given(what->email)),
                     DB_TEXT(given(what->store)), DB_TEXT(given(what->address)), DB_TIME(cx->now)))
            return false;
    }
    *out = id;
    return true;
}

bool reporter_get(struct ctx *cx, struct id id, struct reporter **out)
{
    struct db_rows rows;
    struct reporter *r;

    if (!db_query(cx, &rows, SQL_REPORTER_GET, DB_ID(cx->tenant_id), DB_ID(id)))
        return false;
    if (!db_next(&rows))
        return err_set(&cx->err, &ERR_NOT_FOUND, "reporter %s", id_text(cx->mem, id));
    r = arena_new(cx->mem, struct reporter);
    r->id = db_id(&rows.row, 0);
    r->organisation_id = db_id(&rows.row, 1);
    r->person_id = db_id(&rows.row, 2);
    r->name = db_text(&rows.row, 3);
    r->phone = db_text(&rows.row, 4);
    r->email = db_text(&rows.row, 5);
    r->store = db_text(&rows.row, 6);
    r->address = db_text(&rows.row, 7);
    *out = r;
    return true;
}
