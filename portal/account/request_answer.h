/* Answers that are kept for a repeat of the same call (the API's Idempotency-Key). */
#pragma once

#include "base/clock.h"
#include "base/crypto.h"
#include "db/ctx.h"

enum { REQUEST_ANSWER_LOCATION_MAX = 200 };
#define REQUEST_ANSWER_US CLOCK_DAY

extern const struct err_kind ERR_REQUEST_ANSWER_OTHER; /* the key came with another body */

struct request_call { /* what makes two calls the same one */
    uint8_t call[CRYPTO_HASH_SIZE], body[CRYPTO_HASH_SIZE];
};
/* address: path and query as they came. */
void request_answer_call(struct ctx *cx, const char *method, const char *address, const char *key,
                         struct span body, struct request_call *out);

struct request_answer { /* in cx->mem */
    int status;
    const char *location; /* "": none */
    const char *body;
};
/* *out is NULL when there is none younger than REQUEST_ANSWER_US. Fails: ERR_REQUEST_ANSWER_OTHER.
 */
bool request_answer_find(struct ctx *cx, const struct request_call *call,
                         struct request_answer **out) MUST_CHECK;
/* Inside the transaction of what is answered. Fails: ERR_CONFLICT when the same call was answered
 * meanwhile. */
bool request_answer_keep(struct ctx *cx, const struct request_call *call,
                         const struct request_answer *answer) MUST_CHECK;
/* Those that are too old; for the jobs role. */
bool request_answer_purge(struct ctx *cx, int64_t limit, int64_t *removed) MUST_CHECK;
