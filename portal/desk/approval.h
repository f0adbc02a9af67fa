/* Approvals: a question on a ticket that one member of staff, or whoever stands in while he is
 * away, says yes or no to, once. */
#pragma once

#include "portal/desk/ticket.h"

enum {
    APPROVAL_TEXT_MAX = 1000,
    APPROVAL_DAYS_MAX = 365,
    APPROVAL_LIST_MAX = 100,
    APPROVAL_BATCH = 100,
    APPROVAL_MAC_BYTES = 16,
    APPROVAL_TOKEN_BYTES = 2 * 16 + APPROVAL_MAC_BYTES /* the approval, the person, the MAC */
};

extern const struct err_kind ERR_APPROVAL_OVER;  /* it was decided, or its time ran out */
extern const struct err_kind ERR_APPROVAL_OPEN;  /* the same is asked of him already */
extern const struct err_kind ERR_APPROVAL_OWN;   /* one's own question */
extern const struct err_kind ERR_APPROVAL_BLIND; /* he may not see the ticket */

struct approval { /* in cx->mem; absent text is "" */
    struct id id, ticket_id, person_id, asked_by, decided_by;
    const char *number, *subject; /* of the ticket */
    const char *kind;             /* "ticket" "order" "discount" "activation" */
    const char *question, *opinion;
    const char *approver, *asked_name, *decided_name;
    const char *state; /* "waiting" "approved" "refused" "expired" "withdrawn" */
    int64_t created_at, due_at, decided_at; /* 0: none */
    bool may_decide;                        /* the viewer, or the link's person, now */
    bool may_withdraw;                      /* the viewer, while it waits */
};

struct approval_new {
    const char *kind, *question;
    struct id person_id;
    int64_t days; /* until it runs out; 0: never */
};

/* Asks: staff with RIGHT_DESK_UPDATE, rules. Fails: ERR_INVALID at "kind", "question", "approver"
 * (no member of staff), "days"; ERR_APPROVAL_OWN, ERR_APPROVAL_BLIND, ERR_APPROVAL_OPEN at
 * "approver"; ERR_DENIED; ERR_NOT_FOUND. Emits ticket.approval_asked. */
bool approval_ask(struct ctx *cx, struct id ticket_id, const struct approval_new *what,
                  struct id *out) MUST_CHECK;
/* Of a ticket that the viewer has got, the latest first; and those that wait for the viewer: asked
 * of him, or of somebody who is away and for whom he stands in. Staff. */
bool approval_of_ticket(struct ctx *cx, struct id ticket_id, struct approval **out,
                        size_t *count) MUST_CHECK;
bool approval_waiting(struct ctx *cx, struct approval **out, size_t *count) MUST_CHECK;
/* The system; whoever is asked, or decided; other staff if they see its ticket. Fails:
 * ERR_NOT_FOUND. */
bool approval_get(struct ctx *cx, struct id id, struct approval **out) MUST_CHECK;
/* Whether that person may decide it now: the approver, or who stands in for him today, but never
 * who asked. */
bool approval_may_decide(struct ctx *cx, const struct approval *a, struct id person_id,
                         bool *out) MUST_CHECK;
/* The decision with its opinion (needed for a no). Fails: ERR_DENIED somebody else's; ERR_INVALID
 * "opinion"; ERR_APPROVAL_OVER; ERR_NOT_FOUND. Emits ticket.approved or ticket.refused. */
bool approval_decide(struct ctx *cx, struct id id, bool is_approved,
                     const char *opinion) MUST_CHECK;
/* Takes the question back while it waits: whoever asked, or with RIGHT_SETTINGS_UPDATE. Fails:
 * ERR_INVALID "opinion", the reason is missing or too long; ERR_DENIED; ERR_APPROVAL_OVER;
 * ERR_NOT_FOUND. Emits ticket.approval_withdrawn. */
bool approval_withdraw(struct ctx *cx, struct id id, const char *reason) MUST_CHECK;

/* The signed link in a mail to that person, /approval/TOKEN; NULL without cx->master. In cx->mem.
 */
const char *approval_token(struct ctx *cx, struct id id, struct id person_id);
/* What the link is about, whoever asks; deciding by it is deciding as its person. Fails:
 * ERR_NOT_FOUND a link that was not made here, or whose person works here no longer. */
bool approval_open(struct ctx *cx, const char *token, struct approval **out) MUST_CHECK;
bool approval_decide_link(struct ctx *cx, const char *token, bool is_approved,
                          const char *opinion) MUST_CHECK;
/* Whom a link that approval_open let pass was made for. */
struct id approval_link_person(const char *token);

/* Ends what was not decided in time, and puts its ticket under review: emits ticket.refused. For
 * the jobs role. */
bool approval_work(struct ctx *cx, unsigned *done) MUST_CHECK;
