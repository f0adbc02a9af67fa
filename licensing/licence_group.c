#include "licensing/licence_group.h"

#include "base/utf8.h"
#include "licensing/access.h"
#include "licensing/filter.h"

const struct err_kind ERR_LICENCE_GROUP_ID_CONFLICT = {ERR_CLASS_INVALID, "ID_CONFLICT",
                                                       "This id is in use."};
static const struct err_kind ERR_GROUP_NAME_MISSING = {ERR_CLASS_INVALID, "NAME_MISSING",
                                                       "A group needs a name."};
static const struct err_kind ERR_GROUP_NAME_LONG = {ERR_CLASS_INVALID, "NAME_TOO_LONG",
                                                    "A name has at most 255 characters."};
static const struct err_kind ERR_GROUP_USERS = {ERR_CLASS_INVALID, "MAX_USERS_INVALID",
                                                "The most users is a number from 1."};
static const struct err_kind ERR_GROUP_LICENCES = {ERR_CLASS_INVALID, "MAX_LICENSES_INVALID",
                                                   "The most licences is a number from 1."};
static const struct err_kind ERR_GROUP_MACHINES = {ERR_CLASS_INVALID, "MAX_MACHINES_INVALID",
                                                   "The most machines is a number from 1."};

#define GROUP_COLUMNS                                                                       \
    "g.id, g.name, g.max_users, g.max_licences, g.max_machines, g.metadata, g.created_at, " \
    "g.updated_at"

static const char SQL_GROUP_ADD[] =
    "INSERT INTO licence_group (tenant_id, id, name, max_users, max_licences, max_machines, "
    "metadata, created_at, updated_at) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)";
static const char SQL_GROUP_LOCK[] =
    "UPDATE licence_group SET version = version + 1 WHERE tenant_id = ? AND id = ?";
static const char SQL_GROUP_CHANGE[] =
    "UPDATE licence_group SET name = ?, max_users = ?, max_licences = ?, max_machines = ?, "
    "metadata = ?, updated_at = ? WHERE tenant_id = ? AND id = ?";
static const char SQL_GROUP_LICENCES_OUT[] =
    "UPDATE licence SET group_id = NULL, version = version + 1 "
    "WHERE tenant_id = ? AND group_id = ?";
static const char SQL_GROUP_MACHINES_OUT[] =
    "UPDATE machine SET group_id = NULL WHERE tenant_id = ? AND group_id = ?";
static const char SQL_GROUP_PEOPLE_OUT[] =
    "DELETE FROM licence_group_person WHERE tenant_id = ? AND group_id = ?";
static const char SQL_GROUP_REMOVE[] = "DELETE FROM licence_group WHERE tenant_id = ? AND id = ?";
static const char SQL_GROUP_LICENCES[] =
    "SELECT id FROM licence WHERE tenant_id = ? AND group_id = ? AND deleted_at IS NULL";
static const char SQL_GROUP_GET[] = "SELECT " GROUP_COLUMNS
                                    " FROM licence_group g "
                                    "WHERE g.tenant_id = ? AND g.id = ?";
static const char SQL_GROUP_COUNT[] = "SELECT COUNT(*) FROM licence_group g WHERE g.tenant_id = ?";
static const char SQL_GROUP_PAGE[] =
    "SELECT " GROUP_COLUMNS " FROM licence_group g WHERE g.tenant_id = ?";
static const char SQL_GROUP_OF_PERSON[] =
    "SELECT group_id FROM licence_group_person WHERE tenant_id = ? AND person_id = ?";
static const struct filter_order GROUP_ORDER = FILTER_ORDER("licence_group", "g");

static int64_t limit_of(const struct db_row *row, unsigned column)
{
    return db_is_null(row, column) ? POLICY_NO_LIMIT : db_i64(row, column);
}

static struct db_arg limit_arg(int64_t limit)
{
    return limit == POLICY_NO_LIMIT ? DB_NULL : DB_INT(limit);
}

static void from_row(const struct db_row *row, struct licence_group *g)
{
    g->id = db_id(row, 0);
    g->name = db_text(row, 1);
    g->max_users = limit_of(row, 2);
    g->max_licences = limit_of(row, 3);
    g->max_machines = limit_of(row, 4);
    g->metadata = db_text(row, 5);
    g->created_at = db_time(row, 6);
    g->updated_at = db_time(row, 7);
}

static bool is_limit(int64_t limit)
{
    return limit == POLICY_NO_LIMIT || (limit >= 1 && limit <= INT32_MAX);
}

bool licence_group_check(struct ctx *cx, const struct licence_group *g)
{
    if (g->name == NULL || *g->name == '\0')
        return err_set_at(&cx->err, &ERR_GROUP_NAME_MISSING, "/data/attributes/name", "name");
    if (utf8_count(g->name) > LICENCE_GROUP_NAME_MAX)
        return err_set_at(&cx->err, &ERR_GROUP_NAME_LONG, "/data/attributes/name", "name");
    if (!is_limit(g->max_users))
        return err_set_at(&cx->err, &ERR_GROUP_USERS, "/data/attributes/maxUsers", "users");
    if (!is_limit(g->max_licences))
        return err_set_at(&cx->err, &ERR_GROUP_LICENCES, "/data/attributes/maxLicenses",
                          "licences");
    return is_limit(g->max_machines) ||
           err_set_at(&cx->err, &ERR_GROUP_MACHINES, "/data/attributes/maxMachines", "machines");
}

static bool tell(struct ctx *cx, enum event_kind kind, const struct licence_group *g)
{
    return event_emit(cx, kind, g->id, json_own(cx->mem, json_pack("{s:s}", "name", g->name)));
}

static bool insert(struct ctx *cx, const struct licence_group *g)
{
    if (db_exec(cx, NULL, SQL_GROUP_ADD, DB_ID(cx->tenant_id), DB_ID(g->id), DB_TEXT(g->name),
                limit_arg(g->max_users), limit_arg(g->max_licences), limit_arg(g->max_machines),
                DB_TEXT(g->metadata != NULL ? g->metadata : "{}"), DB_TIME(cx->now),
                DB_TIME(cx->now)))
        return true;
    if (cx->err.kind != &ERR_CONFLICT)
        return false;
    err_clear(&cx->err);
    return err_set_at(&cx->err, &ERR_LICENCE_GROUP_ID_CONFLICT, "/data/id", "group %s",
                      id_text(cx->mem, g->id));
}

bool licence_group_add(struct ctx *cx, const struct licence_group *draft,
                       struct licence_group **out)
{
    struct licence_group g = *draft;

    if (!access_manage(cx, ACTION_CREATE) || !licence_group_check(cx, &g))
        return false;
    if (id_is_zero(g.id))
        g.id = ctx_new_id(cx);
    if (!db_begin(cx))
        return false;
    if (!insert(cx, &g) || !tell(cx, EVENT_GROUP_CREATED, &g) ||
        !licence_group_get(cx, g.id, out)) {
        db_rollback(cx);
        return false;
    }
    return db_commit(cx);
}

bool licence_group_change(struct ctx *cx, struct id id, licence_group_apply *apply, void *with,
                          struct licence_group **out)
{
    struct licence_group *g;
    int64_t found;

    if (!access_manage(cx, ACTION_UPDATE) || !db_begin(cx))
        return false;
    if (!db_exec(cx, &found, SQL_GROUP_LOCK, DB_ID(cx->tenant_id), DB_ID(id)) ||
        !licence_group_get(cx, id, &g) || !apply(cx, g, with) || !licence_group_check(cx, g) ||
        !db_exec(cx, NULL, SQL_GROUP_CHANGE, DB_TEXT(g->name), limit_arg(g->max_users),
                 limit_arg(g->max_licences), limit_arg(g->max_machines), DB_TEXT(g->metadata),
                 DB_TIME(cx->now), DB_ID(cx->tenant_id), DB_ID(id)) ||
        !tell(cx, EVENT_GROUP_UPDATED, g) || !licence_group_get(cx, id, out)) {
        db_rollback(cx);
        return false;
    }
    return db_commit(cx);
}

/* Each of its licences shows the group, so each is told to the caches. */
static bool tell_licences(struct ctx *cx, struct id id, struct id **out, size_t *count)
{
    struct db_rows rows;

    if (!db_query(cx, &rows, SQL_GROUP_LICENCES, DB_ID(cx->tenant_id), DB_ID(id)))
        return false;
    *out = arena_array(cx->mem, struct id, rows.count);
    *count = rows.count;
    for (size_t i = 0; db_next(&rows); i++) {
        (*out)[i] = db_id(&rows.row, 0);
        if (!licence_changed(cx, "licence", (*out)[i]))
            return false;
    }
    return true;
}

bool licence_group_remove(struct ctx *cx, struct id id, struct id **licences, size_t *count)
{
    static const char *const ROWS[] = {SQL_GROUP_LICENCES_OUT, SQL_GROUP_MACHINES_OUT,
                                       SQL_GROUP_PEOPLE_OUT, SQL_GROUP_REMOVE};
    struct licence_group *g;
    int64_t found;

    if (!access_manage(cx, ACTION_DELETE) || !db_begin(cx))
        return false;
    if (!db_exec(cx, &found, SQL_GROUP_LOCK, DB_ID(cx->tenant_id), DB_ID(id)) ||
        !licence_group_get(cx, id, &g) || !tell_licences(cx, id, licences, count))
        goto rollback;
    for (size_t i = 0; i < COUNT(ROWS); i++)
        if (!db_exec(cx, NULL, ROWS[i], DB_ID(cx->tenant_id), DB_ID(id)))
            goto rollback;
    if (!tell(cx, EVENT_GROUP_DELETED, g))
        goto rollback;
    return db_commit(cx);

rollback:
    db_rollback(cx);
    return false;
}

/* --- reading --- */

bool licence_group_get(struct ctx *cx, struct id id, struct licence_group **out)
{
    struct db_rows rows;

    if (!db_query(cx, &rows, SQL_GROUP_GET, DB_ID(cx->tenant_id), DB_ID(id)))
        return false;
    if (!db_next(&rows))
        return err_set(&cx->err, &ERR_NOT_FOUND, "group %s", id_text(cx->mem, id));
    *out = arena_new(cx->mem, struct licence_group);
    from_row(&rows.row, *out);
    return true;
}

bool licence_group_of_person(struct ctx *cx, struct id person_id, struct id *out)
{
    struct db_rows rows;

    if (!db_query(cx, &rows, SQL_GROUP_OF_PERSON, DB_ID(cx->tenant_id), DB_ID(person_id)))
        return false;
    *out = db_next(&rows) ? db_id(&rows.row, 0) : (struct id){0};
    return true;
}

static void where_page(struct where *w, struct ctx *cx, const char *head, struct id only_id)
{
    where_start(w, cx, head, (const struct db_arg[]){DB_ID(cx->tenant_id)}, 1);
    if (!id_is_zero(only_id))
        where_add(w, " AND g.id = ?", DB_ID(only_id));
}

bool licence_group_list_page(struct ctx *cx, struct id only_id, const struct licence_page *page,
                             struct licence_group **out, size_t *count, int64_t *total)
{
    struct where w;
    struct db_rows rows;
    struct licence_group *list;

    where_page(&w, cx, SQL_GROUP_COUNT, only_id);
    if (!db_query_args(cx, &rows, w.text.p, w.args, w.count) || !db_next(&rows))
        return false;
    *total = db_i64(&rows.row, 0);
    where_page(&w, cx, SQL_GROUP_PAGE, only_id);
    filter_page(&w, page, &GROUP_ORDER);
    if (!db_query_args(cx, &rows, w.text.p, w.args, w.count))
        return false;
    list = arena_array(cx->mem, struct licence_group, rows.count);
    for (size_t i = 0; db_next(&rows); i++)
        from_row(&rows.row, &list[i]);
    *out = list;
    *count = rows.count;
    return true;
}
