/* Whether a mail about a ticket only thanks, as its tenant's words have it. */
#pragma once

#include "portal/mail/mail_route_parts.h"

/* False for one that brings files, and for a ticket whose customer has disputed a solution. */
bool mail_thanks_is(struct ctx *cx, const struct routing *r, const struct ticket *t,
                    bool *out) MUST_CHECK;
