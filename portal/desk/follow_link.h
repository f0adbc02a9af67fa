/* Links that show one ticket to whoever has them: for people who report without an account. */
#pragma once

#include "portal/desk/ticket_thread.h"

enum { FOLLOW_LINK_TOKEN = 32 /* hexadecimal digits: 128 random bits */ };

/* A new link to a ticket that the viewer has got; *token (in cx->mem) is told once, its digest
 * kept.
 */
bool follow_link_add(struct ctx *cx, struct id ticket_id, const char **token) MUST_CHECK;

/* What a link shows: the ticket, and the replies that its customer may read, oldest first. Whoever
 * asks: the token is the right. Fails: ERR_NOT_FOUND. */
bool follow_link_open(struct ctx *cx, const char *token, struct ticket **ticket,
                      struct message ***replies, size_t *count) MUST_CHECK;
