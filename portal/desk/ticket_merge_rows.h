/* What a merge writes, and takes back; for ticket_merge.c. */
#pragma once

#include "portal/desk/ticket.h"

struct ticket_merge_plan {
    struct id id, line_id;
    const struct ticket *source, *target;
    bool is_apart;
};

/* All inside the open change of both tickets. */
bool ticket_merge_rows_join(struct ctx *cx, const struct ticket_merge_plan *plan) MUST_CHECK;
bool ticket_merge_rows_part(struct ctx *cx, const struct ticket_merge_plan *plan) MUST_CHECK;
/* The other one goes for good: what was the merged one's is in it again, and it stays closed. */
bool ticket_merge_rows_leave(struct ctx *cx, const struct ticket_merge_plan *plan) MUST_CHECK;
/* After that: what still lies in the one that goes and is another ticket's goes home. */
bool ticket_merge_rows_leave_rest(struct ctx *cx, struct id target) MUST_CHECK;
