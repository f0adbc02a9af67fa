#include "licensing/entitlement.h"

#include "licensing/access.h"
#include "licensing/licence.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

const struct err_kind ERR_ENTITLEMENT_CODE_TAKEN = {ERR_CLASS_INVALID, "CODE_TAKEN",
                                                    "Another entitlement has this code."};
const struct err_kind ERR_ENTITLEMENT_TAKEN = {ERR_CLASS_INVALID, "ENTITLEMENT_TAKEN",
                                               "This entitlement is attached already."};
const struct err_kind ERR_ENTITLEMENT_CONFLICT = {
    ERR_CLASS_INVALID, "ENTITLEMENT_CONFLICT",
    "The licence has this entitlement through its policy already."};
static const struct err_kind ERR_ENTITLEMENT_NAME = {
    ERR_CLASS_INVALID, "NAME_INVALID", "An entitlement needs a name of at most 255 characters."};
static const struct err_kind ERR_ENTITLEMENT_CODE = {
    ERR_CLASS_INVALID, "CODE_INVALID", "An entitlement's code is 1 to 255 characters, and no id."};

#define ENTITLEMENT_COLUMNS "id, name, code, metadata, created_at, updated_at"

static const char SQL_ENTITLEMENT_ADD[] = "INSERT INTO entitlement (tenant_id, " ENTITLEMENT_COLUMNS
                                          ", code_folded) "
                                          "VALUES (?, ?, ?, ?, ?, ?, ?, ?)";
static const char SQL_ENTITLEMENT_GET[] = "SELECT " ENTITLEMENT_COLUMNS
                                          " FROM entitlement "
                                          "WHERE tenant_id = ? AND id = ?";
static const char SQL_ENTITLEMENT_LIST[] =
    "SELECT DISTINCT e.id, e.name, e.code, e.metadata, e.created_at, e.updated_at "
    "FROM licence l JOIN entitlement e ON e.tenant_id = l.tenant_id "
    "WHERE l.tenant_id = ? AND l.id = ? AND l.deleted_at IS NULL AND "
    "(e.id IN (SELECT pe.entitlement_id FROM policy_entitlement pe "
    "WHERE pe.tenant_id = l.tenant_id AND pe.policy_id = l.policy_id) OR "
    "e.id IN (SELECT le.entitlement_id FROM licence_entitlement le "
    "WHERE le.tenant_id = l.tenant_id AND le.licence_id = l.id)) ORDER BY e.code";
static const char SQL_POLICY_ENTITLEMENT_ADD[] =
    "INSERT INTO policy_entitlement (tenant_id, policy_id, entitlement_id, id, created_at) "
    "VALUES (?, ?, ?, ?, ?)";
static const char SQL_LICENCE_ENTITLEMENT_ADD[] =
    "INSERT INTO licence_entitlement (tenant_id, licence_id, entitlement_id, id, created_at) "
    "VALUES (?, ?, ?, ?, ?)";
static const char SQL_LICENCE_ENTITLEMENT_INHERITED[] =
    "SELECT 1 FROM licence l JOIN policy_entitlement pe "
    "ON pe.tenant_id = l.tenant_id AND pe.policy_id = l.policy_id "
    "WHERE l.tenant_id = ? AND l.id = ? AND pe.entitlement_id = ?";

static void from_row(const struct db_row *row, struct entitlement *e)
{
    e->id = db_id(row, 0);
    e->name = db_text(row, 1);
    e->code = db_text(row, 2);
    e->metadata = db_text(row, 3);
    e->created_at = db_time(row, 4);
    e->updated_at = db_time(row, 5);
}

static bool check(struct ctx *cx, const struct entitlement *draft)
{
    struct id id;

    if (draft->name == NULL || *draft->name == '\0' || strlen(draft->name) > ENTITLEMENT_NAME_MAX)
        return err_set_at(&cx->err, &ERR_ENTITLEMENT_NAME, "/data/attributes/name", "name");
    if (draft->code == NULL || *draft->code == '\0' || strlen(draft->code) > ENTITLEMENT_CODE_MAX ||
        id_parse(draft->code, &id))
        return err_set_at(&cx->err, &ERR_ENTITLEMENT_CODE, "/data/attributes/code", "code");
    return true;
}

bool entitlement_add(struct ctx *cx, const struct entitlement *draft, struct entitlement **out)
{
    struct id id = id_is_zero(draft->id) ? ctx_new_id(cx) : draft->id;
    char *folded;

    if (!access_manage(cx) || !check(cx, draft))
        return false;
    folded = arena_dup(cx->mem, draft->code);
    for (char *p = folded; *p != '\0'; p++)
        *p = (char)tolower((unsigned char)*p);
    if (!db_exec(cx, NULL, SQL_ENTITLEMENT_ADD, DB_ID(cx->tenant_id), DB_ID(id),
                 DB_TEXT(draft->name), DB_TEXT(draft->code),
                 DB_TEXT(draft->metadata != NULL ? draft->metadata : "{}"), DB_TIME(cx->now),
                 DB_TIME(cx->now), DB_TEXT(folded))) {
        if (cx->err.kind == &ERR_CONFLICT) {
            err_clear(&cx->err);
            err_set_at(&cx->err, &ERR_ENTITLEMENT_CODE_TAKEN, "/data/attributes/code", "%s",
                       draft->code);
        }
        return false;
    }
    return entitlement_get(cx, id, out);
}

bool entitlement_get(struct ctx *cx, struct id id, struct entitlement **out)
{
    struct db_rows rows;

    if (!db_query(cx, &rows, SQL_ENTITLEMENT_GET, DB_ID(cx->tenant_id), DB_ID(id)))
        return false;
    if (!db_next(&rows))
        return err_set(&cx->err, &ERR_NOT_FOUND, "entitlement %s", id_text(cx->mem, id));
    *out = arena_new(cx->mem, struct entitlement);
    from_row(&rows.row, *out);
    return true;
}

static bool attach(struct ctx *cx, const char *sql, struct id to, struct id entitlement_id)
{
    if (db_exec(cx, NULL, sql, DB_ID(cx->tenant_id), DB_ID(to), DB_ID(entitlement_id),
                DB_ID(ctx_new_id(cx)), DB_TIME(cx->now)))
        return true;
    if (cx->err.kind == &ERR_CONFLICT) {
        err_clear(&cx->err);
        err_set_at(&cx->err, &ERR_ENTITLEMENT_TAKEN, "/data/0", "attached already");
    }
    return false;
}

bool entitlement_attach_policy(struct ctx *cx, struct id policy_id, struct id entitlement_id)
{
    struct entitlement *e;
    struct policy *p;

    if (!access_manage(cx) || !db_begin(cx))
        return false;
    if (!policy_get(cx, policy_id, &p) || !entitlement_get(cx, entitlement_id, &e) ||
        !attach(cx, SQL_POLICY_ENTITLEMENT_ADD, policy_id, entitlement_id) ||
        !licence_changed(cx, "policy", policy_id)) {
        db_rollback(cx);
        return false;
    }
    return db_commit(cx);
}

bool entitlement_attach_licence(struct ctx *cx, struct id licence_id, struct id entitlement_id)
{
    struct entitlement *e;
    struct licence *l;
    struct db_rows rows;

    if (!access_manage(cx) || !db_begin(cx))
        return false;
    if (!licence_get(cx, licence_id, &l) || !entitlement_get(cx, entitlement_id, &e) ||
        !db_query(cx, &rows, SQL_LICENCE_ENTITLEMENT_INHERITED, DB_ID(cx->tenant_id),
                  DB_ID(licence_id), DB_ID(entitlement_id)))
        goto rollback;
    if (db_next(&rows)) {
        err_set_at(&cx->err, &ERR_ENTITLEMENT_CONFLICT, "/data/0", "through the policy");
        goto rollback;
    }
    if (!attach(cx, SQL_LICENCE_ENTITLEMENT_ADD, licence_id, entitlement_id) ||
        !licence_changed(cx, "licence", licence_id))
        goto rollback;
    return db_commit(cx);

rollback:
    db_rollback(cx);
    return false;
}

bool entitlement_list(struct ctx *cx, struct id licence_id, struct entitlement **out, size_t *count)
{
    struct db_rows rows;
    struct entitlement *list;

    if (!db_query(cx, &rows, SQL_ENTITLEMENT_LIST, DB_ID(cx->tenant_id), DB_ID(licence_id)))
        return false;
    list = arena_array(cx->mem, struct entitlement, rows.count);
    for (size_t i = 0; db_next(&rows); i++)
        from_row(&rows.row, &list[i]);
    *out = list;
    *count = rows.count;
    return true;
}

static int by_creation(const void *a, const void *b)
{
    const struct entitlement *x = a;
    const struct entitlement *y = b;

    if (x->created_at != y->created_at)
        return x->created_at < y->created_at ? -1 : 1;
    return id_compare(x->id, y->id);
}

bool entitlement_page(struct ctx *cx, struct id licence_id, bool is_ascending,
                      struct entitlement **out, size_t *count)
{
    struct entitlement *list;

    if (!entitlement_list(cx, licence_id, &list, count))
        return false;
    if (*count > 1)
        qsort(list, *count, sizeof *list, by_creation);
    for (size_t i = 0; !is_ascending && i < *count / 2; i++) {
        struct entitlement other = list[i];

        list[i] = list[*count - 1 - i];
        list[*count - 1 - i] = other;
    }
    *out = list;
    return true;
}
