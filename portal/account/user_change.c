#include "base/utf8.h"
#include "db/event.h"
#include "licensing/machine.h"
#include "portal/account/credential.h"
#include "portal/account/name_order.h"
#include "portal/account/person_address.h"
#include "portal/account/role.h"
#include "portal/account/session.h"
#include "portal/account/user.h"

#include <string.h>

static const char AT_GROUP[] = "/data/relationships/group";

const struct err_kind ERR_USER_EMAIL_TAKEN = {ERR_CLASS_INVALID, "EMAIL_TAKEN",
                                              "Somebody with this e-mail address exists already."};
const struct err_kind ERR_USER_EMAIL_INVALID = {ERR_CLASS_INVALID, "EMAIL_INVALID",
                                                "This is not an e-mail address."};
const struct err_kind ERR_USER_NAME_LONG = {ERR_CLASS_INVALID, "NAME_TOO_LONG",
                                            "A person's name has at most 200 characters."};
const struct err_kind ERR_USER_NAME_LINES = {ERR_CLASS_INVALID, "NAME_INVALID",
                                             "A person's name is one line of text."};
const struct err_kind ERR_USER_PASSWORD_SHORT = {ERR_CLASS_INVALID, "PASSWORD_TOO_SHORT",
                                                 "A password has at least 6 bytes."};
const struct err_kind ERR_USER_PASSWORD_LONG = {ERR_CLASS_INVALID, "PASSWORD_TOO_LONG",
                                                "A password has at most 72 bytes."};
const struct err_kind ERR_USER_GROUP_NOT_FOUND = {ERR_CLASS_INVALID, "GROUP_NOT_FOUND",
                                                  "There is no such group."};
const struct err_kind ERR_USER_GROUP_FULL = {ERR_CLASS_INVALID, "GROUP_USER_LIMIT_EXCEEDED",
                                             "The group has all the users it may have."};
const struct err_kind ERR_USER_LAST_ADMIN = {ERR_CLASS_INVALID, "ACCOUNT_ADMINS_REQUIRED",
                                             "The account needs an administrator."};

static bool check_right(struct ctx *cx)
{
    return (cx->viewer.kind != VIEWER_CUSTOMER && viewer_has(&cx->viewer, RIGHT_SETTINGS_UPDATE)) ||
           err_set(&cx->err, &ERR_DENIED, "users");
}

bool user_password_hash(struct ctx *cx, const char *password, const char *at, const char **hash,
                        bool *is_weak)
{
    char *text = arena_alloc(cx->mem, CRYPTO_PASSWORD_TEXT_SIZE);
    size_t len = strlen(password);

    if (len < USER_PASSWORD_MIN)
        return err_set_at(&cx->err, &ERR_USER_PASSWORD_SHORT, at, "password too short");
    if (len > USER_PASSWORD_MAX)
        return err_set_at(&cx->err, &ERR_USER_PASSWORD_LONG, at, "password too long");
    db_release(cx); /* the hash may wait for its turn: no connection is kept meanwhile */
    if (!crypto_password_hash(&cx->err, password, text))
        return false;
    *hash = text;
    *is_weak = !credential_is_strong(cx->mem, password);
    return true;
}

/* --- roles --- */

static const struct { /* the role in the portal that a role of the wire is made as */
    enum token_kind role;
    const char *name;
    uint64_t rights;
} PRESETS[] = {
    {TOKEN_ADMIN, "Administrator", RIGHT_SETTINGS | RIGHT_LICENCES | RIGHT_RULES | RIGHT_CUSTOMERS},
    {TOKEN_DEVELOPER, "Developer", RIGHT_LICENCES | RIGHT_RULES | RIGHT_REPORTS},
    {TOKEN_SALES, "Sales", RIGHT_LICENCES | RIGHT_SALES | RIGHT_CUSTOMERS},
    {TOKEN_SUPPORT, "Agent", RIGHT_DESK | RIGHT_CUSTOMERS},
    {TOKEN_READ_ONLY, "Manager", RIGHT_REPORTS},
};

static const char SQL_ROLE_FIND[] = "SELECT id FROM role WHERE tenant_id = ? AND name = ?";
static const char SQL_ROLE_ADD[] = "INSERT INTO role (tenant_id, id, name) VALUES (?, ?, ?)";
static const char SQL_ROLE_LOCK[] = "UPDATE role SET name = name WHERE tenant_id = ?";
static const char SQL_ADMINS[] =
    "SELECT COUNT(*) FROM staff_member sm JOIN role_right rr ON rr.tenant_id = sm.tenant_id "
    "AND rr.role_id = sm.role_id AND rr.name IN ('settings.update', 'settings') "
    "JOIN person p ON p.tenant_id = sm.tenant_id AND p.id = sm.person_id "
    "WHERE sm.tenant_id = ? AND NOT p.is_disabled AND NOT p.is_banned AND p.deleted_at IS NULL";
static const char SQL_STAFF_END[] =
    "DELETE FROM staff_member WHERE tenant_id = ? AND person_id = ?";

/* A tenant may have renamed or removed what it began with: the role is made anew then. */
static bool ensure_role(struct ctx *cx, size_t preset)
{
    struct db_rows rows;
    struct id id;

    if (!db_query(cx, &rows, SQL_ROLE_FIND, DB_ID(cx->tenant_id), DB_TEXT(PRESETS[preset].name)))
        return false;
    if (rows.count > 0)
        return true;
    id = ctx_new_id(cx);
    return db_exec(cx, NULL, SQL_ROLE_ADD, DB_ID(cx->tenant_id), DB_ID(id),
                   DB_TEXT(PRESETS[preset].name)) &&
           role_put_rights(cx, id, PRESETS[preset].rights);
}

static bool check_admins(struct ctx *cx)
{
    struct db_rows rows;

    if (!db_query(cx, &rows, SQL_ADMINS, DB_ID(cx->tenant_id)) || !db_next(&rows))
        return false;
    return db_i64(&rows.row, 0) > 0 ||
           err_set_at(&cx->err, &ERR_USER_LAST_ADMIN, "/data", "nobody would be left");
}

/* The role rows are written first: of two who take each other's role away, the second waits. */
static bool set_role(struct ctx *cx, struct id id, enum token_kind role)
{
    enum token_kind before;
    size_t i = 0;

    if (!db_exec(cx, NULL, SQL_ROLE_LOCK, DB_ID(cx->tenant_id)) || !user_role(cx, id, &before))
        return false;
    if (before == role)
        return true;
    if (role == TOKEN_USER) {
        if (!db_exec(cx, NULL, SQL_STAFF_END, DB_ID(cx->tenant_id), DB_ID(id)))
            return false;
    } else {
        while (i < COUNT(PRESETS) && PRESETS[i].role != role)
            i++;
        if (i == COUNT(PRESETS))
            return err_set_at(&cx->err, &ERR_ROLE_UNKNOWN, "/data/attributes/role", "role");
        if (!ensure_role(cx, i) || !role_staff_set(cx, id, PRESETS[i].name, (struct id){{0}}, NULL))
            return false;
    }
    return before != TOKEN_ADMIN || check_admins(cx);
}

/* --- groups --- */

static const char SQL_GROUP_LOCK[] =
    "UPDATE licence_group SET version = version + 1 WHERE tenant_id = ? AND id = ?";
static const char SQL_GROUP_ROOM[] =
    "SELECT g.max_users, (SELECT COUNT(*) FROM licence_group_person gp "
    "WHERE gp.tenant_id = g.tenant_id AND gp.group_id = g.id AND gp.person_id <> ?) "
    "FROM licence_group g WHERE g.tenant_id = ? AND g.id = ?";
static const char SQL_GROUP_LEAVE[] =
    "DELETE FROM licence_group_person WHERE tenant_id = ? AND person_id = ?";
static const char SQL_GROUP_JOIN[] =
    "INSERT INTO licence_group_person (tenant_id, person_id, group_id) VALUES (?, ?, ?) "
    "ON DUPLICATE KEY UPDATE group_id = VALUES(group_id)";

/* The group's row is written first, so that two cannot both take its last place. */
static bool set_group(struct ctx *cx, struct id id, struct id group_id)
{
    struct db_rows rows;
    int64_t found;

    if (id_is_zero(group_id))
        return db_exec(cx, NULL, SQL_GROUP_LEAVE, DB_ID(cx->tenant_id), DB_ID(id));
    if (!db_exec(cx, &found, SQL_GROUP_LOCK, DB_ID(cx->tenant_id), DB_ID(group_id)) ||
        !db_query(cx, &rows, SQL_GROUP_ROOM, DB_ID(id), DB_ID(cx->tenant_id), DB_ID(group_id)))
        return false;
    if (found == 0 || !db_next(&rows))
        return err_set_at(&cx->err, &ERR_USER_GROUP_NOT_FOUND, AT_GROUP, "group");
    if (!db_is_null(&rows.row, 0) && db_i64(&rows.row, 1) >= db_i64(&rows.row, 0))
        return err_set_at(&cx->err, &ERR_USER_GROUP_FULL, AT_GROUP, "group");
    return db_exec(cx, NULL, SQL_GROUP_JOIN, DB_ID(cx->tenant_id), DB_ID(id), DB_ID(group_id));
}

bool user_set_group(struct ctx *cx, struct id id, struct id group_id, struct user **out)
{
    if (!check_right(cx) || !db_begin(cx))
        return false;
    if (set_group(cx, id, group_id) && event_emit(cx, EVENT_PERSON_GROUP_CHANGED, id, NULL) &&
        user_get(cx, id, out))
        return db_commit(cx);
    db_rollback(cx);
    return false;
}

/* --- making and changing --- */

static const char SQL_USER_SET[] =
    "UPDATE person SET full_name = ?, given_name = ?, family_name = ?, email = COALESCE(?, email), "
    "metadata = COALESCE(?, metadata), updated_at = ? WHERE tenant_id = ? AND id = ? "
    "AND deleted_at IS NULL";
static const char SQL_PASSWORD_END[] =
    "UPDATE credential SET password_hash = NULL WHERE tenant_id = ? AND person_id = ?";

static bool name_fits(struct ctx *cx, const struct user_text *name, const char *at)
{
    if (name->text != NULL && !utf8_is_line(name->text))
        return err_set_at(&cx->err, &ERR_USER_NAME_LINES, at, "no line");
    return name->text == NULL || utf8_count(name->text) <= PERSON_NAME_MAX / 2 - 1 ||
           err_set_at(&cx->err, &ERR_USER_NAME_LONG, at, "name");
}

static bool clean_email(struct ctx *cx, const char *email, const char **out)
{
    *out = email != NULL ? person_email_clean(cx->mem, email) : NULL;
    return email == NULL || *out != NULL ||
           err_set_at(&cx->err, &ERR_USER_EMAIL_INVALID, "/data/attributes/email", "no address");
}

/* What the portal says in its words of forms, in those of the wire. */
static bool in_wire_words(struct ctx *cx)
{
    const struct err_kind *kind = cx->err.kind;

    if (kind == &ERR_PERSON_TAKEN ||
        (kind == &ERR_CONFLICT && strcmp(db_duplicate_key(cx), "person_email") == 0)) {
        err_clear(&cx->err);
        err_set_at(&cx->err, &ERR_USER_EMAIL_TAKEN, "/data/attributes/email", "address in use");
    }
    return false;
}

/* After the row was written: nobody may have it as a further address. */
static bool email_is_free(struct ctx *cx, const char *email)
{
    bool is_taken;

    return person_address_is_taken(cx, email, &is_taken) &&
           (!is_taken || err_set_at(&cx->err, &ERR_USER_EMAIL_TAKEN, "/data/attributes/email",
                                    "address in use"));
}

/* The page of the portal shows a name always: the address's first part where there is none. */
static bool whole_name(struct ctx *cx, const char *first, const char *last, const char *email,
                       const char **out)
{
    enum name_order order;

    if (!name_order_get(cx, &order))
        return false;
    *out = name_order_whole(cx->mem, order, first, last);
    if (*out == NULL)
        *out = arena_dup_bytes(cx->mem, email, (size_t)(strchr(email, '@') - email));
    return true;
}

static bool put(struct ctx *cx, const struct user *u, const struct user_draft *d, const char *email)
{
    const char *first = d->first_name.is_given ? d->first_name.text : u->first_name;
    const char *last = d->last_name.is_given ? d->last_name.text : u->last_name;
    struct id id = u->id;
    const char *name;

    if (!whole_name(cx, first, last, email != NULL ? email : u->email, &name))
        return false;
    if (!db_exec(cx, NULL, SQL_USER_SET, DB_TEXT(name), DB_TEXT(first != NULL ? first : ""),
                 DB_TEXT(last != NULL ? last : ""), DB_TEXT(email), DB_TEXT(d->metadata),
                 DB_TIME(cx->now), DB_ID(cx->tenant_id), DB_ID(id)))
        return in_wire_words(cx);
    if (email != NULL && !email_is_free(cx, email))
        return false;
    if (d->password.is_given &&
        !(d->password.text == NULL
              ? db_exec(cx, NULL, SQL_PASSWORD_END, DB_ID(cx->tenant_id), DB_ID(id))
              : credential_store_as(cx, id, d->password.text, d->is_password_weak)))
        return false;
    return (!d->has_role || set_role(cx, id, d->role)) &&
           (!d->has_group || set_group(cx, id, d->group_id));
}

static bool check(struct ctx *cx, const struct user_draft *d, const char **email)
{
    return check_right(cx) && name_fits(cx, &d->first_name, "/data/attributes/firstName") &&
           name_fits(cx, &d->last_name, "/data/attributes/lastName") &&
           clean_email(cx, d->email, email);
}

bool user_add(struct ctx *cx, const struct user_draft *draft, struct user **out)
{
    struct person_spec spec = {.id = draft->id, .email = draft->email};
    const char *email;
    struct person *p;

    if (!check(cx, draft, &email) || !db_begin(cx))
        return false;
    if (!whole_name(cx, draft->first_name.text, draft->last_name.text, email, &spec.full_name) ||
        !person_create(cx, &spec, &p)) {
        in_wire_words(cx);
        goto rollback;
    }
    if (put(cx, &(struct user){.id = p->id, .email = email}, draft, NULL) &&
        user_get(cx, p->id, out))
        return db_commit(cx);

rollback:
    db_rollback(cx);
    return false;
}

bool user_change(struct ctx *cx, struct id id, const struct user_draft *draft, struct user **out)
{
    const char *email;
    struct user *u;

    if (!check(cx, draft, &email) || !db_begin(cx))
        return false;
    if (user_get(cx, id, &u) && put(cx, u, draft, email) && licence_changed(cx, "person", id) &&
        event_emit(cx, EVENT_PERSON_UPDATED, id,
                   email != NULL && strcmp(email, u->email) != 0
                       ? person_email_changed(cx->mem, u->email, email)
                       : json_own(cx->mem, json_pack("{s:s}", "change", "details"))) &&
        user_get(cx, id, out))
        return db_commit(cx);
    db_rollback(cx);
    return false;
}

/* --- bans --- */

static const char SQL_USER_BAN[] =
    "UPDATE person SET is_banned = ?, updated_at = ? WHERE tenant_id = ? AND id = ? "
    "AND deleted_at IS NULL";

bool user_set_banned(struct ctx *cx, struct id id, bool is_banned, struct user **out)
{
    if (!check_right(cx) || !db_begin(cx))
        return false;
    if (db_exec(cx, NULL, SQL_ROLE_LOCK, DB_ID(cx->tenant_id)) &&
        db_exec(cx, NULL, SQL_USER_BAN, DB_BOOL(is_banned), DB_TIME(cx->now), DB_ID(cx->tenant_id),
                DB_ID(id)) &&
        (!is_banned || session_end_all(cx, id, (struct id){{0}})) &&
        licence_changed(cx, "person", id) &&
        event_emit(cx, is_banned ? EVENT_PERSON_BANNED : EVENT_PERSON_UNBANNED, id, NULL) &&
        user_get(cx, id, out) && (!is_banned || (*out)->role != TOKEN_ADMIN || check_admins(cx)))
        return db_commit(cx);
    db_rollback(cx);
    return false;
}

bool user_ask_password(struct ctx *cx, const char *email, bool deliver)
{
    struct person *p;

    if (!person_find_by_email(cx, email, &p))
        return false;
    if (p == NULL || p->is_disabled)
        return true;
    if (!db_begin(cx))
        return false;
    if (event_emit(cx, EVENT_PERSON_PASSWORD_RESET, p->id,
                   json_own(cx->mem, json_pack("{s:b}", "deliver", deliver))))
        return db_commit(cx);
    db_rollback(cx);
    return false;
}

/* --- removing --- */

static const char SQL_USER_OTHER_PRODUCT[] =
    "SELECT 1 FROM licence l WHERE l.tenant_id = ? AND l.owner_id = ? AND l.product_id <> ? "
    "AND l.deleted_at IS NULL UNION ALL SELECT 1 FROM licence_user lu JOIN licence l "
    "ON l.tenant_id = lu.tenant_id AND l.id = lu.licence_id WHERE lu.tenant_id = ? "
    "AND lu.person_id = ? AND l.product_id <> ? AND l.deleted_at IS NULL LIMIT 1";

bool user_has_other_product(struct ctx *cx, struct id id, struct id product_id, bool *out)
{
    const struct db_arg tenant = DB_ID(cx->tenant_id);
    const struct db_arg person = DB_ID(id);
    const struct db_arg product = DB_ID(product_id);
    struct db_rows rows;

    if (!db_query(cx, &rows, SQL_USER_OTHER_PRODUCT, tenant, person, product, tenant, person,
                  product))
        return false;
    *out = rows.count > 0;
    return true;
}

static const char SQL_USER_LICENCES[] =
    "SELECT id FROM licence WHERE tenant_id = ? AND owner_id = ? AND deleted_at IS NULL";
static const char SQL_USER_MACHINES[] =
    "SELECT m.id FROM machine m WHERE m.tenant_id = ? AND m.owner_id = ?";
static const char SQL_USER_DETACH[] =
    "DELETE FROM licence_user WHERE tenant_id = ? AND person_id = ?";
/* The address becomes free for somebody else; .invalid takes no mail (RFC 2606). */
static const char SQL_USER_REMOVE[] =
    "UPDATE person SET deleted_at = ?, email = CONCAT(id, '@removed.invalid'), updated_at = ? "
    "WHERE tenant_id = ? AND id = ? AND deleted_at IS NULL";

static const char SQL_USER_ADDRESSES_END[] =
    "DELETE FROM person_address WHERE tenant_id = ? AND person_id = ?";

static bool remove_licences(struct ctx *cx, struct id id)
{
    struct db_rows rows;

    if (!db_query(cx, &rows, SQL_USER_LICENCES, DB_ID(cx->tenant_id), DB_ID(id)))
        return false;
    while (db_next(&rows))
        if (!licence_revoke(cx, db_id(&rows.row, 0), ""))
            return false;
    if (!db_query(cx, &rows, SQL_USER_MACHINES, DB_ID(cx->tenant_id), DB_ID(id)))
        return false;
    while (db_next(&rows))
        if (!machine_remove(cx, db_id(&rows.row, 0), (struct id){{0}}))
            return false;
    return true;
}

static bool remove_rows(struct ctx *cx, struct id id)
{
    const struct db_arg tenant = DB_ID(cx->tenant_id);
    const struct db_arg person = DB_ID(id);

    return licence_changed(cx, "person", id) &&
           db_exec(cx, NULL, SQL_USER_DETACH, tenant, person) &&
           db_exec(cx, NULL, SQL_GROUP_LEAVE, tenant, person) &&
           db_exec(cx, NULL, SQL_STAFF_END, tenant, person) &&
           session_end_all(cx, id, (struct id){{0}}) &&
           db_exec(cx, NULL, SQL_USER_ADDRESSES_END, tenant, person) &&
           token_revoke_person(cx, id, (struct id){{0}}) &&
           db_exec(cx, NULL, SQL_USER_REMOVE, DB_TIME(cx->now), DB_TIME(cx->now), tenant, person);
}

bool user_remove(struct ctx *cx, struct id id)
{
    struct user *u;

    if (!check_right(cx) || !db_begin(cx))
        return false;
    if (db_exec(cx, NULL, SQL_ROLE_LOCK, DB_ID(cx->tenant_id)) && user_get(cx, id, &u) &&
        remove_licences(cx, id) && remove_rows(cx, id) &&
        (u->role != TOKEN_ADMIN || check_admins(cx)) &&
        event_emit(cx, EVENT_PERSON_REMOVED, id, NULL))
        return db_commit(cx);
    db_rollback(cx);
    return false;
}
