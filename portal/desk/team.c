#include "portal/desk/team.h"

#include "base/utf8.h"
#include "db/db.h"
#include "db/event.h"
#include "db/where.h"
#include "portal/desk/leave.h"

#include <string.h>

static const char *const ASSIGN_NAMES[] = {
    [TEAM_ASSIGN_NONE] = "none",
    [TEAM_ASSIGN_TURN] = "turn",
    [TEAM_ASSIGN_LOAD] = "load",
};
_Static_assert(COUNT(ASSIGN_NAMES) == TEAM_ASSIGN_COUNT, "name every way");

#define TEAM_SELECT                                                                             \
    "SELECT t.id, t.name, t.is_default, t.lead_id, COALESCE(l.full_name, ''), t.assign_by, "    \
    "t.by_skill, t.by_product, (SELECT COUNT(*) FROM staff_member s JOIN person p ON "          \
    "p.tenant_id = s.tenant_id AND p.id = s.person_id WHERE s.tenant_id = t.tenant_id AND "     \
    "s.team_id = t.id AND p.is_disabled = FALSE AND p.deleted_at IS NULL), "                    \
    "(SELECT COUNT(*) FROM staff_member s JOIN staff_leave v ON v.tenant_id = s.tenant_id AND " \
    "v.person_id = s.person_id AND v.from_on <= ? AND v.to_on >= ? WHERE s.tenant_id = "        \
    "t.tenant_id AND s.team_id = t.id) FROM team t LEFT JOIN person l ON l.tenant_id = "        \
    "t.tenant_id AND l.id = t.lead_id WHERE t.tenant_id = ?"
static const char SQL_TEAM_LIST[] = TEAM_SELECT " ORDER BY t.name LIMIT ?";
static const char SQL_TEAM_GET[] = TEAM_SELECT " AND t.id = ?";
static const char SQL_TEAM_MEMBERS[] =
    "SELECT s.person_id, p.full_name, s.title, s.team_id, COALESCE(t.name, ''), s.takes, "
    "COALESCE((SELECT GROUP_CONCAT(k.skill ORDER BY k.skill SEPARATOR ', ') FROM staff_skill k "
    "WHERE k.tenant_id = s.tenant_id AND k.person_id = s.person_id), ''), "
    "(SELECT GROUP_CONCAT(r.product_id) FROM staff_product r "
    "WHERE r.tenant_id = s.tenant_id AND r.person_id = s.person_id), "
    "(SELECT COUNT(*) FROM ticket k WHERE k.tenant_id = s.tenant_id AND "
    "k.assignee_id = s.person_id AND k.is_active = TRUE), "
    "(SELECT MAX(v.to_on) FROM staff_leave v WHERE v.tenant_id = s.tenant_id AND "
    "v.person_id = s.person_id AND v.from_on <= ? AND v.to_on >= ?) "
    "FROM staff_member s JOIN person p ON p.tenant_id = s.tenant_id AND p.id = s.person_id "
    "LEFT JOIN team t ON t.tenant_id = s.tenant_id AND t.id = s.team_id "
    "WHERE s.tenant_id = ? AND p.is_disabled = FALSE AND p.deleted_at IS NULL";
static const char SQL_TEAM_PEOPLE[] =
    "SELECT s.person_id, p.full_name, EXISTS (SELECT 1 FROM staff_leave v WHERE v.tenant_id = "
    "s.tenant_id AND v.person_id = s.person_id AND v.from_on <= ? AND v.to_on >= ?) "
    "FROM staff_member s JOIN person p ON p.tenant_id = s.tenant_id AND p.id = s.person_id "
    "WHERE s.tenant_id = ? AND p.is_disabled = FALSE AND p.deleted_at IS NULL "
    "ORDER BY p.full_name, p.id LIMIT ?";
static const char SQL_TEAM_LEAD_OF[] =
    "SELECT 1 FROM staff_member s JOIN team t ON t.tenant_id = s.tenant_id AND t.id = s.team_id "
    "WHERE s.tenant_id = ? AND s.person_id = ? AND t.lead_id = ?";

const char *team_assign_name(enum team_assign how)
{
    return ASSIGN_NAMES[how];
}

bool team_assign_parse(const char *name, enum team_assign *out)
{
    for (size_t i = 0; name != NULL && i < COUNT(ASSIGN_NAMES); i++)
        if (strcmp(name, ASSIGN_NAMES[i]) == 0) {
            *out = (enum team_assign)i;
            return true;
        }
    return false;
}

static bool check_looks(struct ctx *cx)
{
    return cx->viewer.kind == VIEWER_STAFF || cx->viewer.kind == VIEWER_SYSTEM ||
           err_set(&cx->err, &ERR_DENIED, "teams are for staff");
}

static struct team team_from_row(const struct db_row *row)
{
    struct team t = {.id = db_id(row, 0),
                     .name = db_text(row, 1),
                     .is_default = db_bool(row, 2),
                     .lead_id = db_id(row, 3),
                     .lead_name = db_text(row, 4),
                     .by_skill = db_bool(row, 6),
                     .by_product = db_bool(row, 7),
                     .members = db_i64(row, 8),
                     .away = db_i64(row, 9)};

    if (!team_assign_parse(db_text(row, 5), &t.assign_by))
        t.assign_by = TEAM_ASSIGN_NONE; /* of a newer program */
    return t;
}

bool team_list(struct ctx *cx, struct team **out, size_t *count)
{
    const char *today;
    struct db_rows rows;

    if (!check_looks(cx) || !leave_today(cx, &today) ||
        !db_query(cx, &rows, SQL_TEAM_LIST, DB_TEXT(today), DB_TEXT(today), DB_ID(cx->tenant_id),
                  DB_INT(TEAM_LIST_MAX)))
        return false;
    *out = arena_array(cx->mem, struct team, rows.count + 1);
    for (*count = 0; db_next(&rows); (*count)++)
        (*out)[*count] = team_from_row(&rows.row);
    return true;
}

bool team_get(struct ctx *cx, struct id id, struct team **out)
{
    const char *today;
    struct db_rows rows;

    if (!check_looks(cx) || !leave_today(cx, &today) ||
        !db_query(cx, &rows, SQL_TEAM_GET, DB_TEXT(today), DB_TEXT(today), DB_ID(cx->tenant_id),
                  DB_ID(id)))
        return false;
    if (!db_next(&rows))
        return err_set(&cx->err, &ERR_NOT_FOUND, "team %s", id_text(cx->mem, id));
    *out = arena_new(cx->mem, struct team);
    **out = team_from_row(&rows.row);
    return true;
}

/* --- members --- */

static void read_products(struct ctx *cx, const char *list, struct team_member *m)
{
    struct span rest = span_of(list != NULL ? list : ""), one;

    while (m->product_count < TEAM_PRODUCTS_MAX && span_cut(&rest, ',', &one))
        if (id_parse(span_dup(cx->mem, one), &m->products[m->product_count]))
            m->product_count++;
}

static bool read_members(struct ctx *cx, struct where *w, struct team_member **out, size_t *count)
{
    struct db_rows rows;

    where_add(w, " ORDER BY p.full_name, p.id LIMIT ?", DB_INT(TEAM_MEMBERS_MAX));
    if (!db_query_args(cx, &rows, w->text.p, w->args, w->count))
        return false;
    *out = arena_array(cx->mem, struct team_member, rows.count + 1);
    for (*count = 0; db_next(&rows); (*count)++) {
        struct team_member *m = &(*out)[*count];

        *m = (struct team_member){.person_id = db_id(&rows.row, 0),
                                  .full_name = db_text(&rows.row, 1),
                                  .title = db_text(&rows.row, 2),
                                  .team_id = db_id(&rows.row, 3),
                                  .team_name = db_text(&rows.row, 4),
                                  .takes = db_bool(&rows.row, 5),
                                  .skills = db_text(&rows.row, 6),
                                  .open_tickets = db_i64(&rows.row, 8),
                                  .away_until = db_text(&rows.row, 9)};
        read_products(cx, db_text(&rows.row, 7), m);
    }
    return true;
}

static bool start_members(struct ctx *cx, struct where *w)
{
    const char *today;

    if (!check_looks(cx) || !leave_today(cx, &today))
        return false;
    where_start(w, cx, SQL_TEAM_MEMBERS,
                (const struct db_arg[]){DB_TEXT(today), DB_TEXT(today), DB_ID(cx->tenant_id)}, 3);
    return true;
}

bool team_members(struct ctx *cx, struct id team_id, struct team_member **out, size_t *count)
{
    struct where w;

    if (!start_members(cx, &w))
        return false;
    if (!id_is_zero(team_id))
        where_add(&w, " AND s.team_id = ?", DB_ID(team_id));
    return read_members(cx, &w, out, count);
}

bool team_people(struct ctx *cx, struct team_person **out, size_t *count)
{
    const char *today;
    struct db_rows rows;

    if (!check_looks(cx) || !leave_today(cx, &today) ||
        !db_query(cx, &rows, SQL_TEAM_PEOPLE, DB_TEXT(today), DB_TEXT(today), DB_ID(cx->tenant_id),
                  DB_INT(TEAM_MEMBERS_MAX)))
        return false;
    *out = arena_array(cx->mem, struct team_person, rows.count + 1);
    for (*count = 0; db_next(&rows); (*count)++)
        (*out)[*count] = (struct team_person){.id = db_id(&rows.row, 0),
                                              .full_name = db_text(&rows.row, 1),
                                              .is_away = db_bool(&rows.row, 2)};
    return true;
}

bool team_member_find(struct ctx *cx, struct id person_id, struct team_member **out)
{
    struct team_member *list;
    struct where w;
    size_t count;

    if (!start_members(cx, &w))
        return false;
    where_add(&w, " AND s.person_id = ?", DB_ID(person_id));
    if (!read_members(cx, &w, &list, &count))
        return false;
    *out = count > 0 ? list : NULL;
    return true;
}

bool team_is_lead_of(struct ctx *cx, struct id person_id, bool *out)
{
    struct db_rows rows;

    if (!db_query(cx, &rows, SQL_TEAM_LEAD_OF, DB_ID(cx->tenant_id), DB_ID(person_id),
                  DB_ID(cx->viewer.person_id)))
        return false;
    *out = rows.count > 0;
    return true;
}
