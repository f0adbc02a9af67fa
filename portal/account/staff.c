#include "portal/account/staff.h"

#include "base/utf8.h"
#include "db/event.h"
#include "db/where.h"
#include "portal/account/credential.h"
#include "portal/account/person.h"
#include "portal/account/role.h"
#include "portal/account/role_edit.h"

#include <string.h>

const struct err_kind ERR_STAFF_SELF = {
    ERR_CLASS_CONFLICT, "STAFF_SELF",
    "This is your own account. Ask a colleague to change its role or to switch it off."};
const struct err_kind ERR_STAFF_LAST = {
    ERR_CLASS_CONFLICT, "STAFF_LAST",
    "Nobody else may change accounts. Give another person that right first."};
const struct err_kind ERR_STAFF_IN_USE = {
    ERR_CLASS_CONFLICT, "STAFF_IN_USE",
    "This account is in use and cannot be deleted. Switch it off instead."};

static bool check_right(struct ctx *cx, enum right_action action)
{
    return (cx->viewer.kind != VIEWER_CUSTOMER &&
            viewer_has(&cx->viewer, RIGHT_OF(MODULE_SETTINGS, action))) ||
           err_set(&cx->err, &ERR_DENIED, "staff accounts");
}

/* --- reading --- */

#define STAFF_ACCOUNT_SELECT                                                                 \
    "SELECT p.id, p.full_name, p.email, p.phone, sm.title, sm.role_id, sm.team_id, r.name, " \
    "COALESCE(t.name, ''), p.is_disabled, c.locked_until, "                                  \
    "(SELECT MAX(e.at) FROM login_event e WHERE e.tenant_id = p.tenant_id "                  \
    "AND e.email = p.email AND e.outcome = 'ok'), sm.started_on FROM staff_member sm "       \
    "JOIN person p ON p.tenant_id = sm.tenant_id AND p.id = sm.person_id "                   \
    "JOIN role r ON r.tenant_id = sm.tenant_id AND r.id = sm.role_id "                       \
    "LEFT JOIN team t ON t.tenant_id = sm.tenant_id AND t.id = sm.team_id "                  \
    "LEFT JOIN credential c ON c.tenant_id = p.tenant_id AND c.person_id = p.id "            \
    "WHERE sm.tenant_id = ? AND p.deleted_at IS NULL"

static void account_from_row(struct ctx *cx, const struct db_row *row, struct staff_account *a)
{
    a->person_id = db_id(row, 0);
    a->full_name = db_text(row, 1);
    a->email = db_text(row, 2);
    a->phone = db_text(row, 3);
    a->title = db_text(row, 4);
    a->role_id = db_id(row, 5);
    a->team_id = db_id(row, 6);
    a->role_name = db_text(row, 7);
    a->team_name = db_text(row, 8);
    a->is_disabled = db_bool(row, 9);
    a->locked_until = db_time(row, 10) > cx->now ? db_time(row, 10) : 0;
    a->last_login_at = db_time(row, 11);
    a->started_on = db_text(row, 12);
}

/* A LIKE pattern that finds text anywhere. */
static const char *anywhere(struct ctx *cx, const char *text)
{
    struct str s = str_new(cx->mem);

    str_char(&s, '%');
    for (const char *c = text; *c; c++) {
        if (strchr("%_\\", *c))
            str_char(&s, '\\');
        str_char(&s, *c);
    }
    str_char(&s, '%');
    return s.p;
}

bool staff_list(struct ctx *cx, const char *search, struct staff_account **out, size_t *count)
{
    const struct db_arg args[] = {DB_ID(cx->tenant_id)};
    struct staff_account *list;
    struct db_rows rows;
    struct where w;
    size_t n = 0;

    if (!check_right(cx, ACTION_READ))
        return false;
    where_start(&w, cx, STAFF_ACCOUNT_SELECT, args, COUNT(args));
    if (search && *search && utf8_valid(search, strlen(search))) {
        where_add(&w, " AND (p.full_name LIKE ?", DB_TEXT(anywhere(cx, search)));
        where_add(&w, " OR p.email LIKE LOWER(?)", DB_TEXT(anywhere(cx, search)));
        where_add(&w, " OR sm.title LIKE ?)", DB_TEXT(anywhere(cx, search)));
    }
    where_add(&w, " ORDER BY p.is_disabled, p.full_name, p.id LIMIT ?", DB_INT(STAFF_LIST_MAX));
    if (!db_query_args(cx, &rows, w.text.p, w.args, w.count))
        return false;
    list = arena_array(cx->mem, struct staff_account, rows.count ? rows.count : 1);
    while (db_next(&rows))
        account_from_row(cx, &rows.row, &list[n++]);
    *out = list;
    *count = n;
    return true;
}

static const char SQL_STAFF_ACCOUNT_GET[] = STAFF_ACCOUNT_SELECT " AND sm.person_id = ?";

bool staff_get(struct ctx *cx, struct id person_id, struct staff_account **out)
{
    struct db_rows rows;

    if (!check_right(cx, ACTION_READ) ||
        !db_query(cx, &rows, SQL_STAFF_ACCOUNT_GET, DB_ID(cx->tenant_id), DB_ID(person_id)))
        return false;
    if (!db_next(&rows))
        return err_set(&cx->err, &ERR_NOT_FOUND, "staff %s", id_text(cx->mem, person_id));
    *out = arena_new(cx->mem, struct staff_account);
    account_from_row(cx, &rows.row, *out);
    return true;
}

static bool choices(struct ctx *cx, const char *sql, struct staff_choice **out, size_t *count)
{
    struct db_rows rows;
    struct staff_choice *list;
    size_t n = 0;

    if (!check_right(cx, ACTION_READ) ||
        !db_query(cx, &rows, sql, DB_ID(cx->tenant_id), DB_INT(STAFF_CHOICES_MAX)))
        return false;
    list = arena_array(cx->mem, struct staff_choice, rows.count ? rows.count : 1);
    while (db_next(&rows))
        list[n++] = (struct staff_choice){.id = db_id(&rows.row, 0), .name = db_text(&rows.row, 1)};
    *out = list;
    *count = n;
    return true;
}

static const char SQL_STAFF_ROLES[] =
    "SELECT id, name FROM role WHERE tenant_id = ? ORDER BY name LIMIT ?";
static const char SQL_STAFF_TEAMS[] =
    "SELECT id, name FROM team WHERE tenant_id = ? ORDER BY name LIMIT ?";

bool staff_roles(struct ctx *cx, struct staff_choice **out, size_t *count)
{
    return choices(cx, SQL_STAFF_ROLES, out, count);
}

bool staff_teams(struct ctx *cx, struct staff_choice **out, size_t *count)
{
    return choices(cx, SQL_STAFF_TEAMS, out, count);
}

/* --- writing --- */

static const char SQL_STAFF_PUT[] =
    "INSERT INTO staff_member (tenant_id, person_id, role_id, team_id, title, started_on) "
    "SELECT r.tenant_id, ?, r.id, ?, ?, ? FROM role r WHERE r.tenant_id = ? AND r.id = ? "
    "ON DUPLICATE KEY UPDATE role_id = VALUES(role_id), team_id = VALUES(team_id), "
    "title = VALUES(title), started_on = VALUES(started_on)";

/* was: the role so far, NULL for none: a change of it stands in the audit trail. */
static bool put_member(struct ctx *cx, struct id person_id, const struct staff_draft *d,
                       const char *was)
{
    const char *role;
    int64_t found;

    if (!role_edit_check_grant(cx, d->role_id, &role))
        return false;
    if (d->title && utf8_count(d->title) > STAFF_TITLE_MAX)
        return err_set_at(&cx->err, &ERR_INVALID, "title", "title too long");
    if (!db_exec(cx, &found, SQL_STAFF_PUT, DB_ID(person_id), DB_ID_OR_NULL(d->team_id),
                 DB_TEXT(d->title ? d->title : ""), DB_TEXT(d->started_on), DB_ID(cx->tenant_id),
                 DB_ID(d->role_id)))
        return false;
    if (found <= 0)
        return err_set_at(&cx->err, &ERR_ROLE_UNKNOWN, "role", "role of a staff account");
    return (was != NULL && strcmp(was, role) == 0) ||
           event_emit(cx, EVENT_PERSON_UPDATED, person_id,
                      json_own(cx->mem, json_pack("{s:s,s:{s:s?},s:{s:s}}", "change", "role",
                                                  "before", "role", was, "after", "role", role)));
}

bool staff_add(struct ctx *cx, const struct staff_draft *draft, struct id *out)
{
    const struct person_spec spec = {
        .full_name = draft->full_name, .email = draft->email, .phone = draft->phone};
    struct person *p;

    if (!check_right(cx, ACTION_CREATE) || !db_begin(cx))
        return false;
    if (!person_create(cx, &spec, &p) || !put_member(cx, p->id, draft, NULL) ||
        (draft->password_hash && !credential_store(cx, p->id, draft->password_hash))) {
        db_rollback(cx);
        return false;
    }
    if (!db_commit(cx))
        return false;
    *out = p->id;
    return true;
}

/* The role rows are written first: of two administrators who take each other's right away, the
 * second one waits here and then finds nobody left. */
static const char SQL_STAFF_LOCK[] = "UPDATE role SET name = name WHERE tenant_id = ?";
static const char SQL_STAFF_KEEPERS[] =
    "SELECT COUNT(*) FROM staff_member sm JOIN role_right rr ON rr.tenant_id = sm.tenant_id "
    "AND rr.role_id = sm.role_id AND rr.name IN ('settings.update', 'settings') "
    "JOIN person p ON p.tenant_id = sm.tenant_id AND p.id = sm.person_id "
    "WHERE sm.tenant_id = ? AND NOT p.is_disabled AND NOT p.is_banned AND p.deleted_at IS NULL";

bool staff_check_keepers(struct ctx *cx)
{
    struct db_rows rows;

    if (!db_query(cx, &rows, SQL_STAFF_KEEPERS, DB_ID(cx->tenant_id)) || !db_next(&rows))
        return false;
    return db_i64(&rows.row, 0) > 0 ||
           err_set(&cx->err, &ERR_STAFF_LAST,
                   "no account with the right to settings would be left");
}

bool staff_lock_roles(struct ctx *cx)
{
    return db_exec(cx, NULL, SQL_STAFF_LOCK, DB_ID(cx->tenant_id));
}

static bool change(struct ctx *cx, const struct staff_account *before,
                   const struct staff_draft *draft)
{
    const struct person_change person = {.full_name = draft->full_name,
                                         .email = draft->email,
                                         .phone = draft->phone ? draft->phone : ""};
    struct id id = before->person_id;

    return staff_lock_roles(cx) && person_change(cx, id, &person) &&
           put_member(cx, id, draft, before->role_name) &&
           (draft->is_disabled == before->is_disabled ||
            person_set_disabled(cx, id, draft->is_disabled)) &&
           (!draft->password_hash || credential_store(cx, id, draft->password_hash)) &&
           staff_check_keepers(cx);
}

bool staff_change(struct ctx *cx, struct id person_id, const struct staff_draft *draft)
{
    struct staff_account *before;

    if (!check_right(cx, ACTION_UPDATE) || !staff_get(cx, person_id, &before))
        return false;
    if (id_equal(person_id, cx->viewer.person_id) &&
        (draft->is_disabled || !id_equal(draft->role_id, before->role_id)))
        return err_set(&cx->err, &ERR_STAFF_SELF, "own role");
    if (!db_begin(cx))
        return false;
    if (!change(cx, before, draft)) {
        db_rollback(cx);
        return false;
    }
    return db_commit(cx);
}

/* --- removing --- */

static const char SQL_STAFF_USES[] =
    "SELECT (SELECT COUNT(*) FROM session s WHERE s.tenant_id = p.tenant_id "
    "AND s.person_id = p.id AND s.expires_at > ?), "
    "(SELECT COUNT(*) FROM ticket t WHERE t.tenant_id = p.tenant_id "
    "AND (t.assignee_id = p.id OR t.person_id = p.id)), "
    "(SELECT COUNT(*) FROM event e WHERE e.tenant_id = p.tenant_id "
    "AND e.name = 'licence.issued' AND e.actor_id = p.id) + "
    "(SELECT COUNT(*) FROM licence l WHERE l.tenant_id = p.tenant_id AND l.owner_id = p.id), "
    "(SELECT COUNT(*) FROM organisation o WHERE o.tenant_id = p.tenant_id "
    "AND o.owner_id = p.id AND o.deleted_at IS NULL), "
    "(SELECT COUNT(*) FROM message m WHERE m.tenant_id = p.tenant_id AND m.author_id = p.id) "
    "FROM person p WHERE p.tenant_id = ? AND p.id = ?";

bool staff_uses(struct ctx *cx, struct id person_id, struct staff_uses *out)
{
    struct db_rows rows;

    if (!check_right(cx, ACTION_READ) || !db_query(cx, &rows, SQL_STAFF_USES, DB_TIME(cx->now),
                                                   DB_ID(cx->tenant_id), DB_ID(person_id)))
        return false;
    if (!db_next(&rows))
        return err_set(&cx->err, &ERR_NOT_FOUND, "staff %s", id_text(cx->mem, person_id));
    *out = (struct staff_uses){.sessions = db_i64(&rows.row, 0),
                               .tickets = db_i64(&rows.row, 1),
                               .licences = db_i64(&rows.row, 2),
                               .customers = db_i64(&rows.row, 3),
                               .messages = db_i64(&rows.row, 4)};
    return true;
}

static const char SQL_STAFF_LEADS_NO_MORE[] =
    "UPDATE team SET lead_id = NULL WHERE tenant_id = ? AND lead_id = ?";
static const char SQL_STAFF_DELETE_MEMBER[] =
    "DELETE FROM staff_member WHERE tenant_id = ? AND person_id = ?";
static const char SQL_STAFF_DELETE_SESSIONS[] =
    "DELETE FROM session WHERE tenant_id = ? AND person_id = ?";
static const char SQL_STAFF_DELETE_CREDENTIAL[] =
    "DELETE FROM credential WHERE tenant_id = ? AND person_id = ?";
static const char SQL_STAFF_DELETE_PERSON[] = "DELETE FROM person WHERE tenant_id = ? AND id = ?";

static bool delete_rows(struct ctx *cx, struct id id)
{
    static const char *const STATEMENTS[] = {SQL_STAFF_LEADS_NO_MORE, SQL_STAFF_DELETE_MEMBER,
                                             SQL_STAFF_DELETE_SESSIONS, SQL_STAFF_DELETE_CREDENTIAL,
                                             SQL_STAFF_DELETE_PERSON};

    for (size_t i = 0; i < COUNT(STATEMENTS); i++) {
        if (db_exec(cx, NULL, STATEMENTS[i], DB_ID(cx->tenant_id), DB_ID(id)))
            continue;
        if (cx->err.kind == &ERR_CONFLICT) { /* a row of some other table names the person */
            err_clear(&cx->err);
            err_set(&cx->err, &ERR_STAFF_IN_USE, "person %s is named elsewhere",
                    id_text(cx->mem, id));
        }
        return false;
    }
    return true;
}

static bool remove_account(struct ctx *cx, const struct staff_account *a)
{
    struct staff_uses uses;

    if (!staff_lock_roles(cx) || !staff_uses(cx, a->person_id, &uses))
        return false;
    if (uses.sessions + uses.tickets + uses.licences + uses.customers + uses.messages > 0)
        return err_set(&cx->err, &ERR_STAFF_IN_USE, "person %s", id_text(cx->mem, a->person_id));
    return delete_rows(cx, a->person_id) && staff_check_keepers(cx) &&
           event_emit(cx, EVENT_PERSON_UPDATED, a->person_id,
                      json_own(cx->mem,
                               json_pack("{s:s,s:s}", "change", "removed", "name", a->full_name)));
}

bool staff_remove(struct ctx *cx, struct id person_id)
{
    struct staff_account *a;

    if (!check_right(cx, ACTION_DELETE) || !staff_get(cx, person_id, &a))
        return false;
    if (id_equal(person_id, cx->viewer.person_id))
        return err_set(&cx->err, &ERR_STAFF_SELF, "own account");
    if (!db_begin(cx))
        return false;
    if (!remove_account(cx, a)) {
        db_rollback(cx);
        return false;
    }
    return db_commit(cx);
}
