/* A search line's conditions as SQL on ticket t. */
#pragma once

#include "db/where.h"
#include "portal/desk/ticket_query.h"

/* Adds the conditions, not the words (ticket_term.h finds those); "me" is cx->viewer.person_id. At
 * most two values each: they fit into any statement of this folder. */
void ticket_query_sql_add(struct ctx *cx, struct where *w, const struct ticket_query *query);
