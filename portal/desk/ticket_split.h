/* Splitting: some messages of a ticket become a ticket of their own. */
#pragma once

#include "portal/desk/ticket.h"

enum { TICKET_SPLIT_MAX = 100 };

extern const struct err_kind ERR_TICKET_SPLIT_NONE;  /* no message is chosen */
extern const struct err_kind ERR_TICKET_SPLIT_ALL;   /* nothing would be left */
extern const struct err_kind ERR_TICKET_SPLIT_APART; /* they are another customer's, by a merge */

/* An act of staff and rules. The replies and notes with those ids, and their files, move to a new
 * open ticket of the same customer, people, product, team, tags and own fields (as far as they
 * belong to it), that is linked to this one; the customer is told once. Fails: ERR_INVALID at
 * "subject"; ERR_TICKET_SPLIT_NONE, ERR_TICKET_SPLIT_ALL and ERR_TICKET_SPLIT_APART at "messages";
 * ERR_NOT_FOUND for a message of another ticket. Emits ticket.created ("split_from") about the new
 * one and ticket.split ("into") about this one. */
bool ticket_split(struct ctx *cx, struct id id, const struct id *messages, size_t count,
                  const char *subject, struct id *made) MUST_CHECK;
