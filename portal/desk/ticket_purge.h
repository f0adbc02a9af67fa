/* Emptying the recycle bin: what lay in it for the tenant's time goes for good. */
#pragma once

#include "portal/desk/ticket.h"

enum { TICKET_PURGE_BATCH = 50 };

/* Takes the tickets that lie in the bin for more than the tenant's days: their thread, files, mails
 * and all else that speaks of them, and what the audit trail holds of them; its lines stay. Time
 * spent stays in the figures. What others had merged into one goes back to theirs, closed. Emits
 * ticket.purged ("number", "deleted_at") about each. For the jobs role. */
bool ticket_purge_work(struct ctx *cx, unsigned *done) MUST_CHECK;
