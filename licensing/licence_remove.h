/* Licences that go with the policy they follow. */
#pragma once

#include "licensing/licence.h"

/* Removes the licences of a policy as licence_revoke removes one: with machines, components,
 * processes and tokens; their keys are not given out again. Emits licence.deleted for each.
 * Inside the caller's transaction, which
 * tells the caches that the policy changed. */
bool licence_remove_of_policy(struct ctx *cx, struct id policy_id) MUST_CHECK;
