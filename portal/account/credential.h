/* Passwords: hashes, counting of failures, locks. Hashing never happens inside a transaction. */
#pragma once

#include "base/crypto.h"
#include "db/db.h"

enum { CREDENTIAL_PASSWORD_MIN = 12, CREDENTIAL_PASSWORD_MAX = 128 };

extern const struct err_kind ERR_CREDENTIAL_SHORT; /* too short; {} is the least length */
extern const struct err_kind ERR_CREDENTIAL_LONG;
extern const struct err_kind ERR_CREDENTIAL_EASY; /* see portal/account/password_rule.h */

/* Checks the rules and hashes. */
bool credential_hash(struct ctx *cx, const char *password,
                     char out[CRYPTO_PASSWORD_TEXT_SIZE]) MUST_CHECK;
/* Likewise for somebody who is known: own are texts as password_rule_holds takes them. */
bool credential_hash_for(struct ctx *cx, const char *password, const char *const *own,
                         char out[CRYPTO_PASSWORD_TEXT_SIZE]) MUST_CHECK;
/* Stores a hash made by credential_hash, forgets failures and locks, ends the person's sessions. */
bool credential_store(struct ctx *cx, struct id person_id, const char *hash) MUST_CHECK;
/* The same for what is too weak for the portal: it makes API tokens (login_try.takes_weak). */
bool credential_store_as(struct ctx *cx, struct id person_id, const char *hash,
                         bool is_weak) MUST_CHECK;
/* Whether a password is good enough for signing in to the portal. */
bool credential_is_strong(struct arena *mem, const char *password);
/* Both in one, for the console. Fails: ERR_NOT_FOUND, ERR_CREDENTIAL_SHORT, ERR_CREDENTIAL_LONG. */
bool credential_set(struct ctx *cx, struct id person_id, const char *password) MUST_CHECK;

struct credential {
    struct id person_id;
    const char *password_hash; /* NULL: cannot sign in with a password */
    int64_t locked_until;      /* 0: not locked */
    bool is_weak;              /* good for API tokens alone */
};
/* *out is NULL when the person has none. */
bool credential_find(struct ctx *cx, struct id person_id, struct credential **out) MUST_CHECK;
/* Another wrong password; until != 0 locks. */
bool credential_fail(struct ctx *cx, struct id person_id, int64_t until) MUST_CHECK;
/* Forgets failures and lock. */
bool credential_unlock(struct ctx *cx, struct id person_id) MUST_CHECK;
