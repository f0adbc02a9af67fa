/* Who gets a ticket when nobody gave it to anybody: by the rules of its team. */
#pragma once

#include "db/ctx.h"

/* Gives a ticket that nobody has to somebody of its team (of the default one, where it has none),
 * if that team gives out its tickets: by turn, or to whoever has the fewest open ones; first those
 * who have its topic or a tag of it among their skills, and know its product, where the team wants
 * that and somebody does. Who is away, switched off, or may not see tickets gets none; when all are
 * away, their substitutes do. *out is who got it, zero for nobody. The team's row is written first,
 * so that tickets filed at once follow each other. As the system; emits ticket.assigned. */
bool auto_assign_ticket(struct ctx *cx, struct id ticket_id, struct id *out) MUST_CHECK;
