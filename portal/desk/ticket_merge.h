/* Merging tickets: one thread out of two, the old number leads to the new one, and for some days it
 * can be undone. */
#pragma once

#include "portal/desk/ticket.h"

enum {
    TICKET_MERGE_DAYS = 14, /* unless the installation set another */
    TICKET_MERGE_CHAIN_MAX = 20,
    TICKET_MERGE_LIST_MAX = 100
};

extern const struct err_kind ERR_TICKET_MERGE_SELF;
extern const struct err_kind ERR_TICKET_MERGE_CLOSED; /* the other one is over */
extern const struct err_kind ERR_TICKET_MERGE_APART;  /* of another organisation: asks first */
extern const struct err_kind ERR_TICKET_MERGE_LATE;   /* the days to undo it are over */
extern const struct err_kind ERR_TICKET_MERGE_LATER;  /* the other one was merged since */

/* Whether readers of one would see what is another organisation's (or, where neither has one,
 * another reporter's). */
bool ticket_merge_is_apart(const struct ticket *one, const struct ticket *other);

/* An act of staff and rules. The thread, files, participants (not of another organisation), tags
 * and links of ticket id become those of the one with that number, or of the one that this was
 * merged into; it closes without a word of its own. Where both wait for us the earlier promise
 * holds. *into is where it went. Fails: ERR_TICKET_LINK, ERR_TICKET_MERGE_SELF,
 * ERR_TICKET_MERGE_CLOSED, ERR_TICKET_MERGE_APART unless even_apart, each at "number";
 * ERR_TICKET_MERGED. Emits ticket.merged ("target") about it and ticket.updated ("merged") about
 * the other. */
bool ticket_merge(struct ctx *cx, struct id id, const char *number, bool even_apart,
                  struct id *into) MUST_CHECK;
/* Both are what they were; what was written to the merged one meanwhile goes with it. Fails:
 * ERR_NOT_FOUND it is not merged; ERR_TICKET_MERGE_LATE after so many days; ERR_TICKET_MERGE_LATER.
 * Emits ticket.unmerged about it and ticket.updated ("unmerged") about the other. */
bool ticket_merge_undo(struct ctx *cx, struct id id, int64_t days) MUST_CHECK;

/* The ticket that t stands for by now: itself, or the last one of its merges that the viewer sees
 * and that is no other organisation's (staff: any). */
bool ticket_merge_final(struct ctx *cx, struct ticket *t, struct ticket **out) MUST_CHECK;

struct ticket_merge { /* in cx->mem */
    struct id source_id;
    const char *number, *subject; /* of the merged one */
    const char *by_name;          /* "" for a rule */
    int64_t merged_at;
};
/* What was merged into a ticket and not undone, the latest first. For staff. */
bool ticket_merge_list(struct ctx *cx, struct id id, struct ticket_merge **out,
                       size_t *count) MUST_CHECK;
/* All tickets that lead to this one, also by way of others. */
bool ticket_merge_sources(struct ctx *cx, struct id id, struct id **out, size_t *count) MUST_CHECK;
