/* Papers of an organisation: contracts and invoices come into being in the same way. */
#pragma once

#include "db/db.h"

struct sales_paper {
    const char *kind;          /* of its number series, and of the trail: "contract" */
    const char *change;        /* as the trail says it: "contract_added" */
    const char *number;        /* NULL: the series' next */
    struct id organisation_id; /* whose it is */
    const void *draft;         /* for insert */
    /* Writes the row. */
    bool (*insert)(struct ctx *cx, struct id id, const char *number, const void *draft);
};

/* In one transaction: the number, the row, and the organisation's event. Needs RIGHT_SALES, which
 * is asked before. Fails: ERR_NOT_FOUND no such organisation, and what insert fails with. */
bool sales_paper_add(struct ctx *cx, const struct sales_paper *paper, struct id *out) MUST_CHECK;
