#include "portal/account/membership.h"

#include "db/event.h"
#include "portal/account/role.h"
#include "portal/sales/sales_scope.h"

#include <string.h>

const struct err_kind ERR_MEMBERSHIP_CHANGED = {
    ERR_CLASS_CONFLICT, "MEMBERSHIP_CHANGED",
    "Somebody else has changed these rights meanwhile. Look at them again, then save once more if "
    "yours are right."};
const struct err_kind ERR_MEMBERSHIP_LAST_ADMIN = {
    ERR_CLASS_CONFLICT, "LAST_ADMIN",
    "The organisation would have no administrator left. Make somebody else one first."};

#define MEMBERSHIP_RIGHTS_LIST                                                                     \
    "m.can_ticket_own, m.can_ticket_all, m.can_order, m.can_licence, m.can_billing, m.can_admin, " \
    "m.reads_only"
#define MEMBERSHIP_SELECT                                                            \
    "SELECT m.person_id, m.organisation_id, o.name, p.full_name, p.email, p.phone, " \
    "m.position, m.site_id, s.name, " MEMBERSHIP_RIGHTS_LIST                         \
    " FROM membership m "                                                            \
    "JOIN organisation o ON o.tenant_id = m.tenant_id AND o.id = m.organisation_id " \
    "JOIN person p ON p.tenant_id = m.tenant_id AND p.id = m.person_id "             \
    "LEFT JOIN site s ON s.tenant_id = m.tenant_id AND s.id = m.site_id "            \
    "WHERE m.tenant_id = ? AND o.deleted_at IS NULL AND p.deleted_at IS NULL "

/* In the order of the can_ columns. */
static const uint64_t MEMBERSHIP_RIGHTS[] = {RIGHT_TICKET_OWN, RIGHT_TICKET_ALL, RIGHT_ORDER,
                                             RIGHT_LICENCE,    RIGHT_BILLING,    RIGHT_ADMIN};
enum { MEMBERSHIP_RIGHTS_COLUMN = 9, MEMBERSHIP_SEEN_SHIFT = 8 };
static const char *const MEMBERSHIP_RIGHT_NAMES[] = {"ticket_own", "ticket_all", "order",
                                                     "licence",    "billing",    "admin"};
_Static_assert(COUNT(MEMBERSHIP_RIGHT_NAMES) == COUNT(MEMBERSHIP_RIGHTS), "name every right");

json_t *membership_rights_json(uint64_t rights)
{
    json_t *names = json_array();

    for (size_t i = 0; i < COUNT(MEMBERSHIP_RIGHTS); i++)
        if (rights & MEMBERSHIP_RIGHTS[i])
            json_array_append_new(names, json_string(MEMBERSHIP_RIGHT_NAMES[i]));
    return names;
}

bool membership_rights_read(const json_t *names, uint64_t *out)
{
    json_t *name;
    size_t i;

    if (!json_is_array(names))
        return false;
    *out = 0;
    json_array_foreach ((json_t *)(uintptr_t)names, i, name) { /* read only */
        size_t at = 0;

        while (at < COUNT(MEMBERSHIP_RIGHT_NAMES) &&
               (!json_is_string(name) ||
                strcmp(json_string_value(name), MEMBERSHIP_RIGHT_NAMES[at]) != 0))
            at++;
        if (at == COUNT(MEMBERSHIP_RIGHT_NAMES))
            return false;
        *out |= MEMBERSHIP_RIGHTS[at];
    }
    return true;
}

static void membership_from_row(const struct db_row *row, struct membership *m)
{
    m->person_id = db_id(row, 0);
    m->organisation_id = db_id(row, 1);
    m->organisation_name = db_text(row, 2);
    m->full_name = db_text(row, 3);
    m->email = db_text(row, 4);
    m->phone = db_text(row, 5);
    m->position = db_text(row, 6);
    m->site_id = db_id(row, 7);
    m->site_name = db_text(row, 8);
    for (unsigned i = 0; i < COUNT(MEMBERSHIP_RIGHTS); i++) {
        if (db_bool(row, MEMBERSHIP_RIGHTS_COLUMN + i))
            m->rights |= MEMBERSHIP_RIGHTS[i];
    }
    m->reads_only = m->rights & (uint64_t)db_i64(row, MEMBERSHIP_RIGHTS_COLUMN +
                                                          (unsigned)COUNT(MEMBERSHIP_RIGHTS));
}

uint64_t membership_seen(const struct membership *m)
{
    return m->rights | m->reads_only << MEMBERSHIP_SEEN_SHIFT;
}

static void membership_rows(struct ctx *cx, struct db_rows *rows, struct membership **out,
                            size_t *count)
{
    struct membership *list =
        arena_array(cx->mem, struct membership, rows->count ? rows->count : 1);
    size_t n = 0;

    while (db_next(rows))
        membership_from_row(&rows->row, &list[n++]);
    *out = list;
    *count = n;
}

static bool may(const struct ctx *cx, struct id organisation_id, enum right_action action)
{
    if (cx->viewer.kind == VIEWER_CUSTOMER)
        return (action == ACTION_READ ? viewer_has(&cx->viewer, RIGHT_ADMIN)
                                      : viewer_acts(&cx->viewer, RIGHT_ADMIN)) &&
               id_equal(cx->viewer.organisation_id, organisation_id);
    return viewer_has(&cx->viewer, RIGHT_OF(MODULE_CUSTOMERS, action));
}

/* What is out of reach is not there; what is in reach needs the right to act. */
static bool check_may(struct ctx *cx, struct id organisation_id, enum right_action action)
{
    if (cx->viewer.kind != VIEWER_CUSTOMER &&
        !sales_scope_check(cx, &SALES_SCOPE_ORGANISATION, organisation_id))
        return false;
    return may(cx, organisation_id, action) ||
           err_set(&cx->err, &ERR_DENIED, "members of %s", id_text(cx->mem, organisation_id));
}

/* The organisation's row is written first: changes of its members come one after the other. */
static const char SQL_MEMBERSHIP_QUEUE[] =
    "UPDATE organisation SET name = name WHERE tenant_id = ? AND id = ?";
static const char SQL_MEMBERSHIP_NOW[] =
    MEMBERSHIP_SELECT "AND m.organisation_id = ? AND m.person_id = ?";
static const char SQL_MEMBERSHIP_OTHER_ADMINS[] =
    "SELECT COUNT(*) FROM membership m JOIN person p ON p.tenant_id = m.tenant_id "
    "AND p.id = m.person_id WHERE m.tenant_id = ? AND m.organisation_id = ? AND m.person_id <> ? "
    "AND m.can_admin AND (m.reads_only & 32) = 0 AND NOT p.is_disabled AND NOT p.is_banned AND p.deleted_at IS NULL";

/* administers: what the person is to do there from now on. */
static bool check_change(struct ctx *cx, const struct membership_spec *spec, bool administers)
{
    struct membership now = {.rights = 0};
    struct db_rows rows;

    if (!db_exec(cx, NULL, SQL_MEMBERSHIP_QUEUE, DB_ID(cx->tenant_id),
                 DB_ID(spec->organisation_id)) ||
        !db_query(cx, &rows, SQL_MEMBERSHIP_NOW, DB_ID(cx->tenant_id), DB_ID(spec->organisation_id),
                  DB_ID(spec->person_id)))
        return false;
    if (db_next(&rows))
        membership_from_row(&rows.row, &now);
    if (spec->has_seen && membership_seen(&now) != spec->seen)
        return err_set(&cx->err, &ERR_MEMBERSHIP_CHANGED, "rights %llx, seen %llx",
                       (unsigned long long)now.rights, (unsigned long long)spec->seen);
    if (cx->viewer.kind != VIEWER_CUSTOMER || (now.rights & ~now.reads_only & RIGHT_ADMIN) == 0 ||
        administers)
        return true;
    if (!db_query(cx, &rows, SQL_MEMBERSHIP_OTHER_ADMINS, DB_ID(cx->tenant_id),
                  DB_ID(spec->organisation_id), DB_ID(spec->person_id)))
        return false;
    return (db_next(&rows) && db_i64(&rows.row, 0) > 0) ||
           err_set(&cx->err, &ERR_MEMBERSHIP_LAST_ADMIN, "the last administrator");
}

static const char SQL_MEMBERSHIP_KNOWN[] =
    "SELECT o.id FROM organisation o JOIN person p ON p.tenant_id = o.tenant_id AND p.id = ? "
    "WHERE o.tenant_id = ? AND o.id = ? AND o.deleted_at IS NULL AND p.deleted_at IS NULL "
    "AND (? IS NULL OR EXISTS (SELECT 1 FROM site s WHERE s.tenant_id = o.tenant_id AND s.id = ? "
    "AND s.organisation_id = o.id))";
static const char SQL_MEMBERSHIP_PUT[] =
    "INSERT INTO membership (tenant_id, person_id, organisation_id, site_id, position, "
    "can_ticket_own, can_ticket_all, can_order, can_licence, can_billing, can_admin, reads_only, "
    "created_at) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) ON DUPLICATE KEY UPDATE "
    "site_id = VALUES(site_id), position = VALUES(position), "
    "can_ticket_own = VALUES(can_ticket_own), can_ticket_all = VALUES(can_ticket_all), "
    "can_order = VALUES(can_order), can_licence = VALUES(can_licence), "
    "can_billing = VALUES(can_billing), can_admin = VALUES(can_admin), "
    "reads_only = VALUES(reads_only)";

bool membership_add(struct ctx *cx, const struct membership_spec *spec)
{
    struct db_rows rows;
    uint64_t r = spec->rights;

    if (!check_may(cx, spec->organisation_id, ACTION_UPDATE) || !db_begin(cx))
        return false;
    if (!db_query(cx, &rows, SQL_MEMBERSHIP_KNOWN, DB_ID(spec->person_id), DB_ID(cx->tenant_id),
                  DB_ID(spec->organisation_id), DB_ID_OR_NULL(spec->site_id),
                  DB_ID_OR_NULL(spec->site_id)))
        goto rollback;
    if (!db_next(&rows)) {
        err_set(&cx->err, &ERR_NOT_FOUND, "organisation, site or person of a membership");
        goto rollback;
    }
    if (!check_change(cx, spec, (r & ~spec->reads_only & RIGHT_ADMIN) != 0) ||
        !db_exec(cx, NULL, SQL_MEMBERSHIP_PUT, DB_ID(cx->tenant_id), DB_ID(spec->person_id),
                 DB_ID(spec->organisation_id), DB_ID_OR_NULL(spec->site_id),
                 DB_TEXT(spec->position ? spec->position : ""), DB_BOOL(r & RIGHT_TICKET_OWN),
                 DB_BOOL(r & RIGHT_TICKET_ALL), DB_BOOL(r & RIGHT_ORDER),
                 DB_BOOL(r & RIGHT_LICENCE), DB_BOOL(r & RIGHT_BILLING), DB_BOOL(r & RIGHT_ADMIN),
                 DB_INT((int64_t)(r & spec->reads_only)), DB_TIME(cx->now)))
        goto rollback;
    if (!event_emit(
            cx, EVENT_ORGANISATION_CHANGED, spec->organisation_id,
            json_own(cx->mem, json_pack("{s:s,s:s,s:i,s:i}", "change", "member_set", "person",
                                        id_text(cx->mem, spec->person_id), "rights", (int)r,
                                        "reads_only", (int)(r & spec->reads_only)))))
        goto rollback;
    return db_commit(cx);

rollback:
    db_rollback(cx);
    return false;
}

static const char SQL_MEMBERSHIP_DELETE[] =
    "DELETE FROM membership WHERE tenant_id = ? AND person_id = ? AND organisation_id = ?";

bool membership_remove(struct ctx *cx, struct id person_id, struct id organisation_id)
{
    const struct membership_spec gone = {.person_id = person_id,
                                         .organisation_id = organisation_id};
    int64_t changed;

    if (!check_may(cx, organisation_id, ACTION_DELETE) || !db_begin(cx))
        return false;
    if (!check_change(cx, &gone, false) ||
        !db_exec(cx, &changed, SQL_MEMBERSHIP_DELETE, DB_ID(cx->tenant_id), DB_ID(person_id),
                 DB_ID(organisation_id)))
        goto rollback;
    if (changed == 0) {
        err_set(&cx->err, &ERR_NOT_FOUND, "membership");
        goto rollback;
    }
    if (!event_emit(cx, EVENT_ORGANISATION_CHANGED, organisation_id,
                    json_own(cx->mem, json_pack("{s:s,s:s}", "change", "member_removed", "person",
                                                id_text(cx->mem, person_id)))))
        goto rollback;
    return db_commit(cx);

rollback:
    db_rollback(cx);
    return false;
}

static const char SQL_MEMBERSHIP_OF_PERSON[] =
    MEMBERSHIP_SELECT "AND m.person_id = ? ORDER BY o.name, o.id LIMIT ?";

bool membership_has_admin(struct ctx *cx, struct id organisation_id, bool *out)
{
    struct db_rows rows;

    if (!db_query(cx, &rows, SQL_MEMBERSHIP_OTHER_ADMINS, DB_ID(cx->tenant_id),
                  DB_ID(organisation_id), DB_ID((struct id){{0}})) ||
        !db_next(&rows))
        return false;
    *out = db_i64(&rows.row, 0) > 0;
    return true;
}

bool membership_list_of_person(struct ctx *cx, struct id person_id, struct membership **out,
                               size_t *count)
{
    struct db_rows rows;

    if (!db_query(cx, &rows, SQL_MEMBERSHIP_OF_PERSON, DB_ID(cx->tenant_id), DB_ID(person_id),
                  DB_INT(MEMBERSHIP_LIST_MAX)))
        return false;
    membership_rows(cx, &rows, out, count);
    return true;
}

/* Asked on each page: two tables, joined in the order that is known to be right. */
static const char SQL_MEMBERSHIP_RIGHTS_OF_PERSON[] =
    "SELECT STRAIGHT_JOIN m.person_id, m.organisation_id, o.name, '', '', '', '', NULL, NULL, " MEMBERSHIP_RIGHTS_LIST
    " FROM membership m "
    "JOIN organisation o ON o.tenant_id = m.tenant_id AND o.id = m.organisation_id "
    "WHERE m.tenant_id = ? AND m.person_id = ? AND o.deleted_at IS NULL "
    "ORDER BY o.name, o.id LIMIT ?";

bool membership_rights_of_person(struct ctx *cx, struct id person_id, struct membership **out,
                                 size_t *count)
{
    struct db_rows rows;

    if (!db_query(cx, &rows, SQL_MEMBERSHIP_RIGHTS_OF_PERSON, DB_ID(cx->tenant_id),
                  DB_ID(person_id), DB_INT(MEMBERSHIP_LIST_MAX)))
        return false;
    membership_rows(cx, &rows, out, count);
    return true;
}

static const char SQL_MEMBERSHIP_OF_ORGANISATION[] =
    MEMBERSHIP_SELECT "AND m.organisation_id = ? ORDER BY p.full_name, p.id LIMIT ?";

bool membership_list_of_organisation(struct ctx *cx, struct id organisation_id,
                                     struct membership **out, size_t *count)
{
    struct db_rows rows;

    if (!may(cx, organisation_id, ACTION_READ)) {
        *out = NULL;
        *count = 0;
        return true;
    }
    if (!db_query(cx, &rows, SQL_MEMBERSHIP_OF_ORGANISATION, DB_ID(cx->tenant_id),
                  DB_ID(organisation_id), DB_INT(MEMBERSHIP_LIST_MAX)))
        return false;
    membership_rows(cx, &rows, out, count);
    return true;
}

static bool customer_viewer(struct ctx *cx, struct id person_id, struct id wanted,
                            struct viewer *out)
{
    struct membership *list;
    size_t count;
    size_t at = 0;

    if (!membership_list_of_person(cx, person_id, &list, &count))
        return false;
    for (size_t i = 0; i < count; i++) {
        if (id_equal(list[i].organisation_id, wanted))
            at = i;
    }
    *out = (struct viewer){.kind = VIEWER_CUSTOMER, .person_id = person_id};
    if (count > 0) {
        out->organisation_id = list[at].organisation_id;
        out->rights = list[at].rights;
        out->reads_only = list[at].reads_only;
    }
    return true;
}

bool membership_viewer(struct ctx *cx, struct id person_id, struct id wanted, struct viewer *out)
{
    struct staff *staff;

    if (!role_staff_find(cx, person_id, &staff))
        return false;
    if (!staff)
        return customer_viewer(cx, person_id, wanted, out);
    *out = (struct viewer){.kind = VIEWER_STAFF,
                           .person_id = person_id,
                           .team_id = staff->team_id,
                           .rights = staff->rights};
    return true;
}
