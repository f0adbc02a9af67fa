/* Articles and the tickets that they solved. */
#pragma once

#include "portal/desk/ticket.h"

/* Notes the articles that a public answer of staff links to ("/kb/article/118"), in the open
 * transaction; numbers that are none are passed over. */
bool ticket_article_note(struct ctx *cx, struct id ticket_id, const char *text) MUST_CHECK;
/* An article was written from what a ticket taught. Fails: ERR_NOT_FOUND. */
bool ticket_article_source(struct ctx *cx, struct id ticket_id, struct id article_id) MUST_CHECK;
/* How many tickets that were answered with it are solved or closed; 0 for customers. */
bool ticket_article_solved(struct ctx *cx, struct id article_id, int64_t *out) MUST_CHECK;
