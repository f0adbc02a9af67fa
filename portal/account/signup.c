#include "portal/account/signup.h"

#include "base/clock.h"
#include "base/crypto.h"
#include "db/event.h"
#include "portal/account/credential.h"
#include "portal/account/membership.h"
#include "portal/account/person_link.h"
#include "portal/account/signup_wait.h"

#include <string.h>

const struct err_kind ERR_SIGNUP_CLOSED = {
    ERR_CLASS_DENIED, "SIGNUP_CLOSED",
    "An account cannot be made with this address. Ask the administrator of your organisation for "
    "an invitation."};

bool signup_is_possible(const struct sign_in_rule *rule)
{
    return rule->signup == SIGNUP_DOMAIN || rule->signup == SIGNUP_OPEN;
}

/* --- whose address it is --- */

static const char SQL_SIGNUP_ORGANISATION[] =
    "SELECT d.organisation_id FROM signup_domain d JOIN organisation o "
    "ON o.tenant_id = d.tenant_id AND o.id = d.organisation_id AND o.deleted_at IS NULL "
    "WHERE d.tenant_id = ? AND d.domain = ?";
/* A provider that makes no accounts by itself makes none by this way either. */
static const char SQL_SIGNUP_OF_PROVIDER[] =
    "SELECT p.organisation_id FROM oidc_domain d JOIN oidc_provider p ON p.tenant_id = d.tenant_id "
    "AND p.id = d.provider_id AND p.is_enabled AND p.joins JOIN organisation o "
    "ON o.tenant_id = p.tenant_id AND o.id = p.organisation_id AND o.deleted_at IS NULL "
    "WHERE d.tenant_id = ? AND d.proven = ?";

bool signup_organisation_of(struct ctx *cx, const char *email, struct id *out)
{
    static const char *const WAYS[] = {SQL_SIGNUP_ORGANISATION, SQL_SIGNUP_OF_PROVIDER};
    const char *at = strrchr(email, '@');
    struct db_rows rows;

    *out = (struct id){{0}};
    for (size_t i = 0; i < COUNT(WAYS) && at != NULL && id_is_zero(*out); i++) {
        if (!db_query(cx, &rows, WAYS[i], DB_ID(cx->tenant_id), DB_TEXT(at + 1)))
            return false;
        if (db_next(&rows))
            *out = db_id(&rows.row, 0);
    }
    return true;
}

/* *may: the tenant's rule lets this address have an account. */
static bool may_sign_up(struct ctx *cx, const char *email, struct sign_in_rule *rule,
                        struct id *organisation_id, bool *may)
{
    if (!sign_in_rule_get(cx, rule) || !signup_organisation_of(cx, email, organisation_id))
        return false;
    *may = rule->signup == SIGNUP_OPEN ||
           (rule->signup == SIGNUP_DOMAIN && !id_is_zero(*organisation_id));
    return true;
}

/* --- making a link --- */

static const char SQL_SIGNUP_LATELY[] =
    "SELECT COUNT(*) FROM signup WHERE tenant_id = ? AND email = ? AND created_at > ?";
static const char SQL_SIGNUP_PURGE[] =
    "DELETE FROM signup WHERE tenant_id = ? AND expires_at <= ? LIMIT 100";
static const char SQL_SIGNUP_ADD[] =
    "INSERT INTO signup (tenant_id, id, email, token_hash, created_at, expires_at) "
    "VALUES (?, ?, ?, ?, ?, ?)";

static void hash_of(const char *token, uint8_t out[CRYPTO_HASH_SIZE])
{
    crypto_sha256(token, strlen(token), out);
}

static bool has_enough(struct ctx *cx, const char *email, bool *out)
{
    struct db_rows rows;

    if (!db_query(cx, &rows, SQL_SIGNUP_LATELY, DB_ID(cx->tenant_id), DB_TEXT(email),
                  DB_TIME(cx->now - CLOCK_HOUR)))
        return false;
    *out = db_next(&rows) && db_i64(&rows.row, 0) >= SIGNUP_HOURLY;
    return true;
}

bool signup_make(struct ctx *cx, const char *email, const char **token)
{
    const char *made = crypto_token(cx->mem, CRYPTO_TOKEN_BYTES);
    uint8_t hash[CRYPTO_HASH_SIZE];
    struct sign_in_rule rule;
    struct id organisation_id;
    bool is_enough = false;
    bool may;

    *token = NULL;
    if (cx->viewer.kind != VIEWER_SYSTEM)
        return err_set(&cx->err, &ERR_DENIED, "a link to sign up by");
    if (!may_sign_up(cx, email, &rule, &organisation_id, &may) ||
        !has_enough(cx, email, &is_enough))
        return false;
    if (!may || is_enough)
        return true;
    hash_of(made, hash);
    if (!db_exec(cx, NULL, SQL_SIGNUP_PURGE, DB_ID(cx->tenant_id), DB_TIME(cx->now)) ||
        !db_exec(cx, NULL, SQL_SIGNUP_ADD, DB_ID(cx->tenant_id), DB_ID(ctx_new_id(cx)),
                 DB_TEXT(email), DB_BYTES(hash, sizeof hash), DB_TIME(cx->now),
                 DB_TIME(cx->now + SIGNUP_HOURS * CLOCK_HOUR)))
        return false;
    *token = made;
    return true;
}

/* --- following it --- */

static const char SQL_SIGNUP_FIND[] =
    "SELECT email FROM signup WHERE tenant_id = ? "
    "AND token_hash = ? AND used_at IS NULL AND expires_at > ?";
/* Of several that follow one link at once, one changes the row; further links of the address end
 * with it. */
static const char SQL_SIGNUP_TAKE[] =
    "UPDATE signup SET used_at = ? WHERE tenant_id = ? "
    "AND token_hash = ? AND used_at IS NULL AND expires_at > ?";
static const char SQL_SIGNUP_END[] =
    "DELETE FROM signup WHERE tenant_id = ? AND email = ? AND used_at IS NULL";
static const char SQL_SIGNUP_CONFIRM[] =
    "UPDATE person SET verified_email = email WHERE tenant_id = ? AND id = ?";

struct finding {
    const char *email;
    struct sign_in_rule rule;
    struct id organisation_id;
};

static bool find(struct ctx *cx, const char *token, struct finding *out)
{
    uint8_t hash[CRYPTO_HASH_SIZE];
    struct db_rows rows;
    bool may;

    hash_of(token, hash);
    if (!db_query(cx, &rows, SQL_SIGNUP_FIND, DB_ID(cx->tenant_id), DB_BYTES(hash, sizeof hash),
                  DB_TIME(cx->now)))
        return false;
    if (!db_next(&rows))
        return err_set(&cx->err, &ERR_PERSON_LINK_OVER, "no such link to sign up by");
    out->email = db_text(&rows.row, 0);
    if (!may_sign_up(cx, out->email, &out->rule, &out->organisation_id, &may))
        return false;
    return may || err_set(&cx->err, &ERR_SIGNUP_CLOSED, "no longer");
}

bool signup_find(struct ctx *cx, const char *token, const char **email)
{
    struct finding found;

    if (!find(cx, token, &found))
        return false;
    *email = found.email;
    return true;
}

static bool take(struct ctx *cx, const char *token, const char *email)
{
    uint8_t hash[CRYPTO_HASH_SIZE];
    int64_t taken;

    hash_of(token, hash);
    if (!db_exec(cx, &taken, SQL_SIGNUP_TAKE, DB_TIME(cx->now), DB_ID(cx->tenant_id),
                 DB_BYTES(hash, sizeof hash), DB_TIME(cx->now)))
        return false;
    if (taken == 0)
        return err_set(&cx->err, &ERR_PERSON_LINK_OVER, "used at the same moment");
    return db_exec(cx, NULL, SQL_SIGNUP_END, DB_ID(cx->tenant_id), DB_TEXT(email));
}

/* Into the organisation of his mail domain, or among those who wait. */
static bool place(struct ctx *cx, const struct finding *found, const struct signup_spec *spec,
                  struct id person_id)
{
    const struct membership_spec member = {.person_id = person_id,
                                           .organisation_id = found->organisation_id,
                                           .rights = RIGHT_TICKET_OWN};
    const struct signup_wait_spec wait = {.person_id = person_id,
                                          .organisation_id = found->organisation_id,
                                          .organisation_name = spec->organisation_name,
                                          .note = spec->note};

    return id_is_zero(found->organisation_id) || found->rule.signup_approves
               ? signup_wait_add(cx, &wait)
               : membership_add(cx, &member);
}

static bool use(struct ctx *cx, const char *token, const struct signup_spec *spec,
                struct id *person_id)
{
    struct person_spec person = {.full_name = spec->full_name, .language = spec->language};
    struct finding found;
    struct person *made;

    if (!find(cx, token, &found) || !take(cx, token, found.email))
        return false;
    person.email = found.email;
    if (!person_create(cx, &person, &made) ||
        !db_exec(cx, NULL, SQL_SIGNUP_CONFIRM, DB_ID(cx->tenant_id), DB_ID(made->id)) ||
        !credential_store(cx, made->id, spec->password_hash))
        return false;
    *person_id = made->id;
    return place(cx, &found, spec, made->id);
}

/* Nobody is signed in yet: the portal itself makes the account. */
bool signup_use(struct ctx *cx, const char *token, const struct signup_spec *spec)
{
    const struct viewer viewer = cx->viewer;
    struct id person_id;
    bool ok;

    if (!db_begin(cx))
        return false;
    cx->viewer = (struct viewer){.kind = VIEWER_SYSTEM};
    ok = use(cx, token, spec, &person_id);
    cx->viewer = viewer;
    if (ok && (spec->then == NULL || spec->then(cx, person_id, spec->arg)))
        return db_commit(cx);
    db_rollback(cx);
    return false;
}
