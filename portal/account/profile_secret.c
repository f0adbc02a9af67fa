#include "portal/account/profile_secret.h"

#include "base/clock.h"
#include "base/crypto.h"
#include "base/utf8.h"
#include "db/event.h"
#include "portal/account/person.h"
#include "portal/account/profile_reach.h"

#include <string.h>

const struct err_kind ERR_PROFILE_SECRET_DATE = {
    ERR_CLASS_INVALID, "BIRTH_DATE", "Enter a date that is past, as year, month and day."};
const struct err_kind ERR_PROFILE_SECRET_LONG = {ERR_CLASS_INVALID, "IDENTITY_NUMBER",
                                                 "This has more characters than there is room "
                                                 "for."};

const char *profile_secret_birth_context(struct arena *mem, struct id person_id)
{
    return arena_printf(mem, "person_sensitive.birth_date:%s", id_text(mem, person_id));
}

const char *profile_secret_identity_context(struct arena *mem, struct id person_id)
{
    return arena_printf(mem, "person_sensitive.identity_number:%s", id_text(mem, person_id));
}

static const char *context_of(struct ctx *cx, struct id person_id, enum profile_field field)
{
    return field == PROFILE_BIRTH_DATE ? profile_secret_birth_context(cx->mem, person_id)
                                       : profile_secret_identity_context(cx->mem, person_id);
}

static const char SQL_SENSITIVE_HAS[] =
    "SELECT birth_date IS NOT NULL, identity_number IS NOT NULL FROM person_sensitive "
    "WHERE tenant_id = ? AND person_id = ?";

bool profile_secrets(struct ctx *cx, struct id person_id, struct profile_secrets *out)
{
    struct db_rows rows;

    *out = (struct profile_secrets){.has = {false}};
    if (!db_query(cx, &rows, SQL_SENSITIVE_HAS, DB_ID(cx->tenant_id), DB_ID(person_id)))
        return false;
    if (db_next(&rows)) {
        out->has[PROFILE_BIRTH_DATE] = db_bool(&rows.row, 0);
        out->has[PROFILE_IDENTITY_NUMBER] = db_bool(&rows.row, 1);
    }
    return true;
}

bool profile_secret_check(struct ctx *cx, enum profile_field field, const char *value)
{
    int64_t at;

    if (*value == '\0')
        return true;
    if (field == PROFILE_BIRTH_DATE)
        return (strlen(value) == strlen("2000-01-31") && clock_parse_iso(value, &at) &&
                at < cx->now) ||
               err_set_at(&cx->err, &ERR_PROFILE_SECRET_DATE, profile_field_name(field), "date");
    return (int64_t)utf8_count(value) <= profile_field_max(field) ||
           err_set_at(&cx->err, &ERR_PROFILE_SECRET_LONG, profile_field_name(field), "too long");
}

static const char SQL_SENSITIVE_BIRTH_SET[] =
    "INSERT INTO person_sensitive (tenant_id, person_id, birth_date) VALUES (?, ?, ?) "
    "ON DUPLICATE KEY UPDATE birth_date = VALUES(birth_date)";
static const char SQL_SENSITIVE_IDENTITY_SET[] =
    "INSERT INTO person_sensitive (tenant_id, person_id, identity_number) VALUES (?, ?, ?) "
    "ON DUPLICATE KEY UPDATE identity_number = VALUES(identity_number)";

bool profile_secret_put(struct ctx *cx, struct id person_id, enum profile_field field,
                        const char *value)
{
    const char *sql =
        field == PROFILE_BIRTH_DATE ? SQL_SENSITIVE_BIRTH_SET : SQL_SENSITIVE_IDENTITY_SET;
    struct db_arg sealed = DB_NULL;
    uint8_t *bytes;
    size_t len;

    if (!profile_secret_check(cx, field, value))
        return false;
    if (*value != '\0') {
        crypto_seal(cx->master, cx->mem, context_of(cx, person_id, field), (const uint8_t *)value,
                    strlen(value), &bytes, &len);
        sealed = DB_BYTES(bytes, len);
    }
    return db_exec(cx, NULL, sql, DB_ID(cx->tenant_id), DB_ID(person_id), sealed);
}

static const char SQL_SENSITIVE_BIRTH[] =
    "SELECT birth_date FROM person_sensitive WHERE tenant_id = ? AND person_id = ?";
static const char SQL_SENSITIVE_IDENTITY[] =
    "SELECT identity_number FROM person_sensitive WHERE tenant_id = ? AND person_id = ?";

static bool open_value(struct ctx *cx, struct id person_id, enum profile_field field,
                       const char **out)
{
    const char *sql = field == PROFILE_BIRTH_DATE ? SQL_SENSITIVE_BIRTH : SQL_SENSITIVE_IDENTITY;
    struct db_rows rows;
    struct span sealed;
    uint8_t *value;
    size_t len;

    *out = "";
    if (!db_query(cx, &rows, sql, DB_ID(cx->tenant_id), DB_ID(person_id)))
        return false;
    if (!db_next(&rows) || db_is_null(&rows.row, 0))
        return true;
    sealed = db_bytes(&rows.row, 0);
    if (!crypto_open(cx->master, cx->mem, context_of(cx, person_id, field),
                     (const uint8_t *)sealed.p, sealed.len, &value, &len))
        return err_set(&cx->err, &ERR_INTERNAL, "%s of %s does not open", profile_field_name(field),
                       id_text(cx->mem, person_id));
    *out = arena_dup_bytes(cx->mem, (const char *)value, len);
    return true;
}

static bool check_may_see(struct ctx *cx, struct id person_id, enum profile_field field)
{
    struct profile_levels levels;
    struct person *p;
    bool may;

    if (!profile_levels(cx, &levels) || !person_get(cx, person_id, &p))
        return false;
    if (!profile_field_is_sensitive(field) || levels.of[field] == PROFILE_OFF)
        return err_set(&cx->err, &ERR_NOT_FOUND, "%s", profile_field_name(field));
    if (id_equal(cx->viewer.person_id, person_id))
        may = levels.of[field] >= PROFILE_READ;
    else if (!profile_reach(cx, &(struct profile_subject){.person_id = person_id}, ACTION_UPDATE,
                            &may))
        return false;
    return may || err_set(&cx->err, &ERR_DENIED, "%s", profile_field_name(field));
}

bool profile_secret_reveal(struct ctx *cx, struct id person_id, enum profile_field field,
                           const char **out)
{
    const char *value;

    if (!check_may_see(cx, person_id, field) || !db_begin(cx))
        return false;
    if (!open_value(cx, person_id, field, &value) ||
        !event_emit(cx, EVENT_PERSON_REVEALED, person_id,
                    json_own(cx->mem, json_pack("{s:s}", "field", profile_field_name(field))))) {
        db_rollback(cx);
        return false;
    }
    if (!db_commit(cx))
        return false;
    *out = value;
    return true;
}
