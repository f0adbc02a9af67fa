/* Whom staff reach with their rights: customers within the scope of their role, staff only by the
 * right to settings. */
#pragma once

#include "portal/account/profile.h"

/* Whether the viewer, staff or the system, may do that to the person, and to the organisation where
 * no person is named. action: of the module of customers. */
bool profile_reach(struct ctx *cx, const struct profile_subject *of, enum right_action action,
                   bool *out) MUST_CHECK;
/* Whether every organisation that the person belongs to is within the scope of the viewer's role:
 * what lets somebody act as the person, or joins two, reaches into all of them. */
bool profile_reach_wholly(struct ctx *cx, struct id person_id, bool *out) MUST_CHECK;
