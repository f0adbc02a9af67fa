#include "portal/account/user.h"

#include "base/clock.h"
#include "portal/account/role.h"

#include <string.h>
#include <strings.h>

const char *const USER_STATUS_NAMES[] = {
    [USER_ACTIVE] = "ACTIVE",
    [USER_INACTIVE] = "INACTIVE",
    [USER_BANNED] = "BANNED",
};
_Static_assert(COUNT(USER_STATUS_NAMES) == USER_STATUS_COUNT, "name every status");

/* What a role in the portal is on the wire: the first whose rights it has. */
static const struct {
    enum token_kind role;
    uint64_t rights;
} ROLES[] = {
    {TOKEN_ADMIN, RIGHT_SETTINGS},
    {TOKEN_DEVELOPER, RIGHT_LICENCES | RIGHT_RULES},
    {TOKEN_SALES, RIGHT_LICENCES | RIGHT_SALES},
    {TOKEN_SUPPORT, RIGHT_DESK},
    {TOKEN_READ_ONLY, 0},
};

static enum token_kind role_of(uint64_t rights)
{
    size_t i = 0;

    while ((rights & ROLES[i].rights) != ROLES[i].rights)
        i++;
    return ROLES[i].role;
}

/* --- reading --- */

/* A licence of the person p that was used lately: its own, or one that it is attached to. */
#define USED_SINCE                                                               \
    "GREATEST(l.created_at, COALESCE(l.last_validated_at, l.created_at), "       \
    "COALESCE(l.last_check_in_at, l.created_at), COALESCE(l.last_check_out_at, " \
    "l.created_at)) >= ?"
#define USES_OWN                                                       \
    "EXISTS (SELECT 1 FROM licence l WHERE l.tenant_id = p.tenant_id " \
    "AND l.owner_id = p.id AND l.deleted_at IS NULL AND " USED_SINCE ")"
#define USES_SHARED                                                                       \
    "EXISTS (SELECT 1 FROM licence_user lu JOIN licence l ON l.tenant_id = lu.tenant_id " \
    "AND l.id = lu.licence_id WHERE lu.tenant_id = p.tenant_id AND lu.person_id = p.id "  \
    "AND l.deleted_at IS NULL AND " USED_SINCE ")"
#define USER_FROM                                                            \
    "FROM person p LEFT JOIN staff_member sm ON sm.tenant_id = p.tenant_id " \
    "AND sm.person_id = p.id LEFT JOIN licence_group_person gp "             \
    "ON gp.tenant_id = p.tenant_id AND gp.person_id = p.id "                 \
    "WHERE p.tenant_id = ? AND p.deleted_at IS NULL"

static const char SQL_USER_SELECT[] =
    "SELECT p.id, p.full_name, p.given_name, p.family_name, p.email, p.is_banned, p.metadata, "
    "p.created_at, p.updated_at, gp.group_id, sm.role_id, "
    "(SELECT GROUP_CONCAT(rr.name) FROM role_right rr WHERE rr.tenant_id = sm.tenant_id "
    "AND rr.role_id = sm.role_id), "
    "p.created_at >= ? OR " USES_OWN " OR " USES_SHARED " " USER_FROM;
static const char SQL_USER_COUNT[] = "SELECT COUNT(*) " USER_FROM;
static const struct filter_order USER_ORDER = FILTER_ORDER("person", "p");

/* Names come in two parts from the wire, and as one with a given name from the portal. */
static void split_name(struct user *u, const char *full, const char *given, const char *family)
{
    size_t len = strlen(given);

    u->first_name = *given != '\0' ? given : NULL;
    if (family == NULL) {
        family = len > 0 && strncmp(full, given, len) == 0 ? full + len : full;
        family += *family == ' ';
    }
    u->last_name = *family != '\0' ? family : NULL;
    u->full_name = u->first_name != NULL || u->last_name != NULL ? full : NULL;
}

static struct user from_row(const struct db_row *row)
{
    struct user u = {.id = db_id(row, 0),
                     .email = db_text(row, 4),
                     .is_banned = db_bool(row, 5),
                     .metadata = db_text(row, 6),
                     .created_at = db_time(row, 7),
                     .updated_at = db_time(row, 8),
                     .group_id = db_id(row, 9)};

    split_name(&u, db_text(row, 1), db_text(row, 2), db_text(row, 3));
    u.role = db_is_null(row, 10) ? TOKEN_USER : role_of(role_rights_of(db_text(row, 11)));
    u.status = u.is_banned ? USER_BANNED : db_bool(row, 12) ? USER_ACTIVE : USER_INACTIVE;
    return u;
}

static int64_t new_since(const struct ctx *cx)
{
    return cx->now - USER_NEW_DAYS * CLOCK_DAY;
}

static void start(struct where *w, struct ctx *cx)
{
    const struct db_arg since = DB_TIME(new_since(cx));

    where_start(w, cx, SQL_USER_SELECT,
                (const struct db_arg[]){since, since, since, DB_ID(cx->tenant_id)}, 4);
}

/* Those who hold licences together with a person: owners of what it is attached to, licensees of
 * what it owns, and of what it is attached to. */
static void where_around(struct where *w, struct id person_id)
{
    where_add(w, " OR p.id = ?", DB_ID(person_id));
    where_add(w,
              " OR p.id IN (SELECT l.owner_id FROM licence l JOIN licence_user mine "
              "ON mine.tenant_id = l.tenant_id AND mine.licence_id = l.id "
              "WHERE l.tenant_id = p.tenant_id AND l.deleted_at IS NULL AND mine.person_id = ?)",
              DB_ID(person_id));
    where_add(w,
              " OR p.id IN (SELECT lu.person_id FROM licence_user lu JOIN licence l "
              "ON l.tenant_id = lu.tenant_id AND l.id = lu.licence_id "
              "WHERE lu.tenant_id = p.tenant_id AND l.deleted_at IS NULL AND l.owner_id = ?)",
              DB_ID(person_id));
    where_add(w,
              " OR p.id IN (SELECT lu.person_id FROM licence_user lu JOIN licence_user mine "
              "ON mine.tenant_id = lu.tenant_id AND mine.licence_id = lu.licence_id "
              "WHERE lu.tenant_id = p.tenant_id AND mine.person_id = ?)",
              DB_ID(person_id));
}

static void where_holder(struct where *w, struct id licence_id)
{
    where_add(w,
              " OR p.id IN (SELECT l.owner_id FROM licence l WHERE l.tenant_id = p.tenant_id "
              "AND l.deleted_at IS NULL AND l.id = ?)",
              DB_ID(licence_id));
    where_add(w,
              " OR p.id IN (SELECT lu.person_id FROM licence_user lu "
              "WHERE lu.tenant_id = p.tenant_id AND lu.licence_id = ?)",
              DB_ID(licence_id));
}

static void where_scope(struct where *w, const struct user_scope *scope)
{
    if (scope->is_all)
        return;
    where_add(w, " AND (FALSE", DB_NONE);
    if (scope->is_customers)
        where_add(w, " OR sm.person_id IS NULL", DB_NONE);
    if (!id_is_zero(scope->person_id))
        where_around(w, scope->person_id);
    if (!id_is_zero(scope->licence_id))
        where_holder(w, scope->licence_id);
    where_add(w, ")", DB_NONE);
}

bool user_find(struct ctx *cx, const char *id_or_email, const struct user_scope *scope,
               struct user **out)
{
    const char *email = person_email_clean(cx->mem, id_or_email);
    struct where w;
    struct db_rows rows;
    struct id id;

    start(&w, cx);
    where_scope(&w, scope);
    if (id_parse(id_or_email, &id))
        where_add(&w, " AND p.id = ?", DB_ID(id));
    else
        where_add(&w, " AND p.email = ?", DB_TEXT(email != NULL ? email : ""));
    if (!db_query_args(cx, &rows, w.text.p, w.args, w.count))
        return false;
    if (!db_next(&rows))
        return err_set(&cx->err, &ERR_NOT_FOUND, "user");
    *out = arena_new(cx->mem, struct user);
    **out = from_row(&rows.row);
    return true;
}

bool user_get(struct ctx *cx, struct id id, struct user **out)
{
    const struct user_scope all = {.is_all = true};

    return user_find(cx, id_text(cx->mem, id), &all, out);
}

/* --- lists --- */

static const char SQL_USER_ROLES[] =
    "SELECT r.id, (SELECT GROUP_CONCAT(rr.name) FROM role_right rr "
    "WHERE rr.tenant_id = r.tenant_id AND rr.role_id = r.id) FROM role r WHERE r.tenant_id = ?";

static bool asks_for(const struct filter_texts *roles, enum token_kind role)
{
    for (size_t i = 0; i < roles->count; i++)
        if (strcmp(roles->items[i], TOKEN_ROLE_NAMES[role]) == 0)
            return true;
    return false;
}

/* The portal's roles that are those roles on the wire; there are few of them. */
static bool where_roles(struct ctx *cx, struct where *w, const struct filter_texts *roles)
{
    struct db_rows rows;
    unsigned count = 0;

    if (!db_query(cx, &rows, SQL_USER_ROLES, DB_ID(cx->tenant_id)))
        return false;
    where_add(w, " AND (FALSE", DB_NONE);
    if (roles->count == 0 || asks_for(roles, TOKEN_USER))
        where_add(w, " OR sm.person_id IS NULL", DB_NONE);
    while (db_next(&rows) && count < WHERE_ARGS_MAX / 4) {
        if (!asks_for(roles, role_of(role_rights_of(db_text(&rows.row, 1)))))
            continue;
        where_add(w, " OR sm.role_id = ?", DB_ID(db_id(&rows.row, 0)));
        count++;
    }
    where_add(w, ")", DB_NONE);
    return true;
}

static void where_active(struct where *w, int64_t since, bool is_active)
{
    where_add(w, is_active ? " AND (p.created_at >= ?" : " AND NOT (p.created_at >= ?",
              DB_TIME(since));
    where_add(w, " OR " USES_OWN, DB_TIME(since));
    where_add(w, " OR " USES_SHARED ")", DB_TIME(since));
}

static void where_status(struct where *w, int64_t since, const char *status)
{
    bool is_active = strcasecmp(status, USER_STATUS_NAMES[USER_ACTIVE]) == 0;

    if (strcasecmp(status, USER_STATUS_NAMES[USER_BANNED]) == 0) {
        where_add(w, " AND p.is_banned", DB_NONE);
    } else if (is_active || strcasecmp(status, USER_STATUS_NAMES[USER_INACTIVE]) == 0) {
        where_add(w, " AND NOT p.is_banned", DB_NONE);
        where_active(w, since, is_active);
    } else {
        where_add(w, " AND FALSE", DB_NONE);
    }
}

#define HOLDS_ANY                                                                           \
    "(p.id IN (SELECT l.owner_id FROM licence l WHERE l.tenant_id = p.tenant_id "           \
    "AND l.owner_id IS NOT NULL AND l.deleted_at IS NULL) OR p.id IN (SELECT lu.person_id " \
    "FROM licence_user lu WHERE lu.tenant_id = p.tenant_id))"

static void where_product(struct where *w, struct id product_id)
{
    where_add(w,
              " AND (p.id IN (SELECT l.owner_id FROM licence l WHERE l.tenant_id = p.tenant_id "
              "AND l.deleted_at IS NULL AND l.product_id = ?)",
              DB_ID(product_id));
    where_add(w,
              " OR p.id IN (SELECT lu.person_id FROM licence_user lu JOIN licence l "
              "ON l.tenant_id = lu.tenant_id AND l.id = lu.licence_id "
              "WHERE lu.tenant_id = p.tenant_id AND l.deleted_at IS NULL AND l.product_id = ?))",
              DB_ID(product_id));
}

static bool where_filter(struct ctx *cx, struct where *w, const struct user_filter *f)
{
    where_scope(w, &f->scope);
    if (!f->has_any_role && !where_roles(cx, w, &f->roles))
        return false;
    if (!id_is_zero(f->product_id))
        where_product(w, f->product_id);
    if (!id_is_zero(f->licence_id)) {
        where_add(w, " AND (FALSE", DB_NONE);
        where_holder(w, f->licence_id);
        where_add(w, ")", DB_NONE);
    }
    if (!id_is_zero(f->of_product_id))
        where_product(w, f->of_product_id);
    if (!id_is_zero(f->of_group_id))
        where_add(w, " AND gp.group_id = ?", DB_ID(f->of_group_id));
    if (!id_is_zero(f->group_id))
        where_add(w, " AND gp.group_id = ?", DB_ID(f->group_id));
    if (f->status != NULL)
        where_status(w, new_since(cx), f->status);
    if (f->assigned != FILTER_ANY)
        where_add(w, f->assigned == FILTER_YES ? " AND " HOLDS_ANY : " AND NOT " HOLDS_ANY,
                  DB_NONE);
    if (f->active != FILTER_ANY)
        where_active(w, new_since(cx), f->active == FILTER_YES);
    filter_metadata(w, cx, " AND JSON_UNQUOTE(JSON_EXTRACT(p.metadata, ?))", &f->metadata);
    return true;
}

bool user_page(struct ctx *cx, const struct user_filter *filter, const struct licence_page *page,
               struct user **out, size_t *count, int64_t *total)
{
    struct where w;
    struct db_rows rows;
    struct user *list;

    where_start(&w, cx, SQL_USER_COUNT, &DB_ID(cx->tenant_id), 1);
    if (!where_filter(cx, &w, filter) || !db_query_args(cx, &rows, w.text.p, w.args, w.count) ||
        !db_next(&rows))
        return false;
    *total = db_i64(&rows.row, 0);
    start(&w, cx);
    if (!where_filter(cx, &w, filter))
        return false;
    filter_page(&w, page, &USER_ORDER);
    if (!db_query_args(cx, &rows, w.text.p, w.args, w.count))
        return false;
    list = arena_array(cx->mem, struct user, rows.count);
    for (size_t i = 0; db_next(&rows); i++)
        list[i] = from_row(&rows.row);
    *out = list;
    *count = rows.count;
    return true;
}

static const char SQL_USER_ROLE[] =
    "SELECT (SELECT GROUP_CONCAT(rr.name) FROM role_right rr WHERE rr.tenant_id = sm.tenant_id "
    "AND rr.role_id = sm.role_id) FROM staff_member sm WHERE sm.tenant_id = ? "
    "AND sm.person_id = ?";

bool user_role(struct ctx *cx, struct id person_id, enum token_kind *out)
{
    struct db_rows rows;

    if (!db_query(cx, &rows, SQL_USER_ROLE, DB_ID(cx->tenant_id), DB_ID(person_id)))
        return false;
    *out = db_next(&rows) ? role_of(role_rights_of(db_text(&rows.row, 0))) : TOKEN_USER;
    return true;
}
