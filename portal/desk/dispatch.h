/* Dispatches: a ticket is sent to a person or a team, who accept or decline it. */
#pragma once

#include "portal/desk/ticket.h"

enum { DISPATCH_TEXT_MAX = 1000, DISPATCH_LIST_MAX = 20, DISPATCH_BATCH = 100 };

extern const struct err_kind ERR_DISPATCH_OPEN; /* another one waits for its answer */
extern const struct err_kind ERR_DISPATCH_OVER; /* it was answered, withdrawn, or ran out */
extern const struct err_kind ERR_DISPATCH_AWAY; /* nobody is there to answer it */

struct dispatch { /* in cx->mem; absent text is "" */
    struct id id, ticket_id, by_id, person_id, team_id;
    const char *by_name, *person_name, *team_name, *answered_name;
    const char *note, *answer;
    const char *state; /* "open" "accepted" "declined" "unanswered" "withdrawn" */
    int64_t created_at, due_at, answered_at; /* 0: none */
    bool may_answer, may_withdraw;           /* the viewer, while it is open */
};

struct dispatch_new {
    struct id person_id, team_id; /* one of them */
    const char *note;             /* NULL: none */
};

/* Sends a ticket to somebody: staff who may change tickets, rules. For somebody who is away it goes
 * to his substitute. Who has the ticket keeps it until it is accepted; to a team it also goes into
 * that team's queue. Fails: ERR_INVALID at "to", "note"; ERR_DISPATCH_OPEN; ERR_DISPATCH_AWAY at
 * "to"; ERR_DENIED; ERR_NOT_FOUND. Emits ticket.dispatched. */
bool dispatch_send(struct ctx *cx, struct id ticket_id, const struct dispatch_new *what,
                   struct id *out) MUST_CHECK;
/* The ticket of a dispatch. Fails: ERR_NOT_FOUND. */
bool dispatch_ticket(struct ctx *cx, struct id id, struct id *out) MUST_CHECK;
/* The answer of whoever it was sent to, or of one of the team. Accepted, the ticket is his;
 * declined (with a reason), it is nobody's and in the queue of the team it came from, unless
 * somebody took it meanwhile. Fails: ERR_DENIED somebody else's; ERR_DISPATCH_OVER; ERR_INVALID
 * "answer". Emits ticket.accepted or ticket.declined, with the minutes it took. */
bool dispatch_accept(struct ctx *cx, struct id id, const char *answer) MUST_CHECK;
bool dispatch_decline(struct ctx *cx, struct id id, const char *reason) MUST_CHECK;
/* Takes it back: whoever sent it, or who may change settings. Emits ticket.updated. */
bool dispatch_withdraw(struct ctx *cx, struct id id) MUST_CHECK;
/* Those of a ticket that the viewer has got, the latest first. */
bool dispatch_of_ticket(struct ctx *cx, struct id ticket_id, struct dispatch **out,
                        size_t *count) MUST_CHECK;
/* Puts back what was not answered in time, as if it was declined, each in a transaction of its own:
 * emits ticket.unanswered. One of a ticket in the bin, or that was merged, ends withdrawn. For the
 * jobs role. */
bool dispatch_work(struct ctx *cx, unsigned *done) MUST_CHECK;
