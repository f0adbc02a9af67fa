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

/* The same from the other end, for whoever sees a whole tenant: the postings of one term are read,
 * newest ticket first, instead of all tickets. */
struct ticket_term_plan {
    const char *terms[TICKET_TERM_QUERY_MAX];
    size_t count;  /* 0: the text has no words */
    size_t first;  /* the one whose postings are read: the rarest */
    bool is_begun; /* first is the last one, and stands for all words that begin so */
};
bool ticket_term_plan_make(struct ctx *cx, const char *text,
                           struct ticket_term_plan *out) MUST_CHECK;
/* The words that begin as the plan's first one does. In cx->mem. */
const char *ticket_term_begun(struct ctx *cx, const struct ticket_term_plan *plan);
/* Adds the other terms as conditions on posting q; the last one may be just begun. */
void ticket_term_others(struct ctx *cx, struct where *w, const struct ticket_term_plan *plan);
