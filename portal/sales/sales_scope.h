/* Which rows of an organisation's papers a viewer may see: the one rule of this folder. */
#pragma once

#include "db/where.h"

enum sales_scope { SALES_SCOPE_NONE, SALES_SCOPE_OWN, SALES_SCOPE_ALL };

/* Staff with any of staff_rights and the system see all of the tenant; a customer with
 * customer_right those of the current organisation; everybody else none. */
enum sales_scope sales_scope_of(const struct viewer *viewer, uint32_t customer_right,
                                uint32_t staff_rights);
/* Appends that rule; own is the constant fragment for the organisation (" AND o.organisation_id =
 * ?"). */
void sales_scope_where(struct ctx *cx, struct where *w, enum sales_scope scope, const char *own);
