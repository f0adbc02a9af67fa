/* The second step of signing in: a code of an authenticator program (RFC 6238), or a recovery code.
 */
#pragma once

#include "db/db.h"

enum {
    SECOND_FACTOR_STEP_SECONDS = 30,
    SECOND_FACTOR_WINDOW = 1, /* steps before and after, for clocks that differ */
    SECOND_FACTOR_RECOVERY_CODES = 10
};

/* The name of the key under which recovery codes are kept (base/crypto.h, portal/reseal.h). */
#define SECOND_FACTOR_RECOVERY_KEY "recovery"
/* What a secret is sealed for: crypto_seal's context. */
const char *second_factor_context(struct arena *mem, struct id person_id);

extern const struct err_kind ERR_SECOND_FACTOR_CODE; /* the code to confirm with is not right */

bool second_factor_is_on(struct ctx *cx, struct id person_id, bool *is_on) MUST_CHECK;
/* A new secret, kept sealed until it is confirmed; *secret is its Base32 text. Fails: ERR_CONFLICT
 * one is on already: it comes off with a code of it first, which a stolen session has not. */
bool second_factor_offer(struct ctx *cx, struct id person_id, const char **secret) MUST_CHECK;
/* The secret that waits for its first code, to show it again; NULL when there is none. */
bool second_factor_offered(struct ctx *cx, struct id person_id, const char **secret) MUST_CHECK;
/* Switches it on with the first code and makes recovery codes, which are in cx->mem and nowhere
 * else: SECOND_FACTOR_RECOVERY_CODES texts. Fails: ERR_SECOND_FACTOR_CODE. */
bool second_factor_confirm(struct ctx *cx, struct id person_id, const char *code,
                           const char ***recovery) MUST_CHECK;
/* Takes a code, once: *matches tells whether it was good. Inside the open transaction. */
bool second_factor_use(struct ctx *cx, struct id person_id, const char *code,
                       bool *matches) MUST_CHECK;
/* Off, with its recovery codes. A person does it for himself, others need RIGHT_SETTINGS for staff
 * and RIGHT_CUSTOMERS for customers. Fails: ERR_DENIED. */
bool second_factor_remove(struct ctx *cx, struct id person_id) MUST_CHECK;
