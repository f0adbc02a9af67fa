/* Conditions of a search line on the tenant's own fields (field.CODE:value). */
#pragma once

#include "db/where.h"
#include "portal/desk/ticket_query.h"

/* Finds the fields that a line names, and what its values stand for. Fails with
 * ERR_TICKET_QUERY_FIELD or ERR_TICKET_QUERY_VALUE, source "q". */
bool ticket_query_field_resolve(struct ctx *cx, struct ticket_query *query) MUST_CHECK;
/* Adds what one value asks of a value row x: the field is bound already. */
void ticket_query_field_value(struct where *w, const struct ticket_query_term *term,
                              const struct ticket_query_value *v);
/* Starts a statement on ticket t. Where few tickets have what a condition on an own field asks for,
 * these are read from the field's index and their tickets after them: head, the condition, tail;
 * else plain, whose only value is the tenant, and the order's index is walked. head ends so that
 * conditions on x can follow in brackets; tail binds the tenant once more. */
bool ticket_query_field_start(struct ctx *cx, struct where *w, const struct ticket_query *query,
                              const char *plain, const char *head, const char *tail) MUST_CHECK;
