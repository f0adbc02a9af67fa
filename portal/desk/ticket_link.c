#include "portal/desk/ticket_link.h"

#include "db/where.h"
#include "portal/desk/ticket_change.h"

#include <string.h>

const struct err_kind ERR_TICKET_LINK = {ERR_CLASS_INVALID, "LINK_TICKET",
                                         "There is no other ticket of this number."};

static const char *const KINDS[] = {
    [TICKET_LINK_DUPLICATE] = "duplicate",
    [TICKET_LINK_BLOCKS] = "blocks",
    [TICKET_LINK_PARENT] = "parent",
    [TICKET_LINK_RELATED] = "related",
};
_Static_assert(COUNT(KINDS) == TICKET_LINK_KINDS, "name every kind");

static const char SQL_TICKET_LINK_LIST[] =
    "SELECT STRAIGHT_JOIN l.kind, FALSE, t.id, t.number, t.subject, t.status, t.category "
    "FROM ticket_link l JOIN ticket t FORCE INDEX (PRIMARY) ON t.tenant_id = l.tenant_id AND t.id = l.other_id "
    "WHERE l.tenant_id = ? AND l.ticket_id = ? AND t.deleted_at IS NULL";
static const char SQL_TICKET_LINK_LIST_REVERSE[] =
    " UNION ALL SELECT STRAIGHT_JOIN l.kind, TRUE, t.id, t.number, t.subject, t.status, t.category "
    "FROM ticket_link l JOIN ticket t FORCE INDEX (PRIMARY) ON t.tenant_id = l.tenant_id AND t.id = l.ticket_id "
    "WHERE l.tenant_id = ?";
static const char SQL_TICKET_LINK_ADD[] =
    "INSERT IGNORE INTO ticket_link (tenant_id, ticket_id, other_id, kind, created_at) "
    "VALUES (?, ?, ?, ?, ?)";
static const char SQL_TICKET_LINK_REMOVE[] =
    "DELETE FROM ticket_link WHERE tenant_id = ? AND kind = ? AND "
    "((ticket_id = ? AND other_id = ?) OR (other_id = ? AND ticket_id = ?))";
static const char SQL_TICKET_LINK_DUPLICATES[] =
    "SELECT t.id FROM ticket_link l JOIN ticket t ON t.tenant_id = l.tenant_id AND "
    "t.id = l.ticket_id WHERE l.tenant_id = ? AND l.other_id = ? AND l.kind = 'duplicate' "
    "AND t.deleted_at IS NULL AND t.category NOT IN ('closed', ?) ORDER BY t.id LIMIT ?";

const char *ticket_link_name(enum ticket_link_kind kind)
{
    return KINDS[kind];
}

bool ticket_link_parse(const char *name, enum ticket_link_kind *out)
{
    for (size_t i = 0; i < COUNT(KINDS); i++)
        if (name != NULL && strcmp(name, KINDS[i]) == 0) {
            *out = (enum ticket_link_kind)i;
            return true;
        }
    return false;
}

bool ticket_link_list(struct ctx *cx, struct id id, struct ticket_link **out, size_t *count)
{
    const struct db_arg args[] = {DB_ID(cx->tenant_id), DB_ID(id)};
    struct ticket *t;
    struct db_rows rows;
    struct where w;

    if (!ticket_sees_notes(cx))
        return err_set(&cx->err, &ERR_DENIED, "links are for staff");
    if (!ticket_get(cx, id, &t))
        return false;
    where_start(&w, cx, SQL_TICKET_LINK_LIST, args, COUNT(args));
    ticket_visible(cx, &w);
    where_add(&w, SQL_TICKET_LINK_LIST_REVERSE, DB_ID(cx->tenant_id));
    where_add(&w, " AND l.other_id = ? AND t.deleted_at IS NULL", DB_ID(id));
    ticket_visible(cx, &w);
    where_add(&w, " ORDER BY 4, 1 LIMIT ?", DB_INT(2 * TICKET_LINKS_MAX));
    if (!db_query_args(cx, &rows, w.text.p, w.args, w.count))
        return false;
    *out = arena_array(cx->mem, struct ticket_link, rows.count + 1);
    for (*count = 0; db_next(&rows); (*count)++) {
        struct ticket_link *l = &(*out)[*count];

        *l = (struct ticket_link){.is_reverse = db_bool(&rows.row, 1),
                                  .other_id = db_id(&rows.row, 2),
                                  .number = db_text(&rows.row, 3),
                                  .subject = db_text(&rows.row, 4),
                                  .status = db_text(&rows.row, 5)};
        if (!ticket_link_parse(db_text(&rows.row, 0), &l->kind) ||
            !ticket_category_parse(db_text(&rows.row, 6), &l->category))
            return err_set(&cx->err, &ERR_INTERNAL, "link %s", db_text(&rows.row, 0));
    }
    return true;
}

bool ticket_link_add(struct ctx *cx, struct id id, enum ticket_link_kind kind, const char *number)
{
    struct ticket *t, *other;
    struct ticket_link *links;
    size_t count;
    int64_t changed = 0;

    if (!ticket_change_start_staff(cx, id, &t))
        return false;
    if (!ticket_find_typed(cx, number, &other) || !ticket_link_list(cx, id, &links, &count))
        return ticket_change_undo(cx);
    if (other == NULL || id_equal(other->id, id)) {
        err_set_at(&cx->err, &ERR_TICKET_LINK, "number", "no other ticket");
        return ticket_change_undo(cx);
    }
    if (count >= TICKET_LINKS_MAX) {
        err_set_at(&cx->err, &ERR_INVALID, "number", "%zu links", count);
        return ticket_change_undo(cx);
    }
    if (!db_exec(cx, &changed, SQL_TICKET_LINK_ADD, DB_ID(cx->tenant_id), DB_ID(id),
                 DB_ID(other->id), DB_TEXT(KINDS[kind]), DB_TIME(cx->now)))
        return ticket_change_undo(cx);
    if (changed == 0)
        return ticket_change_nothing(cx);
    if (!ticket_change_line(cx, id, false, "link", NULL, other->number) ||
        !ticket_change_line(cx, other->id, false, "link", NULL, t->number))
        return ticket_change_undo(cx);
    return ticket_change_finish(cx, EVENT_TICKET_UPDATED, t, NULL);
}

bool ticket_link_remove(struct ctx *cx, struct id id, enum ticket_link_kind kind,
                        struct id other_id)
{
    struct ticket *t, *other;
    int64_t changed = 0;

    if (!ticket_change_start_staff(cx, id, &t))
        return false;
    if (!ticket_get(cx, other_id, &other) ||
        !db_exec(cx, &changed, SQL_TICKET_LINK_REMOVE, DB_ID(cx->tenant_id), DB_TEXT(KINDS[kind]),
                 DB_ID(id), DB_ID(other_id), DB_ID(id), DB_ID(other_id)))
        return ticket_change_undo(cx);
    if (changed == 0)
        return ticket_change_nothing(cx);
    if (!ticket_change_line(cx, id, false, "link", other->number, NULL) ||
        !ticket_change_line(cx, other_id, false, "link", t->number, NULL))
        return ticket_change_undo(cx);
    return ticket_change_finish(cx, EVENT_TICKET_UPDATED, t, NULL);
}

bool ticket_link_follow(struct ctx *cx, const struct ticket *t, const char *status,
                        enum ticket_category category)
{
    struct db_rows rows;

    if (cx->viewer.kind == VIEWER_CUSTOMER ||
        (category != TICKET_SOLVED && category != TICKET_CLOSED))
        return true;
    if (!db_query(cx, &rows, SQL_TICKET_LINK_DUPLICATES, DB_ID(cx->tenant_id), DB_ID(t->id),
                  DB_TEXT(ticket_category_name(category)), DB_INT(TICKET_LINKS_MAX)))
        return false;
    while (db_next(&rows))
        if (!ticket_set_status(cx, db_id(&rows.row, 0), status))
            return false;
    return true;
}

bool ticket_link_open_parts(struct ctx *cx, struct id id, struct ticket_link **out, size_t *count)
{
    struct ticket_link *all;
    size_t total, n = 0;

    if (!ticket_link_list(cx, id, &all, &total))
        return false;
    for (size_t i = 0; i < total; i++)
        if (all[i].kind == TICKET_LINK_PARENT && all[i].is_reverse &&
            (all[i].category == TICKET_OPEN || all[i].category == TICKET_WAITING))
            all[n++] = all[i];
    *out = all;
    *count = n;
    return true;
}

bool ticket_link_end_parts(struct ctx *cx, struct id id)
{
    struct ticket_link *parts;
    struct ticket *t;
    size_t count;

    if (!ticket_get(cx, id, &t) || !ticket_link_open_parts(cx, id, &parts, &count))
        return false;
    if (t->category != TICKET_SOLVED && t->category != TICKET_CLOSED)
        return err_set_at(&cx->err, &ERR_TICKET_TRANSITION, "status", "ticket %s is not over",
                          id_text(cx->mem, id));
    if (!db_begin(cx))
        return false;
    for (size_t i = 0; i < count; i++)
        if (!ticket_set_status(cx, parts[i].other_id, t->status)) {
            db_rollback(cx);
            return false;
        }
    return db_commit(cx);
}
