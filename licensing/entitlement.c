#include "licensing/entitlement.h"

#include "base/utf8.h"
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
const struct err_kind ERR_ENTITLEMENT_ID_CONFLICT = {ERR_CLASS_INVALID, "ID_CONFLICT",
                                                     "This id is in use."};
static const struct err_kind ERR_ENTITLEMENT_NAME_MISSING = {ERR_CLASS_INVALID, "NAME_MISSING",
                                                             "An entitlement needs a name."};
static const struct err_kind ERR_ENTITLEMENT_NAME_LONG = {ERR_CLASS_INVALID, "NAME_TOO_LONG",
                                                          "A name has at most 255 characters."};
static const struct err_kind ERR_ENTITLEMENT_CODE_MISSING = {ERR_CLASS_INVALID, "CODE_MISSING",
                                                             "An entitlement needs a code."};
static const struct err_kind ERR_ENTITLEMENT_CODE_LONG = {ERR_CLASS_INVALID, "CODE_TOO_LONG",
                                                          "A code has at most 255 characters."};
static const struct err_kind ERR_ENTITLEMENT_CODE_INVALID = {
    ERR_CLASS_INVALID, "CODE_INVALID", "An entitlement's code cannot be an id."};
static const struct err_kind ERR_ENTITLEMENT_CODE_NOT_ALLOWED = {
    ERR_CLASS_INVALID, "CODE_NOT_ALLOWED", "This word cannot be a code."};

#define ENTITLEMENT_COLUMNS "id, name, code, metadata, created_at, updated_at"

static const char SQL_ENTITLEMENT_ADD[] = "INSERT INTO entitlement (tenant_id, " ENTITLEMENT_COLUMNS
                                          ", code_folded) "
                                          "VALUES (?, ?, ?, ?, ?, ?, ?, ?)";
static const char SQL_ENTITLEMENT_GET[] = "SELECT " ENTITLEMENT_COLUMNS
                                          " FROM entitlement "
                                          "WHERE tenant_id = ? AND id = ?";
static const char SQL_ENTITLEMENT_BY_CODE[] = "SELECT " ENTITLEMENT_COLUMNS
                                              " FROM entitlement "
                                              "WHERE tenant_id = ? AND code_folded = ?";
static const char SQL_ENTITLEMENT_LOCK[] =
    "UPDATE entitlement SET updated_at = ? WHERE tenant_id = ? AND id = ?";
static const char SQL_ENTITLEMENT_CHANGE[] =
    "UPDATE entitlement SET name = ?, code = ?, code_folded = ?, metadata = ? "
    "WHERE tenant_id = ? AND id = ?";
static const char SQL_ENTITLEMENT_POLICIES[] =
    "DELETE FROM policy_entitlement WHERE tenant_id = ? AND entitlement_id = ?";
static const char SQL_ENTITLEMENT_LICENCES[] =
    "DELETE FROM licence_entitlement WHERE tenant_id = ? AND entitlement_id = ?";
static const char SQL_ENTITLEMENT_RELEASES[] =
    "DELETE FROM release_entitlement WHERE tenant_id = ? AND entitlement_id = ?";
static const char SQL_ENTITLEMENT_REMOVE[] =
    "DELETE FROM entitlement WHERE tenant_id = ? AND id = ?";
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

static const char *fold(struct ctx *cx, const char *code)
{
    char *folded = arena_dup(cx->mem, code);

    for (char *p = folded; *p != '\0'; p++)
        *p = (char)tolower((unsigned char)*p);
    return folded;
}

static void from_row(const struct db_row *row, struct entitlement *e)
{
    e->id = db_id(row, 0);
    e->name = db_text(row, 1);
    e->code = db_text(row, 2);
    e->metadata = db_text(row, 3);
    e->created_at = db_time(row, 4);
    e->updated_at = db_time(row, 5);
}

bool entitlement_check(struct ctx *cx, const struct entitlement *e)
{
    static const char AT[] = "/data/attributes/code";
    struct id id;

    if (e->name == NULL || *e->name == '\0')
        return err_set_at(&cx->err, &ERR_ENTITLEMENT_NAME_MISSING, "/data/attributes/name", "name");
    if (utf8_count(e->name) > ENTITLEMENT_NAME_MAX)
        return err_set_at(&cx->err, &ERR_ENTITLEMENT_NAME_LONG, "/data/attributes/name", "name");
    if (e->code == NULL || *e->code == '\0')
        return err_set_at(&cx->err, &ERR_ENTITLEMENT_CODE_MISSING, AT, "code");
    if (utf8_count(e->code) > ENTITLEMENT_CODE_MAX)
        return err_set_at(&cx->err, &ERR_ENTITLEMENT_CODE_LONG, AT, "code");
    if (id_parse(e->code, &id))
        return err_set_at(&cx->err, &ERR_ENTITLEMENT_CODE_INVALID, AT, "code");
    return (strcmp(fold(cx, e->code), "action") != 0 &&
            strcmp(fold(cx, e->code), "actions") != 0) ||
           err_set_at(&cx->err, &ERR_ENTITLEMENT_CODE_NOT_ALLOWED, AT, "%s", e->code);
}

static bool take_duplicate(struct ctx *cx, const struct entitlement *e)
{
    bool is_code;

    if (cx->err.kind != &ERR_CONFLICT)
        return false;
    is_code = strcmp(db_duplicate_key(cx), "entitlement_code") == 0;
    err_clear(&cx->err);
    return is_code ? err_set_at(&cx->err, &ERR_ENTITLEMENT_CODE_TAKEN, "/data/attributes/code",
                                "%s", e->code)
                   : err_set_at(&cx->err, &ERR_ENTITLEMENT_ID_CONFLICT, "/data/id",
                                "entitlement %s", id_text(cx->mem, e->id));
}

static bool tell(struct ctx *cx, enum event_kind kind, const struct entitlement *e)
{
    return event_emit(cx, kind, e->id, json_own(cx->mem, json_pack("{s:s}", "code", e->code)));
}

bool entitlement_add(struct ctx *cx, const struct entitlement *draft, struct entitlement **out)
{
    struct entitlement e = *draft;

    if (!access_manage(cx, ACTION_CREATE) || !entitlement_check(cx, &e))
        return false;
    if (id_is_zero(e.id))
        e.id = ctx_new_id(cx);
    if (!db_begin(cx))
        return false;
    if (!(db_exec(cx, NULL, SQL_ENTITLEMENT_ADD, DB_ID(cx->tenant_id), DB_ID(e.id), DB_TEXT(e.name),
                  DB_TEXT(e.code), DB_TEXT(e.metadata != NULL ? e.metadata : "{}"),
                  DB_TIME(cx->now), DB_TIME(cx->now), DB_TEXT(fold(cx, e.code))) ||
          take_duplicate(cx, &e)) ||
        !tell(cx, EVENT_ENTITLEMENT_CREATED, &e) || !entitlement_get(cx, e.id, out)) {
        db_rollback(cx);
        return false;
    }
    return db_commit(cx);
}

/* The row is written before it is read, so that two changes of one row follow each other. */
bool entitlement_change(struct ctx *cx, struct id id, entitlement_apply *apply, void *with,
                        struct entitlement **out)
{
    struct entitlement *e;
    int64_t found;

    if (!access_manage(cx, ACTION_UPDATE) || !db_begin(cx))
        return false;
    if (!db_exec(cx, &found, SQL_ENTITLEMENT_LOCK, DB_TIME(cx->now), DB_ID(cx->tenant_id),
                 DB_ID(id)) ||
        !entitlement_get(cx, id, &e) || !apply(cx, e, with) || !entitlement_check(cx, e) ||
        !(db_exec(cx, NULL, SQL_ENTITLEMENT_CHANGE, DB_TEXT(e->name), DB_TEXT(e->code),
                  DB_TEXT(fold(cx, e->code)), DB_TEXT(e->metadata), DB_ID(cx->tenant_id),
                  DB_ID(id)) ||
          take_duplicate(cx, e)) ||
        !licence_changed(cx, "entitlement", id) || !tell(cx, EVENT_ENTITLEMENT_UPDATED, e) ||
        !entitlement_get(cx, id, out)) {
        db_rollback(cx);
        return false;
    }
    return db_commit(cx);
}

bool entitlement_remove(struct ctx *cx, struct id id)
{
    static const char *const ROWS[] = {SQL_ENTITLEMENT_POLICIES, SQL_ENTITLEMENT_LICENCES,
                                       SQL_ENTITLEMENT_RELEASES, SQL_ENTITLEMENT_REMOVE};
    struct entitlement *e;

    if (!access_manage(cx, ACTION_DELETE) || !db_begin(cx))
        return false;
    if (!entitlement_get(cx, id, &e))
        goto rollback;
    for (size_t i = 0; i < COUNT(ROWS); i++)
        if (!db_exec(cx, NULL, ROWS[i], DB_ID(cx->tenant_id), DB_ID(id)))
            goto rollback;
    if (!licence_changed(cx, "entitlement", id) || !tell(cx, EVENT_ENTITLEMENT_DELETED, e))
        goto rollback;
    return db_commit(cx);

rollback:
    db_rollback(cx);
    return false;
}

bool entitlement_find_code(struct ctx *cx, const char *code, struct entitlement **out)
{
    struct db_rows rows;

    if (!db_query(cx, &rows, SQL_ENTITLEMENT_BY_CODE, DB_ID(cx->tenant_id),
                  DB_TEXT(fold(cx, code))))
        return false;
    *out = NULL;
    if (db_next(&rows)) {
        *out = arena_new(cx->mem, struct entitlement);
        from_row(&rows.row, *out);
    }
    return true;
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

    if (!access_manage(cx, ACTION_UPDATE) || !db_begin(cx))
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

    if (!access_manage(cx, ACTION_UPDATE) || !db_begin(cx))
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
