/* Words of subjects, for finding tickets by word. */
#pragma once

#include "db/where.h"

enum { TICKET_TERM_MAX = 24, TICKET_TERM_QUERY_MAX = 5 };

/* The terms of a text: folded words, and of runs of Chinese, Japanese or Korean each pair of
 * characters (a lone one as itself); each once, in mem. */
size_t ticket_term_split(struct arena *mem, const char *text, const char *terms[], size_t max);
/* Rows for a new subject, inside the open transaction. */
bool ticket_term_add(struct ctx *cx, struct id ticket_id, const char *subject) MUST_CHECK;
/* Adds conditions to a statement on ticket t: the number is exactly this text, or every word occurs
 * in the subject, the last one at least begun. */
void ticket_term_search(struct ctx *cx, struct where *w, const char *text);
