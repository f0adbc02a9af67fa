/* What a licence is asked to count: uses, and check-ins (licensing protocol sections 5.1 and 5.6).
 */
#pragma once

#include "licensing/licence.h"

extern const struct err_kind ERR_LICENCE_USES_FULL;    /* USES_LIMIT_EXCEEDED */
extern const struct err_kind ERR_LICENCE_USES_INVALID; /* below zero, or too large to count */
extern const struct err_kind ERR_LICENCE_NO_CHECK_IN;  /* the policy asks for none */

/* The licence must be visible (licence.h); who may count is the caller's question. Each returns the
 * licence as it is then and emits licence.updated in the same transaction. */
/* Adds to the uses, or takes away; the first use starts a FROM_FIRST_USE licence. Two that race for
 * the last use do not both get it. */
bool licence_use_add(struct ctx *cx, struct id id, int64_t amount, struct licence **out) MUST_CHECK;
bool licence_use_reset(struct ctx *cx, struct id id, struct licence **out) MUST_CHECK;
bool licence_use_check_in(struct ctx *cx, struct id id, struct licence **out) MUST_CHECK;
