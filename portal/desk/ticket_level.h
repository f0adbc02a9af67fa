/* The level of a ticket from impact and urgency, by the tenant's matrix. */
#pragma once

#include "portal/desk/ticket.h"

struct ticket_levels {
    int level[TICKET_LEVEL_MAX][TICKET_LEVEL_MAX]; /* [impact - 1][urgency - 1] */
    int impact[TICKET_LEVEL_MAX];                  /* of what a customer says: [severity - 1] */
};

/* The tenant's, or what is usual: the mean, rounded to the graver side; severity as it is said. */
bool ticket_level_get(struct ctx *cx, struct ticket_levels *out) MUST_CHECK;
/* For tickets from now on: those that are there keep what they have. Fails: ERR_DENIED;
 * ERR_INVALID. Emits levels.changed. */
bool ticket_level_set(struct ctx *cx, const struct ticket_levels *levels) MUST_CHECK;

struct ticket_weight {
    int64_t severity; /* 0: the customer did not say */
    int64_t impact, urgency, level;
};
/* Of a ticket that is filed: said is what the filer gave (0: nothing; a customer's is a severity,
 * others' an impact), urgency the topic's, asked the level that staff want (0: none). */
bool ticket_level_decide(struct ctx *cx, int64_t said, int64_t urgency, int64_t asked,
                         struct ticket_weight *out) MUST_CHECK;
/* Staff judge impact and urgency; the level follows by the matrix. What the customer said stays.
 * Fails: ERR_INVALID; ERR_DENIED. Emits ticket.updated. */
bool ticket_level_weigh(struct ctx *cx, struct id id, int64_t impact, int64_t urgency) MUST_CHECK;
