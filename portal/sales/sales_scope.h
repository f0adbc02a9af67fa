/* Which rows of an organisation's papers a viewer may see: the one rule of this folder. */
#pragma once

#include "db/where.h"

enum sales_scope {
    SALES_SCOPE_NONE,
    SALES_SCOPE_OWN,  /* a customer: the current organisation */
    SALES_SCOPE_MINE, /* staff: organisations that one looks after */
    SALES_SCOPE_TEAM, /* staff: those that one's team looks after */
    SALES_SCOPE_ALL
};

/* The system sees all of the tenant; a customer with customer_right the current organisation;
 * staff who may read in the first of these modules that they may read in at all, as far as they
 * may there; everybody else none. (The first alone decides: whoever sees his own customers only
 * does not see the others because he may read some of their orders.) */
struct sales_scope_rule {
    uint64_t customer_right;
    enum right_module modules[4];
    size_t count;
};
enum sales_scope sales_scope_of(const struct viewer *viewer, const struct sales_scope_rule *rule);
/* Who may see an organisation at all, its sites and its people. */
extern const struct sales_scope_rule SALES_SCOPE_ORGANISATION;
extern const struct sales_scope_rule SALES_SCOPE_ORDER, SALES_SCOPE_CONTRACT, SALES_SCOPE_INVOICE;

/* The column of the organisation, in constant fragments. */
struct sales_scope_column {
    const char *own, *of_staff;
};
#define SALES_SCOPE_COLUMN(column)       \
    (&(const struct sales_scope_column){ \
        " AND " column " = ?",           \
        " AND " column " IN (SELECT ow.id FROM organisation ow WHERE ow.tenant_id = ?"})
/* Appends that rule. */
void sales_scope_where(struct ctx *cx, struct where *w, enum sales_scope scope,
                       const struct sales_scope_column *column);

/* ERR_NOT_FOUND unless the organisation is there and the viewer may see it under the rule: before a
 * row of it is written. */
bool sales_scope_check(struct ctx *cx, const struct sales_scope_rule *rule,
                       struct id organisation_id) MUST_CHECK;
