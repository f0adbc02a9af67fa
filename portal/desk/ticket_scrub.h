/* What a ticket taught, without whom it was about: the raw text of a new article. */
#pragma once

#include "portal/desk/ticket.h"

#define TICKET_SCRUB_MASK "…"

/* The question and the last public answer of staff, with names of everybody in the ticket, of the
 * organisation and its place, addresses, telephone numbers, serials, keys and secrets taken out. In
 * cx->mem. Fails: ERR_NOT_FOUND; ERR_DENIED for customers. */
bool ticket_scrub(struct ctx *cx, struct id ticket_id, const char **out) MUST_CHECK;
/* The same for one text: takes out the count words, which compare without case, and what looks like
 * an address, a telephone number or a serial. */
const char *ticket_scrub_text(struct arena *mem, const char *text, const char *const *words,
                              size_t count);
