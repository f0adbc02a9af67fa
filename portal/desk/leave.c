#include "portal/desk/leave.h"

#include "base/utf8.h"
#include "base/zone.h"
#include "db/db.h"
#include "db/event.h"
#include "db/where.h"
#include "portal/desk/team.h"

#include <string.h>

const struct err_kind ERR_LEAVE_OVERLAP = {
    ERR_CLASS_CONFLICT, "LEAVE_OVERLAP",
    "Some of these days are entered already. Remove that entry first."};

enum { DAY_SIZE = 11 };

static const char SQL_LEAVE_ZONE[] = "SELECT time_zone FROM tenant WHERE id = ?";
static const char SQL_LEAVE_LIST[] =
    "SELECT l.id, l.person_id, l.substitute_id, l.from_on, l.to_on, l.note, p.full_name, "
    "COALESCE(s.full_name, ''), ? BETWEEN l.from_on AND l.to_on FROM staff_leave l "
    "JOIN person p ON p.tenant_id = l.tenant_id AND p.id = l.person_id "
    "LEFT JOIN person s ON s.tenant_id = l.tenant_id AND s.id = l.substitute_id "
    "WHERE l.tenant_id = ? AND l.to_on >= ?";
static const char SQL_LEAVE_STAFF[] =
    "SELECT 1 FROM staff_member WHERE tenant_id = ? AND person_id = ?";
/* The person's row first: two entries of one person follow each other. */
static const char SQL_LEAVE_LOCK[] =
    "UPDATE staff_member SET person_id = person_id WHERE tenant_id = ? AND person_id = ?";
static const char SQL_LEAVE_OVERLAP[] =
    "SELECT 1 FROM staff_leave WHERE tenant_id = ? AND person_id = ? AND from_on <= ? "
    "AND to_on >= ? LIMIT 1";
static const char SQL_LEAVE_ADD[] =
    "INSERT INTO staff_leave (tenant_id, id, person_id, from_on, to_on, note, substitute_id, "
    "created_by, created_at) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)";
static const char SQL_LEAVE_GET[] =
    "SELECT person_id, from_on, to_on FROM staff_leave WHERE tenant_id = ? AND id = ?";
static const char SQL_LEAVE_REMOVE[] = "DELETE FROM staff_leave WHERE tenant_id = ? AND id = ?";
static const char SQL_LEAVE_SUBSTITUTE[] =
    "SELECT substitute_id FROM staff_leave "
    "WHERE tenant_id = ? AND person_id = ? AND from_on <= ? AND to_on >= ? LIMIT 1";
static const char SQL_LEAVE_ENABLED[] =
    "SELECT 1 FROM staff_member s JOIN person p ON p.tenant_id = s.tenant_id AND p.id = "
    "s.person_id WHERE s.tenant_id = ? AND s.person_id = ? AND p.is_disabled = FALSE AND "
    "p.deleted_at IS NULL";

bool leave_today(struct ctx *cx, const char **out)
{
    struct zone *zone = NULL;
    struct db_rows rows;
    struct civil c;

    if (!db_query(cx, &rows, SQL_LEAVE_ZONE, DB_ID(cx->tenant_id)))
        return false;
    c = clock_civil(cx->now);
    if (db_next(&rows) && zone_load(db_text(&rows.row, 0), &zone)) {
        c = zone_civil(zone, cx->now);
        zone_free(zone);
    }
    *out = arena_printf(cx->mem, "%04d-%02d-%02d", c.year, c.month, c.day);
    return true;
}

static bool check_staff_looks(struct ctx *cx)
{
    return cx->viewer.kind == VIEWER_STAFF || cx->viewer.kind == VIEWER_SYSTEM ||
           err_set(&cx->err, &ERR_DENIED, "leave is for staff");
}

static bool read_all(struct ctx *cx, struct where *w, struct leave **out, size_t *count)
{
    struct db_rows rows;

    where_add(w, " ORDER BY l.from_on, p.full_name, l.id LIMIT ?", DB_INT(LEAVE_LIST_MAX));
    if (!db_query_args(cx, &rows, w->text.p, w->args, w->count))
        return false;
    *out = arena_array(cx->mem, struct leave, rows.count + 1);
    for (*count = 0; db_next(&rows); (*count)++)
        (*out)[*count] = (struct leave){.id = db_id(&rows.row, 0),
                                        .person_id = db_id(&rows.row, 1),
                                        .substitute_id = db_id(&rows.row, 2),
                                        .from_on = db_text(&rows.row, 3),
                                        .to_on = db_text(&rows.row, 4),
                                        .note = db_text(&rows.row, 5),
                                        .person_name = db_text(&rows.row, 6),
                                        .substitute_name = db_text(&rows.row, 7),
                                        .is_now = db_bool(&rows.row, 8)};
    return true;
}

bool leave_list(struct ctx *cx, struct id person_id, struct leave **out, size_t *count)
{
    const char *today;
    struct where w;

    if (!check_staff_looks(cx) || !leave_today(cx, &today))
        return false;
    where_start(&w, cx, SQL_LEAVE_LIST,
                (const struct db_arg[]){DB_TEXT(today), DB_ID(cx->tenant_id), DB_TEXT(today)}, 3);
    if (!id_is_zero(person_id))
        where_add(&w, " AND l.person_id = ?", DB_ID(person_id));
    return read_all(cx, &w, out, count);
}

bool leave_between(struct ctx *cx, const char *from_on, const char *to_on, struct leave **out,
                   size_t *count)
{
    const char *today;
    struct where w;

    if (!check_staff_looks(cx) || !leave_today(cx, &today))
        return false;
    where_start(&w, cx, SQL_LEAVE_LIST,
                (const struct db_arg[]){DB_TEXT(today), DB_ID(cx->tenant_id), DB_TEXT(from_on)}, 3);
    where_add(&w, " AND l.from_on <= ?", DB_TEXT(to_on));
    return read_all(cx, &w, out, count);
}

/* --- changes --- */

static bool check_right(struct ctx *cx, struct id person_id)
{
    bool is_lead;

    if (!check_staff_looks(cx))
        return false;
    if (viewer_has(&cx->viewer, RIGHT_SETTINGS_UPDATE) || id_equal(cx->viewer.person_id, person_id))
        return true;
    return team_is_lead_of(cx, person_id, &is_lead) &&
           (is_lead || err_set(&cx->err, &ERR_DENIED, "somebody else's leave"));
}

static bool is_day(const char *day, int64_t *us)
{
    return day != NULL && strlen(day) == DAY_SIZE - 1 && clock_parse_iso(day, us);
}

static bool check_person(struct ctx *cx, struct id person_id, const char *source)
{
    struct db_rows rows;

    return db_query(cx, &rows, SQL_LEAVE_STAFF, DB_ID(cx->tenant_id), DB_ID(person_id)) &&
           (rows.count > 0 || err_set_at(&cx->err, &ERR_INVALID, source, "not of the staff"));
}

static bool check(struct ctx *cx, const struct leave *l)
{
    const char *today;
    int64_t from, to;

    if (!check_person(cx, l->person_id, "person") || !check_right(cx, l->person_id) ||
        !leave_today(cx, &today))
        return false;
    if (!is_day(l->from_on, &from))
        return err_set_at(&cx->err, &ERR_INVALID, "from", "no day");
    if (!is_day(l->to_on, &to) || to < from || to - from > LEAVE_DAYS_MAX * CLOCK_DAY ||
        strcmp(l->to_on, today) < 0)
        return err_set_at(&cx->err, &ERR_INVALID, "to", "no day after %s", l->from_on);
    if (l->note != NULL && utf8_count(l->note) > LEAVE_NOTE_MAX)
        return err_set_at(&cx->err, &ERR_INVALID, "note", "too long");
    if (id_is_zero(l->substitute_id))
        return true;
    if (id_equal(l->substitute_id, l->person_id))
        return err_set_at(&cx->err, &ERR_INVALID, "substitute", "the person himself");
    return check_person(cx, l->substitute_id, "substitute");
}

static bool emit(struct ctx *cx, struct id person_id, const char *what, const char *from,
                 const char *to)
{
    return event_emit(
        cx, EVENT_LEAVE_CHANGED, person_id,
        json_own(cx->mem, json_pack("{s:s,s:s,s:s}", "change", what, "from", from, "to", to)));
}

static bool insert(struct ctx *cx, const struct leave *l, struct id id)
{
    struct db_rows rows;

    if (!db_exec(cx, NULL, SQL_LEAVE_LOCK, DB_ID(cx->tenant_id), DB_ID(l->person_id)) ||
        !db_query(cx, &rows, SQL_LEAVE_OVERLAP, DB_ID(cx->tenant_id), DB_ID(l->person_id),
                  DB_TEXT(l->to_on), DB_TEXT(l->from_on)))
        return false;
    if (rows.count > 0)
        return err_set_at(&cx->err, &ERR_LEAVE_OVERLAP, "from", "%s to %s", l->from_on, l->to_on);
    return db_exec(cx, NULL, SQL_LEAVE_ADD, DB_ID(cx->tenant_id), DB_ID(id), DB_ID(l->person_id),
                   DB_TEXT(l->from_on), DB_TEXT(l->to_on), DB_TEXT(l->note != NULL ? l->note : ""),
                   DB_ID_OR_NULL(l->substitute_id), DB_ID_OR_NULL(cx->viewer.person_id),
                   DB_TIME(cx->now)) &&
           emit(cx, l->person_id, "added", l->from_on, l->to_on);
}

bool leave_add(struct ctx *cx, const struct leave *l, struct id *out)
{
    const struct id id = ctx_new_id(cx);

    if (!check(cx, l) || !db_begin(cx))
        return false;
    if (!insert(cx, l, id)) {
        db_rollback(cx);
        return false;
    }
    *out = id;
    return db_commit(cx);
}

bool leave_remove(struct ctx *cx, struct id id)
{
    struct db_rows rows;

    if (!check_staff_looks(cx) ||
        !db_query(cx, &rows, SQL_LEAVE_GET, DB_ID(cx->tenant_id), DB_ID(id)))
        return false;
    if (!db_next(&rows))
        return err_set(&cx->err, &ERR_NOT_FOUND, "leave %s", id_text(cx->mem, id));
    if (!check_right(cx, db_id(&rows.row, 0)) || !db_begin(cx))
        return false;
    if (!db_exec(cx, NULL, SQL_LEAVE_REMOVE, DB_ID(cx->tenant_id), DB_ID(id)) ||
        !emit(cx, db_id(&rows.row, 0), "removed", db_text(&rows.row, 1), db_text(&rows.row, 2))) {
        db_rollback(cx);
        return false;
    }
    return db_commit(cx);
}

bool leave_stand_in(struct ctx *cx, struct id person_id, struct id *out)
{
    struct id who = person_id;
    const char *today;
    struct db_rows rows;

    *out = (struct id){{0}};
    if (!leave_today(cx, &today))
        return false;
    for (int i = 0; i < LEAVE_CHAIN_MAX && !id_is_zero(who); i++) {
        if (!db_query(cx, &rows, SQL_LEAVE_ENABLED, DB_ID(cx->tenant_id), DB_ID(who)))
            return false;
        if (rows.count == 0)
            return true;
        if (!db_query(cx, &rows, SQL_LEAVE_SUBSTITUTE, DB_ID(cx->tenant_id), DB_ID(who),
                      DB_TEXT(today), DB_TEXT(today)))
            return false;
        if (!db_next(&rows)) {
            *out = who;
            return true;
        }
        who = db_id(&rows.row, 0);
    }
    return true;
}
