/* The effect of a rule that asks for an approval; for script_api.c. */
#pragma once

#include "base/json.h"
#include "db/ctx.h"

/* { person = e-mail of a member of staff, text = the question, kind = "ticket", days = 0 }. What is
 * asked of that person already is not asked again. Fails: ERR_SCRIPT_EFFECT; approval_ask's. */
bool script_approval_apply(struct ctx *cx, struct id ticket_id, const json_t *args) MUST_CHECK;
