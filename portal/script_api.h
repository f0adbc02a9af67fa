/* What rules can do and ask: tables of plain functions over the domain. Nothing else exists for
 * them. */
#pragma once

#include "base/config.h"
#include "scripts/script_run.h"

/* The engine of this program: its pool (workers start when they are first needed), its times from
 * the settings, its tables. Owned, free with script_api_free. */
struct script_engine *script_api_make(const struct config *config);
void script_api_free(struct script_engine *engine);

/* What a rule is told about an event: ev, and the object before and after. Details of the
 * organisation are added to what the event holds. */
bool script_api_input(struct ctx *cx, const struct event *event,
                      struct script_input *out) MUST_CHECK;

extern const struct err_kind ERR_SCRIPT_EFFECT; /* it does not exist here, or not in that shape */
extern const struct err_kind ERR_SCRIPT_GRANT;  /* the rule lacks the grant */

/* Applies effects to the event's subject, inside the open transaction, as cx->actor_id. False: the
 * first that was refused is named in *effect, and why in cx->err; the caller rolls all back. */
bool script_api_apply(struct ctx *cx, const json_t *grants, const struct script_input *input,
                      const json_t *effects, const char **effect) MUST_CHECK;
/* After a failed run: the object is flagged so that somebody looks. Inside the open transaction. */
bool script_api_fall_back(struct ctx *cx, const struct script_input *input) MUST_CHECK;
