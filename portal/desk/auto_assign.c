#include "portal/desk/auto_assign.h"

#include "db/db.h"
#include "portal/account/role.h"
#include "portal/desk/leave.h"
#include "portal/desk/team.h"
#include "portal/desk/ticket.h"

#include <string.h>

static const char SQL_AUTO_ASSIGN_TEAM[] =
    "SELECT id, assign_by, by_skill, by_product FROM team WHERE tenant_id = ? AND "
    "(id = ? OR (? = TRUE AND is_default = TRUE)) LIMIT 1";
static const char SQL_AUTO_ASSIGN_DISPATCHED[] =
    "SELECT dispatch_to IS NOT NULL FROM ticket WHERE tenant_id = ? AND id = ?";
static const char SQL_AUTO_ASSIGN_LOCK[] =
    "UPDATE team SET turn = turn + 1 WHERE tenant_id = ? AND id = ?";
#define PEOPLE                                                                                  \
    "SELECT DISTINCT s.person_id, s.last_turn, (SELECT COUNT(*) FROM ticket k WHERE "           \
    "k.tenant_id = s.tenant_id AND k.assignee_id = s.person_id AND k.is_active = TRUE) AS "     \
    "load_count, EXISTS (SELECT 1 FROM staff_skill c WHERE c.tenant_id = s.tenant_id AND "      \
    "c.person_id = s.person_id AND (c.skill = ? OR c.skill IN (SELECT g.tag FROM ticket_tag g " \
    "WHERE g.tenant_id = ? AND g.ticket_id = ?))), "                                            \
    "EXISTS (SELECT 1 FROM staff_product d WHERE d.tenant_id = s.tenant_id AND "                \
    "d.person_id = s.person_id AND d.product_id = ?) FROM staff_member s "                      \
    "JOIN person p ON p.tenant_id = s.tenant_id AND p.id = s.person_id "
#define HERE                                                                          \
    "s.takes = TRUE AND p.is_disabled = FALSE AND p.is_banned = FALSE AND "           \
    "p.deleted_at IS NULL AND NOT EXISTS (SELECT 1 FROM staff_leave v WHERE "         \
    "v.tenant_id = s.tenant_id AND v.person_id = s.person_id AND v.from_on <= ? AND " \
    "v.to_on >= ?) "
static const char SQL_AUTO_ASSIGN_MEMBERS[] =
    PEOPLE "WHERE s.tenant_id = ? AND " HERE
           "AND s.team_id = ? "
           "ORDER BY IF(?, load_count, 0), s.last_turn, s.person_id LIMIT ?";
static const char SQL_AUTO_ASSIGN_SUBSTITUTES[] = PEOPLE
    "JOIN staff_leave l ON l.tenant_id = s.tenant_id AND l.substitute_id = s.person_id "
    "JOIN staff_member a ON a.tenant_id = l.tenant_id AND a.person_id = l.person_id "
    "WHERE s.tenant_id = ? AND " HERE
    "AND a.team_id = ? AND a.takes = TRUE "
    "AND l.from_on <= ? AND l.to_on >= ? "
    "ORDER BY IF(?, load_count, 0), s.last_turn, s.person_id LIMIT ?";
static const char SQL_AUTO_ASSIGN_TURN[] =
    "UPDATE staff_member SET last_turn = (SELECT turn FROM team WHERE tenant_id = ? AND id = ?) "
    "WHERE tenant_id = ? AND person_id = ?";

struct candidate {
    struct id person_id;
    bool has_skill, has_product;
};

struct giving {
    const struct ticket *t;
    struct id team_id;
    enum team_assign how;
    bool by_skill, by_product;
    struct candidate *list; /* the first is the next one */
    size_t count;
};

static bool find_team(struct ctx *cx, struct giving *g)
{
    struct db_rows rows;

    g->how = TEAM_ASSIGN_NONE;
    if (!db_query(cx, &rows, SQL_AUTO_ASSIGN_TEAM, DB_ID(cx->tenant_id), DB_ID(g->t->team_id),
                  DB_BOOL(id_is_zero(g->t->team_id))))
        return false;
    if (!db_next(&rows) || !team_assign_parse(db_text(&rows.row, 1), &g->how))
        return true;
    g->team_id = db_id(&rows.row, 0);
    g->by_skill = db_bool(&rows.row, 2);
    g->by_product = db_bool(&rows.row, 3);
    return true;
}

static void read_candidates(struct ctx *cx, struct db_rows *rows, struct giving *g)
{
    g->list = arena_array(cx->mem, struct candidate, rows->count + 1);
    for (g->count = 0; db_next(rows); g->count++)
        g->list[g->count] = (struct candidate){.person_id = db_id(&rows->row, 0),
                                               .has_skill = db_bool(&rows->row, 3),
                                               .has_product = db_bool(&rows->row, 4)};
}

static bool find_candidates(struct ctx *cx, struct giving *g)
{
    const bool by_load = g->how == TEAM_ASSIGN_LOAD;
    const char *today;
    struct db_rows rows;

    if (!leave_today(cx, &today) ||
        !db_query(cx, &rows, SQL_AUTO_ASSIGN_MEMBERS, DB_TEXT(g->t->topic), DB_ID(cx->tenant_id),
                  DB_ID(g->t->id), DB_ID(g->t->product_id), DB_ID(cx->tenant_id), DB_TEXT(today),
                  DB_TEXT(today), DB_ID(g->team_id), DB_BOOL(by_load), DB_INT(TEAM_MEMBERS_MAX)))
        return false;
    if (rows.count == 0 &&
        !db_query(cx, &rows, SQL_AUTO_ASSIGN_SUBSTITUTES, DB_TEXT(g->t->topic),
                  DB_ID(cx->tenant_id), DB_ID(g->t->id), DB_ID(g->t->product_id),
                  DB_ID(cx->tenant_id), DB_TEXT(today), DB_TEXT(today), DB_ID(g->team_id),
                  DB_TEXT(today), DB_TEXT(today), DB_BOOL(by_load), DB_INT(TEAM_MEMBERS_MAX)))
        return false;
    read_candidates(cx, &rows, g);
    return true;
}

/* Those who know more about it first; the order within stays. */
static void prefer(struct giving *g, bool is_wanted, bool by_skill)
{
    size_t n = 0;

    for (size_t i = 0; is_wanted && i < g->count; i++)
        if (by_skill ? g->list[i].has_skill : g->list[i].has_product) {
            const struct candidate c = g->list[i];

            memmove(&g->list[n + 1], &g->list[n], (i - n) * sizeof *g->list);
            g->list[n++] = c;
        }
}

static bool give(struct ctx *cx, struct giving *g, struct id *out)
{
    for (size_t i = 0; i < g->count; i++) {
        struct staff *staff;

        if (!role_staff_find(cx, g->list[i].person_id, &staff))
            return false;
        if (staff == NULL || !(staff->rights & RIGHT_DESK_UPDATE))
            continue;
        *out = staff->person_id;
        return db_exec(cx, NULL, SQL_AUTO_ASSIGN_TURN, DB_ID(cx->tenant_id), DB_ID(g->team_id),
                       DB_ID(cx->tenant_id), DB_ID(*out)) &&
               (!id_is_zero(g->t->team_id) || ticket_set_team(cx, g->t->id, g->team_id)) &&
               ticket_assign(cx, g->t->id, *out);
    }
    return true;
}

static bool assign(struct ctx *cx, struct giving *g, struct id *out)
{
    struct db_rows rows;
    struct ticket *t;

    if (!db_exec(cx, NULL, SQL_AUTO_ASSIGN_LOCK, DB_ID(cx->tenant_id), DB_ID(g->team_id)) ||
        !ticket_get(cx, g->t->id, &t) ||
        !db_query(cx, &rows, SQL_AUTO_ASSIGN_DISPATCHED, DB_ID(cx->tenant_id), DB_ID(t->id)))
        return false;
    /* Somebody took it while we waited, or is asked whether he does. */
    if (!id_is_zero(t->assignee_id) || (db_next(&rows) && db_bool(&rows.row, 0)))
        return true;
    if (!find_candidates(cx, g))
        return false;
    prefer(g, g->by_product, false);
    prefer(g, g->by_skill, true);
    return give(cx, g, out);
}

bool auto_assign_ticket(struct ctx *cx, struct id ticket_id, struct id *out)
{
    struct giving g = {0};
    struct ticket *t;

    *out = (struct id){{0}};
    if (!ticket_get(cx, ticket_id, &t))
        return false;
    g.t = t;
    if (!id_is_zero(t->assignee_id) || t->category != TICKET_OPEN)
        return true;
    if (!find_team(cx, &g))
        return false;
    if (g.how == TEAM_ASSIGN_NONE)
        return true;
    if (!db_begin(cx))
        return false;
    if (!assign(cx, &g, out)) {
        db_rollback(cx);
        return false;
    }
    return db_commit(cx);
}
