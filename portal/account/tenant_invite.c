#include "portal/account/tenant_invite.h"

#include "base/clock.h"
#include "base/crypto.h"
#include "licensing/signing_key.h"

#include <string.h>

enum { TOKEN_SIZE = 32, TOKEN_TEXT = 2 * TOKEN_SIZE };

const struct err_kind ERR_TENANT_INVITE_OVER = {
    ERR_CLASS_NOT_FOUND, "TENANT_INVITE_OVER",
    "This link was used already or is too old. The installation's operator can make a new one."};

static const char SQL_INVITE_ADD[] =
    "INSERT INTO tenant_invite (hash, expires_at, made_at) VALUES (?, ?, ?)";
static const char SQL_INVITE_DROP_OLD[] = "DELETE FROM tenant_invite WHERE expires_at < ?";
static const char SQL_INVITE_IS_OPEN[] =
    "SELECT 1 FROM tenant_invite WHERE hash = ? AND used_at IS NULL AND expires_at > ?";
static const char SQL_INVITE_USE[] =
    "UPDATE tenant_invite SET used_at = ? WHERE hash = ? AND used_at IS NULL AND expires_at > ?";

static const char *hash_of(struct ctx *cx, const char *token)
{
    uint8_t hash[CRYPTO_HASH_SIZE];

    crypto_sha256(token, strlen(token), hash);
    return crypto_hex(cx->mem, hash, sizeof hash);
}

bool tenant_invite_make(struct ctx *cx, const char **token)
{
    uint8_t bytes[TOKEN_SIZE];
    const char *text;

    if (cx->viewer.kind != VIEWER_SYSTEM)
        return err_set(&cx->err, &ERR_DENIED, "tenant invite");
    crypto_random(bytes, sizeof bytes);
    text = crypto_hex(cx->mem, bytes, sizeof bytes);
    crypto_wipe(bytes, sizeof bytes);
    if (!db_exec(cx, NULL, SQL_INVITE_DROP_OLD, DB_TIME(cx->now - CLOCK_DAY)) ||
        !db_exec(cx, NULL, SQL_INVITE_ADD, DB_TEXT(hash_of(cx, text)),
                 DB_TIME(cx->now + TENANT_INVITE_MINUTES * CLOCK_MINUTE), DB_TIME(cx->now)))
        return false;
    *token = text;
    return true;
}

static bool over(struct ctx *cx)
{
    return err_set(&cx->err, &ERR_TENANT_INVITE_OVER, "no open invitation");
}

bool tenant_invite_check(struct ctx *cx, const char *token)
{
    struct db_rows rows;

    if (strlen(token) != TOKEN_TEXT)
        return over(cx);
    return db_query(cx, &rows, SQL_INVITE_IS_OPEN, DB_TEXT(hash_of(cx, token)), DB_TIME(cx->now)) &&
           (db_next(&rows) || over(cx));
}

/* Of two that send the form at once, the second finds the link used, and its tenant is undone. */
static bool use(struct ctx *cx, void *arg)
{
    struct signing_key *key;
    int64_t changed;

    return db_exec(cx, &changed, SQL_INVITE_USE, DB_TIME(cx->now), DB_TEXT(arg),
                   DB_TIME(cx->now)) &&
           (changed == 1 || over(cx)) && signing_key_create(cx, &key) &&
           tenant_set_account(cx, NULL, true);
}

bool tenant_invite_use(struct ctx *cx, const char *token, const struct tenant_spec *spec,
                       struct tenant **out)
{
    const struct viewer before = cx->viewer;
    struct tenant_spec invited = *spec;
    bool ok;

    if (!tenant_invite_check(cx, token))
        return false;
    invited.wants_setup = true;
    invited.then = use;
    invited.arg = arena_dup(cx->mem, hash_of(cx, token));
    cx->viewer = (struct viewer){.kind = VIEWER_SYSTEM}; /* the link speaks for the operator */
    ok = tenant_create(cx, &invited, out);
    cx->viewer = before;
    return ok;
}
