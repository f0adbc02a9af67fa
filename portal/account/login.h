/* Signing in with e-mail and password: one answer for all that is wrong, equal work for all. */
#pragma once

#include "db/db.h"

enum {
    LOGIN_WINDOW_MINUTES = 15,
    LOGIN_LOCK_MINUTES = 15,
    /* Where a try names no numbers of its own: */
    LOGIN_ACCOUNT_TRIES = 5, /* wrong passwords within the window that lock the account */
    LOGIN_ADDRESS_TRIES = 50 /* failures within the window that shut out an address */
};

extern const struct err_kind ERR_LOGIN_REFUSED;   /* wrong, unknown, disabled or locked */
extern const struct err_kind ERR_LOGIN_THROTTLED; /* too many failures from this address */

struct login_try {
    const char *email;
    const char *password;
    const char *address; /* the client's */
    /* What a right password leads to (a session), in the same transaction; NULL: nothing. */
    bool (*then)(struct ctx *cx, struct id person_id, void *arg);
    /* What it leads to instead where the person has a second step; NULL: no second step is asked.
     */
    bool (*halfway)(struct ctx *cx, struct id person_id, void *arg);
    void *arg;
    int64_t account_tries, address_tries; /* the settings login.…; 0: as above */
    bool is_confirming; /* nobody signs in: who is signed in shows again who he is */
    bool takes_weak;    /* passwords below the portal's rules too: for API tokens */
    bool *was_right;    /* told whether the password was, whatever else refused the try; or NULL */
};

/* Checks a password and records the try in login_event. Every try of an address that is not shut
 * out costs one Argon2id, also for unknown people; it is run outside any transaction. Does not make
 * a session: session_sign_in does, called by `then`. Fails: ERR_LOGIN_REFUSED, ERR_LOGIN_THROTTLED,
 * ERR_BUSY. */
bool login_check(struct ctx *cx, const struct login_try *attempt, struct id *person_id) MUST_CHECK;
/* The second step of somebody whose password was right: a code of the authenticator, or a recovery
 * code. A wrong one counts as a wrong password does. `email` and `halfway` of the try are ignored.
 * Fails: ERR_LOGIN_CODE, ERR_LOGIN_REFUSED locked meanwhile, ERR_LOGIN_THROTTLED, ERR_BUSY. */
extern const struct err_kind ERR_LOGIN_CODE;
bool login_check_code(struct ctx *cx, struct id person_id, const char *code,
                      const struct login_try *attempt) MUST_CHECK;

/* Signing in by a mailed link instead of a password: the link ends, the second step stays. Of the
 * try only address, then, halfway and arg count. Other sessions end and devices are forgotten, the
 * password stays. Fails: ERR_PERSON_LINK_OVER, ERR_LOGIN_REFUSED, ERR_BUSY. */
bool login_by_link(struct ctx *cx, const char *token, const struct login_try *attempt) MUST_CHECK;

/* Signing in somebody whom a sign-on provider vouches for: the second step stays. Of the try only
 * address, then, halfway and arg count. Fails: ERR_LOGIN_REFUSED switched off, ERR_BUSY. */
bool login_known(struct ctx *cx, struct id person_id, const struct login_try *attempt) MUST_CHECK;

/* Records the end of a session, inside the open transaction. */
bool login_record_logout(struct ctx *cx, struct id person_id, const char *email,
                         const char *address) MUST_CHECK;
/* Records a session that a remembered device begins (half: a second step follows), inside the open
 * transaction. It forgives no wrong tries. */
bool login_record_remembered(struct ctx *cx, struct id person_id, const char *email,
                             const char *address, bool half) MUST_CHECK;
