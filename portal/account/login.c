#include "portal/account/login.h"

#include "base/clock.h"
#include "base/network.h"
#include "db/event.h"
#include "portal/account/credential.h"
#include "portal/account/person.h"
#include "portal/account/person_link.h"
#include "portal/account/second_factor.h"
#include "portal/account/session.h"

#include <string.h>

const struct err_kind ERR_LOGIN_REFUSED = {
    ERR_CLASS_INVALID, "LOGIN_REFUSED",
    "E-mail and password do not match an account that can sign in. After five wrong passwords an "
    "account is locked for 15 minutes."};
const struct err_kind ERR_LOGIN_THROTTLED = {
    ERR_CLASS_LIMITED, "LOGIN_THROTTLED",
    "Too many failed sign-ins came from your network. Try again in 15 minutes."};

const struct err_kind ERR_LOGIN_CODE = {
    ERR_CLASS_INVALID, "LOGIN_CODE",
    "This code is not right, too old or used already. Wait for the next one and try again."};

static const char SQL_LOGIN_EVENT_INSERT[] =
    "INSERT INTO login_event (tenant_id, id, email, person_id, address, network, outcome, at) "
    "VALUES (?, ?, ?, ?, ?, ?, ?, ?)";

static bool login_record(struct ctx *cx, const char *email, struct id person_id,
                         const char *address, const char *outcome)
{
    return db_exec(cx, NULL, SQL_LOGIN_EVENT_INSERT, DB_ID(cx->tenant_id), DB_ID(ctx_new_id(cx)),
                   DB_TEXT(email), DB_ID_OR_NULL(person_id), DB_TEXT(address),
                   DB_TEXT(network_of(cx->mem, address)), DB_TEXT(outcome), DB_TIME(cx->now));
}

/* Many people may share an address: who mistyped and then got in is no guesser, and his failures do
 * not count against the others. */
static const char SQL_LOGIN_EVENT_ADDRESS[] =
    "SELECT COUNT(*) FROM (SELECT 1 FROM login_event f WHERE f.tenant_id = ? AND f.network = ? "
    "AND f.at > ? AND f.outcome IN ('wrong', 'locked', 'disabled') AND NOT EXISTS (SELECT 1 "
    "FROM login_event ok WHERE ok.tenant_id = f.tenant_id AND ok.email = f.email "
    "AND ok.network = f.network AND ok.outcome = 'ok' AND ok.at > f.at) LIMIT ?) AS failures";

static bool address_is_shut_out(struct ctx *cx, const struct login_try *attempt, bool *is_shut_out)
{
    int64_t tries = attempt->address_tries > 0 ? attempt->address_tries : LOGIN_ADDRESS_TRIES;
    struct db_rows rows;

    if (!db_query(cx, &rows, SQL_LOGIN_EVENT_ADDRESS, DB_ID(cx->tenant_id),
                  DB_TEXT(network_of(cx->mem, attempt->address)),
                  DB_TIME(cx->now - LOGIN_WINDOW_MINUTES * CLOCK_MINUTE), DB_INT(tries)))
        return false;
    *is_shut_out = db_next(&rows) && db_i64(&rows.row, 0) >= tries;
    return true;
}

struct account {         /* what a try finds under its e-mail */
    struct id person_id; /* zero: nobody */
    bool may_sign_in;    /* neither disabled nor banned */
    const char *password_hash;
    int64_t locked_until;
    bool has_second_step;
    const char *email;
    bool is_weak; /* the password: good for API tokens alone */
};

#define LOGIN_ACCOUNT_SELECT                                                        \
    "SELECT p.id, p.is_disabled OR p.is_banned, c.password_hash, c.locked_until, "  \
    "c.totp_sealed IS NOT NULL, p.email, COALESCE(c.is_weak, FALSE) FROM person p " \
    "LEFT JOIN credential c ON c.tenant_id = p.tenant_id AND c.person_id = p.id "
static const char SQL_LOGIN_ACCOUNT[] = LOGIN_ACCOUNT_SELECT
    "WHERE p.tenant_id = ? AND p.deleted_at IS NULL AND p.id = "
    "(SELECT x.id FROM person x WHERE x.tenant_id = ? AND x.email = ? UNION SELECT a.person_id FROM person_address a "
    "WHERE a.tenant_id = ? AND a.email = ? LIMIT 1)";
static const char SQL_LOGIN_ACCOUNT_BY_ID[] =
    LOGIN_ACCOUNT_SELECT "WHERE p.tenant_id = ? AND p.id = ? AND p.deleted_at IS NULL";

static struct account account_of(struct db_rows *rows)
{
    struct account a = {.password_hash = NULL};

    if (db_next(rows)) {
        a.person_id = db_id(&rows->row, 0);
        a.may_sign_in = !db_bool(&rows->row, 1);
        a.password_hash = db_text(&rows->row, 2);
        a.locked_until = db_time(&rows->row, 3);
        a.has_second_step = db_bool(&rows->row, 4);
        a.email = db_text(&rows->row, 5);
        a.is_weak = db_bool(&rows->row, 6);
    }
    return a;
}

static bool account_known(struct ctx *cx, struct id person_id, struct account *out)
{
    struct db_rows rows;

    if (!db_query(cx, &rows, SQL_LOGIN_ACCOUNT_BY_ID, DB_ID(cx->tenant_id), DB_ID(person_id)))
        return false;
    *out = account_of(&rows);
    return true;
}

static bool account_load(struct ctx *cx, const char *email, struct account *out)
{
    const struct db_arg tenant = DB_ID(cx->tenant_id), address = DB_TEXT(email);
    struct db_rows rows;

    if (!db_query(cx, &rows, SQL_LOGIN_ACCOUNT, tenant, tenant, address, tenant, address))
        return false;
    *out = account_of(&rows);
    return true;
}

static const char SQL_LOGIN_EVENT_WRONG[] =
    "SELECT COUNT(*) FROM login_event WHERE tenant_id = ? AND email = ? AND at > ? "
    "AND outcome = 'wrong' AND at > COALESCE((SELECT MAX(ok.at) FROM login_event ok "
    "WHERE ok.tenant_id = login_event.tenant_id AND ok.email = login_event.email "
    "AND ok.outcome = 'ok'), '1970-01-01')";

/* The row is written first, so that codes sent at once are judged one after the other. */
static const char SQL_LOGIN_QUEUE[] =
    "UPDATE credential SET failed_count = failed_count WHERE tenant_id = ? AND person_id = ?";

/* What every refusal writes and reads, whatever its reason, so that none is told from another by
 * the time it takes. *wrong: how many wrong passwords there were within the window. */
static bool note_refusal(struct ctx *cx, const struct account *account, const char *email,
                         const struct login_try *attempt, const char *outcome, int64_t *wrong)
{
    struct db_rows rows;

    if (!login_record(cx, email, account->person_id, attempt->address, outcome) ||
        !db_query(cx, &rows, SQL_LOGIN_EVENT_WRONG, DB_ID(cx->tenant_id), DB_TEXT(email),
                  DB_TIME(cx->now - LOGIN_WINDOW_MINUTES * CLOCK_MINUTE)))
        return false;
    *wrong = db_next(&rows) ? db_i64(&rows.row, 0) : 0;
    return event_emit(cx, EVENT_PERSON_LOGIN_FAILED, account->person_id, NULL);
}

/* An address without an account that reaches the limit is told to staff once, where an account is
 * locked: the same work again. A lock is handed to the mailer too, in a statement of its own, whose
 * place an update of nothing takes. */
static bool note_limit(struct ctx *cx, const struct account *account, int64_t wrong, int64_t tries)
{
    if (!id_is_zero(account->person_id))
        return wrong < tries || event_emit(cx, EVENT_PERSON_LOCKED, account->person_id, NULL);
    return wrong != tries ||
           (event_emit(cx, EVENT_PERSON_LOGIN_FAILED, account->person_id,
                       json_own(cx->mem, json_pack("{s:s}", "change", "limit_reached"))) &&
            credential_unlock(cx, account->person_id));
}

/* Counts this wrong password in, and locks the account when it was one too many. */
static bool refuse_wrong(struct ctx *cx, const struct account *account, const char *email,
                         const struct login_try *attempt)
{
    int64_t tries = attempt->account_tries > 0 ? attempt->account_tries : LOGIN_ACCOUNT_TRIES;
    int64_t wrong;

    if (!note_refusal(cx, account, email, attempt, "wrong", &wrong) ||
        !credential_fail(cx, account->person_id,
                         wrong >= tries ? cx->now + LOGIN_LOCK_MINUTES * CLOCK_MINUTE : 0) ||
        !note_limit(cx, account, wrong, tries))
        return false;
    return err_set(&cx->err, &ERR_LOGIN_REFUSED, "wrong password or unknown account");
}

/* Half a sign-in forgives no wrong tries: who knows the password alone must not get new ones. */
static bool accept_half(struct ctx *cx, const struct account *account, const char *email,
                        const struct login_try *attempt)
{
    return login_record(cx, email, account->person_id, attempt->address, "half") &&
           attempt->halfway(cx, account->person_id, attempt->arg);
}

static bool accept(struct ctx *cx, const struct account *account, const char *email,
                   const struct login_try *attempt)
{
    bool confirms = attempt->is_confirming;

    return login_record(cx, email, account->person_id, attempt->address,
                        confirms ? "confirm" : "ok") &&
           credential_unlock(cx, account->person_id) &&
           (confirms || event_emit(cx, EVENT_PERSON_LOGIN, account->person_id, NULL)) &&
           (!attempt->then || attempt->then(cx, account->person_id, attempt->arg));
}

/* Locked or switched off. */
static bool refuse(struct ctx *cx, const struct account *account, const char *email,
                   const struct login_try *attempt, const char *outcome)
{
    int64_t wrong;

    return note_refusal(cx, account, email, attempt, outcome, &wrong) &&
           db_exec(cx, NULL, SQL_LOGIN_QUEUE, DB_ID(cx->tenant_id), DB_ID(account->person_id)) &&
           err_set(&cx->err, &ERR_LOGIN_REFUSED, "account is %s", outcome);
}

/* The password was hashed with nothing held: meanwhile other tries may have locked the account, so
 * it is read again. Many guesses sent at once thus get no more answers than guesses in a row. */
static bool judge(struct ctx *cx, const char *email, const struct login_try *attempt, bool matches)
{
    struct account account;

    if (!account_load(cx, email, &account))
        return false;
    if (account.email != NULL) /* tries by all its addresses count as one account's */
        email = account.email;
    if (account.locked_until > cx->now)
        return refuse(cx, &account, email, attempt, "locked");
    matches =
        matches && !id_is_zero(account.person_id) && (!account.is_weak || attempt->takes_weak);
    if (attempt->was_right != NULL)
        *attempt->was_right = matches;
    if (!matches)
        return refuse_wrong(cx, &account, email, attempt);
    if (!account.may_sign_in)
        return refuse(cx, &account, email, attempt, "disabled");
    if (account.has_second_step && attempt->halfway)
        return accept_half(cx, &account, email, attempt);
    return accept(cx, &account, email, attempt);
}

/* A refusal is an answer whose traces must stay: the transaction commits with it. */
static bool finish(struct ctx *cx, bool ok)
{
    struct err refusal;

    if (!ok && cx->err.kind != &ERR_LOGIN_REFUSED && cx->err.kind != &ERR_LOGIN_CODE) {
        db_rollback(cx);
        return false;
    }
    refusal = cx->err;
    err_clear(&cx->err);
    if (!db_commit(cx))
        return false;
    cx->err = refusal;
    return ok;
}

static bool judge_code(struct ctx *cx, struct id person_id, const char *code,
                       const struct login_try *attempt)
{
    struct account account;
    bool matches;

    if (!db_exec(cx, NULL, SQL_LOGIN_QUEUE, DB_ID(cx->tenant_id), DB_ID(person_id)) ||
        !account_known(cx, person_id, &account))
        return false;
    if (id_is_zero(account.person_id) || !account.may_sign_in)
        return err_set(&cx->err, &ERR_LOGIN_REFUSED, "the account is gone or switched off");
    if (account.locked_until > cx->now)
        return refuse(cx, &account, account.email, attempt, "locked");
    if (!second_factor_use(cx, person_id, code, &matches))
        return false;
    if (matches)
        return accept(cx, &account, account.email, attempt);
    if (refuse_wrong(cx, &account, account.email, attempt) || cx->err.kind != &ERR_LOGIN_REFUSED)
        return false;
    err_clear(&cx->err);
    return err_set(&cx->err, &ERR_LOGIN_CODE, "wrong code");
}

bool login_check_code(struct ctx *cx, struct id person_id, const char *code,
                      const struct login_try *attempt)
{
    bool is_shut_out;

    if (!address_is_shut_out(cx, attempt, &is_shut_out))
        return false;
    if (is_shut_out)
        return err_set(&cx->err, &ERR_LOGIN_THROTTLED, "address %s", attempt->address);
    return db_begin(cx) && finish(cx, judge_code(cx, person_id, code, attempt));
}

bool login_check(struct ctx *cx, const struct login_try *attempt, struct id *person_id)
{
    const char *email = person_email_clean(cx->mem, attempt->email);
    struct account account;
    bool is_shut_out;
    bool matches;

    if (!email) /* still one hash and one trace, as for anybody unknown */
        email = "";
    if (!address_is_shut_out(cx, attempt, &is_shut_out))
        return false;
    if (is_shut_out) {
        return login_record(cx, email, (struct id){{0}}, attempt->address, "throttled") &&
               err_set(&cx->err, &ERR_LOGIN_THROTTLED, "address %s", attempt->address);
    }
    if (!account_load(cx, email, &account))
        return false;
    db_release(cx); /* the hash may wait for its turn: no connection is kept meanwhile */
    if (!crypto_password_verify(&cx->err, account.password_hash, attempt->password, &matches))
        return false;
    if (!db_begin(cx) || !finish(cx, judge(cx, email, attempt, matches)))
        return false;
    *person_id = account.person_id;
    return true;
}

static bool follow_link(struct ctx *cx, const char *token, const struct login_try *attempt)
{
    struct account account;
    struct id person_id;

    if (!person_link_spend(cx, token, PERSON_LINK_LOGIN, &person_id) ||
        !session_end_all(cx, person_id, (struct id){{0}}) ||
        !account_known(cx, person_id, &account))
        return false;
    if (account.has_second_step && attempt->halfway)
        return accept_half(cx, &account, account.email, attempt);
    return accept(cx, &account, account.email, attempt);
}

bool login_by_link(struct ctx *cx, const char *token, const struct login_try *attempt)
{
    return db_begin(cx) && finish(cx, follow_link(cx, token, attempt));
}

static bool judge_known(struct ctx *cx, struct id person_id, const struct login_try *attempt)
{
    struct account account;

    if (!account_known(cx, person_id, &account))
        return false;
    if (id_is_zero(account.person_id))
        return err_set(&cx->err, &ERR_LOGIN_REFUSED, "the account is gone");
    if (!account.may_sign_in)
        return refuse(cx, &account, account.email, attempt, "disabled");
    if (account.has_second_step && attempt->halfway)
        return accept_half(cx, &account, account.email, attempt);
    return accept(cx, &account, account.email, attempt);
}

bool login_known(struct ctx *cx, struct id person_id, const struct login_try *attempt)
{
    return db_begin(cx) && finish(cx, judge_known(cx, person_id, attempt));
}

bool login_record_logout(struct ctx *cx, struct id person_id, const char *email,
                         const char *address)
{
    return login_record(cx, email, person_id, address, "logout") &&
           event_emit(cx, EVENT_PERSON_LOGOUT, person_id, NULL);
}

bool login_record_remembered(struct ctx *cx, struct id person_id, const char *email,
                             const char *address, bool half)
{
    json_t *data = json_own(cx->mem, json_pack("{s:s}", "how", "remembered"));

    return login_record(cx, email, person_id, address, half ? "half" : "remembered") &&
           (half || event_emit(cx, EVENT_PERSON_LOGIN, person_id, data));
}
