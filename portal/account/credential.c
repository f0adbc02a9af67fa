#include "portal/account/credential.h"

#include "base/utf8.h"
#include "db/event.h"
#include "portal/account/password_rule.h"
#include "portal/account/session.h"

#include <string.h>

const struct err_kind ERR_CREDENTIAL_SHORT = {ERR_CLASS_INVALID, "PASSWORD_SHORT",
                                              "The password needs at least {} characters."};
const struct err_kind ERR_CREDENTIAL_LONG = {ERR_CLASS_INVALID, "PASSWORD_LONG",
                                             "The password has more than {} characters."};

const struct err_kind ERR_CREDENTIAL_EASY = {
    ERR_CLASS_INVALID, "PASSWORD_EASY",
    "This password is easy to guess. Take several words that do not belong together, without your "
    "name, dates and rows of keys."};

bool credential_is_strong(struct arena *mem, const char *password)
{
    size_t count = utf8_valid(password, strlen(password)) ? utf8_count(password) : 0;

    return count >= CREDENTIAL_PASSWORD_MIN && count <= CREDENTIAL_PASSWORD_MAX &&
           password_rule_holds(mem, password, NULL);
}

bool credential_hash_for(struct ctx *cx, const char *password, const char *const *own,
                         char out[CRYPTO_PASSWORD_TEXT_SIZE])
{
    size_t count;

    if (!utf8_valid(password, strlen(password)))
        return err_set_at(&cx->err, &ERR_INVALID, "password", "password is not UTF-8");
    count = utf8_count(password);
    if (count < CREDENTIAL_PASSWORD_MIN) {
        err_set_at(&cx->err, &ERR_CREDENTIAL_SHORT, "password", "password too short");
        err_arg(&cx->err, arena_printf(cx->mem, "%d", CREDENTIAL_PASSWORD_MIN));
        return false;
    }
    if (count > CREDENTIAL_PASSWORD_MAX) {
        err_set_at(&cx->err, &ERR_CREDENTIAL_LONG, "password", "password too long");
        err_arg(&cx->err, arena_printf(cx->mem, "%d", CREDENTIAL_PASSWORD_MAX));
        return false;
    }
    if (!password_rule_holds(cx->mem, password, own))
        return err_set_at(&cx->err, &ERR_CREDENTIAL_EASY, "password", "password easy to guess");
    return crypto_password_hash(&cx->err, password, out);
}

bool credential_hash(struct ctx *cx, const char *password, char out[CRYPTO_PASSWORD_TEXT_SIZE])
{
    return credential_hash_for(cx, password, NULL, out);
}

static const char SQL_CREDENTIAL_PERSON[] =
    "SELECT p.id, c.password_hash IS NOT NULL FROM person p LEFT JOIN credential c "
    "ON c.tenant_id = p.tenant_id AND c.person_id = p.id "
    "WHERE p.tenant_id = ? AND p.id = ? AND p.deleted_at IS NULL";
static const char SQL_CREDENTIAL_STORE[] =
    "INSERT INTO credential (tenant_id, person_id, password_hash, password_changed_at, is_weak) "
    "VALUES (?, ?, ?, ?, ?) ON DUPLICATE KEY UPDATE password_hash = VALUES(password_hash), "
    "password_changed_at = VALUES(password_changed_at), is_weak = VALUES(is_weak), "
    "failed_count = 0, locked_until = NULL";

bool credential_store(struct ctx *cx, struct id person_id, const char *hash)
{
    return credential_store_as(cx, person_id, hash, false);
}

bool credential_store_as(struct ctx *cx, struct id person_id, const char *hash, bool is_weak)
{
    json_t *first = json_own(cx->mem, json_pack("{s:b}", "first", true));
    struct db_rows rows;
    bool had_one;

    if (!db_begin(cx))
        return false;
    if (!db_query(cx, &rows, SQL_CREDENTIAL_PERSON, DB_ID(cx->tenant_id), DB_ID(person_id)))
        goto rollback;
    if (!db_next(&rows)) {
        err_set(&cx->err, &ERR_NOT_FOUND, "person %s", id_text(cx->mem, person_id));
        goto rollback;
    }
    had_one = db_bool(&rows.row, 1);
    if (!db_exec(cx, NULL, SQL_CREDENTIAL_STORE, DB_ID(cx->tenant_id), DB_ID(person_id),
                 DB_TEXT(hash), DB_TIME(cx->now), DB_BOOL(is_weak)) ||
        !session_end_all(cx, person_id, (struct id){{0}}) ||
        !event_emit(cx, EVENT_PERSON_PASSWORD_CHANGED, person_id, had_one ? NULL : first))
        goto rollback;
    return db_commit(cx);

rollback:
    db_rollback(cx);
    return false;
}

bool credential_set(struct ctx *cx, struct id person_id, const char *password)
{
    char hash[CRYPTO_PASSWORD_TEXT_SIZE];

    return credential_hash(cx, password, hash) && credential_store(cx, person_id, hash);
}

static const char SQL_CREDENTIAL_FIND[] =
    "SELECT person_id, password_hash, locked_until, is_weak FROM credential "
    "WHERE tenant_id = ? AND person_id = ?";

bool credential_find(struct ctx *cx, struct id person_id, struct credential **out)
{
    struct db_rows rows;
    struct credential *c;

    if (!db_query(cx, &rows, SQL_CREDENTIAL_FIND, DB_ID(cx->tenant_id), DB_ID(person_id)))
        return false;
    if (!db_next(&rows)) {
        *out = NULL;
        return true;
    }
    c = arena_new(cx->mem, struct credential);
    c->person_id = db_id(&rows.row, 0);
    c->password_hash = db_text(&rows.row, 1);
    c->locked_until = db_time(&rows.row, 2);
    c->is_weak = db_bool(&rows.row, 3);
    *out = c;
    return true;
}

static const char SQL_CREDENTIAL_FAIL[] =
    "UPDATE credential SET failed_count = failed_count + 1, "
    "locked_until = COALESCE(?, locked_until) WHERE tenant_id = ? AND person_id = ?";

bool credential_fail(struct ctx *cx, struct id person_id, int64_t until)
{
    return db_exec(cx, NULL, SQL_CREDENTIAL_FAIL, DB_TIME(until), DB_ID(cx->tenant_id),
                   DB_ID(person_id));
}

static const char SQL_CREDENTIAL_UNLOCK[] =
    "UPDATE credential SET failed_count = 0, locked_until = NULL "
    "WHERE tenant_id = ? AND person_id = ?";

bool credential_unlock(struct ctx *cx, struct id person_id)
{
    return db_exec(cx, NULL, SQL_CREDENTIAL_UNLOCK, DB_ID(cx->tenant_id), DB_ID(person_id));
}
