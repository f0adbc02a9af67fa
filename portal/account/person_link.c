#include "portal/account/person_link.h"

#include "base/clock.h"
#include "base/crypto.h"
#include "db/event.h"
#include "licensing/token.h"
#include "portal/account/credential.h"
#include "portal/account/profile_reach.h"
#include "portal/account/sign_in_rule.h"

#include <string.h>

const struct err_kind ERR_PERSON_LINK_OVER = {
    ERR_CLASS_GONE, "LINK_OVER",
    "This link was used already or is too old. Ask for a new one where you got it."};

const struct err_kind ERR_PERSON_LINK_INVITES = {
    ERR_CLASS_DENIED, "INVITES_OFF",
    "Accounts are made by the support team alone. Ask it for an account for your colleague."};

/* --- making --- */

static const char SQL_PERSON_LINK_STANDING[] =
    "SELECT (SELECT COUNT(*) FROM staff_member sm WHERE sm.tenant_id = p.tenant_id "
    "AND sm.person_id = p.id), "
    "(SELECT COUNT(*) FROM credential c WHERE c.tenant_id = p.tenant_id AND c.person_id = p.id "
    "AND c.password_hash IS NOT NULL), "
    "(SELECT COUNT(*) FROM membership m WHERE m.tenant_id = p.tenant_id AND m.person_id = p.id), "
    "(SELECT COUNT(*) FROM membership m WHERE m.tenant_id = p.tenant_id AND m.person_id = p.id "
    "AND m.organisation_id = ?) "
    "FROM person p WHERE p.tenant_id = ? AND p.id = ? AND p.deleted_at IS NULL";

static bool check_may_make(struct ctx *cx, struct id person_id)
{
    struct db_rows rows;
    bool is_staff;
    bool is_ours;
    bool may;

    if (!db_query(cx, &rows, SQL_PERSON_LINK_STANDING, DB_ID(cx->viewer.organisation_id),
                  DB_ID(cx->tenant_id), DB_ID(person_id)))
        return false;
    if (!db_next(&rows))
        return err_set(&cx->err, &ERR_NOT_FOUND, "person %s", id_text(cx->mem, person_id));
    is_staff = db_i64(&rows.row, 0) > 0;
    is_ours = db_i64(&rows.row, 2) == 1 && db_i64(&rows.row, 3) == 1;
    if (cx->viewer.kind == VIEWER_CUSTOMER)
        may = viewer_acts(&cx->viewer, RIGHT_ADMIN) && !is_staff && is_ours &&
              db_i64(&rows.row, 1) == 0;
    else if (!viewer_has(&cx->viewer, is_staff ? RIGHT_SETTINGS_UPDATE : RIGHT_CUSTOMERS_UPDATE))
        may = false;
    else if (is_staff)
        may = true;
    else if (!profile_reach_wholly(cx, person_id, &may)) /* the link signs in to all of them */
        return false;
    return may || err_set(&cx->err, &ERR_DENIED, "link for person %s", id_text(cx->mem, person_id));
}

static const char SQL_PERSON_LINK_END[] =
    "DELETE FROM person_link WHERE tenant_id = ? AND person_id = ? AND purpose = ? "
    "AND used_at IS NULL AND email = COALESCE(?, email)";
static const char SQL_PERSON_LINK_INSERT[] =
    "INSERT INTO person_link (tenant_id, id, token_hash, person_id, email, purpose, created_at, "
    "expires_at) SELECT p.tenant_id, ?, ?, p.id, COALESCE(?, p.email), ?, ?, ? FROM person p "
    "WHERE p.tenant_id = ? AND p.id = ?";

static const char *const PURPOSES[] = {
    [PERSON_LINK_WELCOME] = "welcome", [PERSON_LINK_RESET] = "reset",
    [PERSON_LINK_UNLOCK] = "unlock",   [PERSON_LINK_LOGIN] = "login",
    [PERSON_LINK_VERIFY] = "verify",   [PERSON_LINK_ADDRESS] = "address",
};
_Static_assert(COUNT(PURPOSES) == PERSON_LINK_PURPOSE_COUNT, "name every purpose");

static void hash_of(const char *token, uint8_t out[CRYPTO_HASH_SIZE])
{
    crypto_sha256(token, strlen(token), out);
}

/* email: NULL for the person's main one. */
static bool make(struct ctx *cx, struct id person_id, enum person_link_purpose purpose,
                 const char *email, const char **token)
{
    bool is_long = purpose == PERSON_LINK_WELCOME || purpose == PERSON_LINK_VERIFY ||
                   purpose == PERSON_LINK_ADDRESS;
    int64_t lasts = is_long ? PERSON_LINK_HOURS * CLOCK_HOUR : PERSON_LINK_MINUTES * CLOCK_MINUTE;
    const char *made = crypto_token(cx->mem, CRYPTO_TOKEN_BYTES);
    uint8_t hash[CRYPTO_HASH_SIZE];

    hash_of(made, hash);
    if (!db_begin(cx))
        return false;
    if (!db_exec(cx, NULL, SQL_PERSON_LINK_END, DB_ID(cx->tenant_id), DB_ID(person_id),
                 DB_TEXT(PURPOSES[purpose]), DB_TEXT(email)) ||
        !db_exec(cx, NULL, SQL_PERSON_LINK_INSERT, DB_ID(ctx_new_id(cx)),
                 DB_BYTES(hash, sizeof(hash)), DB_TEXT(email), DB_TEXT(PURPOSES[purpose]),
                 DB_TIME(cx->now), DB_TIME(cx->now + lasts), DB_ID(cx->tenant_id),
                 DB_ID(person_id)) ||
        !event_emit(cx, EVENT_PERSON_UPDATED, person_id,
                    json_own(cx->mem, json_pack("{s:s, s:s}", "change", "link_made", "purpose",
                                                PURPOSES[purpose])))) {
        db_rollback(cx);
        return false;
    }
    if (!db_commit(cx))
        return false;
    *token = made;
    return true;
}

bool person_link_make(struct ctx *cx, struct id person_id, const char **token)
{
    return check_may_make(cx, person_id) && make(cx, person_id, PERSON_LINK_WELCOME, NULL, token);
}

bool person_link_make_for(struct ctx *cx, struct id person_id, enum person_link_purpose purpose,
                          const char **token)
{
    if (cx->viewer.kind != VIEWER_SYSTEM)
        return err_set(&cx->err, &ERR_DENIED, "a %s link", PURPOSES[purpose]);
    return check_may_make(cx, person_id) && make(cx, person_id, purpose, NULL, token);
}

bool person_link_make_address(struct ctx *cx, struct id person_id, const char *email,
                              const char **token)
{
    if (!id_equal(cx->viewer.person_id, person_id))
        return err_set(&cx->err, &ERR_DENIED, "an address for somebody else");
    return make(cx, person_id, PERSON_LINK_ADDRESS, email, token);
}

bool person_link_invite(struct ctx *cx, const struct person_spec *person,
                        const struct membership_spec *spec, struct person **out, const char **token)
{
    struct membership_spec member = *spec;
    struct sign_in_rule rule;
    struct person *made;
    const char *text;

    if (!sign_in_rule_get(cx, &rule))
        return false;
    if (cx->viewer.kind == VIEWER_CUSTOMER && rule.signup == SIGNUP_OFF)
        return err_set(&cx->err, &ERR_PERSON_LINK_INVITES, "an invitation by a customer");
    if (!db_begin(cx))
        return false;
    if (!person_create(cx, person, &made))
        goto rollback;
    member.person_id = made->id;
    if (!membership_add(cx, &member) || !person_link_make(cx, made->id, &text))
        goto rollback;
    if (!db_commit(cx))
        return false;
    *out = made;
    *token = text;
    return true;

rollback:
    db_rollback(cx);
    return false;
}

/* --- using --- */

/* What chooses a password. */
#define FOR_PASSWORD (1U << PERSON_LINK_WELCOME | 1U << PERSON_LINK_RESET)

static const char SQL_PERSON_LINK_FIND[] =
    "SELECT p.id, p.full_name, IF(l.purpose = 'address', l.email, p.email), l.created_at, l.purpose "
    "FROM person_link l "
    "JOIN person p ON p.tenant_id = l.tenant_id AND p.id = l.person_id "
    "WHERE l.tenant_id = ? AND l.token_hash = ? AND l.used_at IS NULL AND l.expires_at > ? "
    "AND (l.purpose = 'address' OR l.email IN ('', p.email)) "
    "AND NOT p.is_disabled AND NOT p.is_banned AND p.deleted_at IS NULL";

static bool find(struct ctx *cx, const char *token, unsigned purposes, struct person_link *out)
{
    enum person_link_purpose purpose = PERSON_LINK_WELCOME;
    uint8_t hash[CRYPTO_HASH_SIZE];
    struct db_rows rows;

    hash_of(token, hash);
    if (!db_query(cx, &rows, SQL_PERSON_LINK_FIND, DB_ID(cx->tenant_id),
                  DB_BYTES(hash, sizeof(hash)), DB_TIME(cx->now)))
        return false;
    if (!db_next(&rows))
        return err_set(&cx->err, &ERR_PERSON_LINK_OVER, "no such link");
    while (purpose < PERSON_LINK_ADDRESS && strcmp(PURPOSES[purpose], db_text(&rows.row, 4)) != 0)
        purpose++;
    if ((1U << purpose & purposes) == 0)
        return err_set(&cx->err, &ERR_PERSON_LINK_OVER, "a link for something else");
    *out = (struct person_link){.person_id = db_id(&rows.row, 0),
                                .full_name = db_text(&rows.row, 1),
                                .email = db_text(&rows.row, 2),
                                .created_at = db_time(&rows.row, 3),
                                .purpose = purpose};
    return true;
}

bool person_link_find(struct ctx *cx, const char *token, struct person_link *out)
{
    return find(cx, token, FOR_PASSWORD, out);
}

bool person_link_find_as(struct ctx *cx, const char *token, enum person_link_purpose purpose,
                         struct person_link *out)
{
    return find(cx, token, 1U << purpose, out);
}

/* Of several that use one link at once, one changes the row. */
static const char SQL_PERSON_LINK_USE[] =
    "UPDATE person_link SET used_at = ? WHERE tenant_id = ? AND token_hash = ? "
    "AND used_at IS NULL AND expires_at > ?";

/* An invitation may have been handed over otherwise: it shows nothing about the mailbox. */
static const char SQL_PERSON_LINK_CONFIRM[] =
    "UPDATE person SET verified_email = email WHERE tenant_id = ? AND id = ?";

/* Whoever had a password that the portal refuses may be somebody else than who gets mail there:
 * what it was good for ends. */
static bool end_weak(struct ctx *cx, struct id person_id)
{
    struct credential *credential;

    if (!credential_find(cx, person_id, &credential))
        return false;
    return credential == NULL || !credential->is_weak ||
           token_revoke_person(cx, person_id, (struct id){{0}});
}

static bool use_up(struct ctx *cx, const char *token, unsigned purposes, struct id *person_id)
{
    uint8_t hash[CRYPTO_HASH_SIZE];
    struct person_link link;
    int64_t used;

    hash_of(token, hash);
    if (!find(cx, token, purposes, &link) ||
        !db_exec(cx, &used, SQL_PERSON_LINK_USE, DB_TIME(cx->now), DB_ID(cx->tenant_id),
                 DB_BYTES(hash, sizeof(hash)), DB_TIME(cx->now)))
        return false;
    if (used == 0)
        return err_set(&cx->err, &ERR_PERSON_LINK_OVER, "used at the same moment");
    *person_id = link.person_id;
    return link.purpose == PERSON_LINK_WELCOME || link.purpose == PERSON_LINK_ADDRESS ||
           db_exec(cx, NULL, SQL_PERSON_LINK_CONFIRM, DB_ID(cx->tenant_id), DB_ID(link.person_id));
}

bool person_link_spend(struct ctx *cx, const char *token, enum person_link_purpose purpose,
                       struct id *person_id)
{
    return use_up(cx, token, 1U << purpose, person_id);
}

static bool tell(struct ctx *cx, struct id person_id, const char *change)
{
    return event_emit(cx, EVENT_PERSON_UPDATED, person_id,
                      json_own(cx->mem, json_pack("{s:s}", "change", change)));
}

bool person_link_unlock(struct ctx *cx, const char *token)
{
    struct id person_id;

    if (!db_begin(cx))
        return false;
    if (!person_link_spend(cx, token, PERSON_LINK_UNLOCK, &person_id) ||
        !credential_unlock(cx, person_id) || !tell(cx, person_id, "unlocked")) {
        db_rollback(cx);
        return false;
    }
    return db_commit(cx);
}

bool person_link_verify(struct ctx *cx, const char *token)
{
    struct id person_id;

    if (!db_begin(cx))
        return false;
    if (!person_link_spend(cx, token, PERSON_LINK_VERIFY, &person_id) ||
        !tell(cx, person_id, "email_verified")) {
        db_rollback(cx);
        return false;
    }
    return db_commit(cx);
}

bool person_link_use(struct ctx *cx, const char *token, const char *password_hash,
                     bool (*then)(struct ctx *cx, struct id person_id, void *arg), void *arg)
{
    struct id person_id;

    if (!db_begin(cx))
        return false;
    if (!use_up(cx, token, FOR_PASSWORD, &person_id) || !end_weak(cx, person_id) ||
        !credential_store(cx, person_id, password_hash) || (then && !then(cx, person_id, arg))) {
        db_rollback(cx);
        return false;
    }
    return db_commit(cx);
}
