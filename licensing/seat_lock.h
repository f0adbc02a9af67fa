/* The rows that whoever takes or changes seats writes first, in one order for all (licensing
 * protocol section 6.8): account, product, policy, licence; after them group, token, machine. */
#pragma once

#include "licensing/licence.h"

/* A licence and its policy, read under the locks: what limits and uniqueness depend on. */
struct seat {
    struct licence *licence;
    struct policy *policy;
};

enum seat_part { SEAT_MACHINE = 1, SEAT_COMPONENT = 2 }; /* whose uniqueness is at stake */

/* Inside a transaction, before it reads what the locks protect. parts: of enum seat_part, or 0 for
 * the licence alone. Fails: ERR_NOT_FOUND no such visible licence; ERR_BUSY. */
bool seat_lock(struct ctx *cx, struct id licence_id, unsigned parts, struct seat *out) MUST_CHECK;
/* Writes the group's row; *is_there is false where the tenant has none such. */
bool seat_lock_group(struct ctx *cx, struct id group_id, bool *is_there) MUST_CHECK;
