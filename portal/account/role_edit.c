#include "portal/account/role_edit.h"

#include "base/utf8.h"
#include "db/event.h"
#include "portal/account/role.h"
#include "portal/account/staff.h"

#include <string.h>

const struct err_kind ERR_ROLE_EDIT_NAME = {ERR_CLASS_CONFLICT, "ROLE_NAME_TAKEN",
                                            "There is a role of this name already."};
const struct err_kind ERR_ROLE_EDIT_CHANGED = {
    ERR_CLASS_CONFLICT, "ROLE_CHANGED",
    "Somebody else has changed this role meanwhile. What was saved then is marked below: save "
    "again to keep what you have ticked."};
const struct err_kind ERR_ROLE_EDIT_IN_USE = {
    ERR_CLASS_CONFLICT, "ROLE_IN_USE",
    "People have this role. Give them another one first, then delete it."};
const struct err_kind ERR_ROLE_EDIT_GRANT = {
    ERR_CLASS_DENIED, "ROLE_GRANT",
    "This role may do more than you may. Ask somebody who may change roles to give it."};

static bool check_right(struct ctx *cx, enum right_action action)
{
    return (cx->viewer.kind != VIEWER_CUSTOMER &&
            viewer_has(&cx->viewer, RIGHT_OF(MODULE_SETTINGS, action))) ||
           err_set(&cx->err, &ERR_DENIED, "roles");
}

/* --- reading --- */

#define ROLE_EDIT_SELECT                                                                        \
    "SELECT r.id, r.name, r.version, r.needs_second, (SELECT GROUP_CONCAT(rr.name) FROM "       \
    "role_right rr WHERE rr.tenant_id = r.tenant_id AND rr.role_id = r.id), (SELECT COUNT(*) "  \
    "FROM staff_member sm WHERE sm.tenant_id = r.tenant_id AND sm.role_id = r.id) FROM role r " \
    "WHERE r.tenant_id = ? "
static const char SQL_ROLE_EDIT_LIST[] = ROLE_EDIT_SELECT "ORDER BY r.name, r.id LIMIT ?";
static const char SQL_ROLE_EDIT_GET[] = ROLE_EDIT_SELECT "AND r.id = ?";
static const char SQL_ROLE_EDIT_PEOPLE[] =
    "SELECT p.id, p.full_name FROM staff_member sm JOIN person p ON p.tenant_id = sm.tenant_id "
    "AND p.id = sm.person_id WHERE sm.tenant_id = ? AND sm.role_id = ? "
    "ORDER BY p.full_name, p.id LIMIT ?";

static struct role_edit role_from_row(const struct db_row *row)
{
    return (struct role_edit){.id = db_id(row, 0),
                              .name = db_text(row, 1),
                              .version = db_i64(row, 2),
                              .needs_second = db_bool(row, 3),
                              .rights = role_rights_of(db_text(row, 4)),
                              .people = db_i64(row, 5)};
}

bool role_edit_list(struct ctx *cx, struct role_edit **out, size_t *count)
{
    struct db_rows rows;

    if (!check_right(cx, ACTION_READ) ||
        !db_query(cx, &rows, SQL_ROLE_EDIT_LIST, DB_ID(cx->tenant_id), DB_INT(ROLE_EDIT_MAX)))
        return false;
    *out = arena_array(cx->mem, struct role_edit, rows.count + 1);
    for (*count = 0; db_next(&rows); (*count)++)
        (*out)[*count] = role_from_row(&rows.row);
    return true;
}

static bool find(struct ctx *cx, struct id id, const struct err_kind *missing,
                 struct role_edit **out)
{
    struct db_rows rows;

    if (!db_query(cx, &rows, SQL_ROLE_EDIT_GET, DB_ID(cx->tenant_id), DB_ID(id)))
        return false;
    if (!db_next(&rows))
        return err_set_at(&cx->err, missing, "role", "role %s", id_text(cx->mem, id));
    *out = arena_new(cx->mem, struct role_edit);
    **out = role_from_row(&rows.row);
    return true;
}

bool role_edit_get(struct ctx *cx, struct id id, struct role_edit **out)
{
    return check_right(cx, ACTION_READ) && find(cx, id, &ERR_NOT_FOUND, out);
}

bool role_edit_people(struct ctx *cx, struct id id, struct role_edit_person **out, size_t *count)
{
    struct db_rows rows;

    if (!check_right(cx, ACTION_READ) ||
        !db_query(cx, &rows, SQL_ROLE_EDIT_PEOPLE, DB_ID(cx->tenant_id), DB_ID(id),
                  DB_INT(ROLE_EDIT_PEOPLE_MAX)))
        return false;
    *out = arena_array(cx->mem, struct role_edit_person, rows.count + 1);
    for (*count = 0; db_next(&rows); (*count)++)
        (*out)[*count] = (struct role_edit_person){.id = db_id(&rows.row, 0),
                                                   .full_name = db_text(&rows.row, 1)};
    return true;
}

/* --- writing --- */

static const char SQL_ROLE_EDIT_INSERT[] =
    "INSERT INTO role (tenant_id, id, name) VALUES (?, ?, ?)";
static const char SQL_ROLE_EDIT_UPDATE[] =
    "UPDATE role SET name = ?, version = version + 1 WHERE tenant_id = ? AND id = ?";
static const char SQL_ROLE_EDIT_CLEAR[] =
    "DELETE FROM role_right WHERE tenant_id = ? AND role_id = ?";
static const char SQL_ROLE_EDIT_DELETE[] = "DELETE FROM role WHERE tenant_id = ? AND id = ?";
static const char SQL_ROLE_EDIT_MOVE[] =
    "UPDATE staff_member SET role_id = ? WHERE tenant_id = ? AND role_id = ?";

static bool grants_within(struct ctx *cx, uint64_t rights)
{
    return viewer_has(&cx->viewer, RIGHT_SETTINGS_UPDATE) || viewer_has(&cx->viewer, rights) ||
           err_set(&cx->err, &ERR_ROLE_EDIT_GRANT, "%llx of %llx", (unsigned long long)rights,
                   (unsigned long long)cx->viewer.rights);
}

bool role_edit_check_grant(struct ctx *cx, struct id id, const char **name)
{
    struct role_edit *role;

    if (!find(cx, id, &ERR_ROLE_UNKNOWN, &role) || !grants_within(cx, role->rights))
        return false;
    *name = role->name;
    return true;
}

static bool check_draft(struct ctx *cx, const struct role_edit_draft *d)
{
    size_t len = d->name != NULL ? utf8_count(d->name) : 0;

    if (len == 0 || len > ROLE_EDIT_NAME_MAX)
        return err_set_at(&cx->err, &ERR_INVALID, "name", "%zu characters", len);
    return grants_within(cx, role_rights_normal(d->rights));
}

static bool name_taken(struct ctx *cx)
{
    if (cx->err.kind == &ERR_CONFLICT && !strcmp(db_duplicate_key(cx), "role_name")) {
        err_clear(&cx->err);
        err_set_at(&cx->err, &ERR_ROLE_EDIT_NAME, "name", "name of a role in use");
    }
    return false;
}

/* What the audit trail shows of a role. */
static json_t *shown(const char *name, uint64_t rights)
{
    return json_pack("{s:s,s:o}", "name", name, "rights",
                     role_rights_json(role_rights_normal(rights)));
}

static bool tell(struct ctx *cx, struct id id, const char *change, json_t *before, json_t *after)
{
    json_t *data = json_own(cx->mem, json_pack("{s:s}", "change", change));

    if (before != NULL)
        json_object_set_new(data, "before", before);
    if (after != NULL)
        json_object_set_new(data, "after", after);
    return event_emit(cx, EVENT_ROLE_CHANGED, id, data);
}

static bool end(struct ctx *cx, bool ok)
{
    if (ok)
        return db_commit(cx);
    db_rollback(cx);
    return false;
}

bool role_edit_add(struct ctx *cx, const struct role_edit_draft *draft, struct id *out)
{
    struct id id = ctx_new_id(cx);

    if (!check_right(cx, ACTION_CREATE) || !check_draft(cx, draft) || !db_begin(cx))
        return false;
    if (!end(cx, (db_exec(cx, NULL, SQL_ROLE_EDIT_INSERT, DB_ID(cx->tenant_id), DB_ID(id),
                          DB_TEXT(draft->name)) ||
                  name_taken(cx)) &&
                     role_put_rights(cx, id, draft->rights) &&
                     tell(cx, id, "added", NULL, shown(draft->name, draft->rights))))
        return false;
    *out = id;
    return true;
}

static bool change(struct ctx *cx, struct id id, const struct role_edit_draft *d)
{
    struct role_edit *before;

    if (!staff_lock_roles(cx) || !find(cx, id, &ERR_NOT_FOUND, &before))
        return false;
    if (before->version != d->version)
        return err_set(&cx->err, &ERR_ROLE_EDIT_CHANGED, "version %lld, seen %lld",
                       (long long)before->version, (long long)d->version);
    return (db_exec(cx, NULL, SQL_ROLE_EDIT_UPDATE, DB_TEXT(d->name), DB_ID(cx->tenant_id),
                    DB_ID(id)) ||
            name_taken(cx)) &&
           role_put_rights(cx, id, d->rights) && staff_check_keepers(cx) &&
           tell(cx, id, "changed", shown(before->name, before->rights), shown(d->name, d->rights));
}

bool role_edit_change(struct ctx *cx, struct id id, const struct role_edit_draft *draft)
{
    return check_right(cx, ACTION_UPDATE) && check_draft(cx, draft) && db_begin(cx) &&
           end(cx, change(cx, id, draft));
}

static bool remove_role(struct ctx *cx, struct id id)
{
    struct role_edit *role;

    if (!staff_lock_roles(cx) || !find(cx, id, &ERR_NOT_FOUND, &role))
        return false;
    if (role->people > 0)
        return err_set(&cx->err, &ERR_ROLE_EDIT_IN_USE, "%lld people", (long long)role->people);
    return db_exec(cx, NULL, SQL_ROLE_EDIT_CLEAR, DB_ID(cx->tenant_id), DB_ID(id)) &&
           db_exec(cx, NULL, SQL_ROLE_EDIT_DELETE, DB_ID(cx->tenant_id), DB_ID(id)) &&
           tell(cx, id, "removed", shown(role->name, role->rights), NULL);
}

bool role_edit_remove(struct ctx *cx, struct id id)
{
    return check_right(cx, ACTION_DELETE) && db_begin(cx) && end(cx, remove_role(cx, id));
}

static bool move(struct ctx *cx, struct id from, struct id to)
{
    struct role_edit *old, *new;
    struct role_edit_person *people;
    json_t *names;
    size_t count;

    if (!staff_lock_roles(cx) || !find(cx, from, &ERR_NOT_FOUND, &old) ||
        !find(cx, to, &ERR_ROLE_UNKNOWN, &new) || !role_edit_people(cx, from, &people, &count))
        return false;
    names = json_own(cx->mem, json_array());
    for (size_t i = 0; i < count; i++) {
        if (id_equal(people[i].id, cx->viewer.person_id))
            return err_set(&cx->err, &ERR_STAFF_SELF, "own role");
        json_array_append_new(names, json_string(people[i].full_name));
    }
    return db_exec(cx, NULL, SQL_ROLE_EDIT_MOVE, DB_ID(to), DB_ID(cx->tenant_id), DB_ID(from)) &&
           staff_check_keepers(cx) &&
           tell(cx, from, "people_moved",
                json_pack("{s:s,s:O}", "role", old->name, "people", names),
                json_pack("{s:s,s:O}", "role", new->name, "people", names));
}

bool role_edit_move(struct ctx *cx, struct id from, struct id to)
{
    return check_right(cx, ACTION_UPDATE) && db_begin(cx) && end(cx, move(cx, from, to));
}
