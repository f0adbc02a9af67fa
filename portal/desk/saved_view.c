#include "portal/desk/saved_view.h"

#include "base/utf8.h"
#include "base/zone.h"
#include "db/where.h"
#include "portal/desk/ticket_counts.h"
#include "portal/desk/ticket_query_field.h"
#include "portal/desk/ticket_query_sql.h"
#include "portal/desk/ticket_term.h"

#include <string.h>

const struct err_kind ERR_SAVED_VIEW_PINS = {
    ERR_CLASS_CONFLICT, "VIEW_PINS", "Twelve views are pinned already. Take one away first."};
const struct err_kind ERR_SAVED_VIEW_MANY = {ERR_CLASS_CONFLICT, "VIEW_MANY",
                                             "You have a hundred views already. Remove one first."};

static const char *const SCOPES[] = {
    [SAVED_VIEW_OWN] = "own",
    [SAVED_VIEW_TEAM] = "team",
    [SAVED_VIEW_ALL] = "all",
};
_Static_assert(COUNT(SCOPES) == SAVED_VIEW_SCOPES, "name every scope");

/* The views that a person has: his own, his team's, everybody's. */
#define SAVED_VIEW_SELECT                                                                         \
    "SELECT v.id, v.name, v.query, v.sort, v.scope, v.owner_id, v.team_id, o.full_name, m.name, " \
    "n.view_id, v.column_list FROM saved_view v "                                                 \
    "JOIN person o ON o.tenant_id = v.tenant_id AND o.id = v.owner_id "                           \
    "LEFT JOIN team m ON m.tenant_id = v.tenant_id AND m.id = v.team_id "                         \
    "LEFT JOIN saved_view_pin n ON n.tenant_id = v.tenant_id AND n.view_id = v.id AND "           \
    "n.person_id = ? "                                                                            \
    "WHERE v.tenant_id = ? AND (v.owner_id = ? OR v.scope = 'all' OR (v.scope = 'team' AND "      \
    "v.team_id = (SELECT s.team_id FROM staff_member s WHERE s.tenant_id = v.tenant_id AND "      \
    "s.person_id = ?)))"
static const char SQL_SAVED_VIEW_LIST[] = SAVED_VIEW_SELECT " ORDER BY v.name, v.id LIMIT ?";
static const char SQL_SAVED_VIEW_GET[] = SAVED_VIEW_SELECT " AND v.id = ?";
static const char SQL_SAVED_VIEW_TEAM[] =
    "SELECT team_id FROM staff_member WHERE tenant_id = ? AND person_id = ?";
static const char SQL_SAVED_VIEW_ADD[] =
    "INSERT INTO saved_view (tenant_id, id, name, query, sort, scope, owner_id, team_id, "
    "column_list, created_at) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)";
static const char SQL_SAVED_VIEW_CHANGE[] =
    "UPDATE saved_view SET name = ?, query = ?, sort = ?, scope = ?, team_id = ?, "
    "column_list = ? "
    "WHERE tenant_id = ? AND id = ?";
static const char SQL_SAVED_VIEW_REMOVE[] = "DELETE FROM saved_view WHERE tenant_id = ? AND id = ?";
static const char SQL_SAVED_VIEW_PIN[] =
    "INSERT IGNORE INTO saved_view_pin (tenant_id, person_id, view_id, pinned_at) "
    "VALUES (?, ?, ?, ?)";
static const char SQL_SAVED_VIEW_UNPIN[] =
    "DELETE FROM saved_view_pin WHERE tenant_id = ? AND person_id = ? AND view_id = ?";
static const char SQL_SAVED_VIEW_PINS[] =
    "SELECT COUNT(*) FROM saved_view_pin WHERE tenant_id = ? AND person_id = ?";
static const char SQL_SAVED_VIEW_OWNED[] =
    "SELECT COUNT(*) FROM saved_view WHERE tenant_id = ? AND owner_id = ?";
static const char SQL_SAVED_VIEW_ZONE[] = "SELECT time_zone FROM tenant WHERE id = ?";
static const char SQL_SAVED_VIEW_COUNT[] =
    "SELECT COUNT(*) FROM (SELECT 1 FROM ticket t WHERE t.tenant_id = ? AND t.deleted_at IS NULL";

const char *saved_view_scope_name(enum saved_view_scope scope)
{
    return SCOPES[scope];
}

bool saved_view_scope_parse(const char *name, enum saved_view_scope *out)
{
    for (size_t i = 0; i < COUNT(SCOPES); i++)
        if (name != NULL && strcmp(name, SCOPES[i]) == 0) {
            *out = (enum saved_view_scope)i;
            return true;
        }
    return false;
}

static bool may_look(struct ctx *cx)
{
    if (cx->viewer.kind != VIEWER_STAFF || !viewer_has(&cx->viewer, RIGHT_DESK_READ))
        return err_set(&cx->err, &ERR_DENIED, "views are for the desk's people");
    return true;
}

static struct saved_view row_read(struct ctx *cx, const struct db_row *row)
{
    struct saved_view v = {
        .id = db_id(row, 0),
        .name = db_text(row, 1),
        .query = db_text(row, 2),
        .owner_id = db_id(row, 5),
        .team_id = db_id(row, 6),
        .owner_name = db_text(row, 7),
        .team_name = db_is_null(row, 8) ? "" : db_text(row, 8),
        .is_pinned = !id_is_zero(db_id(row, 9)),
        .columns = db_text(row, 10),
    };

    if (!ticket_sort_parse(db_text(row, 3), &v.sort))
        v.sort = TICKET_SORT_DUE;
    if (!saved_view_scope_parse(db_text(row, 4), &v.scope))
        v.scope = SAVED_VIEW_OWN;
    v.may_change = id_equal(v.owner_id, cx->viewer.person_id) ||
                   viewer_has(&cx->viewer, RIGHT_SETTINGS_UPDATE);
    return v;
}

bool saved_view_list(struct ctx *cx, struct saved_view **out, size_t *count)
{
    const struct id me = cx->viewer.person_id;
    struct db_rows rows;

    if (!may_look(cx) || !db_query(cx, &rows, SQL_SAVED_VIEW_LIST, DB_ID(me), DB_ID(cx->tenant_id),
                                   DB_ID(me), DB_ID(me), DB_INT(2 * SAVED_VIEW_MAX)))
        return false;
    *out = arena_array(cx->mem, struct saved_view, rows.count + 1);
    for (*count = 0; db_next(&rows); (*count)++)
        (*out)[*count] = row_read(cx, &rows.row);
    return true;
}

bool saved_view_get(struct ctx *cx, struct id id, struct saved_view **out)
{
    const struct id me = cx->viewer.person_id;
    struct db_rows rows;

    if (!may_look(cx) || !db_query(cx, &rows, SQL_SAVED_VIEW_GET, DB_ID(me), DB_ID(cx->tenant_id),
                                   DB_ID(me), DB_ID(me), DB_ID(id)))
        return false;
    if (!db_next(&rows))
        return err_set(&cx->err, &ERR_NOT_FOUND, "no view %s", id_text(cx->mem, id));
    *out = arena_new(cx->mem, struct saved_view);
    **out = row_read(cx, &rows.row);
    return true;
}

static void release_zone(void *zone)
{
    zone_free(zone);
}

bool saved_view_query(struct ctx *cx, const char *text, struct ticket_query **out)
{
    struct zone *zone = NULL;
    struct db_rows rows;

    if (!db_query(cx, &rows, SQL_SAVED_VIEW_ZONE, DB_ID(cx->tenant_id)))
        return false;
    if (db_next(&rows) && zone_load(db_text(&rows.row, 0), &zone))
        arena_defer(cx->mem, release_zone, zone);
    return ticket_query_parse(cx->mem, &cx->err, text, cx->now, zone, out) &&
           ticket_query_field_resolve(cx, *out);
}

/* --- writing --- */

static bool count_of(struct ctx *cx, const char *sql, int64_t *out)
{
    struct db_rows rows;

    if (!db_query(cx, &rows, sql, DB_ID(cx->tenant_id), DB_ID(cx->viewer.person_id)))
        return false;
    *out = db_next(&rows) ? db_i64(&rows.row, 0) : 0;
    return true;
}

bool saved_view_scope_check(struct ctx *cx, enum saved_view_scope scope, struct id *team_id)
{
    struct db_rows rows;

    *team_id = (struct id){{0}};
    if (scope == SAVED_VIEW_ALL && !viewer_has(&cx->viewer, RIGHT_SETTINGS_UPDATE))
        return err_set_at(&cx->err, &ERR_INVALID, "scope", "everybody's need the settings");
    if (scope != SAVED_VIEW_TEAM)
        return true;
    if (!db_query(cx, &rows, SQL_SAVED_VIEW_TEAM, DB_ID(cx->tenant_id),
                  DB_ID(cx->viewer.person_id)))
        return false;
    if (db_next(&rows))
        *team_id = db_id(&rows.row, 0);
    if (id_is_zero(*team_id))
        return err_set_at(&cx->err, &ERR_INVALID, "scope", "in no team");
    return true;
}

static bool check(struct ctx *cx, struct saved_view *v)
{
    const size_t length = utf8_count(v->name);
    struct ticket_query *query;

    if (length == 0 || length > SAVED_VIEW_NAME_MAX)
        return err_set_at(&cx->err, &ERR_INVALID, "name", "%zu characters", length);
    return saved_view_query(cx, v->query, &query) &&
           ticket_column_settle(cx, v->columns, &v->columns) &&
           saved_view_scope_check(cx, v->scope, &v->team_id);
}

static bool add(struct ctx *cx, struct saved_view *v)
{
    int64_t owned, pins;

    if (!count_of(cx, SQL_SAVED_VIEW_OWNED, &owned) || !count_of(cx, SQL_SAVED_VIEW_PINS, &pins))
        return false;
    if (owned >= SAVED_VIEW_MAX)
        return err_set(&cx->err, &ERR_SAVED_VIEW_MANY, "%lld views", (long long)owned);
    v->id = ctx_new_id(cx);
    if (!db_exec(cx, NULL, SQL_SAVED_VIEW_ADD, DB_ID(cx->tenant_id), DB_ID(v->id), DB_TEXT(v->name),
                 DB_TEXT(v->query), DB_TEXT(ticket_sort_name(v->sort)), DB_TEXT(SCOPES[v->scope]),
                 DB_ID(cx->viewer.person_id), DB_ID_OR_NULL(v->team_id), DB_TEXT(v->columns),
                 DB_TIME(cx->now)))
        return false;
    return pins >= SAVED_VIEW_PINS_MAX ||
           db_exec(cx, NULL, SQL_SAVED_VIEW_PIN, DB_ID(cx->tenant_id), DB_ID(cx->viewer.person_id),
                   DB_ID(v->id), DB_TIME(cx->now));
}

static bool own_view(struct ctx *cx, struct id id, struct saved_view **out)
{
    if (!saved_view_get(cx, id, out))
        return false;
    if (!(*out)->may_change)
        return err_set(&cx->err, &ERR_DENIED, "view %s is another's", id_text(cx->mem, id));
    return true;
}

static bool change(struct ctx *cx, const struct saved_view *v)
{
    return db_exec(cx, NULL, SQL_SAVED_VIEW_CHANGE, DB_TEXT(v->name), DB_TEXT(v->query),
                   DB_TEXT(ticket_sort_name(v->sort)), DB_TEXT(SCOPES[v->scope]),
                   DB_ID_OR_NULL(v->team_id), DB_TEXT(v->columns), DB_ID(cx->tenant_id),
                   DB_ID(v->id));
}

bool saved_view_save(struct ctx *cx, struct saved_view *v)
{
    const bool is_new = id_is_zero(v->id);
    struct saved_view *is;

    if (!may_look(cx) || (!is_new && !own_view(cx, v->id, &is)) || !check(cx, v) || !db_begin(cx))
        return false;
    if (!(is_new ? add(cx, v) : change(cx, v))) {
        db_rollback(cx);
        return false;
    }
    return db_commit(cx);
}

bool saved_view_remove(struct ctx *cx, struct id id)
{
    struct saved_view *v;

    return may_look(cx) && own_view(cx, id, &v) &&
           db_exec(cx, NULL, SQL_SAVED_VIEW_REMOVE, DB_ID(cx->tenant_id), DB_ID(id));
}

bool saved_view_pin(struct ctx *cx, struct id id, bool is_pinned)
{
    struct saved_view *v;
    int64_t pins;

    if (!saved_view_get(cx, id, &v))
        return false;
    if (!is_pinned)
        return db_exec(cx, NULL, SQL_SAVED_VIEW_UNPIN, DB_ID(cx->tenant_id),
                       DB_ID(cx->viewer.person_id), DB_ID(id));
    if (!count_of(cx, SQL_SAVED_VIEW_PINS, &pins))
        return false;
    if (!v->is_pinned && pins >= SAVED_VIEW_PINS_MAX)
        return err_set(&cx->err, &ERR_SAVED_VIEW_PINS, "%lld pins", (long long)pins);
    return db_exec(cx, NULL, SQL_SAVED_VIEW_PIN, DB_ID(cx->tenant_id), DB_ID(cx->viewer.person_id),
                   DB_ID(id), DB_TIME(cx->now));
}

bool saved_view_count(struct ctx *cx, const struct saved_view *v, int64_t *out)
{
    struct ticket_query *query;
    struct where w;
    struct db_rows rows;

    if (!saved_view_query(cx, v->query, &query))
        return false;
    where_start(&w, cx, SQL_SAVED_VIEW_COUNT, (const struct db_arg[]){DB_ID(cx->tenant_id)}, 1);
    ticket_visible(cx, &w);
    ticket_query_sql_add(cx, &w, query);
    if (query->words[0] != '\0')
        ticket_term_search(cx, &w, query->words);
    where_add(&w, " LIMIT ?) AS found", DB_INT(TICKET_COUNTS_CAP));
    if (!db_query_args(cx, &rows, w.text.p, w.args, w.count))
        return false;
    *out = db_next(&rows) ? db_i64(&rows.row, 0) : 0;
    return true;
}
