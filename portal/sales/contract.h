/* Contracts between the tenant and an organisation. */
#pragma once

#include "base/money.h"
#include "db/db.h"

enum { CONTRACT_TITLE_MAX = 200, CONTRACT_PARTY_MAX = 200, CONTRACT_LIST_MAX = 200 };

struct contract { /* dates are "2026-11-29" or NULL */
    struct id id;
    struct id organisation_id;
    const char *number;
    const char *title;
    const char *party_a;
    const char *party_b;
    const char *signed_on;
    const char *starts_on;
    const char *ends_on;
    const char *payment_due_on;
    struct money amount;
    const char *support_level;
};

extern const struct err_kind ERR_CONTRACT_NUMBER_TAKEN;

/* Needs RIGHT_SALES. number NULL: the next of the series "contract". Fails: ERR_DENIED,
 * ERR_INVALID, ERR_NOT_FOUND no such organisation, ERR_CONTRACT_NUMBER_TAKEN. */
bool contract_add(struct ctx *cx, const struct contract *draft, struct id *out) MUST_CHECK;
/* Visible to staff with RIGHT_SALES or RIGHT_CUSTOMERS, and to customers with RIGHT_ORDER. */
bool contract_get(struct ctx *cx, struct id id, struct contract **out) MUST_CHECK;
/* Those of one organisation (zero: of all that is visible), latest end first. */
bool contract_list(struct ctx *cx, struct id organisation_id, struct contract **out,
                   size_t *count) MUST_CHECK;
